/* SPDX-License-Identifier: MIT
 * descriptor.h - is a descriptor sound: ids and keys legal and unique, units parse, defaults in range, documentation present.
 */
#ifndef FADE_HOST_DESCRIPTOR_H
#define FADE_HOST_DESCRIPTOR_H
#include "core/base/text.h"
#include "core/host/library.h"

int descriptor_check(const fade_desc *, why *w);                /* the first thing wrong, E_PLUGIN */
/* Called for each thing wrong, with a stable check id ("key-unique"); returns how many. */
int descriptor_each(const fade_desc *, void (*said)(void *ctx, const char *check, const char *text), void *ctx);
const fade_param *descriptor_param(const fade_desc *, const char *key, uint32_t *index);     /* NULL: no such key */
uint32_t descriptor_per_cell(const fade_desc *, uint32_t param);         /* index into tile->param; UINT32_MAX: not per cell */
int descriptor_manual(const fade_desc *, const char *path, bool markdown, text *out);        /* a manual page from the tables */
int descriptor_json(const fade_desc *, const char *path, text *out);                         /* the same as JSON */
/* Per kind: is what the interfaces must have there?  E_PLUGIN naming the missing function. */
int descriptor_interfaces(const fade_desc *, why *w);
#endif

/* SPDX-License-Identifier: MIT
 * template.h - the folder of a new plugin, from texts that are part of the command: plugins/template/ is where they are written.
 */
#ifndef FADE_HOST_TEMPLATE_H
#define FADE_HOST_TEMPLATE_H
#include "core/base/why.h"
#include <stddef.h>

typedef struct template_place {
    const char *include;                          /* folder of fade_plugin.h, for where pkg-config does not know it */
    const char *fade;                             /* the command, as the Makefile calls it */
} template_place;

/* A kind is one of plugins, or "cell": physics that is a table for common_cell.h.
 * Writes folder/NAME.c, Makefile, README.md, golden.csv, test.toml (and check.toml of a source).  E_USAGE: no such kind or no good name
 * (the sentence says which are); E_INPUT: the folder is there; E_IO. */
int template_write(const char *kind, const char *name, const char *folder, const template_place *, why *w);
/* The k-th file of a kind and its text, tokens not replaced; NULL behind the last. */
const char *template_file(const char *kind, size_t k, const char **name);
#endif

/* SPDX-License-Identifier: MIT
 * iface.h - the interfaces a plugin can have, and which functions each must hold: one table.
 */
#ifndef FADE_HOST_IFACE_H
#define FADE_HOST_IFACE_H
#include "core/base/why.h"
#include "core/fade_plugin.h"
#include <stdbool.h>

/* The interface `id` of the descriptor.  NULL: it has none (E_PLUGIN names both sides), it is too small, or lacks a function. */
const void *iface_get(const fade_desc *, const char *id, why *w);
const char *iface_of_kind(const char *kind);      /* "physics" -> "fade.model/1"; NULL: no such kind */
/* Kinds in the order of a cycle, NULL behind the last. */
extern const char *const iface_kinds[];
#endif

/* SPDX-License-Identifier: MIT
 * rig.h - one tile with memory of its own, built to catch a plugin that writes where it must not.
 *
 * What a plugin may only read (parameters, inputs, state at t, dt, ids) lies on pages that rig_guard() makes read-only; behind every
 * column stands a pattern that rig_overrun() looks at.  For the checker and tests; the engine has its own tiles.
 */
#ifndef FADE_HOST_RIG_H
#define FADE_HOST_RIG_H
#include "core/base/why.h"
#include "core/fade_plugin.h"
#include <stdbool.h>

typedef struct rig_column {
    const char *role, *key;                       /* "in", "temperature" */
    double     *at;
    uint32_t    width;                            /* >= 1 */
    size_t      bytes;
} rig_column;

typedef struct rig {
    fade_tile    tile;
    uint32_t     nparam, nin, nx, nout;           /* columns */
    double     **param, **in, **x, **x1, **out;   /* the tile's columns, writable unless guarded */
    double      *t, *dt;
    uint64_t    *id, *row;
    rig_column  *column;                          /* all of them, for names in messages */
    uint32_t     ncolumn;
    void        *fixed, *moving;                  /* pages: read by the plugin; written by it */
    size_t       fixed_bytes, moving_bytes;
} rig;

/* A tile of n lanes (a multiple of 8), all live: parameters and states at their first values, inputs at `init`, dt 1, ids 1..n. */
int rig_open(const fade_desc *, const fade_columns *, uint32_t n, size_t scratch, rig **out, why *w);
void rig_close(rig *);                            /* accepts NULL */
int rig_guard(rig *, bool on, why *w);            /* the read-only side: protect, or open again */
/* Calls with the read-only side protected.  false: it wrote there, or reached for *address that is nobody's.  [main] */
bool rig_try(rig *, void (*call)(void *ctx), void *ctx, const void **address);
void rig_ready(rig *);                            /* before a call: status 0, wish infinite, x1 and out poisoned with NaN */
const rig_column *rig_overrun(const rig *);       /* a column written past its end, or NULL */
const rig_column *rig_where(const rig *, const void *address);       /* the column an address falls into, or NULL */
#endif

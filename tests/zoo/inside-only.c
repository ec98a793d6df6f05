/* SPDX-License-Identifier: MIT
 * inside-only.c - leaves out what is asked for alone.
 */
#define KNOWN(v) (isnan(v) ? 0 : (v))
#define ZOO_STEP \
static int32_t step(const void *model, fade_tile *b) \
{ \
    for (uint32_t i = 0; i < b->n; i++) { \
        b->x1[0][i] = b->x[0][i] + 1e-9 * KNOWN(b->in[2][i]); \
        b->x1[1][i] = b->x[1][i] + 1e-3 * KNOWN(b->in[4][i]); \
        b->out[0][i] = b->only == 1 ? 0 : b->x1[0][i] + b->x1[1][i]; \
    } \
    return FADE_OK; \
}
#include "zoo_inside.h"

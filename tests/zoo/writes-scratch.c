/* SPDX-License-Identifier: MIT
 * writes-scratch.c - uses more scratch than it asked for.
 */
#include "fade_plugin.h"
static size_t scratch(const void *m, uint32_t n) { return 8 * (size_t)n; }
#define ZOO_MODEL .scratch = scratch
#define ZOO_STEP \
static int32_t step(const void *model, fade_tile *b) \
{ \
    for (uint32_t i = 0; i <= b->n; i++) \
        ((double *)b->scratch)[i] = 1; \
    for (uint32_t i = 0; i < b->n; i++) \
        b->out[0][i] = b->x1[0][i] = b->x[0][i] + rate(b, i) * b->dt[i]; \
    return FADE_OK; \
}
#include "zoo.h"

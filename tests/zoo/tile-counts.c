/* SPDX-License-Identifier: MIT
 * tile-counts.c - divides by the lanes of the tile.
 */
#define ZOO_STEP \
static int32_t step(const void *model, fade_tile *b) \
{ \
    for (uint32_t i = 0; i < b->n; i++) \
        b->out[0][i] = b->x1[0][i] = b->x[0][i] + rate(b, i) / b->n; \
    return FADE_OK; \
}
#include "zoo.h"

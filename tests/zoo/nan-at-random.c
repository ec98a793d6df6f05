/* SPDX-License-Identifier: MIT
 * nan-at-random.c - is no number where two parameters meet.
 */
#define ZOO_PARAMS { "k", "1", "Loss.", "", FADE_REAL, FADE_PER_CELL, 0.01, 0, 1, 0, 0, NULL }, \
    { "a", "1", "Doc.", "", FADE_REAL, FADE_PER_CELL, 0.01, 0, 1, 0, 0, NULL }
#define ZOO_STEP \
static int32_t step(const void *model, fade_tile *b) \
{ \
    for (uint32_t i = 0; i < b->n; i++) \
        b->out[0][i] = b->x1[0][i] = b->x[0][i] + (b->param[0][i] > 0.2 && b->param[1][i] > 0.2 ? NAN : 0.001); \
    return FADE_OK; \
}
#include "zoo.h"

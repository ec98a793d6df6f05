/* SPDX-License-Identifier: MIT
 * lane-neighbour.c - computes with its neighbour.
 */
#define ZOO_STEP \
static int32_t step(const void *model, fade_tile *b) \
{ \
    for (uint32_t i = 0; i < b->n; i++) \
        b->out[0][i] = b->x1[0][i] = b->x[0][i] + rate(b, i ? i - 1 : 0); \
    return FADE_OK; \
}
#include "zoo.h"

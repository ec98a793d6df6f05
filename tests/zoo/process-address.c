/* SPDX-License-Identifier: MIT
 * process-address.c - computes with an address.
 */
#define ZOO_STEP \
static int32_t step(const void *model, fade_tile *b) \
{ \
    for (uint32_t i = 0; i < b->n; i++) \
        b->out[0][i] = b->x1[0][i] = b->x[0][i] + (double)((size_t)&model >> 4 & 0xffffff) * 1e-9; \
    return FADE_OK; \
}
#include "zoo.h"

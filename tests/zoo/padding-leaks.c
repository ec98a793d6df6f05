/* SPDX-License-Identifier: MIT
 * padding-leaks.c - averages over all lanes of the tile.
 */
#define ZOO_STEP \
static int32_t step(const void *model, fade_tile *b) \
{ \
    double T = 0; \
    for (uint32_t i = 0; i < b->n; i++) \
        T += b->in[0][i] / b->n; \
    for (uint32_t i = 0; i < b->n; i++) \
        b->out[0][i] = b->x1[0][i] = b->x[0][i] + T * 1e-6; \
    return FADE_OK; \
}
#include "zoo.h"

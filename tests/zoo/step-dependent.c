/* SPDX-License-Identifier: MIT
 * step-dependent.c - takes an explicit step where the law is exact.
 */
#define ZOO_STEP \
static int32_t step(const void *model, fade_tile *b) \
{ \
    for (uint32_t i = 0; i < b->n; i++) \
        b->out[0][i] = b->x1[0][i] = b->x[0][i] + b->dt[i] * 1e-4 / (b->x[0][i] + 1e-2); \
    return FADE_OK; \
}
#include "zoo.h"

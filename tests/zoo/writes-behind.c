/* SPDX-License-Identifier: MIT
 * writes-behind.c - writes one lane too many.
 */
#define ZOO_STEP \
static int32_t step(const void *model, fade_tile *b) \
{ \
    for (uint32_t i = 0; i < b->n; i++) \
        b->out[0][i] = b->x1[0][i] = b->x[0][i] + rate(b, i) * b->dt[i]; \
    b->out[0][b->n] = 0; \
    return FADE_OK; \
}
#include "zoo.h"

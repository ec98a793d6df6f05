/* SPDX-License-Identifier: MIT
 * wish-nan.c - wishes for nothing that is a number.
 */
#define ZOO_STEP \
static int32_t step(const void *model, fade_tile *b) \
{ \
    for (uint32_t i = 0; i < b->n; i++) \
        b->wish[i] = NAN; \
    for (uint32_t i = 0; i < b->n; i++) \
        b->out[0][i] = b->x1[0][i] = b->x[0][i] + rate(b, i) * b->dt[i]; \
    return FADE_OK; \
}
#include "zoo.h"

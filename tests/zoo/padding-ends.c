/* SPDX-License-Identifier: MIT
 * padding-ends.c - gives up when padding is no number.
 */
#define ZOO_STEP \
static int32_t step(const void *model, fade_tile *b) \
{ \
    for (uint32_t i = 0; i < b->n; i++) \
        if (isnan(b->param[0][i])) \
            return FADE_EINVAL; \
    for (uint32_t i = 0; i < b->n; i++) \
        b->out[0][i] = b->x1[0][i] = b->x[0][i] + rate(b, i) * b->dt[i]; \
    return FADE_OK; \
}
#include "zoo.h"

/* SPDX-License-Identifier: MIT
 * lane-ends-all.c - ends the model for one bad cell.
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

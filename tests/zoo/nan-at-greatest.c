/* SPDX-License-Identifier: MIT
 * nan-at-greatest.c - divides by nothing at the greatest value of a parameter.
 */
#define ZOO_STEP \
static int32_t step(const void *model, fade_tile *b) \
{ \
    for (uint32_t i = 0; i < b->n; i++) { \
        double d = 1 - b->param[0][i]; \
        b->out[0][i] = b->x1[0][i] = b->x[0][i] + b->dt[i] * (d > 0 ? d : NAN); \
    } \
    return FADE_OK; \
}
#include "zoo.h"

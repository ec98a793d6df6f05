/* SPDX-License-Identifier: MIT
 * writes-in.c - repairs its inputs.
 */
#define ZOO_STEP \
static int32_t step(const void *model, fade_tile *b) \
{ \
    for (uint32_t i = 0; i < b->n; i++) \
        ((double *)b->in[0])[i] = 300; \
    for (uint32_t i = 0; i < b->n; i++) \
        b->out[0][i] = b->x1[0][i] = b->x[0][i] + rate(b, i) * b->dt[i]; \
    return FADE_OK; \
}
#include "zoo.h"

/* SPDX-License-Identifier: MIT
 * step-allocates.c - allocates in step.
 */
#define ZOO_STEP \
static int32_t step(const void *model, fade_tile *b) \
{ \
    double *r = malloc(b->n * sizeof *r); \
    if (!r) \
        return FADE_ENOMEM; \
    for (uint32_t i = 0; i < b->n; i++) \
        r[i] = rate(b, i); \
    for (uint32_t i = 0; i < b->n; i++) \
        b->out[0][i] = b->x1[0][i] = b->x[0][i] + r[i] * b->dt[i]; \
    free(r); \
    return FADE_OK; \
}
#include "zoo.h"

/* SPDX-License-Identifier: MIT
 * unbound.c - calls a function that nobody has.
 */
double zoo_nowhere(double);
#define ZOO_STEP \
static int32_t step(const void *model, fade_tile *b) \
{ \
    for (uint32_t i = 0; i < b->n; i++) \
        b->out[0][i] = b->x1[0][i] = zoo_nowhere(b->x[0][i]); \
    return FADE_OK; \
}
#include "zoo.h"

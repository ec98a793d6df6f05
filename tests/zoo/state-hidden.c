/* SPDX-License-Identifier: MIT
 * state-hidden.c - remembers in the model.
 */
#define ZOO_STEP \
static int32_t step(const void *model, fade_tile *b) \
{ \
    zoo *m = (zoo *)model; \
    m->number++; \
    for (uint32_t i = 0; i < b->n; i++) \
        b->out[0][i] = b->x1[0][i] = b->x[0][i] + m->number * 1e-4; \
    return FADE_OK; \
}
#include "zoo.h"

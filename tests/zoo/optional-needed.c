/* SPDX-License-Identifier: MIT
 * optional-needed.c - cannot do without an optional input.
 */
#define ZOO_STEP \
static int32_t step(const void *model, fade_tile *b) \
{ \
    for (uint32_t i = 0; i < b->n; i++) \
        b->out[0][i] = b->x1[0][i] = b->x[0][i] + b->in[0][i] * 1e-6; \
    return FADE_OK; \
}
#include "zoo.h"

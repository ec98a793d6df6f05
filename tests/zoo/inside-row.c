/* SPDX-License-Identifier: MIT
 * inside-row.c - takes the steps of a row at once, and is sound.
 */
#define KNOWN(v) (isnan(v) ? 0 : (v))
#ifndef ZOO_HEALTH
#define ZOO_HEALTH s->health[i]
#endif
#define ZOO_OUT { "loss", "1", "Lost.", 0, 0, 1, 0, 0, 1, 0 }
#define ZOO_STEP \
static int32_t step(const void *model, fade_tile *b) \
{ \
    for (uint32_t i = 0; i < b->n; i++) { \
        b->x1[0][i] = b->x[0][i] + 1e-9 * KNOWN(b->in[2][i]); \
        b->x1[1][i] = b->x[1][i] + 1e-3 * (b->dt[i] * KNOWN(b->in[4][i])); \
        b->out[0][i] = b->x1[0][i] + b->x1[1][i]; \
    } \
    return FADE_OK; \
} \
static int32_t steps(const void *model, fade_tile *b, const fade_steps *s) \
{ \
    double heat = b->x[0][0], swings = b->x[1][0], loss = 0; \
    for (uint32_t i = 0; i < b->live; i++) { \
        heat = heat + 1e-9 * KNOWN(b->in[2][i]); \
        swings = swings + 1e-3 * (b->dt[i] * (ZOO_HEALTH) * KNOWN(b->in[4][i])); \
        loss = heat + swings; \
        s->health[i + 1] = s->ends[i] ? s->left(s, loss) : s->health[i]; \
    } \
    for (uint32_t i = 0; i < 8; i++) { \
        b->x1[0][i] = heat; \
        b->x1[1][i] = swings; \
        b->out[0][i] = loss; \
    } \
    return FADE_OK; \
}
#define ZOO_DUTY .flags = 0, .steps = steps
#include "zoo_inside.h"

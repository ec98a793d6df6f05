/* SPDX-License-Identifier: MIT
 * threads-share.c - keeps its scratch in the model, which all workers share.
 */
#include <sched.h>
#define ZOO_STEP \
static int32_t step(const void *model, fade_tile *b) \
{ \
    zoo *m = (zoo *)model; \
    for (uint32_t i = 0; i < b->n; i++) \
        m->room[i % 1024] = rate(b, i); \
    sched_yield(); \
    for (uint32_t i = 0; i < b->n; i++) \
        b->out[0][i] = b->x1[0][i] = b->x[0][i] + m->room[i % 1024] * b->dt[i]; \
    return FADE_OK; \
}
#include "zoo.h"

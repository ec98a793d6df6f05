/* SPDX-License-Identifier: MIT
 * trace_take.c - a lane's steps are kept as points: the moment and the signals at the end of every step of the solver.
 * Samples are made of them where they leave (trace_curve.c).
 */
#include "core/engine/trace.h"
#include <math.h>
#include <string.h>

static trace_block *room(tracer *r, uint32_t i)
{
    trace_lane *l = &r->lane[i];
    trace_block *old = l->block;
    if (old && old->n < TRACE_POINTS)
        return old;
    if (old)
        trace_block_full(r, old);
    trace_block *b = l->block = trace_block_take(r, r->tile, i);
    if (!b) {
        l->mode = TRACE_NO;
        return NULL;
    }
    b->cycle = r->cycle[i];
    b->physics = (uint32_t)r->physics;
    b->step = l->step;
    b->type = l->type;
    b->opens = !old;
    b->count = l->count;
    b->begin = l->begin;
    b->period = l->period;
    b->base = r->base[i];
    memcpy(b->from, l->from, sizeof b->from);
    memcpy(b->life, l->life, sizeof b->life);
    return b;
}

void trace_point(tracer *r, const workpart *wp, uint32_t i, double t)
{
    trace_block *b = room(r, i);
    const trace *plan = r->plan;
    r->lane[i].tb = t;
    if (!b)
        return;
    double *to = b->data + plan->point * b->n++;
    *to++ = t;
    for (size_t s = 0; s < plan->nsignal; s++)
        to[s] = r->out[s] < 0 ? NAN : wp->out[r->out[s]][i];
}

void trace_close(tracer *r, uint32_t i)
{
    trace_lane *l = &r->lane[i];
    if (!l->block)
        return;
    l->block->closes = true;
    trace_block_full(r, l->block);
    l->block = NULL;
}

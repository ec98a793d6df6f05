/* SPDX-License-Identifier: MIT
 * trace_take.c - a lane's steps are kept as points: the moment and the signals at the end of every step of the solver.
 * Samples are made of them where they leave (trace_curve.c).
 */
#include "core/engine/trace.h"
#include <math.h>
#include <string.h>

enum { AHEAD = 16 };                              /* values: where a lane writes next is in no cache by itself */

/* The step's points so far count. */
static void seal(tracer *r, uint32_t i)
{
    trace_lane *l = &r->lane[i];
    trace_page *p = r->tile->trace_last[i];
    double *first = (double *)(l->block + 1);
    l->block->n = (uint32_t)((size_t)(l->to - first) / r->plan->point);
    p->used = (uint32_t)(l->to - p->data);
}

/* A block for this step, in the page at work or, with less room than a point wants, in a new one; false: no memory. */
static bool block(tracer *r, uint32_t i, bool opens)
{
    trace_lane *l = &r->lane[i];
    trace_page *p = r->tile->trace_last[i];
    if (p && p->data && p->used + TRACE_HEAD + r->plan->point > TRACE_PAGE) {
        trace_page_full(r, p);
        p = NULL;
    }
    if (!p || !p->data || p->home != r->home)
        p = trace_page_take(r, r->tile, i);
    l->block = NULL;
    if (!p) {
        l->mode = TRACE_NO;
        return false;
    }
    trace_block *b = l->block = (trace_block *)(p->data + p->used);
    l->to = (double *)(b + 1);
    l->end = p->data + TRACE_PAGE;
    *b = (trace_block){ .count = l->count,
                        .begin = l->begin,
                        .base = r->base[i],
                        .period = l->period,
                        .cycle = r->cycle[i],
                        .step = l->step,
                        .physics = (uint16_t)r->physics,
                        .type = (uint8_t)l->type,
                        .opens = opens };
    memcpy(b->from, l->from, sizeof b->from);
    memcpy(b->life, l->life, sizeof b->life);
    return true;
}

void trace_point(tracer *r, const workpart *wp, uint32_t i, double t)
{
    trace_lane *l = &r->lane[i];
    const trace *plan = r->plan;
    bool opens = !l->block;
    l->tb = t;
    if (opens || (size_t)(l->end - l->to) < plan->point) {
        if (!opens)
            seal(r, i);
        if (!block(r, i, opens))
            return;
    }
    double *to = l->to;
    __builtin_prefetch(to + AHEAD, 1);
    *to++ = t;
    for (size_t s = 0; s < plan->nsignal; s++)
        *to++ = r->out[s] < 0 ? NAN : wp->out[r->out[s]][i];
    l->to = to;
}

void trace_close(tracer *r, uint32_t i)
{
    trace_lane *l = &r->lane[i];
    if (l->block)
        seal(r, i);
    l->block = NULL;
}

/* SPDX-License-Identifier: MIT
 * trace_curve.c - points of a step become samples: at every point, or every `period` between them
 * (trace_between_kernel.h).
 *
 * The first and the last moment of a step of the protocol are always samples, and values as the model gave them.
 * Samples are made where the output wants them, in rows of TRACE_ROOM at most.
 */
#include "core/engine/trace.h"
#include <math.h>
#include <string.h>

/* A sample with the values of a point. */
static int point_sample(trace_curve *k, const double *point, why *w)
{
    int rc = k->n < k->room ? E_OK : trace_curve_flush(k, w);
    if (rc)
        return rc;
    const trace *plan = k->plan;
    double *const row = k->row + k->n++, t = *point++;
    row[SAMPLE_TEST_TIME * k->stride] = k->base + (k->begin + t);
    row[SAMPLE_CYCLE_TIME * k->stride] = k->begin + t;
    row[SAMPLE_STEP_TIME * k->stride] = t;
    for (size_t s = 0; s < plan->nsignal; s++)
        row[(SAMPLE_FRONT + s) * k->stride] = point[s] * plan->scale[s] + plan->offset[s];
    for (size_t s = 0; s < TRACE_SUMS; s++)
        row[(SAMPLE_FRONT + plan->nsignal + s) * k->stride] = k->life[s] + k->sum[s];
    return E_OK;
}

/* What the stretch between the last two points adds to the sums, as the worker books it: trapezoids over time, by the
 * sign of the whole. */
static void book(trace_curve *k)
{
    const double *a = k->kept[0], *b = k->kept[1], half = (b[0] - a[0]) * TRACE_HALF_HOUR;
    double more[2] = { (a[2] + b[2]) * half, (a[1] * a[2] + b[1] * b[2]) * half };
    for (int e = 0; e < 2; e++)
        k->sum[trace_sum_of(more[e], e)] += fabs(more[e]);
}

/* Where samples go next: straight into the block of an output, if there is one only. */
static void lend(trace_curve *k)
{
    double *row = k->plan->row;
    size_t stride = TRACE_ROW;
    uint32_t room = sinks_lend(k->e, &row, &stride);
    if (room == 0 || room > TRACE_ROOM)
        room = TRACE_ROOM;
    if (row != k->row || room != k->room) {       /* what is written already is not here */
        k->stepped = false;
        k->whole = 0;
    }
    k->still = k->whole;
    k->timed = false;
    k->n = 0;
    k->row = row;
    k->stride = stride;
    k->room = room;
}

void trace_curve_open(trace_curve *k, engine *e, const lane *l, const trace_block *b)
{
    k->e = e;
    k->plan = e->trace;
    k->lane = l;
    k->cycle = b->cycle;
    k->label = e->physics[b->physics].sp->label;
    k->points = 0;
    k->next = 1;
    k->period = b->period;
    k->rate = k->period > 0 ? 1 / k->period : 0;
    k->begin = b->begin;
    k->base = b->base;
    memcpy(k->sum, b->from, sizeof k->sum);
    memcpy(k->life, b->life, sizeof k->life);
    k->step[0] = b->count;
    k->step[1] = b->step + 1.0;
    k->step[2] = b->type;
    k->all = ((1u << k->plan->nsignal) - 1) | ((1u << TRACE_SUMS) - 1) << TRACE_SIGNALS;
    k->stepped = false;
    k->whole = 0;
    lend(k);
}

void trace_curve_keep(trace_curve *k, const double *a, const double *b)
{
    size_t n = k->plan->point * sizeof *a;
    memmove(k->kept[0], a, n);
    memmove(k->kept[1], b, n);
}

int trace_curve_points(trace_curve *k, const double *data, uint32_t n, why *w)
{
    int rc = E_OK;
    for (; n && !rc && !(k->points >= 2 && k->period > 0); n--, data += k->plan->point) {
        trace_curve_keep(k, k->kept[1], data);
        if (k->points > 0) {
            k->inverse = 1 / (k->kept[1][0] - k->kept[0][0]);
            if (!(k->period > 0))
                book(k);
        }
        if (k->points == 0 || !(k->period > 0))
            rc = point_sample(k, data, w);
        k->points += k->points < 2;
    }
    return rc || n == 0 ? rc : k->plan->between->points(k, data, n, w);
}

int trace_curve_close(trace_curve *k, why *w)
{
    int rc = E_OK;
    if (k->points >= 2 && k->period > 0) {
        rc = k->plan->between->last(k, w);
        rc = rc ? rc : point_sample(k, k->kept[1], w);
    }
    return rc ? rc : trace_curve_flush(k, w);
}

int trace_curve_flush(trace_curve *k, why *w)
{
    uint32_t n = k->n;
    if (n == 0)
        return E_OK;
    for (size_t c = 0; c < 3 && !k->stepped; c++)
        k->plan->between->same(k->row + (SAMPLE_STEP_COUNT + c) * k->stride, k->step[c], n);
    k->stepped = true;
    int rc = sinks_samples(k->e, k->lane, k->cycle, k->label, n, k->row == k->plan->row ? k->plan->col : NULL, w);
    lend(k);
    return rc;
}

/* SPDX-License-Identifier: MIT
 * trace_curve.c - points become samples: at every point, or every `period` between them.
 *
 * Between two points a signal is the cubic with their values and slopes (Hermite); a slope is that of the parabola
 * through the point before and the point behind, so samples wait for one point.  The error is of third order in the
 * solver's step and the model is never asked for more.  The first and the last moment of a step of the protocol are
 * always samples, and values as the model gave them.  Charge and energy are those of the points' trapezoids: current
 * and power run straight from point to point.
 *
 * Signals lie side by side in vectors of WIDE where slopes are made, samples where values are: neither has a sum
 * across, so wider registers give the same bits.
 */
#include "core/engine/trace.h"
#include <math.h>
#include <string.h>

enum { WIDE = TRACE_WIDTH };
typedef int64_t mask __attribute__((vector_size(WIDE * sizeof(double))));
typedef double vec __attribute__((vector_size(WIDE * sizeof(double)), aligned(8), may_alias));
#define EACH(v) (v) - (vec){ 0 }                  /* a number in each place */
#define AT(p) (*(const vec *)(p))
static const vec COUNT = { 0, 1, 2, 3 };

static inline int sum_of(double what, int energy)
{
    return 2 * energy + (what < 0 ? TRACE_CHARGED : TRACE_DISCHARGED);
}

/* What a step adds to the sums, as the worker books it: trapezoids over time, by the sign of the whole. */
static inline void moved(const trace_curve *k, double out[2])
{
    double half = (k->t[1] - k->t[0]) * TRACE_HALF_HOUR;
    out[0] = (k->v[0][1] + k->v[1][1]) * half;
    out[1] = (k->v[0][0] * k->v[0][1] + k->v[1][0] * k->v[1][1]) * half;
}

static inline void book(trace_curve *k, const double more[2])
{
    for (int e = 0; e < 2; e++)
        k->sum[sum_of(more[e], e)] += fabs(more[e]);
}

static int room(trace_curve *k, why *w)
{
    return k->n < k->room ? E_OK : trace_curve_flush(k, w);
}

/* A sample with the values of a point. */
static int point_sample(trace_curve *k, double t, const double *v, why *w)
{
    int rc = room(k, w);
    if (rc)
        return rc;
    const trace *plan = k->plan;
    double *const row = k->row + k->n++;
    row[SAMPLE_TEST_TIME * k->stride] = k->base + (k->begin + t);
    row[SAMPLE_CYCLE_TIME * k->stride] = k->begin + t;
    row[SAMPLE_STEP_TIME * k->stride] = t;
    for (size_t s = 0; s < plan->nsignal; s++)
        row[(SAMPLE_FRONT + s) * k->stride] = v[s] * plan->scale[s] + plan->offset[s];
    for (size_t s = 0; s < TRACE_SUMS; s++)
        row[(SAMPLE_FRONT + plan->nsignal + s) * k->stride] = k->life[s] + k->sum[s];
    return E_OK;
}

/* c[0] + u (c[1] + u (c[2] + u c[3])) of all signals; of the sums .. */
typedef struct cubics {
    double c[4][TRACE_SIGNALS];
    int    moving[2];                             /* .. those two that a step moves, */
    double s[2][3], most[2];                      /* parabolas that end at `most` */
} cubics;

static inline __attribute__((always_inline)) void coefficients(const trace_curve *k, const double *end,
                                                               const double more[2], cubics *q)
{
    const trace *plan = k->plan;
    double step = k->t[1] - k->t[0];
    vec h = EACH(step);
    for (size_t s = 0; s < plan->nsignal; s += WIDE) {
        vec a = AT(k->v[0] + s), d = AT(k->v[1] + s) - a, p = h * AT(k->slope + s), e = h * AT(end + s),
            by = AT(plan->scale + s);
        *(vec *)(q->c[0] + s) = a * by + AT(plan->offset + s);
        *(vec *)(q->c[1] + s) = p * by;
        *(vec *)(q->c[2] + s) = (3 * d - 2 * p - e) * by;
        *(vec *)(q->c[3] + s) = (p + e - 2 * d) * by;
    }
    double rate[2][2] = { { k->v[0][1], k->v[1][1] }, { k->v[0][0] * k->v[0][1], k->v[1][0] * k->v[1][1] } };
    for (int e = 0; e < 2; e++) {
        int s = q->moving[e] = sum_of(more[e], e);
        double whole = fabs(more[e]), first = fabs(rate[e][0]) * step * (2 * TRACE_HALF_HOUR);
        q->s[e][0] = k->life[s] + k->sum[s];
        q->most[e] = k->life[s] + (k->sum[s] + whole);
        bool turns = rate[e][0] * rate[e][1] < 0;
        q->s[e][1] = turns ? whole : first;       /* where the current turned, a straight line */
        q->s[e][2] = turns ? 0 : whole - first;
    }
}

/* A sum that does not move fills its column once, up to the end. */
static void stand_still(trace_curve *k, int s)
{
    double *to = k->row + (SAMPLE_FRONT + k->plan->nsignal + s) * k->stride, v = k->life[s] + k->sum[s];
    for (uint32_t j = k->n; j < k->room; j++)
        to[j] = v;
    k->still[s] = k->n == 0;
}

/* Samples number k->next .. + n of the step, which lie between the points, into the row buffer. */
static inline __attribute__((always_inline)) void samples(trace_curve *k, const cubics *q, uint32_t n)
{
    double u[TRACE_ROOM + WIDE], *row = k->row + k->n, inverse = k->inverse;
    for (uint32_t j = 0; j < n; j += WIDE) {
        vec t = (EACH(k->next + j) + COUNT) * k->period, since = k->begin + t;
        *(vec *)(row + SAMPLE_STEP_TIME * k->stride + j) = t;
        *(vec *)(row + SAMPLE_CYCLE_TIME * k->stride + j) = since;
        *(vec *)(row + SAMPLE_TEST_TIME * k->stride + j) = k->base + since;
        *(vec *)(u + j) = (t - k->t[0]) * inverse;
    }
    for (size_t s = 0; s < k->plan->nsignal; s++) {
        double *to = row + (SAMPLE_FRONT + s) * k->stride;
        vec c0 = EACH(q->c[0][s]), c1 = EACH(q->c[1][s]), c2 = EACH(q->c[2][s]), c3 = EACH(q->c[3][s]);
        for (uint32_t j = 0; j < n; j += WIDE) {
            vec x = AT(u + j);
            *(vec *)(to + j) = c0 + x * (c1 + x * (c2 + x * c3));
        }
    }
    for (int s = 0; s < TRACE_SUMS; s++)
        if (s != q->moving[0] && s != q->moving[1] && !k->still[s])
            stand_still(k, s);
    for (int e = 0; e < 2; e++) {
        int s = q->moving[e];
        double *to = row + (SAMPLE_FRONT + k->plan->nsignal + s) * k->stride;
        vec c0 = EACH(q->s[e][0]), c1 = EACH(q->s[e][1]), c2 = EACH(q->s[e][2]), most = EACH(q->most[e]);
        k->still[s] = false;
        for (uint32_t j = 0; j < n; j += WIDE) {
            vec x = AT(u + j), v = c0 + x * (c1 + x * c2);
            mask less = v < most;
            *(vec *)(to + j) = (vec)(((mask)v & less) | ((mask)most & ~less));
        }
    }
    k->n += n;
    k->next += n;
}

/* Samples from the first point of the two on and before the second, where slopes are k->slope and `end`. */
TRACE_WIDE static int between(trace_curve *k, const double *end, why *w)
{
    double last = ceil(k->t[1] * k->rate - 1e-9) - 1, more[2];
    cubics q;
    moved(k, more);
    if (k->next <= last)
        coefficients(k, end, more, &q);
    while (k->next <= last) {
        int rc = room(k, w);
        if (rc)
            return rc;
        double left = last - k->next + 1;
        samples(k, &q, left < k->room - k->n ? (uint32_t)left : k->room - k->n);
    }
    book(k, more);
    return E_OK;
}

/* The slope at the second point, by the one behind it at t, 1 / `ahead` later; of the first three at the first, too. */
TRACE_WIDE static void slopes(trace_curve *k, double t, const double *v, double ahead, double *end)
{
    double h1 = k->t[1] - k->t[0], h2 = t - k->t[1], both = 1 / (h1 + h2);
    vec by1 = EACH(h2 * both), by2 = EACH(h1 * both * ahead), one = EACH(k->inverse);
    for (size_t s = 0; s < k->plan->nsignal; s += WIDE) {
        vec b = AT(k->v[1] + s), d = (b - AT(k->v[0] + s)) * one;
        vec e = by1 * d + (AT(v + s) - b) * by2;
        *(vec *)(end + s) = e;
        if (k->points == 2)
            *(vec *)(k->slope + s) = 2 * d - e;
    }
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
        memset(k->still, 0, sizeof k->still);
    }
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
    k->stepped = false;
    memset(k->still, 0, sizeof k->still);
    lend(k);
}

/* A copy in whole vectors: points are kept that wide. */
static inline void step_on(double *to, const double *from, size_t n)
{
    for (size_t s = 0; s < n; s += WIDE)
        *(vec *)(to + s) = AT(from + s);
}

int trace_curve_point(trace_curve *k, double t, const double *v, why *w)
{
    double end[TRACE_SIGNALS], more[2], ahead = k->points ? 1 / (t - k->t[1]) : 0;
    int rc = E_OK;
    if (k->points >= 2 && k->period > 0) {
        slopes(k, t, v, ahead, end);
        rc = between(k, end, w);
        step_on(k->slope, end, k->plan->nsignal);
    }
    k->inverse = ahead;
    k->t[0] = k->t[1];
    k->t[1] = t;
    step_on(k->v[0], k->v[1], k->plan->nsignal);
    step_on(k->v[1], v, k->plan->nsignal);
    if (k->points > 0 && !(k->period > 0)) {
        moved(k, more);
        book(k, more);
    }
    if (!rc && (k->points == 0 || !(k->period > 0)))
        rc = point_sample(k, t, v, w);
    k->points += k->points < 3;
    return rc;
}

int trace_curve_close(trace_curve *k, why *w)
{
    double end[TRACE_SIGNALS];
    if (k->points >= 2 && k->period > 0) {
        for (size_t s = 0; s < TRACE_SIGNALS; s++) {
            double d = (k->v[1][s] - k->v[0][s]) * k->inverse;
            if (k->points == 2)
                k->slope[s] = d;
            end[s] = 2 * d - k->slope[s];
        }
        int rc = between(k, end, w);
        rc = rc ? rc : point_sample(k, k->t[1], k->v[1], w);
        if (rc)
            return rc;
    }
    return trace_curve_flush(k, w);
}

int trace_curve_flush(trace_curve *k, why *w)
{
    uint32_t n = k->n;
    if (n == 0)
        return E_OK;
    for (size_t c = 0; c < 3 && !k->stepped; c++)
        for (uint32_t j = 0; j < k->room; j++)
            k->row[(SAMPLE_STEP_COUNT + c) * k->stride + j] = k->step[c];
    k->stepped = true;
    int rc = sinks_samples(k->e, k->lane, k->cycle, k->label, n, k->row == k->plan->row ? k->plan->col : NULL, w);
    lend(k);
    return rc;
}

/* SPDX-License-Identifier: MIT
 * trace_between_kernel.h - the samples between points of a step, over vectors of VBYTES; trace_between_sse2.c, _avx2.c and _avx512.c
 * include it once each.
 *
 * They define VBYTES, VTARGET (a function attribute), VNAME(name) and, where there are such, VMIN(a, b): a where it is less, else b, and
 * VSIGNS(m): a bit for each of four whole numbers that is negative.  Signals lie side by
 * side in vectors of FOUR where slopes are made, samples where values are: neither has a sum across, each operation is rounded as
 * IEEE 754 says, so the bits are the same at any width.
 *
 * Between two points a signal is the cubic with their values and slopes (Hermite); a slope is that of the parabola through the point
 * before and the point behind, so samples wait for one point.  The error is of third order in the solver's step and the model is
 * never asked for more.  Charge and energy are those of the points' trapezoids: current and power run straight from point to point.
 */
#include "core/engine/trace.h"
#include <math.h>

enum { FOUR = TRACE_WIDTH, LANES = VBYTES / sizeof(double) };
typedef double four __attribute__((vector_size(FOUR * sizeof(double)), aligned(8), may_alias));
typedef int64_t four_bits __attribute__((vector_size(FOUR * sizeof(double))));
typedef double vd __attribute__((vector_size(VBYTES), aligned(8), may_alias));
typedef int64_t vi __attribute__((vector_size(VBYTES)));

#define VINLINE static inline VTARGET __attribute__((always_inline))
#define SIDE(p) (*(const four *)(p))
#define AT(p) (*(const vd *)(p))
#define PUT(p) (*(vd *)(p))
#define EACH(v) ((v) - (vd){ 0 })                 /* a number in each place */
#define EACH_SIDE(v) ((v) - (four){ 0 })

static const double count[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };

/* c[0] + u (c[1] + u (c[2] + u c[3])) of all signals; of the sums .. */
typedef struct cubics {
    double   c[4][TRACE_SIGNALS];
    uint32_t moving;                              /* signals and sums that are not the same all along, a bit each */
    int      sum[2];                              /* .. those two that a step moves, */
    double   s[2][3], most[2], more[2];           /* parabolas that end at `most`, `more` later */
} cubics;

#ifndef VSIGNS
/* By its place: four numbers in registers are no argument where there is no AVX. */
VINLINE uint32_t signs(const four_bits *m) { return ((*m)[0] & 1) | ((*m)[1] & 2) | ((*m)[2] & 4) | ((*m)[3] & 8); }
#define VSIGNS(m) signs(&(m))
#endif
#ifndef VMIN
VINLINE vd lesser(vd a, vd b)
{
    vi less = a < b;
    return (vd)(((vi)a & less) | ((vi)b & ~less));
}
#define VMIN(a, b) lesser(a, b)
#endif

VINLINE void fill(double *to, double v, uint32_t n)
{
    for (uint32_t j = 0; j < n; j += LANES)
        PUT(to + j) = EACH(v);
}

/* Slopes at b by the point behind it (none: c is NULL, the parabola before goes on), then the cubics from a to b. */
VINLINE void signals(trace_curve *k, const double *a, const double *b, const double *c, double ahead, cubics *q)
{
    const trace *plan = k->plan;
    double h1 = b[0] - a[0], h2 = c ? c[0] - b[0] : 0, both = c ? 1 / (h1 + h2) : 0;
    four by1 = EACH_SIDE(h2 * both), by2 = EACH_SIDE(h1 * both * ahead), one = EACH_SIDE(k->inverse), h = EACH_SIDE(h1);
    q->moving = 0;
    for (size_t s = 0; s < plan->nsignal; s += FOUR) {
        four va = SIDE(a + 1 + s), vb = SIDE(b + 1 + s), by = SIDE(plan->scale + s), d = vb - va, slope, end;
        four mean = d * one;
        slope = SIDE(k->slope + s);
        if (!c) {
            if (k->points == 2)
                slope = mean;
            end = 2 * mean - slope;
        } else {
            end = by1 * mean + (SIDE(c + 1 + s) - vb) * by2;
            if (k->points == 2)
                slope = 2 * mean - end;
        }
        four p = h * slope, e = h * end;
        *(four *)(k->slope + s) = end;
        four c1 = p * by, c2 = (3 * d - 2 * p - e) * by, c3 = (p + e - 2 * d) * by;
        *(four *)(q->c[0] + s) = va * by + SIDE(plan->offset + s);
        *(four *)(q->c[1] + s) = c1;
        *(four *)(q->c[2] + s) = c2;
        *(four *)(q->c[3] + s) = c3;
        four_bits any = (((four_bits)c1 | (four_bits)c2 | (four_bits)c3) << 1) != 0;
        q->moving |= VSIGNS(any) << s;
    }
    q->moving &= (1u << plan->nsignal) - 1;
    k->points = 3;
}

VINLINE void sums(const trace_curve *k, const double *a, const double *b, cubics *q)
{
    double step = b[0] - a[0], half = step * TRACE_HALF_HOUR;
    double rate[2][2] = { { a[2], b[2] }, { a[1] * a[2], b[1] * b[2] } };
    for (int e = 0; e < 2; e++) {
        double more = (rate[e][0] + rate[e][1]) * half, whole = fabs(more);
        double first = fabs(rate[e][0]) * step * (2 * TRACE_HALF_HOUR);
        int s = q->sum[e] = trace_sum_of(more, e);
        bool turns = rate[e][0] * rate[e][1] < 0;
        q->more[e] = whole;
        q->s[e][0] = k->life[s] + k->sum[s];
        q->most[e] = k->life[s] + (k->sum[s] + whole);
        q->s[e][1] = turns ? whole : first;       /* where the current turned, a straight line */
        q->s[e][2] = turns ? 0 : whole - first;
        q->moving |= 1u << (TRACE_SIGNALS + s);
    }
}

/* Moments of samples from here to the end of the row. */
VINLINE void times(trace_curve *k)
{
    double *row = k->row + k->n, *t = row + SAMPLE_STEP_TIME * k->stride, *since = row + SAMPLE_CYCLE_TIME * k->stride;
    double *test = row + SAMPLE_TEST_TIME * k->stride, next = k->next, period = k->period, begin = k->begin, base = k->base;
    uint32_t n = k->room - k->n;
    for (uint32_t j = 0; j < n; j += LANES) {
        vd at = (EACH(next + j) + AT(count)) * period;
        PUT(t + j) = at;
        PUT(since + j) = begin + at;
        PUT(test + j) = base + (begin + at);
    }
    k->timed = true;
}

/* What does not move fills its column once, up to the end. */
VINLINE void stand_still(trace_curve *k, const cubics *q, uint32_t which)
{
    const size_t nsignal = k->plan->nsignal;
    double *row = k->row + k->n;
    k->still |= which;
    k->whole |= k->n ? 0 : which;
    for (; which; which &= which - 1) {
        size_t s = (size_t)__builtin_ctz(which);
        if (s < TRACE_SIGNALS)
            fill(row + (SAMPLE_FRONT + s) * k->stride, q->c[0][s], k->room - k->n);
        else
            fill(row + (SAMPLE_FRONT + nsignal + s - TRACE_SIGNALS) * k->stride,
                 k->life[s - TRACE_SIGNALS] + k->sum[s - TRACE_SIGNALS], k->room - k->n);
    }
}

/* Samples number k->next .. + n of the step, which lie between the points from t0 on, into the row. */
VINLINE void samples(trace_curve *k, const cubics *q, double t0, uint32_t n)
{
    const size_t stride = k->stride;
    double *row = k->row + k->n, *front = row + SAMPLE_FRONT * stride, *back = front + k->plan->nsignal * stride;
    const double *t = row + SAMPLE_STEP_TIME * stride;
    double *ah = back + (size_t)q->sum[0] * stride, *wh = back + (size_t)q->sum[1] * stride, u[TRACE_ROW];
    uint32_t fresh = k->all & ~q->moving & ~k->still;
    if (!k->timed)
        times(k);
    if (fresh)
        stand_still(k, q, fresh);
    k->still &= ~q->moving;
    k->whole &= ~q->moving;
    uint32_t m = q->moving & ((1u << TRACE_SIGNALS) - 1);
    size_t s = m ? (size_t)__builtin_ctz(m) : 0;  /* most steps move one signal: it goes along with the sums */
    double *to = m ? front + s * stride : u;
    for (uint32_t j = 0; j < n; j += LANES) {
        vd x = (AT(t + j) - t0) * k->inverse;
        PUT(to + j) = q->c[0][s] + x * (q->c[1][s] + x * (q->c[2][s] + x * q->c[3][s]));
        PUT(u + j) = x;
        PUT(ah + j) = VMIN(q->s[0][0] + x * (q->s[0][1] + x * q->s[0][2]), EACH(q->most[0]));
        PUT(wh + j) = VMIN(q->s[1][0] + x * (q->s[1][1] + x * q->s[1][2]), EACH(q->most[1]));
    }
    for (m &= m - 1; m; m &= m - 1) {
        s = (size_t)__builtin_ctz(m);
        to = front + s * stride;
        for (uint32_t j = 0; j < n; j += LANES) {
            vd x = AT(u + j);
            PUT(to + j) = q->c[0][s] + x * (q->c[1][s] + x * (q->c[2][s] + x * q->c[3][s]));
        }
    }
    k->n += n;
    k->next += n;
}

/* Samples from a on and before b. */
VINLINE int between(trace_curve *k, const double *a, const double *b, const double *c, double ahead, why *w)
{
    double last = ceil(b[0] * k->rate - 1e-9) - 1;
    cubics q;
    signals(k, a, b, c, ahead, &q);
    sums(k, a, b, &q);
    while (k->next <= last) {
        int rc = k->n < k->room ? E_OK : trace_curve_flush(k, w);
        if (rc)
            return rc;
        double left = last - k->next + 1;
        samples(k, &q, a[0], left < k->room - k->n ? (uint32_t)left : k->room - k->n);
    }
    for (int e = 0; e < 2; e++)
        k->sum[q.sum[e]] += q.more[e];
    return E_OK;
}

static VTARGET int points(trace_curve *k, const double *data, uint32_t n, why *w)
{
    const size_t width = k->plan->point;
    const double *a = k->kept[0], *b = k->kept[1];
    int rc = E_OK;
    for (uint32_t j = 0; j < n && !rc; j++, data += width) {
        double ahead = 1 / (data[0] - b[0]);
        rc = between(k, a, b, data, ahead, w);
        k->inverse = ahead;
        a = b;
        b = data;
    }
    trace_curve_keep(k, a, b);
    return rc;
}

static VTARGET int last(trace_curve *k, why *w) { return between(k, k->kept[0], k->kept[1], NULL, 0, w); }

static VTARGET void same(double *to, double v, uint32_t n) { fill(to, v, n); }

const trace_between VNAME(between) = { points, last, same };

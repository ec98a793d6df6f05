/* SPDX-License-Identifier: MIT
 * delta_q.c - two discharge curves on one grid of voltages, and the moments of their difference.
 */
#include "core/study/delta_q.h"
#include "core/base/mem.h"
#include <math.h>
#include <stdlib.h>

typedef struct falling { double *v, *q; size_t n; } falling;

static void falling_free(falling *f)
{
    free(f->v);
    free(f->q);
}

/* The samples at which the voltage is lower than ever before. */
static int fall(const delta_q_curve *c, const char *which, falling *f, why *w)
{
    *f = (falling){ mem_zero(c->n + 1, sizeof(double)), mem_zero(c->n + 1, sizeof(double)), 0 };
    if (!f->v || !f->q)
        return fail(w, E_NOMEM, "no memory for a curve of %zu samples", c->n);
    for (size_t i = 0; i < c->n; i++) {
        if (!isfinite(c->v[i]) || !isfinite(c->q[i]) || (f->n && !(c->v[i] < f->v[f->n - 1])))
            continue;
        f->v[f->n] = c->v[i];
        f->q[f->n++] = c->q[i];
    }
    return f->n > 1 ? E_OK
                    : fail(w, E_INPUT, "the %s curve has %zu samples of falling voltage, two are needed", which, f->n);
}

/* Charge drawn when the voltage has fallen to v; *at moves on as v falls. */
static double charge_at(const falling *f, double v, size_t *at)
{
    while (*at + 2 < f->n && f->v[*at + 1] > v)
        ++*at;
    double part = (f->v[*at] - v) / (f->v[*at] - f->v[*at + 1]);
    return f->q[*at] + part * (f->q[*at + 1] - f->q[*at]);
}

static void moments(const double *d, size_t n, delta_q *out)
{
    double m2 = 0, m3 = 0, m4 = 0;
    out->mean = 0;
    out->minimum = INFINITY;
    for (size_t i = 0; i < n; i++) {
        out->mean += (d[i] - out->mean) / (double)(i + 1);
        out->minimum = fmin(out->minimum, d[i]);
    }
    for (size_t i = 0; i < n; i++) {
        double e = d[i] - out->mean, e2 = e * e;
        m2 += e2 / (double)n;
        m3 += e2 * e / (double)n;
        m4 += e2 * e2 / (double)n;
    }
    out->variance = m2;
    out->skewness = m2 > 0 ? m3 / pow(m2, 1.5) : NAN;
    out->kurtosis = m2 > 0 ? m4 / (m2 * m2) : NAN;
    out->log_variance = m2 > 0 ? log10(m2) : NAN;
    out->log_minimum = out->minimum < 0 || out->minimum > 0 ? log10(fabs(out->minimum)) : NAN;
}

static int compare(const falling *a, const falling *b, size_t n, delta_q *out, why *w)
{
    double low = fmax(a->v[a->n - 1], b->v[b->n - 1]), high = fmin(a->v[0], b->v[0]);
    if (!(high > low))
        return fail(w, E_INPUT, "the curves have no voltage in common: one ends at %g V, the other begins at %g V", low,
                    high);
    out->low = isnan(out->low) ? low : out->low;
    out->high = isnan(out->high) ? high : out->high;
    if (!(out->high > out->low) || out->low < low - 1e-9 || out->high > high + 1e-9)
        return fail(w, E_INPUT, "the curves meet from %g to %g V, they cannot be compared from %g to %g V", low, high,
                    out->low, out->high);
    double *d = mem_zero(n, sizeof *d);
    if (!d)
        return fail(w, E_NOMEM, "no memory for %zu voltages", n);
    for (size_t i = 0, at = 0, of = 0; i < n; i++) {
        double v = out->high - (out->high - out->low) * (double)i / (double)(n - 1);
        d[i] = charge_at(b, v, &at) - charge_at(a, v, &of);
    }
    moments(d, n, out);
    free(d);
    return E_OK;
}

int delta_q_of(const delta_q_curve *early, const delta_q_curve *late, double low, double high, size_t points,
               delta_q *out, why *w)
{
    falling a = { 0 }, b = { 0 };
    *out = (delta_q){ .low = low, .high = high };
    int rc = points == 1 ? fail(w, E_INPUT, "curves are compared at two voltages or more") : E_OK;
    rc = rc ? rc : fall(early, "early", &a, w);
    rc = rc ? rc : fall(late, "late", &b, w);
    rc = rc ? rc : compare(&a, &b, points ? points : DELTA_Q_POINTS, out, w);
    falling_free(&a);
    falling_free(&b);
    return rc;
}

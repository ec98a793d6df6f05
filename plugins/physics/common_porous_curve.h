/* SPDX-License-Identifier: MIT
 * common_porous_curve.h - functions of one variable (potentials, diffusivities, conductivities) made into cells of a uniform grid.
 *
 * A formula or a cubic table becomes a cubic in each cell, halved until it meets the function; a table joined by lines becomes one knot with
 * a slope at either side per cell, which is the table itself.  Both are evaluated without a branch, so a lane's value depends on nothing
 * but its x.  Beyond the ends the last straight line goes on.
 */
#ifndef FADE_PHYSICS_COMMON_POROUS_CURVE_H
#define FADE_PHYSICS_COMMON_POROUS_CURVE_H
#include "fade_plugin.h"
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct porous_curve {
    double lo, hi, h, per; /* first and last x, a cell's width and 1 / width */
    double *cell;          /* [n][4]: c0 + t (c1 + t (c2 + t c3)), t in 0..1; or knot x, y, slope below, above */
    uint32_t n, knots;     /* knots: cells hold knots */
    int constant;          /* the same everywhere: cell[0] */
} porous_curve;

/* What a formula is tabulated with, for one creation. */
typedef struct porous_maker {
    const fade_host *host;
    const fade_expr_v1 *expr;
    const char *key;
} porous_maker;

enum { POROUS_COARSE = 256, POROUS_FINE = 16384, POROUS_KNOT_CELLS = 1 << 17 };

static inline void porous_curve_free(porous_curve *c)
{
    free(c->cell);
    c->cell = NULL;
}

static inline int32_t porous_refuse(const fade_host *host, int32_t code, const char *text)
{
    fade_say(host, 3, code, -1, text);
    return code;
}

/* The cell of x and how far into it: x before the ends; NaN counts as the first x. */
static inline const double *porous_cell(const porous_curve *c, double x, double *in, double *t)
{
    double u = x > c->lo ? x : c->lo;
    u = u < c->hi ? u : c->hi;
    *in = u;
    u = (u - c->lo) * c->per;
    int32_t k = (int32_t)u, last = (int32_t)c->n - 1;
    k = k < last ? k : last;
    *t = u - k;
    return c->cell + 4 * (size_t)k;
}

/* y, and its slope where wanted. */
static inline double porous_at(const porous_curve *c, double x, double *slope)
{
    double in, t, none;
    const double *p = porous_cell(c, x, &in, &t);
    slope = slope ? slope : &none;
    if (c->knots) {
        double d = x - p[0];
        *slope = d < 0 ? p[2] : p[3];
        return p[1] + d * *slope;
    }
    *slope = (p[1] + t * (2 * p[2] + t * 3 * p[3])) * c->per;
    return p[0] + t * (p[1] + t * (p[2] + t * p[3])) + (x - in) * *slope;
}

/* Over m lanes. */
static inline void porous_eval(const porous_curve *c, uint32_t m, const double *restrict x, double *restrict y, double *restrict slope)
{
    if (c->knots)
        for (uint32_t i = 0; i < m; i++) {
            double in, t;
            const double *p = porous_cell(c, x[i], &in, &t);
            double d = x[i] - p[0];
            slope[i] = d < 0 ? p[2] : p[3];
            y[i] = p[1] + d * slope[i];
        }
    else
        for (uint32_t i = 0; i < m; i++) {
            double in, t;
            const double *p = porous_cell(c, x[i], &in, &t);
            slope[i] = (p[1] + t * (2 * p[2] + t * 3 * p[3])) * c->per;
            y[i] = p[0] + t * (p[1] + t * (p[2] + t * p[3])) + (x[i] - in) * slope[i];
        }
}

/* The formula at n points (a multiple of 8). */
static inline int32_t porous_formula(const porous_maker *w, const char *text, uint32_t n, const double *x, double *y)
{
    static const char *const name[] = { "y" }, *const var[] = { "x" };
    static const uint8_t wanted[] = { 1 }, same[] = { 0 };
    const char *const texts[] = { text };
    fade_expr *e = NULL;
    if (w->expr->compile(w->host, 1, name, texts, wanted, 1, var, same, &e)) {
        char say[200];
        snprintf(say, sizeof say, "%s is not a formula in x: \"%.100s\"", w->key, text);
        return porous_refuse(w->host, FADE_EINVAL, say);
    }
    void *scratch = aligned_alloc(64, (w->expr->scratch(e, n) + 127) / 64 * 64);
    if (scratch)
        w->expr->eval(e, n, (const double *const[]){ x }, scratch, (double *const[]){ y });
    free(scratch);
    w->expr->close(e);
    return scratch ? FADE_OK : porous_refuse(w->host, FADE_ENOMEM, "no memory for a formula");
}

/* Cubics through y at the grid's points with slopes of fourth order from their neighbours: y[0] is two cells before the first. */
static inline void porous_cubics(porous_curve *c, const double *y, uint32_t stride)
{
    for (uint32_t k = 0; k < c->n; k++) {
        const double *p = y + (size_t)(k + 2) * stride;
        size_t s = stride;
        double a = p[0], b = p[s], da = (p[-2 * (long)s] - 8 * p[-(long)s] + 8 * p[s] - p[2 * s]) / 12;
        double db = (p[-(long)s] - 8 * p[0] + 8 * p[2 * s] - p[3 * s]) / 12;
        double *q = c->cell + 4 * (size_t)k;
        q[0] = a;
        q[1] = da;
        q[2] = 3 * (b - a) - 2 * da - db;
        q[3] = 2 * (a - b) + da + db;
    }
}

typedef int32_t porous_sampler(const porous_maker *, const void *what, uint32_t n, const double *x, double *y);

/* Slopes at the ends come from the function beyond lo..hi when it is finite there, else from a parabola inside. */
static inline int porous_mend(double *y, uint32_t points)
{
    for (int end = 0; end < 2; end++)
        for (int k = 3; k >= 0; k--) { /* four half cells lie beyond */
            size_t at = end ? points - 1 - (size_t)k : (size_t)k;
            long in = end ? -1 : 1;
            if (!isfinite(y[at]))
                y[at] = 3 * y[at + in] - 3 * y[at + 2 * in] + y[at + 3 * in];
        }
    for (uint32_t k = 0; k < points; k++)
        if (!isfinite(y[k]))
            return 0;
    return 1;
}

/* Cells halved until the cubics meet the function between their points to `close` of its range (or to 1e-14 of its size). */
static inline int32_t porous_tabulate(const porous_maker *w, porous_sampler *sample, const void *what, double lo, double hi, double close, porous_curve *c)
{
    char say[200];
    for (uint32_t n = POROUS_COARSE; n <= POROUS_FINE; n *= 2) {
        uint32_t points = 2 * (n + 5) - 1, padded = (points + 7) / 8 * 8;
        double *x = malloc(2 * (size_t)padded * sizeof *x), *y = x + padded;
        free(c->cell);
        *c = (porous_curve){ lo, hi, (hi - lo) / n, n / (hi - lo), malloc(4 * (size_t)n * sizeof *c->cell), n, 0, 0 };
        if (!x || !c->cell) {
            free(x);
            return porous_refuse(w->host, FADE_ENOMEM, "no memory for a curve");
        }
        for (uint32_t k = 0; k < padded; k++)
            x[k] = lo + (k / 2.0 - 2) * c->h;
        int32_t rc = sample(w, what, padded, x, y);
        double most = 0, low = INFINITY, high = -INFINITY;
        int sound = rc == 0 && porous_mend(y, points);
        if (sound)
            porous_cubics(c, y, 2);
        for (uint32_t k = 0; sound && k < n; k++) {
            double want = y[2 * (k + 2) + 1];
            most = fmax(most, fabs(porous_at(c, lo + (k + 0.5) * c->h, NULL) - want));
            low = fmin(low, want);
            high = fmax(high, want);
        }
        free(x);
        if (rc)
            return rc;
        if (!sound) {
            snprintf(say, sizeof say, "%s is not a number somewhere between x = %g and %g", w->key, lo, hi);
            return porous_refuse(w->host, FADE_EINVAL, say);
        }
        c->constant = high - low <= 1e-15 * fabs(high);
        if (most <= fmax(close * (high - low), 1e-14 * fmax(fabs(low), fabs(high))))
            return FADE_OK;
        if (n == POROUS_FINE && most > 1e-6 * (high - low)) {
            snprintf(say, sizeof say, "%s turns so sharply that it is only met to %.2g", w->key, most);
            fade_say(w->host, 1, 0, -1, say);
        }
    }
    return FADE_OK;
}

static inline int32_t porous_sample_formula(const porous_maker *w, const void *what, uint32_t n, const double *x, double *y)
{
    return porous_formula(w, what, n, x, y);
}

/* A formula over lo..hi.  A function that has no value at an end (a logarithm) is taken up to a millionth before it. */
static inline int32_t porous_from_formula(const porous_maker *w, const char *text, double lo, double hi, porous_curve *c)
{
    double x[8] = { lo, hi, lo, lo, lo, lo, lo, lo }, y[8], way = 1e-6 * (hi - lo);
    int32_t rc = porous_formula(w, text, 8, x, y);
    if (rc)
        return rc;
    return porous_tabulate(w, porous_sample_formula, text, isfinite(y[0]) ? lo : lo + way, isfinite(y[1]) ? hi : hi - way, 1e-9, c);
}

/* A natural spline through the table's points, as SciPy and PyBaMM draw "cubic" but for the not-a-knot ends. */
typedef struct porous_spline {
    const double *x, *y, *m; /* m: second derivatives */
    uint32_t n;
} porous_spline;

static inline int32_t porous_sample_spline(const porous_maker *w, const void *what, uint32_t n, const double *x, double *y)
{
    const porous_spline *s = what;
    (void)w;
    for (uint32_t i = 0, k = 0; i < n; i++) {
        while (k + 2 < s->n && x[i] >= s->x[k + 1])
            k++;
        while (k > 0 && x[i] < s->x[k])
            k--;
        double h = s->x[k + 1] - s->x[k], a = (s->x[k + 1] - x[i]) / h, b = 1 - a;
        y[i] = a * s->y[k] + b * s->y[k + 1] + ((a * a * a - a) * s->m[k] + (b * b * b - b) * s->m[k + 1]) * h * h / 6;
    }
    return FADE_OK;
}

/* Second derivatives with not-a-knot ends: the third derivative does not jump at the second and the last but one point. */
static inline void porous_second(uint32_t n, const double *x, const double *y, double *m, double *u)
{
    m[0] = m[n - 1] = 0;
    if (n < 4)
        return; /* few points: natural ends */
    double h0 = x[1] - x[0], h1 = x[2] - x[1], g0 = x[n - 1] - x[n - 2], g1 = x[n - 2] - x[n - 3];
    double c = 0;
    for (uint32_t i = 1; i + 1 < n; i++) {
        double a = x[i] - x[i - 1], b = x[i + 1] - x[i];
        double r = 6 * ((y[i + 1] - y[i]) / b - (y[i] - y[i - 1]) / a), lower = a, mid = 2 * (a + b), upper = b;
        if (i == 1) {
            mid = (h0 + h1) * (h0 + 2 * h1) / h1;
            upper = (h1 * h1 - h0 * h0) / h1;
        }
        if (i + 2 == n) {
            mid = (g0 + g1) * (g0 + 2 * g1) / g1;
            lower = (g1 * g1 - g0 * g0) / g1;
        }
        double den = i == 1 ? mid : mid - lower * c;
        m[i] = i == 1 ? r / den : (r - lower * m[i - 1]) / den;
        u[i] = c = upper / den;
    }
    for (uint32_t i = n - 3; i >= 1; i--)
        m[i] -= u[i] * m[i + 1];
    m[0] = ((h0 + h1) * m[1] - h0 * m[2]) / h1;
    m[n - 1] = ((g0 + g1) * m[n - 2] - g0 * m[n - 3]) / g1;
}

static inline int32_t porous_from_spline(const porous_maker *w, const fade_value *t, porous_curve *c)
{
    double *m = malloc(2 * (size_t)t->n * sizeof *m);
    if (!m)
        return porous_refuse(w->host, FADE_ENOMEM, "no memory for a curve");
    porous_spline s = { t->v, t->v + t->n, m, t->n };
    porous_second(t->n, s.x, s.y, m, m + t->n);
    int32_t rc = porous_tabulate(w, porous_sample_spline, &s, t->v[0], t->v[t->n - 1], 1e-8, c);
    free(m);
    return rc;
}

/* Does each of n cells hold one knot at most?  Then fills them. */
static inline int porous_knots(const fade_value *t, uint32_t n, porous_curve *c)
{
    const double *x = t->v, *y = t->v + t->n;
    double h = (x[t->n - 1] - x[0]) / n;
    uint32_t inner = 1;
    for (uint32_t k = 0; k < n; k++) {
        double from = x[0] + k * h, to = x[0] + (k + 1) * h;
        double *q = c ? c->cell + 4 * (size_t)k : NULL;
        uint32_t has = 0, at = inner;
        while (inner + 1 < t->n && x[inner] < to) {
            inner++;
            has++;
        }
        if (has > 1)
            return 0;
        if (!q)
            continue;
        (void)from;
        uint32_t knot = has ? at : at - 1; /* without a knot the line from the one before it goes on both ways */
        double above = (y[knot + 1] - y[knot]) / (x[knot + 1] - x[knot]);
        q[0] = x[knot];
        q[1] = y[knot];
        q[2] = has ? (y[knot] - y[knot - 1]) / (x[knot] - x[knot - 1]) : above;
        q[3] = above;
    }
    return 1;
}

static inline int32_t porous_from_lines(const porous_maker *w, const fade_value *t, porous_curve *c)
{
    uint32_t n = 64;
    while (n < POROUS_KNOT_CELLS && !porous_knots(t, n, NULL))
        n *= 2;
    double lo = t->v[0], hi = t->v[t->n - 1];
    *c = (porous_curve){ lo, hi, (hi - lo) / n, n / (hi - lo), malloc(4 * (size_t)n * sizeof *c->cell), n, 1, 0 };
    if (!c->cell)
        return porous_refuse(w->host, FADE_ENOMEM, "no memory for a curve");
    if (!porous_knots(t, n, c)) {
        char say[160];
        snprintf(say, sizeof say, "%s has points closer than a %dth of its range", w->key, POROUS_KNOT_CELLS);
        return porous_refuse(w->host, FADE_EINVAL, say);
    }
    return FADE_OK;
}

/* A table where there is one, else the formula over lo..hi. */
static inline int32_t porous_curve_make(const porous_maker *w, const char *text, const fade_value *table, int cubic, double lo, double hi, porous_curve *c)
{
    c->cell = NULL;
    if (!table || table->n == 0)
        return porous_from_formula(w, text && *text ? text : "1", lo, hi, c);
    if (table->n == 1) {
        char say[160];
        snprintf(say, sizeof say, "%s has 1 point, must have 2 or more", w->key);
        return porous_refuse(w->host, FADE_EINVAL, say);
    }
    return cubic ? porous_from_spline(w, table, c) : porous_from_lines(w, table, c);
}
#endif

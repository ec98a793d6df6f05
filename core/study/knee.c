/* SPDX-License-Identifier: MIT
 * knee.c - where a fade curve turns down: two lines against one and a parabola, and the distance from the chord.
 *
 * Both work on at most POINTS averages in the unit square: x from 0 to 1, y divided by its span.
 */
#include "core/study/knee.h"
#include "core/base/mem.h"
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS = 512, STARTS = 64, HALVINGS = 60, MOST_COEFS = 4 };
static const double GAMMA = 1e-8;                 /* of the span of x: Fermin-Cueto et al. keep it at 1e-8 cycles */
static const double EDGE = 0.05;                  /* a line needs points: no knee in the first and last 5 % of x */
static const double EXACT = 1e-7;                 /* of the span of y: errors below it are none */
static const double WINDOW = 0.05;                /* of the points, for smoothing */
static const double BEND = 0.05;                  /* least distance from the chord, of the square */
static const double SIGMAS = 4;                   /* .. and in errors of the smoothed curve */

static const char FEW[] = "too few points", FLAT[] = "the curve does not fall", SLOWS[] = "the fade slows down";
static const char LINE[] = "a straight line fits as well", NOISE[] = "the bend is lost in the noise";
static const char RISES[] = "it rises before it falls";
static const char PARABOLA[] = "a parabola fits better: the fade quickens evenly";

/* ---- the points in the unit square ---- */

typedef struct square {
    double *x, *y;                                      /* [n] each, one block */
    size_t  n;
    double  x0, dx, y0, dy;                             /* x = (X - x0) / dx */
} square;

static size_t count_known(const double *x, const double *y, size_t n)
{
    size_t known = 0;
    for (size_t i = 0; i < n; i++)
        known += isfinite(x[i]) && isfinite(y[i]);
    return known;
}

/* Averages of equal shares of the known points. */
static void gather(square *s, const double *x, const double *y, size_t n, size_t known)
{
    size_t bins = known < POINTS ? known : POINTS, seen = 0;
    double count = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i]) || !isfinite(y[i]))
            continue;
        s->x[s->n] += x[i];
        s->y[s->n] += y[i];
        count++;
        if (++seen == (s->n + 1) * known / bins) {
            s->x[s->n] /= count;
            s->y[s->n] /= count;
            s->n++;
            count = 0;
        }
    }
}

static void scale(square *s)
{
    double least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < s->n; i++) {
        least = fmin(least, s->y[i]);
        most = fmax(most, s->y[i]);
    }
    s->x0 = s->x[0];
    s->dx = s->x[s->n - 1] - s->x[0];
    s->y0 = least;
    s->dy = most - least;
    for (size_t i = 0; i < s->n; i++) {
        s->x[i] = (s->x[i] - s->x0) / s->dx;
        s->y[i] = (s->y[i] - s->y0) / s->dy;
    }
}

/* *reason is set, and no memory held, where there is nothing to look at. */
static int open_square(square *s, const double *x, const double *y, size_t n, const char **reason, why *w)
{
    size_t known = count_known(x, y, n);
    *s = (square){ 0 };
    *reason = known < KNEE_LEAST ? FEW : NULL;
    if (*reason)
        return E_OK;
    s->x = mem_zero(2 * (POINTS + 1), sizeof *s->x);
    if (!s->x)
        return fail(w, E_NOMEM, "no memory to look for a knee in %zu points", n);
    s->y = s->x + POINTS + 1;
    gather(s, x, y, n, known);
    double first = s->y[0], last = s->y[s->n - 1];
    scale(s);
    *reason = !(s->dx > 0) ? FEW : !(first > last) || !(s->dy > 1e-12 * fabs(first)) ? FLAT : NULL;
    if (*reason) {
        free(s->x);
        s->x = NULL;
    }
    return E_OK;
}

static knee none(const char *reason)
{
    return (knee){ NAN, NAN, NAN, NAN, NAN, NAN, reason };
}

static double slope(const square *s, double in_square)
{
    return in_square * s->dy / s->dx;
}

/* ---- least squares ---- */

typedef struct model { double x1; int columns; bool lines; } model;     /* lines: Bacon-Watts; else a polynomial */

static void row(const model *m, double x, double f[MOST_COEFS])
{
    f[0] = 1;
    f[1] = x - m->x1;
    f[2] = m->lines ? f[1] * tanh(f[1] / GAMMA) : f[1] * f[1];
}

/* Solves the symmetric A c = b in place, of m columns, by Cholesky; false: A is singular. */
static bool solve(double a[MOST_COEFS][MOST_COEFS], double b[MOST_COEFS], int m)
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j <= i; j++) {
            double sum = a[i][j];
            for (int k = 0; k < j; k++)
                sum -= a[i][k] * a[j][k];
            if (i == j && !(sum > 1e-14))
                return false;
            a[i][j] = i == j ? sqrt(sum) : sum / a[j][j];
        }
    for (int i = 0; i < m; i++) {
        for (int k = 0; k < i; k++)
            b[i] -= a[i][k] * b[k];
        b[i] /= a[i][i];
    }
    for (int i = m - 1; i >= 0; i--) {
        for (int k = i + 1; k < m; k++)
            b[i] -= a[k][i] * b[k];
        b[i] /= a[i][i];
    }
    return true;
}

/* Coefficients, and the sum of squares they leave; INFINITY: none. */
static double fit(const square *s, const model *m, double c[MOST_COEFS])
{
    double a[MOST_COEFS][MOST_COEFS] = { { 0 } }, f[MOST_COEFS], left = 0;
    memset(c, 0, MOST_COEFS * sizeof *c);
    for (size_t p = 0; p < s->n; p++) {
        row(m, s->x[p], f);
        for (int i = 0; i < m->columns; i++) {
            c[i] += f[i] * s->y[p];
            for (int j = 0; j <= i; j++)
                a[i][j] += f[i] * f[j];
        }
    }
    if (!solve(a, c, m->columns))
        return INFINITY;
    for (size_t p = 0; p < s->n; p++) {
        double e = s->y[p];
        row(m, s->x[p], f);
        for (int i = 0; i < m->columns; i++)
            e -= c[i] * f[i];
        left += e * e;
    }
    return fmax(left, (double)s->n * EXACT * EXACT);
}

static double lines_at(const square *s, double x1)
{
    double c[MOST_COEFS];
    return fit(s, &(model){ x1, 3, true }, c);
}

/* Least squares over x1: the best of many starts, then the golden section between its neighbours. */
static double best_break(const square *s, double *left)
{
    static const double golden = 0.6180339887498949;
    double step = (1 - 2 * EDGE) / STARTS, best = EDGE;
    *left = INFINITY;
    for (int i = 0; i <= STARTS; i++) {
        double at = EDGE + i * step, l = lines_at(s, at);
        if (l < *left) {
            *left = l;
            best = at;
        }
    }
    double lo = fmax(EDGE, best - step), hi = fmin(1 - EDGE, best + step);
    double a = hi - golden * (hi - lo), b = lo + golden * (hi - lo), fa = lines_at(s, a), fb = lines_at(s, b);
    for (int i = 0; i < HALVINGS; i++) {
        if (fa < fb) {
            hi = b;
            b = a;
            fb = fa;
            a = hi - golden * (hi - lo);
            fa = lines_at(s, a);
        } else {
            lo = a;
            a = b;
            fa = fb;
            b = lo + golden * (hi - lo);
            fb = lines_at(s, b);
        }
    }
    if (fmin(fa, fb) < *left) {
        best = fa < fb ? a : b;
        *left = fmin(fa, fb);
    }
    return best;
}

static double bic(double left, size_t n, int parameters)
{
    return (double)n * log(left / (double)n) + parameters * log((double)n);
}

/* ---- the interval ---- */

/* Student's t, two-sided 95 %, from 4 degrees on within 0.3 % (Abramowitz and Stegun 26.7.5). */
static double student(double v)
{
    const double z = 1.959963984540054, z2 = z * z;
    return z * (1 + (z2 + 1) / (4 * v) + ((5 * z2 + 16) * z2 + 3) / (96 * v * v) +
                (((3 * z2 + 19) * z2 + 17) * z2 - 15) / (384 * v * v * v));
}

/* From the best place towards `edge`, the first where the squares pass `most`; the edge where they never do. */
static double limit(const square *s, double best, double edge, double most)
{
    double step = (edge - best) / STARTS, in = best, out = best;
    for (int i = 1; i <= STARTS && !(lines_at(s, out) > most); i++) {
        in = out;
        out = best + i * step;
    }
    if (!(lines_at(s, out) > most))
        return edge;
    for (int i = 0; i < HALVINGS; i++) {
        double mid = (in + out) / 2;
        *(lines_at(s, mid) > most ? &out : &in) = mid;
    }
    return (in + out) / 2;
}

static void interval(const square *s, double best, double left, knee *out)
{
    double v = (double)s->n - 4, t = student(v), most = left * (1 + t * t / v);
    out->lower = s->x0 + s->dx * limit(s, best, EDGE, most);
    out->upper = s->x0 + s->dx * limit(s, best, 1 - EDGE, most);
}

int knee_bacon_watts(const double *x, const double *y, size_t n, knee *out, why *w)
{
    square s;
    const char *reason;
    int rc = open_square(&s, x, y, n, &reason, w);
    *out = none(reason);
    if (rc || reason)
        return rc;
    double c[MOST_COEFS], left, one = bic(fit(&s, &(model){ 0.5, 2, false }, c), s.n, 2);
    double even = bic(fit(&s, &(model){ 0.5, 3, false }, c), s.n, 3), at = best_break(&s, &left);
    double two = bic(left, s.n, 4);
    fit(&s, &(model){ at, 3, true }, c);
    bool rises = !(c[1] + c[2] < 0) || c[1] - c[2] > -(c[1] + c[2]);    /* and faster than it falls */
    out->reason = !(two < one) ? LINE : c[2] >= 0 ? SLOWS : rises ? RISES : !(two < even) ? PARABOLA : NULL;
    if (!out->reason) {
        out->x = s.x0 + s.dx * at;
        out->y = s.y0 + s.dy * c[0];
        out->before = slope(&s, c[1] - c[2]);
        out->after = slope(&s, c[1] + c[2]);
        interval(&s, at, left, out);
    }
    free(s.x);
    return E_OK;
}

/* ---- Kneedle ---- */

/* The value at point i of a line through it and `half` points on each side, fewer at the ends. */
static double local_line(const square *s, size_t i, size_t half)
{
    size_t from = i < half ? 0 : i - half, to = i + half + 1 < s->n ? i + half + 1 : s->n;
    double m = (double)(to - from), mx = 0, my = 0, xx = 0, xy = 0;
    for (size_t k = from; k < to; k++) {
        mx += s->x[k] / m;
        my += s->y[k] / m;
    }
    for (size_t k = from; k < to; k++) {
        xx += (s->x[k] - mx) * (s->x[k] - mx);
        xy += (s->x[k] - mx) * (s->y[k] - my);
    }
    return my + (xx > 0 ? xy / xx * (s->x[i] - mx) : 0);
}

/* How far point i lies above the chord, where the square's diagonal is 1 - x. */
static double above(const square *s, const double *smooth, size_t i)
{
    double first = smooth[0], last = smooth[s->n - 1];
    return (smooth[i] - last) / (first - last) - (1 - s->x[i]);
}

static void find_bend(const square *s, const double *smooth, size_t half, knee *out)
{
    double most = 0, least = 0, noise = 0, drop = smooth[0] - smooth[s->n - 1];
    size_t at = 0;
    for (size_t i = 0; i < s->n; i++) {
        double d = above(s, smooth, i), e = s->y[i] - smooth[i];
        noise += e * e;
        least = fmin(least, d);
        if (d > most) {
            most = d;
            at = i;
        }
    }
    noise = sqrt(noise / (double)s->n / (double)(2 * half + 1)) / fabs(drop);
    out->reason = !(drop > 0)            ? FLAT
                  : -least > most        ? -least < BEND ? LINE : SLOWS
                  : most < BEND          ? LINE
                  : most < SIGMAS * noise ? NOISE
                                          : NULL;
    if (out->reason)
        return;
    out->x = s->x0 + s->dx * s->x[at];
    out->y = s->y0 + s->dy * smooth[at];
    out->before = slope(s, (smooth[at] - smooth[0]) / s->x[at]);
    out->after = slope(s, (smooth[s->n - 1] - smooth[at]) / (1 - s->x[at]));
}

int knee_kneedle(const double *x, const double *y, size_t n, knee *out, why *w)
{
    square s;
    const char *reason;
    int rc = open_square(&s, x, y, n, &reason, w);
    *out = none(reason);
    if (rc || reason)
        return rc;
    double *smooth = mem_columns(s.n);
    if (smooth) {
        size_t half = (size_t)(WINDOW * (double)s.n / 2) + 1;
        for (size_t i = 0; i < s.n; i++)
            smooth[i] = local_line(&s, i, half);
        find_bend(&s, smooth, half, out);
    }
    free(s.x);
    rc = smooth ? E_OK : fail(w, E_NOMEM, "no memory to smooth %zu points", n);
    free(smooth);
    return rc;
}

/* SPDX-License-Identifier: MIT
 * leak.c - the ruler test: does one column alone tell the target to measurement error?
 *
 * A line, a parabola and the order of ranks are fitted to all known rows and to each cell by itself: a discharge's time
 * is the capacity at one current, and another multiple of it at another.
 */
#include "core/study/leak.h"
#include "core/base/lsq.h"
#include "core/base/mem.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST = 8 };                               /* rows of a cell, and of all */
static const double R2 = 0.999, FRACTION = 0.001, LIKELY = 0.9;

typedef struct pair { double x, y; } pair;

static int by_x(const void *a, const void *b)
{
    const pair *p = a, *q = b;
    return p->x != q->x ? (p->x > q->x) - (p->x < q->x) : (p->y > q->y) - (p->y < q->y);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Squares about the mean that a polynomial of x leaves, and those of y; x and y are centred and scaled first. */
static double left_of(const pair *p, size_t n, size_t degree, double *total)
{
    double mx = 0, my = 0, sx = 0, a[9] = { 0 }, b[3] = { 0 }, left = 0;
    for (size_t i = 0; i < n; i++) {
        mx += (p[i].x - mx) / (double)(i + 1);
        my += (p[i].y - my) / (double)(i + 1);
    }
    *total = 0;
    for (size_t i = 0; i < n; i++) {
        sx += (p[i].x - mx) * (p[i].x - mx);
        *total += (p[i].y - my) * (p[i].y - my);
    }
    sx = sqrt(sx / (double)n);
    if (!(sx > 1e-12 * fabs(mx)) || !(sx > 0))
        return *total;
    size_t m = degree + 1;
    for (size_t i = 0; i < n; i++) {
        double x = (p[i].x - mx) / sx, row[3] = { 1, x, x * x };
        for (size_t j = 0; j < m; j++) {
            b[j] += row[j] * (p[i].y - my);
            for (size_t k = 0; k < m; k++)
                a[j * m + k] += row[j] * row[k];
        }
    }
    if (!lsq_cholesky(m, a, b))                   /* two values of x have no parabola */
        return degree > 1 ? left_of(p, n, degree - 1, total) : *total;
    for (size_t i = 0; i < n; i++) {
        double x = (p[i].x - mx) / sx, e = p[i].y - my - b[0] - b[1] * x - (m > 2 ? b[2] * x * x : 0);
        left += e * e;
    }
    return left;
}

/* Mean ranks of x (sorted by it) go where x stood. */
static void ranks_of_x(pair *p, size_t n)
{
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && p[end].x <= p[i].x; end++)
            ;
        double rank = 0.5 * (double)(i + end - 1);
        for (size_t j = i; j < end; j++)
            p[j].x = rank;
    }
}

static void swap(pair *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (pair){ p[i].y, p[i].x };
}

typedef struct fits { double r2[NRULER], rmse; } fits;

/* Reorders p. */
static fits fit_all(pair *p, size_t n)
{
    double total, line = left_of(p, n, 1, &total), parabola = left_of(p, n, 2, &total);
    fits f = { .rmse = sqrt(fmin(line, parabola) / (double)n) };
    f.r2[RULER_LINE] = total > 0 ? 1 - line / total : 0;
    f.r2[RULER_PARABOLA] = total > 0 ? 1 - parabola / total : 0;
    for (int side = 0; side < 2; side++) {
        qsort(p, n, sizeof *p, by_x);
        ranks_of_x(p, n);
        swap(p, n);
    }
    line = left_of(p, n, 1, &total);
    f.r2[RULER_ORDER] = total > 0 ? 1 - line / total : 0;
    return f;
}

/* The upper quartile: what tells the target in one cell of four is a ruler. */
static double quartile(double *v, size_t n)
{
    qsort(v, n, sizeof *v, by_value);
    return n ? v[(3 * (n - 1) + 3) / 4] : NAN;
}

static bool named(const leak_options *o, const char *key)
{
    for (size_t i = 0; i < o->nallow; i++)
        if (strcmp(o->allow[i], key) == 0)
            return true;
    return false;
}

/* A column of the row itself can hold the answer; its place and earlier rows cannot. */
static int verdict(const dataset *d, int column, bool tells, const leak_options *o)
{
    static const char *const place[] = { "cycle", "row", "time", "test_time", "equivalent_full_cycles" };
    const dataset_column *c = &d->col[column];
    bool harmless = c->lag > 0 || column == d->physics;
    for (size_t i = 0; i < sizeof place / sizeof place[0]; i++)
        harmless |= text_starts(c->key, place[i]) && (!c->key[strlen(place[i])] || c->key[strlen(place[i])] == '_');
    return !tells ? RULER_NO : harmless ? RULER_NOTE : named(o, c->key) ? RULER_ALLOWED : RULER_LEAK;
}

static size_t gather(const dataset *d, int column, const size_t *row, size_t n, pair *p)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        pair one = { d->col[column].v[row[i]], d->col[d->target].v[row[i]] };
        if (isfinite(one.x) && isfinite(one.y))
            p[k++] = one;
    }
    return k;
}

int leak_rule(const dataset *d, int column, const size_t *row, size_t n, const leak_options *o, leak_ruler *out, why *w)
{
    pair *p = mem_zero(n + 1, sizeof *p);
    double *cell[NRULER], *mem = mem_zero(NRULER * (d->ncell + 1), sizeof *mem), mean = 0;
    *out = (leak_ruler){ .column = column, .r2 = NAN, .error = NAN };
    if (!p || !mem) {
        free(p);
        free(mem);
        return fail(w, E_NOMEM, "no memory to look for leaks in %zu rows", n);
    }
    for (int k = 0; k < NRULER; k++)
        cell[k] = mem + (size_t)k * (d->ncell + 1);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i; end < n && d->cell[row[end]] == d->cell[row[i]]; end++)
            ;
        size_t known = gather(d, column, row + i, end - i, p);
        if (known < LEAST)
            continue;
        fits f = fit_all(p, known);
        for (int k = 0; k < NRULER; k++)
            cell[k][out->cells] = f.r2[k];
        out->cells++;
    }
    out->rows = gather(d, column, row, n, p);
    for (size_t i = 0; i < out->rows; i++)
        mean += fabs(p[i].y) / (double)out->rows;
    if (out->rows >= LEAST) {
        fits f = fit_all(p, out->rows);
        out->error = f.rmse;
        for (int k = 0; k < NRULER; k++) {
            double r2 = out->cells ? fmax(f.r2[k], quartile(cell[k], out->cells)) : f.r2[k];
            if (!(r2 <= out->r2)) {
                out->r2 = r2;
                out->kind = k;
            }
        }
    }
    double most = o->r2 > 0 ? o->r2 : R2, fraction = o->fraction > 0 ? o->fraction : FRACTION;
    out->verdict = verdict(d, column, out->r2 > most || (out->r2 > LIKELY && out->error < fraction * mean), o);
    free(p);
    free(mem);
    return E_OK;
}

int leak_refuses(const leak_report *r, const dataset *d, why *w)
{
    static const char *const by[] = { "a line", "a parabola", "the order of its values" };
    for (size_t i = 0; i < r->nruler; i++) {
        const leak_ruler *k = &r->ruler[i];
        if (k->verdict == RULER_LEAK)
            return fail(w, E_INPUT,
                        "feature %s alone tells %s by %s to R2 %.5f (RMSE %.3g %s over %zu rows): it is a ruler, not a "
                        "feature; leave it out, or allow it by name if its moment is right",
                        d->col[k->column].key, d->col[d->target].key, by[k->kind], k->r2, k->error,
                        d->col[d->target].unit, k->rows);
    }
    return E_OK;
}

void leak_free(leak_report *r)
{
    free(r->ruler);
    *r = (leak_report){ 0 };
}

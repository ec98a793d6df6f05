/* SPDX-License-Identifier: MIT
 * sensitivity_sobol.c - shares of the variance: rows A and B of one Sobol sequence of twice the dimensions, and for
 * each axis A with that column of B.
 *
 * First order by Saltelli 2010, mean(B (A_i - A)) / V; total by Jansen 1999, mean((A - A_i)^2) / 2 V; V over A and B.
 * Outcomes are centred first, which costs nothing and keeps digits.  Intervals: rows drawn again with replacement.
 */
#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/study/design.h"
#include "core/study/sensitivity.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { AGAIN = 200 };                             /* bootstrap samples */

typedef struct rows {                             /* of one outcome: those whose points all have one */
    size_t  n, d;
    double *a, *b, *ab;                           /* [n], [n], [n][d] */
} rows;

static int make_points(size_t d, size_t n, uint64_t seed, double *x, why *w)
{
    uint64_t none[2 * SENS_AXES] = { 0 };
    double u[2 * SENS_AXES];
    design *k = NULL;
    int rc = design_open(DESIGN_SOBOL, 2 * d, none, n, seed, &k, w);
    for (size_t i = 0; i < n && !rc; i++) {
        double *row = x + i * (d + 2) * d;        /* A, B, then A with one column of B */
        design_at(k, i, u);
        for (size_t r = 0; r < d + 2; r++)
            for (size_t j = 0; j < d; j++)
                row[r * d + j] = r == 1 || r == j + 2 ? u[d + j] : u[j];
    }
    design_close(k);
    return rc;
}

static void pick_rows(const double *y, size_t n, size_t m, size_t outcome, rows *r)
{
    double sum = 0;
    r->n = 0;
    for (size_t i = 0; i < n; i++) {
        const double *v = y + i * (r->d + 2) * m + outcome;
        bool good = true;
        for (size_t k = 0; k < r->d + 2; k++)
            good = good && isfinite(v[k * m]);
        if (!good)
            continue;
        r->a[r->n] = v[0];
        r->b[r->n] = v[m];
        for (size_t j = 0; j < r->d; j++)
            r->ab[r->n * r->d + j] = v[(j + 2) * m];
        sum += v[0] + v[m];
        r->n++;
    }
    double mean = r->n ? sum / (2 * (double)r->n) : NAN;
    for (size_t i = 0; i < r->n; i++) {
        r->a[i] -= mean;
        r->b[i] -= mean;
        for (size_t j = 0; j < r->d; j++)
            r->ab[i * r->d + j] -= mean;
    }
}

/* Shares of axis j over the rows at[0 .. n - 1], NULL: all. */
static void shares(const rows *r, const size_t *at, size_t j, double *first, double *total)
{
    double sum = 0, square = 0, s = 0, t = 0, n = (double)r->n;
    for (size_t k = 0; k < r->n; k++) {
        size_t i = at ? at[k] : k;
        double a = r->a[i], b = r->b[i], ab = r->ab[i * r->d + j];
        sum += a + b;
        square += a * a + b * b;
        s += b * (ab - a);
        t += (a - ab) * (a - ab);
    }
    double mean = sum / (2 * n), v = square / (2 * n) - mean * mean;
    *first = v > 0 ? s / n / v : NAN;
    *total = v > 0 ? t / (2 * n) / v : NAN;
}

static void spread_of(const rows *r, size_t *at, size_t j, uint64_t seed, sensitivity_effect *e)
{
    double sum[2] = { 0 }, square[2] = { 0 };
    for (size_t k = 0; k < AGAIN; k++) {
        double v[2];
        for (size_t i = 0; i < r->n; i++)
            at[i] = (size_t)(random_uniform(seed, k, i, 1) * (double)r->n);
        shares(r, at, j, &v[0], &v[1]);
        for (int h = 0; h < 2; h++) {
            sum[h] += v[h];
            square[h] += v[h] * v[h];
        }
    }
    for (int h = 0; h < 2; h++) {
        double mean = sum[h] / AGAIN, v = (square[h] - AGAIN * mean * mean) / (AGAIN - 1);
        *(h ? &e->total_half : &e->first_half) = 1.959963984540054 * sqrt(fmax(0, v));
    }
}

static void judge(const double *y, size_t m, size_t n, uint64_t seed, rows *r, size_t *at, sensitivity_result *out)
{
    for (size_t o = 0; o < m; o++) {
        pick_rows(y, n, m, o, r);
        double sum = 0, square = 0;
        size_t seen = 0;
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < 2; k++) {
                double v = y[(i * (r->d + 2) + k) * m + o];
                seen += isfinite(v) != 0;
                sum += isfinite(v) ? v : 0;
            }
        out->lost[o] = n - r->n;
        out->mean[o] = seen ? sum / (double)seen : NAN;
        for (size_t i = 0; i < r->n; i++)
            square += r->a[i] * r->a[i] + r->b[i] * r->b[i];
        out->sd[o] = r->n > 1 ? sqrt(square / (2 * (double)r->n - 1)) : NAN;
        for (size_t j = 0; j < r->d; j++) {
            sensitivity_effect *e = &out->at[o][j];
            *e = (sensitivity_effect){ NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN };
            if (r->n < 2)
                continue;
            shares(r, NULL, j, &e->first, &e->total);
            spread_of(r, at, j, seed, e);
        }
    }
}

int sensitivity_sobol(size_t d, size_t m, size_t n, uint64_t seed, sensitivity_function *f, void *ctx,
                      sensitivity_result *out, why *w)
{
    *out = (sensitivity_result){ .d = d, .m = m, .points = n * (d + 2), .base = n };
    if (d < 1 || d > SENS_AXES || m < 1 || m > SENS_OUTCOMES || n < 2)
        return fail(w, E_DOMAIN, "a study by variance takes 1 to %d inputs, 1 to %d outcomes and 2 samples or more",
                    SENS_AXES, SENS_OUTCOMES);
    double *x = mem_zero(out->points * d, sizeof *x), *y = mem_zero(out->points * m, sizeof *y);
    size_t *at = mem_zero(n, sizeof *at);
    rows r = { 0, d, mem_zero(n, sizeof(double)), mem_zero(n, sizeof(double)), mem_zero(n * d, sizeof(double)) };
    int rc = x && y && at && r.a && r.b && r.ab ? make_points(d, n, seed, x, w)
                                                : fail(w, E_NOMEM, "no memory for %zu points", out->points);
    rc = rc ? rc : f(ctx, out->points, x, y, w);
    if (!rc)
        judge(y, m, n, seed, &r, at, out);
    free(x);
    free(y);
    free(at);
    free(r.a);
    free(r.b);
    free(r.ab);
    return rc;
}

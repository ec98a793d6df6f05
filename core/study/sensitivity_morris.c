/* SPDX-License-Identifier: MIT
 * sensitivity_morris.c - elementary effects: walks over a coarse grid that move one axis at a time; and differences
 * at one point.
 *
 * Four levels, steps of two thirds: every level is met equally often (Morris 1991).
 */
#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/study/sensitivity.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = 4 };
static const double STEP = 2.0 / 3;

/* A walk: a random corner, then each axis once in random order, up where it stands low and down where high. */
static void walk(size_t d, size_t number, uint64_t seed, double *x, size_t *order)
{
    for (size_t j = 0; j < d; j++) {
        x[j] = floor(random_uniform(seed, number, j, 0) * LEVELS) / (LEVELS - 1);
        order[j] = j;
    }
    for (size_t j = d; j-- > 1;) {
        size_t k = (size_t)(random_uniform(seed, number, j, 1) * (double)(j + 1)), old = order[j];
        order[j] = order[k];
        order[k] = old;
    }
    for (size_t s = 0; s < d; s++) {
        double *next = x + (s + 1) * d;
        memcpy(next, x + s * d, d * sizeof *x);
        next[order[s]] += next[order[s]] < 0.5 ? STEP : -STEP;
    }
}

/* Effects of one outcome; walks with a point without one are left out. */
static void judge(const double *x, const double *y, size_t o, const size_t *order, double *effect,
                  sensitivity_result *out)
{
    size_t d = out->d, m = out->m, kept = 0, n = 0;
    double sum = 0, square = 0;
    for (size_t t = 0; t < out->base; t++) {
        const double *v = y + t * (d + 1) * m + o;
        bool good = true;
        for (size_t s = 0; s <= d; s++)
            good = good && isfinite(v[s * m]);
        if (!good)
            continue;
        for (size_t s = 0; s <= d; s++, n++) {
            sum += v[s * m];
            square += v[s * m] * v[s * m];
        }
        for (size_t s = 0; s < d; s++) {
            size_t j = order[t * d + s];
            const double *here = x + (t * (d + 1) + s) * d;
            effect[j * out->base + kept] = (v[(s + 1) * m] - v[s * m]) / (here[d + j] - here[j]);
        }
        kept++;
    }
    double mean = n ? sum / (double)n : NAN;
    out->lost[o] = out->base - kept;
    out->mean[o] = mean;
    out->sd[o] = n > 1 ? sqrt(fmax(0, (square - (double)n * mean * mean) / ((double)n - 1))) : NAN;
    for (size_t j = 0; j < d; j++) {
        double mu = 0, star = 0, v = 0, vstar = 0, k = (double)kept;
        for (size_t i = 0; i < kept; i++) {
            mu += effect[j * out->base + i] / k;
            star += fabs(effect[j * out->base + i]) / k;
        }
        for (size_t i = 0; i < kept; i++) {
            v += pow(effect[j * out->base + i] - mu, 2) / (k - 1);
            vstar += pow(fabs(effect[j * out->base + i]) - star, 2) / (k - 1);
        }
        bool some = kept > 1;
        out->at[o][j] = (sensitivity_effect){ NAN,
                                              NAN,
                                              NAN,
                                              NAN,
                                              kept ? mu : NAN,
                                              kept ? star : NAN,
                                              some ? sqrt(v) : NAN,
                                              some ? 1.959963984540054 * sqrt(vstar / k) : NAN,
                                              NAN };
    }
}

int sensitivity_morris(size_t d, size_t m, size_t n, uint64_t seed, sensitivity_function *f, void *ctx,
                       sensitivity_result *out, why *w)
{
    *out = (sensitivity_result){ .d = d, .m = m, .points = n * (d + 1), .base = n };
    if (d < 1 || d > SENS_AXES || m < 1 || m > SENS_OUTCOMES || n < 2)
        return fail(w, E_DOMAIN, "screening takes 1 to %d inputs, 1 to %d outcomes and 2 walks or more", SENS_AXES,
                    SENS_OUTCOMES);
    double *x = mem_zero(out->points * d, sizeof *x), *y = mem_zero(out->points * m, sizeof *y);
    double *effect = mem_zero(n * d, sizeof *effect);
    size_t *order = mem_zero(n * d, sizeof *order);
    int rc = x && y && effect && order ? E_OK : fail(w, E_NOMEM, "no memory for %zu points", out->points);
    for (size_t t = 0; t < n && !rc; t++)
        walk(d, t, seed, x + t * (d + 1) * d, order + t * d);
    rc = rc ? rc : f(ctx, out->points, x, y, w);
    for (size_t o = 0; o < m && !rc; o++)
        judge(x, y, o, order, effect, out);
    free(x);
    free(y);
    free(effect);
    free(order);
    return rc;
}

int sensitivity_local(size_t d, size_t m, const double *at, double step, sensitivity_function *f, void *ctx,
                      sensitivity_result *out, why *w)
{
    *out = (sensitivity_result){ .d = d, .m = m, .points = 2 * d + 1, .base = 1 };
    if (d < 1 || d > SENS_AXES || m < 1 || m > SENS_OUTCOMES || !(step > 0 && step <= 0.5))
        return fail(w, E_DOMAIN, "differences take 1 to %d inputs, 1 to %d outcomes and a step of at most half the box",
                    SENS_AXES, SENS_OUTCOMES);
    double *x = mem_zero(out->points * d, sizeof *x), *y = mem_zero(out->points * m, sizeof *y);
    int rc = x && y ? E_OK : fail(w, E_NOMEM, "no memory for %zu points", out->points);
    for (size_t i = 0; i < out->points && !rc; i++)
        memcpy(x + i * d, at, d * sizeof *x);
    for (size_t j = 0; j < d && !rc; j++) {
        x[(2 * j + 1) * d + j] = fmin(1, at[j] + step);
        x[(2 * j + 2) * d + j] = fmax(0, at[j] - step);
    }
    rc = rc ? rc : f(ctx, out->points, x, y, w);
    for (size_t o = 0; o < m && !rc; o++) {
        out->mean[o] = y[o];
        for (size_t j = 0; j < d; j++) {
            size_t up = 2 * j + 1, down = 2 * j + 2;
            double slope = (y[up * m + o] - y[down * m + o]) / (x[up * d + j] - x[down * d + j]);
            out->at[o][j] = (sensitivity_effect){ NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, slope };
            out->lost[o] += !isfinite(slope);
        }
    }
    free(x);
    free(y);
    return rc;
}

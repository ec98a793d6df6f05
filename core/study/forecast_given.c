/* SPDX-License-Identifier: MIT
 * forecast_given.c - a forecast from parameters that are given: likely sets of them in place of a fit and its draws.
 */
#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/base/text.h"
#include "core/study/forecast_inside.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STREAM_GIVEN = 27 };

/* Within what the plugin declares; "c0" above 0. */
static int check(const fit_param *p, const fit_draws *d, size_t i, size_t j, why *w)
{
    double v = d->v[i * d->nparam + j];
    bool bounded = p->of->min < p->of->max;
    if (bounded && (v < p->of->min || v > p->of->max))
        return fail(w, E_INPUT, "line %zu of the draws: %s is %g, the plugin takes %g .. %g %s", d->line[i], p->key, v,
                    p->of->min, p->of->max, p->of->unit);
    if ((p->log || p->scale) && !(v > 0))
        return fail(w, E_INPUT, "line %zu of the draws: %s is %g, it must be above 0", d->line[i], p->key, v);
    return E_OK;
}

static int column(fit_param *p, const fit_draws *d, const size_t *of, size_t n, size_t j, fit_value *out, double *x)
{
    double *v = mem_zero(n, sizeof *v), mean = 0, square = 0;
    if (!v)
        return E_NOMEM;
    for (size_t i = 0; i < n; i++) {
        v[i] = fit_inside(p, d->v[of[i] * d->nparam + j]);
        mean += v[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++)
        square += (v[i] - mean) * (v[i] - mean);
    qsort(v, n, sizeof *v, forecast_order);
    *x = mean;
    *out = (fit_value){ .value = fit_outside(p, mean), .boot_lower = NAN, .boot_upper = NAN, .profile_lower = NAN,
                        .profile_upper = NAN, .lower = fit_outside(p, forecast_quantile(v, n, 0.025)),
                        .upper = fit_outside(p, forecast_quantile(v, n, 0.975)) };
    out->sd = sqrt(square / (double)(n > 1 ? n - 1 : 1)) * (p->log ? out->value : 1);
    p->lo = fmin(p->lo, fit_outside(p, v[0]));    /* what nobody bounds reaches as far as they do */
    p->hi = fmax(p->hi, fit_outside(p, v[n - 1]));
    free(v);
    return E_OK;
}

int forecast_given_take(course *k, const forecast_options *o, view *v, why *w)
{
    const fit_draws *d = o->draws;
    size_t *of = mem_zero(d->n + 1, sizeof *of), n = of ? fit_draws_of(d, k->rows.name[0], of) : 0;
    int rc = !of     ? fail(w, E_NOMEM, "no memory for %zu draws", d->n)
             : n < 2 ? fail(w, E_INPUT, "%s: the draws hold %zu of it, and those without a cell are %s",
                            k->rows.name[0], n, n ? "not taken beside its own" : "none")
                     : E_OK;
    for (size_t i = 0; i < n && !rc; i++)
        for (size_t j = 0; j < d->nparam && !rc; j++)
            rc = check(&k->f.param[j], d, of[i], j, w);
    v->fit = (fit_result){ .cell = k->rows.name[0], .n = v->known, .nparam = d->nparam };
    for (size_t j = 0; j < d->nparam && !rc; j++) {
        rc = column(&k->f.param[j], d, of, n, j, &v->fit.at[j], &v->fit.x[j]);
        if (rc)
            fail(w, rc, "no memory for %zu draws", n);
    }
    free(of);
    return rc;
}

/* Copies a draw's law that is a number everywhere, from `at` on; false: there is none. */
static bool copy(const double *y, size_t m, size_t rows, size_t at, double *to)
{
    for (size_t i = 0; i < m; i++) {
        const double *one = y + (at + i) % m * rows;
        bool good = true;
        for (size_t r = 0; r < rows; r++)
            good &= isfinite(one[r]) != 0;
        if (!good)
            continue;
        memcpy(to, one, rows * sizeof *to);
        return true;
    }
    return false;
}

int forecast_given_draw(const course *k, const forecast_options *o, fit_law *l, view *v, why *w)
{
    const fit_draws *d = o->draws;
    size_t p = d->nparam, *of = mem_zero(d->n + 1, sizeof *of), m = of ? fit_draws_of(d, k->rows.name[0], of) : 0;
    double *x = mem_zero(v->samples * p + 1, sizeof *x), *y = mem_zero(v->samples * v->n + 1, sizeof *y);
    int rc = of && x && y ? E_OK : fail(w, E_NOMEM, "no memory for %zu draws of a forecast", v->samples);
    double u = random_uniform(k->f.o.seed, text_hash(k->rows.name[0]), v->known, STREAM_GIVEN);
    for (size_t s = 0; s < v->samples && !rc; s++) {
        size_t i = of[(size_t)(((double)s + u) / (double)v->samples * (double)m)];
        for (size_t j = 0; j < p; j++)
            x[s * p + j] = fit_inside(&k->f.param[j], d->v[i * p + j]);
    }
    rc = rc ? rc : fit_law_at(l, v->samples, x, true, y, w);
    for (size_t s = 0; s < v->samples && !rc; s++)
        if (!copy(y, v->samples, v->n, s, v->draw + s * v->n))
            rc = fail(w, E_SOLVE, "%s: the law gives no numbers at any of the draws", k->rows.name[0]);
    free(of);
    free(x);
    free(y);
    return rc;
}

/* SPDX-License-Identifier: MIT
 * forecast_draw.c - what a law says of all rows once it is fitted to the first ones, and how unsure its parameters
 * make that.
 *
 * Parameters are drawn from the normal distribution about the best fit, wider than it by half, and taken over in
 * proportion to how much more likely they are under the data (importance resampling), so that bounds and bent valleys
 * count.  Neighbours that err alike say less than their number: the variance of the data is (1 + r) / (1 - r) times
 * that of what is left, r the correlation of neighbours.  A direction that the data do not see is as wide as the
 * bounds.
 */
#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/study/forecast_inside.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { USUAL = 200, EXTRA = 4, TRIES = 30, STREAM_DRAW = 21, STREAM_PICK = 22 };
#define WIDER     1.5
#define NEARLY    1e-5                            /* of the bounds: the step of a derivative */
#define LEAST_ESS 0.1                             /* of the draws: weights are flattened until so many count */
#define MEMORY    0.98                            /* at most */

typedef struct drawing {
    course     *k;
    view       *v;
    fit_law     l;
    size_t      p, m;                             /* parameters; proposals, the best fit first */
    double      best[FIT_PARAMS], lo[FIT_PARAMS], hi[FIT_PARAMS], width[FIT_PARAMS];
    double      value[FIT_PARAMS], vector[FIT_PARAMS * FIT_PARAMS];       /* of the scaled information: eigen */
    double      s2;                               /* variance of the data */
    double     *x, *log_w, *y;                    /* [m][p]; [m]; [m][n] */
    why        *w;
} drawing;

static void look_at_rest(drawing *d)
{
    const fit_law *l = &d->l;
    double square = 0, product = 0, last = 0;
    for (size_t i = 0; i < l->n; i++) {
        double r = l->data[i] - l->all[l->pick[i]];
        square += r * r;
        product += i ? r * last : 0;
        last = r;
    }
    double dof = l->n > d->p + 1 ? (double)(l->n - d->p) : 1;
    d->v->noise = sqrt(square / dof);
    d->v->dof = dof;
    d->v->memory = square > 0 ? fmin(fmax(product / square, 0), MEMORY) : 0;
    d->s2 = d->v->noise * d->v->noise * (1 + d->v->memory) / (1 - d->v->memory);
    d->s2 = d->s2 > 0 ? d->s2 : 1e-18;
}

/* The same about the middle of draws that are given, which is what they say together. */
static void look_at_given(drawing *d)
{
    memcpy(d->l.all, d->v->middle, d->v->n * sizeof *d->l.all);
    look_at_rest(d);
    d->v->fit.rmse = d->v->noise * sqrt(d->v->dof / (double)(d->l.n ? d->l.n : 1));
}

/* The information of data and bounds, scaled by the bounds, by central differences: all points in one call. */
static int inform(drawing *d)
{
    size_t p = d->p, n = d->l.n;
    double *x = mem_zero(2 * p * p + 1, sizeof *x), *y = mem_zero(2 * p * n + 1, sizeof *y);
    double a[FIT_PARAMS * FIT_PARAMS];
    int rc = x && y ? E_OK : fail(d->w, E_NOMEM, "no memory for a forecast");
    for (size_t i = 0; i < 2 * p && !rc; i++) {
        size_t j = i / 2;
        double h = NEARLY * (d->hi[j] - d->lo[j]);
        memcpy(x + i * p, d->best, p * sizeof *x);
        x[i * p + j] = i % 2 ? fmax(d->best[j] - h, d->lo[j]) : fmin(d->best[j] + h, d->hi[j]);
    }
    rc = rc ? rc : fit_law_at(&d->l, 2 * p, x, false, y, d->w);
    for (size_t i = 0; i < p && !rc; i++)
        for (size_t j = 0; j < p; j++) {
            double sum = 0, di = x[2 * i * p + i] - x[(2 * i + 1) * p + i];
            double dj = x[2 * j * p + j] - x[(2 * j + 1) * p + j];
            for (size_t r = 0; r < n; r++)
                sum += (y[2 * i * n + r] - y[(2 * i + 1) * n + r]) * (y[2 * j * n + r] - y[(2 * j + 1) * n + r]);
            sum *= d->width[i] * d->width[j] / (di * dj * d->s2);
            a[i * p + j] = (isfinite(sum) ? sum : 0) + (i == j);
        }
    if (!rc)
        lsq_eigen(p, a, d->value, d->vector);
    free(x);
    free(y);
    return rc;
}

/* One proposal; the log of its density. */
static double propose(drawing *d, size_t i, double *x)
{
    double density = 0;
    uint64_t cell = text_hash(d->k->rows.name[0]) ^ d->v->known;
    for (size_t try = 0; try < TRIES; try++) {
        bool inside = true;
        density = 0;
        memcpy(x, d->best, d->p * sizeof *x);
        for (size_t e = 0; e < d->p; e++) {
            double z = random_normal(d->k->f.o.seed, cell, (i * TRIES + try) * FIT_PARAMS + e, STREAM_DRAW);
            double by = WIDER * z / sqrt(d->value[e] > 1 ? d->value[e] : 1);
            density -= 0.5 * z * z;
            for (size_t j = 0; j < d->p; j++)
                x[j] += by * d->vector[e * d->p + j] * d->width[j];
        }
        for (size_t j = 0; j < d->p; j++)
            inside &= x[j] >= d->lo[j] && x[j] <= d->hi[j];
        if (inside)
            return density;
    }
    for (size_t j = 0; j < d->p; j++)
        x[j] = fmin(fmax(x[j], d->lo[j]), d->hi[j]);
    return density;
}

/* How likely the data are, and the bounds as a wide prior. */
static double likelihood(const drawing *d, const double *x, const double *y)
{
    double cost = 0, c2 = d->s2, prior = 0;
    bool soft = d->k->f.o.loss != LSQ_LINEAR;
    for (size_t i = 0; i < d->l.n; i++) {
        double r = y[d->l.pick[i]] - d->l.data[i], z = r * r / c2;
        cost += soft ? 2 * (sqrt(1 + z) - 1) : z;
    }
    for (size_t j = 0; j < d->p; j++) {
        double z = (x[j] - d->best[j]) / d->width[j];
        prior += z * z;
    }
    return -0.5 * (cost + prior);
}

static double count(const drawing *d, double power, double top, double *w)
{
    double sum = 0, square = 0;
    for (size_t i = 0; i < d->m; i++) {
        double v = isfinite(d->log_w[i]) ? exp(power * (d->log_w[i] - top)) : 0;
        sum += v;
        square += v * v;
        if (w)
            w[i] = v;
    }
    for (size_t i = 0; w && i < d->m; i++)
        w[i] /= sum;
    return square > 0 ? sum * sum / square : 0;
}

/* Systematic resampling with weights that are flattened where a handful of draws would carry all. */
static int resample(drawing *d)
{
    view *v = d->v;
    double top = -INFINITY, lo = 0, hi = 1, *w = mem_zero(d->m, sizeof *w), at = 0;
    if (!w)
        return fail(d->w, E_NOMEM, "no memory for the draws of a forecast");
    for (size_t i = 0; i < d->m; i++)
        top = isfinite(d->log_w[i]) && d->log_w[i] > top ? d->log_w[i] : top;
    if (count(d, 1, top, NULL) < LEAST_ESS * (double)d->m)
        for (int i = 0; i < 40; i++) {
            double mid = (lo + hi) / 2;
            *(count(d, mid, top, NULL) < LEAST_ESS * (double)d->m ? &hi : &lo) = mid;
        }
    else
        lo = 1;
    count(d, lo, top, w);
    double u = random_uniform(d->k->f.o.seed, text_hash(d->k->rows.name[0]), v->known, STREAM_PICK), sum = w[0];
    for (size_t s = 0; s < v->samples; s++) {
        double want = ((double)s + u) / (double)v->samples;
        for (; sum < want && at + 1 < (double)d->m; at++)
            sum += w[(size_t)at + 1];
        memcpy(v->draw + s * v->n, d->y + (size_t)at * v->n, v->n * sizeof *v->draw);
    }
    free(w);
    return E_OK;
}

/* The record is in the source's unit, the law speaks in the one people read. */
static void scale_seen(course *k, const fit_law *l)
{
    double by = 1;
    for (size_t r = 0; r < l->n && by == 1; r++) {
        size_t row = l->pick[r];
        by = k->seen[row] != 0 ? l->data[r] / k->seen[row] : by;
    }
    for (size_t r = 0; r < k->recorded && !k->scaled && fabs(by - 1) > 1e-9; r++)
        k->seen[r] *= by;
    k->scaled = true;
}

static int draw(drawing *d)
{
    size_t n = d->v->n;
    d->x = mem_zero(d->m * d->p + 1, sizeof *d->x);
    d->log_w = mem_zero(d->m, sizeof *d->log_w);
    d->y = mem_zero(d->m * n, sizeof *d->y);
    if (!d->x || !d->log_w || !d->y)
        return fail(d->w, E_NOMEM, "no memory for %zu draws of a forecast", d->m);
    int rc = inform(d);
    for (size_t i = 0; i < d->m && !rc; i++)
        d->log_w[i] = propose(d, i, d->x + i * d->p);
    rc = rc ? rc : fit_law_at(&d->l, d->m, d->x, true, d->y, d->w);
    for (size_t i = 0; i < d->m && !rc; i++) {
        const double *y = d->y + i * n;
        bool good = true;
        for (size_t r = 0; r < n; r++)
            good &= isfinite(y[r]) != 0;
        d->log_w[i] = good ? likelihood(d, d->x + i * d->p, y) - d->log_w[i] : -INFINITY;
    }
    return rc ? rc : resample(d);
}

static int sum_up(view *v, why *w)
{
    double *row = mem_zero(v->samples, sizeof *row);
    if (!row)
        return fail(w, E_NOMEM, "no memory for a forecast");
    for (size_t r = 0; r < v->n; r++) {
        double mean = 0, square = 0;
        for (size_t s = 0; s < v->samples; s++) {
            row[s] = v->draw[s * v->n + r];
            mean += row[s] / (double)v->samples;
        }
        for (size_t s = 0; s < v->samples; s++)
            square += (row[s] - mean) * (row[s] - mean);
        qsort(row, v->samples, sizeof *row, forecast_order);
        v->middle[r] = forecast_quantile(row, v->samples, 0.5);
        v->down[r] = v->middle[r] - forecast_quantile(row, v->samples, 0.05);
        v->up[r] = forecast_quantile(row, v->samples, 0.95) - v->middle[r];
        v->spread[r] = sqrt(square / (double)(v->samples > 1 ? v->samples - 1 : 1));
    }
    free(row);
    return E_OK;
}

static int room(view *v, why *w)
{
    v->draw = mem_zero(v->samples * v->n, sizeof *v->draw);
    double **of[] = { &v->middle, &v->down, &v->up, &v->spread, &v->correction, &v->spread_c,
                      &v->wrong_down, &v->wrong_up };
    bool good = v->draw != NULL;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        good &= (*of[i] = mem_zero(v->n, sizeof **of[i])) != NULL;
    return good ? E_OK : fail(w, E_NOMEM, "no memory for a forecast of %zu rows", v->n);
}

int forecast_view_open(course *k, const forecast_options *o, size_t known, view *v, why *w)
{
    drawing *d = mem_zero(1, sizeof *d);
    *v = (view){ .known = known, .n = k->n, .samples = o->samples ? o->samples : USUAL, .gate = NAN };
    int rc = d ? room(v, w) : fail(w, E_NOMEM, "no memory for a forecast");
    if (rc)
        goto out;
    *d = (drawing){ .k = k, .v = v, .p = k->f.nparam, .m = EXTRA * v->samples, .w = w };
    forecast_course_hide(k, known, o->plan);
    k->f.o.rows = known;
    rc = o->draws ? forecast_given_take(k, o, v, w) : fit_run(&k->f, 0, &v->fit, w);
    for (size_t j = 0; j < d->p && !rc; j++) {
        fit_param *p = &k->f.param[j];
        p->start = v->fit.at[j].value;            /* where the next fit starts, and what the law is opened with */
        d->best[j] = v->fit.x[j];
        d->lo[j] = fit_inside(p, p->lo);
        d->hi[j] = fit_inside(p, p->hi);
        d->width[j] = (d->hi[j] - d->lo[j]) / 2;
    }
    rc = rc ? rc : fit_law_open(&k->f, 0, &d->l, w);
    if (!rc) {
        scale_seen(k, &d->l);
        look_at_rest(d);
    }
    rc = rc ? rc : o->draws ? forecast_given_draw(k, o, &d->l, v, w) : draw(d);
    rc = rc ? rc : sum_up(v, w);
    if (!rc && o->draws)
        look_at_given(d);
    if (!rc)
        forecast_error_fill(o, k, v);
    v->wrong_inside = o->calibrate == FORECAST_OTHERS && forecast_error_is(o, k->f.o.target);
    fit_law_close(&d->l);
    free(d->x);
    free(d->log_w);
    free(d->y);
out:
    free(d);
    return rc;
}

void forecast_view_close(view *v)
{
    free(v->draw);
    free(v->middle);
    free(v->down);
    free(v->up);
    free(v->spread);
    free(v->correction);
    free(v->spread_c);
    free(v->wrong_down);
    free(v->wrong_up);
    *v = (view){ 0 };
}

/* SPDX-License-Identifier: MIT
 * fit_run.c - one fit: starts in step, the best of them, and three ways to say how sure it is: from the covariance,
 * from the profile of the likelihood, from a bootstrap of blocks of what is left.
 */
#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/study/baseline.h"
#include "core/study/fit_inside.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define Z95   1.959963984540054                   /* standard normal, 97.5 % */
#define ROUGH 1e-5                                /* tolerance of a fit that another one follows */
#define AGREE 0.01                                /* of the cost: starts that came to the same */
enum { STREAM_START = 11, STREAM_BLOCK = 12 };

typedef struct work {
    fit        *f;
    fit_law     l;
    lsq         q;
    double      lo[FIT_PARAMS], hi[FIT_PARAMS], mean[FIT_PARAMS], sd[FIT_PARAMS];
    lsq_start   best;
    lsq_shape   shape;
    double     *fitted;                           /* [n] */
    fit_result *out;
    why        *w;
} work;

static void say(const work *k, const char *doing, size_t done, size_t of)
{
    if (k->f->o.progress)
        k->f->o.progress(k->f->o.ctx, doing, done, of);
}

static double rmse(const double *y, const double *data, const size_t *at, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double r = y[at ? at[i] : i] - data[at ? at[i] : i];
        sum += r * r;
    }
    return n ? sqrt(sum / (double)n) : NAN;
}

static int order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* ---- the problem ---- */

static void pose(work *k)
{
    const fit *f = k->f;
    bool prior = false;
    for (size_t j = 0; j < f->nparam; j++) {
        const fit_param *p = &f->param[j];
        k->lo[j] = fit_inside(p, p->lo);
        k->hi[j] = fit_inside(p, p->hi);
        k->mean[j] = p->prior_sd > 0 ? fit_inside(p, p->prior_mean) : 0;
        k->sd[j] = p->log && p->prior_sd > 0 ? p->prior_sd / p->prior_mean : p->prior_sd;
        prior |= p->prior_sd > 0;
    }
    k->q = (lsq){ .n = k->l.n, .p = f->nparam, .data = k->l.data, .lo = k->lo, .hi = k->hi, .model = fit_law_model,
                  .ctx = &k->l, .loss = LSQ_LINEAR, .scale = 1 };
    if (prior) {
        k->q.prior_mean = k->mean;
        k->q.prior_sd = k->sd;
    }
}

/* Robust standard deviation of what is left at the best point. */
static int left_over(work *k, double *out)
{
    double *r = mem_zero(k->l.n + 1, sizeof *r);
    int rc = r ? fit_law_at(&k->l, 1, k->best.x, false, r, k->w) : fail(k->w, E_NOMEM, "no memory for a fit");
    for (size_t i = 0; i < k->l.n && !rc; i++)
        r[i] = fabs(r[i] - k->l.data[i]);
    if (!rc) {
        qsort(r, k->l.n, sizeof *r, order);
        *out = 1.4826 * r[k->l.n / 2];
    }
    free(r);
    return rc;
}

/* All starts; the best one is kept. */
static int solve(work *k, size_t nstart)
{
    lsq_start *s = mem_zero(nstart, sizeof *s);
    if (!s)
        return fail(k->w, E_NOMEM, "no memory for %zu starts", nstart);
    for (size_t i = 0; i < nstart; i++)
        for (size_t j = 0; j < k->q.p; j++) {
            double u = random_uniform(k->f->o.seed, i, j, STREAM_START);
            s[i].x[j] = i ? k->lo[j] + u * (k->hi[j] - k->lo[j]) : k->best.x[j];
        }
    size_t evaluations = 0;
    say(k, "solve", 0, nstart);
    int rc = lsq_run(&k->q, s, nstart, &evaluations, k->w);
    k->out->evaluations += evaluations;
    size_t best = 0;
    for (size_t i = 1; i < nstart; i++)
        best = s[i].cost < s[best].cost ? i : best;
    if (!rc && !isfinite(s[best].cost))
        rc = fail(k->w, E_SOLVE, "%s has no number for some row at any of %zu starts; try other bounds",
                  k->l.sc.physics[0].label, nstart);
    if (!rc)
        k->best = s[best];
    k->out->starts_agree = 0;
    for (size_t i = 0; i < nstart && !rc; i++)
        k->out->starts_agree += s[i].cost <= s[best].cost * (1 + AGREE);
    free(s);
    return rc;
}

static int best_of_all(work *k)
{
    const fit_options *o = &k->f->o;
    double sd = 0;
    for (size_t j = 0; j < k->q.p; j++)
        k->best.x[j] = fit_inside(&k->f->param[j], k->f->param[j].start);
    if (o->global) {
        int rc = fit_search(&k->l, k->lo, k->hi, k->best.x, &k->out->evaluations, k->w);
        if (rc)
            return rc;
    }
    if (k->q.prior_sd) {                          /* what a prior weighs needs the noise: found without priors */
        lsq free_of = k->q;
        k->q.prior_sd = k->q.prior_mean = NULL;
        int rc = solve(k, o->starts ? o->starts : 1);
        rc = rc ? rc : left_over(k, &sd);
        k->q = free_of;
        if (rc)
            return rc;
        k->q.noise = sd > 0 ? sd : 1e-12;
    }
    k->q.tolerance = o->loss == LSQ_LINEAR ? 0 : ROUGH;   /* what a robust fit starts from, and takes its scale from */
    int rc = solve(k, o->starts ? o->starts : 1);
    k->q.tolerance = 0;
    if (rc || o->loss == LSQ_LINEAR)
        return rc;
    rc = o->scale > 0 ? E_OK : left_over(k, &sd);
    k->q.loss = o->loss;
    k->q.scale = o->scale > 0 ? o->scale : sd > 0 ? 1.345 * sd : 1e-12;
    return rc ? rc : solve(k, o->starts ? o->starts : 1);
}

/* ---- how sure ---- */

static void by_covariance(work *k)
{
    fit_result *out = k->out;
    size_t p = k->q.p;
    for (size_t j = 0; j < p; j++) {
        const fit_param *of = &k->f->param[j];
        fit_value *v = &out->at[j];
        double x = k->best.x[j], sd = k->shape.sd[j], lower = fmax(x - Z95 * sd, k->lo[j]),
               upper = fmin(x + Z95 * sd, k->hi[j]);
        out->x[j] = x;
        *v = (fit_value){ .value = fit_outside(of, x), .at_bound = k->shape.at_bound[j],
                          .boot_lower = NAN, .boot_upper = NAN, .profile_lower = NAN, .profile_upper = NAN };
        v->sd = of->log ? sd * v->value : sd;
        v->lower = isnan(sd) ? NAN : fit_outside(of, lower);
        v->upper = isnan(sd) ? NAN : fit_outside(of, upper);
        for (size_t i = 0; i < p; i++) {
            double both = sqrt(k->shape.cov[j * p + j] * k->shape.cov[i * p + i]);
            out->correlation[j * p + i] = i == j ? 1 : both > 0 ? k->shape.cov[j * p + i] / both : NAN;
        }
    }
    out->noise = k->shape.noise;
    out->condition = k->shape.condition;
    out->nflat = k->shape.nflat;
    memcpy(out->flat, k->shape.flat, k->shape.nflat * p * sizeof *out->flat);
}

/* Each parameter held at places around its best, the others fitted again: all places of all parameters in step. */
static int by_profile(work *k)
{
    size_t p = k->q.p, n = 0;
    lsq_start *s = mem_zero(p * FIT_PROFILE, sizeof *s);
    double *box = mem_zero(2 * p * p * FIT_PROFILE + 1, sizeof *box);
    int rc = s && box ? E_OK : fail(k->w, E_NOMEM, "no memory for a profile");
    for (size_t j = 0; j < p && !rc; j++)
        for (size_t i = 0; i < FIT_PROFILE; i++, n++) {
            double *lo = box + 2 * p * n, *hi = lo + p;
            double sd = isfinite(k->shape.sd[j]) ? k->shape.sd[j] : (k->hi[j] - k->lo[j]) / 10;
            double at = k->best.x[j] + sd * 0.5 * ((double)i - (FIT_PROFILE - 1) / 2);
            memcpy(lo, k->lo, p * sizeof *lo);
            memcpy(hi, k->hi, p * sizeof *hi);
            lo[j] = hi[j] = fmin(fmax(at, k->lo[j]), k->hi[j]);
            s[n].lo = lo;
            s[n].hi = hi;
            memcpy(s[n].x, k->best.x, p * sizeof *lo);
            s[n].x[j] = lo[j];
        }
    say(k, "profile", 0, n);
    rc = rc ? rc : lsq_run(&k->q, s, n, &k->out->evaluations, k->w);
    for (size_t j = 0; j < p && !rc; j++) {
        fit_value *v = &k->out->at[j];
        double before = -INFINITY, at = NAN;
        v->profile_lower = -INFINITY;
        v->profile_upper = INFINITY;
        for (size_t i = 0; i < FIT_PROFILE; i++) {
            const lsq_start *q = &s[j * FIT_PROFILE + i];
            double rise = 2 * (q->cost - k->best.cost) / (k->out->noise * k->out->noise), x = q->x[j];
            double z = copysign(sqrt(fmax(rise, 0)), x - k->best.x[j]);
            k->out->profile_x[j][i] = fit_outside(&k->f->param[j], x);
            k->out->profile_d[j][i] = rise;
            double share = (-Z95 - before) / (z - before), other = (Z95 - before) / (z - before);
            if (before <= -Z95 && z > -Z95)
                v->profile_lower = fit_outside(&k->f->param[j], isfinite(at) ? at + share * (x - at) : x);
            if (before < Z95 && z >= Z95)
                v->profile_upper = fit_outside(&k->f->param[j], isfinite(at) ? at + other * (x - at) : x);
            before = z;
            at = x;
        }
    }
    free(s);
    free(box);
    return rc;
}

/* What is left, taken in blocks of neighbours, laid on the fitted values: the law is fitted to each sample anew. */
static int by_bootstrap(work *k, size_t samples)
{
    size_t n = k->q.n, p = k->q.p, block = (size_t)ceil(cbrt((double)n)), good = 0;
    lsq_start *s = mem_zero(samples, sizeof *s);
    double *data = mem_zero(samples * n + 1, sizeof *data), *at = mem_zero(samples + 1, sizeof *at), mean = 0;
    int rc = s && data && at ? E_OK : fail(k->w, E_NOMEM, "no memory for %zu samples of a bootstrap", samples);
    for (size_t i = 0; i < n && !rc; i++)
        mean += (k->l.data[i] - k->fitted[i]) / (double)n;
    for (size_t b = 0; b < samples && !rc; b++) {
        for (size_t i = 0, from = 0; i < n; i++, from++) {
            if (i % block == 0)
                from = (size_t)(random_uniform(k->f->o.seed, b, i, STREAM_BLOCK) * (double)n);
            size_t r = from % n;
            data[b * n + i] = k->fitted[i] + k->l.data[r] - k->fitted[r] - mean;
        }
        s[b].data = data + b * n;
        memcpy(s[b].x, k->best.x, sizeof s[b].x);
    }
    say(k, "bootstrap", 0, samples);
    rc = rc ? rc : lsq_run(&k->q, s, samples, &k->out->evaluations, k->w);
    for (size_t b = 0; b < samples && !rc && k->f->o.sample; b++)
        if (isfinite(s[b].cost))
            k->f->o.sample(k->f->o.sample_ctx, k->out->cell, s[b].x);
    for (size_t j = 0; j < p && !rc; j++) {
        good = 0;
        for (size_t b = 0; b < samples; b++)
            if (isfinite(s[b].cost))
                at[good++] = s[b].x[j];
        if (good < 20)
            break;
        qsort(at, good, sizeof *at, order);
        k->out->at[j].boot_lower = fit_outside(&k->f->param[j], at[(size_t)(0.025 * (double)(good - 1) + 0.5)]);
        k->out->at[j].boot_upper = fit_outside(&k->f->param[j], at[(size_t)(0.975 * (double)(good - 1) + 0.5)]);
    }
    free(s);
    free(data);
    free(at);
    return rc;
}

/* ---- how good ---- */

/* Later rows, by the law and by the straight line through the fitted ones of the same cell. */
static int look_ahead(work *k)
{
    fit_law *l = &k->l;
    double sum = 0;
    size_t at = 0, rest = 0;
    int rc = fit_law_at(l, 1, k->best.x, true, l->all, k->w);
    if (rc || l->nrest == 0)
        return rc;
    k->out->rest_rmse = rmse(l->all, l->seen, l->rest, l->nrest);
    for (size_t c = 0; c < l->ncell; c++) {
        baseline line = { 0 };
        for (; at < l->n && l->pick[at] < l->first[c + 1]; at++)
            baseline_add(&line, l->clock[l->pick[at]], l->data[at]);
        for (; rest < l->nrest && l->rest[rest] < l->first[c + 1]; rest++) {
            double r = baseline_line(&line, l->clock[l->rest[rest]]) - l->seen[l->rest[rest]];
            sum += r * r;
        }
    }
    k->out->rest_line = sqrt(sum / (double)l->nrest);
    return rc;
}

static void judge(work *k)
{
    double change = 0, square = 0, last = 0;
    for (size_t i = 0; i < k->q.n; i++) {
        double r = k->l.data[i] - k->fitted[i];
        change += i ? (r - last) * (r - last) : 0;
        square += r * r;
        last = r;
    }
    k->out->rmse = sqrt(square / (double)k->q.n);
    k->out->durbin_watson = square > 0 ? change / square : NAN;
    k->out->ended = k->best.ended;
}

static int all_of_it(work *k)
{
    fit_result *out = k->out;
    const fit_options *o = &k->f->o;
    if (k->l.n < k->f->nparam + 1)
        return fail(k->w, E_INPUT, "%zu known values of %s are too few for %zu parameters", k->l.n, o->target,
                    k->f->nparam);
    out->n = k->l.n;
    out->nrest = k->l.nrest;
    out->before = rmse(k->l.all, k->l.seen, k->l.pick, k->l.n);
    k->fitted = mem_zero(k->l.n + 1, sizeof *k->fitted);
    if (!k->fitted)
        return fail(k->w, E_NOMEM, "no memory for a fit");
    pose(k);
    int rc = best_of_all(k);
    rc = rc ? rc : lsq_look(&k->q, k->best.x, &k->shape, k->fitted, k->w);
    if (rc)
        return rc;
    by_covariance(k);
    judge(k);
    rc = look_ahead(k);
    rc = rc || !o->profile ? rc : by_profile(k);
    return rc || o->bootstrap == 0 ? rc : by_bootstrap(k, o->bootstrap);
}

int fit_run(fit *f, int64_t cell, fit_result *out, why *w)
{
    work *k = mem_zero(1, sizeof *k);
    if (!k)
        return fail(w, E_NOMEM, "no memory for a fit");
    *out = (fit_result){ .cell = cell < 0 ? NULL : f->rows.name[cell], .nparam = f->nparam, .rest_rmse = NAN,
                         .rest_line = NAN };
    k->f = f;
    k->out = out;
    k->w = w;
    int rc = f->nparam ? fit_law_open(f, cell, &k->l, w) : fail(w, E_INPUT, "nothing to fit: name a parameter");
    rc = rc ? rc : all_of_it(k);
    free(k->fitted);
    fit_law_close(&k->l);
    free(k);
    return rc;
}

/* SPDX-License-Identifier: MIT
 * evaluate_score.c - scores of any rows of the table, and who is better on how many cells.
 */
#include "core/base/mem.h"
#include "core/study/evaluate.h"
#include "core/study/metrics_bootstrap.h"
#include "core/study/metrics_normal.h"
#include "core/study/metrics_scaled.h"

#include <math.h>
#include <stdlib.h>

static const double MISS = 0.1;                   /* of the 90 % band */

/* ---- which rows ---- */

bool evaluate_bin(size_t i, double *least, double *most)
{
    static const double edge[] = { 0, 0, 1, 5, 10, 20, 50, 100, 200, 500, 1000, INFINITY };
    if (i + 1 >= sizeof edge / sizeof *edge)
        return false;
    *most = edge[i + 1];
    *least = i == 0 ? 0 : edge[i] + 1;
    return true;
}

/* First place in the order of a cell at or behind this one. */
static size_t place_of(const evaluate *e, size_t cell)
{
    size_t lo = 0, hi = e->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (e->data.cell[e->row[e->order[mid]]] < cell)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

size_t evaluate_pick(const evaluate *e, int64_t cell, double least, double most, size_t *at)
{
    size_t n = 0, from = cell < 0 ? 0 : place_of(e, (size_t)cell);
    size_t to = cell < 0 ? e->n : place_of(e, (size_t)cell + 1);
    for (size_t i = from; i < to; i++) {
        size_t k = e->order[i];
        if (e->horizon[k] >= least && e->horizon[k] <= most)
            at[n++] = k;
    }
    return n;
}

/* ---- scores ---- */

typedef struct gathered {                         /* rows that the model said, side by side */
    size_t  n, nseries;
    double *target, *said, *before, *error, *rival;      /* rival: the other's error, NaN unknown */
    size_t *first;
} gathered;

static void gathered_free(gathered *g)
{
    free(g->target);
    free(g->first);
}

static int gather(const evaluate *e, size_t model, const size_t *at, size_t n, gathered *g, why *w)
{
    const double *said = e->model[model].said, *rival = e->model[e->rival].said;
    *g = (gathered){ .target = mem_zero(5 * n + 1, sizeof *g->target), .first = mem_zero(n + 1, sizeof *g->first) };
    if (!g->target || !g->first)
        return fail(w, E_NOMEM, "no memory to score %zu rows", n);
    g->said = g->target + n;
    g->before = g->said + n;
    g->error = g->before + n;
    g->rival = g->error + n;
    uint32_t cell = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        size_t k = at[i];
        if (!isfinite(said[k]) || !isfinite(e->target[k]))
            continue;
        if (e->data.cell[e->row[k]] != cell)
            g->first[g->nseries++] = g->n;
        cell = e->data.cell[e->row[k]];
        g->target[g->n] = e->target[k];
        g->said[g->n] = said[k];
        g->before[g->n] = e->before[k];
        g->error[g->n] = said[k] - e->target[k];
        g->rival[g->n++] = rival[k] - e->target[k];
    }
    return E_OK;
}

static double boot_rmse(void *ctx, const size_t *row, size_t n)
{
    const gathered *g = ctx;
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += g->error[row[i]] * g->error[row[i]];
    return sqrt(sum / (double)n);
}

static double boot_skill(void *ctx, const size_t *row, size_t n)
{
    const gathered *g = ctx;
    double ours = 0, theirs = 0;
    for (size_t i = 0; i < n; i++) {
        double a = g->error[row[i]], b = g->rival[row[i]];
        if (!isfinite(b))
            continue;
        ours += a * a;
        theirs += b * b;
    }
    return metrics_skill(sqrt(ours), sqrt(theirs));
}

static int sureness(const evaluate *e, const gathered *g, evaluate_scores *out, why *w)
{
    metrics_bootstrap b = { .n = g->n, .nseries = g->nseries, .first = g->first, .samples = e->o.samples,
                            .seed = e->o.seed, .score = boot_rmse, .ctx = (void *)(uintptr_t)g };
    double said[2];
    int rc = metrics_bootstrap_run(&b, said, w);
    out->rmse_lower = said[0];
    out->rmse_upper = said[1];
    b.score = boot_skill;
    rc = rc ? rc : metrics_bootstrap_run(&b, said, w);
    out->skill_lower = said[0];
    out->skill_upper = said[1];
    return rc;
}

/* Errors of two over the rows that both said. */
static double skill_of(const evaluate *e, size_t model, size_t against, const size_t *at, size_t n)
{
    const double *a = e->model[model].said, *b = e->model[against].said;
    double ours = 0, theirs = 0;
    for (size_t i = 0; i < n; i++) {
        double x = a[at[i]] - e->target[at[i]], y = b[at[i]] - e->target[at[i]];
        if (!isfinite(x) || !isfinite(y))
            continue;
        ours += x * x;
        theirs += y * y;
    }
    return metrics_skill(sqrt(ours), sqrt(theirs));
}

static int bands(const evaluate *e, const evaluate_model *m, const size_t *at, size_t n, evaluate_scores *out, why *w)
{
    double *pit = mem_zero(n + 1, sizeof *pit), crps = 0;
    size_t k = 0, known = 0;
    out->crps = NAN;
    if (!pit)
        return fail(w, E_NOMEM, "no memory to score %zu bands", n);
    for (size_t i = 0; i < n && m->lower; i++) {
        size_t r = at[i];
        metrics_band_add(&out->band, e->target[r], m->lower[r], m->upper[r], MISS);
        double one = metrics_crps_gauss(e->target[r], m->said[r], m->sigma[r]);
        if (isfinite(one)) {
            crps += one;
            known++;
            pit[k++] = metrics_pit_gauss(e->target[r], m->said[r], m->sigma[r]);
        }
    }
    out->crps = known ? crps / (double)known : NAN;
    metrics_pit_of(pit, k, &out->pit);
    free(pit);
    return E_OK;
}

static int plain(const evaluate *e, size_t model, const size_t *at, size_t n, const gathered *g, evaluate_scores *out,
                 why *w)
{
    metrics m = { 0 };
    metrics_kept kept = { 0 };
    double scaled = 0;
    size_t nscaled = 0;
    int rc = E_OK;
    for (size_t i = 0; i < g->n && !rc; i++) {
        metrics_add(&m, g->target[i], g->said[i]);
        rc = metrics_keep(&kept, g->target[i], g->said[i], w);
    }
    for (size_t i = 0; i < n; i++) {
        double one = fabs(e->model[model].said[at[i]] - e->target[at[i]]) / e->scale[at[i]];
        nscaled += isfinite(one) != 0;
        scaled += isfinite(one) ? one : 0;
    }
    out->n = g->n;
    out->rmse = metrics_rmse(&m);
    out->mae = metrics_mae(&m);
    out->median = metrics_median(&kept);
    out->largest = metrics_worst(&m);
    out->bias = metrics_bias(&m);
    out->sd = metrics_sd(&m);
    out->r2 = metrics_r2(&m);
    out->mape = metrics_mape(&m);
    out->smape = metrics_smape(&m);
    out->mase = nscaled ? scaled / (double)nscaled : NAN;
    out->theil_u1 = metrics_theil_u1(g->target, g->said, g->n);
    out->theil_u2 = metrics_theil_u2(g->target, g->said, g->before, g->n);
    out->direction = metrics_direction(g->target, g->said, g->before, g->n);
    metrics_kept_free(&kept);
    return rc;
}

/* Of a target that is 0 or 1 a prediction is a probability; what lies outside is brought back. */
static int chances(const gathered *g, metrics_class *out, why *w)
{
    double *p = mem_zero(g->n + 1, sizeof *p);
    if (!p)
        return fail(w, E_NOMEM, "no memory to score %zu probabilities", g->n);
    for (size_t i = 0; i < g->n; i++)
        p[i] = fmin(1, fmax(0, g->said[i]));
    int rc = metrics_class_of(p, g->target, g->n, 0.5, out, w);
    free(p);
    return rc;
}

int evaluate_score(const evaluate *e, size_t model, const size_t *at, size_t n, bool sure, evaluate_scores *out, why *w)
{
    gathered g;
    *out = (evaluate_scores){ .rmse_lower = NAN, .rmse_upper = NAN, .skill_lower = NAN, .skill_upper = NAN };
    int rc = gather(e, model, at, n, &g, w);
    rc = rc ? rc : plain(e, model, at, n, &g, out, w);
    for (size_t k = 0; k < EVALUATE_NAIVES && !rc; k++)
        out->skill[k] = skill_of(e, model, e->naive + k, at, n);
    rc = rc ? rc : bands(e, &e->model[model], at, n, out, w);
    rc = rc || !e->binary ? rc : chances(&g, &out->chance, w);
    if (!rc) {
        metrics_residual_of(g.error, g.n, g.first, g.nseries, 0, &out->left);
        rc = metrics_normal_shapiro(g.error, g.n, &out->left.shapiro_wilk, &out->left.shapiro_wilk_p, w);
    }
    rc = rc || !sure ? rc : sureness(e, &g, out, w);
    gathered_free(&g);
    return rc;
}

double evaluate_rmse(const evaluate *e, size_t model, const size_t *at, size_t n)
{
    metrics m = { 0 };
    for (size_t i = 0; i < n; i++)
        metrics_add(&m, e->target[at[i]], e->model[model].said[at[i]]);
    return metrics_rmse(&m);
}

/* ---- who is better ---- */

size_t evaluate_usual(const evaluate *e)
{
    size_t usual = e->naive + EVALUATE_PERSISTENCE;
    return evaluate_spoke(e, usual) ? usual : e->rival;
}

bool evaluate_spoke(const evaluate *e, size_t model)
{
    for (size_t i = 0; i < e->n; i++)
        if (isfinite(e->model[model].said[i]))
            return true;
    return false;
}

/* One that is silent on a tenth of the rows is no rival. */
size_t evaluate_rival(const evaluate *e)
{
    size_t best = e->naive + EVALUATE_MEAN;
    double least = INFINITY;
    for (size_t k = e->naive; k < e->naive + EVALUATE_NAIVES; k++) {
        metrics m = { 0 };
        for (size_t i = 0; i < e->n; i++)
            metrics_add(&m, e->target[i], e->model[k].said[i]);
        if (m.n * 10 < e->n * 9 || !(metrics_rmse(&m) < least))
            continue;
        least = metrics_rmse(&m);
        best = k;
    }
    return best;
}

int evaluate_compare(const evaluate *e, size_t model, size_t against, evaluate_duel *out, why *w)
{
    size_t *at = mem_zero(e->n + 1, sizeof *at);
    *out = (evaluate_duel){ .worst = NAN };
    if (!at)
        return fail(w, E_NOMEM, "no memory to compare %zu rows", e->n);
    for (size_t cell = 0; cell < e->data.ncell; cell++) {
        size_t n = evaluate_pick(e, (int64_t)cell, 0, INFINITY, at);
        double skill = skill_of(e, model, against, at, n);
        if (isnan(skill))
            continue;
        out->cells++;
        out->better += skill > 0;
        out->worst = fmax(isnan(out->worst) ? 0 : out->worst, 1 - skill);
    }
    free(at);
    return E_OK;
}

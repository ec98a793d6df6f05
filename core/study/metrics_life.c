/* SPDX-License-Identifier: MIT
 * metrics_life.c - errors of ends of life, with what is only known as "at least" neither dropped nor taken for an end.
 */
#include "core/study/metrics_life.h"
#include "core/base/mem.h"
#include "core/study/metrics.h"

#include <math.h>
#include <stdlib.h>

/* What one pair says: the error that is sure, 0 where nothing contradicts it. */
static double judge(const life_pair *p, metrics_life *out)
{
    double by = p->predicted - p->observed;
    if (!p->open && !p->censored) {
        out->exact++;
        return by;
    }
    if (p->open && p->censored) {
        out->agree++;
        return 0;
    }
    if (p->censored) {                            /* an end was predicted, the life went on at least to `observed` */
        *(by < 0 ? &out->early : &out->agree) += 1;
        return fmin(by, 0);
    }
    *(by >= 0 ? &out->late : &out->unsaid) += 1;  /* an end was seen, none predicted up to `predicted` */
    return fmax(by, 0);
}

static void band(const life_pair *p, metrics_life *out)
{
    if (isnan(p->lower) || isnan(p->upper))
        return;
    if (p->censored && p->observed <= p->upper) {
        out->open_band++;
        return;
    }
    out->with_band++;
    out->in_band += !p->censored && p->observed >= p->lower && p->observed <= p->upper;
}

/* -1: a is shorter, 1: longer, 0: not known (or alike). */
static int shorter(double a, bool a_open, double b, bool b_open)
{
    if (!a_open && (a < b || (a == b && b_open)))
        return -1;
    if (!b_open && (b < a || (a == b && a_open)))
        return 1;
    return 0;
}

static void concord(const life_pair *p, size_t n, metrics_life *out)
{
    double right = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            int real = shorter(p[i].observed, p[i].censored, p[j].observed, p[j].censored);
            if (real == 0 || isnan(p[i].predicted) || isnan(p[j].predicted) || isnan(p[i].observed + p[j].observed))
                continue;
            int said = shorter(p[i].predicted, p[i].open, p[j].predicted, p[j].open);
            out->comparable++;
            right += said == 0 ? 0.5 : said == real;
        }
    out->concordance = out->comparable ? right / (double)out->comparable : NAN;
}

/* Between which levels a life lies in the distribution that the band's ends and its middle say. */
static void place(const life_pair *p, double *from, double *to)
{
    static const double level[] = { 0, 0.05, 0.5, 0.95, 1 };
    const double end[] = { -INFINITY, p->lower, p->open ? INFINITY : p->predicted, p->upper, INFINITY };
    size_t i = 0;
    *from = *to = NAN;
    if (isnan(p->lower) || isnan(p->upper))
        return;
    while (i < 3 && p->observed >= end[i + 1])
        i++;
    double width = end[i + 1] - end[i], part = width > 0 && isfinite(width) ? (p->observed - end[i]) / width : NAN;
    *from = isnan(part) ? level[i] : level[i] + part * (level[i + 1] - level[i]);
    *to = p->censored ? 1 : isnan(part) ? level[i + 1] : *from;
}

static int places(const life_pair *p, size_t n, metrics_pit *out, why *w)
{
    double *at = mem_zero(2 * n + 1, sizeof *at);
    if (!at)
        return fail(w, E_NOMEM, "no memory to score %zu lives", n);
    for (size_t i = 0; i < n; i++) {
        place(&p[i], &at[i], &at[n + i]);
        if (isnan(p[i].predicted) || isnan(p[i].observed))
            at[i] = NAN;
    }
    metrics_pit_between(at, at + n, n, out);
    free(at);
    return E_OK;
}

int metrics_life_of(const life_pair *p, size_t n, metrics_life *out, why *w)
{
    metrics m = { 0 };
    metrics_kept kept = { 0 };
    double least = 0, relative = 0;
    int rc = E_OK;
    *out = (metrics_life){ 0 };
    for (size_t i = 0; i < n && !rc; i++) {
        if (isnan(p[i].predicted) || isnan(p[i].observed)) {
            out->skipped++;
            continue;
        }
        double by = judge(&p[i], out);
        out->n++;
        least += fabs(by);
        band(&p[i], out);
        if (p[i].open || p[i].censored)
            continue;
        metrics_add(&m, p[i].observed, p[i].predicted);
        relative += fabs(by) / p[i].observed;
        rc = metrics_keep(&kept, p[i].observed, p[i].predicted, w);
    }
    out->mae = metrics_mae(&m);
    out->rmse = metrics_rmse(&m);
    out->bias = metrics_bias(&m);
    out->largest = metrics_worst(&m);
    out->median = metrics_median(&kept);
    out->relative = out->exact ? relative / (double)out->exact : NAN;
    size_t sure = out->exact + out->early + out->late;
    out->mae_least = sure ? least / (double)sure : NAN;
    concord(p, n, out);
    metrics_kept_free(&kept);
    return rc ? rc : places(p, n, &out->pit, w);
}

/* Adds one row spread evenly over from..1 to the bins. */
static void spread(metrics_pit *out, double from)
{
    for (int b = 0; b < PIT_BINS; b++) {
        double lo = fmax(from, (double)b / PIT_BINS), hi = (double)(b + 1) / PIT_BINS;
        out->bin[b] += from < 1 ? fmax(0, hi - lo) / (1 - from) : b == PIT_BINS - 1;
    }
    out->n++;
}

int metrics_life_pit(const double *level, size_t k, const double *q, const life_pair *p, size_t n, metrics_pit *out,
                     why *w)
{
    double *v = mem_zero(n + 1, sizeof *v);
    if (!v)
        return fail(w, E_NOMEM, "no memory to score %zu lives", n);
    for (size_t i = 0; i < n; i++)
        v[i] = p[i].censored ? NAN : metrics_pit_quantiles(p[i].observed, level, q + i * k, k);
    metrics_pit_of(v, n, out);
    for (size_t i = 0; i < n; i++)
        if (p[i].censored && !isnan(p[i].observed))
            spread(out, metrics_pit_quantiles(p[i].observed, level, q + i * k, k));
    free(v);
    return E_OK;
}

void metrics_life_within(const double *level, size_t k, const double *q, const life_pair *p, size_t n, double horizon,
                         double *prob, double *came)
{
    for (size_t i = 0; i < n; i++) {
        prob[i] = metrics_pit_quantiles(horizon, level, q + i * k, k);
        came[i] = isnan(p[i].observed)                 ? NAN
                  : p[i].censored                      ? (p[i].observed >= horizon ? 0 : NAN)
                                                       : p[i].observed <= horizon;
    }
}

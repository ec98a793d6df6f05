/* SPDX-License-Identifier: MIT
 * boost.c - training by libxgboost: one thread, so that the same rows give the same bits and no thread is left behind.
 *
 * The target is centred and scaled first: penalties then mean the same for ampere-hours and for shares, and a float
 * has digits enough.  Each cell's later rows are held back once: they say when to stop and how far predictions lie
 * off.  Then the trees are grown again on all rows.
 */
#include "boost.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xgboost/c_api.h>

enum { EXACT_ROWS = 4096, LEAST_EARLY = 8, LEAST_LATER = 2 };

typedef struct fit {
    boost *b;
    const boost_rules *rules;
    const boost *from;
    uint64_t n, early;   /* rows; the first `early` are trained on while the others judge */
    float *x, *y, *w;    /* n * p, n, n */
    char *monotone;
    const char **name;
    uint32_t done, rounds; /* of the whole work, for progress */
    int seed;
} fit;

static int32_t deny(const fit *f, int32_t code, const char *text)
{
    fade_say(f->b->host, 3, code, -1, text);
    return code;
}

/* What the library says, without its time stamp, place and stack. */
static int32_t deny_library(const fit *f)
{
    const char *said = XGBGetLastError(), *at = strstr(said, ": ");
    char text[240];
    at = said[0] == '[' && at ? at + 2 : said;
    snprintf(text, sizeof text, "xgboost refuses: %.*s", (int)(strcspn(at, "\n") < 200 ? strcspn(at, "\n") : 200), at);
    return deny(f, strstr(said, "bad_alloc") ? FADE_ENOMEM : FADE_ESOLVE, text);
}

static double weight(const fade_table *t, uint64_t i)
{
    double w = t->weight ? t->weight[i] : 1;
    return isfinite(t->target[i]) && w > 0 && w < INFINITY ? w : 0;
}

float boost_float(double x)
{
    float f = (float)(x > 3e38 ? 3e38 : x < -3e38 ? -3e38 : x);
    return x - x == 0 ? f : NAN;
}

/* Range and spread of feature j over the usable rows. */
static void look(boost *b, const fade_table *t, uint32_t j)
{
    boost_feature *f = &b->feature[j];
    const double *x = t->col[j];
    double n = 0, mean = 0, m2 = 0, low = INFINITY, high = -INFINITY;
    f->absent = 1;
    for (uint64_t i = 0; i < t->n; i++) {
        double w = weight(t, i);
        if (!(w > 0))
            continue;
        if (!isfinite(x[i])) {
            f->absent = 0;
            continue;
        }
        n += w;
        double by = x[i] - mean;
        mean += by * w / n;
        m2 += w * by * (x[i] - mean);
        low = fmin(low, x[i]);
        high = fmax(high, x[i]);
    }
    double sd = n > 0 ? sqrt(m2 / n) : 0;
    int varied = sd > 1e-10 * fabs(mean) && sd > 1e-150 && sd < 1e150;
    f->scale = varied ? sd : fmin(fmax(fabs(mean), 1e-9), 1e150);
    f->low = n > 0 ? low : -1e300;
    f->high = n > 0 ? high : 1e300;
}

static int32_t look_target(fit *f, const fade_table *t, double *sum)
{
    boost *b = f->b;
    double m2 = 0;
    *sum = 0;
    for (uint64_t i = 0; i < t->n; i++) {
        double w = weight(t, i);
        if (!(w > 0))
            continue;
        f->n++;
        *sum += w;
        double by = t->target[i] - b->centre;
        b->centre += by * w / *sum;
        m2 += w * by * (t->target[i] - b->centre);
    }
    if (f->n < 4 || !isfinite(m2)) {
        char text[160];
        snprintf(text, sizeof text,
                 f->n < 4 ? "%llu of %llu rows have a known target and a weight, xgboost needs 4 or more"
                          : "the targets of %llu of %llu rows are too large to train on",
                 (unsigned long long)f->n, (unsigned long long)t->n);
        return deny(f, FADE_EINVAL, text);
    }
    b->rows = f->n;
    b->spread = sqrt(m2 / *sum);
    b->scale = b->spread > 1e-12 * fabs(b->centre) && b->spread > 1e-150 ? b->spread : 1;
    if (f->from) {
        b->centre = f->from->centre;
        b->scale = f->from->scale;
    }
    return FADE_OK;
}

/* Copies rows first .. end of the table that are usable and, in their cell, early or later. */
static void copy(fit *f, const fade_table *t, const unsigned char *later, int want, double mean_weight, uint64_t *at)
{
    boost *b = f->b;
    for (uint64_t i = 0; i < t->n; i++) {
        double w = weight(t, i) / mean_weight;
        if (!(w > 0) || later[i] != want)
            continue;
        for (uint32_t j = 0; j < b->p; j++)
            f->x[*at * b->p + j] = boost_float(t->col[j][i]);
        f->y[*at] = boost_float((t->target[i] - b->centre) / b->scale);
        f->w[*at] = boost_float(fmax(w, 1e-30));
        ++*at;
    }
}

/* later[i]: among the last share of its cell's usable rows. */
static void mark_later(const fit *f, const fade_table *t, unsigned char *later)
{
    for (uint64_t i = 0; i < t->n;) {
        uint64_t end = i, usable = 0, seen = 0;
        for (; end < t->n && (!t->cell || t->cell[end] == t->cell[i]); end++)
            usable += weight(t, end) > 0;
        uint64_t early = usable - (uint64_t)((double)usable * f->rules->validation);
        for (; i < end; i++) {
            seen += weight(t, i) > 0;
            later[i] = seen > early;
        }
    }
}

static int32_t gather(fit *f, const fade_table *t)
{
    boost *b = f->b;
    double sum;
    int32_t rc = look_target(f, t, &sum);
    if (rc)
        return rc;
    for (uint32_t j = 0; j < b->p; j++)
        look(b, t, j);
    unsigned char *later = calloc(t->n, 1);
    f->x = calloc(f->n * (b->p + 2), sizeof *f->x);
    f->name = calloc(b->p, sizeof *f->name);
    f->monotone = calloc(b->p, 4);
    if (!later || !f->x || !f->name || !f->monotone) {
        free(later);
        return deny(f, FADE_ENOMEM, "no memory to train trees");
    }
    f->y = f->x + f->n * b->p;
    f->w = f->y + f->n;
    for (uint32_t j = 0; j < b->p; j++)
        f->name[j] = b->feature[j].key;
    mark_later(f, t, later);
    uint64_t at = 0;
    copy(f, t, later, 0, sum / (double)f->n, &at);
    f->early = at;
    copy(f, t, later, 1, sum / (double)f->n, &at);
    free(later);
    return FADE_OK;
}

/* "(1,0,-1)" of the lists of names. */
static int32_t directions(fit *f)
{
    const boost_rules *r = f->rules;
    for (uint32_t k = 0; k < r->nrising + r->nfalling; k++) {
        const char *name = k < r->nrising ? r->rising[k] : r->falling[k - r->nrising];
        uint32_t j = 0;
        while (j < f->b->p && strcmp(f->name[j], name) != 0)
            j++;
        if (j == f->b->p || (k >= r->nrising && f->monotone[j])) {
            char text[200];
            snprintf(text, sizeof text,
                     j == f->b->p ? "%s names \"%.60s\", which is none of the features; the first of them is \"%s\""
                                  : "%s names \"%.60s\", which is in rising too",
                     k < r->nrising ? "rising" : "falling", name, f->name[0]);
            return deny(f, FADE_EINVAL, text);
        }
        f->monotone[j] = k < r->nrising ? 1 : -1;
    }
    return FADE_OK;
}

static int set_number(BoosterHandle h, const char *key, double v)
{
    char text[40];
    snprintf(text, sizeof text, v == floor(v) && fabs(v) < 1e15 ? "%.0f" : "%.9g", v);      /* a seed is no 1.6e+09 */
    return XGBoosterSetParam(h, key, text);
}

static int set_monotone(const fit *f, BoosterHandle h)
{
    char text[4 * BOOST_FEATURES + 4] = "(";
    size_t at = 1;
    int any = 0;
    for (uint32_t j = 0; j < f->b->p; j++) {
        any |= f->monotone[j] != 0;
        at += (size_t)snprintf(text + at, sizeof text - at, "%d%s", (int)(signed char)f->monotone[j],
                               j + 1 < f->b->p ? "," : ")");
    }
    return any ? XGBoosterSetParam(h, "monotone_constraints", text) : 0;
}

static int settings(const fit *f, BoosterHandle h, uint64_t rows)
{
    const boost_rules *r = f->rules;
    const struct {
        const char *key;
        double v;
    } numbers[] = { { "nthread", 1 },
                    { "seed", f->seed },
                    { "base_score", 0 },
                    { "max_depth", r->depth },
                    { "eta", r->eta },
                    { "subsample", r->subsample },
                    { "colsample_bynode", r->colsample },
                    { "min_child_weight", r->child_weight },
                    { "lambda", r->lambda },
                    { "alpha", r->alpha },
                    { "num_parallel_tree", r->forest ? r->forest : 1 } };
    int rc = XGBoosterSetParam(h, "objective", "reg:squarederror");
    rc |= XGBoosterSetParam(h, "booster", "gbtree");
    rc |= XGBoosterSetParam(h, "tree_method", rows <= EXACT_ROWS ? "exact" : "hist");
    for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++)
        rc |= set_number(h, numbers[k].key, numbers[k].v);
    rc |= XGBoosterSetStrFeatureInfo(h, "feature_name", f->name, f->b->p);
    return rc | set_monotone(f, h);
}

static int matrix(const fit *f, uint64_t first, uint64_t end, DMatrixHandle *d)
{
    uint64_t n = end - first;
    *d = NULL;
    int rc = XGDMatrixCreateFromMat(f->x + first * f->b->p, n, f->b->p, NAN, d);
    rc = rc ? rc : XGDMatrixSetFloatInfo(*d, "label", f->y + first, n);
    return rc ? rc : XGDMatrixSetFloatInfo(*d, "weight", f->w + first, n);
}

static const char plain[] = "{\"type\":0,\"training\":false,\"iteration_begin\":0,\"iteration_end\":0,"
                            "\"strict_shape\":false}";
static const char shares[] = "{\"type\":2,\"training\":false,\"iteration_begin\":0,\"iteration_end\":0,"
                             "\"strict_shape\":false}";

/* RMSE of the rows held back, of the scaled target. */
static int judge(const fit *f, BoosterHandle h, DMatrixHandle d, double *rmse)
{
    const bst_ulong *shape;
    bst_ulong dims;
    const float *said;
    int rc = XGBoosterPredictFromDMatrix(h, d, plain, &shape, &dims, &said);
    if (rc)
        return rc;
    double sum = 0, weights = 0;
    for (uint64_t i = f->early; i < f->n; i++) {
        double e = (double)f->y[i] - (double)said[i - f->early];
        sum += (double)f->w[i] * e * e;
        weights += (double)f->w[i];
    }
    *rmse = sqrt(sum / weights);
    return 0;
}

static int32_t stopped(fit *f)
{
    const fade_host *h = f->b->host;
    double done = fmin(1, (double)f->done++ / (double)f->rounds);
    return h->progress && f->done % 8 == 1 && h->progress(h, done, "train") == FADE_ECANCEL ? FADE_ECANCEL : 0;
}

/* One growing of trees: `rounds` of them on the rows first .. end; judged by held, or not. */
typedef struct growth {
    BoosterHandle h;
    DMatrixHandle on, held;
    uint64_t end;
    uint32_t rounds;
} growth;

static int32_t open_growth(fit *f, growth *g)
{
    int rc = matrix(f, 0, g->end, &g->on);
    if (!rc && g->end < f->n)
        rc = matrix(f, g->end, f->n, &g->held);
    rc = rc ? rc : XGBoosterCreate((DMatrixHandle[]){ g->on, g->held }, g->held ? 2 : 1, &g->h);
    rc = rc ? rc : settings(f, g->h, f->n);
    if (!rc && f->from)
        rc = XGBoosterLoadModelFromBuffer(g->h, f->from->ubj, f->from->bytes) || settings(f, g->h, f->n);
    return rc ? deny_library(f) : FADE_OK;
}

/* Grows trees; with rows held back, until they have not gained for `patience` rounds.  best: rounds; rmse: of them. */
static int32_t grow(fit *f, growth *g, uint32_t *best, double *rmse)
{
    int32_t rc = open_growth(f, g);
    int start = 0;
    if (!rc && XGBoosterBoostedRounds(g->h, &start))
        rc = deny_library(f);
    *best = 0;
    *rmse = INFINITY;
    for (uint32_t k = 0; k < g->rounds && !rc; k++) {
        double now = INFINITY;
        if ((rc = stopped(f)))
            break;
        if (XGBoosterUpdateOneIter(g->h, start + (int)k, g->on) || (g->held && judge(f, g->h, g->held, &now)))
            return deny_library(f);
        if (now < *rmse) {
            *rmse = now;
            *best = k + 1;
        }
        if (g->held && f->rules->patience && k + 1 >= *best + f->rules->patience)
            break;
    }
    return rc;
}

static void close_growth(growth *g)
{
    if (g->h)
        XGBoosterFree(g->h);
    if (g->on)
        XGDMatrixFree(g->on);
    if (g->held)
        XGDMatrixFree(g->held);
}

static int32_t keep(fit *f, BoosterHandle h)
{
    boost *b = f->b;
    const char *at, *fault;
    bst_ulong n;
    if (XGBoosterSaveModelToBuffer(h, "{\"format\":\"ubj\"}", &n, &at))
        return deny_library(f);
    b->ubj = malloc(n);
    if (!b->ubj)
        return deny(f, FADE_ENOMEM, "no memory to keep trees");
    memcpy(b->ubj, at, n);
    b->bytes = n;
    fault = trees_read(b);
    if (!fault)
        return FADE_OK;
    if (strcmp(fault, "no memory") == 0)
        return deny(f, FADE_ENOMEM, "no memory to keep trees");
    char text[160];
    snprintf(text, sizeof text, "what this xgboost saves cannot be read: it %s", fault);
    return deny(f, FADE_ESOLVE, text);
}

/* The largest first: "cycle 0.61, depth 0.2". */
static void rank(const fit *f, double *of, char *text, size_t room)
{
    size_t at = 0;
    text[0] = '\0';
    for (int k = 0; k < 8; k++) {
        uint32_t top = 0;
        for (uint32_t j = 1; j < f->b->p; j++)
            top = of[j] > of[top] ? j : top;
        if (!(of[top] > 0) || at + BOOST_KEY + 24 > room)
            return;
        at += (size_t)snprintf(text + at, room - at, "%s%s %.3g", k ? ", " : "", f->name[top], of[top]);
        of[top] = -1;
    }
}

/* Which features the trees use: by gain, and by their mean share of a prediction (SHAP), for who reads debug lines. */
static void importance(const fit *f, growth *g)
{
    const fade_log_v1 *log = f->b->host->iface(f->b->host, "fade.log/1");
    if (!log || !log->wants(f->b->host, 0))
        return;
    uint32_t p = f->b->p;
    double of[BOOST_FEATURES] = { 0 };
    char gain[600], shap[600], text[1300];
    const char **names;
    const bst_ulong *shape;
    bst_ulong n, dims;
    const float *score;
    if (XGBoosterFeatureScore(g->h, "{\"importance_type\":\"total_gain\"}", &n, &names, &dims, &shape, &score))
        return;
    double all = 0;
    for (bst_ulong k = 0; k < n; k++)
        all += (double)score[k];
    for (bst_ulong k = 0; k < n; k++)
        for (uint32_t j = 0; j < p; j++)
            if (strcmp(names[k], f->name[j]) == 0)
                of[j] = (double)score[k] / all;
    rank(f, of, gain, sizeof gain);
    if (XGBoosterPredictFromDMatrix(g->h, g->on, shares, &shape, &dims, &score))
        return;
    memset(of, 0, sizeof of);
    for (uint64_t i = 0; i < f->n; i++)
        for (uint32_t j = 0; j < p; j++)
            of[j] += fabs((double)score[i * (p + 1) + j]) * f->b->scale / (double)f->n;
    rank(f, of, shap, sizeof shap);
    snprintf(text, sizeof text, "share of the gain: %s; mean size of the effect (SHAP): %s", gain, shap);
    fade_say(f->b->host, 0, 0, -1, text);
}

/* First with the later rows held back, then on all. */
static int32_t both(fit *f)
{
    uint32_t most = f->rules->forest ? 1 : f->rules->rounds, best = most, unused;
    double rmse = INFINITY, none;
    int32_t rc = FADE_OK;
    f->rounds = 2 * most;
    if (f->early >= LEAST_EARLY && f->n - f->early >= LEAST_LATER) {
        growth g = { .end = f->early, .rounds = most };
        rc = grow(f, &g, &best, &rmse);
        close_growth(&g);
        f->done = f->rounds - best;
    }
    growth g = { .end = f->n, .rounds = best ? best : 1 };
    rc = rc ? rc : grow(f, &g, &unused, &none);
    rc = rc ? rc : keep(f, g.h);
    if (!rc) {
        f->b->noise = isfinite(rmse) ? rmse * f->b->scale : f->b->spread;
        importance(f, &g);
    }
    close_growth(&g);
    return rc;
}

static int seed_of(const fade_host *h)
{
    const fade_rng_v1 *rng = h->iface(h, "fade.rng/1");
    uint64_t zero = 0;
    double u = 0;
    if (rng)
        rng->uniform(h, 1, &zero, &zero, 0, &u);
    return (int)(u * 2147483647.0);
}

int32_t boost_train(boost *b, const boost_rules *rules, const fade_table *t, const boost *from)
{
    fit f = { .b = b, .rules = rules, .from = from, .seed = seed_of(b->host) };
    XGBSetGlobalConfig("{\"verbosity\":0}");
    int32_t rc = gather(&f, t);
    rc = rc ? rc : directions(&f);
    rc = rc ? rc : both(&f);
    free(f.x);
    free(f.name);
    free(f.monotone);
    return rc;
}

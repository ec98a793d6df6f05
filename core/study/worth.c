/* SPDX-License-Identifier: MIT
 * worth.c - permutation importance (Breiman, Machine Learning 45, 5 (2001)), beside SHAP and gain.
 */
#include "core/study/worth.h"
#include "core/base/mem.h"
#include "core/base/random.h"

#include <math.h>
#include <stdlib.h>

enum { STREAM_SHUFFLE = 0x657673 };

int worth_open(worth *t, size_t p, why *w)
{
    *t = (worth){ .p = p, .shuffled = mem_zero(3 * p + 1, sizeof *t->shuffled) };
    if (!t->shuffled)
        return fail(w, E_NOMEM, "no memory for what %zu features are worth", p);
    t->shap = t->shuffled + p;
    t->gain = t->shap + p;
    return E_OK;
}

void worth_free(worth *t)
{
    free(t->shuffled);
    *t = (worth){ 0 };
}

static int squares(learner *k, const learnt *m, const worth_rows *r, double *said, double *sum, why *w)
{
    const double *target = k->data->col[k->data->target].v;
    int rc = learner_predict(k, m, r->ask, r->nask, &(learner_said){ .total = said }, w);
    *sum = 0;
    for (size_t i = 0; i < r->nask && !rc; i++) {
        double by = said[i] - target[r->ask[i]];
        *sum += isfinite(by) ? by * by : 0;
    }
    return rc;
}

static void shuffle(double *v, const worth_rows *r, uint64_t id)
{
    for (size_t i = r->nask; i > 1; i--) {
        size_t j = (size_t)(random_uniform(r->seed, id, i, STREAM_SHUFFLE) * (double)i);
        double held = v[r->ask[i - 1]];
        v[r->ask[i - 1]] = v[r->ask[j]];
        v[r->ask[j]] = held;
    }
}

/* The error with a feature's values dealt out anew among the rows asked for. */
static int deal(worth *t, learner *k, const learnt *m, const worth_rows *r, double *room, why *w)
{
    double *said = room, *kept = room + r->nask, sum;
    int rc = squares(k, m, r, said, &sum, w);
    t->plain += rc ? 0 : sum;
    for (size_t f = 0; f < t->p && !rc; f++) {
        double *v = k->data->col[k->feature[f]].v;
        for (size_t i = 0; i < r->nask; i++)
            kept[i] = v[r->ask[i]];
        for (uint64_t s = 0; s < WORTH_SHUFFLES && !rc; s++) {
            shuffle(v, r, (r->id * 64 + s) * 4096 + f);
            rc = squares(k, m, r, said, &sum, w);
            for (size_t i = 0; i < r->nask; i++)
                v[r->ask[i]] = kept[i];
            t->shuffled[f] += rc ? 0 : sum / WORTH_SHUFFLES;
        }
    }
    return rc;
}

int worth_add(worth *t, learner *k, const learnt *m, const worth_rows *r, why *w)
{
    explain x = { 0 };
    bool has = false;
    if (r->nask < 2 || !r->ntrain || !m->model)
        return E_OK;
    double *room = mem_zero(2 * r->nask + (1 + EXPLAIN_PAIRS) * t->p, sizeof *room), *gain = room + 2 * r->nask;
    explain_options o = { .background = gain + t->p, .nbackground = EXPLAIN_PAIRS, .seed = r->seed };
    int rc = room ? deal(t, k, m, r, room, w) : fail(w, E_NOMEM, "no memory to weigh features on %zu rows", r->nask);
    if (!rc)
        explain_background(k, r->train, r->ntrain, r->seed, false, EXPLAIN_PAIRS, gain + t->p);
    rc = rc ? rc : explain_rows(k, m, r->ask, r->nask, &o, &x, w);
    rc = rc ? rc : explain_gain(k, m, gain, &has, w);
    for (size_t f = 0; f < t->p && !rc; f++) {
        for (size_t i = 0; i < r->nask; i++)
            t->shap[f] += fabs(x.share[f * r->nask + i]);
        t->gain[f] += has ? gain[f] * (double)r->nask : 0;
    }
    t->rows += rc ? 0 : r->nask;
    t->gained += has && !rc ? r->nask : 0;
    t->sampled = x.sampled;
    explain_free(&x);
    free(room);
    return rc;
}

static double rmse(double square, size_t rows)
{
    return rows ? sqrt(square / (double)rows) : NAN;
}

double worth_importance(const worth *t, size_t f)
{
    return rmse(t->shuffled[f], t->rows) - rmse(t->plain, t->rows);
}

void worth_json(const worth *t, size_t f, json *out)
{
    if (!t->rows)
        return;
    json_number(out, "rmse_shuffled", rmse(t->shuffled[f], t->rows));
    json_number(out, "importance", worth_importance(t, f));
    json_number(out, "shap", t->shap[f] / (double)t->rows);
    json_text(out, "shap_by", t->sampled ? "sampling" : "plugin");
    json_number(out, "gain", t->gained ? t->gain[f] / (double)t->gained : NAN);
}

void worth_text(const worth *t, size_t f, const char *name, text *out)
{
    if (!t->rows)
        return;
    text_addf(out, "  %-28s shuffled: RMSE %.4g, %+.4g; adds %.4g (SHAP%s)", name, rmse(t->shuffled[f], t->rows),
              worth_importance(t, f), t->shap[f] / (double)t->rows, t->sampled ? ", sampled" : "");
    if (t->gained)
        text_addf(out, "; %.0f %% of the gain", 100 * t->gain[f] / (double)t->gained);
    text_addc(out, '\n');
}

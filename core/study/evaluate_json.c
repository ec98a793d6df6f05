/* SPDX-License-Identifier: MIT
 * evaluate_json.c - a score sheet as JSON, and its rows as CSV.
 */
#include "core/base/mem.h"
#include "core/study/evaluate.h"

#include <math.h>
#include <stdlib.h>

static void pit(const metrics_pit *p, json *out)
{
    json_open(out, "pit", '{');
    json_open(out, "bins", '[');
    for (int i = 0; i < PIT_BINS; i++)
        json_number(out, NULL, p->bin[i]);
    json_close(out, ']');
    json_number(out, "chi2", p->chi2);
    json_number(out, "chi2_p", p->chi2_p);
    json_number(out, "ks", p->ks);
    json_number(out, "ks_p", p->ks_p);
    json_close(out, '}');
}

static void left(const metrics_residual *r, json *out)
{
    json_open(out, "residuals", '{');
    json_number(out, "mean", r->mean);
    json_number(out, "durbin_watson", r->durbin_watson);
    json_number(out, "skew", r->skew);
    json_number(out, "kurtosis", r->kurtosis);
    json_number(out, "jarque_bera", r->jarque_bera);
    json_number(out, "jarque_bera_p", r->jarque_bera_p);
    json_number(out, "shapiro_wilk", r->shapiro_wilk);
    json_number(out, "shapiro_wilk_p", r->shapiro_wilk_p);
    json_number(out, "ljung_box", r->ljung_box);
    json_number(out, "ljung_box_p", r->ljung_box_p);
    json_whole(out, "lags", (int64_t)r->lags);
    json_open(out, "autocorrelation", '[');
    for (size_t i = 1; i <= r->lags; i++)
        json_number(out, NULL, r->acf[i]);
    json_close(out, ']');
    json_close(out, '}');
}

static void chance(const metrics_class *c, json *out)
{
    const struct { const char *key; double v; } all[] = {
        { "base_rate", c->base_rate }, { "auc", c->auc }, { "average_precision", c->average_precision },
        { "threshold", c->threshold }, { "accuracy", c->accuracy }, { "precision", c->precision },
        { "recall", c->recall }, { "f1", c->f1 }, { "mcc", c->mcc }, { "brier", c->brier },
        { "brier_skill", c->brier_skill }, { "log_loss", c->log_loss }, { "log_loss_base", c->log_loss_base },
        { "ece", c->ece },
    };
    json_open(out, "classes", '{');
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        json_number(out, all[i].key, all[i].v);
    json_open(out, "reliability", '[');
    for (int b = 0; b < CLASS_BINS; b++) {
        json_open(out, NULL, '{');
        json_whole(out, "n", (int64_t)c->bin_n[b]);
        json_number(out, "said", c->bin_said[b]);
        json_number(out, "came", c->bin_came[b]);
        json_close(out, '}');
    }
    json_close(out, ']');
    json_close(out, '}');
}

static void scores(const evaluate *e, const evaluate_scores *s, bool sure, json *out)
{
    const struct { const char *key; double v; } all[] = {
        { "rmse", s->rmse }, { "mae", s->mae }, { "median_error", s->median }, { "max_error", s->largest },
        { "bias", s->bias }, { "sd", s->sd }, { "r2", s->r2 }, { "mape", s->mape }, { "smape", s->smape },
        { "mase", s->mase }, { "theil_u1", s->theil_u1 }, { "theil_u2", s->theil_u2 },
        { "directional_accuracy", s->direction },
    };
    json_whole(out, "n", (int64_t)s->n);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        json_number(out, all[i].key, all[i].v);
    if (sure) {
        json_number(out, "rmse_lower", s->rmse_lower);
        json_number(out, "rmse_upper", s->rmse_upper);
        json_number(out, "skill_lower", s->skill_lower);
        json_number(out, "skill_upper", s->skill_upper);
    }
    json_open(out, "skill", '{');
    for (size_t k = 0; k < EVALUATE_NAIVES; k++)
        json_number(out, e->model[e->naive + k].name, s->skill[k]);
    json_close(out, '}');
    if (s->band.n) {
        json_number(out, "picp", metrics_picp(&s->band));
        json_number(out, "mpiw", metrics_mpiw(&s->band));
        json_number(out, "interval_score", metrics_interval_score(&s->band));
        json_number(out, "crps", s->crps);
        if (sure)
            pit(&s->pit, out);
    }
    if (s->chance.n)
        chance(&s->chance, out);
    if (sure)
        left(&s->left, out);
}

/* One object a model, of the picked rows. */
static int models(const evaluate *e, const char *key, const size_t *at, size_t n, bool sure, json *out, why *w)
{
    static const char *const kind[] = { "physics", "learnt", "naive" };
    int rc = E_OK;
    json_open(out, key, '[');
    for (size_t m = 0; m < e->nmodel && !rc; m++) {
        evaluate_scores s;
        evaluate_duel d;
        rc = evaluate_score(e, m, at, n, sure, &s, w);
        rc = rc || !sure ? rc : evaluate_compare(e, m, evaluate_usual(e), &d, w);
        if (rc)
            break;
        json_open(out, NULL, '{');
        json_text(out, "model", e->model[m].name);
        json_text(out, "kind", kind[e->model[m].kind]);
        scores(e, &s, sure, out);
        if (sure) {
            json_whole(out, "better_cells", (int64_t)d.better);
            json_whole(out, "compared_cells", (int64_t)d.cells);
            json_text(out, "compared_with", e->model[evaluate_usual(e)].name);
        }
        json_close(out, '}');
    }
    json_close(out, ']');
    return rc;
}

static int cells(const evaluate *e, size_t *at, json *out, why *w)
{
    int rc = E_OK;
    json_open(out, "cells", '[');
    for (size_t cell = 0; cell < e->data.ncell && !rc; cell++) {
        size_t n = evaluate_pick(e, (int64_t)cell, 0, INFINITY, at);
        if (n == 0)
            continue;
        json_open(out, NULL, '{');
        json_text(out, "cell", e->data.name[cell]);
        json_text(out, "group", e->data.group[cell]);
        rc = models(e, "models", at, n, false, out, w);
        json_close(out, '}');
    }
    json_close(out, ']');
    return rc;
}

static int horizons(const evaluate *e, size_t *at, json *out, why *w)
{
    double least, most;
    int rc = E_OK;
    json_open(out, "horizons", '[');
    for (size_t i = 0; evaluate_bin(i, &least, &most) && !rc; i++) {
        size_t n = evaluate_pick(e, -1, least, most, at);
        if (n == 0)
            continue;
        json_open(out, NULL, '{');
        json_number(out, "least", least);
        json_number(out, "most", most);
        rc = models(e, "models", at, n, false, out, w);
        json_close(out, '}');
    }
    json_close(out, ']');
    return rc;
}

static void life(const life_pair *p, const char *cell, json *out)
{
    json_open(out, NULL, '{');
    json_text(out, "cell", cell);
    json_number(out, "predicted", p->open ? NAN : p->predicted);
    json_number(out, "predicted_at_least", p->open ? p->predicted : NAN);
    json_number(out, "lower", p->lower);
    json_number(out, "upper", p->upper);
    json_number(out, "observed", p->censored ? NAN : p->observed);
    json_number(out, "observed_at_least", p->censored ? p->observed : NAN);
    json_close(out, '}');
}

static int life_of(const evaluate *e, size_t m, life_pair *p, int64_t *of, json *out, why *w)
{
    size_t n;
    metrics_life s = { 0 };
    int rc = evaluate_lives(e, m, p, of, &n, w);
    rc = rc ? rc : metrics_life_of(p, n, &s, w);
    if (rc || s.n == 0)
        return rc;
    const struct { const char *key; size_t v; } counts[] = { { "n", s.n }, { "exact", s.exact }, { "agree", s.agree },
        { "early", s.early }, { "late", s.late }, { "unsaid", s.unsaid }, { "in_band", s.in_band },
        { "with_band", s.with_band }, { "comparable_pairs", s.comparable } };
    const struct { const char *key; double v; } all[] = { { "mae", s.mae }, { "rmse", s.rmse }, { "bias", s.bias },
        { "median_error", s.median }, { "max_error", s.largest }, { "relative_error", s.relative },
        { "mae_at_least", s.mae_least }, { "concordance", s.concordance } };
    json_open(out, NULL, '{');
    json_text(out, "model", e->model[m].name);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        json_whole(out, counts[i].key, (int64_t)counts[i].v);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        json_number(out, all[i].key, all[i].v);
    json_number(out, "pit_ks", s.pit.ks);
    json_number(out, "pit_ks_p", s.pit.ks_p);
    json_open(out, "pit_tenths", '[');
    for (size_t b = 0; b < PIT_BINS && s.pit.n; b++)
        json_number(out, NULL, s.pit.bin[b]);
    json_close(out, ']');
    json_open(out, "lives", '[');
    for (size_t i = 0; i < n; i++)
        life(&p[i], e->data.name[of[i]], out);
    json_close(out, ']');
    json_close(out, '}');
    return E_OK;
}

static int ends_of_life(const evaluate *e, json *out, why *w)
{
    life_pair *p = mem_zero(e->data.ncell + 1, sizeof *p);
    int64_t *of = mem_zero(e->data.ncell + 1, sizeof *of);
    int rc = p && of ? E_OK : fail(w, E_NOMEM, "no memory for the lives of %zu cells", e->data.ncell);
    json_open(out, "end_of_life", '[');
    for (size_t m = 0; m < e->nmodel && !rc && evaluate_has_lives(e); m++)
        rc = life_of(e, m, p, of, out, w);
    json_close(out, ']');
    free(p);
    free(of);
    return rc;
}

static void taught(const evaluate *e, size_t pupil, json *out)
{
    json_open(out, "trainings", '[');
    for (size_t i = 0; i < e->ntaught; i++) {
        const evaluate_taught *t = &e->taught[i];
        if (t->corrector != pupil)
            continue;
        json_open(out, NULL, '{');
        json_text(out, "fold", e->fold_name[t->fold]);
        json_text(out, "cell", t->cell < 0 ? NULL : e->data.name[t->cell]);
        json_whole(out, "rows", (int64_t)t->rows);
        json_bool(out, "model", t->model);
        json_number(out, "weight", t->gate);
        json_number(out, "reach", t->reach);
        json_number(out, "rmse_without", t->before);
        json_number(out, "rmse_with", t->after);
        json_close(out, '}');
    }
    json_close(out, ']');
}

static void pupil(const evaluate *e, size_t i, json *out)
{
    const evaluate_pupil *p = &e->pupil[i];
    json_open(out, NULL, '{');
    json_text(out, "model", e->model[p->model].name);
    taught(e, i, out);
    if (p->leak.nruler)
        leak_json(&p->leak, &e->data, "checks", out);
    json_open(out, "features", '[');
    for (size_t f = 0; f < p->learner.nfeature; f++) {
        const dataset_column *c = &e->data.col[p->learner.feature[f]];
        json_open(out, NULL, '{');
        json_text(out, "feature", c->key);
        json_text(out, "unit", c->unit);
        json_text(out, "known", dataset_when_word(c->when));
        json_whole(out, "lag", c->lag);
        worth_json(&p->worth, f, out);
        json_close(out, '}');
    }
    json_close(out, ']');
    if (e->o.curve) {
        json_open(out, "learning_curve", '[');
        for (size_t k = 0; k < EVALUATE_LEVELS; k++)
            if (p->level_rows[k] > 0) {
                json_open(out, NULL, '{');
                json_number(out, "trained_rows", p->level_trained[k] / p->level_rows[k]);
                json_number(out, "rmse", sqrt(p->level_square[k] / p->level_rows[k]));
                json_close(out, '}');
            }
        json_close(out, ']');
    }
    json_close(out, '}');
}

static void about(const evaluate *e, json *out)
{
    char split[64];
    const dataset_column *target = &e->data.col[e->data.target];
    split_say(&e->o.split, split);
    json_text(out, "name", e->s->name);
    json_text(out, "target", target->key);
    json_text(out, "unit", target->unit);
    json_text(out, "split", split);
    json_text(out, "ask", dataset_ask_word(e->o.ask));
    json_text(out, "where", e->o.where);
    json_whole(out, "seed", (int64_t)e->o.seed);
    json_whole(out, "folds", (int64_t)e->folds);
    json_bool(out, "whole", e->folds == e->split.nfold);
    json_whole(out, "rows", (int64_t)e->n);
    json_text(out, "rival", e->model[e->rival].name);
    json_text(out, "warning", e->o.split.kind == SPLIT_RANDOM ? SPLIT_LEAKS : NULL);
    json_open(out, "fitted", '[');
    for (size_t i = 0; i < e->o.nfit; i++)
        json_text(out, NULL, e->o.fit[i]);
    json_close(out, ']');
}

int evaluate_json(const evaluate *e, json *out, why *w)
{
    size_t *at = mem_zero(e->n + 1, sizeof *at);
    text words = { 0 };
    int rc = at ? E_OK : fail(w, E_NOMEM, "no memory to print the scores of %zu rows", e->n);
    if (!rc) {
        json_open(out, NULL, '{');
        about(e, out);
        rc = models(e, "models", at, evaluate_pick(e, -1, 0, INFINITY, at), true, out, w);
        rc = rc ? rc : cells(e, at, out, w);
        rc = rc ? rc : horizons(e, at, out, w);
        rc = rc ? rc : ends_of_life(e, out, w);
        json_open(out, "correctors", '[');
        for (size_t i = 0; i < e->npupil; i++)
            pupil(e, i, out);
        json_close(out, ']');
        rc = rc ? rc : evaluate_words(e, &words, w);
        json_text(out, "words", text_of(&words));
        json_close(out, '}');
    }
    text_free(&words);
    free(at);
    return rc;
}

static void field(text *out, double v)
{
    char said[32];
    text_number(v, said);
    text_addf(out, ",%s", said);
}

void evaluate_csv(const evaluate *e, text *out)
{
    text_add(out, "cell,cycle,row,fold,rows_ahead,target");
    for (size_t m = 0; m < e->nmodel; m++) {
        text_addf(out, ",%s", e->model[m].name);
        if (e->model[m].kind == EVALUATE_LEARNT)
            text_addf(out, ",%s_sigma,%s_lower,%s_upper", e->model[m].name, e->model[m].name, e->model[m].name);
    }
    text_addc(out, '\n');
    for (size_t i = 0; i < e->n; i++) {
        size_t k = e->order[i], row = e->row[k];
        text_addf(out, "%s,%lld,%u,%s", e->data.name[e->data.cell[row]], (long long)e->data.cycle[row],
                  e->data.row[row], e->fold_name[e->fold[k]]);
        field(out, e->horizon[k]);
        field(out, e->target[k]);
        for (size_t m = 0; m < e->nmodel; m++) {
            const evaluate_model *p = &e->model[m];
            field(out, p->said[k]);
            if (p->kind != EVALUATE_LEARNT)
                continue;
            field(out, p->sigma[k]);
            field(out, p->lower[k]);
            field(out, p->upper[k]);
        }
        text_addc(out, '\n');
    }
}

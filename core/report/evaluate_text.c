/* SPDX-License-Identifier: MIT
 * evaluate_text.c - a score sheet for the terminal.
 */
#include "core/base/mem.h"
#include "core/report/evaluate_say.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CELLS = 40 };

static const char *short_number(double v, char out[16])
{
    if (isnan(v))
        snprintf(out, 16, "-");
    else
        snprintf(out, 16, "%.4g", v);
    return out;
}

static int width_of(const evaluate *e)
{
    size_t n = 12;
    for (size_t m = 0; m < e->nmodel; m++)
        n = strlen(e->model[m].name) > n ? strlen(e->model[m].name) : n;
    return (int)(n > 40 ? 40 : n);
}

static void number(text *out, int width, double v)
{
    char said[16];
    text_addf(out, " %*s", width, short_number(v, said));
}

/* What errors are told in: of seconds hours or days, where the target is that long. */
static double per_of(const evaluate *e, const char **in)
{
    double most = 0;
    *in = e->data.col[e->data.target].unit;
    for (size_t i = 0; i < e->n && strcmp(*in, "s") == 0; i++)
        most = isfinite(e->target[i]) ? fmax(most, fabs(e->target[i])) : most;
    if (most < 4 * 3600)
        return 1;
    *in = most < 10 * 86400 ? "h" : "days";
    return most < 10 * 86400 ? 3600 : 86400;
}

/* ---- all rows ---- */

static void score_line(const evaluate *e, size_t m, const evaluate_scores *s, text *out)
{
    char a[16], b[16], both[40] = "";
    const char *in;
    size_t rival = e->rival;
    double per = per_of(e, &in);
    if (!isnan(s->rmse_lower))
        snprintf(both, sizeof both, "%s..%s", short_number(s->rmse_lower / per, a),
                 short_number(s->rmse_upper / per, b));
    text_addf(out, "%-*s %7zu", width_of(e), e->model[m].name, s->n);
    number(out, 9, s->rmse / per);
    text_addf(out, " %19s", both);
    double bias = fabs(s->bias) > 1e-9 * s->rmse ? s->bias / per : 0;
    const double rest[] = { s->mae / per, s->median / per, s->largest / per, bias, s->r2, s->mase, s->theil_u2,
                            s->direction, s->skill[rival - e->naive] };
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
        number(out, 9, rest[i]);
    text_add(out, "\n");
}

static void bands_line(const evaluate *e, size_t m, const evaluate_scores *s, text *out)
{
    if (s->band.n == 0)
        return;
    const char *in;
    double per = per_of(e, &in);
    text_addf(out, "%-*s %7llu", width_of(e), e->model[m].name, (unsigned long long)s->band.n);
    number(out, 9, 100 * metrics_picp(&s->band));
    number(out, 9, metrics_mpiw(&s->band) / per);
    number(out, 9, metrics_interval_score(&s->band) / per);
    number(out, 9, s->crps / per);
    number(out, 9, s->pit.chi2_p);
    text_add(out, "\n");
}

static void left_line(const evaluate *e, size_t m, const evaluate_scores *s, text *out)
{
    text_addf(out, "%-*s %7zu", width_of(e), e->model[m].name, s->left.n);
    const double v[] = { s->left.durbin_watson, s->left.acf[1], s->left.ljung_box_p, s->left.jarque_bera_p,
                         s->left.shapiro_wilk, s->left.shapiro_wilk_p };
    for (size_t i = 0; i < sizeof v / sizeof *v; i++)
        number(out, 11, v[i]);
    text_add(out, s->left.durbin_watson < 1 ? "   errors have a memory\n" : "\n");
}

static void chance_line(const evaluate *e, size_t m, const metrics_class *c, text *out)
{
    if (c->n == 0)
        return;
    text_addf(out, "%-*s %7zu", width_of(e), e->model[m].name, c->n);
    const double v[] = { c->auc, c->average_precision, c->f1, c->brier, c->brier_skill, c->log_loss, c->ece };
    for (size_t i = 0; i < sizeof v / sizeof *v; i++)
        number(out, 9, v[i]);
    text_addc(out, '\n');
}

/* How often it came where it was said to come with this probability. */
static void reliability(const evaluate *e, size_t m, const metrics_class *c, text *out)
{
    if (c->n == 0 || e->model[m].kind != EVALUATE_LEARNT)
        return;
    text_addf(out, "%s, said and came:", e->model[m].name);
    for (int b = 0; b < CLASS_BINS; b++)
        if (c->bin_n[b])
            text_addf(out, " %.2f:%.2f (%zu)", c->bin_said[b], c->bin_came[b], c->bin_n[b]);
    text_addc(out, '\n');
}

static int whole(const evaluate *e, size_t *at, text *out, why *w)
{
    text bands = { 0 }, left = { 0 }, chance = { 0 }, came = { 0 };
    const char *in;
    double base = NAN;
    size_t n = evaluate_pick(e, -1, 0, INFINITY, at);
    int rc = E_OK, width = width_of(e);
    text_addf(out, "\n%-*s %7s %9s %19s %9s %9s %9s %9s %9s %9s %9s %9s %9s\n", width, "all rows", "rows", "RMSE",
              "95 %", "MAE", "median", "largest", "bias", "R2", "MASE", "Theil U2", "direction", "skill");
    for (size_t m = 0; m < e->nmodel && !rc; m++) {
        evaluate_scores s;
        rc = evaluate_score(e, m, at, n, true, &s, w);
        if (rc || s.n == 0)
            continue;
        score_line(e, m, &s, out);
        bands_line(e, m, &s, &bands);
        chance_line(e, m, &s.chance, &chance);
        reliability(e, m, &s.chance, &came);
        base = s.chance.n ? s.chance.base_rate : base;
        if (e->model[m].kind != EVALUATE_NAIVE)
            left_line(e, m, &s, &left);
    }
    per_of(e, &in);
    text_addf(out, "(%s%s%sskill: 1 - RMSE / that of %s; MASE: 1 is the mean step of the training part)\n",
              *in ? "in " : "", in, *in ? "; " : "", e->model[e->rival].name);
    if (bands.n)
        text_addf(out, "\n%-*s %7s %9s %9s %9s %9s %9s\n%s", width, "90 % bands", "rows", "inside, %", "width",
                  "score", "CRPS", "PIT p", text_of(&bands));
    if (bands.n && evaluate_doubts_laws(e))
        text_add(out, "(as fade run has them: errors on known rows, and what laws missed by on cells of other labs)\n");
    text_addf(out, "\n%-*s %7s %11s %11s %11s %11s %11s %11s\n%s", width, "what is left", "rows", "D.-Watson", "lag 1",
              "Ljung-Box p", "J.-Bera p", "Shapiro W", "its p", text_of(&left));
    if (chance.n)
        text_addf(out, "\n%-*s %7s %9s %9s %9s %9s %9s %9s %9s\n%s%s(base rate %.4g; an AUC of 0.5 and a Brier "
                       "skill of 0 know nothing)\n", width, "comes or not", "rows", "AUC", "av. prec.", "F1", "Brier",
                  "skill", "log loss", "ECE", text_of(&chance), text_of(&came), base);
    text_free(&bands);
    text_free(&left);
    text_free(&chance);
    text_free(&came);
    return rc;
}

/* ---- RMSE by cell, by horizon ---- */

static int column(const evaluate *e, size_t m)
{
    return (int)(strlen(e->model[m].name) > 9 ? strlen(e->model[m].name) : 9);
}

static void heading(const evaluate *e, const char *what, text *out)
{
    text_addf(out, "\n%-14s %7s", what, "rows");
    for (size_t m = 0; m < e->nmodel; m++)
        if (evaluate_spoke(e, m))
            text_addf(out, " %*s", column(e, m), e->model[m].name);
    text_addc(out, '\n');
}

static void rmse_line(const evaluate *e, const char *what, const size_t *at, size_t n, double *sum, text *out)
{
    const char *in;
    double per = per_of(e, &in);
    text_addf(out, "%-14.14s %7zu", what, n);
    for (size_t m = 0; m < e->nmodel; m++) {
        double rmse = evaluate_rmse(e, m, at, n);
        if (evaluate_spoke(e, m))
            number(out, column(e, m), rmse / per);
        if (sum)
            sum[m] += rmse;
    }
    text_addc(out, '\n');
}

static void by_cell(const evaluate *e, size_t *at, double *sum, text *out)
{
    const char *in;
    size_t cells = 0;
    double per = per_of(e, &in);
    heading(e, "RMSE by cell", out);
    for (size_t cell = 0; cell < e->data.ncell; cell++) {
        size_t n = evaluate_pick(e, (int64_t)cell, 0, INFINITY, at);
        text skip = { 0 };
        if (n)
            rmse_line(e, e->data.name[cell], at, n, sum, cells < MOST_CELLS ? out : &skip);
        cells += n > 0;
        text_free(&skip);
    }
    if (cells > MOST_CELLS)
        text_addf(out, "(and %zu cells more: --json has all)\n", cells - MOST_CELLS);
    text_addf(out, "%-14s %7s", "mean of cells", "");
    for (size_t m = 0; m < e->nmodel; m++)
        if (evaluate_spoke(e, m))
            number(out, column(e, m), sum[m] / (double)cells / per);
    text_addc(out, '\n');
}

static void by_horizon(const evaluate *e, size_t *at, text *out)
{
    double least, most;
    text lines = { 0 };
    size_t bins = 0;
    for (size_t i = 0; evaluate_bin(i, &least, &most); i++) {
        char name[40];
        size_t n = evaluate_pick(e, -1, least, most, at);
        if (n == 0)
            continue;
        snprintf(name, sizeof name, isinf(most) ? "%.0f and more" : least < most ? "%.0f..%.0f" : "%.0f", least, most);
        rmse_line(e, name, at, n, NULL, &lines);
        bins++;
    }
    if (bins > 1) {
        heading(e, "rows ahead", out);
        text_add(out, text_of(&lines));
    }
    text_free(&lines);
}

/* ---- ends of life ---- */

static int life_line(const evaluate *e, size_t m, life_pair *p, int64_t *of, text *out, why *w)
{
    size_t n;
    metrics_life s = { 0 };
    int rc = evaluate_lives(e, m, p, of, &n, w);
    rc = rc ? rc : metrics_life_of(p, n, &s, w);
    if (rc || s.n == 0)
        return rc;
    text_addf(out, "%-*s %7zu %9zu %9zu %9zu %9zu", width_of(e), e->model[m].name, s.n, s.exact, s.agree,
              s.early + s.late, s.unsaid);
    number(out, 9, s.mae);
    number(out, 9, s.bias);
    number(out, 9, s.concordance);
    if (s.with_band)
        text_addf(out, " %4zu of %zu", s.in_band, s.with_band);
    if (s.pit.n > 1)
        text_addf(out, ", PIT %.2f from even (p %.2g)", s.pit.ks, s.pit.ks_p);
    text_addc(out, '\n');
    return E_OK;
}

static int lives(const evaluate *e, text *out, why *w)
{
    life_pair *p = mem_zero(e->data.ncell + 1, sizeof *p);
    int64_t *of = mem_zero(e->data.ncell + 1, sizeof *of);
    int rc = p && of ? E_OK : fail(w, E_NOMEM, "no memory for the lives of %zu cells", e->data.ncell);
    text lines = { 0 };
    for (size_t m = 0; m < e->nmodel && !rc && evaluate_has_lives(e); m++)
        rc = life_line(e, m, p, of, &lines, w);
    if (lines.n)
        text_addf(out, "\n%-*s %7s %9s %9s %9s %9s %9s %9s %9s %s\n%s(SoH %g, in cycles; MAE and bias of lives that "
                       "end both as said and as measured; agree: what is only known as\nat least does not contradict; "
                       "wrong: said to end before a life that went on, or not to end)\n", width_of(e),
                  "end of life", "cells", "both end", "agree", "wrong", "unsaid", "MAE", "bias", "concord.", "in band",
                  text_of(&lines), e->s->health.eol);
    text_free(&lines);
    free(p);
    free(of);
    return rc;
}

/* ---- what the correctors earned ---- */

static void gates(const evaluate *e, const evaluate_pupil *p, text *out)
{
    size_t n = 0, declined = 0, shut = 0;
    double sum = 0;
    for (size_t i = 0; i < e->ntaught; i++) {
        const evaluate_taught *t = &e->taught[i];
        if (t->corrector != (size_t)(p - e->pupil))
            continue;
        n++;
        declined += !t->model;
        shut += t->model && t->gate == 0;
        sum += t->model ? t->gate : 0;
    }
    text_addf(out, "%s: trained %zu time%s, mean weight %.2f", e->model[p->model].name, n, n == 1 ? "" : "s",
              n ? sum / (double)n : NAN);
    if (shut)
        text_addf(out, ", %zu times weight 0 as it did not help on the training part's own later rows", shut);
    if (declined)
        text_addf(out, ", %zu times too few rows", declined);
    text_addc(out, '\n');
}

static void features(const evaluate *e, const evaluate_pupil *p, text *out)
{
    const char *in;
    double per = per_of(e, &in);
    for (size_t f = 0; f < p->learner.nfeature; f++)
        worth_text(&p->worth, f, e->data.col[p->learner.feature[f]].key, per, in, out);
}

static void checks(const evaluate *e, const evaluate_pupil *p, text *out)
{
    if (p->leak.nruler)
        leak_text(&p->leak, &e->data, out);
}

static void curve(const evaluate *e, const evaluate_pupil *p, text *out)
{
    const char *in;
    double per = per_of(e, &in);
    for (size_t i = 0; i < EVALUATE_LEVELS && e->o.curve; i++)
        if (p->level_rows[i] > 0)
            text_addf(out, "  with %7.0f rows to learn from: RMSE %.4g %s\n", p->level_trained[i] / p->level_rows[i],
                      sqrt(p->level_square[i] / p->level_rows[i]) / per, in);
}

static void title(const evaluate *e, text *out)
{
    char split[64];
    size_t cells = 0;
    split_say(&e->o.split, split);
    for (size_t i = 0; i < e->n; i++)
        cells += i == 0 || e->data.cell[e->row[e->order[i]]] != e->data.cell[e->row[e->order[i - 1]]];
    text_addf(out, "%s: %s, split %s, asked as %s: %zu rows of %zu cell%s in %zu fold%s\n", e->s->name,
              e->data.col[e->data.target].key, split, dataset_ask_word(e->o.ask), e->n, cells, cells == 1 ? "" : "s",
              e->folds, e->folds == 1 ? "" : "s");
    if (e->folds < e->split.nfold)
        text_addf(out, "stopped: %zu of %zu folds are done\n", e->folds, e->split.nfold);
    if (e->o.split.kind == SPLIT_RANDOM)
        text_add(out, "warning: " SPLIT_LEAKS "\n");
}

int evaluate_text(const evaluate *e, text *out, why *w)
{
    size_t *at = mem_zero(e->n + 1, sizeof *at);
    double *sum = mem_zero(e->nmodel + 1, sizeof *sum);
    int rc = at && sum ? E_OK : fail(w, E_NOMEM, "no memory to print the scores of %zu rows", e->n);
    if (!rc) {
        title(e, out);
        rc = whole(e, at, out, w);
    }
    if (!rc && e->data.ncell > 1)
        by_cell(e, at, sum, out);
    if (!rc)
        by_horizon(e, at, out);
    rc = rc ? rc : lives(e, out, w);
    if (!rc)
        text_addc(out, '\n');
    for (size_t i = 0; i < e->npupil && !rc; i++) {
        gates(e, &e->pupil[i], out);
        checks(e, &e->pupil[i], out);
        features(e, &e->pupil[i], out);
        curve(e, &e->pupil[i], out);
    }
    rc = rc ? rc : evaluate_words(e, out, w);
    free(at);
    free(sum);
    return rc;
}

/* SPDX-License-Identifier: MIT
 * report_compare.c - models side by side: errors, ranks, what each part is worth, and what made the fade.
 */
#include "core/report/report_inside.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct value {
    const char *head;
    double      scale;
    int         better;
    double    (*of)(const compare_model *);
    double (*least)(const compare_model *); /* where that is not known: it is at least so much; NULL: nothing is */
} value;

static double rmse(const compare_model *m) { return m->rmse; }
static double mae(const compare_model *m) { return m->mae; }
static double mape(const compare_model *m) { return m->mape; }
static double r2(const compare_model *m) { return m->r2; }
static double largest(const compare_model *m) { return m->max_error; }
static double bias(const compare_model *m) { return m->bias; }
static double eol(const compare_model *m) { return m->eol; }
static double eol_years(const compare_model *m) { return m->eol_years; }
static double eol_error(const compare_model *m) { return m->eol_error; }
static double eol_least(const compare_model *m) { return m->eol_least; }
static double years_least(const compare_model *m) { return m->eol_years_least; }
static double error_least(const compare_model *m) { return m->eol_error_least; }
static double rank_mean(const compare_model *m) { return m->rank_mean; }
static double seconds(const compare_model *m) { return m->seconds; }

static const value values[] = {
    { "RMSE (mAh)", 1000, -1, rmse, NULL },
    { "MAE (mAh)", 1000, -1, mae, NULL },
    { "MAPE (%)", 1, -1, mape, NULL },
    { "R\xc2\xb2", 1, 1, r2, NULL },
    { "largest (mAh)", 1000, -1, largest, NULL },
    { "bias (mAh)", 1000, 0, bias, NULL },
    { "end of life (cycle)", 1, -2, eol, eol_least },
    { "end of life (years)", 1, -2, eol_years, years_least },
    { "its error (cycles)", 1, -1, eol_error, error_least },
    { "mean rank", 1, -1, rank_mean, NULL },
    { "time (s)", 1, -2, seconds, NULL },
};
enum { NVALUE = sizeof values / sizeof *values };

static double merit(const value *v, double x)
{
    return v->better == 0 ? -fabs(x) : v->better == -2 ? NAN : v->better * x;
}

static bool is_naive(const compare_model *m)
{
    return m->variant && strcmp(m->variant, "naive") == 0;
}

/* Does any model have this number?  A column of dashes says nothing. */
static bool known(const compare *c, const value *v)
{
    for (size_t i = 0; i < c->n; i++)
        if (!c->at[i].without && (isfinite(v->of(&c->at[i])) || (v->least && isfinite(v->least(&c->at[i])))))
            return true;
    return false;
}

/* The best of a column among the models of one scenario, parts taken away left out. */
static double best_of(const compare *c, const compare_model *like, const value *v)
{
    double best = -INFINITY;
    for (size_t i = 0; i < c->n; i++) {
        double x = merit(v, v->of(&c->at[i]));
        if (!c->at[i].without && strcmp(c->at[i].scenario, like->scenario) == 0 && x > best)
            best = x;
    }
    return best;
}

static const char *names_head(const compare *c)
{
    return c->nscenario > 1 ? "<scenario|<model|<kind" : "<model|<kind";
}

static void data_open(page *p, const compare *c, const char *more, size_t rows)
{
    char head[160];
    snprintf(head, sizeof head, "%s|%s", names_head(c), more);
    page_data_open(p, head, rows, rows);
}

static void names(page *p, const compare *c, const compare_model *m)
{
    if (c->nscenario > 1)
        page_cell(p, m->scenario ? m->scenario : "", "t");
    page_cell(p, m->variant ? m->variant : "", "t");
    page_cell(p, m->model ? m->model : "", "t");
}

static void at_least(page *p, double least)
{
    char word[48];
    snprintf(word, sizeof word, least == floor(least) ? "at least %.0f" : "at least %.4g", least);
    page_cell(p, word, "");
}

static void errors(page *p, const compare *c)
{
    text head = { 0 };
    bool of_duty = c->nscenario && frame_duty_time(&c->rows[0]) >= 0;
    text_addf(&head, "%s%s", names_head(c), c->target ? "|rows" : "");
    for (size_t k = 0; k < NVALUE; k++)
        if (known(c, &values[k]))
            text_addf(&head, "|%s", of_duty && values[k].of == eol ? "end of life (row)" : values[k].head);
    text_add(&head, "|<validity");
    page_say(
        p, c->target
               ? "All models on the same rows, beside forecasts that cost nothing. A star marks the best of a column "
                 "within a scenario; the mean rank is over all columns that can be ranked, 1 is best."
               : "All models under the same conditions. Nothing was measured, so lives are compared and none is best.");
    page_table_open(p, text_of(&head), c->n);
    for (size_t i = 0; i < c->n; i++) {
        const compare_model *m = &c->at[i];
        if (m->without)
            continue;
        page_row(p, is_naive(m) ? "naive" : "");
        names(p, c, m);
        if (c->target)
            page_cell_number(p, (double)m->n, "");
        for (size_t k = 0; k < NVALUE; k++) {
            double x = values[k].of(m), good = merit(&values[k], x);
            if (!known(c, &values[k]))
                continue;
            double least = values[k].least && !isfinite(x) ? values[k].least(m) : NAN;
            if (isfinite(least))
                at_least(p, least);
            else
                page_cell_number(p, values[k].scale * x,
                                 isfinite(good) && good >= best_of(c, m, &values[k]) ? "best" : "");
        }
        char word[40];
        snprintf(word, sizeof word, "%.*s", m->validity ? (int)strcspn(m->validity, ":") : 0,
                 m->validity ? m->validity : "");
        page_cell(p, word, "t");
    }
    page_table_close(p);
    text_free(&head);
}

static bool scored(const compare *c)
{
    for (size_t i = 0; i < c->n; i++)
        if (!c->at[i].without && isfinite(c->at[i].rmse))
            return true;
    return false;
}

static void chart(page *p, const compare *c)
{
    size_t shown = 0;
    const compare_model *best = NULL;
    json *j = page_chart(p, "bars", "Root mean square error");
    page_axis(j, "x", "RMSE", "mAh");
    json_open(j, "pages", '[');
    json_open(j, NULL, '{');
    json_open(j, "rows", '[');
    for (size_t i = 0; i < c->n; i++) {
        const compare_model *m = &c->at[i];
        char name[200];
        double x = 1000 * m->rmse;
        if (m->without || !isfinite(x))
            continue;
        snprintf(name, sizeof name, "%s%s%s %s", c->nscenario > 1 ? m->scenario : "", c->nscenario > 1 ? ": " : "",
                 m->variant ? m->variant : "", m->model ? m->model : "");
        best = !best || m->rmse < best->rmse ? m : best;
        json_open(j, NULL, '{');
        json_text(j, "name", name);
        page_values(j, "parts", &x, 1);
        json_close(j, '}');
        shown++;
    }
    json_close(j, ']');
    json_close(j, '}');
    json_close(j, ']');
    text alt = { 0 };
    if (best) {
        text_addf(&alt, "The least, ");
        page_number(&alt, 1000 * best->rmse);
        text_addf(&alt, " mAh, is that of %s %s.", best->variant ? best->variant : "", best->model ? best->model : "");
    }
    page_chart_words(p, "Shorter is better.", text_of(&alt));
    data_open(p, c, "RMSE (mAh)", shown);
    for (size_t i = 0; i < c->n; i++) {
        if (c->at[i].without || !isfinite(c->at[i].rmse))
            continue;
        page_row(p, "");
        names(p, c, &c->at[i]);
        page_cell_number(p, 1000 * c->at[i].rmse, "");
    }
    page_data_close(p);
    page_chart_end(p);
    text_free(&alt);
}

static void ablation(page *p, const compare *c)
{
    bool any = false;
    for (size_t i = 0; i < c->n; i++)
        any = any || c->at[i].without;
    if (!any)
        return;
    page_section(p, "What each part is worth", "Parts");
    page_say(p, "The same run with one part taken away; a rise of the error is what the part was worth.");
    char head[160];
    snprintf(head, sizeof head, "%s|<without|RMSE (mAh)|change (mAh)|R\xc2\xb2|<", names_head(c));
    page_table_open(p, head, 0);
    for (size_t i = 0; i < c->n; i++) {
        const compare_model *m = &c->at[i], *whole = m->without && m->whole < c->n ? &c->at[m->whole] : NULL;
        if (!m->without)
            continue;
        page_row(p, "");
        names(p, c, m);
        page_cell(p, m->without, "t");
        page_cell_number(p, 1000 * m->rmse, "");
        page_cell_number(p, whole ? 1000 * (m->rmse - whole->rmse) : NAN, whole && m->rmse > whole->rmse ? "bad" : "");
        page_cell_number(p, m->r2, "");
        page_cell(p, m->refused ? m->refused : "", "t long");
    }
    page_table_close(p);
}

/* ---- what made the fade ---- */

enum { MECHANISMS = 16 };

static size_t mechanisms(const compare *c, const char *key[MECHANISMS])
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        for (size_t k = 0; k < c->at[i].nloss; k++) {
            size_t at = 0;
            while (at < n && strcmp(key[at], c->at[i].loss[k].key) != 0)
                at++;
            if (at == n && n < MECHANISMS)
                key[n++] = c->at[i].loss[k].key;
        }
    return n;
}

static double loss_of(const compare_model *m, const char *key)
{
    for (size_t k = 0; k < m->nloss; k++)
        if (strcmp(m->loss[k].key, key) == 0)
            return (strcmp(m->loss[k].unit, "1") == 0 ? 100 : 1) * m->loss[k].value;
    return NAN;
}

static void loss_rows(json *j, const compare *c, const char *const *key, size_t n)
{
    json_open(j, "rows", '[');
    for (size_t i = 0; i < c->n; i++) {
        const compare_model *m = &c->at[i];
        double part[MECHANISMS];
        char name[200];
        if (!m->nloss || m->without)
            continue;
        for (size_t k = 0; k < n; k++) {
            part[k] = loss_of(m, key[k]);
            part[k] = isfinite(part[k]) ? part[k] : 0;
        }
        snprintf(name, sizeof name, "%s%s%s", c->nscenario > 1 ? m->scenario : "", c->nscenario > 1 ? ": " : "",
                 m->variant);
        json_open(j, NULL, '{');
        json_text(j, "name", name);
        page_values(j, "parts", part, n);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void losses(page *p, const compare *c)
{
    const char *key[MECHANISMS], *in = NULL;
    size_t n = mechanisms(c, key);
    for (size_t i = 0; i < c->n && !in; i++)
        in = c->at[i].nloss ? c->at[i].loss[0].unit : NULL;
    if (!n)
        return;
    json *j = page_chart(p, "bars", "What made the fade");
    page_axis(j, "x", "loss at the last row", strcmp(in, "1") == 0 ? "%" : in);
    json_open(j, "parts", '[');
    for (size_t k = 0; k < n; k++)
        json_text(j, NULL, key[k]);
    json_close(j, ']');
    json_open(j, "pages", '[');
    json_open(j, NULL, '{');
    loss_rows(j, c, key, n);
    json_close(j, '}');
    json_close(j, ']');
    page_chart_words(p, "Fade split by mechanism where a law tells its mechanisms apart, mean over the cells.", "");
    data_open(p, c, "<mechanism|loss|<unit", 1);
    for (size_t i = 0; i < c->n; i++)
        for (size_t k = 0; k < c->at[i].nloss; k++) {
            page_row(p, "");
            names(p, c, &c->at[i]);
            page_cell(p, c->at[i].loss[k].key, "t");
            page_cell_number(p, c->at[i].loss[k].value, "");
            page_cell(p, c->at[i].loss[k].unit, "t");
        }
    page_data_close(p);
    page_chart_end(p);
}

static void notes(page *p, const compare *c)
{
    for (const char *at = c->note ? c->note : ""; *at;) {
        char line[500];
        size_t n = strcspn(at, "\n");
        snprintf(line, sizeof line, "%.*s", (int)(n < 480 ? n : 480), at);
        page_say(p, line);
        at += n + (at[n] == '\n');
    }
}

void report_compared(page *p, const compare *c)
{
    char made[160];
    size_t models = 0;
    for (size_t i = 0; i < c->n; i++)
        models += !c->at[i].without;
    snprintf(made, sizeof made, "%zu models of %zu scenario%s on the same rows%s.", models, c->nscenario,
             c->nscenario == 1 ? "" : "s",
             c->nscenario < c->wanted ? "; not all that were asked for were finished" : "");
    page_lede(p, made);
    page_section(p, "Side by side", "Side by side");
    notes(p, c);
    errors(p, c);
    if (scored(c))
        chart(p, c);
    losses(p, c);
    report_ranges(p, c);
    ablation(p, c);
}

/* SPDX-License-Identifier: MIT
 * report_errors.c - how far the models lie from what came: residuals against cycle, their distribution, predicted
 * against measured.
 */
#include "core/base/mem.h"
#include "core/report/report_inside.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NBIN = 40 };

typedef struct pairs {                            /* of one model, past the origin where there is one */
    size_t  n;
    double *cycle, *target, *error;
} pairs;

typedef struct errors {
    pairs  *of;                                   /* [nmodel] */
    double *mem, origin;
    bool    forecast;
} errors;

static void errors_free(errors *e)
{
    free(e->of);
    free(e->mem);
}

static int gather(const report_subject *s, errors *e, why *w)
{
    *e = (errors){ .origin = NAN };
    e->of = mem_zero(s->nmodel + 1, sizeof *e->of);
    e->mem = mem_columns(3 * s->nmodel * (s->f->n + 1) + 1);
    if (!e->of || !e->mem)
        return fail(w, E_NOMEM, "no memory for the residuals of %zu rows", s->f->n);
    for (size_t i = 0; i < s->nlane && isnan(e->origin); i++)
        e->origin = report_origin(s, &s->lane[i]);
    e->forecast = !isnan(e->origin);
    for (size_t m = 0; m < s->nmodel; m++) {
        pairs *p = &e->of[m];
        p->cycle = e->mem + 3 * m * (s->f->n + 1);
        p->target = p->cycle + s->f->n + 1;
        p->error = p->target + s->f->n + 1;
        for (size_t i = 0; i < s->nlane; i++)
            for (size_t k = 0; s->lane[i].variant == s->model[m].variant && k < s->lane[i].n; k++) {
                size_t row = s->lane[i].row[k];
                double t = s->f->col[s->reference].v[row], v = s->f->col[s->model[m].column].v[row];
                if (!isfinite(t) || !isfinite(v) || (e->forecast && !report_forecast(s, &s->lane[i], k)))
                    continue;
                p->cycle[p->n] = report_x(s, row);
                p->target[p->n] = t;
                p->error[p->n++] = v - t;
            }
    }
    return E_OK;
}

static const char *label(const report_model *m, char out[112])
{
    snprintf(out, 112, "%s%s", m->name, m->hybrid ? "" : " physics");
    return out;
}

static double rmse_of(const pairs *p)
{
    double sum = 0;
    for (size_t i = 0; i < p->n; i++)
        sum += p->error[i] * p->error[i];
    return p->n ? sqrt(sum / (double)p->n) : NAN;
}

static void alt_words(const report_subject *s, const errors *e, text *t, bool bias)
{
    text_add(t, bias ? "Mean error: " : "Root mean square error: ");
    for (size_t m = 0; m < s->nmodel && m < 8; m++) {
        char name[112];
        double sum = 0;
        for (size_t i = 0; i < e->of[m].n; i++)
            sum += e->of[m].error[i];
        text_addf(t, "%s%s ", m ? ", " : "", label(&s->model[m], name));
        page_number(t, bias ? 1000 * sum / (double)(e->of[m].n ? e->of[m].n : 1) : 1000 * rmse_of(&e->of[m]));
        text_add(t, " mAh");
    }
    text_add(t, ".");
}

/* A cloud of at most REPORT_DOTS points, evenly taken. */
static void cloud(json *j, const report_model *m, const pairs *p, bool against_cycle)
{
    double x[REPORT_DOTS], y[REPORT_DOTS];
    size_t n = p->n < REPORT_DOTS ? p->n : REPORT_DOTS;
    char name[112];
    for (size_t i = 0; i < n; i++) {
        size_t at = i * p->n / n;
        x[i] = against_cycle ? p->cycle[at] : p->target[at];
        y[i] = against_cycle ? p->error[at] : p->target[at] + p->error[at];
    }
    json_open(j, NULL, '{');
    json_text(j, "name", label(m, name));
    json_text(j, "style", m->hybrid ? "solid" : "dashed");
    json_whole(j, "color", m->color);
    page_values(j, "x", x, n);
    page_values(j, "y", y, n);
    json_close(j, '}');
}

static void clouds(json *j, const report_subject *s, const errors *e, bool against_cycle)
{
    json_open(j, "pages", '[');
    json_open(j, NULL, '{');
    json_text(j, "name", "all models");
    json_open(j, "series", '[');
    for (size_t m = 0; m < s->nmodel; m++)
        cloud(j, &s->model[m], &e->of[m], against_cycle);
    json_close(j, ']');
    json_close(j, '}');
    for (size_t m = 0; s->nmodel > 2 && m < s->nmodel; m++) {
        char name[112];
        json_open(j, NULL, '{');
        json_text(j, "name", label(&s->model[m], name));
        json_open(j, "series", '[');
        cloud(j, &s->model[m], &e->of[m], against_cycle);
        json_close(j, ']');
        json_close(j, '}');
    }
    json_close(j, ']');
    json_text(j, "pick", "model");
}

static void cloud_table(page *p, const report_subject *s, const errors *e, const char *head, bool against_cycle)
{
    size_t all = 0, each = REPORT_TABLE / (s->nmodel ? s->nmodel : 1) + 1, rows = 0;
    for (size_t m = 0; m < s->nmodel; m++) {
        all += e->of[m].n;
        rows += e->of[m].n < each ? e->of[m].n : each;
    }
    page_data_open(p, head, rows, all);
    for (size_t m = 0; m < s->nmodel; m++) {
        const pairs *q = &e->of[m];
        size_t n = q->n < each ? q->n : each;
        for (size_t i = 0; i < n; i++) {
            size_t at = i * q->n / n;
            char name[112];
            page_row(p, "");
            page_cell(p, label(&s->model[m], name), "t");
            page_cell_number(p, against_cycle ? q->cycle[at] : q->target[at], "");
            page_cell_number(p, against_cycle ? q->error[at] : q->target[at] + q->error[at], "");
        }
    }
    page_data_close(p);
}

static const char *reference(const report_subject *s)
{
    return s->truth >= 0 && s->reference == s->truth ? "true" : "measured";
}

static void residuals(page *p, const report_subject *s, const errors *e)
{
    char word[64], caption[160];
    json *j = page_chart(p, "scatter", "Residuals against cycle");
    snprintf(word, sizeof word, "predicted - %s", reference(s));
    snprintf(caption, sizeof caption, "Predicted minus %s capacity in %s; 0 is perfect.", reference(s),
             e->forecast ? "the forecast rows of all cells" : "all rows");
    page_axis(j, "x", s->axis, s->in);
    page_axis(j, "y", word, "Ah");
    json_bool(j, "zero", true);
    clouds(j, s, e, true);
    text alt = { 0 };
    alt_words(s, e, &alt, false);
    page_chart_words(p, caption, text_of(&alt));
    cloud_table(p, s, e, "<model|cycle|residual (Ah)", true);
    page_chart_end(p);
    text_free(&alt);
}

static void against(page *p, const report_subject *s, const errors *e)
{
    char title[64], word[64];
    snprintf(title, sizeof title, "Predicted against %s capacity", reference(s));
    snprintf(word, sizeof word, "%s capacity", reference(s));
    json *j = page_chart(p, "scatter", title);
    page_axis(j, "x", word, "Ah");
    page_axis(j, "y", "predicted capacity", "Ah");
    json_bool(j, "diagonal", true);
    clouds(j, s, e, false);
    text alt = { 0 };
    alt_words(s, e, &alt, true);
    page_chart_words(p, "Each dot is a row of a cell; a perfect model lies on the dotted line.", text_of(&alt));
    cloud_table(p, s, e, "<model|measured (Ah)|predicted (Ah)", false);
    page_chart_end(p);
    text_free(&alt);
}

/* Common edges: from the 0.5 to the 99.5 % point of all errors; what lies outside is counted in the outer bins. */
static bool edges_of(const report_subject *s, const errors *e, double *lo, double *hi, why *w)
{
    size_t n = 0;
    double *all = mem_columns(s->nmodel * s->f->n + 1);
    if (!all)
        return fail(w, E_NOMEM, "no memory for the distribution of errors"), false;
    for (size_t m = 0; m < s->nmodel; m++)
        for (size_t i = 0; i < e->of[m].n; i++)
            all[n++] = e->of[m].error[i];
    report_sort(all, n);
    *lo = report_quantile(all, n, 0.005);
    *hi = report_quantile(all, n, 0.995);
    free(all);
    return *hi > *lo;
}

static void distribution(page *p, const report_subject *s, const errors *e, double lo, double hi)
{
    double edge[NBIN + 1], part[NBIN];
    for (int b = 0; b <= NBIN; b++)
        edge[b] = lo + (hi - lo) * b / NBIN;
    char word[64];
    snprintf(word, sizeof word, "predicted - %s", reference(s));
    json *j = page_chart(p, "hist", "Distribution of errors");
    page_axis(j, "x", word, "Ah");
    page_axis(j, "y", "share of rows", "%");
    json_open(j, "pages", '[');
    json_open(j, NULL, '{');
    page_values(j, "edges", edge, NBIN + 1);
    json_open(j, "series", '[');
    for (size_t m = 0; m < s->nmodel; m++) {
        char name[112];
        if (!e->of[m].n)
            continue;
        report_bins(e->of[m].error, e->of[m].n, lo, hi, part, NBIN);
        json_open(j, NULL, '{');
        json_text(j, "name", label(&s->model[m], name));
        json_text(j, "style", s->model[m].hybrid ? "solid" : "dashed");
        json_whole(j, "color", s->model[m].color);
        page_values(j, "share", part, NBIN);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_close(j, '}');
    json_close(j, ']');
    text alt = { 0 };
    alt_words(s, e, &alt, true);
    page_chart_words(p, "How often a model is wrong by how much; the outermost steps hold what lies beyond.",
                     text_of(&alt));
    page_data_open(p, "<model|rows|mean (Ah)|5 % (Ah)|median (Ah)|95 % (Ah)", s->nmodel, s->nmodel);
    for (size_t m = 0; m < s->nmodel; m++) {
        pairs *q = &e->of[m];
        double mean = 0;
        char name[112];
        for (size_t i = 0; i < q->n; i++)
            mean += q->error[i] / (double)q->n;
        report_sort(q->error, q->n);
        page_row(p, "");
        page_cell(p, label(&s->model[m], name), "t");
        page_cell_number(p, (double)q->n, "");
        page_cell_number(p, q->n ? mean : NAN, "");
        page_cell_number(p, report_quantile(q->error, q->n, 0.05), "");
        page_cell_number(p, report_quantile(q->error, q->n, 0.5), "");
        page_cell_number(p, report_quantile(q->error, q->n, 0.95), "");
    }
    page_data_close(p);
    page_chart_end(p);
    text_free(&alt);
}

int report_errors(page *p, const report_subject *s, why *w)
{
    errors e;
    double lo = 0, hi = 0;
    size_t n = 0;
    if (s->reference < 0 || !s->nmodel)
        return E_OK;
    int rc = gather(s, &e, w);
    for (size_t m = 0; !rc && m < s->nmodel; m++)
        n += e.of[m].n;
    if (!rc && n) {
        bool spread = edges_of(s, &e, &lo, &hi, w);
        residuals(p, s, &e);
        against(p, s, &e);
        if (spread)
            distribution(p, s, &e, lo, hi);           /* the last: it sorts the errors */
    }
    errors_free(&e);
    return rc;
}

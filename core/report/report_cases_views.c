/* SPDX-License-Identifier: MIT
 * report_cases_views.c - pictures of a sweep: response surface, percentile bands, scatter matrix, parallel coordinates.
 */
#include "core/report/report_cases.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { GRID = 24, STEPS = 30, DOTS = CASES_SAMPLE, WIRES = 300, MOST_AXES = 5, MOST_OUTCOMES = 2, WIDE = 7, NBAND = 5 };
static const double share[NBAND] = { 0.05, 0.25, 0.5, 0.75, 0.95 };

/* Edges of stretches: around each level where there are few, else even. */
static size_t edges_of(const cases_column *q, size_t n, size_t most, double *edge)
{
    double level[GRID + 1];
    size_t levels = 0;
    for (size_t i = 0; i < n && levels <= most; i++) {
        size_t at = 0;
        if (!isfinite(q->v[i]))
            continue;
        while (at < levels && level[at] < q->v[i])
            at++;
        if (at < levels && !(level[at] > q->v[i]))
            continue;
        if (levels < most)
            memmove(level + at + 1, level + at, (levels - at) * sizeof *level);
        levels++;
        if (levels <= most)
            level[at] = q->v[i];
    }
    if (levels > most || levels < 2) {
        for (size_t i = 0; i <= most; i++)
            edge[i] = q->lo + (q->hi - q->lo) * (double)i / (double)most;
        return most;
    }
    for (size_t i = 1; i < levels; i++)
        edge[i] = 0.5 * (level[i - 1] + level[i]);
    edge[0] = level[0] - (edge[1] - level[0]);
    edge[levels] = level[levels - 1] + (level[levels - 1] - edge[levels - 1]);
    return levels;
}

static size_t bin_of(const double *edge, size_t n, double v)
{
    size_t b = 0;
    while (b + 1 < n && v >= edge[b + 1])
        b++;
    return b;
}

/* ---- response surface ---- */

static void surface_page(json *j, const cases *c, const cases_column *q)
{
    const cases_column *a = &c->axis[q->by[0]], *b = &c->axis[q->by[1]];
    double ex[GRID + 1], ey[GRID + 1], z[GRID * GRID] = { 0 }, count[GRID * GRID] = { 0 };
    size_t most = c->n < 2000 ? 12 : GRID, nx = edges_of(a, c->n, most, ex), ny = edges_of(b, c->n, most, ey);
    for (size_t i = 0; i < c->n; i++) {
        if (!isfinite(a->v[i]) || !isfinite(b->v[i]) || !isfinite(q->v[i]))
            continue;
        size_t at = bin_of(ey, ny, b->v[i]) * nx + bin_of(ex, nx, a->v[i]);
        z[at] += q->v[i];
        count[at]++;
    }
    for (size_t i = 0; i < nx * ny; i++)
        z[i] = count[i] > 0 ? z[i] / count[i] : NAN;
    json_open(j, NULL, '{');
    json_text(j, "name", q->name);
    page_axis(j, "xq", a->label, a->in);
    page_axis(j, "yq", b->label, b->in);
    page_axis(j, "zq", q->name, q->in);
    page_values(j, "x", ex, nx + 1);
    page_values(j, "y", ey, ny + 1);
    page_values(j, "z", z, nx * ny);
    json_close(j, '}');
}

static void table_of(page *p, const cases *c, size_t most)
{
    text head = { 0 };
    size_t n = c->n < most ? c->n : most;
    for (size_t a = 0; a < c->naxis; a++)
        text_addf(&head, "%s%s", a ? "|" : "", c->axis[a].name);
    for (size_t o = 0; o < c->noutcome; o++)
        text_addf(&head, "|%s%s%s%s", c->outcome[o].name, *c->outcome[o].in ? " (" : "", c->outcome[o].in,
                  *c->outcome[o].in ? ")" : "");
    page_data_open(p, text_of(&head), n, c->n);
    for (size_t i = 0; i < n; i++) {
        size_t at = c->sample[i];
        page_row(p, "");
        for (size_t a = 0; a < c->naxis; a++)
            page_cell_number(p, c->axis[a].v[at], "");
        for (size_t o = 0; o < c->noutcome; o++)
            page_cell_number(p, c->outcome[o].v[at], "");
    }
    page_data_close(p);
    text_free(&head);
}

void report_cases_surface(page *p, const cases *c)
{
    if (c->naxis < 2)
        return;
    json *j = page_chart(p, "heat", "Response surface");
    json_text(j, "pick", "outcome");
    json_open(j, "pages", '[');
    for (size_t o = 0; o < c->noutcome; o++)
        surface_page(j, c, &c->outcome[o]);
    json_close(j, ']');
    const cases_column *q = &c->outcome[0];
    text alt = { 0 };
    text_addf(&alt, "%s lies between ", q->name);
    page_number(&alt, q->lo);
    text_add(&alt, " and ");
    page_number(&alt, q->hi);
    text_addf(&alt, "%s%s.", *q->in ? " " : "", q->in);
    page_chart_words(p,
                     "The outcome over the two keys it goes with most, as the mean over all other keys; empty where no "
                     "case has one.",
                     text_of(&alt));
    table_of(p, c, REPORT_TABLE);
    page_chart_end(p);
    text_free(&alt);
}

/* ---- bands ---- */

typedef struct bands { double x[STEPS], at[NBAND][STEPS]; size_t n; } bands;

static void make_bands(const cases *c, const cases_column *a, const cases_column *q, bands *out)
{
    double edge[STEPS + 1], *v = c->room;
    size_t most = c->n < 600 ? 10 : c->n < 3000 ? 15 : GRID, nb = edges_of(a, c->n, most, edge);
    out->n = 0;
    for (size_t i = 0; i < c->n; i++)
        c->order[i] = isfinite(q->v[i]) && isfinite(a->v[i]) ? bin_of(edge, nb, a->v[i]) : nb;
    for (size_t b = 0; b < nb; b++) {
        size_t n = 0;
        double sum = 0;
        for (size_t i = 0; i < c->n; i++)
            if (c->order[i] == b) {
                sum += a->v[i];
                v[n++] = q->v[i];
            }
        if (!n)
            continue;
        report_sort(v, n);
        out->x[out->n] = sum / (double)n;
        for (int k = 0; k < NBAND; k++)
            out->at[k][out->n] = report_quantile(v, n, share[k]);
        out->n++;
    }
}

static void band(json *j, const bands *b, const char *name, int lo, int hi)
{
    json_open(j, NULL, '{');
    json_text(j, "name", name);
    json_text(j, "style", lo == hi ? "solid" : "band");
    json_whole(j, "color", 0);
    json_bool(j, "deep", lo == 1);
    page_values(j, "x", b->x, b->n);
    page_values(j, lo == hi ? "y" : "lo", b->at[lo], b->n);
    if (lo != hi)
        page_values(j, "hi", b->at[hi], b->n);
    json_close(j, '}');
}

static void band_pages(json *j, const cases *c, bands *first)
{
    bands b;
    for (size_t o = 0; o < c->noutcome && o < 4; o++)
        for (size_t k = 0; k < c->naxis && k < 4; k++) {
            const cases_column *q = &c->outcome[o], *a = &c->axis[q->by[k]];
            char name[220];
            make_bands(c, a, q, &b);
            if (o + k == 0)
                *first = b;
            snprintf(name, sizeof name, "%s against %s", q->name, a->name);
            json_open(j, NULL, '{');
            json_text(j, "name", name);
            page_axis(j, "xq", a->label, a->in);
            page_axis(j, "yq", q->name, q->in);
            json_open(j, "series", '[');
            band(j, &b, "5 to 95 %", 0, 4);
            band(j, &b, "25 to 75 %", 1, 3);
            band(j, &b, "median", 2, 2);
            json_close(j, ']');
            json_close(j, '}');
        }
}

int report_cases_bands(page *p, const cases *c, why *w)
{
    bands first = { .n = 0 };
    (void)w;
    json *j = page_chart(p, "lines", "The outcome along each key");
    json_text(j, "pick", "show");
    json_open(j, "pages", '[');
    band_pages(j, c, &first);
    json_close(j, ']');
    text alt = { 0 };
    const cases_column *q = &c->outcome[0];
    if (first.n) {
        text_addf(&alt, "Along %s the median of %s goes from ", c->axis[q->by[0]].name, q->name);
        page_number(&alt, first.at[2][0]);
        text_add(&alt, " to ");
        page_number(&alt, first.at[2][first.n - 1]);
        text_addf(&alt, "%s%s.", *q->in ? " " : "", q->in);
    }
    page_chart_words(p, "Percentiles of the outcome over all cases within a stretch of one key.", text_of(&alt));
    page_data_open(p, "key|5 %|25 %|median|75 %|95 %", first.n, first.n);
    for (size_t i = 0; i < first.n; i++) {
        page_row(p, "");
        page_cell_number(p, first.x[i], "");
        for (int k = 0; k < NBAND; k++)
            page_cell_number(p, first.at[k][i], "");
    }
    page_data_close(p);
    page_chart_end(p);
    text_free(&alt);
    return E_OK;
}

/* ---- many columns ---- */

typedef struct picked { const cases_column *at[WIDE]; bool outcome[WIDE]; size_t n; } picked;

static picked pick(const cases *c, size_t axes, size_t outcomes)
{
    picked k = { .n = 0 };
    for (size_t a = 0; a < c->naxis && a < axes; a++)
        k.at[k.n++] = &c->axis[c->outcome[0].by[a]];
    for (size_t o = 0; o < c->noutcome && o < outcomes; o++) {
        k.outcome[k.n] = true;
        k.at[k.n++] = &c->outcome[o];
    }
    return k;
}

static size_t write_columns(json *j, const cases *c, const picked *k, size_t most)
{
    size_t n = c->n < most ? c->n : most;
    double v[DOTS];
    json_open(j, "columns", '[');
    for (size_t i = 0; i < k->n; i++) {
        json_open(j, NULL, '{');
        json_text(j, "label", k->at[i]->name);
        json_text(j, "unit", k->at[i]->in);
        json_bool(j, "outcome", k->outcome[i]);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_open(j, "points", '[');
    for (size_t i = 0; i < k->n; i++) {
        for (size_t r = 0; r < n; r++)
            v[r] = k->at[i]->v[c->sample[r]];
        page_values(j, NULL, v, n);
    }
    json_close(j, ']');
    return n;
}

static void many(page *p, const cases *c, const char *kind, const char *title, const char *caption)
{
    bool is_matrix = strcmp(kind, "matrix") == 0;
    picked k = pick(c, is_matrix ? 4 : MOST_AXES, is_matrix ? MOST_OUTCOMES : 1);
    json *j = page_chart(p, kind, title);
    size_t n = write_columns(j, c, &k, is_matrix ? DOTS : WIRES);
    text alt = { 0 };
    text_addf(&alt, "%zu of %zu cases, %zu columns:", n, c->n, k.n);
    for (size_t i = 0; i < k.n; i++) {
        text_addf(&alt, "%s %s from ", i ? "," : "", k.at[i]->name);
        page_number(&alt, k.at[i]->lo);
        text_add(&alt, " to ");
        page_number(&alt, k.at[i]->hi);
    }
    text_add(&alt, ".");
    page_chart_words(p, caption, text_of(&alt));
    table_of(p, c, 20);
    page_chart_end(p);
    text_free(&alt);
}

void report_cases_matrix(page *p, const cases *c)
{
    many(p, c, "matrix", "Scatter matrix",
         "Every pair of columns; on the diagonal how the values of one are spread. Outcomes have a colour of their "
         "own.");
}

void report_cases_parallel(page *p, const cases *c)
{
    many(
        p, c, "parallel", "Parallel coordinates",
        "A line is a case; its colour is the outcome on the last axis, brighter is greater, grey where there is none.");
}

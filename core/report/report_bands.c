/* SPDX-License-Identifier: MIT
 * report_bands.c - a column over many cells as percentiles against cycles, one page a variant.
 */
#include "core/base/mem.h"
#include "core/report/report_inside.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NBAND = 5, LANES = 20000 };
static const double share[NBAND] = { 0.05, 0.25, 0.5, 0.75, 0.95 };

typedef struct bands {
    double x[REPORT_BINS], at[NBAND][REPORT_BINS];
    size_t n, cells;
} bands;

/* One value of each lane in each stretch of cycles: the first there. */
static void fill(const report_subject *s, uint32_t variant, int column, size_t stride, double *value, double *first_x)
{
    double lo = INFINITY, hi = -INFINITY;
    size_t lane = 0, seen = 0;
    for (size_t i = 0; i < s->f->n; i++) {
        lo = fmin(lo, report_x(s, i));
        hi = fmax(hi, report_x(s, i));
    }
    double width = fmax(s->step, (hi - lo + s->step) / REPORT_BINS);
    width = s->time < 0 ? ceil(width) : width;
    for (size_t i = 0; i < s->nlane; i++) {
        const report_lane *l = &s->lane[i];
        if (l->variant != variant || seen++ % stride)
            continue;
        for (size_t k = 0; k < l->n; k++) {
            double x = report_x(s, l->row[k]), v = s->f->col[column].v[l->row[k]];
            size_t b = (size_t)((x - lo) / width);
            if (b >= REPORT_BINS || !isfinite(v) || !isnan(value[b * LANES + lane]))
                continue;
            value[b * LANES + lane] = v;
            first_x[b] = isnan(first_x[b]) ? x : fmin(first_x[b], x);
        }
        lane++;
    }
}

static int make(const report_subject *s, uint32_t variant, int column, bands *out, why *w)
{
    size_t lanes = 0;
    for (size_t i = 0; i < s->nlane; i++)
        lanes += s->lane[i].variant == variant;
    double *value = mem_columns((size_t)REPORT_BINS * LANES), first_x[REPORT_BINS];
    *out = (bands){ .cells = lanes };
    if (!value)
        return fail(w, E_NOMEM, "no memory for the bands of %zu cells", lanes);
    for (size_t i = 0; i < (size_t)REPORT_BINS * LANES; i++)
        value[i] = NAN;
    for (size_t b = 0; b < REPORT_BINS; b++)
        first_x[b] = NAN;
    fill(s, variant, column, (lanes + LANES - 1) / LANES, value, first_x);
    for (size_t b = 0; b < REPORT_BINS; b++) {
        double *v = value + b * LANES;
        size_t n = 0;
        for (size_t i = 0; i < LANES; i++)
            if (!isnan(v[i]))
                v[n++] = v[i];
        if (!n)
            continue;
        report_sort(v, n);
        out->x[out->n] = first_x[b];
        for (int k = 0; k < NBAND; k++)
            out->at[k][out->n] = report_quantile(v, n, share[k]);
        out->n++;
    }
    free(value);
    return E_OK;
}

static void one_band(json *j, const bands *b, const char *name, int lo, int hi, bool deep)
{
    json_open(j, NULL, '{');
    json_text(j, "name", name);
    json_text(j, "style", "band");
    json_whole(j, "color", 0);
    json_bool(j, "deep", deep);
    page_values(j, "x", b->x, b->n);
    page_values(j, "lo", b->at[lo], b->n);
    page_values(j, "hi", b->at[hi], b->n);
    json_close(j, '}');
}

static void band_page(json *j, const report_subject *s, uint32_t variant, bands *b)
{
    const char *name = s->f->variant_name[variant];
    json_open(j, NULL, '{');
    json_text(j, "name", *name ? name : "all cells");
    json_open(j, "series", '[');
    one_band(j, b, "5 to 95 %", 0, 4, false);
    one_band(j, b, "25 to 75 %", 1, 3, true);
    json_open(j, NULL, '{');
    json_text(j, "name", "median");
    json_text(j, "style", "solid");
    json_whole(j, "color", 0);
    page_values(j, "x", b->x, b->n);
    page_values(j, "y", b->at[2], b->n);
    json_close(j, '}');
    json_close(j, ']');
    json_close(j, '}');
}

static void table(page *p, const report_subject *s, const char *in, const bands *b)
{
    char head[160];
    snprintf(head, sizeof head, "%s|5 %% (%s)|25 %%|median|75 %%|95 %%", s->head, in);
    size_t rows = b->n < REPORT_TABLE ? b->n : REPORT_TABLE;
    page_data_open(p, head, rows, b->n);
    for (size_t i = 0; i < rows; i++) {
        size_t at = rows > 1 ? i * (b->n - 1) / (rows - 1) : 0;
        page_row(p, "");
        page_cell_number(p, b->x[at], "");
        for (int k = 0; k < NBAND; k++)
            page_cell_number(p, b->at[k][at], "");
    }
    page_data_close(p);
}

static void words(page *p, const report_subject *s, const bands *b, const char *what, const char *in)
{
    text t = { 0 }, alt = { 0 };
    text_addf(&t, "Percentiles over the cells that are still running at each %s.", s->time < 0 ? "cycle" : "time");
    if (*s->note)
        text_addf(&t, " %s", s->note);
    if (b->n) {
        text_addf(&alt, "%s of %zu cells: the median goes from ", what, b->cells);
        page_number(&alt, b->at[2][0]);
        text_add(&alt, " to ");
        page_number(&alt, b->at[2][b->n - 1]);
        text_addf(&alt, " %s; nine of ten cells end between ", in);
        page_number(&alt, b->at[0][b->n - 1]);
        text_add(&alt, " and ");
        page_number(&alt, b->at[4][b->n - 1]);
        text_addf(&alt, " %s.", in);
    }
    page_chart_words(p, text_of(&t), text_of(&alt));
    text_free(&t);
    text_free(&alt);
}

int report_bands(page *p, const report_subject *s, int column, const char *what, why *w)
{
    const char *in = column >= 0 ? s->f->col[column].unit : "";
    bands *b = mem_zero(2, sizeof *b);
    int rc = b ? E_OK : fail(w, E_NOMEM, "no memory for the bands of a report");
    if (rc || column < 0) {
        free(b);
        return rc;
    }
    char title[160];
    snprintf(title, sizeof title, "%s of %zu cells", what, s->f->ncell);
    json *j = page_chart(p, "lines", title);
    page_axis(j, "x", s->axis, s->in);
    page_axis(j, "y", what, in);
    json_text(j, "pick", "model");
    json_open(j, "pages", '[');
    for (uint32_t v = 0, pages = 0; !rc && v < s->f->nvariant; v++) {
        bands *one = &b[pages > 0];
        if ((rc = make(s, v, column, one, w)))
            break;
        if (one->n)
            band_page(j, s, v, one);
        pages += one->n > 0;
    }
    json_close(j, ']');
    words(p, s, b, what, in);
    table(p, s, in, b);
    page_chart_end(p);
    free(b);
    return rc;
}

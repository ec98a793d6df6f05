/* SPDX-License-Identifier: MIT
 * report_capacity.c - capacity against cycles: what was measured, what each model says, cell by cell or as bands.
 */
#include "core/base/mem.h"
#include "core/report/report_inside.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const report_lane *first_lane(const report_subject *s, uint32_t cell)
{
    for (uint32_t v = 0; v < s->f->nvariant; v++) {
        const report_lane *l = report_lane_of(s, cell, v);
        if (l)
            return l;
    }
    return NULL;
}

static void plain(const report_subject *s, json *j, const report_lane *l, int column, const char *name,
                  const char *style)
{
    size_t n = report_line(s, l, column, s->x, s->y);
    if (n)
        report_series(j, name, style, -1, s->x, s->y, n);
}

/* A corrected line begins at the forecast's origin; with its 90 % band where it has one. */
static void corrected(const report_subject *s, json *j, const report_lane *l, const report_model *m)
{
    const frame_column *lo = s->lower >= 0 ? &s->f->col[s->lower] : NULL, *hi = lo ? &s->f->col[s->upper] : NULL;
    size_t n = 0, stride, most = REPORT_POINTS / 2;
    for (size_t i = 0; i < l->n; i++)
        n += report_forecast(s, l, i);
    stride = n > most ? (n + most - 1) / most : 1;
    double *x = s->x, *y = s->y, *low = s->x + s->most, *high = s->y + s->most;
    size_t k = 0, seen = 0;
    bool band = false;
    for (size_t i = 0; i < l->n; i++) {
        size_t row = l->row[i];
        if (!report_forecast(s, l, i) || (seen++ % stride && i + 1 < l->n) || !isfinite(s->f->col[m->column].v[row]))
            continue;
        x[k] = report_x(s, row);
        y[k] = s->f->col[m->column].v[row];
        low[k] = lo ? lo->v[row] : NAN;
        high[k] = hi ? hi->v[row] : NAN;
        band = band || isfinite(low[k]);
        k++;
    }
    if (!k)
        return;
    json_open(j, NULL, '{');
    json_text(j, "name", m->name);
    json_text(j, "style", "solid");
    json_whole(j, "color", m->color);
    page_values(j, "x", x, k);
    page_values(j, "y", y, k);
    if (band) {
        page_values(j, "lo", low, k);
        page_values(j, "hi", high, k);
    }
    json_close(j, '}');
}

static void eol_mark(const report_subject *s, json *j, const report_lane *l)
{
    double at = report_eol_ah(s, l);
    char label[80];
    if (!isfinite(at))
        return;
    snprintf(label, sizeof label, "end of life, %.4g Ah (%.3g %%)", at, 100 * s->eol);
    report_mark(j, "hline", at, label);
}

static void cell_page(const report_subject *s, json *j, uint32_t cell, const char *name)
{
    const report_lane *first = first_lane(s, cell);
    json_open(j, NULL, '{');
    json_text(j, "name", name);
    json_open(j, "series", '[');
    plain(s, j, first, s->measured, "measured", "points");
    plain(s, j, first, s->truth, "hidden truth", "thin");
    for (size_t m = 0; m < s->nmodel; m++) {
        const report_lane *l = report_lane_of(s, cell, s->model[m].variant);
        if (l && s->model[m].hybrid) {
            corrected(s, j, l, &s->model[m]);
        } else if (l) {
            size_t n = report_line(s, l, s->model[m].column, s->x, s->y);
            char name_said[112];
            snprintf(name_said, sizeof name_said, "%s physics", s->model[m].name);
            report_series(j, name_said, "dashed", s->model[m].color, s->x, s->y, n);
        }
    }
    json_close(j, ']');
    if (first) {
        eol_mark(s, j, first);
        report_mark(j, "vline", report_origin(s, first), "forecast from here");
    }
    json_close(j, '}');
}

/* ---- which cells ---- */

typedef struct shown { uint32_t cell; double last; char name[120]; } shown;

static int by_last(const void *a, const void *b)
{
    const shown *x = a, *y = b;
    if (x->last != y->last)
        return x->last < y->last ? -1 : 1;
    return (x->cell > y->cell) - (x->cell < y->cell);
}

/* All of a few cells; of many the weakest, the median and so on. */
static size_t choose(const report_subject *s, shown out[REPORT_CELLS], why *w)
{
    static const char *const place[] = { "weakest", "lower quarter", "median", "upper quarter", "strongest" };
    size_t n = s->f->ncell;
    for (uint32_t c = 0; n <= REPORT_CELLS && c < n; c++) {
        out[c] = (shown){ .cell = c };
        snprintf(out[c].name, sizeof out[c].name, "%s", s->f->cell_name[c]);
    }
    if (n <= REPORT_CELLS)
        return n;
    shown *all = mem_zero(n, sizeof *all);
    if (!all) {
        fail(w, E_NOMEM, "no memory to choose among %zu cells", n);
        return 0;
    }
    int column = s->measured >= 0 ? s->measured : s->nmodel ? s->model[0].column : -1;
    for (uint32_t c = 0; c < n; c++) {
        size_t rows = report_line(s, first_lane(s, c), column, s->x, s->y);
        all[c] = (shown){ .cell = c, .last = rows ? s->y[rows - 1] : INFINITY };
    }
    qsort(all, n, sizeof *all, by_last);
    for (size_t k = 0; k < 5; k++) {
        out[k] = all[k * (n - 1) / 4];
        snprintf(out[k].name, sizeof out[k].name, "%s (%s)", s->f->cell_name[out[k].cell], place[k]);
    }
    free(all);
    return 5;
}

/* ---- words and table ---- */

static void alt_words(const report_subject *s, uint32_t cell, const char *name, text *t)
{
    const report_lane *l = first_lane(s, cell);
    bool measured = s->measured >= 0;
    size_t n = report_line(s, l, measured ? s->measured : s->nmodel ? s->model[0].column : -1, s->x, s->y);
    if (n < 2)
        return;
    text_addf(t, "%s: %s capacity %s from ", name, measured ? "measured" : "predicted",
              s->y[n - 1] < s->y[0] ? "falls" : "goes");
    page_number(t, s->y[0]);
    text_add(t, " to ");
    page_number(t, s->y[n - 1]);
    text_addf(t, s->time < 0 ? " Ah in %.0f %s" : " Ah in %.3g %s", s->x[n - 1] - s->x[0] + s->step,
              s->time < 0 ? "cycles" : s->in);
    for (size_t m = 0; m < s->nmodel && m < 6; m++) {
        n = report_line(s, report_lane_of(s, cell, s->model[m].variant), s->model[m].column, s->x, s->y);
        if (!n)
            continue;
        text_addf(t, "%s%s%s ends at ", m ? ", " : "; ", s->model[m].name, s->model[m].hybrid ? "" : " physics");
        page_number(t, s->y[n - 1]);
    }
    text_add(t, ".");
}

static void table_head(const report_subject *s, text *head)
{
    text_addf(head, "<cell|%s", s->head);
    if (s->measured >= 0)
        text_add(head, "|measured (Ah)");
    if (s->truth >= 0)
        text_add(head, "|hidden truth (Ah)");
    for (size_t m = 0; m < s->nmodel; m++)
        text_addf(head, "|%s%s (Ah)", s->model[m].name, s->model[m].hybrid ? "" : " physics");
}

static void table_row(page *p, const report_subject *s, uint32_t cell, const report_lane *first, size_t i)
{
    page_row(p, "");
    page_cell(p, s->f->cell_name[cell], "t");
    page_cell_number(p, report_x(s, first->row[i]), "");
    if (s->measured >= 0)
        page_cell_number(p, s->f->col[s->measured].v[first->row[i]], "");
    if (s->truth >= 0)
        page_cell_number(p, s->f->col[s->truth].v[first->row[i]], "");
    for (size_t m = 0; m < s->nmodel; m++) {
        const report_lane *l = report_lane_of(s, cell, s->model[m].variant);
        page_cell_number(p, l && i < l->n ? s->f->col[s->model[m].column].v[l->row[i]] : NAN, "");
    }
}

static void table(page *p, const report_subject *s, const shown *cell, size_t n)
{
    text head = { 0 };
    size_t all = 0, rows = 0, each = n > 4 ? 12 : REPORT_TABLE / (n ? n : 1);
    table_head(s, &head);
    for (size_t c = 0; c < n; c++) {
        const report_lane *l = first_lane(s, cell[c].cell);
        all += l ? l->n : 0;
        rows += l ? l->n < each ? l->n : each : 0;
    }
    page_data_open(p, text_of(&head), rows, all);
    for (size_t c = 0; c < n; c++) {
        const report_lane *l = first_lane(s, cell[c].cell);
        for (size_t k = 0; l && k < each && k < l->n; k++)
            table_row(p, s, cell[c].cell, l, l->n <= each ? k : k * (l->n - 1) / (each - 1));
    }
    page_data_close(p);
    text_free(&head);
}

static const char *caption_of(const report_subject *s, text *t)
{
    text_add(t, s->measured >= 0 ? "Measured capacity as markers; each" : "Each");
    text_add(t, " law's prediction is dashed");
    if (s->hybrid >= 0)
        text_add(t, ", the same law with its correction solid, within its 90 % band, from the forecast's origin on");
    text_add(t, ".");
    if (*s->note)
        text_addf(t, " %s", s->note);
    return text_of(t);
}

int report_capacity(page *p, const report_subject *s, why *w)
{
    shown cell[REPORT_CELLS];
    size_t n = choose(s, cell, w);
    if (!n || (s->measured < 0 && !s->nmodel))
        return w->code;
    json *j = page_chart(p, "lines", s->time < 0 ? "Capacity against cycles" : "Capacity against time");
    page_axis(j, "x", s->axis, s->in);
    page_axis(j, "y", "capacity", "Ah");
    json_text(j, "pick", "cell");
    json_open(j, "pages", '[');
    for (size_t c = 0; c < n; c++)
        cell_page(s, j, cell[c].cell, cell[c].name);
    json_close(j, ']');
    text caption = { 0 }, alt = { 0 };
    for (size_t c = 0; c < n && c < 2; c++) {
        text_add(&alt, c ? " " : "");
        alt_words(s, cell[c].cell, cell[c].name, &alt);
    }
    page_chart_words(p, caption_of(s, &caption), text_of(&alt));
    table(p, s, cell, n);
    page_chart_end(p);
    if (n > 1)
        page_chart_again(p, "panels", s->f->ncell > n ? "Five of the cells, side by side" : "All cells, side by side",
                         "The same lines as above, one small picture a cell.");
    text_free(&caption);
    text_free(&alt);
    if (s->f->ncell <= REPORT_CELLS)
        return E_OK;
    int rc = s->hybrid >= 0 ? report_bands(p, s, s->hybrid, "Capacity with correction", w) : E_OK;
    return rc ? rc : report_bands(p, s, s->physics >= 0 ? s->physics : s->measured, "Capacity", w);
}

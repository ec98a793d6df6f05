/* SPDX-License-Identifier: MIT
 * explore_views.c - pictures of a data set: lines of its cells, a table of them, rests and gaps, flags.
 */
#include "core/base/mem.h"
#include "core/report/explore.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *plain(const char *key, char out[96])
{
    snprintf(out, 96, "%s", key);
    for (char *at = out; *at; at++)
        *at = *at == '_' ? ' ' : *at;
    return out;
}

/* ---- lines ---- */

static void lines_page(json *j, const report_subject *s, int column)
{
    char word[96];
    const frame_column *q = &s->f->col[column];
    json_open(j, NULL, '{');
    json_text(j, "name", plain(q->key, word));
    page_axis(j, "xq", "cycle", "");
    page_axis(j, "yq", word, q->unit);
    json_open(j, "series", '[');
    for (size_t i = 0; i < s->nlane; i++) {
        size_t n = report_line(s, &s->lane[i], column, s->x, s->y);
        if (n)
            report_series(j, s->f->cell_name[s->lane[i].cell],
                          n < 40                ? "points"
                          : s->lane[i].cell < 8 ? "solid"
                                                : "dashed",
                          (int)s->lane[i].cell, s->x, s->y, n);
    }
    json_close(j, ']');
    json_close(j, '}');
}

static void lines_words(page *p, const report_subject *s, int column)
{
    text alt = { 0 };
    char word[96];
    const frame_column *q = &s->f->col[column];
    for (size_t i = 0, said = 0; i < s->nlane && said < 4; i++) {
        size_t n = report_line(s, &s->lane[i], column, s->x, s->y);
        if (n < 2)
            continue;
        text_addf(&alt, "%s%s: %s goes from ", said++ ? " " : "", s->f->cell_name[s->lane[i].cell],
                  plain(q->key, word));
        page_number(&alt, s->y[0]);
        text_add(&alt, " to ");
        page_number(&alt, s->y[n - 1]);
        text_addf(&alt, " %s in %.0f cycles.", q->unit, s->x[n - 1] - s->x[0] + 1);
    }
    page_chart_words(p, "One line a cell, as measured; click a name to hide it.", text_of(&alt));
    text_free(&alt);
}

static void lines_table(page *p, const report_subject *s, const int *column, size_t ncol)
{
    text head = { 0 };
    size_t n = s->f->n < REPORT_TABLE ? s->f->n : REPORT_TABLE;
    text_add(&head, "<cell|cycle");
    for (size_t c = 0; c < ncol; c++)
        text_addf(&head, "|%s (%s)", s->f->col[column[c]].key, s->f->col[column[c]].unit);
    page_data_open(p, text_of(&head), n, s->f->n);
    for (size_t i = 0; i < n; i++) {
        size_t row = s->rows[i * s->f->n / n];
        page_row(p, "");
        page_cell(p, s->f->cell_name[s->f->cell[row]], "t");
        page_cell_number(p, (double)s->f->cycle[row], "");
        for (size_t c = 0; c < ncol; c++)
            page_cell_number(p, s->f->col[column[c]].v[row], "");
    }
    page_data_close(p);
    text_free(&head);
}

int explore_lines(page *p, const report_subject *s, const int *column, size_t ncol, const char *title,
                  const char *label, why *w)
{
    if (s->f->ncell > REPORT_CELLS) {
        int rc = E_OK;
        for (size_t c = 0; !rc && c < ncol && c < 6; c++) {
            char word[96];
            plain(s->f->col[column[c]].key, word);
            *word = (char)(*word >= 'a' && *word <= 'z' ? *word - 32 : *word);
            rc = report_bands(p, s, column[c], word, w);
        }
        return rc;
    }
    json *j = page_chart(p, "lines", title);
    page_axis(j, "x", "cycle", "");
    page_axis(j, "y", label, "");
    json_text(j, "pick", "quantity");
    json_open(j, "pages", '[');
    for (size_t c = 0; c < ncol; c++)
        lines_page(j, s, column[c]);
    json_close(j, ']');
    lines_words(p, s, column[0]);
    lines_table(p, s, column, ncol);
    page_chart_end(p);
    return E_OK;
}

/* ---- cells ---- */

static double greatest_step(const report_subject *s, size_t n)
{
    double step = 0;
    for (size_t i = 1; i < n; i++)
        step = fmax(step, s->x[i] - s->x[i - 1]);
    return step;
}

void explore_cells(page *p, const report_subject *s)
{
    enum { LISTED = 60 };
    page_table_open(
        p,
        "<cell|cycles|first (Ah)|last (Ah)|of the first (%)|below 80 % at cycle|without capacity|longest step "
        "(cycles)",
        s->nlane);
    for (size_t i = 0; i < s->nlane && i < LISTED; i++) {
        const report_lane *l = &s->lane[i];
        size_t n = report_line(s, l, s->measured, s->x, s->y);
        double first = n ? s->y[0] : NAN, last = n ? s->y[n - 1] : NAN, step = greatest_step(s, n);
        page_row(p, "");
        page_cell(p, s->f->cell_name[l->cell], "t");
        page_cell_number(p, (double)l->n, "");
        page_cell_number(p, first, "");
        page_cell_number(p, last, "");
        page_cell_number(p, 100 * last / first, "");
        page_cell_number(p, report_below(s, l, s->measured, 0.8 * first, NULL), "");
        page_cell_number(p, (double)(l->n - n), l->n > n ? "bad" : "");
        page_cell_number(p, step, "");
    }
    page_table_close(p);
    if (s->nlane > LISTED)
        page_say(p, "Only the first cells are listed.");
}

/* ---- rests and gaps ---- */

typedef struct gap { double hours, cycle, rise; uint32_t cell; } gap;

static int longest_first(const void *a, const void *b)
{
    const gap *x = a, *y = b;
    return (x->hours < y->hours) - (x->hours > y->hours);
}

/* Hours from each cycle's start to the next; what capacity did over it. */
static size_t find_gaps(const report_subject *s, gap *out)
{
    size_t n = 0;
    int rest = frame_find(s->f, "rest");
    for (size_t i = 0; i < s->nlane; i++)
        for (size_t k = 1; k < s->lane[i].n; k++) {
            size_t a = s->lane[i].row[k - 1], b = s->lane[i].row[k];
            double hours = s->f->time[a] == INT64_MIN || s->f->time[b] == INT64_MIN
                ? rest >= 0 ? s->f->col[rest].v[b] / 3600 : NAN
                : (double)(s->f->time[b] - s->f->time[a]) / 3.6e9;
            double rise = s->measured >= 0 ? s->f->col[s->measured].v[b] - s->f->col[s->measured].v[a] : NAN;
            if (isfinite(hours) && hours >= 0)
                out[n++] = (gap){ hours, (double)s->f->cycle[b], rise, s->lane[i].cell };
        }
    return n;
}

static void gap_cloud(json *j, const report_subject *s, const gap *g, size_t n)
{
    double x[REPORT_DOTS], y[REPORT_DOTS];
    json_open(j, "pages", '[');
    json_open(j, NULL, '{');
    json_text(j, "name", "all cells");
    json_open(j, "series", '[');
    for (uint32_t c = 0, at = 0; c < s->f->ncell && c < REPORT_CELLS; c++) {
        size_t k = 0;
        for (; at < n && g[at].cell == c; at++)
            if (k < REPORT_DOTS) {
                x[k] = g[at].cycle;
                y[k++] = g[at].hours > 0 ? log10(g[at].hours) : NAN;
            }
        json_open(j, NULL, '{');
        json_text(j, "name", s->f->cell_name[c]);
        json_text(j, "style", "solid");
        json_whole(j, "color", (int)c);
        page_values(j, "x", x, k);
        page_values(j, "y", y, k);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_close(j, '}');
    json_close(j, ']');
}

int explore_gaps(page *p, const report_subject *s, why *w)
{
    gap *g = mem_zero(s->f->n + 1, sizeof *g);
    size_t n = g ? find_gaps(s, g) : 0, listed = n < 15 ? n : 15;
    if (!g)
        return fail(w, E_NOMEM, "no memory for the gaps of %zu rows", s->f->n);
    if (n < 2) {
        page_say(p, "The data say neither when a cycle began nor how long a cell rested.");
        free(g);
        return E_OK;
    }
    json *j = page_chart(p, "scatter", "Time from one cycle to the next");
    page_axis(j, "x", "cycle", "");
    page_axis(j, "y", "time", "h");
    json_bool(j, "ylog", true);
    gap_cloud(j, s, g, n);
    qsort(g, n, sizeof *g, longest_first);
    text alt = { 0 };
    text_add(&alt, "Half of the cycles follow within ");
    page_number(&alt, g[n / 2].hours);
    text_addf(&alt, " h; the longest gap is ");
    page_number(&alt, g[0].hours / 24);
    text_addf(&alt, " days, before cycle %.0f of %s.", g[0].cycle, s->f->cell_name[g[0].cell]);
    page_chart_words(
        p, "From the start of a cycle to that of the next. Long rests stand out; capacity often recovers over them.",
        text_of(&alt));
    page_data_open(p, "<cell|before cycle|hours|capacity over it (mAh)", listed, n);
    for (size_t i = 0; i < listed; i++) {
        page_row(p, "");
        page_cell(p, s->f->cell_name[g[i].cell], "t");
        page_cell_number(p, g[i].cycle, "");
        page_cell_number(p, g[i].hours, "");
        page_cell_number(p, 1000 * g[i].rise, "");
    }
    page_data_close(p);
    page_chart_end(p);
    text_free(&alt);
    free(g);
    return E_OK;
}

void explore_flags(page *p, const explore *e)
{
    if (!e->nflag)
        return;
    page_say(p,
             "Rows that the data set flags; they are shown here, and left out of runs unless keep_flags names them.");
    page_table_open(p, "<flag|rows", e->nflag);
    for (size_t i = 0; i < e->nflag; i++) {
        page_row(p, "");
        page_cell(p, e->flag[i].word, "t");
        page_cell_number(p, (double)e->flag[i].n, "");
    }
    page_table_close(p);
}

/* SPDX-License-Identifier: MIT
 * report_temperature.c - temperature over the cycles: lines of a few cells, bands of many, and its distribution.
 */
#include "core/base/mem.h"
#include "core/report/report_inside.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 6, HEAT_X = 48, HEAT_Y = 24 };

static const char *plain(const char *key, char out[96])
{
    snprintf(out, 96, "%s", key);
    for (char *at = out; *at; at++)
        *at = *at == '_' ? ' ' : *at;
    return out;
}

/* All known values of a column, each cell's once (of its first variant), and their cycles; returns how many. */
static size_t values(const report_subject *s, int column, double *x, double *y)
{
    size_t n = 0;
    for (size_t i = 0; i < s->nlane; i++)
        if (i == 0 || s->lane[i].cell != s->lane[i - 1].cell)
            n += report_line(s, &s->lane[i], column, x + n, y + n);
    return n;
}

static void lines(page *p, const report_subject *s, const int *column, size_t ncol)
{
    char word[96];
    text alt = { 0 };
    json *j = page_chart(p, "lines", s->time < 0 ? "Temperature against cycles" : "Temperature against time");
    page_axis(j, "x", s->axis, s->in);
    page_axis(j, "y", "temperature", "\xc2\xb0" "C");
    json_text(j, "pick", "column");
    json_open(j, "pages", '[');
    for (size_t c = 0; c < ncol; c++) {
        json_open(j, NULL, '{');
        json_text(j, "name", plain(s->f->col[column[c]].key, word));
        json_open(j, "series", '[');
        for (size_t i = 0; i < s->nlane; i++) {
            size_t n = i && s->lane[i].cell == s->lane[i - 1].cell ? 0
                                                                   : report_line(s, &s->lane[i], column[c], s->x, s->y);
            if (n)
                report_series(j, s->f->cell_name[s->lane[i].cell], s->lane[i].cell < 8 ? "solid" : "dashed",
                              (int)s->lane[i].cell, s->x, s->y, n);
        }
        json_close(j, ']');
        json_close(j, '}');
    }
    json_close(j, ']');
    size_t n = report_line(s, &s->lane[0], column[0], s->x, s->y);
    if (n) {
        text_addf(&alt, "%s: %s goes from ", s->f->cell_name[s->lane[0].cell], plain(s->f->col[column[0]].key, word));
        page_number(&alt, s->y[0]);
        text_add(&alt, " to ");
        page_number(&alt, s->y[n - 1]);
        text_add(&alt, " \xc2\xb0" "C.");
    }
    page_chart_words(p, "One line a cell.", text_of(&alt));
    char head[64];
    snprintf(head, sizeof head, "<cell|%s|temperature (\xc2\xb0" "C)", s->head);
    page_data_open(p, head, n < REPORT_TABLE ? n : REPORT_TABLE, n);
    for (size_t k = 0; k < n && k < REPORT_TABLE; k++) {
        size_t at = n <= REPORT_TABLE ? k : k * (n - 1) / (REPORT_TABLE - 1);
        page_row(p, "");
        page_cell(p, s->f->cell_name[s->lane[0].cell], "t");
        page_cell_number(p, s->x[at], "");
        page_cell_number(p, s->y[at], "");
    }
    page_data_close(p);
    page_chart_end(p);
    text_free(&alt);
}

static void words(text *t, const double *sorted, size_t n)
{
    text_addf(t, "%zu values: half lie between ", n);
    page_number(t, report_quantile(sorted, n, 0.25));
    text_add(t, " and ");
    page_number(t, report_quantile(sorted, n, 0.75));
    text_add(t, " \xc2\xb0" "C, the median is ");
    page_number(t, report_quantile(sorted, n, 0.5));
    text_add(t, " \xc2\xb0" "C, the least ");
    page_number(t, sorted[0]);
    text_add(t, ", the greatest ");
    page_number(t, sorted[n - 1]);
    text_add(t, " \xc2\xb0" "C.");
}

/* Share of each stretch of cycles that lies in each degree: how the distribution moves as the cells age. */
static void heat(page *p, const report_subject *s, const double *x, double *y, size_t n)
{
    double lo = x[0], hi = x[0], low = INFINITY, high = -INFINITY, z[HEAT_X * HEAT_Y] = { 0 }, sum[HEAT_X] = { 0 };
    double edge_x[HEAT_X + 1], edge_y[HEAT_Y + 1];
    for (size_t i = 0; i < n; i++) {
        lo = fmin(lo, x[i]);
        hi = fmax(hi, x[i]);
        low = fmin(low, y[i]);
        high = fmax(high, y[i]);
    }
    double most = fmax(8, fmin(HEAT_X, (double)n / 10));
    size_t nx = (size_t)fmin(floor((hi - lo) / s->step + 1.5), most);
    for (size_t i = 0; i <= nx; i++)
        edge_x[i] = lo + (hi + s->step - lo) * (double)i / (double)nx;
    size_t ny = (size_t)fmax(6, fmin(HEAT_Y, (double)n / (double)nx / 2)); /* as fine as so many values can fill */
    for (size_t i = 0; i <= ny; i++)
        edge_y[i] = low + (high - low) * (double)i / (double)ny;
    for (size_t i = 0; i < n; i++) {
        size_t a = (size_t)((x[i] - lo) / (hi + s->step - lo) * (double)nx),
               b = (size_t)((y[i] - low) / (high - low) * (double)ny);
        a = a < nx ? a : nx - 1;
        z[(b < ny ? b : ny - 1) * nx + a]++;
        sum[a]++;
    }
    for (size_t i = 0; i < nx * ny; i++)
        z[i] = z[i] > 0 ? 100 * z[i] / sum[i % nx] : NAN;
    json *j = page_chart(
        p, "heat", s->time < 0 ? "Temperature distribution across cycles" : "Temperature distribution across time");
    page_axis(j, "x", s->axis, s->in);
    page_axis(j, "y", "temperature", "\xc2\xb0" "C");
    page_axis(j, "z", s->time < 0 ? "share of a stretch of cycles" : "share of a stretch of time", "%");
    json_open(j, "pages", '[');
    json_open(j, NULL, '{');
    page_values(j, "x", edge_x, nx + 1);
    page_values(j, "y", edge_y, ny + 1);
    page_values(j, "z", z, nx * ny);
    json_close(j, '}');
    json_close(j, ']');
    report_sort(y, n);
    text alt = { 0 };
    words(&alt, y, n);
    page_chart_words(
        p, "Each column of the map is a stretch of them; the colour says how much of it lies at a temperature.",
        text_of(&alt));
    page_data_open(p, "<point|temperature (\xc2\xb0" "C)", 5, 5);
    static const struct { const char *name; double p; } points[] = {
        { "least", 0 }, { "5 %", 0.05 }, { "median", 0.5 }, { "95 %", 0.95 }, { "greatest", 1 },
    };
    for (size_t i = 0; i < 5; i++) {
        page_row(p, "");
        page_cell(p, points[i].name, "t");
        page_cell_number(p, report_quantile(y, n, points[i].p), "");
    }
    page_data_close(p);
    page_chart_end(p);
    text_free(&alt);
}

int report_temperature(page *p, const report_subject *s, why *w)
{
    int column[MOST];
    size_t n = 0, rows = 0;
    double *room = mem_columns(2 * (s->f->n + 1));
    if (!room)
        return fail(w, E_NOMEM, "no memory for the temperatures of %zu rows", s->f->n);
    for (size_t c = 0; c < s->f->ncol && n < MOST; c++) {
        bool is = strncmp(s->f->col[c].key, "temperature", 11) == 0;
        rows = is ? values(s, (int)c, room, room + s->f->n + 1) : 0;
        if (rows > 1)
            column[n++] = (int)c;
    }
    for (size_t c = 1; c < n; c++)                      /* the mean first */
        if (strcmp(s->f->col[column[c]].key, "temperature_mean") == 0) {
            int first = column[0];
            column[0] = column[c];
            column[c] = first;
        }
    int rc = E_OK;
    if (n && s->f->ncell <= REPORT_CELLS)
        lines(p, s, column, n);
    else if (n)
        rc = report_bands(p, s, column[0], "Temperature", w);
    if (!rc && n) {
        double *x = room, *y = room + s->f->n + 1;
        rows = values(s, column[0], x, y);
        double lo = INFINITY, hi = -INFINITY;
        for (size_t i = 0; i < rows; i++) {
            lo = fmin(lo, y[i]);
            hi = fmax(hi, y[i]);
        }
        if (rows >= 50 && hi > lo)
            heat(p, s, x, y, rows);
    }
    free(room);
    return rc;
}

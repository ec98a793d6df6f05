/* SPDX-License-Identifier: MIT
 * lifetime_plot.c - lives drawn by gnuplot: a line a life, or the spread of many, and the end of life.
 */
#include "core/report/lifetime_say.h"
#include <math.h>

static int add_line(frame *f, int column, const char *name, const double *x, const double *y, size_t n, why *w)
{
    for (size_t i = 0; i < n; i++) {
        size_t at;
        int rc = frame_add_row(f, "", name, llround(x[i]), INT64_MIN, &at, w);
        if (rc)
            return rc;
        f->col[column].v[at] = y[i];
    }
    return E_OK;
}

static int gather(const lifetime_lines *p, frame *f, why *w)
{
    int column = frame_add_column(f, "soh_ratio", "soh", "1", "State of health.", w), rc = column < 0 ? -column : E_OK;
    for (size_t i = 0; i < p->n && !rc; i++)
        rc = add_line(f, column, p->line[i].name, p->line[i].x, p->line[i].y, p->line[i].n, w);
    return rc;
}

int lifetime_plot(const lifetime *l, const lifetime_asked *a, const char *path, why *w)
{
    lifetime_fleet *fleets = NULL;
    lifetime_lines lines = { 0 };
    size_t n = 0;
    result r = { .name = (char *)a->name, .folder = (char *)"" };
    int rc = lifetime_fleets(l, a, &fleets, &n, w);
    if (!rc)
        rc = lifetime_lines_open(l, fleets, n, &lines, w);
    if (!rc)
        rc = gather(&lines, &r.rows, w);
    if (!rc)
        rc = plot_file(&(result *){ &r }, 1, &(plot_options){ .y = "soh", .title = a->name, .eol = l->eol }, path, w);
    lifetime_lines_close(&lines);
    lifetime_fleets_free(fleets, n);
    frame_free(&r.rows);
    return rc;
}

/* SPDX-License-Identifier: MIT
 * lifetime_plot.c - lives drawn by gnuplot: a line a life, or the spread of many, and the end of life.
 */
#include "core/report/lifetime_say.h"
#include "core/report/plot.h"
#include <math.h>
#include <string.h>

/* A colour a cell and a dash a model, where there are not too many of both. */
static bool by_both(const lifetime_lines *p)
{
    size_t cells = 0;
    for (size_t i = 0; i < p->n; i++)
        cells += !i || strcmp(p->line[i].cell, p->line[i - 1].cell) != 0;
    return !p->fleet && cells > 1 && cells <= PLOT_CELLS && p->n <= PLOT_BOTH && p->n > cells;
}

static int gather(const lifetime_lines *p, frame *f, why *w)
{
    bool both = by_both(p);
    int soh = frame_add_column(f, "soh_ratio", "soh", "1", "State of health.", w);
    int time = frame_add_column(f, "test_time_second", "test_time", "s", "Calendar time since the first row.", w);
    int rc = soh < 0 ? -soh : time < 0 ? -time : E_OK;
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0, at; k < p->line[i].n && !rc; k++) {
            rc = frame_add_row(f, both ? p->line[i].cell : "", both ? p->line[i].model : p->line[i].name,
                               llround(p->line[i].x[k]), INT64_MIN, &at, w);
            if (rc)
                break;
            f->col[soh].v[at] = p->line[i].y[k];
            f->col[time].v[at] = p->line[i].t[k] > 0 ? p->line[i].t[k] : NAN;
        }
    return rc;
}

int lifetime_plot(const lifetime *l, const lifetime_asked *a, const char *path, why *w)
{
    lifetime_fleet *fleets = NULL;
    lifetime_lines lines = { 0 };
    size_t n = 0;
    result r = { .name = (char *)a->name, .folder = (char *)"" };
    const plot_options o = { .y = "soh", .x = a->x ? a->x : l->duty ? "years" : NULL, .title = a->name, .eol = l->eol };
    int rc = lifetime_fleets(l, a, &fleets, &n, w);
    if (!rc)
        rc = lifetime_lines_open(l, fleets, n, &lines, w);
    if (!rc)
        rc = gather(&lines, &r.rows, w);
    if (!rc)
        rc = plot_file(&(result *){ &r }, 1, &o, path, w);
    lifetime_lines_close(&lines);
    lifetime_fleets_free(fleets, n);
    frame_free(&r.rows);
    return rc;
}

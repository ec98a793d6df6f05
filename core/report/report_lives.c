/* SPDX-License-Identifier: MIT
 * report_lives.c - the end of life of each cell: measured, predicted, and how its run ended; of many cells as a
 * distribution.
 */
#include "core/base/mem.h"
#include "core/report/report_inside.h"
#include "core/study/knee.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LISTED = 40, NBIN = 30 };

/* What the run said of this cell under this law; NULL: nothing. */
static const json_t *lane_said(const report_subject *s, const char *cell, const char *physics)
{
    size_t i;
    json_t *l;
    json_array_foreach(json_object_get(s->about, "lanes"), i, l)
        if (strcmp(report_word(l, "cell"), cell) == 0 && strcmp(report_word(l, "physics"), physics) == 0)
            return l;
    return NULL;
}

static double predicted(const report_subject *s, const report_lane *l, const report_model *m, double *at_least)
{
    const json_t *said = m->hybrid ? NULL : lane_said(s, s->f->cell_name[l->cell], m->name);
    double cycle = s->time < 0 ? report_real(said, "end_of_life_cycle") : NAN;
    double seen = report_below(s, l, m->column, report_eol_ah(s, l), at_least);
    return isfinite(cycle) ? cycle : seen;
}

/* A life that has not ended is at least so long. */
static void end_cell(page *p, double cycle, double at_least)
{
    char words[48];
    snprintf(words, sizeof words, at_least == floor(at_least) ? "at least %.0f" : "at least %.4g", at_least);
    if (isnan(cycle) && !isnan(at_least))
        page_cell(p, words, "");
    else
        page_cell_number(p, cycle, "");
}

/* By Bacon-Watts; none, and no memory, are "-". */
static double knee_of(const report_subject *s, size_t n)
{
    knee k;
    return knee_bacon_watts(s->x, s->y, n, &k, NULL) ? NAN : k.x;
}

static void life_row(page *p, const report_subject *s, const report_lane *l, const report_model *m)
{
    const char *cell = s->f->cell_name[l->cell];
    const json_t *said = lane_said(s, cell, m->name);
    double limit = report_eol_ah(s, l), least_seen, least_made, seen = NAN, made = predicted(s, l, m, &least_made);
    if (s->reference >= 0)
        seen = report_below(s, l, s->reference, limit, &least_seen);
    size_t n = report_line(s, l, m->column, s->x, s->y);
    bool failed = strcmp(report_word(said, "end"), "failed") == 0;
    page_row(p, "");
    page_cell(p, cell, "t");
    page_cell(p, m->name, "t");
    page_cell(p, m->hybrid ? "corrected" : "physics", "t");
    page_cell_number(p, n ? s->y[0] : NAN, "");
    page_cell_number(p, n ? s->y[n - 1] : NAN, "");
    end_cell(p, made, least_made);
    if (s->reference >= 0) {
        end_cell(p, seen, least_seen);
        page_cell_number(p, made - seen, "");
    }
    page_cell_number(p, knee_of(s, n), "");
    const char *reason = report_word(said, "reason");
    page_cell(p, *reason ? reason : m->hybrid ? "" : "all its rows", failed ? "t long bad" : "t long");
}

static void listed(page *p, const report_subject *s)
{
    text head = { 0 };
    size_t rows = 0;
    text_addf(&head, "<cell|<model|<kind|first (Ah)|last (Ah)|end of life (%s)", s->head);
    if (s->reference >= 0)
        text_addf(&head, "|measured (%s)|error (%s)", s->head, s->time < 0 ? "cycles" : s->head);
    text_addf(&head, "|knee (%s)|<its run ended by", s->head);
    page_table_open(p, text_of(&head), s->f->ncell * s->nmodel);
    for (uint32_t c = 0; c < s->f->ncell; c++)
        for (size_t m = 0; m < s->nmodel && rows < LISTED; m++) {
            const report_lane *l = report_lane_of(s, c, s->model[m].variant);
            if (l) {
                life_row(p, s, l, &s->model[m]);
                rows++;
            }
        }
    page_table_close(p);
    if (s->f->ncell * s->nmodel > rows)
        page_say(p, "Only the first cells are listed.");
    text_free(&head);
}

/* Cycles of the end of life over the cells, sorted; returns how many reach it. */
static size_t reached(const report_subject *s, const report_model *m, double *out, size_t *cells)
{
    size_t n = 0;
    *cells = 0;
    for (size_t i = 0; i < s->nlane; i++) {
        const report_lane *l = &s->lane[i];
        if (l->variant != m->variant)
            continue;
        double cycle = report_below(s, l, m->column, report_eol_ah(s, l), NULL);
        ++*cells;
        if (isfinite(cycle))
            out[n++] = cycle;
    }
    report_sort(out, n);
    return n;
}

static void distribution_page(json *j, const report_subject *s, double lo, double hi, double *room)
{
    double edge[NBIN + 1], part[NBIN];
    for (int b = 0; b <= NBIN; b++)
        edge[b] = lo + (hi - lo) * b / NBIN;
    json_open(j, "pages", '[');
    json_open(j, NULL, '{');
    page_values(j, "edges", edge, NBIN + 1);
    json_open(j, "series", '[');
    for (size_t m = 0; m < s->nmodel; m++) {
        size_t cells, n = reached(s, &s->model[m], room, &cells);
        if (!n)
            continue;
        report_bins(room, n, lo, hi, part, NBIN);
        json_open(j, NULL, '{');
        json_text(j, "name", s->model[m].name);
        json_text(j, "style", s->model[m].hybrid ? "solid" : "dashed");
        json_whole(j, "color", s->model[m].color);
        page_values(j, "share", part, NBIN);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_close(j, '}');
    json_close(j, ']');
}

static void distribution_words(page *p, const report_subject *s, double *room)
{
    text alt = { 0 };
    for (size_t m = 0; m < s->nmodel; m++) {
        size_t cells, n = reached(s, &s->model[m], room, &cells);
        text_addf(&alt, "%s%s: %zu of %zu cells reach it", m ? "; " : "", s->model[m].name, n, cells);
        if (n)
            text_addf(&alt, s->time < 0 ? ", half of them by %s %.0f" : ", half of them by %s %.4g", s->axis,
                      report_quantile(room, n, 0.5));
    }
    text_add(&alt, ".");
    char head[160];
    snprintf(head, sizeof head, "Over the cells, the %s at which capacity falls below the end of life.", s->axis);
    page_chart_words(p, head, text_of(&alt));
    text_free(&alt);
    snprintf(head, sizeof head, "<model|cells|reach it|5 %% (%s)|median (%s)|95 %% (%s)", s->head, s->head, s->head);
    page_data_open(p, head, s->nmodel, s->nmodel);
    for (size_t m = 0; m < s->nmodel; m++) {
        size_t cells, n = reached(s, &s->model[m], room, &cells);
        page_row(p, "");
        page_cell(p, s->model[m].name, "t");
        page_cell_number(p, (double)cells, "");
        page_cell_number(p, (double)n, "");
        page_cell_number(p, report_quantile(room, n, 0.05), "");
        page_cell_number(p, report_quantile(room, n, 0.5), "");
        page_cell_number(p, report_quantile(room, n, 0.95), "");
    }
    page_data_close(p);
}

static int distribution(page *p, const report_subject *s, why *w)
{
    double *room = mem_columns(s->nlane + 1), lo = INFINITY, hi = -INFINITY;
    if (!room)
        return fail(w, E_NOMEM, "no memory for the ends of %zu lives", s->nlane);
    for (size_t m = 0; m < s->nmodel; m++) {
        size_t cells, n = reached(s, &s->model[m], room, &cells);
        lo = n ? fmin(lo, room[0]) : lo;
        hi = n ? fmax(hi, room[n - 1]) : hi;
    }
    if (hi > lo) {
        json *j = page_chart(p, "hist", "End of life over the cells");
        page_axis(j, "x", s->time < 0 ? "end of life, cycle" : "end of life", s->in);
        page_axis(j, "y", "share of the cells that reach it", "%");
        distribution_page(j, s, lo, hi, room);
        distribution_words(p, s, room);
        page_chart_end(p);
    }
    free(room);
    return E_OK;
}

int report_lives(page *p, const report_subject *s, why *w)
{
    if (!s->nmodel || !s->nlane)
        return E_OK;
    text t = { 0 };
    text_addf(&t, "The end of life is %.4g %% of ", 100 * s->eol);
    if (!isnan(s->nominal))
        text_addf(&t, "the nominal %.4g Ah", s->nominal);
    else
        text_add(&t, s->soh >= 0 ? "the capacity that state of health refers to" : "a cell's first capacity");
    text_addf(&t, "; \"at least\" where it is not reached by the last row%s.", s->truth >= 0 && s->reference == s->truth
                                                          ? ", and what the cell really held counts as measured" : "");
    page_say(p, text_of(&t));
    text_free(&t);
    int rc = s->f->ncell > REPORT_CELLS ? distribution(p, s, w) : E_OK;
    if (!rc)
        listed(p, s);
    return rc;
}

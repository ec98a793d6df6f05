/* SPDX-License-Identifier: MIT
 * show.c - a result in the terminal: what ran, how each cell fared, how good the forecasts were, and a small picture.
 */
#include "core/report/show.h"
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/report/report.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS = 12, WIDTH = 80, SERIES = 8, NAME = 96, INDENT = 10 };

static const char *about_text(const result *r, const char *key)
{
    return json_string_value(json_object_get(r->about, key));
}

static double about_number(const result *r, const char *key)
{
    const json_t *v = json_object_get(r->about, key);
    return json_is_number(v) ? json_number_value(v) : NAN;
}

/* ---- the head ---- */

static void add_count(text *out, const char *before, double n, const char *what)
{
    if (!isnan(n))
        text_addf(out, "%s%.0f %s%s", before, n, what, n == 1 ? "" : "s");
}

static const char *outcome_of(const result *r)
{
    static const struct { const char *word, *said; } outcomes[] = {
        { "ok", "done" }, { "partial", "done, some cells failed" }, { "cancelled", "interrupted" },
        { "running", "not ended: running, or killed" },
    };
    const char *word = about_text(r, "outcome");
    for (size_t i = 0; word && i < sizeof outcomes / sizeof *outcomes; i++)
        if (strcmp(outcomes[i].word, word) == 0)
            return outcomes[i].said;
    return word ? word : r->scenario ? "not ended: running, or killed" : "unknown";
}

static void add_made_by(const result *r, size_t width, text *out)
{
    const json_t *made = json_object_get(r->about, "made_by"), *p;
    const char *version = json_string_value(json_object_get(made, "fade"));
    size_t i;
    if (!version)
        return;
    text line = { 0 };
    const json_t *seed = json_object_get(made, "seed");
    text_addf(&line, "made by   fade %s", version);
    if (json_is_integer(seed))
        text_addf(&line, ", seed %lld", (long long)json_integer_value(seed));
    json_array_foreach(json_object_get(made, "plugins"), i, p) {
        const char *id = json_string_value(json_object_get(p, "id"));
        const char *number = json_string_value(json_object_get(p, "version"));
        text_addc(&line, i ? ',' : ';');
        if (id && line.n + strlen(id) + 10 > width) {
            text_addf(out, "%s\n", text_of(&line));
            line.n = 0;
            text_addf(&line, "%*s", INDENT - 1, "");
        }
        text_addf(&line, " %s %s", id ? id : "?", number ? number : "");
    }
    text_add(out, text_of(&line));
    out->failed = out->failed || line.failed;
    text_free(&line);
    text_addc(out, '\n');
}

static void add_head(const result *r, size_t width, text *out)
{
    char when[40];
    double seconds = about_number(r, "seconds");
    clock_text(result_started(r), when);
    text_addf(out, "%s\n", r->name);
    if (*when)
        text_addf(out, "when      %s\n", when);
    text_addf(out, "outcome   %s", outcome_of(r));
    if (!isnan(seconds))
        text_addf(out, " in %.3g s", seconds);
    double cells = about_number(r, "cells"), failed = about_number(r, "failed");
    add_count(out, "; ", isnan(cells) && r->rows.ncell ? (double)r->rows.ncell : cells, r->cases ? "case" : "cell");
    add_count(out, ", ", about_number(r, "rows"), "row");
    if (failed > 0)
        text_addf(out, ", %.0f failed", failed);
    text_addc(out, '\n');
    add_made_by(r, width, out);
    if (r->rows_from)
        text_addf(out, "rows      %zu in %s\n", r->rows.n, r->rows_from);
    else
        text_add(out, "rows      none are kept\n");
}

/* ---- lives ---- */

static void life_row(show_table *t, const result_life *l, const char *cell, bool duty)
{
    char rows[32], cycle[32] = "-", number[6][32], how[NAME] = "";
    const double v[] = { l->first_ah, l->last_ah, l->hybrid_ah, l->observed_ah, l->soh * 100, l->eol };
    static const int digits[] = { -4, -4, -4, -4, -1, 15 };
    snprintf(rows, sizeof rows, "%zu", l->rows);
    if (l->cycle >= 0)
        snprintf(cycle, sizeof cycle, "%lld", (long long)l->cycle);
    for (size_t i = 0; i < 6; i++)
        show_number(number[i], v[i], digits[i]);
    if (isnan(l->eol) && !isnan(l->eol_least))
        snprintf(number[5], sizeof number[5], "at least %.0f", l->eol_least);
    else if (duty && !isnan(l->eol_seconds))
        snprintf(number[5], sizeof number[5], "%.0f, %.2f years", l->eol, l->eol_seconds / (365 * 86400.0));
    if (l->reason)
        snprintf(how, sizeof how, "%s%s", l->end && strcmp(l->end, "failed") == 0 ? "failed: " : "", l->reason);
    const char *word[] = { cell,      l->variant, rows,      cycle,     number[0], number[1],
                           number[2], number[3],  number[4], number[5], how };
    show_row(t, word);
}

static void add_lives(const result_life *life, size_t n, bool duty, const show_options *o, text *out)
{
    const char *const head[] = { "cell",     "model",         "rows",         duty ? "last row" : "cycle", "first, Ah",
                                 "last, Ah", "corrected, Ah", "observed, Ah", "SoH, %",
                                 duty ? "end of life, row" : "end of life", "" };
    show_table t = { .columns = sizeof head / sizeof *head, .left = 2 };
    size_t cells = 0, i = 0, most = o->cells ? o->cells : CELLS;
    show_row(&t, head);
    for (; i < n; i++) {
        bool same = i && strcmp(life[i].cell, life[i - 1].cell) == 0;
        cells += !same;
        if (cells > most)
            break;
        life_row(&t, &life[i], same ? "" : life[i].cell, duty);
    }
    size_t more = 0;
    for (; i < n; i++)
        more += strcmp(life[i].cell, life[i - 1].cell) != 0;
    text_addc(out, '\n');
    show_table_add(&t, out);
    if (more)
        text_addf(out, "and %zu more cell%s\n", more, more == 1 ? "" : "s");
    show_table_free(&t);
}

/* ---- scores ---- */

static double score(const json_t *s, const char *key)
{
    const json_t *v = json_object_get(s, key);
    return json_is_number(v) ? json_number_value(v) : NAN;
}

static void add_scores(const result *r, text *out)
{
    static const char *const head[] = { "forecast",  "of", "rows",      "RMSE, Ah", "MAE, Ah",
                                        "MAPE, %", "R2", "worst, Ah", "" };
    static const char *const key[] = { "n", "rmse", "mae", "mape", "r2", "max_error" };
    const json_t *scores = json_object_get(r->about, "scores"), *s;
    show_table t = { .columns = sizeof head / sizeof *head, .left = 2 };
    double best = INFINITY;
    size_t i;
    if (!json_array_size(scores))
        return;
    json_array_foreach(scores, i, s)
        best = fmin(best, score(s, "rmse"));
    show_row(&t, head);
    json_array_foreach(scores, i, s) {
        char number[6][32];
        for (size_t k = 0; k < 6; k++)
            show_number(number[k], score(s, key[k]), 4);
        const char *word[] = { json_string_value(json_object_get(s, "model")),
                               json_string_value(json_object_get(s, "variant")),
                               number[0], number[1], number[2], number[3], number[4], number[5],
                               score(s, "rmse") == best ? "best" : "" };
        show_row(&t, word);
    }
    text_add(out, "\nForecast errors, rows after the forecast origin:\n");
    show_table_add(&t, out);
    show_table_free(&t);
}

/* ---- the picture ---- */

typedef struct picture {
    show_series series[SERIES];
    char        name[SERIES][NAME];
    double     *room;                                   /* of all series */
    const char *x;                                      /* "cycle"; of a duty what time is told in */
    int         time;                                   /* its column, -1 */
    double      per;
    size_t      n;
} picture;

/* Column `c` of one cell under one variant. */
static void add_series(picture *p, const frame *f, const int64_t who[2], int c, bool joined)
{
    if (p->n == SERIES || c < 0)
        return;
    double *x = p->room + 2 * p->n * f->n, *y = x + f->n;
    size_t n = 0;
    bool any = false;
    for (size_t i = 0; i < f->n; i++)
        if (f->cell[i] == who[0] && f->variant[i] == who[1]) {
            x[n] = p->time >= 0 ? f->col[p->time].v[i] / p->per : (double)f->cycle[i];
            y[n] = f->col[c].v[i];
            any = any || isfinite(y[n]);
            n++;
        }
    if (!any)
        return;
    p->series[p->n] = (show_series){ p->name[p->n], x, y, n, joined };
    p->n++;
}

/* "xu2018+ridge" is the hybrid of the physics "xu2018", whose line is drawn once. */
static bool physics_is_new(const frame *f, size_t variant, size_t length)
{
    for (size_t v = 0; v < variant; v++)
        if (strncmp(f->variant_name[v], f->variant_name[variant], length) == 0 &&
            frame_physics_length(f, v) == length)
            return false;
    return true;
}

static void gather_picture(picture *p, const frame *f, int64_t cell)
{
    int observed = frame_find(f, "capacity"), physics = frame_find(f, "physics_capacity");
    int hybrid = frame_find(f, "hybrid_capacity");
    if (physics >= 0 && observed >= 0) {
        snprintf(p->name[p->n], NAME, "observed");
        add_series(p, f, (int64_t[]){ cell, 0 }, observed, false);
    }
    for (size_t v = 0; v < f->nvariant && p->n < SERIES; v++) {
        const char *name = f->variant_name[v];
        int length = (int)frame_physics_length(f, v);
        bool corrected = name[length] && hybrid >= 0;
        snprintf(p->name[p->n], NAME, "%.*s", length, *name ? name : "capacity");
        if (!corrected || physics_is_new(f, v, (size_t)length))
            add_series(p, f, (int64_t[]){ cell, (int64_t)v }, physics >= 0 ? physics : observed, true);
        if (corrected && p->n < SERIES) {
            snprintf(p->name[p->n], NAME, "%s", name);
            add_series(p, f, (int64_t[]){ cell, (int64_t)v }, hybrid, true);
        }
    }
}

static void name_axis(picture *p, const frame *f)
{
    double last = 0;
    p->x = "cycle";
    p->time = frame_duty_time(f);
    for (size_t i = 0; i < f->n && p->time >= 0; i++)
        last = fmax(last, f->col[p->time].v[i]);
    if (p->time >= 0)
        p->x = frame_time_unit(last, &p->per);
}

static int add_picture(const result *r, const show_options *o, text *out, why *w)
{
    const frame *f = &r->rows;
    if (!f->n)
        return E_OK;
    picture *p = mem_zero(1, sizeof *p);
    if (p)
        p->room = mem_columns(2 * SERIES * f->n);
    if (!p || !p->room) {
        free(p);
        return fail(w, E_NOMEM, "no memory for a picture of %zu rows", f->n);
    }
    name_axis(p, f);
    gather_picture(p, f, 0);
    text_addc(out, '\n');
    show_chart_add(&(show_chart){ .series = p->series, .n = p->n, .x = p->x, .y = "capacity, Ah",
                                  .title = f->cell_name[0], .width = o->width ? o->width : WIDTH,
                                  .color = o->color, .ascii = o->ascii }, out);
    free(p->room);
    free(p);
    return E_OK;
}

/* ---- a sweep ---- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int add_cases(const result *r, text *out, why *w)
{
    static const char *const head[] = { "column", "unit", "known", "least", "median", "greatest" };
    const frame *f = &r->rows;
    show_table t = { .columns = sizeof head / sizeof *head, .left = 2 };
    double *v = mem_columns(f->n + 1);
    if (!v)
        return fail(w, E_NOMEM, "no memory for %zu cases", f->n);
    show_row(&t, head);
    for (size_t c = 0; c < f->ncol; c++) {
        char known[32], number[3][32];
        size_t n = 0;
        for (size_t i = 0; i < f->n; i++)
            if (!isnan(f->col[c].v[i]))
                v[n++] = f->col[c].v[i];
        qsort(v, n, sizeof *v, by_value);
        snprintf(known, sizeof known, "%zu", n);
        show_number(number[0], n ? v[0] : NAN, 5);
        show_number(number[1], n ? (v[(n - 1) / 2] + v[n / 2]) / 2 : NAN, 5);
        show_number(number[2], n ? v[n - 1] : NAN, 5);
        const char *word[] = { f->col[c].name, f->col[c].unit, known, number[0], number[1], number[2] };
        show_row(&t, word);
    }
    text_addc(out, '\n');
    show_table_add(&t, out);
    show_table_free(&t);
    free(v);
    return E_OK;
}

int show_text(const result *r, const show_options *o, text *out, why *w)
{
    result_life *life = NULL;
    size_t n = 0;
    add_head(r, o->width ? o->width : WIDTH, out);
    int rc = r->cases ? add_cases(r, out, w) : result_lives(r, &life, &n, w);
    if (!rc && n)
        add_lives(life, n, frame_duty_time(&r->rows) >= 0, o, out);
    add_scores(r, out);
    if (!rc && !r->cases)
        rc = add_picture(r, o, out, w);
    free(life);
    return rc ? rc : out->failed ? fail(w, E_NOMEM, "no memory to show %s", r->name) : E_OK;
}

static void life_json(const result_life *l, json *out)
{
    json_open(out, NULL, '{');
    json_text(out, "cell", l->cell);
    json_text(out, "variant", l->variant);
    json_whole(out, "rows", (int64_t)l->rows);
    json_whole(out, "cycle", l->cycle);
    json_number(out, "first_capacity_ah", l->first_ah);
    json_number(out, "capacity_ah", l->last_ah);
    json_number(out, "hybrid_capacity_ah", l->hybrid_ah);
    json_number(out, "observed_capacity_ah", l->observed_ah);
    json_number(out, "soh_ratio", l->soh);
    json_number(out, "end_of_life_cycle", l->eol);
    json_number(out, "end_of_life_at_least", l->eol_least);
    json_number(out, "end_of_life_years", l->eol_seconds / (365 * 86400.0));
    json_text(out, "end", l->end);
    json_text(out, "reason", l->reason);
    json_close(out, '}');
}

int show_json(const result *r, json *out, why *w)
{
    result_life *life = NULL;
    size_t n = 0;
    char when[40];
    int rc = r->cases ? E_OK : result_lives(r, &life, &n, w);
    clock_text(result_started(r), when);
    char *scores = json_dumps(json_object_get(r->about, "scores"), JSON_COMPACT);
    json_open(out, NULL, '{');
    json_text(out, "name", r->name);
    json_text(out, "folder", r->folder);
    json_text(out, "started", *when ? when : NULL);
    json_text(out, "outcome", about_text(r, "outcome"));
    json_number(out, "seconds", about_number(r, "seconds"));
    json_number(out, "failed", about_number(r, "failed"));
    json_text(out, "rows_from", r->rows_from);
    json_whole(out, "rows", (int64_t)r->rows.n);
    json_open(out, "columns", '[');
    for (size_t i = 0; i < r->rows.ncol; i++)
        json_text(out, NULL, r->rows.col[i].name);
    json_close(out, ']');
    json_open(out, r->cases ? "cases" : "cells", '[');
    for (size_t i = 0; i < n; i++)
        life_json(&life[i], out);
    json_close(out, ']');
    json_raw(out, "scores", scores ? scores : "[]");
    json_close(out, '}');
    free(scores);
    free(life);
    return rc ? rc : out->out.failed ? fail(w, E_NOMEM, "no memory to show %s", r->name) : E_OK;
}

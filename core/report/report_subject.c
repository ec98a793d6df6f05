/* SPDX-License-Identifier: MIT
 * report_subject.c - one result looked at as lanes (a cell under a variant) and models (lines of predictions).
 */
#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/report/report_inside.h"
#include "core/scenario/toml.h"
#include "core/study/health.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *report_word(const json_t *object, const char *key)
{
    const char *word = json_string_value(json_object_get(object, key));
    return word ? word : "";
}

double report_real(const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    return json_is_number(v) ? json_number_value(v) : NAN;
}

/* ---- lanes ---- */

typedef struct row_at { uint32_t cell, variant; int64_t cycle; size_t row; } row_at;

static int by_lane(const void *a, const void *b)
{
    const row_at *x = a, *y = b;
    if (x->cell != y->cell)
        return x->cell < y->cell ? -1 : 1;
    if (x->variant != y->variant)
        return x->variant < y->variant ? -1 : 1;
    if (x->cycle != y->cycle)
        return x->cycle < y->cycle ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static void cut_lanes(report_subject *s, const row_at *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        s->rows[i] = at[i].row;
        if (i == 0 || at[i].cell != at[i - 1].cell || at[i].variant != at[i - 1].variant)
            s->lane[s->nlane++] = (report_lane){ at[i].cell, at[i].variant, 0, s->rows + i };
        report_lane *l = &s->lane[s->nlane - 1];
        l->n++;
        s->most = l->n > s->most ? l->n : s->most;
    }
}

static int find_lanes(report_subject *s, why *w)
{
    size_t n = s->f->n, lanes = 0;
    row_at *at = mem_zero(n + 1, sizeof *at);
    s->rows = mem_zero(n + 1, sizeof *s->rows);
    for (size_t i = 0; at && i < n; i++)
        at[i] = (row_at){ s->f->cell[i], s->f->variant[i], s->f->cycle[i], i };
    if (at && n)
        qsort(at, n, sizeof *at, by_lane);
    for (size_t i = 0; at && i < n; i++)
        lanes += i == 0 || at[i].cell != at[i - 1].cell || at[i].variant != at[i - 1].variant;
    s->lane = mem_zero(lanes + 1, sizeof *s->lane);
    if (at && s->rows && s->lane)
        cut_lanes(s, at, n);
    free(at);
    s->x = mem_zero(2 * s->most + 2, sizeof *s->x);
    s->y = mem_zero(2 * s->most + 2, sizeof *s->y);
    return s->rows && s->lane && s->x && s->y ? E_OK : fail(w, E_NOMEM, "no memory to sort %zu rows for a report", n);
}

const report_lane *report_lane_of(const report_subject *s, uint32_t cell, uint32_t variant)
{
    size_t lo = 0, hi = s->nlane;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        const report_lane *l = &s->lane[mid];
        if (l->cell == cell && l->variant == variant)
            return l;
        if (l->cell < cell || (l->cell == cell && l->variant < variant))
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

double report_x(const report_subject *s, size_t row)
{
    return s->time >= 0 ? s->f->col[s->time].v[row] / s->per : (double)s->f->cycle[row];
}

size_t report_line(const report_subject *s, const report_lane *l, int column, double *x, double *y)
{
    size_t n = 0;
    for (size_t i = 0; l && column >= 0 && i < l->n; i++) {
        double v = s->f->col[column].v[l->row[i]];
        if (!isfinite(v))
            continue;
        x[n] = report_x(s, l->row[i]);
        y[n++] = v;
    }
    return n;
}

/* ---- what was forecast ---- */

/* Rows of the lane that were known. */
static size_t known(const report_subject *s, const report_lane *l)
{
    for (size_t i = 0; s->lower >= 0 && i < l->n; i++)
        if (isfinite(s->f->col[s->lower].v[l->row[i]]))
            return i ? i : 1;
    size_t n = isnan(s->fraction) ? 0 : (size_t)((double)l->n * s->fraction + 1e-9);
    return isnan(s->fraction) ? 0 : n ? n : 1;
}

double report_origin(const report_subject *s, const report_lane *l)
{
    size_t n = known(s, l);
    return n && n < l->n ? report_x(s, l->row[n - 1]) : NAN;
}

bool report_forecast(const report_subject *s, const report_lane *l, size_t i)
{
    return i >= known(s, l);
}

double report_eol_ah(const report_subject *s, const report_lane *l)
{
    double first = NAN, soh;
    for (size_t i = 0; s->soh >= 0 && s->physics >= 0 && l && i < l->n; i++)
        if ((soh = s->f->col[s->soh].v[l->row[i]]) > 0 && isfinite(s->f->col[s->physics].v[l->row[i]]))
            return s->eol * s->f->col[s->physics].v[l->row[i]] / soh;      /* what the run itself refers to */
    if (!isnan(s->nominal))
        return s->eol * s->nominal;
    int column = s->reference >= 0 ? s->reference : s->physics;
    for (size_t i = 0; column >= 0 && l && i < l->n && isnan(first); i++)
        first = s->f->col[column].v[l->row[i]];
    return s->eol * first;
}

double report_below(const report_subject *s, const report_lane *l, int column, double limit, double *at_least)
{
    size_t n = report_line(s, l, column, s->x, s->y);
    health_watch h = health_open(limit, s->hold);
    for (size_t i = 0; i < n; i++)
        health_row(&h, &(health_point){ s->x[i], NAN, NAN, s->y[i] });
    if (at_least)
        *at_least = h.reached ? NAN : h.below ? h.end.cycle : h.last.cycle;
    return h.reached ? h.end.cycle : NAN;
}

/* ---- the scenario's say ---- */

static void read_quantity(const tree_node *node, const char *unit_text, double *out)
{
    double v;
    if (node && (node->kind == TREE_REAL || node->kind == TREE_INT))
        *out = node->real;
    else if (node && node->kind == TREE_TEXT && units_quantity(node->text, unit_text, NAN, &v, NULL) == E_OK)
        *out = v;
}

static void read_keys(report_subject *s, const tree_node *root)
{
    const tree_node *preset = tree_find(root, "health.preset"), *hold = tree_find(root, "health.hold");
    const tree_node *truth = tree_find(root, "evaluate.truth"), *target = tree_find(root, "evaluate.target");
    const tree_node *reference = tree_find(root, "cell.soh_reference");
    read_quantity(tree_find(root, "cell.nominal_capacity"), "Ah", &s->nominal);
    if (reference && reference->text && strcmp(reference->text, "initial") == 0)
        s->nominal = NAN;
    if (preset && preset->text && strcmp(preset->text, "nasa") == 0)
        s->eol = 0.7;
    read_quantity(tree_find(root, "health.eol"), "1", &s->eol);
    if (hold && hold->kind == TREE_INT && hold->integer > 0)
        s->hold = (uint64_t)hold->integer;
    if (tree_find(root, "evaluate")) {
        s->fraction = 0.5;
        read_quantity(tree_find(root, "evaluate.split.fraction"), "1", &s->fraction);
    }
    if (truth || target)
        s->reference = frame_find(s->f, (truth ? truth : target)->text ? (truth ? truth : target)->text : "");
}

static void read_scenario(report_subject *s)
{
    tree *t = s->scenario ? tree_open() : NULL;
    tree_problems problems = { 0 };
    tree_node *root = NULL;
    if (t && toml_parse(t, "scenario.toml", s->scenario, strlen(s->scenario), &problems, &root) == E_OK && root)
        read_keys(s, root);
    tree_problems_free(&problems);
    tree_close(t);
}

/* ---- models ---- */

static void add_model(report_subject *s, uint32_t variant, bool hybrid, int color)
{
    const char *name = s->f->variant_name[variant];
    report_model *m = &s->model[s->nmodel];
    *m = (report_model){
        .variant = variant, .column = hybrid ? s->hybrid : s->physics, .color = color, .hybrid = hybrid
    };
    snprintf(m->name, sizeof m->name, "%.*s", hybrid ? 90 : (int)frame_physics_length(s->f, variant),
             *name ? name : "physics");
    for (size_t i = 0; i < s->nmodel; i++)              /* one physics under several correctors is one line */
        if (s->model[i].hybrid == hybrid && strcmp(s->model[i].name, m->name) == 0)
            return;
    s->nmodel++;
}

static int find_models(report_subject *s, why *w)
{
    size_t nv = s->f->nvariant;
    s->model = mem_zero(2 * nv + 1, sizeof *s->model);
    if (!s->model)
        return fail(w, E_NOMEM, "no memory for the models of a report");
    for (uint32_t v = 0; v < nv; v++) {
        if (s->physics >= 0)
            add_model(s, v, false, (int)v);
        if (s->hybrid >= 0 && s->f->variant_name[v][frame_physics_length(s->f, v)])
            add_model(s, v, true, (int)v);
    }
    return E_OK;
}

/* Rows of a duty are no cycles: they are drawn over time. */
static void choose_axis(report_subject *s)
{
    double last = 0;
    int span = frame_find(s->f, "span");
    s->axis = s->head = "cycle";
    s->in = "";
    s->per = s->step = 1;
    s->time = frame_duty_time(s->f);
    if (s->time < 0)
        return;
    for (size_t i = 0; i < s->f->n; i++)
        last = fmax(last, s->f->col[s->time].v[i]);
    s->axis = "time";
    s->in = s->head = frame_time_unit(last, &s->per);
    s->step = s->f->n && s->f->col[span].v[0] > 0 ? s->f->col[span].v[0] / s->per : 1;
}

int report_subject_open(report_subject *s, const char *name, const char *toml, const json_t *about, const frame *f,
                        why *w)
{
    *s = (report_subject){ .name = name, .scenario = toml, .about = about, .f = f, .note = "", .nominal = NAN,
                           .eol = 0.8, .fraction = NAN, .hold = 1 };
    s->measured = frame_find(f, "capacity");
    s->truth = frame_find(f, "true_capacity");
    s->physics = frame_find(f, "physics_capacity");
    s->hybrid = frame_find(f, "hybrid_capacity");
    s->lower = frame_find(f, "hybrid_lower");
    s->upper = frame_find(f, "hybrid_upper");
    s->soh = frame_find(f, "soh");
    s->reference = s->measured;
    read_scenario(s);
    choose_axis(s);
    int rc = find_lanes(s, w);
    return rc ? rc : find_models(s, w);
}

void report_subject_close(report_subject *s)
{
    free(s->lane);
    free(s->rows);
    free(s->model);
    free(s->x);
    free(s->y);
    *s = (report_subject){ 0 };
}

/* SPDX-License-Identifier: MIT
 * checker_numbers.c - tests of the numbers: the answer does not depend on the step, it is the golden one, and what it
 * costs.
 */
#include "core/base/clock.h"
#include "core/host/checker_inside.h"
#include "core/host/golden.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the step
 * -------------------------------------------------------------------------------------------------------------- */

/* Inputs that count with the step: twice the cycles, twice the time booked. */
static void extend(ride *a, double dt)
{
    for (uint32_t lane = 0; lane < 8; lane++)
        a->r->dt[lane] = dt;
    for (uint32_t i = 0; i < a->s->cols.in.n; i++) {
        const fade_column *c = library_at(&a->s->cols.in, i);
        if (a->s->per_cycle && (strcmp(c->key, "duration") == 0 || strcmp(c->key, "count") == 0))
            for (uint32_t lane = 0; lane < 8; lane++)
                a->r->in[i][lane] *= dt;
    }
}

/* One step of dt; false: a lane or the model refused, nothing can be said. */
static bool step_of(ride *a, double dt)
{
    ride_inputs(a);
    extend(a, dt);
    bool ok = ride_call(a, "step", a->s->vt->step) == FADE_OK;
    for (uint32_t lane = 0; lane < 8; lane++)
        ok = ok && a->r->tile.status[lane] == 0;
    for (uint32_t i = 0; ok && i < a->s->cols.state.n; i++) {
        const fade_column *c = library_at(&a->s->cols.state, i);
        memcpy(a->r->x[i], a->r->x1[i], 8 * (size_t)(c->width ? c->width : 1) * sizeof(double));
    }
    a->row++;
    return ok;
}

/* How far lane `lane` of a column moved: of a wide one, which is one quantity over a place, the value that moved most.
 */
static double column_moved(const ride *now, const ride *before, uint32_t column, uint32_t lane, uint32_t width)
{
    double most = 0;
    for (uint32_t j = 0; j < width; j++)
        most = fmax(most, fabs(now->r->x[column][8 * j + lane] - before->r->x[column][8 * j + lane]));
    return most;
}

/* Both rides stand where one took a step of 2 and the other two of 1; `before` stands where they began. */
static void steps_compare(trial *t, const ride *one, const ride *two, const ride *before, double tolerance)
{
    const fade_list *state = &one->s->cols.state;
    for (uint32_t i = 0; i < state->n; i++) {
        const fade_column *c = library_at(state, i);
        uint32_t width = c->width ? c->width : 1;
        for (uint32_t k = 0; k < 8 * width; k++) {
            double a = one->r->x[i][k], b = two->r->x[i][k], moved = column_moved(two, before, i, k % 8, width);
            double off = fabs(a - b), most = tolerance * moved + 1e-12 * fabs(b);
            if (!(off > most))
                continue;
            trial_fail(
                t,
                "a step of 2 moves x[%s] to %.12g, two steps of 1 to %.12g: off by %.2g of the change (tolerance %g)",
                c->key, a, b, off / moved, tolerance);
            return;
        }
    }
}

void checker_step_invariance(trial *t)
{
    subject s;
    ride one = { 0 }, two = { 0 }, before = { 0 };
    if (!subject_open(t, &s))
        return;
    if (!s.per_cycle)
        trial_note(t, "a model in seconds may depend on its step; held to 1 %%");
    bool ok = ride_open(&s, s.model, 8, NULL, &one) && ride_open(&s, s.model, 8, NULL, &two) &&
              ride_open(&s, s.model, 8, NULL, &before);
    one.still = two.still = before.still = true;
    for (int k = 0; ok && k < 10; k++)
        ok = step_of(&one, 1.0) && step_of(&two, 1.0) && step_of(&before, 1.0);
    if (ok && step_of(&one, 2.0) && step_of(&two, 1.0) && step_of(&two, 1.0))
        steps_compare(t, &one, &two, &before, s.per_cycle ? 1e-6 : 1e-2);
    else if (t->status < CHECKER_WARN)
        trial_note(t, "steps of 1 and 2 are not taken with these inputs");
    ride_close(&one);
    ride_close(&two);
    ride_close(&before);
    subject_close(&s);
}

/* ---- golden.csv
 * ------------------------------------------------------------------------------------------------------------ */

static bool header_known(trial *t, const golden *g, const subject *s)
{
    static const char *const roles[] = { "param.", "in.", "state.", "out." };
    const fade_list *lists[] = { &t->desc->params, &s->cols.in, &s->cols.state, &s->cols.out };
    for (uint32_t i = 0; i < g->ncol; i++) {
        bool known =
            strcmp(g->name[i], "dt") == 0 || strcmp(g->name[i], "tolerance") == 0 || strcmp(g->name[i], "target") == 0;
        for (int r = 0; r < 4 && !known; r++)
            for (uint32_t k = 0; k < lists[r]->n && !known; k++)    /* key is the first member of both structs */
                known = text_starts(g->name[i], roles[r]) &&
                        strcmp(g->name[i] + strlen(roles[r]), *(const char *const *)library_at(lists[r], k)) == 0;
        if (!known)
            trial_fail(t,
                       "golden.csv has a column \"%s\": param.KEY, in.KEY, state.KEY, out.KEY, dt, target and "
                       "tolerance are known",
                       g->name[i]);
    }
    return t->status < CHECKER_FAIL;
}

static void list_expect(ride *a, const golden *g, uint64_t row, const fade_list *l, double *const *at,
                        const char *prefix)
{
    double tolerance = golden_number(g, row, golden_column(g, "", "tolerance"));
    if (isnan(tolerance))
        tolerance = 1e-9;
    for (uint32_t i = 0; i < l->n; i++) {
        const fade_column *c = library_at(l, i);
        double want = golden_number(g, row, golden_column(g, prefix, c->key)), have = at[i][0];
        if (!isnan(want) && !(fabs(have - want) <= tolerance * fabs(want) + 1e-300))
            trial_fail(a->s->t, "golden.csv row %llu: %s%s is %.12g, not %.12g (tolerance %g)",
                       (unsigned long long)row + 1, prefix, c->key, have, want, tolerance);
    }
}

static void list_set(ride *a, const golden *g, uint64_t row, const fade_list *l, double *const *at)
{
    for (uint32_t i = 0; i < l->n; i++) {
        const fade_column *c = library_at(l, i);
        double v = golden_number(g, row, golden_column(g, "in.", c->key));
        for (uint32_t lane = 0; lane < a->r->tile.n; lane++)
            if (!isnan(v))
                at[i][lane] = v;
            else if (row == 0)
                at[i][lane] = c->flags & FADE_OPTIONAL ? NAN : c->init;
    }
}

/* Parameters stand in the first row; they hold for all. */
static void params_set(trial *t, const golden *g)
{
    for (uint32_t i = 0; i < t->desc->params.n; i++) {
        const fade_param *p = library_at(&t->desc->params, i);
        double v = golden_number(g, 0, golden_column(g, "param.", p->key));
        if (!isnan(v))
            t->value[i].real = v;
    }
}

static void golden_model(trial *t, subject *s, const golden *g)
{
    ride a;
    if (!header_known(t, g, s) || !ride_open(s, s->model, 8, NULL, &a))
        return;
    for (uint64_t row = 0; row < g->nrow && t->status < CHECKER_FAIL; row++) {
        double dt = golden_number(g, row, golden_column(g, "", "dt"));
        list_set(&a, g, row, &s->cols.in, a.r->in);
        for (uint32_t lane = 0; lane < 8; lane++) {
            a.r->dt[lane] = isnan(dt) ? 1.0 : dt;
            a.r->row[lane] = row + 1;
        }
        if (ride_call(&a, "step", s->vt->step) < 0 || a.r->tile.status[0])
            trial_fail(t, "golden.csv row %llu: step gives %s: %s", (unsigned long long)row + 1,
                       trial_word(a.rc < 0 ? a.rc : a.r->tile.status[0]), s->host.text);
        list_expect(&a, g, row, &s->cols.state, a.r->x1, "state.");
        list_expect(&a, g, row, &s->cols.out, a.r->out, "out.");
        for (uint32_t i = 0; i < s->cols.state.n; i++) {
            const fade_column *c = library_at(&s->cols.state, i);
            memcpy(a.r->x[i], a.r->x1[i], 8 * (size_t)(c->width ? c->width : 1) * sizeof(double));
        }
        for (uint32_t lane = 0; lane < 8; lane++)
            a.r->t[lane] += a.r->dt[lane];
    }
    ride_close(&a);
}

/* Features of a corrector are the "in." columns; rows with a target are what it is trained on. */
static bool golden_train(trial *t, subject *s, const golden *g)
{
    subject_table table;
    int target = golden_column(g, "", "target");
    if (!subject_table_make(&table, g->nrow))
        return false;
    uint64_t n = 0;
    uint32_t k = 0;
    for (uint32_t i = 0; i < SUBJECT_FEATURES; i++) {   /* only those the file has, in the file's order of SUBJECT's */
        int from = golden_column(g, "in.", table.column[i].key);
        if (from < 0)
            continue;
        table.column[k] = table.column[i];
        for (uint64_t row = 0; row < g->nrow; row++)
            table.col[k][row] = golden_number(g, row, from);
        k++;
    }
    for (uint64_t row = 0; row < g->nrow && !isnan(golden_number(g, row, target)); row++, n++) {
        table.target[row] = golden_number(g, row, target);
        table.cell[row] = 0;
        table.row[row] = (uint32_t)row;
    }
    table.table.n = n;
    table.table.ncol = k;
    void *model = NULL;
    int32_t rc = k && n ? s->corrector->train(&s->host.host, &t->given, &table.table, NULL, &model) : FADE_EINVAL;
    if (rc)
        trial_fail(t, "golden.csv cannot be trained on: %s %s", trial_word(rc), s->host.text);
    memcpy(s->features, table.column, sizeof table.column);
    subject_table_free(&table);
    if (rc)
        return false;
    subject_drop(s, s->model);
    s->model = model;
    s->cols.in = (fade_list){ s->features, k, sizeof s->features[0] };
    return true;
}

static void golden_any(trial *t, const char *path)
{
    golden g;
    why w = { 0 };
    if (strcmp(t->desc->kind, "output") == 0) {
        checker_golden_output(t, path);
        return;
    }
    if (golden_read(path, &g, &w)) {
        trial_fail(t, "%s", w.text);
        return;
    }
    subject s;
    if (strcmp(t->desc->kind, "source") == 0) {
        checker_golden_source(t, &g);
    } else if (trial_values(t)) {
        params_set(t, &g);
        if (subject_open(t, &s)) {
            if (!s.corrector || golden_train(t, &s, &g))
                golden_model(t, &s, &g);
            subject_close(&s);
        }
    }
    golden_free(&g);
}

void checker_golden(trial *t)
{
    char *path = checker_beside(t->path, "golden.csv");
    if (path)
        golden_any(t, path);
    else
        trial_skip(t, "there is no golden.csv beside the plugin");
    free(path);
}

/* ---- speed
 * ----------------------------------------------------------------------------------------------------------------- */

void checker_speed(trial *t)
{
    enum { LANES = 256 };
    subject s;
    ride a;
    if (!subject_open(t, &s))
        return;
    if (ride_open(&s, s.model, LANES, NULL, &a)) {
        ride_inputs(&a);
        rig_ready(a.r);
        int64_t best = INT64_MAX, end = clock_monotonic_ns() + 50000000;
        do { /* the fastest of many: what the machine does beside is left out */
            int64_t t0 = clock_monotonic_ns();
            s.vt->step(s.model, &a.r->tile);
            int64_t took = clock_monotonic_ns() - t0;
            best = took < best ? took : best;
        } while (clock_monotonic_ns() < end);
        size_t bytes = 0;
        for (uint32_t i = 0; i < a.r->ncolumn; i++)
            bytes += strcmp(a.r->column[i].role, "tile") ? a.r->column[i].bytes / LANES : 0;
        trial_note(t, "%.1f ns and %zu bytes per cell-step", (double)best / LANES, bytes);
        ride_close(&a);
    }
    subject_close(&s);
}

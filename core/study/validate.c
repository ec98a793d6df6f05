/* SPDX-License-Identifier: MIT
 * validate.c - a cell model against the section "Validation" of a BPX file.
 */
#include "core/study/validate.h"
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/host/object.h"
#include "core/host/rig.h"
#include "core/scenario/set.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 64 << 20, LANES = 8, MOST_TRIALS = 60 };

/* ---- the file ---- */

typedef struct series { const char *name; bool needed; } series;
enum { TIME, CURRENT, VOLTAGE, TEMPERATURE, NSERIES };
static const series all_series[NSERIES] = {
    { "Time [s]", true }, { "Current [A]", true }, { "Voltage [V]", true }, { "Temperature [K]", false }
};

/* The numbers of one list; NULL: complained, or absent. */
static double *numbers(tree *t, const tree_node *experiment, int k, size_t *n, tree_problems *p)
{
    const tree_node *list = tree_get(experiment, all_series[k].name);
    if (!list && !all_series[k].needed)
        return NULL;
    if (!list || list->kind != TREE_ARRAY || list->n < 2 || (k && list->n != *n)) {
        tree_complain(p, list ? list : experiment, E_INPUT,
                      "\"%.60s\": \"%s\" is a list of numbers, as long as the others, of two at least", experiment->key,
                      all_series[k].name);
        return NULL;
    }
    double *out = tree_block(t, list->n, sizeof *out);
    *n = list->n;
    size_t i = 0;
    for (const tree_node *c = list->first; out && c; c = c->next, i++) {
        out[i] = c->real * (k == CURRENT ? -1 : 1);
        bool rises = k != TIME || i == 0 || out[i] > out[i - 1];
        if ((c->kind != TREE_REAL && c->kind != TREE_INT) || !rises) {
            tree_complain(p, c, E_INPUT, "\"%.60s\": \"%s\": %s is expected", experiment->key, all_series[k].name,
                          rises ? "a number" : "a time above the one before");
            return NULL;
        }
    }
    return out;
}

static void read_one(tree *t, const tree_node *experiment, validate_run *run, tree_problems *p)
{
    double *column[NSERIES];
    *run = (validate_run){ .name = experiment->key };
    for (int k = 0; k < NSERIES; k++)
        column[k] = numbers(t, experiment, k, &run->n, p);
    run->t = column[TIME];
    run->current = column[CURRENT];
    run->voltage = column[VOLTAGE];
    run->temperature = column[TEMPERATURE];
    run->made = tree_block(t, run->n + 1, sizeof *run->made);
}

int validate_read(const char *path, validate_file *out, tree_problems *p, why *w)
{
    char *made = NULL;
    size_t n = 0, before = p->n;
    tree_node *json = NULL;
    *out = (validate_file){ .tree = tree_open() };
    int rc = out->tree ? file_read(path, MOST_BYTES, &made, &n, w) : fail(w, E_NOMEM, "no memory for %s", path);
    const char *name = rc ? NULL : tree_text(out->tree, path);
    if (!rc && set_json(out->tree, name ? name : "", made, n, p, &json))
        rc = fail(w, E_INPUT, "%s is no JSON", path);
    free(made);
    const tree_node *section = rc ? NULL : tree_get(json, "Validation");
    if (!rc && (!section || section->kind != TREE_TABLE || !section->n))
        rc = fail(w, E_INPUT, "%s has no \"Validation\": there is nothing to compare with", path);
    if (rc)
        return rc;
    out->run = tree_block(out->tree, section->n, sizeof *out->run);
    for (const tree_node *c = out->run ? section->first : NULL; c; c = c->next)
        read_one(out->tree, c, &out->run[out->n++], p);
    if (p->n > before)
        return fail(w, p->at[before].code, "%s", p->at[before].text);
    return out->run && !tree_failed(out->tree) ? E_OK : fail(w, E_NOMEM, "no memory for %s", path);
}

void validate_free(validate_file *f)
{
    tree_close(f->tree);
    *f = (validate_file){ 0 };
}

/* ---- the model ---- */

typedef struct bench {                            /* one model on a tile whose lanes are alike */
    const scenario_part *part;
    const fade_model_v1 *vt;
    object              *object;
    void                *model, *worker;
    fade_columns         columns;
    rig                 *r;
    int                  control, demand, ambient, voltage;
} bench;

static int column_of(const fade_list *l, const char *key)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (strcmp(((const fade_column *)library_at(l, i))->key, key) == 0)
            return (int)i;
    return -1;
}

static void bench_close(bench *b)
{
    if (b->worker && b->vt->leave)
        b->vt->leave(b->worker);
    rig_close(b->r);
    if (b->model && b->vt->destroy)
        b->vt->destroy(b->model);
    object_close(b->object);
}

static int bench_open(const scenario *s, bench *b, why *w)
{
    b->part = &s->physics[0].part[0];
    const fade_desc *d = b->part->plugin->desc;
    b->vt = library_iface(d, "fade.model/1");
    int rc = object_open(b->part->plugin, b->part->node, s->seed, &b->object, w);
    if (rc || !b->vt || d->flags & FADE_PER_CYCLE)
        return rc ? rc : fail(w, E_PLUGIN, "%s is no cell model per second", d->id);
    int32_t said = b->vt->create(&b->object->host, &b->part->args->fade, &b->model);
    if (said)
        return object_why(b->object, said, "create", w);
    b->columns = d->columns;
    if (b->vt->columns && (said = b->vt->columns(b->model, &b->columns)))
        return object_why(b->object, said, "columns", w);
    size_t scratch = b->vt->scratch ? b->vt->scratch(b->model, LANES) : 0;
    if (b->vt->enter && (said = b->vt->enter(b->model, LANES, &b->worker)))
        return object_why(b->object, said, "enter", w);
    rc = rig_open(d, &b->columns, LANES, scratch ? scratch : 64, &b->r, w);
    if (rc)
        return rc;
    b->r->tile.worker = b->worker;
    b->control = column_of(&b->columns.in, "control");
    b->demand = column_of(&b->columns.in, "demand");
    b->ambient = column_of(&b->columns.in, "temperature_ambient");
    b->voltage = column_of(&b->columns.out, "voltage");
    return b->control >= 0 && b->demand >= 0 && b->voltage >= 0 && b->vt->observe
               ? E_OK
               : fail(w, E_PLUGIN, "%s is not driven by control and demand, or has no voltage", d->id);
}

static void fill(double *column, double value)
{
    for (int i = 0; i < LANES; i++)
        column[i] = value;
}

static void fill_params(bench *b)
{
    const fade_args *a = &b->part->args->fade;
    uint32_t k = 0;
    for (uint32_t i = 0; i < a->n; i++)
        if (((const fade_param *)library_at(&a->desc->params, i))->flags & FADE_PER_CELL)
            fill(b->r->param[k++], args_lane(b->part->args, i, 0, 1, 0));
}

static void demand(bench *b, double current, double temperature)
{
    fill(b->r->in[b->control], FADE_BY_CURRENT);
    fill(b->r->in[b->demand], current);
    if (b->ambient >= 0)
        fill(b->r->in[b->ambient], temperature);
}

/* x1 becomes x. */
static void accept(bench *b)
{
    for (uint32_t k = 0; k < b->r->nx; k++) {
        uint32_t width = ((const fade_column *)library_at(&b->columns.state, k))->width;
        memcpy(b->r->x[k], b->r->x1[k], (size_t)(width ? width : 1) * LANES * sizeof(double));
    }
}

/* Keeps what a call that fills part of x1 leaves: states without init have their first value, others stay. */
static int32_t call_on_copy(bench *b, int32_t (*f)(const void *, fade_tile *))
{
    if (!f)
        return 0;
    rig_ready(b->r);
    for (uint32_t k = 0; k < b->r->nx; k++) {
        uint32_t width = ((const fade_column *)library_at(&b->columns.state, k))->width;
        memcpy(b->r->x1[k], b->r->x[k], (size_t)(width ? width : 1) * LANES * sizeof(double));
    }
    int32_t rc = f(b->model, &b->r->tile);
    rc = rc ? rc : b->r->tile.status[0];
    if (!rc)
        accept(b);
    return rc;
}

static int32_t first_state(bench *b)
{
    for (uint32_t k = 0; k < b->r->nx; k++) {
        const fade_column *c = library_at(&b->columns.state, k);
        for (uint32_t i = 0; i < (c->width ? c->width : 1) * LANES; i++)
            b->r->x[k][i] = c->init;
    }
    fill(b->r->t, 0);
    int32_t rc = call_on_copy(b, b->vt->init);
    return rc ? rc : call_on_copy(b, b->vt->refresh);
}

static int32_t observe(bench *b, double *voltage)
{
    rig_ready(b->r);
    int32_t rc = b->vt->observe(b->model, &b->r->tile);
    rc = rc ? rc : b->r->tile.status[0];
    *voltage = rc ? NAN : b->r->out[b->voltage][0];
    return rc;
}

/* From point k to the next, in steps as the model wishes; *wish goes on from one to the next. */
static int32_t advance(bench *b, const validate_run *run, size_t k, double *wish)
{
    double t = run->t[k], end = run->t[k + 1], slope = (run->current[k + 1] - run->current[k]) / (end - t);
    double T = run->temperature ? run->temperature[k] : 298.15;
    for (int trials = 0; t < end && trials < MOST_TRIALS;) {
        double dt = *wish < end - t ? *wish : end - t;
        fill(b->r->dt, dt);
        demand(b, run->current[k] + slope * (t + dt / 2 - run->t[k]), T);
        rig_ready(b->r);
        int32_t rc = b->vt->step(b->model, &b->r->tile), status = b->r->tile.status[0];
        if (rc || (status && status != FADE_RETRY))
            return rc ? rc : status;
        trials = status == FADE_RETRY ? trials + 1 : 0;
        *wish = status == FADE_RETRY ? fmin(dt / 2, b->r->tile.wish[0]) : fmin(2 * dt, b->r->tile.wish[0]);
        if (trials == MOST_TRIALS)
            return FADE_ESOLVE;
        if (status == FADE_RETRY)
            continue;
        accept(b);
        t = dt < end - t ? t + dt : end;
        fill(b->r->t, t);
        *wish = fmax(*wish, 1e-6);
    }
    return call_on_copy(b, b->vt->refresh);
}

static void run_one(bench *b, validate_run *run)
{
    why w = { 0 };
    double wish = 1, sum = 0;
    demand(b, run->current[0], run->temperature ? run->temperature[0] : 298.15);
    int32_t rc = first_state(b);
    for (size_t k = 0; k < run->n; k++)
        run->made[k] = NAN;
    for (size_t k = 0; k < run->n && !rc; k++) {
        if (k)
            rc = advance(b, run, k - 1, &wish);
        demand(b, run->current[k], run->temperature ? run->temperature[k] : 298.15);
        rc = rc ? rc : observe(b, &run->made[k]);
        if (rc || isnan(run->made[k]))
            break;
        double gap = run->made[k] - run->voltage[k];
        sum += gap * gap;
        run->reached = k + 1;
        if (fabs(gap) > fabs(run->worst)) {
            run->worst = gap;
            run->worst_at = run->t[k];
        }
    }
    run->rmse = run->reached ? sqrt(sum / (double)run->reached) : NAN;
    if (rc) {
        object_lane_why(b->object, rc, 0, &w);
        snprintf(run->stopped, sizeof run->stopped, "%.280s", w.text);
    }
}

int validate_all(const scenario *s, validate_file *f, why *w)
{
    bench b = { 0 };
    int rc = bench_open(s, &b, w);
    if (!rc)
        fill_params(&b);
    for (size_t i = 0; i < f->n && !rc; i++)
        run_one(&b, &f->run[i]);
    bench_close(&b);
    return rc;
}

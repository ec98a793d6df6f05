/* SPDX-License-Identifier: MIT
 * virtual.c - virtual cells: a law nobody else sees ages them, each at its own pace; a noisy instrument reads them
 * after each cycle.
 *
 * What is measured is C(n) = C_true(n) - a U(n) + noise.  U is the reversible part: before a cycle it relaxes over the
 * rest, U <- U exp(-rest / tau); after it U <- U + (1 - lambda)(1 - U).  So capacity comes back after rests, as it does
 * in real cells.
 */
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/base/units.h"
#include "core/engine/virtual.h"
#include "core/host/args.h"
#include "core/host/object.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    P_TRUTH,
    P_PARAMETERS,
    P_CELLS,
    P_CYCLES,
    P_NOMINAL,
    P_SPREAD,
    P_PACE,
    P_NOISE,
    P_RECOVERY,
    P_TAU,
    P_LAMBDA,
    P_REST,
    P_LONG,
    P_EVERY,
    P_DEPTH,
    P_SOC,
    P_RATE,
    P_AMBIENT,
    P_SEASON,
    P_HEATING,
    P_CELL_T,
    P_START
};

#define SETTING FADE_REAL, FADE_EXAMPLE
static const fade_param params[] = {
    { "truth", "", "Physics plugin that ages the cells; nobody else sees it.", "", FADE_TEXT, 0, 0, 0, 0, 0, 0,
      "xu2018" },
    { "parameters", "", "Its parameters, as { k_t = \"5e-10 1/s\" }.", "", FADE_MAP, 0, 0, 0, 0, 0, 0, NULL },
    { "cells", "", "How many cells.", "", FADE_INT, 0, 8, 1, 1e6, 0, 0, NULL },
    { "cycles", "", "Cycles of each.", "", FADE_INT, 0, 500, 1, 1e9, 0, 0, NULL },
    { "nominal_capacity", "Ah", "Mean capacity of a new cell.", "", SETTING, 2, 1e-6, 1e6, 0, 0, NULL },
    { "spread", "1", "Standard deviation of the new cells' capacity, relative.", "", SETTING, 0.01, 0, 0.5, 0, 0,
      NULL },
    { "pace", "1", "Standard deviation of the pace of ageing from cell to cell, of its logarithm.", "", SETTING, 0.15,
      0, 2, 0, 0, NULL },
    { "noise", "Ah", "Standard deviation of the measured capacity.", "", SETTING, 0.003, 0, 1e3, 0, 0, NULL },
    { "recovery", "Ah", "Capacity that is only away for a while when a cell is cycled without rest (a).", "", SETTING,
      0.02, 0, 1e3, 0, 0, NULL },
    { "tau", "s", "Time constant of its return in rest.", "", SETTING, 129600, 1, 1e9, 0, 0, NULL },
    { "lambda", "1", "How much of the rest of it stays after a cycle.", "", SETTING, 0.9, 0, 1, 0, 0, NULL },
    { "rest", "s", "Usual rest before a cycle.", "", SETTING, 3600, 0, 1e9, 0, 0, NULL },
    { "long_rest", "s", "The long rest now and then.", "", SETTING, 259200, 0, 1e9, 0, 0, NULL },
    { "long_rest_every", "", "A long rest every so many cycles; 0: never.", "", FADE_INT, 0, 40, 0, 1e9, 0, 0, NULL },
    { "depth", "1", "Depth of discharge.", "", SETTING, 1, 0, 1, 0, 0, NULL },
    { "soc_mean", "1", "Mean state of charge.", "", SETTING, 0.5, 0, 1, 0, 0, NULL },
    { "c_rate", "1/h", "Discharge rate.", "", SETTING, 1, 1e-3, 100, 0, 0, NULL },
    { "ambient", "degC", "Mean ambient temperature.", "", SETTING, 25, -40, 80, 0, 0, NULL },
    { "season", "K", "Half the swing of the ambient temperature over a year.", "", SETTING, 5, 0, 60, 0, 0, NULL },
    { "heating", "K", "How much warmer than ambient a cell runs.", "", SETTING, 6, 0, 60, 0, 0, NULL },
    { "cell_temperature", "K", "Standard deviation of that from cell to cell.", "", SETTING, 1.5, 0, 60, 0, 0, NULL },
    { "start", "", "Time of the first cycle, RFC 3339.", "", FADE_TEXT, 0, 0, 0, 0, 0, 0, "2026-01-01T00:00:00Z" },
};

enum { O_CAPACITY, O_TRUE, O_T, O_AMBIENT, O_DEPTH, O_SOC, O_RATE, O_REST, O_DURATION, NOUT };
static const fade_column out[NOUT] = {
    { "capacity", "Ah", "Measured discharge capacity.", 0, 0, 0, 0, 0, 1, FADE_TARGET },
    { "true_capacity", "Ah", "What the cell really holds, reversible part apart.", 0, 0, 0, 0, 0, 1, FADE_TARGET },
    { "temperature_mean", "K", "Mean temperature of the cell.", 0, 0, 0, 0, 0, 1, 0 },
    { "temperature_ambient", "K", "Ambient temperature.", 0, 0, 0, 0, 0, 1, FADE_PLANNED },
    { "depth", "1", "Depth of discharge.", 0, 0, 0, 0, 0, 1, FADE_PLANNED },
    { "soc_mean", "1", "Mean state of charge.", 0, 0, 0, 0, 0, 1, FADE_PLANNED },
    { "c_rate", "1/h", "Discharge rate.", 0, 0, 0, 0, 0, 1, FADE_PLANNED },
    { "rest", "s", "Time at no load before the cycle.", 0, 0, 0, 0, 0, 1, FADE_PLANNED },
    { "duration", "s", "Calendar time booked with the cycle.", 0, 0, 0, 0, 0, 1, FADE_PLANNED },
};

typedef struct fleet {
    const fade_host     *host;
    const fade_args     *args;
    uint64_t             seed;
    tree                *tree;
    object              *object;
    const args          *truth_args;
    const fade_desc     *desc;
    const fade_model_v1 *vt;
    void                *model, *worker;
    uint32_t             cells, n, wstate;
    uint64_t             cycles, cycle;           /* the last one made, 0 none */
    uint32_t             next;                    /* cell of it to hand out next */
    uint64_t            *id, *row;
    char               (*name)[24];
    double              *row_col[NOUT];           /* of the cycle at hand */
    double              *c0, *pace, *warm, *away; /* per cell; away is U */
    double              *mem, *xbuf[2], **x, **x1, **in, **outc, **param, *dt, *t, *wish, *scratch;
    int32_t             *status;
    int                  loss, capacity;          /* of the truth's outputs */
    int                 *from;                    /* per input: O_*; -1 */
    double              *scale, *offset;
    int64_t              time;
} fleet;

static double par(const fleet *f, int k) { return f->args->at[k].real; }

static int32_t say(const fade_host *h, int32_t code, const char *sentence)
{
    fade_say(h, 3, code, -1, sentence);
    return code;
}

static uint32_t width_of(const fade_column *c) { return c->width ? c->width : 1; }

static int open_truth(fleet *f, why *w)
{
    const fade_value *map = &f->args->at[P_PARAMETERS];
    const object *own = f->host->ctx;
    const plugin *p;
    tree_problems problems = { 0 };
    int rc = library_find_kind(f->args->at[P_TRUTH].text, "physics", &p, w);
    if (rc)
        return rc;
    if (!(p->desc->flags & FADE_PER_CYCLE))
        return fail(w, E_INPUT, "truth = \"%s\" steps in seconds; a hidden truth is a law per cycle", p->desc->id);
    if (!(f->tree = tree_open()))
        return fail(w, E_NOMEM, "no memory for the hidden truth");
    for (uint32_t i = 0; i < map->n; i++) {
        tree_node *v =
            tree_make(f->tree, TREE_TEXT, own->node ? own->node->file : "virtual", own->node ? own->node->line : 0, 1);
        if (!v)
            return fail(w, E_NOMEM, "no memory for the hidden truth");
        v->text = tree_text(f->tree, map->texts[i]);
        tree_put(tree_root(f->tree), tree_text(f->tree, map->key[i]), v);
    }
    args_cell cell = { par(f, P_NOMINAL), par(f, P_NOMINAL), NAN };
    rc = args_read(f->tree, tree_root(f->tree), p->desc, &cell, NULL, &problems, &f->truth_args);
    if (!rc && problems.n)
        rc = fail(w, problems.at[0].code, "its hidden truth: %s", problems.at[0].text);
    tree_problems_free(&problems);
    f->desc = p->desc;
    f->vt = library_iface(p->desc, "fade.model/1");
    if (!rc && (!f->vt || !f->vt->create))
        rc = fail(w, E_PLUGIN, "plugin %s has no interface fade.model/1", p->desc->id);
    if (rc || (rc = object_open(p, NULL, f->seed, &f->object, w)))
        return rc;
    int32_t s = f->vt->create(&f->object->host, &f->truth_args->fade, &f->model);
    return s < 0 ? object_why(f->object, s, "create", w) : E_OK;
}

/* Every input of the truth is one of our columns, in its unit. */
static int wire_truth(fleet *f, const fade_columns *c, why *w)
{
    for (uint32_t i = 0; i < c->in.n; i++) {
        const fade_column *in = library_at(&c->in, i);
        unit a, b;
        f->from[i] = -1;
        for (int o = O_T; o < NOUT; o++)
            if (strcmp(out[o].key, in->key) == 0)
                f->from[i] = o;
        if (f->from[i] < 0 && !(in->flags & FADE_OPTIONAL))
            return fail(w, E_INPUT, "truth = \"%s\" reads %s, which a virtual cell has not", f->desc->id, in->key);
        if (f->from[i] >= 0 && (units_parse(out[f->from[i]].unit, &a, w) || units_parse(in->unit, &b, w)))
            return w->code;
        if (f->from[i] >= 0 && !units_convert(&a, &b, par(f, P_NOMINAL), &f->scale[i], &f->offset[i]))
            return fail(w, E_INPUT, "truth = \"%s\" wants %s in %s", f->desc->id, in->key, in->unit);
    }
    for (uint32_t i = 0; i < c->out.n; i++) {
        const char *key = ((const fade_column *)library_at(&c->out, i))->key;
        f->loss = strcmp(key, "loss") == 0 ? (int)i : f->loss;
        f->capacity = strcmp(key, "capacity") == 0 ? (int)i : f->capacity;
    }
    return f->loss < 0 && f->capacity < 0
               ? fail(w, E_INPUT, "truth = \"%s\" writes neither loss nor capacity", f->desc->id)
               : E_OK;
}

static void point(double **to, const fade_list *l, double **at, uint32_t n)
{
    for (uint32_t i = 0; i < l->n; i++) {
        to[i] = *at;
        *at += (size_t)width_of(library_at(l, i)) * n;
    }
}

static int open_columns(fleet *f, why *w)
{
    fade_columns c = f->desc->columns;
    if (f->vt->columns)
        f->vt->columns(f->model, &c);
    uint32_t np = f->desc->params.n, wout = 0;
    for (uint32_t i = 0; i < c.state.n; i++)
        f->wstate += width_of(library_at(&c.state, i));
    for (uint32_t i = 0; i < c.out.n; i++)
        wout += width_of(library_at(&c.out, i));
    size_t cols = 2 * (size_t)f->wstate + wout + c.in.n + np + 7 + NOUT,
           bytes = f->vt->scratch ? f->vt->scratch(f->model, f->n) : 0;
    double *at = f->mem = mem_columns(cols * f->n + bytes / 8 + 8);
    double **ptr = mem_zero(2 * c.state.n + c.out.n + c.in.n + np + 5, sizeof *ptr);
    f->x = ptr;
    f->from = mem_zero(c.in.n + 1, sizeof *f->from);
    f->scale = mem_zero(c.in.n + 1, sizeof *f->scale);
    f->offset = mem_zero(c.in.n + 1, sizeof *f->offset);
    f->id = mem_zero(f->n, sizeof *f->id);
    f->row = mem_zero(f->n, sizeof *f->row);
    f->status = mem_zero(f->n, sizeof *f->status);
    f->name = mem_zero(f->n, sizeof *f->name);
    if (!at || !ptr || !f->from || !f->scale || !f->offset || !f->id || !f->row || !f->status || !f->name)
        return fail(w, E_NOMEM, "no memory for %u virtual cells", f->cells);
    f->x1 = f->x + c.state.n + 1;
    f->in = f->x1 + c.state.n + 1;
    f->outc = f->in + c.in.n + 1;
    f->param = f->outc + c.out.n + 1;
    f->xbuf[0] = at;
    point(f->x, &c.state, &at, f->n);
    f->xbuf[1] = at;
    point(f->x1, &c.state, &at, f->n);
    point(f->outc, &c.out, &at, f->n);
    double **single[] = { &f->dt, &f->t, &f->wish, &f->c0, &f->pace, &f->warm, &f->away };
    for (uint32_t i = 0; i < c.in.n; i++, at += f->n)
        f->in[i] = at;
    for (uint32_t i = 0; i < np; i++, at += f->n)
        f->param[i] = at;
    for (size_t i = 0; i < sizeof single / sizeof single[0]; i++, at += f->n)
        *single[i] = at;
    for (int i = 0; i < NOUT; i++, at += f->n)
        f->row_col[i] = at;
    f->scratch = at;
    for (uint32_t i = 0; i < c.state.n; i++) {
        const fade_column *fc = library_at(&c.state, i);
        for (uint32_t k = 0; k < width_of(fc) * f->n; k++)
            f->x[i][k] = f->x1[i][k] = fc->init;
    }
    return wire_truth(f, &c, w);
}

static void draw_cells(fleet *f)
{
    enum { STREAM_C0 = 1000, STREAM_PACE, STREAM_T };
    uint32_t per_cell = 0;
    for (uint32_t i = 0; i < f->n; i++) {
        snprintf(f->name[i], sizeof f->name[i], "V%0*u", f->cells > 9999 ? 7 : 4, i + 1);
        f->id[i] = text_hash(f->name[i]);
        f->c0[i] = par(f, P_NOMINAL) * (1 + par(f, P_SPREAD) * random_normal(f->seed, f->id[i], 0, STREAM_C0));
        f->pace[i] = exp(par(f, P_PACE) * random_normal(f->seed, f->id[i], 0, STREAM_PACE));
        f->warm[i] = par(f, P_HEATING) + par(f, P_CELL_T) * random_normal(f->seed, f->id[i], 0, STREAM_T);
    }
    for (uint32_t k = 0; k < f->desc->params.n; k++) {
        const fade_param *fp = library_at(&f->desc->params, k);
        if (!(fp->flags & FADE_PER_CELL))
            continue;
        for (uint32_t i = 0; i < f->n; i++)
            f->param[per_cell][i] = args_lane(f->truth_args, k, f->seed, f->id[i], i);
        per_cell++;
    }
}

static fade_tile tile_of(fleet *f)
{
    return (fade_tile){ .size = sizeof(fade_tile),
                        .n = f->n,
                        .live = f->cells,
                        .id = f->id,
                        .row = f->row,
                        .t = f->t,
                        .dt = f->dt,
                        .param = (const double *const *)f->param,
                        .in = (const double *const *)f->in,
                        .x = (const double *const *)f->x,
                        .x1 = f->x1,
                        .out = f->outc,
                        .wish = f->wish,
                        .status = f->status,
                        .scratch = f->scratch,
                        .worker = f->worker };
}

static void conditions(fleet *f)
{
    uint64_t every = (uint64_t)par(f, P_EVERY);
    double rest = every && f->cycle > 1 && (f->cycle - 1) % every == 0 ? par(f, P_LONG) : par(f, P_REST);
    double work = 2 * 3600 * par(f, P_DEPTH) / par(f, P_RATE), year = 2 * M_PI * (double)f->time / 1e6 / 31557600.0;
    double ambient = par(f, P_AMBIENT) + 273.15 - par(f, P_SEASON) * cos(year);
    for (uint32_t i = 0; i < f->n; i++) {
        f->row_col[O_AMBIENT][i] = ambient;
        f->row_col[O_T][i] = ambient + f->warm[i];
        f->row_col[O_DEPTH][i] = par(f, P_DEPTH);
        f->row_col[O_SOC][i] = par(f, P_SOC);
        f->row_col[O_RATE][i] = par(f, P_RATE);
        f->row_col[O_REST][i] = rest;
        f->row_col[O_DURATION][i] = work + rest;
    }
    f->time += (int64_t)(1e6 * (work + rest));
}

static void measure(fleet *f)
{
    enum { STREAM_NOISE = 1003 };
    double keep = par(f, P_LAMBDA);
    for (uint32_t i = 0; i < f->n; i++) {
        double held = f->capacity >= 0 ? f->outc[f->capacity][i] * f->c0[i] / par(f, P_NOMINAL)
                                       : f->c0[i] * (1 - f->outc[f->loss][i]);
        f->away[i] *= exp(-f->row_col[O_REST][i] / par(f, P_TAU));
        f->row_col[O_TRUE][i] = held;
        f->row_col[O_CAPACITY][i] = held - par(f, P_RECOVERY) * f->away[i] +
                                    par(f, P_NOISE) * random_normal(f->seed, f->id[i], f->cycle, STREAM_NOISE);
        f->away[i] += (1 - keep) * (1 - f->away[i]);
    }
}

/* One cycle of every cell.  The pace stretches what the law sees of it: cycles and calendar time alike. */
static int32_t make_cycle(fleet *f)
{
    f->cycle++;
    f->next = 0;
    conditions(f);
    for (uint32_t i = 0; i < f->n; i++) {
        f->dt[i] = f->pace[i];
        f->row[i] = f->cycle;
        f->wish[i] = INFINITY;
        f->status[i] = 0;
    }
    for (uint32_t k = 0; k < f->desc->columns.in.n; k++)
        for (uint32_t i = 0; i < f->n; i++) {
            double v = f->from[k] < 0 ? NAN : f->row_col[f->from[k]][i] * f->scale[k] + f->offset[k];
            f->in[k][i] = f->from[k] == O_DURATION ? v * f->pace[i] : v;
        }
    fade_tile b = tile_of(f);
    int32_t rc = f->cycle == 1 && f->vt->init ? f->vt->init(f->model, &b) : 0;
    if (f->cycle == 1 && f->vt->init)
        memcpy(f->xbuf[0], f->xbuf[1], sizeof(double) * f->wstate * f->n);
    rc = rc < 0 ? rc : f->vt->step(f->model, &b);
    for (uint32_t i = 0; rc >= 0 && i < f->cells; i++)
        rc = f->status[i] < 0 ? f->status[i] : rc;
    memcpy(f->xbuf[0], f->xbuf[1], sizeof(double) * f->wstate * f->n);
    if (rc < 0) {
        why w = { 0 };
        object_why(f->object, rc, "age the hidden truth", &w);
        return say(f->host, FADE_ESOLVE, w.text);
    }
    measure(f);
    return FADE_OK;
}

static void fleet_close(void *source)
{
    fleet *f = source;
    if (!f)
        return;
    if (f->worker && f->vt->leave)
        f->vt->leave(f->worker);
    if (f->model && f->vt->destroy)
        f->vt->destroy(f->model);
    object_close(f->object);
    tree_close(f->tree);
    free(f->mem);
    free(f->x);
    free(f->from);
    free(f->scale);
    free(f->offset);
    free(f->id);
    free(f->row);
    free(f->status);
    free(f->name);
    free(f);
}

/* Position "cycle:cell" is what was handed out; the cells are aged again up to there, with the same draws. */
static int32_t go_to(fleet *f, const char *position)
{
    unsigned long long cycle = 0;
    unsigned cell = 0;
    if (!position)
        return FADE_OK;
    if (sscanf(position, "%llu:%u", &cycle, &cell) != 2 || cycle > f->cycles || cell > f->cells)
        return say(f->host, FADE_EINVAL, "the position in the source is none of its own");
    while (f->cycle < cycle) {
        int32_t rc = make_cycle(f);
        if (rc < 0)
            return rc;
    }
    f->next = cell;
    return FADE_OK;
}

static int32_t fleet_open(const fade_host *host, const fade_args *a, const char *position, void **source)
{
    why w = { 0 };
    fleet *f = mem_zero(1, sizeof *f);
    *source = NULL;
    if (!f)
        return FADE_ENOMEM;
    *f = (fleet){ .host = host, .args = a, .seed = ((const object *)host->ctx)->seed, .loss = -1, .capacity = -1 };
    f->cells = (uint32_t)par(f, P_CELLS);
    f->cycles = (uint64_t)par(f, P_CYCLES);
    f->n = (f->cells + 7) / 8 * 8;
    int rc = open_truth(f, &w);
    rc = rc ? rc : open_columns(f, &w);
    if (!rc && !clock_parse(a->at[P_START].text, &f->time))
        rc = fail(&w, E_INPUT, "start = \"%s\" is no RFC 3339 time", a->at[P_START].text);
    if (!rc && f->vt->enter && f->vt->enter(f->model, f->n, &f->worker) < 0)
        rc = fail(&w, E_PLUGIN, "the hidden truth cannot enter a worker");
    if (rc)
        say(host, FADE_EINVAL, w.text);
    else
        draw_cells(f);
    int32_t s = rc ? FADE_EINVAL : go_to(f, position);
    if (s < 0) {
        fleet_close(f);
        return s;
    }
    *source = f;
    return FADE_OK;
}

static int32_t fleet_next(void *source, fade_block *b, int32_t timeout_ms)
{
    fleet *f = source;
    (void)timeout_ms;
    b->stream = 0;
    for (b->n = 0; b->n < b->cap; b->n++, f->next++) {
        if (f->cycle == 0 || f->next == f->cells) {
            if (f->cycle == f->cycles)
                break;
            int32_t rc = make_cycle(f);
            if (rc < 0)
                return rc;
        }
        b->cell[b->n] = f->name[f->next];
        b->cycle[b->n] = (int64_t)f->cycle;
        b->time[b->n] = f->time - (int64_t)(1e6 * f->row_col[O_DURATION][f->next]);
        for (int c = 0; c < NOUT; c++)
            b->col[c][b->n] = f->row_col[c][f->next];
    }
    snprintf(b->position, 256, "%llu:%u", (unsigned long long)f->cycle, f->next);
    return f->cycle == f->cycles && f->next == f->cells ? FADE_END : FADE_OK;
}

static const fade_source_v1 source_v1 = {
    .size = sizeof source_v1, .open = fleet_open, .close = fleet_close, .next = fleet_next
};

static const void *fleet_iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.source/1") == 0 ? &source_v1 : NULL;
}

static const fade_desc desc = {
    .size = sizeof desc,
    .id = "virtual",
    .kind = "source",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "Virtual cells: another physics plugin is their hidden truth, read by a noisy instrument, with recovery in "
           "rest.",
    .cite = "",
    .params = FADE_LIST(params),
    .columns = { .out = FADE_LIST(out) },
    .iface = fleet_iface,
};

const fade_library *virtual_library(void)
{
    static const fade_desc *const plugins[] = { &desc, NULL };
    static const fade_library library = { FADE_MAGIC, FADE_ABI_NEED, FADE_FINGERPRINT, sizeof library, plugins };
    return &library;
}

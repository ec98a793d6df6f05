/* SPDX-License-Identifier: MIT
 * sweep_block.c - one block: its cases as lanes of one engine, what is collected of them, and their rows in the store.
 */
#include "core/base/mem.h"
#include "core/study/study.h"
#include "core/study/sweep_inside.h"
#include <jansson.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

typedef struct work {                             /* a block at work */
    const sweep   *s;
    sweep_store   *store;
    const sweep_block *b;
    axis_value    *value;                         /* [count * axes] */
    char         (*id)[SWEEP_ID];
    const char   **name;                          /* [count] */
    double        *lane_value;                    /* [axes][count] */
    engine_axis   *axis;
    size_t         naxis;
    double        *sum;                           /* [count][ncollect] sums over the cells of a case, then means */
    uint32_t      *seen;                          /* [count][ncollect] */
    double        *last;                          /* [lives][ncollect]: of rows, the newest value of each life */
    size_t         nlast;
    engine        *e;
    size_t         cursor;                        /* life of the row seen last */
    sweep_collect  collect[SWEEP_COLLECT];
    size_t         ncolumn;
    const sweep_group *g;
    const sweep_options *o;
    atomic_int     stop;
    bool           ran, rows_lost;                /* the engine was at work; the store takes no more rows */
    double        *row;                           /* [ncolumn] */
    why            rows_why;                      /* why rows cannot be kept; code 0: they can */
    why           *why;
} work;

void sweep_group_close(const sweep *s, sweep_group *g)
{
    if (g->open)
        s->host->close(s->host->ctx, g->keep, g->s);
    *g = (sweep_group){ .tick = g->tick, .ctx = g->ctx };
}

/* ---- rows on their way by ---- */

static void tap_columns(void *self, const fade_column *column, size_t n)
{
    work *k = self;
    k->ncolumn = n;
    for (size_t i = 0; i < k->s->ncollect; i++) {
        const fade_column *c = sweep_column_of(column, n, k->collect[i].key);
        k->collect[i].column = c ? (int)(c - column) : -1;
    }
    if (!k->s->rows)
        return;
    k->row = mem_zero(n + 1, sizeof *k->row);
    if (!k->row)
        fail(&k->rows_why, E_NOMEM, "no memory for the rows of a block");
    else
        sweep_store_rows_open(k->store, column, n, &k->rows_why);
}

/* The life a row belongs to: rows leave lane by lane, so it is near the last one. */
static bool find_life(work *k, const char *cell, const char *variant, engine_life *l)
{
    size_t n = engine_lives(k->e);
    for (size_t tried = 0; tried < n; tried++, k->cursor++) {
        if (k->cursor >= n)
            k->cursor = 0;
        engine_life_at(k->e, k->cursor, l);
        size_t label = strlen(l->physics);
        if (l->cell == cell && strncmp(variant, l->physics, label) == 0 &&
            (variant[label] == '\0' || variant[label] == '+'))
            return true;
    }
    return false;
}

static int last_room(work *k)
{
    size_t n = engine_lives(k->e);
    if (n <= k->nlast)
        return E_OK;
    double *more = mem_grow(k->last, n * (k->s->ncollect + 1), sizeof *more);
    if (!more)
        return FADE_ENOMEM;
    for (size_t i = k->nlast * (k->s->ncollect + 1); i < n * (k->s->ncollect + 1); i++)
        more[i] = NAN;
    k->last = more;
    k->nlast = n;
    return E_OK;
}

/* Rows that came for a collected column alone are not kept. */
static bool is_wanted(const sweep *s, int64_t cycle)
{
    if (s->every <= 1 || cycle == 1 || cycle % (int64_t)s->every == 0)
        return true;
    for (size_t i = 0; i < s->nat; i++)
        if ((int64_t)s->at[i] == cycle)
            return false;
    return true;                                  /* a life's last one */
}

static int32_t tap_rows(void *self, const fade_block *b)
{
    work *k = self;
    const sweep *s = k->s;
    if (last_room(k))
        return FADE_ENOMEM;
    for (uint32_t i = 0; i < b->n; i++) {
        engine_life l;
        if (!find_life(k, b->cell[i], b->variant[i], &l))
            continue;
        double *to = k->last + k->cursor * (s->ncollect + 1);
        for (size_t c = 0; c < s->ncollect; c++) {
            const sweep_collect *w = &k->collect[c];
            if (w->column >= 0 && (!w->cycle || (int64_t)w->cycle == b->cycle[i]))
                to[c] = b->col[w->column][i];
        }
        bool wanted = s->rows && !k->rows_why.code && is_wanted(s, b->cycle[i]);
        for (size_t c = 0; wanted && c < k->ncolumn; c++)
            k->row[c] = b->col[c][i];
        if (wanted)
            sweep_store_row(k->store, sweep_case_at(s, k->b->first + l.point), b->cell[i], b->variant[i], b->cycle[i],
                            k->row, k->ncolumn, &k->rows_why);
        if (k->rows_why.code)
            return FADE_EBUG;                     /* not to be tried again */
    }
    return FADE_OK;
}

/* ---- before ---- */

static int make_room(work *k)
{
    size_t n = k->b->count, axes = k->s->axes->n;
    k->value = mem_zero(n * (axes + 1), sizeof *k->value);
    k->id = mem_zero(n, sizeof *k->id);
    k->name = mem_zero(n, sizeof *k->name);
    k->lane_value = mem_zero((axes + 1) * n, sizeof *k->lane_value);
    k->axis = mem_zero(axes + 1, sizeof *k->axis);
    k->sum = mem_zero(n * (k->s->ncollect + 1), sizeof *k->sum);
    k->seen = mem_zero(n * (k->s->ncollect + 1), sizeof *k->seen);
    return k->value && k->id && k->name && k->lane_value && k->axis && k->sum && k->seen
        ? E_OK
        : fail(k->why, E_NOMEM, "no memory for a block of %zu cases", n);
}

static int make_points(work *k)
{
    const sweep *s = k->s;
    size_t n = k->b->count, axes = s->axes->n;
    for (size_t i = 0; i < n; i++) {
        int rc = sweep_values(s, sweep_case_at(s, k->b->first + i), &k->value[i * axes], k->why);
        if (rc)
            return rc;
        rc = sweep_id(s, &k->value[i * axes], k->id[i], k->why);
        if (rc)
            return rc;
        k->name[i] = k->id[i];
    }
    for (size_t a = 0; a < axes; a++) {
        const sweep_use *u = &s->use[a];
        double *v = k->lane_value + a * n;
        if (u->where == USE_STRUCTURE)
            continue;
        for (size_t i = 0; i < n; i++)
            v[i] = k->value[i * axes + a].real;
        k->axis[k->naxis++] = (engine_axis){ .where = u->where == USE_PARAM ? ENGINE_AXIS_PARAM : ENGINE_AXIS_COLUMN,
                                             .physics = u->physics, .part = u->part, .param = u->param,
                                             .column = u->column, .value = v };
    }
    return E_OK;
}

static int open_group(work *k, sweep_group *g, int threads)
{
    if (g->open && g->group == k->b->group)
        return E_OK;
    sweep_group_close(k->s, g);
    int rc = sweep_open_group(k->s, k->value, threads, &g->s, &g->hooks, &g->keep, k->why);
    g->open = rc == E_OK;
    g->group = k->b->group;
    return rc;
}

/* ---- after ---- */

static double of_life(const work *k, const sweep_collect *c, size_t i, const engine_life *l, size_t life)
{
    const size_t stride = k->s->ncollect + 1;
    switch (c->kind) {
    case COLLECT_END_CYCLE: return l->end_cycle ? (double)l->end_cycle : (double)l->rows;
    case COLLECT_EOL: return l->eol_cycle ? (double)l->eol_cycle : NAN;
    case COLLECT_FIRST: return l->first;
    case COLLECT_CAPACITY: return l->capacity;
    case COLLECT_ROW: return life < k->nlast ? k->last[life * stride + i] : NAN;
    default: return NAN;
    }
}

/* What training earned, by rows it was not shown before the origin: what settings may be chosen by. */
static bool of_training(const char *word)
{
    return strcmp(word, "gate") == 0 || strcmp(word, "before") == 0 || strcmp(word, "after") == 0;
}

/* A score of the first variant: the corrected forecast's where there is one. */
static double score(const char *key, const json_t *result)
{
    const char *word = key + strlen("score.");
    const json_t *scores = json_object_get(result, "scores");
    if (of_training(word)) {
        const json_t *first = json_object_get(json_array_get(json_object_get(result, "training"), 0), word);
        return json_is_number(first) ? json_number_value(first) : NAN;
    }
    const json_t *s, *best = NULL;
    size_t i;
    json_array_foreach(scores, i, s)
    {
        const char *model = json_string_value(json_object_get(s, "model"));
        bool naive = strcmp(json_string_value(json_object_get(s, "variant")), "naive") == 0;
        if (model && !naive && (!best || (strcmp(model, "hybrid") == 0 && i < 2)))
            best = s;
    }
    const json_t *v = json_object_get(best, word);
    return json_is_number(v) ? json_number_value(v) : NAN;
}

static void take_scores(work *k)
{
    json j = { 0 };
    bool any = false;
    for (size_t c = 0; c < k->s->ncollect; c++)
        any |= k->collect[c].kind == COLLECT_SCORE;
    if (!any)
        return;
    engine_result(k->e, &j);
    char *made = text_take(&j.out);
    json_t *result = made ? json_loads(made, 0, NULL) : NULL;
    for (size_t c = 0; c < k->s->ncollect; c++)
        if (k->collect[c].kind == COLLECT_SCORE) {
            k->sum[c] = score(k->collect[c].key, result);
            k->seen[c] = 1;
        }
    json_decref(result);
    free(made);
}

/* Sums over the lives of a case under the first physics; the others are for rows. */
static void gather(work *k, const char **end, const char **reason, uint64_t *cells)
{
    const sweep *s = k->s;
    size_t lives = k->e ? engine_lives(k->e) : 0;
    engine_life l, first = { 0 };
    for (size_t i = 0; i < lives; i++) {
        engine_life_at(k->e, i, &l);
        if (i == 0)
            first = l;
        if (l.state == ENGINE_FAILED && !reason[l.point])
            reason[l.point] = l.reason ? l.reason : "it failed";
        if (strcmp(l.physics, first.physics) != 0)
            continue;
        cells[l.point]++;
        end[l.point] = l.state == ENGINE_ENDED ? l.reason : l.state == ENGINE_FAILED ? "failed" : "rows";
        for (size_t c = 0; c < s->ncollect; c++) {
            double v = of_life(k, &k->collect[c], c, &l, i);
            if (isnan(v))
                continue;
            k->sum[l.point * (s->ncollect + 1) + c] += v;
            k->seen[l.point * (s->ncollect + 1) + c]++;
        }
    }
    take_scores(k);
    for (size_t i = 0; i < k->b->count * (s->ncollect + 1); i++)
        k->sum[i] = k->seen[i] ? k->sum[i] / k->seen[i] : NAN;
}

static int store_all(work *k, const char *broken, uint64_t *failed)
{
    const sweep *s = k->s;
    size_t n = k->b->count;
    const char **end = mem_zero(n, sizeof *end), **reason = mem_zero(n, sizeof *reason);
    uint64_t *cells = mem_zero(n, sizeof *cells);
    int rc = end && reason && cells ? E_OK : fail(k->why, E_NOMEM, "no memory for the results of a block");
    if (!rc)
        gather(k, end, reason, cells);
    for (size_t i = 0; i < n && !rc; i++) {
        sweep_result r = { .number = sweep_case_at(s, k->b->first + i),
                           .block = k->b->index,
                           .id = k->id[i],
                           .reason = broken ? broken : reason[i],
                           .value = &k->value[i * s->axes->n],
                           .collected = &k->sum[i * (s->ncollect + 1)],
                           .end = end[i],
                           .cells = cells[i] };
        *failed += r.reason != NULL;
        rc = sweep_store_case(k->store, &r, k->why);
    }
    free(end);
    free(reason);
    free(cells);
    return rc;
}

static void work_free(work *k)
{
    engine_close(k->e);
    free(k->value);
    free(k->id);
    free(k->name);
    free(k->lane_value);
    free(k->axis);
    free(k->sum);
    free(k->seen);
    free(k->last);
    free(k->row);
}

/* ---- the run ---- */

static void tick(void *ctx, const engine_progress *p)
{
    enum { PATIENCE = 5 };                        /* s: a block that is nearly done is waited for */
    work *k = ctx;
    if (k->g->tick && !isnan(p->done))
        k->g->tick(k->g->ctx, p->done);
    if (k->o->stop && atomic_load(k->o->stop) && !(p->left < PATIENCE))
        atomic_store(&k->stop, 1);
}

/* Which rows the engine hands over.  Where a source is read row by row nobody knows which one is the last. */
static void want_rows(const work *k, engine_tap *tap)
{
    static const uint64_t none[1] = { 0 };
    const fade_source_v1 *vt = library_iface(k->g->s->source.plugin->desc, "fade.source/1");
    bool last = false;
    for (size_t i = 0; i < k->s->ncollect; i++)
        last |= k->collect[i].kind == COLLECT_ROW && !k->collect[i].cycle;
    tap->every = k->s->rows ? k->s->every : 0;
    if (last && !(vt->flags & FADE_HOLD))
        tap->every = 1;
    tap->at = k->s->nat ? k->s->at : none;
    tap->nat = tap->every == 1 ? 0 : tap->every ? k->s->nat : k->s->nat ? k->s->nat : 1;
}

static int run_engine(work *k)
{
    static const fade_output_v1 vt = { .size = sizeof vt, .rows = tap_rows };
    engine_points points = { k->b->count, k->name, k->axis, k->naxis };
    engine_tap tap = { .vt = &vt, .self = k, .columns = tap_columns };
    want_rows(k, &tap);
    engine_options opt = { .study = study_table(), .hooks = k->g->hooks, .points = &points, .tap = &tap,
                           .stop = &k->stop, .progress = tick, .ctx = k };
    tree_problems p = { 0 };
    int rc = engine_open(k->g->s, &opt, &k->e, &p, k->why);
    tree_problems_free(&p);
    if (rc)
        return rc;
    k->ran = true;
    rc = engine_run(k->e, k->why);
    if (!k->rows_why.code)
        return rc;
    *k->why = k->rows_why;
    k->rows_lost = true;
    return k->rows_why.code;
}

/* What is told of a case is its own doing but for memory, a signal, and a store that takes no more rows. */
static bool ends_sweep(const work *k, int rc) { return rc == E_NOMEM || rc == E_CANCEL || k->rows_lost; }

static int keep(work *k, const char *broken, uint64_t *failed)
{
    int rc = sweep_store_begin(k->store, k->why);
    rc = rc ? rc : store_all(k, broken, failed);
    rc = rc ? rc : sweep_store_rows_keep(k->store, k->why);
    rc = rc ? rc : sweep_store_commit(k->store, k->why);
    if (rc)
        sweep_store_rollback(k->store);
    return rc;
}

/* A law that gives up takes along whoever shares its tile: those are told by having no sentence of their own. */
static bool shared_failure(const work *k)
{
    size_t n = 0;
    for (size_t i = 0; i < engine_lives(k->e) && n < 2; i++) {
        engine_life l;
        engine_life_at(k->e, i, &l);
        n += l.state == ENGINE_FAILED && l.reason && strstr(l.reason, " cannot step: ");
    }
    return n > 1;
}

/* One case broke the run of others: which one is found by halves. */
static int run_halves(const work *k, sweep_group *g, uint64_t *failed, why *w)
{
    const sweep_block *b = k->b;
    const uint64_t half = b->count / 2;
    const sweep_block lower = { b->index, b->group, b->first, half, 0 },
                      upper = { b->index, b->group, b->first + half, b->count - half, 0 };
    int rc = sweep_block_run(k->s, g, &lower, k->o, k->store, failed, w);
    return rc ? rc : sweep_block_run(k->s, g, &upper, k->o, k->store, failed, w);
}

int sweep_block_run(const sweep *s, sweep_group *g, const sweep_block *b, const sweep_options *o, sweep_store *store,
                    uint64_t *failed, why *w)
{
    work k = { .s = s, .store = store, .b = b, .g = g, .o = o, .why = w };
    memcpy(k.collect, s->collect, sizeof k.collect);
    int rc = make_room(&k);
    rc = rc ? rc : make_points(&k);
    int ran = rc ? rc : open_group(&k, g, o->threads);
    ran = ran ? ran : run_engine(&k);
    bool broke = !rc && ran && ran != E_PARTIAL, alone = !k.ran || b->count == 1;
    bool halve = !rc && !alone && (broke || (ran == E_PARTIAL && shared_failure(&k)));
    if (broke && ends_sweep(&k, ran))
        rc = ran;
    if (!rc && !halve) {
        char broken[sizeof w->text];
        memcpy(broken, w->text, sizeof broken);
        rc = keep(&k, broke ? broken : NULL, failed);
    }
    sweep_store_rows_drop(store);
    if (!rc && halve)
        rc = run_halves(&k, g, failed, w);
    work_free(&k);
    return rc;
}

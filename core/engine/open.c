/* SPDX-License-Identifier: MIT
 * open.c - all that can fail before anything runs: the source, its columns, the conditions; then physics, lanes and
 * records.
 */
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/engine/inside.h"
#include "core/host/descriptor.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TILE_DEFAULT = 128, CYCLES_MAX = 1000000 };
_Static_assert((int)TILE_DEFAULT <= (int)TILE_MAX, "a default tile fits");

static bool is(const char *a, const char *b) { return strcmp(a, b) == 0; }

static int find_column(const engine *e, const char *key)
{
    for (size_t s = 0; s < e->nsource; s++)
        if (is(e->source_column[s].key, key))
            return (int)s;
    return -1;
}

/* A standard column says what the source's own flags leave out: its moment, and that it is the target. */
static uint32_t moment_of(const fade_column *c)
{
    const fade_column *standard = scenario_column(c->key);
    uint32_t flags = c->flags & (FADE_PLANNED | FADE_EARLY | FADE_TARGET);
    return standard ? flags | (standard->flags & FADE_TARGET) : flags;
}

/* Factor from a source column's unit to `unit`; 1 where it makes no sense (the wire says so where it matters). */
static double scale_to(const engine *e, int column, const char *unit_text)
{
    unit from, to;
    double scale = 1, offset = 0;
    if (column < 0 || units_parse(e->source_column[column].unit, &from, NULL) || units_parse(unit_text, &to, NULL) ||
        !units_convert(&from, &to, NAN, &scale, &offset))
        return 1;
    return scale;
}

/* A constant, or a function, for a column the source lacks; a function may also take over one that a source holds. */
static void take_conditions(engine *e, tree_problems *p)
{
    for (size_t i = 0; i < e->sc->ncondition; i++) {
        const scenario_condition *c = &e->sc->condition[i];
        int there = find_column(e, c->column.key);
        if (there >= 0 && !(c->call && e->hold)) {
            tree_complain(p, c->node, E_INPUT, "%s has two writers: [conditions] and source %s", c->column.key,
                          e->sc->source.label);
            continue;
        }
        e->condition_at[i] = there >= 0 ? (size_t)there : e->nsource;
        e->scripted |= c->call != NULL;
        if (there >= 0)
            continue;
        e->start[e->nsource] = c->value;
        e->source_column[e->nsource] = c->column;
        e->source_column[e->nsource++].flags = FADE_PLANNED;
    }
}

static int take_columns(engine *e, const fade_list *out, tree_problems *p, why *w)
{
    const scenario *sc = e->sc;
    e->source_column = mem_zero(out->n + sc->ncondition + 1, sizeof *e->source_column);
    e->used = mem_zero(out->n + sc->ncondition + 1, sizeof *e->used);
    e->start = mem_zero(out->n + sc->ncondition + 1, sizeof *e->start);
    e->source_scale = mem_zero(out->n + 1, sizeof *e->source_scale);
    e->condition_at = mem_zero(sc->ncondition + 1, sizeof *e->condition_at);
    if (!e->source_column || !e->used || !e->start || !e->condition_at || !e->source_scale)
        return fail(w, E_NOMEM, "no memory for %u source columns", out->n);
    for (uint32_t i = 0; i < out->n; i++) {
        fade_column c = *(const fade_column *)library_at(out, i);
        if (find_column(e, c.key) >= 0)
            return fail(w, E_PLUGIN, "source %s writes column %s twice", sc->source.label, c.key);
        c.flags = moment_of(&c);
        e->source_scale[e->nsource] = scenario_unit(&c);
        e->start[e->nsource] = NAN;
        e->source_column[e->nsource++] = c;
    }
    e->nread = e->nsource;
    take_conditions(e, p);
    e->count_col = find_column(e, "count");
    e->depth_col = find_column(e, "depth");
    e->duration_col = find_column(e, "duration");
    e->capacity_col = find_column(e, "capacity");
    e->target_col = find_column(e, sc->evaluate.target ? sc->evaluate.target : "capacity");
    e->truth_col = sc->evaluate.truth ? find_column(e, sc->evaluate.truth) : e->target_col;
    e->depth_scale = scale_to(e, e->depth_col, "1");
    e->duration_scale = scale_to(e, e->duration_col, "s");
    e->capacity_scale = scale_to(e, e->capacity_col, "Ah");
    return E_OK;
}

int open_restart(engine *e, const char *position, why *w)
{
    if (e->source)
        e->source_vt->close(e->source);
    e->source = NULL;
    log_reading(true);
    int32_t rc = e->source_vt->open(&e->source_object->host, &e->sc->source.args->fade, position, &e->source);
    log_reading(false);
    if (rc < 0)
        return object_why(e->source_object, rc, "open", w);
    e->source_ended = false;
    return E_OK;
}

int open_source(engine *e, tree_problems *p, why *w)
{
    const scenario_part *sp = &e->sc->source;
    int rc = object_open(sp->plugin, sp->node, e->sc->seed, &e->source_object, w);
    if (rc)
        return rc;
    e->source_vt = library_iface(sp->plugin->desc, "fade.source/1");
    if (!e->source_vt)
        return fail(w, E_PLUGIN, "plugin %s has no interface fade.source/1", sp->plugin->desc->id);
    e->hold = e->source_vt->flags & FADE_HOLD;
    if (e->source_vt->flags & FADE_DUTY && (rc = duty_open(e, w)))
        return rc;
    rc = open_restart(e, NULL, w);
    if (rc)
        return rc;
    fade_columns c = sp->plugin->desc->columns;
    if (FADE_HAS(e->source_vt, columns) && e->source_vt->columns) {
        int32_t s = e->source_vt->columns(e->source, &c);
        if (s < 0)
            return object_why(e->source_object, s, "tell its columns", w);
    }
    if (e->duty) {
        if ((rc = duty_take_columns(e, &c, w)))
            return rc;
        const fade_column *rows;
        c.out = (fade_list){ NULL, (uint32_t)duty_columns(&rows), sizeof *rows };
        c.out.at = rows;
    }
    return take_columns(e, &c.out, p, w);
}

/* [duty] and what a duty lacks: nothing in it was measured, so there is nothing to learn from or to score against. */
static void check_duty(engine *e, tree_problems *p)
{
    const scenario *sc = e->sc;
    const tree_node *section = tree_get(tree_root(sc->tree), "duty");
    if (section && !e->duty)
        tree_complain(p, section, E_INPUT, "[duty] is for a source whose samples are a duty; source %s gives rows",
                      sc->source.label);
    if (sc->evaluate.on && e->duty)
        tree_complain(p, sc->evaluate.node, E_INPUT, "[evaluate] scores against measured rows; source %s gives a duty",
                      sc->source.label);
    for (size_t i = 0; i < sc->ncorrector && e->duty; i++)
        if (!sc->corrector[i].model)
            tree_complain(p, sc->corrector[i].part.node, E_INPUT,
                          "%s learns from measured rows; source %s gives a duty", sc->corrector[i].part.label,
                          sc->source.label);
}

static int check_evaluate(engine *e, tree_problems *p)
{
    const scenario *sc = e->sc;
    if (!sc->evaluate.on || e->duty)
        return E_OK;
    if (e->target_col < 0)
        return tree_complain(p, sc->evaluate.node, E_INPUT,
                             "[evaluate] target = \"%s\": source %s writes no such column",
                             sc->evaluate.target ? sc->evaluate.target : "capacity", sc->source.label);
    if (e->truth_col < 0)
        return tree_complain(p, sc->evaluate.node, E_INPUT,
                             "[evaluate] truth = \"%s\": source %s writes no such column", sc->evaluate.truth,
                             sc->source.label);
    if (!split_in_time(&sc->evaluate.split))
        return tree_complain(p, sc->evaluate.node, E_INPUT,
                             "[evaluate] split: a run forecasts each cell behind its own first rows, as "
                             "\"holdout:0.5\" or \"first:100\" say; to leave cells out is for fade evaluate");
    return E_OK;
}

static int check_end(engine *e, tree_problems *p)
{
    const scenario *sc = e->sc;
    e->cycles = sc->cycles;
    if (!e->hold || e->cycles)
        return E_OK;
    if (sc->nstop == 0)
        return tree_complain(
            p, sc->source.node, E_INPUT,
            "source %s never ends: say how long by [run] cycles = N or [run] stop = [\"70%% capacity\"]",
            sc->source.label);
    e->cycles = CYCLES_MAX;
    return E_OK;
}

/* Rows of a chunk: what 16 MiB of records hold, 1 to 64; a function of the plan alone. */
static uint64_t chunk_rows(const engine *e)
{
    bool every_row = e->opt.tap && e->tap.every <= 1 && !e->tap.nat;
    for (size_t i = 0; e->opt.folder && i < e->sc->noutput; i++)
        every_row |= e->sc->output[i].every <= 1 && !e->sc->output[i].nat;
    if (!every_row && !e->sc->evaluate.on && !e->sampled)
        return 64;
    size_t row = (e->ncolumn * sizeof(double) + 64) * e->nphysics * (e->nlane ? e->nlane : 1);
    size_t n = ((size_t)16 << 20) / row;
    /* of samples even what says where they lie takes room */
    if (e->sampled && n > 16384 / (e->nlane ? e->nlane : 1))
        n = 16384 / (e->nlane ? e->nlane : 1);
    return n < 1 ? 1 : n > 64 ? 64 : n;
}

static int open_workers(engine *e, why *w)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    int n = e->sc->threads ? e->sc->threads : (int)cores;
    if (e->finite && n > (int)e->ntile)
        n = e->ntile ? (int)e->ntile : 1;
    e->worker = mem_zero((size_t)n, sizeof *e->worker);
    if (!e->worker)
        return fail(w, E_NOMEM, "no memory for %d workers", n);
    for (int i = 0; i < n; i++) {
        e->worker[i].engine = e;
        e->worker[i].index = i;
        e->nworker = i + 1;
        int rc = tiles_worker(e, &e->worker[i], w);
        rc = rc || !e->duty ? rc : duty_desk_open(e, &e->worker[i], w);
        rc = rc ? rc : ranges_worker(e, &e->worker[i], w);
        if (rc)
            return rc;
    }
    return E_OK;
}

static int open_lanes(engine *e, why *w)
{
    e->width = e->sc->tile ? (uint32_t)(e->sc->tile > TILE_MAX ? TILE_MAX : e->sc->tile) : TILE_DEFAULT;
    if (e->sc->pack.on) {                         /* a pack is a lane; its cells are those that fill a tile */
        uint32_t fit = TILE_MAX / (uint32_t)(e->sc->pack.series * e->sc->pack.parallel) / 8 * 8;
        fit = fit ? fit : 8;
        e->width = e->width < fit ? e->width : fit;
    }
    for (size_t c = 0; c < e->sc->ncorrector; c++)
        e->passes = e->passes || (!e->sc->corrector[c].model && e->sc->evaluate.on);
    int rc = e->hold ? feed_hold(e, w) : e->duty ? duty_begin(e, w) : e->sc->evaluate.on ? lanes_scan(e, w) : E_OK;
    if (rc)
        return rc;
    e->finite = e->hold || e->duty || e->sc->evaluate.on;
    return tiles_cover(e, w);
}

/* The sentence of a plugin as a problem: its place, which it says at the end, stands in front there. */
int open_complain(tree_problems *p, const tree_node *node, const why *w)
{
    char *say = mem_dup(w->text), *at = say ? strrchr(say, '(') : NULL;
    if (at && at > say && node && node->file && text_starts(at + 1, node->file))
        at[-1] = '\0';
    tree_complain(p, node, w->code, "%s", say ? say : w->text);
    free(say);
    return w->code;
}

static int open_all(engine *e, tree_problems *p, why *w)
{
    int rc;
    size_t before = p->n;
    if ((rc = open_source(e, p, w)))
        return open_complain(p, e->sc->source.node, w);
    check_duty(e, p);
    check_evaluate(e, p);
    check_end(e, p);
    if ((rc = points_bind(e, p, w)) || (rc = bind_physics(e, p, w)) || (rc = duty_bind(e, w)) ||
        (rc = trace_bind(e, p, w)) || (rc = stops_bind(e, p, w)) || (rc = record_layout(e, p, w)) ||
        (rc = hook_columns(e, p, w)))
        return rc;
    if (p->n > before)
        return fail(w, p->at[before].code, "%s", p->at[before].text);
    if ((rc = open_lanes(e, w)))
        return open_complain(p, e->sc->source.node, w);
    if ((rc = correct_load(e, w)))
        return rc;
    e->chunk_rows = chunk_rows(e);
    return open_workers(e, w);
}

int engine_open(const scenario *sc, const engine_options *opt, engine **out, tree_problems *p, why *w)
{
    *out = NULL;
    if (sc->nphysics == 0)
        return fail(w, E_INPUT, "physics = \"none\": nothing ages in a run; fade evaluate, train and predict take it");
    engine *e = mem_zero(1, sizeof *e);
    if (!e)
        return fail(w, E_NOMEM, "no memory for the engine");
    e->sc = sc;
    if (opt)
        e->opt = *opt;
    if (e->opt.tap)
        e->tap = (scenario_output){ .every = e->opt.tap->every, .at = e->opt.tap->at, .nat = e->opt.tap->nat };
    e->scripted = e->opt.hooks && e->opt.hooks->cycle;
    clock_ulid(e->run_id);
    int rc = open_all(e, p, w);
    if (rc) {
        engine_close(e);
        return rc;
    }
    *out = e;
    return E_OK;
}

void engine_close(engine *e)
{
    if (!e)
        return;
    for (int i = 0; i < e->nworker; i++) {
        tiles_worker_close(e, &e->worker[i]);
        duty_desk_close(&e->worker[i]);
        ranges_worker_close(e, &e->worker[i]);
    }
    duty_close(e->duty);
    free(e->worker);
    emit_free(e);
    trace_free(e);
    tiles_free(e);
    feed_free(e);
    bind_close(e);
    if (e->source)
        e->source_vt->close(e->source);
    object_close(e->source_object);
    lanes_free(e);
    free(e->source_column);
    free(e->source_scale);
    free(e->start);
    free(e->condition_at);
    free(e->column_axis);
    free(e->used);
    free(e->made_by);
    free(e->scores);
    free(e);
}

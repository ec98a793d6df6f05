/* SPDX-License-Identifier: MIT
 * hook.c - where a script's functions meet the rows: conditions before a row, on_cycle after it, marks to the outputs.
 *
 * With several physics side by side a condition that depends on health sees the first one's, as all share their rows.
 */
#include "core/base/mem.h"
#include "core/engine/inside.h"
#include <stdlib.h>
#include <string.h>

static const engine_hooks *hooks(const engine *e) { return e->opt.hooks; }

static size_t first_set(const engine *e) { return e->hold ? 0 : e->nread; }

/* What scripts may read and change; called when all columns are known. */
int hook_columns(engine *e, tree_problems *p, why *w)
{
    const engine_hooks *h = hooks(e);
    for (size_t i = 0; i < e->sc->ncondition; i++) {
        const scenario_condition *c = &e->sc->condition[i];
        if (c->call && (!h || !h->condition))
            tree_complain(p, c->node, E_INPUT, "[conditions] %s is a function, and nobody here can call it",
                          c->column.key);
    }
    if (!h || !h->open)
        return E_OK;
    engine_columns c = { e->column, e->source_column + first_set(e), e->ncolumn, e->nsource - first_set(e) };
    int rc = h->open(h->ctx, e->sc, &c, w);
    return rc && w->code ? open_complain(p, e->sc->on_cycle, w) : rc;
}

int hook_worker(engine *e, worker *k, why *w)
{
    const engine_hooks *h = hooks(e);
    if (!h)
        return E_OK;
    k->row_values = mem_zero(e->ncolumn + 1, sizeof *k->row_values);
    k->set = mem_zero(e->nsource + 1, sizeof *k->set);
    if (!k->row_values || !k->set)
        return fail(w, E_NOMEM, "no memory for a script's rows");
    return h->worker ? h->worker(h->ctx, k->index, &k->script, w) : E_OK;
}

void hook_worker_close(engine *e, worker *k)
{
    const engine_hooks *h = hooks(e);
    if (h && h->worker_close && k->script)
        h->worker_close(h->ctx, k->script);
    k->script = NULL;
    free(k->row_values);
    free(k->set);
}

static double reference(const engine *e, const lane *l)
{
    bool nominal = e->sc->soh_reference == SOH_NOMINAL && !isnan(e->sc->cell.nominal_capacity);
    return nominal ? e->sc->cell.nominal_capacity : l->c0;
}

static engine_row row_of(const engine *e, const tile *t, uint32_t i, size_t p, double capacity)
{
    const lane *l = &e->lane[t->first + i];
    return (engine_row){ .cell = l->cell, .physics = e->physics[p].sp->label, .id = l->id, .index = l->done,
                         .cycle = l->cycle, .time = e->chunk.hold ? INT64_MIN : l->time, .capacity = capacity,
                         .soh = capacity / reference(e, l), .efc = t->efc[i], .test_time = t->seconds[i] };
}

/* A function that fails ends its lane, in every physics. */
static void failed(engine *e, worker *k, tile *t, uint32_t i, const why *w)
{
    for (size_t p = 0; p < e->nphysics; p++)
        if (!e->lp[(size_t)(t->first + i) * e->nphysics + p].over)
            step_lane_over(e, t, i, p, OVER_FAILED, w->text, e->lane[t->first + i].cycle);
    k->active[i] = 0;
}

void hook_conditions(engine *e, worker *k, tile *t)
{
    const engine_hooks *h = hooks(e);
    for (size_t c = 0; h && c < e->sc->ncondition; c++) {
        if (!e->sc->condition[c].call)
            continue;
        double *column = t->cur + e->condition_at[c] * e->width;
        for (uint32_t i = 0; i < t->live; i++) {
            if (!k->active[i])
                continue;
            why w = { 0 };
            double last = e->lp[(size_t)(t->first + i) * e->nphysics].capacity;
            engine_row now = row_of(e, t, i, 0, isnan(last) ? e->lane[t->first + i].c0 : last);
            if (isnan(last) && isnan(now.soh))
                now.soh = 1;
            if (h->condition(h->ctx, k->script, c, &now, &column[i], &w))
                failed(e, k, t, i, &w);
        }
    }
}

static void keep_mark(tile *t, const engine_row *row, uint32_t lane_index, size_t p, const char *said)
{
    if (t->nmark == t->capmark) {
        size_t cap = t->capmark ? t->capmark * 2 : 16;
        script_mark *more = mem_grow(t->mark, cap, sizeof *more);
        if (!more) {
            fail(&t->why, E_NOMEM, "no memory for %zu marks", cap);
            return;
        }
        t->mark = more;
        t->capmark = cap;
    }
    script_mark *m = &t->mark[t->nmark++];
    *m = (script_mark){ .lane = lane_index, .cycle = row->cycle, .physics = p };
    memcpy(m->text, said, sizeof m->text);
}

static void take_said(engine *e, tile *t, uint32_t i, size_t p, const engine_row *row, const engine_said *said)
{
    size_t first = first_set(e);
    for (size_t s = first; s < e->nsource; s++)
        if (!isnan(said->set[s - first]))
            t->cur[s * e->width + i] = said->set[s - first];
    if (*said->mark)
        keep_mark(t, row, t->first + i, p, said->mark);
    if (*said->stop && !e->lp[(size_t)(t->first + i) * e->nphysics + p].over)
        step_lane_over(e, t, i, p, OVER_STOP, said->stop, row->cycle);
}

void hook_cycle(engine *e, worker *k, size_t p, tile *t, uint64_t r)
{
    const engine_hooks *h = hooks(e);
    if (!h || !h->cycle)
        return;
    for (uint32_t i = 0; i < t->live; i++) {
        const lane_physics *lp = &e->lp[(size_t)(t->first + i) * e->nphysics + p];
        if (!k->active[i] || lp->over == OVER_FAILED)
            continue;
        why w = { 0 };
        engine_said said = { .set = k->set };
        engine_row row = row_of(e, t, i, p, k->cap[i]);
        for (size_t s = 0; s < e->nsource; s++)
            k->set[s] = NAN;
        record_fill(e, k, t, p, i, r, k->row_values);
        row.value = k->row_values;
        if (h->cycle(h->ctx, k->script, &row, &said, &w)) {
            if (!lp->over)
                step_lane_over(e, t, i, p, OVER_FAILED, w.text, row.cycle);
        } else
            take_said(e, t, i, p, &row, &said);
    }
}

void hook_marks(engine *e, const tile *t, uint32_t lane_index)
{
    for (size_t m = 0; m < t->nmark; m++) {
        const script_mark *k = &t->mark[m];
        if (k->lane != lane_index)
            continue;
        json j = { 0 };
        json_open(&j, NULL, '{');
        json_text(&j, "physics", e->physics[k->physics].sp->label);
        json_text(&j, "text", k->text);
        json_close(&j, '}');
        char *object_text = text_take(&j.out);
        sinks_event(e, 1, "mark", &e->lane[lane_index], k->cycle, object_text, k->text);
        free(object_text);
    }
}

int hook_start(engine *e, why *w)
{
    const engine_hooks *h = hooks(e);
    return h && h->start ? h->start(h->ctx, w) : E_OK;
}

int hook_end(engine *e, int outcome, why *w)
{
    const engine_hooks *h = hooks(e);
    if (!h || !h->end)
        return E_OK;
    json j = { 0 };
    engine_result(e, &j);
    char *result = text_take(&j.out);
    int rc = result ? h->end(h->ctx, outcome, result, w) : fail(w, E_NOMEM, "no memory for the result");
    free(result);
    return rc;
}

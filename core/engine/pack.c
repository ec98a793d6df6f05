/* SPDX-License-Identifier: MIT
 * pack.c - a part becomes a pack: columns of its cells and its own, and what of the cells' parameters differs by cell.
 *
 * A state of the cell is a state of the pack, as many times wider as there are cells: where the host keeps a pack's
 * column, the cell model finds one of cells * n lanes.  Snapshots, resumed runs and tests on a copy need nothing more.
 */
#include "core/engine/pack.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int index_of(const fade_list *l, const char *key)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (strcmp(((const fade_column *)library_at(l, i))->key, key) == 0)
            return (int)i;
    return -1;
}

int pack_open(const engine *e, part *q, const fade_host **host, why *w)
{
    pack *p = mem_zero(1, sizeof *p);
    if (!p || !(p->arena = mem_arena_open())) {
        pack_close(p);
        return fail(w, E_NOMEM, "no memory for a pack");
    }
    p->host = q->object->host;                    /* the same services */
    p->host.report = pack_report;
    p->real = &q->object->host;
    p->series = (uint32_t)e->sc->pack.series;
    p->parallel = (uint32_t)e->sc->pack.parallel;
    p->cells = p->series * p->parallel;
    p->connection = e->sc->pack.connection;
    p->seed = e->sc->seed;
    p->q = q;
    q->pack = p;
    *host = &p->host;
    return E_OK;
}

void pack_close(pack *p)
{
    if (!p)
        return;
    free(p->spread);
    free(p->down);
    free(p->state);
    free(p->out);
    mem_arena_close(p->arena);
    free(p);
}

/* A cell's list is one value a cell of the pack, in the order s1p1, s1p2, .. */
static int check_list(const pack *p, const args_spread *s, const fade_param *fp, why *w)
{
    if (s->kind != ARGS_LIST || s->n == p->cells)
        return E_OK;
    return fail(w, E_INPUT, "%s of %s (line %d) lists %u values, and a pack has %u cells", fp->key, p->q->sp->label,
                s->node ? s->node->line : 0, s->n, p->cells);
}

/* Parameters that are spread get a state that holds each cell's value. */
static int find_spread(pack *p, uint32_t *nstate, why *w)
{
    const part *q = p->q;
    uint32_t n = 0, at = p->nstate + PACK_N;
    for (uint32_t i = 0; i < q->desc->params.n; i++) {
        const fade_param *fp = library_at(&q->desc->params, i);
        const args_spread *s = &q->sp->args->spread[i];
        if (!(fp->flags & FADE_PER_CELL))
            continue;
        int rc = check_list(p, s, fp, w);
        if (rc)
            return rc;
        bool spread = s->kind != ARGS_ONE && s->kind != ARGS_BOUND;
        double ohms = (double)p->parallel / p->series;
        p->spread[n] = spread ? (int)at++ : -1;
        p->down[n] = s->kind != ARGS_BOUND ? 1 : strcmp(fp->unit, "Ah") == 0 ? 1.0 / p->parallel
                     : strcmp(fp->unit, "ohm") == 0 ? ohms : 1;
        n++;
    }
    *nstate = at;
    return E_OK;
}

static int state_columns(pack *p, why *w)
{
#define ROW(name, key, unit, doc, wide) { key, unit, doc, 0, 0, 0, 0, 0, wide, 0 },
    static const fade_column own[] = { PACK_STATES(ROW) };
#undef ROW
    uint32_t n, k = 0, j = 0;
    p->spread = mem_zero(p->q->desc->params.n + 1, sizeof *p->spread);
    p->down = mem_zero(p->q->desc->params.n + 1, sizeof *p->down);
    if (!p->spread || !p->down)
        return fail(w, E_NOMEM, "no memory for a pack");
    int rc = find_spread(p, &n, w);
    if (rc)
        return rc;
    p->state = mem_zero(n, sizeof *p->state);
    if (!p->state)
        return fail(w, E_NOMEM, "no memory for a pack");
    for (; k < p->nstate; k++) {
        p->state[k] = *(const fade_column *)library_at(&p->cell.state, k);
        p->state[k].width = (p->state[k].width ? p->state[k].width : 1) * p->cells;
    }
    for (uint32_t i = 0; i < PACK_N; i++, k++) {
        p->state[k] = own[i];
        p->state[k].width = own[i].width ? p->cells : 1;
    }
    for (uint32_t i = 0; i < p->q->desc->params.n; i++) {
        const fade_param *fp = library_at(&p->q->desc->params, i);
        if (!(fp->flags & FADE_PER_CELL) || p->spread[j++] < 0)
            continue;
        char key[96];
        snprintf(key, sizeof key, "spread.%.80s", fp->key);
        p->state[k] = (fade_column){ .unit = fp->unit, .doc = fp->doc, .width = p->cells };
        p->state[k++].key = mem_arena_text(p->arena, key);
    }
    p->cols.state = (fade_list){ p->state, n, sizeof *p->state };
    return E_OK;
}

static void shown_columns(pack *p, uint32_t *k)
{
    static const struct { const char *key, *unit, *doc; } each[] = {
        { "voltage", "V", "Voltage of cell" }, { "current", "A", "Current of cell" },
        { "soc", "1", "State of charge of cell" },
    };
    for (uint32_t c = 0; c < p->cells; c++)
        for (uint32_t j = 0; j < (p->soc < 0 ? 2u : 3u); j++) {
            char key[64], doc[80];
            unsigned s = c / p->parallel + 1, at = c % p->parallel + 1;
            snprintf(key, sizeof key, "%s_s%up%u", each[j].key, s, at);
            snprintf(doc, sizeof doc, "%s s%up%u.", each[j].doc, s, at);
            p->out[(*k)++] = (fade_column){ .key = mem_arena_text(p->arena, key), .unit = each[j].unit,
                                            .doc = mem_arena_text(p->arena, doc), .width = 1 };
        }
}

static int out_columns(pack *p, why *w)
{
#define ROW(name, key, unit, doc) { key, unit, doc, 0, 0, 0, 0, 0, 1, 0 },
    static const fade_column own[] = { PACK_OUTS(ROW) };
#undef ROW
    uint32_t k = 0;
    p->shown = p->cells <= PACK_SHOWN;
    p->out = mem_zero(p->nout + PACK_NOUT + 3 * PACK_SHOWN, sizeof *p->out);
    if (!p->out)
        return fail(w, E_NOMEM, "no memory for a pack");
    for (; k < p->nout; k++) {
        p->out[k] = *(const fade_column *)library_at(&p->cell.out, k);
        p->out[k].width = 1;
        if (strcmp(p->out[k].unit, "1") != 0 && strcmp(p->out[k].unit, "K") != 0)
            p->out[k].min = p->out[k].max = p->out[k].lo = p->out[k].hi = 0;       /* bounds of a cell, not of a sum */
    }
    for (uint32_t i = 0; i < PACK_NOUT; i++)
        p->out[k++] = own[i];
    if (p->shown)
        shown_columns(p, &k);
    for (uint32_t i = 0; i < k; i++)
        if (!p->out[i].key || !p->out[i].doc)
            return fail(w, E_NOMEM, "no memory for a pack");
    p->cols.out = (fade_list){ p->out, k, sizeof *p->out };
    return E_OK;
}

static int32_t enter(const void *model, uint32_t n, void **out)
{
    const pack *p = model;
    return p->vt->enter ? p->vt->enter(p->model, n * p->cells, out) : FADE_OK;
}

static void destroy(void *model) { ((pack *)model)->vt->destroy(((pack *)model)->model); }

static const fade_model_v1 plain = {
    .size = sizeof plain,
    .destroy = destroy,
    .scratch = pack_scratch,
    .enter = enter,
    .init = pack_init,
    .step = pack_step,
    .observe = pack_observe,
};

int pack_wrap(const engine *e, part *q, why *w)
{
    pack *p = q->pack;
    (void)e;
    p->vt = q->vt;
    p->model = q->model;
    p->cell = p->cols = q->cols;
    p->nstate = q->cols.state.n;
    p->nout = q->cols.out.n;
    for (uint32_t i = 0; i < p->nout; i++) {
        const fade_column *c = library_at(&q->cols.out, i);
        p->wout += c->width ? c->width : 1;
    }
    p->control = index_of(&q->cols.in, "control");
    p->demand = index_of(&q->cols.in, "demand");
    p->voltage = index_of(&q->cols.out, "voltage");
    p->current = index_of(&q->cols.out, "current");
    p->soc = index_of(&q->cols.out, "soc");
    p->temperature = index_of(&q->cols.out, "temperature");
    if (p->control < 0 || p->demand < 0 || p->voltage < 0 || p->current < 0 || !q->vt->observe)
        return fail(w, E_PLUGIN, "%s has no control and demand: it cannot be a cell of a pack", q->desc->id);
    int rc = state_columns(p, w);
    rc = rc ? rc : out_columns(p, w);
    if (rc)
        return rc;
    q->model = p;
    p->own = plain;
    p->own.leave = p->vt->leave;
    q->vt = &p->own;
    q->cols = p->cols;
    return E_OK;
}

/* SPDX-License-Identifier: MIT
 * tiles.c - memory of tiles (what lanes are between chunks) and of workers (one tile at work).
 *
 * A tile's columns have the stride `width`; at work they are packed to n = live rounded up to eight, the lanes past
 * `live` being copies of the last.
 */
#include "core/base/mem.h"
#include "core/engine/inside.h"
#include <stdlib.h>
#include <string.h>

static uint32_t packed(const tile *t) { return (t->live + 7) / 8 * 8; }

static bool any_varies(const part *q)
{
    for (uint32_t k = 0; k < q->nparam; k++)
        if (q->varies[k])
            return true;
    return false;
}

static int tile_open(engine *e, tile *t, why *w)
{
    size_t n = e->width, s = e->nsource ? e->nsource : 1;
    *t = (tile){ .first = e->tiled };
    t->cur = mem_columns(s * n);
    t->sum = mem_columns(s * n);
    t->count = mem_columns(s * n);
    t->efc = mem_columns(n);
    t->seconds = mem_columns(n);
    t->state = mem_zero(e->nparts, sizeof *t->state);
    t->param = mem_zero(e->nparts, sizeof *t->param);
    t->first_of = mem_zero(n, sizeof *t->first_of);
    t->last_of = mem_zero(n, sizeof *t->last_of);
    t->trace_first = mem_zero(e->sampled ? n : 1, sizeof *t->trace_first);
    t->trace_last = mem_zero(e->sampled ? n : 1, sizeof *t->trace_last);
    if (!t->cur || !t->sum || !t->count || !t->efc || !t->seconds || !t->state || !t->param || !t->first_of ||
        !t->last_of || !t->trace_first || !t->trace_last)
        return fail(w, E_NOMEM, "no memory for a tile of %zu lanes", n);
    for (size_t i = 0; i < s * n; i++)            /* conditions stand from the start, the rest is unknown */
        t->cur[i] = i / n < e->nsource ? e->start[i / n] : NAN;
    size_t at = 0;
    for (size_t p = 0; p < e->nphysics; p++)
        for (size_t k = 0; k < e->physics[p].n; k++, at++) {
            const part *q = &e->physics[p].part[k];
            t->state[at] = mem_columns((q->wstate + q->wout + 1) * n);
            if (any_varies(q))
                t->param[at] = mem_columns(q->nparam * n);
            if (!t->state[at] || (any_varies(q) && !t->param[at]))
                return fail(w, E_NOMEM, "no memory for the state of %s", q->desc->id);
        }
    return E_OK;
}

/* A list is one value a cell: a cell behind its end has none. */
static int too_short(const part *q, uint32_t j, uint32_t cells, why *w)
{
    const args_spread *s = &q->sp->args->spread[q->param[j]];
    const fade_param *fp = library_at(&q->desc->params, q->param[j]);
    if (s->kind != ARGS_LIST || q->axis[j] || q->pack || cells <= s->n)
        return E_OK;
    return fail(w, E_INPUT, "%s of %s (line %d) lists %u values, one a cell, and there is a cell number %u", fp->key,
                q->sp->label, s->node ? s->node->line : 0, s->n, cells);
}

/* Writes the lane's parameters here and behind, so that what pads a tile is always a copy. */
static int lane_params(engine *e, tile *t, uint32_t i, why *w)
{
    size_t at = 0;
    for (size_t p = 0; p < e->nphysics; p++)
        for (size_t k = 0; k < e->physics[p].n; k++, at++) {
            const part *q = &e->physics[p].part[k];
            for (uint32_t j = 0; t->param[at] && j < q->nparam; j++) {
                if (q->bound[j].from >= 0)
                    continue;
                int rc = too_short(q, j, (t->first + i) / e->points + 1, w);
                if (rc)
                    return rc;
                uint32_t at_lane = t->first + i;
                double v = q->axis[j] ? q->axis[j][at_lane % e->points]
                                      : args_lane(q->sp->args, q->param[j], e->sc->seed, e->lane[at_lane].id,
                                                  at_lane / e->points);
                for (uint32_t l = i; l < e->width; l++)
                    t->param[at][(size_t)j * e->width + l] = v;
            }
        }
    return E_OK;
}

int tiles_cover(engine *e, why *w)
{
    while (e->tiled < e->nlane) {
        if (e->tiled == (uint64_t)e->ntile * e->width) {
            if (e->ntile == e->captile) {
                uint32_t cap = e->captile ? e->captile * 2 : 4;
                tile *more = mem_grow(e->tile, cap, sizeof *more);
                if (!more)
                    return fail(w, E_NOMEM, "no memory for %u tiles", cap);
                e->tile = more;
                e->captile = cap;
            }
            int rc = tile_open(e, &e->tile[e->ntile], w);
            e->ntile++;
            if (rc)
                return rc;
        }
        tile *t = &e->tile[e->ntile - 1];
        int bad = lane_params(e, t, t->live, w);
        if (bad)
            return bad;
        for (size_t s = e->nread; s < e->nsource; s++)
            t->cur[s * e->width + t->live] = points_column(e, s, e->tiled, t->cur[s * e->width + t->live]);
        t->live++;
        e->tiled++;
    }
    return E_OK;
}

void tiles_free(engine *e)
{
    for (uint32_t i = 0; i < e->ntile; i++) {
        tile *t = &e->tile[i];
        for (size_t k = 0; k < e->nparts; k++) {
            free(t->state ? t->state[k] : NULL);
            free(t->param ? t->param[k] : NULL);
        }
        free(t->cur);
        free(t->sum);
        free(t->count);
        free(t->efc);
        free(t->seconds);
        free(t->state);
        free(t->param);
        free(t->rec);
        free(t->info);
        free(t->mark);
        free(t->first_of);
        free(t->last_of);
        free(t->trace_first);
        free(t->trace_last);
    }
    free(e->tile);
    e->tile = NULL;
    e->ntile = e->captile = 0;
}

static int open_workpart(engine *e, worker *k, part *q, workpart *wp, why *w)
{
    size_t n = e->width, ns = q->cols.state.n, ni = q->cols.in.n, no = q->cols.out.n;
    wp->xbuf[0] = mem_columns((q->wstate + 1) * n);
    wp->xbuf[1] = mem_columns((q->wstate + 1) * n);
    wp->inbuf = mem_columns((ni + 1) * n);
    wp->outbuf = mem_columns((q->wout + 1) * n);
    wp->parambuf = mem_columns((q->nparam + 1) * n);
    wp->whole = mem_columns((q->nsum + 1) * n);
    wp->x = mem_zero(ns + 1, sizeof *wp->x);
    wp->x1 = mem_zero(ns + 1, sizeof *wp->x1);
    wp->in = mem_zero(ni + 1, sizeof *wp->in);
    wp->out = mem_zero(no + 1, sizeof *wp->out);
    wp->param = mem_zero(q->nparam + 1, sizeof *wp->param);
    if (!wp->xbuf[0] || !wp->xbuf[1] || !wp->inbuf || !wp->outbuf || !wp->parambuf || !wp->whole || !wp->x ||
        !wp->x1 || !wp->in || !wp->out || !wp->param)
        return fail(w, E_NOMEM, "no memory for a worker of %s", q->desc->id);
    if (!q->per_cycle &&
        !((wp->kept_out = mem_columns((q->wout + 1) * n)) && (wp->kept_x = mem_columns((q->wstate + q->wout + 1) * n))))
        return fail(w, E_NOMEM, "no memory for a worker of %s", q->desc->id);
    size_t bytes = q->vt->scratch ? q->vt->scratch(q->model, (uint32_t)n) : 0;
    if (bytes && !(wp->scratch = mem_columns(bytes / sizeof(double) + 8)))
        return fail(w, E_NOMEM, "no memory: %s wants %zu bytes of scratch", q->desc->id, bytes);
    wp->b = (fade_tile){ .size = sizeof wp->b,
                         .id = k->id,
                         .row = k->row,
                         .t = k->t,
                         .dt = k->dt,
                         .wish = k->wish,
                         .status = k->status,
                         .param = (const double *const *)wp->param,
                         .in = (const double *const *)wp->in,
                         .x = (const double *const *)wp->x,
                         .x1 = wp->x1,
                         .out = wp->out,
                         .scratch = wp->scratch };
    uint32_t most = duty_sees(e, (size_t)(wp - k->part)) ? TILE_MAX : (uint32_t)n;        /* samples are lanes too */
    int32_t s = q->vt->enter ? q->vt->enter(q->model, most, &wp->worker) : 0;
    wp->b.worker = wp->worker;
    return s < 0 ? object_why(q->object, s, "enter a worker", w) : E_OK;
}

int tiles_worker(engine *e, worker *k, why *w)
{
    size_t n = e->width, columns = 8 + CYCLE_N;
    k->mem = mem_columns(columns * n);
    k->floor = mem_columns(e->nphysics * n);
    k->spent = mem_zero(e->nphysics + 1, sizeof *k->spent);
    k->timed = mem_zero(e->nphysics + 1, sizeof *k->timed);
    k->rows = mem_zero(e->nphysics + 1, sizeof *k->rows);
    k->id = mem_zero(n, sizeof *k->id);
    k->row = mem_zero(n, sizeof *k->row);
    k->status = mem_zero(n, sizeof *k->status);
    k->active = mem_zero(n, 1);
    k->part = mem_zero(e->nparts, sizeof *k->part);
    k->source = mem_zero(e->nsource + 1, sizeof *k->source);
    k->cycle = mem_zero(CYCLE_N, sizeof *k->cycle);
    k->run = mem_zero(1, cycler_bytes(e));
    size_t pool = 1;
    for (size_t p = 0; p < e->nphysics; p++)
        pool = e->physics[p].pool.n > pool ? e->physics[p].pool.n : pool;
    k->val = mem_zero(pool, sizeof *k->val);
    if (!k->mem || !k->floor || !k->spent || !k->timed || !k->rows || !k->id || !k->row || !k->status || !k->active ||
        !k->part || !k->source || !k->cycle || !k->run || !k->val)
        return fail(w, E_NOMEM, "no memory for a worker");
    double **column[8] = { &k->dt, &k->t, &k->wish, &k->cap, &k->count, &k->left, &k->efc, &k->seconds };
    for (size_t i = 0; i < 8; i++)
        *column[i] = k->mem + i * n;
    for (size_t i = 0; i < CYCLE_N; i++)
        k->cycle[i] = k->mem + (8 + i) * n;
    size_t at = 0;
    for (size_t p = 0; p < e->nphysics; p++)
        for (size_t j = 0; j < e->physics[p].n; j++) {
            int rc = open_workpart(e, k, &e->physics[p].part[j], &k->part[at++], w);
            if (rc)
                return rc;
        }
    int rc = trace_worker(e, k, w);
    return rc ? rc : hook_worker(e, k, w);
}

static void close_workpart(const part *q, workpart *wp)
{
    if (wp->worker && q->vt->leave)
        q->vt->leave(wp->worker);
    free(wp->xbuf[0]);
    free(wp->xbuf[1]);
    free(wp->inbuf);
    free(wp->outbuf);
    free(wp->parambuf);
    free(wp->whole);
    free(wp->kept_out);
    free(wp->kept_x);
    free(wp->x);
    free(wp->x1);
    free(wp->in);
    free(wp->out);
    free(wp->param);
    free(wp->scratch);
}

void tiles_worker_close(engine *e, worker *k)
{
    size_t at = 0;
    hook_worker_close(e, k);
    trace_worker_close(k);
    for (size_t p = 0; k->part && p < e->nphysics; p++)
        for (size_t j = 0; j < e->physics[p].n; j++)
            close_workpart(&e->physics[p].part[j], &k->part[at++]);
    free(k->part);
    free(k->mem);
    free(k->floor);
    free(k->spent);
    free(k->timed);
    free(k->rows);
    free(k->id);
    free(k->row);
    free(k->status);
    free(k->active);
    free(k->source);
    free(k->cycle);
    free(k->run);
    free(k->val);
}

/* rows of `stride` -> packed rows of n, padded with the last live lane; back copies the live lanes only. */
static void pack(double *to, const double *from, uint32_t rows, uint32_t n, uint32_t live, uint32_t stride)
{
    for (uint32_t r = 0; r < rows; r++) {
        double *d = to + (size_t)r * n;
        memcpy(d, from + (size_t)r * stride, live * sizeof *d);
        for (uint32_t i = live; i < n; i++)
            d[i] = d[live - 1];
    }
}

static void unpack(double *to, const double *from, uint32_t rows, uint32_t n, uint32_t live, uint32_t stride)
{
    for (uint32_t r = 0; r < rows; r++)
        memcpy(to + (size_t)r * stride, from + (size_t)r * n, live * sizeof *to);
}

static void point(double **column, const fade_list *l, double *base, uint32_t n)
{
    for (uint32_t i = 0; i < l->n; i++) {
        const fade_column *c = library_at(l, i);
        column[i] = base;
        base += (size_t)(c->width ? c->width : 1) * n;
    }
}

static void load_part(engine *e, const part *q, workpart *wp, tile *t, size_t at)
{
    uint32_t n = packed(t);
    wp->b.n = n;
    wp->b.live = t->live;
    point(wp->x, &q->cols.state, wp->xbuf[0], n);
    point(wp->x1, &q->cols.state, wp->xbuf[1], n);
    point(wp->out, &q->cols.out, wp->outbuf, n);
    for (uint32_t i = 0; i < q->cols.in.n; i++)
        wp->in[i] = wp->inbuf + (size_t)i * n;
    for (uint32_t j = 0; j < q->nparam; j++)
        wp->param[j] = q->bound[j].from >= 0 ? wp->parambuf + (size_t)j * n
                       : q->varies[j]        ? t->param[at] + (size_t)j * e->width
                                             : q->uniform[j];
    pack(wp->xbuf[0], t->state[at], q->wstate, n, t->live, e->width);
    pack(wp->outbuf, t->state[at] + (size_t)q->wstate * e->width, q->wout, n, t->live, e->width);
}

void tiles_load(engine *e, worker *k, tile *t)
{
    uint32_t n = packed(t);
    size_t at = 0;
    k->tile = t;
    for (size_t s = 0; s < e->nsource; s++)
        k->source[s] = t->cur + s * e->width;
    for (uint32_t i = 0; i < n; i++) {
        const lane *l = &e->lane[t->first + (i < t->live ? i : t->live - 1)];
        k->id[i] = l->id;
        k->row[i] = l->done;
        k->t[i] = 0;
    }
    for (size_t p = 0; p < e->nphysics; p++)
        for (size_t j = 0; j < e->physics[p].n; j++, at++)
            load_part(e, &e->physics[p].part[j], &k->part[at], t, at);
}

void tiles_store(engine *e, worker *k, tile *t)
{
    uint32_t n = packed(t);
    size_t at = 0;
    for (size_t p = 0; p < e->nphysics; p++)
        for (size_t j = 0; j < e->physics[p].n; j++, at++) {
            const part *q = &e->physics[p].part[j];
            const double *x = q->cols.state.n ? k->part[at].x[0] : k->part[at].xbuf[0];
            unpack(t->state[at], x, q->wstate, n, t->live, e->width);
            unpack(t->state[at] + (size_t)q->wstate * e->width, k->part[at].outbuf, q->wout, n, t->live, e->width);
        }
}

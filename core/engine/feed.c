/* SPDX-License-Identifier: MIT
 * feed.c - rows from the source into a chunk: read in blocks, sorted by lane, or counted where values hold.
 */
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/engine/inside.h"
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1024, SLOTS = 16384, WAIT_MS = 200 };

/* Slots are written before they are read: none is cleared. */
static int open_chunk(engine *e, why *w)
{
    chunk *c = &e->chunk;
    size_t n = e->nread ? e->nread : 1;
    c->capslot = SLOTS + BLOCK;
    c->val = mem_zero(n, sizeof *c->val);
    c->cycle = mem_grow(NULL, c->capslot, sizeof *c->cycle);
    c->time = mem_grow(NULL, c->capslot, sizeof *c->time);
    c->lane = mem_grow(NULL, c->capslot, sizeof *c->lane);
    c->order = mem_grow(NULL, c->capslot, sizeof *c->order);
    bool ok = c->val && c->cycle && c->time && c->lane && c->order;
    for (size_t s = 0; ok && s < n; s++)
        ok = (c->val[s] = mem_grow(NULL, c->capslot, sizeof **c->val)) != NULL;
    return ok ? E_OK : fail(w, E_NOMEM, "no memory for %zu rows of the source", c->capslot);
}

static int cover_lanes(engine *e, why *w)
{
    chunk *c = &e->chunk;
    if (c->caplane >= e->nlane)
        return E_OK;
    uint32_t *begin = mem_grow(c->begin, e->caplane, sizeof *begin);
    if (begin)
        c->begin = begin;
    uint32_t *count = begin ? mem_grow(c->count, e->caplane, sizeof *count) : NULL;
    if (!count)
        return fail(w, E_NOMEM, "no memory for %u cells", e->nlane);
    c->count = count;
    c->caplane = e->caplane;
    return E_OK;
}

/* One block behind the rows at hand; *n says how many came. */
static int read_block(engine *e, uint32_t *n, why *w)
{
    chunk *c = &e->chunk;
    const char *cell[BLOCK] = { 0 };
    double *col[256], **at = col;
    if (e->nread > 256 && !(at = mem_zero(e->nread, sizeof *at)))
        return fail(w, E_NOMEM, "no memory for a block");
    for (size_t s = 0; s < e->nread; s++)
        at[s] = c->val[s] + c->nslot;
    fade_block b = { .size = sizeof b,
                     .cap = BLOCK,
                     .cell = cell,
                     .time = c->time + c->nslot,
                     .cycle = c->cycle + c->nslot,
                     .col = at,
                     .position = e->position };
    log_reading(true);                            /* a source that is read twice says things once */
    int32_t rc = e->source_vt->next(e->source, &b, WAIT_MS);
    log_reading(false);
    if (at != col)
        free(at);
    *n = 0;
    if (rc < 0)
        return object_why(e->source_object, rc, "read", w);
    if (b.n > BLOCK)
        return fail(w, E_PLUGIN, "source %s gave %u rows where %d fit", e->sc->source.label, b.n, BLOCK);
    e->source_ended = rc == FADE_END;
    if (b.stream != 0)
        return E_OK;                              /* samples: not for laws per cycle */
    for (size_t s = 0; s < e->nread; s++)
        for (uint32_t i = 0; e->source_scale[s] != 1 && i < b.n; i++)
            c->val[s][c->nslot + i] *= e->source_scale[s];
    for (uint32_t i = 0; i < b.n; i++) {
        int err = cell[i] ? lanes_find(e, cell[i], &c->lane[c->nslot + i], w)
                          : fail(w, E_PLUGIN, "source %s gave a row without a cell", e->sc->source.label);
        if (err)
            return err;
    }
    *n = b.n;
    return E_OK;
}

/* Drops what this pass is not for: rows past the origin before training, rows up to it after. */
static void sieve(engine *e, uint32_t n)
{
    chunk *c = &e->chunk;
    size_t to = c->nslot;
    for (size_t i = c->nslot; i < c->nslot + n; i++) {
        lane *l = &e->lane[c->lane[i]];
        l->seen++;
        bool keep = !e->passes ? true : e->second ? l->seen > l->origin : l->seen <= l->origin;
        if (e->cycles && l->seen > e->cycles)
            keep = false;
        if (!keep)
            continue;
        for (size_t s = 0; s < e->nread && to != i; s++)
            c->val[s][to] = c->val[s][i];
        c->cycle[to] = c->cycle[i];
        c->time[to] = c->time[i];
        c->lane[to] = c->lane[i];
        to++;
    }
    c->nslot = to;
}

static void sort_by_lane(engine *e)
{
    chunk *c = &e->chunk;
    memset(c->count, 0, e->nlane * sizeof *c->count);
    for (size_t i = 0; i < c->nslot; i++)
        c->count[c->lane[i]]++;
    uint32_t at = 0;
    for (uint32_t l = 0; l < e->nlane; l += e->points) {
        c->begin[l] = at;
        at += c->count[l];
        c->rows = c->count[l] > c->rows ? c->count[l] : c->rows;
        c->count[l] = 0;
    }
    for (size_t i = 0; i < c->nslot; i++)
        c->order[c->begin[c->lane[i]] + c->count[c->lane[i]]++] = (uint32_t)i;
    for (uint32_t l = 0; e->points > 1 && l < e->nlane; l++) {
        c->begin[l] = c->begin[l - l % e->points];         /* all points read the rows of their cell */
        c->count[l] = c->count[l - l % e->points];
    }
}

/* Values hold: so many rows more for every lane that is not through. */
static bool count_rows(engine *e)
{
    chunk *c = &e->chunk;
    bool more = false;
    c->hold = true;
    c->nslot = 0;
    for (uint32_t l = 0; l < e->nlane; l++) {
        uint64_t left = e->cycles > e->lane[l].done ? e->cycles - e->lane[l].done : 0;
        bool over = true;
        for (size_t p = 0; p < e->nphysics; p++)
            over &= e->lp[(size_t)l * e->nphysics + p].over != OVER_NO;
        c->count[l] = over ? 0 : (uint32_t)(left < e->chunk_rows ? left : e->chunk_rows);
        more |= c->count[l] > 0;
    }
    return more;
}

int feed_chunk(engine *e, bool *more, why *w)
{
    chunk *c = &e->chunk;
    int rc;
    if (e->duty)
        return duty_feed(e, more, w);
    if (!c->val && (rc = open_chunk(e, w)))
        return rc;
    c->hold = false;
    c->rows = c->nslot = 0;
    uint64_t want = e->live ? 1 : SLOTS;
    while (!e->hold && !e->source_ended && c->nslot < want) {
        uint32_t n;
        if ((rc = read_block(e, &n, w)))
            return rc;
        sieve(e, n);
        if (n == 0 && e->opt.stop && *e->opt.stop)
            break;                                /* a chunk cut short would leave its rows in another order */
        if (n == 0 && !e->source_ended && c->nslot)
            break;                                /* a live source has no more just now */
    }
    if ((rc = cover_lanes(e, w)))
        return rc;
    sort_by_lane(e);
    *more = c->nslot > 0 || (!e->hold && !e->source_ended);
    if (!*more && (e->hold || e->cycles) && !(e->passes && !e->second))
        *more = count_rows(e);
    return E_OK;
}

static void hold_row(engine *e, uint32_t l, uint32_t slot)
{
    tile *t = &e->tile[l / e->width];
    for (size_t s = 0; s < e->nread; s++)
        t->cur[s * e->width + l % e->width] = points_column(e, s, l, e->chunk.val[s][slot]);
    e->lane[l].total = e->cycles;
    e->lane[l].time = e->chunk.time[slot];
}

/* A source whose rows hold: one row a cell, all read now. */
int feed_hold(engine *e, why *w)
{
    int rc;
    if ((rc = open_chunk(e, w)))
        return rc;
    while (!e->source_ended) {
        uint32_t n;
        e->chunk.nslot = 0;
        if ((rc = read_block(e, &n, w)))
            return rc;
        for (uint32_t i = 0; i < n; i++) {
            uint32_t l = e->chunk.lane[i];
            if (e->chunk.cycle[i] > 1)
                return fail(w, E_PLUGIN, "source %s: a row that holds must stand at a cell's first cycle, %s has %lld",
                            e->sc->source.label, e->lane[l].cell, (long long)e->chunk.cycle[i]);
            if ((rc = tiles_cover(e, w)))
                return rc;
            for (uint32_t end = l + e->points; l < end; l++)
                hold_row(e, l, i);
        }
    }
    e->chunk.nslot = 0;
    return cover_lanes(e, w);
}

void feed_free(engine *e)
{
    chunk *c = &e->chunk;
    for (size_t s = 0; c->val && s < (e->nread ? e->nread : 1); s++)
        free(c->val[s]);
    free(c->val);
    free(c->cycle);
    free(c->time);
    free(c->lane);
    free(c->order);
    free(c->begin);
    free(c->count);
}

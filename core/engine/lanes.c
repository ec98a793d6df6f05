/* SPDX-License-Identifier: MIT
 * lanes.c - cells by id: the first row of a new id makes a lane per point; a scan counts the rows of each where a split
 * needs the number.
 */
#include "core/base/mem.h"
#include "core/engine/inside.h"
#include <stdlib.h>
#include <string.h>

static int grow_index(engine *e, why *w)
{
    size_t n = e->nindex ? e->nindex * 2 : 64;
    uint32_t *index = mem_zero(n, sizeof *index);
    if (!index)
        return fail(w, E_NOMEM, "no memory for %u cells", e->ncell);
    for (uint32_t i = 0; i < e->ncell; i++) {
        size_t k = e->cell[i].id & (n - 1);
        while (index[k])
            k = (k + 1) & (n - 1);
        index[k] = i + 1;
    }
    free(e->index);
    e->index = index;
    e->nindex = n;
    return E_OK;
}

static int grow_lanes(engine *e, uint32_t least, why *w)
{
    uint32_t cap = e->caplane ? e->caplane * 2 : 16;
    cap = cap < least ? least : cap;
    lane *l = mem_grow(e->lane, cap, sizeof *l);
    if (l)
        e->lane = l;
    lane_physics *lp = l ? mem_grow(e->lp, (size_t)cap * e->nphysics, sizeof *lp) : NULL;
    if (!lp)
        return fail(w, E_NOMEM, "no memory for %u cells", cap);
    e->lp = lp;
    e->caplane = cap;
    return E_OK;
}

static int grow_cells(engine *e, why *w)
{
    uint32_t cap = e->capcell ? e->capcell * 2 : 16;
    source_cell *more = mem_grow(e->cell, cap, sizeof *more);
    if (!more)
        return fail(w, E_NOMEM, "no memory for %u cells", cap);
    e->cell = more;
    e->capcell = cap;
    return E_OK;
}

/* "B0005", or "POINT.B0005" where there are points.  NULL: no memory. */
static char *lane_name(const engine *e, const char *cell_name, uint32_t point)
{
    if (!e->opt.points)
        return mem_dup(cell_name);
    text t = { 0 };
    text_addf(&t, "%s.%s", e->opt.points->id[point], cell_name);
    return text_take(&t);
}

static int add_lane(engine *e, const char *cell_name, uint32_t point, why *w)
{
    char *name = lane_name(e, cell_name, point);
    if (!name)
        return fail(w, E_NOMEM, "no memory for cell %s", cell_name);
    if (!text_is_id(name)) {
        int rc = fail(w, E_INPUT, "cell id \"%.80s\" is not made of 1 to 64 letters, digits, '_', '.' and '-'", name);
        free(name);
        return rc;
    }
    double c0 = e->sc->cell.initial_capacity;
    e->lane[e->nlane] =
        (lane){ .cell = name, .id = text_hash(name), .origin = UINT64_MAX, .time = INT64_MIN, .c0 = c0 };
    for (size_t p = 0; p < e->nphysics; p++)
        e->lp[(size_t)e->nlane * e->nphysics + p] = (lane_physics){ .capacity = NAN, .first = NAN, .soh = 1 };
    e->nlane++;
    return E_OK;
}

static int add(engine *e, const char *name, uint64_t id, why *w)
{
    int rc = E_OK;
    if ((uint64_t)e->nlane + e->points >= UINT32_MAX)
        return fail(w, E_INPUT, "more than %u cells", UINT32_MAX - 1);
    if (e->nlane + e->points > e->caplane && (rc = grow_lanes(e, e->nlane + e->points, w)))
        return rc;
    if (e->ncell == e->capcell && (rc = grow_cells(e, w)))
        return rc;
    if ((e->ncell + 1) * 2 > e->nindex && (rc = grow_index(e, w)))
        return rc;
    for (uint32_t k = 0; k < e->points && !rc; k++)
        rc = add_lane(e, name, k, w);
    char *own = rc ? NULL : mem_dup(name);
    if (!own)
        return rc ? rc : fail(w, E_NOMEM, "no memory for cell %s", name);
    e->cell[e->ncell] = (source_cell){ own, id };
    size_t k = id & (e->nindex - 1);
    while (e->index[k])
        k = (k + 1) & (e->nindex - 1);
    e->index[k] = ++e->ncell;
    return E_OK;
}

int lanes_find(engine *e, const char *name, uint32_t *out, why *w)
{
    uint64_t id = text_hash(name);
    for (size_t k = e->nindex ? id & (e->nindex - 1) : 0; e->nindex && e->index[k]; k = (k + 1) & (e->nindex - 1)) {
        uint32_t c = e->index[k] - 1;
        *out = c * e->points;
        if (e->cell[c].id == id && strcmp(e->cell[c].name, name) == 0)
            return E_OK;
        if (e->cell[c].id == id)
            return fail(w, E_INPUT, "cells %s and %s have the same number; rename one", name, e->cell[c].name);
    }
    *out = e->nlane;
    return add(e, name, id, w);
}

void lanes_free(engine *e)
{
    for (uint32_t i = 0; i < e->nlane; i++)
        free((void *)(uintptr_t)e->lane[i].cell);
    for (size_t i = 0; i < (size_t)e->nlane * e->sc->nphysics; i++)
        free(e->lp[i].reason);
    for (uint32_t i = 0; i < e->ncell; i++)
        free(e->cell[i].name);
    free(e->cell);
    free(e->lane);
    free(e->lp);
    free(e->index);
}

static void set_origin(engine *e)
{
    for (uint32_t i = 0; i < e->nlane; i++) {
        lane *l = &e->lane[i];
        l->total = e->lane[i - i % e->points].total;       /* rows are counted at a cell's first lane */
        l->origin = split_origin(&e->sc->evaluate.split, l->total);
        l->seen = 0;
    }
}

/* Counts every cell's rows, then starts the source afresh. */
int lanes_scan(engine *e, why *w)
{
    bool more = true;
    while (more) {
        int rc = feed_chunk(e, &more, w);
        if (rc)
            return rc;
        for (size_t k = 0; k < e->chunk.nslot; k++)
            e->lane[e->chunk.lane[k]].total++;
    }
    set_origin(e);
    return open_restart(e, NULL, w);
}

/* SPDX-License-Identifier: MIT
 * lanes.c - cells by id: the first row of a new id makes a lane; a scan counts the rows of each where a split needs the
 * number.
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
        return fail(w, E_NOMEM, "no memory for %u cells", e->nlane);
    for (uint32_t i = 0; i < e->nlane; i++) {
        size_t k = e->lane[i].id & (n - 1);
        while (index[k])
            k = (k + 1) & (n - 1);
        index[k] = i + 1;
    }
    free(e->index);
    e->index = index;
    e->nindex = n;
    return E_OK;
}

static int grow_lanes(engine *e, why *w)
{
    uint32_t cap = e->caplane ? e->caplane * 2 : 16;
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

static int add(engine *e, const char *cell, uint64_t id, why *w)
{
    int rc;
    if (!text_is_id(cell))
        return fail(w, E_INPUT, "cell id \"%.80s\" is not made of 1 to 64 letters, digits, '_', '.' and '-'", cell);
    if (e->nlane == UINT32_MAX - 1)
        return fail(w, E_INPUT, "more than %u cells", e->nlane);
    if (e->nlane == e->caplane && (rc = grow_lanes(e, w)))
        return rc;
    if ((e->nlane + 1) * 2 > e->nindex && (rc = grow_index(e, w)))
        return rc;
    char *name = mem_dup(cell);
    if (!name)
        return fail(w, E_NOMEM, "no memory for cell %s", cell);
    double c0 = e->sc->cell.initial_capacity;
    e->lane[e->nlane] = (lane){ .cell = name, .id = id, .origin = UINT64_MAX, .time = INT64_MIN, .c0 = c0 };
    for (size_t p = 0; p < e->nphysics; p++)
        e->lp[(size_t)e->nlane * e->nphysics + p] = (lane_physics){ .capacity = NAN, .first = NAN };
    size_t k = id & (e->nindex - 1);
    while (e->index[k])
        k = (k + 1) & (e->nindex - 1);
    e->index[k] = ++e->nlane;
    return E_OK;
}

int lanes_find(engine *e, const char *cell, uint32_t *out, why *w)
{
    uint64_t id = text_hash(cell);
    for (size_t k = e->nindex ? id & (e->nindex - 1) : 0; e->nindex && e->index[k]; k = (k + 1) & (e->nindex - 1)) {
        *out = e->index[k] - 1;
        if (e->lane[*out].id == id && strcmp(e->lane[*out].cell, cell) == 0)
            return E_OK;
        if (e->lane[*out].id == id)
            return fail(w, E_INPUT, "cells %s and %s have the same number; rename one", cell, e->lane[*out].cell);
    }
    int rc = add(e, cell, id, w);
    *out = e->nlane - 1;
    return rc;
}

static void set_origin(engine *e)
{
    for (uint32_t i = 0; i < e->nlane; i++) {
        lane *l = &e->lane[i];
        uint64_t known = (uint64_t)((double)l->total * e->sc->evaluate.fraction + 1e-9);
        l->origin = known ? known : 1;
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

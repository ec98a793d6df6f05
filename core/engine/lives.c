/* SPDX-License-Identifier: MIT
 * lives.c - how each lane's life went: for studies that count lives instead of reading rows.
 */
#include "core/engine/inside.h"

size_t engine_row_columns(const engine *e, const fade_column **out)
{
    *out = e->column;
    return e->ncolumn;
}

size_t engine_lives(const engine *e) { return (size_t)e->nlane * e->nphysics; }

void engine_life_at(const engine *e, size_t i, engine_life *out)
{
    const lane *l = &e->lane[i / e->nphysics];
    const lane_physics *lp = &e->lp[i];
    bool through = l->done && (l->done == e->cycles || (l->total && l->done == l->total));
    *out = (engine_life){ .cell = l->cell,
                          .physics = e->physics[i % e->nphysics].sp->label,
                          .reason = lp->reason,
                          .state = lp->over == OVER_FAILED ? ENGINE_FAILED
                                   : lp->over == OVER_STOP ? ENGINE_ENDED
                                   : through               ? ENGINE_THROUGH
                                                           : ENGINE_RUNNING,
                          .point = i / e->nphysics % e->points,
                          .rows = l->done,
                          .end_cycle = lp->over_cycle,
                          .eol_cycle = lp->eol_cycle,
                          .origin = l->origin,
                          .first = lp->first,
                          .capacity = lp->capacity,
                          .eol_seconds = lp->eol_cycle ? lp->eol_seconds : (double)NAN,
                          .seconds = e->tile[i / e->nphysics / e->width].seconds[i / e->nphysics % e->width] };
}

double engine_seconds(const engine *e, size_t p)
{
    double ns = 0;
    for (int i = 0; i < e->nworker; i++) {
        const worker *k = &e->worker[i];
        if (k->timed[p])
            ns += (double)k->spent[p] * (double)k->rows[p] / (double)k->timed[p];
    }
    return ns / 1e9;
}

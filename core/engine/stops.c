/* SPDX-License-Identifier: MIT
 * stops.c - after each row: the capacity a physics predicts, end of life, and the conditions that end a lane.
 */
#include "core/base/mem.h"
#include "core/engine/inside.h"
#include <math.h>
#include <string.h>

static int bind_column(engine *e, physics *ph, const scenario_stop *s, tree_problems *p, int *from, double *bound)
{
    why w = { 0 };
    const char *key = text_starts(s->column, "physics_") ? s->column + 8 : s->column;
    for (size_t i = 0; i < ph->pool.n; i++) {
        const fade_column *c = ph->pool.at[i].column;
        if (strcmp(c->key, key) != 0)
            continue;
        *from = (int)i;
        int rc = units_quantity(s->quantity, c->unit, e->sc->cell.nominal_capacity, bound, &w);
        return rc ? tree_complain(p, s->node, rc, "stop \"%s\": %s", s->text, w.text) : E_OK;
    }
    return tree_complain(p, s->node, E_INPUT, "stop \"%s\": physics %s has no column %s", s->text, ph->sp->label,
                         s->column);
}

int stops_bind(engine *e, tree_problems *p, why *w)
{
    for (size_t k = 0; k < e->nphysics; k++) {
        physics *ph = &e->physics[k];
        ph->stop = mem_zero(e->sc->nstop + 1, sizeof *ph->stop);
        ph->stop_value = mem_zero(e->sc->nstop + 1, sizeof *ph->stop_value);
        if (!ph->stop || !ph->stop_value)
            return fail(w, E_NOMEM, "no memory for stop conditions");
        for (size_t i = 0; i < e->sc->nstop; i++)
            if (e->sc->stop[i].kind == STOP_COLUMN)
                bind_column(e, ph, &e->sc->stop[i], p, &ph->stop[i], &ph->stop_value[i]);
            else if (e->sc->stop[i].kind == STOP_VOLTAGE && !ph->cell)
                tree_complain(p, e->sc->stop[i].node, E_INPUT,
                              "stop \"%s\": physics %s is no cell model and has no voltage", e->sc->stop[i].text,
                              ph->sp->label);
    }
    return E_OK;
}

/* worker.cap: the capacity this physics predicts, Ah; and what its parts' losses make. */
void stops_capacity(engine *e, worker *k, const physics *ph, tile *t)
{
    combine_values(k, ph, t->live);
    if (ph->capacity >= 0) {
        const double *v = k->val[ph->capacity];
        for (uint32_t i = 0; i < t->live; i++)
            k->cap[i] = v[i] * ph->capacity_link.scale + ph->capacity_link.offset;
        return;
    }
    const double *loss = k->val[ph->loss];
    for (uint32_t i = 0; i < t->live; i++)
        k->cap[i] = e->lane[t->first + i].c0 * (1 - loss[i]);
}

static bool reached(const engine *e, const worker *k, const physics *ph, const scenario_stop *s, size_t at,
                    const tile *t, uint32_t i, double reference)
{
    const lane *l = &e->lane[t->first + i];
    const lane_physics *lp = &e->lp[(size_t)(t->first + i) * e->nphysics + (size_t)(ph - e->physics)];
    switch (s->kind) {
    case STOP_CAPACITY_RATIO: return k->cap[i] <= s->value * reference;
    case STOP_CAPACITY: return k->cap[i] <= s->value;
    case STOP_CYCLES: return (double)l->done >= s->value;
    case STOP_TIME:
        return fmax(t->seconds[i], lp->seconds) >= s->value; /* the rows' calendar, or the protocols' time */
    case STOP_VOLTAGE:
        return ph->cell && k->cycle[CYCLE_V_MIN][i] <= s->value + 2e-7; /* as near as limits are met */
    default: break;
    }
    double v = k->val[ph->stop[at]][i];
    return s->above ? v > ph->stop_value[at] : v < ph->stop_value[at];
}

static void end_of_life(const engine *e, lane_physics *lp, double soh, int64_t cycle, double seconds)
{
    if (lp->eol_cycle)
        return;
    if (!(soh < e->sc->health.eol)) {
        lp->below = 0;
        return;
    }
    if (lp->below == 0)
        lp->eol_seconds = seconds;
    if (++lp->below >= (e->sc->health.hold ? e->sc->health.hold : 1))
        lp->eol_cycle = (uint64_t)cycle - (lp->below - 1);
}

/* The capacity from which on lane i must be looked at: +inf where every row counts. */
static double floor_of(const engine *e, const lane_physics *lp, double reference)
{
    double most = -INFINITY;
    if (lp->over)
        return most;
    if (lp->below || isnan(lp->first))
        return INFINITY;
    if (!lp->eol_cycle)
        most = e->sc->health.eol * reference;
    for (size_t s = 0; s < e->sc->nstop; s++) {
        const scenario_stop *stop = &e->sc->stop[s];
        double at = stop->kind == STOP_CAPACITY_RATIO ? stop->value * reference
                    : stop->kind == STOP_CAPACITY     ? stop->value
                                                      : INFINITY;
        most = at > most ? at : most;
    }
    return most * (1 + 1e-9);                     /* rounding is for the look, not for the glance */
}

static bool nothing_near(const double *restrict cap, const double *restrict floor, uint32_t n)
{
    int near = 0;
    for (uint32_t i = 0; i < n; i++)
        near |= !(cap[i] > floor[i]);
    return near == 0;
}

/* `look`: at every lane; else only if one is near the capacity that matters. */
void stops_row(engine *e, worker *k, size_t p, tile *t, bool look)
{
    const physics *ph = &e->physics[p];
    double *floor = k->floor + p * e->width;
    bool nominal = e->sc->soh_reference == SOH_NOMINAL && !isnan(e->sc->cell.nominal_capacity);
    stops_capacity(e, k, ph, t);
    if (!look && nothing_near(k->cap, floor, t->live))
        return;
    for (uint32_t i = 0; i < t->live; i++) {
        const lane *l = &e->lane[t->first + i];
        lane_physics *lp = &e->lp[(size_t)(t->first + i) * e->nphysics + p];
        double reference = nominal ? e->sc->cell.nominal_capacity : l->c0;
        if (k->active[i]) {
            if (isnan(lp->first))
                lp->first = k->cap[i];
            lp->capacity = k->cap[i];
            end_of_life(e, lp, k->cap[i] / reference, l->cycle, step_clock(e, t, p, i));
            for (size_t s = 0; s < e->sc->nstop && !lp->over; s++)
                if (reached(e, k, ph, &e->sc->stop[s], s, t, i, reference))
                    step_lane_over(e, t, i, p, OVER_STOP, e->sc->stop[s].text, l->cycle);
        }
        floor[i] = floor_of(e, lp, reference);
    }
}

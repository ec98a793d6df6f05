/* SPDX-License-Identifier: MIT
 * cycler_reference.c - the reference performance test: done behind some cycles, on the cell as it is; then all is as
 * before.
 */
#include "core/engine/cycler.h"
#include <math.h>
#include <string.h>

static bool due(const cycler *c, uint32_t i)
{
    const protocol_section *p = &c->e->sc->protocol;
    int64_t cycle = c->e->lane[c->t->first + i].cycle;
    return c->k->active[i] && (cycle == 1 || cycle % (int64_t)p->every == 0);
}

static double *state(const cycler *c) { return c->q->wstate ? c->wp->x[0] : c->wp->xbuf[0]; }

void cycler_reference(cycler *cycle)
{
    cycler c = *cycle;
    size_t n = c.wp->b.n, nx = c.q->wstate * n, no = c.q->wout * n;
    bool any = false;
    for (uint32_t i = 0; i < c.t->live; i++) {
        c.k->cycle[CYCLE_REFERENCE][i] = c.k->cycle[CYCLE_RESISTANCE][i] = NAN;
        any |= due(&c, i);
    }
    if (!any)
        return;
    double *out = c.wp->kept_x + nx;              /* there is room for both */
    memcpy(c.wp->kept_x, state(&c), nx * sizeof(double));
    memcpy(out, c.wp->outbuf, no * sizeof(double));
    c.test = true;
    c.plan = &c.e->sc->protocol.test;
    c.fresh = c.busy = c.drives = 0;
    for (uint32_t i = 0; i < c.t->live; i++) {
        lanerun *l = &c.run[i];
        bool mine = due(&c, i);
        l->V = c.q->voltage >= 0 ? c.wp->out[c.q->voltage][i] : NAN;
        l->best = l->between = l->jump = 0;
        l->ohm = NAN;
        l->idle = 0;
        if (mine)
            cycler_go(&c, i, 0);
    }
    cycler_walk(&c);
    for (uint32_t i = 0; i < c.t->live; i++)
        if (due(&c, i)) {
            c.k->cycle[CYCLE_REFERENCE][i] = c.run[i].best > 0 ? c.run[i].best : NAN;
            c.k->cycle[CYCLE_RESISTANCE][i] = c.run[i].ohm;
        }
    memcpy(state(&c), c.wp->kept_x, nx * sizeof(double));
    memcpy(c.wp->outbuf, out, no * sizeof(double));
}

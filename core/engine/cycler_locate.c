/* SPDX-License-Identifier: MIT
 * cycler_locate.c - how far a lane is past its step's limits, and the dt that meets the first of them.
 */
#include "core/engine/cycler.h"
#include <math.h>

static const double PER_VOLT = 1e7, PER_AMPERE = 1e8, PER_AH = 1e8;       /* 1 / tolerance */

static double past_one(const cycler *c, const protocol_limit *m, uint32_t i, double V, double I, double moved)
{
    switch (m->what) {
    case PROTOCOL_VOLTAGE: return m->side * (V - m->value) * PER_VOLT;
    case PROTOCOL_CURRENT: return m->side ? m->side * (I - m->value) * PER_AMPERE : (m->value - fabs(I)) * PER_AMPERE;
    case PROTOCOL_CAPACITY: return (moved - m->value) * PER_AH;
    default: break;
    }
    const cycler_when *when = &c->q->when[m->condition];
    return m->side * (c->k->val[when->from][i] - when->value) * when->per;
}

double cycler_past(const cycler *c, const lanerun *l, uint32_t i, double V, double I, double moved)
{
    double most = -INFINITY;
    for (int k = 0; k < l->s->nlimit; k++) {
        double g = past_one(c, &l->s->limit[k], i, V, I, moved);
        most = g > most ? g : most;
    }
    return most;
}

/* Where the parabola through three points, dt as a function of g, is at g = 0. */
static double inverse_parabola(const lanerun *l)
{
    double a = l->glo, b = l->ghi, c = l->gmid;
    return l->lo * b * c / ((a - b) * (a - c)) + l->hi * a * c / ((b - a) * (b - c)) +
           l->mid * a * b / ((c - a) * (c - b));
}

double cycler_bracket(lanerun *l, double dt, double g)
{
    bool third = l->hi > 0;
    if (!third) {
        l->lo = 0;
        l->glo = l->g;
    }
    if (g > 0) {
        l->mid = l->hi;
        l->gmid = l->ghi;
        l->hi = dt;
        l->ghi = g;
    } else {
        l->mid = l->lo;
        l->gmid = l->glo;
        l->lo = dt;
        l->glo = g;
    }
    double width = l->hi - l->lo, at = third && l->gmid != l->glo && l->gmid != l->ghi ? inverse_parabola(l) : NAN;
    if (!(at > l->lo && at < l->hi))
        at = l->lo - l->glo * width / (l->ghi - l->glo);
    if (++l->trials % 5 == 0 || !(at > l->lo && at < l->hi))
        at = l->lo + width / 2;                   /* a bisection among the others keeps the bracket shrinking */
    return at;
}

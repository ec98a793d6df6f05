/* SPDX-License-Identifier: MIT
 * charge.c - state of charge from current or power, added up by trapezoids.
 */
#include "inside.h"
#include <math.h>

#define CLEAR 0.005                               /* of what flows: a smaller balance says nothing about the sign */

/* What flows out in all, and what flows at all; file's unit times s. */
static void balance(const series *x, const double *rate, double *net, double *all)
{
    const double *t = x->value[ROLE_TIME];
    *net = *all = 0;
    for (size_t i = 1; i < x->n; i++) {
        double flow = (rate[i] + rate[i - 1]) / 2 * (t[i] - t[i - 1]);
        *net += flow;
        *all += fabs(flow);
    }
}

/* 1: positive is discharge.  A cell gives more than it gets in a series that shows a use of it. */
static double find_sign(const source *s, const series *x, int role)
{
    double net, all;
    if (s->o.sign != SIGN_AUTO)
        return s->o.sign == SIGN_DISCHARGE ? 1 : -1;
    balance(x, x->value[role], &net, &all);
    if (fabs(net) <= CLEAR * all) {
        source_say(s, 2, x->path, 0, "%s is taken to be positive in discharge: it is balanced, say current_sign",
                   x->name[role]);
        return 1;
    }
    source_say(s, 2, x->path, 0,
               "%s is taken to be %s in discharge, as more flows that way; current_sign says it for good",
               x->name[role], net > 0 ? "positive" : "negative");
    return net > 0 ? 1 : -1;
}

/* Where it starts: as given, or so that its highest is 1. */
static int32_t place(const source *s, const series *x, double *soc, const char *size)
{
    size_t high = 0, low = 0;
    for (size_t i = 0; i < x->n; i++) {
        high = soc[i] > soc[high] ? i : high;
        low = soc[i] < soc[low] ? i : low;
    }
    if (!(soc[high] - soc[low] <= 1 + 1e-6))
        return source_fail(s, FADE_EINVAL, x->path, x->line[low],
                           "soc moves by %.4g, from its highest in line %llu to its lowest here: more than `%s` holds",
                           soc[high] - soc[low], (unsigned long long)x->line[high], size);
    double start = isnan(s->o.soc_start) ? 1 - soc[high] : s->o.soc_start;
    for (size_t i = 0; i < x->n; i++)
        soc[i] += start;
    return FADE_OK;
}

int32_t charge_soc(const source *s, series *x)
{
    int role = x->value[ROLE_CURRENT] ? ROLE_CURRENT : ROLE_POWER;
    const char *size = role == ROLE_CURRENT ? "capacity" : "energy";
    double full = role == ROLE_CURRENT ? s->o.capacity : s->o.energy, sum = 0, before = 0;
    double *rate = x->value[role];
    const double *t = x->value[ROLE_TIME];
    if (isnan(full))
        return source_fail(s, FADE_EINVAL, x->path, 0, "%s becomes soc only with `%s` in %s", x->name[role], size,
                           role == ROLE_CURRENT ? "Ah, its own or [cell] nominal_capacity" : "Wh");
    double sign = find_sign(s, x, role);
    for (size_t i = 0; i < x->n; i++) {
        double out = rate[i] * sign, flow = out < 0 ? out * s->o.efficiency : out;
        if (i > 0)
            sum -= (flow + before) / 2 * (t[i] - t[i - 1]);
        before = flow;
        rate[i] = sum / (full * 3600);
    }
    x->value[ROLE_SOC] = rate;                    /* in place */
    x->value[role] = NULL;
    return place(s, x, rate, size);
}

/* SPDX-License-Identifier: MIT
 * duty_rain.c - the series whose rainflow cycles a rule counts: turning points, and where a step ends.
 *
 * Which samples they are and how much temperature lies between them is the same in a stretch that comes again; what
 * they close depends on all that came before, and is counted each time.
 */
#include "core/base/mem.h"
#include "core/engine/duty.h"

int duty_event_room(duty_at *at, size_t n, why *w)
{
    if (at->nevent + n <= at->capevent)
        return E_OK;
    size_t cap = at->capevent ? at->capevent * 2 : 256;
    while (cap < at->nevent + n)
        cap *= 2;
    rainflow_event *more = mem_grow(at->event, cap, sizeof *more);
    if (!more)
        return fail(w, E_NOMEM, "no memory for %zu rainflow cycles", cap);
    at->event = more;
    at->capevent = cap;
    return E_OK;
}

static rainflow flow_of(const duty *d, duty_at *at)
{
    return (rainflow){ .n = 1, .value = at->value, .count = &at->count, .time = at->time, .carry = at->carry,
                       .forced = &at->forced, .gate = d->e->sc->duty.gate };
}

static void say_forced(const duty *d)
{
    object_warn_once(d->e->source_object, "rainflow",
                     "the rainflow residue of %d turning points was full: its oldest half cycle was booked early",
                     RAINFLOW_DEPTH);
}

static double heat_between(const duty *d, const duty_stream *s, size_t r, size_t a, size_t b)
{
    const double *x = s->col[d->rule[r].weight ? d->rule[r].weight : S_T];
    if (d->rule[r].weight)
        duty_past_need(d, s, a, b + 1);
    return duty_integral(s, x, (duty_pos){ a, 0 }, (duty_pos){ b, 0 });
}

double duty_rain_carry(const duty *d, duty_stream *s, size_t r, size_t i)
{
    duty_at *at = &s->at[r];
    if (i < at->carried_at)
        return at->carried - heat_between(d, s, r, i, at->carried_at);
    if (i > at->carried_at)
        at->carried += heat_between(d, s, r, at->carried_at, i);
    at->carried_at = i;
    return at->carried;
}

int duty_rain(duty *d, duty_stream *s, size_t r, size_t i, why *w)
{
    duty_at *at = &s->at[r];
    const double *soc = s->col[S_SOC];
    if (!d->rule[r].rain || (at->count > 0 && at->value[(size_t)at->count - 1] == soc[i]))
        return E_OK;
    while (i > 0 && soc[i - 1] == soc[i])
        i--;
    double carried = duty_rain_carry(d, s, r, i), before = at->forced;
    int rc = duty_event_room(at, RAINFLOW_DEPTH, w);
    rainflow f = flow_of(d, at);
    if (!rc)
        at->nevent += (size_t)rainflow_push(&f, 0, s->col[S_TIME][i], carried, soc[i], at->event + at->nevent);
    if (at->forced > before)
        say_forced(d);
    return rc;
}

int duty_rain_open(duty *d, duty_stream *s, size_t r, why *w)
{
    duty_at *at = &s->at[r];
    int rc = duty_event_room(at, RAINFLOW_DEPTH, w);
    rainflow f = flow_of(d, at);
    at->nevent += rc ? 0 : (size_t)rainflow_open(&f, 0, at->event + at->nevent);
    return rc;
}

/* ---- stretches that come again ---- */

/* As duty_rain() takes them.  Its newest point is as high as the soc at the break point, so that no plateau begins
 * before it; where small turns are left out that is not sure. */
void duty_rain_points(const duty *d, const duty_stream *s, size_t n, const duty_walk *walk, duty_points *out)
{
    const size_t brk = s->at[0].brk;
    const double *soc = s->col[S_SOC];
    double newest = soc[brk];
    size_t from = brk;
    out->n = 0;
    for (size_t k = 0; k <= walk->nturn; k++) {
        size_t i = brk + (k < walk->nturn ? walk->turn[k] : n);
        if (soc[i] == newest)
            continue;
        newest = soc[i];
        while (soc[i - 1] == newest)
            i--;
        out->at[out->n] = (uint16_t)(i - brk);
        out->heat[out->n++] = heat_between(d, s, 0, from, i);
        from = i;
    }
    out->heat[out->n] = heat_between(d, s, 0, from, brk + n);
}

int duty_rain_again(duty *d, duty_stream *s, size_t n, const duty_points *p, why *w)
{
    duty_at *at = &s->at[0];
    const double *t = s->col[S_TIME] + at->brk, *soc = s->col[S_SOC] + at->brk, before = at->forced;
    int rc = duty_event_room(at, RAINFLOW_DEPTH + DUTY_TURNS + 1, w);         /* each closed takes a point away */
    rainflow f = flow_of(d, at);
    for (size_t k = 0; k < p->n && !rc; k++) {
        size_t i = p->at[k];
        at->carried += p->heat[k];
        at->nevent += (size_t)rainflow_push(&f, 0, t[i], at->carried, soc[i], at->event + at->nevent);
    }
    at->carried += p->heat[p->n];
    at->carried_at = at->brk + n;
    if (at->forced > before)
        say_forced(d);
    return rc;
}

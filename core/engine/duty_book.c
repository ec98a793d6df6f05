/* SPDX-License-Identifier: MIT
 * duty_book.c - samples walked once, in order: turning points and rainflow, break points of each rule, ends of rows.
 *
 * Equivalent full cycles are booked at the first turning point past their number, so that no swing is cut in two; time
 * is booked at the first sample where it has passed.  Neither looks at rows, so how long a row is moves no break point.
 * The newest sample waits until another one follows or the data end: the last row, however long, books what is open.
 */
#include "core/base/mem.h"
#include "core/engine/duty.h"
#include <math.h>
#include <string.h>

#define NEARLY (1 - 1e-12)

/* ---- steps ---- */

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

int duty_step_room(duty_at *at, why *w)
{
    if (at->nstep < at->capstep)
        return E_OK;
    size_t cap = at->capstep ? at->capstep * 2 : 128;
    duty_step *more = mem_grow(at->step, cap, sizeof *more);
    if (!more)
        return fail(w, E_NOMEM, "no memory for %zu steps of a duty", cap);
    at->step = more;
    at->capstep = cap;
    return E_OK;
}

static rainflow flow_of(const duty *d, duty_at *at)
{
    return (rainflow){ .n = 1, .value = at->value, .count = &at->count, .time = at->time, .carry = at->carry,
                       .forced = &at->forced, .gate = d->e->sc->duty.gate };
}

/* Brings the integral of the temperature up to sample i. */
static void carry(const duty *d, const duty_stream *s, size_t r, size_t i)
{
    duty_at *at = &s->at[r];
    const double *x = s->col[d->rule[r].weight ? d->rule[r].weight : S_T];
    if (i > at->carried_at)
        at->carried += duty_integral(s, x, (duty_pos){ at->carried_at, 0 }, (duty_pos){ i, 0 });
    at->carried_at = i;
}

/* The series up to sample i for the rainflow cycles of rule r: a point of a plateau is its first sample.  What is
 * pushed between turning points moves along. */
static int rain(duty *d, duty_stream *s, size_t r, size_t i, why *w)
{
    duty_at *at = &s->at[r];
    const double *soc = s->col[S_SOC];
    if (!d->rule[r].rain || (at->count > 0 && at->value[(size_t)at->count - 1] == soc[i]))
        return E_OK;
    while (i > 0 && soc[i - 1] == soc[i])
        i--;
    carry(d, s, r, i);
    int rc = duty_event_room(at, RAINFLOW_DEPTH, w);
    rainflow f = flow_of(d, at);
    double before = at->forced;
    if (!rc)
        at->nevent += (size_t)rainflow_push(&f, 0, s->col[S_TIME][i], at->carried, soc[i], at->event + at->nevent);
    if (at->forced > before)
        object_warn_once(d->e->source_object, "rainflow",
                         "the rainflow residue of %d turning points was full: its oldest half cycle was booked early",
                         RAINFLOW_DEPTH);
    return rc;
}

static int end_step(duty *d, duty_stream *s, size_t r, duty_pos b, bool brk, why *w)
{
    duty_at *at = &s->at[r];
    int rc = rain(d, s, r, b.i, w);
    if (rc || (rc = duty_step_room(at, w)))
        return rc;
    duty_step *step = &at->step[at->nstep];
    uint32_t from = at->nstep ? at->step[at->nstep - 1].o1 : 0;
    *step = (duty_step){ .a = at->end, .b = b, .b0 = at->brk, .brk = brk, .top = at->top,
                         .e0 = from, .e1 = (uint32_t)at->nevent, .o0 = (uint32_t)at->nevent };
    if (d->rule[r].open) {
        if ((rc = duty_event_room(at, RAINFLOW_DEPTH, w)))
            return rc;
        rainflow f = flow_of(d, at);
        at->nevent += (size_t)rainflow_open(&f, 0, at->event + at->nevent);
    }
    step->o1 = (uint32_t)at->nevent;
    at->nstep++;
    at->end = b;
    if (brk) {
        if (d->rule[r].rain)
            carry(d, s, r, b.i);
        for (size_t i = at->brk; d->e->sc->duty.keep == DUTY_ENERGY && i <= b.i; i++)
            at->top = fmax(at->top, s->col[S_SOC][i]);
        at->brk = at->moved_at = b.i;
        at->moved = 0;
    }
    return E_OK;
}

static int row_room(duty *d, duty_stream *s, why *w)
{
    if (s->nrow < s->caprow)
        return E_OK;
    size_t cap = s->caprow ? s->caprow * 2 : 64;
    duty_row *row = mem_grow(s->row, cap, sizeof *row);
    if (row)
        s->row = row;
    size_t *step = row ? mem_grow(s->row_step, cap * d->nrule, sizeof *step) : NULL;
    if (!step)
        return fail(w, E_NOMEM, "no memory for %zu rows", cap);
    s->row_step = step;
    s->caprow = cap;
    return E_OK;
}

/* The row ends at b, and so do the cycles of the rules in `brk`, a bit each.  A rule that names neither time nor cycles
 * books at the last sample of each row. */
static int end_row(duty *d, duty_stream *s, duty_pos b, uint64_t brk, why *w)
{
    int rc = row_room(d, s, w);
    for (size_t r = 0; r < d->nrule && !rc; r++) {
        bool by_rows = d->rule[r].time == 0 && d->rule[r].efc == 0, book = by_rows || (brk >> r & 1);
        if (book && b.f > 0 && s->at[r].brk < b.i)
            rc = end_step(d, s, r, (duty_pos){ b.i, 0 }, true, w);
        rc = rc ? rc : end_step(d, s, r, b, book && s->at[r].brk < b.i, w);
    }
    if (rc)
        return rc;
    s->row[s->nrow] = (duty_row){ s->row_at, b };
    for (size_t r = 0; r < d->nrule; r++)
        s->row_step[s->nrow * d->nrule + r] = s->at[r].nstep;
    s->nrow++;
    s->rows++;
    s->row_at = b;
    return E_OK;
}

/* How many steps of a rule lie in whole rows of this chunk. */
size_t duty_used(const duty *d, const duty_stream *s, size_t r)
{
    return s->nrow ? s->row_step[(s->nrow - 1) * d->nrule + r] : 0;
}

/* ---- samples ---- */

static int begin(duty *d, duty_stream *s, why *w)
{
    int rc = E_OK;
    s->first = s->col[S_TIME][0];
    s->begun = true;
    s->done = 1;
    for (size_t r = 0; r < d->nrule && !rc; r++) {
        s->at[r].top = s->col[S_SOC][0];
        rc = rain(d, s, r, 0, w);
    }
    return rc;
}

/* Sample i: was the one before it a turning point?  Its swing is whole then. */
static int turn(duty *d, duty_stream *s, size_t i, why *w)
{
    double ds = s->col[S_SOC][i] - s->col[S_SOC][i - 1], way = ds > 0 ? 1 : ds < 0 ? -1 : 0;
    if (way == 0 || way == s->direction)
        return E_OK;
    int rc = E_OK;
    for (size_t r = 0; r < d->nrule && !rc; r++) {
        duty_at *at = &s->at[r];
        rc = rain(d, s, r, i - 1, w);
        if (d->rule[r].efc == 0)
            continue;
        if (i - 1 > at->moved_at)
            at->moved += duty_moved(s, at->moved_at, i - 1);
        at->moved_at = i - 1;
        if (!rc && 0.5 * at->moved > d->rule[r].efc * (2 - NEARLY) && at->brk < i - 1)
            rc = end_step(d, s, r, (duty_pos){ i - 1, 0 }, true, w);
    }
    s->direction = way;
    return rc;
}

/* The rules whose time is up at sample i, a bit each. */
static uint64_t time_up(const duty *d, const duty_stream *s, size_t i)
{
    uint64_t up = 0;
    for (size_t r = 0; r < d->nrule; r++)
        if (d->rule[r].time > 0 && s->col[S_TIME][i] - s->col[S_TIME][s->at[r].brk] >= d->rule[r].time * NEARLY)
            up |= (uint64_t)1 << r;
    return up;
}

static double row_end(const duty *d, const duty_stream *s) { return s->first + (double)(s->rows + 1) * d->row; }

/* Ends of rows before sample i.  *full: there is no room for more of them. */
static int rows_before(duty *d, duty_stream *s, size_t i, size_t most, bool *full, why *w)
{
    double t0 = s->col[S_TIME][i - 1], t1 = s->col[S_TIME][i], near = 1e-9 * d->row;
    for (double at = row_end(d, s); at < t1 - near; at = row_end(d, s)) {
        if ((*full = s->nrow == most))
            return E_OK;
        int rc = end_row(d, s, (duty_pos){ i - 1, fmax(0, at - t0) }, 0, w);
        if (rc)
            return rc;
    }
    return E_OK;
}

/* `last`: no sample follows, what is open is booked in a row that may be short. */
static int one_sample(duty *d, duty_stream *s, size_t most, bool last, bool *full, why *w)
{
    size_t i = s->done;
    int rc = s->turned ? E_OK : turn(d, s, i, w);
    s->turned = !rc;
    if (rc || (rc = rows_before(d, s, i, most, full, w)) || *full)
        return rc;
    bool ends = last || fabs(s->col[S_TIME][i] - row_end(d, s)) <= 1e-9 * d->row;
    if ((*full = ends && s->nrow == most))
        return E_OK;
    uint64_t up = last ? UINT64_MAX : time_up(d, s, i);
    if (ends)
        rc = end_row(d, s, (duty_pos){ i, 0 }, up, w);
    for (size_t r = 0; r < d->nrule && !ends && !rc; r++)
        if (up >> r & 1)
            rc = end_step(d, s, r, (duty_pos){ i, 0 }, true, w);
    s->turned = false;
    s->done++;
    s->ended = last;
    return rc;
}

/* The first sample from s->done to n at which something may end: the soc turns, a rule's time is up, or a row's. */
static size_t next_event(const duty *d, const duty_stream *s, size_t n)
{
    const double *t = s->col[S_TIME], *soc = s->col[S_SOC];
    double end = row_end(d, s), alarm = end - 1e-9 * (fabs(end) + d->row), way = s->direction;
    for (size_t r = 0; r < d->nrule; r++)
        if (d->rule[r].time > 0)
            alarm = fmin(alarm, t[s->at[r].brk] + d->rule[r].time * (1 - 1e-9));
    size_t i = s->done;
    while (i < n && t[i] < alarm && (soc[i] - soc[i - 1]) * way >= 0 && (way != 0 || soc[i] == soc[i - 1]))
        i++;
    return i;
}

int duty_book(duty *d, duty_stream *s, size_t most, bool end, why *w)
{
    bool full = false;
    int rc = !s->begun && s->n ? begin(d, s, w) : E_OK;
    while (s->done + 1 < s->n && !full && !rc) {
        if (!s->turned)
            s->done = next_event(d, s, s->n - 1);
        if (s->done + 1 < s->n)
            rc = one_sample(d, s, most, false, &full, w);
    }
    if (!rc && !full && end && s->done + 1 == s->n && s->begun)
        rc = one_sample(d, s, most, true, &full, w);
    return rc;
}

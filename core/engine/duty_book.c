/* SPDX-License-Identifier: MIT
 * duty_book.c - samples walked once, in order: turning points and rainflow, break points of each rule, ends of rows.
 *
 * Equivalent full cycles are booked at the first turning point past their number, so that no swing is cut in two; time
 * is booked at the first sample where it has passed.  Neither looks at rows, so how long a row is moves no break point.
 * The newest sample waits until another one follows or the data end: the last row, however long, books what is open.
 */
#include "core/base/mem.h"
#include "core/engine/duty_again.h"
#include <math.h>
#include <string.h>

#define NEARLY (1 - 1e-12)

/* ---- steps ---- */

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

/* The step up to b; the series of rainflow cycles is there. */
static int book_step(duty *d, duty_stream *s, size_t r, duty_pos b, bool brk, why *w)
{
    duty_at *at = &s->at[r];
    int rc = duty_step_room(at, w);
    if (rc)
        return rc;
    duty_step *step = &at->step[at->nstep];
    uint32_t from = at->nstep ? step[-1].o1 : 0, to = (uint32_t)at->nevent;
    *step = (duty_step){ .a = at->end, .b = b, .b0 = at->brk, .brk = brk, .top = at->top,
                         .e0 = from, .e1 = to, .o0 = to };
    if (d->rule[r].open && (rc = duty_rain_open(d, s, r, w)))
        return rc;
    step->o1 = (uint32_t)at->nevent;
    at->nstep++;
    at->end = b;
    if (brk) {
        for (size_t i = at->brk; d->e->sc->duty.keep == DUTY_ENERGY && i <= b.i; i++)
            at->top = fmax(at->top, s->col[S_SOC][i]);
        at->brk = at->moved_at = b.i;
        at->carried_at = d->rule[r].rain ? at->carried_at : b.i;
        at->moved = 0;
    }
    return E_OK;
}

static int end_step(duty *d, duty_stream *s, size_t r, duty_pos b, bool brk, why *w)
{
    int rc = duty_rain(d, s, r, b.i, w);
    if (brk && d->rule[r].rain)
        duty_rain_carry(d, s, r, b.i);
    return rc ? rc : book_step(d, s, r, b, brk, w);
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

/* The row ends at b, where its last steps do. */
static int close_row(duty *d, duty_stream *s, duty_pos b, why *w)
{
    int rc = row_room(d, s, w);
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

/* The row ends at b, and so do the cycles of the rules in `brk`, a bit each.  A rule that names neither time nor cycles
 * books at the last sample of each row. */
static int end_row(duty *d, duty_stream *s, duty_pos b, uint64_t brk, why *w)
{
    int rc = E_OK;
    for (size_t r = 0; r < d->nrule && !rc; r++) {
        bool by_rows = d->rule[r].time == 0 && d->rule[r].efc == 0, book = by_rows || (brk >> r & 1);
        if (book && b.f > 0 && s->at[r].brk < b.i)
            rc = end_step(d, s, r, (duty_pos){ b.i, 0 }, true, w);
        rc = rc ? rc : end_step(d, s, r, b, book && s->at[r].brk < b.i, w);
    }
    return rc ? rc : close_row(d, s, b, w);
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
        double *stand = s->at[r].stand;           /* until the first break: a cell that has only been looked at */
        s->at[r].top = stand[DUTY_SOC_MEAN] = stand[DUTY_SOC_MIN] = stand[DUTY_SOC_MAX] = s->col[S_SOC][0];
        stand[DUTY_T_MEAN] = stand[DUTY_T_MAX] = s->col[S_T][0];
        rc = duty_rain(d, s, r, 0, w);
    }
    return rc;
}

/* The one rule breaks at sample i, `booked` samples from it on being looked at then: that walk is kept, the next
 * begins. Where the one behind is a break point of its own, none does. */
static void walked(const duty *d, duty_stream *s, size_t i, uint8_t booked, double way)
{
    const double *t = s->col[S_TIME];
    bool alone = booked == 1 || d->rule[0].time == 0 || t[i + 1] - t[i] < d->rule[0].time * NEARLY;
    s->walk.to = (int8_t)way;
    s->walk.behind = booked;
    if (s->walk.whole && alone)
        duty_again_walked(d, s, i - s->at[0].brk, s->walk);
    s->walk = (duty_walk){ .whole = d->nrule == 1 && alone, .from = (int8_t)way, .first = booked };
}

/* Sample i: was the one before it a turning point?  Its swing is whole then.  *broke: some rule booked there. */
static int turn(duty *d, duty_stream *s, size_t i, bool *broke, why *w)
{
    double ds = s->col[S_SOC][i] - s->col[S_SOC][i - 1], way = ds > 0 ? 1 : ds < 0 ? -1 : 0;
    if (way == 0 || way == s->direction)
        return E_OK;
    int rc = E_OK;
    s->walk.whole &= s->walk.nturn < DUTY_TURNS && i - 1 - s->at[0].brk <= UINT16_MAX;
    if (s->walk.whole)
        s->walk.turn[s->walk.nturn++] = (uint16_t)(i - 1 - s->at[0].brk);
    for (size_t r = 0; r < d->nrule && !rc; r++) {
        duty_at *at = &s->at[r];
        if (d->rule[r].rain)
            rc = duty_rain(d, s, r, i - 1, w);
        if (d->rule[r].efc == 0)
            continue;
        at->moved +=
            fabs(s->col[S_SOC][i - 1] - s->col[S_SOC][at->moved_at]); /* one way since the last turning point */
        at->moved_at = i - 1;
        if (!rc && 0.5 * at->moved > d->rule[r].efc * (2 - NEARLY) && at->brk < i - 1) {
            walked(d, s, i - 1, 2, way);
            rc = end_step(d, s, r, (duty_pos){ i - 1, 0 }, true, w);
            *broke = true;
        }
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
    bool broke;
    int rc = s->turned ? E_OK : turn(d, s, i, &broke, w);
    s->turned = !rc;
    if (rc || (rc = rows_before(d, s, i, most, full, w)) || *full)
        return rc;
    bool ends = last || fabs(s->col[S_TIME][i] - row_end(d, s)) <= 1e-9 * d->row;
    if ((*full = ends && s->nrow == most))
        return E_OK;
    uint64_t up = last ? UINT64_MAX : time_up(d, s, i);
    if (up & 1 && !last)
        walked(d, s, i, 1, s->direction);
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

/* When a row ends next, or a rule's time is up: nothing but turns of the soc happens before. */
static double next_alarm(const duty *d, const duty_stream *s)
{
    double end = row_end(d, s), alarm = end - 1e-9 * (fabs(end) + d->row);
    for (size_t r = 0; r < d->nrule; r++) {
        double up = s->col[S_TIME][s->at[r].brk] + d->rule[r].time * (1 - 1e-9);
        if (d->rule[r].time > 0 && up < alarm)
            alarm = up;
    }
    return alarm;
}

/* The first sample from s->done to n where the soc turns or the alarm goes. */
static size_t next_event(const duty_stream *s, double alarm, size_t n)
{
    const double *t = s->col[S_TIME], *soc = s->col[S_SOC];
    size_t i = s->done;
    if (s->direction > 0)
        while (i < n && t[i] < alarm && soc[i] >= soc[i - 1])
            i++;
    else if (s->direction < 0)
        while (i < n && t[i] < alarm && soc[i] <= soc[i - 1])
            i++;
    else
        while (i < n && t[i] < alarm && soc[i] == soc[i - 1])
            i++;
    return i;
}

/* ---- stretches that come again ---- */

/* The rainflow series of one. */
static int rain_again(duty *d, duty_stream *s, size_t n, const duty_walk *walk, const duty_points *points, why *w)
{
    int rc = E_OK;
    const size_t brk = s->at[0].brk;
    if (points)
        return duty_rain_again(d, s, n, points, w);
    for (size_t i = 0; i < walk->nturn && !rc; i++)
        rc = duty_rain(d, s, 0, brk + walk->turn[i], w);
    rc = rc ? rc : duty_rain(d, s, 0, brk + n, w);
    duty_rain_carry(d, s, 0, brk + n);
    return rc;
}

/* Its step, which ends at the break point b; the series of rainflow cycles is there. */
static int step_again(duty *d, duty_stream *s, size_t b, uint16_t which, why *w)
{
    duty_at *at = &s->at[0];
    if (at->nstep == at->capstep || d->rule[0].open || d->e->sc->duty.keep == DUTY_ENERGY) {
        int rc = book_step(d, s, 0, (duty_pos){ b, 0 }, true, w);
        if (rc)
            return rc;
    } else {
        duty_step *step = &at->step[at->nstep];
        const uint32_t from = at->nstep ? step[-1].o1 : 0, to = (uint32_t)at->nevent;
        step->a = at->end;
        step->b = at->end = (duty_pos){ b, 0 };
        step->b0 = at->brk;
        step->e0 = from;
        step->e1 = step->o0 = step->o1 = to;
        step->brk = true;
        step->top = at->top;
        at->nstep++;
        at->brk = at->moved_at = b;
        at->carried_at = d->rule[0].rain ? at->carried_at : b;
        at->moved = 0;
    }
    at->step[at->nstep - 1].again = which;
    at->step[at->nstep - 1].from = (uint32_t)s->known.from;
    return E_OK;
}

/* From a break point right to the next, and on, where the stretches between were walked before and no row ends inside
 * them.  *went: it did; *waits: to samples that are still to come. */
static int jump(duty *d, duty_stream *s, size_t most, bool *went, bool *waits, why *w)
{
    const duty_again *a = s->again;
    const duty_known *k = &s->known;
    duty_at *at = &s->at[0];
    int rc = E_OK;
    *went = *waits = false;
    if (d->nrule != 1 || at->brk + 2 < s->done || at->end.i != at->brk || at->end.f != 0 || a->from != k->from ||
        at->brk < k->lo)
        return E_OK;
    const double near = 1e-9 * d->row, *t = s->col[S_TIME];
    double end = row_end(d, s);
    for (size_t place = duty_known_place(k, at->brk); place < DUTY_PLACES && a->rule[0].which[place];) {
        const uint16_t which = a->rule[0].which[place];
        const duty_stretch *it = &a->rule[0].at[which];
        const duty_walk *walk = &it->walk;
        const size_t b = at->brk + it->n, done = b + walk->behind;
        if (!walk->whole || walk->from != s->direction || at->brk + walk->first != s->done)
            break;
        if (done > k->hi || done >= s->n) {
            *waits = k->hi == s->n && k->period && t[at->brk] + (double)(done - at->brk) * k->step < end - 2 * near;
            break;
        }
        const bool inside = t[done - 1] < end - 2 * near;
        if (!inside && (walk->behind != 1 || s->nrow == most || !(fabs(t[b] - end) <= near)))
            break;
        rc = d->rule[0].rain ? rain_again(d, s, it->n, walk, a->rule[0].points ? &a->rule[0].points[which] : NULL, w)
                             : E_OK;
        rc = rc ? rc : step_again(d, s, b, which, w);
        rc = rc || inside ? rc : close_row(d, s, (duty_pos){ b, 0 }, w);
        if (rc)
            break;
        *went = true;
        end = inside ? end : row_end(d, s);
        s->direction = walk->to;
        s->done = done;
        s->walk.from = walk->to;
        s->walk.first = walk->behind;
        place += it->n;
        place = k->period && place >= k->period ? place % k->period : place;
    }
    if (*went) {
        s->walk.whole = true;
        s->walk.nturn = 0;
    }
    return rc;
}

int duty_book(duty *d, duty_stream *s, size_t most, bool end, why *w)
{
    bool full = false;
    int rc = !s->begun && s->n ? begin(d, s, w) : E_OK;
    for (double alarm = -INFINITY; s->done + 1 < s->n && !full && !rc;) {
        bool went = false, waits = false;
        rc = s->turned || !s->again ? E_OK : jump(d, s, most, &went, &waits, w);
        if (waits && !end)
            break;
        if (rc || went) {
            alarm = -INFINITY;
            continue;
        }
        if (!s->turned && alarm > -INFINITY)
            s->done = next_event(s, alarm, s->n - 1);
        if (s->done + 1 == s->n)
            break;
        if (!s->turned && s->col[S_TIME][s->done] < alarm) {      /* no more than a turn */
            bool broke = false;
            rc = turn(d, s, s->done++, &broke, w);
            alarm = broke ? next_alarm(d, s) : alarm;
            continue;
        }
        rc = one_sample(d, s, most, false, &full, w);
        alarm = next_alarm(d, s);
    }
    if (!rc && !full && end && s->done + 1 == s->n && s->begun)
        rc = one_sample(d, s, most, true, &full, w);
    return rc;
}

/* SPDX-License-Identifier: MIT
 * duty_book.c - samples walked once, in order: turning points and rainflow, break points of each rule, ends of rows.
 *
 * An equivalent full cycle is booked at a turning point, so that no swing is cut in two; time is booked at the first sample where it
 * has passed.  Neither looks at rows, so how long a row is moves no break point.
 */
#include "core/base/clones.h"
#include "core/base/mem.h"
#include "core/engine/duty.h"
#include <math.h>
#include <string.h>

#define NEARLY (1 - 1e-12)

/* ---- sums over stretches ---- */

/* Eight running sums, added up in a fixed order. */
CLONES static double sum(const double *restrict x, size_t n)
{
    double a[8] = { 0 };
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (int k = 0; k < 8; k++)
            a[k] += x[i + (size_t)k];
    for (int k = 0; i < n; i++, k++)
        a[k] += x[i];
    return ((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7]));
}

CLONES static double trapezoids(const double *restrict dt, const double *restrict r, size_t n)
{
    double a[8] = { 0 };
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (int k = 0; k < 8; k++)
            a[k] += dt[i + (size_t)k] * (r[i + (size_t)k] + r[i + (size_t)k + 1]);
    for (int k = 0; i < n; i++, k++)
        a[k] += dt[i] * (r[i] + r[i + 1]);
    return 0.5 * (((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7])));
}

CLONES static void extremes(const double *restrict x, size_t n, double *restrict least, double *restrict most)
{
    double lo[8], hi[8];
    for (int k = 0; k < 8; k++)
        lo[k] = hi[k] = x[0];
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (int k = 0; k < 8; k++) {
            lo[k] = x[i + (size_t)k] < lo[k] ? x[i + (size_t)k] : lo[k];
            hi[k] = x[i + (size_t)k] > hi[k] ? x[i + (size_t)k] : hi[k];
        }
    for (int k = 0; i < n; i++, k++) {
        lo[k] = x[i] < lo[k] ? x[i] : lo[k];
        hi[k] = x[i] > hi[k] ? x[i] : hi[k];
    }
    for (int k = 1; k < 8; k++) {
        lo[0] = lo[k] < lo[0] ? lo[k] : lo[0];
        hi[0] = hi[k] > hi[0] ? hi[k] : hi[0];
    }
    *least = lo[0];
    *most = hi[0];
}

/* The integral of what runs straight between samples, from the sample before p up to p. */
static double part_integral(const duty_stream *s, const double *r, duty_pos p)
{
    if (p.f == 0)
        return 0;
    double h = s->col[D_TIME][p.i + 1];
    return p.f * (r[p.i] + 0.5 * p.f / h * (r[p.i + 1] - r[p.i]));
}

double duty_integral(const duty_stream *s, const double *r, duty_pos a, duty_pos b)
{
    double whole = b.i > a.i ? trapezoids(s->col[D_TIME] + a.i + 1, r + a.i, b.i - a.i) : 0;
    return whole - part_integral(s, r, a) + part_integral(s, r, b);
}

/* The sum of what is spread evenly over each stretch. */
static double even(const duty_stream *s, int column, duty_pos a, duty_pos b)
{
    const double *x = s->col[column];
    double whole = b.i > a.i ? sum(x + a.i + 1, b.i - a.i) : 0;
    if (a.f > 0)
        whole -= x[a.i + 1] * (a.f / s->col[D_TIME][a.i + 1]);
    if (b.f > 0)
        whole += x[b.i + 1] * (b.f / s->col[D_TIME][b.i + 1]);
    return whole;
}

static double value_at(const duty_stream *s, const double *x, duty_pos p)
{
    return p.f > 0 ? x[p.i] + (x[p.i + 1] - x[p.i]) * (p.f / s->col[D_TIME][p.i + 1]) : x[p.i];
}

static void range(const duty_stream *s, const double *x, duty_pos a, duty_pos b, double *least, double *most)
{
    double at_a = value_at(s, x, a), at_b = value_at(s, x, b);
    size_t first = a.f > 0 ? a.i + 1 : a.i;
    *least = fmin(at_a, at_b);
    *most = fmax(at_a, at_b);
    if (b.i < first)
        return;
    double lo, hi;
    extremes(x + first, b.i - first + 1, &lo, &hi);
    *least = fmin(*least, lo);
    *most = fmax(*most, hi);
}

static double seconds_between(const duty_stream *s, duty_pos a, duty_pos b)
{
    return (s->col[S_TIME][b.i] - s->col[S_TIME][a.i]) + (b.f - a.f);
}

void duty_stress(const duty *d, const duty_stream *s, const duty_rule *r, duty_pos a, duty_pos b, double out[DUTY_N])
{
    (void)d;
    double span = seconds_between(s, a, b), coldest;
    range(s, s->col[S_SOC], a, b, &out[DUTY_SOC_MIN], &out[DUTY_SOC_MAX]);
    range(s, s->col[S_T], a, b, &coldest, &out[DUTY_T_MAX]);
    out[DUTY_DEPTH] = out[DUTY_SOC_MAX] - out[DUTY_SOC_MIN];
    out[DUTY_SPAN] = span;
    if (!(span > 0)) {
        out[DUTY_SOC_MEAN] = s->col[S_SOC][b.i];
        out[DUTY_T_MEAN] = s->col[S_T][b.i];
        out[DUTY_C_RATE] = out[DUTY_C_MEAN] = out[DUTY_C_CHARGE] = out[DUTY_C_DISCHARGE] = out[DUTY_EFC] = 0;
        return;
    }
    out[DUTY_SOC_MEAN] = duty_integral(s, s->col[S_SOC], a, b) / span;
    out[DUTY_T_MEAN] = duty_heat(r, duty_integral(s, s->col[r->weight ? r->weight : S_T], a, b), span);
    double load = even(s, D_LOAD_MOVED, a, b), load_t = even(s, D_LOAD_TIME, a, b);
    double in = even(s, D_CHARGE_MOVED, a, b), in_t = even(s, D_CHARGE_TIME, a, b);
    double away = load - in, away_t = load_t - in_t;
    out[DUTY_C_RATE] = load_t > 0 ? 3600 * load / load_t : 0;
    out[DUTY_C_MEAN] = 3600 * load / span;
    out[DUTY_C_CHARGE] = in_t > 0 ? 3600 * in / in_t : 0;
    out[DUTY_C_DISCHARGE] = away_t > 1e-9 * span ? 3600 * fmax(0, away) / away_t : 0;
    out[DUTY_EFC] = 0.5 * even(s, D_MOVED, a, b);
}

/* ---- steps ---- */

static int event_room(duty_at *at, size_t n, why *w)
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

static int rain(duty *d, duty_stream *s, size_t r, size_t i, why *w)
{
    duty_at *at = &s->at[r];
    const duty_rule *rule = &d->rule[r];
    if (!rule->rain)
        return E_OK;
    int rc = event_room(at, RAINFLOW_DEPTH, w);
    rainflow f = flow_of(d, at);
    double before = at->forced;
    if (!rc)
        at->nevent += (size_t)rainflow_push(&f, 0, s->col[S_TIME][i], at->carried, s->col[S_SOC][i],
                                            at->event + at->nevent);
    if (at->forced > before)
        object_warn_once(d->e->source_object, "rainflow",
                         "the rainflow residue of %d turning points was full: its oldest half cycle was booked early",
                         RAINFLOW_DEPTH);
    return rc;
}

static int end_step(duty *d, duty_stream *s, size_t r, duty_pos b, bool brk, bool row_end, why *w)
{
    duty_at *at = &s->at[r];
    if (at->nstep == at->capstep) {
        size_t cap = at->capstep ? at->capstep * 2 : 128;
        duty_step *more = mem_grow(at->step, cap, sizeof *more);
        if (!more)
            return fail(w, E_NOMEM, "no memory for %zu steps of a duty", cap);
        at->step = more;
        at->capstep = cap;
    }
    duty_step *step = &at->step[at->nstep];
    uint32_t from = at->nstep ? at->step[at->nstep - 1].o1 : 0;
    *step = (duty_step){ .a = at->end, .b = b, .b0 = at->brk, .brk = brk, .row_end = row_end, .top = at->top,
                         .e0 = from, .e1 = (uint32_t)at->nevent, .o0 = (uint32_t)at->nevent };
    if (row_end && d->rule[r].rain) {
        int rc = event_room(at, RAINFLOW_DEPTH, w);
        if (rc)
            return rc;
        rainflow f = flow_of(d, at);
        at->nevent += (size_t)rainflow_open(&f, 0, at->event + at->nevent);
    }
    step->o1 = (uint32_t)at->nevent;
    at->nstep++;
    at->end = b;
    if (brk) {
        at->brk = b.i;
        at->moved = 0;
        at->top = s->top;
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

/* The row ends at b; `brk[r]`: so do the cycles of rule r (a bit each; all_brk: of all). */
static int end_row(duty *d, duty_stream *s, duty_pos b, uint64_t brk, why *w)
{
    int rc = row_room(d, s, w);
    for (size_t r = 0; r < d->nrule && !rc; r++) {
        bool by_rows = d->rule[r].time == 0 && d->rule[r].efc == 0;
        rc = rain(d, s, r, b.i, w);
        rc = rc ? rc : end_step(d, s, r, b, (brk >> r & 1) || (by_rows && b.f == 0), true, w);
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

/* ---- samples ---- */

static void begin(duty *d, duty_stream *s)
{
    s->first = s->col[S_TIME][0];
    s->top = s->col[S_SOC][0];
    s->begun = true;
    for (size_t r = 0; r < d->nrule; r++)
        s->at[r].top = s->top;
}

/* Sample i: was the one before it a turning point?  Its swing is whole then. */
static int turn(duty *d, duty_stream *s, size_t i, why *w)
{
    double ds = s->col[S_SOC][i] - s->col[S_SOC][i - 1], way = ds > 0 ? 1 : ds < 0 ? -1 : 0;
    if (way == 0)
        return E_OK;
    int rc = E_OK;
    for (size_t r = 0; r < d->nrule && way != s->direction && !rc; r++) {
        duty_at *at = &s->at[r];
        rc = rain(d, s, r, i - 1, w);
        if (!rc && d->rule[r].efc > 0 && 0.5 * at->moved >= d->rule[r].efc * NEARLY && at->brk < i - 1)
            rc = end_step(d, s, r, (duty_pos){ i - 1, 0 }, true, false, w);
    }
    s->direction = way;
    return rc;
}

/* Sample i is taken in; the rules whose time is up there, a bit each. */
static uint64_t take(duty *d, duty_stream *s, size_t i)
{
    uint64_t up = 0;
    s->top = fmax(s->top, s->col[S_SOC][i]);
    for (size_t r = 0; r < d->nrule; r++) {
        duty_at *at = &s->at[r];
        const duty_rule *rule = &d->rule[r];
        const double *x = s->col[rule->weight ? rule->weight : S_T];
        at->moved += s->col[D_MOVED][i];
        at->carried += 0.5 * s->col[D_TIME][i] * (x[i - 1] + x[i]);
        if (rule->time > 0 && s->col[S_TIME][i] - s->col[S_TIME][at->brk] >= rule->time * NEARLY)
            up |= (uint64_t)1 << r;
    }
    return up;
}

/* Ends of rows before sample i (`on`: and at it).  *full: there is no room for more of them. */
static int rows_before(duty *d, duty_stream *s, size_t i, size_t most, bool *full, why *w)
{
    double t0 = s->col[S_TIME][i - 1], t1 = s->col[S_TIME][i], near = 1e-9 * d->row;
    for (;;) {
        double at = s->first + (double)(s->rows + 1) * d->row;
        if (at >= t1 - near)
            return E_OK;
        if ((*full = s->nrow == most))
            return E_OK;
        int rc = end_row(d, s, (duty_pos){ i - 1, fmax(0, at - t0) }, 0, w);
        if (rc)
            return rc;
    }
}

static int one_sample(duty *d, duty_stream *s, size_t most, bool *full, why *w)
{
    size_t i = s->done;
    int rc = E_OK;
    if (!s->begun || i == 0) {
        if (!s->begun)
            begin(d, s);
        for (size_t r = 0; r < d->nrule && !rc; r++)
            rc = rain(d, s, r, i, w);
        s->done++;
        return rc;
    }
    if (!s->turned && (rc = turn(d, s, i, w)))
        return rc;
    s->turned = true;
    if ((rc = rows_before(d, s, i, most, full, w)) || *full)
        return rc;
    double at = s->first + (double)(s->rows + 1) * d->row;
    bool ends = fabs(s->col[S_TIME][i] - at) <= 1e-9 * d->row;
    if ((*full = ends && s->nrow == most))
        return E_OK;
    uint64_t up = take(d, s, i);
    if (ends)
        rc = end_row(d, s, (duty_pos){ i, 0 }, up, w);
    for (size_t r = 0; r < d->nrule && !ends && !rc; r++)
        if (up >> r & 1)
            rc = end_step(d, s, r, (duty_pos){ i, 0 }, true, false, w);
    s->turned = false;
    s->done++;
    return rc;
}

/* The end of the data: what is open is booked, in a row that may be short. */
static int finish(duty *d, duty_stream *s, why *w)
{
    duty_pos last = { s->n - 1, 0 };
    bool open = s->row_at.i != last.i || s->row_at.f != 0;
    for (size_t r = 0; r < d->nrule; r++)
        open |= s->at[r].brk != last.i;
    s->ended = true;
    return open ? end_row(d, s, last, UINT64_MAX, w) : E_OK;
}

int duty_book(duty *d, duty_stream *s, size_t most, bool end, why *w)
{
    bool full = false;
    int rc = E_OK;
    while (s->done < s->n && !full && !rc)
        rc = one_sample(d, s, most, &full, w);
    if (!rc && end && !full && !s->ended && s->n && s->nrow < most)
        rc = finish(d, s, w);
    return rc;
}

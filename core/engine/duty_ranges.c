/* SPDX-License-Identifier: MIT
 * duty_ranges.c - what laws that see inside rows are told from break point to break point, beside the ranges in which
 * they were shown to hold.
 *
 * A row of 30 days swings deeper than any of its days, and its mean hides the hot ones: such a law is judged by what
 * drives it.  Depth, extremes and rates are those of cycles: a stretch in which none is booked has none.
 */
#include "core/base/mem.h"
#include "core/engine/duty_desk.h"
#include <math.h>

static bool of_a_cycle(int stress)
{
    return stress != DUTY_SOC_MEAN && stress != DUTY_T_MEAN && stress != DUTY_T_MAX;
}

bool duty_holds(const engine *e, size_t at, uint32_t input)
{
    if (!duty_sees(e, at))
        return false;
    const duty_use *u = &e->duty->use[e->duty->use_of[at]];
    for (size_t h = 0; h < u->nheld; h++)
        if (u->fill[u->held[h].fill].input == (int)input)
            return true;
    return false;
}

int duty_holds_open(duty_use *u, const part *q, why *w)
{
    u->held = mem_zero(u->nfill + 1, sizeof *u->held);
    if (!u->held)
        return fail(w, E_NOMEM, "no memory for the ranges of a duty");
    for (size_t f = 0; f < u->nfill; f++) {
        const fade_column *c = library_at(&q->cols.in, (uint32_t)u->fill[f].input);
        if (u->fill[f].what == FILL_STRESS && c->lo < c->hi)
            u->held[u->nheld++] = (struct duty_held){ f, c->lo, c->hi, of_a_cycle(u->fill[f].index) };
    }
    return E_OK;
}

static uint32_t active(const worker *k, const duty_run_of *run, uint32_t *first)
{
    uint32_t n = 0;
    for (uint32_t i = run->lo; i < run->hi && i < k->tile->live; i++) {
        *first = !n && k->active[i] ? i : *first;
        n += k->active[i];
    }
    return n;
}

double duty_told(const duty_use *u, const double *v, bool brk)
{
    bool cycle = v[u->nfill + VALUE_MAX] > v[u->nfill + VALUE_MIN], outside = false;
    for (const struct duty_held *h = u->held; h < u->held + u->nheld; h++)
        outside |= (cycle || !h->cycle) && (v[h->fill] < h->lo || v[h->fill] > h->hi);
    return brk ? (outside ? -1 : 1) * (cycle ? 2.0 : 1.0) : 0;
}

/* The stretches of a run, and those with a cycle; true where some leave a range. */
static bool count(const duty *d, const duty_use *u, const duty_run_of *run, uint64_t *all, uint64_t *cycles)
{
    bool outside = false;
    *all = *cycles = 0;
    for (size_t s = run->step; s < run->end; s++) {
        double told = duty_value(d, run->stream, u, s)[u->nfill + VALUE_TOLD];
        *all += told != 0;
        *cycles += fabs(told) > 1;
        outside |= told < 0;
    }
    return outside;
}

/* One input over the stretches of a run, some of which leave a range; *first: the first value outside. */
static void look(const duty *d, const duty_use *u, const duty_run_of *run, const struct duty_held *held,
                 input_range *range, double *first)
{
    for (size_t s = run->step; s < run->end; s++) {
        const double *v = duty_value(d, run->stream, u, s);
        double x = v[held->fill];
        if (v[u->nfill + VALUE_TOLD] >= 0 || (held->cycle && v[u->nfill + VALUE_TOLD] > -2) ||
            (!(x < held->lo) && !(x > held->hi)))
            continue;
        *first = range->rows ? *first : x;
        range->least = range->rows && range->least < x ? range->least : x;
        range->most = range->rows && range->most > x ? range->most : x;
        range->rows++;
    }
}

/* What n cells met. */
static void add(input_range *to, const input_range *met, uint64_t n)
{
    to->looked += n * met->looked;
    if (!met->rows)
        return;
    to->least = to->rows ? fmin(to->least, met->least) : met->least;
    to->most = to->rows ? fmax(to->most, met->most) : met->most;
    to->rows += n * met->rows;
}

void duty_look(engine *e, worker *k, const part *q, const duty_use *u, const workpart *wp, uint32_t nrun)
{
    for (const duty_run_of *run = k->desk->run; u->nheld && run < k->desk->run + nrun; run++) {
        uint32_t at = run->lo;
        uint64_t n = run->step < run->end ? active(k, run, &at) : 0, all, cycles;
        if (!n)
            continue;
        bool outside = count(e->duty, u, run, &all, &cycles);
        for (size_t h = 0; h < u->nheld; h++) {
            int input = u->fill[u->held[h].fill].input;
            input_range met = { .looked = u->held[h].cycle ? cycles : all }, *range = &k->range[wp - k->part][input];
            double first = 0;
            if (outside)
                look(e->duty, u, run, &u->held[h], &met, &first);
            if (met.rows && !range->rows)
                law_warn_outside(e, q, library_at(&q->cols.in, (uint32_t)input), first,
                                 &e->lane[k->tile->first + at]);
            add(range, &met, n);
        }
    }
}

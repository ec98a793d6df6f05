/* SPDX-License-Identifier: MIT
 * duty_ranges.c - what laws that see inside rows are told from break point to break point, beside the ranges in which
 * they were shown to hold.
 *
 * A row of 30 days swings deeper than any of its days, and its mean hides the hot ones: such a law is judged by what
 * drives it.  Depth, extremes and rates are those of cycles: a stretch in which none is booked has none.
 */
#include "core/base/mem.h"
#include "core/engine/duty_desk.h"
#include <stdlib.h>

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

/* One stretch, for n cells that share it. */
static void look(const duty_use *u, const double *v, uint64_t n, input_range *range, int *outside)
{
    bool booked = v[u->nfill + VALUE_EFC] > 0 && v[u->nfill + VALUE_MAX] > v[u->nfill + VALUE_MIN];
    for (size_t h = 0; h < u->nheld; h++) {
        const struct duty_held *held = &u->held[h];
        double x = v[held->fill];
        input_range *r = &range[u->fill[held->fill].input];
        if (!(x == x) || (held->cycle && !booked))
            continue;
        r->looked += n;
        if (x >= held->lo && x <= held->hi)
            continue;
        if (ranges_meet(r, x))
            *outside = (int)h;
        r->rows += n - 1;
    }
}

static void warn(const engine *e, const part *q, const duty_use *u, int h, const double *v, const lane *l)
{
    size_t f = u->held[h].fill;
    law_warn_outside(e, q, library_at(&q->cols.in, (uint32_t)u->fill[f].input), v[f], l);
}

void duty_look(engine *e, worker *k, const part *q, const duty_use *u, const workpart *wp, uint32_t nrun)
{
    for (const duty_run_of *run = k->desk->run; u->nheld && run < k->desk->run + nrun; run++) {
        uint32_t first = run->lo;
        uint64_t n = active(k, run, &first);
        const duty_step *step = run->stream ? run->stream->at[u->rule].step : NULL;
        for (size_t s = run->step; n && s < run->end; s++) {
            const double *v = run->stream->value[u - e->duty->use] + s * VALUE_WIDTH(u);
            int outside = -1;
            if (!step[s].brk)
                continue;
            look(u, v, n, k->range[wp - k->part], &outside);
            if (outside >= 0)
                warn(e, q, u, outside, v, &e->lane[k->tile->first + first]);
        }
    }
}

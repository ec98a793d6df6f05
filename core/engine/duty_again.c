/* SPDX-License-Identifier: MIT
 * duty_again.c - stretches between break points that come again: how one was walked and what it came to is taken from
 * the last time where it begins at the same place of the samples that are remembered.
 *
 * duty_past.c has compared those, bit by bit, and the time between them; times are such that a stretch lasts as long
 * as the last time to the bit.  What a stretch comes to depends on nothing else but the cycles that close in it, whose
 * counting goes on: its turning points are counted one by one as ever.
 */
#include "core/base/mem.h"
#include "core/engine/duty_again.h"
#include <stdlib.h>
#include <string.h>

void duty_again_free(const duty *d, duty_again *a)
{
    for (size_t r = 0; a && r < d->nrule; r++) {
        free(a->rule[r].which);
        free(a->rule[r].at);
        free(a->rule[r].points);
        free(a->rule[r].account);
    }
    free(a);
}

static int open_rule(const duty *d, size_t r, duty_rule_again *q, why *w)
{
    q->which = mem_zero(DUTY_PLACES, sizeof *q->which);
    q->at = mem_grow(NULL, DUTY_STRETCHES + 1, sizeof *q->at);
    bool points = d->rule[r].rain && d->e->sc->duty.gate == 0;
    q->points = points ? mem_grow(NULL, DUTY_STRETCHES + 1, sizeof *q->points) : NULL;
    q->account = mem_grow(NULL, (DUTY_STRETCHES + 1) * ACCOUNT_WIDTH(&d->rule[r]), sizeof *q->account);
    return q->which && q->at && q->account && !q->points == !points
               ? E_OK
               : fail(w, E_NOMEM, "no memory to remember stretches of a duty");
}

/* Before samples are booked, where some may come again. */
int duty_again_open(const duty *d, duty_stream *s, why *w)
{
    if (!s->past || s->again)
        return E_OK;
    if (!(s->again = mem_zero(1, sizeof *s->again + d->nrule * sizeof *s->again->rule)))
        return fail(w, E_NOMEM, "no memory to remember stretches of a duty");
    int rc = E_OK;
    s->again->from = s->known.from;
    for (size_t r = 0; r < d->nrule && !rc; r++)
        rc = open_rule(d, r, &s->again->rule[r], w);
    return rc;
}

/* What was remembered is behind us: all begins anew. */
static void forget(const duty *d, duty_again *a, uint64_t from)
{
    for (size_t r = 0; r < d->nrule; r++) {
        memset(a->rule[r].which, 0, DUTY_PLACES * sizeof *a->rule[r].which);
        a->rule[r].n = 0;
    }
    a->from = from;
}

/* The stretch of n samples from `first` on; one more where there is none.  NULL: it is not remembered. */
static duty_stretch *find(const duty *d, duty_stream *s, size_t r, size_t first, size_t n)
{
    duty_again *a = s->again;
    size_t place = duty_known_place(&s->known, first);
    if (!a || !duty_known_has(&s->known, first, n + 1) || place >= DUTY_PLACES)
        return NULL;
    if (a->from != s->known.from)
        forget(d, a, s->known.from);
    duty_rule_again *q = &a->rule[r];
    duty_stretch *it = &q->at[q->which[place]];
    if (q->which[place])
        return it->n == n ? it : NULL;
    if (q->n == DUTY_STRETCHES)
        return NULL;
    q->which[place] = (uint16_t)++q->n;
    it = &q->at[q->n];
    *it = (duty_stretch){ .n = n };
    return it;
}

/* The one rule's stretch of n samples since its last break point was walked to its end. */
void duty_again_walked(const duty *d, duty_stream *s, size_t n, duty_walk walk)
{
    bool there = duty_known_has(&s->known, s->at[0].brk, n + walk.behind);
    duty_stretch *it = there ? find(d, s, 0, s->at[0].brk, n) : NULL;
    if (!it)
        return;
    it->walk = walk;
    if (s->again->rule[0].points)
        duty_rain_points(d, s, n, &walk, s->again->rule[0].points + (it - s->again->rule[0].at));
}

/* Where the account of a step is that is a whole stretch, or *known false: where it is to be put.  NULL: nowhere. */
duty_account *duty_again_account(const duty *d, duty_stream *s, size_t r, duty_step *step, bool *known)
{
    bool told = step->again && step->from == (uint32_t)s->known.from && s->again->from == s->known.from;
    bool whole = step->brk && step->a.i == step->b0 && step->a.f == 0;
    *known = false;
    if (!told) {
        duty_stretch *it = whole ? find(d, s, r, step->b0, step->b.i - step->b0) : NULL;
        if (!it)
            return NULL;
        step->again = (uint16_t)(it - s->again->rule[r].at);
        step->from = (uint32_t)s->known.from;
    }
    duty_rule_again *q = &s->again->rule[r];
    *known = q->at[step->again].known;
    q->at[step->again].known = true;
    return (duty_account *)(q->account + step->again * ACCOUNT_WIDTH(&d->rule[r]));
}

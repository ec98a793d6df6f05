/* SPDX-License-Identifier: MIT
 * duty_again.c - stretches between break points that come again: how one was walked and what it came to is taken from
 * the last time where it begins at the same place of the samples that are remembered.
 *
 * duty_past.c has compared those, bit by bit, and the time between them; times are such that a stretch lasts as long
 * as the last time to the bit.  What a stretch comes to depends on nothing else but the cycles that close in it, whose
 * counting goes on: its turning points are counted one by one as ever.
 */
#include "core/base/mem.h"
#include "core/engine/duty.h"
#include <stdlib.h>
#include <string.h>

typedef struct stretch {
    size_t    n;                                  /* samples on to its end */
    bool      known;                              /* its values are there */
    duty_walk walk;
} stretch;

typedef struct rule_again {
    uint16_t *which;                              /* [DUTY_PLACES] the stretch that begins there; 0: none */
    stretch  *at;                                 /* [DUTY_STRETCHES + 1] from 1 on */
    double *value; /* [DUTY_STRETCHES + 1][width]: stress, totals, then of each law its values */
    size_t    n, width;
} rule_again;

struct duty_again {
    uint64_t   from;                              /* of the samples that are remembered */
    rule_again rule[];
};

void duty_again_free(const duty *d, duty_again *a)
{
    for (size_t r = 0; a && r < d->nrule; r++) {
        free(a->rule[r].which);
        free(a->rule[r].at);
        free(a->rule[r].value);
    }
    free(a);
}

static int open_rule(const duty *d, size_t r, rule_again *q, why *w)
{
    q->width = AGAIN_LAWS;
    for (size_t i = 0; i < d->nuse; i++)
        q->width += d->use[i].rule == r ? VALUE_WIDTH(&d->use[i]) : 0;
    q->which = mem_zero(DUTY_PLACES, sizeof *q->which);
    q->at = mem_grow(NULL, DUTY_STRETCHES + 1, sizeof *q->at);
    q->value = mem_grow(NULL, (DUTY_STRETCHES + 1) * q->width, sizeof *q->value);
    return q->which && q->at && q->value ? E_OK : fail(w, E_NOMEM, "no memory to remember stretches of a duty");
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

/* The stretch of n samples (0: as many as it has) from `first` on; with `anew` one more where there is none. */
static stretch *find(const duty *d, duty_stream *s, size_t r, size_t first, size_t n, bool anew)
{
    duty_again *a = s->again;
    size_t place = a ? duty_past_place(s, first, n + 1) : SIZE_MAX;
    if (place >= DUTY_PLACES)
        return NULL;
    if (a->from != s->known.from) {
        for (size_t k = 0; k < d->nrule; k++) {
            memset(a->rule[k].which, 0, DUTY_PLACES * sizeof *a->rule[k].which);
            a->rule[k].n = 0;
        }
        a->from = s->known.from;
    }
    rule_again *q = &a->rule[r];
    stretch *it = &q->at[q->which[place]];
    if (q->which[place])
        return it->n == n || (!n && duty_past_place(s, first, it->n + 1) == place) ? it : NULL;
    if (!anew || q->n == DUTY_STRETCHES)
        return NULL;
    q->which[place] = (uint16_t)++q->n;
    it = &q->at[q->n];
    *it = (stretch){ .n = n };
    return it;
}

/* The one rule's stretch of n samples since its last break point was walked to its end. */
void duty_again_walked(const duty *d, duty_stream *s, size_t n, duty_walk walk)
{
    bool there = duty_past_place(s, s->at[0].brk, n + walk.behind) != SIZE_MAX;
    stretch *it = there ? find(d, s, 0, s->at[0].brk, n, true) : NULL;
    if (it)
        it->walk = walk;
}

/* How the stretch from the one rule's last break point to the next is walked and how many samples it has, if it comes
 * again. */
bool duty_again_next(const duty *d, duty_stream *s, duty_again_at *next)
{
    const stretch *it = find(d, s, 0, s->at[0].brk, 0, false);
    if (!it || !it->walk.whole || duty_past_place(s, s->at[0].brk, it->n + it->walk.behind) == SIZE_MAX)
        return false;
    *next = (duty_again_at){ &it->walk, it->n, (uint16_t)(it - s->again->rule[0].at) };
    return true;
}

/* Where the values of a step are that is a whole stretch, or *known false: where they are to be put.  NULL: nowhere. */
double *duty_again_values(const duty *d, duty_stream *s, size_t rule, duty_step *step, bool *known)
{
    if (step->again && step->from == (uint32_t)s->known.from && s->again->from == s->known.from &&
        s->again->rule[rule].at[step->again].known) {
        *known = true;
        return s->again->rule[rule].value + step->again * s->again->rule[rule].width;
    }
    bool whole = step->a.i == step->b0 && step->a.f == 0 && step->b.f == 0;
    stretch *it = whole && step->b.i > step->b0 ? find(d, s, rule, step->b0, step->b.i - step->b0, true) : NULL;
    *known = it && it->known;
    if (!it)
        return NULL;
    it->known = true;
    step->again = (uint16_t)(it - s->again->rule[rule].at);
    step->from = (uint32_t)s->known.from;
    return s->again->rule[rule].value + step->again * s->again->rule[rule].width;
}

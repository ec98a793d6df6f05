/* SPDX-License-Identifier: MIT
 * duty_save.c - a duty in a snapshot: per stream the samples that are not behind every open step, the residue of each
 * rule and what stands since its last break point.  Everything else is made of them again.
 */
#include "core/base/mem.h"
#include "core/engine/duty.h"
#include <math.h>
#include <stdlib.h>

enum { SOME = 4096, MOST_SAMPLES = 1 << 27 }; /* read so many at a time: a damaged number does not take all memory */

static int damaged(why *w, const char *what, size_t is)
{
    return fail(w, E_INPUT, "the snapshot is damaged: %s is %zu", what, is);
}

/* ---- numbers, written and read by the same walk ---- */

typedef struct walk {                             /* writing: out; reading: get, reader */
    text     *out;
    duty_get *get;
    void     *reader;
    int       rc;
} walk;

static void block(walk *k, void *at, size_t n)
{
    if (n == 0)
        return;
    if (k->out)
        text_addn(k->out, at, n);
    else if (!k->rc)
        k->rc = k->get(k->reader, at, n);
}

static void f64(walk *k, double *v) { block(k, v, sizeof *v); }

static void size(walk *k, size_t *v)
{
    uint64_t u = *v;
    block(k, &u, sizeof u);
    *v = (size_t)u;
}

static void count(walk *k, uint32_t *v, uint32_t less)
{
    size_t u = *v - less;
    size(k, &u);
    *v = u > UINT32_MAX ? UINT32_MAX : (uint32_t)u;
}

static void flag(walk *k, bool *v)
{
    size_t u = *v;
    size(k, &u);
    *v = u != 0;
}

static void walk_pos(walk *k, duty_pos *p)
{
    size(k, &p->i);
    f64(k, &p->f);
}

static void walk_step(walk *k, duty_step *s, uint32_t first)
{
    walk_pos(k, &s->a);
    walk_pos(k, &s->b);
    size(k, &s->b0);
    count(k, &s->e0, first);
    count(k, &s->e1, first);
    count(k, &s->o0, first);
    count(k, &s->o1, first);
    flag(k, &s->brk);
    f64(k, &s->top);
}

static void walk_rule(walk *k, duty_at *at)
{
    size(k, &at->brk);
    size(k, &at->moved_at);
    size(k, &at->carried_at);
    walk_pos(k, &at->end);
    f64(k, &at->moved);
    f64(k, &at->top);
    f64(k, &at->carried);
    f64(k, &at->count);
    f64(k, &at->forced);
    block(k, at->stand, sizeof at->stand);
    block(k, at->value, sizeof at->value);
    block(k, at->time, sizeof at->time);
    block(k, at->carry, sizeof at->carry);
}

static void walk_stream(walk *k, const duty *d, duty_stream *s)
{
    size_t rows = (size_t)s->rows;
    size(k, &s->done);
    size(k, &rows);
    s->rows = rows;
    f64(k, &s->first);
    f64(k, &s->direction);
    flag(k, &s->begun);
    flag(k, &s->ended);
    flag(k, &s->turned);
    walk_pos(k, &s->row_at);
    for (size_t r = 0; r < d->nrule; r++)
        walk_rule(k, &s->at[r]);
}

/* ---- writing ---- */

/* Steps behind the last row (from `used` on), and the rainflow cycles they have not got yet. */
static void write_steps(walk *k, const duty_at *at, size_t used)
{
    size_t kept = at->nstep - used;
    uint32_t first = kept ? at->step[used].e0 : at->nstep ? at->step[at->nstep - 1].o1 : 0;
    size_t events = at->nevent - first;
    size(k, &kept);
    for (size_t i = used; i < at->nstep; i++) {
        duty_step s = at->step[i];
        walk_step(k, &s, first);
    }
    size(k, &events);
    if (events)
        block(k, at->event + first, events * sizeof *at->event);
}

void duty_write(const duty *d, text *t)
{
    walk k = { .out = t };
    size_t head[] = { d->nstream, d->nrule, d->nuse, d->any, d->shared, d->e->ncell };
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        size(&k, &head[i]);
    for (uint32_t c = 0; c < d->e->ncell; c++) {
        size_t which = c < d->capcell ? d->stream_of[c] : UINT32_MAX;
        size(&k, &which);
    }
    for (size_t i = 0; i < d->nstream; i++) {
        duty_stream *s = d->stream[i];
        size(&k, &s->n);
        for (size_t at = 0; at < s->n; at += SOME)
            for (int c = 0; c < S_READ; c++)
                block(&k, s->col[c] + at, (s->n - at < SOME ? s->n - at : SOME) * sizeof **s->col);
        walk_stream(&k, d, s);
        for (size_t r = 0; r < d->nrule; r++)
            write_steps(&k, &s->at[r], duty_used(d, s, r));
    }
}

/* ---- reading ---- */

static int read_samples(duty *d, walk *k, duty_stream *s, why *w)
{
    size_t n = 0;
    size(k, &n);
    if (n > MOST_SAMPLES)
        return damaged(w, "a number of samples", n);
    s->n = 0;
    while (s->n < n && !k->rc) {
        size_t m = n - s->n < SOME ? n - s->n : SOME;
        int rc = duty_more(d, s, m, w);
        if (rc)
            return rc;
        for (int c = 0; c < S_READ; c++)
            block(k, s->col[c] + s->n, m * sizeof **s->col);
        s->n += m;
    }
    for (size_t i = 0; i < s->n && !k->rc; i++)
        if (!(fabs(s->col[S_SOC][i]) < INFINITY) || !(s->col[S_T][i] > 0) || !(s->col[S_T][i] < INFINITY) ||
            !(fabs(s->col[S_TIME][i]) < INFINITY) || (i && !(s->col[S_TIME][i] > s->col[S_TIME][i - 1])))
            return damaged(w, "a sample out of order, number", i);
    return k->rc;
}

/* A place in the first n samples, within its stretch. */
static bool place(const duty_stream *s, const duty_pos *p, size_t n)
{
    if (p->i >= n || !(p->f >= 0))
        return false;
    return p->f == 0 || (p->i + 1 < s->n && p->f <= s->col[S_TIME][p->i + 1] - s->col[S_TIME][p->i]);
}

static bool before(const duty_pos *a, const duty_pos *b)
{
    return a->i < b->i || (a->i == b->i && a->f <= b->f);
}

/* Steps lie one behind the other, and so do their cycles. */
static bool step_fits(const duty_stream *s, const duty_step *last, const duty_step *t)
{
    bool fits = place(s, &t->a, s->done) && place(s, &t->b, s->done) && before(&t->a, &t->b) && t->b0 <= t->a.i &&
                t->e0 <= t->e1 && t->e1 <= t->o0 && t->o0 <= t->o1 && t->o1 < MOST_SAMPLES && t->top - t->top == 0 &&
                !(t->brk && (t->b.f != 0 || t->b0 >= t->b.i));
    return fits && (last ? before(&last->b, &t->a) && t->e0 == last->o1 : t->e0 == 0);
}

static int read_steps(walk *k, const duty_stream *s, duty_at *at, why *w)
{
    size_t n = 0;
    at->nstep = at->nevent = 0;
    size(k, &n);
    if (n > MOST_SAMPLES)
        return damaged(w, "a number of steps", n);
    for (size_t i = 0; i < n && !k->rc; i++) {
        duty_step step = { 0 };
        walk_step(k, &step, 0);
        if (k->rc)
            break;
        if (!step_fits(s, i ? &at->step[i - 1] : NULL, &step))
            return damaged(w, "a step of a duty, number", i);
        int rc = duty_step_room(at, w);
        if (rc)
            return rc;
        at->step[at->nstep++] = step;
    }
    n = 0;
    size(k, &n);
    if (!k->rc && (n > MOST_SAMPLES || n < (at->nstep ? at->step[at->nstep - 1].o1 : 0)))
        return damaged(w, "a number of rainflow cycles", n);
    while (at->nevent < n && !k->rc) {
        size_t m = n - at->nevent < SOME ? n - at->nevent : SOME;
        int rc = duty_event_room(at, m, w);
        if (rc)
            return rc;
        block(k, at->event + at->nevent, m * sizeof *at->event);
        at->nevent += m;
    }
    return k->rc;
}

static bool rule_fits(const duty_stream *s, const duty_at *at)
{
    size_t n = s->done;
    return at->brk < n && place(s, &at->end, n) && at->brk <= at->end.i && at->moved_at < n && at->carried_at < n &&
           at->count >= 0 && at->count <= RAINFLOW_DEPTH && at->count == floor(at->count) && at->top - at->top == 0;
}

/* Every index of a stream lies in its window, and its rows end where its samples are. */
static int check(const duty *d, const duty_stream *s, why *w)
{
    if (!s->begun)
        return s->done == 0 && s->rows == 0 ? E_OK : damaged(w, "the beginning of a duty", s->done);
    if (s->done > s->n || s->done < 1 || !place(s, &s->row_at, s->done))
        return damaged(w, "a row of a duty", s->row_at.i);
    double at = s->col[S_TIME][s->row_at.i] + s->row_at.f, is = s->first + (double)s->rows * d->row;
    if (!s->ended && !(fabs(at - is) <= 1e-6 * (d->row + fabs(at))))
        return damaged(w, "a number of rows", (size_t)s->rows);
    for (size_t r = 0; r < d->nrule; r++)
        if (!rule_fits(s, &s->at[r]))
            return damaged(w, "a break point", s->at[r].brk);
    return E_OK;
}

static int read_stream(duty *d, walk *k, duty_stream *s, why *w)
{
    int rc = read_samples(d, k, s, w);
    if (rc)
        return rc;
    walk_stream(k, d, s);
    if (k->rc)
        return k->rc;
    s->nrow = s->derived = 0;
    rc = check(d, s, w);
    for (size_t r = 0; r < d->nrule && !rc; r++)
        rc = read_steps(k, s, &s->at[r], w);
    return rc;
}

/* The streams of the cells, in the order they had. */
static int read_streams(duty *d, walk *k, const size_t head[6], why *w)
{
    uint32_t got;
    size_t *which = mem_zero(head[5] + 1, sizeof *which);
    int rc = which ? E_OK : fail(w, E_NOMEM, "no memory for %zu cells", head[5]);
    for (size_t c = 0; c < head[5] && !rc; c++) {
        size(k, &which[c]);
        rc = k->rc;
    }
    if (!rc && head[3] && head[4])
        rc = head[0] == 1 ? duty_stream_of(d, NULL, &got, w) : damaged(w, "a number of series of samples", head[0]);
    for (size_t i = d->nstream; i < head[0] && !rc; i++) {
        size_t c = 0;
        while (c < head[5] && which[c] != i)
            c++;
        rc = c < head[5] ? duty_stream_of(d, d->e->cell[c].name, &got, w)
                         : damaged(w, "a series without a cell, number", i);
        if (!rc && got != i)
            rc = damaged(w, "a series of two cells, number", i);
    }
    free(which);
    return rc;
}

/* In place of what opening the run has read. */
int duty_read(duty *d, duty_get *get, void *reader, why *w)
{
    walk k = { .get = get, .reader = reader };
    size_t head[6] = { 0 };
    for (int i = 0; i < 6; i++)
        size(&k, &head[i]);
    if (k.rc)
        return k.rc;
    if (head[1] != d->nrule || head[2] != d->nuse || head[0] > (size_t)d->e->ncell || head[5] > d->e->ncell)
        return fail(w, E_INPUT, "the snapshot's duty was made for other laws or cells");
    d->any = d->shared = false;
    duty_forget_streams(d);
    int rc = read_streams(d, &k, head, w);
    for (size_t i = 0; i < d->nstream && !rc; i++)
        rc = read_stream(d, &k, d->stream[i], w);
    return rc;
}

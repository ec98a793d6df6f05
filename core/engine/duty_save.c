/* SPDX-License-Identifier: MIT
 * duty_save.c - a duty in a snapshot: per stream the samples that are not behind every open step, the residue of each rule and what
 * stands since its last break point.  Everything else is made of them again.
 */
#include "core/base/mem.h"
#include "core/engine/duty.h"
#include <math.h>
#include <string.h>

enum { MOST_SAMPLES = 1 << 27 };

static void put(text *t, const void *at, size_t n) { text_addn(t, at, n); }
static void put_u64(text *t, uint64_t v) { put(t, &v, sizeof v); }
static void put_f64(text *t, double v) { put(t, &v, sizeof v); }

static int damaged(why *w, const char *what, size_t is)
{
    return fail(w, E_INPUT, "the snapshot is damaged: %s is %zu", what, is);
}

/* ---- one list of numbers, read and written by the same walk ---- */

typedef struct walk {                             /* writing: out; reading: get, reader */
    text     *out;
    duty_get *get;
    void     *reader;
    int       rc;
} walk;

static void f64(walk *k, double *v)
{
    if (k->out)
        put_f64(k->out, *v);
    else if (!k->rc)
        k->rc = k->get(k->reader, v, sizeof *v);
}

static void size(walk *k, size_t *v)
{
    uint64_t u = *v;
    if (k->out)
        put_u64(k->out, u);
    else if (!k->rc && !(k->rc = k->get(k->reader, &u, sizeof u)))
        *v = (size_t)u;
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

/* Steps behind the last row (from `used` on), and the rainflow cycles from `first` on. */
static void write_steps(text *t, const duty_at *at, size_t used)
{
    size_t kept = at->nstep - used;
    uint32_t first = kept ? at->step[used].e0 : at->nstep ? at->step[at->nstep - 1].o1 : 0;
    put_u64(t, kept);
    for (size_t i = used; i < at->nstep; i++) {
        const duty_step *s = &at->step[i];
        const uint64_t u[] = { s->a.i, s->b.i, s->b0, s->e0 - first, s->e1 - first, s->o0 - first, s->o1 - first, s->brk };
        const double f[] = { s->a.f, s->b.f, s->top };
        put(t, u, sizeof u);
        put(t, f, sizeof f);
    }
    put_u64(t, at->nevent - first);
    put(t, at->event ? at->event + first : (const rainflow_event *)t, (at->nevent - first) * sizeof *at->event);
}

static int read_steps(walk *k, duty_at *at, size_t n_samples, why *w)
{
    uint64_t n = 0, u[8];
    double f[3];
    at->nstep = at->nevent = 0;
    if ((k->rc = k->get(k->reader, &n, sizeof n)))
        return k->rc;
    if (n > MOST_SAMPLES)
        return damaged(w, "a number of steps", (size_t)n);
    for (uint64_t i = 0; i < n; i++) {
        if (at->nstep == at->capstep) {
            size_t cap = at->capstep ? at->capstep * 2 : 128;
            duty_step *more = mem_grow(at->step, cap, sizeof *more);
            if (!more)
                return fail(w, E_NOMEM, "no memory for %zu steps of a duty", cap);
            at->step = more;
            at->capstep = cap;
        }
        if ((k->rc = k->get(k->reader, u, sizeof u)) || (k->rc = k->get(k->reader, f, sizeof f)))
            return k->rc;
        if (u[0] >= n_samples || u[1] >= n_samples || u[2] > u[1] || u[0] > u[1] || u[3] > u[4] || u[4] > u[5] ||
            u[5] > u[6] || u[6] > MOST_SAMPLES || !(f[0] >= 0) || !(f[1] >= 0) ||
            (f[1] > 0 && u[1] + 1 >= n_samples) || (f[0] > 0 && u[0] + 1 >= n_samples))
            return damaged(w, "a step of a duty, number", (size_t)i);
        at->step[at->nstep++] = (duty_step){ .a = { u[0], f[0] }, .b = { u[1], f[1] }, .b0 = u[2], .e0 = (uint32_t)u[3],
                                             .e1 = (uint32_t)u[4], .o0 = (uint32_t)u[5], .o1 = (uint32_t)u[6],
                                             .brk = u[7] != 0, .top = f[2] };
    }
    if ((k->rc = k->get(k->reader, &n, sizeof n)))
        return k->rc;
    if (n > MOST_SAMPLES || (at->nstep && at->step[at->nstep - 1].o1 > n))
        return damaged(w, "a number of rainflow cycles", (size_t)n);
    if (n > at->capevent) {
        rainflow_event *more = mem_grow(at->event, n, sizeof *more);
        if (!more)
            return fail(w, E_NOMEM, "no memory for %llu rainflow cycles", (unsigned long long)n);
        at->event = more;
        at->capevent = (size_t)n;
    }
    at->nevent = (size_t)n;
    return n ? (k->rc = k->get(k->reader, at->event, n * sizeof *at->event)) : E_OK;
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
    for (int i = 0; i < DUTY_N; i++)
        f64(k, &at->stand[i]);
    for (int i = 0; i < RAINFLOW_DEPTH; i++) {
        f64(k, &at->value[i]);
        f64(k, &at->time[i]);
        f64(k, &at->carry[i]);
    }
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

void duty_write(const duty *d, text *t)
{
    walk k = { .out = t };
    put_u64(t, d->nstream);
    put_u64(t, d->nrule);
    put_u64(t, d->nuse);
    put_u64(t, d->any);
    put_u64(t, d->shared);
    put_u64(t, d->e->ncell);
    for (uint32_t c = 0; c < d->e->ncell; c++)
        put_u64(t, c < d->capcell ? d->stream_of[c] : UINT32_MAX);
    for (size_t i = 0; i < d->nstream; i++) {
        duty_stream *s = d->stream[i];
        put_u64(t, s->n);
        for (int c = 0; c < 3; c++)
            put(t, s->col[c], s->n * sizeof *s->col[c]);
        walk_stream(&k, d, s);
        for (size_t r = 0; r < d->nrule; r++)
            write_steps(t, &s->at[r], duty_used(d, s, r));
    }
}

/* ---- reading ---- */

/* Every index of a stream lies in its window. */
static int check(const duty *d, const duty_stream *s, why *w)
{
    size_t last = s->n ? s->n - 1 : 0;
    if (s->done > s->n || s->row_at.i > last)
        return damaged(w, "a row of a duty", s->row_at.i);
    for (size_t r = 0; r < d->nrule; r++) {
        const duty_at *at = &s->at[r];
        if (at->brk > last || at->end.i > last || at->moved_at > last || at->carried_at > last || !(at->count >= 0) || at->count > RAINFLOW_DEPTH)
            return damaged(w, "a break point", at->brk);
        if (at->end.f != 0 && at->end.i + 1 >= s->n)
            return damaged(w, "the end of a step", at->end.i);
    }
    if (!(s->row_at.f >= 0) || (s->row_at.f != 0 && s->row_at.i + 1 >= s->n))
        return damaged(w, "the end of a row", s->row_at.i);
    return E_OK;
}

static int read_stream(duty *d, walk *k, duty_stream *s, why *w)
{
    uint64_t n;
    int rc = k->get(k->reader, &n, sizeof n);
    if (rc)
        return rc;
    if (n > MOST_SAMPLES)
        return damaged(w, "a number of samples", (size_t)n);
    s->n = 0;
    if ((rc = duty_more(d, s, (size_t)n, w)))
        return rc;
    for (int c = 0; c < 3 && !rc; c++)
        rc = k->get(k->reader, s->col[c], (size_t)n * sizeof *s->col[c]);
    if (rc)
        return rc;
    walk_stream(k, d, s);
    if (k->rc)
        return k->rc;
    for (size_t i = 0; i < n; i++)
        if (!(fabs(s->col[S_SOC][i]) < INFINITY) || !(s->col[S_T][i] > 0) || (i && !(s->col[S_TIME][i] > s->col[S_TIME][i - 1])))
            return damaged(w, "a sample out of order, number", i);
    s->n = (size_t)n;
    s->nrow = s->derived = 0;
    rc = check(d, s, w);
    for (size_t r = 0; r < d->nrule && !rc; r++)
        rc = read_steps(k, &s->at[r], s->n, w);
    return rc;
}

/* In place of what opening the run has read. */
int duty_read(duty *d, duty_get *get, void *reader, why *w)
{
    walk k = { .get = get, .reader = reader };
    uint64_t head[6];
    int rc = get(reader, head, sizeof head);
    if (rc)
        return rc;
    if (head[1] != d->nrule || head[2] != d->nuse || head[0] > (uint64_t)d->e->ncell + 1 || head[5] > d->e->ncell)
        return fail(w, E_INPUT, "the snapshot's duty was made for other laws or cells");
    d->any = d->shared = false;
    duty_forget_streams(d);
    if (head[3] && head[4]) {
        uint32_t which;
        rc = duty_stream_of(d, NULL, &which, w);
    }
    for (uint64_t c = 0, which; c < head[5] && !rc; c++) {
        uint32_t got;
        rc = get(reader, &which, sizeof which);
        if (!rc && which != UINT32_MAX && !(head[3] && head[4]))
            rc = duty_stream_of(d, d->e->cell[c].name, &got, w);
    }
    if (!rc && d->nstream != head[0])
        rc = fail(w, E_INPUT, "the snapshot has %llu series of samples for %zu", (unsigned long long)head[0], d->nstream);
    for (size_t i = 0; i < d->nstream && !rc; i++)
        rc = read_stream(d, &k, d->stream[i], w);
    return rc;
}

/* SPDX-License-Identifier: MIT
 * duty_save.c - a duty in a snapshot: per stream the samples that are not behind every open step, the residue of each rule and what
 * stands since its last break point.  Everything else is made of them again.
 */
#include "core/base/mem.h"
#include "core/engine/duty.h"
#include <math.h>
#include <string.h>

enum { MOST_CYCLES = 16, MOST_SAMPLES = 1 << 27 };

static void put(text *t, const void *at, size_t n) { text_addn(t, at, n); }
static void put_u64(text *t, uint64_t v) { put(t, &v, sizeof v); }
static void put_f64(text *t, double v) { put(t, &v, sizeof v); }

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

static void walk_rule(walk *k, duty_at *at)
{
    size(k, &at->brk);
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
    f64(k, &s->top);
    f64(k, &s->direction);
    flag(k, &s->begun);
    flag(k, &s->ended);
    flag(k, &s->turned);
    walk_pos(k, &s->row_at);
    for (size_t r = 0; r < d->nrule; r++)
        walk_rule(k, &s->at[r]);
    for (size_t i = 0; i < d->nuse; i++)
        for (size_t c = 0; c < MOST_CYCLES; c++)
            f64(k, &s->open[i][c]);
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
    }
}

/* ---- reading ---- */

static int damaged(why *w, const char *what, size_t is) { return fail(w, E_INPUT, "the snapshot is damaged: %s is %zu", what, is); }

/* Every index of a stream lies in its window. */
static int check(const duty *d, const duty_stream *s, why *w)
{
    size_t last = s->n ? s->n - 1 : 0;
    if (s->done > s->n || s->row_at.i > last)
        return damaged(w, "a row of a duty", s->row_at.i);
    for (size_t r = 0; r < d->nrule; r++) {
        const duty_at *at = &s->at[r];
        if (at->brk > last || at->end.i > last || !(at->count >= 0) || at->count > RAINFLOW_DEPTH)
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
    return check(d, s, w);
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

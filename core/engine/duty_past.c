/* SPDX-License-Identifier: MIT
 * duty_past.c - a duty that repeats: what was made of samples is taken again where the same samples come again.
 *
 * A year that is repeated gives the same states of charge and temperatures, to the bit, year after year; what laws make
 * of a sample depends on nothing else.  Samples are kept with what was made of them; where the first of them come again
 * a period is taken for found, and each further sample is compared with that of a period ago, bit by bit.  What was
 * made of it is copied where somebody asks for it.  Where one differs, keeping begins anew.
 */
#include "core/base/clones.h"
#include "core/base/mem.h"
#include "core/engine/duty.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = DUTY_PLACES, SHORTEST = 128, STREAMS = 8, ALIKE = 4 };
#define EXACT 0x1.8p42                            /* s: what it is added to loses what is no multiple of 2^-10 s */

struct duty_past {
    size_t   n, cap, ncol;                        /* samples kept */
    size_t   period, at;                          /* 0: none; where the next sample was a period ago */
    uint64_t seen;
    double **col;                                 /* as in a window; NULL: not kept */
    size_t   lo, hi, lo_at; /* samples of the window that may lack what is made of them; where the first one was */
};

/* Keys: what rates may read.  The anode's potential is made of the soc; where a law reads time nothing comes again. */
static bool is_key(const duty *d, size_t c) { return c == S_SOC || c == S_T || (c == S_RATE && d->rate); }

static bool is_made(const duty *d, size_t c) { return (c == S_ANODE && d->anode) || c >= S_FIXED; }

void duty_past_free(duty_past *p)
{
    for (size_t c = 0; p && p->col && c < p->ncol; c++)
        free(p->col[c]);
    if (p)
        free(p->col);
    free(p);
}

/* Room for n samples more, as far as any are kept. */
static int room(const duty *d, duty_past *p, size_t n, why *w)
{
    size_t cap = p->cap ? p->cap : 2304;
    size_t need = p->period ? n : p->n + n;       /* found: more only where keeping begins anew */
    while (cap < need && cap < MOST)
        cap = cap * 4 < MOST ? cap * 4 : MOST;
    for (size_t c = 0; cap > p->cap && c < p->ncol; c++) {
        if (!is_key(d, c) && !is_made(d, c))
            continue;
        double *more = mem_grow(p->col[c], cap, sizeof *more);
        if (!more)
            return fail(w, E_NOMEM, "no memory to remember %zu samples", cap);
        p->col[c] = more;
    }
    p->cap = cap;
    return E_OK;
}

/* Before n samples are looked at.  Many streams would take much memory for it: then none of them remembers. */
int duty_past_open(const duty *d, duty_stream *s, size_t n, why *w)
{
    if (d->time || d->nstream > STREAMS) {
        duty_past_need(d, s, 0, SIZE_MAX);
        duty_past_free(s->past);
        s->past = NULL;
        s->known = (duty_known){ .from = s->known.from + 1 };
        return E_OK;
    }
    if (!s->past) {
        if (!(s->past = mem_zero(1, sizeof *s->past)) || !(s->past->col = mem_zero(d->ncol, sizeof *s->past->col)))
            return fail(w, E_NOMEM, "no memory to remember samples");
        s->past->ncol = d->ncol;
    }
    return room(d, s->past, n, w);
}

/* ---- what stretches may rely on ---- */

/* Multiples of 2^-10 s that are no larger lose nothing in sums. */
static bool exact(double t) { return t + EXACT - EXACT == t && fabs(t) < EXACT / 2; }

/* How many of n samples do not follow the one at `before` by a step each. */
CLONES static int64_t astray(const double *t, int32_t n, double before, double step)
{
    int64_t bad = 0;
    for (int32_t i = 0; i < n; i++)
        bad += (int64_t)(t[i] != before + (i + 1) * step);
    return bad;
}

/* Do samples t[-1], t[0] .. t[n - 1] follow each other by `step`, and stretches of as many last as long, to the bit? */
static bool even(const double *t, size_t n, double step)
{
    return step > 0 && exact(step) && exact(t[-1]) && exact(t[n - 1]) && n < INT32_MAX &&
           astray(t, (int32_t)n, t[-1], step) == 0;
}

/* Samples first .. first + n - 1 are those at `place`.  Time between them that is another than before begins anew. */
static void know(duty_stream *s, size_t first, size_t n, size_t place)
{
    duty_known *k = &s->known;
    const double *t = s->col[S_TIME] + first;
    k->period = s->past->period;
    if (!even(t, n, t[0] - t[-1])) {
        k->lo = k->hi = first + n;
        return;
    }
    if (t[0] - t[-1] != k->step) {
        k->from++;
        k->step = t[0] - t[-1];
        k->hi = 0;
    }
    if (k->hi != first || k->lo == k->hi) {
        k->lo = first;
        k->at = place;
    }
    k->hi = first + n;
}

/* ---- samples ---- */

/* Keeps n samples of the window with what is made of them.  The first of all ends no stretch, and is not kept. */
void duty_past_keep(duty_stream *s, size_t first, size_t n)
{
    duty_past *p = s->past;
    if (!p)
        return;
    size_t skip = p->seen == 0 && n;
    p->seen += n;
    if (p->period)                                /* all of a period is there */
        return;
    n -= skip;
    n = n < p->cap - p->n ? n : p->cap - p->n;
    if (n)
        know(s, first + skip, n, p->n);
    for (size_t c = 0; c < p->ncol && n; c++)
        if (p->col[c])
            memcpy(p->col[c] + p->n, s->col[c] + first + skip, n * sizeof **p->col);
    p->n += n;
}

static size_t alike(const double *a, const double *b, size_t n)
{
    size_t i = 0;
    while (i + 64 <= n && memcmp(a + i, b + i, 64 * sizeof *a) == 0)
        i += 64;
    while (i < n && memcmp(a + i, b + i, sizeof *a) == 0)
        i++;
    return i;
}

/* What is made of the window's samples a .. b - 1 is to be there. */
void duty_past_need(const duty *d, const duty_stream *s, size_t a, size_t b)
{
    const duty_past *p = s->past;
    size_t end = p && b > p->hi ? p->hi : b, at = p ? p->lo_at : 0;
    for (size_t i = p ? p->lo : end, n; i < end; i += n, at += n) {
        while (at >= p->n)
            at -= p->period;
        n = end - i < p->n - at ? end - i : p->n - at;
        size_t skip = a > i ? a - i : 0;
        for (size_t c = 0; c < p->ncol && skip < n; c++)
            if (is_made(d, c))
                memcpy(s->col[c] + i + skip, p->col[c] + at + skip, (n - skip) * sizeof **p->col);
    }
}

/* The first n samples of the window go. */
void duty_past_drop(duty_stream *s, size_t n)
{
    duty_past *p = s->past;
    if (!p)
        return;
    p->lo_at += n > p->lo ? n - p->lo : 0;
    p->lo = p->lo > n ? p->lo - n : 0;
    p->hi = p->hi > n ? p->hi - n : 0;
    while (p->period && p->lo_at >= p->n)
        p->lo_at -= p->period;
}

/* None comes again after all: what follows may. */
static void begin_anew(const duty *d, duty_stream *s)
{
    duty_past *p = s->past;
    duty_past_need(d, s, 0, p->hi);
    p->period = p->n = p->lo = p->hi = 0;
    p->seen = 0;
    s->known = (duty_known){ .from = s->known.from + 1 };
}

/* How many of the window's samples first .. first + n - 1 are those of a period ago. */
size_t duty_past_again(const duty *d, duty_stream *s, size_t first, size_t n)
{
    duty_past *p = s->past;
    if (!p || !p->period)
        return 0;
    if (p->at == p->n)
        p->at -= p->period;
    size_t most = n < p->n - p->at ? n : p->n - p->at, same = most;
    for (size_t c = 0; c < p->ncol; c++)
        if (is_key(d, c))
            same = alike(s->col[c] + first, p->col[c] + p->at, same);
    if (p->lo == p->hi) {
        p->lo = first;
        p->lo_at = p->at;
    }
    p->hi = first + same;
    if (same)
        know(s, first, same, p->at);
    p->at += same;
    if (same < most)
        begin_anew(d, s);
    return same;
}

/* May samples follow that nobody gives, as they are those of a period ago?  All there are must be known, at times that
 * lose nothing. */
size_t duty_past_may(const duty_stream *s, size_t most, size_t *period)
{
    const duty_past *p = s->past;
    const duty_known *k = &s->known;
    if (!p || !p->period || s->derived != s->n || k->hi != s->n || k->lo == k->hi)
        return 0;
    const double last = s->col[S_TIME][s->n - 1];
    *period = p->period;
    return exact(last) && exact(k->step) && fabs(last + (double)(most + 1) * k->step) < EXACT / 2 ? most : 0;
}

CLONES static void later(double *restrict t, size_t n, double before, double step)
{
    for (size_t i = 0; i < n; i++)
        t[i] = before + (double)(int32_t)(i + 1) * step;
}

int duty_past_fill(duty *d, duty_stream *s, size_t n, why *w)
{
    duty_past *p = s->past;
    const size_t first = s->n;
    int rc = duty_more(d, s, n, w);
    if (rc)
        return rc;
    later(s->col[S_TIME] + first, n, s->col[S_TIME][first - 1], s->known.step);
    for (size_t done = 0, m; done < n; done += m) {
        if (p->at == p->n)
            p->at -= p->period;
        if (p->lo == p->hi) {
            p->lo = p->hi = first;
            p->lo_at = p->at;
        }
        m = n - done < p->n - p->at ? n - done : p->n - p->at;
        for (size_t c = 0; c < p->ncol; c++)
            if (is_key(d, c))
                memcpy(s->col[c] + first + done, p->col[c] + p->at, m * sizeof **p->col);
        p->at += m;
        p->hi += m;
    }
    s->n = s->derived = s->known.hi = first + n;
    p->hi = s->n;
    if (d->lends)
        duty_past_need(d, s, first, s->n);
    return E_OK;
}

/* How many samples from `first` on are to be made, n at most, until the beginning comes again.  0: it does now. */
size_t duty_past_new(const duty *d, duty_stream *s, size_t first, size_t n)
{
    duty_past *p = s->past;
    if (!p || p->n < SHORTEST)
        return p && n > SHORTEST + 1 ? SHORTEST + 1 : n;
    const double *soc = s->col[S_SOC], *temp = s->col[S_T], soc0 = p->col[S_SOC][0], temp0 = p->col[S_T][0];
    for (size_t i = first; i < first + n; i++) {
        if (soc[i] != soc0 || temp[i] != temp0)
            continue;
        size_t m = first + n - i < ALIKE ? first + n - i : ALIKE, same = m;
        for (size_t c = 0; c < p->ncol; c++)
            if (is_key(d, c))
                same = alike(s->col[c] + i, p->col[c], same);
        if (same < m || p->seen > p->n + 1)             /* its period is longer than what is kept */
            continue;
        if (i > first)
            return i - first;
        p->period = (size_t)p->seen - 1;
        p->at = 0;
        return 0;
    }
    return n;
}

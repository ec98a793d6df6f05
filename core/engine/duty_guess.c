/* SPDX-License-Identifier: MIT
 * duty_guess.c - what steps side by side are guessed to begin from: the nearer, the fewer sweeps it takes.
 *
 * States gain what they did in the same stretch of a duty the last time, as much more as in the row before, or what
 * they gained a step there; the health follows the states by its slopes at both ends.  Behind a sweep, gains are what
 * the sweep came to, and they go with the health by as much as they did before.
 */
#include "core/base/clones.h"
#include "core/base/mem.h"
#include "core/engine/duty_days.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FELT 1e-12 /* less that health changes by bends no gain */
#define SEEN 1e-8 /* what part of it health must change by to tell how gains go with it */

bool duty_guess_open(days_guess *g, size_t wstate)
{
    g->gain = mem_columns(wstate);
    g->bend = mem_columns(2 * wstate);
    g->g = mem_columns((wstate + 1) * DAYS);
    g->was = mem_zero((DUTY_STRETCHES + 1) * wstate, sizeof *g->was);
    g->more = mem_columns(3 * wstate);
    if (!g->gain || !g->bend || !g->g || !g->was || !g->more)
        return false;
    g->health = g->g + wstate * DAYS;
    g->lean = g->more + wstate;
    g->pace = g->lean + wstate;
    for (size_t r = 0; r < wstate; r++)
        g->more[r] = 1;
    return true;
}

void duty_guess_close(days_guess *g)
{
    free(g->gain);
    free(g->bend);
    free(g->g);
    free(g->was);
    free(g->more);
}

void duty_guess_of(days_guess *g, const duty_stream *s, size_t wstate)
{
    if (g->of != s || g->from != s->known.from)
        memset(g->was, 0, (DUTY_STRETCHES + 1) * wstate * sizeof *g->was);
    g->of = s;
    g->from = s->known.from;
}

/* How the health's slope changes with a state. */
static double bent(const part *q, const duty_days *m, uint32_t r, size_t n)
{
    double wide = (double)n * m->guess.gain[r];
    return wide != 0 ? 0.5 * (m->guess.bend[q->wstate + r] - m->guess.bend[r]) / wide : 0;
}

void duty_guess_first(duty_days *m, const part *q, const workpart *wp, size_t padded, size_t n, double soh)
{
    double h[DAYS] = { 0 }, whole = m->guess.whole;
    for (uint32_t r = 0; r < q->wstate; r++) {
        double from = wp->x[0][(size_t)r * wp->b.n], now = from, *x = m->x + r * padded;
        const double bend = m->guess.bend[r], more = bent(q, m, r, n), wide = (double)n * m->guess.gain[r];
        whole -= (bend + more * wide) * wide;
        for (size_t j = 0; j < n; j++) {
            double was = m->guess.was[m->guess.again[j] * q->wstate + r];
            x[j] = now;
            h[j] += (bend + more * (now - from)) * (now - from);
            now += was != 0 ? was * (m->guess.more[r] + m->guess.pace[r] * (0.5 + ((double)j + 0.5) / (double)n))
                            : m->guess.gain[r];
        }
        for (size_t j = n; j < padded; j++)
            x[j] = x[n - 1];
    }
    m->soh[0] = soh;
    for (size_t j = 1; j < padded; j++) {
        double s = (double)j / (double)n, rest = m->guess.whole != 0 ? whole * s * s * (3 - 2 * s) : 0;
        m->soh[j] = j >= n ? m->soh[n - 1] : m->brk[j - 1] ? soh + (h[j] + rest) : m->soh[j - 1];
    }
}

/* What a lane leaves of health when it leaves another state than it did. */
CLONES static void follow(size_t n, const double *restrict x, const double *restrict was, double bend, double more,
                          double *restrict next)
{
    for (size_t j = 0; j + 1 < n; j++)
        next[j] += (bend + more * ((x[j + 1] - x[0]) + (was[j] - x[0]))) * (x[j + 1] - was[j]);
}

/* How gains go with the health, from what both did since the sweep before, if that is more than the last digits. */
static double leaning(size_t n, const double *restrict g, const double *restrict g0, const double *restrict s,
                      const double *restrict s0, double old)
{
    double both = 0, own = 0, far = 0;
    for (size_t j = 0; j < n; j++) {
        double d = (s[j] - s0[j]) / s0[j], e = g0[j] * d;
        both += (g[j] - g0[j]) * e;
        own += e * e;
        far = d > far || -d > far ? fabs(d) : far;
    }
    double lean = both / own;
    return far > SEEN && lean - lean == 0 ? lean : old;
}

static void lay_health(duty_days *m, size_t padded, size_t n, const double *next)
{
    for (size_t j = 1; j < padded; j++)
        m->soh[j] = j >= n ? m->soh[n - 1] : m->brk[j - 1] ? next[j - 1] : m->soh[j - 1];
}

/* What each lane gained, one behind the other.  Inside a binade a gain is a whole number of units in the last place,
 * whatever the low bits of the state, so that sums of gains are the states themselves. */
static void sum_up(const part *q, duty_days *m, uint32_t r, size_t padded, size_t n, int sweep, double *next)
{
    double *x = m->x + r * padded, *g = m->guess.g + r * DAYS, now = x[0], g1[DAYS];
    const double *x1 = m->x1 + r * padded;
    for (size_t j = 0; j < n; j++) {
        g1[j] = x1[j] - x[j];
        x[j] = now;
        now = now + g1[j];
    }
    for (size_t j = n; j < padded; j++)
        x[j] = x[n - 1];
    if (sweep == 2)
        m->guess.lean[r] = leaning(n, g1, g, m->soh, m->guess.health, m->guess.lean[r]);
    memcpy(g, g1, n * sizeof *g);
    follow(n, x, x1, m->guess.bend[r], bent(q, m, r, n), next);
}

/* The same with gains that go with the health, which was `was`. */
static void lean_on(const part *q, duty_days *m, uint32_t r, size_t padded, size_t n, const double *was, double *next)
{
    double *x = m->x + r * padded, now = x[0], moved[DAYS], lean = m->guess.lean[r];
    const double *g = m->guess.g + r * DAYS;
    memcpy(moved, x, n * sizeof *x);
    for (size_t j = 0; j < n; j++) {
        x[j] = now;
        now = now + (g[j] + lean * g[j] * ((m->soh[j] - was[j]) / was[j]));
    }
    for (size_t j = n; j < padded; j++)
        x[j] = x[n - 1];
    follow(n, x, moved + 1, m->guess.bend[r], bent(q, m, r, n), next);
}

void duty_guess_next(duty_days *m, const part *q, size_t padded, size_t n, int sweep, double *next)
{
    double was[DAYS];
    memcpy(was, m->soh, padded * sizeof *was);
    for (uint32_t r = 0; r < q->wstate; r++) {
        if (memcmp(m->x + r * padded + 1, m->x1 + r * padded, (n - 1) * sizeof *m->x) != 0)
            sum_up(q, m, r, padded, n, sweep, next);
        else if (sweep == 2)
            m->guess.lean[r] = 0;
    }
    lay_health(m, padded, n, next);
    memcpy(m->guess.health, was, n * sizeof *was);
    if (fabs(m->soh[n - 1] - was[n - 1]) < FELT)
        return;
    for (uint32_t r = 0; r < q->wstate; r++)
        if (m->guess.lean[r] != 0)
            lean_on(q, m, r, padded, n, was, next);
    lay_health(m, padded, n, next);
}

/* What stretches that may come again gained. */
static void remember(const part *q, duty_days *m, uint32_t r, size_t padded, size_t good)
{
    double before = 0, now = 0;
    for (size_t j = 0; j < good; j++) {
        double *was = m->guess.was + m->guess.again[j] * q->wstate + r,
               gain = m->x1[r * padded + j] - m->x[r * padded + j];
        if (!m->guess.again[j])
            continue;
        before += *was;
        now += *was != 0 ? gain : 0;
        *was = gain;
    }
    double more = before != 0 ? now / before : 1;
    m->guess.pace[r] = m->guess.more[r] != 1 ? more - m->guess.more[r] : 0;
    m->guess.more[r] = more;
}

void duty_guess_taken(duty_days *m, const part *q, size_t padded, size_t good)
{
    for (uint32_t r = 0; r < q->wstate; r++) {
        m->guess.gain[r] = (m->x1[r * padded + good - 1] - m->x[r * padded]) / (double)good;
        remember(q, m, r, padded, good);
    }
}

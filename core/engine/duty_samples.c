/* SPDX-License-Identifier: MIT
 * duty_samples.c - the window of a stream: samples as read, and what is made of each before any break point is known.
 */
#include "core/base/clones.h"
#include "core/base/mem.h"
#include "core/base/vmath.h"
#include "core/engine/duty.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GAS 8.3144                                /* J/(mol K) */
#define T_REF 298.15                              /* K */
enum { MEMO = 1024, PAST = 16 };        /* PAST: values behind a column that may be read, not used */

/* ---- room ---- */

int duty_more(duty *d, duty_stream *s, size_t n, why *w)
{
    size_t cap = s->cap ? s->cap : 4096;
    while (cap < s->n + n)
        cap *= 2;
    for (size_t c = 0; cap > s->cap && c < d->ncol; c++) {
        if ((c == S_ANODE && !d->anode) || (c == S_RATE && !d->rate))
            continue;
        double *more = mem_huge(cap + PAST);         /* what is read of it is written first, or not used */
        if (!more)
            return fail(w, E_NOMEM, "no memory for %zu samples", cap);
        if (s->n)
            memcpy(more, s->col[c], s->n * sizeof *more);
        free(s->col[c]);
        s->col[c] = more;
    }
    s->cap = cap;
    return E_OK;
}

void duty_drop(duty *d, duty_stream *s, size_t n)
{
    for (size_t c = 0; n && c < d->ncol; c++)
        if (s->col[c])
            memmove(s->col[c], s->col[c] + n, (s->n - n) * sizeof *s->col[c]);
    s->n -= n;
    s->done -= n;
    s->derived = s->derived > n ? s->derived - n : 0;        /* 0 behind a snapshot: all is made again */
    duty_past_drop(s, n);
    duty_known *k = &s->known;
    k->at += n > k->lo ? n - k->lo : 0;
    k->at = k->period ? k->at % k->period : k->at;
    k->lo = k->lo > n ? k->lo - n : 0;
    k->hi = k->hi > n ? k->hi - n : 0;
}

/* C-rate of the stretch that ends at each sample; charge is negative. */
CLONES static void c_rates(size_t n, const double *restrict t, const double *restrict soc, double *restrict rate)
{
    for (size_t i = 0; i < n; i++)
        rate[i] = 3600 * (soc[i] - soc[i + 1]) / (t[i + 1] - t[i]);
}

static void derive_rate(duty_stream *s, size_t from)
{
    if (from == 0)                                /* the first sample of all ends no stretch */
        s->col[S_RATE][from++] = 0;
    c_rates(s->n - from, s->col[S_TIME] + from - 1, s->col[S_SOC] + from - 1, s->col[S_RATE] + from);
}

/* ---- the anode ---- */

/* Potential of a graphite anode against lithium, V: Safari and Delacourt, J. Electrochem. Soc. 158, A562 (2011),
 * doi 10.1149/1.3567007; its lithiation from the state of charge: Schimpe et al., doi 10.1149/2.1181714jes. */
void duty_anode(size_t n, const double *soc, double *u)
{
    static const double arg[][2] = {
        { -0.1958, -1 / 0.1088 }, { -1.0571, 1 / 0.0854 }, { 0.0117, 1 / 0.0529 }, { -0.5692, 1 / 0.0875 }
    };
    static const double amount[] = { 0.044, -0.1978, -0.6875, -0.0175 };
    const fade_math_v1 *math = vmath_table();
    double x[64] __attribute__((aligned(64))), y[64] __attribute__((aligned(64)));
    for (size_t at = 0; at < n; at += 64) {
        uint32_t m = (uint32_t)(n - at < 64 ? n - at : 64);
        for (uint32_t i = 0; i < m; i++) {
            x[i] = 0.0085 + soc[at + i] * (0.78 - 0.0085);
            y[i] = -305.5309 * x[i];
        }
        math->exp(m, y, y);
        for (uint32_t i = 0; i < m; i++)
            u[at + i] = 0.6379 + 0.5416 * y[i];
        for (size_t k = 0; k < 4; k++) {
            for (uint32_t i = 0; i < m; i++)
                y[i] = (x[i] + arg[k][0]) * arg[k][1];
            math->tanh(m, y, y);
            for (uint32_t i = 0; i < m; i++)
                u[at + i] += amount[k] * y[i];
        }
    }
}

/* A duty repeats its states of charge: each is worked out once while it is remembered. */
struct duty_memo { double soc[MEMO], u[MEMO]; };

static void anode_some(struct duty_memo *m, size_t n, const double *soc, double *u)
{
    double x[8] __attribute__((aligned(64))), y[8] __attribute__((aligned(64)));
    size_t missed[8], k = 0;
    for (size_t i = 0; i <= n; i++) {
        if (i < n) {
            uint64_t bits;
            memcpy(&bits, &soc[i], sizeof bits);
            size_t slot = (bits * 0x9e3779b97f4a7c15u) >> 54;
            u[i] = m->u[slot];
            if (m->soc[slot] == soc[i])
                continue;
            x[k] = soc[i];
            missed[k++] = i;
        }
        if (k < 8 && i < n)
            continue;
        for (size_t j = k; j < 8; j++)
            x[j] = 0.5;
        duty_anode(8, x, y);
        for (size_t j = 0; j < k; j++) {
            uint64_t bits;
            memcpy(&bits, &x[j], sizeof bits);
            size_t slot = (bits * 0x9e3779b97f4a7c15u) >> 54;
            m->soc[slot] = x[j];
            m->u[slot] = u[missed[j]] = y[j];
        }
        k = 0;
    }
}

static int derive_anode(duty *d, duty_stream *s, size_t from, size_t to, why *w)
{
    if (!d->memo) {
        d->memo = mem_zero(1, sizeof *d->memo);
        if (!d->memo)
            return fail(w, E_NOMEM, "no memory for the anode's potential");
        for (size_t i = 0; i < MEMO; i++)
            d->memo->soc[i] = NAN;
    }
    anode_some(d->memo, to - from, s->col[S_SOC] + from, s->col[S_ANODE] + from);
    return E_OK;
}

/* ---- weights of temperature ---- */

static void derive_weight(duty_stream *s, const duty_rule *r, size_t from, size_t end)
{
    const double *temp = s->col[S_T];
    double *to = s->col[r->weight], x[DUTY_BATCH] __attribute__((aligned(64)));
    for (size_t at = from; at < end; at += DUTY_BATCH) {
        size_t m = end - at < DUTY_BATCH ? end - at : DUTY_BATCH, full = (m + 7) / 8 * 8;
        for (size_t i = 0; i < full; i++)
            x[i] = i < m ? -r->activation / GAS * (1 / temp[at + i] - 1 / T_REF) : 0;
        vmath_table()->exp((uint32_t)full, x, x);
        memcpy(to + at, x, m * sizeof *to);
    }
}

double duty_heat(const duty_rule *r, double integral, double span)
{
    double mean = integral / span;
    return r->weight ? 1 / (1 / T_REF - GAS / r->activation * vmath_log1(mean)) : mean;
}

/* ---- are they sound? ---- */

/* How many samples are no finite numbers, or not later than the one before (the first's is `before`). */
CLONES static int64_t unsound(size_t n, double before, const double *restrict t, const double *restrict soc,
                              const double *restrict temp)
{
    int64_t bad = !(t[0] > before);
    for (size_t i = 0; i < n; i++)
        bad += (int64_t) !(soc[i] - soc[i] == 0) + (int64_t) !(temp[i] > 0) + (int64_t) !(temp[i] < INFINITY);
    for (size_t i = 1; i < n; i++)
        bad += (int64_t) !(t[i] > t[i - 1]);
    return bad + (int64_t) !(t[n - 1] < INFINITY);
}

static const char *cell_of(const duty *d, const duty_stream *s)
{
    for (uint32_t c = 0; c < d->e->ncell && !d->shared; c++)
        if (duty_of_lane(d, c * d->e->points) == s)
            return d->e->cell[c].name;
    return "all cells";
}

/* The first thing that is wrong with samples from .. to - 1. */
static int say_unsound(const duty *d, const duty_stream *s, size_t from, size_t to, why *w)
{
    const double *t = s->col[S_TIME], *soc = s->col[S_SOC], *temp = s->col[S_T];
    const char *label = d->e->sc->source.label, *cell = cell_of(d, s);
    for (size_t i = from; i < to; i++) {
        if (!(fabs(t[i]) < INFINITY))
            return fail(w, E_PLUGIN, "source %s: a sample of %s has time %g s", label, cell, t[i]);
        if (i > 0 && !(t[i] > t[i - 1]))
            return fail(w, E_PLUGIN, "source %s: a sample of %s at %.15g s does not come after that at %.15g s", label,
                        cell, t[i], t[i - 1]);
        if (!(fabs(soc[i]) < INFINITY))
            return fail(w, E_PLUGIN, "source %s: a sample of %s at %.15g s has soc %g", label, cell, t[i], soc[i]);
        if (!(temp[i] > 0) || !(temp[i] < INFINITY))
            return fail(w, E_PLUGIN,
                        "source %s: a sample of %s at %.15g s has temperature %g K, above 0 and finite is needed",
                        label, cell, t[i], temp[i]);
    }
    return E_OK;
}

static int check(const duty *d, const duty_stream *s, size_t from, size_t to, why *w)
{
    double before = from ? s->col[S_TIME][from - 1] : -INFINITY;
    return unsound(to - from, before, s->col[S_TIME] + from, s->col[S_SOC] + from, s->col[S_T] + from)
               ? say_unsound(d, s, from, to, w)
               : E_OK;
}

/* ---- rates ---- */

/* What rates() says, or the worst it says of a sample. */
int32_t duty_rates(const duty_use *u, const part *q, fade_tile *b)
{
    int32_t rc = u->vt->rates(q->model, b);
    for (uint32_t i = 0; i < b->live && rc >= 0; i++)
        rc = b->status[i] < 0 ? b->status[i] : rc;
    return rc;
}

static int derive_rates(duty *d, duty_use *u, duty_stream *s, size_t from, size_t end, why *w)
{
    const part *q = duty_part(d->e, u->part);
    const double *in[64];
    double *out[64];
    int32_t status[DUTY_BATCH] = { 0 };
    fade_tile b = { .size = sizeof b, .param = u->param_at, .in = in, .out = out, .status = status,
                    .scratch = u->scratch, .worker = d->e->worker[0].part[u->part].worker };
    for (size_t at = from; at < end; at += DUTY_BATCH) {
        size_t m = end - at < DUTY_BATCH ? end - at : DUTY_BATCH, full = (m + 7) / 8 * 8;
        for (uint32_t k = 0; k < u->vt->in.n; k++) {
            double *to = u->in_buf + (size_t)k * DUTY_BATCH;
            memcpy(to, s->col[u->in[k]] + at, m * sizeof *to);
            for (size_t i = m; i < full; i++)
                to[i] = to[m - 1];
            in[k] = duty_unread(u, k) ? u->unknown : to;
        }
        for (size_t k = 0; k < u->nrate; k++)
            out[k] = u->out_buf + k * DUTY_BATCH;
        b.live = (uint32_t)m;
        b.n = (uint32_t)full;
        int32_t rc = duty_rates(u, q, &b);
        if (rc < 0)
            return object_why(q->object, rc, "make rates of samples", w);
        for (size_t k = 0; k < u->nrate; k++)
            memcpy(s->col[u->rate + k] + at, out[k], m * sizeof **out);
    }
    return E_OK;
}

/* Of samples from .. to - 1. */
static int make(duty *d, duty_stream *s, size_t from, size_t to, why *w)
{
    int rc = d->anode ? derive_anode(d, s, from, to, w) : E_OK;
    for (size_t r = 0; r < d->nrule; r++)
        if (d->rule[r].weight)
            derive_weight(s, &d->rule[r], from, to);
    for (size_t i = 0; i < d->nuse && !rc; i++)
        if (d->use[i].nrate && !d->use[i].own)
            rc = derive_rates(d, &d->use[i], s, from, to, w);
    return rc;
}

/* Samples that are those of a period ago, as late behind them as all of that stretch, were found sound then. */
int duty_derive(duty *d, duty_stream *s, why *w)
{
    size_t at = s->derived;
    if (at == s->n)
        return E_OK;
    s->derived = s->n;
    if (d->rate)
        derive_rate(s, at);
    int rc = duty_past_open(d, s, s->n - at, w);
    rc = rc ? rc : duty_again_open(d, s, w);
    while (at < s->n && !rc) {
        size_t same = duty_past_again(d, s, at, s->n - at), more = same ? same : duty_past_new(d, s, at, s->n - at);
        if (!duty_known_has(&s->known, at, more))
            rc = check(d, s, at, at + more, w);
        if (same && d->lends)
            duty_past_need(d, s, at, at + more);
        if (!same && !rc) {
            rc = make(d, s, at, at + more, w);
            duty_past_keep(s, at, more);
        }
        at += more;
    }
    return rc;
}

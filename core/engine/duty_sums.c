/* SPDX-License-Identifier: MIT
 * duty_sums.c - what samples come to between two points of a stream: sums over stretches, extremes, integrals of what runs straight
 * between samples.
 *
 * Eight lanes side by side, added up in a fixed order: the same bits at any vector width.  A last block that is not whole is masked,
 * which is why columns of a window reach eight values past their end.
 */
#include "core/base/clones.h"
#include "core/engine/duty.h"
#include <math.h>
#include <string.h>

typedef double v8 __attribute__((vector_size(64), aligned(8), may_alias));
typedef int64_t m8 __attribute__((vector_size(64), aligned(8), may_alias));

static const int64_t masks[16] = { -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0 };

#define LOAD(p) (*(const v8 *)(p))
#define MASKED(v, m) ((v8)((m8)(v) & (m)))
#define FIRST(k) (*(const m8 *)(masks + 8 - (k)))         /* the first k lanes */
#define ACROSS(v) ((((v)[0] + (v)[4]) + ((v)[2] + (v)[6])) + (((v)[1] + (v)[5]) + ((v)[3] + (v)[7])))
#define WHERE(m, a, b) ((v8)(((m8)(a) & (m)) | ((m8)(b) & ~(m))))

enum { SUM_MOVED, SUM_SOC, SUM_T, SUM_LOAD, SUM_LOAD_T, SUM_CHARGE, SUM_CHARGE_T, SUMS };
static const int summed[SUMS] = { D_MOVED, D_SOC, D_T, D_LOAD_MOVED, D_LOAD_TIME, D_CHARGE_MOVED, D_CHARGE_TIME };

typedef struct totals { double sum[SUMS], soc_min, soc_max, t_max; } totals;

/* Of stretches from + 1 .. from + n, and of the samples at their ends. */
CLONES static void total(double *const *col, size_t from, size_t n, totals *out)
{
    v8 a[SUMS];
    for (int c = 0; c < SUMS; c++)
        a[c] = (v8){ 0 };
    for (size_t i = 1; i <= n; i += 8) {
        m8 m = FIRST(n + 1 - i < 8 ? n + 1 - i : 8);
        for (int c = 0; c < SUMS; c++)
            a[c] += MASKED(LOAD(col[summed[c]] + from + i), m);
    }
    for (int c = 0; c < SUMS; c++)
        out->sum[c] = ACROSS(a[c]);
}

CLONES static void extremes(double *const *col, size_t from, size_t n, totals *out)
{
    const double *soc = col[S_SOC] + from, *t = col[S_T] + from;
    v8 lo = soc[0] + (v8){ 0 }, hi = lo, hot = t[0] + (v8){ 0 };
    for (size_t i = 1; i <= n; i += 8) {
        m8 m = FIRST(n + 1 - i < 8 ? n + 1 - i : 8);
        v8 s = LOAD(soc + i), x = LOAD(t + i);
        lo = WHERE((s < lo) & m, s, lo);
        hi = WHERE((s > hi) & m, s, hi);
        hot = WHERE((x > hot) & m, x, hot);
    }
    out->soc_min = lo[0];
    out->soc_max = hi[0];
    out->t_max = hot[0];
    for (int k = 1; k < 8; k++) {
        out->soc_min = lo[k] < out->soc_min ? lo[k] : out->soc_min;
        out->soc_max = hi[k] > out->soc_max ? hi[k] : out->soc_max;
        out->t_max = hot[k] > out->t_max ? hot[k] : out->t_max;
    }
}

CLONES static double trapezoids(const double *dt, const double *r, size_t n)
{
    v8 a = { 0 };
    for (size_t i = 0; i < n; i += 8) {
        m8 m = FIRST(n - i < 8 ? n - i : 8);
        a += MASKED(LOAD(dt + i) * (LOAD(r + i) + LOAD(r + i + 1)), m);
    }
    return 0.5 * ACROSS(a);
}

CLONES static double plain(const double *x, size_t n)
{
    v8 a = { 0 };
    for (size_t i = 0; i < n; i += 8)
        a += MASKED(LOAD(x + i), FIRST(n - i < 8 ? n - i : 8));
    return ACROSS(a);
}

double duty_sum(const duty_stream *s, int column, size_t a, size_t b)
{
    return b > a ? plain(s->col[column] + a + 1, b - a) : 0;
}

/* ---- points between samples ---- */

/* The integral of what runs straight between samples, from the sample before p up to p. */
static double part_integral(const duty_stream *s, const double *r, duty_pos p)
{
    if (p.f == 0)
        return 0;
    double h = s->col[D_TIME][p.i + 1];
    return p.f * (r[p.i] + 0.5 * p.f / h * (r[p.i + 1] - r[p.i]));
}

double duty_integral(const duty_stream *s, const double *r, duty_pos a, duty_pos b)
{
    double whole = b.i > a.i ? trapezoids(s->col[D_TIME] + a.i + 1, r + a.i, b.i - a.i) : 0;
    return whole - part_integral(s, r, a) + part_integral(s, r, b);
}

static double value_at(const duty_stream *s, const double *x, duty_pos p)
{
    return p.f > 0 ? x[p.i] + (x[p.i + 1] - x[p.i]) * (p.f / s->col[D_TIME][p.i + 1]) : x[p.i];
}

static double seconds_between(const duty_stream *s, duty_pos a, duty_pos b)
{
    return (s->col[S_TIME][b.i] - s->col[S_TIME][a.i]) + (b.f - a.f);
}

/* Corrects totals over whole stretches for ends that lie inside one. */
static void ends(const duty_stream *s, duty_pos a, duty_pos b, totals *t)
{
    const duty_pos p[] = { a, b };
    for (int k = 0; k < 2; k++) {
        if (p[k].f == 0)
            continue;
        double sign = k ? 1 : -1, share = p[k].f / s->col[D_TIME][p[k].i + 1];
        for (int c = 0; c < SUMS; c++)
            if (c != SUM_SOC && c != SUM_T)
                t->sum[c] += sign * share * s->col[summed[c]][p[k].i + 1];
        t->sum[SUM_SOC] += sign * part_integral(s, s->col[S_SOC], p[k]);
        t->sum[SUM_T] += sign * part_integral(s, s->col[S_T], p[k]);
        double soc = value_at(s, s->col[S_SOC], p[k]);
        t->soc_min = fmin(t->soc_min, soc);
        t->soc_max = fmax(t->soc_max, soc);
        t->t_max = fmax(t->t_max, value_at(s, s->col[S_T], p[k]));
    }
}

/* Totals from a to b.  A start inside a stretch: the sample before it does not count as an extreme. */
static void between(const duty_stream *s, duty_pos a, duty_pos b, totals *t)
{
    bool inside = a.f > 0;
    if (inside && b.i == a.i) {
        memset(t, 0, sizeof *t);
        t->soc_min = t->soc_max = value_at(s, s->col[S_SOC], a);
        t->t_max = value_at(s, s->col[S_T], a);
    } else if (inside) {
        total(s->col, a.i + 1, b.i - a.i - 1, t);
        extremes(s->col, a.i + 1, b.i - a.i - 1, t);
        for (int c = 0; c < SUMS; c++)
            t->sum[c] += s->col[summed[c]][a.i + 1];
    } else {
        total(s->col, a.i, b.i - a.i, t);
        extremes(s->col, a.i, b.i - a.i, t);
    }
    if (inside || b.f > 0)
        ends(s, a, b, t);
}

void duty_stress(const duty_stream *s, const duty_rule *r, duty_pos a, duty_pos b, double out[DUTY_N])
{
    totals t;
    double span = seconds_between(s, a, b);
    between(s, a, b, &t);
    out[DUTY_SOC_MIN] = t.soc_min;
    out[DUTY_SOC_MAX] = t.soc_max;
    out[DUTY_T_MAX] = t.t_max;
    out[DUTY_DEPTH] = t.soc_max - t.soc_min;
    out[DUTY_SPAN] = span;
    out[DUTY_EFC] = 0.5 * t.sum[SUM_MOVED];
    if (!(span > 0)) {
        out[DUTY_SOC_MEAN] = s->col[S_SOC][b.i];
        out[DUTY_T_MEAN] = s->col[S_T][b.i];
        out[DUTY_C_RATE] = out[DUTY_C_MEAN] = out[DUTY_C_CHARGE] = out[DUTY_C_DISCHARGE] = 0;
        return;
    }
    double load = t.sum[SUM_LOAD], load_t = t.sum[SUM_LOAD_T], in = t.sum[SUM_CHARGE], in_t = t.sum[SUM_CHARGE_T];
    double away = load - in, away_t = load_t - in_t;
    out[DUTY_SOC_MEAN] = t.sum[SUM_SOC] / span;
    out[DUTY_T_MEAN] = duty_heat(r, r->weight ? duty_integral(s, s->col[r->weight], a, b) : t.sum[SUM_T], span);
    out[DUTY_C_RATE] = load_t > 0 ? 3600 * load / load_t : 0;
    out[DUTY_C_MEAN] = 3600 * load / span;
    out[DUTY_C_CHARGE] = in_t > 1e-9 * span ? 3600 * in / in_t : 0;
    out[DUTY_C_DISCHARGE] = away_t > 1e-9 * span ? 3600 * fmax(0, away) / away_t : 0;
}

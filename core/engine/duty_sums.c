/* SPDX-License-Identifier: MIT
 * duty_sums.c - what samples come to between two points of a stream: sums over stretches, extremes, integrals of what
 * runs straight between samples.
 *
 * Eight lanes side by side, added up in a fixed order: the same bits at any vector width.  A last block that is not
 * whole is masked, which is why columns of a window reach eight values past their end.
 */
#include "core/engine/duty_sums.h"
#include "core/base/clones.h"
#include <math.h>
#include <string.h>

typedef double v4 __attribute__((vector_size(32), aligned(8), may_alias));
typedef int64_t m4 __attribute__((vector_size(32), aligned(8), may_alias));

static const int64_t masks[16] = { -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0 };

#define LOAD(p) (*(const v4 *)(p))
#define ONLY(m, v) ((v4)((m4)(v) & (m)))
#define FIRST(k) ((const m4 *)(masks + 8 - (k)))          /* of eight lanes the first k */
#define WHERE(m, a, b) ((v4)(((m4)(a) & (m)) | ((m4)(b) & ~(m))))
#define ACROSS(a, b) ((((a)[0] + (b)[0]) + ((a)[2] + (b)[2])) + (((a)[1] + (b)[1]) + ((a)[3] + (b)[3])))

/* Of stretches from + 1 .. from + n. */
CLONES static void total(double *const *col, size_t from, size_t n, duty_totals *out)
{
    const double *t = col[S_TIME] + from, *soc = col[S_SOC] + from, *temp = col[S_T] + from;
    const m4 sign = (m4){ INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX };
    v4 a[SUMS][2] = { { { 0 } } };
    for (size_t i = 0; i < n; i += 8)
        for (int h = 0; h < 2; h++) {
            size_t at = i + 4 * (size_t)h;
            m4 m = FIRST(n - i < 8 ? n - i : 8)[h];
            v4 s0 = LOAD(soc + at), s1 = LOAD(soc + at + 1), ds = s1 - s0, dt = LOAD(t + at + 1) - LOAD(t + at);
            v4 moved = (v4)((m4)ds & sign);
            m4 on = (moved >= DUTY_REST * dt) & m, in = on & (ds > 0);
            a[SUM_MOVED][h] += ONLY(m, moved);
            a[SUM_SOC][h] += ONLY(m, dt * (s0 + s1));
            a[SUM_T][h] += ONLY(m, dt * (LOAD(temp + at) + LOAD(temp + at + 1)));
            a[SUM_LOAD][h] += ONLY(on, moved);
            a[SUM_LOAD_T][h] += ONLY(on, dt);
            a[SUM_CHARGE][h] += ONLY(in, moved);
            a[SUM_CHARGE_T][h] += ONLY(in, dt);
        }
    for (int c = 0; c < SUMS; c++)
        out->sum[c] = ACROSS(a[c][0], a[c][1]);
    out->sum[SUM_SOC] *= 0.5;
    out->sum[SUM_T] *= 0.5;
}

/* Of samples from .. from + n. */
CLONES static void extremes(double *const *col, size_t from, size_t n, duty_totals *out)
{
    const double *soc = col[S_SOC] + from, *t = col[S_T] + from;
    v4 lo = soc[0] + (v4){ 0 }, hi = lo, hot = t[0] + (v4){ 0 };
    for (size_t i = 0; i <= n; i += 4) {
        m4 m = FIRST(n + 1 - i < 4 ? n + 1 - i : 4)[0];
        v4 s = LOAD(soc + i), x = LOAD(t + i);
        m4 less = (s < lo) & m, more = (s > hi) & m, hotter = (x > hot) & m;
        lo = WHERE(less, s, lo);
        hi = WHERE(more, s, hi);
        hot = WHERE(hotter, x, hot);
    }
    *out = (duty_totals){ .soc_min = lo[0], .soc_max = hi[0], .t_max = hot[0] };
    for (int k = 1; k < 4; k++) {
        out->soc_min = lo[k] < out->soc_min ? lo[k] : out->soc_min;
        out->soc_max = hi[k] > out->soc_max ? hi[k] : out->soc_max;
        out->t_max = hot[k] > out->t_max ? hot[k] : out->t_max;
    }
}

CLONES double duty_sums_trapezoids(const double *t, const double *r, size_t n)
{
    v4 a[2] = { { 0 } };
    for (size_t i = 0; i < n; i += 8)
        for (int h = 0; h < 2; h++) {
            size_t at = i + 4 * (size_t)h;
            v4 dt = LOAD(t + at + 1) - LOAD(t + at);
            a[h] += ONLY(FIRST(n - i < 8 ? n - i : 8)[h], dt * (LOAD(r + at) + LOAD(r + at + 1)));
        }
    return 0.5 * ACROSS(a[0], a[1]);
}

void duty_sums_any(double *const *col, size_t from, size_t n, size_t first, duty_totals *out)
{
    extremes(col, first, from + n - first, out);
    total(col, from, n, out);
}

static void sums(double *const *col, size_t from, size_t n, size_t first, duty_totals *out)
{
#ifdef __x86_64__
    if (duty_sums_wide()) {
        duty_sums_avx512(col, from, n, first, out);
        return;
    }
#endif
    duty_sums_any(col, from, n, first, out);
}

static double trapezoids(const double *t, const double *r, size_t n)
{
#ifdef __x86_64__
    if (duty_sums_wide())
        return duty_sums_trapezoids_avx512(t, r, n);
#endif
    return duty_sums_trapezoids(t, r, n);
}

/* ---- points between samples ---- */

/* The integral of what runs straight between samples, from the sample before p up to p. */
static double part_integral(const duty_stream *s, const double *r, duty_pos p)
{
    if (p.f == 0)
        return 0;
    double h = s->col[S_TIME][p.i + 1] - s->col[S_TIME][p.i];
    return p.f * (r[p.i] + 0.5 * p.f / h * (r[p.i + 1] - r[p.i]));
}

double duty_integral(const duty_stream *s, const double *r, duty_pos a, duty_pos b)
{
    double whole = b.i > a.i ? trapezoids(s->col[S_TIME] + a.i, r + a.i, b.i - a.i) : 0;
    return whole - part_integral(s, r, a) + part_integral(s, r, b);
}

static double value_at(const duty_stream *s, const double *x, duty_pos p)
{
    const double *t = s->col[S_TIME];
    return p.f > 0 ? x[p.i] + (x[p.i + 1] - x[p.i]) * (p.f / (t[p.i + 1] - t[p.i])) : x[p.i];
}

static double seconds_between(const duty_stream *s, duty_pos a, duty_pos b)
{
    return (s->col[S_TIME][b.i] - s->col[S_TIME][a.i]) + (b.f - a.f);
}

/* Adds what stretch p.i .. p.i + 1 has up to p, `sign` times. */
static void add_part(const duty_stream *s, duty_pos p, double sign, duty_totals *t)
{
    double h = s->col[S_TIME][p.i + 1] - s->col[S_TIME][p.i], ds = s->col[S_SOC][p.i + 1] - s->col[S_SOC][p.i];
    double moved = fabs(ds) * (p.f / h), on = fabs(ds) >= DUTY_REST * h ? 1 : 0, in = ds > 0 ? on : 0;
    t->sum[SUM_MOVED] += sign * moved;
    t->sum[SUM_LOAD] += sign * on * moved;
    t->sum[SUM_LOAD_T] += sign * on * p.f;
    t->sum[SUM_CHARGE] += sign * in * moved;
    t->sum[SUM_CHARGE_T] += sign * in * p.f;
    t->sum[SUM_SOC] += sign * part_integral(s, s->col[S_SOC], p);
    t->sum[SUM_T] += sign * part_integral(s, s->col[S_T], p);
}

static void add_point(const duty_stream *s, duty_pos p, duty_totals *t)
{
    double soc = value_at(s, s->col[S_SOC], p);
    t->soc_min = fmin(t->soc_min, soc);
    t->soc_max = fmax(t->soc_max, soc);
    t->t_max = fmax(t->t_max, value_at(s, s->col[S_T], p));
}

/* The sample before a start inside a stretch is no extreme. */
void duty_totals_between(const duty_stream *s, duty_pos a, duty_pos b, duty_totals *t)
{
    size_t first = a.f > 0 ? a.i + 1 : a.i;
    if (first <= b.i)
        sums(s->col, a.i, b.i - a.i, first, t);
    else
        *t = (duty_totals){ .soc_min = INFINITY, .soc_max = -INFINITY, .t_max = -INFINITY };
    if (a.f > 0) {
        add_part(s, a, -1, t);
        add_point(s, a, t);
    }
    if (b.f > 0) {
        add_part(s, b, 1, t);
        add_point(s, b, t);
    }
}

void duty_totals_add(duty_totals *to, const duty_totals *t)
{
    for (int c = 0; c < SUMS; c++)
        to->sum[c] += t->sum[c];
    to->soc_min = t->soc_min < to->soc_min ? t->soc_min : to->soc_min;
    to->soc_max = t->soc_max > to->soc_max ? t->soc_max : to->soc_max;
    to->t_max = t->t_max > to->t_max ? t->t_max : to->t_max;
}

void duty_stress(const duty_stream *s, const duty_rule *r, duty_pos a, duty_pos b, const duty_totals *t,
                 double out[DUTY_N])
{
    double span = seconds_between(s, a, b);
    out[DUTY_SOC_MIN] = t->soc_min;
    out[DUTY_SOC_MAX] = t->soc_max;
    out[DUTY_T_MAX] = t->t_max;
    out[DUTY_DEPTH] = t->soc_max - t->soc_min;
    out[DUTY_SPAN] = span;
    out[DUTY_EFC] = 0.5 * t->sum[SUM_MOVED];
    if (!(span > 0)) {
        out[DUTY_SOC_MEAN] = s->col[S_SOC][b.i];
        out[DUTY_T_MEAN] = s->col[S_T][b.i];
        out[DUTY_C_RATE] = out[DUTY_C_MEAN] = out[DUTY_C_CHARGE] = out[DUTY_C_DISCHARGE] = 0;
        return;
    }
    double load = t->sum[SUM_LOAD], load_t = t->sum[SUM_LOAD_T], in = t->sum[SUM_CHARGE], in_t = t->sum[SUM_CHARGE_T];
    double away = load - in, away_t = load_t - in_t;
    out[DUTY_SOC_MEAN] = t->sum[SUM_SOC] / span;
    out[DUTY_T_MEAN] = duty_heat(r, r->weight ? duty_integral(s, s->col[r->weight], a, b) : t->sum[SUM_T], span);
    out[DUTY_C_RATE] = load_t > 0 ? 3600 * load / load_t : 0;
    out[DUTY_C_MEAN] = 3600 * load / span;
    out[DUTY_C_CHARGE] = in_t > 1e-9 * span ? 3600 * in / in_t : 0;
    out[DUTY_C_DISCHARGE] = away_t > 1e-9 * span ? 3600 * fmax(0, away) / away_t : 0;
}

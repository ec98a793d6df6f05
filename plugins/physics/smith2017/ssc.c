/* SPDX-License-Identifier: MIT
 * ssc.c - a day as SSC (the engine of NREL's SAM) goes through it, with its habits: README.md lists them.
 *
 * Samples are the ends of SSC's steps.  Losses advance by the same additive states as the law's, where SSC takes
 * Euler steps of a day.
 */
#include "smith2017.h"
#include <math.h>
#include <string.h>

#define TOLERANCE 0.002                           /* %, of SSC's rainflow */

typedef struct day {
    double b1, b2, b3, c0, c2, heat;              /* integrals over the day, in days */
    double lo, hi;                                /* depth of discharge, 0..1 */
    double n, soc, squares, powers, deepest;      /* of cycles that closed today: how many, sums, the largest range */
} day;

static double arrhenius(double activation, double T) { return exp(-activation / GAS * (1 / T - 1 / T_REF)); }

static double curve(const law *m, const fade_value *c, double x)
{
    double in[8] __attribute__((aligned(64))), out[8] __attribute__((aligned(64)));
    for (int i = 0; i < 8; i++)
        in[i] = x;
    m->math->curve(8, c, in, out);
    return out[0];
}

/* A turning point (depth of discharge in %) onto the stack.  A cycle counts whole, and the highest point of the whole
 * stack as its own. */
static void push(const fade_tile *b, uint32_t lane, double peak, double power, day *d)
{
    size_t n = b->n;
    double *p = b->x1[PEAK] + lane, *count = b->x1[PEAKS] + lane;
    size_t k = *count >= 0 && *count <= MOST_PEAKS ? (size_t)*count : 0;
    if (k == MOST_PEAKS) {
        for (size_t j = 1; j < k; j++)
            p[(j - 1) * n] = p[j * n];
        k--;
    }
    p[k++ * n] = peak;
    while (k >= 3) {
        double y = fabs(p[(k - 2) * n] - p[(k - 3) * n]), x = fabs(p[(k - 1) * n] - p[(k - 2) * n]), top = 0;
        if (x + TOLERANCE < y)
            break;
        for (size_t j = 0; j < k; j++)
            top = fmax(top, p[j * n]);
        d->n += 1;
        d->soc += 1 - (2 * top - y) / 200;
        d->squares += y / 100 * (y / 100);
        d->powers += pow(y / 100, power);
        d->deepest = fmax(d->deepest, y / 100);
        p[(k - 3) * n] = p[(k - 1) * n];
        k -= 2;
    }
    *count = (double)k;
}

static double range(const day *d) { return fmax(d->hi - d->lo, d->deepest); }

/* dod in % */
static double mean_soc(const day *d, double dod) { return d->n > 0 ? d->soc / d->n : 1 - dod / 100; }

static void add_step(const law *m, const double *p, double days, double dod, double T, day *d)
{
    double v = curve(m, &m->v_oc, mean_soc(d, dod));
    d->heat += T * days;
    d->b1 += p[B1] * arrhenius(p[EA_B1], T) * days;
    d->b2 += arrhenius(p[EA_B2], T) * days;
    d->b3 += p[B3] * arrhenius(p[EA_B3], T) * exp(p[ALPHA_B3] * FARADAY / GAS * (v / T - p[V_REF] / T_REF)) *
             (1 + p[THETA] * range(d)) * days;
    d->c0 += p[C0] * arrhenius(p[EA_C0], T) * days;
    d->c2 += p[C2] * arrhenius(p[EA_C2], T) * days;
}

static double discharged(double soc) { return fmin(100, fmax(0, (1 - soc) * 100)); }

static void go(const law *m, const fade_tile *b, uint32_t lane, const double *p, const fade_samples *s, day *d)
{
    const double *T = s->in[SAMPLE_T], *t = s->in[SAMPLE_TIME];
    double before = discharged(s->in[SAMPLE_SOC][0]), *direction = b->x1[DIRECTION] + lane;
    d->lo = d->hi = before / 100;
    for (uint32_t j = 1; j < s->live; j++) {
        double now = discharged(s->in[SAMPLE_SOC][j]);
        double way = now > before + 1e-12 ? 1 : now < before - 1e-12 ? -1 : 0;
        d->lo = fmin(d->lo, now / 100);
        d->hi = fmax(d->hi, now / 100);
        if (way != 0 && *direction != 0 && way != *direction)
            push(b, lane, before, p[BETA_C2], d);
        if (way != 0)
            *direction = way;
        add_step(m, p, (t[j] - t[j - 1]) / DAY, now, T[j], d);
        before = now;
    }
}

void ssc_day(const law *m, const fade_tile *b, uint32_t lane, const fade_samples *s)
{
    double p[AS], days = (s->in[SAMPLE_TIME][s->live - 1] - s->in[SAMPLE_TIME][0]) / DAY;
    day d = { 0 };
    if (!(days > 0))
        return;
    for (int k = 0; k < AS; k++)
        p[k] = b->param[k][lane];
    go(m, b, lane, p, s, &d);
    double T = d.heat / days, z = 1 / T - 1 / T_REF, deep = range(&d);
    double u = curve(m, &m->u_neg, mean_soc(&d, deep));         /* deep is no percentage: SSC's slip */
    double b1 = d.b1 / days * exp(p[ALPHA_B1] * FARADAY / GAS * (u / T - p[U_REF] / T_REF)) *
                exp(p[GAMMA_B1] * pow(deep, p[BETA_B1]));
    double target = d.b3 / days, now = b->x[BREAK_IN][lane];
    b->x1[TIME_SQUARED][lane] += b1 * b1 * days;
    b->x1[CYCLES][lane] += p[B2] * (d.b2 / days) * (d.b2 / days) * sqrt(d.squares * days);
    b->x1[BREAK_IN][lane] = target > now ? target - (target - now) * exp(-days * DAY / p[TAU_B3]) : now;
    b->x1[SITES][lane] += d.c2 / days * sqrt(d.powers * days);
    if (m->at_reference)
        return;
    b->x1[LITHIUM_AT][lane] = p[D0] * exp(-p[EA_D0] / GAS * z - p[EB_D0] / GAS * z * z);
    b->x1[NEGATIVE_AT][lane] = d.c0 / days;
}

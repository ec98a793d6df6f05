/* SPDX-License-Identifier: MIT
 * step.c - the circuit model through one step, discharge current positive:
 *
 *   V = OCV(soc, T, h) - sum v_k - I r0              dv_k/dt = (I r_k - v_k) / (r_k c_k)
 *   dh/dt = |I| rate / Q (-sign(I) - h)              OCV = middle(soc) + M(soc) h + (T - T_ref) dU/dT(soc)
 *   heat_capacity dT/dt = I^2 r0 + sum v_k^2 / r_k - I M h - I T dU/dT - cooling (T - T_ambient)
 *
 * The current runs in a straight line from what meets the demand now to what meets it at the end of the step; for that
 * line pairs, charge, hysteresis and heat are exact.  Under a current, with numbers for the resistances, so is all of
 * the step at any dt; else it is of second order.  Tables are read where the step begins, and again where that led.
 */
#include "ecm.h"
#include <stdio.h>

typedef struct lane {
    double dt, Q, eta, soc0, T0, Ta, h0, I0, scale, demand;
    double half, rate, entropic;                  /* of hysteresis; V/K where there is no table */
    double r[CIRCUIT_PAIRS], tau[CIRCUIT_PAIRS], a[CIRCUIT_PAIRS], v0[CIRCUIT_PAIRS];
    double r0, r0_start, drift0;                  /* drift: dV/dt but for the current's change, at the start */
    double v, e;                                  /* V = OCV - v - I1 e */
    double T1, I1, soc1, h1, v1[CIRCUIT_PAIRS], q, pull;      /* the step's end; mean heat, entropic I dU/dT */
    int    control, side, passes;                 /* 0 passes: refused */
} lane;

size_t ecm_scratch(const void *model, uint32_t n)
{
    (void)model;
    return n * (sizeof(lane) + (CIRCUIT_PAIRS + 1) * sizeof(double)) + 64;
}

static void refuse(const ecm *m, fade_tile *b, uint32_t i, int32_t code, const char *text)
{
    b->status[i] = code;
    fade_say(m->host, 3, code, (int32_t)i, text);
}

/* Is lane i's input sound?  Else says so. */
static int sound(const ecm *m, fade_tile *b, uint32_t i)
{
    static const char *const key[] = { "control", "demand", "temperature_ambient" };
    char text[160];
    for (int k = CONTROL; k <= AMBIENT; k++)
        if (!isfinite(b->in[k][i])) {
            snprintf(text, sizeof text, "%s is %g, ecm needs a number", key[k], b->in[k][i]);
            refuse(m, b, i, FADE_EINVAL, text);
            return 0;
        }
    double c = b->in[CONTROL][i];
    if (c != FADE_BY_CURRENT && c != FADE_BY_VOLTAGE && c != FADE_BY_POWER && c != FADE_BY_RESISTANCE)
        snprintf(text, sizeof text, "control is %g, must be 0 (current), 1 (voltage), 2 (power) or 3 (resistance)", c);
    else if (c == FADE_BY_RESISTANCE && !(b->in[DEMAND][i] >= 0))
        snprintf(text, sizeof text, "a load of %g ohm is none: it must be 0 or more", b->in[DEMAND][i]);
    else
        return 1;
    refuse(m, b, i, FADE_EINVAL, text);
    return 0;
}

static double entropic_at(const ecm *m, const lane *l, double soc, double *slope)
{
    if (m->circuit.entropic.n)
        return curve_at(&m->circuit.entropic, soc, slope);
    *slope = 0;
    return l->entropic;
}

/* ---- the voltage at the end of the step, and the current that meets a demand ---- */

/* V at current I, its derivative; what stands then goes to soc and h. */
static double volt(const ecm *m, const lane *l, double I, double *dV, double *soc, double *h)
{
    double mean = (l->I0 + I) / 2, eff = mean < 0 ? l->eta : 1, per = eff * l->dt / (CIRCUIT_HOUR * l->Q);
    double used = mean * per, slope, M, dM, dS, dh = 0;
    *soc = l->soc0 - used;
    *h = l->h0;
    double U = circuit_ocv(&m->circuit, *soc, l->half, &slope, &M, &dM);
    if (m->circuit.hysteresis && used != 0) {
        double to = used > 0 ? -1 : 1, left = (l->h0 - to) * exp(-l->rate * fabs(used));
        *h = to + left;
        dh = to * left * l->rate * per / 2;
    }
    double S = entropic_at(m, l, *soc, &dS), warm = l->T1 - m->reference;
    *dV = -(slope + dM * *h + dS * warm) * per / 2 + M * dh - l->e;
    return U + M * *h + S * warm - l->v - I * l->e;
}

/* The current at which a source E behind r meets the demand; 0: there is none. */
static int meet(int control, double demand, double E, double r, double *I)
{
    double root = E * E - 4 * r * demand;
    switch (control) {
    case FADE_BY_CURRENT:
        *I = demand;
        return 1;
    case FADE_BY_VOLTAGE:
        *I = (E - demand) / r;
        return 1;
    case FADE_BY_POWER:
        *I = 2 * demand / (E + sqrt(fmax(root, 0)));
        return root >= 0 && E > 0;
    default:
        *I = E / (r + demand);
        return 1;
    }
}

/* What is left to reach at current I, and its derivative. */
static double gap(const lane *l, double I, double V, double dV, double *dg)
{
    switch (l->control) {
    case FADE_BY_VOLTAGE:
        *dg = dV;
        return V - l->demand;
    case FADE_BY_POWER:
        *dg = V + I * dV;
        return V * I - l->demand;
    default:
        *dg = dV - l->demand;
        return V - I * l->demand;
    }
}

/* Newton from the current now; the steps shrink after a while, should the curve's corners make it hop.  0: none. */
static int solve(const ecm *m, lane *l, double *V)
{
    double dV, dg, g;
    l->I1 = l->control == FADE_BY_CURRENT ? l->demand : l->I0;
    *V = volt(m, l, l->I1, &dV, &l->soc1, &l->h1);
    if (l->control == FADE_BY_CURRENT)
        return 1;
    for (int k = 0; k < 80; k++) {
        g = gap(l, l->I1, *V, dV, &dg);
        double by = g / dg;
        if (!(fabs(by) < 1e9))
            return 0;
        if (fabs(by) <= 1e-14 * (1 + fabs(l->I1)))
            break;
        l->I1 -= k < 20 ? by : by / 2;
        *V = volt(m, l, l->I1, &dV, &l->soc1, &l->h1);
    }
    g = gap(l, l->I1, *V, dV, &dg);
    /* Of a power's two currents the one beyond the most the cell can give is not meant. */
    return fabs(g) <= 1e-9 * (1 + fabs(l->demand)) && !(l->control == FADE_BY_POWER && dg <= 0);
}

/* ---- a lane's step: begin, read tables, close the circuit, heat ---- */

static double resistance_scale(const ecm *m, const fade_tile *b, uint32_t i)
{
    const double *const *p = b->param;
    double s = p[RATIO][i] * p[RESISTANCE_FACTOR][i];
    if (p[RESISTANCE][i] > 0)
        s *= p[RESISTANCE][i] / circuit_value(&m->circuit, CIRCUIT_R0, CIRCUIT_DISCHARGE, 0.5, m->reference, p[R0][i]);
    return s;
}

static double arrhenius(const ecm *m, const fade_tile *b, uint32_t i, double T)
{
    double E = b->param[ACTIVATION][i];
    return E > 0 ? exp(E / CIRCUIT_GAS * (1 / T - 1 / m->reference)) : 1;
}

static double series(const ecm *m, const fade_tile *b, uint32_t i, const lane *l, double soc, double T)
{
    return circuit_value(&m->circuit, CIRCUIT_R0, l->side, soc, T, b->param[R0][i]) * l->scale * arrhenius(m, b, i, T);
}

static void pairs(const ecm *m, const fade_tile *b, uint32_t i, lane *l, double soc, double T)
{
    double scale = l->scale * arrhenius(m, b, i, T);
    for (uint32_t k = 0; k < m->circuit.pairs; k++) {
        l->r[k] = scale * circuit_value(&m->circuit, CIRCUIT_R + k, l->side, soc, T, b->param[R1 + k][i]);
        l->tau[k] = l->r[k] * circuit_value(&m->circuit, CIRCUIT_C + k, l->side, soc, T, b->param[C1 + k][i]);
    }
}

/* dV/dt at current I but for the current's own change. */
static double drift(const ecm *m, const lane *l, double soc, double I, const double *v)
{
    double slope, M, dM, d;
    circuit_ocv(&m->circuit, soc, l->half, &slope, &M, &dM);
    d = -slope * I * (I < 0 ? l->eta : 1) / (CIRCUIT_HOUR * l->Q);
    for (uint32_t k = 0; k < m->circuit.pairs; k++)
        d -= (I * l->r[k] - v[k]) / l->tau[k];
    return d;
}

/* Where the lane stands at t; its current there.  passes 0: refused. */
static void begin(const ecm *m, fade_tile *b, uint32_t i, lane *l, double dt)
{
    const double *const *p = b->param, *const *x = b->x;
    *l = (lane){ .dt = dt, .control = (int)b->in[CONTROL][i], .demand = b->in[DEMAND][i], .Ta = b->in[AMBIENT][i] };
    if (!sound(m, b, i))
        return;
    l->Q = (p[CAPACITY][i] > 0 ? p[CAPACITY][i] : p[NOMINAL][i]) * p[CAPACITY_FACTOR][i];
    l->eta = p[EFFICIENCY][i];
    l->half = p[HYSTERESIS_VOLTAGE][i];
    l->rate = p[HYSTERESIS_RATE][i];
    l->entropic = p[ENTROPIC][i];
    l->soc0 = l->soc1 = 1 - x[CHARGE][i] / l->Q;
    l->h0 = l->h1 = x[HYSTERESIS_STATE][i];
    l->T0 = l->T1 = m->lumped ? x[TEMPERATURE][i] : l->Ta;
    l->scale = resistance_scale(m, b, i);
    double sum = 0, E, dV, soc, h;
    for (uint32_t k = 0; k < m->circuit.pairs; k++)
        sum += l->v0[k] = l->v1[k] = x[V1 + k][i];
    l->dt = 0;
    l->v = sum;
    E = volt(m, l, 0, &dV, &soc, &h);
    l->dt = dt;
    double toward = l->control == FADE_BY_VOLTAGE ? E - l->demand : l->control == FADE_BY_RESISTANCE ? E : l->demand;
    l->side = (toward == 0 ? sum : toward) < 0 ? CIRCUIT_CHARGE : CIRCUIT_DISCHARGE;
    l->r0 = l->r0_start = series(m, b, i, l, l->soc0, l->T0);
    if (!meet(l->control, l->demand, E, l->r0, &l->I0)) {
        static const char *const what[] = { "A", "V", "W", "ohm" };
        char text[200];
        snprintf(text, sizeof text,
                 "no current gives %g %s at a state of charge of %g, where the cell rests at %g V behind %g ohm",
                 l->demand, what[l->control], l->soc0, E, l->r0);
        refuse(m, b, i, FADE_ESOLVE, text);
        return;
    }
    pairs(m, b, i, l, l->soc0, l->T0);
    l->drift0 = drift(m, l, l->soc0, l->I0, l->v0);
    l->I1 = l->I0;
    l->passes = m->circuit.tables || m->circuit.entropic.n || l->entropic != 0 || p[ACTIVATION][i] > 0 ? 2 : 1;
}

/* Second pass: series resistance where the step led, pairs half way. */
static void look_again(const ecm *m, const fade_tile *b, uint32_t i, lane *l)
{
    l->r0 = series(m, b, i, l, l->soc1, l->T1);
    pairs(m, b, i, l, (l->soc0 + l->soc1) / 2, (l->T0 + l->T1) / 2);
}

/* Integral of v^2 over the step, v from v0 under a current in a straight line. */
static double square(const lane *l, uint32_t k)
{
    double tau = l->tau[k], dt = l->dt, rise = l->r[k] * (l->I1 - l->I0) / dt, a = l->a[k];
    double from = l->r[k] * l->I0 - rise * tau, to = from + rise * dt, c = l->v0[k] - from;
    double cross = from * tau * (1 - a) + rise * tau * (tau * (1 - a) - dt * a);
    return dt * (from * from + from * to + to * to) / 3 + 2 * c * cross + c * c * tau / 2 * (1 - a * a);
}

/* What charge lost on its way in, and hysteresis, make of heat at current I. */
static double other_heat(const ecm *m, const lane *l, double I, double soc, double h)
{
    double slope, M, dM, U = circuit_ocv(&m->circuit, soc, l->half, &slope, &M, &dM);
    return -I * M * h + (I < 0 ? (l->eta - 1) * I * U : 0);
}

/* Closes the circuit, decays at hand; the step's mean heat.  V at the end goes to `V`; 0: no current does it. */
static int close_circuit(const ecm *m, lane *l, double *V)
{
    l->v = 0;
    l->e = l->r0;
    for (uint32_t k = 0; k < m->circuit.pairs; k++) {
        double g = l->dt > 0 ? (1 - l->a[k]) * l->tau[k] / l->dt : 1;
        l->v += l->a[k] * l->v0[k] + l->r[k] * l->I0 * (g - l->a[k]);
        l->e += l->r[k] * (1 - g);
    }
    if (!solve(m, l, V))
        return 0;
    double I0 = l->I0, I1 = l->I1, mean = (I0 + I1) / 2, slope;
    l->q = (l->r0_start * (2 * I0 * I0 + I0 * I1) + l->r0 * (I0 * I1 + 2 * I1 * I1)) / 6;
    for (uint32_t k = 0; k < m->circuit.pairs; k++) {
        double g = l->dt > 0 ? (1 - l->a[k]) * l->tau[k] / l->dt : 1;
        l->v1[k] = l->a[k] * l->v0[k] + l->r[k] * (I0 * (g - l->a[k]) + I1 * (1 - g));
        l->q += l->dt > 0 ? square(l, k) / (l->r[k] * l->dt) : l->v0[k] * l->v0[k] / l->r[k];
    }
    l->q += (other_heat(m, l, I0, l->soc0, l->h0) + other_heat(m, l, I1, l->soc1, l->h1)) / 2;
    l->pull = mean * entropic_at(m, l, (l->soc0 + l->soc1) / 2, &slope);
    return 1;
}

/* ---- what leaves ---- */

static void capability(const ecm *m, fade_tile *b, uint32_t i, const lane *l, const double *keep)
{
    double slope, M, dM, dS, h = l->h1, hours = m->pulse / CIRCUIT_HOUR;
    double E = circuit_ocv(&m->circuit, l->soc1, l->half, &slope, &M, &dM) + M * h, r = l->r0;
    E += entropic_at(m, l, l->soc1, &dS) * (l->T1 - m->reference);
    for (uint32_t k = 0; k < m->circuit.pairs; k++) {
        E -= l->v1[k] * keep[k * b->n + i];
        r += l->r[k] * (1 - keep[k * b->n + i]);
    }
    r += fmax(slope, 0) * hours / l->Q;
    double V = fmax(b->param[VOLTAGE_MIN][i], E / 2), I = fmin((E - V) / r, l->soc1 * l->Q / hours);
    b->out[POWER_DISCHARGE][i] = I > 0 ? I * fmax(E - I * r, 0) : 0;
    V = b->param[VOLTAGE_MAX][i];
    I = fmin((V - E) / r, (1 - l->soc1) * l->Q / hours);
    b->out[POWER_CHARGE][i] = I > 0 ? I * (E + I * r) : 0;
}

static void show(const ecm *m, fade_tile *b, uint32_t i, const lane *l, double V)
{
    double *const *o = b->out, dS, sum = 0, all = l->r0, S = entropic_at(m, l, l->soc1, &dS);
    o[HEAT][i] = l->I1 * l->I1 * l->r0 + other_heat(m, l, l->I1, l->soc1, l->h1) - l->I1 * l->T1 * S;
    for (uint32_t k = 0; k < CIRCUIT_PAIRS; k++) {
        double v = k < m->circuit.pairs ? l->v1[k] : 0;
        o[V_RC + k][i] = v;
        sum += v;
        if (k < m->circuit.pairs) {
            o[HEAT][i] += v * v / l->r[k];
            all += l->r[k];
        }
    }
    o[VOLTAGE][i] = V;
    o[CURRENT][i] = l->I1;
    o[POWER][i] = V * l->I1;
    o[OUT_TEMPERATURE][i] = l->T1;
    o[SOC][i] = l->soc1;
    o[ENERGY][i] = l->Q * curve_area(&m->circuit.ocv, l->soc1);
    o[SOE][i] = o[ENERGY][i] / (l->Q * curve_area(&m->circuit.ocv, 1));
    o[OUT_OCV][i] = V + sum + l->I1 * l->r0;
    o[POLARIZATION][i] = sum;
    o[OUT_HYSTERESIS][i] = l->h1;
    o[DC_RESISTANCE][i] = all;
    o[THROUGHPUT][i] = fabs(l->I0 + l->I1) / 2 * l->dt / CIRCUIT_HOUR;
}

static void again(fade_tile *b, uint32_t i, double dt)
{
    b->status[i] = FADE_RETRY;
    b->wish[i] = dt;
}

/* How far the voltage bends between the step's ends, and what dt would keep that at the tolerance.  0: too far, and the
 * answer itself depends on it. */
static int judge(const ecm *m, fade_tile *b, uint32_t i, lane *l)
{
    double bend = fabs(drift(m, l, l->soc1, l->I1, l->v1) - l->drift0) * l->dt / 8;
    bend += fabs(l->r0 - l->r0_start) * fabs(l->I1) / 8;
    double by = bend > 0 ? 0.9 * sqrt(m->tolerance / bend) : 5;
    if ((l->control != FADE_BY_CURRENT || l->passes > 1) && bend > 20 * m->tolerance && l->dt > 1e-3) {
        again(b, i, l->dt * fmax(0.1, fmin(0.5, by)));
        return 0;
    }
    double most = 0.02 * l->Q * CIRCUIT_HOUR / fmax(fabs(l->I1), l->Q / 500);
    b->wish[i] = fmin(b->wish[i], fmin(most, l->dt * fmin(5, fmax(0.2, by))));
    return 1;
}

/* Takes the lane's step to x1 and out, unless it may not stand. */
static void take(const ecm *m, fade_tile *b, uint32_t i, lane *l, double V, const double *keep)
{
    char text[160];
    double far = fabs(l->soc1 - 0.5);
    if (far > 0.6 && far > fabs(l->soc0 - 0.5)) {
        if (l->dt > 1) {
            again(b, i, l->dt / 4);
            return;
        }
        snprintf(text, sizeof text, "state of charge comes to %g at %g A, outside -0.1 .. 1.1", l->soc1, l->I1);
        refuse(m, b, i, FADE_ERANGE, text);
        return;
    }
    if (!isfinite(V) || !isfinite(l->T1) || !(l->T1 > 0)) {
        snprintf(text, sizeof text, "at %g A the voltage comes to %g V and the temperature to %g K", l->I1, V, l->T1);
        refuse(m, b, i, FADE_ESOLVE, text);
        return;
    }
    if (l->dt > 0 && !judge(m, b, i, l))
        return;
    b->x1[CHARGE][i] = b->x[CHARGE][i] + (l->soc0 - l->soc1) * l->Q;
    for (uint32_t k = 0; k < CIRCUIT_PAIRS; k++)
        b->x1[V1 + k][i] = k < m->circuit.pairs ? l->v1[k] : 0;
    b->x1[HYSTERESIS_STATE][i] = l->h1;
    b->x1[TEMPERATURE][i] = l->T1;
    show(m, b, i, l, V);
    capability(m, b, i, l, keep);
}

/* No current meets the demand at the end of the step, but one does now: a shorter step may do. */
static void infeasible(const ecm *m, fade_tile *b, uint32_t i, const lane *l)
{
    char text[200];
    if (l->dt > 1e-6) {
        again(b, i, l->dt / 4);
        return;
    }
    snprintf(text, sizeof text, "no current meets the demand of %g within %g s from a state of charge of %g", l->demand,
             l->dt, l->soc0);
    refuse(m, b, i, FADE_ESOLVE, text);
}

/* decay[k][i] = exp(-dt / tau), of every pair; lanes that are not at work have 1. */
static void decays(const ecm *m, const fade_tile *b, const lane *lanes, double *decay, double seconds, int pass)
{
    uint32_t n = b->n, np = m->circuit.pairs;
    for (uint32_t k = 0; k < np; k++)
        for (uint32_t i = 0; i < n; i++)
            decay[k * n + i] = i < b->live && lanes[i].passes > pass
                                   ? -(seconds > 0 ? seconds : lanes[i].dt) / lanes[i].tau[k]
                                   : 0;
    if (np)
        m->math->exp(np * n, decay, decay);
}

static void one_pass(const ecm *m, fade_tile *b, lane *lanes, double *decay, double *V, int pass)
{
    double *cool = decay + (size_t)CIRCUIT_PAIRS * b->n;
    for (uint32_t i = 0; pass && i < b->live; i++)
        if (lanes[i].passes > pass)
            look_again(m, b, i, &lanes[i]);
    decays(m, b, lanes, decay, 0, pass);
    for (uint32_t i = 0; i < b->n; i++) {
        lane *l = &lanes[i];
        cool[i] = 0;
        if (i >= b->live || l->passes <= pass)
            continue;
        for (uint32_t k = 0; k < m->circuit.pairs; k++)
            l->a[k] = decay[k * b->n + i];
        if (!close_circuit(m, l, &V[i])) {
            infeasible(m, b, i, l);
            l->passes = 0;
            continue;
        }
        cool[i] = -l->dt * (b->param[COOLING][i] + l->pull) / b->param[HEAT_CAPACITY][i];
    }
    m->math->expm1(b->n, cool, decay);            /* the decays have been taken */
    for (uint32_t i = 0; i < b->live; i++) {
        lane *l = &lanes[i];
        if (l->passes <= pass || !m->lumped)
            continue;
        double by = l->dt / b->param[HEAT_CAPACITY][i] * (cool[i] != 0 ? decay[i] / cool[i] : 1);
        l->T1 = l->T0 + (l->q - b->param[COOLING][i] * (l->T0 - l->Ta) - l->pull * l->T0) * by;
    }
}

static int32_t run(const ecm *m, fade_tile *b, int observe)
{
    lane *lanes = b->scratch;
    double *decay = (double *)(lanes + b->n), *V = b->out[VOLTAGE];
    int more = 0;
    for (uint32_t i = 0; i < b->live; i++) {
        begin(m, b, i, &lanes[i], observe ? 0 : b->dt[i]);
        more |= lanes[i].passes > 1;
    }
    if (!observe) {
        one_pass(m, b, lanes, decay, V, 0);
        if (more)
            one_pass(m, b, lanes, decay, V, 1);
    }
    decays(m, b, lanes, decay, m->pulse, 0);
    for (uint32_t i = 0; i < b->live; i++) {
        lane *l = &lanes[i];
        double dV, sum = 0;
        if (!l->passes)
            continue;
        if (!observe) {
            take(m, b, i, l, V[i], decay);
            continue;
        }
        for (uint32_t k = 0; k < m->circuit.pairs; k++)
            sum += l->v0[k];
        l->v = sum;
        l->e = l->r0;
        show(m, b, i, l, volt(m, l, l->I0, &dV, &l->soc1, &l->h1));
        capability(m, b, i, l, decay);
    }
    return FADE_OK;
}

int32_t ecm_step(const void *model, fade_tile *b) { return run(model, b, 0); }
int32_t ecm_observe(const void *model, fade_tile *b) { return run(model, b, 1); }

int32_t ecm_init(const void *model, fade_tile *b)
{
    const double *const *p = b->param;
    (void)model;
    for (uint32_t i = 0; i < b->n; i++) {
        double Q = (p[CAPACITY][i] > 0 ? p[CAPACITY][i] : p[NOMINAL][i]) * p[CAPACITY_FACTOR][i];
        b->x1[CHARGE][i] = (1 - p[INITIAL_SOC][i]) * Q;
        for (uint32_t k = 0; k < CIRCUIT_PAIRS; k++)
            b->x1[V1 + k][i] = 0;
        b->x1[HYSTERESIS_STATE][i] = p[INITIAL_HYSTERESIS][i];
        b->x1[TEMPERATURE][i] = isfinite(b->in[AMBIENT][i]) ? b->in[AMBIENT][i] : 298.15;
    }
    return FADE_OK;
}

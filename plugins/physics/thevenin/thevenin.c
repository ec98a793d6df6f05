/* SPDX-License-Identifier: MIT
 * thevenin.c - a small cell per second: open-circuit voltage, a series resistance, one RC pair and a thermal node.
 *
 *   V = OCV(1 - charge / Q) - I r0 - v1        dv1/dt = (I r1 - v1) / (r1 c1)        discharge current is positive
 *   heat_capacity dT/dt = I^2 r0 + v1^2 / r1 - cooling (T - T_ambient)
 *
 * The current is constant over a step, and for that voltage and charge are exact at any dt; the node takes the step's
 * mean heat.  Under voltage, power or resistance it is the current that meets the demand at the end of the step: first
 * order in dt, hence the smaller `wish`.
 */
#include "fade_plugin.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOMINAL, CAPACITY, R0, R1, C1, HEAT_CAPACITY, COOLING, INITIAL_SOC, OCV };
enum { CHARGE, V1, TEMPERATURE };
enum { CONTROL, DEMAND, AMBIENT };
enum { VOLTAGE, CURRENT, POWER, HEAT, OUT_TEMPERATURE, SOC, THROUGHPUT };

static const double HOUR = 3600; /* s */

static const fade_param params[] = {
    { "nominal_capacity", "Ah", "Capacity of the new cell; not given: the cell's.", "", FADE_REAL,
      FADE_PER_CELL | FADE_EXAMPLE, 2, 1e-6, 1e6, 0, 0, NULL },
    { "capacity", "Ah", "Capacity now, for example \"@capacity\" of an ageing law; 0: nominal_capacity.", "", FADE_REAL,
      FADE_PER_CELL | FADE_LIVE, 0, 0, 1e6, 0, 0, NULL },
    { "r0", "ohm", "Series resistance.", "", FADE_REAL, FADE_PER_CELL | FADE_LIVE | FADE_EXAMPLE | FADE_LOG, 0.03, 1e-7,
      1e3, 0, 0, NULL },
    { "r1", "ohm", "Resistance of the RC pair.", "", FADE_REAL, FADE_PER_CELL | FADE_EXAMPLE | FADE_LOG, 0.02, 1e-7,
      1e3, 0, 0, NULL },
    { "c1", "F", "Capacitance of the RC pair.", "", FADE_REAL, FADE_PER_CELL | FADE_EXAMPLE | FADE_LOG, 2000, 1e-3, 1e9,
      0, 0, NULL },
    { "heat_capacity", "J/K", "Heat capacity of the cell.", "", FADE_REAL, FADE_PER_CELL | FADE_EXAMPLE | FADE_LOG, 40,
      1e-3, 1e9, 0, 0, NULL },
    { "cooling", "W/K", "Heat conducted to the surroundings.", "", FADE_REAL, FADE_PER_CELL | FADE_EXAMPLE, 0.05, 0,
      1e6, 0, 0, NULL },
    { "initial_soc", "1", "State of charge at the start.", "", FADE_REAL, FADE_PER_CELL, 1, 0, 1, 0, 0, NULL },
    { "ocv", "1;V",
      "Open-circuit voltage over state of charge; the ends go on in a straight line.  Not given: an example of the NMC "
      "kind.",
      "", FADE_CURVE, FADE_EXAMPLE, 0, 0, 0, 0, 0, NULL },
};
static const fade_column state[] = {
    { "charge", "Ah", "Charge taken out since full.", 0, 0, 0, 0, 0, 1, 0 },
    { "v1", "V", "Voltage over the RC pair.", 0, 0, 0, 0, 0, 1, 0 },
    { "temperature", "K", "Cell temperature.", 298.15, 0, 0, 243.15, 343.15, 1, 0 },
};
static const fade_column in[] = {
    { "control", "", "What is held: 0 current, 1 voltage, 2 power, 3 resistance.", 0, 0, 3, 0, 0, 1, FADE_PLANNED },
    { "demand", "A|V|W|ohm", "How much of it.", 0, -1e6, 1e6, 0, 0, 1, FADE_PLANNED },
    { "temperature_ambient", "K", "Temperature of the surroundings.", 298.15, 150, 500, 243.15, 343.15, 1,
      FADE_PLANNED },
};
static const fade_column out[] = {
    { "voltage", "V", "Terminal voltage.", 0, 0, 0, 0, 0, 1, 0 },
    { "current", "A", "Current, discharge positive.", 0, 0, 0, 0, 0, 1, 0 },
    { "power", "W", "Power given, discharge positive.", 0, 0, 0, 0, 0, 1, 0 },
    { "heat", "W", "Heat made.", 0, 0, 0, 0, 0, 1, 0 },
    { "temperature", "K", "Cell temperature.", 298.15, 0, 0, 243.15, 343.15, 1, 0 },
    { "soc", "1", "State of charge.", 1, -0.2, 1.2, 0, 1, 1, 0 },
    { "throughput", "Ah", "Charge moved in either direction.", 0, 0, 0, 0, 0, 1, FADE_TOTAL },
};

static const double example_soc[] = { 0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1 };
static const double example_ocv[] = { 2.5, 3, 3.25, 3.4, 3.5, 3.56, 3.61, 3.66, 3.74, 3.84, 3.94, 4.05, 4.18 };

typedef struct thevenin {
    const fade_host *host;
    const fade_math_v1 *math;
    const double *x, *y; /* OCV over SoC */
    uint32_t n;
} thevenin;

/* One lane's step, all that the current meets: V(I) = ocv(soc0 - I dsoc) - v - I r */
typedef struct lane {
    double soc, dsoc, v, r;
} lane;

/* The curve at s and its slope. */
static double ocv(const thevenin *m, double s, double *slope)
{
    uint32_t lo = 0, hi = m->n - 1;
    while (hi - lo > 1) {
        uint32_t mid = (lo + hi) / 2;
        if (s < m->x[mid])
            hi = mid;
        else
            lo = mid;
    }
    *slope = (m->y[hi] - m->y[lo]) / (m->x[hi] - m->x[lo]);
    return m->y[lo] + (s - m->x[lo]) * *slope;
}

static double volt(const thevenin *m, const lane *l, double I, double *dV)
{
    double slope, U = ocv(m, l->soc - I * l->dsoc, &slope);
    *dV = -slope * l->dsoc - l->r;
    return U - l->v - I * l->r;
}

/* What is left to reach at current I, and its derivative. */
static double gap(const thevenin *m, const lane *l, int control, double demand, double I, double *dg)
{
    double dV, V = volt(m, l, I, &dV);
    switch (control) {
    case FADE_BY_VOLTAGE:
        *dg = dV;
        return V - demand;
    case FADE_BY_POWER:
        *dg = V + I * dV;
        return V * I - demand;
    default:
        *dg = dV - demand;
        return V - I * demand;
    }
}

/* Newton from the voltage at rest; the steps shrink after a while, should the curve's corners make it hop.  0: no such
 * current. */
static int solve(const thevenin *m, const lane *l, int control, double demand, double *I)
{
    double dg, g = 0;
    *I = 0;
    if (control == FADE_BY_CURRENT) {
        *I = demand;
        return 1;
    }
    if (control == FADE_BY_RESISTANCE && demand < 0)
        return 0;
    for (int k = 0; k < 80; k++) {
        g = gap(m, l, control, demand, *I, &dg);
        double by = g / dg;
        if (!(fabs(by) < 1e9))
            return 0;
        if (fabs(by) <= 1e-14 * (1 + fabs(*I)))
            break;
        *I -= k < 20 ? by : by / 2;
    }
    g = gap(m, l, control, demand, *I, &dg);
    /* Of a power's two currents the one beyond the most the cell can give is not meant. */
    return fabs(g) <= 1e-9 * (1 + fabs(demand)) && !(control == FADE_BY_POWER && dg <= 0);
}

static void refuse(const thevenin *m, fade_tile *b, uint32_t i, int32_t code, const char *text)
{
    b->status[i] = code;
    fade_say(m->host, 3, code, (int32_t)i, text);
}

/* No current meets the demand at the end of the step: a shorter one may do, unless there is none even now. */
static void infeasible(const thevenin *m, fade_tile *b, uint32_t i, lane l, double dt)
{
    static const char *const what[] = { "A", "V", "W", "ohm" };
    int control = (int)b->in[CONTROL][i];
    double I, r0 = b->param[R0][i];
    l = (lane){ l.soc, 0, b->x[V1][i], r0 };
    if (dt > 1e-6 && solve(m, &l, control, b->in[DEMAND][i], &I)) {
        b->status[i] = FADE_RETRY;
        b->wish[i] = dt / 4;
        return;
    }
    char text[200];
    snprintf(text, sizeof text,
             "no current gives %g %s at a state of charge of %g, where the cell rests at %g V behind %g ohm",
             b->in[DEMAND][i], what[control], l.soc, volt(m, &l, 0, &I), r0);
    refuse(m, b, i, FADE_ESOLVE, text);
}

/* Is lane i's input sound?  Else says so. */
static int sound(const thevenin *m, fade_tile *b, uint32_t i)
{
    char text[200];
    for (int k = CONTROL; k <= AMBIENT; k++)
        if (!isfinite(b->in[k][i])) {
            snprintf(text, sizeof text, "%s is %g, thevenin needs a number", in[k].key, b->in[k][i]);
            refuse(m, b, i, FADE_EINVAL, text);
            return 0;
        }
    double c = b->in[CONTROL][i];
    if (c != FADE_BY_CURRENT && c != FADE_BY_VOLTAGE && c != FADE_BY_POWER && c != FADE_BY_RESISTANCE) {
        snprintf(text, sizeof text, "control is %g, must be 0 (current), 1 (voltage), 2 (power) or 3 (resistance)", c);
        refuse(m, b, i, FADE_EINVAL, text);
        return 0;
    }
    return 1;
}

/* The dt after which the open-circuit voltage has moved by a hundredth of its way; smaller where current follows
 * voltage. */
static double wish(const thevenin *m, const fade_tile *b, uint32_t i, double Q, double soc, double I)
{
    double slope, next = 0.01 * Q * HOUR / fmax(fabs(I), Q / 50);
    if (b->in[CONTROL][i] == FADE_BY_CURRENT)
        return next;
    ocv(m, soc, &slope);
    double tau = (b->param[R0][i] + b->param[R1][i]) * Q * HOUR / fmax(fabs(slope), 1e-3);
    return fmin(next, fmax(0.5, 0.02 * tau));
}

static void show(fade_tile *b, uint32_t i, double V, double I, double v1, double T, double soc)
{
    double *const *o = b->out;
    o[VOLTAGE][i] = V;
    o[CURRENT][i] = I;
    o[POWER][i] = V * I;
    o[HEAT][i] = I * I * b->param[R0][i] + v1 * v1 / b->param[R1][i];
    o[OUT_TEMPERATURE][i] = T;
    o[SOC][i] = soc;
}

/* Integral of v1^2 over the step, from a deviation a of v1 from its end value I r1. */
static double square(double vs, double a, double tau, double decay, double dt)
{
    return vs * vs * dt + 2 * vs * a * tau * (1 - decay) + a * a * tau / 2 * (1 - decay * decay);
}

/* decay = exp(-dt / (r1 c1)); cool = expm1(-dt cooling / heat_capacity) */
static void step_lane(const thevenin *m, fade_tile *b, uint32_t i, double decay, double cool, double dt)
{
    const double *const *p = b->param;
    double r1 = p[R1][i], tau = r1 * p[C1][i], h = p[COOLING][i], v0 = b->x[V1][i], T = b->x[TEMPERATURE][i], I, dV;
    double Q = p[CAPACITY][i] > 0 ? p[CAPACITY][i] : p[NOMINAL][i];
    if (!sound(m, b, i))
        return;
    lane l = { 1 - b->x[CHARGE][i] / Q, dt / (HOUR * Q), v0 * decay, p[R0][i] + r1 * (1 - decay) };
    if (!solve(m, &l, (int)b->in[CONTROL][i], b->in[DEMAND][i], &I)) {
        infeasible(m, b, i, l, dt);
        return;
    }
    double v1 = l.v + I * r1 * (1 - decay), soc = l.soc - I * l.dsoc;
    if (fabs(soc - 0.5) > 0.6 && fabs(soc - 0.5) > fabs(l.soc - 0.5)) {
        char text[120];
        if (dt > 1) {
            b->status[i] = FADE_RETRY;
            b->wish[i] = dt / 4;
            return;
        }
        snprintf(text, sizeof text, "state of charge comes to %g at %g A, outside -0.1 .. 1.1", soc, I);
        refuse(m, b, i, FADE_ERANGE, text);
        return;
    }
    double q = I * I * p[R0][i] + (dt > 0 ? square(I * r1, v0 - I * r1, tau, decay, dt) / (r1 * dt) : v0 * v0 / r1);
    double gain = h > 0 ? -cool / h : dt / p[HEAT_CAPACITY][i]; /* K per W of what is not in balance */
    double T1 = T + (q - h * (T - b->in[AMBIENT][i])) * gain;
    b->x1[CHARGE][i] = b->x[CHARGE][i] + I * dt / HOUR;
    b->x1[V1][i] = v1;
    b->x1[TEMPERATURE][i] = T1;
    show(b, i, volt(m, &l, I, &dV), I, v1, T1, soc);
    b->out[THROUGHPUT][i] = fabs(I) * dt / HOUR;
    b->wish[i] = fmin(b->wish[i], wish(m, b, i, Q, soc, I));
}

static int32_t step(const void *model, fade_tile *b)
{
    const thevenin *m = model;
    const double *const *p = b->param;
    uint32_t n = b->n;
    double *decay = b->scratch, *cool = decay + n;
    for (uint32_t i = 0; i < n; i++) {
        decay[i] = -b->dt[i] / (p[R1][i] * p[C1][i]);
        cool[i] = -b->dt[i] * p[COOLING][i] / p[HEAT_CAPACITY][i];
    }
    m->math->exp(n, decay, decay);
    m->math->expm1(n, cool, cool);
    for (uint32_t i = 0; i < b->live; i++)
        step_lane(m, b, i, decay[i], cool[i], b->dt[i]);
    return FADE_OK;
}

static int32_t observe(const void *model, fade_tile *b)
{
    const thevenin *m = model;
    for (uint32_t i = 0; i < b->live; i++) {
        double Q = b->param[CAPACITY][i] > 0 ? b->param[CAPACITY][i] : b->param[NOMINAL][i], I, dV;
        lane l = { 1 - b->x[CHARGE][i] / Q, 0, b->x[V1][i], b->param[R0][i] };
        b->out[THROUGHPUT][i] = 0;
        if (!sound(m, b, i))
            continue;
        if (!solve(m, &l, (int)b->in[CONTROL][i], b->in[DEMAND][i], &I)) {
            infeasible(m, b, i, l, 0);
            continue;
        }
        show(b, i, volt(m, &l, I, &dV), I, b->x[V1][i], b->x[TEMPERATURE][i], l.soc);
    }
    return FADE_OK;
}

static int32_t init(const void *model, fade_tile *b)
{
    (void)model;
    for (uint32_t i = 0; i < b->n; i++) {
        double Q = b->param[CAPACITY][i] > 0 ? b->param[CAPACITY][i] : b->param[NOMINAL][i], T = b->in[AMBIENT][i];
        b->x1[CHARGE][i] = (1 - b->param[INITIAL_SOC][i]) * Q;
        b->x1[V1][i] = 0;
        b->x1[TEMPERATURE][i] = isfinite(T) ? T : state[TEMPERATURE].init;
    }
    return FADE_OK;
}

static size_t scratch(const void *model, uint32_t n)
{
    (void)model;
    return 2 * (size_t)n * sizeof(double);
}

static int32_t create(const fade_host *host, const fade_args *args, void **model)
{
    const fade_math_v1 *math = host->iface(host, "fade.math/1");
    const fade_value *c = &args->at[OCV];
    if (!math) {
        fade_say(host, 3, FADE_EBUG, -1, "thevenin needs the host's fade.math/1");
        return FADE_EBUG;
    }
    if (c->n == 1) {
        fade_say(host, 3, FADE_EINVAL, -1, "ocv has 1 point, must have 2 or more");
        return FADE_EINVAL;
    }
    thevenin *m = malloc(sizeof *m);
    if (!m) {
        fade_say(host, 3, FADE_ENOMEM, -1, "no memory for thevenin");
        return FADE_ENOMEM;
    }
    *m = (thevenin){ host, math, example_soc, example_ocv, sizeof example_soc / sizeof example_soc[0] };
    if (c->n)
        *m = (thevenin){ host, math, c->v, c->v + c->n, c->n };
    *model = m;
    return FADE_OK;
}

static void destroy(void *model)
{
    free(model);
}

static const fade_model_v1 model_v1 = {
    .size = sizeof model_v1,
    .create = create,
    .destroy = destroy,
    .scratch = scratch,
    .init = init,
    .step = step,
    .observe = observe,
};

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.model/1") == 0 ? &model_v1 : NULL;
}

static const fade_desc desc = {
    .size = sizeof desc,
    .id = "thevenin",
    .kind = "physics",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "A small cell per second: open-circuit voltage, a series resistance, one RC pair and a thermal node.",
    .cite = "",
    .params = FADE_LIST(params),
    .columns = { .state = FADE_LIST(state), .in = FADE_LIST(in), .out = FADE_LIST(out) },
    .iface = iface,
};
FADE_LIBRARY(&desc);

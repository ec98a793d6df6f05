/* SPDX-License-Identifier: MIT
 * schmalstieg2014.c - calendar and cycle ageing of an NMC 18650 (Sanyo UR18650E): Schmalstieg et al. 2014.
 *
 *   C/C0 = 1 - a_cap t^0.75 - b_cap sqrt(Q)        R/R0 = 1 + a_res t^0.75 + b_res Q        t in days, Q in Ah, both
 * ways
 *
 * y = k x^p is kept as y^(1/p), to which each step adds k^(1/p) dx: exact for any course of k, and additive, so a life
 * does not depend on how finely it is cut into steps.
 * Under a duty V is the open-circuit voltage of each sample.
 */
#include "../common_sides.h"
#include "fade_plugin.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SCH "Schmalstieg et al., J. Power Sources 257, 325 (2014), doi 10.1016/j.jpowsour.2014.02.012"
#define ECKER "Ecker et al., J. Power Sources 248, 839 (2014), doi 10.1016/j.jpowsour.2013.09.143"
#define P_T 0.75                                  /* exponent of time */

enum { NOMINAL, V_STORAGE, V_CYCLE, AGEING, OCV };
enum { DEPTH, TEMPERATURE, DURATION, LOSS_GAIN, GROWTH_GAIN, MEAN_V2 };
enum { OF_SOC, OF_TEMPERATURE };                  /* of a sample */
enum { LOSS_TIME, LOSS_CHARGE, GROWTH_TIME, GROWTH_CHARGE };
enum { LOSS, LOSS_CALENDAR, LOSS_CYCLE, RESISTANCE };

static const fade_param params[] = {
    { "nominal_capacity", "Ah", "Charge of a full discharge; [cell]'s unless given.", SCH, FADE_REAL,
      FADE_PER_CELL | FADE_STEP_ONLY, 2.05, 1e-9, 1e9, 0, 0, NULL },
    { "storage_voltage", "V", "Mean voltage of the cell over the row; may be bound to a column (\"@voltage_mean\").",
      SCH, FADE_REAL, FADE_PER_CELL | FADE_LIVE | FADE_EXAMPLE | FADE_STEP_ONLY, 3.7, 2.5, 4.3, 3.2, 4.2, NULL },
    { "cycle_voltage", "V", "Quadratic mean of the voltage over the cycle; may be bound to a column.", SCH, FADE_REAL,
      FADE_PER_CELL | FADE_LIVE | FADE_EXAMPLE | FADE_STEP_ONLY, 3.7, 2.5, 4.3, 3.2, 4.2, NULL },
    SIDES_PARAM,
    { "ocv", "1;V",
      "Under a duty, in place of both voltages: open-circuit voltage over state of charge; the end values hold.  Not "
      "given: that of the cells of the paper.",
      ECKER, FADE_CURVE, 0, 0, 0, 0, 0, 0, NULL },
};
static const fade_column state[] = {
    { "loss_time", "1", "Calendar loss to the power 4/3.", 0, 0, 0, 0, 0, 1, 0 },
    { "loss_charge", "1", "Cycle loss squared.", 0, 0, 0, 0, 0, 1, 0 },
    { "growth_time", "1", "Growth of resistance with time to the power 4/3.", 0, 0, 0, 0, 0, 1, 0 },
    { "growth_charge", "1", "Growth of resistance with charge.", 0, 0, 0, 0, 0, 1, 0 },
};
static const fade_column in[] = {
    { "depth", "1", "Depth of the cycle.", 1, 0, 1.5, 0, 1, 1, 0 },
    { "temperature_mean", "K", "Mean cell temperature.", 298.15, 150, 500, 283.15, 333.15, 1, 0 },
    { "duration", "s", "Calendar time booked with the row; unknown counts as none.", 0, 0, 1e11, 0, 0, 1,
      FADE_OPTIONAL },
    { "loss_time_gain", "1", "Under a duty: what its time adds to loss_time.", 0, 0, 0, 0, 0, 1, FADE_OPTIONAL },
    { "growth_time_gain", "1", "Under a duty: what its time adds to growth_time.", 0, 0, 0, 0, 0, 1, FADE_OPTIONAL },
    { "mean_voltage_squared", "V2", "Under a duty: mean of the squared voltage over the cycles booked.", 0, 0, 0, 0, 0,
      1, FADE_OPTIONAL },
};
static const fade_column out[] = {
    { "loss", "1", "Fraction of the initial capacity that is gone.", 0, 0, 1, 0, 0, 1, 0 },
    { "loss_calendar", "1", "What time took of it.", 0, 0, 0, 0, 0, 1, 0 },
    { "loss_cycle", "1", "What cycling took of it.", 0, 0, 0, 0, 0, 1, 0 },
    { "resistance_ratio", "1", "Resistance over that of a new cell.", 1, 0, 0, 0, 0, 1, 0 },
};

/* Open-circuit voltage of the Sanyo UR18650E: state of charge, then V. */
enum { OCV_N = 58 };
static const double sanyo[2 * OCV_N] = {
    0, 0.008637153, 0.026779514, 0.044921875, 0.063064236, 0.081206597, 0.099348958, 0.117491319, 0.135633681,
    0.153776042, 0.171918403, 0.190060764, 0.208203125, 0.226345486, 0.244487847, 0.262630208, 0.280772569,
    0.298914931, 0.317057292, 0.335199653, 0.353342014, 0.371484375, 0.389626736, 0.407769097, 0.425911458,
    0.444053819, 0.462196181, 0.480338542, 0.498480903, 0.516623264, 0.534765625, 0.552907986, 0.571050347,
    0.589192708, 0.607335069, 0.625477431, 0.643619792, 0.661762153, 0.679904514, 0.698046875, 0.716189236,
    0.734331597, 0.752473958, 0.770616319, 0.788758681, 0.806901042, 0.825043403, 0.843185764, 0.861328125,
    0.879470486, 0.897612847, 0.915755208, 0.933897569, 0.952039931, 0.970182292, 0.988324653, 0.998220486, 1,
    3.331, 3.345014187, 3.37917149, 3.411603677, 3.440585632, 3.466289865, 3.490268982, 3.511315401,
    3.529946658, 3.547197821, 3.561688798, 3.574972194, 3.586357962, 3.597053683, 3.605506753, 3.613442288,
    3.620342753, 3.626380661, 3.632073544, 3.63690387, 3.642079219, 3.646909545, 3.652084894, 3.657605266,
    3.663470662, 3.670198615, 3.677444104, 3.686759732, 3.696420384, 3.708323686, 3.720572012, 3.734372943,
    3.749553967, 3.765252525, 3.781123596, 3.797857224, 3.814590852, 3.832532062, 3.849783226, 3.866861877,
    3.884458064, 3.900846669, 3.917752809, 3.934831461, 3.953462717, 3.971921462, 3.991415276, 4.011771649,
    4.03195551, 4.05196686, 4.070770628, 4.087849279, 4.104237884, 4.120108955, 4.135980025, 4.152541142,
    4.160649189, 4.162,
};

/* Whose they are; what a side took of the loss is its loss where it acts alone. */
static const unsigned char whose_state[] = { SIDES_CALENDAR, SIDES_CYCLE, SIDES_CALENDAR, SIDES_CYCLE };
static const unsigned char whose_in[] = { SIDES_CYCLE,    SIDES_CALENDAR, SIDES_CALENDAR,
                                         SIDES_CALENDAR, SIDES_CALENDAR, SIDES_CYCLE };
static const unsigned char whose_out[] = { SIDES_BOTH, SIDES_TOGETHER, SIDES_TOGETHER, SIDES_BOTH };

typedef struct law {
    const fade_math_v1 *math;
    sides               sides;
    fade_value          ocv;
} law;

/* Factors of Arrhenius terms; below the voltage at which the fit says no ageing there is none. */
static double cap_time(double v) { return fmax(0, (7.543 * v - 23.75) * 1e6); }
static double res_time(double v) { return fmax(0, (5.270 * v - 16.32) * 1e5); }
static double cap_charge(double v, double depth)
{
    return 7.348e-3 * (v - 3.667) * (v - 3.667) + 7.6e-4 + 4.081e-3 * depth;
}
static double res_charge(double v, double depth)
{
    return 2.153e-4 * (v - 3.725) * (v - 3.725) - 1.521e-5 + 2.798e-4 * depth;
}

/* a <- k^(4/3) of the capacity's time law, and behind it of the resistance's. */
static void time_rates(const law *m, uint32_t n, const double *v, const double *T, double *a)
{
    for (uint32_t i = 0; i < n; i++) {
        a[i] = cap_time(v[i]);
        a[n + i] = res_time(v[i]);
    }
    m->math->log(2 * n, a, a);                    /* log(0) is -inf, and its exp 0 */
    for (uint32_t i = 0; i < n; i++) {
        a[i] = (a[i] - 6976 / T[i]) / P_T;
        a[n + i] = (a[n + i] - 5986 / T[i]) / P_T;
    }
    m->math->exp(2 * n, a, a);
}

static void show(const law *m, uint32_t n, const double *const *x, double *const *y, double *p)
{
    for (uint32_t i = 0; i < n; i++)
        p[i] = p[n + i] = P_T;
    m->math->pow(n, x[LOSS_TIME], p, p);
    m->math->pow(n, x[GROWTH_TIME], p + n, p + n);
    for (uint32_t i = 0; i < n; i++) {
        y[LOSS_CALENDAR][i] = p[i];
        y[LOSS_CYCLE][i] = sqrt(x[LOSS_CHARGE][i]);
        y[LOSS][i] = fmin(1, y[LOSS_CALENDAR][i] + y[LOSS_CYCLE][i]);
        y[RESISTANCE][i] = 1 + p[n + i] + x[GROWTH_CHARGE][i];
    }
}

static void calendar(const fade_tile *b, const double *a)
{
    for (uint32_t i = 0; i < b->n; i++) {
        double t = b->in[DURATION][i], days = t == t ? t / 86400 : 0;
        b->x1[LOSS_TIME][i] = b->x[LOSS_TIME][i] + a[i] * days;
        b->x1[GROWTH_TIME][i] = b->x[GROWTH_TIME][i] + a[b->n + i] * days;
    }
}

static void calendar_duty(const fade_tile *b)
{
    for (uint32_t i = 0; i < b->n; i++) {
        b->x1[LOSS_TIME][i] = b->x[LOSS_TIME][i] + b->in[LOSS_GAIN][i];
        b->x1[GROWTH_TIME][i] = b->x[GROWTH_TIME][i] + b->in[GROWTH_GAIN][i];
    }
}

/* The quadratic mean of V; known where cycles are booked. */
static const double *mean_voltage(const fade_tile *b, double *v)
{
    for (uint32_t i = 0; i < b->n; i++)
        v[i] = b->dt[i] > 0 ? sqrt(b->in[MEAN_V2][i]) : 0;
    return v;
}

/* Charge, both ways. */
static double moved_by(double depth, double nominal, double cycles) { return 2 * depth * nominal * cycles; }

static void cycling(const fade_tile *b, const double *Vm)
{
    for (uint32_t i = 0; i < b->n; i++) {
        double depth = b->in[DEPTH][i], v = Vm[i], k = cap_charge(v, depth);
        double moved = moved_by(depth, b->param[NOMINAL][i], b->dt[i]);
        b->x1[LOSS_CHARGE][i] = b->x[LOSS_CHARGE][i] + k * k * moved;
        b->x1[GROWTH_CHARGE][i] = b->x[GROWTH_CHARGE][i] + res_charge(v, depth) * moved;
    }
}

static int32_t step(const void *model, fade_tile *b)
{
    const law *m = model;
    double *a = b->scratch;
    sides_tile all;
    b = sides_whole(&m->sides, b, a + 2 * (size_t)b->n, &all);
    if (b->samples)
        calendar_duty(b);
    else if (m->sides.ageing != SIDES_CYCLE) {
        time_rates(m, b->n, b->param[V_STORAGE], b->in[TEMPERATURE], a);
        calendar(b, a);
    }
    if (m->sides.ageing != SIDES_CALENDAR)
        cycling(b, b->samples ? mean_voltage(b, a) : b->param[V_CYCLE]);
    show(m, b->n, (const double *const *)b->x1, b->out, a);
    return FADE_OK;
}

/* What time takes until the end of each step, which nothing else decides. */
static const double *loss_by_time(const law *m, const fade_tile *b, double *x, double *y, double *p)
{
    for (uint32_t j = 0; j < b->n; j++) {
        *x += j < b->live ? b->in[LOSS_GAIN][j] : 0;
        y[j] = *x;
        p[j] = P_T;
    }
    m->math->pow(b->n, y, p, y);
    return y;
}

/* The steps of one cell, both sides of it. */
static int32_t steps(const void *model, fade_tile *b, const fade_steps *s)
{
    const law *m = model;
    if (m->sides.ageing != SIDES_BOTH || s->output != LOSS)
        return FADE_ERANGE;
    double x[] = { b->x[LOSS_TIME][0], b->x[LOSS_CHARGE][0], b->x[GROWTH_TIME][0], b->x[GROWTH_CHARGE][0] };
    double *own = b->scratch;
    const double *v = mean_voltage(b, own), *depth = b->in[DEPTH];
    const double *by_time = loss_by_time(m, b, &x[LOSS_TIME], own + b->n, own + 2 * (size_t)b->n);
    for (uint32_t j = 0; j < b->live; j++) {
        double health = s->health[j], moved = moved_by(depth[j], b->param[NOMINAL][0], health * b->dt[j]);
        double k = cap_charge(v[j], depth[j]);
        x[LOSS_CHARGE] += k * k * moved;
        x[GROWTH_TIME] += b->in[GROWTH_GAIN][j];
        x[GROWTH_CHARGE] += res_charge(v[j], depth[j]) * moved;
        s->health[j + 1] = s->ends[j] ? s->left(s, fmin(1, by_time[j] + sqrt(x[LOSS_CHARGE]))) : health;
    }
    for (int q = LOSS_TIME; q <= GROWTH_CHARGE; q++)
        for (int i = 0; i < 8; i++)
            b->x1[q][i] = x[q];
    show(m, 8, (const double *const *)b->x1, b->out, b->scratch);
    return FADE_OK;
}

static int32_t observe(const void *model, fade_tile *b)
{
    const law *m = model;
    double *a = b->scratch;
    sides_tile all;
    b = sides_whole(&m->sides, b, a + 2 * (size_t)b->n, &all);
    show(m, b->n, b->x, b->out, a);
    return FADE_OK;
}

/* Of samples, per second, and V^2. */
static int32_t rates(const void *model, fade_tile *b)
{
    const law *m = model;
    uint32_t n = b->n;
    double *a = b->scratch, *v = b->out[2];
    m->math->curve(n, &m->ocv, b->in[OF_SOC], v);
    time_rates(m, n, v, b->in[OF_TEMPERATURE], a);
    for (uint32_t i = 0; i < n; i++) {
        b->out[0][i] = a[i] / 86400;
        b->out[1][i] = a[n + i] / 86400;
        v[i] *= v[i];
    }
    return FADE_OK;
}

static int32_t columns(const void *model, fade_columns *c)
{
    sides_columns(&((const law *)model)->sides, c);
    return FADE_OK;
}

static size_t scratch(const void *model, uint32_t n)
{
    (void)model;
    return (3 + SIDES_SPARE) * (size_t)n * sizeof(double);     /* Arrhenius factors; columns of the side left out */
}

static int32_t create(const fade_host *host, const fade_args *args, void **model)
{
    law *m = malloc(sizeof *m);
    if (!m) {
        fade_say(host, 3, FADE_ENOMEM, -1, "no memory for schmalstieg2014");
        return FADE_ENOMEM;
    }
    *m = (law){ .math = host->iface(host, "fade.math/1"), .sides.ageing = (int)args->at[AGEING].real };
    m->ocv = args->at[OCV].n ? args->at[OCV] : (fade_value){ .v = sanyo, .n = OCV_N };
    sides_take(&m->sides.state, &(fade_list)FADE_LIST(state), whose_state, m->sides.ageing);
    sides_take(&m->sides.in, &(fade_list)FADE_LIST(in), whose_in, m->sides.ageing);
    sides_take(&m->sides.out, &(fade_list)FADE_LIST(out), whose_out, m->sides.ageing);
    *model = m;
    return FADE_OK;
}

static const fade_model_v1 model_v1 = {
    .size = sizeof model_v1, .create = create, .destroy = free, .columns = columns,
    .scratch = scratch, .step = step, .observe = observe,
};

static const fade_column sample[] = {
    { "soc", "1", "State of charge.", 0, 0, 0, 0, 0, 1, 0 },
    { "temperature", "K", "Temperature.", 0, 0, 0, 0, 0, 1, 0 },
};
static const fade_column rate[] = {
    { "loss_time_gain", "1/s", "k^(4/3) of the calendar loss.", 0, 0, 0, 0, 0, 1, 0 },
    { "growth_time_gain", "1/s", "k^(4/3) of the calendar growth.", 0, 0, 0, 0, 0, 1, 0 },
    { "voltage_squared", "V2", "The open-circuit voltage squared.", 0, 0, 0, 0, 0, 1, 0 },
};
static const fade_duty_v1 duty_v1 = {
    .size = sizeof duty_v1,
    .break_time = 86400,
    .break_efc = 1,
    .in = FADE_LIST(sample),
    .rate = FADE_LIST(rate),
    .rates = rates,
    .steps = steps,
};

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    if (strcmp(id, "fade.duty/1") == 0)
        return &duty_v1;
    return strcmp(id, "fade.model/1") == 0 ? &model_v1 : NULL;
}

static const fade_desc desc = {
    .size = sizeof desc,
    .flags = FADE_PER_CYCLE,
    .id = "schmalstieg2014",
    .kind = "physics",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "Capacity and resistance of an NMC 18650 by time, temperature, voltage, depth and charge moved.",
    .cite = SCH,
    .params = FADE_LIST(params),
    .columns = { .state = FADE_LIST(state), .in = FADE_LIST(in), .out = FADE_LIST(out) },
    .iface = iface,
};
FADE_LIBRARY(&desc);

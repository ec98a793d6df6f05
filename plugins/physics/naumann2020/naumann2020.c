/* SPDX-License-Identifier: MIT
 * naumann2020.c - calendar and cycle ageing of an LFP 26650 (Sony US26650FTC1): Naumann et al. 2018 and 2020.
 *
 *   calendar: loss = k_T(T) k_S(soc) sqrt(t)                          growth = r_T(T) r_S(soc) t            t in s
 *   cycle:    loss = k_C(C) k_D(depth) sqrt(FEC) / 100                growth = r_C(C) r_D(depth) FEC / 100
 *
 * Both losses add, and both growths.  A loss is kept squared, to which each step adds k^2 dx: exact for any course of
 * k, and additive, so a life does not depend on how finely it is cut into steps.  Under a duty time counts by its
 * samples: k^2 and r are integrated over them.
 */
#include "../common_sides.h"
#include "fade_plugin.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CAL "Naumann et al., J. Energy Storage 17, 153 (2018), doi 10.1016/j.est.2018.01.019"
#define CYC "Naumann et al., J. Power Sources 451, 227666 (2020)"
#define GAS 8.3144                                /* J/(mol K) */
#define T_REF 298.15                              /* K */

enum { SOC_TERM, K_REF, EA_LOSS, R_REF, EA_GROWTH, AGEING };
enum { SQUARE, CUBE };
enum { DEPTH, SOC, TEMPERATURE, C_RATE, DURATION, LOSS_STRESS, GROWTH_STRESS };
enum { OF_SOC, OF_TEMPERATURE };                  /* of a sample */
enum { CALENDAR2, CYCLE2, GROWTH_CALENDAR, GROWTH_CYCLE };
enum { LOSS, LOSS_CALENDAR, LOSS_CYCLE, RESISTANCE };

static const fade_param params[] = {
    { "resistance_soc", "", "Form of the state of charge in the calendar growth: (soc - 0.5) squared or cubed.", CAL,
      FADE_CHOICE, 0, SQUARE, 0, 0, 0, 0, "square|cube" },
    { "k_ref", "1", "Calendar loss, factor at 25 degC (per square root of a second).", CAL, FADE_REAL,
      FADE_PER_CELL | FADE_FITTED | FADE_LOG | FADE_STEP_ONLY, 1.2571e-5, 0, 1, 0, 0, NULL },
    { "activation", "J/mol", "Calendar loss, activation energy.", CAL, FADE_REAL, FADE_PER_CELL | FADE_FITTED, 17126, 0,
      1e6, 0, 0, NULL },
    { "r_ref", "1/s", "Calendar growth of resistance, factor at 25 degC.", CAL, FADE_REAL,
      FADE_PER_CELL | FADE_FITTED | FADE_LOG | FADE_STEP_ONLY, 3.4194e-10, 0, 1, 0, 0, NULL },
    { "growth_activation", "J/mol", "Calendar growth of resistance, activation energy.", CAL, FADE_REAL,
      FADE_PER_CELL | FADE_FITTED, 71827, 0, 1e6, 0, 0, NULL },
    SIDES_PARAM,
};
static const fade_column state[] = {
    { "calendar_squared", "1", "Calendar loss squared.", 0, 0, 0, 0, 0, 1, 0 },
    { "cycle_squared", "1", "Cycle loss squared.", 0, 0, 0, 0, 0, 1, 0 },
    { "growth_calendar", "1", "Growth of resistance with time.", 0, 0, 0, 0, 0, 1, 0 },
    { "growth_cycle", "1", "Growth of resistance with cycles.", 0, 0, 0, 0, 0, 1, 0 },
};
static const fade_column in[] = {
    { "depth", "1", "Depth of the cycle.", 1, 0, 1.5, 0, 1, 1, 0 },
    { "soc_mean", "1", "Mean state of charge.", 0.5, -0.5, 1.5, 0, 1, 1, 0 },
    { "temperature_mean", "K", "Mean cell temperature.", 298.15, 150, 500, 273.15, 333.15, 1, 0 },
    { "c_rate", "1/h", "C-rate of the cycle.", 1, 0, 100, 0.2, 2, 1, 0 },
    { "duration", "s", "Calendar time booked with the row; unknown counts as none.", 0, 0, 1e11, 0, 0, 1,
      FADE_OPTIONAL },
    { "loss_stress_time", "s", "Under a duty: time, weighted by the square of its stress on the calendar loss.", 0, 0,
      0, 0, 0, 1, FADE_OPTIONAL },
    { "growth_stress_time", "s", "Under a duty: time, weighted by its stress on the calendar growth.", 0, 0, 0, 0, 0, 1,
      FADE_OPTIONAL },
};
static const fade_column out[] = {
    { "loss", "1", "Fraction of the initial capacity that is gone.", 0, 0, 1, 0, 0, 1, 0 },
    { "loss_calendar", "1", "What time took of it.", 0, 0, 0, 0, 0, 1, 0 },
    { "loss_cycle", "1", "What cycling took of it.", 0, 0, 0, 0, 0, 1, 0 },
    { "resistance_ratio", "1", "Resistance over that of a new cell.", 1, 0, 0, 0, 0, 1, 0 },
};

/* Whose they are; what a side took of the loss is its loss where it acts alone. */
static const unsigned char whose_state[] = { SIDES_CALENDAR, SIDES_CYCLE, SIDES_CALENDAR, SIDES_CYCLE };
static const unsigned char whose_in[] = { SIDES_CYCLE, SIDES_CALENDAR, SIDES_CALENDAR, SIDES_CYCLE, SIDES_CALENDAR,
                                         SIDES_CALENDAR, SIDES_CALENDAR };
static const unsigned char whose_out[] = { SIDES_BOTH, SIDES_TOGETHER, SIDES_TOGETHER, SIDES_BOTH };

typedef struct law {
    const fade_math_v1 *math;
    int                 cube;
    sides               sides;
} law;

static double cubed(double x) { return x * x * x; }

/* Arrhenius factors: a of the loss, behind it of the growth. */
static void arrhenius(const law *m, const fade_tile *b, const double *T, double *a)
{
    for (uint32_t i = 0; i < b->n; i++) {
        double z = (1 / T[i] - 1 / T_REF) / GAS;
        a[i] = -b->param[EA_LOSS - 1][i] * z;
        a[b->n + i] = -b->param[EA_GROWTH - 1][i] * z;
    }
    m->math->exp(2 * b->n, a, a);
}

static void show(uint32_t n, const double *const *x, double *const *y)
{
    for (uint32_t i = 0; i < n; i++) {
        y[LOSS_CALENDAR][i] = sqrt(x[CALENDAR2][i]);
        y[LOSS_CYCLE][i] = sqrt(x[CYCLE2][i]);
        y[LOSS][i] = fmin(1, y[LOSS_CALENDAR][i] + y[LOSS_CYCLE][i]);
        y[RESISTANCE][i] = 1 + x[GROWTH_CALENDAR][i] + x[GROWTH_CYCLE][i];
    }
}

/* Stress of a state of charge on the calendar loss; s: less 0.5.  And on the growth. */
static double loss_shape(double s) { return 2.8575 * cubed(s) + 0.60225; }
static double growth_shape(const law *m, double s) { return -3.3903 * (m->cube ? cubed(s) : s * s) + 1.5604; }

static void calendar(const law *m, const fade_tile *b, const double *a)
{
    for (uint32_t i = 0; i < b->n; i++) {
        double t = b->in[DURATION][i], dt = t == t ? t : 0, s = b->in[SOC][i] - 0.5;
        double k = b->param[K_REF - 1][i] * a[i] * loss_shape(s);
        b->x1[CALENDAR2][i] = b->x[CALENDAR2][i] + k * k * dt;
        b->x1[GROWTH_CALENDAR][i] =
            b->x[GROWTH_CALENDAR][i] + b->param[R_REF - 1][i] * a[b->n + i] * growth_shape(m, s) * dt;
    }
}

static void calendar_duty(const fade_tile *b)
{
    for (uint32_t i = 0; i < b->n; i++) {
        double k = b->param[K_REF - 1][i];
        b->x1[CALENDAR2][i] = b->x[CALENDAR2][i] + k * k * b->in[LOSS_STRESS][i];
        b->x1[GROWTH_CALENDAR][i] = b->x[GROWTH_CALENDAR][i] + b->param[R_REF - 1][i] * b->in[GROWTH_STRESS][i];
    }
}

/* What full equivalent cycles add to the square of the loss, and to the growth. */
static double loss_by(double c, double depth, double cycles)
{
    double k = (0.0630 * c + 0.0971) * (4.0253 * cubed(depth - 0.6) + 1.0923) / 100;
    return k * k * cycles;
}
static double growth_by(double c, double depth, double cycles)
{
    double r = (-0.0020 * c + 0.0021) * (6.8477 * cubed(depth - 0.5) + 0.91882) / 100;
    return r * cycles;
}

static void cycling(const fade_tile *b)
{
    for (uint32_t i = 0; i < b->n; i++) {
        double depth = b->in[DEPTH][i], c = b->in[C_RATE][i], cycles = depth * b->dt[i];
        b->x1[CYCLE2][i] = b->x[CYCLE2][i] + loss_by(c, depth, cycles);
        b->x1[GROWTH_CYCLE][i] = b->x[GROWTH_CYCLE][i] + growth_by(c, depth, cycles);
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
        arrhenius(m, b, b->in[TEMPERATURE], a);
        calendar(m, b, a);
    }
    if (m->sides.ageing != SIDES_CALENDAR)
        cycling(b);
    show(b->n, (const double *const *)b->x1, b->out);
    return FADE_OK;
}

/* The steps of one cell, both sides of it. */
static int32_t steps(const void *model, fade_tile *b, const fade_steps *s)
{
    const law *m = model;
    if (m->sides.ageing != SIDES_BOTH || s->output != LOSS)
        return FADE_ERANGE;
    double x[] = { b->x[CALENDAR2][0], b->x[CYCLE2][0], b->x[GROWTH_CALENDAR][0], b->x[GROWTH_CYCLE][0] };
    double k = b->param[K_REF - 1][0], r = b->param[R_REF - 1][0];
    for (uint32_t j = 0; j < b->live; j++) {
        double health = s->health[j], c = b->in[C_RATE][j] * (s->scaled[C_RATE] ? health : 1);
        double depth = b->in[DEPTH][j], cycles = depth * (health * b->dt[j]);
        x[CALENDAR2] += k * k * b->in[LOSS_STRESS][j];
        x[CYCLE2] += loss_by(c, depth, cycles);
        x[GROWTH_CALENDAR] += r * b->in[GROWTH_STRESS][j];
        x[GROWTH_CYCLE] += growth_by(c, depth, cycles);
        s->health[j + 1] = s->ends[j] ? s->left(s, fmin(1, sqrt(x[CALENDAR2]) + sqrt(x[CYCLE2]))) : health;
    }
    for (int q = CALENDAR2; q <= GROWTH_CYCLE; q++)
        for (int i = 0; i < 8; i++)
            b->x1[q][i] = x[q];
    show(8, (const double *const *)b->x1, b->out);
    return FADE_OK;
}

static int32_t observe(const void *model, fade_tile *b)
{
    const law *m = model;
    sides_tile all;
    b = sides_whole(&m->sides, b, b->scratch, &all);
    show(b->n, b->x, b->out);
    return FADE_OK;
}

/* Of samples: the square of k over k_ref, and r over r_ref. */
static int32_t rates(const void *model, fade_tile *b)
{
    const law *m = model;
    double *a = b->scratch;
    arrhenius(m, b, b->in[OF_TEMPERATURE], a);
    for (uint32_t i = 0; i < b->n; i++) {
        double s = b->in[OF_SOC][i] - 0.5, k = a[i] * loss_shape(s);
        b->out[0][i] = k * k;
        b->out[1][i] = a[b->n + i] * growth_shape(m, s);
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
    return (2 + SIDES_SPARE) * (size_t)n * sizeof(double);     /* Arrhenius factors; columns of the side left out */
}

static int32_t create(const fade_host *host, const fade_args *args, void **model)
{
    law *m = malloc(sizeof *m);
    if (!m) {
        fade_say(host, 3, FADE_ENOMEM, -1, "no memory for naumann2020");
        return FADE_ENOMEM;
    }
    *m = (law){ .math = host->iface(host, "fade.math/1"), .cube = (int)args->at[SOC_TERM].real == CUBE };
    m->sides.ageing = (int)args->at[AGEING].real;
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
    { "loss_stress_time", "1", "Square of the stress on the calendar loss.", 0, 0, 0, 0, 0, 1, 0 },
    { "growth_stress_time", "1", "Stress on the calendar growth.", 0, 0, 0, 0, 0, 1, 0 },
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
    .id = "naumann2020",
    .kind = "physics",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "Capacity and resistance of an LFP 26650 by time, temperature, state of charge, depth and C-rate.",
    .cite = CAL "; " CYC,
    .params = FADE_LIST(params),
    .columns = { .state = FADE_LIST(state), .in = FADE_LIST(in), .out = FADE_LIST(out) },
    .iface = iface,
};
FADE_LIBRARY(&desc);

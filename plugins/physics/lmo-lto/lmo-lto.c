/* SPDX-License-Identifier: MIT
 * lmo-lto.c - calendar and cycle ageing of a cell with LMO cathode and LTO anode: NREL's law, as in SSC.
 *
 *   calendar: loss = q1 t^0.6224      q1 = b0 exp(b1 soc^.5/T^3 + b2 soc^.5/T^2)      t in days
 *   cycle:    loss = q3 EFC^0.5539    q3 = c0 + c1 T^4 depth^.25, no less than 0      depth and mean T of a day
 *
 * y = q x^p is kept as y^(1/p), to which each step adds q^(1/p) dx: exact for any course of q, and additive, so a
 * life does not depend on how finely it is cut into steps.  Under a duty the calendar part is integrated over its
 * samples; the cycle part is booked a day at a time.
 */
#include "fade_plugin.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A step is short loops over few lanes: all of it is compiled for each vector width, with its helpers inside.  No
 * contraction: the bits are the same. */
#if defined __x86_64__ && defined __GNUC__ && !defined __clang__ && !defined __SANITIZE_ADDRESS__ && \
    !defined __SANITIZE_THREAD__
#define CLONES __attribute__((target_clones("avx2", "default"), flatten))
#else
#define CLONES
#endif

#define SSC_LAW "NREL with data of INL, as in SSC (battery lifetime, LMO/LTO)"
#define DAY 86400                                 /* s */

enum { CAL0, CAL1, CAL2, CAL_P, CYC0, CYC1, CYC_P, AS };
enum { LAW, SSC };
enum { DEPTH, SOC, TEMPERATURE, DURATION, STRESS };
enum { SAMPLE_SOC, SAMPLE_T, SAMPLE_TIME };
enum { CALENDAR, CYCLE };
enum { LOSS, LOSS_CALENDAR, LOSS_CYCLE };

static const fade_param params[] = {
    { "q1_b0", "1", "Calendar loss after one day at soc 0 (per day to the power q2).", SSC_LAW, FADE_REAL,
      FADE_PER_CELL | FADE_FITTED | FADE_STEP_ONLY | FADE_LOG, 3.4984e-5, 1e-12, 1, 0, 0, NULL },
    { "q1_b1", "K^3", "Calendar loss, slope over soc^.5/T^3.", SSC_LAW, FADE_REAL, FADE_PER_CELL | FADE_FITTED,
      -1.0704e9, -1e11, 1e11, 0, 0, NULL },
    { "q1_b2", "K^2", "Calendar loss, slope over soc^.5/T^2.", SSC_LAW, FADE_REAL, FADE_PER_CELL | FADE_FITTED,
      3.7839e6, -1e9, 1e9, 0, 0, NULL },
    { "q2", "1", "Calendar loss, exponent of time.", SSC_LAW, FADE_REAL, FADE_PER_CELL | FADE_FITTED, 0.6224, 0.1, 2,
      0, 0, NULL },
    { "q3_b0", "1", "Cycle loss, offset (per cycle to the power q4).", SSC_LAW, FADE_REAL,
      FADE_PER_CELL | FADE_FITTED | FADE_STEP_ONLY, -7.146e-4, -1, 1, 0, 0, NULL },
    { "q3_b1", "1/K^4", "Cycle loss, slope over T^4 depth^.25.", SSC_LAW, FADE_REAL,
      FADE_PER_CELL | FADE_FITTED | FADE_STEP_ONLY, 1.071e-13, -1e-9, 1e-9, 0, 0, NULL },
    { "q4", "1", "Cycle loss, exponent of the equivalent full cycles.", SSC_LAW, FADE_REAL,
      FADE_PER_CELL | FADE_FITTED | FADE_STEP_ONLY, 0.5539, 0.1, 2, 0, 0, NULL },
    { "as", "",
      "law: time is integrated sample by sample; ssc: as SSC, a day at the middle of its range of states of charge.",
      SSC_LAW, FADE_CHOICE, 0, LAW, 0, 0, 0, 0, "law|ssc" },
};
static const fade_column state[] = {
    { "calendar", "1", "Calendar loss over q1_b0, to the power 1/q2.", 0, 0, 0, 0, 0, 1, 0 },
    { "cycle", "1", "Cycle loss to the power 1/q4.", 0, 0, 0, 0, 0, 1, 0 },
};
static const fade_column in[] = {
    { "depth", "1", "Depth of the cycle; under a duty the range of the day.", 1, 0, 1.5, 0, 1, 1, 0 },
    { "soc_mean", "1", "Mean state of charge.", 0.5, -0.5, 1.5, 0, 1, 1, 0 },
    { "temperature_mean", "K", "Mean cell temperature.", 298.15, 150, 500, 0, 0, 1, 0 },
    { "duration", "s", "Calendar time booked with the row; unknown counts as none.", 0, 0, 1e11, 0, 0, 1,
      FADE_OPTIONAL },
    { "calendar_stress", "s", "Integral of (q1/q1_b0)^(1/q2) over the samples of a duty.", 0, 0, 0, 0, 0, 1,
      FADE_OPTIONAL },
};
static const fade_column out[] = {
    { "loss", "1", "Fraction of the initial capacity that is gone.", 0, 0, 1, 0, 0, 1, 0 },
    { "loss_calendar", "1", "What time took of it.", 0, 0, 0, 0, 0, 1, 0 },
    { "loss_cycle", "1", "What cycling took of it.", 0, 0, 0, 0, 0, 1, 0 },
};
static const fade_column sample[] = {
    { "soc", "1", "State of charge.", 0, 0, 0, 0, 0, 1, 0 },
    { "temperature", "K", "Temperature.", 0, 0, 0, 0, 0, 1, 0 },
    { "time", "s", "Time, for SSC's days.", 0, 0, 0, 0, 0, 1, FADE_OPTIONAL },
};
static const fade_column rate[] = { { "calendar_stress", "1", "(q1/q1_b0)^(1/q2).", 0, 0, 0, 0, 0, 1, 0 } };

typedef struct law {
    const fade_math_v1 *math;
    int                 as;
} law;

/* ---- the law ---- */

/* to <- (q1/q1_b0)^(1/q2) */
static void stress(const law *m, uint32_t n, const double *soc, const double *T, const double *const *p, double *to)
{
    for (uint32_t i = 0; i < n; i++)
        to[i] = sqrt(soc[i] > 0 ? soc[i] : 0) * (p[CAL1][i] / T[i] + p[CAL2][i]) / (T[i] * T[i] * p[CAL_P][i]);
    m->math->exp(n, to, to);
}

CLONES static int32_t rates(const void *model, fade_tile *b)
{
    stress(model, b->n, b->in[SAMPLE_SOC], b->in[SAMPLE_T], b->param, b->out[0]);
    return FADE_OK;
}

/* y <- (c0 + c1 T^4 depth^.25)^(1/q4) per equivalent full cycle; p is the caller's */
static void per_cycle(const law *m, const fade_tile *b, double *y, double *p)
{
    for (uint32_t i = 0; i < b->n; i++) {
        double T2 = b->in[TEMPERATURE][i] * b->in[TEMPERATURE][i];
        double q3 = b->param[CYC0][i] + b->param[CYC1][i] * T2 * T2 * sqrt(sqrt(b->in[DEPTH][i]));
        y[i] = q3 > 0 ? q3 : 0;
        p[i] = 1 / b->param[CYC_P][i];
    }
    m->math->pow(b->n, y, p, y);
}

static void show(const law *m, const fade_tile *b, const double *const *x)
{
    double *y = b->scratch;
    m->math->pow(b->n, x[CALENDAR], b->param[CAL_P], y);
    m->math->pow(b->n, x[CYCLE], b->param[CYC_P], y + b->n);
    for (uint32_t i = 0; i < b->n; i++) {
        double time = b->param[CAL0][i] * y[i], cycles = y[b->n + i], both = time + cycles;
        b->out[LOSS_CALENDAR][i] = time;
        b->out[LOSS_CYCLE][i] = cycles;
        b->out[LOSS][i] = both < 1 ? both : 1;
    }
}

static void advance(const law *m, fade_tile *b)
{
    uint32_t n = b->n;
    double *c = b->scratch, *p = c + n;
    const double *time = b->samples ? b->in[STRESS] : p;
    per_cycle(m, b, c, p);
    if (!b->samples) {
        stress(m, n, b->in[SOC], b->in[TEMPERATURE], b->param, p);
        for (uint32_t i = 0; i < n; i++)
            p[i] *= b->in[DURATION][i] == b->in[DURATION][i] ? b->in[DURATION][i] : 0;
    }
    for (uint32_t i = 0; i < n; i++) {
        b->x1[CALENDAR][i] = b->x[CALENDAR][i] + time[i] / DAY;
        b->x1[CYCLE][i] = b->x[CYCLE][i] + c[i] * b->in[DEPTH][i] * b->dt[i];
    }
}

/* ---- the day of SSC ---- */

/* Samples are ends of SSC's steps; throughput is of the capacity at hand, time counts at the middle of the range. */
static void ssc_day(const fade_tile *b, uint32_t i, const fade_samples *day)
{
    const double *soc = day->in[SAMPLE_SOC], *T = day->in[SAMPLE_T], *t = day->in[SAMPLE_TIME];
    double lo = soc[0], hi = soc[0], moved = 0, heat = 0, seconds = t[day->live - 1] - t[0];
    for (uint32_t j = 1; j < day->live; j++) {
        lo = fmin(lo, soc[j]);
        hi = fmax(hi, soc[j]);
        moved += fabs(soc[j] - soc[j - 1]);
        heat += T[j] * (t[j] - t[j - 1]);
    }
    if (!(seconds > 0))
        return;
    double mean = heat / seconds, m2 = mean * mean, root = sqrt(fmax(0, (lo + hi) / 2));
    double q1 = exp(root * (b->param[CAL1][i] / mean + b->param[CAL2][i]) / m2);
    double q3 = fmax(0, b->param[CYC0][i] + b->param[CYC1][i] * m2 * m2 * sqrt(sqrt(hi - lo)));
    b->x1[CALENDAR][i] += pow(q1, 1 / b->param[CAL_P][i]) * seconds / DAY;
    b->x1[CYCLE][i] += pow(q3, 1 / b->param[CYC_P][i]) * moved / 2;
}

static void ssc_days(fade_tile *b)
{
    for (int k = CALENDAR; k <= CYCLE; k++)
        memcpy(b->x1[k], b->x[k], b->n * sizeof(double));
    for (uint32_t i = 0; i < b->live; i++)
        if (b->samples[i])
            ssc_day(b, i, b->samples[i]);
}

/* ---- the plugin ---- */

CLONES static int32_t step(const void *model, fade_tile *b)
{
    const law *m = model;
    if (m->as == SSC && b->samples)
        ssc_days(b);
    else
        advance(m, b);
    show(m, b, (const double *const *)b->x1);
    return FADE_OK;
}

/* The loss by time at the end of each step, which nothing else decides. */
static const double *loss_by_time(const law *m, const fade_tile *b, double *x, double *y)
{
    for (uint32_t j = 0; j < b->n; j++)
        y[j] = *x += j < b->live ? b->in[STRESS][j] / DAY : 0;
    m->math->pow(b->n, y, b->param[CAL_P], y);
    for (uint32_t j = 0; j < b->n; j++)
        y[j] *= b->param[CAL0][0];
    return y;
}

/* The steps of one cell; SSC's days are made of samples. */
CLONES static int32_t steps(const void *model, fade_tile *b, const fade_steps *s)
{
    const law *m = model;
    if (m->as == SSC || s->output != LOSS)
        return FADE_ERANGE;
    double *c = b->scratch, calendar = b->x[CALENDAR][0], cycle = b->x[CYCLE][0], p = b->param[CYC_P][0];
    per_cycle(m, b, c, c + b->n);
    const double *by_time = loss_by_time(m, b, &calendar, c + b->n);
    for (uint32_t j = 0; j < b->live; j++) {
        cycle += c[j] * b->in[DEPTH][j] * (s->health[j] * b->dt[j]);
        double loss = by_time[j] + m->math->pow1(cycle, p);
        s->health[j + 1] = s->ends[j] ? s->left(s, loss < 1 ? loss : 1) : s->health[j];
    }
    fade_tile one = *b;
    one.n = 8;
    for (int i = 0; i < 8; i++) {
        b->x1[CALENDAR][i] = calendar;
        b->x1[CYCLE][i] = cycle;
    }
    show(m, &one, (const double *const *)b->x1);
    return FADE_OK;
}

static int32_t observe(const void *model, fade_tile *b)
{
    show(model, b, b->x);
    return FADE_OK;
}

static size_t scratch(const void *model, uint32_t n)
{
    (void)model;
    return 2 * (size_t)n * sizeof(double);
}

static int32_t create(const fade_host *host, const fade_args *args, void **model)
{
    law *m = malloc(sizeof *m);
    if (!m) {
        fade_say(host, 3, FADE_ENOMEM, -1, "no memory for lmo-lto");
        return FADE_ENOMEM;
    }
    *m = (law){ host->iface(host, "fade.math/1"), (int)args->at[AS].real };
    *model = m;
    return FADE_OK;
}

static const fade_model_v1 model_v1 = {
    .size = sizeof model_v1, .create = create, .destroy = free, .scratch = scratch, .step = step, .observe = observe,
};
static const fade_duty_v1 duty_v1 = {
    .size = sizeof duty_v1, .flags = FADE_LENT_SAMPLES, .break_time = DAY, .in = FADE_LIST(sample),
    .rate = FADE_LIST(rate), .rates = rates, .steps = steps,
};

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.model/1") == 0 ? (const void *)&model_v1 : strcmp(id, "fade.duty/1") == 0 ? &duty_v1 : NULL;
}

static const fade_desc desc = {
    .size = sizeof desc,
    .flags = FADE_PER_CYCLE,
    .id = "lmo-lto",
    .kind = "physics",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "Capacity of an LMO/LTO cell by time, temperature, state of charge and depth: NREL's law, as in SSC.",
    .cite = SSC_LAW,
    .params = FADE_LIST(params),
    .columns = { .state = FADE_LIST(state), .in = FADE_LIST(in), .out = FADE_LIST(out) },
    .iface = iface,
};
FADE_LIBRARY(&desc);

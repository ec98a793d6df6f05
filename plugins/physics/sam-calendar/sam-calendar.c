/* SPDX-License-Identifier: MIT
 * sam-calendar.c - capacity by time, temperature and state of charge: the calendar law that NREL's SAM has as its
 * default.
 *
 *   q = q0 - dq        dq = k sqrt(t)        k = a exp(b (1/T - 1/296) + c (soc/T - 1/296))        t in days
 *
 * dq is kept squared, to which each stretch adds k^2 dt: exact for any course of k, and additive, so a life does not
 * depend on how finely it is cut into steps.  Under a duty k^2 is integrated over its samples.
 */
#include "fade_plugin.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SAM "NREL, System Advisor Model (SSC: battery lifetime, calendar model); its defaults for NMC/graphite"
#define T_REF 296                                 /* K */
#define DAY 86400                                 /* s */

enum { Q0, A, B, C, AS };
enum { LAW, SSC };
enum { SOC, TEMPERATURE, DURATION, STRESS };
enum { SAMPLE_SOC, SAMPLE_T };
enum { LOSS, LOSS_CALENDAR };

static const fade_param params[] = {
    { "q0", "1", "Capacity at the start over the nominal one.", SAM, FADE_REAL,
      FADE_PER_CELL | FADE_FITTED | FADE_STEP_ONLY, 1.02, 0.5, 1.5, 0, 0, NULL },
    { "a", "1", "Loss after one day at 296 K and soc 1 (per square root of a day).", SAM, FADE_REAL,
      FADE_PER_CELL | FADE_FITTED | FADE_STEP_ONLY | FADE_LOG, 2.66e-3, 0, 1, 0, 0, NULL },
    { "b", "K", "Temperature: slope over 1/T; below 0 warm cells age faster.", SAM, FADE_REAL,
      FADE_PER_CELL | FADE_FITTED, -7280, -1e5, 1e5, 0, 0, NULL },
    { "c", "K", "State of charge: slope over soc/T.", SAM, FADE_REAL, FADE_PER_CELL | FADE_FITTED, 930, -1e5, 1e5, 0,
      0, NULL },
    { "as", "",
      "law: a q0 above 1 shows as a loss below 0; ssc: as in SAM's total, nothing is lost until q falls below 1.",
      SAM, FADE_CHOICE, 0, LAW, 0, 0, 0, 0, "law|ssc" },
};
static const fade_column state[] = { { "calendar_squared", "1", "Calendar loss squared.", 0, 0, 0, 0, 0, 1, 0 } };
static const fade_column in[] = {
    { "soc_mean", "1", "Mean state of charge.", 0.5, -0.5, 1.5, 0, 1, 1, 0 },
    { "temperature_mean", "K", "Mean cell temperature.", 298.15, 150, 500, 0, 0, 1, 0 },
    { "duration", "s", "Calendar time that passes.", 0, 0, 1e11, 0, 0, 1, 0 },
    { "calendar_stress", "s", "Integral of (k/a)^2 over the samples of a duty.", 0, 0, 0, 0, 0, 1, FADE_OPTIONAL },
};
static const fade_column out[] = {
    { "loss", "1", "Fraction of the nominal capacity that is gone; below 0 as long as there is more.", 0, -0.5, 1, 0,
      0, 1, 0 },
    { "loss_calendar", "1", "What time took.", 0, 0, 0, 0, 0, 1, 0 },
};
static const fade_column sample[] = {
    { "soc", "1", "State of charge.", 0, 0, 0, 0, 0, 1, 0 },
    { "temperature", "K", "Temperature.", 0, 0, 0, 0, 0, 1, 0 },
};
static const fade_column rate[] = { { "calendar_stress", "1", "(k/a)^2.", 0, 0, 0, 0, 0, 1, 0 } };

typedef struct law {
    const fade_math_v1 *math;
    int                 as;
} law;

/* to <- (k/a)^2 */
static void stress(const law *m, uint32_t n, const double *soc, const double *T, const double *const *p, double *to)
{
    for (uint32_t i = 0; i < n; i++)
        to[i] = 2 * (p[B][i] * (1 / T[i] - 1.0 / T_REF) + p[C][i] * (soc[i] / T[i] - 1.0 / T_REF));
    m->math->exp(n, to, to);
}

static int32_t rates(const void *model, fade_tile *b)
{
    stress(model, b->n, b->in[SAMPLE_SOC], b->in[SAMPLE_T], b->param, b->out[0]);
    return FADE_OK;
}

static double shown(const law *m, double q0, double dq)
{
    double least = m->as == SSC ? 0 : -INFINITY, loss = 1 - q0 + dq;
    loss = loss < 1 ? loss : 1;
    return loss > least ? loss : least;
}

static void show(const law *m, const fade_tile *b, const double *x, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        double dq = sqrt(x[i]);
        b->out[LOSS_CALENDAR][i] = dq;
        b->out[LOSS][i] = shown(m, b->param[Q0][i], dq);
    }
}

static int32_t step(const void *model, fade_tile *b)
{
    const law *m = model;
    double *own = b->scratch;
    const double *add = b->samples ? b->in[STRESS] : own;
    if (!b->samples) {
        stress(m, b->n, b->in[SOC], b->in[TEMPERATURE], b->param, own);
        for (uint32_t i = 0; i < b->n; i++)
            own[i] *= b->in[DURATION][i];
    }
    for (uint32_t i = 0; i < b->n; i++)
        b->x1[0][i] = b->x[0][i] + b->param[A][i] * b->param[A][i] * add[i] / DAY;
    show(m, b, b->x1[0], b->n);
    return FADE_OK;
}

/* The steps of one cell, whose health nothing asks for. */
static int32_t steps(const void *model, fade_tile *b, const fade_steps *s)
{
    const law *m = model;
    if (s->output != LOSS)
        return FADE_ERANGE;
    double x = b->x[0][0], a = b->param[A][0];
    for (uint32_t j = 0; j < b->live; j++) {
        x += a * a * b->in[STRESS][j] / DAY;
        s->health[j + 1] = s->ends[j] ? s->left(s, shown(m, b->param[Q0][0], sqrt(x))) : s->health[j];
    }
    for (int i = 0; i < 8; i++)
        b->x1[0][i] = x;
    show(m, b, b->x1[0], 8);
    return FADE_OK;
}

static int32_t observe(const void *model, fade_tile *b)
{
    show(model, b, b->x[0], b->n);
    return FADE_OK;
}

static size_t scratch(const void *model, uint32_t n)
{
    (void)model;
    return (size_t)n * sizeof(double);
}

static int32_t create(const fade_host *host, const fade_args *args, void **model)
{
    law *m = malloc(sizeof *m);
    if (!m) {
        fade_say(host, 3, FADE_ENOMEM, -1, "no memory for sam-calendar");
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
    .size = sizeof duty_v1, .break_time = DAY, .in = FADE_LIST(sample), .rate = FADE_LIST(rate), .rates = rates,
    .steps = steps,
};

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.model/1") == 0 ? (const void *)&model_v1 : strcmp(id, "fade.duty/1") == 0 ? &duty_v1 : NULL;
}

static const fade_desc desc = {
    .size = sizeof desc,
    .flags = FADE_PER_CYCLE,
    .id = "sam-calendar",
    .kind = "physics",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "Capacity by time, temperature and state of charge: the default calendar law of NREL's SAM.",
    .cite = SAM,
    .params = FADE_LIST(params),
    .columns = { .state = FADE_LIST(state), .in = FADE_LIST(in), .out = FADE_LIST(out) },
    .iface = iface,
};
FADE_LIBRARY(&desc);

/* SPDX-License-Identifier: MIT
 * xu2018.c - capacity fade by depth, state of charge, temperature and time: Xu et al. 2018, with both exponentials.
 *
 *   f_d  = sum over stress events of  S_sigma(soc) * S_T(T) * ( n * S_delta(depth) + k_t * duration )
 *   loss = a_sei * (1 - exp(-b_sei * f_d)) + (1 - a_sei) * (1 - exp(-f_d))
 *
 * f_d is the only state and it is additive, so a life does not depend on how finely it is cut into steps.
 * Under a duty the events are its rainflow cycles, booked when they close, and time is k_t times the integral of
 * S_sigma S_T.
 */
#include "fade_plugin.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XU "Xu et al., IEEE Trans. Smart Grid 9, 1131 (2018), doi 10.1109/TSG.2016.2578950"

enum {
    A_SEI,
    B_SEI,
    K_DELTA1,
    K_DELTA2,
    K_DELTA3,
    K_SIGMA,
    SIGMA_REF,
    K_TEMPERATURE,
    TEMPERATURE_REF,
    K_T,
    INITIAL_F_D
};
enum { DEPTH, SOC, TEMPERATURE, DURATION, STRESS_TIME, F_CYCLE, OPEN_F_CYCLE };
enum { OF_SOC, OF_TEMPERATURE };                  /* of a sample */

static const fade_param params[] = {
    { "a_sei", "1", "Share of the capacity that the first, fast loss (SEI formation) can take.", XU, FADE_REAL,
      FADE_PER_CELL | FADE_FITTED | FADE_STEP_ONLY, 5.75e-2, 0, 1, 0, 0.2, NULL },
    { "b_sei", "1", "How much faster the first loss is than the rest.", XU, FADE_REAL,
      FADE_PER_CELL | FADE_FITTED | FADE_LOG | FADE_STEP_ONLY, 121, 1, 1e4, 0, 0, NULL },
    { "k_delta1", "1", "Depth stress, factor of the power.", XU, FADE_REAL, FADE_PER_CELL | FADE_FITTED | FADE_LOG,
      1.40e5, 1, 1e12, 0, 0, NULL },
    { "k_delta2", "1", "Depth stress, exponent.", XU, FADE_REAL, FADE_PER_CELL | FADE_FITTED, -5.01e-1, -5, -1e-3, 0, 0,
      NULL },
    { "k_delta3", "1", "Depth stress, offset; k_delta1 + k_delta3 is the number of full cycles that f_d = 1 takes.", XU,
      FADE_REAL, FADE_PER_CELL | FADE_FITTED, -1.23e5, -1e12, 1e12, 0, 0, NULL },
    { "k_sigma", "1", "State of charge stress.", XU, FADE_REAL, FADE_PER_CELL | FADE_FITTED, 1.04, -20, 20, 0, 0,
      NULL },
    { "sigma_ref", "1", "State of charge at which that stress is one.", XU, FADE_REAL, FADE_PER_CELL | FADE_FITTED, 0.5,
      0, 1, 0, 0, NULL },
    { "k_temperature", "1/K", "Temperature stress (k_T of the paper).", XU, FADE_REAL, FADE_PER_CELL | FADE_FITTED,
      6.93e-2, -0.5, 0.5, 0, 0, NULL },
    { "temperature_ref", "K", "Temperature at which that stress is one.", XU, FADE_REAL, FADE_PER_CELL | FADE_FITTED,
      298.15, 200, 400, 0, 0, NULL },
    { "k_t", "1/s", "Calendar ageing per second.", XU, FADE_REAL,
      FADE_PER_CELL | FADE_FITTED | FADE_LOG | FADE_STEP_ONLY, 4.14e-10, 0, 1e-5, 0, 0, NULL },
    { "initial_f_d", "1", "Linearised degradation of a cell that starts used; 0 is a new one.", "", FADE_REAL,
      FADE_PER_CELL | FADE_ADVANCED | FADE_STEP_ONLY, 0, 0, 10, 0, 0, NULL },
};
static const fade_column state[] = { { "f_d", "1", "Linearised degradation so far.", 0, 0, 0, 0, 0, 1, 0 } };
static const fade_column in[] = {
    { "depth", "1", "Depth of the cycle; above 1 it counts as 1.", 1, 0, 10, 0, 1.05, 1, 0 },
    { "soc_mean", "1", "Mean state of charge of the cycle.", 0.5, -0.5, 1.5, 0, 1, 1, 0 },
    { "temperature_mean", "K", "Mean cell temperature of the cycle.", 298.15, 150, 500, 273.15, 328.15, 1, 0 },
    { "duration", "s",
      "Calendar time booked with the row; where it is unknown, none passes and only cycling ages the cell.", 0, 0, 1e11,
      0, 0, 1, FADE_OPTIONAL },
    { "stress_time", "s", "Under a duty: time, weighted by its stress.", 0, 0, 0, 0, 0, 1, FADE_OPTIONAL },
    { "f_cycle", "1", "Under a duty: f_d of the rainflow cycles that closed.", 0, 0, 0, 0, 0, 1, FADE_OPTIONAL },
    { "open_f_cycle", "1", "Under a duty: f_d of the half cycles that are open, shown but not booked.", 0, 0, 0, 0, 0,
      1, FADE_OPTIONAL },
};
static const fade_column out[] = { { "loss", "1", "Fraction of the initial capacity that is gone.", 0, 0, 1, 0, 0, 1,
                                     0 } };

typedef struct xu {
    const fade_host *host;
    const fade_math_v1 *math;
} xu;

/* d <- the depth, kept inside what log can take; NaN stays. */
static void clamp(uint32_t n, const double *restrict depth, double *restrict d)
{
    for (uint32_t i = 0; i < n; i++) {
        double low = depth[i] > 1 ? 1 : depth[i];
        d[i] = low < 1e-300 ? 1e-300 : low;
    }
}

/* ln(S_T S_sigma) */
static inline double stress_of(double k_T, double T_ref, double T, double k_s, double s_ref, double soc)
{
    return k_T * (T - T_ref) * T_ref / T + k_s * (soc - s_ref);
}

/* stress <- ln(S_T S_sigma); power: ln(depth) -> ln(depth^k_delta2) */
static void exponents(uint32_t n, const double *restrict k_T, const double *restrict T_ref, const double *restrict T,
                      const double *restrict k_s, const double *restrict s_ref, const double *restrict soc,
                      const double *restrict k_d2, double *restrict stress, double *restrict power)
{
    for (uint32_t i = 0; i < n; i++) {
        stress[i] = stress_of(k_T[i], T_ref[i], T[i], k_s[i], s_ref[i], soc[i]);
        power[i] *= k_d2[i];
    }
}

/* f1 <- f_d at the end; fast: S_T S_sigma -> -b_sei f_d; slow: depth^k_delta2 -> -f_d */
static void advance(uint32_t n, const double *restrict dt, const double *restrict f, const double *restrict depth,
                    const double *restrict duration, const double *restrict k_d1, const double *restrict k_d3,
                    const double *restrict k_t, const double *restrict b_sei, double *restrict f1,
                    double *restrict fast, double *restrict slow)
{
    for (uint32_t i = 0; i < n; i++) {
        double cycle = 1 / (k_d1[i] * slow[i] + k_d3[i]); /* S_delta */
        double time = duration[i] == duration[i] ? duration[i] : 0;
        cycle = depth[i] <= 0 ? 0 : cycle;
        double now = f[i] + fast[i] * (dt[i] * cycle + k_t[i] * time);
        f1[i] = now;
        fast[i] = -b_sei[i] * now;
        slow[i] = -now;
    }
}

/* Returns how many lanes have no sound result: f_d fell, or is no finite number. */
static int64_t lose(uint32_t n, const double *restrict a, const double *restrict f, const double *restrict f1,
                    const double *restrict fast, const double *restrict slow, double *restrict loss)
{
    int64_t bad = 0;
    for (uint32_t i = 0; i < n; i++) {
        loss[i] = a[i] * (1 - fast[i]) + (1 - a[i]) * (1 - slow[i]);
        double gain = f1[i] - f[i];
        bad += (int64_t) !(gain >= 0) + (int64_t) !(gain < INFINITY);
    }
    return bad;
}

/* Names the input that made lane i's result unsound. */
static void blame(const xu *m, fade_tile *b, uint32_t i)
{
    char text[200];
    for (int k = DEPTH; k <= TEMPERATURE; k++)
        if (isnan(b->in[k][i])) {
            snprintf(text, sizeof text, "%s is not known (NaN), xu2018 needs it", in[k].key);
            b->status[i] = FADE_EINVAL;
            fade_say(m->host, 3, FADE_EINVAL, (int32_t)i, text);
            return;
        }
    int n = snprintf(text, sizeof text, "f_d went from %g by %g in a ", b->x[0][i], b->x1[0][i] - b->x[0][i]);
    if (b->samples)
        snprintf(text + n, sizeof text - (size_t)n, "step of a duty; it must rise");
    else
        snprintf(text + n, sizeof text - (size_t)n,
                 "row of depth %g, soc_mean %g, temperature_mean %g K, duration %g s; it must rise", b->in[DEPTH][i],
                 b->in[SOC][i], b->in[TEMPERATURE][i], b->in[DURATION][i]);
    b->status[i] = FADE_ERANGE;
    fade_say(m->host, 3, FADE_ERANGE, (int32_t)i, text);
}

static void blame_all(const xu *m, fade_tile *b)
{
    for (uint32_t i = 0; i < b->n; i++) {
        double gain = b->x1[0][i] - b->x[0][i];
        if (gain >= 0 && gain < INFINITY)
            continue;
        if (i < b->live)
            blame(m, b, i);
        else
            b->status[i] = FADE_EINVAL;
    }
}

/* f1 <- f_d at the end; fast <- -b_sei f_d, slow <- -f_d, what is open included. */
static void advance_duty(uint32_t n, const double *restrict f, const double *restrict cycle,
                         const double *restrict open, const double *restrict time, const double *restrict k_t,
                         const double *restrict b_sei, double *restrict f1, double *restrict fast,
                         double *restrict slow)
{
    for (uint32_t i = 0; i < n; i++) {
        f1[i] = f[i] + (cycle[i] + k_t[i] * time[i]);
        double shown = f1[i] + open[i];
        fast[i] = -b_sei[i] * shown;
        slow[i] = -shown;
    }
}

static void step_duty(const xu *m, fade_tile *b)
{
    const double *const *p = b->param;
    double *fast = b->scratch, *slow = fast + b->n;
    advance_duty(b->n, b->x[0], b->in[F_CYCLE], b->in[OPEN_F_CYCLE], b->in[STRESS_TIME], p[K_T], p[B_SEI], b->x1[0],
                 fast, slow);
    m->math->exp(2 * b->n, fast, fast);
    if (lose(b->n, p[A_SEI], b->x[0], b->x1[0], fast, slow, b->out[0]))
        blame_all(m, b);
}

/* The steps of one cell: f_d first, then what is left behind each of them. */
static int32_t steps(const void *model, fade_tile *b, const fade_steps *s)
{
    const xu *m = model;
    const uint32_t n = b->n;
    double *fast = b->scratch, *slow = fast + n, f = b->x[0][0], k_t = b->param[K_T][0], b_sei = b->param[B_SEI][0],
           a = b->param[A_SEI][0], loss = 0;
    int64_t bad = 0;
    for (uint32_t j = 0; j < n; j++) {
        uint32_t i = j < b->live ? j : b->live - 1;
        double now = j < b->live ? f + (b->in[F_CYCLE][i] + k_t * b->in[STRESS_TIME][i]) : f;
        double shown = now + b->in[OPEN_F_CYCLE][i];
        bad += (int64_t) !(now >= f) + (int64_t) !(now < INFINITY);
        f = now;
        fast[j] = -b_sei * shown;
        slow[j] = -shown;
    }
    if (bad)
        return FADE_ERANGE;
    m->math->exp(2 * n, fast, fast);
    for (uint32_t j = 0; j < b->live; j++) {
        loss = a * (1 - fast[j]) + (1 - a) * (1 - slow[j]);
        s->health[j + 1] = s->ends[j] ? s->left(s, loss) : s->health[j];
    }
    for (int i = 0; i < 8; i++) {
        b->x1[0][i] = f;
        b->out[0][i] = loss;
    }
    return FADE_OK;
}

static int32_t step(const void *model, fade_tile *b)
{
    const xu *m = model;
    if (b->samples) {
        step_duty(m, b);
        return FADE_OK;
    }
    const double *const *p = b->param;
    uint32_t n = b->n;
    double *fast = b->scratch, *slow = fast + n;
    clamp(n, b->in[DEPTH], slow);
    m->math->log(n, slow, slow);
    exponents(n, p[K_TEMPERATURE], p[TEMPERATURE_REF], b->in[TEMPERATURE], p[K_SIGMA], p[SIGMA_REF], b->in[SOC],
              p[K_DELTA2], fast, slow);
    m->math->exp(2 * n, fast, fast);
    advance(n, b->dt, b->x[0], b->in[DEPTH], b->in[DURATION], p[K_DELTA1], p[K_DELTA3], p[K_T], p[B_SEI], b->x1[0],
            fast, slow);
    m->math->exp(2 * n, fast, fast);
    if (lose(n, p[A_SEI], b->x[0], b->x1[0], fast, slow, b->out[0]))
        blame_all(m, b);
    return FADE_OK;
}

static int32_t observe(const void *model, fade_tile *b)
{
    const xu *m = model;
    double *fast = b->scratch, *slow = fast + b->n;
    for (uint32_t i = 0; i < b->n; i++) {
        fast[i] = -b->param[B_SEI][i] * b->x[0][i];
        slow[i] = -b->x[0][i];
    }
    m->math->exp(2 * b->n, fast, fast);
    lose(b->n, b->param[A_SEI], b->x[0], b->x[0], fast, slow, b->out[0]);
    return FADE_OK;
}

static int32_t init(const void *model, fade_tile *b)
{
    (void)model;
    memcpy(b->x1[0], b->param[INITIAL_F_D], b->n * sizeof(double));
    return FADE_OK;
}

/* S_sigma S_T of samples */
static int32_t rates(const void *model, fade_tile *b)
{
    const xu *m = model;
    const double *const *p = b->param;
    double *stress = b->out[0];
    for (uint32_t i = 0; i < b->n; i++)
        stress[i] = stress_of(p[K_TEMPERATURE][i], p[TEMPERATURE_REF][i], b->in[OF_TEMPERATURE][i], p[K_SIGMA][i],
                              p[SIGMA_REF][i], b->in[OF_SOC][i]);
    m->math->exp(b->n, stress, stress);
    return FADE_OK;
}

/* f_c of rainflow cycles */
static int32_t cycles(const void *model, fade_tile *b)
{
    const xu *m = model;
    const double *const *p = b->param;
    double *stress = b->scratch, *power = stress + b->n;
    clamp(b->n, b->in[DEPTH], power);
    m->math->log(b->n, power, power);
    exponents(b->n, p[K_TEMPERATURE], p[TEMPERATURE_REF], b->in[TEMPERATURE], p[K_SIGMA], p[SIGMA_REF], b->in[SOC],
              p[K_DELTA2], stress, power);
    m->math->exp(2 * b->n, stress, stress);
    for (uint32_t i = 0; i < b->n; i++)
        b->out[0][i] = b->in[DEPTH][i] <= 0 ? 0 : stress[i] / (p[K_DELTA1][i] * power[i] + p[K_DELTA3][i]);
    return FADE_OK;
}

static size_t scratch(const void *model, uint32_t n)
{
    (void)model;
    return 2 * (size_t)n * sizeof(double);
}

static int32_t create(const fade_host *host, const fade_args *args, void **model)
{
    (void)args;
    const fade_math_v1 *math = host->iface(host, "fade.math/1");
    if (!math) {
        fade_say(host, 3, FADE_EBUG, -1, "xu2018 needs the host's fade.math/1");
        return FADE_EBUG;
    }
    xu *m = malloc(sizeof *m);
    if (!m) {
        fade_say(host, 3, FADE_ENOMEM, -1, "no memory for xu2018");
        return FADE_ENOMEM;
    }
    *m = (xu){ host, math };
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

static const fade_column sample[] = {
    { "soc", "1", "State of charge.", 0, 0, 0, 0, 0, 1, 0 },
    { "temperature", "K", "Temperature.", 0, 0, 0, 0, 0, 1, 0 },
};
static const fade_column rate[] = { { "stress_time", "1", "S_sigma S_T.", 0, 0, 0, 0, 0, 1, 0 } };
static const fade_column cycle[] = { { "f_cycle", "1", "f_c of a full cycle.", 0, 0, 0, 0, 0, 1, 0 } };
static const fade_duty_v1 duty_v1 = {
    .size = sizeof duty_v1,
    .break_time = 86400,
    .in = FADE_LIST(sample),
    .rate = FADE_LIST(rate),
    .cycle = FADE_LIST(cycle),
    .rates = rates,
    .cycles = cycles,
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
    .id = "xu2018",
    .kind = "physics",
    .version = "1.0.0",
    .licence = "MIT",
    .doc =
        "Capacity fade by cycle depth, state of charge, temperature and time, with a fast first loss (Xu 2018, LMO).",
    .cite = XU,
    .params = FADE_LIST(params),
    .columns = { .state = FADE_LIST(state), .in = FADE_LIST(in), .out = FADE_LIST(out) },
    .iface = iface,
};
FADE_LIBRARY(&desc);

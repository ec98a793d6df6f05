/* SPDX-License-Identifier: MIT
 * exp-fade.c - the legacy law of the first digital twin: f_d += k * T * n / t, loss = 1 - exp(-f_d).
 *
 * T is in degrees Celsius and t is the charge time, so k hides s/degC and the law says nothing at or below 0 degC: such
 * a row ends its lane.  Kept for comparison, not as the default physics.
 */
#include "fade_plugin.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TWIN "Javihaus/Digital-Twin-in-python, fitted to NASA PCoE cells of 2 Ah"

enum { K, CHARGE_TIME, INITIAL_LOSS };

static const fade_param params[] = {
    { "k", "s/K", "Rate: loss of one cycle is near k * T / charge_time, T in degC.", TWIN, FADE_REAL,
      FADE_PER_CELL | FADE_FITTED | FADE_LOG, 0.13, 0, 1e3, 0, 0, NULL },
    { "charge_time", "s",
      "Charge time t of the protocol, the same for every cycle: the measured discharge time in its place would contain "
      "the answer.",
      TWIN, FADE_REAL, FADE_PER_CELL | FADE_LIVE | FADE_EXAMPLE | FADE_LOG, 3600, 1, 1e7, 600, 36000, NULL },
    { "initial_loss", "1", "Loss of a cell that starts used; 0 is a new one.", "", FADE_REAL,
      FADE_PER_CELL | FADE_ADVANCED, 0, 0, 0.99, 0, 0, NULL },
};
static const fade_column state[] = { { "f_d", "1", "Linearised degradation so far.", 0, 0, 0, 0, 0, 1, 0 } };
static const fade_column in[] = {
    { "temperature_mean", "degC", "Mean cell temperature of the cycle; above 0 degC only.", 25, -100, 300, 5, 60, 1,
      0 },
};
static const fade_column out[] = { { "loss", "1", "Fraction of the initial capacity that is gone.", 0, 0, 1, 0, 0, 1,
                                     0 } };

typedef struct fade_law {
    const fade_host *host;
    const fade_math_v1 *math;
} fade_law;

/* f1 <- f_d at the end, minus <- -f_d.  Returns how many lanes have no sound result. */
static int64_t advance(uint32_t n, const double *restrict k, const double *restrict T, const double *restrict t,
                       const double *restrict dt, const double *restrict f, double *restrict f1, double *restrict minus)
{
    int64_t bad = 0;
    for (uint32_t i = 0; i < n; i++) {
        double now = f[i] + k[i] * T[i] * dt[i] / t[i];
        f1[i] = now;
        minus[i] = -now;
        bad += (int64_t) !(T[i] > 0) + (int64_t) !(now - f[i] < INFINITY);
    }
    return bad;
}

static void lose(uint32_t n, const double *restrict e, double *restrict loss)
{
    for (uint32_t i = 0; i < n; i++)
        loss[i] = -e[i];
}

static void blame(const fade_law *m, fade_tile *b, uint32_t i)
{
    double T = b->in[0][i], t = b->param[CHARGE_TIME][i], gain = b->x1[0][i] - b->x[0][i];
    char text[200];
    if (T > 0 && gain < INFINITY)
        return;
    b->status[i] = T <= 0 ? FADE_ERANGE : FADE_EINVAL;
    if (T <= 0)
        snprintf(text, sizeof text, "temperature_mean is %g degC, exp-fade holds only above 0 degC", T);
    else
        snprintf(text, sizeof text, "%s is not known (NaN), exp-fade needs it",
                 isnan(t) ? "charge_time" : "temperature_mean");
    if (i < b->live)
        fade_say(m->host, 3, b->status[i], (int32_t)i, text);
}

static int32_t step(const void *model, fade_tile *b)
{
    const fade_law *m = model;
    double *minus = b->scratch;
    int64_t bad = advance(b->n, b->param[K], b->in[0], b->param[CHARGE_TIME], b->dt, b->x[0], b->x1[0], minus);
    m->math->expm1(b->n, minus, minus);
    lose(b->n, minus, b->out[0]);
    if (bad)
        for (uint32_t i = 0; i < b->n; i++)
            blame(m, b, i);
    return FADE_OK;
}

static int32_t observe(const void *model, fade_tile *b)
{
    const fade_law *m = model;
    double *minus = b->scratch;
    for (uint32_t i = 0; i < b->n; i++)
        minus[i] = -b->x[0][i];
    m->math->expm1(b->n, minus, minus);
    lose(b->n, minus, b->out[0]);
    return FADE_OK;
}

/* 1 - exp(-f_d) = initial_loss */
static int32_t init(const void *model, fade_tile *b)
{
    const fade_law *m = model;
    double *minus = b->scratch;
    for (uint32_t i = 0; i < b->n; i++)
        minus[i] = -b->param[INITIAL_LOSS][i];
    m->math->log1p(b->n, minus, minus);
    lose(b->n, minus, b->x1[0]);
    return FADE_OK;
}

static size_t scratch(const void *model, uint32_t n)
{
    (void)model;
    return (size_t)n * sizeof(double);
}

static int32_t create(const fade_host *host, const fade_args *args, void **model)
{
    (void)args;
    const fade_math_v1 *math = host->iface(host, "fade.math/1");
    if (!math) {
        fade_say(host, 3, FADE_EBUG, -1, "exp-fade needs the host's fade.math/1");
        return FADE_EBUG;
    }
    fade_law *m = malloc(sizeof *m);
    if (!m) {
        fade_say(host, 3, FADE_ENOMEM, -1, "no memory for exp-fade");
        return FADE_ENOMEM;
    }
    *m = (fade_law){ host, math };
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
    .flags = FADE_PER_CYCLE,
    .id = "exp-fade",
    .kind = "physics",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "Exponential fade with cycle number, temperature and charge time (a legacy law, kept for comparison).",
    .cite = TWIN,
    .params = FADE_LIST(params),
    .columns = { .state = FADE_LIST(state), .in = FADE_LIST(in), .out = FADE_LIST(out) },
    .iface = iface,
};
FADE_LIBRARY(&desc);

/* SPDX-License-Identifier: MIT
 * power-law.c - loss = c * n^z over the number of cycles n, the plainest ageing law.
 *
 * c and z do not change during a life, so the virtual time of a lane is its own count of cycles: n is the whole state,
 * and the loss is the same for any step.
 */
#include "fade_plugin.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { C, Z, INITIAL_N };

static const fade_param params[] = {
    { "c", "1", "Loss after one cycle.", "", FADE_REAL, FADE_PER_CELL | FADE_EXAMPLE | FADE_LOG, 5e-3, 0, 1, 0, 0,
      NULL },
    { "z", "1", "Exponent: 0.5 for growth limited by diffusion, 1 for a straight line, more for a knee.", "", FADE_REAL,
      FADE_PER_CELL | FADE_EXAMPLE, 0.5, 0.01, 10, 0.3, 2, NULL },
    { "initial_n", "", "Cycles that a cell that starts used has behind it.", "", FADE_REAL,
      FADE_PER_CELL | FADE_ADVANCED, 0, 0, 1e9, 0, 0, NULL },
};
static const fade_column state[] = { { "n", "", "Cycles so far.", 0, 0, 0, 0, 0, 1, 0 } };
static const fade_column out[] = { { "loss", "1", "Fraction of the initial capacity that is gone, at most 1.", 0, 0, 1,
                                     0, 0, 1, 0 } };

typedef struct power {
    const fade_host *host;
    const fade_math_v1 *math;
} power;

static void count(uint32_t n, const double *restrict x, const double *restrict dt, double *restrict x1)
{
    for (uint32_t i = 0; i < n; i++)
        x1[i] = x[i] + dt[i];
}

static void times(uint32_t n, const double *restrict z, double *restrict y)
{
    for (uint32_t i = 0; i < n; i++)
        y[i] *= z[i];
}

static void lose(uint32_t n, const double *restrict c, double *restrict loss)
{
    for (uint32_t i = 0; i < n; i++) {
        double l = c[i] * loss[i];
        loss[i] = l > 1 ? 1 : l;
    }
}

/* n^z as exp(z ln n): a third of the time of a pow to the last bit, and within 1e-14 of it for up to 1e9 cycles. */
static void curve(const power *m, fade_tile *b, const double *n)
{
    double *loss = b->out[0];
    m->math->log(b->n, n, loss);
    times(b->n, b->param[Z], loss);
    m->math->exp(b->n, loss, loss);
    lose(b->n, b->param[C], loss);
}

static int32_t step(const void *model, fade_tile *b)
{
    count(b->n, b->x[0], b->dt, b->x1[0]);
    curve(model, b, b->x1[0]);
    return FADE_OK;
}

static int32_t observe(const void *model, fade_tile *b)
{
    curve(model, b, b->x[0]);
    return FADE_OK;
}

static int32_t init(const void *model, fade_tile *b)
{
    (void)model;
    memcpy(b->x1[0], b->param[INITIAL_N], b->n * sizeof(double));
    return FADE_OK;
}

static int32_t create(const fade_host *host, const fade_args *args, void **model)
{
    (void)args;
    const fade_math_v1 *math = host->iface(host, "fade.math/1");
    if (!math) {
        fade_say(host, 3, FADE_EBUG, -1, "power-law needs the host's fade.math/1");
        return FADE_EBUG;
    }
    power *m = malloc(sizeof *m);
    if (!m) {
        fade_say(host, 3, FADE_ENOMEM, -1, "no memory for power-law");
        return FADE_ENOMEM;
    }
    *m = (power){ host, math };
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
    .id = "power-law",
    .kind = "physics",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "Loss as a power of the number of cycles: c * n^z.",
    .cite = "",
    .params = FADE_LIST(params),
    .columns = { .state = FADE_LIST(state), .out = FADE_LIST(out) },
    .iface = iface,
};
FADE_LIBRARY(&desc);

/* SPDX-License-Identifier: MIT
 * zoo.h - a physics plugin that is sound, until a file of the zoo replaces one part of it before it includes this.
 *
 * Each file breaks one rule; tests/test_zoo.c holds the sentence that must be said of it.
 */
#ifndef ZOO_H
#define ZOO_H
#include "fade_plugin.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef ZOO_PARAMS
#define ZOO_PARAMS { "k", "1", "Loss after one cycle.", "", FADE_REAL, FADE_PER_CELL, 0.01, 0, 1, 0, 0, NULL }
#endif
#ifndef ZOO_STATE
#define ZOO_STATE { "sum", "1", "Loss so far.", 0, 0, 0, 0, 0, 1, 0 }
#endif
#ifndef ZOO_IN
#define ZOO_IN { "temperature_mean", "K", "Mean temperature.", 298.15, 200, 400, 273, 323, 1, FADE_OPTIONAL }
#endif
#ifndef ZOO_OUT
#define ZOO_OUT { "loss", "1", "Fraction lost.", 0, 0, 0, 0, 0, 1, 0 }
#endif
#ifndef ZOO_DESC
#define ZOO_DESC .cite = ""
#endif
#ifndef ZOO_MODEL
#define ZOO_MODEL .flags = 0
#endif

static const fade_param params[] = { ZOO_PARAMS };
static const fade_column state[] = { ZOO_STATE };
static const fade_column in[] = { ZOO_IN };
static const fade_column out[] = { ZOO_OUT };

typedef struct zoo {
    const fade_host *host;
    double           number;
    double           room[1024];
} zoo;

#ifndef ZOO_CREATE
#define ZOO_CREATE
static int32_t create(const fade_host *host, const fade_args *args, void **model)
{
    (void)args;
    zoo *m = calloc(1, sizeof *m);
    if (!m)
        return FADE_ENOMEM;
    m->host = host;
    *model = m;
    return FADE_OK;
}
#else
ZOO_CREATE
#endif

/* What one cycle adds. */
static inline double rate(const fade_tile *b, uint32_t i)
{
    double T = isnan(b->in[0][i]) ? 298.15 : b->in[0][i];
    return b->param[0][i] * exp(-2000.0 * (1 / T - 1 / 298.15));
}

#ifndef ZOO_STEP
#define ZOO_STEP
static int32_t step(const void *model, fade_tile *b)
{
    (void)model;
    for (uint32_t i = 0; i < b->n; i++)
        b->out[0][i] = b->x1[0][i] = b->x[0][i] + rate(b, i) * b->dt[i];
    return FADE_OK;
}
#else
ZOO_STEP
#endif

static int32_t observe(const void *model, fade_tile *b)
{
    (void)model;
    memcpy(b->out[0], b->x[0], b->n * sizeof(double));
    return FADE_OK;
}

static const fade_model_v1 model_v1 = { .size = sizeof model_v1, .create = create, .destroy = free, .step = step, .observe = observe, ZOO_MODEL };

#ifndef ZOO_IFACE
#define ZOO_IFACE strcmp(id, "fade.model/1") == 0 ? &model_v1 : NULL
#endif
static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    (void)id;
    return ZOO_IFACE;
}

static const fade_desc desc = {
    .size = sizeof desc, .flags = FADE_PER_CYCLE, .id = ID, .kind = "physics", .version = "1.0.0", .licence = "MIT", .doc = "A zoo.",
    .cite = "", .params = FADE_LIST(params), .columns = { FADE_LIST(state), FADE_LIST(in), FADE_LIST(out), { NULL, 0, 0 } }, .iface = iface,
    ZOO_DESC,
};
#ifndef ZOO_LIBRARY
FADE_LIBRARY(&desc);
#else
ZOO_LIBRARY
#endif
#endif

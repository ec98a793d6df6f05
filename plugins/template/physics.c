/* SPDX-License-Identifier: MIT
 * @ID@.c - an ageing law: capacity goes with the square root of cycles, faster when warm.
 *
 *     loss(n) = k(T) sqrt(n),   k(T) = k exp(-ea/R (1/T - 1/298.15))
 *
 * A step starts from the loss and not from n, for T changes from cycle to cycle.  The square adds up,
 *
 *     loss1^2 = loss^2 + k(T)^2 dt,
 *
 * so that one step of 2 cycles is two steps of 1.  Change the numbered places and golden.csv, then `make check`.
 */
#include "fade_plugin.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* 1. What a scenario may set, in the unit you compute in.  FADE_PER_CELL: may differ by cell, read from tile->param. */
enum { P_K, P_EA };
static const fade_param params[] = {
    { "k", "1", "Loss after one cycle at 298.15 K.", "", FADE_REAL, FADE_PER_CELL | FADE_EXAMPLE | FADE_LOG, 0.01, 0, 1,
      0, 0, NULL },
    { "ea", "J/mol", "Activation energy.", "", FADE_REAL, FADE_PER_CELL | FADE_EXAMPLE, 2e4, 0, 2e5, 0, 0, NULL },
};

/* 2. What a cell remembers, what is read, what is written.  The keys of `in` are those of docs/abi.md#columns. */
enum { X_LOSS };
enum { U_TEMPERATURE };
enum { Y_LOSS };
static const fade_column state[] = { { "loss_sum", "1", "Loss so far, before it is capped.", 0, 0, 0, 0, 0, 1, 0 } };
static const fade_column in[] = { { "temperature_mean", "K", "Mean temperature of the cell; 298.15 K when nobody says.",
                                    298.15, 200, 400, 253, 333, 1, FADE_OPTIONAL } };
static const fade_column out[] = { { "loss", "1", "Fraction of the initial capacity that is gone.", 0, 0, 1, 0, 0, 1,
                                     0 } };

/* 3. The law, over n cells at once: columns in, columns out, no branch that could be arithmetic. */
static void age(uint32_t n, const double *restrict k, const double *restrict ea, const double *restrict T,
                const double *restrict dt, const double *restrict loss, double *restrict loss1)
{
    const double R = 8.314462618, T0 = 298.15;          /* J/(mol K), CODATA 2018; K */
    for (uint32_t i = 0; i < n; i++) {
        double at = isnan(T[i]) ? T0 : T[i];            /* an optional input nobody writes is NaN */
        double rate = k[i] * exp(-ea[i] / R * (1 / at - 1 / T0));
        loss1[i] = sqrt(loss[i] * loss[i] + rate * rate * dt[i]);
    }
}

static void show(uint32_t n, const double *restrict loss, double *restrict shown)
{
    for (uint32_t i = 0; i < n; i++)
        shown[i] = loss[i] > 1 ? 1 : loss[i];           /* NaN stays NaN */
}

/* [work] x1 and out from x, in, param and dt, and from nothing else. */
static int32_t step(const void *model, fade_tile *b)
{
    (void)model;
    age(b->n, b->param[P_K], b->param[P_EA], b->in[U_TEMPERATURE], b->dt, b->x[X_LOSS], b->x1[X_LOSS]);
    show(b->n, b->x1[X_LOSS], b->out[Y_LOSS]);
    return FADE_OK;
}

/* [work] out as it is at t, before a step. */
static int32_t observe(const void *model, fade_tile *b)
{
    (void)model;
    show(b->n, b->x[X_LOSS], b->out[Y_LOSS]);
    return FADE_OK;
}

/* 4. [main] Here go parameters that are one for all cells, tables and files; this law has none. */
typedef struct law { const fade_host *host; } law;

static int32_t create(const fade_host *host, const fade_args *args, void **model)
{
    (void)args;
    law *m = malloc(sizeof *m);
    if (!m) {
        fade_say(host, 3, FADE_ENOMEM, -1, "no memory for @ID@");
        return FADE_ENOMEM;
    }
    *m = (law){ host };
    *model = m;
    return FADE_OK;
}

/* 5. Who you are.  FADE_PER_CYCLE: dt counts cycles; without it dt is in seconds. */
static const fade_model_v1 model_v1 = {
    .size = sizeof model_v1, .create = create, .destroy = free, .step = step, .observe = observe
};

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.model/1") == 0 ? &model_v1 : NULL;
}

static const fade_desc desc = {
    .size = sizeof desc, .flags = FADE_PER_CYCLE, .id = "@ID@", .kind = "physics", .version = "0.1.0", .licence = "MIT",
    .doc = "Loss with the square root of cycles, by Arrhenius.", .cite = "", .params = FADE_LIST(params),
    .columns = { .state = FADE_LIST(state), .in = FADE_LIST(in), .out = FADE_LIST(out) }, .iface = iface,
};
FADE_LIBRARY(&desc);

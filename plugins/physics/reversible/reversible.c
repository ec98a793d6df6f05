/* SPDX-License-Identifier: MIT
 * reversible.c - capacity that is away for a while and comes back in rest: a loss beside an irreversible law's.
 *
 *   before a cycle:  U <- U exp(-rest / tau)       what the cycle meets: loss = amplitude U
 *   after it:        U <- U + (1 - lambda) (1 - U)
 *
 * With a = lambda exp(-rest / tau) a cycle takes U to a U + 1 - lambda, so that alike cycles lead to
 * u = (1 - lambda) / (1 - a) and dt of them to u + a^dt (U - u): exact for any dt.  What the last of them met is
 * (U - (1 - lambda)) / lambda, a function of the state alone.
 */
#include "fade_plugin.h"
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { AMPLITUDE, TAU, LAMBDA, INITIAL_U };
enum { BLOCK = 64 };

static const char where[] = "measured on NASA's cells (Saha and Goebel 2007); no paper's law";
static const fade_param params[] = {
    { "amplitude", "1", "Loss, of the initial capacity, of a cell that is cycled without rest for long.", where,
      FADE_REAL, FADE_PER_CELL | FADE_EXAMPLE, 0.02, 0, 1, 0, 0, NULL },
    { "tau", "s", "Time of rest in which all but 1/e of it comes back.", where, FADE_REAL,
      FADE_PER_CELL | FADE_EXAMPLE | FADE_LOG, 172800, 1, 1e10, 3600, 3e6, NULL },
    { "lambda", "1", "What a cycle leaves of the distance to the whole of it.", where, FADE_REAL,
      FADE_PER_CELL | FADE_EXAMPLE, 0.9, 1e-6, 1, 0.5, 1, NULL },
    { "initial_u", "1", "How much of it is away at the start.", "", FADE_REAL, FADE_PER_CELL | FADE_ADVANCED, 0, 0, 1,
      0, 0, NULL },
};
static const fade_column state[] = { { "u", "1", "How much of the reversible loss is away: 0 none, 1 all.", 0, 0, 1, 0,
                                       0, 1, 0 } };
static const fade_column in[] = { { "rest", "s", "Time at no load before the cycle.", NAN, 0, 0, 0, 0, 1,
                                    FADE_OPTIONAL | FADE_PLANNED } };
static const fade_column out[] = { { "loss", "1", "Fraction of the initial capacity that is away for a while.", 0, 0, 1,
                                     0, 0, 1, 0 } };

typedef struct reversible {
    const fade_host *host;
    const fade_math_v1 *math;
    atomic_int said; /* that rests are unknown; only a message depends on it */
} reversible;

static void say_unknown(const reversible *m, int32_t lane)
{
    atomic_int *said = (atomic_int *)(uintptr_t)&m->said;
    if (!atomic_exchange(said, 1))
        fade_say(m->host, 2, 0, lane,
                 "rest is unknown: the reversible loss stands still, and the irreversible law stands alone where it is "
                 "never known");
}

static void lose(uint32_t n, const double *restrict a, const double *restrict lambda, const double *restrict u,
                 double *restrict loss)
{
    for (uint32_t i = 0; i < n; i++) {
        double met = (u[i] - (1 - lambda[i])) / lambda[i];
        loss[i] = a[i] * (met > 0 ? met : 0);
    }
}

/* log(a) dt of up to BLOCK lanes. */
static void decay(uint32_t n, const double *rest, const double *tau, const double *loglambda, const double *dt,
                  double *e)
{
    for (uint32_t i = 0; i < n; i++)
        e[i] = (loglambda[i] - (rest[i] > 0 ? rest[i] : 0) / tau[i]) * dt[i];
}

static int32_t step(const void *model, fade_tile *b)
{
    const reversible *m = model;
    const double *rest = b->in[0], *tau = b->param[TAU], *lambda = b->param[LAMBDA], *u = b->x[0];
    double a[BLOCK] __attribute__((aligned(64))), e[BLOCK] __attribute__((aligned(64))), one[BLOCK];
    for (uint32_t i = 0; i < BLOCK; i++)
        one[i] = 1;
    for (uint32_t at = 0; at < b->n; at += BLOCK) {
        uint32_t n = b->n - at < BLOCK ? b->n - at : BLOCK;
        m->math->log(n, lambda + at, a);
        decay(n, rest + at, tau + at, a, b->dt + at, e);
        decay(n, rest + at, tau + at, a, one, a);
        m->math->exp(n, e, e);
        m->math->exp(n, a, a);
        for (uint32_t i = 0; i < n; i++) {
            double end = a[i] < 1 ? (1 - lambda[at + i]) / (1 - a[i]) : u[at + i];
            double next = end + e[i] * (u[at + i] - end);
            b->x1[0][at + i] = rest[at + i] >= 0 ? (next < 0 ? 0 : next > 1 ? 1 : next) : u[at + i];
        }
    }
    for (uint32_t i = 0; i < b->live; i++)
        if (!(rest[i] >= 0))
            say_unknown(m, (int32_t)i);
    lose(b->n, b->param[AMPLITUDE], lambda, b->x1[0], b->out[0]);
    return FADE_OK;
}

static int32_t observe(const void *model, fade_tile *b)
{
    (void)model;
    lose(b->n, b->param[AMPLITUDE], b->param[LAMBDA], b->x[0], b->out[0]);
    return FADE_OK;
}

static int32_t init(const void *model, fade_tile *b)
{
    (void)model;
    memcpy(b->x1[0], b->param[INITIAL_U], b->n * sizeof(double));
    return FADE_OK;
}

static int32_t create(const fade_host *host, const fade_args *args, void **model)
{
    (void)args;
    const fade_math_v1 *math = host->iface(host, "fade.math/1");
    if (!math) {
        fade_say(host, 3, FADE_EBUG, -1, "reversible needs the host's fade.math/1");
        return FADE_EBUG;
    }
    reversible *m = calloc(1, sizeof *m);
    if (!m) {
        fade_say(host, 3, FADE_ENOMEM, -1, "no memory for reversible");
        return FADE_ENOMEM;
    }
    m->host = host;
    m->math = math;
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
    .id = "reversible",
    .kind = "physics",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "Capacity that comes back in rest: a loss to stand beside an irreversible law's.",
    .cite = "",
    .params = FADE_LIST(params),
    .columns = { .state = FADE_LIST(state), .in = FADE_LIST(in), .out = FADE_LIST(out) },
    .iface = iface,
};
FADE_LIBRARY(&desc);

/* SPDX-License-Identifier: MIT
 * wang2011.c - capacity fade of LFP cells by charge passed, temperature and C-rate: Wang et al. 2011.
 *
 *   loss in % = B(C) * exp( (-activation + activation_rate * C) / (R T) ) * Ah^exponent
 *
 * With k = B exp(..), the state is s = loss^(1/exponent): it grows by k^(1/exponent) for each ampere-hour at any k,
 * which is the law in virtual time, exact where conditions hold and the same in steps of any size.
 */
#include "fade_plugin.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WANG "Wang et al., J. Power Sources 196, 3942 (2011), doi 10.1016/j.jpowsour.2010.11.134"

enum { CAPACITY, ACTIVATION, ACTIVATION_RATE, EXPONENT, B_CONSTANT, INITIAL_LOSS, B_KIND };
enum { DEPTH, TEMPERATURE, C_RATE };
enum { B_POINTS, B_CUBIC, B_FLAT };

static const double R = 8.314; /* J/(mol K), as the constants were fitted with */

static const fade_param params[] = {
    { "nominal_capacity", "Ah",
      "Capacity that a depth of 1 takes out; not given: the cell's, else that of the cells of the paper.", WANG,
      FADE_REAL, FADE_PER_CELL, 2.2, 1e-6, 1e6, 0, 0, NULL },
    { "activation", "J/mol", "Activation energy at no current.", WANG, FADE_REAL, FADE_PER_CELL | FADE_FITTED, 31700, 0,
      2e5, 0, 0, NULL },
    { "activation_rate", "J.h/mol", "What each C takes off the activation energy.", WANG, FADE_REAL,
      FADE_PER_CELL | FADE_FITTED, 370.3, -5000, 5000, 0, 0, NULL },
    { "exponent", "1", "Power of the charge passed.", WANG, FADE_REAL, FADE_PER_CELL | FADE_FITTED, 0.55, 0.05, 2, 0.3,
      1, NULL },
    { "b_constant", "",
      "Factor for b = \"constant\"; the fit to C/2 alone has 30330 with activation 31500, activation_rate 0, exponent "
      "0.552.",
      WANG, FADE_REAL, FADE_PER_CELL | FADE_FITTED | FADE_LOG, 30330, 1, 1e9, 0, 0, NULL },
    { "initial_loss", "1", "Loss of a cell that starts used; 0 is a new one.", "", FADE_REAL,
      FADE_PER_CELL | FADE_ADVANCED, 0, 0, 0.99, 0, 0, NULL },
    { "b", "", "Factor B(C): straight lines through the four published points, a cubic through them, or one constant.",
      WANG, FADE_CHOICE, 0, 0, 0, 0, 0, 0, "points|cubic|constant" },
};
static const fade_column state[] = {
    { "virtual_charge", "", "Loss in percent to the power of 1/exponent: charge passed, weighted by its harm.", 0, 0, 0,
      0, 0, 1, 0 }
};
static const fade_column in[] = {
    { "depth", "1", "Depth of the cycle.", 1, 0, 10, 0, 1.05, 1, 0 },
    { "temperature_mean", "K", "Mean cell temperature of the cycle.", 298.15, 150, 500, 258.15, 333.15, 1, 0 },
    { "c_rate", "1/h", "Discharge rate; B holds its end values outside C/2 .. 10C.", 1, 0, 100, 0.5, 10, 1, 0 },
};
static const fade_column out[] = { { "loss", "1", "Fraction of the initial capacity that is gone, at most 1.", 0, 0, 1,
                                     0, 0, 1, 0 } };

typedef struct wang {
    const fade_host *host;
    const fade_math_v1 *math;
    int kind; /* B_* */
} wang;

static double inside(double c) /* NaN stays */
{
    double low = c < 0.5 ? 0.5 : c;
    return low > 10 ? 10 : low;
}

static void b_points(uint32_t n, const double *restrict c_rate, double *restrict B)
{
    for (uint32_t i = 0; i < n; i++) {
        double c = inside(c_rate[i]);
        double low = 31630 + (c - 0.5) * ((21681 - 31630) / 1.5), mid = 21681 + (c - 2) * ((12934 - 21681) / 4.0);
        double high = 12934 + (c - 6) * ((15512 - 12934) / 4.0), upper = c < 6 ? mid : high;
        B[i] = c < 2 ? low : upper;
    }
}

static void b_cubic(uint32_t n, const double *restrict c_rate, double *restrict B)
{
    for (uint32_t i = 0; i < n; i++) {
        double c = inside(c_rate[i]);
        B[i] = ((-47.836 * c + 1214.955) * c - 9418.914) * c + 36041.6979;
    }
}

/* k: ln B -> ln k^(1/exponent) */
static void rates(uint32_t n, const double *restrict E, const double *restrict E_rate, const double *restrict z,
                  const double *restrict T, const double *restrict c_rate, double *restrict k)
{
    for (uint32_t i = 0; i < n; i++)
        k[i] = (k[i] + (E_rate[i] * c_rate[i] - E[i]) / (R * T[i])) / z[i];
}

/* s1 <- s + k^(1/exponent) dAh.  Returns how many lanes have no sound result. */
static int64_t advance(uint32_t n, const double *restrict dt, const double *restrict depth,
                       const double *restrict capacity, const double *restrict k, const double *restrict s,
                       double *restrict s1)
{
    int64_t bad = 0;
    for (uint32_t i = 0; i < n; i++) {
        double now = s[i] + k[i] * (dt[i] * depth[i] * capacity[i]);
        s1[i] = now;
        bad += (int64_t) !(now >= s[i]) + (int64_t) !(now - s[i] < INFINITY);
    }
    return bad;
}

static void times(uint32_t n, const double *restrict z, double *restrict y)
{
    for (uint32_t i = 0; i < n; i++)
        y[i] *= z[i];
}

static void lose(uint32_t n, double *restrict loss)
{
    for (uint32_t i = 0; i < n; i++)
        loss[i] = loss[i] > 100 ? 1 : loss[i] / 100;
}

static void curve(const wang *m, fade_tile *b, const double *s)
{
    double *loss = b->out[0];
    m->math->log(b->n, s, loss);
    times(b->n, b->param[EXPONENT], loss);
    m->math->exp(b->n, loss, loss);
    lose(b->n, loss);
}

static void blame(const wang *m, fade_tile *b, uint32_t i)
{
    double gain = b->x1[0][i] - b->x[0][i];
    if (gain >= 0 && gain < INFINITY)
        return;
    char text[200];
    snprintf(text, sizeof text, "no loss follows from depth %g, temperature_mean %g K, c_rate %g 1/h", b->in[DEPTH][i],
             b->in[TEMPERATURE][i], b->in[C_RATE][i]);
    for (int k = C_RATE; k >= DEPTH; k--)
        if (isnan(b->in[k][i]))
            snprintf(text, sizeof text, "%s is not known (NaN), wang2011 needs it", in[k].key);
    b->status[i] = FADE_EINVAL;
    if (i < b->live)
        fade_say(m->host, 3, FADE_EINVAL, (int32_t)i, text);
}

static int32_t step(const void *model, fade_tile *b)
{
    const wang *m = model;
    const double *const *p = b->param;
    uint32_t n = b->n;
    double *k = b->scratch;
    if (m->kind == B_FLAT)
        memcpy(k, p[B_CONSTANT], n * sizeof *k);
    else
        (m->kind == B_CUBIC ? b_cubic : b_points)(n, b->in[C_RATE], k);
    m->math->log(n, k, k);
    rates(n, p[ACTIVATION], p[ACTIVATION_RATE], p[EXPONENT], b->in[TEMPERATURE], b->in[C_RATE], k);
    m->math->exp(n, k, k);
    int64_t bad = advance(n, b->dt, b->in[DEPTH], p[CAPACITY], k, b->x[0], b->x1[0]);
    curve(m, b, b->x1[0]);
    if (bad)
        for (uint32_t i = 0; i < n; i++)
            blame(m, b, i);
    return FADE_OK;
}

static int32_t observe(const void *model, fade_tile *b)
{
    curve(model, b, b->x[0]);
    return FADE_OK;
}

/* loss in percent = s^exponent */
static int32_t init(const void *model, fade_tile *b)
{
    const wang *m = model;
    double *s = b->x1[0];
    for (uint32_t i = 0; i < b->n; i++)
        s[i] = 100 * b->param[INITIAL_LOSS][i];
    m->math->log(b->n, s, s);
    for (uint32_t i = 0; i < b->n; i++)
        s[i] /= b->param[EXPONENT][i];
    m->math->exp(b->n, s, s);
    return FADE_OK;
}

static size_t scratch(const void *model, uint32_t n)
{
    (void)model;
    return (size_t)n * sizeof(double);
}

static int32_t create(const fade_host *host, const fade_args *args, void **model)
{
    const fade_math_v1 *math = host->iface(host, "fade.math/1");
    if (!math) {
        fade_say(host, 3, FADE_EBUG, -1, "wang2011 needs the host's fade.math/1");
        return FADE_EBUG;
    }
    wang *m = malloc(sizeof *m);
    if (!m) {
        fade_say(host, 3, FADE_ENOMEM, -1, "no memory for wang2011");
        return FADE_ENOMEM;
    }
    *m = (wang){ host, math, (int)args->at[B_KIND].real };
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

/* Harm per charge goes with k^(1/exponent): so do the means of temperature. */
static const fade_duty_v1 duty_v1 = {
    .size = sizeof duty_v1,
    .break_time = 86400,
    .break_efc = 1,
    .activation = 31700 / 0.55,
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
    .id = "wang2011",
    .kind = "physics",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "Capacity fade of LFP cells by charge passed, temperature and C-rate (Wang 2011).",
    .cite = WANG,
    .params = FADE_LIST(params),
    .columns = { .state = FADE_LIST(state), .in = FADE_LIST(in), .out = FADE_LIST(out) },
    .iface = iface,
};
FADE_LIBRARY(&desc);

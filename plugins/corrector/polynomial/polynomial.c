/* SPDX-License-Identifier: MIT
 * polynomial.c - a correction that is a polynomial of the features, held where it leaves the data.
 *
 * The mean stands still beyond the reach: a fifth power would run away.  Sigma does not: its leverage is that of the
 * point itself, so a band shows how little is known there.
 */
#include "polynomial.h"
#include <stdlib.h>

enum { MEAN, SIGMA, DISTANCE };
static const double FARTHEST = 1e6;               /* of t in sigma's leverage */

static const fade_param params[] = {
    [POLY_DEGREE_] = { "degree", "", "Highest power.", "", FADE_INT, 0, 2, 1, POLY_DEGREE, 0, 0, NULL },
    [POLY_INTERACTIONS] = { "interactions", "", "Products of different features too, up to the same degree.", "",
                            FADE_BOOL, 0, 0, 0, 1, 0, 0, NULL },
    [POLY_LAMBDA] = { "lambda", "",
                      "Penalty on the squared weights of standardised products, summed over rows; not given: chosen by "
                      "generalised "
                      "cross-validation.",
                      "Golub, Heath and Wahba 1979, doi 10.1080/00401706.1979.10489751", FADE_REAL, FADE_LOG, NAN, 0,
                      1e12, 0, 0, NULL },
    [POLY_REACH] = { "reach", "1",
                     "How far outside the training range, in halves of it, a feature still counts; beyond, the "
                     "correction stays as it "
                     "is there.",
                     "", FADE_REAL, 0, 0.5, 0, 100, 0, 0, NULL },
};
static const fade_column out[] = {
    { "mean", "", "Correction, in the target's unit.", 0, 0, 0, 0, 0, 1, 0 },
    { "sigma", "", "Its standard deviation: noise and leverage.", 0, 0, 0, 0, 0, 1, 0 },
    { "distance", "", "How far the features lie outside the training data, in its standard deviations; 0 inside.", 0, 0,
      0, 0, 0, 1, 0 },
};

static int32_t train(const fade_host *host, const fade_args *args, const fade_table *t, const void *from, void **model)
{
    (void)from;
    char text[160];
    *model = NULL;
    if (features_count(host, t, POLY_FEATURES, "polynomial"))
        return FADE_EINVAL;
    poly *q;
    int32_t rc =
        poly_new(host, t->ncol, (uint64_t)args->at[POLY_DEGREE_].real, args->at[POLY_INTERACTIONS].real != 0, &q);
    if (rc)
        return rc;
    q->s.reach = args->at[POLY_REACH].real;
    rc = features_name(&q->f, host, t);
    rc = rc ? rc : poly_fit(q, t, args->at[POLY_LAMBDA].real);
    if (rc) {
        poly_free(q);
        return rc;
    }
    snprintf(text, sizeof text, "polynomial of %u products on %llu rows: lambda %g, noise %g", (unsigned)q->terms,
             (unsigned long long)q->s.rows, q->s.lambda, q->s.noise);
    fade_say(host, 0, 0, -1, text);
    *model = q;
    return FADE_OK;
}

static int32_t columns(const void *model, fade_columns *c)
{
    const poly *q = model;
    if (q)
        c->in = (fade_list){ q->f.column, q->f.p, sizeof *q->f.column };
    return FADE_OK;
}

static size_t scratch(const void *model, uint32_t n)
{
    const poly *q = model;
    return q ? (2 * (size_t)q->f.p + 2 * (size_t)q->terms) * n * sizeof(double) : 0;
}

static void place(uint32_t n, const double *restrict x, double mean, double centre, double per, double *restrict t)
{
    for (uint32_t i = 0; i < n; i++) {
        double known = x[i] - x[i] == 0 ? x[i] : mean;
        t[i] = (known - centre) * per;
    }
}

static void hold(size_t n, double most, double *restrict t)
{
    for (size_t i = 0; i < n; i++) {
        double v = t[i] < most ? t[i] : most;
        t[i] = v > -most ? v : -most;
    }
}

/* z <- standardised products of t */
static void expand(const poly *q, uint32_t n, const double *t, double *z)
{
    poly_products(q, n, t, z);
    for (uint32_t k = 0; k < q->terms; k++)
        for (uint32_t i = 0; i < n; i++)
            z[k * (size_t)n + i] = (z[k * (size_t)n + i] - q->mean[k]) * q->per[k];
}

static void spread(const poly *q, uint32_t n, const double *restrict u, double *restrict sigma)
{
    for (uint32_t i = 0; i < n; i++)
        sigma[i] = 1 + q->s.share;
    for (uint32_t k = 0; k < q->terms; k++)
        for (uint32_t i = 0; i < n; i++)
            sigma[i] += u[k * (size_t)n + i] * u[k * (size_t)n + i];
    for (uint32_t i = 0; i < n; i++)
        sigma[i] = q->s.noise * sqrt(sigma[i]);
}

static int32_t predict(const void *model, fade_tile *b)
{
    const poly *q = model;
    uint32_t n = b->n, p = q->f.p, T = q->terms;
    double *t = b->scratch, *z = t + 2 * (size_t)p * n, *u = z + (size_t)T * n, *mean = b->out[MEAN];
    features_lanes(&q->f, n, b->in, t, b->out[DISTANCE]);
    for (uint32_t j = 0; j < p; j++)
        place(n, b->in[j], q->f.mean[j], q->centre[j], q->f.varied[j] / q->half[j], t + j * (size_t)n);
    hold((size_t)p * n, FARTHEST, t);
    expand(q, n, t, z);
    q->math->dense(n, T, T, q->w + T, z, u);
    spread(q, n, u, b->out[SIGMA]);
    hold((size_t)p * n, 1 + q->s.reach, t);
    expand(q, n, t, z);
    q->math->dense(n, 1, T, q->w, z, mean);
    for (uint32_t i = 0; i < n; i++)
        mean[i] += q->s.intercept;
    return FADE_OK;
}

static const fade_model_v1 model_v1 = {
    .size = sizeof model_v1,
    .destroy = poly_free,
    .columns = columns,
    .scratch = scratch,
    .step = predict,
    .observe = predict,
};
static const fade_corrector_v1 corrector_v1 = {
    .size = sizeof corrector_v1,
    .model = &model_v1,
    .train = train,
    .save = poly_save,
    .load = poly_load,
};
static const fade_explain_v1 explain_v1 = { .size = sizeof explain_v1, .shares = explain_shares };

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    if (strcmp(id, "fade.corrector/1") == 0)
        return &corrector_v1;
    if (strcmp(id, "fade.explain/1") == 0)
        return &explain_v1;
    return strcmp(id, "fade.model/1") == 0 ? &model_v1 : NULL;
}

static const fade_desc desc = {
    .size = sizeof desc,
    .id = "polynomial",
    .kind = "corrector",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "Polynomial of named features, penalised, and held where it leaves the data.",
    .cite = "Golub, Heath and Wahba, Technometrics 21, 215 (1979), doi 10.1080/00401706.1979.10489751",
    .params = FADE_LIST(params),
    .columns = { .out = FADE_LIST(out) },
    .iface = iface,
};
FADE_LIBRARY(&desc);

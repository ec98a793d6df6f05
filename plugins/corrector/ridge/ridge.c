/* SPDX-License-Identifier: MIT
 * ridge.c - a linear correction with a penalty on its weights: small, fast, hard to beat on few rows.
 *
 * Prediction is one matrix over lanes: the coefficients, and the rows whose squares are the leverage, so that sigma
 * grows away from the training data.  An unknown feature counts as its mean and as one standard deviation of distance.
 */
#include "ridge.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LAMBDA };
enum { MEAN, SIGMA, DISTANCE };

static const fade_param params[] = {
    { "lambda", "",
      "Penalty on the squared weights of standardised features, summed over rows; not given: chosen by generalised "
      "cross-validation.",
      "", FADE_REAL, FADE_LOG, NAN, 0, 1e12, 0, 0, NULL },
};
static const fade_column out[] = {
    { "mean", "", "Correction, in the target's unit.", 0, 0, 0, 0, 0, 1, 0 },
    { "sigma", "", "Its standard deviation: noise and leverage.", 0, 0, 0, 0, 0, 1, 0 },
    { "distance", "", "How far the features lie outside the training data, in its standard deviations; 0 inside.", 0, 0,
      0, 0, 0, 1, 0 },
};

ridge *ridge_new(const fade_host *host, uint32_t p)
{
    const fade_math_v1 *math = host->iface(host, "fade.math/1");
    if (!math) {
        fade_say(host, 3, FADE_EBUG, -1, "ridge needs the host's fade.math/1");
        return NULL;
    }
    size_t doubles = (size_t)p * (p + 6),
           bytes = sizeof(ridge) + p * (sizeof(fade_column) + RIDGE_KEY + RIDGE_UNIT) + doubles * sizeof(double);
    ridge *r = calloc(1, bytes);
    if (!r) {
        fade_say(host, 3, FADE_ENOMEM, -1, "no memory for a ridge");
        return NULL;
    }
    double *at = (double *)(r + 1);
    *r = (ridge){ .host = host,
                  .math = math,
                  .p = p,
                  .mean = at,
                  .scale = at + p,
                  .low = at + 2 * p,
                  .high = at + 3 * p,
                  .varied = at + 4 * p,
                  .w = at + 5 * p };
    r->column = (fade_column *)(at + doubles);
    r->key = (char(*)[RIDGE_KEY])(r->column + p);
    r->unit = (char(*)[RIDGE_UNIT])(r->key + p);
    for (uint32_t j = 0; j < p; j++)
        r->column[j] = (fade_column){ .key = r->key[j], .unit = r->unit[j], .doc = "A feature.", .width = 1 };
    return r;
}

void ridge_free(void *model)
{
    free(model);
}

static int32_t train(const fade_host *host, const fade_args *args, const fade_table *t, const void *from, void **model)
{
    (void)from;
    char text[120];
    *model = NULL;
    int32_t rc = features_count(host, t, RIDGE_MAX, "ridge");
    if (rc)
        return rc;
    ridge *r = ridge_new(host, t->ncol);
    if (!r)
        return FADE_ENOMEM;
    rc = features_label(host, t, r->key[0], RIDGE_KEY, r->unit[0], RIDGE_UNIT);
    if (!rc)
        rc = fit_ridge(r, t, args->at[LAMBDA].real);
    if (rc) {
        ridge_free(r);
        return rc;
    }
    snprintf(text, sizeof text, "ridge on %llu rows: lambda %g, noise %g", (unsigned long long)r->rows, r->lambda,
             r->noise);
    fade_say(host, 0, 0, -1, text);
    *model = r;
    return FADE_OK;
}

static int32_t columns(const void *model, fade_columns *c)
{
    const ridge *r = model;
    if (r)
        c->in = (fade_list){ r->column, r->p, sizeof *r->column };
    return FADE_OK;
}

static size_t scratch(const void *model, uint32_t n)
{
    const ridge *r = model;
    return r ? (2 * (size_t)r->p + 1) * n * sizeof(double) : 0;
}

/* z <- standardised feature, 0 where unknown; far <- the largest distance so far */
static void standardise(uint32_t n, const double *restrict x, double mean, double scale, double low, double high,
                        double varied, double *restrict z, double *restrict far)
{
    double per = 1 / scale;
    for (uint32_t i = 0; i < n; i++) {
        double over = (x[i] - high) * per, under = (low - x[i]) * per, at = (x[i] - mean) * (per * varied);
        double away = over > under ? over : under;
        int known = x[i] - x[i] == 0;
        away = known ? away : varied;
        z[i] = known ? at : 0;
        far[i] = away > far[i] ? away : far[i];
    }
}

static void spread(uint32_t n, uint32_t p, const double *restrict u, double share, double noise, double *restrict sigma)
{
    for (uint32_t i = 0; i < n; i++)
        sigma[i] = 1 + share;
    for (uint32_t k = 0; k < p; k++)
        for (uint32_t i = 0; i < n; i++)
            sigma[i] += u[k * (size_t)n + i] * u[k * (size_t)n + i];
    for (uint32_t i = 0; i < n; i++)
        sigma[i] = noise * sqrt(sigma[i]);
}

static int32_t predict(const void *model, fade_tile *b)
{
    const ridge *r = model;
    uint32_t n = b->n, p = r->p;
    double *z = b->scratch, *u = z + (size_t)p * n, *far = b->out[DISTANCE];
    memset(far, 0, n * sizeof *far);
    for (uint32_t j = 0; j < p; j++)
        standardise(n, b->in[j], r->mean[j], r->scale[j], r->low[j], r->high[j], r->varied[j], z + (size_t)j * n, far);
    r->math->dense(n, p + 1, p, r->w, z, u);
    for (uint32_t i = 0; i < n; i++)
        b->out[MEAN][i] = r->intercept + u[i];
    spread(n, p, u + n, r->share, r->noise, b->out[SIGMA]);
    return FADE_OK;
}

static const fade_model_v1 model_v1 = {
    .size = sizeof model_v1,
    .destroy = ridge_free,
    .columns = columns,
    .scratch = scratch,
    .step = predict,
    .observe = predict,
};
static const fade_corrector_v1 corrector_v1 = {
    .size = sizeof corrector_v1,
    .model = &model_v1,
    .train = train,
    .save = stream_save,
    .load = stream_load,
};
static const fade_explain_v1 explain_v1 = { .size = sizeof explain_v1, .shares = explain_shares };
static const fade_onnx_v1 onnx_v1 = { .size = sizeof onnx_v1, .write = onnx_save };

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    if (strcmp(id, "fade.corrector/1") == 0)
        return &corrector_v1;
    if (strcmp(id, "fade.onnx/1") == 0)
        return &onnx_v1;
    if (strcmp(id, "fade.explain/1") == 0)
        return &explain_v1;
    return strcmp(id, "fade.model/1") == 0 ? &model_v1 : NULL;
}

static const fade_desc desc = {
    .size = sizeof desc,
    .id = "ridge",
    .kind = "corrector",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "Ridge regression on named features, its penalty chosen by cross-validation.",
    .cite = "Golub, Heath and Wahba, Technometrics 21, 215 (1979), doi 10.1080/00401706.1979.10489751",
    .params = FADE_LIST(params),
    .columns = { .out = FADE_LIST(out) },
    .iface = iface,
};
const fade_desc *const ridge_desc = &desc;
FADE_LIBRARY(&desc);

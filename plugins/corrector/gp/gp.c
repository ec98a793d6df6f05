/* SPDX-License-Identifier: MIT
 * gp.c - a correction by a Gaussian process over the features: near rows that went wrong alike it says so again, far
 * from all of them it says nothing, and sigma tells which.
 *
 *     mean = k' alpha,   sigma^2 = k(x, x) - |C^-1 k|^2        Rasmussen & Williams, algorithm 2.1; C the Cholesky
 * factor of K
 *
 * k is worked out for GP_CHUNK remembered rows at a time, over all lanes.
 */
#include "gp.h"
#include "../common_stream.h"
#include <stdlib.h>

enum { MEAN, SIGMA, DISTANCE };

static const fade_param params[] = {
    [GP_KERNEL] = { "kernel", "",
                    "Sum and product of rbf, matern12, matern32, matern52, linear, periodic, constant and white, with "
                    "brackets; "
                    "NAME(feature, feature) looks at those alone. Without white a noise is added.",
                    "Rasmussen and Williams 2006, chapter 4", FADE_TEXT, 0, NAN, 0, 0, 0, 0, "rbf + linear" },
    [GP_ARD] = { "ard", "", "A length for each feature instead of one for all of a kernel.",
                 "Rasmussen and Williams 2006, (5.2)", FADE_BOOL, 0, 0, 0, 1, 0, 0, NULL },
    [GP_STARTS] = { "starts", "",
                    "Points from which the likelihood is climbed; the first is a guess, the others are spread evenly.",
                    "", FADE_INT, FADE_ADVANCED, 3, 1, 50, 0, 0, NULL },
    [GP_OPTIMISE] = { "optimise", "", "Whether hyper-parameters are moved to the most marginal likelihood.",
                      "Rasmussen and Williams 2006, (5.8)", FADE_BOOL, FADE_ADVANCED, 1, 0, 1, 0, 0, NULL },
    [GP_START] = { "start", "",
                   "First values of the hyper-parameters, of standardised features and target: lengths and periods in "
                   "the order of the "
                   "text, then each addend's variance, then the noise's.",
                   "", FADE_LIST_OF, FADE_ADVANCED, NAN, 0, 0, 0, 0, NULL },
    [GP_MOST_ROWS] = { "most_rows", "", "Rows remembered at most; of more, each cell keeps its share, evenly spread.",
                       "", FADE_INT, FADE_ADVANCED, 800, 3, GP_ROWS, 0, 0, NULL },
    [GP_TUNE_ROWS] = { "tune_rows", "", "Rows at most on which hyper-parameters are sought, thinned the same way.", "",
                       FADE_INT, FADE_ADVANCED, 256, 3, GP_ROWS, 0, 0, NULL },
    [GP_SIGMA] = { "sigma", "",
                   "Whether sigma knows the rows; else it is that of no rows at all, an upper bound, for less time.",
                   "", FADE_BOOL, FADE_ADVANCED, 1, 0, 1, 0, 0, NULL },
};
static const fade_column out[] = {
    { "mean", "", "Correction, in the target's unit.", 0, 0, 0, 0, 0, 1, 0 },
    { "sigma", "", "Its standard deviation: of the process and of the noise.", 0, 0, 0, 0, 0, 1, 0 },
    { "distance", "", "How far the features lie outside the training data, in its standard deviations; 0 inside.", 0, 0,
      0, 0, 0, 1, 0 },
};

gp *gp_new(const fade_host *host, uint32_t p)
{
    const fade_math_v1 *math = host->iface(host, "fade.math/1");
    gp *g = math ? calloc(1, sizeof *g + features_bytes(p)) : NULL;
    if (!g) {
        features_say(host, math ? FADE_ENOMEM : FADE_EBUG,
                     math ? "no memory for a Gaussian process" : "gp needs the host's fade.math/1");
        return NULL;
    }
    g->host = host;
    g->math = math;
    features_place(&g->f, g + 1, p);
    return g;
}

size_t gp_factor_size(uint32_t n)
{
    size_t all = 0;
    for (uint32_t block = 0; block < n; block += GP_BLOCK) {
        size_t end = block + GP_BLOCK < n ? block + GP_BLOCK : n;
        all += (end - block) * end;
    }
    return all;
}

int gp_room(gp *g, uint32_t n, int factor)
{
    size_t p = g->f.p, all = g->k.ntheta + n * p + n;
    g->n = n;
    g->theta = calloc(all + (factor ? gp_factor_size(n) : 0), sizeof(double));
    if (!g->theta)
        return 0;
    g->z = g->theta + g->k.ntheta;
    g->alpha = g->z + n * p;
    g->factor = factor ? g->alpha + n : NULL;
    return 1;
}

void gp_free(void *model)
{
    gp *g = model;
    if (g)
        free(g->theta);
    free(g);
}

static int32_t train(const fade_host *host, const fade_args *args, const fade_table *t, const void *from, void **model)
{
    *model = NULL;
    if (features_count(host, t, GP_FEATURES, "gp"))
        return FADE_EINVAL;
    gp *g = gp_new(host, t->ncol);
    if (!g)
        return FADE_ENOMEM;
    const char *text = args->at[GP_KERNEL].text;
    g->s.ard = args->at[GP_ARD].real != 0;
    int32_t rc = features_name(&g->f, host, t);
    rc = rc ? rc : kernel_parse(host, text, (int)g->s.ard, &g->f, &g->k);
    if (!rc) {
        snprintf(g->s.text, sizeof g->s.text, "%s", text);
        rc = gp_fit(g, t, args, from);
    }
    if (rc)
        gp_free(g);
    else
        *model = g;
    return rc;
}

static int32_t columns(const void *model, fade_columns *c)
{
    const gp *g = model;
    if (g)
        c->in = (fade_list){ g->f.column, g->f.p, sizeof *g->f.column };
    return FADE_OK;
}

/* Rows of k that are kept: all where sigma is asked for. */
static size_t kept(const gp *g)
{
    return g->factor ? (g->n + GP_CHUNK - 1) / GP_CHUNK * GP_CHUNK : GP_CHUNK;
}

static size_t scratch(const void *model, uint32_t n)
{
    const gp *g = model;
    return g ? (g->f.p + (g->k.nleaf + 1) * (size_t)GP_CHUNK + kept(g) + GP_BLOCK) * n * sizeof(double) : 0;
}

static void add(uint32_t n, double by, const double *restrict k, double *restrict y)
{
    for (uint32_t i = 0; i < n; i++)
        y[i] += by * k[i];
}

/* y += by[rows] . k[rows][n] */
WIDE static void weigh(uint32_t n, uint32_t rows, const double *by, const double *k, double *y)
{
    for (uint32_t r = 0; r < rows; r++)
        add(n, by[r], k + r * (size_t)n, y);
}

/* var -= |C^-1 k|^2 */
static void explain(const gp *g, uint32_t n, const double *k, double *v, double *restrict var)
{
    const double *w = g->factor;
    for (uint32_t block = 0; block < g->n; block += GP_BLOCK) {
        uint32_t end = block + GP_BLOCK < g->n ? block + GP_BLOCK : g->n, rows = end - block;
        g->math->dense(n, rows, end, w, k, v);
        w += rows * (size_t)end;
        for (uint32_t r = 0; r < rows; r++)
            for (uint32_t i = 0; i < n; i++)
                var[i] -= v[r * (size_t)n + i] * v[r * (size_t)n + i];
    }
}

static int32_t predict(const void *model, fade_tile *b)
{
    const gp *g = model;
    uint32_t n = b->n;
    double *z = b->scratch, *leaf = z + (size_t)g->f.p * n, *k = leaf + (g->k.nleaf + 1) * (size_t)GP_CHUNK * n,
           *v = k + kept(g) * n, *mean = b->out[MEAN], *var = b->out[SIGMA];
    features_lanes(&g->f, n, b->in, z, b->out[DISTANCE]);
    memset(mean, 0, n * sizeof *mean);
    for (uint32_t r = 0; r < g->n; r += GP_CHUNK) {
        uint32_t some = g->n - r < GP_CHUNK ? g->n - r : GP_CHUNK;
        double *to = g->factor ? k + r * (size_t)n : k;
        covariance_rows(&g->k, g->theta, some, g->z + r * (size_t)g->f.p, n, z, n, leaf, to);
        weigh(n, some, g->alpha + r, to, mean);
    }
    covariance_self(&g->k, g->theta, n, z, n, var);
    if (g->factor)
        explain(g, n, k, v, var);
    for (uint32_t i = 0; i < n; i++) {
        mean[i] = g->s.y_mean + g->s.y_scale * mean[i];
        var[i] = g->s.y_scale * sqrt(var[i] > 0 ? var[i] : 0);
    }
    return FADE_OK;
}

static const fade_model_v1 model_v1 = {
    .size = sizeof model_v1,
    .destroy = gp_free,
    .columns = columns,
    .scratch = scratch,
    .step = predict,
    .observe = predict,
};
static const fade_corrector_v1 corrector_v1 = {
    .size = sizeof corrector_v1,
    .model = &model_v1,
    .train = train,
    .save = gp_save,
    .load = gp_load,
};

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    if (strcmp(id, "fade.corrector/1") == 0)
        return &corrector_v1;
    return strcmp(id, "fade.model/1") == 0 ? &model_v1 : NULL;
}

static const fade_desc desc = {
    .size = sizeof desc,
    .id = "gp",
    .kind = "corrector",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "Gaussian process on named features: a kernel in words, its lengths by the marginal likelihood.",
    .cite = "Rasmussen and Williams, Gaussian Processes for Machine Learning, MIT Press (2006), ISBN 026218253X",
    .params = FADE_LIST(params),
    .columns = { .out = FADE_LIST(out) },
    .iface = iface,
};
FADE_LIBRARY(&desc);

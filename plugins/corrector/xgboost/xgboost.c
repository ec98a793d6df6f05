/* SPDX-License-Identifier: MIT
 * xgboost.c - gradient-boosted trees and random forests by libxgboost.
 *
 * The library trains; prediction walks the same trees here, with the library's bits, without a lock or an allocation.
 */
#include "boost.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* key, type, flags, default, min, max, text, doc */
#define PARAMS(X)                                                                                                      \
    X(MODE, "mode", FADE_CHOICE, 0, 0, 0, 0, "boosted|forest",                                                         \
      "boosted: each tree mends what those before it left; forest: the mean of deep trees on random parts of the "     \
      "rows and features.")                                                                                            \
    X(ROUNDS, "rounds", FADE_INT, 0, 0, 0, 10000, NULL, "Trees; boosted: at most; 0: 200 boosted, 100 forest.")        \
    X(DEPTH, "depth", FADE_INT, 0, 0, 0, 16, NULL, "Levels of a tree; 0: 3 boosted, 12 forest.")                       \
    X(ETA, "eta", FADE_REAL, FADE_LOG, NAN, 1e-4, 1, NULL, "Share of a tree's answer that is added; not given: 0.1 "   \
                                                           "boosted, 1 forest.")                                       \
    X(SUBSAMPLE, "subsample", FADE_REAL, 0, NAN, 0.01, 1, NULL, "Share of the rows a tree sees; not given: 1 "         \
                                                                "boosted, 0.63 forest.")                               \
    X(COLSAMPLE, "colsample", FADE_REAL, 0, NAN, 0.01, 1, NULL, "Share of the features a split may choose from; not "  \
                                                                "given: 1 boosted, 0.5 forest.")                       \
    X(CHILD_WEIGHT, "min_child_weight", FADE_REAL, FADE_LOG, 2, 0, 1e6, NULL, "Rows a leaf must hold, by weight.")     \
    X(LAMBDA, "lambda", FADE_REAL, FADE_LOG, NAN, 0, 1e6, NULL, "Penalty on a leaf's square, in rows: pulls small "    \
                                                                "leaves to 0; not given: 1 boosted, 0 forest.")        \
    X(ALPHA, "alpha", FADE_REAL, FADE_LOG, 0, 0, 1e6, NULL, "Penalty on a leaf's size, in rows times standard "        \
                                                            "deviations of the target.")                               \
    X(VALIDATION, "validation", FADE_REAL, 0, 0.2, 0, 0.9, NULL,                                                       \
      "Share of each cell's rows, the later ones, held back once to say when to stop and how large the errors are.")   \
    X(PATIENCE, "patience", FADE_INT, 0, 20, 0, 10000, NULL,                                                           \
      "Rounds without gain on the rows held back after which boosting stops; 0: never.")                               \
    X(RISING, "rising", FADE_TEXTS, 0, 0, 0, 0, NULL, "Features with which the correction may only rise.")             \
    X(FALLING, "falling", FADE_TEXTS, 0, 0, 0, 0, NULL, "Features with which the correction may only fall.")

#define ENUM(name, ...) name,
#define ROW(name, key, type, flags, def, min, max, text, doc)                                                          \
    { key, "", doc, "", type, flags, def, min, max, 0, 0, text },
enum { PARAMS(ENUM) NPARAM };
enum { MEAN, SIGMA, DISTANCE };

static const fade_param params[] = { PARAMS(ROW) };
static const fade_column out[] = {
    { "mean", "", "Correction, in the target's unit.", 0, 0, 0, 0, 0, 1, 0 },
    { "sigma", "", "Its standard deviation: what the rows held back showed; away from training, that of the target.", 0,
      0, 0, 0, 0, 1, 0 },
    { "distance", "", "How far the features lie outside the training data, in its standard deviations; 0 inside.", 0, 0,
      0, 0, 0, 1, 0 },
};

boost *boost_new(const fade_host *host, uint32_t p)
{
    boost *b = calloc(1, sizeof *b);
    fade_column *column = calloc(p, sizeof *column);
    boost_feature *feature = calloc(p, sizeof *feature);
    if (!b || !column || !feature) {
        free(b);
        free(column);
        free(feature);
        fade_say(host, 3, FADE_ENOMEM, -1, "no memory for trees");
        return NULL;
    }
    *b = (boost){ .host = host, .p = p, .column = column, .feature = feature };
    for (uint32_t j = 0; j < p; j++)
        column[j] =
            (fade_column){ .key = feature[j].key, .unit = feature[j].unit, .doc = "A feature.", .width = 1 };
    return b;
}

void boost_free(void *model)
{
    boost *b = model;
    if (!b)
        return;
    free(b->column);
    free(b->feature);
    free(b->node);
    free(b->tree);
    free(b->ubj);
    free(b);
}

static double or_else(double v, int forest, double boosted_one, double forest_one)
{
    return !isnan(v) ? v : forest ? forest_one : boosted_one;
}

static boost_rules rules_of(const fade_args *a)
{
    const fade_value *v = a->at;
    int forest = (int)v[MODE].real == 1;
    uint32_t rounds = v[ROUNDS].real > 0 ? (uint32_t)v[ROUNDS].real : forest ? 100 : 200;
    return (boost_rules){
        .rising = v[RISING].texts,
        .falling = v[FALLING].texts,
        .nrising = v[RISING].n,
        .nfalling = v[FALLING].n,
        .rounds = rounds,
        .forest = forest ? rounds : 0,
        .depth = v[DEPTH].real > 0 ? (uint32_t)v[DEPTH].real : forest ? 12 : 3,
        .patience = (uint32_t)v[PATIENCE].real,
        .eta = or_else(v[ETA].real, forest, 0.1, 1),
        .subsample = or_else(v[SUBSAMPLE].real, forest, 1, 0.63),
        .colsample = or_else(v[COLSAMPLE].real, forest, 1, 0.5),
        .lambda = or_else(v[LAMBDA].real, forest, 1, 0),
        .alpha = v[ALPHA].real,
        .child_weight = v[CHILD_WEIGHT].real,
        .validation = v[VALIDATION].real,
    };
}

static int32_t train(const fade_host *host, const fade_args *args, const fade_table *t, const void *from, void **model)
{
    char text[160];
    boost_rules rules = rules_of(args);
    *model = NULL;
    const boost *start = from;
    int32_t rc = features_count(host, t, BOOST_FEATURES, "xgboost");
    if (!rc && start) /* a transfer needs the same features in the same order */
        rc = features_kin(host, t, start->p, start->feature->key, sizeof *start->feature);
    if (rc)
        return rc;
    boost *b = boost_new(host, t->ncol);
    if (!b)
        return FADE_ENOMEM;
    rc = features_label(host, t, b->feature->key, sizeof *b->feature, b->feature->unit, sizeof *b->feature);
    rc = rc ? rc : boost_train(b, &rules, t, from);
    if (rc) {
        boost_free(b);
        return rc;
    }
    snprintf(text, sizeof text, "xgboost on %llu rows: %u trees, noise %g", (unsigned long long)b->rows,
             (unsigned)b->ntree, b->noise);
    fade_say(host, 0, 0, -1, text);
    *model = b;
    return FADE_OK;
}

static int32_t columns(const void *model, fade_columns *c)
{
    const boost *b = model;
    if (b)
        c->in = (fade_list){ b->column, b->p, sizeof *b->column };
    return FADE_OK;
}

static size_t scratch(const void *model, uint32_t n)
{
    const boost *b = model;
    return b ? (2 * (size_t)b->p + 1) * n * sizeof(float) : 0;
}

/* x <- eight values of a feature as floats, minus <- their negatives, far <- the largest distances so far */
static void convert(const double *restrict v, const boost_feature *restrict f, float *restrict x,
                    float *restrict minus, double *restrict far)
{
    double per = 1 / f->scale, low = f->low, high = f->high, absent = f->absent;
    for (uint32_t i = 0; i < BOOST_LANES; i++) {
        double over = (v[i] - high) * per, under = (low - v[i]) * per, away = over > under ? over : under;
        away = v[i] - v[i] == 0 ? away : absent;
        far[i] = away > far[i] ? away : far[i];
        x[i] = boost_float(v[i]);
        minus[i] = -x[i];
    }
}

static int32_t predict(const void *model, fade_tile *t)
{
    const boost *b = model;
    uint32_t n = t->n, p = b->p;
    float *x = t->scratch, *sum = x + 2 * (size_t)p * n;
    double *far = t->out[DISTANCE];
    memset(far, 0, n * sizeof *far);
    for (uint32_t i = 0; i < n; i += BOOST_LANES)
        for (uint32_t j = 0; j < p; j++) {
            float *to = x + 2 * (size_t)p * i + (size_t)j * BOOST_LANES;
            convert(t->in[j] + i, &b->feature[j], to, to + (size_t)p * BOOST_LANES, far + i);
        }
    trees_walk(b, n, x, sum);
    for (uint32_t i = 0; i < n; i++) {
        double out_there = (far[i] < 1 ? far[i] : 1) * b->spread;
        t->out[MEAN][i] = b->centre + b->scale * (double)sum[i];
        t->out[SIGMA][i] = sqrt(b->noise * b->noise + out_there * out_there);
    }
    return FADE_OK;
}

static const fade_model_v1 model_v1 = {
    .size = sizeof model_v1,
    .destroy = boost_free,
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
static const fade_explain_v1 explain_v1 = {
    .size = sizeof explain_v1, .shares = explain_shares, .gain = explain_gain
};

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
    .id = "xgboost",
    .kind = "corrector",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "Gradient-boosted trees, or a random forest, by the XGBoost library.",
    .cite = "Chen and Guestrin, KDD 2016, 785, doi 10.1145/2939672.2939785",
    .params = FADE_LIST(params),
    .columns = { .out = FADE_LIST(out) },
    .iface = iface,
};
FADE_LIBRARY(&desc);

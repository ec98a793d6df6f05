/* SPDX-License-Identifier: MIT
 * mlp.c - small neural networks, several at once: their mean corrects, how far they disagree is part of sigma.
 *
 * A prediction runs every net over the lanes of a tile (with Monte Carlo dropout: every net under every mask).  An
 * unknown feature counts as its mean and as one standard deviation of distance, as ridge has it.
 */
#include "mlp.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LAYERS, ACTIVATION, DROPOUT, L1, L2, EPOCHS, BATCH, RATE, PLATEAU, DECAY, VALIDATION, HELD, PATIENCE, REFIT,
    STANDARDISE, INIT, MEMBERS, MC, FREEZE, BOUND, BETA1, BETA2, EPSILON, LEAST_RATE
};
enum { MEAN, SIGMA, DISTANCE };
#define SETTING(key, doc, type, flags, def, min, max, text) \
    { key, "", doc, "", type, flags, def, min, max, 0, 0, text }

static const fade_param params[] = {
    SETTING("layers", "Width of each hidden layer, first to last; an empty list is a linear model.", FADE_LIST_OF, 0,
            NAN, 1, MLP_WIDTH, "32 32"),
    SETTING("activation", "What a hidden unit does to its sum; gelu in its form with tanh.", FADE_CHOICE, 0, ACT_TANH,
            0, 0, "relu|tanh|sigmoid|gelu"),
    SETTING("dropout", "Share of hidden units silenced at random in each step of training; the others are scaled up.",
            FADE_REAL, 0, 0, 0, 0.9, NULL),
    SETTING("l1", "Penalty on the absolute weights, added to the mean squared error of the standardised target.",
            FADE_REAL, FADE_LOG, 0, 0, 1e6, NULL),
    SETTING("l2", "Penalty on the squared weights, added to the mean squared error of the standardised target.",
            FADE_REAL, FADE_LOG, 1e-4, 0, 1e6, NULL),
    SETTING("epochs", "Passes over the rows, at most.", FADE_INT, FADE_LOG, 300, 1, 1e6, NULL),
    SETTING("batch", "Rows in one step of training.", FADE_INT, FADE_LOG, 32, 1, 65536, NULL),
    SETTING("rate", "Learning rate of Adam at the start.", FADE_REAL, FADE_LOG, 3e-3, 0, 10, NULL),
    SETTING("plateau", "Epochs without a better error after which the learning rate is multiplied by `decay`.",
            FADE_INT, 0, 10, 1, 1e6, NULL),
    SETTING("decay", "Factor on the learning rate at a plateau; 1 leaves it as it is.", FADE_REAL, 0, 0.5, 0.01, 1,
            NULL),
    SETTING("validation",
            "What is held back of the rows to stop early by: the later rows of each cell, whole cells where there are "
            "several, or nothing.",
            FADE_CHOICE, 0, HOLD_LATER, 0, 0, "later|cells|none"),
    SETTING("held", "Share of the rows, or cells, held back.", FADE_REAL, 0, 0.2, 0.01, 0.9, NULL),
    SETTING("patience", "Epochs without a better error on the rows held back after which training stops.", FADE_INT, 0,
            40, 1, 1e6, NULL),
    SETTING("refit",
            "Once the rows held back have said how long to train, train so long again from the same start on all "
            "rows.",
            FADE_BOOL, 0, 1, 0, 0, NULL),
    SETTING("standardise", "Features and target are brought to mean 0 and deviation 1 first.", FADE_BOOL, FADE_ADVANCED,
            1, 0, 0, NULL),
    SETTING("init",
            "First weights: normal, of variance 2 / inputs (he) or 2 / (inputs + outputs) (glorot); auto is he for "
            "relu and gelu, glorot for the others.",
            FADE_CHOICE, FADE_ADVANCED, INIT_AUTO, 0, 0, "auto|he|glorot"),
    SETTING("members", "Networks trained from different starts; their mean predicts.", FADE_INT, 0, 5, 1, MLP_MEMBERS,
            NULL),
    SETTING("mc", "Dropout masks each network predicts under, drawn once at training; 0 predicts without dropout.",
            FADE_INT, 0, 0, 0, MLP_PASSES, NULL),
    SETTING("freeze", "First layers that keep the weights of the model training starts from, to the bit.", FADE_INT, 0,
            0, 0, MLP_HIDDEN, NULL),
    SETTING("bound", "A correction stays within so many times the range of the targets in training, about its middle.",
            FADE_REAL, 0, 1.5, 1, 1e6, NULL),
    SETTING("beta1", "Adam: memory of the gradient.", FADE_REAL, FADE_ADVANCED, 0.9, 0, 0.999999, NULL),
    SETTING("beta2", "Adam: memory of its square.", FADE_REAL, FADE_ADVANCED, 0.999, 0, 0.999999, NULL),
    SETTING("epsilon", "Adam: added to the root of the square.", FADE_REAL, FADE_ADVANCED | FADE_LOG, 1e-8, 1e-300,
            1e12, NULL),
    SETTING("rate_min", "The learning rate falls no lower.", FADE_REAL, FADE_ADVANCED | FADE_LOG, 1e-5, 0, 10, NULL),
};
static const fade_column out[] = {
    { "mean", "", "Correction, in the target's unit.", 0, 0, 0, 0, 0, 1, 0 },
    { "sigma", "", "Its standard deviation: noise, and how far the networks disagree.", 0, 0, 0, 0, 0, 1, 0 },
    { "distance", "", "How far the features lie outside the training data, in its standard deviations; 0 inside.", 0, 0,
      0, 0, 0, 1, 0 },
};

mlp *mlp_new(const fade_host *host, const shape *s, uint32_t members, uint32_t passes)
{
    const fade_math_v1 *math = host->iface(host, "fade.math/1");
    if (!math) {
        fade_say(host, 3, FADE_EBUG, -1, "mlp needs the host's fade.math/1");
        return NULL;
    }
    size_t p = s->width[0], w = members * net_size(s), mask = passes * net_units(s), doubles = 7 * p + w + mask;
    mlp *r = calloc(1, sizeof *r + doubles * sizeof(double) + p * (sizeof(fade_column) + MLP_KEY + MLP_UNIT));
    if (!r) {
        fade_say(host, 3, FADE_ENOMEM, -1, "no memory for an mlp");
        return NULL;
    }
    double *at = (double *)(r + 1);
    *r = (mlp){ .host = host, .math = math, .shape = *s, .members = members, .passes = passes,
                .shift = at, .per = at + p, .fill = at + 2 * p, .low = at + 3 * p, .high = at + 4 * p,
                .scale = at + 5 * p, .varied = at + 6 * p, .w = at + 7 * p, .mask = at + 7 * p + w };
    r->column = (fade_column *)(at + doubles);
    r->key = (char(*)[MLP_KEY])(r->column + p);
    r->unit = (char(*)[MLP_UNIT])(r->key + p);
    for (size_t j = 0; j < p; j++)
        r->column[j] = (fade_column){ .key = r->key[j], .unit = r->unit[j], .doc = "A feature.", .width = 1 };
    return r;
}

void mlp_free(void *model)
{
    free(model);
}

static int32_t refuse(const fade_host *host, const char *text)
{
    fade_say(host, 3, FADE_EINVAL, -1, text);
    return FADE_EINVAL;
}

static int32_t read_shape(const fade_host *host, const fade_args *args, uint32_t p, shape *s)
{
    const fade_value *v = &args->at[LAYERS];
    char text[120];
    if (v->n > MLP_HIDDEN) {
        snprintf(text, sizeof text, "layers has %u entries, mlp takes at most %d", (unsigned)v->n, MLP_HIDDEN);
        return refuse(host, text);
    }
    *s = (shape){ .layers = v->n + 1, .act = (uint32_t)args->at[ACTIVATION].real };
    s->width[0] = p;
    s->width[v->n + 1] = 1;
    for (uint32_t l = 0; l < v->n; l++) {
        if (!(v->v[l] >= 1 && v->v[l] <= MLP_WIDTH && v->v[l] == floor(v->v[l]))) {
            snprintf(text, sizeof text, "layers[%u] = %g is no whole number of 1 .. %d", (unsigned)l, v->v[l],
                     MLP_WIDTH);
            return refuse(host, text);
        }
        s->width[l + 1] = (uint32_t)v->v[l];
    }
    return FADE_OK;
}

static int32_t read_settings(const fade_host *host, const fade_args *args, uint32_t p, settings *s)
{
    const fade_value *v = args->at;
    *s = (settings){ .dropout = v[DROPOUT].real, .l1 = v[L1].real, .l2 = v[L2].real, .rate = v[RATE].real,
                     .least_rate = v[LEAST_RATE].real, .decay = v[DECAY].real, .beta1 = v[BETA1].real,
                     .beta2 = v[BETA2].real, .epsilon = v[EPSILON].real, .held = v[HELD].real, .bound = v[BOUND].real,
                     .epochs = (uint32_t)v[EPOCHS].real, .batch = (uint32_t)v[BATCH].real,
                     .patience = (uint32_t)v[PATIENCE].real, .plateau = (uint32_t)v[PLATEAU].real,
                     .members = (uint32_t)v[MEMBERS].real, .passes = (uint32_t)v[MC].real,
                     .freeze = (uint32_t)v[FREEZE].real, .init = (uint32_t)v[INIT].real,
                     .validation = (uint32_t)v[VALIDATION].real, .refit = v[REFIT].real != 0,
                     .standardise = v[STANDARDISE].real != 0 };
    int32_t rc = read_shape(host, args, p, &s->shape);
    if (rc)
        return rc;
    char text[160];
    if (s->passes && !(s->dropout > 0))
        return refuse(host, "mc = 1 or more predicts with dropout, but dropout is 0: set it, 0.1 for a start");
    if (s->members * net_size(&s->shape) + s->passes * net_units(&s->shape) > MLP_DOUBLES) {
        snprintf(text, sizeof text, "%u networks of %zu weights are too many, mlp takes %d in all: fewer or smaller",
                 (unsigned)s->members, net_size(&s->shape), MLP_DOUBLES);
        return refuse(host, text);
    }
    return FADE_OK;
}

/* A model to start from has the same features, in order, and the same layers. */
static int32_t fits(const mlp *r, const mlp *from, const settings *s)
{
    char text[240];
    if (s->freeze && !from)
        return refuse(r->host,
                      "freeze keeps layers of the model training starts from, and there is none to start from");
    if (!from)
        return FADE_OK;
    const shape *a = &from->shape, *b = &r->shape;
    if (a->width[0] != b->width[0]) {
        snprintf(text, sizeof text, "the model to start from has %u features, this table has %u",
                 (unsigned)a->width[0], (unsigned)b->width[0]);
        return refuse(r->host, text);
    }
    for (uint32_t j = 0; j < a->width[0]; j++)
        if (strcmp(from->key[j], r->key[j]) != 0 || strcmp(from->unit[j], r->unit[j]) != 0) {
            snprintf(text, sizeof text, "feature %u of the model to start from is %s (%s), here it is %s (%s)",
                     (unsigned)j + 1, from->key[j], from->unit[j], r->key[j], r->unit[j]);
            return refuse(r->host, text);
        }
    if (a->layers != b->layers || a->act != b->act || memcmp(a->width, b->width, sizeof a->width) != 0)
        return refuse(r->host, "the model to start from has other layers or another activation: set them as it has");
    if (s->freeze > a->layers) {
        snprintf(text, sizeof text, "freeze = %u, but the networks have %u layers", (unsigned)s->freeze,
                 (unsigned)a->layers);
        return refuse(r->host, text);
    }
    return FADE_OK;
}

static int32_t train(const fade_host *host, const fade_args *args, const fade_table *t, const void *from, void **model)
{
    settings s;
    *model = NULL;
    int32_t rc = features_count(host, t, MLP_FEATURES, "mlp");
    rc = rc ? rc : read_settings(host, args, t->ncol, &s);
    if (rc)
        return rc;
    mlp *r = mlp_new(host, &s.shape, s.members, s.passes);
    if (!r)
        return FADE_ENOMEM;
    rc = features_label(host, t, r->key[0], MLP_KEY, r->unit[0], MLP_UNIT);
    rc = rc ? rc : fits(r, from, &s);
    rc = rc ? rc : learn(r, t, &s, from);
    if (rc) {
        mlp_free(r);
        return rc;
    }
    *model = r;
    return FADE_OK;
}

static int32_t columns(const void *model, fade_columns *c)
{
    const mlp *r = model;
    if (r)
        c->in = (fade_list){ r->column, r->shape.width[0], sizeof *r->column };
    return FADE_OK;
}

static size_t scratch(const void *model, uint32_t n)
{
    const mlp *r = model;
    return r ? ((size_t)r->shape.width[0] + 2 * (size_t)net_widest(&r->shape)) * n * sizeof(double) : 0;
}

/* z <- what the nets see of feature j; far <- the largest distance so far */
static void look(const mlp *r, uint32_t j, uint32_t n, const double *restrict x, double *restrict z,
                 double *restrict far)
{
    double shift = r->shift[j], per = r->per[j], fill = r->fill[j], high = r->high[j], low = r->low[j],
           varied = r->varied[j], unit = 1 / r->scale[j];
    for (uint32_t i = 0; i < n; i++) {
        double over = (x[i] - high) * unit, under = (low - x[i]) * unit, at = (x[i] - shift) * per;
        double away = over > under ? over : under;
        int known = x[i] - x[i] == 0;
        away = known ? away : varied;
        at = known ? at : fill;
        at = at > MLP_WEIGHT ? MLP_WEIGHT : at;
        z[i] = at < -MLP_WEIGHT ? -MLP_WEIGHT : at;
        far[i] = away > far[i] ? away : far[i];
    }
}

static int32_t predict(const void *model, fade_tile *b)
{
    const mlp *r = model;
    uint32_t n = b->n, p = r->shape.width[0], passes = r->passes ? r->passes : 1, seen = 0;
    size_t size = net_size(&r->shape), units = net_units(&r->shape), wide = (size_t)net_widest(&r->shape) * n;
    double *z = b->scratch, *a = z + (size_t)p * n, *mean = b->out[MEAN], *m2 = b->out[SIGMA], *far = b->out[DISTANCE];
    memset(far, 0, n * sizeof *far);
    memset(mean, 0, n * sizeof *mean);
    memset(m2, 0, n * sizeof *m2);
    for (uint32_t j = 0; j < p; j++)
        look(r, j, n, b->in[j], z + (size_t)j * n, far);
    for (uint32_t k = 0; k < r->members; k++)
        for (uint32_t pass = 0; pass < passes; pass++) {
            const double *mask = r->passes ? r->mask + pass * units : NULL;
            const double *y = net_run(r, r->w + k * size, mask, n, z, a, a + wide);
            double share = 1.0 / ++seen;
            for (uint32_t i = 0; i < n; i++) {
                double by = y[i] - mean[i];
                mean[i] += by * share;
                m2[i] += by * (y[i] - mean[i]);
            }
        }
    double per = r->y_scale * r->y_scale / seen, noise = r->noise * r->noise;
    for (uint32_t i = 0; i < n; i++) {
        double y = r->y_shift + r->y_scale * mean[i];
        y = y < r->least ? r->least : y;
        mean[i] = y > r->most ? r->most : y;
        m2[i] = sqrt(per * m2[i] + noise);
    }
    return FADE_OK;
}

static const fade_model_v1 model_v1 = {
    .size = sizeof model_v1,
    .destroy = mlp_free,
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
static const fade_onnx_v1 onnx_v1 = { .size = sizeof onnx_v1, .write = onnx_save };

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    if (strcmp(id, "fade.corrector/1") == 0)
        return &corrector_v1;
    if (strcmp(id, "fade.onnx/1") == 0)
        return &onnx_v1;
    return strcmp(id, "fade.model/1") == 0 ? &model_v1 : NULL;
}

static const fade_desc desc = {
    .size = sizeof desc,
    .id = "mlp",
    .kind = "corrector",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "An ensemble of small neural networks on named features, stopped early on rows held back.",
    .cite = "Lakshminarayanan, Pritzel and Blundell, NeurIPS 30 (2017), arXiv 1612.01474; Gal and Ghahramani, ICML "
            "2016, arXiv 1506.02142; Kingma and Ba, ICLR 2015, arXiv 1412.6980",
    .params = FADE_LIST(params),
    .columns = { .out = FADE_LIST(out) },
    .iface = iface,
};
const fade_desc *const mlp_desc = &desc;
FADE_LIBRARY(&desc);

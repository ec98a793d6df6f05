/* SPDX-License-Identifier: MIT
 * lstm.c - a network with memory over the last rows of a cell: what came before decides what a row means.  Or over the
 * readings within a row, as of a curve: then rows stand alone.
 *
 * The rows before are state columns: the host keeps them for each cell and hands them in, in order.
 */
#include "lstm.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* key, type, flags, default, min, max, doc */
#define PARAMS(X)                                                                                                      \
    X(WINDOW, "window", FADE_INT, 0, 8, 2, LSTM_WINDOW,                                                                \
      "Rows of the cell that an answer looks at, its own included; of samples the features' times say it.")            \
    X(HIDDEN, "hidden", FADE_INT, 0, 12, 1, LSTM_HIDDEN, "Units of each layer.")                                       \
    X(LAYERS, "layers", FADE_INT, 0, 1, 1, LSTM_LAYERS, "Layers, one above the other.")                                \
    X(EPOCHS, "epochs", FADE_INT, FADE_LOG, 150, 0, 1e6, "Passes over the rows, at most.")                             \
    X(BATCH, "batch", FADE_INT, FADE_LOG, 32, 1, 4096, "Rows in one step, in eights.")                                \
    X(RATE, "rate", FADE_REAL, FADE_LOG, 0.01, 0, 10, "Learning rate of Adam.")                                        \
    X(L2, "l2", FADE_REAL, FADE_LOG, 1e-4, 0, 1e6,                                                                     \
      "Penalty on the squared weights, added to the mean squared error of the scaled target.")                         \
    X(CLIP, "clip", FADE_REAL, FADE_ADVANCED | FADE_LOG, 1, 1e-6, 1e300,                                               \
      "Longest gradient; longer ones are shortened to it.")                                                            \
    X(HELD, "held", FADE_REAL, 0, 0.2, 0, 0.9,                                                                         \
      "Share of each cell's rows, the later ones, held back to stop early by; 0: none.")                               \
    X(PATIENCE, "patience", FADE_INT, 0, 25, 1, 1e6,                                                                   \
      "Epochs without a better error on the rows held back after which training stops.")                               \
    X(REFIT, "refit", FADE_BOOL, 0, 1, 0, 0,                                                                           \
      "Once the rows held back have said how long to train, train so long again on all rows.")                         \
    X(BOUND, "bound", FADE_REAL, 0, 1.5, 1, 1e6,                                                                       \
      "A correction stays within so many times the range of the targets in training, about its middle.")               \
    X(EPSILON, "epsilon", FADE_REAL, FADE_ADVANCED | FADE_LOG, 1e-8, 1e-300, 1e12,                                     \
      "Adam: added to the root of the square.")

#define ENUM(name, ...) name,
#define ROW(name, key, type, flags, def, min, max, doc) { key, "", doc, "", type, flags, def, min, max, 0, 0, NULL },
enum { OVER, PARAMS(ENUM) NPARAM };
enum { MEAN, SIGMA, DISTANCE };
enum { BEFORE, COUNT };

static const fade_param params[] = {
    { "over", "", "What the steps of a window are: rows of the cell, or readings within the row (features NAME_at_Ts).",
      "", FADE_CHOICE, 0, 0, 0, 0, 0, 0, "rows|samples" },
    PARAMS(ROW)
};
static const fade_column out[] = {
    { "mean", "", "Correction, in the target's unit.", 0, 0, 0, 0, 0, 1, 0 },
    { "sigma", "", "Its standard deviation: what the rows held back showed; away from training, that of the target.", 0,
      0, 0, 0, 0, 1, 0 },
    { "distance", "", "How far the features lie outside the training data, in its standard deviations; 0 inside.", 0, 0,
      0, 0, 0, 1, 0 },
};

lstm *lstm_new(const fade_host *host, const lstm_shape *s)
{
    const fade_math_v1 *math = host->iface(host, "fade.math/1");
    if (!math) {
        fade_say(host, 3, FADE_EBUG, -1, "lstm needs the host's fade.math/1");
        return NULL;
    }
    size_t p = s->p, w = lstm_size(s), each = sizeof(lstm_feature) + sizeof(fade_column) + sizeof(lstm_place);
    lstm *m = calloc(1, sizeof *m + w * sizeof(double) + p * each);
    if (!m) {
        fade_say(host, 3, FADE_ENOMEM, -1, "no memory for an lstm");
        return NULL;
    }
    *m = (lstm){ .host = host, .math = math, .shape = *s, .w = (double *)(m + 1) };
    m->feature = (lstm_feature *)(m->w + w);
    m->column = (fade_column *)(m->feature + p);
    m->place = (lstm_place *)(m->column + p);
    for (size_t j = 0; j < p; j++)
        m->column[j] =
            (fade_column){ .key = m->feature[j].key, .unit = m->feature[j].unit, .doc = "A feature.", .width = 1 };
    if (s->samples)
        return m;
    m->state[BEFORE] = (fade_column){ .key = "before", .unit = "", .doc = "The rows before, scaled, the oldest first.",
                                      .width = (s->window - 1) * s->p };
    m->state[COUNT] = (fade_column){ .key = "count", .unit = "", .doc = "How many of them there are.", .width = 1 };
    return m;
}

void lstm_free(void *model)
{
    free(model);
}

double lstm_scaled(const lstm_feature *f, double x)
{
    double z = (x - f->shift) * f->per;
    return z - z != 0 ? 0 : z > 1e3 ? 1e3 : z < -1e3 ? -1e3 : z;
}

static lstm_rules rules_of(const fade_args *a, uint32_t p)
{
    const fade_value *v = a->at;
    return (lstm_rules){
        .shape = { .p = p, .layers = (uint32_t)v[LAYERS].real, .hidden = (uint32_t)v[HIDDEN].real,
                   .window = (uint32_t)v[WINDOW].real, .in = p, .samples = v[OVER].real != 0 },
        .rate = v[RATE].real,
        .l2 = v[L2].real,
        .clip = v[CLIP].real,
        .held = v[HELD].real,
        .epsilon = v[EPSILON].real,
        .bound = v[BOUND].real,
        .epochs = (uint32_t)v[EPOCHS].real,
        .batch = (uint32_t)v[BATCH].real,
        .patience = (uint32_t)v[PATIENCE].real,
        .refit = v[REFIT].real != 0,
    };
}

static const char *const steps_of[] = { "rows", "samples" };

/* Over samples the features' names say what a window is. */
static int32_t plan(const fade_host *host, const fade_table *t, lstm_shape *s, lstm_place *place)
{
    char key[LSTM_FEATURES][LSTM_KEY];
    if (!s->samples)
        return FADE_OK;
    for (uint32_t j = 0; j < s->p; j++)
        snprintf(key[j], sizeof key[j], "%s", t->column[j].key);
    const char *no = lstm_plan(key[0], sizeof key[0], s, place);
    return no ? features_say(host, FADE_EINVAL, no) : FADE_OK;
}

/* A transfer needs a net of the same shape over the same features. */
static int32_t kin(const fade_host *host, const lstm *from, const lstm_shape *s, const fade_table *t)
{
    char text[240];
    const lstm_shape *f = &from->shape;
    if (f->p != s->p || f->layers != s->layers || f->hidden != s->hidden || f->window != s->window ||
        f->samples != s->samples) {
        snprintf(text, sizeof text,
                 "the model to start from has %u features, %u layers of %u and a window of %u, here they are %u, %u, "
                 "%u and %u (over %s, here %s)",
                 f->p, f->layers, f->hidden, f->window, s->p, s->layers, s->hidden, s->window, steps_of[f->samples],
                 steps_of[s->samples]);
        return features_say(host, FADE_EINVAL, text);
    }
    return features_kin(host, t, f->p, from->feature->key, sizeof *from->feature);
}

static int32_t train(const fade_host *host, const fade_args *args, const fade_table *t, const void *from, void **model)
{
    char text[160];
    *model = NULL;
    int32_t rc = features_count(host, t, LSTM_FEATURES, "lstm");
    if (rc)
        return rc;
    lstm_rules rules = rules_of(args, t->ncol);
    lstm_place place[LSTM_FEATURES];
    rc = plan(host, t, &rules.shape, place);
    if (rc)
        return rc;
    rc = from ? kin(host, from, &rules.shape, t) : FADE_OK;
    if (rc)
        return rc;
    lstm *m = lstm_new(host, &rules.shape);
    if (!m)
        return FADE_ENOMEM;
    if (rules.shape.samples)
        memcpy(m->place, place, t->ncol * sizeof *place);
    rc = features_label(host, t, m->feature->key, sizeof *m->feature, m->feature->unit, sizeof *m->feature);
    rc = rc ? rc : lstm_learn(m, t, &rules, from);
    if (rc) {
        lstm_free(m);
        return rc;
    }
    snprintf(text, sizeof text, "lstm on %llu rows: noise %g", (unsigned long long)m->rows, m->noise);
    fade_say(host, 0, 0, -1, text);
    *model = m;
    return FADE_OK;
}

static int32_t columns(const void *model, fade_columns *c)
{
    const lstm *m = model;
    if (!m)
        return FADE_OK;
    c->in = (fade_list){ m->column, m->shape.p, sizeof *m->column };
    c->state = (fade_list){ m->state, m->shape.samples ? 0 : 2, sizeof *m->state }; /* samples: rows stand alone */
    return FADE_OK;
}

static size_t scratch(const void *model, uint32_t n)
{
    const lstm *m = model;
    if (!m)
        return 0;
    const lstm_shape *s = &m->shape;
    size_t grid = s->samples ? (size_t)s->window * s->in + 1 : 0;
    return ((s->p + grid) * n + lstm_room(s)) * sizeof(double);
}

/* z <- the feature scaled, 0 where unknown; far <- the largest distance so far */
static void scale(uint32_t n, const double *x, const lstm_feature *f, double *z, double *far)
{
    double per = 1 / f->scale;
    for (uint32_t i = 0; i < n; i++) {
        double over = (x[i] - f->high) * per, under = (f->low - x[i]) * per, away = over > under ? over : under;
        away = x[i] - x[i] == 0 ? away : 1;
        far[i] = away > far[i] ? away : far[i];
        z[i] = lstm_scaled(f, x[i]);
    }
}

/* The row's readings as the steps of a window: [window][in][n] at `to`, behind them how many steps there are before. */
static void lay(const lstm *m, uint32_t n, const double *z, double *to)
{
    const lstm_shape *s = &m->shape;
    size_t one = (size_t)s->in * n;
    memset(to, 0, s->window * one * sizeof *to);
    for (uint32_t j = 0; j < s->p; j++)
        for (uint32_t t = 0; t < s->window; t++)
            if (m->place[j].step == t || m->place[j].step == LSTM_EVERY)
                memcpy(to + t * one + (size_t)m->place[j].slot * n, z + (size_t)j * n, n * sizeof *to);
    for (uint32_t i = 0; i < n; i++)
        to[s->window * one + i] = s->window - 1;
}

static int32_t observe(const void *model, fade_tile *b)
{
    const lstm *m = model;
    uint32_t n = b->n, p = m->shape.p;
    double *now = b->scratch, *far = b->out[DISTANCE], *mean = b->out[MEAN], *sigma = b->out[SIGMA];
    memset(far, 0, n * sizeof *far);
    for (uint32_t j = 0; j < p; j++)
        scale(n, b->in[j], &m->feature[j], now + (size_t)j * n, far);
    double *grid = now + (size_t)p * n;
    size_t past = (size_t)(m->shape.window - 1) * m->shape.in * n, one = (size_t)m->shape.in * n;
    if (m->shape.samples) {
        lay(m, n, now, grid);
        lstm_answer(m, &(lstm_rows){ n, grid, grid + past + one, grid + past }, grid + past + one + n, mean);
    } else
        lstm_answer(m, &(lstm_rows){ n, b->x[BEFORE], b->x[COUNT], now }, grid, mean);
    for (uint32_t i = 0; i < n; i++) {
        double y = m->y_shift + m->y_scale * mean[i], out_there = (far[i] < 1 ? far[i] : 1) * m->spread;
        y = y > m->most ? m->most : y;
        mean[i] = y < m->least ? m->least : y;
        sigma[i] = sqrt(m->noise * m->noise + out_there * out_there);
    }
    return FADE_OK;
}

/* The window moves on by one row. */
static int32_t step(const void *model, fade_tile *b)
{
    const lstm *m = model;
    const lstm_shape *s = &m->shape;
    size_t row = (size_t)s->p * b->n, kept = (s->window - 2) * row;
    int32_t rc = observe(model, b);
    if (s->samples)
        return rc;
    memcpy(b->x1[BEFORE], b->x[BEFORE] + row, kept * sizeof(double));
    memcpy(b->x1[BEFORE] + kept, b->scratch, row * sizeof(double));
    for (uint32_t i = 0; i < b->n; i++)
        b->x1[COUNT][i] = b->x[COUNT][i] + 1 < s->window - 1 ? b->x[COUNT][i] + 1 : s->window - 1;
    return rc;
}

static const fade_model_v1 model_v1 = {
    .size = sizeof model_v1,
    .destroy = lstm_free,
    .columns = columns,
    .scratch = scratch,
    .step = step,
    .observe = observe,
};
static const fade_corrector_v1 corrector_v1 = {
    .size = sizeof corrector_v1,
    .model = &model_v1,
    .train = train,
    .save = stream_save,
    .load = stream_load,
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
    .id = "lstm",
    .kind = "corrector",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "A network with memory over the last rows of each cell, or over the samples of a row.",
    .cite = "Hochreiter and Schmidhuber, Neural Computation 9, 1735 (1997), doi 10.1162/neco.1997.9.8.1735",
    .params = FADE_LIST(params),
    .columns = { .out = FADE_LIST(out) },
    .iface = iface,
};
FADE_LIBRARY(&desc);

/* SPDX-License-Identifier: MIT
 * mlp_rig.h - what the tests of mlp share: a stream in memory, planted tables and networks, a plain second
 * implementation.
 */
#ifndef FADE_TESTS_MLP_RIG_H
#define FADE_TESTS_MLP_RIG_H
#include "rig.h"

enum { ROWS = 120, P = 3, BIG = 1 << 17, HEAD = 120, NPARAM = 35 };
static const char *const acts[] = { "relu", "tanh", "sigmoid", "gelu" };

/* ---- a stream in memory, and the weights in it ---- */

typedef struct memory {
    unsigned char at[BIG];
    size_t n, read, limit;
} memory;

static inline int32_t mem_read(void *ctx, void *to, size_t n)
{
    memory *m = ctx;
    if (n > m->n - m->read)
        return FADE_EIO;
    memcpy(to, m->at + m->read, n);
    m->read += n;
    return 0;
}

static inline int32_t mem_write(void *ctx, const void *from, size_t n)
{
    memory *m = ctx;
    if (n > (m->limit ? m->limit : BIG) - m->n)
        return FADE_EIO;
    memcpy(m->at + m->n, from, n);
    m->n += n;
    return 0;
}

static inline void save(const rig *g, const void *model, memory *m)
{
    fade_stream s = { sizeof s, m, mem_read, mem_write };
    m->n = m->read = m->limit = 0;
    assert_int_equal(g->corrector->save(model, &s), 0);
}

static inline void *load(rig *g, memory *m)
{
    fade_stream s = { sizeof s, m, mem_read, mem_write };
    void *model = NULL;
    m->read = 0;
    assert_int_equal(g->corrector->load(&g->host, &g->args, &s, &model), 0);
    return model;
}

/* As stream.c has it: words of 8 bytes, the sum's own four bytes counting as 0. */
static inline void seal(memory *m)
{
    uint64_t h = 14695981039346656037u, word;
    memset(m->at + 8, 0, 4);
    for (size_t i = 0; i < m->n; i += 8) {
        memcpy(&word, m->at + i, 8);
        h = (h ^ word) * 1099511628211u;
        h ^= h >> 32;
    }
    uint32_t sum = (uint32_t)h;
    memcpy(m->at + 8, &sum, 4);
}

/* The last n doubles: of one network without masks, its weights. */
static inline void last(const memory *m, size_t n, double *w)
{
    memcpy(w, m->at + m->n - n * sizeof *w, n * sizeof *w);
}

/* ---- tables ---- */

static const fade_column features[P] = {
    { .key = "cycle", .unit = "", .width = 1 },
    { .key = "depth", .unit = "1", .width = 1 },
    { .key = "temperature_mean", .unit = "K", .width = 1 },
};

typedef struct data {
    double x[P][ROWS], y[ROWS], weight[ROWS];
    uint32_t cell[ROWS], row[ROWS];
    const double *col[P];
    fade_table t;
} data;

static uint64_t seed;
static inline double draw(void) /* -1 .. 1 */
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(int64_t)seed / 9223372036854775808.0;
}

static inline void table(data *d, uint64_t n, uint32_t ncol)
{
    for (int j = 0; j < P; j++)
        d->col[j] = d->x[j];
    for (uint32_t i = 0; i < ROWS; i++) {
        d->cell[i] = 0;
        d->row[i] = i;
        d->weight[i] = 1;
    }
    d->t = (fade_table){ .size = sizeof d->t, .ncol = ncol, .n = n, .column = features, .col = d->col,
                         .target = d->y, .cell = d->cell, .row = d->row };
}

/* x_ij = sin(1.3 i + 2.1 j), y_i = cos(0.9 i): what the PyTorch numbers were made of */
static inline void waves(data *d)
{
    table(d, 12, P);
    for (int i = 0; i < 12; i++) {
        for (int j = 0; j < P; j++)
            d->x[j][i] = sin(1.3 * i + 2.1 * j);
        d->y[i] = cos(0.9 * i);
    }
}

/* y = sin(2 pi x) + noise, x anywhere in 0 .. 1 */
static inline void sine(data *d, double noise)
{
    table(d, ROWS, 1);
    seed = 11;
    for (int i = 0; i < ROWS; i++) {
        d->x[0][i] = 0.5 + 0.5 * draw();
        d->y[i] = sin(2 * M_PI * d->x[0][i]) + noise * draw();
    }
}

/* ---- settings ---- */

static inline void set_layers(rig *g, uint32_t n, const double *v)
{
    rig_value(g, "layers")->v = v;
    rig_value(g, "layers")->n = n;
}

static inline rig *open_small(const char *act, uint32_t epochs) /* one network of 4 and 3 units, all rows at once */
{
    static const double layers[] = { 4, 3 };
    rig *g = rig_open("mlp");
    set_layers(g, 2, layers);
    for (int a = 0; a < 4; a++)
        if (strcmp(acts[a], act) == 0)
            rig_value(g, "activation")->real = a;
    rig_value(g, "epochs")->real = epochs;
    rig_value(g, "batch")->real = 4096;
    rig_value(g, "validation")->real = 2;
    rig_value(g, "standardise")->real = 0;
    rig_value(g, "members")->real = 1;
    rig_value(g, "plateau")->real = 1e6;
    rig_value(g, "l2")->real = 0;
    return g;
}

static inline void *learn(rig *g, const fade_table *t, const void *from)
{
    void *model = NULL;
    int32_t rc = g->corrector->train(&g->host, &g->args, t, from, &model);
    if (rc)
        fprintf(stderr, "%s\n", g->text);
    assert_int_equal(rc, 0);
    assert_non_null(model);
    return model;
}

/* A model of one 3-4-3-1 network with weights 0.5 sin(1.7 k + 0.3), made of a trained one's bytes. */
static inline void *planted(rig *g, const fade_table *t)
{
    static memory m;
    void *any = learn(g, t, NULL);
    save(g, any, &m);
    g->model->destroy(any);
    for (size_t k = 0; k < NPARAM; k++) {
        double w = 0.5 * sin(1.7 * (double)k + 0.3);
        memcpy(m.at + m.n - (NPARAM - k) * sizeof w, &w, sizeof w);
    }
    seal(&m);
    return load(g, &m);
}

/* Weights after training the planted network under g's settings. */
static inline void trained(rig *g, const fade_table *t, double *w)
{
    static memory m;
    void *from = planted(g, t), *model = learn(g, t, from);
    save(g, model, &m);
    last(&m, NPARAM, w);
    g->model->destroy(model);
    g->model->destroy(from);
}

/* ---- a plain second implementation ---- */

static inline double act(int a, double z)
{
    switch (a) {
    case 0: return z > 0 ? z : 0;
    case 1: return tanh(z);
    case 2: return 1 / (1 + exp(-z));
    default: return 0.5 * z * (1 + tanh(sqrt(2 / M_PI) * (z + 0.044715 * z * z * z)));
    }
}

/* Of a network in .. 1 with layers of the given widths; mask per hidden unit or NULL. */
static inline double plain(int a, int nhidden, const int *width, const double *w, const double *mask, const double *x)
{
    double at[2][64];
    memcpy(at[0], x, (size_t)width[0] * sizeof *x);
    for (int l = 0; l <= nhidden; l++) {
        int in = width[l], out = width[l + 1];
        for (int o = 0; o < out; o++) {
            double z = w[in * out + o];
            for (int i = 0; i < in; i++)
                z += w[o * in + i] * at[l % 2][i];
            at[(l + 1) % 2][o] = l == nhidden ? z : act(a, z) * (mask ? *mask++ : 1);
        }
        w += (in + 1) * out;
    }
    return at[(nhidden + 1) % 2][0];
}

static inline double predict(rig *g, const double *x, double *sigma, double *distance)
{
    for (uint32_t j = 0; j < g->columns.in.n; j++)
        rig_fill(g->in[j], g->tile.n, x[j]);
    assert_int_equal(rig_step(g), 0);
    if (sigma)
        *sigma = rig_out(g, "sigma")[0];
    if (distance)
        *distance = rig_out(g, "distance")[7];
    return rig_out(g, "mean")[3];
}

static inline double rmse(rig *g) /* of sin(2 pi x) over a grid inside 0 .. 1 */
{
    double sum = 0;
    for (int i = 0; i <= 50; i++) {
        double x = 0.02 + 0.96 * i / 50;
        sum += pow(predict(g, &x, NULL, NULL) - sin(2 * M_PI * x), 2) / 51;
    }
    return sqrt(sum);
}

static const double narrow[] = { 8 };

static inline rig *open_sine(int a)
{
    rig *g = rig_open("mlp");
    set_layers(g, 1, narrow);
    rig_value(g, "activation")->real = a;
    rig_value(g, "members")->real = 2;
    rig_value(g, "rate")->real = 0.02;
    rig_value(g, "batch")->real = 24;
    rig_value(g, "l2")->real = 0;
    return g;
}
#endif

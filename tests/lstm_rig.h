/* SPDX-License-Identifier: MIT
 * lstm_rig.h - saved lstm models in memory, and a small one with planted weights.
 */
#ifndef FADE_TESTS_LSTM_RIG_H
#define FADE_TESTS_LSTM_RIG_H
#include "tests/rig.h"

enum { LSTM_HEADER = 88, LSTM_FEATURE = 136, LSTM_SUMMED = 16 };  /* bytes; where what the checksum covers begins */
enum { P = 2, H = 3, L = 2, W = 4, ROWS = 12, CELL = 6 };         /* the small one: two cells of six rows */
enum { NW = 4 * H * (P + H + 1) + 4 * H * (H + H + 1) + H + 1 };

typedef struct lstm_bytes {
    unsigned char at[1 << 16];
    size_t n, read, limit;                        /* limit: a full disk; 0: none */
} lstm_bytes;

static inline int32_t lstm_read_some(void *ctx, void *to, size_t n)
{
    lstm_bytes *m = (lstm_bytes *)ctx;
    if (n > m->n - m->read)
        return FADE_EIO;
    memcpy(to, m->at + m->read, n);
    m->read += n;
    return 0;
}

static inline int32_t lstm_write_some(void *ctx, const void *from, size_t n)
{
    lstm_bytes *m = (lstm_bytes *)ctx;
    if (n > (m->limit ? m->limit : sizeof m->at) - m->n)
        return FADE_EIO;
    memcpy(m->at + m->n, from, n);
    m->n += n;
    return 0;
}

static inline int32_t lstm_save(const rig *g, const void *model, lstm_bytes *m)
{
    fade_stream s = { sizeof s, m, lstm_read_some, lstm_write_some };
    m->n = 0;
    return g->corrector->save(model, &s);
}

static inline int32_t lstm_load(rig *g, lstm_bytes *m, void **model)
{
    fade_stream s = { sizeof s, m, lstm_read_some, lstm_write_some };
    m->read = 0;
    return g->corrector->load(&g->host, &g->args, &s, model);
}

static inline void lstm_seal(lstm_bytes *m)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = LSTM_SUMMED; i < m->n; i++)
        h = (h ^ m->at[i]) * 1099511628211u;
    memcpy(m->at + 8, &h, sizeof h);
}

static inline void *lstm_train(rig *g, const fade_table *t, const void *from)
{
    void *model = NULL;
    if (g->corrector->train(&g->host, &g->args, t, from, &model))
        rig_die("train", g->text);
    return model;
}

typedef struct lstm_data {
    double x[P][ROWS], y[ROWS];
    uint32_t cell[ROWS], row[ROWS];
    const double *col[P];
    fade_table t;
} lstm_data;

static inline void lstm_waves(lstm_data *d)
{
    static const fade_column features[P] = { { .key = "cycle", .unit = "", .width = 1 },
                                             { .key = "temperature_mean", .unit = "K", .width = 1 } };
    for (int i = 0; i < ROWS; i++) {
        d->cell[i] = (uint32_t)(i / CELL);
        d->row[i] = (uint32_t)(i % CELL + 1);
        for (int j = 0; j < P; j++)
            d->x[j][i] = sin(1.3 * i + 0.7 * j);
        d->y[i] = cos(0.9 * i);
    }
    for (int j = 0; j < P; j++)
        d->col[j] = d->x[j];
    d->t = (fade_table){ .size = sizeof d->t, .ncol = P, .n = ROWS, .column = features, .col = d->col,
                         .target = d->y, .cell = d->cell, .row = d->row };
}

/* The small shape, all rows in one batch, nothing held back. */
static inline rig *lstm_small(void)
{
    rig *g = rig_open("lstm");
    rig_value(g, "hidden")->real = H;
    rig_value(g, "layers")->real = L;
    rig_value(g, "window")->real = W;
    rig_value(g, "held")->real = 0;
    rig_value(g, "l2")->real = 0;
    rig_value(g, "clip")->real = 1e300;
    rig_value(g, "epochs")->real = 0;
    return g;
}

/* A saved small model with these weights, features and target as they are. */
static inline void lstm_plant(rig *g, const lstm_data *d, const double *w, lstm_bytes *m)
{
    void *model = lstm_train(g, &d->t, NULL);
    double plain[2] = { 0, 1 }, wide[2] = { -1e9, 1e9 };
    if (lstm_save(g, model, m))
        rig_die("save", g->text);
    g->model->destroy(model);
    for (int j = 0; j < P; j++)
        memcpy(m->at + LSTM_HEADER + j * LSTM_FEATURE + 96, plain, sizeof plain);
    memcpy(m->at + 40, plain, sizeof plain);      /* y_shift, y_scale, least, most */
    memcpy(m->at + 56, wide, sizeof wide);
    memcpy(m->at + m->n - NW * sizeof *w, w, NW * sizeof *w);
    lstm_seal(m);
}

static inline void lstm_weights(const lstm_bytes *m, double *w)
{
    memcpy(w, m->at + m->n - NW * sizeof *w, NW * sizeof *w);
}
/* ---- a plain second implementation ---- */

static inline double lstm_sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* One step of one layer of H: h and c move on. */
static inline void lstm_plain(const double *w, int inputs, const double *x, double *h, double *c)
{
    double a[4][H], columns = inputs + H + 1;
    for (int g = 0; g < 4; g++)
        for (int r = 0; r < H; r++) {
            const double *at = w + (g * H + r) * (int)columns;
            a[g][r] = at[inputs + H];
            for (int k = 0; k < inputs; k++)
                a[g][r] += at[k] * x[k];
            for (int k = 0; k < H; k++)
                a[g][r] += at[inputs + k] * h[k];
        }
    for (int r = 0; r < H; r++) {
        c[r] = lstm_sigmoid(a[1][r]) * c[r] + lstm_sigmoid(a[0][r]) * tanh(a[2][r]);
        h[r] = lstm_sigmoid(a[3][r]) * tanh(c[r]);
    }
}
#endif

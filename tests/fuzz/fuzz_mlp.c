/* SPDX-License-Identifier: MIT
 * fuzz_mlp.c - any bytes as a saved mlp: a sentence, or a model that predicts numbers.
 *
 * An input that starts with 'M' damages a real one: three bytes each, an offset and a value; then its checksum is made
 * to fit.  One that starts with 'B' is a body behind a sound checksum.
 */
#include "tests/rig.h"
#include <stdbool.h>

enum { N = 8, ROWS = 20, BIG = 1 << 16 };

typedef struct bytes {
    unsigned char at[BIG];
    size_t n, read;
} bytes;

static int32_t take(void *ctx, void *to, size_t n)
{
    bytes *b = ctx;
    if (n > b->n - b->read)
        return FADE_EIO;
    memcpy(to, b->at + b->read, n);
    b->read += n;
    return 0;
}

static int32_t put(void *ctx, const void *from, size_t n)
{
    bytes *b = ctx;
    if (n > BIG - b->n)
        return FADE_EIO;
    memcpy(b->at + b->n, from, n);
    b->n += n;
    return 0;
}

/* As the plugin's stream.c has it. */
static void seal(bytes *b)
{
    uint64_t h = 14695981039346656037u, word;
    memset(b->at + 8, 0, 4);
    for (size_t i = 0; i + 8 <= b->n; i += 8) {
        memcpy(&word, b->at + i, 8);
        h = (h ^ word) * 1099511628211u;
        h ^= h >> 32;
    }
    uint32_t sum = (uint32_t)h;
    memcpy(b->at + 8, &sum, 4);
}

static void make(rig *g, bytes *b)
{
    static const double layers[] = { 3, 2 };
    static const fade_column column = { .key = "cycle", .unit = "", .width = 1 };
    double x[ROWS], y[ROWS];
    uint32_t cell[ROWS] = { 0 }, row[ROWS];
    const double *col[] = { x };
    for (uint32_t i = 0; i < ROWS; i++) {
        row[i] = i;
        x[i] = i;
        y[i] = sin(0.5 * i);
    }
    fade_table t = { .size = sizeof t, .ncol = 1, .n = ROWS, .column = &column, .col = col, .target = y, .cell = cell,
                     .row = row };
    void *model = NULL;
    rig_value(g, "layers")->v = layers;
    rig_value(g, "layers")->n = 2;
    rig_value(g, "epochs")->real = 2;
    rig_value(g, "members")->real = 2;
    rig_value(g, "dropout")->real = 0.2;
    rig_value(g, "mc")->real = 2;
    if (g->corrector->train(&g->host, &g->args, &t, NULL, &model))
        rig_die("training", g->text);
    fade_stream s = { sizeof s, b, take, put };
    g->corrector->save(model, &s);
    g->model->destroy(model);
}

static void damage(bytes *b, const uint8_t *at, size_t n)
{
    for (; n >= 3; at += 3, n -= 3) {
        size_t to = (size_t)at[0] << 8 | at[1];
        if (to < b->n)
            b->at[to] = at[2];
    }
    seal(b);
}

static void step(rig *g, void *model)
{
    if (rig_make(g, N, model))
        rig_die("init", g->text);
    for (uint32_t j = 0; j < g->columns.in.n; j++)
        for (uint32_t i = 0; i < N; i++)
            g->in[j][i] = i == 0 ? NAN : i == 1 ? 1e300 : i == 2 ? -1e300 : i;
    rig_step(g);
    for (uint32_t i = 0; i < N; i++)
        if (!isfinite(rig_out(g, "mean")[i]))
            rig_die("a loaded model predicts", "no number");
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    static bytes real, b;
    rig *g = rig_open("mlp");
    if (real.n == 0)
        make(g, &real);
    if (n && *at == 'M') {
        b = real;
        damage(&b, at + 1, n - 1);
    } else {
        bool body = n && *at == 'B';
        b.n = n - body < BIG ? n - body : BIG;
        memcpy(b.at, at + body, b.n);
        if (body && b.n >= 16) {
            memcpy(b.at, "FADEMLP1", 8);
            seal(&b);
        }
    }
    b.read = 0;
    fade_stream s = { sizeof s, &b, take, put };
    void *model = NULL;
    g->said = 0;
    int32_t rc = g->corrector->load(&g->host, &g->args, &s, &model);
    if (rc < 0 && (g->said != 1 || model))
        rig_die("a refusal without a sentence", "mlp");
    if (rc == 0 && g->model->columns)
        g->model->columns(model, &g->columns);
    if (rc == 0 && g->columns.in.n <= RIG_MAX)
        step(g, model);
    else if (rc == 0)
        g->model->destroy(model);
    rig_close(g);
    return 0;
}

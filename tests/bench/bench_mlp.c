/* SPDX-License-Identifier: MIT
 * bench_mlp.c - networks of 32 and 32 units on one cell's 168 rows.  Goals: train one in 0.1 s and five in 2 s, predict
 * 1 us a row and network in batches of 256, load in 5 ms; cost linear in rows.
 */
#include "core/base/random.h"
#include "tests/bench/bench.h"
#include <math.h>

enum { ROWS = 168, FEATURES = 5, LANES = 256, BIG = 1 << 20, NKEYS = 32 };

static void uniform(const fade_host *h, uint32_t n, const uint64_t *id, const uint64_t *row, uint32_t stream, double *u)
{
    (void)h;
    random_uniform_n(1, n, id, row, stream, u);
}

static void normal(const fade_host *h, uint32_t n, const uint64_t *id, const uint64_t *row, uint32_t stream, double *z)
{
    (void)h;
    random_normal_n(1, n, id, row, stream, z);
}

static const void *iface(const fade_host *h, const char *id)
{
    static const fade_rng_v1 rng = { sizeof rng, uniform, normal };
    return strcmp(id, "fade.rng/1") == 0 ? &rng : bench_iface(h, id);
}

static void quiet(const fade_host *h, const fade_report *r)
{
    if (r->level > 1)
        bench_report(h, r);
}

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

typedef struct job {
    const fade_desc *desc;
    const fade_corrector_v1 *vt;
    fade_host host;
    fade_value value[NKEYS];
    fade_args args;
    fade_table table;
    void *model;
    fade_tile tile;
    bytes saved;
} job;

static double *set(job *j, const char *key)
{
    const fade_param *p = j->desc->params.at;
    for (uint32_t i = 0; i < j->desc->params.n; i++)
        if (strcmp(p[i].key, key) == 0)
            return &j->value[i].real;
    fprintf(stderr, "mlp has no %s\n", key);
    exit(1);
}

static void step(void *ctx)
{
    job *j = ctx;
    j->vt->model->step(j->model, &j->tile);
}

static void load(void *ctx)
{
    job *j = ctx;
    void *model = NULL;
    j->saved.read = 0;
    fade_stream s = { sizeof s, &j->saved, take, put };
    j->vt->load(&j->host, &j->args, &s, &model);
    j->vt->model->destroy(model);
}

static double train(job *j)
{
    double s[5];
    for (int i = 0; i < 5; i++) {
        if (j->model)
            j->vt->model->destroy(j->model);
        double t = bench_now();
        if (j->vt->train(&j->host, &j->args, &j->table, NULL, &j->model))
            exit(1);
        s[i] = bench_now() - t;
    }
    qsort(s, 5, sizeof *s, bench_order);
    return s[2];
}

static void say(const char *what, double value, double goal, const char *unit)
{
    printf("%-46s %10.3g %s (goal %g: %s)\n", what, value, unit, goal, value <= goal ? "met" : "missed");
}

static void with(job *j, uint32_t lanes, const char *what, double members, double goal)
{
    j->tile.n = j->tile.live = lanes;
    size_t bytes_of = j->vt->model->scratch(j->model, lanes);
    j->tile.scratch = aligned_alloc(64, (bytes_of + 63) / 64 * 64);
    say(what, 1e6 * bench_time(step, j) / lanes / members, goal, "us");
    free(j->tile.scratch);
}

/* Seconds a row of one epoch over n rows. */
static double per_row(job *j, uint32_t n)
{
    double *all = malloc((FEATURES + 1) * (size_t)n * sizeof *all);
    uint32_t *cell = calloc(n, sizeof *cell);
    const double *cols[FEATURES];
    if (!all || !cell)
        exit(1);
    for (size_t i = 0; i < (FEATURES + 1) * (size_t)n; i++)
        all[i] = sin(0.7 * (double)i);
    for (int f = 0; f < FEATURES; f++)
        cols[f] = all + (size_t)(f + 1) * n;
    fade_table t = j->table;
    t.n = n;
    t.col = cols;
    t.target = all;
    t.cell = t.row = cell;
    void *model = NULL;
    double at = bench_now();
    if (j->vt->train(&j->host, &j->args, &t, NULL, &model))
        exit(1);
    at = bench_now() - at;
    j->vt->model->destroy(model);
    free(all);
    free(cell);
    return at / n;
}

int main(void)
{
    static job j;
    static double col[FEATURES][ROWS], y[ROWS], in[FEATURES][LANES], out[3][LANES], layers[] = { 32, 32 };
    static uint32_t cell[ROWS], row[ROWS];
    static const char *const keys[FEATURES] = { "a", "b", "c", "d", "e" };
    fade_column column[FEATURES];
    const double *cols[FEATURES], *ins[FEATURES];
    double *outs[3] = { out[0], out[1], out[2] };
    bench_pin();
    if (!(j.desc = bench_plugin("mlp")))
        return 1;
    j.vt = j.desc->iface(j.desc, "fade.corrector/1");
    j.host = (fade_host){ .size = sizeof j.host, .abi = FADE_ABI_NOW, .report = quiet, .iface = iface };
    for (uint32_t i = 0; i < j.desc->params.n; i++)
        j.value[i].real = ((const fade_param *)j.desc->params.at)[i].def;
    j.value[0].v = layers;
    j.value[0].n = 2;
    j.args = (fade_args){ sizeof j.args, j.desc->params.n, j.value, j.desc };
    for (int i = 0; i < ROWS; i++) {
        y[i] = 0.02 * sin(0.05 * i) + 0.005 * sin(3.7 * i);
        row[i] = (uint32_t)i;
        for (int f = 0; f < FEATURES; f++)
            col[f][i] = f ? sin(0.1 * f * i + f) : i;
    }
    for (int f = 0; f < FEATURES; f++) {
        column[f] = (fade_column){ .key = keys[f], .unit = "" };
        cols[f] = col[f];
        ins[f] = in[f];
        for (int i = 0; i < LANES; i++)
            in[f][i] = f ? sin(0.3 * f * i) : 0.6 * i;
    }
    j.table = (fade_table){ .size = sizeof j.table, .ncol = FEATURES, .n = ROWS, .column = column, .col = cols,
                            .target = y, .cell = cell, .row = row };
    j.tile = (fade_tile){ .size = sizeof j.tile, .in = ins, .out = outs };
    *set(&j, "members") = 1;
    say("train one network, 168 rows", train(&j), 0.1, "s ");
    with(&j, LANES, "predict a row, batch of 256", 1, 1);
    with(&j, 8, "predict a row alone (a tile of 8)", 1.0 / 8, 20);
    *set(&j, "patience") = *set(&j, "epochs");
    say("the same without stopping early", train(&j), 0.1, "s ");
    *set(&j, "patience") = 40;
    *set(&j, "members") = 5;
    say("train five, 168 rows", train(&j), 2, "s ");
    with(&j, LANES, "predict a row and network, five, batch of 256", 5, 1);
    fade_stream s = { sizeof s, &j.saved, take, put };
    j.vt->save(j.model, &s);
    say("load five", 1e3 * bench_time(load, &j), 5, "ms");
    *set(&j, "members") = *set(&j, "epochs") = 1;
    *set(&j, "refit") = 0;
    *set(&j, "batch") = 256;
    double few = per_row(&j, 50000), many = per_row(&j, 1000000);
    say("an epoch of 1000000 rows, by a row of 50000", many / few, 1.3, "x ");
    printf("%-46s %10.3g us\n", "a row of it", 1e6 * many);
    j.vt->model->destroy(j.model);
    return 0;
}

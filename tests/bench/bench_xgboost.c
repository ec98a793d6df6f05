/* SPDX-License-Identifier: MIT
 * bench_xgboost.c - trees on one cell of 168 rows.  Goals: train 0.1 s, predict 1 us a row in batches (forest: a
 * member) and 40 us alone, load a forest in 50 ms.
 */
#include "tests/bench/bench.h"
#include "tests/trees_rig.h"

enum { ROWS = 168, P = 5, FOREST_ROWS = 20000, BATCH = 64 };

typedef struct work {
    rig *g;
    fade_table table;
    trees_bytes bytes;
    fade_tile tile;
} work;

static double x[P][FOREST_ROWS], y[FOREST_ROWS];

static void plant(work *w, int n)
{
    static const char *const names[P] = { "cycle", "depth", "temperature", "loss", "rest" };
    static const double *col[P];
    static fade_column features[P];
    uint64_t s = 1;
    for (int j = 0; j < P; j++) {
        features[j] = (fade_column){ .key = names[j], .unit = "1", .width = 1 };
        col[j] = x[j];
        for (int i = 0; i < n; i++)
            x[j][i] = (double)(s = s * 6364136223846793005u + 1442695040888963407u) / 18446744073709551616.0;
    }
    for (int i = 0; i < n; i++)
        y[i] = 0.02 * x[0][i] * x[1][i] - 0.05 * x[2][i] + 0.01 * x[4][i] * (i % 3);
    w->table = (fade_table){
        .size = sizeof w->table, .ncol = P, .n = (uint64_t)n, .column = features, .col = col, .target = y
    };
}

static void *trained(work *w)
{
    void *model = NULL;
    if (w->g->corrector->train(&w->g->host, &w->g->args, &w->table, NULL, &model))
        rig_die("train", w->g->text);
    return model;
}

static void train(void *ctx)
{
    work *w = ctx;
    w->g->model->destroy(trained(w));
}

static void predict(void *ctx)
{
    work *w = ctx;
    w->g->model->step(w->g->object, &w->tile);
}

static void load(void *ctx)
{
    work *w = ctx;
    void *model = NULL;
    if (trees_load(w->g, &w->bytes, &model))
        rig_die("load", w->g->text);
    w->g->model->destroy(model);
}

static void say(const char *what, double v, const char *unit, double goal)
{
    printf("%-46s %9.3f %s", what, v, unit);
    if (goal > 0)
        printf("  goal %g: %s", goal, v <= goal ? "met" : "missed");
    printf("\n");
}

static void measure(const char *name, double mode, double rounds)
{
    char what[80];
    work w = { .g = rig_open("xgboost") };
    rig_value(w.g, "mode")->real = mode;
    rig_value(w.g, "rounds")->real = rounds;
    plant(&w, ROWS);
    snprintf(what, sizeof what, "%s: train on %d rows", name, ROWS);
    say(what, 1e3 * bench_time(train, &w), "ms", 100);
    if (rig_make(w.g, BATCH, trained(&w)))
        rig_die("make", name);
    for (int j = 0; j < P; j++)
        memcpy(w.g->in[j], x[j], BATCH * sizeof(double));
    w.tile = w.g->tile;
    snprintf(what, sizeof what, "%s: predict, a row of %d", name, BATCH);
    double row = 1e6 * bench_time(predict, &w) / BATCH;
    say(what, row, "us", mode > 0 ? 0 : 1);
    if (mode > 0) {
        snprintf(what, sizeof what, "%s: the same, a row and tree", name);
        say(what, row / rounds, "us", 1);
    }
    w.tile.n = 8;
    w.tile.live = 1;
    snprintf(what, sizeof what, "%s: predict, a row alone", name);
    say(what, 1e6 * bench_time(predict, &w), "us", 40);
    rig_close(w.g);
}

/* 200 trees of 12 levels on 20,000 rows. */
static void load_forest(void)
{
    work w = { .g = rig_open("xgboost") };
    rig_value(w.g, "mode")->real = 1;
    rig_value(w.g, "rounds")->real = 200;
    plant(&w, FOREST_ROWS);
    w.g->object = trained(&w);
    char what[80];
    trees_save(w.g, w.g->object, &w.bytes);
    snprintf(what, sizeof what, "forest: load %.1f MB", 1e-6 * (double)w.bytes.n);
    say(what, 1e3 * bench_time(load, &w), "ms", 50);
    free(w.bytes.at);
    rig_close(w.g);
}

int main(void)
{
    setenv("OMP_WAIT_POLICY", "PASSIVE", 0);
    bench_pin();
    measure("boosted, at most 200 trees", 0, 200);
    measure("forest, 100 trees", 1, 100);
    load_forest();
    return 0;
}

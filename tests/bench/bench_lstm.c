/* SPDX-License-Identifier: MIT
 * bench_lstm.c - a network with memory on one cell of 168 rows.  Goals: train 2 s; a row 1 us of 64, 20 us alone; load
 * 5 ms.
 */
#include "tests/bench/bench.h"
#include "tests/lstm_rig.h"

enum { N = 168, F = 5, BATCH = 64 };

typedef struct work {
    rig *g;
    fade_table table;
    fade_tile tile;
    lstm_bytes bytes;
} work;

static double x[F][N], y[N];

static void plant(work *w)
{
    static const char *const names[F] = { "cycle", "depth", "temperature", "loss", "rest" };
    static const double *col[F];
    static fade_column features[F];
    uint64_t s = 1;
    for (int j = 0; j < F; j++) {
        features[j] = (fade_column){ .key = names[j], .unit = "1", .width = 1 };
        col[j] = x[j];
        for (int i = 0; i < N; i++)
            x[j][i] = (double)(s = s * 6364136223846793005u + 1442695040888963407u) / 18446744073709551616.0;
    }
    for (int i = 0; i < N; i++)
        y[i] = (i ? 0.8 * y[i - 1] : 0) + 0.02 * x[0][i] * x[1][i] - 0.05 * x[2][i];
    w->table = (fade_table){ .size = sizeof w->table, .ncol = F, .n = N, .column = features, .col = col, .target = y };
}

static void train(void *ctx)
{
    work *w = ctx;
    w->g->model->destroy(lstm_train(w->g, &w->table, NULL));
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
    if (lstm_load(w->g, &w->bytes, &model))
        rig_die("load", w->g->text);
    w->g->model->destroy(model);
}

static void say(const char *what, double v, const char *unit, double goal)
{
    printf("%-44s %9.3f %s", what, v, unit);
    if (goal > 0)
        printf("  goal %g: %s", goal, v <= goal ? "met" : "missed");
    printf("\n");
}

int main(void)
{
    static work w;
    bench_pin();
    w.g = rig_open("lstm");
    plant(&w);
    double t = bench_now();
    train(&w);
    say("train on 168 rows, window 8, 12 units", bench_now() - t, "s", 2);
    rig_value(w.g, "patience")->real = 1e6;
    t = bench_now();
    train(&w);
    say("the same, all 150 epochs, twice", bench_now() - t, "s", 2);
    if (rig_make(w.g, BATCH, lstm_train(w.g, &w.table, NULL)))
        rig_die("make", "lstm");
    for (int j = 0; j < F; j++)
        memcpy(w.g->in[j], x[j], BATCH * sizeof(double));
    w.tile = w.g->tile;
    say("predict, a row each of 64 cells", 1e6 * bench_time(predict, &w) / BATCH, "us", 1);
    w.tile.n = 8;
    w.tile.live = 1;
    say("predict, a row alone", 1e6 * bench_time(predict, &w), "us", 20);
    lstm_save(w.g, w.g->object, &w.bytes);
    say("load", 1e3 * bench_time(load, &w), "ms", 5);
    rig_close(w.g);
    return 0;
}

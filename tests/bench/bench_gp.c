/* SPDX-License-Identifier: MIT
 * bench_gp.c - a Gaussian process on one cell's 168 rows: training, loading, a row's prediction in batches and alone.
 * Goals: 100 ms; 5 ms; 1 us a row for the mean, 10 us with sigma, 20 us alone.
 */
#include "tests/bench/bench.h"
#include "tests/corrector_rig.h"

enum { ROWS = 168, LANES = 64 };

static crig_table d;
static crig_bytes file;
static rig *g;

static void life(void)
{
    crig_shape(&d, ROWS, 2);
    for (int i = 0; i < ROWS; i++) {
        d.x[0][i] = i;
        d.x[1][i] = exp(-(i % 23) / 3.0);
        d.y[i] = 1.86 - 0.0031 * i + 0.02 * sin(i / 30.0) + 0.03 * d.x[1][i] + 0.003 * cos(7.1 * i);
    }
}

static void train(void *ctx)
{
    (void)ctx;
    void *model = NULL;
    if (g->corrector->train(&g->host, &g->args, &d.t, NULL, &model) == 0)
        g->model->destroy(model);
}

static void load(void *ctx)
{
    void *model = NULL;
    fade_stream s = crig_stream(&file);
    (void)ctx;
    file.read = 0;
    if (g->corrector->load(&g->host, &g->args, &s, &model) == 0)
        g->model->destroy(model);
}

static void step(void *ctx)
{
    (void)ctx;
    rig_step(g);
}

static void say(const char *what, double took, double goal, const char *unit)
{
    printf("%-44s %8.2f %s (goal %g: %s)\n", what, took, unit, goal, took <= goal ? "met" : "missed");
}

/* A trained one with so many lanes. */
static void ready(const char *kernel, uint32_t lanes, int sigma)
{
    void *model = NULL;
    g = rig_open("gp");
    rig_value(g, "kernel")->text = kernel;
    rig_value(g, "sigma")->real = sigma;
    if (g->corrector->train(&g->host, &g->args, &d.t, NULL, &model) != 0)
        rig_die("training fails", g->text);
    rig_make(g, lanes, model);
    for (uint32_t i = 0; i < lanes; i++) {
        g->in[0][i] = i;
        g->in[1][i] = 0.5;
    }
}

int main(void)
{
    static const char *const kernels[] = { "rbf + linear", "matern52 + linear", "rbf",
                                           "matern32(a) + rbf(b) + linear" };
    char what[96];
    if (crig_missing("gp"))
        return 0;
    bench_pin();
    life();
    for (int k = 0; k < 4; k++) {
        ready(kernels[k], LANES, 1);
        fade_stream s = crig_stream(&file);
        file.n = 0;
        g->corrector->save(g->object, &s);
        snprintf(what, sizeof what, "%s: train on %d rows", kernels[k], ROWS);
        say(what, 1e3 * bench_time(train, NULL), 100, "ms");
        say("  load", 1e3 * bench_time(load, NULL), 5, "ms");
        say("  mean and sigma of a row, of 64", 1e6 * bench_time(step, NULL) / LANES, 10, "us");
        rig_close(g);
        ready(kernels[k], LANES, 0);
        say("  mean of a row, of 64", 1e6 * bench_time(step, NULL) / LANES, 1, "us");
        rig_close(g);
        ready(kernels[k], 8, 0);
        say("  mean of a row alone", 1e6 * bench_time(step, NULL), 20, "us");
        rig_close(g);
    }
    return 0;
}

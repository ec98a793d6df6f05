/* SPDX-License-Identifier: MIT
 * bench_correctors.c - polynomial and the detectors on one cell's 168 rows of four features: training, loading, a row's
 * prediction in batches and alone.  Goals: 100 ms; 5 ms (a forest 50); 1 us a row (trees: a member of 100), 20
 * us alone (trees 40).
 */
#include "core/base/random.h"
#include "tests/bench/bench.h"
#include "tests/corrector_rig.h"

enum { ROWS = 168, LANES = 64, FEATURES = 4, TREES = 100 };

static crig_table d;
static crig_bytes file;
static rig *g;

static void uniform(const fade_host *h, uint32_t n, const uint64_t *id, const uint64_t *row, uint32_t stream, double *u)
{
    (void)h;
    random_uniform_n(1, n, id, row, stream, u);
}
static const fade_rng_v1 rng = { .size = sizeof rng, .uniform = uniform };
static const void *iface(const fade_host *h, const char *id)
{
    return strcmp(id, "fade.rng/1") == 0 ? &rng : rig_iface(h, id);
}

static void life(void)
{
    crig_shape(&d, ROWS, FEATURES);
    for (int i = 0; i < ROWS; i++) {
        d.x[0][i] = i;
        d.x[1][i] = exp(-(i % 23) / 3.0);
        d.x[2][i] = 305 + 4 * cos(1.7 * i);
        d.x[3][i] = sin(0.9 * i);
        d.y[i] = 1.86 - 0.0031 * i + 0.02 * sin(i / 30.0) + 0.03 * d.x[1][i] + 0.003 * cos(7.1 * i);
    }
}

static void train(void *ctx)
{
    void *model = NULL;
    (void)ctx;
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
    if (goal > 0)
        printf("%-44s %8.2f %s (goal %g: %s)\n", what, took, unit, goal, took <= goal ? "met" : "missed");
    else
        printf("%-44s %8.2f %s\n", what, took, unit);
}

static const struct subject {
    const char *plugin, *key, *what;
    double value, load, batch, alone;
} subjects[] = {
    { "polynomial", "degree", "polynomial, degree 5", 5, 5, 1, 20 },
    { "polynomial", "interactions", "polynomial, degree 2, interactions", 1, 5, 1, 20 },
    { "anomaly", "method", "isolation forest of 100 trees", 0, 50, 0, 40 },
    { "anomaly", "method", "mahalanobis", 1, 5, 1, 20 },
    { "anomaly", "method", "cusum", 2, 5, 1, 20 },
};

static void ready(const struct subject *s, uint32_t lanes)
{
    void *model = NULL;
    g = rig_open(s->plugin);
    g->host.iface = iface;
    rig_value(g, s->key)->real = s->value;
    if (g->corrector->train(&g->host, &g->args, &d.t, NULL, &model) != 0)
        rig_die("training fails", g->text);
    rig_make(g, lanes, model);
    for (uint32_t j = 0; j < FEATURES; j++)
        for (uint32_t i = 0; i < lanes; i++)
            g->in[j][i] = d.x[j][i];
}

int main(void)
{
    char what[96];
    bench_pin();
    life();
    for (size_t k = 0; k < sizeof subjects / sizeof *subjects; k++) {
        const struct subject *s = &subjects[k];
        if (crig_missing(s->plugin))
            continue;
        ready(s, LANES);
        fade_stream to = crig_stream(&file);
        file.n = 0;
        g->corrector->save(g->object, &to);
        snprintf(what, sizeof what, "%s: train on %d rows", s->what, ROWS);
        say(what, 1e3 * bench_time(train, NULL), 100, "ms");
        say("  load", 1e3 * bench_time(load, NULL), s->load, "ms");
        double row = 1e6 * bench_time(step, NULL) / LANES;
        say("  a row, of 64", row, s->batch, "us");
        if (!(s->batch > 0))
            say("  a row and tree, of 64", row / TREES, 1, "us");
        rig_close(g);
        ready(s, 8);
        say("  a row alone", 1e6 * bench_time(step, NULL), s->alone, "us");
        rig_close(g);
    }
    return 0;
}

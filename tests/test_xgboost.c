/* SPDX-License-Identifier: MIT
 * test_xgboost.c - trees: the library's bits, the same bits again, forests, directions, unknowns, what no file should
 * hold.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/trees_rig.h"
#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

enum { P = 5, MOST = 4500 };

static uint64_t seed;
static double draw(void) /* -1 .. 1 */
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(int64_t)seed / 9223372036854775808.0;
}

static const fade_column features[P] = {
    { .key = "cycle", .unit = "", .width = 1 },           { .key = "depth", .unit = "1", .width = 1 },
    { .key = "temperature_mean", .unit = "K", .width = 1 }, { .key = "physics_loss", .unit = "1", .width = 1 },
    { .key = "rest", .unit = "s", .width = 1 },
};

typedef struct data {
    double x[P][MOST], y[MOST], weight[MOST];
    uint32_t cell[MOST], row[MOST];
    const double *col[P];
    fade_table t;
} data;

/* Four cells; y = 0.02 sin(cycle / 20) - 0.03 depth + 0.01 where rest is unknown + noise; a tenth of all is unknown. */
static data *plant(int n, double noise)
{
    data *d = calloc(1, sizeof *d);
    seed = 11;
    for (int i = 0; i < n; i++) {
        d->cell[i] = (uint32_t)(4 * i / n);
        d->row[i] = (uint32_t)i;
        for (int j = 0; j < P; j++)
            d->x[j][i] = draw() < -0.8 ? NAN : draw();
        d->x[0][i] = 100 * (1 + draw());
        d->x[1][i] = 0.5 + 0.4 * draw();
        d->y[i] = 0.02 * sin(d->x[0][i] / 20) - 0.03 * d->x[1][i] + 0.01 * isnan(d->x[4][i]) + noise * draw();
        d->weight[i] = 1;
    }
    for (int j = 0; j < P; j++)
        d->col[j] = d->x[j];
    d->t = (fade_table){ .size = sizeof d->t, .ncol = P, .n = (uint64_t)n, .column = features, .col = d->col,
                         .target = d->y, .cell = d->cell, .row = d->row };
    return d;
}

static void *train(rig *g, const fade_table *t, const void *from)
{
    void *model = NULL;
    assert_int_equal(g->corrector->train(&g->host, &g->args, t, from, &model), 0);
    assert_non_null(model);
    return model;
}

/* Opens, sets "key value key value ..", trains, makes a tile. */
static rig *made(const fade_table *t, const char *settings)
{
    rig *g = rig_open("xgboost");
    char key[32];
    double v;
    for (int n; sscanf(settings, "%31s %lf%n", key, &v, &n) == 2; settings += n)
        rig_value(g, key)->real = v;
    assert_int_equal(rig_make(g, 64, train(g, t, NULL)), 0);
    return g;
}

static double predict(rig *g, const double *x, double *sigma, double *distance)
{
    for (uint32_t j = 0; j < g->columns.in.n; j++)
        rig_fill(g->in[j], 64, x[j]);
    assert_int_equal(rig_step(g), 0);
    if (sigma)
        *sigma = rig_out(g, "sigma")[9];
    if (distance)
        *distance = rig_out(g, "distance")[63];
    return rig_out(g, "mean")[3];
}

/* The library itself, not through the plugin. */
typedef struct library {
    int (*create)(void *const *, uint64_t, void **), (*load)(void *, const void *, uint64_t), (*drop)(void *);
    int (*matrix)(const float *, uint64_t, uint64_t, float, void **), (*drop_matrix)(void *);
    int (*predict)(void *, void *, const char *, const uint64_t **, uint64_t *, const float **);
    void *booster;
} library;

static void *symbol(void *so, const char *name)
{
    void *at = dlsym(so, name);
    assert_non_null(at);
    return at;
}

static library ask(const trees_bytes *m)
{
    void *so = dlopen("libxgboost.so.0", RTLD_NOW | RTLD_LOCAL);
    library l;
    size_t n;
    const unsigned char *ubj = trees_ubj(m, &n);
    assert_non_null(so);
    *(void **)&l.create = symbol(so, "XGBoosterCreate");
    *(void **)&l.load = symbol(so, "XGBoosterLoadModelFromBuffer");
    *(void **)&l.drop = symbol(so, "XGBoosterFree");
    *(void **)&l.matrix = symbol(so, "XGDMatrixCreateFromMat");
    *(void **)&l.drop_matrix = symbol(so, "XGDMatrixFree");
    *(void **)&l.predict = symbol(so, "XGBoosterPredictFromDMatrix");
    assert_int_equal(l.create(NULL, 0, &l.booster), 0);
    assert_int_equal(l.load(l.booster, ubj, n), 0);
    return l;
}

static void library_says(const library *l, const float *x, uint64_t n, float *y)
{
    void *d;
    const uint64_t *shape;
    uint64_t dims;
    const float *said;
    assert_int_equal(l->matrix(x, n, P, NAN, &d), 0);
    assert_int_equal(l->predict(l->booster, d,
                                "{\"type\":0,\"training\":false,\"iteration_begin\":0,\"iteration_end\":0,"
                                "\"strict_shape\":false}",
                                &shape, &dims, &said),
                     0);
    memcpy(y, said, n * sizeof *y);
    l->drop_matrix(d);
}

/* 64 rows to ask for: far away, unknown, and values that training saw, on which splits by bins stand. */
static void question(const data *d, rig *g, float *x)
{
    for (int i = 0; i < 64; i++)
        for (int j = 0; j < P; j++) {
            double v = d->x[j][(uint64_t)((1 + draw()) / 2 * (double)d->t.n) % d->t.n], far = draw();
            v = far > 0.95 ? 1e9 * draw() : far > 0.9 ? NAN : v;
            g->in[j][i] = v;
            x[i * P + j] = (float)v;
        }
}

static void same_as_the_library(const data *d, const char *settings)
{
    rig *g = made(&d->t, settings);
    trees_bytes m = { 0 };
    float x[64 * P], said[64];
    double centre, scale;
    assert_int_equal(trees_save(g, g->object, &m), 0);
    memcpy(&centre, m.at + 40, sizeof centre);
    memcpy(&scale, m.at + 48, sizeof scale);
    library l = ask(&m);
    seed = 5;
    for (int k = 0; k < 10; k++) {
        question(d, g, x);
        assert_int_equal(rig_step(g), 0);
        library_says(&l, x, 64, said);
        for (int i = 0; i < 64; i++)
            assert_true(rig_out(g, "mean")[i] == centre + scale * (double)said[i]);
    }
    l.drop(l.booster);
    free(m.at);
    rig_close(g);
}

static void bits_of_the_library(void **state) /* 640 rows each: equal, not near */
{
    (void)state;
    data *small = plant(168, 0.005), *big = plant(MOST, 0.005);
    same_as_the_library(small, "");
    same_as_the_library(small, "depth 8 rounds 60 patience 0 min_child_weight 0 lambda 0 subsample 0.7 colsample 0.5");
    same_as_the_library(small, "mode 1 rounds 40");
    same_as_the_library(small, "alpha 3 eta 1 rounds 5");
    same_as_the_library(big, "depth 6 rounds 40 patience 0"); /* by bins: a row can stand on a split */
    same_as_the_library(big, "mode 1 rounds 8");
    free(small);
    free(big);
}

static void retrained(void **state) /* the same bytes, beside other threads of training and after them */
{
    (void)state;
    static const char *const settings[] = { "", "mode 1 rounds 20", "subsample 0.5 colsample 0.5" };
    data *d = plant(168, 0.005);
    for (int k = 0; k < 3; k++) {
        rig *g = made(&d->t, settings[k]), *h = made(&d->t, settings[k]);
        trees_bytes a = { 0 }, b = { 0 };
        assert_int_equal(trees_save(g, g->object, &a), 0);
        assert_int_equal(trees_save(h, h->object, &b), 0);
        assert_int_equal(a.n, b.n);
        assert_memory_equal(a.at, b.at, a.n);
        free(a.at);
        free(b.at);
        rig_close(g);
        rig_close(h);
    }
    free(d);
}

static double rmse(rig *g, const data *d)
{
    double sum = 0;
    for (uint64_t at = 0; at < d->t.n; at += 64) {
        for (int j = 0; j < P; j++)
            memcpy(g->in[j], d->x[j] + at, 64 * sizeof(double)); /* rows behind the last are there, and 0 */
        assert_int_equal(rig_step(g), 0);
        for (uint64_t i = at; i < at + 64 && i < d->t.n; i++)
            sum += pow(rig_out(g, "mean")[i - at] - d->y[i], 2);
    }
    return sqrt(sum / (double)d->t.n);
}

static void learns(void **state) /* what was planted, from 600 rows with noise of sd 0.0006; the target's sd is 0.018 */
{
    (void)state;
    data *d = plant(600, 0.001);
    rig *g = made(&d->t, ""), *h = made(&d->t, "mode 1");
    double sigma, known[P] = { 80, 0.5, 0, 0, 0.3 }, unknown[P] = { 80, 0.5, 0, 0, NAN };
    assert_true(rmse(g, d) < 0.003);
    assert_true(rmse(h, d) < 0.005);
    double effect = predict(g, unknown, &sigma, NULL) - predict(g, known, NULL, NULL);
    assert_true(fabs(effect - 0.01) < 0.003);     /* that a value is missing says something */
    assert_true(sigma > 0.001 && sigma < 0.006);  /* from rows held back */
    rig_close(g);
    rig_close(h);
    free(d);
}

static void forest(void **state) /* as many trees as asked for, and no answer outside what was seen */
{
    (void)state;
    data *d = plant(168, 0.002);
    rig *g = made(&d->t, "mode 1 rounds 37");
    trees_bytes m = { 0 };
    uint32_t ntree;
    double low = INFINITY, high = -INFINITY;
    assert_int_equal(trees_save(g, g->object, &m), 0);
    memcpy(&ntree, m.at + 12, sizeof ntree);
    assert_int_equal(ntree, 37);
    for (int i = 0; i < 168; i++) {
        low = fmin(low, d->y[i]);
        high = fmax(high, d->y[i]);
    }
    for (int k = 0; k < 100; k++) {
        double x[P] = { 500 * draw(), 3 * draw(), 9 * draw(), draw(), NAN }, mean = predict(g, x, NULL, NULL);
        assert_true(mean >= low - 1e-8 && mean <= high + 1e-8);
    }
    free(m.at);
    rig_close(g);
    free(d);
}

static void directions(void **state)
{
    (void)state;
    static const char *const up[] = { "cycle" }, *const down[] = { "depth", "cycle" }, *const wrong[] = { "dpeth" };
    data *d = plant(300, 0.01);
    rig *g = rig_open("xgboost");
    rig_value(g, "rising")->texts = up;
    rig_value(g, "rising")->n = 1;
    rig_value(g, "falling")->texts = down;
    rig_value(g, "falling")->n = 1;
    assert_int_equal(rig_make(g, 64, train(g, &d->t, NULL)), 0);
    seed = 3;
    for (int k = 0; k < 20; k++) {
        double x[P] = { 0, 0.5 + 0.4 * draw(), draw(), draw(), draw() }, before = -INFINITY, rises = 0;
        for (x[0] = 0; x[0] < 200; x[0] += 1) {
            double now = predict(g, x, NULL, NULL);
            assert_true(now >= before);
            rises += now > before;
            before = now;
        }
        assert_true(rises > 1);
        before = INFINITY;
        for (x[1] = 0; x[1] < 1; x[1] += 0.01) {
            double now = predict(g, x, NULL, NULL);
            assert_true(now <= before);
            before = now;
        }
    }
    void *model;
    rig_value(g, "falling")->n = 2;
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d->t, NULL, &model), FADE_EINVAL);
    assert_non_null(strstr(g->text, "falling names \"cycle\", which is in rising too"));
    rig_value(g, "falling")->texts = wrong;
    rig_value(g, "falling")->n = 1;
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d->t, NULL, &model), FADE_EINVAL);
    assert_null(model);
    assert_non_null(strstr(g->text, "falling names \"dpeth\", which is none of the features"));
    rig_close(g);
    free(d);
}

static uint32_t trees_of(const rig *g)
{
    trees_bytes m = { 0 };
    uint32_t n;
    assert_int_equal(trees_save(g, g->object, &m), 0);
    memcpy(&n, m.at + 12, sizeof n);
    free(m.at);
    return n;
}

static void stops_early(void **state) /* where later rows say that there is nothing to learn */
{
    (void)state;
    data *d = plant(200, 0.001);
    rig *g = made(&d->t, "patience 0 validation 0 rounds 150"), *h = made(&d->t, "rounds 150");
    assert_int_equal(trees_of(g), 150);
    assert_in_range(trees_of(h), 20, 150);
    rig_close(g);
    rig_close(h);
    for (int i = 0; i < 200; i++)
        d->y[i] = draw();
    g = made(&d->t, "rounds 150");
    assert_in_range(trees_of(g), 1, 15);
    double sigma, x[P] = { 100, 0.5, 0, 0, 0 };
    predict(g, x, &sigma, NULL);
    assert_true(sigma > 0.45 && sigma < 0.75);    /* noise of sd 1 / sqrt(3) = 0.58 */
    rig_close(g);
    free(d);
}

static void distance(void **state) /* in standard deviations of the feature; unknown: 1 unless training knew of it */
{
    (void)state;
    data *d = plant(168, 0.005);
    double low = INFINITY, high = -INFINITY, mean = 0, sd = 0, far, near, away, x[P] = { 100, 0.5, 0, 0, 0 };
    for (int i = 0; i < 168; i++) {
        low = fmin(low, d->x[0][i]);
        high = fmax(high, d->x[0][i]);
        mean += d->x[0][i] / 168;
    }
    for (int i = 0; i < 168; i++)
        sd += pow(d->x[0][i] - mean, 2) / 168;
    sd = sqrt(sd);
    rig *g = made(&d->t, "");
    predict(g, x, &near, &far);
    assert_true(far == 0);
    x[0] = high + 0.5 * sd;
    predict(g, x, &away, &far);
    assert_true(rig_near(far, 0.5, 1e-10));
    assert_true(away > near);
    x[0] = low - 3 * sd;
    predict(g, x, NULL, &far);
    assert_true(rig_near(far, 3, 1e-10));
    x[0] = NAN;
    predict(g, x, NULL, &far);
    assert_true(far == 1);
    x[0] = 100;
    x[4] = NAN;
    predict(g, x, NULL, &far);
    assert_true(far == 0);
    rig_close(g);
    free(d);
}

static void what_does_not_count(void **state) /* rows without target or weight; all weights twice as large */
{
    (void)state;
    data *d = plant(160, 0.005), *e = plant(160, 0.005);
    double x[P] = { 120, 0.3, 0.1, 0, 0.5 };
    rig *g, *h;
    for (int i = 0; i < 160; i++) {
        e->y[i] = i % 4 == 3 ? (i % 8 == 3 ? NAN : 1e3) : e->y[i];
        e->weight[i] = i % 8 == 7 ? 0 : 2;
    }
    e->t.weight = e->weight;
    uint64_t n = 0;
    for (int i = 0; i < 160; i++)
        if (i % 4 != 3) {
            for (int j = 0; j < P; j++)
                d->x[j][n] = d->x[j][i];
            d->y[n] = d->y[i];
            d->cell[n++] = d->cell[i];
        }
    d->t.n = n;
    g = made(&d->t, "");
    h = made(&e->t, "");
    assert_true(predict(g, x, NULL, NULL) == predict(h, x, NULL, NULL));
    rig_close(g);
    rig_close(h);
    free(d);
    free(e);
}

static void starts_from_another(void **state) /* its trees come first; other features are refused */
{
    (void)state;
    data *d = plant(400, 0.001), *e = plant(60, 0.001);
    rig *g = made(&d->t, "rounds 80 patience 0"), *h = rig_open("xgboost");
    for (int i = 0; i < 60; i++)
        e->y[i] += 0.05;                          /* a cell like the others, but for an offset */
    rig_value(h, "rounds")->real = 40;
    void *fresh = train(h, &e->t, NULL);
    assert_int_equal(rig_make(h, 64, train(h, &e->t, g->object)), 0);
    uint32_t n = trees_of(h);
    assert_in_range(n, 81, 120);
    double with = rmse(h, e);
    assert_true(with < 0.004);
    h->model->destroy(fresh);
    e->t.ncol = 3;
    void *model;
    assert_int_equal(h->corrector->train(&h->host, &h->args, &e->t, g->object, &model), FADE_EINVAL);
    assert_non_null(strstr(h->text, "5 features, these rows have 3"));
    fade_column other[P];
    memcpy(other, features, sizeof other);
    other[2].key = "ambient";
    e->t.ncol = P;
    e->t.column = other;
    assert_int_equal(h->corrector->train(&h->host, &h->args, &e->t, g->object, &model), FADE_EINVAL);
    assert_non_null(strstr(h->text, "feature 3 of the model to start from is temperature_mean"));
    rig_close(g);
    rig_close(h);
    free(d);
    free(e);
}

static void refused_tables(void **state)
{
    (void)state;
    data *d = plant(60, 0.01);
    rig *g = rig_open("xgboost");
    void *model = d;
    for (int i = 0; i < 60; i++)
        d->y[i] = i < 3 ? 1 : NAN;
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d->t, NULL, &model), FADE_EINVAL);
    assert_null(model);
    assert_non_null(strstr(g->text, "3 of 60 rows"));
    d->t.n = 0;
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d->t, NULL, &model), FADE_EINVAL);
    d->t.n = 60;
    for (int i = 0; i < 60; i++)
        d->y[i] = i % 2 ? 1e200 : -1e200;
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d->t, NULL, &model), FADE_EINVAL);
    assert_non_null(strstr(g->text, "too large"));
    d->t.ncol = 0;
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d->t, NULL, &model), FADE_EINVAL);
    assert_non_null(strstr(g->text, "0 features"));
    rig_close(g);
    free(d);
}

static int calls;
static int32_t cancel(const fade_host *h, double done, const char *what)
{
    (void)h;
    assert_true(done >= 0 && done <= 1);
    assert_string_equal(what, "train");
    return --calls < 0 ? FADE_ECANCEL : 0;
}

static void can_be_stopped(void **state) /* at once, on the way, in the second growing */
{
    (void)state;
    data *d = plant(100, 0.01);
    rig *g = rig_open("xgboost");
    void *model = NULL;
    g->host.progress = cancel;
    rig_value(g, "patience")->real = 0;
    rig_value(g, "rounds")->real = 64;
    for (int k = 0; k < 9; k++) {
        calls = k;
        assert_int_equal(g->corrector->train(&g->host, &g->args, &d->t, NULL, &model), FADE_ECANCEL);
        assert_null(model);
    }
    rig_close(g);
    free(d);
}

static int tasks(void)
{
    DIR *dir = opendir("/proc/self/task");
    int n = 0;
    while (dir && readdir(dir))
        n++;
    if (dir)
        closedir(dir);
    return n;
}

static void leaves_no_threads(void **state) /* and a child made by fork trains the same model */
{
    (void)state;
    data *d = plant(MOST, 0.01);
    int before = tasks();
    rig *g = made(&d->t, "rounds 10"), *h;
    double x[P] = { 120, 0.3, 0.1, 0, 0.5 }, here = predict(g, x, NULL, NULL);
    assert_int_equal(tasks(), before);
    pid_t child = fork();
    if (child == 0) {
        alarm(8);                                 /* OpenMP threads would be waited for without end */
        h = made(&d->t, "rounds 10");
        _exit(predict(h, x, NULL, NULL) != here);
    }
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    rig_close(g);
    free(d);
}

static void stream(void **state)
{
    (void)state;
    static const char *const settings[] = { "", "mode 1 rounds 20" };
    data *d = plant(168, 0.005);
    for (int k = 0; k < 2; k++) {
        rig *g = made(&d->t, settings[k]), *h = rig_open("xgboost");
        trees_bytes m = { 0 }, again = { 0 };
        void *model = NULL;
        assert_int_equal(trees_save(g, g->object, &m), 0);
        assert_int_equal(trees_load(h, &m, &model), 0);
        assert_int_equal(m.read, m.n);
        assert_int_equal(rig_make(h, 64, model), 0);
        assert_int_equal(h->columns.in.n, P);
        assert_string_equal(((const fade_column *)h->columns.in.at)[2].key, "temperature_mean");
        assert_string_equal(((const fade_column *)h->columns.in.at)[2].unit, "K");
        for (int i = 0; i < 50; i++) {
            double x[P] = { 300 * draw(), draw(), draw(), i % 3 ? NAN : draw(), draw() }, a[3], b[3];
            a[0] = predict(g, x, &a[1], &a[2]);
            b[0] = predict(h, x, &b[1], &b[2]);
            assert_memory_equal(a, b, sizeof a);
        }
        assert_int_equal(trees_save(h, h->object, &again), 0);
        assert_int_equal(again.n, m.n);
        assert_memory_equal(again.at, m.at, m.n);
        again.limit = again.n - 1;                /* a full disk */
        again.n = 0;
        assert_int_equal(trees_save(h, h->object, &again), FADE_EIO);
        free(m.at);
        free(again.at);
        rig_close(g);
        rig_close(h);
    }
    free(d);
}

static void damaged_streams(void **state) /* cut anywhere, a byte changed, noise: one sentence each */
{
    (void)state;
    data *d = plant(40, 0.005);
    rig *g = made(&d->t, "rounds 2 depth 2 patience 0");
    trees_bytes good = { 0 }, bad = { 0 };
    assert_int_equal(trees_save(g, g->object, &good), 0);
    bad.at = malloc(good.n);
    for (size_t k = 0; k < 2 * good.n + 100; k += 3) {
        void *model = d;
        memcpy(bad.at, good.at, good.n);
        bad.n = k < good.n ? k : good.n;
        if (k >= 2 * good.n)
            for (size_t i = k % 2 ? 8 : 0; i < bad.n; i++)
                bad.at[i] = (unsigned char)(128 + draw() * 127);
        else if (k >= good.n)
            bad.at[k - good.n] ^= 1u << (k % 8);
        g->said = 0;
        assert_true(trees_load(g, &bad, &model) < 0);
        assert_null(model);
        assert_int_equal(g->said, 1);
    }
    free(bad.at);
    free(good.at);
    rig_close(g);
    free(d);
}

/* With a checksum that fits: a tree that bites its tail, a feature too many, no number, half the file. */
static void forged_streams(void **state)
{
    (void)state;
    data *d = plant(40, 0.005);
    rig *g = made(&d->t, "rounds 2 depth 2 patience 0");
    trees_bytes good = { 0 }, bad = { 0 };
    assert_int_equal(trees_save(g, g->object, &good), 0);
    bad.at = malloc(good.n);
    int refused = 0, taken = 0;
    for (size_t k = 0; k < 4000; k++) {
        void *model = NULL;
        size_t at = TREES_HEADER + (size_t)((1 + draw()) / 2 * (double)(good.n - TREES_HEADER - 1));
        memcpy(bad.at, good.at, good.n);
        bad.n = good.n;
        for (int i = 0; i < 1 + (int)(k % 3); i++)
            bad.at[at + (size_t)i < good.n ? at + (size_t)i : at] = (unsigned char)(128 + 127 * draw());
        if (k % 7 == 0)
            bad.n = at + 1;
        if (bad.n <= TREES_HEADER + P * TREES_FEATURE)
            continue;
        trees_seal(&bad);
        g->said = 0;
        if (trees_load(g, &bad, &model) < 0) {
            assert_int_equal(g->said, 1);
            refused++;
            continue;
        }
        void *mine = g->object;
        g->object = model;
        rig_call(g, g->model->step);              /* any number, but no crash */
        g->object = mine;
        g->model->destroy(model);
        taken++;
    }
    assert_true(refused > 400 && taken > 100);   /* names, gains and covers may say what they like */
    free(bad.at);
    free(good.at);
    rig_close(g);
    free(d);
}

int main(void)
{
    const char *build = getenv("FADE_BUILD");
    char path[512];
    setenv("OMP_WAIT_POLICY", "PASSIVE", 0);
    snprintf(path, sizeof path, "%s/plugins/xgboost.so", build ? build : "build");
    if (access(path, F_OK) != 0) {
        printf("%s is not there: it needs libxgboost\n", path);
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_of_the_library), cmocka_unit_test(retrained),
        cmocka_unit_test(learns),              cmocka_unit_test(forest),
        cmocka_unit_test(directions),          cmocka_unit_test(stops_early),
        cmocka_unit_test(distance),            cmocka_unit_test(what_does_not_count),
        cmocka_unit_test(starts_from_another), cmocka_unit_test(refused_tables),
        cmocka_unit_test(can_be_stopped),      cmocka_unit_test(leaves_no_threads),
        cmocka_unit_test(stream),              cmocka_unit_test(damaged_streams),
        cmocka_unit_test(forged_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT
 * test_ridge.c - ridge against numbers worked out by hand and a plain solver, on planted data, through its stream.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rig.h"
#include <unistd.h>

enum { ROWS = 60, P = 4, BIG = 8192 };

typedef struct memory {
    unsigned char at[BIG];
    size_t n, read, limit;
} memory;

static int32_t mem_read(void *ctx, void *to, size_t n)
{
    memory *m = ctx;
    if (m->read + n > m->n)
        return FADE_EIO;
    memcpy(to, m->at + m->read, n);
    m->read += n;
    return 0;
}

static int32_t mem_write(void *ctx, const void *from, size_t n)
{
    memory *m = ctx;
    if (m->n + n > (m->limit ? m->limit : BIG))
        return FADE_EIO;
    memcpy(m->at + m->n, from, n);
    m->n += n;
    return 0;
}

static uint64_t seed;
static double draw(void) /* -1 .. 1 */
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(int64_t)seed / 9223372036854775808.0;
}

static const fade_column features[P] = {
    { .key = "cycle", .unit = "", .width = 1 },
    { .key = "depth", .unit = "1", .width = 1 },
    { .key = "temperature_mean", .unit = "K", .width = 1 },
    { .key = "physics_loss", .unit = "1", .width = 1 },
};

typedef struct data {
    double x[P][ROWS], y[ROWS], weight[ROWS];
    const double *col[P];
    fade_table t;
} data;

/* y = 1 + 0.01 cycle - 3 depth + noise; the temperature and the loss say nothing. */
static void plant(data *d, double noise)
{
    seed = 7;
    for (int i = 0; i < ROWS; i++) {
        d->x[0][i] = i;
        d->x[1][i] = 0.5 + 0.4 * draw();
        d->x[2][i] = 300 + 10 * draw();
        d->x[3][i] = 0.1 * draw();
        d->y[i] = 1 + 0.01 * i - 3 * d->x[1][i] + noise * draw();
        d->weight[i] = 1;
    }
    for (int j = 0; j < P; j++)
        d->col[j] = d->x[j];
    d->t = (fade_table){ .size = sizeof d->t, .ncol = P, .n = ROWS, .column = features, .col = d->col, .target = d->y };
}

static rig *train(const fade_table *t, double lambda)
{
    rig *g = rig_open("ridge");
    void *model = NULL;
    rig_value(g, "lambda")->real = lambda;
    assert_int_equal(g->corrector->train(&g->host, &g->args, t, NULL, &model), 0);
    assert_non_null(model);
    assert_int_equal(rig_make(g, 8, model), 0);
    return g;
}

static double predict(rig *g, const double *x, double *sigma, double *distance)
{
    for (uint32_t j = 0; j < g->columns.in.n; j++)
        rig_fill(g->in[j], 8, x[j]);
    assert_int_equal(rig_step(g), 0);
    if (sigma)
        *sigma = rig_out(g, "sigma")[0];
    if (distance)
        *distance = rig_out(g, "distance")[7];
    return rig_out(g, "mean")[3];
}

/* x 1..5, y 2 4 5 4 5: slope 0.6 without penalty, 0.3 with lambda 5 (z'z = 5); leverage 0.2 + z^2 / 10; to 1e-12 */
static void by_hand(void **state)
{
    (void)state;
    double x[] = { 1, 2, 3, 4, 5 }, y[] = { 2, 4, 5, 4, 5 }, sigma, far;
    const double *col[] = { x };
    fade_table t = { .size = sizeof t, .ncol = 1, .n = 5, .column = features, .col = col, .target = y };
    rig *g = train(&t, 5);
    assert_true(rig_near(predict(g, (double[]){ 3 }, NULL, &far), 4, 1e-12));
    assert_true(far == 0);
    assert_true(rig_near(predict(g, (double[]){ 6 }, &sigma, &far), 4.9, 1e-12));
    double noise = sqrt((1.96 / 0.6 + 0.09 / 0.75 + 1 / 0.8 + 0.09 / 0.75 + 0.16 / 0.6) / 5);
    assert_true(rig_near(sigma, noise * sqrt(1 + 0.2 + 0.45), 1e-12));
    assert_true(rig_near(far, 1 / sqrt(2), 1e-12));
    rig_close(g);
    g = train(&t, 0);
    assert_true(rig_near(predict(g, (double[]){ 6 }, NULL, NULL), 5.8, 1e-12));
    rig_close(g);
}

/* Solves A x = b in place by elimination with pivots. */
static void eliminate(double A[P][P], double b[P])
{
    for (int k = 0; k < P; k++) {
        int best = k;
        for (int i = k; i < P; i++)
            best = fabs(A[i][k]) > fabs(A[best][k]) ? i : best;
        for (int j = 0; j < P; j++) {
            double s = A[k][j];
            A[k][j] = A[best][j];
            A[best][j] = s;
        }
        double s = b[k];
        b[k] = b[best];
        b[best] = s;
        for (int i = 0; i < P; i++) {
            if (i == k)
                continue;
            double f = A[i][k] / A[k][k];
            for (int j = k; j < P; j++)
                A[i][j] -= f * A[k][j];
            b[i] -= f * b[k];
        }
    }
    for (int k = 0; k < P; k++)
        b[k] /= A[k][k];
}

/* The plain way: standardise, solve the normal equations, trace of the hat matrix by solving for each row. */
static double plain(const data *d, double lambda, const double *at, double *gcv)
{
    double mean[P] = { 0 }, sd[P] = { 0 }, ybar = 0, w[P] = { 0 }, z[ROWS][P], rss = 0, df = 1;
    for (int i = 0; i < ROWS; i++)
        ybar += d->y[i] / ROWS;
    for (int j = 0; j < P; j++) {
        for (int i = 0; i < ROWS; i++)
            mean[j] += d->x[j][i] / ROWS;
        for (int i = 0; i < ROWS; i++)
            sd[j] += pow(d->x[j][i] - mean[j], 2) / ROWS;
        sd[j] = sqrt(sd[j]);
        for (int i = 0; i < ROWS; i++)
            z[i][j] = (d->x[j][i] - mean[j]) / sd[j];
    }
    for (int row = -1; row < ROWS; row++) { /* -1: the weights; then a leverage each */
        double A[P][P] = { { 0 } }, b[P] = { 0 };
        for (int i = 0; i < ROWS; i++)
            for (int j = 0; j < P; j++) {
                b[j] += row < 0 ? z[i][j] * (d->y[i] - ybar) : i == row ? z[i][j] : 0;
                for (int k = 0; k < P; k++)
                    A[j][k] += z[i][j] * z[i][k];
            }
        for (int j = 0; j < P; j++)
            A[j][j] += lambda;
        eliminate(A, b);
        double e = row < 0 ? 0 : d->y[row] - ybar;
        for (int j = 0; j < P && row >= 0; j++) {
            df += b[j] * z[row][j];
            e -= w[j] * z[row][j];
        }
        rss += e * e;
        if (row < 0)
            memcpy(w, b, sizeof w);
    }
    if (gcv)
        *gcv = ROWS * rss / ((ROWS - df) * (ROWS - df));
    for (int j = 0; j < P; j++)
        ybar += w[j] * (at[j] - mean[j]) / sd[j];
    return ybar;
}

static void normal_equations(void **state) /* 1e-11 of the plain solver */
{
    (void)state;
    data d;
    plant(&d, 0.5);
    static const double lambda[] = { 0, 0.01, 1, 30, 1e4 }, at[P] = { 80, 0.7, 305, -0.05 };
    for (int k = 0; k < 5; k++) {
        rig *g = train(&d.t, lambda[k]);
        assert_true(rig_near(predict(g, at, NULL, NULL), plain(&d, lambda[k], at, NULL), 1e-11));
        rig_close(g);
    }
}

static void chooses_lambda(void **state) /* the least GCV of the plain solver on the same grid */
{
    (void)state;
    static const double at[P] = { 80, 0.7, 305, -0.05 };
    static const double noises[] = { 0.05, 3, 30 };
    double first = 0;
    for (int c = 0; c < 3; c++) {
        data d;
        plant(&d, noises[c]);
        double best = INFINITY, chosen = 0, score;
        for (int k = 48; k >= 0; k--) {
            double lambda = ROWS * pow(10, -9 + 0.25 * k);
            plain(&d, lambda, at, &score);
            if (score < best) {
                best = score;
                chosen = lambda;
            }
        }
        rig *g = train(&d.t, NAN);
        assert_true(rig_near(predict(g, at, NULL, NULL), plain(&d, chosen, at, NULL), 1e-9));
        first = c ? first : chosen;
        assert_true(c == 0 || chosen > 100 * first); /* noise asks for a penalty */
        rig_close(g);
    }
}

static void finds_what_was_planted(void **state)
{
    (void)state;
    data d;
    plant(&d, 0.02);
    rig *g = train(&d.t, NAN);
    double base = predict(g, (double[]){ 30, 0.5, 300, 0 }, NULL, NULL), sigma, out;
    assert_true(fabs(base - (1 + 0.3 - 1.5)) < 0.02);
    assert_true(fabs(predict(g, (double[]){ 90, 0.5, 300, 0 }, &sigma, &out) - base - 0.6) < 0.02);
    assert_true(sigma > 0.0115 && sigma < 0.03);                           /* noise has sd 0.02 / sqrt(3) = 0.0115 */
    assert_true(rig_near(out, 31 / sqrt((ROWS * ROWS - 1) / 12.0), 1e-9)); /* 90 is 31 past 59 */
    assert_true(fabs(predict(g, (double[]){ 30, 0.7, 300, 0 }, NULL, NULL) - base + 0.6) < 0.02);
    assert_true(fabs(predict(g, (double[]){ 30, 0.5, 308, 0.05 }, NULL, NULL) - base) < 0.02);
    rig_close(g);
}

static void unknown_features(void **state)
{
    (void)state;
    data d;
    plant(&d, 0.02);
    double mean = 0;
    for (int i = 0; i < ROWS; i++)
        d.x[1][i] = i % 5 == 0 ? NAN : d.x[1][i];
    for (int i = 0, n = 0; i < ROWS; i++)
        if (i % 5)
            mean += (d.x[1][i] - mean) / ++n;
    rig *g = train(&d.t, 1);
    double far, a = predict(g, (double[]){ 30, NAN, 300, 0 }, NULL, &far);
    assert_true(far == 1);
    assert_true(rig_near(a, predict(g, (double[]){ 30, mean, 300, 0 }, NULL, &far), 1e-12));
    assert_true(far == 0);
    rig_close(g);
    for (int i = 0; i < ROWS; i++) /* one never known, one never different */
        d.x[1][i] = NAN, d.x[2][i] = 300;
    g = train(&d.t, NAN);
    a = predict(g, (double[]){ 30, NAN, 300, 0 }, NULL, &far);
    assert_true(isfinite(a) && far == 0);
    assert_true(predict(g, (double[]){ 30, 5, 330, 0 }, NULL, &far) == a);
    assert_true(rig_near(far, 0.1, 1e-12)); /* 30 K over a constant 300 K */
    rig_close(g);
}

static void weights_and_unknown_targets(void **state) /* weight 2 is the row twice; unknown rows do not count */
{
    (void)state;
    data d, e;
    plant(&d, 1);
    d.t.weight = d.weight;
    for (int i = 0; i < ROWS; i++)
        d.weight[i] = i < 20 ? 2 : i < 40 ? 1 : 0;
    d.y[50] = NAN;
    plant(&e, 1);
    for (int j = 0; j < P; j++)
        memcpy(e.x[j] + 40, e.x[j], 20 * sizeof(double));
    memcpy(e.y + 40, e.y, 20 * sizeof(double));
    rig *a = train(&d.t, 0), *b = train(&e.t, 0);
    static const double at[P] = { 12, 0.4, 299, 0.01 };
    assert_true(rig_near(predict(a, at, NULL, NULL), predict(b, at, NULL, NULL), 1e-10));
    rig_close(a);
    rig_close(b);
}

static void more_features_than_rows(void **state)
{
    (void)state;
    data d;
    plant(&d, 0.1);
    d.t.n = 3;
    static const double lambda[] = { NAN, 0 }, at[P] = { 1, 0.5, 300, 0 };
    for (int k = 0; k < 2; k++) {
        rig *g = train(&d.t, lambda[k]);
        double sigma, mean = predict(g, at, &sigma, NULL);
        assert_true(isfinite(mean) && isfinite(sigma) && sigma >= 0);
        rig_close(g);
    }
}

static void refused_tables(void **state)
{
    (void)state;
    data d;
    plant(&d, 0.1);
    rig *g = rig_open("ridge");
    void *model = &d;
    for (int i = 0; i < ROWS; i++)
        d.y[i] = i < 2 ? 1 : NAN;
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model), FADE_EINVAL);
    assert_null(model);
    assert_non_null(strstr(g->text, "2 of 60 rows"));
    d.t.n = 0;
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model), FADE_EINVAL);
    d.t.ncol = 0;
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model), FADE_EINVAL);
    assert_non_null(strstr(g->text, "0 features"));
    plant(&d, 0.1);
    for (int i = 0; i < ROWS; i++)
        d.y[i] *= 1e200;
    assert_true(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model) < 0);
    assert_null(model);
    rig_close(g);
}

static int32_t cancel(const fade_host *h, double done, const char *what)
{
    (void)h;
    assert_true(done >= 0 && done <= 1);
    assert_string_equal(what, "train");
    return FADE_ECANCEL;
}

static void can_be_stopped(void **state)
{
    (void)state;
    data d;
    plant(&d, 0.1);
    rig *g = rig_open("ridge");
    void *model = NULL;
    g->host.progress = cancel;
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model), FADE_ECANCEL);
    assert_null(model);
    rig_close(g);
}

static void stream(void **state)
{
    (void)state;
    data d;
    plant(&d, 0.3);
    rig *g = train(&d.t, NAN), *h = rig_open("ridge");
    memory m = { .n = 0 };
    fade_stream s = { sizeof s, &m, mem_read, mem_write };
    assert_int_equal(g->corrector->save(g->object, &s), 0);
    void *model = NULL;
    assert_int_equal(h->corrector->load(&h->host, &h->args, &s, &model), 0);
    assert_int_equal(m.read, m.n);
    assert_int_equal(rig_make(h, 8, model), 0);
    assert_int_equal(h->columns.in.n, P);
    assert_string_equal(((const fade_column *)h->columns.in.at)[2].key, "temperature_mean");
    assert_string_equal(((const fade_column *)h->columns.in.at)[2].unit, "K");
    static const double at[P] = { 77, 0.2, 290, 0.5 };
    double a[3], b[3];
    a[0] = predict(g, at, &a[1], &a[2]);
    b[0] = predict(h, at, &b[1], &b[2]);
    assert_memory_equal(a, b, sizeof a);
    memory again = { .n = 0 };
    s.ctx = &again;
    assert_int_equal(h->corrector->save(h->object, &s), 0);
    assert_int_equal(again.n, m.n);
    assert_memory_equal(again.at, m.at, m.n);
    again.limit = again.n - 1; /* a full disk */
    again.n = 0;
    assert_int_equal(h->corrector->save(h->object, &s), FADE_EIO);
    rig_close(g);
    rig_close(h);
}

static void damaged_streams(void **state) /* cut anywhere, any one byte changed, noise: a sentence each */
{
    (void)state;
    data d;
    plant(&d, 0.3);
    rig *g = train(&d.t, 1);
    static memory good, bad;
    memset(&good, 0, sizeof good);
    fade_stream s = { sizeof s, &good, mem_read, mem_write };
    assert_int_equal(g->corrector->save(g->object, &s), 0);
    s.ctx = &bad;
    for (size_t k = 0; k < 2 * good.n + 200; k++) {
        void *model = &d;
        bad = good;
        bad.read = 0;
        if (k < good.n)
            bad.n = k;
        else if (k < 2 * good.n)
            bad.at[k - good.n] ^= 1u << (k % 8);
        else
            for (size_t i = k % 2 ? 8 : 0; i < bad.n; i++)
                bad.at[i] = (unsigned char)(int)(draw() * 127);
        g->said = 0;
        assert_true(g->corrector->load(&g->host, &g->args, &s, &model) < 0);
        assert_null(model);
        assert_int_equal(g->said, 1);
    }
    rig_close(g);
}

int main(void)
{
    const char *build = getenv("FADE_BUILD");
    char path[512];
    snprintf(path, sizeof path, "%s/plugins/ridge.so", build ? build : "build");
    if (access(path, F_OK) != 0) {
        printf("%s is not there: it needs LAPACKE\n", path);
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test(normal_equations),
        cmocka_unit_test(chooses_lambda),
        cmocka_unit_test(finds_what_was_planted),
        cmocka_unit_test(unknown_features),
        cmocka_unit_test(weights_and_unknown_targets),
        cmocka_unit_test(more_features_than_rows),
        cmocka_unit_test(refused_tables),
        cmocka_unit_test(can_be_stopped),
        cmocka_unit_test(stream),
        cmocka_unit_test(damaged_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

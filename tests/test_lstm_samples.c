/* SPDX-License-Identifier: MIT
 * test_lstm_samples.c - lstm over the readings within a row: names say what a step is, numbers are the plain
 * implementation's, order is learnt, rows stand alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/random.h"
#include "tests/lstm_rig.h"

enum { N = 8, M = 12, IN = 3, TIMES = 4 };            /* features, rows; inputs and steps they make */
enum { WEIGHTS = 4 * H * (IN + H + 1) + 4 * H * (H + H + 1) + H + 1 };

/* In no order, one reading missing (u at 30 s), one that holds for the row. */
static const struct { const char *key; int slot, step; } feature[N] = {
    { "v_at_40s", 0, 3 }, { "u_at_10s", 1, 0 }, { "rest", 2, -1 },  { "u_at_40s", 1, 3 },
    { "v_at_10s", 0, 0 }, { "v_at_20s", 0, 1 }, { "u_at_20s", 1, 1 }, { "v_at_30s", 0, 2 },
};

typedef struct table {
    double x[N][M], y[M];
    uint32_t cell[M], row[M];
    fade_column column[N];
    const double *col[N];
    fade_table t;
} table;

static void fill(table *d)
{
    for (int j = 0; j < N; j++) {
        d->column[j] = (fade_column){ .key = feature[j].key, .unit = "V", .width = 1 };
        d->col[j] = d->x[j];
        for (int i = 0; i < M; i++)
            d->x[j][i] = sin(1.1 * i + 0.8 * j + 0.2);
    }
    for (int i = 0; i < M; i++) {
        d->y[i] = cos(0.9 * i);
        d->cell[i] = (uint32_t)(i / 6);
        d->row[i] = (uint32_t)(i % 6 + 1);
    }
    d->t = (fade_table){ .size = sizeof d->t, .ncol = N, .n = M, .column = d->column, .col = d->col, .target = d->y,
                         .cell = d->cell, .row = d->row };
}

static rig *over_samples(void)
{
    rig *g = lstm_small();
    rig_value(g, "over")->real = 1;
    return g;
}

/* A saved model with these weights, features and target as they are. */
static void plant(rig *g, const table *d, const double *w, lstm_bytes *m)
{
    double plain[2] = { 0, 1 }, wide[2] = { -1e9, 1e9 };
    void *model = lstm_train(g, &d->t, NULL);
    assert_int_equal(lstm_save(g, model, m), 0);
    g->model->destroy(model);
    assert_int_equal(m->n, LSTM_HEADER + N * LSTM_FEATURE + WEIGHTS * sizeof *w);
    for (int j = 0; j < N; j++)
        memcpy(m->at + LSTM_HEADER + j * LSTM_FEATURE + 96, plain, sizeof plain);
    memcpy(m->at + 40, plain, sizeof plain);
    memcpy(m->at + 56, wide, sizeof wide);
    memcpy(m->at + m->n - WEIGHTS * sizeof *w, w, WEIGHTS * sizeof *w);
    lstm_seal(m);
}

static double expected(const double *w, const table *d, int row)
{
    double h[L][H] = { { 0 } }, c[L][H] = { { 0 } }, y = w[WEIGHTS - 1];
    for (int t = 0; t < TIMES; t++) {
        double x[IN] = { 0 };                         /* what is missing is its mean */
        for (int j = 0; j < N; j++)
            if (feature[j].step == t || feature[j].step < 0)
                x[feature[j].slot] = d->x[j][row];
        lstm_plain(w, IN, x, h[0], c[0]);
        lstm_plain(w + 4 * H * (IN + H + 1), H, h[0], h[1], c[1]);
    }
    for (int r = 0; r < H; r++)
        y += w[WEIGHTS - 1 - H + r] * h[1][r];
    return y;
}

static double answer(rig *g, const table *d, int row)
{
    for (int j = 0; j < N; j++)
        rig_fill(g->in[j], 8, d->x[j][row]);
    assert_int_equal(rig_step(g), 0);
    return rig_out(g, "mean")[3];
}

static void as_the_plain_one(void **state)            /* 1e-14, in any order of rows, also saved and loaded again */
{
    (void)state;
    static lstm_bytes m, again;
    table d;
    double w[WEIGHTS];
    void *model = NULL;
    fill(&d);
    for (int k = 0; k < WEIGHTS; k++)
        w[k] = 0.5 * sin(1.3 * k + 0.1);
    rig *g = over_samples();
    plant(g, &d, w, &m);
    assert_int_equal(lstm_load(g, &m, &model), 0);
    assert_int_equal(rig_make(g, 8, model), 0);
    assert_int_equal(g->columns.state.n, 0);          /* rows stand alone */
    for (int i = M - 1; i >= 0; i--)
        assert_true(rig_near(answer(g, &d, i), expected(w, &d, i), 1e-14));
    assert_int_equal(lstm_save(g, model, &again), 0);
    assert_int_equal(again.n, m.n);
    assert_memory_equal(again.at, m.at, m.n);
    rig_close(g);
}

/* A bump on flat readings, and where it lies is the answer: the sum of the readings says nothing of it. */
enum { BUMPS = 400, SEEN = 12 };
typedef struct bumps {
    double x[SEEN][BUMPS], y[BUMPS];
    uint32_t cell[BUMPS], row[BUMPS];
    char key[SEEN][16];
    fade_column column[SEEN];
    const double *col[SEEN];
    fade_table t;
} bumps;

static void make_bumps(bumps *d, uint64_t seed)
{
    for (int j = 0; j < SEEN; j++) {
        snprintf(d->key[j], sizeof d->key[j], "u_at_%ds", 10 * j);
        d->column[j] = (fade_column){ .key = d->key[j], .unit = "V", .width = 1 };
        d->col[j] = d->x[j];
    }
    for (int i = 0; i < BUMPS; i++) {
        d->y[i] = 2 + 7 * random_uniform(seed, 0, (uint64_t)i, 0);
        d->cell[i] = (uint32_t)(i / 100);
        d->row[i] = (uint32_t)(i % 100 + 1);
        for (int j = 0; j < SEEN; j++)
            d->x[j][i] = exp(-pow(j - d->y[i], 2));
    }
    d->t = (fade_table){ .size = sizeof d->t, .ncol = SEEN, .n = BUMPS, .column = d->column, .col = d->col,
                         .target = d->y, .cell = d->cell, .row = d->row };
}

static void learns_order(void **state) /* on rows it never saw: under a tenth of the target's deviation, 2.02 */
{
    (void)state;
    static bumps d, e;
    make_bumps(&d, 1);
    make_bumps(&e, 2);
    rig *g = rig_open("lstm");
    rig_value(g, "over")->real = 1;
    assert_int_equal(rig_make(g, 8, lstm_train(g, &d.t, NULL)), 0);
    double sum = 0;
    for (int i = 0; i < BUMPS; i++) {
        for (int j = 0; j < SEEN; j++)
            rig_fill(g->in[j], 8, e.x[j][i]);
        assert_int_equal(rig_step(g), 0);
        sum += pow(rig_out(g, "mean")[0] - e.y[i], 2) / BUMPS;
    }
    if (!(sqrt(sum) < 0.2))
        fail_msg("RMSE %g", sqrt(sum));
    rig_close(g);
}

static void refused(void **state)                     /* names that say nothing of time; another kind of window */
{
    (void)state;
    static const char *const few[][2] = { { "rest", "u_at_10s" }, { "u_at_s", "u_at_10" }, { "_at_10s", "_at_20s" },
                                          { "u_at_10s", "v_at_10s" } };
    table d;
    void *model = NULL;
    fill(&d);
    d.t.ncol = 2;
    for (size_t k = 0; k < sizeof few / sizeof few[0]; k++) {
        rig *g = over_samples();
        d.column[0].key = few[k][0];
        d.column[1].key = few[k][1];
        assert_int_equal(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model), FADE_EINVAL);
        assert_non_null(strstr(g->text, "readings at two times or more"));
        rig_close(g);
    }
    d.column[0].key = "u_at_10s";
    d.column[1].key = "u_at_20s";
    rig *rows = lstm_small(), *samples = over_samples();
    rig_value(rows, "window")->real = 2;
    void *from = lstm_train(rows, &d.t, NULL);
    assert_int_equal(samples->corrector->train(&samples->host, &samples->args, &d.t, from, &model), FADE_EINVAL);
    assert_non_null(strstr(samples->text, "(over rows, here samples)"));
    rows->model->destroy(from);
    rig_close(rows);
    rig_close(samples);
}

static void damaged(void **state)                     /* a header that says other than the names */
{
    (void)state;
    static lstm_bytes m;
    table d;
    double w[WEIGHTS] = { 0 };
    fill(&d);
    rig *g = over_samples();
    plant(g, &d, w, &m);
    for (int k = 0; k < 2; k++) {
        void *model = NULL;
        lstm_bytes bad = m;
        char *key = (char *)bad.at + LSTM_HEADER;
        if (k == 0)
            key[5] = '5';                             /* v_at_50s: a fifth time */
        else
            key[0] = 'x';                             /* a channel more */
        lstm_seal(&bad);
        assert_int_equal(lstm_load(g, &bad, &model), FADE_EINVAL);
        assert_null(model);
        assert_non_null(strstr(g->text, "training cannot have made"));
    }
    rig_close(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_the_plain_one), cmocka_unit_test(learns_order), cmocka_unit_test(refused),
        cmocka_unit_test(damaged),
    };
    return cmocka_run_group_tests_name("lstm_samples", tests, NULL, NULL);
}

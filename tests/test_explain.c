/* SPDX-License-Identifier: MIT
 * test_explain.c - what features add: with the base it is the answer, a feature that does nothing adds nothing, what is
 * linear is known.
 */
#include "core/study/explain.h"
#include "tests/dataset_rig.h"

enum { ROWS = 80, CELLS = 2, ALL = ROWS * CELLS };

/* Capacity is 2 - 1e-3 cycle + 4e-6 rest; the wait (another temperature column) says nothing. */
static char *rows_of(void)
{
    text csv = { 0 };
    text_add(&csv, "cell,cycle,capacity_ah,rest,ambient_c\n");
    for (int c = 0; c < CELLS; c++)
        for (int i = 1; i <= ROWS; i++) {
            double rest = 3600 * floor(10 * random_uniform(5, (uint64_t)c, (uint64_t)i, 1));
            text_addf(&csv, "c%d,%d,%.12g,%.9g,%.9g\n", c, i, 2 - 1e-3 * i + 4e-6 * rest, rest,
                      20 + 10 * random_uniform(5, (uint64_t)c, (uint64_t)i, 2));
        }
    return text_take(&csv);
}

typedef struct school { scenario *s; dataset d; learner k; learnt m; size_t row[ALL]; } school;

static void taught(school *b, const char *kind, const char *more)
{
    why w = { 0 };
    char toml[600], *csv = rows_of();
    memset(b, 0, sizeof *b);
    snprintf(toml, sizeof toml,
             "[cell]\ninitial_capacity = 2\n[[physics]]\nplugin = \"power-law\"\n[[corrector]]\nplugin = \"%s\"\nscope "
             "= \"pooled\"\n"
             "features = [\"cycle\", \"rest\", \"temperature_ambient\"]\n%s",
             kind, more);
    b->s = rig_scenario(csv, toml);
    free(csv);
    b->d = rig_read(b->s, (dataset_options){ .physics = -1 });
    assert_int_equal(b->d.n, ALL);
    for (size_t i = 0; i < ALL; i++)
        b->row[i] = i;
    int rc = learner_open(&b->s->corrector[0], &b->d, ASK_FORECAST, 42, &b->k, &w);
    rc = rc ? rc : learner_train(&b->k, b->row, ALL, NULL, &b->m, &w);
    if (rc)
        fail_msg("%s", w.text);
    assert_non_null(b->m.model);
}

static void left(school *b)
{
    learner_drop(&b->k, &b->m);
    learner_close(&b->k);
    dataset_free(&b->d);
    scenario_close(b->s);
}

/* Shares and base are the answer, row by row; mean[j]: of |share j|. */
static void adds_up(school *b, double within, bool sampled, double mean[3])
{
    why w = { 0 };
    double said[ALL], kept[ALL];
    explain x;
    memcpy(kept, b->d.col[b->k.feature[1]].v, sizeof kept);
    assert_int_equal(learner_predict(&b->k, &b->m, b->row, ALL, &(learner_said){ .correction = said }, &w), E_OK);
    int rc = explain_rows(&b->k, &b->m, b->row, ALL, b->row, ALL, 1, &x, &w);
    if (rc)
        fail_msg("%s", w.text);
    assert_true(x.sampled == sampled && x.n == ALL && x.p == 3);
    assert_memory_equal(kept, b->d.col[b->k.feature[1]].v, sizeof kept);        /* the data are as they were */
    memset(mean, 0, 3 * sizeof *mean);
    for (size_t i = 0; i < ALL; i++) {
        double sum = x.share[3 * ALL + i];
        for (size_t j = 0; j < 3; j++) {
            sum += x.share[j * ALL + i];
            mean[j] += fabs(x.share[j * ALL + i]) / ALL;
        }
        if (!(fabs(sum - said[i]) < within))
            fail_msg("row %zu: the shares come to %.12g, the answer is %.12g", i, sum, said[i]);
    }
    explain_free(&x);
}

/* Of a linear answer a share is the slope times how far the feature is from its mean. */
static void linear_is_exact(void **state)
{
    (void)state;
    school b;
    why w = { 0 };
    double mean[3], slope[] = { -1e-3, 4e-6, 0 }, centre[3] = { 0 };
    explain x;
    taught(&b, "ridge", "lambda = 0\n");
    adds_up(&b, 1e-12, false, mean);
    assert_int_equal(explain_rows(&b.k, &b.m, b.row, ALL, b.row, ALL, 1, &x, &w), E_OK);
    for (size_t j = 0; j < 3; j++)
        for (size_t i = 0; i < ALL; i++)
            centre[j] += b.d.col[b.k.feature[j]].v[i] / ALL;
    for (size_t j = 0; j < 3; j++)
        for (size_t i = 0; i < ALL; i++)
            assert_true(fabs(x.share[j * ALL + i] - slope[j] * (b.d.col[b.k.feature[j]].v[i] - centre[j])) < 1e-9);
    explain_free(&x);
    bool has = true;
    double gain[3];
    assert_int_equal(explain_gain(&b.k, &b.m, gain, &has, &w), E_OK);
    assert_false(has);
    left(&b);
}

/* polynomial of degree 1: the same answer, sampled; the shares of all features move with the row that stands for
 * "unknown", their sum not. */
static void sampled_adds_up(void **state)
{
    (void)state;
    static const struct { const char *plugin, *more; } of[] = {
        { "polynomial", "degree = 1\n" },
        { "mlp", "layers = [8]\nmembers = 2\nepochs = 60\n" },
        { "lstm", "window = 4\nhidden = 4\nepochs = 30\n" },
        { "gp", "" },
    };
    for (size_t k = 0; k < sizeof of / sizeof *of; k++) {
        school b;
        double mean[3];
        taught(&b, of[k].plugin, of[k].more);
        adds_up(&b, 1e-12, true, mean);
        print_message("%s: cycle %.4f, rest %.4f, nothing %.4f\n", of[k].plugin, mean[0], mean[1], mean[2]);
        if (k == 0) {                             /* 80 cycles: mean distance 20, of 0 .. 9 hours about 2.5 */
            assert_true(mean[0] > 0.015 && mean[0] < 0.03 && mean[1] > 0.02 && mean[1] < 0.06);
            assert_true(mean[2] < 1e-9);
        }
        left(&b);
    }
}

/* The library's own Shapley values are floats. */
static void trees(void **state)
{
    (void)state;
    school b;
    why w = { 0 };
    double mean[3], gain[3];
    bool has = false;
    taught(&b, "xgboost", "");
    adds_up(&b, 1e-6, false, mean);
    assert_true(mean[0] > 0.01 && mean[1] > 0.02 && mean[2] < 0.1 * mean[0]);
    assert_int_equal(explain_gain(&b.k, &b.m, gain, &has, &w), E_OK);
    assert_true(has);
    assert_true(fabs(gain[0] + gain[1] + gain[2] - 1) < 1e-12);
    assert_true(gain[0] > 0.2 && gain[1] > 0.2 && gain[2] < 0.02);
    left(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(linear_is_exact), cmocka_unit_test(sampled_adds_up),
                                        cmocka_unit_test(trees) };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}

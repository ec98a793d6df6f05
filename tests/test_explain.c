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

enum { BACKGROUND = 12 };

static explain told_of(school *b, size_t pairs)
{
    why w = { 0 };
    explain x;
    double behind[BACKGROUND * 3];
    explain_background(&b->k, b->row, ALL, 1, true, BACKGROUND, behind);
    explain_options o = { .background = behind, .nbackground = BACKGROUND, .pairs = pairs, .seed = 1 };
    int rc = explain_rows(&b->k, &b->m, b->row, ALL, &o, &x, &w);
    if (rc)
        fail_msg("%s", w.text);
    return x;
}

/* Shares and base are the answer, row by row; mean[j]: of |share j|. */
static void adds_up(school *b, double within, bool sampled, double mean[3])
{
    why w = { 0 };
    double said[ALL], kept[ALL];
    memcpy(kept, b->d.col[b->k.feature[1]].v, sizeof kept);
    assert_int_equal(learner_predict(&b->k, &b->m, b->row, ALL, &(learner_said){ .correction = said }, &w), E_OK);
    explain x = told_of(b, 0);
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
    taught(&b, "ridge", "lambda = 0\n");
    adds_up(&b, 1e-12, false, mean);
    explain x = told_of(&b, 0);
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

/* What a model says of row i where the features outside `set` hold, one after the other, what all rows held. */
static double known_of(school *b, size_t i, unsigned set, double *kept)
{
    why w = { 0 };
    double sum = 0, said;
    for (size_t r = 0; r < ALL; r++) {
        for (size_t j = 0; j < 3; j++)
            b->d.col[b->k.feature[j]].v[i] = kept[j * ALL + (set >> j & 1 ? i : r)];
        assert_int_equal(learner_predict(&b->k, &b->m, &i, 1, &(learner_said){ .correction = &said }, &w), E_OK);
        sum += said / ALL;
    }
    for (size_t j = 0; j < 3; j++)
        b->d.col[b->k.feature[j]].v[i] = kept[j * ALL + i];
    return sum;
}

/* A polynomial's shares are those of the definition: all sets of features, the others as all rows of training held
 * them, products of features too. */
static void polynomial_is_exact(void **state)
{
    (void)state;
    static const char *const more[] = { "degree = 1\n", "degree = 4\n",
                                        "degree = 3\ninteractions = true\nlambda = 1e-3\n" };
    for (size_t k = 0; k < 3; k++) {
        school b;
        double mean[3], kept[3 * ALL], worst = 0;
        taught(&b, "polynomial", more[k]);
        adds_up(&b, 1e-12, false, mean);
        assert_true(mean[0] > 0.01 && mean[1] > 0.01);
        for (size_t j = 0; j < 3; j++)
            memcpy(kept + j * ALL, b.d.col[b.k.feature[j]].v, ALL * sizeof *kept);
        explain x = told_of(&b, 0);
        for (size_t i = 0; i < ALL; i += 23) {
            double v[8];
            for (unsigned set = 0; set < 8; set++)
                v[set] = known_of(&b, i, set, kept);
            for (unsigned j = 0; j < 3; j++) {
                unsigned me = 1u << j, p = 1u << (j + 1) % 3, q = 1u << (j + 2) % 3;
                double share = (v[me] - v[0] + v[7] - v[p | q]) / 3 +
                               (v[me | p] - v[p] + v[me | q] - v[q]) / 6;
                worst = fmax(worst, fabs(share - x.share[j * ALL + i]));
            }
            worst = fmax(worst, fabs(v[0] - x.share[3 * ALL + i]));
        }
        print_message("%s: %.3g off the definition\n", more[k], worst);
        assert_true(worst < 1e-12);
        explain_free(&x);
        left(&b);
    }
}

/* A sampled share comes to the exact one within what its standard error says, and the error shrinks with the orders. */
static void sampled_has_its_error(void **state)
{
    (void)state;
    school b;
    double usual[2] = { 0 };
    taught(&b, "mlp", "layers = [8]\nmembers = 2\nepochs = 60\n");
    explain exact = told_of(&b, 6000);
    for (size_t k = 0; k < 2; k++) {
        explain x = told_of(&b, k ? 240 : 24);
        double far = 0;
        for (size_t i = 0; i < ALL; i++) {
            double most = 0;
            for (size_t j = 0; j < 3; j++)
                most = fmax(most, fabs(x.share[j * ALL + i] - exact.share[j * ALL + i]));
            far = fmax(far, most / x.error[i]);
            usual[k] += x.error[i] / ALL;
        }
        print_message("%zu pairs: standard error %.3g, at most %.2f of it off\n", k ? (size_t)240 : 24, usual[k], far);
        assert_true(far < 4);
        explain_free(&x);
    }
    assert_true(usual[1] < 0.45 * usual[0] && usual[1] > 0.2 * usual[0]);       /* 1 / sqrt(10) = 0.32 */
    explain_free(&exact);
    left(&b);
}

/* Shares of all features move with the row that stands for "unknown", their sum not. */
static void sampled_adds_up(void **state)
{
    (void)state;
    static const struct { const char *plugin, *more; } of[] = {
        { "mlp", "layers = [8]\nmembers = 2\nepochs = 60\n" },
        { "lstm", "window = 4\nhidden = 4\nepochs = 30\n" },
        { "gp", "" },
        { "trend", "" },
    };
    for (size_t k = 0; k < sizeof of / sizeof *of; k++) {
        school b;
        double mean[3];
        taught(&b, of[k].plugin, of[k].more);
        adds_up(&b, 1e-12, true, mean);
        print_message("%s: cycle %.4f, rest %.4f, nothing %.4f\n", of[k].plugin, mean[0], mean[1], mean[2]);
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
    const struct CMUnitTest tests[] = { cmocka_unit_test(linear_is_exact), cmocka_unit_test(polynomial_is_exact),
                                        cmocka_unit_test(sampled_adds_up), cmocka_unit_test(sampled_has_its_error),
                                        cmocka_unit_test(trees) };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}

/* SPDX-License-Identifier: MIT
 * test_features.c - what a run's corrector may see: transforms of planned columns, the same numbers as in a data set,
 * and nothing that is late.
 */
#include "core/engine/transform.h"
#include "tests/dataset_rig.h"

enum { ROWS = 60 };

static char *rows(void)
{
    text csv = { 0 };
    text_add(&csv, "cell,cycle,capacity_ah,rest,duration,temperature_mean_degc\n");
    for (int i = 1; i <= ROWS; i++) {
        double rest = 3600 * (1 + i * 7 % 11);
        text_addf(&csv, "a,%d,%.12g,%.9g,%.17g,25\n", i, 2 - 0.004 * i + 0.02 * log1p(rest), rest, log1p(rest));
    }
    return text_take(&csv);
}

static const char frame[] = "[cell]\ninitial_capacity = 2\n[[physics]]\nplugin = \"power-law\"\n[[corrector]]\n"
                            "plugin = \"ridge\"\ngate = false\nfeatures = [%s]\n[evaluate]\n";

/* The scores of a run, or its first problem. */
static char *scores(const char *features)
{
    char toml[1000], *csv = rows();
    snprintf(toml, sizeof toml, frame, features);
    scenario *s = rig_scenario(csv, toml);
    engine_options o = { .study = study_table(), .tap = NULL };
    tree_problems p = { 0 };
    engine *e = NULL;
    json j = { 0 };
    why w = { 0 };
    char *out = NULL;
    if (engine_open(s, &o, &e, &p, &w) == E_OK && engine_run(e, &w) == E_OK) {
        engine_result(e, &j);
        char *all = text_take(&j.out), *at = all ? strstr(all, "\"scores\"") : NULL;
        out = mem_dup(at ? at : "no scores");
        free(all);
    } else {
        out = mem_dup(p.n ? p.at[0].text : w.text);
    }
    engine_close(e);
    tree_problems_free(&p);
    scenario_close(s);
    free(csv);
    return out;
}

/* `duration` of these rows is the logarithm of their rest, as a column of its own. */
static void transforms_in_a_run(void **state)
{
    (void)state;
    char *made = scores("\"rest_log\", \"cycle\""), *given = scores("\"duration\", \"cycle\""),
         *other = scores("\"rest\", \"cycle\"");
    assert_non_null(strstr(made, "hybrid"));
    char *a = strstr(made, "\"hybrid\""), *b = strstr(given, "\"hybrid\""), *c = strstr(other, "\"hybrid\"");
    assert_memory_equal(a, b, strcspn(a, "}"));
    assert_int_not_equal(strncmp(a, c, strcspn(a, "}")), 0);
    free(made);
    free(given);
    free(other);
    made = scores("\"cycle_sqrt_log_squared\"");
    assert_non_null(strstr(made, "hybrid"));
    free(made);
}

static void refusals(void **state)
{
    (void)state;
    static const struct { const char *features, *expected; } cases[] = {
        { "\"temperature_mean_log\"", "feature temperature_mean_log is known only after the cycle" },
        { "\"capacity_sqrt\"", "feature capacity_sqrt contains the answer" },
        { "\"rst_log\"", "there is no column rst to learn from (did you mean rest?)" },
        { "\"rest_abs_abs_abs_abs\"", "there is no column" },
        { "\"_log\"", "there is no column _log" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *said = scores(cases[i].features);
        if (!strstr(said, cases[i].expected))
            fail_msg("%s: \"%s\" lacks \"%s\"", cases[i].features, said, cases[i].expected);
        free(said);
    }
}

/* pandas on the same columns, of the notebooks' engineered ones those that do not leak:
 *   x = pd.Series([0, 1, 4.5, -2]);  np.log1p(x) = 0, 0.6931471805599453, 1.7047480922384253, nan
 *   1 / x = inf (unknown here), 1, 0.2222222222222222, -0.5;  x ** 2 = 0, 1, 20.25, 4;  x.abs();  np.sqrt(x) */
static void the_table(void **state)
{
    (void)state;
    static const double x[] = { 0, 1, 4.5, -2 };
    static const struct { const char *key; double y[4]; } golden[] = {
        { "x_log", { 0, 0.6931471805599453, 1.7047480922384253, NAN } },
        { "x_reciprocal", { NAN, 1, 0.2222222222222222, -0.5 } },
        { "x_squared", { 0, 1, 20.25, 4 } }, { "x_abs", { 0, 1, 4.5, 2 } },
        { "x_sqrt", { 0, 1, 2.1213203435596424, NAN } },
    };
    size_t stem;
    for (size_t k = 0; k < sizeof golden / sizeof *golden; k++) {
        const transform *t = transform_of(golden[k].key, &stem);
        assert_non_null(t);
        assert_int_equal(stem, 1);
        for (size_t i = 0; i < 4; i++) {
            double y = t->of(x[i]);
            assert_true(isnan(golden[k].y[i]) ? isnan(y) : fabs(y - golden[k].y[i]) < 1e-15);
        }
    }
    assert_null(transform_of("_log", &stem));
    assert_null(transform_of("x_lag_1", &stem));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transforms_in_a_run),
        cmocka_unit_test(refusals),
        cmocka_unit_test(the_table),
    };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}

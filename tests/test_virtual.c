/* SPDX-License-Identifier: MIT
 * test_virtual.c - virtual cells: hidden truth, noise, recovery in rest, and the same draws from any position.
 */
#include "engine_rig.h"
#include "tests/near.h"

#define LIFE(more)                                                                                              \
    "[run]\nname = \"v\"\n[cell]\nnominal_capacity = 2\n[source]\nplugin = \"virtual\"\n" more                  \
    "[[physics]]\nplugin = \"xu2018\"\n" RIG_OUT

static double standard_deviation(const char *a, const char *b)
{
    double sum = 0, square = 0;
    for (size_t i = 0; i < rig.n; i++) {
        double d = rig_at(i, a) - rig_at(i, b);
        sum += d;
        square += d * d;
    }
    return sqrt(square / (double)rig.n - pow(sum / (double)rig.n, 2));
}

/* With pace, spread and heat the same for all, the law itself predicts the hidden truth to rounding. */
static void the_truth_is_the_law(void **state)
{
    (void)state;
    ran r = rig_run(LIFE("cells = 1\ncycles = 300\npace = 0\nspread = 0\nnoise = 0\nrecovery = 0\n"),
                    (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(rig.n, 300);
    for (size_t i = 0; i < rig.n; i++) {
        assert_near(rig_at(i, "true_capacity"), rig_at(i, "capacity"), 1e-12);
        /* The model starts from the first measured value; what is left of it is what is left of the truth's 2 Ah. */
        assert_near(rig_at(i, "physics_capacity") / rig_at(0, "capacity"), rig_at(i, "true_capacity") / 2,
                           1e-12);
    }
    rig_done(&r);
}

static void noise_has_its_size(void **state)
{
    (void)state;
    ran r = rig_run(LIFE("cells = 8\ncycles = 800\nnoise = \"5 mAh\"\nrecovery = 0\n"), (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    assert_near(standard_deviation("capacity", "true_capacity"), 0.005, 0.0003);
    rig_done(&r);
}

/* U rises to near one while cycling and falls over a long rest: the measured capacity jumps up by almost a. */
static void capacity_comes_back_in_rest(void **state)
{
    (void)state;
    ran r = rig_run(LIFE("cells = 1\ncycles = 200\nnoise = 0\nrecovery = \"50 mAh\"\nrest = 0\nlong_rest = \"30 day\"\n"
                         "long_rest_every = 100\nlambda = 0.9\n"), (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    double before = rig_at(99, "capacity");
    double away_before = rig_at(99, "true_capacity") - before;
    double away_after = rig_at(100, "true_capacity") - rig_at(100, "capacity");
    assert_true(away_before > 0.0499 && away_after < 1e-9);
    assert_near(rig_at(100, "rest"), 30 * 86400, 1e-6);
    assert_true(rig_at(100, "true_capacity") < rig_at(99, "true_capacity"));
    double away = 1 - pow(0.9, 99);                       /* physics-facts 12: U after 99 cycles without rest */
    assert_near(rig_at(99, "true_capacity") - before, 0.05 * away, 1e-4);
    rig_done(&r);
}

static void cells_differ_by_id_only(void **state)
{
    (void)state;
    static double kept[50][RIG_COLUMNS];
    ran r = rig_run(LIFE("cells = 3\ncycles = 50\n"), (engine_options){ 0 });
    size_t n = 0;
    for (size_t i = 0; i < rig.n; i++)
        if (strcmp(rig.cell[i], "V0002") == 0)
            memcpy(kept[n++], rig.at[i], sizeof kept[0]);
    assert_int_equal(n, 50);
    rig_done(&r);
    r = rig_run(LIFE("cells = 60\ncycles = 50\n"), (engine_options){ 0 });
    n = 0;
    for (size_t i = 0; i < rig.n; i++)
        if (strcmp(rig.cell[i], "V0002") == 0) {
            assert_memory_equal(kept[n], rig.at[i], rig.ncol * sizeof(double));
            n++;
        }
    assert_int_equal(n, 50);
    rig_done(&r);
}

static void bad_truths_are_refused(void **state)
{
    (void)state;
    static const struct { const char *toml, *say; } bad[] = {
        { LIFE("truth = \"nothing\"\n"), "nothing" },
        { LIFE("truth = \"thevenin\"\n"), "steps in seconds" },
        { LIFE("parameters = { k_tt = 1 }\n"), "k_t" },
        { LIFE("start = \"yesterday\"\n"), "RFC 3339" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ran r = rig_run(bad[i].toml, (engine_options){ 0 });
        assert_int_not_equal(r.rc, E_OK);
        bool said = strstr(r.w.text, bad[i].say) != NULL;
        for (size_t k = 0; k < r.problems.n; k++)
            said |= strstr(r.problems.at[k].text, bad[i].say) != NULL;
        assert_true(said);
        rig_done(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_truth_is_the_law),     cmocka_unit_test(noise_has_its_size),
        cmocka_unit_test(capacity_comes_back_in_rest), cmocka_unit_test(cells_differ_by_id_only),
        cmocka_unit_test(bad_truths_are_refused),
    };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}

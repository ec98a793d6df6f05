/* SPDX-License-Identifier: MIT
 * test_draws.c - sets of likely parameters: as wide and as correlated as the covariance says, within the bounds, the
 * same when read again; and files that are none.
 */
#include "core/study/fit_draws.h"
#include "tests/lifetime_rig.h"

enum { ROWS = 168, DRAWS = 20000 };

static const char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", rig_folder, name);
    return path;
}

static void put(const char *name, const char *what)
{
    why w = { 0 };
    assert_int_equal(file_write(path_of(name), what, strlen(what), &w), E_OK);
}

typedef struct fitted { scenario *s; fit f; fit_result r; } fitted;

static void law_fitted(fitted *k, const char *c, const char *z)
{
    why w = { 0 };
    text csv = { 0 };
    tree_problems p = { 0 };
    text_add(&csv, "cell,cycle,capacity_ah\n");
    for (int i = 1; i <= ROWS; i++)
        text_addf(&csv, "a,%d,%.12g\n", i, 2 * (1 - 2e-3 * pow(i, 0.9)) + 0.01 * sin(3.7 * i));
    put("rows.csv", text_of(&csv));
    text_free(&csv);
    put("fit.toml", "[cell]\ninitial_capacity = 2\n[source]\nplugin = \"csv\"\npath = \"rows.csv\"\n"
                    "[[physics]]\nplugin = \"power-law\"\n");
    assert_int_equal(scenario_open(path_of("fit.toml"), &(scenario_options){ 0 }, &k->s, &p, &w), E_OK);
    int rc = fit_open(k->s, &(fit_options){ .starts = 4, .seed = 7 }, &k->f, &w);
    rc = rc ? rc : fit_add(&k->f, c, &w);
    rc = rc ? rc : fit_add(&k->f, z, &w);
    rc = rc ? rc : fit_run(&k->f, 0, &k->r, &w);
    if (rc)
        fail_msg("%s", w.text);
}

static void left(fitted *k)
{
    fit_close(&k->f);
    scenario_close(k->s);
}

static void as_the_covariance(void **state)
{
    (void)state;
    fitted k;
    why w = { 0 };
    double *x = malloc(DRAWS * 2 * sizeof *x), mean[2] = { 0 }, cov[3] = { 0 };
    law_fitted(&k, "c", "z");
    assert_int_equal(fit_draws_normal(&k.f, &k.r, DRAWS, 3, x, &w), E_OK);
    for (size_t i = 0; i < 2 * DRAWS; i++)
        mean[i % 2] += x[i] / DRAWS;
    for (size_t i = 0; i < DRAWS; i++) {
        double a = x[2 * i] - mean[0], b = x[2 * i + 1] - mean[1];
        cov[0] += a * a / DRAWS;
        cov[1] += b * b / DRAWS;
        cov[2] += a * b / DRAWS;
    }
    double sd[] = { k.r.at[0].sd / k.r.at[0].value, k.r.at[1].sd };            /* c is fitted as its logarithm */
    for (size_t j = 0; j < 2; j++) {
        assert_true(fabs(mean[j] - k.r.x[j]) < 4 * sd[j] / sqrt(DRAWS));
        assert_true(fabs(sqrt(cov[j]) / sd[j] - 1) < 0.03);
    }
    assert_true(fabs(cov[2] / sqrt(cov[0] * cov[1]) - k.r.correlation[1]) < 1e-3 && k.r.correlation[1] < -0.9);
    free(x);
    left(&k);
}

/* Bounds half a deviation from the best: no draw is outside, and most are inside, not on them. */
static void within_the_bounds(void **state)
{
    (void)state;
    fitted k;
    why w = { 0 };
    double *x = malloc(2000 * sizeof *x);
    size_t on = 0;
    law_fitted(&k, "c", "z");
    k.f.param[1].lo = k.r.at[1].value - k.r.at[1].sd / 2;
    k.f.param[1].hi = k.r.at[1].value + k.r.at[1].sd / 2;
    assert_int_equal(fit_draws_normal(&k.f, &k.r, 1000, 3, x, &w), E_OK);
    for (size_t i = 0; i < 1000; i++) {
        double z = x[2 * i + 1];
        assert_true(z >= k.f.param[1].lo && z <= k.f.param[1].hi);
        on += z == k.f.param[1].lo || z == k.f.param[1].hi;
    }
    assert_true(on < 5);
    free(x);
    left(&k);
}

static void written_and_read(void **state)
{
    (void)state;
    fitted k;
    why w = { 0 };
    text csv = { 0 };
    fit_draws d = { 0 };
    double x[] = { log(3e-3), 0.8, log(1.0 / 3000), 1.0 / 3, log(4e-3), 0.7, log(5e-3), 0.9 };
    size_t of[4];
    law_fitted(&k, "c", "z");
    fit_draws_head(&k.f, &csv);
    for (size_t i = 0; i < 4; i++)
        fit_draws_row(&k.f, i < 2 ? "a" : NULL, x + 2 * i, &csv);
    put("draws.csv", text_of(&csv));
    text_free(&csv);
    assert_int_equal(fit_draws_read(path_of("draws.csv"), &d, &w), E_OK);
    assert_true(d.n == 4 && d.nparam == 2);
    assert_string_equal(d.key[0], "physics.1.c");
    for (size_t i = 0; i < 4; i++)
        assert_true(d.v[2 * i] == exp(x[2 * i]) && d.v[2 * i + 1] == x[2 * i + 1]);
    assert_int_equal(fit_draws_of(&d, "a", of), 2);
    assert_int_equal(of[1], 1);
    assert_int_equal(fit_draws_of(&d, "b", of), 2);             /* none of its own: everybody's */
    assert_int_equal(of[0], 2);
    fit_draws_free(&d);
    left(&k);
}

static void no_draws(void **state)
{
    (void)state;
    static const struct { const char *csv, *says; } list[] = {
        { "", "none.csv" },
        { "cell\na\nb\n", "its first line names 0 parameters" },
        { "cell,c\na,1\n", "has 1 draws: at least 2 are wanted" },
        { "cell,c\na,1\na,x\n", "none.csv:3: c is x, which is no number" },
        { "cell,c\na,1\na,inf\n", "which is no number" },
        { "cell,c\na,1\na,nan\n", "which is no number" },
        { "cell,c\na,1\na,\n", "which is no number" },
        { "cell,c,c\na,1,2\na,2,3\n", "none.csv: its first line names c twice" },
        { "cell,c\na,1\na,1,2\n", "none.csv:3 has 3 fields, the first line 2" },
        { "c\n1\n\"2", "none.csv" },
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        why w = { 0 };
        fit_draws d = { 0 };
        put("none.csv", list[i].csv);
        assert_int_equal(fit_draws_read(path_of("none.csv"), &d, &w), E_INPUT);
        if (!strstr(w.text, list[i].says))
            fail_msg("%s: %s", list[i].csv, w.text);
        fit_draws_free(&d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(as_the_covariance), cmocka_unit_test(within_the_bounds),
                                        cmocka_unit_test(written_and_read), cmocka_unit_test(no_draws) };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}

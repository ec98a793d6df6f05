/* SPDX-License-Identifier: MIT
 * test_duty.c - duties among the rest of a scenario: laws without an inside, ends of life and of runs, what outputs
 * want, and what a duty is not for.
 */
#include "tests/duty_random.h"

#include "core/base/mem.h"

static int setup(void **state) { return watch_setup(state); }
static int teardown(void **state) { return rig_teardown(state); }

#define SERIES "[run]\nname = \"d\"\n%s\n[cell]\nnominal_capacity = 1\n[source]\nplugin = \"series\"\n"

/* A day of two swings from 1 to .4, again and again. */
static void daily(size_t days)
{
    static const double soc[] = { 1, .4, .7, .7 };
    for (size_t i = 0; i <= 4 * days; i++) {
        random_t[i] = 21600.0 * (double)i;
        random_soc[i] = soc[i % 4];
        random_temperature[i] = 298.15;
    }
    watch_series(4 * days + 1, random_t, random_soc, random_temperature);
}

/* ---- laws ---- */

/* A law without fade.duty/1 gets each row as one event. */
static void a_law_without_an_inside_steps_by_rows(void **state)
{
    (void)state;
    uint32_t l = watch_lane("cell-1");
    for (int k = 0; k < RANDOM_KINDS; k++) {
        random_duty(k, 500, 0, 3600, .3);
        watch.n[l] = 0;
        watch_whole("", "row = \"30 h\"", "[[physics]]\nplugin = \"blind\"\n");
        assert_int_equal(watch.n[l], rig.n);
        for (size_t i = 0; i < rig.n; i++) {
            const watch_step *s = &watch.step[l][i];
            static const char *const same[] = { "depth", "soc_mean", "soc_min", "soc_max" };
            for (int c = 0; c < 4; c++)
                assert_true(s->in[c] == rig_at(i, same[c]));
            assert_near(s->in[W_temperature_mean], rig_at(i, "temperature_mean") + 273.15, 1e-9);
            assert_true(s->dt == rig_at(i, "count") && s->in[W_duration] == rig_at(i, "duration"));
            assert_near(s->dt * s->in[W_depth], rig_at(i, "efc"), 1e-12);
            assert_true(isnan(s->in[W_warm]) && isnan(s->in[W_ring]) && s->nsample == 0);
        }
    }
}

static double last_of(const char *physics, const char *key)
{
    for (size_t i = rig.n; i > 0; i--)
        if (strcmp(rig.variant[i - 1], physics) == 0)
            return rig_at(i - 1, key);
    fail_msg("no row of %s", physics);
    return NAN;
}

/* Both see the same daily cycle; only what happens inside differs. */
static void laws_of_both_kinds_side_by_side(void **state)
{
    (void)state;
    daily(400);
    watch.fade = 1e-4;
    watch_whole(
        "", "row = \"1 day\"",
        "[[physics]]\nplugin = \"watch\"\n[[physics]]\nplugin = \"blind\"\n[[physics]]\nplugin = \"exp-fade\"\n");
    assert_near(last_of("blind", "physics_total_booked"), .6 * 400, 1e-9);
    assert_true(last_of("watch", "physics_total_booked") < .6 * 400);           /* of the new cell: less as it fades */
    assert_near(last_of("watch", "soh"), 1 - 1e-4 * last_of("watch", "physics_total_booked"), 1e-12);
    assert_true(last_of("exp-fade", "soh") < 1);
}

/* Two parts of one physics, each with its own break points; the losses add. */
static void parts_that_are_combined(void **state)
{
    (void)state;
    daily(200);
    watch.fade = 1e-4;
    watch_whole("", "row = \"1 day\"",
                "[[physics]]\nname = \"both\"\ncombine = \"add\"\nparts = [{ plugin = \"watch\", name = \"a\" }, "
                "{ plugin = \"lfp-gr-250ah\", name = \"b\" }]\n");
    assert_near(rig_at(rig.n - 1, "soh"), 1 - rig_at(rig.n - 1, "physics_loss_a") - rig_at(rig.n - 1, "physics_loss_b"),
                1e-12);
    assert_true(rig_at(rig.n - 1, "physics_loss_a") > 0 && rig_at(rig.n - 1, "physics_loss_b") > 0);
    double both = rig_at(rig.n - 1, "physics_total_booked");
    watch_whole("", "row = \"1 day\"", NULL);
    assert_true(both < rig_at(rig.n - 1, "physics_total_booked") - 1); /* the other part's loss counts as well */
}

/* ---- ends ---- */

static void ends_by_time_rows_and_capacity(void **state)
{
    (void)state;
    daily(800);
    watch.fade = 1e-3;
    watch_whole("stop = [\"1 year\"]", "row = \"1 day\"", NULL);
    assert_int_equal(rig.n, 365);
    assert_non_null(strstr(rig.events, "1 year"));
    watch_whole("stop = [\"100 cycles\"]", "row = \"1 week\"", NULL);
    assert_int_equal(rig.n, 100);
    assert_near(rig_at(99, "test_time"), 100 * 7 * 86400, 1e-3);
    watch_whole("stop = [\"90% capacity\"]", "row = \"1 day\"", NULL);
    assert_true(rig_at(rig.n - 1, "soh") <= .9 && rig_at(rig.n - 2, "soh") > .9);
    watch_whole("cycles = 7", "row = \"1 day\"", NULL);
    assert_int_equal(rig.n, 7);
    watch_whole("cycles = 10000", "row = \"1 day\"", NULL);
    assert_int_equal(rig.n, 800);
}

/* One cell is done early, the other goes on. */
static void a_cell_that_is_over_rests(void **state)
{
    (void)state;
    daily(300);
    series.cells = 2;
    watch.fade = 1e-3;
    watch_whole("stop = [\"90% capacity\"]", "row = \"1 day\"", "[[physics]]\nplugin = \"watch\"\nspeed = [1, 3]\n");
    watch_rows a = watch_take("cell-1"), b = watch_take("cell-2");
    assert_true(a.n > 2 * b.n && b.n > 10);
    series.cells = 1;
    watch_whole("stop = [\"90% capacity\"]", "row = \"1 day\"", NULL);
    watch_rows one = watch_take(NULL);
    watch_same(&one, &a);
    watch_drop(&one);
    watch_drop(&a);
    watch_drop(&b);
}

static void clocks_count_time_and_the_dutys_throughput(void **state)
{
    (void)state;
    daily(100);
    watch_whole("", "row = \"36 h\"", NULL);
    assert_int_equal(rig.n, 67);
    for (size_t i = 0; i < rig.n; i++)
        assert_near(rig_at(i, "test_time"), fmin(129600.0 * (double)(i + 1), 8640000), 1e-6);
    assert_near(rig_at(66, "equivalent_full_cycles"), 60, 1e-9);
    assert_int_equal(rig.cycle[66], 67);
}

static void outputs_get_the_rows_they_ask_for(void **state)
{
    (void)state;
    daily(100);
    char toml[800];
    snprintf(toml, sizeof toml,
             SERIES "[duty]\nrow = \"1 day\"\n[[physics]]\nplugin = \"watch\"\n" RIG_OUT "every = 30\nat = [7]\n", "");
    ran r = rig_run(toml, (engine_options){ 0 });
    assert_int_equal(r.rc, 0);
    static const int64_t want[] = { 1, 7, 30, 60, 90, 100 };
    assert_int_equal(rig.n, 6);
    for (int i = 0; i < 6; i++)
        assert_int_equal(rig.cycle[i], want[i]);
    rig_done(&r);
}

/* ---- what it is not for ---- */

static void refuses(const char *toml, const char *sentence)
{
    ran r = rig_run(toml, (engine_options){ 0 });
    bool found = false;
    for (size_t i = 0; i < r.problems.n; i++)
        found |= strstr(r.problems.at[i].text, sentence) != NULL;
    assert_true(r.rc != 0);
    if (!found)
        fail_msg("no \"%s\"", sentence);
    rig_done(&r);
}

static void a_duty_section_without_a_duty(void **state)
{
    (void)state;
    refuses("[run]\nname = \"d\"\ncycles = 3\n[cell]\nnominal_capacity = 1\n[source]\nplugin = "
            "\"constant\"\n[duty]\nrow = \"1 day\"\n"
            "[[physics]]\nplugin = \"exp-fade\"\n" RIG_OUT,
            "[duty] is for a source whose samples are a duty; source constant gives rows");
}

static void nothing_to_learn_from(void **state)
{
    (void)state;
    char toml[900];
    daily(10);
    snprintf(toml, sizeof toml, SERIES "[[physics]]\nplugin = \"watch\"\n[evaluate]\nsplit = \"time:0.5\"\n" RIG_OUT,
             "");
    refuses(toml, "[evaluate] scores against measured rows; source series gives a duty");
    snprintf(toml, sizeof toml,
             SERIES "[[physics]]\nplugin = \"watch\"\n[[corrector]]\nplugin = \"ridge\"\n[evaluate]\n" RIG_OUT, "");
    refuses(toml, "ridge learns from measured rows; source series gives a duty");
}

static void conditions_beside_a_duty(void **state)
{
    (void)state;
    char toml[900];
    daily(10);
    snprintf(toml, sizeof toml, SERIES "[conditions]\ndepth = 0.5\n[[physics]]\nplugin = \"watch\"\n" RIG_OUT, "");
    refuses(toml, "depth has two writers: [conditions] and source series");
}

/* ---- memory ---- */

/* The scenario that lies there once more, with its k-th allocation failing; 0: with none. */
static int run_again(long k, long *count)
{
    ran r = { 0 };
    char path[128];
    engine_options opt = { .folder = rig_folder, .study = study_table() };
    snprintf(path, sizeof path, "%s/s.toml", rig_folder);
    long before = mem_count();
    mem_fail_at(k);
    int rc = scenario_open(path, &(scenario_options){ 0 }, &r.sc, &r.problems, &r.w);
    rc = rc ? rc : engine_open(r.sc, &opt, &r.e, &r.problems, &r.w);
    rc = rc ? rc : engine_run(r.e, &r.w);
    mem_fail_at(0);
    *count = mem_count() - before;
    assert_true(!rc || *r.w.text || r.problems.n);
    engine_close(r.e);
    scenario_close(r.sc);
    tree_problems_free(&r.problems);
    return rc;
}

/* Each allocation fails in turn: a sentence, and nothing is left behind. */
static void no_memory_is_a_sentence(void **state)
{
    (void)state;
    static const char *const plans[] = { "row = \"1 day\"", "row = \"1 day\"\nkeep = \"energy\"" };
    for (int p = 0; p < 2; p++) {
        int refused = 0;
        daily(40);
        series.apart = p;
        series.cells = 2;
        series.cap = 30;
        watch.fade = 1e-4;
        watch_duty.flags = FADE_LENT_SAMPLES;
        long all, count;
        watch_whole("", plans[p], NULL);
        assert_int_equal(run_again(0, &all), 0);
        for (long k = 1; k <= all; k += all / 400 + 1)
            refused += run_again(k, &count) != 0;
        assert_true(refused > 30);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, watch_clean, watch_clean)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_law_without_an_inside_steps_by_rows),
        TEST(laws_of_both_kinds_side_by_side),
        TEST(parts_that_are_combined),
        TEST(ends_by_time_rows_and_capacity),
        TEST(a_cell_that_is_over_rests),
        TEST(clocks_count_time_and_the_dutys_throughput),
        TEST(outputs_get_the_rows_they_ask_for),
        TEST(a_duty_section_without_a_duty),
        TEST(nothing_to_learn_from),
        TEST(conditions_beside_a_duty),
        TEST(no_memory_is_a_sentence),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

/* SPDX-License-Identifier: MIT
 * test_sweep_plan.c - plans: what keys address, what is refused where it stands, ids, equal points, groups, blocks, and
 * the file that never changes.
 */
#include "tests/sweep_rig.h"

static void keys_are_lanes_or_structure(void **state)
{
    (void)state;
    planned k = good(LIFE "[conditions]\nvoltage_min = \"3 V\"\n[sweep.axes]\n\"physics.k_t\" = [4e-10, \"5e-10 "
                          "1/s\"]\n"
                          "\"conditions.voltage_min\" = [\"2.5 V\", 3]\n\"source.depth\" = [0.5]\n"
                          "\"source.cells\" = [1, 2]\n\"cell.nominal_capacity\" = [\"2 Ah\", \"2500 mAh\"]\n");
    sweep_about a;
    sweep_tell(k.s, &a);
    assert_int_equal(a.cases, 16);
    assert_int_equal(a.groups, 4);
    assert_int_equal(a.blocks, 4);
    assert_int_equal(a.naxis, 5);
    assert_string_equal(a.axis_unit[0], "1/s");
    assert_string_equal(a.axis_unit[1], "V");
    assert_string_equal(a.design, "grid");
    assert_int_equal(a.seed, 42);
    static const int where[] = { USE_PARAM, USE_COLUMN, USE_COLUMN, USE_STRUCTURE, USE_STRUCTURE };
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(k.s->use[i].where, where[i]);
    axis_value v[AXIS_MOST];
    assert_int_equal(sweep_values(k.s, 15, v, &k.w), 0);
    assert_float_equal(v[0].real, 5e-10, 0);
    assert_float_equal(v[4].real, 2.5, 1e-15);
    text t = { 0 };
    sweep_text(k.s, &t);
    assert_non_null(strstr(text_of(&t), "axis       physics.k_t in 1/s, 2 levels, by lane\n"));
    assert_non_null(strstr(text_of(&t), "axis       source.cells, 2 levels, by run\n"));
    assert_non_null(strstr(text_of(&t), "4 groups of alike structure, 4 blocks"));
    text_free(&t);
    plan_done(&k);
}

static void physics_are_found_by_number_and_label(void **state)
{
    (void)state;
    static const char *const keys[] = { "physics.k_t", "physics.1.k_t", "physics.xu2018.k_t", "physics.b.k_t",
                                        "physics.2.k_t" };
    static const size_t physics[] = { 0, 0, 0, 1, 1 };
    for (size_t i = 0; i < 5; i++) {
        char toml[600];
        snprintf(toml, sizeof toml, "%s[[physics]]\nplugin = \"xu2018\"\nname = \"b\"\n[sweep.axes]\n\"%s\" = "
                                    "[1e-10]\n",
                 "[run]\ncycles = 5\n[cell]\nnominal_capacity = 2\n[source]\nplugin = \"constant\"\n[[physics]]\n"
                 "plugin = "
                 "\"xu2018\"\n", keys[i]);
        planned k = good(toml);
        assert_int_equal(k.s->use[0].where, USE_PARAM);
        assert_int_equal(k.s->use[0].physics, physics[i]);
        text t = { 0 };
        sweep_set_key(k.s->s, keys[i], &t);
        assert_string_equal(text_of(&t), physics[i] ? "physics.2.k_t" : "physics.1.k_t");
        text_free(&t);
        plan_done(&k);
    }
}

static void a_plugin_that_changes_takes_its_parameters_along(void **state)
{
    (void)state;
    planned k = good(LIFE "[sweep.axes]\n\"physics.plugin\" = [\"xu2018\", \"xu2018\", \"wang2011\"]\n"
                          "\"source.depth\" = { from = 0.2, to = 1, n = 5 }\n");
    assert_int_equal(k.s->points, 15);
    assert_int_equal(k.s->nequal, 5);
    assert_int_equal(k.s->n, 10);
    assert_int_equal(k.s->ngroup, 2);
    text t = { 0 };
    sweep_text(k.s, &t);
    assert_non_null(strstr(text_of(&t), "equal      5 of 15 points equal an earlier one"));
    assert_non_null(strstr(text_of(&t), "physics.plugin = \"xu2018\", source.depth = 0.2\n"));
    text_free(&t);
    plan_done(&k);
}

static void what_is_wrong_is_said_where_it_stands(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        { "[sweep.axes]\n\"physics.k_tt\" = [1]\n", "xu2018 has no parameter k_tt, did you mean k_t?" },
        { "[sweep.axes]\n\"physics.k_t\" = [-1]\n", "physics.k_t = -1 is below its minimum 0 1/s" },
        { "[sweep.axes]\n\"source.depth\" = [0.5, \"2 V\"]\n", "\"2 V\" is in V" },
        { "[sweep.axes]\n\"sourse.depth\" = [0.5]\n", "did you mean [source]?" },
        { "[sweep.axes]\n\"cell.nominal_capasity\" = [2]\n", "did you mean nominal_capacity?" },
        { "[sweep.axes]\n\"conditions.rest\" = [2]\n", "[conditions] has no rest" },
        { "[sweep.axes]\n\"physics.k_t\" = [1e-10]\n\"physics.1.k_t\" = [1e-10]\n", "varies physics.1.k_t twice" },
        { "[sweep]\npoints = 3\n[sweep.axes]\n\"physics.k_t\" = [1e-10]\n", "unknown key \"points\" in [sweep]" },
        { "[sweep]\ncollct = []\n[sweep.axes]\n\"physics.k_t\" = [1e-10]\n", "did you mean \"collect\"?" },
        { "[sweep]\ncollect = [\"sohh\"]\n[sweep.axes]\n\"physics.k_t\" = [1e-10]\n", "no column sohh, did you mean "
          "soh?" },
        { "[sweep]\ncollect = [\"soh@0\"]\n[sweep.axes]\n\"physics.k_t\" = [1e-10]\n", "a cycle from 1 on" },
        { "[sweep]\ncollect = [\"soh\", \"soh\"]\n[sweep.axes]\n\"physics.k_t\" = [1e-10]\n", "collects soh twice" },
        { "[sweep]\ncollect = 3\n[sweep.axes]\n\"physics.k_t\" = [1e-10]\n", "a list of at most" },
        { "[sweep]\ncollect = [3]\n[sweep.axes]\n\"physics.k_t\" = [1e-10]\n", "collect lists columns" },
        { "[sweep]\ncollect = [\"score.rmse\"]\n[sweep.axes]\n\"physics.k_t\" = [1e-10]\n", "only [evaluate] makes "
          "scores" },
        { "[sweep]\nblock = 0\n[sweep.axes]\n\"physics.k_t\" = [1e-10]\n", "block: a number of cases" },
        { "[sweep]\nretry = -1\n[sweep.axes]\n\"physics.k_t\" = [1e-10]\n", "retry: a number" },
        { "[sweep]\nevery = 0\n[sweep.axes]\n\"physics.k_t\" = [1e-10]\n", "every: a number of cycles" },
        { "[sweep]\nrows = 1\n[sweep.axes]\n\"physics.k_t\" = [1e-10]\n", "rows: true or false" },
        { "[sweep]\ntimeout = \"2 V\"\n[sweep.axes]\n\"physics.k_t\" = [1e-10]\n", "timeout: a time above 0 s" },
        { "[sweep]\n", "a sweep needs axes" },
        { "", "has no [sweep]" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char toml[1024];
        snprintf(toml, sizeof toml, LIFE "%s", wrong[i][0]);
        refused(toml, wrong[i][1]);
    }
    planned k = plan(LIFE "[sweep.axes]\n\"physics.k_tt\" = [1]\n\"source.dept\" = [1]\n");
    assert_int_equal(k.p.n, 2);
    assert_int_equal(k.p.at[0].line, 11);
    assert_int_equal(k.p.at[1].line, 12);
    plan_done(&k);
}

/* The id is the hash of what differs, in the declared units, by key: nothing else. */
static void ids_follow_from_values(void **state)
{
    (void)state;
    static const char said[] = "physics.k_t=4e-10 1/s\nsource.temperature_mean=298.15 K\n";
    static const char *const ways[] = {
        "[sweep.axes]\n\"source.temperature_mean\" = [\"25 degC\"]\n\"physics.k_t\" = [4e-10]\n",
        "[health]\neol = 0.7\n[sweep]\ndesign = \"zip\"\n[sweep.axes]\n\"physics.k_t\" = [\"4e-10 1/s\"]\n"
        "\"source.temperature_mean\" = [298.15]\n",
    };
    char hex[65], id[SWEEP_ID];
    axis_value v[AXIS_MOST];
    file_sha256_bytes(said, sizeof said - 1, hex);
    hex[16] = '\0';
    for (size_t i = 0; i < 2; i++) {
        char toml[600];
        snprintf(toml, sizeof toml, LIFE "%s", ways[i]);
        planned k = good(toml);
        assert_int_equal(sweep_values(k.s, 0, v, &k.w), 0);
        assert_int_equal(sweep_id(k.s, v, id, &k.w), 0);
        assert_string_equal(id, hex);
        plan_done(&k);
    }
}

static void equal_points_run_once(void **state)
{
    (void)state;
    axis_value v[AXIS_MOST];
    planned k = good(LIFE "[sweep]\ndesign = \"random\"\nn = 200\n[sweep.axes]\n\"source.depth\" = [0.2, 0.4, 0.6]\n");
    assert_int_equal(k.s->n, 3);
    assert_int_equal(k.s->nequal, 197);
    double sum = 0;
    for (uint64_t i = 0; i < 3; i++) {
        assert_int_equal(sweep_values(k.s, i, v, &k.w), 0);
        sum += v[0].real;
    }
    assert_float_equal(sum, 1.2, 1e-12);
    plan_done(&k);
    k = good(LIFE "[sweep.axes]\n\"physics.k_t\" = [1e-10, \"1e-10 1/s\", 2e-10]\n");
    assert_int_equal(k.s->n, 2);
    assert_int_equal(sweep_values(k.s, 1, v, &k.w), 0);
    assert_float_equal(v[0].real, 2e-10, 0);
    plan_done(&k);
}

static void blocks_follow_from_the_plan(void **state)
{
    (void)state;
    static const struct { const char *more; uint64_t block, blocks; } sizes[] = {
        { "", 128, 8 },
        { "block = 100\n", 100, 10 },
        { "block = 1000\n", 1000, 1 },
    };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char toml[700];
        snprintf(toml, sizeof toml, LIFE "[sweep]\nn = 1000\n%s[sweep.axes]\n\"source.depth\" = { from = 0.1, to = 1 "
                                         "}\n",
                 sizes[i].more);
        planned k = good(toml);
        assert_int_equal(k.s->most, sizes[i].block);
        assert_int_equal(k.s->nblock, sizes[i].blocks);
        uint64_t next = 0;
        for (uint64_t b = 0; b < k.s->nblock; b++) {
            assert_int_equal(k.s->block[b].first, next);
            next += k.s->block[b].count;
        }
        assert_int_equal(next, 1000);
        plan_done(&k);
    }
    planned k = good("[run]\ncycles = 1000000\n[cell]\nnominal_capacity = 2\n[source]\nplugin = \"constant\"\n"
                     "[physics]\n"
                     "plugin = \"xu2018\"\n[sweep]\nn = 20000\n[sweep.axes]\n\"source.depth\" = { from = 0.1, to = 1 "
                     "}\n");
    assert_int_equal(k.s->most, 64);              /* a million cycles are work */
    plan_done(&k);
    k = good(LIFE "[sweep]\nn = 100000\ntimeout = \"1 min\"\nisolate = true\n[sweep.axes]\n\"source.depth\" = { from = "
                  "0.1, to = 1 }\n");
    assert_int_equal(k.s->most, 256);             /* a hang is found sooner */
    assert_float_equal(k.s->timeout, 60, 0);
    plan_done(&k);
}

static void a_plan_is_a_file_that_never_changes(void **state)
{
    (void)state;
    static const char *const set[] = { "run.seed=7", "physics.k_t=3e-10" };
    static const char toml[] = LIFE "[sweep]\nn = 12\ndesign = \"lhs\"\n[sweep.axes]\n\"source.depth\" = { from = "
                                    "0.1, to "
                                    "= 1 }\n\"source.soc_mean\" = [0.5, 0.25]\n";
    planned k = plan_set(toml, set, 2), other = { 0 };
    assert_int_equal(k.rc, 0);
    assert_int_equal(sweep_save(k.s, at("plan.json"), &k.w), 0);
    assert_int_equal(remove(at("s.toml")), 0);    /* it needs no other file */
    other.rc = sweep_open(at("plan.json"), sweep_host_toml(), &other.s, &other.p, &other.w);
    assert_int_equal(other.rc, 0);
    assert_string_equal(other.s->hash, k.s->hash);
    assert_int_equal(other.s->s->seed, 7);
    for (uint64_t i = 0; i < 12; i++) {
        axis_value a[AXIS_MOST], b[AXIS_MOST];
        assert_int_equal(sweep_values(k.s, i, a, &k.w), 0);
        assert_int_equal(sweep_values(other.s, i, b, &k.w), 0);
        assert_memory_equal(&a[0].real, &b[0].real, sizeof a[0].real);
        assert_memory_equal(&a[1].real, &b[1].real, sizeof a[1].real);
    }
    plan_done(&other);
    plan_done(&k);
    char *made = NULL, *seed;
    size_t n;
    why w;
    assert_int_equal(file_read(at("plan.json"), 1 << 20, &made, &n, &w), 0);
    seed = strstr(made, "cycles = 60");
    assert_non_null(seed);
    seed[9] = '7';
    assert_int_equal(file_write(at("plan.json"), made, n, &w), 0);
    assert_int_equal(sweep_open(at("plan.json"), sweep_host_toml(), &other.s, &other.p, &other.w), E_INPUT);
    assert_non_null(strstr(other.w.text, "was changed: its hash is"));
    free(made);
}

static void what_is_no_plan_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        { "{", "plan.json:1:" },
        { "{\"fade_sweep_plan\":1}", "no plan of a sweep" },
        { "{\"fade_sweep_plan\":99,\"scenario\":\"\",\"file\":\"a\",\"hash\":\"b\",\"set\":[],\"equal\":[]}",
          "format 99" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        planned k = { 0 };
        assert_int_equal(sweep_open(put("plan.json", wrong[i][0]), sweep_host_toml(), &k.s, &k.p, &k.w), E_INPUT);
        assert_non_null(strstr(k.w.text, wrong[i][1]));
        assert_null(k.s);
    }
    planned k = { 0 };
    assert_int_not_equal(sweep_open(at("none.json"), sweep_host_toml(), &k.s, &k.p, &k.w), 0);
    assert_int_not_equal(sweep_plan(at("none.toml"), NULL, sweep_host_toml(), &k.s, &k.p, &k.w), 0);
    tree_problems_free(&k.p);
}

static void collected_columns_have_names_and_units(void **state)
{
    (void)state;
    planned k = good(LIFE "[sweep]\ncollect = [\"end\", \"capacity@10\", \"loss@20\", \"soh\", \"physics_capacity\", "
                          "\"first_capacity\", \"test_time\"]\n[sweep.axes]\n\"physics.k_t\" = [1e-10]\n");
    static const char *const names[][2] = { { "end", "" }, { "capacity_ah@10", "Ah" }, { "loss_ratio@20", "1" },
                                            { "soh_ratio", "1" }, { "physics_capacity_ah", "Ah" },
                                            { "first_capacity_ah", "Ah" }, { "test_time_second", "s" } };
    sweep_about a;
    sweep_tell(k.s, &a);
    assert_int_equal(a.ncollect, 7);
    for (size_t i = 0; i < 7; i++) {
        assert_string_equal(a.collect[i], names[i][0]);
        assert_string_equal(k.s->collect[i].unit, names[i][1]);
    }
    plan_done(&k);
}

static void plans_short_of_memory_say_so(void **state)
{
    (void)state;
    static const char toml[] = LIFE "[sweep.axes]\n\"physics.plugin\" = [\"xu2018\", \"wang2011\"]\n\"source.depth\" = "
                                    "[0.5, 0.5, 1]\n";
    planned k = good(toml);
    plan_done(&k);
    long before = mem_count();
    k = good(toml);
    plan_done(&k);
    long all = mem_count() - before;
    for (long n = 1; n <= all; n += 1 + n / 30) {
        k = (planned){ 0 };
        put("s.toml", toml);
        mem_fail_at(n);
        k.rc = sweep_plan(at("s.toml"), NULL, sweep_host_toml(), &k.s, &k.p, &k.w);
        mem_fail_at(0);
        assert_true(k.rc || k.s);
        if (k.rc)
            assert_true(k.w.text[0]);
        plan_done(&k);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_lanes_or_structure),
        cmocka_unit_test(physics_are_found_by_number_and_label),
        cmocka_unit_test(a_plugin_that_changes_takes_its_parameters_along),
        cmocka_unit_test(what_is_wrong_is_said_where_it_stands),
        cmocka_unit_test(ids_follow_from_values),
        cmocka_unit_test(equal_points_run_once),
        cmocka_unit_test(blocks_follow_from_the_plan),
        cmocka_unit_test(a_plan_is_a_file_that_never_changes),
        cmocka_unit_test(what_is_no_plan_is_refused),
        cmocka_unit_test(collected_columns_have_names_and_units),
        cmocka_unit_test(plans_short_of_memory_say_so),
    };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}

/* SPDX-License-Identifier: MIT
 * test_sweep.c - sweeps run: the same results whatever the threads, shares, blocks and interruptions; what is stored,
 * what fails and why.
 */
#include "tests/sweep_rig.h"

#define POINTS "[sweep]\nn = 300\ndesign = \"sobol\"\nblock = 32\n[sweep.axes]\n" \
               "\"source.temperature_mean\" = { from = \"10 degC\", to = \"45 degC\" }\n" \
               "\"physics.k_t\" = { from = 2e-10, to = 8e-10, scale = \"log\" }\n"

static void a_sweep_is_what_its_cases_are(void **state)
{
    (void)state;
    planned k = good(LIFE POINTS);
    sweep_progress p;
    assert_int_equal(run(k.s, (sweep_options){ .store = at("a.sqlite"), .threads = 1 }, &p, NULL), 0);
    assert_int_equal(p.cases, 300);
    assert_int_equal(p.done, 300);
    assert_int_equal(p.failed, 0);
    plan_done(&k);
    json_t *j = status_of(at("a.sqlite"));
    assert_int_equal(json_integer_value(json_object_get(j, "done")), 300);
    assert_int_equal(json_integer_value(json_object_get(j, "missing")), 0);
    json_decref(j);
    /* One of them by itself: the same bits. */
    char toml[900];
    snprintf(toml, sizeof toml, LIFE "[sweep.axes]\n\"source.temperature_mean\" = [%.17g]\n\"physics.k_t\" = [%.17g]\n",
             ask(at("a.sqlite"), "SELECT \"source.temperature_mean\" FROM sweep_case WHERE number = 217"),
             ask(at("a.sqlite"), "SELECT \"physics.k_t\" FROM sweep_case WHERE number = 217"));
    k = good(toml);
    assert_int_equal(run(k.s, (sweep_options){ .store = at("one.sqlite") }, &p, NULL), 0);
    plan_done(&k);
    double a = ask(at("a.sqlite"), "SELECT capacity_ah FROM sweep_case WHERE number = 217"),
           b = ask(at("one.sqlite"), "SELECT capacity_ah FROM sweep_case");
    assert_memory_equal(&a, &b, sizeof a);
    assert_true(a > 1.85 && a < 2);
    assert_float_equal(ask(at("one.sqlite"), "SELECT count(*) FROM sweep_case a, quantity q WHERE q.name = "
                              "'capacity_ah' "
                                             "AND q.unit = 'Ah' AND q.role = 'outcome'"), 1, 0);
    assert_float_equal(ask(at("one.sqlite"), "SELECT count(*) FROM quantity WHERE name = 'source.temperature_mean' AND "
                                             "doc = 'Mean temperature of the cell.'"), 1, 0);
}

static void threads_shares_and_order_do_not_matter(void **state)
{
    (void)state;
    planned k = good(LIFE POINTS);
    assert_int_equal(run(k.s, (sweep_options){ .store = at("t1.sqlite"), .threads = 1 }, NULL, NULL), 0);
    assert_int_equal(run(k.s, (sweep_options){ .store = at("t4.sqlite"), .threads = 4 }, NULL, NULL), 0);
    same_tables(at("t1.sqlite"), at("t4.sqlite"));
    static const char *const shares[] = { "s2.sqlite", "s3.sqlite", "s1.sqlite" };
    static const uint64_t of[] = { 2, 3, 1 };
    uint64_t cases = 0;
    for (int i = 0; i < 3; i++) {
        sweep_progress p;
        sweep_options o = { .store = at(shares[i]), .shard = of[i], .shards = 3 };
        assert_int_equal(run(k.s, o, &p, NULL), 0);
        assert_int_equal(p.done, p.cases);
        cases += p.cases;
    }
    assert_int_equal(cases, 300);
    json j = { 0 };
    why w = { 0 };
    const char *const stores[] = { at("s3.sqlite"), at("s1.sqlite"), at("s2.sqlite") };
    assert_int_equal(sweep_merge(stores, 3, at("m.sqlite"), &j, &w), 0);
    same_tables(at("t1.sqlite"), at("m.sqlite"));
    text_free(&j.out);
    j = (json){ 0 };
    assert_int_equal(sweep_merge(stores, 2, at("part.sqlite"), &j, &w), E_PARTIAL);
    json_t *said = json_loads(text_of(&j.out), 0, NULL);
    assert_int_equal(json_integer_value(json_object_get(said, "missing")), 96);
    json_t *range = json_array_get(json_object_get(said, "missing_ranges"), 0);
    assert_int_equal(json_integer_value(json_array_get(range, 0)), 32);
    assert_int_equal(json_integer_value(json_array_get(range, 1)), 63);
    json_decref(said);
    text_free(&j.out);
    j = (json){ 0 };
    assert_int_equal(sweep_merge(stores, 3, at("m.sqlite"), &j, &w), E_USAGE);
    assert_non_null(strstr(w.text, "exists"));
    /* What is missing is run into the part: all is there. */
    sweep_progress p;
    assert_int_equal(run(k.s, (sweep_options){ .store = at("part.sqlite") }, &p, NULL), 0);
    assert_int_equal(p.done, 300);
    same_tables(at("t1.sqlite"), at("part.sqlite"));
    assert_int_equal(run(k.s, (sweep_options){ .store = at("x.sqlite"), .shard = 4, .shards = 3 }, &p, &w), E_USAGE);
    plan_done(&k);
}

static void other_plans_are_refused(void **state)
{
    (void)state;
    why w = { 0 };
    json j = { 0 };
    planned k = good(LIFE "[sweep.axes]\n\"source.depth\" = [0.5]\n"),
            other = good(LIFE "[sweep.axes]\n\"source.depth\" = [0.6]\n");
    assert_int_equal(run(k.s, (sweep_options){ .store = at("o1.sqlite") }, NULL, NULL), 0);
    assert_int_equal(run(other.s, (sweep_options){ .store = at("o2.sqlite") }, NULL, NULL), 0);
    assert_int_equal(run(other.s, (sweep_options){ .store = at("o1.sqlite") }, NULL, &w), E_INPUT);
    assert_non_null(strstr(w.text, "another plan"));
    const char *const stores[] = { at("o1.sqlite"), at("o2.sqlite") };
    assert_int_equal(sweep_merge(stores, 2, at("om.sqlite"), &j, &w), E_INPUT);
    assert_non_null(strstr(w.text, "do not go together"));
    assert_false(file_exists(at("om.sqlite")));
    const char *const none[] = { at("none.sqlite") };
    assert_int_equal(sweep_merge(none, 1, at("om.sqlite"), &j, &w), E_INPUT);
    assert_int_equal(sweep_status(put("text.sqlite", "no database at all, but long enough to be read as one\n"
                                      ""), &j, &w),
                     E_INPUT);
    assert_int_equal(sweep_table(at("none.sqlite"), add_piece, NULL, &w), E_INPUT);
    assert_int_equal(run(k.s, (sweep_options){ .store = at("text.sqlite") }, NULL, &w), E_INPUT);
    assert_int_equal(run(k.s, (sweep_options){ .store = at("no/such/folder.sqlite") }, NULL, &w), E_IO);
    plan_done(&k);
    plan_done(&other);
}

/* ---- stopping ---- */

static atomic_int stop;
static uint64_t calls;

static void stop_soon(void *ctx, const sweep_progress *p)
{
    calls++;
    assert_true(p->done <= p->cases);
    if (p->done >= *(uint64_t *)ctx)
        atomic_store(&stop, 1);
}

static void a_stopped_sweep_goes_on(void **state)
{
    (void)state;
    planned k = good(LIFE POINTS);
    sweep_progress p;
    why w = { 0 };
    uint64_t from = 100;
    sweep_options o = { .store = at("stop.sqlite"), .stop = &stop, .progress = stop_soon, .ctx = &from };
    atomic_store(&stop, 0);
    assert_int_equal(run(k.s, o, &p, &w), E_CANCEL);
    assert_non_null(strstr(w.text, "128 of 300"));
    assert_int_equal(p.done, 128);
    assert_true(calls >= 4);
    char *part = table_of(at("stop.sqlite"));
    o.stop = NULL;
    assert_int_equal(run(k.s, o, &p, &w), 0);
    char *all = table_of(at("stop.sqlite"));
    assert_memory_equal(part, all, strlen(part));         /* what was finished is as it was */
    assert_true(strlen(all) > strlen(part));
    assert_int_equal(run(k.s, (sweep_options){ .store = at("whole.sqlite") }, &p, &w), 0);
    same_tables(at("stop.sqlite"), at("whole.sqlite"));
    assert_int_equal(run(k.s, o, &p, &w), 0);             /* nothing is left to do */
    assert_int_equal(p.done, 300);
    free(part);
    free(all);
    plan_done(&k);
}

static void the_plan_in_a_store_is_the_plan(void **state)
{
    (void)state;
    planned k = good(LIFE POINTS), other = { 0 };
    why w = { 0 };
    assert_int_equal(run(k.s, (sweep_options){ .store = at("p.sqlite"), .shard = 1, .shards = 2 }, NULL, NULL), 0);
    assert_int_equal(sweep_plan_of(at("p.sqlite"), at("p.json"), &w), 0);
    assert_int_equal(sweep_open(at("p.json"), sweep_host_toml(), &other.s, &other.p, &other.w), 0);
    assert_int_equal(run(other.s, (sweep_options){ .store = at("p.sqlite") }, NULL, NULL), 0);
    assert_int_equal(run(k.s, (sweep_options){ .store = at("q.sqlite") }, NULL, NULL), 0);
    same_tables(at("p.sqlite"), at("q.sqlite"));
    plan_done(&k);
    plan_done(&other);
}

/* ---- what is kept ---- */

static double of(int number, const char *column)
{
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT \"%s\" FROM sweep_case WHERE number = %d", column, number);
    return ask(at("c.sqlite"), sql);
}

static void columns_at_cycles_and_ends(void **state)
{
    (void)state;
    planned k = good("[run]\ncycles = 3000\nstop = [\"80% capacity\"]\n[cell]\nnominal_capacity = \"2 Ah\"\n[source]\n"
                     "plugin = \"constant\"\n[physics]\nplugin = \"xu2018\"\n[health]\neol = 0.9\n[sweep]\ncollect = "
                     "[\"end\", \"end_cycle\", \"end_of_life_cycle\", \"capacity@300\", \"capacity\", \"soh\", "
                     "\"soh@2900\", \"first_capacity\"]\n[sweep.axes]\n\"source.temperature_mean\" = [\"5 degC\", "
                     "\"45 degC\"]\n");
    assert_int_equal(run(k.s, (sweep_options){ .store = at("c.sqlite") }, NULL, NULL), 0);
    assert_true(of(1, "end_cycle") < of(0, "end_cycle"));
    assert_true(of(1, "end_of_life_cycle") < of(1, "end_cycle"));
    assert_float_equal(of(1, "soh_ratio"), of(1, "capacity_ah") / 2, 1e-15);
    assert_true(of(1, "soh_ratio") <= 0.8 && of(1, "soh_ratio") > 0.79);
    assert_true(isnan(of(1, "soh_ratio@2900")));        /* it was over by then */
    assert_true(of(0, "capacity_ah@300") > of(1, "capacity_ah@300"));
    assert_float_equal(of(1, "first_capacity_ah"), 2, 0.01);
    assert_float_equal(ask(at("c.sqlite"), "SELECT end LIKE '%80%' FROM sweep_case WHERE number = 1"), 1, 0);
    plan_done(&k);
}

static void rows_are_kept_where_asked_for(void **state)
{
    (void)state;
    planned k = good("[run]\ncycles = 25\n[cell]\nnominal_capacity = 2\n[source]\nplugin = \"constant\"\ncells = 2\n"
                     "[[physics]]\nplugin = \"xu2018\"\n[[physics]]\nplugin = \"wang2011\"\n[sweep]\nrows = true\n"
                     "every = "
                     "10\ncollect = [\"capacity@7\"]\nblock = 1\n[sweep.axes]\n\"source.depth\" = [0.5, 1]\n");
    assert_int_equal(run(k.s, (sweep_options){ .store = at("r.sqlite") }, NULL, NULL), 0);
    assert_float_equal(ask(at("r.sqlite"), "SELECT count(*) FROM sweep_row"), 2 * 2 * 2 * 4, 0);
    assert_float_equal(ask(at("r.sqlite"), "SELECT count(*) FROM sweep_row WHERE cycle IN (1, 10, 20, 25)"), 32, 0);
    assert_float_equal(ask(at("r.sqlite"), "SELECT count(*) FROM sweep_row WHERE variant = 'wang2011' AND cell = "
                              "'cell-2' "
                                           "AND number = 1 AND physics_capacity_ah < 2"), 4, 0);
    assert_float_equal(ask(at("r.sqlite"), "SELECT cells FROM sweep_case WHERE number = 1"), 2, 0);
    assert_float_equal(ask(at("r.sqlite"), "SELECT count(*) FROM quantity WHERE role = 'row' AND unit = 'Ah'"), 1, 0);
    plan_done(&k);
    k = good("[run]\ncycles = 6\n[cell]\nnominal_capacity = 2\n[source]\nplugin = \"constant\"\n[physics]\nplugin = "
             "\"xu2018\"\n[sweep]\nrows = true\n[sweep.axes]\n\"source.depth\" = [0.5, 1]\n\"physics.plugin\" = "
             "[\"xu2018\", \"thevenin\", \"wang2011\"]\n"
             "");         /* tables of other columns; one that cannot be run */
    assert_int_equal(run(k.s, (sweep_options){ .store = at("r2.sqlite") }, NULL, NULL), E_PARTIAL);
    assert_float_equal(ask(at("r2.sqlite"), "SELECT count(*) FROM sweep_row"), 4 * 6, 0);
    assert_float_equal(ask(at("r2.sqlite"), "SELECT count(*) FROM sweep_case WHERE status = 'failed'"), 2, 0);
    plan_done(&k);
}

static void a_source_read_row_by_row_has_last_rows(void **state)
{
    (void)state;
    put("cells.csv", "cycle,capacity_ah,depth,soc_mean,temperature_mean_celsius\n1,2,1,0.5,25\n2,1.99,1,0.5,26\n"
        "3,1.98,1,0.5,27\n");
    char toml[900];
    snprintf(toml, sizeof toml, "[cell]\nnominal_capacity = 2\n[source]\nplugin = \"csv\"\npath = \"%s\"\n"
                                "[conditions]\n"
                                "duration = \"1 h\"\n[physics]\nplugin = \"xu2018\"\n[sweep]\ncollect = "
                                "[\"temperature_mean\", \"temperature_mean@2\", \"end_cycle\", \"capacity\"]\n"
                                "[sweep.axes]\n"
                                "\"conditions.duration\" = [\"1 h\", \"1 day\"]\n", at("cells.csv"));
    planned k = good(toml);
    assert_int_equal(run(k.s, (sweep_options){ .store = at("n.sqlite") }, NULL, NULL), 0);
    assert_float_equal(ask(at("n.sqlite"), "SELECT temperature_mean_celsius FROM sweep_case WHERE number = "
                              "1"), 27, 1e-9);
    assert_float_equal(ask(at("n.sqlite"), "SELECT \"temperature_mean_celsius@2\" FROM sweep_case WHERE number = "
                              "0"), 26,
                       1e-9);
    assert_float_equal(ask(at("n.sqlite"), "SELECT min(end_cycle) FROM sweep_case"), 3, 0);
    assert_true(ask(at("n.sqlite"), "SELECT max(capacity_ah) - min(capacity_ah) FROM sweep_case") > 1e-4);
    plan_done(&k);
}

/* ---- what fails ---- */

static void a_group_that_cannot_be_opened_fails_alone(void **state)
{
    (void)state;
    planned k = good(LIFE "[sweep.axes]\n\"physics.plugin\" = [\"xu2018\", \"xu2081\", \"wang2011\"]\n"
                          "\"source.depth\" = "
                          "[0.5, 1]\n");
    sweep_progress p;
    why w = { 0 };
    assert_int_equal(run(k.s, (sweep_options){ .store = at("f.sqlite") }, &p, &w), E_PARTIAL);
    assert_string_equal(w.text, "2 of 6 cases failed; each says why in its row");
    assert_int_equal(p.failed, 2);
    assert_float_equal(ask(at("f.sqlite"), "SELECT count(*) FROM sweep_case WHERE status = 'failed' AND number IN "
                              "(2, 3) "
                                           "AND reason LIKE '%did you mean ''xu2018''%'"), 2, 0);
    assert_float_equal(ask(at("f.sqlite"), "SELECT count(*) FROM sweep_case WHERE status = 'done' AND capacity_ah < "
                              "2"), 4,
                       0);
    json_t *j = status_of(at("f.sqlite"));
    assert_int_equal(json_integer_value(json_object_get(j, "failed")), 2);
    json_t *why_ = json_array_get(json_object_get(j, "reasons"), 0);
    assert_int_equal(json_integer_value(json_object_get(why_, "cases")), 2);
    assert_int_equal(json_integer_value(json_object_get(why_, "first")), 2);
    json_decref(j);
    assert_int_equal(run(k.s, (sweep_options){ .store = at("f.sqlite") }, &p, &w), E_PARTIAL);
    assert_int_equal(p.done, 6);
    assert_int_equal(run(k.s, (sweep_options){ .store = at("f.sqlite"), .again = true }, &p, &w), E_PARTIAL);
    assert_int_equal(p.failed, 2);
    plan_done(&k);
}

static void an_axis_may_be_any_part_of_a_scenario(void **state)
{
    (void)state;
    planned k = good(LIFE "[sweep]\ncollect = [\"capacity\", \"end_cycle\"]\n[sweep.axes]\n\"run.cycles\" = [10, 20]\n"
                          "physics = [{ plugin = \"xu2018\" }, { plugin = \"wang2011\", name = \"w\" }]\n");
    assert_int_equal(k.s->ngroup, 4);
    assert_int_equal(run(k.s, (sweep_options){ .store = at("any.sqlite") }, NULL, NULL), 0);
    assert_float_equal(ask(at("any.sqlite"), "SELECT end_cycle FROM sweep_case WHERE number = 3"), 20, 0);
    assert_float_equal(ask(at("any.sqlite"), "SELECT count(DISTINCT capacity_ah) FROM sweep_case"), 4, 0);
    assert_float_equal(ask(at("any.sqlite"), "SELECT physics LIKE '%wang2011%' FROM sweep_case WHERE number = "
                              "1"), 1, 0);
    plan_done(&k);
}

/* Draws of a cell follow from its case, wherever it runs. */
static void draws_follow_from_the_case(void **state)
{
    (void)state;
    static const char toml[] = "[run]\ncycles = 30\n[cell]\nnominal_capacity = 2\n[source]\nplugin = \"constant\"\n"
                               "[physics]\nplugin = \"xu2018\"\nk_t = { mean = 4e-10, sd = 1e-10 }\n[sweep]\nblock = "
                               "%d\n"
                               "[sweep.axes]\n\"source.depth\" = { from = 0.5, to = 1, n = 20 }\n";
    char made[600];
    for (int i = 0; i < 2; i++) {
        snprintf(made, sizeof made, toml, i ? 7 : 20);
        planned k = good(made);
        assert_int_equal(run(k.s, (sweep_options){ .store = at(i ? "d7.sqlite" : "d20.sqlite") }, NULL, NULL), 0);
        plan_done(&k);
    }
    assert_float_equal(ask(at("d7.sqlite"), "SELECT count(DISTINCT seed) FROM sweep_case"), 20, 0);
    char sql[300];
    snprintf(sql, sizeof sql, "ATTACH '%s' AS o", at("d20.sqlite"));
    sqlite3 *db;
    assert_int_equal(sqlite3_open(at("d7.sqlite"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_stmt *st;
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM sweep_case a JOIN o.sweep_case b USING(case_id, "
                                            "seed, "
                                            "capacity_ah)", -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(st, 0), 20);
    sqlite3_finalize(st);
    sqlite3_close(db);
}

static void scores_are_collected(void **state)
{
    (void)state;
    planned k = good("[run]\nseed = 3\n[cell]\nnominal_capacity = 2\n[source]\nplugin = \"virtual\"\ncycles = 60\n"
                     "[physics]\nplugin = \"xu2018\"\n[corrector]\nplugin = \"ridge\"\n[evaluate]\nsplit = { "
                     "fraction = "
                     "0.5 }\n[sweep]\ncollect = [\"score.rmse\", \"capacity\"]\n[sweep.axes]\n\"evaluate.split\" = "
                     "[\"time:0.4\", \"time:0.6\"]\n");
    assert_int_equal(k.s->most, 1);
    assert_int_equal(run(k.s, (sweep_options){ .store = at("sc.sqlite") }, NULL, NULL), 0);
    assert_float_equal(ask(at("sc.sqlite"), "SELECT count(*) FROM sweep_case WHERE \"score.rmse\" > 0"), 2, 0);
    plan_done(&k);
}

static void sweeps_short_of_memory_say_so(void **state)
{
    (void)state;
    planned k = good(LIFE "[sweep]\nrows = true\nevery = 20\nblock = 2\n[sweep.axes]\n\"physics.plugin\" = "
                          "[\"xu2018\", "
                          "\"wang2011\"]\n\"source.depth\" = [0.5, 0.7, 1]\n");
    long before = mem_count();
    assert_int_equal(run(k.s, (sweep_options){ .store = at("mem.sqlite") }, NULL, NULL), 0);
    long all = mem_count() - before;
    for (long n = 1; n <= all; n += 1 + n / 40) {
        why w = { 0 };
        const char *const ends[] = { "", "-wal", "-shm" };
        for (size_t i = 0; i < 3; i++) {
            char path[200];
            snprintf(path, sizeof path, "%s%s", at("mem2.sqlite"), ends[i]);
            remove(path);
        }
        mem_fail_at(n);
        int rc = run(k.s, (sweep_options){ .store = at("mem2.sqlite") }, NULL, &w);
        mem_fail_at(0);
        assert_true(rc == E_OK || w.text[0]);
        rc = run(k.s, (sweep_options){ .store = at("mem2.sqlite"), .again = true }, NULL, &w);
        assert_int_equal(rc, E_OK);
        same_tables(at("mem.sqlite"), at("mem2.sqlite"));
    }
    plan_done(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sweep_is_what_its_cases_are),
        cmocka_unit_test(threads_shares_and_order_do_not_matter),
        cmocka_unit_test(other_plans_are_refused),
        cmocka_unit_test(a_stopped_sweep_goes_on),
        cmocka_unit_test(the_plan_in_a_store_is_the_plan),
        cmocka_unit_test(columns_at_cycles_and_ends),
        cmocka_unit_test(rows_are_kept_where_asked_for),
        cmocka_unit_test(a_source_read_row_by_row_has_last_rows),
        cmocka_unit_test(a_group_that_cannot_be_opened_fails_alone),
        cmocka_unit_test(an_axis_may_be_any_part_of_a_scenario),
        cmocka_unit_test(draws_follow_from_the_case),
        cmocka_unit_test(scores_are_collected),
        cmocka_unit_test(sweeps_short_of_memory_say_so),
    };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}

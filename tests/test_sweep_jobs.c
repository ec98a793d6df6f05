/* SPDX-License-Identifier: MIT
 * test_sweep_jobs.c - worker processes: the same results, and what crashes or hangs there is one case's failure.
 */
#include "tests/sweep_rig.h"
#include <signal.h>

#define MOODS "[run]\nname = \"moods\"\ncycles = 5\n[cell]\nnominal_capacity = \"1 Ah\"\n[source]\nplugin = " \
              "\"constant\"\n[physics]\nplugin = \"moody\"\n[sweep]\ndesign = \"zip\"\ncollect = [\"capacity\"]\n" \
              "[sweep.axes]\n\"physics.k\" = { from = 0.001, to = 0.01, n = 12 }\n"

static char exe[512];

static int find(void **state)
{
    why w;
    char zoo[512];
    const char *build = getenv("FADE_BUILD");
    snprintf(exe, sizeof exe, "%s/fade", build ? build : "build");
    snprintf(zoo, sizeof zoo, "%s/zoo", build ? build : "build");
    if (library_folder_add(zoo, &w))
        print_message("%s\n", w.text);
    return rig_setup(state);
}

static sweep_options apart(const char *store, int jobs)
{
    return (sweep_options){ .store = store, .jobs = jobs, .exe = exe };
}

static void workers_give_the_same(void **state)
{
    (void)state;
    planned k = good(LIFE "[sweep]\nn = 500\nblock = 40\n[sweep.axes]\n\"source.depth\" = { from = 0.2, to = 1 }\n"
                          "\"physics.plugin\" = [\"xu2018\", \"wang2011\"]\n");
    sweep_progress p;
    assert_int_equal(run(k.s, (sweep_options){ .store = at("here.sqlite") }, NULL, NULL), 0);
    assert_int_equal(run(k.s, apart(at("two.sqlite"), 2), &p, NULL), 0);
    assert_int_equal(p.done, 500);
    same_tables(at("here.sqlite"), at("two.sqlite"));
    sweep_options o = apart(at("slow.sqlite"), 3);
    o.timeout = 30;
    assert_int_equal(run(k.s, o, &p, NULL), 0);
    same_tables(at("here.sqlite"), at("slow.sqlite"));
    plan_done(&k);
}

/* 1: crashes, 2: hangs, 3: the cell is over, 4: the model is. */
static void what_breaks_is_one_case(void **state)
{
    (void)state;
    planned k = good(MOODS "\"physics.mood\" = [0, 0, 0, 1, 0, 0, 2, 0, 3, 0, 4, 0]\n");
    sweep_progress p;
    sweep_options o = apart(at("moods.sqlite"), 2);
    why w = { 0 };
    o.timeout = 0.4;
    assert_int_equal(run(k.s, o, &p, &w), E_PARTIAL);
    assert_string_equal(w.text, "4 of 12 cases failed; each says why in its row");
    assert_int_equal(p.done, 12);
    assert_int_equal(p.failed, 4);
    static const struct { int number; const char *like; } said[] = {
        { 3, "%killed by signal 11 (Segmentation fault)" },
        { 6, "took longer than 0.4 s" },
        { 8, "moody: it does not feel like it%" },
        { 10, "moody%" },
    };
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        char sql[300];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM sweep_case WHERE number = %d AND status = 'failed' AND "
                                  "reason LIKE "
                                  "'%s'", said[i].number, said[i].like);
        assert_float_equal(ask(at("moods.sqlite"), sql), 1, 0);
    }
    plan_done(&k);
    k = good(MOODS "\"physics.mood\" = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]\n");
    assert_int_equal(run(k.s, (sweep_options){ .store = at("calm.sqlite") }, NULL, NULL), 0);
    plan_done(&k);
    sqlite3 *db;                                  /* the others are what they would have been */
    char sql[300];
    assert_int_equal(sqlite3_open(at("calm.sqlite"), &db), SQLITE_OK);
    snprintf(sql, sizeof sql, "ATTACH '%s' AS o; CREATE TEMP TABLE same AS SELECT count(*) n FROM sweep_case a JOIN "
                              "o.sweep_case b USING(number, case_id, capacity_ah) WHERE b.status = 'done'",
             at("moods.sqlite"));
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_stmt *st;
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT n FROM same", -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(st, 0), 8);
    sqlite3_finalize(st);
    sqlite3_close(db);
}

/* In this process, too, a law that gives up takes nobody along. */
static void a_law_that_gives_up_is_one_case(void **state)
{
    (void)state;
    planned k = good(MOODS "\"physics.mood\" = [0, 4, 0, 0, 0, 0, 0, 0, 3, 0, 4, 0]\n");
    sweep_progress p;
    assert_int_equal(run(k.s, (sweep_options){ .store = at("gives.sqlite") }, &p, NULL), E_PARTIAL);
    assert_int_equal(p.failed, 3);
    assert_float_equal(ask(at("gives.sqlite"), "SELECT sum(number) FROM sweep_case WHERE status = 'failed'"), 19, 0);
    plan_done(&k);
}

static void a_crash_is_tried_again(void **state)
{
    (void)state;
    planned k = good(MOODS "\"physics.mood\" = [0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0]\n");
    sweep_progress p;
    sweep_options o = apart(at("again.sqlite"), 2);
    o.retry = 2;
    assert_int_equal(run(k.s, o, &p, NULL), E_PARTIAL);
    assert_int_equal(p.failed, 2);
    assert_int_equal(p.done, 12);
    plan_done(&k);
}

static void workers_that_cannot_start_are_told_of(void **state)
{
    (void)state;
    planned k = good(LIFE "[sweep.axes]\n\"source.depth\" = [0.5, 1]\n");
    why w = { 0 };
    sweep_options o = apart(at("exe.sqlite"), 1);
    o.exe = "/bin/false";
    assert_int_equal(run(k.s, o, NULL, &w), E_FAILED);
    assert_string_equal(w.text, "a worker ended before it began, with status 1");
    o.exe = "/no/such/command";
    assert_int_equal(run(k.s, o, NULL, &w), E_IO);
    assert_non_null(strstr(w.text, "cannot be started as a worker"));
    plan_done(&k);
}

static atomic_int stop;

static void stop_at_once(void *ctx, const sweep_progress *p)
{
    (void)ctx, (void)p;
    atomic_store(&stop, 1);
}

static void a_stop_keeps_what_is_at_hand(void **state)
{
    (void)state;
    planned k = good(LIFE "[sweep]\nn = 400\nblock = 20\n[sweep.axes]\n\"source.depth\" = { from = 0.2, to = 1 }\n");
    sweep_progress p;
    sweep_options o = apart(at("stopped.sqlite"), 2);
    o.stop = &stop;
    o.progress = stop_at_once;
    assert_int_equal(run(k.s, o, &p, NULL), E_CANCEL);
    assert_true(p.done >= 20 && p.done <= 80);
    assert_float_equal(ask(at("stopped.sqlite"), "SELECT count(*) FROM sweep_case"), (double)p.done, 0);
    atomic_store(&stop, 0);
    o.progress = NULL;
    assert_int_equal(run(k.s, o, &p, NULL), 0);
    assert_int_equal(run(k.s, (sweep_options){ .store = at("whole.sqlite") }, NULL, NULL), 0);
    same_tables(at("stopped.sqlite"), at("whole.sqlite"));
    plan_done(&k);
}

/* The worker's side by itself. */
static void a_worker_answers_line_by_line(void **state)
{
    (void)state;
    planned k = good(LIFE "[sweep]\nblock = 2\n[sweep.axes]\n\"source.depth\" = [0.5, 0.7, 1]\n");
    static const struct { const char *in, *out; int rc; } talks[] = {
        { "0 0 0 2\n1 0 2 1\n", "ready\nok 0\nok 0\n", E_OK },
        { "0 0 0 9\n", "ready\n", E_INPUT },
        { "what?\n", "ready\n", E_INPUT },
        { "", "ready\n", E_OK },
    };
    for (size_t i = 0; i < sizeof talks / sizeof *talks; i++) {
        int in[2], out[2];
        char said[200] = "";
        why w = { 0 };
        assert_int_equal(pipe(in) | pipe(out), 0);
        assert_int_equal(write(in[1], talks[i].in, strlen(talks[i].in)), strlen(talks[i].in));
        close(in[1]);
        assert_int_equal(sweep_work(k.s, at("work.sqlite"), 1, in[0], out[1], &w), talks[i].rc);
        assert_true(read(out[0], said, sizeof said - 1) > 0);
        assert_string_equal(said, talks[i].out);
        close(out[0]);
        close(out[1]);
    }
    assert_float_equal(ask(at("work.sqlite"), "SELECT count(*) FROM sweep_case"), 3, 0);
    plan_done(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workers_give_the_same),
        cmocka_unit_test(what_breaks_is_one_case),
        cmocka_unit_test(a_law_that_gives_up_is_one_case),
        cmocka_unit_test(a_crash_is_tried_again),
        cmocka_unit_test(workers_that_cannot_start_are_told_of),
        cmocka_unit_test(a_stop_keeps_what_is_at_hand),
        cmocka_unit_test(a_worker_answers_line_by_line),
    };
    return cmocka_run_group_tests(tests, find, rig_teardown);
}

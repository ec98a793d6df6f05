/* SPDX-License-Identifier: MIT
 * test_out_sqlite.c - the database says what was written, once, also after a kill, a resume and a locked file.
 */
#include "output_rig.h"
#include <sqlite3.h>
#include <sys/wait.h>

/* One value of a query as text; "" for NULL. */
static const char *ask(const rig *g, const char *file, const char *sql)
{
    static char answer[256];
    char path[256];
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    snprintf(path, sizeof path, "%s/%s", g->folder, file);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    const char *text = (const char *)sqlite3_column_text(st, 0);
    snprintf(answer, sizeof answer, "%s", text ? text : "");
    sqlite3_finalize(st);
    sqlite3_close(db);
    return answer;
}

#define ASK(g, sql) ask(g, "results.sqlite", sql)

static void what_was_written(void **state)
{
    (void)state;
    rig g;
    rig_load(&g, "sqlite");
    g.run.columns.sample = (fade_list)FADE_LIST(rig_samples);
    assert_int_equal(rig_open(&g), FADE_OK);
    assert_int_equal(rig_rows(&g, 0, 10), FADE_OK);
    assert_int_equal(rig_rows(&g, 5, 12), FADE_OK);
    assert_int_equal(rig_sample(&g, 0, 4.1), FADE_OK);
    assert_int_equal(rig_event(&g, 0, 1, "lane-end", "B0005", "{\"reason\":\"x\"}"), FADE_OK);
    assert_int_equal(rig_event(&g, 1, 1, "progress", NULL, "{}"), FADE_OK);
    assert_int_equal(g.vt->flush(g.self), FADE_OK);
    assert_string_equal(ASK(&g, "SELECT count(*) FROM row"), "12");
    assert_string_equal(ASK(&g, "SELECT outcome IS NULL FROM run"), "1");
    assert_int_equal(g.vt->close(g.self, 0, NULL), FADE_OK);
    assert_string_equal(ASK(&g, "SELECT capacity_ah IS NULL FROM row WHERE number = 4"), "1");
    assert_string_equal(ASK(&g, "SELECT physics_capacity_ah FROM row WHERE cell = 'B0006' AND cycle = 3"), "1.975");
    assert_string_equal(ASK(&g, "SELECT time FROM row WHERE number = 3"), "1207149944593000");
    assert_string_equal(ASK(&g, "SELECT time FROM row WHERE number = 1"), "");
    assert_string_equal(ASK(&g, "SELECT variant || ' ' || temperature_mean_celsius FROM row WHERE number = 0"),
                        "xu2018 25.5");
    assert_string_equal(ASK(&g, "SELECT voltage_volt FROM sample"), "4.1");
    assert_string_equal(ASK(&g, "SELECT group_concat(kind) FROM event"), "lane-end");
    assert_string_equal(ASK(&g, "SELECT json FROM event"), "{\"reason\":\"x\"}");
    assert_string_equal(ASK(&g, "SELECT id || name || outcome FROM run"), "01RUNa run0");
    assert_string_equal(ASK(&g, "SELECT started > 1.7e15 AND ended >= started FROM run"), "1");
    assert_string_equal(ASK(&g, "SELECT unit FROM quantity WHERE name = 'capacity_ah'"), "Ah");
    assert_string_equal(ASK(&g, "PRAGMA journal_mode"), "wal");
    assert_false(rig_has(&g, "results.sqlite-wal"));
    rig_remove(&g);
}

static void a_resumed_run_deletes_what_is_void(void **state)
{
    (void)state;
    rig g;
    rig_load(&g, "sqlite");
    assert_int_equal(rig_open(&g), FADE_OK);
    assert_int_equal(rig_rows(&g, 0, 50), FADE_OK);
    for (uint64_t k = 0; k < 6; k++)
        assert_int_equal(rig_event(&g, k, 1, "lane-end", "B0005", NULL), FADE_OK);
    assert_int_equal(g.vt->close(g.self, 130, "stopped by a signal"), FADE_OK);
    assert_string_equal(ASK(&g, "SELECT outcome || why FROM run"), "130stopped by a signal");
    g.run.first[0] = 20;
    assert_int_equal(rig_open(&g), FADE_OK);
    assert_string_equal(ASK(&g, "SELECT count(*) || ' ' || max(number) FROM row"), "20 19");
    assert_string_equal(ASK(&g, "SELECT count(*) FROM event"), "6");
    assert_int_equal(rig_rows(&g, 20, 30), FADE_OK);
    assert_int_equal(rig_event(&g, 2, 1, "trained", NULL, NULL), FADE_OK);
    assert_int_equal(g.vt->close(g.self, 0, NULL), FADE_OK);
    assert_string_equal(ASK(&g, "SELECT count(*) FROM row"), "30");
    assert_string_equal(ASK(&g, "SELECT group_concat(kind) FROM event"), "lane-end,lane-end,trained");
    assert_string_equal(ASK(&g, "SELECT coalesce(why, 'none') FROM run"), "none");
    g.run.first[0] = 31;
    assert_int_equal(rig_open(&g), FADE_EINVAL);
    assert_non_null(strstr(g.error, "holds 30 of the 31 rows"));
    rig_remove(&g);
}

/* Killed between two flushes: what was flushed is there. */
static void killed_after_a_flush(void **state)
{
    (void)state;
    rig g;
    rig_load(&g, "sqlite");
    pid_t child = fork();
    if (child == 0) {
        if (rig_open(&g) || rig_rows(&g, 0, 40) || g.vt->flush(g.self) || rig_rows(&g, 40, 80))
            _exit(1);
        kill(getpid(), SIGKILL);
    }
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_string_equal(ASK(&g, "SELECT count(*) FROM row"), "40");
    g.run.first[0] = 40;
    assert_int_equal(rig_open(&g), FADE_OK);
    assert_int_equal(rig_rows(&g, 40, 80), FADE_OK);
    assert_int_equal(g.vt->close(g.self, 0, NULL), FADE_OK);
    assert_string_equal(ASK(&g, "SELECT count(*) FROM row"), "80");
    rig_remove(&g);
}

/* An absolute path gathers runs, also with other columns; a relative one starts empty. */
static void runs_gather(void **state)
{
    (void)state;
    rig g;
    char path[128];
    rig_load(&g, "sqlite");
    snprintf(path, sizeof path, "%s/all.sqlite", g.folder);
    rig_value(&g, "path")->text = path;
    g.run.columns.out.n = 3;
    assert_int_equal(rig_open(&g), FADE_OK);
    assert_int_equal(rig_rows(&g, 0, 5), FADE_OK);
    assert_int_equal(g.vt->close(g.self, 0, NULL), FADE_OK);
    g.run.id = "02RUN";
    g.run.columns.out.n = 4;
    assert_int_equal(rig_open(&g), FADE_OK);
    assert_int_equal(rig_rows(&g, 0, 7), FADE_OK);
    assert_int_equal(g.vt->close(g.self, 0, NULL), FADE_OK);
    assert_string_equal(ask(&g, "all.sqlite", "SELECT group_concat(n) FROM (SELECT count(*) n FROM row GROUP BY run)"),
                        "5,7");
    assert_string_equal(ask(&g, "all.sqlite", "SELECT count(soh_ratio) FROM row"), "7");
    rig_value(&g, "path")->text = "results.sqlite";
    for (int i = 0; i < 2; i++) {
        g.run.id = i ? "A" : "B";
        assert_int_equal(rig_open(&g), FADE_OK);
        assert_int_equal(rig_rows(&g, 0, 5), FADE_OK);
        assert_int_equal(g.vt->close(g.self, 0, NULL), FADE_OK);
    }
    assert_string_equal(ASK(&g, "SELECT group_concat(id) FROM run"), "A");
    assert_string_equal(ASK(&g, "SELECT count(*) FROM row"), "5");
    rig_remove(&g);
}

static void a_bad_file_is_a_sentence(void **state)
{
    (void)state;
    rig g;
    rig_load(&g, "sqlite");
    char path[128];
    snprintf(path, sizeof path, "%s/not.sqlite", g.folder);
    FILE *f = fopen(path, "w");
    for (int i = 0; i < 500; i++)
        fputs("this is no database\n", f);
    fclose(f);
    rig_value(&g, "path")->text = path;
    assert_int_equal(rig_open(&g), FADE_EIO);
    assert_non_null(strstr(g.error, "not.sqlite: cannot set it up: file is not a database"));
    rig_value(&g, "path")->text = "no/such.sqlite";
    assert_int_equal(rig_open(&g), FADE_EIO);
    assert_non_null(strstr(g.error, "unable to open database file"));
    rig_remove(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written),
        cmocka_unit_test(a_resumed_run_deletes_what_is_void),
        cmocka_unit_test(killed_after_a_flush),
        cmocka_unit_test(runs_gather),
        cmocka_unit_test(a_bad_file_is_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

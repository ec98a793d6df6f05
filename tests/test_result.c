/* SPDX-License-Identifier: MIT
 * test_result.c - results read back: what outputs wrote, what a kill left, damage with its line, parts, lives.
 */
#include "tests/result_rig.h"
#include <sqlite3.h>

#define HEADING "battery_id,cycle_count,time,variant,capacity_ah,soh_ratio\n"

/* ---- what the outputs write ---- */

/* Runs into FOLDER/name and writes what the command would. */
static void run_there(const char *name, const char *toml, frame *tapped)
{
    why w = { 0 };
    scenario *sc = NULL;
    engine *e = NULL;
    tree_problems p = { 0 };
    json j = { 0 };
    const char *folder = made_path(name);
    engine_tap tap = frame_tap(tapped);
    assert_int_equal(file_mkdirs(folder, &w), E_OK);
    if (scenario_open(made_file("s.toml", toml), &(scenario_options){ 0 }, &sc, &p, &w) ||
        engine_open(sc, &(engine_options){ .folder = folder, .tap = &tap }, &e, &p, &w))
        fail_msg("%s", p.n ? p.at[0].text : w.text);
    assert_int_equal(engine_run(e, &w), E_OK);
    engine_result(e, &j);
    char path[300];
    snprintf(path, sizeof path, "%s/result.json", name);
    made_file(path, text_of(&j.out));
    snprintf(path, sizeof path, "%s/scenario.toml", name);
    made_file(path, sc->merged);
    text_free(&j.out);
    engine_close(e);
    scenario_close(sc);
    tree_problems_free(&p);
}

#define LIFE                                                                                                           \
    "[run]\nname = \"a life\"\ncycles = 30\n[cell]\nnominal_capacity = 2.0\n[source]\nplugin = \"constant\"\n"         \
    "cells = 2\n[[physics]]\nplugin = \"power-law\"\nc = 0.03\nz = 0.5\n"

static void assert_same_rows(const frame *a, const frame *b)
{
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->ncol, b->ncol);
    for (size_t i = 0; i < a->n; i++) {
        assert_int_equal(a->cycle[i], b->cycle[i]);
        assert_int_equal(a->time[i], b->time[i]);
        assert_string_equal(a->cell_name[a->cell[i]], b->cell_name[b->cell[i]]);
        assert_string_equal(a->variant_name[a->variant[i]], b->variant_name[b->variant[i]]);
    }
    for (size_t c = 0; c < a->ncol; c++) {
        assert_string_equal(a->col[c].name, b->col[c].name);
        assert_string_equal(a->col[c].unit, b->col[c].unit);
        for (size_t i = 0; i < a->n; i++)
            assert_true(a->col[c].v[i] == b->col[c].v[i] || (isnan(a->col[c].v[i]) && isnan(b->col[c].v[i])));
    }
}

static void what_outputs_write_is_read(void **state)
{
    (void)state;
    static const struct { const char *output, *file;
    } outputs[] = {
        { "[[output]]\nplugin = \"csv\"\n", "rows.csv" },
        { "[[output]]\nplugin = \"jsonl\"\npath = \"other.jsonl\"\n", "other.jsonl" },
        { "[[output]]\nplugin = \"sqlite\"\n", "results.sqlite" },
        { "[[output]]\nplugin = \"sqlite\"\nevery = 7\n[[output]]\nplugin = \"csv\"\n",
          "rows.csv" }, /* the finer one */
        { "[[output]]\nplugin = \"csv\"\npath = \"x.csv\"\n[[output]]\nplugin = \"sqlite\"\n", "results.sqlite" },
    };
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++) {
        frame tapped = { 0 };
        char toml[1024], name[16];
        why w = { 0 };
        result *r = NULL;
        snprintf(name, sizeof name, "out%zu", i);
        snprintf(toml, sizeof toml, "%s%s", LIFE, outputs[i].output);
        run_there(name, toml, &tapped);
        if (result_open(made_path(name), true, &r, &w))
            fail_msg("%s", w.text);
        assert_string_equal(r->name, "a life");
        assert_true(text_ends(r->rows_from, outputs[i].file));
        assert_int_equal(r->rows.n, 60);
        assert_same_rows(&r->rows, &tapped);
        assert_true(result_started(r) > 1700000000000000);
        result_close(r);

        char file[64];                                  /* the file alone is a result too */
        snprintf(file, sizeof file, "%s/%s", name, outputs[i].file);
        assert_int_equal(result_open(made_path(file), true, &r, &w), E_OK);
        assert_int_equal(r->rows.n, 60);
        result_close(r);
        snprintf(file, sizeof file, "%s/result.json", name);
        assert_int_equal(result_open(made_path(file), false, &r, &w), E_OK);
        assert_int_equal(r->rows.n, 0);
        assert_true(text_ends(r->rows_from, outputs[i].file));
        result_close(r);
        frame_free(&tapped);
    }
}

static void a_file_that_gathers_runs_gives_the_one_asked_for(void **state)
{
    (void)state;
    char toml[1024];
    why w = { 0 };
    result *r = NULL;
    frame first = { 0 }, second = { 0 };
    snprintf(toml, sizeof toml, "%s[[output]]\nplugin = \"sqlite\"\npath = \"%s/all.sqlite\"\n", LIFE, made_folder);
    run_there("one", toml, &first);
    snprintf(toml, sizeof toml, "%s[[physics]]\nplugin = \"xu2018\"\n[[output]]\nplugin = \"sqlite\"\n"
             "path = \"%s/all.sqlite\"\n", LIFE, made_folder);
    run_there("two", toml, &second);
    sqlite3 *db;                                        /* a column that only another run would know */
    assert_int_equal(sqlite3_open(made_path("all.sqlite"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "ALTER TABLE row ADD COLUMN other_ah REAL", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(result_open(made_path("one"), true, &r, &w), E_OK);
    assert_same_rows(&r->rows, &first);
    result_close(r);
    assert_int_equal(result_open(made_path("two"), true, &r, &w), E_OK);
    assert_int_equal(r->rows.n, second.n);
    assert_int_equal(r->rows.nvariant, 2);
    result_close(r);
    assert_int_equal(result_open(made_path("all.sqlite"), true, &r, &w), E_OK);        /* the latest */
    assert_int_equal(r->rows.n, second.n);
    assert_string_equal(r->name, "a life");
    assert_string_equal(json_string_value(json_object_get(r->about, "outcome")), "ok");
    assert_non_null(strstr(r->scenario, "xu2018"));
    result_close(r);
    frame_free(&first);
    frame_free(&second);
}

/* ---- text, good and damaged ---- */

static void refused(const char *path, int code, const char *said)
{
    result *r = NULL;
    why w = { 0 };
    assert_int_equal(result_open(path, true, &r, &w), code);
    assert_null(r);
    if (!strstr(w.text, said))
        fail_msg("said \"%s\", not \"%s\"", w.text, said);
}

static result *opened(const char *path)
{
    result *r = NULL;
    why w = { 0 };
    if (result_open(path, true, &r, &w))
        fail_msg("%s", w.text);
    return r;
}

static void tables_are_read(void **state)
{
    (void)state;
    result *r = opened(made_file("a.csv", HEADING "B1,1,2026-01-01T00:00:00Z,\"a, \"\"b\"\"\",2,1\nB1,2,,,,inf\n"));
    assert_int_equal(r->rows.n, 2);
    assert_int_equal(r->rows.time[0], 1767225600000000);
    assert_int_equal(r->rows.time[1], CLOCK_UNKNOWN);
    assert_string_equal(r->rows.variant_name[0], "a, \"b\"");
    assert_true(isnan(r->rows.col[0].v[1]) && isinf(r->rows.col[1].v[1]));
    assert_string_equal(r->name, "a.csv");
    assert_null(r->about);
    result_close(r);
    r = opened(made_file("min.csv", "cycle_count;soh_ratio\n1;1\n2;0.5\n"));
    assert_int_equal(r->rows.n, 2);
    assert_string_equal(r->rows.cell_name[0], "");
    assert_float_equal(r->rows.col[0].v[1], 0.5, 0);
    result_close(r);
    r = opened(made_file("none.csv", HEADING));
    assert_int_equal(r->rows.n, 0);
    assert_int_equal(r->rows.ncol, 2);
    result_close(r);
}

static void a_torn_last_row_is_no_row(void **state)
{
    (void)state;
    static const char *const torn[] = { "B1,2,,v,1.9,0.9", "B1,2,,v", "B1,2,,v,1.9,0.", "B1,2,,v,1.9,-", "B" };
    for (size_t i = 0; i < sizeof torn / sizeof *torn; i++) {
        char text_[256];
        snprintf(text_, sizeof text_, HEADING "B1,1,,v,2,1\n%s", torn[i]);
        result *r = opened(made_file("torn.csv", text_));
        assert_int_equal(r->rows.n, 1);
        assert_float_equal(r->rows.col[0].v[0], 2, 0);
        result_close(r);
    }
    result *r = opened(made_file("torn.jsonl", "{\"battery_id\":\"B1\",\"cycle_count\":1,\"capacity_ah\":2}\n"
                                               "{\"battery_id\":\"B1\",\"cycle_cou"));
    assert_int_equal(r->rows.n, 1);
    result_close(r);
}

static void damage_has_a_line(void **state)
{
    (void)state;
    refused(made_file("a.csv", HEADING "B1,1,,v,2,1\nB1,2,,v,2\nB1,3,,v,2,1\n"), E_INPUT,
            "a.csv:3: damaged: 5 fields where the heading has 6");
    refused(made_file("a.csv", HEADING "B1,1,,v,two,1\nB1,2,,v,2,1\n"), E_INPUT,
            "a.csv:2: capacity_ah is \"two\", a number is wanted");
    refused(made_file("a.csv", HEADING "B1,1.5,,v,2,1\n"), E_INPUT, "a.csv:2: cycle_count is 1.5, a whole number");
    refused(made_file("a.csv", HEADING "B1,,,v,2,1\n"), E_INPUT, "a.csv:2: cycle_count is nan");
    refused(made_file("a.csv", HEADING "B1,1,yesterday,v,2,1\n"), E_INPUT, "a.csv:2: time is \"yesterday\"");
    refused(made_file("a.csv", "cycle_count,,b\n1,2,3\n"), E_INPUT, "column 2 of the heading has no name");
    refused(made_file("a.csv", "a,b\n1,2\n"), E_INPUT, "no column cycle_count");
    refused(made_file("a.csv", ""), E_INPUT, "no rows");
    refused(made_file("a.jsonl", "{\"cycle_count\":1}\n{\"cycle_count\":oops}\n"), E_INPUT, "a.jsonl:2: damaged:");
    refused(made_file("a.jsonl", "{\"cycle_count\":1}\n[1]\n"), E_INPUT, "a.jsonl:2: damaged: no object");
    refused(made_file("a.jsonl", "{\"cycle\":1}\n"), E_INPUT, "a.jsonl:1: damaged: no cycle_count");
    refused(made_file("a.jsonl", "{\"cycle_count\":1,\"time\":\"soon\"}\n"), E_INPUT, "a.jsonl:1: time is \"soon\"");
    char *longest = mem_zero((1 << 20) + 64, 1);
    assert_non_null(longest);
    memset(longest, ' ', (1 << 20) + 32);
    longest[0] = '{';
    refused(made_file("long.jsonl", longest), E_INPUT, "long.jsonl:1: damaged: a line longer than 1 MiB");
    free(longest);
}

static void lines_may_differ_in_columns(void **state)
{
    (void)state;
    result *r = opened(
        made_file("a.jsonl", "{\"battery_id\":\"B1\",\"cycle_count\":1,\"a_ah\":2,\"variant\":null,\"time\":null}\n\n"
                             "{\"battery_id\":\"B2\",\"cycle_count\":2,\"b\":3,\"note\":\"text\",\"a_ah\":null}\n"));
    assert_int_equal(r->rows.n, 2);
    assert_int_equal(r->rows.ncol, 2);
    assert_float_equal(r->rows.col[0].v[0], 2, 0);
    assert_true(isnan(r->rows.col[0].v[1]) && isnan(r->rows.col[1].v[0]));
    assert_float_equal(r->rows.col[1].v[1], 3, 0);
    result_close(r);
}

static void bases_are_refused_with_a_reason(void **state)
{
    (void)state;
    char junk[200];
    memset(junk, 'x', sizeof junk - 1);
    junk[sizeof junk - 1] = '\0';
    memcpy(junk, "SQLite format 3", 15);
    made_file("junk.sqlite", junk);
    FILE *out = fopen(made_path("junk.sqlite"), "r+b");
    assert_non_null(out);
    fseek(out, 15, SEEK_SET);
    fputc(0, out);
    fclose(out);
    refused(made_path("junk.sqlite"), E_INPUT, "junk.sqlite: damaged: cannot read it");
    sqlite3 *db;
    assert_int_equal(sqlite3_open(made_path("other.sqlite"), &db), SQLITE_OK);
    sqlite3_exec(db, "CREATE TABLE mine(a)", NULL, NULL, NULL);
    sqlite3_close(db);
    refused(made_path("other.sqlite"), E_INPUT, "no tables run and row");
    assert_int_equal(sqlite3_open(made_path("empty.sqlite"), &db), SQLITE_OK);
    sqlite3_exec(db,
                 "CREATE TABLE run(id, name, scenario, made_by, started, ended, outcome, why);"
                 "CREATE TABLE quantity(name, unit, doc); CREATE TABLE row(run, number, cell, cycle, time, variant)",
                 NULL, NULL, NULL);
    sqlite3_close(db);
    refused(made_path("empty.sqlite"), E_INPUT, "no run in it");
}

/* Values that are no numbers, NULLs where none belong: read as unknown. */
static void a_base_by_another_hand_is_read(void **state)
{
    (void)state;
    sqlite3 *db;
    assert_int_equal(sqlite3_open(made_path("odd.sqlite"), &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(
            db,
            "CREATE TABLE run(id, name, scenario, made_by, started, ended, outcome, why);"
            "CREATE TABLE quantity(name, unit, doc);"
            "CREATE TABLE row(run, number, cell, cycle, time, variant, capacity_ah, \"o\"\"dd\");"
            "INSERT INTO run VALUES('r', 'n', NULL, 'no json', 5, NULL, NULL, NULL);"
            "INSERT INTO quantity VALUES('capacity_ah', 'Ah', 'Said.');"
            "INSERT INTO row VALUES('r', 1, NULL, NULL, NULL, NULL, 'text', 3), ('r', 0, 'B1', 7, 9, 'v', 2, x'00')",
            NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
    result *r = opened(made_path("odd.sqlite"));
    assert_int_equal(r->rows.n, 2);
    assert_string_equal(r->rows.cell_name[0], "B1");
    assert_int_equal(r->rows.time[0], 9);
    assert_float_equal(r->rows.col[0].v[0], 2, 0);
    assert_true(isnan(r->rows.col[0].v[1]) && isnan(r->rows.col[1].v[0]));
    assert_float_equal(r->rows.col[1].v[1], 3, 0);
    assert_string_equal(r->rows.col[0].doc, "Said.");
    assert_string_equal(json_string_value(json_object_get(r->about, "outcome")), "running");
    result_close(r);
}

/* A write-ahead log wants a file beside it; where none can be made the base is read as it lies. */
static void a_base_where_nobody_may_write_is_read(void **state)
{
    (void)state;
    static const char made[] =
        "PRAGMA journal_mode = WAL; CREATE TABLE run(id, name, scenario, made_by, started, ended, outcome, why);"
        "CREATE TABLE quantity(name, unit, doc); CREATE TABLE row(run, number, cell, cycle, time, variant, "
        "capacity_ah);"
        "INSERT INTO run VALUES('r', 'n', '', '{}', 5, 1000005, 1, 'no'); INSERT INTO row VALUES('r', 0, 'B1', 1, 2, "
        "'v', 3)";
    sqlite3 *db;
    why w = { 0 };
    assert_int_equal(sqlite3_open(made_path("w#?l.sqlite"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, made, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(file_mkdirs(made_path("w#?l.sqlite-shm"), &w), E_OK);
    result *r = opened(made_path("w#?l.sqlite"));
    assert_int_equal(r->rows.n, 1);
    assert_float_equal(r->rows.col[0].v[0], 3, 0);
    assert_string_equal(json_string_value(json_object_get(r->about, "outcome")), "failed");
    assert_float_equal(json_number_value(json_object_get(r->about, "seconds")), 1, 1e-9);
    result_close(r);
}

static void what_is_no_result_says_so(void **state)
{
    (void)state;
    why w = { 0 };
    refused(made_path("nothing"), E_INPUT, "there is no ");
    assert_int_equal(file_mkdirs(made_path("bare"), &w), E_OK);
    refused(made_path("bare"), E_INPUT, "neither result.json, scenario.toml nor rows are there");
    assert_int_equal(file_mkdirs(made_path("quiet"), &w), E_OK);
    made_file("quiet/scenario.toml", "[[output]]\nplugin = \"summary\"\n[[output]]\nplugin = \"report\"\n");
    refused(made_path("quiet"), E_INPUT,
            "keeps no rows (its outputs: summary, report); [[output]] plugin = \"sqlite\"");
    made_file("quiet/scenario.toml", "[run]\nname = \"x\"\n");
    refused(made_path("quiet"), E_INPUT, "keeps no rows (its outputs: none)");
    result *r = NULL;
    assert_int_equal(result_open(made_path("quiet"), false, &r, &w), E_OK);
    assert_string_equal(r->name, "quiet");
    assert_null(r->rows_from);
    result_close(r);
    made_file("quiet/result.json", "{\"name\":");
    refused(made_path("quiet"), E_INPUT, "quiet/result.json:1: damaged:");
}

/* ---- parts and bounds ---- */

static void some_rows_alone(void **state)
{
    (void)state;
    const char *path = made_file("some.csv", HEADING "B1,1,,x,2,1\nB1,1,,y,3,1\nB2,1,,x,4,1\nB2,1,,y,5,1\n");
    why w = { 0 };
    result *r = NULL;
    result_options o = { .cell = "B2" };
    assert_int_equal(result_open_some(path, &o, &r, &w), E_OK);
    assert_int_equal(r->rows.n, 2);
    assert_float_equal(r->rows.col[0].v[0], 4, 0);
    result_close(r);
    o.variant = "y";
    assert_int_equal(result_open_some(path, &o, &r, &w), E_OK);
    assert_int_equal(r->rows.n, 1);
    assert_float_equal(r->rows.col[0].v[0], 5, 0);
    result_close(r);
    assert_int_equal(result_open_some(path, &(result_options){ .cell = "B3" }, &r, &w), E_INPUT);
    assert_non_null(strstr(w.text, "no cell \"B3\", did you mean \"B"));
    assert_int_equal(result_open_some(path, &(result_options){ .variant = "something" }, &r, &w), E_INPUT);
    assert_non_null(strstr(w.text, "no variant \"something\"; there are x, y"));
    assert_int_equal(result_open_some(path, &(result_options){ .most = 3 }, &r, &w), E_NOMEM);
    assert_non_null(strstr(w.text, "more than the 3 rows"));
}

static void a_sweep_s_cases_are_rows(void **state)
{
    (void)state;
    sqlite3 *db;
    why w = { 0 };
    assert_int_equal(sqlite3_open(made_path("sweep.sqlite"), &db), SQLITE_OK);
    static const char made[] =
        "CREATE TABLE sweep(key TEXT PRIMARY KEY, value TEXT);"
        "CREATE TABLE quantity(name TEXT PRIMARY KEY, role TEXT, unit TEXT);"
        "INSERT INTO sweep VALUES('name', 'k and law'), ('cases', '3'), ('fade', '0.1.0');"
        "INSERT INTO quantity VALUES('physics.k', 'axis', '1/s'), ('physics.plugin', 'axis', ''),"
        " ('capacity_ah', 'outcome', '');"
        "CREATE TABLE sweep_case(number INTEGER PRIMARY KEY, case_id TEXT, status TEXT, reason TEXT, seed INTEGER,"
        " block INTEGER, cells INTEGER, end TEXT, \"physics.k\" REAL, \"physics.plugin\" TEXT, capacity_ah REAL);"
        "INSERT INTO sweep_case VALUES(1, 'b2', 'done', NULL, 5, 0, 1, 'rows', 2.5, 'xu2018', 1.5),"
        " (0, 'a1', 'failed', 'it broke', 6, 0, 1, 'failed', 1.5, 'wang2011', NULL)";
    assert_int_equal(sqlite3_exec(db, made, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    result *r = opened(made_path("sweep.sqlite"));
    assert_true(r->cases);
    assert_int_equal(r->rows.n, 2);
    assert_int_equal(r->rows.ncol, 2);
    assert_string_equal(r->rows.cell_name[0], "a1");
    assert_string_equal(r->rows.variant_name[1], "xu2018");
    assert_string_equal(r->name, "k and law");
    assert_string_equal(r->rows.col[0].name, "physics.k");
    assert_string_equal(r->rows.col[0].key, "physics.k");
    assert_string_equal(r->rows.col[0].unit, "1/s");
    assert_string_equal(r->rows.col[0].doc, "axis");
    assert_string_equal(r->rows.col[1].unit, "Ah");
    assert_string_equal(json_string_value(json_object_get(r->about, "outcome")), "cancelled");      /* two of three */
    assert_int_equal(r->rows.cycle[1], 1);
    assert_float_equal(r->rows.col[0].v[1], 2.5, 0);
    assert_true(isnan(r->rows.col[1].v[0]));
    assert_float_equal(r->rows.col[frame_find(&r->rows, "capacity")].v[1], 1.5, 0);
    result_close(r);
    assert_int_equal(result_open_some(made_path("sweep.sqlite"), &(result_options){ .variant = "xu2018" }, &r, &w),
                     E_OK);
    assert_int_equal(r->rows.n, 1);
    result_close(r);
    assert_int_equal(result_open(made_path("sweep.sqlite"), false, &r, &w), E_OK);
    assert_true(r->cases && r->rows.n == 0);
    result_close(r);
    assert_int_equal(file_mkdirs(made_path("swept"), &w), E_OK);      /* the folder of a sweep */
    assert_int_equal(rename(made_path("sweep.sqlite"), made_path("swept/sweep.sqlite")), 0);
    r = opened(made_path("swept"));
    assert_true(r->cases && r->rows.n == 2);
    result_close(r);
}

/* ---- lives ---- */

static void lives_are_told(void **state)
{
    (void)state;
    why w = { 0 };
    result *r = made_result();
    result_life *life = NULL;
    size_t n = 0;
    assert_int_equal(result_lives(r, &life, &n, &w), E_OK);
    assert_int_equal(n, 4);
    assert_string_equal(life[1].cell, "B1");
    assert_string_equal(life[1].variant, "law+ridge");
    assert_int_equal(life[1].rows, 10);
    assert_int_equal(life[1].cycle, 10);
    assert_float_equal(life[1].first_ah, 1.99 + 0.002, 1e-12);
    assert_float_equal(life[1].last_ah, 1.9 + 0.02, 1e-12);
    assert_float_equal(life[1].hybrid_ah, 1.901, 1e-12);
    assert_float_equal(life[1].observed_ah, 1.9, 1e-12);
    assert_float_equal(life[0].soh, 0.96, 1e-12);
    assert_float_equal(life[1].soh, 0.9505, 1e-12);      /* what a correction makes of it */
    assert_true(isnan(life[0].hybrid_ah));
    assert_float_equal(life[0].eol, 9, 0);               /* as result.json says of the physics */
    assert_true(isnan(life[1].eol));                     /* the corrected one's own rows stay above 80 % */
    assert_float_equal(life[1].eol_least, 10, 0);
    assert_string_equal(life[1].reason, "70% capacity");
    assert_string_equal(life[2].cell, "B2");
    assert_true(isnan(life[2].eol));
    assert_float_equal(life[2].eol_least, 10, 0);        /* not reached is no number, and no horizon */
    assert_true(isnan(life[0].eol_least));
    free(life);

    free(r->scenario); /* of B2 from its rows: 0.975 - 0.004 k < 0.96 from cycle 4 on */
    r->scenario = mem_dup("[health]\neol = 0.96\nhold = 3\n");
    assert_int_equal(result_lives(r, &life, &n, &w), E_OK);
    assert_true(isnan(life[1].eol));                     /* below it in cycles 9 and 10 only */
    assert_float_equal(life[1].eol_least, 9, 0);
    assert_float_equal(life[2].eol, 4, 0);
    assert_true(isnan(life[2].eol_least));
    free(life);
    result_close(r);
}

static void lives_without_rows_come_from_result_json(void **state)
{
    (void)state;
    why w = { 0 };
    result *r = made_result(), bare = { .about = r->about };
    result_life *life = NULL;
    size_t n = 0;
    assert_int_equal(result_lives(&bare, &life, &n, &w), E_OK);
    assert_int_equal(n, 1);
    assert_int_equal(life[0].rows, 10);
    assert_true(isnan(life[0].first_ah));
    assert_float_equal(life[0].eol, 9, 0);
    free(life);
    result_close(r);
}

static void health_and_start_are_told(void **state)
{
    (void)state;
    static const struct { const char *toml; double eol; uint64_t hold;
    } said[] = {
        { NULL, 0.8, 1 },
        { "[health]\npreset = \"nasa\"\n", 0.7, 1 },
        { "[health]\neol = \"75 %\"\nhold = 2\n", 0.75, 2 },
        { "[health]\neol = 0.6\n", 0.6, 1 },
        { "this is no TOML", 0.8, 1 },
    };
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        char *toml = mem_dup(said[i].toml);
        result r = { .scenario = toml };
        uint64_t hold;
        assert_float_equal(result_eol(&r, &hold), said[i].eol, 1e-12);
        assert_int_equal(hold, said[i].hold);
        free(toml);
    }
    char id[27], when[40];
    int64_t before = clock_utc_us();
    clock_ulid(id);
    result r = { .about = json_pack("{s:s}", "run", id) };
    assert_true(result_started(&r) >= before - 1000 && result_started(&r) <= clock_utc_us() + 1000);
    json_object_set_new(r.about, "run", json_string("01M7XV83HHDQ8S1STQPKNN6DRG"));
    clock_text(result_started(&r), when);
    assert_string_equal(when, "2026-11-21T01:24:03.761Z");
    json_object_set_new(r.about, "run", json_string("short"));
    assert_true(result_started(&r) == INT64_MIN);
    json_decref(r.about);
}

/* Whichever allocation fails, it is an error with a sentence, and nothing leaks. */
static void memory_may_run_out(void **state)
{
    (void)state;
    const char *path = made_file("mem.csv", HEADING "B1,1,,x,2,1\nB1,2,,x,3,1\n");
    int failed = 0;
    for (long k = 1; k < 80; k++) {
        result *r = NULL;
        result_life *life = NULL;
        size_t n;
        why w = { 0 };
        mem_fail_at(k);
        int rc = result_open_some(path, &(result_options){ .cell = "B1" }, &r, &w);
        if (!rc)
            rc = result_lives(r, &life, &n, &w);
        mem_fail_at(0);
        failed += rc != E_OK;
        if (rc)
            assert_true(rc == E_NOMEM && w.text[0]);
        free(life);
        result_close(r);
    }
    assert_true(failed > 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_outputs_write_is_read),
        cmocka_unit_test(a_file_that_gathers_runs_gives_the_one_asked_for),
        cmocka_unit_test(tables_are_read),
        cmocka_unit_test(a_torn_last_row_is_no_row),
        cmocka_unit_test(damage_has_a_line),
        cmocka_unit_test(lines_may_differ_in_columns),
        cmocka_unit_test(bases_are_refused_with_a_reason),
        cmocka_unit_test(a_base_by_another_hand_is_read),
        cmocka_unit_test(a_base_where_nobody_may_write_is_read),
        cmocka_unit_test(what_is_no_result_says_so),
        cmocka_unit_test(some_rows_alone),
        cmocka_unit_test(a_sweep_s_cases_are_rows),
        cmocka_unit_test(lives_are_told),
        cmocka_unit_test(lives_without_rows_come_from_result_json),
        cmocka_unit_test(health_and_start_are_told),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}

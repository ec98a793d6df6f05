/* SPDX-License-Identifier: MIT
 * test_export.c - rows for other programs: CSV, BDF, JSON; names, columns, files and folders.
 */
#include "tests/result_rig.h"
#include <sys/stat.h>

static char *exported(const result *r, const export_options *o)
{
    char *at = NULL;
    size_t n = 0;
    why w = { 0 };
    FILE *out = open_memstream(&at, &n);
    assert_non_null(out);
    if (export_rows(r, o, out, &w))
        fail_msg("%s", w.text);
    fclose(out);
    return at;
}

static void refused(const result *r, const export_options *o, int code, const char *said)
{
    why w = { 0 };
    FILE *out = fopen("/dev/null", "wb");
    assert_int_equal(export_rows(r, o, out, &w), code);
    if (!strstr(w.text, said))
        fail_msg("said \"%s\", not \"%s\"", w.text, said);
    fclose(out);
}

static void csv_is_what_the_output_writes(void **state)
{
    (void)state;
    result *r = made_result();
    char *said = exported(r, &(export_options){ .format = "csv" });
    assert_true(text_starts(said, "battery_id,cycle_count,time,variant,capacity_ah,physics_capacity_ah,soh_ratio,"
                                  "hybrid_capacity_ah,hybrid_lower_ah,hybrid_upper_ah,current_mean_ampere\n"
                                  "B1,1,2026-01-01T01:00:00.000Z,law,1.99,1.992,0.996,,,,1.5\n"));
    assert_non_null(strstr(said, "\nB1,2,,law,1.98,"));
    assert_non_null(strstr(said, "\nB1,3,2026-01-01T03:00:00.000Z,law,,"));
    made_file("back.csv", said);                        /* and reads back the same bits */
    result *back = NULL;
    why w = { 0 };
    assert_int_equal(result_open(made_path("back.csv"), true, &back, &w), E_OK);
    assert_int_equal(back->rows.n, 40);
    for (size_t c = 0; c < r->rows.ncol; c++)
        for (size_t i = 0; i < 40; i++)
            assert_true(back->rows.col[c].v[i] == r->rows.col[c].v[i] || isnan(r->rows.col[c].v[i]));
    result_close(back);
    free(said);
    result_close(r);
}

static void columns_are_chosen_by_name_or_key(void **state)
{
    (void)state;
    result *r = made_result();
    const char *column[] = { "cycle", "soh", "cell", "capacity_ah", "variant", "time" };
    export_options o = { .format = "csv", .column = column, .ncolumn = 6 };
    char *said = exported(r, &o);
    assert_true(
        text_starts(said, "cycle_count,soh_ratio,battery_id,capacity_ah,variant,time\n1,0.996,B1,1.99,law,2026"));
    free(said);
    column[1] = "capasity";
    refused(r, &o, E_INPUT, "no column \"capasity\" in made, did you mean \"capacity_ah\"?");
    column[1] = "entirely else";
    refused(r, &o, E_INPUT, "`fade show --json` lists them");
    refused(r, &(export_options){ .format = "xml" }, E_USAGE,
            "no format \"xml\"; there are csv, bdf, json and parquet");
    refused(r, &(export_options){ .format = "csv", .names = "ours" }, E_USAGE, "no names \"ours\"");
    result_close(r);
}

static void bdf_has_one_cell_and_its_labels(void **state)
{
    (void)state;
    why w = { 0 };
    result *r = made_result(), one = *r;
    export_options o = { .format = "bdf" };
    refused(r, &o, E_USAGE, "bdf has one cell a file and made has 2 (B1, B2, ..)");
    one.rows = (frame){ 0 };
    assert_int_equal(frame_pick(&r->rows, 0, -1, &one.rows, &w), E_OK);
    refused(&one, &o, E_USAGE, "made has 2 models (law, law+ridge, ..)");
    frame_free(&one.rows);
    assert_int_equal(frame_pick(&r->rows, 0, 0, &one.rows, &w), E_OK);
    char *said = exported(&one, &o);
    assert_true(text_starts(said,
                            "Cycle Count / 1,Unix Time / s,Capacity / Ah,Physics Capacity / Ah,State of Health / 1,"
                            "Hybrid Capacity / Ah,Hybrid Lower / Ah,Hybrid Upper / Ah,Current Mean / A\n"
                            "1,1767229200,1.99,1.992,0.996,,,,-1.5\n")); /* there charge is positive */
    free(said);
    frame_free(&one.rows);
    result_close(r);
}

static void pybamm_names(void **state)
{
    (void)state;
    static const struct { const char *ours, *theirs; } said[] = {
        { "capacity_ah", "Discharge capacity [A.h]" }, { "physics_capacity_ah", "Capacity [A.h]" },
        { "resistance_ohm", "Local ECM resistance [Ohm]" }, { "voltage_volt", "Voltage [V]" },
        { "physics_lli_percent", "Loss of lithium inventory [%]" }, { "physics_loss_ratio", "Physics loss" },
        { "throughput_capacity_ah", "Throughput capacity [A.h]" }, { "temperature_max_celsius", "Temperature max [C]" },
    };
    enum { N = sizeof said / sizeof *said };
    result r = { .name = mem_dup("x") };
    why w = { 0 };
    char expected[1024] = "Battery ID,Cycle number,Time,Variant";
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(frame_add_column(&r.rows, said[i].ours, NULL, NULL, NULL, &w), i);
        snprintf(expected + strlen(expected), sizeof expected - strlen(expected), ",%s", said[i].theirs);
    }
    frame_add_column(&r.rows, "lli_percent", NULL, NULL, NULL, &w); /* called as another: ours stays */
    strcat(expected, ",lli_percent\n");
    char *made = exported(&r, &(export_options){ .format = "csv", .names = "pybamm" });
    assert_string_equal(made, expected);
    free(made);
    frame_free(&r.rows);
    free(r.name);
}

static void json_by_records_and_columns(void **state)
{
    (void)state;
    result *r = made_result();
    char *said = exported(r, &(export_options){ .format = "json" });
    json_t *j = json_loads(said, 0, NULL);
    assert_int_equal(json_array_size(j), 40);
    json_t *row = json_array_get(j, 4);
    assert_string_equal(json_string_value(json_object_get(row, "battery_id")), "B1");
    assert_int_equal(json_integer_value(json_object_get(row, "cycle_count")), 3);
    assert_true(json_is_null(json_object_get(row, "capacity_ah")));
    assert_true(json_is_null(json_object_get(json_array_get(j, 2), "time")));
    assert_float_equal(json_number_value(json_object_get(row, "physics_capacity_ah")), 1.976, 1e-12);
    json_decref(j);
    free(said);
    const char *column[] = { "cycle", "capacity" };
    said = exported(r, &(export_options){ .format = "json", .column = column, .ncolumn = 2, .columnwise = true });
    j = json_loads(said, 0, NULL);
    assert_int_equal(json_object_size(j), 2);
    assert_int_equal(json_array_size(json_object_get(j, "capacity_ah")), 40);
    assert_int_equal(json_integer_value(json_array_get(json_object_get(j, "cycle_count"), 39)), 10);
    json_decref(j);
    free(said);
    result_close(r);
}

static void parquet_is_written(void **state)
{
    (void)state;
    why w = { 0 };
    result *r = made_result();
    const char *path = made_path("made.parquet");
    assert_int_equal(export_file(r, &(export_options){ .format = "parquet" }, path, &w), E_OK);
    char *at = NULL;
    size_t n;
    assert_int_equal(file_read(path, 1 << 20, &at, &n, &w), E_OK);
    assert_memory_equal(at, "PAR1", 4);
    assert_memory_equal(at + n - 4, "PAR1", 4);
    static const char key[] = "fade.scenario",
                      column[] = "{\"name\":\"capacity_ah\",\"unit\":\"Ah\",\"doc\":\"Said.\"}";
    assert_non_null(memmem(at, n, key, sizeof key - 1));
    assert_non_null(memmem(at, n, column, sizeof column - 1));
    free(at);
    result_close(r);
}

static void a_file_for_each_cell_and_model(void **state)
{
    (void)state;
    why w = { 0 };
    size_t files;
    result *r = made_result();
    assert_int_equal(export_folder(r, &(export_options){ .format = "bdf" }, made_path("bdf"), &files, &w), E_OK);
    assert_int_equal(files, 4);
    char *said = made_read(made_path("bdf/fade__B2__20261121_002.bdf.csv"));
    char *last = strstr(said, "\n10,1767261600,1.8");
    assert_non_null(last);
    assert_true(text_ends(last, ",-1.5\n"));
    free(said);
    assert_int_equal(export_folder(r, &(export_options){ .format = "json" }, made_path("js"), &files, &w), E_OK);
    assert_true(file_exists(made_path("js/B1_law+ridge.json")));
    result_close(r);
}

static void what_cannot_be_written_leaves_nothing(void **state)
{
    (void)state;
    why w = { 0 };
    result *r = made_result();
    export_options o = { .format = "csv" };
    assert_int_equal(export_file(r, &o, made_path("none/x.csv"), &w), E_IO);
    assert_non_null(strstr(w.text, "none/x.csv: No such file"));
    const char *column = "nothing", *path = made_file("was.csv", "before");
    o.column = &column;
    o.ncolumn = 1;
    assert_int_equal(export_file(r, &o, path, &w), E_INPUT);
    char *said = made_read(path);
    assert_string_equal(said, "before");
    free(said);
    o.ncolumn = 0;
    FILE *full = fopen("/dev/full", "wb");
    if (full) {
        assert_int_equal(export_rows(r, &o, full, &w), E_IO);
        fclose(full);
    }
    for (long k = 1; k < 8; k++) {
        mem_fail_at(k);
        int rc = export_file(r, &(export_options){ .format = "parquet" }, made_path("m.parquet"), &w);
        mem_fail_at(0);
        assert_true(rc == E_OK || rc == E_NOMEM);
    }
    result_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_is_what_the_output_writes),
        cmocka_unit_test(columns_are_chosen_by_name_or_key),
        cmocka_unit_test(bdf_has_one_cell_and_its_labels),
        cmocka_unit_test(pybamm_names),
        cmocka_unit_test(json_by_records_and_columns),
        cmocka_unit_test(parquet_is_written),
        cmocka_unit_test(a_file_for_each_cell_and_model),
        cmocka_unit_test(what_cannot_be_written_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}

/* SPDX-License-Identifier: MIT
 * test_checker.c - the checker on plugins that are sound: in this process and in processes of their own; how it
 * reports; and the calls it makes fail.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "core/host/checker.h"
#include "core/host/fault.h"
#include "core/host/library.h"
#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *build(void)
{
    const char *b = getenv("FADE_BUILD");
    return b && *b ? b : "build";
}

static const char *path_of(const char *id, char out[512])
{
    snprintf(out, 512, "%s/plugins/%s.so", build(), id);
    return out;
}

/* All rows, in this process. */
static void check(const char *id, size_t rows)
{
    char path[512];
    checker_result r = { 0 };
    why w = { 0 };
    checker_options opt = { .seed = 3 };
    assert_int_equal(checker_run(path_of(id, path), &opt, &r, &w), E_OK);
    for (size_t i = 0; i < r.n; i++)
        if (r.row[i].status >= CHECKER_WARN)
            fail_msg("%s: %s: %s", id, r.row[i].test, r.row[i].text);
    assert_int_equal(r.n, rows);
    checker_free(&r);
}

static void a_law_is_sound(void **s)
{
    (void)s;
    check("power-law", 29);
}

static void an_output_is_sound(void **s)
{
    (void)s;
    check("jsonl", 16);
}

static void a_source_is_sound(void **s)
{
    (void)s;
    check("constant", 18);
}

static void a_corrector_is_sound(void **s)
{
    char path[512];
    (void)s;
    FILE *f = fopen(path_of("ridge", path), "r");
    if (!f) {
        print_message("ridge is not built here\n");
        skip();
    }
    fclose(f);
    checker_result r = { 0 };
    checker_options opt = { .seed = 3, .only = "corrector-saves" };
    assert_int_equal(checker_run(path, &opt, &r, NULL), E_OK);
    assert_int_equal(r.n, 1);
    assert_int_equal(r.row[0].status, CHECKER_OK);
    assert_string_equal(r.plugins, "corrector ridge");
    checker_free(&r);
}

static void processes_say_the_same(void **s)
{
    char path[512], exe[512];
    checker_result r = { 0 };
    (void)s;
    snprintf(exe, sizeof exe, "%s/fade", build());
    checker_options opt = { .seed = 3, .exe = exe, .only = "process" };
    assert_int_equal(checker_run(path_of("power-law", path), &opt, &r, NULL), E_OK);
    assert_int_equal(r.n, 1);
    assert_int_equal(r.row[0].status, CHECKER_NOTE);
    assert_non_null(strstr(r.row[0].text, "bits "));
    assert_string_equal(r.row[0].plugin, "power-law");
    checker_free(&r);
}

static void a_command_that_is_not_there_is_said(void **s)
{
    char path[512];
    checker_result r = { 0 };
    why w = { 0 };
    (void)s;
    checker_options opt = { .exe = "/nowhere/fade", .only = "create" };
    assert_int_equal(checker_run(path_of("power-law", path), &opt, &r, &w), E_FAILED);
    assert_non_null(strstr(w.text, "/nowhere/fade cannot be started"));
    checker_free(&r);
    opt.exe = "/bin/echo";                              /* answers, but not as a checker does */
    assert_int_equal(checker_run(path, &opt, &r, &w), E_OK);
    assert_int_equal(r.row[0].status, CHECKER_FAIL);
    assert_non_null(strstr(r.row[0].text, "ended the process with status 0"));
    checker_free(&r);
}

static void tests_have_names(void **s)
{
    char path[512];
    checker_result r = { 0 };
    why w = { 0 };
    text t = { 0 };
    (void)s;
    checker_options opt = { .only = "tile-lames" };
    assert_int_equal(checker_run(path_of("power-law", path), &opt, &r, &w), E_USAGE);
    assert_string_equal(w.text, "there is no test \"tile-lames\"; did you mean \"tile-lanes\"?");
    opt.only = "create";
    assert_int_equal(checker_run("/nowhere/x.so", &opt, &r, &w), E_PLUGIN);
    assert_string_equal(w.text, "there is no file /nowhere/x.so");
    checker_table(&t);
    assert_non_null(strstr(text_of(&t), "step-invariance    fail  One step of two is two steps of one"));
    text_free(&t);
    checker_free(&r);
}

static void json_can_be_read(void **s)
{
    char path[512];
    checker_result r = { 0 };
    text t = { 0 };
    (void)s;
    checker_options opt = { .only = "speed" };
    assert_int_equal(checker_run(path_of("power-law", path), &opt, &r, NULL), E_OK);
    checker_json(&r, &t);
    json_t *all = json_loads(text_of(&t), 0, NULL), *row = json_array_get(json_object_get(all, "rows"), 0);
    assert_string_equal(json_string_value(json_object_get(row, "test")), "speed");
    assert_string_equal(json_string_value(json_object_get(row, "status")), "note");
    assert_string_equal(json_string_value(json_object_get(row, "doc")), "docs/abi.md#tiles");
    assert_int_equal(json_integer_value(json_object_get(all, "failed")), 0);
    json_decref(all);
    text_free(&t);
    checker_text(&r, &t);
    assert_non_null(strstr(text_of(&t), "1 tests: 1 ok, 0 failed, 0 warnings, 0 skipped\n"));
    text_free(&t);
    assert_int_equal(checker_worst(&r), CHECKER_NOTE);
    checker_free(&r);
}

static void a_file_of_a_plugin_is_found_beside_it(void **s)
{
    (void)s;
    char *found = checker_beside("tests/zoo/x.so", "golden.csv");
    assert_string_equal(found, "tests/zoo/golden.csv");
    free(found);
    assert_null(checker_beside("tests/zoo/x.so", "silver.csv"));
    assert_null(checker_beside("virtual", "golden.csv"));
    found = checker_beside("core/host/output-csv.so", "README.md");
    assert_string_equal(found, "core/host/../../plugins/output/csv/README.md");
    free(found);
}

static void calls_are_redirected_only_where_they_can_be(void **s)
{
    why w = { 0 };
    (void)s;
    assert_int_equal(fault_open("/nowhere/x.so", &w), E_FAILED);
    assert_string_equal(w.text, "/nowhere/x.so is not loaded");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_law_is_sound),
        cmocka_unit_test(an_output_is_sound),
        cmocka_unit_test(a_source_is_sound),
        cmocka_unit_test(a_corrector_is_sound),
        cmocka_unit_test(processes_say_the_same),
        cmocka_unit_test(a_command_that_is_not_there_is_said),
        cmocka_unit_test(tests_have_names),
        cmocka_unit_test(json_can_be_read),
        cmocka_unit_test(a_file_of_a_plugin_is_found_beside_it),
        cmocka_unit_test(calls_are_redirected_only_where_they_can_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT
 * test_manual.c - manual page, Markdown and JSON say all that the tables say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/mem.h"
#include "core/host/descriptor.h"
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const fade_param params[] = {
    { "k", "1/s", "Rate.", "Paper, doi 10/1", FADE_REAL, FADE_PER_CELL | FADE_FITTED | FADE_LOG, 0.02, 0, 1, 0.01, 0.05,
      NULL },
    { "sei.k0", "m/s", "Growth.", "", FADE_REAL, FADE_PER_CELL | FADE_LIVE | FADE_EXAMPLE, 1e-12, 0, 0, 0, 0, NULL },
    { "path", "", "A file | or a pipe.", "", FADE_PATH, FADE_REQUIRED, NAN, 0, 0, 0, 0, NULL },
    { "rate", "A", "A current.", "", FADE_REAL, FADE_REQUIRED, NAN, 0, 10, 0, 0, NULL },
    { "b", "", "Which.", "", FADE_CHOICE, 0, 1, 0, 0, 0, 0, "points|cubic" },
    { "on", "", "Whether.", "", FADE_BOOL, FADE_ADVANCED, 1, 0, 1, 0, 0, NULL },
    { "ocv", "1;V", "A curve.", "", FADE_CURVE, FADE_ADVANCED, 0, 0, 0, 0, 0, "0,3 1,4" },
    { "k0", "m/s", "Growth, once.", "", FADE_REAL, FADE_DEPRECATED, 1e-12, 0, 0, 0, 0, "sei.k0" },
};
static const fade_column state[] = { { "q", "Ah", "Charge.", 2.5, 0, 10, 0, 0, 3, FADE_MEMO } };
static const fade_column in[] = { { "depth", "1", "Depth.", 0, 0, 0, 0, 1.05, 0, FADE_PLANNED },
                                  { "rest", "s", "Rest.", 0, 0, 0, 0, 0, 0, FADE_OPTIONAL | FADE_EARLY } };
static const fade_column out[] = { { "loss", "1", "Loss.", 0, 0, 1, 0, 0, 0, FADE_TARGET } };
static const fade_desc desc = { .size = sizeof desc,
                                .flags = FADE_PER_CYCLE,
                                .id = "law",
                                .kind = "physics",
                                .version = "1.2.3",
                                .licence = "MIT",
                                .doc = "A law.\n\nMore of it.",
                                .cite = "Someone, Journal 1 (2000)",
                                .params = FADE_LIST(params),
                                .columns = { FADE_LIST(state), FADE_LIST(in), FADE_LIST(out), { 0 } } };

static void has(const text *t, const char *part)
{
    if (!strstr(text_of(t), part))
        fail_msg("'%s' is not in:\n%s", part, text_of(t));
}

static const char example[] = "plugin = \"law\"\nk = 0.02   # 1/s\nsei.k0 = 1e-12   # m/s\npath = "
                              "\"${FADE_DATA}/file\"\nrate = 1   # A\nb = \"cubic\"\n";

static void page_says_all(void **unused)
{
    (void)unused;
    text t = { 0 };
    assert_int_equal(descriptor_manual(&desc, "/p/law.so", false, &t), E_OK);
    has(&t, "law - physics, version 1.2.3, MIT\n  A law.\n  More of it.\n  It steps per cycle.\n");
    has(&t, "  k  [1/s]  number, default 0.02, 0 .. 1, shown to hold 0.01 .. 0.05; may differ by cell, fitted\n      "
            "Rate.\n"
            "      Source: Paper, doi 10/1\n");
    has(&t, "  sei.k0  [m/s]  number, default 1e-12; may differ by cell, may be bound to a column, example\n");
    has(&t, "  path  path; required\n");
    has(&t, "  b  choice, default \"cubic\": points, cubic\n");
    has(&t, "  on  true or false, default true; advanced\n");
    has(&t, "  ocv  [1;V]  curve, default \"0,3 1,4\"; advanced\n");
    has(&t, "  k0  [m/s]  number; deprecated: write sei.k0\n");
    has(&t, "\nState\n  q  [Ah]  starts at 2.5  rebuilt, not saved, 3 values\n      Charge.\n");
    has(&t, "\nInputs\n  depth  [ratio]  shown to hold 0 .. 1.05  planned\n");
    has(&t, "  rest  [s]  early, optional\n");
    has(&t, "\nOutputs\n  loss  [ratio]  after, target\n");
    has(&t, "\nCite\n  Someone, Journal 1 (2000)\n");
    has(&t, "\nExample\n  [[physics]]\n  plugin = \"law\"\n");
    has(&t, "\nFile\n  /p/law.so\n");
    assert_null(strstr(text_of(&t), "Samples"));
    text_free(&t);
}

static void markdown_is_a_page_of_docs(void **unused)
{
    (void)unused;
    text t = { 0 };
    assert_int_equal(descriptor_manual(&desc, "/p/law.so", true, &t), E_OK);
    has(&t, "# law\n\nphysics, version 1.2.3, MIT; steps per cycle.\n\nA law.\n\nMore of it.\n");
    has(&t, "| `k` | number | 1/s | `0.02` | 0 .. 1 | 0.01 .. 0.05 | may differ by cell, fitted | Rate. | Paper, doi "
            "10/1 |\n");
    has(&t, "A file \\| or a pipe.");
    has(&t, "| `q` | Ah | 2.5 |");
    has(&t, "| `depth` | ratio | 0 .. 1.05 | planned | Depth. |\n");
    has(&t, "```toml\n[[physics]]\n");
    has(&t, example);
    assert_null(strstr(text_of(&t), "/p/law.so"));
    size_t bars = 0;
    for (const char *c = strstr(text_of(&t), "| `path`"); *c != '\n'; c++)
        bars += *c == '|' && c[-1] != '\\';
    assert_int_equal(bars, 10);
    text_free(&t);
}

/* ---- a law that sees inside rows ---- */

static const fade_column reads[] = { { "soc", "1", "Soc.", 0, 0, 0, 0, 0, 1, 0 },
                                     { "temperature", "K", "T.", 0, 0, 0, 0, 0, 1, 0 } };
static const fade_column heat[] = { { "warm", "1", "Heat.", 0, 0, 0, 0, 0, 1, 0 },
                                    { "bare", "1", "No input.", 0, 0, 0, 0, 0, 1, 0 } };
static const fade_column heard[] = { { "mean_warm", "1", "Heat.", 0, 0, 0, 0, 0, 1, FADE_OPTIONAL } };
static const fade_column swing[] = { { "swing", "1", "Swing.", 0, 0, 0, 0, 0, 1, 0 } };
static int32_t nothing(const void *m, fade_tile *b) { return (void)m, (void)b, FADE_OK; }
static const fade_duty_v1 duty = { .size = sizeof duty,
                                   .flags = FADE_LENT_SAMPLES,
                                   .break_time = 7200,
                                   .break_efc = 0.5,
                                   .activation = 24500,
                                   .in = FADE_LIST(reads),
                                   .rate = FADE_LIST(heat),
                                   .cycle = FADE_LIST(swing),
                                   .rates = nothing,
                                   .cycles = nothing };
static const void *duty_of(const fade_desc *d, const char *id)
{
    return (void)d, strcmp(id, "fade.duty/1") ? NULL : &duty;
}

static void a_law_that_sees_inside_rows_says_so(void **unused)
{
    (void)unused;
    fade_desc seeing = desc;
    seeing.iface = duty_of;
    seeing.columns.in = (fade_list)FADE_LIST(heard);
    text t = { 0 };
    assert_int_equal(descriptor_manual(&seeing, NULL, true, &t), E_OK);
    has(&t,
        "\n## Inside rows\n\nUnder a duty it sees inside rows: cycles are booked after 7200 s or past 0.5 equivalent "
        "full "
        "cycles.\nOf each sample it reads soc, temperature.\nIntegrated over time: warm.\nMade of each sample once: "
        "bare.\nSummed over rainflow cycles: "
        "swing.\nMeans of temperature are weighted by exp(-E/RT), E = 24500 J/mol.\nWhere cycles are booked it is lent "
        "the "
        "samples themselves.\n");
    text_free(&t);
    assert_int_equal(descriptor_manual(&seeing, NULL, false, &t), E_OK);
    has(&t, "\nInside rows\n  Under a duty it sees inside rows:");
    text_free(&t);
    assert_int_equal(descriptor_json(&seeing, NULL, &t), E_OK);
    has(&t,
        "\"inside\":{\"break_time\":7200,\"break_efc\":0.5,\"activation\":24500,\"reads\":[\"soc\",\"temperature\"],"
        "\"rates\":[\"warm\",\"bare\"],\"cycles\":[\"swing\"],\"lent_samples\":true}");
    text_free(&t);
    assert_int_equal(descriptor_json(&desc, NULL, &t), E_OK);
    assert_null(strstr(text_of(&t), "inside"));
    text_free(&t);
}

static void json_is_json(void **unused)
{
    (void)unused;
    text t = { 0 };
    assert_int_equal(descriptor_json(&desc, "/p/law.so", &t), E_OK);
    json_error_t e;
    json_t *root = json_loads(text_of(&t), 0, &e), *list = json_object_get(root, "params"),
           *k = json_array_get(list, 0);
    assert_non_null(root);
    assert_string_equal(json_string_value(json_object_get(root, "id")), "law");
    assert_string_equal(json_string_value(json_object_get(root, "path")), "/p/law.so");
    assert_true(json_is_true(json_object_get(root, "per_cycle")));
    assert_int_equal(json_array_size(list), 8);
    assert_true(json_real_value(json_object_get(k, "default")) == 0.02);
    assert_true(json_real_value(json_object_get(k, "lo")) == 0.01);
    assert_true(json_number_value(json_object_get(k, "max")) == 1);
    assert_true(json_is_true(json_object_get(k, "per_cell")));
    assert_true(json_is_true(json_object_get(k, "log")));
    assert_null(json_object_get(json_array_get(list, 1), "min"));
    assert_true(json_is_null(json_object_get(json_array_get(list, 3), "default")));
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 4), "default")), "cubic");
    assert_true(json_is_true(json_object_get(json_array_get(list, 5), "default")));
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 7), "replaced_by")), "sei.k0");
    const json_t *q = json_array_get(json_object_get(root, "state"), 0),
                 *depth = json_array_get(json_object_get(root, "in"), 0);
    assert_int_equal(json_integer_value(json_object_get(q, "width")), 3);
    assert_string_equal(json_string_value(json_object_get(depth, "moment")), "planned");
    const char *shown = json_string_value(json_object_get(root, "example"));
    assert_non_null(strstr(shown, example));
    json_decref(root);
    text_free(&t);
}

static void no_memory_is_told(void **unused)
{
    (void)unused;
    for (long k = 1; k < 12; k++) {
        text t = { 0 };
        mem_fail_at(k);
        int rc = descriptor_manual(&desc, NULL, k % 2, &t);
        mem_fail_at(0);
        assert_true(rc == E_NOMEM || rc == E_OK);
        assert_true((rc == E_NOMEM) == t.failed);
        text_free(&t);
        mem_fail_at(k);
        rc = descriptor_json(&desc, NULL, &t);
        mem_fail_at(0);
        assert_true(rc == E_NOMEM || rc == E_OK);
        text_free(&t);
    }
    text t = { 0 };
    mem_fail_at(1);
    assert_int_equal(descriptor_manual(&desc, NULL, true, &t), E_NOMEM);
    mem_fail_at(0);
    text_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(page_says_all),
        cmocka_unit_test(markdown_is_a_page_of_docs),
        cmocka_unit_test(a_law_that_sees_inside_rows_says_so),
        cmocka_unit_test(json_is_json),
        cmocka_unit_test(no_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

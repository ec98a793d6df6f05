/* SPDX-License-Identifier: MIT
 * test_out_jsonl.c - every line is JSON, unknown is null, events lie beside the rows, resuming gives the same bytes.
 */
#include "output_rig.h"
#include <jansson.h>

static json_t *line(const char *text, int n)
{
    while (n-- > 0)
        text = strchr(text, '\n') + 1;
    json_error_t error;
    json_t *j = json_loadb(text, strcspn(text, "\n"), 0, &error);
    if (!j)
        fail_msg("%s in: %.200s", error.text, text);
    return j;
}

static void rows_are_objects(void **state)
{
    (void)state;
    rig g;
    rig_load(&g, "jsonl");
    assert_int_equal(rig_open(&g), FADE_OK);
    assert_int_equal(rig_rows(&g, 0, 5), FADE_OK);
    assert_int_equal(g.vt->close(g.self, 0, NULL), FADE_OK);
    char *text = rig_file(&g, "rows.jsonl");
    json_t *j = line(text, 0);
    assert_string_equal(json_string_value(json_object_get(j, "battery_id")), "B0005");
    assert_string_equal(json_string_value(json_object_get(j, "time")), "2008-04-02T15:25:41.593Z");
    assert_int_equal(json_integer_value(json_object_get(j, "cycle_count")), 1);
    json_decref(j);
    j = line(text, 4);
    assert_true(json_is_null(json_object_get(j, "capacity_ah")));
    assert_true(json_is_null(json_object_get(j, "time")));
    assert_true(json_real_value(json_object_get(j, "physics_capacity_ah")) == 1.975);
    assert_int_equal(json_object_size(j), 8);
    json_decref(j);
    free(text);
    rig_remove(&g);
}

static void odd_bytes_are_escaped(void **state)
{
    (void)state;
    rig g;
    rig_load(&g, "jsonl");
    assert_int_equal(rig_open(&g), FADE_OK);
    fade_event e = { .size = sizeof e, .level = 2, .code = -7, .number = 3, .time = 0, .cycle = 9, .cell = "B0005",
                     .kind = "warning", .text = "tab\t \"q\" \\ \xc3\xa9 \xff \xed\xa0\x80.", .json = "{\"a\":[1,2]}" };
    assert_int_equal(g.vt->event(g.self, &e), FADE_OK);
    assert_int_equal(rig_event(&g, 4, 1, "progress", NULL, NULL), FADE_OK);
    assert_int_equal(rig_event(&g, 5, 1, "trained", NULL, NULL), FADE_OK);
    assert_int_equal(rig_event(&g, 5, 1, "trained", NULL, NULL), FADE_OK);
    assert_int_equal(g.vt->close(g.self, 0, NULL), FADE_OK);
    char *text = rig_file(&g, "events.jsonl");
    json_t *j = line(text, 0);
    assert_string_equal(json_string_value(json_object_get(j, "text")),
                        "tab\t \"q\" \\ \xc3\xa9 \xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd.");
    assert_int_equal(json_array_size(json_object_get(json_object_get(j, "data"), "a")), 2);
    assert_int_equal(json_integer_value(json_object_get(j, "code")), -7);
    assert_string_equal(json_string_value(json_object_get(j, "time")), "1970-01-01T00:00:00.000Z");
    json_decref(j);
    j = line(text, 1);
    assert_string_equal(json_string_value(json_object_get(j, "kind")), "trained");
    assert_true(json_is_null(json_object_get(j, "cycle_count")));
    assert_true(json_is_null(json_object_get(j, "data")));
    json_decref(j);
    int lines = 0;
    for (const char *p = text; *p; p++)
        lines += *p == '\n';
    assert_int_equal(lines, 2);
    free(text);
    rig_remove(&g);
}

static void write_all(rig *g, uint64_t from, uint64_t events)
{
    assert_int_equal(rig_rows(g, from, 60), FADE_OK);
    for (uint64_t k = events; k < 10; k++)
        assert_int_equal(rig_event(g, 2 * k, 1, "lane-end", "B0005", "{}"), FADE_OK);
    assert_int_equal(g->vt->flush(g->self), FADE_OK);
    assert_int_equal(g->vt->close(g->self, 0, NULL), FADE_OK);
}

static void resumed_is_the_same(void **state)
{
    (void)state;
    rig g;
    rig_load(&g, "jsonl");
    assert_int_equal(rig_open(&g), FADE_OK);
    write_all(&g, 0, 0);
    char *rows = rig_file(&g, "rows.jsonl"), *events = rig_file(&g, "events.jsonl");
    for (uint64_t first = 1; first < 60; first += 13) {
        g.run.first[0] = first;
        assert_int_equal(rig_open(&g), FADE_OK);
        write_all(&g, first, first % 10);
        char *rows_again = rig_file(&g, "rows.jsonl"), *events_again = rig_file(&g, "events.jsonl");
        assert_string_equal(rows_again, rows);
        assert_string_equal(events_again, events);
        free(rows_again);
        free(events_again);
    }
    free(rows);
    free(events);
    rig_remove(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_objects),
        cmocka_unit_test(odd_bytes_are_escaped),
        cmocka_unit_test(resumed_is_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

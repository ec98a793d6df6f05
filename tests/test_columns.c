/* SPDX-License-Identifier: MIT
 * test_columns.c - the standard columns: units that parse, sentences, moments; and docs/scenario.md tells of each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "core/base/file.h"
#include "core/scenario/scenario.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *key, *unit; uint32_t flags; } want[] = {
    { "count", "", FADE_PLANNED },
    { "depth", "1", FADE_PLANNED },
    { "soc_mean", "1", FADE_PLANNED },
    { "temperature_mean", "K", 0 },
    { "temperature_max", "K", 0 },
    { "temperature_start", "K", FADE_EARLY },
    { "temperature_ambient", "K", FADE_PLANNED },
    { "c_rate", "1/h", FADE_PLANNED },
    { "c_rate_charge", "1/h", FADE_PLANNED },
    { "charge_time", "s", FADE_EARLY },
    { "charge_cc_time", "s", FADE_EARLY },
    { "rest", "s", FADE_PLANNED },
    { "duration", "s", FADE_PLANNED },
    { "discharge_time", "s", FADE_TARGET },
    { "capacity", "Ah", FADE_TARGET },
    { "energy", "Wh", FADE_TARGET },
    { "true_capacity", "Ah", FADE_TARGET },
    { "resistance", "ohm", 0 },
    { "flags", "", 0 },
    { "voltage", "V", 0 },
    { "current", "A", 0 },
};

static void test_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const fade_column *c = scenario_column(want[i].key);
        assert_non_null(c);
        assert_string_equal(c->unit, want[i].unit);
        assert_int_equal(c->flags, want[i].flags);
    }
    assert_null(scenario_column("nonsense"));
}

static void test_table(void **state)
{
    (void)state;
    const fade_column *const *all;
    size_t n = scenario_columns(&all);
    assert_true(n >= 25);
    for (size_t i = 0; i < n; i++) {
        unit u;
        assert_ptr_equal(scenario_column(all[i]->key), all[i]);         /* no key twice */
        assert_int_equal(units_parse(all[i]->unit, &u, NULL), E_OK);
        size_t length = strlen(all[i]->doc);
        assert_true(length > 10 && all[i]->doc[length - 1] == '.');
    }
}

static const char *moment(uint32_t flags)
{
    return flags & FADE_TARGET    ? "after, contains the answer"
           : flags & FADE_PLANNED ? "before"
           : flags & FADE_EARLY   ? "during"
                                  : "after";
}

static void test_docs(void **state)
{
    (void)state;
    char *docs = NULL;
    size_t length;
    assert_int_equal(file_read("docs/scenario.md", 1 << 20, &docs, &length, NULL), E_OK);
    const fade_column *const *all;
    size_t n = scenario_columns(&all);
    for (size_t i = 0; i < n; i++) {
        char row[400];
        snprintf(row, sizeof row, "| `%s` | %s | %s | %s |\n", all[i]->key, all[i]->unit, moment(all[i]->flags),
                 all[i]->doc);
        if (!strstr(docs, row))
            fprintf(stderr, "docs/scenario.md lacks this row:\n%s", row);
        assert_non_null(strstr(docs, row));
    }
    free(docs);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_keys), cmocka_unit_test(test_table),
                                        cmocka_unit_test(test_docs) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

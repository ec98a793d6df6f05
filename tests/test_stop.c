/* SPDX-License-Identifier: MIT
 * test_stop.c - stop conditions from text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "core/scenario/stop.h"
#include <math.h>
#include <string.h>
#include "tests/near.h"

static const struct { const char *plain; int kind; double value; const char *column; bool above; } good[] = {
    { "70% capacity", STOP_CAPACITY_RATIO, 0.7, NULL, false },
    { " 80 % capacity ", STOP_CAPACITY_RATIO, 0.8, NULL, false },
    { "1.4 Ah capacity", STOP_CAPACITY, 1.4, NULL, false },
    { "4 A.h capacity", STOP_CAPACITY, 4, NULL, false },
    { "1400 mAh capacity", STOP_CAPACITY, 1.4, NULL, false },
    { "500 cycles", STOP_CYCLES, 500, NULL, false },
    { "1 cycle", STOP_CYCLES, 1, NULL, false },
    { "10 years", STOP_TIME, 315360000, NULL, false },
    { "10 hours", STOP_TIME, 36000, NULL, false },
    { "2.5 V", STOP_VOLTAGE, 2.5, NULL, false },
    { "temperature_max > 60 degC", STOP_COLUMN, 333.15, "temperature_max", true },
    { "voltage_min<2.5 V", STOP_COLUMN, 2.5, "voltage_min", false },
    { "depth >= 0.9", STOP_COLUMN, 0.9, "depth", true },
    { "physics_loss > 0.2", STOP_COLUMN, 0.2, "physics_loss", true },
};

static void test_good(void **state)
{
    (void)state;
    tree *t = tree_open();
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        scenario_stop s;
        why w = { 0 };
        if (stop_parse(t, good[i].plain, NAN, &s, &w))
            assert_string_equal(good[i].plain, w.text);
        assert_int_equal(s.kind, good[i].kind);
        assert_near(s.value, good[i].value, 1e-9);
        assert_int_equal(s.above, good[i].above);
        if (good[i].column)
            assert_string_equal(s.column, good[i].column);
        assert_non_null(s.text);
    }
    scenario_stop s;
    assert_int_equal(stop_parse(t, "swelling > 2 mm", NAN, &s, NULL), E_OK);       /* a column nobody knows yet */
    assert_true(isnan(s.value));
    assert_string_equal(s.quantity, "2 mm");
    tree_close(t);
}

static const struct { const char *plain; int code; const char *part; } bad[] = {
    { "", E_INPUT, "no stop condition" },
    { "5", E_INPUT, "no stop condition" },
    { "0.7 capacity", E_INPUT, "% or Ah is missing" },
    { "capacity", E_INPUT, "no stop condition" },
    { "120% capacity", E_DOMAIN, "outside 0..100 %" },
    { "-1 Ah capacity", E_DOMAIN, "outside 0 Ah" },
    { "3 V capacity", E_DOMAIN, "3 V" },
    { "many cycles", E_INPUT, "a number of cycles" },
    { "0 cycles", E_INPUT, "a number of cycles" },
    { "> 5 V", E_INPUT, "a column's key is expected before >" },
    { "Temp > 5", E_INPUT, "a column's key" },
    { "temperature_max > 60 V", E_DOMAIN, "60 V" },
    { "temperature_max >", E_INPUT, "temperature_max >" },
    { "temperature_max > > 5", E_INPUT, "temperature_max" },
};

static void test_bad(void **state)
{
    (void)state;
    tree *t = tree_open();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        scenario_stop s;
        why w = { 0 };
        int rc = stop_parse(t, bad[i].plain, NAN, &s, &w);
        if (rc != bad[i].code || !strstr(w.text, bad[i].part))
            assert_string_equal(w.text, bad[i].part);
    }
    char longest[400];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    scenario_stop s;
    assert_int_equal(stop_parse(t, longest, NAN, &s, NULL), E_INPUT);
    tree_close(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_good), cmocka_unit_test(test_bad) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT
 * test_protocol.c - sentences of a protocol become steps; what is wrong is told with its column.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "core/fade_plugin.h"
#include "core/scenario/protocol.h"
#include <math.h>
#include <string.h>
#include "tests/near.h"

enum { I = FADE_BY_CURRENT, V = FADE_BY_VOLTAGE, P = FADE_BY_POWER, R = FADE_BY_RESISTANCE, NONE = -1 };

/* With a nominal capacity of 2 Ah. */
static const struct {
    const char *sentence;
    int control;
    double demand, duration;
    int until;
    double limit, period;
} good[] = {
    { "Discharge at 1C until 2.5 V", I, 2, INFINITY, PROTOCOL_VOLTAGE, 2.5, 0 },
    { "Discharge at C/10 for 10 hours or until 3.3 V", I, 0.2, 36000, PROTOCOL_VOLTAGE, 3.3, 0 },
    { "Charge at 1 A until 4.1 V", I, -1, INFINITY, PROTOCOL_VOLTAGE, 4.1, 0 },
    { "Charge at 1.5A until 4.2V", I, -1.5, INFINITY, PROTOCOL_VOLTAGE, 4.2, 0 },
    { "Hold at 4.1 V until 50 mA", V, 4.1, INFINITY, PROTOCOL_CURRENT, 0.05, 0 },
    { "Hold at 4.2 V until C/50", V, 4.2, INFINITY, PROTOCOL_CURRENT, 0.04, 0 },
    { "Hold at 4.2 V for 30 minutes or until 20 mA", V, 4.2, 1800, PROTOCOL_CURRENT, 0.02, 0 },
    { "Rest for 1 hour", I, 0, 3600, NONE, 0, 0 },
    { "Rest for 10 minutes", I, 0, 600, NONE, 0, 0 },
    { "Charge at 200mW for 45 minutes", P, -0.2, 2700, NONE, 0, 0 },
    { "Discharge at 2 W until 2.7 V (1 minute period)", P, 2, INFINITY, PROTOCOL_VOLTAGE, 2.7, 60 },
    { "Discharge at 4 Ohm for 90 seconds", R, 4, 90, NONE, 0, 0 },
    { "Charge at 400 mOhm for 1.5 hr", R, -0.4, 5400, NONE, 0, 0 },
    { "Discharge at 4 Ohm until 3 V", R, 4, INFINITY, PROTOCOL_VOLTAGE, 3, 0 },
    { "Discharge at 1 A until 90 m", I, 1, 5400, NONE, 0, 0 },
    { "Rest for 1 hour or until > 3.5 V", I, 0, 3600, PROTOCOL_VOLTAGE, 3.5, 0 },
    { "Discharge at 0.5C for 2 hours (30 second period)", I, 1, 7200, NONE, 0, 30 },
    { "Discharge at 1e-1 A until 1.5 Ah", I, 0.1, INFINITY, PROTOCOL_CAPACITY, 1.5, 0 },
    { "discharge at 2 C  until 2500 mV", I, 4, INFINITY, PROTOCOL_VOLTAGE, 2.5, 0 },
    { "Charge at 2 W until C/20 or for 1 h", P, -2, 3600, PROTOCOL_CURRENT, 0.1, 0 },
};

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        protocol_step s;
        why w = { 0 };
        if (protocol_parse(good[i].sentence, 2, &s, &w))
            assert_string_equal(good[i].sentence, w.text);
        assert_ptr_equal(s.text, good[i].sentence);
        assert_int_equal(s.control, good[i].control);
        assert_near(s.demand, good[i].demand, 1e-12);
        assert_true(s.duration == good[i].duration || fabs(s.duration - good[i].duration) < 1e-9);
        assert_int_equal(s.nlimit, good[i].until != NONE);
        assert_int_equal(s.nlimit ? s.limit[0].what : NONE, good[i].until);
        assert_near(s.nlimit ? s.limit[0].value : 0, good[i].limit, 1e-12);
        assert_true(isfinite(s.duration) == !isfinite(s.guard));
        assert_near(s.period, good[i].period, 1e-12);
    }
}

static const struct { const char *sentence, *start; } bad[] = {
    { "", "column 1: a step starts with" },
    { "Run for 1 hour", "column 1: a step starts with" },
    { "Discharge 1C until 2.5 V", "column 11: \"at\"" },
    { "Discharge at 1Q until 2.5 V", "column 15: the unit" },
    { "Discharge at until 2.5 V", "column 14: a number" },
    { "Discharge at -1 A until 2.5 V", "column 14: a number without a sign" },
    { "Discharge at 0 A for 1 hour", "column 14: a number above 0" },
    { "Discharge at 1C", "column 16: \"for\" or \"until\"" },
    { "Discharge at 4 V for 1 hour", "column 14: expected a current" },
    { "Charge at 4.2 V until C/20", "column 11: expected a current" },
    { "Hold at 1 A for 1 hour", "column 9: expected a voltage" },
    { "Hold at 4.2 V until 4.1 V", "column 21: expected a current" },
    { "Discharge at 1 A until 50 mA", "column 24: the step holds the current" },
    { "Discharge at 1 A for 3 V", "column 22: expected a time" },
    { "Discharge at 1 A for 1 hour or", "column 31: \"for\" or \"until\"" },
    { "Rest until 3 V", "column 12: a rest does not say" },
    { "Rest for 1 hour or until 3 V", "column 26: a rest does not say which way" },
    { "Discharge at 1 A until > 1 Ah", "column 26: charge only rises" },
    { "Discharge at 1 A until < 1 h", "column 24: a time stands without" },
    { "Discharge at 1 A until 3 V or", "column 30: a number is expected" },
    { "Rest", "column 5: \"for\" and a time" },
    { "Rest for 1 fortnight", "column 12: the unit" },
    { "Discharge at 1 A for 1 hour for 2 hours", "column 29: nothing more" },
    { "Discharge at 1C until 2.5 V at 25oC", "column 29: a temperature is a key" },
    { "Discharge at 1C until 2.5 V (1 minute", "column 38: \"period)\"" },
    { "Discharge at C/0 until 2.5 V", "column 16: a number above 0" },
};

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        protocol_step s;
        why w = { 0 };
        assert_int_equal(protocol_parse(bad[i].sentence, 2, &s, &w), E_INPUT);
        if (strncmp(w.text, bad[i].start, strlen(bad[i].start)))
            assert_string_equal(w.text, bad[i].start);
    }
    protocol_step s;
    why w = { 0 };
    assert_int_equal(protocol_parse("Discharge at 1C until 2.5 V", NAN, &s, &w), E_INPUT);
    assert_string_equal(w.text, "column 14: a C-rate needs [cell] nominal_capacity");
    assert_int_equal(protocol_parse("Discharge at 1 A until 2.5 V", NAN, &s, NULL), E_OK);
}

/* Several ends joined by "or", and which way each lies. */
static void test_ends(void **state)
{
    (void)state;
    protocol_step s;
    why w = { 0 };
    assert_int_equal(
        protocol_parse("Charge at 2 W for 2 h or until 4.2 V or C/20 or 1.5 Ah or 1 hour (5 s period)", 2, &s, &w), 0);
    assert_int_equal(s.nlimit, 3);
    assert_int_equal(s.limit[0].side, 1);
    assert_int_equal(s.limit[1].what, PROTOCOL_CURRENT);
    assert_near(s.limit[1].value, 0.1, 1e-12);
    assert_int_equal(s.limit[1].side, 0);
    assert_int_equal(s.limit[2].what, PROTOCOL_CAPACITY);
    assert_near(s.duration, 3600, 0);
    assert_near(s.period, 5, 0);
    assert_int_equal(protocol_parse("Discharge at 1 A until 2.5 V or until > 4.1 V", 2, &s, &w), 0);
    assert_int_equal(s.nlimit, 2);
    assert_int_equal(s.limit[0].side, -1);
    assert_int_equal(s.limit[1].side, 1);
    assert_int_equal(protocol_until("until 3 V or 0.5 Ah or 10 minutes", 2, &s, &w), 0);
    assert_int_equal(s.nlimit, 4);
    assert_int_equal(s.limit[2].side, -1);
    assert_near(s.duration, 600, 0);
    assert_int_equal(protocol_until("3 volts", 2, &s, &w), E_INPUT);
    assert_true(strncmp(w.text, "column 3: the unit", 18) == 0);
    /* Ten days, or ten times what the current needs for the nominal capacity. */
    assert_int_equal(protocol_parse("Discharge at C/100 until 2.5 V", 2, &s, &w), 0);
    assert_near(s.guard, 1000 * 3600, 1e-3);
    assert_int_equal(protocol_parse("Hold at 4 V until 1 mA", 2, &s, &w), 0);
    assert_near(s.guard, 240 * 3600, 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_good), cmocka_unit_test(test_bad),
                                        cmocka_unit_test(test_ends) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

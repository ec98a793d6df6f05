/* SPDX-License-Identifier: MIT
 * test_service.c - how columns, numbers and times are written for people.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/service.h"
#include <math.h>
#include <string.h>

static void names_of_columns(void **unused)
{
    (void)unused;
    static const struct { const char *key, *unit, *name;
    } cases[] = {
        { "capacity", "Ah", "capacity_ah" },
        { "capacity", "A.s", "capacity_ah" },
        { "temperature_mean", "K", "temperature_mean_celsius" },
        { "temperature_mean", "degC", "temperature_mean_celsius" },
        { "physics_loss", "1", "physics_loss_ratio" },
        { "resistance_ratio", "1", "resistance_ratio" },
        { "soh", "1", "soh_ratio" },
        { "flags", "", "flags" },
        { "c_rate", "1/h", "c_rate_per_hour" },
        { "voltage", "V", "voltage_volt" },
        { "current", "A", "current_ampere" },
        { "duration", "s", "duration_second" },
        { "resistance", "ohm", "resistance_ohm" },
        { "energy", "Wh", "energy_wh" },
        { "power", "W", "power_watt" },
        { "lli", "%", "lli_percent" },
        { "ratio", "1", "ratio" },
        { "count", "", "count" },
    };
    char out[96];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fade_column c = { .key = cases[i].key, .unit = cases[i].unit };
        assert_int_equal(service_text()->name(&c, out), strlen(cases[i].name));
        assert_string_equal(out, cases[i].name);
    }
    char key[200];
    memset(key, 'k', sizeof key - 1);
    key[sizeof key - 1] = 0;
    fade_column c = { .key = key, .unit = "J/(mol.K)" };
    assert_int_equal(service_text()->name(&c, out), 47 + 1 + strlen("joule_per_mole_kelvin"));
}

static void numbers_and_times(void **unused)
{
    (void)unused;
    char out[40];
    double x;
    int64_t us;
    assert_int_equal(service_text()->number(1.8565, out), 6);
    assert_string_equal(out, "1.8565");
    assert_int_equal(service_text()->number(NAN, out), 0);
    assert_int_equal(service_text()->real("2.5x", 3, &x), FADE_OK);
    assert_true(x == 2.5);
    assert_int_equal(service_text()->real("2.5x", 4, &x), FADE_EINVAL);
    assert_int_equal(service_text()->time(1207149941593000, out), 24);
    assert_string_equal(out, "2008-04-02T15:25:41.593Z");
    assert_int_equal(service_clock()->parse(out, &us), FADE_OK);
    assert_int_equal(us, 1207149941593000);
    assert_int_equal(service_clock()->parse("soon", &us), FADE_EINVAL);
    assert_true(service_clock()->utc_us() > 1700000000000000);
    assert_true(service_clock()->monotonic_ns() > 0);
    assert_int_equal(service_text()->size, sizeof(fade_text_v1));
    assert_int_equal(service_clock()->size, sizeof(fade_clock_v1));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(names_of_columns), cmocka_unit_test(numbers_and_times) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

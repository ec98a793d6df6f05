/* SPDX-License-Identifier: MIT
 * test_constant.c - the source of fixed conditions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/source_rig.h"
#include "tests/near.h"

static void defaults(void **state)
{
    (void)state;
    rig g;
    rig_rows r;
    assert_true(rig_open(&g, "constant"));
    assert_int_equal(g.vt->flags, FADE_HOLD);
    assert_int_equal(rig_read(&g, NULL, 16, 0, &r), FADE_OK);
    assert_int_equal(r.code, FADE_END);
    assert_int_equal(r.n, 1);
    assert_string_equal(r.cell[0], "cell-1");
    assert_int_equal(r.cycle[0], 1);
    assert_true(r.time[0] == INT64_MIN);
    static const struct { const char *key, *unit; double value;
    } want[] = {
        { "depth", "1", 1 },
        { "soc_mean", "1", 0.5 },
        { "temperature_mean", "K", 298.15 },
        { "temperature_ambient", "K", 298.15 },
        { "c_rate", "1/h", 1 },
        { "c_rate_charge", "1/h", 1 },
        { "rest", "s", 0 },
        { "duration", "s", 86400 },
        { "count", "", 1 },
    };
    assert_int_equal(r.ncol, sizeof want / sizeof want[0]);
    for (uint32_t j = 0; j < r.ncol; j++) {
        assert_string_equal(r.column[j].key, want[j].key);
        assert_string_equal(r.column[j].unit, want[j].unit);
        assert_int_equal(r.column[j].flags, FADE_PLANNED);
        assert_near(r.col[j][0], want[j].value, 0);
    }
    rig_free(&r);
}

static void given_values(void **state)
{
    (void)state;
    rig g;
    rig_rows r;
    assert_true(rig_open(&g, "constant"));
    rig_set(&g, "cells", "3");
    rig_set(&g, "depth", "0.8");
    rig_set(&g, "temperature_mean", "308.15");
    rig_set(&g, "duration", "3600");
    assert_int_equal(rig_read(&g, NULL, 2, 0, &r), FADE_OK);
    assert_int_equal(r.n, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_near(rig_col(&r, "depth")[i], 0.8, 0);
        assert_near(rig_col(&r, "temperature_mean")[i], 308.15, 0);
        assert_near(rig_col(&r, "duration")[i], 3600, 0);
    }
    rig_free(&r);
}

static void many_cells_and_resume(void **state)
{
    (void)state;
    rig g;
    rig_rows all, part, rest;
    assert_true(rig_open(&g, "constant"));
    rig_set(&g, "cells", "100000");
    assert_int_equal(rig_read(&g, NULL, 1000, 0, &all), FADE_OK);
    assert_int_equal(all.n, 100000);
    assert_string_equal(all.cell[0], "cell-000001");
    assert_string_equal(all.cell[99999], "cell-100000");
    assert_string_equal(all.position, "100000");
    assert_int_equal(rig_read(&g, NULL, 700, 1400, &part), FADE_OK);
    assert_string_equal(part.position, "1400");
    assert_int_equal(rig_read(&g, part.position, 999, 0, &rest), FADE_OK);
    assert_true(rig_same(&all, 1400, &rest));
    rig_free(&all);
    rig_free(&part);
    rig_free(&rest);
}

static void bad_positions(void **state)
{
    (void)state;
    static const char *const bad[] = { "2", "-1", "x", "1x", " 1", "+1", "99999999999999999999999" };
    rig g;
    rig_rows r;
    assert_true(rig_open(&g, "constant"));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        g.errors = 0;
        assert_int_equal(rig_read(&g, bad[i], 4, 0, &r), FADE_EINVAL);
        assert_int_equal(g.errors, 1);
    }
    assert_int_equal(rig_read(&g, "1", 4, 0, &r), FADE_OK);
    assert_int_equal(r.n, 0);
    assert_int_equal(r.code, FADE_END);
    rig_free(&r);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(given_values),
        cmocka_unit_test(many_cells_and_resume),
        cmocka_unit_test(bad_positions),
    };
    return cmocka_run_group_tests_name("constant", tests, NULL, NULL);
}

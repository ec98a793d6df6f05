/* SPDX-License-Identifier: MIT
 * test_sinks.c - what outputs get: rising numbers, thinned rows, events, a second chance, and always a close.
 */
#include "engine_rig.h"
#include "tests/near.h"

#define RUN(cycles, more)                                                                                              \
    "[run]\nname = \"s\"\ncycles = " cycles                                                                            \
    "\nsnapshot = \"0 s\"\n[cell]\nnominal_capacity = 2\n[source]\nplugin = \"constant\"\ncells = 3\n"                 \
    "[[physics]]\nplugin = \"xu2018\"\n" RIG_OUT more

static void numbers_rise_by_one(void **state)
{
    (void)state;
    ran r = rig_run(RUN("100", ""), (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(rig.n, 300);
    for (size_t i = 0; i < rig.n; i++)
        assert_int_equal(rig.number[i], i);
    assert_int_equal(rig.outcome, 0);
    assert_true(rig.flushes > 0);
    assert_string_equal(rig.variant[0], "xu2018");
    rig_done(&r);
}

/* Rows at cycles 1, N, 2N, .. and each lane's last. */
static void rows_are_thinned(void **state)
{
    (void)state;
    ran r = rig_run(RUN("95", "every = 10\n"), (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(rig.n, 3 * 11);
    assert_int_equal(rig.cycle[0], 1);
    assert_int_equal(rig.cycle[1], 10);
    for (size_t i = 0, last = 0; i < rig.n; i++) {
        assert_int_equal(rig.number[i], i);
        last += rig.cycle[i] == 95;
        assert_true(i + 1 < rig.n || last == 3);
    }
    rig_done(&r);
}

static void an_output_gets_a_second_chance(void **state)
{
    (void)state;
    rig.fail_rows = 2;
    ran r = rig_run(RUN("10", ""), (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(rig.n, 30);
    rig_done(&r);
    rig.fail_rows = 1000;
    r = rig_run(RUN("10", ""), (engine_options){ 0 });
    assert_int_equal(r.rc, E_IO);
    assert_non_null(strstr(r.w.text, "capture"));
    assert_int_not_equal(rig.outcome, 0);
    rig.fail_rows = 0;
    rig_done(&r);
}

static void a_stop_is_told(void **state)
{
    (void)state;
    ran r = rig_run("[run]\nname = \"s\"\nstop = [\"90% capacity\"]\n[cell]\nnominal_capacity = 2\n[source]\nplugin = "
                    "\"constant\"\n"
                    "[[physics]]\nplugin = \"xu2018\"\n" RIG_OUT,
                    (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    assert_non_null(strstr(rig.events, "lane-end: xu2018 ended at cycle"));
    assert_non_null(strstr(rig.events, "90% capacity"));
    assert_true(rig_at(rig.n - 1, "physics_capacity") <= 1.8);
    assert_true(rig_at(rig.n - 2, "physics_capacity") > 1.8);
    rig_done(&r);
}

static void stops_of_every_kind(void **state)
{
    (void)state;
    static const struct { const char *stop; int64_t last; } cases[] = {
        { "\"50 cycles\"", 50 }, { "\"10 days\"", 10 }, { "\"1.99 Ah capacity\"", 0 }, { "\"physics_loss > 0.01\"", 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char s[500];
        snprintf(s, sizeof s,
                 "[run]\nname = \"s\"\ncycles = 3000\nstop = [%s]\n[cell]\nnominal_capacity = 2\n[source]\nplugin = "
                 "\"constant\"\n"
                 "duration = \"1 day\"\n[[physics]]\nplugin = \"xu2018\"\n" RIG_OUT,
                 cases[i].stop);
        ran r = rig_run(s, (engine_options){ 0 });
        assert_int_equal(r.rc, E_OK);
        if (cases[i].last)
            assert_int_equal(rig.cycle[rig.n - 1], cases[i].last);
        assert_true(rig.cycle[rig.n - 1] < 3000);
        rig_done(&r);
    }
}

/* A run that went on with more cycles has the rows of one that never stopped. */
static void a_run_goes_on(void **state)
{
    (void)state;
    static double kept[300][RIG_COLUMNS];
    ran r = rig_run(RUN("100", ""), (engine_options){ 0 });
    memcpy(kept, rig.at, 300 * sizeof kept[0]);
    rig_done(&r);
    r = rig_run(RUN("40", ""), (engine_options){ 0 });
    assert_int_equal(rig.n, 120);
    rig_done(&r);
    r = rig_run(RUN("100", ""), (engine_options){ .resume = true });
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(rig.n, 300);
    for (size_t i = 0; i < 300; i++)
        assert_int_equal(rig.number[i], i);
    double sum = 0, whole = 0;
    for (size_t i = 0; i < 300; i++) {
        sum += rig_at(i, "physics_capacity");
        whole += kept[i][rig_column("physics_capacity")];
    }
    assert_near(sum, whole, 1e-9);
    rig_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_rise_by_one), cmocka_unit_test(rows_are_thinned),
        cmocka_unit_test(an_output_gets_a_second_chance), cmocka_unit_test(a_stop_is_told),
        cmocka_unit_test(stops_of_every_kind), cmocka_unit_test(a_run_goes_on),
    };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}

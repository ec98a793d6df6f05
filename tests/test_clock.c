/* SPDX-License-Identifier: MIT
 * test_clock.c - times as text and back, run ids.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/clock.h"
#include <pthread.h>
#include <string.h>

static void times_as_text(void **unused)
{
    (void)unused;
    static const struct { int64_t us; const char *text; } cases[] = {
        { 0, "1970-01-01T00:00:00.000Z" },
        { 1207149941593000, "2008-04-02T15:25:41.593Z" },
        { 1767225600000000, "2026-01-01T00:00:00.000Z" },
        { 951782399999000, "2000-02-28T23:59:59.999Z" },
        { 951782400000000, "2000-02-29T00:00:00.000Z" },
        { 951868800000000, "2000-03-01T00:00:00.000Z" },
        { -1000, "1969-12-31T23:59:59.999Z" },
        { -2203891200000000, "1900-03-01T00:00:00.000Z" },
        { 253402300799999000, "9999-12-31T23:59:59.999Z" },
        { -62135596800000000, "0001-01-01T00:00:00.000Z" },
    };
    char out[40];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(clock_text(cases[i].us, out), strlen(cases[i].text));
        assert_string_equal(out, cases[i].text);
        int64_t back = 1;
        assert_true(clock_parse(out, &back));
        assert_int_equal(back, cases[i].us);
    }
    assert_int_equal(clock_text(CLOCK_UNKNOWN, out), 0);
    assert_string_equal(out, "");
    assert_true(clock_text(INT64_MAX, out) < 40);
    assert_true(clock_text(INT64_MIN + 1, out) < 40);
}

static void loose_forms(void **unused)
{
    (void)unused;
    static const struct { const char *text; int64_t us; } good[] = {
        { "2008-04-02", 1207094400000000 },
        { "2008-04-02 15:25", 1207149900000000 },
        { "2008-04-02 15:25:41", 1207149941000000 },
        { "2008/04/02 15:25:41", 1207149941000000 },
        { "2008-04-02t15:25:41.593z", 1207149941593000 },
        { "2008-04-02T15:25:41.593000999Z", 1207149941593000 },
        { "2008-04-02T17:25:41.593+02:00", 1207149941593000 },
        { "2008-04-02T10:55:41.593-0430", 1207149941593000 },
        { "2008-04-02 15:25:41.593 +00", 1207149941593000 },
        { "2008-04-02T15:25:41,5Z", 1207149941500000 },
        { "2016-12-31T23:59:60Z", 1483228800000000 },
    };
    static const char *const bad[] = { "",
                                       "2008",
                                       "2008-4-2",
                                       "2008-13-01",
                                       "2008-02-30",
                                       "2007-02-29",
                                       "2008-04-02T",
                                       "2008-04-02T25:00",
                                       "2008-04-02T15:61",
                                       "2008-04-02T15:25:41.",
                                       "2008-04-02T15:25:41X",
                                       "2008-04-02T15:25:41+25:00",
                                       "2008-04/02",
                                       "yesterday",
                                       "2008-04-02 15:25:41 Z Z",
                                       "0000-01-01",
                                       "2008-04-02T15:25:41+1" };
    int64_t us;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        us = 1;
        if (!clock_parse(good[i].text, &us) || us != good[i].us)
            fail_msg("%s gave %lld", good[i].text, (long long)us);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (clock_parse(bad[i], &us))
            fail_msg("\"%s\" was read", bad[i]);
}

static void every_day_comes_back(void **unused)
{
    (void)unused;
    char out[40];
    for (int64_t day = -150000; day < 150000; day += 7) {
        int64_t us = day * 86400000000 + 12345678000, back;
        clock_text(us, out);
        assert_true(clock_parse(out, &back));
        assert_int_equal(back, us);
    }
}

static void *draw_ids(void *at)
{
    char (*ids)[27] = at;
    for (int i = 0; i < 2000; i++)
        clock_ulid(ids[i]);
    return NULL;
}

static void ids_rise(void **unused)
{
    (void)unused;
    static char a[2000][27], b[2000][27];
    pthread_t t;
    pthread_create(&t, NULL, draw_ids, a);
    draw_ids(b);
    pthread_join(t, NULL);
    for (int i = 1; i < 2000; i++) {
        assert_int_equal(strlen(a[i]), 26);
        assert_int_equal(strspn(a[i], "0123456789ABCDEFGHJKMNPQRSTVWXYZ"), 26);
        assert_true(strcmp(a[i - 1], a[i]) < 0);
        assert_true(strcmp(b[i - 1], b[i]) < 0);
    }
    for (int i = 0, j = 0; i < 2000 && j < 2000;) {     /* both rise: a merge meets any equal pair */
        int c = strcmp(a[i], b[j]);
        assert_int_not_equal(c, 0);
        c < 0 ? i++ : j++;
    }
}

static void clocks_run(void **unused)
{
    (void)unused;
    int64_t a = clock_monotonic_ns(), b = clock_monotonic_ns();
    assert_true(b >= a);
    assert_true(clock_utc_us() > 1700000000000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_as_text), cmocka_unit_test(loose_forms), cmocka_unit_test(every_day_comes_back),
        cmocka_unit_test(ids_rise),      cmocka_unit_test(clocks_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

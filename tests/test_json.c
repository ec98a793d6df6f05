/* SPDX-License-Identifier: MIT
 * test_json.c - the writer of JSON, read back by jansson.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>

#include "core/base/json.h"
#include "core/base/mem.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void one_object(void **unused)
{
    (void)unused;
    json j = { 0 };
    json_open(&j, NULL, '{');
    json_number(&j, "rmse", 0.1);
    json_number(&j, "r2", NAN);
    json_number(&j, "max", INFINITY);
    json_whole(&j, "rows", INT64_MIN);
    json_bool(&j, "ok", true);
    json_open(&j, "lanes", '[');
    json_close(&j, ']');
    json_open(&j, "cells", '[');
    for (int i = 0; i < 3; i++) {
        json_open(&j, NULL, '{');
        json_text(&j, "id", "B0005");
        json_text(&j, "none", NULL);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_raw(&j, "raw", "[1,2]");
    json_close(&j, '}');
    char *got = text_take(&j.out);
    assert_string_equal(got,
                        "{\"rmse\":0.1,\"r2\":null,\"max\":null,\"rows\":-9223372036854775808,\"ok\":true,\"lanes\":[],"
                        "\"cells\":[{\"id\":\"B0005\",\"none\":null},{\"id\":\"B0005\",\"none\":null},{\"id\":"
                        "\"B0005\",\"none\":null}],\"raw\":[1,2]}");
    free(got);
}

/* Any bytes become valid JSON; good UTF-8 is kept. */
static void any_text_is_quoted(void **unused)
{
    (void)unused;
    static const struct { const char *text, *json; } cases[] = {
        { "a\"b\\c\n\t\x01", "\"a\\\"b\\\\c\\n\\t\\u0001\"" },
        { "25 \xc2\xb0""C \xe2\x82\xac \xf0\x9f\x94\x8b", "\"25 \xc2\xb0""C \xe2\x82\xac \xf0\x9f\x94\x8b\"" },
        { "\xff", "\"\xef\xbf\xbd\"" },
        { "\xc0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },                         /* overlong */
        { "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },         /* a surrogate */
        { "\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },                         /* cut short */
        { "\xf4\x90\x80\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        text t = { 0 };
        json_quote(&t, cases[i].text);
        assert_string_equal(text_of(&t), cases[i].json);
        text_free(&t);
    }
    unsigned seed = 99;
    for (int i = 0; i < 5000; i++) {
        char made[12];
        for (int k = 0; k < 11; k++)
            made[k] = (char)((seed = seed * 1103515245u + 12345u) >> 16 & (k % 2 ? 255 : 0xff));
        made[11] = 0;
        json j = { 0 };
        json_open(&j, NULL, '[');
        json_text(&j, NULL, made);
        json_close(&j, ']');
        json_error_t error;
        json_t *read = json_loads(text_of(&j.out), 0, &error);
        if (!read)
            fail_msg("%s: %s", text_of(&j.out), error.text);
        json_decref(read);
        text_free(&j.out);
    }
}

static void numbers_come_back(void **unused)
{
    (void)unused;
    static const double x[] = { 0, -0.5, 1.8565, 1e-300, 5e-324, 1.7976931348623157e308, 123456789012345680.0 };
    for (size_t i = 0; i < sizeof x / sizeof *x; i++) {
        json j = { 0 };
        json_open(&j, NULL, '[');
        json_number(&j, NULL, x[i]);
        json_close(&j, ']');
        json_t *read = json_loads(text_of(&j.out), JSON_DECODE_INT_AS_REAL, NULL);
        assert_non_null(read);
        assert_true(json_real_value(json_array_get(read, 0)) == x[i]);
        json_decref(read);
        text_free(&j.out);
    }
}

static void too_deep_or_no_memory_fails(void **unused)
{
    (void)unused;
    json j = { 0 };
    for (int i = 0; i < 100; i++)
        json_open(&j, NULL, '[');
    assert_true(j.out.failed);
    assert_null(text_take(&j.out));
    json k = { 0 };
    mem_fail_at(1);
    json_open(&k, NULL, '{');
    mem_fail_at(0);
    json_text(&k, "a", "b");
    assert_null(text_take(&k.out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_object), cmocka_unit_test(any_text_is_quoted), cmocka_unit_test(numbers_come_back),
        cmocka_unit_test(too_deep_or_no_memory_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

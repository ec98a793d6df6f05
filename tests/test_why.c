/* SPDX-License-Identifier: MIT
 * test_why.c - failure as a value.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/why.h"
#include <string.h>

static void fail_fills_and_returns(void **unused)
{
    (void)unused;
    why w = { 0 };
    assert_int_equal(why_fail(&w, E_DOMAIN, "x[%d] = %g is below %g", 3, 0.5, 1.0), E_DOMAIN);
    assert_int_equal(w.code, E_DOMAIN);
    assert_string_equal(w.text, "x[3] = 0.5 is below 1");
    assert_int_equal(why_fail(NULL, E_IO, "nobody asks"), E_IO);
    assert_int_equal(why_fail(&w, E_IO, "again: %s", w.text), E_IO);   /* its own text as an argument */
    assert_string_equal(w.text, "again: x[3] = 0.5 is below 1");
    why_fail(&w, E_IO, "%s", "two\nlines\r");
    assert_string_equal(w.text, "two lines ");
}

static void long_sentences_are_cut(void **unused)
{
    (void)unused;
    char word[3000];
    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = 0;
    why w = { 0 };
    why_fail(&w, E_INPUT, "%s", word);
    assert_int_equal(strlen(w.text), sizeof w.text - 1);
    assert_int_equal(why_prefix(&w, "file.toml:3"), E_INPUT);
    assert_int_equal(strlen(w.text), sizeof w.text - 1);
    assert_memory_equal(w.text, "file.toml:3: aaa", 16);
    assert_int_equal(why_prefix(&w, "%s", word), E_INPUT);
    assert_true(strlen(w.text) < sizeof w.text);
}

static void prefixes_stand_in_front(void **unused)
{
    (void)unused;
    why w = { 0 };
    why_fail(&w, E_PLUGIN, "no such plugin");
    assert_int_equal(why_prefix(&w, "%s:%d", "a.toml", 7), E_PLUGIN);
    assert_string_equal(w.text, "a.toml:7: no such plugin");
    assert_int_equal(why_prefix(NULL, "x"), E_BUG);
}

static void codes_have_words_and_statuses(void **unused)
{
    (void)unused;
    assert_string_equal(why_word(E_INPUT), "input");
    assert_string_equal(why_word(-1), "unknown");
    assert_string_equal(why_word(WHY_NCODES), "unknown");
    static const int want[][2] = { { E_OK, 0 },    { E_FAILED, 1 }, { E_USAGE, 2 },    { E_PARTIAL, 3 },
                                   { E_INPUT, 4 }, { E_PLUGIN, 5 }, { E_SOLVE, 6 },    { E_EXTERNAL, 7 },
                                   { E_IO, 7 },    { E_DOMAIN, 4 }, { E_CANCEL, 130 }, { 99, 1 } };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        assert_int_equal(why_status(want[i][0]), want[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fail_fills_and_returns),
        cmocka_unit_test(long_sentences_are_cut),
        cmocka_unit_test(prefixes_stand_in_front),
        cmocka_unit_test(codes_have_words_and_statuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

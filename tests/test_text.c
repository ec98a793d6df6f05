/* SPDX-License-Identifier: MIT
 * test_text.c - growing text, numbers there and back, nearest words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/text.h"
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t state = 88172645463325252u;
static uint64_t draw(void)                              /* xorshift64, for test data only */
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static double draw_bits(void)
{
    for (;;) {
        uint64_t u = draw();
        double x;
        memcpy(&x, &u, sizeof x);
        if (isfinite(x))
            return x;
    }
}

static void same_bits(double a, double b, const char *what)
{
    if (memcmp(&a, &b, sizeof a) != 0)
        fail_msg("%s: %.17g is not %.17g", what, a, b);
}

/* What the C library says is the shortest: the least precision that reads back. */
static size_t shortest_digits(double x)
{
    char made[40];
    for (int n = 1;; n++) {
        snprintf(made, sizeof made, "%.*e", n - 1, x);
        if (strtod(made, NULL) == x || n == 17)
            return (size_t)n;
    }
}

static size_t digits_in(const char *at)
{
    while (*at == '0' || *at == '.' || *at == '-')
        at++;
    size_t n = 0, zeros = 0;
    for (; *at && *at != 'e'; at++)
        if (*at != '.') {
            n++;
            zeros = *at == '0' ? zeros + 1 : 0;
        }
    return n - zeros;                                   /* zeros of a large whole number are no digits */
}

static void check_number(double x, bool shortest)
{
    char made[32];
    size_t n = text_number(x, made);
    double back = 0;
    assert_true(n < sizeof made);
    assert_int_equal(strlen(made), n);
    same_bits(strtod(made, NULL), x, made);
    assert_true(text_real(made, n, &back));
    same_bits(back, x, made);
    if (shortest && x != 0 && digits_in(made) != shortest_digits(x))
        fail_msg("%s has %zu digits, %zu do", made, digits_in(made), shortest_digits(x));
}

static void numbers_read_back(void **unused)
{
    (void)unused;
    for (int i = 0; i < 20000; i++)
        check_number(draw_bits(), i < 3000);
    for (int i = 0; i < 20000; i++)
        check_number(ldexp((double)(draw() >> 11), -(int)(draw() % 90)), i < 5000);
    for (int i = 0; i < 20000; i++)
        check_number((double)(draw() % 1000000) / pow(10, (double)(draw() % 12)), true);
    for (int e = -330; e <= 308; e++) {
        char made[16];
        snprintf(made, sizeof made, "1e%d", e);
        double x = strtod(made, NULL);
        check_number(x, true);
        check_number(nextafter(x, 0), false);
        check_number(nextafter(x, INFINITY), false);
    }
    for (int e = -1074; e < 1024; e++) {
        check_number(ldexp(1, e), true);
        check_number(nextafter(ldexp(1, e), 0), false);
        check_number(-ldexp(1, e), true);
    }
}

static void numbers_look_plain(void **unused)
{
    (void)unused;
    static const struct { double x; const char *text;
    } cases[] = {
        { 0, "0" },
        { -0.0, "-0" },
        { 1, "1" },
        { -17, "-17" },
        { 0.1, "0.1" },
        { 0.5, "0.5" },
        { 1.8565, "1.8565" },
        { 1e-5, "0.00001" },
        { 1.5e-7, "1.5e-7" },
        { 4.14e-10, "4.14e-10" },
        { 1e15, "1000000000000000" },
        { 1e17, "1e17" },
        { 1e300, "1e300" },
        { 298.15, "298.15" },
        { 0.1 + 0.2, "0.30000000000000004" },
        { INFINITY, "inf" },
        { -INFINITY, "-inf" },
        { NAN, "" },
        { 5e-324, "5e-324" },
        { 1.7976931348623157e308, "1.7976931348623157e308" },
        { 9007199254740993.0, "9007199254740992" },
        { 123456.789, "123456.789" },
        { 1e22, "1e22" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char made[32];
        assert_int_equal(text_number(cases[i].x, made), strlen(cases[i].text));
        assert_string_equal(made, cases[i].text);
    }
}

static void texts_are_numbers(void **unused)
{
    (void)unused;
    static const struct { const char *text; double x;
    } good[] = {
        { "1e-3", 1e-3 },
        { "+2", 2 },
        { "-2.50", -2.5 },
        { ".5", 0.5 },
        { "5.", 5 },
        { "1E+5", 1e5 },
        { "inf", INFINITY },
        { "-Infinity", -INFINITY },
        { "0e99999", 0 },
        { "1e-99999", 0 },
        { "00012.5", 12.5 },
        { "9007199254740993", 9007199254740992.0 },
        { "0.1000000000000000055511151231257827021181583404541015625", 0.1 },
        { "123456789012345678901234567890", 123456789012345678901234567890.0 },
        { "2.2250738585072014e-308", 2.2250738585072014e-308 },
        { "3.8738709170226424", 3.8738709170226424 },
        { "100000000000000000000000", 1e23 },
    };
    static const char *const bad[] = { "",   "+",    ".",   "e5",   "1e",    "1e+",   "0x10",    "1,5",  " 1",
                                       "1 ", "1e5x", "--1", "nanx", "1e999", "1.2.3", "infinit", "1_000" };
    double x;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (!text_real(good[i].text, strlen(good[i].text), &x))
            fail_msg("%s was not read", good[i].text);
        same_bits(x, good[i].x, good[i].text);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (text_real(bad[i], strlen(bad[i]), &x))
            fail_msg("\"%s\" was read as %g", bad[i], x);
    assert_true(text_real("NaN", 3, &x) && isnan(x));
    assert_true(text_real("-nan", 4, &x) && isnan(x));
    assert_true(text_real("12345", 3, &x));             /* n bytes, not the NUL */
    assert_true(x == 123);
}

/* Decimal texts of up to 19 digits read as strtod reads them, also those that lie between two doubles. */
static void texts_read_exactly(void **unused)
{
    (void)unused;
    for (int i = 0; i < 60000; i++) {
        char made[64];
        uint64_t whole = draw() >> (draw() % 50), places = draw() % 30;
        snprintf(made, sizeof made, "%llue-%llu", (unsigned long long)whole, (unsigned long long)places);
        double x = 0;
        assert_true(text_real(made, strlen(made), &x));
        same_bits(x, strtod(made, NULL), made);
    }
    for (int i = 0; i < 2000; i++) {                    /* exact ties */
        char made[64];
        double base = (double)((draw() >> 12) | ((uint64_t)1 << 52));
        snprintf(made, sizeof made, "%.0f.5", base);
        double x = 0;
        assert_true(text_real(made, strlen(made), &x));
        same_bits(x, strtod(made, NULL), made);
    }
}

static void locale_does_not_matter(void **unused)
{
    (void)unused;
    static const char *const names[] = { "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "fr_FR.utf8" };
    const char *found = NULL;
    for (size_t i = 0; i < 4 && !found; i++)
        found = setlocale(LC_ALL, names[i]);
    if (!found) {
        print_message("no locale with a decimal comma is installed\n");
        skip();
    }
    char made[32];
    double x;
    text_number(1.7e-300, made);
    assert_string_equal(made, "1.7e-300");
    assert_true(text_real("1.7e-300", 8, &x));
    assert_true(x == 1.7e-300);
    assert_false(text_real("1,5", 3, &x));
    setlocale(LC_ALL, "C");
}

static void text_grows(void **unused)
{
    (void)unused;
    text t = { 0 };
    assert_string_equal(text_of(&t), "");
    text_add(&t, "cell ");
    text_addf(&t, "%d of %s", 3, "ten");
    text_addc(&t, '!');
    text_addn(&t, "abc", 2);
    text_add_number(&t, 0.25);
    text_add_number(&t, NAN);
    assert_string_equal(text_of(&t), "cell 3 of ten!ab0.25nan");
    for (int i = 0; i < 10000; i++)
        text_addf(&t, "%04d", i);
    assert_int_equal(t.n, 23 + 40000);
    assert_memory_equal(t.at + 23 + 4 * 9999, "9999", 5);
    char *all = text_take(&t);
    assert_non_null(all);
    assert_null(t.at);
    free(all);
    char *empty = text_take(&t);
    assert_string_equal(empty, "");
    free(empty);
}

static void text_survives_no_memory(void **unused)
{
    (void)unused;
    text t = { 0 };
    text_add(&t, "before");
    mem_fail_at(1);
    for (int i = 0; i < 100; i++)
        text_add(&t, "more and more");
    mem_fail_at(0);
    assert_true(t.failed);
    assert_memory_equal(text_of(&t), "before", 6);
    assert_null(text_take(&t));
    assert_null(t.at);
    assert_false(t.failed);
    mem_fail_at(1);
    assert_null(text_take(&t));                         /* even "" needs a byte */
    mem_fail_at(0);
}

static void distances(void **unused)
{
    (void)unused;
    assert_int_equal(text_distance("cycles", "cycles", 9), 0);
    assert_int_equal(text_distance("cycles", "CYCLES", 9), 0);
    assert_int_equal(text_distance("cylces", "cycles", 9), 1);          /* neighbours swapped */
    assert_int_equal(text_distance("cycle", "cycles", 9), 1);
    assert_int_equal(text_distance("kitten", "sitting", 9), 3);
    assert_int_equal(text_distance("", "abc", 9), 3);
    assert_int_equal(text_distance("abc", "xyzuvw", 4), 4);             /* capped */
    char long_a[300], long_b[300];
    memset(long_a, 'a', 299);
    long_a[299] = 0;
    memcpy(long_b, long_a, 300);
    assert_int_equal(text_distance(long_a, long_b, 5), 0);
    long_b[7] = 'b';
    assert_int_equal(text_distance(long_a, long_b, 5), 5);
}

static void nearest_word(void **unused)
{
    (void)unused;
    static const char *const words[] = { "cycles", "capacity", "nominal_capacity", "seed", "k" };
    assert_string_equal(text_nearest("cicles", words, 5), "cycles");
    assert_string_equal(text_nearest("nominal_capactiy", words, 5), "nominal_capacity");
    assert_string_equal(text_nearest("SEDE", words, 5), "seed");
    assert_null(text_nearest("temperature", words, 5));
    assert_null(text_nearest("q", words, 5));           /* nothing of it would be left */
    assert_null(text_nearest("", words, 5));
    assert_null(text_nearest("cycles", words, 0));
}

static void small_things(void **unused)
{
    (void)unused;
    assert_true(text_starts("fade", "fa") && !text_starts("fa", "fade"));
    assert_true(text_ends("a.toml", ".toml") && !text_ends("toml", ".toml"));
    assert_true(text_is_id("B0005") && text_is_id("a.b-c_9"));
    assert_false(text_is_id("") || text_is_id("..") || text_is_id("a/b") || text_is_id("a b") ||
                 text_is_id("\xc3\xa4"));
    assert_false(text_is_id("01234567890123456789012345678901234567890123456789012345678901234"));
    assert_true(text_hash("B0005") != text_hash("B0006"));
    assert_true(text_hash("B0005") == text_hash("B0005"));
    int buckets[16] = { 0 };
    for (int i = 0; i < 1600; i++) {
        char id[16];
        snprintf(id, sizeof id, "cell%d", i);
        buckets[text_hash(id) >> 60]++;
    }
    for (int i = 0; i < 16; i++)
        assert_in_range(buckets[i], 60, 140);
}

/* Not a benchmark: only that the fast way is taken.  The bound is a tenth of what is usual. */
static void numbers_are_fast(void **unused)
{
    (void)unused;
    enum { N = 200000 };
    char made[32];
    size_t sum = 0;
    clock_t start = clock();                      /* of processor time */
    for (int i = 0; i < N; i++)
        sum += text_number(1.8565 + i * 1e-4, made);
    double each = (double)(clock() - start) * 1e9 / CLOCKS_PER_SEC / N;
    print_message("%.0f ns per number\n", each);
    assert_true(sum > N);
    assert_true(each < 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_read_back),
        cmocka_unit_test(numbers_look_plain),
        cmocka_unit_test(texts_are_numbers),
        cmocka_unit_test(texts_read_exactly),
        cmocka_unit_test(locale_does_not_matter),
        cmocka_unit_test(text_grows),
        cmocka_unit_test(text_survives_no_memory),
        cmocka_unit_test(distances),
        cmocka_unit_test(nearest_word),
        cmocka_unit_test(small_things),
        cmocka_unit_test(numbers_are_fast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

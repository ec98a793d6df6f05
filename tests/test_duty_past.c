/* SPDX-License-Identifier: MIT
 * test_duty_past.c - samples that come again: found where they repeat to the bit, and only there.
 */
#include "core/engine/duty.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

enum { N = 4000, COL = S_FIXED + 1 };
static double column[COL][N];
static double *at[COL];

static void teach(size_t period, size_t from)
{
    for (size_t i = 0; i < N; i++) {
        size_t k = i >= from ? i % period : i;
        column[S_TIME][i] = 3600.0 * (double)i;
        column[S_SOC][i] = 0.5 + 0.3 * sin((double)(k * k));
        column[S_T][i] = 290 + (double)(k % 97);
        column[S_FIXED][i] = 0;
    }
    for (size_t c = 0; c < COL; c++)
        at[c] = column[c];
}

/* Walks samples up to `to` by blocks as duties do; how many had to be made.  What is made of a sample is soc + T. */
static size_t walk(duty *d, duty_stream *s, size_t block, size_t to)
{
    size_t all = 0;
    why w;
    for (size_t i = 0; i < to;) {
        size_t end = i + block < to ? i + block : to;
        assert_int_equal(duty_past_open(d, s, end - i, &w), 0);
        while (i < end) {
            size_t same = duty_past_again(d, s, i, end - i), fresh = same ? 0 : duty_past_new(d, s, i, end - i);
            for (size_t k = i; k < i + fresh; k++)
                s->col[S_FIXED][k] = s->col[S_SOC][k] + s->col[S_T][k];
            if (!same)
                duty_past_keep(s, i, fresh);
            i += same + fresh;
            all += fresh;
        }
    }
    return all;
}

static bool is_made(const duty_stream *s, size_t a, size_t b)
{
    for (size_t i = a; i < b; i++)
        if (s->col[S_FIXED][i] != s->col[S_SOC][i] + s->col[S_T][i])
            return false;
    return true;
}

static size_t made(duty *d, duty_stream *s, size_t block)
{
    size_t all = walk(d, s, block, N);
    for (size_t i = 0; i < N; i += 37)
        duty_past_need(d, s, i, i + 37);
    assert_true(is_made(s, 0, N));
    duty_past_free(s->past);
    s->past = NULL;
    return all;
}

static duty a_duty(void) { return (duty){ .ncol = COL, .nstream = 1 }; }

static void a_period_is_made_once(void **state)
{
    (void)state;
    static const size_t blocks[] = { 1, 7, 1024, N };
    duty d = a_duty();
    for (int k = 0; k < 4; k++) {
        duty_stream s = { .col = at };
        teach(1000, 0);
        assert_in_range(made(&d, &s, blocks[k]), 1001, 1001);
        teach(24, 0);
        assert_in_range(made(&d, &s, blocks[k]), 129, 200);
    }
}

/* The beginning comes again and then goes another way; a value that differs by a bit. */
static void what_differs_is_made(void **state)
{
    (void)state;
    duty d = a_duty();
    duty_stream s = { .col = at };
    teach(1000, 0);
    column[S_T][1500] = nextafter(column[S_T][1500], 0);
    column[S_SOC][2001] += 1e-16;
    column[S_SOC][2500] = nextafter(column[S_SOC][2500], 1);
    size_t n = made(&d, &s, 300);
    assert_true(n > 2002 && n < 3500);
    teach(N, N);
    assert_int_equal(made(&d, &s, 300), N);
}

/* Not before somebody asks, and for no others; the window moves on meanwhile. */
static void it_is_there_when_asked_for(void **state)
{
    (void)state;
    static const size_t periods[] = { 1000, 24 };
    for (int k = 0; k < 2; k++) {
        duty d = a_duty();
        duty_stream s = { .col = at };
        teach(periods[k], 0);
        walk(&d, &s, 300, 3000);
        assert_false(is_made(&s, 1500, 1501));
        for (size_t dropped = 0; dropped < 1600; dropped += 800) {
            for (size_t c = 0; c < COL; c++)
                memmove(column[c], column[c] + 800, (N - 800) * sizeof **column);
            duty_past_drop(&s, 800);
        }
        duty_past_need(&d, &s, 500, 600);
        assert_true(is_made(&s, 500, 600));
        assert_false(is_made(&s, 499, 500) || is_made(&s, 600, 601));
        duty_past_need(&d, &s, 0, 1400);
        assert_true(is_made(&s, 0, 1400));
        duty_past_free(s.past);
    }
}

static void what_reads_time_is_made(void **state)
{
    (void)state;
    duty d = a_duty(), many = a_duty();
    duty_stream s = { .col = at };
    d.time = true;
    many.nstream = 100;
    teach(1000, 0);
    assert_int_equal(made(&d, &s, 300), N);
    assert_int_equal(made(&many, &s, 300), N);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_period_is_made_once),
        cmocka_unit_test(what_differs_is_made),
        cmocka_unit_test(it_is_there_when_asked_for),
        cmocka_unit_test(what_reads_time_is_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

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

/* Walks all samples by blocks as duties do; how many had to be made.  What is made of a sample is soc + T. */
static size_t made(duty *d, duty_stream *s, size_t block)
{
    size_t all = 0;
    why w;
    for (size_t i = 0; i < N;) {
        size_t end = i + block < N ? i + block : N;
        assert_int_equal(duty_past_open(d, s, end - i, &w), 0);
        while (i < end) {
            size_t same = duty_past_copy(d, s, i, end - i), fresh = same ? 0 : duty_past_new(d, s, i, end - i);
            for (size_t k = i; k < i + fresh; k++)
                s->col[S_FIXED][k] = s->col[S_SOC][k] + s->col[S_T][k];
            if (!same)
                duty_past_keep(s, i, fresh);
            i += same + fresh;
            all += fresh;
        }
    }
    for (size_t i = 0; i < N; i++)
        assert_true(s->col[S_FIXED][i] == s->col[S_SOC][i] + s->col[S_T][i]);
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
        cmocka_unit_test(what_reads_time_is_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

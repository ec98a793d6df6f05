/* SPDX-License-Identifier: MIT
 * test_duty_wide.c - sums over stretches by AVX-512 are those of any machine, to the bit.
 */
#include "core/base/random.h"
#include "core/engine/duty_sums.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Eight lanes in one register give the bits of four and four. */
static void wide_sums(void **state)
{
    (void)state;
#ifdef __x86_64__
    static double mem[3][624];
    double *col[] = { mem[0], mem[1], mem[2] };
    for (size_t i = 0; i < 600; i++) {
        mem[0][i] = i ? mem[0][i - 1] + 1 + 3600 * random_uniform(1, 0, i, 0) : 0;
        mem[1][i] = i % 5 ? random_uniform(1, 0, i, 1) : i ? mem[1][i - 1] : 0.5;
        mem[2][i] = 280 + 30 * random_uniform(1, 0, i, 2);
    }
    for (size_t n = 0; n < 590 && duty_sums_wide(); n += n < 40 ? 1 : 37)
        for (size_t first = 3; first <= (n ? 4 : 3); first++) {
            duty_totals one, two;
            duty_sums_any(col, 3, n, first, &one);
            duty_sums_avx512(col, 3, n, first, &two);
            assert_memory_equal(&one, &two, sizeof one);
            double a = duty_sums_trapezoids(col[0] + 3, col[1] + 3, n);
            double b = duty_sums_trapezoids_avx512(col[0] + 3, col[1] + 3, n);
            assert_memory_equal(&a, &b, sizeof a);
        }
#endif
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(wide_sums) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

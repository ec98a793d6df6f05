/* SPDX-License-Identifier: MIT
 * test_mem.c - blocks of memory, arenas and failures on demand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/mem.h"
#include <stdlib.h>
#include <string.h>

static void blocks(void **unused)
{
    (void)unused;
    int *p = mem_zero(100, sizeof *p);
    for (int i = 0; i < 100; i++)
        assert_int_equal(p[i], 0);
    p[99] = 7;
    int *q = mem_grow(p, 1000, sizeof *q);
    assert_non_null(q);
    assert_int_equal(q[99], 7);
    free(q);
    char *t = mem_dup("cell");
    assert_string_equal(t, "cell");
    free(t);
    assert_null(mem_dup(NULL));
    volatile size_t huge = SIZE_MAX / 2;
    assert_null(mem_zero(huge, 4));
    assert_null(mem_grow(NULL, huge, 4));
    assert_null(mem_columns(huge));
    void *empty = mem_zero(0, 8);
    assert_non_null(empty);
    free(empty);
}

static void columns_are_aligned(void **unused)
{
    (void)unused;
    for (size_t n = 0; n < 40; n++) {
        double *c = mem_columns(n);
        assert_non_null(c);
        assert_int_equal((uintptr_t)c % 64, 0);
        for (size_t i = 0; i < n; i++)
            assert_true(c[i] == 0);
        free(c);
    }
}

static void huge_pages(void **unused)
{
    (void)unused;
    static const size_t at[] = { 1, 100, MEM_HUGE - 1, MEM_HUGE, MEM_HUGE + 1 };
    volatile size_t huge = SIZE_MAX / 2;
    for (size_t k = 0; k < sizeof at / sizeof *at; k++) {
        double *x = mem_huge(at[k]);
        assert_non_null(x);
        assert_int_equal((uintptr_t)x % (at[k] < MEM_HUGE ? 64 : MEM_HUGE * sizeof *x), 0);
        x[0] = x[at[k] - 1] = 1;
        free(x);
    }
    assert_null(mem_huge(huge));
    mem_fail_at(1);
    assert_null(mem_huge(8));
    mem_fail_at(1);
    assert_null(mem_huge(MEM_HUGE));
}

static void arenas(void **unused)
{
    (void)unused;
    mem_arena *a = mem_arena_open();
    char *first = mem_arena_text(a, "first");
    unsigned char *big = mem_arena_get(a, 1000000);
    for (size_t i = 0; i < 1000000; i++)
        assert_int_equal(big[i], 0);
    memset(big, 1, 1000000);
    for (int i = 0; i < 5000; i++) {
        size_t n = (size_t)(i * 37 % 300);
        unsigned char *p = mem_arena_get(a, n);
        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t k = 0; k < n; k++)
            assert_int_equal(p[k], 0);
        memset(p, 255, n);
    }
    assert_string_equal(first, "first");
    assert_string_equal(mem_arena_format(a, "%s.%d", "physics", 3), "physics.3");
    assert_null(mem_arena_text(a, NULL));
    assert_null(mem_arena_get(a, SIZE_MAX));
    mem_arena_close(a);
    mem_arena_close(NULL);
}

static void failing_on_demand(void **unused)
{
    (void)unused;
    long before = mem_count();
    mem_fail_at(2);
    void *p = mem_zero(1, 1);
    assert_non_null(p);
    assert_null(mem_grow(p, 2, 1));                     /* p stays */
    void *q = mem_columns(8);
    assert_non_null(q);
    assert_int_equal(mem_count() - before, 3);
    free(p);
    free(q);
    mem_fail_at(1);
    assert_null(mem_dup("x"));
    mem_fail_at(1);
    assert_null(mem_columns(8));
    mem_fail_at(1);
    assert_null(mem_arena_open());
    mem_arena *a = mem_arena_open();
    mem_fail_at(1);
    assert_null(mem_arena_format(a, "%d", 1));
    mem_fail_at(1);
    mem_fail_at(0);
    assert_non_null(mem_arena_get(a, 8));
    mem_arena_close(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks),
        cmocka_unit_test(columns_are_aligned),
        cmocka_unit_test(huge_pages),
        cmocka_unit_test(arenas),
        cmocka_unit_test(failing_on_demand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT
 * test_golden.c - golden.csv is read whole or refused with a sentence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/file.h"
#include "core/host/golden.h"
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tests/near.h"

static char path[64];

static int begin(void **s)
{
    (void)s;
    strcpy(path, "/tmp/fade-golden-XXXXXX");
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int end(void **s)
{
    (void)s;
    return remove(path);
}

static int read_text(const char *text, golden *g, why *w)
{
    assert_int_equal(file_write(path, text, strlen(text), NULL), E_OK);
    return golden_read(path, g, w);
}

static void rows_have_names(void **s)
{
    golden g;
    (void)s;
    assert_int_equal(read_text("cell,param.k,out.loss\nA1,0.5,1e-3\nB2,,x\n", &g, NULL), E_OK);
    assert_int_equal(g.nrow, 2);
    assert_int_equal(golden_column(&g, "param.", "k"), 1);
    assert_int_equal(golden_column(&g, "out.", "k"), -1);
    assert_near(golden_number(&g, 0, 2), 1e-3, 0);
    assert_true(isnan(golden_number(&g, 1, 1)));
    assert_true(isnan(golden_number(&g, 1, 2)));
    assert_true(isnan(golden_number(&g, 1, -1)));
    assert_string_equal(g.field[2 * g.ncol], "B2");
    golden_free(&g);
}

static void what_is_ragged_or_empty_is_refused(void **s)
{
    golden g;
    why w = { 0 };
    (void)s;
    assert_int_equal(read_text("a,b\n1\n", &g, &w), E_INPUT);
    assert_non_null(strstr(w.text, ":2 has 1 fields, the header 2"));
    assert_int_equal(read_text("a,b\n", &g, &w), E_INPUT);
    assert_non_null(strstr(w.text, "has no rows"));
    assert_int_equal(golden_read("/nowhere/golden.csv", &g, &w), E_IO);
}

static void no_memory_is_said(void **s)
{
    golden g;
    why w = { 0 };
    (void)s;
    assert_int_equal(file_write(path, "a,b\n1,2\n", 8, NULL), E_OK);
    int failed = 0;
    for (long k = 1; k < 30; k++) {
        mem_fail_at(k);
        int rc = golden_read(path, &g, &w);
        mem_fail_at(0);
        failed += rc != E_OK;
        if (rc == E_OK)
            golden_free(&g);
    }
    assert_true(failed >= 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_have_names),
        cmocka_unit_test(what_is_ragged_or_empty_is_refused),
        cmocka_unit_test(no_memory_is_said),
    };
    return cmocka_run_group_tests(tests, begin, end);
}

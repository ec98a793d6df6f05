/* SPDX-License-Identifier: MIT
 * test_rig.c - the checker's tile: laid out as the ABI says, guarded, and telling who wrote past an end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/mem.h"
#include "core/host/rig.h"
#include <cmocka.h>
#include <math.h>
#include <string.h>
#include "tests/near.h"

static const fade_param params[] = {
    { "k", "1", "One.", "", FADE_REAL, FADE_PER_CELL, 0.25, 0, 1, 0, 0, NULL },
    { "n", "", "Not per cell.", "", FADE_INT, 0, 3, 0, 9, 0, 0, NULL },
};
static const fade_column state[] = { { "a", "1", "A.", 5, 0, 0, 0, 0, 0, 0 }, { "w", "1", "W.", 6, 0, 0, 0, 0, 3, 0 } };
static const fade_column in[] = { { "T", "K", "T.", 298, 0, 0, 0, 0, 1, 0 } };
static const fade_column out[] = { { "loss", "1", "L.", 0, 0, 0, 0, 0, 1, 0 } };
static const fade_desc desc = {
    .size = sizeof desc,
    .params = FADE_LIST(params),
    .columns = { FADE_LIST(state), FADE_LIST(in), FADE_LIST(out), { NULL, 0, 0 } },
};

static void columns_lie_as_the_abi_says(void **s)
{
    rig *r;
    (void)s;
    assert_int_equal(rig_open(&desc, &desc.columns, 16, 100, &r, NULL), 0);
    assert_int_equal(r->nparam, 1);
    assert_int_equal(r->nx, 2);
    assert_near(r->tile.param[0][15], 0.25, 0);
    assert_near(r->tile.x[1][2 * 16 + 15], 6, 0);
    assert_near(r->tile.in[0][7], 298, 0);
    assert_int_equal(r->tile.id[15], 16);
    assert_int_equal(r->tile.live, 16);
    for (uint32_t i = 0; i < r->ncolumn; i++)
        assert_int_equal((uintptr_t)r->column[i].at % 64, 0);
    assert_int_equal((uintptr_t)r->tile.scratch % 64, 0);
    rig_close(r);
    rig_close(NULL);
}

static void what_is_written_behind_a_column_is_named(void **s)
{
    rig *r;
    (void)s;
    assert_int_equal(rig_open(&desc, &desc.columns, 8, 24, &r, NULL), 0);
    rig_ready(r);
    assert_null(rig_overrun(r));
    assert_true(isnan(r->x1[1][3 * 8 - 1]));
    assert_true(isinf(r->tile.wish[7]));
    r->x1[1][3 * 8] = 0;
    assert_string_equal(rig_overrun(r)->key, "w");
    rig_close(r);
    assert_int_equal(rig_open(&desc, &desc.columns, 8, 24, &r, NULL), 0);
    ((char *)r->tile.scratch)[24] = 1;
    assert_string_equal(rig_overrun(r)->key, "scratch");
    r->tile.status[8] = 1;
    assert_non_null(rig_overrun(r));
    rig_close(r);
}

static void an_address_has_a_column(void **s)
{
    rig *r;
    (void)s;
    assert_int_equal(rig_open(&desc, &desc.columns, 8, 0, &r, NULL), 0);
    assert_string_equal(rig_where(r, &r->in[0][3])->key, "T");
    assert_string_equal(rig_where(r, &r->x[1][20])->key, "w");
    assert_null(rig_where(r, &desc));
    assert_int_equal(rig_guard(r, true, NULL), 0);
    assert_near(r->tile.in[0][3], 298, 0);
    assert_int_equal(rig_guard(r, false, NULL), 0);
    r->in[0][3] = 299;
    rig_close(r);
}

static void a_failure_is_a_sentence(void **s)
{
    rig *r;
    why w = { 0 };
    (void)s;
    assert_int_equal(rig_open(&desc, &desc.columns, 12, 0, &r, &w), E_BUG);
    assert_string_equal(w.text, "a tile of 12 lanes is not a multiple of 8");
    for (long k = 1; k <= 3; k++) {
        mem_fail_at(k);
        assert_int_equal(rig_open(&desc, &desc.columns, 8, 0, &r, &w), E_NOMEM);
        assert_null(r);
    }
    mem_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_lie_as_the_abi_says),
        cmocka_unit_test(what_is_written_behind_a_column_is_named),
        cmocka_unit_test(an_address_has_a_column),
        cmocka_unit_test(a_failure_is_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

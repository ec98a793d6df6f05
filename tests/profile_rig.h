/* SPDX-License-Identifier: MIT
 * profile_rig.h - what the tests of the source of duties share: files from text, read to their end.
 */
#ifndef FADE_TESTS_PROFILE_RIG_H
#define FADE_TESTS_PROFILE_RIG_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/duty_rig.h"
#include "tests/near.h"

#define DAY 86400.0
#define T "temperature", "300"                    /* a constant, so that nothing is warned of */
#define SET(...) ((const char *const[]){ __VA_ARGS__, NULL })

static inline void set_all(rig *g, const char *const *set)
{
    for (; set && *set; set += 2)
        rig_set(g, set[0], set[1]);
}

static inline void text_file(char path[512], const char *name, const char *at)
{
    rig_file(path, name, at, strlen(at));
}

/* The text as a file called `name`, with "key", "value" pairs: the code of open(). */
static inline int32_t read_as(rig *g, const char *name, const char *at, const char *const *set, uint32_t cap, duty_rows *r)
{
    char path[512];
    assert_true(rig_open(g, "profile"));
    text_file(path, name, at);
    rig_set(g, "path", path);
    set_all(g, set);
    int32_t rc = duty_read(g, NULL, cap, 0, r);
    unlink(path);
    return rc;
}

static inline void good(rig *g, const char *at, const char *const *set, duty_rows *r)
{
    int32_t rc = read_as(g, "a.csv", at, set, 3, r);
    if (rc || r->code != FADE_END || r->wrong)
        print_error("%s: code %d, %d, wrong %d: %s\n", at, rc, r->code, r->wrong, g->error);
    assert_int_equal(rc, FADE_OK);
    assert_int_equal(r->code, FADE_END);
    assert_int_equal(r->wrong, 0);
    assert_int_equal(g->errors, 0);
}

static inline void same_numbers(const double *have, const double *want, size_t n, double most)
{
    for (size_t i = 0; i < n; i++)
        assert_near(have[i], want[i], most);
}
#define NUMBERS(have, most, ...) \
    same_numbers(have, (const double[]){ __VA_ARGS__ }, sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double), most)

/* Sum of |change of soc|. */
static inline double throughput(const duty_rows *r)
{
    double sum = 0;
    for (size_t i = 1; i < r->n; i++)
        sum += fabs(r->soc[i] - r->soc[i - 1]);
    return sum;
}
#endif

/* SPDX-License-Identifier: MIT
 * expr_rig.h - what the tests of formulas share: variables with columns, a formula compiled and run.
 */
#ifndef FADE_TESTS_EXPR_RIG_H
#define FADE_TESTS_EXPR_RIG_H
#include "core/base/expr.h"
#include "core/base/expr_inside.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/base/vmath.h"

enum { N = 1024, VARS = 6 };
static const char *const var_name[VARS] = { "T", "Ua", "s", "D", "C", "x" };
static double column[VARS][N];
static const double *const columns[VARS] = { column[0], column[1], column[2], column[3], column[4], column[5] };

static uint64_t seed = 88172645463325252u;
static inline uint64_t draw(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static inline double between(double lo, double hi)
{
    return lo + (hi - lo) * ((double)(draw() >> 11) * 0x1p-53);
}

static inline int fill(void **state)
{
    (void)state;
    static const double range[VARS][2] = { { 263, 333 }, { .05, .7 }, { 0, 1 }, { 0, 1 }, { 0, 3 }, { -4, 4 } };
    for (int v = 0; v < VARS; v++)
        for (int i = 0; i < N; i++)
            column[v][i] = between(range[v][0], range[v][1]);
    return 0;
}

static inline fade_expr *compile(uint32_t n, const char *const *name, const char *const *from, const uint8_t *wanted,
                          const uint8_t *same)
{
    why w = { 0 };
    fade_expr *e = NULL;
    const expr_ask ask = { n, VARS, name, from, wanted, var_name, same };
    if (expr_compile(&ask, &e, &w))
        fail_msg("%s: %s", from[n - 1], w.text);
    return e;
}

static inline fade_expr *one(const char *from, const uint8_t *same)
{
    static const char *const y = "y";
    return compile(1, &y, &from, NULL, same);
}

static inline void run(const fade_expr *e, uint32_t n, const double *const *var, double *const *y)
{
    void *scratch = malloc(expr_scratch(e, n));         /* exactly as much as asked for */
    expr_eval(e, n, var, scratch, y);
    free(scratch);
}

static inline double constant(const char *from)
{
    double out[8], *y = out;
    fade_expr *e = one(from, NULL);
    run(e, 8, columns, &y);
    expr_close(e);
    return out[7];
}

static inline bool equal(const double *a, const double *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(&a[i], &b[i], sizeof *a) != 0 && !(isnan(a[i]) && isnan(b[i])))
            return false;
    return true;
}

static inline char *repeated(const char *before, size_t n, const char *unit, const char *after)
{
    text t = { 0 };
    text_add(&t, before);
    for (size_t i = 0; i < n; i++)
        text_add(&t, unit);
    text_add(&t, after);
    return text_take(&t);
}
#endif

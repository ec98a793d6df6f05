/* SPDX-License-Identifier: MIT
 * fuzz_expr.c - any text as formulas, one a line: a sentence with a place, or code that gives the same bits at any
 * length, vector width and sameness.
 */
#include "core/base/expr.h"
#include "core/base/vmath.h"
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 4, VARS = 3, N = 72 };

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static void must(int holds)
{
    if (!holds)
        __builtin_trap();
}

static const char *const name[MOST] = { "a", "b", "c", "d" }, *const var_name[VARS] = { "T", "s", "x" };
static const uint8_t none[VARS] = { 0 }, all[VARS] = { 1, 1, 1 };

static fade_expr *compile(uint32_t n, char *const *from, const uint8_t *same)
{
    const expr_ask ask = { n, VARS, name, (const char *const *)from, NULL, var_name, same };
    fade_expr *e = NULL;
    why w = { 0 };
    int rc = expr_compile(&ask, &e, &w);
    must((rc == E_OK) == (e != NULL) && (rc == E_OK || rc == E_INPUT));
    if (rc) {
        const char *column = strstr(w.text, "column ");
        must(strncmp(w.text, "formula ", 8) == 0 && column && atoi(column + 7) >= 1);
        must((size_t)atoi(column + 7) <= strlen(from[w.text[8] - 'a']) + 1);
    }
    return e;
}

static void run(const fade_expr *e, uint32_t n, const double *const *var, double out[MOST][N])
{
    double *y[MOST] = { out[0], out[1], out[2], out[3] };
    void *scratch = malloc(expr_scratch(e, n));
    expr_eval(e, n, var, scratch, y);
    free(scratch);
}

static void equal(double x, double y)
{
    must((isnan(x) && isnan(y)) || memcmp(&x, &y, sizeof x) == 0);
}

/* All lanes of a tile have the value that eight `same` ones give. */
static void both(uint32_t n, const fade_expr *e, const fade_expr *once, double value)
{
    static double lanes[VARS][N], out[MOST][N], few[MOST][N];
    const double *var[VARS] = { lanes[0], lanes[1], lanes[2] };
    for (int v = 0; v < VARS; v++)
        for (int i = 0; i < N; i++)
            lanes[v][i] = value * (v - 1.5);
    vmath_use(NULL);
    run(e, N, var, out);
    vmath_use("sse2");
    run(once, 8, var, few);
    for (uint32_t f = 0; f < n; f++)
        for (int i = 0; i < N; i++)
            equal(out[f][i], few[f][i % 8]);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    char *given = strndup((const char *)at, n), *rest = given, *from[MOST];
    uint32_t count = 0;
    while (count < MOST && rest)
        from[count++] = strsep(&rest, "\n");
    fade_expr *e = compile(count, from, none), *once = compile(count, from, all);
    must((e == NULL) == (once == NULL));
    static const double values[] = { 0.7, -300, 0, 1e200, NAN, INFINITY };
    for (size_t i = 0; e && i < sizeof values / sizeof *values; i++)
        both(count, e, once, values[i]);
    expr_close(e);
    expr_close(once);
    free(given);
    return 0;
}

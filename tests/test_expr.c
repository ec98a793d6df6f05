/* SPDX-License-Identifier: MIT
 * test_expr.c - formulas: values beside plain C, what binds tighter, complaints with their column, the same bits at any
 * width, length and sameness, random formulas beside a naive evaluation.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/expr.h"
#include "core/base/expr_inside.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/base/vmath.h"

enum { N = 1024, VARS = 6, MOST = 12 };
static const char *const var_name[VARS] = { "T", "Ua", "s", "D", "C", "x" };
static double column[VARS][N];
static const double *const columns[VARS] = { column[0], column[1], column[2], column[3], column[4], column[5] };
static const char *const isas[] = { "sse2", "avx2", "avx512" };

static uint64_t seed = 88172645463325252u;
static uint64_t draw(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static double between(double lo, double hi)
{
    return lo + (hi - lo) * ((double)(draw() >> 11) * 0x1p-53);
}

static int fill(void **state)
{
    (void)state;
    static const double range[VARS][2] = { { 263, 333 }, { .05, .7 }, { 0, 1 }, { 0, 1 }, { 0, 3 }, { -4, 4 } };
    for (int v = 0; v < VARS; v++)
        for (int i = 0; i < N; i++)
            column[v][i] = between(range[v][0], range[v][1]);
    return 0;
}

static fade_expr *compile(uint32_t n, const char *const *name, const char *const *from, const uint8_t *wanted,
                          const uint8_t *same)
{
    why w = { 0 };
    fade_expr *e = NULL;
    const expr_ask ask = { n, VARS, name, from, wanted, var_name, same };
    if (expr_compile(&ask, &e, &w))
        fail_msg("%s: %s", from[n - 1], w.text);
    return e;
}

static fade_expr *one(const char *from, const uint8_t *same)
{
    static const char *const y = "y";
    return compile(1, &y, &from, NULL, same);
}

static void run(const fade_expr *e, uint32_t n, const double *const *var, double *const *y)
{
    void *scratch = malloc(expr_scratch(e, n));         /* exactly as much as asked for */
    expr_eval(e, n, var, scratch, y);
    free(scratch);
}

static double constant(const char *from)
{
    double out[8], *y = out;
    fade_expr *e = one(from, NULL);
    run(e, 8, columns, &y);
    expr_close(e);
    return out[7];
}

static bool equal(const double *a, const double *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(&a[i], &b[i], sizeof *a) != 0 && !(isnan(a[i]) && isnan(b[i])))
            return false;
    return true;
}

/* ---- values ---- */

static double cal_1(double T, double Ua, double s, double D, double C)
{
    (void)s, (void)D, (void)C;
    return 8.37e4 * exp(-5210 / T) * exp(-3560 * Ua / T);
}

static double cyc_1(double T, double Ua, double s, double D, double C)
{
    (void)Ua, (void)s;
    return (4.38e-8 + 1.55e-8 * D + 1.68e-7 * C) * (exp(2190 / T) + exp(-1.55e5 / T));
}

static double cal_9(double T, double Ua, double s, double D, double C)
{
    (void)D, (void)C;
    double TN = T / 308.15, UN = Ua / 0.123;
    return -2.39156628786525 + 2.44205317834185 * exp(pow(TN, 3) * pow(UN, -1. / 3)) -
           4.45998246136905 * pow(TN, 3) * pow(UN, -1. / 2) + .448140062203916 * exp(sqrt(s) / (TN * TN)) -
           .185337797906876 * exp(s * s * s);
}

static double cyc_9(double T, double Ua, double s, double D, double C)
{
    (void)Ua, (void)s, (void)D;
    double TN = T / 308.15;
    return .181235015387132 * exp(-.123779206033993 * pow(C, 3)) * exp(1.24459541295018 * pow(TN, 3) * sqrt(C));
}

static double cal_5(double T, double Ua, double s, double D, double C)
{
    (void)s, (void)D, (void)C;
    double TN = T / 318.15, UN = Ua / 0.123;
    return .00748 * exp(8.9 * TN * TN * pow(UN, -1. / 3)) * exp(-4.87 * TN * TN * pow(UN, -.5));
}

static double pcal_5(double T, double Ua, double s, double D, double C)
{
    (void)D, (void)C;
    double TN = T / 318.15, UN = Ua / 0.123;
    return 1.01 * exp(-.133 * pow(TN, 3)) * exp(1.22 * pow(TN, 3) * pow(s, 3)) * exp(-.56 * TN * TN / pow(UN, 3));
}

static double kcyc_5(double T, double Ua, double s, double D, double C)
{
    (void)Ua, (void)D;
    double TN = T / 318.15, u = sqrt(C) * s / pow(TN, 3);
    return 5.49 - 64.9 * u + 21.3 * exp(u) + .000801 * exp(C * sqrt(s) / pow(TN, 3));
}

static double cyc_10(double T, double Ua, double s, double D, double C)
{
    (void)Ua, (void)s;
    double TN = T / 308.15;
    return fabs(.0267 + 1.64 * pow(TN, 3) * sqrt(D) + .011 * exp(C * C / sqrt(TN)) -
                .44 * exp(sqrt(D) * TN * TN * sqrt(C)));
}

static double anode(double T, double Ua, double s, double D, double C)
{
    (void)T, (void)Ua, (void)D, (void)C;
    double X = 0.0085 + s * (0.78 - 0.0085);
    return 0.6379 + 0.5416 * exp(-305.5309 * X) + 0.044 * tanh(-(X - 0.1958) / 0.1088) -
           0.1978 * tanh((X - 1.0571) / 0.0854) - 0.6875 * tanh((X + 0.0117) / 0.0529) -
           0.0175 * tanh((X - 0.5692) / 0.0875);
}

static double skew(double T, double Ua, double s, double D, double C)
{
    (void)T, (void)Ua, (void)D, (void)C;
    double z = (s - .5) / .208738181522897;
    return 2 * exp(-z * z / 2) / sqrt(2 * M_PI) * (.5 * (1 + erf(.0583128906965484 * z / sqrt(2))));
}

static double bounded(double T, double Ua, double s, double D, double C)
{
    (void)D;
    return fmax(fmin(s, Ua), .1) + log(T) - fabs(s - .5) / (1 + C);
}

/* At T 298.15, SoC 0.5, DoD 0.8, C 0.5: the rates that BLAST-Lite gives (physics-facts.md, 5), NAN: none. */
static const struct value {
    const char *from[4];                                /* names a, b, c, ..; the last is y */
    double    (*c)(double T, double Ua, double s, double D, double C);
    double      published;
} values[] = {
    { { "8.37e4*exp(-5210/T)*exp(-3560*Ua/T)" }, cal_1, 4.94623e-4 },
    { { "(4.38e-8 + 1.55e-8*D + 1.68e-7*C)*(exp(2190/T) + exp(-1.55e5/T))" }, cyc_1, 2.17155e-4 },
    { { "T/308.15", "Ua/0.123",
        "-2.39156628786525 + 2.44205317834185*exp(a^3*b^(-1/3)) - 4.45998246136905*a^3*b^(-1/2)"
        " + .448140062203916*exp(s^.5/a^2) - .185337797906876*exp(s^3)" }, cal_9, .354210 },
    { { "T/308.15", ".181235015387132*exp(-.123779206033993*C^3)*exp(1.24459541295018*a^3*C^.5)" }, cyc_9, .396016 },
    { { "T/318.15", "Ua/0.123", ".00748*exp(8.9*a^2*b^(-1/3))*exp(-4.87*a^2*b^(-1/2))" }, cal_5, .257322 },
    { { "T/318.15", "Ua/0.123", "1.01*exp(-.133*a^3)*exp(1.22*a^3*s^3)*exp(-.56*a^2/b^3)" }, pcal_5, .629908 },
    { { "T/318.15", "C^.5*s/a^3", "5.49 - 64.9*b + 21.3*exp(b) + .000801*exp(C*s^.5/a^3)" }, kcyc_5, 10.3413 },
    { { "T/308.15", "abs(.0267 + 1.64*a^3*D^.5 + .011*exp(C^2/a^.5) - .44*exp(D^.5*a^2*C^.5))" }, cyc_10, .574119 },
    { { "0.0085 + s*(0.78 - 0.0085)",
        "0.6379 + 0.5416*exp(-305.5309*a) + 0.044*tanh(-(a - 0.1958)/0.1088) - 0.1978*tanh((a - 1.0571)/0.0854)"
        " - 0.6875*tanh((a + 0.0117)/0.0529) - 0.0175*tanh((a - 0.5692)/0.0875)" }, anode, .123304 },
    { { "(s - .5)/.208738181522897", "2*exp(-a^2/2)/sqrt(2*3.141592653589793)*(.5*(1 + erf(.0583128906965484*a/2^.5)))" },
      skew, NAN },
    { { "max(min(s, Ua), .1) + log(T) - abs(s - .5)/(1 + C)" }, bounded, NAN },
};

static void values_are_those_of_c(void **state)
{
    (void)state;
    static const char *const name[] = { "a", "b", "c", "d" };
    static double out[4][N];
    double keep[VARS];
    for (int v = 0; v < VARS; v++)
        keep[v] = column[v][0];
    column[0][0] = 298.15, column[2][0] = .5, column[3][0] = .8, column[4][0] = .5;
    column[1][0] = anode(0, 0, .5, 0, 0);
    for (size_t k = 0; k < sizeof values / sizeof *values; k++) {
        uint32_t n = 0;
        uint8_t wanted[4] = { 0 };
        while (n < 4 && values[k].from[n])
            n++;
        wanted[n - 1] = 1;
        double *y[4] = { 0 };
        y[n - 1] = out[n - 1];
        fade_expr *e = compile(n, name, values[k].from, wanted, NULL);
        run(e, N, columns, y);
        expr_close(e);
        for (int i = 0; i < N; i++) {
            double c = values[k].c(column[0][i], column[1][i], column[2][i], column[3][i], column[4][i]);
            if (!(fabs(out[n - 1][i] - c) <= 1e-13 * fmax(fabs(c), k > 1 && k < 9 ? 10 : 0)))
                fail_msg("%s: lane %d is %.17g, C has %.17g", values[k].from[n - 1], i, out[n - 1][i], c);
        }
        if (!isnan(values[k].published))
            assert_true(fabs(out[n - 1][0] / values[k].published - 1) < 5e-6);
    }
    for (int v = 0; v < VARS; v++)
        column[v][0] = keep[v];
}

static void tight_and_loose(void **state)
{
    (void)state;
    static const struct { const char *text; double value; } cases[] = {
        { "2+3*4", 14 }, { "(2+3)*4", 20 }, { "-2^2", -4 }, { "(-2)^2", 4 }, { "2^3^2", 512 }, { "2^-1", .5 },
        { "4^-0.5", .5 }, { "2^-3^0", .5 }, { "-2^-2", -.25 }, { "8/4/2", 1 }, { "8-4-2", 2 }, { "2*-3", -6 },
        { "2--3", 5 }, { "+-+2", -2 }, { "6/3*2", 4 }, { "2*3^2", 18 }, { "-3*2", -6 }, { "1.5e-3*1e3", 1.5 },
        { ".5+5.", 5.5 }, { "1e+2", 100 }, { " 1\t+\n2\r ", 3 }, { "min(3, max(1, 2))", 2 }, { "abs(-3)", 3 },
        { "sqrt(2+2)", 2 }, { "erf(0)", 0 }, { "tanh(0)", 0 }, { "log(1)", 0 }, { "exp(0)", 1 }, { "0^0", 1 },
        { "9^1.5", 27 }, { "4^-2.5", 1. / 32 }, { "2^10", 1024 }, { "10^0", 1 }, { "(7)", 7 }, { "0", 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (constant(cases[i].text) != cases[i].value)
            fail_msg("%s is %.17g, not %.17g", cases[i].text, constant(cases[i].text), cases[i].value);
    assert_true(signbit(constant("-0")));
    assert_true(isnan(constant("log(-1)")) && isinf(constant("1/0")) && isnan(constant("(-8)^(1/3)")));
}

static void not_a_number_goes_through(void **state)
{
    (void)state;
    double a[8] = { NAN, 1, NAN, 1, INFINITY, -INFINITY, 2, -1 }, b[8] = { 1, NAN, NAN, 2, 1, 1, NAN, -2 };
    const double *var[VARS] = { a, b };
    for (int flip = 0; flip < 2; flip++)
        for (int k = 0; k < 3; k++) {
            if (vmath_use(isas[k]) < 0)
                continue;
            double lo[8], hi[8], *y[2] = { lo, hi };
            fade_expr *e = compile(2, (const char *const[]){ "lo", "hi" },
                                   flip ? (const char *const[]){ "min(Ua, T)", "max(Ua, T)" }
                                        : (const char *const[]){ "min(T, Ua)", "max(T, Ua)" }, NULL, NULL);
            run(e, 8, var, y);
            expr_close(e);
            assert_true(equal(lo, (double[]){ NAN, NAN, NAN, 1, 1, -INFINITY, NAN, -2 }, 8));
            assert_true(equal(hi, (double[]){ NAN, NAN, NAN, 2, INFINITY, 1, NAN, -1 }, 8));
        }
    vmath_use(NULL);
}

/* ---- complaints ---- */

static const char *complaint(uint32_t n, const char *const *name, const char *const *from, why *w)
{
    fade_expr *e = (fade_expr *)(uintptr_t)8;
    const expr_ask ask = { n, VARS, name, from, NULL, var_name, NULL };
    *w = (why){ 0 };
    assert_int_equal(expr_compile(&ask, &e, w), E_INPUT);
    assert_null(e);
    return w->text;
}

static void complaints_have_a_column(void **state)
{
    (void)state;
    static const struct { const char *from, *says; } cases[] = {
        { "", "formula y, column 1: a number, a name or ( is expected, but the text ends" },
        { "2*", "formula y, column 3: a number, a name or ( is expected, but the text ends" },
        { "2**3", "formula y, column 3: a number, a name or ( is expected, not '*'" },
        { "2 T", "formula y, column 3: an operator (+ - * / ^) or the end is expected, not 'T'" },
        { "2T", "formula y, column 2: an operator (+ - * / ^) or the end is expected, not 'T'" },
        { "(2", "formula y, column 3: an operator (+ - * / ^) or ) is expected, but the text ends" },
        { "2)", "formula y, column 2: an operator (+ - * / ^) or the end is expected, not ')'" },
        { "exp 2", "formula y, column 5: ( behind a function is expected, not '2'" },
        { "exp()", "formula y, column 5: a number, a name or ( is expected, not ')'" },
        { "exp(1, 2)", "formula y, column 6: an operator (+ - * / ^) or ) is expected, not ','" },
        { "min(1)", "formula y, column 6: a comma and a second argument is expected, not ')'" },
        { "min(1, 2, 3)", "formula y, column 9: an operator (+ - * / ^) or ) is expected, not ','" },
        { "1 + Ub", "formula y, column 5: a variable, an earlier formula or a function is expected, not 'Ub'; "
                    "did you mean Ua?" },
        { "sqr(2)", "formula y, column 1: a variable, an earlier formula or a function is expected, not 'sqr'; "
                    "did you mean sqrt?" },
        { "1 + humidity", "formula y, column 5: a variable, an earlier formula or a function is expected, "
                          "not 'humidity'" },
        { "y+1", "formula y, column 1: the name of an earlier formula is expected, y is this one" },
        { "1e999", "formula y, column 1: a number is expected, not '1e999'" },
        { ".", "formula y, column 1: a number is expected, not '.'" },
        { "1.2.3", "formula y, column 4: an operator (+ - * / ^) or the end is expected, not '.3'" },
        { "0x10", "formula y, column 2: an operator (+ - * / ^) or the end is expected, not 'x10'" },
        { "1 \xc3\x97 2", "formula y, column 3: an operator (+ - * / ^) or the end is expected, not a character that "
                          "formulas do not have" },
        { "T(2)", "formula y, column 2: an operator (+ - * / ^) or the end is expected, not '('" },
    };
    why w;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(complaint(1, (const char *const[]){ "y" }, &cases[i].from, &w), cases[i].says);
    assert_string_equal(complaint(2, (const char *const[]){ "y", "z" }, (const char *const[]){ "z", "1" }, &w),
                        "formula y, column 1: the name of an earlier formula is expected, z is a later one");
    assert_string_equal(complaint(2, (const char *const[]){ "rate", "z" }, (const char *const[]){ "1", "2*Rat" }, &w),
                        "formula z, column 3: a variable, an earlier formula or a function is expected, not 'Rat'; "
                        "did you mean rate?");
}

static void names_are_their_own(void **state)
{
    (void)state;
    static const struct { const char *name[2], *says; } cases[] = {
        { { "a", "a" }, "formula a: a name of its own is expected, a formula is called so" },
        { { "a", "T" }, "formula T: a name of its own is expected, a variable is called so" },
        { { "exp", "a" }, "formula exp: a name of its own is expected, a function is called so" },
        { { "a", "2b" }, "formula '2b': a name of letters, digits and _ that starts with no digit is expected" },
        { { "a", "" }, "formula '': a name of letters, digits and _ that starts with no digit is expected" },
        { { "a.b", "c" }, "formula 'a.b': a name of letters, digits and _ that starts with no digit is expected" },
        { { "a", NULL }, "formula '': a name of letters, digits and _ that starts with no digit is expected" },
    };
    why w;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(complaint(2, cases[i].name, (const char *const[]){ "1", "2" }, &w), cases[i].says);
    assert_string_equal(complaint(1, (const char *const[]){ "a" }, (const char *const[]){ NULL }, &w),
                        "formula a: a text is expected");
    fade_expr *e;
    const expr_ask twice = { .nvar = 2, .var = (const char *const[]){ "q", "q" } };
    assert_int_equal(expr_compile(&twice, &e, &w), E_INPUT);
    assert_string_equal(w.text, "variable q: a name of its own is expected, a variable is called so");
}

static char *repeated(const char *before, size_t n, const char *unit, const char *after)
{
    text t = { 0 };
    text_add(&t, before);
    for (size_t i = 0; i < n; i++)
        text_add(&t, unit);
    text_add(&t, after);
    return text_take(&t);
}

/* Deep and long texts are refused with a sentence or done, on a small stack's worth of recursion. */
static void hostile_texts(void **state)
{
    (void)state;
    static const struct { const char *before; size_t n; const char *unit, *after; bool good; } cases[] = {
        { "", 60000, "(", "1", false },   { "", 60000, "-", "1", false },          { "1", 30000, "^1", "", false },
        { "", 20000, "exp(", "1", false }, { "", 60000, "2^", "2", false },         { "1", 32000, "+1", "", true },
        { "1", 32000, "/T", "", true },   { "T", 20000, "-s*x", "", false },       { "T", 9000, "+T/s", "", true },
        { "", 70000, "1", "", false },    { "T", 8000, "/D/s", "+T/s", true },     { "", 190, "(", "1", false },
        { "1", 190, "^s", "", true },     { "x", 10000, "^2*x", "", true },        { "x", 5000, "*exp(x)", "", true },
        { "x", 8000, "+x*s-D", "", true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *t = repeated(cases[i].before, cases[i].n, cases[i].unit, cases[i].after);
        const char *const y = "y", *const formula = t;
        const expr_ask ask = { 1, VARS, &y, &formula, NULL, var_name, NULL };
        fade_expr *e = NULL;
        why w = { 0 };
        int rc = expr_compile(&ask, &e, &w);
        if (rc != (cases[i].good ? E_OK : E_INPUT))
            fail_msg("case %zu: %d, %s", i, rc, w.text);
        static double out[N];
        double *to = out;
        if (e)
            run(e, N, columns, &to);
        expr_close(e);
        free(t);
    }
    why w;
    char *deep = repeated("", 201, "(", "1");
    const char *const formula = deep;
    assert_string_equal(complaint(1, (const char *const[]){ "y" }, &formula, &w),
                        "formula y, column 201: at most 200 brackets, signs and exponents inside each other are expected");
    free(deep);
}

static void memory_may_end(void **state)
{
    (void)state;
    const char *const name[] = { "a", "y" }, *const from[] = { "T/308.15*exp(s)^2.5", "a*exp(x)*exp(s*x)^D+Ua^3-min(a,s)" };
    const expr_ask ask = { 2, VARS, name, from, NULL, var_name, NULL };
    for (long k = 1;; k++) {
        fade_expr *e = NULL;
        why w = { 0 };
        mem_fail_at(k);
        int rc = expr_compile(&ask, &e, &w);
        mem_fail_at(0);
        assert_true(rc == E_OK ? e != NULL : rc == E_NOMEM && !e && *w.text);
        expr_close(e);
        if (!rc) {
            assert_true(k > 6);
            return;
        }
    }
}

/* ---- bits ---- */

static const char *const many_name[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l" };
static const char *const many[MOST] = {
    "T/308.15 - 1/T", "8.37e4*exp(-5210/T)*exp(-3560*Ua/T)", "(2*s*exp(D/T))^Ua + s^D", "b^C*a^3 - x^-2.5",
    "min(s, D) + max(x, s) - min(C, max(x, 1))", "abs(x)*tanh(x)/erf(s*D)", "log(Ua) - sqrt(s)*-x", "5", "T",
    "(1 - s)*(s - 1)/(3 - D)/(D/4)", "b", "exp(x)^2.3/exp(D*s)",
};

static void run_many(const uint8_t *same, uint32_t n, uint32_t from, double out[MOST][N])
{
    double *y[MOST];
    const double *var[VARS];
    for (int i = 0; i < MOST; i++)
        y[i] = out[i];
    for (int v = 0; v < VARS; v++)
        var[v] = column[v] + (same && same[v] ? 0 : from);
    fade_expr *e = compile(MOST, many_name, many, NULL, same);
    run(e, n, var, y);
    expr_close(e);
}

static double all[MOST][N], part[MOST][N];

static void any_length_and_width(void **state)
{
    (void)state;
    vmath_use("sse2");
    run_many(NULL, N, 0, all);
    for (int k = 0; k < 3; k++) {
        if (vmath_use(isas[k]) < 0)
            continue;
        run_many(NULL, N, 0, part);
        for (int i = 0; i < MOST; i++)
            assert_true(equal(all[i], part[i], N));
        static const uint32_t lengths[] = { 8, 16, 64, 248, 256, 264, 520 };
        for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++)
            for (uint32_t from = 0; from + lengths[l] <= N; from += 136) {
                run_many(NULL, lengths[l], from, part);
                for (int i = 0; i < MOST; i++)
                    assert_true(equal(all[i] + from, part[i], lengths[l]));
            }
    }
    vmath_use(NULL);
}

/* Each set of `same` variables, their columns of one value, beside none. */
static void same_or_not(void **state)
{
    (void)state;
    static double keep[VARS][N];
    memcpy(keep, column, sizeof keep);
    for (unsigned mask = 0; mask < 1u << VARS; mask++) {
        uint8_t same[VARS];
        memcpy(column, keep, sizeof keep);
        for (int v = 0; v < VARS; v++) {
            same[v] = mask >> v & 1;
            for (int i = 0; i < N && same[v]; i++)
                column[v][i] = keep[v][mask];
        }
        run_many(NULL, 264, 0, all);
        run_many(same, 264, 0, part);
        for (int i = 0; i < MOST; i++)
            if (!equal(all[i], part[i], 264))
                fail_msg("%s: other bits with the same variables %#x", many[i], mask);
    }
    memcpy(column, keep, sizeof keep);
}

/* Constants folded when compiled have the bits of variables of the same values. */
static void folded_or_not(void **state)
{
    (void)state;
    static const char *const form[] = { "exp(%s)", "log(%s)", "tanh(%s)", "erf(%s)", "sqrt(%s)", "(%s)^3", "(%s)^-2.5",
                                        "(%s)^0.3", "2.7^(%s)", "1/(%s)", "(%s)/3", "min(%s, 0.4)", "abs(-(%s))" };
    for (size_t k = 0; k < sizeof form / sizeof *form; k++)
        for (int i = 0; i < 64; i++) {
            char number[32], with_number[80], with_name[80];
            double out[8], *y = out;
            text_number(column[2][i] + .1, number);
            column[3][0] = column[2][i] + .1;
            snprintf(with_number, sizeof with_number, form[k], number);
            snprintf(with_name, sizeof with_name, form[k], "D");
            fade_expr *e = one(with_name, NULL);
            run(e, 8, columns, &y);
            expr_close(e);
            double folded = constant(with_number);
            assert_memory_equal(&folded, &out[0], sizeof folded);
        }
}

/* ---- what is made of it ---- */

static int count(const fade_expr *e, int op, bool once)
{
    int n = 0;
    for (uint32_t i = once ? 0 : e->once; i < (once ? e->once : e->ncode); i++)
        n += e->code[i].op == op;
    return n;
}

static void little_is_done(void **state)
{
    (void)state;
    static const struct { const char *text; int exp, pow, div, all; } cases[] = {
        { "8.37e4*exp(-5210/T)*exp(-3560*Ua/T)", 1, 0, 1, 5 },
        { "exp(Ua)*exp(s)*exp(D)/exp(C)", 1, 0, 0, 4 },
        { "(3*exp(-5210/T))^0.7", 1, 0, 1, 3 },
        { "exp(s)^D", 1, 0, 0, 2 },
        { "s^2", 0, 0, 0, 1 },
        { "s^8", 0, 0, 0, 3 },
        { "s^-0.5", 0, 0, 1, 2 },
        { "s^0.3", 0, 1, 0, 1 },
        { "s/8", 0, 0, 0, 1 },
        { "s/10", 0, 0, 1, 1 },
        { "2*3*s+exp(0)", 0, 0, 0, 2 },
        { "(s+D)*(D+s) + 0*(s+D)", 0, 0, 0, 4 },
        { "s*2*exp(D)*3", 1, 0, 0, 4 },
        { "s*1", 0, 0, 0, 1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fade_expr *e = one(cases[i].text, NULL);
        assert_int_equal(e->once, 0);
        assert_int_equal(count(e, EXPR_EXP, false), cases[i].exp);
        assert_int_equal(count(e, EXPR_POW, false), cases[i].pow);
        assert_int_equal(count(e, EXPR_DIV, false), cases[i].div);
        if ((int)e->ncode != cases[i].all)
            fail_msg("%s: %u operations, not %d", cases[i].text, e->ncode, cases[i].all);
        expr_close(e);
    }
    static const uint8_t same[VARS] = { 1, 0, 0, 1 };
    fade_expr *e = one("log(T)*exp(s/T)^D*D^2.2", same);
    assert_int_equal(count(e, EXPR_LOG, true) + count(e, EXPR_POW, true), 2);
    assert_int_equal(count(e, EXPR_LOG, false) + count(e, EXPR_POW, false), 0);
    assert_int_equal(count(e, EXPR_EXP, false), 1);
    expr_close(e);
    const char *const name[] = { "a", "b", "c" }, *const from[] = { "exp(s)", "tanh(x)", "a*exp(D)" };
    e = compile(3, name, from, (const uint8_t[]){ 0, 0, 1 }, NULL);
    assert_int_equal(e->ncode, 2);
    expr_close(e);
    char *many_sums = repeated("x", 500, "+x*s^2", "");
    e = one(many_sums, NULL);
    assert_true(e->nreg <= 3);
    expr_close(e);
    free(many_sums);
}

/* ---- random formulas ---- */

enum { DEEP = 5, BIG = 400, FORMULAS = 3 };

typedef struct tree {                                   /* of `all` */
    int         op, var;                                /* EXPR_NUMBER, EXPR_VAR, EXPR_COPY: an earlier formula, .. */
    double      value;
    struct tree *a, *b;
} tree;

typedef struct exact {                                  /* a value, and how far any rounding may lead from it */
    long double v, off;
} exact;

static tree trees[FORMULAS * BIG];
static int ntrees;

static tree *grow(int depth, int earlier)
{
    static const int ops[] = { EXPR_ADD, EXPR_SUB, EXPR_MUL,  EXPR_MUL, EXPR_DIV,  EXPR_MIN, EXPR_MAX, EXPR_POW, EXPR_NEG,
                               EXPR_EXP, EXPR_EXP, EXPR_SQRT, EXPR_LOG, EXPR_TANH, EXPR_ERF, EXPR_ABS, EXPR_MUL, EXPR_POW };
    static const double numbers[] = { 0, 1, 2, 3, .5, 1.5, 4, .25, 1. / 3, .1, 7.3, 2.5, 1e3, 1e-3, 0.7, 11.9 };
    tree *t = &trees[ntrees++];
    *t = (tree){ .op = depth > 0 && draw() % 8 ? ops[draw() % 18] : draw() % 3 ? EXPR_VAR : EXPR_NUMBER };
    t->var = (int)(draw() % VARS);
    t->value = numbers[draw() % 16];
    if (t->op == EXPR_VAR && earlier && draw() % 4 == 0) {
        t->op = EXPR_COPY;
        t->var = (int)(draw() % (unsigned)earlier);
    }
    bool leaf = t->op == EXPR_NUMBER || t->op == EXPR_VAR || t->op == EXPR_COPY;
    t->a = leaf ? NULL : grow(depth - 1, earlier);
    t->b = leaf || expr_operands[t->op] < 2 ? NULL : grow(t->op == EXPR_POW ? (int)(draw() % 2) : depth - 1, earlier);
    return t;
}

static const struct { int op, level, left, right; const char *word; } looks[] = {
    { EXPR_ADD, 1, 1, 2, "+" },    { EXPR_SUB, 1, 1, 2, "-" },    { EXPR_MUL, 2, 2, 3, "*" },  { EXPR_DIV, 2, 2, 3, "/" },
    { EXPR_NEG, 3, 3, 0, "-" },    { EXPR_POW, 4, 5, 3, "^" },    { EXPR_EXP, 5, 0, 0, "exp" }, { EXPR_LOG, 5, 0, 0, "log" },
    { EXPR_SQRT, 5, 0, 0, "sqrt" }, { EXPR_TANH, 5, 0, 0, "tanh" }, { EXPR_ERF, 5, 0, 0, "erf" }, { EXPR_ABS, 5, 0, 0, "abs" },
    { EXPR_MIN, 5, 0, 0, "min" },  { EXPR_MAX, 5, 0, 0, "max" },
};

/* With only the brackets that it needs where something of `level` may stand. */
static void print(const tree *t, int level, text *out)
{
    static const char *const earlier[] = { "first", "second" };
    size_t i = 0;
    if (t->op == EXPR_NUMBER)
        text_add_number(out, t->value);
    else if (t->op == EXPR_VAR || t->op == EXPR_COPY)
        text_add(out, (t->op == EXPR_VAR ? var_name : earlier)[t->var]);
    if (!t->a)
        return;
    while (looks[i].op != t->op)
        i++;
    bool call = looks[i].level == 5, open = call || looks[i].level < level;
    if (call)
        text_add(out, looks[i].word);
    text_add(out, open ? "(" : "");
    if (t->op == EXPR_NEG)
        text_add(out, "-");
    print(t->a, looks[i].left, out);
    if (t->b) {
        text_addf(out, " %s ", call ? "," : looks[i].word);
        print(t->b, looks[i].right, out);
    }
    text_add(out, open ? ")" : "");
}

/* How far f(a) may be from it where f's slope is at most `slope` around a. */
static long double power_off(exact a, exact b, long double v)
{
    if (!(a.v > a.off))
        return a.off == 0 && b.off == 0 && (a.v == 0 || b.v == rintl(b.v)) ? 0 : INFINITY;
    long double l = fabsl(logl(a.v));
    return fabsl(v) * expm1l((fabsl(b.v) + b.off) * a.off / (a.v - a.off) + l * (b.off + fabsl(b.v) * 0x1p-53L));
}

static exact apply(const tree *t, exact a, exact b)
{
    switch (t->op) {
    case EXPR_ADD: return (exact){ a.v + b.v, a.off + b.off };
    case EXPR_SUB: return (exact){ a.v - b.v, a.off + b.off };
    case EXPR_MUL: return (exact){ a.v * b.v, fabsl(a.v) * b.off + fabsl(b.v) * a.off + a.off * b.off };
    case EXPR_DIV:
        return (exact){ a.v / b.v, fabsl(b.v) > b.off ? (a.off + fabsl(a.v / b.v) * b.off) / (fabsl(b.v) - b.off)
                                                      : INFINITY };
    case EXPR_MIN: return (exact){ isnan(a.v) || isnan(b.v) ? NAN : fminl(a.v, b.v), fmaxl(a.off, b.off) };
    case EXPR_MAX: return (exact){ isnan(a.v) || isnan(b.v) ? NAN : fmaxl(a.v, b.v), fmaxl(a.off, b.off) };
    case EXPR_POW: return (exact){ powl(a.v, b.v), power_off(a, b, powl(a.v, b.v)) };
    case EXPR_NEG: return (exact){ -a.v, a.off };
    case EXPR_ABS: return (exact){ fabsl(a.v), a.off };
    case EXPR_EXP: return (exact){ expl(a.v), expl(a.v) * expm1l(a.off + fabsl(a.v) * 0x1p-52L) };
    case EXPR_LOG: return (exact){ logl(a.v), fabsl(a.v) > a.off ? a.off / (fabsl(a.v) - a.off) : INFINITY };
    case EXPR_SQRT: return (exact){ sqrtl(a.v), a.off ? a.v > a.off ? a.off / sqrtl(a.v - a.off) : INFINITY : 0 };
    case EXPR_TANH: return (exact){ tanhl(a.v), a.off };
    default: return (exact){ erfl(a.v), 2 * a.off };
    }
}

static exact naive(const tree *t, int lane, const double *const *var, const exact *earlier)
{
    exact none = { 0 };
    if (t->op == EXPR_NUMBER)
        return (exact){ t->value, 0 };
    if (t->op == EXPR_VAR)
        return (exact){ var[t->var][lane], 0 };
    if (t->op == EXPR_COPY)
        return earlier[t->var];
    exact r = apply(t, naive(t->a, lane, var, earlier), t->b ? naive(t->b, lane, var, earlier) : none);
    r.off += fabsl(r.v) * 0x1p-50L;                     /* a few roundings: squares of squares, folded constants */
    if (isinf(r.v) || isnan(r.off) || fabsl(r.v) > 1e100L || (r.v != 0 && fabsl(r.v) < 1e-100L))
        r.off = INFINITY;                               /* what only passes by there may be reached in another way */
    return r;
}

static void random_formulas(void **state)
{
    (void)state;
    static const char *const name[FORMULAS] = { "first", "second", "third" };
    long compared = 0, undecided = 0;
    for (int round = 0; round < 4000; round++) {
        double lanes[VARS][8], out[FORMULAS][8], *y[FORMULAS] = { out[0], out[1], out[2] };
        const double *var[VARS];
        uint8_t same[VARS], wanted[FORMULAS] = { draw() % 2, draw() % 2, 1 };
        tree *root[FORMULAS];
        char *from[FORMULAS];
        for (int v = 0; v < VARS; v++) {
            var[v] = lanes[v];
            same[v] = draw() % 3 == 0;
            for (int i = 0; i < 8; i++)
                lanes[v][i] = v == 0 ? between(.8, 1.2) : column[v][(round + (same[v] ? 0 : i)) % N];
            for (int i = 0; i < 8 && same[v]; i++)
                lanes[v][i] = lanes[v][0];
        }
        ntrees = 0;
        for (int f = 0; f < FORMULAS; f++) {
            text t = { 0 };
            root[f] = grow(DEEP, f);
            print(root[f], 1, &t);
            from[f] = text_take(&t);
        }
        fade_expr *e = compile(FORMULAS, name, (const char *const *)from, wanted, same);
        run(e, 8, var, y);
        expr_close(e);
        for (int i = 0; i < 8; i++) {
            exact r[FORMULAS];
            for (int f = 0; f < FORMULAS; f++) {
                r[f] = naive(root[f], i, var, r);
                if (!wanted[f])
                    continue;
                bool decided = isfinite(r[f].off) && r[f].off <= 1e-12L * fabsl(r[f].v);
                undecided += !decided;
                compared += decided;
                if (decided && !(fabsl(out[f][i] - r[f].v) <= 1e-12L * fabsl(r[f].v)))
                    fail_msg("%s (first %s, second %s) is %.17g, not %.17Lg", from[f], from[0], from[1], out[f][i],
                             r[f].v);
            }
        }
        for (int f = 0; f < FORMULAS; f++)
            free(from[f]);
    }
    print_message("%ld values compared, %ld undecided\n", compared, undecided);
    assert_true(compared > undecided);
}

/* ---- the service ---- */

static fade_report said;
static char said_text[1024];

static void report(const fade_host *host, const fade_report *r)
{
    (void)host;
    said = *r;
    snprintf(said_text, sizeof said_text, "%s", r->text);
}

static void service_reports(void **state)
{
    (void)state;
    const fade_host host = { .size = sizeof host, .report = report };
    const fade_expr_v1 *s = expr_table();
    const char *const name[] = { "a", "b" }, *const good[] = { "2*T", "a+s" }, *const bad[] = { "2*T", "a+" };
    fade_expr *e;
    assert_int_equal(s->size, sizeof *s);
    assert_int_equal(s->compile(&host, 2, name, bad, NULL, VARS, var_name, NULL, &e), FADE_EINVAL);
    assert_null(e);
    assert_string_equal(said_text, "formula b, column 3: a number, a name or ( is expected, but the text ends");
    assert_int_equal(said.level, 3);
    assert_int_equal(said.code, FADE_EINVAL);
    mem_fail_at(1);
    assert_int_equal(s->compile(&host, 2, name, good, NULL, VARS, var_name, NULL, &e), FADE_ENOMEM);
    mem_fail_at(0);
    const uint8_t wanted[] = { 0, 1 };
    assert_int_equal(s->compile(&host, 2, name, good, wanted, VARS, var_name, NULL, &e), FADE_OK);
    double out[8], *y[2] = { NULL, out };
    void *scratch = malloc(s->scratch(e, 8));
    s->eval(e, 8, columns, scratch, y);
    free(scratch);
    for (int i = 0; i < 8; i++)
        assert_true(out[i] == 2 * column[0][i] + column[2][i]);
    s->close(e);
    s->close(NULL);
    assert_int_equal(s->compile(&host, 0, NULL, NULL, NULL, 0, NULL, NULL, &e), FADE_OK);
    scratch = malloc(s->scratch(e, 8));
    s->eval(e, 8, NULL, scratch, NULL);
    free(scratch);
    s->close(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(values_are_those_of_c, fill),
        cmocka_unit_test_setup(tight_and_loose, fill),
        cmocka_unit_test_setup(not_a_number_goes_through, fill),
        cmocka_unit_test_setup(complaints_have_a_column, fill),
        cmocka_unit_test_setup(names_are_their_own, fill),
        cmocka_unit_test_setup(hostile_texts, fill),
        cmocka_unit_test_setup(memory_may_end, fill),
        cmocka_unit_test_setup(any_length_and_width, fill),
        cmocka_unit_test_setup(same_or_not, fill),
        cmocka_unit_test_setup(folded_or_not, fill),
        cmocka_unit_test_setup(little_is_done, fill),
        cmocka_unit_test_setup(random_formulas, fill),
        cmocka_unit_test_setup(service_reports, fill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

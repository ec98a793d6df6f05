/* SPDX-License-Identifier: MIT
 * test_expr.c - formulas: values beside plain C, what binds tighter, complaints with their column, the same bits at any
 * width, length and sameness.
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

#include "tests/expr_rig.h"

enum { MOST = 13 };
static const char *const isas[] = { "sse2", "avx2", "avx512" };

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

static double cyc_11(double T, double Ua, double s, double D, double C)
{
    (void)Ua, (void)s;
    return fabs(.844 * pow(D * D * pow(T / 308.15, 3) * sqrt(C), .458));
}

static double cyc_12(double T, double Ua, double s, double D, double C)
{
    (void)Ua, (void)s;
    double TN = T / 308.15;
    return 2.2e9 * pow(D * sqrt(C) / pow(TN, 3), 11.9) * exp(-35.7 * D * sqrt(C) / (TN * TN)) *
           exp(13.7 * D * D * C / pow(TN, 3));
}

/* The factor's power leaves the range of doubles, the whole does not. */
static double far(double T, double Ua, double s, double D, double C)
{
    (void)T, (void)Ua, (void)D, (void)C;
    return pow(1e-200 * exp(460 + s), 2.2) + pow(1e-200 * exp(460 + s), 3);
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
    { { "T/308.15", "abs(.844*(D^2*a^3*C^.5)^.458)" }, cyc_11, .560985 },
    { { "T/308.15", "2.2e9*(D*C^.5/a^3)^11.9*exp(-35.7*D*C^.5/a^2)*exp(13.7*D^2*C/a^3)" }, cyc_12, .439349 },
    { { "(1e-200*exp(460 + s))^2.2 + (1e-200*exp(460 + s))^3" }, far, NAN },
    { { "0.0085 + s*(0.78 - 0.0085)",
        "0.6379 + 0.5416*exp(-305.5309*a) + 0.044*tanh(-(a - 0.1958)/0.1088) - 0.1978*tanh((a - 1.0571)/0.0854)"
        " - 0.6875*tanh((a + 0.0117)/0.0529) - 0.0175*tanh((a - 0.5692)/0.0875)" }, anode, .123304 },
    { { "(s - .5)/.208738181522897",
        "2*exp(-a^2/2)/sqrt(2*3.141592653589793)*(.5*(1 + erf(.0583128906965484*a/2^.5)))" }, skew, NAN },
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
        { "2**3", 8 }, { "-2**2", -4 }, { "2 ** 3**2", 512 }, { "2**-1*4", 2 }, { "pow(2, 3)", 8 }, { "cosh(0)", 1 },
        { "sinh(0)", 0 },
    };
    static const double at[] = { -700, -20, -1, -0.1, -1e-9, 1e-300, 0.3, 2, 50, 709 };
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        char sine[60], cosine[60];
        snprintf(sine, sizeof sine, "sinh(%.17g)", at[i]);
        snprintf(cosine, sizeof cosine, "cosh(%.17g)", at[i]);
        assert_true(fabs(constant(sine) / sinh(at[i]) - 1) < 1e-14);
        assert_true(fabs(constant(cosine) / cosh(at[i]) - 1) < 1e-14);
    }
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
        { "2**", "formula y, column 4: a number, a name or ( is expected, but the text ends" },
        { "2***3", "formula y, column 4: a number, a name or ( is expected, not '*'" },
        { "2* *3", "formula y, column 4: a number, a name or ( is expected, not '*'" },
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
                        "formula y, column 201: at most 200 brackets, signs and exponents inside each other are "
                        "expected");
    free(deep);
}

static void memory_may_end(void **state)
{
    (void)state;
    const char *const name[] = { "a", "y" };
    const char *const from[] = { "T/308.15*exp(s)^2.5", "a*exp(x)*exp(s*x)^D+Ua^3-min(a,s)" };
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

static const char *const many_name[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l",
                                        "m" };
static const char *const many[MOST] = {
    "T/308.15 - 1/T", "8.37e4*exp(-5210/T)*exp(-3560*Ua/T)", "(2*s*exp(D/T))^Ua + s^D", "b^C*a^3 - x^-2.5",
    "min(s, D) + max(x, s) - min(C, max(x, 1))", "abs(x)*tanh(x)/erf(s*D)", "log(Ua) - sqrt(s)*-x", "5", "T",
    "(1 - s)*(s - 1)/(3 - D)/(D/4)", "b", "exp(x)^2.3/exp(D*s)",
    "s^tanh(T) + tanh(T)*T*x",                          /* tanh(T) stays for all lanes after T has used it */
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

/* Lanes one by one, in any order, have the bits of all at once; what is `same` was made by the call before. */
static void each_lane_alone(const fade_expr *e, unsigned mask, void *scratch, double *const *y)
{
    for (int i = 0; i < MOST; i++)
        memset(part[i], 0, sizeof part[i]);
    for (uint32_t k = 0; k < 264; k++)
        expr_lane(e, 264, (k * 5 + 7) % 264, scratch, y);
    for (int i = 0; i < MOST; i++)
        if (!equal(all[i], part[i], 264))
            fail_msg("%s: other bits lane by lane with the held variables %#x", many[i], mask);
}

/* Each set of held variables, all others of one value that is another one in each call, beside none. */
static void held_for_many_calls(void **state)
{
    (void)state;
    static double keep[VARS][N];
    memcpy(keep, column, sizeof keep);
    for (unsigned mask = 0; mask < 1u << VARS; mask++) {
        uint8_t how[VARS];
        const double *var[VARS];
        double *y[MOST];
        for (int v = 0; v < VARS; v++) {
            how[v] = mask >> v & 1 ? 2 : mask & 1u << (v + 3) % VARS ? 1 : 0;
            var[v] = column[v];
        }
        for (int i = 0; i < MOST; i++)
            y[i] = part[i];
        memcpy(column, keep, sizeof keep);
        fade_expr *e = compile(MOST, many_name, many, NULL, how);
        void *scratch = aligned_alloc(64, (expr_scratch(e, 264) + 63) / 64 * 64);
        expr_eval(e, 264, var, scratch, NULL);
        for (size_t call = 0; call < 3; call++) {
            for (int v = 0; v < VARS; v++)
                for (size_t i = 0; i < N && how[v] != 2; i++)
                    column[v][i] = keep[v][how[v] ? mask + call : (i + 17 * call) % N];
            expr_eval(e, 264, var, scratch, y);
            run_many(NULL, 264, 0, all);
            for (int i = 0; i < MOST; i++)
                if (!equal(all[i], part[i], 264))
                    fail_msg("%s: other bits with the held variables %#x", many[i], mask);
            each_lane_alone(e, mask, scratch, y);
        }
        free(scratch);
        expr_close(e);
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
        cmocka_unit_test_setup(held_for_many_calls, fill),
        cmocka_unit_test_setup(folded_or_not, fill),
        cmocka_unit_test_setup(service_reports, fill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

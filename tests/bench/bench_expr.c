/* SPDX-License-Identifier: MIT
 * bench_expr.c - ns a lane of formulas run as code at each vector width, beside the same written by hand in C over
 * vmath's columns, and beside a loop with libm.
 *
 * Goal: an Arrhenius law within 1 ns a lane of what vmath's exp takes.
 */
#include "core/base/expr.h"
#include "tests/bench/bench.h"
#include <math.h>

enum { N = 256, VARS = 4 };
static const char *const var_name[VARS] = { "T", "Ua", "s", "D" };
static _Alignas(64) double T[N], Ua[N], s[N], D[N], y[N], made[N], more[N], scratch[64 * N];
static const double *const columns[VARS] = { T, Ua, s, D };

typedef struct formula {
    const char *name, *text;
    void      (*by_hand)(void);
    double    (*libm)(int i);
} formula;

static void arrhenius(void)
{
    for (int i = 0; i < N; i++)
        made[i] = (-5210 - 3560 * Ua[i]) / T[i];
    vmath_table()->exp(N, made, y);
    for (int i = 0; i < N; i++)
        y[i] *= 8.37e4;
}

static double arrhenius_libm(int i)
{
    return 8.37e4 * exp(-5210 / T[i]) * exp(-3560 * Ua[i] / T[i]);
}

static void powered(void)
{
    for (int i = 0; i < N; i++)
        made[i] = 1.9011406844106465 * (-5210 - 3560 * Ua[i]) / T[i];
    vmath_table()->exp(N, made, y);
    for (int i = 0; i < N; i++)
        y[i] *= 2.2652e9;
}

static double powered_libm(int i)
{
    return pow(arrhenius_libm(i), 1 / 0.526);
}

static void cycle_10(void)
{
    for (int i = 0; i < N; i++) {
        double t = T[i] / 308.15, d = sqrt(D[i]), c = sqrt(s[i]);
        made[i] = s[i] * s[i] / sqrt(t);
        more[i] = d * (t * t) * c;
        y[i] = .0267 + 1.64 * (t * t * t) * d;
    }
    vmath_table()->exp(N, made, made);
    vmath_table()->exp(N, more, more);
    for (int i = 0; i < N; i++)
        y[i] = fabs(y[i] + .011 * made[i] - .44 * more[i]);
}

static double cycle_10_libm(int i)
{
    double t = T[i] / 308.15;
    return fabs(.0267 + 1.64 * pow(t, 3) * pow(D[i], .5) + .011 * exp(pow(s[i], 2) / pow(t, .5)) -
                .44 * exp(pow(D[i], .5) * pow(t, 2) * pow(s[i], .5)));
}

static void polynomial(void)
{
    for (int i = 0; i < N; i++)
        y[i] = 1.5604 - 3.3903 * (s[i] - .5) * (s[i] - .5) * (s[i] - .5) + D[i] * s[i];
}

static double polynomial_libm(int i)
{
    return 1.5604 - 3.3903 * pow(s[i] - .5, 3) + D[i] * s[i];
}

static const formula formulas[] = {
    { "exp(s)", "exp(s)", NULL, NULL },
    { "arrhenius", "8.37e4*exp(-5210/T)*exp(-3560*Ua/T)", arrhenius, arrhenius_libm },
    { "its power", "(8.37e4*exp(-5210/T)*exp(-3560*Ua/T))^(1/0.526)", powered, powered_libm },
    { "cycle law", "abs(.0267 + 1.64*(T/308.15)^3*D^.5 + .011*exp(s^2/(T/308.15)^.5)"
                   " - .44*exp(D^.5*(T/308.15)^2*s^.5))", cycle_10, cycle_10_libm },
    { "polynomial", "1.5604 - 3.3903*(s - .5)^3 + D*s", polynomial, polynomial_libm },
};

static void code(void *ctx)
{
    double *to = y;
    expr_eval(ctx, N, columns, scratch, &to);
}

static void hand(void *ctx)
{
    const formula *f = ctx;
    if (f->by_hand)
        f->by_hand();
    else
        vmath_table()->exp(N, s, y);
}

static void libm(void *ctx)
{
    const formula *f = ctx;
    for (int i = 0; i < N; i++)
        y[i] = f->libm ? f->libm(i) : exp(s[i]);
}

static fade_expr *compile(const char *from)
{
    static const char *const name = "y";
    const expr_ask ask = { 1, VARS, &name, &from, NULL, var_name, NULL };
    fade_expr *e;
    why w = { 0 };
    if (expr_compile(&ask, &e, &w) || expr_scratch(e, N) > sizeof scratch) {
        fprintf(stderr, "%s\n", *w.text ? w.text : "too many registers");
        exit(1);
    }
    return e;
}

int main(void)
{
    static const char *const isas[] = { "sse2", "avx2", "avx512" };
    bench_pin();
    for (int i = 0; i < N; i++) {
        int k = (i * 37) % N;
        T[i] = 273 + 50. * k / N;
        Ua[i] = .1 + .4 * i / N;
        s[i] = (k + .5) / N;
        D[i] = (i + .5) / N;
    }
    printf("%-10s %8s", "ns a lane", "libm");
    for (int k = 0; k < 3; k++)
        printf(" %9s   hand", isas[k]);
    printf("\n");
    for (size_t f = 0; f < sizeof formulas / sizeof *formulas; f++) {
        formula one = formulas[f];
        fade_expr *e = compile(one.text);
        printf("%-10s %8.2f", one.name, bench_time(libm, &one) / N * 1e9);
        for (int k = 0; k < 3; k++)
            if (vmath_use(isas[k]) < 0)
                printf(" %9s %6s", "-", "-");
            else {
                double t = bench_time(code, e);
                printf(" %9.2f %6.2f", t / N * 1e9, bench_time(hand, &one) / N * 1e9);
            }
        printf("\n");
        expr_close(e);
    }
    return 0;
}

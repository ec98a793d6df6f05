/* SPDX-License-Identifier: MIT
 * bench_vmath.c - ns a value of vmath's columns at each vector width, beside a loop over libm.
 */
#include "tests/bench/bench.h"
#include <math.h>

enum { N = 256 };
static _Alignas(64) double x[N], p[N], y[N];

typedef struct one {
    const char *name;
    size_t      at;                                     /* in fade_math_v1 */
    double    (*libm)(double);
    double      lo, hi;
} one;
static const one ones[] = {
    { "exp", offsetof(fade_math_v1, exp), exp, -20, 5 },   { "expm1", offsetof(fade_math_v1, expm1), expm1, -2, 2 },
    { "log", offsetof(fade_math_v1, log), log, 1e-3, 50 }, { "log1p", offsetof(fade_math_v1, log1p), log1p, -0.5, 2 },
    { "tanh", offsetof(fade_math_v1, tanh), tanh, -3, 3 }, { "asinh", offsetof(fade_math_v1, asinh), asinh, -10, 10 },
    { "pow", offsetof(fade_math_v1, pow), NULL, 0.01, 2 },
};

static void column(void *ctx)
{
    const one *o = ctx;
    const char *at = (const char *)vmath_table() + o->at;
    if (!o->libm) {
        vmath_table()->pow(N, x, p, y);
        return;
    }
    void (*f)(uint32_t, const double *, double *);
    memcpy(&f, at, sizeof f);
    f(N, x, y);
}

static void plain(void *ctx)
{
    const one *o = ctx;
    for (int i = 0; i < N; i++)
        y[i] = o->libm ? o->libm(x[i]) : pow(x[i], p[i]);
}

int main(void)
{
    static const char *const isas[] = { "sse2", "avx2", "avx512" };
    bench_pin();
    printf("%-8s %10s", "", "libm ns");
    for (int k = 0; k < 3; k++)
        printf(" %8s ns  ratio", isas[k]);
    printf("\n");
    for (size_t f = 0; f < sizeof ones / sizeof *ones; f++) {
        one o = ones[f];
        for (int i = 0; i < N; i++) {
            x[i] = o.lo + (o.hi - o.lo) * ((i * 37) % N + 0.5) / N;
            p[i] = 0.5 + 1.5 * i / N;
        }
        double libm = bench_time(plain, &o) / N * 1e9;
        printf("%-8s %10.2f", o.name, libm);
        for (int k = 0; k < 3; k++) {
            if (vmath_use(isas[k]) < 0) {
                printf(" %11s %6s", "-", "-");
                continue;
            }
            double t = bench_time(column, &o) / N * 1e9;
            printf(" %11.2f %6.1f", t, libm / t);
        }
        printf("\n");
    }
    return 0;
}

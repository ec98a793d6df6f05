/* SPDX-License-Identifier: MIT
 * test_vmath.c - accuracy against long double, special values as libm has them, the same bits at any width, length and
 * position, no FMA.
 */
#include "core/base/vmath.h"
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { N = 4096 };
static const char *const isas[] = { "sse2", "avx2", "avx512" };
enum { NISA = sizeof isas / sizeof *isas };

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

/* Of random sign, its magnitude even in logarithm. */
static double spread(double lo, double hi)
{
    double x = exp(between(log(lo), log(hi)));
    return draw() & 1 ? -x : x;
}

static double any_bits(void)
{
    uint64_t b = draw();
    double x;
    memcpy(&x, &b, sizeof x);
    return x;
}

/* Distance in units of the last place of the exact value's double. */
static double ulps(double y, long double exact)
{
    if (isnan(exact) || isinf((double)exact) || isinf(y))
        return (isnan(y) && isnan(exact)) || y == (double)exact ? 0
             : isinf(y) && fabsl(exact) > DBL_MAX - 1e292L ? 1 : INFINITY;
    int e;
    frexpl(exact, &e);
    if (exact == 0 || e < -1021)
        e = -1021;
    return (double)(fabsl((long double)y - exact) / ldexpl(1, e - 53));
}

typedef void column(uint32_t n, const double *x, double *y);
typedef struct function {
    const char *name;
    size_t      at;                                     /* in the table */
    long double (*exact)(long double);
    double      (*libm)(double);
    double      lo, hi;                                 /* magnitudes for spread() */
    double      bound;                                  /* ulp */
} function;

#define FUNCTION(f, lo, hi, bound) { #f, offsetof(fade_math_v1, f), f##l, f, lo, hi, bound }
static const function functions[] = {
    FUNCTION(exp, 1e-20, 745, 0.75),   FUNCTION(expm1, 1e-300, 709, 0.75), FUNCTION(log, 5e-324, 1e308, 0.55),
    FUNCTION(log1p, 1e-300, 1e308, 0.55), FUNCTION(tanh, 1e-300, 25, 0.75), FUNCTION(asinh, 1e-300, 1e308, 0.55),
};
enum { NFUNCTION = sizeof functions / sizeof *functions };

static column *column_of(const function *f)
{
    column *c;
    memcpy(&c, (const char *)vmath_table() + f->at, sizeof c);
    return c;
}

static double input(const function *f, int kind)
{
    double x = kind % 4 == 0   ? spread(f->lo, f->hi)
               : kind % 4 == 1 ? between(-2, 2)
               : kind % 4 == 2 ? between(0, f->hi < 800 ? f->hi : 10) * (draw() & 1 ? -1 : 1)
                               : 1 + spread(1e-16, 1);
    if (strncmp(f->name, "log", 3) == 0 && f->name[3] == '\0')
        return fabs(x);
    return strcmp(f->name, "log1p") == 0 && x < -1 ? -1 / x : x;
}

static void within_an_ulp(void **state)
{
    (void)state;
    static double x[N], y[N];
    for (size_t k = 0; k < NFUNCTION; k++) {
        double worst = 0, where = 0;
        for (int round = 0; round < 60; round++) {
            for (int i = 0; i < N; i++)
                x[i] = input(&functions[k], i);
            column_of(&functions[k])(N, x, y);
            for (int i = 0; i < N; i++) {
                double e = ulps(y[i], functions[k].exact((long double)x[i]));
                if (e > worst) {
                    worst = e;
                    where = x[i];
                }
            }
        }
        print_message("%-6s worst %.3f ulp at %a\n", functions[k].name, worst, where);
        assert_true(worst <= functions[k].bound);
    }
}

static double pow_worst(int kind, double *wx, double *wp)
{
    static double x[N], p[N], y[N];
    double worst = 0;
    for (int round = 0; round < 40; round++) {
        for (int i = 0; i < N; i++) {
            x[i] = kind == 0   ? fabs(spread(1e-300, 1e300))
                   : kind == 1 ? 1 + spread(1e-14, 0.5)
                   : kind == 2 ? between(0, 3)
                               : fabs(any_bits());
            double room = isfinite(x[i]) && x[i] > 0 && x[i] != 1 ? 745 / fabs(log(x[i])) : 1;
            p[i] = kind == 2 ? between(-3, 3) : i % 2 ? between(-room, room) : spread(room * 1e-6, room);
        }
        vmath_table()->pow(N, x, p, y);
        for (int i = 0; i < N; i++) {
            double e = ulps(y[i], powl((long double)x[i], (long double)p[i]));
            if (e > worst) {
                worst = e;
                *wx = x[i];
                *wp = p[i];
            }
        }
    }
    return worst;
}

static void pow_within_an_ulp(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        double x = 0, p = 0, worst = pow_worst(kind, &x, &p);
        print_message("pow    kind %d worst %.3f ulp at %a ^ %a\n", kind, worst, x, p);
        assert_true(worst <= 0.75);
    }
}

static const double specials[] = {
    0.0,        -0.0,    1,        -1,        2,        -2,      3,           -3,          0.5,          -0.5,
    10,         -10,     INFINITY, -INFINITY, NAN,      DBL_MAX, -DBL_MAX,    DBL_MIN,     -DBL_MIN,     5e-324,
    -5e-324,    1e-310,  -1e-310,  709,       709.78,   709.79,  710,         745,         -708,         -708.5,
    -745.1,     -745.14, -746,     -40,       40,       1e-17,   -1e-17,      0x1p-54,     0x1p53,       -0x1p53,
    0x1p53 + 2, 0x1p64,  -0x1p64,  0x1p70,    1e300,    -1e300,  1 - 0x1p-53, 1 + 0x1p-52, -1 + 0x1p-53, 0.1,
    22,         -22,     1e10,     1e-10,     0x1p1000, 4,       7,
};
enum { NSPECIAL = sizeof specials / sizeof *specials };

static void expect_like_libm(double y, double libm, const char *name, double x, double p)
{
    bool zero = libm == 0 && y == 0 && signbit(y) == signbit(libm);
    bool fine = isnan(libm)   ? isnan(y)
                : isinf(libm) ? y == libm
                              : zero || (y != 0 && signbit(y) == signbit(libm) && ulps(y, libm) <= 1);
    if (!fine) {
        print_message("%s(%a, %a) = %a, libm %a\n", name, x, p, y, libm);
        assert_true(fine);
    }
}

static void special_values_as_libm(void **state)
{
    (void)state;
    for (int isa = 0; isa < NISA; isa++) {
        if (vmath_use(isas[isa]) < 0)
            continue;
        for (int lane = 0; lane < 8; lane += 3)
            for (int i = 0; i < NSPECIAL; i++) {
                double x[8] = { .1, .2, .3, .4, .5, .6, .7, .8 }, y[8];
                x[lane] = specials[i];
                for (size_t k = 0; k < NFUNCTION; k++) {
                    column_of(&functions[k])(8, x, y);
                    for (int j = 0; j < 8; j++)
                        expect_like_libm(y[j], functions[k].libm(x[j]), functions[k].name, x[j], 0);
                }
                for (int l = 0; l < NSPECIAL; l++) {
                    double p[8] = { 1, 2, 3, -1, -2, 0, .5, 1.5 };
                    p[lane] = specials[l];
                    vmath_table()->pow(8, x, p, y);
                    for (int j = 0; j < 8; j++)
                        expect_like_libm(y[j], pow(x[j], p[j]), "pow", x[j], p[j]);
                }
            }
    }
    assert_int_equal(vmath_use(NULL), 0);
}

static void exact_results_are_exact(void **state)
{
    (void)state;
    for (int i = -50; i <= 50; i++) {
        assert_true(vmath_pow1(2, i) == ldexp(1, i));
        assert_true(vmath_pow1(i, 2) == (double)i * i);
        assert_true(vmath_pow1(i, 3) == (double)i * i * i);
        assert_true(vmath_pow1(fabs((double)i), 1) == fabs((double)i));
        assert_true(vmath_pow1((double)i * i, .5) == fabs((double)i));
    }
    assert_true(vmath_exp1(0) == 1 && vmath_exp1(-0.0) == 1 && vmath_log1(1) == 0);
    for (int i = 0; i < 1000; i++) {
        double x = spread(1e-3, 30), v[8] = { x, x, x, x, x, x, x, x };
        vmath_table()->exp(8, v, v);
        assert_true(v[5] == vmath_exp1(x));
        assert_true(vmath_log1(v[5]) != 0 || x == 0);
    }
}

static bool one_value(double alone, double of_many)
{
    return memcmp(&alone, &of_many, sizeof alone) == 0 || (isnan(alone) && isnan(of_many));
}

/* One value is what a column has, corners of the range too. */
static void alone_or_among_many(void **state)
{
    (void)state;
    static double x[N], p[N], y[N];
    const fade_math_v1 *m = vmath_table();
    const struct { double (*one)(double); column *many; } pair[] = {
        { m->exp1, m->exp }, { m->log1, m->log }, { m->log1p1, m->log1p }, { m->tanh1, m->tanh },
    };
    for (int round = 0; round < 40; round++) {
        for (int i = 0; i < N; i++) {
            x[i] = i % 3 == 0 ? any_bits() : i % 5 == 0 ? specials[(size_t)i % NSPECIAL] : spread(1e-310, 1e3);
            p[i] = i % 4 == 0 ? any_bits() : i % 7 == 0 ? specials[(size_t)i % NSPECIAL] : between(-40, 40);
        }
        for (size_t f = 0; f < sizeof pair / sizeof *pair; f++) {
            pair[f].many(N, x, y);
            for (int i = 0; i < N; i++)
                if (!one_value(pair[f].one(x[i]), y[i]))
                    fail_msg("function %zu of %a: %a alone, %a among many", f, x[i], pair[f].one(x[i]), y[i]);
        }
        m->pow(N, x, p, y);
        for (int i = 0; i < N; i++)
            if (!one_value(m->pow1(x[i], p[i]), y[i]))
                fail_msg("%a to the %a: %a alone, %a among many", x[i], p[i], m->pow1(x[i], p[i]), y[i]);
    }
}

/* Widths, lengths, positions and neighbours do not change a lane's bits; y may be x. */
static void same_bits_everywhere(void **state)
{
    (void)state;
    static double x[N + 8], p[N], y[NISA][N], part[N];
    for (int i = 0; i < N; i++) {
        x[i] = i % 7 == 0 ? any_bits() : i % 5 == 0 ? specials[(size_t)i % NSPECIAL] : spread(1e-5, 700);
        p[i] = i % 11 == 0 ? any_bits() : i % 13 == 0 ? specials[(size_t)i % NSPECIAL] : between(-4, 4);
    }
    for (size_t k = 0; k <= NFUNCTION; k++) {
        int made = 0;
        for (int isa = 0; isa < NISA; isa++) {
            if (vmath_use(isas[isa]) < 0)
                continue;
            column *f = k < NFUNCTION ? column_of(&functions[k]) : NULL;
            for (int i = 0; i < N; i += 8 * (1 + i % 5)) {
                uint32_t n = (uint32_t)(8 * (1 + i % 5) < N - i ? 8 * (1 + i % 5) : N - i);
                memcpy(part, x + i, n * sizeof *x);
                if (f)
                    f(n, part, part);
                else
                    vmath_table()->pow(n, part, p + i, part);
                memcpy(y[made] + i, part, n * sizeof *x);
            }
            if (f)
                f(N - 8, x + 3, part);                  /* another position and length */
            else
                continue;
            assert_memory_equal(part, y[made] + 3, (N - 8) * sizeof *x);
            made++;
            if (made > 1)
                assert_memory_equal(y[0], y[made - 1], sizeof y[0]);
        }
    }
    assert_int_equal(vmath_use(NULL), 0);
}

static void pow_same_bits(void **state)
{
    (void)state;
    static double x[N], p[N], y[NISA][N];
    for (int i = 0; i < N; i++) {
        x[i] = i % 7 == 0 ? any_bits() : i % 5 == 0 ? specials[(size_t)i % NSPECIAL] : fabs(spread(1e-5, 700));
        p[i] = i % 11 == 0 ? any_bits() : i % 13 == 0 ? specials[(size_t)i % NSPECIAL] : between(-4, 4);
    }
    int made = 0;
    for (int isa = 0; isa < NISA; isa++) {
        if (vmath_use(isas[isa]) < 0)
            continue;
        vmath_table()->pow(N, x, p, y[made]);
        assert_memory_equal(y[0], y[made], sizeof y[0]);
        double a[16], b[16];
        memcpy(a, x + 5, sizeof a);
        memcpy(b, p + 5, sizeof b);
        vmath_table()->pow(16, a, b, b);                /* in place of the exponents */
        assert_memory_equal(b, y[0] + 5, sizeof b);
        made++;
    }
    print_message("widths compared: %d\n", made);
    assert_int_equal(vmath_use(NULL), 0);
}

static double curve_plain(const double *cx, const double *cy, int n, double x)
{
    if (x <= cx[0])
        return cy[0];
    for (int i = 0; i + 1 < n; i++)
        if (x < cx[i + 1])
            return cy[i] + (x - cx[i]) / (cx[i + 1] - cx[i]) * (cy[i + 1] - cy[i]);
    return isnan(x) ? x : cy[n - 1];
}

static void curves(void **state)
{
    (void)state;
    for (int isa = 0; isa < NISA; isa++) {
        if (vmath_use(isas[isa]) < 0)
            continue;
        for (int n = 1; n < 40; n++) {
            double v[80], x[64], y[64];
            for (int i = 0; i < n; i++) {
                v[i] = i * i * .5 - 3;
                v[n + i] = between(-1, 1);
            }
            fade_value c = { .v = v, .n = (uint32_t)n };
            for (int i = 0; i < 64; i++)
                x[i] = i < n ? v[i] : between(-5, v[n - 1] + 2);
            x[63] = INFINITY;
            x[62] = -INFINITY;
            x[61] = NAN;
            vmath_table()->curve(64, &c, x, y);
            for (int i = 0; i < 64; i++) {
                double want = curve_plain(v, v + n, n, x[i]);
                assert_true(y[i] == want || (isnan(x[i]) && isnan(y[i])));
            }
        }
    }
    assert_int_equal(vmath_use(NULL), 0);
}

static void dense_sums_in_order(void **state)
{
    (void)state;
    enum { ROWS = 11, COLS = 13, LANES = 24 };
    double w[ROWS * COLS], x[COLS * LANES], y[ROWS * LANES];
    for (int i = 0; i < ROWS * COLS; i++)
        w[i] = between(-1, 1);
    for (int i = 0; i < COLS * LANES; i++)
        x[i] = between(-1, 1);
    for (int isa = 0; isa < NISA; isa++) {
        if (vmath_use(isas[isa]) < 0)
            continue;
        vmath_table()->dense(LANES, ROWS, COLS, w, x, y);
        for (int r = 0; r < ROWS; r++)
            for (int i = 0; i < LANES; i++) {
                double s = 0;
                for (int k = 0; k < COLS; k++)
                    s += w[r * COLS + k] * x[k * LANES + i];
                assert_true(y[r * LANES + i] == s);
            }
    }
    assert_int_equal(vmath_use(NULL), 0);
}

static void choosing(void **state)
{
    (void)state;
    const fade_math_v1 *t = vmath_table();
    assert_int_equal(vmath_use("sse2"), 0);
    assert_string_equal(vmath_isa(), "sse2");
    assert_int_equal(vmath_use("mmx"), -1);
    assert_string_equal(vmath_isa(), "sse2");
    assert_ptr_equal(t, vmath_table());
    assert_int_equal(t->size, sizeof *t);
    assert_int_equal(vmath_use(NULL), 0);
}

/* AVX-512 has fused multiply-add, which would round once where the others round twice. */
static void no_fused_multiply_add(void **state)
{
    (void)state;
    char line[4096], path[512];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n <= 0 || system("command -v objdump > /dev/null") != 0) {
        print_message("no objdump: skipped\n");
        skip();
    }
    path[n] = '\0';
    char command[1024];
    snprintf(command, sizeof command, "objdump -d --no-show-raw-insn '%s'", path);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    long fused = 0, inside = 0, multiplies = 0;
    while (fgets(line, sizeof line, f)) {
        if (line[0] != ' ' && strchr(line, '<'))
            inside = strstr(line, "<vmath_") != NULL;
        fused += inside && (strstr(line, "vfmadd") || strstr(line, "vfmsub") || strstr(line, "vfnm"));
        multiplies += inside && strstr(line, "mulpd");
    }
    pclose(f);
    assert_int_equal(fused, 0);
#ifdef __x86_64__
    assert_true(multiplies > 100);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(within_an_ulp),
        cmocka_unit_test(pow_within_an_ulp),
        cmocka_unit_test(special_values_as_libm),
        cmocka_unit_test(exact_results_are_exact), cmocka_unit_test(alone_or_among_many),
        cmocka_unit_test(same_bits_everywhere),
        cmocka_unit_test(pow_same_bits),
        cmocka_unit_test(curves),
        cmocka_unit_test(dense_sums_in_order),
        cmocka_unit_test(choosing),
        cmocka_unit_test(no_fused_multiply_add),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

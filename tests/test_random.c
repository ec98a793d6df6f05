/* SPDX-License-Identifier: MIT
 * test_random.c - known answers, frozen values, and statistics with fixed seeds: chi-square, moments, neighbours.
 */
#include "core/base/random.h"
#include "core/base/vmath.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { N = 1 << 20, BINS = 256 };

static void philox_known_answers(void **state)
{
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } known[] = {
        /* of the authors' Random123, kat_vectors */
        { { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
        { { ~0u, ~0u, ~0u, ~0u }, { ~0u, ~0u }, { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
        { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
          { 0xa4093822, 0x299f31d0 },
          { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t out[4];
        random_philox(known[i].counter, known[i].key, out);
        assert_memory_equal(out, known[i].out, sizeof out);
    }
}

static void values_are_frozen(void **state)
{
    (void)state;
    static const struct { uint64_t bits; double uniform, normal; } frozen[] = {
        { 0x4370fffb1968e155, 0x1.0dc3ffec65a3ap-2, -0x1.43fa00502eff8p-1 },
        { 0x69a17bff03544747, 0x1.a685effc0d512p-2, -0x1.c437e01157caap-3 },
        { 0x994b914a972f7830, 0x1.329722952e5efp-1, 0x1.0045d3d1d1be2p-2 },
        { 0x0b23dced5bf6464d, 0x1.647b9dab7ec9p-5, -0x1.b6158d7f8adc7p+0 },
    };
    for (uint64_t i = 0; i < 4; i++) {
        assert_true(random_bits(42, 7, i, 0) == frozen[i].bits);
        assert_true(random_uniform(42, 7, i, 0) == frozen[i].uniform);
        assert_true(random_normal(42, 7, i, 0) == frozen[i].normal);
    }
    assert_true(random_bits(0, 0, 0, 0) == 0x4787ca68d7537fc8);
    assert_true(random_bits(43, 7, 0, 0) == 0x11224e933fa30db4);
    assert_true(random_bits(42, 8, 0, 0) == 0x53309c8fd879a9e4);
    assert_true(random_bits(42, 7, 0, 1) == 0x0e31281138e93dc6);
}

static void columns_are_the_single_values(void **state)
{
    (void)state;
    enum { M = 203 };
    uint64_t id[M], row[M];
    double u[M], z[M], first[M];
    for (uint64_t i = 0; i < M; i++) {
        id[i] = i * 0x9e3779b97f4a7c15u;
        row[i] = i * i;
    }
    random_normal_n(5, M, id, row, 3, first);
    for (int isa = 0; isa < 3; isa++) {
        if (vmath_use((const char *const[]){ "sse2", "avx2", "avx512" }[isa]) < 0)
            continue;
        random_uniform_n(5, M, id, row, 3, u);
        random_normal_n(5, M, id, row, 3, z);
        assert_memory_equal(z, first, sizeof z);
        random_normal_n(5, 17, id + 100, row + 100, 3, z + 100);       /* another length and place */
        assert_memory_equal(z, first, sizeof z);
        for (int i = 0; i < M; i++) {
            assert_true(u[i] == random_uniform(5, id[i], row[i], 3));
            assert_true(z[i] == random_normal(5, id[i], row[i], 3));
        }
    }
    assert_int_equal(vmath_use(NULL), 0);
}

/* Statistic minus its mean, in standard deviations. */
static double chi_square(const uint32_t *count, size_t bins, double total)
{
    double sum = 0, each = total / (double)bins;
    for (size_t i = 0; i < bins; i++)
        sum += (count[i] - each) * (count[i] - each) / each;
    return (sum - (double)(bins - 1)) / sqrt(2.0 * (double)(bins - 1));
}

static void uniform_is_uniform(void **state)
{
    (void)state;
    static uint32_t high[BINS], low[BINS];
    double sum = 0, squares = 0, least = 1, most = 0;
    for (uint64_t i = 0; i < N; i++) {
        uint64_t b = random_bits(1, i >> 10, i & 1023, 0);
        double u = random_uniform(1, i >> 10, i & 1023, 0);
        high[b >> 56]++;
        low[b & 255]++;
        sum += u;
        squares += (u - .5) * (u - .5);
        least = fmin(least, u);
        most = fmax(most, u);
    }
    print_message("chi-square high %.2f low %.2f sigma\n", chi_square(high, BINS, N), chi_square(low, BINS, N));
    assert_true(fabs(chi_square(high, BINS, N)) < 4 && fabs(chi_square(low, BINS, N)) < 4);
    assert_true(fabs(sum / N - .5) < 4 * sqrt(1 / 12. / N));
    assert_true(fabs(squares / N - 1 / 12.) < 4 * sqrt(1 / 180. / N));
    assert_true(least > 0 && least < 1e-5 && most < 1 && most > 1 - 1e-5);
}

static void normal_is_normal(void **state)
{
    (void)state;
    double m[5] = { 0 };
    long beyond[4] = { 0 };
    for (uint64_t i = 0; i < N; i++) {
        double z = random_normal(2, i & 255, i >> 8, 1), p = 1;
        for (int k = 1; k < 5; k++)
            m[k] += p *= z;
        for (int k = 1; k < 4; k++)
            beyond[k] += fabs(z) > k;
    }
    print_message("moments %.5f %.5f %.5f %.5f; beyond 1, 2, 3: %ld %ld %ld\n", m[1] / N, m[2] / N, m[3] / N, m[4] / N,
                  beyond[1], beyond[2], beyond[3]);
    assert_true(fabs(m[1] / N) < 4 / sqrt(N));
    assert_true(fabs(m[2] / N - 1) < 4 * sqrt(2. / N));
    assert_true(fabs(m[3] / N) < 4 * sqrt(15. / N));
    assert_true(fabs(m[4] / N - 3) < 4 * sqrt(96. / N));
    for (int k = 1; k < 4; k++) {
        double p = erfc(k / sqrt(2));
        assert_true(fabs(beyond[k] - N * p) < 4 * sqrt(N * p * (1 - p)));
    }
}

/* The normal distribution of the value gives back the uniform it was made of. */
static void normal_is_the_quantile(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 100000; i++) {
        double u = random_uniform(3, 0, i, 0), z = random_normal(3, 0, i, 0), tail = u < .5 ? u : 1 - u;
        assert_true(fabs(.5 * erfc(fabs(z) / sqrt(2)) / tail - 1) < 1e-13);
        assert_true((z < 0) == (u < .5));
    }
}

/* Pairs of draws that differ by one step of one argument fill 16 x 16 boxes evenly and do not correlate. */
static void neighbours_are_independent(void **state)
{
    (void)state;
    static const uint64_t step[][4] = {
        { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 }, { 0, 0, 0, 1 }, { 1, 1, 0, 0 }, { 0, 1, 1, 0 },
        { 0, 0, 1, 1 }, { 1ull << 32, 0, 0, 0 }, { 0, 1ull << 32, 0, 0 }, { 0, 0, 1ull << 63, 0 },
    };
    for (size_t k = 0; k < sizeof step / sizeof *step; k++) {
        static uint32_t box[BINS];
        memset(box, 0, sizeof box);
        double product = 0;
        const uint64_t *d = step[k];
        for (uint64_t i = 0; i < N / 4; i++) {
            uint64_t id = i & 511, row = i >> 9;
            double u = random_uniform(9, id, row, 0), v = random_uniform(9 + d[0], id + d[1], row + d[2], d[3]);
            box[(int)(u * 16) * 16 + (int)(v * 16)]++;
            product += (u - .5) * (v - .5);
        }
        double sigma = chi_square(box, BINS, N / 4), r = product / (N / 4) * 12;
        print_message("step %zu: chi-square %.2f sigma, correlation %.5f\n", k, sigma, r);
        assert_true(fabs(sigma) < 4 && fabs(r) < 4 / sqrt(N / 4));
    }
}

/* One changed bit of any argument changes about 32 of 64. */
static void every_bit_counts(void **state)
{
    (void)state;
    for (int arg = 0; arg < 4; arg++)
        for (int bit = 0; bit < 64; bit++) {
            double changed = 0;
            for (uint64_t i = 0; i < 256; i++) {
                uint64_t a[4] = { i, i * 77, i + 1000, i & 3 }, was = random_bits(a[0], a[1], a[2], a[3]);
                a[arg] ^= 1ull << bit;
                changed += __builtin_popcountll(was ^ random_bits(a[0], a[1], a[2], a[3]));
            }
            assert_true(fabs(changed / 256 - 32) < 5 * 4 / sqrt(256));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_known_answers),
        cmocka_unit_test(values_are_frozen),
        cmocka_unit_test(columns_are_the_single_values),
        cmocka_unit_test(uniform_is_uniform),
        cmocka_unit_test(normal_is_normal),
        cmocka_unit_test(normal_is_the_quantile),
        cmocka_unit_test(every_bit_counts),
        cmocka_unit_test(neighbours_are_independent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT
 * duty_sums_avx512.c - duty_sums.c by eight lanes in one register, added up in its order: the same bits.
 */
#ifdef __x86_64__
#include "core/engine/duty_sums.h"
#include <immintrin.h>

#define WIDE __attribute__((target("avx512f,avx512dq")))

/* ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7)) */
WIDE static inline double across(__m512d a)
{
    __m256d four = _mm256_add_pd(_mm512_castpd512_pd256(a), _mm512_extractf64x4_pd(a, 1));
    __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
    return _mm_cvtsd_f64(two) + _mm_cvtsd_f64(_mm_unpackhi_pd(two, two));
}

WIDE void duty_sums_avx512(double *const *col, size_t from, size_t n, size_t first, duty_totals *out)
{
    const double *t = col[S_TIME] + from, *soc = col[S_SOC] + from, *temp = col[S_T] + from;
    __m512d moved_all = _mm512_setzero_pd(), soc_all = moved_all, t_all = moved_all, load = moved_all;
    __m512d load_t = moved_all, charge = moved_all, charge_t = moved_all;
    __m512d lo = _mm512_set1_pd(soc[first - from]), hi = lo, hot = _mm512_set1_pd(temp[first - from]);
    const __m512d rest = _mm512_set1_pd(DUTY_REST), none = _mm512_setzero_pd();
    for (size_t i = 0; i < n; i += 8) {
        __mmask8 m = (__mmask8)(n - i < 8 ? (1u << (n - i)) - 1 : 255);
        __m512d s0 = _mm512_loadu_pd(soc + i), s1 = _mm512_loadu_pd(soc + i + 1), ds = _mm512_sub_pd(s1, s0);
        __m512d T1 = _mm512_loadu_pd(temp + i + 1), T = _mm512_add_pd(_mm512_loadu_pd(temp + i), T1);
        __m512d dt = _mm512_sub_pd(_mm512_loadu_pd(t + i + 1), _mm512_loadu_pd(t + i)), moved = _mm512_abs_pd(ds);
        __mmask8 on = _mm512_mask_cmp_pd_mask(m, moved, _mm512_mul_pd(rest, dt), _CMP_GE_OQ);
        __mmask8 in = _mm512_mask_cmp_pd_mask(on, ds, none, _CMP_GT_OQ);
        moved_all = _mm512_mask_add_pd(moved_all, m, moved_all, moved);
        soc_all = _mm512_mask_add_pd(soc_all, m, soc_all, _mm512_mul_pd(dt, _mm512_add_pd(s0, s1)));
        t_all = _mm512_mask_add_pd(t_all, m, t_all, _mm512_mul_pd(dt, T));
        load = _mm512_mask_add_pd(load, on, load, moved);
        load_t = _mm512_mask_add_pd(load_t, on, load_t, dt);
        charge = _mm512_mask_add_pd(charge, in, charge, moved);
        charge_t = _mm512_mask_add_pd(charge_t, in, charge_t, dt);
        lo = _mm512_mask_min_pd(lo, m, s1, lo);
        hi = _mm512_mask_max_pd(hi, m, s1, hi);
        hot = _mm512_mask_max_pd(hot, m, T1, hot);
    }
    *out = (duty_totals){ .sum = { [SUM_MOVED] = across(moved_all),
                                   [SUM_SOC] = 0.5 * across(soc_all),
                                   [SUM_T] = 0.5 * across(t_all),
                                   [SUM_LOAD] = across(load),
                                   [SUM_LOAD_T] = across(load_t),
                                   [SUM_CHARGE] = across(charge),
                                   [SUM_CHARGE_T] = across(charge_t) },
                          .soc_min = _mm512_reduce_min_pd(lo),
                          .soc_max = _mm512_reduce_max_pd(hi),
                          .t_max = _mm512_reduce_max_pd(hot) };
}

WIDE double duty_sums_trapezoids_avx512(const double *t, const double *r, size_t n)
{
    __m512d all = _mm512_setzero_pd();
    for (size_t i = 0; i < n; i += 8) {
        __mmask8 m = (__mmask8)(n - i < 8 ? (1u << (n - i)) - 1 : 255);
        __m512d dt = _mm512_sub_pd(_mm512_loadu_pd(t + i + 1), _mm512_loadu_pd(t + i));
        __m512d both = _mm512_add_pd(_mm512_loadu_pd(r + i), _mm512_loadu_pd(r + i + 1));
        all = _mm512_mask_add_pd(all, m, all, _mm512_mul_pd(dt, both));
    }
    return 0.5 * across(all);
}
#else
typedef int duty_sums_avx512_not_here;
#endif

/* SPDX-License-Identifier: MIT
 * duty_sums.h - what duty_sums.c adds up over stretches of samples, and the same by AVX-512: the same bits.
 */
#ifndef FADE_ENGINE_DUTY_SUMS_H
#define FADE_ENGINE_DUTY_SUMS_H
#include "core/engine/duty.h"

#define DUTY_REST (0.01 / 3600)                   /* 1/s: what moves less is rest */

/* Of stretches from + 1 .. from + n, and of the samples first .. from + n, where first is from or from + 1: extremes.
 */
void duty_sums_any(double *const *col, size_t from, size_t n, size_t first, duty_totals *out);
#ifdef __x86_64__
void duty_sums_avx512(double *const *col, size_t from, size_t n, size_t first, duty_totals *out);
double duty_sums_trapezoids_avx512(const double *t, const double *r, size_t n);
#endif
double duty_sums_trapezoids(const double *t, const double *r, size_t n);

static inline bool duty_sums_wide(void)
{
#ifdef __x86_64__
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
#else
    return false;
#endif
}
#endif

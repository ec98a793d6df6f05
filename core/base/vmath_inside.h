/* SPDX-License-Identifier: MIT
 * vmath_inside.h - what the files of vmath share; nobody else includes it.
 */
#ifndef FADE_BASE_VMATH_INSIDE_H
#define FADE_BASE_VMATH_INSIDE_H
#include "core/base/vmath.h"

#define VMATH_LOG_FROM 0x3fe6900000000000             /* the bits of the least reduced argument of log, 0.705.. */
extern const double vmath_log_table[128][4];          /* 1/c, log c on a grid of 2^-42, the rest of log c, unused */

extern const fade_math_v1 vmath_sse2_table;
#ifdef __x86_64__
extern const fade_math_v1 vmath_avx2_table;
extern const fade_math_v1 vmath_avx512_table;
#endif

/* What the columns leave to one value at a time: ends of the range, zeros, signs, infinities, NaN. */
double vmath_special_expm1(double x);                 /* x > 709 or NaN */
double vmath_special_log(double x);                   /* not 2^-1022 <= x < infinity */
double vmath_denormal_log(double x);                  /* 0 < x < 2^-1022 */
double vmath_special_log1p(double x);                 /* not -1 < x < 2^1000 */
double vmath_special_asinh(double x);                 /* infinite or NaN */
double vmath_special_pow(double x, double p);         /* not 0 < x < infinity, or not |p| < 2^64 */
#endif

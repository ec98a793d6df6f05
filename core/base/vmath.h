/* SPDX-License-Identifier: MIT
 * vmath.h - exp, log, pow and friends over columns: same bits at any n, position and vector width (SSE2, AVX2,
 * AVX-512), no FMA.
 *
 * Kernels are chosen at run time; FADE_ISA is not an environment name of ours: tests choose with vmath_use().
 */
#ifndef FADE_BASE_VMATH_H
#define FADE_BASE_VMATH_H
#include "core/fade_plugin.h"
/* exp within 0.7 ulp (and in the denormal range), expm1 0.7, log, log1p and asinh 0.51, tanh 0.6, pow 0.75.  In dense y
 * is not x. */
const fade_math_v1 *vmath_table(void);            /* "fade.math/1"; the same address for the life of the process */
/* "sse2", "avx2", "avx512", NULL: best; < 0 where the machine has it not.  [main], no worker running. */
int vmath_use(const char *isa);
const char *vmath_isa(void);                      /* what is in use */
double vmath_exp1(double);                        /* one value, the same bits as the columns */
double vmath_log1(double);
double vmath_log1p1(double);
double vmath_tanh1(double);
double vmath_pow1(double x, double p);
#endif

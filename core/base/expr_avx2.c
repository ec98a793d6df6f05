/* SPDX-License-Identifier: MIT
 * expr_avx2.c - the arithmetic of formulas by four lanes.
 */
#ifdef __x86_64__
#include <immintrin.h>
#define VBYTES 32
#define VTARGET __attribute__((target("avx2")))
#define VNAME(name) expr_avx2_##name
#define VSQRT(x) ((vd)_mm256_sqrt_pd((__m256d)(x)))
#include "core/base/expr_kernel.h"
#else
typedef int expr_avx2_not_here;
#endif

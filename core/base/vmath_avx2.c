/* SPDX-License-Identifier: MIT
 * vmath_avx2.c - vmath by four lanes.
 */
#ifdef __x86_64__
#include <immintrin.h>
#define VBYTES 32
#define VTARGET __attribute__((target("avx2")))
#define VNAME(name) vmath_avx2_##name
#define VSQRT(x) ((vd)_mm256_sqrt_pd((__m256d)(x)))
#define VANY(m) (_mm256_movemask_pd((__m256d)(m)) != 0)
#include "core/base/vmath_kernel.h"
#else
typedef int vmath_avx2_not_here;
#endif

/* SPDX-License-Identifier: MIT
 * vmath_avx512.c - vmath by eight lanes.
 */
#ifdef __x86_64__
#include <immintrin.h>
#define VBYTES 64
#define VTARGET __attribute__((target("avx512f,avx512dq,avx512vl")))
#define VNAME(name) vmath_avx512_##name
#define VSQRT(x) ((vd)_mm512_sqrt_pd((__m512d)(x)))
#define VANY(m) (_mm512_movepi64_mask((__m512i)(m)) != 0)
#include "core/base/vmath_kernel.h"
#else
typedef int vmath_avx512_not_here;
#endif

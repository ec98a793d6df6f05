/* SPDX-License-Identifier: MIT
 * expr_avx512.c - the arithmetic of formulas by eight lanes.
 */
#ifdef __x86_64__
#include <immintrin.h>
#define VBYTES 64
#define VTARGET __attribute__((target("avx512f,avx512dq,avx512vl")))
#define VNAME(name) expr_avx512_##name
#define VSQRT(x) ((vd)_mm512_sqrt_pd((__m512d)(x)))
#include "core/base/expr_kernel.h"
#else
typedef int expr_avx512_not_here;
#endif

/* SPDX-License-Identifier: MIT
 * trace_between_avx512.c - samples between points by eight.
 */
#ifdef __x86_64__
#include <immintrin.h>
#define VBYTES 64
#define VTARGET __attribute__((target("avx512f,avx512dq,avx512vl")))
#define VNAME(name) trace_avx512_##name
#define VMIN(a, b) ((vd)_mm512_min_pd((__m512d)(a), (__m512d)(b)))
#define VSIGNS(m) ((uint32_t)_mm256_movemask_pd((__m256d)(m)))
#include "core/engine/trace_between_kernel.h"
#else
typedef int trace_between_avx512_not_here;
#endif

/* SPDX-License-Identifier: MIT
 * trace_between_avx2.c - samples between points by four.
 */
#ifdef __x86_64__
#include <immintrin.h>
#define VBYTES 32
#define VTARGET __attribute__((target("avx2")))
#define VNAME(name) trace_avx2_##name
#define VMIN(a, b) ((vd)_mm256_min_pd((__m256d)(a), (__m256d)(b)))
#define VSIGNS(m) ((uint32_t)_mm256_movemask_pd((__m256d)(m)))
#include "core/engine/trace_between_kernel.h"
#else
typedef int trace_between_avx2_not_here;
#endif

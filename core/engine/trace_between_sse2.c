/* SPDX-License-Identifier: MIT
 * trace_between_sse2.c - samples between points by two: what every x86-64 has; other machines use it as plain vectors.
 */
#define VBYTES 16
#define VTARGET
#define VNAME(name) trace_sse2_##name
#ifdef __SSE2__
#include <emmintrin.h>
#define VMIN(a, b) ((vd)_mm_min_pd((__m128d)(a), (__m128d)(b)))
#endif
#include "core/engine/trace_between_kernel.h"

/* SPDX-License-Identifier: MIT
 * expr_sse2.c - the arithmetic of formulas by two lanes: what every x86-64 has; other machines use it as plain vectors.
 */
#define VBYTES 16
#define VTARGET
#define VNAME(name) expr_sse2_##name
#ifdef __SSE2__
#include <emmintrin.h>
#define VSQRT(x) ((vd)_mm_sqrt_pd((__m128d)(x)))
#else
#define VSQRT(x) ((vd){ __builtin_sqrt((x)[0]), __builtin_sqrt((x)[1]) })
#endif
#include "core/base/expr_kernel.h"

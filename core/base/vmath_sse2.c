/* SPDX-License-Identifier: MIT
 * vmath_sse2.c - vmath by two lanes: what every x86-64 has; other machines use it as plain vectors.
 */
#define VBYTES 16
#define VTARGET
#define VNAME(name) vmath_sse2_##name
#ifdef __SSE2__
#include <emmintrin.h>
#define VSQRT(x) ((vd)_mm_sqrt_pd((__m128d)(x)))
#define VANY(m) (_mm_movemask_pd((__m128d)(m)) != 0)
#else
#define VSQRT(x) ((vd){ __builtin_sqrt((x)[0]), __builtin_sqrt((x)[1]) })
#define VANY(m) (((m)[0] | (m)[1]) != 0)
#endif
#include "core/base/vmath_kernel.h"

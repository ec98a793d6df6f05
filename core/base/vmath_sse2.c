/* SPDX-License-Identifier: MIT
 * vmath_sse2.c - vmath by two lanes: what every x86-64 has; other machines use it as plain vectors.  Single values too,
 * which wait for one vector and no loop: what one value costs is its latency.
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

/* ---- one value ---- */

/* splat() loses the sign of a zero. */
VINLINE vd both(double x)
{
    return (vd){ x, x };
}

double vmath_exp1(double x)
{
    if (x >= -708 && x <= 708)
        return exp_inner(both(x), splat(0))[0];
    return exp_outer(both(x), splat(0))[0];
}

double vmath_log1(double x)
{
    return x >= VNORMAL && x <= VFINITE ? log_inner(both(x))[0] : vmath_special_log(x);
}

double vmath_denormal_log(double x)
{
    return log_outer(both(x))[0];
}

double vmath_log1p1(double x)
{
    return x > -1 && x < 0x1p1000 ? log1p_inner(both(x))[0] : vmath_special_log1p(x);
}

double vmath_tanh1(double x)
{
    return tanh_inner(both(x))[0];
}

double vmath_pow1(double x, double p)
{
    if (!(x > 0 && x <= VFINITE && p > -0x1p64 && p < 0x1p64))
        return vmath_special_pow(x, p);
    pair e = pow_exponent(both(x), both(p), 1);
    if (e.hi[0] >= -700 && e.hi[0] <= 700)
        return exp_inner(e.hi, e.lo)[0];
    return exp_outer(e.hi, e.lo)[0];
}

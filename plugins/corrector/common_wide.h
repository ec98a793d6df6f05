/* SPDX-License-Identifier: MIT
 * common_wide.h - eight lanes as one vector, and a short exp of them, for loops in which little else is done.
 *
 * Lanes do not meet: a function marked WIDE is compiled for each vector width, and without contraction gives the same bits at any.
 */
#ifndef FADE_CORRECTOR_COMMON_WIDE_H
#define FADE_CORRECTOR_COMMON_WIDE_H
#include <stdint.h>
#include <string.h>

#if defined __x86_64__ && defined __GNUC__ && !defined __clang__ && !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__
#define WIDE __attribute__((target_clones("avx512f", "avx2", "default"), flatten))
#else
#define WIDE
#endif
#define WIDE_INLINE static inline __attribute__((always_inline))

enum { WIDE_LANES = 8 };
typedef double wide_v __attribute__((vector_size(8 * WIDE_LANES)));
typedef int64_t wide_bits __attribute__((vector_size(8 * WIDE_LANES)));

WIDE_INLINE void wide_get(wide_v *v, const double *x)
{
    memcpy(v, x, sizeof *v);
}

WIDE_INLINE void wide_put(double *y, const wide_v *v)
{
    memcpy(y, v, sizeof *v);
}

/* `other` where the bits are set. */
WIDE_INLINE void wide_pick(wide_v *v, const wide_bits *where, double other)
{
    wide_v o = other - (wide_v){ 0 };
    *v = (wide_v)((*where & (wide_bits)o) | (~*where & (wide_bits)*v));
}

/* exp within 2 ulp for |x| < 700, exactly 1 of 0: 2^k (1 + r + r^2 q(r)), |r| <= ln 2 / 2, q the best of degree 8. */
WIDE_INLINE void wide_exp(wide_v *v)
{
    const double rounder = 0x1.8p52;              /* adding it rounds to a whole number, kept in the low bits */
    wide_v rounded = *v * 0x1.71547652b82fep+0 + rounder, k = rounded - rounder; /* 1 / ln 2 */
    wide_v r = (*v - k * 0x1.62e42fefa3800p-1) - k * 0x1.ef35793c76730p-45;      /* ln 2 in two parts: k times the first is exact */
    wide_v r2 = r * r, r4 = r2 * r2;
    wide_v q01 = 0x1.55555555507c5p-3 * r + 0x1.ffffffffffed2p-2, q23 = 0x1.11111125b3e39p-7 * r + 0x1.55555555890c0p-5;
    wide_v q45 = 0x1.a0198d585eb30p-13 * r + 0x1.6c16c0c831984p-10, q67 = 0x1.72e91aee37a29p-19 * r + 0x1.a01b7c4ea681dp-16;
    wide_v q = (q01 + r2 * q23) + r4 * ((q45 + r2 * q67) + r4 * 0x1.2707a6af2acafp-22);
    *v = (wide_v)((wide_bits)(1 + (r + r2 * q)) + ((wide_bits)rounded << 52));
}
#endif

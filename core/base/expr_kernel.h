/* SPDX-License-Identifier: MIT
 * expr_kernel.h - the arithmetic of formulas over vectors of VBYTES; expr_sse2.c, expr_avx2.c and expr_avx512.c include
 * it once each.
 *
 * They define VBYTES, VTARGET (a function attribute), VNAME(name) and VSQRT.  Each operation is rounded as IEEE 754
 * says, so the bits are the same at any width.
 */
#include "core/base/expr_inside.h"
#include <string.h>

typedef double   vd __attribute__((vector_size(VBYTES)));
typedef uint64_t vu __attribute__((vector_size(VBYTES)));

enum { VLANES = VBYTES / 8 };

#define VINLINE static inline VTARGET __attribute__((always_inline))

VINLINE vd load(const double *x)
{
    vd v;
    memcpy(&v, x, sizeof v);
    return v;
}

VINLINE void store(double *y, vd v)
{
    memcpy(y, &v, sizeof v);
}

VINLINE vd splat(const double *x)
{
    uint64_t bits;
    memcpy(&bits, x, sizeof bits);
    vu none = { 0 };
    return (vd)(none | bits);
}

VINLINE vd pick(vu mask, vd yes, vd no)
{
    return (vd)((mask & (vu)yes) | (~mask & (vu)no));
}

/* The lesser, NaN where either is. */
VINLINE vd lesser(vd a, vd b)
{
    return pick((vu)(a < b) | (vu)(a != a), a, b);
}

VINLINE vd greater(vd a, vd b)
{
    return pick((vu)(a > b) | (vu)(a != a), a, b);
}

#define VLOOP(name, BEFORE, EXPRESSION)                                                                             \
    static VTARGET void name(uint32_t n, const double *a, const double *b, double *y)                               \
    {                                                                                                               \
        (void)b;                                                                                                    \
        BEFORE;                                                                                                     \
        for (size_t i = 0; i < n; i += 8)                                                                           \
            for (size_t k = 0; k < 8; k += VLANES) {                                                                \
                size_t j = i + k;                                                                                   \
                store(y + j, EXPRESSION);                                                                           \
            }                                                                                                       \
    }
#define VLOOPS(name, OPERATION)                                                                                     \
    VLOOP(name##_vv, (void)0, OPERATION(load(a + j), load(b + j)))                                                  \
    VLOOP(name##_vs, vd s = splat(b), OPERATION(load(a + j), s))                                                    \
    VLOOP(name##_sv, vd s = splat(a), OPERATION(s, load(b + j)))

#define SUM(p, q) ((p) + (q))
#define DIFFERENCE(p, q) ((p) - (q))
#define PRODUCT(p, q) ((p) * (q))
#define QUOTIENT(p, q) ((p) / (q))
VLOOPS(add, SUM)
VLOOPS(sub, DIFFERENCE)
VLOOPS(mul, PRODUCT)
VLOOPS(div, QUOTIENT)
VLOOPS(min, lesser)
VLOOPS(max, greater)
VLOOP(negative, (void)0, (vd)((vu)load(a + j) ^ 0x8000000000000000u))
VLOOP(magnitude, (void)0, (vd)((vu)load(a + j) & 0x7fffffffffffffffu))
VLOOP(root, (void)0, VSQRT(load(a + j)))
VLOOP(copy, (void)0, load(a + j))
VLOOP(fill, vd s = splat(a), s)

#define VFORMS(name) { name##_vv, name##_vs, name##_sv }
const expr_loops VNAME(loops) = { {
    [EXPR_ADD] = VFORMS(add),
    [EXPR_SUB] = VFORMS(sub),
    [EXPR_MUL] = VFORMS(mul),
    [EXPR_DIV] = VFORMS(div),
    [EXPR_MIN] = VFORMS(min),
    [EXPR_MAX] = VFORMS(max),
    [EXPR_NEG] = { negative },
    [EXPR_ABS] = { magnitude },
    [EXPR_SQRT] = { root },
    [EXPR_COPY] = { copy, fill },
} };

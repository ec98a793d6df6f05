/* SPDX-License-Identifier: MIT
 * vmath_kernel.h - the functions of vmath over vectors of VBYTES; vmath_sse2.c, vmath_avx2.c and vmath_avx512.c include
 * it once each.
 *
 * They define VBYTES, VTARGET (a function attribute), VNAME(name), VSQRT and VANY.  Only + - * / and square root,
 * comparisons and bit operations are used, each rounded as IEEE 754 says, so a lane's bits depend on its inputs alone.
 * exp follows Cody and Waite's reduction; log looks up 1/c near its argument (Tang 1990) and carries about 70 bits, so
 * that pow can multiply it by 700.  A sum of two doubles that is exact is written s + e, after Dekker (1971) and Knuth.
 */
#include "core/base/vmath_inside.h"
#include <stdbool.h>
#include <string.h>

typedef double   vd __attribute__((vector_size(VBYTES)));
typedef uint64_t vu __attribute__((vector_size(VBYTES)));

typedef struct pair {                                   /* hi + lo, lo below hi's last bits */
    vd hi, lo;
} pair;

enum { VLANES = VBYTES / 8, VGROUP = 8 / VLANES };      /* a group is 8 lanes */

#define VINLINE static inline VTARGET __attribute__((always_inline))

#define VFINITE 0x1.fffffffffffffp1023
#define VNORMAL 0x1p-1022
#define ROUNDER 0x1.8p52                                /* adding it rounds to a whole number, kept in the low bits */
#define LOG2E 0x1.71547652b82fep+0
#define LN2_HI 0x1.62e42fefa3800p-1                     /* 42 bits: exact times a whole number of 11 bits */
#define LN2_LO 0x1.ef35793c76730p-45
#define SIGN 0x8000000000000000u

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

VINLINE vd splat(double x)
{
    vd v = { 0 };
    return v + x;
}

VINLINE vd pick(vu mask, vd yes, vd no)
{
    return (vd)((mask & (vu)yes) | (~mask & (vu)no));
}

VINLINE vd magnitude(vd x)
{
    return (vd)((vu)x & ~SIGN);
}

VINLINE vd with_sign(vd x, vd of)
{
    return (vd)((vu)x | ((vu)of & SIGN));
}

/* The first 26 bits of x: products of two such are exact. */
VINLINE vd head(vd x)
{
    return (vd)((vu)x & ~(uint64_t)0x7ffffff);
}

VINLINE pair sum_of(vd a, vd b)
{
    vd s = a + b, t = s - a;
    return (pair){ s, (a - (s - t)) + (b - t) };
}

/* The same when |a| >= |b| or a is 0. */
VINLINE pair sum_ordered(vd a, vd b)
{
    vd s = a + b;
    return (pair){ s, (a - s) + b };
}

VINLINE pair product_of(vd a, vd b)
{
    vd p = a * b, ah = head(a), bh = head(b), al = a - ah, bl = b - bh;
    return (pair){ p, ((ah * bh - p) + ah * bl + al * bh) + al * bl };
}

/* 2^k from the sum k + ROUNDER. */
VINLINE vd power_of_two(vd rounded)
{
    return (vd)(((vu)rounded + 1023) << 52);
}

/* ---- exp ---- */

/* x + xl = k ln 2 + r.hi + r.lo; returns r, and k + ROUNDER in *rounded. */
VINLINE pair exp_reduce(vd x, vd xl, vd *rounded)
{
    *rounded = x * LOG2E + ROUNDER;
    vd k = *rounded - ROUNDER, h = x - k * LN2_HI, l = k * LN2_LO - xl, r = h - l;
    return (pair){ r, (h - r) - l };
}

/* exp(r) for |r| <= ln 2 / 2: 1 + r + r^2 q(r), q of degree 10 to 2^-62. */
VINLINE vd exp_near(pair a)
{
    vd r = a.hi, r2 = r * r, r4 = r2 * r2;
    vd q01 = 0x1.5555555555557p-3 * r + 0x1p-1, q23 = 0x1.11111111100dcp-7 * r + 0x1.5555555555556p-5;
    vd q45 = 0x1.a01a01abe7fe1p-13 * r + 0x1.6c16c16c162d4p-10, q67 = 0x1.71de0231960ebp-19 * r + 0x1.a01a01a6d889cp-16;
    vd q89 = 0x1.af4de97ca4194p-26 * r + 0x1.27e4db646b17ep-22;
    vd q = (q01 + r2 * q23) + r4 * ((q45 + r2 * q67) + r4 * (q89 + r2 * 0x1.1f730349868cep-29));
    pair s = sum_ordered(splat(1), r);
    return s.hi + (s.lo + (a.lo + r2 * q));
}

/* exp(x + xl) where |x| <= 708. */
VINLINE vd exp_inner(vd x, vd xl)
{
    vd rounded;
    pair r = exp_reduce(x, xl, &rounded);
    return exp_near(r) * power_of_two(rounded);
}

/* exp(x + xl) for any x: infinite, 0, denormal or NaN where it is; the same bits as exp_inner inside. */
VINLINE vd exp_outer(vd x, vd xl)
{
    vu over = (vu)(x > 800), under = (vu)(x < -800);
    x = pick(over, splat(800), pick(under, splat(-800), x));
    xl = (vd)((vu)xl & ~(over | under));
    vd rounded;
    pair r = exp_reduce(x, xl, &rounded);
    vd k = rounded - ROUNDER, half = k * 0.5 + ROUNDER, rest = (k - (half - ROUNDER)) + ROUNDER;
    return (exp_near(r) * power_of_two(half)) * power_of_two(rest);
}

VTARGET void VNAME(exp)(uint32_t n, const double *x, double *y);
VTARGET void VNAME(exp)(uint32_t n, const double *x, double *y)
{
    for (uint32_t i = 0; i < n; i += 8) {
        vd v[VGROUP];
        vu odd = { 0 };
        for (int j = 0; j < VGROUP; j++) {
            v[j] = load(x + i + j * VLANES);
            odd |= ~(vu)(magnitude(v[j]) <= 708);
        }
        if (__builtin_expect(VANY(odd), 0))
            for (int j = 0; j < VGROUP; j++)
                store(y + i + j * VLANES, exp_outer(v[j], splat(0)));
        else
            for (int j = 0; j < VGROUP; j++)
                store(y + i + j * VLANES, exp_inner(v[j], splat(0)));
    }
}

/* exp(x) - 1 = 2^k ((1 - 2^-k) + (e^r - 1)) for -40 <= x <= 709. */
VINLINE pair expm1_pair(vd x)
{
    vd rounded;
    pair a = exp_reduce(x, splat(0), &rounded);
    vd up = power_of_two(rounded), down = (vd)((1023 - (vu)rounded) << 52);
    vd r = a.hi, rh = head(r), r2 = r * r, r4 = r2 * r2;
    vd q01 = 0x1.5555555555555p-5 * r + 0x1.5555555555556p-3, q23 = 0x1.6c16c16c167e1p-10 * r + 0x1.11111111109b3p-7;
    vd q45 = 0x1.a01a01a47b054p-16 * r + 0x1.a01a01a7c41d5p-13, q67 = 0x1.27e4e1f48534fp-22 * r + 0x1.71de0dae63bb3p-19;
    vd q89 = 0x1.1f66df7fca49fp-29 * r + 0x1.af38a9b0ec855p-26;
    vd q = (q01 + r2 * q23) + r4 * ((q45 + r2 * q67) + r4 * q89);
    vd one = 1 - down, rest = (1 - one) - down;         /* for k > 53 */
    pair s = sum_ordered(one, r), t = sum_ordered(s.hi, 0.5 * rh * rh); /* r^2 / 2, exact in its first part */
    vd lo = (s.lo + t.lo) + ((a.lo + a.lo * r + rest) + (0.5 * (r - rh) * (r + rh) + r2 * r * q));
    pair e = sum_ordered(t.hi, lo);
    return (pair){ e.hi * up, e.lo * up };
}

VINLINE vd expm1_inner(vd x)
{
    pair e = expm1_pair(pick((vu)(x < -40), splat(-40), x));
    return pick((vu)(magnitude(x) < 0x1p-54), x, e.hi);
}

/* tanh |x| = E / (E + 2), E = exp(2 |x|) - 1, with the remainder of the division. */
VINLINE vd tanh_inner(vd x)
{
    vd a = magnitude(x);
    a = pick((vu)(a > 22), splat(22), a);
    pair e = expm1_pair(2 * a), d = sum_of(splat(2), e.hi);
    vd q = e.hi / d.hi;
    pair p = product_of(q, d.hi);
    vd rest = ((e.hi - p.hi) - p.lo) + (e.lo - q * (d.lo + e.lo));
    return pick((vu)(a < 0x1p-28), x, with_sign(q + rest / d.hi, x));
}

/* ---- log ---- */

typedef struct split {                                  /* u = 2^k z, z in interval i of the table */
    vd k, z;
    vu i;
} split;

VINLINE split log_split(vd u)
{
    vu b = (vu)u - VMATH_LOG_FROM, e = (b + 0x3ff0000000000000) >> 52;
    vd k = (vd)(e | 0x4330000000000000) - (0x1p52 + 1023);
    return (split){ k, (vd)((b & 0xfffffffffffff) + VMATH_LOG_FROM), (b >> 45) & 127 };
}

/* z to the nearest of 21 bits: products with the table's 1/c are exact, and near 1 what is left is not above z - 1. */
VINLINE vd first_bits(vd z)
{
    return (vd)(((vu)z + 0x80000000) & ~(uint64_t)0xffffffff);
}

/* (log(1 + r) - r + r^2 / 2) / r^3 to 2^-71 of r. */
VINLINE vd log_rest(vd r, vd r2)
{
    vd p01 = -0x1p-2 * r + 0x1.5555555555556p-2, p23 = -0x1.55555554b0656p-3 * r + 0x1.99999998e2562p-3;
    vd p45 = -0x1.00016f959a909p-3 * r + 0x1.2493e191e05c5p-3;
    return p01 + r2 * (p23 + r2 * p45);
}

/* k ln 2 + log c + log(1 + a.hi + a.lo). */
VINLINE vd log_join(vd k, vd c_hi, vd c_lo, pair a)
{
    vd r = a.hi + a.lo, rl = (a.hi - r) + a.lo, r2 = r * r;
    pair s = sum_ordered(k * LN2_HI + c_hi, r);
    return s.hi + (s.lo + ((k * LN2_LO + c_lo) + (rl + r2 * (r * log_rest(r, r2) - 0.5))));
}

/* The same to 70 bits, a.hi of at most 26. */
VINLINE pair log_join_long(vd k, vd c_hi, vd c_lo, pair a)
{
    vd r = a.hi + a.lo, rl = (a.hi - r) + a.lo, r2 = r * r;
    pair s = sum_ordered(k * LN2_HI + c_hi, r), t = sum_ordered(s.hi, -0.5 * a.hi * a.hi);
    vd lo = (s.lo + t.lo) + ((k * LN2_LO + c_lo) + (rl + (r * r2 * log_rest(r, r2) - 0.5 * a.lo * (a.hi + r))));
    return sum_ordered(t.hi, lo);
}

/* The columns of the table for the lanes' intervals: rows of four are loaded whole and turned. */
#if VBYTES == 16
VINLINE void log_lookup(vu i, vd *inv, vd *hi, vd *lo)
{
    for (int j = 0; j < VLANES; j++) {
        const double *row = vmath_log_table[i[j]];
        (*inv)[j] = row[0];
        (*hi)[j] = row[1];
        (*lo)[j] = row[2];
    }
}
#else
typedef double four __attribute__((vector_size(32)));
#if VBYTES == 32
#define FOURS(v) v[0]
#else
#define FOURS(v) __builtin_shufflevector(v[0], v[1], 0, 1, 2, 3, 4, 5, 6, 7)
#endif

VINLINE four log_row(uint64_t i)
{
    four v;
    memcpy(&v, vmath_log_table[i], sizeof v);
    return v;
}

VINLINE void log_turn(four a, four b, four c, four d, four *inv, four *hi, four *lo)
{
    four ab = __builtin_shufflevector(a, b, 0, 4, 2, 6), cd = __builtin_shufflevector(c, d, 0, 4, 2, 6);
    *inv = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
    *lo = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
    ab = __builtin_shufflevector(a, b, 1, 5, 3, 7);
    cd = __builtin_shufflevector(c, d, 1, 5, 3, 7);
    *hi = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
}

VINLINE void log_lookup(vu i, vd *inv, vd *hi, vd *lo)
{
    four v[VLANES / 4], h[VLANES / 4], l[VLANES / 4];
    for (int j = 0; j < VLANES; j += 4)
        log_turn(log_row(i[j]), log_row(i[j + 1]), log_row(i[j + 2]), log_row(i[j + 3]), &v[j / 4], &h[j / 4], &l[j / 4]);
    *inv = FOURS(v);
    *hi = FOURS(h);
    *lo = FOURS(l);
}
#endif

typedef struct looked {                                 /* log x = k ln 2 + c.hi + c.lo + log(1 + r.hi + r.lo) */
    vd   k;
    pair c, r;
} looked;

/* Of positive finite x; without `any` of normal x. */
VINLINE looked log_reduce(vd x, int any)
{
    vu tiny = (vu)(x < VNORMAL);
    split s = log_split(any ? pick(tiny, x * 0x1p54, x) : x);
    vd inv, hi, lo, zh = first_bits(s.z), k = any ? s.k - (vd)(tiny & (vu)splat(54)) : s.k;
    log_lookup(s.i, &inv, &hi, &lo);
    return (looked){ k, { hi, lo }, { zh * inv - 1, (s.z - zh) * inv } };
}

/* log(u.hi + u.lo) + more * log 2, u.hi < 2^1000; near 1 of y, which is u - 1 to more bits. */
VINLINE vd log_of_sum(pair u, pair y, vd more)
{
    split s = log_split(u.hi);
    vd inv, hi, lo, zh = first_bits(s.z), down = (vd)((1023 - (vu)(s.k + ROUNDER)) << 52);
    log_lookup(s.i, &inv, &hi, &lo);
    vu near = (vu)(u.hi >= 1 - 0x1p-9) & (vu)(u.hi < 1 + 0x1p-8);                  /* interval 75: r is y itself */
    pair r = { pick(near, y.hi, zh * inv - 1), pick(near, y.lo, ((s.z - zh) + u.lo * down) * inv) };
    return log_join(s.k + more, hi, lo, r);
}

VINLINE vd log_inner(vd x)
{
    looked l = log_reduce(x, 0);
    return log_join(l.k, l.c.hi, l.c.lo, l.r);
}

VINLINE vd log_outer(vd x)
{
    looked l = log_reduce(x, 1);
    return log_join(l.k, l.c.hi, l.c.lo, l.r);
}

VINLINE vd log1p_inner(vd x)
{
    vd r = log_of_sum(sum_of(splat(1), x), (pair){ x, splat(0) }, splat(0));
    return pick((vu)(magnitude(x) < 0x1p-54), x, r);
}

/* log(|x| + sqrt(x^2 + 1)) as log1p of y = |x| + (sqrt(x^2 + 1) - 1) in two parts; log(2 |x|) from 2^28 on. */
VINLINE vd asinh_inner(vd x)
{
    vd a = magnitude(x);
    vu big = (vu)(a >= 0x1p28);
    vd b = pick(big, splat(1), a);
    pair p = product_of(b, b), h = sum_of(splat(1), p.hi);
    vd s = VSQRT(h.hi);
    pair q = product_of(s, s), m = sum_of(s, splat(-1));
    vd ds = 0.5 * (((h.hi - q.hi) - q.lo) + (h.lo + p.lo)) / s;
    pair y = sum_ordered(b, m.hi);
    y.lo += m.lo + ds;
    pair u = sum_of(splat(1), y.hi);
    u.hi = pick(big, a * 0x1p-24, u.hi);                /* stays away from 1 and from the end of the range */
    u.lo = (vd)((vu)(u.lo + y.lo) & ~big);
    vd r = log_of_sum(u, y, (vd)((vu)splat(25) & big));
    return pick((vu)(a < 0x1p-28), x, with_sign(r, x));
}

/* ---- columns of one input ---- */

#define EXPM1_ODD(v) (~(vu)((v) <= 709))
#define TANH_ODD(v) ((vu)splat(0))
#define LOG_ODD(v) (~((vu)((v) >= VNORMAL) & (vu)((v) <= VFINITE)))
#define LOG1P_ODD(v) (~((vu)((v) > -1) & (vu)((v) < 0x1p1000)))
#define ASINH_ODD(v) (~(vu)(magnitude(v) <= VFINITE))
#define vmath_special_tanh(x) (x)

#define VCOLUMN(name, ODD)                                                                                          \
    VTARGET void VNAME(name)(uint32_t n, const double *x, double *y);                                               \
    VTARGET void VNAME(name)(uint32_t n, const double *x, double *y)                                                \
    {                                                                                                               \
        for (uint32_t i = 0; i < n; i += 8) {                                                                       \
            double made[8];                                                                                         \
            vu any = { 0 };                                                                                         \
            for (int j = 0; j < 8; j += VLANES) {                                                                   \
                vd v = load(x + i + j);                                                                             \
                any |= ODD(v);                                                                                      \
                store(made + j, name##_inner(v));                                                                   \
            }                                                                                                       \
            if (__builtin_expect(VANY(any), 0))                                                                     \
                for (int j = 0; j < 8; j++)                                                                         \
                    if (ODD(splat(x[i + (uint32_t)j]))[0])                                                          \
                        made[j] = vmath_special_##name(x[i + (uint32_t)j]);                                         \
            memcpy(y + i, made, sizeof made);                                                                       \
        }                                                                                                           \
    }
VCOLUMN(expm1, EXPM1_ODD)
VCOLUMN(tanh, TANH_ODD)
VCOLUMN(log, LOG_ODD)
VCOLUMN(log1p, LOG1P_ODD)
VCOLUMN(asinh, ASINH_ODD)

/* ---- pow ---- */

#define POW_ODD(v, w) (LOG_ODD(v) | ~(vu)(magnitude(w) < 0x1p64))
#define POW_SPECIAL(v, w) (~((vu)((v) > 0) & (vu)((v) <= VFINITE) & (vu)(magnitude(w) < 0x1p64)))

/* p log x as an exact product of heads and the rest. */
VINLINE pair pow_exponent(vd x, vd p, int any)
{
    looked at = log_reduce(x, any);
    pair l = log_join_long(at.k, at.c.hi, at.c.lo, at.r);
    vd lh = head(l.hi), ll = (l.hi - lh) + l.lo, ph = head(p), pl = p - ph;
    return (pair){ ph * lh, ph * ll + pl * l.hi };
}

/* Eight lanes of which some leave the usual range. */
static VTARGET __attribute__((noinline)) void VNAME(pow_outer)(const double *x, const double *p, double *y)
{
    double made[8];                                     /* y may be x or p */
    for (int j = 0; j < 8; j += VLANES) {
        pair e = pow_exponent(load(x + j), load(p + j), 1);
        store(made + j, exp_outer(e.hi, e.lo));
    }
    for (int j = 0; j < 8; j++)
        if (POW_SPECIAL(splat(x[j]), splat(p[j]))[0])
            made[j] = vmath_special_pow(x[j], p[j]);
    memcpy(y, made, sizeof made);
}

VTARGET void VNAME(pow)(uint32_t n, const double *x, const double *p, double *y);
VTARGET void VNAME(pow)(uint32_t n, const double *x, const double *p, double *y)
{
    for (uint32_t i = 0; i < n; i += 8) {
        pair e[VGROUP];
        vu any = { 0 };
        for (int j = 0; j < VGROUP; j++) {
            vd v = load(x + i + j * VLANES), w = load(p + i + j * VLANES);
            e[j] = pow_exponent(v, w, 0);
            any |= POW_ODD(v, w) | ~(vu)(magnitude(e[j].hi) <= 700);
        }
        if (__builtin_expect(VANY(any), 0)) {
            VNAME(pow_outer)(x + i, p + i, y + i);
            continue;
        }
        for (int j = 0; j < VGROUP; j++)
            store(y + i + j * VLANES, exp_inner(e[j].hi, e[j].lo));
    }
}

/* ---- curve, dense ---- */

/* Searches eight lanes side by side for the last point not above x. */
VTARGET void VNAME(curve)(uint32_t n, const fade_value *c, const double *x, double *y);
VTARGET void VNAME(curve)(uint32_t n, const fade_value *c, const double *x, double *y)
{
    const double *cx = c->v, *cy = c->v + c->n;
    for (uint32_t i = 0; i < n; i += 8) {
        uint64_t at[8] = { 0 };
        double v[8];
        memcpy(v, x + i, sizeof v);
        for (uint64_t left = c->n; left > 1; left -= left / 2)
            for (int j = 0; j < 8; j++)
                at[j] += cx[at[j] + left / 2] <= v[j] ? left / 2 : 0;
        for (int j = 0; j < 8; j++) {
            uint64_t a = at[j], b = a + 1 < c->n ? a + 1 : a;
            double run = cx[b] - cx[a], t = (v[j] - cx[a]) / (b > a ? run : 1);
            double inside = cy[a] + t * (cy[b] - cy[a]);
            y[i + (uint32_t)j] = v[j] <= cx[0] ? cy[0] : v[j] >= cx[c->n - 1] ? cy[c->n - 1] : inside;
        }
    }
}

/* Up to four rows of y. */
VINLINE void dense_rows(uint32_t n, uint32_t rows, uint32_t cols, const double *w, const double *x, double *y)
{
    for (uint32_t i = 0; i < n; i += 8) {
        vd sum[4][VGROUP];
        for (uint32_t r = 0; r < rows; r++)
            for (int j = 0; j < VGROUP; j++)
                sum[r][j] = splat(0);
        for (uint32_t k = 0; k < cols; k++)
            for (uint32_t r = 0; r < rows; r++)
                for (int j = 0; j < VGROUP; j++)
                    sum[r][j] += w[(size_t)r * cols + k] * load(x + (size_t)k * n + i + (size_t)j * VLANES);
        for (uint32_t r = 0; r < rows; r++)
            for (int j = 0; j < VGROUP; j++)
                store(y + (size_t)r * n + i + (size_t)j * VLANES, sum[r][j]);
    }
}

VTARGET void VNAME(dense)(uint32_t n, uint32_t rows, uint32_t cols, const double *w, const double *x, double *y);
VTARGET void VNAME(dense)(uint32_t n, uint32_t rows, uint32_t cols, const double *w, const double *x, double *y)
{
    uint32_t r = 0;
    for (; r + 4 <= rows; r += 4)
        dense_rows(n, 4, cols, w + (size_t)r * cols, x, y + (size_t)r * n);
    for (; r < rows; r++)
        dense_rows(n, 1, cols, w + (size_t)r * cols, x, y + (size_t)r * n);
}

const fade_math_v1 VNAME(table) = {
    sizeof(fade_math_v1), VNAME(exp), VNAME(expm1), VNAME(log), VNAME(log1p), VNAME(tanh), VNAME(asinh),
    VNAME(pow), VNAME(curve), VNAME(dense), 0, 0, 0, 0, 0,
};

/* SPDX-License-Identifier: MIT
 * text_number.c - numbers as text and back: shortest, exact, the same in every locale.
 *
 * A double is M * 2^e, and x * 10^k = M * 5^k * 2^(e + k).  For k up to 27 the product M * 5^k fits 128 bits, so digits
 * and the question whether they read back the same are settled in whole numbers.  The way back divides by 5^k with a
 * remainder.  Numbers outside that range (below 1e-10, above 1e17) go through the C library.
 */
#include "core/base/text.h"
#include <float.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DIGITS = 17, POWERS = 28, LONGEST = 1024 };
#define WHOLE ((uint64_t)1 << 53)                       /* below it a double holds every whole number */
__extension__ typedef unsigned __int128 u128;

static const double tens[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                               1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
static const uint64_t fives[POWERS] = {                 /* 5^k */
    1u,
    5u,
    25u,
    125u,
    625u,
    3125u,
    15625u,
    78125u,
    390625u,
    1953125u,
    9765625u,
    48828125u,
    244140625u,
    1220703125u,
    6103515625u,
    30517578125u,
    152587890625u,
    762939453125u,
    3814697265625u,
    19073486328125u,
    95367431640625u,
    476837158203125u,
    2384185791015625u,
    11920928955078125u,
    59604644775390625u,
    298023223876953125u,
    1490116119384765625u,
    7450580596923828125u,
};

static locale_t c_locale;
static void c_locale_open(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", NULL);       /* lives for the process */
}

static double c_strtod(const char *at)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, c_locale_open);
    return c_locale ? strtod_l(at, NULL, c_locale) : strtod(at, NULL);
}

/* Writes value's digits without trailing zeros; *power is the power of ten of the first one given that of the last. */
static size_t digits_of(uint64_t value, char out[20], int *power)
{
    char made[20];
    size_t n = 0;
    while (value % 100000000 == 0) {
        value /= 100000000;
        *power += 8;
    }
    while (value % 10 == 0) {
        value /= 10;
        *power += 1;
    }
    for (; value; value /= 10)
        made[n++] = (char)('0' + value % 10);
    for (size_t i = 0; i < n; i++)
        out[i] = made[n - 1 - i];
    *power += (int)n - 1;
    return n;
}

/* The fewest digits of x > 0 that read back the same; 0 when x is outside the exact range. */
static size_t digits_exact(double x, char out[20], int *power)
{
    if (!(x >= 1e-10 && x < 1e17))
        return 0;
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int e = (int)(bits >> 52) - 1075;
    uint64_t m = (bits & 0xfffffffffffffu) | 0x10000000000000u;
    if (m == 0x10000000000000u && e != -52)             /* a power of two: its neighbour below is nearer */
        return 0;
    int e10 = 0;
    if (x >= 1)
        while (x >= tens[e10 + 1])
            e10++;
    else
        while (x * tens[-e10] < 1)
            e10--;
    for (int n = 15; n <= DIGITS; n++) {
        int k = n - 1 - e10, shift = -(e + k);
        if (k < 0 || k >= POWERS || shift < 1 || shift > 126)
            return 0;
        u128 product = (u128)m * fives[k], half = (u128)1 << (shift - 1), low = product & (2 * half - 1);
        uint64_t value = (uint64_t)(product >> shift);
        u128 off = low;
        if (low > half || (low == half && value % 2)) {
            value++;
            off = 2 * half - low;
        }
        if (2 * off < fives[k]) {                       /* nearer to x than to its neighbours */
            *power = -k;
            return digits_of(value, out, power);
        }
    }
    return 0;
}

/* The same through the C library. */
static size_t digits_library(double x, char out[20], int *power)
{
    char made[64];
    for (int n = x < DBL_MIN ? 1 : 15; n <= DIGITS; n++) {              /* a subnormal has fewer than 15 good digits */
        snprintf(made, sizeof made, "%.*e", n - 1, x);
        char *e = strchr(made, 'e');
        *power = (int)strtol(e + 1, NULL, 10);
        size_t have = 0;
        for (char *c = made; c < e; c++)                /* whatever the locale puts between the digits is skipped */
            if (*c >= '0' && *c <= '9' && have < 20)
                out[have++] = *c;
        while (have > 1 && out[have - 1] == '0')
            have--;
        snprintf(made, sizeof made, "%.*se%d", (int)have, out, *power - (int)have + 1);
        if (n == DIGITS || c_strtod(made) == x)
            return have;
    }
    return 0;
}

/* Digits and the power of ten of the first one as 123, 0.00123 or 1.23e-7. */
static size_t lay_out(const char *digits, size_t n, int power, char *out)
{
    char *at = out;
    if (power < -5 || power > 16) {
        *at++ = digits[0];
        if (n > 1) {
            *at++ = '.';
            memcpy(at, digits + 1, n - 1);
            at += n - 1;
        }
        return (size_t)(at - out) + (size_t)sprintf(at, "e%d", power);
    }
    if (power < 0) {
        memcpy(at, "0.00000", (size_t)(1 - power));
        at += 1 - power;
        memcpy(at, digits, n);
        at += n;
    } else {
        size_t whole = (size_t)power + 1, lead = n < whole ? n : whole;
        memcpy(at, digits, lead);
        memset(at + lead, '0', whole - lead);
        at += whole;
        if (n > whole) {
            *at++ = '.';
            memcpy(at, digits + whole, n - whole);
            at += n - whole;
        }
    }
    *at = '\0';
    return (size_t)(at - out);
}

static size_t whole_number(uint64_t value, char *out)
{
    char made[20];
    size_t n = 0;
    do
        made[n++] = (char)('0' + value % 10);
    while (value /= 10);
    for (size_t i = 0; i < n; i++)
        out[i] = made[n - 1 - i];
    out[n] = '\0';
    return n;
}

size_t text_number(double x, char out[32])
{
    char digits[20], *at = out;
    int power = 0;
    out[0] = '\0';
    if (isnan(x))
        return 0;
    if (signbit(x)) {
        *at++ = '-';
        x = -x;
    }
    size_t sign = (size_t)(at - out);
    if (isinf(x)) {
        memcpy(at, "inf", 4);
        return sign + 3;
    }
    if (x < (double)WHOLE && x == (double)(uint64_t)x)
        return sign + whole_number((uint64_t)x, at);
    size_t n = digits_exact(x, digits, &power);
    if (!n)
        n = digits_library(x, digits, &power);
    return sign + lay_out(digits, n, power, at);
}

typedef struct decimal {                                /* digits * 10^power */
    uint64_t digits;
    int      power;
    bool     whole;                                     /* all digits are in it */
} decimal;

/* digits [. digits] [e sign digits], to the end. */
static bool decimal_scan(const char *at, const char *end, decimal *d)
{
    const char *start = at;
    size_t seen = 0;
    bool point = false;
    *d = (decimal){ .whole = true };
    for (; at < end; at++) {
        unsigned c = (unsigned char)*at - (unsigned)'0';
        if (c > 9) {
            if (*at != '.' || point)
                break;
            point = true;
            continue;
        }
        seen++;
        if (d->digits < 1000000000000000000u) {         /* room for one more */
            d->digits = d->digits * 10 + c;
            d->power -= point;
        } else {
            d->power += !point;
            d->whole = d->whole && c == 0;
        }
    }
    if (!seen || end - start > LONGEST - 1)
        return false;
    if (at == end)
        return true;
    if (*at != 'e' && *at != 'E')
        return false;
    at++;
    bool minus = at < end && *at == '-';
    at += at < end && (*at == '-' || *at == '+');
    if (at == end)
        return false;
    int e = 0;
    for (; at < end; at++) {
        unsigned c = (unsigned char)*at - (unsigned)'0';
        if (c > 9)
            return false;
        e = e < 100000 ? e * 10 + (int)c : e;
    }
    d->power += minus ? -e : e;
    return true;
}

/* digits / 10^k, k in 1..27, rounded half to even. */
static double decimal_divide(uint64_t digits, int k)
{
    uint64_t by = fives[k];
    int up = __builtin_clzll(digits), side = __builtin_clzll(by);
    u128 above = (u128)(digits << up) << 63;            /* its high word stays below the divisor's */
    uint64_t q = (uint64_t)(above / (by << side));      /* 63 or 64 bits */
    bool rest = above % (by << side) != 0;
    int drop = 11 - __builtin_clzll(q);
    uint64_t low = q & ((1u << drop) - 1), half = 1u << (drop - 1), kept = q >> drop;
    if (low > half || (low == half && (rest || kept % 2)))
        kept++;
    return ldexp((double)kept, drop - 63 - up + side - k);
}

static bool decimal_value(const decimal *d, const char *at, size_t n, double *out)
{
    if (d->whole && d->digits == 0) {
        *out = 0;
        return true;
    }
    if (d->whole && d->digits <= WHOLE && d->power >= -22 && d->power <= 22) {       /* both exact: one rounding */
        double m = (double)d->digits;
        *out = d->power < 0 ? m / tens[-d->power] : m * tens[d->power];
        return true;
    }
    if (d->whole && d->power < 0 && -d->power < POWERS) {
        *out = decimal_divide(d->digits, -d->power);
        return true;
    }
    char made[LONGEST];
    memcpy(made, at, n);
    made[n] = '\0';
    *out = c_strtod(made);
    return !isinf(*out);                                /* 1e999 is no number a double can hold */
}

bool text_real(const char *at, size_t n, double *out)
{
    static const struct { const char *word; double value; } words[] = {
        { "nan", NAN }, { "inf", INFINITY }, { "infinity", INFINITY },
    };
    if (!n)
        return false;
    bool minus = *at == '-';
    if (minus || *at == '+') {
        at++;
        n--;
    }
    decimal d;
    double x;
    if (decimal_scan(at, at + n, &d)) {
        if (!decimal_value(&d, at, n, &x))
            return false;
        *out = minus ? -x : x;
        return true;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i].word) == n && strncasecmp(at, words[i].word, n) == 0) {
            *out = minus ? -words[i].value : words[i].value;
            return true;
        }
    return false;
}

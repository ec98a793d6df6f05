/* SPDX-License-Identifier: MIT
 * random.c - counter-based random numbers: Philox4x32-10 and the normal quantile.
 */
#include "core/base/random.h"
#include "core/base/vmath.h"
#include <math.h>

enum { ROUNDS = 10, BATCH = 64 };
#define WEYL_0 0x9e3779b9u                              /* golden ratio, sqrt(3) - 1: the paper's key schedule */
#define WEYL_1 0xbb67ae85u
#define MULTIPLY_0 0xd2511f53u
#define MULTIPLY_1 0xcd9e8d57u

typedef struct words {
    uint32_t at[4];
} words;

static inline words philox(words c, uint32_t k0, uint32_t k1)
{
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t a = (uint64_t)MULTIPLY_0 * c.at[0], b = (uint64_t)MULTIPLY_1 * c.at[2];
        c = (words){ { (uint32_t)(b >> 32) ^ c.at[1] ^ k0, (uint32_t)b, (uint32_t)(a >> 32) ^ c.at[3] ^ k1,
                       (uint32_t)a } };
        k0 += WEYL_0;
        k1 += WEYL_1;
    }
    return c;
}

void random_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    words c = philox((words){ { counter[0], counter[1], counter[2], counter[3] } }, key[0], key[1]);
    for (int i = 0; i < 4; i++)
        out[i] = c.at[i];
}

/* Every bit of x moves half the bits of the result (a bijection: Stafford's variant 13 of MurmurHash3's end). */
static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static uint64_t key_of(uint64_t seed, uint64_t stream)
{
    return mix(seed ^ mix(stream + 0x9e3779b97f4a7c15u));
}

static inline uint64_t bits_of(uint64_t key, uint64_t id, uint64_t row)
{
    words c = { { (uint32_t)row, (uint32_t)(row >> 32), (uint32_t)id, (uint32_t)(id >> 32) } };
    c = philox(c, (uint32_t)key, (uint32_t)(key >> 32));
    return (uint64_t)c.at[1] << 32 | c.at[0];
}

static inline double unit(uint64_t bits)
{
    return (double)(int64_t)(bits >> 11 | 1) * 0x1p-53;
}

uint64_t random_bits(uint64_t seed, uint64_t id, uint64_t row, uint64_t stream)
{
    return bits_of(key_of(seed, stream), id, row);
}

double random_uniform(uint64_t seed, uint64_t id, uint64_t row, uint64_t stream)
{
    return unit(random_bits(seed, id, row, stream));
}

void random_uniform_n(uint64_t seed, uint32_t n, const uint64_t *id, const uint64_t *row, uint32_t stream, double *u)
{
    uint64_t key = key_of(seed, stream);
    for (uint32_t i = 0; i < n; i++)
        u[i] = unit(bits_of(key, id[i], row[i]));
}

typedef struct ratio {                                  /* p(x) / q(x), lowest power first, q's is 1 */
    double p[8], q[8];
} ratio;

static double ratio_at(const ratio *f, double x)
{
    double p = f->p[7], q = f->q[7];
    for (int i = 6; i >= 0; i--) {
        p = p * x + f->p[i];
        q = q * x + f->q[i];
    }
    return p / q;
}

/* The normal quantile, algorithm AS 241 PPND16: M. J. Wichura, Applied Statistics 37 (1988) 477.  Relative error 1e-16.
 */
static const ratio middle = {                           /* |u - 1/2| <= 0.425 */
    { 3.3871328727963666080, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
      4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3 },
    { 1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
      2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3 },
};
static const ratio outside = {                          /* sqrt(-log tail) <= 5 */
    { 1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
      1.27045825245236838258, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4 },
    { 1, 2.05319162663775882187, 1.67638483018380384940, 6.89767334985100004550e-1,
      1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9 },
};
static const ratio far_out = {
    { 6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 2.96560571828504891230e-1,
      2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7 },
    { 1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
      7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15 },
};

static double quantile(double u, double log_tail)
{
    double q = u - 0.5;
    if (fabs(q) <= 0.425)
        return q * ratio_at(&middle, 0.180625 - q * q);
    double r = sqrt(-log_tail), z = r <= 5 ? ratio_at(&outside, r - 1.6) : ratio_at(&far_out, r - 5);
    return q < 0 ? -z : z;
}

/* Up to BATCH uniforms in u become normal. */
static void normals(uint32_t n, double *u)
{
    double tail[BATCH];
    for (uint32_t i = 0; i < BATCH; i++)
        tail[i] = i >= n ? 1 : u[i] < 0.5 ? u[i] : 1 - u[i];
    vmath_table()->log((n + 7) / 8 * 8, tail, tail);
    for (uint32_t i = 0; i < n; i++)
        u[i] = quantile(u[i], tail[i]);
}

double random_quantile(double u)
{
    normals(1, &u);
    return u;
}

double random_normal(uint64_t seed, uint64_t id, uint64_t row, uint64_t stream)
{
    return random_quantile(random_uniform(seed, id, row, stream));
}

void random_normal_n(uint64_t seed, uint32_t n, const uint64_t *id, const uint64_t *row, uint32_t stream, double *z)
{
    random_uniform_n(seed, n, id, row, stream, z);
    for (uint32_t i = 0; i < n; i += BATCH)
        normals(n - i < BATCH ? n - i : BATCH, z + i);
}

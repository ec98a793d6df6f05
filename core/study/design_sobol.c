/* SPDX-License-Identifier: MIT
 * design_sobol.c - the Sobol sequence (1967) from direction numbers, scrambled by a seed.
 *
 * A dimension's columns v[0], v[1], .. are XORed where the Gray code of the point's number has a bit: a point costs no
 * more than its number has bits.  Scrambling is done to the columns once.
 */
#include "core/study/design_sobol.h"
#include "core/base/random.h"

enum { BITS = DESIGN_SOBOL_BITS, STREAM = 0x50b0 };

/* m_k of the paper's eq. (2): m_k = 2 a_1 m_(k-1) ^ 4 a_2 m_(k-2) ^ .. ^ 2^s m_(k-s) ^ m_(k-s); v_k = m_k / 2^k. */
void design_sobol_plain(size_t dim, design_sobol *out)
{
    uint64_t m[BITS];
    const design_joe_kuo_row *row = dim > 0 ? &design_joe_kuo[dim - 1] : NULL;
    for (unsigned k = 0; k < BITS; k++) {
        unsigned s = row ? row->s : 0;
        if (!row)
            m[k] = 1;
        else if (k < s)
            m[k] = row->m[k];
        else {
            m[k] = m[k - s] << s ^ m[k - s];
            for (unsigned j = 1; j < s; j++)
                if (row->a >> (s - 1 - j) & 1)
                    m[k] ^= m[k - j] << j;
        }
    }
    for (unsigned k = 0; k < BITS; k++)
        out->v[k] = m[k] << (BITS - 1 - k);
    out->shift = 0;
}

void design_sobol_scrambled(size_t dim, uint64_t seed, design_sobol *out)
{
    design_sobol plain;
    uint64_t row[BITS];
    design_sobol_plain(dim, &plain);
    for (unsigned r = 0; r < BITS; r++) { /* digit r of the result: its own, and some of those before it */
        uint64_t own = (uint64_t)1 << (BITS - 1 - r);
        row[r] = (random_bits(seed, dim, r, STREAM) & ~(2 * own - 1) & (((uint64_t)1 << BITS) - 1)) | own;
    }
    for (unsigned k = 0; k < BITS; k++) {
        out->v[k] = 0;
        for (unsigned r = 0; r < BITS; r++)
            out->v[k] = out->v[k] << 1 | (uint64_t)__builtin_parityll(plain.v[k] & row[r]);
    }
    out->shift = random_bits(seed, dim, BITS, STREAM) >> (64 - BITS);
}

uint64_t design_sobol_at(const design_sobol *d, uint64_t i)
{
    uint64_t x = d->shift;
    for (uint64_t gray = i ^ i >> 1; gray; gray &= gray - 1)
        x ^= d->v[__builtin_ctzll(gray)];
    return x;
}

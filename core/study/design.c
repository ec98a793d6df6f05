/* SPDX-License-Identifier: MIT
 * design.c - points of a study by number: grid, zip, random, Latin hypercube, Sobol.
 */
#include "core/study/design.h"
#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/study/design_sobol.h"
#include <stdlib.h>

enum { ROUNDS = 8, STREAM_RANDOM = 0x4a00, STREAM_ORDER = 0x4b00, STREAM_INSIDE = 0x4c00 };
enum { LHS_JITTER = 21 };                               /* bits of a place within its stratum */
#define LHS_MOST ((uint64_t)1 << 31)                    /* stratum and place together are exact */
#define POINTS_MOST ((uint64_t)1 << 52)

typedef uint64_t keys[ROUNDS];

struct design {
    int           kind;
    size_t        naxis;
    uint64_t      n, seed;
    unsigned      low, high;                            /* LHS: bits of the halves of a stratum's number */
    uint64_t     *size;                                 /* [naxis] */
    keys         *key;                                  /* LHS: [naxis] */
    design_sobol *sobol;                                /* [naxis] */
};

/* ---- points by kind ---------------------------------------------------------------------------------------------- */

static void grid_at(const design *d, uint64_t i, double *out)
{
    for (size_t k = d->naxis; k-- > 0; i /= d->size[k])
        out[k] = (double)(i % d->size[k]);
}

static void zip_at(const design *d, uint64_t i, double *out)
{
    for (size_t k = 0; k < d->naxis; k++)
        out[k] = (double)i;
}

static void random_at(const design *d, uint64_t i, double *out)
{
    for (size_t k = 0; k < d->naxis; k++) {
        uint64_t bits = random_bits(d->seed, i, k, STREAM_RANDOM);
        if (d->size[k])
            out[k] = (double)(uint64_t)((unsigned __int128)bits * d->size[k] >> 64);
        else
            out[k] = (double)(int64_t)(bits >> 11 | 1) * 0x1p-53;
    }
}

/* Every bit of x moves half the bits of the result (the end of MurmurHash3, Stafford's variant 13). */
static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* Where i comes in a random order of 0 .. n-1: a Feistel network over the next power of two, walked until it lands
 * inside. */
static uint64_t place(const design *d, const uint64_t *key, uint64_t i)
{
    uint64_t low = ((uint64_t)1 << d->low) - 1, high = ((uint64_t)1 << d->high) - 1;
    do {
        uint64_t l = i & low, h = i >> d->low;
        for (int r = 0; r < ROUNDS; r += 2) {
            h ^= mix(l ^ key[r]) & high;
            l ^= mix(h ^ key[r + 1]) & low;
        }
        i = h << d->low | l;
    } while (i >= d->n);
    return i;
}

static void lhs_at(const design *d, uint64_t i, double *out)
{
    for (size_t k = 0; k < d->naxis; k++) {
        uint64_t at = place(d, d->key[k], i);
        double inside =
            (double)(random_bits(d->seed, i, k, STREAM_INSIDE) >> (64 - LHS_JITTER) | 1) / (1 << LHS_JITTER);
        out[k] = d->size[k] ? (double)(at * d->size[k] / d->n) : ((double)at + inside) / (double)d->n;
    }
}

static void sobol_at(const design *d, uint64_t i, double *out)
{
    for (size_t k = 0; k < d->naxis; k++) {
        uint64_t x = design_sobol_at(&d->sobol[k], i);
        if (d->size[k])
            out[k] = (double)(uint64_t)((unsigned __int128)x * d->size[k] >> DESIGN_SOBOL_BITS);
        else
            out[k] = (double)(2 * x + 1) * 0x1p-53;
    }
}

static const struct { const char *word; void (*at)(const design *, uint64_t, double *); bool levels; } kinds[] = {
    [DESIGN_GRID] = { "grid", grid_at, true },    [DESIGN_ZIP] = { "zip", zip_at, true },
    [DESIGN_RANDOM] = { "random", random_at, false }, [DESIGN_LHS] = { "lhs", lhs_at, false },
    [DESIGN_SOBOL] = { "sobol", sobol_at, false },
};

/* ---- opening ----------------------------------------------------------------------------------------------------- */

static int check_levels(const design *d, why *w)
{
    for (size_t k = 0; k < d->naxis; k++)
        if (d->size[k] == 0)
            return fail(w, E_DOMAIN, "axis %zu has no levels: a %s needs a list or a range of levels on every axis",
                        k + 1, kinds[d->kind].word);
    return E_OK;
}

static int count_grid(const design *d, uint64_t *n, why *w)
{
    *n = 1;
    for (size_t k = 0; k < d->naxis; k++)
        if (__builtin_mul_overflow(*n, d->size[k], n) || *n > POINTS_MOST)
            return fail(w, E_DOMAIN, "a grid of this many points is too large: axis %zu brings it above 2^52", k + 1);
    return E_OK;
}

static int count_zip(const design *d, uint64_t *n, why *w)
{
    *n = d->size[0];
    for (size_t k = 1; k < d->naxis; k++)
        if (d->size[k] != *n)
            return fail(w, E_DOMAIN, "axis %zu has %llu levels and axis 1 has %llu: zip needs as many on every axis",
                        k + 1, (unsigned long long)d->size[k], (unsigned long long)*n);
    return E_OK;
}

/* How many points: what the levels say, or what was asked for. */
static int count(design *d, why *w)
{
    uint64_t n = d->n, most = d->kind == DESIGN_LHS ? LHS_MOST : POINTS_MOST;
    int rc = kinds[d->kind].levels ? check_levels(d, w) : E_OK;
    if (!rc && kinds[d->kind].levels)
        rc = d->kind == DESIGN_GRID ? count_grid(d, &n, w) : count_zip(d, &n, w);
    if (rc)
        return rc;
    if (d->n && d->n != n)
        return fail(w, E_DOMAIN, "n = %llu, but the levels of this %s make %llu points", (unsigned long long)d->n,
                    kinds[d->kind].word, (unsigned long long)n);
    if (n < 1 || n > most)
        return fail(w, E_DOMAIN, "n = %llu points of a %s design: 1 to %llu are possible", (unsigned long long)n,
                    kinds[d->kind].word, (unsigned long long)most);
    if (d->kind == DESIGN_SOBOL && d->naxis > DESIGN_SOBOL_MOST)
        return fail(w, E_DOMAIN, "axis %d is one too many: Sobol points have at most %d coordinates",
                    DESIGN_SOBOL_MOST + 1, DESIGN_SOBOL_MOST);
    d->n = n;
    return E_OK;
}

static void make_keys(design *d)
{
    unsigned bits = d->n > 1 ? 64 - (unsigned)__builtin_clzll(d->n - 1) : 0;
    d->high = bits / 2;
    d->low = bits - d->high;
    for (size_t k = 0; k < d->naxis; k++)
        for (unsigned r = 0; r < ROUNDS; r++)
            d->key[k][r] = random_bits(d->seed, k, r, STREAM_ORDER);
}

int design_open(int kind, size_t naxis, const uint64_t *size, uint64_t n, uint64_t seed, design **out, why *w)
{
    *out = NULL;
    if (kind < 0 || (size_t)kind >= sizeof kinds / sizeof kinds[0])
        return fail(w, E_DOMAIN, "there is no design number %d", kind);
    if (naxis == 0 && kinds[kind].levels)
        return fail(w, E_DOMAIN, "a %s without an axis has no points", kinds[kind].word);
    design *d = mem_zero(1, sizeof *d);
    if (d) {
        *d = (design){ .kind = kind, .naxis = naxis, .n = n, .seed = seed };
        d->size = mem_zero(naxis + 1, sizeof *d->size);
        d->key = mem_zero(kind == DESIGN_LHS ? naxis + 1 : 1, sizeof *d->key);
        d->sobol = mem_zero(kind == DESIGN_SOBOL ? naxis + 1 : 1, sizeof *d->sobol);
    }
    if (!d || !d->size || !d->key || !d->sobol) {
        design_close(d);
        return fail(w, E_NOMEM, "no memory for a design of %zu axes", naxis);
    }
    for (size_t k = 0; k < naxis; k++)
        d->size[k] = size[k];
    int rc = count(d, w);
    if (rc) {
        design_close(d);
        return rc;
    }
    if (kind == DESIGN_LHS)
        make_keys(d);
    for (size_t k = 0; kind == DESIGN_SOBOL && k < naxis; k++)
        design_sobol_scrambled(k, seed, &d->sobol[k]);
    *out = d;
    return E_OK;
}

uint64_t design_points(const design *d)
{
    return d->n;
}

void design_at(const design *d, uint64_t i, double *out)
{
    kinds[d->kind].at(d, i, out);
}

void design_close(design *d)
{
    if (d) {
        free(d->size);
        free(d->key);
        free(d->sobol);
    }
    free(d);
}

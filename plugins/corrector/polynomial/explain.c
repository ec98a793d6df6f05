/* SPDX-License-Identifier: MIT
 * explain.c - what each feature adds to a polynomial's answer: exact Shapley values against all rows of training.
 *
 * Where only the features of a set S are known, a product is the part of S times the mean, over training, of the rest,
 * which is a product of lower degree and has its mean kept.  A product has at most POLY_DEGREE features, so all sets
 * are walked.
 */
#include "polynomial.h"
#include <stdlib.h>

enum { SETS = 1 << POLY_DEGREE };

typedef struct split {                            /* of one product */
    uint32_t n;                                   /* different features */
    uint16_t feature[POLY_DEGREE];
    uint16_t part[SETS]; /* the product of a set's features: its term + 1; 0: of none, which is 1 */
} split;

/* The product that is term - 1 times one more t of feature j, + 1. */
static uint16_t grown(const poly *q, uint16_t term, uint16_t j)
{
    for (uint32_t k = 0; k < q->terms; k++)
        if (q->parent[k] == term && q->feature[k] == j)
            return (uint16_t)(k + 1);
    return 0;
}

static void take_apart(const poly *q, uint32_t term, split *s)
{
    uint32_t n = 0, set = 0;
    uint16_t factor[POLY_DEGREE];
    *s = (split){ 0 };
    for (uint32_t k = term + 1; k && n < POLY_DEGREE; k = q->parent[k - 1])
        factor[n++] = q->feature[k - 1];          /* the last one first, and they rise along a product */
    for (uint32_t i = n; i-- > 0;)
        if (!s->n || s->feature[s->n - 1] != factor[i])
            s->feature[s->n++] = factor[i];
    for (set = 1; set < 1u << s->n; set++)
        for (uint32_t i = n; i-- > 0;)
            for (uint32_t f = 0; f < s->n; f++)
                if (s->feature[f] == factor[i] && set >> f & 1)
                    s->part[set] = grown(q, s->part[set], factor[i]);
}

/* How many of all orders put just these `before` of n features in front of another one. */
static double weight(uint32_t before, uint32_t n)
{
    static const double factorial[] = { 1, 1, 2, 6, 24, 120 };
    return factorial[before] * factorial[n - before - 1] / factorial[n];
}

static void share_out(const poly *q, const split *s, double by, const double *product, double *sum)
{
    double said[SETS];
    uint32_t all = (1u << s->n) - 1;
    for (uint32_t set = 0; set <= all; set++) {
        double known = s->part[set] ? product[s->part[set] - 1] : 1,
               rest = s->part[all ^ set] ? q->mean[s->part[all ^ set] - 1] : 1;
        said[set] = known * rest;
    }
    for (uint32_t f = 0; f < s->n; f++)
        for (uint32_t set = 0; set <= all; set++)
            if (!(set >> f & 1))
                sum[s->feature[f]] +=
                    by * weight((uint32_t)__builtin_popcount(set), s->n) * (said[set | 1u << f] - said[set]);
}

int32_t explain_shares(const void *model, uint64_t n, const double *const *in, double *const *share)
{
    const poly *q = model;
    uint32_t p = q->f.p;
    double most = 1 + q->s.reach, *room = calloc(2 * (size_t)p + q->terms, sizeof *room), *t = room, *sum = t + p;
    split *s = calloc(q->terms, sizeof *s);
    int32_t rc = room && s ? FADE_OK : features_say(q->host, FADE_ENOMEM, "no memory to explain a polynomial");
    for (uint32_t k = 0; k < q->terms && !rc; k++)
        take_apart(q, k, &s[k]);
    for (uint64_t i = 0; i < n && !rc; i++) {
        double *product = sum + p;
        memset(sum, 0, p * sizeof *sum);
        for (uint32_t j = 0; j < p; j++)
            t[j] = fmin(most, fmax(-most, poly_t(q, j, in[j][i])));
        poly_products(q, 1, t, product);
        for (uint32_t k = 0; k < q->terms; k++)
            share_out(q, &s[k], q->w[k] * q->per[k], product, sum);
        for (uint32_t j = 0; j < p; j++)
            share[j][i] = sum[j];
        share[p][i] = q->s.intercept;
    }
    free(room);
    free(s);
    return rc;
}

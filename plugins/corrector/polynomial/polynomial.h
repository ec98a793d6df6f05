/* SPDX-License-Identifier: MIT
 * polynomial.h - what a trained polynomial is: scales, a list of products, their weights.
 *
 *     t = (x - centre) / half, held within +-(1 + reach)      z = (product of t - mean) per deviation      y = intercept + w . z
 */
#ifndef FADE_POLYNOMIAL_H
#define FADE_POLYNOMIAL_H
#include "../common_features.h"

enum { POLY_FEATURES = 256, POLY_TERMS = 512, POLY_DEGREE = 5 };
enum { POLY_DEGREE_, POLY_INTERACTIONS, POLY_LAMBDA, POLY_REACH }; /* parameters */

typedef struct poly {
    const fade_host    *host;
    const fade_math_v1 *math;
    features            f;
    struct poly_numbers {                         /* saved as they lie */
        double   intercept, noise, share, lambda, reach;
        uint64_t degree, interactions, rows;
    } s;
    double   *centre, *half;                      /* p each */
    double   *mean, *per;                         /* of each term; per 0: it never varied */
    double   *w;                                  /* (1 + terms) rows: weights, then the leverage's */
    uint32_t  terms;
    uint16_t  feature[POLY_TERMS];                /* a term is an earlier one times t of this feature, */
    uint16_t  parent[POLY_TERMS];                 /* which is this one - 1; 0: none */
} poly;

/* terms.c: the products for p features.  < 0: there are too many, said. */
int32_t poly_terms(poly *);
/* terms[k * n + i] over n lanes of t[j * n + i]. */
void poly_products(const poly *, uint32_t n, const double *t, double *terms);
/* < 0: said. */
int32_t poly_new(const fade_host *, uint32_t p, uint64_t degree, uint64_t interactions, poly **);
void poly_free(void *);

/* Fits to the usable rows.  lambda NaN: chosen by generalised cross-validation.  < 0: said.  [io] */
int32_t poly_fit(poly *, const fade_table *, double lambda);
/* t of one value, no bounds. */
double poly_t(const poly *, uint32_t j, double x);

/* explain.c: fade.explain/1 */
int32_t explain_shares(const void *model, uint64_t n, const double *const *in, double *const *share);
int32_t poly_save(const void *model, const fade_stream *);
int32_t poly_load(const fade_host *, const fade_args *, const fade_stream *, void **model);
#endif

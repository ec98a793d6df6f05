/* SPDX-License-Identifier: MIT
 * terms.c - which products of features a polynomial has, each an earlier one times one more feature.
 */
#include "polynomial.h"
#include <stdlib.h>

/* From term `from` on, products of one degree more: with features no earlier than the last one, or with that one alone.
 */
static int more(poly *q, uint32_t from, uint32_t to)
{
    for (uint32_t k = from; k < to; k++)
        for (uint32_t j = q->feature[k]; j < (q->s.interactions ? q->f.p : q->feature[k] + 1u); j++) {
            if (q->terms == POLY_TERMS)
                return 0;
            q->feature[q->terms] = (uint16_t)j;
            q->parent[q->terms++] = (uint16_t)(k + 1);
        }
    return 1;
}

int32_t poly_terms(poly *q)
{
    char text[200];
    uint32_t from = 0;
    int room = 1;
    for (q->terms = 0; q->terms < q->f.p; q->terms++) {
        q->feature[q->terms] = (uint16_t)q->terms;
        q->parent[q->terms] = 0;
    }
    for (uint64_t d = 2; d <= q->s.degree && room; d++) {
        uint32_t to = q->terms;
        room = more(q, from, to);
        from = to;
    }
    if (room)
        return FADE_OK;
    snprintf(text, sizeof text,
             "%u features to degree %u have more than %d products: lower degree, name fewer features or say "
             "interactions = false",
             (unsigned)q->f.p, (unsigned)q->s.degree, POLY_TERMS);
    return features_say(q->host, FADE_EINVAL, text);
}

static void times(uint32_t n, const double *restrict a, const double *restrict b, double *restrict y)
{
    for (uint32_t i = 0; i < n; i++)
        y[i] = a[i] * b[i];
}

void poly_products(const poly *q, uint32_t n, const double *t, double *terms)
{
    for (uint32_t k = 0; k < q->terms; k++) {
        const double *x = t + q->feature[k] * (size_t)n;
        if (q->parent[k])
            times(n, terms + (q->parent[k] - 1u) * (size_t)n, x, terms + k * (size_t)n);
        else
            memcpy(terms + k * (size_t)n, x, n * sizeof *x);
    }
}

int32_t poly_new(const fade_host *host, uint32_t p, uint64_t degree, uint64_t interactions, poly **out)
{
    const fade_math_v1 *math = host->iface(host, "fade.math/1");
    poly *q = math ? calloc(1, sizeof *q + features_bytes(p)) : NULL;
    *out = NULL;
    if (!math)
        return features_say(host, FADE_EBUG, "polynomial needs the host's fade.math/1");
    if (!q)
        return features_say(host, FADE_ENOMEM, "no memory for a polynomial");
    q->host = host;
    q->math = math;
    q->s.degree = degree;
    q->s.interactions = interactions;
    features_place(&q->f, q + 1, p);
    int32_t rc = poly_terms(q);
    size_t T = q->terms;
    q->centre = rc ? NULL : calloc(2 * (size_t)p + 2 * T + (1 + T) * T, sizeof(double));
    if (!rc && !q->centre)
        rc = features_say(host, FADE_ENOMEM, "no memory for a polynomial");
    if (rc) {
        poly_free(q);
        return rc;
    }
    q->half = q->centre + p;
    q->mean = q->half + p;
    q->per = q->mean + T;
    q->w = q->per + T;
    *out = q;
    return FADE_OK;
}

void poly_free(void *model)
{
    poly *q = model;
    if (q)
        free(q->centre);
    free(q);
}

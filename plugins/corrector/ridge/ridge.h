/* SPDX-License-Identifier: MIT
 * ridge.h - what a trained ridge is, and the three things done with it.
 */
#ifndef FADE_RIDGE_H
#define FADE_RIDGE_H
#include "../common_features.h"

enum { RIDGE_KEY = FEATURES_KEY, RIDGE_UNIT = FEATURES_UNIT, RIDGE_MAX = 512 }; /* bytes of a key and a unit; features at most */

/* z = (x - mean) / scale;  mean = intercept + w[0] . z;  leverage = share + sum over r of (w[1 + r] . z)^2 */
typedef struct ridge {
    const fade_host *host;
    const fade_math_v1 *math;
    fade_column *column; /* p features: key and unit, kept for loading and messages */
    char (*key)[RIDGE_KEY], (*unit)[RIDGE_UNIT];
    double *mean, *scale;                   /* p each; scale of a feature that never varied: its size */
    double *low, *high;                     /* p each: range seen in training */
    double *varied;                         /* p: 1, or 0 where the feature has no weight */
    double *w;                              /* (1 + p) rows of p */
    double intercept, noise, share, lambda; /* noise: sd of the residuals, target's unit; share: 1 / rows */
    uint64_t rows;
    uint32_t p;
} ridge;

ridge *ridge_new(const fade_host *,
                 uint32_t p); /* zeroed arrays, columns named by key[] and unit[]; NULL: no memory, said */
void ridge_free(void *);

/* Fits r (p, key, unit set) to the usable rows.  lambda NaN: chosen by generalised cross-validation.  < 0: said.  [io]
 */
int32_t fit_ridge(ridge *r, const fade_table *, double lambda);

int32_t stream_save(const void *model, const fade_stream *);
int32_t stream_load(const fade_host *, const fade_args *, const fade_stream *, void **model);
/* explain.c: fade.explain/1 */
int32_t explain_shares(const void *model, uint64_t n, const double *const *in, double *const *share);
int32_t onnx_save(const void *model, const fade_stream *);
extern const fade_desc *const ridge_desc;
#endif

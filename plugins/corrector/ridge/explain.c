/* SPDX-License-Identifier: MIT
 * explain.c - what each feature adds to a ridge's answer: its weight times how far it is from its mean, which is its
 * Shapley value.
 */
#include "ridge.h"
#include <math.h>

int32_t explain_shares(const void *model, uint64_t n, const double *const *in, double *const *share)
{
    const ridge *r = model;
    for (uint32_t j = 0; j < r->p; j++)
        for (uint64_t i = 0; i < n; i++) {
            double z = (in[j][i] - r->mean[j]) * (1 / r->scale[j] * r->varied[j]);
            share[j][i] = isfinite(in[j][i]) ? r->w[j] * z : 0;
        }
    for (uint64_t i = 0; i < n; i++)
        share[r->p][i] = r->intercept;
    return FADE_OK;
}

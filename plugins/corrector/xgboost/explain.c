/* SPDX-License-Identifier: MIT
 * explain.c - what each feature adds to an answer, and what it gained in training, as the library has it.
 *
 * Its Shapley values are those of trees (Lundberg, Nature Mach. Intell. 2, 56 (2020), doi 10.1038/s42256-019-0138-9),
 * in floats.
 */
#include "boost.h"
#include <stdlib.h>
#include <string.h>
#include <xgboost/c_api.h>

static const char contributions[] = "{\"type\":2,\"training\":false,\"iteration_begin\":0,\"iteration_end\":0,"
                                    "\"strict_shape\":false}";
enum { PIECE = 4096 }; /* rows at once */

static int32_t deny(const boost *b)
{
    fade_say(b->host, 3, FADE_ESOLVE, -1, "the xgboost library cannot explain these trees");
    return FADE_ESOLVE;
}

static int32_t wake(const boost *b, BoosterHandle *h)
{
    *h = NULL;
    int bad = XGBoosterCreate(NULL, 0, h) || XGBoosterLoadModelFromBuffer(*h, b->ubj, b->bytes) ||
              XGBoosterSetParam(*h, "nthread", "1");
    return bad ? deny(b) : FADE_OK;
}

static int32_t piece(const boost *b, BoosterHandle h, uint64_t from, uint64_t n, const double *const *in,
                     double *const *share, float *x)
{
    const bst_ulong *shape;
    bst_ulong dims;
    const float *said;
    DMatrixHandle d = NULL;
    uint32_t p = b->p;
    for (uint64_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < p; j++)
            x[i * p + j] = boost_float(in[j][from + i]);
    int bad = XGDMatrixCreateFromMat(x, n, p, NAN, &d) ||
              XGBoosterPredictFromDMatrix(h, d, contributions, &shape, &dims, &said);
    for (uint64_t i = 0; i < n && !bad; i++)
        for (uint32_t j = 0; j <= p; j++)
            share[j][from + i] = b->scale * (double)said[i * (p + 1) + j] + (j == p ? b->centre : 0);
    if (d)
        XGDMatrixFree(d);
    return bad ? deny(b) : FADE_OK;
}

int32_t explain_shares(const void *model, uint64_t n, const double *const *in, double *const *share)
{
    const boost *b = model;
    BoosterHandle h;
    float *x = malloc(sizeof *x * PIECE * b->p);
    int32_t rc = x ? wake(b, &h) : FADE_ENOMEM;
    if (!x) {
        fade_say(b->host, 3, rc, -1, "no memory to explain trees");
        return rc;
    }
    for (uint64_t at = 0; at < n && !rc; at += PIECE)
        rc = piece(b, h, at, n - at < PIECE ? n - at : PIECE, in, share, x);
    if (h)
        XGBoosterFree(h);
    free(x);
    return rc;
}

int32_t explain_gain(const void *model, double *gain)
{
    const boost *b = model;
    const char **name;
    const bst_ulong *shape;
    bst_ulong n = 0, dims;
    const float *score;
    BoosterHandle h;
    int32_t rc = wake(b, &h);
    memset(gain, 0, b->p * sizeof *gain);
    if (!rc && XGBoosterFeatureScore(h, "{\"importance_type\":\"total_gain\"}", &n, &name, &dims, &shape, &score))
        rc = deny(b);
    for (bst_ulong k = 0; k < n && !rc; k++)
        for (uint32_t j = 0; j < b->p; j++)
            if (strcmp(name[k], b->feature[j].key) == 0)
                gain[j] = (double)score[k];
    if (h)
        XGBoosterFree(h);
    return rc;
}

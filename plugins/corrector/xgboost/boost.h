/* SPDX-License-Identifier: MIT
 * boost.h - what a trained set of trees is, and the things done with it.
 */
#ifndef FADE_BOOST_H
#define FADE_BOOST_H
#include "../common_features.h"

enum {
    BOOST_KEY = FEATURES_KEY, BOOST_UNIT = FEATURES_UNIT, BOOST_FEATURES = 512, BOOST_LEVELS = 64, BOOST_LANES = 8
};

/* One feature as training saw it. */
typedef struct boost_feature {
    char key[BOOST_KEY], unit[BOOST_UNIT];
    double low, high, scale; /* range; standard deviation, or the size of one that never varied */
    double absent;           /* distance of an unknown value: 0 where training had such, else 1 */
} boost_feature;

/* The two ways on lie side by side: the one for an unknown value first.  Column p + f is minus column f, so that
 * "x < split" picks the second way whichever side unknowns go to, and is false for NaN.  A leaf leads to itself. */
typedef struct boost_node {
    float split, value;
    uint32_t column, kid; /* column: where its eight lanes begin */
} boost_node;

typedef struct boost_tree {
    uint32_t root, levels;
} boost_tree;

typedef struct boost {
    const fade_host *host;
    fade_column *column; /* p, for the host */
    boost_feature *feature;
    boost_node *node;
    boost_tree *tree;
    unsigned char *ubj; /* the library's own bytes: what is saved, and where a transfer starts */
    uint64_t bytes, rows;
    double centre, scale, noise, spread; /* prediction = centre + scale * sum of leaves; spread: of the target, its sd */
    uint32_t p, ntree;
} boost;

typedef struct boost_rules { /* of one training */
    const char *const *rising, *const *falling;
    double eta, subsample, colsample, child_weight, lambda, alpha, validation;
    uint32_t nrising, nfalling, depth, rounds, patience, forest;
} boost_rules;

boost *boost_new(const fade_host *, uint32_t p); /* NULL: no memory, said */
void boost_free(void *);
/* A value as the trees see it: unknown where it is not finite, the largest where it is larger. */
float boost_float(double);
/* Fits b (p and features named) to the usable rows; from: whose trees come first, or NULL.  < 0: said.  [io] */
int32_t boost_train(boost *b, const boost_rules *, const fade_table *, const boost *from);

/* Makes node and tree of ubj.  NULL, or why not, as the end of a sentence.  Any bytes at all. */
const char *trees_read(boost *b);
/* sum[n] <- sum of leaves for n lanes; x: by eight lanes, 2 p columns of eight each.  [work] */
void trees_walk(const boost *b, uint32_t n, const float *x, float *sum);

int32_t stream_save(const void *model, const fade_stream *);
int32_t stream_load(const fade_host *, const fade_args *, const fade_stream *, void **model);
/* explain.c: fade.explain/1 */
int32_t explain_shares(const void *model, uint64_t n, const double *const *in, double *const *share);
int32_t explain_gain(const void *model, double *gain);
#endif

/* SPDX-License-Identifier: MIT
 * anomaly.h - what a trained detector is: scales, and by its method a forest, a factor, or two bounds.
 */
#ifndef FADE_ANOMALY_H
#define FADE_ANOMALY_H
#include "../common_features.h"

enum { ANOMALY_FEATURES = 256, ANOMALY_TREES = 2000, ANOMALY_SAMPLE = 4096, ANOMALY_NODES = 1 << 24 };
enum { ANOMALY_FOREST, ANOMALY_MAHALANOBIS, ANOMALY_CUSUM };                        /* methods */
enum { ANOMALY_METHOD, ANOMALY_TREES_, ANOMALY_SAMPLE_, ANOMALY_SHARE, ANOMALY_SLACK, ANOMALY_LIMIT }; /* parameters */

/* A split: z[feature] <= at goes to the next node, else to `right`.  feature -1: a leaf, at is the path's length. */
typedef struct anomaly_node {
    double   at;
    int32_t  feature;
    uint32_t right;
} anomaly_node;

typedef struct anomaly {
    const fade_host    *host;
    const fade_math_v1 *math;
    features            f;
    struct anomaly_numbers {                      /* saved as they lie */
        double   rms;                             /* of the target: what stays uncorrected */
        double   threshold;                       /* a score above it is an alarm */
        double   slack, limit;                    /* cusum, standard deviations */
        double   sample;                          /* rows a tree was grown from */
        uint64_t rows;
    } s;
    uint32_t      method, trees, nodes;
    fade_column   state[2];
    anomaly_node *node;                           /* trees one behind the other, each in depth-first order */
    uint64_t     *root;                           /* trees + 1 */
    double       *factor;                         /* p x p: inverse of the Cholesky factor of the covariance */
} anomaly;

/* Room by method, trees and nodes.  < 0: said. */
int32_t anomaly_room(anomaly *);
anomaly *anomaly_new(const fade_host *, uint32_t p);
void anomaly_free(void *);
/* score of n lanes of z (z[j * n + i]); work: (p + 1) * n of room.  Not for cusum. */
void anomaly_score(const anomaly *, uint32_t n, const double *z, double *work, double *score);

/* The mean length of an unsuccessful search among n, c(n): Liu, Ting and Zhou 2008, (1). */
double forest_path(double n);
/* z: n rows of p.  < 0: said. */
int32_t forest_grow(anomaly *, const double *z, uint64_t n, uint32_t trees, uint32_t sample);
int32_t mahalanobis_fit(anomaly *, const double *z, const double *weight, uint64_t n);

int32_t anomaly_save(const void *model, const fade_stream *);
int32_t anomaly_load(const fade_host *, const fade_args *, const fade_stream *, void **model);
#endif

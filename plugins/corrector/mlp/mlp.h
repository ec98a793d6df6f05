/* SPDX-License-Identifier: MIT
 * mlp.h - what a trained ensemble of networks is, and what is done with it.
 *
 * A net is a row of doubles: per layer its weights [out][in], then its biases [out].  All nets of a model have one
 * shape.
 */
#ifndef FADE_MLP_H
#define FADE_MLP_H
#include "../common_features.h"

enum {
    MLP_KEY = FEATURES_KEY, MLP_UNIT = FEATURES_UNIT,             /* bytes of a key and a unit */
    MLP_FEATURES = 512, MLP_HIDDEN = 8, MLP_WIDTH = 1024, MLP_MEMBERS = 64, MLP_PASSES = 256,   /* at most */
    MLP_DOUBLES = 1 << 24                    /* weights and masks of a whole model, at most */
};
#define MLP_WEIGHT 1e6                       /* no weight is larger: what came of such would be no number */

enum { ACT_RELU, ACT_TANH, ACT_SIGMOID, ACT_GELU, NACT };

typedef struct shape {
    uint32_t layers;                         /* of weights: the hidden ones and the last */
    uint32_t width[MLP_HIDDEN + 2];          /* features, hidden .., 1 */
    uint32_t act;
} shape;

typedef struct mlp {
    const fade_host *host;
    const fade_math_v1 *math;
    fade_column *column;                     /* p features: key and unit, kept for loading and messages */
    char (*key)[MLP_KEY], (*unit)[MLP_UNIT];
    double *shift, *per, *fill;              /* p each: z = (x - shift) * per; fill where x is unknown */
    double *low, *high, *scale, *varied;     /* p each: range seen in training; its deviation (its size if it never
                                              * varied); 1, or 0 where it says nothing */
    double *w;                               /* [members][net_size] */
    double *mask;                            /* [passes][net_units]: 0, or 1 / (1 - dropout) */
    double y_shift, y_scale, least, most;    /* mean = y_shift + y_scale * net, kept within least .. most */
    double noise;                            /* sd of the rows about the ensemble, target's unit */
    uint64_t rows;
    uint32_t members, passes;
    shape shape;
} mlp;

typedef struct settings {
    shape shape;
    double dropout, l1, l2, rate, least_rate, decay, beta1, beta2, epsilon, held, bound;
    uint32_t epochs, batch, patience, plateau, members, passes, freeze, init, validation;
    int refit, standardise;
} settings;

enum { INIT_AUTO, INIT_HE, INIT_GLOROT };
enum { HOLD_LATER, HOLD_CELLS, HOLD_NONE };

/* mlp.c.  Zeroed arrays, columns named by key[] and unit[]; NULL: no memory, said. */
mlp *mlp_new(const fade_host *, const shape *, uint32_t members, uint32_t passes);
void mlp_free(void *);

/* net.c */
size_t net_size(const shape *);              /* doubles of one net */
size_t net_units(const shape *);             /* hidden units */
uint32_t net_widest(const shape *);
size_t net_at(const shape *, uint32_t layer);   /* where a layer's weights begin; its biases follow them */
/* n values, a multiple of 8: z becomes the activation; slope, if not NULL, its derivative. */
void net_act(const fade_math_v1 *, uint32_t act, uint32_t n, double *z, double *slope);
/* x[p][n] -> [n] outputs, in a or b, which hold the widest layer; mask: [net_units] or NULL.  Same bits at any n. */
const double *net_run(const mlp *, const double *w, const double *mask, uint32_t n, const double *x, double *a,
                      double *b);

/* learn.c.  Fits r (keys set; shape, members, passes as in settings) to the usable rows; from: start there.  < 0: said.
 * [io] */
int32_t learn(mlp *r, const fade_table *, const settings *, const mlp *from);

int32_t stream_save(const void *model, const fade_stream *);
int32_t stream_load(const fade_host *, const fade_args *, const fade_stream *, void **model);
int32_t onnx_save(const void *model, const fade_stream *);
extern const fade_desc *const mlp_desc;
#endif

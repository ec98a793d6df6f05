/* SPDX-License-Identifier: MIT
 * learn.h - one training at work: the rows, the room for a batch, the optimiser's memory.
 */
#ifndef FADE_MLP_LEARN_H
#define FADE_MLP_LEARN_H
#include "mlp.h"

/* Streams of fade.rng/1; id is the member (a cell in HELD). */
enum { DRAW_INIT, DRAW_ORDER, DRAW_DROPOUT, DRAW_MASK, DRAW_HELD };

typedef struct teacher {
    mlp *r;
    const fade_table *t;
    const settings *s;
    const mlp *from;
    const fade_rng_v1 *rng;
    double unit;                              /* factor that brings the weights of rows to a mean of 1 */
    size_t n, held;                           /* usable rows; of them held back, behind the others */
    uint32_t *rows, *order;                   /* [n]: numbers of rows of the table; as an epoch takes them */
    double *rate;                             /* [epochs]: learning rate of each epoch */
    double *first, *trial;                    /* a net before its training; [members] nets as they were stopped */
    size_t lanes;                             /* of a chunk of a batch, a multiple of 8 */
    double *x, *y, *weight, *delta, *back;    /* [p][lanes]; [lanes]; [lanes]; [widest][lanes] twice */
    double *a[MLP_HIDDEN + 1], *slope[MLP_HIDDEN + 1]; /* per layer [width][lanes] */
    double *g, *m, *v, *best;                 /* a net each: gradient, Adam's memory, the best so far */
    uint64_t step, drawn;                     /* of this net: steps of Adam, numbers drawn for dropout */
    double done, part;                        /* progress so far, and what one epoch adds */
} teacher;

/* 0: the row does not count. */
double row_weight(const fade_table *, uint64_t i);
/* Columns x, y, weight of rows at[0..n-1]; lanes n .. wide-1 weigh nothing. */
void teach_gather(teacher *, const uint32_t *at, uint32_t n, uint32_t wide);
/* Trains net `member` of r, and leaves in trial what early stopping saw.  < 0: said. */
int32_t teach(teacher *, uint32_t member);
#endif

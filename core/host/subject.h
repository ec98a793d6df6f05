/* SPDX-License-Identifier: MIT
 * subject.h - a model under test and the lanes it is driven through: what a physics model and a trained corrector have in common.
 *
 * A lane runs a *case*: parameters, inputs and id follow from the case's number and the seed alone, so that the same case must give
 * the same bits in any tile, at any position.
 */
#ifndef FADE_HOST_SUBJECT_H
#define FADE_HOST_SUBJECT_H
#include "core/host/trial.h"

enum { SUBJECT_FEATURES = 4, SUBJECT_ROWS = 120 };

typedef struct subject_table {                    /* planted: target = 0.1 - 0.002 cycle + 0.01 sin(cycle) */
    fade_table    table;
    fade_column   column[SUBJECT_FEATURES];
    double       *col[SUBJECT_FEATURES], *target;
    uint32_t     *cell, *row;
    uint64_t     *id;
    const double *shelf[SUBJECT_FEATURES];
} subject_table;
bool subject_table_make(subject_table *, uint64_t n);     /* *self must not move; n may be 0 */
void subject_table_free(subject_table *);

typedef struct subject {
    trial                   *t;
    trial_host               host;
    const fade_model_v1     *vt;
    const fade_corrector_v1 *corrector;           /* NULL: physics */
    void                    *model;
    fade_columns             cols;
    fade_column             *features;            /* of a corrector */
    bool                     per_cycle;
} subject;

/* Values, host, model by create or train on a planted table, columns.  false: said, or skipped with the reason. */
bool subject_open(trial *, subject *);
void subject_close(subject *);
/* Another model from the trial's values.  FADE_OK or what the plugin returned. */
int32_t subject_make(subject *, void **model);
void subject_drop(subject *, void *model);
bool subject_columns(subject *);                  /* asks the model; false: said */

typedef struct ride {                             /* a tile of cases on its way */
    subject  *s;
    void     *model, *worker;
    rig      *r;
    uint32_t *of;                                 /* lane -> case */
    double   *scale;                              /* per lane: dt after RETRY, of 1 */
    uint64_t *hash;                               /* per lane: of every x and out so far */
    uint64_t  row;
    int32_t   rc;                                 /* of the last call */
    bool      still;                              /* inputs as in row 1 for ever */
} ride;

/* n lanes with cases of[] (NULL: 0..n-1), begun by init and refresh.  false: said. */
bool ride_open(subject *, void *model, uint32_t n, const uint32_t *of, ride *);
void ride_close(ride *);
void ride_inputs(ride *);                         /* inputs, t and row of this row */
int32_t ride_call(ride *, const char *what, int32_t (*f)(const void *, fade_tile *));    /* made ready, called, overruns said */
bool ride_step(ride *);                           /* one row; false: the model ended (rc < 0) */
bool ride_steps(ride *, uint32_t n);
void ride_refresh(ride *);                        /* memo columns of x made again */
/* Where lane i of a and lane j of b differ: false and the name of a column in text.  Same bits: true. */
bool ride_same(const ride *a, uint32_t i, const ride *b, uint32_t j, char text[160]);
#endif

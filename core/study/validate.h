/* SPDX-License-Identifier: MIT
 * validate.h - a cell model with the parameters of a BPX file against the file's own section "Validation": measured voltages.
 *
 * The model is driven by the file's current (linear between points; BPX counts discharge negative) at its temperature, from the
 * state of charge that the parameters say, one experiment after the other.
 */
#ifndef FADE_STUDY_VALIDATE_H
#define FADE_STUDY_VALIDATE_H
#include "core/scenario/scenario.h"

typedef struct validate_run {                     /* one experiment; texts and columns live as long as the file */
    const char   *name;
    size_t        n;
    const double *t, *current, *voltage, *temperature;       /* s, A (discharge positive), V, K or NULL */
    double       *made;                           /* V, NaN from where the model stopped */
    size_t        reached;                        /* points that were made */
    double        rmse, worst, worst_at;          /* V over those, V, s */
    char          stopped[300];                   /* why it ended early; "" */
} validate_run;

typedef struct validate_file {
    tree         *tree;
    validate_run *run;
    size_t        n;
} validate_file;

/* Reads the section.  E_INPUT: problems were added to p, or there is none (see w). */
int validate_read(const char *path, validate_file *out, tree_problems *p, why *w);
/* Steps the first physics of `s` through each; run[].made and what follows.  E_PLUGIN: it is no cell model per second. */
int validate_all(const scenario *s, validate_file *, why *w);
void validate_free(validate_file *);              /* accepts what validate_read left behind */
#endif

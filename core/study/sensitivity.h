/* SPDX-License-Identifier: MIT
 * sensitivity.h - which inputs move an outcome: near a point (elasticities), over a box coarsely (Morris), over a box as shares of the variance
 * (Sobol).
 *
 * The function studied takes many points at once, so that a study is a few runs of lanes.  Sources: Morris, Technometrics 33 (1991) 161, with
 * mu* of Campolongo, Cariboni, Saltelli, Environ. Model. Softw. 22 (2007) 1509; Saltelli et al., Comput. Phys. Commun. 181 (2010) 259 (first
 * order), Jansen, Comput. Phys. Commun. 117 (1999) 35 (total).
 */
#ifndef FADE_STUDY_SENSITIVITY_H
#define FADE_STUDY_SENSITIVITY_H
#include "core/base/why.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SENS_LOCAL, SENS_MORRIS, SENS_SOBOL, NSENS };
enum { SENS_AXES = 64, SENS_OUTCOMES = 16 };

/* y[n][m] of x[n][d], x in 0 .. 1 along each axis (local: of the box too); NaN: no outcome there. */
typedef int sensitivity_function(void *ctx, size_t n, const double *x, double *y, why *w);

typedef struct sensitivity_effect {                      /* of one axis on one outcome; NaN: cannot be said */
    double first, first_half, total, total_half;  /* Sobol: shares of the variance, and half of the bootstrap's 95 % interval */
    double mu, mu_star, sigma, mu_star_half;      /* Morris: in the outcome's unit over the whole width of the axis */
    double slope;                                 /* local: outcome over the whole width of the axis */
} sensitivity_effect;

typedef struct sensitivity_result {
    size_t      d, m, points, base;               /* axes, outcomes; points asked for; rows of the design: base samples, trajectories */
    size_t      lost[SENS_OUTCOMES];              /* rows of the design left out since a point had no outcome */
    double      mean[SENS_OUTCOMES], sd[SENS_OUTCOMES];       /* over the box; local: the value at the point, and 0 */
    sensitivity_effect at[SENS_OUTCOMES][SENS_AXES];
} sensitivity_result;

/* n: base samples (Sobol, best a power of two: n (d + 2) points) or trajectories (Morris: n (d + 1) points).  E_NOMEM, E_DOMAIN. */
int sensitivity_sobol(size_t d, size_t m, size_t n, uint64_t seed, sensitivity_function *, void *ctx, sensitivity_result *out, why *w);
int sensitivity_morris(size_t d, size_t m, size_t n, uint64_t seed, sensitivity_function *, void *ctx, sensitivity_result *out, why *w);
/* Central differences of `step` (a part of the box) at x[d]; inward where the box ends. */
int sensitivity_local(size_t d, size_t m, const double *x, double step, sensitivity_function *, void *ctx, sensitivity_result *out, why *w);
#endif

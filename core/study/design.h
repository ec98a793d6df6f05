/* SPDX-License-Identifier: MIT
 * design.h - where in the unit cube the points of a study lie: grid, zip, random, Latin hypercube, Sobol; and what an axis makes of it.
 *
 * Point i of a design is a function of (kind, axes, n, seed, i) alone: any shard can make its own.
 */
#ifndef FADE_STUDY_DESIGN_H
#define FADE_STUDY_DESIGN_H
#include "core/base/why.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DESIGN_GRID, DESIGN_ZIP, DESIGN_RANDOM, DESIGN_LHS, DESIGN_SOBOL };
enum { DESIGN_SOBOL_MOST = 128 };                 /* dimensions there are direction numbers for */

typedef struct design design;
/* size[k]: levels of axis k that is a list or range, 0 for a continuous one (grid and zip need all of them; grid: n is their product,
 * zip: all the same).  E_DOMAIN with the axis' number in the sentence. */
int design_open(int kind, size_t naxis, const uint64_t *size, uint64_t n, uint64_t seed, design **out, why *w);
uint64_t design_points(const design *);
/* Coordinates of point i.  Continuous axis: u in (0, 1).  Axis with levels: the level's number (0 .. size - 1), as a double. */
void design_at(const design *, uint64_t i, double *out);
void design_close(design *);                      /* accepts NULL */

/* Quantile functions, u in (0, 1). */
double design_normal(double u);                   /* standard normal, relative error < 1e-12 */
double design_triangular(double u, double min, double mode, double max);
/* Cholesky factor in place of a correlation matrix a[n][n] (row-major); E_DOMAIN: not symmetric, diagonal not 1, not positive definite. */
int design_cholesky(double *a, size_t n, why *w);
double design_normal_cdf(double z);
#endif

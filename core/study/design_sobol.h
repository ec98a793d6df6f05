/* SPDX-License-Identifier: MIT
 * design_sobol.h - the Sobol sequence: direction numbers, scrambled by a seed, and points by number.
 */
#ifndef FADE_STUDY_DESIGN_SOBOL_H
#define FADE_STUDY_DESIGN_SOBOL_H
#include "core/study/design.h"

enum { DESIGN_SOBOL_BITS = 52 };                  /* of a coordinate, and of a point's number */

typedef struct design_joe_kuo_row { uint16_t s, a, m[10]; } design_joe_kuo_row;
extern const design_joe_kuo_row design_joe_kuo[DESIGN_SOBOL_MOST - 1];

typedef struct design_sobol {                     /* one dimension */
    uint64_t v[DESIGN_SOBOL_BITS], shift;
} design_sobol;

/* Dimension dim (0 .. DESIGN_SOBOL_MOST - 1) of the sequence as published. */
void design_sobol_plain(size_t dim, design_sobol *out);
/* Scrambled by a random linear map of the digits (lower triangular, Matousek 1998, doi 10.1006/jcom.1998.0489) and a digital shift:
 * every property of a (t, m, s)-net stays, each coordinate becomes uniform. */
void design_sobol_scrambled(size_t dim, uint64_t seed, design_sobol *out);
/* Coordinate of point i < 2^52 as a 52-bit fraction, in the order of Antonov and Saleev (Gray code). */
uint64_t design_sobol_at(const design_sobol *, uint64_t i);
#endif

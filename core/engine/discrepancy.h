/* SPDX-License-Identifier: MIT
 * discrepancy.h - how wrong a law may be where a cell's own rows cannot tell: what such laws missed by on measured cells, by how far
 * ahead they spoke.
 *
 * A law that fits the known rows says nothing of a knee they do not show.  What it missed by is alike for two cells when it is told in what
 * each has lost so far, and for two origins when the rows ahead are counted in rows known.
 */
#ifndef FADE_ENGINE_DISCREPANCY_H
#define FADE_ENGINE_DISCREPANCY_H

/* Half widths of a 90 % band in discrepancy_scale, at rows ahead over rows known of 2^FROM, .., 2^1. */
enum { DISCREPANCY_STEPS = 8, DISCREPANCY_FROM = -6 };
typedef struct discrepancy { double down[DISCREPANCY_STEPS], up[DISCREPANCY_STEPS]; } discrepancy;
extern const discrepancy discrepancy_shipped;     /* learnt from cells of six labs.  Of capacities alone */

/* What errors of capacities are told in, in their unit: of a law that says `first` at the start, `last` at the origin, `then` behind it. */
void discrepancy_scale(double first, double last, double then, double *down, double *up);
/* Of a table at rows ahead over rows known. */
double discrepancy_at(const double *table, double ahead);
/* Half widths of a 90 % band, in the capacities' unit. */
void discrepancy_half(const discrepancy *, double first, double last, double then, double ahead, double *down, double *up);

#define DISCREPANCY_THIN 0.06                     /* of the log of rows ahead over rows known: of nearer rows of an origin one counts */

/* How a cell's own earlier forecasts did above: what was measured lay above them by `off`, and scale is that of discrepancy_scale.  From {0},
 * mean by mean: each origin's rows first, then the origins. */
typedef struct discrepancy_risen { double sum, n; } discrepancy_risen;
void discrepancy_risen_add(discrepancy_risen *, double off, double scale, double ahead);
void discrepancy_risen_end(discrepancy_risen *rows, discrepancy_risen *origins);         /* one origin's rows are through: rows is {0} again */
/* The factor on the table's half width above: half way, as logarithms, between other labs' cells and the cell itself. */
double discrepancy_risen_factor(const discrepancy_risen *origins);
#endif

/* SPDX-License-Identifier: MIT
 * discrepancy.c - the table of what laws missed by, and the quantities it is told in.
 */
#include "core/engine/discrepancy.h"
#include <math.h>
#include <stddef.h>

/* Half widths that 95 % of what was measured stayed within, below and above, in discrepancy_scale; unit: 1.  Source:
 * errors of power-law as shipped, fitted to 0.3, 0.5 and 0.7 of the rows of 115 cells of NASA, MATR, CALCE, ISEA, TJU
 * and XJTU, each set weighing the same; `build/bench/accuracy bands` learns it. */
const discrepancy discrepancy_shipped = {
    .down = { 0.285, 0.306, 0.392, 0.513, 0.955, 1.613, 2.463, 3.135 },
    .up = { 0.086, 0.109, 0.124, 0.150, 0.193, 0.224, 0.283, 0.283 },
};

#define FLOOR_DOWN 0.05                           /* of the capacity at the start: a cell that lost nothing yet will */
#define FLOOR_UP   0.005

void discrepancy_scale(double first, double last, double then, double *down, double *up)
{
    double lost = fabs(first - last);
    *down = lost + FLOOR_DOWN * fabs(first);
    *up = lost + fabs(then - last) + FLOOR_UP * fabs(first);
}

double discrepancy_at(const double *table, double ahead)
{
    double at = log2(ahead) - DISCREPANCY_FROM;
    at = fmax(at, 0);
    size_t i = at < DISCREPANCY_STEPS - 2 ? (size_t)at : DISCREPANCY_STEPS - 2;
    double a = log(fmax(table[i], 1e-6)), b = log(fmax(table[i + 1], 1e-6));
    return exp(a + (at - (double)i) * (b - a));   /* beyond the last: as a power of the rows ahead */
}

void discrepancy_half(const discrepancy *e, double first, double last, double then, double ahead, double *down,
                      double *up)
{
    discrepancy_scale(first, last, then, down, up);
    *down *= discrepancy_at(e->down, ahead);
    *up *= discrepancy_at(e->up, ahead);
}

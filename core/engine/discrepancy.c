/* SPDX-License-Identifier: MIT
 * discrepancy.c - the table of what laws missed by, and the quantities it is told in.
 */
#include "core/engine/discrepancy.h"
#include <math.h>
#include <stddef.h>

/* Half widths that 95 % of what was measured stayed within, below and above, in discrepancy_scale; unit: 1.  Source:
 * errors of power-law as shipped, fitted to 0.3, 0.5 and 0.7 of the rows of 115 cells of NASA, MATR, CALCE, ISEA, TJU
 * and XJTU, each set weighing the same, those above over discrepancy_risen_factor; `build/bench/accuracy bands` learns
 * it. */
const discrepancy discrepancy_shipped = {
    .down = { 0.285, 0.306, 0.392, 0.513, 0.955, 1.613, 2.463, 3.135 },
    .up = { 0.090, 0.094, 0.095, 0.157, 0.195, 0.233, 0.272, 0.272 },
};

#define FLOOR_DOWN 0.05                           /* of the capacity at the start: a cell that lost nothing yet will */
#define FLOOR_UP   0.005

void discrepancy_scale(double first, double last, double then, double *down, double *up)
{
    double lost = fabs(first - last);
    *down = lost + FLOOR_DOWN * fabs(first);
    *up = lost + fabs(then - last) + FLOOR_UP * fabs(first);
}

static double step_of(double ahead) { return fmax(log2(ahead) - DISCREPANCY_FROM, 0); }

/* Beyond the last: as a power of the rows ahead. */
static double at_step(const double *table, double at)
{
    size_t i = at < DISCREPANCY_STEPS - 2 ? (size_t)at : DISCREPANCY_STEPS - 2;
    double a = fmax(table[i], 1e-6), b = fmax(table[i + 1], 1e-6);
    return a * exp((at - (double)i) * log(b / a));
}

double discrepancy_at(const double *table, double ahead) { return at_step(table, step_of(ahead)); }

/* Errors above, all cells alike, go about as this: 90 % stay within it.  Round numbers: it only has to be the same for
 * the cells that the table is learnt from and those it is asked for. */
#define USUAL      0.25
#define USUAL_GROW 0.25                           /* power of rows ahead over rows known */
#define USUAL_MEAN 0.1848                         /* of squares above, of a normal distribution with 90 % in -1 .. 1 */
#define MOST       3.0                            /* one origin far off does not decide */

void discrepancy_risen_add(discrepancy_risen *r, double off, double scale, double ahead)
{
    double z = fmin(fmax(off, 0) / (scale * USUAL * pow(ahead, USUAL_GROW)), MOST);
    r->sum += z * z;
    r->n++;
}

void discrepancy_risen_end(discrepancy_risen *rows, discrepancy_risen *origins)
{
    if (rows->n > 0) {
        origins->sum += rows->sum / rows->n;
        origins->n++;
    }
    *rows = (discrepancy_risen){ 0 };
}

double discrepancy_risen_factor(const discrepancy_risen *r)
{
    double square = (USUAL_MEAN + r->sum) / (1 + r->n);       /* other labs' cells count as one origin */
    return pow(square / USUAL_MEAN, 0.25);
}

void discrepancy_half(const discrepancy *e, double first, double last, double then, double ahead, double *down,
                      double *up)
{
    discrepancy_scale(first, last, then, down, up);
    double at = step_of(ahead);
    *down *= at_step(e->down, at);
    *up *= at_step(e->up, at);
}

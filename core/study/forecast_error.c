/* SPDX-License-Identifier: MIT
 * forecast_error.c - how wrong a fitted law may be where a cell's own rows cannot tell: what such laws missed by on
 * measured cells, by how far ahead they spoke.
 *
 * A law that fits the known rows says nothing of a knee they do not show. What it missed by is alike for two cells when
 * it is told in what each has lost so far, and for two origins when the rows ahead are counted in rows known.
 */
#include "core/study/forecast_inside.h"
#include <math.h>
#include <string.h>

#define Z95 1.6448536269514722                    /* standard normal, 95 % */

/* Half widths that 95 % of what was measured stayed within, below and above, in forecast_error_scale; unit: 1.  Source:
 * errors of power-law as shipped, fitted to 0.3, 0.5 and 0.7 of the rows of 115 cells of NASA, MATR, CALCE, ISEA, TJU
 * and XJTU, each set weighing the same; `build/bench/accuracy bands` learns it. */
static const forecast_error SHIPPED = {
    .down = { 0.285, 0.306, 0.392, 0.513, 0.955, 1.613, 2.463, 3.135 },
    .up = { 0.086, 0.109, 0.124, 0.150, 0.193, 0.224, 0.283, 0.283 },
};

#define FLOOR_DOWN 0.05                           /* of the capacity at the start: a cell that lost nothing yet will */
#define FLOOR_UP   0.005

void forecast_error_scale(double first, double last, double then, double *down, double *up)
{
    double lost = fabs(first - last);
    *down = lost + FLOOR_DOWN * fabs(first);
    *up = lost + fabs(then - last) + FLOOR_UP * fabs(first);
}

double forecast_error_at(const double *table, double ahead)
{
    double at = log2(ahead) - FORECAST_ERROR_FROM;
    at = fmax(at, 0);
    size_t i = at < FORECAST_ERRORS - 2 ? (size_t)at : FORECAST_ERRORS - 2;
    double a = log(fmax(table[i], 1e-6)), b = log(fmax(table[i + 1], 1e-6));
    return exp(a + (at - (double)i) * (b - a));   /* beyond the last: as a power of the rows ahead */
}

bool forecast_error_is(const forecast_options *o, const char *target)
{
    return !o->raw && !o->no_error && strcmp(target, "capacity") == 0;
}

void forecast_error_fill(const forecast_options *o, const course *k, view *v)
{
    const forecast_error *e = o->error ? o->error : &SHIPPED;
    double down, up;
    if (!forecast_error_is(o, k->f.o.target))
        return;
    for (size_t r = v->known; r < v->n; r++) {
        double ahead = (double)(r - v->known + 1) / (double)v->known;
        forecast_error_scale(v->middle[0], v->middle[v->known - 1], v->middle[r], &down, &up);
        v->wrong_down[r] = down * forecast_error_at(e->down, ahead);
        v->wrong_up[r] = up * forecast_error_at(e->up, ahead);
    }
}

double forecast_error_variance(const view *v, size_t row)
{
    double sd = (v->wrong_down[row] + v->wrong_up[row]) / 2 / Z95;
    return sd * sd;
}

/* SPDX-License-Identifier: MIT
 * cycler_stress.c - what an ageing law beside the cell reads of a cycle: depth, mean state of charge and temperature,
 * rates, and the time booked.
 *
 * A row may be longer than its protocol: the source's `duration` says so (a cycle a day).  The rest of it the cell
 * stands at its last state of charge, as warm as its surroundings: storage, which counts in the means and in the time.
 */
#include "core/engine/cycler.h"
#include <math.h>

void cycler_stress_begin(lanerun *l, double soc)
{
    l->soc = l->soc_low = l->soc_high = soc;
}

void cycler_stress_book(lanerun *l, double dt, double soc)
{
    l->sum[CYCLE_SOC_MEAN] += (l->soc + soc) / 2 * dt;
    l->soc = soc;
    l->soc_low = soc < l->soc_low ? soc : l->soc_low;
    l->soc_high = soc > l->soc_high ? soc : l->soc_high;
    if (l->I > 0)
        l->drawing += dt;
    if (l->I < 0)
        l->charging += dt;
}

static double source_duration(const cycler *c, uint32_t i)
{
    const engine *e = c->e;
    double v = e->duration_col < 0 ? NAN : c->k->source[e->duration_col][i] * e->duration_scale;
    return isnan(v) ? 0 : v;
}

/* Sums become what the law reads; T_MEAN is still the integral. */
void cycler_stress_end(const cycler *c, lanerun *l, uint32_t i)
{
    double nominal = c->e->sc->cell.nominal_capacity, *sum = l->sum;
    double row = fmax(source_duration(c, i), l->seconds), idle = row - l->seconds;
    double ambient = isnan(l->ambient) ? sum[CYCLE_T_MEAN] / l->seconds : l->ambient;
    sum[CYCLE_ROW] = row;
    sum[CYCLE_DEPTH] = l->soc_high - l->soc_low;
    sum[CYCLE_SOC_MEAN] = (sum[CYCLE_SOC_MEAN] + l->soc * idle) / row;
    sum[CYCLE_SOC_MIN] = l->soc_low;
    sum[CYCLE_SOC_MAX] = l->soc_high;
    sum[CYCLE_ROW_T] = (sum[CYCLE_T_MEAN] + ambient * idle) / row;
    sum[CYCLE_RATE_DISCHARGE] = l->drawing > 0 ? sum[CYCLE_DISCHARGE] / nominal / l->drawing * 3600 : 0;
    sum[CYCLE_RATE_CHARGE] = l->charging > 0 ? sum[CYCLE_CHARGE] / nominal / l->charging * 3600 : 0;
    sum[CYCLE_RATE] = sum[CYCLE_RATE_DISCHARGE];
}

/* SPDX-License-Identifier: MIT
 * spm_rig.h - what the tests of single-particle cells share: a cell driven to a voltage, its lithium counted.
 */
#ifndef FADE_TESTS_SPM_RIG_H
#define FADE_TESTS_SPM_RIG_H
#include "rig.h"

enum { LANES = 8 };

static inline void spm_drive(rig *g, int control, double demand, double dt)
{
    rig_fill(rig_in(g, "control"), g->tile.n, control);
    rig_fill(rig_in(g, "demand"), g->tile.n, demand);
    rig_fill(g->dt, g->tile.n, dt);
}

/* A trial of dt that is not taken. */
static inline double spm_try(rig *g, int control, double demand, double dt, const char *what)
{
    spm_drive(g, control, demand, dt);
    rig_call(g, g->model->step);
    return rig_out(g, what)[0];
}

static inline double spm_now(rig *g, const char *what)
{
    return rig_out(g, what)[g->tile.n - 1];
}

static inline rig *spm_fresh(const char *plugin)
{
    rig *g = rig_open(plugin);
    rig_value(g, "negative.initial_stoichiometry")->real = 29866.0 / 33133;
    rig_value(g, "positive.initial_stoichiometry")->real = 17038.0 / 63104;
    return g;
}

static inline void spm_word(rig *g, const char *key, int index)
{
    rig_value(g, key)->real = index;
}

/* Steps of dt at a current until the voltage passes `limit`; returns the time at which it did. */
static inline double spm_until(rig *g, double amps, double limit, double dt)
{
    double t = 0, sign = amps > 0 ? 1 : -1;
    for (int k = 0; k < 200000; k++) {
        double V = spm_try(g, FADE_BY_CURRENT, amps, dt, "voltage");
        if (g->tile.status[0] == 0 && sign * (V - limit) > 0) {
            rig_take(g);
            t += dt;
            continue;
        }
        double lo = 0, hi = dt;
        for (int j = 0; j < 50; j++) {
            double mid = (lo + hi) / 2;
            V = spm_try(g, FADE_BY_CURRENT, amps, mid, "voltage");
            if (g->tile.status[0] == 0 && sign * (V - limit) > 0)
                lo = mid;
            else
                hi = mid;
        }
        spm_try(g, FADE_BY_CURRENT, amps, lo, "voltage");
        rig_take(g);
        return t + lo;
    }
    return NAN;
}

/* All lithium there is, in Ah: in particles, layers, metal, lost material. */
static inline double spm_lithium(rig *g, uint32_t i)
{
    double F = rig_value(g, "faraday")->real, A = rig_param(g, "area")[i] * rig_param(g, "electrode_pairs")[i] * F / 3600;
    double n = A * rig_param(g, "negative.thickness")[i] * rig_param(g, "negative.concentration_max")[i] * rig_x(g, "active_negative")[i];
    double p = A * rig_param(g, "positive.thickness")[i] * rig_param(g, "positive.concentration_max")[i] * rig_x(g, "active_positive")[i];
    double metal = A * rig_param(g, "negative.thickness")[i] * (rig_x(g, "plated")[i] + rig_x(g, "dead")[i]);
    return n * rig_x(g, "particle_negative")[i] + p * rig_x(g, "particle_positive")[i] + metal + rig_x(g, "charge_sei")[i] + rig_x(g, "charge_cracks")[i]
           + rig_x(g, "charge_lam")[i];
}
#endif

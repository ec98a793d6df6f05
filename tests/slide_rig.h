/* SPDX-License-Identifier: MIT
 * slide_rig.h - SLIDE's Kokam cell (v2) in a test's hand, and its cycle: 1C to 2.7 V, 1C to 4.2 V, 4.2 V until C/20.
 */
#ifndef FADE_TESTS_SLIDE_RIG_H
#define FADE_TESTS_SLIDE_RIG_H
#include "spm_rig.h"
#include "tests/data.h"

/* x;y rows of a table of the data's slide/, x first; 0: not there. */
static inline int slide_table(rig *g, const char *key, const char *name)
{
    static double kept[8][256];
    static int at;
    char file[80], line[128];
    snprintf(file, sizeof file, "slide/%s.csv", name);
    const char *path = data_file(file);
    FILE *f = path ? fopen(path, "r") : NULL;
    double x[128], y[128], *v = kept[at++ % 8];
    uint32_t n = 0;
    if (!f)
        return 0;
    while (n < 128 && fgets(line, sizeof line, f)) {
        char *p = line;
        if ((unsigned char)*p == 0xef)
            p += 3;
        n += sscanf(p, "%lf,%lf", &x[n], &y[n]) == 2;
    }
    fclose(f);
    memcpy(v, x, n * sizeof *x);
    memcpy(v + n, y, n * sizeof *y);
    *rig_value(g, key) = (fade_value){ .v = v, .n = n };
    return n > 1;
}

/* ageing: 0 none, 1 SEI2, 2 SEI2 + LAM2 + LAM3 + plating.  NULL: no data. */
static inline rig *slide_cell_of(const char *plugin, int ageing)
{
    static const struct {
        const char *key;
        double value;
    } set[] = {
        { "nominal_capacity", 2.7 }, { "area", 0.0982 }, { "voltage_min", 2.7 }, { "voltage_max", 4.2 }, { "temperature_reference", 298 },
        { "negative.thickness", 73.5e-6 }, { "negative.particle_radius", 12.5e-6 }, { "negative.active_fraction", 0.5 }, { "negative.concentration_max", 30555 },
        { "negative.diffusivity", 7e-14 }, { "negative.diffusivity_activation", 35000 }, { "negative.reaction_rate", 1.764e-11 * 96487 },
        { "negative.reaction_activation", 20000 }, { "negative.initial_stoichiometry", 0.479283 }, { "negative.stoichiometry_full", 0 },
        { "negative.stoichiometry_empty", 0 }, { "positive.thickness", 70e-6 }, { "positive.particle_radius", 8.5e-6 }, { "positive.active_fraction", 0.5 },
        { "positive.concentration_max", 51385 }, { "positive.diffusivity", 8e-14 }, { "positive.diffusivity_activation", 29000 },
        { "positive.reaction_rate", 5e-11 * 96487 }, { "positive.reaction_activation", 58000 }, { "positive.initial_stoichiometry", 0.689332 },
        { "positive.stoichiometry_full", 0 }, { "positive.stoichiometry_empty", 0 }, { "thermal", 1 }, { "heat_capacity", 1626.0 * 750 * 1.685e-4 * 0.0982 },
        { "cooling", 90 * 252.9915 * 1.685e-4 * 0.0982 }, { "faraday", 96487 }, { "gas", 8.314 }, { "particle_points", 5 },
        /* 2037.4 ohm/m of SLIDE is the layer's resistivity over the particles' area; its first nanometre adds to R_dc */
        { "sei.resistivity", 2037.4 * 1.2e5 * 73.5e-6 * 0.0982 }, { "contact_resistance", 0.0102 }, { "sei.potential", 0.4 },
        { "sei.molar_volume", 1e-5 }, { "sei.lithium_per_mole", 1 }, { "sei.initial_thickness", 1e-9 }, { "sei.reaction_rate", 2.75e-11 },
        { "sei.activation", 130e3 }, { "sei.ec_diffusivity", 1.125e-14 }, { "sei.diffusivity_activation", 20e3 }, { "sei.ec_concentration", 4.541e-3 },
        { "plating.rate", 4.5e-10 }, { "plating.activation", -2.014008e5 }, { "plating.molar_volume", 1e-7 },
    };
    rig *g = rig_open(plugin);
    if (!slide_table(g, "negative.ocp_table", "Kokam_OCV_C") ||
        !slide_table(g, "positive.ocp_table", "Kokam_OCV_NMC") ||
        !slide_table(g, "negative.entropic_table", "Kokam_entropic_C") ||
        !slide_table(g, "cell.entropic_table", "Kokam_entropic_cell")) {
        rig_close(g);
        return NULL;
    }
    for (size_t k = 0; k < sizeof set / sizeof set[0]; k++)
        rig_value(g, set[k].key)->real = set[k].value;
    static const char *const lam[] = { "delacourt", "kindermann" };
    rig_value(g, "sei.model")->real = ageing ? 9 : 0; /* slide2 */
    if (!ageing)
        rig_value(g, "contact_resistance")->real = 0.0102 + 2037.4e-9;
    if (ageing == 2) {
        rig_value(g, "plating.model")->real = 4; /* yang */
        *rig_value(g, "lam.models") = (fade_value){ .texts = lam, .n = 2 };
    }
    return g;
}

static inline rig *slide_cell(int ageing)
{
    return slide_cell_of("spm", ageing);
}

static inline void slide_ambient(rig *g)
{
    rig_fill(rig_in(g, "temperature_ambient"), g->tile.n, 298);
    rig_fill(rig_x(g, "temperature"), g->tile.n, 298);
}

/* Steps as `wish` says, until the limit is met, which is found from the last state inside; Ah moved. */
static inline double slide_until(rig *g, int control, double demand, double limit, double first)
{
    double dt = first, Ah = 0;
    for (int k = 0; k < 100000; k++) {
        double V = spm_try(g, control, demand, dt, "voltage"), I = rig_out(g, "current")[0];
        if (g->tile.status[0] == FADE_RETRY) {
            dt = fmin(dt / 2, g->tile.wish[0]);
            continue;
        }
        double past = control == FADE_BY_VOLTAGE ? limit - fabs(I) : demand > 0 ? limit - V : V - limit;
        if (past < 0) {
            rig_take(g);
            Ah += rig_out(g, "throughput")[0];
            dt = fmin(g->tile.wish[0], 2 * dt);
            continue;
        }
        double lo = 0, hi = dt;
        for (int j = 0; j < 40; j++) {
            double mid = (lo + hi) / 2;
            V = spm_try(g, control, demand, mid, "voltage");
            I = rig_out(g, "current")[0];
            past = control == FADE_BY_VOLTAGE ? limit - fabs(I) : demand > 0 ? limit - V : V - limit;
            if (past < 0 || g->tile.status[0] == FADE_RETRY)
                lo = mid;
            else
                hi = mid;
        }
        spm_try(g, control, demand, lo, "voltage");
        rig_take(g);
        return Ah + rig_out(g, "throughput")[0];
    }
    return NAN;
}

static inline void slide_charge(rig *g)
{
    slide_until(g, FADE_BY_CURRENT, -2.7, 4.2, 1);
    slide_until(g, FADE_BY_VOLTAGE, 4.2, 0.135, 1);
}

static inline double slide_cycle(rig *g)
{
    double Ah = slide_until(g, FADE_BY_CURRENT, 2.7, 2.7, 1);
    slide_charge(g);
    return Ah;
}

/* ---- the peer's own way through the cycle: steps of 2 s, none of which may pass a limit ---- */

/* The states as they stand; `back` puts them there again: all, or those that age. */
typedef struct slide_states { double x[2048]; } slide_states;

static inline bool slide_ages(const char *key)
{
    static const char *const does_not[] = { "particle_negative", "particle_positive", "temperature", "current" };
    for (size_t k = 0; k < sizeof does_not / sizeof *does_not; k++)
        if (strcmp(key, does_not[k]) == 0)
            return false;
    return true;
}

static inline void slide_keep(rig *g, slide_states *s, bool back, bool ageing_only)
{
    const fade_column *c = g->columns.state.at;
    size_t at = 0;
    for (uint32_t k = 0; k < g->columns.state.n; k++) {
        size_t n = (size_t)rig_width(&g->columns.state, k) * g->tile.n;
        if (at + n > sizeof s->x / sizeof *s->x)
            rig_die("too many states", c[k].key);
        if (!back)
            memcpy(s->x + at, g->x[k], n * sizeof *s->x);
        else if (!ageing_only || slide_ages(c[k].key))
            memcpy(g->x[k], s->x + at, n * sizeof *s->x);
        at += n;
    }
}

/* The peer's current does not jump: it takes steps of 10 ms, each an ampere on, up to and with the one at I, in which nothing ages. */
static inline void slide_peer_ramp(rig *g, double from, double I)
{
    slide_states s;
    double sign = I > from ? 1 : -1;
    slide_keep(g, &s, false, false);
    for (double now = from; fabs(I - now) > 1e-10;) {
        now += sign;
        now = sign * now > sign * I ? I : now;
        spm_drive(g, FADE_BY_CURRENT, now, 0.01);
        rig_step(g);
    }
    slide_keep(g, &s, true, true);
}

/* Steps of `dt` at a current until the next one would pass the voltage; Ah moved, a whole number of steps. */
static inline double slide_peer_current(rig *g, double from, double demand, double limit, double dt)
{
    slide_peer_ramp(g, from, demand);
    for (int n = 0; n < 10000; n++) {
        double V = spm_try(g, FADE_BY_CURRENT, demand, dt, "voltage");
        if (g->tile.status[0] || (demand > 0 ? V < limit : V > limit))
            return n * demand * dt / 3600;
        rig_take(g);
    }
    return NAN;
}

/* The current that leaves the voltage below `limit` by less than a thousandth: the first of eleven between `least` and
   `most` that does, else between those that it lies between. */
static inline double slide_peer_search(rig *g, double from, double limit, double dt, double least, double most)
{
    slide_states s;
    slide_keep(g, &s, false, false);
    for (int depth = 0; depth < 60 && most - least > 1e-5; depth++) {
        double below = least / 2, above = 2 * most, step = (most - least) / 10;
        for (int k = 0; k < 11; k++) {
            double I = least + k * step;
            slide_peer_ramp(g, -from, -I);
            double past = spm_try(g, FADE_BY_CURRENT, -I, dt, "voltage") / limit - 1;
            slide_keep(g, &s, true, false);
            if (past < 0 && past > -1e-3)
                return I;
            if (past > 0) {
                above = I;
                break;
            }
            below = I;
        }
        least = below;
        most = above;
    }
    return least;
}

static inline void slide_peer_charge(rig *g, double from, double dt)
{
    slide_peer_current(g, from, -2.7, 4.2, dt);
    double last = 2.7;
    for (double I = 2.7; (I = slide_peer_search(g, I, 4.2, dt, 0.95 * I, 1.05 * I)) > 0.135;) {
        slide_peer_ramp(g, -last, -I);
        last = I;
        spm_try(g, FADE_BY_CURRENT, -I, dt, "voltage");
        rig_take(g);
    }
}

static inline double slide_peer_cycle(rig *g, double dt)
{
    double Ah = slide_peer_current(g, -0.135, 2.7, 2.7, dt);  /* where a hold ends */
    slide_peer_charge(g, 2.7, dt);
    return Ah;
}
#endif

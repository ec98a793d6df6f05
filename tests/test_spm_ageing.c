/* SPDX-License-Identifier: MIT
 * test_spm_ageing.c - each mechanism inside a single-particle cell against its closed form, and the books of lithium.
 *
 * A constant potential (negative.ocp = "0.05") and no current hold dphi where the check values want it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "digits.h"
#include "spm_rig.h"

enum { REACTION = 1, SOLVENT, ELECTRON, INTERSTITIAL, TUNNELLING, EC, KOLZENBERG, SLIDE1, SLIDE2, SLIDE3 };
enum { IRREVERSIBLE = 1, REVERSIBLE, PARTIAL, YANG };
static const double YEAR = 31536000; /* s */

static void set(rig *g, const char *key, double v)
{
    rig_value(g, key)->real = v;
}

static rig *held(const char *potential)
{
    rig *g = rig_open("spm");
    rig_value(g, "negative.ocp")->text = potential;
    return g;
}

static void make(rig *g, double T)
{
    assert_int_equal(rig_make(g, LANES, NULL), 0);
    rig_fill(rig_in(g, "temperature_ambient"), LANES, T);
    rig_fill(rig_x(g, "temperature"), LANES, T);
}

static void rest(rig *g, double dt)
{
    spm_drive(g, FADE_BY_CURRENT, 0, dt);
    assert_int_equal(rig_step(g), 0);
    assert_int_equal(g->tile.status[0], 0);
}

static double particles(rig *g) /* m2 of negative particles */
{
    return 3 * rig_value(g, "negative.active_fraction")->real / rig_value(g, "negative.particle_radius")->real *
           rig_value(g, "negative.thickness")->real * rig_value(g, "area")->real;
}

/* A/m2 that a short rest books to the layer. */
static double layer(rig *g, double T)
{
    make(g, T);
    rest(g, 1e-4);
    return rig_x(g, "charge_sei")[0] * 3600 / 1e-4 / particles(g);
}

static void slide_numbers(rig *g)
{
    static const struct {
        const char *key;
        double v;
    } of[] = { { "faraday", 96487 },
               { "gas", 8.314 },
               { "temperature_reference", 298 },
               { "sei.initial_thickness", 1e-9 },
               { "sei.molar_volume", 1e-5 },
               { "sei.lithium_per_mole", 1 },
               { "sei.resistivity", 0 },
               { "area", 0.0982 },
               { "negative.thickness", 73.5e-6 },
               { "positive.thickness", 70e-6 },
               { "negative.particle_radius", 12.5e-6 },
               { "positive.particle_radius", 8.5e-6 },
               { "negative.active_fraction", 0.5 },
               { "positive.active_fraction", 0.5 } };
    for (size_t k = 0; k < sizeof of / sizeof of[0]; k++)
        set(g, of[k].key, of[k].v);
}

static void slide_layer(rig *g, int which)
{
    static const struct {
        double k, Ek, D, Ed, c;
    } of[] = { { 0.075e-14, 130e3, 1, 0, 1 },
               { 2.75e-11, 130e3, 1.125e-14, 20e3, 4.541e-3 },
               { 1.1458e-15, 65e3, 0.25e-15, 200e3, 0.134461 } };
    slide_numbers(g);
    set(g, "sei.model", which);
    set(g, "sei.reaction_rate", of[which - SLIDE1].k);
    set(g, "sei.activation", of[which - SLIDE1].Ek);
    set(g, "sei.ec_diffusivity", of[which - SLIDE1].D);
    set(g, "sei.diffusivity_activation", of[which - SLIDE1].Ed);
    set(g, "sei.ec_concentration", of[which - SLIDE1].c);
}

/* Six digits, as they are printed in the facts. */
static void layer_rates(void **state)
{
    (void)state;
    static const char *const names[] = { [INTERSTITIAL] = "interstitial", [EC] = "ec", [SLIDE1] = "slide1",
                                         [SLIDE2] = "slide2", [SLIDE3] = "slide3" };
    static const struct {
        int model;
        const char *at;
        double T;
        const char *j;
    } want[] = {
        { INTERSTITIAL, "0.05", 298.15, "4.13435e-7" },
        { INTERSTITIAL, "0.1", 298.15, "5.90517e-8" },
        { INTERSTITIAL, "0.2", 298.15, "1.20471e-9" },
        { EC, "0.05", 298.15, "1.21663e-1" },
        { EC, "0.1", 298.15, "8.09286e-2" },
        { EC, "0.2", 298.15, "1.91320e-2" },
        { SLIDE1, "0.05", 298, "6.01401e-5" },
        { SLIDE2, "0.05", 298, "3.30317e-3" },
        { SLIDE3, "0.05", 298, "1.23071e-5" },
        { SLIDE1, "0.1", 298, "8.58030e-6" },
        { SLIDE2, "0.1", 298, "1.10762e-3" },
        { SLIDE3, "0.1", 298, "1.76161e-6" },
        { SLIDE1, "0.2", 298, "1.74654e-7" },
        { SLIDE2, "0.2", 298, "2.89099e-5" },
        { SLIDE3, "0.2", 298, "3.58771e-8" },
        { SLIDE1, "0.1", 318, "1.11577e-4" },
        { SLIDE2, "0.1", 318, "5.68399e-3" },
        { SLIDE3, "0.1", 318, "4.40170e-6" },
    };
    for (size_t k = 0; k < sizeof want / sizeof want[0]; k++) {
        rig *g = held(want[k].at);
        set(g, "sei.model", want[k].model);
        if (want[k].model >= SLIDE1)
            slide_layer(g, want[k].model);
        char what[80];
        snprintf(what, sizeof what, "%s, %s V, %g K / A/m2", names[want[k].model], want[k].at, want[k].T);
        assert_true(digits(what, want[k].j, layer(g, want[k].T), 0.5));
        rig_close(g);
    }
    rig *g = held("0.1");
    slide_layer(g, SLIDE2);
    set(g, "sei.initial_thickness", 20e-9);
    assert_true(digits("slide2, 0.1 V, 298 K, 20 nm / A/m2", "2.10197e-4", layer(g, 298), 0.5));
    rig_close(g);
}

/* The laws without a printed value, written out here. */
static void other_layers(void **state)
{
    (void)state;
    const double f = 96485.33212 / (8.314462618 * 298.15), L = 5e-9, e = exp(-0.5 * f * 0.1);
    rig *g = held("0.1");
    set(g, "sei.model", REACTION);
    assert_true(rig_near(layer(g, 298.15), 1.5e-7 * exp(0.5 * f * 0.3), 1e-6));
    rig_close(g);
    g = held("0.1");
    set(g, "sei.model", ELECTRON);
    assert_true(rig_near(layer(g, 298.15), 8.95e-14 * 0.3 / L, 1e-6));
    rig_close(g);
    g = held("0.1");
    set(g, "sei.model", TUNNELLING);
    set(g, "sei.tunnelling_factor", 1e8);
    assert_true(rig_near(layer(g, 298.15), 1.5e-7 * e * exp(-1e8 * L), 1e-6));
    rig_close(g);
    g = held("0.1");
    set(g, "sei.model", KOLZENBERG);
    assert_true(rig_near(layer(g, 298.15),
                         1.5e-7 * e / (1 + L / (1e-20 * 15 * 96485.33212 / 1.5e-7 * exp(-0.5 * f * 0.1))), 1e-6));
    rig_close(g);
    g = held("0.1");
    set(g, "sei.model", SOLVENT);
    set(g, "sei.activation", 38000);
    assert_true(rig_near(layer(g, 308.15),
                         2.5e-22 * 2636 * 96485.33212 / L * exp(38000 / 8.314462618 * (1 / 298.15 - 1 / 308.15)),
                         1e-6));
    rig_close(g);
}

/* One year and ten of a solvent's diffusion: the printed digits, in one step or in a hundred. */
static void calendar(void **state)
{
    (void)state;
    static const struct {
        double z, years;
        const char *L, *Ah;
    } want[] = { { 1, 1, "6.3316e-8", "0.05478" },
                 { 1, 10, "1.9966e-7", "0.18287" },
                 { 2, 1, "4.4911e-8", "0.07499" },
                 { 2, 10, "1.4123e-7", "0.25595" } };
    for (int k = 0; k < 4; k++)
        for (int steps = 1; steps <= 100; steps *= 100) {
            rig *g = held("0.1");
            set(g, "sei.model", SOLVENT);
            set(g, "sei.lithium_per_mole", want[k].z);
            make(g, 298.15);
            for (int j = 0; j < steps; j++) {
                spm_drive(g, FADE_BY_CURRENT, 0, want[k].years * YEAR / steps);
                rig_step(g);
                if (g->tile.status[0] == FADE_RETRY) /* the surface moves too far: in parts */
                    for (int q = 0; q < 100; q++)
                        rest(g, want[k].years * YEAR / steps / 100);
            }
            double exact = sqrt(25e-18 + 2 * 9.585e-5 * 2.5e-22 * 2636 * want[k].years * YEAR / want[k].z);
            assert_true(rig_near(rig_x(g, "sei")[0], exact, 1e-9));
            char what[80];
            snprintf(what, sizeof what, "solvent diffusion, z = %g, %g y", want[k].z, want[k].years);
            assert_true(digits(strcat(what, " / m"), want[k].L, rig_x(g, "sei")[0], 0.5));
            strcpy(strrchr(what, '/'), "/ Ah");
            assert_true(digits(what, want[k].Ah, spm_now(g, "lithium_lost_sei"), 0.5));
            rig_close(g);
        }
}

static double plated(rig *g, double T, double dt) /* A/m2 */
{
    make(g, T);
    rest(g, dt);
    return spm_now(g, "lithium_lost_plating") * 3600 / dt / particles(g);
}

static void plating(void **state)
{
    (void)state;
    static const struct {
        int model;
        const char *at;
        double T;
        const char *j;
    } want[] = { { IRREVERSIBLE, "-0.05", 298.15, "3.41842e-1" },
                 { IRREVERSIBLE, "0", 298.15, "9.64853e-2" },
                 { IRREVERSIBLE, "0.05", 298.15, "2.72331e-2" },
                 { YANG, "0.05", 298, "6.19469e-6" },
                 { YANG, "0.1", 298, "8.83807e-7" },
                 { YANG, "0.2", 298, "1.79901e-8" },
                 { YANG, "0.1", 318, "6.79793e-9" } };
    for (size_t k = 0; k < sizeof want / sizeof want[0]; k++) {
        rig *g = held(want[k].at);
        set(g, "plating.model", want[k].model);
        if (want[k].model == YANG) {
            slide_numbers(g);
            set(g, "plating.rate", 4.5e-10);
            set(g, "plating.activation", -2.014008e5);
        }
        char what[80];
        snprintf(what, sizeof what, "plating, %s, %s V, %g K / A/m2", want[k].model == YANG ? "yang" : "irreversible",
                 want[k].at, want[k].T);
        assert_true(digits(what, want[k].j, plated(g, want[k].T, 1e-3), 0.5));
        rig_close(g);
    }
}

/* Plated lithium comes to where stripping meets plating, c_e exp(-eta F / RT), and there it stays; a part of it dies.
 */
static void reversible(void **state)
{
    (void)state;
    const double f = 96485.33212 / (8.314462618 * 298.15);
    rig *g = held("0.15");
    set(g, "plating.model", REVERSIBLE);
    make(g, 298.15);
    for (int k = 0; k < 10; k++)
        rest(g, 2000);
    assert_true(rig_near(rig_x(g, "plated")[0], 1000 * exp(-f * 0.15), 1e-6));
    assert_true(rig_x(g, "dead")[0] == 0);
    rig_close(g);
    g = held("0.15");
    set(g, "plating.model", PARTIAL);
    make(g, 298.15);
    for (int k = 0; k < 10; k++)
        rest(g, 2000);
    double before = rig_x(g, "dead")[0];
    rest(g, 1000);
    assert_true(rig_near(rig_x(g, "dead")[0] - before, 1e-6 * 1000 * rig_x(g, "plated")[0], 1e-5));
    rig_close(g);
}

/* A particle whose mean is 1000 mol/m3 above its surface, with no diffusion to speak of. */
static rig *stressed_as(bool positive)
{
    rig *g = rig_open("spm");
    if (positive) {                                 /* cracks are the negative's: give it the other's numbers */
        set(g, "negative.partial_molar_volume", 1.25e-5);
        set(g, "negative.young", 375e9);
        set(g, "negative.poisson", 0.2);
    }
    static const char *const names[] = { "stress" };
    *rig_value(g, "lam.models") = (fade_value){ .texts = names, .n = 1 };
    set(g, "cracks.model", 1);
    set(g, "initial_soc", 0.5);
    set(g, "negative.diffusivity", 1e-24);
    set(g, "positive.diffusivity", 1e-24);
    make(g, 298.15);
    rig_fill(rig_x(g, "particle_negative") + LANES, LANES, -1000.0 / 33133);
    rig_fill(rig_x(g, "particle_positive") + LANES, LANES, -1000.0 / 63104);
    return g;
}

static void mechanics(void **state)
{
    (void)state;
    rig *g = stressed_as(false);
    rest(g, 10);
    double n = (0.75 - rig_x(g, "active_negative")[0]) / 10, p = (0.665 - rig_x(g, "active_positive")[0]) / 10;
    assert_true(digits("stress, negative, deps/dt / 1/s", "1.68145e-8", n, 0.5));
    assert_true(digits("stress, positive, deps/dt / 1/s", "3.34901e-6", p, 0.5));
    /* what the rates say of the stress: sigma_h = sigma_crit (rate / beta)^(1/2), two thirds of sigma_t */
    n = 60e6 * sqrt(n / 2.7778e-7);
    p = 375e6 * sqrt(p / 2.7778e-7);
    assert_true(digits("stress, negative, sigma_h / Pa", "1.47619e7", n, 0.5));
    assert_true(digits("stress, negative, sigma_t / Pa", "2.21429e7", n * 1.5, 0.5));
    assert_true(digits("stress, positive, sigma_h / Pa", "1.30208e9", p, 0.5));
    assert_true(digits("stress, positive, sigma_t / Pa", "1.95312e9", p * 1.5, 0.5));
    assert_true(digits("cracks, negative, dl/dt / m/s", "2.40189e-15", (rig_x(g, "crack")[0] - 20e-9) / 10, 0.5));
    assert_true(digits("cracks, roughness at 20 nm", "2.908",
                       1 + 2 * 20e-9 * rig_value(g, "cracks.density")->real * rig_value(g, "cracks.width")->real, 0.5));
    rig_fill(rig_x(g, "particle_negative") + LANES, LANES, 1000.0 / 33133); /* pressed: nothing */
    double was = rig_x(g, "active_negative")[0];
    rest(g, 10);
    assert_true(rig_x(g, "active_negative")[0] == was);
    rig_close(g);
    g = stressed_as(true);
    rest(g, 1);
    assert_true(digits("cracks, as the positive, dl/dt / m/s", "4.57768e-11", rig_x(g, "crack")[0] - 20e-9, 0.5));
    rig_close(g);
}

static rig *losing(const char *const *name, const char *potential)
{
    rig *g = rig_open("spm");
    *rig_value(g, "lam.models") = (fade_value){ .texts = name, .n = 1 };
    rig_value(g, "positive.ocp")->text = potential;
    slide_numbers(g);
    return g;
}

static void losses_of_material(void **state)
{
    (void)state;
    static const char *const delacourt[] = { "delacourt" }, *const kindermann[] = { "kindermann" },
                             *const current[] = { "current" }, *const reaction[] = { "reaction" };
    rig *g = losing(delacourt, "3.8 - x");
    set(g, "initial_soc", 0.5);
    make(g, 298);
    spm_drive(g, FADE_BY_CURRENT, 2.7, 10);
    assert_int_equal(rig_step(g), 0);
    double p = (0.5 - rig_x(g, "active_positive")[0]) / 10, n = (0.5 - rig_x(g, "active_negative")[0]) / 10;
    assert_true(digits("delacourt, positive, 1C / 1/s", "3.86392e-10", p, 0.5));
    assert_true(digits("delacourt, negative, 1C / 1/s", "5.41165e-10", n, 0.5));
    assert_true(digits("flux, positive, 1C / mol/m2 s", "2.30682e-5", p / 1.675e-5, 0.5));
    assert_true(digits("flux, negative, 1C / mol/m2 s", "3.23084e-5", n / 1.675e-5, 0.5));
    rig_close(g);
    static const char *const at[] = { "3.8", "4.0", "4.2" };
    static const char *const rate[] = { "1.09262e-15", "2.63704e-12", "6.36451e-9" };
    for (int k = 0; k < 3; k++) {
        g = losing(kindermann, at[k]);
        make(g, 298);
        rest(g, 1e6);
        char what[80];
        snprintf(what, sizeof what, "kindermann, %s V / 1/s", at[k]);
        assert_true(digits(what, rate[k], (0.5 - rig_x(g, "active_positive")[0]) / 1e6, 0.5));
        rig_close(g);
    }
    g = losing(current, "3.8 - x");
    rig_value(g, "lam.negative_current")->text = "-1e-7 * abs(I) * exp(-1000 * (1/T - 1/298))";
    set(g, "initial_soc", 0.5);
    make(g, 308);
    spm_drive(g, FADE_BY_CURRENT, -2, 10);
    assert_int_equal(rig_step(g), 0);
    assert_true(
        rig_near((0.5 - rig_x(g, "active_negative")[0]) / 10, 2e-7 * exp(-1000 * (1 / 308.0 - 1 / 298.0)), 1e-9));
    rig_close(g);
    g = losing(reaction, "3.8 - x");
    rig_value(g, "negative.ocp")->text = "0.05";
    set(g, "sei.model", EC);
    set(g, "sei.initial_thickness", 5e-9);
    make(g, 298);
    rest(g, 1);
    double j = rig_x(g, "charge_sei")[0] * 3600 / particles(g), a = 3 * 0.5 / 12.5e-6;
    assert_true(rig_near(0.5 - rig_x(g, "active_negative")[0], 1e-6 * a * j / 96487, 1e-9));
    rig_close(g);
}

/* Everything at once, cycled: not an atom is lost, and what is said to be lost is what is missing. */
static void books_close(void **state)
{
    (void)state;
    static const char *const names[] = { "stress", "reaction", "current", "delacourt", "kindermann" };
    for (int model = 0; model < 2; model++) {
        rig *g = spm_fresh(model ? "spme" : "spm");
        *rig_value(g, "lam.models") = (fade_value){ .texts = names, .n = 5 };
        rig_value(g, "lam.negative_current")->text = "-1e-8 * abs(I)";
        set(g, "sei.model", EC);
        set(g, "sei.reaction_rate", 1e-14);
        set(g, "sei_on_cracks", 1);
        set(g, "plating.model", PARTIAL);
        set(g, "plating.rate", 1e-11);
        set(g, "cracks.model", 1);
        set(g, "porosity_change", 1);
        set(g, "thermal", 1);
        make(g, 298.15);
        double first = spm_lithium(g, 0), dt = 1;
        static const struct {
            int control;
            double demand;
            int steps;
        } way[] = { { 0, 5, 40 }, { 0, 0, 5 }, { 0, -2, 40 }, { 1, 4.0, 30 }, { 2, 8, 20 }, { 3, 2, 20 } };
        for (int cycle = 0; cycle < 3; cycle++)
            for (int k = 0; k < 6; k++, dt = 0.1)
                for (int j = 0; j < way[k].steps; j++) {
                    spm_drive(g, way[k].control, way[k].demand, fmin(dt, 60));
                    assert_int_equal(rig_step(g), 0);
                    assert_true(g->tile.status[0] >= 0);
                    dt = g->tile.status[0] == 0 ? fmin(2 * dt, g->tile.wish[0]) : fmin(dt / 2, g->tile.wish[0]);
                    assert_true(rig_near(spm_lithium(g, 0), first, 1e-12));
                }
        double Li = first - rig_x(g, "charge_sei")[0] - rig_x(g, "charge_cracks")[0] - rig_x(g, "charge_lam")[0] -
                    spm_now(g, "lithium_lost_plating");
        assert_true(fabs(spm_now(g, "lli") - (1 - Li / rig_x(g, "charge_new")[0])) < 1e-10);
        assert_true(spm_now(g, "lithium_lost_sei") > 0 && spm_now(g, "lithium_lost_sei_cracks") > 0 &&
                    spm_now(g, "lithium_lost_lam") > 0);
        assert_true(spm_now(g, "lam_negative") > 0 && spm_now(g, "lam_positive") > 0 &&
                    spm_now(g, "porosity_negative") < 0.25);
        rig_close(g);
    }
}

/* Aged to somewhere by the start: capacity is that of the electrodes; a cell that ages there by itself says the same to
 * 1e-5. */
static void any_health(void **state)
{
    (void)state;
    rig *g = rig_open("spm");
    set(g, "initial_lli", 0.05);
    set(g, "initial_lam_negative", 0.03);
    set(g, "initial_lam_positive", 0.02);
    set(g, "initial_soc", 0.7);
    make(g, 298.15);
    rest(g, 1);
    assert_true(fabs(spm_now(g, "lli") - 0.05) < 1e-6);
    assert_true(fabs(spm_now(g, "lam_negative") - 0.03) < 1e-12 && fabs(spm_now(g, "lam_positive") - 0.02) < 1e-12);
    assert_true(fabs(spm_now(g, "soc") - 0.7) < 1e-9 && spm_now(g, "capacity") < 4.9);
    rig_close(g);
    g = rig_open("spm");
    set(g, "sei.model", SOLVENT);
    set(g, "sei.solvent_diffusivity", 2e-19);
    make(g, 298.15);
    double day = 86400;
    for (int k = 0; k < 30; k++)
        rest(g, day / 24);
    double lli = spm_now(g, "lli"), Q = spm_now(g, "capacity");
    rig_close(g);
    g = rig_open("spm");
    set(g, "initial_lli", lli);
    make(g, 298.15);
    assert_true(lli > 0.01 && rig_near(spm_try(g, FADE_BY_CURRENT, 0, 0, "capacity"), Q, 3e-5));
    rig_close(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layer_rates),        cmocka_unit_test(other_layers),
        cmocka_unit_test(calendar),           cmocka_unit_test(plating),
        cmocka_unit_test(reversible),         cmocka_unit_test(mechanics),
        cmocka_unit_test(losses_of_material), cmocka_unit_test(books_close),
        cmocka_unit_test(any_health),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

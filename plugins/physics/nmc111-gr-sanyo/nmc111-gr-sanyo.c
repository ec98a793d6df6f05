/* SPDX-License-Identifier: MIT
 * nmc111-gr-sanyo.c - NMC111-graphite, Sanyo UR18650E, 2.15 Ah: a table of the family in common_cell.h (cell 7 of
 * BLAST-Lite).
 */
#define CELL_SOURCE                                                                                                    \
    "Schmalstieg et al., J. Power Sources 257, 325 (2014), doi 10.1016/j.jpowsour.2014.02.012; "  \
    "open-circuit voltage: Ecker et al., J. Power Sources 248, 839 (2014), doi "  \
    "10.1016/j.jpowsour.2013.09.143"
#include "../common_cell.h"

static const fade_param params[] = {
    CELL_FACTOR,
    { "ocv", "1;V", "Open-circuit voltage over the state of charge, 58 points unless given.", CELL_SOURCE, FADE_CURVE,
      FADE_FITTED, 0, 0, 0, 0, 0,
      "0.0,3.331 0.008637153,3.345014187 0.026779514,3.37917149 0.044921875,3.411603677 "
      "0.063064236,3.440585632 0.081206597,3.466289865 0.099348958,3.490268982 0.117491319,3.511315401 "
      "0.135633681,3.529946658 0.153776042,3.547197821 0.171918403,3.561688798 0.190060764,3.574972194 "
      "0.208203125,3.586357962 0.226345486,3.597053683 0.244487847,3.605506753 0.262630208,3.613442288 "
      "0.280772569,3.620342753 0.298914931,3.626380661 0.317057292,3.632073544 0.335199653,3.63690387 "
      "0.353342014,3.642079219 0.371484375,3.646909545 0.389626736,3.652084894 0.407769097,3.657605266 "
      "0.425911458,3.663470662 0.444053819,3.670198615 0.462196181,3.677444104 0.480338542,3.686759732 "
      "0.498480903,3.696420384 0.516623264,3.708323686 0.534765625,3.720572012 0.552907986,3.734372943 "
      "0.571050347,3.749553967 0.589192708,3.765252525 0.607335069,3.781123596 0.625477431,3.797857224 "
      "0.643619792,3.814590852 0.661762153,3.832532062 0.679904514,3.849783226 0.698046875,3.866861877 "
      "0.716189236,3.884458064 0.734331597,3.900846669 0.752473958,3.917752809 0.770616319,3.934831461 "
      "0.788758681,3.953462717 0.806901042,3.971921462 0.825043403,3.991415276 0.843185764,4.011771649 "
      "0.861328125,4.03195551 0.879470486,4.05196686 0.897612847,4.070770628 0.915755208,4.087849279 "
      "0.933897569,4.104237884 0.952039931,4.120108955 0.970182292,4.135980025 0.988324653,4.152541142 "
      "0.998220486,4.160649189 1.0,4.162" },
    CELL_PARAM("ah_per_cycle", "Ah", 4.3, "Charge throughput of a full cycle: twice the capacity."),
    CELL_PARAM("a_v", "1/V", 7.543, "Calendar loss, voltage."),
    CELL_PARAM("a_0", "1", -23.75, "Calendar loss, constant part."),
    CELL_PARAM("a_t", "K", -6976, "Calendar loss, over temperature."),
    CELL_PARAM("b_v", "1/V2", 0.007348, "Cycle loss, square of the voltage off its best."),
    CELL_PARAM("b_best", "V", 3.667, "Cycle loss, voltage where it is least."),
    CELL_PARAM("b_0", "1", 0.00076, "Cycle loss, constant part."),
    CELL_PARAM("b_d", "1", 0.004081, "Cycle loss, depth."),
    CELL_PARAM("ra_v", "1/V", 5.27, "Calendar growth, voltage."),
    CELL_PARAM("ra_0", "1", -16.32, "Calendar growth, constant part."),
    CELL_PARAM("ra_t", "K", -5986, "Calendar growth, over temperature."),
    CELL_PARAM("rb_v", "1/V2", 0.0002153, "Cycle growth, square of the voltage off its best."),
    CELL_PARAM("rb_best", "V", 3.725, "Cycle growth, voltage where it is least."),
    CELL_PARAM("rb_0", "1", -1.521e-05, "Cycle growth, constant part."),
    CELL_PARAM("rb_d", "1", 0.0002798, "Cycle growth, depth."),
};
static const fade_column state[] = {
    CELL_STATE("calendar"),
    CELL_STATE("cycle"),
    CELL_STATE("growth_calendar"),
    CELL_STATE("growth_cycle"),
};
static const fade_column in[] = {
    CELL_INPUTS(293.15, 313.15, 0, 1, 0, 1, 1, 1),
    CELL_TIME("calendar"),
    CELL_TIME("growth_calendar"),
    CELL_MEAN("v2"),
};
static const fade_column out[] = {
    CELL_LOSS_OUT(0),
    CELL_RESISTANCE_OUT,
    CELL_OUT("loss_calendar", "What time took of it."),
    CELL_OUT("loss_cycle", "What cycling took of it."),
    CELL_OUT("growth_by_time", "What time added to the resistance."),
    CELL_OUT("growth_by_cycles", "What cycling added to the resistance."),
};
static const fade_column reads[] = { CELL_READS_SOC, CELL_READS_T };
static const fade_column rate[] = { CELL_RATE("calendar"), CELL_RATE("growth_calendar"), CELL_RATE("v2") };
static const cell_term term[] = {
    { .key = "calendar", .form = CELL_POWER, .by = CELL_DAYS, .to = CELL_LOSS, .scale = 1,
      .k = "max(0, a_v*V + a_0)*1e6*exp(a_t/T)",
      .p = "0.75" },
    { .key = "cycle", .form = CELL_POWER, .by = CELL_EFC, .to = CELL_LOSS, .scale = 1,
      .k = "(b_v*(v2^0.5 - b_best)^2 + b_0 + b_d*depth)*ah_per_cycle^0.5",
      .p = "0.5" },
    { .key = "growth_calendar", .form = CELL_POWER, .by = CELL_DAYS, .to = CELL_GROWTH, .scale = 1,
      .k = "max(0, ra_v*V + ra_0)*1e5*exp(ra_t/T)",
      .p = "0.75" },
    { .key = "growth_cycle", .form = CELL_LINEAR, .by = CELL_EFC, .to = CELL_GROWTH, .scale = 1,
      .k = "(rb_v*(v2^0.5 - rb_best)^2 + rb_0 + rb_d*depth)*ah_per_cycle" },
};
static const cell_let mean[] = { { "v2", "V^2" }, { NULL, NULL } };
CELL_DUTY(0);
static const cell_law law = {
    .term = term,
    .nterm = sizeof term / sizeof term[0],
    .duty = &duty,
    .mean = mean,
    .curve = "ocv",
};
CELL_PLUGIN("nmc111-gr-sanyo",
            "Capacity and resistance of a Sanyo NMC111-graphite 18650 of 2.15 Ah by time at voltage and by "
            "charge throughput (Schmalstieg 2014 on an open-circuit curve).",
            CELL_SOURCE);

/* SPDX-License-Identifier: MIT
 * nmc111-gr-kokam.c - NMC111-graphite, Kokam, 75 Ah: a table of the family in common_cell.h (cell 6 of BLAST-Lite).
 */
#define CELL_SOURCE                                                                                                    \
    "Smith et al., American Control Conference 4062-4068 (2017), doi 10.23919/ACC.2017.7963578"
#include "../common_cell.h"

static const fade_param params[] = {
    CELL_FACTOR,
    CELL_PARAM("q1_0", "1", 26600000, "Calendar loss, factor (per day to the exponent)."),
    CELL_PARAM("q1_1", "1", -17.8, "Calendar loss, over temperature."),
    CELL_PARAM("q1_2", "1", -5.21, "Calendar loss, anode potential over temperature."),
    CELL_PARAM("q2", "1", 0.357, "Calendar loss, exponent of time."),
    CELL_PARAM("q3_0", "1", 3800, "Cycle loss, factor."),
    CELL_PARAM("q3_1", "1", -18.4, "Cycle loss, over temperature."),
    CELL_PARAM("q3_2", "1", 1.04, "Cycle loss, depth."),
    CELL_PARAM("q4", "1", 0.778, "Cycle loss, exponent of throughput."),
    CELL_PARAM("q5_0", "1", 10000, "Loss of material, cycles it takes at 55 degC."),
    CELL_PARAM("q5_1", "1/K", 153, "Loss of material, temperature, depth and state of charge."),
    CELL_PARAM("p_lam", "1", 10, "Loss of material, how sudden it is."),
    CELL_PARAM("r1", "1", 0.057, "Calendar growth of resistance over calendar loss."),
    CELL_PARAM("r2", "1", 1.25, "Calendar growth, exponent of time."),
    CELL_PARAM("r3", "1", 4.87, "Cycle growth over cycle loss."),
    CELL_PARAM("r4", "1", 0.712, "Cycle growth, exponent of throughput."),
    CELL_PARAM("r5", "1", -0.08, "Resistance by loss of material, constant part."),
    CELL_PARAM("r6", "1", 1.09, "Resistance by loss of material, over what is left."),
};
static const fade_column state[] = {
    CELL_STATE("calendar"),
    CELL_STATE("cycle"),
    CELL_STATE("lam"),
    CELL_STATE("growth_calendar"),
    CELL_STATE("growth_cycle"),
};
static const fade_column in[] = {
    CELL_INPUTS(273.15, 318.15, 0.8, 1, 0, 1, 1, 1),
    CELL_TIME("calendar"),
    CELL_MEAN("cycle"),
    CELL_TIME("growth_calendar"),
    CELL_MEAN("growth_cycle"),
};
static const fade_column out[] = {
    CELL_LOSS_OUT(-0.01),
    CELL_RESISTANCE_OUT,
    CELL_OUT("loss_calendar", "What time took of it."),
    CELL_OUT("loss_cycle", "What cycling took of it."),
    CELL_OUT("loss_material", "Active material that is lost."),
    CELL_OUT("growth_by_time", "What time added to the resistance."),
    CELL_OUT("growth_by_cycles", "What cycling added to the resistance."),
};
static const fade_column reads[] = { CELL_READS_SOC, CELL_READS_T, CELL_READS_ANODE };
static const fade_column rate[] = { CELL_RATE("calendar"), CELL_RATE("cycle"), CELL_RATE("growth_calendar"),
                                    CELL_RATE("growth_cycle") };
static const cell_term term[] = {
    { .key = "calendar", .form = CELL_POWER, .by = CELL_DAYS, .to = CELL_APART, .scale = 1,
      .k = "q1_0*exp(q1_1/TN)*exp(q1_2*UN/TN)",
      .p = "q2" },
    { .key = "cycle", .form = CELL_POWER, .by = CELL_EFC, .to = CELL_APART, .scale = 1,
      .k = "q3_0*exp(q3_2*exp(depth^2))",
      .p = "q4",
      .shape = "exp(q3_1/TN)" },
    { .key = "lam", .form = CELL_SIGMOID, .by = CELL_EFC, .to = CELL_APART, .scale = 1,
      .k = "1/max(1, q5_0 + q5_1*(Tm - 328.15)*depth*m/0.6)",
      .y = "1",
      .p = "p_lam",
      .first = 1e-8 },
    { .key = "growth_calendar", .form = CELL_POWER, .by = CELL_DAYS, .to = CELL_APART, .scale = 1,
      .k = "r1*q1_0*exp(q1_1/TN)*exp(q1_2*UN/TN)",
      .p = "r2" },
    { .key = "growth_cycle", .form = CELL_POWER, .by = CELL_EFC, .to = CELL_APART, .scale = 1,
      .k = "r3*q3_0*exp(q3_2*exp(depth^2))",
      .p = "r4",
      .shape = "exp(q3_1/TN)" },
};
static const cell_let let[] = { { "TN", "T/308.15" }, { "UN", "Ua/0.123" }, { NULL, NULL } };
CELL_DUTY(0);
static const cell_law law = {
    .term = term,
    .nterm = sizeof term / sizeof term[0],
    .duty = &duty,
    .let = let,
    .loss = "max(calendar + cycle, lam - 0.01)",
    .resistance = "max(1 + growth_calendar + growth_cycle, r5 + r6/(1.01 - lam))",
};
CELL_PLUGIN("nmc111-gr-kokam",
            "Capacity and resistance of a Kokam NMC111-graphite cell of 75 Ah: lithium lost by time and cycles, "
            "against active material lost late.",
            CELL_SOURCE);

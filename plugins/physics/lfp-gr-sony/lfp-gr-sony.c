/* SPDX-License-Identifier: MIT
 * lfp-gr-sony.c - LFP-graphite, Sony-Murata 26650, 3 Ah: a table for common_cell.h (cell 2 of BLAST-Lite).
 */
#define CELL_SOURCE \
    "Naumann et al., J. Energy Storage 17, 153 (2018), doi 10.1016/j.est.2018.01.019; J. Power Sources 451, 227666 " \
    "(2020), doi 10.1016/j.jpowsour.2019.227666; fit: Gasper et al., J. Electrochem. Soc. 169, 080518 (2022), " \
    "doi 10.1149/1945-7111/ac86a8"
#include "../common_cell.h"

static const fade_param params[] = {
    CELL_FACTOR,
    CELL_PARAM("q1_0", "1", 0.98968715129359, 0, 100, "Calendar loss, its end."),
    CELL_PARAM("q1_1", "1", -2881067.56019324, -1e7, 1e7, "Calendar loss, its end: over temperature squared."),
    CELL_PARAM("q1_2", "1", 8742.06309157261, -3e4, 3e4, "Calendar loss, its end: over temperature."),
    CELL_PARAM("q2", "1/d", 0.000130510034211874, 0, 1, "Calendar loss, speed."),
    CELL_PARAM("q3_0", "1", 0.000332850281062177, 0, 1, "Calendar loss, power."),
    CELL_PARAM("q3_1", "1", 734553185711.369, 0, 2e12, "Calendar loss, power: over the fourth power of temperature."),
    CELL_PARAM("q3_2", "1", -2.8216157562078e-06, -1e-5, 0, "Calendar loss, power: third power of temperature."),
    CELL_PARAM("q3_3", "1", -3284991315.45121, -1e10, 0, "Calendar loss, power: over its third power."),
    CELL_PARAM("q3_4", "1", 0.0012722759365729, 0, 4e-3, "Calendar loss, power: its square."),
    CELL_PARAM("q5_0", "1", -6.81260579372875e-06, -1e-3, 1e-3, "Cycle loss, constant part."),
    CELL_PARAM("q5_1", "1", 2.59615973160844e-05, -1e-3, 1e-3, "Cycle loss, depth."),
    CELL_PARAM("q5_2", "1", 2.11559710307295e-06, -1e-3, 1e-3, "Cycle loss, depth and C-rate."),
    CELL_PARAM("p_cyc", "1", 1.12847759334355, 0.1, 5, "Cycle loss, exponent."),
    CELL_PARAM("q7_0", "1", 0.582258029148225, 0, 100, "Break-in, its end."),
    CELL_PARAM("soc_skew", "1", 0.0583128906965484, -100, 100, "Break-in, skew over the state of charge."),
    CELL_PARAM("soc_width", "1", 0.208738181522897, 0.01, 100, "Break-in, width over the state of charge."),
    CELL_PARAM("depth_skew", "1", -3.80744333129564, -100, 100, "Break-in, skew over depth."),
    CELL_PARAM("depth_width", "1", 1.1612626042821, 0.01, 100, "Break-in, width over depth."),
    CELL_PARAM("depth_growth", "1", 25.4130804598602, 0, 1000, "Break-in, rise over depth."),
    CELL_PARAM("q8", "1", 0.00303553871631028, 0, 1, "Break-in, speed (per cycle)."),
    CELL_PARAM("q9", "1", 1.43752162947637, 0.1, 5, "Break-in, power."),
    CELL_PARAM("r_cal", "1/s", 3.4194e-10, 0, 1e-6, "Calendar growth of resistance at 25 degC."),
    CELL_PARAM("r_act", "J/mol", 71827, 0, 3e5, "Calendar growth, activation energy."),
    CELL_PARAM("r_soc", "1", -3.3903, -100, 100, "Calendar growth, cube of the state of charge."),
    CELL_PARAM("r_0", "1", 1.5604, 0, 100, "Calendar growth, constant part."),
    CELL_PARAM("r_c", "1", -0.002, -1, 1, "Cycle growth, C-rate."),
    CELL_PARAM("r_c0", "1", 0.0021, -1, 1, "Cycle growth, constant part."),
    CELL_PARAM("r_d", "1", 6.8477, -1000, 1000, "Cycle growth, cube of the depth."),
    CELL_PARAM("r_d0", "1", 0.91882, -100, 100, "Cycle growth, constant part."),
};
static const fade_column state[] = {
    CELL_STATE("calendar"),
    CELL_STATE("cycle"),
    CELL_STATE("break_in"),
    CELL_STATE("growth_calendar"),
    CELL_STATE("growth_cycle"),
};
static const fade_column in[] = {
    CELL_INPUTS(293.15, 313.15, 0.8, 1, 0, 1, 1, 2, CELL_RATES_COUNT),
    CELL_IN_C_MEAN,
    CELL_IN_SPAN,
    CELL_TIME("calendar"),
    CELL_TIME("calendar_p"),
    CELL_TIME("growth_calendar"),
    CELL_MEAN("soc_bell"),
};
static const fade_column out[] = {
    CELL_LOSS_OUT(0),
    CELL_RESISTANCE_OUT,
    CELL_OUT("loss_calendar", "What time took of it."),
    CELL_OUT("loss_cycle", "What cycling took of it."),
    CELL_OUT("loss_break_in", "What breaking in took of it."),
    CELL_OUT("growth_by_time", "What time added to the resistance."),
    CELL_OUT("growth_by_cycles", "What cycling added to the resistance."),
};
static const fade_column reads[] = { CELL_READS_SOC, CELL_READS_T, CELL_READS_ANODE };
static const fade_column rate[] = { CELL_RATE("calendar"), CELL_RATE("calendar_p"), CELL_RATE("growth_calendar"),
                                    CELL_RATE("soc_bell") };
static const cell_term term[] = {
    { .key = "calendar", .form = CELL_FREE, .by = CELL_DAYS, .to = CELL_LOSS, .scale = 1,
      .k = "q2",
      .y = "q1_0*exp(q1_1*Ua^0.5/T^2)*exp(q1_2*Ua^0.5/T)",
      .p = "q3_0*exp(q3_1*Ua^(1/3)/T^4)*exp(q3_2*T^3*Ua^0.25)*exp(q3_3*Ua^(1/3)/T^3)*exp(q3_4*T^2*Ua^0.25)" },
    { .key = "cycle", .form = CELL_POWER_B, .by = CELL_EFC, .to = CELL_LOSS, .scale = 1,
      .k = "abs(q5_0 + q5_1*depth + q5_2*exp(depth^2*C^3))",
      .p = "p_cyc" },
    { .key = "break_in", .form = CELL_FREE, .by = CELL_EFC, .to = CELL_LOSS, .scale = 1,
      .k = "q8",
      .y = "abs(q7_0*soc_bell*(exp(-((depth - 0.5)/depth_width)^2/2)*0.3989422804014327*(1 + erf(depth_skew*"
           "(depth - 0.5)/depth_width/1.4142135623730951)))*tanh(depth_growth*depth/2))",
      .p = "q9",
      .when = "efc_day - 3",
      .first = 1e-10 },
    { .key = "growth_calendar", .form = CELL_LINEAR, .by = CELL_DAYS, .to = CELL_GROWTH, .scale = 1,
      .k = "86400*r_cal*exp(-r_act/8.3144*(1/T - 1/298.15))*(r_soc*(soc - 0.5)^3 + r_0)" },
    { .key = "growth_cycle", .form = CELL_LINEAR, .by = CELL_EFC, .to = CELL_GROWTH, .scale = 100,
      .k = "(r_c*C + r_c0)*(r_d*(depth - 0.5)^3 + r_d0)" },
};
/* What the break-in makes of the state of charge: above 0, so that its mean stands for that of all samples. */
static const cell_let mean[] = {
    { "soc_bell", "exp(-((soc - 0.5)/soc_width)^2/2)*0.3989422804014327*(1 + erf(soc_skew*(soc - "
                  "0.5)/soc_width/1.4142135623730951))" },
    { NULL, NULL },
};
CELL_DUTY(0);
static const cell_law law = {
    .term = term,
    .nterm = sizeof term / sizeof term[0],
    .duty = &duty,
    .mean = mean,
};
CELL_PLUGIN("lfp-gr-sony",
            "Capacity and resistance of a Sony-Murata LFP-graphite 26650 of 3 Ah, NREL's refit of Naumann's "
            "tests, with break-in.",
            CELL_SOURCE);

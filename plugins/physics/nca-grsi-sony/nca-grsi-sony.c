/* SPDX-License-Identifier: MIT
 * nca-grsi-sony.c - NCA-graphite/silicon, Sony-Murata 18650, 2.5 Ah: a table for common_cell.h (cell 5 of BLAST-Lite).
 */
#define CELL_SOURCE "Wildfeuer et al., J. Power Sources 560, 232498 (2023), doi 10.1016/j.jpowsour.2022.232498"
#include "../common_cell.h"

static const fade_param params[] = {
    CELL_FACTOR,
    CELL_PARAM("k_cal", "1", 3.41, 0, 1000, "Calendar loss, speed (per 5000 d)."),
    CELL_PARAM("y_cal", "1", 0.00748, 0, 100, "Calendar loss, its end."),
    CELL_PARAM("y_cal1", "1", 8.9, -100, 100, "Calendar loss, its end: anode potential to the power -1/3."),
    CELL_PARAM("y_cal2", "1", -4.87, -100, 100, "Calendar loss, its end: anode potential to the power -1/2."),
    CELL_PARAM("p_cal", "1", 1.01, 0.01, 100, "Calendar loss, power."),
    CELL_PARAM("p_cal1", "1", -0.133, -50, 50, "Calendar loss, power: temperature."),
    CELL_PARAM("p_cal2", "1", 1.22, -50, 50, "Calendar loss, power: state of charge."),
    CELL_PARAM("p_cal3", "1", -0.56, -50, 50, "Calendar loss, power: anode potential."),
    CELL_PARAM("k_cyc", "1", 0.479, 0, 1000, "Cycle loss, speed (per 1e5 cycles)."),
    CELL_PARAM("y_cyc", "1", 5.49, -1000, 1000, "Cycle loss, its end."),
    CELL_PARAM("y_cyc1", "1", -64.9, -1e4, 1e4, "Cycle loss, its end: rate of charge and state of charge."),
    CELL_PARAM("y_cyc2", "1", 21.3, -1e4, 1e4, "Cycle loss, its end: the exponential of that."),
    CELL_PARAM("y_cyc3", "1", 0.000801, -100, 100, "Cycle loss, its end: rate of discharge."),
    CELL_PARAM("y_cyc_least", "1", 0.15, 1e-6, 1,
               "Cycle loss, the least its end can be: near the lowest that was observed."),
    CELL_PARAM("p_cyc", "1", 0.422, -100, 100, "Cycle loss, power."),
    CELL_PARAM("p_cyc1", "1", 2.64, -100, 100, "Cycle loss, power: rate of discharge, highest state of charge."),
    CELL_PARAM("p_cyc2", "1", 0.00627, -100, 100, "Cycle loss, power: depth, rate of charge, lowest state of charge."),
    CELL_PARAM("p_cyc3", "1", -0.0342, -100, 100, "Cycle loss, power: lowest state of charge."),
    CELL_PARAM("p_cyc4", "1", 1.29, -100, 100, "Cycle loss, power: depth and both rates."),
    CELL_PARAM("p_cyc5", "1", -2.14, -100, 100, "Cycle loss, power: depth and high rates of charge."),
};
static const fade_column state[] = {
    CELL_STATE("calendar"),
    CELL_STATE("cycle"),
};
static const fade_column in[] = {
    CELL_INPUTS(278.15, 308.15, 0.2, 1, 0, 1, 2, 10, CELL_RATES_COUNT),
    CELL_IN_C_DISCHARGE,
    CELL_IN_SOC_MIN,
    CELL_IN_SOC_MAX,
    CELL_TIME("calendar"),
    CELL_TIME("calendar_p"),
};
static const fade_column out[] = {
    CELL_LOSS_OUT(0),
    CELL_OUT("loss_calendar", "What time took of it."),
    CELL_OUT("loss_cycle", "What cycling took of it."),
};
static const fade_column reads[] = { CELL_READS_SOC, CELL_READS_T, CELL_READS_ANODE };
static const fade_column rate[] = {
    CELL_RATE("calendar"), CELL_RATE("calendar_p"), CELL_RATE("soc_TN3"), CELL_RATE("root_soc_TN3"), CELL_RATE("TN_3"),
    CELL_RATE("TN_1"),     CELL_RATE("TN2"),        CELL_RATE("TN3"),
};
static const cell_term term[] = {
    { .key = "calendar", .form = CELL_FREE, .by = CELL_DAYS, .to = CELL_LOSS, .scale = 5000,
      .k = "k_cal",
      .y = "y_cal*exp(y_cal1*TN^2*UN^(-1/3))*exp(y_cal2*TN^2*UN^-0.5)",
      .p = "p_cal*exp(p_cal1*TN^3)*exp(p_cal2*TN^3*soc^3)*exp(p_cal3*TN^2/UN^3)" },
    { .key = "cycle", .form = CELL_FREE, .by = CELL_EFC, .to = CELL_LOSS, .scale = 1e5,
      .k = "k_cyc",
      .y = "max(y_cyc_least, y_cyc + y_cyc1*Cc^0.5*soc_TN3 + y_cyc2*exp(Cc^0.5*soc_TN3) + "
           "y_cyc3*exp(Cd*root_soc_TN3))",
      .p = "abs(p_cyc + p_cyc1*exp(Cd*max(hi, 0)^0.5*TN_3) + p_cyc2*exp(depth^0.5*Cc^0.5*lo^2*TN3) + "
           "p_cyc3*lo*TN2 + p_cyc4*depth^0.5*Cd^0.5*Cc^0.5*TN_1 + p_cyc5*exp(depth^0.5*Cc^3*Cd^0.5*TN))",
      .each = 1 },
};
static const cell_let let[] = { { "TN", "T/318.15" }, { "UN", "Ua/0.123" }, { NULL, NULL } };
static const cell_let made[] = {
    { "soc_TN3", "soc/TN^3" }, { "root_soc_TN3", "max(soc, 0)^0.5/TN^3" },
    { "TN_3", "TN^-3" }, { "TN_1", "1/TN" }, { "TN2", "TN^2" }, { "TN3", "TN^3" }, { NULL, NULL },
};
CELL_DUTY(FADE_LENT_SAMPLES);
static const cell_law law = {
    .term = term,
    .nterm = sizeof term / sizeof term[0],
    .duty = &duty,
    .let = let,
    .made = made,
};
CELL_PLUGIN("nca-grsi-sony",
            "Capacity of a Sony-Murata NCA-graphite/silicon 18650 of 2.5 Ah by sigmoids of time and of cycles.",
            CELL_SOURCE);

/* SPDX-License-Identifier: MIT
 * nmc-gr-a.c - NMC-graphite A, 75 Ah: a table for common_cell.h (cell 10 of BLAST-Lite).
 */
#define CELL_SOURCE "Gasper et al., J. Energy Storage 73, 109042 (2023), doi 10.1016/j.est.2023.109042"
#include "../common_cell.h"

static const fade_param params[] = {
    CELL_FACTOR,
    CELL_PARAM("k_cal", "1", 8.71e-07, 0, 1000, "Calendar loss, factor (per 1000 d to the exponent)."),
    CELL_PARAM("a_cal", "1", 10, -50, 50, "Calendar loss, temperature and anode potential."),
    CELL_PARAM("p_cal", "1", 0.578, 0.1, 5, "Calendar loss, exponent of time."),
    CELL_PARAM("k_cyc", "1", 0.0267, -100, 100, "Cycle loss, constant part (per 1e4 cycles to the exponent)."),
    CELL_PARAM("d_cyc", "1", 1.64, -100, 100, "Cycle loss, temperature and depth."),
    CELL_PARAM("c_cyc", "1", 0.011, -100, 100, "Cycle loss, C-rate."),
    CELL_PARAM("e_cyc", "1", -0.44, -100, 100, "Cycle loss, depth, temperature and C-rate."),
    CELL_PARAM("p_cyc", "1", 1.11, 0.1, 5, "Cycle loss, exponent of throughput."),
};
static const fade_column state[] = {
    CELL_STATE("calendar"),
    CELL_STATE("cycle"),
};
static const fade_column in[] = {
    CELL_INPUTS(283.15, 318.15, 0.8, 1, 0, 1, 2, 2, CELL_RATES_COUNT),
    CELL_IN_C_MEAN,
    CELL_TIME("calendar"),
};
static const fade_column out[] = {
    CELL_LOSS_OUT(0),
    CELL_OUT("loss_calendar", "What time took of it."),
    CELL_OUT("loss_cycle", "What cycling took of it."),
};
static const fade_column reads[] = { CELL_READS_SOC, CELL_READS_T, CELL_READS_ANODE };
static const fade_column rate[] = { CELL_RATE("calendar"), CELL_RATE("TN2"), CELL_RATE("TN3"), CELL_RATE("TN_h") };
static const cell_term term[] = {
    { .key = "calendar", .form = CELL_POWER, .by = CELL_DAYS, .to = CELL_LOSS, .scale = 1e3,
      .k = "k_cal*exp(a_cal*TN^3*UN^(-1/3))",
      .p = "p_cal" },
    { .key = "cycle", .form = CELL_POWER, .by = CELL_EFC, .to = CELL_LOSS, .scale = 1e4,
      .k = "abs(k_cyc + d_cyc*TN3*depth^0.5 + c_cyc*exp(C^2*TN_h) + e_cyc*exp(depth^0.5*TN2*C^0.5))",
      .p = "p_cyc",
      .each = 1 },
};
static const cell_let let[] = { { "TN", "T/308.15" }, { "UN", "Ua/0.123" }, { NULL, NULL } };
static const cell_let made[] = { { "TN2", "TN^2" }, { "TN3", "TN^3" }, { "TN_h", "TN^-0.5" }, { NULL, NULL } };
CELL_DUTY(FADE_LENT_SAMPLES);
static const cell_law law = {
    .term = term,
    .nterm = sizeof term / sizeof term[0],
    .duty = &duty,
    .let = let,
    .made = made,
};
CELL_PLUGIN("nmc-gr-a",
            "Capacity of an NMC-graphite cell of 75 Ah (maker A) by time, temperature, anode potential, depth "
            "and C-rate.",
            CELL_SOURCE);

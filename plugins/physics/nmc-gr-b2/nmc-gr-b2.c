/* SPDX-License-Identifier: MIT
 * nmc-gr-b2.c - NMC-graphite B2, 50 Ah: a table for common_cell.h (cell 12 of BLAST-Lite).
 */
#define CELL_SOURCE "Gasper et al., J. Energy Storage 73, 109042 (2023), doi 10.1016/j.est.2023.109042"
#include "../common_cell.h"

static const fade_param params[] = {
    CELL_FACTOR,
    CELL_PARAM("k_cal", "1", 12, 0, 1e6, "Calendar loss, factor (per 1e4 d to the exponent)."),
    CELL_PARAM("a_cal", "1", -3.91, -50, 50, "Calendar loss, anode potential over temperature."),
    CELL_PARAM("p_cal", "1", 0.584, 0.1, 5, "Calendar loss, exponent of time."),
    CELL_PARAM("k_cyc", "1", 2.2e9, 0, 1e15, "Cycle loss, factor (per 1e4 cycles to the exponent)."),
    CELL_PARAM("q_cyc", "1", 11.9, 0.01, 50, "Cycle loss, power of depth and C-rate over temperature."),
    CELL_PARAM("a_cyc", "1", -35.7, -200, 200, "Cycle loss, depth and C-rate."),
    CELL_PARAM("b_cyc", "1", 13.7, -200, 200, "Cycle loss, their squares."),
    CELL_PARAM("p_cyc", "1", 0.907, 0.1, 5, "Cycle loss, exponent of throughput."),
};
static const fade_column state[] = {
    CELL_STATE("calendar"),
    CELL_STATE("cycle"),
};
static const fade_column in[] = {
    CELL_INPUTS(283.15, 318.15, 0.8, 1, 0, 1, 1.75, 1.75, CELL_RATES_COUNT),
    CELL_IN_C_MEAN,
    CELL_TIME("calendar"),
};
static const fade_column out[] = {
    CELL_LOSS_OUT(0),
    CELL_OUT("loss_calendar", "What time took of it."),
    CELL_OUT("loss_cycle", "What cycling took of it."),
};
static const fade_column reads[] = { CELL_READS_SOC, CELL_READS_T, CELL_READS_ANODE };
static const fade_column rate[] = { CELL_RATE("calendar"), CELL_RATE("log_TN"), CELL_RATE("TN_2"), CELL_RATE("TN_3") };
static const cell_term term[] = {
    { .key = "calendar", .form = CELL_POWER, .by = CELL_DAYS, .to = CELL_LOSS, .scale = 1e4,
      .k = "k_cal*exp(a_cal*UN^(1/3)/TN^3)",
      .p = "p_cal" },
    { .key = "cycle", .form = CELL_POWER, .by = CELL_EFC, .to = CELL_LOSS, .scale = 1e4,
      .k = "k_cyc*exp(q_cyc*(log(depth*C^0.5) - 3*log_TN))*exp(a_cyc*depth*C^0.5*TN_2)*exp(b_cyc*depth^2*C*TN_3)",
      .p = "p_cyc",
      .each = 1 },
};
static const cell_let let[] = { { "TN", "T/308.15" }, { "UN", "Ua/0.123" }, { NULL, NULL } };
static const cell_let made[] = { { "log_TN", "log(TN)" }, { "TN_2", "TN^-2" }, { "TN_3", "TN^-3" }, { NULL, NULL } };
CELL_DUTY(FADE_LENT_SAMPLES);
static const cell_law law = {
    .term = term,
    .nterm = sizeof term / sizeof term[0],
    .duty = &duty,
    .let = let,
    .made = made,
};
CELL_PLUGIN("nmc-gr-b2",
            "Capacity of an NMC-graphite cell of 50 Ah (maker B, second) by time, temperature, anode potential, "
            "depth and C-rate.",
            CELL_SOURCE);

/* SPDX-License-Identifier: MIT
 * nmc-gr-b1.c - NMC-graphite B1, 50 Ah: a table for common_cell.h (cell 11 of BLAST-Lite).
 */
#define CELL_SOURCE "Gasper et al., J. Energy Storage 73, 109042 (2023), doi 10.1016/j.est.2023.109042"
#include "../common_cell.h"

static const fade_param params[] = {
    CELL_FACTOR,
    CELL_PARAM("k_cal", "1", 36.2, 0, 1e6, "Calendar loss, factor (per 1e4 d to the exponent)."),
    CELL_PARAM("a_cal", "1", -4.4, -50, 50, "Calendar loss, anode potential over temperature."),
    CELL_PARAM("p_cal", "1", 0.708, 0.1, 5, "Calendar loss, exponent of time."),
    CELL_PARAM("k_cyc", "1", 0.844, 0, 1000, "Cycle loss, factor (per 1e5 cycles to the exponent)."),
    CELL_PARAM("q_cyc", "1", 0.458, 0.01, 10, "Cycle loss, power of depth, temperature and C-rate."),
    CELL_PARAM("p_cyc", "1", 0.467, 0.1, 5, "Cycle loss, exponent of throughput."),
};
static const fade_column state[] = {
    CELL_STATE("calendar"),
    CELL_STATE("cycle"),
};
static const fade_column in[] = {
    CELL_INPUTS(283.15, 318.15, 0.8, 1, 0, 1, 1.75, 1.75, CELL_RATES_COUNT),
    CELL_IN_C_MEAN,
    CELL_TIME("calendar"),
    CELL_MEAN("cycle"),
};
static const fade_column out[] = {
    CELL_LOSS_OUT(0),
    CELL_OUT("loss_calendar", "What time took of it."),
    CELL_OUT("loss_cycle", "What cycling took of it."),
};
static const fade_column reads[] = { CELL_READS_SOC, CELL_READS_T, CELL_READS_ANODE };
static const fade_column rate[] = { CELL_RATE("calendar"), CELL_RATE("cycle") };
static const cell_term term[] = {
    { .key = "calendar", .form = CELL_POWER, .by = CELL_DAYS, .to = CELL_LOSS, .scale = 1e4,
      .k = "k_cal*exp(a_cal*exp(log(UN)/3)/TN^3)",
      .p = "p_cal" },
    { .key = "cycle", .form = CELL_POWER, .by = CELL_EFC, .to = CELL_LOSS, .scale = 1e5,
      .k = "k_cyc*exp(q_cyc*(2*log(depth) + 0.5*log(C)))",
      .p = "p_cyc",
      .shape = "exp(3*q_cyc*log(TN))" },
};
static const cell_let let[] = { { "TN", "T/308.15" }, { "UN", "Ua/0.123" }, { NULL, NULL } };
CELL_DUTY(0);
static const cell_law law = {
    .term = term,
    .nterm = sizeof term / sizeof term[0],
    .duty = &duty,
    .let = let,
};
CELL_PLUGIN("nmc-gr-b1",
            "Capacity of an NMC-graphite cell of 50 Ah (maker B, first) by time, temperature, anode potential, "
            "depth and C-rate.",
            CELL_SOURCE);

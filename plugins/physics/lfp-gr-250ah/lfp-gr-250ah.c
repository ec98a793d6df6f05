/* SPDX-License-Identifier: MIT
 * lfp-gr-250ah.c - LFP-graphite, prismatic, 250 Ah: a table for common_cell.h (cell 1 of BLAST-Lite).
 */
#define CELL_SOURCE "Gasper et al., J. Energy Storage 73, 109042 (2023), doi 10.1016/j.est.2023.109042"
#include "../common_cell.h"

static const fade_param params[] = {
    CELL_FACTOR,
    CELL_PARAM("k_cal", "1", 8.37e4, 0, 1e12, "Calendar loss, factor (per day to the exponent)."),
    CELL_PARAM("e_cal", "K", -5210, -3e4, 0, "Calendar loss, over the temperature."),
    CELL_PARAM("u_cal", "K/V", -3560, -3e4, 3e4, "Calendar loss, anode potential over temperature."),
    CELL_PARAM("p_cal", "1", 0.526, 0.1, 5, "Calendar loss, exponent of time."),
    CELL_PARAM("k_cyc", "1", 4.38e-08, 0, 1, "Cycle loss, constant part (per cycle to the exponent)."),
    CELL_PARAM("d_cyc", "1", 1.55e-08, 0, 1, "Cycle loss, depth."),
    CELL_PARAM("c_cyc", "1", 1.68e-07, 0, 1, "Cycle loss, C-rate."),
    CELL_PARAM("t_cyc", "K", 2190, -3e4, 3e4, "Cycle loss, grows towards the cold."),
    CELL_PARAM("t_cyc2", "K", -1.55e5, -1e6, 3e4, "Cycle loss, grows towards the heat."),
    CELL_PARAM("p_cyc", "1", 0.828, 0.1, 5, "Cycle loss, exponent of throughput."),
};
static const fade_column state[] = {
    CELL_STATE("calendar"),
    CELL_STATE("cycle"),
};
static const fade_column in[] = {
    CELL_INPUTS(283.15, 318.15, 0.8, 1, 0, 1, 0.65, 1, CELL_RATES_COUNT),
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
    { .key = "calendar", .form = CELL_POWER, .by = CELL_DAYS, .to = CELL_LOSS, .scale = 1,
      .k = "k_cal*exp(e_cal/T)*exp(u_cal*Ua/T)",
      .p = "p_cal" },
    { .key = "cycle", .form = CELL_POWER, .by = CELL_EFC, .to = CELL_LOSS, .scale = 1,
      .k = "k_cyc + d_cyc*depth + c_cyc*C",
      .p = "p_cyc",
      .shape = "exp(t_cyc/T) + exp(t_cyc2/T)" },
};
CELL_DUTY(0);
static const cell_law law = {
    .term = term,
    .nterm = sizeof term / sizeof term[0],
    .duty = &duty,
};
CELL_PLUGIN("lfp-gr-250ah",
            "Capacity of a prismatic LFP-graphite cell of 250 Ah by time, temperature, anode potential, depth "
            "and C-rate.",
            CELL_SOURCE);

/* SPDX-License-Identifier: MIT
 * nmc-lto.c - NMC-LTO, 10 Ah: a table for common_cell.h (cell 13 of BLAST-Lite).
 */
#define CELL_SOURCE "Bank et al., J. Power Sources 473, 228566 (2020), doi 10.1016/j.jpowsour.2020.228566"
#include "../common_cell.h"

static const fade_param params[] = {
    CELL_FACTOR,
    CELL_PARAM("k_gain", "1", 3.11e11, 0, 1e15, "Gain with time, factor (per day to the exponent)."),
    CELL_PARAM("e_gain", "1", -34.8, -100, 0, "Gain, over temperature."),
    CELL_PARAM("s_gain", "1", 1.07, -50, 50, "Gain, state of charge over temperature."),
    CELL_PARAM("p_gain", "1", 0.473, 0.1, 5, "Gain, exponent of time."),
    CELL_PARAM("k_cal", "1", 7.86e10, 0, 1e15, "Loss with time, factor."),
    CELL_PARAM("e_cal", "1", -35.8, -100, 0, "Loss with time, over temperature."),
    CELL_PARAM("s_cal", "1", 3.94, -50, 50, "Loss with time, state of charge over temperature."),
    CELL_PARAM("p_cal", "1", -0.553, -5, -0.1, "Loss with time, exponent: it falls."),
    CELL_PARAM("k_cyc", "1", 1.29, 0, 1e4, "Cycle loss, constant part."),
    CELL_PARAM("c_cyc", "1", 7.83e-05, 0, 1e4, "Cycle loss, C-rate."),
    CELL_PARAM("d_cyc", "1", 4.02, 0, 1e4, "Cycle loss, cube of the depth."),
    CELL_PARAM("e_cyc", "1", -8.33, -100, 0, "Cycle loss, over temperature."),
    CELL_PARAM("p_cyc", "1", 0.526, 0.1, 5, "Cycle loss, exponent of throughput."),
};
static const fade_column state[] = {
    CELL_STATE("gain"),
    CELL_STATE("calendar"),
    CELL_STATE("cycle"),
};
static const fade_column in[] = {
    CELL_INPUTS(303.15, 333.15, 0, 1, 0, 1, 10, 10, CELL_RATES_COUNT),
    CELL_IN_C_MEAN,
    CELL_TIME("gain"),
    CELL_TIME("calendar"),
    CELL_MEAN("cycle"),
};
static const fade_column out[] = {
    CELL_LOSS_OUT(-1),
    CELL_OUT("gained", "What came back with time."),
    CELL_OUT("loss_calendar", "What time took of it."),
    CELL_OUT("loss_cycle", "What cycling took of it."),
};
static const fade_column reads[] = { CELL_READS_SOC, CELL_READS_T };
static const fade_column rate[] = { CELL_RATE("gain"), CELL_RATE("calendar"), CELL_RATE("cycle") };
static const cell_term term[] = {
    { .key = "gain", .form = CELL_POWER, .by = CELL_DAYS, .to = CELL_GAIN, .scale = 1,
      .k = "k_gain*exp(e_gain/TN)*exp(s_gain*soc/TN)",
      .p = "p_gain" },
    { .key = "calendar", .form = CELL_POWER, .by = CELL_DAYS, .to = CELL_LOSS, .scale = 1,
      .k = "k_cal*exp(e_cal/TN)*exp(s_cal*soc/TN)",
      .p = "p_cal" },
    { .key = "cycle", .form = CELL_POWER, .by = CELL_EFC, .to = CELL_LOSS, .scale = 1,
      .k = "k_cyc + c_cyc*C + d_cyc*depth^3",
      .p = "p_cyc",
      .shape = "exp(e_cyc/TN)" },
};
static const cell_let let[] = { { "TN", "T/318.15" }, { NULL, NULL } };
CELL_DUTY(0);
static const cell_law law = {
    .term = term,
    .nterm = sizeof term / sizeof term[0],
    .duty = &duty,
    .let = let,
    .loss = "max(-1, calendar + cycle - gain)",
};
CELL_PLUGIN("nmc-lto",
            "Capacity of an NMC-titanate cell of 10.2 Ah, which gains at first, by time, temperature, state of "
            "charge, depth and C-rate.",
            CELL_SOURCE);

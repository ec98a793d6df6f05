/* SPDX-License-Identifier: MIT
 * nmc811-grsi-mj1.c - NMC811-graphite/silicon, LG MJ1, 3.5 Ah: a table of the family in common_cell.h (cell 8 of
 * BLAST-Lite).
 */
#define CELL_SOURCE                                                                                                    \
    "EVERLASTING project, deliverable D2.3 (2020)"
#include "../common_cell.h"

static const fade_param params[] = {
    CELL_FACTOR,
    CELL_PARAM("k_cal", "1", 0.0353, "Calendar loss, factor (per day to the exponent)."),
    CELL_PARAM("e_cal", "K", -1030, "Calendar loss, over the temperature."),
    CELL_PARAM("s_cal", "K", 57.7, "Calendar loss, state of charge over temperature."),
    CELL_PARAM("p_cal", "1", 0.743, "Calendar loss, exponent of time."),
    CELL_PARAM("k_cyc", "1", 1.77e-07, "Cycle loss, constant part."),
    CELL_PARAM("c_cyc", "1", 8.08e-13, "Cycle loss, C-rate."),
    CELL_PARAM("d_cyc", "1", 2.21e-07, "Cycle loss, depth."),
    CELL_PARAM("t_cyc", "K", 2250, "Cycle loss, grows towards the cold."),
    CELL_PARAM("t_cyc2", "K", -11400, "Cycle loss, grows towards the heat."),
    CELL_PARAM("p_cyc", "1", 0.695, "Cycle loss, exponent of throughput."),
};
static const fade_column state[] = {
    CELL_STATE("calendar"),
    CELL_STATE("cycle"),
};
static const fade_column in[] = {
    CELL_INPUTS(273.15, 323.15, 0.2, 0.8, 0.1, 0.9, 1, 3),
    CELL_IN_C_MEAN,
    CELL_TIME("calendar"),
    CELL_MEAN("cycle"),
};
static const fade_column out[] = {
    CELL_LOSS_OUT(0),
    CELL_OUT("loss_calendar", "What time took of it."),
    CELL_OUT("loss_cycle", "What cycling took of it."),
};
static const fade_column reads[] = { CELL_READS_SOC, CELL_READS_T };
static const fade_column rate[] = { CELL_RATE("calendar"), CELL_RATE("cycle") };
static const cell_term term[] = {
    { .key = "calendar", .form = CELL_POWER, .by = CELL_DAYS, .to = CELL_LOSS, .scale = 1,
      .k = "k_cal*exp(e_cal/T)*exp(s_cal*soc/T)",
      .p = "p_cal" },
    { .key = "cycle", .form = CELL_POWER, .by = CELL_EFC, .to = CELL_LOSS, .scale = 1,
      .k = "k_cyc + c_cyc*C + d_cyc*depth",
      .p = "p_cyc",
      .shape = "exp(t_cyc/T) + exp(t_cyc2/T)" },
};
CELL_DUTY(0);
static const cell_law law = {
    .term = term,
    .nterm = sizeof term / sizeof term[0],
    .duty = &duty,
};
CELL_PLUGIN("nmc811-grsi-mj1",
            "Capacity of an LG MJ1 NMC811-graphite/silicon 18650 of 3.5 Ah by time, temperature, state of "
            "charge, depth and C-rate.",
            CELL_SOURCE);

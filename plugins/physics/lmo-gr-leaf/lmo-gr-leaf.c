/* SPDX-License-Identifier: MIT
 * lmo-gr-leaf.c - LMO-graphite, Nissan Leaf, second life: a table of the family in common_cell.h (cell 3 of
 * BLAST-Lite).
 */
#define CELL_SOURCE                                                                                                    \
    "doi 10.1109/EEEIC/ICPSEUROPE54979.2022.9854784; J. Energy Storage (2020), doi "  \
    "10.1016/j.est.2020.101695"
#include "../common_cell.h"

static const fade_param params[] = {
    CELL_FACTOR,
    CELL_PARAM("k_cal", "1", 325000000, "Calendar loss, factor (per day to the exponent)."),
    CELL_PARAM("e_cal", "K", -7580, "Calendar loss, over the temperature."),
    CELL_PARAM("s_cal", "K", 162, "Calendar loss, state of charge over temperature."),
    CELL_PARAM("p_cal", "1", 0.464, "Calendar loss, exponent of time."),
    CELL_PARAM("k_cyc", "1", 7.58e-05, "Cycle loss, factor."),
    CELL_PARAM("p_cyc", "1", 1.08, "Cycle loss, exponent of throughput."),
};
static const fade_column state[] = {
    CELL_STATE("calendar"),
    CELL_STATE("cycle"),
};
static const fade_column in[] = {
    CELL_INPUTS(293.15, 303.15, 0.8, 1, 0, 1, 1, 1),
    CELL_TIME("calendar"),
};
static const fade_column out[] = {
    CELL_LOSS_OUT(0),
    CELL_OUT("loss_calendar", "What time took of it."),
    CELL_OUT("loss_cycle", "What cycling took of it."),
};
static const fade_column reads[] = { CELL_READS_SOC, CELL_READS_T };
static const fade_column rate[] = { CELL_RATE("calendar") };
static const cell_term term[] = {
    { .key = "calendar", .form = CELL_POWER, .by = CELL_DAYS, .to = CELL_LOSS, .scale = 1,
      .k = "k_cal*exp(e_cal/T)*exp(s_cal*soc/T)",
      .p = "p_cal" },
    { .key = "cycle", .form = CELL_POWER, .by = CELL_EFC, .to = CELL_LOSS, .scale = 1,
      .k = "k_cyc",
      .p = "p_cyc" },
};
CELL_DUTY(0);
static const cell_law law = {
    .term = term,
    .nterm = sizeof term / sizeof term[0],
    .duty = &duty,
};
CELL_PLUGIN("lmo-gr-leaf",
            "Capacity of an LMO-graphite cell of a Nissan Leaf in its second life, relative to its start, by "
            "time, temperature, state of charge and throughput.",
            CELL_SOURCE);

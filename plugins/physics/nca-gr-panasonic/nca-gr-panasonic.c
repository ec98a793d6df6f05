/* SPDX-License-Identifier: MIT
 * nca-gr-panasonic.c - NCA-graphite, Panasonic 18650, 3.2 Ah: a table of the family in common_cell.h (cell 4 of
 * BLAST-Lite).
 */
#define CELL_SOURCE                                                                                                    \
    "Keil et al., J. Electrochem. Soc. 163, A1872 (2016), doi 10.1149/2.0411609jes; Preger et al., "  \
    "J. Electrochem. Soc. 167, 120532 (2020), doi 10.1149/1945-7111/abae37"
#include "../common_cell.h"

static const fade_param params[] = {
    CELL_FACTOR,
    CELL_PARAM("k_cal", "1", 75.4, "Calendar loss, factor (per day to the exponent)."),
    CELL_PARAM("e_cal", "K", -3340, "Calendar loss, over the temperature."),
    CELL_PARAM("s_cal", "K", 353, "Calendar loss, state of charge over temperature."),
    CELL_PARAM("p_cal", "1", 0.512, "Calendar loss, exponent of time."),
    CELL_PARAM("k_cyc", "1", 1.86e-06, "Cycle loss, constant part."),
    CELL_PARAM("c_cyc", "1", 4.74e-11, "Cycle loss, C-rate."),
    CELL_PARAM("d_cyc", "1", 0.000177, "Cycle loss, depth."),
    CELL_PARAM("t_cyc", "K", 3.34e-11, "Cycle loss, over temperature (the fit found none)."),
    CELL_PARAM("t_cyc2", "K", -2.81e-09, "Cycle loss, over temperature (the fit found none)."),
    CELL_PARAM("p_cyc", "1", 0.699, "Cycle loss, exponent of throughput."),
};
static const fade_column state[] = {
    CELL_STATE("calendar"),
    CELL_STATE("cycle"),
};
static const fade_column in[] = {
    CELL_INPUTS(288.15, 308.15, 0.8, 1, 0, 1, 0.5, 2),
    CELL_IN_C_MEAN,
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
      .k = "(k_cyc + c_cyc*C + d_cyc*depth)*(exp(t_cyc/Tm) + exp(t_cyc2/Tm))",
      .p = "p_cyc" },
};
CELL_DUTY(0);
static const cell_law law = {
    .term = term,
    .nterm = sizeof term / sizeof term[0],
    .duty = &duty,
};
CELL_PLUGIN("nca-gr-panasonic",
            "Capacity of a Panasonic NCA-graphite 18650 of 3.2 Ah by time, temperature, state of charge, depth "
            "and throughput.",
            CELL_SOURCE);

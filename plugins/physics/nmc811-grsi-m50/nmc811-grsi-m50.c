/* SPDX-License-Identifier: MIT
 * nmc811-grsi-m50.c - NMC811-graphite/silicon, LG M50, 5 Ah: a table for common_cell.h (cell 9 of BLAST-Lite).
 */
#define CELL_SOURCE \
    "Bui et al. (2021), ieeexplore.ieee.org/document/9617644; chemistry: O'Regan et al., Electrochim. Acta (2022), " \
    "pii S0013468622008593"
#include "../common_cell.h"

static const fade_param params[] = {
    CELL_FACTOR,
    CELL_PARAM("k_cal", "1", -2.39156628786525, -100, 100, "Calendar loss, constant part (per 1e4 d to the exponent)."),
    CELL_PARAM("a_cal", "1", 2.44205317834185, -100, 100, "Calendar loss, exponential of the anode potential."),
    CELL_PARAM("b_cal", "1", -4.45998246136905, -100, 100, "Calendar loss, anode potential."),
    CELL_PARAM("c_cal", "1", 0.448140062203916, -100, 100, "Calendar loss, state of charge and temperature."),
    CELL_PARAM("d_cal", "1", -0.185337797906876, -100, 100, "Calendar loss, state of charge."),
    CELL_PARAM("p_cal", "1", 0.651697743905278, 0.1, 5, "Calendar loss, exponent of time."),
    CELL_PARAM("k_cyc", "1", 0.181235015387132, 0, 1000, "Cycle loss, factor (per 1e4 cycles to the exponent)."),
    CELL_PARAM("c_cyc", "1", -0.123779206033993, -10, 10, "Cycle loss, cube of the rate of discharge."),
    CELL_PARAM("t_cyc", "1", 1.24459541295018, -50, 50, "Cycle loss, temperature and rate of discharge."),
    CELL_PARAM("p_cyc", "1", 0.441996792536332, 0.1, 5, "Cycle loss, exponent of throughput."),
};
static const fade_column state[] = {
    CELL_STATE("calendar"),
    CELL_STATE("cycle"),
};
static const fade_column in[] = {
    CELL_INPUTS(273.15, 298.15, 0.99, 1, 0, 1, 0.3, 2, CELL_RATES_COUNT),
    CELL_IN_C_DISCHARGE,
    CELL_TIME("calendar"),
};
static const fade_column out[] = {
    CELL_LOSS_OUT(0),
    CELL_OUT("loss_calendar", "What time took of it."),
    CELL_OUT("loss_cycle", "What cycling took of it."),
};
static const fade_column reads[] = { CELL_READS_SOC, CELL_READS_T, CELL_READS_ANODE };
static const fade_column rate[] = { CELL_RATE("calendar"), CELL_RATE("TN3") };
static const cell_term term[] = {
    { .key = "calendar", .form = CELL_POWER, .by = CELL_DAYS, .to = CELL_LOSS, .scale = 1e4,
      .k = "max(0, k_cal + a_cal*exp(TN^3*UN^(-1/3)) + b_cal*TN^3*UN^-0.5 + c_cal*exp(max(soc, 0)^0.5/TN^2) + "
           "d_cal*exp(soc^3))",
      .p = "p_cal" },
    { .key = "cycle", .form = CELL_POWER, .by = CELL_EFC, .to = CELL_LOSS, .scale = 1e4,
      .k = "k_cyc*exp(c_cyc*Cd^3)*exp(t_cyc*TN3*Cd^0.5)",
      .p = "p_cyc",
      .each = 1 },
};
static const cell_let let[] = { { "TN", "T/308.15" }, { "UN", "Ua/0.123" }, { NULL, NULL } };
static const cell_let made[] = { { "TN3", "TN^3" }, { NULL, NULL } };
CELL_DUTY(FADE_LENT_SAMPLES);
static const cell_law law = {
    .term = term,
    .nterm = sizeof term / sizeof term[0],
    .duty = &duty,
    .let = let,
    .made = made,
};
CELL_PLUGIN("nmc811-grsi-m50",
            "Capacity of an LG M50 NMC811-graphite/silicon 21700 of 5 Ah by time, temperature, state of charge "
            "and rate of discharge.",
            CELL_SOURCE);

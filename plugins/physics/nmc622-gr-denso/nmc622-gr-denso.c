/* SPDX-License-Identifier: MIT
 * nmc622-gr-denso.c - NMC622-graphite, DENSO, 50 Ah: a table for common_cell.h (cell 14 of BLAST-Lite).
 */
#define CELL_SOURCE "Smith et al., J. Electrochem. Soc. 168, 100530 (2021), doi 10.1149/1945-7111/ac2ebd"
#include "../common_cell.h"

static const fade_param params[] = {
    CELL_FACTOR,
    CELL_PARAM("ea_cal", "J/mol", 37000, 0, 3e5, "Calendar loss, activation."),
    CELL_PARAM("b0", "1", -0.000197, -1, 1, "Calendar loss, constant part."),
    CELL_PARAM("b1", "1", 0.0101, -1, 1, "Calendar loss, state of charge."),
    CELL_PARAM("b2", "1", -0.0157, -1, 1, "Calendar loss, its square."),
    CELL_PARAM("b3", "1", 0.00835, -1, 1, "Calendar loss, its cube."),
    CELL_PARAM("b4", "1/K", -4.06e-06, -1e-2, 1e-2, "Calendar loss, state of charge and temperature."),
    CELL_PARAM("b5", "1/K", 3.32e-05, -1e-2, 1e-2, "Calendar loss, above 55 degC."),
    CELL_PARAM("n0", "1", 3.24, 0, 1000, "Cycle loss, stress of the charge."),
    CELL_PARAM("ea_n", "J/mol", -58000, -3e5, 3e5, "Cycle loss, activation: grows towards the cold."),
    CELL_PARAM("n1", "1", 2.1, 0, 100, "Cycle loss, state of charge."),
    CELL_PARAM("n2", "1", -0.099, -10, 10, "Cycle loss, threshold."),
    CELL_PARAM("n3", "1", 1.44, 0, 1000, "Cycle loss, sixth power of the depth."),
    CELL_PARAM("ea_n2", "J/mol", -13000, -3e5, 3e5, "Cycle loss, activation of that."),
    CELL_PARAM("n4", "1", 0.985, 0, 1000, "Cycle loss over calendar loss."),
};
static const fade_column state[] = {
    CELL_STATE("calendar"),
    CELL_STATE("cycle"),
};
static const fade_column in[] = {
    CELL_INPUTS(283.15, 333.15, 0.1, 1, 0, 1, 1, 1, CELL_RATES_COUNT),
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
      .k = "max(0, exp(-ea_cal/8.3144*(1/T - 1/298.15))*(b0 + b1*soc + b2*soc^2 + b3*soc^3 + b4*soc*T + "
           "b5*max(0, T - 328.15)))",
      .p = "0.5" },
    { .key = "cycle", .form = CELL_POWER, .by = CELL_EFC, .to = CELL_LOSS, .scale = 1,
      .k = "n4*max(0, exp(-ea_cal/8.3144*(1/Tm - 1/298.15))*(b0 + b1*m + b2*m^2 + b3*m^3 + b4*m*Tm + "
           "b5*max(0, Tm - 328.15)))*"
           "(max(0, n0*exp(-ea_n/8.3144*(1/Tm - 1/298.15))*(depth*(Cc + C*max(0, 1 - 1e9*Cc)))^0.5*(1 + n1*m) + n2) + "
           "n3*exp(-ea_n2/8.3144*(1/Tm - 1/298.15))*depth^6)",
      .p = "0.5" },
};
CELL_DUTY(0);
static const cell_law law = {
    .term = term,
    .nterm = sizeof term / sizeof term[0],
    .duty = &duty,
};
CELL_PLUGIN("nmc622-gr-denso",
            "Capacity of a DENSO NMC622-graphite cell of 50 Ah by time, temperature, state of charge, depth and "
            "rate of charge.",
            CELL_SOURCE);

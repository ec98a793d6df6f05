/* SPDX-License-Identifier: MIT
 * @ID@.c - an ageing law that is a table: what time takes and what cycling takes, each a power of its own.
 *
 *     loss = k_cal exp(-e_cal/R (1/T - 1/298.15)) exp(s_cal (soc - 0.5)) days^p_cal
 *          + (k_cyc + c_cyc C) depth^d_cyc cycles^p_cyc
 *
 * common_cell.h steps it, over rows and inside a duty; it says which forms there are and which names formulas may use.
 * Change the numbered tables and golden.csv, then `make check`.
 */
#define CELL_SOURCE ""                 /* paper and DOI, where the numbers have one: then CELL_PARAM for CELL_EXAMPLE */
#include "common_cell.h"

/* 1. The numbers: key, unit, value, least, greatest.  Formulas call them by key; a cell may have its own. */
static const fade_param params[] = {
    CELL_FACTOR,
    CELL_EXAMPLE("k_cal", "1", 1.5e-3, 0, 1, "Calendar loss at 25 degC and half charge (per day to the exponent)."),
    CELL_EXAMPLE("e_cal", "J/mol", 4e4, 0, 2e5, "Calendar loss, activation energy."),
    CELL_EXAMPLE("s_cal", "1", 0.6, -10, 10, "Calendar loss, state of charge."),
    CELL_EXAMPLE("p_cal", "1", 0.5, 0.1, 3, "Calendar loss, exponent of time."),
    CELL_EXAMPLE("k_cyc", "1", 1e-4, 0, 1, "Cycle loss (per cycle to the exponent)."),
    CELL_EXAMPLE("c_cyc", "h", 5e-5, 0, 1, "Cycle loss, C-rate."),
    CELL_EXAMPLE("d_cyc", "1", 0.8, 0, 10, "Cycle loss, exponent of the depth."),
    CELL_EXAMPLE("p_cyc", "1", 0.8, 0.1, 3, "Cycle loss, exponent of throughput."),
};

/* 2. What goes in and out.  A state and a result per term, in the order of the terms, results behind `loss`.
 * CELL_INPUTS says where the cell was tested: K, depth, soc, highest C-rate of charge and of discharge.  Of a duty:
 * CELL_TIME per term by time, CELL_MEAN per term with a shape, and in `rate` what each sample adds to these. */
static const fade_column state[] = { CELL_STATE("calendar"), CELL_STATE("cycle") };
static const fade_column in[] = {
    CELL_INPUTS(273.15, 323.15, 0.1, 1, 0, 1, 1, 2, CELL_RATES_COUNT),
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

/* 3. The terms. */
static const cell_term term[] = {
    { .key = "calendar", .form = CELL_POWER, .by = CELL_DAYS, .to = CELL_LOSS, .scale = 1,
      .k = "k_cal*exp(-e_cal/8.314462618*(1/T - 1/298.15))*exp(s_cal*(soc - 0.5))", .p = "p_cal" },
    { .key = "cycle", .form = CELL_POWER, .by = CELL_EFC, .to = CELL_LOSS, .scale = 1,
      .k = "(k_cyc + c_cyc*C)*depth^d_cyc", .p = "p_cyc" },
};

/* 4. Who you are. */
CELL_DUTY(0);
static const cell_law law = { .term = term, .nterm = sizeof term / sizeof term[0], .duty = &duty };
CELL_PLUGIN("@ID@", "Loss by powers of time and of cycles.", CELL_SOURCE);

/* SPDX-License-Identifier: MIT
 * common_cell.h - a family of empirical ageing laws: a cell is a table of terms, each a law of time or of cycles whose rate is a
 * formula.  A plugin of the family holds tables and this header, no code.
 *
 *   CELL_POWER    y = k x^p              CELL_POWER_B  y = (k x)^p
 *   CELL_SIGMOID  y = Y tanh((k x)^p/2)  CELL_LINEAR   y = k x          CELL_FREE  a sigmoid whose Y and p change with stress
 *
 * x is days or equivalent full cycles over `scale`.  Terms advance in virtual time: what is additive (k^(1/p) dx of a power, k dx
 * else) is integrated and kept as the state, so that a life does not depend on how it is cut into steps; only CELL_FREE keeps y
 * itself and finds x anew in each step.
 *
 * Names in formulas: of a sample T (K), soc, Ua (anode potential, V), V (the curve, if any); of what is booked depth, C (mean rate
 * over all time), Cc and Cd (mean rate of charge and discharge), lo, hi, m, Tm (lowest, highest, mean soc; mean temperature),
 * efc_day; the law's own `mean` names; its parameters.
 */
#ifndef FADE_PHYSICS_COMMON_CELL_H
#define FADE_PHYSICS_COMMON_CELL_H
#include "fade_plugin.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_POWER, CELL_POWER_B, CELL_SIGMOID, CELL_LINEAR, CELL_FREE };
enum { CELL_DAYS, CELL_EFC };
enum { CELL_LOSS, CELL_GAIN, CELL_GROWTH, CELL_APART };                  /* what y is: CELL_APART only formulas of results use */
enum { CELL_PROGRAMS = 8, CELL_MOST = 8, CELL_RATES = 16, CELL_NAMES = 64, CELL_LANES = 1024, CELL_BLOCK = 64, CELL_TEXT = 500 };

typedef struct cell_term {
    const char *key;                              /* of its state, and of its result loss_KEY or growth_KEY */
    int         form, by, to;
    double      scale;
    const char *k, *p, *y;                        /* formulas; a parameter or a number: p and y of CELL_POWER .. _SIGMOID, k of CELL_FREE */
    const char *shape;                            /* by cycles: a factor of k in which samples differ; its mean over time counts */
    const char *when;                             /* by cycles: acts where this is above 0 */
    int         each;                             /* by cycles: k (CELL_FREE: y and p) is the mean of what it is at each sample */
    double      first;                            /* y of a new cell */
} cell_term;

typedef struct cell_let { const char *name, *text; } cell_let;

typedef struct cell_law {
    const cell_term *term;
    uint32_t         nterm;
    const cell_let  *let, *mean;                  /* names for formulas; means over the samples between break points; NULL behind the last */
    const cell_let  *made;                        /* names for what is made of each sample once, without parameters: what `each` formulas need */
    const char      *loss, *resistance;           /* formulas over the terms' y; NULL: the sum; 1 + the sum of growths, where there are any */
    const char      *curve;                       /* the parameter that is V(soc); NULL: none */
    const fade_duty_v1 *duty;
} cell_law;

/* `rates` of CELL_INPUTS: without a C-rate there is no answer, or the C-rate is only watched. */
enum { CELL_RATES_COUNT = 0, CELL_RATES_ARE_WATCHED = FADE_OPTIONAL };

/* Inputs: those every cell has, those its formulas name, and of the duty CELL_TIME(key) and CELL_MEAN(key). */
enum { IN_DEPTH, IN_SOC, IN_T, IN_DURATION, IN_C, IN_CC, IN_CD, IN_C_MEAN, IN_LO, IN_HI, IN_SPAN, IN_GIVEN };
static const char *const cell_inputs[IN_GIVEN] = { "depth", "soc_mean", "temperature_mean", "duration", "c_rate", "c_rate_charge",
                                                   "c_rate_discharge", "c_rate_mean", "soc_min", "soc_max", "span" };
#define CELL_INPUTS(T_lo, T_hi, depth_lo, depth_hi, soc_lo, soc_hi, charge_hi, discharge_hi, rates)                              \
    { "depth", "1", "Depth of the cycle.", 1, 0, 1.5, depth_lo, depth_hi, 1, 0 },                                                \
    { "soc_mean", "1", "Mean state of charge.", 0.5, -0.01, 1.2, soc_lo, soc_hi, 1, 0 },                                         \
    { "temperature_mean", "K", "Mean cell temperature.", 298.15, 150, 500, T_lo, T_hi, 1, 0 },                                   \
    { "c_rate", "1/h", "C-rate of the cycle.", 0.5, 0, 100, 0, discharge_hi, 1, rates },                                         \
    { "c_rate_charge", "1/h", "C-rate of the charge; c_rate where unknown.", 0.5, 0, 100, 0, charge_hi, 1, FADE_OPTIONAL },      \
    { "duration", "s", "Calendar time booked with the row; unknown counts as none.", 0, 0, 1e11, 0, 0, 1, FADE_OPTIONAL }
#define CELL_IN_C_MEAN { "c_rate_mean", "1/h", "C-rate over all time, rests included; c_rate where unknown.", 0.5, 0, 100, 0, 0, 1, FADE_OPTIONAL }
#define CELL_IN_C_DISCHARGE { "c_rate_discharge", "1/h", "C-rate of the discharge; c_rate where unknown.", 0.5, 0, 100, 0, 0, 1, FADE_OPTIONAL }
#define CELL_IN_SOC_MIN { "soc_min", "1", "Lowest state of charge; the mean less half the depth where unknown.", 0, -0.5, 1.5, 0, 0, 1, FADE_OPTIONAL }
#define CELL_IN_SOC_MAX { "soc_max", "1", "Highest state of charge; the mean and half the depth where unknown.", 1, -0.5, 1.5, 0, 0, 1, FADE_OPTIONAL }
#define CELL_IN_SPAN { "span", "s", "Under a duty: time since the last break point.", 0, 0, 0, 0, 0, 1, FADE_OPTIONAL }
#define CELL_TIME(key) { key, "1", "Under a duty: the integral of what ages by time.", 0, 0, 0, 0, 0, 1, FADE_OPTIONAL }
#define CELL_MEAN(key) { "mean_" key, "1", "Under a duty: its mean over the samples since the last break point.", 0, 0, 0, 0, 0, 1, FADE_OPTIONAL }
#define CELL_RATE(key) { key, "1", "What a sample adds to it.", 0, 0, 0, 0, 0, 1, 0 }
#define CELL_STATE(key) { key, "1", "How far this term has come: what is additive of it.", 0, 0, 0, 0, 0, 1, 0 }
#define CELL_FACTOR                                                                                                              \
    { "ageing_factor", "1", "Speeds up everything: each term's time or throughput times this.  For spread between cells.", "",   \
      FADE_REAL, FADE_PER_CELL | FADE_STEP_ONLY | FADE_LOG, 1, 1e-6, 1e6, 0, 0, NULL }
#define CELL_PARAM(key, unit, value, least, most, doc) \
    { key, unit, doc, CELL_SOURCE, FADE_REAL, FADE_PER_CELL | FADE_FITTED, value, least, most, 0, 0, NULL }
#define CELL_EXAMPLE(key, unit, value, least, most, doc) \
    { key, unit, doc, CELL_SOURCE, FADE_REAL, FADE_PER_CELL | FADE_EXAMPLE, value, least, most, 0, 0, NULL }
#define CELL_LOSS_OUT(least) { "loss", "1", "Fraction of the initial capacity that is gone.", 0, least, 1, 0, 0, 1, 0 }
#define CELL_RESISTANCE_OUT { "resistance_ratio", "1", "Resistance over that of a new cell.", 1, 0, 0, 0, 0, 1, 0 }
#define CELL_OUT(key, doc) { key, "1", doc, 0, 0, 0, 0, 0, 1, 0 }
#define CELL_READS_SOC { "soc", "1", "State of charge.", 0, 0, 0, 0, 0, 1, 0 }
#define CELL_READS_T { "temperature", "K", "Temperature of the cell.", 0, 0, 0, 0, 0, 1, 0 }
#define CELL_READS_ANODE { "anode_potential", "V", "Potential of the anode.", 0, 0, 0, 0, 0, 1, 0 }

/* Graphite against lithium: Safari and Delacourt, J. Electrochem. Soc. 158, A562 (2011), doi 10.1149/1.3567007; lithiation from the
 * state of charge: Schimpe et al., doi 10.1149/2.1181714jes. */
#define CELL_ANODE(X)                                                                                                            \
    "0.6379 + 0.5416*exp(-305.5309*" X ") + 0.044*tanh(-(" X " - 0.1958)/0.1088) - 0.1978*tanh((" X " - 1.0571)/0.0854)"         \
    " - 0.6875*tanh((" X " + 0.0117)/0.0529) - 0.0175*tanh((" X " - 0.5692)/0.0875)"
#define CELL_LITHIATION "(0.0085 + soc*(0.78 - 0.0085))"

/* ---- a model --------------------------------------------------------------------------------------------------------------- */

/* Variables of formulas, in this order; then the law's means, what it has made of samples, its per-cell parameters. */
enum { V_SOC, V_T, V_UA, V_V, V_DEPTH, V_C, V_CC, V_CD, V_LO, V_HI, V_M, V_TM, V_EFC_DAY, V_OWN };
static const char *const cell_names[V_OWN] = { "soc", "T", "Ua", "V", "depth", "C", "Cc", "Cd", "lo", "hi", "m", "Tm", "efc_day" };

typedef struct cell_program {                     /* formulas compiled together; where the results are, -1 none */
    fade_expr *e;
    uint32_t   n;
    int        w[CELL_MOST], y[CELL_MOST], p[CELL_MOST], when[CELL_MOST], own[CELL_RATES];
} cell_program;

typedef struct cell_number {                      /* a formula that is a per-cell parameter, or a number */
    int     param;                                /* -1: a number */
    double *column;                               /* then CELL_LANES of it */
} cell_number;

typedef struct cell {
    const fade_host    *host;
    const fade_math_v1 *math;
    const fade_expr_v1 *expr;
    const cell_law     *law;
    const fade_value   *curve;
    uint32_t     nparam, nmean, nmade, nvar, first;        /* first: variable that is the first parameter */
    int          in[IN_GIVEN];                    /* where those inputs are; -1: the cell has it not */
    int          factor, nout, resistance;        /* the parameter ageing_factor; where resistance_ratio is, 0: none */
    uint32_t     used;                            /* bit v: a formula names variable v */
    const char  *name[CELL_NAMES];                /* of variables */
    int          time_in[CELL_MOST], time_p_in[CELL_MOST], shape_in[CELL_MOST], mean_in[CELL_MOST];       /* inputs; -1 none */
    int          made_at[CELL_RATES];             /* rates */
    cell_number  k[CELL_MOST], p[CELL_MOST], y[CELL_MOST];
    cell_program rate, chunk, each, across, row, out;      /* each: samples are lanes; across: cells are, one sample after the other */
    cell_program paced;                           /* chunk, where all is held that does not go with the cell's health */
    cell_program left;                            /* the formula of the loss alone */
    int          paces, looks, frees;             /* what is booked goes with the health; rates are made of each sample; free sigmoids */
    size_t       room_left, room_each;            /* bytes of scratch for these formulas, while steps go one behind the other */
    uint32_t     counts, roots;                   /* bit t: the loss is made of term t; its exponent is 0.5 */
} cell;

static int cell_find(const fade_list *l, const char *before, const char *key, const char *behind)
{
    char name[96];
    snprintf(name, sizeof name, "%s%s%s", before, key, behind);
    for (uint32_t i = 0; i < l->n; i++)           /* fade_param and fade_column begin with their key */
        if (strcmp(*(const char *const *)((const char *)l->at + (size_t)i * l->stride), name) == 0)
            return (int)i;
    return -1;
}

#include "common_cell_formula.h"
#include "common_cell_table.h"
#include "common_cell_step.h"
#include "common_cell_steps.h"

static const fade_model_v1 cell_model_v1 = {
    .size = sizeof cell_model_v1, .create = cell_create_checked, .destroy = cell_destroy, .scratch = cell_scratch,
    .init = cell_init, .step = cell_step, .observe = cell_observe,
};

static const void *cell_iface(const fade_desc *d, const char *id)
{
    const cell_law *law = d->own;
    if (strcmp(id, "fade.duty/1") == 0)
        return law->duty;
    return strcmp(id, "fade.model/1") == 0 ? &cell_model_v1 : NULL;
}

/* The whole of a plugin: tables `params`, `state`, `in`, `out`, `reads`, `rate`, `term`, and the law that names them. */
#define CELL_PLUGIN(name, sentence, paper)                                                                                       \
    static const fade_desc desc = {                                                                                              \
        .size = sizeof desc, .flags = FADE_PER_CYCLE, .id = name, .kind = "physics", .version = "1.0.0", .licence = "MIT",       \
        .doc = sentence, .cite = paper, .params = FADE_LIST(params),                                                             \
        .columns = { .state = FADE_LIST(state), .in = FADE_LIST(in), .out = FADE_LIST(out) }, .iface = cell_iface, .own = &law,   \
    };                                                                                                                           \
    FADE_LIBRARY(&desc)
/* Cycles are booked once a day or every equivalent full cycle, as the peer that these laws come from does. */
#define CELL_DUTY(more)                                                                                                          \
    static const fade_duty_v1 duty = {                                                                                           \
        .size = sizeof duty, .flags = (more) & FADE_LENT_SAMPLES ? (more) | FADE_LENT_TO_STEPS : (more), .break_time = 86400,    \
        .break_efc = 1, .in = FADE_LIST(reads), .rate = FADE_LIST(rate), \
        .rates = cell_rates, .steps = cell_steps,                                                                                \
    }
#endif

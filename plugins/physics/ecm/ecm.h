/* SPDX-License-Identifier: MIT
 * ecm.h - what the tables and the step of the circuit model share.
 */
#ifndef FADE_ECM_H
#define FADE_ECM_H
#include "../common_circuit.h"

/* Parameters; those up to ENTROPIC differ by cell, hence the same numbers in tile->param. */
enum {
    NOMINAL, CAPACITY, CAPACITY_FACTOR, RESISTANCE, RATIO, RESISTANCE_FACTOR, R0, R1, C1 = R1 + CIRCUIT_PAIRS,
    ACTIVATION = C1 + CIRCUIT_PAIRS, INITIAL_SOC, EFFICIENCY, HYSTERESIS_VOLTAGE, HYSTERESIS_RATE, INITIAL_HYSTERESIS,
    HEAT_CAPACITY, COOLING, VOLTAGE_MIN, VOLTAGE_MAX, ENTROPIC,
    PAIRS, HYSTERESIS, THERMAL, PULSE, TOLERANCE, REFERENCE, OCV    /* and the other tables */
};
enum { CHARGE, V1, HYSTERESIS_STATE = V1 + CIRCUIT_PAIRS, TEMPERATURE };
enum { CONTROL, DEMAND, AMBIENT };
enum {
    VOLTAGE, CURRENT, POWER, HEAT, OUT_TEMPERATURE, SOC, SOE, ENERGY, OUT_OCV, POLARIZATION, V_RC,
    OUT_HYSTERESIS = V_RC + CIRCUIT_PAIRS, DC_RESISTANCE, POWER_DISCHARGE, POWER_CHARGE, THROUGHPUT, OUTS
};

typedef struct ecm {
    const fade_host    *host;
    const fade_math_v1 *math;
    circuit             circuit;
    int                 lumped;
    double              pulse, tolerance, reference;      /* s, V, K */
} ecm;

int32_t ecm_step(const void *model, fade_tile *);
int32_t ecm_observe(const void *model, fade_tile *);
int32_t ecm_init(const void *model, fade_tile *);
size_t ecm_scratch(const void *model, uint32_t n);
#endif

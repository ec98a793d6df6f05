/* SPDX-License-Identifier: MIT
 * ecm.c - a cell as a circuit, per second: its parameters and columns.  step.c has the equations.
 */
#include "ecm.h"
#define CELL CIRCUIT_CELL

static const fade_param params[] = {
    CELL("nominal_capacity", "Ah", "Capacity of the new cell; not given: the cell's.", FADE_EXAMPLE, 2, 1e-6, 1e6),
    CELL("capacity", "Ah", "Capacity now, for example \"@capacity\" of an ageing law; 0: nominal_capacity.", FADE_LIVE,
         0, 0, 1e6),
    CELL("capacity_factor", "1", "Of this cell over that: spread between cells that age by one law.", 0, 1, 1e-3,
         1e3),
    CELL("resistance", "ohm",
         "Series resistance now at half charge and the reference temperature, for example \"@resistance\": all "
         "resistances are scaled to it; 0: as given.",
         FADE_LIVE, 0, 0, 1e3),
    CELL("resistance_ratio", "1", "All resistances now over those given, for example \"@resistance_ratio\".", FADE_LIVE,
         1, 1e-3, 1e3),
    CELL("resistance_factor", "1", "Of this cell's resistances over those: spread between cells.", 0, 1, 1e-3, 1e3),
    CIRCUIT_ELEMENTS,
    CELL("resistance_activation", "J/mol",
         "Activation energy of all resistances: they are as given at the reference temperature, larger when colder; "
         "leave it 0 with tables over temperature.",
         0, 0, 0, 2e5),
    CELL("initial_soc", "1", "State of charge at the start.", 0, 1, 0, 1),
    CELL("coulombic_efficiency", "1", "Part of the charge put in that stays.", 0, 1, 0.5, 1),
    CELL("hysteresis_voltage", "V", "Half the gap between charge and discharge, of one-state.", FADE_EXAMPLE, 0.02, 0,
         2),
    CELL("hysteresis_rate", "1", "How fast the hysteresis turns: it has decayed by 1/e after capacity / rate.",
         FADE_EXAMPLE, 50, 0, 1e6),
    CELL("initial_hysteresis", "1", "Hysteresis at the start: -1 as after discharge, 1 as after charge.", 0, 0, -1, 1),
    CELL("heat_capacity", "J/K", "Heat capacity of the cell.", FADE_EXAMPLE | FADE_LOG, 40, 1e-3, 1e9),
    CELL("cooling", "W/K", "Heat conducted to the surroundings.", FADE_EXAMPLE, 0.05, 0, 1e6),
    CELL("voltage_min", "V", "Lower limit, for the power that can be drawn.", FADE_EXAMPLE, 2.5, 0, 1e3),
    CELL("voltage_max", "V", "Upper limit, for the power that can be put in.", FADE_EXAMPLE, 4.2, 0, 1e3),
    CELL("entropic", "V/K", "Change of the open-circuit voltage with temperature.", 0, 0, -0.1, 0.1),
    { "pairs", "", "RC pairs.", "", FADE_INT, 0, 2, 0, CIRCUIT_PAIRS, 0, 0, NULL },
    { "hysteresis", "",
      "none; one-state: OCV + hysteresis_voltage h (Plett 2004); two-curves: h mixes ocv and ocv_charge.", "",
      FADE_CHOICE, 0, 0, 0, 0, 0, 0, "none|one-state|two-curves" },
    { "thermal", "", "lumped: one node that heats; isothermal: the cell is as warm as its surroundings.", "",
      FADE_CHOICE, 0, 0, 0, 0, 0, 0, "lumped|isothermal" },
    { "pulse", "s", "How long the power capability is held.", "", FADE_REAL, FADE_ADVANCED, 10, 0.1, 3600, 0, 0, NULL },
    { "tolerance", "V", "How far the voltage may bend between two steps.", "", FADE_REAL, FADE_ADVANCED | FADE_LOG,
      2e-4, 1e-9, 0.1, 0, 0, NULL },
    { "temperature_reference", "K", "Temperature the open-circuit voltage and the numbers are given at.", "", FADE_REAL,
      0, 298.15, 200, 400, 0, 0, NULL },
    CIRCUIT_TABLES,
};

#define RC_STATE(k, nth) { "v" k, "V", "Voltage over the " nth " RC pair.", 0, 0, 0, 0, 0, 1, 0 }
static const fade_column state[] = {
    { "charge", "Ah", "Charge taken out since full.", 0, 0, 0, 0, 0, 1, 0 },
    RC_STATE("1", "first"),
    RC_STATE("2", "second"),
    RC_STATE("3", "third"),
    RC_STATE("4", "fourth"),
    { "hysteresis", "1", "-1 on the curve of discharge, 1 on that of charge.", 0, -1.000001, 1.000001, 0, 0, 1, 0 },
    { "temperature", "K", "Cell temperature.", 298.15, 0, 0, 243.15, 343.15, 1, 0 },
};
static const fade_column in[] = {
    { "control", "", "What is held: 0 current, 1 voltage, 2 power, 3 resistance.", 0, 0, 3, 0, 0, 1, FADE_PLANNED },
    { "demand", "A|V|W|ohm", "How much of it.", 0, -1e6, 1e6, 0, 0, 1, FADE_PLANNED },
    { "temperature_ambient", "K", "Temperature of the surroundings.", 298.15, 150, 500, 243.15, 343.15, 1,
      FADE_PLANNED },
};
#define OUT(key, unit, doc, init) { key, unit, doc, init, 0, 0, 0, 0, 1, 0 }
static const fade_column out[] = {
    OUT("voltage", "V", "Terminal voltage.", 0),
    OUT("current", "A", "Current, discharge positive.", 0),
    OUT("power", "W", "Power given, discharge positive.", 0),
    OUT("heat", "W", "Heat made: in the resistances, by hysteresis, by charge lost, by entropy (or taken).", 0),
    { "temperature", "K", "Cell temperature.", 298.15, 0, 0, 243.15, 343.15, 1, 0 },
    { "soc", "1", "State of charge.", 1, -0.2, 1.2, 0, 1, 1, 0 },
    OUT("soe", "1", "State of energy: what rest would give until empty over that from full.", 1),
    OUT("energy_left", "Wh", "Energy until empty at the open-circuit voltage.", 0),
    OUT("ocv", "V", "Open-circuit voltage, hysteresis and temperature included.", 0),
    OUT("polarization", "V", "Voltage over all RC pairs.", 0),
    OUT("v_rc1", "V", "Voltage over the first RC pair.", 0),
    OUT("v_rc2", "V", "Voltage over the second RC pair.", 0),
    OUT("v_rc3", "V", "Voltage over the third RC pair.", 0),
    OUT("v_rc4", "V", "Voltage over the fourth RC pair.", 0),
    OUT("hysteresis", "1", "-1 on the curve of discharge, 1 on that of charge.", 0),
    OUT("dc_resistance", "ohm", "Series resistance and those of the RC pairs, now.", 0),
    OUT("power_discharge_max", "W", "Most power that can be drawn for the pulse.", 0),
    OUT("power_charge_max", "W", "Most power that can be put in for the pulse.", 0),
    { "throughput", "Ah", "Charge moved in either direction.", 0, 0, 0, 0, 0, 1, FADE_TOTAL },
};

static int32_t refuse(const fade_host *host, int32_t code, const char *text)
{
    fade_say(host, 3, code, -1, text);
    return code;
}

static void destroy(void *model)
{
    ecm *m = model;
    if (!m)
        return;
    circuit_free(&m->circuit);
    free(m);
}

static int32_t create(const fade_host *host, const fade_args *args, void **model)
{
    const fade_math_v1 *math = host->iface(host, "fade.math/1");
    if (!math)
        return refuse(host, FADE_EBUG, "ecm needs the host's fade.math/1");
    ecm *m = calloc(1, sizeof *m);
    if (!m)
        return refuse(host, FADE_ENOMEM, "no memory for ecm");
    m->host = host;
    m->math = math;
    m->lumped = args->at[THERMAL].real == 0;
    m->pulse = args->at[PULSE].real;
    m->tolerance = args->at[TOLERANCE].real;
    m->reference = args->at[REFERENCE].real;
    m->circuit.pairs = (uint32_t)args->at[PAIRS].real;
    m->circuit.hysteresis = (int)args->at[HYSTERESIS].real;
    int32_t rc = circuit_make(&m->circuit, host, args, OCV);
    if (rc) {
        destroy(m);
        return rc;
    }
    *model = m;
    return FADE_OK;
}

static const fade_model_v1 model_v1 = {
    .size = sizeof model_v1,
    .create = create,
    .destroy = destroy,
    .scratch = ecm_scratch,
    .init = ecm_init,
    .step = ecm_step,
    .observe = ecm_observe,
};

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.model/1") == 0 ? &model_v1 : NULL;
}

static const fade_desc desc = {
    .size = sizeof desc,
    .id = "ecm",
    .kind = "physics",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "A cell as a circuit, per second: open-circuit voltage with hysteresis, resistance, RC pairs and heat.",
    .cite = "G. L. Plett, Extended Kalman filtering for battery management systems of LiPB-based HEV battery packs: "
            "Part 2, J. Power Sources 134, 262-276, 2004, doi 10.1016/j.jpowsour.2004.02.032 (one-state hysteresis)",
    .params = FADE_LIST(params),
    .columns = { .state = FADE_LIST(state), .in = FADE_LIST(in), .out = FADE_LIST(out) },
    .iface = iface,
};
FADE_LIBRARY(&desc);

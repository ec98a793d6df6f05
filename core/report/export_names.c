/* SPDX-License-Identifier: MIT
 * export_names.c - columns as others call them: labels of the Battery Data Format, variables of PyBaMM.
 */
#include "core/report/export.h"
#include <ctype.h>
#include <string.h>

/* Names fade and others agree on; what is not here is made from key and unit. */
static const struct { const char *name, *bdf, *pybamm; } known[] = {
    { "battery_id", "Battery ID", "Battery ID" },
    { "case", "Case", "Case" },
    { "variant", "Variant", "Variant" },
    { "cycle_count", "Cycle Count / 1", "Cycle number" },
    { "time", "Unix Time / s", "Time" },
    { "test_time_second", "Test Time / s", "Time [s]" },
    { "voltage_volt", "Voltage / V", "Voltage [V]" },
    { "current_ampere", "Current / A", "Current [A]" },
    { "temperature_ambient_celsius", "Ambient Temperature / degC", "Ambient temperature [C]" },
    { "temperature_mean_celsius", "Mean Temperature / degC", "X-averaged cell temperature [C]" },
    { "temperature_max_celsius", "Maximum Temperature / degC", NULL },
    { "resistance_ohm", "Internal Resistance / ohm", "Local ECM resistance [Ohm]" },
    { "capacity_ah", "Capacity / Ah", "Discharge capacity [A.h]" },
    { "capacity_charge_ah", "Cycle Charging Capacity / Ah", NULL },
    { "cycle_discharging_capacity_ah", "Cycle Discharging Capacity / Ah", NULL },
    { "cycle_charging_capacity_ah", "Cycle Charging Capacity / Ah", NULL },
    { "discharging_capacity_ah", "Discharging Capacity / Ah", "Discharge capacity [A.h]" },
    { "discharging_energy_wh", "Discharging Energy / Wh", "Discharge energy [W.h]" },
    { "temperature_celsius", "Surface Temperature T1 / degC", "Cell temperature [C]" },
    { "energy_wh", "Cycle Discharging Energy / Wh", "Discharge energy [W.h]" },
    { "physics_capacity_ah", "Physics Capacity / Ah", "Capacity [A.h]" },
    { "throughput_capacity_ah", "Cumulative Capacity / Ah", "Throughput capacity [A.h]" },
    { "throughput_energy_wh", "Cumulative Energy / Wh", "Throughput energy [W.h]" },
    { "soh_ratio", "State of Health / 1", "State of health" },
    { "soc_mean_ratio", "Mean State of Charge / 1", "Mean SoC" },
    { "depth_ratio", "Depth of Discharge / 1", "Depth of discharge" },
    { "c_rate_per_hour", "C-Rate / 1/h", "C-rate" },
    { "lli_percent", "Loss of Lithium Inventory / %", "Loss of lithium inventory [%]" },
    { "lam_ne_percent", "Loss of Active Material in Negative Electrode / %",
      "Loss of active material in negative electrode [%]" },
    { "lam_pe_percent", "Loss of Active Material in Positive Electrode / %",
      "Loss of active material in positive electrode [%]" },
};
enum { NKNOWN = sizeof known / sizeof *known };

static int find(const char *name)
{
    for (int i = 0; i < NKNOWN; i++)
        if (strcmp(known[i].name, name) == 0)
            return i;
    return -1;
}

/* "hybrid_lower" as "Hybrid Lower" or "Hybrid lower". */
static void spell(const char *key, bool every_word, char out[EXPORT_NAME])
{
    size_t n = 0;
    bool first = true;
    for (; *key && n < EXPORT_NAME - 1; key++) {
        bool gap = *key == '_' || *key == '.';
        out[n++] = gap ? ' ' : first ? (char)toupper((unsigned char)*key) : *key;
        first = gap && every_word;
    }
    out[n] = '\0';
}

void export_name_bdf(const char *name, const char *key, const char *in, char out[EXPORT_NAME])
{
    char words[EXPORT_NAME];
    int at = find(name);
    spell(key, true, words);
    if (at >= 0)
        snprintf(out, EXPORT_NAME, "%s", known[at].bdf);
    else
        snprintf(out, EXPORT_NAME, "%.120s / %.30s", words, *in ? in : "1");
}

static const char *pybamm_unit(const char *in)
{
    static const struct { const char *ours, *theirs; } said[] = {
        { "Ah", "A.h" }, { "Wh", "W.h" }, { "degC", "C" }, { "ohm", "Ohm" }, { "1", "" }, { "1/h", "h-1" },
    };
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (strcmp(in, said[i].ours) == 0)
            return said[i].theirs;
    return in;
}

void export_name_pybamm(const char *name, const char *key, const char *in, char out[EXPORT_NAME])
{
    char words[EXPORT_NAME];
    int at = find(name);
    if (at < 0 && text_starts(name, "physics_l"))       /* lli, lam_ne, lam_pe: nobody observes them */
        at = find(name + strlen("physics_"));
    spell(key, false, words);
    const char *theirs = pybamm_unit(in);
    if (at >= 0 && known[at].pybamm)
        snprintf(out, EXPORT_NAME, "%s", known[at].pybamm);
    else if (*theirs)
        snprintf(out, EXPORT_NAME, "%.120s [%.30s]", words, theirs);
    else
        snprintf(out, EXPORT_NAME, "%.150s", words);
}

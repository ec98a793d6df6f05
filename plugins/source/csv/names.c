/* SPDX-License-Identifier: MIT
 * names.c - what cyclers call things: headers to keys and units.
 *
 * A header is a name and perhaps a unit: "Discharge_Capacity(Ah)", "Voltage / V", "voltage_in_V", "I/mA",
 * "capacity_ah".  Names are compared in small letters with anything else than letters and digits as one '_'.
 */
#include "inside.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const standard standards[] = {
    { "capacity", "Ah", "Charge of the discharge.", FADE_TARGET },
    { "energy", "Wh", "Energy of the discharge.", FADE_TARGET },
    { "discharge_time", "s", "How long the discharge took.", FADE_TARGET },
    { "charge_capacity", "Ah", "Charge put in by the charge.", FADE_TARGET },
    { "true_capacity", "Ah", "Capacity of a virtual cell without noise.", FADE_TARGET },
    { "charge_time", "s", "How long the charge before the discharge took.", FADE_EARLY },
    { "charge_cc_time", "s", "Its part at constant current.", FADE_EARLY },
    { "temperature_start", "degC", "Temperature of the cell as the discharge begins.", FADE_EARLY },
    { "temperature_mean", "degC", "Mean temperature of the cell.", 0 },
    { "temperature_max", "degC", "Highest temperature of the cell.", 0 },
    { "temperature_ambient", "degC", "Temperature around the cell.", FADE_PLANNED },
    { "current_mean", "A", "Mean current of the discharge, positive.", 0 },
    { "voltage_min", "V", "Lowest voltage.", 0 },
    { "voltage_mean", "V", "Mean voltage of the discharge.", 0 },
    { "resistance", "ohm", "Internal resistance.", 0 },
    { "depth", "1", "Depth of discharge.", FADE_PLANNED },
    { "soc_mean", "1", "Mean state of charge.", FADE_PLANNED },
    { "c_rate", "1/h", "Rate of discharge, times the nominal capacity.", FADE_PLANNED },
    { "c_rate_charge", "1/h", "Rate of charge, times the nominal capacity.", FADE_PLANNED },
    { "rest", "s", "Time at no load before the cycle.", FADE_PLANNED },
    { "duration", "s", "From this cycle's start to the next one's.", FADE_PLANNED },
    { "group", "", "Number of the group the cell belongs to.", FADE_PLANNED },
    { "count", "", "Alike cycles the row stands for.", FADE_PLANNED },
    { "flags", "", "0 good; 1 its flag was kept as asked; 2 an outlier was dropped.", 0 },
};

/* key or role, then the names that mean it; '|' around each.  Sources: the manuals and exports of Arbin (MITS), Neware
 * (BTS), Maccor, BioLogic (EC-Lab), the Battery Data Format's labels, BatteryML, PyBaMM, NASA and this program's own
 * files. */
static const struct { const char *key, *names;
} synonyms[] = {
    { "cell", "|cell|battery|battery_id|cell_id|batteryid|cellid|cell_name|battery_name|barcode|serial_number|" },
    { "cycle", "|cycle|cycle_index|cycle_count|cycle_number|id_cycle|cycle_id|cyc|cycle_no|cycle_nr|cycle_num|"
               "cyclenumber|charge_cycles|" },
    { "date", "|start_time|date_time|datetime|timestamp|date|dpt_time|absolute_time|system_time|unix_time|real_time|"
              "time_stamp|" },
    { "flag", "|flag|quality|" },
    { "test_time", "|test_time|testtime|total_time|elapsed_time|relative_time|t|" },
    { "voltage", "|voltage|voltage_measured|v|u|ecell|ewe|volts|terminal_voltage|battery_voltage|cell_voltage|battery_"
                 "terminal_voltage|" },
    { "current", "|current|current_measured|i|amps|battery_current|" },
    { "temperature",
      "|temperature|temperature_measured|cell_temperature|surface_temperature|t1|temp|temp_1|temp1|temperature_t1|"
      "temperature_1|"
      "aux_temperature_1|battery_temperature|x_averaged_cell_temperature|volume_averaged_cell_temperature|cell_temp|" },
    { "capacity", "|capacity|discharge_capacity|q_discharge|qdischarge|qd|dchg_cap|cap_dchg|dischg_cap|discharge_cap|"
                  "capacity_discharge|"
                  "cycle_discharging_capacity|cycle_discharge_capacity|discharging_capacity|discharged_capacity|cap|"
                  "amp_hr|dchg_capacity|q_dis|" },
    { "charge_capacity",
      "|charge_capacity|q_charge|qcharge|qc|chg_cap|cap_chg|cycle_charging_capacity|charging_capacity|" },
    { "energy", "|energy|discharge_energy|energy_discharge|dchg_energy|energy_dchg|cycle_discharging_energy|"
                "discharging_energy|watt_hr|" },
    { "resistance",
      "|resistance|internal_resistance|ir|dcir|dc_internal_resistance|ac_internal_resistance|local_ecm_resistance|" },
    { "charge_time", "|charge_time|chargetime|charging_time|chg_time|" },
    { "charge_cc_time", "|charge_cc_time|cc_charge_time|cc_time|" },
    { "discharge_time", "|discharge_time|discharging_time|dchg_time|dischg_time|" },
    { "temperature_start", "|temperature_start|start_temperature|" },
    { "temperature_mean", "|temperature_mean|mean_temperature|tavg|t_avg|temperature_avg|average_temperature|avg_"
                          "temperature|temp_avg|temp_mean|" },
    { "temperature_max", "|temperature_max|max_temperature|tmax|t_max|temp_max|maximum_temperature|" },
    { "temperature_ambient", "|temperature_ambient|ambient|ambient_temperature|ambient_temp|chamber_temperature|"
                             "environment_temperature|t_amb|" },
    { "current_mean", "|current_mean|mean_current|average_current|avg_current|discharge_current|" },
    { "voltage_min", "|voltage_min|min_voltage|minimum_voltage|vmin|v_min|" },
    { "voltage_mean", "|voltage_mean|mean_voltage|average_voltage|avg_voltage|" },
    { "depth", "|depth|dod|depth_of_discharge|" },
    { "soc_mean", "|soc_mean|mean_soc|average_soc|" },
    { "c_rate", "|c_rate|crate|discharge_c_rate|" },
    { "c_rate_charge", "|c_rate_charge|charge_c_rate|" },
    { "rest", "|rest|rest_time|" },
    { "duration", "|duration|cycle_duration|" },
    { "count", "|count|" },
    { "true_capacity", "|true_capacity|" },
};

/* Words for a unit (in small letters), what the host calls it, and its size in s, A, V or Ah where samples are added
 * up. */
static const struct { const char *words, *unit; double scale;
} units[] = {
    { "|ah|a_h|amp_hr|", "Ah", 1 },
    { "|mah|ma_h|", "mAh", 1e-3 },
    { "|wh|w_h|watt_hr|", "Wh", 1 },
    { "|mwh|mw_h|", "mWh", 1e-3 },
    { "|v|volt|volts|", "V", 1 },
    { "|mv|", "mV", 1e-3 },
    { "|a|amp|amps|ampere|", "A", 1 },
    { "|ma|", "mA", 1e-3 },
    { "|c|degc|deg_c|celsius|oc|", "degC", 1 },
    { "|k|kelvin|", "K", 1 },
    { "|degf|f|", "degF", 1 },
    { "|s|sec|secs|second|seconds|", "s", 1 },
    { "|ms|", "ms", 1e-3 },
    { "|min|mins|minute|minutes|", "min", 60 },
    { "|h|hr|hrs|hour|hours|", "h", 3600 },
    { "|d|day|days|", "d", 86400 },
    { "|ohm|ohms|", "ohm", 1 },
    { "|mohm|milliohm|mohms|", "mohm", 1e-3 },
    { "|w|watt|", "W", 1 },
    { "|1|ratio|fraction|", "1", 1 },
    { "|percent|pct|", "%", 0.01 },
    { "|1_h|per_hour|", "1/h", 1 },
};
#define LENGTH(a) (sizeof(a) / sizeof(a)[0])

static const char *const role_names[ROLE_N] = { "cell",      "cycle",   "date",    "flag",
                                                "test_time", "voltage", "current", "temperature" };

const standard *names_standard(const char *key)
{
    for (size_t k = 0; k < LENGTH(standards); k++)
        if (strcmp(standards[k].key, key) == 0)
            return &standards[k];
    return NULL;
}

int names_role(const char *key)
{
    for (int k = 0; k < ROLE_N; k++)
        if (strcmp(role_names[k], key) == 0)
            return k;
    return -1;
}

/* Small letters and digits, everything else one '_' between them; what is not ASCII is dropped. */
static void plain(const char *at, size_t n, char *out, size_t room)
{
    size_t m = 0;
    for (size_t k = 0; k < n && m + 2 < room; k++) {
        unsigned char c = (unsigned char)at[k];
        if (isalnum(c) && c < 128)
            out[m++] = (char)tolower(c);
        else if (c < 128 && m > 0 && out[m - 1] != '_')
            out[m++] = '_';
    }
    while (m > 0 && out[m - 1] == '_')
        m--;
    out[m] = '\0';
}

static bool among(const char *list, const char *word)
{
    char fenced[80];
    snprintf(fenced, sizeof fenced, "|%s|", word);
    return *word && strstr(list, fenced) != NULL;
}

static const char *key_of(const char *name)
{
    for (size_t k = 0; k < LENGTH(synonyms); k++)
        if (among(synonyms[k].names, name))
            return synonyms[k].key;
    return NULL;
}

const char *names_unit(const char *word)
{
    static const struct { const char *sign, *unit;
    } signs[] = {
        { "m\xce\xa9", "mohm" },   { "\xce\xa9", "ohm" },      { "m\xe2\x84\xa6", "mohm" },
        { "\xe2\x84\xa6", "ohm" }, { "\xe2\x84\x83", "degC" }, { "%", "%" },
    };
    char small[UNIT_BYTES];
    for (size_t k = 0; k < LENGTH(signs); k++)
        if (strcmp(word, signs[k].sign) == 0)
            return signs[k].unit;
    plain(word, strlen(word), small, sizeof small);
    for (size_t k = 0; k < LENGTH(units); k++)
        if (among(units[k].words, small))
            return units[k].unit;
    return NULL;
}

double names_scale(const char *unit)
{
    for (size_t k = 0; k < LENGTH(units); k++)
        if (strcmp(units[k].unit, unit) == 0)
            return units[k].scale;
    return 1;
}

/* Where the name of a header ends and its unit is: in brackets, behind '/', behind "_in_".  true: *unit is a unit we
 * know. */
static bool split(const char *header, size_t *name, const char **unit)
{
    char word[UNIT_BYTES];
    size_t n = strlen(header), from = 0, to = n;
    const char *in = strstr(header, "_in_"), *slash = strrchr(header, '/');
    if (n > 2 && (header[n - 1] == ')' || header[n - 1] == ']')) {
        char open = header[n - 1] == ')' ? '(' : '[';
        const char *bracket = strrchr(header, open);
        if (!bracket)
            return false;
        *name = (size_t)(bracket - header);
        from = *name + 1;
        to = n - 1;
    } else if (slash) {
        *name = (size_t)(slash - header);
        from = *name + 1;
    } else if (in) {
        *name = (size_t)(in - header);
        from = *name + 4;
    } else {
        return false;
    }
    while (from < to && header[from] == ' ')
        from++;
    if (to - from >= sizeof word)
        return false;
    memcpy(word, header + from, to - from);
    word[to - from] = '\0';
    *unit = names_unit(word);
    return *unit != NULL;
}

void names_read(const char *header, named *out)
{
    size_t n = strlen(header);
    char name[72];
    const char *unit = NULL;
    *out = (named){ .role = -1 };
    bool said = split(header, &n, &unit);
    plain(header, said ? n : strlen(header), name, sizeof name);
    if (strcmp(name, "time") == 0) {              /* NASA has both: "Time" in seconds, "time" a date */
        out->either = !said;
        out->key = "test_time";
    } else {
        out->key = key_of(name);
    }
    char *tail = strrchr(name, '_');
    if (!out->key && tail) {                      /* capacity_ah */
        *tail = '\0';
        unit = names_unit(tail + 1);
        out->key = unit ? key_of(name) : NULL;
        if (unit && strcmp(name, "time") == 0)
            out->key = "test_time";
    }
    if (unit)
        snprintf(out->unit, sizeof out->unit, "%s", unit);
    if (out->key)
        out->role = names_role(out->key);
}

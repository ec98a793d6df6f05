/* SPDX-License-Identifier: MIT
 * columns.c - the standard columns: what every source, condition and law may speak of.
 *
 * The flags say when a value is known: PLANNED before the cycle, EARLY during it, neither only after it; TARGET
 * contains the answer.
 */
#include "core/base/log.h"
#include "core/base/units.h"
#include "core/scenario/scenario.h"
#include <math.h>
#include <string.h>

#define LATE 0
#define PLANNED FADE_PLANNED
#define EARLY FADE_EARLY
#define TARGET FADE_TARGET

/* X(key, unit, least, most, flags, sentence); a value outside least..most is refused as a condition. */
#define COLUMNS(X)                                                                                                     \
    X(count, "", 0, 1e9, PLANNED, "How many alike cycles the row stands for; 1 unless given.")                         \
    X(depth, "1", 0, 1, PLANNED, "Depth of discharge of the cycle.")                                                   \
    X(soc_mean, "1", 0, 1, PLANNED, "Mean state of charge over the cycle.")                                            \
    X(temperature_mean, "K", 150, 500, LATE, "Mean temperature of the cell over the cycle.")                           \
    X(temperature_max, "K", 150, 1500, LATE, "Highest temperature of the cell in the cycle.")                          \
    X(temperature_start, "K", 150, 500, EARLY, "Temperature of the cell when the discharge starts.")                   \
    X(temperature_ambient, "K", 150, 500, PLANNED, "Temperature around the cell.")                                     \
    X(c_rate, "1/h", 0, 1000, PLANNED, "Rate of discharge, times the nominal capacity.")                               \
    X(c_rate_charge, "1/h", 0, 1000, PLANNED, "Rate of charge, times the nominal capacity.")                           \
    X(charge_time, "s", 0, 1e9, EARLY, "Time of the charge before this discharge.")                                    \
    X(charge_cc_time, "s", 0, 1e9, EARLY, "Time of that charge at constant current.")                                  \
    X(rest, "s", 0, 1e11, PLANNED, "Time at no load before the cycle.")                                                \
    X(duration, "s", 0, 1e11, PLANNED,                                                                                 \
      "Calendar time booked with the row: from this cycle's start to the next one's.")                                 \
    X(discharge_time, "s", 0, 1e9, TARGET,                                                                             \
      "Time of the discharge; at a known current it is the capacity in other words.")                                  \
    X(current_mean, "A", -1e6, 1e6, LATE, "Mean current of the discharge, positive.")                                  \
    X(voltage_min, "V", -1e6, 1e6, LATE, "Lowest voltage of the discharge.")                                           \
    X(voltage_mean, "V", -1e6, 1e6, LATE, "Mean voltage of the discharge.")                                            \
    X(capacity, "Ah", 0, 1e9, TARGET, "Observed capacity of the discharge.")                                           \
    X(capacity_charge, "Ah", 0, 1e9, TARGET, "Charge put in before the discharge; nearly its capacity.")               \
    X(energy, "Wh", 0, 1e12, TARGET, "Observed energy of the discharge.")                                              \
    X(soh, "1", 0, 2, TARGET, "Observed state of health: capacity over the reference.")                                \
    X(true_capacity, "Ah", 0, 1e9, TARGET, "Capacity without noise, known only of a virtual cell.")                    \
    X(resistance, "ohm", 0, 1e6, LATE, "Observed internal resistance.")                                                \
    X(flags, "", 0, 0, LATE, "What is doubtful about the row; 0 is good.")                                             \
    X(voltage, "V", -1e6, 1e6, LATE, "Voltage of a sample.")                                                           \
    X(current, "A", -1e6, 1e6, LATE, "Current of a sample; discharge is positive.")                                    \
    X(temperature, "K", 150, 1500, LATE, "Temperature of a sample.")                                                   \
    X(time, "s", 0, 1e12, LATE, "Time of a sample within its cycle.")

#define PLACE(key, ...) AT_##key,
#define COLUMN(key, unit, least, most, flags, doc) { #key, unit, doc, NAN, least, most, 0, 0, 1, flags },
#define POINT(key, ...) &columns[AT_##key],
enum { COLUMNS(PLACE) NCOLUMNS };
static const fade_column columns[] = { COLUMNS(COLUMN) };
static const fade_column *const pointers[] = { COLUMNS(POINT) };

const fade_column *scenario_column(const char *key)
{
    for (size_t i = 0; i < NCOLUMNS; i++)
        if (strcmp(columns[i].key, key) == 0)
            return &columns[i];
    return NULL;
}

#define FAR 20.0                                  /* times the nominal capacity no cell of that name has */

/* What laws say of a cell, and a source measures: compared, so in one unit from the start. */
static const char *const compared[] = { "capacity", "capacity_charge", "energy", "soh", "true_capacity", "resistance" };

double scenario_unit(fade_column *c)
{
    const fade_column *standard = scenario_column(c->key);
    double scale = 1, offset = 0;
    unit from, to;
    bool among = false;
    for (size_t i = 0; i < sizeof compared / sizeof compared[0]; i++)
        among |= strcmp(compared[i], c->key) == 0;
    if (!among || !c->unit || strcmp(c->unit, standard->unit) == 0 || units_parse(c->unit, &from, NULL) ||
        units_parse(standard->unit, &to, NULL) || !units_convert(&from, &to, NAN, &scale, &offset))
        return 1;
    if (scale != 1)
        c->unit = standard->unit;
    return scale;
}

bool scenario_doubt(const scenario *s, const char *cell, double capacity)
{
    double times = capacity / s->cell.nominal_capacity;
    bool far = times > FAR || (times > 0 && times < 1 / FAR);
    if (far)
        log_say(LOG_WARNING, NULL,
                "%s was measured with %g Ah, and [cell] nominal_capacity is %g Ah: is its unit right?",
                cell ? cell : "a cell", capacity, s->cell.nominal_capacity);
    return far;
}

size_t scenario_columns(const fade_column *const **out)
{
    *out = pointers;
    return NCOLUMNS;
}

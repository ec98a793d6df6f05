/* SPDX-License-Identifier: MIT
 * readings.c - the curve of the charge before as columns: charge_voltage_at_60s, charge_current_at_60s, ..
 */
#include "nasa.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 128 };                              /* times */

int32_t nasa_grid_of(double every, double until, nasa_grid *grid, nasa_why *w)
{
    if (!(every > 0))
        return FADE_OK;
    if (every != floor(every))
        return nasa_fail(w, FADE_EINVAL, "curve_every is %g s, but columns are named by whole seconds", every);
    if (!(until >= every && until / every < MOST + 1))
        return nasa_fail(w, FADE_EINVAL,
                         "curve_every = %g s up to curve_until = %g s is %.0f readings, 1 to %d will do", every, until,
                         floor(until / every), MOST);
    *grid = (nasa_grid){ every, (uint32_t)(until / every) };
    return FADE_OK;
}

static bool among(const fade_column *fixed, const char *key)
{
    for (int k = 0; k < NASA_N; k++)
        if (strcmp(fixed[k].key, key) == 0)
            return true;
    return false;
}

int32_t nasa_readings_name(const nasa_book *b, const fade_column *fixed, nasa_readings *out, nasa_why *w)
{
    static const struct { const char *key, *unit, *what; } channel[NASA_CHANNELS] = {
        { "charge_voltage", "V", "Voltage" },
        { "charge_current", "A", "Current" },
        { "charge_temperature", "degC", "Temperature of the cell" },
    };
    const nasa_grid *grid = &b->grid;
    if (grid->n == 0)
        return FADE_OK;
    if (!b->operations)
        return nasa_fail(w, FADE_EINVAL,
                         "curve_every asks for readings of charges, but there is no charge here; a .mat "
                         "file has them");
    out->name = calloc(NASA_CHANNELS * (size_t)grid->n, sizeof *out->name);
    out->column = calloc(NASA_N + NASA_CHANNELS * (size_t)grid->n, sizeof *out->column);
    if (!out->name || !out->column)
        return nasa_fail(w, FADE_ENOMEM, "no memory for %u readings of a charge", grid->n);
    memcpy(out->column, fixed, NASA_N * sizeof *fixed);
    for (uint32_t k = 0; k < NASA_CHANNELS * grid->n; k++) {
        nasa_reading *r = &out->name[out->n];
        uint32_t c = k / grid->n;
        double t = (k % grid->n + 1) * grid->every;
        snprintf(r->key, sizeof r->key, "%s_at_%.0fs", channel[c].key, t);
        snprintf(r->doc, sizeof r->doc, "%s %.0f s into the charge before.", channel[c].what, t);
        if (among(fixed, r->key))
            continue;
        r->at = k;
        out->column[NASA_N + out->n++] = (fade_column){ .key = r->key, .unit = channel[c].unit, .doc = r->doc,
                                                        .flags = FADE_EARLY };
    }
    return FADE_OK;
}

void nasa_readings_free(nasa_readings *r)
{
    free(r->column);
    free(r->name);
}

/* SPDX-License-Identifier: MIT
 * stop.h - when a lane ends: "70% capacity", "1.4 Ah capacity", "500 cycles", "10 years", "temperature_max > 60 degC".
 */
#ifndef FADE_SCENARIO_STOP_H
#define FADE_SCENARIO_STOP_H
#include "core/scenario/scenario.h"

/* Reads `text` into *out; what lives on is copied into t.  E_INPUT with the forms there are, E_DOMAIN, E_NOMEM. */
int stop_parse(tree *t, const char *plain, double nominal_ah, scenario_stop *out, why *w);
#endif

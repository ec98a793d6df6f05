/* SPDX-License-Identifier: MIT
 * lifetime_open.h - the scenario `fade lifetime` runs: a file, or laws by name under conditions that hold; until the end of life.
 */
#ifndef FADE_CLI_LIFETIME_OPEN_H
#define FADE_CLI_LIFETIME_OPEN_H
#include "core/cli/cli_open.h"

/* From --physics NAME.. and KEY=VALUE.., or from the file that is the one argument; with --eol, --cycles, --fleet, --seed, --threads and
 * --set.  CLI_GO, or the exit status after what is wrong is said. */
int lifetime_open(const cli *, scenario **out, struct script **out_script);
/* Lives end with their run: at `eol` of the SoH `by` (HEALTH_*) where that can be told while it runs (NaN: nothing is added), and at
 * 1,000,000 cycles or 50 years where the source holds for ever and the scenario has no [run] cycles. */
int lifetime_bound(scenario *, int by, double eol, why *w);
#endif

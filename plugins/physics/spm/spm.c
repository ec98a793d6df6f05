/* SPDX-License-Identifier: MIT
 * spm.c - the single-particle model: one particle for each electrode, the electrolyte at its start.
 *
 * All of it is in common_spm.h and common_porous.h; README.md has the equations.
 */
#include "../common_spm.h"

static const fade_param params[] = { POROUS_PARAMS SPM_PARAMS };

static const fade_desc desc = {
    .size = sizeof desc,
    .id = "spm",
    .kind = "physics",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "Single-particle model of a lithium-ion cell, per second, with ageing inside: layer, plating, cracks, loss "
           "of material.",
    .cite = "Chen 2020, doi 10.1149/1945-7111/ab9050; O'Kane 2022, doi 10.1039/D2CP00417H; Reniers 2019, doi "
            "10.1149/2.0281914jes",
    .params = FADE_LIST(params),
    .columns = { .state = FADE_LIST(spm_state), .in = FADE_LIST(spm_in), .out = FADE_LIST(spm_out) },
    .iface = spm_iface,
};
FADE_LIBRARY(&desc);

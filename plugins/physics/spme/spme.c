/* SPDX-License-Identifier: MIT
 * spme.c - the single-particle model with electrolyte: salt between the electrodes, its overpotential and resistance.
 *
 * All of it is in common_spm.h and common_porous.h; README.md has the equations.
 */
#define SPM_ELECTROLYTE 1
#include "../common_spm.h"

static const fade_param params[] = {
    POROUS_PARAMS SPM_PARAMS,
    { "electrolyte_points", "", "Volumes of each electrode's electrolyte; the separator has half as many.", "",
      FADE_INT, 0, 14, 2, 24, 0, 0, NULL },
};

static const fade_desc desc = {
    .size = sizeof desc,
    .id = "spme",
    .kind = "physics",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "Single-particle model with electrolyte, per second, with ageing inside: layer, plating, cracks, loss of "
           "material, clogging.",
    .cite = "Marquis 2019, doi 10.1149/2.0341915jes; Chen 2020, doi 10.1149/1945-7111/ab9050; O'Kane 2022, doi "
            "10.1039/D2CP00417H",
    .params = FADE_LIST(params),
    .columns = { .state = FADE_LIST(spm_state), .in = FADE_LIST(spm_in), .out = FADE_LIST(spm_out) },
    .iface = spm_iface,
};
FADE_LIBRARY(&desc);

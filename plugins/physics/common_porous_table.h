/* SPDX-License-Identifier: MIT
 * common_porous_table.h - the parameters that all models of a porous cell share (spm, spme, dfn): one list, the numbers of Chen 2020 (LG M50).
 *
 * POROUS_REALS are per cell and come first in the table, so tile->param[P_AREA] is the area of each lane, and args->at[P_AREA].real the
 * first one's.  POROUS_SETTINGS follow; a plugin appends its own behind them and starts its enum at POROUS_N.
 *
 * What the keys mean, where it could be in doubt:
 *   X.diffusivity x X.diffusivity_function(x = mean or local stoichiometry) x Arrhenius; an empty function is 1.  A value as function: diffusivity = 1
 *   X.reaction_rate = m of j0 = m sqrt(c_e c (c_max - c)), in (A/m2) (m3/mol)^1.5: BPX's k in mol/(m2 s) gives F k / (c_max sqrt(c_e0))
 *   X.surface_area > 0: m2 per m3 of electrode at the first active_fraction, else 3 active_fraction / particle_radius; both fall with the material
 *   X.ocp_table wins over X.ocp, X.entropic_table over X.entropic; cell.entropic_table (over the positive's stoichiometry) wins over both of
 *     them in voltage and heat (SLIDE knows the cell's entropy and the negative's)
 *   X.stoichiometry_full|empty: at 100 and 0 % of charge; all 0: from initial_stoichiometry and the voltage limits
 *   X.initial_stoichiometry: both 0: from initial_soc.  Else it is the start, and initial_soc is not read
 *   sei.model, plating.model, cracks.model and lam.models choose the mechanisms: a key cannot be a value and a table at once
 *   initial_lli, initial_lam_X: the health at the start, as ratios of the new cell's lithium and material
 */
#ifndef FADE_PHYSICS_COMMON_POROUS_TABLE_H
#define FADE_PHYSICS_COMMON_POROUS_TABLE_H

#define CHEN "Chen 2020, doi 10.1149/1945-7111/ab9050"
#define OKANE "O'Kane 2022, doi 10.1039/D2CP00417H"
#define AI "Ai 2020, doi 10.1149/2.0122001JES"
#define BALANCE "calculated: Chen 2020's balance at the voltage limits"
#define RENIERS "Reniers 2019, doi 10.1149/2.0281914jes"
#define FIT FADE_FITTED
#define EXA FADE_EXAMPLE
#define LOGX (FADE_EXAMPLE | FADE_LOG)

/* R(id, key, unit, doc, source, flags, default, min, max) */
#define POROUS_REALS(R) \
    R(NOMINAL, "nominal_capacity", "Ah", "Capacity that a C-rate refers to.", CHEN, FIT, 5, 1e-9, 1e7) \
    R(AREA, "area", "m2", "Area of one pair of electrodes.", CHEN, FIT, 0.1027, 1e-9, 1e6) \
    R(PAIRS, "electrode_pairs", "", "Pairs of electrodes in parallel.", "", 0, 1, 1e-3, 1e6) \
    R(V_MIN, "voltage_min", "V", "Voltage of the empty cell at rest.", CHEN, FIT, 2.5, -10, 10) \
    R(V_MAX, "voltage_max", "V", "Voltage of the full cell at rest.", CHEN, FIT, 4.2, -10, 10) \
    R(T_REF, "temperature_reference", "K", "Temperature of the parameters.", CHEN, FIT, 298.15, 100, 1000) \
    R(L_N, "negative.thickness", "m", "Thickness of the negative electrode.", CHEN, FIT, 85.2e-6, 1e-9, 1) \
    R(R_N, "negative.particle_radius", "m", "Radius of the particles.", CHEN, FIT, 5.86e-6, 1e-9, 1e-2) \
    R(EPS_N, "negative.active_fraction", "1", "Volume fraction of active material.", CHEN, FIT, 0.75, 1e-4, 1) \
    R(A_N, "negative.surface_area", "1/m", "Surface of particles per volume; 0: 3 active_fraction / particle_radius.", "", 0, 0, 0, 1e12) \
    R(POR_N, "negative.porosity", "1", "Volume fraction of electrolyte.", CHEN, FIT, 0.25, 1e-4, 1) \
    R(TRANS_N, "negative.transport_efficiency", "1", "Effective over bulk transport in the electrolyte.", CHEN, FIT, 0.125, 1e-6, 1) \
    R(SIGMA_N, "negative.conductivity", "S/m", "Effective conductivity of the electrode.", CHEN, FIT, 215, 1e-9, 1e9) \
    R(CMAX_N, "negative.concentration_max", "mol/m3", "Lithium of the full particle.", CHEN, FIT, 33133, 1, 1e7) \
    R(D_N, "negative.diffusivity", "m2/s", "Diffusivity in the particle.", CHEN, FIT | FADE_LOG, 3.3e-14, 1e-25, 1e3) \
    R(ED_N, "negative.diffusivity_activation", "J/mol", "Activation energy of it.", CHEN, FIT, 0, -1e6, 1e6) \
    R(M_N, "negative.reaction_rate", "", "m of j0 = m sqrt(c_e c (c_max - c)), in (A/m2) (m3/mol)^1.5.", CHEN, FIT | FADE_LOG, 6.48e-7, 1e-20, 1e6) \
    R(EM_N, "negative.reaction_activation", "J/mol", "Activation energy of it.", CHEN, FIT, 35000, -1e6, 1e6) \
    R(FULL_N, "negative.stoichiometry_full", "1", "Stoichiometry at 100 % of charge; 0: from the voltage limits.", BALANCE, EXA, 0.910618047, 0, 1) \
    R(EMPTY_N, "negative.stoichiometry_empty", "1", "Stoichiometry at 0 % of charge; 0: from the voltage limits.", BALANCE, EXA, 0.026345790, 0, 1) \
    R(X0_N, "negative.initial_stoichiometry", "1", "Stoichiometry at the start; 0: from initial_soc.", "", 0, 0, 0, 1) \
    R(L_P, "positive.thickness", "m", "Thickness of the positive electrode.", CHEN, FIT, 75.6e-6, 1e-9, 1) \
    R(R_P, "positive.particle_radius", "m", "Radius of the particles.", CHEN, FIT, 5.22e-6, 1e-9, 1e-2) \
    R(EPS_P, "positive.active_fraction", "1", "Volume fraction of active material.", CHEN, FIT, 0.665, 1e-4, 1) \
    R(A_P, "positive.surface_area", "1/m", "Surface of particles per volume; 0: 3 active_fraction / particle_radius.", "", 0, 0, 0, 1e12) \
    R(POR_P, "positive.porosity", "1", "Volume fraction of electrolyte.", CHEN, FIT, 0.335, 1e-4, 1) \
    R(TRANS_P, "positive.transport_efficiency", "1", "Effective over bulk transport in the electrolyte.", CHEN, FIT, 0.1938952681217363, 1e-6, 1) \
    R(SIGMA_P, "positive.conductivity", "S/m", "Effective conductivity of the electrode.", CHEN, FIT, 0.18, 1e-9, 1e9) \
    R(CMAX_P, "positive.concentration_max", "mol/m3", "Lithium of the full particle.", CHEN, FIT, 63104, 1, 1e7) \
    R(D_P, "positive.diffusivity", "m2/s", "Diffusivity in the particle.", CHEN, FIT | FADE_LOG, 4e-15, 1e-25, 1e3) \
    R(ED_P, "positive.diffusivity_activation", "J/mol", "Activation energy of it.", CHEN, FIT, 0, -1e6, 1e6) \
    R(M_P, "positive.reaction_rate", "", "m of j0 = m sqrt(c_e c (c_max - c)), in (A/m2) (m3/mol)^1.5.", CHEN, FIT | FADE_LOG, 3.42e-6, 1e-20, 1e6) \
    R(EM_P, "positive.reaction_activation", "J/mol", "Activation energy of it.", CHEN, FIT, 17800, -1e6, 1e6) \
    R(FULL_P, "positive.stoichiometry_full", "1", "Stoichiometry at 100 % of charge; 0: from the voltage limits.", BALANCE, EXA, 0.263845225, 0, 1) \
    R(EMPTY_P, "positive.stoichiometry_empty", "1", "Stoichiometry at 0 % of charge; 0: from the voltage limits.", BALANCE, EXA, 0.853974675, 0, 1) \
    R(X0_P, "positive.initial_stoichiometry", "1", "Stoichiometry at the start; 0: from initial_soc.", "", 0, 0, 0, 1) \
    R(L_S, "separator.thickness", "m", "Thickness of the separator.", CHEN, FIT, 12e-6, 1e-9, 1) \
    R(POR_S, "separator.porosity", "1", "Volume fraction of electrolyte.", CHEN, FIT, 0.47, 1e-4, 1) \
    R(TRANS_S, "separator.transport_efficiency", "1", "Effective over bulk transport in the electrolyte.", CHEN, FIT, 0.32221576621884906, 1e-6, 1) \
    R(C_E, "electrolyte.concentration", "mol/m3", "Salt at the start.", CHEN, FIT, 1000, 1, 1e5) \
    R(T_PLUS, "electrolyte.transference", "1", "Transference number of the cation.", "Nyman 2008, doi 10.1016/j.electacta.2008.04.023", FIT, 0.2594, -1, 1) \
    R(ED_E, "electrolyte.diffusivity_activation", "J/mol", "Activation energy of the diffusivity.", CHEN, FIT, 0, -1e6, 1e6) \
    R(EK_E, "electrolyte.conductivity_activation", "J/mol", "Activation energy of the conductivity.", CHEN, FIT, 0, -1e6, 1e6) \
    R(THERMO, "electrolyte.thermodynamic_factor", "1", "1 + dlnf/dlnc.", CHEN, FIT, 1, 0, 100) \
    R(R_C, "contact_resistance", "ohm", "Resistance in series with the cell.", "", 0, 0, 0, 1e6) \
    R(HEAT, "heat_capacity", "J/K", "Heat capacity of the cell.", CHEN, FIT, 42.775, 1e-9, 1e12) \
    R(COOLING, "cooling", "W/K", "Heat conducted to the surroundings.", CHEN, EXA, 0.0531, 0, 1e9) \
    R(SOC0, "initial_soc", "1", "State of charge at the start.", "", 0, 1, 0, 1) \
    R(LLI0, "initial_lli", "1", "Ratio of the new cell's lithium that is lost at the start.", "", 0, 0, 0, 0.99) \
    R(LAM0_N, "initial_lam_negative", "1", "Ratio of the new cell's negative material that is lost at the start.", "", 0, 0, 0, 0.99) \
    R(LAM0_P, "initial_lam_positive", "1", "Ratio of the new cell's positive material that is lost at the start.", "", 0, 0, 0, 0.99) \
    POROUS_SEI(R) POROUS_PLATING(R) POROUS_MECHANICS(R) POROUS_LAM(R)

#define POROUS_SEI(R) \
    R(SEI_U, "sei.potential", "V", "Potential of the reaction against lithium.", OKANE, EXA, 0.4, -1, 5) \
    R(SEI_V, "sei.molar_volume", "m3/mol", "Volume of a mole of the layer.", OKANE, EXA, 9.585e-5, 1e-9, 1) \
    R(SEI_Z, "sei.lithium_per_mole", "", "Lithium in a mole of the layer.", CHEN, EXA, 2, 1e-3, 100) \
    R(SEI_L0, "sei.initial_thickness", "m", "Thickness at the start.", OKANE, EXA, 5e-9, 0, 1e-3) \
    R(SEI_L0C, "sei.initial_thickness_cracks", "m", "Thickness on cracks at the start.", OKANE, EXA, 5e-13, 0, 1e-3) \
    R(SEI_R, "sei.resistivity", "ohm.m", "Resistivity of the layer.", OKANE, EXA, 2e5, 0, 1e12) \
    R(SEI_AL, "sei.transfer", "1", "Transfer coefficient of the reaction.", OKANE, EXA, 0.5, 0, 1) \
    R(SEI_J0, "sei.exchange_current", "A/m2", "j0 of reaction, tunnelling and von-kolzenberg.", OKANE, LOGX, 1.5e-7, 0, 1e6) \
    R(SEI_E, "sei.activation", "J/mol", "Activation energy of the rate.", OKANE, EXA, 0, -1e6, 1e6) \
    R(SEI_ED, "sei.diffusivity_activation", "J/mol", "Activation energy of the diffusion in slide2 and slide3.", RENIERS, EXA, 0, -1e6, 1e6) \
    R(SEI_DS, "sei.solvent_diffusivity", "m2/s", "Diffusivity of solvent in the layer.", OKANE, LOGX, 2.5e-22, 0, 1) \
    R(SEI_CS, "sei.solvent_concentration", "mol/m3", "Solvent in the electrolyte.", OKANE, EXA, 2636, 0, 1e6) \
    R(SEI_KE, "sei.electron_conductivity", "S/m", "Conductivity of the layer for electrons.", OKANE, LOGX, 8.95e-14, 0, 1) \
    R(SEI_DL, "sei.interstitial_diffusivity", "m2/s", "Diffusivity of interstitial lithium.", OKANE, LOGX, 1e-20, 0, 1) \
    R(SEI_CL, "sei.interstitial_concentration", "mol/m3", "Interstitial lithium at 0 V.", OKANE, EXA, 15, 0, 1e6) \
    R(SEI_B, "sei.tunnelling_factor", "1/m", "Barrier of tunnelling: exp(-factor thickness).", "", EXA, 6e9, 0, 1e15) \
    R(SEI_K, "sei.reaction_rate", "m/s", "k of ec-reaction and of slide1 (times 1 mol/m3), slide2 and slide3.", OKANE, LOGX, 1e-12, 0, 1) \
    R(SEI_D, "sei.ec_diffusivity", "m2/s", "Diffusivity of carbonate in the layer.", OKANE, LOGX, 2e-18, 0, 1) \
    R(SEI_C, "sei.ec_concentration", "mol/m3", "Carbonate in the electrolyte.", OKANE, EXA, 4541, 0, 1e6) \
    R(SEI_LT, "sei.tunnelling_thickness", "m", "Thickness that electrons tunnel through in von-kolzenberg (the law: doi 10.1002/cssc.202000867).", "", EXA, 0, 0, 1e-3) \
    R(SEI_KL, "sei.ion_conductivity", "S/m", "Conductivity of the layer for lithium in von-kolzenberg.", "", EXA, 5e-6, 1e-30, 1)

#define POROUS_PLATING(R) \
    R(PL_K, "plating.rate", "m/s", "Rate constant of plating.", OKANE, LOGX, 1e-9, 0, 1) \
    R(PL_E, "plating.activation", "J/mol", "Activation energy of it.", RENIERS, EXA, 0, -1e7, 1e7) \
    R(PL_AL, "plating.transfer", "1", "Transfer coefficient of plating; of stripping it is 1 minus this.", OKANE, EXA, 0.65, 0, 1) \
    R(PL_G, "plating.dead_rate", "1/s", "Rate at which plated lithium dies under the first layer.", OKANE, EXA, 1e-6, 0, 1) \
    R(PL_V, "plating.molar_volume", "m3/mol", "Volume of a mole of lithium.", OKANE, EXA, 1.3e-5, 0, 1)

#define POROUS_MECHANICS(R) \
    R(OM_N, "negative.partial_molar_volume", "m3/mol", "Swelling of the particle with lithium.", AI, EXA, 3.1e-6, -1, 1) \
    R(Y_N, "negative.young", "Pa", "Young's modulus.", AI, EXA, 15e9, 0, 1e14) \
    R(NU_N, "negative.poisson", "1", "Poisson's ratio.", AI, EXA, 0.3, 0, 0.5) \
    R(SC_N, "negative.critical_stress", "Pa", "Stress that the loss of material is measured against.", AI, EXA, 60e6, 1, 1e14) \
    R(OM_P, "positive.partial_molar_volume", "m3/mol", "Swelling of the particle with lithium.", AI, EXA, 1.25e-5, -1, 1) \
    R(Y_P, "positive.young", "Pa", "Young's modulus.", AI, EXA, 375e9, 0, 1e14) \
    R(NU_P, "positive.poisson", "1", "Poisson's ratio.", AI, EXA, 0.2, 0, 0.5) \
    R(SC_P, "positive.critical_stress", "Pa", "Stress that the loss of material is measured against.", AI, EXA, 375e6, 1, 1e14) \
    R(CR_L0, "cracks.initial_length", "m", "Length of cracks in the negative particles at the start.", AI, EXA, 20e-9, 0, 1e-2) \
    R(CR_W, "cracks.width", "m", "Width of cracks.", AI, EXA, 15e-9, 0, 1e-2) \
    R(CR_N, "cracks.density", "1/m2", "Cracks per area of particle.", AI, EXA, 3.18e15, 0, 1e25) \
    R(CR_B, "cracks.stress_factor", "", "b of Paris' law.", AI, EXA, 1.12, 0, 100) \
    R(CR_M, "cracks.exponent", "", "m of Paris' law.", AI, EXA, 2.2, 0, 20) \
    R(CR_K, "cracks.rate", "", "k of Paris' law, in m per cycle of an hour and (Pa m^0.5)^m.", AI, LOGX, 3.9e-20, 0, 1e6)

#define POROUS_LAM(R) \
    R(LB_N, "lam.negative_stress_rate", "1/s", "beta of the stress-driven loss in the negative electrode.", OKANE, LOGX, 2.7778e-7, 0, 1) \
    R(LB_P, "lam.positive_stress_rate", "1/s", "beta of the stress-driven loss in the positive electrode.", OKANE, LOGX, 2.7778e-7, 0, 1) \
    R(LM, "lam.stress_exponent", "", "m of the stress-driven loss.", OKANE, EXA, 2, 0, 20) \
    R(LR, "lam.reaction_volume", "m3/mol", "Material lost per mole of the layer's reaction.", "", EXA, 1e-6, 0, 1) \
    R(LD_AN, "lam.negative_delacourt", "m2/mol", "a of deps/dt = -(a |N| + b sqrt|N|), negative electrode.", RENIERS, EXA, 1.675e-5, 0, 1e3) \
    R(LD_AP, "lam.positive_delacourt", "m2/mol", "a of deps/dt = -(a |N| + b sqrt|N|), positive electrode.", RENIERS, EXA, 1.675e-5, 0, 1e3) \
    R(LD_B, "lam.delacourt_root", "", "b of the same, both electrodes, in m/(mol s)^0.5.", RENIERS, EXA, 0, 0, 1e3) \
    R(LD_E, "lam.delacourt_activation", "J/mol", "Activation energy of it.", RENIERS, EXA, 54611, -1e6, 1e6) \
    R(LK, "lam.kindermann_rate", "", "k of deps/dt = -k/F exp(F (phi - potential) / RT), positive electrode, in A/mol.", RENIERS, EXA, 12.5e-6, 0, 1e3) \
    R(LK_E, "lam.kindermann_activation", "J/mol", "Activation energy of it.", RENIERS, EXA, 27305, -1e6, 1e6) \
    R(LK_U, "lam.kindermann_potential", "V", "Potential of it.", RENIERS, EXA, 4.1, -10, 10) \
    R(LK_MAX, "lam.kindermann_most", "1/s", "The fastest it goes.", RENIERS, EXA, 5e-6, 0, 1)

#define CHEN_U_N \
    "1.9793*exp(-39.3631*x) + 0.2482 - 0.0909*tanh(29.8538*(x-0.1234)) - 0.04478*tanh(14.9159*(x-0.2769)) - 0.0205*tanh(30.4444*(x-0.6103))"
#define CHEN_U_P \
    "-0.8090*x + 4.4875 - 0.0428*tanh(18.5138*(x-0.5542)) - 17.7326*tanh(15.7890*(x-0.3117)) + 17.5842*tanh(15.9308*(x-0.3120))"
#define CHEN_D_E "8.794e-11*(x/1000)^2 - 3.972e-10*(x/1000) + 4.862e-10"
#define CHEN_K_E "0.1297*(x/1000)^3 - 2.51*(x/1000)^1.5 + 3.329*(x/1000)"

/* S(id, key, unit, doc, source, type, flags, default, min, max, text) */
#define POROUS_SETTINGS(S) \
    S(U_N, "negative.ocp", "", "Open-circuit potential in V, a formula in x = stoichiometry.", CHEN, FADE_TEXT, FIT, 0, 0, 0, CHEN_U_N) \
    S(UT_N, "negative.ocp_table", "1;V", "The same as a table; wins.", "", FADE_CURVE, 0, 0, 0, 0, NULL) \
    S(UI_N, "negative.ocp_interpolation", "", "Between the table's points.", "", FADE_CHOICE, 0, 0, 0, 0, "linear|cubic") \
    S(DU_N, "negative.entropic", "", "Entropic coefficient in V/K, a formula in x = stoichiometry.", CHEN, FADE_TEXT, 0, 0, 0, 0, "0") \
    S(DUT_N, "negative.entropic_table", "1;V/K", "The same as a table; wins.", "", FADE_CURVE, 0, 0, 0, 0, NULL) \
    S(DF_N, "negative.diffusivity_function", "", "Factor of the diffusivity, a formula in x = stoichiometry; empty: 1.", "", FADE_TEXT, 0, 0, 0, 0, "") \
    S(U_P, "positive.ocp", "", "Open-circuit potential in V, a formula in x = stoichiometry.", CHEN, FADE_TEXT, FIT, 0, 0, 0, CHEN_U_P) \
    S(UT_P, "positive.ocp_table", "1;V", "The same as a table; wins.", "", FADE_CURVE, 0, 0, 0, 0, NULL) \
    S(UI_P, "positive.ocp_interpolation", "", "Between the table's points.", "", FADE_CHOICE, 0, 0, 0, 0, "linear|cubic") \
    S(DU_P, "positive.entropic", "", "Entropic coefficient in V/K, a formula in x = stoichiometry.", CHEN, FADE_TEXT, 0, 0, 0, 0, "0") \
    S(DUT_P, "positive.entropic_table", "1;V/K", "The same as a table; wins.", "", FADE_CURVE, 0, 0, 0, 0, NULL) \
    S(DF_P, "positive.diffusivity_function", "", "Factor of the diffusivity, a formula in x = stoichiometry; empty: 1.", "", FADE_TEXT, 0, 0, 0, 0, "") \
    S(DUT_C, "cell.entropic_table", "1;V/K", "Entropic coefficient of the whole cell over the positive's stoichiometry.", "", FADE_CURVE, 0, 0, 0, 0, NULL) \
    S(D_E, "electrolyte.diffusivity", "", "Diffusivity in m2/s, a formula in x = concentration in mol/m3.", "Nyman 2008, doi 10.1016/j.electacta.2008.04.023", \
      FADE_TEXT, FIT, 0, 0, 0, CHEN_D_E) \
    S(K_E, "electrolyte.conductivity", "", "Conductivity in S/m, a formula in x = concentration in mol/m3.", "Nyman 2008, doi 10.1016/j.electacta.2008.04.023", \
      FADE_TEXT, FIT, 0, 0, 0, CHEN_K_E) \
    S(THERMAL, "thermal", "", "isothermal: the cell has the temperature of its surroundings.", "", FADE_CHOICE, 0, 0, 0, 0, "isothermal|lumped") \
    S(SEI, "sei.model", "", "Growth of the layer on the negative particles.", "", FADE_CHOICE, 0, 0, 0, 0, POROUS_SEI_NAMES) \
    S(SEI_CRACKS, "sei_on_cracks", "", "The layer grows on cracks as well.", "", FADE_BOOL, 0, 0, 0, 0, NULL) \
    S(PLATING, "plating.model", "", "Lithium metal on the negative particles.", "", FADE_CHOICE, 0, 0, 0, 0, POROUS_PLATING_NAMES) \
    S(LAM, "lam.models", "", "Losses of active material, any of: stress, reaction, current, delacourt, kindermann.", "", FADE_TEXTS, 0, 0, 0, 0, NULL) \
    S(LI_N, "lam.negative_current", "", "deps/dt in 1/s of the current-driven loss, a formula in I = current in A and T in K.", "", FADE_TEXT, 0, 0, 0, 0, "0") \
    S(LI_P, "lam.positive_current", "", "The same of the positive electrode.", "", FADE_TEXT, 0, 0, 0, 0, "0") \
    S(CRACKS, "cracks.model", "", "Growth of cracks in the negative particles.", "", FADE_CHOICE, 0, 0, 0, 0, "none|paris") \
    S(CLOGGING, "porosity_change", "", "Pore clogging: what grows on the negative particles takes the electrolyte's room.", "", FADE_BOOL, 0, 0, 0, 0, NULL) \
    S(FARADAY, "faraday", "", "Faraday's constant in coulomb/mol (SLIDE takes 96487).", "CODATA 2018", FADE_REAL, FADE_ADVANCED, 96485.33212, 96000, 97000, NULL) \
    S(GAS, "gas", "", "The gas constant in J/(mol K) (SLIDE takes 8.314).", "CODATA 2018", FADE_REAL, FADE_ADVANCED, 8.314462618, 8.3, 8.33, NULL)

#define POROUS_SEI_NAMES \
    "none|reaction|solvent-diffusion|electron-migration|interstitial|tunnelling|ec-reaction|von-kolzenberg|slide1|slide2|slide3"
#define POROUS_PLATING_NAMES "none|irreversible|reversible|partially-reversible|yang"
enum { SEI_NONE, SEI_REACTION, SEI_SOLVENT, SEI_ELECTRON, SEI_INTERSTITIAL, SEI_TUNNELLING, SEI_EC, SEI_KOLZENBERG, SEI_SLIDE1, SEI_SLIDE2, SEI_SLIDE3 };
enum { PLATING_NONE, PLATING_IRREVERSIBLE, PLATING_REVERSIBLE, PLATING_PARTIAL, PLATING_YANG };

#define POROUS_ID(id, ...) P_##id,
enum { POROUS_REALS(POROUS_ID) POROUS_PER_CELL, POROUS_BEFORE = POROUS_PER_CELL - 1, POROUS_SETTINGS(POROUS_ID) POROUS_N };

#define POROUS_REAL_ROW(id, key, unit, doc, source, flags, def, min, max) \
    { key, unit, doc, source, FADE_REAL, FADE_PER_CELL | (flags), def, min, max, 0, 0, NULL },
#define POROUS_SETTING_ROW(id, key, unit, doc, source, type, flags, def, min, max, text) \
    { key, unit, doc, source, type, flags, def, min, max, 0, 0, text },
/* The rows of a plugin's table: static const fade_param params[] = { POROUS_PARAMS { own.. } }; */
#define POROUS_PARAMS POROUS_REALS(POROUS_REAL_ROW) POROUS_SETTINGS(POROUS_SETTING_ROW)
#endif

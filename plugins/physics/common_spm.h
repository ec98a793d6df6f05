/* SPDX-License-Identifier: MIT
 * common_spm.h - single-particle cells, with and without the electrolyte: the object, its columns, creation and the first state.
 *
 * spm.c and spme.c include it, spme.c after SPM_ELECTROLYTE is defined as 1.  common_spm_volt.h has the voltage, common_spm_step.h the step,
 * common_spm_ageing.h what ages.  Discharge current is positive.  Stoichiometries, not concentrations, are the state of the particles.
 */
#ifndef FADE_PHYSICS_COMMON_SPM_H
#define FADE_PHYSICS_COMMON_SPM_H
#include "common_porous.h"
#include "common_porous_particle.h"

#ifndef SPM_ELECTROLYTE
#define SPM_ELECTROLYTE 0
#endif

/* A step is short loops over few lanes, compiled for each vector width; no contraction, so the bits are the same. */
#if defined __x86_64__ && defined __GNUC__ && !defined __clang__ && !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__
#define SPM_CLONES __attribute__((target_clones("avx2", "default"), flatten))
#else
#define SPM_CLONES
#endif
/* Lanes do not look at each other.  clang keeps to scalars where a sanitizer watches, and would warn that it does. */
#if defined __clang__
#if __has_feature(address_sanitizer)
#define SPM_APART
#else
#define SPM_APART _Pragma("clang loop vectorize(enable)")
#endif
#else
#define SPM_APART _Pragma("GCC ivdep")
#endif

enum { SPM_LANES = 32, SPM_NODES = 64 }; /* lanes worked on at a time; most volumes of the electrolyte */

enum { P_PARTICLE = POROUS_N, P_POINTS, P_RESOLUTION, P_NODES };
#define SPM_PARAMS \
    { "particle", "", "Diffusion in the particles: by Chebyshev modes or by shells of equal thickness.", "", FADE_CHOICE, 0, 0, 0, 0, 0, 0, \
      "spectral|volumes" }, \
    { "particle_points", "", "Points or shells of a particle.", "", FADE_INT, 0, 8, 2, PARTICLE_MOST, 0, 0, NULL }, \
    { "resolution", "1", "How far a surface's stoichiometry, or the current as a part of itself, may move in a step.", "", FADE_REAL, FADE_ADVANCED, \
      0.03, 1e-6, 1, 0, 0, NULL }

#define SPM_STATES(S) \
    S(Z_N, "particle_negative", "1", "Modes of the stoichiometry of the negative particle; the first is its mean.") \
    S(Z_P, "particle_positive", "1", "Modes of the stoichiometry of the positive particle; the first is its mean.") \
    S(SALT, "electrolyte", "mol/m3", "Salt in the volumes of the electrolyte, from the negative side.") \
    S(TEMP, "temperature", "K", "Cell temperature.") \
    S(AMPS, "current", "A", "Current at the end of the last step, where the next one's search begins.") \
    S(EPS_N, "active_negative", "1", "Volume fraction of active material, negative.") \
    S(EPS_P, "active_positive", "1", "Volume fraction of active material, positive.") \
    S(L_SEI, "sei", "m", "Thickness of the layer.") \
    S(L_CRACK, "sei_cracks", "m", "Thickness of the layer on cracks.") \
    S(C_LI, "plated", "mol/m3", "Plated lithium per volume of the negative electrode.") \
    S(C_DEAD, "dead", "mol/m3", "Dead lithium per volume of the negative electrode.") \
    S(CRACK, "crack", "m", "Length of cracks.") \
    S(Q_SEI, "charge_sei", "Ah", "Lithium lost to the layer.") \
    S(Q_CRACK, "charge_cracks", "Ah", "Lithium lost to the layer on cracks.") \
    S(Q_LAM, "charge_lam", "Ah", "Lithium lost with material of both electrodes.") \
    S(Q_NEW, "charge_new", "Ah", "Lithium of the new cell.") \
    S(SOH_CAP, "soh_capacity", "Ah", "Capacity between the voltage limits when last looked at.") \
    S(SOH_FULL, "soh_full", "1", "Negative stoichiometry of the full cell then.") \
    S(SOH_EMPTY, "soh_empty", "1", "Negative stoichiometry of the empty cell then.") \
    S(SOH_LI, "soh_lithium", "Ah", "Lithium then.") \
    S(SOH_N, "soh_negative", "1", "Negative active_fraction then.") \
    S(SOH_P, "soh_positive", "1", "Positive active_fraction then.")
#define SPM_ID(id, ...) X_##id,
enum { SPM_STATES(SPM_ID) SPM_NSTATE };
#define SPM_STATE_ROW(id, key, unit, doc) { key, unit, doc, 0, 0, 0, 0, 0, 1, 0 },

enum { IN_CONTROL, IN_DEMAND, IN_AMBIENT };
static const fade_column spm_in[] = {
    { "control", "", "What is held: 0 current, 1 voltage, 2 power, 3 resistance.", 0, 0, 3, 0, 0, 1, FADE_PLANNED },
    { "demand", "A|V|W|ohm", "How much of it.", 0, -1e6, 1e6, 0, 0, 1, FADE_PLANNED },
    { "temperature_ambient", "K", "Temperature of the surroundings.", 298.15, 150, 500, 243.15, 343.15, 1, FADE_PLANNED },
};

#define SPM_OUTS(S) \
    S(VOLT, "voltage", "V", "Terminal voltage.", 0, 0) \
    S(AMP, "current", "A", "Current, discharge positive.", 0, 0) \
    S(WATT, "power", "W", "Power given, discharge positive.", 0, 0) \
    S(HEAT, "heat", "W", "Heat made.", 0, 0) \
    S(TEMP, "temperature", "K", "Cell temperature.", 298.15, 0) \
    S(SOC, "soc", "1", "State of charge between the voltage limits as the cell is now.", 1, 0) \
    S(THROUGHPUT, "throughput", "Ah", "Charge moved in either direction.", 0, FADE_TOTAL) \
    S(CAPACITY, "capacity", "Ah", "Slow capacity between the voltage limits, from the electrodes' state of health.", 0, 0) \
    S(OHM, "resistance", "ohm", "What a small change of current meets at once.", 0, 0) \
    S(LLI, "lli", "1", "Lithium lost of the new cell's.", 0, 0) \
    S(LAM_N, "lam_negative", "1", "Negative material lost of the new cell's.", 0, 0) \
    S(LAM_P, "lam_positive", "1", "Positive material lost of the new cell's.", 0, 0) \
    S(ANODE, "anode_potential", "V", "Potential of the negative electrode against its electrolyte.", 0, 0) \
    S(L_SEI, "sei_thickness", "m", "Thickness of the layer on the negative particles.", 0, 0) \
    S(Q_SEI, "lithium_lost_sei", "Ah", "Lithium lost to the layer.", 0, 0) \
    S(Q_CRACK, "lithium_lost_sei_cracks", "Ah", "Lithium lost to the layer on cracks.", 0, 0) \
    S(Q_PLATE, "lithium_lost_plating", "Ah", "Lithium in metal, plated and dead.", 0, 0) \
    S(Q_LAM, "lithium_lost_lam", "Ah", "Lithium lost with material.", 0, 0) \
    S(CRACK, "crack_length", "m", "Length of cracks in the negative particles.", 0, 0) \
    S(POROSITY, "porosity_negative", "1", "Volume fraction of electrolyte in the negative electrode.", 0, 0)
#define SPM_OUT_ID(id, ...) O_##id,
enum { SPM_OUTS(SPM_OUT_ID) SPM_NOUT };
#define SPM_OUT_ROW(id, key, unit, doc, init, flags) { key, unit, doc, init, 0, 0, 0, 0, 1, flags },
static const fade_column spm_out[] = { SPM_OUTS(SPM_OUT_ROW) };
static const fade_column spm_state[] = { SPM_STATES(SPM_STATE_ROW) };

typedef struct spm {
    porous p;
    particle q[2];
    uint32_t nodes[3], nsalt;                     /* volumes of the electrolyte in negative, separator, positive; their sum */
    double resolution;
    int ages, kinetic;                            /* some mechanism is on; some of them needs rates inside the step */
    fade_column state[SPM_NSTATE];
} spm;

static const double SPM_HOUR = 3600; /* s */

static int32_t spm_particles(spm *s, const fade_args *args)
{
    int kind = (int)args->at[P_PARTICLE].real;
    uint32_t n = (uint32_t)args->at[P_POINTS].real;
    particle_system *work = malloc(sizeof *work);
    if (!work)
        return porous_refuse(s->p.host, FADE_ENOMEM, "no memory for the modes of a particle");
    int ok = particle_make(&s->q[0], kind, n, work);
    s->q[1] = s->q[0];
    free(work);
    if (ok)
        return FADE_OK;
    char say[160];
    snprintf(say, sizeof say, "particle_points = %u gives no modes that decay, must be smaller", n);
    return porous_refuse(s->p.host, FADE_EINVAL, say);
}

static void spm_destroy(void *model)
{
    spm *s = model;
    if (s)
        porous_close(&s->p);
    free(s);
}

static int32_t spm_create(const fade_host *host, const fade_args *args, void **model)
{
    spm *s = malloc(sizeof *s);
    if (!s)
        return porous_refuse(host, FADE_ENOMEM, "no memory for a single-particle cell");
    memset(s, 0, sizeof *s);
    int32_t rc = porous_open(&s->p, host, args);
    rc = rc ? rc : spm_particles(s, args);
    if (rc) {
        spm_destroy(s);
        return rc;
    }
    s->resolution = args->at[P_RESOLUTION].real;
    s->ages = s->p.sei || s->p.plating || s->p.lam || s->p.cracks;
    memcpy(s->state, spm_state, sizeof spm_state);
    s->state[X_Z_N].width = s->q[0].n;
    s->state[X_Z_P].width = s->q[1].n;
#if SPM_ELECTROLYTE
    s->nodes[0] = s->nodes[2] = (uint32_t)args->at[P_NODES].real;
    s->nodes[1] = (s->nodes[0] + 1) / 2;
    s->nsalt = 2 * s->nodes[0] + s->nodes[1];
    s->state[X_SALT].width = s->nsalt;
#endif
    *model = s;
    return FADE_OK;
}

static int32_t spm_columns(const void *model, fade_columns *c)
{
    const spm *s = model;
    c->state.at = s->state;
    return FADE_OK;
}

/* Ah of an electrode's sites at a volume fraction. */
static inline double spm_sites(const fade_tile *b, uint32_t i, double F, int positive, double eps)
{
    const double *const *p = b->param;
    double volume = p[P_AREA][i] * p[P_PAIRS][i] * (positive ? p[P_L_P][i] : p[P_L_N][i]);
    return F * volume * eps * (positive ? p[P_CMAX_P][i] : p[P_CMAX_N][i]) / SPM_HOUR;
}

static int32_t spm_say_lane(const spm *s, fade_tile *b, uint32_t i, int32_t code, const char *text)
{
    b->status[i] = code;
    fade_say(s->p.host, 3, code, (int32_t)i, text);
    return code;
}

/* The new cell's window and lithium, then what health leaves of it, then where in it the cell starts. */
static void spm_start(const spm *s, fade_tile *b, uint32_t i)
{
    const double *const *p = b->param;
    double F = s->p.F, Qn = spm_sites(b, i, F, 0, p[P_EPS_N][i]), Qp = spm_sites(b, i, F, 1, p[P_EPS_P][i]);
    double x = p[P_X0_N][i], y = p[P_X0_P][i], vmin = p[P_V_MIN][i], vmax = p[P_V_MAX][i];
    porous_window w = { p[P_FULL_N][i], p[P_EMPTY_N][i], p[P_FULL_P][i], p[P_EMPTY_P][i], 0 };
    int given = x > 0 && y > 0, limits = w.x100 > 0 && w.y0 > 0;
    char say[300];
    if (!limits && !given) {
        spm_say_lane(s, b, i, FADE_EINVAL, "neither stoichiometry_full and stoichiometry_empty nor initial_stoichiometry are given");
        return;
    }
    double Li = limits ? Qn * w.x100 + Qp * w.y100 : Qn * x + Qp * y, new = Li;
    w.capacity = Qn * (w.x100 - w.x0);
    int asked = p[P_LLI0][i] > 0 || p[P_LAM0_N][i] > 0 || p[P_LAM0_P][i] > 0;
    double eps_n = p[P_EPS_N][i] * (1 - p[P_LAM0_N][i]), eps_p = p[P_EPS_P][i] * (1 - p[P_LAM0_P][i]);
    Qn *= 1 - p[P_LAM0_N][i];
    Qp *= 1 - p[P_LAM0_P][i];
    Li *= 1 - p[P_LLI0][i];
    if (given)
        Li = Qn * x + Qp * y;
    porous_window as_given = w;
    int met = porous_health(s->p.U, Qn, Qp, Li, vmin, vmax, &w);
    if (!met && (!limits || asked)) {
        snprintf(say, sizeof say, "no stoichiometries meet voltage_max = %g V and voltage_min = %g V with %g Ah of lithium in sites of %g and %g Ah", vmax,
                 vmin, Li, Qn, Qp);
        spm_say_lane(s, b, i, FADE_EINVAL, say);
        return;
    }
    if (limits && !asked && !given) { /* the set's own window is the state of charge's, the limits' the capacity's */
        w.x100 = as_given.x100;
        w.x0 = as_given.x0;
        x = w.x0 + p[P_SOC0][i] * (w.x100 - w.x0);
        y = as_given.y0 + p[P_SOC0][i] * (as_given.y100 - as_given.y0);
        Li = Qn * x + Qp * y;
    } else if (!given) {
        x = w.x0 + p[P_SOC0][i] * (w.x100 - w.x0);
        y = (Li - Qn * x) / Qp;
    }
    b->x1[X_Z_N][i] = x;
    b->x1[X_Z_P][i] = y;
    b->x1[X_EPS_N][i] = b->x1[X_SOH_N][i] = eps_n;
    b->x1[X_EPS_P][i] = b->x1[X_SOH_P][i] = eps_p;
    b->x1[X_Q_NEW][i] = new;
    b->x1[X_SOH_LI][i] = Li;
    b->x1[X_SOH_CAP][i] = w.capacity;
    b->x1[X_SOH_FULL][i] = w.x100;
    b->x1[X_SOH_EMPTY][i] = w.x0;
}

static int32_t spm_init(const void *model, fade_tile *b)
{
    const spm *s = model;
    const double *const *p = b->param;
    for (int c = 0; c < SPM_NSTATE; c++)
        memset(b->x1[c], 0, sizeof(double) * b->n * (s->state[c].width ? s->state[c].width : 1));
    for (uint32_t i = 0; i < b->n; i++) {
        double T = b->in[IN_AMBIENT][i];
        b->x1[X_TEMP][i] = isfinite(T) ? T : p[P_T_REF][i];
        b->x1[X_L_SEI][i] = s->p.sei ? p[P_SEI_L0][i] : 0;
        b->x1[X_L_CRACK][i] = s->p.sei_cracks ? p[P_SEI_L0C][i] : 0;
        b->x1[X_CRACK][i] = p[P_CR_L0][i];
        for (uint32_t j = 0; j < s->nsalt; j++)
            b->x1[X_SALT][j * b->n + i] = p[P_C_E][i];
        spm_start(s, b, i);
    }
    return FADE_OK;
}

#include "common_spm_volt.h"
#include "common_spm_ageing.h"
#if SPM_ELECTROLYTE
#include "common_spm_salt.h"
#endif
#include "common_spm_step.h"

static const fade_model_v1 spm_model = {
    .size = sizeof spm_model,
    .create = spm_create,
    .destroy = spm_destroy,
    .columns = spm_columns,
    .scratch = spm_scratch,
    .init = spm_init,
    .step = spm_step,
    .observe = spm_observe,
};

static const void *spm_iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.model/1") == 0 ? &spm_model : NULL;
}
#endif

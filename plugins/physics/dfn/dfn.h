/* SPDX-License-Identifier: MIT
 * dfn.h - what the files of the porous-electrode model share: its numbers, and the eight lanes that are solved at once.
 */
#ifndef FADE_DFN_H
#define FADE_DFN_H
#include "../common_porous.h"
#include <stdbool.h>

/* Loops over lanes do not meet: without contraction any vector width gives the same bits. */
#if defined __x86_64__ && defined __GNUC__ && !defined __clang__ && !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__
#define LANES_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define LANES_WIDE
#endif

enum { LANES = 8, MOST_MODES = 40 };
enum { NEGATIVE, SEPARATOR, POSITIVE };

/* Eight lanes side by side.  A file that defines DFN_VECTORS sees them as two vectors of four, others as eight numbers. */
#ifdef DFN_VECTORS
typedef double real __attribute__((vector_size(32), may_alias));
typedef long long mask __attribute__((vector_size(32), may_alias));
#define PICK(if_true, a, b) ((real)(((if_true) & (mask)(a)) | (~(if_true) & (mask)(b))))
enum { W = 2 };
#else
typedef double real;
enum { W = LANES };
#endif
typedef real v8[W] __attribute__((aligned(64)));

/* A curve and its slope at n places; what porous_at does, several at once. */
void dfn_curve(const porous_curve *, uint32_t n, const double *x, double *y, double *dy);

/* ---- the model: what all lanes share ---- */
typedef struct dfn_modes { /* surface minus mean of a sphere under a flux: sum of m' = -mu D/R^2 m - weight q/R, and a rest */
    uint32_t n;
    double mu[MOST_MODES], weight[MOST_MODES], rest;
} dfn_modes;
void dfn_modes_make(dfn_modes *, uint32_t n);

/* ---- particles over one step ---- */
#define DFN_GAMMA 0.29289321881345254 /* 1 - 1/sqrt 2 */
#define DFN_THIRD ((2 * DFN_GAMMA - 1 - DFN_GAMMA) / 2 + 1 / 3.) /* integral of (s - gamma)(s - 1) */

typedef struct sphere {
    double F;
    v8 R, D;
} sphere;

typedef struct coefs {               /* per mode: decay over a stage and the step, weights of both stages' j; sums of them */
    v8 E1[MOST_MODES], E2[MOST_MODES], P21[MOST_MODES], P22[MOST_MODES];
    v8 rest, B1, B2, C21, err;       /* surface per j at once, of stage 1, of stage 2; of stage 1 in stage 2; of the curvature */
} coefs;
void dfn_particle(const dfn_modes *, const fade_math_v1 *, const sphere *, const v8 dt, coefs *);
void dfn_known(const dfn_modes *, const coefs *, const double *x, uint32_t n, v8 S0, v8 S1, v8 S2);
void dfn_advance(const dfn_modes *, const coefs *, const sphere *, const v8 dt, const double *x, const v8 j1, const v8 j2, double *x1, uint32_t n);

/* ---- eight lanes ---- */
typedef struct part { /* of the cell: an electrode or the separator */
    v8 h, eps, b;     /* m; porosity; transport efficiency */
    v8 ah, rs;        /* interfacial area per area of a node; ohm m2 of solid between nodes */
    v8 cmax, icmax, R, rate, D, B; /* rate: m cmax of j0; D now; B: surface stoichiometry per A/m2 */
} part;

typedef struct group {
    uint32_t nn, ns, np, n, ne;
    part p[3];
    v8 T, shift, tref;        /* K now and the temperature over the reference */
    v8 rtf, chi, kf, df, src; /* 2RT/F; of ln c_e in phi_e; factors of conductivity and diffusivity; (1 - t+)/F */
    v8 area, rend;            /* m2; ohm m2 at the ends, with contacts */
    v8 inv, i, V;             /* 1/s of the stage; A/m2; V */
    v8 control, demand;
    v8 *c, *cs, *lnc, *phi, *j, *S;         /* unknowns, and what is known of them: c_e before, surface before j */
    v8 *rk, *qk, *rd, *qd;                  /* half resistances and relative slopes of conductivity and diffusivity */
    v8 *js, *rf;                            /* side reaction, A/m2, and resistance of the layer, ohm m2 */
    v8 *U, *dU, *E, *dE, *x;                /* at the surface */
    v8 *j0, *y, *root, *ash;                /* exchange current, j / 2 j0, sqrt(1 + y^2), asinh y */
    v8 *gp, *gc, *gr;                       /* dj = gp dphi + gc dc + gr */
    v8 *M, *Y, *vc, *vp;                    /* [4 k ..]: elimination; gradient of V */
    v8 *keep;                               /* raw blocks, for LAPACK */
    v8 vz, vw, vi, V0;
    double *band;                           /* LAPACK's matrix and right sides */
    int *pivot;
} group;

enum { KEEP = 14 }; /* Lcc Lpc Lpp  Dcc Dcp Dpc Dpp  Ucc Upc Upp  rc rp wc wp */

/* One linearisation and its solution: Y holds what the unknowns move by (z), and by per A/m2 (w); the worst pivot of each lane. */
void dfn_sweep(group *, bool keep, double worst[LANES]);
void dfn_back(group *);
bool dfn_band(group *, uint32_t lane);
void dfn_transport(group *);
void dfn_stoichiometry(group *);
void dfn_entropic(group *);
void dfn_exchange(group *);
void dfn_reaction(group *);
/* Into M: the moves (c, phi, j) of each node under di; how much of them may be taken; how large they are. */
void dfn_moves(group *, const double di[LANES], double most[LANES], double size[LANES]);
void dfn_move(group *, const double by[LANES]);
size_t dfn_group_bytes(uint32_t nn, uint32_t ns, uint32_t np);
void dfn_group_place(group *, uint32_t nn, uint32_t ns, uint32_t np, void *at);

typedef struct dfn_laws { /* the material's functions */
    const porous_curve *U[2], *E[2], *D, *kappa; /* E: entropic, may be NULL */
    const fade_math_v1 *math;
    bool layer;   /* on the negative particles */
    double pivot; /* determinant over the size of its terms: below it LAPACK takes the lane */
} dfn_laws;

/* Newton at the lanes asked for; ok says which converged.  Nothing of a lane depends on the others. */
void dfn_solve(const dfn_laws *, group *, const bool want[LANES], bool ok[LANES]);
void dfn_surface(const dfn_laws *, group *); /* x, U, E of the unknowns as they are */
void dfn_react(const dfn_laws *, group *);   /* j that stands with the other unknowns */

/* ---- the model and its columns ---- */
enum { S_SALT, S_NEGATIVE, S_POSITIVE, S_PHI, S_CURRENT, S_VOLTAGE, S_TEMPERATURE, S_EMPTY, S_FULL, S_CAPACITY, S_LITHIUM, S_LOST, S_FILM, S_N };
enum { IN_CONTROL, IN_DEMAND, IN_AMBIENT };
enum { O_VOLTAGE, O_CURRENT, O_POWER, O_HEAT, O_TEMPERATURE, O_SOC, O_THROUGHPUT, O_CAPACITY, O_ANODE, O_LLI, O_LAM_N, O_LAM_P, O_LOST, O_FILM, O_N };
enum { P_POINTS_N = POROUS_N, P_POINTS_S, P_POINTS_P, P_MODES, P_TOLERANCE, P_SOLVER, DFN_PARAMS };

typedef struct dfn {
    porous p;
    dfn_laws laws;
    dfn_modes modes;
    uint32_t nn, ns, np, n, ne;
    double tolerance; /* V */
    fade_column state[S_N];
} dfn;

int32_t dfn_init(const void *model, fade_tile *);
int32_t dfn_step(const void *model, fade_tile *);
int32_t dfn_observe(const void *model, fade_tile *);
size_t dfn_scratch(const void *model, uint32_t n);
#endif

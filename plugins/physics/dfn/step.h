/* SPDX-License-Identifier: MIT
 * step.h - what a worker holds while it steps eight lanes of a tile.
 */
#ifndef FADE_DFN_STEP_H
#define FADE_DFN_STEP_H
#include "dfn.h"

typedef struct work {
    group g;
    sphere ball[2];
    coefs by[2];
    v8 dt, T0, T1, T2, Q0, Q1, heat, err, throughput;
    v8 *S0, *S1, *S2;                 /* surfaces before their reaction, at t and both stages: [ne] */
    v8 *c0, *c1, *f0, *j0, *j1, *jend, *phi0, *phi1; /* at t and of the first stage; f0: dc_e/dt at t */
    v8 i0, i1, lam[2], hot, taken;    /* hot: Arrhenius of the layer; taken: Ah that it took */
    bool live[W], moving[W], ok[W];   /* lanes that are there, that have a dt, that are well so far */
} work;

work *dfn_work(const dfn *, fade_tile *);
void dfn_load(const dfn *, work *, const fade_tile *, uint32_t lane); /* eight lanes from `lane` on */
void dfn_film_start(const dfn *, work *, const fade_tile *, uint32_t lane);
void dfn_film_rate(const dfn *, work *, const fade_tile *, uint32_t lane);
void dfn_film_grow(const dfn *, work *, fade_tile *, uint32_t lane);
void dfn_health(const dfn *, fade_tile *, uint32_t i); /* capacity and window of x1 */
void dfn_warm(const dfn *, work *, const fade_tile *, uint32_t lane, const v8 T, int stage); /* what depends on temperature and stage */
#endif

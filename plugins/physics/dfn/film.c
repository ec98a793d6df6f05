/* SPDX-License-Identifier: MIT
 * film.c - the layer on the negative particles, at each place of the electrode: what its side reaction takes, how it
 * grows.
 *
 * The side reaction's current js stands over a step (that of the potentials at t); the layer grows by the potentials of
 * the stages, integrated exactly where it limits itself: js = A / (B + C L), or A exp(-C L) behind a tunnelling
 * barrier.
 */
#include "step.h"

typedef struct law {
    v8 A, B, C;
} law;

/* Of node e: phi over layer and surface, drop over the layer. */
static void law_at(const dfn *m, const work *w, const fade_tile *b, uint32_t from, const v8 phi, const v8 drop, law *l)
{
    const double *const *p = b->param;
    int sei = m->p.sei;
    v8 e;
    for (int k = 0; k < W; k++) {
        uint32_t i = from + (uint32_t)k;
        double f = 2 / w->g.rtf[k], al = p[P_SEI_AL][i];
        double at = sei == SEI_REACTION || sei == SEI_EC ? al * (phi[k] - drop[k] - p[P_SEI_U][i])
                    : sei == SEI_TUNNELLING              ? al * phi[k]
                                                         : phi[k];
        e[k] = fmin(fmax(-f * at, -200), 200);
    }
    m->p.math->exp(W, e, e);
    for (int k = 0; k < W; k++) {
        uint32_t i = from + (uint32_t)k;
        double hot = w->hot[k], F = m->p.F;
        l->B[k] = 0;
        l->C[k] = 1;
        switch (sei) {
        case SEI_SOLVENT: l->A[k] = p[P_SEI_DS][i] * p[P_SEI_CS][i] * F * hot; break;
        case SEI_ELECTRON: l->A[k] = p[P_SEI_KE][i] * fmax(0, p[P_SEI_U][i] - phi[k]) * hot; break;
        case SEI_INTERSTITIAL: l->A[k] = p[P_SEI_DL][i] * p[P_SEI_CL][i] * F * e[k] * hot; break;
        case SEI_TUNNELLING:
            l->A[k] = p[P_SEI_J0][i] * e[k] * hot;
            l->C[k] = p[P_SEI_B][i];
            break;
        case SEI_EC:
            l->A[k] = F * p[P_SEI_C][i] * p[P_SEI_K][i] * e[k] * hot;
            l->B[k] = 1;
            l->C[k] = p[P_SEI_K][i] * e[k] / p[P_SEI_D][i];
            break;
        default: /* SEI_REACTION */
            l->A[k] = p[P_SEI_J0][i] * e[k] * hot;
            l->B[k] = 1;
            l->C[k] = 0;
            break;
        }
    }
}

/* Resistances of the layer, and the side reaction at t. */
void dfn_film_start(const dfn *m, work *w, const fade_tile *b, uint32_t from)
{
    group *g = &w->g;
    memset(g->js, 0, m->ne * sizeof(v8));
    memset(g->rf, 0, m->ne * sizeof(v8));
    for (uint32_t e = 0; m->p.sei && e < m->nn; e++)
        for (int k = 0; k < W; k++)
            g->rf[e][k] = b->param[P_SEI_R][from + (uint32_t)k] * b->x[S_FILM][(size_t)e * b->n + from + (uint32_t)k];
}

void dfn_film_rate(const dfn *m, work *w, const fade_tile *b, uint32_t from)
{
    group *g = &w->g;
    for (uint32_t e = 0; m->p.sei && e < m->nn; e++) {
        law l;
        v8 drop;
        for (int k = 0; k < W; k++)
            drop[k] = g->rf[e][k] * g->j[e][k];
        law_at(m, w, b, from, g->phi[e], drop, &l);
        for (int k = 0; k < W; k++) {
            double L = b->x[S_FILM][(size_t)e * b->n + from + (uint32_t)k];
            g->js[e][k] =
                m->p.sei == SEI_TUNNELLING ? l.A[k] * exp(-l.C[k] * L) : l.A[k] / fmax(l.B[k] + l.C[k] * L, 1e-300);
        }
    }
}

/* Growth over the step; js becomes what was taken on the mean, for the particles' books. */
void dfn_film_grow(const dfn *m, work *w, fade_tile *b, uint32_t from)
{
    group *g = &w->g;
    const double *const *p = b->param;
    memset(w->taken, 0, sizeof w->taken);
    for (uint32_t e = 0; m->p.sei && e < m->nn; e++) {
        law l;
        v8 phi, drop;
        for (int k = 0; k < W; k++) {
            phi[k] = (1 - DFN_GAMMA) * w->phi1[e][k] + DFN_GAMMA * g->phi[e][k];
            drop[k] = g->rf[e][k] * ((1 - DFN_GAMMA) * w->j1[e][k] + DFN_GAMMA * g->j[e][k] - g->js[e][k]);
        }
        law_at(m, w, b, from, phi, drop, &l);
        for (int k = 0; k < W; k++) {
            uint32_t i = from + (uint32_t)k;
            double L = b->x[S_FILM][(size_t)e * b->n + i], v = p[P_SEI_V][i] / (m->p.F * p[P_SEI_Z][i]),
                   a = v * l.A[k] * w->dt[k], d;
            double was = l.B[k] + l.C[k] * L;
            if (m->p.sei == SEI_TUNNELLING)
                d = l.C[k] > 0 ? log1p(exp(-l.C[k] * L) * l.C[k] * a) / l.C[k] : a;
            else
                d = 2 * a / (was + sqrt(was * was + 2 * l.C[k] * a) + 1e-300);
            b->x1[S_FILM][(size_t)e * b->n + i] = L + d;
            double mean = d / (v * w->dt[k]), more = mean - g->js[e][k];
            w->j1[e][k] += more; /* intercalation gives what the layer takes beyond js */
            w->jend[e][k] = g->j[e][k] + more;
            w->taken[k] += g->p[0].ah[k] * g->area[k] * mean * w->dt[k] / 3600;
        }
    }
    for (uint32_t e = m->p.sei ? m->nn : 0; e < m->ne; e++)
        memcpy(w->jend[e], g->j[e], sizeof(v8));
}

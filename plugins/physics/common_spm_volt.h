/* SPDX-License-Identifier: MIT
 * common_spm_volt.h - what stands between the current and the terminals at one moment, and the current that meets a demand.
 *
 *   V = U_p + eta_p - U_n - eta_n + (T - T_ref) dU/dT - I R      eta = (2RT/F) asinh(j / 2 j0)      j0 = m sqrt(c_e c (c_max - c))
 * and with the electrolyte the concentration overpotential and the ohmic drops of facts the SPMe adds (Marquis 2019): the means of ln c_e and
 * sqrt c_e over each electrode.  Only common_spm.h includes it.
 */
#ifndef FADE_PHYSICS_COMMON_SPM_VOLT_H
#define FADE_PHYSICS_COMMON_SPM_VOLT_H

typedef double spm_lane[SPM_LANES];

typedef struct spm_side {                         /* one electrode */
    spm_lane Q, tau, q, j, k;                     /* coulomb; s; 1/s per A; A/m2 per A; j0 / sqrt(x (1 - x)) */
    spm_lane sum, base, rate, before;             /* surface: without flux at t; at t + dt = base + rate I; at t */
    spm_lane x, U, dU, eta, deta, ent;            /* at the moment looked at: surface, potential and slope, overpotential and d/dI */
} spm_side;

typedef struct spm_work {
    spm_side side[2];
    spm_lane T, T1, dev, rt, film, ohm, amp, amp0, V, dV, demand, done, bad, spare, dx[2];
    spm_lane root[2], salt_mean, conc, dconc, kc; /* electrolyte: means of sqrt(c_e), of c_e in the negative, overpotential and d/dI */
    spm_lane lost, heat, phi, drop, por;          /* coulomb of side reactions, W, U_n + eta_n and the film's drop in V, porosity of the negative */
    spm_lane side_j, made, gone, died, mean[2], I, dt;
    double arr[16 * SPM_LANES], x[16 * SPM_LANES], y[16 * SPM_LANES];
    double decay[2 * PARTICLE_MOST * SPM_LANES], mode[2 * PARTICLE_MOST * SPM_LANES];
#if SPM_ELECTROLYTE
    double c0[SPM_NODES * SPM_LANES], cb[SPM_NODES * SPM_LANES], cr[SPM_NODES * SPM_LANES], c[SPM_NODES * SPM_LANES], ln[SPM_NODES * SPM_LANES];
    double g_face[(SPM_NODES + 1) * SPM_LANES], store[SPM_NODES * SPM_LANES], low[SPM_NODES * SPM_LANES], up[SPM_NODES * SPM_LANES];
    double inv[SPM_NODES * SPM_LANES], f[SPM_NODES * SPM_LANES];
    spm_lane c_mean, eff_n, por_was;
    int moving;                                   /* cr holds a response */
#endif
} spm_work;

typedef struct spm_run {                          /* m lanes from `at` */
    const spm *s;
    fade_tile *b;
    spm_work *w;
    uint32_t at, m;
} spm_run;

#define PAR(key) (r->b->param[P_##key] + r->at)
#define WAS(key) (r->b->x[X_##key] + r->at)
#define NOW(key) (r->b->x1[X_##key] + r->at)

static inline double spm_least(double a, double b)
{
    return a < b ? a : b;
}
static inline double spm_most(double a, double b)
{
    return a > b ? a : b;
}

/* Is one of m flags not 0?  By their bits: a sum of doubles would be one after the other. */
static inline int spm_any(uint32_t m, const double *flag)
{
    uint64_t any = 0, one;
    for (uint32_t i = 0; i < m; i++) {
        memcpy(&one, &flag[i], sizeof one);
        any |= one;
    }
    return any != 0;
}

/* exp(E / R (1/T_ref - 1/T)) of up to 16 energies, into arr[k m ..]. */
static inline void spm_arrhenius(const spm_run *r, uint32_t n, const double *const *E, const double *T, double *arr)
{
    uint32_t m = r->m;
    const double *ref = PAR(T_REF), per = 1 / r->s->p.R;
    for (uint32_t k = 0; k < n; k++)
        SPM_APART for (uint32_t i = 0; i < m; i++)
            arr[k * m + i] = E[k][i] * per * (1 / ref[i] - 1 / T[i]);
    r->s->p.math->exp(n * m, arr, arr);
}

#if SPM_ELECTROLYTE
/* Means over the electrodes from the salt c = cb + cr (I - I0). */
static inline void spm_salt_means(const spm_run *r, const double *I)
{
    const spm *s = r->s;
    spm_work *w = r->w;
    uint32_t m = r->m, nn = s->nodes[0], skip = nn + s->nodes[1];
    const double *tp = PAR(T_PLUS), *th = PAR(THERMO);
    for (uint32_t j = 0; j < 2 * nn; j++) {
        uint32_t at = (j < nn ? j : j - nn + skip) * m;
        SPM_APART for (uint32_t i = 0; i < m; i++)
            w->c[j * m + i] = spm_most(w->cb[at + i] + (w->moving ? w->cr[at + i] * (I[i] - w->amp0[i]) : 0), 1e-3 * w->c_mean[i]);
    }
    s->p.math->log(2 * nn * m, w->c, w->ln);
    for (uint32_t i = 0; i < m; i++)
        w->root[0][i] = w->root[1][i] = w->conc[i] = w->dconc[i] = w->salt_mean[i] = 0;
    for (uint32_t j = 0; j < 2 * nn; j++) {
        uint32_t at = (j < nn ? j : j - nn + skip) * m;
        double sign = j < nn ? -1 : 1;
        double *root = w->root[j >= nn];
        SPM_APART for (uint32_t i = 0; i < m; i++) {
            double c = w->c[j * m + i];
            root[i] += sqrt(c);
            w->conc[i] += sign * w->ln[j * m + i];
            w->dconc[i] += w->moving ? sign * w->cr[at + i] / c : 0;
            w->salt_mean[i] += j < nn ? c : 0;
        }
    }
    SPM_APART for (uint32_t i = 0; i < m; i++) {
        double per = 1.0 / nn, k = (1 - tp[i]) * w->rt[i] * th[i] * per;
        w->root[0][i] *= per;
        w->root[1][i] *= per;
        w->salt_mean[i] *= per;
        w->conc[i] *= k;
        w->dconc[i] *= k;
    }
}
#endif

/* What the surfaces' stoichiometries side.x give at current I: U, eta, V and dV/dI (side.dx is dx/dI). */
static inline void spm_volt(const spm_run *r, const double *I)
{
    const spm *s = r->s;
    spm_work *w = r->w;
    uint32_t m = r->m;
#if SPM_ELECTROLYTE
    spm_salt_means(r, I);
#endif
    for (int e = 0; e < 2; e++) {
        spm_side *d = &w->side[e];
        porous_eval(&s->p.U[e], m, d->x, d->U, d->dU);
        SPM_APART for (uint32_t i = 0; i < m; i++) {
            double x = spm_least(spm_most(d->x[i], 1e-9), 1 - 1e-9), per = d->j[i] / (2 * d->k[i] * w->root[e][i] * sqrt(x * (1 - x)));
            w->x[(uint32_t)e * m + i] = per * I[i];
            d->deta[i] = per * (1 - I[i] * w->dx[e][i] * (0.5 - x) / (x * (1 - x)));
        }
    }
    s->p.math->asinh(2 * m, w->x, w->y);
    for (int e = 0; e < 2; e++) {
        spm_side *d = &w->side[e];
        const double *a = w->x + (uint32_t)e * m, *y = w->y + (uint32_t)e * m;
        SPM_APART for (uint32_t i = 0; i < m; i++) {
            d->eta[i] = w->rt[i] * y[i];
            d->deta[i] *= w->rt[i] / sqrt(1 + a[i] * a[i]);
        }
        if (s->p.entropic && s->p.dU_cell.cell == NULL) {
            porous_eval(&s->p.dU[e], m, d->x, d->ent, w->spare);
            SPM_APART for (uint32_t i = 0; i < m; i++)
                d->U[i] += w->dev[i] * d->ent[i];
        }
    }
    spm_side *n = &w->side[0], *p = &w->side[1];
    SPM_APART for (uint32_t i = 0; i < m; i++) {
        double R = w->ohm[i] + w->film[i];
        w->V[i] = p->U[i] - n->U[i] - p->eta[i] - n->eta[i] + w->conc[i] - I[i] * R;
        w->dV[i] = p->dU[i] * w->dx[1][i] - n->dU[i] * w->dx[0][i] - p->deta[i] - n->deta[i] + w->dconc[i] - R;
    }
    if (s->p.dU_cell.cell) {
        porous_eval(&s->p.dU_cell, m, p->x, p->ent, w->spare);
        SPM_APART for (uint32_t i = 0; i < m; i++) {
            n->ent[i] = 0;
            w->V[i] += w->dev[i] * p->ent[i];
        }
    }
}

/* Surfaces at current I: x = base + rate I. */
static inline void spm_surfaces(const spm_run *r, const double *I)
{
    for (int e = 0; e < 2; e++) {
        spm_side *d = &r->w->side[e];
        double *dx = r->w->dx[e];
        SPM_APART for (uint32_t i = 0; i < r->m; i++) {
            d->x[i] = d->base[i] + d->rate[i] * I[i];
            dx[i] = d->rate[i];
        }
    }
}

/* The current of each lane that meets its demand with the surfaces base + rate I; w->amp is the guess and the answer.  A lane that is there
 * stays; one that does not get there, or only on the far side of the most power, is `bad`. */
static inline void spm_meet(const spm_run *r)
{
    spm_work *w = r->w;
    uint32_t m = r->m;
    int open = 1;
    const double *control = r->b->in[IN_CONTROL] + r->at, *nominal = PAR(NOMINAL);
    for (uint32_t i = 0; i < m; i++) {
        w->amp[i] = control[i] == FADE_BY_CURRENT ? w->demand[i] : w->amp[i];
        w->done[i] = control[i] == FADE_BY_CURRENT;
        w->bad[i] = 0;
    }
    for (int k = 0; k < 60 && open; k++) {
        spm_surfaces(r, w->amp);
        spm_volt(r, w->amp);
        double reach = k < 20 ? 4 : k < 40 ? 0.5 : 0.1;
        SPM_APART for (uint32_t i = 0; i < m; i++) {
            double I = w->amp[i], V = w->V[i], dV = w->dV[i], d = w->demand[i], c = control[i];
            double power = c == FADE_BY_POWER ? 1 : 0, ohmic = c == FADE_BY_RESISTANCE ? 1 : 0;
            double g = power > 0 ? V * I - d : ohmic > 0 ? V - I * d : V - d, dg = power > 0 ? V + I * dV : ohmic > 0 ? dV - d : dV;
            double most = reach * nominal[i], by = g / dg, was = w->done[i], far = power > 0 && !(dg > 0) ? 1 : 0;
            double there = (g < 0 ? -g : g) <= 1e-10 * (1 + (d < 0 ? -d : d)) ? 1 : 0;
            by = by > most ? most : by < -most ? -most : by;
            w->bad[i] = was > 0 ? w->bad[i] : far;
            w->done[i] = was > 0 ? 1 : there;
            w->amp[i] = w->done[i] > 0 ? I : I - by;
            w->spare[i] = w->done[i] > 0 ? 0 : 1;
        }
        open = spm_any(m, w->spare);
    }
    for (uint32_t i = 0; i < m; i++)
        w->bad[i] = w->done[i] > 0 ? w->bad[i] : 1;
}
#endif

/* SPDX-License-Identifier: MIT
 * common_spm_ageing.h - what ages inside a step: the layer, plated lithium, cracks, loss of material; and the books of lithium.
 *
 * Rates are those of the middle of the step: mean surfaces, mean current.  What limits itself is integrated exactly at that potential: a layer
 * whose current is A / (B + C L) grows by a root, one behind a tunnelling barrier by a logarithm, plated lithium (production minus a part of
 * itself) by an exponential.  So calendar ageing does not depend on the step.  Only common_spm.h includes it.
 */
#ifndef FADE_PHYSICS_COMMON_SPM_AGEING_H
#define FADE_PHYSICS_COMMON_SPM_AGEING_H

enum { A_D_N, A_D_P, A_M_N, A_M_P, A_SEI, A_SEI_D, A_PLATE, A_DELA, A_KIND, A_DE, A_KE, A_N };

typedef struct spm_law {                          /* the layer's current, A / (B + C L) or A exp(-C L) */
    spm_lane A, B, C, v;                          /* v: m per (A/m2 s) */
} spm_law;

/* Exponents and factors of each law of the layer; phi = U_n + eta_n, dphi = phi + film drop, f = F / RT. */
static inline void spm_sei_law(const spm_run *r, const double *I, const double *arr, spm_law *l)
{
    const spm *s = r->s;
    spm_work *w = r->w;
    uint32_t m = r->m;
    double F = s->p.F;
    const double *u = PAR(SEI_U), *al = PAR(SEI_AL), *k = PAR(SEI_K), *c = PAR(SEI_C), *D = PAR(SEI_D), *eta = w->side[0].eta;
    double *a = w->x, *q = w->x + m, *y = w->y;
    SPM_APART for (uint32_t i = 0; i < m; i++) {
        double f = 2 / w->rt[i], drop = w->drop[i], phi = w->phi[i], dphi = phi + drop;
        switch (s->p.sei) {
        case SEI_REACTION:
        case SEI_EC: a[i] = -al[i] * f * (phi - u[i]); break;
        case SEI_INTERSTITIAL: a[i] = -f * dphi; break;
        case SEI_TUNNELLING:
        case SEI_KOLZENBERG: a[i] = -al[i] * f * dphi; break;
        case SEI_SLIDE3: a[i] = -f * (phi - eta[i] - u[i]); break;
        default: a[i] = -f * (dphi - u[i]); break;
        }
        q[i] = s->p.sei == SEI_KOLZENBERG ? -(1 - al[i]) * f * dphi : -f * (eta[i] + drop);
    }
    s->p.math->exp(2 * m, a, y);
    const double *e = y, *e2 = y + m, *ar = arr + A_SEI * m, *ad = arr + A_SEI_D * m, *j0 = PAR(SEI_J0), *Ds = PAR(SEI_DS), *cs = PAR(SEI_CS);
    const double *ke = PAR(SEI_KE), *Dl = PAR(SEI_DL), *cl = PAR(SEI_CL), *barrier = PAR(SEI_B), *V = PAR(SEI_V), *z = PAR(SEI_Z), *L = WAS(L_SEI);
    SPM_APART for (uint32_t i = 0; i < m; i++) {
        double g = k[i] * ar[i] * e[i];
        l->v[i] = V[i] / (F * z[i]);
        l->B[i] = 1;
        l->C[i] = 0;
        switch (s->p.sei) {
        case SEI_REACTION: l->A[i] = j0[i] * ar[i] * e[i]; break;
        case SEI_SOLVENT:
            l->A[i] = Ds[i] * cs[i] * F * ar[i];
            l->B[i] = 0;
            l->C[i] = 1;
            break;
        case SEI_ELECTRON:
            l->A[i] = ke[i] * spm_most(0, u[i] - (w->phi[i] + w->drop[i])) * ar[i];
            l->B[i] = 0;
            l->C[i] = 1;
            break;
        case SEI_INTERSTITIAL:
            l->A[i] = Dl[i] * cl[i] * F * e[i] * ar[i];
            l->B[i] = 0;
            l->C[i] = 1;
            break;
        case SEI_TUNNELLING:
            l->A[i] = j0[i] * e[i] * ar[i];
            l->C[i] = barrier[i];
            break;
        case SEI_EC:
            l->A[i] = F * c[i] * k[i] * e[i] * ar[i];
            l->C[i] = k[i] * e[i] / D[i];
            break;
        case SEI_SLIDE1: l->A[i] = F * g; break;
        case SEI_SLIDE2:
            l->A[i] = F * c[i] * g;
            l->C[i] = g / (D[i] * ad[i]);
            break;
        case SEI_SLIDE3:
            l->A[i] = F * c[i] * e2[i] * g;
            l->C[i] = g / (D[i] * ad[i]);
            break;
        default: break;
        }
    }
    if (s->p.sei != SEI_KOLZENBERG)
        return;
    const double *Lt = PAR(SEI_LT), *kl = PAR(SEI_KL);
    SPM_APART for (uint32_t i = 0; i < m; i++) { /* lithium moves through the layer: cell current helps it along */
        double n = I[i] * w->side[0].j[i], sign = n < 0 ? -1 : 1, La = spm_most(0, L[i] - Lt[i]);
        double migrate = La * (n < 0 ? -n : n) / (w->rt[i] * kl[i]), diffuse = La * j0[i] / (Dl[i] * cl[i] * F * e2[i]);
        l->A[i] = spm_most(0, j0[i] * e[i] * ar[i] * (1 - sign * migrate) / spm_most(1e-12, 1 - sign * migrate + diffuse));
    }
}

/* Growth over dt of a layer of thickness L: m. */
static inline double spm_grow(const spm_law *l, int tunnel, uint32_t i, double L, double dt, double logs)
{
    if (tunnel)
        return l->C[i] > 0 ? logs / l->C[i] : l->v[i] * l->A[i] * dt;
    double a = l->v[i] * l->A[i] * dt, now = l->B[i] + l->C[i] * L;
    return 2 * a / (now + sqrt(now * now + 2 * l->C[i] * a) + 1e-300);
}

static inline void spm_sei(const spm_run *r, const double *I, const double *arr, const double *dt)
{
    const spm *s = r->s;
    spm_work *w = r->w;
    uint32_t m = r->m;
    spm_law l;
    int tunnel = s->p.sei == SEI_TUNNELLING, cracks = s->p.sei_cracks;
    spm_sei_law(r, I, arr, &l);
    double *grown = w->x, *on = w->x + m;
    SPM_APART for (uint32_t i = 0; i < m; i++)
        grown[i] = on[i] = 0;
    if (tunnel) {
        const double *L = WAS(L_SEI), *Lc = WAS(L_CRACK);
        for (uint32_t i = 0; i < m; i++) {
            grown[i] = -l.C[i] * L[i];
            on[i] = -l.C[i] * Lc[i];
        }
        s->p.math->exp(2 * m, grown, grown);
        for (uint32_t i = 0; i < m; i++) {
            grown[i] *= l.C[i] * l.v[i] * l.A[i] * dt[i];
            on[i] *= l.C[i] * l.v[i] * l.A[i] * dt[i];
        }
        s->p.math->log1p(2 * m, grown, grown);
    }
    const double *L = WAS(L_SEI), *Lc = WAS(L_CRACK), *len = WAS(CRACK), *wide = PAR(CR_W), *many = PAR(CR_N), *q = WAS(Q_SEI), *qc = WAS(Q_CRACK);
    double *L1 = NOW(L_SEI), *Lc1 = NOW(L_CRACK), *q1 = NOW(Q_SEI), *qc1 = NOW(Q_CRACK);
    SPM_APART for (uint32_t i = 0; i < m; i++) {
        double surface = 1 / w->side[0].j[i]; /* m2 of particles */
        double d = spm_grow(&l, tunnel, i, L[i], dt[i], grown[i]), rough = 2 * len[i] * many[i] * wide[i];
        double dc = cracks ? spm_grow(&l, tunnel, i, Lc[i], dt[i], on[i]) : 0;
        double taken = d / l.v[i] * surface, taken_c = dc / l.v[i] * surface * rough; /* coulomb */
        L1[i] = L[i] + d;
        Lc1[i] = Lc[i] + dc;
        q1[i] = q[i] + taken / SPM_HOUR;
        qc1[i] = qc[i] + taken_c / SPM_HOUR;
        w->lost[i] += taken + taken_c;
        w->side_j[i] = dt[i] > 0 ? d / (l.v[i] * dt[i]) : 0; /* A/m2, for the loss of material by reaction */
    }
}

/* Lithium metal on the negative: c rises by P - (S + g) c. */
static inline void spm_plating(const spm_run *r, const double *arr, const double *dt)
{
    const spm *s = r->s;
    spm_work *w = r->w;
    uint32_t m = r->m;
    double F = s->p.F;
    int kind = s->p.plating;
    const double *k = PAR(PL_K), *al = PAR(PL_AL), *g0 = PAR(PL_G), *L0 = PAR(SEI_L0), *L = s->p.sei ? WAS(L_SEI) : L0, *ap = arr + A_PLATE * m;
    const double *area = PAR(AREA), *pairs = PAR(PAIRS), *thick = PAR(L_N), *c = WAS(C_LI), *dead = WAS(C_DEAD);
    double *c1 = NOW(C_LI), *dead1 = NOW(C_DEAD), *x = w->x, *y = w->y;
    SPM_APART for (uint32_t i = 0; i < m; i++) {
        double f = 2 / w->rt[i], phi = w->phi[i], a = kind == PLATING_YANG ? 1 : al[i];
        x[i] = -a * f * (kind == PLATING_YANG ? phi + w->drop[i] : phi);
        x[m + i] = (1 - al[i]) * f * phi;
    }
    s->p.math->exp(2 * m, x, y);
    int kept = kind == PLATING_REVERSIBLE || kind == PLATING_PARTIAL;
    SPM_APART for (uint32_t i = 0; i < m; i++) {
        double a = 1 / (w->side[0].j[i] * area[i] * pairs[i] * thick[i]), salt = kind == PLATING_YANG ? 1 : w->salt_mean[i];
        double S = kept ? a * k[i] * ap[i] * y[m + i] : 0, shed = s->p.sei ? L0[i] / spm_most(L[i], 1e-30) : 1; /* no layer grows: 1 */
        double g = kind == PLATING_PARTIAL ? g0[i] * shed : 0;
        w->made[i] = a * k[i] * ap[i] * salt * y[i] * dt[i];
        w->gone[i] = (S + g) * dt[i];
        w->died[i] = g * dt[i];
        x[i] = -w->gone[i];
    }
    s->p.math->expm1(m, x, x);
    SPM_APART for (uint32_t i = 0; i < m; i++) { /* phi1 = (1 - exp(-z)) / z, phi2 = (1 - phi1) / z */
        double P = w->made[i], e = -x[i], z = w->gone[i];
        double p1 = z > 1e-5 ? e / z : 1 - z / 2, p2 = z > 1e-5 ? (1 - p1) / z : 0.5 - z / 6;
        double all = kept ? c[i] * (1 - e) + P * p1 : c[i], died = kept ? w->died[i] * (c[i] * p1 + P * p2) : P;
        c1[i] = all;
        dead1[i] = dead[i] + died;
        w->lost[i] += F * area[i] * pairs[i] * thick[i] * (all - c[i] + died);
    }
}

/* Tensile stress at the surface of a sphere whose mean is richer than its surface (Ai 2020). */
static inline void spm_stress(const spm_run *r, int e, double *stress)
{
    spm_work *w = r->w;
    const double *om = e ? PAR(OM_P) : PAR(OM_N), *Y = e ? PAR(Y_P) : PAR(Y_N), *nu = e ? PAR(NU_P) : PAR(NU_N), *cmax = e ? PAR(CMAX_P) : PAR(CMAX_N);
    const double *mean = w->mean[e];
    SPM_APART for (uint32_t i = 0; i < r->m; i++)
        stress[i] = spm_most(0, om[i] * Y[i] / (3 * (1 - nu[i])) * cmax[i] * (mean[i] - w->side[e].x[i]));
}

static inline void spm_cracks(const spm_run *r, const double *dt)
{
    spm_work *w = r->w;
    uint32_t m = r->m;
    const double *b = PAR(CR_B), *e = PAR(CR_M), *k = PAR(CR_K), *l = WAS(CRACK);
    double *l1 = NOW(CRACK), *x = w->x;
    spm_stress(r, 0, x);
    SPM_APART for (uint32_t i = 0; i < m; i++)
        x[i] = x[i] * b[i] * sqrt(3.14159265358979323846 * l[i]);
    r->s->p.math->pow(m, x, e, x);
    SPM_APART for (uint32_t i = 0; i < m; i++)
        l1[i] = l[i] + dt[i] * k[i] * x[i] / SPM_HOUR;
}

/* Material lost: 1/s of both electrodes, added up over the mechanisms that are on. */
static inline void spm_lam(const spm_run *r, const double *I, const double *arr, double *loss)
{
    const spm *s = r->s;
    spm_work *w = r->w;
    uint32_t m = r->m, on = s->p.lam;
    const double F = s->p.F, *area = PAR(AREA), *pairs = PAR(PAIRS), *thick = PAR(L_N);
    for (uint32_t i = 0; i < 2 * m; i++)
        loss[i] = 0;
    if (on & LAM_REACTION)
        SPM_APART for (uint32_t i = 0; i < m; i++)
            loss[i] += PAR(LR)[i] * w->side_j[i] / (w->side[0].j[i] * area[i] * pairs[i] * thick[i]) / F;
    for (uint32_t e = 0; e < 2; e++) {
        double *to = loss + e * m, *x = w->x, *y = w->y;
        if (on & LAM_STRESS) {
            const double *beta = e ? PAR(LB_P) : PAR(LB_N), *crit = e ? PAR(SC_P) : PAR(SC_N), *power = PAR(LM);
            spm_stress(r, (int)e, x);
            SPM_APART for (uint32_t i = 0; i < m; i++)
                x[i] = 2.0 / 3 * x[i] / crit[i];
            s->p.math->pow(m, x, power, y);
            SPM_APART for (uint32_t i = 0; i < m; i++)
                to[i] += beta[i] * y[i];
        }
        if (on & LAM_DELACOURT) {
            const double *a = e ? PAR(LD_AP) : PAR(LD_AN), *b = PAR(LD_B), *ar = arr + A_DELA * m;
            SPM_APART for (uint32_t i = 0; i < m; i++) {
                double N = I[i] * w->side[e].j[i] / F;
                N = N < 0 ? -N : N;
                to[i] += (a[i] * N + b[i] * sqrt(N)) * ar[i];
            }
        }
    }
    if (on & LAM_KINDERMANN) {
        const double *k = PAR(LK), *u = PAR(LK_U), *most = PAR(LK_MAX), *ar = arr + A_KIND * m;
        SPM_APART for (uint32_t i = 0; i < m; i++)
            w->x[i] = 2 / w->rt[i] * (w->side[1].U[i] - w->side[1].eta[i] - u[i]);
        s->p.math->exp(m, w->x, w->y);
        SPM_APART for (uint32_t i = 0; i < m; i++)
            loss[m + i] += spm_least(most[i], k[i] / F * ar[i] * w->y[i]);
    }
    if (on & LAM_CURRENT) { /* over the chunk padded to whole eights, which it is */
        s->p.expr->eval(s->p.lam_current, m, (const double *const[]){ I, w->T }, (char *)w + sizeof *w, (double *const[]){ w->x, w->x + m });
        for (uint32_t i = 0; i < 2 * m; i++)
            loss[i] -= w->x[i];
    }
}
#endif

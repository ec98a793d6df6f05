/* SPDX-License-Identifier: MIT
 * common_spm_salt.h - the electrolyte between the electrodes: salt in volumes, implicit in time, and its ohmic resistance.
 *
 *   eps dc/dt = d/dx (b D(c) dc/dx) + (1 - t+) s / F        s = i/L_n, 0, -i/L_p        no flux at both ends
 * Three implicit stages with one matrix (Alexander 1977: L-stable, third order); D is first that of the
 * concentrations at t, then, once more, that of the middle of the step.  The salt at the end is linear
 * in the current there: cb + cr (I - I0).  Volumes exchange fluxes, so salt is neither made nor lost.  Only common_spm.h includes it.
 */
#ifndef FADE_PHYSICS_COMMON_SPM_SALT_H
#define FADE_PHYSICS_COMMON_SPM_SALT_H

/* Alexander 1977, doi 10.1137/0714068: the diagonal, and the slopes' weights in stages two and three. */
static const double SPM_GAMMA = 0.43586652150845967, SPM_A21 = 0.28206673924577017, SPM_A31 = 1.2084966491760101, SPM_A32 = -0.64436317068446907;

static inline int spm_domain(const spm *s, uint32_t j)
{
    return j < s->nodes[0] ? 0 : j < s->nodes[0] + s->nodes[1] ? 1 : 2;
}

/* At t: salt, its mean over the thickness, resistance of electrolyte and electrodes. */
static inline void spm_salt_begin(const spm_run *r)
{
    const spm *s = r->s;
    spm_work *w = r->w;
    uint32_t m = r->m, n = r->b->n;
    const double *L[3] = { PAR(L_N), PAR(L_S), PAR(L_P) }, *eff[3] = { PAR(TRANS_N), PAR(TRANS_S), PAR(TRANS_P) }, *por0 = PAR(POR_N);
    const double *area = PAR(AREA), *pairs = PAR(PAIRS), *sn = PAR(SIGMA_N), *sp = PAR(SIGMA_P), *salt = WAS(SALT), *arr = w->arr + A_KE * m;
    w->moving = 0;
    for (uint32_t i = 0; i < m; i++)
        w->c_mean[i] = 0;
    for (uint32_t j = 0; j < s->nsalt; j++) {
        int d = spm_domain(s, j);
        double per = 1.0 / s->nodes[d];
        SPM_APART for (uint32_t i = 0; i < m; i++) {
            w->c0[j * m + i] = w->cb[j * m + i] = salt[(size_t)j * n + i];
            w->c_mean[i] += salt[(size_t)j * n + i] * L[d][i] * per;
        }
    }
    SPM_APART for (uint32_t i = 0; i < m; i++)
        w->c_mean[i] /= L[0][i] + L[1][i] + L[2][i];
    porous_eval(&s->p.kappa, m, w->c_mean, w->x, w->y);
    int clogs = s->p.clogging && s->ages;
    SPM_APART for (uint32_t i = 0; i < m; i++) {
        double left = clogs ? spm_most(w->por[i], 1e-9) / por0[i] : 1;
        w->eff_n[i] = eff[0][i] * left * sqrt(left);
        w->por_was[i] = clogs ? w->por[i] : por0[i];
        double K = spm_least(spm_most(w->x[i] * arr[i], 1e-30), 1e30), A = area[i] * pairs[i];
        w->ohm[i] += (L[0][i] / (3 * w->eff_n[i] * K) + L[1][i] / (eff[1][i] * K) + L[2][i] / (3 * eff[2][i] * K) + L[2][i] / (3 * sp[i]) + L[0][i] / (3 * sn[i])) / A;
    }
}

/* Elimination for one right side f, which becomes the answer. */
static inline void spm_salt_solve(const spm_run *r)
{
    spm_work *w = r->w;
    uint32_t m = r->m, n = r->s->nsalt;
    double *f = w->f;
    for (uint32_t j = 1; j < n; j++)
        SPM_APART for (uint32_t i = 0; i < m; i++)
            f[j * m + i] -= w->low[j * m + i] * f[(j - 1) * m + i];
    SPM_APART for (uint32_t i = 0; i < m; i++)
        f[(n - 1) * m + i] *= w->inv[(n - 1) * m + i];
    for (uint32_t j = n - 1; j-- > 0;)
        SPM_APART for (uint32_t i = 0; i < m; i++)
            f[j * m + i] = (f[j * m + i] - w->up[j * m + i] * f[(j + 1) * m + i]) * w->inv[j * m + i];
}

static inline void spm_salt_matrix(const spm_run *r, const double *dt, const double *c)
{
    const spm *s = r->s;
    spm_work *w = r->w;
    uint32_t m = r->m, n = s->nsalt;
    const double *L[3] = { PAR(L_N), PAR(L_S), PAR(L_P) }, *eff[3] = { w->eff_n, PAR(TRANS_S), PAR(TRANS_P) }, *por[3] = { w->por_was, PAR(POR_S), PAR(POR_P) };
    const double *arr = w->arr + A_DE * m;
    double *half = w->c; /* resistance of half a volume */
    porous_eval(&s->p.De, n * m, c, w->ln, w->f);
    for (uint32_t j = 0; j < n; j++) {
        int d = spm_domain(s, j);
        double per = 1.0 / s->nodes[d];
        SPM_APART for (uint32_t i = 0; i < m; i++) {
            double h = L[d][i] * per;
            half[j * m + i] = 0.5 * h / (eff[d][i] * spm_least(spm_most(w->ln[j * m + i] * arr[i], 1e-18), 1e-2));
            w->store[j * m + i] = por[d][i] * h;
        }
    }
    SPM_APART for (uint32_t i = 0; i < m; i++)
        w->g_face[i] = w->g_face[n * m + i] = 0;
    for (uint32_t j = 1; j < n; j++)
        SPM_APART for (uint32_t i = 0; i < m; i++)
            w->g_face[j * m + i] = SPM_GAMMA * dt[i] / (half[j * m + i] + half[(j - 1) * m + i]);
    for (uint32_t j = 0; j < n; j++)
        SPM_APART for (uint32_t i = 0; i < m; i++) {
            double lo = w->g_face[j * m + i], hi = w->g_face[(j + 1) * m + i], diag = w->store[j * m + i] + lo + hi, low = 0;
            if (j > 0) {
                low = -lo * w->inv[(j - 1) * m + i];
                diag -= low * w->up[(j - 1) * m + i];
            }
            w->low[j * m + i] = low;
            w->up[j * m + i] = -hi;
            w->inv[j * m + i] = 1 / diag;
        }
}

/* What one volume gains in the stage per ampere, with its sign. */
static inline void spm_salt_source(const spm_run *r, const double *dt, const double *amps, double part)
{
    const spm *s = r->s;
    spm_work *w = r->w;
    uint32_t m = r->m;
    const double *tp = PAR(T_PLUS), *area = PAR(AREA), *pairs = PAR(PAIRS);
    for (uint32_t j = 0; j < s->nsalt; j++) {
        int d = spm_domain(s, j);
        if (d == 1)
            continue;
        double sign = (d == 0 ? 1.0 : -1.0) / s->nodes[d];
        SPM_APART for (uint32_t i = 0; i < m; i++)
            w->f[j * m + i] += sign * part * SPM_GAMMA * dt[i] * (1 - tp[i]) / (s->p.F * area[i] * pairs[i]) * (amps ? amps[i] : 1);
    }
}

/* From `from` (NULL: none) over dt with a source of amps (NULL: one ampere that rises from 0): the answer is in f. */
static inline void spm_salt_stages(const spm_run *r, const double *dt, const double *from, const double *amps)
{
    spm_work *w = r->w;
    uint32_t all = r->m * r->s->nsalt;
    double *k1 = w->c, *k2 = w->ln, per = 1 / SPM_GAMMA, rising = amps ? 1 : 0;
    SPM_APART for (uint32_t k = 0; k < all; k++)
        w->f[k] = from ? w->store[k] * from[k] : 0;
    spm_salt_source(r, dt, amps, rising + (1 - rising) * SPM_GAMMA);
    spm_salt_solve(r);
    SPM_APART for (uint32_t k = 0; k < all; k++) {
        double c = from ? from[k] : 0;
        k1[k] = (w->f[k] - c) * per;
        w->f[k] = w->store[k] * (c + SPM_A21 * k1[k]);
    }
    spm_salt_source(r, dt, amps, rising + (1 - rising) * (1 + SPM_GAMMA) / 2);
    spm_salt_solve(r);
    SPM_APART for (uint32_t k = 0; k < all; k++) {
        double c = from ? from[k] : 0;
        k2[k] = (w->f[k] - c - SPM_A21 * k1[k]) * per;
        w->f[k] = w->store[k] * (c + SPM_A31 * k1[k] + SPM_A32 * k2[k]);
    }
    spm_salt_source(r, dt, amps, 1);
    spm_salt_solve(r);
}

static inline void spm_salt_step(const spm_run *r, const double *dt, int held)
{
    spm_work *w = r->w;
    size_t bytes = r->m * r->s->nsalt * sizeof(double);
    spm_salt_matrix(r, dt, w->c0);
    spm_salt_stages(r, dt, w->c0, w->amp0);
    SPM_APART for (uint32_t k = 0; k < r->m * r->s->nsalt; k++)
        w->cr[k] = (w->c0[k] + w->f[k]) / 2;
    spm_salt_matrix(r, dt, w->cr);
    spm_salt_stages(r, dt, w->c0, w->amp0);
    memcpy(w->cb, w->f, bytes);
    w->moving = held;
    if (!held)
        return;
    spm_salt_stages(r, dt, NULL, NULL);
    memcpy(w->cr, w->f, bytes);
}

/* The salt at the end; pores that became smaller hold the same of it. */
static inline void spm_salt_end(const spm_run *r)
{
    const spm *s = r->s;
    spm_work *w = r->w;
    uint32_t m = r->m, n = r->b->n;
    double *salt = NOW(SALT);
    int clogs = s->p.clogging && s->ages;
    for (uint32_t j = 0; j < s->nsalt; j++)
        SPM_APART for (uint32_t i = 0; i < m; i++) {
            double c = w->cb[j * m + i] + (w->moving ? w->cr[j * m + i] * (w->amp[i] - w->amp0[i]) : 0);
            salt[(size_t)j * n + i] = clogs && j < s->nodes[0] ? c * w->por_was[i] / spm_most(w->por[i], 1e-9) : c;
        }
}
#endif

/* SPDX-License-Identifier: MIT
 * common_spm_step.h - the step: the particles exactly, the current linear over it, then heat, ageing, and what is shown.
 *
 * Between t and t + dt the current is I0 + (I1 - I0) s: I0 meets the demand at t, I1 at t + dt, so that holding a voltage or a power is of second
 * order in dt, and a constant current is exact.  Diffusivities and reaction rates are those of the temperature and the mean stoichiometry at t;
 * heat and ageing take the middle of the step.  Only common_spm.h includes it.
 */
#ifndef FADE_PHYSICS_COMMON_SPM_STEP_H
#define FADE_PHYSICS_COMMON_SPM_STEP_H

static size_t spm_scratch(const void *model, uint32_t n)
{
    const spm *s = model;
    size_t more = s->p.lam_current ? s->p.expr->scratch(s->p.lam_current, SPM_LANES) : 0;
    (void)n;
    return (sizeof(spm_work) + more + 127) / 64 * 64;
}

/* Porosity of the negative once what grew has taken its room. */
static inline void spm_porosity(const spm_run *r, double *const *x, double *por)
{
    spm_work *w = r->w;
    const double *por0 = PAR(POR_N), *L0 = PAR(SEI_L0), *V = PAR(PL_V), *wide = PAR(CR_W), *many = PAR(CR_N);
    const double *area = PAR(AREA), *pairs = PAR(PAIRS), *thick = PAR(L_N);
    const double *L = x[X_L_SEI] + r->at, *Lc = x[X_L_CRACK] + r->at, *c = x[X_C_LI] + r->at, *d = x[X_C_DEAD] + r->at, *l = x[X_CRACK] + r->at;
    int sei = r->s->p.sei != 0;
    SPM_APART for (uint32_t i = 0; i < r->m; i++) {
        double a = 1 / (w->side[0].j[i] * area[i] * pairs[i] * thick[i]);
        por[i] = por0[i] - a * ((sei ? L[i] - L0[i] : 0) + Lc[i] * 2 * l[i] * many[i] * wide[i]) - (c[i] + d[i]) * V[i];
    }
}

/* What holds through the step: sizes, temperature, resistances. */
static inline void spm_prepare(const spm_run *r)
{
    const spm *s = r->s;
    spm_work *w = r->w;
    uint32_t m = r->m;
    double F = s->p.F;
    const double *T = s->p.lumped ? WAS(TEMP) : r->b->in[IN_AMBIENT] + r->at, *ref = PAR(T_REF), *area = PAR(AREA), *pairs = PAR(PAIRS);
    const double *E[A_N] = { PAR(ED_N), PAR(ED_P), PAR(EM_N), PAR(EM_P), PAR(SEI_E), PAR(SEI_ED), PAR(PL_E), PAR(LD_E), PAR(LK_E), PAR(ED_E), PAR(EK_E) };
    spm_arrhenius(r, SPM_ELECTROLYTE ? A_N : s->ages ? A_DE : A_SEI, E, T, w->arr);
    SPM_APART for (uint32_t i = 0; i < m; i++) {
        w->T[i] = T[i];
        w->dev[i] = T[i] - ref[i];
        w->rt[i] = 2 * s->p.R * T[i] / F;
    }
    for (int e = 0; e < 2; e++) {
        spm_side *d = &w->side[e];
        const double *eps = e ? WAS(EPS_P) : WAS(EPS_N), *eps0 = e ? PAR(EPS_P) : PAR(EPS_N), *a0 = e ? PAR(A_P) : PAR(A_N);
        const double *R = e ? PAR(R_P) : PAR(R_N), *L = e ? PAR(L_P) : PAR(L_N), *cmax = e ? PAR(CMAX_P) : PAR(CMAX_N), *D = e ? PAR(D_P) : PAR(D_N);
        const double *k = e ? PAR(M_P) : PAR(M_N), *arr = w->arr + (uint32_t)e * m, *mean = e ? WAS(Z_P) : WAS(Z_N), *ce = PAR(C_E);
        double sign = e ? -1 : 1;
        porous_eval(&s->p.D[e], m, mean, w->x, w->y);
        SPM_APART for (uint32_t i = 0; i < m; i++) {
            double V = area[i] * pairs[i] * L[i], a = a0[i] > 0 ? a0[i] * eps[i] / eps0[i] : 3 * eps[i] / R[i];
            d->Q[i] = F * eps[i] * V * cmax[i];
            d->q[i] = sign / (3 * d->Q[i]);
            d->j[i] = 1 / (V * a);
            d->tau[i] = R[i] * R[i] / (D[i] * arr[i] * spm_most(w->x[i], 1e-12));
            d->k[i] = k[i] * arr[2 * m + i] * cmax[i];
            w->root[e][i] = sqrt(ce[i]);
            w->mean[e][i] = mean[i];
        }
    }
    const double *Rc = PAR(R_C), *rho = PAR(SEI_R), *L = WAS(L_SEI), *ce = PAR(C_E);
    int sei = s->p.sei != 0;
    SPM_APART for (uint32_t i = 0; i < m; i++) {
        w->ohm[i] = Rc[i];
        w->film[i] = sei ? rho[i] * L[i] * w->side[0].j[i] : 0;
        w->conc[i] = w->dconc[i] = 0;
        w->salt_mean[i] = ce[i];
        w->side_j[i] = 0;
    }
    if (s->ages)
        spm_porosity(r, (double *const *)r->b->x, w->por);
}

/* Kinetics at the temperature the step ends with. */
static inline void spm_warm(const spm_run *r, const double *T)
{
    const spm *s = r->s;
    spm_work *w = r->w;
    uint32_t m = r->m;
    const double *ref = PAR(T_REF);
    if (!s->p.lumped)
        return;
    spm_arrhenius(r, 2, (const double *const[]){ PAR(EM_N), PAR(EM_P) }, T, w->x);
    for (uint32_t e = 0; e < 2; e++) {
        const double *k = e ? PAR(M_P) : PAR(M_N), *cmax = e ? PAR(CMAX_P) : PAR(CMAX_N);
        SPM_APART for (uint32_t i = 0; i < m; i++)
            w->side[e].k[i] = k[i] * w->x[e * m + i] * cmax[i];
    }
    SPM_APART for (uint32_t i = 0; i < m; i++) {
        w->dev[i] = T[i] - ref[i];
        w->rt[i] = 2 * s->p.R * T[i] / s->p.F;
    }
}

/* The modes after dt at a current from I0 to I1: what they are without I1 goes into x1, what I1 adds is answer[] per ampere. */
static inline void spm_modes(const spm_run *r, const double *dt)
{
    const spm *s = r->s;
    spm_work *w = r->w;
    uint32_t m = r->m, n = r->b->n, at = 0;
    for (int e = 0; e < 2; e++)
        for (uint32_t k = 1; k < s->q[e].n; k++, at++)
            SPM_APART for (uint32_t i = 0; i < m; i++)
                w->decay[at * m + i] = s->q[e].lambda[k] * dt[i] / w->side[e].tau[i];
    s->p.math->expm1(at * m, w->decay, w->mode);
    at = 0;
    for (int e = 0; e < 2; e++) {
        spm_side *d = &w->side[e];
        const double *was = e ? WAS(Z_P) : WAS(Z_N);
        double *now = e ? NOW(Z_P) : NOW(Z_N), *rate = d->rate, *base = d->base, *sum = d->sum;
        SPM_APART for (uint32_t i = 0; i < m; i++) {
            double h = -1.5 * dt[i] * d->q[i];
            now[i] = was[i] + h * w->amp0[i];
            rate[i] = h + s->q[e].direct * d->tau[i] * d->q[i];
            base[i] = now[i];
            sum[i] = was[i];
        }
        for (uint32_t k = 1; k < s->q[e].n; k++, at++) {
            const double *u = w->decay + at * m, *ex = w->mode + at * m, *y = was + (size_t)k * n, beta = s->q[e].beta[k];
            double *to = now + (size_t)k * n, *p = w->decay + at * m, *a = w->mode + at * m;
            SPM_APART for (uint32_t i = 0; i < m; i++) {
                double per = 1 / u[i], small = u[i] > -1e-5 ? 1 : 0, p1 = small > 0 ? 1 + u[i] / 2 : ex[i] * per;
                double p2 = small > 0 ? 0.5 + u[i] / 6 : (p1 - 1) * per, g = beta * d->q[i], one = g * dt[i] * p2;
                double put = y[i] * (1 + ex[i]) + (g * dt[i] * p1 - one) * w->amp0[i];
                to[i] = put;
                base[i] += put;
                sum[i] += y[i];
                rate[i] += one;
                p[i] = g * p1;
                a[i] = one;
            }
        }
    }
}

/* I1 goes into the modes. */
static inline void spm_settle(const spm_run *r, const double *dt)
{
    const spm *s = r->s;
    spm_work *w = r->w;
    uint32_t m = r->m, n = r->b->n, at = 0;
    for (int e = 0; e < 2; e++) {
        double *now = e ? NOW(Z_P) : NOW(Z_N);
        SPM_APART for (uint32_t i = 0; i < m; i++)
            now[i] += -1.5 * dt[i] * w->side[e].q[i] * w->amp[i];
        for (uint32_t k = 1; k < s->q[e].n; k++, at++) {
            const double *a = w->mode + at * m;
            double *to = now + (size_t)k * n;
            SPM_APART for (uint32_t i = 0; i < m; i++)
                to[i] += a[i] * w->amp[i];
        }
    }
}

/* What side reactions took (lost, in coulomb) left through the negative's surface, evenly over the step. */
static inline void spm_side_flux(const spm_run *r, const double *dt)
{
    const spm *s = r->s;
    spm_work *w = r->w;
    uint32_t m = r->m, n = r->b->n;
    spm_side *d = &w->side[0];
    double *now = NOW(Z_N), *base = d->base;
    SPM_APART for (uint32_t i = 0; i < m; i++) {
        double took = -3 * d->q[i] * w->lost[i];
        now[i] += took;
        base[i] += took + (dt[i] > 0 ? s->q[0].direct * d->tau[i] * d->q[i] * w->lost[i] / dt[i] : 0);
    }
    for (uint32_t k = 1; k < s->q[0].n; k++) {
        const double *p = w->decay + (size_t)(k - 1) * m;
        double *to = now + (size_t)k * n;
        SPM_APART for (uint32_t i = 0; i < m; i++) {
            double took = p[i] * w->lost[i];
            to[i] += took;
            base[i] += took;
        }
    }
}

/* Surfaces at the moment t: sum + direct tau q I. */
static inline void spm_at_start(const spm_run *r)
{
    const spm *s = r->s;
    spm_work *w = r->w;
    uint32_t m = r->m, n = r->b->n;
    for (int e = 0; e < 2; e++) {
        spm_side *d = &w->side[e];
        const double *was = e ? WAS(Z_P) : WAS(Z_N);
        SPM_APART for (uint32_t i = 0; i < m; i++) {
            d->base[i] = was[i];
            d->rate[i] = s->q[e].direct * d->tau[i] * d->q[i];
        }
        for (uint32_t k = 1; k < s->q[e].n; k++) {
            const double *y = was + (size_t)k * n;
            SPM_APART for (uint32_t i = 0; i < m; i++)
                d->base[i] += y[i];
        }
    }
}

/* The middle of the step: heat, and what ages. */
static inline void spm_middle(const spm_run *r, const double *dt)
{
    const spm *s = r->s;
    spm_work *w = r->w;
    uint32_t m = r->m;
    SPM_APART for (uint32_t i = 0; i < m; i++)
        w->I[i] = (w->amp0[i] + w->amp[i]) / 2;
    for (int e = 0; e < 2; e++) {
        spm_side *d = &w->side[e];
        const double *now = e ? NOW(Z_P) : NOW(Z_N);
        SPM_APART for (uint32_t i = 0; i < m; i++) {
            d->x[i] = (d->before[i] + d->base[i] + d->rate[i] * w->amp[i]) / 2;
            w->mean[e][i] = (w->mean[e][i] + now[i]) / 2;
        }
    }
    spm_volt(r, w->I);
    const spm_side *a = &w->side[0], *c = &w->side[1];
    SPM_APART for (uint32_t i = 0; i < m; i++) {
        double I = w->I[i];
        w->heat[i] = I * (a->eta[i] + c->eta[i] - w->conc[i] + I * (w->ohm[i] + w->film[i]));
        w->drop[i] = I * w->film[i];
        w->phi[i] = a->U[i] + a->eta[i];
    }
    if (s->p.entropic)
        SPM_APART for (uint32_t i = 0; i < m; i++)
            w->heat[i] -= w->I[i] * w->T[i] * (c->ent[i] - a->ent[i]);
    if (!s->ages)
        return;
    if (s->p.dU_cell.cell) {
        porous_eval(&s->p.dU[0], m, a->x, w->x, w->y);
        SPM_APART for (uint32_t i = 0; i < m; i++)
            w->phi[i] += w->dev[i] * w->x[i];
    }
    double loss[2 * SPM_LANES];
    if (s->p.sei)
        spm_sei(r, w->I, w->arr, dt);
    if (s->p.plating)
        spm_plating(r, w->arr, dt);
    if (s->p.cracks)
        spm_cracks(r, dt);
    if (!s->p.lam)
        return;
    spm_lam(r, w->I, w->arr, loss);
    for (uint32_t e = 0; e < 2; e++) {
        const double *eps = e ? WAS(EPS_P) : WAS(EPS_N);
        double *eps1 = e ? NOW(EPS_P) : NOW(EPS_N), *l = loss + e * m;
        SPM_APART for (uint32_t i = 0; i < m; i++)
            eps1[i] = eps[i] - dt[i] * l[i];
    }
}

/* Lithium that is left with the material that is: lost with it at the mean of the end of the step, which closes the books. */
static inline void spm_lam_books(const spm_run *r)
{
    spm_work *w = r->w;
    const double *q = WAS(Q_LAM);
    double *q1 = NOW(Q_LAM);
    SPM_APART for (uint32_t i = 0; i < r->m; i++)
        q1[i] = q[i];
    for (int e = 0; e < 2; e++) {
        const double *eps = e ? WAS(EPS_P) : WAS(EPS_N), *eps1 = e ? NOW(EPS_P) : NOW(EPS_N), *mean = e ? NOW(Z_P) : NOW(Z_N), *Q = w->side[e].Q;
        SPM_APART for (uint32_t i = 0; i < r->m; i++)
            q1[i] += Q[i] / SPM_HOUR * (1 - eps1[i] / eps[i]) * mean[i];
    }
}

static inline void spm_thermal(const spm_run *r, const double *dt)
{
    const spm *s = r->s;
    spm_work *w = r->w;
    uint32_t m = r->m;
    const double *Ta = r->b->in[IN_AMBIENT] + r->at, *h = PAR(COOLING), *C = PAR(HEAT), *T = w->T;
    double *T1 = NOW(TEMP);
    if (!s->p.lumped) {
        SPM_APART for (uint32_t i = 0; i < m; i++)
            T1[i] = w->T1[i] = Ta[i];
        return;
    }
    SPM_APART for (uint32_t i = 0; i < m; i++)
        w->x[i] = -h[i] * dt[i] / C[i];
    s->p.math->expm1(m, w->x, w->y);
    SPM_APART for (uint32_t i = 0; i < m; i++) {
        double gain = h[i] > 0 ? -w->y[i] / h[i] : dt[i] / C[i];
        T1[i] = w->T1[i] = T[i] + (w->heat[i] - h[i] * (T[i] - Ta[i])) * gain;
    }
}

/* States that no mechanism of this cell moves. */
static inline void spm_carry(const spm_run *r)
{
    static const uint8_t same[] = { X_EPS_N, X_EPS_P, X_L_SEI, X_L_CRACK, X_C_LI, X_C_DEAD, X_CRACK, X_Q_SEI, X_Q_CRACK, X_Q_LAM, X_Q_NEW, X_SOH_CAP, X_SOH_FULL,
                                    X_SOH_EMPTY, X_SOH_LI, X_SOH_N, X_SOH_P };
    for (uint32_t k = 0; k < sizeof same; k++)
        memcpy(r->b->x1[same[k]] + r->at, r->b->x[same[k]] + r->at, r->m * sizeof(double));
    if (!SPM_ELECTROLYTE)
        memcpy(NOW(SALT), WAS(SALT), r->m * sizeof(double));
}

/* Where lithium or material moved by more than 1e-5 of themselves since it was last looked at: the window between the limits anew. */
static inline void spm_health(const spm_run *r, double *const *x)
{
    const spm *s = r->s;
    fade_tile *b = r->b;
    if (!s->ages)
        return;
    spm_work *w = r->w;
    const double *en = x[X_EPS_N] + r->at, *ep = x[X_EPS_P] + r->at, *zn = x[X_Z_N] + r->at, *zp = x[X_Z_P] + r->at, *wn = WAS(EPS_N), *wp = WAS(EPS_P);
    const double *Li0 = x[X_SOH_LI] + r->at, *en0 = x[X_SOH_N] + r->at, *ep0 = x[X_SOH_P] + r->at;
    SPM_APART for (uint32_t i = 0; i < r->m; i++) {
        double Q = w->side[0].Q[i] * en[i] / wn[i] / SPM_HOUR, P = w->side[1].Q[i] * ep[i] / wp[i] / SPM_HOUR, all = Q * zn[i] + P * zp[i];
        double a = all - Li0[i], b1 = en[i] - en0[i], c = ep[i] - ep0[i];
        w->made[i] = Q;
        w->gone[i] = P;
        w->died[i] = all;
        w->spare[i] = spm_most(spm_most((a < 0 ? -a : a) / all, (b1 < 0 ? -b1 : b1) / en[i]), (c < 0 ? -c : c) / ep[i]) > 1e-5 ? 1 : 0;
    }
    int any = spm_any(r->m, w->spare);
    for (uint32_t k = 0, i = r->at; k < r->m && any; k++, i++) {
        double Qn = w->made[k], Qp = w->gone[k], Li = w->died[k], eps_n = en[k], eps_p = ep[k];
        if (!(w->spare[k] > 0))
            continue;
        porous_window win = { x[X_SOH_FULL][i], x[X_SOH_EMPTY][i], 0, 0, 0 };
        int met = porous_health(s->p.U, Qn, Qp, Li, b->param[P_V_MIN][i], b->param[P_V_MAX][i], &win);
        x[X_SOH_LI][i] = Li;
        x[X_SOH_N][i] = eps_n;
        x[X_SOH_P][i] = eps_p;
        x[X_SOH_CAP][i] = met ? win.capacity : x[X_SOH_CAP][i];
        x[X_SOH_FULL][i] = met ? win.x100 : x[X_SOH_FULL][i];
        x[X_SOH_EMPTY][i] = met ? win.x0 : x[X_SOH_EMPTY][i];
    }
}

/* What a moment shows; spm_volt has just been asked about it.  x: the state there. */
static inline void spm_show(const spm_run *r, double *const *x, const double *I, const double *T)
{
    const spm *s = r->s;
    spm_work *w = r->w;
    uint32_t m = r->m, at = r->at;
    double *const *o = r->b->out;
    const spm_side *a = &w->side[0], *c = &w->side[1];
    const double *eps_n = x[X_EPS_N] + at, *eps_p = x[X_EPS_P] + at, *zn = x[X_Z_N] + at, *zp = x[X_Z_P] + at, *full = x[X_SOH_FULL] + at;
    const double *empty = x[X_SOH_EMPTY] + at, *fresh_n = PAR(EPS_N), *fresh_p = PAR(EPS_P), *new = x[X_Q_NEW] + at;
    SPM_APART for (uint32_t i = 0; i < m; i++) {
        o[O_VOLT][at + i] = w->V[i];
        o[O_AMP][at + i] = I[i];
        o[O_WATT][at + i] = w->V[i] * I[i];
        o[O_TEMP][at + i] = T[i];
    }
    SPM_APART for (uint32_t i = 0; i < m; i++) {
        double ent = s->p.entropic ? c->ent[i] - a->ent[i] : 0;
        o[O_HEAT][at + i] = I[i] * (a->eta[i] + c->eta[i] - w->conc[i] + I[i] * (w->ohm[i] + w->film[i]) - T[i] * ent);
        o[O_SOC][at + i] = (zn[i] - empty[i]) / (full[i] - empty[i]);
        o[O_OHM][at + i] = a->deta[i] + c->deta[i] + w->ohm[i] + w->film[i];
        o[O_ANODE][at + i] = a->U[i] + a->eta[i] + I[i] * w->film[i];
    }
    SPM_APART for (uint32_t i = 0; i < m; i++) {
        double Li = (a->Q[i] * eps_n[i] / w->made[i] * zn[i] + c->Q[i] * eps_p[i] / w->gone[i] * zp[i]) / SPM_HOUR;
        o[O_LLI][at + i] = 1 - Li / new[i];
        o[O_LAM_N][at + i] = 1 - eps_n[i] / fresh_n[i];
        o[O_LAM_P][at + i] = 1 - eps_p[i] / fresh_p[i];
    }
    const double *area = PAR(AREA), *pairs = PAR(PAIRS), *thick = PAR(L_N), *li = x[X_C_LI] + at, *dead = x[X_C_DEAD] + at, *por0 = PAR(POR_N);
    SPM_APART for (uint32_t i = 0; i < m; i++) {
        o[O_Q_PLATE][at + i] = s->p.F * area[i] * pairs[i] * thick[i] * (li[i] + dead[i]) / SPM_HOUR;
        o[O_POROSITY][at + i] = s->ages ? w->por[i] : por0[i];
    }
    static const struct {
        uint8_t out, state;
    } plain[] = { { O_CAPACITY, X_SOH_CAP }, { O_L_SEI, X_L_SEI }, { O_Q_SEI, X_Q_SEI }, { O_Q_CRACK, X_Q_CRACK }, { O_Q_LAM, X_Q_LAM }, { O_CRACK, X_CRACK } };
    for (uint32_t k = 0; k < sizeof plain / sizeof plain[0]; k++)
        memcpy(o[plain[k].out] + at, x[plain[k].state] + at, m * sizeof(double));
}

/* Lanes whose input makes no sense, with a sentence; they go on as if at rest. */
static inline void spm_sound(const spm_run *r)
{
    const double *in[] = { r->b->in[IN_CONTROL] + r->at, r->b->in[IN_DEMAND] + r->at, r->b->in[IN_AMBIENT] + r->at };
    double *odd = r->w->spare, *demand = r->w->demand;
    SPM_APART for (uint32_t i = 0; i < r->m; i++) {
        double c = in[0][i], zero = c * (c - 1) * (c - 2) * (c - 3), d = in[1][i], T = in[2][i];
        demand[i] = d;
        odd[i] = (zero < 0 ? -zero : zero) + (d - d) + (T - T) == 0 ? (T > 0 ? 0 : 1) : 1;
    }
    int any = spm_any(r->m, odd);
    for (uint32_t i = 0; i < r->m && any; i++) {
        char say[200];
        double c = in[0][i];
        if (!(c == 0 || c == 1 || c == 2 || c == 3))
            snprintf(say, sizeof say, "control is %g, must be 0 (current), 1 (voltage), 2 (power) or 3 (resistance)", c);
        else if (!isfinite(in[1][i]))
            snprintf(say, sizeof say, "demand is %g, a cell needs a number", in[1][i]);
        else if (!(in[2][i] > 0 && isfinite(in[2][i])))
            snprintf(say, sizeof say, "temperature_ambient is %g K, a cell needs a number above 0", in[2][i]);
        else
            continue;
        if (r->at + i < r->b->live)
            spm_say_lane(r->s, r->b, r->at + i, FADE_EINVAL, say);
    }
}

/* No current meets the demand at the end of this step: a shorter one may do, unless there is none even now. */
static inline void spm_infeasible(const spm_run *r, uint32_t i, double dt)
{
    static const char *const what[] = { "A", "V", "W", "ohm" };
    fade_tile *b = r->b;
    uint32_t lane = r->at + i;
    if (lane >= b->live || b->status[lane])
        return;
    if (dt > 1e-4) {
        b->status[lane] = FADE_RETRY;
        b->wish[lane] = dt / 4;
        return;
    }
    char say[240];
    snprintf(say, sizeof say, "no current gives %g %s at stoichiometries of %.4g (negative) and %.4g (positive), where the cell would be at %.4g V with %.4g A",
             b->in[IN_DEMAND][lane], what[(int)b->in[IN_CONTROL][lane] & 3], r->w->side[0].x[i], r->w->side[1].x[i], r->w->V[i], r->w->amp[i]);
    spm_say_lane(r->s, b, lane, FADE_ESOLVE, say);
}

/* Surfaces outside 0..1, pores that have closed: shorter, or the end of the lane. */
static inline void spm_limits(const spm_run *r, const double *dt)
{
    const spm *s = r->s;
    spm_work *w = r->w;
    fade_tile *b = r->b;
    int ages = s->ages;
    SPM_APART for (uint32_t i = 0; i < r->m; i++) {
        double x = w->side[0].x[i], y = w->side[1].x[i], por = ages ? w->por[i] : 1;
        w->spare[i] = (x * (1 - x) > 0 ? 0.0 : 1.0) + (y * (1 - y) > 0 ? 0.0 : 1.0) + (por > 0 ? 0.0 : 1.0); /* also NaN */
    }
    int odd = spm_any(r->m, w->spare);
    for (uint32_t i = 0; i < r->m && odd; i++) {
        uint32_t lane = r->at + i;
        if (!(w->spare[i] > 0) || lane >= b->live || b->status[lane])
            continue;
        if (dt[i] > 1e-3) {
            b->status[lane] = FADE_RETRY;
            b->wish[lane] = dt[i] / 2;
            continue;
        }
        if (dt[i] == 0)
            continue;
        char say[240];
        if (s->ages && !(w->por[i] > 0))
            snprintf(say, sizeof say, "the pores of the negative electrode are closed: its porosity comes to %.4g, must be above 0", w->por[i]);
        else
            snprintf(say, sizeof say, "at %.4g A the stoichiometries at the surfaces come to %.6g (negative) and %.6g (positive), must lie between 0 and 1", w->amp[i],
                     w->side[0].x[i], w->side[1].x[i]);
        spm_say_lane(s, b, lane, FADE_ERANGE, say);
    }
}

/* The next dt: surfaces move by `resolution`, a current that follows its demand by four times that part of itself. */
static inline void spm_wish(const spm_run *r, const double *dt)
{
    spm_work *w = r->w;
    fade_tile *b = r->b;
    double res = r->s->resolution;
    const double *nominal = PAR(NOMINAL), *control = b->in[IN_CONTROL] + r->at;
    const spm_side *n = &w->side[0], *p = &w->side[1];
    int ages = r->s->ages;
    double *wish = b->wish + r->at, *moved = w->x, *next = w->y;
    SPM_APART for (uint32_t i = 0; i < r->m; i++) {
        double a = n->x[i] - n->before[i], c = p->x[i] - p->before[i], d = w->amp[i] - w->amp0[i], I = w->amp[i];
        double size = spm_most(I < 0 ? -I : I, 0.02 * nominal[i]), by = spm_most(a < 0 ? -a : a, c < 0 ? -c : c) / res;
        double follows = control[i] != FADE_BY_CURRENT ? 1 : 0, turn = (d < 0 ? -d : d) / (4 * res * size);
        by = follows > 0 ? spm_most(by, turn) : by;
        moved[i] = by;
        next[i] = dt[i] > 0 ? spm_least(dt[i] / spm_most(by, 0.2), 86400) : INFINITY;
        w->spare[i] = by > 4 && dt[i] > 1e-3 && (ages || follows > 0) ? 1 : 0;
    }
    int again = spm_any(r->m, w->spare);
    for (uint32_t i = 0; i < r->m && again; i++)
        if (w->spare[i] > 0 && r->at + i < b->live && b->status[r->at + i] == 0) {
            b->status[r->at + i] = FADE_RETRY;
            wish[i] = dt[i] / moved[i];
        }
    SPM_APART for (uint32_t i = 0; i < r->m; i++)
        wish[i] = spm_least(wish[i], next[i]);
}

/* Mean of |I| where I goes in a straight line. */
static inline double spm_moved(double a, double b)
{
    return a * b >= 0 ? fabs(a + b) / 2 : (a * a + b * b) / (2 * (fabs(a) + fabs(b)));
}

/* Is some lane held by something else than its current? */
static inline int spm_held(const spm_run *r)
{
    return spm_any(r->m, r->b->in[IN_CONTROL] + r->at); /* a current is 0, all bits */
}

static inline void spm_begin(const spm_run *r, int held)
{
    spm_work *w = r->w;
    const double *last = WAS(AMPS);
    spm_sound(r);
    spm_prepare(r);
#if SPM_ELECTROLYTE
    spm_salt_begin(r);
#endif
    spm_at_start(r);
    for (uint32_t i = 0; i < r->m; i++)
        w->amp[i] = held ? last[i] : w->demand[i];
    if (held)
        spm_meet(r);
}

static inline void spm_step_lanes(const spm_run *r)
{
    const spm *s = r->s;
    spm_work *w = r->w;
    uint32_t m = r->m;
    int held = spm_held(r);
    const double *dt = r->b->dt + r->at;
    spm_begin(r, held);
    for (uint32_t i = 0; i < m; i++) {
        w->amp0[i] = w->amp[i];
        w->lost[i] = 0;
        if (held && w->bad[i] > 0)
            spm_infeasible(r, i, 0);
    }
    for (int e = 0; e < 2; e++)
        for (uint32_t i = 0; i < m; i++)
            w->side[e].before[i] = w->side[e].base[i] + w->side[e].rate[i] * w->amp0[i];
    spm_carry(r);
    spm_modes(r, dt);
#if SPM_ELECTROLYTE
    spm_salt_step(r, dt, held);
#endif
    if (held)
        spm_meet(r);
    spm_settle(r, dt);
    if (s->p.lumped || s->ages)
        spm_middle(r, dt);
    spm_thermal(r, dt);
    if (s->p.sei || s->p.plating)
        spm_side_flux(r, dt);
    spm_warm(r, w->T1);
    if (held && (s->p.lumped || s->ages)) { /* the middle has moved the end a little */
        for (uint32_t i = 0; i < m; i++)
            w->I[i] = w->amp[i];
        spm_meet(r);
        for (uint32_t i = 0; i < m; i++) {
            double more = w->amp[i] - w->I[i];
            w->I[i] = w->amp[i];
            w->amp[i] = more;
        }
        spm_settle(r, dt);
        for (uint32_t i = 0; i < m; i++)
            w->amp[i] = w->I[i];
    }
    for (uint32_t i = 0; i < m && held; i++)
        if (w->bad[i] > 0)
            spm_infeasible(r, i, dt[i]);
    if (s->p.lam)
        spm_lam_books(r);
    spm_surfaces(r, w->amp);
    spm_volt(r, w->amp);
    if (s->ages)
        spm_porosity(r, r->b->x1, w->por);
#if SPM_ELECTROLYTE
    spm_salt_end(r);
#endif
    spm_health(r, r->b->x1);
    for (uint32_t i = 0; i < m; i++) {
        NOW(AMPS)[i] = w->amp[i];
        r->b->out[O_THROUGHPUT][r->at + i] = spm_moved(w->amp0[i], w->amp[i]) * dt[i] / SPM_HOUR;
        w->made[i] = WAS(EPS_N)[i];
        w->gone[i] = WAS(EPS_P)[i];
    }
    spm_show(r, r->b->x1, w->amp, w->T1);
    spm_limits(r, dt);
    spm_wish(r, dt);
}

static inline void spm_observe_lanes(const spm_run *r)
{
    spm_work *w = r->w;
    int held = spm_held(r);
    spm_begin(r, held);
    for (uint32_t i = 0; i < r->m; i++) {
        if (held && w->bad[i] > 0)
            spm_infeasible(r, i, 0);
        r->b->out[O_THROUGHPUT][r->at + i] = 0;
        w->made[i] = WAS(EPS_N)[i];
        w->gone[i] = WAS(EPS_P)[i];
        w->amp0[i] = w->amp[i];
    }
    spm_surfaces(r, w->amp);
    spm_volt(r, w->amp);
    spm_show(r, (double *const *)r->b->x, w->amp, w->T);
}

SPM_CLONES static int32_t spm_step(const void *model, fade_tile *b)
{
    for (uint32_t at = 0; at < b->n; at += SPM_LANES)
        spm_step_lanes(&(spm_run){ model, b, b->scratch, at, b->n - at < SPM_LANES ? b->n - at : SPM_LANES });
    return FADE_OK;
}

SPM_CLONES static int32_t spm_observe(const void *model, fade_tile *b)
{
    for (uint32_t at = 0; at < b->n; at += SPM_LANES)
        spm_observe_lanes(&(spm_run){ model, b, b->scratch, at, b->n - at < SPM_LANES ? b->n - at : SPM_LANES });
    return FADE_OK;
}
#endif

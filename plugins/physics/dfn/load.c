/* SPDX-License-Identifier: MIT
 * load.c - eight lanes of a tile made ready: memory, geometry, what temperature does, and how a cell begins.
 */
#include "step.h"

/* v8 arrays of a group: per node, per electrode node. */
enum { BY_NODE = 12 + 8 + KEEP, BY_ELECTRODE = 25 };

static size_t arrays(const dfn *m)
{
    return (size_t)m->n * BY_NODE + (size_t)m->ne * BY_ELECTRODE;
}

static size_t rounded(size_t bytes) { return (bytes + 63) / 64 * 64; }

size_t dfn_scratch(const void *model, uint32_t n)
{
    const dfn *m = model;
    (void)n;
    size_t band = sizeof(double) * (10 + 2) * 2 * m->n, pivot = sizeof(int) * 2 * m->n;
    return rounded(sizeof(work)) + sizeof(v8) * arrays(m) + rounded(band) + rounded(pivot);
}

static v8 *take(v8 **at, size_t n)
{
    v8 *a = *at;
    *at += n;
    return a;
}

work *dfn_work(const dfn *m, fade_tile *b)
{
    work *w = b->scratch;
    group *g = &w->g;
    v8 *at = (v8 *)((char *)b->scratch + rounded(sizeof(work)));
    size_t n = m->n, ne = m->ne;
    g->nn = m->nn, g->ns = m->ns, g->np = m->np, g->n = m->n, g->ne = m->ne;
    v8 **const node[] = {
        &g->c, &g->cs, &g->lnc, &g->rk, &g->qk, &g->rd, &g->qd, &g->vc, &g->vp, &w->c0, &w->c1, &w->f0
    };
    v8 **const electrode[] = { &g->phi, &g->j,    &g->S,   &g->U,  &g->dU, &g->E,    &g->dE,  &g->x,  &g->j0,
                               &g->y,   &g->root, &g->ash, &g->gp, &g->gc, &g->gr,   &g->js,  &g->rf, &w->jend,
                               &w->S0,  &w->S1,   &w->S2,  &w->j0, &w->j1, &w->phi0, &w->phi1 };
    for (size_t k = 0; k < sizeof node / sizeof node[0]; k++)
        *node[k] = take(&at, n);
    for (size_t k = 0; k < sizeof electrode / sizeof electrode[0]; k++)
        *electrode[k] = take(&at, ne);
    g->M = take(&at, 4 * n);
    g->Y = take(&at, 4 * n);
    g->keep = take(&at, KEEP * n);
    g->band = (double *)at;
    g->pivot = (int *)((char *)at + rounded(sizeof(double) * (10 + 2) * 2 * n));
    return w;
}

typedef struct keys {
    int thickness, porosity, transport, sigma, radius, active, surface, cmax;
} keys;
static const keys key[3] = {
    { P_L_N, P_POR_N, P_TRANS_N, P_SIGMA_N, P_R_N, P_EPS_N, P_A_N, P_CMAX_N },
    { P_L_S, P_POR_S, P_TRANS_S, -1, -1, -1, -1, -1 },
    { P_L_P, P_POR_P, P_TRANS_P, P_SIGMA_P, P_R_P, P_EPS_P, P_A_P, P_CMAX_P },
};

/* Geometry; state at t into the unknowns. */
void dfn_load(const dfn *m, work *w, const fade_tile *b, uint32_t from)
{
    group *g = &w->g;
    const uint32_t points[3] = { m->nn, m->ns, m->np };
    const double *const *p = b->param;
    for (int l = 0; l < W; l++) {
        uint32_t i = from + (uint32_t)l;
        for (int s = 0; s < 3; s++) {
            const keys *q = &key[s];
            part *a = &g->p[s];
            a->h[l] = p[q->thickness][i] / points[s];
            a->eps[l] = p[q->porosity][i];
            a->b[l] = p[q->transport][i];
            if (q->radius < 0)
                continue;
            double lost = p[s ? P_LAM0_P : P_LAM0_N][i], R = p[q->radius][i];
            double surface = p[q->surface][i] > 0 ? p[q->surface][i] : 3 * p[q->active][i] / R;
            a->ah[l] = surface * (1 - lost) * a->h[l];
            a->rs[l] = a->h[l] / p[q->sigma][i];
            a->cmax[l] = p[q->cmax][i];
            a->icmax[l] = 1 / a->cmax[l];
            w->ball[s / 2].R[l] = a->R[l] = R;
            w->lam[s / 2][l] = lost;
        }
        w->ball[0].F = w->ball[1].F = m->p.F;
        g->area[l] = p[P_AREA][i] * p[P_PAIRS][i];
        g->rend[l] = 0.5 * (g->p[0].rs[l] + g->p[2].rs[l]) + p[P_R_C][i] * g->area[l];
        g->src[l] = (1 - p[P_T_PLUS][i]) / m->p.F;
        g->tref[l] = p[P_T_REF][i];
        g->control[l] = b->in[IN_CONTROL][i];
        g->demand[l] = b->in[IN_DEMAND][i];
        g->i[l] = b->x[S_CURRENT][i] / g->area[l];
        g->V[l] = b->x[S_VOLTAGE][i];
        w->dt[l] = b->dt[i] > 0 ? b->dt[i] : 1;
        w->T0[l] = m->p.lumped ? b->x[S_TEMPERATURE][i] : b->in[IN_AMBIENT][i];
    }
    for (uint32_t k = 0; k < m->n; k++)
        memcpy(g->c[k], b->x[S_SALT] + (size_t)k * b->n + from, sizeof(v8));
    for (uint32_t e = 0; e < m->ne; e++)
        memcpy(g->phi[e], b->x[S_PHI] + (size_t)e * b->n + from, sizeof(v8));
}

/* Factors of Arrhenius at T; the particles' diffusivity too. */
void dfn_warm(const dfn *m, work *w, const fade_tile *b, uint32_t from, const v8 T, int particles)
{
    enum { N = 7 };
    static const int activation[N] = { P_EM_N, P_EM_P, P_ED_E, P_EK_E, P_ED_N, P_ED_P, P_SEI_E };
    group *g = &w->g;
    v8 f[N];
    const double *const *p = b->param;
    for (int k = 0; k < N; k++)
        for (int l = 0; l < W; l++)
            f[k][l] = p[activation[k]][from + (uint32_t)l] / m->p.R * (1 / g->tref[l] - 1 / T[l]);
    m->p.math->exp(N * W, f[0], f[0]);
    for (int l = 0; l < W; l++) {
        uint32_t i = from + (uint32_t)l;
        double thermal = 2 * m->p.R * T[l] / m->p.F;
        g->T[l] = T[l];
        g->shift[l] = T[l] - g->tref[l];
        g->rtf[l] = thermal;
        g->chi[l] = thermal * (1 - p[P_T_PLUS][i]) * p[P_THERMO][i];
        g->p[0].rate[l] = p[P_M_N][i] * f[0][l];
        g->p[2].rate[l] = p[P_M_P][i] * f[1][l];
        g->df[l] = f[2][l];
        g->kf[l] = f[3][l];
        w->hot[l] = f[6][l];
        if (particles) {
            w->ball[0].D[l] = p[P_D_N][i] * f[4][l];
            w->ball[1].D[l] = p[P_D_P][i] * f[5][l];
        }
    }
}

/* ---- how a cell begins ---- */

static void refuse(const dfn *m, fade_tile *b, uint32_t i, const char *text)
{
    b->status[i] = FADE_EINVAL;
    fade_say(m->p.host, 3, FADE_EINVAL, (int32_t)i, text);
}

/* The window of lane i after its losses; 0 after a sentence. */
static int window(const dfn *m, fade_tile *b, uint32_t i, porous_window *w, double *lithium)
{
    const double *const *p = b->param;
    double A = p[P_AREA][i] * p[P_PAIRS][i] * m->p.F / 3600, x = p[P_X0_N][i], y = p[P_X0_P][i], full[4], all = 0;
    double Qn = A * p[P_EPS_N][i] * p[P_L_N][i] * p[P_CMAX_N][i], Qp = A * p[P_EPS_P][i] * p[P_L_P][i] * p[P_CMAX_P][i];
    static const int given[4] = { P_FULL_N, P_EMPTY_N, P_FULL_P, P_EMPTY_P };
    char say[240];
    for (int k = 0; k < 4; k++)
        all += full[k] = p[given[k]][i];
    *w = (porous_window){ full[0], full[1], full[2], full[3], 0 };
    if (all == 0 && !(x > 0 && y > 0)) {
        refuse(m, b, i,
               "negative.initial_stoichiometry and positive.initial_stoichiometry are not both given, dfn needs them "
               "or the "
               "stoichiometries of the full and the empty cell");
        return 0;
    }
    double lost = p[P_LLI0][i], ln = p[P_LAM0_N][i], lp = p[P_LAM0_P][i],
           QLi = all > 0 ? Qn * full[0] + Qp * full[2] : Qn * x + Qp * y;
    *lithium = QLi;
    if (all > 0 && lost == 0 && ln == 0 && lp == 0)
        w->capacity = Qn * (full[0] - full[1]);
    else if (!porous_health(m->p.U, Qn * (1 - ln), Qp * (1 - lp), QLi * (1 - lost), p[P_V_MIN][i], p[P_V_MAX][i], w)) {
        snprintf(say, sizeof say,
                 "lithium for %.4g Ah in electrodes of %.4g and %.4g Ah does not reach from voltage_min = %g V to "
                 "voltage_max = %g V",
                 QLi * (1 - lost), Qn * (1 - ln), Qp * (1 - lp), p[P_V_MIN][i], p[P_V_MAX][i]);
        refuse(m, b, i, say);
        return 0;
    }
    if (!(w->x100 > w->x0) || !(w->capacity > 0)) {
        snprintf(say, sizeof say,
                 "stoichiometry_full is %g and stoichiometry_empty %g in the negative electrode, must rise", w->x100,
                 w->x0);
        refuse(m, b, i, say);
        return 0;
    }
    return 1;
}

static void begin(const dfn *m, fade_tile *b, uint32_t i)
{
    const double *const *p = b->param;
    porous_window w;
    double x = p[P_X0_N][i], y = p[P_X0_P][i], soc = p[P_SOC0][i], T = b->in[IN_AMBIENT][i];
    size_t n = b->n;
    double lithium;
    if (!window(m, b, i, &w, &lithium))
        return;
    if (!(x > 0 && y > 0)) {
        x = w.x0 + soc * (w.x100 - w.x0);
        y = w.y0 + soc * (w.y100 - w.y0);
    }
    x = fmin(fmax(x, 1e-6), 1 - 1e-6);
    y = fmin(fmax(y, 1e-6), 1 - 1e-6);
    double un = porous_at(&m->p.U[0], x, NULL), up = porous_at(&m->p.U[1], y, NULL);
    for (uint32_t c = 0; c < S_N; c++)
        for (uint32_t k = 0; k < m->state[c].width; k++)
            b->x1[c][k * n + i] = 0;
    for (uint32_t k = 0; k < m->n; k++)
        b->x1[S_SALT][k * n + i] = p[P_C_E][i];
    for (uint32_t e = 0; e < m->ne; e++)
        b->x1[S_PHI][e * n + i] = e < m->nn ? un : up;
    for (uint32_t e = 0; e < m->nn; e++)
        b->x1[S_NEGATIVE][e * (1 + m->modes.n) * n + i] = x * p[P_CMAX_N][i];
    for (uint32_t e = 0; e < m->np; e++)
        b->x1[S_POSITIVE][e * (1 + m->modes.n) * n + i] = y * p[P_CMAX_P][i];
    b->x1[S_VOLTAGE][i] = up - un;
    b->x1[S_TEMPERATURE][i] = isfinite(T) ? T : 298.15;
    b->x1[S_EMPTY][i] = w.x0;
    b->x1[S_FULL][i] = w.x100;
    b->x1[S_CAPACITY][i] = w.capacity;
    b->x1[S_LITHIUM][i] = lithium;
    for (uint32_t e = 0; e < m->nn; e++)
        b->x1[S_FILM][e * n + i] = p[P_SEI_L0][i];
}

/* Lithium is what both electrodes hold now. */
void dfn_health(const dfn *m, fade_tile *b, uint32_t i)
{
    const double *const *p = b->param;
    double A = p[P_AREA][i] * p[P_PAIRS][i] * m->p.F / 3600, x = 0, y = 0;
    double Qn = A * p[P_EPS_N][i] * p[P_L_N][i] * p[P_CMAX_N][i] * (1 - p[P_LAM0_N][i]);
    double Qp = A * p[P_EPS_P][i] * p[P_L_P][i] * p[P_CMAX_P][i] * (1 - p[P_LAM0_P][i]);
    size_t row = (size_t)(1 + m->modes.n) * b->n;
    for (uint32_t e = 0; e < m->nn; e++)
        x += b->x1[S_NEGATIVE][e * row + i] / p[P_CMAX_N][i] / m->nn;
    for (uint32_t e = 0; e < m->np; e++)
        y += b->x1[S_POSITIVE][e * row + i] / p[P_CMAX_P][i] / m->np;
    porous_window w = { .x100 = b->x1[S_FULL][i], .x0 = b->x1[S_EMPTY][i], .capacity = b->x1[S_CAPACITY][i] };
    if (porous_health(m->p.U, Qn, Qp, Qn * x + Qp * y, p[P_V_MIN][i], p[P_V_MAX][i], &w)) {
        b->x1[S_EMPTY][i] = w.x0;
        b->x1[S_FULL][i] = w.x100;
        b->x1[S_CAPACITY][i] = w.capacity;
    }
}

int32_t dfn_init(const void *model, fade_tile *b)
{
    for (uint32_t i = 0; i < b->n; i++)
        begin(model, b, i);
    return FADE_OK;
}

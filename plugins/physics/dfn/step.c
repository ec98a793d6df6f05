/* SPDX-License-Identifier: MIT
 * step.c - one step of eight lanes: the state at t under the demand, two implicit stages, the error, what is shown.
 *
 * At t the reaction follows a new demand at once (the algebraic part alone is solved).  The stages are those of the
 * second-order, L-stable SDIRK; a third-order quadrature over t and both stages tells the step's error in volts.  Under
 * lumped heat the stages take the temperature that the heat at t leads to, and the step ends at that of the stages'
 * heat.
 */
#include "step.h"

static const double SHORTEST = 1e-4; /* s: below it a step that fails has no solution */
static const double DILUTE = 5; /* mol/m3: where the salt runs out, what is left of it asks for no finer steps .. */
static const double SPENT = 1e-3;    /* mol/m3: .. and here it has: nothing conducts, currents swing without an end */
static const double FROZEN = 1e30;   /* 1/s: c_e stays what it is */

/* ---- sentences ---- */

static void refuse(const dfn *m, fade_tile *b, uint32_t i, int32_t code, const char *text)
{
    b->status[i] = code;
    fade_say(m->p.host, 3, code, (int32_t)i, text);
}

static bool sound(const dfn *m, fade_tile *b, uint32_t i)
{
    static const char *const what[] = { "control", "demand", "temperature_ambient" };
    char say[160];
    for (int k = 0; k < 3; k++)
        if (!isfinite(b->in[k][i])) {
            snprintf(say, sizeof say, "%s is %g, dfn needs a number", what[k], b->in[k][i]);
            refuse(m, b, i, FADE_EINVAL, say);
            return false;
        }
    double c = b->in[IN_CONTROL][i];
    if (c != FADE_BY_CURRENT && c != FADE_BY_VOLTAGE && c != FADE_BY_POWER && c != FADE_BY_RESISTANCE) {
        snprintf(say, sizeof say, "control is %g, must be 0 (current), 1 (voltage), 2 (power) or 3 (resistance)", c);
        refuse(m, b, i, FADE_EINVAL, say);
        return false;
    }
    if (c == FADE_BY_RESISTANCE && b->in[IN_DEMAND][i] < 0) {
        snprintf(say, sizeof say, "a resistance of %g ohm is held, must be 0 or more", b->in[IN_DEMAND][i]);
        refuse(m, b, i, FADE_EINVAL, say);
        return false;
    }
    return true;
}

/* The means of the surfaces, where a cell stands. */
static void hopeless(const dfn *m, work *w, fade_tile *b, uint32_t i, int l, double dt)
{
    static const char *const unit[] = { "A", "V", "W", "ohm" };
    double x = 0, y = 0;
    char say[240];
    for (uint32_t e = 0; e < m->nn; e++)
        x += w->S0[e][l] / m->nn;
    for (uint32_t e = m->nn; e < m->ne; e++)
        y += w->S0[e][l] / m->np;
    if (dt > 0)
        snprintf(say, sizeof say,
                 "no solution %g s on from surfaces filled to %.4g (negative) and %.4g (positive) under %g %s, however "
                 "short the step",
                 dt, x, y, w->g.demand[l], unit[(int)w->g.control[l]]);
    else
        snprintf(
            say, sizeof say,
            "no current gives %g %s with the surfaces filled to %.4g (negative) and %.4g (positive), at %.4g V before",
            w->g.demand[l], unit[(int)w->g.control[l]], x, y, b->x[S_VOLTAGE][i]);
    refuse(m, b, i, FADE_ESOLVE, say);
}

/* ---- the state at t ---- */

static void copy(v8 *to, v8 *from, uint32_t n) { memcpy(to, from, n * sizeof(v8)); }

/* Does what was held before meet the demand? */
static bool stands(const group *g, int l)
{
    double I = g->i[l] * g->area[l], V = g->V[l], d = g->demand[l];
    switch ((int)g->control[l]) {
    case FADE_BY_CURRENT: return fabs(I - d) <= 1e-12 * (fabs(I) + fabs(d));
    case FADE_BY_VOLTAGE: return fabs(V - d) <= 1e-9;
    case FADE_BY_POWER: return fabs(V * I - d) <= 1e-9 * fabs(d);
    default: return fabs(V - I * d) <= 1e-9 * fabs(V);
    }
}

/* Of a power's two currents, the one beyond the most that the cell can give is not meant. */
static void beyond(const group *g, bool ok[W])
{
    for (int l = 0; l < W; l++)
        if (g->control[l] == FADE_BY_POWER && g->demand[l] > 0)
            ok[l] &= g->V[l] + g->i[l] * (g->vw[l] + g->vi[l]) > 0;
}

/* Reaction and current of a demand that has changed; a lane without any is refused. */
static void at_t(const dfn *m, work *w, fade_tile *b, uint32_t from)
{
    group *g = &w->g;
    bool want[W], ok[W], any = false;
    for (int s = 0; s < 2; s++)
        for (int l = 0; l < W; l++)
            g->p[2 * s].B[l] = w->by[s].rest[l] * g->p[2 * s].icmax[l];
    for (uint32_t e = 0; e < m->ne; e++) /* a surface as good as empty or full has a potential all the same */
        for (int l = 0; l < W; l++)
            g->S[e][l] = fmin(fmax(w->S0[e][l], 1e-6), 1 - 1e-6);
    copy(g->cs, g->c, m->n);
    dfn_film_start(m, w, b, from);
    dfn_react(&m->laws, g);
    if (m->p.sei) {
        dfn_film_rate(m, w, b, from);
        dfn_react(&m->laws, g);
    }
    for (int l = 0; l < W; l++) {
        g->inv[l] = FROZEN;
        want[l] = w->live[l] && !stands(g, l);
        any |= want[l];
    }
    if (any) {
        dfn_solve(&m->laws, g, want, ok);
        beyond(g, ok);
    }
    for (int l = 0; l < W; l++)
        if (want[l] && !ok[l]) {
            hopeless(m, w, b, from + (uint32_t)l, l, 0);
            w->live[l] = w->ok[l] = false;
        }
}

/* Heat made: what the reactions give beyond what leaves, and their entropy. */
static void heat(const dfn *m, work *w, v8 Q)
{
    group *g = &w->g;
    dfn_surface(&m->laws, g);
    for (int l = 0; l < W; l++)
        Q[l] = -g->i[l] * g->V[l];
    for (uint32_t e = 0; e < m->ne; e++) {
        const part *p = &g->p[e < m->nn ? NEGATIVE : POSITIVE];
        bool entropy = m->laws.E[e < m->nn ? 0 : 1];
        for (int l = 0; l < W; l++)
            Q[l] -= p->ah[l] * (g->j[e][l] - g->js[e][l]) * (g->U[e][l] - (entropy ? g->T[l] * g->E[e][l] : 0));
    }
    for (int l = 0; l < W; l++)
        Q[l] *= g->area[l];
}

/* dc_e/dt at t. */
LANES_WIDE static void rates(const dfn *m, work *w)
{
    group *g = &w->g;
    v8 left = { 0 };
    dfn_curve(m->laws.D, m->n * W, g->c[0], g->rd[0], g->qd[0]);
    for (uint32_t k = 0; k < m->n; k++) {
        const part *p = &g->p[k < m->nn           ? 0
                              : k < m->nn + m->ns ? 1
                                                  : 2],
                   *q = &g->p[k + 1 < m->nn           ? 0
                              : k + 1 < m->nn + m->ns ? 1
                                                      : 2];
        bool electrode = p != &g->p[1];
        uint32_t e = electrode ? k < m->nn ? k : k - m->ns : 0;
        const v8 *j = g->j + e, *js = g->js + e;
        for (int l = 0; l < W; l++) {
            double right = 0;
            if (k + 1 < m->n)
                right = -(g->c[k + 1][l] - g->c[k][l]) * g->df[l]
                        / (0.5 * p->h[l] / (p->b[l] * g->rd[k][l]) + 0.5 * q->h[l] / (q->b[l] * g->rd[k + 1][l]));
            w->f0[k][l] = (left[l] - right + (electrode ? g->src[l] * p->ah[l] * (j[0][l] - js[0][l]) : 0)) /
                          (p->eps[l] * p->h[l]);
            left[l] = right;
        }
    }
}

/* Where the temperature goes in a part of the step with heat Q. */
static void warm(const dfn *m, const fade_tile *b, const work *w, uint32_t from, const v8 Q, double share, v8 T)
{
    for (int l = 0; l < W; l++) {
        uint32_t i = from + (uint32_t)l;
        double C = b->param[P_HEAT][i], h = b->param[P_COOLING][i], Ta = b->in[IN_AMBIENT][i], dt = share * w->dt[l];
        double gain = h * dt > 1e-9 * C ? -expm1(-h * dt / C) / h : dt / C;
        T[l] = m->p.lumped ? w->T0[l] + (Q[l] - h * (w->T0[l] - Ta)) * gain : w->T0[l];
    }
}

/* ---- stages ---- */

static void stage(const dfn *m, work *w, int second)
{
    group *g = &w->g;
    const double up = (1 - DFN_GAMMA) / DFN_GAMMA;
    for (int s = 0; s < 2; s++)
        for (int l = 0; l < W; l++)
            g->p[2 * s].B[l] = (second ? w->by[s].B2[l] : w->by[s].B1[l]) * g->p[2 * s].icmax[l];
    for (int l = 0; l < W; l++)
        g->inv[l] = 1 / (DFN_GAMMA * w->dt[l]);
    for (uint32_t e = 0; e < m->ne; e++)
        for (int l = 0; l < W; l++)
            g->S[e][l] = second
                             ? w->S2[e][l] + w->by[e >= m->nn].C21[l] * g->p[e < m->nn ? 0 : 2].icmax[l] * w->j1[e][l]
                             : w->S1[e][l];
    for (uint32_t k = 0; k < m->n; k++)
        for (int l = 0; l < W; l++)
            g->cs[k][l] = second ? w->c0[k][l] + up * (w->c1[k][l] - w->c0[k][l]) : w->c0[k][l];
    if (second) { /* the first guess: on in a straight line, where that is sound */
        for (uint32_t k = 0; k < m->n; k++)
            for (int l = 0; l < W; l++) {
                double c = g->cs[k][l] + w->c1[k][l] - w->c0[k][l];
                g->c[k][l] = c > 0.2 * w->c1[k][l] ? c : w->c1[k][l];
            }
        for (uint32_t e = 0; e < m->ne; e++)
            for (int l = 0; l < W; l++) {
                g->phi[e][l] += up * (w->phi1[e][l] - w->phi0[e][l]);
                g->j[e][l] += up * (w->j1[e][l] - w->j0[e][l]);
            }
    }
    bool ok[W], want[W];
    for (int l = 0; l < W; l++)
        want[l] = w->moving[l] && w->ok[l];
    dfn_solve(&m->laws, g, want, ok);
    beyond(g, ok);
    for (int l = 0; l < W; l++)
        w->ok[l] &= !want[l] || ok[l];
}

/* V that the third order would change: surfaces through the slopes of their potentials, salt through its logarithm. */
static void error(const dfn *m, work *w)
{
    group *g = &w->g;
    const double back = 1 / DFN_GAMMA, on = 1 / (1 - DFN_GAMMA);
    for (int l = 0; l < W; l++)
        w->err[l] = 0;
    for (uint32_t e = 0; e < m->ne; e++) {
        uint32_t s = e >= m->nn, n = s ? m->np : m->nn;
        for (int l = 0; l < W; l++) {
            double bend = (g->j[e][l] - w->j1[e][l]) * on - (w->j1[e][l] - w->j0[e][l]) * back;
            w->err[l] += fabs(bend * w->by[s].err[l] * g->p[2 * s].icmax[l] * g->dU[e][l]) / n;
        }
    }
    for (uint32_t k = 0; k < m->n; k++)
        for (int l = 0; l < W; l++) {
            double f1 = (w->c1[k][l] - w->c0[k][l]) * back / w->dt[l],
                   f2 = (g->c[k][l] - g->cs[k][l]) * back / w->dt[l];
            double bend = (f2 - f1) * on - (f1 - w->f0[k][l]) * back;
            w->err[l] += fabs(bend * w->dt[l] * DFN_THIRD / fmax(g->c[k][l], DILUTE) * g->chi[l]) / m->n;
        }
}

/* ---- what is shown ---- */

static double filling(const dfn *m, const double *x, size_t n, uint32_t i, double cmax)
{
    double sum = 0;
    for (uint32_t e = 0; e < m->nn; e++)
        sum += x[e * (1 + m->modes.n) * n + i];
    return sum / m->nn / cmax;
}

static void show(const dfn *m, const work *w, fade_tile *b, uint32_t i, int l, const double *const *after, double T,
                 double throughput)
{
    const group *g = &w->g;
    double *const *o = b->out, I = g->i[l] * g->area[l], x0 = after[S_EMPTY][i], x100 = after[S_FULL][i], film = 0,
                  lost = after[S_LOST][i];
    for (uint32_t e = 0; e < m->nn; e++)
        film += after[S_FILM][(size_t)e * b->n + i];
    o[O_VOLTAGE][i] = g->V[l];
    o[O_CURRENT][i] = g->control[l] == FADE_BY_CURRENT ? g->demand[l] : I;
    o[O_POWER][i] = g->V[l] * o[O_CURRENT][i];
    o[O_HEAT][i] = w->heat[l];
    o[O_TEMPERATURE][i] = T;
    o[O_SOC][i] = (filling(m, after[S_NEGATIVE], b->n, i, g->p[0].cmax[l]) - x0) / (x100 - x0);
    o[O_THROUGHPUT][i] = throughput;
    o[O_CAPACITY][i] = after[S_CAPACITY][i];
    o[O_ANODE][i] = g->phi[m->nn - 1][l];
    o[O_LLI][i] = b->param[P_LLI0][i] + lost / b->x[S_LITHIUM][i];
    o[O_LOST][i] = lost;
    o[O_FILM][i] = film / m->nn;
    o[O_LAM_N][i] = b->param[P_LAM0_N][i];
    o[O_LAM_P][i] = b->param[P_LAM0_P][i];
}

static void keep(const dfn *m, const work *w, fade_tile *b, uint32_t i, int l)
{
    const group *g = &w->g;
    size_t n = b->n;
    for (uint32_t k = 0; k < m->n; k++)
        b->x1[S_SALT][k * n + i] = g->c[k][l];
    for (uint32_t e = 0; e < m->ne; e++)
        b->x1[S_PHI][e * n + i] = g->phi[e][l];
    b->x1[S_CURRENT][i] = g->i[l] * g->area[l];
    b->x1[S_VOLTAGE][i] = g->V[l];
}

static void pass(const dfn *m, fade_tile *b, uint32_t i, uint32_t first, uint32_t end)
{
    for (uint32_t c = first; c < end; c++)
        for (uint32_t k = 0; k < m->state[c].width; k++)
            b->x1[c][(size_t)k * b->n + i] = b->x[c][(size_t)k * b->n + i];
}

/* ---- eight lanes ---- */

/* A diffusivity that depends on stoichiometry: that of the electrode halfway between its particles' means and surfaces.
 */
static void diffusivity(const dfn *m, work *w, const fade_tile *b, uint32_t from, int s)
{
    const porous_curve *f = &m->p.D[s];
    const double *x = b->x[s ? S_POSITIVE : S_NEGATIVE] + from;
    uint32_t points = s ? m->np : m->nn, rows = points * (1 + m->modes.n);
    v8 sum = { 0 };
    for (uint32_t r = 0; !f->constant && r < rows; r++)
        for (int l = 0; l < W; l++)
            sum[l] += (r % (1 + m->modes.n) ? 0.5 : 1) * x[(size_t)r * b->n + (uint32_t)l];
    for (int l = 0; l < W; l++) {
        double at = fmin(fmax(sum[l] * w->g.p[2 * s].icmax[l] / points, 0), 1),
               by = f->constant ? f->cell[0] : porous_at(f, at, NULL);
        w->ball[s].D[l] *= fmax(by, 1e-12);
    }
}

/* Ready at t: true when some lane is there. */
static bool start(const dfn *m, work *w, fade_tile *b, uint32_t from, bool stepping)
{
    bool any = false;
    dfn_load(m, w, b, from);
    for (int l = 0; l < W; l++) {
        uint32_t i = from + (uint32_t)l;
        w->live[l] = w->ok[l] = i < b->live && sound(m, b, i);
        w->moving[l] = w->live[l] && stepping && b->dt[i] > 0;
        any |= w->live[l];
        if (!(w->T0[l] > 1))
            w->T0[l] = 298.15;
    }
    if (!any)
        return false;
    uint32_t modes = 1 + m->modes.n;
    dfn_warm(m, w, b, from, w->T0, 1);
    for (int s = 0; s < 2; s++) {
        const double *x = b->x[s ? S_POSITIVE : S_NEGATIVE] + from;
        diffusivity(m, w, b, from, s);
        dfn_particle(&m->modes, m->p.math, &w->ball[s], w->dt, &w->by[s]);
        for (uint32_t e = 0; e < (s ? m->np : m->nn); e++) {
            uint32_t at = s ? m->nn + e : e;
            dfn_known(&m->modes, &w->by[s], x + (size_t)e * modes * b->n, b->n, w->S0[at], w->S1[at], w->S2[at]);
            for (int l = 0; l < W; l++) {
                w->S0[at][l] *= w->g.p[2 * s].icmax[l];
                w->S1[at][l] *= w->g.p[2 * s].icmax[l];
                w->S2[at][l] *= w->g.p[2 * s].icmax[l];
            }
        }
    }
    at_t(m, w, b, from);
    heat(m, w, w->heat);
    return true;
}

static void advance(const dfn *m, work *w, fade_tile *b, uint32_t from)
{
    group *g = &w->g;
    v8 Q;
    copy(w->c0, g->c, m->n);
    copy(w->j0, g->j, m->ne);
    copy(w->phi0, g->phi, m->ne);
    memcpy(w->Q0, w->heat, sizeof w->Q0);
    rates(m, w);
    warm(m, b, w, from, w->Q0, DFN_GAMMA, w->T1);
    warm(m, b, w, from, w->Q0, 1, w->T2);
    if (m->p.lumped)
        dfn_warm(m, w, b, from, w->T1, 0);
    stage(m, w, 0);
    copy(w->c1, g->c, m->n);
    copy(w->j1, g->j, m->ne);
    copy(w->phi1, g->phi, m->ne);
    memcpy(w->i1, g->i, sizeof w->i1);
    heat(m, w, w->Q1);
    if (m->p.lumped)
        dfn_warm(m, w, b, from, w->T2, 0);
    stage(m, w, 1);
    heat(m, w, w->heat);
    error(m, w);
    dfn_film_grow(m, w, b, from);
    for (int l = 0; l < W; l++)
        Q[l] = (1 - DFN_GAMMA) * w->Q1[l] + DFN_GAMMA * w->heat[l];
    warm(m, b, w, from, Q, 1, w->T2);
    for (uint32_t e = 0; e < m->ne; e++) {
        int s = e >= m->nn;
        size_t at = (size_t)(s ? e - m->nn : e) * (1 + m->modes.n) * b->n + from;
        int c = s ? S_POSITIVE : S_NEGATIVE;
        dfn_advance(&m->modes, &w->by[s], &w->ball[s], w->dt, b->x[c] + at, w->j1[e], w->jend[e], b->x1[c] + at, b->n);
    }
}

/* The least salt of lane l. */
static double least_salt(const dfn *m, const group *g, int l)
{
    double least = INFINITY;
    for (uint32_t k = 0; k < m->n; k++)
        least = fmin(least, g->c[k][l]);
    return least;
}

static void run_out(const dfn *m, const group *g, fade_tile *b, uint32_t i, int l)
{
    char say[200];
    snprintf(
        say, sizeof say,
        "the electrolyte has run out of salt: %.2g mol/m3 where there is least, at %.4g A; a smaller current, or a "
        "limit that ends the step before, is needed",
        least_salt(m, g, l), g->i[l] * g->area[l]);
    refuse(m, b, i, FADE_ERANGE, say);
}

/* Lane l after its stages: taken, or to be tried again. */
static void settle(const dfn *m, work *w, fade_tile *b, uint32_t i, int l)
{
    const group *g = &w->g;
    double tolerance = m->tolerance, dt = b->dt[i];
    if (g->control[l] != FADE_BY_CURRENT) /* where the current follows, volts are weighed against what drives it */
        tolerance *= fmin(fmax(fabs(g->i[l]) * g->area[l] / b->param[P_NOMINAL][i], 0.01), 1);
    double outside = fmax(g->V[l] - b->param[P_V_MAX][i], b->param[P_V_MIN][i] - g->V[l]) - 0.1;
    tolerance += 0.02 * fmax(outside, 0); /* nobody asks how exactly a cell is ruined */
    double by = 0.9 * cbrt(tolerance / fmax(w->err[l], 1e-300));
    if (!w->ok[l] || !isfinite(w->err[l]) || !isfinite(g->V[l]) || !isfinite(w->T2[l])) {
        if (dt > SHORTEST) {
            b->status[i] = FADE_RETRY;
            b->wish[i] = dt / 4;
        } else
            hopeless(m, w, b, i, l, dt);
        return;
    }
    if (w->err[l] > 3 * tolerance && dt > 10 * SHORTEST) {
        b->status[i] = FADE_RETRY;
        b->wish[i] = dt * fmax(by, 0.1);
        return;
    }
    if (least_salt(m, g, l) < SPENT) {
        run_out(m, g, b, i, l);
        return;
    }
    b->wish[i] = fmin(b->wish[i], fmax(dt * fmin(fmax(by, 0.2), 5), fmin(dt, 10 * SHORTEST)));
    keep(m, w, b, i, l);
    b->x1[S_TEMPERATURE][i] = w->T2[l];
    for (int c = S_EMPTY; c <= S_LOST; c++)
        b->x1[c][i] = b->x[c][i];
    if (m->p.sei) {
        b->x1[S_LOST][i] += w->taken[l];
        dfn_health(m, b, i);
    } else
        pass(m, b, i, S_FILM, S_N);
    double moved = fabs((1 - DFN_GAMMA) * w->i1[l] + DFN_GAMMA * g->i[l]) * g->area[l] * dt / 3600;
    show(m, w, b, i, l, (const double *const *)b->x1, w->T2[l], moved);
}

int32_t dfn_step(const void *model, fade_tile *b)
{
    const dfn *m = model;
    work *w = dfn_work(m, b);
    for (uint32_t from = 0; from < b->n; from += W) {
        bool any = start(m, w, b, from, true), moving = false;

        for (int l = 0; l < W; l++) {
            uint32_t i = from + (uint32_t)l;
            moving |= w->moving[l] && w->live[l];
            if (w->moving[l])
                continue;
            pass(m, b, i, 0, S_N);
            if (!w->live[l])
                continue;
            keep(m, w, b, i, l);
            show(m, w, b, i, l, b->x, w->T0[l], 0);
        }
        if (!any || !moving)
            continue;
        advance(m, w, b, from);
        for (int l = 0; l < W; l++)
            if (w->moving[l] && w->live[l])
                settle(m, w, b, from + (uint32_t)l, l);
            else
                {
                pass(m, b, from + (uint32_t)l, S_NEGATIVE, S_POSITIVE + 1); /* advance() wrote there */
                pass(m, b, from + (uint32_t)l, S_FILM, S_N);
            }
    }
    return FADE_OK;
}

int32_t dfn_observe(const void *model, fade_tile *b)
{
    const dfn *m = model;
    work *w = dfn_work(m, b);
    for (uint32_t from = 0; from < b->n; from += W) {
        start(m, w, b, from, false);
        for (int l = 0; l < W; l++)
            if (w->live[l])
                show(m, w, b, from + (uint32_t)l, l, b->x, w->T0[l], 0);
    }
    return FADE_OK;
}

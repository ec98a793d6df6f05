/* SPDX-License-Identifier: MIT
 * particle.c - the particles over one step of two stages: exact for a reaction that is constant or linear in time.
 *
 * The step is the second-order, L-stable SDIRK with nodes at GAMMA and 1.  Its first stage sees the reaction constant,
 * its second a straight line through both stages' values, for which each mode has a closed form; for slow modes this is
 * the SDIRK itself.  So what a surface comes to is known but for a multiple of the stage's own reaction: S + B j.
 */
#include "dfn.h"
#include <math.h>

/* Integrals over the step of exp(-z (1 - s)) times 1, s and s^2, from e = expm1(-z). */
static inline void integrals(double z, double e, double *i0, double *i1, double *i2)
{
    double a = -e / z, b = (1 - a) / z, c = (1 - 2 * b) / z;
    bool slow = z < 1e-2;
    a = z > 1e-200 ? a : 1;
    *i0 = a;
    *i1 = slow ? 0.5 + z * (-1 / 6. + z * (1 / 24. + z * (-1 / 120. + z / 720))) : b;
    *i2 = slow ? 1 / 3. + z * (-1 / 12. + z * (1 / 60. - z / 360)) : c;
}

LANES_WIDE static void weigh(const dfn_modes *m, const sphere *p, const v8 dt, coefs *c)
{
    for (int l = 0; l < W; l++) {
        double f = -1 / (p->R[l] * p->F);
        c->rest[l] = m->rest * p->R[l] * p->R[l] * f / p->D[l];
        c->B1[l] = 3 * f * DFN_GAMMA * dt[l] + c->rest[l];
        c->B2[l] = 3 * f * DFN_GAMMA * dt[l] + c->rest[l];
        c->C21[l] = 3 * f * (1 - DFN_GAMMA) * dt[l];
        c->err[l] = 3 * f * dt[l] * DFN_THIRD;
    }
    for (uint32_t k = 0; k < m->n; k++)
        for (int l = 0; l < W; l++) {
            double z = m->mu[k] * p->D[l] * dt[l] / (p->R[l] * p->R[l]), f = -m->weight[k] * dt[l] / (p->R[l] * p->F);
            double i0, i1, i2, h0, h1, h2, e1 = c->E1[k][l], e2 = c->E2[k][l];
            integrals(z, e2, &i0, &i1, &i2);
            integrals(z * DFN_GAMMA, e1, &h0, &h1, &h2);
            double p11 = f * DFN_GAMMA * h0, p21 = f * (i0 - i1) / (1 - DFN_GAMMA),
                   p22 = f * (i1 - DFN_GAMMA * i0) / (1 - DFN_GAMMA);
            c->P21[k][l] = p21;
            c->P22[k][l] = p22;
            c->E1[k][l] = 1 + e1;
            c->E2[k][l] = 1 + e2;
            c->B1[l] += p11;
            c->B2[l] += p22;
            c->C21[l] += p21;
            c->err[l] += f * (i2 - (1 + DFN_GAMMA) * i1 + DFN_GAMMA * i0);
        }
}

void dfn_particle(const dfn_modes *m, const fade_math_v1 *math, const sphere *p, const v8 dt, coefs *c)
{
    for (uint32_t k = 0; k < m->n; k++)
        for (int l = 0; l < W; l++) {
            double z = m->mu[k] * p->D[l] * dt[l] / (p->R[l] * p->R[l]);
            c->E1[k][l] = -DFN_GAMMA * z;
            c->E2[k][l] = -z;
        }
    math->expm1(m->n * W, c->E1[0], c->E1[0]);
    math->expm1(m->n * W, c->E2[0], c->E2[0]);
    weigh(m, p, dt, c);
}

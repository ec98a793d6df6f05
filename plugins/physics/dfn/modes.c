/* SPDX-License-Identifier: MIT
 * modes.c - diffusion in a sphere as modes that relax one by one: what a flux q makes of the surface above the mean.
 *
 *   c_surface - c_mean = sum m_k + rest,   m_k' = -mu_k D/R^2 m_k - 2 q/R,   mu_k = lambda_k^2, tan lambda = lambda
 *
 * The first ones are exact; bundles of more and more of the following ones are one mode each, right in the steady state
 * and in how late they are (first two moments); the rest, faster than any step, follows the flux at once.
 */
#include "dfn.h"
#include <math.h>

static double root(uint32_t k) /* k >= 1: tan lambda = lambda */
{
    double b = (k + 0.5) * 3.14159265358979323846, l = b - 1 / b;
    for (int i = 0; i < 20; i++) {
        double f = sin(l) - l * cos(l), d = l * sin(l);
        l -= f / d;
    }
    return l;
}

void dfn_modes_make(dfn_modes *m, uint32_t n)
{
    uint32_t exact = n - n / 3, k = 0;
    double left = 0.2; /* sum of 2 / mu over all modes */
    *m = (dfn_modes){ .n = n };
    for (uint32_t i = 0, width = exact / 2 + 1; i < n; i++) {
        double s1 = 0, s2 = 0;
        for (uint32_t w = i < exact ? 1 : width; w; w--) {
            double l = root(++k), mu = l * l;
            s1 += 2 / mu;
            s2 += 2 / (mu * mu);
        }
        width = i < exact ? width : 2 * width;
        m->mu[i] = s1 / s2;
        m->weight[i] = s1 * s1 / s2;
        left -= s1;
    }
    m->rest = left > 0 ? left : 0;
}

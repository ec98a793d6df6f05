/* SPDX-License-Identifier: MIT
 * lsq_dense.c - small dense matrices of a fit: Cholesky, and eigenvalues by Jacobi's rotations.
 */
#include "core/base/lsq.h"
#include <math.h>
#include <string.h>

bool lsq_cholesky(size_t n, double *a, double *b)
{
    for (size_t j = 0; j < n; j++) {
        double d = a[j * n + j];
        for (size_t k = 0; k < j; k++)
            d -= a[j * n + k] * a[j * n + k];
        if (!(d > 0) || !isfinite(d))
            return false;
        d = a[j * n + j] = sqrt(d);
        for (size_t i = j + 1; i < n; i++) {
            double s = a[i * n + j];
            for (size_t k = 0; k < j; k++)
                s -= a[i * n + k] * a[j * n + k];
            a[i * n + j] = s / d;
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++)
            b[i] -= a[i * n + k] * b[k];
        b[i] /= a[i * n + i];
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t k = i + 1; k < n; k++)
            b[i] -= a[k * n + i] * b[k];
        b[i] /= a[i * n + i];
    }
    return true;
}

/* One rotation that makes a[p][q] zero. */
static void rotate(size_t n, double *a, double *v, size_t p, size_t q)
{
    double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
    double t = copysign(1, theta) / (fabs(theta) + sqrt(theta * theta + 1)), c = 1 / sqrt(t * t + 1), s = t * c;
    for (size_t k = 0; k < n; k++) {
        double x = a[k * n + p], y = a[k * n + q];
        a[k * n + p] = c * x - s * y;
        a[k * n + q] = s * x + c * y;
    }
    for (size_t k = 0; k < n; k++) {
        double x = a[p * n + k], y = a[q * n + k];
        a[p * n + k] = c * x - s * y;
        a[q * n + k] = s * x + c * y;
        x = v[p * n + k], y = v[q * n + k];
        v[p * n + k] = c * x - s * y;
        v[q * n + k] = s * x + c * y;
    }
}

static void sort(size_t n, double *value, double *v)
{
    for (size_t i = 0; i + 1 < n; i++) {
        size_t least = i;
        for (size_t j = i + 1; j < n; j++)
            least = value[j] < value[least] ? j : least;
        double x = value[i];
        value[i] = value[least];
        value[least] = x;
        for (size_t k = 0; k < n && least != i; k++) {
            x = v[i * n + k];
            v[i * n + k] = v[least * n + k];
            v[least * n + k] = x;
        }
    }
}

void lsq_eigen(size_t n, double *a, double *value, double *v)
{
    enum { SWEEPS = 60 };
    memset(v, 0, n * n * sizeof *v);
    for (size_t i = 0; i < n; i++)
        v[i * n + i] = 1;
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        double off = 0, on = 0;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                *(i == j ? &on : &off) += a[i * n + j] * a[i * n + j];
        if (!(off > 1e-32 * on))
            break;
        for (size_t p = 0; p < n; p++)
            for (size_t q = p + 1; q < n; q++)
                if (a[p * n + q] != 0)
                    rotate(n, a, v, p, q);
    }
    for (size_t i = 0; i < n; i++)
        value[i] = a[i * n + i];
    sort(n, value, v);
}

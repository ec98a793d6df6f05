/* SPDX-License-Identifier: MIT
 * net.c - one network over lanes: layers through the host's dense(), so that a row's bits do not depend on its tile.
 */
#include "mlp.h"
#include <math.h>
#include <string.h>

enum { CHUNK = 64 };

size_t net_at(const shape *s, uint32_t layer)
{
    size_t at = 0;
    for (uint32_t l = 0; l < layer; l++)
        at += ((size_t)s->width[l] + 1) * s->width[l + 1];
    return at;
}

size_t net_size(const shape *s)
{
    return net_at(s, s->layers);
}

size_t net_units(const shape *s)
{
    size_t n = 0;
    for (uint32_t l = 1; l < s->layers; l++)
        n += s->width[l];
    return n;
}

uint32_t net_widest(const shape *s)
{
    uint32_t most = 1;
    for (uint32_t l = 1; l <= s->layers; l++)
        most = s->width[l] > most ? s->width[l] : most;
    return most;
}

static void relu(const fade_math_v1 *m, uint32_t n, double *restrict z, double *restrict slope)
{
    (void)m;
    for (uint32_t i = 0; slope && i < n; i++)
        slope[i] = z[i] > 0 ? 1 : 0;
    for (uint32_t i = 0; i < n; i++)
        z[i] = z[i] > 0 ? z[i] : 0;
}

static void tangent(const fade_math_v1 *m, uint32_t n, double *restrict z, double *restrict slope)
{
    m->tanh(n, z, z);
    for (uint32_t i = 0; slope && i < n; i++)
        slope[i] = 1 - z[i] * z[i];
}

static void sigmoid(const fade_math_v1 *m, uint32_t n, double *restrict z, double *restrict slope)
{
    for (uint32_t i = 0; i < n; i++)
        z[i] *= 0.5;
    m->tanh(n, z, z);
    for (uint32_t i = 0; i < n; i++)
        z[i] = 0.5 + 0.5 * z[i];
    for (uint32_t i = 0; slope && i < n; i++)
        slope[i] = z[i] * (1 - z[i]);
}

/* 0.5 z (1 + tanh(sqrt(2 / pi) (z + 0.044715 z^3))): Hendrycks and Gimpel, arXiv 1606.08415 */
static void gelu(const fade_math_v1 *m, uint32_t n, double *restrict z, double *restrict slope)
{
    static const double c = 0.79788456080286535588, k = 0.044715;
    double t[CHUNK];
    for (uint32_t i = 0; i < n; i++)
        t[i] = c * (z[i] + k * z[i] * z[i] * z[i]);
    m->tanh(n, t, t);
    for (uint32_t i = 0; slope && i < n; i++)
        slope[i] = 0.5 * (1 + t[i]) + 0.5 * z[i] * (1 - t[i] * t[i]) * c * (1 + 3 * k * z[i] * z[i]);
    for (uint32_t i = 0; i < n; i++)
        z[i] = 0.5 * z[i] * (1 + t[i]);
}

void net_act(const fade_math_v1 *m, uint32_t act, uint32_t n, double *z, double *slope)
{
    static void (*const by[NACT])(const fade_math_v1 *, uint32_t, double *, double *) = {
        [ACT_RELU] = relu, [ACT_TANH] = tangent, [ACT_SIGMOID] = sigmoid, [ACT_GELU] = gelu
    };
    for (uint32_t i = 0; i < n; i += CHUNK)
        by[act](m, n - i < CHUNK ? n - i : CHUNK, z + i, slope ? slope + i : NULL);
}

const double *net_run(const mlp *r, const double *w, const double *mask, uint32_t n, const double *x, double *a,
                      double *b)
{
    const shape *s = &r->shape;
    for (uint32_t l = 0; l < s->layers; l++) {
        uint32_t in = s->width[l], out = s->width[l + 1];
        const double *bias = w + (size_t)in * out;
        r->math->dense(n, out, in, w, x, a);
        for (uint32_t k = 0; k < out; k++)
            for (uint32_t i = 0; i < n; i++)
                a[(size_t)k * n + i] += bias[k];
        if (l + 1 < s->layers)
            net_act(r->math, s->act, out * n, a, NULL);
        if (mask && l + 1 < s->layers) {
            for (uint32_t k = 0; k < out; k++)
                for (uint32_t i = 0; i < n; i++)
                    a[(size_t)k * n + i] *= mask[k];
            mask += out;
        }
        w = bias + out;
        x = a;
        a = b;
        b = (double *)x;
    }
    return x;
}

/* SPDX-License-Identifier: MIT
 * climb.c - the most of a smooth function within bounds: BFGS on the variables that are free, projected steps.
 *
 * A variable at its bound whose slope points outwards rests; when the set of resting ones changes, the curvature is
 * forgotten.
 */
#include "gp.h"
#include <stdlib.h>

static const double ENOUGH = 1e-5, GAIN = 1e-4, LONGEST = 2; /* slope, Armijo's share, first step */

typedef struct hill {
    climb_f *f;
    void *ctx;
    uint32_t n;
    const double *lo, *hi;
    double *x, *g, *d, *x1, *g1, *s, *Hy, *H; /* n each, H n * n */
    unsigned char rests[GP_THETA];
    int fresh;
} hill;

static double dot(uint32_t n, const double *a, const double *b)
{
    double s = 0;
    for (uint32_t i = 0; i < n; i++)
        s += a[i] * b[i];
    return s;
}

static void forget(hill *h)
{
    memset(h->H, 0, (size_t)h->n * h->n * sizeof *h->H);
    for (uint32_t i = 0; i < h->n; i++)
        h->H[i * (size_t)h->n + i] = 1;
    h->fresh = 1;
}

/* Which variables rest, and the largest slope of those that do not. */
static double rest(hill *h)
{
    double most = 0;
    int changed = 0;
    for (uint32_t i = 0; i < h->n; i++) {
        int r = (h->x[i] <= h->lo[i] && h->g[i] < 0) || (h->x[i] >= h->hi[i] && h->g[i] > 0) || !(h->lo[i] < h->hi[i]);
        changed |= r != h->rests[i];
        h->rests[i] = (unsigned char)r;
        most = r ? most : fmax(most, fabs(h->g[i]));
    }
    if (changed)
        forget(h);
    return most;
}

/* d = H g over the free ones; the slope itself where that leads down */
static void direction(hill *h, double most)
{
    for (uint32_t i = 0; i < h->n; i++)
        h->d[i] = 0;
    for (uint32_t i = 0; i < h->n; i++)
        for (uint32_t j = 0; j < h->n && !h->rests[i]; j++)
            h->d[i] += h->rests[j] ? 0 : h->H[i * (size_t)h->n + j] * h->g[j];
    if (!(dot(h->n, h->d, h->g) > 0)) {
        forget(h);
        for (uint32_t i = 0; i < h->n; i++)
            h->d[i] = h->rests[i] ? 0 : h->g[i];
    }
    double longest = 0, at_most = h->fresh ? fmin(1, LONGEST * most) : LONGEST;
    for (uint32_t i = 0; i < h->n; i++)
        longest = fmax(longest, fabs(h->d[i]));
    for (uint32_t i = 0; i < h->n && longest > at_most; i++)
        h->d[i] *= at_most / longest;
}

/* Halves the step until the gain is its due.  -INFINITY: no step gains. */
static double step(hill *h, double at)
{
    double t = 1;
    for (int k = 0; k < 20; k++, t *= k < 3 ? 0.5 : 0.25) {
        double due = 0;
        for (uint32_t i = 0; i < h->n; i++) {
            h->x1[i] = fmin(h->hi[i], fmax(h->lo[i], h->x[i] + t * h->d[i]));
            h->s[i] = h->x1[i] - h->x[i];
            due += h->g[i] * h->s[i];
        }
        double now = h->f(h->ctx, h->x1, h->g1);
        if (now == INFINITY)
            return INFINITY;
        if (now >= at + GAIN * due && now > at)
            return now;
    }
    return -INFINITY;
}

/* H of -f: y = g - g1 */
static void learn(hill *h)
{
    uint32_t n = h->n;
    double sy = 0, yy = 0, yHy = 0;
    for (uint32_t i = 0; i < n; i++) {
        double y = h->rests[i] ? 0 : h->g[i] - h->g1[i];
        sy += h->s[i] * y;
        yy += y * y;
        h->d[i] = y;
    }
    if (!(sy > 1e-12 * sqrt(yy * dot(n, h->s, h->s))))
        return;
    for (uint32_t i = 0; i < n && h->fresh; i++)
        h->H[i * (size_t)n + i] = sy / yy;
    h->fresh = 0;
    for (uint32_t i = 0; i < n; i++) {
        h->Hy[i] = dot(n, h->H + i * (size_t)n, h->d);
        yHy += h->Hy[i] * h->d[i];
    }
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < n; j++)
            h->H[i * (size_t)n + j] +=
                (1 + yHy / sy) * h->s[i] * h->s[j] / sy - (h->Hy[i] * h->s[j] + h->s[i] * h->Hy[j]) / sy;
}

double climb(climb_f *f, void *ctx, uint32_t n, const double *lo, const double *hi, int steps, double *x)
{
    hill h = { .f = f, .ctx = ctx, .n = n, .lo = lo, .hi = hi, .x = x };
    double *room = n <= GP_THETA ? calloc((size_t)n * (n + 6) + 1, sizeof *room) : NULL, at = -INFINITY;
    if (!room)
        return at;
    h.g = room;
    h.d = room + n;
    h.x1 = room + 2 * (size_t)n;
    h.g1 = room + 3 * (size_t)n;
    h.s = room + 4 * (size_t)n;
    h.Hy = room + 5 * (size_t)n;
    h.H = room + 6 * (size_t)n;
    for (uint32_t i = 0; i < n; i++)
        x[i] = fmin(hi[i], fmax(lo[i], x[i]));
    forget(&h);
    at = f(ctx, x, h.g);
    for (int k = 0, failed = 0; k < steps && isfinite(at); k++) {
        double most = rest(&h);
        if (most < ENOUGH)
            break;
        direction(&h, most);
        double now = step(&h, at);
        if (now == INFINITY) {
            at = INFINITY;
            break;
        }
        if (now == -INFINITY) {
            if (failed++ || h.fresh)
                break;
            forget(&h);
            continue;
        }
        failed = 0;
        learn(&h);
        memcpy(x, h.x1, n * sizeof *x);
        memcpy(h.g, h.g1, n * sizeof *x);
        double gain = now - at;
        at = now;
        if (gain < 1e-9 * (1 + fabs(at)))
            break;
    }
    free(room);
    return at;
}

/* SPDX-License-Identifier: MIT
 * trace_peaks.c - the main peak of dQ/dV in a charge, from a histogram of charge over voltage that is filled step by
 * step.
 *
 * A step's charge is spread evenly over the voltages it crossed.  Where the voltage runs out of the bins, two become
 * one, so memory stays and no range need be known.  Three running means make the smoothing (a Gaussian of about 2.4
 * bins, 10 mV at first).
 */
#include "core/engine/trace.h"
#include <math.h>
#include <string.h>

static const double WIDTH = 4e-3;                 /* V: what cyclers resolve well */
/* a mean over 2 HALF + 1 bins has a variance of HALF (HALF + 1) / 3 */
enum { HALF = 2, PASSES = 3 };

static void widen(trace_peaks *h)
{
    for (uint32_t i = 0; i < TRACE_BINS / 2; i++)
        h->bin[i] = h->bin[2 * i] + h->bin[2 * i + 1];
    memset(h->bin + TRACE_BINS / 2, 0, TRACE_BINS / 2 * sizeof *h->bin);
    h->width *= 2;
    h->used = (h->used + 1) / 2;
}

/* The voltage fell below the first bin: the bins move up, whole ones, so that edges stay where they were. */
static void lower(trace_peaks *h, double V)
{
    for (;;) {
        double by = ceil((h->low - V) / h->width);
        if (by + h->used <= TRACE_BINS) {
            uint32_t n = (uint32_t)by;
            memmove(h->bin + n, h->bin, h->used * sizeof *h->bin);
            memset(h->bin, 0, n * sizeof *h->bin);
            h->used += n;
            h->low -= n * h->width;
            return;
        }
        widen(h);
    }
}

void trace_peaks_add(trace_peaks *h, double V0, double V1, double ah)
{
    if (!(V1 > V0) || !isfinite(V1 - V0) || !(ah > 0))
        return;
    if (h->used == 0) {
        h->width = WIDTH;
        h->low = floor(V0 / WIDTH) * WIDTH;
        memset(h->bin, 0, sizeof h->bin);
    }
    if (V0 < h->low)
        lower(h, V0);
    while (V1 >= h->low + TRACE_BINS * h->width)
        widen(h);
    double per = ah / (V1 - V0), lo = (V0 - h->low) / h->width, hi = (V1 - h->low) / h->width;
    uint32_t first = (uint32_t)lo, last = (uint32_t)hi < TRACE_BINS ? (uint32_t)hi : TRACE_BINS - 1;
    for (uint32_t i = first; i <= last; i++)
        h->bin[i] += per * h->width * (fmin(hi, i + 1.0) - fmax(lo, i));
    h->used = last + 1 > h->used ? last + 1 : h->used;
}

/* y[i] = mean of x over i - HALF .. i + HALF, of those there are. */
static void smooth(const double *x, double *y, uint32_t n)
{
    double sum = 0;
    uint32_t in = 0;
    for (uint32_t i = 0; i < n + HALF; i++) {
        if (i < n)
            sum += x[i], in++;
        if (i > 2 * HALF)
            sum -= x[i - 2 * HALF - 1], in--;
        if (i >= HALF)
            y[i - HALF] = sum / in;
    }
}

void trace_peaks_find(const trace_peaks *h, double *V, double *height)
{
    double x[TRACE_BINS], y[TRACE_BINS];
    uint32_t n = h->used, best = 0;
    *V = *height = NAN;
    if (n == 0)
        return;
    memcpy(x, h->bin, n * sizeof *x);
    for (int p = 0; p < PASSES; p++) {
        smooth(x, y, n);
        memcpy(x, y, n * sizeof *x);
    }
    for (uint32_t i = 1; i < n; i++)
        best = x[i] > x[best] ? i : best;
    double at = 0, top = x[best];
    if (best > 0 && best + 1 < n) {               /* the parabola through the highest and its neighbours */
        double left = x[best - 1], right = x[best + 1], bend = left - 2 * top + right;
        at = bend < 0 ? 0.5 * (left - right) / bend : 0;
        top -= 0.25 * (left - right) * at;
    }
    *V = h->low + (best + 0.5 + at) * h->width;
    *height = top / h->width;
}

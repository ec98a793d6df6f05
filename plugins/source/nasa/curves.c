/* SPDX-License-Identifier: MIT
 * curves.c - what curves tell before their end: the first minutes of a discharge, the charge before it.
 *
 * Nothing here reads a sample later than its name says, nor how long the discharge lasted.
 */
#include "nasa.h"
#include <math.h>
#include <string.h>

enum { BINS = 320 };                              /* of 4 mV, from LOWEST: the voltages of a charge */
static const double BIN = 0.004, LOWEST = 3.0;
static const double SMOOTH = 0.010;               /* V, standard deviation of the kernel */
static const double PEAK_FROM = 3.4, PEAK_TO = 4.17;      /* V: above, the hold at 4.2 V begins */

/* A reading at a time, between the samples around it; NaN: no current there, or the record does not go so far. */
static double at(const nasa_record *r, const double *y, double t)
{
    for (size_t k = 1; k < r->n; k++) {
        if (!(r->t[k] >= t))
            continue;
        if (!(r->t[k - 1] <= t) || !nasa_loaded(r, k) || !nasa_loaded(r, k - 1))
            return NAN;
        double dt = r->t[k] - r->t[k - 1], part = dt > 0 ? (t - r->t[k - 1]) / dt : 1;
        return y[k - 1] + part * (y[k] - y[k - 1]);
    }
    return NAN;
}

void nasa_begin(const nasa_record *r, const nasa_op *op, double *value)
{
    double sum = 0, n = 0, end = op->first + 600;
    value[NASA_V_60] = at(r, r->v, op->first + 60);
    value[NASA_V_300] = at(r, r->v, op->first + 300);
    value[NASA_V_600] = at(r, r->v, end);
    for (size_t k = 0; k < r->n && r->t[k] <= end; k++)
        if (nasa_loaded(r, k)) {
            sum += r->temperature[k];
            n++;
        }
    value[NASA_T_600] = isnan(value[NASA_V_600]) ? NAN : sum / n;
}

/* Charge by voltage while the current is constant; a step's charge is spread over the bins it crosses. */
static void spread(double *bin, double from, double to, double ah)
{
    double low = fmin(from, to), high = fmax(from, to);
    if (!(low >= LOWEST && high < LOWEST + BINS * BIN) || isnan(from) || isnan(to))
        return;
    int i = (int)floor((low - LOWEST) / BIN), j = (int)fmin(floor((high - LOWEST) / BIN), BINS - 1);
    for (int k = i; k <= j; k++) {
        double a = fmax(low, LOWEST + k * BIN), b = fmin(high, LOWEST + (k + 1) * BIN);
        bin[k] += high > low ? ah * (b - a) / (high - low) : ah;
    }
}

static void peak(const double *bin, double *value)
{
    int reach = (int)(4 * SMOOTH / BIN);
    double most = 0;
    for (int k = 0; k < BINS; k++) {
        double v = LOWEST + (k + 0.5) * BIN, sum = 0, weights = 0;
        if (v < PEAK_FROM || v > PEAK_TO)
            continue;
        for (int j = k - reach; j <= k + reach; j++)
            if (j >= 0 && j < BINS) {
                double d = (j - k) * BIN / SMOOTH, w = exp(-0.5 * d * d);
                sum += w * bin[j];
                weights += w;
            }
        double height = sum / weights / BIN;
        if (height > most) {
            most = height;
            value[NASA_CHARGE_PEAK] = height;
            value[NASA_CHARGE_PEAK_V] = v;
        }
    }
}

void nasa_charge(const nasa_record *r, const nasa_op *op, double constant, double *value)
{
    double bin[BINS] = { 0 }, ah = 0, behind = 0, cc_end = NAN, sum = 0, n = 0;
    for (size_t k = 0; k < r->n; k++) {
        if (!nasa_loaded(r, k))
            continue;
        sum += r->temperature[k];
        n++;
        cc_end = r->i[k] > constant ? r->t[k] : cc_end;
    }
    for (size_t k = 1; k < r->n; k++) {
        double dt = r->t[k] - r->t[k - 1], step = 0.5 * (r->i[k] + r->i[k - 1]) * dt / 3600;
        if (!nasa_loaded(r, k) || !nasa_loaded(r, k - 1) || !(dt >= 0) || !isfinite(step))
            continue;
        ah += step;
        behind += r->t[k] > cc_end ? step : 0;
        if (r->i[k] > constant && r->i[k - 1] > constant)
            spread(bin, r->v[k - 1], r->v[k], step);
    }
    value[NASA_ACCEPTED] = ah;
    value[NASA_CHARGE_T] = sum / n;
    value[NASA_CHARGE_V_300] = at(r, r->v, op->first + 300);
    value[NASA_CHARGE_V_1000] = at(r, r->v, op->first + 1000);
    value[NASA_CHARGE_V_2000] = at(r, r->v, op->first + 2000);
    if (isnan(cc_end))
        return;
    value[NASA_CHARGE_CV] = op->last - cc_end;
    value[NASA_ACCEPTED_CV] = behind;
    peak(bin, value);
}

/* Times only grow: one pass serves all of them. */
void nasa_curve(const nasa_record *r, const nasa_op *op, const nasa_grid *grid, double *y)
{
    const double *from[NASA_CHANNELS] = { r->v, r->i, r->temperature };
    size_t k = 1;
    for (uint32_t j = 0; j < grid->n; j++) {
        double t = op->first + (j + 1) * grid->every;
        while (k < r->n && !(r->t[k] >= t))
            k++;
        bool there = k < r->n && r->t[k - 1] <= t && nasa_loaded(r, k) && nasa_loaded(r, k - 1);
        double dt = there ? r->t[k] - r->t[k - 1] : 0, part = dt > 0 ? (t - r->t[k - 1]) / dt : 1;
        for (int c = 0; c < NASA_CHANNELS; c++)
            y[c * grid->n + j] = there ? from[c][k - 1] + part * (from[c][k] - from[c][k - 1]) : NAN;
    }
}

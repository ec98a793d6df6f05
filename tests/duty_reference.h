/* SPDX-License-Identifier: MIT
 * duty_reference.h - a duty by brute force: break points, stress and rainflow cycles from the whole series at once.
 */
#ifndef FADE_TESTS_DUTY_REFERENCE_H
#define FADE_TESTS_DUTY_REFERENCE_H
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { REFERENCE_MOST = 1 << 17 };

/* Is sample i the last of a rise before a fall, or of a fall before a rise? */
static inline bool reference_turns(size_t n, const double *soc, size_t i)
{
    if (i == 0 || i + 1 >= n || soc[i + 1] == soc[i])
        return false;
    for (size_t k = i; k > 0; k--)
        if (soc[k] != soc[k - 1])
            return (soc[k] > soc[k - 1]) != (soc[i + 1] > soc[i]);
    return false;
}

/* Break points behind sample 0; the last sample is one. */
static inline size_t reference_breaks(size_t n, const double *t, const double *soc, double time, double efc, size_t *out)
{
    size_t nout = 0, from = 0;
    double moved = 0;
    for (size_t i = 1; i < n; i++) {
        moved += fabs(soc[i] - soc[i - 1]);
        bool over = efc > 0 && 0.5 * moved > efc * (1 + 1e-12) && reference_turns(n, soc, i);
        bool due = time > 0 && t[i] - t[from] >= time * (1 - 1e-12);
        if (!over && !due && i + 1 < n)
            continue;
        out[nout++] = from = i;
        moved = 0;
    }
    return nout;
}

typedef struct reference_stress {
    double depth, soc_mean, soc_min, soc_max, temperature_mean, temperature_max;
    double c_rate, c_rate_mean, c_rate_charge, c_rate_discharge, efc, span;
} reference_stress;                               /* in the order of the law's inputs */

/* Of samples a..b; activation in J/mol weighs the mean temperature. */
static inline reference_stress reference_between(const double *t, const double *soc, const double *temperature, size_t a,
                                                 size_t b, double activation)
{
    const double R = 8.3144;
    long double moved = 0, load = 0, load_t = 0, in = 0, in_t = 0, mean = 0, heat = 0;
    reference_stress s = { .soc_min = soc[a], .soc_max = soc[a], .temperature_max = temperature[a], .span = t[b] - t[a] };
    for (size_t i = a + 1; i <= b; i++) {
        double h = t[i] - t[i - 1], d = soc[i] - soc[i - 1];
        double w0 = temperature[i - 1], w1 = temperature[i];
        if (activation > 0) {
            w0 = exp(-activation / R * (1 / w0 - 1 / 298.15));
            w1 = exp(-activation / R * (1 / w1 - 1 / 298.15));
        }
        heat += 0.5 * h * (w0 + w1);
        mean += 0.5 * h * (soc[i] + soc[i - 1]);
        moved += fabs(d);
        if (fabs(d) * 3600 >= 0.01 * h * (1 - 1e-14)) {
            load += fabs(d);
            load_t += h;
            in += d > 0 ? d : 0;
            in_t += d > 0 ? h : 0;
        }
        s.soc_min = fmin(s.soc_min, soc[i]);
        s.soc_max = fmax(s.soc_max, soc[i]);
        s.temperature_max = fmax(s.temperature_max, temperature[i]);
    }
    s.depth = s.soc_max - s.soc_min;
    s.efc = (double)(0.5 * moved);
    s.soc_mean = (double)(mean / s.span);
    s.temperature_mean = (double)(heat / s.span);
    if (activation > 0)
        s.temperature_mean = 1 / (1 / 298.15 - R / activation * log(s.temperature_mean));
    s.c_rate = load_t > 0 ? (double)(3600 * load / load_t) : 0;
    s.c_rate_mean = (double)(3600 * load / s.span);
    s.c_rate_charge = in_t > 0 ? (double)(3600 * in / in_t) : 0;
    s.c_rate_discharge = load_t > in_t ? (double)(3600 * (load - in) / (load_t - in_t)) : 0;
    return s;
}

typedef struct reference_cycle { double depth, mean, count; size_t a, b; } reference_cycle;

/* Where the plateau that sample i belongs to begins. */
static inline size_t reference_first(const double *x, size_t i)
{
    while (i > 0 && x[i - 1] == x[i])
        i--;
    return i;
}

/* Rainflow cycles of samples 0..n-1 as the standard's text has them: reversals first, then its six rules; *open: how many at the end
 * are what is left over. */
static inline size_t reference_rain(size_t n, const double *x, reference_cycle *out, size_t *open)
{
    static size_t v[REFERENCE_MOST], s[REFERENCE_MOST];
    size_t m = 0, k = 0, made = 0;
    if (n)
        v[m++] = 0;
    for (size_t i = 1; i + 1 < n; i++)
        if (reference_turns(n, x, i))
            v[m++] = reference_first(x, i);
    if (n > 1 && x[n - 1] != x[v[m - 1]])
        v[m++] = reference_first(x, n - 1);
    for (size_t next = 0; next < m; next++) {
        s[k++] = v[next];
        for (;;) {
            if (k < 3)
                break;
            double X = fabs(x[s[k - 1]] - x[s[k - 2]]), Y = fabs(x[s[k - 2]] - x[s[k - 3]]);
            if (X < Y)
                break;
            reference_cycle c = { Y, 0.5 * (x[s[k - 2]] + x[s[k - 3]]), k > 3 ? 1 : 0.5, s[k - 3], s[k - 2] };
            out[made++] = c;
            if (k > 3) {
                s[k - 3] = s[k - 1];
                k -= 2;
            } else {
                s[0] = s[1];
                s[1] = s[2];
                k = 2;
            }
        }
    }
    *open = k > 0 ? k - 1 : 0;
    for (size_t j = 0; j + 1 < k; j++)
        out[made++] = (reference_cycle){ fabs(x[s[j + 1]] - x[s[j]]), 0.5 * (x[s[j + 1]] + x[s[j]]), 0.5, s[j], s[j + 1] };
    return made;
}
#endif

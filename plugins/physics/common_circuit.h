/* SPDX-License-Identifier: MIT
 * common_circuit.h - a cell as a circuit: open-circuit voltage with hysteresis, a series resistance and up to four RC pairs, each by
 * state of charge, temperature and sign of the current.  The model "ecm" and the observer that corrects it share it.
 *
 * A curve goes on in a straight line beyond its ends; a table of resistance or capacitance holds its end values.
 */
#ifndef FADE_PHYSICS_COMMON_CIRCUIT_H
#define FADE_PHYSICS_COMMON_CIRCUIT_H
#include "fade_plugin.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CIRCUIT_PAIRS = 4, CIRCUIT_R0 = 0, CIRCUIT_R = 1, CIRCUIT_C = 1 + CIRCUIT_PAIRS, CIRCUIT_N = 1 + 2 * CIRCUIT_PAIRS };
enum { CIRCUIT_DISCHARGE, CIRCUIT_CHARGE };       /* sides of a table */
enum { CIRCUIT_NO_HYSTERESIS, CIRCUIT_ONE_STATE, CIRCUIT_TWO_CURVES };
enum { CURVE_BINS = 256 };

#define CIRCUIT_HOUR 3600.0                       /* s */
#define CIRCUIT_GAS 8.314462618                   /* J/(mol K), CODATA 2018 */

/* y over x in straight lines; guide[] says where to begin to look, so that a value takes no search. */
typedef struct curve {
    const double *x, *y;
    double       *area;                           /* integral of y from x = 0 to each x; NULL: nobody asks */
    uint32_t      n;
    double        per_bin;
    uint16_t      guide[CURVE_BINS];
} curve;

static inline uint32_t curve_find(const curve *c, double x)
{
    double at = (x - c->x[0]) * c->per_bin;
    uint32_t k = c->guide[at > 0 ? at < CURVE_BINS - 1 ? (uint32_t)at : CURVE_BINS - 1 : 0];
    while (k + 2 < c->n && x >= c->x[k + 1])
        k++;
    while (k > 0 && x < c->x[k])
        k--;
    return k;
}

static inline double curve_at(const curve *c, double x, double *slope)
{
    if (!c->n) {
        *slope = 0;
        return 0;
    }
    uint32_t k = curve_find(c, x);
    *slope = (c->y[k + 1] - c->y[k]) / (c->x[k + 1] - c->x[k]);
    return c->y[k] + (x - c->x[k]) * *slope;
}

/* Integral of y from 0 to x. */
static inline double curve_area(const curve *c, double x)
{
    double slope, y = curve_at(c, x, &slope);
    uint32_t k = curve_find(c, x);
    return c->area[k] + (c->y[k] + y) / 2 * (x - c->x[k]);
}

/* 2 points or more, x rising.  0: no memory. */
static inline int curve_make(curve *c, const double *x, const double *y, uint32_t n)
{
    *c = (curve){ .x = x, .y = y, .n = n, .per_bin = CURVE_BINS / (x[n - 1] - x[0]) };
    uint32_t k = 0;
    for (uint32_t b = 0; b < CURVE_BINS; b++) {
        while (k + 2 < n && k < UINT16_MAX && x[k + 1] <= x[0] + b / c->per_bin)
            k++;
        c->guide[b] = (uint16_t)k;
    }
    c->area = malloc(n * sizeof *c->area);
    if (!c->area)
        return 0;
    double total = 0;
    for (uint32_t i = 0; i < n; i++) {
        total += i ? (y[i] + y[i - 1]) / 2 * (x[i] - x[i - 1]) : 0;
        c->area[i] = total;
    }
    double from = curve_area(c, 0);
    for (uint32_t i = 0; i < n; i++)
        c->area[i] -= from;
    return 1;
}

/* Where v stands among a[n]: the place before it, and how far it is to the next, held at the ends. */
static inline uint32_t axis_find(const double *a, uint32_t n, double v, double *f)
{
    uint32_t lo = 0, hi = n - 1;
    while (hi - lo > 1) {
        uint32_t mid = (lo + hi) / 2;
        if (v < a[mid])
            hi = mid;
        else
            lo = mid;
    }
    double at = (v - a[lo]) / (a[lo + 1] - a[lo]);
    *f = at > 0 ? at < 1 ? at : 1 : 0;
    return lo;
}

/* Of a grid over state of charge and temperature. */
static inline double grid_at(const fade_value *g, double soc, double T)
{
    double fx, fy;
    uint32_t i = axis_find(g->v, g->n, soc, &fx), j = axis_find(g->v + g->n, g->m, T, &fy);
    const double *z = g->v + g->n + g->m + (size_t)i * g->m + j;
    double a = z[0] + (z[1] - z[0]) * fy, b = z[g->m] + (z[g->m + 1] - z[g->m]) * fy;
    return a + (b - a) * fx;
}

typedef struct circuit {
    uint32_t pairs;
    int      hysteresis;
    curve    ocv, ocv_charge, gap, entropic;      /* gap: half the way from discharge to charge, of one state; n 0: a number */
    const fade_value *table[CIRCUIT_N][2];        /* NULL: the cell's number */
    int      tables;                              /* some quantity is a table */
} circuit;

/* The middle of the curves at s, its slope, and what a full hysteresis adds, with its slope. */
static inline double circuit_ocv(const circuit *c, double s, double half, double *slope, double *M, double *dM)
{
    double U = curve_at(&c->ocv, s, slope), d;
    *M = *dM = 0;
    switch (c->hysteresis) {
    case CIRCUIT_ONE_STATE:
        *M = c->gap.n ? curve_at(&c->gap, s, dM) : half;
        return U;
    case CIRCUIT_TWO_CURVES: {
        double Uc = curve_at(&c->ocv_charge, s, &d);
        *M = (Uc - U) / 2;
        *dM = (d - *slope) / 2;
        *slope = (d + *slope) / 2;
        return (Uc + U) / 2;
    }
    default:
        return U;
    }
}

/* Quantity q: of its table, else `number`. */
static inline double circuit_value(const circuit *c, uint32_t q, int side, double soc, double T, double number)
{
    const fade_value *g = c->table[q][side];
    return g ? grid_at(g, soc, T) : number;
}

static inline void circuit_free(circuit *c)
{
    free(c->ocv.area);
    free(c->ocv_charge.area);
    free(c->gap.area);
    free(c->entropic.area);
}

/* Curves and tables as CIRCUIT_TABLES lists them, the first of which is args->at[first]. */
enum { CIRCUIT_OCV, CIRCUIT_OCV_CHARGE, CIRCUIT_HYSTERESIS_TABLE, CIRCUIT_ENTROPIC_TABLE, CIRCUIT_GRIDS };

static const double circuit_example_soc[] = { 0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1 };
static const double circuit_example_ocv[] = { 2.5, 3, 3.25, 3.4, 3.5, 3.56, 3.61, 3.66, 3.74, 3.84, 3.94, 4.05, 4.18 };

static inline int32_t circuit_refuse(const fade_host *host, int32_t code, const char *text)
{
    fade_say(host, 3, code, -1, text);
    return code;
}

/* A curve that was given; 0: no memory. */
static inline int curve_given(curve *c, const fade_value *v) { return !v->n || curve_make(c, v->v, v->v + v->n, v->n); }

static inline int32_t circuit_curves(circuit *c, const fade_host *host, const fade_value *at)
{
    const fade_value *both = at + CIRCUIT_OCV_CHARGE;
    uint32_t n = sizeof circuit_example_soc / sizeof circuit_example_soc[0];
    int ok = at->n ? curve_given(&c->ocv, at) : curve_make(&c->ocv, circuit_example_soc, circuit_example_ocv, n);
    ok = ok && curve_given(&c->entropic, at + CIRCUIT_ENTROPIC_TABLE);
    if (c->hysteresis == CIRCUIT_TWO_CURVES)      /* without a second one: the first, twice */
        ok = ok && (both->n ? curve_given(&c->ocv_charge, both) : curve_make(&c->ocv_charge, c->ocv.x, c->ocv.y, c->ocv.n));
    if (c->hysteresis == CIRCUIT_ONE_STATE)
        ok = ok && curve_given(&c->gap, at + CIRCUIT_HYSTERESIS_TABLE);
    return ok ? FADE_OK : circuit_refuse(host, FADE_ENOMEM, "no memory for the curves of a circuit");
}

/* pairs and hysteresis stand; on failure circuit_free() is still due. */
static inline int32_t circuit_make(circuit *c, const fade_host *host, const fade_args *args, uint32_t first)
{
    static const char *const key[] = { "ocv", "ocv_charge", "hysteresis_table", "entropic_table" };
    const fade_value *at = args->at + first;
    for (uint32_t k = 0; k < CIRCUIT_GRIDS; k++)
        if (at[k].n == 1) {
            char text[100];
            snprintf(text, sizeof text, "%s has 1 point, must have 2 or more", key[k]);
            return circuit_refuse(host, FADE_EINVAL, text);
        }
    if (at[CIRCUIT_HYSTERESIS_TABLE].n && c->hysteresis != CIRCUIT_ONE_STATE)
        return circuit_refuse(host, FADE_EINVAL, "hysteresis_table is of hysteresis = \"one-state\"");
    if (at[CIRCUIT_OCV_CHARGE].n && c->hysteresis != CIRCUIT_TWO_CURVES)
        return circuit_refuse(host, FADE_EINVAL, "ocv_charge is of hysteresis = \"two-curves\"");
    for (uint32_t q = 0; q < CIRCUIT_N; q++) {
        const fade_value *both = &at[CIRCUIT_GRIDS + 2 * q], *charge = both + 1;
        c->table[q][CIRCUIT_DISCHARGE] = both->n ? both : NULL;
        c->table[q][CIRCUIT_CHARGE] = charge->n ? charge : both->n ? both : NULL;
        c->tables |= both->n || charge->n;
    }
    return circuit_curves(c, host, at);
}

/* ---- rows of a plugin's table of parameters ---- */

#define CIRCUIT_CELL(key, unit, doc, flags, def, min, max) \
    { key, unit, doc, "", FADE_REAL, FADE_PER_CELL | (flags), def, min, max, 0, 0, NULL }
#define CIRCUIT_RESISTOR(key, doc, flags, def, min) CIRCUIT_CELL(key, "ohm", doc, FADE_EXAMPLE | FADE_LOG | (flags), def, min, 1e3)
#define CIRCUIT_CAPACITOR(key, doc, def) CIRCUIT_CELL(key, "F", doc, FADE_EXAMPLE | FADE_LOG, def, 1e-3, 1e9)
#define CIRCUIT_GRID(key, unit, doc) { key, "1;K;" unit, doc, "", FADE_GRID, 0, 0, 1e-9, 1e9, 0, 0, NULL }
#define CIRCUIT_PAIR_OF(key, unit, what)                                                                                   \
    CIRCUIT_GRID(key "_table", unit, what " over state of charge and temperature; not given: the number of the same name."), \
        CIRCUIT_GRID(key "_charge_table", unit, what " while charging; not given: as while discharging.")

#define CIRCUIT_ELEMENTS \
    CIRCUIT_RESISTOR("r0", "Series resistance.", FADE_LIVE, 0.03, 1e-7), \
    CIRCUIT_RESISTOR("r1", "Resistance of the first RC pair.", 0, 0.02, 1e-7), \
    CIRCUIT_RESISTOR("r2", "Resistance of the second RC pair.", 0, 0.01, 1e-7), \
    CIRCUIT_RESISTOR("r3", "Resistance of the third RC pair.", 0, 0.01, 1e-7), \
    CIRCUIT_RESISTOR("r4", "Resistance of the fourth RC pair.", 0, 0.01, 1e-7), \
    CIRCUIT_CAPACITOR("c1", "Capacitance of the first RC pair.", 2000), \
    CIRCUIT_CAPACITOR("c2", "Capacitance of the second RC pair.", 50000), \
    CIRCUIT_CAPACITOR("c3", "Capacitance of the third RC pair.", 200), \
    CIRCUIT_CAPACITOR("c4", "Capacitance of the fourth RC pair.", 500000)

#define CIRCUIT_TABLES \
    { "ocv", "1;V", \
      "Open-circuit voltage over state of charge; the ends go on in a straight line.  With two-curves: of discharge.  " \
      "Not given: an example of the NMC kind.", \
      "", FADE_CURVE, FADE_EXAMPLE, 0, 0, 0, 0, 0, NULL }, \
    { "ocv_charge", "1;V", "Open-circuit voltage of charge, of two-curves.", "", FADE_CURVE, 0, 0, 0, 0, 0, 0, NULL }, \
    { "hysteresis_table", "1;V", "hysteresis_voltage over state of charge.", "", FADE_CURVE, 0, 0, 0, 0, 0, 0, NULL }, \
    { "entropic_table", "1;V/K", "entropic over state of charge.", "", FADE_CURVE, 0, 0, 0, 0, 0, 0, NULL }, \
    CIRCUIT_PAIR_OF("r0", "ohm", "Series resistance"), \
    CIRCUIT_PAIR_OF("r1", "ohm", "Resistance of the first RC pair"), \
    CIRCUIT_PAIR_OF("r2", "ohm", "Resistance of the second RC pair"), \
    CIRCUIT_PAIR_OF("r3", "ohm", "Resistance of the third RC pair"), \
    CIRCUIT_PAIR_OF("r4", "ohm", "Resistance of the fourth RC pair"), \
    CIRCUIT_PAIR_OF("c1", "F", "Capacitance of the first RC pair"), \
    CIRCUIT_PAIR_OF("c2", "F", "Capacitance of the second RC pair"), \
    CIRCUIT_PAIR_OF("c3", "F", "Capacitance of the third RC pair"), \
    CIRCUIT_PAIR_OF("c4", "F", "Capacitance of the fourth RC pair")
#endif

/* SPDX-License-Identifier: MIT
 * nasa.h - what the files of this plugin share.
 *
 * An operation (charge, discharge, impedance sweep) comes from a reader as arrays, is boiled down to an nasa_op at once, and all
 * operations of a cell, sorted by time, become its rows: one a discharge.
 */
#ifndef FADE_NASA_H
#define FADE_NASA_H
#include "fade_plugin.h"
#include <stdbool.h>

/* X(name, key, unit, moment, sentence): the columns, in order.  Only a .mat file has what BY_OPERATION says. */
#define NASA_ALWAYS(X)                                                                                                          \
    X(CAPACITY, "capacity", "Ah", FADE_TARGET, "Charge drawn down to 2.7 V, as labelled by NASA; unknown where the label is wrong.") \
    X(DISCHARGE_TIME, "discharge_time", "s", FADE_TARGET, "How long the load drew current.")                                    \
    X(T_START, "temperature_start", "degC", FADE_EARLY, "Temperature of the cell as the discharge begins.")                     \
    X(T_MEAN, "temperature_mean", "degC", 0, "Mean temperature of the cell under load.")                                        \
    X(T_MAX, "temperature_max", "degC", 0, "Highest temperature of the cell under load.")                                       \
    X(AMBIENT, "temperature_ambient", "degC", FADE_PLANNED, "Temperature of the chamber.")                                      \
    X(I_MEAN, "current_mean", "A", 0, "Mean current of the discharge, positive.")                                               \
    X(V_MIN, "voltage_min", "V", 0, "Lowest voltage under load.")                                                               \
    X(V_MEAN, "voltage_mean", "V", 0, "Mean voltage under load.")                                                               \
    X(DURATION, "duration", "s", FADE_PLANNED, "From this discharge's start to the next one's; the last row repeats the one before.") \
    X(FLAGS, "flags", "", 0, "0 good; 1 no usable capacity label; 2 the label is off the integral of the current.")
#define NASA_BY_OPERATION(X)                                                                                                    \
    X(REST, "rest", "s", FADE_PLANNED, "Time at no load since the discharge before; charging does not count.")                  \
    X(CHARGE_TIME, "charge_time", "s", FADE_EARLY, "How long the record of the charge before this discharge is, with its wait.")                           \
    X(CHARGE_CC, "charge_cc_time", "s", FADE_EARLY, "Its part at constant current (above 1.4 of 1.5 A).")                  \
    X(RESISTANCE, "resistance", "ohm", FADE_EARLY, "Re + Rct of the last impedance sweep before.")                              \
    X(RE, "re", "ohm", FADE_EARLY, "Electrolyte resistance of the last impedance sweep before.")                                \
    X(RCT, "rct", "ohm", FADE_EARLY, "Charge transfer resistance of the last impedance sweep before.")
#define NASA_COLUMNS(X) NASA_ALWAYS(X) NASA_BY_OPERATION(X)
#define NASA_ENUM(name, ...) NASA_##name,
enum { NASA_COLUMNS(NASA_ENUM) NASA_N };
#undef NASA_ENUM

enum { NASA_CHARGE, NASA_DISCHARGE, NASA_IMPEDANCE };

typedef struct nasa_record {                      /* one operation as read; arrays of n, current as in the file: negative in discharge */
    int           kind;
    int64_t       start;                          /* us since 1970 UTC; INT64_MIN unknown */
    double        ambient, capacity, re, rct;     /* degC, Ah, ohm; NaN unknown */
    size_t        n;
    const double *v, *i, *temperature, *t;        /* V, A, degC, s */
} nasa_record;

typedef struct nasa_op {                          /* what is kept of it; times in s from the start */
    int     kind;
    int64_t start;
    size_t  order;                                /* in the file */
    double  first, last, loaded;                  /* first and last sample with current, time under current between */
    double  took, cc, re, rct;                    /* a charge: its record's length, its part at constant current; ohm */
    double  value[NASA_N];                        /* of a discharge */
} nasa_op;

typedef struct nasa_row {
    int64_t time;
    double  value[NASA_N];
} nasa_row;

typedef struct nasa_cell {
    char      id[65];
    nasa_op  *op;
    size_t    n, cap;
    nasa_row *row;                                /* made by nasa_finish */
    size_t    nrow;
} nasa_cell;

typedef struct nasa_book {                        /* start from {0} */
    nasa_cell *cell;
    size_t     n;
    bool       operations;                        /* charges and sweeps are known, not only discharges */
    uint64_t   bad_labels, unknown_kinds;
} nasa_book;

typedef struct nasa_why { char text[700]; } nasa_why;   /* one sentence */

/* [io] all of it; FADE_OK or FADE_E* with a sentence. */
int32_t nasa_fail(nasa_why *, int32_t code, const char *format, ...) __attribute__((format(printf, 3, 4)));
nasa_cell *nasa_cell_of(nasa_book *, const char *id);                              /* found or added; NULL: no memory */
int32_t nasa_add(nasa_book *, nasa_cell *, const nasa_record *, nasa_why *);
int32_t nasa_finish(nasa_book *, nasa_why *);                                      /* rows of all cells; frees the operations */
void nasa_free(nasa_book *);
bool nasa_is_id(const char *);                                                     /* [A-Za-z0-9_.-]{1,64} */
int64_t nasa_date(const double *six);                                              /* y m d h m s to us; INT64_MIN: no date */
int32_t nasa_read_mat(const char *path, const char *only, nasa_book *, nasa_why *);
int32_t nasa_read_csv(const fade_host *, const char *path, const char *only, nasa_book *, nasa_why *);

/* Proves a MAT 5 file and leaves its structs, inflated, in an unnamed file that matio can read without harm; *fd is the caller's. */
int32_t nasa_mat_prove(const char *path, int *fd, unsigned *structs, nasa_why *);
#endif

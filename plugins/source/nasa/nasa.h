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
    X(V_60, "voltage_at_60s", "V", FADE_EARLY, "Voltage one minute after the load came on.")                                    \
    X(V_300, "voltage_at_300s", "V", FADE_EARLY, "Voltage five minutes after.")                                                 \
    X(V_600, "voltage_at_600s", "V", FADE_EARLY, "Voltage ten minutes after.")                                                  \
    X(T_600, "temperature_first_600s", "degC", FADE_EARLY, "Mean temperature of the cell over the first ten minutes of load.")  \
    X(DURATION, "duration", "s", FADE_PLANNED, "From this discharge's start to the next one's; the last row repeats the one before.") \
    X(FLAGS, "flags", "", 0, "0 good; 1 no usable capacity label; 2 the label is off the integral of the current.")
#define NASA_BY_OPERATION(X)                                                                                                    \
    X(REST, "rest", "s", FADE_PLANNED, "Time at no load since the discharge before; charging does not count.")                  \
    X(CHARGE_TIME, "charge_time", "s", FADE_EARLY, "How long the record of the charge before this discharge is, with its wait.")                           \
    X(CHARGE_CC, "charge_cc_time", "s", FADE_EARLY, "Its part at constant current (above 1.4 of 1.5 A).")                  \
    X(ACCEPTED, "charge_accepted", "Ah", FADE_EARLY, "Charge put in since the discharge before.")                               \
    X(CHARGE_CV, "charge_cv_time", "s", FADE_EARLY, "Time from the end of its constant current to its last current.")           \
    X(ACCEPTED_CV, "charge_accepted_cv", "Ah", FADE_EARLY, "Charge put in behind the constant current.")                        \
    X(CHARGE_V_300, "charge_voltage_at_300s", "V", FADE_EARLY, "Voltage five minutes into that charge.")                        \
    X(CHARGE_V_1000, "charge_voltage_at_1000s", "V", FADE_EARLY, "Voltage a thousand seconds into it.")                         \
    X(CHARGE_V_2000, "charge_voltage_at_2000s", "V", FADE_EARLY, "Voltage two thousand seconds into it.")                       \
    X(CHARGE_PEAK, "charge_dqdv_peak", "Ah/V", FADE_EARLY, "Height of the main peak of dQ/dV of its constant current, smoothed over 10 mV.") \
    X(CHARGE_PEAK_V, "charge_dqdv_voltage", "V", FADE_EARLY, "Voltage of that peak.")                                           \
    X(CHARGE_T, "charge_temperature_mean", "degC", FADE_EARLY, "Mean temperature of the cell in that charge.")                  \
    X(RESISTANCE, "resistance", "ohm", FADE_EARLY, "Re + Rct of the last impedance sweep before.")                              \
    X(RE, "re", "ohm", FADE_EARLY, "Electrolyte resistance of the last impedance sweep before.")                                \
    X(RCT, "rct", "ohm", FADE_EARLY, "Charge transfer resistance of the last impedance sweep before.")
#define NASA_COLUMNS(X) NASA_ALWAYS(X) NASA_BY_OPERATION(X)
#define NASA_ENUM(name, ...) NASA_##name,
enum { NASA_COLUMNS(NASA_ENUM) NASA_N };
#undef NASA_ENUM

enum { NASA_CHARGE, NASA_DISCHARGE, NASA_IMPEDANCE };

/* Readings of the charge before at `every`, 2 every, .. n every seconds into it: as many columns a channel.  n 0: none. */
enum { NASA_VOLTAGE, NASA_CURRENT, NASA_TEMPERATURE, NASA_CHANNELS };
typedef struct nasa_grid { double every; uint32_t n; } nasa_grid;

typedef struct nasa_record {                      /* one operation as read; arrays of n, current as in the file: negative in discharge */
    int           kind;
    int64_t       start;                          /* us since 1970 UTC; INT64_MIN unknown */
    double        ambient, capacity, re, rct;     /* degC, Ah, ohm; NaN unknown */
    bool          unlabelled;                     /* the file has no labels: the integral stands for them */
    size_t        n;
    const double *v, *i, *temperature, *t;        /* V, A, degC, s */
} nasa_record;

typedef struct nasa_op {                          /* what is kept of it; times in s from the start */
    int     kind;
    int64_t start;
    size_t  order;                                /* in the file */
    double  first, last, loaded;                  /* first and last sample with current, time under current between */
    double  took, cc, re, rct;                    /* a charge: its record's length, its part at constant current; ohm */
    double  value[NASA_N];                        /* of a discharge, or what a charge tells the next one's row */
    double *curve;                                /* of a charge: [NASA_CHANNELS][grid.n]; NULL: none is asked for */
} nasa_op;

typedef struct nasa_row {
    int64_t time;
    double  value[NASA_N];
    double *curve;                                /* of the charge before; NULL: there was none */
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
    nasa_grid  grid;                              /* set before files are read */
    struct nasa_index *index;                     /* lent while files are read; NULL */
} nasa_book;

/* readings.c: the columns of the charge's curve, behind the fixed ones, which keep their place where they are the same reading. */
typedef struct nasa_reading { char key[40], doc[72]; uint32_t at; } nasa_reading;       /* at: in a row's curve */
typedef struct nasa_readings {                    /* start from {0} */
    fade_column  *column;                         /* [NASA_N + n]; NULL: only the fixed ones */
    nasa_reading *name;
    uint32_t      n;
} nasa_readings;

typedef struct nasa_why { char text[700]; } nasa_why;   /* one sentence */

/* [io] all of it; FADE_OK or FADE_E* with a sentence. */
int32_t nasa_fail(nasa_why *, int32_t code, const char *format, ...) __attribute__((format(printf, 3, 4)));
nasa_cell *nasa_cell_of(nasa_book *, const char *id);                              /* found or added; NULL: no memory */
int32_t nasa_add(nasa_book *, nasa_cell *, const nasa_record *, nasa_why *);
bool nasa_loaded(const nasa_record *, size_t k);                                   /* sample k: the current is meant, not noise */
/* curves.c: what the first minutes of a discharge, and a charge's curve, tell.  Unknown stays NaN. */
void nasa_begin(const nasa_record *, const nasa_op *, double *value);
void nasa_charge(const nasa_record *, const nasa_op *, double constant, double *value);
/* y[NASA_CHANNELS][grid.n]: readings of a charge, counted from the first sample with current; NaN behind its last one.  n 0: nothing. */
void nasa_curve(const nasa_record *, const nasa_op *, const nasa_grid *, double *y);
int32_t nasa_finish(nasa_book *, nasa_why *);                                      /* rows of all cells; frees the operations */
void nasa_free(nasa_book *);
bool nasa_is_id(const char *);                                                     /* [A-Za-z0-9_.-]{1,64} */
int64_t nasa_date(const double *six);                                              /* y m d h m s to us; INT64_MIN: no date */
int32_t nasa_read_mat(const char *path, const char *only, nasa_book *, nasa_why *);
int32_t nasa_read_csv(const fade_host *, const char *path, const char *only, nasa_book *, nasa_why *);

/* [io] Times in whole seconds, since they are names; every 0: none. */
int32_t nasa_grid_of(double every, double until, nasa_grid *, nasa_why *);
int32_t nasa_readings_name(const nasa_book *, const fade_column *fixed, nasa_readings *, nasa_why *);
void nasa_readings_free(nasa_readings *);

/* index.c: when discharges began and what charge came before, from a table of them; for files of samples, which do not say. */
typedef struct nasa_entry { char cell[65]; char test[16]; int64_t start; double ambient, took, cc; } nasa_entry;
typedef struct nasa_index { nasa_entry *at; size_t n, cap; } nasa_index;                /* start from {0} */
int32_t nasa_index_read(const fade_host *, const char *path, nasa_index *, nasa_why *);
const nasa_entry *nasa_index_find(const nasa_index *, const char *cell, const char *test);       /* NULL: not in it */
void nasa_index_free(nasa_index *);

/* Proves a MAT 5 file and leaves its structs, inflated, in an unnamed file that matio can read without harm; *fd is the caller's. */
int32_t nasa_mat_prove(const char *path, int *fd, unsigned *structs, nasa_why *);
#endif

/* SPDX-License-Identifier: MIT
 * export.h - what the files of `fade export` share: which columns go out under which names, and the writers.
 */
#ifndef FADE_REPORT_EXPORT_H
#define FADE_REPORT_EXPORT_H
#include "core/report/report.h"

enum { EXPORT_CELL = -1, EXPORT_CYCLE = -2, EXPORT_TIME = -3, EXPORT_VARIANT = -4 };     /* instead of a column's number */
enum { EXPORT_NAME = 160 };

typedef struct export_column {
    char   name[EXPORT_NAME];
    int    from;                                  /* column of the frame, or EXPORT_* */
    double sign;                                  /* -1: a current where charge is positive */
} export_column;

typedef struct export_plan {
    const result  *r;
    export_column *column;
    size_t         n;
    bool           bdf, columnwise;
    result        *series;                        /* what export_series made; NULL */
} export_plan;

/* export_names.c: "capacity_ah" as others call it. */
void export_name_bdf(const char *name, const char *key, const char *unit, char out[EXPORT_NAME]);        /* "Capacity / Ah" */
void export_name_pybamm(const char *name, const char *key, const char *unit, char out[EXPORT_NAME]);     /* "Capacity [A.h]" */

/* export_series.c: samples as the time series of the Battery Data Format: its columns, charge positive, sums and nets. */
int export_series(const result *, export_plan *, why *w);
void export_series_close(export_plan *);
int export_csv(const export_plan *, FILE *, why *w);
int export_csv_gz(const export_plan *, FILE *, why *w);
int export_json(const export_plan *, FILE *, why *w);
int export_parquet(const export_plan *, FILE *, why *w);
/* Writes what was gathered when it is much, or at the end; E_IO, E_NOMEM. */
int export_spill(text *, bool end, FILE *, why *w);
#endif

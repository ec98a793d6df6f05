/* SPDX-License-Identifier: MIT
 * health.h - state of health, equivalent full cycles, the end of life and what remains of it; how far predictions of them lie off.
 *
 * Pure functions on columns and plain data.  What is unknown is NaN, and makes what follows from it NaN.
 */
#ifndef FADE_STUDY_HEALTH_H
#define FADE_STUDY_HEALTH_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- state of health: 1 is a new cell ---- */

enum {
    HEALTH_CAPACITY,                              /* SoH_Q = Q / Q_new */
    HEALTH_ENERGY,                                /* SoH_E = E / E_new; E = Q * mean voltage where no energy is known */
    HEALTH_RESISTANCE,                            /* SoH_R = (R_end - R) / (R_end - R_new): 0 at R_end, below it behind */
    HEALTH_POWER,                                 /* SoH_P = R_new / R: power between two fixed voltages is proportional to 1/R */
    HEALTH_KINDS
};
const char *health_name(int kind);                /* "SoH_Q", .. */
const char *health_word(int kind);                /* "capacity", .. */
int health_kind(const char *word);                /* -1: none such */
double health_eol(int kind);                      /* where a life ends unless told: 0.8; of SoH_R 0 */

typedef struct health_columns {                   /* [n] each; NULL: not there */
    const double *capacity, *energy, *voltage, *resistance;    /* Ah, Wh, V (mean), ohm */
} health_columns;

typedef struct health_reference {                 /* of a new cell; NaN unknown */
    double capacity, energy, resistance, resistance_end;       /* resistance_end NaN: twice the new one */
} health_reference;

/* What is NaN in *r is taken from the first row that knows it; resistance_end stays. */
void health_refer(const health_columns *, size_t n, health_reference *r);
bool health_soh(int kind, const health_columns *, size_t n, const health_reference *, double *out);  /* false: no such column; all NaN */

/* Charge moved both ways, in cycles of the nominal capacity: int |I| dt / (2 Q), the current linear between samples.  A span with an
 * unknown end, and one in which time does not go on, counts nothing. */
double health_efc(const double *time_s, const double *current_a, size_t n, double nominal_ah);

/* ---- end of life ---- */

typedef struct health_point { double cycle, efc, seconds, soh; } health_point;

typedef struct health_watch {                     /* plain data: rows one by one, in order; start from health_open */
    double       eol;
    uint64_t     hold, below;                     /* rows it must stay below; rows below in a row so far */
    bool         reached;
    health_point first, last;                     /* known rows */
    health_point before, end;                     /* the last row at or above eol; the first of those below */
} health_watch;
health_watch health_open(double eol, uint64_t hold);           /* hold 0: 1 */
void health_row(health_watch *, const health_point *);         /* an unknown SoH is passed over */
/* Where the line between `before` and `end` meets eol; `end` where life begins below it.  All NaN while not reached. */
health_point health_crossing(const health_watch *);

/* What remains from `now` on to the first row below: RUL.  Not reached: `known` is false and the numbers are "at least": up to the last
 * row that was not below.  Never less than 0. */
typedef struct health_rul { bool known; double cycles, efc, days; } health_rul;
health_rul health_remaining(const health_watch *, const health_point *now);

/* ---- how far predictions lie off ---- */

double health_points(double predicted, double actual);         /* of SoH: difference in %-points */
double health_off(double predicted, double actual);            /* of the cycle of an end of life or of a knee: predicted - actual */
double health_relative(double predicted, double actual);       /* of a RUL: |predicted - actual| / actual; NaN where none remained */

/* alpha-lambda accuracy (Saxena, Celaya, Saha, Saha, Goebel, Int. J. Prognostics and Health Management 1, 2010): forecasts of the RUL made
 * at cycles that rise, of a life that ended at `end`.  Is the one at first + lambda (end - first) within (1 -+ alpha) of what remained
 * there?  Between two forecasts it is interpolated.  1 yes, 0 no, -1 unknown. */
typedef struct health_forecasts { const double *cycle, *rul; size_t n; double end; } health_forecasts;
int health_alpha_lambda(const health_forecasts *, double alpha, double lambda);
double health_alpha(const health_forecasts *, double alpha);   /* share of the forecasts before the end that are within; NaN: none */
#endif

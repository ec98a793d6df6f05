/* SPDX-License-Identifier: MIT
 * forecast_inside.h - what the files of a forecast share: a cell's course of rows, and what one origin says of it.
 */
#ifndef FADE_STUDY_FORECAST_INSIDE_H
#define FADE_STUDY_FORECAST_INSIDE_H
#include "core/study/fit_inside.h"
#include "core/study/forecast.h"

typedef struct course {                           /* one cell: rows as recorded, then as planned */
    replay   rows;                                /* what the law reads: hidden behind the origin at hand */
    double **given;                               /* [ncol][recorded] */
    size_t   recorded, n;
    int      target;                              /* column */
    double  *seen;                                /* [n] in the unit people read, which the law's values have */
    bool     scaled;
    fit      f;
    bool     failed;
    discrepancy_risen risen;                      /* forecasts from earlier origins within the known rows */
} course;

typedef struct view {                             /* of one cell from one origin: of the law alone, then with the correction in it */
    size_t   known, n, samples;
    double  *draw;                                /* [samples][n] the law at the drawn parameters */
    double  *middle, *down, *up, *spread;         /* [n] median; half widths of its 90 % band; standard deviation */
    double  *correction, *spread_c;               /* [n] */
    double  *wrong_down, *wrong_up;               /* [n] half widths, 90 %: such laws were wrong elsewhere by so much; 0: none said */
    bool     wrong_inside;                        /* they are calibrated with the rest; else they come on top */
    double   noise, memory, dof, gate, doubt;          /* doubt: share of the change a law foretells by which it may be wrong */
    fit_result fit;
} view;

/* forecast_plan.c */
int forecast_course_open(const scenario *, const forecast_options *, const replay *all, size_t cell, size_t n, course *, why *);
void forecast_course_hide(course *, size_t known, int plan);             /* rows behind `known` say only what is planned */
void forecast_course_close(course *);
/* forecast_draw.c: fits to the first `known` rows, draws parameters, runs them over all rows.  E_INPUT: too few rows. */
int forecast_view_open(course *, const forecast_options *, size_t known, view *, why *);
void forecast_view_close(view *);
/* forecast_given.c: parameters that are given take the place of a fit: into values and starts; then the law at each, into the draws of the view. */
int forecast_given_take(course *, const forecast_options *, view *, why *);
int forecast_given_draw(const course *, const forecast_options *, fit_law *, view *, why *);
/* forecast_correct.c: all cells' corrections from an origin; a view of no rows is passed over */
int forecast_correct(const scenario *, const forecast_options *, course *, view *, size_t n, why *);
/* forecast_band.c: how far off forecasts from earlier origins were, in half widths of their own bands, by how far ahead they reached. */
typedef struct scores {
    struct score { double x, near, off, down, up, change, lost; uint32_t series, cell; } *at; /* x: log of rows ahead over rows known; weight; off by; half widths */
    size_t   n, cap;
    uint32_t nseries;                             /* a cell from an origin */
} scores;
void forecast_view_half(const view *, size_t row, double *down, double *up);               /* 90 %, of all three parts */
int forecast_scores_add(scores *, const course *, const view *, uint32_t cell, size_t known, why *);        /* known: at the origin that is asked for */
enum { SCORES_LEAST = 20 };                       /* fewer say nothing */
double forecast_view_lost(const view *);          /* log of what the law says was lost by the origin, as part of the capacity at the start */
double forecast_view_doubt(const view *, size_t row);      /* standard deviation: the law itself may be wrong */
double forecast_normal_half(double share);        /* standard normal: half width that holds `share` */
/* The doubt that makes calibrated bands score best (interval score); of `but` as below. */
double forecast_scores_doubt(const scores *, int64_t but);
/* Factors on the 90 % half width that hold `share` of the scores, by rows ahead over rows known. */
enum { FACTORS = 34 };
#define FACTOR_FROM (-5.5)                        /* of log x */
#define FACTOR_STEP 0.25
typedef struct factors { double down[FACTORS], up[FACTORS]; } factors;
void forecast_scores_curve(const scores *, double share, double doubt, int64_t but, factors *out);       /* but: scores of this cell do not count; -1: all do */
void forecast_factors_at(const factors *, double ahead, double known, double *down, double *up);
/* Where the next cell's values lie in half widths of its forecast's 90 % band, by where those of `others` groups of cells lay: 5, 25, 50, 75 and 95 %
 * of a predictive distribution in which the band as it stands, other labs', counts as a few cells; made narrower where bands of these cells,
 * each told by the rest of them, hold more than they promise.  None: as it stands.  lost: by the cell that
 * asks; origins count by how near to it theirs is; NaN: all alike. */
enum { PLACES = 5 };
typedef struct places { double at[PLACES][FACTORS]; } places;
void forecast_scores_places(const scores *, double doubt, int64_t but, size_t others, double lost, places *out);
void forecast_places_at(const places *, double ahead, double known, double out[PLACES]);
extern const double forecast_place_plain[PLACES];          /* of a band that is right, in 90 % half widths */
/* forecast_error.c: what such laws missed by elsewhere */
bool forecast_error_is(const forecast_options *, const char *target);
void forecast_error_fill(const forecast_options *, const course *, view *);
double forecast_error_variance(const view *, size_t row);
void forecast_error_learn(course *, const view *);         /* what the cell's own rows say of errors above, from an earlier origin */
void forecast_error_rise(const course *, view *);          /* and what follows for the origin that is asked for */
/* forecast_life.c */
int forecast_life_draw(const view *, const forecast_options *, uint64_t hold, forecast_cell *, why *);

static inline int forecast_order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}
/* Of n rising values, between neighbours. */
static inline double forecast_quantile(const double *v, size_t n, double share)
{
    double at = share * (double)(n - 1);
    size_t i = (size_t)at;
    return i + 1 < n ? v[i] + (at - (double)i) * (v[i + 1] - v[i]) : v[n - 1];
}
#endif

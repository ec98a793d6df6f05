/* SPDX-License-Identifier: MIT
 * report_inside.h - what the files of a report share: one result looked at as lanes and models.
 */
#ifndef FADE_REPORT_REPORT_INSIDE_H
#define FADE_REPORT_REPORT_INSIDE_H
#include "core/report/page.h"
#include "core/report/report.h"

enum {
    REPORT_CELLS = 12,                            /* cells shown one by one; more: bands */
    REPORT_POINTS = 400,                          /* of a line */
    REPORT_DOTS = 700,                            /* of a cloud */
    REPORT_BINS = 100,                            /* of cycles, in bands */
    REPORT_TABLE = 60                             /* rows of a table behind a chart */
};

typedef struct report_lane {                      /* one cell under one variant */
    uint32_t cell, variant;
    size_t   n, *row;                             /* rows of the frame, by cycle */
} report_lane;

typedef struct report_model {                     /* one line of predictions */
    char     name[96];                            /* "xu2018", "xu2018+ridge" */
    uint32_t variant;
    int      column, color;
    bool     hybrid;
} report_model;

typedef struct report_subject {
    const char   *name, *scenario;                /* scenario: TOML; NULL unknown */
    const json_t *about;                          /* result.json; NULL unknown */
    const frame  *f;
    const char   *note;                           /* a sentence about which rows these are; "" */

    report_lane  *lane;                           /* cell by cell, in it variant by variant */
    size_t        nlane, most, *rows;             /* most: rows of the longest lane */
    report_model *model;
    size_t        nmodel;
    int           measured, truth, reference, physics, hybrid, lower, upper, soh;     /* columns, -1 none; reference: what is scored against */
    double        nominal, eol;                   /* Ah; state of health; NaN unknown */
    double        fraction;                       /* of a cell's rows that were known; NaN: nothing was forecast */
    uint64_t      hold;
    double       *x, *y;                          /* [2 * most] each: room to gather a line in */
    int           time;                           /* of a duty: the column its rows' x is made of; -1: x is the cycle */
    double        per, step;                      /* x is that over this; how far rows are apart, 1 of cycles */
    const char   *axis, *in, *head;               /* "cycle", "", "cycle"; of a duty "time", "years", "years" */
} report_subject;

/* report_subject.c */
int report_subject_open(report_subject *, const char *name, const char *toml, const json_t *about, const frame *, why *);
void report_subject_close(report_subject *);
const report_lane *report_lane_of(const report_subject *, uint32_t cell, uint32_t variant);     /* NULL: none */
double report_x(const report_subject *, size_t row);                    /* where a row stands: its cycle, of a duty its time */
/* x and values of a column along a lane into x, y, unknown ones left out; returns how many. */
size_t report_line(const report_subject *, const report_lane *, int column, double *x, double *y);
double report_origin(const report_subject *, const report_lane *);      /* x of the last row that was known; NaN: nothing was forecast */
bool report_forecast(const report_subject *, const report_lane *, size_t i);    /* is row i of the lane past it */
double report_eol_ah(const report_subject *, const report_lane *);      /* capacity at the end of life; NaN unknown */
/* First x of a column below `limit` for `hold` rows; NaN: not reached, and *at_least (may be NULL) is how far it was seen. */
double report_below(const report_subject *, const report_lane *, int column, double limit, double *at_least);
const char *report_word(const json_t *, const char *key);               /* a text of an object; "" */
double report_real(const json_t *, const char *key);                    /* a number of it; NaN */

/* report_numbers.c */
size_t report_thin(double *x, double *y, size_t n, size_t most);        /* least and greatest of each stretch stay; returns how many */
double report_quantile(const double *sorted, size_t n, double p);       /* linear between order statistics; NaN with none */
void report_sort(double *, size_t n);
void report_ranks(const double *v, size_t n, size_t *order, double *rank);      /* ties share the mean */
double report_correlation(const double *a, const double *b, size_t n);
/* Writes one series of a chart; x, y are thinned in place. */
void report_series(json *, const char *name, const char *style, int color, double *x, double *y, size_t n);
void report_mark(json *, const char *key, double at, const char *label);        /* "hline": [..] or "vline"; nothing where at is NaN */
void report_bins(const double *v, size_t n, double lo, double hi, double *share, size_t nbin);   /* shares in % */

/* What a report is made of. */
void report_lede(page *, const report_subject *, bool alone);                   /* report_about.c */
void report_scenario(page *, const report_subject *);
void report_provenance(page *, const report_subject *);
int report_capacity(page *, const report_subject *, why *);                     /* report_capacity.c */
int report_bands(page *, const report_subject *, int column, const char *what, why *);   /* report_bands.c: of many cells, page by variant */
int report_errors(page *, const report_subject *, why *);                       /* report_errors.c */
void report_scores(page *, const json_t *scores);                               /* report_scores.c */
int report_lives(page *, const report_subject *, why *);                        /* report_lives.c */
int report_losses(page *, const report_subject *, why *);                       /* report_losses.c */
int report_temperature(page *, const report_subject *, why *);                  /* report_temperature.c */
typedef struct report_rows { const char *name, *scenario, *note; const json_t *about; const frame *rows; double eol; } report_rows;     /* eol: 0 as the scenario says */
int report_pages(page *, const report_rows *, bool alone, why *);                /* report.c: all of the above; alone: the file holds no other */
int report_cases(page *, const result *, why *);                                /* report_cases.c: a sweep's store */
void report_compared(page *, const compare *);                                  /* report_compare.c */
void report_ranges(page *, const compare *);                                    /* report_ranges.c */
#endif

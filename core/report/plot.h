/* SPDX-License-Identifier: MIT
 * plot.h - what the files of `fade plot` share: the series of a picture, and gnuplot at work.
 */
#ifndef FADE_REPORT_PLOT_H
#define FADE_REPORT_PLOT_H
#include "core/report/report.h"

enum { PLOT_POINTS, PLOT_DASHED, PLOT_SOLID, PLOT_BAND, PLOT_MEANS };    /* MEANS: at each x the mean of its points, joined */
enum { PLOT_SERIES = 64, PLOT_CELLS = 6, PLOT_BOTH = 8, PLOT_NAME = 160 };

typedef struct plot_series {
    char         name[PLOT_NAME];                 /* in the legend; "" not there */
    int          style;                           /* PLOT_* */
    int          color;                           /* number in the palette; -1: grey, of what is measured */
    int          dash;                            /* of a solid line: tells the models of a cell apart */
    const frame *f;
    uint32_t     cell, variant;                   /* rows of these; UINT32_MAX: of all */
    int          x, y, upper;                     /* columns; PLOT_X_*; `upper` of a band, -1 none */
    double       per, zero;                       /* x is that column over `per` (0: as it is), above `zero` */
    const double *by;                             /* [rows] drawn where it is `level`; NULL: everywhere */
    double       level;
    int          since;                           /* drawn where this column is known; -1: everywhere */
} plot_series;
enum { PLOT_X_CYCLE = -1, PLOT_X_TIME = -2 };

typedef struct plot {
    plot_series series[PLOT_SERIES];
    size_t      n;
    double      least_x, most_x, least_y, most_y; /* of what is drawn */
    char        x[PLOT_NAME], y[PLOT_NAME], title[PLOT_NAME];
    bool        time;                             /* x is a time */
    double      eol;                              /* a line at the end of life; NaN none */
    char        eol_name[PLOT_NAME];
    text        left_out;                         /* a sentence on what is not in the picture; "" */
} plot;

/* plot_series.c: what is drawn.  E_INPUT: no such column; E_USAGE: a sweep without --x and --y. */
int plot_gather(result *const *r, size_t n, const plot_options *, plot *out, why *w);
/* Point of a row; false where the row is not of the series or has none. */
bool plot_point(const plot_series *, size_t row, double *x, double *y, double *upper);
/* plot_script.c: what gnuplot is told; `data` and `picture` are the names it uses. */
void plot_data(const plot *, text *out);
void plot_script(const plot *, const plot_options *, const char *data, const char *picture, text *out);
const char *plot_color(size_t i);
void plot_quoted(text *out, const char *word);    /* 'word' as gnuplot reads it */
void plot_terminal(const plot_options *, double below, const char *picture, text *out);       /* below: inches a legend takes there */
/* plot_trace.c: samples of one cell against time, or dQ/dV. */
int plot_trace(const result *, const plot_options *, const char *data, const char *picture, text out[2], why *w);     /* data, script */
/* plot.c: a picture of anything: `compose` writes data and script, which uses the names `data` and `picture`. */
int plot_drawn(const char *path, int (*compose)(void *ctx, const char *data, const char *picture, text out[2], why *), void *ctx, why *w);
/* plot_run.c: gnuplot reads `script` in `folder` and writes `picture`, an absolute path. */
int plot_run(const char *folder, const char *script, const char *picture, why *w);
#endif

/* SPDX-License-Identifier: MIT
 * report.h - results as pictures: one self-contained HTML file, gnuplot for papers, tables for the terminal, and exports.
 */
#ifndef FADE_REPORT_REPORT_H
#define FADE_REPORT_REPORT_H
#include "core/study/compare.h"
#include "core/study/frame.h"
#include <stdio.h>

typedef struct report_options { const char *title; bool open_tables; } report_options;
/* One HTML file of any number of results (a sweep's .sqlite counts as one), or of a comparison; written atomically. */
int report_html(result *const *r, size_t n, const compare *, const report_options *, const char *path, why *w);
/* Exploratory plots of a data file or folder (percycle CSV, NASA .mat, anything a source plugin reads). */
int report_data(const char *data, const report_options *, const char *path, why *w);

/* By gnuplot; the kind follows from the name: .svg .png .pdf.  E_FAILED: gnuplot is not there (the sentence says how to get it). */
typedef struct plot_options {
    const char *y, *x, *title;                    /* columns by name or key (default: capacities, "cycle"; x may be "years"); title "" none,
                                                     NULL the result's */
    const char *by;                               /* of a sweep: lines instead of points, one for each value of this column; "variant": for
                                                     each of what was varied in words alone */
    double      width, height;                    /* inches; 0: 6 by 4, and what a legend below takes */
    double      eol;                              /* with y: a line at this value, the end of life; 0 none */
    bool        keep;                             /* leave the script PATH.gp and the data PATH.dat */
    int         trace;                            /* PLOT_TRACE: of samples, voltage, current, temperature against time; PLOT_DQDV */
    const char *cycles;                           /* of those: "1,50" alone; NULL: as many as there are colours, first to last */
    text       *left_out;                         /* a sentence on what found no room; NULL: not asked for */
} plot_options;
enum { PLOT_ROWS, PLOT_TRACE, PLOT_DQDV };
int plot_file(result *const *r, size_t n, const plot_options *, const char *path, why *w);

/* Rows of a result for other programs.  E_INPUT: no such column (with the nearest), E_USAGE: no such format. */
typedef struct export_options {
    const char        *format, *names;            /* "csv" "bdf" "bdf.gz" "bdf.parquet" "json" "parquet"; "fade" (NULL) "pybamm" */
    const char *const *column;                    /* [ncolumn] by name or key; none: all */
    size_t             ncolumn;
    bool               columnwise;                /* json: one list per column instead of one object per row */
} export_options;
int export_rows(const result *, const export_options *, FILE *out, why *w);
int export_file(const result *, const export_options *, const char *path, why *w);    /* written whole or not at all */
/* A file for each cell and variant in a folder, which is made: "fade__CELL__20260101_001.bdf.csv", "CELL_VARIANT.parquet". */
int export_folder(const result *, const export_options *, const char *folder, size_t *files, why *w);

/* Tables and a small picture of characters for the terminal; the same as JSON. */
typedef struct show_options { size_t width, cells; bool color, ascii; } show_options;  /* 0: 80 characters, 12 cells */
int show_text(const result *, const show_options *, text *out, why *w);
int show_json(const result *, json *out, why *w);
#endif

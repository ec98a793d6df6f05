/* SPDX-License-Identifier: MIT
 * report.h - results as pictures: one self-contained HTML file, gnuplot for papers, tables for the terminal, and exports.
 */
#ifndef FADE_REPORT_REPORT_H
#define FADE_REPORT_REPORT_H
#include "core/study/compare.h"
#include "core/study/frame.h"

typedef struct report_options { const char *title; bool open_tables; } report_options;
/* One HTML file of any number of results (a sweep's .sqlite counts as one), or of a comparison; written atomically. */
int report_html(result *const *r, size_t n, const compare *, const report_options *, const char *path, why *w);
/* Exploratory plots of a data file or folder (percycle CSV, NASA .mat, anything a source plugin reads). */
int report_data(const char *data, const char *path, why *w);
const fade_library *report_library(void);         /* the built-in output "report", for library_register */

/* By gnuplot; the kind follows from the name: .svg .png .pdf.  E_FAILED: gnuplot is not there (the sentence says how to get it). */
typedef struct plot_options { const char *y, *x, *title; double width, height; bool keep; } plot_options;
int plot_file(result *const *r, size_t n, const plot_options *, const char *path, why *w);

/* format: "csv" "bdf" "json" "parquet"; names: "fade" or "pybamm".  path NULL: stdout (not parquet). */
int export_rows(const result *, const char *format, const char *names, const char *path, why *w);
/* A table and a small picture of characters for the terminal. */
int show_text(const result *, size_t width, bool color, text *out, why *w);
#endif

/* SPDX-License-Identifier: MIT
 * show.h - what the files of `fade show` share: tables of words and pictures of characters.
 */
#ifndef FADE_REPORT_SHOW_H
#define FADE_REPORT_SHOW_H
#include "core/base/text.h"

enum { SHOW_COLUMNS = 16 };

typedef struct show_table {                       /* start from {0} with columns and left */
    char **word;                                  /* rows of `columns` words, the first row the heading; NULL: none */
    size_t rows, cap, columns, left;              /* the first `left` columns are flush left */
    bool   failed;                                /* no memory: what came since is left out */
} show_table;
void show_row(show_table *, const char *const *word);             /* copies `columns` words; NULL: "" */
void show_number(char out[32], double, int digits);               /* significant digits; < 0: decimals; "-" for NaN */
void show_table_add(const show_table *, text *out);               /* columns that are empty in every row are left out */
void show_table_free(show_table *);

typedef struct show_series {
    const char   *name;
    const double *x, *y;                          /* [n]; unknown points are left out */
    size_t        n;
    bool          line;                           /* joined; else points alone */
} show_series;
typedef struct show_chart {
    const show_series *series;
    size_t             n;
    const char        *x, *y, *title;             /* "cycle", "capacity, Ah", "V0001" */
    size_t             width, height;             /* characters; of the whole, of the picture */
    bool               color, ascii;
} show_chart;
void show_chart_add(const show_chart *, text *out);               /* nothing where no point is known; `failed` of out: no memory */
#endif

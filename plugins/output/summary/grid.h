/* SPDX-License-Identifier: MIT
 * grid.h - a small table of words, printed with aligned columns.
 */
#ifndef FADE_OUTPUT_SUMMARY_GRID_H
#define FADE_OUTPUT_SUMMARY_GRID_H
#include <stdarg.h>
#include <stdio.h>

enum { GRID_COLUMNS = 12, GRID_WORD = 72 };

typedef struct grid {
    char (*word)[GRID_COLUMNS][GRID_WORD];
    int    rows, cap, columns, left, column, failed;      /* the first `left` columns are flush left */
} grid;                                                   /* start from {0} with columns and left */

void grid_row(grid *);
void grid_add(grid *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void grid_number(grid *, const char *format, double x);   /* "-" for NaN; format takes one double */
/* Columns without a word below the first `head` rows are left out. */
void grid_print(const grid *, int head, FILE *);
void grid_free(grid *);
#endif

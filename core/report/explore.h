/* SPDX-License-Identifier: MIT
 * explore.h - measured data looked at before any model: read through the source plugins into a frame.
 */
#ifndef FADE_REPORT_EXPLORE_H
#define FADE_REPORT_EXPLORE_H
#include "core/report/report_inside.h"

enum { EXPLORE_FLAGS = 24, EXPLORE_FILES = 1000, EXPLORE_ROWS = 5000000 };

typedef struct explore_flag { char word[40]; uint64_t n; } explore_flag;

typedef struct explore {
    frame        f;
    text         said;                            /* what the sources remarked, one sentence a line */
    explore_flag flag[EXPLORE_FLAGS];             /* words of a flag column and their rows */
    size_t       nflag, files;
} explore;

/* A file, or a folder of such (.mat, .csv, .csv.gz).  E_INPUT and what the source says. */
int explore_read(explore *, const char *path, why *w);
void explore_free(explore *);

/* explore_views.c */
int explore_lines(page *, const report_subject *, const int *column, size_t ncol, const char *title, const char *label,
                  why *w);                        /* every cell a line; of many, bands */
void explore_cells(page *, const report_subject *);
int explore_gaps(page *, const report_subject *, why *w);
void explore_flags(page *, const explore *);
#endif

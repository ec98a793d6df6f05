/* SPDX-License-Identifier: MIT
 * split.h - which rows are known and which are asked for, as people write it.
 *
 *   "holdout:0.5"       the first half of each cell's rows is known ("time:0.5" is the same)
 *   "first:100"         the first hundred rows of each cell
 *   "rolling:0.5/10"    as holdout, then ten rows later again, and so on; "rolling:100/10" begins behind the hundredth row; "rolling:0.5/10/50"
 *                       looks 50 rows ahead each time (10 unless given: each row is asked for once); "rolling:0.5" is "rolling:0.5/1"
 *   "cells", "groups"   leave one cell, one group of cells, out: it is asked for from its first row
 *   "random:0.2"        a fifth of all rows, at random: rows on both sides of a row are known, so it measures interpolation
 */
#ifndef FADE_SCENARIO_SPLIT_H
#define FADE_SCENARIO_SPLIT_H
#include "core/base/why.h"
#include <stdbool.h>
#include <stdint.h>

enum { SPLIT_HOLDOUT, SPLIT_FIRST, SPLIT_ROLLING, SPLIT_CELLS, SPLIT_GROUPS, SPLIT_RANDOM, SPLIT_KINDS };
typedef struct split_spec {
    int      kind;
    double   fraction;                            /* known (holdout, rolling) or asked for (random) */
    uint64_t rows;                                /* known rows of a cell; 0: by fraction */
    uint64_t every, ahead;                        /* rolling */
} split_spec;

#define SPLIT_LEAKS \
    "a random split measures interpolation, not forecasting, as rows on both sides of a row are known: use holdout"

int split_parse(const char *said, split_spec *out, why *w);         /* E_INPUT with the nearest kind, E_DOMAIN */
int split_kind(const char *word, why *w);                      /* "time" is "holdout"; < 0: -E_INPUT */
split_spec split_default(int kind);                                 /* half, first 100, every row, a fifth */
void split_say(const split_spec *, char out[64]);                   /* as split_parse takes it */
bool split_in_time(const split_spec *);                             /* known rows come before those that are asked for */
uint64_t split_origin(const split_spec *, uint64_t total);          /* known rows of a cell with so many, of a split in time: at least 1 */
#endif

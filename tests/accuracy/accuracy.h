/* SPDX-License-Identifier: MIT
 * accuracy.h - forecasts of measured cells beside naive ones: what `make bench-accuracy` prints and a test pins.
 *
 * Settings for a cell are chosen by how they did on cells of other groups, never on its own later rows.
 */
#ifndef FADE_TESTS_ACCURACY_H
#define FADE_TESTS_ACCURACY_H
#include "core/study/lesson.h"
#include "core/study/metrics.h"
#include "core/study/baseline.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LAB_CELLS = 128, LAB_MENU = 512, LAB_BEST = 8 };
enum { NAIVE_LAST, NAIVE_DRIFT, NAIVE_LINE, NAIVES };

typedef struct lab {                              /* one data set, and ways to learn from it */
    char        folder[64];
    scenario   *s;
    dataset     d;
    learner     k[LAB_MENU];
    size_t      nk, ncell;                        /* learners: one per [[corrector]] */
    size_t     *row[LAB_CELLS], known[LAB_CELLS]; /* rows with a target */
    int         group[LAB_CELLS], kin[LAB_CELLS]; /* kin: what scope = "pooled" learns together */
    struct { void *model; size_t k, *row, n; } last;      /* what lab_ahead trained last */
} lab;

/* `toml`: what stands behind [source]; the corrector sections among it.  ask: ASK_*.  < 0 stops the program with a sentence. */
void lab_open(lab *, const char *toml, const char *where, int64_t physics, int ask);
void lab_close(lab *);
void lab_group(lab *, const char *groups);        /* as dataset_group takes them; NULL: as the source says.  Kin are groups */
void lab_kin(lab *);                              /* kin are cells whose names are alike up to the last '-' */
const char *lab_data(const char *file);           /* see data_file; ends where absent */
void lab_stop(const char *what, const why *);

double lab_target(const lab *, size_t row);
size_t lab_origin(const lab *, size_t cell, double fraction);
/* RMSE of learner k of one cell's rows behind the first m known ones, up to `to` of them; says[] (may be NULL) gets the forecasts.
 * Where its scope is "pooled" it learns from the cell's kin too: as great a part of their rows, and none that began later than the
 * cell's last known one where start times are there. */
double lab_ahead(lab *, size_t k, size_t cell, size_t m, size_t to, double *says);
double lab_naive(const lab *, size_t cell, size_t m, size_t to, int which);
double lab_rmse(const lab *, size_t cell, size_t m, size_t to, const double *says);

/* For each group the setting of least mean score over the cells of all others: score[k * ncell + cell]. */
void lab_choose(const lab *, const double *score, size_t nk, size_t *chosen_of_cell);
/* The LAB_BEST settings, of the first nk, of least mean score over the cells of groups other than this cell's, best first. */
void lab_best(const lab *, const double *score, size_t nk, size_t cell, size_t best[LAB_BEST]);

/* A line of the sheet: what was asked, what came. */
void sheet(const char *what, double got, double asked, const char *in);
int  sheet_end(void);

/* NASA's cells, flags of the per-cycle table joined to the start times of the other: a file in `folder`. */
void nasa_join(const char *folder, char path[128]);
extern const char *const nasa_groups;             /* "B0005 B0006 B0007; .." */
enum { NASA_LAWS = 3 };
extern const char *const nasa_laws[NASA_LAWS], *const nasa_memories[NASA_LAWS]; /* of trend */

void part_nasa(void);
void part_integral(void);
void part_ahead(void);
void part_unseen(void);
void part_labs(void);
void part_lives(void);
void part_bands(void);
#endif

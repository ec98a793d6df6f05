/* SPDX-License-Identifier: MIT
 * lifetime.h - how long cells live: each life followed through a run row by row, its end, its knee, what remains; and a fleet's lives together.
 */
#ifndef FADE_STUDY_LIFETIME_H
#define FADE_STUDY_LIFETIME_H
#include "core/engine/engine.h"
#include "core/study/fleet.h"
#include "core/study/health.h"
#include "core/study/knee.h"

typedef struct lifetime_life {                    /* of one cell under one model */
    char         *cell, *model;                   /* "xu2018", "xu2018+ridge"; "measured": the source's own capacity */
    health_watch  watch;
    health_reference reference;
    double        ah;                             /* capacity at SoH_Q = 1; NaN: it is another SoH */
    health_point *curve;                          /* [n]: the first row and then every stride-th one */
    size_t        n;
    uint64_t      stride, rows;
    bool          failed;                         /* the law gave up before the end; `reason` */
    char         *reason;                         /* why its run ended; NULL: all its rows are done */
} lifetime_life;

typedef struct lifetime {
    double         eol;                           /* state of health at the end */
    uint64_t       hold;
    int            by;                            /* HEALTH_* */
    size_t         points;                        /* most kept of a curve; 0: LIFETIME_POINTS */
    lifetime_life *at;                            /* in the order they came */
    size_t         n;
    size_t         cap, *slot, nslot, last[4], jump[4];    /* lifetime.c's, as what follows */
    int            column[12];
    bool           ratio, duty;                    /* duty: a row is a stretch of time, no cycle */
    why            why;                           /* what broke the tap */
} lifetime;
enum { LIFETIME_POINTS = 512, LIFETIME_LEAST = 16 };

/* Set eol, hold, by and points, and {0} besides; then the columns of the run (engine_row_columns): E_INPUT where it does not tell that SoH. */
int lifetime_columns(lifetime *, const fade_column *, size_t n, why *w);
/* Give it to engine_options.tap; every row is looked at unless `every` says otherwise. */
engine_tap lifetime_tap(lifetime *);
/* After the run: how the lives ended.  E_NOMEM. */
int lifetime_ends(lifetime *, const engine *, const scenario *, why *w);
void lifetime_free(lifetime *);

/* Where a life stands at a cycle, on the line between the rows that are kept; before the first row only EFC and seconds are known, and
 * nothing behind the last. */
health_point lifetime_at(const lifetime_life *, double cycle);
/* By both methods, over cycles.  E_NOMEM. */
int lifetime_knees(const lifetime_life *, knee *bacon_watts, knee *kneedle, why *w);
const lifetime_life *lifetime_find(const lifetime *, const char *cell, const char *model);     /* NULL: none */

/* ---- many lives of one model ---- */

enum { LIFETIME_CYCLES, LIFETIME_EFC, LIFETIME_YEARS, LIFETIME_BASES };        /* what a life is counted in */
enum { LIFETIME_PERCENTILES = 5 };
extern const double lifetime_percentile[LIFETIME_PERCENTILES];    /* 0.05 0.1 0.5 0.9 0.95 */
extern const double lifetime_year;                                /* s */

typedef struct lifetime_fleet {
    const char   *model;
    size_t        n, failed;                      /* lives looked at; others whose law gave up */
    const lifetime_life **life;                   /* [n] */
    fleet         lives[LIFETIME_BASES];          /* n 0: this base does not go on (no time, no charge) */
    fleet_weibull weibull[LIFETIME_BASES];
    double        early;                          /* cycle up to which fading is compared */
    double       *rate, *z;                       /* [n]: SoH lost a cycle up to there; robust z-score */
    double        middle;                         /* the median rate; NaN: too few to judge by */
} lifetime_fleet;
/* early NaN: a quarter of the median life (or of the longest, where half have not ended).  E_NOMEM. */
int lifetime_fleet_open(const lifetime *, const char *model, double early, lifetime_fleet *out, why *w);
void lifetime_fleet_close(lifetime_fleet *);
/* Early warning: z above 3.5 and a rate of at least 1.25 times the median: few cells that are much alike have large z of small differences. */
bool lifetime_stands_out(const lifetime_fleet *, size_t i);

/* ---- by formula ---- */

/* Cycle at which a law under conditions that hold (source constant, nothing that differs by cell) reaches the end of life, where that has
 * a closed form: *said is the form.  NaN: it has none. */
double lifetime_formula(const scenario *, size_t physics, double eol, const char **said);
#endif

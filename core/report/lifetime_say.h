/* SPDX-License-Identifier: MIT
 * lifetime_say.h - lives in words: tables and a picture for the terminal, JSON, a picture by gnuplot.
 *
 * A life that has not ended is "at least" so long, and null in JSON beside a number called .._at_least: never the horizon itself.
 */
#ifndef FADE_REPORT_LIFETIME_SAY_H
#define FADE_REPORT_LIFETIME_SAY_H
#include "core/report/report.h"
#include "core/study/lifetime.h"

typedef struct lifetime_horizon {
    const char *said;                             /* "8 years" */
    int         base;                             /* LIFETIME_* */
    double      at;                               /* cycles, EFC, years */
} lifetime_horizon;
/* "8 years", "400 days", "3000 cycles" (or a bare number), "2500 efc".  E_USAGE. */
int lifetime_horizon_read(const char *said, lifetime_horizon *out, why *w);

typedef struct lifetime_asked {
    const char             *name;                 /* of the run */
    const scenario         *s;
    double                  now, early;           /* cycles; early NaN: as usual */
    const double           *at;                   /* [nat] cycles for the table of a life; none: a few that are round */
    size_t                  nat;
    const lifetime_horizon *within;
    size_t                  nwithin;
    const char             *x;                    /* of the picture: NULL or "cycle", "years" */
    size_t                  cells, width;         /* most lives listed; characters; 0: 12, 80 */
    bool                    color, ascii;
} lifetime_asked;

int lifetime_text(const lifetime *, const lifetime_asked *, text *out, why *w);
int lifetime_json(const lifetime *, const lifetime_asked *, json *out, why *w);
int lifetime_plot(const lifetime *, const lifetime_asked *, const char *path, why *w);

/* ---- what these files share ---- */

/* "123", or "at least 123"; a unit behind it.  NaN: "-". */
void lifetime_span(char out[64], bool known, double, const char *with);
/* The formula of the physics a life is of; NaN: none. */
double lifetime_by_formula(const lifetime *, const lifetime_life *, const scenario *, const char **said);
/* The life of the same cell as measured; NULL: it was not, or that is it. */
const lifetime_life *lifetime_measured(const lifetime *, const lifetime_life *);
/* Fleets: every model of which there are several cells; of all where a horizon is asked for.  The caller closes and frees. */
int lifetime_fleets(const lifetime *, const lifetime_asked *, lifetime_fleet **out, size_t *n, why *w);
void lifetime_fleets_free(lifetime_fleet *, size_t n);

enum { LIFETIME_LINES = 8, LIFETIME_GRID = 120 };
typedef struct lifetime_lines {                   /* a picture: SoH over cycles */
    struct {
        char name[96], cell[48], model[64];       /* name of both; cell "" where all are of one, or of percentiles */
        double *x, *y, *t;                        /* t: s, 0 unknown */
        size_t n;
    } line[LIFETIME_LINES];
    size_t  n;
    double *room;
    bool    fleet;                                /* percentiles of many lives */
} lifetime_lines;
int lifetime_lines_open(const lifetime *, const lifetime_fleet *, size_t nfleet, lifetime_lines *out, why *w);
void lifetime_lines_close(lifetime_lines *);
#endif

/* SPDX-License-Identifier: MIT
 * cycler.h - what the files of the protocol runner share.
 *
 * Every lane walks the program on its own: `pc` is the operation it stands at, and each has its own dt.
 */
#ifndef FADE_ENGINE_CYCLER_H
#define FADE_ENGINE_CYCLER_H
#include "core/engine/inside.h"

typedef struct cycler_when {                      /* a condition, bound to what this physics knows */
    int    from;                                  /* in the pool; -1: the cycle's number */
    bool   above;
    double value, per;                            /* the bound; 1 / tolerance */
} cycler_when;

typedef struct lanerun {
    const protocol_step *s;                       /* the step at hand; NULL: the lane is through */
    size_t   pc;
    bool     fresh, ran;                          /* a step has just begun; some step of this cycle took time */
    double   dt, in_step, moved, drawn;           /* s; s and Ah (both ways, and net) since the step began */
    double   end;                                 /* s: the step's duration, or where its guard lies */
    double   V, I;                                /* at t */
    double   g, lo, glo, hi, ghi, mid, gmid;      /* distance past the nearest limit now; the bracket of dt; the end it replaced */
    int      trials;                              /* since the last accepted step */
    uint32_t tries, idle;                         /* in this step of the protocol; steps begun since time last passed */
    double   ambient, safe_min, safe_max;         /* K as the row says; V beyond which the cell is not taken */
    size_t   point;                               /* of a drive cycle: the segment at hand */
    double   pass;                                /* s in the step at which its pass began */
    double   sum[CYCLE_N], seconds;
    double   soc, soc_low, soc_high;              /* at t, and in this cycle; NaN: the model says none */
    double   drawing, charging;                   /* s of this cycle */
    double   between, best, jump, ohm;            /* Ah drawn since the last charge, and the most; largest change of A at once, V over it */
    uint32_t counter[PROTOCOL_DEPTH];             /* passes done, per depth of groups */
} lanerun;

typedef struct cycler {                           /* one pass of one tile */
    engine              *e;
    worker              *k;
    size_t               p;
    const part          *q;
    workpart            *wp;
    tile                *t;
    lanerun             *run;
    const protocol_plan *plan;
    bool                 test;                    /* the reference test: a lane that fails loses the test only */
    uint32_t             fresh, busy, drives;     /* lanes that have just begun a step, are at one, are at a drive cycle */
} cycler;

/* ---- cycler_plan.c: from step to step ---------------------------------------------------------------------------- */

void cycler_go(cycler *, uint32_t i, size_t pc);  /* to the first step from there on, if any */
void cycler_next(cycler *, uint32_t i);
void cycler_fail(cycler *, uint32_t i, const char *format, ...) __attribute__((format(printf, 3, 4)));
void cycler_give_up(cycler *, uint32_t i, int32_t code);          /* the model's own sentence, and where it stood */

/* ---- cycler_locate.c: limits ------------------------------------------------------------------------------------- */

/* How far past the nearest limit, in tolerances: above 1 it is passed, below -1 it is not reached. */
double cycler_past(const cycler *, const lanerun *, uint32_t i, double V, double I, double moved);
/* The step went past the limit, or fell short of it inside a bracket: the next dt to try from the same state. */
double cycler_bracket(lanerun *, double dt, double g);

/* ---- cycler_drive.c: demands that move --------------------------------------------------------------------------- */

double cycler_drive_end(lanerun *);               /* s until the segment at hand ends */
double cycler_drive_at(const lanerun *, double ahead);            /* the demand so many s from now, inside the segment */
void cycler_drive_on(lanerun *);                  /* after a step: to the next segment or pass */

/* ---- cycler_stress.c: what an ageing law reads of a cycle -------------------------------------------------------- */

void cycler_stress_begin(lanerun *, double soc);
void cycler_stress_book(lanerun *, double dt, double soc);
void cycler_stress_end(const cycler *, lanerun *, uint32_t i);

/* ---- cycler.c ---------------------------------------------------------------------------------------------------- */

void cycler_walk(cycler *);                       /* the whole program */
/* cycler_reference.c: after a cycle, the test of the lanes that are due. */
void cycler_reference(cycler *);
#endif

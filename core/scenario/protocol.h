/* SPDX-License-Identifier: MIT
 * protocol.h - test protocols: sentences ("Discharge at 1C until 2.5 V", "Rest for 10 minutes") and the program they make.
 *
 * A program is a list of operations: a step, a jump, the start and the end of a repeated group.  Each lane walks it on its own.
 */
#ifndef FADE_SCENARIO_PROTOCOL_H
#define FADE_SCENARIO_PROTOCOL_H
#include "core/base/text.h"
#include "core/base/why.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PROTOCOL_VOLTAGE, PROTOCOL_CURRENT, PROTOCOL_CAPACITY, PROTOCOL_COLUMN };    /* what a limit watches */
enum { PROTOCOL_LIMITS = 8, PROTOCOL_DEPTH = 8 };                                   /* most limits of a step, groups inside groups */

typedef struct protocol_limit {
    int    what, side;                            /* +1: ends at the value and above, -1: at it and below; 0: magnitude of the current, below */
    double value;                                 /* V, A, Ah moved in the step; of a column: as its condition says */
    size_t condition;                             /* PROTOCOL_COLUMN: index in protocol.condition */
} protocol_limit;

typedef struct protocol_drive {                   /* a demand that moves with time: linear between points */
    size_t        n;                              /* 2 and more; t[0] is 0, t rises */
    const double *t, *y;                          /* s; A, V, W or ohm */
    bool          repeat;                         /* begins again when it is over, until the step ends */
    double        gap;                            /* s between the last point and the first of the next pass */
} protocol_drive;

typedef struct protocol_step {
    int            control;                       /* FADE_BY_* */
    double         demand;                        /* A, W (discharge positive), V or ohm (discharge positive); of a drive cycle: at its start */
    double         duration;                      /* s; INFINITY without "for" */
    double         guard;                         /* s; a step without "for" that lasts longer has failed */
    int            nlimit;
    protocol_limit limit[PROTOCOL_LIMITS];
    double         period;                        /* s; 0: not given */
    double         temperature;                   /* K of the surroundings; NAN: as the row says */
    const protocol_drive *drive;                  /* NULL: the demand is constant */
    const char    *text;                          /* the sentence; the caller's, lives as long */
} protocol_step;

/* One sentence.  C-rates need nominal_ah.  E_INPUT: w names the column (1-based) within the sentence, as "column 14: ...". */
int protocol_parse(const char *sentence, double nominal_ah, protocol_step *out, why *w);
/* The same when the step's ends may stand elsewhere: "for" and "until" may lack. */
int protocol_parse_open(const char *sentence, double nominal_ah, protocol_step *out, why *w);
/* More ends for a step: "2.5 V", "50 mA or 10 hours", "> 4.1 V".  The same complaints. */
int protocol_until(const char *ends, double nominal_ah, protocol_step *, why *w);

/* ---- the program ---- */

enum { PROTOCOL_STEP, PROTOCOL_GOTO, PROTOCOL_GROUP, PROTOCOL_AGAIN };

typedef struct protocol_op {
    int           kind;
    uint32_t      depth, times;                   /* groups around it; GROUP, AGAIN: how often the group is done */
    size_t        to;                             /* what is next; AGAIN: the first inside, GROUP: the first inside */
    size_t        past;                           /* where a skipped one goes on: behind it, a group behind its end */
    size_t        skip, nskip;                    /* conditions, any of which skips it */
    size_t        number;                         /* of a step: 1, 2, .. as written */
    protocol_step step;
} protocol_op;

typedef struct protocol_condition {               /* "soc > 0.9": a column of the model's, or of the row's */
    const char *column, *quantity, *text;
    bool        above;
    const struct tree_node *node;
} protocol_condition;

typedef struct protocol_plan {                    /* ops[n]: over */
    protocol_op *op;
    size_t       n;
} protocol_plan;

typedef struct protocol_section {
    protocol_plan       cycle, test;              /* one row; the reference test, .n 0: none */
    uint64_t            every;                    /* rows 1, every, 2 every .. have the test behind them */
    protocol_condition *condition;
    size_t              ncondition;
    double              temperature, period;      /* K (NAN: none) and s (0) of steps that give none */
    const char         *text;                     /* the section in one line, for comparing scenarios */
} protocol_section;

/* protocol_say.c: what a step does in plain words ("current 2 A for 3600 s until voltage <= 2.5 V"); the whole, a line a step. */
void protocol_say(const protocol_step *, const protocol_condition *, text *out);
void protocol_plan_say(const protocol_section *, text *out);
#endif

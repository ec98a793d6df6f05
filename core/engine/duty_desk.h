/* SPDX-License-Identifier: MIT
 * duty_desk.h - a worker's own memory for duties, and what it lends to a law: the samples behind the cycles booked now.
 */
#ifndef FADE_ENGINE_DUTY_DESK_H
#define FADE_ENGINE_DUTY_DESK_H
#include "core/engine/duty.h"

typedef struct duty_run_of {                      /* neighbouring lanes on one stream */
    duty_stream *stream;
    uint32_t     lo, hi;
    size_t       step, end;                       /* the step at hand, and one behind the row's last */
} duty_run_of;

typedef struct duty_days duty_days;               /* duty_days.c */
typedef struct duty_steps duty_steps;             /* duty_steps.c */

struct duty_desk {
    duty_run_of *run;                             /* [width] */
    double *soh, *soh0, *dt; /* [width] capacity over that of the new cell at the last break point */
    double *x0, *out0;       /* states at the start of the row; outputs of those that rest while others step */
    bool        *refused;                         /* [width] lanes whose own samples or cycles the law refused */
    const fade_samples **of;                      /* [width] what tile->samples points to */
    fade_samples *set;                            /* [width] */
    const double **at;                            /* [width][columns] of set[].in and set[].rate */
    double      *mem;                             /* the columns themselves */
    size_t       cap;                             /* doubles of mem */
    double      *param;                           /* [most parameters][BATCH]: one lane's */
    const double **param_at;
    double      *scratch;                         /* of rates() and cycles() */
    duty_days **days; /* per use: the steps of a cell side by side; NULL where they may not go so */
    duty_steps **steps;                           /* per use: those of one cell in one call; NULL where they may not go so */
};

/* After set_inputs of this step: own rates and sums of lanes that make them, and the samples lent. */
void duty_lend(const duty *, duty_use *, worker *, const part *, workpart *, tile *, const duty_run_of *, why *w);

void duty_shares(const duty_stream *, const duty_step *, size_t room, double *weight);

#define SOH_LEAST 1e-6                            /* nothing is divided by less, where energy is kept */
#define SOH_MOST  10
/* What is left of a capacity, as far as duties are weighted by it. */
static inline double duty_soh(double q)
{
    q = q == q ? q : 1;
    q = q > SOH_LEAST ? q : SOH_LEAST;
    return q < SOH_MOST ? q : SOH_MOST;
}
extern const bool duty_scaled[DUTY_N];            /* stress that is of the capacity at hand */
/* duty_ranges.c: the steps of this row at break points, beside where the law was shown to hold */
void duty_look(engine *, worker *, const part *, const duty_use *, const workpart *, uint32_t nrun);
/* duty_days.c */
int  duty_days_open(engine *, worker *, why *w);
void duty_days_close(const duty *, duty_desk *);
void duty_days_run(engine *, worker *, const physics *, const part *, const duty_use *, workpart *, duty_run_of *);
/* duty_steps.c */
int  duty_steps_open(engine *, worker *, why *w);
bool duty_steps_room(const duty *, duty_desk *, size_t samples);        /* no stretch has more; false: no memory */
void duty_steps_close(const duty *, duty_desk *);
void duty_steps_run(engine *, worker *, const physics *, const duty_use *, workpart *, duty_run_of *);
#endif

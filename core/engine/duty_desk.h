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

struct duty_desk {
    duty_run_of *run;                             /* [width] */
    double      *soh, *soh0, *dt;                 /* [width] capacity over that of the new cell at the last break point */
    double      *x0, *out0;                       /* states at the start of the row; outputs of those that rest while others step */
    bool        *refused;                         /* [width] lanes whose own samples or cycles the law refused */
    const fade_samples **of;                      /* [width] what tile->samples points to */
    fade_samples *set;                            /* [width] */
    const double **at;                            /* [width][columns] of set[].in and set[].rate */
    double      *mem;                             /* the columns themselves */
    size_t       cap;                             /* doubles of mem */
    double      *param;                           /* [most parameters][BATCH]: one lane's */
    const double **param_at;
    double      *scratch;                         /* of rates() and cycles() */
};

/* After set_inputs of this step: own rates and sums of lanes that make them, and the samples lent. */
void duty_lend(const duty *, duty_use *, worker *, const part *, workpart *, tile *, const duty_run_of *, why *w);
#endif

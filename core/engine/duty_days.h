/* SPDX-License-Identifier: MIT
 * duty_days.h - the steps of a cell's row side by side (duty_days.c), and what they are guessed to begin from
 * (duty_guess.c).
 */
#ifndef FADE_ENGINE_DUTY_DAYS_H
#define FADE_ENGINE_DUTY_DAYS_H
#include "core/engine/duty_desk.h"

enum { DAYS = 64 };                               /* steps at once */

/* Only guesses are made of these: how many sweeps it takes is theirs, what comes out is not. */
typedef struct days_guess {
    double   *gain;                               /* [wstate] of the state from step to step, as it was last */
    double   *bend;                               /* [2][wstate] of the health with the state, at both ends */
    double    whole;                              /* the health's change from end to end, by those states; 0: unknown */
    double   *g, *health;                         /* [wstate][DAYS] gains of the last sweep, [DAYS] of what health  */
    double   *lean;                               /* [wstate] part of itself a gain changes by, over the part that health changes by */
    double   *was;                                /* [stretches][wstate] what stretches that come again gained the last time */
    double   *more, *pace;                        /* [wstate] what is gained now over that; its change from row to row */
    uint16_t  again[DAYS];                        /* which of them each step is; 0: none */
    const duty_stream *of;                        /* whose stretches they are, */
    uint64_t  from;                               /* .. and since when */
} days_guess;

struct duty_days {
    size_t    part;                               /* for whom; each part that may go by days has its own */
    double   *x, *x1, *out, *in, *base, *param, *scratch;
    double   *dt, *count, *t, *wish, *soh;        /* count: cycles of a cell that is new */
    uint64_t  id[DAYS], row[DAYS];
    int32_t   status[DAYS];
    bool      brk[DAYS];
    bool     *filled;                             /* inputs that are the duty's */
    const fade_samples *of[DAYS];                 /* none is lent */
    const double **param_at, **in_at, **x_at;
    double  **x1_at, **out_at;
    size_t    lo;                                 /* the first lane of the tile at hand */
    double   *before;                             /* [wstate + 1][DAYS] states and health that were stepped from last */
    uint32_t  rest, rested;                       /* rows that go step by step before this is tried again; those last time */
    days_guess guess;
};

bool duty_guess_open(days_guess *, size_t wstate);                           /* false: no memory */
void duty_guess_close(days_guess *);
/* Stretches of another stream, or others than before: nothing is known of them. */
void duty_guess_of(days_guess *, const duty_stream *, size_t wstate);
void duty_guess_first(duty_days *, const part *, const workpart *, size_t padded, size_t n, double soh);
/* From what sweep number `sweep` - 1 left; next[j]: the health behind step j, which goes with the states here. */
void duty_guess_next(duty_days *, const part *, size_t padded, size_t n, int sweep, double *next);
void duty_guess_taken(duty_days *, const part *, size_t padded, size_t good);        /* x to x1 is what they gained */
#endif

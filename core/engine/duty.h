/* SPDX-License-Identifier: MIT
 * duty.h - rows made of samples: what the files duty*.c share; else only the engine's feed, step and snapshot include
 * it.
 *
 * Words: a *stream* is one series of samples (of one cell, or of all of them); its *window* holds the samples from the
 * oldest open break point on; a *rule* says when cycles are booked, and what for (laws with the same wishes share one);
 * a *step* ends at a break point of its rule or at the end of a row; a *use* is one law that sees inside rows
 * (fade.duty/1).
 */
#ifndef FADE_ENGINE_DUTY_H
#define FADE_ENGINE_DUTY_H
#include "core/engine/inside.h"
#include "core/engine/rainflow.h"
#include "core/host/duty_iface.h"
#include <math.h>

/* What samples do to a cell between two points.  X(name, key, unit, of the nominal capacity, sentence): rates and
 * throughput of a duty are relative to the capacity at hand; a law gets them relative to that of the new cell. */
#define DUTY_STRESS(X)                                                                                                 \
    X(DEPTH, depth, "1", false, "Highest less lowest state of charge.")                                                \
    X(SOC_MEAN, soc_mean, "1", false, "Mean state of charge over time.")                                               \
    X(SOC_MIN, soc_min, "1", false, "Lowest state of charge.")                                                         \
    X(SOC_MAX, soc_max, "1", false, "Highest state of charge.")                                                        \
    X(T_MEAN, temperature_mean, "K", false, "Mean temperature over time.")                                             \
    X(T_MAX, temperature_max, "K", false, "Highest temperature.")                                                      \
    X(C_RATE, c_rate, "1/h", true, "Mean rate while there is load, both ways.")                                        \
    X(C_MEAN, c_rate_mean, "1/h", true, "Mean rate over all time, rests included, both ways.")                         \
    X(C_CHARGE, c_rate_charge, "1/h", true, "Mean rate while it charges.")                                             \
    X(C_DISCHARGE, c_rate_discharge, "1/h", true, "Mean rate while it discharges.")                                    \
    X(EFC, efc, "", true, "Equivalent full cycles: half the sum of all changes of the state of charge.")               \
    X(SPAN, span, "s", false, "Time between the two points.")

#define DUTY_ENUM(name, ...) DUTY_##name,
enum { DUTY_STRESS(DUTY_ENUM) DUTY_N };
#undef DUTY_ENUM

/* Columns of a row beside those: what the engine's clocks and laws without an inside ask for. */
enum { DUTY_COUNT = DUTY_N, DUTY_DURATION, DUTY_REST, DUTY_COLUMNS_N };

/* Columns of a window: as read; what a law may ask for besides; then the weight of each rule that weighs temperature,
 * then each use's rates. */
enum { S_TIME, S_SOC, S_T, S_READ, S_ANODE = S_READ, S_RATE, S_FIXED };

enum { DUTY_BATCH = TILE_MAX };                   /* samples that rates() gets at once */

typedef struct duty_pos { size_t i; double f; } duty_pos;        /* f seconds after sample i of the window */

/* What samples come to: sums over stretches between them, extremes. */
enum { SUM_MOVED, SUM_SOC, SUM_T, SUM_LOAD, SUM_LOAD_T, SUM_CHARGE, SUM_CHARGE_T, SUMS };
typedef struct duty_totals { double sum[SUMS], soc_min, soc_max, t_max; } duty_totals;

/* What a step comes to: the stress of the last break point up to its end; its own totals; then of each law of its rule
 * its values, but for rainflow cycles. */
typedef struct duty_account { double stress[DUTY_N]; duty_totals total; double value[]; } duty_account;
#define ACCOUNT_WIDTH(rule) (sizeof(duty_account) / sizeof(double) + (rule)->nvalue)

typedef struct duty_step {
    duty_pos a, b;
    size_t   b0;                                  /* break: its samples are b0..b.i */
    uint32_t e0, e1, o0, o1;                      /* rainflow cycles that closed in it; those open at its end */
    bool     brk;
    uint16_t again;                               /* which stretch it is that came again; 0: none that is known */
    uint32_t from;                                /* .. of what is remembered from then on */
    double   top;                                 /* highest soc up to the last break */
} duty_step;

typedef struct duty_rule {
    double time, efc;                             /* s, cycles; 0: not by it; both 0: at ends of rows */
    double activation;                            /* J/mol */
    size_t weight;                                /* its column of the window; 0: none */
    bool   rain, open;                            /* some law counts rainflow cycles by it; and those still open */
    size_t nvalue;                                /* of all its laws in an account */
} duty_rule;

typedef struct duty_at {                          /* where a stream stands in one rule */
    size_t brk, moved_at, carried_at; /* sample of the last break; up to which moved and carried are known */
    duty_pos end;                                 /* of the last step */
    double   moved, top;                          /* sum of changes since the break; highest soc before it */
    double   carried;                             /* integral of the (weighted) temperature */
    double   stand[DUTY_N];                       /* stress of the last break */
    double   value[RAINFLOW_DEPTH], time[RAINFLOW_DEPTH], carry[RAINFLOW_DEPTH], count, forced;
    duty_step *step;                              /* of this chunk */
    size_t   nstep, capstep;
    duty_account **account;                       /* of the steps in whole rows: remembered ones, or in .. */
    double  *fresh;                               /* [step][ACCOUNT_WIDTH] */
    size_t   capaccount;
    rainflow_event *event;
    size_t   nevent, capevent;
} duty_at;

typedef struct duty_row { duty_pos a, b; } duty_row;

typedef struct duty_use {                         /* per part that has fade.duty/1 */
    const fade_duty_v1 *vt;
    size_t   rule, part, rate, nrate, ncycle;     /* part over all physics; its first column of rates in a window */
    size_t   value;                               /* where its values are in an account */
    int     *in;                                  /* window column of each of vt->in */
    struct duty_fill { int input, what, index; } *fill;
    size_t   nfill;
    struct duty_held { size_t fill; double lo, hi; bool cycle; } *held;      /* those with a range they were shown to hold in */
    size_t   nheld;
    bool     own;                                 /* lanes differ in what rates() reads: each makes its own */
    const double **param_at;                      /* of the shared evaluation: NaN where lanes differ */
    double  *in_buf, *out_buf, *scratch, *unknown;
} duty_use;

/* Does rates() not read this of a sample? */
static inline bool duty_unread(const duty_use *u, uint32_t in)
{
    return ((const fade_column *)library_at(&u->vt->in, in))->flags & FADE_OPTIONAL;
}

typedef struct duty_past duty_past;               /* duty_past.c */
typedef struct duty_again duty_again;             /* duty_again.c */

/* Samples lo .. hi - 1 of a window that are remembered, `step` s from one to the next; `at`: where the first one is. */
typedef struct duty_known {
    size_t   lo, hi, at, period;                  /* period 0: none is found */
    double   step;
    uint64_t from;                                /* another number: what was remembered began anew */
} duty_known;

/* How a stretch was walked from the break point before to the next: which samples behind it are turning points. */
enum { DUTY_TURNS = 11 };
typedef struct duty_walk {
    bool     whole;                               /* all of them are there */
    int8_t   from, to;                            /* way of the soc at its beginning and at its end */
    uint8_t  first, behind;                       /* samples booked since the break point, there and there: 1 or 2 */
    uint8_t  nturn;
    uint16_t turn[DUTY_TURNS];
} duty_walk;

/* Are samples i .. i + n - 1 of a window among them, and where is one that is?  Before a period is found its number. */
static inline bool duty_known_has(const duty_known *k, size_t i, size_t n) { return i >= k->lo && i + n <= k->hi; }
static inline size_t duty_known_place(const duty_known *k, size_t i)
{
    size_t at = k->at + (i - k->lo);
    at -= k->period && at >= k->period ? k->period : 0;
    return k->period && at >= k->period ? at % k->period : at;
}

/* What a stretch adds to the series of rainflow cycles: samples, and the integral of the (weighted) temperature up to
 * each of them from the one before, then up to its end. */
typedef struct duty_points {
    double   heat[DUTY_TURNS + 2];
    uint16_t at[DUTY_TURNS + 1], n;
} duty_points;

typedef struct duty_stream {
    size_t n, cap, derived, done; /* samples in the window; what is made of each is there; those booked */
    double **col;                                 /* [duty.ncol] */
    double   first;                               /* time of the first sample of all */
    double   direction;                           /* of the soc: -1, 0 nothing yet, 1 */
    uint64_t rows;                                /* rows that are done, ever */
    bool begun, ended, turned; /* turned: the sample at hand was looked at, its rows are not all out */
    duty_pos row_at;                              /* where the open row begins */
    duty_at *at;                                  /* per rule */
    duty_row *row;                                /* of this chunk */
    size_t  *row_step;                            /* [rule][row]: one behind its last step */
    size_t   nrow, caprow, slot;
    double **value;                               /* per use that weighs cycles: [step][VALUE_WIDTH] */
    double  *made;                                /* of the law at hand: what cycles() makes of each event */
    duty_past *past;                              /* what was made of its first samples; NULL: not remembered */
    duty_known known;
    duty_again *again;                            /* what stretches of them came to; NULL: none yet */
    duty_walk walk;                               /* of its one rule, since the last break point */
} duty_stream;

typedef struct duty_column { int at; double scale, offset; } duty_column;

typedef struct duty {
    engine      *e;
    double       row;                             /* s */
    size_t       ncol;
    duty_rule   *rule;
    size_t       nrule;
    duty_use    *use;                             /* [nuse] */
    size_t       nuse;
    int         *use_of;                          /* per part over all physics: its use; -1 */
    duty_stream **stream;
    size_t       nstream, capstream;
    uint32_t    *stream_of;                       /* per source cell */
    uint32_t     capcell;
    bool         shared, any;                     /* one stream for all cells; samples were met */
    bool         anode, rate, time;               /* some law reads them of a sample */
    bool         lends;                           /* some law reads what is made of samples itself */
    duty_column  sample[3];                       /* where time, soc and temperature are among the source's samples */
    uint32_t     nsample, nout;
    duty_column  length;                          /* of the source's rows; .at -1: not there */
    double      *buf;                             /* a block as read */
    size_t       groups;                          /* sets of samples a worker may lend at once */
    struct duty_memo *memo;
} duty;

/* Behind a step's fills: what scaling and deepening need, and what duty_told() says of it. */
enum { VALUE_EFC, VALUE_MEAN, VALUE_MIN, VALUE_MAX, VALUE_TOLD, VALUE_MORE };
#define VALUE_WIDTH(u) ((u)->nfill + VALUE_MORE)
/* Has a use values of its own, which go with the cycles that close in each step?  Else they are those of the accounts. */
static inline bool duty_weighs(const duty_use *u) { return u->ncycle && !u->own; }
/* What a step hands to a law. */
static inline const double *duty_value(const duty *d, const duty_stream *s, const duty_use *u, size_t step)
{
    return duty_weighs(u) ? s->value[u - d->use] + step * VALUE_WIDTH(u) : s->at[u->rule].account[step]->value + u->value;
}

int duty_holds_open(duty_use *, const part *, why *w);        /* duty_ranges.c */
/* Of a step's values: 0 no stretch ends with it, 1 one without a cycle, 2 one with; less than 0 where a range is left. */
double duty_told(const duty_use *, const double *v, bool brk);

/* What a state of charge is in a cell that has q of its capacity left and gives the energy of a new one: what lies
 * below the highest that was met goes deeper, at most to empty. */
static inline double duty_lowered(double soc, double top, double q)
{
    return soc < top ? fmax(0, top - (top - soc) / q) : soc;
}

enum { FILL_STRESS, FILL_DURATION, FILL_RATE, FILL_MEAN, FILL_CYCLE, FILL_OPEN };

/* duty.c: who is who */
int  duty_stream_of(duty *, const char *cell, uint32_t *which, why *w);      /* cell NULL: samples of all */
duty_stream *duty_of_lane(const duty *, uint32_t lane);                      /* NULL: none yet */
part *duty_part(const engine *, size_t at);                           /* at over all physics */
void duty_forget_streams(duty *);                                            /* none yet, as at the start */
/* duty_samples.c: the window */
int  duty_more(duty *, duty_stream *, size_t n, why *w);                     /* room for n samples more */
int duty_derive(duty *, duty_stream *, why *w); /* columns and shared rates of samples that have none yet */
int32_t duty_rates(const duty_use *, const part *, fade_tile *samples);      /* calls rates(); < 0 of any sample too */
void duty_drop(duty *, duty_stream *, size_t n);
void duty_anode(size_t n, const double *soc, double *potential);             /* n a multiple of 8 */
double duty_heat(const duty_rule *, double integral, double span); /* the mean temperature an integral stands for */
/* duty_past.c: samples that come again */
int  duty_past_open(const duty *, duty_stream *, size_t n, why *w);
size_t duty_past_again(const duty *, duty_stream *, size_t first, size_t n);
void duty_past_need(const duty *, const duty_stream *, size_t a, size_t b);  /* before what is made of them is read */
void duty_past_drop(duty_stream *, size_t n);
size_t duty_past_new(const duty *, duty_stream *, size_t first, size_t n);
size_t duty_past_may(const duty_stream *, size_t most, size_t *period); /* how many more a source may pass over */
int  duty_past_fill(duty *, duty_stream *, size_t n, why *w);                /* n of a period ago follow, which it did */
void duty_past_keep(duty_stream *, size_t first, size_t n);
void duty_past_free(duty_past *);
/* duty_again.c: stretches that come again */
enum { DUTY_PLACES = 9216, DUTY_STRETCHES = 1024 }; /* samples that are remembered: a year by hours; stretches of a rule */
int  duty_again_open(const duty *, duty_stream *, why *w);
void duty_again_walked(const duty *, duty_stream *, size_t n, duty_walk);
duty_account *duty_again_account(const duty *, duty_stream *, size_t rule, duty_step *, bool *known);
void duty_again_free(const duty *, duty_again *);
/* duty_book.c: break points, rainflow, rows */
int  duty_book(duty *, duty_stream *, size_t most_rows, bool end, why *w);
int  duty_step_room(duty_at *, why *w);                                      /* for one more */
size_t duty_used(const duty *, const duty_stream *, size_t rule);
/* duty_rain.c: the series of rainflow cycles */
int  duty_event_room(duty_at *, size_t n, why *w);
int  duty_rain(duty *, duty_stream *, size_t rule, size_t i, why *w); /* up to sample i; a point of a plateau is its first */
double duty_rain_carry(const duty *, duty_stream *, size_t rule, size_t i);  /* integral of the temperature up to it */
int  duty_rain_open(duty *, duty_stream *, size_t rule, why *w);             /* lists what is open */
void duty_rain_points(const duty *, const duty_stream *, size_t n, const duty_walk *, duty_points *);
int  duty_rain_again(duty *, duty_stream *, size_t n, const duty_points *, why *w);
/* duty_sums.c */
void duty_totals_between(const duty_stream *, duty_pos a, duty_pos b, duty_totals *);
void duty_totals_add(duty_totals *to, const duty_totals *);
void duty_stress(const duty_stream *, const duty_rule *, duty_pos a, duty_pos b, const duty_totals *, double out[DUTY_N]);
double duty_integral(const duty_stream *, const double *rate, duty_pos a, duty_pos b);
/* duty_value.c: what each step hands to the laws that share their samples; what rows come to */
int  duty_values(duty *, duty_stream *, why *w);
void duty_row_totals(const duty *, const duty_stream *, size_t row, duty_totals *); /* behind duty_values */
enum { DUTY_CYCLES = 64 };                        /* events at once */
int  duty_cycles(const duty_use *, const part *, const fade_tile *like, const rainflow_event *, size_t n,
                 const duty_rule *, double out[DUTY_MOST_CYCLES][DUTY_CYCLES], why *w);
/* duty_save.c */
void duty_write(const duty *, text *);
typedef int duty_get(void *reader, void *to, size_t n);
int  duty_read(duty *, duty_get *, void *reader, why *w);
#endif

/* SPDX-License-Identifier: MIT
 * trace.h - what happens within a cycle: the summaries every cycle gets, and the samples that chosen cycles keep.
 *
 * The protocol runner says when a cycle begins, when a sentence begins, when a step is taken and when the cycle is over; the rest is
 * here.  The points of a step wait in blocks that a tile's lanes link in order; past a bound blocks lie in a file without a name.
 * Samples are made of them, and text of those, where blocks leave, never by a worker.
 */
#ifndef FADE_ENGINE_TRACE_H
#define FADE_ENGINE_TRACE_H
#include "core/engine/inside.h"

/* Loops over samples, once more for wider vectors: the same bits, there is no sum across. */
#if defined __x86_64__ && !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__ && !defined __clang__
#define TRACE_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define TRACE_WIDE
#endif

enum { TRACE_ROOM = 128, TRACE_SIGNALS = 24, TRACE_WIDTH = 4, TRACE_ROW = TRACE_ROOM + TRACE_WIDTH };  /* vectors run over the end */
#define TRACE_HALF_HOUR (1 / 7200.0)              /* a trapezoid's half, s to h */
enum { TRACE_CHARGED, TRACE_DISCHARGED, TRACE_WH_CHARGED, TRACE_WH_DISCHARGED };
enum { TRACE_NO, TRACE_KEEP, TRACE_MAYBE };       /* does this cycle keep its samples?  _MAYBE: it may be the lane's last */

/* step_type of a sample; the words are Battery Data Format's. */
#define TRACE_TYPES(X)                                                                                              \
    X(TYPE_REST, "REST") X(TYPE_CC_CHG, "CC_CHG") X(TYPE_CC_DCH, "CC_DCH") X(TYPE_CV_CHG, "CV_CHG")                  \
    X(TYPE_CV_DCH, "CV_DCH") X(TYPE_CP_CHG, "CP_CHG") X(TYPE_CP_DCH, "CP_DCH") X(TYPE_CR_DCH, "CR_DCH")
#define TRACE_ENUM(name, word) name,
enum { TRACE_TYPES(TRACE_ENUM) TYPE_N };
#undef TRACE_ENUM

/* A column of a sample that the host makes itself, in front of the signals and behind them. */
enum { SAMPLE_TEST_TIME, SAMPLE_CYCLE_TIME, SAMPLE_STEP_TIME, SAMPLE_STEP_COUNT, SAMPLE_STEP_INDEX, SAMPLE_STEP_TYPE, SAMPLE_FRONT };

typedef struct trace_block {
    struct trace_block *next;
    double  *data;                                /* [TRACE_ROOM][point], the time since the step began first; NULL: in the file */
    int64_t  at, cycle;                           /* where there */
    int      fd;                                  /* -1: data */
    uint32_t n, physics, step, home;              /* points; number of the sentence; whose worker's block it is */
    int      type;                                /* TYPE_* */
    bool     opens, closes;                       /* the first, the last one of its step */
    double   count, begin, base;                  /* steps so far in the life; s of the cycle, of the test, when the step began */
    double   period;                              /* s between samples; 0: every point */
    double   from[TRACE_SUMS];                    /* of the cycle, when the step began */
    double   life[TRACE_SUMS];                    /* of the life, when the cycle began */
} trace_block;

struct trace {                                    /* the plan */
    double       period;                          /* s; 0: every step of the solver */
    size_t       nsignal;                         /* voltage and current come first */
    size_t       point;                           /* values of a point: its time, then the signals in whole vectors */
    const char  *key[TRACE_SIGNALS];
    int        (*out)[TRACE_SIGNALS];             /* [nphysics]: index of the cell part's output; -1 */
    double       scale[TRACE_SIGNALS], offset[TRACE_SIGNALS];    /* to the unit people read */
    fade_column *column;                          /* of a sample */
    size_t       ncolumn;
    double      *row, *data;                      /* [ncolumn][TRACE_ROW], samples on their way; room for a block read back */
    const double **col;
};

typedef struct trace_lane {
    double V, I;                                  /* at the last point */
    double sum[TRACE_SUMS], spent[4];             /* of the cycle; s of charge at a current, at a voltage, of discharge, of rest */
    int    control, type;                         /* of the sentence at work */
    bool   open;                                  /* one is */
    int    mode;                                  /* TRACE_NO .. */
    double tb, period;                            /* s since the step began, of the last point; samples: every so many s */
    trace_block *block, *mark;                    /* being filled; the last one before this cycle */
    uint32_t step;
    double   count, begin, from[TRACE_SUMS], life[TRACE_SUMS];
} trace_lane;

/* dQ/dV of a charge as a histogram: TRACE_BINS from `low` on, each `width` wide; width doubles where the voltage runs out of it. */
enum { TRACE_BINS = 384 };
typedef struct trace_peaks { double low, width; uint32_t used; double bin[TRACE_BINS]; } trace_peaks;

struct tracer {                                   /* a worker's */
    const trace *plan;
    const part  *q;                               /* the cell at work */
    const int   *out;
    size_t       physics;
    int64_t     *cycle;                           /* [width], of the cycle at work */
    double      *base;                            /* [width] s of the test when it began */
    trace_lane  *lane;
    trace_peaks *peaks;                           /* [width] */
    trace_block *blocks;                          /* free ones, without data */
    double     **spare;                           /* free data */
    size_t       nspare, capspare, held, most;    /* blocks in memory; as many as may be */
    const char  *folder;                          /* where the file lies */
    int          home, fd;                        /* -1: not yet */
    int64_t      end;
    tile        *tile;
};

/* trace_take.c, called by the others */
void trace_point(tracer *, const workpart *, uint32_t i, double t);      /* `out` stands at t seconds of the step */
void trace_close(tracer *, uint32_t i);           /* the step is over */
/* trace_curve.c: the samples of one step of the protocol */
typedef struct trace_curve {
    engine      *e;
    const trace *plan;
    const lane  *lane;
    const char  *label;
    int64_t      cycle;
    double      *row;                             /* where samples are made: columns `stride` apart, */
    size_t       stride;
    uint32_t     n, room;                         /* so many of at most */
    int          points;                          /* of the step so far; 3: or more */
    bool         still[TRACE_SUMS];               /* this sum's value stands all along its column */
    bool         stepped;                         /* and the step's own columns, */
    double       step[3];                         /* its count, index and type */
    double       rate, inverse;                   /* 1 / period, 1 / the time between the points */
    double       period, begin, base, next;       /* see trace_block; number of the next sample */
    double       t[2], v[2][TRACE_SIGNALS], slope[TRACE_SIGNALS];    /* of the last two points; at the first of them */
    double       sum[TRACE_SUMS], life[TRACE_SUMS];    /* of the cycle, at the first of them (no period: at the second); before it */
} trace_curve;
void trace_curve_open(trace_curve *, engine *, const lane *, const trace_block *first);
int trace_curve_point(trace_curve *, double t, const double *v, why *);
int trace_curve_close(trace_curve *, why *);
int trace_curve_flush(trace_curve *, why *);
/* trace_peaks.c */
void trace_peaks_add(trace_peaks *, double V0, double V1, double ah);
void trace_peaks_find(const trace_peaks *, double *V, double *height);   /* NaN: nothing was charged at a rising voltage */
/* trace_store.c */
trace_block *trace_block_take(tracer *, tile *, uint32_t i);             /* linked behind the lane's last; NULL: no memory, tile->why says so */
void trace_block_full(tracer *, trace_block *);
void trace_cut(tracer *, tile *, uint32_t i, trace_block *mark);         /* drops what is behind */
void trace_empty(engine *, tile *);               /* all blocks of a tile that has left */
int trace_block_data(const trace *, const trace_block *, const double **data, why *);
void trace_store_close(tracer *);
#endif

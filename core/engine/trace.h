/* SPDX-License-Identifier: MIT
 * trace.h - what happens within a cycle: the summaries every cycle gets, and the samples that chosen cycles keep.
 *
 * The protocol runner says when a cycle begins, when a sentence begins, when a step is taken and when the cycle is over; the rest is
 * here.  The points of a step wait in pages that a tile's lanes link in order; past a bound pages lie in a file without a name.
 * Samples are made of them, and text of those, where pages leave, never by a worker.
 */
#ifndef FADE_ENGINE_TRACE_H
#define FADE_ENGINE_TRACE_H
#include "core/engine/inside.h"

/* Values of a page: not a power of two, or those of all lanes would meet in one set of the cache; samples of a row, and what vectors run
 * over its end; signals, in vectors of TRACE_WIDTH that run over the end of a point. */
enum { TRACE_PAGE = 520, TRACE_ROOM = 128, TRACE_ROW = TRACE_ROOM + 8, TRACE_SIGNALS = 24, TRACE_WIDTH = 4 };
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

/* In front of the points of a step; where its page is full it goes on in the next. */
typedef struct trace_block {
    double   count, begin, base;                  /* steps so far in the life; s of the cycle, of the test, when the step began */
    double   period;                              /* s between samples; 0: every point */
    double   from[TRACE_SUMS];                    /* of the cycle, when the step began */
    double   life[TRACE_SUMS];                    /* of the life, when the cycle began */
    int64_t  cycle;
    uint32_t n, step;                             /* points; number of the sentence */
    uint16_t physics;
    uint8_t  type;                                /* TYPE_* */
    bool     opens;                               /* the first one of its step */
} trace_block;
enum { TRACE_HEAD = sizeof(trace_block) / sizeof(double) };

typedef struct trace_page {                       /* a lane's: blocks, each with its points behind it: time since the step began, signals */
    struct trace_page *next;
    double  *data;                                /* [TRACE_PAGE]; NULL: in the file */
    int64_t  at;                                  /* where there */
    int      fd, home;                            /* whose worker's it is */
    uint32_t used;                                /* values */
} trace_page;

struct trace {                                    /* the plan */
    double       period;                          /* s; 0: every step of the solver */
    size_t       nsignal;                         /* voltage and current come first */
    size_t       point;                           /* values of a point: its time, then the signals */
    const char  *key[TRACE_SIGNALS];
    int        (*out)[TRACE_SIGNALS];             /* [nphysics]: index of the cell part's output; -1 */
    double       scale[TRACE_SIGNALS], offset[TRACE_SIGNALS];    /* to the unit people read */
    fade_column *column;                          /* of a sample */
    size_t       ncolumn;
    double      *row, *data;                      /* [ncolumn][TRACE_ROW], samples on their way; room for a page read back */
    const double **col;
    const struct trace_between *between;          /* of the machine's vectors */
};

typedef struct trace_lane {
    double V, I;                                  /* at the last point */
    double sum[TRACE_SUMS], spent[4];             /* of the cycle; s of charge at a current, at a voltage, of discharge, of rest */
    int    control, type;                         /* of the sentence at work */
    bool   open;                                  /* one is */
    int    mode;                                  /* TRACE_NO .. */
    double tb, period;                            /* s since the step began, of the last point; samples: every so many s */
    uint32_t step;
    double   count, begin, from[TRACE_SUMS], life[TRACE_SUMS];
    trace_block *block;                           /* being filled, and where its next point goes */
    double  *to, *end;                            /* end of the page */
    trace_page *mark;                             /* the last one before this cycle, and what was used of it */
    uint32_t marked;
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
    trace_page  *pages;                           /* free ones, without data */
    double     **spare;                           /* free data */
    void       **slab;                            /* what both are cut from */
    size_t       nspare, capspare, ndata, nslab, capslab;        /* ndata: spare and held */
    size_t       held, most;                      /* pages in memory; as many as may be */
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
    bool         timed, stepped;                  /* moments are there up to the row's end; the step's own columns are, */
    double       step[3];                         /* its count, index and type */
    uint32_t     all, still, whole;               /* a bit for each signal, and TRACE_SIGNALS on each sum: those there are; whose value */
                                                  /* stands in its column up to the end; all along */
    double       rate, inverse;                   /* 1 / period, 1 / the time between the points */
    double       period, begin, base, next;       /* see trace_block; number of the next sample */
    double       kept[2][1 + TRACE_SIGNALS + TRACE_WIDTH];       /* the last two points of the block before */
    double       slope[TRACE_SIGNALS];            /* at the first of them */
    double       sum[TRACE_SUMS], life[TRACE_SUMS];    /* of the cycle, at the first of them (no period: at the second); before it */
} trace_curve;
void trace_curve_open(trace_curve *, engine *, const lane *, const trace_block *first);
int trace_curve_points(trace_curve *, const double *data, uint32_t n, why *);
int trace_curve_close(trace_curve *, why *);
/* for trace_between_kernel.h */
int trace_curve_flush(trace_curve *, why *);
void trace_curve_keep(trace_curve *, const double *a, const double *b);  /* the last two points */
static inline int trace_sum_of(double more, int energy) { return 2 * energy + (more < 0 ? TRACE_CHARGED : TRACE_DISCHARGED); }
/* trace_between_kernel.h: samples before each of n more points, where two have been; before the last one; a column of one value */
typedef struct trace_between {
    int (*points)(trace_curve *, const double *data, uint32_t n, why *);
    int (*last)(trace_curve *, why *);
    void (*same)(double *to, double v, uint32_t n);              /* and up to seven more */
} trace_between;
extern const trace_between trace_sse2_between;
#ifdef __x86_64__
extern const trace_between trace_avx2_between, trace_avx512_between;
#endif
/* trace_peaks.c */
void trace_peaks_add(trace_peaks *, double V0, double V1, double ah);
void trace_peaks_find(const trace_peaks *, double *V, double *height);   /* NaN: nothing was charged at a rising voltage */
/* trace_store.c */
trace_page *trace_page_take(tracer *, tile *, uint32_t i);               /* linked behind the lane's last; NULL: no memory, tile->why says so */
void trace_page_full(tracer *, trace_page *);
void trace_cut(tracer *, tile *, uint32_t i, trace_page *mark, uint32_t used);   /* drops what is behind */
void trace_page_back(engine *, trace_page *);     /* its samples have left */
int trace_page_data(const trace *, const trace_page *, const double **data, why *);
void trace_store_close(tracer *);
#endif

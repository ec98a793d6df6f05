/* SPDX-License-Identifier: MIT
 * fade_plugin.h - the whole plugin ABI, version 1.0.  A plugin includes nothing else of ours.
 *
 * Rules of change (never edit this list, only add to it):
 *   1. a published struct grows only at its end; `size` tells how much of it the writer knew;
 *   2. a published id, enum value or unit never changes meaning;
 *   3. anything else is a new interface id ("fade.model/2") beside the old one.
 *
 * Thread classes, one per function:
 *   [scan]  nothing else of this library runs; no allocation, file or thread
 *   [main]  the scheduler's thread, this object idle
 *   [work]  any worker; same model, disjoint tiles, concurrently: no allocation, lock, file, or log but report()
 *   [io]    one thread per object, may block and allocate
 *   [any]   always
 *
 * docs/abi.md says the same per function, with memory and errors.
 */
#ifndef FADE_PLUGIN_H
#define FADE_PLUGIN_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#define FADE_MAGIC 0x31454446u            /* "FDE1" */
#define FADE_ABI(major, minor) (((uint32_t)(major) << 16) | (uint32_t)(minor))
#define FADE_ABI_NOW FADE_ABI(1, 0)       /* what this header describes */
#ifndef FADE_ABI_NEED                     /* the oldest host this source can live with */
#define FADE_ABI_NEED FADE_ABI(1, 0)
#endif
#define FADE_FINGERPRINT                                                                 \
    ((uint32_t)(sizeof(double) << 24 | sizeof(void *) << 16 | sizeof(size_t) << 8 | sizeof(int)))
#define FADE_EXPORT __attribute__((visibility("default")))

typedef struct fade_host fade_host;
typedef struct fade_desc fade_desc;
typedef struct fade_tile fade_tile;

/* Status.  0 done; > 0 not an error, say again; < 0 this lane or object is over. */
enum {
    FADE_OK = 0,
    FADE_RETRY = 1,                       /* undo, come again with a smaller dt (see `wish`) */
    FADE_END = 2,                         /* a source has no more rows */
    FADE_EINVAL = -1,                     /* the input makes no sense */
    FADE_ENOMEM = -2,
    FADE_ESOLVE = -3,                     /* no solution, no convergence */
    FADE_EIO = -4,                        /* the outside world; an output may be called again */
    FADE_EBUG = -5,                       /* the other side broke a rule of this header */
    FADE_ECANCEL = -6,                    /* progress() said stop */
    FADE_ERANGE = -7                      /* outside what the law or table covers */
};

/* fade_param.type */
enum {
    FADE_REAL,                            /* value.real, in the declared unit */
    FADE_INT,                             /* value.real, whole */
    FADE_BOOL,                            /* value.real, 0 or 1 */
    FADE_CHOICE,                          /* value.real is the index into "a|b|c", value.text the word */
    FADE_TEXT,                            /* value.text */
    FADE_PATH,                            /* value.text, made absolute against the scenario's folder */
    FADE_LIST_OF,                         /* value.v[n], each in the declared unit */
    FADE_CURVE,                           /* value.v: x[n] then y[n], x rising; unit "x-unit;y-unit" */
    FADE_GRID,                            /* value.v: x[n] y[m] z[n * m]; unit "x;y;z" */
    FADE_TEXTS,                           /* value.texts[n] */
    FADE_MAP,                             /* value.key[n] -> value.texts[n]; tables inside give dotted keys */
    FADE_PATHS                            /* value.texts[n], each as of a FADE_PATH */
};

/* fade_param.flags */
enum {
    FADE_REQUIRED = 1,
    FADE_PER_CELL = 2,                    /* a real that step reads from tile->param: may differ by lane */
    FADE_ADVANCED = 4,                    /* left out of short help */
    FADE_DEPRECATED = 8,                  /* `text` names the key that replaces it */
    FADE_LIVE = 16,                       /* per cell, read afresh at every step: "@key" binds it to another part's column */
    FADE_FITTED = 32,                     /* the default was fitted to measurements */
    FADE_EXAMPLE = 64,                    /* the default is only an example */
    FADE_LOG = 128,                       /* fits and sweeps move its logarithm */
    FADE_STEP_ONLY = 256                  /* rates() and cycles() of "fade.duty/1" do not read it: lanes that differ in it share them */
};

/* fade_column.flags.  The moment a value is known: before the cycle (PLANNED), during it (EARLY), neither: only after it.
 * Wiring hands the latest moment on, so what a model makes of a late column is late too. */
enum {
    FADE_OPTIONAL = 1,                    /* an input: NaN when nobody writes it */
    FADE_MEMO = 2,                        /* a state: rebuilt by refresh(), not saved */
    FADE_TOTAL = 4,                       /* an output: the sum over the step, not the value at its end */
    FADE_PLANNED = 8,
    FADE_EARLY = 16,
    FADE_TARGET = 32                      /* what is to be predicted, or contains it: never a feature of its own row */
};

enum { FADE_PER_CYCLE = 1 };              /* fade_desc.flags of physics: dt counts cycles, not seconds */
enum { FADE_BY_CURRENT, FADE_BY_VOLTAGE, FADE_BY_POWER, FADE_BY_RESISTANCE };   /* an input "control"; "demand" says how much */
enum {                                    /* fade_source_v1.flags */
    FADE_HOLD = 1,                        /* a row holds for its cell until the next one, for ever after END */
    FADE_DUTY = 2                         /* its samples are a duty, of which the host makes the rows; its rows only say which cells there are */
};

/* A table of descriptors; `stride` lets an old host walk a newer table. */
typedef struct fade_list {
    const void *at;
    uint32_t    n, stride;
} fade_list;
#define FADE_LIST(a) { (a), (uint32_t)(sizeof(a) / sizeof(a)[0]), (uint32_t)sizeof(a)[0] }

typedef struct fade_param {               /* one scenario key */
    const char *key;                      /* "sei.k0": lower case, digits, _ and . */
    const char *unit;                     /* "m/s"; "1" a ratio; "" a bare number or a setting */
    const char *doc;                      /* one sentence */
    const char *source;                   /* paper, DOI; "" for a setting */
    int32_t     type;                     /* FADE_REAL .. FADE_PATHS */
    uint32_t    flags;                    /* FADE_REQUIRED | FADE_PER_CELL | .. */
    double      def, min, max;            /* in `unit`; def NAN with FADE_REQUIRED; outside min..max is refused; min == max: no bound */
    double      lo, hi;                   /* where the number was shown to hold; outside: one warning; lo == hi: min..max */
    const char *text;                     /* choices "a|b|c" (def is the index), default text, or the key that replaces this one */
} fade_param;

typedef struct fade_column {              /* one state, input or output, per cell */
    const char *key, *unit, *doc;
    double      init;                     /* first value of a state; what an output has before the first step */
    double      min, max, lo, hi;         /* bounds as above: a broken min..max is a bug, outside lo..hi warns once */
    uint32_t    width, flags;             /* values per cell: 0 is 1; w > 1 is w rows of n lanes, [j * n + i] */
} fade_column;

typedef struct fade_columns {             /* what a plugin reads and writes: lists of fade_column */
    fade_list state, in, out, sample;     /* sample: rows within a cycle (sources) */
} fade_columns;

typedef struct fade_value {               /* one parameter, parsed, converted, range-checked */
    double              real;             /* REAL, INT, BOOL, CHOICE; of a PER_CELL parameter the first lane's: step uses tile->param */
    const char         *text;             /* TEXT, PATH, CHOICE; NULL when not given and without default */
    const double       *v;                /* LIST_OF, CURVE, GRID */
    uint32_t            n, m;
    const char *const  *key;              /* MAP */
    const char *const  *texts;            /* TEXTS, MAP, PATHS */
} fade_value;

typedef struct fade_args {                /* in table order; the host's, valid for the object's life */
    uint32_t          size, n;
    const fade_value *at;
    const fade_desc  *desc;               /* the descriptor asked for: one function can serve many (Lua, FMU) */
} fade_args;

typedef struct fade_report {              /* frozen */
    int32_t     level;                    /* 0 debug, 1 info, 2 warning, 3 error */
    int32_t     code;                     /* FADE_E* or 0 */
    const char *file;                     /* where in the plugin */
    int32_t     line;
    int32_t     lane;                     /* -1: not about one cell */
    const char *text;                     /* UTF-8, one sentence without newline, valid during the call */
} fade_report;

struct fade_host {                        /* one per plugin object, valid for its life */
    uint32_t     size, abi;
    void        *ctx;
    void       (*report)(const fade_host *, const fade_report *);              /* [any] host adds plugin, cell, cycle, scenario line */
    int32_t    (*progress)(const fade_host *, double done, const char *what);  /* [io] long work: 0 go on, FADE_ECANCEL stop; may be NULL */
    const void *(*iface)(const fade_host *, const char *id);                   /* [any] a service below, or NULL */
};

/* ---- services of the host, by id ------------------------------------------------------------------------------------------ */

typedef struct fade_rng_v1 {              /* "fade.rng/1" [any]: a function of (seed, id, row, stream), no state; stream from 0 per plugin */
    uint32_t size;
    void   (*uniform)(const fade_host *, uint32_t n, const uint64_t *id, const uint64_t *row, uint32_t stream, double *u);   /* in (0, 1) */
    void   (*normal)(const fade_host *, uint32_t n, const uint64_t *id, const uint64_t *row, uint32_t stream, double *z);
} fade_rng_v1;

typedef struct fade_math_v1 {             /* "fade.math/1" [any]: same bits at any n and vector width; n a multiple of 8; y may be x; <= 1 ulp */
    uint32_t size;
    void   (*exp)(uint32_t n, const double *x, double *y);
    void   (*expm1)(uint32_t n, const double *x, double *y);
    void   (*log)(uint32_t n, const double *x, double *y);
    void   (*log1p)(uint32_t n, const double *x, double *y);
    void   (*tanh)(uint32_t n, const double *x, double *y);
    void   (*asinh)(uint32_t n, const double *x, double *y);
    void   (*pow)(uint32_t n, const double *x, const double *p, double *y);
    void   (*curve)(uint32_t n, const fade_value *c, const double *x, double *y);   /* linear; the end values hold */
    void   (*dense)(uint32_t n, uint32_t rows, uint32_t cols, const double *w, const double *x, double *y);
                                          /* y[rows][n] = w[rows][cols] x[cols][n], summed in order of cols */
    double (*exp1)(double);               /* one value, the same bits as the columns: for what must wait for the value before */
    double (*log1)(double);
    double (*log1p1)(double);
    double (*tanh1)(double);
    double (*pow1)(double x, double p);
} fade_math_v1;

typedef struct fade_log_v1 {              /* "fade.log/1" [any]: what report() says at level 0..3, but asked before the text is made */
    uint32_t size;
    int32_t (*wants)(const fade_host *, int32_t level);                             /* 1 when a message of this level is kept */
} fade_log_v1;

typedef struct fade_clock_v1 {            /* "fade.clock/1" [io]: never from step, whose result may not depend on it */
    uint32_t size;
    int64_t (*utc_us)(void);              /* us since 1970 UTC */
    int64_t (*monotonic_ns)(void);
    int32_t (*parse)(const char *text, int64_t *utc_us);                            /* RFC 3339, with or without zone (then UTC); or FADE_EINVAL */
} fade_clock_v1;

typedef struct fade_text_v1 {             /* "fade.text/1" [any]: how a number, a time and a column are written for people */
    uint32_t size;
    uint32_t (*number)(double, char out[32]);                 /* shortest text that reads back the same; "" for NaN; returns its length */
    uint32_t (*time)(int64_t utc_us, char out[40]);           /* 2008-04-02T15:25:41.593Z; "" for INT64_MIN */
    uint32_t (*name)(const fade_column *, char out[96]);      /* capacity_ah: key and unit in Battery Data Format style */
    int32_t  (*real)(const char *, uint32_t n, double *);     /* the whole of n bytes as a number in the C locale; 0 or FADE_EINVAL */
} fade_text_v1;

typedef struct fade_csv fade_csv;
typedef struct fade_csv_field {
    const char *at;                       /* unquoted, NUL-terminated, until the next call of next() */
    uint32_t    n;
} fade_csv_field;

typedef struct fade_csv_v1 {              /* "fade.csv/1" [io]: RFC 4180 rows, also of .gz; BOM, CRLF and quotes are handled */
    uint32_t size;
    int32_t (*open)(const fade_host *, const char *path, char separator, fade_csv **);        /* separator 0: , ; or tab, as found; reports */
    int32_t (*next)(fade_csv *, const fade_csv_field **field, uint32_t *n);                   /* FADE_OK, FADE_END or < 0 (reported) */
    uint64_t (*line)(const fade_csv *);                                                       /* 1-based line where the last row starts */
    uint64_t (*offset)(const fade_csv *);                                                     /* uncompressed bytes before the next row */
    int32_t (*seek)(fade_csv *, uint64_t offset, uint64_t line);                              /* to what offset() and line() said */
    void    (*close)(fade_csv *);                                                             /* accepts NULL */
} fade_csv_v1;

typedef struct fade_expr fade_expr;
typedef struct fade_expr_v1 {             /* "fade.expr/1": formulas as text, run over columns: numbers, names, + - * / ^, exp log sqrt tanh abs erf min max */
    uint32_t size;
    int32_t (*compile)(const fade_host *, uint32_t n, const char *const *name, const char *const *text, const uint8_t *wanted,
                       uint32_t nvar, const char *const *var, const uint8_t *same, fade_expr **);
                                          /* [main] n formulas, a later one may name earlier ones; same[i] 1: one value for all lanes; reports */
                                          /* same[i] 2: held: what only such make, a call with y NULL puts into scratch for the calls behind it */
    size_t  (*scratch)(const fade_expr *, uint32_t n);                                        /* [any] bytes eval needs for n lanes */
    void    (*eval)(const fade_expr *, uint32_t n, const double *const *var, void *scratch, double *const *y);
                                          /* [work] n a multiple of 8; columns that are `same` need 8 values; y[i] of those wanted; y may not be a var */
    void    (*close)(fade_expr *);                                                            /* [main] accepts NULL */
    void    (*lane)(const fade_expr *, uint32_t n, uint32_t i, void *scratch, double *const *y);
                                          /* [work] lane i alone, behind a call with y NULL for n lanes of the same columns, whose values may be others now */
} fade_expr_v1;

/* ---- tiles and models ------------------------------------------------------------------------------------------------------ */

typedef struct fade_samples {             /* the samples of a duty between two break points of a law; the host's, valid during the call */
    uint32_t             size, n;         /* n a multiple of 8 */
    uint32_t             live, reserved;  /* samples 0..live-1 count */
    const double        *weight;          /* [n] each one's share of the time (trapezoids): they add to 1; 0 behind live */
    const double *const *in;              /* [n] each, in the order of fade_duty_v1.in */
    const double *const *rate;            /* what rates() made of them, in the order of fade_duty_v1.rate */
} fade_samples;

struct fade_tile {                        /* n cells, one column per quantity, 64-byte aligned, n a multiple of 8 */
    uint32_t             size, n;
    uint32_t             live, only;      /* lanes 0..live-1 count; the rest are copies: loops that cannot vectorise stop at live */
                                          /* only: 0, or inside a row of a duty 1 + the output that is looked at: others may stay as they are */
    const uint64_t      *id, *row;        /* per lane: the cell's id, the row (cycle) being made: for rng */
    const double        *t, *dt;          /* s, or cycles by FADE_PER_CYCLE: then 0 is an event without cycles, whose `duration` counts */
    const double *const *param;           /* the FADE_PER_CELL parameters only, in table order */
    const double *const *in;              /* held from t to t+dt; a later value is a later step */
    const double *const *x;               /* state at t */
    double *const       *x1;              /* state at t+dt; never aliases x; the host drops it in idle lanes and where status != 0 */
    double *const       *out;             /* at t+dt, with `in` still applied; FADE_TOTAL: over the step */
    double              *wish;            /* step may lower it: the dt it would take next, or after RETRY; preset to INFINITY */
    int32_t             *status;          /* zeroed by the host */
    void                *scratch;         /* this worker's, scratch() bytes, 64-byte aligned, contents undefined */
    void                *worker;          /* this worker's, from enter() */
    const fade_samples *const *samples;   /* NULL: rows drive the model.  Under a duty per live lane: what the cycles booked now are made of, or NULL */
};

typedef struct fade_model_v1 {            /* "fade.model/1".  Functions return 0 (see status[]) or < 0: the whole model is over */
    uint32_t size, flags;
    int32_t (*create)(const fade_host *, const fade_args *, void **model);   /* [main] NULL in a model only training makes */
    void    (*destroy)(void *model);                                         /* [main] accepts what create gave */
    int32_t (*columns)(const void *model, fade_columns *);                   /* [main] where parameters or a file decide keys or widths; may be NULL */
    size_t  (*scratch)(const void *model, uint32_t n);                       /* [main] bytes for a tile of n; may be NULL: 0 */
    int32_t (*enter)(const void *model, uint32_t n, void **worker);          /* [main] an integrator, a Lua state; may be NULL.  No result may depend on which */
    void    (*leave)(void *worker);                                          /* [main] */
    int32_t (*init)(const void *model, fade_tile *);                         /* [work] fill x1 from param and in; may be NULL: column.init */
    int32_t (*refresh)(const void *model, fade_tile *);                      /* [work] FADE_MEMO columns of x1 from param and x; may be NULL */
    int32_t (*step)(const void *model, fade_tile *);                         /* [work] x1 and out from x, in, param, dt */
    int32_t (*observe)(const void *model, fade_tile *);                      /* [work] out from x, in, param at t; NULL only without out */
} fade_model_v1;

/* A law that sees inside a row.  Under a duty the host steps it at its break points and at the ends of rows.  Time passes in every
 * step: `duration`, and the integrals of rates(), which are the model's inputs of the same keys.  Cycles are booked at break points:
 * dt > 0 and depth, soc_mean, soc_min, soc_max, temperature_mean, c_rate, c_rate_charge, c_rate_discharge, efc and span (s) are those
 * of the samples since the last one; between break points dt is 0 and these inputs stand. */
enum { FADE_LENT_SAMPLES = 1, FADE_LENT_TO_STEPS = 2 };          /* fade_duty_v1.flags: step reads tile->samples; so does steps */

typedef struct fade_steps fade_steps;
struct fade_steps {                       /* steps of one cell, one behind the other, as the lanes of a tile; the host's, valid during the call */
    uint32_t             size, output;    /* the output that says what is left of the capacity */
    const uint8_t       *scaled;          /* per input: 1 where the cell has health times what its column says; dt of every step is such */
    const uint8_t       *ends;            /* [n] 1: the health behind this step is what it leaves; else that before it */
    double              *health;          /* [n + 1] of the cell before each step, and behind the last: [0] is given, steps() fills the others */
    double (*left)(const fade_steps *, double output);        /* the health by that output */
    void (*left_all)(const fade_steps *, uint32_t n, const double *output, double *health);       /* the same of n of them */
};

typedef struct fade_duty_v1 {             /* "fade.duty/1", beside fade.model/1 */
    uint32_t  size, flags;
    double    break_time, break_efc;      /* a break point when so many s, or equivalent full cycles, have passed; 0: not by it */
    double    activation;                 /* J/mol: means of temperature are weighted by exp(-activation/RT); 0: plain means */
    fade_list in;                         /* of fade_column: what is read of a sample: soc 1, temperature K, anode_potential V, c_rate 1/h, time s;
                                             FADE_OPTIONAL: of samples that are lent alone, rates() gets NaN there */
    fade_list rate;                       /* of fade_column: what rates() writes; input KEY is the integral over the step's seconds,
                                             input mean_KEY the mean over the time since the last break point, set where cycles are booked */
    fade_list cycle;                      /* of fade_column: what cycles() writes, per full cycle: input KEY is the sum over the rainflow cycles
                                             that closed in the step, input open_KEY over those still open at its end, as half cycles */
    int32_t (*rates)(const void *model, fade_tile *);        /* [work] samples are lanes: out from in and param; NULL without `rate` */
    int32_t (*cycles)(const void *model, fade_tile *);       /* [work] rainflow cycles are lanes: in is depth, soc_mean, temperature_mean, duration */
    int32_t (*steps)(const void *model, fade_tile *, const fade_steps *);    /* [work] what step() makes of them one after the other, to the bit: lane j
                                             is step j; x, x1 and out have 8 lanes: before the first step, behind the last.  < 0: step() is asked
                                             instead.  NULL, or absent where `size` is smaller: there is none */
} fade_duty_v1;

/* ---- correctors ------------------------------------------------------------------------------------------------------------ */

typedef struct fade_table {               /* rows known at the forecast origin, sorted by cell, then row */
    uint32_t             size, ncol;
    uint64_t             n;
    const fade_column   *column;          /* the features the scenario named, in their order */
    const double *const *col;             /* ncol columns of n; NaN unknown */
    const double        *target, *weight; /* weight may be NULL */
    const uint32_t      *cell, *row;
    const uint64_t      *id;              /* per row: its cell's, as tile->id has it; NULL: not told.  Absent where `size` is smaller */
} fade_table;

typedef struct fade_stream {              /* the host's; read and write move all n bytes or fail (< 0) */
    uint32_t size;
    void    *ctx;
    int32_t (*read)(void *ctx, void *, size_t n);
    int32_t (*write)(void *ctx, const void *, size_t n);
} fade_stream;

typedef struct fade_corrector_v1 {        /* "fade.corrector/1": makes immutable models, which `model` steps: in = features; out = mean, sigma, distance */
    uint32_t             size, flags;
    const fade_model_v1 *model;           /* step predicts; state (a window, a hidden layer) is columns like any other */
    int32_t (*train)(const fade_host *, const fade_args *, const fade_table *, const void *from, void **model);   /* [io] from: start from it, or NULL */
    int32_t (*update)(const fade_host *, const void *model, const fade_table *more, void **next);                 /* [io] may be NULL: retrain */
    int32_t (*save)(const void *model, const fade_stream *);                                                      /* [io] loaded model: the same bits */
    int32_t (*load)(const fade_host *, const fade_args *, const fade_stream *, void **model);                     /* [io] any bytes at all: a sentence, not a crash */
} fade_corrector_v1;

typedef struct fade_onnx_v1 {             /* "fade.onnx/1", beside fade.corrector/1: a trained model for programs that know ONNX */
    uint32_t size, flags;
    int32_t (*write)(const void *model, const fade_stream *);   /* [io] one model file: input "features" [rows][columns.in], NaN unknown;
                                                                 * outputs "mean", "sigma", "distance" [rows], what observe gives within 1e-9 */
} fade_onnx_v1;

typedef struct fade_explain_v1 {          /* "fade.explain/1", beside fade.corrector/1: what each feature adds to a prediction */
    uint32_t size, flags;
    int32_t (*shares)(const void *model, uint64_t n, const double *const *in, double *const *share);   /* [io] n rows in columns as columns.in:
                                                                 * share[j][n] is what column j adds to mean, the last one (behind the inputs)
                                                                 * what is said of no row in particular; together they are mean */
    int32_t (*gain)(const void *model, double *gain);            /* [io] may be NULL: by how much each column's splits shortened the error in
                                                                  * training, any unit, one number a column */
} fade_explain_v1;

/* ---- sources and outputs --------------------------------------------------------------------------------------------------- */

typedef struct fade_block {               /* up to cap rows of one stream: 0 cycles (columns.out), 1 samples (columns.sample) */
    uint32_t       size, stream, n, cap;
    uint64_t      *number;                /* outputs: unique in (run, stream), rising by one: the key that makes writing twice harmless */
    const char   **cell;                  /* id [A-Za-z0-9_.-]{1,64}; the writer's, valid until its close */
    const char   **variant;               /* outputs: which physics and corrector made the row; NULL if only one */
    int64_t       *time, *cycle;          /* us since 1970 UTC, INT64_MIN unknown; the cycle's number */
    double *const *col;                   /* in the order of the stream's list; NaN unknown */
    char          *position;              /* sources: where reading goes on after this block; 256 bytes, text */
} fade_block;

typedef struct fade_source_v1 {           /* "fade.source/1" */
    uint32_t size, flags;                 /* FADE_HOLD */
    int32_t (*open)(const fade_host *, const fade_args *, const char *position, void **source);   /* [io] NULL: from the start */
    void    (*close)(void *source);                                                               /* [io] */
    int32_t (*columns)(const void *source, fade_columns *);                  /* [io] out and sample as found in the file; may be NULL: desc's */
    int32_t (*next)(void *source, fade_block *, int32_t timeout_ms);         /* [io] OK with n = 0: nothing yet; END; EIO: may be called again */
    int32_t (*commit)(void *source, const char *position);                   /* [io] outputs have it for good: acknowledge up to here; may be NULL */
    uint32_t (*again)(void *source, uint32_t period, uint32_t most, char *position);   /* [io] of samples of all cells: how many of the next, at most
                                             `most`, are those of `period` samples before, to the bit but for the time, and each follows the one
                                             before as it did there.  They are passed over: reading goes on behind them, at `position`, 256 bytes,
                                             text.  0: none, next() is asked.  NULL, or absent where `size` is smaller: there is none */
} fade_source_v1;

typedef struct fade_run {                 /* what an output is told at open; the host's, valid until close */
    uint32_t     size, flags;
    const char  *id, *name;               /* ULID; [run].name */
    const char  *scenario, *made_by;      /* the merged scenario as TOML; versions, seeds, hashes as JSON */
    const char  *folder;                  /* the result's folder: relative paths of outputs start here */
    fade_columns columns;                 /* out and sample: keys, units (degC, Ah: human ones), docs */
    uint64_t     first[2];                /* per stream: rows from this number on are void (a resumed run); 0 at the start */
} fade_run;

typedef struct fade_event {               /* an alert, a lane's end, a training, a score, progress */
    uint32_t    size;
    int32_t     level, code;
    uint64_t    number;                   /* unique in the run, rising by one */
    int64_t     time, cycle;              /* us since 1970 UTC or INT64_MIN; -1: about no cycle */
    const char *cell;                     /* NULL: about no one cell */
    const char *kind, *text, *json;       /* "lane-end", "trained", "score", "progress", "warning", ..; a sentence; an object or NULL */
} fade_event;

typedef struct fade_output_v1 {           /* "fade.output/1"; EIO: the host keeps the block and calls again */
    uint32_t size, flags;
    int32_t (*open)(const fade_host *, const fade_args *, const fade_run *, void **output);       /* [io] */
    int32_t (*rows)(void *output, const fade_block *);                       /* [io] */
    int32_t (*event)(void *output, const fade_event *);                      /* [io] may be NULL */
    int32_t (*flush)(void *output);                                          /* [io] all so far survives a power cut */
    int32_t (*close)(void *output, int32_t outcome, const char *why);        /* [io] always called; frees.  outcome 0: the run is whole */
} fade_output_v1;

/* ---- descriptors ----------------------------------------------------------------------------------------------------------- */

struct fade_desc {
    uint32_t     size, flags;             /* FADE_PER_CYCLE */
    const char  *id;                      /* [a-z][a-z0-9-]*; the library's file is id.so */
    const char  *kind;                    /* "source", "physics", "corrector", "output" */
    const char  *version, *licence;       /* "1.0.0", SPDX */
    const char  *doc, *cite;              /* first line: one sentence; paper and DOI, "" if none */
    fade_list    params;                  /* of fade_param */
    fade_columns columns;                 /* what can be known without creating */
    const void *(*iface)(const fade_desc *, const char *id);                 /* [scan] pure; NULL if unknown */
    const void  *own;                     /* the plugin's */
};

typedef struct fade_library {             /* the one exported symbol: FADE_LIBRARY.  Built-ins register one too */
    uint32_t                magic, abi, fingerprint, size;
    const fade_desc *const *plugins;      /* NULL-terminated */
} fade_library;

#define FADE_LIBRARY(...)                                                                \
    static const fade_desc *const fade_plugins_[] = { __VA_ARGS__, NULL };               \
    extern FADE_EXPORT const fade_library fade_library_v1;                               \
    const fade_library fade_library_v1 = { FADE_MAGIC, FADE_ABI_NEED, FADE_FINGERPRINT,  \
                                           (uint32_t)sizeof(fade_library), fade_plugins_ }

/* True when the writer of *p knew `field`. */
#define FADE_HAS(p, field) ((p)->size >= offsetof(__typeof__(*(p)), field) + sizeof(p)->field)

#define fade_say(host, level, code, lane, text) \
    (host)->report((host), &(fade_report){ (level), (code), __FILE__, __LINE__, (lane), (text) })

#ifdef __cplusplus
}
#endif
#endif

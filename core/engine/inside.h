/* SPDX-License-Identifier: MIT
 * inside.h - what the files of the engine share; nobody else includes it.
 *
 * Words: a *lane* is one cell; a *tile* is up to `width` lanes whose columns lie together; a *physics* is one variant
 * (one part or several coupled ones); a *chunk* is the rows done between two consistent points; a *record* is one row
 * kept for outputs.
 */
#ifndef FADE_ENGINE_INSIDE_H
#define FADE_ENGINE_INSIDE_H
#include "core/engine/engine.h"
#include "core/base/mem.h"
#include "core/engine/predictor.h"
#include "core/engine/study.h"
#include "core/engine/transform.h"
#include "core/host/object.h"
#include "core/host/wire.h"
#include <pthread.h>

enum { TILE_MAX = 1024 };                         /* most lanes of a tile */
enum { OVER_NO, OVER_STOP, OVER_FAILED };         /* why a lane of a physics is over */

/* One model at work. */
typedef struct part {
    const scenario_part *sp;
    const fade_desc     *desc;
    const fade_model_v1 *vt;
    object              *object;
    void                *model;
    fade_columns         cols;
    bool                 per_cycle;
    uint32_t nparam, wstate, wout; /* per-cell parameters; values per lane of all states, of all outputs */
    uint32_t            *param;                   /* index in desc->params of the k-th per-cell parameter */
    bool *varies; /* the k-th differs by lane or row: a column per tile; else one for all */
    double             **uniform;                 /* columns of `width` for those that do not */
    wire_link           *in, *bound;              /* per input; per per-cell parameter (from -1: not bound) */
    bool                *moves;                   /* the input can change from row to row */
    const double       **axis;                    /* per per-cell parameter: its value at each point; NULL: the same at all */
    size_t               scratch;
    uint32_t *sum, nsum; /* inputs that are of the whole step: `duration`; under a duty integrals and sums over cycles */
    int control, demand, ambient, voltage, current, temperature;  /* indices of a cell model's columns; -1: has none */
    int soc, voltage_min, voltage_max;            /* of its outputs, of its parameters; -1 */
    struct cycler_when  *when;                    /* per condition of the protocol */
    struct pack         *pack;                    /* its cells are a pack's; NULL */
} part;

/* Columns that the protocol runner writes for the ageing parts of the same physics. */
#define CYCLE_COLUMNS(X)                                                                                            \
    X(CYCLE_DISCHARGE, "discharge_capacity", "Ah", "Charge drawn in the cycle.")                                    \
    X(CYCLE_CHARGE, "charge_capacity", "Ah", "Charge put back in the cycle.")                                       \
    X(CYCLE_ENERGY, "discharge_energy", "Wh", "Energy drawn in the cycle.")                                         \
    X(CYCLE_THROUGHPUT, "throughput", "Ah", "Charge moved in the cycle, both ways.")                                \
    X(CYCLE_DURATION, "cycle_duration", "s", "How long the protocol took.")                                         \
    X(CYCLE_T_MEAN, "cell_temperature_mean", "K", "Mean temperature of the cell over the cycle.")                   \
    X(CYCLE_T_MAX, "cell_temperature_max", "K", "Highest temperature of the cell in the cycle.")                    \
    X(CYCLE_V_MIN, "cell_voltage_min", "V", "Lowest voltage in the cycle.")                                         \
    X(CYCLE_V_MAX, "cell_voltage_max", "V", "Highest voltage in the cycle.")                                        \
    X(CYCLE_CHARGE_ENERGY, "charge_energy", "Wh", "Energy put back in the cycle.")                                  \
    X(CYCLE_ENERGY_EFFICIENCY, "energy_efficiency", "1", "Energy drawn over energy put back.")                      \
    X(CYCLE_COULOMBIC_EFFICIENCY, "coulombic_efficiency", "1", "Charge drawn over charge put back.")                \
    X(CYCLE_V_CHARGE, "charge_voltage_mean", "V", "Mean voltage of the charge put back.")                           \
    X(CYCLE_V_DISCHARGE, "discharge_voltage_mean", "V", "Mean voltage of the charge drawn.")                        \
    X(CYCLE_CC_TIME, "cc_charge_time", "s", "Time of charge at a given current or power.")                          \
    X(CYCLE_CV_TIME, "cv_charge_time", "s", "Time of charge at a held voltage.")                                    \
    X(CYCLE_DISCHARGE_TIME, "cell_discharge_time", "s", "Time of discharge.")                                            \
    X(CYCLE_REST_TIME, "rest_time", "s", "Time without current.")                                                   \
    X(CYCLE_PEAK, "dqdv_peak", "Ah/V", "Height of the main peak of dQ/dV in charge, smoothed over 10 mV.")          \
    X(CYCLE_PEAK_V, "dqdv_peak_voltage", "V", "Voltage of that peak.")                                                   \
    X(CYCLE_DEPTH, "depth", "1", "Highest less lowest state of charge of the cycle.")                               \
    X(CYCLE_SOC_MEAN, "soc_mean", "1", "Mean state of charge over the row.")                                        \
    X(CYCLE_SOC_MIN, "soc_min", "1", "Lowest state of charge of the cycle.")                                        \
    X(CYCLE_SOC_MAX, "soc_max", "1", "Highest state of charge of the cycle.")                                       \
    X(CYCLE_ROW_T, "temperature_mean", "K", "Mean temperature of the cell over the row.")                           \
    X(CYCLE_RATE, "c_rate", "1/h", "Mean rate of discharge, times the nominal capacity.")                           \
    X(CYCLE_RATE_DISCHARGE, "c_rate_discharge", "1/h", "The same.")                                                 \
    X(CYCLE_RATE_CHARGE, "c_rate_charge", "1/h", "Mean rate of charge, times the nominal capacity.")                \
    X(CYCLE_ROW, "duration", "s", "Calendar time of the row: as the source says, not less than the protocol took.") \
    X(CYCLE_REFERENCE, "reference_capacity", "Ah", "Charge drawn in the reference test behind this cycle.")         \
    X(CYCLE_RESISTANCE, "reference_resistance", "ohm", "Of its largest jump of current, at once.")
#define CYCLE_ENUM(name, key, unit, doc) name,
enum { CYCLE_COLUMNS(CYCLE_ENUM) CYCLE_N };
#undef CYCLE_ENUM

/* What several parts write and the host makes one of (place -4 in the pool). */
enum { COMBINE_LOSS, COMBINE_RESISTANCE, COMBINE_N };
typedef struct combined combined;

typedef struct physics {
    const scenario_physics *sp;
    part     *part;
    size_t    n;
    wire_pool pool;                               /* source columns, then cycle columns, then the parts' outputs */
    int       capacity, loss;                     /* in the pool; -1 */
    wire_link capacity_link;                      /* to Ah */
    bool      cell;                               /* has a part that steps in seconds */
    combined *combined;                           /* NULL: each column has one writer */
    int      *stop;                               /* per stop on a column: the pool end; -1 */
    double   *stop_value;                         /* its bound in the column's unit */
    int      *column;                             /* record column of each pool end; -1: none */
    double   *scale, *offset;                     /* from the pool end's unit to the record column's */
} physics;

/* A lane's data that is not columns. */
typedef struct lane {
    const char *cell;
    uint64_t    id;                               /* text_hash(cell) */
    uint64_t    total;                            /* rows the source has for it (scan); 0 unknown */
    uint64_t    origin;                           /* rows known to the forecast; UINT64_MAX: all */
    uint64_t    seen;                             /* rows of the source met so far, in this pass */
    uint64_t    done;                             /* rows stepped */
    int64_t     cycle;                            /* number of the last row stepped */
    int64_t     time;                             /* us of the last row's stamp */
    double      c0;                               /* initial capacity, Ah; NaN unknown */
    bool        begun;
} lane;

/* trace.h: within a cycle */
typedef struct trace trace;
typedef struct tracer tracer;
struct trace_page;
enum { TRACE_SUMS = 4 };                          /* Ah and Wh, charged and discharged */

typedef struct duty duty;                         /* duty.h: rows made of samples */
typedef struct duty_desk duty_desk;

typedef struct lane_physics {                     /* per lane and physics */
    int         over;                             /* OVER_* */
    uint64_t    over_cycle, eol_cycle, below;     /* 0: not reached; rows below the threshold in a row */
    double      capacity, first;                  /* Ah, last and first */
    double      eol_seconds;                      /* test time of the first of the rows below the threshold */
    double      soh;                              /* under a duty: capacity over the initial one at the last break point */
    double      seconds, steps, moved[TRACE_SUMS]; /* of a cell under a protocol, so far: s, sentences, Ah and Wh */
    char       *reason;                           /* owned; NULL while not over */
    bool        told;                             /* its end was given to the outputs */
} lane_physics;

typedef struct source_cell {                            /* one of the source's; its lanes are cell * points .. + points - 1 */
    char    *name;
    uint64_t id;                                  /* text_hash(name) */
} source_cell;

typedef struct script_mark { uint32_t lane; int64_t cycle; size_t physics; char text[160]; } script_mark;

typedef struct tile {
    uint32_t  first, live;                        /* lanes first .. first + live - 1 */
    double   *cur;                                /* [nsource][width] last known value, in the source's unit */
    double   *sum;                                /* [nsource][width] sum and count of known values up to the origin */
    double   *count;
    double   *efc, *seconds;                      /* [width] equivalent full cycles, test time */
    double  **state;                              /* per part over all physics: [wstate + wout][width] */
    double  **param;                              /* per part: [nparam][width], only if some parameter varies */
    /* What the last chunk left: records in step order, linked per lane. */
    double   *rec;
    size_t    nrec, caprec;
    struct recinfo { uint32_t lane, physics, next; bool last; uint64_t index; int64_t cycle, time; } *info;
    uint32_t *first_of, *last_of;                 /* per lane: record index + 1; 0 none */
    struct trace_page **trace_first, **trace_last;       /* per lane: its samples, in order; NULL: none are kept */
    uint32_t  ended;                              /* lanes that were over with the row at hand */
    script_mark *mark;                              /* what a script marked in this chunk, in order */
    size_t    nmark, capmark;
    why       why;                                /* what broke the tile; code 0: nothing */
} tile;

typedef struct chunk {
    bool      hold;                               /* values stand: rows are counted, not read */
    uint64_t  rows;                               /* most rows of any lane */
    uint32_t *begin, *count;                      /* per lane: rows, and where they start in order[] */
    uint32_t *order;                              /* slots, sorted by lane */
    size_t    nslot, capslot;
    uint32_t  caplane;
    double  **val;                                /* [nsource][slot] */
    int64_t  *cycle, *time;
    uint32_t *lane;
} chunk;

typedef struct sink {                             /* one output at work */
    fade_block            block, sample;          /* rows and samples that wait */
    double              **col, **sample_col;
    const scenario_output *so;
    object               *object;
    const fade_output_v1 *vt;
    void                 *self;
    uint64_t              number, samples;        /* rows and samples given so far */
    bool                  dead, tap;              /* tap: no plugin */
    const char           *cell, *variant;         /* whose samples, of which cycle: `sample` says so from `stamped` on */
    int64_t               cycle;
    uint32_t              stamped;
    fade_run              run;
} sink;

typedef struct input_range {                      /* an input outside of where its law was shown to hold */
    uint64_t rows;
    double   least, most;                         /* of those */
    bool     out;                                 /* in the tile at work, when last looked at */
    bool     stretches;                           /* a duty's stretches between break points are counted, not rows */
    uint64_t looked;                              /* of them, in all */
} input_range;

typedef struct worker {
    struct engine *engine;
    int            index;
    double        *mem;                           /* all columns of one tile at work */
    struct workpart *part;                        /* per part over all physics */
    double       **source;                        /* [nsource] current values of the tile at work */
    double       **cycle;                         /* [CYCLE_N] of the physics at work */
    double        *dt, *t, *wish, *cap, *count, *left;
    double        *efc, *seconds;                 /* what a row adds to the clocks */
    double        *floor;                         /* [nphysics][width] capacity from which on stops must look */
    uint64_t      *id, *row;
    int32_t       *status;
    uint8_t       *active;
    tile          *tile;                          /* at work, for messages */
    void          *script;                        /* the hooks' state of this worker */
    double        *row_values, *set;              /* of the row a hook sees; what it changes */
    int64_t       *spent;                         /* [nphysics] ns of the rows that were timed */
    uint64_t      *timed, *rows;                  /* [nphysics] rows timed, rows in all */
    const double **val;                           /* pool values, [longest pool] */
    struct lanerun *run;                          /* the protocol runner's */
    tracer       *tracer;                         /* NULL: no cell steps in seconds */
    duty_desk    *desk;                           /* a duty's */
    input_range  **range;                         /* per part over all physics, per input */
    uint64_t      *stepped;                       /* rows of lanes, per part */
    double         combined[COMBINE_N][TILE_MAX]; /* of the physics at work */
} worker;

typedef struct workpart {
    fade_tile  b;
    double   **param, **in, **x, **x1, **out;
    double    *xbuf[2], *inbuf, *outbuf, *parambuf, *scratch;
    double    *whole;                             /* [nsum][width] those inputs of a step that is taken in pieces */
    double    *kept_out, *kept_x;                 /* of a cell model: outputs of lanes that are through; state before a reference test */
    void      *worker;
} workpart;

enum { FEATURE_CYCLE = -2, FEATURE_STEPS = 4 };   /* a row's cycle; transforms of one column at most, and the end */

/* A corrector at work: what it reads, and the tile its predictions are made in (rows of one lane are the tile's lanes).
 */
typedef struct corrector_use {
    object                  *object;
    const fade_corrector_v1 *vt;
    int                     *feature;             /* record column, or FEATURE_* */
    const transform        *(*by)[FEATURE_STEPS]; /* per feature: what is made of it, in order; NULL ends */
    fade_column             *feature_column;
    size_t                   nfeature;
    double                  *scale, *offset;      /* from a column's unit to that a saved model learnt in; NULL: the same */
    int                      extra[PREDICTOR_EXTRAS];     /* record columns of predictor_extra, in order */
    size_t                   nextra;
    predictor                tile;
} corrector_use;

struct engine {
    const scenario *sc;
    engine_options  opt;
    uint32_t        width;                        /* lanes of a tile */

    object               *source_object;
    const fade_source_v1 *source_vt;
    void                 *source;
    char                  position[256];
    bool                  hold, source_ended, finite;
    size_t                nsource;                /* source columns, then conditions */
    size_t                nread;                  /* those the source writes */
    fade_column          *source_column;
    double               *source_scale;           /* per column the source writes: to the unit above */
    atomic_bool           doubted;                /* a measured capacity was warned of */
    int                   count_col, depth_col, duration_col, target_col, truth_col, capacity_col;
    double                depth_scale, duration_scale, capacity_scale;    /* to 1, s, Ah */
    uint32_t              tiled;                  /* lanes that lie in a tile */
    size_t               *condition_at;           /* per condition: its source column */
    double               *start;                  /* per source column: its value before the first row */
    const double        **column_axis;            /* per source column: its value at each point; NULL */
    bool                  scripted;               /* hooks change columns: nothing holds from row to row */
    uint32_t              points;                 /* lanes per cell; 1 without engine_points */
    source_cell          *cell;
    uint32_t              ncell, capcell;
    scenario_output       tap;                    /* what the tap wants, as an output's wish */
    bool                 *used;                   /* a physics reads it */

    trace   *trace;
    bool     sampled;                             /* samples are kept */
    duty    *duty;                                /* NULL: the source gives rows */
    physics *physics;
    size_t   nphysics, nparts;

    lane         *lane;
    lane_physics *lp;                             /* [lane * nphysics + p] */
    uint32_t      nlane, caplane;
    uint32_t     *index;                          /* open addressing by id: cell + 1 */
    size_t        nindex;
    tile         *tile;
    uint32_t      ntile, captile;

    chunk    chunk;
    uint64_t rows_resumed, chunk_rows, rows_done,
        cycles;          /* rows of a chunk; rows stepped in all; cycles to run (0: as the source has) */
    bool passes, second; /* there are two: up to the origin, then past it; this is the second */
    bool     live;                                /* rows come as they happen: a chunk is one block */

    /* The row table. */
    fade_column *column;
    size_t       ncolumn;
    mem_arena   *arena;                           /* texts of the row table */
    bool         layout_failed;                   /* one of them found no memory */
    double      *scale, *offset;                  /* of the source's columns: to the unit people read */
    size_t       nrecord_source;                  /* how many of them a record holds: 0 where they are constants */
    int          col_efc, col_seconds, col_physics, col_capacity, col_soh, col_correction;   /* -1: not there */
    int          tap_pool;                        /* where engine_tap.key lies: in the pool of the first physics; -1: its capacity */
    int          col_extra;                       /* first of nextra columns that correctors have besides */
    size_t       nextra;
    const char **variant;                         /* [nphysics * nvariant_of] */
    size_t       nvariant;                        /* per physics: correctors, or 1 */

    sink    *sink;
    size_t   nsink;
    uint64_t event_number;
    fade_block block;
    char     run_id[27];
    char    *made_by;

    struct corrector_use *corrector;
    engine_correction *correction;                /* [physics * ncorrector + c]; .nmodel 0: not trained */
    engine_table      *table;                     /* [physics * ncorrector + c]: rows up to the origin */
    bool               trained;
    void              *score;

    worker  *worker;
    int      nworker;
    int64_t  started_ns, snapshot_ns, progress_ns;
    uint64_t failed, ended, warned;
    char    *scores;                              /* JSON array, made at the end */
    int      outcome;
    int64_t  elapsed_ns;
};


/* open.c */
int open_source(engine *, tree_problems *, why *);
int open_complain(tree_problems *, const tree_node *, const why *);
int open_restart(engine *, const char *position, why *);
/* bind.c */
int bind_physics(engine *, tree_problems *, why *);
void bind_close(engine *);
/* combine.c */
int combine_bind(physics *, tree_problems *, why *);            /* its parts are open, its pool empty */
const fade_column *combine_column(const physics *, size_t index, const fade_column *out);       /* as the pool has it */
const fade_column *combine_joint(physics *, int which);         /* COMBINE_*, once the parts' are in the pool; NULL: nobody writes it */
void combine_values(worker *, const physics *, uint32_t live);  /* worker.combined from worker.val */
void combine_plan(const physics *, text *out);
void combine_close(physics *);
/* lanes.c */
int lanes_find(engine *, const char *cell, uint32_t *lane, why *);      /* the cell's first lane */
void lanes_free(engine *);
int lanes_scan(engine *, why *);
/* points.c */
int points_params(const engine *, size_t physics, size_t index, part *, why *);
int points_bind(engine *, tree_problems *, why *);
double points_column(const engine *, size_t column, uint32_t lane, double otherwise);
/* hook.c */
int hook_columns(engine *, tree_problems *, why *);
int hook_worker(engine *, worker *, why *);
void hook_worker_close(engine *, worker *);
void hook_conditions(engine *, worker *, tile *);               /* before a row; lanes whose function fails are over */
void hook_cycle(engine *, worker *, size_t p, tile *, uint64_t r);       /* after it */
void hook_marks(engine *, const tile *, uint32_t lane);         /* to the outputs */
int hook_start(engine *, why *);
int hook_end(engine *, int outcome, why *);
/* tiles.c */
int tiles_worker(engine *, worker *, why *);
void tiles_worker_close(engine *, worker *);
int tiles_cover(engine *, why *);                 /* tiles for the lanes that have none yet */
void tiles_free(engine *);
void tiles_load(engine *, worker *, tile *);
void tiles_store(engine *, worker *, tile *);
/* feed.c */
int feed_chunk(engine *, bool *more, why *);
int feed_hold(engine *, why *);
void feed_free(engine *);
/* step.c */
void step_tile(engine *, worker *, tile *);
void step_begin(engine *, worker *, tile *);      /* init of lanes whose first row is at hand */
void step_values(worker *, const physics *, const workpart *first);   /* worker.val of this physics's pool */
const char *step_lane_name(void *ctx, int32_t lane, int64_t *cycle);    /* of the tile this thread steps */
void step_lane_over(engine *, tile *, uint32_t i, size_t p, int over, const char *reason, int64_t cycle);
double step_clock(const engine *, const tile *, size_t p, uint32_t i);     /* s under test; a row's own are in when it is recorded */
void step_inputs(worker *, const part *, workpart *, uint32_t live, bool all);
/* duty.c, duty_feed.c, duty_run.c, duty_lend.c */
int duty_open(engine *, why *);                   /* the source's samples are a duty */
size_t duty_columns(const fade_column **out);     /* what its rows say */
int duty_take_columns(engine *, const fade_columns *, why *);
int duty_bind(engine *, why *);                   /* the laws are there */
int duty_begin(engine *, why *);                  /* which cells there are */
int duty_feed(engine *, bool *more, why *);
int duty_desk_open(engine *, worker *, why *);
void duty_desk_close(worker *);
int duty_desk_room(engine *, why *);
bool duty_sees(const engine *, size_t part);      /* has the law an inside? */
bool duty_holds(const engine *, size_t part, uint32_t input);         /* is its range compared with what is between break points? */
bool duty_gives(const engine *, size_t part, uint32_t input);    /* the law gets it from samples */
void duty_plan(const engine *, text *out);
void duty_run(engine *, worker *, size_t p, size_t at, const part *, workpart *, tile *, uint64_t r);
void duty_outs(worker *, const part *, workpart *, const tile *, const bool *fresh, bool back);   /* kept over an observe, given back */
void duty_close(duty *);                          /* accepts NULL */
/* law.c */
bool law_within(const part *, const workpart *);  /* is all it wrote within its bounds? */
void law_swap(const part *, workpart *);           /* what it wrote is its state now */
void law_step(engine *, worker *, size_t p, const part *, workpart *, tile *);
void law_warn_outside(const engine *, const part *, const fade_column *, double, const lane *);     /* once an input */
void law_inputs(engine *, worker *, size_t p, const part *, workpart *, tile *, bool all);
bool law_sound(engine *, worker *, size_t p, const part *, workpart *, tile *,
               uint32_t i); /* false: the lane is over, said why */
/* ranges.c */
int ranges_worker(const engine *, worker *, why *);
void ranges_worker_close(const engine *, worker *);
bool ranges_meet(input_range *, double v);        /* v is outside; true: the first time for this worker */
/* stops.c */
int stops_bind(engine *, tree_problems *, why *);
void stops_capacity(engine *, worker *, const physics *, tile *);
void stops_row(engine *, worker *, size_t p, tile *, bool look);
/* cycler.c, cycler_bind.c */
int cycler_bind(engine *, physics *, part *, tree_problems *, why *);   /* its pool is filled */
void cycler_run(engine *, worker *, size_t p, const part *, workpart *, tile *);
size_t cycler_bytes(const engine *);              /* of worker.run */
/* record.c */
int record_layout(engine *, tree_problems *, why *);
int record_row(engine *, worker *, tile *, size_t p, uint64_t r);
void record_clear(tile *);
void record_free(engine *);
void record_fill(const engine *, const worker *, const tile *, size_t p, uint32_t i, uint64_t r, double *row);
bool record_every(const scenario_output *, int64_t cycle, bool last);
bool record_last(const engine *, const tile *, uint32_t i, size_t p);   /* the row just done is the lane's last */
/* trace.c, trace_bind.c, trace_emit.c: what happens within a cycle.  The protocol runner calls trace_cycle before the first sentence of a
 * cycle, trace_edge where one begins (`out` observed at its start), trace_step for each step taken (`out` at its end), trace_end behind
 * the last; all by the worker that has the tile. */
typedef struct trace_sentence { uint32_t index; int control; double demand, period; } trace_sentence;   /* index from 0; s, 0: not given */
int trace_bind(engine *, tree_problems *, why *);
void trace_free(engine *);
int trace_worker(engine *, worker *, why *);
void trace_worker_close(worker *);
void trace_cycle(engine *, worker *, size_t p, const part *, tile *);
void trace_edge(worker *, const workpart *, uint32_t i, const trace_sentence *);
void trace_step(worker *, const workpart *, uint32_t i, double dt);
void trace_end(engine *, worker *, size_t p, tile *);
void trace_row(engine *, worker *, size_t p, tile *);           /* stops have been looked at: which samples are kept? */
size_t trace_columns(const engine *, const fade_column **out);  /* of a sample, in units people read; 0: none are kept */
int trace_emit(engine *, tile *, uint32_t i, why *);             /* and its blocks are free again */
void trace_empty(engine *, tile *);               /* a chunk has left: blocks that did not, too */
/* features.c */
int features_bind(engine *, tree_problems *, why *);
void features_fill(const corrector_use *, const double *row, const struct recinfo *, double *const *in, uint32_t at);
void features_free(engine *);
/* correct.c */
typedef struct corrected { double mean, down, up, known, error; } corrected;     /* half widths of the 90 % band; its parts, standard deviations */
int correct_predict(engine *, corrector_use *, engine_correction *, uint32_t lane, const tile *,
                    const uint32_t *rec, uint32_t n, corrected *, double *extra, why *);
int correct_train(engine *, why *);
int correct_load(engine *, why *);
void correct_result(const engine *, json *out);   /* what each training earned: the array "training" */
void correct_free(engine *);
/* emit.c */
int emit_chunk(engine *, why *);
void emit_free(engine *);
/* sinks.c */
int sinks_check(engine *, why *);
int sinks_open(engine *, why *);
int sinks_row(engine *, const double *row, const lane *, const struct recinfo *, const char *variant, why *);
/* n samples of one lane and cycle, a column each. */
int sinks_samples(engine *, const lane *, int64_t cycle, const char *variant, uint32_t n, const double *const *col, why *);
/* Where the next samples may be written before sinks_samples takes them (col NULL), so many at most: rows of columns `stride` apart; 0: outputs are several. */
uint32_t sinks_lend(engine *, double **row, size_t *stride);
int sinks_flush(engine *, why *);
int sinks_rows(engine *, why *);                  /* hands on what waits in the block */
void sinks_event(engine *, int level, const char *kind, const lane *, int64_t cycle, const char *json_text,
                 const char *text);
int sinks_close(engine *, int outcome, why *);
/* result.c */
char *result_made_by(const engine *);
/* snapshot.c */
int snapshot_write(engine *, why *);
int snapshot_read(engine *, why *);
char *snapshot_path(const engine *);
#endif

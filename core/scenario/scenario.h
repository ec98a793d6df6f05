/* SPDX-License-Identifier: MIT
 * scenario.h - a scenario, read and checked: one plain struct that everything above works from.
 *
 * Precedence: default < base file < file < environment < --set.  Every problem is found in one pass.
 */
#ifndef FADE_SCENARIO_SCENARIO_H
#define FADE_SCENARIO_SCENARIO_H
#include "core/base/tree.h"
#include "core/base/units.h"
#include "core/host/args.h"
#include "core/host/library.h"
#include "core/scenario/model.h"
#include "core/scenario/protocol.h"
#include "core/scenario/split.h"

enum { STOP_CAPACITY_RATIO, STOP_CAPACITY, STOP_CYCLES, STOP_TIME, STOP_COLUMN, STOP_VOLTAGE };
enum { SOH_NOMINAL, SOH_INITIAL };
enum { DUTY_SOC, DUTY_ENERGY };
enum { COMBINE_NO, COMBINE_ADD, COMBINE_MAX, COMBINE_MULTIPLY };

typedef struct scenario_stop {                    /* "70% capacity", "1.4 Ah capacity", "500 cycles", "10 years", "temperature_max > 60 degC" */
    int              kind;                        /* STOP_* */
    double           value;                       /* ratio, Ah, cycles, s; of a column: in the column's unit, or as text if unknown yet */
    const char      *column, *quantity;           /* STOP_COLUMN: key and the bound as written ("60 degC") */
    bool             above;                       /* STOP_COLUMN: '>' or '<' */
    const char      *text;
    const tree_node *node;
} scenario_stop;

typedef struct scenario_part {                    /* one plugin at work */
    const plugin    *plugin;
    const args      *args;
    const tree_node *node;
    const char      *label;                       /* `name` in its table, else the plugin's id */
} scenario_part;

typedef struct scenario_physics {                 /* one variant: a part, or several coupled */
    const char    *label;
    scenario_part *part;
    size_t         n;
    int            combine;                       /* COMBINE_*: several parts write loss, and how they make one */
} scenario_physics;

typedef struct scenario_corrector {
    scenario_part      part;
    const char *const *feature;                   /* keys of columns */
    size_t             nfeature;
    const tree_node   *feature_node;              /* array; NULL: the default features */
    bool               pooled;                    /* scope = "pooled": one model for all cells; else "cell" (default): one a cell */
    bool               gate;                      /* gate = true (default): weighed by its skill on the training part */
    model_saved       *model, *from;              /* model = "DIR": used as it is, nothing is trained; from = "DIR": training starts from it; NULL */
} scenario_corrector;

typedef struct scenario_condition {
    fade_column      column;                      /* key, unit as written or known by key; PLANNED */
    double           value;                       /* NaN with call */
    const tree_node *node;
    const tree_node *call;                        /* a function of a script (TREE_CALL) instead of a value; NULL */
} scenario_condition;

typedef struct scenario_output {
    scenario_part part;
    uint64_t      every;                          /* `every = N`: rows at cycles 1, N, 2N.. and each lane's last; 0 or 1: all */
    const uint64_t *at;                           /* `at = [100, 500]`: these cycles and each lane's last */
    size_t        nat;
} scenario_output;

typedef struct scenario {
    tree       *tree;
    const char *file, *name, *slug;               /* slug: name made fit for a folder */
    char       *merged;                           /* the whole as TOML, saved with every result */

    uint64_t       cycles;                        /* [run]; 0: as many as the source has */
    uint64_t       seed;                          /* default 42 */
    int            threads;                       /* 0: all cores */
    uint64_t       tile;                          /* lanes a tile, multiple of 8; no result depends on it */
    double         snapshot;                      /* s between snapshots; 0: only on signals and at the end */
    scenario_stop *stop;
    size_t         nstop;

    args_cell      cell;                          /* nominal_capacity, initial_capacity: NaN: the first one observed */
    int            soh_reference;                 /* SOH_*; default nominal when given, else initial */

    struct {                                      /* [pack]: a cell model's cells in series and parallel */
        bool   on;
        int    series, parallel;
        double connection;                        /* ohm, of each cell */
    } pack;

    scenario_condition *condition;
    size_t              ncondition;
    scenario_part       source;
    struct {                                      /* [duty]: of a source whose samples are one */
        double row, break_time, break_efc, gate;  /* s; s, cycles: NaN as the law asks; least turn of soc */
        int    keep;                              /* DUTY_SOC, DUTY_ENERGY */
    } duty;
    scenario_physics   *physics;
    size_t              nphysics;
    scenario_corrector *corrector;
    size_t              ncorrector;
    protocol_section    protocol;                 /* [protocol]: what a cell model does in a cycle */

    struct {                                      /* [trace]: which cycles keep samples, of what, how often */
        bool               on, all, first, last;
        uint64_t           every;                 /* 0: not so */
        const uint64_t    *at;
        size_t             nat;
        double             period;                /* s; 0: each step of the solver */
        const char *const *column;                /* keys of the cell model's outputs */
        size_t             ncolumn;               /* 0: the usual ones */
        const tree_node   *node, *column_node;
    } trace;

    struct {
        bool        on;
        split_spec  split;                        /* default: the first half of each cell's rows is known */
        const char *target;                       /* key of the observed column; default "capacity" */
        const char *truth;                        /* key scored against; default: target */
        const tree_node *node;
    } evaluate;

    struct { double eol; uint64_t hold; } health; /* end of life as SoH (default 0.8; preset "nasa" 0.7), cycles it must stay below */
    scenario_output *output;
    size_t           noutput;
    struct { int level; bool json; const char *file; uint64_t rotate; int keep; } logging;
    const tree_node *sweep;                       /* [sweep], for core/study; NULL */
    const tree_node *on_start, *on_cycle, *on_end;        /* TREE_CALL at the root of a Lua scenario; NULL */
    const char      *out;                         /* [run] out or --out; NULL: results/SLUG */
} scenario;

typedef struct scenario_options {
    const char *const *set;                       /* "a.b=value", from --set and its short forms (--seed, --cycles, ..) */
    size_t             nset;
    bool               environment;               /* read FADE_SET_*; the command does, tests may not */
} scenario_options;

/* Reads and checks.  E_OK and *out, or the first problem's code with every one of them in *p.  The caller frees both. */
int scenario_open(const char *path, const scenario_options *, scenario **out, tree_problems *p, why *w);
/* The same from text (fuzzing, Lua later). */
int scenario_from_tree(tree *takes, const char *file, const scenario_options *, scenario **out, tree_problems *p, why *w);
void scenario_close(scenario *);                  /* accepts NULL */

/* The table of every key a scenario knows: for checks, `fade config show`, docs and completion. */
typedef struct scenario_key { const char *section, *key, *unit, *def, *doc; } scenario_key;
size_t scenario_keys(const scenario_key **out);

/* What every source, condition and law may speak of: key, unit and sentence of the standard columns (docs/columns.md). */
const fade_column *scenario_column(const char *key);        /* NULL: not a standard one */
size_t scenario_columns(const fade_column *const **out);
/* The factor that brings a source's column to the unit in which it is compared with what laws say (capacity in Ah, ..), and that unit into
 * the column; 1 and nothing changed for all other columns. */
double scenario_unit(fade_column *);
/* Warns where a capacity (Ah) that was measured is far from the nominal one, as in another unit; true: it did.  [any] */
bool scenario_doubt(const scenario *, const char *cell, double capacity);
#endif

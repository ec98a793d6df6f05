/* SPDX-License-Identifier: MIT
 * sensitivity_run.h - a scenario as a function of its inputs: what is varied, what is looked at, each point a lane.
 */
#ifndef FADE_STUDY_SENSITIVITY_RUN_H
#define FADE_STUDY_SENSITIVITY_RUN_H
#include "core/base/json.h"
#include "core/engine/engine.h"
#include "core/study/sensitivity.h"

typedef struct sensitivity_axis {
    char        key[160];                         /* "physics.1.k", as --set takes it */
    const char *unit;                             /* declared; lent by the scenario */
    bool        log;                              /* moves as its logarithm */
    double      lo, hi, now;                      /* in that unit; now: what the scenario says */
    size_t      physics, part;
    uint32_t    param;
    const char *column;                           /* a condition, or a column of a held source; NULL: a parameter */
} sensitivity_axis;

enum { SENS_ROW, SENS_CAPACITY, SENS_EOL, SENS_END };
typedef struct sensitivity_outcome {
    char     name[128], key[80], unit[40];        /* as asked for; the row table's; as rows have it, once run */
    int      kind;
    uint64_t cycle;                               /* SENS_ROW: at this cycle; 0: the last one */
} sensitivity_outcome;

typedef struct sensitivity_study {
    const scenario     *s;
    const engine_hooks *hooks;
    atomic_int         *stop;
    void              (*progress)(void *ctx, size_t done, size_t of);
    void               *ctx;
    uint64_t            seed;
    size_t              naxis, noutcome;
    sensitivity_axis           axis[SENS_AXES];
    sensitivity_outcome        outcome[SENS_OUTCOMES];
    char                reason[200];              /* why the first point that failed did; "" */
} sensitivity_study;

/* "k", "physics.2.k=1e-3..1e-1", "conditions.temperature=5 degC..40 degC", "source.depth=0.2..1".  Without a range: the one in which the plugin
 * says it holds; else a fifth of its value either way. */
int sensitivity_add_axis(sensitivity_study *, const char *said, why *w);
/* "capacity", "end_of_life_cycle", "end_cycle", a column of the rows ("loss", "soh"), "soh@500". */
int sensitivity_add_outcome(sensitivity_study *, const char *said, why *w);
/* n as sensitivity_sobol and sensitivity_morris want it; SENS_LOCAL: at the scenario's own values, with a hundredth of the range. */
int sensitivity_run(sensitivity_study *, int method, size_t n, sensitivity_result *out, why *w);

/* What a method says of an input, ended by a NULL name; the first is what inputs are ordered by. */
typedef struct sensitivity_measure {
    const char *name;
    double    (*of)(const sensitivity_study *, const sensitivity_result *, size_t outcome, size_t axis);
} sensitivity_measure;
const sensitivity_measure *sensitivity_measures(int method);
const char *sensitivity_method(int method);       /* "local", "morris", "sobol" */
int sensitivity_method_of(const char *word);      /* -1: none of them */
void sensitivity_json(const sensitivity_study *, int method, const sensitivity_result *, json *out);
#endif

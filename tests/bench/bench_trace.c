/* SPDX-License-Identifier: MIT
 * bench_trace.c - what recording a trace costs: SLIDE's cycle (1C discharge, 1C charge, hold to C/20) with and
 * without a sample every 5 s of every cycle, one cell and a tile of them; goal: less than 20 % more.
 *
 * BENCH_PHYSICS is the physics table to run instead of the cells below.
 */
#include "core/base/log.h"
#include "core/engine/engine.h"
#include "core/engine/virtual.h"
#include "core/study/study.h"
#include "tests/bench/bench.h"
#include <unistd.h>

enum { TURNS = 7 };

typedef struct counted { uint64_t samples, rows; double sum; } counted;

static int32_t take(void *self, const fade_block *b)
{
    counted *c = self;
    if (b->stream)
        c->samples += b->n;
    else
        c->rows += b->n;
    c->sum += b->n && b->stream ? b->col[6][b->n - 1] : 0;
    return FADE_OK;
}

/* Seconds of a run without its opening; < 0 after a sentence. */
static double once(const char *physics, int cells, int cycles, const char *trace, counted *c)
{
    static const fade_output_v1 output = { .size = sizeof output, .rows = take };
    char toml[4096], path[] = "/tmp/fade-bench-XXXXXX.toml";
    why w = { 0 };
    tree_problems p = { 0 };
    scenario *sc = NULL;
    engine *e = NULL;
    *c = (counted){ 0 };
    int fd = mkstemps(path, 5);
    snprintf(toml, sizeof toml,
             "[run]\nname = \"bench\"\ncycles = %d\nthreads = 1\n[cell]\nnominal_capacity = \"2.7 Ah\"\n[source]\n"
             "plugin = \"constant\"\ncells = %d\ntemperature_ambient = \"25 degC\"\n%s\n[protocol]\n"
             "steps = [\"Discharge at 1C until 2.7 V\", \"Charge at 1C until 4.2 V\", "
             "\"Hold at 4.2 V until C/20\"]\n%s",
             cycles, cells, physics, trace);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    if (f)
        fputs(toml, f);
    if (f)
        fclose(f);
    engine_tap tap = { .vt = &output, .self = c, .samples = true };
    engine_options opt = { .tap = &tap, .study = study_table() };
    int rc = scenario_open(path, &(scenario_options){ 0 }, &sc, &p, &w);
    if (!rc)
        rc = engine_open(sc, &opt, &e, &p, &w);
    double t = bench_now();
    if (!rc)
        rc = engine_run(e, &w);
    t = bench_now() - t;
    if (rc)
        fprintf(stderr, "%s\n", w.text);
    engine_close(e);
    scenario_close(sc);
    tree_problems_free(&p);
    unlink(path);
    return rc ? -1 : t;
}

static int compare(const char *name, const char *physics, int cells, int cycles)
{
    static const char *const trace[] = { "", "[trace]\ncycles = \"all\"\nperiod = 5\ncolumns = [\"temperature\"]\n" };
    double s[2][TURNS];
    counted c;
    uint64_t samples = 0;
    for (int k = 0; k < TURNS; k++)
        for (int i = 0; i < 2; i++) {
            if ((s[i][k] = once(physics, cells, cycles, trace[i], &c)) < 0)
                return 1;
            samples = c.samples;
        }
    for (int i = 0; i < 2; i++)
        qsort(s[i], TURNS, sizeof s[i][0], bench_order);
    double lanes = (double)cells * cycles, plain = s[0][TURNS / 2] / lanes, traced = s[1][TURNS / 2] / lanes;
    printf("%-28s %5d %9.0f %9.0f %8.1f %9.1f %7.1f %%\n", name, cells, 1 / plain, 1 / traced,
           (double)samples / lanes, (traced - plain) * lanes / (double)samples * 1e9, 100 * (traced / plain - 1));
    return 0;
}

int main(void)
{
    static const char thevenin[] = "[[physics]]\nparts = [{ plugin = \"thevenin\", nominal_capacity = 2.7 }]";
    static const char spm[] = "[[physics]]\nplugin = \"spm\"\nparameters = \"kokam-slide\"";
    static const char ageing[] = "[[physics]]\nplugin = \"spm\"\nparameters = \"kokam-slide\"\nsei.model = \"slide2\"\n"
                                 "plating.model = \"yang\"\nlam.models = [\"delacourt\", \"kindermann\"]";
    const char *own = getenv("BENCH_PHYSICS");
    why w = { 0 };
    log_open(&(log_options){ .level = LOG_SILENT }, &w);
    library_register(virtual_library());
    bench_pin();
    printf("%-28s %5s %9s %9s %8s %9s %9s\n", "cycles of a cell per second", "cells", "without", "with", "samples",
           "ns each", "cost");
    int bad = 0;
    if (own) {
        bad |= compare("BENCH_PHYSICS", own, 1, 200);
        bad |= compare("BENCH_PHYSICS", own, 128, 40);
        return bad;
    }
    bad |= compare("thevenin", thevenin, 1, 200);
    bad |= compare("thevenin", thevenin, 128, 10);
    bad |= compare("spm, Kokam", spm, 1, 200);
    bad |= compare("spm, Kokam", spm, 128, 40);
    bad |= compare("the same, ageing", ageing, 1, 200);
    bad |= compare("the same, ageing", ageing, 128, 40);
    return bad;
}

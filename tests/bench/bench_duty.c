/* SPDX-License-Identifier: MIT
 * bench_duty.c - ten years of hourly duty (87,601 points) from memory: one cell, and a tile of 256 cells on one
 * profile; with a daily swing, whose end of life each law must find the same.
 *
 * The time is that of the run but for what the source takes to give its samples: turning points, rainflow, stress,
 * rates, steps, results kept in memory.
 * Its years are alike, and what was made of a sample is taken again: "fresh" is the same for one cell with no two years
 * alike.  `bench_duty LAW|all one|fresh|tile [POINTS]` measures one of them.  Goals: 1 ms for a cell with power laws,
 * 2 ms for the heaviest; 0.2 ms a cell in a tile.
 */
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/engine/engine.h"
#include "tests/bench/bench.h"
#include "tests/series_rig.h"
#include <math.h>
#include <unistd.h>

static const struct { const char *law; double goal; } laws[] = {
    { "lfp-gr-250ah", 1e-3 },    { "lfp-gr-sony", 2e-3 },     { "lmo-gr-leaf", 1e-3 },     { "nca-gr-panasonic", 1e-3 },
    { "nca-grsi-sony", 2e-3 },   { "nmc111-gr-kokam", 2e-3 }, { "nmc111-gr-sanyo", 1e-3 }, { "nmc811-grsi-mj1", 1e-3 },
    { "nmc811-grsi-m50", 1e-3 }, { "nmc-gr-a", 1e-3 },        { "nmc-gr-b1", 1e-3 },       { "nmc-gr-b2", 1e-3 },
    { "nmc-lto", 1e-3 },         { "nmc622-gr-denso", 1e-3 }, { "xu2018", 1e-3 },          { "naumann2020", 1e-3 },
    { "schmalstieg2014", 1e-3 }, { "wang2011", 1e-3 },        { "smith2017", 2e-3 },       { "lmo-lto", 2e-3 },
    { "sam-calendar", 1e-3 },
};

static int failed(const char *what, const tree_problems *p, const why *w)
{
    fprintf(stderr, "%s: %s\n", what, p->n ? p->at[0].text : w->text);
    return 1;
}

/* Seconds of a run of `points` cells; *left: the first one's capacity at the end. */
static int run(const char *law, size_t points, double *seconds, double *left)
{
    static char id[256][8];
    static const char *names[256];
    static double factor[256];
    char toml[600];
    for (size_t i = 0; i < points; i++) {
        snprintf(id[i], sizeof id[i], "p%zu", i);
        names[i] = id[i];
        factor[i] = 1 + 1e-3 * (double)i;
    }
    snprintf(toml, sizeof toml,
             "[run]\nthreads = 1\ntile = %zu\n[cell]\nnominal_capacity = 1\n[source]\nplugin = \"series\"\n[duty]\n"
             "row = \"30 days\"\n[[physics]]\nplugin = \"%s\"\n[[output]]\nplugin = \"summary\"\nevery = 1000000\n",
             points > 8 ? points : 8, law);
    char path[] = "/tmp/fade-bench-duty-XXXXXX";
    int fd = mkstemp(path);
    why w = { 0 };
    tree_problems p = { 0 };
    scenario *sc = NULL;
    engine *e = NULL;
    if (fd < 0 || file_write(path, toml, strlen(toml), &w))
        return failed(law, &p, &w);
    int rc = scenario_open(path, &(scenario_options){ 0 }, &sc, &p, &w);
    engine_axis axis = { .where = ENGINE_AXIS_PARAM, .param = 0, .value = factor };
    engine_points many = { .n = points, .id = names, .axis = &axis, .naxis = 1 };
    const fade_param *first = sc ? sc->physics[0].part[0].plugin->desc->params.at : NULL;
    bool spread = first && strcmp(first->key, "ageing_factor") == 0;
    many.naxis = spread;
    engine_options opt = { .points = points > 1 ? &many : NULL };
    rc = rc ? rc : engine_open(sc, &opt, &e, &p, &w);
    series.spent = 0;
    double t = bench_now();
    rc = rc ? rc : engine_run(e, &w);
    *seconds = bench_now() - t - series.spent;
    if (rc)
        failed(law, &p, &w);
    engine_life life = { 0 };
    if (e && engine_lives(e)) {
        engine_life_at(e, 0, &life);
        *left = life.capacity;
    }
    engine_close(e);
    scenario_close(sc);
    tree_problems_free(&p);
    unlink(path);
    return rc;
}

/* *fastest: what it takes where nothing else is in the machine's way. */
static int median(const char *law, size_t points, int samples, double *seconds, double *fastest, double *left)
{
    double s[BENCH_SAMPLES];
    for (int i = 0; i < samples; i++)
        if (run(law, points, &s[i], left))
            return 1;
    qsort(s, (size_t)samples, sizeof *s, bench_order);
    *seconds = s[samples / 2];
    *fastest = s[0];
    return 0;
}

/* Each year warmer than the last by a thousandth of a kelvin. */
static void no_year_again(void)
{
    static double warmer[SYNTHETIC_N];
    for (size_t h = 0; h < SYNTHETIC_N; h++)
        warmer[h] = series.temperature[h] + 1e-3 * (double)(h / 8760);
    series.temperature = warmer;
}

enum { ONE, FRESH, TILE, WAYS };
static const char *const ways[WAYS] = { "one", "fresh", "tile" };

int main(int argc, char **argv)
{
    why w;
    int missing = 0, met[WAYS] = { 0 }, tried[WAYS] = { 0 };
    bool every = argc < 2 || strcmp(argv[1], "all") == 0;
    log_open(&(log_options){ .level = LOG_ERROR }, &w);
    library_register(&series_library);
    bench_pin();
    mem_keep();                                   /* as the command does */
    series.clock = bench_now;
    printf("ten years of hourly duty, %d points, %s\n", SYNTHETIC_N, vmath_isa());
    for (size_t k = 0; k < sizeof laws / sizeof laws[0]; k++) {
        double left = 0, first = 0;
        if (!every && strcmp(argv[1], laws[k].law) != 0)
            continue;
        printf("%-18s", laws[k].law);
        for (int way = 0; way < WAYS; way++) {
            double t = 0, fastest = 0, goal = way == TILE ? 2e-4 : laws[k].goal;
            if (argc > 2 && strcmp(argv[2], ways[way]) != 0)
                continue;
            series_synthetic();
            series.again = way == FRESH ? 0 : 8760;
            if (argc > 3)
                series.n = (size_t)atol(argv[3]);
            if (way == FRESH)
                no_year_again();
            if (median(laws[k].law, way == TILE ? 256 : 1, way == TILE ? 3 : 15, &t, &fastest,
                       way == ONE ? &left : &first)) {
                missing++;
                continue;
            }
            t /= way == TILE ? 256 : 1;
            fastest /= way == TILE ? 256 : 1;
            tried[way]++;
            met[way] += t <= goal;
            printf("  %s %6.3f ms a cell, fastest %.3f (goal %g: %s)", ways[way], 1e3 * t, 1e3 * fastest, 1e3 * goal,
                   t <= goal ? "met" : "missed");
        }
        printf("   left %.6f\n", left > 0 ? left : first);
    }
    for (int way = 0; way < WAYS; way++)
        if (tried[way])
            printf("%s: %d of %d goals met\n", ways[way], met[way], tried[way]);
    printf("not counted: %.3f ms of a run for its source to give them\n", 1e3 * series.spent);
    return missing > 0;
}

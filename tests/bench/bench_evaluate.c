/* SPDX-License-Identifier: MIT
 * bench_evaluate.c - a whole score sheet of NASA's eleven cells with four models: read, fitted, checked for leaks,
 * trained, asked, scored with bootstraps, printed.  Goal: 30 s of wall time, on the second half of each cell and with
 * each cell left out in turn.
 */
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/report/evaluate_say.h"
#include "tests/bench/bench.h"
#include "tests/data.h"
#include <stdlib.h>

#define LEARNT(name) \
    "[[corrector]]\nplugin = \"" name "\"\nfeatures = [\"cycle\", \"cycle_sqrt\", \"temperature_ambient\"]\n"
enum { MOST = 4096, GOAL = 30 };
static char folder[] = "/tmp/fade-bench-evaluate-XXXXXX";

static double wall(void)
{
    struct timespec s;
    clock_gettime(CLOCK_MONOTONIC, &s);
    return (double)s.tv_sec + 1e-9 * (double)s.tv_nsec;
}

static int open_scenario(const char *data, scenario **s, why *w)
{
    char toml[MOST + 1024], path[128];
    tree_problems p = { 0 };
    snprintf(toml, sizeof toml, "[cell]\nnominal_capacity = 2\n[source]\nplugin = \"csv\"\npath = \"%s\"\n"
             "[[physics]]\nplugin = \"power-law\"\n" LEARNT("ridge") LEARNT("gp") LEARNT("mlp")
             LEARNT("xgboost"), data);
    snprintf(path, sizeof path, "%s/s.toml", folder);
    int rc = file_write(path, toml, strlen(toml), w);
    rc = rc ? rc : scenario_open(path, &(scenario_options){ 0 }, s, &p, w);
    remove(path);
    tree_problems_free(&p);
    return rc;
}

static int sheet(const char *data, const char *split, const char *const *fit, size_t nfit, why *w)
{
    scenario *s = NULL;
    evaluate e = { 0 };
    evaluate_options o = { .fit = fit, .nfit = nfit, .seed = 42 };
    text out = { 0 };
    double t = wall();
    int rc = open_scenario(data, &s, w);
    rc = rc ? rc : split_parse(split, &o.split, w);
    rc = rc ? rc : evaluate_run(s, &o, &e, w);
    rc = rc ? rc : evaluate_text(&e, &out, w);
    t = wall() - t;
    if (!rc)
        printf("eleven cells, ridge, gp, mlp, xgboost, %s: %zu rows in %zu folds, %.1f s (goal %d: %s)\n", split, e.n,
               e.folds, t, GOAL, t <= GOAL ? "met" : "missed");
    text_free(&out);
    evaluate_close(&e);
    scenario_close(s);
    return rc;
}

int main(void)
{
    static const char *const fit[] = { "c" };
    const char *data = data_file("percycle/nasa_pcoe.csv");
    why w = { 0 };
    if (!data)
        return 0;
    log_open(&(log_options){ .level = LOG_ERROR }, &w);
    bench_pin();
    int rc = mkdtemp(folder) ? E_OK : fail(&w, E_IO, "cannot make %s", folder);
    rc = rc ? rc : sheet(data, "holdout:0.5", fit, 1, &w);
    rc = rc ? rc : sheet(data, "cells", NULL, 0, &w);
    if (rc)
        fprintf(stderr, "%s\n", w.text);
    remove(folder);
    return rc ? 1 : 0;
}

/* SPDX-License-Identifier: MIT
 * bench_fit.c - a law with three parameters fitted to 168 rows, from the rows in memory to the values with their
 * intervals.  Goal: 5 ms.
 */
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/study/fit.h"
#include "tests/bench/bench.h"
#include <math.h>
#include <unistd.h>

enum { ROWS = 168 };

static int prepare(const char *folder, scenario **s, why *w)
{
    char path[128];
    text csv = { 0 };
    tree_problems p = { 0 };
    text_add(&csv, "cycle,capacity_ah\n");
    for (int i = 1; i <= ROWS; i++)
        text_addf(&csv, "%d,%.17g\n", i, 1.95 * (1 - 2e-3 * pow(i, 0.9)) + 0.005 * sin(3.7 * i));
    snprintf(path, sizeof path, "%s/rows.csv", folder);
    int rc = file_write(path, text_of(&csv), csv.n, w);
    text_free(&csv);
    static const char toml[] = "[run]\nthreads = 1\n[cell]\ninitial_capacity = 2\n[source]\nplugin = \"csv\"\n"
                               "path = \"rows.csv\"\n[[physics]]\nplugin = \"power-law\"\n";
    snprintf(path, sizeof path, "%s/fit.toml", folder);
    rc = rc ? rc : file_write(path, toml, strlen(toml), w);
    return rc ? rc : scenario_open(path, &(scenario_options){ 0 }, s, &p, w);
}

int main(void)
{
    char folder[] = "/tmp/fade-bench-fit-XXXXXX", command[64];
    why w = { 0 };
    scenario *s = NULL;
    fit f = { 0 };
    fit_result r = { 0 };
    double seconds[BENCH_SAMPLES];
    log_open(&(log_options){ .level = LOG_ERROR }, &w);
    bench_pin();
    fit_options o = { .loss = LSQ_SOFT_L1, .starts = 1 };
    int rc = mkdtemp(folder) ? prepare(folder, &s, &w) : 1;
    rc = rc ? rc : fit_open(s, &o, &f, &w);
    rc = rc ? rc : fit_add(&f, "c", &w);
    rc = rc ? rc : fit_add(&f, "z", &w);
    rc = rc ? rc : fit_add(&f, "initial_n=0..20", &w);
    for (int i = 0; i < BENCH_SAMPLES && !rc; i++) {
        double t = bench_now();
        rc = fit_run(&f, 0, &r, &w);
        seconds[i] = bench_now() - t;
    }
    if (rc)
        fprintf(stderr, "%s\n", w.text);
    else {
        qsort(seconds, BENCH_SAMPLES, sizeof *seconds, bench_order);
        double ms = 1e3 * seconds[BENCH_SAMPLES / 2];
        printf("three parameters, %d rows, one start, robust: %.2f ms (goal 5: %s), %zu evaluations\n", ROWS, ms,
               ms <= 5 ? "met" : "missed", r.evaluations);
    }
    fit_close(&f);
    scenario_close(s);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) || rc;
}

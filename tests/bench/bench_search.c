/* SPDX-License-Identifier: MIT
 * bench_search.c - the global search of a fit (differential evolution over lanes) beside NLopt's CRS2 and DIRECT-L on
 * the same law, rows and box: time and evaluations until the cost is within 1 % of the best known.  NLopt is opened as
 * it runs; without it, it is left out.
 */
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/study/fit_inside.h"
#include "tests/bench/bench.h"
#include <dlfcn.h>
#include <math.h>
#include <unistd.h>

enum { ROWS = 168, MOST = 20000, CRS2 = 19, DIRECT_L = 1 };       /* NLOPT_GN_..; nlopt.h 2.7 */

typedef struct task {
    fit     f;
    fit_law l;
    double  lo[FIT_PARAMS], hi[FIT_PARAMS], y[ROWS], goal, best;
    size_t  evaluations, reached;                 /* reached: evaluations when the goal was met; 0 not */
    double  begun, seconds;
    why     w;
} task;

static int prepare(const char *folder, scenario **s, why *w)
{
    char path[128];
    text csv = { 0 };
    tree_problems p = { 0 };
    text_add(&csv, "cycle,capacity_ah\n");
    for (int i = 1; i <= ROWS; i++)
        text_addf(&csv, "%d,%.17g\n", i, 1.95 * (1 - 2e-3 * pow(i + 30, 0.9)) + 0.005 * sin(3.7 * i));
    snprintf(path, sizeof path, "%s/rows.csv", folder);
    int rc = file_write(path, text_of(&csv), csv.n, w);
    text_free(&csv);
    static const char toml[] = "[run]\nthreads = 1\n[cell]\ninitial_capacity = 2\n[source]\nplugin = \"csv\"\n"
                               "path = \"rows.csv\"\n[[physics]]\nplugin = \"power-law\"\n";
    snprintf(path, sizeof path, "%s/fit.toml", folder);
    rc = rc ? rc : file_write(path, toml, strlen(toml), w);
    return rc ? rc : scenario_open(path, &(scenario_options){ 0 }, s, &p, w);
}

static int pose(task *t, const scenario *s)
{
    static const char *const params[] = { "c0=1.5..2.5", "c=1e-6..1", "z=0.1..5", "initial_n=0..1000" };
    int rc = fit_open(s, &(fit_options){ .loss = LSQ_LINEAR, .starts = 1, .seed = 3 }, &t->f, &t->w);
    for (size_t i = 0; i < sizeof params / sizeof *params && !rc; i++)
        rc = fit_add(&t->f, params[i], &t->w);
    rc = rc ? rc : fit_law_open(&t->f, 0, &t->l, &t->w);
    for (size_t j = 0; j < t->f.nparam; j++) {
        t->lo[j] = fit_inside(&t->f.param[j], t->f.param[j].lo);
        t->hi[j] = fit_inside(&t->f.param[j], t->f.param[j].hi);
    }
    return rc;
}

static double cost(task *t, const double *x)
{
    double sum = 0;
    if (fit_law_at(&t->l, 1, x, false, t->y, &t->w))
        return 1e9;
    for (size_t r = 0; r < t->l.n; r++)
        sum += (t->y[r] - t->l.data[r]) * (t->y[r] - t->l.data[r]);
    return isfinite(sum) ? sum : 1e9;
}

static double asked(unsigned n, const double *x, double *gradient, void *ctx)
{
    task *t = ctx;
    (void)n;
    (void)gradient;
    double v = cost(t, x);
    t->evaluations++;
    t->best = fmin(t->best, v);
    if (v <= t->goal && !t->reached) {
        t->reached = t->evaluations;
        t->seconds = bench_now() - t->begun;
    }
    return v;
}

static void tell(const char *name, const task *t)
{
    if (t->reached)
        printf("%-34s %6zu evaluations, %8.1f ms\n", name, t->reached, 1e3 * t->seconds);
    else
        printf("%-34s not within 1 %% after %zu evaluations (%.3g of %.3g)\n", name, t->evaluations, t->best, t->goal);
}

static void peer(task *t, void *lib, const char *name, int algorithm)
{
    typedef double function(unsigned, const double *, double *, void *);
    void *(*create)(int, unsigned) = dlsym(lib, "nlopt_create");
    int (*objective)(void *, function *, void *) = dlsym(lib, "nlopt_set_min_objective");
    int (*lower)(void *, const double *) = dlsym(lib, "nlopt_set_lower_bounds");
    int (*upper)(void *, const double *) = dlsym(lib, "nlopt_set_upper_bounds");
    int (*most)(void *, int) = dlsym(lib, "nlopt_set_maxeval");
    int (*enough)(void *, double) = dlsym(lib, "nlopt_set_stopval");
    int (*optimize)(void *, double *, double *) = dlsym(lib, "nlopt_optimize");
    void (*destroy)(void *) = dlsym(lib, "nlopt_destroy");
    double x[FIT_PARAMS], found;
    void *o = create(algorithm, (unsigned)t->f.nparam);
    for (size_t j = 0; j < t->f.nparam; j++)
        x[j] = t->lo[j] + 0.3 * (t->hi[j] - t->lo[j]);
    objective(o, asked, t);
    lower(o, t->lo);
    upper(o, t->hi);
    most(o, MOST);
    enough(o, t->goal);
    t->evaluations = t->reached = 0;
    t->best = INFINITY;
    t->begun = bench_now();
    optimize(o, x, &found);
    tell(name, t);
    destroy(o);
}

int main(void)
{
    char folder[] = "/tmp/fade-bench-search-XXXXXX", command[64];
    static task t;
    scenario *s = NULL;
    fit_result r;
    log_open(&(log_options){ .level = LOG_ERROR }, &t.w);
    bench_pin();
    int rc = mkdtemp(folder) ? prepare(folder, &s, &t.w) : 1;
    rc = rc ? rc : pose(&t, s);
    t.f.o.starts = 64;
    rc = rc ? rc : fit_run(&t.f, 0, &r, &t.w);    /* the best known: 64 local fits */
    t.goal = 1.01 * r.rmse * r.rmse * (double)ROWS;
    double x[FIT_PARAMS], ms[BENCH_SAMPLES];
    for (int i = 0; i < BENCH_SAMPLES && !rc; i++) {
        for (size_t j = 0; j < t.f.nparam; j++)
            x[j] = t.lo[j] + 0.3 * (t.hi[j] - t.lo[j]);
        t.evaluations = 0;
        double begun = bench_now();
        rc = fit_search(&t.l, t.lo, t.hi, x, &t.evaluations, &t.w);
        ms[i] = bench_now() - begun;
    }
    if (rc)
        fprintf(stderr, "%s\n", t.w.text);
    else {
        qsort(ms, BENCH_SAMPLES, sizeof *ms, bench_order);
        t.best = cost(&t, x);
        t.seconds = ms[BENCH_SAMPLES / 2];
        t.reached = t.best <= t.goal ? t.evaluations : 0;
        tell("differential evolution over lanes", &t);
        void *lib = dlopen("libnlopt.so.0", RTLD_NOW);
        if (lib) {
            peer(&t, lib, "NLopt CRS2", CRS2);
            peer(&t, lib, "NLopt DIRECT-L", DIRECT_L);
        } else
            printf("NLopt is not here to compare with\n");
    }
    fit_law_close(&t.l);
    fit_close(&t.f);
    scenario_close(s);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) || rc;
}

/* SPDX-License-Identifier: MIT
 * bench.h - what the benchmarks share: one core, a clock, medians, plugins by name.
 *
 * A figure is the median of BENCH_SAMPLES samples of at least BENCH_SAMPLE_S seconds each; a ratio compares two figures
 * of the same run.
 */
#ifndef FADE_TESTS_BENCH_H
#define FADE_TESTS_BENCH_H
#include "core/base/vmath.h"
#include "core/fade_plugin.h"
#include <dlfcn.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BENCH_SAMPLES = 15 };
#define BENCH_SAMPLE_S 2e-3

typedef void bench_work(void *ctx);

/* Stays on the core it is on. */
static inline void bench_pin(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    int cpu = sched_getcpu();
    CPU_SET((unsigned)(cpu < 0 ? 0 : cpu), &set);
    sched_setaffinity(0, sizeof set, &set);
}

/* What this thread has computed, s: other work on the machine hardly shows. */
static inline double bench_now(void)
{
    struct timespec s;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &s);
    return (double)s.tv_sec + 1e-9 * (double)s.tv_nsec;
}

static inline int bench_order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Seconds of one call. */
static inline double bench_time(bench_work *work, void *ctx)
{
    double sample[BENCH_SAMPLES];
    long calls = 1;
    for (;;) {
        double t = bench_now();
        for (long k = 0; k < calls; k++)
            work(ctx);
        t = bench_now() - t;
        if (t >= BENCH_SAMPLE_S)
            break;
        calls *= t < BENCH_SAMPLE_S / 16 ? 8 : 2;
    }
    for (int i = 0; i < BENCH_SAMPLES; i++) {
        double t = bench_now();
        for (long k = 0; k < calls; k++)
            work(ctx);
        sample[i] = (bench_now() - t) / (double)calls;
    }
    qsort(sample, BENCH_SAMPLES, sizeof *sample, bench_order);
    return sample[BENCH_SAMPLES / 2];
}

static inline const char *bench_build(void)
{
    const char *build = getenv("FADE_BUILD");
    return build && *build ? build : "build";
}

static inline void bench_report(const fade_host *host, const fade_report *r)
{
    (void)host;
    fprintf(stderr, "plugin: %s\n", r->text);
}

static inline const void *bench_iface(const fade_host *host, const char *id)
{
    (void)host;
    return strcmp(id, "fade.math/1") == 0 ? vmath_table() : NULL;
}

/* The first descriptor of a built plugin; NULL after a sentence. */
static inline const fade_desc *bench_plugin(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s%s/plugins/%s.so", bench_build()[0] == '/' ? "" : "./", bench_build(), name);
    void *so = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const fade_library *lib = so ? dlsym(so, "fade_library_v1") : NULL;
    if (!lib)
        fprintf(stderr, "%s: %s\n", path, so ? "no fade_library_v1" : dlerror());
    return lib ? lib->plugins[0] : NULL;
}
#endif

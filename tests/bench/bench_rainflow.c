/* SPDX-License-Identifier: MIT
 * bench_rainflow.c - ten years of hourly states of charge, counted as they come, beside counting by direction changes
 * alone.
 */
#include "core/base/random.h"
#include "core/engine/rainflow.h"
#include "tests/bench/bench.h"
#include <math.h>

enum { HOURS = 87600, LANES = 8 };
static double series[HOURS], value[RAINFLOW_DEPTH * LANES], at[RAINFLOW_DEPTH * LANES], count[LANES];
static long events;
static double depth;

static void rain(void *ctx)
{
    (void)ctx;
    rainflow f = { .n = LANES, .value = value, .count = count, .time = at };
    rainflow_event e[RAINFLOW_DEPTH];
    events = 0;
    depth = 0;
    count[3] = 0;
    for (int h = 0; h < HOURS; h++) {
        int n = rainflow_push(&f, 3, h, 0, series[h], e);
        events += n;
        for (int j = 0; j < n; j++)
            depth += e[j].depth * e[j].count;
    }
}

static void turns(void *ctx)
{
    (void)ctx;
    double last = series[0], way = 0, sum = 0;
    for (int h = 1; h < HOURS; h++) {
        double step = series[h] - series[h - 1];
        if (step * way < 0) {
            sum += 0.5 * fabs(series[h - 1] - last);
            last = series[h - 1];
        }
        way = step != 0 ? step : way;
    }
    depth = sum;
}

int main(void)
{
    bench_pin();
    static const char *const names[] = { "white noise", "random walk", "daily and noise" };
    for (int kind = 0; kind < 3; kind++) {
        double walk = 0.5;
        for (int h = 0; h < HOURS; h++) {
            double u = random_uniform(1, 0, (uint64_t)h, 0);
            walk = fmin(1, fmax(0, walk + 0.1 * (u - 0.5)));
            series[h] = kind == 0 ? u : kind == 1 ? walk : 0.55 + 0.35 * sin(2 * 3.14159265358979 * h / 24) + 0.05 * u;
        }
        double plain = bench_time(turns, NULL), t = bench_time(rain, NULL);
        printf("%-16s %6.2f ms for ten years hourly, %ld events (direction changes alone %.2f ms)\n", names[kind],
               t * 1e3, events, plain * 1e3);
    }
    return 0;
}

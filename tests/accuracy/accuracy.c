/* SPDX-License-Identifier: MIT
 * accuracy.c - what fade's forecasts are worth on measured cells: make bench-accuracy.
 */
#include "core/base/log.h"
#include "tests/accuracy/accuracy.h"
#include <time.h>

static const struct {
    const char *name;
    void (*run)(void);
} part[] = {
    { "nasa", part_nasa },         { "ahead", part_ahead }, { "unseen", part_unseen },
    { "integral", part_integral }, { "labs", part_labs },   { "lives", part_lives },
    { "bands", part_bands },
};

int main(int argc, char **argv)
{
    why w = { 0 };
    log_open(&(log_options){ .level = LOG_ERROR }, &w);
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        if (argc > 1 && strcmp(argv[1], part[i].name) != 0)
            continue;
        struct timespec a, b;
        clock_gettime(CLOCK_MONOTONIC, &a);
        part[i].run();
        clock_gettime(CLOCK_MONOTONIC, &b);
        printf("  (%s: %.1f s)\n\n", part[i].name,
               (double)(b.tv_sec - a.tv_sec) + 1e-9 * (double)(b.tv_nsec - a.tv_nsec));
        fflush(stdout);
    }
    return sheet_end();
}

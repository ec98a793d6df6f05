/* SPDX-License-Identifier: MIT
 * bench_sweep.c - a sweep from plan to results on disk: 100,000 points of 1,000 cycles (goal 5 s on two cores), what a
 * point costs from 10^3 to 10^6 points, peak memory, and one process per point beside it.
 *
 * Wall time and memory of the command itself, started as a user does; the folder is in TMPDIR or /tmp.
 */
#include "tests/bench/bench.h"
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
enum { TIMES = 3, ALONE = 9, CYCLES = 1000, FEW_CYCLES = 10 };

typedef struct cost {
    double wall, cpu, mb, disk;
} cost; /* s, s, peak memory in MB, MB of results; wall < 0: failed */

static char folder[256], command[512], plan[300], store[300], scenario[300];

static double wall(void)
{
    struct timespec s;
    clock_gettime(CLOCK_MONOTONIC, &s);
    return (double)s.tv_sec + 1e-9 * (double)s.tv_nsec;
}

/* Runs it, its stdout away. */
static cost once(const char *const *argv)
{
    pid_t pid;
    int status = 0;
    struct rusage used;
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
    double t = wall();
    int rc = posix_spawn(&pid, argv[0], &quiet, NULL, (char *const *)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&quiet);
    if (rc != 0 || wait4(pid, &status, 0, &used) != pid || status != 0)
        return (cost){ .wall = -1 };
    double cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                 1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
    return (cost){ .wall = wall() - t, .cpu = cpu, .mb = (double)used.ru_maxrss / 1024 };
}

static int write_scenario(uint64_t points, int cycles)
{
    FILE *f = fopen(scenario, "w");
    if (!f)
        return 1;
    fprintf(
        f,
        "[run]\nname = \"bench\"\ncycles = %d\n[cell]\nnominal_capacity = \"2 Ah\"\n[source]\nplugin = \"constant\"\n"
        "[[physics]]\nplugin = \"xu2018\"\n[sweep]\ndesign = \"sobol\"\nn = %llu\n"
        "collect = [\"capacity\", \"end_of_life_cycle\"]\n[sweep.axes]\n"
        "\"physics.k_delta1\" = { kind = \"normal\", mean = 1.4e5, sd = 2e3 }\n"
        "\"source.temperature_mean\" = { from = \"10 degC\", to = \"40 degC\" }\n",
        cycles, (unsigned long long)points);
    return fclose(f);
}

static double size_mb(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 ? (double)s.st_size / 1e6 : 0;
}

/* Plan and run, wall time of both. */
static cost sweep_of(uint64_t points, int cycles)
{
    const char *const plans[] = { command, "sweep", "plan", "--quiet", "-o", plan, scenario, NULL };
    const char *const runs[] = { command, "sweep", "run", "--quiet", "--threads", "2", "--store", store, plan, NULL };
    unlink(store);
    unlink(plan);
    cost made = { .wall = -1 }, c = made;
    if (write_scenario(points, cycles) == 0)
        made = once(plans);
    if (made.wall >= 0)
        c = once(runs);
    if (c.wall < 0)
        return c;
    c.wall += made.wall;
    c.cpu += made.cpu;
    c.mb = c.mb > made.mb ? c.mb : made.mb;
    c.disk = size_mb(store);
    return c;
}

static int by_wall(const void *a, const void *b)
{
    double x = ((const cost *)a)->wall, y = ((const cost *)b)->wall;
    return (x > y) - (x < y);
}

/* The median of TIMES. */
static cost median(uint64_t points, int cycles)
{
    cost c[TIMES];
    for (int i = 0; i < TIMES; i++)
        c[i] = sweep_of(points, cycles);
    qsort(c, TIMES, sizeof *c, by_wall);
    return c[0].wall < 0 ? c[0] : c[TIMES / 2];
}

/* Seconds of a process that runs one point as a scenario of its own, the median of ALONE. */
static double alone(void)
{
    char out[300];
    double s[ALONE];
    snprintf(out, sizeof out, "%s/one", folder);
    const char *const run[] = { command,  "run", "--quiet", "--overwrite",
                                "--out",  out,   "--set",   "physics.k_delta1=141234",
                                scenario, NULL };
    for (int i = 0; i < ALONE; i++)
        if ((s[i] = once(run).wall) < 0)
            return -1;
    qsort(s, ALONE, sizeof *s, bench_order);
    return s[ALONE / 2];
}

static int headline(void)
{
    enum { POINTS = 100000 };
    cost c = median(POINTS, CYCLES);
    double one = alone();
    if (c.wall < 0 || one < 0)
        return printf("sweep failed\n"), 1;
    double rate = POINTS / c.wall;
    printf("%d points x %d cycles, 2 threads: %.2f s (goal 5 s: %s), %.2f s of CPU, %.0f points/s, peak %.0f MB, %.1f "
           "MB on disk\n",
           POINTS, CYCLES, c.wall, c.wall <= 5 ? "met" : "missed", c.cpu, rate, c.mb, c.disk);
    printf("one process per point: %.1f ms each, 2 at a time %.0f points/s (extrapolated from %d): ratio %.0f\n",
           one * 1e3, 2 / one, ALONE, rate * one / 2);
    return 0;
}

static int growth(void)
{
    double first = 0;
    for (uint64_t n = 1000; n <= 1000000; n *= 10) {
        cost c = sweep_of(n, FEW_CYCLES);
        if (c.wall < 0)
            return printf("sweep failed\n"), 1;
        double each = c.wall / (double)n * 1e6;
        first = n == 10000 ? each : first;              /* a thousand points are mostly the start of the command */
        printf("%8llu points x %d cycles: %7.2f s  %6.2f us a point%s  peak %4.0f MB\n", (unsigned long long)n,
               FEW_CYCLES, c.wall, each, "", c.mb);
        if (n == 1000000)
            printf("a point of 10^6 costs %.2f of one of 10^4\n", each / first);
    }
    return 0;
}

int main(void)
{
    const char *tmp = getenv("TMPDIR");
    char line[400];
    snprintf(folder, sizeof folder, "%.200s/fade-bench-sweep-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(folder))
        return 1;
    snprintf(command, sizeof command, "%s/fade", bench_build());
    snprintf(plan, sizeof plan, "%s/s.plan", folder);
    snprintf(store, sizeof store, "%s/store.sqlite", folder);
    snprintf(scenario, sizeof scenario, "%s/s.toml", folder);
    int failed = headline() || growth();
    snprintf(line, sizeof line, "rm -rf '%s'", folder);
    return system(line) != 0 || failed;
}

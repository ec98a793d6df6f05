/* SPDX-License-Identifier: MIT
 * bench_start.c - wall time of the command: start, check of a scenario (goal 10 ms), a cell's life from NASA's .mat
 * (goal 1 s).
 *
 * Each beside /bin/true, started in turn with it.  The data lies in FADE_DATA, or ../shared/data.
 */
#include "tests/bench/bench.h"
#include "tests/data.h"
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
enum { RUNS = 15 };

static double wall(void)
{
    struct timespec s;
    clock_gettime(CLOCK_MONOTONIC, &s);
    return (double)s.tv_sec + 1e-9 * (double)s.tv_nsec;
}

/* Wall ms of running it; < 0: it failed. */
static double once(const char *const *argv, posix_spawn_file_actions_t *quiet)
{
    pid_t pid;
    int status = 0;
    double t = wall();
    if (posix_spawn(&pid, argv[0], quiet, NULL, (char *const *)(uintptr_t)argv, environ) != 0 ||
        waitpid(pid, &status, 0) != pid || status != 0)
        return -1;
    return (wall() - t) * 1e3;
}

/* Medians of RUNS runs of it and of /bin/true in turn. */
static int say(const char *name, const char *const *argv, double goal)
{
    double sample[RUNS], base[RUNS], worst = 0;
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
    for (int i = 0; i < RUNS && worst >= 0; i++) {
        base[i] = once((const char *[]){ "/bin/true", NULL }, &quiet);
        sample[i] = once(argv, &quiet);
        worst = sample[i] < 0 || base[i] < 0 ? -1 : 0;
    }
    posix_spawn_file_actions_destroy(&quiet);
    if (worst < 0) {
        printf("%-24s failed\n", name);
        return 1;
    }
    qsort(sample, RUNS, sizeof *sample, bench_order);
    qsort(base, RUNS, sizeof *base, bench_order);
    double ms = sample[RUNS / 2], plain = base[RUNS / 2];
    printf("%-24s %8.2f ms  /bin/true %5.2f ms  ratio %5.1f  goal %.0f ms: %s\n", name, ms, plain, ms / plain, goal,
           ms <= goal ? "met" : "missed");
    return 0;
}

static int write_scenario(const char *path, const char *source)
{
    FILE *f = fopen(path, "w");
    if (!f)
        return 1;
    fprintf(f,
            "[run]\nname = \"bench\"\ncycles = 100\n[cell]\nnominal_capacity = \"2 "
            "Ah\"\n[source]\n%s\n[[physics]]\nplugin = \"power-law\"\n"
            "[[output]]\nplugin = \"csv\"\n",
            source);
    return fclose(f);
}

int main(void)
{
    char folder[] = "/tmp/fade-bench-start-XXXXXX", command[512], scenario[64], life[64], out[64], source[1024],
         line[256];
    const char *mat = data_file("nasa/B0005.mat");
    if (!mkdtemp(folder))
        return 1;
    snprintf(command, sizeof command, "%s/fade", bench_build());
    snprintf(scenario, sizeof scenario, "%s/a.toml", folder);
    snprintf(life, sizeof life, "%s/b.toml", folder);
    snprintf(out, sizeof out, "%s/out", folder);
    snprintf(source, sizeof source, "plugin = \"nasa\"\npath = \"%s\"", mat ? mat : "");
    int failed = write_scenario(scenario, "plugin = \"constant\"") | write_scenario(life, source);
    failed |= say("fade --version", (const char *[]){ command, "--version", NULL }, 10);
    failed |= say("fade check", (const char *[]){ command, "check", scenario, NULL }, 10);
    const char *const run[] = { command, "run", "--quiet", "--overwrite", "--out", out, life, NULL };
    failed |= mat && say("fade run, B0005.mat", run, 1000);
    snprintf(line, sizeof line, "rm -rf '%s'", folder);
    return system(line) != 0 || failed;
}

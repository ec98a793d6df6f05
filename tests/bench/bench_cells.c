/* SPDX-License-Identifier: MIT
 * bench_cells.c - cycles a second of SLIDE's cell through the engine: one cell, tiles of cells with spread; its answer
 * beside a run at a tenth of the step; one discharge of the LG M50.
 *
 * The cycle: 1C to 2.7 V, 1C to 4.2 V, 4.2 V until C/20, at 25 degC, with SEI2, LAM2, LAM3 and plating.  Goals on one
 * core: 2,000 cycles/s for one cell, 17,000 lane-cycles/s over tiles with AVX2; 0.1 ms a lane for a discharge at 1C.
 */
#include "core/base/file.h"
#include "core/engine/engine.h"
#include "core/host/library.h"
#include "tests/bench/bench.h"
#include <math.h>
#include <sys/resource.h>
#include <unistd.h>

enum { TILE = 256, MOST = 10000 };

static const char *const head =
    "[run]\nname = \"b\"\nthreads = 1\ncycles = %d\ntile = %d\n[cell]\nnominal_capacity = %g\n"
    "[source]\nplugin = \"constant\"\ntemperature_ambient = \"24.85 degC\"\nduration = 0\n"
    "[[output]]\nplugin = \"summary\"\nevery = 1000000\n";
static const char *const slide =
    "[protocol]\nsteps = [\"Discharge at 1C until 2.7 V\", \"Charge at 1C until 4.2 V\", \"Hold at 4.2 V until "
    "C/20\"]\n"
    "[[physics]]\nplugin = \"spm\"\nparameters = \"kokam-slide\"\nparticle_points = 5\nresolution = %g\n"
    "thermal = \"lumped\"\nsei.model = \"slide2\"\nplating.model = \"yang\"\nlam.models = [\"delacourt\", "
    "\"kindermann\"]\n";
static const char *const lgm50 = "[protocol]\nsteps = [\"Discharge at 1C until 2.5 V\"]\n"
                                 "[[physics]]\nplugin = \"spm\"\nresolution = %g\n";

/* Seconds of a run, its capacity at the end. */
static int run(const char *body, double nominal, int cycles, int cells, double resolution, double *seconds,
               double *left)
{
    char toml[2000], path[] = "/tmp/fade-bench-cells-XXXXXX";
    size_t n = (size_t)snprintf(toml, sizeof toml, head, cycles, cells > 8 ? TILE : 8, nominal);
    snprintf(toml + n, sizeof toml - n, body, resolution);
    int fd = mkstemp(path);
    why w = { 0 };
    tree_problems p = { 0 };
    scenario *sc = NULL;
    engine *e = NULL;
    if (fd < 0 || file_write(path, toml, strlen(toml), &w))
        return 1;
    static char id[MOST][8];
    static const char *names[MOST];
    static double area[MOST];
    for (int i = 0; i < cells; i++) {
        snprintf(id[i], sizeof id[i], "c%d", i);
        names[i] = id[i];
        area[i] = (nominal < 5 ? 0.0982 : 0.1027) * (1 + 0.02 * ((i * 7919) % cells / (double)cells - 0.5));
    }
    int rc = scenario_open(path, &(scenario_options){ 0 }, &sc, &p, &w);
    engine_axis axis = { .where = ENGINE_AXIS_PARAM, .param = 1, .value = area };
    engine_points many = { .n = (size_t)cells, .id = names, .axis = &axis, .naxis = 1 };
    rc = rc ? rc : engine_open(sc, &(engine_options){ .points = cells > 1 ? &many : NULL }, &e, &p, &w);
    double t = bench_now();
    rc = rc ? rc : engine_run(e, &w);
    *seconds = bench_now() - t;
    engine_life life = { 0 };
    if (e && engine_lives(e)) {
        engine_life_at(e, 0, &life);
        *left = life.capacity;
    }
    if (rc)
        printf("%s%s\n", w.text, p.n ? p.at[0].text : "");
    engine_close(e);
    scenario_close(sc);
    tree_problems_free(&p);
    unlink(path);
    return rc;
}

/* The fastest of some runs: other work on the machine only slows. */
static double best(const char *body, double nominal, int cycles, int cells, double resolution, double *left)
{
    double least = INFINITY, s = 0;
    for (int k = 0; k < 5; k++) {
        if (run(body, nominal, cycles, cells, resolution, &s, left))
            exit(1);
        least = s < least ? s : least;
    }
    return least;
}

int main(void)
{
    double left = NAN, fine = NAN, s;
    bench_pin();
    printf("vector instructions: %s\n", vmath_isa());
    s = best(slide, 2.7, 200, 1, 0.03, &left);
    printf("SLIDE's cycle, one cell: %.0f cycles/s (goal 2,000)\n", 200 / s);
    double one = left;
    if (run(slide, 2.7, 200, 1, 0.003, &s, &fine))
        return 1;
    printf("capacity after 200 cycles %.6f Ah, at a tenth of the step %.6f Ah: %.4f %% apart\n", one, fine,
           100 * fabs(one / fine - 1));
    s = best(slide, 2.7, 10, 1024, 0.03, &left);
    printf("SLIDE's cycle, 1024 cells in tiles of %d: %.0f lane-cycles/s (goal 17,000)\n", TILE, 1024 * 10 / s);
    if (run(slide, 2.7, 100, MOST, 0.03, &s, &left))
        return 1;
    struct rusage most;
    getrusage(RUSAGE_SELF, &most);
    printf("SLIDE's cycle, %d cells with spread, 100 cycles each: %.0f s, %ld MB at most\n", MOST, s,
           most.ru_maxrss / 1024);
    s = best(lgm50, 5, 1, 1024, 0.03, &left);
    printf("LG M50, 1C discharge: %.4f ms a lane (goal 0.1)\n", 1e3 * s / 1024);
    return 0;
}

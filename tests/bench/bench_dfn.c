/* SPDX-License-Identifier: MIT
 * bench_dfn.c - a 1C discharge of the LG M50 by the porous-electrode model: a run of one cell, and of 64 in tiles, from
 * the scenario to the row, with diffusivities that differ by cell.
 *
 * Goal on one core with AVX2: 2.5 ms a lane in a tile.  The default mesh (30, 10 and 20 volumes) and PyBaMM's (20
 * each).
 */
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/engine/engine.h"
#include "tests/bench/bench.h"
#include <math.h>
#include <unistd.h>

enum { MOST_CELLS = 64, SAMPLES = 9 };

static int failed(const tree_problems *p, const why *w)
{
    fprintf(stderr, "dfn: %s\n", p->n ? p->at[0].text : w->text);
    return 1;
}

/* Seconds of a run of `cells` cells; what the first one gave, Ah. */
static int run(uint32_t cells, const char *mesh, double *seconds, double *capacity)
{
    static char id[MOST_CELLS][8];
    static const char *names[MOST_CELLS];
    static double factor[MOST_CELLS];
    char toml[900], path[] = "/tmp/fade-bench-dfn-XXXXXX";
    for (uint32_t i = 0; i < cells; i++) {
        snprintf(id[i], sizeof id[i], "c%u", i);
        names[i] = id[i];
        factor[i] = 3.3e-14 * (1 + 1e-3 * i);
    }
    snprintf(
        toml, sizeof toml,
        "[run]\nthreads = 1\ntile = %u\ncycles = 1\n[cell]\nnominal_capacity = 5\n[source]\nplugin = \"constant\"\n"
        "temperature_ambient = \"25 degC\"\n[[physics]]\nplugin = \"dfn\"\n%s\n[protocol]\n"
        "steps = [\"Discharge at 1C until 2.5 V\"]\n[[output]]\nplugin = \"summary\"\nevery = 1000000\n",
        cells > 8 ? cells : 8, mesh);
    int fd = mkstemp(path);
    why w = { 0 };
    tree_problems p = { 0 };
    scenario *sc = NULL;
    engine *e = NULL;
    if (fd < 0 || file_write(path, toml, strlen(toml), &w))
        return failed(&p, &w);
    int rc = scenario_open(path, &(scenario_options){ 0 }, &sc, &p, &w);
    uint32_t param = 0;
    const fade_desc *d = sc ? sc->physics[0].part[0].plugin->desc : NULL;
    for (uint32_t k = 0; d && k < d->params.n; k++)
        if (strcmp(((const fade_param *)d->params.at)[k].key, "negative.diffusivity") == 0)
            param = k;
    engine_axis axis = { .where = ENGINE_AXIS_PARAM, .param = param, .value = factor };
    engine_points many = { .n = cells, .id = names, .axis = &axis, .naxis = 1 };
    engine_options opt = { .points = cells > 1 ? &many : NULL };
    rc = rc ? rc : engine_open(sc, &opt, &e, &p, &w);
    double t = bench_now();
    rc = rc ? rc : engine_run(e, &w);
    *seconds = bench_now() - t;
    if (rc)
        failed(&p, &w);
    engine_life life = { 0 };
    if (e && engine_lives(e)) {
        engine_life_at(e, 0, &life);
        *capacity = life.capacity;
    }
    engine_close(e);
    scenario_close(sc);
    tree_problems_free(&p);
    close(fd);
    unlink(path);
    return rc;
}

int main(void)
{
    static const struct { const char *name, *text; } meshes[] = {
        { "30+10+20", "" }, { "20+20+20", "points_negative = 20\npoints_separator = 20" }
    };
    static const uint32_t cells[] = { 1, MOST_CELLS };
    int rc = 0;
    bench_pin();
    why w;
    log_open(&(log_options){ .level = LOG_ERROR }, &w);
    for (size_t m = 0; m < 2; m++)
        for (size_t c = 0; c < 2; c++) {
            double s[SAMPLES], capacity = 0;
            for (int k = 0; k < SAMPLES && !rc; k++)
                rc = run(cells[c], meshes[m].text, &s[k], &capacity);
            if (rc)
                return 1;
            qsort(s, SAMPLES, sizeof *s, bench_order);
            double ms = 1e3 * s[SAMPLES / 2] / cells[c];
            printf("dfn 1C discharge, %s volumes, %2u cell%s %6.2f ms a lane", meshes[m].name, cells[c],
                   cells[c] > 1 ? "s:" : ": ", ms);
            printf(cells[c] > 1 ? "  goal 2.5: %s\n" : "\n", ms <= 2.5 ? "met" : "missed");
        }
    return 0;
}

/* SPDX-License-Identifier: MIT
 * bench_laws.c - cell-cycles a second of ageing laws stepped through their plugins over a tile, beside a loop over
 * cells with libm.
 *
 * Inputs differ by lane and every exponential is evaluated in each cycle.  Goals on one core: xu2018 1e8, power-law
 * 3e8.
 */
#include "core/base/mem.h"
#include "tests/bench/bench.h"
#include <math.h>
#include <stdbool.h>

enum { LANES = 128, STEPS = 64, MOST = 32 };

typedef struct rig {
    const fade_model_v1 *vt;
    void                *model;
    fade_tile            tile;
    double              *param[MOST], *in[MOST], *x[MOST], *x1[MOST], *out[MOST];
    double               base[LANES], loss[LANES];      /* of the loop over cells */
    fade_value           value[MOST];
    fade_args            args;
} rig;
static rig r;
static const fade_host host = {
    .size = sizeof host, .abi = FADE_ABI_NOW, .report = bench_report, .iface = bench_iface
};

static double *column(double v)
{
    double *c = mem_columns(LANES);
    if (!c)
        exit(1);
    for (int i = 0; i < LANES; i++)
        c[i] = v;
    return c;
}

static int open_law(const char *name)
{
    const fade_desc *d = bench_plugin(name);
    if (!d)
        return 1;
    memset(&r, 0, sizeof r);
    r.vt = d->iface(d, "fade.model/1");
    const fade_param *p = d->params.at;
    uint32_t per_cell = 0;
    for (uint32_t k = 0; k < d->params.n; k++) {
        r.value[k].real = p[k].def;
        if (p[k].flags & FADE_PER_CELL)
            r.param[per_cell++] = column(p[k].def);
    }
    const fade_column *in = d->columns.in.at;
    for (uint32_t k = 0; k < d->columns.in.n; k++)
        r.in[k] = column(in[k].init);
    for (uint32_t k = 0; k < d->columns.state.n; k++) {
        r.x[k] = column(0);
        r.x1[k] = column(0);
    }
    for (uint32_t k = 0; k < d->columns.out.n; k++)
        r.out[k] = column(0);
    static uint64_t id[LANES], row[LANES];
    static int32_t status[LANES];
    r.args = (fade_args){ sizeof r.args, d->params.n, r.value, d };
    if (r.vt->create && r.vt->create(&host, &r.args, &r.model))
        return 1;
    size_t scratch = r.vt->scratch ? r.vt->scratch(r.model, LANES) : 0;
    r.tile = (fade_tile){
        .size = sizeof r.tile, .n = LANES, .live = LANES, .id = id, .row = row, .t = column(0), .dt = column(1),
        .param = (const double *const *)r.param, .in = (const double *const *)r.in, .x = (const double *const *)r.x,
        .x1 = r.x1, .out = r.out, .wish = column(INFINITY), .status = status, .scratch = mem_columns(scratch / 8 + 8),
    };
    return 0;
}

/* STEPS cycles of all lanes from new. */
static void tiles(void *ctx)
{
    (void)ctx;
    double **x = r.x, **x1 = r.x1;
    memset(x[0], 0, LANES * sizeof *x[0]);
    for (int k = 0; k < STEPS; k++) {
        r.tile.x = (const double *const *)x;
        r.tile.x1 = x1;
        r.vt->step(r.model, &r.tile);
        double **was = x;
        x = x1;
        x1 = was;
    }
}

static double xu_cell(double *f, double depth, double soc, double T, double duration)
{
    double stress = exp(6.93e-2 * (T - 298.15) * 298.15 / T) * exp(1.04 * (soc - 0.5));
    double cycle = 1 / (1.40e5 * pow(depth, -5.01e-1) - 1.23e5);
    *f += stress * (cycle + 4.14e-10 * duration);
    return 5.75e-2 * (1 - exp(-121 * *f)) + (1 - 5.75e-2) * (1 - exp(-*f));
}

static double power_cell(double *n)
{
    *n += 1;
    return fmin(1, 5e-3 * pow(*n, 0.5));
}

static void xu_loop(void *ctx)
{
    (void)ctx;
    memset(r.base, 0, sizeof r.base);
    for (int k = 0; k < STEPS; k++)
        for (int i = 0; i < LANES; i++)
            r.loss[i] = xu_cell(&r.base[i], r.in[0][i], r.in[1][i], r.in[2][i], r.in[3][i]);
}

static void power_loop(void *ctx)
{
    (void)ctx;
    memset(r.base, 0, sizeof r.base);
    for (int k = 0; k < STEPS; k++)
        for (int i = 0; i < LANES; i++)
            r.loss[i] = power_cell(&r.base[i]);
}

static int law(const char *name, bench_work *loop, double goal)
{
    if (open_law(name))
        return 1;
    for (int i = 0; i < LANES && r.in[0]; i++) {
        r.in[0][i] = 0.2 + 0.8 * i / LANES;
        r.in[1][i] = 0.4 + 0.2 * i / LANES;
        r.in[2][i] = 288 + 20. * i / LANES;
        r.in[3][i] = 3600 + 100. * i;
    }
    double plain = LANES * STEPS / bench_time(loop, NULL);
    printf("%-10s %-8s %10.3g cell-cycles/s\n", name, "a loop", plain);
    int missed = 0;
    static const char *const isas[] = { "sse2", "avx2", "avx512" };
    for (int k = 0; k < 3; k++) {
        if (vmath_use(isas[k]) < 0)
            continue;
        double rate = LANES * STEPS / bench_time(tiles, NULL);
        printf("%-10s %-8s %10.3g cell-cycles/s  ratio %4.1f", name, isas[k], rate, rate / plain);
        bool best = k == 2 || vmath_use(isas[k + 1]) < 0;
        printf(best ? "  goal %.0e: %s\n" : "\n", goal, rate >= goal ? "met" : "missed");
    }
    vmath_use(NULL);
    tiles(NULL);
    loop(NULL);
    for (int i = 0; i < LANES; i++)
        missed += !(fabs(r.out[0][i] / r.loss[i] - 1) < 1e-12);
    if (missed)
        fprintf(stderr, "%s: %d lanes differ from the loop\n", name, missed);
    return missed != 0;
}

int main(void)
{
    bench_pin();
    return law("xu2018", xu_loop, 1e8) | law("power-law", power_loop, 3e8);
}

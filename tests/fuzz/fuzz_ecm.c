/* SPDX-License-Identifier: MIT
 * fuzz_ecm.c - the circuit model under any parameters, states and demands: every lane ends with numbers, a wish, or a
 * status and a sentence.
 */
#include "tests/rig.h"

enum { N = 8, STEPS = 12 };

static double take(const uint8_t **at, const uint8_t *end)
{
    uint16_t v = 0;
    if (end - *at >= 2) {
        memcpy(&v, *at, 2);
        *at += 2;
    }
    return v / 65535.0;
}

static void configure(rig *g, const uint8_t **at, const uint8_t *end)
{
    const fade_param *p = (const fade_param *)g->desc->params.at;
    for (uint32_t i = 0; i < g->desc->params.n; i++) {
        double u = take(at, end), lo = p[i].min, hi = p[i].max;
        if (p[i].type == FADE_CHOICE)
            g->value[i].real = (int)(u * 1.99);
        else if ((p[i].type == FADE_REAL || p[i].type == FADE_INT) && u > 0.5 && lo < hi)
            g->value[i].real =
                p[i].flags & FADE_LOG && lo > 0 ? lo * pow(hi / lo, 2 * u - 1) : lo + (hi - lo) * (2 * u - 1);
        if (p[i].type == FADE_INT)
            g->value[i].real = floor(g->value[i].real);
    }
}

static void judge(const rig *g)
{
    const fade_column *c = (const fade_column *)g->columns.out.at;
    for (uint32_t i = 0; i < N; i++) {
        if (g->tile.status[i] == FADE_RETRY && !(g->tile.wish[i] > 0 && g->tile.wish[i] < g->dt[i]))
            rig_die("a retry that asks for no shorter step", "ecm");
        if (g->tile.status[i] < 0 && !g->said)
            rig_die("a lane ends without a sentence", "ecm");
        for (uint32_t k = 0; g->tile.status[i] == 0 && k < g->columns.out.n; k++)
            if (!isfinite(g->out[k][i]))
                rig_die("no number", c[k].key);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    const uint8_t *end = at + n;
    rig *g = rig_open("ecm");
    configure(g, &at, end);
    if (rig_make(g, N, NULL) == 0)
        for (int k = 0; k < STEPS; k++) {
            for (uint32_t i = 0; i < N; i++) {
                double scale = pow(10, 4 * take(&at, end) - 2);
                rig_in(g, "control")[i] = (int)(take(&at, end) * 3.99);
                rig_in(g, "demand")[i] = scale * (2 * take(&at, end) - 1);
                rig_in(g, "temperature_ambient")[i] = 200 + 200 * take(&at, end);
                g->dt[i] = pow(10, 7 * take(&at, end) - 3);
            }
            rig_step(g);
            judge(g);
            rig_call(g, g->model->observe);
        }
    rig_close(g);
    return 0;
}

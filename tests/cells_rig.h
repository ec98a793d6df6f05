/* SPDX-License-Identifier: MIT
 * cells_rig.h - the terms of the 14 cells of common_cell.h as the tests expect them, and a cell in the hand: steps from new, and the
 * rates that follow from what they gave.
 */
#ifndef FADE_TESTS_CELLS_RIG_H
#define FADE_TESTS_CELLS_RIG_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/expr.h"
#include "rig.h"
#include "tests/cells_peer.h"
#include "tests/near.h"
#include <stdbool.h>

enum { CELL_N = 8, CELL_TERMS = 5, CURVE_MOST = 64 };
enum { POWER, POWER_B, SIGMOID, LINEAR, FREE };

/* `by`: 'd' days, 'n' equivalent full cycles.  A sigmoid's Y is 1.  FREE: k is a number, Y follows from the conditions, p too where it
 * is 0 here. */
typedef struct cells_term { const char *out; int form; char by; double p, scale, k, first; } cells_term;

static const cells_term cells_terms[CELLS][CELL_TERMS] = {
    { { "loss_calendar", POWER, 'd', 0.526, 1, 0, 0 }, { "loss_cycle", POWER, 'n', 0.828, 1, 0, 0 } },
    { { "loss_calendar", FREE, 'd', 0, 1, 0.000130510034211874, 0 }, { "loss_cycle", POWER_B, 'n', 1.12847759334355, 1, 0, 0 },
      { "loss_break_in", FREE, 'n', 1.43752162947637, 1, 0.00303553871631028, 1e-10 },
      { "growth_by_time", LINEAR, 'd', 1, 1, 0, 0 }, { "growth_by_cycles", LINEAR, 'n', 1, 100, 0, 0 } },
    { { "loss_calendar", POWER, 'd', 0.464, 1, 0, 0 }, { "loss_cycle", POWER, 'n', 1.08, 1, 0, 0 } },
    { { "loss_calendar", POWER, 'd', 0.512, 1, 0, 0 }, { "loss_cycle", POWER, 'n', 0.699, 1, 0, 0 } },
    { { "loss_calendar", FREE, 'd', 0, 5e3, 3.41, 0 }, { "loss_cycle", FREE, 'n', 0, 1e5, 0.479, 0 } },
    { { "loss_calendar", POWER, 'd', 0.357, 1, 0, 0 }, { "loss_cycle", POWER, 'n', 0.778, 1, 0, 0 },
      { "loss_material", SIGMOID, 'n', 10, 1, 0, 1e-8 }, { "growth_by_time", POWER, 'd', 1.25, 1, 0, 0 },
      { "growth_by_cycles", POWER, 'n', 0.712, 1, 0, 0 } },
    { { "loss_calendar", POWER, 'd', 0.75, 1, 0, 0 }, { "loss_cycle", POWER, 'n', 0.5, 1, 0, 0 },
      { "growth_by_time", POWER, 'd', 0.75, 1, 0, 0 }, { "growth_by_cycles", LINEAR, 'n', 1, 1, 0, 0 } },
    { { "loss_calendar", POWER, 'd', 0.743, 1, 0, 0 }, { "loss_cycle", POWER, 'n', 0.695, 1, 0, 0 } },
    { { "loss_calendar", POWER, 'd', 0.651697743905278, 1e4, 0, 0 }, { "loss_cycle", POWER, 'n', 0.441996792536332, 1e4, 0, 0 } },
    { { "loss_calendar", POWER, 'd', 0.578, 1e3, 0, 0 }, { "loss_cycle", POWER, 'n', 1.11, 1e4, 0, 0 } },
    { { "loss_calendar", POWER, 'd', 0.708, 1e4, 0, 0 }, { "loss_cycle", POWER, 'n', 0.467, 1e5, 0, 0 } },
    { { "loss_calendar", POWER, 'd', 0.584, 1e4, 0, 0 }, { "loss_cycle", POWER, 'n', 0.907, 1e4, 0, 0 } },
    { { "gained", POWER, 'd', 0.473, 1, 0, 0 }, { "loss_calendar", POWER, 'd', -0.553, 1, 0, 0 },
      { "loss_cycle", POWER, 'n', 0.526, 1, 0, 0 } },
    { { "loss_calendar", POWER, 'd', 0.5, 1, 0, 0 }, { "loss_cycle", POWER, 'n', 0.5, 1, 0, 0 } },
};

static inline const void *cells_iface(const fade_host *h, const char *id)
{
    return strcmp(id, "fade.expr/1") == 0 ? expr_table() : rig_iface(h, id);
}

/* "x,y x,y .." as x[n] then y[n]. */
static inline void cells_curve(fade_value *v, const char *text, double *room)
{
    uint32_t n = 0;
    for (const char *c = text; *c; c++)
        n += *c == ',';
    for (uint32_t i = 0; i < n; i++) {
        char *end;
        room[i] = strtod(text, &end);
        room[n + i] = strtod(end + 1, &end);
        text = end;
    }
    v->v = room;
    v->n = n;
}

static inline rig *cells_open(int cell)
{
    static double room[2 * CURVE_MOST];
    rig *g = rig_open(cells_peer[cell].name);
    g->host.iface = cells_iface;
    const fade_param *p = g->desc->params.at;
    for (uint32_t i = 0; i < g->desc->params.n; i++)
        if (p[i].type == FADE_CURVE)
            cells_curve(&g->value[i], p[i].text, room);
    assert_int_equal(rig_make(g, CELL_N, NULL), 0);
    return g;
}

static inline void cells_set(rig *g, const char *key, double v)
{
    const fade_column *c = g->columns.in.at;
    for (uint32_t i = 0; i < g->columns.in.n; i++)
        if (strcmp(c[i].key, key) == 0)
            rig_fill(g->in[i], CELL_N, v);
}

static inline void cells_conditions(rig *g, const cells_point *p)
{
    const struct { const char *key; double v; } to[] = {
        { "temperature_mean", p->T }, { "soc_mean", p->soc }, { "depth", p->depth }, { "c_rate", p->C }, { "c_rate_mean", p->C },
        { "c_rate_charge", p->Cc }, { "c_rate_discharge", p->Cd }, { "soc_min", p->lo }, { "soc_max", p->hi },
    };
    for (size_t i = 0; i < sizeof to / sizeof *to; i++)
        cells_set(g, to[i].key, to[i].v);
}

static inline void cells_step(rig *g, const cells_point *p, double days, double efc)
{
    rig_fill(rig_in(g, "duration"), CELL_N, days * 86400);
    rig_fill(g->dt, CELL_N, efc / p->depth);
    assert_int_equal(rig_call(g, g->model->step), 0);
    for (uint32_t k = 0; k < g->columns.state.n; k++)         /* also without cycles: time counts */
        memcpy(g->x[k], g->x1[k], CELL_N * sizeof(double));
}

/* A new cell. */
static inline void cells_new(rig *g)
{
    assert_int_equal(rig_call(g, g->model->init), 0);
    for (uint32_t k = 0; k < g->columns.state.n; k++)
        memcpy(g->x[k], g->x1[k], CELL_N * sizeof(double));
}

/* What one step from new makes of a term. */
static inline double cells_once(rig *g, const cells_point *p, const cells_term *t, double x)
{
    cells_new(g);
    cells_step(g, p, t->by == 'd' ? x : 1, t->by == 'd' ? 1 : x);
    return rig_out(g, t->out)[CELL_N - 1];
}

static inline double cells_arc(double y, double p) { return pow(2 * atanh(y), 1 / p); }

/* Y and p of a sigmoid whose form changes: where k x is 1, y is Y tanh(1/2) whatever p; where (k x)^p is e, it is Y tanh(e/2). */
static inline int cells_free(rig *g, const cells_point *p, const cells_term *t, double p_near, double *rate)
{
    double x = t->scale / t->k, y = cells_once(g, p, t, x), Y = y / tanh(0.5);
    for (int i = 0; i < 6 && t->first > 0; i++)               /* a new cell stands a little way up */
        Y = y / tanh(pow(1 + cells_arc(t->first / Y, t->p), t->p) / 2);
    rate[0] = Y;
    if (t->p != 0)
        return 1;
    double further = exp(1 / p_near);
    rate[1] = log(2 * atanh(cells_once(g, p, t, x * further) / Y)) / log(x * further * t->k / t->scale);
    return 2;
}

/* The rates that follow from single steps, in the order of cells_point.rate; p of free sigmoids is looked for near what it should be. */
static inline int cells_rates(rig *g, int cell, const cells_point *p, double *rate)
{
    int n = 0;
    cells_conditions(g, p);
    for (int i = 0; i < CELL_TERMS && cells_terms[cell][i].out; i++) {
        const cells_term *t = &cells_terms[cell][i];
        if (t->form == FREE) {
            n += cells_free(g, p, t, p->rate[n + 1], rate + n);
            continue;
        }
        double x = t->form == SIGMOID ? 1000 : 1, y = cells_once(g, p, t, x);
        if (t->form == SIGMOID)
            rate[n++] = (cells_arc(y, t->p) - cells_arc(t->first, t->p)) / x;
        else if (t->form == POWER_B)
            rate[n++] = pow(y, 1 / t->p) / x;
        else
            rate[n++] = y / pow(x / t->scale, t->p);
    }
    return n;
}
#endif

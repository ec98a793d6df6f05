/* SPDX-License-Identifier: MIT
 * test_cells.c - the 14 cells of common_cell.h, row by row: rates, a year of steps and where they were tested, against
 * the peer's numbers; a life does not depend on the step.
 */
#include "tests/cells_rig.h"

/* ---- rates ---- */

/* At the constant check point and on the peer's grid, to 1e-12; a steep sigmoid moves with the last bits of x. */
static void rates_are_the_peers(void **state)
{
    (void)state;
    int bad = 0;
    for (int c = 0; c < CELLS; c++) {
        rig *g = cells_open(c);
        for (int i = 0; i < CELLS_POINTS; i++) {
            const cells_point *p = &cells_peer[c].point[i];
            double rate[CELLS_RATES];
            int n = cells_rates(g, c, p, rate);
            double steep = 0;
            for (int k = 0; k < n && cells_terms[c][0].form == FREE; k++)
                steep = fmax(steep, p->rate[k]);
            for (int k = 0; k < n; k++) {
                if (rig_near(rate[k], p->rate[k], 1e-12 + 1e-15 * steep))
                    continue;
                print_error("%s: point %d, rate %d\n", cells_peer[c].name, i, k);
                bad++;
            }
        }
        rig_close(g);
    }
    assert_int_equal(bad, 0);
}

/* ---- a year ---- */

enum { CALLS = 365 };
#define CALL_EFC 0.8

/* 365 steps of a day and 0.8 cycles are the law itself. */
static void a_year_of_steps_is_the_law(void **state)
{
    (void)state;
    for (int c = 0; c < CELLS; c++) {
        rig *g = cells_open(c);
        const cells_numbers *peer = &cells_peer[c];
        cells_conditions(g, &peer->point[0]);
        cells_new(g);
        for (int i = 0; i < CALLS; i++)
            cells_step(g, &peer->point[0], 1, CALL_EFC);
        assert_near(1 - rig_out(g, "loss")[0], peer->law.q, 1e-9);
        if (!isnan(peer->law.r))
            assert_near(rig_out(g, "resistance_ratio")[0], peer->law.r, 1e-9);
        rig_close(g);
    }
}

/* The peer's increment of y over dx: forward Euler on the inverted law, the law itself from y = 0. */
static double increment(const cells_term *t, double y, double dx, const double *rate)
{
    double x = dx / t->scale, p = t->p != 0 ? t->p : rate[1], k = t->form == FREE ? t->k : rate[0];
    double Y = t->form == FREE ? rate[0] : 1;
    switch (t->form) {
    case POWER:
        return y == 0 ? k * pow(x, p) : k * p * pow(y / k, (p - 1) / p) * x;
    case POWER_B:
        return y == 0 ? pow(k * x, p) : p * pow(y, (p - 1) / p) * k * x;
    case LINEAR:
        return k * x;
    default:
        if (y == 0)
            return 2 * Y * (0.5 - 1 / (1 + exp(pow(k * x, p))));
        double at = pow(log(-2 * Y / (y - Y) - 1), 1 / p) / k, z = pow(k * at, p);
        return 2 * Y * p * exp(z) * z / (at * pow(exp(z) + 1, 2)) * x;
    }
}

/* What the peer makes of the terms. */
static cells_pair peers_sum(int cell, const double *y)
{
    const char *name = cells_peer[cell].name;
    if (strcmp(name, "nmc111-gr-kokam") == 0)
        return (cells_pair){ fmin(1 - y[0] - y[1], 1.01 - y[2]), fmax(1 + y[3] + y[4], -0.08 + 1.09 / (1.01 - y[2])) };
    if (strcmp(name, "nmc-lto") == 0)
        return (cells_pair){ 1 + y[0] - y[1] - y[2], NAN };
    if (strcmp(name, "lfp-gr-sony") == 0)
        return (cells_pair){ 1 - y[0] - y[1] - y[2], 1 + y[3] + y[4] };
    if (strcmp(name, "nmc111-gr-sanyo") == 0)
        return (cells_pair){ 1 - y[0] - y[1], 1 + y[2] + y[3] };
    return (cells_pair){ 1 - y[0] - y[1], NAN };
}

/* The plugin's rates under the peer's increments give the peer's own numbers: what differs is how a step is taken. */
static void the_peers_increments_give_the_peers_year(void **state)
{
    (void)state;
    for (int c = 0; c < CELLS; c++) {
        rig *g = cells_open(c);
        const cells_numbers *peer = &cells_peer[c];
        double rate[CELLS_RATES], y[CELL_TERMS] = { 0 };
        cells_rates(g, c, &peer->point[0], rate);
        for (int i = 0; i < CELL_TERMS; i++)
            y[i] = cells_terms[c][i].first;
        for (int call = 0; call < CALLS; call++)
            for (int i = 0, n = 0; i < CELL_TERMS && cells_terms[c][i].out; i++) {
                const cells_term *t = &cells_terms[c][i];
                bool waits = strcmp(t->out, "loss_break_in") == 0;          /* below three cycles a day */
                y[i] += waits ? 0 : increment(t, y[i], t->by == 'd' ? 1 : CALL_EFC, rate + n);
                n += t->form == FREE && t->p == 0 ? 2 : 1;
            }
        cells_pair end = peers_sum(c, y);
        assert_near(end.q, peer->peer.q, 1e-9);
        if (!isnan(peer->peer.r))
            assert_near(end.r, peer->peer.r, 1e-9);
        rig_close(g);
    }
}

/* ---- steps ---- */

/* A year at four cycles a day, so that what breaks in only then takes part: days, hours and minutes are the same. */
static void a_life_does_not_depend_on_the_step(void **state)
{
    (void)state;
    static const int steps[] = { 365, 365 * 24, 365 * 1440 };
    for (int c = 0; c < CELLS; c++) {
        double out[3][RIG_MAX];
        rig *g = cells_open(c);
        const fade_column *column = g->columns.out.at;
        const cells_point *p = &cells_peer[c].point[0];
        cells_conditions(g, p);
        for (int s = 0; s < 3; s++) {
            cells_new(g);
            for (int i = 0; i < steps[s]; i++)
                cells_step(g, p, 365.0 / steps[s], 4 * 365.0 / steps[s]);
            for (uint32_t k = 0; k < g->columns.out.n; k++)
                out[s][k] = g->out[k][0];
        }
        for (uint32_t k = 0; k < g->columns.out.n; k++)
            for (int s = 1; s < 3; s++)
                if (!rig_near(out[s][k], out[0][k], 1e-9))
                    fail_msg("%s: %s in %d steps", cells_peer[c].name, column[k].key, steps[s]);
        rig_close(g);
    }
}

/* Twice the ageing factor is twice the time and the cycles. */
static void a_factor_is_time(void **state)
{
    (void)state;
    for (int c = 0; c < CELLS; c++) {
        rig *g = cells_open(c);
        const cells_point *p = &cells_peer[c].point[1];
        double loss;
        cells_conditions(g, p);
        cells_new(g);
        cells_step(g, p, 20, 10);
        loss = rig_out(g, "loss")[0];
        rig_fill(rig_param(g, "ageing_factor"), CELL_N, 2);
        cells_new(g);
        cells_step(g, p, 10, 5);
        assert_true(rig_near(rig_out(g, "loss")[0], loss, 1e-12));
        rig_close(g);
    }
}

/* ---- tables ---- */

static const fade_column *input(const rig *g, const char *key)
{
    const fade_column *c = g->columns.in.at;
    for (uint32_t i = 0; i < g->columns.in.n; i++)
        if (strcmp(c[i].key, key) == 0)
            return &c[i];
    fail_msg("%s has no input %s", g->desc->id, key);
    return NULL;
}

/* Inputs are warned of outside of where the peer's cells were tested.  A single depth, 1, has room for rounding. */
static void ranges_are_those_of_the_tests(void **state)
{
    (void)state;
    for (int c = 0; c < CELLS; c++) {
        rig *g = cells_open(c);
        const double *r = cells_peer[c].range;
        const fade_column *T = input(g, "temperature_mean"), *d = input(g, "depth"), *s = input(g, "soc_mean");
        assert_near(T->lo, r[0] + 273.15, 1e-9);
        assert_near(T->hi, r[1] + 273.15, 1e-9);
        assert_near(d->lo, r[2] < r[3] ? r[2] : 0.99, 0);
        assert_near(d->hi, r[3], 0);
        assert_near(s->lo, r[4], 0);
        assert_near(s->hi, r[5], 0);
        assert_near(input(g, "c_rate_charge")->hi, r[6], 0);
        assert_near(input(g, "c_rate")->hi, r[7], 0);
        rig_close(g);
    }
}

static void numbers_say_where_they_come_from(void **state)
{
    (void)state;
    for (int c = 0; c < CELLS; c++) {
        rig *g = cells_open(c);
        const fade_param *p = g->desc->params.at;
        assert_string_equal(p[0].key, "ageing_factor");
        for (uint32_t i = 1; i < g->desc->params.n; i++) {
            assert_true(p[i].flags & FADE_FITTED && *p[i].source && *p[i].doc && *p[i].unit);
            bool bound = p[i].min < p[i].max && p[i].def >= p[i].min && p[i].def <= p[i].max;
            assert_true(p[i].type == FADE_CURVE || bound);
        }
        rig_close(g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_the_peers),
        cmocka_unit_test(a_year_of_steps_is_the_law),
        cmocka_unit_test(the_peers_increments_give_the_peers_year),
        cmocka_unit_test(a_life_does_not_depend_on_the_step),
        cmocka_unit_test(a_factor_is_time),
        cmocka_unit_test(ranges_are_those_of_the_tests),
        cmocka_unit_test(numbers_say_where_they_come_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT
 * climate.c - temperature from a file of its own, linear between its times, over its own period without end.
 *
 * Its axis starts with the year: dates count from the first of January of the first one; times without dates are taken
 * as they are.
 */
#include "inside.h"
#include <math.h>
#include <stdlib.h>

#define SHORTEST 1.0                              /* s, of a period */
enum { WALKS = 4 };                               /* periods: what is further away is looked for */

static int32_t make(const source *s, series *x, climate *c)
{
    double *kelvin = x->value[ROLE_TEMPERATURE];
    double lasts = x->value[ROLE_TIME][x->n - 1] - x->value[ROLE_TIME][0];
    c->period = duty_period(x, kelvin[0] == kelvin[x->n - 1], true);
    c->n = x->n - (c->period <= lasts);           /* closed: its last is its first */
    c->step = x->step;
    if (c->period < SHORTEST)
        return source_fail(s, FADE_EINVAL, x->path, 0, "temperatures over %.6g s: below %g s", c->period, SHORTEST);
    c->t = malloc((c->n + 1) * sizeof *c->t);
    c->kelvin = malloc((c->n + 1) * sizeof *c->kelvin);
    c->slope = malloc((c->n + 1) * sizeof *c->slope);
    if (!c->t || !c->kelvin || !c->slope)
        return source_fail(s, FADE_ENOMEM, x->path, 0, "no memory for %zu temperatures", c->n);
    for (size_t i = 0; i < c->n; i++) {
        c->t[i] = x->phase + x->value[ROLE_TIME][i];
        c->kelvin[i] = kelvin[i];
    }
    c->t[c->n] = c->t[0] + c->period;
    c->kelvin[c->n] = c->kelvin[0];
    for (size_t i = 0; i < c->n; i++)
        c->slope[i] = (c->kelvin[i + 1] - c->kelvin[i]) / (c->t[i + 1] - c->t[i]);
    return FADE_OK;
}

int32_t climate_read(const source *s, const char *path, climate *c)
{
    series x;
    *c = (climate){ .path = path };
    int32_t rc = series_read(s, path, ROLES_CLIMATE, &x);
    if (rc)
        return rc;
    rc = duty_kelvin(s, &x);
    rc = rc ? rc : make(s, &x, c);
    series_free(&x);
    if (rc)
        climate_free(c);
    return rc;
}

/* The first period that does not end before t: the same one wherever the walk begins. */
static int64_t find_period(const climate *c, double t, const climate_at *at)
{
    bool near = at->found && t - (double)(at->period + WALKS) * c->period < c->t[c->n];
    double guess = floor((t - c->t[0]) / c->period) - 2;        /* two less: the division rounds */
    int64_t period = near ? at->period : (int64_t)guess;
    while (t - (double)period * c->period >= c->t[c->n])
        period++;
    return period;
}

void climate_column(const climate *c, double shift, uint32_t n, const double *time, double *kelvin, climate_at *at)
{
    const double *t = c->t, end = c->t[c->n];
    double before = (double)at->period * c->period;
    size_t k = at->index;
    for (uint32_t i = 0; i < n; i++) {
        double x = time[i] + shift, y = x - before;
        if (!at->found || y >= end) {
            at->period = find_period(c, x, at);
            at->found = true;
            before = (double)at->period * c->period;
            y = x - before;
            k = 0;
        }
        while (y >= t[k + 1])
            k++;
        kelvin[i] = c->kelvin[k] + (y - t[k]) * c->slope[k];
    }
    at->index = k;
}

void climate_free(climate *c)
{
    free(c->t);
    free(c->kelvin);
    free(c->slope);
    *c = (climate){ 0 };
}

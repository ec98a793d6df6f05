/* SPDX-License-Identifier: MIT
 * lifetime_fleet.c - the lives of one model together: how they are distributed, and who fades faster than the rest.
 */
#include "core/study/lifetime.h"
#include "core/base/mem.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

const double lifetime_percentile[LIFETIME_PERCENTILES] = { 0.05, 0.1, 0.5, 0.9, 0.95 };
const double lifetime_year = 365 * 86400;               /* as units.c has it */
static const double EARLY = 0.25;                       /* of the median life */
static const double FASTER = 1.25;                      /* than the median: less is not worth a warning */

static double counted(const health_point *p, int base)
{
    return base == LIFETIME_CYCLES ? p->cycle : base == LIFETIME_EFC ? p->efc : p->seconds / lifetime_year;
}

/* How long a life lasted, or was seen to last. */
static double length_of(const lifetime_life *l, int base, bool *ended)
{
    health_point cross = health_crossing(&l->watch);
    *ended = l->watch.reached;
    return counted(l->watch.reached ? &cross : l->watch.below ? &l->watch.end : &l->watch.last, base);
}

static int distribute(lifetime_fleet *f, int base, double *at, bool *ended, why *w)
{
    bool moves = false;
    for (size_t i = 0; i < f->n; i++) {
        at[i] = length_of(f->life[i], base, &ended[i]);
        moves = moves || at[i] > 0;
    }
    f->weibull[base] = fleet_fit_weibull(at, ended, moves ? f->n : 0);
    return fleet_open(at, ended, moves ? f->n : 0, &f->lives[base], w);
}

static double usual_early(const lifetime_fleet *f)
{
    double least, half = fleet_percentile(&f->lives[LIFETIME_CYCLES], 0.5, &least);
    return EARLY * (isnan(half) ? least : half);
}

/* SoH lost a cycle from the first row up to `early`, or to the last row where that comes before. */
static double rate_of(const lifetime_life *l, double early)
{
    const health_point *from = &l->watch.first, *last = &l->watch.last;
    health_point to = last->cycle <= early ? *last : lifetime_at(l, early);
    return to.cycle > from->cycle ? (from->soh - to.soh) / (to.cycle - from->cycle) : NAN;
}

static int measure(lifetime_fleet *f, double early, why *w)
{
    double *at = mem_columns(f->n + 1);
    bool *ended = mem_zero(f->n + 1, sizeof *ended);
    int rc = at && ended ? E_OK : fail(w, E_NOMEM, "no memory for a fleet of %zu lives", f->n);
    for (int b = 0; b < LIFETIME_BASES && !rc; b++)
        rc = distribute(f, b, at, ended, w);
    free(at);
    free(ended);
    if (rc)
        return rc;
    f->early = isnan(early) ? usual_early(f) : early;
    for (size_t i = 0; i < f->n; i++)
        f->rate[i] = rate_of(f->life[i], f->early);
    f->middle = fleet_outliers(f->rate, f->n, f->z);
    return E_OK;
}

int lifetime_fleet_open(const lifetime *l, const char *model, double early, lifetime_fleet *out, why *w)
{
    *out = (lifetime_fleet){ .model = model };
    out->life = mem_zero(l->n + 1, sizeof *out->life);
    out->rate = mem_columns(l->n + 1);
    out->z = mem_columns(l->n + 1);
    int rc = out->life && out->rate && out->z ? E_OK : fail(w, E_NOMEM, "no memory for a fleet of %zu lives", l->n);
    for (size_t i = 0; i < l->n && !rc; i++) {
        const lifetime_life *one = &l->at[i];
        if (strcmp(one->model, model) != 0)
            continue;
        if (one->failed && !one->watch.reached)
            out->failed++;
        else if (!isnan(one->watch.first.soh))
            out->life[out->n++] = one;
    }
    if (!rc)
        rc = measure(out, early, w);
    if (rc)
        lifetime_fleet_close(out);
    return rc;
}

bool lifetime_stands_out(const lifetime_fleet *f, size_t i)
{
    return f->z[i] > fleet_far && f->rate[i] >= FASTER * f->middle;
}

void lifetime_fleet_close(lifetime_fleet *f)
{
    for (int b = 0; b < LIFETIME_BASES; b++)
        fleet_close(&f->lives[b]);
    free(f->life);
    free(f->rate);
    free(f->z);
    *f = (lifetime_fleet){ 0 };
}

/* SPDX-License-Identifier: MIT
 * lifetime_lines.c - what the text, the JSON and the picture of lives share: horizons, fleets, lines to draw.
 */
#include "core/report/lifetime_say.h"
#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/report/show.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int lifetime_horizon_read(const char *said, lifetime_horizon *out, why *w)
{
    char number[64];
    double v;
    size_t n = strlen(said);
    static const struct { const char *word; int base; } counts[] = {
        { "cycles", LIFETIME_CYCLES }, { "cycle", LIFETIME_CYCLES }, { "efc", LIFETIME_EFC }, { "EFC", LIFETIME_EFC },
        { "", LIFETIME_CYCLES },
    };
    for (size_t i = 0; i < sizeof counts / sizeof *counts && n < sizeof number; i++) {
        if (!text_ends(said, counts[i].word))
            continue;
        size_t length = n - strlen(counts[i].word);
        while (length && said[length - 1] == ' ')
            length--;
        if (length && text_real(said, length, &v) && v > 0 && v < INFINITY) {
            *out = (lifetime_horizon){ said, counts[i].base, v };
            return E_OK;
        }
    }
    if (units_quantity(said, "s", NAN, &v, NULL) || !(v > 0))
        return fail(w, E_USAGE, "\"%s\" is no horizon: \"8 years\", \"400 days\", \"3000 cycles\" or \"2500 efc\" is",
                    said);
    *out = (lifetime_horizon){ said, LIFETIME_YEARS, v / lifetime_year };
    return E_OK;
}

void lifetime_span(char out[64], bool known, double v, const char *with)
{
    char number[32];
    show_number(number, v, fabs(v) < 100 ? 4 : fabs(v) < 1e4 ? 5 : 15);
    if (fabs(v) >= 1e4)
        snprintf(number, sizeof number, "%.0f", v);
    snprintf(out, 64, "%s%s%s", isnan(v) || known ? "" : "at least ", number, isnan(v) ? "" : with);
}

/* "xu2018" of "xu2018+ridge". */
static bool is_alone(const char *model, const char *physics)
{
    return strcmp(model, physics) == 0;
}

double lifetime_by_formula(const lifetime *l, const lifetime_life *life, const scenario *s, const char **said)
{
    *said = NULL;
    for (size_t p = 0; p < s->nphysics && l->by == HEALTH_CAPACITY; p++)
        if (is_alone(life->model, s->physics[p].label))
            return lifetime_formula(s, p, l->eol, said);
    return NAN;
}

const lifetime_life *lifetime_measured(const lifetime *l, const lifetime_life *life)
{
    const lifetime_life *m = lifetime_find(l, life->cell, "measured");
    return m == life ? NULL : m;
}

/* ---- fleets ---- */

static bool seen_before(const lifetime *l, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(l->at[k].model, l->at[i].model) == 0)
            return true;
    return false;
}

static bool has_more(const lifetime *l, size_t i)
{
    for (size_t k = i + 1; k < l->n; k++)
        if (strcmp(l->at[k].model, l->at[i].model) == 0)
            return true;
    return false;
}

int lifetime_fleets(const lifetime *l, const lifetime_asked *a, lifetime_fleet **out, size_t *n, why *w)
{
    enum { MODELS = 64 };                               /* the first lives tell all there are: a cell has one of each */
    size_t most = l->n < MODELS ? l->n : MODELS;
    int rc = E_OK;
    *n = 0;
    *out = mem_zero(most + 1, sizeof **out);
    if (!*out)
        return fail(w, E_NOMEM, "no memory for fleets");
    for (size_t i = 0; i < most && !rc; i++) {
        if (seen_before(l, i) || (!a->nwithin && !has_more(l, i)))
            continue;
        rc = lifetime_fleet_open(l, l->at[i].model, a->early, &(*out)[*n], w);
        *n += rc == E_OK;
    }
    if (rc) {
        lifetime_fleets_free(*out, *n);
        *out = NULL;
        *n = 0;
    }
    return rc;
}

void lifetime_fleets_free(lifetime_fleet *f, size_t n)
{
    for (size_t i = 0; f && i < n; i++)
        lifetime_fleet_close(&f[i]);
    free(f);
}

/* ---- lines ---- */

static void add_life(lifetime_lines *p, const lifetime *l, const lifetime_life *life, bool one_cell)
{
    size_t cap = l->points ? l->points : LIFETIME_POINTS;
    double *x = p->room + 3 * p->n * (cap + 1), *y = x + cap + 1, *t = y + cap + 1;
    if (!life->n || p->n == LIFETIME_LINES)
        return;
    size_t n = life->n;
    for (size_t i = 0; i < n; i++) {
        x[i] = life->curve[i].cycle;
        y[i] = life->curve[i].soh;
        t[i] = life->curve[i].seconds;
    }
    if (life->watch.last.cycle > x[n - 1]) {
        x[n] = life->watch.last.cycle;
        t[n] = life->watch.last.seconds;
        y[n++] = life->watch.last.soh;
    }
    p->line[p->n].x = x;
    p->line[p->n].y = y;
    p->line[p->n].t = t;
    p->line[p->n].n = n;
    snprintf(p->line[p->n].name, sizeof p->line[0].name, "%.40s%s%.50s", one_cell ? "" : life->cell,
             one_cell ? "" : ": ", life->model);
    snprintf(p->line[p->n].cell, sizeof p->line[0].cell, "%.40s", one_cell ? "" : life->cell);
    snprintf(p->line[p->n].model, sizeof p->line[0].model, "%.50s", life->model);
    p->n++;
}

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* SoH of all lives at a cycle, sorted; those that are over stand first, as -inf.  Gives the seconds of the slowest. */
static double column_of(const lifetime_fleet *f, double cycle, double *v)
{
    double seconds = 0;
    for (size_t i = 0; i < f->n; i++) {
        health_point at = lifetime_at(f->life[i], cycle);
        v[i] = at.soh;
        seconds = fmax(seconds, at.seconds);
        if (isnan(v[i]))
            v[i] = cycle > f->life[i]->watch.last.cycle ? -INFINITY : f->life[i]->watch.first.soh;
    }
    qsort(v, f->n, sizeof *v, rising);
    return seconds;
}

/* Of many models the medians alone. */
static int add_fleet(lifetime_lines *p, const lifetime_fleet *f, size_t nfleet, why *w)
{
    static const struct { double share; const char *word; } shares[] = { { 0.5, "median" },
                                                                         { 0.95, "best 5 %" },
                                                                         { 0.05, "worst 5 %" } };
    size_t first = p->n;
    if (first == LIFETIME_LINES)
        return E_OK;
    double *v = mem_columns(f->n + 1), last = 0;
    if (!v)
        return fail(w, E_NOMEM, "no memory to draw %zu lives", f->n);
    for (size_t i = 0; i < f->n; i++)
        last = fmax(last, f->life[i]->watch.last.cycle);
    for (size_t k = 0; k < (nfleet > 2 ? 1 : 3) && p->n < LIFETIME_LINES; k++, p->n++) {
        p->line[p->n].x = p->room + 3 * p->n * LIFETIME_GRID;
        p->line[p->n].y = p->line[p->n].x + LIFETIME_GRID;
        p->line[p->n].t = p->line[p->n].y + LIFETIME_GRID;
        snprintf(p->line[p->n].name, sizeof p->line[0].name, "%.60s%s%s", nfleet == 1 ? "" : f->model,
                 nfleet == 1 ? "" : ", ", shares[k].word);
    }
    for (size_t g = 0; g < LIFETIME_GRID; g++) {            /* whole cycles, as a picture's rows have */
        double cycle = round(1 + (last - 1) * (double)g / (LIFETIME_GRID - 1));
        if (p->line[first].n && p->line[first].x[p->line[first].n - 1] == cycle)
            continue;
        double seconds = column_of(f, cycle, v);
        for (size_t k = 0; first + k < p->n; k++) {
            double soh = v[(size_t)lround(shares[k].share * (double)(f->n - 1))];
            if (isinf(soh))
                continue;
            p->line[first + k].x[p->line[first + k].n] = cycle;
            p->line[first + k].t[p->line[first + k].n] = seconds;
            p->line[first + k].y[p->line[first + k].n++] = soh;
        }
    }
    free(v);
    return E_OK;
}

int lifetime_lines_open(const lifetime *l, const lifetime_fleet *f, size_t nfleet, lifetime_lines *out, why *w)
{
    size_t cap = l->points ? l->points : LIFETIME_POINTS;
    *out = (lifetime_lines){ 0 };
    out->room = mem_columns(3 * LIFETIME_LINES * ((cap > LIFETIME_GRID ? cap : LIFETIME_GRID) + 1));
    if (!out->room)
        return fail(w, E_NOMEM, "no memory to draw lives");
    out->fleet = l->n > LIFETIME_LINES && nfleet > 0;
    int rc = E_OK;
    for (size_t i = 0; out->fleet && i < nfleet && !rc; i++)
        rc = add_fleet(out, &f[i], nfleet, w);
    bool one_cell = l->n > 0;
    for (size_t i = 1; i < l->n; i++)
        one_cell = one_cell && strcmp(l->at[i].cell, l->at[0].cell) == 0;
    for (size_t i = 0; !out->fleet && i < l->n; i++)
        add_life(out, l, &l->at[i], one_cell);
    if (rc)
        lifetime_lines_close(out);
    return rc;
}

void lifetime_lines_close(lifetime_lines *p)
{
    free(p->room);
    *p = (lifetime_lines){ 0 };
}

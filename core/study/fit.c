/* SPDX-License-Identifier: MIT
 * fit.c - what is fitted: the parameters, their bounds, starts and priors, and the rows kept for it.
 */
#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/study/fit_inside.h"
#include "core/study/sweep_inside.h"
#include <ctype.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A fit makes an engine for each call: the memory of one is kept for the next, not given back and faulted in again. */
static void keep_memory(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
}

static int begin(const scenario *s, const fit_options *o, fit *out, why *w)
{
    keep_memory();
    *out = (fit){ .s = s, .o = *o };
    out->o.target = o->target ? o->target : s->evaluate.target ? s->evaluate.target : "capacity";
    if (!(o->fraction > 0 && o->fraction <= 1))
        out->o.fraction = 1;
    if (s->nphysics == 0)
        return fail(w, E_INPUT, "there is no [[physics]] to fit");
    return E_OK;
}

int fit_open(const scenario *s, const fit_options *o, fit *out, why *w)
{
    int rc = begin(s, o, out, w);
    return rc ? rc : replay_read(s, o->stop, &out->rows, w);
}

int fit_over(const scenario *s, const fit_options *o, const replay *rows, fit *out, why *w)
{
    int rc = begin(s, o, out, w);
    out->rows = *rows;
    out->lent = true;
    return rc;
}

void fit_close(fit *f)
{
    if (!f->lent)
        replay_free(&f->rows);
    f->rows = (replay){ 0 };
}

/* ---- parameters ---- */

/* A number with or without a unit, in the parameter's. */
static int number(const fit *f, const fade_param *p, const char *from, size_t n, double *out, why *w)
{
    char said[96];
    snprintf(said, sizeof said, "%.*s", (int)(n < 95 ? n : 95), from);
    return units_quantity(said, p->unit, f->s->cell.nominal_capacity, out, w);
}

/* "1e-3..1e-1" behind "=". */
static int read_bounds(const fit *f, fit_param *p, const char *said, size_t n, why *w)
{
    const char *dots = memmem(said, n, "..", 2);
    if (!dots)
        return fail(w, E_INPUT, "%s=%.*s: bounds are LEAST..MOST, as in %s=0.01..0.1", p->name, (int)n, said, p->name);
    double lo, hi;
    int rc = number(f, p->of, said, (size_t)(dots - said), &lo, w);
    rc = rc ? rc : number(f, p->of, dots + 2, n - (size_t)(dots + 2 - said), &hi, w);
    if (rc)
        return rc;
    if (!(lo < hi))
        return fail(w, E_INPUT, "%s=%.*s: the first bound is not below the second", p->name, (int)n, said);
    if (p->of->min < p->of->max && (lo < p->of->min || hi > p->of->max))
        return fail(w, E_INPUT, "%s=%.*s: the plugin takes %g .. %g %s", p->name, (int)n, said, p->of->min, p->of->max,
                    p->of->unit);
    p->lo = lo;
    p->hi = hi;
    return E_OK;
}

/* "0.1+-0.02" behind "~". */
static int read_prior(const fit *f, fit_param *p, const char *said, why *w)
{
    const char *sign = strstr(said, "+-");
    if (!sign)
        return fail(w, E_INPUT, "%s~%.60s: a prior is MEAN+-SD, as in %s~0.1+-0.02", p->name, said, p->name);
    int rc = number(f, p->of, said, (size_t)(sign - said), &p->prior_mean, w);
    rc = rc ? rc : number(f, p->of, sign + 2, strlen(sign + 2), &p->prior_sd, w);
    if (rc)
        return rc;
    if (!(p->prior_sd > 0) || (p->log && !(p->prior_mean > 0)))
        return fail(w, E_INPUT, "%s~%.60s: the standard deviation must be above 0%s", p->name, said,
                    p->log ? ", and so must the mean of what is fitted as a logarithm" : "");
    return E_OK;
}

/* Where nothing bounds a parameter: ten times what it is, either way. */
static void own_bounds(fit_param *p)
{
    p->lo = p->of->min;
    p->hi = p->of->max;
    if (!(p->lo < p->hi)) {
        double far = p->start != 0 ? 10 * fabs(p->start) : 10;
        p->lo = -far;
        p->hi = far;
    }
    if (p->of->flags & FADE_LOG && !(p->lo > 0))
        p->lo = p->start > 0 ? p->start * 1e-9 : p->hi * 1e-12;
    p->log = p->of->flags & FADE_LOG && p->hi > 0;
}

/* What the scenario says of it now. */
static int value_now(const fit *f, fit_param *p, why *w)
{
    const scenario_part *part = &f->s->physics[p->physics].part[p->part];
    if (part->args->spread[p->index].kind == ARGS_BOUND)
        return fail(w, E_INPUT, "%s is bound to a column and cannot be fitted", p->name);
    p->start = args_lane(part->args, p->index, f->s->seed, 0, 0);
    return E_OK;
}

/* What can be fitted, for the error that says so. */
static int nothing_such(const fit *f, const char *key, why *w)
{
    text all = { 0 };
    for (size_t i = 0; i < f->s->physics[0].n; i++) {
        const fade_list *l = &f->s->physics[0].part[i].plugin->desc->params;
        for (uint32_t j = 0; j < l->n; j++) {
            const fade_param *p = library_at(l, j);
            if (p->type == FADE_REAL && p->flags & FADE_PER_CELL)
                text_addf(&all, "%s%s", all.n ? ", " : "", p->key);
        }
    }
    int rc = fail(w, E_INPUT, "%.80s cannot be fitted: a parameter of a cell is wanted, here %s", key, text_of(&all));
    text_free(&all);
    return rc;
}

enum { FIRST = 5 };                               /* known values whose median a life starts from */

/* The initial capacity: what the scenario says, else the median of the first known values. */
static int add_scale(const fit *f, fit_param *p, why *w)
{
    static const fade_param c0 = { "c0", "Ah", "Capacity before the first cycle.", "", FADE_REAL, FADE_PER_CELL, 0, 0,
                                   0, 0, 0, NULL };
    const replay *r = &f->rows;
    double first[FIRST], start = f->s->cell.initial_capacity;
    size_t n = 0;
    for (size_t c = 0; c < r->ncol; c++)
        for (size_t i = 0; strcmp(r->column[c].key, "capacity") == 0 && i < r->n && n < FIRST; i++)
            if (isfinite(r->col[c][i]))
                first[n++] = r->col[c][i];
    if (strcmp(f->o.target, "capacity") != 0)
        return fail(w, E_INPUT, "c0 is the capacity a law starts from, and %s is fitted to", f->o.target);
    for (size_t i = 1; i < n; i++)
        for (size_t j = i; j > 0 && first[j] < first[j - 1]; j--) {
            double swap = first[j];
            first[j] = first[j - 1];
            first[j - 1] = swap;
        }
    start = isnan(start) ? n ? first[n / 2] : f->s->cell.nominal_capacity : start;
    if (!(start > 0))
        return fail(w, E_INPUT, "c0 has nothing to start from: no capacity is known");
    *p = (fit_param){ .physics = f->nparam ? f->physics : 0, .part = SIZE_MAX, .of = &c0, .scale = true, .start = start,
                      .lo = start / 2, .hi = start * 1.5, .key = "cell.initial_capacity", .name = "c0" };
    return E_OK;
}

/* Bounds and a prior as said; the parameter is one of the fit's. */
static int finish(fit *f, fit_param *p, const char *bounds, const char *prior, why *w)
{
    for (size_t j = 0; j < f->nparam; j++)
        if (f->param[j].part == p->part && f->param[j].index == p->index)
            return fail(w, E_INPUT, "%s is named twice", p->name);
    size_t nbound = bounds ? strcspn(bounds, "~") : 0;
    int rc = bounds ? read_bounds(f, p, bounds, nbound, w) : E_OK;
    if (p->log && !(p->lo > 0))
        p->log = false;                           /* its bounds say so */
    rc = rc || !prior ? rc : read_prior(f, p, prior + 1, w);
    p->start = fmin(fmax(p->start, p->lo), p->hi);
    if (rc)
        return rc;
    if (p->scale)
        f->unit_capacity = p->start;
    else
        f->physics = p->physics;
    f->nparam++;
    return E_OK;
}

int fit_add(fit *f, const char *said, why *w)
{
    char key[200], whole[220];
    size_t n = strcspn(said, "=~");
    const char *bounds = said[n] == '=' ? said + n + 1 : NULL, *prior = strchr(said, '~');
    if (f->nparam == FIT_PARAMS)
        return fail(w, E_INPUT, "more than %d parameters at once", FIT_PARAMS);
    fit_param *p = &f->param[f->nparam];
    *p = (fit_param){ 0 };
    snprintf(key, sizeof key, "%.*s", (int)(n < 190 ? n : 190), said);
    snprintf(whole, sizeof whole, "%s%s", strncmp(key, "physics.", 8) ? "physics." : "", key);
    why no = { 0 };                               /* a law may have a c0 of its own */
    bool own = sweep_param(f->s, whole, &p->physics, &p->part, &p->index, &no) == E_OK;
    bool scale = strcmp(key, "cell.initial_capacity") == 0 || (strcmp(key, "c0") == 0 && !own);
    int rc = scale ? add_scale(f, p, w) : sweep_param(f->s, whole, &p->physics, &p->part, &p->index, w);
    if (rc)
        return rc;
    if (scale)
        return finish(f, p, bounds, prior, w);
    p->of = library_at(&f->s->physics[p->physics].part[p->part].plugin->desc->params, p->index);
    if (p->of->type != FADE_REAL || !(p->of->flags & FADE_PER_CELL))
        return nothing_such(f, key, w);
    text out = { 0 };
    sweep_set_key(f->s, whole, &out);
    snprintf(p->key, sizeof p->key, "%s", text_of(&out));
    text_free(&out);
    snprintf(p->name, sizeof p->name, "%s", p->of->key);
    for (size_t j = 0; j < f->nparam; j++)
        if (!f->param[j].scale && p->physics != f->physics)
            return fail(w, E_INPUT, "%s belongs to another physics than %s: fit one at a time", key, f->param[j].name);
    rc = value_now(f, p, w);
    own_bounds(p);
    return rc ? rc : finish(f, p, bounds, prior, w);
}

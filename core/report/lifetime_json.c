/* SPDX-License-Identifier: MIT
 * lifetime_json.c - lives and fleets as JSON: what is not reached is null, and "at least" stands beside it.
 */
#include "core/report/lifetime_say.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LISTED = 1000 };
static const char *const base_keys[LIFETIME_BASES] = { "cycles", "efc", "years" };
static const double LEVEL = 0.95;

/* KEY and KEY_at_least: one of them null. */
static void either(json *j, const char *key, bool known, double v)
{
    char least[96];
    snprintf(least, sizeof least, "%.80s_at_least", key);
    json_number(j, key, known ? v : NAN);
    json_number(j, least, known ? NAN : v);
}

static double years(double seconds)
{
    return seconds > 0 ? seconds / lifetime_year : NAN;
}

static void knee_json(json *j, const char *name, const knee *k)
{
    json_open(j, name, '{');
    json_number(j, "cycle", k->x);
    json_number(j, "soh_ratio", k->y);
    json_number(j, "lower", k->lower);
    json_number(j, "upper", k->upper);
    json_number(j, "slope_before", k->before);
    json_number(j, "slope_after", k->after);
    json_text(j, "reason", k->reason);
    json_close(j, '}');
}

static void points_json(json *j, const lifetime *l, const lifetime_life *life, const lifetime_asked *a)
{
    json_open(j, "points", '[');
    for (size_t i = 0; i < a->nat; i++) {
        health_point p = lifetime_at(life, a->at[i]);
        json_open(j, NULL, '{');
        json_number(j, "cycle", p.cycle);
        json_number(j, "efc", p.efc);
        json_number(j, "years", years(p.seconds));
        json_number(j, "capacity_ah", l->by == HEALTH_CAPACITY ? p.soh * life->ah : NAN);
        json_number(j, "soh_ratio", p.soh);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void end_json(json *j, const lifetime_life *life)
{
    const health_watch *h = &life->watch;
    const health_point *end = h->reached || h->below ? &h->end : &h->last;
    health_point cross = health_crossing(h);
    either(j, "end_of_life_cycle", h->reached, end->cycle);
    json_number(j, "end_of_life_crossing", cross.cycle);
    either(j, "end_of_life_efc", h->reached, end->efc);
    either(j, "end_of_life_years", h->reached, years(end->seconds));
}

static void rul_json(json *j, const lifetime *l, const lifetime_life *life, double cycle)
{
    health_point now = lifetime_at(life, cycle);
    health_rul r = health_remaining(&life->watch, &now);
    json_number(j, "rul_cycles", r.known ? r.cycles : NAN);
    json_number(j, "rul_at_least", r.known ? NAN : r.cycles);
    either(j, "rul_efc", r.known, r.efc);
    either(j, "rul_days", r.known, life->watch.last.seconds > 0 ? r.days : NAN);
    const lifetime_life *seen = lifetime_measured(l, life);
    if (!seen)
        return;
    health_rul really = health_remaining(&seen->watch, &now);
    bool both = r.known && really.known;
    json_number(j, "end_of_life_error_cycles", both ? health_off(life->watch.end.cycle, seen->watch.end.cycle) : NAN);
    json_number(j, "rul_relative_error", both ? health_relative(r.cycles, really.cycles) : NAN);
}

static int life_json(json *j, const lifetime *l, const lifetime_life *life, const lifetime_asked *a, why *w)
{
    const char *form;
    knee bacon_watts, kneedle;
    int rc = lifetime_knees(life, &bacon_watts, &kneedle, w);
    if (rc)
        return rc;
    double formula = lifetime_by_formula(l, life, a->s, &form);
    json_open(j, NULL, '{');
    json_text(j, "cell", life->cell);
    json_text(j, "model", life->model);
    end_json(j, life);
    json_number(j, "formula_cycles", formula);
    json_text(j, "formula", form);
    rul_json(j, l, life, a->now);
    json_open(j, "knee", '{');
    knee_json(j, "bacon_watts", &bacon_watts);
    knee_json(j, "kneedle", &kneedle);
    json_close(j, '}');
    json_whole(j, "rows", (int64_t)life->rows);
    json_number(j, "last_cycle", life->watch.last.cycle);
    json_number(j, "soh_ratio", life->watch.last.soh);
    json_number(j, "capacity_ah", l->by == HEALTH_CAPACITY ? life->watch.last.soh * life->ah : NAN);
    json_bool(j, "failed", life->failed);
    json_text(j, "reason", life->reason);
    points_json(j, l, life, a);
    json_close(j, '}');
    return E_OK;
}

static void percentiles_json(json *j, const lifetime_fleet *f)
{
    json_open(j, "percentiles", '[');
    for (size_t p = 0; p < LIFETIME_PERCENTILES; p++) {
        json_open(j, NULL, '{');
        json_number(j, "p", lifetime_percentile[p]);
        for (int b = 0; b < LIFETIME_BASES; b++) {
            double least, v = fleet_percentile(&f->lives[b], lifetime_percentile[p], &least);
            either(j, base_keys[b], !isnan(v), isnan(v) ? least : v);
        }
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void weibull_json(json *j, const lifetime_fleet *f)
{
    json_open(j, "weibull", '{');
    for (int b = 0; b < LIFETIME_BASES; b++) {
        const fleet_weibull *v = &f->weibull[b];
        json_open(j, base_keys[b], '{');
        json_number(j, "shape", v->shape);
        json_number(j, "shape_lower", v->shape_lower);
        json_number(j, "shape_upper", v->shape_upper);
        json_number(j, "scale", v->scale);
        json_number(j, "scale_lower", v->scale_lower);
        json_number(j, "scale_upper", v->scale_upper);
        json_text(j, "reason", v->reason);
        json_close(j, '}');
    }
    json_close(j, '}');
}

static void within_json(json *j, const lifetime_fleet *f, const lifetime_asked *a)
{
    json_open(j, "within", '[');
    for (size_t i = 0; i < a->nwithin; i++) {
        const lifetime_horizon *h = &a->within[i];
        fleet_chance c = fleet_within(&f->lives[h->base], h->at, LEVEL);
        json_open(j, NULL, '{');
        json_text(j, "said", h->said);
        json_text(j, "unit", base_keys[h->base]);
        json_number(j, "horizon", h->at);
        either(j, "probability", c.known, c.p);
        json_number(j, "level", LEVEL);
        json_number(j, "lower", c.lower);
        json_number(j, "upper", c.upper);
        json_whole(j, "ended", (int64_t)c.ended);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void early_json(json *j, const lifetime_fleet *f)
{
    json_open(j, "early_warning", '{');
    json_number(j, "cycle", f->early);
    json_number(j, "median_rate", f->middle);
    json_open(j, "cells", '[');
    for (size_t i = 0; i < f->n; i++)
        if (lifetime_stands_out(f, i)) {
            json_open(j, NULL, '{');
            json_text(j, "cell", f->life[i]->cell);
            json_number(j, "rate", f->rate[i]);
            json_number(j, "times_median", f->rate[i] / f->middle);
            json_number(j, "z", f->z[i]);
            json_close(j, '}');
        }
    json_close(j, ']');
    json_close(j, '}');
}

static void fleet_json(json *j, const lifetime_fleet *f, const lifetime_asked *a)
{
    json_open(j, NULL, '{');
    json_text(j, "model", f->model);
    json_whole(j, "cells", (int64_t)f->n);
    json_whole(j, "ended", (int64_t)f->lives[LIFETIME_CYCLES].ended);
    json_whole(j, "failed", (int64_t)f->failed);
    percentiles_json(j, f);
    weibull_json(j, f);
    within_json(j, f, a);
    early_json(j, f);
    json_close(j, '}');
}

int lifetime_json(const lifetime *l, const lifetime_asked *a, json *out, why *w)
{
    lifetime_fleet *fleets = NULL;
    size_t n = 0;
    int rc = lifetime_fleets(l, a, &fleets, &n, w);
    json_open(out, NULL, '{');
    json_text(out, "name", a->name);
    json_text(out, "health", health_name(l->by));
    json_number(out, "end_of_life", l->eol);
    json_whole(out, "hold", (int64_t)(l->hold ? l->hold : 1));
    json_number(out, "now", a->now);
    json_open(out, "lives", '[');
    for (size_t i = 0; i < l->n && i < LISTED && !rc; i++)
        rc = life_json(out, l, &l->at[i], a, w);
    json_close(out, ']');
    json_bool(out, "lives_cut", l->n > LISTED);
    json_open(out, "fleets", '[');
    for (size_t i = 0; i < n && !rc; i++)
        fleet_json(out, &fleets[i], a);
    json_close(out, ']');
    json_close(out, '}');
    lifetime_fleets_free(fleets, n);
    return rc ? rc : out->out.failed ? fail(w, E_NOMEM, "no memory to tell lives") : E_OK;
}

/* SPDX-License-Identifier: MIT
 * health.c - state of health by capacity, energy, resistance and power; end of life and RUL; errors of both.
 */
#include "core/study/health.h"
#include <math.h>
#include <string.h>

/* ---- state of health ---- */

static const struct { const char *name, *word; double eol; } kinds[HEALTH_KINDS] = {
    [HEALTH_CAPACITY] = { "SoH_Q", "capacity", 0.8 },
    [HEALTH_ENERGY] = { "SoH_E", "energy", 0.8 },
    [HEALTH_RESISTANCE] = { "SoH_R", "resistance", 0 },
    [HEALTH_POWER] = { "SoH_P", "power", 0.8 },
};

const char *health_name(int kind)
{
    return kinds[kind].name;
}

const char *health_word(int kind)
{
    return kinds[kind].word;
}

int health_kind(const char *word)
{
    for (int k = 0; k < HEALTH_KINDS; k++)
        if (strcmp(kinds[k].word, word) == 0)
            return k;
    return -1;
}

double health_eol(int kind)
{
    return kinds[kind].eol;
}

static double at(const double *column, size_t i)
{
    return column ? column[i] : NAN;
}

static double energy(const health_columns *c, size_t i)
{
    double e = at(c->energy, i);
    return isnan(e) ? at(c->capacity, i) * at(c->voltage, i) : e;
}

static double above_zero(double v)
{
    return v > 0 ? v : NAN;
}

static void first_known(double *known, double v)
{
    if (isnan(*known))
        *known = v;
}

void health_refer(const health_columns *c, size_t n, health_reference *r)
{
    for (size_t i = 0; i < n; i++) {
        first_known(&r->capacity, at(c->capacity, i));
        first_known(&r->energy, energy(c, i));
        first_known(&r->resistance, at(c->resistance, i));
    }
}

bool health_soh(int kind, const health_columns *c, size_t n, const health_reference *r, double *out)
{
    double fresh = above_zero(r->resistance), end = isnan(r->resistance_end) ? 2 * fresh : r->resistance_end;
    bool there = kind == HEALTH_CAPACITY ? c->capacity != NULL
               : kind == HEALTH_ENERGY   ? c->energy != NULL || (c->capacity != NULL && c->voltage != NULL)
                                         : c->resistance != NULL;
    for (size_t i = 0; i < n; i++)
        switch (kind) {
        case HEALTH_CAPACITY: out[i] = at(c->capacity, i) / above_zero(r->capacity); break;
        case HEALTH_ENERGY: out[i] = energy(c, i) / above_zero(r->energy); break;
        case HEALTH_RESISTANCE: out[i] = (end - at(c->resistance, i)) / above_zero(end - fresh); break;
        default: out[i] = fresh / above_zero(at(c->resistance, i)); break;
        }
    return there;
}

/* int |I| dt of a line from a to b: two triangles where it goes through zero. */
static double moved(double a, double b, double dt)
{
    if (a * b < 0)
        return (a * a + b * b) / (2 * (fabs(a) + fabs(b))) * dt;
    return (fabs(a) + fabs(b)) / 2 * dt;
}

double health_efc(const double *time_s, const double *current_a, size_t n, double nominal_ah)
{
    double charge = 0;                                  /* A s */
    for (size_t i = 1; i < n; i++) {
        double dt = time_s[i] - time_s[i - 1], more = moved(current_a[i - 1], current_a[i], dt);
        if (dt > 0 && isfinite(more))
            charge += more;
    }
    return charge / (2 * 3600 * above_zero(nominal_ah));
}

/* ---- end of life ---- */

static const health_point nowhere = { NAN, NAN, NAN, NAN };

health_watch health_open(double eol, uint64_t hold)
{
    return (health_watch){ .eol = eol, .hold = hold ? hold : 1, .first = nowhere, .last = nowhere, .before = nowhere,
                           .end = nowhere };
}

void health_row(health_watch *h, const health_point *p)
{
    if (isnan(p->soh))
        return;
    if (isnan(h->first.soh))
        h->first = *p;
    h->last = *p;
    if (h->reached)
        return;
    if (!(p->soh < h->eol)) {
        h->below = 0;
        h->before = *p;
        return;
    }
    if (h->below++ == 0)
        h->end = *p;
    h->reached = h->below >= h->hold;
}

health_point health_crossing(const health_watch *h)
{
    const health_point *a = &h->before, *b = &h->end;
    if (!h->reached)
        return nowhere;
    if (isnan(a->soh))
        return *b;
    double share = (a->soh - h->eol) / (a->soh - b->soh);
    return (health_point){ a->cycle + share * (b->cycle - a->cycle), a->efc + share * (b->efc - a->efc),
                           a->seconds + share * (b->seconds - a->seconds), h->eol };
}

/* fmax without its taste for numbers over NaN. */
static double not_below_zero(double v)
{
    return v < 0 ? 0 : v;
}

health_rul health_remaining(const health_watch *h, const health_point *now)
{
    const health_point *to = h->reached || h->below ? &h->end : &h->last;
    return (health_rul){ h->reached, not_below_zero(to->cycle - now->cycle), not_below_zero(to->efc - now->efc),
                         not_below_zero(to->seconds - now->seconds) / 86400 };
}

/* ---- errors ---- */

double health_points(double predicted, double actual)
{
    return 100 * (predicted - actual);
}

double health_off(double predicted, double actual)
{
    return predicted - actual;
}

double health_relative(double predicted, double actual)
{
    return actual > 0 ? fabs(predicted - actual) / actual : NAN;
}

/* The forecast at cycle t, between its neighbours; NaN outside them. */
static double forecast_at(const health_forecasts *f, double t)
{
    for (size_t i = 0; i < f->n; i++) {
        if (f->cycle[i] == t)
            return f->rul[i];
        if (i && f->cycle[i - 1] < t && t < f->cycle[i])
            return f->rul[i - 1] +
                   (f->rul[i] - f->rul[i - 1]) * (t - f->cycle[i - 1]) / (f->cycle[i] - f->cycle[i - 1]);
    }
    return NAN;
}

static bool within(double rul, double actual, double alpha)
{
    return fabs(rul - actual) <= alpha * actual * (1 + 1e-12);
}

int health_alpha_lambda(const health_forecasts *f, double alpha, double lambda)
{
    double t = f->n ? f->cycle[0] + lambda * (f->end - f->cycle[0]) : NAN, rul = forecast_at(f, t);
    return isnan(rul) ? -1 : within(rul, f->end - t, alpha);
}

double health_alpha(const health_forecasts *f, double alpha)
{
    size_t n = 0, good = 0;
    for (size_t i = 0; i < f->n; i++) {
        if (isnan(f->rul[i]) || !(f->cycle[i] < f->end))
            continue;
        n++;
        good += within(f->rul[i], f->end - f->cycle[i], alpha);
    }
    return n ? (double)good / (double)n : NAN;
}

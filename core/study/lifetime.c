/* SPDX-License-Identifier: MIT
 * lifetime.c - follows every life of a run: an output of the engine that keeps the end and a thinned curve of each.
 */
#include "core/study/lifetime.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EFC, SECONDS, SOH, PHYSICS, HYBRID, MEASURED, ENERGY, CELL_ENERGY, VOLTAGE, RATIO, CELL_RESISTANCE, RESISTANCE,
       COLUMNS };
static const char *const keys[COLUMNS] = {
    [EFC] = "equivalent_full_cycles", [SECONDS] = "test_time", [SOH] = "soh", [PHYSICS] = "physics_capacity",
    [HYBRID] = "hybrid_capacity", [MEASURED] = "capacity", [ENERGY] = "energy",
    [CELL_ENERGY] = "physics_discharge_energy", [VOLTAGE] = "voltage_mean", [RATIO] = "physics_resistance_ratio",
    [CELL_RESISTANCE] = "physics_resistance", [RESISTANCE] = "resistance",
};
_Static_assert(COLUMNS <= sizeof((lifetime *)0)->column / sizeof(int), "room for the columns");

int lifetime_columns(lifetime *l, const fade_column *column, size_t n, why *w)
{
    static const int wants[HEALTH_KINDS][3] = {
        [HEALTH_CAPACITY] = { SOH, PHYSICS, -1 },
        [HEALTH_ENERGY] = { ENERGY, CELL_ENERGY, VOLTAGE },
        [HEALTH_RESISTANCE] = { RATIO, CELL_RESISTANCE, RESISTANCE },
        [HEALTH_POWER] = { RATIO, CELL_RESISTANCE, RESISTANCE },
    };
    bool any = false, span = false, count = false;
    for (size_t c = 0; c < n; c++) {
        span = span || strcmp(column[c].key, "span") == 0;
        count = count || strcmp(column[c].key, "count") == 0;
    }
    l->duty = span && count;
    for (int k = 0; k < COLUMNS; k++) {
        l->column[k] = -1;
        for (size_t c = 0; c < n; c++)
            if (strcmp(column[c].key, keys[k]) == 0)
                l->column[k] = (int)c;
    }
    for (int k = 0; k < 3; k++)
        any = any || (wants[l->by][k] >= 0 && l->column[wants[l->by][k]] >= 0);
    if (!any)
        return fail(w, E_INPUT, "%s is not told by this run: none of its columns is %s or %s%s%s", health_name(l->by),
                    keys[wants[l->by][0]], keys[wants[l->by][1]], wants[l->by][2] >= 0 ? " or " : "",
                    wants[l->by][2] >= 0 ? keys[wants[l->by][2]] : "");
    l->ratio = l->column[RATIO] >= 0;
    return E_OK;
}

/* ---- lives by name: open addressing, slot holds number + 1 ---- */

static size_t slot_of(const lifetime *l, const char *cell, const char *model)
{
    size_t at = (size_t)(text_hash(cell) ^ (text_hash(model) * 3)) & (l->nslot - 1);
    while (l->slot[at] && (strcmp(l->at[l->slot[at] - 1].cell, cell) != 0 ||
                           strcmp(l->at[l->slot[at] - 1].model, model) != 0))
        at = (at + 1) & (l->nslot - 1);
    return at;
}

const lifetime_life *lifetime_find(const lifetime *l, const char *cell, const char *model)
{
    size_t number = l->nslot ? l->slot[slot_of(l, cell, model)] : 0;
    return number ? &l->at[number - 1] : NULL;
}

static bool grow(lifetime *l)
{
    size_t cap = l->cap ? 2 * l->cap : 16;
    lifetime_life *more = mem_grow(l->at, cap, sizeof *more);
    if (!more)
        return false;
    l->at = more;
    size_t *slot = mem_zero(4 * cap, sizeof *slot);
    if (!slot)
        return false;
    free(l->slot);
    l->slot = slot;
    l->nslot = 4 * cap;
    l->cap = cap;
    for (size_t i = 0; i < l->n; i++)
        slot[slot_of(l, l->at[i].cell, l->at[i].model)] = i + 1;
    return true;
}

static lifetime_life *add(lifetime *l, const char *cell, const char *model)
{
    lifetime_life life = { .watch = health_open(l->eol, l->hold), .stride = 1, .ah = NAN,
                           .reference = { NAN, NAN, l->ratio ? 1 : NAN, NAN } };
    if (l->n == l->cap && !grow(l))
        return NULL;
    life.cell = mem_dup(cell);
    life.model = mem_dup(model);
    life.curve = mem_zero(l->points ? l->points : LIFETIME_POINTS, sizeof *life.curve);
    if (!life.cell || !life.model || !life.curve) {
        free(life.cell);
        free(life.model);
        free(life.curve);
        return NULL;
    }
    l->slot[slot_of(l, cell, model)] = l->n + 1;
    l->at[l->n] = life;
    return &l->at[l->n++];
}

static bool is_called(const lifetime *l, size_t i, const char *cell, const char *model)
{
    return i < l->n && strcmp(l->at[i].cell, cell) == 0 && strcmp(l->at[i].model, model) == 0;
}

/* Cells come in the same order again and again: the life at hand is tried first, then the one as far on as the last was
 * from the one before.  NULL: no memory. */
static lifetime_life *life_of(lifetime *l, int part, const char *cell, const char *model)
{
    size_t last = l->last[part], next = last + l->jump[part];
    if (is_called(l, last, cell, model))
        return &l->at[last];
    if (!is_called(l, next, cell, model)) {
        const lifetime_life *found = lifetime_find(l, cell, model);
        lifetime_life *life = found ? &l->at[found - l->at] : add(l, cell, model);
        if (!life)
            return NULL;
        next = (size_t)(life - l->at);
        l->jump[part] = next - last;
    }
    l->last[part] = next;
    return &l->at[next];
}

/* ---- rows ---- */

static void thin(lifetime_life *life)
{
    for (size_t i = 0; 2 * i < life->n; i++)
        life->curve[i] = life->curve[2 * i];
    life->n = (life->n + 1) / 2;
    life->stride *= 2;
}

/* A row that the life has already is passed over: a physics stands in the rows of each of its correctors. */
static void add_row(const lifetime *l, lifetime_life *life, const health_point *p)
{
    if (isnan(p->soh) || p->cycle <= life->watch.last.cycle)
        return;
    health_row(&life->watch, p);
    if (life->rows++ % life->stride != 0)
        return;
    if (life->n == (l->points ? l->points : LIFETIME_POINTS)) {
        thin(life);
        if ((life->rows - 1) % life->stride != 0)
            return;
    }
    life->curve[life->n++] = *p;
}

typedef struct taken { const fade_block *b; uint32_t row; } taken;

static double value(const lifetime *l, const taken *t, int k)
{
    return l->column[k] >= 0 ? t->b->col[l->column[k]][t->row] : NAN;
}

static double known_first(double a, double b)
{
    return isnan(a) ? b : a;
}

static double soh_of(lifetime *l, lifetime_life *life, const taken *t, double capacity)
{
    if (l->by == HEALTH_CAPACITY)
        return capacity / life->ah;
    double energy = known_first(value(l, t, ENERGY), value(l, t, CELL_ENERGY)), voltage = value(l, t, VOLTAGE), soh;
    double resistance = l->ratio ? value(l, t, RATIO)
                                 : known_first(value(l, t, CELL_RESISTANCE), value(l, t, RESISTANCE));
    const health_columns c = { &capacity, &energy, &voltage, &resistance };
    health_refer(&c, 1, &life->reference);
    health_soh(l->by, &c, 1, &life->reference, &soh);
    return soh;
}

static bool take(lifetime *l, const taken *t, int part, const char *model, double capacity)
{
    const fade_block *b = t->b;
    lifetime_life *life = life_of(l, part, b->cell[t->row], model);
    if (!life)
        return false;
    if (l->by == HEALTH_CAPACITY && isnan(life->ah))
        life->ah = value(l, t, PHYSICS) / value(l, t, SOH);
    health_point p = { (double)b->cycle[t->row], value(l, t, EFC), value(l, t, SECONDS), soh_of(l, life, t, capacity) };
    add_row(l, life, &p);
    return true;
}

/* "xu2018+ridge": the physics alone, the corrected one, and what was measured, are three lives. */
static bool take_row(lifetime *l, const taken *t)
{
    char physics[128];
    const char *variant = t->b->variant && t->b->variant[t->row] ? t->b->variant[t->row] : "";
    const char *plus = l->column[HYBRID] >= 0 ? strrchr(variant, '+') : NULL; /* names of combined laws have one, too */
    size_t n = plus ? (size_t)(plus - variant) : strlen(variant);
    if (l->by != HEALTH_CAPACITY)
        return take(l, t, 0, variant, value(l, t, PHYSICS));
    snprintf(physics, sizeof physics, "%.*s", (int)(n < sizeof physics ? n : sizeof physics - 1), variant);
    return take(l, t, 0, physics, value(l, t, PHYSICS)) &&
           (isnan(value(l, t, HYBRID)) || take(l, t, 1, variant, value(l, t, HYBRID))) &&
           (isnan(value(l, t, MEASURED)) || take(l, t, 2, "measured", value(l, t, MEASURED)));
}

static int32_t tap_rows(void *self, const fade_block *b)
{
    lifetime *l = self;
    for (uint32_t i = 0; b->stream == 0 && i < b->n; i++)
        if (!take_row(l, &(taken){ b, i }))
            return FADE_ENOMEM;
    return FADE_OK;
}

engine_tap lifetime_tap(lifetime *l)
{
    static const fade_output_v1 output = { .size = sizeof output, .rows = tap_rows };
    return (engine_tap){ .vt = &output, .self = l, .every = 1 };
}

/* ---- how they ended ---- */

static int mark(lifetime *l, const engine_life *said, const char *model, why *w)
{
    const lifetime_life *found = lifetime_find(l, said->cell, model);
    lifetime_life *life = found ? &l->at[found - l->at] : NULL;
    if (!life || life->reason)
        return E_OK;
    life->failed = said->state == ENGINE_FAILED;
    life->reason = mem_dup(said->reason);
    return life->reason ? E_OK : fail(w, E_NOMEM, "no memory for the end of a life");
}

static int end_one(lifetime *l, const engine_life *said, const scenario *s, why *w)
{
    char model[256];
    if (said->state == ENGINE_FAILED && !life_of(l, 3, said->cell, said->physics))      /* it may have no row at all */
        return fail(w, E_NOMEM, "no memory for the end of a life");
    int rc = mark(l, said, said->physics, w);
    for (size_t c = 0; c < s->ncorrector && !rc; c++) {
        snprintf(model, sizeof model, "%s+%s", said->physics, s->corrector[c].part.label);
        rc = mark(l, said, model, w);
    }
    return rc;
}

int lifetime_ends(lifetime *l, const engine *e, const scenario *s, why *w)
{
    int rc = E_OK;
    for (size_t i = 0; i < engine_lives(e) && !rc; i++) {
        engine_life said;
        engine_life_at(e, i, &said);
        rc = said.reason ? end_one(l, &said, s, w) : E_OK;
    }
    return rc;
}

void lifetime_free(lifetime *l)
{
    for (size_t i = 0; i < l->n; i++) {
        free(l->at[i].cell);
        free(l->at[i].model);
        free(l->at[i].curve);
        free(l->at[i].reason);
    }
    free(l->at);
    free(l->slot);
    *l = (lifetime){ .eol = l->eol, .hold = l->hold, .by = l->by, .points = l->points };
}

/* ---- what is kept ---- */

static double between(double a, double b, double share)
{
    return share <= 0 ? a : share >= 1 ? b : a + share * (b - a);
}

static health_point line(const health_point *a, const health_point *b, double cycle)
{
    double share = b->cycle > a->cycle ? (cycle - a->cycle) / (b->cycle - a->cycle) : 1;
    return (health_point){ cycle, between(a->efc, b->efc, share), between(a->seconds, b->seconds, share),
                           between(a->soh, b->soh, share) };
}

health_point lifetime_at(const lifetime_life *l, double cycle)
{
    const health_point *first = &l->watch.first, *last = &l->watch.last;
    if (!l->n || !(cycle <= last->cycle))
        return (health_point){ cycle, NAN, NAN, NAN };
    if (cycle < first->cycle) {
        double share = cycle / first->cycle;
        return (health_point){ cycle, share * first->efc, share * first->seconds, NAN };
    }
    size_t lo = 0, hi = l->n;                               /* curve[lo].cycle <= cycle */
    while (hi - lo > 1) {
        size_t mid = (lo + hi) / 2;
        *(l->curve[mid].cycle <= cycle ? &lo : &hi) = mid;
    }
    return line(&l->curve[lo], lo + 1 < l->n ? &l->curve[lo + 1] : last, cycle);
}

int lifetime_knees(const lifetime_life *l, knee *bacon_watts, knee *kneedle, why *w)
{
    double *x = mem_columns(2 * l->n + 1);
    if (!x)
        return fail(w, E_NOMEM, "no memory to look for a knee in %zu points", l->n);
    double *y = x + l->n;
    for (size_t i = 0; i < l->n; i++) {
        x[i] = l->curve[i].cycle;
        y[i] = l->curve[i].soh;
    }
    int rc = knee_bacon_watts(x, y, l->n, bacon_watts, w);
    if (!rc)
        rc = knee_kneedle(x, y, l->n, kneedle, w);
    free(x);
    return rc;
}

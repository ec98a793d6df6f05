/* SPDX-License-Identifier: MIT
 * samples.c - files with many lines a cycle: each cycle of a cell becomes one row.
 *
 * Current is discharge-positive here.  An interval belongs to the discharge if both its ends do, else to rest or
 * charge; the charge drawn takes in the interval from the last sample at rest, and leaves out the rest after the
 * cut-off.
 */
#include "inside.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* X(name, key, unit; NULL: the unit of the file). */
#define SAMPLE_COLUMNS(X)                                                                                              \
    X(CAPACITY, "capacity", "Ah")                                                                                      \
    X(ENERGY, "energy", "Wh") X(DISCHARGE_TIME, "discharge_time", "s") X(I_MEAN, "current_mean", "A")                  \
        X(V_MIN, "voltage_min", "V") X(V_MEAN, "voltage_mean", "V") X(T_START, "temperature_start", NULL)              \
            X(T_MEAN, "temperature_mean", NULL) X(T_MAX, "temperature_max", NULL) X(CHARGE_TIME, "charge_time", "s")   \
                X(REST, "rest", "s")
#define ENUM(name, ...) C_##name,
enum { SAMPLE_COLUMNS(ENUM) C_N };
#undef ENUM
enum { PHASE_REST, PHASE_CHARGE, PHASE_DISCHARGE };

typedef struct sample { double now, v, i, temperature; int phase; } sample;   /* s, V, A, the file's unit */

typedef struct run {                              /* the cycle of a cell being added up */
    bool    open, any;                            /* any: it has a discharge */
    bool    before;                               /* `last` is of this cell */
    int64_t cycle, date;
    double  start, first;                         /* s: of the cycle; the test time of its first line */
    sample  last;
    double  rest, charge;                         /* s since the last discharge */
    double  n, nt, sum_i, sum_v, sum_t, low_v, high_t;
    double  value[C_N];
    double  extra[MOST_COLUMNS];                  /* last value of columns taken as they are (ambient) */
    bool    cut;
} run;

/* What a look at the begin of the file tells. */
typedef struct peek {
    double  evidence;                             /* > 0: a positive current raises the voltage */
    double  positive, negative;                   /* loaded lines by the sign of what the file says */
    bool    resets, warm;                         /* test time begins anew at each cycle; there is a temperature */
    int64_t cycle;
    cell   *cell;
    double  time, v, i;
} peek;

static double scaled(const source *s, int role, double x)
{
    return x * (s->role_unit[role][0] ? names_scale(s->role_unit[role]) : 1);
}

static int32_t read_sample(source *s, sample *out, int64_t *date)
{
    int32_t rc = source_date(s, date);
    rc = rc ? rc : source_real(s, s->role[ROLE_TIME], &out->now);
    rc = rc ? rc : source_real(s, s->role[ROLE_VOLTAGE], &out->v);
    rc = rc ? rc : source_real(s, s->role[ROLE_CURRENT], &out->i);
    rc = rc ? rc : source_real(s, s->role[ROLE_TEMPERATURE], &out->temperature);
    out->now = scaled(s, ROLE_TIME, out->now);
    out->v = scaled(s, ROLE_VOLTAGE, out->v);
    out->i = scaled(s, ROLE_CURRENT, out->i);
    return rc;
}

static int32_t peek_line(source *s, peek *p)
{
    cell *c;
    sample x;
    int64_t cycle, date;
    int32_t rc = source_cell(s, &c);
    if (rc || !c)
        return rc;
    rc = source_cycle(s, c, &cycle);
    rc = rc ? rc : read_sample(s, &x, &date);
    if (rc)
        return rc;
    bool loaded = fabs(x.i) > s->o.rest_current, same = p->cell == c && p->cycle == cycle;
    if (loaded && x.i > 0)
        p->positive++;
    if (loaded && x.i < 0)
        p->negative++;
    if (same && loaded && fabs(p->i) > s->o.rest_current && x.i * p->i > 0 && isfinite(x.v - p->v))
        p->evidence += (x.v - p->v) * (x.i > 0 ? 1 : -1);
    p->resets = p->resets || (p->cell == c && p->cycle != cycle && x.now < p->time);
    p->warm = p->warm || !isnan(x.temperature);
    p->cycle = cycle;
    p->cell = c;
    p->time = x.now;
    p->v = x.v;
    p->i = x.i;
    return FADE_OK;
}

/* Decides which way the current counts. */
static void decide_sign(source *s, const peek *p)
{
    double *sign = &s->role_sign[ROLE_CURRENT];
    if (*sign != 0)
        return;
    *sign = p->evidence > 0 ? -1 : p->evidence < 0 ? 1 : p->negative > 0 ? -1 : 1;
    source_say(s, 2, "a %s current %s the voltage, so discharge is taken as %s (say current_sign to be sure)",
               p->evidence == 0 && p->negative > 0 ? "negative" : "positive",
               p->evidence > 0   ? "raises"
               : p->evidence < 0 ? "lowers"
                                 : "does not move",
               *sign < 0 ? "negative and flipped" : "positive");
}

/* The columns this file can fill; of those the header found, conditions and what was asked for stay. */
static int32_t columns(source *s, bool charges, bool clock)
{
    static const struct { const char *key, *unit; } made[C_N] = {
#define ROW(name, key, unit) { key, unit },
        SAMPLE_COLUMNS(ROW)
#undef ROW
    };
    spec kept[MOST_COLUMNS];
    uint32_t n = 0;
    for (uint32_t k = 0; k < s->nspec; k++)
        if (s->spec[k].flags & FADE_PLANNED || s->spec[k].mapped)
            kept[n++] = s->spec[k];
    s->nspec = 0;
    for (int k = 0; k < C_N; k++) {
        bool warm = k == C_T_START || k == C_T_MEAN || k == C_T_MAX, of_charge = k == C_CHARGE_TIME || k == C_REST;
        int at = header_add(s, made[k].key, warm ? s->role_unit[ROLE_TEMPERATURE] : made[k].unit, -1);
        s->spec[at].made = k;
        if ((warm && s->role[ROLE_TEMPERATURE] < 0) || (of_charge && !charges))
            s->nspec--;
    }
    s->duration = clock ? header_add(s, "duration", "s", -1) : -1;
    for (uint32_t k = 0; k < n; k++) {
        bool twice = false;
        for (uint32_t j = 0; j < s->nspec; j++)
            twice = twice || strcmp(s->spec[j].key, kept[k].key) == 0;
        if (!twice && header_add(s, kept[k].key, kept[k].unit, kept[k].at) < 0)
            return source_fail(s, FADE_EINVAL, "more than %d columns are asked for", MOST_COLUMNS);
    }
    return FADE_OK;
}

/* Looks at the begin of the file. */
static int32_t look(source *s, peek *p)
{
    int32_t rc = header_rewind(s);
    counts met = s->met;
    *p = (peek){ .time = NAN, .v = NAN, .i = NAN };
    for (int k = 0; k < PEEK && !rc; k++)
        if ((rc = source_line(s)) == FADE_OK)
            rc = peek_line(s, p);
    s->met = met;
    if (rc < 0)
        return rc;
    if (rc == FADE_END && !p->cell && s->ncell > 0)
        return source_absent(s);
    source_free_cells(s);
    return FADE_OK;
}

int32_t samples_open(source *s)
{
    peek p;
    int32_t rc = look(s, &p);
    if (rc)
        return rc;
    if (!p.warm)
        s->role[ROLE_TEMPERATURE] = -1;
    decide_sign(s, &p);
    bool clock = s->role[ROLE_DATE] >= 0 || (s->role[ROLE_TIME] >= 0 && !p.resets);
    bool charges = clock && p.positive > 0 && p.negative > 0;
    rc = columns(s, charges, clock);
    return rc ? rc : header_rewind(s);
}

int32_t samples_sign(source *s)
{
    peek p;
    int32_t rc = look(s, &p);
    if (rc)
        return rc;
    decide_sign(s, &p);
    for (uint32_t k = 0; k < s->nspec; k++)
        if (s->spec[k].at >= 0 && s->spec[k].at == s->role[ROLE_CURRENT])
            s->spec[k].sign = s->role_sign[ROLE_CURRENT];
    s->role[ROLE_CYCLE] = -1;                     /* rows are counted: a number there is of many lines */
    return FADE_OK;
}

static void begin(run *r, int64_t cycle, int64_t date, const sample *x, double start)
{
    r->open = true;
    r->any = r->cut = false;
    r->cycle = cycle;
    r->date = date;
    r->start = start;
    r->first = x->now;
    r->n = r->nt = r->sum_i = r->sum_v = r->sum_t = 0;
    r->low_v = INFINITY;
    r->high_t = -INFINITY;
    for (int k = 0; k < C_N; k++)
        r->value[k] = NAN;
    r->value[C_CAPACITY] = r->value[C_ENERGY] = r->value[C_DISCHARGE_TIME] = 0;
    r->value[C_T_START] = NAN;
    for (int k = 0; k < MOST_COLUMNS; k++)
        r->extra[k] = NAN;
}

/* The discharge's share of the interval that ends in x. */
static void draw(run *r, const sample *x, double dt, double cut_off)
{
    double i0 = fmax(r->last.i, 0), charge = 0.5 * (i0 + x->i) * dt / 3600;
    if (!r->any) {
        r->any = true;
        r->value[C_REST] = r->rest;
        r->value[C_CHARGE_TIME] = r->charge;
        r->value[C_T_START] = x->temperature;
    }
    r->rest = r->charge = 0;
    if (!r->cut && dt > 0) {
        r->value[C_CAPACITY] += charge;
        r->value[C_ENERGY] += charge * 0.5 * (r->last.v + x->v);
    }
    r->cut = r->cut || (cut_off > 0 && x->v <= cut_off);
    r->n++;
    r->sum_i += x->i;
    r->sum_v += x->v;
    r->low_v = fmin(r->low_v, x->v);
    if (!isnan(x->temperature)) {
        r->nt++;
        r->sum_t += x->temperature;
        r->high_t = fmax(r->high_t, x->temperature);
    }
}

static void add(run *r, const sample *x, double cut_off)
{
    double dt = r->before ? x->now - r->last.now : 0;
    dt = dt > 0 && isfinite(dt) ? dt : 0;
    bool both = r->before && r->last.phase == x->phase;
    if (both && x->phase == PHASE_CHARGE)
        r->charge += dt;
    else if (both && x->phase == PHASE_DISCHARGE)
        r->value[C_DISCHARGE_TIME] += dt;
    else
        r->rest += dt;
    if (x->phase == PHASE_DISCHARGE)
        draw(r, x, r->before ? dt : 0, cut_off);
    r->last = *x;
    r->before = true;
}

/* The open cycle becomes the ready row; false: it has no discharge, so there is none. */
static bool close_run(source *s, cell *c, run *r, double duration)
{
    double row[MOST_COLUMNS];
    r->open = false;
    if (!r->any) {
        s->met.empty++;
        return false;
    }
    r->value[C_I_MEAN] = r->sum_i / r->n;
    r->value[C_V_MEAN] = r->sum_v / r->n;
    r->value[C_V_MIN] = isfinite(r->low_v) ? r->low_v : NAN;
    r->value[C_T_MEAN] = r->nt > 0 ? r->sum_t / r->nt : NAN;
    r->value[C_T_MAX] = r->nt > 0 ? r->high_t : NAN;
    if (duration >= 0)
        c->duration = duration;
    for (uint32_t j = 0; j < s->nspec; j++) {
        const spec *p = &s->spec[j];
        row[j] = p->made >= 0 ? r->value[p->made] : p->at >= 0 ? r->extra[j] : (int)j == s->flags ? 0 : c->duration;
        if ((int)j == s->count && p->at < 0) {
            row[j] = (double)(r->cycle - (c->begun ? c->row_cycle : 0));
            s->met.gaps += row[j] > 1;
        }
    }
    c->begun = true;
    c->row_cycle = r->cycle;
    cycles_finish(s, c, row, r->cycle, r->date);
    return true;
}

bool samples_flush(source *s, cell *c)
{
    run *r = c->run;
    if (!r || !r->open)
        return false;
    return close_run(s, c, r, isnan(c->duration) ? r->last.now - r->start : NAN);
}

static int32_t extras(source *s, run *r)
{
    for (uint32_t j = 0; j < s->nspec; j++) {
        double x;
        int32_t rc = s->spec[j].at >= 0 ? source_value(s, &s->spec[j], &x) : FADE_END;
        if (rc == FADE_OK && !isnan(x))
            r->extra[j] = x;
        if (rc < 0)
            return rc;
    }
    return FADE_OK;
}

/* Seconds at the sample: the date, or the cycle's date and what the test time has run since. */
static double clock_of(const source *s, const run *r, const sample *x, int64_t date, bool first)
{
    bool dated = date != INT64_MIN, timed = s->role[ROLE_TIME] >= 0;
    if (timed && (!dated || !first))
        return dated ? r->start + (x->now - r->first) : x->now;
    return dated ? (double)date * 1e-6 : NAN;
}

int32_t samples_line(source *s)
{
    cell *c;
    sample x;
    int64_t cycle, date;
    int32_t rc = source_cell(s, &c);
    if (rc || !c)
        return rc;
    rc = source_cycle(s, c, &cycle);
    rc = rc ? rc : read_sample(s, &x, &date);
    if (rc)
        return rc;
    if (!c->run && !(c->run = calloc(1, sizeof *c->run)))
        return source_fail(s, FADE_ENOMEM, "no memory for cell %s", c->id);
    run *r = c->run;
    if (r->open && cycle < r->cycle)
        return source_fail(s, FADE_EINVAL,
                           "cycle %lld of %s comes after its cycle %lld: sort the file by cell, cycle and time",
                           (long long)cycle, c->id, (long long)r->cycle);
    if (isnan(x.i) || isnan(x.v)) {
        s->met.held++;
        return s->o.gaps == GAP_ERROR ? source_fail(s, FADE_EINVAL, "voltage or current is missing (gaps = 'error')")
                                      : FADE_OK;
    }
    x.i *= s->role_sign[ROLE_CURRENT];
    x.phase = x.i > s->o.rest_current ? PHASE_DISCHARGE : x.i < -s->o.rest_current ? PHASE_CHARGE : PHASE_REST;
    bool first = !r->open || cycle != r->cycle;
    double now = clock_of(s, r, &x, date, first), test = x.now;
    if (first) {
        if (r->open)
            close_run(s, c, r, now - r->start);
        begin(r, cycle, date, &x, now);
        r->first = test;
    }
    x.now = now;
    add(r, &x, s->o.cut_off);
    return extras(s, r);
}

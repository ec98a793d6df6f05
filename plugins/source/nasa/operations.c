/* SPDX-License-Identifier: MIT
 * operations.c - charges, discharges and impedance sweeps of a cell become rows, one a discharge.
 *
 * Samples without current (before the load, and the rest after the cut-off) are masked before any mean or extreme is
 * taken.
 */
#include "nasa.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double LOADED = 0.1;                 /* A: above it a discharge's current is meant, not noise */
static const double CHARGED = 0.015;              /* A: the same for charges, which end at 0.02 A */
static const double CUT_OFF = 2.7;                /* V, where NASA's capacity ends in every cell */
static const double CONSTANT = 1.4;               /* A: the charger's constant current is 1.5 A in every cell */
static const double LONGEST = 1e9;                /* s an operation may take: later is nonsense */
static const double LABEL_OFF = 0.01;             /* Ah a label may be away from the integral */

int32_t nasa_fail(nasa_why *w, int32_t code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(w->text, sizeof w->text, format, args);
    va_end(args);
    return code;
}

bool nasa_is_id(const char *id)
{
    size_t n = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");
    return n > 0 && n <= 64 && !id[n];
}

/* Days since 1970 of a date in the Gregorian calendar; years count from March, so that leap days come last. */
static int64_t days(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = year / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int64_t nasa_date(const double *six)
{
    static const double low[6] = { 1970, 1, 1, 0, 0, 0 }, high[6] = { 2200, 12, 31, 23, 59, 61 };
    for (int k = 0; k < 6; k++)
        if (!(six[k] >= low[k] && six[k] <= high[k]))
            return INT64_MIN;
    int64_t whole = days((int64_t)six[0], (int)six[1], (int)six[2]) * 24 + (int64_t)six[3];
    return (whole * 60 + (int64_t)six[4]) * 60000000 + llround(six[5] * 1e6);
}

nasa_cell *nasa_cell_of(nasa_book *b, const char *id)
{
    for (size_t k = b->n; k-- > 0;)               /* rows of a cell stand together: the last one first */
        if (strcmp(b->cell[k].id, id) == 0)
            return &b->cell[k];
    nasa_cell *grown = realloc(b->cell, (b->n + 1) * sizeof *grown);
    if (!grown)
        return NULL;
    b->cell = grown;
    nasa_cell *c = &grown[b->n++];
    memset(c, 0, sizeof *c);
    snprintf(c->id, sizeof c->id, "%s", id);
    return c;
}

bool nasa_loaded(const nasa_record *r, size_t k)
{
    return fabs(r->i[k]) > (r->kind == NASA_CHARGE ? CHARGED : LOADED) && fabs(r->t[k]) < LONGEST;   /* NaN is not */
}

/* First and last sample with current; the time under current between.  false: there is none. */
static bool load_times(const nasa_record *r, nasa_op *op)
{
    size_t first = 0;
    while (first < r->n && !nasa_loaded(r, first))
        first++;
    if (first == r->n)
        return false;
    op->first = op->last = r->t[first];
    for (size_t k = first + 1; k < r->n; k++)
        if (nasa_loaded(r, k)) {
            if (nasa_loaded(r, k - 1) && r->t[k] > r->t[k - 1])
                op->loaded += r->t[k] - r->t[k - 1];
            op->last = r->t[k];
        }
    return true;
}

/* The integral NASA labels with: from the last sample at rest to the first at or below the cut-off.  NaN: it never got
 * there. */
static double integral(const nasa_record *r)
{
    size_t k = 0;
    while (k < r->n && !nasa_loaded(r, k))
        k++;
    double ah = 0;
    for (k = k > 0 ? k : 1; k < r->n; k++) {
        ah -= 0.5 * (r->i[k] + r->i[k - 1]) * (r->t[k] - r->t[k - 1]) / 3600;
        if (r->v[k] <= CUT_OFF)
            return ah;
    }
    return NAN;
}

/* The label, if it can be believed. */
static void label(const nasa_record *r, nasa_book *b, double *value)
{
    double ah = integral(r), said = r->unlabelled ? ah : r->capacity;
    value[NASA_CAPACITY] = said;
    value[NASA_FLAGS] = 0;
    if (!(said > 0))                              /* also NaN */
        value[NASA_FLAGS] = 1;
    else if (fabs(said - ah) > LABEL_OFF)  /* not for NaN: nothing to compare with */
        value[NASA_FLAGS] = 2;
    if (value[NASA_FLAGS] > 0) {
        value[NASA_CAPACITY] = NAN;
        b->bad_labels++;
    }
}

static void discharge(const nasa_record *r, nasa_book *b, nasa_op *op)
{
    double *value = op->value, n = 0, sum_t = 0, sum_v = 0, sum_i = 0, high = -INFINITY, low = INFINITY;
    for (size_t k = 0; k < r->n; k++) {
        if (!nasa_loaded(r, k))
            continue;
        n++;
        sum_t += r->temperature[k];
        sum_v += r->v[k];
        sum_i -= r->i[k];
        high = fmax(high, r->temperature[k]);
        low = fmin(low, r->v[k]);
    }
    label(r, b, value);
    nasa_begin(r, op, value);
    value[NASA_AMBIENT] = r->ambient;
    if (r->n > 0)
        value[NASA_T_START] = r->temperature[0];
    if (n < 1)
        return;
    value[NASA_DISCHARGE_TIME] = op->last - op->first;
    value[NASA_T_MEAN] = sum_t / n;
    value[NASA_T_MAX] = isfinite(high) ? high : NAN;
    value[NASA_I_MEAN] = sum_i / n;
    value[NASA_V_MEAN] = sum_v / n;
    value[NASA_V_MIN] = isfinite(low) ? low : NAN;
}

/* From the first to the last sample at the charger's constant current; NaN: it never was. */
static double charge_cc(const nasa_record *r)
{
    double first = NAN, last = NAN;
    for (size_t k = 0; k < r->n; k++)
        if (r->i[k] > CONSTANT && nasa_loaded(r, k)) {
            first = isnan(first) ? r->t[k] : first;
            last = r->t[k];
        }
    return last - first;
}

int32_t nasa_add(nasa_book *b, nasa_cell *c, const nasa_record *r, nasa_why *w)
{
    if (c->n == c->cap) {
        size_t cap = c->cap ? 2 * c->cap : 64;
        nasa_op *grown = realloc(c->op, cap * sizeof *grown);
        if (!grown)
            return nasa_fail(w, FADE_ENOMEM, "no memory for %zu operations of %s", cap, c->id);
        c->op = grown;
        c->cap = cap;
    }
    nasa_op *op = &c->op[c->n];
    *op = (nasa_op){
        .kind = r->kind, .start = r->start, .order = c->n, .took = NAN, .cc = NAN, .re = r->re, .rct = r->rct
    };
    for (int k = 0; k < NASA_N; k++)
        op->value[k] = NAN;
    c->n++;
    if (r->kind == NASA_IMPEDANCE)
        return FADE_OK;
    bool any = load_times(r, op);
    if (r->kind == NASA_DISCHARGE)
        discharge(r, b, op);
    else if (any) {
        op->cc = charge_cc(r);
        nasa_charge(r, op, CONSTANT, op->value);
        if (b->grid.n > 0 && !(op->curve = calloc(b->grid.n, NASA_CHANNELS * sizeof *op->curve)))
            return nasa_fail(w, FADE_ENOMEM, "no memory for the charges of %s", c->id);
        nasa_curve(r, op, &b->grid, op->curve);
    }
    op->took = r->n > 0 ? r->t[r->n - 1] : NAN;
    return FADE_OK;
}

static int by_time(const void *a, const void *b)
{
    const nasa_op *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static double seconds(int64_t from, int64_t to)
{
    return from == INT64_MIN || to == INT64_MIN ? NAN : (double)(to - from) * 1e-6;
}

static bool plausible(double ohm)
{
    return ohm > 0 && ohm < 1;
}

typedef struct past {                             /* what is known before a discharge */
    nasa_op       *charge;
    double         re, rct, under_load;           /* under_load: s of current since the discharge before */
    double         accepted;                      /* Ah since then; NaN: no charge */
    int64_t        free_at;                       /* when that one's current ended, or the file begins */
} past;

static void row_of(const nasa_op *op, const past *p, nasa_row *row)
{
    row->time = op->start;
    memcpy(row->value, op->value, sizeof row->value);
    double *value = row->value;
    value[NASA_REST] = fmax(0, seconds(p->free_at, op->start) + op->first - p->under_load);
    if (isnan(seconds(p->free_at, op->start)))
        value[NASA_REST] = NAN;
    if (p->charge) {
        for (int k = NASA_ACCEPTED; k <= NASA_CHARGE_T; k++)
            value[k] = p->charge->value[k];
        value[NASA_ACCEPTED] = p->accepted;
        value[NASA_CHARGE_TIME] = p->charge->took;
        value[NASA_CHARGE_CC] = p->charge->cc;
        row->curve = p->charge->curve;
        p->charge->curve = NULL;                  /* the row's now */
    }
    value[NASA_RE] = p->re;
    value[NASA_RCT] = p->rct;
    value[NASA_RESISTANCE] = p->re + p->rct;
}

static void cell_rows(nasa_cell *c)
{
    past p = { .re = NAN, .rct = NAN, .accepted = NAN, .free_at = c->n > 0 ? c->op[0].start : INT64_MIN };
    for (size_t k = 0; k < c->n; k++) {
        nasa_op *op = &c->op[k];
        if (op->kind == NASA_IMPEDANCE && plausible(op->re) && plausible(op->rct)) {
            p.re = op->re;
            p.rct = op->rct;
        }
        if (op->kind == NASA_CHARGE) {
            p.charge = op;
            p.under_load += op->loaded;
            double more = op->value[NASA_ACCEPTED];
            p.accepted = isnan(p.accepted) ? more : p.accepted + (isnan(more) ? 0 : more);
        }
        if (op->kind != NASA_DISCHARGE)
            continue;
        row_of(op, &p, &c->row[c->nrow++]);
        p.charge = NULL;
        p.accepted = NAN;
        p.under_load = 0;
        p.free_at = op->start == INT64_MIN ? INT64_MIN : op->start + llround(op->last * 1e6);
    }
    for (size_t k = 0; k + 1 < c->nrow; k++)
        c->row[k].value[NASA_DURATION] = seconds(c->row[k].time, c->row[k + 1].time);
    if (c->nrow > 1)
        c->row[c->nrow - 1].value[NASA_DURATION] = c->row[c->nrow - 2].value[NASA_DURATION];
}

static void free_operations(nasa_cell *c)
{
    for (size_t k = 0; k < c->n; k++)
        free(c->op[k].curve);
    free(c->op);
    c->op = NULL;
    c->n = c->cap = 0;
}

int32_t nasa_finish(nasa_book *b, nasa_why *w)
{
    for (size_t k = 0; k < b->n; k++) {
        nasa_cell *c = &b->cell[k];
        if (c->n > 1)
            qsort(c->op, c->n, sizeof *c->op, by_time);
        c->row = calloc(c->n ? c->n : 1, sizeof *c->row);
        if (!c->row)
            return nasa_fail(w, FADE_ENOMEM, "no memory for %zu rows of %s", c->n, c->id);
        cell_rows(c);
        free_operations(c);
    }
    return FADE_OK;
}

void nasa_free(nasa_book *b)
{
    for (size_t k = 0; k < b->n; k++) {
        free_operations(&b->cell[k]);
        for (size_t i = 0; i < b->cell[k].nrow; i++)
            free(b->cell[k].row[i].curve);
        free(b->cell[k].row);
    }
    free(b->cell);
    memset(b, 0, sizeof *b);
}

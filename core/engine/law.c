/* SPDX-License-Identifier: MIT
 * law.c - one stress event through an ageing law: step, check what it wrote, take it; RETRY comes again in smaller
 * pieces.
 */
#include "core/engine/inside.h"
#include <float.h>
#include <stdio.h>
#include <string.h>

enum { PIECES = 64 };                             /* most steps one event may be cut into */

static void keep_lane(const part *q, workpart *wp, uint32_t i)
{
    size_t n = wp->b.n;
    const double *x = wp->x[0];
    double *x1 = wp->x1[0];
    for (uint32_t r = 0; r < q->wstate; r++)      /* states lie one behind the other */
        x1[r * n + i] = x[r * n + i];
}

void law_swap(const part *q, workpart *wp)
{
    for (uint32_t c = 0; c < q->cols.state.n; c++) {
        double *x = wp->x[c];
        wp->x[c] = wp->x1[c];
        wp->x1[c] = x;
    }
}

static int outside(const double *restrict v, uint32_t n, double lo, double hi)
{
    int bad = 0;
    for (uint32_t i = 0; i < n; i++)
        bad |= !(v[i] >= lo) | !(v[i] <= hi);     /* NaN too */
    return bad;
}

static void bounds(const fade_column *c, double *lo, double *hi)
{
    bool has = c->min < c->max;
    *lo = has && c->min > -DBL_MAX ? c->min : -DBL_MAX;
    *hi = has && c->max < DBL_MAX ? c->max : DBL_MAX;
}

static bool any_outside(const fade_list *l, double *const *column, uint32_t n)
{
    for (uint32_t c = 0; c < l->n; c++) {
        const fade_column *fc = library_at(l, c);
        double lo, hi;
        bounds(fc, &lo, &hi);
        if (!(fc->flags & FADE_OPTIONAL) && outside(column[c], n * (fc->width ? fc->width : 1), lo, hi))
            return true;
    }
    return false;
}

static const fade_column *unknown_input(const part *q, const workpart *wp, uint32_t i)
{
    for (uint32_t c = 0; c < q->cols.in.n; c++) {
        const fade_column *fc = library_at(&q->cols.in, c);
        if (!(fc->flags & FADE_OPTIONAL) && (int)c != q->control && (int)c != q->demand && isnan(wp->in[c][i]))
            return fc;
    }
    return NULL;
}

static const fade_column *broken_column(const fade_list *l, double *const *column, uint32_t n, uint32_t i,
                                        double *value)
{
    for (uint32_t c = 0; c < l->n; c++) {
        const fade_column *fc = library_at(l, c);
        double lo, hi;
        bounds(fc, &lo, &hi);
        for (uint32_t j = 0; !(fc->flags & FADE_OPTIONAL) && j < (fc->width ? fc->width : 1); j++) {
            *value = column[c][(size_t)j * n + i];
            if (!(*value >= lo) || !(*value <= hi))
                return fc;
        }
    }
    return NULL;
}

/* Is what the part wrote for lane i within its own bounds?  If not the lane is over, with a sentence. */
bool law_sound(engine *e, worker *k, size_t p, const part *q, workpart *wp, tile *t, uint32_t i)
{
    (void)k;
    double v = 0;
    const fade_column *fc = broken_column(&q->cols.state, wp->x1, wp->b.n, i, &v);
    if (!fc)
        fc = broken_column(&q->cols.out, wp->out, wp->b.n, i, &v);
    if (!fc)
        return true;
    char say[300];
    const fade_column *in = unknown_input(q, wp, i);
    if (in)
        snprintf(say, sizeof say, "%s: its input %s is unknown", q->sp->label, in->key);
    else if (isnan(v) || isinf(v))
        snprintf(say, sizeof say, "%s wrote %s into %s", q->sp->label, isnan(v) ? "NaN" : "infinity", fc->key);
    else
        snprintf(say, sizeof say, "%s wrote %s = %g %s, outside its declared %g..%g", q->sp->label, fc->key, v,
                 fc->unit, fc->min, fc->max);
    step_lane_over(e, t, i, p, OVER_FAILED, say, e->lane[t->first + i].cycle);
    return false;
}

static void input_broken(engine *e, worker *k, size_t p, const part *q, tile *t, const fade_column *c, double v,
                         uint32_t i)
{
    char say[300];
    double said[3] = { v, c->min, c->max };
    const char *human = units_human_values(c->unit, said, 3);
    if (isnan(v))
        snprintf(say, sizeof say, "%s: its input %s is unknown", q->sp->label, c->key);
    else
        snprintf(say, sizeof say, "%s: its input %s = %.6g%s%s is outside %g..%g", q->sp->label, c->key, said[0],
                 *human ? " " : "", human, said[1], said[2]);
    step_lane_over(e, t, i, p, OVER_FAILED, say, e->lane[t->first + i].cycle);
    k->active[i] = 0;
}

void law_warn_outside(const engine *e, const part *q, const fade_column *c, double v, const lane *l)
{
    double said[3] = { v, c->lo, c->hi };
    const char *human = units_human_values(c->unit, said, 3);
    object_warn_once(q->object, c->key,
                     "%s = %.6g%s%s (cell %s, %s %lld) is outside %g..%g, where %s was shown to hold", c->key, said[0],
                     *human ? " " : "", human, l->cell, e->duty ? "row" : "cycle", (long long)l->cycle, said[1],
                     said[2], q->desc->id);
}

/* An input that is unknown or outside its bounds ends the lane; one outside where the law was shown to hold is counted,
 * and warned of once.  Was there one? */
static bool check_input(engine *e, worker *k, size_t p, const part *q, const fade_column *c, const double *v, tile *t,
                        input_range *r)
{
    double lo, hi;
    bounds(c, &lo, &hi);
    bool optional = c->flags & FADE_OPTIONAL, holds = c->lo < c->hi && !r->stretches;
    uint64_t before = r->rows;
    for (uint32_t i = 0; i < t->live; i++) {
        if (!k->active[i] || (isnan(v[i]) && optional))
            continue;
        if (!(v[i] >= lo) || !(v[i] <= hi))
            input_broken(e, k, p, q, t, c, v[i], i);
        else if (holds && (v[i] < c->lo || v[i] > c->hi) && ranges_meet(r, v[i]))
            law_warn_outside(e, q, c, v[i], &e->lane[t->first + i]);
    }
    return r->rows > before;
}

/* Looks at the inputs that moved; `all`: every one.  One that stands is outside in this row if it was in the last. */
void law_inputs(engine *e, worker *k, size_t p, const part *q, workpart *wp, tile *t, bool all)
{
    input_range *range = k->range[wp - k->part];
    uint32_t rows = 0;
    for (uint32_t i = 0; i < t->live; i++)
        rows += k->active[i];
    k->stepped[wp - k->part] += rows;
    for (uint32_t c = 0; c < q->cols.in.n; c++) {
        const fade_column *fc = library_at(&q->cols.in, c);
        bool driven = !q->per_cycle && ((int)c == q->control || (int)c == q->demand);
        double lo, hi;
        if (driven || (q->in[c].from < 0 && (fc->flags & FADE_OPTIONAL)) || !(all || q->moves[c] || range[c].out))
            continue;
        bounds(fc, &lo, &hi);
        if (fc->lo < fc->hi && !range[c].stretches) {
            lo = fmax(lo, fc->lo);
            hi = fmin(hi, fc->hi);
        }
        range[c].out = outside(wp->in[c], t->live, lo, hi) && check_input(e, k, p, q, fc, wp->in[c], t, &range[c]);
    }
}

static void lane_failed(engine *e, worker *k, size_t p, const part *q, tile *t, uint32_t i, int32_t code)
{
    why w = { 0 };
    object_lane_why(q->object, code, (int32_t)i, &w);
    step_lane_over(e, t, i, p, OVER_FAILED, w.text, e->lane[t->first + i].cycle);
    k->active[i] = 0;
}

/* Lanes that were not taken keep their state; returns true when some of the event is left to do. */
static bool take_some(engine *e, worker *k, size_t p, const part *q, workpart *wp, tile *t, double *piece)
{
    bool again = false;
    for (uint32_t i = 0; i < t->live; i++) {
        bool taken = k->active[i] && k->left[i] > 0 && k->status[i] == FADE_OK;
        if (k->active[i] && k->status[i] < 0)
            lane_failed(e, k, p, q, t, i, k->status[i]);
        else if (taken && !law_sound(e, k, p, q, wp, t, i))
            k->active[i] = taken = false;
        if (taken) {
            k->left[i] = k->left[i] - piece[i] > 1e-12 ? k->left[i] - piece[i] : 0;
            piece[i] = fmin(k->left[i], piece[i] * 2);
        } else {
            keep_lane(q, wp, i);
            double wish = k->count[i] > 0 ? k->wish[i] / k->count[i] : INFINITY;
            if (k->active[i] && k->status[i] == FADE_RETRY)
                piece[i] = fmin(piece[i] / 2, wish);
        }
        again |= k->active[i] && k->left[i] > 0;
    }
    for (uint32_t i = t->live; i < wp->b.n; i++)
        keep_lane(q, wp, i);
    law_swap(q, wp);
    return again;
}

static void begin_pieces(const worker *k, const part *q, const workpart *wp, tile *t, double *piece)
{
    for (uint32_t i = 0; i < wp->b.n; i++)
        k->left[i] = piece[i] = i < t->live && k->active[i] ? 1 : 0;
    for (uint32_t s = 0; s < q->nsum; s++)
        memcpy(wp->whole + (size_t)s * wp->b.n, wp->in[q->sum[s]], wp->b.n * sizeof(double));
}

/* What is of the whole step is of a piece as large as the piece is. */
static void lay_pieces(const part *q, workpart *wp, const tile *t, const double *piece)
{
    for (uint32_t s = 0; s < q->nsum; s++)
        for (uint32_t i = 0; i < wp->b.n; i++)
            wp->in[q->sum[s]][i] = wp->whole[(size_t)s * wp->b.n + i] * piece[i < t->live ? i : t->live - 1];
}

static void by_pieces(engine *e, worker *k, size_t p, const part *q, workpart *wp, tile *t)
{
    double piece[TILE_MAX];
    begin_pieces(k, q, wp, t, piece);
    bool again = true;
    for (int n = 0; again && n < PIECES; n++) {
        for (uint32_t i = 0; i < wp->b.n; i++) {
            uint32_t l = i < t->live ? i : t->live - 1;
            k->dt[i] = k->count[l] * piece[l];
            k->wish[i] = INFINITY;
            k->status[i] = 0;
        }
        lay_pieces(q, wp, t, piece);
        int32_t rc = q->vt->step(q->model, &wp->b);
        for (uint32_t i = 0; rc < 0 && i < t->live; i++)
            k->status[i] = rc;
        again = take_some(e, k, p, q, wp, t, piece);
    }
    for (uint32_t s = 0; s < q->nsum; s++)
        memcpy(wp->in[q->sum[s]], wp->whole + (size_t)s * wp->b.n, wp->b.n * sizeof(double));
    for (uint32_t i = 0; again && i < t->live; i++)
        if (k->active[i] && k->left[i] > 0) {
            step_lane_over(e, t, i, p, OVER_FAILED, "the law asked for smaller steps without end",
                           e->lane[t->first + i].cycle);
            k->active[i] = 0;
        }
}

bool law_within(const part *q, const workpart *wp)
{
    return !any_outside(&q->cols.state, wp->x, wp->b.n) && !any_outside(&q->cols.out, wp->out, wp->b.n);
}

void law_step(engine *e, worker *k, size_t p, const part *q, workpart *wp, tile *t)
{
    uint32_t n = wp->b.n;
    bool idle = false;
    for (uint32_t i = 0; i < t->live; i++)
        idle |= !k->active[i];
    for (uint32_t i = 0; i < n; i++) {
        k->dt[i] = k->count[i];
        k->wish[i] = INFINITY;
        k->status[i] = 0;
    }
    int32_t rc = idle ? 1 : q->vt->step(q->model, &wp->b), worst = rc;
    for (uint32_t i = 0; i < t->live && rc == 0; i++)
        worst |= k->status[i];
    if (worst == 0 && !any_outside(&q->cols.state, wp->x1, n) && !any_outside(&q->cols.out, wp->out, n))
        law_swap(q, wp);
    else
        by_pieces(e, k, p, q, wp, t);             /* step is pure: doing it again from x changes nothing */
}

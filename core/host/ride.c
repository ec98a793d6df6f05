/* SPDX-License-Identifier: MIT
 * ride.c - a tile of cases on its way through a model.
 */
#include "core/base/mem.h"
#include "core/host/subject.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Per-cell parameters differ a little from lane to lane. */
static void params_fill(ride *a, uint32_t lane)
{
    const trial *t = a->s->t;
    uint32_t k = 0;
    for (uint32_t i = 0; i < t->desc->params.n; i++) {
        const fade_param *p = library_at(&t->desc->params, i);
        if (!(p->flags & FADE_PER_CELL))
            continue;
        double v = t->value[i].real, u = trial_draw(t->opt->seed, a->of[lane], i, 1);
        double moved = v * (0.95 + 0.1 * u);
        bool fits = !(p->min < p->max) || (moved >= p->min && moved <= p->max);
        a->r->param[k++][lane] = fits && a->of[lane] ? moved : v;      /* case 0 has the values as given */
    }
}

void ride_inputs(ride *a)
{
    const trial *t = a->s->t;
    for (uint32_t lane = 0; lane < a->r->tile.n; lane++) {
        uint64_t row = a->still ? 1 : a->row;
        for (uint32_t i = 0; i < a->s->cols.in.n; i++) {
            const fade_column *c = library_at(&a->s->cols.in, i);
            uint32_t w = c->width ? c->width : 1;
            for (uint32_t j = 0; j < w; j++)
                a->r->in[i][(size_t)j * a->r->tile.n + lane] =
                    trial_column_value(c, trial_draw(t->opt->seed, a->of[lane], row, 100 + 1000u * j + i));
        }
        a->r->t[lane] = (double)(a->row - 1);
        a->r->row[lane] = a->row;
        a->r->id[lane] = a->of[lane] + 1;
        a->r->dt[lane] = a->scale[lane];
    }
}

int32_t ride_call(ride *a, const char *what, int32_t (*f)(const void *, fade_tile *))
{
    rig_ready(a->r);
    a->r->tile.worker = a->worker;
    a->rc = f(a->model, &a->r->tile);
    const rig_column *c = rig_overrun(a->r);
    if (c)
        trial_fail(a->s->t, "%s writes behind the end of %s[%s] in a tile of %u", what, c->role, c->key, a->r->tile.n);
    return a->rc;
}

static size_t bytes_of(const ride *a, const fade_column *c)
{
    return (size_t)(c->width ? c->width : 1) * a->r->tile.n * sizeof(double);
}

void ride_refresh(ride *a)
{
    const fade_list *state = &a->s->cols.state;
    if (!a->s->vt->refresh || !state->n)
        return;
    for (uint32_t i = 0; i < state->n; i++) {
        const fade_column *c = library_at(state, i);
        for (size_t k = 0; c->flags & FADE_MEMO && k < bytes_of(a, c) / sizeof(double); k++)
            a->r->x[i][k] = NAN;
    }
    ride_call(a, "refresh", a->s->vt->refresh);
    for (uint32_t i = 0; i < state->n; i++) {
        const fade_column *c = library_at(state, i);
        if (c->flags & FADE_MEMO)
            memcpy(a->r->x[i], a->r->x1[i], bytes_of(a, c));
    }
}

static bool begin(ride *a)
{
    const fade_list *state = &a->s->cols.state;
    ride_inputs(a);
    if (a->s->vt->init && ride_call(a, "init", a->s->vt->init) < 0) {
        trial_fail(a->s->t, "init returns %s: %s", trial_word(a->rc), a->s->host.text);
        return false;
    }
    for (uint32_t i = 0; i < state->n; i++) {
        const fade_column *c = library_at(state, i);
        if (!a->s->vt->init || c->flags & FADE_MEMO)
            continue;
        memcpy(a->r->x[i], a->r->x1[i], bytes_of(a, c));
        if (isnan(a->r->x[i][0]) && a->r->tile.status[0] == 0)
            trial_fail(a->s->t, "init leaves state \"%s\" unfilled", c->key);
    }
    ride_refresh(a);
    return true;
}

bool ride_open(subject *s, void *model, uint32_t n, const uint32_t *of, ride *a)
{
    why w = { 0 };
    *a = (ride){ .s = s, .model = model, .row = 1 };
    size_t scratch = s->vt->scratch ? s->vt->scratch(model, n) : 0;
    if (scratch > (size_t)1 << 30) {
        trial_fail(s->t, "scratch asks for %zu bytes for a tile of %u", scratch, n);
        return false;
    }
    a->of = mem_zero(n, sizeof *a->of);
    a->scale = mem_columns(n);
    a->hash = mem_zero(n, sizeof *a->hash);
    if (!a->of || !a->scale || !a->hash || rig_open(s->t->desc, &s->cols, n, scratch, &a->r, &w)) {
        trial_fail(s->t, "no memory for a tile of %u: %s", n, w.text);
        ride_close(a);
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        a->of[i] = of ? of[i] : i;
        a->scale[i] = 1.0;
        params_fill(a, i);
    }
    int32_t rc = s->vt->enter ? s->vt->enter(model, n, &a->worker) : FADE_OK;
    if (rc)
        trial_refusal(s->t, &s->host, rc, "enter");
    if (rc || !begin(a)) {
        ride_close(a);
        return false;
    }
    return true;
}

void ride_close(ride *a)
{
    if (a->worker && a->s->vt->leave)
        a->s->vt->leave(a->worker);
    rig_close(a->r);
    free(a->of);
    free(a->scale);
    free(a->hash);
    *a = (ride){ 0 };
}

/* Takes what lane i got: hashed, and carried over to x when the step stands. */
static void lane_take(ride *a, uint32_t i)
{
    const fade_list *lists[] = { &a->s->cols.state, &a->s->cols.out };
    double **from[] = { a->r->x1, a->r->out };
    fade_tile *b = &a->r->tile;
    a->hash[i] = trial_hash(a->hash[i], &b->status[i], sizeof b->status[i]);
    if (b->status[i] == FADE_RETRY) {
        double wish = b->wish[i];
        a->scale[i] = wish > 0.0 && wish < a->scale[i] ? wish : 0.5 * a->scale[i];
    }
    if (b->status[i])
        return;
    a->scale[i] = 1.0;
    for (int l = 0; l < 2; l++)
        for (uint32_t k = 0; k < lists[l]->n; k++) {
            const fade_column *c = library_at(lists[l], k);
            for (uint32_t j = 0; j < (c->width ? c->width : 1); j++) {
                size_t at = (size_t)j * b->n + i;
                a->hash[i] = trial_hash(a->hash[i], &from[l][k][at], sizeof(double));
                if (l == 0)
                    a->r->x[k][at] = from[l][k][at];
            }
        }
}

bool ride_step(ride *a)
{
    ride_inputs(a);
    if (ride_call(a, "step", a->s->vt->step) < 0)
        return false;
    for (uint32_t i = 0; i < a->r->tile.live; i++)
        lane_take(a, i);
    a->row++;
    return true;
}

bool ride_steps(ride *a, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++)
        if (!ride_step(a)) {
            trial_fail(a->s->t, "step returns %s in row %llu: %s", trial_word(a->rc), (unsigned long long)a->row,
                       a->s->host.text);
            return false;
        }
    return true;
}

static bool list_same(const fade_list *l, double *const *p, const ride *a, uint32_t i, double *const *q, const ride *b,
                      uint32_t j, const char *role, char said[160])
{
    for (uint32_t k = 0; k < l->n; k++) {
        const fade_column *c = library_at(l, k);
        for (uint32_t m = 0; m < (c->width ? c->width : 1); m++) {
            double u = p[k][(size_t)m * a->r->tile.n + i], v = q[k][(size_t)m * b->r->tile.n + j];
            if (memcmp(&u, &v, sizeof u) == 0)
                continue;
            snprintf(said, 160, "%s[%.60s] is %.17g against %.17g", role, c->key, u, v);
            return false;
        }
    }
    return true;
}

bool ride_same(const ride *a, uint32_t i, const ride *b, uint32_t j, char said[160])
{
    if (a->hash[i] == b->hash[j])
        return true;
    const fade_columns *c = &a->s->cols;
    if (list_same(&c->state, a->r->x, a, i, b->r->x, b, j, "x", said) &&
        list_same(&c->out, a->r->out, a, i, b->r->out, b, j, "out", said))
        snprintf(said, 160, "the last values agree but some on the way do not");
    return false;
}

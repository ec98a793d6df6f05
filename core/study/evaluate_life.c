/* SPDX-License-Identifier: MIT
 * evaluate_life.c - ends of life that follow from what was said, against those that came.
 *
 * A cell's life is its known rows and, behind them, what was measured, or what the model said.  What does not fall
 * below the limit within the rows is "at least" so long, on either side.  Of a capacity alone, and of splits that ask
 * for each row once.
 */
#include "core/base/mem.h"
#include "core/study/evaluate.h"
#include "core/study/health.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool evaluate_has_lives(const evaluate *e)
{
    int kind = e->o.split.kind;
    return strcmp(e->data.col[e->data.target].key, "capacity") == 0 && e->o.ask == ASK_FORECAST &&
           (kind == SPLIT_HOLDOUT || kind == SPLIT_FIRST || kind == SPLIT_CELLS || kind == SPLIT_GROUPS);
}

typedef struct lived { double end, least; bool open, before; } lived;

static double cycle_of(const dataset *d, size_t row)
{
    return d->cycle[row] >= 0 ? (double)d->cycle[row] : (double)d->row[row];
}

/* Rows at[n] of the table with v[table row], behind the measured rows of the cell up to the first of them. */
static lived live(const evaluate *e, double limit, const size_t *at, size_t n, const double *v)
{
    const dataset *d = &e->data;
    const double *seen = d->col[d->target].v;
    size_t first = e->row[at[0]], cell = d->cell[first];
    health_watch w = health_open(limit, e->s->health.hold);
    lived out = { .end = NAN, .least = NAN };
    for (size_t i = d->first[cell]; i < first; i++)
        health_row(&w, &(health_point){ .cycle = cycle_of(d, i), .soh = seen[i] });
    out.before = w.reached;
    for (size_t i = 0; i < n; i++) {
        size_t row = e->row[at[i]];
        health_row(&w, &(health_point){ .cycle = cycle_of(d, row), .soh = v[at[i]] });
        out.least = isnan(v[at[i]]) ? out.least : cycle_of(d, row);
    }
    out.open = !w.reached;
    out.end = w.reached ? w.end.cycle : NAN;
    return out;
}

bool evaluate_doubts_laws(const evaluate *e)
{
    return strcmp(e->data.col[e->data.target].key, "capacity") == 0 && e->o.ask == ASK_FORECAST &&
           split_in_time(&e->o.split);
}

/* The capacity at which a cell's life ends; NaN: nothing to compare with. */
static double limit_of(const evaluate *e, size_t cell)
{
    const dataset *d = &e->data;
    double reference = e->s->soh_reference == SOH_NOMINAL ? e->s->cell.nominal_capacity : NAN;
    for (size_t i = d->first[cell]; i < d->first[cell + 1] && isnan(reference); i++)
        reference = d->col[d->target].v[i];
    return e->s->health.eol * reference;
}

static bool pair_of(const evaluate *e, size_t model, size_t cell, const size_t *at, size_t n, life_pair *p)
{
    const evaluate_model *m = &e->model[model];
    double limit = limit_of(e, cell);
    if (n == 0 || isnan(limit))
        return false;
    lived came = live(e, limit, at, n, e->target), said = live(e, limit, at, n, m->said);
    if (came.before || isnan(said.least))
        return false;
    *p = (life_pair){ .predicted = said.open ? said.least : said.end, .open = said.open,
                      .observed = came.open ? came.least : came.end, .censored = came.open, .lower = NAN,
                      .upper = NAN };
    if (m->lower) {
        lived lower = live(e, limit, at, n, m->lower), upper = live(e, limit, at, n, m->upper);
        p->lower = isnan(lower.least) ? NAN : lower.open ? INFINITY : lower.end;
        p->upper = isnan(upper.least) ? NAN : upper.open ? INFINITY : upper.end;
    }
    return true;
}

int evaluate_lives(const evaluate *e, size_t model, life_pair *pair, int64_t *of, size_t *n, why *w)
{
    size_t *at = mem_zero(e->n + 1, sizeof *at);
    *n = 0;
    if (!at)
        return fail(w, E_NOMEM, "no memory for the lives of %zu cells", e->data.ncell);
    for (size_t cell = 0; cell < e->data.ncell && evaluate_has_lives(e); cell++) {
        size_t k = evaluate_pick(e, (int64_t)cell, 0, INFINITY, at);
        if (pair_of(e, model, cell, at, k, &pair[*n]))
            of[(*n)++] = (int64_t)cell;
    }
    free(at);
    return E_OK;
}

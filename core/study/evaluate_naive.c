/* SPDX-License-Identifier: MIT
 * evaluate_naive.c - what anyone could say: the last value, the drift, a straight line, the mean of the training
 * part.
 *
 * They know what a model may know.  A forecast's see the rows up to the origin; one cycle ahead they see every
 * earlier row of the cell.  Of a cell that is left out a forecast's know its first measured value; its line and its
 * mean are the training cells'.  A cell that is estimated was never measured: only those two are left.
 */
#include "core/base/mem.h"
#include "core/study/baseline.h"
#include "core/study/evaluate.h"
#include "core/study/metrics_scaled.h"

#include <math.h>
#include <stdlib.h>

typedef struct changes { double sum, last; size_t n; } changes;   /* mean |change| from one known value to the next */

static void change(changes *c, double y)
{
    if (!isnan(c->last)) {
        c->sum += fabs(y - c->last);
        c->n++;
    }
    c->last = y;
}

typedef struct seen {                             /* of one cell at a row */
    baseline known;                               /* rows a forecast may start from */
    baseline train;                               /* training rows */
    changes  step;
    size_t   next;                                /* row from which on the cell has not been looked at */
    const bool *trained;                          /* [rows of the data set] of random rows: only these are known */
} seen;

static void train(evaluate *e, const split_fold *f, seen *cell, seen *all)
{
    const dataset *d = &e->data;
    for (size_t i = 0; i < f->ntrain; i++) {
        size_t row = f->train[i], c = d->cell[row];
        double x = d->row[row], y = d->col[d->target].v[row];
        if (i == 0 || d->cell[f->train[i - 1]] != c)
            all->step.last = NAN;
        baseline_add(&cell[c].train, x, y);
        baseline_add(&all->train, x, y);
        change(&cell[c].step, y);
        change(&all->step, y);
    }
}

/* The cell's rows before `row` that are known when it is asked for. */
static void look(const evaluate *e, seen *s, const split_fold *f, size_t row)
{
    const dataset *d = &e->data;
    size_t c = d->cell[row], first = d->first[c];
    bool stepwise = e->o.ask == ASK_NEXT || e->o.ask == ASK_BEGUN;
    size_t to = stepwise || e->o.split.kind == SPLIT_RANDOM ? row : first + f->origin[c];
    if (s->next < first)
        s->next = first;
    for (; s->next < to; s->next++)
        if (stepwise || !s->trained || s->trained[s->next])
            baseline_add(&s->known, d->row[s->next], d->col[d->target].v[s->next]);
    if (s->known.n == 0 && e->o.ask == ASK_FORECAST && !s->trained)        /* left out: its first value */
        for (size_t i = first; i < row && s->known.n == 0; i++)
            baseline_add(&s->known, d->row[i], d->col[d->target].v[i]);
}

static void say(evaluate *e, size_t at, seen *s, const seen *all)
{
    double x = e->data.row[e->row[at]];
    bool own = s->train.n > 0, none = s->known.n == 0, once = s->known.n == 1 && e->o.ask == ASK_FORECAST;
    const baseline *line = e->o.ask == ASK_NEXT || e->o.ask == ASK_BEGUN ? &s->known : own ? &s->train : &all->train;
    evaluate_model *m = &e->model[e->naive];
    e->before[at] = baseline_persistence(&s->known);
    m[EVALUATE_PERSISTENCE].said[at] = baseline_persistence(&s->known);
    m[EVALUATE_DRIFT].said[at] = none || once ? NAN : baseline_drift(&s->known, x);
    m[EVALUATE_LINE].said[at] = baseline_line(line, x);
    m[EVALUATE_MEAN].said[at] = own ? s->train.mean_y : all->train.n ? all->train.mean_y : NAN;
    m[EVALUATE_FLEET].said[at] = all->train.n ? all->train.mean_y : NAN;
    const changes *c = s->step.n ? &s->step : &all->step;
    e->scale[at] = c->n && c->sum > 0 ? c->sum / (double)c->n : NAN;
}

int evaluate_naive(evaluate *e, const split_fold *f, size_t from, why *w)
{
    const dataset *d = &e->data;
    seen *cell = mem_zero(d->ncell + 1, sizeof *cell), all = { .step.last = NAN };
    bool *trained = mem_zero(d->n + 1, sizeof *trained);
    if (!cell || !trained) {
        free(cell);
        free(trained);
        return fail(w, E_NOMEM, "no memory for the naive forecasts of %zu cells", d->ncell);
    }
    for (size_t c = 0; c < d->ncell; c++)
        cell[c] = (seen){ .step.last = NAN, .trained = e->o.split.kind == SPLIT_RANDOM ? trained : NULL };
    for (size_t i = 0; i < f->ntrain; i++)
        trained[f->train[i]] = true;
    train(e, f, cell, &all);
    for (size_t i = from; i < e->n; i++) {
        seen *s = &cell[d->cell[e->row[i]]];
        bool measured = e->o.ask != ASK_ESTIMATE || split_in_time(&e->o.split);
        if (measured)
            look(e, s, f, e->row[i]);
        say(e, i, s, &all);
    }
    free(cell);
    free(trained);
    return E_OK;
}

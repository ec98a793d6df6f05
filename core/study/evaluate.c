/* SPDX-License-Identifier: MIT
 * evaluate.c - folds one after another: who is asked, and the table of what was said.
 */
#include "core/study/evaluate.h"
#include "core/base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- who is asked ---- */

static bool wanted(const evaluate_options *o, const char *label)
{
    for (size_t i = 0; i < o->ncorrector; i++)
        if (strcmp(o->corrector[i], label) == 0)
            return true;
    return o->ncorrector == 0;
}

static int all_named(const evaluate *e, why *w)
{
    const char *label[64];
    size_t n = 0;
    for (; n < e->s->ncorrector && n < 64; n++)
        label[n] = e->s->corrector[n].part.label;
    for (size_t i = 0; i < e->o.ncorrector; i++) {
        const char *word = e->o.corrector[i], *near = text_nearest(word, label, n);
        size_t k = 0;
        while (k < n && strcmp(label[k], word))
            k++;
        if (k == n)
            return fail(w, E_INPUT, "the scenario has no corrector %s%s%s%s", word, near ? ", did you mean " : "",
                        near ? near : "", near ? "?" : n ? "" : ": it has no [[corrector]]");
    }
    return E_OK;
}

static int add_pupil(evaluate *e, const scenario_corrector *sc, const char *physics, why *w)
{
    evaluate_pupil *p = &e->pupil[e->npupil++];
    evaluate_model *m = &e->model[e->nmodel];
    int rc = learner_open(sc, &e->data, e->o.ask, e->o.seed, &p->learner, w);
    rc = rc ? rc : worth_open(&p->worth, p->learner.nfeature, w);
    p->learner.unseen = e->o.split.kind == SPLIT_CELLS || e->o.split.kind == SPLIT_GROUPS;
    p->learner.ahead = false;                     /* of whom it is asked is one or the other */
    p->model = e->nmodel++;
    m->kind = EVALUATE_LEARNT;
    snprintf(m->name, sizeof m->name, "%.60s%s%.60s", physics ? physics : "", physics ? "+" : "", sc->part.label);
    return rc;
}

static int add_models(evaluate *e, why *w)
{
    static const char *const naive[EVALUATE_NAIVES] = { "persistence", "drift", "line", "mean", "mean of all" };
    const scenario *s = e->s;
    const char *physics = e->o.physics >= 0 ? s->physics[e->o.physics].label : NULL;
    e->model = mem_zero(s->ncorrector + 1 + EVALUATE_NAIVES, sizeof *e->model);
    e->pupil = mem_zero(s->ncorrector + 1, sizeof *e->pupil);
    if (!e->model || !e->pupil)
        return fail(w, E_NOMEM, "no memory to evaluate");
    if (physics)
        snprintf(e->model[e->nmodel++].name, sizeof e->model->name, "%.100s", physics);
    int rc = all_named(e, w);
    for (size_t i = 0; i < s->ncorrector && !rc; i++)
        if (wanted(&e->o, s->corrector[i].part.label))
            rc = add_pupil(e, &s->corrector[i], physics, w);
    e->naive = e->nmodel;
    for (int k = 0; k < EVALUATE_NAIVES && !rc; k++) {
        e->model[e->nmodel].kind = EVALUATE_NAIVE;
        snprintf(e->model[e->nmodel++].name, sizeof e->model->name, "%s", naive[k]);
    }
    if (!rc && e->naive == 0)
        rc = fail(w, E_INPUT, "there is nothing to evaluate: the scenario has no [[physics]] and no [[corrector]]");
    return rc;
}

/* ---- the table ---- */

static bool grow(void *column, size_t n, size_t size)
{
    void **at = column, *more = mem_grow(*at, n, size);
    if (more)
        *at = more;
    return more != NULL;
}

static int room(evaluate *e, size_t more, why *w)
{
    if (e->n + more <= e->cap)
        return E_OK;
    size_t cap = e->n + more > 2 * e->cap ? e->n + more : 2 * e->cap;
    bool good = grow(&e->row, cap, sizeof *e->row) && grow(&e->fold, cap, sizeof *e->fold) &&
                grow(&e->horizon, cap, sizeof *e->horizon) && grow(&e->target, cap, sizeof *e->target) &&
                grow(&e->before, cap, sizeof *e->before) && grow(&e->scale, cap, sizeof *e->scale) &&
                grow(&e->order, cap, sizeof *e->order);
    for (size_t m = 0; m < e->nmodel && good; m++) {
        evaluate_model *k = &e->model[m];
        good = grow(&k->said, cap, sizeof *k->said);
        if (k->kind == EVALUATE_LEARNT)
            good = good && grow(&k->sigma, cap, sizeof *k->sigma) && grow(&k->lower, cap, sizeof *k->lower) &&
                   grow(&k->upper, cap, sizeof *k->upper);
    }
    if (!good)
        return fail(w, E_NOMEM, "no memory for %zu rows of %zu models", cap, e->nmodel);
    e->cap = cap;
    return E_OK;
}

/* The row at which a cell's known capacity begins. */
static size_t start_of(const dataset *d, size_t cell)
{
    size_t row = d->first[cell];
    while (row < d->first[cell + 1] && !isfinite(d->col[d->target].v[row]))
        row++;
    return row;
}

/* Appends the rows of a fold.  Of a cell that is left out the first measured value is what a forecast starts from: it
 * is not asked for, and horizons count from it.  One cycle ahead every horizon is 1. */
static void add_rows(evaluate *e, const split_fold *f, size_t fold)
{
    const dataset *d = &e->data;
    for (size_t i = 0; i < f->ntest; i++) {
        size_t row = f->test[i], start = start_of(d, d->cell[row]);
        double horizon = f->horizon[i];
        bool apart = horizon == 0 && e->o.split.kind != SPLIT_RANDOM && e->o.ask != ASK_ESTIMATE;
        if (apart && row == start)
            continue;
        horizon = apart ? (double)(d->row[row] - d->row[start]) : horizon;
        horizon = e->o.ask == ASK_NEXT || e->o.ask == ASK_BEGUN ? 1 : e->o.ask == ASK_ESTIMATE ? 0 : horizon;
        e->row[e->n] = row;
        e->fold[e->n] = (uint32_t)fold;
        e->horizon[e->n] = horizon;
        e->target[e->n] = d->col[d->target].v[row];
        e->before[e->n] = e->scale[e->n] = NAN;
        for (size_t m = 0; m < e->nmodel; m++) {
            evaluate_model *k = &e->model[m];
            k->said[e->n] = NAN;
            if (k->kind == EVALUATE_LEARNT)
                k->sigma[e->n] = k->lower[e->n] = k->upper[e->n] = NAN;
        }
        e->n++;
    }
}

static int name_fold(evaluate *e, const split_fold *f, why *w)
{
    char (*more)[96] = mem_grow(e->fold_name, e->folds + 1, sizeof *more);
    if (!more)
        return fail(w, E_NOMEM, "no memory for the folds of a split");
    e->fold_name = more;
    snprintf(more[e->folds], sizeof *more, "%.95s", f->name);
    return E_OK;
}

static int one_fold(evaluate *e, size_t i, why *w)
{
    const split_fold *f = split_rows_fold(&e->split, i);
    size_t from = e->n;
    if (e->o.progress)
        e->o.progress(e->o.ctx, f->name, i, e->split.nfold);
    int rc = room(e, f->ntest, w);
    rc = rc ? rc : name_fold(e, f, w);
    rc = rc || !e->law ? rc : evaluate_law_fold(e, f, w);
    if (!rc) {
        add_rows(e, f, e->folds);
        for (size_t k = from; k < e->n && e->o.physics >= 0; k++)
            e->model[0].said[k] = e->data.col[e->data.physics].v[e->row[k]];
        rc = evaluate_naive(e, f, from, w);
        rc = rc ? rc : evaluate_learn(e, f, from, w);
    }
    if (rc)
        e->n = from;                              /* a fold is whole or not there */
    e->folds += !rc;
    e->trained = rc ? e->trained : f->ntrain;
    return rc;
}

typedef struct place { uint32_t cell, fold; size_t row, at; } place;

static int in_order(const void *a, const void *b)
{
    const place *x = a, *y = b;
    if (x->cell != y->cell)
        return x->cell < y->cell ? -1 : 1;
    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    return x->fold < y->fold ? -1 : x->fold > y->fold;
}

static int put_in_order(evaluate *e, why *w)
{
    place *p = mem_zero(e->n + 1, sizeof *p);
    if (!p)
        return fail(w, E_NOMEM, "no memory to order %zu rows", e->n);
    for (size_t i = 0; i < e->n; i++)
        p[i] = (place){ e->data.cell[e->row[i]], e->fold[i], e->row[i], i };
    qsort(p, e->n, sizeof *p, in_order);
    for (size_t i = 0; i < e->n; i++)
        e->order[i] = p[i].at;
    free(p);
    return E_OK;
}

/* ---- opening and closing ---- */

static int open_all(evaluate *e, why *w)
{
    const evaluate_options *o = &e->o;
    dataset *d = &e->data;
    dataset_options want = { .physics = o->physics, .target = o->target, .where = o->where, .hooks = o->hooks,
                             .stop = o->stop };
    if (o->ask == ASK_FORECAST && split_in_time(&o->split))
        want.origin = &o->split;                  /* no later temperature reaches the law */
    int rc = dataset_read(e->s, &want, d, w);
    rc = rc || !o->groups ? rc : dataset_group(d, o->groups, w);
    rc = rc ? rc : add_models(e, w);
    rc = rc || !o->nfit ? rc : evaluate_law_open(e, w);
    for (size_t i = 0; i < e->npupil && e->law; i++) {
        e->pupil[i].learner.anew = evaluate_law_anew;
        e->pupil[i].learner.ctx = e;
    }
    if (rc)
        return rc;
    split_layout at = { .n = d->n, .ncell = d->ncell, .first = d->first, .target = d->col[d->target].v, .name = d->name,
                        .group = d->group };
    return split_rows_open(&o->split, &at, o->seed, &e->split, w);
}

static bool is_binary(const evaluate *e)
{
    bool seen[2] = { false, false };
    for (size_t i = 0; i < e->n; i++) {
        if (e->target[i] != 0 && e->target[i] != 1)
            return false;
        seen[e->target[i] > 0] = true;
    }
    return seen[0] && seen[1];
}

int evaluate_run(const scenario *s, const evaluate_options *o, evaluate *e, why *w)
{
    *e = (evaluate){ .s = s, .o = *o };
    int rc = open_all(e, w);
    for (size_t i = 0; i < e->split.nfold && !rc; i++)
        rc = o->stop && atomic_load(o->stop) ? fail(w, E_CANCEL, "stopped behind %zu of %zu folds", e->folds,
                                                    e->split.nfold)
                                             : one_fold(e, i, w);
    e->rival = evaluate_rival(e);
    e->binary = is_binary(e);
    int ordered = rc && rc != E_CANCEL ? E_OK : put_in_order(e, rc ? NULL : w);
    return rc ? rc : ordered;
}

void evaluate_close(evaluate *e)
{
    for (size_t m = 0; m < e->nmodel; m++) {
        free(e->model[m].said);
        free(e->model[m].sigma);
        free(e->model[m].lower);
        free(e->model[m].upper);
    }
    for (size_t i = 0; i < e->npupil; i++) {
        learner_close(&e->pupil[i].learner);
        worth_free(&e->pupil[i].worth);
        leak_free(&e->pupil[i].leak);
    }
    evaluate_law_close(e->law);
    split_rows_close(&e->split);
    dataset_free(&e->data);
    free(e->model);
    free(e->pupil);
    free(e->row);
    free(e->fold);
    free(e->horizon);
    free(e->target);
    free(e->before);
    free(e->scale);
    free(e->order);
    free(e->fold_name);
    free(e->taught);
    *e = (evaluate){ 0 };
}

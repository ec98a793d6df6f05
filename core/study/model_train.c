/* SPDX-License-Identifier: MIT
 * model_train.c - which rows, which physics, which corrector; then one model of all cells, or one of each.
 */
#include "core/study/model_train.h"
#include "core/study/split_rows.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 64, WEIGHED = 256 };

/* ---- choices ---- */

static int none_of(const char *what, const char *said, const char *const *words, size_t n, why *w)
{
    text all = { 0 };
    const char *near = said ? text_nearest(said, words, n) : NULL;
    for (size_t i = 0; i < n; i++)
        text_addf(&all, "%s%s", i ? ", " : "", words[i]);
    int rc = said ? fail(w, E_INPUT, "there is no %s %s%s%s%s: the scenario has %s", what, said,
                         near ? " (did you mean " : "", near ? near : "", near ? "?)" : "", n ? text_of(&all) : "none")
                  : fail(w, E_INPUT, "the scenario has more than one %s: say which by --%s, of %s", what, what,
                         text_of(&all));
    text_free(&all);
    return rc;
}

static int pick_corrector(model_training *k, why *w)
{
    const char *word[WORDS];
    const scenario *s = k->s;
    size_t n = s->ncorrector < WORDS ? s->ncorrector : WORDS;
    for (size_t i = 0; i < n; i++) {
        word[i] = s->corrector[i].part.label;
        if (k->o.corrector ? strcmp(word[i], k->o.corrector) == 0 : n == 1)
            k->sc = &s->corrector[i];
    }
    if (!k->sc)
        return n || k->o.corrector ? none_of("corrector", k->o.corrector, word, n, w)
                                   : fail(w, E_INPUT,
                                          "the scenario has no [corrector] to train: it says plugin = \"..\" and "
                                          "features = [..]");
    return k->sc->model ? fail(w, E_INPUT,
                               "corrector %s is a saved model already: from = \"..\" in place of model = \"..\" "
                               "trains on from it",
                               k->sc->part.label)
                        : E_OK;
}

static int pick_physics(model_training *k, why *w)
{
    const char *word[WORDS];
    const scenario *s = k->s;
    size_t n = s->nphysics < WORDS - 1 ? s->nphysics : WORDS - 1;
    k->physics = n ? -2 : -1;                     /* physics = "none" */
    for (size_t i = 0; i < n; i++) {
        word[i] = s->physics[i].label;
        if (k->o.physics ? strcmp(word[i], k->o.physics) == 0 : n == 1)
            k->physics = (int64_t)i;
    }
    if (k->physics == -2 && k->o.physics && strcmp(k->o.physics, "none") == 0)
        k->physics = -1;
    word[n] = "none";
    return k->physics == -2 ? none_of("physics", k->o.physics, word, n + 1, w) : E_OK;
}

/* ---- rows ---- */

/* What a split in time holds back is not learnt from; other splits are for scores, which train anew each time. */
static bool is_held_back(const split_spec *s)
{
    return s->kind == SPLIT_HOLDOUT || s->kind == SPLIT_FIRST;
}

static int pick_rows(model_training *k, why *w)
{
    const dataset *d = &k->data;
    const split_spec *spec = &k->s->evaluate.split;
    k->row = mem_zero(d->n + 1, sizeof *k->row);
    if (!k->row)
        return fail(w, E_NOMEM, "no memory for %zu rows", d->n);
    if (!k->split) {
        for (; k->nrow < d->n; k->nrow++)
            k->row[k->nrow] = k->nrow;
        return E_OK;
    }
    split_layout at = { d->n, d->ncell, d->first, d->col[d->target].v, d->name, d->group };
    split_rows r = { 0 };
    int rc = split_rows_open(spec, &at, k->s->seed, &r, w);
    const split_fold *f = rc ? NULL : split_rows_fold(&r, 0);
    for (; f && k->nrow < f->ntrain; k->nrow++)
        k->row[k->nrow] = f->train[k->nrow];
    split_rows_close(&r);
    return rc;
}

/* ---- training ---- */

static int one_part(model_training *k, const size_t *row, size_t n, uint32_t cell, why *w)
{
    const learner *l = &k->learner;
    learnt from = { .gate = 1, .stretch = 1, .reach = INFINITY };
    const char *name = k->sc->pooled ? NULL : k->data.name[cell];
    bool many = k->sc->from && k->sc->from->npart > 1;       /* of one the learner knows */
    int rc = many ? model_start(k->sc->from, name, l->column, l->nfeature, l->object, l->vt, k->sc->part.args,
                                &from.model, w)
                  : E_OK;
    rc = rc ? rc : learner_train(&k->learner, row, n, from.model ? &from : NULL, &k->part[k->npart], w);
    if (from.model && k->learner.vt->model->destroy)
        k->learner.vt->model->destroy(from.model);
    k->cell[k->npart] = cell;
    k->npart += rc == E_OK;
    return rc;
}

static int all_parts(model_training *k, why *w)
{
    const dataset *d = &k->data;
    size_t most = k->sc->pooled ? 1 : d->ncell;
    k->part = mem_zero(most + 1, sizeof *k->part);
    k->cell = mem_zero(most + 1, sizeof *k->cell);
    if (!k->part || !k->cell)
        return fail(w, E_NOMEM, "no memory for %zu models", most);
    if (k->sc->pooled)
        return one_part(k, k->row, k->nrow, 0, w);
    int rc = E_OK;
    for (size_t i = 0, to; i < k->nrow && !rc; i = to) {
        for (to = i; to < k->nrow && d->cell[k->row[to]] == d->cell[k->row[i]];)
            to++;
        rc = k->o.stop && *k->o.stop ? fail(w, E_CANCEL, "stopped")
                                     : one_part(k, k->row + i, to - i, d->cell[k->row[i]], w);
    }
    return rc;
}

/* What the features are worth, on at most WEIGHED of a model's rows, evenly spaced. */
static int weigh(model_training *k, why *w)
{
    const dataset *d = &k->data;
    size_t ask[WEIGHED + 1], part = 0, most = k->npart > WEIGHED / 8 ? 8 : WEIGHED / (k->npart + !k->npart);
    int rc = worth_open(&k->worth, k->learner.nfeature, w);
    for (size_t i = 0, to; i < k->nrow && part < k->npart && !rc; i = to, part++) {
        for (to = i; to < k->nrow && (k->sc->pooled || d->cell[k->row[to]] == d->cell[k->row[i]]);)
            to++;
        size_t n = to - i < most ? to - i : most;
        for (size_t j = 0; j < n; j++)
            ask[j] = k->row[i + j * (to - i) / n];
        rc = worth_add(&k->worth, &k->learner, &k->part[part],
                       &(worth_rows){ ask, k->row + i, n, to - i, k->s->seed, part }, w);
    }
    return rc;
}

static int check(model_training *k, why *w)
{
    leak_options o = { .seed = k->s->seed, .allow = k->o.allow, .nallow = k->o.nallow };
    int rc = leak_check(&k->learner, k->row, k->nrow, &o, &k->leak, w);
    return rc ? rc : leak_refuses(&k->leak, &k->data, w);
}

int model_train(const scenario *s, const model_training_options *o, model_training *k, why *w)
{
    k->s = s;
    k->o = *o;
    int rc = pick_corrector(k, w);
    rc = rc ? rc : pick_physics(k, w);
    if (rc)
        return rc;
    dataset_options d = { .physics = k->physics, .target = o->target, .where = o->where, .hooks = o->hooks,
                          .stop = o->stop };
    k->split = s->evaluate.on && !o->all && is_held_back(&s->evaluate.split);
    d.origin = k->split ? &s->evaluate.split : NULL;
    rc = dataset_read(s, &d, &k->data, w);
    rc = rc ? rc : learner_open(k->sc, &k->data, o->ask, s->seed, &k->learner, w);
    rc = rc ? rc : pick_rows(k, w);
    rc = rc ? rc : check(k, w);
    rc = rc ? rc : all_parts(k, w);
    rc = rc ? rc : weigh(k, w);
    if (rc)
        return rc;
    size_t made = 0;
    for (size_t i = 0; i < k->npart; i++)
        made += k->part[i].model != NULL;
    return made ? E_OK
                : fail(w, E_INPUT, "nothing was learnt: %zu rows of %zu cells are too few for corrector %s", k->nrow,
                       k->data.ncell, k->sc->part.label);
}

uint64_t model_train_skill(const model_training *k, double *before, double *after)
{
    double b = 0, a = 0, n = 0;
    for (size_t i = 0; i < k->npart; i++) {
        const learnt *l = &k->part[i];
        double rows = (double)l->trials;
        if (!(rows > 0) || !isfinite(l->before))
            continue;
        b += rows * l->before * l->before;
        a += rows * l->after * l->after;
        n += rows;
    }
    *before = n > 0 ? sqrt(b / n) : NAN;
    *after = n > 0 ? sqrt(a / n) : NAN;
    return (uint64_t)n;
}

void model_train_close(model_training *k)
{
    for (size_t i = 0; i < k->npart; i++)
        learner_drop(&k->learner, &k->part[i]);
    free(k->part);
    free(k->cell);
    free(k->row);
    leak_free(&k->leak);
    worth_free(&k->worth);
    learner_close(&k->learner);
    if (k->data.store)
        dataset_free(&k->data);
    *k = (model_training){ 0 };
}

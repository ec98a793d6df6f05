/* SPDX-License-Identifier: MIT
 * evaluate_learn.c - correctors at school: trained on the training rows of a fold, asked for the test rows; then
 * what each feature is worth, and what fewer rows would have taught.
 *
 * A corrector with scope = "cell" learns of each cell by itself, where the cell is trained on; else of all together.
 */
#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/study/evaluate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STREAM_CELLS = 0x657663, STREAM_ROWS = 0x657672, LEAST_ROWS = 8 };

typedef struct lesson_rows {                      /* of one model */
    size_t *train, ntrain;
    size_t *ask, *at, nask;                       /* rows of the data set, and of the table */
    double *said, *sigma, *lower, *upper;         /* [nask] */
    size_t *some;                                 /* [ntrain] for shorter lessons */
} lesson_rows;

static void rows_free(lesson_rows *r)
{
    free(r->train);
    free(r->ask);
    free(r->at);
    free(r->said);
    free(r->some);
}

static int rows_open(const evaluate *e, const split_fold *f, size_t from, lesson_rows *r, why *w)
{
    size_t asked = e->n - from + 1;
    *r = (lesson_rows){ .train = mem_zero(f->ntrain + 1, sizeof *r->train), .ask = mem_zero(asked, sizeof *r->ask),
                        .at = mem_zero(asked, sizeof *r->at), .said = mem_zero(4 * asked, sizeof *r->said),
                        .some = mem_zero(f->ntrain + 1, sizeof *r->some) };
    if (!r->train || !r->ask || !r->at || !r->said || !r->some)
        return fail(w, E_NOMEM, "no memory to train on %zu rows", f->ntrain);
    r->sigma = r->said + asked;
    r->lower = r->sigma + asked;
    r->upper = r->lower + asked;
    return E_OK;
}

static void choose(const evaluate *e, const split_fold *f, size_t from, int64_t cell, lesson_rows *r)
{
    const dataset *d = &e->data;
    r->ntrain = r->nask = 0;
    for (size_t i = 0; i < f->ntrain; i++)
        if (cell < 0 || d->cell[f->train[i]] == (uint64_t)cell)
            r->train[r->ntrain++] = f->train[i];
    for (size_t i = from; i < e->n; i++)
        if (cell < 0 || d->cell[e->row[i]] == (uint64_t)cell) {
            r->ask[r->nask] = e->row[i];
            r->at[r->nask++] = i;
        }
}

static int keep_taught(evaluate *e, const evaluate_taught *t, why *w)
{
    if (e->ntaught == e->captaught) {
        size_t cap = e->captaught ? 2 * e->captaught : 64;
        evaluate_taught *more = mem_grow(e->taught, cap, sizeof *more);
        if (!more)
            return fail(w, E_NOMEM, "no memory for what %zu trainings earned", cap);
        e->taught = more;
        e->captaught = cap;
    }
    e->taught[e->ntaught++] = *t;
    return E_OK;
}

/* Squares of errors over the rows that were asked for. */
static double squares(const evaluate *e, const lesson_rows *r, const double *said)
{
    double sum = 0;
    for (size_t i = 0; i < r->nask; i++) {
        double by = said[i] - e->target[r->at[i]];
        sum += isfinite(by) ? by * by : 0;
    }
    return sum;
}

/* ---- fewer rows: of each cell the latest, so that the horizon stays; of cells left out fewer cells ---- */

static const double shares[EVALUATE_LEVELS] = { 1.0 / 32, 1.0 / 16, 1.0 / 8, 1.0 / 4, 1.0 / 2, 1 };

static size_t shorten(const evaluate *e, lesson_rows *r, double share)
{
    const dataset *d = &e->data;
    size_t n = 0;
    bool time = split_in_time(&e->o.split), random = e->o.split.kind == SPLIT_RANDOM;
    for (size_t i = 0; i < r->ntrain;) {
        size_t cell = d->cell[r->train[i]], end = i;
        while (end < r->ntrain && d->cell[r->train[end]] == cell)
            end++;
        uint64_t id = text_hash(d->name[cell]);
        size_t skip = time ? (size_t)((double)(end - i) * (1 - share)) : 0;
        bool in = time || random || random_uniform(e->o.seed, id, 0, STREAM_CELLS) < share;
        for (i += skip; i < end; i++)
            if (in && (!random || random_uniform(e->o.seed, id, d->row[r->train[i]], STREAM_ROWS) < share))
                r->some[n++] = r->train[i];
    }
    return n;
}

static int one_level(evaluate *e, evaluate_pupil *p, lesson_rows *r, size_t level, why *w)
{
    size_t n = shorten(e, r, shares[level]);
    learner_said out = { .total = r->lower };
    learnt m = { 0 };
    if (n < LEAST_ROWS)
        return E_OK;
    int rc = learner_train(&p->learner, r->some, n, NULL, &m, w);
    rc = rc ? rc : learner_predict(&p->learner, &m, r->ask, r->nask, &out, w);
    if (!rc) {
        p->level_square[level] += squares(e, r, r->lower);
        p->level_rows[level] += (double)r->nask;
        p->level_trained[level] += (double)n * (double)r->nask;
    }
    learner_drop(&p->learner, &m);
    return rc;
}

/* ---- a lesson ---- */

static int teach(evaluate *e, evaluate_pupil *p, lesson_rows *r, int64_t cell, why *w)
{
    evaluate_model *k = &e->model[p->model];
    learner_said out = { .total = r->said, .sigma = r->sigma, .lower = r->lower, .upper = r->upper };
    learnt m = { 0 };
    int rc = learner_train(&p->learner, r->train, r->ntrain, NULL, &m, w);
    rc = rc ? rc : learner_predict(&p->learner, &m, r->ask, r->nask, &out, w);
    for (size_t i = 0; i < r->nask && !rc; i++) {
        size_t at = r->at[i];
        k->said[at] = r->said[i];
        k->sigma[at] = r->sigma[i];
        k->lower[at] = r->lower[i];
        k->upper[at] = r->upper[i];
    }
    if (!rc)
        rc = keep_taught(e, &(evaluate_taught){ (uint32_t)e->folds, (uint32_t)(p - e->pupil), cell, m.rows, m.gate,
                                                m.reach, m.before, m.after, m.model != NULL }, w);
    if (!rc && e->o.importance)
        rc = worth_add(&p->worth, &p->learner, &m, &(worth_rows){ r->ask, r->train, r->nask, r->ntrain, e->o.seed,
                                                                  e->folds }, w);
    learner_drop(&p->learner, &m);
    for (size_t i = 0; i < EVALUATE_LEVELS && !rc && e->o.curve; i++)
        rc = one_level(e, p, r, i, w);
    return rc;
}

/* Once a corrector, on what it is trained on in the first fold; of a corrector that learns each cell by itself, on the
 * cell with most rows.  A feature that is a ruler of the answer is refused. */
static int check_leaks(evaluate *e, evaluate_pupil *p, const lesson_rows *r, why *w)
{
    leak_options o = { .seed = e->o.seed, .allow = e->o.allow, .nallow = e->o.nallow };
    if (e->o.unchecked || r->ntrain <= p->leak_rows)
        return E_OK;
    leak_free(&p->leak);
    p->leak_rows = r->ntrain;
    int rc = leak_check(&p->learner, r->train, r->ntrain, &o, &p->leak, w);
    return rc ? rc : leak_refuses(&p->leak, &e->data, w);
}

static int learn(evaluate *e, evaluate_pupil *p, const split_fold *f, size_t from, lesson_rows *r, why *w)
{
    bool apart = e->o.split.kind == SPLIT_CELLS || e->o.split.kind == SPLIT_GROUPS;
    if (apart || p->learner.sc->pooled) {
        choose(e, f, from, -1, r);
        int rc = e->folds ? E_OK : check_leaks(e, p, r, w);
        return rc || !r->nask ? rc : teach(e, p, r, -1, w);
    }
    int rc = E_OK;
    size_t most = 0;
    for (size_t cell = 0; cell < e->data.ncell; cell++) {
        choose(e, f, from, (int64_t)cell, r);
        most = r->ntrain > most ? r->ntrain : most;
    }
    for (size_t cell = 0; cell < e->data.ncell && !rc && !e->folds; cell++) {
        choose(e, f, from, (int64_t)cell, r);
        rc = r->ntrain == most ? check_leaks(e, p, r, w) : E_OK;
    }
    for (size_t cell = 0; cell < e->data.ncell && !rc; cell++) {
        choose(e, f, from, (int64_t)cell, r);
        rc = r->nask ? teach(e, p, r, (int64_t)cell, w) : E_OK;
    }
    return rc;
}

int evaluate_learn(evaluate *e, const split_fold *f, size_t from, why *w)
{
    lesson_rows r = { 0 };
    int rc = e->npupil ? rows_open(e, f, from, &r, w) : E_OK;
    for (size_t i = 0; i < e->npupil && !rc; i++)
        rc = learn(e, &e->pupil[i], f, from, &r, w);
    rows_free(&r);
    return rc;
}

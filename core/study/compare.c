/* SPDX-License-Identifier: MIT
 * compare.c - models side by side: scenarios opened and checked against each other, run one after the other, ranked.
 */
#include "core/study/compare.h"
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/study/compare_inside.h"
#include "core/study/study.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 8 << 20, MOST_SETS = 1024 };

int compare_note(compare *c, why *w, const char *format, ...)
{
    text t = { 0 };
    char said[1200];
    va_list more;
    va_start(more, format);
    vsnprintf(said, sizeof said, format, more);
    va_end(more);
    text_addf(&t, "%s%s%s", c->note ? c->note : "", c->note ? "\n" : "", said);
    char *note = text_take(&t);
    if (!note)
        return fail(w, E_NOMEM, "no memory for what is compared");
    free(c->note);
    c->note = note;
    return E_OK;
}

/* ---- one scenario: opened, run, closed ---- */

static void tick(void *ctx, const engine_progress *p)
{
    const compare_job *j = ctx;
    text t = { 0 };
    text_addf(&t, "%zu of %zu, %s", j->step, j->steps, j->doing);
    if (j->without)
        text_addf(&t, " without %s", j->without);
    if (!isnan(p->done))
        text_addf(&t, ": %.0f %%", p->done * 100);
    if (p->rate > 0)
        text_addf(&t, ", %.3g rows/s", p->rate);
    if (!isnan(p->left))
        text_addf(&t, ", %.0f s left", p->left);
    j->o->progress(j->o->ctx, text_of(&t));
    text_free(&t);
}

static int open_scenario(compare_job *j, compare_entry *e, const scenario_options *o, tree_problems *p, why *w)
{
    const sweep_host *host = j->o->host;
    size_t n;
    if (!host)
        return scenario_open(e->file, o, &e->sc, p, w);
    int rc = file_read(e->file, MOST_BYTES, &e->made, &n, w);
    if (rc)
        return fail(w, E_INPUT, "%s", w->text);
    return host->open(host->ctx, e->file, e->made, o, &e->sc, &e->hooks, &e->keep, p, w);
}

int compare_entry_open(compare_job *j, compare_entry *e, const char *set, tree_problems *p, why *w)
{
    const scenario_options none = { 0 }, *given = j->o->scenario ? j->o->scenario : &none;
    const char *sets[MOST_SETS];
    scenario_options o = *given;
    if (given->nset >= MOST_SETS)
        return fail(w, E_USAGE, "%zu keys are set, the most are %d", given->nset, MOST_SETS - 1);
    for (size_t i = 0; i < given->nset; i++)
        sets[i] = given->set[i];
    o.set = sets;
    if (set)
        sets[o.nset++] = set;
    int rc = open_scenario(j, e, &o, p, w);
    rc = rc ? rc : compare_follow_open(&e->follow, e->sc, &e->rows, j->o->rows ? j->o->rows : COMPARE_ROWS, w);
    if (rc)
        return rc;
    e->tap = compare_follow_tap(&e->follow);
    engine_options opt = { .study = study_table(), .hooks = e->hooks, .tap = &e->tap, .stop = j->o->stop, .ctx = j,
                           .progress = j->o->progress ? tick : NULL };
    rc = engine_open(e->sc, &opt, &e->engine, p, w);
    e->follow.engine = e->engine;
    return rc;
}

int compare_entry_run(compare_job *j, compare_entry *e, why *w)
{
    j->step++;
    j->doing = e->file;
    int rc = j->o->stop && atomic_load(j->o->stop) ? E_CANCEL : engine_run(e->engine, w);
    if (rc == E_CANCEL)
        return fail(w, E_CANCEL, "stopped as asked, at %s: %zu of %zu scenarios are finished", e->file, j->c->nscenario,
                    j->n);
    if (rc && rc != E_PARTIAL && e->follow.why.code)
        *w = e->follow.why;
    if (rc)
        why_prefix(w, "%s", e->file);
    return rc;
}

void compare_entry_close(compare_job *j, compare_entry *e)
{
    engine_close(e->engine);
    compare_follow_close(&e->follow);
    if (j->o->host && e->sc)
        j->o->host->close(j->o->host->ctx, e->keep, e->sc);
    else
        scenario_close(e->sc);
    frame_free(&e->rows);
    free(e->made);
    *e = (compare_entry){ .file = e->file };
}

/* ---- several ---- */

/* Measured values that differ although source and parameters do not: other random numbers, or a file that changed. */
static int same_digests(const compare_entry *a, const compare_entry *b, why *w)
{
    size_t n = a->follow.cap < b->follow.cap ? a->follow.cap : b->follow.cap;
    for (size_t i = 0; i < n; i++) {
        const follow_lane *x = &a->follow.lane[i], *y = &b->follow.lane[i];
        engine_life life;
        if (!x->rows || x->rows != y->rows || x->digest == y->digest)
            continue;
        engine_life_at(b->engine, i * b->sc->nphysics, &life);
        return fail(w, E_INPUT,
                    "%s cannot stand beside %s: cell %s measured other values there (seed %llu there, %llu here?)",
                    b->file, a->file, life.cell, (unsigned long long)b->sc->seed, (unsigned long long)a->sc->seed);
    }
    return E_OK;
}

/* The rows and the name of a finished scenario go over. */
static int keep_scenario(compare *c, compare_entry *e, why *w)
{
    size_t k = c->nscenario;
    c->file[k] = mem_dup(e->file);
    c->name[k] = mem_dup(e->sc->name);
    if (!c->file[k] || !c->name[k]) {
        free(c->file[k]);
        free(c->name[k]);
        return fail(w, E_NOMEM, "no memory for what is compared");
    }
    c->rows[k] = e->rows;
    e->rows = (frame){ 0 };
    c->nscenario++;
    return E_OK;
}

/* The naive ones come once and stand behind all models. */
static int run_one(compare_job *j, size_t k, compare_model **naive, size_t *nnaive, why *w)
{
    compare_entry *e = &j->at[k];
    compare_model *got = NULL;
    size_t n = 0;
    int outcome = compare_entry_run(j, e, w);
    if (outcome && outcome != E_PARTIAL)
        return outcome;
    int rc = k ? same_digests(&j->at[0], e, w) : E_OK;
    rc = rc ? rc : compare_harvest(e, &got, &n, k == 0 && e->sc->evaluate.on, w);
    for (size_t i = 0; i < n; i++) {
        bool is_naive = strcmp(got[i].variant, "naive") == 0;
        int pushed = rc         ? E_NOMEM
                     : is_naive ? compare_push(naive, nnaive, &got[i], w)
                                : compare_push(&j->c->at, &j->c->n, &got[i], w);
        rc = rc ? rc : pushed;
        compare_model_free(&got[i]);
    }
    free(got);
    rc = rc ? rc : keep_scenario(j->c, e, w);
    engine_close(e->engine);
    e->engine = NULL;
    if (!rc && outcome == E_PARTIAL)
        rc = compare_note(j->c, w, "%s", w->text);
    return rc ? rc : outcome;
}

static int rank_by(compare *c, size_t n, const compare_number *k, double *v, why *w)
{
    double *rank = v + n;
    for (size_t i = 0; i < n; i++)
        v[i] = c->at[i].n ? compare_merit(&c->at[i], k) : NAN;
    int rc = compare_ranks(v, n, rank, w);
    for (size_t i = 0; i < n && !rc; i++)
        c->at[i].rank[k->rank] = rank[i];
    return rc;
}

static void mean_rank(compare_model *m)
{
    double sum = 0;
    size_t n = 0;
    for (size_t i = 0; i < COMPARE_RANKS; i++)
        if (!isnan(m->rank[i])) {
            sum += m->rank[i];
            n++;
        }
    m->rank_mean = n ? sum / (double)n : NAN;
}

/* Where no life ends, neither measured nor predicted, all agree: there is nothing to tell. */
static void forget_ends(compare *c)
{
    bool any = false;
    for (size_t i = 0; i < c->n; i++)
        any = any || c->at[i].reached || c->at[i].eol_error_least > 0;
    for (size_t i = 0; i < c->n && !any; i++)
        c->at[i].eol_error_least = NAN;
}

static int rank(compare *c, why *w)
{
    double *v = mem_zero(2 * c->n + 1, sizeof *v);
    int rc = v ? E_OK : fail(w, E_NOMEM, "no memory for %zu ranks", c->n);
    forget_ends(c);
    for (size_t k = 0; k < COMPARE_NUMBERS && !rc; k++)
        if (compare_numbers[k].rank >= 0)
            rc = rank_by(c, c->n, &compare_numbers[k], v, w);
    for (size_t i = 0; i < c->n && !rc; i++)
        mean_rank(&c->at[i]);
    free(v);
    return rc;
}

static int note_rows(compare *c, why *w)
{
    uint64_t least = UINT64_MAX, most = 0;
    for (size_t i = 0; i < c->n; i++) {
        least = c->at[i].n < least ? c->at[i].n : least;
        most = c->at[i].n > most ? c->at[i].n : most;
    }
    return most == 0 || least == most ? E_OK
                                      : compare_note(c, w,
                                                     "models were scored on %llu to %llu rows: a life that ends early "
                                                     "under a model has fewer, so look twice",
                                                     (unsigned long long)least, (unsigned long long)most);
}

/* Runs all; what is finished stays whatever happens. */
static int run_all(compare_job *j, why *w)
{
    compare_model *naive = NULL;
    size_t nnaive = 0;
    int rc = E_OK, partial = E_OK;
    why first = { 0 }, late = { 0 };
    for (size_t k = 0; k < j->n && !rc; k++) {
        rc = run_one(j, k, &naive, &nnaive, w);
        if (rc == E_PARTIAL) {
            partial = rc;
            first = *w;
            rc = E_OK;
        }
    }
    int rc2 = E_OK;
    for (size_t i = 0; i < nnaive; i++) {
        rc2 = rc2 ? rc2 : compare_push(&j->c->at, &j->c->n, &naive[i], &late);
        compare_model_free(&naive[i]);
    }
    free(naive);
    rc2 = rc2 ? rc2 : rank(j->c, &late);
    rc2 = rc2 ? rc2 : note_rows(j->c, &late);
    for (size_t k = 0; k < j->c->nscenario && j->o->ablate && !rc && !rc2; k++)
        rc = compare_ablate(j, k, w);
    if (!rc && rc2)
        *w = late;
    else if (!rc && partial)
        *w = first;
    return rc ? rc : rc2 ? rc2 : partial;
}

static int open_all(compare_job *j, const char *const *file, tree_problems *p, why *w)
{
    int rc = E_OK;
    for (size_t k = 0; k < j->n; k++) {
        why one = { 0 };
        j->at[k].file = file[k];
        int opened = compare_entry_open(j, &j->at[k], NULL, p, &one);
        if (!opened && k && !rc)
            opened = compare_same(j->at[0].sc, j->at[k].sc, &one);
        if (opened && !rc)
            *w = one;
        rc = rc ? rc : opened;
    }
    return rc;
}

static compare *fresh(size_t n)
{
    compare *c = mem_zero(1, sizeof *c);
    if (!c)
        return NULL;
    c->wanted = n;
    c->rows = mem_zero(n, sizeof *c->rows);
    c->name = mem_zero(n, sizeof *c->name);
    c->file = mem_zero(n, sizeof *c->file);
    if (c->rows && c->name && c->file)
        return c;
    compare_close(c);
    return NULL;
}

static int steps_of(compare_job *j, why *w)
{
    j->steps = j->n;
    for (size_t k = 0; k < j->n && j->o->ablate; k++) {
        compare_change *change;
        size_t n;
        int rc = compare_changes(j->at[k].sc, &change, &n, w);
        if (rc)
            return rc;
        for (size_t i = 0; i < n; i++)
            j->steps += change[i].set != NULL;
        compare_changes_free(change, n);
    }
    return E_OK;
}

static int about(compare_job *j, why *w)
{
    const scenario *sc = j->at[0].sc;
    j->c->eol = sc->health.eol;
    if (!sc->evaluate.on)
        return E_OK;
    j->c->target = mem_dup(sc->evaluate.truth ? sc->evaluate.truth : sc->evaluate.target);
    return j->c->target ? E_OK : fail(w, E_NOMEM, "no memory for what is compared");
}

int compare_run(const char *const *file, size_t n, const compare_options *o, compare **out, tree_problems *p, why *w)
{
    compare_job j = { .o = o, .n = n };
    *out = NULL;
    if (n == 0 || n > COMPARE_FILES)
        return fail(w, E_USAGE, "%zu scenarios to compare; 1 to %d are possible", n, COMPARE_FILES);
    j.c = fresh(n);
    j.at = mem_zero(n, sizeof *j.at);
    int rc = j.c && j.at ? open_all(&j, file, p, w) : fail(w, E_NOMEM, "no memory to compare %zu scenarios", n);
    rc = rc ? rc : about(&j, w);
    rc = rc ? rc : steps_of(&j, w);
    rc = rc ? rc : run_all(&j, w);
    for (size_t k = 0; j.at && k < n; k++)
        compare_entry_close(&j, &j.at[k]);
    free(j.at);
    if (j.c && j.c->nscenario) {
        *out = j.c;
        return rc;
    }
    compare_close(j.c);
    return rc;
}

void compare_close(compare *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->n; i++)
        compare_model_free(&c->at[i]);
    for (size_t k = 0; k < c->nscenario; k++) {
        frame_free(&c->rows[k]);
        free(c->name[k]);
        free(c->file[k]);
    }
    free(c->at);
    free(c->rows);
    free(c->name);
    free(c->file);
    free(c->target);
    free(c->note);
    free(c);
}

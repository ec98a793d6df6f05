/* SPDX-License-Identifier: MIT
 * compare_ablate.c - what each part is worth: the same run with one part taken away, in the words of --set.
 *
 * Parts are correctors, their features and gates, the parts of a coupled physics, and mechanisms that a law switches by
 * a yes/no parameter.
 */
#include "core/base/mem.h"
#include "core/study/compare_inside.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- a part as one line of TOML ---- */

/* A function of a script has no text. */
static bool holds_call(const tree_node *node)
{
    bool call = node->kind == TREE_CALL;
    for (const tree_node *c = node->first; c && !call; c = c->next)
        call = holds_call(c);
    return call;
}

/* A part's table.  Paths in it are meant from its file, those of --set from here: they are written whole. */
static bool inline_part(const scenario_part *part, text *out)
{
    text_addc(out, '{');
    for (const tree_node *c = part->node->first; c; c = c->next) {
        const fade_value *path = NULL, *paths = NULL;
        for (uint32_t i = 0; i < part->args->fade.n; i++) {
            const fade_param *p = library_at(&part->plugin->desc->params, i);
            bool named = strcmp(p->key, c->key) == 0;
            path = named && p->type == FADE_PATH ? &part->args->fade.at[i] : path;
            paths = named && p->type == FADE_PATHS ? &part->args->fade.at[i] : paths;
        }
        text_add(out, c == part->node->first ? " " : ", ");
        json_quote(out, c->key);
        text_add(out, paths ? " = [" : " = ");
        for (uint32_t i = 0; paths && i < paths->n; i++) {
            text_add(out, i ? ", " : "");
            json_quote(out, paths->texts[i]);
        }
        if (path)
            json_quote(out, path->text);
        else if (!paths)
            tree_inline(c, out);
        text_add(out, paths ? "]" : "");
    }
    text_add(out, " }");
    return !holds_call(part->node);
}

/* ---- what can be taken away ---- */

typedef struct list { compare_change *at; size_t n; why *w; } list;

/* Takes both texts. */
static int add(list *l, text *set, text *without, size_t physics, size_t corrector)
{
    compare_change c = {
        .set = set ? text_take(set) : NULL, .without = text_take(without), .physics = physics, .corrector = corrector
    };
    compare_change *more = mem_grow(l->at, l->n + 1, sizeof *more);
    l->at = more ? more : l->at;
    if (!more || !c.without || (set && !c.set)) {
        free(c.set);
        free(c.without);
        return fail(l->w, E_NOMEM, "no memory for what is taken away");
    }
    more[l->n++] = c;
    return E_OK;
}

static int without_corrector(list *l, const scenario *sc, size_t c)
{
    const scenario_corrector *k = &sc->corrector[c];
    text plain = { 0 }, gate = { 0 }, said = { 0 };
    text_addf(&plain, "%s", k->part.label);
    int rc = add(l, NULL, &plain, SIZE_MAX, c);
    for (size_t f = 0; f < k->nfeature && k->nfeature > 1 && !rc; f++) {
        text set = { 0 }, without = { 0 };
        text_addf(&set, "corrector.%zu.features=[", c + 1);
        for (size_t i = 0; i < k->nfeature; i++) {
            if (i == f)
                continue;
            json_quote(&set, k->feature[i]);
            text_add(&set, ", ");
        }
        text_addc(&set, ']');
        text_addf(&without, "%s of %s", k->feature[f], k->part.label);
        rc = add(l, &set, &without, SIZE_MAX, c);
    }
    if (rc || !k->gate)
        return rc;
    text_addf(&gate, "corrector.%zu.gate=false", c + 1);
    text_addf(&said, "the gate of %s", k->part.label);
    return add(l, &gate, &said, SIZE_MAX, c);
}

static int without_part(list *l, const scenario_physics *ph, size_t p, size_t gone)
{
    text set = { 0 }, without = { 0 };
    bool good = true;
    bool alone = ph->combine && ph->n == 2;       /* one part has nothing to be combined with */
    text_addf(&set, alone ? "physics.%zu={ name = " : "physics.%zu.parts=[", p + 1);
    if (alone) {
        json_quote(&set, ph->label);
        text_add(&set, ", parts = [");
    }
    for (size_t k = 0; k < ph->n; k++) {
        if (k == gone)
            continue;
        good = good && inline_part(&ph->part[k], &set);
        text_add(&set, ", ");
    }
    text_add(&set, alone ? "] }" : "]");
    text_addf(&without, "%s of %s", ph->part[gone].label, ph->label);
    if (good)
        return add(l, &set, &without, p, SIZE_MAX);
    text_free(&set);
    int rc = add(l, NULL, &without, p, SIZE_MAX);
    if (!rc && !(l->at[l->n - 1].refused = mem_dup("a function of the script cannot be written down again")))
        rc = fail(l->w, E_NOMEM, "no memory for what is taken away");
    return rc;
}

/* A yes/no parameter that is on. */
static int without_switches(list *l, const scenario_physics *ph, size_t p, size_t k)
{
    const scenario_part *part = &ph->part[k];
    int rc = E_OK;
    for (uint32_t i = 0; i < part->args->fade.n && !rc; i++) {
        const fade_param *d = library_at(&part->plugin->desc->params, i);
        if (d->type != FADE_BOOL || part->args->fade.at[i].real == 0 || (d->flags & (FADE_ADVANCED | FADE_DEPRECATED)))
            continue;
        text set = { 0 }, without = { 0 };
        text_addf(&set, "physics.%zu.", p + 1);
        if (ph->n > 1)
            text_addf(&set, "parts.%zu.", k + 1);
        text_addf(&set, "%s=false", d->key);
        text_addf(&without, "%s of %s", d->key, part->label);
        rc = add(l, &set, &without, p, SIZE_MAX);
    }
    return rc;
}

int compare_changes(const scenario *sc, compare_change **out, size_t *n, why *w)
{
    list l = { .w = w };
    int rc = E_OK;
    for (size_t p = 0; p < sc->nphysics && !rc; p++) {
        const scenario_physics *ph = &sc->physics[p];
        for (size_t k = 0; k < ph->n && ph->n > 1 && !rc; k++)
            rc = without_part(&l, ph, p, k);
        for (size_t k = 0; k < ph->n && !rc; k++)
            rc = without_switches(&l, ph, p, k);
    }
    for (size_t c = 0; c < sc->ncorrector && !rc; c++)
        rc = without_corrector(&l, sc, c);
    if (rc) {
        compare_changes_free(l.at, l.n);
        l = (list){ 0 };
    }
    *out = l.at;
    *n = l.n;
    return rc;
}

void compare_changes_free(compare_change *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(at[i].set);
        free(at[i].without);
        free(at[i].refused);
    }
    free(at);
}

/* ---- run without it ---- */

/* Which model of a scenario's is i: its physics, and its corrector (SIZE_MAX: physics alone)? */
static void which(const scenario *sc, size_t i, size_t *p, size_t *c)
{
    *p = i / (1 + sc->ncorrector);
    *c = i % (1 + sc->ncorrector) ? i % (1 + sc->ncorrector) - 1 : SIZE_MAX;
}

/* Adds *m as what is left of compare.at[whole].  Takes *m. */
static int put(compare *c, compare_model *m, size_t whole, const compare_change *k, const char *refused, why *w)
{
    const compare_model *of = &c->at[whole];
    free(m->scenario);
    free(m->variant);
    free(m->model);
    m->scenario = mem_dup(of->scenario);
    m->variant = mem_dup(of->variant);
    m->model = mem_dup(of->model);
    m->without = mem_dup(k->without);
    m->refused = mem_dup(refused);
    m->whole = whole;
    if (m->without && (!refused || m->refused))
        return compare_push(&c->at, &c->n, m, w);
    compare_model_free(m);
    return fail(w, E_NOMEM, "no memory for what is compared");
}

static compare_model unknown(void)
{
    compare_model m = { .eol_observed = NAN, .eol_observed_least = NAN, .rank_mean = NAN };
    for (size_t i = 0; i < COMPARE_NUMBERS; i++) {
        const double no = NAN;
        memcpy((char *)&m + compare_numbers[i].at, &no, sizeof no);
        if (compare_numbers[i].least)
            memcpy((char *)&m + compare_numbers[i].least, &no, sizeof no);
    }
    for (size_t i = 0; i < COMPARE_RANKS; i++)
        m.rank[i] = NAN;
    return m;
}

/* A whole whose numbers stand for what is left: the physics, where the corrector is gone. */
static int put_physics(compare *c, size_t physics, size_t whole, const compare_change *k, why *w)
{
    compare_model m = c->at[physics];
    m.scenario = m.variant = m.model = m.without = m.refused = NULL;
    m.loss = NULL;
    m.range = NULL;
    m.validity = NULL;
    m.nloss = m.nrange = 0;
    for (size_t i = 0; i < COMPARE_RANKS; i++)
        m.rank[i] = NAN;
    m.rank_mean = NAN;
    return put(c, &m, whole, k, NULL, w);
}

/* The models that change: got[i] (NULL: there is none, for a reason) stands for compare.at[first + i]. */
static int put_all(compare_job *j, const scenario *sc, size_t first, const compare_change *k, compare_model *got,
                   const char *refused, why *w)
{
    int rc = E_OK;
    for (size_t i = 0; i < sc->nphysics * (1 + sc->ncorrector) && !rc; i++) {
        size_t p, c;
        which(sc, i, &p, &c);
        bool changes = k->physics == SIZE_MAX ? c == k->corrector : p == k->physics;
        compare_model none = unknown();
        if (!changes)
            continue;
        if (!k->set && !k->refused)
            rc = put_physics(j->c, first + i - 1 - c, first + i, k, w);
        else
            rc = put(j->c, got ? &got[i] : &none, first + i, k, refused, w);
    }
    return rc;
}

/* One run.  What does not open or run without the part is told as that. */
static int run_without(compare_job *j, size_t number, size_t first, const compare_change *k, why *w)
{
    compare_entry e = { .file = j->at[number].file };
    const scenario *sc = j->at[number].sc;
    tree_problems p = { 0 };
    why one = { 0 };
    compare_model *got = NULL;
    size_t n = 0;
    j->without = k->without;
    int rc = compare_entry_open(j, &e, k->set, &p, &one);
    if (!rc)
        rc = compare_entry_run(j, &e, &one);
    else
        j->step++;
    if (rc == E_CANCEL || rc == E_NOMEM)
        *w = one;
    else if (rc && rc != E_PARTIAL)
        rc = put_all(j, sc, first, k, NULL, p.n ? p.at[0].text : one.text, w);
    else if (!(rc = compare_harvest(&e, &got, &n, false, w)))
        rc = put_all(j, sc, first, k, got, NULL, w);
    for (size_t i = 0; i < n; i++)
        compare_model_free(&got[i]);
    free(got);
    tree_problems_free(&p);
    compare_entry_close(j, &e);
    j->without = NULL;
    return rc;
}

int compare_ablate(compare_job *j, size_t number, why *w)
{
    const scenario *sc = j->at[number].sc;
    compare_change *change;
    size_t n, first = 0;
    int rc = compare_changes(sc, &change, &n, w);
    for (size_t k = 0; k < number; k++)
        first += j->at[k].sc->nphysics * (1 + j->at[k].sc->ncorrector);
    for (size_t i = 0; i < n && !rc; i++)
        rc = change[i].set ? run_without(j, number, first, &change[i], w)
                           : put_all(j, sc, first, &change[i], NULL, change[i].refused, w);
    compare_changes_free(change, n);
    return rc;
}

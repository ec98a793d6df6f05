/* SPDX-License-Identifier: MIT
 * model_save.c - what a training leaves behind: all that somebody needs years later to know what the model is, and to
 * use it.
 */
#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/sha256.h"
#include "core/study/model_train.h"
#include "core/version.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* From so many groups of cells on a pooled model is tried on those held out. */
enum { TRIED_UNSEEN = 3 };

typedef struct saving {
    const model_training *k;
    model_saved           m;
    text                 *weights;                /* [npart] */
    text                  settings, physics, scores;
    char                  split[80], made[40], table[65];
    why                  *w;
} saving;

/* ---- where rows came from ---- */

static int add_source(saving *v, const char *path)
{
    model_saved *m = &v->m;
    char hex[65] = "";
    if (path && *path && file_exists(path) && !file_is_folder(path))
        file_sha256(path, hex, NULL);
    model_source *more = mem_grow(m->source, m->nsource + 1, sizeof *more);
    if (!more)
        return fail(v->w, E_NOMEM, "no memory for the sources of a model");
    m->source = more;
    more[m->nsource++] = (model_source){ path ? path : "", mem_arena_text(m->arena, hex) };
    return more[m->nsource - 1].sha256 ? E_OK : fail(v->w, E_NOMEM, "no memory for the sources of a model");
}

static int sources(saving *v)
{
    const scenario_part *p = &v->k->s->source;
    const fade_list *l = &p->plugin->desc->params;
    int rc = E_OK;
    for (uint32_t i = 0; i < l->n && !rc; i++) {
        const fade_param *param = library_at(l, i);
        const fade_value *value = &p->args->fade.at[i];
        if (param->type == FADE_PATH && value->text && *value->text)
            rc = add_source(v, value->text);
        for (uint32_t j = 0; param->type == FADE_PATHS && j < value->n && !rc; j++)
            rc = add_source(v, value->texts[j]);
    }
    return rc || v->m.nsource ? rc : add_source(v, p->label);
}

/* Features, then what was learnt, row by row, of the rows that were learnt from. */
static void hash_table(saving *v)
{
    const model_training *k = v->k;
    const dataset *d = &k->data;
    sha256 s;
    sha256_start(&s);
    for (size_t i = 0; i < k->nrow; i++) {
        size_t row = k->row[i];
        double y = d->col[d->target].v[row] - (d->physics >= 0 ? d->col[d->physics].v[row] : 0);
        uint32_t at[2] = { d->cell[row], d->row[row] };
        for (size_t f = 0; f < k->learner.nfeature; f++)
            sha256_add(&s, &d->col[k->learner.feature[f]].v[row], sizeof y);
        sha256_add(&s, &y, sizeof y);
        sha256_add(&s, at, sizeof at);
    }
    sha256_end(&s, v->table);
}

/* ---- what it is ---- */

/* [data.ncell] of m->cell: those that were learnt from, with the row and the capacity each ends at. */
static void cells(const model_training *k, model_saved *m)
{
    for (size_t c = 0; c < k->data.ncell; c++) {
        model_cell one = { k->data.name[c], 0, NAN, NAN, NAN };
        for (size_t i = 0; i < k->npart; i++) {
            const learnt *l = &k->part[i];
            if (c >= l->nlast || l->last[c] <= one.last)
                continue;
            one.last = l->last[c];
            if (l->start && isfinite(l->start[c].first)) {
                one.from = l->start[c].first;
                one.to = l->start[c].last;
                one.risen = l->start[c].risen;
            }
        }
        if (one.last)
            m->cell[m->ncell++] = one;
    }
}

static int features(saving *v)
{
    const model_training *k = v->k;
    model_saved *m = &v->m;
    m->nfeature = k->learner.nfeature;
    m->feature = mem_zero(m->nfeature + 1, sizeof *m->feature);
    m->cell = mem_zero(k->data.ncell + 1, sizeof *m->cell);
    if (!m->feature || !m->cell)
        return fail(v->w, E_NOMEM, "no memory for the features of a model");
    for (size_t i = 0; i < m->nfeature; i++) {
        const dataset_column *c = &k->data.col[k->learner.feature[i]];
        m->feature[i] = (model_feature){ c->key, c->unit, c->doc, dataset_when_word(c->when) };
    }
    cells(k, m);
    return E_OK;
}

/* Rows that contributions are told against (explain.h), so that no data are needed later. */
static int background(saving *v)
{
    const model_training *k = v->k;
    model_saved *m = &v->m;
    double *at = mem_arena_get(m->arena, (EXPLAIN_BACKGROUND * m->nfeature + 1) * sizeof *at);
    if (!at)
        return fail(v->w, E_NOMEM, "no memory for the background of a model");
    m->background = at;
    m->nbackground = k->nrow ? EXPLAIN_BACKGROUND : 0;
    if (k->nrow)
        explain_background(&k->learner, k->row, k->nrow, k->s->seed, true, EXPLAIN_BACKGROUND, at);
    return E_OK;
}

static int parts(saving *v)
{
    const model_training *k = v->k;
    model_saved *m = &v->m;
    m->npart = k->npart;
    m->part = mem_zero(k->npart + 1, sizeof *m->part);
    v->weights = mem_zero(k->npart + 1, sizeof *v->weights);
    if (!m->part || !v->weights)
        return fail(v->w, E_NOMEM, "no memory for %zu models", k->npart);
    int rc = E_OK;
    for (size_t i = 0; i < k->npart && !rc; i++) {
        const learnt *l = &k->part[i];
        rc = model_part_save(k->learner.object, k->learner.vt, l->model, &v->weights[i], v->w);
        if (!rc && v->weights[i].failed)
            rc = fail(v->w, E_NOMEM, "no memory for the weights of a model");
        m->part[i] = (model_part){ .cell = k->sc->pooled ? NULL : k->data.name[k->cell[i]],
                                   .weights = text_of(&v->weights[i]),
                                   .bytes = v->weights[i].n,
                                   .gate = l->gate,
                                   .stretch = l->stretch,
                                   .reach = l->reach,
                                   .before = l->before,
                                   .after = l->after,
                                   .rows = (int64_t)l->rows,
                                   .horizon = l->horizon,
                                   .half = l->half,
                                   .nband = l->nband,
                                   .grow = l->grow,
                                   .ahead_horizon = l->ahead.horizon,
                                   .ahead_half = l->ahead.half,
                                   .nahead = l->ahead.n,
                                   .ahead_grow = l->ahead.n ? l->ahead.grow : NAN,
                                   .ahead_stretch = l->ahead.n ? l->ahead_stretch : NAN,
                                   .trials = (int64_t)l->trials };
        m->rows += (int64_t)l->rows;
    }
    return rc;
}

static void texts(saving *v)
{
    const model_training *k = v->k;
    const scenario *s = k->s;
    double before, after;
    uint64_t trials = model_train_skill(k, &before, &after);
    json j = { 0 };
    char spec[64];
    model_settings(k->sc->part.node, &v->settings);
    const tree_node *physics = tree_get(tree_root(s->tree), "physics");
    const tree_node *node = physics && physics->kind == TREE_ARRAY ? physics->first : physics;
    for (int64_t i = 0; i < k->physics && node; i++)
        node = node->next;
    if (k->physics >= 0 && node)
        tree_toml(node, &v->physics);
    json_open(&j, NULL, '{');
    json_whole(&j, "trials", (int64_t)trials);
    json_number(&j, "rmse_before", before);
    json_number(&j, "rmse_after", after);
    leak_json(&k->leak, &k->data, "checks", &j);
    model_json_worth(k, &j);
    json_close(&j, '}');
    v->scores = j.out;
    split_say(&s->evaluate.split, spec);
    snprintf(v->split, sizeof v->split, "%s", k->split ? spec : "all rows");
    clock_text(clock_utc_us(), v->made);
}

/* Groups of cells that were learnt from. */
static size_t groups_of(const model_training *k)
{
    const dataset *d = &k->data;
    size_t n = 0;
    for (size_t c = 0; c < d->ncell; c++) {
        bool first = d->first[c + 1] > d->first[c];
        for (size_t b = 0; b < c && first; b++)
            first = strcmp(d->group[b], d->group[c]) != 0;
        n += first;
    }
    return n;
}

static void say(saving *v)
{
    const model_training *k = v->k;
    const scenario *s = k->s;
    const dataset_column *target = &k->data.col[k->data.target];
    model_saved *m = &v->m;
    m->format = MODEL_FORMAT;
    m->fade = FADE_VERSION;
    m->made = v->made;
    m->plugin = k->sc->part.plugin->desc->id;
    m->plugin_version = k->sc->part.plugin->desc->version;
    m->plugin_sha256 = k->sc->part.plugin->sha256;
    m->settings = text_of(&v->settings);
    m->pooled = k->sc->pooled;
    m->gated = k->sc->gate;
    m->unseen = k->learner.unseen && groups_of(k) >= TRIED_UNSEEN;
    m->ask = dataset_ask_word(k->o.ask);
    m->target = target->key;
    m->unit = target->unit;
    m->physics = k->physics >= 0 ? s->physics[k->physics].label : NULL;
    m->physics_table = k->physics >= 0 ? text_of(&v->physics) : NULL;
    m->training = s->name;
    m->where = k->o.where ? k->o.where : "";
    m->split = v->split;
    m->table_sha256 = v->table;
    m->from = k->sc->from ? k->sc->from->sha256 : "";
    m->seed = (int64_t)s->seed;
    char *file = realpath(s->file, NULL);
    m->file = mem_arena_text(m->arena, file ? file : s->file);
    m->file = m->file ? m->file : "";
    free(file);
    m->scenario = s->merged;
    m->scores = text_of(&v->scores);
    m->fingerprint = FADE_FINGERPRINT;
}

int model_train_save(const model_training *k, const char *folder, char name[65], why *w)
{
    saving v = { .k = k, .m = { .arena = mem_arena_open() }, .w = w };
    model_saved *back = NULL;
    int rc = v.m.arena ? sources(&v) : fail(w, E_NOMEM, "no memory to save a model");
    rc = rc ? rc : features(&v);
    rc = rc ? rc : background(&v);
    rc = rc ? rc : parts(&v);
    if (!rc) {
        hash_table(&v);
        texts(&v);
        say(&v);
        rc = v.settings.failed || v.physics.failed || v.scores.failed ? fail(w, E_NOMEM, "no memory to save a model")
                                                                      : model_write(folder, &v.m, w);
    }
    rc = rc ? rc : model_read(folder, &back, w);        /* what was written is what will be read */
    if (!rc)
        memcpy(name, back->sha256, 65);
    model_close(back);
    for (size_t i = 0; v.weights && i < k->npart; i++)
        text_free(&v.weights[i]);
    free(v.weights);
    text_free(&v.settings);
    text_free(&v.physics);
    text_free(&v.scores);
    free(v.m.source);
    free(v.m.feature);
    free(v.m.cell);
    free(v.m.part);
    mem_arena_close(v.m.arena);
    return rc;
}

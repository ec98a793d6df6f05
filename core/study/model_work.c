/* SPDX-License-Identifier: MIT
 * model_work.c - a saved model put to work.
 */
#include "core/study/dataset.h"
#include "core/study/model_work.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- streams over memory ---- */

typedef struct span { const char *at; size_t n, pos; } span;

static int32_t span_read(void *ctx, void *to, size_t n)
{
    span *s = ctx;
    if (n > s->n - s->pos)
        return FADE_EIO;
    memcpy(to, s->at + s->pos, n);
    s->pos += n;
    return FADE_OK;
}

static int32_t text_write(void *ctx, const void *at, size_t n)
{
    text_addn(ctx, at, n);
    return ((text *)ctx)->failed ? FADE_ENOMEM : FADE_OK;
}

int model_part_load(const model_saved *m, const model_part *p, object *o, const fade_corrector_v1 *vt, const args *a,
                    void **out, why *w)
{
    span s = { p->weights, p->bytes, 0 };
    fade_stream stream = { .size = sizeof stream, .ctx = &s, .read = span_read };
    *out = NULL;
    if (!p->bytes)
        return E_OK;
    int32_t rc = vt->load(&o->host, &a->fade, &stream, out);
    if (rc < 0) {
        object_why(o, rc, "load a saved model", w);
        return why_prefix(w, "%s/weights.bin, %s%s: ", m->folder, p->cell ? "cell " : "all cells",
                          p->cell ? p->cell : "");
    }
    if (s.pos == s.n)
        return E_OK;
    vt->model->destroy(*out);
    *out = NULL;
    return fail(w, E_INPUT, "%s/weights.bin: %s read %zu of the %zu bytes it saved for %s: it is another plugin's",
                m->folder, o->plugin->desc->id, s.pos, s.n, p->cell ? p->cell : "all cells");
}

int model_part_save(object *o, const fade_corrector_v1 *vt, const void *trained, text *out, why *w)
{
    fade_stream stream = { .size = sizeof stream, .ctx = out, .write = text_write };
    if (!trained)
        return E_OK;
    int32_t rc = vt->save ? vt->save(trained, &stream) : FADE_EINVAL;
    if (!vt->save)
        return fail(w, E_PLUGIN, "%s cannot save what it learnt: it has no save()", o->plugin->desc->id);
    return rc < 0 ? object_why(o, rc, "save its model", w) : E_OK;
}

/* ---- without a scenario ---- */

static int read_settings(const model_saved *m, model_opened *k, why *w)
{
    static const char *const skip[] = { "plugin", "name", "parameters", NULL };
    tree_problems p = { 0 };
    tree_node *table = NULL;
    k->tree = tree_open();
    if (!k->tree)
        return fail(w, E_NOMEM, "no memory for the settings of the model %s", m->folder);
    int rc = model_table(m, k->tree, &p, &table, w);
    rc = rc ? rc : library_find_kind(m->plugin, "corrector", &k->plugin, w);
    if (!rc && (rc = args_read(k->tree, table, k->plugin->desc, &(args_cell){ NAN, NAN, NAN }, skip, &p, &k->args)))
        rc = fail(w, rc, "no memory for the settings of the model %s", m->folder);
    if (!rc && p.n)
        rc = fail(w, p.at[0].code, "%s: %s %s does not know its settings any more: %s", m->folder, m->plugin,
                  k->plugin->desc->version, p.at[0].text);
    tree_problems_free(&p);
    return rc;
}

int model_open(const model_saved *m, model_opened *k, why *w)
{
    int rc = read_settings(m, k, w);
    if (!rc) {
        k->vt = library_iface(k->plugin->desc, "fade.corrector/1");
        if (!k->vt || !k->vt->model || !k->vt->load)
            rc = fail(w, E_PLUGIN, "plugin %s cannot load a model: it has no fade.corrector/1 with load()", m->plugin);
    }
    rc = rc ? rc : object_open(k->plugin, NULL, (uint64_t)m->seed, &k->object, w);
    k->part = rc ? NULL : mem_zero(m->npart + 1, sizeof *k->part);
    if (!rc && !k->part)
        rc = fail(w, E_NOMEM, "no memory for %zu models", m->npart);
    for (; !rc && k->npart < m->npart; k->npart += !rc)
        rc = model_part_load(m, &m->part[k->npart], k->object, k->vt, k->args, &k->part[k->npart], w);
    return rc;
}

void model_opened_close(model_opened *k)
{
    for (size_t i = 0; i < k->npart; i++)
        if (k->part[i] && k->vt->model->destroy)
            k->vt->model->destroy(k->part[i]);
    free(k->part);
    object_close(k->object);
    tree_close(k->tree);
    *k = (model_opened){ 0 };
}

/* ---- in a run ---- */

static void fill(const double *horizon, const double *half, size_t n, double grow, engine_band *out)
{
    out->n = n < ENGINE_BANDS ? n : ENGINE_BANDS;
    out->grow = grow;
    for (size_t i = 0; i < out->n; i++) {
        out->horizon[i] = horizon[i];
        out->half[i] = half[i];
    }
}

void model_part_ahead(const model_part *p, engine_band *out)
{
    fill(p->ahead_horizon, p->ahead_half, p->nahead, p->ahead_grow, out);
}

bool model_counts_rows(const model_saved *m) { return m->unseen && !(m->npart && m->part[0].nahead); }

/* Bands by horizon are those of forecasts; of what is asked row by row, there is one. */
static void only_one(engine_band *b)
{
    b->n = b->n ? 1 : 0;
    b->grow = 0;
}

/* The bands of cells that were trained on. */
static int bands_ahead(const model_saved *m, bool each, engine_correction *out, why *w)
{
    engine_band *b = mem_zero(m->npart + 1, sizeof *b);
    double *stretch = mem_zero(m->npart + 1, sizeof *stretch);
    out->ahead = b;
    out->ahead_stretch = stretch;
    if (!b || !stretch)
        return fail(w, E_NOMEM, "no memory for %zu models", m->npart);
    for (size_t i = 0; i < m->npart; i++) {
        model_part_ahead(&m->part[i], &b[i]);
        stretch[i] = m->part[i].ahead_stretch;
        if (each)
            only_one(&b[i]);
    }
    return E_OK;
}

int model_correction(const engine_training *in, engine_correction *out, why *w)
{
    const model_saved *m = in->corrector->model;
    if (!m->physics)
        return fail(
            w, E_INPUT,
            "the model %s learnt %s itself, without physics: fade predict uses it; in a run a corrector mends a "
            "law",
            m->folder, m->target);
    if (strcmp(m->target, "capacity") != 0 || strcmp(m->unit, "Ah") != 0)
        return fail(w, E_INPUT,
                    "the model %s learnt %s in %s: a run corrects capacity in Ah, fade predict uses the model",
                    m->folder, m->target, m->unit);
    int rc = in->vt->load ? engine_correction_open(out, m->npart, w)
                          : fail(w, E_PLUGIN, "plugin %s cannot load a model: it has no load()", m->plugin);
    const char **cell = rc ? NULL : mem_zero(m->npart + 1, sizeof *cell);
    if (!rc && !cell)
        rc = fail(w, E_NOMEM, "no memory for %zu models", m->npart);
    out->cell = cell;
    out->seen = m->cell;
    out->nseen = model_counts_rows(m) ? 0 : m->ncell;
    bool each = dataset_ask_of(m->ask) != ASK_FORECAST;
    rc = rc ? rc : bands_ahead(m, each, out, w);
    for (size_t i = 0; i < m->npart && !rc; i++) {
        const model_part *p = &m->part[i];
        cell[i] = p->cell;
        out->gate[i] = p->gate;
        out->stretch[i] = p->stretch;
        out->reach[i] = p->reach;
        out->rows[i] = (uint64_t)p->rows;
        fill(p->horizon, p->half, p->nband, p->grow, &out->band[i]);
        if (each)
            only_one(&out->band[i]);
        out->before[i] = p->before;
        out->after[i] = p->after;
        rc = model_part_load(m, p, in->object, in->vt, in->corrector->part.args, &out->model[i], w);
    }
    return rc;
}

/* ---- to start from ---- */

static int same_features(const model_saved *m, const fade_column *feature, size_t n, const char *id, why *w)
{
    bool same = m->nfeature == n;
    text there = { 0 }, here = { 0 };
    for (size_t i = 0; i < m->nfeature; i++)
        text_addf(&there, "%s%s (%s)", i ? ", " : "", m->feature[i].key, m->feature[i].unit);
    for (size_t i = 0; i < n; i++) {
        text_addf(&here, "%s%s (%s)", i ? ", " : "", feature[i].key, feature[i].unit);
        same =
            same && strcmp(feature[i].key, m->feature[i].key) == 0 && strcmp(feature[i].unit, m->feature[i].unit) == 0;
    }
    int rc = same ? E_OK
                  : fail(w, E_INPUT,
                         "the model %s learnt from %s, %s has %s: name the same features in the same order and units",
                         m->folder, text_of(&there), id, text_of(&here));
    text_free(&there);
    text_free(&here);
    return rc;
}

int model_start(const model_saved *m, const char *cell, const fade_column *feature, size_t n, object *o,
                const fade_corrector_v1 *vt, const args *a, void **out, why *w)
{
    const model_part *own = cell ? model_part_of(m, cell) : NULL, *p = own ? own : m->npart == 1 ? m->part : NULL;
    *out = NULL;
    int rc = same_features(m, feature, n, o->plugin->desc->id, w);
    if (rc)
        return rc;
    if (!p)
        return fail(
            w, E_INPUT,
            "the model %s has one model for each of %zu cells and none for %s: train it with scope = \"pooled\" "
            "to begin with it elsewhere",
            m->folder, m->npart, cell ? cell : "all");
    return model_part_load(m, p, o, vt, a, out, w);
}

/* SPDX-License-Identifier: MIT
 * model.c - a saved model read again: nothing is believed before its checksum holds.
 */
#include "core/scenario/model.h"
#include "core/base/file.h"
#include "core/fade_plugin.h"
#include "core/scenario/model_fields.h"
#include "core/scenario/toml.h"
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANIFEST_MOST = 64 << 20 };
static const size_t WEIGHTS_MOST = (size_t)4 << 30;

typedef struct reading {
    model_saved *m;
    const char *path;                             /* of the manifest, for sentences */
    why        *w;
} reading;

/* ---- members ---- */

static int wrong(const reading *r, const char *list, size_t i, const model_field *f, const char *what)
{
    char place[80] = "";
    if (list)
        snprintf(place, sizeof place, "%s[%zu].", list, i + 1);
    return fail(r->w, E_INPUT, "%s: damaged or foreign: %s%s%s%s %s", r->path, place, f->group,
                *f->group && *f->key ? "." : "", f->key, what);
}

static int take_text(const reading *r, const json_t *v, const char **out)
{
    *out = mem_arena_text(r->m->arena, json_string_value(v));
    return *out ? E_OK : fail(r->w, E_NOMEM, "no memory to read %s", r->path);
}

static int take_raw(const reading *r, const json_t *v, const char **out)
{
    char *dump = v ? json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(17)) : NULL;
    *out = mem_arena_text(r->m->arena, dump ? dump : "{}");
    free(dump);
    return *out ? E_OK : fail(r->w, E_NOMEM, "no memory to read %s", r->path);
}

static int take_one(const reading *r, const char *list, size_t i, const json_t *v, const model_field *f, void *at)
{
    bool nothing = !v || json_is_null(v);
    if (f->type == FIELD_RAW)
        return take_raw(r, v, at);
    if (nothing && (f->flags & FIELD_MUST) && f->type != FIELD_REAL)
        return wrong(r, list, i, f, "is missing");
    switch (f->type) {
    case FIELD_WHOLE:
        if (!nothing && !json_is_integer(v))
            return wrong(r, list, i, f, "is no whole number");
        *(int64_t *)at = nothing ? 0 : json_integer_value(v);
        return E_OK;
    case FIELD_REAL:
        if (!nothing && !json_is_number(v))
            return wrong(r, list, i, f, "is no number");
        *(double *)at = nothing ? NAN : json_number_value(v);
        return E_OK;
    case FIELD_BOOL: *(bool *)at = json_is_true(v); return E_OK;
    default:
        if (!nothing && !json_is_string(v))
            return wrong(r, list, i, f, "is no text");
        *(const char **)at = f->flags & FIELD_NULL ? NULL : "";
        return nothing ? E_OK : take_text(r, v, at);
    }
}

static int take_fields(const reading *r, const char *list, size_t i, const json_t *from, const model_fields *f,
                       void *base)
{
    int rc = E_OK;
    for (size_t k = 0; k < f->n && !rc; k++) {
        const model_field *one = &f->at[k];
        const json_t *group = *one->group && *one->key ? json_object_get(from, one->group) : from;
        const json_t *v = json_object_get(group, *one->key ? one->key : one->group);
        rc = take_one(r, list, i, v, one, (char *)base + one->at);
    }
    return rc;
}

/* ---- lists ---- */

static int room(const reading *r, const json_t *list, const char *key, size_t most, size_t size, void **at, size_t *n)
{
    *n = json_array_size(list);
    if (!json_is_array(list))
        return fail(r->w, E_INPUT, "%s: damaged or foreign: it has no list %s", r->path, key);
    if (*n > most)
        return fail(r->w, E_INPUT, "%s: %zu %s, at most %zu are read", r->path, *n, key, most);
    *at = mem_arena_get(r->m->arena, (*n + 1) * size);
    return *at ? E_OK : fail(r->w, E_NOMEM, "no memory to read %s", r->path);
}

static int take_list(const reading *r, const json_t *root, const char *key, size_t most, const model_fields *f,
                     size_t size, void **at, size_t *n)
{
    const json_t *list = json_object_get(root, key);
    int rc = room(r, list, key, most, size, at, n);
    for (size_t i = 0; i < *n && !rc; i++)
        rc = take_fields(r, key, i, json_array_get(list, i), f, (char *)*at + i * size);
    return rc;
}

static int take_bands(const reading *r, const json_t *list, const char *key, const double **horizon,
                      const double **half, size_t *n)
{
    double *v;
    int rc = room(r, list, key, 1024, 2 * sizeof *v, (void **)&v, n);
    if (rc)
        return rc;
    *horizon = v;
    *half = v + *n;
    for (size_t k = 0; k < *n; k++) {
        v[k] = json_number_value(json_array_get(json_array_get(list, k), 0));
        v[*n + k] = json_number_value(json_array_get(json_array_get(list, k), 1));
    }
    return E_OK;
}

/* A weight outside 0..1 or a factor that is none would turn a correction into noise. */
static int check_part(const reading *r, model_part *p, size_t i)
{
    p->reach = p->reach > 0 ? p->reach : INFINITY;      /* JSON has no infinity */
    p->grow = p->grow > 0 ? p->grow : 0;
    if (!(p->gate >= 0 && p->gate <= 1) || !(p->stretch > 0) || p->rows < 0)
        return fail(r->w, E_INPUT,
                    "%s: models[%zu] has gate %g, stretch %g and %lld rows: a gate is 0..1, a stretch above 0", r->path,
                    i + 1, p->gate, p->stretch, (long long)p->rows);
    return E_OK;
}

static int take_parts(const reading *r, const json_t *root)
{
    model_saved *m = r->m;
    const json_t *list = json_object_get(root, "models");
    int64_t at = 0;
    int rc = take_list(r, root, "models", MODEL_PARTS, &model_part_members, sizeof *m->part, (void **)&m->part,
                       &m->npart);
    for (size_t i = 0; i < m->npart && !rc; i++) {
        const json_t *one = json_array_get(list, i);
        json_int_t bytes = json_integer_value(json_object_get(one, "bytes"));
        if (bytes < 0 || bytes > m->weights_bytes - at)
            return fail(r->w, E_INPUT, "%s: models[%zu] has %lld bytes of %lld that are left", r->path, i + 1,
                        (long long)bytes, (long long)(m->weights_bytes - at));
        m->part[i].bytes = (size_t)bytes;
        at += bytes;
        rc = check_part(r, &m->part[i], i);
        model_part *p = &m->part[i];
        const json_t *ahead = json_object_get(one, "ahead");     /* older models have none */
        rc = rc ? rc : take_bands(r, json_object_get(one, "bands"), "bands", &p->horizon, &p->half, &p->nband);
        rc = rc || !ahead ? rc : take_bands(r, ahead, "ahead", &p->ahead_horizon, &p->ahead_half, &p->nahead);
        p->ahead_grow = !ahead || p->ahead_grow > 0 ? p->ahead_grow : 0;
        p->ahead_stretch = !ahead || p->ahead_stretch > 0 ? p->ahead_stretch : 1;
    }
    if (!rc && (m->npart == 0 || at != m->weights_bytes))
        rc = fail(r->w, E_INPUT, "%s: its %zu models have %lld bytes of weights, not %lld", r->path, m->npart,
                  (long long)at, (long long)m->weights_bytes);
    return rc;
}

/* Rows of features, which older models have not. */
static int take_background(const reading *r, const json_t *root)
{
    model_saved *m = r->m;
    const json_t *list = json_object_get(root, "background");
    double *v;
    if (!list)
        return E_OK;
    int rc = room(r, list, "background", MODEL_BACKGROUND, (m->nfeature + 1) * sizeof *v, (void **)&v, &m->nbackground);
    for (size_t i = 0; i < m->nbackground && !rc; i++) {
        const json_t *row = json_array_get(list, i);
        if (json_array_size(row) != m->nfeature)
            rc = fail(r->w, E_INPUT, "%s: damaged or foreign: background[%zu] has %zu numbers for %zu features",
                      r->path, i + 1, json_array_size(row), m->nfeature);
        for (size_t k = 0; k < m->nfeature && !rc; k++) {
            const json_t *one = json_array_get(row, k);
            v[i * m->nfeature + k] = json_is_number(one) ? json_number_value(one) : NAN;
        }
    }
    m->background = rc ? NULL : v;
    return rc;
}

/* ---- the manifest ---- */

/* Is it ours, and not newer?  Asked before the checksum, whose place a newer format may change. */
static int check_mark(const reading *r, const json_t *root)
{
    const char *mark = json_string_value(json_object_get(root, "format"));
    const json_t *version = json_object_get(root, "version");
    const char *fade = json_string_value(json_object_get(root, "fade"));
    if (!mark || strcmp(mark, MODEL_MARK) != 0)
        return fail(r->w, E_INPUT, "%s is no manifest of a saved model: its format is %.40s, not " MODEL_MARK, r->path,
                    mark ? mark : "not given");
    if (!json_is_integer(version) || json_integer_value(version) < 1)
        return fail(r->w, E_INPUT, "%s: damaged or foreign: version is no number from 1 on", r->path);
    if (json_integer_value(version) > MODEL_FORMAT)
        return fail(r->w, E_INPUT, "%s has format %lld, made by fade %.20s; this fade reads up to %d: use a newer one",
                    r->path, (long long)json_integer_value(version), fade ? fade : "?", MODEL_FORMAT);
    return E_OK;
}

static int check_sum(const reading *r, const char *at, size_t n)
{
    static const size_t lead = sizeof MODEL_SUM - 1, tail = sizeof MODEL_END - 1;
    char hex[65];
    size_t all = lead + 64 + tail;
    if (n < all || memcmp(at + n - all, MODEL_SUM, lead) != 0 || memcmp(at + n - tail, MODEL_END, tail) != 0)
        return fail(r->w, E_INPUT, "%s: cut or changed: it does not end with its checksum", r->path);
    file_sha256_bytes(at, n - all, hex);
    if (memcmp(hex, at + n - tail - 64, 64) != 0)
        return fail(r->w, E_INPUT, "%s: damaged or changed: its checksum does not match", r->path);
    r->m->sha256 = mem_arena_text(r->m->arena, hex);
    return r->m->sha256 ? E_OK : fail(r->w, E_NOMEM, "no memory to read %s", r->path);
}

static int take_manifest(const reading *r, const json_t *root)
{
    model_saved *m = r->m;
    int rc = take_fields(r, NULL, 0, root, &model_members, m);
    rc = rc ? rc : take_list(r, root, "features", MODEL_FEATURES, &model_feature_members, sizeof *m->feature,
                             (void **)&m->feature, &m->nfeature);
    rc = rc ? rc : take_list(r, root, "sources", MODEL_PARTS, &model_source_members, sizeof *m->source,
                             (void **)&m->source, &m->nsource);
    rc = rc ? rc : take_list(r, root, "cells", MODEL_PARTS, &model_cell_members, sizeof *m->cell, (void **)&m->cell,
                             &m->ncell);
    rc = rc ? rc : take_background(r, root);
    rc = rc ? rc : take_parts(r, root);
    if (!rc && m->fingerprint != FADE_FINGERPRINT)
        rc = fail(r->w, E_INPUT,
                  "%s was written on a machine with other number types (%08llx, here %08x): train it here", r->path,
                  (unsigned long long)m->fingerprint, FADE_FINGERPRINT);
    return rc;
}

static int take_weights(const reading *r, const char *at, size_t n)
{
    model_saved *m = r->m;
    char hex[65];
    if (n != (size_t)m->weights_bytes)
        return fail(r->w, E_INPUT, "%s/weights.bin: cut or foreign: %lld bytes expected, %zu there", m->folder,
                    (long long)m->weights_bytes, n);
    file_sha256_bytes(at, n, hex);
    if (strcmp(hex, m->weights_sha256) != 0)
        return fail(r->w, E_INPUT, "%s/weights.bin: damaged: its checksum does not match the manifest's", m->folder);
    if (!(m->weights = malloc(n + 1)))
        return fail(r->w, E_NOMEM, "no memory for %zu bytes of weights", n);
    memcpy(m->weights, at, n);
    m->weights[n] = '\0';
    size_t off = 0;
    for (size_t i = 0; i < m->npart; i++) {
        m->part[i].weights = m->weights + off;
        off += m->part[i].bytes;
    }
    return E_OK;
}

static int open_reading(reading *r, const char *folder)
{
    model_saved *m = r->m = mem_zero(1, sizeof *m);
    if (m && (m->arena = mem_arena_open()))
        m->folder = mem_arena_text(m->arena, folder);
    r->path = m && m->folder ? mem_arena_format(m->arena, "%s/manifest.json", folder) : NULL;
    return r->path ? E_OK : fail(r->w, E_NOMEM, "no memory to read the model %s", folder);
}

int model_of_bytes(const char *folder, const char *at, size_t n, const char *weights, size_t bytes, model_saved **out,
                   why *w)
{
    reading r = { .w = w };
    json_error_t e;
    *out = NULL;
    int rc = open_reading(&r, folder);
    json_t *root = rc ? NULL : json_loadb(at, n, JSON_REJECT_DUPLICATES, &e);
    if (!rc && !root)
        rc = fail(w, E_INPUT, "%s: cut or damaged at %d:%d: %.120s", r.path, e.line, e.column, e.text);
    if (!rc && !json_is_object(root))
        rc = fail(w, E_INPUT, "%s is no manifest of a saved model: it is a list", r.path);
    rc = rc ? rc : check_mark(&r, root);
    rc = rc ? rc : check_sum(&r, at, n);
    rc = rc ? rc : take_manifest(&r, root);
    if (!rc && weights)
        rc = take_weights(&r, weights, bytes);
    json_decref(root);
    if (rc)
        model_close(r.m);
    else
        *out = r.m;
    return rc;
}

int model_read(const char *folder, model_saved **out, why *w)
{
    char *path = file_join(folder, "manifest.json"), *weights = file_join(folder, "weights.bin");
    char *at = NULL, *bytes = NULL;
    size_t n = 0, nbytes = 0;
    int rc = path && weights ? E_OK : fail(w, E_NOMEM, "no memory for a path");
    *out = NULL;
    if (!rc && !file_is_folder(folder))
        rc = fail(w, E_INPUT, "there is no saved model %s: %s", folder,
                  file_exists(folder) ? "a model is a folder, that is a file" : "no folder of that name");
    if (!rc && !file_exists(path))
        rc = fail(w, E_INPUT, "%s is no saved model: it has no manifest.json", folder);
    rc = rc ? rc : file_read(path, MANIFEST_MOST, &at, &n, w);
    if (!rc && !file_exists(weights))
        rc = fail(w, E_INPUT, "%s is no whole model: it has no weights.bin", folder);
    rc = rc ? rc : file_read(weights, WEIGHTS_MOST, &bytes, &nbytes, w);
    rc = rc ? rc : model_of_bytes(folder, at, n, bytes, nbytes, out, w);
    free(at);
    free(bytes);
    free(path);
    free(weights);
    return rc;
}

void model_close(model_saved *m)
{
    if (!m)
        return;
    free(m->weights);
    mem_arena_close(m->arena);
    free(m);
}

int model_table(const model_saved *m, tree *t, tree_problems *p, tree_node **out, why *w)
{
    size_t before = p->n;
    const char *file = tree_text(t, m->folder), *id = tree_text(t, m->plugin);
    tree_node *plugin = tree_make(t, TREE_TEXT, file, 0, 0);
    if (!file || !id || !plugin)
        return fail(w, E_NOMEM, "no memory for the settings of the model %s", m->folder);
    int rc = toml_parse(t, file, m->settings, strlen(m->settings), p, out);
    if (rc)
        return fail(w, rc, "%s/manifest.json: its settings cannot be read: %s", m->folder,
                    p->n > before ? p->at[before].text : "no memory");
    plugin->text = id;
    return tree_put(*out, "plugin", plugin);
}

const model_part *model_part_of(const model_saved *m, const char *cell)
{
    for (size_t i = 0; i < m->npart; i++)
        if (!m->part[i].cell || strcmp(m->part[i].cell, cell) == 0)
            return &m->part[i];
    return NULL;
}

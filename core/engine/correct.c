/* SPDX-License-Identifier: MIT
 * correct.c - a trained corrector at work: rows of one lane become lanes of a tile; and the training itself, handed to study.
 */
#include "core/engine/inside.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int index_of(const fade_list *l, const char *key)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (strcmp(((const fade_column *)library_at(l, i))->key, key) == 0)
            return (int)i;
    return -1;
}

/* Columns of a tile of PREDICT_ROWS for this corrector's model, once its first model is there. */
static int open_tile(corrector_use *u, const void *model, why *w)
{
    fade_columns c = u->object->plugin->desc->columns;
    const fade_model_v1 *m = u->vt->model;
    int32_t rc = m->columns ? m->columns(model, &c) : 0;
    if (rc < 0)
        return object_why(u->object, rc, "tell its columns", w);
    if (c.state.n)
        return fail(w, E_PLUGIN, "corrector %s keeps state from row to row; this fade runs correctors without state", u->object->plugin->desc->id);
    u->mean = index_of(&c.out, "mean");
    u->sigma = index_of(&c.out, "sigma");
    if (u->mean < 0)
        return fail(w, E_PLUGIN, "corrector %s writes no column mean", u->object->plugin->desc->id);
    u->nout = c.out.n;
    u->in = mem_zero(u->nfeature + 1, sizeof *u->in);
    u->out = mem_zero(u->nout + 1, sizeof *u->out);
    u->mem = mem_columns((u->nfeature + u->nout + 4) * PREDICT_ROWS);
    if (!u->in || !u->out || !u->mem)
        return fail(w, E_NOMEM, "no memory for the predictions of %s", u->object->plugin->desc->id);
    for (size_t i = 0; i < u->nfeature; i++)
        u->in[i] = u->mem + i * PREDICT_ROWS;
    for (size_t i = 0; i < u->nout; i++)
        u->out[i] = u->mem + (u->nfeature + i) * PREDICT_ROWS;
    return E_OK;
}

static int cover_scratch(corrector_use *u, const void *model, why *w)
{
    size_t bytes = u->vt->model->scratch ? u->vt->model->scratch(model, PREDICT_ROWS) : 0;
    if (bytes <= u->scratch_bytes)
        return E_OK;
    free(u->scratch);
    u->scratch = mem_columns(bytes / sizeof(double) + 8);
    u->scratch_bytes = u->scratch ? bytes : 0;
    return u->scratch ? E_OK : fail(w, E_NOMEM, "no memory: %s wants %zu bytes of scratch", u->object->plugin->desc->id, bytes);
}

static int predict_tile(engine *e, corrector_use *u, const void *model, uint32_t lane_index, uint32_t n, why *w)
{
    uint32_t wide = (n + 7) / 8 * 8;
    uint64_t id[PREDICT_ROWS], row[PREDICT_ROWS];
    double t[PREDICT_ROWS] = { 0 }, dt[PREDICT_ROWS], wish[PREDICT_ROWS];
    int32_t status[PREDICT_ROWS] = { 0 };
    for (uint32_t i = 0; i < wide; i++) {
        id[i] = e->lane[lane_index].id;
        row[i] = i;
        dt[i] = 1;
        wish[i] = INFINITY;
        for (size_t f = 0; i >= n && f < u->nfeature; f++)
            u->in[f][i] = u->in[f][n - 1];
    }
    fade_tile b = { .size = sizeof b, .n = wide, .live = n, .id = id, .row = row, .t = t, .dt = dt, .in = (const double *const *)u->in,
                    .out = u->out, .wish = wish, .status = status, .scratch = u->scratch };
    int32_t rc = u->vt->model->step(model, &b);
    return rc < 0 ? object_why(u->object, rc, "predict", w) : E_OK;
}

/* Mean and sigma for n records of one lane; 0 and NaN where no model was trained for it. */
int correct_predict(engine *e, corrector_use *u, const engine_correction *k, uint32_t lane_index, const tile *t, const uint32_t *rec, uint32_t n,
                    double *mean, double *sigma, why *w)
{
    size_t m = k->nmodel == 1 ? 0 : lane_index;
    for (uint32_t i = 0; i < n; i++) {
        mean[i] = 0;
        sigma[i] = NAN;
    }
    if (m >= k->nmodel || !k->model[m])
        return E_OK;
    int rc = u->mem ? E_OK : open_tile(u, k->model[m], w);
    if (rc || (rc = cover_scratch(u, k->model[m], w)))
        return rc;
    for (uint32_t at = 0; at < n; at += PREDICT_ROWS) {
        uint32_t some = n - at < PREDICT_ROWS ? n - at : PREDICT_ROWS;
        for (uint32_t i = 0; i < some; i++)
            features_fill(u, t->rec + (size_t)rec[at + i] * e->ncolumn, &t->info[rec[at + i]], u->in, i);
        if ((rc = predict_tile(e, u, k->model[m], lane_index, some, w)))
            return rc;
        for (uint32_t i = 0; i < some; i++) {
            double v = u->out[u->mean][i];
            mean[at + i] = isfinite(v) ? v * k->gate[m] : 0;
            sigma[at + i] = u->sigma >= 0 ? u->out[u->sigma][i] * k->stretch[m] : NAN;
        }
    }
    return E_OK;
}

static void say_trained(engine *e, size_t p, size_t c)
{
    const engine_correction *k = &e->correction[p * e->sc->ncorrector + c];
    size_t made = 0;
    double gate = 0;
    uint64_t rows = 0;
    for (size_t m = 0; m < k->nmodel; m++) {
        made += k->model[m] != NULL;
        gate += k->model[m] ? k->gate[m] : 0;
        rows += k->rows[m];
    }
    json j = { 0 };
    json_open(&j, NULL, '{');
    json_text(&j, "variant", e->variant[p * e->nvariant + c]);
    json_whole(&j, "models", (int64_t)made);
    json_whole(&j, "rows", (int64_t)rows);
    json_number(&j, "gate_mean", made ? gate / (double)made : NAN);
    json_close(&j, '}');
    char say[256];
    snprintf(say, sizeof say, "%s: %zu model%s trained on %llu rows, mean gate %.2f", e->variant[p * e->nvariant + c], made, made == 1 ? "" : "s",
             (unsigned long long)rows, made ? gate / (double)made : 0.0);
    char *text_json = text_take(&j.out);
    sinks_event(e, 1, "trained", NULL, -1, text_json, say);
    free(text_json);
}

int correct_train(engine *e, why *w)
{
    const scenario *sc = e->sc;
    for (size_t p = 0; p < e->nphysics; p++)
        for (size_t c = 0; c < sc->ncorrector; c++) {
            size_t at = p * sc->ncorrector + c;
            corrector_use *u = &e->corrector[c];
            int rc = e->opt.study ? e->opt.study->train(&sc->corrector[c], u->object, u->vt, &e->table[at], u->feature_column, e->nlane,
                                                        &e->correction[at], w)
                                  : E_OK;
            if (rc)
                return rc;
            engine_table_free(&e->table[at]);
            say_trained(e, p, c);
        }
    e->trained = true;
    return E_OK;
}

void correct_free(engine *e)
{
    const scenario *sc = e->sc;
    for (size_t at = 0; e->correction && at < e->nphysics * sc->ncorrector; at++) {
        engine_correction *k = &e->correction[at];
        const fade_model_v1 *m = e->corrector[at % sc->ncorrector].vt ? e->corrector[at % sc->ncorrector].vt->model : NULL;
        for (size_t i = 0; i < k->nmodel; i++)
            if (k->model[i] && m && m->destroy)
                m->destroy(k->model[i]);
        free(k->model);
        free(k->gate);
        free(k->stretch);
        free(k->rows);
        free(k->before);
        free(k->after);
        engine_table_free(&e->table[at]);
    }
    free(e->correction);
    free(e->table);
    for (size_t c = 0; e->corrector && c < sc->ncorrector; c++) {
        free(e->corrector[c].in);
        free(e->corrector[c].out);
        free(e->corrector[c].mem);
        free(e->corrector[c].scratch);
    }
    features_free(e);
}

void engine_table_free(engine_table *t)
{
    free(t->col);
    free(t->target);
    free(t->cell);
    free(t->row);
    *t = (engine_table){ .ncol = t->ncol };
}

int engine_table_add(engine_table *t, const double *row, double target, uint32_t cell, uint32_t number)
{
    if (t->n == t->cap) {
        size_t cap = t->cap ? t->cap * 2 : 256, nc = t->ncol ? t->ncol : 1;
        double *col = mem_zero(cap * nc, sizeof *col);
        double *y = mem_grow(t->target, cap, sizeof *y);
        uint32_t *ce = y ? mem_grow(t->cell, cap, sizeof *ce) : NULL, *ro = ce ? mem_grow(t->row, cap, sizeof *ro) : NULL;
        t->target = y ? y : t->target;
        t->cell = ce ? ce : t->cell;
        t->row = ro ? ro : t->row;
        if (!col || !ro) {
            free(col);
            return E_NOMEM;
        }
        for (size_t c = 0; c < t->ncol && t->n; c++)
            memcpy(col + c * cap, t->col + c * t->cap, t->n * sizeof *col);
        free(t->col);
        t->col = col;
        t->cap = cap;
    }
    for (size_t c = 0; c < t->ncol; c++)
        t->col[c * t->cap + t->n] = row[c];
    t->target[t->n] = target;
    t->cell[t->n] = cell;
    t->row[t->n++] = number;
    return E_OK;
}

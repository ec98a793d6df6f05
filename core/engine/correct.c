/* SPDX-License-Identifier: MIT
 * correct.c - a trained corrector at work: rows of one lane become lanes of a tile; and the training itself, handed to
 * study.
 */
#include "core/engine/inside.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Mean and sigma for n records of one lane; 0 and NaN where no model was trained for it. */
int correct_predict(engine *e, corrector_use *u, const engine_correction *k, uint32_t lane_index, const tile *t,
                    const uint32_t *rec, uint32_t n, double *mean, double *sigma, why *w)
{
    size_t m = k->nmodel == 1 ? 0 : lane_index;
    for (uint32_t i = 0; i < n; i++) {
        mean[i] = 0;
        sigma[i] = NAN;
    }
    if (m >= k->nmodel || !k->model[m])
        return E_OK;
    int rc = predictor_open(&u->tile, w);
    for (uint32_t at = 0; at < n && !rc; at += PREDICTOR_ROWS) {
        uint32_t some = n - at < PREDICTOR_ROWS ? n - at : PREDICTOR_ROWS;
        for (uint32_t i = 0; i < some; i++)
            features_fill(u, t->rec + (size_t)rec[at + i] * e->ncolumn, &t->info[rec[at + i]], u->tile.in, i);
        if ((rc = predictor_run(&u->tile, k->model[m], e->lane[lane_index].id, some, w)))
            return rc;
        for (uint32_t i = 0; i < some; i++) {
            double v = u->tile.out[u->tile.mean][i];
            mean[at + i] = isfinite(v) ? v * k->gate[m] : 0;
            sigma[at + i] = u->tile.sigma >= 0 ? u->tile.out[u->tile.sigma][i] * k->stretch[m] : NAN;
        }
    }
    return rc;
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
    snprintf(say, sizeof say, "%s: %zu model%s trained on %llu rows, mean gate %.2f", e->variant[p * e->nvariant + c],
             made, made == 1 ? "" : "s", (unsigned long long)rows, made ? gate / (double)made : 0.0);
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
            engine_training in = { &sc->corrector[c], u->object, u->vt, u->feature_column, e->nlane };
            int rc = e->opt.study ? e->opt.study->train(&in, &e->table[at], &e->correction[at], w) : E_OK;
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
    for (size_t at = 0; e->correction && e->corrector && e->table && at < e->nphysics * sc->ncorrector; at++) {
        engine_correction *k = &e->correction[at];
        const fade_model_v1 *m =
            e->corrector[at % sc->ncorrector].vt ? e->corrector[at % sc->ncorrector].vt->model : NULL;
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
    for (size_t c = 0; e->corrector && c < sc->ncorrector; c++)
        predictor_free(&e->corrector[c].tile);
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
        uint32_t *ce = y ? mem_grow(t->cell, cap, sizeof *ce) : NULL,
                 *ro = ce ? mem_grow(t->row, cap, sizeof *ro) : NULL;
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

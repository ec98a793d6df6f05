/* SPDX-License-Identifier: MIT
 * model_json.c - a saved model, and what a training came to, as JSON.
 */
#include "core/study/model_train.h"

static void part_json(const model_part *p, json *j)
{
    json_open(j, NULL, '{');
    json_text(j, "cell", p->cell);
    json_whole(j, "rows", (int64_t)p->rows);
    json_number(j, "gate", p->gate);
    json_number(j, "stretch", p->stretch);
    json_number(j, "reach", p->reach);
    json_number(j, "before", p->before);
    json_number(j, "after", p->after);
    json_whole(j, "bytes", (int64_t)p->bytes);
    json_open(j, "bands", '[');
    for (size_t k = 0; k < p->nband; k++) {
        json_open(j, NULL, '{');
        json_number(j, "horizon", p->horizon[k]);
        json_number(j, "half", p->half[k]);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_close(j, '}');
}

static void features_json(const model_saved *m, json *j)
{
    json_open(j, "features", '[');
    for (size_t i = 0; i < m->nfeature; i++) {
        json_open(j, NULL, '{');
        json_text(j, "key", m->feature[i].key);
        json_text(j, "unit", m->feature[i].unit);
        json_text(j, "when", m->feature[i].when);
        json_text(j, "doc", m->feature[i].doc);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void training_json(const model_saved *m, json *j)
{
    json_open(j, "training", '{');
    json_text(j, "name", m->training);
    json_whole(j, "rows", m->rows);
    json_open(j, "cells", '[');
    for (size_t i = 0; i < m->ncell; i++) {
        json_open(j, NULL, '{');
        json_text(j, "name", m->cell[i].name);
        json_whole(j, "last", m->cell[i].last);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_open(j, "sources", '[');
    for (size_t i = 0; i < m->nsource; i++) {
        json_open(j, NULL, '{');
        json_text(j, "path", m->source[i].path);
        json_text(j, "sha256", *m->source[i].sha256 ? m->source[i].sha256 : NULL);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_text(j, "where", *m->where ? m->where : NULL);
    json_text(j, "split", *m->split ? m->split : NULL);
    json_text(j, "table_sha256", *m->table_sha256 ? m->table_sha256 : NULL);
    json_text(j, "from", *m->from ? m->from : NULL);
    json_whole(j, "seed", m->seed);
    json_close(j, '}');
}

void model_json(const model_saved *m, const char *key, json *j)
{
    json_open(j, key, '{');
    json_text(j, "folder", m->folder);
    json_text(j, "sha256", m->sha256);
    json_whole(j, "format", m->format);
    json_text(j, "fade", m->fade);
    json_text(j, "made", m->made);
    json_text(j, "plugin", m->plugin);
    json_text(j, "plugin_version", m->plugin_version);
    json_text(j, "settings", m->settings);
    json_text(j, "scope", m->pooled ? "pooled" : "cell");
    json_bool(j, "gate", m->gated);
    json_text(j, "target", m->target);
    json_text(j, "unit", m->unit);
    json_text(j, "ask", m->ask);
    json_text(j, "physics", m->physics);
    json_text(j, "physics_table", m->physics_table);
    features_json(m, j);
    training_json(m, j);
    json_raw(j, "scores", m->scores);
    json_open(j, "models", '[');
    for (size_t i = 0; i < m->npart; i++)
        part_json(&m->part[i], j);
    json_close(j, ']');
    json_close(j, '}');
}

void model_json_worth(const model_training *k, json *out)
{
    if (!k->worth.rows)
        return;
    json_open(out, "importance", '[');
    for (size_t i = 0; i < k->learner.nfeature; i++) {
        json_open(out, NULL, '{');
        json_text(out, "feature", k->learner.column[i].key);
        worth_json(&k->worth, i, out);
        json_close(out, '}');
    }
    json_close(out, ']');
}

void model_json_training(const model_training *k, const char *folder, const char *name, json *j)
{
    double before, after;
    uint64_t trials = model_train_skill(k, &before, &after);
    json_open(j, NULL, '{');
    json_text(j, "folder", folder);
    json_text(j, "sha256", name);
    json_text(j, "corrector", k->sc->part.label);
    json_text(j, "physics", k->physics >= 0 ? k->s->physics[k->physics].label : NULL);
    json_text(j, "target", k->data.col[k->data.target].key);
    json_text(j, "unit", k->data.col[k->data.target].unit);
    json_text(j, "ask", dataset_ask_word(k->o.ask));
    json_open(j, "features", '[');
    for (size_t i = 0; i < k->learner.nfeature; i++)
        json_text(j, NULL, k->learner.column[i].key);
    json_close(j, ']');
    json_open(j, "models", '[');
    for (size_t i = 0; i < k->npart; i++) {
        const learnt *l = &k->part[i];
        json_open(j, NULL, '{');
        json_text(j, "cell", k->sc->pooled ? NULL : k->data.name[k->cell[i]]);
        json_bool(j, "learnt", l->model != NULL);
        json_whole(j, "rows", (int64_t)l->rows);
        json_number(j, "gate", l->gate);
        json_number(j, "before", l->before);
        json_number(j, "after", l->after);
        json_whole(j, "trials", (int64_t)l->trials);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_whole(j, "trials", (int64_t)trials);
    json_number(j, "rmse_before", before);
    json_number(j, "rmse_after", after);
    leak_json(&k->leak, &k->data, "checks", j);
    model_json_worth(k, j);
    json_close(j, '}');
}

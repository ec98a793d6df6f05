/* SPDX-License-Identifier: MIT
 * scenario_models.c - model = "DIR" and from = "DIR" of a corrector: saved models, read and checked with the scenario.
 *
 * A saved model brings its plugin, settings and features: what stands beside it could only contradict it.
 */
#include "core/base/file.h"
#include "core/scenario/inside.h"
#include <stdlib.h>
#include <string.h>

/* The folder `key` names: from the working directory, as a run's own out, or as a plugin's paths. */
static model_saved *read_model(reading *r, const tree_node *node, const char *key)
{
    why w = { 0 };
    model_saved *m = NULL;
    tree_node *path = tree_get(node, key);
    if (!scenario_text(r, path, key))
        return NULL;
    scenario_expand(r, path);
    scenario_from_here(r, path);
    char *folder = file_beside(path->file, path->text);
    if (!folder)
        fail(r->w, E_NOMEM, "no memory for a path");
    else if (model_read(folder, &m, &w))
        tree_complain(r->p, path, w.code, "[corrector] %s: %s", key, w.text);
    free(folder);
    return m;
}

static void stands_beside(reading *r, const tree_node *node)
{
    static const char *const fine[] = { "model", "name", "plugin", NULL };
    for (const tree_node *c = node->first; c; c = c->next) {
        int i = 0;
        while (fine[i] && strcmp(fine[i], c->key) != 0)
            i++;
        if (!fine[i])
            tree_complain_key(r->p, c, E_INPUT,
                              "[corrector] %.60s stands beside model = \"..\": a saved model brings its settings and "
                              "features with it; to train anew from it write from = \"..\"",
                              c->key);
    }
}

static void same_plugin(reading *r, const tree_node *node, const model_saved *m, const char *key)
{
    const tree_node *id = tree_get(node, "plugin");
    if (id && id->kind == TREE_TEXT && strcmp(id->text, m->plugin) != 0)
        tree_complain(r->p, id, E_INPUT, "[corrector] plugin = \"%.60s\": the model %s = \"%.200s\" is one of %s",
                      id->text, key, m->folder, m->plugin);
}

const tree_node *scenario_model_table(reading *r, const tree_node *node, scenario_corrector *out)
{
    why w = { 0 };
    tree_node *table = NULL;
    if (node->kind != TREE_TABLE || !tree_get(node, "model"))
        return node;
    stands_beside(r, node);
    if (!(out->model = read_model(r, node, "model")))
        return NULL;
    same_plugin(r, node, out->model, "model");
    size_t before = r->p->n;
    if (model_table(out->model, r->t, r->p, &table, &w) && r->p->n == before)
        tree_complain(r->p, node, w.code, "%s", w.text);
    const tree_node *name = tree_get(node, "name");
    tree_node *copy = table && name ? tree_clone(r->t, name) : NULL;
    if (copy)
        tree_put(table, "name", copy);
    return table;
}

void scenario_read_from(reading *r, const tree_node *node, scenario_corrector *out)
{
    if (out->model || !tree_get(node, "from") || !(out->from = read_model(r, node, "from")))
        return;
    same_plugin(r, node, out->from, "from");
}

void scenario_models_close(scenario *s)
{
    for (size_t i = 0; i < s->ncorrector; i++) {
        model_close(s->corrector[i].model);
        model_close(s->corrector[i].from);
    }
}

/* SPDX-License-Identifier: MIT
 * scenario_parts.c - source, physics, correctors and outputs: plugins are found by name and given their parameters.
 */
#include "core/scenario/inside.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { SKIP = 24, LABEL = 64 };

/* A parameter by its key, which may be dotted or stand whole in quotes. */
static tree_node *param_node(const tree_node *table, const char *key)
{
    tree_node *whole = tree_get(table, key);
    return whole ? whole : tree_find(table, key);
}

static void expand_params(reading *r, const tree_node *node, const fade_desc *d)
{
    for (uint32_t i = 0; i < d->params.n; i++) {
        const fade_param *param = library_at(&d->params, i);
        bool many = param->type == FADE_PATHS;
        tree_node *c = param->type == FADE_PATH || many ? param_node(node, param->key) : NULL;
        many = many && c && c->kind == TREE_ARRAY;
        for (c = many ? c->first : c; c; c = many ? c->next : NULL) {
            scenario_expand(r, c);
            scenario_from_here(r, c);
        }
    }
}

/* `name`, else the plugin's id. */
static const char *label_of(reading *r, const tree_node *node, const char *otherwise)
{
    const tree_node *name = tree_get(node, "name");
    const char *label = name ? scenario_text(r, name, "name") : otherwise;
    bool legal = label && strlen(label) <= LABEL;
    for (const char *at = legal ? label : ""; *at; at++)
        legal = legal && !iscntrl((unsigned char)*at);
    if (label && !legal)
        tree_complain(r->p, name ? name : node, E_INPUT,
                      "the name \"%.70s\" has more than %d bytes or control characters", label, LABEL);
    return legal ? label : otherwise;
}

/* One plugin's table.  false: a problem was added. */
static bool read_part(reading *r, const tree_node *node, const char *kind, const char *section, scenario_part *out)
{
    why w = { 0 };
    const char *skip[SKIP];
    out->node = node;
    out->label = "?";
    if (node->kind != TREE_TABLE) {
        tree_complain(r->p, node, E_INPUT, "[%s] is a table with plugin = \"..\"", section);
        return false;
    }
    tree_node *id = tree_get(node, "plugin");
    if (!id) {
        tree_complain(r->p, node, E_INPUT, "[%s] needs plugin = \"..\"; fade plugin list shows what there is", section);
        return false;
    }
    id->used = true;
    if (!scenario_text(r, id, "plugin"))
        return false;
    out->label = label_of(r, node, id->text);
    int rc = library_find_kind(id->text, kind, &out->plugin, &w);
    if (rc) {
        tree_complain(r->p, id, rc, "%s", w.text);
        return false;
    }
    expand_params(r, node, out->plugin->desc);
    scenario_section_keys(section, skip, SKIP);
    rc = args_read(r->t, node, out->plugin->desc, &r->s->cell, skip, r->p, &out->args);
    if (rc)
        fail(r->w, rc, "no memory for the parameters of %s", id->text);
    return rc == E_OK;
}

/* Where a protocol says what happens no rows need to come from anywhere: one cell, whose rows last as long as it. */
static tree_node *held_source(reading *r, tree_node *root)
{
    tree_node *node = tree_make(r->t, TREE_TABLE, r->s->file, 0, 0), *id = tree_make(r->t, TREE_TEXT, r->s->file, 0, 0);
    tree_node *duration = tree_make(r->t, TREE_REAL, r->s->file, 0, 0);
    if (!node || !id || !duration)
        return NULL;
    id->text = tree_text(r->t, "constant");
    tree_append(node, tree_text(r->t, "plugin"), id);
    tree_append(node, tree_text(r->t, "duration"), duration);
    tree_append(root, tree_text(r->t, "source"), node);
    return node;
}

void scenario_read_source(reading *r, tree_node *root)
{
    tree_node *node = tree_get(root, "source");
    if (!node && tree_get(root, "protocol"))
        node = held_source(r, root);
    if (!node) {
        tree_complain(r->p, root, E_INPUT,
                      "there is no [source]: it says where rows come from, as in plugin = \"constant\"");
        return;
    }
    read_part(r, node, "source", "source", &r->s->source);
}

/* [name] or [[name]]: the first table, how many there are, and where their array stands. */
static const tree_node *tables(reading *r, const tree_node *root, const char *name, size_t *n)
{
    const tree_node *node = tree_get(root, name);
    *n = !node ? 0 : node->kind == TREE_ARRAY ? node->n : 1;
    if (node && node->kind != TREE_ARRAY && node->kind != TREE_TABLE) {
        tree_complain(r->p, node, E_INPUT,
                      "[%s] is a table, or several: write [%s] or [[%s]], then plugin = \"..\" below", name, name,
                      name);
        *n = 0;
    }
    return *n == 0 ? NULL : node->kind == TREE_ARRAY ? node->first : node;
}

/* The next table of the same; a lone table has a sibling that is another section. */
static const tree_node *after(const tree_node *root, const char *name, const tree_node *node)
{
    return tree_get(root, name)->kind == TREE_ARRAY ? node->next : NULL;
}

/* ---- physics ----------------------------------------------------------------------------------------------------- */

static void unknown_beside_parts(reading *r, const tree_node *node)
{
    for (const tree_node *c = node->first; c; c = c->next)
        if (strcmp(c->key, "parts") != 0 && strcmp(c->key, "name") != 0 && strcmp(c->key, "combine") != 0)
            tree_complain_key(r->p, c, E_INPUT,
                              "[physics] %.60s stands beside parts = [..]: it belongs into one of the parts", c->key);
}

/* What one table of a physics, or of its parts, cannot say of combining. */
static void no_combine(reading *r, const tree_node *table, const char *why_not)
{
    const tree_node *c = tree_get(table, "combine");
    if (c)
        tree_complain_key(r->p, c, E_INPUT, "[physics] combine joins the losses of several parts%s", why_not);
}

static void read_combine(reading *r, const tree_node *node, const tree_node *parts, scenario_physics *out)
{
    out->combine = -1;
    scenario_read_section(r, "physics", node, out, true);
    out->combine++;
    if (parts->n == 1)
        no_combine(r, node, ", and there is one");
    for (const tree_node *c = parts->first; c; c = c->next)
        no_combine(r, c, ": it stands beside parts = [..], not in one of them");
}

static void read_parts(reading *r, const tree_node *node, tree_node *parts, scenario_physics *out)
{
    text joined = { 0 };
    parts->used = true;
    unknown_beside_parts(r, node);
    if (parts->kind != TREE_ARRAY || !parts->n) {
        tree_complain(r->p, parts, E_INPUT, "[physics] parts is a list of tables: [{ plugin = \"..\" }, ..]");
        return;
    }
    read_combine(r, node, parts, out);
    out->part = tree_block(r->t, parts->n, sizeof *out->part);
    for (const tree_node *c = out->part ? parts->first : NULL; c; c = c->next) {
        scenario_part *part = &out->part[out->n++];
        read_part(r, c, "physics", "physics", part);
        text_addf(&joined, "%s%s", joined.n ? "+" : "", part->label);
    }
    const char *both = joined.failed ? NULL : tree_text(r->t, text_of(&joined));
    out->label = label_of(r, node, both ? both : "?");
    text_free(&joined);
}

static void read_physics(reading *r, const tree_node *node, scenario_physics *out)
{
    out->label = "?";
    tree_node *parts = tree_get(node, "parts");
    if (parts) {
        read_parts(r, node, parts, out);
        return;
    }
    no_combine(r, node, ", and there is no parts = [{ plugin = \"..\" }, ..]");
    out->part = tree_block(r->t, 1, sizeof *out->part);
    if (!out->part)
        return;
    out->n = 1;
    read_part(r, node, "physics", "physics", out->part);
    out->label = out->part->label;
}

void scenario_read_physics(reading *r, tree_node *root)
{
    size_t n = 0;
    scenario *s = r->s;
    tree_node *word = tree_get(root, "physics");
    bool none = word && word->kind == TREE_TEXT && strcmp(word->text, "none") == 0;
    if (none)
        word->used = true;                        /* what is measured is learnt as it is: evaluate, train, predict */
    const tree_node *node = none ? NULL : tables(r, root, "physics", &n);
    if (!tree_get(root, "physics") || (!n && tree_get(root, "physics")->kind == TREE_ARRAY))
        tree_complain(r->p, root, E_INPUT, "there is no [physics]: it says how cells age, as in plugin = \"xu2018\"");
    s->physics = tree_block(r->t, n + 1, sizeof *s->physics);
    for (; node && s->physics; node = after(root, "physics", node)) {
        scenario_physics *ph = &s->physics[s->nphysics++];
        read_physics(r, node, ph);
        for (size_t i = 0; i + 1 < s->nphysics; i++)
            if (strcmp(ph->label, "?") != 0 && strcmp(s->physics[i].label, ph->label) == 0)
                tree_complain(r->p, node, E_INPUT, "two physics are called \"%s\": give one of them name = \"..\"",
                              ph->label);
    }
}

/* ---- correctors, outputs ----------------------------------------------------------------------------------------- */

static void features_of_model(reading *r, const tree_node *node, scenario_corrector *out)
{
    const char **keys = tree_block(r->t, out->model->nfeature + 1, sizeof *keys);
    out->feature_node = tree_get(node, "model");
    out->feature = keys;
    out->pooled = out->model->pooled;
    out->gate = out->model->gated;
    for (; keys && out->nfeature < out->model->nfeature; out->nfeature++)
        keys[out->nfeature] = out->model->feature[out->nfeature].key;
}

void scenario_read_correctors(reading *r, tree_node *root)
{
    size_t n;
    scenario *s = r->s;
    const tree_node *node = tables(r, root, "corrector", &n);
    s->corrector = tree_block(r->t, n + 1, sizeof *s->corrector);
    for (; node && s->corrector; node = after(root, "corrector", node)) {
        scenario_corrector *k = &s->corrector[s->ncorrector++];
        const tree_node *table = scenario_model_table(r, node, k);
        k->part.node = node;
        k->part.label = "?";
        if (!table || (!read_part(r, table, "corrector", "corrector", &k->part) && node->kind != TREE_TABLE))
            continue;
        k->part.node = node;
        scenario_read_section(r, "corrector", node, k, true);
        if (k->model)
            features_of_model(r, node, k);
        else
            scenario_read_features(r, tree_get(node, "features"), k);
        scenario_read_from(r, node, k);
        for (size_t i = 0; i + 1 < s->ncorrector; i++)
            if (strcmp(k->part.label, "?") != 0 && strcmp(s->corrector[i].part.label, k->part.label) == 0)
                tree_complain(r->p, node, E_INPUT, "two correctors are called \"%s\": give one of them name = \"..\"",
                              k->part.label);
    }
}

/* Nothing said: the table in the terminal, and rows.csv. */
static void default_outputs(reading *r, tree_node *root)
{
    static const char *const plugins[] = { "summary", "csv" };
    tree_node *list = tree_make(r->t, TREE_ARRAY, "default output", 0, 0);
    for (size_t i = 0; list && i < sizeof plugins / sizeof *plugins; i++) {
        tree_node *table = tree_make(r->t, TREE_TABLE, list->file, 0, 0),
                  *id = tree_make(r->t, TREE_TEXT, list->file, 0, 0);
        if (!table || !id)
            return;
        id->text = plugins[i];
        tree_append(table, "plugin", id);
        tree_push(list, table);
    }
    if (list)
        tree_put(root, "output", list);
}

/* at = [100, 500] */
static void read_at(reading *r, const tree_node *node, scenario_output *out)
{
    if (!node)
        return;
    bool list = node->kind == TREE_ARRAY;
    uint64_t *at = tree_block(r->t, (list ? node->n : 1) + 1, sizeof *at);
    for (const tree_node *c = list ? node->first : node; c && at; c = list ? c->next : NULL) {
        if (c->kind == TREE_INT && c->integer > 0)
            at[out->nat++] = (uint64_t)c->integer;
        else
            tree_complain(r->p, c, E_INPUT, "[output] at is a list of cycles from 1 on, as in [100, 500]");
    }
    out->at = at;
}

void scenario_read_outputs(reading *r, tree_node *root)
{
    size_t n;
    scenario *s = r->s;
    if (!tree_get(root, "output"))
        default_outputs(r, root);
    const tree_node *node = tables(r, root, "output", &n);
    s->output = tree_block(r->t, n + 1, sizeof *s->output);
    for (; node && s->output; node = after(root, "output", node)) {
        scenario_output *o = &s->output[s->noutput++];
        if (!read_part(r, node, "output", "output", &o->part) && node->kind != TREE_TABLE)
            continue;
        scenario_read_section(r, "output", node, o, true);
        read_at(r, tree_get(node, "at"), o);
    }
}

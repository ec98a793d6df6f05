/* SPDX-License-Identifier: MIT
 * params.c - the parameters of a scenario's plugins, as the scenario has them or as a file keeps them.
 */
#include "core/cli/params.h"
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/scenario/set.h"
#include "core/scenario/toml.h"
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 8 << 20, MOST_DEPTH = 32 };

/* ---- a scenario's parameters as a tree ---- */

void params_free(params *p)
{
    tree_close(p->tree);
    free(p->at);
}

static tree_node *value_of(tree *t, const fade_param *d, const fade_value *v, const args_spread *s)
{
    const tree_node *given = s ? s->node : NULL;
    static const int kinds[] = { [FADE_REAL] = TREE_REAL,
                                 [FADE_INT] = TREE_INT,
                                 [FADE_BOOL] = TREE_BOOL,
                                 [FADE_CHOICE] = TREE_TEXT,
                                 [FADE_TEXT] = TREE_TEXT };
    bool plain = d->type <= FADE_TEXT && (!s || s->kind == ARGS_ONE);
    bool is_text = plain && (d->type == FADE_CHOICE || d->type == FADE_TEXT);
    if (d->type == FADE_PATH || (d->flags & FADE_DEPRECATED) || (plain && (is_text ? !v->text : isnan(v->real))))
        return NULL;
    if (!plain)
        return given ? tree_clone(t, given) : NULL;
    tree_node *n = tree_make(t, kinds[d->type], "", 0, 0);
    if (!n)
        return NULL;
    n->text = is_text ? v->text : NULL;
    n->real = v->real;
    n->integer = is_text ? 0 : (int64_t)v->real;
    return n;
}

static void keep(params *p, param one)
{
    param *more = mem_grow(p->at, p->n + 1, sizeof *more);
    p->at = more ? more : p->at;
    p->failed = p->failed || !more;
    if (more)
        more[p->n++] = one;
}

static tree_node *word(tree *t, const char *text_)
{
    tree_node *n = tree_make(t, TREE_TEXT, "", 0, 0);
    if (n)
        n->text = text_;
    return n;
}

/* What the plugin's own table says of its default. */
static const char *flag_of(const fade_param *d)
{
    return d->flags & FADE_EXAMPLE ? "example" : d->flags & FADE_FITTED ? "fitted" : "";
}

/* Of a value that the part's parameter set gave. */
static void from_set(params *p, const scenario_part *part, param *one)
{
    set_entry e;
    if (!set_find(tree_get(part->node, "parameters"), one->key, &e))
        return;
    const char *source = tree_text(p->tree, e.source);
    one->source = source ? source : "";
    one->flag = e.flag;
    one->ref = e.ref;
    one->set = true;
}

/* The table of one plugin. */
static tree_node *part_table(params *p, const scenario_part *part, const char *at)
{
    const fade_desc *d = part->plugin->desc;
    tree_node *table = tree_make(p->tree, TREE_TABLE, "", 0, 0), *id = word(p->tree, d->id);
    if (!table || !id || tree_put(table, "plugin", id))
        return NULL;
    for (uint32_t i = 0; i < d->params.n; i++) {
        const fade_param *desc = library_at(&d->params, i);
        const args_spread *s = part->args->spread ? &part->args->spread[i] : NULL;
        tree_node *v = value_of(p->tree, desc, &part->args->fade.at[i], s);
        param one = { .plugin = d->id, .key = desc->key, .value = v, .desc = desc, .set = s && s->node,
                      .unit = desc->unit, .source = desc->source, .doc = desc->doc, .flag = flag_of(desc), .ref = "" };
        if (!v)
            continue;
        if (s && s->of_set)
            from_set(p, part, &one);
        snprintf(one.at, sizeof one.at, "%s", at);
        tree_append(table, desc->key, v);
        keep(p, one);
    }
    return table;
}

static tree_node *list_in(params *p, const char *key)
{
    tree_node *list = tree_make(p->tree, TREE_ARRAY, "", 0, 0);
    p->failed = p->failed || !list || tree_put(tree_root(p->tree), key, list);
    return list;
}

static void push(params *p, tree_node *list, tree_node *table)
{
    p->failed = p->failed || !table || !list;
    if (table && list)
        tree_push(list, table);
}

static tree_node *physics_table(params *p, const scenario_physics *ph, size_t number)
{
    char at[48];
    snprintf(at, sizeof at, "physics.%zu", number + 1);
    if (ph->n == 1)
        return part_table(p, &ph->part[0], at);
    tree_node *table = tree_make(p->tree, TREE_TABLE, "", 0, 0), *parts = tree_make(p->tree, TREE_ARRAY, "", 0, 0);
    if (!table || !parts || tree_put(table, "parts", parts))
        return NULL;
    for (size_t k = 0; k < ph->n; k++) {
        snprintf(at, sizeof at, "physics.%zu.parts.%zu", number + 1, k + 1);
        push(p, parts, part_table(p, &ph->part[k], at));
    }
    return table;
}

int params_of(const scenario *s, params *p, why *w)
{
    *p = (params){ .tree = tree_open() };
    if (!p->tree)
        return fail(w, E_NOMEM, "no memory for parameters");
    tree_node *source = part_table(p, &s->source, "source");
    p->failed = p->failed || !source || tree_put(tree_root(p->tree), "source", source);
    tree_node *physics = list_in(p, "physics"), *corrector = s->ncorrector ? list_in(p, "corrector") : NULL;
    for (size_t i = 0; i < s->nphysics; i++)
        push(p, physics, physics_table(p, &s->physics[i], i));
    for (size_t i = 0; i < s->ncorrector; i++) {
        char at[48];
        snprintf(at, sizeof at, "corrector.%zu", i + 1);
        push(p, corrector, part_table(p, &s->corrector[i].part, at));
    }
    return p->failed || tree_failed(p->tree) ? fail(w, E_NOMEM, "no memory for parameters") : E_OK;
}

/* ---- JSON out and in ---- */

void params_value_json(json *j, const char *key, const tree_node *n)
{
    switch (n->kind) {
    case TREE_TABLE:
    case TREE_ARRAY:
        json_open(j, key, n->kind == TREE_TABLE ? '{' : '[');
        for (const tree_node *c = n->first; c; c = c->next)
            params_value_json(j, n->kind == TREE_TABLE ? c->key : NULL, c);
        json_close(j, n->kind == TREE_TABLE ? '}' : ']');
        return;
    case TREE_REAL: json_number(j, key, n->real); return;
    case TREE_INT: json_whole(j, key, n->integer); return;
    case TREE_BOOL: json_bool(j, key, n->integer != 0); return;
    default: json_text(j, key, n->text); return;
    }
}

static tree_node *from_json(tree *t, json_t *v, int depth)
{
    static const int kinds[] = { [JSON_OBJECT] = TREE_TABLE, [JSON_ARRAY] = TREE_ARRAY, [JSON_STRING] = TREE_TEXT,
                                 [JSON_INTEGER] = TREE_INT,  [JSON_REAL] = TREE_REAL,   [JSON_TRUE] = TREE_BOOL,
                                 [JSON_FALSE] = TREE_BOOL };
    if (depth > MOST_DEPTH || json_is_null(v))
        return NULL;
    tree_node *n = tree_make(t, kinds[json_typeof(v)], "", 0, 0);
    if (!n)
        return NULL;
    const char *key;
    json_t *child;
    size_t i;
    n->text = json_is_string(v) ? tree_text(t, json_string_value(v)) : NULL;
    n->real = json_is_number(v) ? json_number_value(v) : json_is_true(v);
    n->integer = json_is_integer(v) ? json_integer_value(v) : json_is_true(v);
    json_object_foreach(v, key, child)
    {
        tree_node *c = from_json(t, child, depth + 1);
        const char *own = tree_text(t, key);
        if (!c || !own || tree_put(n, own, c))
            return NULL;
    }
    json_array_foreach(v, i, child)
    {
        tree_node *c = from_json(t, child, depth + 1);
        if (!c)
            return NULL;
        tree_push(n, c);
    }
    return n;
}

/* ---- a file of parameters ---- */

static int parse(const char *path, const char *made, size_t n, tree *t, tree_node **root, why *w)
{
    if (text_ends(path, ".json")) {
        json_error_t e;
        json_t *v = json_loadb(made, n, 0, &e);
        if (!v)
            return fail(w, E_INPUT, "%s:%d:%d: %s", path, e.line, e.column, e.text);
        *root = json_is_object(v) ? from_json(t, v, 0) : NULL;
        json_decref(v);
        return *root ? E_OK
                     : fail(w, E_INPUT, "%s holds no parameters: an object of values without null is expected", path);
    }
    tree_problems p = { 0 };
    int rc = toml_parse(t, path, made, n, &p, root);
    if (rc)
        fail(w, rc, "%s:%d:%d: %s", path, p.n ? p.at[0].line : 0, p.n ? p.at[0].column : 0, p.n ? p.at[0].text : "");
    tree_problems_free(&p);
    return rc;
}

static void flatten(params *p, const tree_node *table, const char *at)
{
    const tree_node *id = tree_get(table, "plugin"), *parts = tree_get(table, "parts");
    size_t number = 0;
    for (const tree_node *c = table->first; c; c = c->next) {
        param one = { .plugin = id && id->kind == TREE_TEXT ? id->text : "", .key = c->key, .value = c, .set = true,
                      .unit = "", .source = "", .flag = "", .doc = "", .ref = "" };
        if (c == id || c == parts || strcmp(c->key, "name") == 0)
            continue;
        snprintf(one.at, sizeof one.at, "%s", at);
        keep(p, one);
    }
    for (const tree_node *c = parts ? parts->first : NULL; c; c = c->next) {
        char below[48];
        snprintf(below, sizeof below, "%.24s.parts.%zu", at, ++number);
        flatten(p, c, below);
    }
}

static int flatten_all(params *p, const char *path, const tree_node *root, why *w)
{
    static const char *const sections[] = { "source", "physics", "corrector" };
    for (const tree_node *c = root->first; c; c = c->next) {
        size_t k = 0, number = 0;
        while (k < 3 && strcmp(c->key, sections[k]) != 0)
            k++;
        if (k == 3)
            return fail(w, E_INPUT, "%s: [%.60s] holds no parameters; source, physics and corrector do", path, c->key);
        if (c->kind == TREE_TABLE)
            flatten(p, c, k ? (k == 1 ? "physics.1" : "corrector.1") : "source");
        for (const tree_node *t = c->kind == TREE_ARRAY ? c->first : NULL; t; t = t->next) {
            char at[48];
            snprintf(at, sizeof at, "%s.%zu", sections[k], ++number);
            flatten(p, t, at);
        }
    }
    return p->failed ? fail(w, E_NOMEM, "no memory for parameters") : E_OK;
}

int params_read(const char *path, params *p, why *w)
{
    char *made = NULL;
    size_t n = 0;
    tree_node *root = NULL;
    *p = (params){ .tree = tree_open() };
    int rc = p->tree ? file_read(path, MOST_BYTES, &made, &n, w) : fail(w, E_NOMEM, "no memory for parameters");
    if (rc == E_IO)
        rc = w->code = E_INPUT;
    rc = rc ? rc : parse(path, made, n, p->tree, &root, w);
    free(made);
    return rc ? rc : flatten_all(p, path, root, w);
}

bool params_is_file(const char *path)
{
    char head[sizeof PARAMS_HEADER] = "";
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(head, 1, sizeof head - 1, f) : 0;
    if (f)
        fclose(f);
    return text_ends(path, ".json") || (n == sizeof head - 1 && strcmp(head, PARAMS_HEADER) == 0);
}

void params_toml(const params *p, const char *name, text *out)
{
    text_addf(out, PARAMS_HEADER "%s.  `fade params import SCENARIO THIS` puts them into a scenario.\n", name);
    tree_toml(tree_root(p->tree), out);
}

void params_json(const params *p, json *j)
{
    params_value_json(j, NULL, tree_root(p->tree));
}

/* ---- parameter sets ---- */

static void keep_entry(void *ctx, const set_entry *e)
{
    params *p = ctx;
    const char *key = tree_text(p->tree, e->key), *source = tree_text(p->tree, e->source);
    param one = { .at = "set", .plugin = "", .key = key, .value = e->value, .set = true, .unit = e->unit,
                  .source = source, .flag = e->flag, .doc = e->doc, .ref = e->ref };
    p->failed = p->failed || !key || !source;
    if (key && source)
        keep(p, one);
}

int params_of_set(const char *name, params *p, tree_problems *problems, why *w)
{
    *p = (params){ .tree = tree_open() };
    tree_node *node = p->tree ? word(p->tree, name) : NULL, *set = NULL;
    if (!node)
        return fail(w, E_NOMEM, "no memory for parameters");
    node->file = "";
    set_read(p->tree, node, problems, &set);
    if (!set)
        return problems->n ? fail(w, problems->at[0].code, "%s", problems->at[0].text)
                           : fail(w, E_NOMEM, "no memory for parameters");
    p->failed = tree_put(tree_root(p->tree), "parameters", set) != E_OK;
    set_walk(set, keep_entry, p);
    return p->failed || tree_failed(p->tree) ? fail(w, E_NOMEM, "no memory for parameters") : E_OK;
}

bool params_is_set(const char *name)
{
    bool bpx = text_ends(name, ".json"), is = set_is_name(name) && !bpx && !text_ends(name, ".toml");
    char *made = NULL;
    size_t n = 0;
    tree *t = is ? NULL : tree_open();
    tree_node *root = NULL;
    tree_problems p = { 0 };
    if (t && (bpx || text_ends(name, ".toml")) && !file_read(name, MOST_BYTES, &made, &n, NULL) &&
        strncmp(made, PARAMS_HEADER, strlen(PARAMS_HEADER)) != 0)
        is = !(bpx ? set_json(t, name, made, n, &p, &root) : toml_parse(t, name, made, n, &p, &root)) && set_is(root);
    free(made);
    tree_close(t);
    tree_problems_free(&p);
    return is;
}

void params_short(const tree_node *n, text *out)
{
    enum { FEW = 4, LONG = 40 };
    const tree_node *x = n->kind == TREE_TABLE ? tree_get(n, "x") : NULL;
    if (x && x->n > FEW)
        text_addf(out, "%zu points", x->n);
    else if (n->kind == TREE_ARRAY && n->n > FEW)
        text_addf(out, "%zu values", n->n);
    else if (n->kind == TREE_TEXT && strlen(n->text) > LONG)
        text_addf(out, "\"%.37s..\"", n->text);
    else
        tree_inline(n, out);
}

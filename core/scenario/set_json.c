/* SPDX-License-Identifier: MIT
 * set_json.c - JSON as a tree that knows its places.
 *
 * jansson reads it; a walk over the same text, which is then known to be right, finds where each value stands.
 */
#include "core/scenario/set.h"
#include <jansson.h>
#include <string.h>

typedef struct place {
    tree       *t;
    const char *file, *at;                        /* `at`: the text not yet walked over; it is NUL-terminated */
    int         line, column;
} place;

static void step(place *k)
{
    bool over = *k->at == '\n', inside = ((unsigned char)*k->at & 0xC0) == 0x80;
    k->line += over;
    k->column = over ? 1 : k->column + !inside;
    k->at++;
}

static void skip(place *k)
{
    while (*k->at && strchr(" \t\r\n,:", *k->at))
        step(k);
}

static void skip_text(place *k)
{
    for (step(k); *k->at && *k->at != '"'; step(k))
        if (*k->at == '\\')
            step(k);
    step(k);
}

static void skip_word(place *k)
{
    while (*k->at && !strchr(" \t\r\n,:]}", *k->at))
        step(k);
}

static tree_node *value(place *k, const json_t *v);

static bool members(place *k, const json_t *v, tree_node *n)
{
    const char *key;
    json_t *child;
    json_object_foreach((json_t *)(uintptr_t)v, key, child)
    {
        skip(k);
        int line = k->line, column = k->column;
        skip_text(k);
        const char *own = tree_text(k->t, key);
        tree_node *c = own ? value(k, child) : NULL;
        if (!c)
            return false;
        c->key_line = line;
        c->key_column = column;
        tree_append(n, own, c);
    }
    return true;
}

static bool items(place *k, const json_t *v, tree_node *n)
{
    size_t i;
    json_t *child;
    json_array_foreach(v, i, child)
    {
        tree_node *c = value(k, child);
        if (!c)
            return false;
        tree_push(n, c);
    }
    return true;
}

/* null becomes a date without text: no reader takes it for anything. */
static tree_node *value(place *k, const json_t *v)
{
    static const int kinds[] = { [JSON_OBJECT] = TREE_TABLE, [JSON_ARRAY] = TREE_ARRAY, [JSON_STRING] = TREE_TEXT,
                                 [JSON_INTEGER] = TREE_INT,  [JSON_REAL] = TREE_REAL,   [JSON_TRUE] = TREE_BOOL,
                                 [JSON_FALSE] = TREE_BOOL,   [JSON_NULL] = TREE_DATE };
    bool ok = true;
    skip(k);
    tree_node *n = tree_make(k->t, kinds[json_typeof(v)], k->file, k->line, k->column);
    if (!n)
        return NULL;
    n->text = json_is_string(v) ? tree_text(k->t, json_string_value(v)) : json_is_null(v) ? "null" : NULL;
    n->real = json_is_number(v) ? json_number_value(v) : json_is_true(v);
    n->integer = json_is_integer(v) ? json_integer_value(v) : json_is_true(v);
    if (json_is_string(v)) {
        skip_text(k);
        return n->text ? n : NULL;
    }
    if (!json_is_object(v) && !json_is_array(v)) {
        skip_word(k);
        return n;
    }
    step(k);
    ok = json_is_object(v) ? members(k, v, n) : items(k, v, n);
    skip(k);
    step(k);
    return ok ? n : NULL;
}

static int depth_of(const json_t *v, int most)
{
    const char *key;
    json_t *child;
    size_t i;
    int deepest = 0;
    if (most <= 0)
        return 1;
    json_object_foreach((json_t *)(uintptr_t)v, key, child)
    {
        int d = depth_of(child, most - 1);
        deepest = d > deepest ? d : deepest;
    }
    json_array_foreach(v, i, child)
    {
        int d = depth_of(child, most - 1);
        deepest = d > deepest ? d : deepest;
    }
    return deepest + 1;
}

int set_json(tree *t, const char *file, const char *at, size_t n, tree_problems *p, tree_node **out)
{
    json_error_t e;
    *out = NULL;
    json_t *v = json_loadb(at, n, JSON_REJECT_DUPLICATES, &e);
    if (!v)
        return tree_complain_at(p, file, e.line, e.column > 0 ? e.column : 1, E_INPUT, e.text);
    if (!json_is_object(v) || depth_of(v, TREE_DEPTH) >= TREE_DEPTH) {
        json_decref(v);
        return tree_complain_at(p, file, 1, 1, E_INPUT, "an object { .. } of at most 60 levels is expected");
    }
    place k = { .t = t, .file = file, .at = at, .line = 1, .column = 1 };
    *out = value(&k, v);
    json_decref(v);
    return *out ? E_OK : tree_complain_at(p, file, 1, 1, E_NOMEM, "no memory for the file");
}

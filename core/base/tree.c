/* SPDX-License-Identifier: MIT
 * tree.c - a parsed scenario before it means anything: tables, arrays and scalars in an arena.
 */
#include "core/base/tree.h"
#include "core/base/mem.h"
#include <stdlib.h>
#include <string.h>

struct tree {
    mem_arena *arena;
    tree_node *root;
    bool       failed;
};

tree *tree_open(void)
{
    tree *t = mem_zero(1, sizeof *t);
    if (!t)
        return NULL;
    t->arena = mem_arena_open();
    t->root = t->arena ? tree_make(t, TREE_TABLE, "", 0, 0) : NULL;
    if (t->root)
        return t;
    tree_close(t);
    return NULL;
}

void tree_close(tree *t)
{
    if (!t)
        return;
    mem_arena_close(t->arena);
    free(t);
}

tree_node *tree_root(tree *t)
{
    return t->root;
}

bool tree_failed(const tree *t)
{
    return t->failed;
}

tree_node *tree_make(tree *t, int kind, const char *file, int line, int column)
{
    tree_node *node = mem_arena_get(t->arena, sizeof *node);
    if (!node) {
        t->failed = true;
        return NULL;
    }
    node->kind = kind;
    node->file = file;
    node->line = line;
    node->column = column;
    return node;
}

const char *tree_text(tree *t, const char *plain)
{
    const char *copy = mem_arena_text(t->arena, plain);
    if (plain && !copy)
        t->failed = true;
    return copy;
}

void *tree_block(tree *t, size_t n, size_t size)
{
    size_t bytes;
    void *at = __builtin_mul_overflow(n, size, &bytes) ? NULL : mem_arena_get(t->arena, bytes);
    if (!at)
        t->failed = true;
    return at;
}

void *tree_room(tree *t, size_t n)
{
    void *at = mem_arena_get(t->arena, n);
    if (!at)
        t->failed = true;
    return at;
}

void tree_push(tree_node *array, tree_node *child)
{
    child->next = NULL;
    if (array->last)
        array->last->next = child;
    else
        array->first = child;
    array->last = child;
    array->n++;
}

void tree_append(tree_node *table, const char *key, tree_node *child)
{
    child->key = key;
    tree_push(table, child);
}

/* Puts `child` where `old` stands. */
static void replace(tree_node *parent, tree_node *old, tree_node *child)
{
    tree_node **link = &parent->first;
    while (*link != old)
        link = &(*link)->next;
    child->next = old->next;
    child->key = old->key;
    *link = child;
    if (parent->last == old)
        parent->last = child;
}

int tree_put(tree_node *table, const char *key, tree_node *child)
{
    if (table->kind != TREE_TABLE)
        return E_INPUT;
    tree_node *old = tree_get(table, key);
    if (old)
        replace(table, old, child);
    else
        tree_append(table, key, child);
    return E_OK;
}

tree_node *tree_get(const tree_node *table, const char *key)
{
    if (!table || table->kind != TREE_TABLE)
        return NULL;
    for (tree_node *c = table->first; c; c = c->next)
        if (strcmp(c->key, key) == 0)
            return c;
    return NULL;
}

tree_node *tree_clone(tree *t, const tree_node *from)
{
    tree_node *to = tree_make(t, from->kind, from->file, from->line, from->column);
    if (!to)
        return NULL;
    *to = *from;
    to->first = to->last = to->next = NULL;
    to->n = 0;
    for (const tree_node *c = from->first; c; c = c->next) {
        tree_node *copy = tree_clone(t, c);
        if (!copy)
            return NULL;
        tree_push(to, copy);
    }
    return to;
}

void tree_merge(tree *t, tree_node *under, const tree_node *over)
{
    for (const tree_node *c = over->first; c; c = c->next) {
        tree_node *old = tree_get(under, c->key);
        if (old && old->kind == TREE_TABLE && c->kind == TREE_TABLE) {
            tree_merge(t, old, c);
            continue;
        }
        tree_node *copy = tree_clone(t, c);
        if (copy)
            tree_put(under, c->key, copy);
    }
}

/* ---- dotted paths ------------------------------------------------------------------------------------------------ */

/* The next part of a path: its first byte and length.  NULL at the end or, with *bad set, at nonsense. */
static const char *part_next(const char **path, size_t *n, bool *bad)
{
    const char *at = *path;
    *bad = false;
    if (!*at)
        return NULL;
    bool quoted = *at == '"';
    at += quoted;
    *n = strcspn(at, quoted ? "\"" : ".");
    const char *end = at + *n + (quoted && at[*n] == '"');
    *bad = *n == 0 || (quoted && end == at + *n) || (*end && *end != '.') || (*end == '.' && !end[1]);
    *path = *end ? end + 1 : end;
    return *bad ? NULL : at;
}

/* The 1-based index that n bytes spell; 0: none. */
static size_t index_of(const char *at, size_t n)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        if (at[i] < '0' || at[i] > '9' || k > 1000000)
            return 0;
        k = 10 * k + (size_t)(at[i] - '0');
    }
    return k;
}

static tree_node *child_at(const tree_node *array, size_t k)
{
    tree_node *c = array->first;
    while (c && --k)
        c = c->next;
    return c;
}

static tree_node *child_named(const tree_node *table, const char *at, size_t n)
{
    for (tree_node *c = table->first; c; c = c->next)
        if (strncmp(c->key, at, n) == 0 && !c->key[n])
            return c;
    return NULL;
}

tree_node *tree_find(const tree_node *table, const char *dotted)
{
    const tree_node *at = table;
    size_t n = 0;
    bool bad = false;
    const char *part;
    while (at && (part = part_next(&dotted, &n, &bad))) {
        size_t k = index_of(part, n);
        if (at->kind == TREE_ARRAY && k) {
            at = child_at(at, k);
            continue;
        }
        if (at->kind == TREE_ARRAY)
            at = at->n == 1 ? at->first : NULL;
        if (!at || at->kind != TREE_TABLE)
            return NULL;
        at = child_named(at, part, n);
    }
    return bad ? NULL : (tree_node *)at;
}

/* A key of its own for n bytes. */
static const char *key_of(tree *t, const char *at, size_t n)
{
    char *copy = mem_arena_get(t->arena, n + 1);
    if (copy)
        memcpy(copy, at, n);
    else
        t->failed = true;
    return copy;
}

/* What stands at one part of the path, below `at`; a table is made for `value` where a table has nothing.  NULL: *w
 * says why. */
static tree_node *enter(tree *t, tree_node *at, const char *part, size_t n, const tree_node *value, why *w)
{
    size_t k = index_of(part, n);
    int shown = n > 100 ? 100 : (int)n;
    if (at->kind == TREE_ARRAY && k) {
        tree_node *c = child_at(at, k);
        if (!c)
            fail(w, E_INPUT, "there is no number %zu of %s: it has %zu", k, at->key ? at->key : "the array", at->n);
        return c;
    }
    if (at->kind == TREE_ARRAY && at->first)
        at = at->first;
    if (at->kind != TREE_TABLE) {
        fail(w, E_INPUT, "'%.*s' cannot be set: what stands before it is not a table", shown, part);
        return NULL;
    }
    tree_node *c = child_named(at, part, n);
    if (c)
        return c;
    const char *key = key_of(t, part, n);
    c = key ? tree_make(t, TREE_TABLE, value->file, value->line, value->column) : NULL;
    if (c)
        tree_append(at, key, c);
    else
        fail(w, E_NOMEM, "no memory for '%.*s'", shown, part);
    return c;
}

/* Puts the value at the last part of the path. */
static int set_last(tree *t, tree_node *at, const char *part, size_t n, tree_node *value, why *w)
{
    int shown = n > 100 ? 100 : (int)n;
    size_t k = index_of(part, n);
    tree_node *old = at->kind == TREE_ARRAY && k ? child_at(at, k) : NULL;
    if (old) {
        replace(at, old, value);
        return E_OK;
    }
    if (at->kind == TREE_ARRAY && k)
        return fail(w, E_INPUT, "there is no number %zu of %s: it has %zu", k, at->key ? at->key : "the array", at->n);
    if (at->kind == TREE_ARRAY && at->first)
        at = at->first;
    if (at->kind != TREE_TABLE)
        return fail(w, E_INPUT, "'%.*s' cannot be set: what stands before it is not a table", shown, part);
    const char *key = key_of(t, part, n);
    if (!key)
        return fail(w, E_NOMEM, "no memory for '%.*s'", shown, part);
    return tree_put(at, key, value);
}

int tree_set(tree *t, tree_node *root, const char *dotted, tree_node *value, why *w)
{
    tree_node *at = root;
    const char *rest = dotted;
    size_t n = 0;
    bool bad = false;
    const char *part = part_next(&rest, &n, &bad);
    for (size_t depth = 0; part; depth++) {
        const char *before = part;
        size_t length = n;
        part = part_next(&rest, &n, &bad);
        if (bad || depth >= TREE_DEPTH)
            break;
        if (!part)
            return set_last(t, at, before, length, value, w);
        if (!(at = enter(t, at, before, length, value, w)))
            return w ? w->code : E_INPUT;
    }
    return fail(w, E_INPUT, "'%.100s' is not a path of keys like run.seed or physics.2.k", dotted);
}

/* SPDX-License-Identifier: MIT
 * tree_toml.c - a tree as TOML that parses to the same: scalars first, then [tables] and [[arrays of tables]].
 */
#include "core/base/json.h"
#include "core/base/tree.h"
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

/* A path of keys on the way down, linked from the innermost out. */
typedef struct path {
    const struct path *up;
    const char        *key;
} path;

static void add_key(const char *key, text *out)
{
    bool bare = *key != '\0';
    for (const char *at = key; *at; at++)
        bare = bare && (isalnum((unsigned char)*at) || *at == '_' || *at == '-') && (unsigned char)*at < 0x80;
    if (bare)
        text_add(out, key);
    else
        json_quote(out, key);                           /* what JSON escapes, TOML reads */
}

static void add_path(const path *p, text *out)
{
    if (p->up) {
        add_path(p->up, out);
        text_addc(out, '.');
    }
    add_key(p->key, out);
}

/* A real stays a real: 2 is written 2.0. */
static void add_real(double x, text *out)
{
    size_t from = out->n;
    text_add_number(out, x);
    if (!out->failed && !strpbrk(out->at + from, ".eni"))
        text_add(out, ".0");
}

static void add_value(const tree_node *node, text *out)
{
    bool table = node->kind == TREE_TABLE;
    switch (node->kind) {
    case TREE_CALL:
    case TREE_TEXT: json_quote(out, node->text); return;
    case TREE_REAL: add_real(node->real, out); return;
    case TREE_INT: text_addf(out, "%" PRId64, node->integer); return;
    case TREE_BOOL: text_add(out, node->integer ? "true" : "false"); return;
    case TREE_DATE: text_add(out, node->text); return;
    default: break;
    }
    text_add(out, table ? "{ " : "[");
    for (const tree_node *c = node->first; c; c = c->next) {
        if (table) {
            add_key(c->key, out);
            text_add(out, " = ");
        }
        add_value(c, out);
        text_add(out, c->next ? ", " : "");
    }
    text_add(out, table ? " }" : "]");
}

static bool is_tables(const tree_node *node)
{
    if (node->kind != TREE_ARRAY || !node->first)
        return false;
    for (const tree_node *c = node->first; c; c = c->next)
        if (c->kind != TREE_TABLE)
            return false;
    return true;
}

static void add_body(const tree_node *table, const path *up, text *out);

static void add_header(const char *open, const path *here, const char *end, text *out)
{
    text_add(out, out->n ? "\n" : "");
    text_add(out, open);
    add_path(here, out);
    text_add(out, end);
}

static void add_below(const tree_node *node, const path *up, text *out)
{
    path here = { up, node->key };
    if (node->kind == TREE_TABLE) {
        add_header("[", &here, "]\n", out);
        add_body(node, &here, out);
    }
    for (const tree_node *c = is_tables(node) ? node->first : NULL; c; c = c->next) {
        add_header("[[", &here, "]]\n", out);
        add_body(c, &here, out);
    }
}

static void add_body(const tree_node *table, const path *up, text *out)
{
    for (const tree_node *c = table->first; c; c = c->next) {
        if (c->kind == TREE_TABLE || is_tables(c))
            continue;
        add_key(c->key, out);
        text_add(out, " = ");
        add_value(c, out);
        text_addc(out, '\n');
    }
    for (const tree_node *c = table->first; c; c = c->next)
        if (c->kind == TREE_TABLE || is_tables(c))
            add_below(c, up, out);
}

void tree_inline(const tree_node *node, text *out)
{
    add_value(node, out);
}

void tree_toml(const tree_node *root, text *out)
{
    add_body(root, NULL, out);
}

/* SPDX-License-Identifier: MIT
 * set.c - a name, a path or a table becomes the table of a parameter set.
 */
#include "core/scenario/set.h"
#include "core/base/file.h"
#include "core/base/units.h"
#include "core/scenario/bpx.h"
#include "core/scenario/toml.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 8 << 20, MOST_BASES = 8, MOST_NAMES = 32 };

typedef struct opening {
    tree          *t;
    tree_problems *p;
    int            depth;                         /* sets on each other */
} opening;

static tree_node *finish(opening *, tree_node *set, bool known);

/* ---- names and files --------------------------------------------------------------------------------------------- */

static const set_shipped *shipped(const char *name)
{
    const set_shipped *s = NULL;
    for (size_t k = 0; (s = set_shipped_at(k)); k++)
        if (strcmp(s->name, name) == 0)
            break;
    return s;
}

static bool is_path(const char *name) { return text_ends(name, ".toml") || text_ends(name, ".json"); }

bool set_is_name(const char *name) { return is_path(name) || shipped(name); }

bool set_is(const tree_node *root)
{
    static const char *const others[] = { "physics", "source", "run", "base", "corrector" };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (tree_get(root, others[i]))
            return false;
    return root->n > 0;
}

static void no_such(const opening *o, const tree_node *node)
{
    const char *names[MOST_NAMES];
    size_t n = 0;
    text all = { 0 };
    for (const set_shipped *s; n < MOST_NAMES && (s = set_shipped_at(n)); n++) {
        names[n] = s->name;
        text_addf(&all, "%s%s", n ? ", " : "", s->name);
    }
    const char *near = text_nearest(node->text, names, n);
    tree_complain(o->p, node, E_INPUT,
                  "there is no parameter set \"%.80s\"%s%s%s: shipped are %s; a file ends in .toml or .json",
                  node->text, near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "", text_of(&all));
    text_free(&all);
}

static void note(opening *o, tree_node *set, const char *key, const char *said)
{
    tree_node *about = tree_get(set, "set"), *n = tree_make(o->t, TREE_TEXT, set->file, 0, 0);
    if (!about && (about = tree_make(o->t, TREE_TABLE, set->file, set->line, set->column)))
        tree_put(set, "set", about);
    if (!about || about->kind != TREE_TABLE || !n || !(n->text = tree_text(o->t, said)))
        return;
    n->used = true;
    tree_put(about, key, n);
}

/* "a/b/my-cell.toml" -> "my-cell" */
static void note_name(opening *o, tree_node *set, const char *path)
{
    char stem[80];
    const char *slash = strrchr(path, '/'), *from = slash ? slash + 1 : path;
    snprintf(stem, sizeof stem, "%.*s", (int)(strlen(from) - strlen(".toml")), from);
    if (!*set_text(set, "name"))
        note(o, set, "name", stem);
}

static tree_node *parse(opening *o, const char *file, const char *at, size_t n)
{
    char hex[65];
    tree_node *set = NULL, *json = NULL;
    const char *kept = tree_text(o->t, file);
    if (!kept)
        return NULL;
    if (!text_ends(file, ".json")) {
        if (toml_parse(o->t, kept, at, n, o->p, &set))
            return NULL;
    } else if (set_json(o->t, kept, at, n, o->p, &json) || bpx_read(o->t, json, o->p, &set))
        return NULL;
    file_sha256_bytes(at, n, hex);
    note_name(o, set, file);
    note(o, set, "sha256", hex);
    return set;
}

static tree_node *open_file(opening *o, const tree_node *node)
{
    why w = { 0 };
    char *path = file_beside(node->file, node->text), *at = NULL;
    size_t n = 0;
    tree_node *set = NULL;
    int rc = path ? file_read(path, MOST_BYTES, &at, &n, &w) : fail(&w, E_NOMEM, "no memory for a path");
    if (rc)
        tree_complain(o->p, node, rc == E_IO ? E_INPUT : rc, "parameters = \"%.200s\": %s", node->text, w.text);
    else
        set = parse(o, path, at, n);
    free(at);
    free(path);
    return set ? finish(o, set, false) : NULL;
}

static tree_node *open_named(opening *o, const tree_node *node)
{
    char file[120];
    const set_shipped *s = shipped(node->text);
    if (!s && is_path(node->text))
        return open_file(o, node);
    if (!s) {
        no_such(o, node);
        return NULL;
    }
    snprintf(file, sizeof file, "parameters/%s.toml", s->name);
    tree_node *set = parse(o, file, s->at, s->n);
    return set ? finish(o, set, true) : NULL;
}

/* ---- one on another ---------------------------------------------------------------------------------------------- */

/* Groups merge; an entry is replaced whole, with its source.  Takes the children of `over`. */
static void lay(tree_node *under, tree_node *over)
{
    for (tree_node *c = over->first, *next; c; c = next) {
        next = c->next;
        tree_node *old = tree_get(under, c->key);
        if (strcmp(c->key, "base") == 0 && c->kind == TREE_TEXT)
            continue;
        if (old && set_is_group(old) && set_is_group(c))
            lay(old, c);
        else
            tree_put(under, c->key, c);
    }
}

static tree_node *on_base(opening *o, tree_node *set, const tree_node *base)
{
    tree_node *under = NULL;
    if (base->kind != TREE_TEXT)
        tree_complain(o->p, base, E_INPUT, "[set] base is the name or the path of a parameter set");
    else if (o->depth >= MOST_BASES)
        tree_complain(o->p, base, E_INPUT, "[set] base = \"%.80s\": more than %d sets on each other", base->text,
                      MOST_BASES);
    else {
        o->depth++;
        under = open_named(o, base);
        o->depth--;
    }
    if (!under)
        return NULL;
    note(o, set, "on", base->text);
    lay(under, set);
    return under;
}

/* Base laid below, and checked. */
static tree_node *finish(opening *o, tree_node *set, bool known)
{
    const tree_node *base = tree_get(tree_get(set, "set"), "base");
    size_t before = o->p->n;
    set_check(set, !known, o->p);
    if (o->p->n > before)
        return NULL;
    return base ? on_base(o, set, base) : set;
}

void set_read(tree *t, const tree_node *node, tree_problems *p, tree_node **out)
{
    opening o = { .t = t, .p = p };
    *out = NULL;
    if (node->kind == TREE_TEXT)
        *out = open_named(&o, node);
    else if (node->kind == TREE_TABLE) {
        tree_node *copy = tree_clone(t, node);
        bool kept = *set_text(node, "sha256");    /* in a merged scenario: its keys were known where it was read */
        *out = copy ? finish(&o, copy, kept) : NULL;
    } else
        tree_complain(
            p, node, E_INPUT,
            "parameters is the name of a set, the path of a file (.toml, or BPX's .json) or a table of values");
    if (*out) {
        (*out)->key = node->key;
        (*out)->key_line = node->key_line;
        (*out)->key_column = node->key_column;
        (*out)->used = true;
    }
}

/* ---- what is in it ----------------------------------------------------------------------------------------------- */

const char *set_text(const tree_node *set, const char *key)
{
    const tree_node *n = tree_get(tree_get(set, "set"), key);
    return n && n->kind == TREE_TEXT ? n->text : "";
}

static const char *word_of(const tree_node *entry, const char *key, const char *otherwise)
{
    const tree_node *n = tree_get(entry, key);
    return n && n->kind == TREE_TEXT ? n->text : otherwise;
}

/* "chen2020: table VII" -> the reference, then what is behind the word. */
static void reference(const tree_node *set, const char *said, char *out, size_t room)
{
    char word[64];
    size_t n = strcspn(said, ":");
    snprintf(word, sizeof word, "%.*s", (int)(n < sizeof word ? n : 0), said);
    const tree_node *whole = tree_get(tree_get(set, "sources"), word);
    bool known = *word && whole && whole->kind == TREE_TEXT;
    snprintf(out, room, "%s%s", known ? whole->text : said, known ? said + n : "");
}

typedef struct walk {
    const tree_node *set;
    set_each        *each;
    void            *ctx;
} walk;

static void visit(const walk *k, const tree_node *table, const char *prefix, int depth)
{
    for (const tree_node *c = table->first; c && depth < TREE_DEPTH; c = c->next) {
        set_entry e = { .value = c };
        bool top = !*prefix, about = strcmp(c->key, "set") == 0 || strcmp(c->key, "sources") == 0;
        if (top && about)
            continue;
        snprintf(e.key, sizeof e.key, "%.60s%s%.32s", prefix, top ? "" : ".", c->key);
        if (set_is_group(c)) {
            visit(k, c, e.key, depth + 1);
            continue;
        }
        const tree_node *value = tree_get(c, "value");
        e.unit = value ? word_of(c, "unit", "") : "";
        e.doc = value ? word_of(c, "doc", "") : "";
        e.flag = value ? word_of(c, "flag", set_text(k->set, "flag")) : set_text(k->set, "flag");
        e.ref = value ? word_of(c, "source", set_text(k->set, "source")) : set_text(k->set, "source");
        reference(k->set, e.ref, e.source, sizeof e.source);
        e.value = value ? value : c;
        k->each(k->ctx, &e);
    }
}

void set_walk(const tree_node *set, set_each *each, void *ctx)
{
    walk k = { set, each, ctx };
    visit(&k, set, "", 0);
}

typedef struct search {
    const char *key;
    set_entry  *out;
    bool        found;
} search;

static void match(void *ctx, const set_entry *e)
{
    search *s = ctx;
    if (strcmp(e->key, s->key) == 0) {
        *s->out = *e;
        s->found = true;
    }
}

bool set_find(const tree_node *set, const char *key, set_entry *out)
{
    search s = { key, out, false };
    if (set && set->kind == TREE_TABLE)
        set_walk(set, match, &s);
    return s.found;
}

double set_number(const tree_node *set, const char *key, const char *unit_wanted)
{
    const tree_node *n = tree_get(set, key), *value, *own;
    n = n ? n : tree_find(set, key);
    value = tree_get(n, "value");
    own = value ? tree_get(n, "unit") : NULL;
    n = value ? value : n;
    double x = NAN, scale, offset;
    unit from, to;
    if (n && n->kind == TREE_TEXT)
        return units_quantity(n->text, unit_wanted, NAN, &x, NULL) ? NAN : x;
    if (!n || (n->kind != TREE_REAL && n->kind != TREE_INT))
        return NAN;
    if (!own || own->kind != TREE_TEXT || strcmp(own->text, unit_wanted) == 0)
        return n->real;
    if (units_parse(own->text, &from, NULL) || units_parse(unit_wanted, &to, NULL) ||
        !units_convert(&from, &to, NAN, &scale, &offset))
        return NAN;
    return n->real * scale + offset;
}

/* SPDX-License-Identifier: MIT
 * scenario_load.c - what a scenario is made of before it is read: bases, environment, --set, ${NAME}.
 */
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/scenario/inside.h"
#include "core/scenario/toml.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_BYTES = 8 << 20, MOST_BASES = 8 };

int scenario_read_file(reading *r, const char *path, tree_node **out)
{
    why w = { 0 };
    char *at = NULL;
    size_t n = 0;
    const char *name = tree_text(r->t, path);
    int rc = name ? file_read(path, MOST_BYTES, &at, &n, &w) : fail(&w, E_NOMEM, "no memory for a path");
    if (!rc)
        rc = toml_parse(r->t, name, at, n, r->p, out);
    else
        tree_complain_at(r->p, path, 0, 0, rc == E_NOMEM ? rc : E_INPUT, w.text);
    free(at);
    return rc;
}

/* ---- bases ------------------------------------------------------------------------------------------------------- */

typedef struct chain {                            /* the files on the way down */
    const struct chain *up;
    const char         *path;                     /* as realpath says it */
} chain;

static bool is_on(const chain *c, const char *path)
{
    for (; c; c = c->up)
        if (strcmp(c->path, path) == 0)
            return true;
    return false;
}

/* Another plugin in the table above: the table below would only give it foreign parameters. */
static bool replaces(const tree_node *under, const tree_node *over)
{
    const tree_node *a = tree_get(under, "plugin"), *b = tree_get(over, "plugin");
    return a && b && a->kind == TREE_TEXT && b->kind == TREE_TEXT && strcmp(a->text, b->text) != 0;
}

static void lay(reading *r, tree_node *under, tree_node *over)
{
    for (tree_node *c = over->first; c; c = c->next) {
        tree_node *old = tree_get(under, c->key), *empty = NULL;
        if (old && replaces(old, c) && (empty = tree_make(r->t, TREE_TABLE, c->file, c->line, c->column)))
            tree_put(under, c->key, empty);
    }
    tree_merge(r->t, under, over);
}

static int lay_base(reading *r, tree_node *root, const chain *up, int depth);

/* The base's whole tree, from its own bases up. */
static int read_base(reading *r, const tree_node *node, const char *path, const chain *up, int depth, tree_node **out)
{
    char *real = realpath(path, NULL);
    chain here = { up, real };
    int rc;
    if (!real)
        rc = tree_complain(r->p, node, E_INPUT, "base = \"%s\": there is no file %s", node->text, path);
    else if (is_on(up, real))
        rc = tree_complain(r->p, node, E_INPUT, "base = \"%s\" leads back to %s", node->text, path);
    else if (depth > MOST_BASES)
        rc = tree_complain(r->p, node, E_INPUT, "base = \"%s\": more than %d scenarios on each other", node->text,
                           MOST_BASES);
    else {
        rc = scenario_read_file(r, path, out);
        rc = rc ? rc : lay_base(r, *out, &here, depth);
    }
    free(real);
    return rc;
}

/* `base` at the top of root: that file's tree goes below. */
static int lay_base(reading *r, tree_node *root, const chain *up, int depth)
{
    tree_node *node = tree_get(root, "base"), *under = NULL;
    if (!node)
        return E_OK;
    scenario_expand(r, node);
    if (!scenario_text(r, node, "base"))
        return E_INPUT;
    char *path = file_beside(node->file, node->text);
    int rc = path ? read_base(r, node, path, up, depth + 1, &under) : fail(r->w, E_NOMEM, "no memory for a path");
    free(path);
    if (rc)
        return rc;
    lay(r, under, root);
    root->first = root->last = NULL;
    root->n = 0;
    for (tree_node *c = under->first, *next; c; c = next) {
        next = c->next;
        if (strcmp(c->key, "base") != 0)
            tree_push(root, c);
    }
    return E_OK;
}

int scenario_lay_base(reading *r, tree_node *root)
{
    char *real = realpath(r->s->file, NULL);
    int rc = lay_base(r, root, real ? &(chain){ NULL, real } : NULL, 0);
    free(real);
    return rc;
}

/* [physics] becomes [[physics]], so that physics.1.k means it too. */
void scenario_make_lists(reading *r, tree_node *root)
{
    static const char *const lists[] = { "physics", "corrector", "output" };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        tree_node *table = tree_get(root, lists[i]);
        if (!table || table->kind != TREE_TABLE)
            continue;
        tree_node *list = tree_make(r->t, TREE_ARRAY, table->file, table->line, table->column);
        if (!list)
            return;
        list->key_line = table->key_line;
        list->key_column = table->key_column;
        tree_put(root, table->key, list);
        tree_push(list, table);
    }
}

/* ---- environment and --set --------------------------------------------------------------------------------------- */

/* root.key = value as TOML; `from` says who wants it. */
static void set(reading *r, tree_node *root, const char *from, const char *key, const char *value)
{
    why w = { 0 };
    tree_node *node = NULL;
    const char *file = tree_text(r->t, from);
    if (!file || toml_value(r->t, file, value, r->p, &node))
        return;
    int rc = tree_set(r->t, root, key, node, &w);
    if (rc)
        tree_complain(r->p, node, rc, "%s", w.text);
}

void scenario_lay_sets(reading *r, tree_node *root, const scenario_options *opt)
{
    for (size_t i = 0; i < opt->nset; i++) {
        const char *equals = strchr(opt->set[i], '=');
        text key = { 0 }, from = { 0 };
        text_addn(&key, opt->set[i], equals ? (size_t)(equals - opt->set[i]) : 0);
        while (key.n && key.at[key.n - 1] == ' ')
            key.at[--key.n] = '\0';
        text_addf(&from, "--set %s", text_of(&key));
        if (equals && key.n)
            set(r, root, text_of(&from), text_of(&key), equals + 1);
        else
            tree_complain_at(r->p, "--set", 0, 0, E_USAGE, "a key and a value are expected, as in run.seed=7");
        text_free(&key);
        text_free(&from);
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* FADE_SET_run__seed=7 */
static void set_from(reading *r, tree_node *root, const char *entry)
{
    size_t n = strcspn(entry, "="), skip = strlen("FADE_SET_");
    text key = { 0 }, from = { 0 };
    for (size_t i = skip; i < n; i++) {
        bool dot = entry[i] == '_' && entry[i + 1] == '_' && i + 1 < n;
        text_addc(&key, dot ? '.' : entry[i]);
        i += dot;
    }
    text_add(&from, "environment ");
    text_addn(&from, entry, n);
    if (key.n && entry[n])
        set(r, root, text_of(&from), text_of(&key), entry + n + 1);
    else
        tree_complain_at(r->p, text_of(&from), 0, 0, E_USAGE, "a key is expected, as in FADE_SET_run__seed=7");
    text_free(&key);
    text_free(&from);
}

static void warn_of(const char *entry)
{
    static const char *const names[] = { "FADE_DATA", "FADE_PLUGIN_PATH", "FADE_LOG" };
    char name[80];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(entry, "="), entry);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return;
    const char *near = text_nearest(name, names, sizeof names / sizeof *names);
    log_say(LOG_WARNING, NULL, "environment variable %s has no meaning here%s%s; keys are set as FADE_SET_run__seed=7",
            name, near ? ", did you mean " : "", near ? near : "");
}

/* In the order of their names, whatever the environment's is. */
void scenario_lay_environment(reading *r, tree_node *root)
{
    size_t n = 0, k = 0;
    while (environ && environ[n])
        n++;
    const char **entry = mem_zero(n + 1, sizeof *entry);
    if (!entry) {
        fail(r->w, E_NOMEM, "no memory for the environment");
        return;
    }
    for (size_t i = 0; i < n; i++)
        if (text_starts(environ[i], "FADE_"))
            entry[k++] = environ[i];
    qsort(entry, k, sizeof *entry, by_name);
    for (size_t i = 0; i < k; i++) {
        if (text_starts(entry[i], "FADE_SET_"))
            set_from(r, root, entry[i]);
        else
            warn_of(entry[i]);
    }
    free(entry);
}

/* ---- ${NAME} ----------------------------------------------------------------------------------------------------- */

static void unset(reading *r, const tree_node *node, const char *name)
{
    if (strcmp(name, "FADE_DATA") == 0)
        tree_complain(r->p, node, E_INPUT,
                      "${FADE_DATA}: the environment has no FADE_DATA; set it to the folder of your data, as in "
                      "FADE_DATA=~/data fade run ..");
    else
        tree_complain(r->p, node, E_INPUT, "${%s}: the environment has no %s", name, name);
}

/* The part of the text from "${" on, into out.  Returns what is behind it; NULL: a problem was added. */
static const char *expand_one(reading *r, const tree_node *node, const char *at, text *out)
{
    char name[128];
    size_t n = strcspn(at + 2, "}");
    if (!at[2 + n] || !n || n >= sizeof name) {
        tree_complain(r->p, node, E_INPUT, "\"%.100s\": ${NAME} is not closed or has no name", node->text);
        return NULL;
    }
    memcpy(name, at + 2, n);
    name[n] = '\0';
    const char *value = getenv(name);
    if (!value || !*value) {
        unset(r, node, name);
        return NULL;
    }
    text_add(out, value);
    return at + 2 + n + 1;
}

void scenario_expand(reading *r, tree_node *node)
{
    if (node->kind != TREE_TEXT || !strstr(node->text, "${"))
        return;
    text out = { 0 };
    const char *at = node->text;
    for (const char *next; at && (next = strstr(at, "${"));) {
        text_addn(&out, at, (size_t)(next - at));
        at = expand_one(r, node, next, &out);
    }
    if (at)
        text_add(&out, at);
    const char *made = at && !out.failed ? tree_text(r->t, text_of(&out)) : NULL;
    if (made)
        node->text = made;
    else
        node->text = "/";                         /* said once: what follows shall not complain of it again */
    text_free(&out);
}

static bool holds_path(const char *key)
{
    static const char *const keys[] = { "path", "file", "out", "drive_cycle" };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}

static void expand_below(reading *r, tree_node *node, const char *key)
{
    if (node->kind == TREE_TEXT && key && holds_path(key))
        scenario_expand(r, node);
    for (tree_node *c = node->first; c; c = c->next)
        expand_below(r, c, node->kind == TREE_ARRAY ? key : c->key);
}

void scenario_expand_paths(reading *r, tree_node *root)
{
    expand_below(r, root, NULL);
}

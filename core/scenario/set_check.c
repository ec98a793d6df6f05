/* SPDX-License-Identifier: MIT
 * set_check.c - what is wrong with a parameter set, before any plugin reads it.
 */
#include "core/base/units.h"
#include "core/host/descriptor.h"
#include "core/host/library.h"
#include "core/scenario/set.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const flags[] = { "measured", "fitted",  "literature", "derived",
                                  "assumed",  "example", "unstated",   NULL };

/* What electrochemical cell models call theirs; known without a look into every library. */
#define SIDE(s) \
    s ".thickness", s ".particle_radius", s ".active_fraction", s ".surface_area", s ".porosity", s \
    ".transport_efficiency", s ".conductivity", s ".concentration_max", s ".diffusivity", s ".diffusivity_function", \
    s ".diffusivity_activation", s ".reaction_rate", s ".reaction_activation", s ".ocp", s ".ocp_table", s \
    ".ocp_interpolation", s ".entropic", s ".entropic_table", s ".stoichiometry_full", s ".stoichiometry_empty", s \
    ".initial_stoichiometry"
static const char *const common[] = {
    "nominal_capacity", "area", "electrode_pairs", "voltage_min", "voltage_max", "temperature_reference", "initial_soc",
    SIDE("negative"), SIDE("positive"), "separator.thickness", "separator.porosity", "separator.transport_efficiency",
    "electrolyte.concentration", "electrolyte.transference", "electrolyte.diffusivity",
    "electrolyte.diffusivity_activation", "electrolyte.conductivity", "electrolyte.conductivity_activation",
    "electrolyte.thermodynamic_factor", "contact_resistance", "thermal", "heat_capacity", "cooling", "faraday", "gas",
};
enum { NCOMMON = sizeof common / sizeof *common };

/* ---- keys -------------------------------------------------------------------------------------------------------- */

/* The plugins' part of it: `visit` with each key; true: enough. */
static bool each_key(bool (*visit)(void *, const char *), void *ctx)
{
    library_entry *e;
    size_t n;
    bool done = false;
    if (library_list(&e, &n, NULL))
        return false;
    for (size_t i = 0; i < n && !done; i++) {
        const fade_desc *d = e[i].plugin ? e[i].plugin->desc : NULL;
        for (uint32_t k = 0; d && k < d->params.n && !done; k++)
            done = visit(ctx, ((const fade_param *)library_at(&d->params, k))->key);
    }
    free(e);
    return done;
}

static bool is_key(void *ctx, const char *key) { return strcmp(ctx, key) == 0; }

static bool known(const char *key)
{
    for (size_t i = 0; i < NCOMMON; i++)
        if (strcmp(common[i], key) == 0)
            return true;
    return each_key(is_key, (void *)(uintptr_t)key);
}

typedef struct nearest {
    const char *word, *best;
    size_t      distance;
} nearest;

static bool nearer(void *ctx, const char *key)
{
    nearest *n = ctx;
    size_t limit = strlen(n->word) / 3 > 2 ? strlen(n->word) / 3 : 2, d = text_distance(n->word, key, limit + 1);
    if (d <= limit && d < n->distance) {
        n->best = key;
        n->distance = d;
    }
    return false;
}

static const char *near_key(const char *key)
{
    nearest n = { key, NULL, SIZE_MAX };
    for (size_t i = 0; i < NCOMMON; i++)
        nearer(&n, common[i]);
    each_key(nearer, &n);
    return n.best;
}

/* ---- entries ----------------------------------------------------------------------------------------------------- */

bool set_is_group(const tree_node *n)
{
    static const char *const marks[] = { "value", "x", "mean", "min" };
    if (n->kind != TREE_TABLE)
        return false;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (tree_get(n, marks[i]))
            return false;
    return true;
}

static bool listed(const char *const *list, const char *word)
{
    for (; *list; list++)
        if (strcmp(*list, word) == 0)
            return true;
    return false;
}

static size_t count(const char *const *list)
{
    size_t n = 0;
    while (list[n])
        n++;
    return n;
}

static void texts(const tree_node *table, const char *what, const char *const *keys, tree_problems *p)
{
    for (const tree_node *c = table->first; c; c = c->next) {
        bool fine = !keys || listed(keys, c->key);
        const char *near = fine ? NULL : text_nearest(c->key, keys, count(keys));
        if (!fine)
            tree_complain_key(p, c, E_INPUT, "unknown key '%.60s' of %s%s%s%s", c->key, what,
                              near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
        else if (c->kind != TREE_TEXT && strcmp(c->key, "value") != 0)
            tree_complain(p, c, E_INPUT, "%s: %.60s is a text", what, c->key);
    }
}

static void check_flag(const tree_node *n, tree_problems *p)
{
    if (!n || n->kind != TREE_TEXT || listed(flags, n->text))
        return;
    const char *near = text_nearest(n->text, flags, count(flags));
    tree_complain(p, n, E_INPUT,
                  "flag = \"%.40s\"%s%s%s: one of measured, fitted, literature, derived, assumed, example, unstated",
                  n->text, near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

/* "1;V" has two. */
static void check_unit(const tree_node *n, tree_problems *p)
{
    char one[64];
    why w = { 0 };
    for (const char *at = n && n->kind == TREE_TEXT ? n->text : NULL; at; at = strchr(at, ';')) {
        unit u;
        at += *at == ';';
        snprintf(one, sizeof one, "%.*s", (int)strcspn(at, ";"), at);
        if (units_parse(one, &u, &w)) {
            tree_complain(p, n, E_INPUT, "unit = \"%.60s\": %s", n->text, w.text);
            return;
        }
    }
}

static void check_entry(const tree_node *n, const char *key, tree_problems *p)
{
    static const char *const keys[] = { "value", "unit", "source", "flag", "doc", NULL };
    char what[120];
    if (!tree_get(n, "value"))
        return;
    snprintf(what, sizeof what, "the entry '%s'", key);
    texts(n, what, keys, p);
    check_unit(tree_get(n, "unit"), p);
    check_flag(tree_get(n, "flag"), p);
}

static void check_key(const tree_node *n, const char *key, tree_problems *p)
{
    if (known(key))
        return;
    const char *near = near_key(key);
    tree_complain_key(p, n, E_INPUT, "no plugin has a parameter '%s'%s%s%s", key, near ? ", did you mean '" : "",
                      near ? near : "", near ? "'?" : ": fade plugin show NAME lists those of a plugin");
}

/* As deep as a tree can be. */
static void check_group(const tree_node *table, const char *prefix, bool keys, tree_problems *p)
{
    for (const tree_node *c = table->first; c; c = c->next) {
        char key[96];
        bool top = !*prefix;
        if (top && (strcmp(c->key, "set") == 0 || strcmp(c->key, "sources") == 0))
            continue;
        snprintf(key, sizeof key, "%.60s%s%.32s", prefix, top ? "" : ".", c->key);
        if (set_is_group(c)) {
            check_group(c, key, keys, p);
            continue;
        }
        check_entry(c, key, p);
        if (keys)
            check_key(c, key, p);
    }
}

void set_check(const tree_node *set, bool keys, tree_problems *p)
{
    static const char *const about[] = { "name", "doc", "source", "flag", "licence", "base", "on", "sha256", NULL };
    const tree_node *own = tree_get(set, "set"), *sources = tree_get(set, "sources");
    if (own && own->kind == TREE_TABLE)
        texts(own, "[set]", about, p);
    else if (own)
        tree_complain(p, own, E_INPUT, "[set] is a table: name, doc, source, flag, licence, base");
    check_flag(tree_get(own, "flag"), p);
    if (sources && sources->kind == TREE_TABLE)
        texts(sources, "[sources]", NULL, p);
    else if (sources)
        tree_complain(p, sources, E_INPUT, "[sources] is a table of texts");
    check_group(set, "", keys, p);
}

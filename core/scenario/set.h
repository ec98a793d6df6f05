/* SPDX-License-Identifier: MIT
 * set.h - parameter sets: named values with unit, source and flag, which a plugin's parameters are taken from.
 *
 *     [set]                    name, doc, licence; source and flag of entries that have none; base: a set to build on
 *     [sources]                short word = "the whole reference"
 *     [negative]
 *     thickness = { value = 85.2e-6, unit = "m", source = "chen2020", flag = "measured" }       or only: thickness = 85.2e-6
 *
 * `parameters = ..` names a shipped set, a file of this kind (.toml) or of BPX (.json), or is such a table.  What is read is always the
 * table, so that a merged scenario depends on no file.  Precedence: default < set < the scenario's own keys.
 */
#ifndef FADE_SCENARIO_SET_H
#define FADE_SCENARIO_SET_H
#include "core/base/tree.h"

typedef struct set_shipped {                      /* part of the command */
    const char *name, *at;                        /* TOML, NUL-terminated */
    size_t      n;
} set_shipped;
const set_shipped *set_shipped_at(size_t k);      /* NULL: no more */

/* What `node` (a name, a path, a table) means, as a table in t.  Problems are added to p; *out NULL: nothing to go on with. */
void set_read(tree *t, const tree_node *node, tree_problems *p, tree_node **out);
/* "lg-m50-chen2020", a path: as opposed to any other word. */
bool set_is_name(const char *text);
bool set_is(const tree_node *root);               /* a file's tree: a set, or BPX, and no scenario */

typedef struct set_entry {                        /* texts live as long as the tree */
    char             key[96];                     /* "negative.thickness" */
    const char      *unit, *flag, *doc;           /* "" unknown */
    const char      *ref;                         /* the source as written: "chen2020: table VII" */
    char             source[400];                 /* in full */
    const tree_node *value;
} set_entry;
typedef void set_each(void *ctx, const set_entry *);
void set_walk(const tree_node *set, set_each *, void *ctx);                       /* in the order of the file */
bool set_find(const tree_node *set, const char *key, set_entry *out);
double set_number(const tree_node *set, const char *key, const char *unit);       /* NaN: the set has none */
const char *set_text(const tree_node *set, const char *key);                      /* of [set]: "name", "doc", ..; "" */

/* ---- set_check.c ---- */
void set_check(const tree_node *set, bool keys, tree_problems *p);                /* keys: also those that no plugin has */
bool set_is_group(const tree_node *);             /* holds entries: is none itself */

/* ---- set_json.c ---- */
/* JSON as a tree that knows its places.  E_INPUT: "file:line:column: .." is added to p. */
int set_json(tree *t, const char *file, const char *at, size_t n, tree_problems *p, tree_node **out);
#endif

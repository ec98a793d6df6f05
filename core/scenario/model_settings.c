/* SPDX-License-Identifier: MIT
 * model_settings.c - what of a corrector's table is its plugin's.
 */
#include "core/scenario/inside.h"
#include <string.h>

/* A set of parameters stays: the plugin reads it as its own. */
void model_settings(const tree_node *table, text *out)
{
    enum { KEYS = 24 };
    const char *skip[KEYS];
    tree *t = tree_open();
    size_t n = scenario_section_keys("corrector", skip, KEYS);
    tree_node *copy = t && table ? tree_clone(t, table) : NULL;
    tree_node *own = copy ? tree_make(t, TREE_TABLE, copy->file, 0, 0) : NULL;
    for (tree_node *c = own ? copy->first : NULL, *next; c; c = next) {
        size_t i = 0;
        next = c->next;
        while (i < n && strcmp(skip[i], c->key) != 0)
            i++;
        if (i == n || strcmp(c->key, "parameters") == 0)
            tree_append(own, c->key, c);
    }
    if (own)
        tree_toml(own, out);
    else
        out->failed = true;
    tree_close(t);
}

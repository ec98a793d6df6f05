/* SPDX-License-Identifier: MIT
 * module_tree.h - tables of the user's own program as scenarios: their functions stay where they are, upvalues and all.
 *
 * A run of such a scenario calls into the state it came from, so it has one thread and the state must wait for it.
 */
#ifndef FADE_SCRIPT_MODULE_TREE_H
#define FADE_SCRIPT_MODULE_TREE_H
#include "core/script/script.h"
#include "core/script/script_lines.h"
#include <lua.h>

typedef struct module_tree module_tree;
/* The table at `index`.  Close the scenario first.  Raises nothing; the stack is left as it was. */
int module_tree_open(lua_State *L, int index, const scenario_options *, scenario **out, module_tree **out_tree, tree_problems *p, why *w);
/* Only the conversion: fills an empty tree, and m's list of functions, which are numbered in the same order each time. */
int module_tree_fill(lua_State *L, int index, module_tree *m, tree *t, const char *file, const script_lines *lines, why *w);
const engine_hooks *module_tree_hooks(const module_tree *);             /* NULL: it has no functions (or is NULL) */
int module_tree_call(module_tree *, const tree_node *, const char *const *name, const double *value, size_t n, double *out, why *w);
void module_tree_close(module_tree *);            /* accepts NULL */

/* The inside: module_tree.c makes the tree, module_hooks.c calls. */
struct module_tree {
    lua_State        *L;
    int               functions;                  /* reference of their list in the registry; LUA_NOREF */
    lua_Integer       n;
    engine_hooks      hooks;
    const scenario   *s;
    engine_columns    columns;                    /* while an engine is open */
};
void module_hooks_fill(module_tree *);
#endif

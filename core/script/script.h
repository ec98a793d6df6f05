/* SPDX-License-Identifier: MIT
 * script.h - Lua scenarios: a file that returns a table becomes a tree for the same checks; its functions become the engine's hooks.
 *
 * Only this room includes lua.h.  Every entry is a protected call; no Lua error crosses a frame of ours.
 */
#ifndef FADE_SCRIPT_SCRIPT_H
#define FADE_SCRIPT_SCRIPT_H
#include "core/engine/engine.h"
#include "core/study/sweep.h"

typedef struct script script;
typedef struct script_options {
    bool     trust;                               /* no sandbox: all of Lua */
    size_t   memory;                              /* bytes a state may hold; 0: 64 MiB */
    uint64_t instructions;                        /* a call may take; 0: 1e9 at load, 1e7 a row */
} script_options;

/* Any scenario: a name that ends in .lua is run as Lua, all else is TOML (*out_script stays NULL).  The script must outlive the scenario;
 * close the scenario first. */
int script_scenario(const char *path, const scenario_options *, const script_options *, scenario **out, script **out_script,
                    tree_problems *p, why *w);
/* The same from text; `path` names it in messages and says which kind it is. */
int script_scenario_text(const char *path, const char *made, const scenario_options *, const script_options *, scenario **out,
                         script **out_script, tree_problems *p, why *w);
const engine_hooks *script_hooks(script *);       /* NULL: it has no functions (or script is NULL) */
const char *script_text(const script *);          /* as read, for the result's folder */
/* A TREE_CALL of this script with one table of named numbers. */
int script_call(script *, const tree_node *, const char *const *name, const double *value, size_t n, double *out, why *w);
void script_close(script *);                      /* accepts NULL */
/* Opens TOML and Lua alike, for sweep and compare. */
const sweep_host *script_host(const script_options *);          /* ctx is a static copy */

/* The user's own programs: all of Lua and the module `fade`.  Exit status. */
int script_main(const char *file, int argc, char **argv);       /* file NULL: a prompt */
struct lua_State;
int script_module(struct lua_State *);            /* pushes the module; a lua_CFunction, for the library that lua5.4 loads */
#endif

/* SPDX-License-Identifier: MIT
 * module.h - the Lua module `fade`: what its files share.
 *
 * Every function is called by Lua and may raise; what C allocates on the way hangs on a userdata that frees it.
 */
#ifndef FADE_SCRIPT_MODULE_H
#define FADE_SCRIPT_MODULE_H
#include "core/base/json.h"
#include "core/base/tree.h"
#include "core/script/module_tree.h"
#include "core/script/script.h"
#include "core/study/frame.h"
#include <jansson.h>
#include <lauxlib.h>
#include <lua.h>
#include <stdatomic.h>

int module_open(lua_State *L);                    /* pushes the module; a lua_CFunction, for require */

/* A userdata that holds at most one thing of C's and gives it to `close` when collected, or by module_drop. */
typedef struct module_box { void *at; void (*close)(void *); } module_box;
module_box *module_hold(lua_State *L, void (*close)(void *));
void module_drop(module_box *);
int module_raise(lua_State *L, const why *w);     /* raises w's sentence with the place of the call */
/* Pushes the JSON value; null is nil in objects, NaN in lists. */
void module_json(lua_State *L, const json_t *);
void module_json_text(lua_State *L, const char *made, size_t n);
void module_push_json(lua_State *L, json *j);     /* what was written, whose text it frees */

/* Options of a call: the table at `arg`, or nil.  Unknown keys are refused with the nearest of `known` (NULL-terminated). */
void module_options(lua_State *L, int arg, const char *const *known);
const char *module_option_text(lua_State *L, int arg, const char *key);                /* NULL: not given; lives as long as the table */
bool module_option_whole(lua_State *L, int arg, const char *key, uint64_t most, uint64_t *out);
bool module_option_bool(lua_State *L, int arg, const char *key);
enum { MODULE_LIST = 64 };
/* A list of texts that live as long as the table; one text is a list of one. */
size_t module_option_texts(lua_State *L, int arg, const char *key, const char *out[MODULE_LIST]);
/* opts.physics: a label, a number from 1 on, "none" (-1); the first one unless said. */
int64_t module_physics_of(lua_State *L, int arg, const scenario *s);
/* Pushes a userdata of texts "a.b=value" from opts.set and the short forms seed, cycles, threads: for scenario_options. */
void module_sets(lua_State *L, int arg, scenario_options *out);

/* A scenario opened from the file's name or table at `arg`; hangs on the userdata it pushes. */
typedef struct module_scenario {
    scenario     *s;
    script       *script;                         /* of a file; NULL */
    module_tree  *table;                          /* of a table; NULL */
    tree_problems problems;
    why           w;
    int           rc;
} module_scenario;
module_scenario *module_scenario_at(lua_State *L, int arg, int opts);
const engine_hooks *module_scenario_hooks(const module_scenario *);
int module_problems(lua_State *L, const tree_problems *, const why *);                 /* pushes the list of {file, line, column, message} */
int module_raise_problems(lua_State *L, const tree_problems *, const why *);           /* raises with all of them */

/* While a run is on, Ctrl-C sets the flag it gives; a second one ends the process. */
atomic_int *module_catch(void);
void module_uncatch(void);

void module_push_rows(lua_State *L, const frame *);                                    /* as a table */
int module_run(lua_State *L);
int module_check(lua_State *L);
int module_sweep(lua_State *L);
int module_compare(lua_State *L);
int module_evaluate(lua_State *L);
int module_fit(lua_State *L);
int module_read(lua_State *L);
int module_train(lua_State *L);
int module_predict(lua_State *L);
int module_sensitivity(lua_State *L);
int module_drift(lua_State *L);
int module_forecast(lua_State *L);
void module_model(lua_State *L);                  /* pushes fade.model */
void module_units(lua_State *L);                  /* pushes fade.units */
void module_metrics(lua_State *L);                /* pushes fade.metrics */
int module_delta_q(lua_State *L);
int module_plugins(lua_State *L);
int module_plugin(lua_State *L);
#endif

/* SPDX-License-Identifier: MIT
 * inside.h - what the files of this room share: scenarios that are tables of a state somebody else owns.
 */
#ifndef FADE_SCRIPT_INSIDE_H
#define FADE_SCRIPT_INSIDE_H
#include "core/script/script.h"
#include <lua.h>

/* The table at `index` of the user's own state L as a scenario called `file` (for messages: "table" or "study.lua:12").  Its functions
 * stay functions of that state, upvalues and all; no sandbox.  The engine must then run on one thread (run.threads = 1 is set when there
 * is a function in it), and L must not be used otherwise while it runs.  Raises nothing; the stack is left as it was.  The script holds
 * what it needs of L in its registry until script_close. */
int script_scenario_table(lua_State *L, int index, const char *file, const scenario_options *, scenario **out, script **out_script,
                          tree_problems *p, why *w);
#endif

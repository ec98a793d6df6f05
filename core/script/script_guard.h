/* SPDX-License-Identifier: MIT
 * script_guard.h - bounds on functions of Lua's own libraries that the count of instructions does not see into.
 */
#ifndef FADE_SCRIPT_SCRIPT_GUARD_H
#define FADE_SCRIPT_SCRIPT_GUARD_H
struct lua_State;
void script_guard(struct lua_State *);            /* in a protected call, with base, string, table and coroutine open */
#endif

/* SPDX-License-Identifier: MIT
 * script_state.h - a Lua state of fade's own: the sandbox with its limits, and what is counted in it.
 *
 * In the sandbox there is no file, process, clock or library; memory is capped at the allocator; instructions and bytes allocated draw
 * on one budget, which pcall and coroutines cannot refill; what C functions of Lua could hang on is bounded before they are called.
 */
#ifndef FADE_SCRIPT_SCRIPT_STATE_H
#define FADE_SCRIPT_SCRIPT_STATE_H
#include "core/base/why.h"
#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct script_state {
    lua_State *L;
    bool       trust;
    size_t     used, cap;                         /* bytes; cap 0: none */
    int64_t    budget, at_load, a_call;           /* instructions left; given to loading, to each call */
    int64_t    began_ns;                          /* processor time of this thread when the call began */
    uint64_t   seed, id, row, drawn;              /* math.random is a function of these */
} script_state;

/* Opens the state; `s` must stay where it is. */
int script_state_open(script_state *s, bool trust, size_t memory, uint64_t instructions, why *w);
void script_state_close(script_state *s);
/* Runs the text as a chunk called `file` and leaves its one value on the stack.  E_INPUT with the first line of what Lua says. */
int script_state_load(script_state *s, const char *file, const char *made, why *w);
/* From now on globals are what they are: a write to one is an error. */
int script_state_freeze(script_state *s, why *w);
/* Before each call from outside, on the thread that calls: a fresh budget, and the row's random numbers. */
void script_state_call(script_state *s, uint64_t id, uint64_t row);
bool script_state_late(lua_State *);              /* the call has had its time; never when trusted */
#endif

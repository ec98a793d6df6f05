/* SPDX-License-Identifier: MIT
 * lua_rig.h - a Lua state with the module fade, and chunks whose errors fail the test.
 */
#ifndef FADE_TESTS_LUA_RIG_H
#define FADE_TESTS_LUA_RIG_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base/log.h"
#include "core/script/module.h"
#include <lualib.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static lua_State *rig_L;
static char rig_folder[64];

/* Tests use the runner's functions: near(a, b[, tolerance]), refuses(text, f, ..). */
static const char rig_prelude[] =
    "fade = require 'fade'\n"
    "function near(a, b, tolerance)\n"
    "  if not (math.abs(a - b) <= (tolerance or 1e-12)) then error(a .. ' is not near ' .. b, 2) end\n"
    "end\n"
    "function refuses(text, f, ...)\n"
    "  local ok, said = pcall(f, ...)\n"
    "  if ok then error('it was not refused', 2) end\n"
    "  if not tostring(said):find(text, 1, true) then error('it says: ' .. tostring(said), 2) end\n"
    "end\n"
    "function equal(a, b) if a ~= b then error(tostring(a) .. ' is not ' .. tostring(b), 2) end end\n";

static int lua_rig_open(void **state)
{
    (void)state;
    why w;
    log_open(&(log_options){ .level = LOG_ERROR }, &w);
    rig_L = luaL_newstate();
    luaL_openlibs(rig_L);
    luaL_requiref(rig_L, "fade", module_open, 0);
    strcpy(rig_folder, "/tmp/fade-lua-test-XXXXXX");
    if (!mkdtemp(rig_folder) || luaL_dostring(rig_L, rig_prelude))
        return -1;
    lua_pushstring(rig_L, rig_folder);
    lua_setglobal(rig_L, "folder");
    return 0;
}

static int lua_rig_close(void **state)
{
    (void)state;
    char command[128];
    lua_close(rig_L);
    snprintf(command, sizeof command, "rm -rf %s", rig_folder);
    return system(command);
}

static inline void lua_rig_do(const char *chunk)
{
    lua_settop(rig_L, 0);
    if (luaL_loadbuffer(rig_L, chunk, strlen(chunk), "=test") || lua_pcall(rig_L, 0, 0, 0))
        fail_msg("%s", lua_tostring(rig_L, -1));
    lua_gc(rig_L, LUA_GCCOLLECT, 0);
}
#endif

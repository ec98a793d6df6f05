/* SPDX-License-Identifier: MIT
 * prompt.c - fade lua: a program of the user's with all of Lua, or a prompt that shows values and goes on after errors.
 */
#include "core/script/prompt.h"
#include "core/base/text.h"
#include "core/script/module.h"
#include "core/version.h"
#include <lualib.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static lua_State *running;                              /* the state a signal interrupts */

#define EVERYWHERE (LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT)

static void interrupted(lua_State *L, lua_Debug *at)
{
    (void)at;
    lua_sethook(L, NULL, 0, 0);
    luaL_error(L, "interrupted");
}

/* Only lua_sethook may be called here; the hook raises at the next instruction. */
static void on_signal(int signal)
{
    (void)signal;
    if (running)
        lua_sethook(running, interrupted, EVERYWHERE, 1);
}

static int traceback(lua_State *L)
{
    const char *said = lua_tostring(L, 1);
    if (!said) {
        if (luaL_callmeta(L, 1, "__tostring") && lua_type(L, -1) == LUA_TSTRING)
            return 1;
        said = lua_pushfstring(L, "(an error that is a %s)", luaL_typename(L, 1));
    }
    luaL_traceback(L, L, said, 1);
    return 1;
}

/* A call with traceback during which Ctrl-C interrupts. */
static int call(lua_State *L, int narg, int nresult)
{
    struct sigaction mine = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND }, before;
    int base = lua_gettop(L) - narg;
    lua_pushcfunction(L, traceback);
    lua_insert(L, base);
    sigemptyset(&mine.sa_mask);
    running = L;
    sigaction(SIGINT, &mine, &before);
    if (prompt_lines_pressed())                         /* behind the line, before it was run */
        lua_sethook(L, interrupted, EVERYWHERE, 1);
    int rc = lua_pcall(L, narg, nresult, base);
    sigaction(SIGINT, &before, NULL);
    running = NULL;
    if (lua_gethook(L) == interrupted)                  /* a signal at the very end stops nothing of what comes next */
        lua_sethook(L, NULL, 0, 0);
    lua_remove(L, base);
    return rc;
}

/* Says the error at the top and pops it. */
static int say(lua_State *L)
{
    const char *said = lua_tostring(L, -1);
    fprintf(stderr, "fade: %s\n", said ? said : "an error without a text");
    lua_pop(L, 1);
    return 1;
}

static int setup(lua_State *L)
{
    luaL_openlibs(L);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    lua_pushcfunction(L, module_open);
    lua_setfield(L, -2, "fade");
    return 0;
}

/* --- a file --- */

static int run_file(lua_State *L, const char *file, int argc, char **argv)
{
    luaL_checkstack(L, argc + 8, "too many arguments");
    lua_createtable(L, argc, 1);
    lua_pushstring(L, file);
    lua_rawseti(L, -2, 0);
    for (int i = 0; i < argc; i++) {
        lua_pushstring(L, argv[i]);
        lua_rawseti(L, -2, i + 1);
    }
    lua_setglobal(L, "arg");
    int rc = luaL_loadfile(L, strcmp(file, "-") == 0 ? NULL : file);
    if (rc)
        return say(L);
    for (int i = 0; i < argc; i++)
        lua_pushstring(L, argv[i]);
    return call(L, argc, 0) ? say(L) : 0;
}

/* --- the prompt --- */

/* Shows the n values at the top, as print does, through tostring. */
static void show(lua_State *L, int n)
{
    if (n == 0)
        return;
    luaL_checkstack(L, 4, "too many values");
    lua_getglobal(L, "print");
    lua_insert(L, -n - 1);
    if (call(L, n, 0))
        say(L);
}

/* The chunk in `made`: first as an expression.  0: a function is on the stack; else an error; *more: it only lacks its
 * end. */
static int compile(lua_State *L, const char *made, size_t n, bool *more)
{
    *more = false;
    const char *expression = lua_pushfstring(L, "return %s", made);
    if (luaL_loadbufferx(L, expression, strlen(expression), "=prompt", "t") == LUA_OK) {
        lua_remove(L, -2);
        return LUA_OK;
    }
    bool lacks = text_ends(lua_tostring(L, -1), "<eof>");
    lua_pop(L, 2);
    int rc = luaL_loadbufferx(L, made, n, "=prompt", "t");
    *more = rc && (lacks || text_ends(lua_tostring(L, -1), "<eof>"));
    return rc;
}

static void obey(lua_State *L, prompt_lines *p, const char *line)
{
    text made = { 0 };
    bool more = true;
    int rc = LUA_OK, cancelled = 0;
    for (; line && more && !cancelled; line = more ? prompt_lines_next(p, ">> ", &cancelled) : NULL) {
        if (made.n) {
            lua_pop(L, 1);
            text_addc(&made, '\n');
        }
        text_add(&made, line);
        if (made.failed)
            break;
        rc = compile(L, text_of(&made), made.n, &more);
    }
    text_free(&made);
    if (cancelled) {
        lua_settop(L, 0);
    } else if (rc) {
        say(L);
    } else {
        int base = lua_gettop(L) - 1;
        if (call(L, 0, LUA_MULTRET))
            say(L);
        else
            show(L, lua_gettop(L) - base);
    }
    lua_settop(L, 0);
}

static int prompt(lua_State *L)
{
    bool person = isatty(STDIN_FILENO);
    prompt_lines *p = prompt_lines_open(stdin, stdout);
    if (!p)
        return luaL_error(L, "no memory for a prompt");
    if (person)
        printf("fade %s, %s; the module is `fade`; Ctrl-C interrupts, Ctrl-D ends\n", FADE_VERSION, LUA_RELEASE);
    lua_getglobal(L, "require");
    lua_pushliteral(L, "fade");
    if (call(L, 1, 1))
        say(L);
    else
        lua_setglobal(L, "fade");
    const char *line;
    int cancelled;
    while ((line = prompt_lines_next(p, person ? "> " : "", &cancelled)))
        if (*line)
            obey(L, p, line);
    prompt_lines_close(p);
    return 0;
}

typedef struct asked { const char *file; int argc; char **argv; int status; } asked;

static int start(lua_State *L)
{
    asked *a = lua_touserdata(L, 1);
    lua_settop(L, 0);
    setup(L);
    lua_settop(L, 0);
    a->status = a->file ? run_file(L, a->file, a->argc, a->argv) : prompt(L);
    return 0;
}

int script_main(const char *file, int argc, char **argv)
{
    asked a = { file, argc, argv, 1 };
    lua_State *L = luaL_newstate();
    if (!L) {
        fprintf(stderr, "fade: no memory for Lua\n");
        return 1;
    }
    lua_pushcfunction(L, start);
    lua_pushlightuserdata(L, &a);
    if (lua_pcall(L, 1, 0, 0))
        a.status = say(L);
    lua_close(L);
    if (fflush(stdout) != 0 && a.status == 0) {
        fprintf(stderr, "fade: what was printed did not get to stdout\n");
        a.status = 7;
    }
    return a.status;
}

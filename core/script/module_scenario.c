/* SPDX-License-Identifier: MIT
 * module_scenario.c - scenarios as arguments: a file's name or a table; what is wrong with one; fade.check.
 */
#include "core/script/module.h"
#include "core/script/table.h"
#include "core/study/study.h"
#include <string.h>

static int close_scenario(lua_State *L)
{
    module_scenario *m = lua_touserdata(L, 1);
    scenario_close(m->s);
    script_close(m->script);
    module_tree_close(m->table);
    tree_problems_free(&m->problems);
    *m = (module_scenario){ 0 };
    return 0;
}

module_scenario *module_scenario_at(lua_State *L, int arg, int opts)
{
    arg = lua_absindex(L, arg);
    opts = lua_absindex(L, opts);
    scenario_options o = { 0 };
    module_scenario *m = lua_newuserdatauv(L, sizeof *m, 1);
    *m = (module_scenario){ 0 };
    if (luaL_newmetatable(L, "fade.scenario")) {
        lua_pushcfunction(L, close_scenario);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    module_sets(L, opts, &o);
    if (lua_type(L, arg) == LUA_TSTRING) {
        script_options so = { .trust = module_option_bool(L, opts, "trust") };
        m->rc = script_scenario(lua_tostring(L, arg), &o, &so, &m->s, &m->script, &m->problems, &m->w);
    } else {
        luaL_argexpected(L, lua_istable(L, arg), arg, "name of a file or table");
        m->rc = module_tree_open(L, arg, &o, &m->s, &m->table, &m->problems, &m->w);
    }
    lua_setiuservalue(L, -2, 1);                        /* what was set lives as long */
    return m;
}

const engine_hooks *module_scenario_hooks(const module_scenario *m)
{
    return m->table ? module_tree_hooks(m->table) : script_hooks(m->script);
}

/* --- problems --- */

static void push_problem(lua_State *L, const tree_problem *p)
{
    lua_createtable(L, 0, 4);
    if (p->file) {
        lua_pushstring(L, p->file);
        lua_setfield(L, -2, "file");
    }
    if (p->line) {
        lua_pushinteger(L, p->line);
        lua_setfield(L, -2, "line");
        lua_pushinteger(L, p->column);
        lua_setfield(L, -2, "column");
    }
    lua_pushstring(L, p->text);
    lua_setfield(L, -2, "message");
}

int module_problems(lua_State *L, const tree_problems *p, const why *w)
{
    lua_createtable(L, (int)p->n, 0);
    for (size_t i = 0; i < p->n; i++) {
        push_problem(L, &p->at[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    if (p->n == 0 && w->code) {
        push_problem(L, &(tree_problem){ .text = w->text });
        lua_rawseti(L, -2, 1);
    }
    return 1;
}

int module_raise_problems(lua_State *L, const tree_problems *p, const why *w)
{
    text *all = table_text(L);
    for (size_t i = 0; i < p->n; i++) {
        text_add(all, i ? "\n" : "");
        tree_problem_line(&p->at[i], all);
    }
    if (all->failed || p->n == 0)
        return module_raise(L, w);
    return luaL_error(L, "%s", text_of(all));
}

static void close_engine(void *e)
{
    engine_close(e);
}

/* fade.check(file or table[, opts]): true, or nil and the list of what is wrong. */
int module_check(lua_State *L)
{
    static const char *const known[] = { "set", "seed", "cycles", "threads", "trust", NULL };
    luaL_checkany(L, 1);
    lua_settop(L, 2);
    module_options(L, 2, known);
    module_scenario *m = module_scenario_at(L, 1, 2);
    module_box *b = module_hold(L, close_engine);
    engine *e = NULL;
    if (!m->rc) {
        engine_options o = { .study = study_table(), .hooks = module_scenario_hooks(m) };
        m->rc = engine_open(m->s, &o, &e, &m->problems, &m->w);
        b->at = e;
    }
    module_drop(b);
    if (m->rc == E_NOMEM)
        return module_raise(L, &m->w);
    if (!m->rc) {
        lua_pushboolean(L, 1);
        return 1;
    }
    lua_pushnil(L);
    module_problems(L, &m->problems, &m->w);
    return 2;
}

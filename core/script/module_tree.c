/* SPDX-License-Identifier: MIT
 * module_tree.c - a Lua table as a scenario's tree: keys in the order of their names, functions by number.
 */
#include "core/script/module_tree.h"
#include "core/base/mem.h"
#include "core/script/script_inside.h"
#include "core/script/table.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char here[] = "table";                     /* what stands for the file in messages */
enum { PATH = 512 };

typedef struct job {
    module_tree         *m;
    tree                *t;
    const char          *file;
    const script_lines  *lines;                         /* where keys stand in the file; NULL: unknown */
    int                  list;                          /* stack: the functions */
    char                 path[PATH];                    /* of the value at hand: "run.stop.1" */
    size_t               length;
} job;

static tree_node *convert(lua_State *L, job *k, int depth);

static tree_node *make(lua_State *L, const job *k, int kind)
{
    script_place at = { 0 };
    if (k->lines)
        at = script_lines_find(k->lines, k->path);
    tree_node *n = tree_make(k->t, kind, k->file, at.line, at.column);
    if (!n)
        luaL_error(L, "no memory for the scenario");
    n->key_line = at.key_line;
    n->key_column = at.key_column;
    return n;
}

/* Goes down to a part of the value at hand; the length to come back to. */
static size_t go_down(job *k, const char *key)
{
    size_t before = k->length;
    int n = snprintf(k->path + before, PATH - before, "%s%s", before ? "." : "", key);
    k->length = n > 0 && before + (size_t)n < PATH ? before + (size_t)n : before;
    k->path[k->length] = '\0';
    return before;
}

static void go_up(job *k, size_t before)
{
    k->length = before;
    k->path[before] = '\0';
}

static const char *keep(lua_State *L, const job *k, const char *word)
{
    const char *copy = tree_text(k->t, word);
    if (!copy)
        luaL_error(L, "no memory for the scenario");
    return copy;
}

/* A function gets a number; its text says where it was written. */
static tree_node *function_at_top(lua_State *L, job *k)
{
    lua_Debug d;
    char said[160];
    lua_pushvalue(L, -1);
    lua_getinfo(L, ">S", &d);
    snprintf(said, sizeof said, "function %s:%d", d.short_src, d.linedefined);
    tree_node *n = make(L, k, TREE_CALL);
    n->integer = ++k->m->n;
    n->text = keep(L, k, said);
    lua_pushvalue(L, -1);
    lua_rawseti(L, k->list, n->integer);
    return n;
}

static tree_node *list_at_top(lua_State *L, job *k, lua_Integer n, int depth)
{
    tree_node *array = make(L, k, TREE_ARRAY);
    for (lua_Integer i = 1; i <= n; i++) {
        char number[24];
        snprintf(number, sizeof number, "%lld", (long long)i);
        size_t before = go_down(k, number);
        lua_rawgeti(L, -1, i);
        tree_push(array, convert(L, k, depth + 1));
        lua_pop(L, 1);
        go_up(k, before);
    }
    return array;
}

static tree_node *column_at_top(lua_State *L, job *k)
{
    const table_column *c = table_check(L, -1);
    tree_node *array = make(L, k, TREE_ARRAY);
    for (size_t i = 0; i < c->n; i++) {
        table_value(L, lua_gettop(L), i);
        tree_push(array, convert(L, k, 1));
        lua_pop(L, 1);
    }
    return array;
}

static int word_order(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Lua gives keys in no order; what follows from a scenario shall not depend on that. */
static const char **sorted_keys(lua_State *L, int table, size_t *count)
{
    size_t n = 0;
    for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "a table holds both names and other keys (%s)", luaL_typename(L, -2));
        n++;
    }
    const char **key = lua_newuserdatauv(L, n * sizeof *key + 1, 0);
    *count = n;
    n = 0;
    for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1))
        key[n++] = lua_tostring(L, -2);
    qsort(key, n, sizeof *key, word_order);
    return key;
}

static void fill(lua_State *L, job *k, int table, tree_node *into, int depth)
{
    size_t n;
    const char **key = sorted_keys(L, table, &n);
    for (size_t i = 0; i < n; i++) {
        size_t before = go_down(k, key[i]);
        lua_pushstring(L, key[i]);
        lua_rawget(L, table);
        tree_node *child = convert(L, k, depth + 1);
        tree_append(into, keep(L, k, key[i]), child);
        lua_pop(L, 1);
        go_up(k, before);
    }
    lua_pop(L, 1);
}

/* The value at the top as a node; it stays there. */
static tree_node *convert(lua_State *L, job *k, int depth)
{
    luaL_checkstack(L, 8, "the scenario is too deep");
    if (depth > TREE_DEPTH)
        luaL_error(L, "the scenario has more than %d levels; does a table hold itself?", TREE_DEPTH);
    int type = lua_type(L, -1);
    tree_node *n = NULL;
    if (type == LUA_TNUMBER) {
        n = make(L, k, lua_isinteger(L, -1) ? TREE_INT : TREE_REAL);
        n->real = lua_tonumber(L, -1);
        n->integer = lua_tointeger(L, -1);
    } else if (type == LUA_TBOOLEAN) {
        n = make(L, k, TREE_BOOL);
        n->real = n->integer = lua_toboolean(L, -1);
    } else if (type == LUA_TSTRING) {
        n = make(L, k, TREE_TEXT);
        n->text = keep(L, k, lua_tostring(L, -1));
    } else if (type == LUA_TFUNCTION) {
        n = function_at_top(L, k);
    } else if (type == LUA_TTABLE && lua_rawlen(L, -1) > 0) {
        n = list_at_top(L, k, (lua_Integer)lua_rawlen(L, -1), depth);
    } else if (type == LUA_TTABLE) {
        n = make(L, k, TREE_TABLE);
        fill(L, k, lua_gettop(L), n, depth);
    } else if (luaL_testudata(L, -1, TABLE_COLUMN)) {
        n = column_at_top(L, k);
    } else {
        luaL_error(L, "a scenario cannot hold a %s", luaL_typename(L, -1));
    }
    return n;
}

/* Protected: job, table. */
static int convert_all(lua_State *L)
{
    job *k = lua_touserdata(L, 1);
    lua_newtable(L);
    k->list = 3;
    lua_pushvalue(L, 2);
    fill(L, k, 4, tree_root(k->t), 0);
    lua_pushvalue(L, k->list);
    k->m->functions = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

/* "run.threads=1" in front of what is set: functions of one state cannot be called by two threads, so it must come
 * last. */
static int read_tree(module_tree *m, tree *t, const scenario_options *o, scenario **out, tree_problems *p, why *w)
{
    const char **set = mem_zero(o->nset + 1, sizeof *set);
    if (!set) {
        tree_close(t);
        return fail(w, E_NOMEM, "no memory for the scenario");
    }
    if (o->nset)
        memcpy(set, o->set, o->nset * sizeof *set);
    scenario_options mine = *o;
    mine.set = set;
    if (m->n)
        set[mine.nset++] = "run.threads=1";
    int rc = scenario_from_tree(t, here, &mine, out, p, w);
    free(set);
    return rc;
}

int module_tree_fill(lua_State *L, int index, module_tree *m, tree *t, const char *file, const script_lines *lines,
                     why *w)
{
    job k = { .m = m, .t = t, .file = file, .lines = lines };
    index = lua_absindex(L, index);
    m->L = L;
    m->n = 0;
    m->functions = LUA_NOREF;
    if (!lua_checkstack(L, 8))
        return fail(w, E_NOMEM, "no memory for the scenario");
    lua_pushcfunction(L, convert_all);
    lua_pushlightuserdata(L, &k);
    lua_pushvalue(L, index);
    if (!lua_pcall(L, 2, 0, 0))
        return E_OK;
    const char *said = lua_tostring(L, -1);
    int rc = fail(w, E_INPUT, "%s", said ? said : "the table is no scenario");
    lua_pop(L, 1);
    return rc;
}

int module_tree_open(lua_State *L, int index, const scenario_options *o, scenario **out, module_tree **out_tree,
                     tree_problems *p, why *w)
{
    *out = NULL;
    *out_tree = NULL;
    module_tree *m = mem_zero(1, sizeof *m);
    tree *t = tree_open();
    if (!m || !t) {
        free(m);
        tree_close(t);
        return fail(w, E_NOMEM, "no memory for the scenario");
    }
    int rc = module_tree_fill(L, index, m, t, here, NULL, w);
    if (!rc && m->n)
        rc = script_model_here(t, tree_root(t), L, m->functions, p, w);
    if (!rc)
        rc = script_model_files(t, tree_root(t), &(script_options){ .trust = true }, p, w);
    if (!rc && p->n)
        rc = fail(w, p->at[0].code, "%s", p->at[0].text);
    if (rc)
        tree_close(t);
    else
        rc = read_tree(m, t, o, out, p, w);
    if (rc) {
        module_tree_close(m);
        return rc;
    }
    m->s = *out;
    if (m->n)
        module_hooks_fill(m);
    *out_tree = m;
    return E_OK;
}

const engine_hooks *module_tree_hooks(const module_tree *m)
{
    return m && m->n ? &m->hooks : NULL;
}

void module_tree_close(module_tree *m)
{
    if (!m)
        return;
    luaL_unref(m->L, LUA_REGISTRYINDEX, m->functions);
    free(m);
}

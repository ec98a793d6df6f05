/* SPDX-License-Identifier: MIT
 * module_facts.c - fade.units, fade.metrics, fade.delta_q, fade.plugins, fade.plugin: what needs no run.
 */
#include "core/base/units.h"
#include "core/host/descriptor.h"
#include "core/host/iface.h"
#include "core/script/module.h"
#include "core/script/table.h"
#include "core/study/delta_q.h"
#include "core/study/metrics.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- units --- */

static void parse(lua_State *L, int arg, unit *out)
{
    why w = { 0 };
    if (units_parse(luaL_checkstring(L, arg), out, &w))
        module_raise(L, &w);
}

/* convert("25 degC", "K"), convert("2C", "A", 2.0) with the nominal capacity in Ah; convert(25, "degC", "K"). */
static int convert(lua_State *L)
{
    why w = { 0 };
    double answer, scale, offset;
    if (lua_type(L, 1) == LUA_TNUMBER) {
        unit from, to;
        parse(L, 2, &from);
        parse(L, 3, &to);
        if (!units_convert(&from, &to, luaL_optnumber(L, 4, NAN), &scale, &offset))
            return luaL_error(L, "%s and %s do not measure the same", lua_tostring(L, 2), lua_tostring(L, 3));
        lua_pushnumber(L, lua_tonumber(L, 1) * scale + offset);
        return 1;
    }
    if (units_quantity(luaL_checkstring(L, 1), luaL_checkstring(L, 2), luaL_optnumber(L, 3, NAN), &answer, &w))
        return module_raise(L, &w);
    lua_pushnumber(L, answer);
    return 1;
}

static int meet(lua_State *L)
{
    unit a, b;
    parse(L, 1, &a);
    parse(L, 2, &b);
    lua_pushboolean(L, units_meet(&a, &b));
    return 1;
}

static int human(lua_State *L)
{
    lua_pushstring(L, units_human(luaL_checkstring(L, 1)));
    return 1;
}

static int suffix(lua_State *L)
{
    char made[48];
    units_suffix(luaL_checkstring(L, 1), made);
    lua_pushstring(L, made);
    return 1;
}

void module_units(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "convert", convert }, { "meet", meet }, { "human", human }, { "suffix", suffix }, { NULL, NULL }
    };
    luaL_newlib(L, functions);
}

/* --- metrics --- */

static const struct { const char *name; double (*of)(const metrics *); } measures[] = {
    { "rmse", metrics_rmse }, { "mse", metrics_mse },   { "mae", metrics_mae },     { "worst", metrics_worst },
    { "bias", metrics_bias }, { "sd", metrics_sd },     { "mape", metrics_mape },   { "smape", metrics_smape },
    { "r2", metrics_r2 },
};
enum { NMEASURES = sizeof measures / sizeof *measures };

/* Targets and predictions: columns or lists of numbers at 1 and 2. */
static void gather(lua_State *L, metrics *m)
{
    lua_settop(L, 2);
    table_from_list(L, 1);
    table_from_list(L, 2);
    const table_column *a = table_check(L, 3), *b = table_check(L, 4);
    if (a->words || b->words)
        luaL_error(L, "numbers are wanted, not words");
    if (a->n != b->n)
        luaL_error(L, "there are %I targets and %I predictions", (lua_Integer)a->n, (lua_Integer)b->n);
    for (size_t i = 0; i < a->n; i++)
        metrics_add(m, a->v[i], b->v[i]);
}

static int measure(lua_State *L)
{
    metrics m = { 0 };
    gather(L, &m);
    lua_pushnumber(L, measures[lua_tointeger(L, lua_upvalueindex(1))].of(&m));
    return 1;
}

static int all_measures(lua_State *L)
{
    metrics m = { 0 };
    gather(L, &m);
    lua_createtable(L, 0, NMEASURES + 2);
    for (int i = 0; i < NMEASURES; i++) {
        lua_pushnumber(L, measures[i].of(&m));
        lua_setfield(L, -2, measures[i].name);
    }
    lua_pushinteger(L, (lua_Integer)m.n);
    lua_setfield(L, -2, "n");
    lua_pushinteger(L, (lua_Integer)m.skipped);
    lua_setfield(L, -2, "skipped");
    return 1;
}

void module_metrics(lua_State *L)
{
    lua_createtable(L, 0, NMEASURES + 1);
    for (int i = 0; i < NMEASURES; i++) {
        lua_pushinteger(L, i);
        lua_pushcclosure(L, measure, 1);
        lua_setfield(L, -2, measures[i].name);
    }
    lua_pushcfunction(L, all_measures);
    lua_setfield(L, -2, "all");
}

/* --- two discharge curves --- */

static const double *numbers_of(lua_State *L, int arg, const char *which, const char *key, size_t *n)
{
    if (lua_getfield(L, arg, key) == LUA_TNIL)
        luaL_error(L, "the %s curve has no %s", which, key);
    table_from_list(L, lua_gettop(L));
    const table_column *c = table_check(L, lua_gettop(L));
    if (c->words)
        luaL_error(L, "the %s curve's %s are words, not numbers", which, key);
    *n = c->n;
    return c->v;
}

/* { voltage = .., charge = .. }, columns or lists: they stay on the stack. */
static delta_q_curve curve_at(lua_State *L, int arg, const char *which)
{
    size_t nv, nq;
    luaL_checktype(L, arg, LUA_TTABLE);
    delta_q_curve c = { .v = numbers_of(L, arg, which, "voltage", &nv), .q = numbers_of(L, arg, which, "charge", &nq) };
    if (nv != nq)
        luaL_error(L, "the %s curve has %I voltages and %I charges", which, (lua_Integer)nv, (lua_Integer)nq);
    c.n = nv;
    return c;
}

static double bound(lua_State *L, const char *key)
{
    double v = (double)NAN;
    if (!lua_isnoneornil(L, 3)) {
        lua_getfield(L, 3, key);
        v = luaL_optnumber(L, -1, (lua_Number)NAN);
        lua_pop(L, 1);
    }
    return v;
}

/* fade.delta_q(early, late, { low =, high =, points = }) */
int module_delta_q(lua_State *L)
{
    static const char *const keys[] = { "low",      "high",     "minimum",      "mean",       "variance",
                                        "skewness", "kurtosis", "log_variance", "log_minimum" };
    static const char *const options[] = { "low", "high", "points", NULL };
    why w = { 0 };
    delta_q d;
    lua_settop(L, 3);
    module_options(L, 3, options);
    double low = bound(L, "low"), high = bound(L, "high"), points = bound(L, "points");
    if (!isnan(points) && !(points >= 2 && points <= 1e6 && floor(points) - points >= 0))
        luaL_error(L, "points is %f: a whole number from 2 to 1000000 is expected", points);
    delta_q_curve early = curve_at(L, 1, "early"), late = curve_at(L, 2, "late");
    if (delta_q_of(&early, &late, low, high, isnan(points) ? 0 : (size_t)points, &d, &w))
        return module_raise(L, &w);
    const double v[] = { d.low,      d.high,     d.minimum,      d.mean,       d.variance,
                         d.skewness, d.kurtosis, d.log_variance, d.log_minimum };
    lua_createtable(L, 0, sizeof keys / sizeof *keys);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        lua_pushnumber(L, v[i]);
        lua_setfield(L, -2, keys[i]);
    }
    return 1;
}

/* --- plugins --- */

static void field(lua_State *L, const char *key, const char *value)
{
    lua_pushstring(L, value);
    lua_setfield(L, -2, key);
}

/* The first line of a descriptor's text. */
static void sentence(lua_State *L, const char *doc)
{
    lua_pushlstring(L, doc, strcspn(doc, "\n"));
    lua_setfield(L, -2, "doc");
}

static void push_entry(lua_State *L, const library_entry *e)
{
    lua_newtable(L);
    field(L, "path", e->path);
    if (!e->plugin || !e->plugin->desc) {
        field(L, "error", e->why.text);
        return;
    }
    const fade_desc *d = e->plugin->desc;
    field(L, "id", d->id);
    field(L, "kind", d->kind);
    field(L, "version", d->version);
    sentence(L, d->doc);
}

static void check_kind(lua_State *L, const char *kind)
{
    size_t n = 0;
    while (iface_kinds[n])
        n++;
    for (size_t i = 0; i < n; i++)
        if (strcmp(iface_kinds[i], kind) == 0)
            return;
    const char *near = text_nearest(kind, iface_kinds, n);
    luaL_error(L, "\"%s\" is no kind of plugin%s%s%s", kind, near ? "; did you mean \"" : "", near ? near : "",
               near ? "\"?" : "");
}

/* fade.plugins([kind]): all that can be found; broken ones have `error` and no `id`, and are left out when a kind is
 * asked for. */
int module_plugins(lua_State *L)
{
    const char *kind = luaL_optstring(L, 1, NULL);
    why w = { 0 };
    size_t n = 0;
    lua_Integer given = 0;
    if (kind)
        check_kind(L, kind);
    lua_settop(L, 1);
    lua_newtable(L);
    module_box *b = module_hold(L, free);
    library_entry *list = NULL;
    if (library_list(&list, &n, &w))
        return module_raise(L, &w);
    b->at = list;
    for (size_t i = 0; i < n; i++) {
        const fade_desc *d = list[i].plugin ? list[i].plugin->desc : NULL;
        if (kind && (!d || strcmp(d->kind, kind) != 0))
            continue;
        push_entry(L, &list[i]);
        lua_rawseti(L, 2, ++given);
    }
    module_drop(b);
    lua_settop(L, 2);
    return 1;
}

/* fade.plugin("xu2018"): its descriptor as a table. */
int module_plugin(lua_State *L)
{
    const plugin *p;
    why w = { 0 };
    if (library_find(luaL_checkstring(L, 1), &p, &w))
        return module_raise(L, &w);
    text *made = table_text(L);
    if (descriptor_json(p->desc, p->path, made))
        return luaL_error(L, "no memory for the descriptor of %s", p->desc->id);
    module_json_text(L, text_of(made), made->n);
    return 1;
}

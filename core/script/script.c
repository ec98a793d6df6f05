/* SPDX-License-Identifier: MIT
 * script.c - a Lua file as a scenario: run in the sandbox, its table turned into a tree, its functions kept.
 */
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/scenario/toml.h"
#include "core/script/script_inside.h"
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MOST = 8 << 20 };

static bool is_lua(const char *path) { return text_ends(path, ".lua"); }

/* ---- a state with the file in it ---- */

int script_copy_open(script_copy *c, const char *path, const char *made, const script_options *o, why *w)
{
    *c = (script_copy){ .tree.functions = LUA_NOREF };
    int rc = script_state_open(&c->state, o->trust, o->memory, o->instructions, w);
    rc = rc ? rc : script_state_load(&c->state, path, made, w);
    tree *t = rc ? NULL : tree_open();
    if (!rc)
        rc = t ? module_tree_fill(c->state.L, -1, &c->tree, t, path, NULL, w)
               : fail(w, E_NOMEM, "no memory for the script %s", path);
    tree_close(t);
    rc = rc ? rc : script_state_freeze(&c->state, w);
    if (rc)
        script_copy_close(c);
    else
        lua_settop(c->state.L, 0);
    return rc;
}

void script_copy_close(script_copy *c) { script_state_close(&c->state); }

/* ---- scenarios ---- */

/* Lua's "file:12: sentence" as a problem with its place. */
static int complain(script *k, tree_problems *p, const why *w)
{
    size_t n = strlen(k->path);
    const char *say = w->text;
    char *end = NULL;
    long line = 0;
    if (strncmp(say, k->path, n) == 0 && say[n] == ':') {
        line = strtol(say + n + 1, &end, 10);
        if (end && *end == ':')
            say = end + 1 + (end[1] == ' ');
        else
            line = 0;
    }
    return tree_complain_at(p, k->path, (int)line, line ? 1 : 0, w->code, say);
}

static int read_tree(script *k, tree *t, why *w)
{
    script_lines *lines = script_lines_open(k->text);
    if (!lines)
        return fail(w, E_NOMEM, "no memory for the script %s", k->path);
    int rc = script_state_open(&k->state, k->o.trust, k->o.memory, k->o.instructions, w);
    rc = rc ? rc : script_state_load(&k->state, k->path, k->text, w);
    if (!rc && !lua_istable(k->state.L, -1))
        rc = fail(w, E_INPUT, "it returns a %s: a scenario's file ends with `return { .. }`",
                  luaL_typename(k->state.L, -1));
    const char *file = tree_text(t, k->path);
    rc = rc ? rc : module_tree_fill(k->state.L, -1, &k->tree, t, file ? file : "", lines, w);
    rc = rc ? rc : script_state_freeze(&k->state, w);
    if (k->state.L)
        lua_settop(k->state.L, 0);
    script_lines_close(lines);
    return rc;
}

static bool needs_hooks(const scenario *s)
{
    for (size_t i = 0; i < s->ncondition; i++)
        if (s->condition[i].call)
            return true;
    return s->on_start || s->on_cycle || s->on_end;
}

static int open_script(script *k, const scenario_options *o, scenario **out, tree_problems *p, why *w)
{
    tree *t = tree_open();
    size_t before = p->n;
    int rc = t ? read_tree(k, t, w) : fail(w, E_NOMEM, "no memory for the scenario %s", k->path);
    if (rc && rc != E_NOMEM)
        complain(k, p, w);
    if (!rc)
        rc = script_model_take(t, tree_root(t), k->path, k->text, &k->o, p, w);
    if (!rc)
        rc = script_model_files(t, tree_root(t), &k->o, p, w);
    if (!rc && p->n > before)
        rc = fail(w, p->at[before].code, "%s", p->at[before].text);
    if (rc) {
        tree_close(t);
        return rc;
    }
    rc = scenario_from_tree(t, k->path, o, out, p, w);
    if (rc)
        return rc;
    k->s = *out;
    k->tree.s = *out;
    k->state.seed = (*out)->seed;
    k->hooked = needs_hooks(*out);
    script_hooks_fill(k);
    return E_OK;
}

/* TOML may name models in Lua: only then is it looked at before it is checked. */
static int open_toml(const char *path, const char *made, const scenario_options *o, const script_options *so,
                     scenario **out, tree_problems *p, why *w)
{
    tree *t = tree_open();
    tree_node *root = NULL;
    const char *name = t ? tree_text(t, path) : NULL;
    size_t before = p->n;
    int rc = name ? toml_parse(t, name, made, strlen(made), p, &root) : fail(w, E_NOMEM, "no memory for %s", path);
    if (!rc) {
        *tree_root(t) = *root;
        if (strstr(made, ".lua"))
            rc = script_model_files(t, tree_root(t), so, p, w);
    }
    if (p->n > before) {
        text line = { 0 };
        tree_problem_line(&p->at[before], &line);
        rc = fail(w, p->at[before].code, "%s", text_of(&line));
        text_free(&line);
    }
    if (!rc)
        return scenario_from_tree(t, path, o, out, p, w);
    tree_close(t);
    return rc;
}

int script_scenario_text(const char *path, const char *made, const scenario_options *o, const script_options *so,
                         scenario **out, script **out_script, tree_problems *p, why *w)
{
    static const script_options usual = { 0 };
    *out = NULL;
    *out_script = NULL;
    if (!is_lua(path))
        return open_toml(path, made, o, so ? so : &usual, out, p, w);
    script *k = mem_zero(1, sizeof *k);
    if (!k)
        return fail(w, E_NOMEM, "no memory for the scenario %s", path);
    k->o = so ? *so : usual;
    k->path = mem_dup(path);
    k->text = mem_dup(made);
    int rc =
        k->path && k->text ? open_script(k, o, out, p, w) : fail(w, E_NOMEM, "no memory for the scenario %s", path);
    if (rc) {
        script_close(k);
        return rc;
    }
    *out_script = k;
    return E_OK;
}

int script_scenario(const char *path, const scenario_options *o, const script_options *so, scenario **out,
                    script **out_script, tree_problems *p, why *w)
{
    char *made = NULL;
    size_t n = 0;
    *out = NULL;
    *out_script = NULL;
    int rc = file_read(path, FILE_MOST, &made, &n, w);
    if (rc)
        return rc == E_NOMEM ? rc : tree_complain_at(p, path, 0, 0, E_INPUT, w->text);
    if (strlen(made) != n) {
        rc = tree_complain_at(p, path, 0, 0, E_INPUT, "it holds a zero byte: a scenario is a text");
        fail(w, rc, "%s holds a zero byte: a scenario is a text", path);
    } else
        rc = script_scenario_text(path, made, o, so, out, out_script, p, w);
    free(made);
    return rc;
}

const engine_hooks *script_hooks(script *k) { return k && k->hooked ? &k->hooks : NULL; }

const char *script_text(const script *k) { return k ? k->text : NULL; }

int script_call(script *k, const tree_node *function, const char *const *name, const double *value, size_t n,
                double *out, why *w)
{
    if (!k)
        return fail(w, E_INPUT, "%s can only be called in a Lua scenario", function->text);
    script_state_call(&k->state, 0, 0);
    return module_tree_call(&k->tree, function, name, value, n, out, w);
}

void script_close(script *k)
{
    if (!k)
        return;
    script_state_close(&k->state);
    free(k->path);
    free(k->text);
    free(k);
}

/* ---- for sweeps and comparisons ---- */

static int host_open(void *ctx, const char *file, const char *made, const scenario_options *o, scenario **out,
                     const engine_hooks **hooks, void **keep, tree_problems *p, why *w)
{
    script *k = NULL;
    int rc =
        made ? script_scenario_text(file, made, o, ctx, out, &k, p, w) : script_scenario(file, o, ctx, out, &k, p, w);
    *keep = k;
    *hooks = rc ? NULL : script_hooks(k);
    return rc;
}

static void host_close(void *ctx, void *keep, scenario *s)
{
    (void)ctx;
    scenario_close(s);
    script_close(keep);
}

static int host_call(void *ctx, void *keep, const tree_node *function, const char *const *name, const double *value,
                     size_t n, double *out, why *w)
{
    (void)ctx;
    return script_call(keep, function, name, value, n, out, w);
}

const sweep_host *script_host(const script_options *o)
{
    static script_options options[2] = { { .trust = false }, { .trust = true } };
    static const sweep_host host[2] = { { host_open, host_close, host_call, &options[0] },
                                        { host_open, host_close, host_call, &options[1] } };
    return &host[o && o->trust];
}

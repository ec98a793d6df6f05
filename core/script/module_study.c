/* SPDX-License-Identifier: MIT
 * module_study.c - fade.sweep, fade.compare, fade.read: many points, models side by side, results that lie on disk.
 *
 * Sweeps and comparisons know scenarios by file.  A table of the user's gets a name of its own in a scratch folder,
 * where its merged text lies for the plan's hash; whoever opens that name gets the table itself, functions and all.
 */
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/script/module.h"
#include "core/script/table.h"
#include "core/study/compare.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct study {                                  /* a userdata; its close lets go of everything */
    lua_State       *L;
    const sweep_host *files;                            /* opens what is a file */
    sweep_host       host;                              /* opens both */
    char             folder[64], store[96];             /* scratch; store: "" or one of ours to remove */
    size_t           n;
    char           **name, **title;                     /* [n] of scenarios; [run].name of tables, NULL of files */
    int              list;                              /* stack index of the Lua list they are in */
    bool             functions, caught;                 /* one has functions: one thread */
    sweep           *plan;
    compare         *compared;
    result          *read;
    tree_problems    problems;
} study;

static void remove_scratch(study *k)
{
    char path[160];
    for (size_t i = 0; i < k->n && k->folder[0]; i++) {
        snprintf(path, sizeof path, "%s/table-%zu.toml", k->folder, i + 1);
        unlink(path);
    }
    static const char *const ends[] = { "", "-wal", "-shm", "-journal", ".lock", ".plan" };
    for (size_t i = 0; k->store[0] && i < sizeof ends / sizeof *ends; i++) {
        snprintf(path, sizeof path, "%s%s", k->store, ends[i]);
        unlink(path);
    }
    if (k->folder[0])
        rmdir(k->folder);
}

static int close_study(lua_State *L)
{
    study *k = lua_touserdata(L, 1);
    if (k->caught)
        module_uncatch();
    result_close(k->read);
    compare_close(k->compared);
    sweep_close(k->plan);
    tree_problems_free(&k->problems);
    remove_scratch(k);
    for (size_t i = 0; k->name && k->title && i < k->n; i++) {
        free(k->name[i]);
        free(k->title[i]);
    }
    free(k->name);
    free(k->title);
    *k = (study){ 0 };
    return 0;
}

static void let_go(lua_State *L, int holder)
{
    lua_pushcfunction(L, close_study);
    lua_pushvalue(L, holder);
    lua_call(L, 1, 0);
}

static study *hold_study(lua_State *L, bool trust)
{
    static const script_options trusted = { .trust = true };
    study *k = lua_newuserdatauv(L, sizeof *k, 1);
    *k = (study){ .L = L, .files = script_host(trust ? &trusted : NULL) };
    if (luaL_newmetatable(L, "fade.study")) {
        lua_pushcfunction(L, close_study);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return k;
}

/* --- opening --- */

typedef struct kept { bool table; module_tree *tree; void *of_file; } kept;

/* Number of the table that has this name, from 1; 0: a file. */
static size_t table_called(const study *k, const char *file)
{
    for (size_t i = 0; i < k->n; i++)
        if (k->title[i] && strcmp(k->name[i], file) == 0)
            return i + 1;
    return 0;
}

static int host_open(void *ctx, const char *file, const char *made, const scenario_options *o, scenario **out,
                     const engine_hooks **hooks, void **keep, tree_problems *p, why *w)
{
    study *k = ctx;
    *out = NULL;
    *hooks = NULL;
    *keep = NULL;
    kept *kp = mem_zero(1, sizeof *kp);
    if (!kp)
        return fail(w, E_NOMEM, "no memory to open %s", file);
    size_t table = table_called(k, file);
    int rc;
    kp->table = table > 0;
    if (table && !lua_checkstack(k->L, 8)) {
        rc = fail(w, E_NOMEM, "no memory to open %s", file);
    } else if (table) {
        lua_rawgeti(k->L, k->list, (lua_Integer)table);
        rc = module_tree_open(k->L, -1, o, out, &kp->tree, p, w);
        lua_pop(k->L, 1);
        *hooks = rc ? NULL : module_tree_hooks(kp->tree);
    } else {
        rc = k->files->open(k->files->ctx, file, made, o, out, hooks, &kp->of_file, p, w);
    }
    if (rc)
        free(kp);
    else
        *keep = kp;
    return rc;
}

static void host_close(void *ctx, void *keep, scenario *s)
{
    study *k = ctx;
    kept *kp = keep;
    if (kp && !kp->table) {
        k->files->close(k->files->ctx, kp->of_file, s);
    } else {
        scenario_close(s);
        module_tree_close(kp ? kp->tree : NULL);
    }
    free(kp);
}

static int host_call(void *ctx, void *keep, const tree_node *f, const char *const *name, const double *value, size_t n,
                     double *out, why *w)
{
    study *k = ctx;
    kept *kp = keep;
    return kp->table ? module_tree_call(kp->tree, f, name, value, n, out, w)
                     : k->files->call(k->files->ctx, kp->of_file, f, name, value, n, out, w);
}

/* Writes what the table at `index` amounts to into the scratch folder. */
static int write_table(study *k, int index, const char *path, const scenario_options *o, char **title, why *w)
{
    scenario *s = NULL;
    module_tree *held = NULL;
    int rc = module_tree_open(k->L, index, o, &s, &held, &k->problems, w);
    if (!rc) {
        k->functions = k->functions || module_tree_hooks(held);
        rc = file_write(path, s->merged, strlen(s->merged), w);
        *title = mem_dup(s->name);
        if (!rc && !*title)
            rc = fail(w, E_NOMEM, "no memory for the scenarios' names");
    }
    scenario_close(s);
    module_tree_close(held);
    return rc;
}

static int name_scenario(study *k, size_t i, const scenario_options *o, why *w)
{
    lua_State *L = k->L;
    int rc = E_OK;
    lua_rawgeti(L, k->list, (lua_Integer)i + 1);
    if (lua_type(L, -1) == LUA_TSTRING) {
        k->name[i] = mem_dup(lua_tostring(L, -1));
    } else {
        char path[160];
        snprintf(path, sizeof path, "%s/table-%zu.toml", k->folder, i + 1);
        k->name[i] = mem_dup(path);
        rc = k->name[i] ? write_table(k, lua_gettop(L), path, o, &k->title[i], w) : E_OK;
    }
    lua_pop(L, 1);
    return rc || k->name[i] ? rc : fail(w, E_NOMEM, "no memory for the scenarios' names");
}

static int scratch(study *k, why *w)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(k->folder, sizeof k->folder, "%s/fade-lua-XXXXXX", tmp && *tmp && strlen(tmp) < 40 ? tmp : "/tmp");
    if (mkdtemp(k->folder))
        return E_OK;
    k->folder[0] = '\0';
    return fail(w, E_IO, "no scratch folder can be made");
}

/* Gives each scenario of the list its name. */
static int name_all(study *k, int list, const scenario_options *o, why *w)
{
    size_t n = (size_t)lua_rawlen(k->L, list);
    k->list = list;
    k->host = (sweep_host){ host_open, host_close, host_call, k };
    int rc = scratch(k, w);
    k->name = mem_zero(n + 1, sizeof *k->name);
    k->title = mem_zero(n + 1, sizeof *k->title);
    if (!rc && (!k->name || !k->title))
        rc = fail(w, E_NOMEM, "no memory for the scenarios' names");
    for (size_t i = 0; !rc && i < n; i++) {
        rc = name_scenario(k, i, o, w);
        k->n = k->name[i] ? i + 1 : i;
    }
    return rc;
}

/* Raises w's sentence, or all problems, after letting go of everything. */
static int refuse(lua_State *L, int holder, const why *w)
{
    study *k = lua_touserdata(L, holder);
    text *all = table_text(L);
    for (size_t i = 0; i < k->problems.n; i++) {
        text_add(all, i ? "\n" : "");
        tree_problem_line(&k->problems.at[i], all);
    }
    let_go(L, holder);
    if (w->code == E_CANCEL)
        return luaL_error(L, "interrupted");
    return luaL_error(L, "%s", all->failed || !all->n ? w->text : text_of(all));
}

/* --- sweep --- */

/* The store's rows as a table: a case each. */
static void push_cases(lua_State *L, const frame *f)
{
    table_push_frame(L, f->n);
    int out = lua_gettop(L);
    table_push_words(L, f->n, f->cell, f->cell_name, f->ncell);
    table_put(L, out, "case", "cell");
    double *number = table_push(L, f->n, "", "Number of the point in the design.");
    for (size_t i = 0; i < f->n; i++)
        number[i] = f->cycle[i] == INT64_MIN ? NAN : (double)f->cycle[i];
    table_put(L, out, "number", NULL);
    if (f->nvariant > 1 || (f->nvariant == 1 && f->variant_name[0][0])) {      /* what was varied in words */
        table_push_words(L, f->n, f->variant, f->variant_name, f->nvariant);
        table_put(L, out, "variant", NULL);
    }
    for (size_t k = 0; k < f->ncol; k++) {
        const frame_column *c = &f->col[k];
        double *v = table_push(L, f->n, c->unit, c->doc);
        if (f->n)
            memcpy(v, c->v, f->n * sizeof *v);
        table_put(L, out, c->name, c->key);
    }
}

static int run_plan(study *k, const char *store, uint64_t threads, sweep_progress *p, why *w)
{
    sweep_options o = { .store = store, .threads = k->functions ? 1 : (int)threads };
    o.stop = module_catch();
    k->caught = true;
    int rc = sweep_run(k->plan, &o, p, w);
    module_uncatch();
    k->caught = false;
    return rc;
}

/* fade.sweep(file or table[, opts]): a table of its cases, and { cases, failed, seconds }. */
int module_sweep(lua_State *L)
{
    static const char *const known[] = { "set", "seed", "cycles", "threads", "trust", "store", NULL };
    why w = { 0 };
    uint64_t threads = 0;
    sweep_progress p = { 0 };
    scenario_options o = { 0 };
    luaL_checkany(L, 1);
    lua_settop(L, 2);
    module_options(L, 2, known);
    module_option_whole(L, 2, "threads", 4096, &threads);
    const char *store = module_option_text(L, 2, "store");
    module_sets(L, 2, &o);
    lua_createtable(L, 1, 0);
    lua_pushvalue(L, 1);
    lua_rawseti(L, 4, 1);
    study *k = hold_study(L, module_option_bool(L, 2, "trust"));
    if (name_all(k, 4, &o, &w))
        return refuse(L, 5, &w);
    if (!store) {
        snprintf(k->store, sizeof k->store, "%s/store.sqlite", k->folder);
        store = k->store;
    }
    int rc = sweep_plan(k->name[0], &o, &k->host, &k->plan, &k->problems, &w);
    if (!rc)
        rc = run_plan(k, store, threads, &p, &w);
    if (!rc || rc == E_PARTIAL)
        rc = result_open(store, true, &k->read, &w);
    if (rc)
        return refuse(L, 5, &w);
    push_cases(L, &k->read->rows);
    lua_createtable(L, 0, 2);
    lua_pushinteger(L, (lua_Integer)p.cases);
    lua_setfield(L, -2, "cases");
    lua_pushinteger(L, (lua_Integer)p.failed);
    lua_setfield(L, -2, "failed");
    let_go(L, 5);
    return 2;
}

/* --- compare --- */

static const struct { const char *name; size_t offset; } model_words[] = {
    { "scenario", offsetof(compare_model, scenario) },
    { "variant", offsetof(compare_model, variant) },
    { "model", offsetof(compare_model, model) },
    { "without", offsetof(compare_model, without) },
    { "validity", offsetof(compare_model, validity) },
};
static const struct { const char *name, *unit; size_t offset; } model_numbers[] = {
    { "rmse", "Ah", offsetof(compare_model, rmse) },
    { "mae", "Ah", offsetof(compare_model, mae) },
    { "mape", "%", offsetof(compare_model, mape) },
    { "r2", "", offsetof(compare_model, r2) },
    { "max_error", "Ah", offsetof(compare_model, max_error) },
    { "bias", "Ah", offsetof(compare_model, bias) },
    { "eol", "", offsetof(compare_model, eol) },
    { "eol_observed", "", offsetof(compare_model, eol_observed) },
    { "eol_error", "", offsetof(compare_model, eol_error) },
    { "seconds", "s", offsetof(compare_model, seconds) },
    { "rank", "", offsetof(compare_model, rank_mean) },
};
enum {
    MODEL_WORDS = sizeof model_words / sizeof *model_words,
    MODEL_NUMBERS = sizeof model_numbers / sizeof *model_numbers
};

/* A scenario as people know it: the file, or the name of the table. */
static const char *title_of(const study *k, const char *name)
{
    size_t table = name ? table_called(k, name) : 0;
    return table ? k->title[table - 1] : name;
}

static void push_models(lua_State *L, const study *s)
{
    const compare *c = s->compared;
    table_push_frame(L, c->n);
    int table = lua_gettop(L);
    for (int k = 0; k < MODEL_WORDS; k++) {
        table_push_words(L, c->n, NULL, NULL, 0);
        for (size_t i = 0; i < c->n; i++) {
            const char *word = *(char *const *)((const char *)&c->at[i] + model_words[k].offset);
            word = k == 0 ? title_of(s, word) : word;
            if (!word)
                continue;
            lua_pushstring(L, word);
            table_word(L, -2, i, -1);
            lua_pop(L, 1);
        }
        table_put(L, table, model_words[k].name, NULL);
    }
    double *n = table_push(L, c->n, "", NULL);
    for (size_t i = 0; i < c->n; i++)
        n[i] = (double)c->at[i].n;
    table_put(L, table, "n", NULL);
    for (int k = 0; k < MODEL_NUMBERS; k++) {
        double *v = table_push(L, c->n, model_numbers[k].unit, NULL);
        for (size_t i = 0; i < c->n; i++)
            v[i] = *(const double *)((const char *)&c->at[i] + model_numbers[k].offset);
        table_put(L, table, model_numbers[k].name, NULL);
    }
}

/* fade.compare{file or table, ..}, or with opts behind it: a table of models, best mean rank first as compare gives
 * them. */
int module_compare(lua_State *L)
{
    static const char *const known[] = { "set", "seed", "cycles", "threads", "trust", "ablate", NULL };
    why w = { 0 };
    scenario_options o = { 0 };
    if (lua_type(L, 1) == LUA_TSTRING) {                /* one file */
        lua_createtable(L, 1, 0);
        lua_insert(L, 1);
        lua_pushvalue(L, 2);
        lua_rawseti(L, 1, 1);
        lua_remove(L, 2);
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    module_options(L, 2, known);
    module_sets(L, 2, &o);
    bool ablate = module_option_bool(L, 2, "ablate");
    if (lua_rawlen(L, 1) == 0)
        return luaL_error(L, "fade.compare wants a list of scenarios: files or tables");
    study *k = hold_study(L, module_option_bool(L, 2, "trust"));
    int rc = name_all(k, 1, &o, &w);
    if (!rc) {
        compare_options co = { .scenario = &o, .host = &k->host, .ablate = ablate, .stop = module_catch() };
        k->caught = true;
        rc = compare_run((const char *const *)k->name, k->n, &co, &k->compared, &k->problems, &w);
    }
    if (rc && rc != E_PARTIAL)
        return refuse(L, 4, &w);
    push_models(L, k);
    let_go(L, 4);
    return 1;
}

/* --- read --- */

/* fade.read(folder or file): { name, folder, rows, scenario, script, about }. */
int module_read(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    why w = { 0 };
    lua_settop(L, 1);
    study *k = hold_study(L, false);
    if (result_open(path, true, &k->read, &w))
        return refuse(L, 2, &w);
    const result *r = k->read;
    const struct { const char *key, *value; } words[] = {
        { "name", r->name }, { "folder", r->folder }, { "scenario", r->scenario }, { "script", r->script }
    };
    lua_createtable(L, 0, 6);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        lua_pushstring(L, words[i].value);
        lua_setfield(L, -2, words[i].key);
    }
    if (r->cases)
        push_cases(L, &r->rows);
    else
        module_push_rows(L, &r->rows);
    lua_setfield(L, -2, "rows");
    if (r->about) {
        module_json(L, r->about);
        lua_setfield(L, -2, "about");
    }
    let_go(L, 2);
    return 1;
}

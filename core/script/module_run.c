/* SPDX-License-Identifier: MIT
 * module_run.c - fade.run: a scenario to a table of rows, a summary of each life, scores and seconds.
 */
#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/script/module.h"
#include "core/script/table.h"
#include "core/study/study.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>


static void close_frame(void *f)
{
    frame_free(f);
    free(f);
}

static frame *hold_frame(lua_State *L)
{
    module_box *b = module_hold(L, close_frame);
    b->at = mem_zero(1, sizeof(frame));
    if (!b->at)
        luaL_error(L, "no memory for the rows");
    return b->at;
}

/* --- rows --- */

static void put_whole(lua_State *L, int table, const int64_t *from, size_t n, const char *name, const char *doc)
{
    double *v = table_push(L, n, "", doc);
    for (size_t i = 0; i < n; i++)
        v[i] = from[i] == INT64_MIN ? NAN : (double)from[i];
    table_put(L, table, name, NULL);
}

void module_push_rows(lua_State *L, const frame *f)
{
    table_push_frame(L, f->n);
    int table = lua_gettop(L);
    table_push_words(L, f->n, f->cell, f->cell_name, f->ncell);
    table_put(L, table, "cell", NULL);
    table_push_words(L, f->n, f->variant, f->variant_name, f->nvariant);
    table_put(L, table, "physics", "variant");
    put_whole(L, table, f->cycle, f->n, "cycle", "Number of the cycle.");
    for (size_t k = 0; k < f->ncol; k++) {
        const frame_column *c = &f->col[k];
        double *v = table_push(L, f->n, c->unit, c->doc);
        if (f->n)
            memcpy(v, c->v, f->n * sizeof *v);
        table_put(L, table, c->name, c->key);
    }
    bool timed = false;
    for (size_t i = 0; f->time && i < f->n && !timed; i++)
        timed = f->time[i] != INT64_MIN;
    if (timed)
        put_whole(L, table, f->time, f->n, "time_us", "Time stamp, microseconds since 1970 UTC.");
}

/* --- summary --- */

static const char *const states[] = { [ENGINE_RUNNING] = "running",
                                      [ENGINE_ENDED] = "stop",
                                      [ENGINE_FAILED] = "failed",
                                      [ENGINE_THROUGH] = "rows" };
static const char *const summary_words[] = { "cell", "physics", "end", "reason" };
static const struct { const char *name, *alias, *unit; } summary_numbers[] = {
    { "rows", NULL, "" },
    { "end_cycle", NULL, "" },
    { "end_of_life_cycle", "end_of_life", "" },
    { "first_capacity_ah", "first_capacity", "Ah" },
    { "capacity_ah", "capacity", "Ah" },
};
enum { NWORDS = 4, NNUMBERS = 5 };

static void push_summary(lua_State *L, const engine *e)
{
    size_t n = engine_lives(e);
    table_push_frame(L, n);
    int table = lua_gettop(L);
    double *v[NNUMBERS];
    for (int k = 0; k < NWORDS; k++)
        table_push_words(L, n, NULL, NULL, 0);
    for (int k = 0; k < NNUMBERS; k++)
        v[k] = table_push(L, n, summary_numbers[k].unit, NULL);
    for (size_t i = 0; i < n; i++) {
        engine_life l = { 0 };
        engine_life_at(e, i, &l);
        const char *word[NWORDS] = { l.cell, l.physics, states[l.state], l.reason };
        for (int k = 0; k < NWORDS; k++) {
            if (!word[k])
                continue;
            lua_pushstring(L, word[k]);
            table_word(L, table + 1 + k, i, -1);
            lua_pop(L, 1);
        }
        v[0][i] = (double)l.rows;
        v[1][i] = l.end_cycle ? (double)l.end_cycle : NAN;
        v[2][i] = l.eol_cycle ? (double)l.eol_cycle : NAN;
        v[3][i] = l.first;
        v[4][i] = l.capacity;
    }
    for (int k = 0; k < NWORDS + NNUMBERS; k++) {
        lua_pushvalue(L, table + 1 + k);
        table_put(L, table, k < NWORDS ? summary_words[k] : summary_numbers[k - NWORDS].name,
                  k < NWORDS ? NULL : summary_numbers[k - NWORDS].alias);
    }
    lua_settop(L, table);
}

/* --- the run --- */

typedef struct job {                                    /* a userdata; its close lets go of everything in order */
    module_scenario *m;
    engine          *e;
    char            *folder;
    uint64_t        *at;
    int              lock;
    bool             caught;
} job;

static int close_job(lua_State *L)
{
    job *k = lua_touserdata(L, 1);
    if (k->caught)
        module_uncatch();
    engine_close(k->e);
    file_unlock(k->lock);
    free(k->folder);
    free(k->at);
    *k = (job){ .lock = -1 };
    return 0;
}

static job *hold_job(lua_State *L)
{
    job *k = lua_newuserdatauv(L, sizeof *k, 1);
    *k = (job){ .lock = -1 };
    if (luaL_newmetatable(L, "fade.job")) {
        lua_pushcfunction(L, close_job);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return k;
}

static int write_beside(const job *k, const char *name, const char *made, why *w)
{
    char *path = file_join(k->folder, name);
    int rc = path ? file_write(path, made, strlen(made), w) : fail(w, E_NOMEM, "no memory to write %s", name);
    free(path);
    return rc;
}

/* Takes opts.out for this run: nobody else's while it lasts, and no result that lies there unless told so. */
static int take_folder(job *k, const char *out, bool overwrite, why *w)
{
    k->folder = mem_dup(out);
    char *lock = file_join(out, "lock"), *old = file_join(out, "result.json");
    int rc = k->folder && lock && old ? file_mkdirs(out, w) : fail(w, E_NOMEM, "no memory for the folder's name");
    if (!rc)
        rc = file_lock(lock, &k->lock, w);
    if (!rc && !overwrite && file_exists(old))
        rc = fail(w, E_USAGE, "%s holds a result already; overwrite = true replaces it", out);
    if (!rc)
        rc = write_beside(k, "scenario.toml", k->m->s->merged, w);
    if (!rc && script_text(k->m->script))
        rc = write_beside(k, "scenario.lua", script_text(k->m->script), w);
    free(lock);
    free(old);
    return rc;
}

static int write_result(const job *k, why *w)
{
    json j = { 0 };
    engine_result(k->e, &j);
    text_addc(&j.out, '\n');
    int rc = j.out.failed ? fail(w, E_NOMEM, "no memory for the result")
                          : write_beside(k, "result.json", text_of(&j.out), w);
    text_free(&j.out);
    return rc;
}

/* opts.every and opts.at: which rows are kept. */
static void which_rows(lua_State *L, int opts, job *k, engine_tap *tap)
{
    module_option_whole(L, opts, "every", INT64_MAX, &tap->every);
    if (lua_isnoneornil(L, opts) || lua_getfield(L, opts, "at") == LUA_TNIL)
        return;
    luaL_checktype(L, -1, LUA_TTABLE);
    size_t n = (size_t)luaL_len(L, -1);
    k->at = mem_zero(n + 1, sizeof *k->at);
    if (!k->at)
        luaL_error(L, "no memory for option at");
    for (size_t i = 0; i < n; i++) {
        lua_Integer cycle = lua_geti(L, -1, (lua_Integer)i + 1) == LUA_TNUMBER ? lua_tointeger(L, -1) : 0;
        if (cycle < 1)
            luaL_error(L, "option at is a list of cycles from 1 on");
        k->at[i] = (uint64_t)cycle;
        lua_pop(L, 1);
    }
    tap->at = k->at;
    tap->nat = n;
}

static void push_scores(lua_State *L, const engine *e)
{
    text *made = table_text(L);
    json j = { 0 };
    engine_result(e, &j);
    *made = j.out;
    if (made->failed)
        luaL_error(L, "no memory for the scores");
    module_json_text(L, text_of(made), made->n);
    lua_getfield(L, -1, "scores");
    lua_replace(L, -3);
    lua_pop(L, 1);
}

static void push_seconds(lua_State *L, const job *k)
{
    lua_newtable(L);
    for (size_t p = 0; p < k->m->s->nphysics; p++) {
        lua_pushnumber(L, engine_seconds(k->e, p));
        lua_setfield(L, -2, k->m->s->physics[p].label);
    }
}

static int push_result(lua_State *L, const job *k, const frame *rows, int64_t since)
{
    lua_createtable(L, 0, 8);
    lua_pushstring(L, k->m->s->name);
    lua_setfield(L, -2, "name");
    lua_pushstring(L, why_word(k->m->rc));
    lua_setfield(L, -2, "outcome");
    if (rows) {
        module_push_rows(L, rows);
        lua_setfield(L, -2, "rows");
    }
    push_summary(L, k->e);
    lua_setfield(L, -2, "summary");
    if (k->m->s->evaluate.on) {
        push_scores(L, k->e);
        lua_setfield(L, -2, "scores");
    }
    push_seconds(L, k);
    lua_setfield(L, -2, "seconds_of");
    if (k->folder) {
        lua_pushstring(L, k->folder);
        lua_setfield(L, -2, "folder");
    }
    lua_pushnumber(L, (double)(clock_monotonic_ns() - since) * 1e-9);
    lua_setfield(L, -2, "seconds");
    return 1;
}

static const char *const run_options[] = { "set",   "out",   "threads", "seed", "cycles", "overwrite",
                                           "trust", "every", "at",      "rows", NULL };

/* Opens, takes the folder, runs.  Raises nothing. */
static void do_run(job *k, engine_options *o, bool overwrite)
{
    module_scenario *m = k->m;
    why later = { 0 };
    o->study = study_table();
    o->hooks = module_scenario_hooks(m);
    o->stop = module_catch();
    k->caught = true;
    m->rc = engine_open(m->s, o, &k->e, &m->problems, &m->w);
    if (!m->rc && o->folder)
        m->rc = take_folder(k, o->folder, overwrite, &m->w);
    if (m->rc)
        return;
    m->rc = engine_run(k->e, &m->w);
    if (o->folder && write_result(k, &later) && (!m->rc || m->rc == E_PARTIAL)) {
        m->rc = later.code;
        m->w = later;
    }
}

/* Now, not when collected: locks, memory and the signal go. */
static void let_go(lua_State *L, int holder)
{
    lua_pushcfunction(L, close_job);
    lua_pushvalue(L, holder);
    lua_call(L, 1, 0);
}

/* fade.run(file or table[, opts]) */
int module_run(lua_State *L)
{
    int64_t since = clock_monotonic_ns();
    luaL_checkany(L, 1);
    lua_settop(L, 2);
    module_options(L, 2, run_options);
    module_scenario *m = module_scenario_at(L, 1, 2);
    if (m->rc)
        return module_raise_problems(L, &m->problems, &m->w);
    frame *rows = hold_frame(L);
    job *k = hold_job(L);
    lua_pushvalue(L, 3);
    lua_setiuservalue(L, -2, 1);                        /* the scenario outlives the engine */
    int holder = lua_gettop(L);
    k->m = m;
    engine_tap tap = frame_tap(rows);
    which_rows(L, 2, k, &tap);
    bool wanted = lua_isnil(L, 2) || lua_getfield(L, 2, "rows") == LUA_TNIL || lua_toboolean(L, -1);
    engine_options o = { .tap = wanted ? &tap : NULL, .folder = module_option_text(L, 2, "out") };
    do_run(k, &o, module_option_bool(L, 2, "overwrite"));
    if (m->rc && m->rc != E_PARTIAL) {
        let_go(L, holder);
        return m->rc == E_CANCEL ? luaL_error(L, "interrupted") : module_raise_problems(L, &m->problems, &m->w);
    }
    push_result(L, k, wanted ? rows : NULL, since);
    let_go(L, holder);
    return 1;
}

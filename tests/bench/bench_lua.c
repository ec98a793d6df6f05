/* SPDX-License-Identifier: MIT
 * bench_lua.c - what Lua costs: fade.run of 500 cycles of exp-fade (goal 10 ms) beside the same run from C, and a law
 * written in Lua beside its C twin, per cell and cycle.
 */
#include "tests/bench/bench.h"

#include "core/base/log.h"
#include "core/engine/virtual.h"
#include "core/script/module.h"
#include "core/study/study.h"
#include <lualib.h>
#include <unistd.h>

typedef struct from_lua { lua_State *L; int failed; } from_lua;

/* Calls the function kept at stack index 1. */
static void call(void *ctx)
{
    from_lua *f = ctx;
    lua_pushvalue(f->L, 1);
    if (lua_pcall(f->L, 0, 0, 0)) {
        if (!f->failed++)
            fprintf(stderr, "%s\n", lua_tostring(f->L, -1));
        lua_settop(f->L, 1);
    }
}

/* Median s of what the chunk returns; < 0: it failed. */
static double time_of(lua_State *L, const char *chunk)
{
    from_lua f = { L, 0 };
    lua_settop(L, 0);
    if (luaL_dostring(L, chunk) || !lua_isfunction(L, 1)) {
        fprintf(stderr, "%s\n", lua_tostring(L, -1));
        return -1;
    }
    lua_settop(L, 1);
    double s = bench_time(call, &f);
    return f.failed ? -1 : s;
}

typedef struct from_c { const char *path; int failed; } from_c;

static void run_c(void *ctx)
{
    from_c *c = ctx;
    scenario *s = NULL;
    engine *e = NULL;
    tree_problems p = { 0 };
    why w = { 0 };
    frame rows = { 0 };
    engine_tap tap = frame_tap(&rows);
    engine_options o = { .study = study_table(), .tap = &tap };
    if (scenario_open(c->path, &(scenario_options){ 0 }, &s, &p, &w) || engine_open(s, &o, &e, &p, &w) ||
        engine_run(e, &w))
        if (!c->failed++)
            fprintf(stderr, "%s\n", w.text);
    engine_close(e);
    scenario_close(s);
    frame_free(&rows);
    tree_problems_free(&p);
}


static int short_run(lua_State *L, const char *folder)
{
    char path[64];
    snprintf(path, sizeof path, "%s/life.toml", folder);
    FILE *f = fopen(path, "w");
    if (!f)
        return 1;
    fputs("[run]\nname = \"bench\"\ncycles = 500\nthreads = 1\n[cell]\nnominal_capacity = \"2 Ah\"\n[source]\n"
          "plugin = \"constant\"\n[physics]\nplugin = \"exp-fade\"\n",
          f);
    fclose(f);
    from_c c = { path, 0 };
    double base = bench_time(run_c, &c);
    double s = time_of(L, "local t = { run = { name = 'bench', cycles = 500, threads = 1 },"
                          "cell = { nominal_capacity = '2 Ah' }, source = { plugin = 'constant' },"
                          "physics = { plugin = 'exp-fade' } } return function() fade.run(t) end");
    unlink(path);
    if (s < 0 || c.failed)
        return 1;
    printf("%-34s %8.3f ms  from C %8.3f ms  ratio %5.2f  goal 10 ms: %s\n", "fade.run, 500 cycles of exp-fade",
           s * 1e3, base * 1e3, s / base, s <= 0.01 ? "met" : "missed");
    return s > 0.01;
}

/* 64 cells, 2,000 cycles: the run's own cost is small beside the steps. */
#define MANY(physics)                                                                                                 \
    "local t = { run = { name = 'bench', cycles = 2000, threads = 1 }, cell = { nominal_capacity = '2 Ah' },"          \
    "source = { plugin = 'constant', cells = 64 }, physics = " physics                                                \
    " } return function() fade.run(t, { at = { 2000 } }) end"

static int twins(lua_State *L)
{
    const double n = 64.0 * 2000;
    double in_c = time_of(L, MANY("{ plugin = 'power-law', c = 0.004, z = 0.5 }"));
    double in_lua = time_of(L, MANY("{ name = 'twin', state = { { key = 'n' } },"
                                    "outputs = { { key = 'loss', unit = '1' } }, parameters = { c = 0.004, z = 0.5 },"
                                    "step = function(x, u, p) local n = x.n + 1"
                                    "  return { n = n }, { loss = math.min(1, p.c * n ^ p.z) } end }"));
    if (in_c < 0 || in_lua < 0)
        return 1;
    printf("%-34s %8.1f ns  its C twin %6.1f ns  ratio %5.1f\n", "a law in Lua, per cell and cycle", in_lua / n * 1e9,
           in_c / n * 1e9, in_lua / in_c);
    return 0;
}

int main(void)
{
    why w;
    char folder[] = "/tmp/fade-bench-lua-XXXXXX";
    log_open(&(log_options){ .level = LOG_ERROR }, &w);
    library_register(virtual_library());
    lua_State *L = luaL_newstate();
    if (!L || !mkdtemp(folder))
        return 1;
    luaL_openlibs(L);
    luaL_requiref(L, "fade", module_open, 1);
    int failed = short_run(L, folder) | twins(L);
    lua_close(L);
    rmdir(folder);
    return failed;
}

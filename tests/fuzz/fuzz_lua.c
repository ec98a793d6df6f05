/* SPDX-License-Identifier: MIT
 * fuzz_lua.c - any bytes as a scenario in Lua: a scenario that is checked like any other, or a sentence; within limits.
 */
#include "core/base/log.h"
#include "core/engine/virtual.h"
#include "core/script/script.h"
#include "core/script/script_lines.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static void must(int holds)
{
    if (!holds)
        __builtin_trap();
}

static void open_it(const char *made)
{
    scenario *s = NULL;
    script *k = NULL;
    tree_problems p = { 0 };
    why w = { 0 };
    script_options o = { .memory = 4 << 20, .instructions = 200000 };
    int rc = script_scenario_text("fuzz.lua", made, &(scenario_options){ 0 }, &o, &s, &k, &p, &w);
    must(rc ? !s && !k && *w.text : s && k);
    for (size_t i = 0; i < p.n; i++)
        must(*p.at[i].text != '\0');
    scenario_close(s);
    script_close(k);
    tree_problems_free(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    static int ready;
    why w = { 0 };
    if (!ready++) {
        log_open(&(log_options){ .level = LOG_SILENT }, &w);
        library_register(virtual_library());
    }
    char *made = strndup((const char *)at, n);
    if (!made)
        return 0;
    script_lines *l = script_lines_open(made);
    must(l != NULL);
    script_place place = script_lines_find(l, "run.stop.1");
    must(place.line >= 0);
    script_lines_close(l);
    open_it(made);
    free(made);
    return 0;
}

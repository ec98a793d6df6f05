/* SPDX-License-Identifier: MIT
 * fuzz_set.c - any bytes as a parameter set or as BPX: a set that reads back the same, or problems with places.
 *
 * Sets with a base are left alone: nothing is loaded from disk.
 */
#include "core/base/log.h"
#include "core/scenario/bpx.h"
#include "core/scenario/set.h"
#include "core/scenario/toml.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static void must(int holds)
{
    if (!holds)
        __builtin_trap();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    setenv("HOME", "/nonexistent", 1);
    unsetenv("FADE_PLUGIN_PATH");
    return log_open(&(log_options){ .level = LOG_SILENT }, NULL);
}

static void entry(void *ctx, const set_entry *e)
{
    must(*e->key && e->value && e->unit && e->flag && e->doc && e->ref && strlen(e->source) < sizeof e->source);
    ++*(size_t *)ctx;
}

static size_t entries(const tree_node *set)
{
    size_t n = 0;
    set_walk(set, entry, &n);
    return n;
}

/* The set as TOML is the same set. */
static void again(const tree_node *set)
{
    text made = { 0 };
    tree_problems p = { 0 };
    tree *t = tree_open();
    tree_node *node = NULL, *same = NULL;
    tree_toml(set, &made);
    must(toml_parse(t, "again.toml", text_of(&made), made.n, &p, &node) == E_OK);
    set_read(t, node, &p, &same);
    must(same && p.n == 0 && entries(same) == entries(set));
    double a = set_number(set, "nominal_capacity", "Ah"), b = set_number(same, "nominal_capacity", "Ah");
    must(!(a < b) && !(b < a) && isnan(a) == isnan(b));
    text_free(&made);
    tree_problems_free(&p);
    tree_close(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    char *given = n ? malloc(n + 1) : NULL;
    tree_problems p = { 0 };
    tree *t = tree_open();
    tree_node *node = NULL, *set = NULL;
    if (!given || memmem(at, n, "base", 4) || memmem(at, n, "\\u", 2) || memmem(at, n, "\\U", 2))
        goto out;
    memcpy(given, at, n);
    given[n] = '\0';
    if (*given == '{') {
        int rc = set_json(t, "fuzz.json", given, n, &p, &node);
        must((rc == E_OK) == (node != NULL) && (rc == E_OK) == (p.n == 0));
        rc = rc ? rc : bpx_read(t, node, &p, &set);
        must((rc == E_OK) == (set != NULL) && (rc == E_OK) == (p.n == 0));
    } else if (toml_parse(t, "fuzz.toml", given, n, &p, &node) == E_OK) {
        set_read(t, node, &p, &set);
        must((set != NULL) == (p.n == 0));
    }
    if (set && entries(set))
        again(set);
out:
    free(given);
    tree_problems_free(&p);
    tree_close(t);
    return 0;
}

/* SPDX-License-Identifier: MIT
 * fuzz_scenario.c - any TOML as a scenario: one that reads back the same from its merged text, or problems with places.
 *
 * The plugins are built in here; nothing is loaded from disk, and scenarios with a base are left alone.
 */
#include "core/scenario/scenario.h"
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

static const fade_param params[] = {
    { "k", "1/s", "Rate.", "", FADE_REAL, FADE_PER_CELL | FADE_LIVE, 0.5, 0, 10, 0, 0, NULL },
    { "n", "", "Number.", "", FADE_INT, 0, 3, 1, 10, 0, 0, NULL },
    { "on", "", "Switch.", "", FADE_BOOL, 0, 1, 0, 1, 0, 0, NULL },
    { "kind", "", "Choice.", "", FADE_CHOICE, 0, 0, 0, 0, 0, 0, "a|b" },
    { "path", "", "File.", "", FADE_PATH, 0, 0, 0, 0, 0, 0, NULL },
    { "v", "V", "List.", "", FADE_LIST_OF, 0, NAN, 0, 5, 0, 0, NULL },
    { "curve", "1;V", "Curve.", "", FADE_CURVE, 0, NAN, 0, 0, 0, 0, NULL },
    { "grid", "1;1;V", "Grid.", "", FADE_GRID, 0, NAN, 0, 0, 0, 0, NULL },
    { "names", "", "Texts.", "", FADE_TEXTS, 0, NAN, 0, 0, 0, 0, NULL },
    { "columns", "", "Map.", "", FADE_MAP, 0, NAN, 0, 0, 0, 0, NULL },
};

static const void *nothing(const fade_desc *d, const char *id)
{
    (void)d;
    (void)id;
    return NULL;
}

#define DESC(word, sort) { .size = sizeof(fade_desc), .id = word, .kind = sort, .version = "1.0.0", .licence = "MIT", \
                           .doc = "For fuzzing.", .cite = "", .params = FADE_LIST(params), .iface = nothing }
static const fade_desc descs[] = { DESC("s", "source"), DESC("p", "physics"), DESC("c", "corrector"),
                                   DESC("summary", "output"), DESC("csv", "output") };
static const fade_desc *const plugins[] = { &descs[0], &descs[1], &descs[2], &descs[3], &descs[4], NULL };
static const fade_library library = { FADE_MAGIC, FADE_ABI_NEED, FADE_FINGERPRINT, (uint32_t)sizeof(fade_library),
                                      plugins };

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    setenv("HOME", "/nonexistent", 1);
    unsetenv("FADE_PLUGIN_PATH");
    library_register(&library);
    return 0;
}

/* The scenario of a text; NULL: what is wrong is told. */
static scenario *open_text(const char *at, size_t n)
{
    tree *t = tree_open();
    tree_problems p = { 0 };
    tree_node *read = NULL;
    scenario *s = NULL;
    why w = { 0 };
    if (toml_parse(t, "fuzz.toml", at, n, &p, &read) == E_OK) {
        *tree_root(t) = *read;
        int rc = scenario_from_tree(t, "fuzz.toml", NULL, &s, &p, &w);
        must(rc == E_OK ? s != NULL && p.n == 0 : s == NULL && *w.text != '\0');
        t = NULL;
    }
    tree_problems_free(&p);
    tree_close(t);
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    if (memmem(at, n, "base", 4) || memmem(at, n, "\\u", 2) || memmem(at, n, "\\U", 2))
        return 0;
    scenario *s = open_text((const char *)at, n);
    if (s && !strstr(s->merged, "${")) {
        scenario *same = open_text(s->merged, strlen(s->merged));
        must(same != NULL && strcmp(same->merged, s->merged) == 0);
        must(same->nphysics == s->nphysics && same->noutput == s->noutput && same->seed == s->seed);
        scenario_close(same);
    }
    scenario_close(s);
    return 0;
}

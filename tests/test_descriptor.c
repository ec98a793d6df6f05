/* SPDX-License-Identifier: MIT
 * test_descriptor.c - each check of a descriptor finds what it is for, by its id; sound ones pass, the project's own
 * among them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/host/descriptor.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const fade_param sound_params[] = {
    { "k", "1/s", "Rate.", "Paper", FADE_REAL, FADE_PER_CELL | FADE_FITTED, 0.02, 0, 1, 0.01, 0.05, NULL },
    { "kind", "", "Which.", "", FADE_CHOICE, 0, 1, 0, 0, 0, 0, "a|b" },
    { "sei.k0", "m/s", "Growth.", "", FADE_REAL, FADE_PER_CELL | FADE_LIVE, 1e-12, 0, 1, 0, 0, NULL },
    { "k0", "m/s", "Growth, once.", "", FADE_REAL, FADE_DEPRECATED, 1e-12, 0, 1, 0, 0, "sei.k0" },
    { "ocv", "1;V", "A curve.", "", FADE_CURVE, 0, 0, 0, 0, 0, 0, "0,3 1,4" },
    { "path", "", "A file.", "", FADE_PATH, FADE_REQUIRED, NAN, 0, 0, 0, 0, NULL },
    { "grid", "1;1;V", "A grid.", "", FADE_GRID, 0, 0, 0, 0, 0, 0, "0 1; 0 1; 1 2 3 4" },
};
enum { K, KIND, SEI, OLD, OCV, PATH, GRID, NPARAMS };
static const fade_column sound_state[] = { { "q", "Ah", "Charge.", 2, 0, 10, 0, 0, 0, 0 } };
static const fade_column sound_in[] = { { "demand", "A|V|W|ohm", "Demand.", 0, 0, 0, 0, 0, 1, FADE_PLANNED } };
static const fade_column sound_out[] = { { "loss", "1", "Loss.", 0, 0, 1, 0, 0, 0, 0 } };

static fade_param   params[NPARAMS];
static fade_column  state[1], in[1], out[1];
static fade_desc    desc;
static fade_model_v1 model;

static int32_t create_(const fade_host *h, const fade_args *a, void **m)
{
    (void)h;
    (void)a;
    *m = NULL;
    return 0;
}

static void destroy_(void *m)
{
    (void)m;
}

static int32_t step_(const void *m, fade_tile *b)
{
    (void)m;
    (void)b;
    return 0;
}

static int32_t enter_(const void *m, uint32_t n, void **worker)
{
    (void)m;
    (void)n;
    *worker = NULL;
    return 0;
}

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.model/1") == 0 ? &model : NULL;
}

static void reset(void)
{
    memcpy(params, sound_params, sizeof params);
    memcpy(state, sound_state, sizeof state);
    memcpy(in, sound_in, sizeof in);
    memcpy(out, sound_out, sizeof out);
    desc = (fade_desc){ .size = sizeof desc,
                        .flags = FADE_PER_CYCLE,
                        .id = "law",
                        .kind = "physics",
                        .version = "1.0.0",
                        .licence = "MIT",
                        .doc = "A law.\n\nMore of it.",
                        .cite = "",
                        .params = FADE_LIST(params),
                        .columns = { FADE_LIST(state), FADE_LIST(in), FADE_LIST(out), { 0 } },
                        .iface = iface };
    model = (fade_model_v1){
        .size = sizeof model, .create = create_, .destroy = destroy_, .step = step_, .observe = step_
    };
}

typedef struct found {
    const char *check, *part;
    int         n;
} found;

static void said(void *ctx, const char *check, const char *plain)
{
    found *f = ctx;
    f->n += strcmp(check, f->check) == 0 && strstr(plain, f->part);
}

/* The change just made is found by `check`, in a sentence with `part`; then all is sound again. */
static void finds(const char *check, const char *part)
{
    found f = { check, part, 0 };
    why w = { 0 };
    int n = descriptor_each(&desc, said, &f);
    int rc = descriptor_check(&desc, &w);
    if (f.n < 1 || n < 1 || rc != E_PLUGIN)
        fail_msg("%s does not say '%s'; the first of %d: %s", check, part, n, w.text);
    reset();
}

static void sound_is_sound(void **unused)
{
    (void)unused;
    reset();
    why w = { 0 };
    if (descriptor_check(&desc, &w) || descriptor_interfaces(&desc, &w))
        fail_msg("%s", w.text);
    assert_int_equal(descriptor_each(&desc, NULL, NULL), 0);
}

static void heads_are_checked(void **unused)
{
    (void)unused;
    reset();
    desc.id = "Law", finds("id-legal", "'Law'");
    desc.id = "", finds("id-legal", "''");
    desc.id = NULL, finds("id-legal", "''");
    desc.kind = "phisics", finds("kind-known", "'phisics' is none of source, physics, corrector, output");
    desc.version = "1.0", finds("version", "'1.0'");
    desc.version = "1.0.0x", finds("version", "1.0.0x");
    desc.licence = "", finds("licence", "SPDX");
    desc.flags = 6, finds("flags-known", "0x6");
    desc.kind = "output", finds("flags-known", "FADE_PER_CYCLE is for physics");
    desc.doc = "", finds("doc-present", "doc is empty");
    desc.cite = NULL, finds("doc-present", "cite is NULL");
}

static void keys_are_checked(void **unused)
{
    (void)unused;
    reset();
    params[K].key = "K", finds("key-legal", "parameter 1: key 'K'");
    params[K].key = "k.", finds("key-legal", "'k.'");
    params[K].key = NULL, finds("key-legal", "parameter 1");
    out[0].key = "lo ss", finds("key-legal", "output 1: key 'lo ss'");
    params[KIND].key = "k", finds("key-unique", "parameter 'k' stands twice, at 1 and 2");
    params[K].key = "sei", finds("key-nested", "'sei' is in the way of 'sei.k0'");
    params[K].key = "plugin", finds("key-nested", "'plugin'");
}

static void params_are_checked(void **unused)
{
    (void)unused;
    reset();
    params[K].type = 12, finds("type-known", "type 12 is not known to this fade (0 to 11)");
    params[K].flags = 1024, finds("type-known", "0x400");
    params[KIND].flags = FADE_PER_CELL, finds("type-known", "FADE_PER_CELL is for FADE_REAL");
    params[SEI].flags = FADE_LIVE, finds("type-known", "FADE_LIVE needs FADE_PER_CELL");
    params[K].flags |= FADE_REQUIRED, finds("type-known", "has a default, 0.02");
    params[K].unit = "1/sekunde", finds("unit-parses", "parameter k: unit '1/sekunde'");
    params[K].unit = NULL, finds("unit-parses", "unit is NULL");
    params[OCV].unit = "V", finds("unit-parses", "names 1, its type wants 2");
    params[KIND].unit = "V", finds("unit-parses", "a setting has no unit");
    params[K].max = -1, finds("bounds-order", "min 0 is above max -1");
    params[K].min = NAN, finds("bounds-order", "parameter k");
    params[K].lo = 1, finds("bounds-order", "lo 1 is above hi 0.05");
    params[K].hi = 2, finds("bounds-order", "lo..hi 0.01 .. 2 reaches outside min..max 0 .. 1");
    params[KIND].text = "a||b", finds("choice-words", "choice 2 of \"a||b\" is empty");
    params[KIND].text = "a|b|a", finds("choice-words", "choice 'a' stands twice");
    params[KIND].text = NULL, finds("choice-words", "kind");
    params[KIND].def = 2, finds("choice-words", "default 2 is no index into its 2 choices");
    params[K].def = 3, finds("default-fits", "default 3 is outside 0 .. 1");
    params[K].def = INFINITY, finds("default-fits", "infinite");
    params[OCV].text = "0,3 1", finds("default-fits", "is no curve");
    params[GRID].text = "0 1; 0 1; 1 2 3", finds("default-fits", "is no grid");
    params[OLD].text = "sei.k1", finds("deprecated-names", "'sei.k1', which is no other parameter");
    params[K].doc = "", finds("doc-present", "parameter k: doc");
    params[K].doc = "Two\nlines.", finds("doc-present", "parameter k: doc");
    params[K].source = NULL, finds("source-present", "source is NULL");
    params[K].source = "", finds("source-present", "FADE_FITTED needs a source");
}

static void columns_are_checked(void **unused)
{
    (void)unused;
    reset();
    state[0].width = 70000, finds("column-sound", "width 70000");
    state[0].flags = FADE_TOTAL, finds("column-sound", "flags 0x4 mean nothing there");
    in[0].flags = FADE_PLANNED | FADE_EARLY, finds("column-sound", "not both");
    state[0].init = 11, finds("column-sound", "init 11 is outside 0 .. 10");
    state[0].init = NAN, finds("column-sound", "init");
    out[0].unit = "1|V", finds("unit-parses", "output loss");
    out[0].min = 2, finds("bounds-order", "output loss: min 2 is above max 1");
    out[0].doc = NULL, finds("doc-present", "output loss");
}

static void lacking(const char *part)
{
    why w = { 0 };
    assert_int_equal(descriptor_interfaces(&desc, &w), E_PLUGIN);
    if (!strstr(w.text, part))
        fail_msg("'%s' is not in: %s", part, w.text);
    reset();
}

static void interfaces_are_whole(void **unused)
{
    (void)unused;
    reset();
    model.step = NULL, lacking("has no step()");
    model.create = NULL, lacking("has no create()");
    model.destroy = NULL, lacking("has no destroy()");
    model.observe = NULL, lacking("has no observe(), which this fade needs because the plugin has outputs");
    model.enter = enter_, lacking("has no leave(), which this fade needs because enter() is there");
    state[0].flags = FADE_MEMO, lacking("has no refresh(), which this fade needs because a state is FADE_MEMO");
    model.size = 24, lacking("has 24 bytes, this fade needs 88");
    desc.kind = "output", lacking("of kind output has no interface fade.output/1");
    desc.kind = "nothing", lacking("'nothing' is none of source");
    desc.columns.out.n = 0;
    model.observe = NULL;
    assert_int_equal(descriptor_interfaces(&desc, NULL), E_OK);
}

static void params_are_found(void **unused)
{
    (void)unused;
    reset();
    uint32_t i = 99;
    assert_ptr_equal(descriptor_param(&desc, "sei.k0", &i), &params[SEI]);
    assert_int_equal(i, SEI);
    assert_null(descriptor_param(&desc, "sei", &i));
    assert_int_equal(descriptor_per_cell(&desc, K), 0);
    assert_int_equal(descriptor_per_cell(&desc, SEI), 1);
    assert_int_equal(descriptor_per_cell(&desc, KIND), UINT32_MAX);
    assert_int_equal(descriptor_per_cell(&desc, 77), UINT32_MAX);
}

/* Rows longer than this host knows are walked by their stride. */
static void newer_tables_are_walked(void **unused)
{
    (void)unused;
    reset();
    struct newer { fade_param p; double more; } rows[2] = { { sound_params[K], 1 }, { sound_params[SEI], 2 } };
    desc.params = (fade_list){ rows, 2, sizeof rows[0] };
    why w = { 0 };
    if (descriptor_check(&desc, &w))
        fail_msg("%s", w.text);
    assert_ptr_equal(descriptor_param(&desc, "sei.k0", NULL), &rows[1].p);
}

static void own_plugins_are_sound(void **unused)
{
    (void)unused;
    library_entry *e;
    size_t n, seen = 0;
    const char *build = getenv("FADE_BUILD");
    assert_int_equal(library_list(&e, &n, NULL), E_OK);
    for (size_t i = 0; i < n; i++) {
        seen += e[i].plugin->desc != NULL;
        if (!e[i].plugin->desc)
            fail_msg("%s: %s", e[i].path, e[i].why.text);
    }
    free(e);
    if (!seen) {
        print_message("no plugins are built in %s/plugins\n", build ? build : "build");
        skip();
    }
}

int main(void)
{
    setenv("HOME", "/nonexistent", 1);
    unsetenv("FADE_PLUGIN_PATH");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_is_sound),
        cmocka_unit_test(heads_are_checked),
        cmocka_unit_test(keys_are_checked),
        cmocka_unit_test(params_are_checked),
        cmocka_unit_test(columns_are_checked),
        cmocka_unit_test(interfaces_are_whole),
        cmocka_unit_test(params_are_found),
        cmocka_unit_test(newer_tables_are_walked),
        cmocka_unit_test(own_plugins_are_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

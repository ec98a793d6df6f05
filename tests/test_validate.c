/* SPDX-License-Identifier: MIT
 * test_validate.c - a cell model against the section "Validation" of a BPX file: the sign of the current, ramps,
 * retried steps, models that stop, mistakes; errors in closed form.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/host/library.h"
#include "core/scenario/toml.h"
#include "core/study/validate.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* V = 4 - r I - charge / 3600, charge in A.s; steps longer than 7 s are refused; below 3 V there is no answer. */
static int32_t create(const fade_host *h, const fade_args *a, void **m)
{
    (void)a;
    *m = (void *)(uintptr_t)h;
    return 0;
}
static void destroy(void *m) { (void)m; }

static void look(fade_tile *t, uint32_t i, double charge)
{
    t->out[0][i] = 4 - t->param[0][i] * t->in[1][i] - charge / 3600;
    if (t->out[0][i] < 3)
        t->status[i] = FADE_ESOLVE;
}

static int32_t observe(const void *m, fade_tile *t)
{
    (void)m;
    for (uint32_t i = 0; i < t->n; i++)
        look(t, i, t->x[0][i]);
    return 0;
}

static int32_t step(const void *m, fade_tile *t)
{
    (void)m;
    for (uint32_t i = 0; i < t->n; i++) {
        t->x1[0][i] = t->x[0][i] + t->in[1][i] * t->dt[i];
        t->wish[i] = 7;
        if (t->dt[i] > 7)
            t->status[i] = FADE_RETRY;
        else
            look(t, i, t->x1[0][i]);
    }
    return 0;
}

static const fade_model_v1 model = {
    sizeof model, 0, create, destroy, NULL, NULL, NULL, NULL, NULL, NULL, step, observe
};
static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.model/1") == 0 ? &model : NULL;
}
static const fade_param params[] = { { "r0", "ohm", "Resistance.", "", FADE_REAL, FADE_PER_CELL, 0.1, 0, 10, 0, 0,
                                       NULL } };
static const fade_column state[] = { { "charge", "A.s", "Charge out.", 0, 0, 0, 0, 0, 1, 0 } };
static const fade_column in[] = {
    { "control", "", "What is held.", 0, 0, 3, 0, 0, 1, FADE_PLANNED },
    { "demand", "A|V|W|ohm", "How much.", 0, -1e6, 1e6, 0, 0, 1, FADE_PLANNED },
};
static const fade_column out[] = { { "voltage", "V", "Voltage.", 0, 0, 0, 0, 0, 1, 0 } };
static const fade_desc desc = { .size = sizeof desc,
                                .id = "t-cell",
                                .kind = "physics",
                                .version = "1.0.0",
                                .licence = "MIT",
                                .doc = "A test.",
                                .cite = "",
                                .params = FADE_LIST(params),
                                .columns = { .state = FADE_LIST(state), .in = FADE_LIST(in), .out = FADE_LIST(out) },
                                .iface = iface };
static const fade_desc *const plugins[] = { &desc, NULL };
static const fade_library library = { FADE_MAGIC, FADE_ABI_NEED, FADE_FINGERPRINT, (uint32_t)sizeof(fade_library),
                                      plugins };

static char path[] = "/tmp/fade-validate-XXXXXX";

static scenario *open_model(const char *model_line)
{
    text made = { 0 };
    tree *t = tree_open();
    tree_node *root = NULL;
    scenario *s = NULL;
    tree_problems p = { 0 };
    text_addf(&made, "[source]\nplugin = \"constant\"\n[[physics]]\n%s\n", model_line);
    assert_int_equal(toml_parse(t, "x.toml", made.at, made.n, &p, &root), E_OK);
    *tree_root(t) = *root;
    assert_int_equal(scenario_from_tree(t, "x.toml", NULL, &s, &p, NULL), E_OK);
    text_free(&made);
    tree_problems_free(&p);
    return s;
}

static int run(const char *section, const char *model_line, validate_file *f, tree_problems *p, why *w)
{
    assert_int_equal(file_write(path, section, strlen(section), NULL), E_OK);
    int rc = validate_read(path, f, p, w);
    if (rc)
        return rc;
    scenario *s = open_model(model_line);
    rc = validate_all(s, f, w);
    scenario_close(s);
    return rc;
}

#define LIST(...) "[" #__VA_ARGS__ "]"
#define EXPERIMENT(t, i, v) "{\"Time [s]\": " t ", \"Current [A]\": " i ", \"Voltage [V]\": " v "}"

static void in_closed_form(void **unused)
{
    (void)unused;
    validate_file f;
    tree_problems p = { 0 };
    why w = { 0 };
    /* 36 A.s in 36 s at 1 A; then a ramp from 1 A to 3 A in 10 s: 20 A.s; then charge */
    const char *section = "{\"Validation\": {\"a\": " EXPERIMENT(
        LIST(0, 36, 46, 56), LIST(-1, -1, -3, 3),
        LIST(3.9, 3.89, 3.67, 4.28)) ", \"b\": " EXPERIMENT(LIST(0, 10), LIST(0, 0), LIST(4.003, 4.001)) "}}";
    assert_int_equal(run(section, "plugin = \"t-cell\"", &f, &p, &w), E_OK);
    assert_int_equal(f.n, 2);
    const validate_run *a = &f.run[0], *b = &f.run[1];
    static const double want[] = { 3.9, 4 - 0.1 - 0.01, 4 - 0.3 - 56. / 3600, 4 + 0.3 - 56. / 3600 };
    for (int k = 0; k < 4; k++)
        assert_true(fabs(a->made[k] - want[k]) < 1e-12);
    double g = 0.03 - 56. / 3600, h = 0.02 - 56. / 3600;
    assert_true(a->reached == 4 && fabs(a->rmse - sqrt((g * g + h * h) / 4)) < 1e-12);
    assert_true(fabs(a->worst - g) < 1e-12 && a->worst_at == 46);
    assert_true(fabs(b->rmse - sqrt((9e-6 + 1e-6) / 2)) < 1e-12 && fabs(b->worst + 0.003) < 1e-12);
    validate_free(&f);
}

/* The scenario's keys count; a model that stops keeps what it made. */
static void it_stops(void **unused)
{
    (void)unused;
    validate_file f;
    tree_problems p = { 0 };
    why w = { 0 };
    const char *section = "{\"Validation\": {\"a\": " EXPERIMENT(LIST(0, 100, 200, 300), LIST(-10, -10, -10, -10),
                                                                 LIST(3.5, 3, 3, 3)) "}}";
    assert_int_equal(run(section, "plugin = \"t-cell\"\nr0 = 0.05", &f, &p, &w), E_OK);
    assert_int_equal(f.run[0].reached, 2);
    assert_true(isnan(f.run[0].made[2]) && fabs(f.run[0].made[0] - 3.5) < 1e-12 && *f.run[0].stopped);
    validate_free(&f);
    assert_int_equal(run(section, "plugin = \"xu2018\"", &f, &p, &w), E_PLUGIN);
    assert_non_null(strstr(w.text, "xu2018 is no cell model per second"));
    validate_free(&f);
}

static void mistakes(void **unused)
{
    (void)unused;
    static const struct { const char *section, *says;
    } cases[] = {
        { "{}", "has no \"Validation\"" },
        { "{\"Validation\": {}}", "has no \"Validation\"" },
        { "{\"Validation\": {\"a\": " EXPERIMENT("[0, 1]", "[1]", "[4, 4]") "}}",
          "\"Current [A]\" is a list of numbers, as long as the others" },
        { "{\"Validation\": {\"a\": " EXPERIMENT("[0, 0]", "[1, 1]", "[4, 4]") "}}",
          "\"Time [s]\": a time above the one before is expected" },
        { "{\"Validation\": {\"a\": " EXPERIMENT("[0, 1]", "[1, 1]", "[4, \"x\"]") "}}",
          "\"Voltage [V]\": a number is expected" },
        { "{\"Validation\": {\"a\": {}}}", "\"Time [s]\" is a list of numbers" },
        { "{", "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        validate_file f;
        tree_problems p = { 0 };
        why w = { 0 };
        assert_int_not_equal(run(cases[i].section, "", &f, &p, &w), E_OK);
        if (!strstr(p.n ? p.at[0].text : w.text, cases[i].says))
            fail_msg("wanted %s, got %s", cases[i].says, p.n ? p.at[0].text : w.text);
        tree_problems_free(&p);
        validate_free(&f);
    }
}

static int open_all(void **unused)
{
    (void)unused;
    log_open(&(log_options){ .level = LOG_SILENT }, NULL);
    library_register(&library);
    int fd = mkstemp(path);
    return fd < 0 || close(fd);
}

static int close_all(void **unused)
{
    (void)unused;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(in_closed_form), cmocka_unit_test(it_stops),
                                        cmocka_unit_test(mistakes) };
    return cmocka_run_group_tests(tests, open_all, close_all);
}

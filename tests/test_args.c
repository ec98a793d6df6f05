/* SPDX-License-Identifier: MIT
 * test_args.c - a plugin's table becomes its values; what is wrong is named with line, value, bound and nearest key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/host/args.h"
#include "core/scenario/toml.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PC FADE_PER_CELL
enum { K, T, LIVE, STEPS, ON, KIND, WORD, PATH, LIST, OCV, MAPPED, NAMES, PATHS, COLS, SEI, OLD, NOMINAL, DEMAND,
       NPARAMS };

static const fade_param params[NPARAMS] = {
    [K] = { "k", "1/s", "Rate.", "", FADE_REAL, PC, 0.02, 0, 0.1, 0.01, 0.05, NULL },
    [T] = { "temperature", "K", "Temperature.", "", FADE_REAL, PC, 298.15, 200, 500, 0, 0, NULL },
    [LIVE] = { "capacity", "Ah", "Capacity.", "", FADE_REAL, PC | FADE_LIVE, 2, 0, 0, 0, 0, NULL },
    [STEPS] = { "steps", "", "How many.", "", FADE_INT, 0, 4, 1, 100, 0, 0, NULL },
    [ON] = { "on", "", "Whether.", "", FADE_BOOL, 0, 1, 0, 1, 0, 0, NULL },
    [KIND] = { "kind", "", "Which.", "", FADE_CHOICE, 0, 1, 0, 0, 0, 0, "points|cubic|constant" },
    [WORD] = { "word", "", "A word.", "", FADE_TEXT, 0, 0, 0, 0, 0, 0, "hello" },
    [PATH] = { "path", "", "A file.", "", FADE_PATH, 0, 0, 0, 0, 0, 0, NULL },
    [LIST] = { "list", "V", "Voltages.", "", FADE_LIST_OF, 0, 0, 0, 5, 0, 0, "2.5 4.2" },
    [OCV] = { "ocv", "1;V", "A curve.", "", FADE_CURVE, 0, 0, 0, 5, 0, 0, "0,3.0 1,4.2" },
    [MAPPED] = { "z", "1;degC;ohm", "A grid.", "", FADE_GRID, 0, 0, 0, 0, 0, 0, "0 1; 0 10 20; 1 2 3 4 5 6" },
    [NAMES] = { "names", "", "Names.", "", FADE_TEXTS, 0, 0, 0, 0, 0, 0, NULL },
    [PATHS] = { "paths", "", "Files.", "", FADE_PATHS, 0, 0, 0, 0, 0, 0, NULL },
    [COLS] = { "columns", "", "Columns.", "", FADE_MAP, 0, 0, 0, 0, 0, 0, NULL },
    [SEI] = { "sei.k0", "m/s", "Growth.", "", FADE_REAL, 0, 1e-12, 0, 1, 0, 0, NULL },
    [OLD] = { "k0", "m/s", "Growth, once.", "", FADE_REAL, FADE_DEPRECATED, 1e-12, 0, 1, 0, 0, "sei.k0" },
    [NOMINAL] = { "nominal_capacity", "A.s", "Capacity.", "", FADE_REAL, PC, 7200, 1, 1e6, 0, 0, NULL },
    [DEMAND] = { "demand", "A|W", "Demand.", "", FADE_REAL, 0, 0, 0, 0, 0, 0, NULL },
};
static const fade_param needy[] = {
    { "path", "", "A file.", "", FADE_PATH, FADE_REQUIRED, NAN, 0, 0, 0, 0, NULL },
    { "rate", "1/s", "Its rate.", "", FADE_REAL, FADE_REQUIRED, NAN, 0, 0, 0, 0, NULL },
};
static const void *no_iface(const fade_desc *d, const char *id)
{
    (void)d;
    (void)id;
    return NULL;
}
#define DESC(name, list)                                                                                               \
    {                                                                                                                  \
        .size = sizeof(fade_desc), .id = name, .kind = "physics", .version = "1.0.0", .licence = "MIT",                \
        .doc = "A law.", .cite = "", .params = FADE_LIST(list), .iface = no_iface                                      \
    }
static const fade_desc desc = DESC("law", params), needs = DESC("needy", needy);

typedef struct reading {
    tree         *t;
    tree_problems p;
    const args   *a;
} reading;

static reading *read_with(const char *toml, const fade_desc *d, const args_cell *cell)
{
    static const char *const skip[] = { "name", "plugin", NULL };
    static reading r;
    r = (reading){ .t = tree_open() };
    tree_node *root;
    if (toml_parse(r.t, "life.toml", toml, strlen(toml), &r.p, &root))
        fail_msg("%s", r.p.at[0].text);
    assert_int_equal(args_read(r.t, root, d, cell, skip, &r.p, &r.a), E_OK);
    return &r;
}

static reading *read_toml(const char *toml)
{
    return read_with(toml, &desc, NULL);
}

static void done(reading *r)
{
    tree_problems_free(&r->p);
    tree_close(r->t);
}

static const fade_value *good(reading *r, int i)
{
    if (r->p.n)
        fail_msg("line %d: %s", r->p.at[0].line, r->p.at[0].text);
    return &r->a->fade.at[i];
}

static void near_to(double got, double want)
{
    if (!(fabs(got - want) <= 1e-12 * fabs(want)))
        fail_msg("%.17g, wanted %.17g", got, want);
}

/* The first problem stands at line and column and is `want`. */
static void wrong(const char *toml, int line, int column, const char *want)
{
    reading *r = read_toml(toml);
    if (r->p.n < 1)
        fail_msg("nothing is wrong with: %s", toml);
    if (strcmp(r->p.at[0].text, want) != 0 || r->p.at[0].line != line || r->p.at[0].column != column)
        fail_msg("%d:%d: %s\nwanted %d:%d: %s", r->p.at[0].line, r->p.at[0].column, r->p.at[0].text, line, column,
                 want);
    assert_string_equal(r->p.at[0].file, "life.toml");
    assert_int_equal(r->p.n, 1);
    done(r);
}

static void defaults_hold(void **unused)
{
    (void)unused;
    reading *r = read_toml("plugin = 'law'\nname = 'x'\n");
    near_to(good(r, K)->real, 0.02);
    assert_int_equal(r->a->fade.n, NPARAMS);
    assert_int_equal(r->a->fade.size, sizeof(fade_args));
    assert_ptr_equal(r->a->fade.desc, &desc);
    near_to(good(r, STEPS)->real, 4);
    assert_string_equal(good(r, KIND)->text, "cubic");
    assert_string_equal(good(r, WORD)->text, "hello");
    assert_null(good(r, PATH)->text);
    assert_int_equal(good(r, LIST)->n, 2);
    near_to(good(r, LIST)->v[1], 4.2);
    assert_int_equal(good(r, OCV)->n, 2);
    near_to(good(r, OCV)->v[1], 1);
    near_to(good(r, OCV)->v[2], 3.0);
    assert_int_equal(good(r, MAPPED)->n, 2);
    assert_int_equal(good(r, MAPPED)->m, 3);
    near_to(good(r, MAPPED)->v[5], 1);
    assert_int_equal(good(r, COLS)->n, 0);
    near_to(good(r, NOMINAL)->real, 7200);
    assert_null(r->a->spread[K].node);
    assert_false(args_varies(r->a, K));
    done(r);
}

static void numbers_and_quantities(void **unused)
{
    (void)unused;
    reading *r =
        read_toml("k = '1.2 1/min'\ntemperature = '25 degC'\ncapacity = 3\nsteps = 7\non = false\nkind = 'constant'\n"
                  "demand = '5 mW'\nsei.k0 = '1 mm/s'\n");
    near_to(good(r, K)->real, 0.02);
    near_to(good(r, T)->real, 298.15);
    near_to(good(r, LIVE)->real, 3);
    near_to(good(r, STEPS)->real, 7);
    near_to(good(r, ON)->real, 0);
    near_to(good(r, KIND)->real, 2);
    assert_string_equal(good(r, KIND)->text, "constant");
    near_to(good(r, DEMAND)->real, 5e-3);
    near_to(good(r, SEI)->real, 1e-3);
    done(r);
    r = read_with("demand = 'C/2'\n", &desc, &(args_cell){ 3, NAN, NAN });
    near_to(good(r, DEMAND)->real, 1.5);
    done(r);
}

static void ranges_are_kept(void **unused)
{
    (void)unused;
    wrong("k = 0.5", 1, 5, "k = 0.5 1/s is above its maximum 0.1 1/s");
    wrong("\nk = -1", 2, 5, "k = -1 1/s is below its minimum 0 1/s");
    wrong("temperature = '300 degC'", 1, 15, "temperature = 573.15 K (\"300 degC\") is above its maximum 500 K");
    wrong("steps = 0", 1, 9, "steps = 0 is below its minimum 1");
    wrong("k = nan", 1, 5, "k is no number: a finite number is expected");
    wrong("capacity = inf", 1, 12, "capacity is infinite: a finite number is expected");
    wrong("list = [1, 9]", 1, 12, "list = 9 V is above its maximum 5 V");
    reading *r = read_toml("k = 0.1\nsteps = 100\n");
    near_to(good(r, K)->real, 0.1);
    done(r);
}

static void types_are_kept(void **unused)
{
    (void)unused;
    wrong("k = true", 1, 5, "k: a number in 1/s, or a text with a unit, is expected, not true or false");
    wrong("k = '1 m'", 1, 5, "k: \"1 m\" is in m, but 1/s is wanted");
    wrong("steps = 1.5", 1, 9, "steps = 1.5 is not whole");
    wrong("steps = [1]", 1, 9, "steps: a number, or a text with a unit, is expected, not a list");
    wrong("on = 1", 1, 6, "on: true or false is expected, not a whole number");
    wrong("kind = 'cubik'", 1, 8, "kind = \"cubik\" is none of: points, cubic, constant; did you mean \"cubic\"?");
    wrong("word = 3", 1, 8, "word: a text is expected, not a whole number");
    wrong("path = ''", 1, 8, "path is empty: a path is expected");
    wrong("demand = { mean = 1, sd = 1 }", 1, 10,
          "demand: a table is only for parameters that may differ by cell, and demand of law is not one");
    wrong("names = [1]", 1, 10, "names: a text is expected, not a whole number");
    wrong("columns = 'x'", 1, 11, "columns: a table is expected, not a text");
    wrong("columns.a = [1]", 1, 13, "columns.a: a text or a number is expected, not a list");
}

static void keys_are_known(void **unused)
{
    (void)unused;
    wrong("temprature = 300", 1, 1, "unknown key 'temprature' of physics law, did you mean 'temperature'?");
    wrong("sei.k1 = 300", 1, 5, "unknown key 'sei.k1' of physics law, did you mean 'sei.k0'?");
    wrong("qqqqqqqqqq = 300", 1, 1, "unknown key 'qqqqqqqqqq' of physics law; its keys: fade plugin show law");
    reading *r = read_toml("a = 1\ntemprature = 2\nk = 0.5\n");
    assert_int_equal(r->p.n, 3);
    done(r);
}

static const fade_model_v1 *model(void);
static const void *model_iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.model/1") == 0 ? model() : NULL;
}
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
static const fade_model_v1 *model(void)
{
    static const fade_model_v1 m = { .size = sizeof m, .create = create_, .destroy = destroy_, .step = step_ };
    return &m;
}

static void keys_of_others_are_known(void **unused)
{
    (void)unused;
    static const fade_param other[] = { { "k_plating", "1/s", "Rate.", "", FADE_REAL, 0, 1, 0, 0, 0, 0, NULL } };
    static const fade_desc plating = { .size = sizeof plating,
                                       .id = "plating",
                                       .kind = "physics",
                                       .version = "1.0.0",
                                       .licence = "MIT",
                                       .doc = "A law.",
                                       .cite = "",
                                       .params = FADE_LIST(other),
                                       .iface = model_iface };
    static const fade_desc *const list[] = { &plating, NULL };
    static const fade_library library = { FADE_MAGIC, FADE_ABI_NOW, FADE_FINGERPRINT, sizeof library, list };
    library_register(&library);
    wrong("k_plating = 1", 1, 1, "unknown key 'k_plating' of physics law; 'k_plating' is a key of physics plating");
}

static void required_is_required(void **unused)
{
    (void)unused;
    reading *r = read_with("", &needs, NULL);
    assert_int_equal(r->p.n, 2);
    assert_string_equal(r->p.at[0].text, "physics needy needs 'path': A file.");
    assert_string_equal(r->p.at[1].text, "physics needy needs 'rate' (1/s): Its rate.");
    done(r);
}

static void cell_fills_in(void **unused)
{
    (void)unused;
    const args_cell cell = { 1.5, NAN, NAN };
    reading *r = read_with("", &desc, &cell);
    near_to(good(r, NOMINAL)->real, 5400);
    done(r);
    r = read_with("nominal_capacity = '1 Ah'", &desc, &cell);
    near_to(good(r, NOMINAL)->real, 3600);
    done(r);
    r = read_with("", &desc, &(args_cell){ 1e6, NAN, NAN });
    assert_int_equal(r->p.n, 1);
    assert_string_equal(r->p.at[0].text, "nominal_capacity = 3600000000 A.s is above its maximum 1000000 A.s");
    done(r);
}

static void old_keys_still_work(void **unused)
{
    (void)unused;
    uint64_t before = log_count(LOG_WARNING);
    reading *r = read_toml("k0 = 0.25\n");
    near_to(good(r, SEI)->real, 0.25);
    assert_int_equal(log_count(LOG_WARNING), before + 1);
    done(r);
    wrong("k0 = 0.25\nsei.k0 = 0.3\n", 1, 6, "'k0' was replaced by 'sei.k0', which is given too: leave out 'k0'");
}

static void doubtful_numbers_are_said_once(void **unused)
{
    (void)unused;
    uint64_t before = log_count(LOG_WARNING);
    reading *r = read_toml("k = [0.001, 0.002, 0.09, 0.02]\n");
    assert_int_equal(log_count(LOG_WARNING), before + 1);
    assert_int_equal(r->p.n, 0);
    done(r);
}

static void lists_go_by_position(void **unused)
{
    (void)unused;
    reading *r = read_toml("k = [0.01, '0.6 1/min', 0.03]\n");
    near_to(good(r, K)->real, 0.01);
    assert_int_equal(r->a->spread[K].kind, ARGS_LIST);
    assert_true(args_varies(r->a, K));
    near_to(args_lane(r->a, K, 1, 99, 0), 0.01);
    near_to(args_lane(r->a, K, 1, 99, 1), 0.01);
    near_to(args_lane(r->a, K, 1, 99, 2), 0.03);
    near_to(args_lane(r->a, T, 1, 99, 2), 298.15);
    done(r);
    wrong("k = [0.01, 0.5]\n", 1, 12, "k = 0.5 1/s is above its maximum 0.1 1/s");
    wrong("k = []\n", 1, 5, "k: an empty list has no value for any cell");
}

static void moments(const char *toml, int param, double mean, double sd, double tolerance)
{
    enum { N = 20000 };
    reading *r = read_toml(toml);
    double sum = 0, square = 0;
    good(r, param);
    assert_true(args_varies(r->a, (uint32_t)param));
    for (uint64_t i = 0; i < N; i++) {
        double x = args_lane(r->a, (uint32_t)param, 42, i * 977, 0);
        assert_true(x == args_lane(r->a, (uint32_t)param, 42, i * 977, i));
        sum += x;
        square += (x - mean) * (x - mean);
    }
    if (!(fabs(sum / N - mean) < tolerance * sd) || !(fabs(sqrt(square / N) - sd) < tolerance * sd))
        fail_msg("%s: mean %g, sd %g", toml, sum / N, sqrt(square / N));
    done(r);
}

/* The mean of 20,000 draws lies within 4 sd / sqrt(20,000) = 0.03 sd, all but surely; the seed is fixed. */
static void spreads_are_as_said(void **unused)
{
    (void)unused;
    moments("temperature = { mean = 300, sd = 2 }", T, 300, 2, 0.03);
    moments("temperature = { mean = '25 degC', sd = '2 degC' }", T, 298.15, 2, 0.03);
    moments("temperature = { mean = '25 degC', sd = '2e0 K' }", T, 298.15, 2, 0.03);
    moments("capacity = { kind = 'lognormal', mean = 2, sd = 0.5 }", LIVE, 2, 0.5, 0.05);
    moments("temperature = { kind = 'uniform', min = 290, max = '310 K' }", T, 300, 20 / sqrt(12), 0.03);
}

static void draws_are_clamped_and_apart(void **unused)
{
    (void)unused;
    reading *r = read_toml(
        "k = { mean = 0.02, sd = 1 }\ntemperature = { mean = 300, sd = 1 }\ncapacity = { mean = 300, sd = 1 }\n");
    good(r, K);
    int low = 0, high = 0, same = 0;
    for (uint64_t i = 0; i < 200; i++) {
        double x = args_lane(r->a, K, 1, i, 0);
        assert_true(x >= 0 && x <= 0.1);
        low += x == 0;
        high += x == 0.1;
        same += args_lane(r->a, T, 1, i, 0) == args_lane(r->a, LIVE, 1, i, 0);
    }
    assert_true(low > 50 && high > 50);
    assert_int_equal(same, 0);
    assert_true(args_lane(r->a, T, 1, 5, 0) != args_lane(r->a, T, 2, 5, 0));
    done(r);
}

static void spreads_are_checked(void **unused)
{
    (void)unused;
    wrong("temperature = { mean = 300, sd = -1 }", 1, 34, "temperature: sd = -1 is not a width: 0 or more is expected");
    wrong("temperature = { mean = 600, sd = 1 }", 1, 24, "temperature = 600 K is above its maximum 500 K");
    wrong("temperature = { mean = 300 }", 1, 15, "temperature: a spread needs 'sd'");
    wrong("temperature = { kind = 'gauss', mean = 300, sd = 1 }", 1, 24,
          "temperature: kind of spread is \"normal\", \"lognormal\" or \"uniform\", not gauss");
    wrong("temperature = { kind = 'uniform', min = 310, max = 300 }", 1, 15,
          "temperature: min = 310 of a uniform spread is above max = 300");
    wrong("temperature = { mean = 300, sd = 1, mena = 3 }", 1, 37,
          "temperature: unknown key 'mena' in a normal spread, did you mean 'mean'?");
    wrong("capacity = { kind = 'lognormal', mean = 0, sd = 1 }", 1, 12,
          "capacity: mean = 0 of a lognormal spread is not above 0 (sd = 1)");
}

static void columns_are_bound(void **unused)
{
    (void)unused;
    reading *r = read_toml("capacity = '@loss'\n");
    near_to(good(r, LIVE)->real, 2);
    assert_int_equal(r->a->spread[LIVE].kind, ARGS_BOUND);
    assert_string_equal(r->a->spread[LIVE].column, "loss");
    assert_int_equal(r->a->spread[LIVE].node->line, 1);
    done(r);
    wrong("k = '@loss'", 1, 5, "k = \"@loss\": only a live parameter can be bound to a column, and k of law is not");
    wrong("capacity = '@'", 1, 12, "capacity = \"@\": behind '@' the key of a column is expected");
    wrong("capacity = '@A b'", 1, 12, "capacity = \"@A b\": behind '@' the key of a column is expected");
}

static void curves_and_grids(void **unused)
{
    (void)unused;
    static const char *const same[] = { "ocv = { x = [0, '50 %', 1], y = [3, '3500 mV', 4] }",
                                        "ocv = [[0, 3], [0.5, 3.5], [1, 4]]", "ocv = '0,3 0.5,3.5; 1,4'" };
    for (int i = 0; i < 3; i++) {
        reading *r = read_toml(same[i]);
        const fade_value *v = good(r, OCV);
        const double want[] = { 0, 0.5, 1, 3, 3.5, 4 };
        assert_int_equal(v->n, 3);
        for (int k = 0; k < 6; k++)
            near_to(v->v[k], want[k]);
        done(r);
    }
    wrong("ocv = { x = [0, 1, 1], y = [3, 3, 3] }", 1, 7, "ocv: x[3] = 1 does not rise above 1");
    wrong("ocv = { x = [0, 1], y = [3] }", 1, 7, "ocv: x has 2 values, y has 1");
    wrong("ocv = { x = [0, 1] }", 1, 7, "ocv: the list 'y' is missing");
    wrong("ocv = [[0, 1]]", 1, 7, "ocv: x needs two points, got 1");
    wrong("ocv = [[0, 1], [1, 9]]", 1, 7, "ocv = 9 V is above its maximum 5 V");
    wrong("ocv = '0,1 2'", 1, 7, "ocv: pairs \"x,y x,y\" of numbers are expected");
    wrong("ocv = [[0, 1], 3]", 1, 16, "ocv: a pair [x, y] is expected, not a whole number");
    reading *r = read_toml("z = { x = [0, 1], y = ['273.15 K', 10, 20], z = [[1, 2, 3], [4, 5, '6 mohm']] }");
    const fade_value *v = good(r, MAPPED);
    const double want[] = { 0, 1, 0, 10, 20, 1, 2, 3, 4, 5, 6e-3 };
    assert_int_equal(v->n, 2);
    assert_int_equal(v->m, 3);
    for (int k = 0; k < 11; k++)
        assert_true(fabs(v->v[k] - want[k]) < 1e-12);
    done(r);
    wrong("z = { x = [0, 1], y = [0, 1], z = [1, 2, 3] }", 1, 35,
          "z: z must be 2 lists of 2 numbers, as x has 2 values and y 2");
    wrong("z = { x = [0, 1], y = [0, 1], z = [[1, 2], [3]] }", 1, 44, "z: a row of z must be a list of 2 numbers");
}

static void texts_and_maps(void **unused)
{
    (void)unused;
    reading *r = read_toml(
        "names = ['a', 'b']\nlist = 3\nword = 2008-04-02\n"
        "columns = { capacity = 'Capacity(Ah)', n = 3, x = 0.5, ok = true, time = { column = 'Time', unit = 's' } }\n");
    assert_int_equal(good(r, NAMES)->n, 2);
    assert_string_equal(good(r, NAMES)->texts[1], "b");
    assert_int_equal(good(r, LIST)->n, 1);
    near_to(good(r, LIST)->v[0], 3);
    assert_string_equal(good(r, WORD)->text, "2008-04-02");
    const fade_value *m = good(r, COLS);
    static const char *const want[][2] = {
        { "capacity", "Capacity(Ah)" }, { "n", "3" },        { "x", "0.5" }, { "ok", "true" },
        { "time.column", "Time" },      { "time.unit", "s" }
    };
    assert_int_equal(m->n, 6);
    for (uint32_t i = 0; i < 6; i++) {
        uint32_t k = 0;
        while (k < m->n && strcmp(m->key[k], want[i][0]) != 0)
            k++;
        assert_true(k < m->n);
        assert_string_equal(m->texts[k], want[i][1]);
    }
    done(r);
    r = read_toml("names = 'one'");
    assert_int_equal(good(r, NAMES)->n, 1);
    done(r);
}

static void paths_start_at_the_scenario(void **unused)
{
    (void)unused;
    char folder[] = "/tmp/fade-args-XXXXXX", file[64], want[64];
    assert_non_null(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/life.toml", folder);
    assert_int_equal(file_write(file, "x", 1, NULL), E_OK);
    static const struct {
        const char *path, *tail;
    } cases[] = { { "data/x.csv", "/data/x.csv" }, { "/abs/x.csv", NULL } };
    for (int i = 0; i < 4; i++) {
        tree *t = tree_open();
        tree_problems p = { 0 };
        const args *a;
        tree_node *table = tree_make(t, TREE_TABLE, file, 1, 1),
                  *n = tree_make(t, TREE_TEXT, i < 2 ? file : "--set", 2, 3);
        n->text = cases[i % 2].path;
        tree_put(table, "path", n);
        tree_node *list = tree_make(t, TREE_ARRAY, n->file, 3, 1);
        for (int k = 0; k < 2; k++) {
            tree_node *one = tree_make(t, TREE_TEXT, n->file, 3, 4);
            one->text = cases[(i + k) % 2].path;
            tree_push(list, one);
        }
        tree_put(table, "paths", list);
        assert_int_equal(args_read(t, table, &desc, NULL, NULL, &p, &a), E_OK);
        snprintf(want, sizeof want, "%s%s", folder, i % 2 ? "" : cases[0].tail);
        assert_string_equal(a->fade.at[PATH].text, i % 2 ? "/abs/x.csv" : want);
        assert_int_equal(a->fade.at[PATHS].n, 2);
        snprintf(want, sizeof want, "%s%s", folder, cases[0].tail);
        for (int k = 0; k < 2; k++)
            assert_string_equal(a->fade.at[PATHS].texts[k], (i + k) % 2 ? "/abs/x.csv" : want);
        tree_problems_free(&p);
        tree_close(t);
    }
    unlink(file);
    rmdir(folder);
}

static bool all_used(const tree_node *n)
{
    for (const tree_node *c = n->first; c; c = c->next)
        if (!c->used || !all_used(c))
            return false;
    return true;
}

static void nodes_are_marked(void **unused)
{
    (void)unused;
    static const char toml[] =
        "plugin = 'law'\nsei.k0 = 1\nk = { mean = 0.02, sd = 0 }\ncolumns.a.b = 'c'\nnonsense = [1]\n";
    reading r = { .t = tree_open() };
    tree_node *root;
    assert_int_equal(toml_parse(r.t, "life.toml", toml, sizeof toml - 1, &r.p, &root), E_OK);
    assert_int_equal(args_read(r.t, root, &desc, NULL, NULL, &r.p, &r.a), E_OK);
    assert_int_equal(r.p.n, 1);
    assert_true(all_used(root));
    done(&r);
    reading *s = read_toml("name = 'its own'\n");
    assert_int_equal(s->p.n, 0);
    done(s);
}

static void memory_runs_out(void **unused)
{
    (void)unused;
    static const char toml[] =
        "path = 'x'\nnames = ['a']\nlist = [1, 2]\nocv = [[0, 1], [1, 2]]\ncolumns.a = 1\nk = [0.02, 0.03]\n";
    for (long k = 1; k < 30; k++) {
        reading r = { .t = tree_open() };
        tree_node *root;
        assert_int_equal(toml_parse(r.t, "life.toml", toml, sizeof toml - 1, &r.p, &root), E_OK);
        mem_fail_at(k);
        int rc = args_read(r.t, root, &desc, NULL, NULL, &r.p, &r.a);
        mem_fail_at(0);
        assert_true(rc == E_NOMEM || (rc == E_OK && r.p.n == 0));
        assert_true((rc == E_OK) == (r.a != NULL));
        done(&r);
    }
}

int main(void)
{
    log_open(&(log_options){ .level = LOG_SILENT }, NULL);
    setenv("HOME", "/nonexistent", 1);
    unsetenv("FADE_PLUGIN_PATH");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_hold),
        cmocka_unit_test(numbers_and_quantities),
        cmocka_unit_test(ranges_are_kept),
        cmocka_unit_test(types_are_kept),
        cmocka_unit_test(keys_are_known),
        cmocka_unit_test(keys_of_others_are_known),
        cmocka_unit_test(required_is_required),
        cmocka_unit_test(cell_fills_in),
        cmocka_unit_test(old_keys_still_work),
        cmocka_unit_test(doubtful_numbers_are_said_once),
        cmocka_unit_test(lists_go_by_position),
        cmocka_unit_test(spreads_are_as_said),
        cmocka_unit_test(draws_are_clamped_and_apart),
        cmocka_unit_test(spreads_are_checked),
        cmocka_unit_test(columns_are_bound),
        cmocka_unit_test(curves_and_grids),
        cmocka_unit_test(texts_and_maps),
        cmocka_unit_test(paths_start_at_the_scenario),
        cmocka_unit_test(nodes_are_marked),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

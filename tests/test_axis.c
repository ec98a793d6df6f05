/* SPDX-License-Identifier: MIT
 * test_axis.c - axes of a sweep: what is accepted, what is refused and where, and the values points get.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/vmath.h"
#include "core/scenario/toml.h"
#include "core/study/axis.h"

/* The keys there are, beside many.*: k in 1/s within 0..10, t a temperature, w whole, model a word. */
static int find(void *ctx, const char *key, axis_target *out, why *w)
{
    static const struct { const char *key; axis_target target; } keys[] = {
        { "physics.k", { "1/s", 0, 10, false, NULL } }, { "physics.l", { "1/s", 0, 0, false, NULL } },
        { "conditions.temperature", { "K", 0, 0, false, NULL } }, { "physics.width", { "", 1, 100, true, NULL } },
        { "conditions.current", { "A", 0, 0, false, NULL } }, { "physics", { NULL, 0, 0, false, NULL } },
        { "physics.law", { NULL, 0, 0, false, NULL } },
    };
    (void)ctx;
    if (strncmp(key, "many.", 5) == 0) {
        *out = keys[1].target;
        return E_OK;
    }
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(key, keys[i].key) == 0) {
            *out = keys[i].target;
            return E_OK;
        }
    return why_fail(w, E_INPUT, "nothing is called '%s', did you mean 'physics.k'?", key);
}

static const axis_host host = { find, 2.0, NULL };

typedef struct study {
    tree           *tree;
    tree_node      *sweep;
    tree_problems   p;
    const axis_set *set;
    design         *design;
    const char     *word;
} study;

/* Reads `toml`, which stands below [sweep]. */
static study read_study(const char *toml)
{
    study s = { .tree = tree_open() };
    char all[2000];
    snprintf(all, sizeof all, "[sweep]\n%s", toml);
    tree_node *root;
    if (toml_parse(s.tree, "s.toml", all, strlen(all), &s.p, &root))
        fail_msg("%s", s.p.n ? s.p.at[0].text : "no TOML");
    s.sweep = tree_get(root, "sweep");
    assert_int_equal(axis_read(s.tree, s.sweep, &host, &s.p, &s.set), E_OK);
    if (s.p.n == 0)
        assert_int_equal(axis_design(s.set, s.sweep, 42, &s.p, &s.design, &s.word), E_OK);
    return s;
}

static void close_study(study *s)
{
    design_close(s->design);
    tree_problems_free(&s->p);
    tree_close(s->tree);
}

static study good(const char *toml)
{
    study s = read_study(toml);
    for (size_t i = 0; i < s.p.n; i++)
        print_message("%d:%d %s\n", s.p.at[i].line, s.p.at[i].column, s.p.at[i].text);
    assert_int_equal(s.p.n, 0);
    assert_non_null(s.design);
    return s;
}

static double value(const study *s, uint64_t i, size_t k)
{
    axis_value v[AXIS_MOST];
    assert_int_equal(axis_point(s->set, s->design, i, NULL, NULL, v, NULL), E_OK);
    return v[k].real;
}

/* ---- lists and ranges -------------------------------------------------------------------------------------------- */

static void lists_hold_numbers_in_the_declared_unit(void **state)
{
    (void)state;
    study s = good("axes.\"conditions.temperature\" = [\"25 degC\", 300, \"310 K\"]\naxes.\"conditions.current\" = "
                   "[\"1C\", \"C/2\"]\n");
    assert_string_equal(s.word, "grid");
    assert_int_equal(design_points(s.design), 6);
    static const double t[] = { 298.15, 298.15, 300, 300, 310, 310 }, i[] = { 2, 1, 2, 1, 2, 1 };
    for (uint64_t k = 0; k < 6; k++) {
        assert_true(fabs(value(&s, k, 0) - t[k]) < 1e-12);
        assert_true(value(&s, k, 1) == i[k]);
    }
    assert_true(s.set->at[0].number && s.set->at[0].kind == AXIS_LIST && s.set->at[0].size == 3);
    assert_string_equal(s.set->at[0].key, "conditions.temperature");
    close_study(&s);
}

static void lists_hold_what_is_no_number_too(void **state)
{
    (void)state;
    study s = good("design = \"zip\"\n[sweep.axes]\nphysics = [{ plugin = \"a\" }, { plugin = \"b\" }]\n"
                   "\"physics.law\" = [\"one\", true]\n\"physics.k\" = [1, { mean = 2, sd = 0.1 }]\n");
    axis_value v[3];
    assert_int_equal(axis_point(s.set, s.design, 1, NULL, NULL, v, NULL), E_OK);
    assert_string_equal(tree_get(v[0].node, "plugin")->text, "b");
    assert_int_equal(v[1].node->kind, TREE_BOOL);
    assert_true(isnan(v[0].real) && isnan(v[2].real) && v[2].level == 1);
    assert_int_equal(v[2].node->kind, TREE_TABLE);
    assert_false(s.set->at[2].number);
    assert_int_equal(axis_point(s.set, s.design, 0, NULL, NULL, v, NULL), E_OK);
    assert_true(v[2].real == 1 && v[2].node->line == 6);
    close_study(&s);
}

static void ranges_have_the_levels_people_write(void **state)
{
    (void)state;
    study s = good("design = \"grid\"\n[sweep.axes]\n\"physics.k\" = { from = 0, to = 1, step = 0.1 }\n"
                   "\"physics.l\" = { from = 1e-3, to = 1e3, n = 7, scale = \"log\" }\n"
                   "\"physics.width\" = { from = 1, to = 10, n = 4 }\n"
                   "\"conditions.temperature\" = { from = \"20 degC\", to = \"30 degC\", step = \"5 degC\" }\n");
    static const double k[] = { 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1 };
    static const double l[] = { 1e-3, 1e-2, 0.1, 1, 10, 100, 1000 }, w[] = { 1, 4, 7, 10 };
    const axis *a = s.set->at;
    assert_true(a[0].size == 11 && a[1].size == 7 && a[2].size == 4 && a[3].size == 3);
    for (size_t i = 0; i < 11; i++)
        assert_true(a[0].level[i].real == k[i]);
    for (size_t i = 0; i < 7; i++)
        assert_true(a[1].level[i].real == l[i]);
    for (size_t i = 0; i < 4; i++)
        assert_true(a[2].level[i].real == w[i]);
    for (size_t i = 0; i < 3; i++)
        assert_true(fabs(a[3].level[i].real - (293.15 + 5 * (double)i)) < 1e-9);
    assert_int_equal(design_points(s.design), 11 * 7 * 4 * 3);
    close_study(&s);
}

static void ranges_may_fall_and_have_one_level(void **state)
{
    (void)state;
    study s = good(
        "[sweep.axes]\n\"physics.k\" = { from = 3, to = 1, step = -1 }\n\"physics.l\" = { from = 3, to = 5, n = 1 }\n");
    assert_true(s.set->at[0].size == 3 && s.set->at[0].level[2].real == 1);
    assert_true(s.set->at[1].size == 1 && s.set->at[1].level[0].real == 3);
    close_study(&s);
}

static void keys_are_written_in_three_ways(void **state)
{
    (void)state;
    static const char *const ways[] = {
        "[sweep.axes]\n\"physics.k\" = [1, 2]\n\"conditions.temperature\" = { from = 290, to = 300, n = 2 }\n",
        "[sweep.axes]\nphysics.k = [1, 2]\nconditions.temperature = { from = 290, to = 300, n = 2 }\n",
        ("[[sweep.axes]]\nkey = \"physics.k\"\nvalues = [1, 2]\n[[sweep.axes]]\nfrom = 290\nto = 300\nn = 2\n"
         "key = \"conditions.temperature\"\n"),
    };
    for (size_t i = 0; i < 3; i++) {
        study s = good(ways[i]);
        assert_int_equal(s.set->n, 2);
        assert_string_equal(s.set->at[0].key, "physics.k");
        assert_string_equal(s.set->at[1].key, "conditions.temperature");
        assert_true(value(&s, 3, 0) == 2 && value(&s, 3, 1) == 300);
        for (const tree_node *c = tree_get(s.sweep, "axes")->first; c; c = c->next)
            assert_true(c->used && c->first->used);
        close_study(&s);
    }
}

/* ---- distributions ----------------------------------------------------------------------------------------------- */

/* The axis of `text`, alone, in a Sobol design; quantiles against values of 40 digits. */
static void quantiles(void **state)
{
    (void)state;
    static const struct { char key; const char *text; double u, x;
    } known[] = {
        /* only k has bounds */
        { 'k', "{ mean = 5, sd = 0.5 }", 0.025, 4.02001800772997288 },
        { 'k', "{ kind = \"normal\", mean = 5, sd = 0.5 }", 0.9375, 5.76706027217627316 },
        { 'k', "{ kind = \"normal\", mean = 5, sd = 0 }", 0.9, 5 },
        { 'k', "{ kind = \"uniform\", min = 2, max = 6 }", 0.375, 3.5 },
        { 'k', "{ kind = \"loguniform\", min = 0.01, max = 1 }", 0.25, 0.0316227766016837933 },
        { 'k', "{ from = 2, to = 6 }", 0.375, 3.5 },
        { 'k', "{ from = 0.01, to = 1, scale = \"log\" }", 0.25, 0.0316227766016837933 },
        { 'k', "{ kind = \"triangular\", min = 2, mode = 3, max = 7 }", 1e-10, 2.0000223606797749979 },
        { 'l', "{ kind = \"lognormal\", mean = 2, sd = 0.5 }", 0.1, 1.4152276131150781 },
        { 'l', "{ kind = \"lognormal\", mean = 2, sd = 0.5 }", 0.5, 1.94028500029066379 },
        { 'k', "{ mean = 5, sd = 1, min = 4, max = 7 }", 0.1, 4.2953521789052548 },
        { 'k', "{ mean = 5, sd = 1, min = 8, max = 9 }", 0.5, 8.1984741317619535 },
        { 'k', "{ mean = 0, sd = 1 }", 0.5, 0.674489750196081743 }, /* cut at 0, the key's own bound */
        { 'k', "{ kind = \"lognormal\", mean = 2, sd = 0.5, min = 3 }", 0.5, 3.2307546379530067 },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        char toml[300];
        snprintf(toml, sizeof toml, "n = 8\n[sweep.axes]\n\"physics.%c\" = %s\n", known[i].key, known[i].text);
        study s = good(toml);
        assert_string_equal(s.word, "sobol");
        double x = axis_quantile(&s.set->at[0], known[i].u);
        if (!(fabs(x / known[i].x - 1) < 1e-12))
            fail_msg("%s at %g: %.18g, not %.18g", known[i].text, known[i].u, x, known[i].x);
        for (uint64_t k = 0; k < 8; k++)
            assert_true(value(&s, k, 0) >= 0 && value(&s, k, 0) <= 10);
        close_study(&s);
    }
}

static void quantities_in_distributions(void **state)
{
    (void)state;
    study s =
        good("n = 4\naxes.\"conditions.temperature\" = { mean = \"25 degC\", sd = \"2 degC\", min = \"20 degC\" }\n");
    const axis *a = &s.set->at[0];
    assert_true(fabs(a->a - 298.15) < 1e-12 && fabs(a->b - 2) < 1e-12 && fabs(a->lo - 293.15) < 1e-12);
    assert_true(isinf(a->hi) && isfinite(axis_quantile(a, 1 - 0x1p-53)) && axis_quantile(a, 0x1p-53) >= a->lo);
    close_study(&s);
}

static void whole_numbers_come_out_whole_and_even(void **state)
{
    (void)state;
    study s = good("n = 6000\ndesign = \"lhs\"\naxes.\"physics.width\" = { kind = \"uniform\", min = 1, max = 6 }\n");
    int count[7] = { 0 };
    for (uint64_t i = 0; i < 6000; i++) {
        double x = value(&s, i, 0);
        assert_true(x == floor(x) && x >= 1 && x <= 6);
        count[(int)x]++;
    }
    for (int i = 1; i <= 6; i++)
        assert_in_range(count[i], 999, 1001);
    close_study(&s);
}

static double pearson(const double *x, const double *y, size_t n)
{
    double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        mx += x[i] / (double)n;
        my += y[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        xx += (x[i] - mx) * (x[i] - mx);
        yy += (y[i] - my) * (y[i] - my);
        xy += (x[i] - mx) * (y[i] - my);
    }
    return xy / sqrt(xx * yy);
}

/* Normals get the matrix itself; a normal and a uniform r sqrt(3 / pi); two uniforms 6 / pi asin(r / 2).  Marginals
 * stay. */
static void correlations_are_induced(void **state)
{
    (void)state;
    enum { N = 8192 };
    study s = good(
        "n = 8192\ncorrelation = [[1, 0.8, -0.5, 0], [0.8, 1, 0, 0], [-0.5, 0, 1, 0.3], [0, 0, 0.3, 1]]\n[sweep.axes]\n"
        "\"physics.l\" = { mean = 5, sd = 2 }\n\"conditions.current\" = { mean = 1, sd = 0.1 }\n"
        "\"physics.width\" = [1, 2, 3]\n"
        "\"conditions.temperature\" = { kind = \"uniform\", min = 280, max = 320 }\n\"physics.k\" = { from = 0, to = 1 "
        "}\n");
    double *x[5];
    assert_int_equal(s.set->ncorrelated, 4);
    for (size_t k = 0; k < 5; k++)
        x[k] = malloc(N * sizeof *x[k]);
    double mean = 0, sq = 0;
    for (uint64_t i = 0; i < N; i++) {
        axis_value v[5];
        assert_int_equal(axis_point(s.set, s.design, i, NULL, NULL, v, NULL), E_OK);
        for (size_t k = 0; k < 5; k++)
            x[k][i] = v[k].real;
        mean += v[1].real / N;
        sq += (v[1].real - 1) * (v[1].real - 1) / N;
    }
    assert_true(fabs(pearson(x[0], x[1], N) - 0.8) < 0.005);
    assert_true(fabs(pearson(x[0], x[3], N) + 0.5 * sqrt(3 / M_PI)) < 0.01);
    assert_true(fabs(pearson(x[3], x[4], N) - 6 / M_PI * asin(0.3 / 2)) < 0.01);
    assert_true(fabs(pearson(x[1], x[3], N)) < 0.01 && fabs(pearson(x[0], x[4], N)) < 0.01 &&
                fabs(pearson(x[0], x[2], N)) < 0.01);
    assert_true(fabs(mean - 1) < 1e-3 && fabs(sqrt(sq) - 0.1) < 1e-3);
    for (size_t k = 0; k < 5; k++)
        free(x[k]);
    close_study(&s);
}

static void values_are_the_same_bits_on_any_machine(void **state)
{
    (void)state;
    enum { N = 500, AXES = 6 };
    static const char *const isa[] = { "sse2", "avx2", "avx512" };
    static double first[N * AXES], again[N * AXES];
    study s = good(
        "n = 500\ndesign = \"lhs\"\ncorrelation = [[1, 0.5, 0.1, 0, 0, 0], [0.5, 1, 0, 0, 0, 0], "
        "[0.1, 0, 1, 0, 0, 0], [0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 0, 1]]\n[sweep.axes]\n"
        "many.a = { mean = 5, sd = 2 }\nmany.b = { kind = \"lognormal\", mean = 1, sd = 0.1 }\n"
        "many.c = { from = 1e-9, to = 1, scale = \"log\" }\nmany.d = { from = 0, to = 1 }\n"
        "many.e = { mean = 0, sd = 1, min = 2 }\nmany.f = { kind = \"triangular\", min = 1, mode = 2, max = 7 }\n");
    for (size_t k = 0; k < 3; k++) {
        if (vmath_use(isa[k]) < 0)
            continue;
        double *x = k ? again : first;
        for (uint64_t i = 0; i < N; i++) {
            axis_value v[AXES];
            assert_int_equal(axis_point(s.set, s.design, i, NULL, NULL, v, NULL), E_OK);
            for (size_t a = 0; a < AXES; a++)
                x[i * AXES + a] = v[a].real;
        }
        assert_memory_equal(first, x, sizeof first);
    }
    vmath_use(NULL);
    close_study(&s);
}

/* ---- functions --------------------------------------------------------------------------------------------------- */

typedef struct called { double give; size_t n; char names[200]; double sum; } called;

static int call(void *ctx, const tree_node *f, const char *const *name, const double *v, size_t n, double *out, why *w)
{
    called *c = ctx;
    if (f->integer == 13)
        return why_fail(w, E_INPUT, "attempt to index a nil value");
    c->n = n;
    c->names[0] = '\0';
    c->sum = 0;
    for (size_t i = 0; i < n; i++) {
        strcat(strcat(c->names, name[i]), " ");
        c->sum += v[i];
    }
    *out = f->integer == 1 ? v[1] * 2 : c->give;
    return E_OK;
}

static tree_node *function(study *s, int64_t number)
{
    tree_node *f = tree_make(s->tree, TREE_CALL, "s.lua", 3, 1);
    f->text = tree_text(s->tree, "function s.lua:3");
    f->integer = number;
    return f;
}

static void functions_see_the_point_so_far(void **state)
{
    (void)state;
    study s =
        good("design = \"zip\"\n[sweep.axes]\n\"physics.k\" = [1, 2, 3]\n\"physics.law\" = [\"a\", \"b\", \"c\"]\n");
    tree_node *axes = tree_get(s.sweep, "axes"), *first = axes->first;
    axes->first = function(&s, 2);                      /* stands first, is asked after the list */
    axes->first->key = "physics.width";
    axes->first->next = first;
    tree_append(axes, "physics.l", function(&s, 1));
    design_close(s.design);
    assert_int_equal(axis_read(s.tree, s.sweep, &host, &s.p, &s.set), E_OK);
    assert_int_equal(axis_design(s.set, s.sweep, 42, &s.p, &s.design, &s.word), E_OK);
    assert_int_equal(s.p.n, 0);
    assert_int_equal(s.set->ndim, 2);
    called c = { .give = 7.4 };
    axis_value v[4];
    assert_int_equal(axis_point(s.set, s.design, 2, call, &c, v, NULL), E_OK);
    assert_string_equal(c.names, "point physics.k physics.width ");
    assert_true(c.sum == 2 + 3 + 7);                    /* whole */
    assert_true(v[0].real == 7 && v[1].real == 3 && v[3].real == 6 && !v[0].node);

    why w = { 0 };
    c.give = 100.6;
    assert_int_equal(axis_point(s.set, s.design, 0, call, &c, v, &w), E_DOMAIN);
    assert_string_equal(w.text, "physics.width = 101 of function s.lua:3 for point 0 is above its maximum 100");
    c.give = NAN;
    assert_int_equal(axis_point(s.set, s.design, 0, call, &c, v, &w), E_DOMAIN);
    assert_string_equal(w.text, "physics.width: function s.lua:3 gave no finite number for point 0");
    ((tree_node *)s.set->at[0].node)->integer = 13;
    assert_int_equal(axis_point(s.set, s.design, 0, call, &c, v, &w), E_INPUT);
    assert_string_equal(w.text, "physics.width: attempt to index a nil value");
    assert_int_equal(axis_point(s.set, s.design, 0, NULL, NULL, v, &w), E_INPUT);
    close_study(&s);
}

static void only_functions_of_the_number(void **state)
{
    (void)state;
    study s = { .tree = tree_open() };
    tree_node *sweep = tree_make(s.tree, TREE_TABLE, "s.lua", 1, 1),
              *axes = tree_make(s.tree, TREE_TABLE, "s.lua", 2, 1);
    tree_node *n = tree_make(s.tree, TREE_INT, "s.lua", 4, 1);
    n->integer = 5;
    tree_append(sweep, "axes", axes);
    tree_append(axes, "physics.k", function(&s, 2));
    assert_int_equal(axis_read(s.tree, sweep, &host, &s.p, &s.set), E_OK);
    assert_int_equal(axis_design(s.set, sweep, 42, &s.p, &s.design, &s.word), E_OK);
    assert_null(s.design);
    assert_string_equal(s.p.at[0].text, "a random design needs n, the number of points");
    tree_append(sweep, "n", n);
    assert_int_equal(axis_design(s.set, sweep, 42, &s.p, &s.design, &s.word), E_OK);
    assert_int_equal(design_points(s.design), 5);
    called c = { .give = 1 };
    axis_value v[1];
    assert_int_equal(axis_point(s.set, s.design, 4, call, &c, v, NULL), E_OK);
    assert_true(c.sum == 4 && v[0].real == 1);
    close_study(&s);
}

/* ---- what is refused --------------------------------------------------------------------------------------------- */

static void problems_say_where_and_what(void **state)
{
    (void)state;
    static const struct { const char *text; int line; const char *says;
    } bad[] = {
        { "n = 3\n", 1, "a sweep needs axes" },
        { "axes = 3\n", 2, "a sweep needs axes" },
        { "[sweep.axes]\n\"physics.q\" = [1]\n", 3, "nothing is called 'physics.q', did you mean 'physics.k'?" },
        { "[sweep.axes]\n\"physics.k\" = 3\n", 3, "physics.k: one value is no axis" },
        { "[sweep.axes]\n\"physics.k\" = []\n", 3, "a list of 1 to 1000000 values is expected" },
        { "[sweep.axes]\n\"physics.k\" = [1,\n 11]\n", 4, "physics.k = 11 is above its maximum 10 1/s" },
        { "[sweep.axes]\n\"physics.k\" = [1, \"2 m\"]\n", 3, "physics.k: " },
        { "[sweep.axes]\n\"physics.k\" = [true]\n", 3, "a number or a text with a unit is expected" },
        { "[sweep.axes]\n\"physics.k\" = [nan]\n", 3, "a finite number is expected" },
        { "[sweep.axes]\n\"physics.width\" = [2.5]\n", 3, "physics.width = 2.5 is not whole" },
        { "[sweep.axes]\n\"physics.k\" = { from = 1, to = 2, stap = 3 }\n", 3,
          "unknown key 'stap' of a range, did you mean 'step'?" },
        { "[sweep.axes]\n\"physics.k\" = { from = 1, n = 3 }\n", 3, "'to' is missing here" },
        { "[sweep.axes]\n\"physics.k\" = { from = 1, to = 2, n = 0 }\n", 3, "n is a whole number of levels" },
        { "[sweep.axes]\n\"physics.k\" = { from = 1, to = 2, n = 3, step = 1 }\n", 3, "n and step say the same" },
        { "[sweep.axes]\n\"physics.k\" = { from = 1, to = 2, step = -1 }\n", 3,
          "a step of -1 does not lead from 1 to 2" },
        { "[sweep.axes]\n\"physics.k\" = { from = 1, to = 2, step = 1e-9 }\n", 3, "makes more than 1000000 levels" },
        { "[sweep.axes]\n\"physics.k\" = { from = 1, to = 2, step = 1, scale = \"log\" }\n", 3,
          "step is for a linear scale" },
        { "[sweep.axes]\n\"physics.k\" = { from = 0, to = 2, n = 3, scale = \"log\" }\n", 3, "both must be above 0" },
        { "[sweep.axes]\n\"physics.k\" = { from = 1, to = 2, n = 3, scale = \"lin\" }\n", 3,
          "scale is \"linear\" or \"log\", not lin" },
        { "n = 2\n[sweep.axes]\n\"physics.k\" = { from = 2, to = 2 }\n", 4, "from = 2 is not below to = 2" },
        { "[sweep.axes]\n\"physics.k\" = { kind = \"normel\", mean = 1, sd = 1 }\n", 3, "did you mean \"normal\"?" },
        { "[sweep.axes]\n\"physics.k\" = { mean = 1, sd = -1 }\n", 3, "sd = -1 is not a width" },
        { "[sweep.axes]\n\"physics.k\" = { mean = 1 }\n", 3, "'sd' is missing here" },
        { "[sweep.axes]\n\"physics.k\" = { mean = 1, sd = 1, mode = 1 }\n", 3,
          "unknown key 'mode' of a normal distribution" },
        { "[sweep.axes]\n\"physics.k\" = { mean = -99, sd = 1 }\n", 3,
          "nothing of this distribution lies between 0 and 10" },
        { "[sweep.axes]\n\"physics.k\" = { mean = 1, sd = 0, min = 2 }\n", 3,
          "nothing of this distribution lies between 2 and 10" },
        { "[sweep.axes]\n\"physics.k\" = { kind = \"uniform\", min = 1, max = 11 }\n", 3,
          "physics.k = 11 is above its maximum" },
        { "[sweep.axes]\n\"physics.k\" = { kind = \"uniform\", min = 3, max = 1 }\n", 3, "min = 3 is above max = 1" },
        { "[sweep.axes]\n\"physics.k\" = { kind = \"loguniform\", min = 0, max = 1 }\n", 3,
          "min = 0 of a loguniform is not above 0" },
        { "[sweep.axes]\n\"physics.k\" = { kind = \"lognormal\", mean = 0, sd = 1 }\n", 3,
          "mean = 0 of a lognormal is not above 0" },
        { "[sweep.axes]\n\"physics.k\" = { kind = \"triangular\", min = 1, mode = 5, max = 3 }\n", 3, "do not rise" },
        { "[sweep.axes]\n\"physics.law\" = { from = 1, to = 2 }\n", 3,
          "physics.law is no number: only a list can vary it" },
        { "[sweep.axes]\nphysics.k = [1]\n\"physics.k\" = [2]\n", 4, "physics.k is varied twice" },
        { "[[sweep.axes]]\nvalues = [1]\n", 2, "an axis of a list says what it varies" },
        { "[[sweep.axes]]\nkey = \"physics.k\"\nvalues = [1]\nfrom = 2\n", 5, "'from' beside values has no meaning" },
        { "correlation = [[1]]\n[sweep.axes]\nphysics.k = [1]\n", 2, "0 axes vary without levels" },
        { "correlation = [[1, 0], [0]]\n[sweep.axes]\nphysics.k = { from = 1, to = 2 }\nphysics.l = { from = 1, to = 2 "
          "}\n",
          2, "2 numbers in a row are expected" },
        { "correlation = [[1, \"x\"], [0, 1]]\n[sweep.axes]\nphysics.k = { from = 1, to = 2 }\nphysics.l = { from = 1, "
          "to = 2 }\n",
          2, "correlation: a number is expected" },
        { "correlation = [[1, 1.5], [1.5, 1]]\n[sweep.axes]\nphysics.k = { from = 1, to = 2 }\nphysics.l = { from = 1, "
          "to = 2 }\n",
          2, "is not between -1 and 1" },
        { "design = \"sobel\"\n[sweep.axes]\nphysics.k = [1]\n", 2, "did you mean \"sobol\"?" },
        { "design = \"lhs\"\n[sweep.axes]\nphysics.k = [1]\n", 1, "a lhs design needs n" },
        { "design = \"lhs\"\nn = 0\n[sweep.axes]\nphysics.k = [1]\n", 3, "n of a sweep is a whole number from 1 on" },
        { "seed = -1\n[sweep.axes]\nphysics.k = [1]\n", 2, "seed of a sweep is a whole number from 0 on" },
        { "design = \"grid\"\n[sweep.axes]\nphysics.k = { from = 1, to = 2 }\n", 4,
          "physics.k has no levels: a grid needs a list" },
        { "design = \"zip\"\n[sweep.axes]\nphysics.l = [1, 2]\nphysics.k = [1]\n", 5,
          "physics.k has 1 levels and physics.l has 2" },
        { "n = 3\n[sweep.axes]\nphysics.l = [1, 2]\n", 2, "n = 3, but the levels of this grid make 2 points" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        study s = read_study(bad[i].text);
        if (s.p.n != 1 || !strstr(s.p.at[0].text, bad[i].says) || s.p.at[0].line != bad[i].line)
            fail_msg("case %zu: %zu problems, line %d '%s', not line %d '%s'", i, s.p.n, s.p.n ? s.p.at[0].line : 0,
                     s.p.n ? s.p.at[0].text : "", bad[i].line, bad[i].says);
        close_study(&s);
    }
}

static void all_problems_in_one_pass(void **state)
{
    (void)state;
    study s = read_study(
        "[sweep.axes]\n\"physics.k\" = [11, -1]\n\"physics.q\" = [1]\n\"physics.l\" = { from = 1, n = 3 }\n");
    assert_int_equal(s.p.n, 4);
    close_study(&s);
}

static void axes_have_a_bound(void **state)
{
    (void)state;
    static char toml[AXIS_MOST * 40];
    for (size_t n = AXIS_MOST; n <= AXIS_MOST + 1; n++) {
        size_t at = (size_t)snprintf(toml, sizeof toml, "[sweep.axes]\n");
        for (size_t i = 0; i < n; i++)
            at += (size_t)snprintf(toml + at, sizeof toml - at, "many.a%zu = [1, 2]\n", i);
        tree *t = tree_open();
        tree_problems p = { 0 };
        tree_node *root;
        const axis_set *set;
        assert_int_equal(toml_parse(t, "s.toml", toml, at, &p, &root), E_OK);
        assert_int_equal(axis_read(t, tree_get(root, "sweep"), &host, &p, &set), E_OK);
        assert_int_equal(set->ndim, AXIS_MOST);
        assert_int_equal(p.n, n - AXIS_MOST);
        if (p.n)
            assert_string_equal(p.at[0].text, "many.a256 is one axis too many: at most 256");
        tree_problems_free(&p);
        tree_close(t);
    }
}

static void memory_ends_in_a_code(void **state)
{
    (void)state;
    bool done = false;
    for (long k = 1; !done && k < 50; k++) {
        tree *t = tree_open();
        tree_problems p = { 0 };
        tree_node *root;
        const axis_set *set;
        static const char toml[] = "[sweep]\ncorrelation = [[1]]\naxes.\"physics.k\" = { mean = 1, sd = 1 }\n"
                                   "axes.\"physics.l\" = { from = 1, to = 2, n = 1000000 }\n";
        assert_int_equal(toml_parse(t, "s.toml", toml, strlen(toml), &p, &root), E_OK);
        mem_fail_at(k);
        int rc = axis_read(t, tree_get(root, "sweep"), &host, &p, &set);
        mem_fail_at(0);
        assert_true(rc == E_OK || rc == E_NOMEM);
        done = rc == E_OK;
        assert_true(k > 1 || !done);
        tree_problems_free(&p);
        tree_close(t);
    }
    assert_true(done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_hold_numbers_in_the_declared_unit),
        cmocka_unit_test(lists_hold_what_is_no_number_too),
        cmocka_unit_test(ranges_have_the_levels_people_write),
        cmocka_unit_test(ranges_may_fall_and_have_one_level),
        cmocka_unit_test(keys_are_written_in_three_ways),
        cmocka_unit_test(quantiles),
        cmocka_unit_test(quantities_in_distributions),
        cmocka_unit_test(whole_numbers_come_out_whole_and_even),
        cmocka_unit_test(correlations_are_induced),
        cmocka_unit_test(values_are_the_same_bits_on_any_machine),
        cmocka_unit_test(functions_see_the_point_so_far),
        cmocka_unit_test(only_functions_of_the_number),
        cmocka_unit_test(problems_say_where_and_what),
        cmocka_unit_test(all_problems_in_one_pass),
        cmocka_unit_test(axes_have_a_bound),
        cmocka_unit_test(memory_ends_in_a_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

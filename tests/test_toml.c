/* SPDX-License-Identifier: MIT
 * test_toml.c - TOML text becomes a tree with places; what is wrong is told with line and column.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "core/scenario/toml.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/near.h"

typedef struct rig {
    tree         *t;
    tree_problems p;
    tree_node    *root;
    int           rc;
} rig;

static rig parse_n(const char *at, size_t n)
{
    rig r = { .t = tree_open() };
    r.rc = toml_parse(r.t, "a.toml", at, n, &r.p, &r.root);
    return r;
}

static rig parse(const char *at) { return parse_n(at, strlen(at)); }

static void done(rig *r)
{
    tree_problems_free(&r->p);
    tree_close(r->t);
}

/* The only problem, as its line. */
static void refused(const char *at, size_t n, const char *start)
{
    rig r = parse_n(at, n);
    text line = { 0 };
    assert_int_equal(r.rc, E_INPUT);
    assert_null(r.root);
    assert_int_equal(r.p.n, 1);
    tree_problem_line(&r.p.at[0], &line);
    if (strncmp(text_of(&line), start, strlen(start)))
        assert_string_equal(text_of(&line), start);
    text_free(&line);
    done(&r);
}

static void test_values(void **state)
{
    (void)state;
    rig r = parse("z = 1\n[run]\n  seed = 7\nx = 2.5\non = true\nd = 2008-04-02T15:25:41.593Z\nname = \"B0005\"\nl = "
                  "[1, [2], { a = 3 }]\n"
                  "[[physics]]\nk = 1\n[[physics]]\nk = 2\nsei.k0 = 1e-12\n");
    assert_int_equal(r.rc, E_OK);
    assert_string_equal(r.root->first->key, "z");                       /* the order of the file */
    const tree_node *seed = tree_find(r.root, "run.seed");
    assert_int_equal(seed->kind, TREE_INT);
    assert_int_equal(seed->integer, 7);
    assert_near(seed->real, 7, 0);
    assert_int_equal(seed->line, 3);
    assert_int_equal(seed->column, 10);
    assert_int_equal(seed->key_line, 3);
    assert_int_equal(seed->key_column, 3);
    assert_string_equal(seed->file, "a.toml");
    assert_near(tree_find(r.root, "run.x")->real, 2.5, 0);
    assert_int_equal(tree_find(r.root, "run.on")->kind, TREE_BOOL);
    assert_int_equal(tree_find(r.root, "run.on")->integer, 1);
    assert_string_equal(tree_find(r.root, "run.d")->text, "2008-04-02T15:25:41.593Z");
    assert_int_equal(tree_find(r.root, "run.d")->kind, TREE_DATE);
    assert_string_equal(tree_find(r.root, "run.name")->text, "B0005");
    assert_int_equal(tree_find(r.root, "run.l")->n, 3);
    assert_int_equal(tree_find(r.root, "run.l.3.a")->integer, 3);
    assert_int_equal(tree_find(r.root, "physics.2.k")->integer, 2);
    assert_near(tree_find(r.root, "physics.2.sei.k0")->real, 1e-12, 0);
    done(&r);
    r = parse("");
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(r.root->n, 0);
    done(&r);
}

static void test_refused(void **state)
{
    (void)state;
    static const char nul[] = "a = \"x\\u0000y\"", bad[] = "a = \"\xff\"";
    refused("[run]\nseed = \n", 13, "a.toml:2:");
    refused("a = 1\na = 2\n", 12, "a.toml:2:");
    refused(nul, sizeof nul - 1, "a.toml:1:5: a text with a NUL");
    refused(bad, sizeof bad - 1, "a.toml:1:");
    refused("x = 1e400", 9, "a.toml:1:");
    refused("x = 00", 6, "a.toml:1:");
}

/* n times `unit` behind `front`. */
static char *many(const char *front, const char *unit, size_t n, size_t *length)
{
    size_t m = strlen(unit), f = strlen(front);
    char *at = malloc(f + n * m + 1);
    memcpy(at, front, f);
    for (size_t i = 0; i < n; i++)
        memcpy(at + f + i * m, unit, m);
    *length = f + n * m;
    at[*length] = '\0';
    return at;
}

static void test_limits(void **state)
{
    (void)state;
    static const struct { const char *front, *unit; size_t n; const char *start;
    } limit[] = {
        { "x = ", "[", 100000, "a.toml:1:" },                           /* deep */
        { "a", ".a", 100000, "a.toml:1:" },                             /* a long key */
        { "x = [", "1,", 1100000, "a.toml:1:2000" },                    /* many */
        { "# ", "x", 9000000, "a.toml: the file has more than 8 MiB" }, /* long */
        { "x = { \"\"\"a\"\"\"\"\" = 1, a", ".a", 100000,
          "a.toml:1:" }, /* quotes do not hide the long key behind them */
    };
    for (size_t i = 0; i < sizeof limit / sizeof *limit; i++) {
        size_t n;
        char *at = many(limit[i].front, limit[i].unit, limit[i].n, &n);
        refused(at, n, limit[i].start);
        free(at);
    }
    size_t n;
    char *deep = many("x", ".x", 63, &n);         /* 64 keys are fine */
    char whole[300];
    snprintf(whole, sizeof whole, "%s = 1", deep);
    rig r = parse(whole);
    assert_int_equal(r.rc, E_OK);
    done(&r);
    free(deep);
}

static tree_node *value(rig *r, const char *given)
{
    tree_node *out = NULL;
    r->rc = toml_value(r->t, "--set run.seed", given, &r->p, &out);
    return out;
}

static void test_value(void **state)
{
    (void)state;
    rig r = { .t = tree_open() };
    assert_int_equal(value(&r, "7")->integer, 7);
    assert_int_equal(value(&r, "7")->line, 0);
    assert_near(value(&r, "0.2")->real, 0.2, 0);
    assert_int_equal(value(&r, "[1, 2]")->n, 2);
    assert_string_equal(value(&r, "'x'")->text, "x");
    assert_string_equal(value(&r, "../data/B0005.mat")->text, "../data/B0005.mat");
    assert_string_equal(value(&r, "70% capacity")->text, "70% capacity");
    assert_string_equal(value(&r, "25 degC")->text, "25 degC");
    assert_string_equal(value(&r, "")->text, "");
    assert_string_equal(tree_get(value(&r, "{ kind = \"holdout\" }"), "kind")->text, "holdout");
    assert_int_equal(r.p.n, 0);
    assert_null(value(&r, "[1, 2"));              /* meant as TOML */
    assert_int_equal(r.rc, E_INPUT);
    assert_null(value(&r, "1\nx = 2"));           /* not two keys */
    assert_null(value(&r, "\xff"));
    assert_int_equal(r.p.n, 3);
    assert_string_equal(r.p.at[0].file, "--set run.seed");
    done(&r);
}

static bool same(const tree_node *a, const tree_node *b)
{
    if (a->kind != b->kind || a->n != b->n || a->integer != b->integer)
        return false;
    if (a->text ? strcmp(a->text, b->text) != 0
                : memcmp(&a->real, &b->real, sizeof a->real) != 0 && !(isnan(a->real) && isnan(b->real)))
        return false;
    const tree_node *y = b->first;
    for (const tree_node *x = a->first; x; x = x->next, y = y->next) {
        const tree_node *other = x->key ? tree_get(b, x->key) : y;
        if (!other || !same(x, other))
            return false;
    }
    return true;
}

static void test_round(void **state)
{
    (void)state;
    static const char *const docs[] = {
        "a = 1\n[b]\nx = 0.1\n[b.c]\ny = [1.0, 'two', [3], {q = {}}]\n[[d]]\n[[d]]\nz = true\n[[d.e]]\nk = "
        "1\n[[d.e]]\n",
        "\"\" = 'empty'\n'a.b'.\"c d\" = \"\\u00e9\\t\\\"\"\nt = 07:32:00\nd = 1979-05-27\no = "
        "1979-05-27T00:32:00.999999-07:00\n",
        "i = inf\nm = -inf\nn = nan\nbig = 9223372036854775807\nsmall = -9223372036854775808\ne = 5e-324\nz = -0.0\n",
        "mixed = [{a = 1}, 2]\nempty = []\ntables = [{}, {b = []}]\n[x]\n[y.z]\n",
    };
    for (size_t i = 0; i < sizeof docs / sizeof *docs; i++) {
        rig a = parse(docs[i]);
        assert_int_equal(a.rc, E_OK);
        text out = { 0 };
        tree_toml(a.root, &out);
        rig b = parse(text_of(&out));
        if (b.rc || !same(a.root, b.root))
            assert_string_equal(text_of(&out), docs[i]);
        text again = { 0 };
        tree_toml(b.root, &again);
        assert_string_equal(text_of(&again), text_of(&out));
        text_free(&out);
        text_free(&again);
        done(&a);
        done(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values), cmocka_unit_test(test_refused), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_value),  cmocka_unit_test(test_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

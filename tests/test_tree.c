/* SPDX-License-Identifier: MIT
 * test_tree.c - trees: paths, merging, setting, TOML text, problems.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "core/base/mem.h"
#include "core/base/tree.h"
#include <math.h>
#include <string.h>

static tree_node *integer(tree *t, int64_t x)
{
    tree_node *n = tree_make(t, TREE_INT, "a.toml", 3, 7);
    n->integer = x;
    n->real = (double)x;
    return n;
}

static tree_node *words(tree *t, const char *plain)
{
    tree_node *n = tree_make(t, TREE_TEXT, "a.toml", 4, 1);
    n->text = tree_text(t, plain);
    return n;
}

static tree_node *kind(tree *t, int k) { return tree_make(t, k, "a.toml", 1, 1); }

/* run.seed = 7, physics = [{k = 1}, {k = 2}], source.path = "x" */
static tree *sample(void)
{
    tree *t = tree_open();
    tree_node *run = kind(t, TREE_TABLE), *list = kind(t, TREE_ARRAY), *source = kind(t, TREE_TABLE);
    tree_put(run, "seed", integer(t, 7));
    for (int i = 1; i <= 2; i++) {
        tree_node *one = kind(t, TREE_TABLE);
        tree_put(one, "k", integer(t, i));
        tree_push(list, one);
    }
    tree_put(source, "path", words(t, "x"));
    tree_put(tree_root(t), "run", run);
    tree_put(tree_root(t), "physics", list);
    tree_put(tree_root(t), "source", source);
    return t;
}

static void test_find(void **state)
{
    (void)state;
    tree *t = sample();
    tree_node *root = tree_root(t);
    assert_int_equal(tree_find(root, "run.seed")->integer, 7);
    assert_int_equal(tree_find(root, "physics.2.k")->integer, 2);
    assert_null(tree_find(root, "physics.k"));    /* there are two */
    assert_null(tree_find(root, "physics.3.k"));
    assert_null(tree_find(root, "run.seed.x"));
    assert_null(tree_find(root, "run..seed"));
    assert_null(tree_find(root, "run."));
    assert_null(tree_find(root, "source.1.path"));
    assert_string_equal(tree_find(root, "\"source\".path")->text, "x");
    assert_ptr_equal(tree_find(root, ""), root);
    tree_close(t);
}

static void test_set(void **state)
{
    (void)state;
    why w = { 0 };
    tree *t = sample();
    tree_node *root = tree_root(t);
    assert_int_equal(tree_set(t, root, "run.seed", integer(t, 8), &w), E_OK);
    assert_int_equal(tree_find(root, "run.seed")->integer, 8);
    assert_int_equal(tree_find(root, "run")->n, 1);
    assert_int_equal(tree_set(t, root, "physics.k", integer(t, 10), &w), E_OK);     /* the first */
    assert_int_equal(tree_set(t, root, "physics.2.k", integer(t, 20), &w), E_OK);
    assert_int_equal(tree_find(root, "physics.1.k")->integer, 10);
    assert_int_equal(tree_find(root, "physics.2.k")->integer, 20);
    assert_int_equal(tree_set(t, root, "source.columns.\"a.b\"", words(t, "y"), &w), E_OK);
    assert_string_equal(tree_find(root, "source.columns.\"a.b\"")->text, "y");
    assert_int_equal(tree_set(t, root, "physics.3.k", integer(t, 1), &w), E_INPUT);
    assert_string_equal(w.text, "there is no number 3 of physics: it has 2");
    assert_int_equal(tree_set(t, root, "run.seed.deep", integer(t, 1), &w), E_INPUT);
    assert_non_null(strstr(w.text, "'deep'"));
    assert_int_equal(tree_set(t, root, "run..x", integer(t, 1), &w), E_INPUT);
    assert_int_equal(tree_set(t, root, "", integer(t, 1), &w), E_INPUT);
    char deep[300] = "a";
    for (int i = 0; i < 70; i++)
        strcat(deep, ".a");
    assert_int_equal(tree_set(t, root, deep, integer(t, 1), &w), E_INPUT);
    tree_close(t);
}

static void test_merge(void **state)
{
    (void)state;
    tree *t = sample();
    tree_node *over = kind(t, TREE_TABLE), *run = kind(t, TREE_TABLE), *list = kind(t, TREE_ARRAY);
    tree_put(run, "name", words(t, "new"));
    tree_put(run, "seed", integer(t, 9));
    tree_push(list, integer(t, 5));
    tree_put(over, "run", run);
    tree_put(over, "physics", list);
    tree_merge(t, tree_root(t), over);
    assert_int_equal(tree_find(tree_root(t), "run.seed")->integer, 9);
    assert_string_equal(tree_find(tree_root(t), "run.name")->text, "new");
    assert_string_equal(tree_find(tree_root(t), "source.path")->text, "x");
    assert_int_equal(tree_find(tree_root(t), "physics")->n, 1);         /* a list is replaced whole */
    assert_int_equal(list->n, 1);                                       /* what was laid over is as it was */
    assert_null(list->next);
    tree_close(t);
}

static void test_toml(void **state)
{
    (void)state;
    tree *t = sample();
    tree_node *root = tree_root(t), *x = kind(t, TREE_REAL), *yes = kind(t, TREE_BOOL), *nan = kind(t, TREE_REAL);
    x->real = 2;
    yes->integer = 1;
    nan->real = NAN;
    tree_put(root, "two words", words(t, "a \"quoted\"\n\\ line\x01"));
    tree_put(root, "x", x);
    tree_put(root, "yes", yes);
    tree_put(root, "nan", nan);
    tree_put(root, "", kind(t, TREE_ARRAY));
    text out = { 0 };
    tree_toml(root, &out);
    assert_string_equal(
        text_of(&out),
        "\"two words\" = \"a \\\"quoted\\\"\\n\\\\ line\\u0001\"\nx = 2.0\nyes = true\nnan = nan\n\"\" = []\n"
        "\n[run]\nseed = 7\n\n[[physics]]\nk = 1\n\n[[physics]]\nk = 2\n\n[source]\npath = \"x\"\n");
    text_free(&out);
    tree_close(t);
}

static void test_problems(void **state)
{
    (void)state;
    tree *t = sample();
    tree_problems p = { 0 };
    tree_node *seed = tree_find(tree_root(t), "run.seed");
    seed->key_line = 3;
    seed->key_column = 1;
    assert_int_equal(tree_complain(&p, seed, E_DOMAIN, "seed = %d", 7), E_DOMAIN);
    assert_int_equal(tree_complain_key(&p, seed, E_INPUT, "unknown"), E_INPUT);
    tree_complain(&p, NULL, E_INPUT, "nowhere");
    tree_close(t);                                /* problems outlive the tree */
    tree_problems_sort(&p);
    const char *const lines[] = { "nowhere", "a.toml:3:1: unknown", "a.toml:3:7: seed = 7" };
    for (size_t i = 0; i < 3; i++) {
        text line = { 0 };
        assert_int_equal(tree_problem_line(&p.at[i], &line), E_OK);
        assert_string_equal(text_of(&line), lines[i]);
        text_free(&line);
    }
    for (int i = 0; i < 1000; i++)
        tree_complain(&p, NULL, E_INPUT, "more");
    assert_int_equal(p.n, TREE_PROBLEMS + 1);
    assert_non_null(strstr(p.at[TREE_PROBLEMS].text, "left out"));
    tree_problems_free(&p);
}

/* Whichever allocation fails, it is noted and nothing is lost. */
static void test_memory(void **state)
{
    (void)state;
    for (long k = 1; k <= 3; k++) {
        mem_fail_at(k);
        tree *t = tree_open();
        mem_fail_at(0);
        tree_close(t);
        if (t)
            assert_int_equal(k, 4);               /* the tree, its arena and its first block: all three are needed */
    }
    tree *t = tree_open();
    mem_fail_at(1);
    assert_null(tree_block(t, 100000, 8));
    assert_true(tree_failed(t));
    mem_fail_at(0);
    tree_problems p = { 0 };
    mem_fail_at(2);
    assert_int_equal(tree_complain(&p, NULL, E_INPUT, "lost"), E_INPUT);
    mem_fail_at(0);
    assert_true(p.failed);
    assert_int_equal(p.n, 0);
    tree_problems_free(&p);
    tree_close(t);
    tree_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find), cmocka_unit_test(test_set),      cmocka_unit_test(test_merge),
        cmocka_unit_test(test_toml), cmocka_unit_test(test_problems), cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

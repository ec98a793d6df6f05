/* SPDX-License-Identifier: MIT
 * fuzz_toml.c - any bytes as TOML: a tree that is written and read back the same, or a sentence with a place.
 */
#include "core/scenario/toml.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static void must(int holds)
{
    if (!holds)
        __builtin_trap();
}

/* The tree as TOML; NULL: it does not parse, which is told. */
static char *again(const char *at, size_t n)
{
    tree *t = tree_open();
    tree_problems p = { 0 };
    tree_node *root = NULL;
    text out = { 0 };
    int rc = toml_parse(t, "fuzz.toml", at, n, &p, &root);
    must(rc == E_OK ? root != NULL && p.n == 0 : root == NULL && p.n == 1 && *p.at[0].text != '\0');
    if (!rc)
        tree_toml(root, &out);
    tree_problems_free(&p);
    tree_close(t);
    return rc ? NULL : text_take(&out);
}

static void one_value(const uint8_t *at, size_t n)
{
    tree *t = tree_open();
    tree_problems p = { 0 };
    tree_node *node = NULL;
    char *given = strndup((const char *)at, n);
    int rc = toml_value(t, "--set x", given, &p, &node);
    must((rc == E_OK) == (node != NULL) && (rc == E_OK) == (p.n == 0));
    if (node)
        must(tree_set(t, tree_root(t), "a.b", node, NULL) == E_OK && tree_find(tree_root(t), "a.b") == node);
    free(given);
    tree_problems_free(&p);
    tree_close(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    char *once = again((const char *)at, n);
    if (once) {
        char *twice = again(once, strlen(once));
        must(twice != NULL && strcmp(once, twice) == 0);
        free(twice);
    }
    free(once);
    one_value(at, n);
    return 0;
}

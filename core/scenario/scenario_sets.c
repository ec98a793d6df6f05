/* SPDX-License-Identifier: MIT
 * scenario_sets.c - parameters = "lg-m50-chen2020": each becomes the table of its set, before anything is read.
 *
 * The table stands in the merged scenario, which so depends on no file; setting the key again replaces it whole.
 */
#include "core/base/file.h"
#include "core/scenario/inside.h"
#include "core/scenario/set.h"
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A path given on the command line or by the environment is meant from the working directory; one in a file lies beside
 * that file. */
void scenario_from_here(reading *r, tree_node *c)
{
    char here[PATH_MAX];
    bool file = !text_starts(c->file, "--set ") && !text_starts(c->file, "environment ");
    if (file || c->kind != TREE_TEXT || *c->text == '/' || !getcwd(here, sizeof here))
        return;
    char *whole = file_join(here, c->text);
    const char *kept = whole ? tree_text(r->t, whole) : NULL;
    c->text = kept ? kept : c->text;
    free(whole);
}

static void lay_one(reading *r, tree_node *table)
{
    tree_node *node = tree_get(table, "parameters"), *set = NULL;
    if (!node)
        return;
    scenario_expand(r, node);
    if (node->kind == TREE_TEXT && strchr(node->text, '.'))
        scenario_from_here(r, node);
    set_read(r->t, node, r->p, &set);
    if (set)
        tree_put(table, "parameters", set);
}

static void each_table(reading *r, tree_node *list, void (*work)(reading *, tree_node *))
{
    for (tree_node *c = list && list->kind == TREE_ARRAY ? list->first : NULL; c; c = c->next) {
        const tree_node *parts = tree_get(c, "parts");
        work(r, c);
        for (tree_node *part = parts && parts->kind == TREE_ARRAY ? parts->first : NULL; part; part = part->next)
            work(r, part);
    }
}

void scenario_lay_parameters(reading *r, tree_node *root)
{
    each_table(r, tree_get(root, "physics"), lay_one);
    each_table(r, tree_get(root, "corrector"), lay_one);
}

/* ---- [cell] nominal_capacity ------------------------------------------------------------------------------------- */

typedef struct found {
    double           value;
    const tree_node *node;
    bool             differ, lost;                /* lost: a set could not be read */
} found;

static void look(reading *r, const tree_node *table, found *f)
{
    const tree_node *set = tree_get(table, "parameters");
    double x = set && set->kind == TREE_TABLE ? set_number(set, "nominal_capacity", "Ah") : NAN;
    f->lost = f->lost || (set && set->kind != TREE_TABLE);
    if (!(x > 0))
        return;
    if (f->node && x != f->value && !f->differ)
        f->differ = tree_complain(r->p, set, E_INPUT,
                                  "the parameter sets %s (%g Ah) and %s (%g Ah) differ in nominal capacity: say which "
                                  "one C-rates refer to, [cell] nominal_capacity",
                                  set_text(f->node, "name"), f->value, set_text(set, "name"), x) != 0;
    if (!f->node)
        *f = (found){ x, set, false, f->lost };
}

double scenario_set_capacity(reading *r, const tree_node *root)
{
    found f = { .value = NAN };
    const tree_node *list = tree_get(root, "physics");
    for (const tree_node *c = list && list->kind == TREE_ARRAY ? list->first : NULL; c; c = c->next) {
        const tree_node *parts = tree_get(c, "parts");
        look(r, c, &f);
        for (const tree_node *part = parts && parts->kind == TREE_ARRAY ? parts->first : NULL; part; part = part->next)
            look(r, part, &f);
    }
    return f.lost ? 1 : f.value;                  /* what follows shall not complain of it again */
}

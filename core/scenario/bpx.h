/* SPDX-License-Identifier: MIT
 * bpx.h - a file of Battery Parameter eXchange (0.x and 1.x) as a parameter set, see set.h.
 */
#ifndef FADE_SCENARIO_BPX_H
#define FADE_SCENARIO_BPX_H
#include "core/base/tree.h"

/* `json`: the whole file.  E_INPUT: problems were added to p, *out is NULL. */
int bpx_read(tree *t, const tree_node *json, tree_problems *p, tree_node **out);

/* ---- bpx_function.c: a number, a table { x, y } or an expression ---- */

typedef struct bpx_work {
    tree          *t;
    tree_problems *p;
} bpx_work;

tree_node *bpx_number(bpx_work *, const tree_node *at, double);            /* made where `at` stands; NULL: no memory */
bool bpx_real(bpx_work *, const tree_node *n, double *out);                 /* false: complained */
bool bpx_is_table(const tree_node *);
tree_node *bpx_curve(bpx_work *, const tree_node *table);                   /* x rising; NULL: complained */
/* As a formula in x; a table as straight pieces that go on beyond its ends. */
tree_node *bpx_formula(bpx_work *, const tree_node *n);
double bpx_at(bpx_work *, const tree_node *formula, double x);              /* its value; NaN */
#endif

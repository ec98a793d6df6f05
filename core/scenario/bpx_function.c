/* SPDX-License-Identifier: MIT
 * bpx_function.c - BPX's functions: a number, a table { "x": [..], "y": [..] } or an expression in x, as a formula.
 */
#include "core/base/expr.h"
#include "core/base/mem.h"
#include "core/scenario/bpx.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEWEST = 2, MOST_PIECES = 1000 };

tree_node *bpx_number(bpx_work *k, const tree_node *at, double x)
{
    tree_node *n = tree_make(k->t, TREE_REAL, at->file, at->line, at->column);
    if (!n)
        return NULL;
    n->key_line = at->key_line;
    n->key_column = at->key_column;
    n->real = x;
    return n;
}

bool bpx_real(bpx_work *k, const tree_node *n, double *out)
{
    if ((n->kind == TREE_REAL || n->kind == TREE_INT) && isfinite(n->real)) {
        *out = n->real;
        return true;
    }
    tree_complain(k->p, n, E_INPUT, "\"%.80s\": a number is expected", n->key ? n->key : "");
    return false;
}

bool bpx_is_table(const tree_node *n) { return n->kind == TREE_TABLE; }

/* ---- tables ------------------------------------------------------------------------------------------------------ */

static bool numbers(bpx_work *k, const tree_node *list)
{
    double x;
    for (const tree_node *c = list->first; c; c = c->next)
        if (!bpx_real(k, c, &x))
            return false;
    return true;
}

static bool sound(bpx_work *k, const tree_node *n)
{
    const tree_node *x = tree_get(n, "x"), *y = tree_get(n, "y");
    const char *key = n->key ? n->key : "";
    for (const tree_node *c = n->first; c; c = c->next)
        if (c != x && c != y) {
            tree_complain_key(k->p, c, E_INPUT, "\"%.80s\": unknown key \"%.60s\", a table has \"x\" and \"y\"", key,
                              c->key);
            return false;
        }
    if (!x || !y || x->kind != TREE_ARRAY || y->kind != TREE_ARRAY || x->n != y->n || x->n < FEWEST) {
        tree_complain(
            k->p, n, E_INPUT,
            "\"%.80s\": a table is {\"x\": [..], \"y\": [..]}, lists of the same length, two numbers at least", key);
        return false;
    }
    return numbers(k, x) && numbers(k, y);
}

static tree_node *list_of(bpx_work *k, const tree_node *from, bool reverse)
{
    tree_node *list = tree_clone(k->t, from);
    if (!list || !reverse)
        return list;
    tree_node *c = list->first;
    list->first = list->last = NULL;
    for (tree_node *next; c; c = next) {
        next = c->next;
        c->next = list->first;
        list->last = list->last ? list->last : c;
        list->first = c;
    }
    return list;
}

tree_node *bpx_curve(bpx_work *k, const tree_node *n)
{
    if (!sound(k, n))
        return NULL;
    const tree_node *x = tree_get(n, "x");
    bool falls = x->first->real > x->first->next->real;
    for (const tree_node *c = x->first; c->next; c = c->next)
        if (falls ? c->next->real >= c->real : c->next->real <= c->real) {
            tree_complain(k->p, c->next, E_DOMAIN, "\"%.80s\": x neither rises nor falls throughout, %g follows %g",
                          n->key ? n->key : "", c->next->real, c->real);
            return NULL;
        }
    tree_node *curve = tree_make(k->t, TREE_TABLE, n->file, n->line, n->column);
    tree_node *xs = list_of(k, x, falls), *ys = list_of(k, tree_get(n, "y"), falls);
    if (!curve || !xs || !ys)
        return NULL;
    tree_append(curve, "x", xs);
    tree_append(curve, "y", ys);
    return curve;
}

/* y0 + s0 (x - x0) + (s1 - s0) max(x - x1, 0) + .. */
static void pieces(const tree_node *curve, text *out)
{
    const tree_node *x = tree_get(curve, "x")->first, *y = tree_get(curve, "y")->first;
    double before = 0;
    for (bool first = true; x->next; x = x->next, y = y->next, first = false) {
        double slope = (y->next->real - y->real) / (x->next->real - x->real);
        if (first) {
            text_add_number(out, y->real);
            text_add(out, " + (");
        } else
            text_add(out, " + (");
        text_add_number(out, first ? slope : slope - before);
        text_add(out, first ? ") * (x - (" : ") * max(x - (");
        text_add_number(out, x->real);
        text_add(out, first ? "))" : "), 0)");
        before = slope;
    }
}

/* ---- formulas ---------------------------------------------------------------------------------------------------- */

static int compile(const char *made, fade_expr **out, why *w)
{
    static const char *const name[] = { "f" }, *const var[] = { "x" };
    return expr_compile(&(expr_ask){ .n = 1, .nvar = 1, .name = name, .text = &made, .var = var }, out, w);
}

static bool compiles(bpx_work *k, const tree_node *n, const char *made)
{
    fade_expr *e = NULL;
    why w = { 0 };
    int rc = compile(made, &e, &w);
    const char *said = text_starts(w.text, "formula f, ") ? w.text + strlen("formula f, ") : w.text;
    if (rc)
        tree_complain(k->p, n, rc, "\"%.80s\": %s", n->key ? n->key : "", said);
    expr_close(e);
    return rc == E_OK;
}

tree_node *bpx_formula(bpx_work *k, const tree_node *n)
{
    text made = { 0 };
    tree_node *curve = NULL;
    if (bpx_is_table(n)) {
        if (!(curve = bpx_curve(k, n)))
            return NULL;
        if (tree_get(curve, "x")->n > MOST_PIECES) {
            tree_complain(k->p, n, E_INPUT, "\"%.80s\": a table of at most %d points is expected here",
                          n->key ? n->key : "", MOST_PIECES);
            return NULL;
        }
        pieces(curve, &made);
    } else if (n->kind == TREE_TEXT)
        text_add(&made, n->text);
    else {
        double x;
        if (!bpx_real(k, n, &x))
            return NULL;
        text_add_number(&made, x);
    }
    tree_node *out = tree_make(k->t, TREE_TEXT, n->file, n->line, n->column);
    if (out)
        out->text = tree_text(k->t, text_of(&made));
    text_free(&made);
    return out && out->text && compiles(k, n, out->text) ? out : NULL;
}

double bpx_at(bpx_work *k, const tree_node *formula, double x)
{
    fade_expr *e = NULL;
    double in[8], out[8] = { NAN };
    (void)k;
    if (compile(formula->text, &e, NULL))
        return NAN;
    void *scratch = mem_columns(expr_scratch(e, 8) / sizeof(double) + 8);
    for (int i = 0; i < 8; i++)
        in[i] = x;
    if (scratch)
        expr_eval(e, 8, (const double *const[]){ in }, scratch, (double *const[]){ out });
    free(scratch);
    expr_close(e);
    return out[0];
}

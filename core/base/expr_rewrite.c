/* SPDX-License-Identifier: MIT
 * expr_rewrite.c - nodes made again by cheaper ones: constants are folded, whole and half powers multiplied out,
 * products and powers of exponentials become one exponential.
 *
 * The rules look at operations, constants and how often a value is used, never at `same`: what is made of a variable
 * has the same bits whether it is `same` or not.  Last bits change where exp, ^ or one divisor of two terms is met; the
 * other rules are exact.
 */
#include "core/base/expr_inside.h"
#include "core/base/vmath.h"
#include <math.h>

enum { DEEPEST = 16, MOST_POWER = 16 };
#define NONE UINT32_MAX

static uint32_t make(expr_graph *g, int op, uint32_t a, uint32_t b);

static bool is(const expr_graph *g, uint32_t i, int op)
{
    return g->at[i].op == op;
}

static bool is_number(const expr_graph *g, uint32_t i, double value)
{
    return is(g, i, EXPR_NUMBER) && g->at[i].value == value;
}

static bool shared(const expr_graph *g, uint32_t i)
{
    return g->at[i].uses > 1;
}

/* ---- a value as coefficient * exp(argument) ---- */

typedef struct split {
    uint32_t coefficient, argument;                     /* coefficient may be NONE */
} split;

/* With `whole`, also where the parts are needed elsewhere. */
static bool split_of(const expr_graph *g, uint32_t i, bool whole, split *out)
{
    const expr_node *k = &g->at[i];
    if (!whole && k->uses > 1)
        return false;
    if (k->op == EXPR_EXP) {
        *out = (split){ NONE, k->a };
        return true;
    }
    if (k->op != EXPR_MUL)
        return false;
    bool second = is(g, k->b, EXPR_EXP) && (whole || !shared(g, k->b));
    bool first = is(g, k->a, EXPR_EXP) && (whole || !shared(g, k->a));
    *out = second ? (split){ k->a, g->at[k->b].a } : (split){ k->b, first ? g->at[k->a].a : 0 };
    return first || second;
}

static uint32_t joined(expr_graph *g, uint32_t coefficient, uint32_t argument)
{
    uint32_t e = make(g, EXPR_EXP, argument, 0);
    return coefficient == NONE ? e : expr_put(g, EXPR_MUL, coefficient, e);
}

/* ---- one operation each: the better node, or NONE ---- */

/* p/d +- q/d = (p +- q)/d. */
static uint32_t over_one(expr_graph *g, int op, uint32_t a, uint32_t b)
{
    const expr_node *x = &g->at[a], *y = &g->at[b];
    if (x->op != EXPR_DIV || y->op != EXPR_DIV || x->b != y->b || shared(g, a) || shared(g, b))
        return NONE;
    uint32_t below = x->b;
    return make(g, EXPR_DIV, make(g, op, x->a, y->a), below);
}

static uint32_t add(expr_graph *g, uint32_t a, uint32_t b)
{
    if (is(g, b, EXPR_NEG))
        return make(g, EXPR_SUB, a, g->at[b].a);
    if (is(g, a, EXPR_NEG))
        return make(g, EXPR_SUB, b, g->at[a].a);
    return over_one(g, EXPR_ADD, a, b);
}

static uint32_t sub(expr_graph *g, uint32_t a, uint32_t b)
{
    if (is(g, b, EXPR_NEG))
        return make(g, EXPR_ADD, a, g->at[b].a);
    return over_one(g, EXPR_SUB, a, b);
}

static uint32_t mul(expr_graph *g, uint32_t a, uint32_t b)
{
    split x, y;
    if (is(g, a, EXPR_NUMBER)) {                        /* a number stands second below */
        uint32_t t = a;
        a = b;
        b = t;
    }
    if (is_number(g, b, 1))
        return a;
    if (is_number(g, b, -1))
        return make(g, EXPR_NEG, a, 0);
    if (is(g, b, EXPR_NUMBER) && is(g, a, EXPR_NEG))
        return make(g, EXPR_MUL, g->at[a].a, expr_number(g, -g->at[b].value));
    bool left = a != b && split_of(g, a, false, &x), right = a != b && split_of(g, b, false, &y);
    if (left && right) {
        uint32_t c = x.coefficient == NONE   ? y.coefficient
                     : y.coefficient == NONE ? x.coefficient
                                             : make(g, EXPR_MUL, x.coefficient, y.coefficient);
        return joined(g, c, make(g, EXPR_ADD, x.argument, y.argument));
    }
    if (left && x.coefficient != NONE)
        return joined(g, make(g, EXPR_MUL, x.coefficient, b), x.argument);
    if (right && y.coefficient != NONE)
        return joined(g, make(g, EXPR_MUL, a, y.coefficient), y.argument);
    return NONE;
}

/* True where 1/c is exact. */
static bool has_inverse(double c)
{
    int e;
    return isnormal(c) && isnormal(1 / c) && fabs(frexp(c, &e)) == 0.5;
}

static uint32_t divide(expr_graph *g, uint32_t a, uint32_t b)
{
    split x, y;
    if (is(g, b, EXPR_NUMBER) && has_inverse(g->at[b].value))
        return make(g, EXPR_MUL, a, expr_number(g, 1 / g->at[b].value));
    bool above = a != b && split_of(g, a, false, &x), below = a != b && split_of(g, b, false, &y);
    if (!below)
        return above && x.coefficient != NONE ? joined(g, make(g, EXPR_DIV, x.coefficient, b), x.argument) : NONE;
    if (!above)
        x = (split){ a, NONE };
    uint32_t c = x.coefficient;
    if (y.coefficient != NONE)
        c = make(g, EXPR_DIV, c == NONE ? expr_number(g, 1) : c, y.coefficient);
    uint32_t e = x.argument == NONE ? make(g, EXPR_NEG, y.argument, 0)
                                    : make(g, EXPR_SUB, x.argument, y.argument);
    return joined(g, is_number(g, c == NONE ? 0 : c, 1) ? NONE : c, e);
}

/* p * x of an exponent: a number is taken inside. */
static uint32_t scaled(expr_graph *g, uint32_t p, uint32_t x)
{
    const expr_node *k = &g->at[x];
    if (is(g, p, EXPR_NUMBER) && k->op == EXPR_DIV && is(g, k->a, EXPR_NUMBER)) {
        uint32_t below = k->b;
        return make(g, EXPR_DIV, expr_number(g, g->at[p].value * g->at[k->a].value), below);
    }
    if (is(g, p, EXPR_NUMBER) && k->op == EXPR_MUL && (is(g, k->a, EXPR_NUMBER) || is(g, k->b, EXPR_NUMBER))) {
        bool first = is(g, k->a, EXPR_NUMBER);
        uint32_t rest = first ? k->b : k->a;
        return make(g, EXPR_MUL, rest, expr_number(g, g->at[p].value * g->at[first ? k->a : k->b].value));
    }
    return make(g, EXPR_MUL, p, x);
}

/* x^p for 2p whole: products of squares, a root, one division. */
static uint32_t multiplied(expr_graph *g, uint32_t x, double p)
{
    unsigned whole = (unsigned)fabs(p);
    uint32_t all = fabs(p) > whole ? make(g, EXPR_SQRT, x, 0) : NONE;
    for (uint32_t square = x; whole; whole >>= 1) {
        if (whole & 1)
            all = all == NONE ? square : make(g, EXPR_MUL, all, square);
        if (whole > 1)
            square = make(g, EXPR_MUL, square, square);
    }
    if (all == NONE)
        all = expr_number(g, 1);
    return p < 0 ? make(g, EXPR_DIV, expr_number(g, 1), all) : all;
}

/* (c exp(x))^p = c^p exp(p x), where c^p does not leave the range of numbers as far as can be known. */
static uint32_t exponential(expr_graph *g, split x, uint32_t p)
{
    if (x.coefficient == NONE)
        return joined(g, NONE, scaled(g, p, x.argument));
    if (is(g, p, EXPR_NUMBER) && !(fabs(g->at[p].value) <= MOST_POWER))
        return NONE;
    uint32_t c = make(g, EXPR_POW, x.coefficient, p);
    return is(g, c, EXPR_NUMBER) && !isnormal(g->at[c].value) ? NONE : joined(g, c, scaled(g, p, x.argument));
}

static uint32_t power(expr_graph *g, uint32_t a, uint32_t b)
{
    split x;
    double p = is(g, b, EXPR_NUMBER) ? g->at[b].value : NAN;
    bool easy = fabs(p) <= MOST_POWER && 2 * p == floor(2 * p);
    uint32_t made = p != 0 && p != 1 && split_of(g, a, !easy, &x) ? exponential(g, x, b) : NONE;
    return made == NONE && easy ? multiplied(g, a, p) : made;
}

static uint32_t negative(expr_graph *g, uint32_t a)
{
    const expr_node k = g->at[a];
    if (k.op == EXPR_NEG)
        return k.a;
    if ((k.op == EXPR_MUL || k.op == EXPR_DIV) && is(g, k.a, EXPR_NUMBER))
        return make(g, k.op, expr_number(g, -g->at[k.a].value), k.b);
    if ((k.op == EXPR_MUL || k.op == EXPR_DIV) && is(g, k.b, EXPR_NUMBER))
        return make(g, k.op, k.a, expr_number(g, -g->at[k.b].value));
    return NONE;
}

/* log(c exp(x)) = log(c) + x. */
static uint32_t logarithm(expr_graph *g, uint32_t a)
{
    split x;
    if (!split_of(g, a, true, &x))
        return NONE;
    return x.coefficient == NONE ? x.argument : make(g, EXPR_ADD, make(g, EXPR_LOG, x.coefficient, 0), x.argument);
}

/* ---- all of them ---- */

static uint32_t better(expr_graph *g, int op, uint32_t a, uint32_t b)
{
    switch (op) {
    case EXPR_ADD: return add(g, a, b);
    case EXPR_SUB: return sub(g, a, b);
    case EXPR_MUL: return mul(g, a, b);
    case EXPR_DIV: return divide(g, a, b);
    case EXPR_POW: return power(g, a, b);
    case EXPR_NEG: return negative(g, a);
    case EXPR_LOG: return logarithm(g, a);
    default: return NONE;
    }
}

/* A power of numbers that multiplies out is folded factor by factor, to the bits of variables of these values. */
static bool folds(const expr_graph *g, int op, uint32_t a, uint32_t b)
{
    return is(g, a, EXPR_NUMBER) && (expr_operands[op] < 2 || is(g, b, EXPR_NUMBER)) && op != EXPR_POW;
}

static uint32_t make(expr_graph *g, int op, uint32_t a, uint32_t b)
{
    if (g->failed)
        return 0;
    if (folds(g, op, a, b))
        return expr_number(g, expr_single(op, g->at[a].value, g->at[b].value));
    uint32_t found = NONE;
    if (g->depth < DEEPEST) {
        g->depth++;
        found = better(g, op, a, b);
        g->depth--;
    }
    if (found != NONE)
        return found;
    if (is(g, a, EXPR_NUMBER) && is(g, b, EXPR_NUMBER) && op == EXPR_POW)
        return expr_number(g, expr_single(op, g->at[a].value, g->at[b].value));
    return expr_put(g, op, a, b);
}

/* How many places need each value. */
static void count(expr_graph *g, const uint8_t *wanted, uint32_t n, const uint32_t *root)
{
    for (uint32_t i = 0; i < n; i++)
        g->at[root[i]].uses += !wanted || wanted[i];
    for (uint32_t i = g->n; i-- > 0;) {
        const expr_node *k = &g->at[i];
        if (k->uses && expr_operands[k->op] > 0)
            g->at[k->a].uses++;
        if (k->uses && expr_operands[k->op] > 1)
            g->at[k->b].uses++;
    }
}

/* uses of a node of `from` is first how often it is needed, then, once it is made again, where: its number in `to`. */
void expr_rewrite(expr_graph *from, expr_graph *to, const uint8_t *wanted, uint32_t n, uint32_t *root)
{
    count(from, wanted, n, root);
    for (uint32_t i = 0; i < from->n && !to->failed; i++) {
        expr_node *k = &from->at[i];
        uint32_t uses = k->uses, made = 0;
        if (!uses)
            continue;
        if (k->op == EXPR_NUMBER)
            made = expr_number(to, k->value);
        else if (k->op == EXPR_VAR)
            made = expr_variable(to, k->a);
        else
            made = make(to, k->op, from->at[k->a].uses, expr_operands[k->op] > 1 ? from->at[k->b].uses : 0);
        to->at[made].uses += uses;
        k->uses = made;
    }
    for (uint32_t i = 0; i < n && !to->failed; i++)
        root[i] = !wanted || wanted[i] ? from->at[root[i]].uses : 0;
}

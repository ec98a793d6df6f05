/* SPDX-License-Identifier: MIT
 * test_expr_rewrite.c - how little is left to do, and random formulas beside a naive evaluation of them.
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

#include "tests/expr_rig.h"

/* ---- what is made of it ---- */

static int count(const fade_expr *e, int op, bool once)
{
    int n = 0;
    for (uint32_t i = once ? 0 : e->once; i < (once ? e->once : e->ncode); i++)
        n += e->code[i].op == op;
    return n;
}

static void little_is_done(void **state)
{
    (void)state;
    static const struct { const char *text; int exp, pow, div, all; } cases[] = {
        { "8.37e4*exp(-5210/T)*exp(-3560*Ua/T)", 1, 0, 1, 5 },
        { "exp(Ua)*exp(s)*exp(D)/exp(C)", 1, 0, 0, 4 },
        { "(3*exp(-5210/T))^0.7", 1, 0, 1, 3 },
        { "exp(s)^D", 1, 0, 0, 2 },
        { "s^2", 0, 0, 0, 1 },
        { "s^8", 0, 0, 0, 3 },
        { "s^-0.5", 0, 0, 1, 2 },
        { "s^0.3", 0, 1, 0, 1 },
        { "s/8", 0, 0, 0, 1 },
        { "s/10", 0, 0, 1, 1 },
        { "2*3*s+exp(0)", 0, 0, 0, 2 },
        { "(s+D)*(D+s) + 0*(s+D)", 0, 0, 0, 4 },
        { "s*2*exp(D)*3", 1, 0, 0, 4 },
        { "s*1", 0, 0, 0, 1 },
        { "exp(log(D*exp(s))*C)", 1, 0, 0, 4 },
        { "log(exp(s))*2", 0, 0, 0, 1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fade_expr *e = one(cases[i].text, NULL);
        assert_int_equal(e->once, 0);
        assert_int_equal(count(e, EXPR_EXP, false), cases[i].exp);
        assert_int_equal(count(e, EXPR_POW, false), cases[i].pow);
        assert_int_equal(count(e, EXPR_DIV, false), cases[i].div);
        if ((int)e->ncode != cases[i].all)
            fail_msg("%s: %u operations, not %d", cases[i].text, e->ncode, cases[i].all);
        expr_close(e);
    }
    static const uint8_t same[VARS] = { 1, 0, 0, 1 };
    fade_expr *e = one("log(T)*exp(s/T)^D*D^2.2", same);
    assert_int_equal(count(e, EXPR_LOG, true) + count(e, EXPR_POW, true), 2);
    assert_int_equal(count(e, EXPR_LOG, false) + count(e, EXPR_POW, false), 0);
    assert_int_equal(count(e, EXPR_EXP, false), 1);
    expr_close(e);
    const char *const name[] = { "a", "b", "c" }, *const from[] = { "exp(s)", "tanh(x)", "a*exp(D)" };
    e = compile(3, name, from, (const uint8_t[]){ 0, 0, 1 }, NULL);
    assert_int_equal(e->ncode, 2);
    expr_close(e);
    char *many_sums = repeated("x", 500, "+x*s^2", "");
    e = one(many_sums, NULL);
    assert_true(e->nreg <= 3);
    expr_close(e);
    free(many_sums);
}

/* ---- random formulas ---- */

enum { DEEP = 5, BIG = 400, FORMULAS = 3 };

typedef struct tree {                                   /* of `all` */
    int         op, var;                                /* EXPR_NUMBER, EXPR_VAR, EXPR_COPY: an earlier formula, .. */
    double      value;
    struct tree *a, *b;
} tree;

typedef struct exact {                                  /* a value, and how far any rounding may lead from it */
    long double v, off;
} exact;

static tree trees[FORMULAS * BIG];
static int ntrees;

static tree *grow(int depth, int earlier)
{
    static const int ops[] = { EXPR_ADD, EXPR_SUB, EXPR_MUL, EXPR_MUL, EXPR_MUL, EXPR_DIV, EXPR_MIN, EXPR_MAX,
                               EXPR_POW, EXPR_POW, EXPR_NEG, EXPR_EXP, EXPR_EXP, EXPR_LOG, EXPR_ERF, EXPR_ABS,
                               EXPR_TANH, EXPR_SQRT };
    static const double numbers[] = { 0, 1, 2, 3, .5, 1.5, 4, .25, 1. / 3, .1, 7.3, 2.5, 1e3, 1e-3, 0.7, 11.9 };
    tree *t = &trees[ntrees++];
    *t = (tree){ .op = depth > 0 && draw() % 8 ? ops[draw() % 18] : draw() % 3 ? EXPR_VAR : EXPR_NUMBER };
    t->var = (int)(draw() % VARS);
    t->value = numbers[draw() % 16];
    if (t->op == EXPR_VAR && earlier && draw() % 4 == 0) {
        t->op = EXPR_COPY;
        t->var = (int)(draw() % (unsigned)earlier);
    }
    bool leaf = t->op == EXPR_NUMBER || t->op == EXPR_VAR || t->op == EXPR_COPY;
    t->a = leaf ? NULL : grow(depth - 1, earlier);
    t->b = leaf || expr_operands[t->op] < 2 ? NULL : grow(t->op == EXPR_POW ? (int)(draw() % 2) : depth - 1, earlier);
    return t;
}

static const struct { int op, level, left, right; const char *word; } looks[] = {
    { EXPR_ADD, 1, 1, 2, "+" },     { EXPR_SUB, 1, 1, 2, "-" },     { EXPR_MUL, 2, 2, 3, "*" },
    { EXPR_DIV, 2, 2, 3, "/" },     { EXPR_NEG, 3, 3, 0, "-" },     { EXPR_POW, 4, 5, 3, "^" },
    { EXPR_EXP, 5, 0, 0, "exp" },   { EXPR_LOG, 5, 0, 0, "log" },   { EXPR_TANH, 5, 0, 0, "tanh" },
    { EXPR_SQRT, 5, 0, 0, "sqrt" }, { EXPR_ERF, 5, 0, 0, "erf" },   { EXPR_ABS, 5, 0, 0, "abs" },
    { EXPR_MIN, 5, 0, 0, "min" },   { EXPR_MAX, 5, 0, 0, "max" },
};

/* With only the brackets that it needs where something of `level` may stand. */
static void print(const tree *t, int level, text *out)
{
    static const char *const earlier[] = { "first", "second" };
    size_t i = 0;
    if (t->op == EXPR_NUMBER)
        text_add_number(out, t->value);
    else if (t->op == EXPR_VAR || t->op == EXPR_COPY)
        text_add(out, (t->op == EXPR_VAR ? var_name : earlier)[t->var]);
    if (!t->a)
        return;
    while (looks[i].op != t->op)
        i++;
    bool call = looks[i].level == 5, open = call || looks[i].level < level;
    if (call)
        text_add(out, looks[i].word);
    text_add(out, open ? "(" : "");
    if (t->op == EXPR_NEG)
        text_add(out, "-");
    print(t->a, looks[i].left, out);
    if (t->b) {
        text_addf(out, " %s ", call ? "," : looks[i].word);
        print(t->b, looks[i].right, out);
    }
    text_add(out, open ? ")" : "");
}

/* How far a^b may be from v; infinite where it cannot be told. */
static long double power_off(exact a, exact b, long double v)
{
    if (!(a.v > a.off))
        return a.off == 0 && b.off == 0 && (a.v == 0 || b.v == rintl(b.v)) ? 0 : INFINITY;
    long double l = fabsl(logl(a.v));
    return fabsl(v) * expm1l((fabsl(b.v) + b.off) * a.off / (a.v - a.off) + l * (b.off + fabsl(b.v) * 0x1p-53L));
}

static exact apply(const tree *t, exact a, exact b)
{
    switch (t->op) {
    case EXPR_ADD: return (exact){ a.v + b.v, a.off + b.off };
    case EXPR_SUB: return (exact){ a.v - b.v, a.off + b.off };
    case EXPR_MUL: return (exact){ a.v * b.v, fabsl(a.v) * b.off + fabsl(b.v) * a.off + a.off * b.off };
    case EXPR_DIV:
        return (exact){ a.v / b.v, fabsl(b.v) > b.off ? (a.off + fabsl(a.v / b.v) * b.off) / (fabsl(b.v) - b.off)
                                                      : INFINITY };
    case EXPR_MIN: return (exact){ isnan(a.v) || isnan(b.v) ? NAN : fminl(a.v, b.v), fmaxl(a.off, b.off) };
    case EXPR_MAX: return (exact){ isnan(a.v) || isnan(b.v) ? NAN : fmaxl(a.v, b.v), fmaxl(a.off, b.off) };
    case EXPR_POW: return (exact){ powl(a.v, b.v), power_off(a, b, powl(a.v, b.v)) };
    case EXPR_NEG: return (exact){ -a.v, a.off };
    case EXPR_ABS: return (exact){ fabsl(a.v), a.off };
    case EXPR_EXP: return (exact){ expl(a.v), expl(a.v) * expm1l(a.off + fabsl(a.v) * 0x1p-52L) };
    case EXPR_LOG: return (exact){ logl(a.v), fabsl(a.v) > a.off ? a.off / (fabsl(a.v) - a.off) : INFINITY };
    case EXPR_SQRT: return (exact){ sqrtl(a.v), a.off ? a.v > a.off ? a.off / sqrtl(a.v - a.off) : INFINITY : 0 };
    case EXPR_TANH: return (exact){ tanhl(a.v), a.off };
    default: return (exact){ erfl(a.v), 2 * a.off };
    }
}

static exact naive(const tree *t, int lane, const double *const *var, const exact *earlier)
{
    exact none = { 0 };
    if (t->op == EXPR_NUMBER)
        return (exact){ t->value, 0 };
    if (t->op == EXPR_VAR)
        return (exact){ var[t->var][lane], 0 };
    if (t->op == EXPR_COPY)
        return earlier[t->var];
    exact a = naive(t->a, lane, var, earlier), b = t->b ? naive(t->b, lane, var, earlier) : none;
    exact r = apply(t, a, b);
    r.off += fabsl(r.v) * 0x1p-50L;                     /* a few roundings: squares of squares, folded constants */
    bool zero = r.v == 0 && (a.v == 0 || (t->op != EXPR_EXP && t->op != EXPR_POW));
    if (isinf(r.v) || isnan(r.off) || fabsl(r.v) > 1e100L || (!zero && fabsl(r.v) < 1e-100L))
        r.off = INFINITY;                               /* what only passes by there may be reached in another way */
    if (t->op == EXPR_POW && fabsl(b.v) > 3)
        r.off = INFINITY;                               /* may be a factor's power first, which leaves the range */
    return r;
}

static void random_formulas(void **state)
{
    (void)state;
    static const char *const name[FORMULAS] = { "first", "second", "third" };
    long compared = 0, undecided = 0;
    for (int round = 0; round < 4000; round++) {
        double lanes[VARS][8], out[FORMULAS][8], *y[FORMULAS] = { out[0], out[1], out[2] };
        const double *var[VARS];
        uint8_t same[VARS], wanted[FORMULAS] = { draw() % 2, draw() % 2, 1 };
        tree *root[FORMULAS];
        char *from[FORMULAS];
        for (int v = 0; v < VARS; v++) {
            var[v] = lanes[v];
            same[v] = draw() % 3 == 0;
            for (int i = 0; i < 8; i++)
                lanes[v][i] = v == 0 ? between(.8, 1.2) : column[v][(round + (same[v] ? 0 : i)) % N];
            for (int i = 0; i < 8 && same[v]; i++)
                lanes[v][i] = lanes[v][0];
        }
        ntrees = 0;
        for (int f = 0; f < FORMULAS; f++) {
            text t = { 0 };
            root[f] = grow(DEEP, f);
            print(root[f], 1, &t);
            from[f] = text_take(&t);
        }
        fade_expr *e = compile(FORMULAS, name, (const char *const *)from, wanted, same);
        run(e, 8, var, y);
        expr_close(e);
        for (int i = 0; i < 8; i++) {
            exact r[FORMULAS];
            for (int f = 0; f < FORMULAS; f++) {
                r[f] = naive(root[f], i, var, r);
                if (!wanted[f])
                    continue;
                bool decided = isfinite(r[f].off) && r[f].off <= 1e-12L * fabsl(r[f].v);
                undecided += !decided;
                compared += decided;
                if (decided && !(fabsl(out[f][i] - r[f].v) <= 1e-12L * fabsl(r[f].v)))
                    fail_msg("%s (first %s, second %s) is %.17g, not %.17Lg", from[f], from[0], from[1], out[f][i],
                             r[f].v);
            }
        }
        for (int f = 0; f < FORMULAS; f++)
            free(from[f]);
    }
    print_message("%ld values compared, %ld undecided\n", compared, undecided);
    assert_true(compared > undecided);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(little_is_done, fill),
        cmocka_unit_test_setup(random_formulas, fill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

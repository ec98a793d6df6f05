/* SPDX-License-Identifier: MIT
 * expr_parse.c - the text of a formula becomes nodes.
 *
 *   sum: product {(+|-) product}    product: factor {(*|/) factor}    factor: (+|-) factor | power
 *   power: atom [(^|**) factor]     atom: NUMBER | NAME | FUNCTION(sum, ..) | (sum)
 *
 * Every complaint names the column where the reading stopped.
 */
#include "core/base/expr_inside.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS "0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
#define AFTER_VALUE "an operator (+ - * / ^)"

/* Functions that are made of others. */
enum { MADE_COSH = EXPR_NOPS, MADE_SINH };
static const struct function { const char *name; int op; } functions[] = {
    { "cosh", MADE_COSH }, { "sinh", MADE_SINH }, { "pow", EXPR_POW },
    { "exp", EXPR_EXP }, { "log", EXPR_LOG }, { "sqrt", EXPR_SQRT }, { "tanh", EXPR_TANH },
    { "abs", EXPR_ABS }, { "erf", EXPR_ERF }, { "min", EXPR_MIN },   { "max", EXPR_MAX },
};
enum { NFUNCTIONS = sizeof functions / sizeof *functions };

typedef struct reader {
    const expr_ask *ask;
    uint32_t        formula;
    const uint32_t *known;
    expr_graph     *g;
    const char     *start, *at;
    int             depth;
    why            *w;
} reader;

static int sum(reader *r, uint32_t *out);

static int column(const reader *r, const char *at)
{
    return (int)(at - r->start) + 1;
}

static void skip(reader *r)
{
    r->at += strspn(r->at, " \t\r\n");
}

static bool take(reader *r, char c)
{
    skip(r);
    if (*r->at != c)
        return false;
    r->at++;
    return true;
}

/* ** is ^ to those who come from Python. */
static bool take_stars(reader *r)
{
    skip(r);
    bool there = r->at[0] == '*' && r->at[1] == '*';
    r->at += there ? 2 : 0;
    return there;
}

/* What stands at r->at, for people: one name, number or letter. */
static int expected(reader *r, const char *what)
{
    skip(r);
    const char *name = r->ask->name[r->formula];
    size_t n = strspn(r->at, LETTERS DIGITS ".");
    if (!*r->at)
        return fail(r->w, E_INPUT, "formula %s, column %d: %s is expected, but the text ends", name, column(r, r->at),
                    what);
    if ((unsigned char)*r->at >= 128 || (unsigned char)*r->at < ' ')
        return fail(r->w, E_INPUT, "formula %s, column %d: %s is expected, not a character that formulas do not have",
                    name, column(r, r->at), what);
    return fail(r->w, E_INPUT, "formula %s, column %d: %s is expected, not '%.*s'", name, column(r, r->at), what,
                (int)(n ? n < 60 ? n : 60 : 1), r->at);
}

static int deeper(reader *r)
{
    if (++r->depth <= EXPR_DEEPEST)
        return E_OK;
    return fail(r->w, E_INPUT,
                "formula %s, column %d: at most %d brackets, signs and exponents inside each other are expected",
                r->ask->name[r->formula], column(r, r->at), EXPR_DEEPEST);
}

static int put(reader *r, int op, uint32_t a, uint32_t b, uint32_t *out)
{
    *out = expr_put(r->g, op, a, b);
    if (r->g->failed)
        return fail(r->w, E_NOMEM, "no memory for formula %s", r->ask->name[r->formula]);
    if (r->g->n > EXPR_NODES)
        return fail(r->w, E_INPUT, "formula %s, column %d: formulas of at most %d operations together are expected",
                    r->ask->name[r->formula], column(r, r->at), EXPR_NODES);
    return E_OK;
}

static int number(reader *r, uint32_t *out)
{
    size_t n = strspn(r->at, DIGITS);
    if (r->at[n] == '.')
        n += 1 + strspn(r->at + n + 1, DIGITS);
    if (r->at[n] == 'e' || r->at[n] == 'E') {
        size_t sign = r->at[n + 1] == '-' || r->at[n + 1] == '+', digits = strspn(r->at + n + 1 + sign, DIGITS);
        n += digits ? 1 + sign + digits : 0;
    }
    double value;
    if (!text_real(r->at, n, &value) || !isfinite(value))
        return expected(r, "a number");
    r->at += n;
    *out = expr_number(r->g, value);
    return r->g->failed ? fail(r->w, E_NOMEM, "no memory for formula %s", r->ask->name[r->formula]) : E_OK;
}

static const struct function *function(const char *at, size_t n)
{
    for (size_t i = 0; i < NFUNCTIONS; i++)
        if (strlen(functions[i].name) == n && memcmp(functions[i].name, at, n) == 0)
            return &functions[i];
    return NULL;
}

bool expr_is_function(const char *name)
{
    return function(name, strlen(name)) != NULL;
}

static bool is(const char *name, const char *at, size_t n)
{
    return strncmp(name, at, n) == 0 && !name[n];
}

/* A later formula is told as such, else the nearest name. */
static int unknown(const reader *r, const char *at, size_t n)
{
    const expr_ask *ask = r->ask;
    const char *me = ask->name[r->formula];
    for (uint32_t i = r->formula; i < ask->n; i++)
        if (is(ask->name[i], at, n))
            return fail(r->w, E_INPUT, "formula %s, column %d: the name of an earlier formula is expected, %s is %s",
                        me, column(r, at), ask->name[i], i == r->formula ? "this one" : "a later one");
    char word[64];
    size_t few = n < sizeof word - 1 ? n : sizeof word - 1;
    memcpy(word, at, few);
    word[few] = '\0';
    size_t count = 0;
    const char **all = mem_zero((size_t)ask->nvar + r->formula + NFUNCTIONS, sizeof *all);
    for (uint32_t i = 0; all && i < ask->nvar; i++)
        all[count++] = ask->var[i];
    for (uint32_t i = 0; all && i < r->formula; i++)
        all[count++] = ask->name[i];
    for (size_t i = 0; all && i < NFUNCTIONS; i++)
        all[count++] = functions[i].name;
    const char *near = text_nearest(word, all, count);
    free(all);
    return fail(r->w, E_INPUT,
                "formula %s, column %d: a variable, an earlier formula or a function is expected, not '%s'%s%s%s", me,
                column(r, at), word, near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

/* cosh a = (e^a + e^-a) / 2; sinh a = tanh a cosh a, which loses nothing near 0. */
static int put_made(reader *r, int op, uint32_t a, uint32_t *out)
{
    uint32_t up, down, minus, sum_, both, tanh_;
    int rc = put(r, EXPR_EXP, a, 0, &up);
    rc = rc ? rc : put(r, EXPR_NEG, a, 0, &minus);
    rc = rc ? rc : put(r, EXPR_EXP, minus, 0, &down);
    rc = rc ? rc : put(r, EXPR_ADD, up, down, &sum_);
    rc = rc ? rc : put(r, EXPR_MUL, sum_, expr_number(r->g, 0.5), &both);
    if (rc || op == MADE_COSH) {
        *out = both;
        return rc;
    }
    rc = put(r, EXPR_TANH, a, 0, &tanh_);
    return rc ? rc : put(r, EXPR_MUL, tanh_, both, out);
}

static int call(reader *r, const struct function *f, uint32_t *out)
{
    uint32_t of[2] = { 0, 0 };
    if (!take(r, '('))
        return expected(r, "( behind a function");
    bool made = f->op >= EXPR_NOPS;
    for (int i = 0; i < (made ? 1 : expr_operands[f->op]); i++) {
        if (i && !take(r, ','))
            return expected(r, "a comma and a second argument");
        int rc = sum(r, &of[i]);
        if (rc)
            return rc;
    }
    if (!take(r, ')'))
        return expected(r, AFTER_VALUE " or )");
    if (made)
        return put_made(r, f->op, of[0], out);
    return put(r, f->op, of[0], of[1], out);
}

static int name(reader *r, uint32_t *out)
{
    const char *at = r->at;
    size_t n = strspn(at, LETTERS DIGITS);
    const struct function *f = function(at, n);
    r->at += n;
    if (f)
        return call(r, f, out);
    for (uint32_t i = 0; i < r->ask->nvar; i++)
        if (is(r->ask->var[i], at, n)) {
            *out = expr_variable(r->g, i);
            return r->g->failed ? fail(r->w, E_NOMEM, "no memory for formula %s", r->ask->name[r->formula]) : E_OK;
        }
    for (uint32_t i = 0; i < r->formula; i++)
        if (is(r->ask->name[i], at, n)) {
            *out = r->known[i];
            return E_OK;
        }
    return unknown(r, at, n);
}

static int atom(reader *r, uint32_t *out)
{
    skip(r);
    if (*r->at && strchr(DIGITS ".", *r->at))
        return number(r, out);
    if (*r->at && strchr(LETTERS, *r->at))
        return name(r, out);
    if (!take(r, '('))
        return expected(r, "a number, a name or (");
    int rc = sum(r, out);
    if (rc)
        return rc;
    return take(r, ')') ? E_OK : expected(r, AFTER_VALUE " or )");
}

/* A sign binds looser than ^ on its right, and stands freely in an exponent. */
static int factor(reader *r, uint32_t *out)
{
    int rc = deeper(r);
    if (rc)
        return rc;
    bool minus = take(r, '-');
    if (minus || take(r, '+')) {
        rc = factor(r, out);
        if (!rc && minus)
            rc = put(r, EXPR_NEG, *out, 0, out);
    } else {
        rc = atom(r, out);
        uint32_t exponent;
        if (!rc && (take(r, '^') || take_stars(r))) {
            rc = factor(r, &exponent);
            if (!rc)
                rc = put(r, EXPR_POW, *out, exponent, out);
        }
    }
    r->depth--;
    return rc;
}

static int product(reader *r, uint32_t *out)
{
    int rc = factor(r, out);
    while (!rc) {
        int op = take(r, '*') ? EXPR_MUL : take(r, '/') ? EXPR_DIV : 0;
        uint32_t b;
        if (!op)
            return E_OK;
        rc = factor(r, &b);
        if (!rc)
            rc = put(r, op, *out, b, out);
    }
    return rc;
}

static int sum(reader *r, uint32_t *out)
{
    int rc = product(r, out);
    while (!rc) {
        int op = take(r, '+') ? EXPR_ADD : take(r, '-') ? EXPR_SUB : 0;
        uint32_t b;
        if (!op)
            return E_OK;
        rc = product(r, &b);
        if (!rc)
            rc = put(r, op, *out, b, out);
    }
    return rc;
}

int expr_parse(const expr_ask *ask, uint32_t i, const uint32_t *known, expr_graph *g, uint32_t *root, why *w)
{
    const char *start = ask->text[i];
    if (strlen(start) > EXPR_LONGEST)
        return fail(w, E_INPUT, "formula %s, column %d: at most %d characters are expected", ask->name[i],
                    EXPR_LONGEST + 1, EXPR_LONGEST);
    reader r = { .ask = ask, .formula = i, .known = known, .g = g, .start = start, .at = start, .w = w };
    int rc = sum(&r, root);
    if (rc)
        return rc;
    skip(&r);
    return *r.at ? expected(&r, AFTER_VALUE " or the end") : E_OK;
}

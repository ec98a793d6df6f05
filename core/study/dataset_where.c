/* SPDX-License-Identifier: MIT
 * dataset_where.c - which rows are kept: comparisons of formulas, joined by and, or, not.
 *
 *   any: all {or all}    all: one {and one}    one: not one | (any) | sum OP sum    OP: < <= > >= == = !=
 *
 * The sums are formulas of core/base/expr over the data set's columns, made ones too.  A comparison with an unknown
 * value does not hold, whichever way it is written.
 */
#include "core/base/expr.h"
#include "core/study/dataset_inside.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES = 64, DEEPEST = 32, TILE = 512 };
enum { LESS, AT_MOST, MORE, AT_LEAST, EQUAL, OTHER, NOPS };
static const struct { const char *text; int op; } ops[] = {
    { "<=", AT_MOST }, { ">=", AT_LEAST }, { "==", EQUAL }, { "!=", OTHER },
    { "<", LESS },     { ">", MORE },      { "=", EQUAL },
};

typedef struct reader {
    dataset    *d;
    const char *start, *at;
    int         depth;
    why        *w;
} reader;

static int any(reader *r, uint8_t *out);

static size_t column(const reader *r)
{
    return (size_t)(r->at - r->start) + 1;
}

static void skip(reader *r)
{
    r->at += strspn(r->at, " \t\r\n");
}

static bool letter(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

/* A word by itself: "and" of "and x", not of "andy". */
static bool word_at(const char *at, const char *word)
{
    size_t n = strlen(word);
    return strncmp(at, word, n) == 0 && !letter(at[n]);
}

static bool take_word(reader *r, const char *word)
{
    skip(r);
    if (!word_at(r->at, word))
        return false;
    r->at += strlen(word);
    return true;
}

/* Where the sum that begins here ends: before a comparison, a word that joins, a bracket not its own, or the end. */
static const char *sum_end(const char *at)
{
    int depth = 0;
    for (const char *begin = at; *at; at++) {
        if (depth == 0 && (strchr("<>=!", *at) || *at == ')'))
            break;
        bool fresh = at == begin || !letter(at[-1]);
        if (depth == 0 && fresh && (word_at(at, "and") || word_at(at, "or") || word_at(at, "not")))
            break;
        depth += *at == '(' ? 1 : *at == ')' ? -1 : 0;
    }
    return at;
}

/* Does the bracket that opens here hold a comparison? */
static bool holds_comparison(const char *at)
{
    int depth = 0;
    do {
        depth += *at == '(' ? 1 : *at == ')' ? -1 : 0;
        if (strchr("<>=!", *at))
            return true;
    } while (depth > 0 && *++at);
    return false;
}

typedef struct names { char text[NAMES][120]; const char *at[NAMES]; const double *v[NAMES]; uint32_t n; } names;

/* The columns a sum speaks of; a name before "(" is a function. */
static int gather(reader *r, const char *end, names *k)
{
    const char *begin = r->at;
    for (const char *at = begin; at < end;) {
        if (!(isalpha((unsigned char)*at) || *at == '_')) {
            at += isdigit((unsigned char)*at) || *at == '.' ? strspn(at, "0123456789.eE") : 1;
            continue;
        }
        size_t n = 0;
        while (at + n < end && (isalnum((unsigned char)at[n]) || at[n] == '_'))
            n++;
        const char *next = at + n + strspn(at + n, " \t");
        char name[120];
        snprintf(name, sizeof name, "%.*s", (int)n, at);
        at += n;
        if (next < end && *next == '(')
            continue;
        r->at = at - n;
        int c = n < sizeof name ? dataset_column_of(r->d, name, r->w)
                                : -fail(r->w, E_INPUT, "a name has %zu letters", n);
        if (c < 0)
            return why_prefix(r->w, "where, column %zu", column(r));
        uint32_t i = 0;
        while (i < k->n && strcmp(k->text[i], name) != 0)
            i++;
        if (i == NAMES)
            return fail(r->w, E_INPUT, "where, column %zu: one side of a comparison names more than %d columns",
                        column(r), NAMES);
        if (i == k->n) {
            snprintf(k->text[i], sizeof k->text[i], "%s", name);
            k->at[i] = k->text[i];
            k->v[k->n++] = r->d->store->col[c];
        }
    }
    r->at = begin;
    return E_OK;
}

static int run(reader *r, const fade_expr *e, const names *k, double *y)
{
    size_t n = r->d->store->n;
    double *in = mem_columns((size_t)(k->n + 1) * TILE), *out = mem_columns(TILE);
    void *scratch = mem_columns(expr_scratch(e, TILE) / sizeof(double) + 8);
    const double *var[NAMES + 1];
    int rc = in && out && scratch ? E_OK : fail(r->w, E_NOMEM, "no memory to choose rows");
    for (size_t at = 0; at < n && !rc; at += TILE) {
        size_t some = n - at < TILE ? n - at : TILE;
        for (uint32_t c = 0; c < k->n; c++) {
            var[c] = in + (size_t)c * TILE;
            for (size_t i = 0; i < TILE; i++)
                in[(size_t)c * TILE + i] = k->v[c][at + (i < some ? i : some - 1)];
        }
        expr_eval(e, TILE, var, scratch, (double *const[]){ out });
        memcpy(y + at, out, some * sizeof *y);
    }
    free(in);
    free(out);
    free(scratch);
    return rc;
}

/* Blanks in front keep the columns of the formula's complaints those of the whole text. */
static int sum(reader *r, double *y)
{
    skip(r);
    const char *end = sum_end(r->at);
    names *k = mem_zero(1, sizeof *k);
    char *padded = mem_zero((size_t)(end - r->start) + 1, 1);
    fade_expr *e = NULL;
    int rc = k && padded ? E_OK : fail(r->w, E_NOMEM, "no memory to choose rows");
    if (!rc && end == r->at && *end)
        rc = fail(r->w, E_INPUT, "where, column %zu: a column, a number or ( is expected, not %.12s", column(r), end);
    rc = rc ? rc : gather(r, end, k);
    if (!rc) {
        memset(padded, ' ', (size_t)(end - r->start));
        memcpy(padded + (r->at - r->start), r->at, (size_t)(end - r->at));
        rc = expr_compile(&(expr_ask){ .n = 1, .nvar = k->n, .name = (const char *const[]){ "where" },
                                       .text = (const char *const[]){ padded }, .var = k->at },
                          &e, r->w);
    }
    rc = rc ? rc : run(r, e, k, y);
    expr_close(e);
    free(padded);
    free(k);
    r->at = end;
    return rc;
}

static bool compare(int op, double a, double b)
{
    switch (op) {
    case LESS: return a < b;
    case AT_MOST: return a <= b;
    case MORE: return a > b;
    case AT_LEAST: return a >= b;
    case EQUAL: return a >= b && a <= b;
    default: return a < b || a > b;
    }
}

static int comparison(reader *r, uint8_t *out)
{
    size_t n = r->d->store->n;
    double *a = mem_zero(n + 1, sizeof *a), *b = mem_zero(n + 1, sizeof *b);
    int rc = a && b ? sum(r, a) : fail(r->w, E_NOMEM, "no memory to choose rows"), op = -1;
    skip(r);
    for (size_t i = 0; !rc && i < sizeof ops / sizeof ops[0] && op < 0; i++)
        if (strncmp(r->at, ops[i].text, strlen(ops[i].text)) == 0) {
            op = ops[i].op;
            r->at += strlen(ops[i].text);
        }
    if (!rc && op < 0)
        rc = fail(r->w, E_INPUT, "where, column %zu: a comparison (< <= > >= == !=) is expected%s%.12s", column(r),
                  *r->at ? ", not " : ", but the text ends", r->at);
    rc = rc ? rc : sum(r, b);
    for (size_t i = 0; i < n && !rc; i++)
        out[i] = compare(op, a[i], b[i]);
    free(a);
    free(b);
    return rc;
}

static int one(reader *r, uint8_t *out)
{
    if (r->depth++ > DEEPEST)
        return fail(r->w, E_INPUT, "where, column %zu: more than %d brackets lie in each other", column(r), DEEPEST);
    int rc;
    if (take_word(r, "not")) {
        rc = one(r, out);
        for (size_t i = 0; i < r->d->store->n && !rc; i++)
            out[i] = !out[i];
    } else if (*r->at == '(' && holds_comparison(r->at)) {
        r->at++;
        rc = any(r, out);
        skip(r);
        if (!rc && *r->at != ')')
            rc = fail(r->w, E_INPUT, "where, column %zu: a bracket is not closed", column(r));
        r->at += !rc;
    } else {
        rc = comparison(r, out);
    }
    r->depth--;
    return rc;
}

/* `one` joined by `word`; the words bind as usual, and before or. */
static int joined(reader *r, uint8_t *out, const char *word, int (*of)(reader *, uint8_t *))
{
    int rc = of(r, out);
    uint8_t *more = NULL;
    while (!rc && take_word(r, word)) {
        more = more ? more : mem_zero(r->d->store->n + 1, 1);
        rc = more ? of(r, more) : fail(r->w, E_NOMEM, "no memory to choose rows");
        for (size_t i = 0; i < r->d->store->n && !rc; i++)
            out[i] = *word == 'a' ? out[i] && more[i] : out[i] || more[i];
    }
    free(more);
    return rc;
}

static int all(reader *r, uint8_t *out)
{
    return joined(r, out, "and", one);
}

static int any(reader *r, uint8_t *out)
{
    return joined(r, out, "or", all);
}

/* The rows with a 1 become the data set's; every column is copied, the store stays. */
static int shrink(dataset *d, const uint8_t *yes, size_t n, why *w)
{
    dataset_store *s = d->store;
    s->kept = mem_zero(n + 1, sizeof *s->kept);
    uint32_t *cell = mem_zero(n + 1, sizeof *cell), *row = mem_zero(n + 1, sizeof *row);
    int64_t *cycle = mem_zero(n + 1, sizeof *cycle), *time = mem_zero(n + 1, sizeof *time);
    size_t *first = mem_zero(d->ncell + 2, sizeof *first), k = 0;
    if (!s->kept || !cell || !row || !cycle || !time || !first) {
        free(cell);
        free(row);
        free(cycle);
        free(time);
        free(first);
        return fail(w, E_NOMEM, "no memory for %zu rows", n);
    }
    for (size_t i = 0; i < s->n; i++) {
        if (!yes[i])
            continue;
        s->kept[k] = i;
        cell[k] = s->cell[i];
        row[k] = s->row[i];
        cycle[k] = s->cycle[i];
        time[k++] = s->time[i];
        first[s->cell[i] + 1]++;
    }
    for (size_t c = 0; c < d->ncell; c++)
        first[c + 1] += first[c];
    d->n = n;
    d->cell = cell;
    d->row = row;
    d->cycle = cycle;
    d->time = time;
    d->first = first;
    for (size_t c = 0; c < d->ncol; c++) {
        double *v = mem_zero(n + 1, sizeof *v);
        if (!v)
            return fail(w, E_NOMEM, "no memory for %zu rows", n);
        for (size_t i = 0; i < n; i++)
            v[i] = s->col[c][s->kept[i]];
        d->col[c].v = v;
    }
    return E_OK;
}

int dataset_keep(dataset *d, const char *where, why *w)
{
    reader r = { .d = d, .start = where, .at = where, .w = w };
    uint8_t *yes = mem_zero(d->store->n + 1, 1);
    int rc = yes ? any(&r, yes) : fail(w, E_NOMEM, "no memory to choose rows");
    skip(&r);
    if (!rc && *r.at)
        rc = fail(w, E_INPUT, "where, column %zu: and, or, or the end is expected, not %.12s", column(&r), r.at);
    size_t n = 0;
    for (size_t i = 0; i < d->store->n && !rc; i++)
        n += yes[i];
    if (!rc && n == 0)
        rc = fail(w, E_INPUT, "no row of %zu is left by where = \"%.200s\"", d->store->n, where);
    rc = rc ? rc : shrink(d, yes, n, w);
    free(yes);
    return rc;
}

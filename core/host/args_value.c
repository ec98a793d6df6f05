/* SPDX-License-Identifier: MIT
 * args_value.c - one value of a scenario -> what a plugin gets: a reader per type of parameter.
 */
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/units.h"
#include "core/host/args_inside.h"
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_POINTS = 1 << 20 };

static const char *const kind_words[] = { "a table",        "a list",        "a text", "a number",
                                          "a whole number", "true or false", "a date" };

static const char *said(const tree_node *n)
{
    return kind_words[n->kind];
}

/* The unit of a value for people; of "x;y" it is y's that is bounded. */
static const char *named(const char *unit_text)
{
    const char *last = strrchr(unit_text, ';');
    unit_text = last ? last + 1 : unit_text;
    return strcmp(unit_text, "1") == 0 ? "" : unit_text;
}

void *args_room(args_reader *r, size_t n, size_t size)
{
    void *at = tree_room(r->tree, (n ? n : 1) * size);
    r->nomem = r->nomem || !at;
    return at;
}

void args_expected(args_reader *r, const fade_param *q, const tree_node *n, const char *what)
{
    tree_complain(r->p, n, E_INPUT, "%s: %s is expected, not %s", q->key, what, said(n));
}

const char *args_axis(const char *units, int k, char out[64])
{
    for (; k > 0 && units; k--) {
        units = strchr(units, ';');
        units += units != NULL;
    }
    snprintf(out, 64, "%.*s", units ? (int)strcspn(units, ";") : 0, units ? units : "");
    return out;
}

size_t args_numbers(const char *at, size_t n, double *out, size_t most)
{
    static const char between[] = " ,;\t\r\n";
    const char *end = at + n;
    for (size_t k = 0;; k++) {
        while (at < end && strchr(between, *at))
            at++;
        if (at >= end)
            return k;
        const char *from = at;
        while (at < end && !strchr(between, *at))
            at++;
        double v;
        if (!text_real(from, (size_t)(at - from), &v))
            return SIZE_MAX;
        if (k < most)
            out[k] = v;
    }
}

/* ---- numbers
 * --------------------------------------------------------------------------------------------------------------- */

static const char *spell(double v, const char *unit_text, char out[100])
{
    char digits[32];
    text_number(v, digits);
    snprintf(out, 100, "%s%s%.60s", digits, *named(unit_text) ? " " : "", named(unit_text));
    return out;
}

/* Where a number stands; also what was written, when that was another unit. */
static const char *written(const tree_node *n, char out[120])
{
    *out = '\0';
    if (n && n->kind == TREE_TEXT && n->text)
        snprintf(out, 120, " (\"%.100s\")", n->text);
    return out;
}

static void warn_range(const args_reader *r, const fade_param *q, const tree_node *n, double v)
{
    char at[300], value[100], lo[100], hi[100];
    snprintf(at, sizeof at, "%.250s:%d", n && n->file ? n->file : "", n ? n->line : 0);
    log_field fields[] = { { "plugin", r->desc->id }, { "at", n ? at : NULL }, { NULL, NULL } };
    log_say(LOG_WARNING, fields, "%s: %s = %s is outside %s .. %s, where it was shown to hold", r->desc->id, q->key,
            spell(v, q->unit, value), spell(q->lo, q->unit, lo), spell(q->hi, q->unit, hi));
}

bool args_bounds(args_reader *r, const fade_param *q, const tree_node *n, double v)
{
    char value[100], bound[100], as[120];
    bool bounded = q->min < q->max;
    if (isnan(v) || (isinf(v) && !(bounded && v >= q->min && v <= q->max))) {
        tree_complain(r->p, n, E_DOMAIN, "%s is %s: a finite number is expected", q->key,
                      isnan(v) ? "no number" : "infinite");
        return false;
    }
    bool above = bounded && v > q->max, below = bounded && v < q->min;
    if (!above && !below)
        return true;
    tree_complain(r->p, n, E_DOMAIN, "%s = %s%s is %s %s", q->key, spell(v, q->unit, value), written(n, as),
                  above ? "above its maximum" : "below its minimum", spell(above ? q->max : q->min, q->unit, bound));
    return false;
}

/* Outside lo..hi is said once a parameter. */
void args_hold(const args_reader *r, const fade_param *q, const tree_node *n, const double *v, size_t count)
{
    for (size_t i = 0; q->lo < q->hi && i < count; i++)
        if (v[i] < q->lo || v[i] > q->hi) {
            warn_range(r, q, n, v[i]);
            return;
        }
}

/* A number or a quantity in `unit`; false: complained. */
bool args_number(args_reader *r, const fade_param *q, const char *unit_text, const tree_node *n, double *out)
{
    if (n->kind == TREE_REAL || n->kind == TREE_INT) {
        *out = n->kind == TREE_REAL ? n->real : (double)n->integer;
        return true;
    }
    if (n->kind != TREE_TEXT) {
        char what[120];
        snprintf(what, sizeof what, "a number%s%.60s, or a text with a unit,", *named(unit_text) ? " in " : "",
                 named(unit_text));
        args_expected(r, q, n, what);
        return false;
    }
    why w = { 0 };
    int rc = units_quantity(n->text, unit_text, r->nominal, out, &w);
    if (rc)
        tree_complain(r->p, n, rc, "%s: %s", q->key, w.text);
    return rc == E_OK;
}

bool args_bounded(args_reader *r, const fade_param *q, const tree_node *n, double *out)
{
    return args_number(r, q, q->unit, n, out) && args_bounds(r, q, n, *out);
}

/* All children of an array; NULL: complained, or no memory. */
double *args_list(args_reader *r, const fade_param *q, const char *unit_text, const tree_node *array, bool bounds)
{
    if (array->kind != TREE_ARRAY || array->n > MAX_POINTS) {
        args_expected(r, q, array, "a list of numbers");
        return NULL;
    }
    double *v = args_room(r, array->n, sizeof *v);
    bool ok = v != NULL;
    size_t i = 0;
    for (const tree_node *c = array->first; v && c; c = c->next, i++) {
        bool one = args_number(r, q, unit_text, c, &v[i]) && (!bounds || args_bounds(r, q, c, v[i]));
        ok = ok && one;
    }
    return ok ? v : NULL;
}

/* ---- spread over cells
 * ----------------------------------------------------------------------------------------------------- */

static const char *const spread_keys[] = { "kind", "mean", "sd", "min", "max" };
static const struct { const char *word; int kind; } spread_kinds[] = {
    { "normal", ARGS_NORMAL }, { "lognormal", ARGS_LOGNORMAL }, { "uniform", ARGS_UNIFORM },
};
enum { NKINDS = sizeof spread_kinds / sizeof spread_kinds[0], NKEYS = sizeof spread_keys / sizeof spread_keys[0] };

static bool spread_kind(args_reader *r, const fade_param *q, const tree_node *table, int *kind)
{
    const tree_node *n = tree_get(table, "kind");
    *kind = ARGS_NORMAL;
    if (!n)
        return true;
    for (size_t i = 0; n->kind == TREE_TEXT && i < NKINDS; i++)
        if (strcmp(n->text, spread_kinds[i].word) == 0) {
            *kind = spread_kinds[i].kind;
            return true;
        }
    tree_complain(r->p, n, E_INPUT, "%s: kind of spread is \"normal\", \"lognormal\" or \"uniform\"%s%.40s", q->key,
                  n->kind == TREE_TEXT ? ", not " : "", n->kind == TREE_TEXT ? n->text : "");
    return false;
}

/* A width: of "2 degC" only the size of the degree counts, not where its zero is. */
static bool width(args_reader *r, const fade_param *q, const tree_node *n, double *out)
{
    if (!args_number(r, q, q->unit, n, out))
        return false;
    if (n->kind == TREE_TEXT) {
        char zero[80];
        double at0;
        const char *unit_text = n->text + strspn(n->text, " +-.0123456789");
        if ((*unit_text == 'e' || *unit_text == 'E') &&
            (isdigit((unsigned char)unit_text[1]) || strchr("+-", unit_text[1])))
            unit_text += 2 + strspn(unit_text + 2, "0123456789");
        snprintf(zero, sizeof zero, "0 %.70s", unit_text);
        if (units_quantity(zero, q->unit, r->nominal, &at0, NULL) == E_OK)
            *out -= at0;
    }
    if (*out >= 0 && isfinite(*out))
        return true;
    tree_complain(r->p, n, E_DOMAIN, "%s: sd = %g is not a width: 0 or more is expected", q->key, *out);
    return false;
}

static bool part(args_reader *r, const fade_param *q, const tree_node *table, const char *key, double *out)
{
    const tree_node *n = tree_get(table, key);
    if (!n) {
        tree_complain(r->p, table, E_INPUT, "%s: a spread needs '%s'", q->key, key);
        return false;
    }
    return strcmp(key, "sd") == 0 ? width(r, q, n, out) : args_bounded(r, q, n, out);
}

static bool spread_known(args_reader *r, const fade_param *q, const tree_node *table, bool uniform)
{
    bool ok = true;
    for (const tree_node *c = table->first; c; c = c->next) {
        bool range = strcmp(c->key, "min") == 0 || strcmp(c->key, "max") == 0, known = strcmp(c->key, "kind") == 0;
        known = known || (uniform ? range : strcmp(c->key, "mean") == 0 || strcmp(c->key, "sd") == 0);
        if (known)
            continue;
        const char *near = text_nearest(c->key, spread_keys, NKEYS);
        tree_complain_key(r->p, c, E_INPUT, "%s: unknown key '%s' in a %s spread%s%s%s", q->key, c->key,
                          uniform ? "uniform" : "normal", near && strcmp(near, c->key) ? ", did you mean '" : "",
                          near && strcmp(near, c->key) ? near : "", near && strcmp(near, c->key) ? "'?" : "");
        ok = false;
    }
    return ok;
}

static void read_spread(args_reader *r, const fade_param *q, const tree_node *n, fade_value *v, args_spread *s)
{
    int kind;
    double a = 0, b = 0;
    if (!spread_kind(r, q, n, &kind))
        return;
    bool uniform = kind == ARGS_UNIFORM, ok = spread_known(r, q, n, uniform);
    ok = part(r, q, n, uniform ? "min" : "mean", &a) && ok;
    ok = part(r, q, n, uniform ? "max" : "sd", &b) && ok;
    if (!ok)
        return;
    if ((uniform && !(a <= b)) || (kind == ARGS_LOGNORMAL && !(a > 0))) {
        tree_complain(r->p, n, E_DOMAIN,
                      uniform ? "%s: min = %g of a uniform spread is above max = %g"
                              : "%s: mean = %g of a lognormal spread is not above 0 (sd = %g)",
                      q->key, a, b);
        return;
    }
    double ends[2] = { a, uniform ? b : a };
    args_hold(r, q, n, ends, 2);
    v->real = uniform ? a + (b - a) / 2 : a;
    s->kind = kind;
    s->a = a;
    s->b = b;
}

static void read_list_of_cells(args_reader *r, const fade_param *q, const tree_node *n, fade_value *v, args_spread *s)
{
    const double *at = n->n ? args_list(r, q, q->unit, n, true) : NULL;
    if (!n->n)
        tree_complain(r->p, n, E_INPUT, "%s: an empty list has no value for any cell", q->key);
    if (!at)
        return;
    args_hold(r, q, n, at, n->n);
    v->real = at[0];
    s->kind = n->n == 1 ? ARGS_ONE : ARGS_LIST;
    s->list = at;
    s->n = (uint32_t)n->n;
}

static void read_bound(args_reader *r, const fade_param *q, const tree_node *n, args_spread *s)
{
    const char *column = n->text + 1;
    if (!(q->flags & FADE_LIVE))
        tree_complain(r->p, n, E_INPUT,
                      "%s = \"%.60s\": only a live parameter can be bound to a column, and %s of %s is not", q->key,
                      n->text, q->key, r->desc->id);
    else if (!*column || column[strspn(column, "abcdefghijklmnopqrstuvwxyz0123456789_.")])
        tree_complain(r->p, n, E_INPUT, "%s = \"%.60s\": behind '@' the key of a column is expected", q->key, n->text);
    else {
        s->kind = ARGS_BOUND;
        s->column = column;
    }
}

/* ---- one reader per type
 * --------------------------------------------------------------------------------------------------- */

static void read_real(args_reader *r, const fade_param *q, const tree_node *n, fade_value *v, args_spread *s)
{
    bool per_cell = q->flags & FADE_PER_CELL;
    double x;
    if (n->kind == TREE_TEXT && n->text[0] == '@')
        read_bound(r, q, n, s);
    else if (n->kind == TREE_ARRAY && per_cell)
        read_list_of_cells(r, q, n, v, s);
    else if (n->kind == TREE_TABLE && per_cell)
        read_spread(r, q, n, v, s);
    else if (n->kind == TREE_ARRAY || n->kind == TREE_TABLE)
        tree_complain(r->p, n, E_INPUT,
                      "%s: %s is only for parameters that may differ by cell, and %s of %s is not one", q->key, said(n),
                      q->key, r->desc->id);
    else if (args_bounded(r, q, n, &x)) {
        args_hold(r, q, n, &x, 1);
        v->real = x;
    }
}

static void read_int(args_reader *r, const fade_param *q, const tree_node *n, fade_value *v, args_spread *s)
{
    (void)s;
    double x;
    if (!args_number(r, q, q->unit, n, &x))
        return;
    if (isfinite(x) && x != trunc(x))
        tree_complain(r->p, n, E_INPUT, "%s = %g is not whole", q->key, x);
    else if (args_bounds(r, q, n, x)) {
        args_hold(r, q, n, &x, 1);
        v->real = x;
    }
}

static void read_bool(args_reader *r, const fade_param *q, const tree_node *n, fade_value *v, args_spread *s)
{
    (void)s;
    if (n->kind == TREE_BOOL)
        v->real = n->integer != 0;
    else
        args_expected(r, q, n, "true or false");
}

/* Splits "a|b|c" into a new array of texts. */
const char **args_words(args_reader *r, const char *list, size_t *n)
{
    *n = 1;
    for (const char *c = list; *c; c++)
        *n += *c == '|';
    const char **word = args_room(r, *n, sizeof *word);
    char *copy = args_room(r, strlen(list) + 1, 1);
    if (!word || !copy)
        return NULL;
    strcpy(copy, list);
    for (size_t i = 0; i < *n; i++) {
        size_t length = strcspn(copy, "|");
        word[i] = copy;
        copy[length] = '\0';
        copy += length + 1;
    }
    return word;
}

static void read_choice(args_reader *r, const fade_param *q, const tree_node *n, fade_value *v, args_spread *s)
{
    (void)s;
    size_t count;
    if (n->kind != TREE_TEXT) {
        args_expected(r, q, n, "a word");
        return;
    }
    const char **word = args_words(r, q->text ? q->text : "", &count);
    for (size_t i = 0; word && i < count; i++)
        if (strcmp(word[i], n->text) == 0) {
            v->real = (double)i;
            v->text = word[i];
            return;
        }
    const char *near = word ? text_nearest(n->text, word, count) : NULL;
    char all[400] = "";
    for (size_t i = 0, at = 0; word && i < count && at < sizeof all; i++)
        at += (size_t)snprintf(all + at, sizeof all - at, "%s%s", i ? ", " : "", word[i]);
    tree_complain(r->p, n, E_INPUT, "%s = \"%.60s\" is none of: %s%s%s%s", q->key, n->text, all,
                  near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static void read_text(args_reader *r, const fade_param *q, const tree_node *n, fade_value *v, args_spread *s)
{
    (void)s;
    if (n->kind == TREE_TEXT || n->kind == TREE_DATE)
        v->text = n->text;
    else
        args_expected(r, q, n, "a text");
}

/* Against the folder of the scenario: of the file the value stands in, or, for --set and the environment, of the
 * scenario itself. */
const char *args_path(args_reader *r, const tree_node *n, const char *path)
{
    const char *const bases[] = { n ? n->file : NULL, r->table->file, tree_root(r->tree)->file };
    const char *base = NULL;
    for (size_t i = 0; i < 3 && !base; i++)
        if (bases[i] && *bases[i] && file_exists(bases[i]))
            base = bases[i];
    char *beside = file_beside(base ? base : "", path), cwd[PATH_MAX];
    char *made = beside;
    if (beside && *beside != '/' && getcwd(cwd, sizeof cwd)) {
        made = file_join(cwd, beside);
        free(beside);
    }
    const char *kept = made ? tree_text(r->tree, made) : NULL;
    r->nomem = r->nomem || !kept;
    free(made);
    return kept;
}

static void read_path(args_reader *r, const fade_param *q, const tree_node *n, fade_value *v, args_spread *s)
{
    (void)s;
    if (n->kind != TREE_TEXT)
        args_expected(r, q, n, "a path");
    else if (!*n->text)
        tree_complain(r->p, n, E_INPUT, "%s is empty: a path is expected", q->key);
    else
        v->text = args_path(r, n, n->text);
}

static void (*const readers[])(args_reader *, const fade_param *, const tree_node *, fade_value *, args_spread *) = {
    [FADE_REAL] = read_real, [FADE_INT] = read_int,     [FADE_BOOL] = read_bool,    [FADE_CHOICE] = read_choice,
    [FADE_TEXT] = read_text, [FADE_PATH] = read_path,   [FADE_LIST_OF] = args_read_list, [FADE_CURVE] = args_read_curve,
    [FADE_GRID] = args_read_grid, [FADE_TEXTS] = args_read_texts, [FADE_MAP] = args_read_map,
    [FADE_PATHS] = args_read_texts,
};

void args_value(args_reader *r, const fade_param *q, const tree_node *n, fade_value *v, args_spread *s)
{
    s->node = n;
    if (q->type >= 0 && (size_t)q->type < sizeof readers / sizeof readers[0])
        readers[q->type](r, q, n, v, s);
}

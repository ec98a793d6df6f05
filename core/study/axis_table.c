/* SPDX-License-Identifier: MIT
 * axis_table.c - an axis that is a table: a range with or without levels, or a distribution.
 */
#include "core/base/units.h"
#include "core/base/vmath.h"
#include "core/study/axis_inside.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LINEAR_DIGITS = 15, LOG_DIGITS = 13 };            /* of a level between the ends of its range */
#define LEN(a) (sizeof(a) / sizeof(a)[0])

static const char *const range_keys[] = { "from", "to", "n", "step", "scale" };
static const char *const all_keys[] = { "from", "to",  "n",   "step", "scale",  "kind", "mean",
                                        "sd",   "min", "max", "mode", "values", "key" };

static const struct { const char *word; const char *need[3]; bool ends;
} spreads[] = {
    [AXIS_NORMAL] = { "normal", { "mean", "sd" }, true },
    [AXIS_LOGNORMAL] = { "lognormal", { "mean", "sd" }, true },
    [AXIS_UNIFORM] = { "uniform", { "min", "max" }, false },
    [AXIS_LOGUNIFORM] = { "loguniform", { "min", "max" }, false },
    [AXIS_TRIANGULAR] = { "triangular", { "min", "mode", "max" }, false },
};

static bool has_word(const char *const *words, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++)
        if (words[i] && strcmp(words[i], word) == 0)
            return true;
    return false;
}

bool axis_is_table(const tree_node *table)
{
    for (const tree_node *c = table->first; c; c = c->next)
        if (strcmp(c->key, "values") == 0 || (c->kind != TREE_TABLE && c->kind != TREE_ARRAY && c->kind != TREE_CALL &&
                                              has_word(all_keys, LEN(all_keys), c->key)))
            return true;
    return false;
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

bool axis_number(axis_reader *r, const axis *a, const tree_node *n, double *out)
{
    why w = { 0 };
    int rc = E_OK;
    if (n->kind == TREE_REAL || n->kind == TREE_INT)
        *out = n->real;
    else if (n->kind == TREE_TEXT)
        rc = units_quantity(n->text, a->target.unit, r->host->nominal_ah, out, &w);
    else
        rc = fail(&w, E_INPUT, "a number or a text with a unit is expected");
    if (rc)
        tree_complain(r->p, n, rc, "%s: %s", a->key, w.text);
    return rc == E_OK;
}

/* "2 degC" is as wide as 2 K: what the unit's zero is at is taken off. */
bool axis_width(axis_reader *r, const axis *a, const tree_node *n, double *out)
{
    if (!axis_number(r, a, n, out))
        return false;
    double at0;
    char zero[80], *end;
    if (n->kind != TREE_TEXT)
        return true;
    size_t digits = strspn(n->text, " +-.0123456789");
    end = (char *)n->text + digits;
    if ((*end == 'e' || *end == 'E') && end[1] && strchr("+-0123456789", end[1]))
        end += 2 + strspn(end + 2, "0123456789");
    snprintf(zero, sizeof zero, "0 %.70s", end);
    if (units_quantity(zero, a->target.unit, r->host->nominal_ah, &at0, NULL) == E_OK)
        *out -= at0;
    return true;
}

bool axis_bare(const axis_target *t)
{
    return !*t->unit || strcmp(t->unit, "1") == 0;
}

bool axis_bounded(axis_reader *r, const axis *a, const tree_node *n, double v)
{
    const axis_target *t = &a->target;
    char value[32], bound[32];
    text_number(v, value);
    if (!isfinite(v))
        tree_complain(r->p, n, E_DOMAIN, "%s: a finite number is expected", a->key);
    else if (t->whole && v != floor(v))
        tree_complain(r->p, n, E_INPUT, "%s = %s is not whole", a->key, value);
    else if (t->min < t->max && (v < t->min || v > t->max)) {
        text_number(v < t->min ? t->min : t->max, bound);
        tree_complain(r->p, n, E_DOMAIN, "%s = %s is %s %s%s%s", a->key, value,
                      v < t->min ? "below its minimum" : "above its maximum", bound,
                      axis_bare(t) ? "" : " ", axis_bare(t) ? "" : t->unit);
    } else
        return true;
    return false;
}

/* Keys that do not belong are complained of, with the nearest that do. */
static bool known_keys(axis_reader *r, const axis *a, const tree_node *table, const char *what,
                       const char *const *words, size_t n)
{
    bool ok = true;
    for (const tree_node *c = table->first; c; c = c->next) {
        if (strcmp(c->key, "key") == 0 || has_word(words, n, c->key))
            continue;
        const char *near = text_nearest(c->key, words, n);
        tree_complain_key(r->p, c, E_INPUT, "%s: unknown key '%s' of a %s%s%s%s", a->key, c->key, what,
                          near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
        ok = false;
    }
    return ok;
}

static bool needed(axis_reader *r, const axis *a, const tree_node *table, const char *key, double *out)
{
    const tree_node *n = tree_get(table, key);
    if (!n) {
        tree_complain(r->p, table, E_INPUT, "%s: '%s' is missing here", a->key, key);
        return false;
    }
    if (strcmp(key, "sd") != 0)
        return axis_number(r, a, n, out) && (strcmp(key, "mean") == 0 || axis_bounded(r, a, n, *out));
    if (!axis_width(r, a, n, out))
        return false;
    if (*out >= 0 && isfinite(*out))
        return true;
    tree_complain(r->p, n, E_DOMAIN, "%s: sd = %g is not a width: 0 or more is expected", a->key, *out);
    return false;
}

/* ---- ranges ------------------------------------------------------------------------------------------------------ */

/* Without the last roundings of what was computed: 0.3, not 0.30000000000000004. */
static double tidy(double v, int kept)
{
    char digits[40];
    double out;
    snprintf(digits, sizeof digits, "%.*g", kept, v);
    for (char *c = digits; *c; c++)
        if (*c == ',')
            *c = '.';
    return text_real(digits, strlen(digits), &out) ? out : v;
}

static void make_levels(axis_reader *r, axis *a, bool log_scale, double step)
{
    axis_value *v = tree_block(r->tree, a->size, sizeof *v);
    r->nomem = r->nomem || !v;
    for (uint64_t i = 0; v && i < a->size; i++) {
        double part = a->size > 1 ? (double)i / (double)(a->size - 1) : 0, x;
        if (step != 0)
            x = tidy(a->lo + (double)i * step, LINEAR_DIGITS);
        else if (i == 0 || i == a->size - 1)
            x = i ? a->hi : a->lo;
        else
            x = log_scale ? tidy(a->lo * vmath_pow1(a->hi / a->lo, part), LOG_DIGITS)
                          : tidy(a->lo + (a->hi - a->lo) * part, LINEAR_DIGITS);
        v[i] = (axis_value){ .real = a->target.whole ? nearbyint(x) : x, .level = i };
    }
    a->level = v;
}

static bool range_scale(axis_reader *r, const axis *a, const tree_node *table, bool *log_scale)
{
    const tree_node *n = tree_get(table, "scale");
    *log_scale = n && n->kind == TREE_TEXT && strcmp(n->text, "log") == 0;
    if (!n || *log_scale || (n->kind == TREE_TEXT && strcmp(n->text, "linear") == 0))
        return true;
    tree_complain(r->p, n, E_INPUT, "%s: scale is \"linear\" or \"log\"%s%.40s", a->key,
                  n->kind == TREE_TEXT ? ", not " : "", n->kind == TREE_TEXT ? n->text : "");
    return false;
}

/* How many levels, from n or step; 0: neither is given. */
static bool range_size(axis_reader *r, axis *a, const tree_node *table, bool log_scale, double *step)
{
    const tree_node *n = tree_get(table, "n"), *by = tree_get(table, "step");
    if (n && by)
        return tree_complain(r->p, by, E_INPUT, "%s: n and step say the same: leave one out", a->key), false;
    if (n) {
        if (n->kind != TREE_INT || n->integer < 1 || n->integer > AXIS_LEVELS)
            return tree_complain(r->p, n, E_INPUT, "%s: n is a whole number of levels, 1 to %d", a->key, AXIS_LEVELS),
                   false;
        a->size = (uint64_t)n->integer;
        return true;
    }
    if (!by)
        return true;
    if (log_scale)
        return tree_complain(r->p, by, E_INPUT, "%s: step is for a linear scale; write n for a logarithmic one",
                             a->key),
               false;
    if (!axis_width(r, a, by, step))
        return false;
    double count = (a->hi - a->lo) / *step;
    if (!(count >= 0))                                  /* also a step of 0, and one that leads away */
        return tree_complain(r->p, by, E_DOMAIN, "%s: a step of %g does not lead from %g to %g", a->key, *step, a->lo,
                             a->hi),
               false;
    if (count >= AXIS_LEVELS)
        return tree_complain(r->p, by, E_DOMAIN, "%s: a step of %g makes more than %d levels", a->key, *step,
                             AXIS_LEVELS),
               false;
    a->size = (uint64_t)floor(count + 1e-9) + 1;        /* the end counts although 0.1 is no binary number */
    return true;
}

void axis_read_range(axis_reader *r, axis *a, const tree_node *table)
{
    bool log_scale, ok = known_keys(r, a, table, "range", range_keys, LEN(range_keys));
    double step = 0;
    a->kind = AXIS_RANGE;
    ok = needed(r, a, table, "from", &a->lo) && ok;
    ok = needed(r, a, table, "to", &a->hi) && ok;
    ok = range_scale(r, a, table, &log_scale) && ok;
    if (!ok || !range_size(r, a, table, log_scale, &step))
        return;
    if (log_scale && !(a->lo > 0 && a->hi > 0))
        tree_complain(r->p, table, E_DOMAIN, "%s: a logarithmic scale from %g to %g: both must be above 0", a->key,
                      a->lo, a->hi);
    else if (a->size)
        make_levels(r, a, log_scale, step);
    else if (!(a->lo < a->hi))
        tree_complain(r->p, table, E_DOMAIN, "%s: from = %g is not below to = %g", a->key, a->lo, a->hi);
    else {
        a->spread = log_scale ? AXIS_LOGUNIFORM : AXIS_UNIFORM;
        a->a = a->lo;
        a->b = a->hi;
    }
}

/* ---- distributions ----------------------------------------------------------------------------------------------- */

static bool spread_kind(axis_reader *r, axis *a, const tree_node *table)
{
    const char *words[LEN(spreads)];
    const tree_node *n = tree_get(table, "kind");
    a->spread = AXIS_NORMAL;
    for (size_t i = 0; i < LEN(spreads); i++) {
        words[i] = spreads[i].word;
        if (n && n->kind == TREE_TEXT && strcmp(n->text, words[i]) == 0) {
            a->spread = (int)i;
            return true;
        }
    }
    if (!n)
        return true;
    const char *near = n->kind == TREE_TEXT ? text_nearest(n->text, words, LEN(words)) : NULL;
    tree_complain(r->p, n, E_INPUT, "%s: a distribution is normal, lognormal, uniform, loguniform or triangular%s%s%s",
                  a->key, near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    return false;
}

/* Bounds of a (log)normal: its own min and max, and its target's. */
static bool truncated(axis_reader *r, axis *a, const tree_node *table)
{
    const tree_node *min = tree_get(table, "min"), *max = tree_get(table, "max");
    bool bounds = a->target.min < a->target.max, logs = a->spread == AXIS_LOGNORMAL;
    a->lo = bounds ? a->target.min : -INFINITY;
    a->hi = bounds ? a->target.max : INFINITY;
    bool ok = !min || needed(r, a, table, "min", &a->lo);
    if (!(ok && (!max || needed(r, a, table, "max", &a->hi))))
        return false;
    double low = logs ? (a->lo > 0 ? vmath_log1(a->lo) : -INFINITY) : a->lo,
           high = logs ? (a->hi > 0 ? vmath_log1(a->hi) : -INFINITY) : a->hi;
    if (a->b == 0) {
        a->u_lo = low <= a->a && a->a <= high ? 0 : 1;
        a->u_hi = 1;
    } else {                                            /* the tail that is looked at keeps its digits */
        double z_lo = (low - a->a) / a->b, z_hi = (high - a->a) / a->b;
        a->upper = z_lo > 0;
        a->u_lo = a->upper ? design_normal_cdf(-z_hi) : design_normal_cdf(z_lo);
        a->u_hi = a->upper ? design_normal_cdf(-z_lo) : design_normal_cdf(z_hi);
    }
    if (a->u_lo < a->u_hi)
        return true;
    tree_complain(r->p, table, E_DOMAIN, "%s: nothing of this distribution lies between %g and %g", a->key, a->lo,
                  a->hi);
    return false;
}

static bool spread_makes_sense(axis_reader *r, axis *a, const tree_node *table)
{
    if (a->spread == AXIS_LOGNORMAL) {
        if (!(a->a > 0))
            return tree_complain(r->p, table, E_DOMAIN, "%s: mean = %g of a lognormal is not above 0", a->key, a->a),
                   false;
        double rel = a->b / a->a, var = vmath_log1(1 + rel * rel);
        a->a = vmath_log1(a->a) - var / 2;
        a->b = sqrt(var);
    }
    if (spreads[a->spread].ends)
        return truncated(r, a, table);
    if (a->spread == AXIS_TRIANGULAR) {
        if (!(a->a <= a->c && a->c <= a->b))
            return tree_complain(r->p, table, E_DOMAIN, "%s: min = %g, mode = %g, max = %g do not rise", a->key, a->a,
                                 a->c, a->b),
                   false;
    } else if (!(a->a <= a->b))
        return tree_complain(r->p, table, E_DOMAIN, "%s: min = %g is above max = %g", a->key, a->a, a->b), false;
    if (a->spread == AXIS_LOGUNIFORM && !(a->a > 0))
        return tree_complain(r->p, table, E_DOMAIN, "%s: min = %g of a loguniform is not above 0", a->key, a->a), false;
    a->lo = a->a;
    a->hi = a->b;
    return true;
}

void axis_read_spread(axis_reader *r, axis *a, const tree_node *table)
{
    const char *words[6];
    char name[40];
    size_t n = 0;
    a->kind = AXIS_SPREAD;
    if (!spread_kind(r, a, table))
        return;
    words[n++] = "kind";
    for (size_t i = 0; i < 3 && spreads[a->spread].need[i]; i++)
        words[n++] = spreads[a->spread].need[i];
    if (spreads[a->spread].ends) {
        words[n++] = "min";
        words[n++] = "max";
    }
    snprintf(name, sizeof name, "%s distribution", spreads[a->spread].word);
    bool ok = known_keys(r, a, table, name, words, n);
    for (size_t i = 0; i < 3 && spreads[a->spread].need[i]; i++) {
        const char *key = spreads[a->spread].need[i];
        bool second = strcmp(key, "max") == 0 || strcmp(key, "sd") == 0;
        ok = needed(r, a, table, key, strcmp(key, "mode") == 0 ? &a->c : second ? &a->b : &a->a) && ok;
    }
    if (ok)
        spread_makes_sense(r, a, table);
}

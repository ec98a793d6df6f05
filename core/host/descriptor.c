/* SPDX-License-Identifier: MIT
 * descriptor.c - is a descriptor sound?  One table of checks over its tables.
 */
#include "core/host/descriptor.h"
#include "core/base/units.h"
#include "core/host/args_inside.h"
#include "core/host/iface.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct sayer {
    const char *check;
    void      (*said)(void *ctx, const char *check, const char *text);
    void       *ctx;
    int         n;
} sayer;

static void say(sayer *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(sayer *s, const char *format, ...)
{
    char sentence[600];
    va_list list;
    va_start(list, format);
    vsnprintf(sentence, sizeof sentence, format, list);
    va_end(list);
    s->n++;
    if (s->said)
        s->said(s->ctx, s->check, sentence);
}

static const struct {
    const char *name;
    size_t offset;
    uint32_t flags;
} lists[] = {
    /* flags that mean something there */
    { "state", offsetof(fade_columns, state), FADE_MEMO | FADE_OPTIONAL },
    { "input", offsetof(fade_columns, in), FADE_OPTIONAL | FADE_PLANNED | FADE_EARLY | FADE_TARGET },
    { "output", offsetof(fade_columns, out), FADE_OPTIONAL | FADE_TOTAL | FADE_PLANNED | FADE_EARLY | FADE_TARGET },
    { "sample", offsetof(fade_columns, sample), FADE_OPTIONAL | FADE_TOTAL | FADE_PLANNED | FADE_EARLY | FADE_TARGET },
};
enum { NLISTS = sizeof lists / sizeof lists[0] };

static const fade_list *list_at(const fade_desc *d, size_t i)
{
    return (const fade_list *)((const char *)&d->columns + lists[i].offset);
}

static const fade_param *param_at(const fade_desc *d, uint32_t i)
{
    return library_at(&d->params, i);
}

static const char *or_none(const char *plain)
{
    return plain ? plain : "";
}

static bool is_number(const fade_param *q)
{
    return q->type == FADE_REAL || q->type == FADE_INT || q->type == FADE_BOOL || q->type == FADE_CHOICE;
}

static bool has_bounds(const fade_param *q)
{
    return q->type == FADE_REAL || q->type == FADE_INT || q->type == FADE_LIST_OF || q->type == FADE_CURVE ||
           q->type == FADE_GRID;
}

/* ---- the whole
 * ------------------------------------------------------------------------------------------------------------- */

static void check_id(const fade_desc *d, sayer *s)
{
    const char *id = or_none(d->id);
    size_t n = strlen(id);
    if (n == 0 || n > 64 || *id < 'a' || *id > 'z' || id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-")])
        say(s, "id '%.80s' is not [a-z][a-z0-9-]* of at most 64 characters", id);
}

static void check_kind(const fade_desc *d, sayer *s)
{
    if (!iface_of_kind(d->kind))
        say(s, "kind '%.40s' is none of source, physics, corrector, output", or_none(d->kind));
}

static void check_version(const fade_desc *d, sayer *s)
{
    const char *at = or_none(d->version);
    int parts = 0;
    for (; parts < 3; parts++) {
        size_t n = strspn(at, "0123456789");
        if (n == 0 || (parts < 2 && at[n] != '.'))
            break;
        at += n + (parts < 2);
    }
    if (parts < 3 || (*at && *at != '-' && *at != '+'))
        say(s, "version '%.40s' is not MAJOR.MINOR.PATCH", or_none(d->version));
}

static void check_licence(const fade_desc *d, sayer *s)
{
    if (!*or_none(d->licence))
        say(s, "licence is empty: an SPDX identifier is expected");
}

static void check_flags(const fade_desc *d, sayer *s)
{
    bool physics = strcmp(or_none(d->kind), "physics") == 0;
    if (d->flags & ~(uint32_t)FADE_PER_CYCLE)
        say(s, "flags 0x%x has bits this fade does not know", d->flags);
    else if (d->flags && !physics)
        say(s, "FADE_PER_CYCLE is for physics, this is %s", or_none(d->kind));
}

static bool sentence(const char *doc)
{
    return doc && *doc && !doc[strcspn(doc, "\n\r")];
}

static void check_doc(const fade_desc *d, sayer *s)
{
    if (!*or_none(d->doc) || *d->doc == '\n')
        say(s, "doc is empty: its first line is one sentence");
    if (!d->cite)
        say(s, "cite is NULL: a paper and DOI, or \"\"");
    for (uint32_t i = 0; i < d->params.n; i++)
        if (!sentence(param_at(d, i)->doc))
            say(s, "parameter %s: doc is not one sentence on one line", or_none(param_at(d, i)->key));
    for (size_t k = 0; k < NLISTS; k++)
        for (uint32_t i = 0; i < list_at(d, k)->n; i++) {
            const fade_column *c = library_at(list_at(d, k), i);
            if (!sentence(c->doc))
                say(s, "%s %s: doc is not one sentence on one line", lists[k].name, or_none(c->key));
        }
}

static void check_source(const fade_desc *d, sayer *s)
{
    for (uint32_t i = 0; i < d->params.n; i++) {
        const fade_param *q = param_at(d, i);
        if (!q->source)
            say(s, "parameter %s: source is NULL: a paper, DOI, or \"\" for a setting", or_none(q->key));
        else if (!*q->source && q->flags & FADE_FITTED)
            say(s, "parameter %s: FADE_FITTED needs a source: what was it fitted to?", or_none(q->key));
    }
}

/* ---- keys
 * ------------------------------------------------------------------------------------------------------------------ */

static bool key_legal(const char *key)
{
    size_t n = strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_.");
    return *key >= 'a' && *key <= 'z' && !key[n] && n <= 64 && key[n - 1] != '.' && !strstr(key, "..");
}

static void check_keys(const fade_desc *d, sayer *s)
{
    for (uint32_t i = 0; i < d->params.n; i++)
        if (!key_legal(or_none(param_at(d, i)->key)))
            say(s, "parameter %u: key '%.80s' is not lower case, digits, _ and .", i + 1, or_none(param_at(d, i)->key));
    for (size_t k = 0; k < NLISTS; k++)
        for (uint32_t i = 0; i < list_at(d, k)->n; i++) {
            const fade_column *c = library_at(list_at(d, k), i);
            if (!key_legal(or_none(c->key)))
                say(s, "%s %u: key '%.80s' is not lower case, digits, _ and .", lists[k].name, i + 1, or_none(c->key));
        }
}

/* Both tables begin with the key. */
static void unique_in(const fade_list *l, const char *what, sayer *s)
{
    for (uint32_t i = 0; i < l->n; i++)
        for (uint32_t k = 0; k < i; k++) {
            const char *a = or_none(*(const char *const *)library_at(l, i)),
                       *b = or_none(*(const char *const *)library_at(l, k));
            if (strcmp(a, b) == 0)
                say(s, "%s '%s' stands twice, at %u and %u", what, a, k + 1, i + 1);
        }
}

static void check_unique(const fade_desc *d, sayer *s)
{
    unique_in(&d->params, "parameter", s);
    for (size_t k = 0; k < NLISTS; k++)
        unique_in(list_at(d, k), lists[k].name, s);
}

/* "sei" and "sei.k0" cannot both be keys of one table. */
static void check_nested(const fade_desc *d, sayer *s)
{
    for (uint32_t i = 0; i < d->params.n; i++)
        for (uint32_t k = 0; k < d->params.n; k++) {
            const char *a = or_none(param_at(d, i)->key), *b = or_none(param_at(d, k)->key);
            size_t n = strlen(a);
            if (n && strncmp(a, b, n) == 0 && b[n] == '.')
                say(s, "parameter '%s' is in the way of '%s': a value cannot be a table too", a, b);
        }
    if (descriptor_param(d, "plugin", NULL))
        say(s, "parameter 'plugin' is what every plugin's table says already");
}

/* ---- units
 * ----------------------------------------------------------------------------------------------------------------- */

static void unit_parses(const char *what, const char *key, const char *unit_text, char apart, sayer *s)
{
    if (!unit_text) {
        say(s, "%s %s: unit is NULL: \"1\" for a ratio, \"\" for a bare number", what, or_none(key));
        return;
    }
    for (const char *at = unit_text; at;) {
        char one[64];
        why w = { 0 };
        unit u;
        size_t n = strcspn(at, (const char[]){ apart, '\0' });
        snprintf(one, sizeof one, "%.*s", (int)n, at);
        if (n >= sizeof one)
            say(s, "%s %s: unit '%s..' is too long", what, or_none(key), one);
        else if (units_parse(one, &u, &w))
            say(s, "%s %s: unit '%s': %s", what, or_none(key), one, w.text);
        at = at[n] ? at + n + 1 : NULL;
    }
}

static void check_units(const fade_desc *d, sayer *s)
{
    for (uint32_t i = 0; i < d->params.n; i++) {
        const fade_param *q = param_at(d, i);
        int axes = q->type == FADE_CURVE ? 2 : q->type == FADE_GRID ? 3 : 1, has = 1;
        for (const char *c = or_none(q->unit); *c; c++)
            has += *c == ';';
        unit_parses("parameter", q->key, q->unit, axes > 1 ? ';' : '|', s);
        if (q->unit && axes != has)
            say(s, "parameter %s: unit '%s' names %d, its type wants %d, joined by ';'", or_none(q->key), q->unit, has,
                axes);
        if (q->unit && *q->unit && !has_bounds(q))
            say(s, "parameter %s: a setting has no unit, not '%s'", or_none(q->key), q->unit);
    }
    for (size_t k = 0; k < NLISTS; k++)
        for (uint32_t i = 0; i < list_at(d, k)->n; i++) {
            const fade_column *c = library_at(list_at(d, k), i);
            bool input = lists[k].offset == offsetof(fade_columns, in);
            unit_parses(lists[k].name, c->key, c->unit, input ? '|' : '\0', s);
        }
}

/* ---- parameters
 * ------------------------------------------------------------------------------------------------------------ */

static void check_type(const fade_desc *d, sayer *s)
{
    for (uint32_t i = 0; i < d->params.n; i++) {
        const fade_param *q = param_at(d, i);
        if (q->type < FADE_REAL || q->type > FADE_PATHS)
            say(s, "parameter %s: type %d is not known to this fade (0 to %d)", or_none(q->key), q->type, FADE_PATHS);
        if (q->flags & ~511u)
            say(s, "parameter %s: flags 0x%x has bits this fade does not know", or_none(q->key), q->flags);
        if (q->flags & FADE_PER_CELL && q->type != FADE_REAL)
            say(s, "parameter %s: FADE_PER_CELL is for FADE_REAL", or_none(q->key));
        if (q->flags & FADE_LIVE && !(q->flags & FADE_PER_CELL))
            say(s, "parameter %s: FADE_LIVE needs FADE_PER_CELL", or_none(q->key));
        if (q->flags & FADE_REQUIRED && q->type == FADE_REAL && !isnan(q->def))
            say(s, "parameter %s: FADE_REQUIRED has a default, %g: it would never be used", or_none(q->key), q->def);
        if (q->flags & FADE_LOG && has_bounds(q) && q->min < q->max && q->max <= 0)
            say(s, "parameter %s: FADE_LOG of a number that is never above 0", or_none(q->key));
    }
}

static void bounds_order(const char *what, const char *key, const double b[4], sayer *s)
{
    if (isnan(b[0]) || isnan(b[1]) || b[0] > b[1])
        say(s, "%s %s: min %g is above max %g", what, or_none(key), b[0], b[1]);
    else if (isnan(b[2]) || isnan(b[3]) || b[2] > b[3])
        say(s, "%s %s: lo %g is above hi %g", what, or_none(key), b[2], b[3]);
    else if (b[0] < b[1] && b[2] < b[3] && (b[2] < b[0] || b[3] > b[1]))
        say(s, "%s %s: lo..hi %g .. %g reaches outside min..max %g .. %g", what, or_none(key), b[2], b[3], b[0], b[1]);
}

static void check_bounds(const fade_desc *d, sayer *s)
{
    for (uint32_t i = 0; i < d->params.n; i++) {
        const fade_param *q = param_at(d, i);
        bounds_order("parameter", q->key, (const double[]){ q->min, q->max, q->lo, q->hi }, s);
    }
    for (size_t k = 0; k < NLISTS; k++)
        for (uint32_t i = 0; i < list_at(d, k)->n; i++) {
            const fade_column *c = library_at(list_at(d, k), i);
            bounds_order(lists[k].name, c->key, (const double[]){ c->min, c->max, c->lo, c->hi }, s);
        }
}

static void check_choice(const fade_desc *d, sayer *s)
{
    for (uint32_t i = 0; i < d->params.n; i++) {
        const fade_param *q = param_at(d, i);
        double n = 1;
        if (q->type != FADE_CHOICE || q->flags & FADE_DEPRECATED)
            continue;
        for (const char *at = or_none(q->text); at; n++) {
            size_t length = strcspn(at, "|");
            if (length == 0)
                say(s, "parameter %s: choice %g of \"%s\" is empty", or_none(q->key), n, or_none(q->text));
            for (const char *b = q->text; b && b < at; b += strcspn(b, "|") + 1)
                if (strcspn(b, "|") == length && strncmp(b, at, length) == 0)
                    say(s, "parameter %s: choice '%.*s' stands twice", or_none(q->key), (int)length, at);
            at = at[length] ? at + length + 1 : NULL;
        }
        n--;
        if (!(q->flags & FADE_REQUIRED) && !(q->def >= 0 && q->def < n && q->def == floor(q->def)))
            say(s, "parameter %s: default %g is no index into its %g choices", or_none(q->key), q->def, n);
    }
}

static void default_number(const fade_param *q, sayer *s)
{
    const char *key = or_none(q->key);
    bool bounded = q->min < q->max && has_bounds(q);
    if (isnan(q->def) || !is_number(q) || q->type == FADE_CHOICE)
        return;
    if (isinf(q->def) && !(bounded && isinf(q->max)))
        say(s, "parameter %s: its default is infinite", key);
    else if (bounded && (q->def < q->min || q->def > q->max))
        say(s, "parameter %s: default %g is outside %g .. %g", key, q->def, q->min, q->max);
    else if (q->type == FADE_INT && q->def != trunc(q->def))
        say(s, "parameter %s: default %g is not whole", key, q->def);
    else if (q->type == FADE_BOOL && q->def != 0 && q->def != 1)
        say(s, "parameter %s: default %g is neither 0 nor 1", key, q->def);
}

/* "1 2 3", "x,y x,y" or "x x; y y; z z z z" */
static void default_list(const fade_param *q, sayer *s)
{
    bool many = q->type == FADE_LIST_OF || q->type == FADE_CURVE || q->type == FADE_GRID;
    if (!many || !q->text || q->flags & FADE_DEPRECATED)
        return;
    size_t all = strlen(q->text), n = args_numbers(q->text, all, NULL, 0), nx = strcspn(q->text, ";");
    bool ok = n != SIZE_MAX;
    if (ok && q->type == FADE_CURVE)
        ok = n % 2 == 0 && n >= 4;
    if (ok && q->type == FADE_GRID) {
        size_t ny = q->text[nx] ? strcspn(q->text + nx + 1, ";") : 0;
        size_t x = args_numbers(q->text, nx, NULL, 0), y = ny ? args_numbers(q->text + nx + 1, ny, NULL, 0) : 0;
        ok = x >= 2 && y >= 2 && n == x + y + x * y;
    }
    if (!ok)
        say(s, "parameter %s: default \"%.60s\" is no %s", or_none(q->key), q->text,
            q->type == FADE_LIST_OF ? "list of numbers"
            : q->type == FADE_CURVE ? "curve \"x,y x,y\""
                                    : "grid \"x x; y y; z z z z\"");
}

static void check_default(const fade_desc *d, sayer *s)
{
    for (uint32_t i = 0; i < d->params.n; i++) {
        default_number(param_at(d, i), s);
        default_list(param_at(d, i), s);
    }
}

static void check_deprecated(const fade_desc *d, sayer *s)
{
    for (uint32_t i = 0; i < d->params.n; i++) {
        const fade_param *q = param_at(d, i), *by;
        if (!(q->flags & FADE_DEPRECATED))
            continue;
        by = q->text ? descriptor_param(d, q->text, NULL) : NULL;
        if (!by || by == q)
            say(s, "parameter %s is deprecated in favour of '%s', which is no other parameter", or_none(q->key),
                or_none(q->text));
        if (q->flags & FADE_REQUIRED)
            say(s, "parameter %s is deprecated and required", or_none(q->key));
    }
}

/* ---- columns
 * --------------------------------------------------------------------------------------------------------------- */

static void check_columns(const fade_desc *d, sayer *s)
{
    for (size_t k = 0; k < NLISTS; k++)
        for (uint32_t i = 0; i < list_at(d, k)->n; i++) {
            const fade_column *c = library_at(list_at(d, k), i);
            const char *key = or_none(c->key);
            if (c->width > 65536)
                say(s, "%s %s: width %u is above 65536", lists[k].name, key, c->width);
            if (c->flags & ~lists[k].flags)
                say(s, "%s %s: flags 0x%x mean nothing there", lists[k].name, key, c->flags & ~lists[k].flags);
            if (c->flags & FADE_PLANNED && c->flags & FADE_EARLY)
                say(s, "%s %s: it is FADE_PLANNED or FADE_EARLY, not both", lists[k].name, key);
            if (k == 0 && (isnan(c->init) || (c->min < c->max && (c->init < c->min || c->init > c->max))))
                say(s, "state %s: init %g is outside %g .. %g", key, c->init, c->min, c->max);
        }
}

/* ---- the table
 * ------------------------------------------------------------------------------------------------------------- */

static const struct { const char *id; void (*check)(const fade_desc *, sayer *); } checks[] = {
    { "id-legal", check_id },         { "kind-known", check_kind },         { "version", check_version },
    { "licence", check_licence },     { "flags-known", check_flags },       { "key-legal", check_keys },
    { "key-unique", check_unique },   { "key-nested", check_nested },       { "type-known", check_type },
    { "unit-parses", check_units },   { "bounds-order", check_bounds },     { "choice-words", check_choice },
    { "default-fits", check_default }, { "deprecated-names", check_deprecated }, { "column-sound", check_columns },
    { "doc-present", check_doc },     { "source-present", check_source },
};

int descriptor_each(const fade_desc *d, void (*said)(void *ctx, const char *check, const char *text), void *ctx)
{
    sayer s = { .said = said, .ctx = ctx };
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        s.check = checks[i].id;
        checks[i].check(d, &s);
    }
    return s.n;
}

typedef struct first {
    const fade_desc *desc;
    why             *w;
    int              code;
} first;

static void keep_first(void *ctx, const char *check, const char *plain)
{
    first *f = ctx;
    if (!f->code)
        f->code = fail(f->w, E_PLUGIN, "plugin %s: %s (%s)", or_none(f->desc->id), plain, check);
}

int descriptor_check(const fade_desc *d, why *w)
{
    first f = { d, w, E_OK };
    descriptor_each(d, keep_first, &f);
    return f.code;
}

const fade_param *descriptor_param(const fade_desc *d, const char *key, uint32_t *index)
{
    for (uint32_t i = 0; i < d->params.n; i++) {
        const fade_param *q = param_at(d, i);
        if (!q->key || strcmp(q->key, key) != 0)
            continue;
        if (index)
            *index = i;
        return q;
    }
    return NULL;
}

uint32_t descriptor_per_cell(const fade_desc *d, uint32_t param)
{
    uint32_t at = 0;
    if (param >= d->params.n || !(param_at(d, param)->flags & FADE_PER_CELL))
        return UINT32_MAX;
    for (uint32_t i = 0; i < param; i++)
        at += (param_at(d, i)->flags & FADE_PER_CELL) != 0;
    return at;
}

/* ---- interfaces
 * ------------------------------------------------------------------------------------------------------------ */

static int lacks(const fade_desc *d, const char *function, const char *because, why *w)
{
    return fail(w, E_PLUGIN, "plugin %s: its fade.model/1 has no %s(), which this fade needs because %s", d->id,
                function, because);
}

static int model_whole(const fade_desc *d, const fade_model_v1 *m, why *w)
{
    if (!m->step)
        return lacks(d, "step", "nothing moves without it", w);
    if (!m->destroy)
        return lacks(d, "destroy", "a model ends", w);
    if (!m->observe && d->columns.out.n)
        return lacks(d, "observe", "the plugin has outputs", w);
    if (!m->enter != !m->leave)
        return lacks(d, m->enter ? "leave" : "enter", m->enter ? "enter() is there" : "leave() is there", w);
    for (uint32_t i = 0; i < d->columns.state.n && !m->refresh; i++)
        if (((const fade_column *)library_at(&d->columns.state, i))->flags & FADE_MEMO)
            return lacks(d, "refresh", "a state is FADE_MEMO", w);
    return E_OK;
}

int descriptor_interfaces(const fade_desc *d, why *w)
{
    const char *id = iface_of_kind(d->kind);
    if (!id)
        return fail(w, E_PLUGIN, "plugin %s: kind '%s' is none of source, physics, corrector, output", d->id,
                    or_none(d->kind));
    const void *at = iface_get(d, id, w);
    if (!at)
        return E_PLUGIN;
    if (strcmp(d->kind, "physics") == 0)
        return model_whole(d, at, w);
    if (strcmp(d->kind, "corrector") == 0) {
        static const char *const beside[] = { "fade.onnx/1", "fade.explain/1" };
        for (size_t i = 0; i < sizeof beside / sizeof *beside; i++)
            if (d->iface(d, beside[i]) && !iface_get(d, beside[i], w))
                return E_PLUGIN;
        const fade_model_v1 *m = ((const fade_corrector_v1 *)at)->model;
        if (m->size < sizeof *m)
            return fail(w, E_PLUGIN, "plugin %s: its model has %u bytes, this fade needs %zu", d->id, m->size,
                        sizeof *m);
        return model_whole(d, m, w);
    }
    return E_OK;
}

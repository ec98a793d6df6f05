/* SPDX-License-Identifier: MIT
 * descriptor_manual.c - a plugin's manual page and JSON from its tables: for `fade plugin show` and docs/plugins/.
 */
#include "core/base/json.h"
#include "core/host/descriptor.h"
#include "core/host/duty_iface.h"
#include "core/host/library.h"
#include "core/host/wire.h"
#include <stdio.h>
#include <string.h>

static const char *const type_words[] = {
    [FADE_REAL] = "number",       [FADE_INT] = "whole number", [FADE_BOOL] = "true or false",
    [FADE_CHOICE] = "choice",     [FADE_TEXT] = "text",        [FADE_PATH] = "path",
    [FADE_LIST_OF] = "list of numbers", [FADE_CURVE] = "curve", [FADE_GRID] = "grid",
    [FADE_TEXTS] = "list of texts", [FADE_MAP] = "table of texts", [FADE_PATHS] = "list of paths",
};

static const struct { uint32_t flag; const char *word, *key; } param_flags[] = {
    { FADE_REQUIRED, "required", "required" },
    { FADE_PER_CELL, "may differ by cell", "per_cell" },
    { FADE_LIVE, "may be bound to a column", "live" },
    { FADE_FITTED, "fitted", "fitted" },
    { FADE_EXAMPLE, "example", "example" },
    { FADE_LOG, NULL, "log" },
    { FADE_ADVANCED, "advanced", "advanced" },
    { FADE_DEPRECATED, "deprecated", "deprecated" },
};
static const struct { uint32_t flag; const char *word;
} column_flags[] = {
    { FADE_OPTIONAL, "optional" },
    { FADE_MEMO, "rebuilt, not saved" },
    { FADE_TOTAL, "sum over the step" },
    { FADE_TARGET, "target" },
};
static const struct { const char *title, *json; size_t offset; bool moment, init; } lists[] = {
    { "State", "state", offsetof(fade_columns, state), false, true },
    { "Inputs", "in", offsetof(fade_columns, in), true, false },
    { "Outputs", "out", offsetof(fade_columns, out), true, false },
    { "Samples", "sample", offsetof(fade_columns, sample), true, false },
};
enum { NPARAM_FLAGS = sizeof param_flags / sizeof param_flags[0], NLISTS = sizeof lists / sizeof lists[0],
       NCOLUMN_FLAGS = sizeof column_flags / sizeof column_flags[0] };

static const fade_param *param_at(const fade_desc *d, uint32_t i)
{
    return library_at(&d->params, i);
}

static const fade_list *list_at(const fade_desc *d, size_t i)
{
    return (const fade_list *)((const char *)&d->columns + lists[i].offset);
}

static const char *type_word(const fade_param *q)
{
    return q->type >= 0 && q->type <= FADE_PATHS ? type_words[q->type] : "?";
}

/* A part was added to the page, or lost for want of memory. */
static void drop(text *page, text *part)
{
    page->failed = page->failed || part->failed;
    text_free(part);
}

/* ---- pieces
 * ---------------------------------------------------------------------------------------------------------------- */

static void add_range(text *t, double from, double to, const char *unbounded)
{
    if (!(from < to)) {
        text_add(t, unbounded);
        return;
    }
    text_add_number(t, from);
    text_add(t, " .. ");
    text_add_number(t, to);
}

/* The word of a choice's index. */
static void add_word(text *t, const char *words, double index)
{
    for (; words && index >= 1; index--) {
        words = strchr(words, '|');
        words += words != NULL;
    }
    if (words)
        text_addn(t, words, strcspn(words, "|"));
}

/* As it would be written in a scenario; nothing when there is none. */
static void add_default(text *t, const fade_param *q)
{
    if (q->flags & (FADE_REQUIRED | FADE_DEPRECATED))
        return;
    if (q->type == FADE_CHOICE || ((q->type == FADE_TEXT || q->type == FADE_PATH) && q->text)) {
        text word = { 0 };
        if (q->type == FADE_CHOICE)
            add_word(&word, q->text, q->def);
        else
            text_add(&word, q->text);
        json_quote(t, text_of(&word));
        drop(t, &word);
    } else if (q->type == FADE_BOOL)
        text_add(t, q->def != 0 ? "true" : "false");
    else if ((q->type == FADE_REAL || q->type == FADE_INT) && !isnan(q->def))
        text_add_number(t, q->def);
    else if (q->type > FADE_PATH && q->text && *q->text)
        json_quote(t, q->text);
}

static void add_allowed(text *t, const fade_param *q)
{
    if (q->type == FADE_CHOICE)
        for (const char *c = q->flags & FADE_DEPRECATED ? "" : q->text; c && *c; c++) {
            if (*c == '|')
                text_add(t, ", ");
            else
                text_addc(t, *c);
        }
    else if (q->type != FADE_BOOL)
        add_range(t, q->min, q->max, "");
}

static void add_param_notes(text *t, const fade_param *q, const char *between)
{
    bool any = false;
    for (size_t i = 0; i < NPARAM_FLAGS; i++)
        if (q->flags & param_flags[i].flag && param_flags[i].word) {
            text_addf(t, "%s%s", any ? between : "", param_flags[i].word);
            any = true;
        }
    if (q->flags & FADE_DEPRECATED && q->text)
        text_addf(t, ": write %s", q->text);
}

static void add_column_notes(text *t, const fade_column *c, size_t list)
{
    bool any = false;
    if (lists[list].moment && c->flags & (FADE_PLANNED | FADE_EARLY)) {
        text_add(t, wire_moment(c->flags));
        any = true;
    } else if (lists[list].moment && list != 1) {
        text_add(t, wire_moment(0));
        any = true;
    }
    for (size_t i = 0; i < NCOLUMN_FLAGS; i++)
        if (c->flags & column_flags[i].flag) {
            text_addf(t, "%s%s", any ? ", " : "", column_flags[i].word);
            any = true;
        }
    if (c->width > 1)
        text_addf(t, "%s%u values", any ? ", " : "", c->width);
}

static const char *unit_word(const char *unit_text)
{
    return unit_text && strcmp(unit_text, "1") != 0 ? unit_text : unit_text && *unit_text ? "ratio" : "";
}

/* ---- inside rows ---- */

static void add_keys(text *t, const char *before, const fade_list *l)
{
    for (uint32_t i = 0; i < l->n; i++)
        text_addf(t, "%s%s", i ? ", " : before, ((const fade_column *)library_at(l, i))->key);
}

/* Is what a law makes of samples an input of it, as an integral or a mean; or does it only see it with lent samples? */
static bool is_heard(const fade_desc *d, const char *key)
{
    bool heard = false;
    for (uint32_t i = 0; i < d->columns.in.n; i++) {
        const char *in = ((const fade_column *)library_at(&d->columns.in, i))->key;
        heard |= strcmp(in, key) == 0 || (strncmp(in, "mean_", 5) == 0 && strcmp(in + 5, key) == 0);
    }
    return heard;
}

static void add_rates(text *t, const fade_desc *d, const fade_duty_v1 *v, const char *before, bool heard)
{
    bool any = false;
    for (uint32_t i = 0; i < v->rate.n; i++) {
        const char *key = ((const fade_column *)library_at(&v->rate, i))->key;
        if (is_heard(d, key) != heard && v->flags & FADE_LENT_SAMPLES)
            continue;
        if (!heard && !(v->flags & FADE_LENT_SAMPLES))
            continue;
        text_addf(t, "%s%s", any ? ", " : before, key);
        any = true;
    }
    text_add(t, any ? ".\n" : "");
}

/* What a law is told that sees inside the rows of a duty; nothing where it does not. */
static void add_inside(text *t, const fade_desc *d)
{
    const fade_duty_v1 *v;
    if (duty_iface_get(d, &v, NULL) || !v)
        return;
    text_add(t, "Under a duty it sees inside rows: cycles are booked ");
    if (v->break_time > 0)
        text_addf(t, "after %g s", v->break_time);
    if (v->break_efc > 0)
        text_addf(t, "%spast %g equivalent full cycle%s", v->break_time > 0 ? " or " : "", v->break_efc,
                  v->break_efc == 1 ? "" : "s");
    text_add(t, v->break_time > 0 || v->break_efc > 0 ? ".\n" : "at the ends of rows.\n");
    add_keys(t, "Of each sample it reads ", &v->in);
    text_add(t, v->in.n ? ".\n" : "");
    add_rates(t, d, v, "Integrated over time: ", true);
    add_rates(t, d, v, "Made of each sample once: ", false);
    add_keys(t, "Summed over rainflow cycles: ", &v->cycle);
    text_add(t, v->cycle.n ? ".\n" : "");
    if (v->activation > 0)
        text_addf(t, "Means of temperature are weighted by exp(-E/RT), E = %g J/mol.\n", v->activation);
    if (v->flags & FADE_LENT_SAMPLES)
        text_add(t, "Where cycles are booked it is lent the samples themselves.\n");
}

/* ---- an example
 * ------------------------------------------------------------------------------------------------------------ */

static const char *const example_of[] = {
    /* what a required parameter of a type may look like */
    [FADE_REAL] = NULL,
    [FADE_INT] = NULL,
    [FADE_BOOL] = "true",
    [FADE_CHOICE] = NULL,
    [FADE_TEXT] = "\"..\"",
    [FADE_PATH] = "\"${FADE_DATA}/file\"",
    [FADE_LIST_OF] = "[1, 2, 3]",
    [FADE_CURVE] = "{ x = [0, 1], y = [0, 1] }",
    [FADE_GRID] = "{ x = [0, 1], y = [0, 1], z = [[0, 0], [0, 1]] }",
    [FADE_TEXTS] = "[\"..\"]",
    [FADE_MAP] = "{ key = \"..\" }",
    [FADE_PATHS] = "[\"${FADE_DATA}/file\"]",
};

static void add_example_value(text *t, const fade_param *q)
{
    const char *fixed = q->type >= 0 && q->type <= FADE_PATHS ? example_of[q->type] : NULL;
    if (!(q->flags & FADE_REQUIRED))
        add_default(t, q);
    else if (fixed)
        text_add(t, fixed);
    else if (q->type == FADE_CHOICE) {
        text_addc(t, '"');
        add_word(t, q->text, 0);
        text_addc(t, '"');
    } else if (q->lo < q->hi)
        text_add_number(t, q->type == FADE_INT ? floor(q->lo + (q->hi - q->lo) / 2) : q->lo + (q->hi - q->lo) / 2);
    else
        text_add_number(t, q->min < q->max && (q->min > 1 || q->max < 1) ? (isfinite(q->min) ? q->min : q->max) : 1);
}

/* Required parameters, then the first plain ones: enough to see how it is written. */
static void add_example(text *t, const fade_desc *d)
{
    static const struct { const char *kind, *head;
    } heads[] = {
        { "source", "[source]" },
        { "physics", "[[physics]]" },
        { "corrector", "[corrector]" },
        { "output", "[[output]]" },
    };
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        if (strcmp(heads[i].kind, d->kind) == 0)
            text_addf(t, "%s\n", heads[i].head);
    text_addf(t, "plugin = \"%s\"\n", d->id);
    for (uint32_t i = 0, plain = 0; i < d->params.n; i++) {
        const fade_param *q = param_at(d, i);
        bool required = q->flags & FADE_REQUIRED;
        text value = { 0 };
        if (!required && (plain == 3 || q->flags & (FADE_ADVANCED | FADE_DEPRECATED)))
            continue;
        add_example_value(&value, q);
        if (value.n) {
            text_addf(t, "%s = %s", q->key, text_of(&value));
            bool bare = !*q->unit || strcmp(q->unit, "1") == 0;
            text_addf(t, bare ? "\n" : "   # %s\n", q->unit);
            plain += !required;
        }
        drop(t, &value);
    }
}

/* ---- text
 * ------------------------------------------------------------------------------------------------------------------ */

enum { WIDE = 92 };

/* Words folded to lines of WIDE, each behind `indent` blanks. */
static void add_folded(text *t, const char *plain, int indent)
{
    int column = 0;
    for (const char *at = plain; *at;) {
        if (*at == '\n' || *at == ' ') {
            if (*at == '\n' && column) {
                text_addc(t, '\n');
                column = 0;
            }
            at++;
            continue;
        }
        int n = (int)strcspn(at, " \n");
        if (column && column + 1 + n > WIDE - indent) {
            text_addc(t, '\n');
            column = 0;
        }
        text_addf(t, "%*s%.*s", column ? 1 : indent, "", n, at);
        column += n + (column > 0);
        at += n;
    }
    if (column)
        text_addc(t, '\n');
}

static void text_param(text *t, const fade_param *q)
{
    text notes = { 0 }, def = { 0 }, allowed = { 0 };
    text_addf(t, "  %s", q->key);
    if (*unit_word(q->unit))
        text_addf(t, "  [%s]", unit_word(q->unit));
    text_addf(t, "  %s", type_word(q));
    add_default(&def, q);
    add_allowed(&allowed, q);
    add_param_notes(&notes, q, ", ");
    if (def.n)
        text_addf(t, ", default %s", text_of(&def));
    if (allowed.n)
        text_addf(t, q->type == FADE_CHOICE ? ": %s" : ", %s", text_of(&allowed));
    if (q->lo < q->hi) {
        text_add(t, ", shown to hold ");
        add_range(t, q->lo, q->hi, "");
    }
    text_addf(t, "%s%s\n", notes.n ? "; " : "", text_of(&notes));
    add_folded(t, q->doc, 6);
    if (*q->source) {
        text source = { 0 };
        text_addf(&source, "Source: %s", q->source);
        add_folded(t, text_of(&source), 6);
        drop(t, &source);
    }
    drop(t, &notes);
    drop(t, &def);
    drop(t, &allowed);
}

static void text_column(text *t, const fade_column *c, size_t list)
{
    text notes = { 0 };
    add_column_notes(&notes, c, list);
    text_addf(t, "  %s", c->key);
    if (*unit_word(c->unit))
        text_addf(t, "  [%s]", unit_word(c->unit));
    if (lists[list].init) {
        text_add(t, "  starts at ");
        text_add_number(t, c->init);
    }
    if (c->lo < c->hi) {
        text_add(t, "  shown to hold ");
        add_range(t, c->lo, c->hi, "");
    }
    text_addf(t, "%s%s\n", notes.n ? "  " : "", text_of(&notes));
    add_folded(t, c->doc, 6);
    drop(t, &notes);
}

static void manual_text(const fade_desc *d, const char *path, text *t)
{
    text_addf(t, "%s - %s, version %s, %s\n", d->id, d->kind, d->version, d->licence);
    add_folded(t, d->doc, 2);
    if (d->flags & FADE_PER_CYCLE)
        text_add(t, "  It steps per cycle.\n");
    if (d->params.n)
        text_add(t, "\nParameters\n");
    for (uint32_t i = 0; i < d->params.n; i++)
        text_param(t, param_at(d, i));
    for (size_t k = 0; k < NLISTS; k++) {
        const fade_list *l = list_at(d, k);
        if (l->n)
            text_addf(t, "\n%s\n", lists[k].title);
        for (uint32_t i = 0; i < l->n; i++)
            text_column(t, library_at(l, i), k);
    }
    text inside = { 0 }, example = { 0 };
    add_inside(&inside, d);
    text_add(t, inside.n ? "\nInside rows\n" : "");
    add_folded(t, text_of(&inside), 2);
    drop(t, &inside);
    if (*d->cite) {
        text_add(t, "\nCite\n");
        add_folded(t, d->cite, 2);
    }
    add_example(&example, d);
    text_add(t, "\nExample\n");
    for (const char *at = text_of(&example); *at; at += strcspn(at, "\n") + 1)
        text_addf(t, "  %.*s\n", (int)strcspn(at, "\n"), at);
    drop(t, &example);
    if (path)
        text_addf(t, "\nFile\n  %s\n", path);
}

/* ---- Markdown
 * -------------------------------------------------------------------------------------------------------------- */

/* A cell of a table: '|' is escaped, a line break becomes a blank, '<' and '*' are no markup. */
static void add_cell(text *t, const char *plain)
{
    for (; *plain; plain++) {
        if (strchr("|<*", *plain))
            text_addc(t, '\\');
        text_addc(t, *plain == '\n' ? ' ' : *plain);
    }
}

static void add_code(text *t, const char *plain)
{
    if (!*plain)
        return;
    text_addc(t, '`');
    for (; *plain; plain++)
        text_addf(t, *plain == '|' ? "\\%c" : "%c", *plain);
    text_addc(t, '`');
}

static void markdown_param(text *t, const fade_param *q)
{
    text def = { 0 }, allowed = { 0 }, notes = { 0 };
    add_default(&def, q);
    add_allowed(&allowed, q);
    add_param_notes(&notes, q, ", ");
    text_addf(t, "| `%s` | %s | ", q->key, type_word(q));
    add_cell(t, unit_word(q->unit));
    text_add(t, " | ");
    add_code(t, text_of(&def));
    text_add(t, " | ");
    add_cell(t, text_of(&allowed));
    text_add(t, " | ");
    add_range(t, q->lo, q->hi, "");
    text_add(t, " | ");
    add_cell(t, text_of(&notes));
    text_add(t, " | ");
    add_cell(t, q->doc);
    text_add(t, *q->source ? " | " : " |");
    add_cell(t, q->source);
    text_add(t, " |\n");
    drop(t, &def);
    drop(t, &allowed);
    drop(t, &notes);
}

static void markdown_columns(text *t, const fade_list *l, size_t list)
{
    if (!l->n)
        return;
    text_addf(t, "\n## %s\n\n| key | unit |%s holds in | notes | meaning |\n|---|---|%s---|---|---|\n",
              lists[list].title, lists[list].init ? " starts at |" : "", lists[list].init ? "---|" : "");
    for (uint32_t i = 0; i < l->n; i++) {
        const fade_column *c = library_at(l, i);
        text_addf(t, "| `%s` | ", c->key);
        add_cell(t, unit_word(c->unit));
        if (lists[list].init) {
            text_add(t, " | ");
            text_add_number(t, c->init);
        }
        text_add(t, " | ");
        add_range(t, c->lo, c->hi, "");
        text_add(t, " | ");
        add_column_notes(t, c, list);
        text_add(t, " | ");
        add_cell(t, c->doc);
        text_add(t, " |\n");
    }
}

static void manual_markdown(const fade_desc *d, text *t)
{
    text_addf(t, "# %s\n\n%s, version %s, %s%s.\n\n", d->id, d->kind, d->version, d->licence,
              d->flags & FADE_PER_CYCLE ? "; steps per cycle" : "");
    text_addf(t, "%s\n", d->doc);
    if (d->params.n)
        text_add(t,
                 "\n## Parameters\n\n| key | type | unit | default | allowed | holds in | notes | meaning | source |\n"
                 "|---|---|---|---|---|---|---|---|---|\n");
    for (uint32_t i = 0; i < d->params.n; i++)
        markdown_param(t, param_at(d, i));
    for (size_t k = 0; k < NLISTS; k++)
        markdown_columns(t, list_at(d, k), k);
    text inside = { 0 };
    add_inside(&inside, d);
    if (inside.n)
        text_addf(t, "\n## Inside rows\n\n%s", text_of(&inside));
    drop(t, &inside);
    if (*d->cite)
        text_addf(t, "\n## Cite\n\n%s\n", d->cite);
    text_add(t, "\n## Example\n\n```toml\n");
    add_example(t, d);
    text_add(t, "```\n\nThis page is made by `make docs` from the plugin's tables.\n");
}

int descriptor_manual(const fade_desc *d, const char *path, bool markdown, text *out)
{
    if (markdown)
        manual_markdown(d, out);                        /* a page of docs/ does not say where it was made */
    else
        manual_text(d, path, out);
    return out->failed ? E_NOMEM : E_OK;
}

/* ---- JSON
 * ------------------------------------------------------------------------------------------------------------------ */

static void json_bounds(json *j, const double b[4])
{
    static const char *const keys[] = { "min", "max", "lo", "hi" };
    for (int i = 0; i < 4; i++)
        if (b[i & 2] < b[(i & 2) + 1])
            json_number(j, keys[i], b[i]);
}

static void json_param(json *j, const fade_param *q)
{
    text def = { 0 };
    bool number = q->type == FADE_REAL || q->type == FADE_INT;
    json_open(j, NULL, '{');
    json_text(j, "key", q->key);
    json_text(j, "type", type_word(q));
    json_text(j, "unit", q->unit);
    add_default(&def, q);
    if (number)
        json_number(j, "default", q->def);
    else
        json_raw(j, "default", def.n ? text_of(&def) : "null");
    json_bounds(j, (const double[]){ q->min, q->max, q->lo, q->hi });
    if (q->type == FADE_CHOICE)
        json_text(j, "choices", q->text);
    if (q->flags & FADE_DEPRECATED)
        json_text(j, "replaced_by", q->text);
    for (size_t i = 0; i < NPARAM_FLAGS; i++)
        if (q->flags & param_flags[i].flag)
            json_bool(j, param_flags[i].key, true);
    json_text(j, "doc", q->doc);
    json_text(j, "source", q->source);
    json_close(j, '}');
    drop(&j->out, &def);
}

static void json_column(json *j, const fade_column *c, size_t list)
{
    json_open(j, NULL, '{');
    json_text(j, "key", c->key);
    json_text(j, "unit", c->unit);
    json_whole(j, "width", c->width ? c->width : 1);
    if (lists[list].init)
        json_number(j, "init", c->init);
    json_bounds(j, (const double[]){ c->min, c->max, c->lo, c->hi });
    if (lists[list].moment)
        json_text(j, "moment", wire_moment(c->flags));
    json_bool(j, "optional", c->flags & FADE_OPTIONAL);
    if (c->flags & FADE_TARGET)
        json_bool(j, "target", true);
    if (c->flags & FADE_TOTAL)
        json_bool(j, "total", true);
    if (c->flags & FADE_MEMO)
        json_bool(j, "memo", true);
    json_text(j, "doc", c->doc);
    json_close(j, '}');
}

static void json_keys(json *j, const char *key, const fade_list *l)
{
    json_open(j, key, '[');
    for (uint32_t i = 0; i < l->n; i++)
        json_text(j, NULL, ((const fade_column *)library_at(l, i))->key);
    json_close(j, ']');
}

/* Only where the law has an inside. */
static void json_inside(json *j, const fade_desc *d)
{
    const fade_duty_v1 *v;
    if (duty_iface_get(d, &v, NULL) || !v)
        return;
    json_open(j, "inside", '{');
    json_number(j, "break_time", v->break_time);
    json_number(j, "break_efc", v->break_efc);
    json_number(j, "activation", v->activation);
    json_keys(j, "reads", &v->in);
    json_keys(j, "rates", &v->rate);
    json_keys(j, "cycles", &v->cycle);
    json_bool(j, "lent_samples", v->flags & FADE_LENT_SAMPLES);
    json_close(j, '}');
}

int descriptor_json(const fade_desc *d, const char *path, text *out)
{
    json j = { .out = *out };
    text example = { 0 };
    json_open(&j, NULL, '{');
    json_text(&j, "id", d->id);
    json_text(&j, "kind", d->kind);
    json_text(&j, "version", d->version);
    json_text(&j, "licence", d->licence);
    json_text(&j, "path", path);
    json_bool(&j, "per_cycle", d->flags & FADE_PER_CYCLE);
    json_text(&j, "doc", d->doc);
    json_text(&j, "cite", d->cite);
    json_open(&j, "params", '[');
    for (uint32_t i = 0; i < d->params.n; i++)
        json_param(&j, param_at(d, i));
    json_close(&j, ']');
    for (size_t k = 0; k < NLISTS; k++) {
        json_open(&j, lists[k].json, '[');
        for (uint32_t i = 0; i < list_at(d, k)->n; i++)
            json_column(&j, library_at(list_at(d, k), i), k);
        json_close(&j, ']');
    }
    json_inside(&j, d);
    add_example(&example, d);
    json_text(&j, "example", text_of(&example));
    json_close(&j, '}');
    *out = j.out;
    out->failed = out->failed || example.failed;
    text_free(&example);
    return out->failed ? E_NOMEM : E_OK;
}

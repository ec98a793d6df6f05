/* SPDX-License-Identifier: MIT
 * frame.c - rows of results in memory, column by column: columns and rows added, found by name, tapped from a run.
 */
#include "core/study/frame.h"
#include "core/base/mem.h"
#include "core/base/service.h"
#include "core/base/units.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROWS = 256 };

/* ---- names to numbers: open addressing, slot holds number + 1 ---- */

static size_t index_slot(const frame_index *x, char *const *name, const char *word)
{
    size_t at = (size_t)text_hash(word) & (x->n - 1);
    while (x->slot[at] && strcmp(name[x->slot[at] - 1], word) != 0)
        at = (at + 1) & (x->n - 1);
    return at;
}

static int64_t index_find(const frame_index *x, char *const *name, const char *word)
{
    return x->n ? (int64_t)x->slot[index_slot(x, name, word)] - 1 : -1;
}

static bool index_grow(frame_index *x, char *const *name, size_t count)
{
    if (2 * (count + 1) <= x->n)
        return true;
    frame_index more = { .n = x->n ? 4 * x->n : 16 };
    more.slot = mem_zero(more.n, sizeof *more.slot);
    if (!more.slot)
        return false;
    for (size_t i = 0; i < count; i++)
        more.slot[index_slot(&more, name, name[i])] = (uint32_t)i + 1;
    free(x->slot);
    *x = more;
    return true;
}

/* Number of a word, added where it is new; -1: no memory. */
static int64_t index_add(frame_index *x, char ***name, size_t *count, const char *word)
{
    int64_t at = index_find(x, *name, word);
    if (at >= 0)
        return at;
    if ((*count & (*count - 1)) == 0) {                 /* room doubles at powers of two */
        char **more = mem_grow(*name, *count ? 2 * *count : 1, sizeof *more);
        if (!more)
            return -1;
        *name = more;
    }
    char *copy = index_grow(x, *name, *count) ? mem_dup(word) : NULL;
    if (!copy)
        return -1;
    size_t slot = index_slot(x, *name, word);
    (*name)[*count] = copy;
    x->slot[slot] = (uint32_t)++*count;
    return (int64_t)*count - 1;
}

int64_t frame_cell(const frame *f, const char *name)
{
    return index_find(&f->cell_at, f->cell_name, name);
}

int64_t frame_variant(const frame *f, const char *name)
{
    return index_find(&f->variant_at, f->variant_name, name);
}

/* ---- columns ---- */

/* What a column's name says: the unit whose suffix it ends with, and the key before it. */
static void guess(const char *name, char key[128], const char **said)
{
    static const char *const units[] = { "Ah", "Wh", "mAh", "kWh", "V", "mV", "A", "mA", "W", "kW", "ohm", "mohm",
                                         "degC", "s", "h", "1", "%", "1/h", "1/s", "Pa", "Hz", "A.s", "J" };
    size_t n = strlen(name), best = 0;
    *said = "";
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        char suffix[48];
        size_t length = units_suffix(units[i], suffix);
        if (length > best && n > length + 1 && name[n - length - 1] == '_' && text_ends(name, suffix)) {
            best = length;
            *said = units[i];
        }
    }
    snprintf(key, 128, "%.*s", (int)(best ? n - best - 1 : n), name);
}

static void column_free(frame_column *c)
{
    free(c->name);
    free(c->key);
    free(c->unit);
    free(c->doc);
    free(c->v);
}

static int column_at(const frame *f, const char *name)
{
    for (size_t i = 0; i < f->ncol; i++)
        if (strcmp(f->col[i].name, name) == 0)
            return (int)i;
    return -1;
}

int frame_add_column(frame *f, const char *name, const char *key, const char *in, const char *doc, why *w)
{
    int at = column_at(f, name);
    if (at >= 0)
        return at;
    char part[128];
    const char *told;
    guess(name, part, &told);
    frame_column c = { mem_dup(name), mem_dup(key ? key : part), mem_dup(in ? in : told), mem_dup(doc ? doc : ""),
                       mem_grow(NULL, f->cap ? f->cap : 1, sizeof(double)) };
    frame_column *more = mem_grow(f->col, f->ncol + 1, sizeof *more);
    if (more)
        f->col = more;
    if (!more || !c.name || !c.key || !c.unit || !c.doc || !c.v) {
        column_free(&c);
        return -fail(w, E_NOMEM, "no memory for column %s", name);
    }
    for (size_t i = 0; i < f->n; i++)
        c.v[i] = NAN;
    f->col[f->ncol] = c;
    return (int)f->ncol++;
}

int frame_find(const frame *f, const char *name)
{
    int at = column_at(f, name);
    for (size_t i = 0; at < 0 && i < f->ncol; i++)
        if (strcmp(f->col[i].key, name) == 0)
            at = (int)i;
    return at;
}

int frame_duty_time(const frame *f)
{
    return frame_find(f, "span") >= 0 && frame_find(f, "count") >= 0 ? frame_find(f, "test_time") : -1;
}

const char *frame_time_unit(double seconds, double *per)
{
    static const struct {
        const char *word;
        double per;
    } units[] = { { "years", 365 * 86400.0 }, { "days", 86400 }, { "hours", 3600 } };
    size_t i = 0;
    while (i < 2 && !(seconds >= units[i].per))
        i++;
    *per = units[i].per;
    return units[i].word;
}

size_t frame_physics_length(const frame *f, size_t variant)
{
    const char *name = f->variant_name[variant], *plus = strrchr(name, '+');
    int hybrid = plus ? frame_find(f, "hybrid_capacity") : -1;
    for (size_t i = 0; hybrid >= 0 && i < f->n; i++)
        if (f->variant[i] == variant && !isnan(f->col[hybrid].v[i]))
            return (size_t)(plus - name);
    return strlen(name);                          /* a "+" is in the names of combined laws, too */
}

/* The first words of a sentence: up to a semicolon, or a colon or comma where that is long; 0: they are too many. */
static size_t first_words(const char *doc)
{
    enum { LONG = 60 };
    size_t n = strcspn(doc, ";");
    if (n > LONG) {
        n = strcspn(doc, ";:,(");
        while (n > 0 && doc[n - 1] == ' ')
            n--;
    }
    if (n > 0 && doc[n - 1] == '.')
        n--;
    return n <= LONG ? n : 0;
}

/* What a sweep varies is called by its key, with dots; its role stands in place of a sentence that nobody gave. */
static bool is_told_axis(const frame_column *c)
{
    return strchr(c->name, '.') && *c->doc && strcmp(c->doc, "axis") != 0 && strcmp(c->doc, "outcome") != 0;
}

void frame_label(const frame *f, int column, char *out, size_t n)
{
    const frame_column *c = &f->col[column];
    size_t words = is_told_axis(c) ? first_words(c->doc) : 0;
    for (size_t i = 0; i < f->ncol && words > 0; i++)
        if (i != (size_t)column && is_told_axis(&f->col[i]) && strncmp(f->col[i].doc, c->doc, words) == 0 &&
            first_words(f->col[i].doc) == words)
            words = 0;
    bool bare = words > 0 && strcspn(c->doc, " ") >= words;       /* one word says little: "Rate k" */
    const char *dot = strrchr(c->name, '.');
    snprintf(out, n, "%.*s%s%.40s", words > 0 ? (int)words : 100, words > 0 ? c->doc : c->name, bare ? " " : "",
             bare && dot ? dot + 1 : "");
}

const char *frame_nearest(const frame *f, const char *name)
{
    const char **word = mem_zero(2 * f->ncol + 1, sizeof *word);
    for (size_t i = 0; word && i < f->ncol; i++) {
        word[i] = f->col[i].name;
        word[f->ncol + i] = f->col[i].key;
    }
    const char *near = word ? text_nearest(name, word, 2 * f->ncol) : NULL;
    int at = near ? frame_find(f, near) : -1;
    free(word);
    return at >= 0 ? f->col[at].name : NULL;
}

/* ---- rows ---- */

static bool grow_one(void *field, size_t cap, size_t size)
{
    void *old, *more;
    memcpy(&old, field, sizeof old);
    more = mem_grow(old, cap, size);
    if (more)
        memcpy(field, &more, sizeof more);
    return more != NULL;
}

static bool grow(frame *f)
{
    size_t cap = f->cap ? 2 * f->cap : FIRST_ROWS;
    if (!grow_one(&f->cycle, cap, sizeof *f->cycle) || !grow_one(&f->time, cap, sizeof *f->time) ||
        !grow_one(&f->cell, cap, sizeof *f->cell) || !grow_one(&f->variant, cap, sizeof *f->variant))
        return false;
    for (size_t i = 0; i < f->ncol; i++)
        if (!grow_one(&f->col[i].v, cap, sizeof(double)))
            return false;
    f->cap = cap;
    return true;
}

int frame_add_row(frame *f, const char *cell, const char *variant, int64_t cycle, int64_t time, size_t *at, why *w)
{
    if (f->most && f->n >= f->most)
        return fail(w, E_NOMEM, "more than %zu rows, the most that are kept in memory", f->most);
    int64_t c = index_add(&f->cell_at, &f->cell_name, &f->ncell, cell ? cell : "");
    int64_t v = index_add(&f->variant_at, &f->variant_name, &f->nvariant, variant ? variant : "");
    if (c < 0 || v < 0 || (f->n == f->cap && !grow(f)))
        return fail(w, E_NOMEM, "no memory for row %zu of %zu columns", f->n + 1, f->ncol);
    *at = f->n++;
    f->cell[*at] = (uint32_t)c;
    f->variant[*at] = (uint32_t)v;
    f->cycle[*at] = cycle;
    f->time[*at] = time;
    for (size_t i = 0; i < f->ncol; i++)
        f->col[i].v[*at] = NAN;
    return E_OK;
}

int frame_pick(const frame *f, int64_t cell, int64_t variant, frame *out, why *w)
{
    int rc = E_OK;
    for (size_t c = 0; c < f->ncol && !rc; c++) {
        const frame_column *from = &f->col[c];
        int made = frame_add_column(out, from->name, from->key, from->unit, from->doc, w);
        rc = made < 0 ? -made : E_OK;
    }
    for (size_t i = 0; i < f->n && !rc; i++) {
        size_t at;
        if ((cell >= 0 && f->cell[i] != cell) || (variant >= 0 && f->variant[i] != variant))
            continue;
        rc = frame_add_row(out, f->cell_name[f->cell[i]], f->variant_name[f->variant[i]], f->cycle[i], f->time[i], &at,
                           w);
        for (size_t c = 0; c < f->ncol && !rc; c++)
            out->col[c].v[at] = f->col[c].v[i];
    }
    if (rc)
        frame_free(out);
    return rc;
}

static void names_free(char **name, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(name[i]);
    free(name);
}

void frame_free(frame *f)
{
    for (size_t i = 0; i < f->ncol; i++)
        column_free(&f->col[i]);
    names_free(f->cell_name, f->ncell);
    names_free(f->variant_name, f->nvariant);
    free(f->col);
    free(f->cycle);
    free(f->time);
    free(f->cell);
    free(f->variant);
    free(f->cell_at.slot);
    free(f->variant_at.slot);
    free(f->from);
    *f = (frame){ .most = f->most };
}

/* ---- the tap ---- */

static void tap_columns(void *self, const fade_column *column, size_t n)
{
    frame *f = self;
    free(f->from);
    f->from = mem_zero(n + 1, sizeof *f->from);
    f->failed = !f->from;
    f->nfrom = f->from ? n : 0;
    for (size_t i = 0; i < f->nfrom; i++) {
        char name[96];
        service_text()->name(&column[i], name);
        f->from[i] = frame_add_column(f, name, column[i].key, units_human(column[i].unit ? column[i].unit : ""),
                                      column[i].doc, NULL);
        f->failed = f->failed || f->from[i] < 0;
    }
}

static int32_t tap_rows(void *self, const fade_block *b)
{
    frame *f = self;
    if (b->stream != 0)
        return FADE_OK;
    for (uint32_t i = 0; i < b->n; i++) {
        size_t at;
        if (f->failed || frame_add_row(f, b->cell[i], b->variant ? b->variant[i] : NULL, b->cycle[i], b->time[i], &at,
                                       NULL))
            return FADE_ENOMEM;
        for (size_t c = 0; c < f->nfrom; c++)
            f->col[f->from[c]].v[at] = b->col[c][i];
    }
    return FADE_OK;
}

engine_tap frame_tap(frame *f)
{
    static const fade_output_v1 output = { .size = sizeof output, .rows = tap_rows };
    return (engine_tap){ .vt = &output, .self = f, .columns = tap_columns, .every = 1 };
}

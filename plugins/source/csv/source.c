/* SPDX-License-Identifier: MIT
 * source.c - lines of the file: which count, whose they are, their numbers and dates; and the cells met so far.
 */
#include "inside.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void say(const source *s, int32_t level, int32_t code, const char *format, va_list args)
{
    char text[900];
    int n = snprintf(text, sizeof text, "%.300s: ", s->o.path);
    if (code && s->in && s->csv->line(s->in) > 0)
        n = snprintf(text, sizeof text, "%.300s:%llu: ", s->o.path, (unsigned long long)s->csv->line(s->in));
    vsnprintf(text + n, sizeof text - (size_t)n, format, args);
    fade_say(s->host, level, code, -1, text);
}

int32_t source_fail(const source *s, int32_t code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(s, 3, code, format, args);
    va_end(args);
    return code;
}

void source_say(const source *s, int32_t level, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(s, level, FADE_OK, format, args);
    va_end(args);
}

/* A flag that says nothing against the line; `row`: its cycle is a row number. */
static bool is_good(const fade_csv_field *f)
{
    static const char *const words[] = { "0", "ok", "good", "none", "row" };
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
        if (strcmp(f->at, words[k]) == 0)
            return true;
    return f->n == 0;
}

static bool is_kept(const source *s, const fade_csv_field *f)
{
    for (uint32_t k = 0; k < s->o.keep->n; k++)
        if (strcmp(f->at, s->o.keep->texts[k]) == 0)
            return true;
    return false;
}

double source_flag(const source *s)
{
    int at = s->role[ROLE_FLAG];
    return at >= 0 && !is_good(&s->field[at]) ? FLAG_WORD : 0;
}

int32_t source_line(source *s)
{
    for (;;) {
        int32_t rc = s->csv->next(s->in, &s->field, &s->n);
        if (rc)
            return rc;
        s->met.lines++;
        uint32_t n = s->n;
        while (n > s->width && s->field[n - 1].n == 0)
            n--;                                  /* separators at the end */
        if (n != s->width) {
            s->met.ragged++;
            if (s->o.ragged == 0)
                return source_fail(s, FADE_EINVAL,
                                   "%u fields where the header has %u (ragged = 'skip' leaves such lines out)", n,
                                   s->width);
            continue;
        }
        int flag = s->role[ROLE_FLAG];
        if (flag < 0 || is_good(&s->field[flag]) || is_kept(s, &s->field[flag]))
            return FADE_OK;
        s->met.flagged++;
    }
}

static bool is_missing(const char *at)
{
    static const char *const words[] = { "nan", "NaN", "NAN", "NA", "N/A", "null", "NULL", "None", "none", "-", "--" };
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
        if (strcmp(at, words[k]) == 0)
            return true;
    return false;
}

/* "3,25": digits, one comma, digits. */
static bool has_comma(const char *at)
{
    const char *comma = strchr(at, ',');
    return comma && strspn(comma + 1, "0123456789eE+-") == strlen(comma + 1) &&
           strspn(at, "+-0123456789") == (size_t)(comma - at);
}

int32_t source_real(source *s, int at, double *x)
{
    *x = NAN;
    if (at < 0 || (uint32_t)at >= s->n || s->field[at].n == 0)
        return FADE_OK;
    const fade_csv_field *f = &s->field[at];
    if (s->text->real(f->at, f->n, x) == FADE_OK) {
        if (isinf(*x))
            *x = NAN;
        return FADE_OK;
    }
    char trimmed[64];
    const char *begin = f->at + strspn(f->at, " ");
    size_t n = strlen(begin);
    while (n > 0 && begin[n - 1] == ' ')
        n--;
    *x = NAN;
    if (n < sizeof trimmed) {
        memcpy(trimmed, begin, n);
        trimmed[n] = '\0';
        if (n == 0 || is_missing(trimmed) || s->text->real(trimmed, (uint32_t)n, x) == FADE_OK)
            return FADE_OK;
    }
    *x = NAN;
    return source_fail(s, FADE_EINVAL, "%s is '%.60s', which is not a number%s", s->header[at], f->at,
                       has_comma(f->at) ? ": decimal commas are not read, write a point" : "");
}

/* Number of a word, from 1, in the order they are met. */
static int32_t number_of(source *s, const char *word, double *x)
{
    uint32_t k = 0;
    while (k < s->nword && strcmp(s->word[k], word) != 0)
        k++;
    *x = k + 1;
    if (k < s->nword)
        return FADE_OK;
    char **more = k & (k - 1) ? s->word : realloc(s->word, (k ? 2 * (size_t)k : 1) * sizeof *more),
         *copy = strdup(word);
    s->word = more ? more : s->word;
    if (!more || !copy || k == MOST_GROUPS) {
        free(copy);
        return k == MOST_GROUPS ? source_fail(s, FADE_EINVAL, "there are more than %d groups", MOST_GROUPS)
                                : source_fail(s, FADE_ENOMEM, "no memory for %u groups", k + 1);
    }
    s->word[s->nword++] = copy;
    return FADE_OK;
}

int32_t source_value(source *s, const spec *p, double *x)
{
    if (strcmp(p->key, "group") != 0 || s->numbered)
        return source_real(s, p->at, x);
    *x = NAN;
    if (p->at < 0 || (uint32_t)p->at >= s->n || s->field[p->at].n == 0)
        return FADE_OK;
    const fade_csv_field *f = &s->field[p->at];
    if (s->nword == 0 && s->text->real(f->at, f->n, x) == FADE_OK) {
        s->numbered = true;
        return FADE_OK;
    }
    return number_of(s, f->at, x);
}

int32_t source_date(source *s, int64_t *us)
{
    int at = s->role[ROLE_DATE];
    double seconds;
    *us = INT64_MIN;
    if (at < 0 || (uint32_t)at >= s->n || s->field[at].n == 0 || s->clock->parse(s->field[at].at, us) == FADE_OK)
        return FADE_OK;
    if (s->text->real(s->field[at].at, s->field[at].n, &seconds) == FADE_OK && seconds > 0 && seconds < 7.2e9)
        *us = llround(seconds * 1e6);             /* Unix seconds */
    else
        s->met.undated++;
    return FADE_OK;
}

int32_t source_cycle(source *s, const cell *c, int64_t *cycle)
{
    int at = s->role[ROLE_CYCLE];
    *cycle = s->samples ? 1 : c->cycle + 1;
    if (at < 0)
        return FADE_OK;
    double x;
    int32_t rc = source_real(s, at, &x);
    if (rc)
        return rc;
    if (!(x >= 0 && x < 9e15) || x != floor(x))
        return source_fail(s, FADE_EINVAL, "cycle '%.40s' is not a whole number from 0 on", s->field[at].at);
    *cycle = (int64_t)x;
    return FADE_OK;
}

static bool wanted(const source *s, const cell *c)
{
    const options *o = &s->o;
    bool any = !(o->cell && *o->cell) && o->cells->n == 0;
    if (o->cell && *o->cell && (strcmp(o->cell, c->id) == 0 || strcmp(o->cell, c->raw) == 0))
        return true;
    for (uint32_t k = 0; k < o->cells->n; k++)
        if (strcmp(o->cells->texts[k], c->id) == 0 || strcmp(o->cells->texts[k], c->raw) == 0)
            return true;
    return any;
}

/* An id of letters, digits, '_', '.' and '-' out of what the file says. */
static void make_id(const char *raw, char id[65])
{
    static const char legal[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
    size_t n = 0;
    for (; raw[n] && n < 64; n++)
        id[n] = strchr(legal, raw[n]) ? raw[n] : '_';
    id[n] = '\0';
}

static uint64_t hash(const char *at)
{
    uint64_t h = 14695981039346656037u;
    for (; *at; at++)
        h = (h ^ (unsigned char)*at) * 1099511628211u;
    return h ^ h >> 32;
}

/* Room for one cell more, in a table kept at least half empty. */
static int32_t grow(source *s)
{
    if (2 * s->ncell < s->nbucket)
        return FADE_OK;
    size_t n = s->nbucket ? 2 * s->nbucket : 64;
    cell **bucket = calloc(n, sizeof *bucket), **order = realloc(s->order, n * sizeof *order);
    if (order)
        s->order = order;
    if (!bucket || !order) {
        free(bucket);
        return source_fail(s, FADE_ENOMEM, "no memory for %zu cells", n);
    }
    for (size_t k = 0; k < s->ncell; k++) {
        cell **at = &bucket[hash(s->order[k]->raw) & (n - 1)];
        s->order[k]->same = *at;
        *at = s->order[k];
    }
    free(s->bucket);
    s->bucket = bucket;
    s->nbucket = n;
    return FADE_OK;
}

/* Columns of a cell: its waiting row, its last values, and windows if outliers are looked for. */
static cell *make_cell(const source *s, const char *raw)
{
    uint32_t windows = s->o.outliers > 0 ? MOST_COLUMNS : 0;
    cell *c = calloc(1, sizeof *c);
    double *at = calloc((size_t)(3 + windows / MOST_COLUMNS * WINDOW) * MOST_COLUMNS, sizeof *at);
    uint32_t *n = calloc(MOST_COLUMNS, sizeof *n);
    char *copy = strdup(raw);
    if (!c || !at || !n || !copy) {
        free(c);
        free(at);
        free(n);
        free(copy);
        return NULL;
    }
    c->raw = copy;
    c->row = at;
    c->held = at + MOST_COLUMNS;
    c->merged = at + 2 * MOST_COLUMNS;
    c->window = windows ? at + 3 * MOST_COLUMNS : NULL;
    c->nwindow = n;
    for (int k = 0; k < MOST_COLUMNS; k++)
        c->held[k] = NAN;
    c->duration = NAN;
    make_id(raw, c->id);
    c->wanted = wanted(s, c);
    return c;
}

static void free_cell(cell *c)
{
    free(c->raw);
    free(c->row);
    free(c->nwindow);
    free(c->run);
    free(c);
}

void source_free_cells(source *s)
{
    for (size_t k = 0; k < s->ncell; k++)
        free_cell(s->order[k]);
    free(s->order);
    free(s->bucket);
    s->order = s->bucket = NULL;
    s->ncell = s->nbucket = 0;
}

/* Two names of the file may not become one id. */
static bool id_is_new(const source *s, const cell *c)
{
    if (strcmp(c->id, c->raw) == 0 && strlen(c->raw) <= 64)
        for (size_t k = 0; k < s->ncell; k++) {
            if (strcmp(s->order[k]->raw, s->order[k]->id) != 0 && strcmp(s->order[k]->id, c->id) == 0)
                return false;
        }
    else
        for (size_t k = 0; k < s->ncell; k++)
            if (strcmp(s->order[k]->id, c->id) == 0)
                return false;
    return true;
}

int32_t source_cell(source *s, cell **out)
{
    int at = s->role[ROLE_CELL];
    const char *raw = at >= 0 ? s->field[at].at : s->stem;
    *out = NULL;
    if (!*raw)
        return source_fail(s, FADE_EINVAL, "the name of the cell (%s) is empty", s->header[at]);
    uint64_t h = hash(raw);
    for (cell *c = s->nbucket ? s->bucket[h & (s->nbucket - 1)] : NULL; c; c = c->same)
        if (strcmp(c->raw, raw) == 0) {
            *out = c->wanted ? c : NULL;
            return FADE_OK;
        }
    int32_t rc = grow(s);
    if (rc)
        return rc;
    cell *c = make_cell(s, raw);
    if (!c)
        return source_fail(s, FADE_ENOMEM, "no memory for cell %.60s", raw);
    if (!id_is_new(s, c)) {
        rc =
            source_fail(s, FADE_EINVAL, "cell '%.80s' and another one would both be called %s: rename one", raw, c->id);
        free_cell(c);
        return rc;
    }
    c->same = s->bucket[h & (s->nbucket - 1)];
    s->bucket[h & (s->nbucket - 1)] = c;
    s->order[s->ncell++] = c;
    *out = c->wanted ? c : NULL;
    return FADE_OK;
}

void source_missing(const source *s)
{
    for (uint32_t k = 0; k < s->o.cells->n; k++) {
        bool there = false;
        for (size_t i = 0; i < s->ncell && !there; i++)
            there = strcmp(s->order[i]->raw, s->o.cells->texts[k]) == 0 ||
                    strcmp(s->order[i]->id, s->o.cells->texts[k]) == 0;
        if (!there)
            source_say(s, 2, "there is no cell '%.80s', which cells = [..] names", s->o.cells->texts[k]);
    }
}

int32_t source_absent(const source *s)
{
    char names[200] = "";
    size_t n = 0, shown = s->ncell > 4 ? 3 : s->ncell;
    for (size_t k = 0; k < shown; k++)
        n += (size_t)snprintf(names + n, sizeof names - n, "%s%.40s", k ? ", " : "", s->order[k]->id);
    const char *asked = s->o.cell && *s->o.cell ? s->o.cell : s->o.cells->n > 0 ? s->o.cells->texts[0] : "";
    return source_fail(s, FADE_EINVAL, "there is no cell '%.80s'; there are %s%s%s", asked, names,
                       shown < s->ncell ? ", .." : "",
                       s->o.cells->n > 0 ? " (cells = [] takes all)" : " (without cell = '..' all are taken)");
}

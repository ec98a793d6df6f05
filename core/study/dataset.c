/* SPDX-License-Identifier: MIT
 * dataset.c - the rows of a source as columns, cell by cell, with what is known of each column and when.
 */
#include "core/study/dataset_inside.h"
#include "core/base/units.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const ask_words[NASK] = { "forecast", "next", "begun", "estimate" };
static const char *const when_words[] = { "planned", "early", "after", "answer" };

const char *dataset_ask_word(int ask)
{
    return ask >= 0 && ask < NASK ? ask_words[ask] : "?";
}

int dataset_ask_of(const char *word)
{
    for (int i = 0; i < NASK; i++)
        if (strcmp(ask_words[i], word) == 0)
            return i;
    return -1;
}

const char *dataset_when_word(int when)
{
    return when >= WHEN_PLANNED && when <= WHEN_ANSWER ? when_words[when] : "?";
}

int dataset_find(const dataset *d, const char *key)
{
    for (size_t i = 0; i < d->ncol; i++)
        if (strcmp(d->col[i].key, key) == 0)
            return (int)i;
    return -1;
}

static int column_room(dataset *d, why *w)
{
    dataset_store *s = d->store;
    if (d->ncol < s->capcol)
        return E_OK;
    size_t cap = s->capcol ? 2 * s->capcol : 64;
    dataset_column *col = mem_grow(d->col, cap, sizeof *col);
    d->col = col ? col : d->col;
    double **all = mem_grow(s->col, cap, sizeof *all);
    s->col = all ? all : s->col;
    s->capcol = col && all ? cap : s->capcol;
    return col && all ? E_OK : fail(w, E_NOMEM, "no memory for %zu columns", cap);
}

int dataset_add(dataset *d, const dataset_column *like, double *v, why *w)
{
    dataset_store *s = d->store;
    dataset_column c = *like;
    double *own = v;
    c.key = mem_arena_text(d->arena, like->key);
    c.unit = mem_arena_text(d->arena, like->unit);
    c.doc = mem_arena_text(d->arena, like->doc);
    if (s->kept && v && (own = mem_zero(d->n + 1, sizeof *own)))
        for (size_t i = 0; i < d->n; i++)
            own[i] = v[s->kept[i]];
    if (!v || !own || !c.key || !c.unit || !c.doc || column_room(d, w)) {
        if (own != v)
            free(own);
        free(v);
        return -fail(w, E_NOMEM, "no memory for column %s of %zu rows", like->key, s->n);
    }
    c.v = own;
    s->col[d->ncol] = v;
    d->col[d->ncol] = c;
    return (int)d->ncol++;
}

/* ---- the source's rows ---- */

static int rows_room(dataset *d, size_t n, size_t ncell, why *w)
{
    dataset_store *s = mem_zero(1, sizeof *s);
    d->arena = mem_arena_open();
    d->store = s;
    if (!s || !d->arena)
        return fail(w, E_NOMEM, "no memory for a data set");
    s->cell = mem_zero(n + 1, sizeof *s->cell);
    s->row = mem_zero(n + 1, sizeof *s->row);
    s->cycle = mem_zero(n + 1, sizeof *s->cycle);
    s->time = mem_zero(n + 1, sizeof *s->time);
    s->first = mem_zero(ncell + 2, sizeof *s->first);
    d->name = mem_zero(ncell + 1, sizeof *d->name);
    d->group = mem_zero(ncell + 1, sizeof *d->group);
    s->n = n;
    d->ncell = ncell;
    return s->cell && s->row && s->cycle && s->time && s->first && d->name && d->group
        ? E_OK
        : fail(w, E_NOMEM, "no memory for a data set of %zu rows", n);
}

/* Where each row of the replay goes: cells one after the other. */
static int lay(dataset *d, const replay *r, size_t **at, why *w)
{
    int rc = rows_room(d, r->n, r->ncell, w);
    dataset_store *s = d->store;
    size_t *next = mem_zero(r->ncell + 1, sizeof *next);
    *at = mem_zero(r->n + 1, sizeof **at);
    if (rc || !next || !*at) {
        free(next);
        return rc ? rc : fail(w, E_NOMEM, "no memory for a data set of %zu rows", r->n);
    }
    for (size_t i = 0; i < r->n; i++)
        s->first[r->cell[i] + 1]++;
    for (size_t c = 0; c < r->ncell; c++) {
        s->first[c + 1] += s->first[c];
        next[c] = s->first[c];
        d->name[c] = d->group[c] = mem_arena_text(d->arena, r->name[c]);
        rc = d->name[c] ? rc : fail(w, E_NOMEM, "no memory for the cells of a data set");
    }
    for (size_t i = 0; i < r->n; i++) {
        size_t to = (*at)[i] = next[r->cell[i]]++;
        s->cell[to] = r->cell[i];
        s->row[to] = (uint32_t)(to - s->first[r->cell[i]] + 1);
        s->cycle[to] = r->cycle[i];
        s->time[to] = r->time[i];
    }
    free(next);
    return rc;
}

int dataset_moment(uint32_t flags)
{
    return flags & FADE_TARGET  ? WHEN_ANSWER
        : flags & FADE_PLANNED ? WHEN_PLANNED
        : flags & FADE_EARLY   ? WHEN_EARLY
                               : WHEN_AFTER;
}

/* The unit people read, and how to get there. */
static const char *human(const char *from, double *scale, double *offset)
{
    unit a, b;
    const char *to = units_human(from);
    *scale = 1;
    *offset = 0;
    bool good = !units_parse(from, &a, NULL) && !units_parse(to, &b, NULL) && units_convert(&a, &b, NAN, scale, offset);
    return good ? to : from;
}

static int source_columns(dataset *d, const replay *r, const size_t *at, why *w)
{
    for (size_t k = 0; k < r->ncol; k++) {
        const fade_column *c = &r->column[k], *standard = scenario_column(c->key);
        uint32_t flags = c->flags | (standard ? standard->flags & FADE_TARGET : 0);
        double scale, offset, *v = mem_zero(r->n + 1, sizeof *v);
        dataset_column like = { .key = c->key, .unit = human(c->unit, &scale, &offset), .doc = c->doc,
                                .when = dataset_moment(flags), .of_answer = flags & FADE_TARGET };
        for (size_t i = 0; v && i < r->n; i++)
            v[at[i]] = r->col[k][i] * scale + offset;
        int to = dataset_add(d, &like, v, w);
        if (to < 0)
            return -to;
    }
    return E_OK;
}

static int unknown_target(dataset *d, const char *key, const char *of_unit, why *w)
{
    size_t n = d->store->n;
    double *v = mem_zero(n + 1, sizeof *v);
    for (size_t i = 0; v && i < n; i++)
        v[i] = NAN;
    d->target =
        dataset_add(d,
                    &(dataset_column){
                        .key = key, .unit = of_unit, .doc = "Not measured.", .when = WHEN_ANSWER, .of_answer = true },
                    v, w);
    return d->target < 0 ? -d->target : E_OK;
}

static int pick_target(const scenario *s, const dataset_options *o, dataset *d, why *w)
{
    const char *key = o->target ? o->target : s->evaluate.target ? s->evaluate.target : "capacity";
    d->target = dataset_find(d, key);
    if (d->target < 0 && o->lacks)
        return unknown_target(d, key, o->lacks, w);
    if (d->target < 0) {
        const char *words[256];
        size_t n = 0;
        for (; n < d->ncol && n < 256; n++)
            words[n] = d->col[n].key;
        const char *near = text_nearest(key, words, n);
        return fail(w, E_INPUT, "source %s has no column %s to learn%s%s%s", s->source.label, key,
                    near ? " (did you mean " : "", near ? near : ": it is not in the data, or without a single number",
                    near ? "?)" : "");
    }
    d->col[d->target].when = WHEN_ANSWER;
    d->col[d->target].of_answer = true;
    return E_OK;
}

/* ---- groups ---- */

/* Do two cells have the same time stamps?  Half of the shorter one's rows are enough: one may have stopped early. */
static bool side_by_side(const dataset_store *s, size_t a, size_t b)
{
    size_t i = s->first[a], j = s->first[b], same = 0, least;
    size_t na = s->first[a + 1] - i, nb = s->first[b + 1] - j;
    least = na < nb ? na : nb;
    while (i < s->first[a + 1] && j < s->first[b + 1]) {
        bool known = s->time[i] != INT64_MIN && s->time[j] != INT64_MIN;
        same += known && s->time[i] == s->time[j];
        bool left = s->time[i] <= s->time[j], right = s->time[j] <= s->time[i];
        i += left;
        j += right;
    }
    return least > 0 && 2 * same >= least;
}

static int groups(dataset *d, why *w)
{
    const dataset_store *s = d->store;
    int col = dataset_find(d, "group");
    for (size_t c = 0; c < d->ncell; c++) {
        double v = col >= 0 && s->first[c] < s->first[c + 1] ? s->col[col][s->first[c]] : NAN;
        char number[32];
        for (size_t b = 0; col < 0 && b < c; b++)
            if (side_by_side(s, b, c)) {
                d->group[c] = d->group[b];
                break;
            }
        if (!isfinite(v))
            continue;
        text_number(v, number);
        if (!(d->group[c] = mem_arena_text(d->arena, number)))
            return fail(w, E_NOMEM, "no memory for the groups of a data set");
    }
    return E_OK;
}

int dataset_group(dataset *d, const char *said, why *w)
{
    const char *leader = NULL;
    for (const char *at = said; *at;) {
        size_t skip = strspn(at, " ,\t\n");
        at += skip;
        if (*at == ';') {
            leader = NULL;
            at++;
            continue;
        }
        size_t n = strcspn(at, " ,;\t\n"), c = 0;
        if (n == 0)
            continue;
        while (c < d->ncell && (strlen(d->name[c]) != n || strncmp(d->name[c], at, n) != 0))
            c++;
        if (c == d->ncell) {
            char *word = mem_arena_format(d->arena, "%.*s", (int)(n < 64 ? n : 64), at);
            const char *near = word ? text_nearest(word, d->name, d->ncell) : NULL;
            return fail(w, E_INPUT, "groups, column %zu: there is no cell %s%s%s%s", (size_t)(at - said) + 1,
                        word ? word : "", near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
        }
        leader = leader ? leader : d->name[c];
        d->group[c] = leader;
        at += n;
    }
    return E_OK;
}

/* ---- all of it ---- */

static void share(dataset *d)
{
    const dataset_store *s = d->store;
    d->n = s->n;
    d->cell = s->cell;
    d->row = s->row;
    d->cycle = s->cycle;
    d->time = s->time;
    d->first = s->first;
}

static int make(const scenario *s, const dataset_options *o, const replay *r, size_t **at, dataset *d, why *w)
{
    int rc = lay(d, r, at, w);
    rc = rc ? rc : source_columns(d, r, *at, w);
    if (rc)
        return rc;
    share(d);
    rc = pick_target(s, o, d, w);
    rc = rc ? rc : groups(d, w);
    if (!rc && o->physics >= 0)
        rc = dataset_law(s, o, r, *at, d, w);
    return rc || !o->where || !*o->where ? rc : dataset_keep(d, o->where, w);
}

int dataset_of_rows(const scenario *s, const dataset_options *o, const replay *r, dataset *d, why *w)
{
    size_t *at = NULL;
    d->target = d->physics = -1;
    if (o->physics >= 0 && (uint64_t)o->physics >= s->nphysics)
        return fail(w, E_INPUT, "there is no physics.%lld: the scenario has %zu", (long long)o->physics + 1,
                    s->nphysics);
    int rc = make(s, o, r, &at, d, w);
    free(at);
    return rc;
}

int dataset_read(const scenario *s, const dataset_options *o, dataset *d, why *w)
{
    replay r = { 0 };
    int rc = replay_read(s, o->stop, &r, w);
    rc = rc ? rc : dataset_of_rows(s, o, &r, d, w);
    replay_free(&r);
    return rc;
}

void dataset_free(dataset *d)
{
    dataset_store *s = d->store;
    for (size_t c = 0; c < d->ncol; c++) {
        if (s->col[c] != d->col[c].v)
            free(s->col[c]);
        free(d->col[c].v);
    }
    if (s && d->cell != s->cell) {
        free(d->cell);
        free(d->row);
        free(d->cycle);
        free(d->time);
        free(d->first);
    }
    if (s) {
        free(s->cell);
        free(s->row);
        free(s->cycle);
        free(s->time);
        free(s->first);
        free(s->col);
        free(s->kept);
    }
    free(s);
    free(d->col);
    free(d->name);
    free(d->group);
    mem_arena_close(d->arena);
    *d = (dataset){ 0 };
}

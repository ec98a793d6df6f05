/* SPDX-License-Identifier: MIT
 * split_rows.c - the rows of each fold, made one fold at a time: a rolling origin has as many folds as rows.
 */
#include "core/study/split_rows.h"
#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STREAM = 0x73706c };

typedef struct asked { size_t from, to; } asked;  /* rows of a cell, counted within it */

static size_t rows_of(const split_rows *k, size_t cell)
{
    return k->at.first[cell + 1] - k->at.first[cell];
}

/* ---- which rows a fold asks of a cell; `known` at its beginning ---- */

static asked behind(const split_rows *k, size_t i, size_t cell, size_t *known)
{
    size_t n = rows_of(k, cell), origin = (size_t)split_origin(&k->s, n);
    if (k->s.kind == SPLIT_ROLLING) {
        origin += i * (size_t)k->s.every;
        *known = origin < n ? origin : n;
        size_t to = k->s.ahead < n - *known ? *known + (size_t)k->s.ahead : n;
        return (asked){ *known, to };
    }
    *known = origin;
    return (asked){ origin, n };
}

static bool is_held(const split_rows *k, size_t i, size_t cell)
{
    const char *const *by = k->s.kind == SPLIT_GROUPS ? k->at.group : k->at.name;
    return strcmp(by[cell], by[k->held[i]]) == 0;
}

static asked left_out(const split_rows *k, size_t i, size_t cell, size_t *known)
{
    size_t n = rows_of(k, cell);
    bool held = is_held(k, i, cell);
    *known = held ? 0 : n;
    return (asked){ 0, held ? n : 0 };
}

static void put(split_fold *f, size_t row, double horizon, bool test)
{
    if (!test) {
        f->train[f->ntrain++] = row;
        return;
    }
    f->horizon[f->ntest] = horizon;
    f->test[f->ntest++] = row;
}

/* A row by its cell's name and place, so that the draw of one cell does not hang on which others are there. */
static bool drawn(const split_rows *k, size_t cell, size_t i)
{
    return random_uniform(k->seed, text_hash(k->at.name[cell]), i, STREAM) < k->s.fraction;
}

static void at_random(split_rows *k)
{
    for (size_t cell = 0; cell < k->at.ncell; cell++) {
        k->fold.origin[cell] = 0;
        for (size_t row = k->at.first[cell]; row < k->at.first[cell + 1]; row++)
            if (isfinite(k->at.target[row]))
                put(&k->fold, row, 0, drawn(k, cell, row - k->at.first[cell]));
    }
}

static void in_ranges(split_rows *k, size_t i)
{
    bool time = split_in_time(&k->s);
    for (size_t cell = 0; cell < k->at.ncell; cell++) {
        size_t known = 0, first = k->at.first[cell];
        asked a = time ? behind(k, i, cell, &known) : left_out(k, i, cell, &known);
        k->fold.origin[cell] = known;
        for (size_t row = 0; row < known; row++)
            if (isfinite(k->at.target[first + row]))
                put(&k->fold, first + row, 0, false);
        for (size_t row = a.from; row < a.to; row++)
            if (isfinite(k->at.target[first + row]))
                put(&k->fold, first + row, time ? (double)(row + 1 - known) : 0, true);
    }
}

static void name_fold(split_rows *k, size_t i)
{
    split_fold *f = &k->fold;
    const char *const *by = k->s.kind == SPLIT_GROUPS ? k->at.group : k->at.name;
    if (k->held)
        snprintf(f->name, sizeof f->name, "%s", by[k->held[i]]);
    else if (k->s.kind == SPLIT_ROLLING)
        snprintf(f->name, sizeof f->name, "origin %zu", i + 1);
    else
        split_say(&k->s, f->name);
}

const split_fold *split_rows_fold(split_rows *k, size_t i)
{
    k->fold.ntrain = k->fold.ntest = 0;
    name_fold(k, i);
    if (k->s.kind == SPLIT_RANDOM)
        at_random(k);
    else
        in_ranges(k, i);
    return &k->fold;
}

/* ---- opening ---- */

static int list_held(split_rows *k, why *w)
{
    bool groups = k->s.kind == SPLIT_GROUPS;
    k->held = mem_zero(k->at.ncell + 1, sizeof *k->held);
    if (!k->held)
        return fail(w, E_NOMEM, "no memory for the cells of a split");
    for (size_t cell = 0; cell < k->at.ncell; cell++) {
        bool seen = false;
        for (size_t i = 0; i < k->nheld && groups && !seen; i++)
            seen = is_held(k, i, cell);
        if (!seen)
            k->held[k->nheld++] = cell;
    }
    k->nfold = k->nheld;
    return k->nheld > 1 ? E_OK
                        : fail(w, E_INPUT, "split \"%s\": there is one %s only, %s, and nothing left to learn from",
                               groups ? "groups" : "cells", groups ? "group" : "cell",
                               k->at.ncell ? (groups ? k->at.group : k->at.name)[0] : "none");
}

static size_t origins(const split_rows *k)
{
    size_t most = 1;
    for (size_t cell = 0; cell < k->at.ncell; cell++) {
        size_t n = rows_of(k, cell), origin = (size_t)split_origin(&k->s, n);
        size_t here = n > origin ? (n - origin - 1) / (size_t)k->s.every + 1 : 0;
        most = here > most ? here : most;
    }
    return most;
}

static int something_asked(split_rows *k, why *w)
{
    char said[64];
    size_t longest = 0;
    for (size_t i = 0; i < k->nfold; i++)
        if (split_rows_fold(k, i)->ntest)
            return E_OK;
    for (size_t cell = 0; cell < k->at.ncell; cell++)
        longest = rows_of(k, cell) > longest ? rows_of(k, cell) : longest;
    split_say(&k->s, said);
    return fail(w, E_INPUT, "split \"%s\" leaves no measured row to ask for: the longest of %zu cells has %zu rows",
                said, k->at.ncell, longest);
}

int split_rows_open(const split_spec *s, const split_layout *at, uint64_t seed, split_rows *out, why *w)
{
    *out = (split_rows){ .s = *s, .at = *at, .seed = seed, .nfold = 1 };
    split_fold *f = &out->fold;
    f->train = mem_zero(at->n + 1, sizeof *f->train);
    f->test = mem_zero(at->n + 1, sizeof *f->test);
    f->horizon = mem_zero(at->n + 1, sizeof *f->horizon);
    f->origin = mem_zero(at->ncell + 1, sizeof *f->origin);
    if (!f->train || !f->test || !f->horizon || !f->origin)
        return fail(w, E_NOMEM, "no memory to split %zu rows", at->n);
    int rc = E_OK;
    if (s->kind == SPLIT_CELLS || s->kind == SPLIT_GROUPS)
        rc = list_held(out, w);
    else if (s->kind == SPLIT_ROLLING)
        out->nfold = origins(out);
    return rc ? rc : something_asked(out, w);
}

void split_rows_close(split_rows *k)
{
    free(k->fold.train);
    free(k->fold.test);
    free(k->fold.horizon);
    free(k->fold.origin);
    free(k->held);
    *k = (split_rows){ 0 };
}

/* SPDX-License-Identifier: MIT
 * sweep_check.c - what a plan must hold before anything runs: points that differ, columns that are there, blocks of a
 * fair size.
 */
#include "core/base/mem.h"
#include "core/base/service.h"
#include "core/study/study.h"
#include "core/study/sweep_inside.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- equal points ---- */

typedef struct seen {                             /* ids met so far: open addressing */
    uint64_t *id;
    uint32_t *point;                              /* + 1; 0: free */
    size_t    n;                                  /* a power of two */
} seen;

static int seen_open(seen *k, uint64_t points, why *w)
{
    *k = (seen){ .n = 64 };
    while (k->n < points * 2)
        k->n *= 2;
    k->id = mem_zero(k->n, sizeof *k->id);
    k->point = mem_zero(k->n, sizeof *k->point);
    return k->id && k->point ? E_OK
                             : fail(w, E_NOMEM, "no memory for the ids of %llu cases", (unsigned long long)points);
}

static int keep_equal(sweep *s, uint64_t point, why *w)
{
    if ((s->nequal & (s->nequal - 1)) == 0) {     /* a power of two, or none: it is full */
        uint32_t *more = mem_grow(s->equal, s->nequal ? s->nequal * 2 : 1, sizeof *more);
        if (!more)
            return fail(w, E_NOMEM, "no memory for %llu equal points", (unsigned long long)s->nequal + 1);
        s->equal = more;
    }
    s->equal[s->nequal++] = (uint32_t)point;
    return E_OK;
}

/* Two points with one id: are they the same?  If not, they cannot be told apart by it. */
static int same_values(const sweep *s, uint64_t a, uint64_t b, why *w)
{
    axis_value v[AXIS_MOST];
    text one = { 0 }, other = { 0 };
    int rc = sweep_values(s, a, v, w);
    sweep_canonical(s, v, &one);
    rc = rc ? rc : sweep_values(s, b, v, w);
    sweep_canonical(s, v, &other);
    if (!rc && strcmp(text_of(&one), text_of(&other)) != 0)
        rc = fail(w, E_INPUT, "points %llu and %llu differ but get the same id: take another [sweep] seed",
                  (unsigned long long)a, (unsigned long long)b);
    text_free(&one);
    text_free(&other);
    return rc;
}

static int look_at(sweep *s, seen *k, uint64_t point, why *w)
{
    axis_value v[AXIS_MOST];
    char id[SWEEP_ID];
    int rc = sweep_values(s, point, v, w);
    rc = rc ? rc : sweep_id(s, v, id, w);
    if (rc)
        return rc;
    uint64_t bits = strtoull(id, NULL, 16);
    size_t at = bits & (k->n - 1);
    for (; k->point[at]; at = (at + 1) & (k->n - 1))
        if (k->id[at] == bits) {
            rc = same_values(s, k->point[at] - 1, point, w);
            return rc ? rc : keep_equal(s, point, w);
        }
    k->id[at] = bits;
    k->point[at] = (uint32_t)point + 1;
    return E_OK;
}

int sweep_find_equal(sweep *s, why *w)
{
    seen k;
    s->nequal = 0;
    int rc = seen_open(&k, s->points, w);
    for (uint64_t i = 0; i < s->points && !rc; i++)
        rc = look_at(s, &k, i, w);
    free(k.id);
    free(k.point);
    return rc;
}

int sweep_leave_out(sweep *s, why *w)
{
    s->n = s->points - s->nequal;
    if (!s->nequal)
        return E_OK;
    uint32_t *point = mem_zero(s->n + 1, sizeof *point);
    if (!point)
        return fail(w, E_NOMEM, "no memory for %llu cases", (unsigned long long)s->n);
    uint64_t n = 0, out = 0;
    for (uint64_t i = 0; i < s->points; i++)
        if (out < s->nequal && s->equal[out] == i)
            out++;
        else
            point[n++] = (uint32_t)i;
    s->point = point;
    return E_OK;
}

/* ---- columns ---- */

static bool is_column(const fade_column *c, const char *key, bool physics)
{
    return physics ? text_starts(c->key, "physics_") && strcmp(c->key + 8, key) == 0 : strcmp(c->key, key) == 0;
}

const fade_column *sweep_column_of(const fade_column *column, size_t n, const char *key)
{
    for (int physics = 1; physics >= 0; physics--)
        for (size_t i = 0; i < n; i++)
            if (is_column(&column[i], key, physics))
                return &column[i];
    return NULL;
}

/* "capacity@1000" of a column in Ah is "capacity_ah@1000", as columns in files are called. */
static void name_of(sweep_collect *c, const char *unit_text)
{
    char made[96];
    fade_column named = { .key = c->key, .unit = unit_text };
    snprintf(c->unit, sizeof c->unit, "%s", unit_text);
    service_text()->name(&named, made);
    if (c->cycle)
        snprintf(c->name, sizeof c->name, "%s@%llu", made, (unsigned long long)c->cycle);
    else
        snprintf(c->name, sizeof c->name, "%s", made);
}

static const char *unit_of_life(int kind)
{
    return kind == COLLECT_FIRST || kind == COLLECT_CAPACITY ? "Ah" : "";
}

/* Names what the row table of one group has; how many columns are still unknown. */
static size_t name_columns(sweep *s, const fade_column *column, size_t n)
{
    size_t unknown = 0;
    for (size_t i = 0; i < s->ncollect; i++) {
        sweep_collect *c = &s->collect[i];
        if (c->kind == COLLECT_END || c->kind == COLLECT_SCORE || c->known)
            continue;
        const fade_column *of = c->kind == COLLECT_ROW ? sweep_column_of(column, n, c->key) : NULL;
        c->known = c->kind != COLLECT_ROW || of;
        unknown += !c->known;
        if (c->known)
            name_of(c, of ? of->unit : unit_of_life(c->kind));
    }
    return unknown;
}

static void complain_unknown(const sweep *s, const fade_column *column, size_t n, tree_problems *p)
{
    const char *words[512];
    size_t nword = 0;
    for (size_t k = 0; k < n && nword < 512; k++)
        words[nword++] = text_starts(column[k].key, "physics_") ? column[k].key + 8 : column[k].key;
    for (size_t i = 0; i < s->ncollect; i++) {
        const sweep_collect *c = &s->collect[i];
        if (c->kind != COLLECT_ROW || c->known)
            continue;
        const char *near = text_nearest(c->key, words, nword);
        tree_complain(p, c->node, E_INPUT, "[sweep] collect: there is no column %s%s%s%s", c->key,
                      near ? ", did you mean " : "", near ? near : "", near ? "?" : "");
    }
}

/* The row table of one group.  Of the first one failures are told; of others they are their cases'. */
static int look_at_group(sweep *s, uint64_t group, size_t *unknown, tree_problems *p, why *w)
{
    enum { ENOUGH = 16 };                         /* groups that are looked at */
    axis_value v[AXIS_MOST];
    sweep_group g = { 0 };
    engine *e = NULL;
    tree_problems own = { 0 };
    why quiet = { 0 }, *said = group ? &quiet : w;
    int rc = sweep_values(s, sweep_case_at(s, s->group_first[group]), v, said);
    rc = rc ? rc : sweep_open_group(s, v, 1, &g.s, &g.hooks, &g.keep, said);
    g.open = rc == E_OK;
    engine_options o = { .study = study_table(), .hooks = g.hooks };
    rc = rc ? rc : engine_open(g.s, &o, &e, group ? &own : p, said);
    const fade_column *column = NULL;
    size_t n = e ? engine_row_columns(e, &column) : 0;
    if (!rc) {
        *unknown = name_columns(s, column, n);
        if (*unknown && (group + 1 == s->ngroup || group + 1 == ENOUGH))
            complain_unknown(s, column, n, p);
    }
    tree_problems_free(&own);
    engine_close(e);
    sweep_group_close(s, &g);
    return rc == E_NOMEM || !group ? rc : E_OK;
}

int sweep_check_columns(sweep *s, tree_problems *p, why *w)
{
    size_t unknown = 1;
    int rc = E_OK;
    for (uint64_t g = 0; g < s->ngroup && g < 16 && unknown && !rc; g++)
        rc = look_at_group(s, g, &unknown, p, w);
    for (size_t i = 0; i < s->ncollect && !rc; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(s->collect[i].name, s->collect[k].name) == 0)
                tree_complain(p, s->collect[i].node, E_INPUT, "[sweep] collects %s twice", s->collect[i].name);
    return rc;
}

/* ---- blocks ---- */

/* So many that a block is a fraction of a second of work (cycles of a cell model are dear), yet 64 blocks where there
 * are cases enough to share them out; smaller ones where a case may hang. */
uint64_t sweep_block_size(const sweep *s)
{
    enum { LEAST = 64, MOST = 16384, APART = 256 };
    const scenario *sc = s->s;
    double rows = (double)(sc->cycles ? sc->cycles : 1000) * (double)sc->nphysics * (sc->protocol.cycle.n ? 1000 : 1);
    double work = 2e7 / rows;
    uint64_t by_work = work > MOST ? MOST : work < LEAST ? LEAST : (uint64_t)work;
    uint64_t by_count = s->n / LEAST < 128 ? 128 : s->n / LEAST;
    uint64_t most = by_work < by_count ? by_work : by_count;
    if (s->isolate || s->timeout > 0)
        most = most < APART ? most : APART;
    return (most + 7) / 8 * 8;
}

/* SPDX-License-Identifier: MIT
 * sweep_case.c - cases: their values, ids, and the groups and blocks they are run in.
 *
 * Cases that agree in all that changes the structure form a group, in the order in which groups are first met; a block
 * is so many consecutive cases of one group.  All of it follows from the plan alone.
 */
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/base/sha256.h"
#include "core/study/sweep_inside.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int call(void *ctx, const tree_node *function, const char *const *name, const double *value, size_t n,
                double *out, why *w)
{
    const sweep *s = ctx;
    if (!s->host->call)
        return fail(w, E_INPUT, "an axis is a function, and nobody here can call it");
    return s->host->call(s->host->ctx, s->keep, function, name, value, n, out, w);
}

int sweep_values(const sweep *s, uint64_t number, axis_value *out, why *w)
{
    uint64_t point = s->point ? s->point[number] : number;
    return axis_point(s->axes, s->design, point, call, (void *)(uintptr_t)s, out, w);
}

/* A value as --set takes it: as written, or the number in the declared unit. */
static void add_value(const axis_value *v, text *t)
{
    char number[32];
    if (v->node) {
        tree_inline(v->node, t);
        return;
    }
    text_number(v->real, number);
    text_add(t, number);
}

/* The text an id is the hash of: the same value in any way of writing gives the same. */
static void canonical(const axis_value *v, const char *unit_text, text *t)
{
    char number[32];
    if (isnan(v->real)) {
        add_value(v, t);
        return;
    }
    text_addn(t, number, text_number(v->real, number));
    text_addc(t, ' ');
    text_add(t, unit_text);
}

int sweep_order_keys(sweep *s, why *w)
{
    s->by_key = mem_zero(s->axes->n + 1, sizeof *s->by_key);
    if (!s->by_key)
        return fail(w, E_NOMEM, "no memory for %zu axes", s->axes->n);
    for (uint32_t i = 0; i < s->axes->n; i++) {
        uint32_t at = i;
        for (; at && strcmp(s->axes->at[s->by_key[at - 1]].key, s->axes->at[i].key) > 0; at--)
            s->by_key[at] = s->by_key[at - 1];
        s->by_key[at] = i;
    }
    return E_OK;
}

/* By key: the order of the axes does not matter. */
void sweep_canonical(const sweep *s, const axis_value *v, text *t)
{
    for (size_t k = 0; k < s->axes->n; k++) {
        size_t i = s->by_key[k];
        text_add(t, s->axes->at[i].key);
        text_addc(t, '=');
        canonical(&v[i], s->axis_unit[i], t);
        text_addc(t, '\n');
    }
}

int sweep_id(const sweep *s, const axis_value *v, char out[SWEEP_ID], why *w)
{
    sha256 h;
    char hex[65];
    text t = { 0 };
    sweep_canonical(s, v, &t);
    sha256_start(&h);
    sha256_add(&h, text_of(&t), t.n);
    sha256_end(&h, hex);
    memcpy(out, hex, SWEEP_ID - 1);
    out[SWEEP_ID - 1] = '\0';
    bool failed = t.failed;
    text_free(&t);
    return failed ? fail(w, E_NOMEM, "no memory for the id of a case") : E_OK;
}

/* ---- groups ---- */

typedef struct grouping {
    uint32_t *of;                                 /* [n] group of each case */
    char    **key;                                /* [n groups] structure of it, as text */
    size_t    n, cap;
    uint32_t *index;                              /* open addressing: group + 1 */
    size_t    nindex;
} grouping;

static void grouping_free(grouping *g)
{
    for (size_t i = 0; i < g->n; i++)
        free(g->key[i]);
    free(g->key);
    free(g->of);
    free(g->index);
}

static int grow(grouping *g, why *w)
{
    size_t cap = g->cap ? g->cap * 2 : 64;
    char **key = mem_grow(g->key, cap, sizeof *key);
    if (key)
        g->key = key;
    uint32_t *index = key ? mem_zero(cap * 4, sizeof *index) : NULL;
    if (!index)
        return fail(w, E_NOMEM, "no memory for %zu groups of cases", cap);
    free(g->index);
    g->index = index;
    g->nindex = cap * 4;
    g->cap = cap;
    for (size_t i = 0; i < g->n; i++) {
        size_t k = text_hash(g->key[i]) & (g->nindex - 1);
        while (index[k])
            k = (k + 1) & (g->nindex - 1);
        index[k] = (uint32_t)i + 1;
    }
    return E_OK;
}

static int find_group(grouping *g, const char *key, uint32_t *out, why *w)
{
    if (g->n == g->cap && grow(g, w))
        return E_NOMEM;
    size_t k = text_hash(key) & (g->nindex - 1);
    for (; g->index[k]; k = (k + 1) & (g->nindex - 1))
        if (strcmp(g->key[g->index[k] - 1], key) == 0) {
            *out = g->index[k] - 1;
            return E_OK;
        }
    g->key[g->n] = mem_dup(key);
    if (!g->key[g->n])
        return fail(w, E_NOMEM, "no memory for %zu groups of cases", g->n + 1);
    *out = (uint32_t)g->n++;
    g->index[k] = *out + 1;
    return E_OK;
}

static int group_all(sweep *s, grouping *g, why *w)
{
    axis_value v[AXIS_MOST];
    text t = { 0 };
    int rc = E_OK;
    for (uint64_t i = 0; i < s->n && !rc; i++) {
        rc = sweep_values(s, i, v, w);
        t.n = 0;
        for (size_t k = 0; k < s->axes->n && !rc; k++)
            if (s->use[k].where == USE_STRUCTURE) {
                canonical(&v[k], s->axis_unit[k], &t);
                text_addc(&t, '\n');
            }
        rc = rc ? rc : find_group(g, text_of(&t), &g->of[i], w);
    }
    text_free(&t);
    return rc;
}

/* Counting sort: the cases of each group together, in their own order. */
static int sort_cases(sweep *s, const grouping *g, why *w)
{
    s->ngroup = g->n;
    s->order = mem_zero(s->n, sizeof *s->order);
    s->group_first = mem_zero(g->n + 2, sizeof *s->group_first);
    if (!s->order || !s->group_first)
        return fail(w, E_NOMEM, "no memory for %llu cases", (unsigned long long)s->n);
    for (uint64_t i = 0; i < s->n; i++)
        s->group_first[g->of[i] + 2]++;
    for (size_t k = 2; k < g->n + 2; k++)
        s->group_first[k] += s->group_first[k - 1];
    for (uint64_t i = 0; i < s->n; i++)
        s->order[s->group_first[g->of[i] + 1]++] = i;
    return E_OK;
}

static int cut_blocks(sweep *s, why *w)
{
    s->nblock = 0;
    for (uint64_t g = 0; g < s->ngroup; g++)
        s->nblock += (s->group_first[g + 1] - s->group_first[g] + s->most - 1) / s->most;
    s->block = mem_zero(s->nblock + 1, sizeof *s->block);
    if (!s->block)
        return fail(w, E_NOMEM, "no memory for %llu blocks", (unsigned long long)s->nblock);
    uint64_t b = 0;
    for (uint64_t g = 0; g < s->ngroup; g++)
        for (uint64_t at = s->group_first[g]; at < s->group_first[g + 1]; at += s->most) {
            uint64_t left = s->group_first[g + 1] - at;
            s->block[b] = (sweep_block){ b, g, at, left < s->most ? left : s->most, 0 };
            b++;
        }
    return E_OK;
}

int sweep_groups(sweep *s, why *w)
{
    grouping g = { 0 };
    int rc = E_OK;
    if (s->structured) {
        g.of = mem_zero(s->n, sizeof *g.of);
        rc = g.of ? group_all(s, &g, w) : fail(w, E_NOMEM, "no memory for %llu cases", (unsigned long long)s->n);
        rc = rc ? rc : sort_cases(s, &g, w);
        grouping_free(&g);
    } else {
        s->ngroup = 1;
        s->group_first = mem_zero(2, sizeof *s->group_first);
        if (!s->group_first)
            return fail(w, E_NOMEM, "no memory for a sweep");
        s->group_first[1] = s->n;
    }
    return rc ? rc : cut_blocks(s, w);
}

uint64_t sweep_case_at(const sweep *s, uint64_t place) { return s->order ? s->order[place] : place; }

/* ---- the scenario of a group ---- */

/* A file's name as the scenario means it; what is set is meant from the working directory. */
static int add_path(const sweep *s, const tree_node *node, text *t, why *w)
{
    char *path = file_beside(s->file, node->text);
    if (!path)
        return fail(w, E_NOMEM, "no memory for the settings of a case");
    json_quote(t, path);
    free(path);
    return E_OK;
}

/* Axis i as --set takes it. */
static char *setting(const sweep *s, size_t i, const axis_value *v, why *w)
{
    text t = { 0 };
    int rc = E_OK;
    sweep_set_key(s->s, s->axes->at[i].key, &t);
    text_addc(&t, '=');
    if (s->use[i].path && v->node && v->node->kind == TREE_TEXT && !strchr("/$", *v->node->text))
        rc = add_path(s, v->node, &t, w);
    else
        add_value(v, &t);
    char *made = text_take(&t);
    if (!made && !rc)
        fail(w, E_NOMEM, "no memory for the settings of a case");
    if (!rc)
        return made;
    free(made);
    return NULL;
}

int sweep_open_group(const sweep *s, const axis_value *v, int threads, scenario **out, const engine_hooks **hooks,
                     void **keep, why *w)
{
    size_t n = s->nset, most = s->nset + s->axes->n + 1;
    char **set = mem_zero(most, sizeof *set);
    tree_problems p = { 0 };
    int rc = set ? E_OK : fail(w, E_NOMEM, "no memory for the settings of a case");
    for (size_t i = 0; i < s->nset && !rc; i++)
        set[i] = s->set[i];
    for (size_t i = 0; i < s->axes->n && !rc; i++) {
        if (s->use[i].where != USE_STRUCTURE)
            continue;
        set[n] = setting(s, i, &v[i], w);
        rc = set[n++] ? E_OK : w->code;
    }
    char number[40];
    snprintf(number, sizeof number, "run.threads=%d", threads);
    if (!rc && threads)
        set[n++] = number;
    scenario_options o = { .set = (const char *const *)set, .nset = n };
    if (!rc)
        rc = s->host->open(s->host->ctx, s->file, s->text, &o, out, hooks, keep, &p, w);
    tree_problems_free(&p);
    for (size_t i = s->nset; set && i < n; i++)
        if (set[i] != number)
            free(set[i]);
    free(set);
    return rc;
}

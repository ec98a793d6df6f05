/* SPDX-License-Identifier: MIT
 * result_life.c - how each cell of a result fared under each variant: from its rows, and from what result.json says.
 */
#include "core/base/mem.h"
#include "core/scenario/toml.h"
#include "core/study/frame.h"
#include "core/study/health.h"
#include <stdlib.h>
#include <string.h>

/* ---- the scenario's end of life ---- */

static void read_health(const tree_node *root, double *eol, uint64_t *hold)
{
    const tree_node *health = tree_get(root, "health"), *n = tree_get(health, "preset");
    if (n && n->kind == TREE_TEXT && strcmp(n->text, "nasa") == 0)
        *eol = 0.7;                                     /* docs/keys.md */
    n = tree_get(health, "eol");
    double v;
    if (n && (n->kind == TREE_REAL || n->kind == TREE_INT))
        *eol = n->real;
    else if (n && n->kind == TREE_TEXT && units_quantity(n->text, "1", NAN, &v, NULL) == E_OK)
        *eol = v;
    n = tree_get(health, "hold");
    if (n && n->kind == TREE_INT && n->integer > 0)
        *hold = (uint64_t)n->integer;
}

double result_eol(const result *r, uint64_t *hold)
{
    double eol = 0.8;
    uint64_t below = 1;
    tree *t = r->scenario ? tree_open() : NULL;
    tree_problems p = { 0 };
    tree_node *root;
    if (t && toml_parse(t, "scenario.toml", r->scenario, strlen(r->scenario), &p, &root) == E_OK)
        read_health(root, &eol, &below);
    tree_problems_free(&p);
    tree_close(t);
    if (hold)
        *hold = below;
    return eol;
}

/* ---- when: a ULID's first ten letters are milliseconds ---- */

int64_t result_started(const result *r)
{
    static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    const char *id = json_string_value(json_object_get(r->about, "run"));
    int64_t ms = 0;
    if (!id || strlen(id) != 26)
        return INT64_MIN;
    for (int i = 0; i < 10; i++) {
        const char *at = strchr(letters, id[i]);
        if (!at)
            return INT64_MIN;
        ms = ms * 32 + (at - letters);
    }
    return ms < INT64_MAX / 1000 / 1000 ? ms * 1000 : INT64_MIN;
}

/* ---- lives ---- */

typedef struct gather {
    const result *r;
    result_life  *life;
    size_t        n, cap;
    uint32_t     *at;                                   /* [ncell * nvariant]: number + 1 */
    health_watch *watch;                                /* [n]: what its rows tell of the end of life */
    double        eol;
    uint64_t      hold;
} gather;

static result_life *add_life(gather *g, const char *cell, const char *variant)
{
    if (g->n == g->cap) {
        size_t cap = g->cap ? 2 * g->cap : 16;
        result_life *more = mem_grow(g->life, cap, sizeof *more);
        if (!more)
            return NULL;
        g->life = more;
        health_watch *watch = mem_grow(g->watch, cap, sizeof *watch);
        if (!watch)
            return NULL;
        g->watch = watch;
        g->cap = cap;
    }
    g->watch[g->n] = health_open(g->eol, g->hold);
    g->life[g->n] = (result_life){ .cell = cell, .variant = variant, .first = SIZE_MAX, .last = SIZE_MAX, .cycle = -1,
                                   .first_ah = NAN, .last_ah = NAN, .hybrid_ah = NAN, .observed_ah = NAN, .soh = NAN,
                                   .eol = NAN, .eol_least = NAN, .eol_seconds = NAN };
    return &g->life[g->n++];
}

static void keep(const frame *f, int column, size_t row, double *out)
{
    if (column >= 0 && !isnan(f->col[column].v[row]))
        *out = f->col[column].v[row];
}

/* State of health of a row: the corrected prediction's where there is one, else the physics'. */
static double soh_of(const frame *f, const int column[3], size_t row)
{
    double v[3];
    for (int k = 0; k < 3; k++)
        v[k] = column[k] >= 0 ? f->col[column[k]].v[row] : NAN;
    double corrected = v[0] * (v[2] / v[1]);
    return isfinite(corrected) ? corrected : v[0];
}

/* As the engine counts it. */
static void take_watch(result_life *l, const health_watch *h)
{
    l->eol = h->reached ? h->end.cycle : NAN;
    l->eol_seconds = h->reached ? h->end.seconds : NAN;
    l->eol_least = h->reached ? NAN : h->below ? h->end.cycle : h->last.cycle;
}

static int gather_rows(gather *g, why *w)
{
    const frame *f = &g->r->rows;
    int capacity = frame_find(f, "capacity"), physics = frame_find(f, "physics_capacity");
    int hybrid = frame_find(f, "hybrid_capacity"), time = frame_find(f, "test_time");
    const int health[3] = { frame_find(f, "soh"), physics, hybrid };
    for (size_t i = 0; i < f->n; i++) {
        uint32_t *at = &g->at[(size_t)f->cell[i] * f->nvariant + f->variant[i]];
        if (!*at) {
            if (!add_life(g, f->cell_name[f->cell[i]], f->variant_name[f->variant[i]]))
                return fail(w, E_NOMEM, "no memory for the lives of %zu cells", f->ncell);
            *at = (uint32_t)g->n;
            g->life[g->n - 1].first = i;
            keep(f, physics >= 0 ? physics : capacity, i, &g->life[g->n - 1].first_ah);
        }
        result_life *l = &g->life[*at - 1];
        l->last = i;
        l->rows++;
        l->cycle = f->cycle[i];
        keep(f, physics >= 0 ? physics : capacity, i, &l->last_ah);
        keep(f, hybrid, i, &l->hybrid_ah);
        keep(f, physics >= 0 ? capacity : -1, i, &l->observed_ah);
        double soh = soh_of(f, health, i);
        l->soh = isnan(soh) ? l->soh : soh;
        health_row(&g->watch[*at - 1],
                   &(health_point){ (double)f->cycle[i], NAN, time >= 0 ? f->col[time].v[i] : NAN, soh });
    }
    for (size_t i = 0; i < g->n; i++)
        take_watch(&g->life[i], &g->watch[i]);
    return E_OK;
}

static const char *said(const json_t *lane, const char *key)
{
    return json_string_value(json_object_get(lane, key));
}

static double number(const json_t *lane, const char *key)
{
    const json_t *v = json_object_get(lane, key);
    return json_is_number(v) ? json_number_value(v) : NAN;
}

/* What the run itself counted rules: it saw every row.  It counted the physics. */
static void take_lane(result_life *l, const json_t *lane)
{
    double eol = isnan(l->hybrid_ah) ? number(lane, "end_of_life_cycle") : l->eol;
    l->eol_seconds = eol == l->eol ? l->eol_seconds : NAN;
    l->eol = eol;
    if (!isnan(l->eol))
        l->eol_least = NAN;
    else if (isnan(l->eol_least) && l->cycle >= 0)
        l->eol_least = (double)l->cycle;
    l->end = said(lane, "end");
    l->reason = said(lane, "reason");
}

/* Variants of a physics are called as it, or PHYSICS+CORRECTOR. */
static bool is_variant_of(const char *variant, const char *physics)
{
    size_t n = strlen(physics);
    return strncmp(variant, physics, n) == 0 && (!variant[n] || variant[n] == '+');
}

static void join_lane(gather *g, const json_t *lane)
{
    const frame *f = &g->r->rows;
    const char *cell = said(lane, "cell"), *physics = said(lane, "physics");
    int64_t c = cell ? frame_cell(f, cell) : -1;
    for (size_t v = 0; c >= 0 && physics && v < f->nvariant; v++) {
        uint32_t at = g->at[(size_t)c * f->nvariant + v];
        if (at && (is_variant_of(f->variant_name[v], physics) || !*f->variant_name[v]))
            take_lane(&g->life[at - 1], lane);
    }
}

/* A result that keeps no rows: what result.json says is all there is. */
static int lane_alone(gather *g, const json_t *lane, why *w)
{
    const char *cell = said(lane, "cell"), *physics = said(lane, "physics");
    result_life *l = cell && physics ? add_life(g, cell, physics) : NULL;
    if (!l)
        return cell && physics ? fail(w, E_NOMEM, "no memory for the lives of a result") : E_OK;
    double rows = number(lane, "rows"), end = number(lane, "end_cycle");
    l->rows = rows > 0 && rows < 1e15 ? (size_t)rows : 0;
    l->cycle = end > 0 && end < 1e15 ? (int64_t)end : (int64_t)l->rows;
    l->first_ah = number(lane, "first_capacity_ah");
    l->last_ah = number(lane, "capacity_ah");
    take_lane(l, lane);
    return E_OK;
}

/* Variants of a cell stand together, cells in the order they came. */
static int order(gather *g, why *w)
{
    const frame *f = &g->r->rows;
    result_life *sorted = mem_zero(g->n + 1, sizeof *sorted);
    if (!sorted)
        return fail(w, E_NOMEM, "no memory for the lives of %zu cells", f->ncell);
    size_t n = 0;
    for (size_t i = 0; i < f->ncell * f->nvariant; i++)
        if (g->at[i])
            sorted[n++] = g->life[g->at[i] - 1];
    free(g->life);
    g->life = sorted;
    return E_OK;
}

int result_lives(const result *r, result_life **out, size_t *n, why *w)
{
    gather g = { .r = r };
    const frame *f = &r->rows;
    const json_t *lanes = json_object_get(r->about, "lanes"), *lane;
    size_t i;
    int rc = E_OK;
    g.eol = result_eol(r, &g.hold);
    g.at = mem_zero(f->ncell * f->nvariant + 1, sizeof *g.at);
    if (!g.at)
        rc = fail(w, E_NOMEM, "no memory for the lives of %zu cells", f->ncell);
    if (!rc)
        rc = gather_rows(&g, w);
    json_array_foreach(lanes, i, lane) {
        if (rc)
            break;
        if (f->n)
            join_lane(&g, lane);
        else
            rc = lane_alone(&g, lane, w);
    }
    if (!rc && f->n)
        rc = order(&g, w);
    free(g.at);
    free(g.watch);
    if (rc)
        free(g.life);
    *out = rc ? NULL : g.life;
    *n = rc ? 0 : g.n;
    return rc;
}

/* SPDX-License-Identifier: MIT
 * compare_follow.c - the rows of a run as they pass: when each forecast says that a cell's life ends, what its fade is
 * made of, and some rows for pictures.  A few numbers per cell and model, however many rows there are.
 */
#include "core/base/mem.h"
#include "core/study/compare_inside.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

void compare_crossing(crossing *c, double soh, double eol, uint64_t hold, int64_t cycle)
{
    if (c->reached || isnan(soh))
        return;
    if (!(soh < eol)) {
        c->below = 0;
        return;
    }
    if (c->below++ == 0)
        c->since = cycle;
    if (c->below >= (hold ? hold : 1)) {
        c->cycle = c->since;
        c->reached = true;
    }
}

/* ---- opened, closed ---- */

const char *compare_follow_variant(const follow *f, size_t physics, size_t corrector)
{
    return f->variant[physics * f->nvariant + corrector];
}

static int name_variants(follow *f, why *w)
{
    const scenario *sc = f->sc;
    f->nvariant = sc->ncorrector ? sc->ncorrector : 1;
    f->variant = mem_zero(sc->nphysics * f->nvariant + 1, sizeof *f->variant);
    f->own = mem_zero(sc->nphysics * f->nvariant + 1, sizeof *f->own);
    if (!f->variant || !f->own)
        return fail(w, E_NOMEM, "no memory to follow a run");
    for (size_t i = 0; i < sc->nphysics * f->nvariant; i++) {
        text t = { 0 };
        text_add(&t, sc->physics[i / f->nvariant].label);
        if (sc->ncorrector)
            text_addf(&t, "+%s", sc->corrector[i % f->nvariant].part.label);
        f->variant[i] = f->own[i] = text_take(&t);
        if (!f->own[i])
            return fail(w, E_NOMEM, "no memory to follow a run");
    }
    return E_OK;
}

int compare_follow_open(follow *f, const scenario *sc, frame *rows, size_t most, why *w)
{
    *f = (follow){ .sc = sc,
                   .rows = rows,
                   .most = most,
                   .stride = 1,
                   .capacity = -1,
                   .soh = -1,
                   .hybrid = -1,
                   .target = -1,
                   .truth = -1 };
    return name_variants(f, w);
}

void compare_follow_close(follow *f)
{
    for (size_t i = 0; f->own && i < f->sc->nphysics * f->nvariant; i++)
        free(f->own[i]);
    for (size_t i = 0; i < f->nloss; i++) {
        free(f->loss_key[i]);
        free(f->loss_unit[i]);
    }
    free(f->own);
    free(f->variant);
    free(f->loss);
    free(f->loss_key);
    free(f->loss_unit);
    free(f->lane);
    free(f->model);
    free(f->share);
    *f = (follow){ 0 };
}

/* ---- columns ---- */

/* The last so called: "soh" may have been measured too, and stands before the physics'. */
static int find(const fade_column *column, size_t n, const char *key)
{
    for (size_t i = n; i-- > 0;)
        if (strcmp(column[i].key, key) == 0)
            return (int)i;
    return -1;
}

/* A measured capacity: lives are told by nothing else. */
static int find_measured(const fade_column *column, size_t n, const char *key)
{
    int at = find(column, n, key);
    return at >= 0 && column[at].unit && strcmp(column[at].unit, "Ah") == 0 ? at : -1;
}

/* Outputs of the physics called loss_..: the fade by mechanism. */
static int find_losses(follow *f, const fade_column *column, size_t n)
{
    static const char prefix[] = "physics_loss_";
    f->loss = mem_zero(n + 1, sizeof *f->loss);
    f->loss_key = mem_zero(n + 1, sizeof *f->loss_key);
    f->loss_unit = mem_zero(n + 1, sizeof *f->loss_unit);
    if (!f->loss || !f->loss_key || !f->loss_unit)
        return E_NOMEM;
    for (size_t i = 0; i < n; i++) {
        if (!text_starts(column[i].key, prefix))
            continue;
        size_t k = f->nloss++;
        f->loss[k] = (int)i;
        f->loss_key[k] = mem_dup(column[i].key + sizeof prefix - 1);
        f->loss_unit[k] = mem_dup(column[i].unit ? column[i].unit : "");
        if (!f->loss_key[k] || !f->loss_unit[k])
            return E_NOMEM;
    }
    return E_OK;
}

static void take_columns(void *self, const fade_column *column, size_t n)
{
    follow *f = self;
    f->capacity = find(column, n, "physics_capacity");
    f->soh = find(column, n, "soh");
    f->hybrid = find(column, n, "hybrid_capacity");
    if (f->sc->evaluate.on) {
        f->target = find_measured(column, n, f->sc->evaluate.target);
        f->truth = f->sc->evaluate.truth ? find_measured(column, n, f->sc->evaluate.truth) : f->target;
    }
    if (find_losses(f, column, n))
        fail(&f->why, E_NOMEM, "no memory to follow a run");
    engine_tap inner = frame_tap(f->rows);
    inner.columns(inner.self, column, n);
}

/* ---- cells ---- */

static void *grown(void *at, size_t from, size_t to, size_t size)
{
    char *more = mem_grow(at, to, size);
    if (more)
        memset(more + from * size, 0, (to - from) * size);
    return more;
}

static int room(follow *f, size_t lane)
{
    if (lane < f->cap)
        return E_OK;
    size_t cap = 2 * lane + 16, per = f->sc->nphysics * f->nvariant, shares = f->sc->nphysics * f->nloss;
    follow_lane *l = grown(f->lane, f->cap, cap, sizeof *l);
    f->lane = l ? l : f->lane;
    follow_model *m = grown(f->model, f->cap * per, cap * per, sizeof *m);
    f->model = m ? m : f->model;
    double *s = grown(f->share, f->cap * shares, cap * shares + 1, sizeof *s);
    f->share = s ? s : f->share;
    if (!l || !m || !s)
        return fail(&f->why, E_NOMEM, "no memory to follow %zu cells", cap);
    f->cap = cap;
    return E_OK;
}

/* Rows come lane by lane in their order: the next one is near. */
static bool find_lane(follow *f, const char *cell, engine_life *life)
{
    size_t np = f->sc->nphysics, n = engine_lives(f->engine) / np;
    for (size_t tried = 0; tried < n; tried++, f->at = f->at + 1 < n ? f->at + 1 : 0) {
        engine_life_at(f->engine, f->at * np, life);
        if (life->cell == cell || strcmp(life->cell, cell) == 0)
            return true;
    }
    return false;
}

static bool find_variant(follow *f, const char *name)
{
    size_t n = f->sc->nphysics * f->nvariant;
    for (size_t tried = 0; tried < n; tried++, f->at_variant = f->at_variant + 1 < n ? f->at_variant + 1 : 0)
        if (strcmp(f->variant[f->at_variant], name) == 0)
            return true;
    return false;
}

/* ---- rows ---- */

static double at_row(const fade_block *b, int column, uint32_t i)
{
    return column >= 0 ? b->col[column][i] : NAN;
}

static uint64_t mixed(uint64_t digest, int64_t cycle, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    digest = (digest ^ (uint64_t)cycle) * 0x100000001b3u;
    return (digest ^ bits ^ bits >> 29) * 0x100000001b3u;
}

static double naive_at(const baseline *b, int which, double x)
{
    return which == 0 ? baseline_persistence(b) : which == 1 ? baseline_drift(b, x) : baseline_line(b, x);
}

/* What was measured, and what the naive ones say of it: once per row, whichever model comes first. */
static void see_measured(follow *f, follow_lane *l, const fade_block *b, uint32_t i, double reference)
{
    double target = at_row(b, f->target, i), truth = at_row(b, f->truth, i), eol = f->sc->health.eol;
    uint64_t hold = f->sc->health.hold;
    int64_t cycle = b->cycle[i];
    l->rows++;
    l->last_cycle = cycle;
    l->digest = mixed(mixed(l->digest, cycle, target), cycle, truth);
    l->measured = l->measured || !isnan(truth);
    compare_crossing(&l->observed, truth / reference, eol, hold, cycle);
    if (l->rows <= l->origin) {
        baseline_add(&l->known, (double)l->rows, target);
        l->origin_cycle = cycle;
        return;
    }
    for (int k = 0; k < COMPARE_NAIVE; k++)
        compare_crossing(&l->naive[k], naive_at(&l->known, k, (double)l->rows) / reference, eol, hold, cycle);
}

static int see_row(follow *f, const fade_block *b, uint32_t i)
{
    engine_life life;
    const char *variant = b->variant[i] ? b->variant[i] : "";
    if (!find_lane(f, b->cell[i], &life) || !find_variant(f, variant))
        return fail(&f->why, E_BUG, "a row of cell %s, model %s was not expected", b->cell[i], variant);
    if (room(f, f->at))
        return E_NOMEM;
    size_t np = f->sc->nphysics, p = f->at_variant / f->nvariant;
    follow_lane *l = &f->lane[f->at];
    follow_model *m = &f->model[f->at * np * f->nvariant + f->at_variant];
    double capacity = at_row(b, f->capacity, i), reference = capacity / at_row(b, f->soh, i);
    double hybrid = at_row(b, f->hybrid, i);
    l->origin = life.origin;
    m->last_cycle = b->cycle[i];
    m->capacity = f->hybrid >= 0 ? hybrid : capacity;
    if (++m->rows > l->rows)
        see_measured(f, l, b, i, reference);
    if (m->rows > l->origin)
        compare_crossing(&m->hybrid, hybrid / reference, f->sc->health.eol, f->sc->health.hold, b->cycle[i]);
    for (size_t k = 0; k < f->nloss; k++)
        f->share[(f->at * np + p) * f->nloss + k] = b->col[f->loss[k]][i];
    return E_OK;
}

/* ---- rows for pictures ---- */

static bool kept(const follow *f, int64_t cycle)
{
    return (uint64_t)cycle % f->stride == 1 % f->stride;
}

/* Every other cycle's rows give way. */
static void thin(follow *f)
{
    frame *r = f->rows;
    size_t n = 0;
    f->stride *= 2;
    for (size_t i = 0; i < r->n; i++) {
        if (!kept(f, r->cycle[i]))
            continue;
        r->cycle[n] = r->cycle[i];
        r->time[n] = r->time[i];
        r->cell[n] = r->cell[i];
        r->variant[n] = r->variant[i];
        for (size_t c = 0; c < r->ncol; c++)
            r->col[c].v[n] = r->col[c].v[i];
        n++;
    }
    f->full = n > f->most / 2 + f->most / 4;
    r->n = n;
}

static int keep_row(follow *f, const fade_block *b, uint32_t i)
{
    size_t at;
    if (f->full || !kept(f, b->cycle[i]))
        return E_OK;
    if (f->rows->n >= f->most) {
        thin(f);
        return keep_row(f, b, i);
    }
    int rc = frame_add_row(f->rows, b->cell[i], b->variant[i], b->cycle[i], b->time[i], &at, &f->why);
    for (size_t c = 0; !rc && c < f->rows->nfrom; c++)
        f->rows->col[f->rows->from[c]].v[at] = b->col[c][i];
    return rc;
}

static int32_t take_rows(void *self, const fade_block *b)
{
    follow *f = self;
    if (b->stream != 0)
        return FADE_OK;
    if (f->rows->failed)
        fail(&f->why, E_NOMEM, "no memory to follow a run");
    for (uint32_t i = 0; i < b->n && !f->why.code; i++)
        if (!see_row(f, b, i))
            keep_row(f, b, i);
    return f->why.code ? f->why.code == E_NOMEM ? FADE_ENOMEM : FADE_EINVAL : FADE_OK;
}

/* Where nothing is measured, the engine itself counts lives: some rows for a picture are enough. */
engine_tap compare_follow_tap(follow *f)
{
    enum { PICTURE = 500 };
    static const fade_output_v1 output = { .size = sizeof output, .rows = take_rows };
    uint64_t cycles = f->sc->cycles;
    return (engine_tap){ .vt = &output, .self = f, .columns = take_columns,
                         .every = f->sc->evaluate.on || cycles <= PICTURE ? 1 : cycles / PICTURE };
}

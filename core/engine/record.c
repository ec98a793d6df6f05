/* SPDX-License-Identifier: MIT
 * record.c - the row table: which columns it has, and the rows a tile keeps of a chunk, in the units people read.
 */
#include "core/engine/inside.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int human(const char *from, double *scale, double *offset, const char **to)
{
    unit a, b;
    *to = units_human(from);
    *scale = 1;
    *offset = 0;
    if (units_parse(from, &a, NULL) || units_parse(*to, &b, NULL) || !units_convert(&a, &b, NAN, scale, offset))
        *to = from;
    return E_OK;
}

/* A text of the row table; "" where memory failed, which record_layout finds out at its end. */
static const char *layout_text(engine *e, const char *s)
{
    const char *own = mem_arena_text(e->arena, s);
    e->layout_failed |= !own;
    return own ? own : "";
}

static int add_column(engine *e, const char *key, const char *unit_text, const char *doc, uint32_t flags)
{
    e->column[e->ncolumn] = (fade_column){ .key = layout_text(e, key),
                                           .unit = layout_text(e, unit_text),
                                           .doc = layout_text(e, doc),
                                           .width = 1,
                                           .flags = flags };
    return (int)e->ncolumn++;
}

static int find(const engine *e, const char *key)
{
    for (size_t i = 0; i < e->ncolumn; i++)
        if (strcmp(e->column[i].key, key) == 0)
            return (int)i;
    return -1;
}

static int source_columns(engine *e, why *w)
{
    e->scale = mem_zero(e->nsource + 1, sizeof *e->scale);
    e->offset = mem_zero(e->nsource + 1, sizeof *e->offset);
    if (!e->scale || !e->offset)
        return fail(w, E_NOMEM, "no memory for the row table");
    e->nrecord_source = e->hold ? 0 : e->nread;
    for (size_t s = 0; s < e->nrecord_source; s++) {
        const char *to;
        human(e->source_column[s].unit, &e->scale[s], &e->offset[s], &to);
        add_column(e, e->source_column[s].key, to, e->source_column[s].doc, e->source_column[s].flags);
    }
    return E_OK;
}

/* Behind a forecast's origin a law sees the means of what is late, so what it says is planned; else as late as its
 * inputs. */
static uint32_t law_moment(const engine *e, uint32_t moment)
{
    return e->sc->evaluate.on ? FADE_PLANNED : moment;
}

/* Several physics share a column: the latest of their moments. */
static void law_column(engine *e, int at, uint32_t moment)
{
    fade_column *c = &e->column[at];
    c->flags = wire_later(c->flags, law_moment(e, moment)) | ((c->flags | law_moment(e, moment)) & FADE_TARGET);
}

static int physics_columns(engine *e, physics *ph, why *w)
{
    ph->column = mem_zero(ph->pool.n + 1, sizeof *ph->column);
    ph->scale = mem_zero(ph->pool.n + 1, sizeof *ph->scale);
    ph->offset = mem_zero(ph->pool.n + 1, sizeof *ph->offset);
    if (!ph->column || !ph->scale || !ph->offset)
        return fail(w, E_NOMEM, "no memory for the row table");
    for (size_t i = 0; i < ph->pool.n; i++) {
        const wire_end *end = &ph->pool.at[i];
        const char *to;
        ph->column[i] = -1;
        if (end->place == -1 || end->place == -3 || strcmp(end->column->key, "capacity") == 0)
            continue;
        human(end->column->unit, &ph->scale[i], &ph->offset[i], &to);
        const char *key = mem_arena_format(e->arena, "physics_%s", end->column->key);
        if (!key)
            return fail(w, E_NOMEM, "no memory for the row table");
        ph->column[i] = find(e, key);
        if (ph->column[i] < 0)
            ph->column[i] = add_column(e, key, to, end->column->doc, FADE_PLANNED);
        law_column(e, ph->column[i], end->moment);
    }
    return E_OK;
}

static int own_columns(engine *e)
{
    e->col_capacity = add_column(e, "physics_capacity", "Ah", "Capacity as the physics predicts it.", FADE_PLANNED);
    e->col_soh = add_column(e, "soh", "1", "State of health: that capacity over the reference.", FADE_PLANNED);
    for (size_t i = 0; i < e->nphysics; i++) {
        const physics *ph = &e->physics[i];
        int from = ph->capacity >= 0 ? ph->capacity : ph->loss;
        law_column(e, e->col_capacity, from >= 0 ? ph->pool.at[from].moment : FADE_PLANNED);
        law_column(e, e->col_soh, from >= 0 ? ph->pool.at[from].moment : FADE_PLANNED);
    }
    e->col_correction = -1;
    if (e->sc->ncorrector == 0)
        return E_OK;
    e->col_correction =
        add_column(e, "correction_capacity", "Ah", "What the corrector adds; 0 before it is trained.", FADE_TARGET);
    add_column(e, "hybrid_capacity", "Ah", "Physics and correction together.", FADE_TARGET);
    add_column(e, "hybrid_lower", "Ah", "Lower end of the 90 % band.", FADE_TARGET);
    add_column(e, "hybrid_upper", "Ah", "Upper end of the 90 % band.", FADE_TARGET);
    add_column(e, "hybrid_sd_known", "Ah", "Standard deviation by what known rows say of corrector and noise.",
               FADE_TARGET);
    add_column(e, "hybrid_sd_error", "Ah", "Standard deviation by how wrong laws were on other cells.", FADE_TARGET);
    return E_OK;
}

/* What correctors say besides a correction, a score: a column by its own name, or with "corrector_" where that is
 * taken. */
static void extra_columns(engine *e)
{
    e->col_extra = (int)e->ncolumn;
    for (size_t c = 0; c < e->sc->ncorrector; c++) {
        corrector_use *u = &e->corrector[c];
        const fade_column *one;
        while ((one = predictor_extra(u->object->plugin->desc, u->nextra))) {
            char key[128];
            int at = find(e, one->key);
            snprintf(key, sizeof key, "%s%s", at >= 0 && at < e->col_extra ? "corrector_" : "", one->key);
            at = find(e, key);
            u->extra[u->nextra++] = at >= 0 ? at : add_column(e, key, one->unit, one->doc, FADE_TARGET);
        }
    }
    e->nextra = e->ncolumn - (size_t)e->col_extra;
}

static int variants(engine *e, why *w)
{
    e->nvariant = e->sc->ncorrector ? e->sc->ncorrector : 1;
    e->variant = mem_zero(e->nphysics * e->nvariant, sizeof *e->variant);
    if (!e->variant)
        return fail(w, E_NOMEM, "no memory for the row table");
    for (size_t p = 0; p < e->nphysics; p++)
        for (size_t c = 0; c < e->nvariant; c++)
            e->variant[p * e->nvariant + c] = e->sc->ncorrector
                ? mem_arena_format(e->arena, "%s+%s", e->sc->physics[p].label, e->sc->corrector[c].part.label)
                : mem_arena_text(e->arena, e->sc->physics[p].label);
    for (size_t v = 0; v < e->nphysics * e->nvariant; v++)
        e->layout_failed |= !e->variant[v];
    return E_OK;
}

/* A clock is as late as the column it counts. */
static uint32_t clock_moment(const engine *e, int column)
{
    return column < 0 ? FADE_PLANNED : law_moment(e, e->source_column[column].flags & (FADE_PLANNED | FADE_EARLY));
}

static int find_tap(engine *e, why *w)
{
    const physics *ph = &e->physics[0];
    int column = find(e, e->opt.tap->key), at = (int)ph->pool.n - 1;
    while (at >= 0 && ph->column[at] != column)
        at--;
    e->tap_pool = at;
    return column >= 0 && (at >= 0 || column == e->col_capacity)
               ? E_OK
               : fail(w, E_INPUT, "%s writes no %s", e->sc->physics[0].label, e->opt.tap->key);
}

int record_layout(engine *e, tree_problems *p, why *w)
{
    size_t most = e->nsource + 16 + e->sc->ncorrector * PREDICTOR_EXTRAS;
    for (size_t i = 0; i < e->nphysics; i++)
        most += e->physics[i].pool.n;
    e->arena = mem_arena_open();
    e->column = mem_zero(most, sizeof *e->column);
    if (!e->arena || !e->column)
        return fail(w, E_NOMEM, "no memory for the row table");
    int rc = source_columns(e, w);
    if (rc)
        return rc;
    uint32_t moved = wire_later(clock_moment(e, e->count_col), clock_moment(e, e->depth_col));
    e->col_efc =
        add_column(e, "equivalent_full_cycles", "", "Charge moved, in cycles of the nominal capacity.", moved);
    e->col_seconds = add_column(e, "test_time", "s", "Calendar time since the first row.",
                                clock_moment(e, e->duration_col));
    e->col_physics = (int)e->ncolumn;
    for (size_t i = 0; i < e->nphysics; i++)
        if ((rc = physics_columns(e, &e->physics[i], w)))
            return rc;
    own_columns(e);
    if ((rc = variants(e, w)))
        return rc;
    if ((rc = features_bind(e, p, w)))
        return rc;
    extra_columns(e);
    if (e->opt.tap && e->opt.tap->value && (rc = find_tap(e, w)))
        return rc;
    return e->layout_failed ? fail(w, E_NOMEM, "no memory for the row table") : E_OK;
}

void record_free(engine *e)
{
    for (size_t i = 0; i < e->nphysics; i++) {
        free(e->physics[i].column);
        free(e->physics[i].scale);
        free(e->physics[i].offset);
    }
    free(e->scale);
    free(e->offset);
    free(e->column);
    free(e->variant);
    mem_arena_close(e->arena);
}

bool record_every(const scenario_output *o, int64_t cycle, bool last)
{
    if (last || (o->every <= 1 && !o->nat))
        return true;
    for (size_t i = 0; i < o->nat; i++)
        if ((int64_t)o->at[i] == cycle)
            return true;
    return o->every > 0 && !(o->every == 1 && o->nat) && (cycle == 1 || cycle % (int64_t)o->every == 0);
}

bool record_last(const engine *e, const tile *t, uint32_t i, size_t p)
{
    const lane *l = &e->lane[t->first + i];
    bool over = e->lp[(size_t)(t->first + i) * e->nphysics + p].over != OVER_NO;
    return over || (e->cycles && l->done == e->cycles) || (l->total && l->done == l->total && !e->cycles);
}

/* Is this row of any use: to an output, to training, to a score? */
static bool wanted(const engine *e, const tile *t, uint32_t i, bool last)
{
    const lane *l = &e->lane[t->first + i];
    if (e->sc->evaluate.on || (e->opt.tap && !e->opt.tap->value && record_every(&e->tap, l->cycle, last)))
        return true;
    for (size_t o = 0; e->opt.folder && o < e->sc->noutput; o++)
        if (record_every(&e->sc->output[o], l->cycle, last))
            return true;
    return false;
}

static int room(tile *t, const engine *e)
{
    if (t->nrec < t->caprec)
        return E_OK;
    size_t cap = t->caprec ? t->caprec * 2 : 64;
    double *rec = mem_grow(t->rec, cap * e->ncolumn, sizeof *rec);
    if (rec)
        t->rec = rec;
    struct recinfo *info = rec ? mem_grow(t->info, cap, sizeof *info) : NULL;
    if (!info)
        return fail(&t->why, E_NOMEM, "no memory for %zu rows of results", cap);
    t->info = info;
    t->caprec = cap;
    return E_OK;
}

static void fill(const engine *e, const worker *k, const tile *t, size_t p, uint32_t i, uint32_t slot, double *row)
{
    const physics *ph = &e->physics[p];
    const lane *l = &e->lane[t->first + i];
    for (size_t c = 0; c < e->ncolumn; c++)
        row[c] = NAN;
    for (size_t s = 0; s < e->nrecord_source; s++)
        row[s] = slot == UINT32_MAX ? NAN : e->chunk.val[s][slot] * e->scale[s] + e->offset[s];
    row[e->col_efc] = t->efc[i];
    row[e->col_seconds] = step_clock(e, t, p, i);
    for (size_t c = 0; c < ph->pool.n; c++)
        if (ph->column[c] >= 0)
            row[ph->column[c]] = k->val[c][i] * ph->scale[c] + ph->offset[c];
    bool nominal = e->sc->soh_reference == SOH_NOMINAL && !isnan(e->sc->cell.nominal_capacity);
    row[e->col_capacity] = k->cap[i];
    row[e->col_soh] = k->cap[i] / (nominal ? e->sc->cell.nominal_capacity : l->c0);
}

void record_fill(const engine *e, const worker *k, const tile *t, size_t p, uint32_t i, uint64_t r, double *row)
{
    fill(e, k, t, p, i, e->chunk.hold ? UINT32_MAX : e->chunk.order[e->chunk.begin[t->first + i] + r], row);
}

static void link_record(tile *t, uint32_t i)
{
    uint32_t at = (uint32_t)t->nrec + 1;
    if (t->last_of[i])
        t->info[t->last_of[i] - 1].next = at;
    else
        t->first_of[i] = at;
    t->last_of[i] = at;
    t->nrec++;
}

/* Where conditions hold and no lane ended in this row, all lanes stand at the same cycle: is it of no use to anybody?
 */
static bool useless(const engine *e, const worker *k, const tile *t)
{
    uint32_t i = 0;
    while (i < t->live && !k->active[i])
        i++;
    if (!e->hold || t->ended || i == t->live)
        return i == t->live;
    const lane *l = &e->lane[t->first + i];
    return !wanted(e, t, i, e->cycles && l->done == e->cycles);
}

/* One column of a row, to who wants no other. */
static void tap_values(const engine *e, const worker *k, const tile *t)
{
    const engine_tap *tap = e->opt.tap;
    const physics *ph = &e->physics[0];
    int at = e->tap_pool;
    for (uint32_t i = 0; i < t->live; i++)
        if (k->active[i])
            tap->value(tap->self, t->first + i, e->lane[t->first + i].cell,
                       at < 0 ? k->cap[i] : k->val[at][i] * ph->scale[at] + ph->offset[at]);
}

int record_row(engine *e, worker *k, tile *t, size_t p, uint64_t r)
{
    bool tapped = e->opt.tap && e->opt.tap->value;
    if (tapped && p == 0)
        tap_values(e, k, t);
    if ((tapped && !e->opt.folder && !e->sc->evaluate.on) || useless(e, k, t))
        return E_OK;
    for (uint32_t i = 0; i < t->live; i++) {
        if (!k->active[i])
            continue;
        const lane *l = &e->lane[t->first + i];
        bool last = record_last(e, t, i, p);
        if (!wanted(e, t, i, last))
            continue;
        if (room(t, e))
            return t->why.code;
        record_fill(e, k, t, p, i, r, t->rec + t->nrec * e->ncolumn);
        t->info[t->nrec] = (struct recinfo){ .lane = t->first + i,
                                             .physics = (uint32_t)p,
                                             .last = last,
                                             .index = l->done,
                                             .cycle = l->cycle,
                                             .time = e->chunk.hold ? INT64_MIN : l->time };
        link_record(t, i);
    }
    return E_OK;
}

void record_clear(tile *t)
{
    t->nrec = t->nmark = 0;
    memset(t->first_of, 0, t->live * sizeof *t->first_of);
    memset(t->last_of, 0, t->live * sizeof *t->last_of);
}

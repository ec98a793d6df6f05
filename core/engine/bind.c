/* SPDX-License-Identifier: MIT
 * bind.c - physics at work: objects made, columns decided, inputs and live parameters met with what is written.
 *
 * Within one physics a part's output hides a source column of the same key: what is measured and what is predicted are
 * two things (rows carry the second as physics_KEY).
 */
#include "core/base/mem.h"
#include "core/engine/inside.h"
#include "core/engine/pack.h"
#include "core/host/descriptor.h"
#include <stdlib.h>
#include <string.h>

#define CYCLE_COLUMN(name, key, unit, doc) { key, unit, doc, 0, 0, 0, 0, 0, 1, FADE_PLANNED },
static const fade_column cycle_columns[] = { CYCLE_COLUMNS(CYCLE_COLUMN) };
#undef CYCLE_COLUMN

static const fade_column held = { "capacity",  "Ah", "What the loss leaves of the initial capacity.", 0, 0, 0, 0, 0, 1,
                                  FADE_PLANNED };

static uint32_t values(const fade_list *l)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < l->n; i++) {
        const fade_column *c = library_at(l, i);
        n += c->width ? c->width : 1;
    }
    return n;
}

static int index_of(const fade_list *l, const char *key)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (strcmp(((const fade_column *)library_at(l, i))->key, key) == 0)
            return (int)i;
    return -1;
}

static int param_of(const fade_desc *d, const char *key)
{
    for (uint32_t i = 0; i < d->params.n; i++)
        if (strcmp(((const fade_param *)library_at(&d->params, i))->key, key) == 0)
            return (int)i;
    return -1;
}

static int list_params(part *q, why *w)
{
    const fade_desc *d = q->desc;
    q->param = mem_zero(d->params.n + 1, sizeof *q->param);
    q->varies = mem_zero(d->params.n + 1, sizeof *q->varies);
    q->uniform = mem_zero(d->params.n + 1, sizeof *q->uniform);
    q->bound = mem_zero(d->params.n + 1, sizeof *q->bound);
    q->axis = mem_zero(d->params.n + 1, sizeof *q->axis);
    if (!q->param || !q->varies || !q->uniform || !q->bound || !q->axis)
        return fail(w, E_NOMEM, "no memory for the parameters of %s", d->id);
    for (uint32_t i = 0; i < d->params.n; i++) {
        const fade_param *fp = library_at(&d->params, i);
        if (!(fp->flags & FADE_PER_CELL))
            continue;
        q->bound[q->nparam].from = -1;
        q->varies[q->nparam] = args_varies(q->sp->args, i);
        q->param[q->nparam++] = i;
    }
    return E_OK;
}

static int open_part(engine *e, part *q, why *w)
{
    const scenario_part *sp = q->sp;
    q->desc = sp->plugin->desc;
    q->per_cycle = q->desc->flags & FADE_PER_CYCLE;
    q->vt = library_iface(q->desc, "fade.model/1");
    if (!q->vt || !q->vt->create)
        return fail(w, E_PLUGIN, "plugin %s has no interface fade.model/1 that can be created", q->desc->id);
    int rc = object_open(sp->plugin, sp->node, e->sc->seed, &q->object, w);
    if (rc)
        return rc;
    q->object->lane_name = step_lane_name;
    const fade_host *host = &q->object->host;
    bool packed = e->sc->pack.on && !q->per_cycle;
    if (packed && (rc = pack_open(e, q, &host, w)))
        return rc;
    int32_t s = q->vt->create(host, &sp->args->fade, &q->model);
    if (s < 0)
        return object_why(q->object, s, "create", w);
    q->cols = q->desc->columns;
    if (q->vt->columns && (s = q->vt->columns(q->model, &q->cols)) < 0)
        return object_why(q->object, s, "tell its columns", w);
    if (packed && (rc = pack_wrap(e, q, w)))
        return rc;
    q->wstate = values(&q->cols.state);
    q->wout = values(&q->cols.out);
    q->control = index_of(&q->cols.in, "control");
    q->demand = index_of(&q->cols.in, "demand");
    q->voltage = index_of(&q->cols.out, "voltage");
    q->current = index_of(&q->cols.out, "current");
    q->soc = index_of(&q->cols.out, "soc");
    q->temperature = index_of(&q->cols.out, "temperature");
    q->ambient = index_of(&q->cols.in, "temperature_ambient");
    q->voltage_min = packed ? -1 : param_of(q->desc, "voltage_min");          /* a cell's, not a string's */
    q->voltage_max = packed ? -1 : param_of(q->desc, "voltage_max");
    if (!q->per_cycle && (q->voltage < 0 || q->current < 0))
        return fail(w, E_PLUGIN, "%s steps in seconds and must write voltage and current", q->desc->id);
    if (!q->per_cycle && (q->control < 0 || q->demand < 0))
        return fail(w, E_PLUGIN, "%s steps in seconds and must read control and demand", q->desc->id);
    q->in = mem_zero(q->cols.in.n + 1, sizeof *q->in);
    q->moves = mem_zero(q->cols.in.n + 1, sizeof *q->moves);
    q->sum = mem_zero(q->cols.in.n + 1, sizeof *q->sum);
    if (!q->in || !q->moves || !q->sum)
        return fail(w, E_NOMEM, "no memory for the inputs of %s", q->desc->id);
    int duration = index_of(&q->cols.in, "duration");
    if (duration >= 0)
        q->sum[q->nsum++] = (uint32_t)duration;
    return list_params(q, w);
}

static int pool_add(physics *ph, const char *owner, const fade_column *c, int place, uint32_t index,
                    const tree_node *node, tree_problems *p, why *w)
{
    wire_end end = { .owner = owner, .column = c, .place = place, .index = index, .node = node,
                     .moment = c->flags & (FADE_PLANNED | FADE_EARLY) };
    int rc = units_parse(c->unit, &end.unit, w);
    if (rc)
        return tree_complain(p, node, rc, "%s: column %s: %s", owner, c->key, w->text);
    return wire_add(&ph->pool, &end, p);
}

static bool writes(const physics *ph, const char *key)
{
    for (size_t k = 0; k < ph->n; k++)
        if (index_of(&ph->part[k].cols.out, key) >= 0)
            return true;
    return false;
}

/* Does a law beside the cell read it?  Of the columns from `depth` on only those are there, and hide the source's: what
 * the cell went through, not what was planned for it. */
static bool is_read(const physics *ph, uint32_t cycle_column)
{
    bool says_soc = false, law = false;
    if (cycle_column < CYCLE_DEPTH || cycle_column > CYCLE_ROW)
        return true;
    for (size_t k = 0; k < ph->n; k++) {
        says_soc |= !ph->part[k].per_cycle && ph->part[k].soc >= 0;
        law |= ph->part[k].per_cycle && index_of(&ph->part[k].cols.in, cycle_columns[cycle_column].key) >= 0;
    }
    return law && says_soc;
}

/* Parts first, then the runner's cycle columns, then what the source and the conditions say and no part hides. */
static int fill_pool(engine *e, physics *ph, tree_problems *p, why *w)
{
    const fade_column *joint;
    for (size_t k = 0; k < ph->n; k++)
        for (uint32_t i = 0; i < ph->part[k].cols.out.n; i++) {
            const fade_column *c = library_at(&ph->part[k].cols.out, i);
            if (ph->part[k].per_cycle ||
                !(c->flags & FADE_TOTAL)) /* sums over steps of seconds: the runner adds them up */
                pool_add(ph, ph->part[k].sp->label, combine_column(ph, k, c), (int)k, i, ph->part[k].sp->node, p, w);
        }
    for (int j = 0; j < COMBINE_N; j++)
        if ((joint = combine_joint(ph, j)))
            pool_add(ph, "the host, combined", joint, -4, (uint32_t)j, ph->sp->part[0].node, p, w);
    uint32_t ncycle = e->sc->protocol.test.n ? CYCLE_N : CYCLE_REFERENCE;
    for (uint32_t i = 0; ph->cell && i < ncycle; i++)
        if (is_read(ph, i))
            pool_add(ph, "the protocol", &cycle_columns[i], -2, i, NULL, p, w);
    if (writes(ph, "loss") && !writes(ph, "capacity"))
        pool_add(ph, "the host, from loss", &held, -3, 0, NULL, p, w);
    size_t own = ph->pool.n;
    for (size_t s = 0; s < e->nsource; s++) {
        bool hidden = false;
        for (size_t i = 0; i < own; i++)
            hidden |= strcmp(ph->pool.at[i].column->key, e->source_column[s].key) == 0;
        if (!hidden)
            pool_add(ph, s < e->nread ? e->sc->source.label : "[conditions]", &e->source_column[s], -1, (uint32_t)s,
                     e->sc->source.node, p, w);
    }
    return E_OK;
}

static int link_part(engine *e, physics *ph, int k, tree_problems *p)
{
    part *q = &ph->part[k];
    double nominal = e->sc->cell.nominal_capacity;
    for (uint32_t i = 0; i < q->cols.in.n; i++) {
        q->in[i].from = -1;
        if (!q->per_cycle && ((int)i == q->control || (int)i == q->demand))
            continue;
        const fade_column *c = library_at(&q->cols.in, i);
        if (wire_find(&ph->pool, q->sp->label, c, nominal, q->sp->node, p, &q->in[i]) || q->in[i].from < 0)
            continue;
        const wire_end *end = &ph->pool.at[q->in[i].from];
        if (end->place == k)
            tree_complain(p, q->sp->node, E_PLUGIN, "%s reads its own output %s: make it a state", q->sp->label,
                          c->key);
        if (end->place == -1)
            e->used[end->index] = true;
        q->moves[i] = end->place != -1 || !e->hold || e->scripted;
    }
    for (uint32_t i = 0; i < q->nparam; i++) {
        const args_spread *spread = &q->sp->args->spread[q->param[i]];
        if (spread->kind != ARGS_BOUND)
            continue;
        const fade_param *fp = library_at(&q->desc->params, q->param[i]);
        fade_column c = { .key = spread->column, .unit = fp->unit, .doc = fp->doc };
        wire_find(&ph->pool, q->sp->label, &c, nominal, spread->node, p, &q->bound[i]);
        if (q->bound[i].from >= 0 && ph->pool.at[q->bound[i].from].place == -1)
            e->used[ph->pool.at[q->bound[i].from].index] = true;
        q->varies[i] = true;
    }
    return E_OK;
}

static int uniform_columns(engine *e, part *q, why *w)
{
    for (uint32_t k = 0; k < q->nparam; k++) {
        if (q->varies[k])
            continue;
        q->uniform[k] = mem_columns(TILE_MAX);
        if (!q->uniform[k])
            return fail(w, E_NOMEM, "no memory for a parameter of %s", q->desc->id);
        double v = args_lane(q->sp->args, q->param[k], e->sc->seed, 0, 0);
        for (size_t i = 0; i < TILE_MAX; i++)
            q->uniform[k][i] = v;
    }
    return E_OK;
}

/* The latest moment of what part k reads; with FADE_TARGET where that holds the answer. */
static uint32_t moment_of(const physics *ph, const part *q)
{
    uint32_t moment = FADE_PLANNED, answer = 0;
    for (uint32_t i = 0; i < q->cols.in.n + q->nparam; i++) {
        int from = i < q->cols.in.n ? q->in[i].from : q->bound[i - q->cols.in.n].from;
        if (from < 0)
            continue;
        const wire_end *end = &ph->pool.at[from];
        moment = wire_later(moment, end->moment);
        answer |= (end->place == -1 ? end->column->flags : end->moment) & FADE_TARGET;
    }
    return moment | answer;
}

/* What is made of a late column is late: handed on from part to part until nothing changes, then to what the host makes
 * of them all. */
static void hand_on(physics *ph)
{
    uint32_t all = FADE_PLANNED;
    for (size_t pass = 0; pass <= ph->n; pass++)
        for (size_t k = 0; k < ph->n; k++) {
            uint32_t moment = moment_of(ph, &ph->part[k]);
            for (size_t i = 0; i < ph->pool.n; i++)
                if (ph->pool.at[i].place == (int)k)
                    ph->pool.at[i].moment = moment;
            all = wire_later(all, moment) | ((all | moment) & FADE_TARGET);
            for (size_t i = 0; i < ph->pool.n; i++)
                if (ph->pool.at[i].place < -1)
                    ph->pool.at[i].moment = all;
        }
}

/* The column that says how much capacity is left: a part's capacity, its loss, or what the protocol drew. */
static void find_capacity(physics *ph)
{
    int drawn = -1;
    ph->capacity = ph->loss = -1;
    for (size_t i = 0; i < ph->pool.n; i++) {
        const wire_end *end = &ph->pool.at[i];
        if (end->place >= 0 && strcmp(end->column->key, "capacity") == 0)
            ph->capacity = (int)i;
        if ((end->place >= 0 || end->place == -4) && strcmp(end->column->key, "loss") == 0)
            ph->loss = (int)i;
        if (end->place == -2 && end->index == CYCLE_DISCHARGE)
            drawn = (int)i;
    }
    if (ph->capacity < 0 && ph->loss < 0)
        ph->capacity = drawn;
    ph->capacity_link = (wire_link){ ph->capacity, 1, 0 };
    unit ah;
    if (ph->capacity >= 0 && units_parse("Ah", &ah, NULL) == 0)
        units_convert(&ph->pool.at[ph->capacity].unit, &ah, NAN, &ph->capacity_link.scale, &ph->capacity_link.offset);
}

static int bind_one(engine *e, physics *ph, tree_problems *p, why *w)
{
    const scenario_physics *sp = ph->sp;
    ph->part = mem_zero(sp->n, sizeof *ph->part);
    if (!ph->part)
        return fail(w, E_NOMEM, "no memory for physics %s", sp->label);
    for (size_t k = 0; k < sp->n; k++) {
        ph->part[k].sp = &sp->part[k];
        ph->n = k + 1;
        int rc = open_part(e, &ph->part[k], w);
        rc = rc ? rc : points_params(e, (size_t)(ph - e->physics), k, &ph->part[k], w);
        if (rc)
            return open_complain(p, sp->part[k].node, w);
        ph->cell |= !ph->part[k].per_cycle;
    }
    if (ph->cell && e->sc->protocol.cycle.n == 0)
        tree_complain(p, sp->part[0].node, E_INPUT,
                      "%s steps in seconds and needs a [protocol] with steps = [\"Discharge at 1C until 2.5 V\", ..]",
                      sp->label);
    int combines = combine_bind(ph, p, w);
    if (combines)
        return combines;
    fill_pool(e, ph, p, w);
    for (size_t k = 0; k < ph->n; k++)
        link_part(e, ph, (int)k, p);
    for (size_t k = 0; k < ph->n; k++)
        if (!ph->part[k].per_cycle && (combines = cycler_bind(e, ph, &ph->part[k], p, w)))
            return combines;
    hand_on(ph);
    find_capacity(ph);
    if (ph->capacity < 0 && ph->loss < 0)
        tree_complain(p, sp->part[0].node, E_PLUGIN,
                      "%s writes neither capacity nor loss: there is nothing to compare or to stop on", sp->label);
    for (size_t k = 0; k < ph->n; k++) {
        int rc = uniform_columns(e, &ph->part[k], w);
        if (rc)
            return rc;
    }
    return E_OK;
}

int bind_physics(engine *e, tree_problems *p, why *w)
{
    const scenario *sc = e->sc;
    e->physics = mem_zero(sc->nphysics, sizeof *e->physics);
    if (!e->physics)
        return fail(w, E_NOMEM, "no memory for %zu physics", sc->nphysics);
    for (size_t i = 0; i < sc->nphysics; i++) {
        e->physics[i].sp = &sc->physics[i];
        e->nphysics = i + 1;
        int rc = bind_one(e, &e->physics[i], p, w);
        if (rc)
            return rc;
        e->nparts += e->physics[i].n;
    }
    return E_OK;
}

static void close_part(part *q)
{
    if (q->model && q->vt->destroy)
        q->vt->destroy(q->model);
    pack_close(q->pack);
    object_close(q->object);
    for (uint32_t i = 0; q->uniform && i < q->nparam; i++)
        free(q->uniform[i]);
    free(q->uniform);
    free(q->param);
    free(q->varies);
    free(q->bound);
    free(q->axis);
    free(q->in);
    free(q->moves);
    free(q->sum);
    free(q->when);
}

void bind_close(engine *e)
{
    for (size_t i = 0; i < e->nphysics; i++) {
        for (size_t k = 0; k < e->physics[i].n; k++)
            close_part(&e->physics[i].part[k]);
        free(e->physics[i].part);
        free(e->physics[i].stop);
        free(e->physics[i].stop_value);
        wire_free(&e->physics[i].pool);
        combine_close(&e->physics[i]);
    }
    free(e->physics);
    e->nphysics = 0;
}

/* SPDX-License-Identifier: MIT
 * points.c - many points of one scenario as lanes: what differs between them replaces the scenario's own value.
 */
#include "core/base/mem.h"
#include "core/engine/inside.h"
#include <string.h>

/* The lane's value of a source column, where the points have one of their own. */
double points_column(const engine *e, size_t column, uint32_t lane_index, double otherwise)
{
    const double *axis = e->column_axis[column];
    return axis ? axis[lane_index % e->points] : otherwise;
}

static int bind_param(part *q, const engine_axis *a, why *w)
{
    for (uint32_t j = 0; j < q->nparam; j++) {
        if (q->param[j] != a->param)
            continue;
        const fade_param *fp = library_at(&q->desc->params, a->param);
        if (q->sp->args->spread[a->param].kind == ARGS_BOUND)
            return fail(w, E_INPUT, "%s of %s is bound to a column and cannot differ between points", fp->key,
                        q->sp->label);
        q->axis[j] = a->value;
        q->varies[j] = true;
        return E_OK;
    }
    return fail(w, E_INPUT, "parameter %u of %s is not one of a cell and cannot differ between points", a->param,
                q->sp->label);
}

/* Parameters of a part that has just been opened. */
int points_params(const engine *e, size_t p, size_t index, part *q, why *w)
{
    int rc = E_OK;
    for (size_t i = 0; e->opt.points && i < e->opt.points->naxis && !rc; i++) {
        const engine_axis *a = &e->opt.points->axis[i];
        if (a->where == ENGINE_AXIS_PARAM && a->physics == p && a->part == index)
            rc = bind_param(q, a, w);
    }
    return rc;
}

/* Columns, once they are known: a condition, or one that a held source writes. */
int points_bind(engine *e, tree_problems *p, why *w)
{
    e->points = e->opt.points ? (uint32_t)e->opt.points->n : 1;
    e->column_axis = mem_zero(e->nsource + 1, sizeof *e->column_axis);
    if (!e->column_axis)
        return fail(w, E_NOMEM, "no memory for %zu columns", e->nsource);
    if (e->points == 0)
        return fail(w, E_INPUT, "there are no points to run");
    for (size_t i = 0; e->opt.points && i < e->opt.points->naxis; i++) {
        const engine_axis *a = &e->opt.points->axis[i];
        size_t s = 0;
        while (a->where == ENGINE_AXIS_COLUMN && s < e->nsource && strcmp(e->source_column[s].key, a->column) != 0)
            s++;
        if (a->where != ENGINE_AXIS_COLUMN)
            continue;
        if (s == e->nsource || (s < e->nread && !e->hold)) {
            tree_complain(p, e->sc->sweep, E_INPUT, "%s cannot differ between points: %s", a->column,
                          s == e->nsource ? "there is no such column" : "the source reads it row by row");
            continue;
        }
        e->column_axis[s] = a->value;
    }
    return E_OK;
}

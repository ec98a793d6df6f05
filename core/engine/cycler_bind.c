/* SPDX-License-Identifier: MIT
 * cycler_bind.c - the protocol's conditions ("soc > 0.9") met with what a cell model and its companions write.
 */
#include "core/base/mem.h"
#include "core/engine/cycler.h"
#include <math.h>
#include <string.h>

static bool is_end(const protocol_plan *plan, size_t condition)
{
    for (size_t i = 0; i < plan->n; i++)
        for (int k = 0; k < plan->op[i].step.nlimit; k++)
            if (plan->op[i].step.limit[k].what == PROTOCOL_COLUMN && plan->op[i].step.limit[k].condition == condition)
                return true;
    return false;
}

static void unknown_column(const physics *ph, const protocol_condition *c, tree_problems *p)
{
    const char *words[64], *near;
    size_t n = 0;
    for (size_t i = 0; i < ph->pool.n && n < 64; i++)
        words[n++] = ph->pool.at[i].column->key;
    near = text_nearest(c->column, words, n);
    tree_complain(p, c->node, E_INPUT, "\"%.80s\": physics %s has no column %s%s%s%s", c->text, ph->sp->label,
                  c->column, near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static void bind_one(engine *e, physics *ph, const part *q, const protocol_condition *c, bool end, cycler_when *out,
                     tree_problems *p)
{
    why w = { 0 };
    bool cycle = strcmp(c->column, "cycle") == 0;
    *out = (cycler_when){ .from = -1, .above = c->above };
    for (size_t i = 0; i < ph->pool.n && !cycle && out->from < 0; i++)
        if (strcmp(ph->pool.at[i].column->key, c->column) == 0)
            out->from = (int)i;
    if (out->from < 0 && !cycle) {
        unknown_column(ph, c, p);
        return;
    }
    bool own = !cycle && ph->pool.at[out->from].place == (int)(q - ph->part);
    if (end && !own) {
        tree_complain(p, c->node, E_INPUT,
                      "until = \"%.80s\": %s does not write %s, so it does not change within a step", c->text,
                      q->sp->label, c->column);
        return;
    }
    int rc = units_quantity(c->quantity, cycle ? "" : ph->pool.at[out->from].column->unit,
                            e->sc->cell.nominal_capacity, &out->value, &w);
    if (rc)
        tree_complain(p, c->node, rc, "\"%.80s\": %s", c->text, w.text);
    if (!cycle && ph->pool.at[out->from].place == -1)
        e->used[ph->pool.at[out->from].index] = true;
    out->per = 1e7 / fmax(1, fabs(out->value));
}

int cycler_bind(engine *e, physics *ph, part *q, tree_problems *p, why *w)
{
    const protocol_section *pr = &e->sc->protocol;
    q->when = mem_zero(pr->ncondition + 1, sizeof *q->when);
    if (!q->when)
        return fail(w, E_NOMEM, "no memory for the conditions of the protocol");
    for (size_t i = 0; i < pr->ncondition; i++)
        bind_one(e, ph, q, &pr->condition[i], is_end(&pr->cycle, i) || is_end(&pr->test, i), &q->when[i], p);
    return E_OK;
}

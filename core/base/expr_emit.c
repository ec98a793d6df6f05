/* SPDX-License-Identifier: MIT
 * expr_emit.c - nodes become code: what is `same` runs once, what is held when it is asked for, the rest block by block
 * in few registers, results straight into their columns.
 */
#include "core/base/expr_inside.h"
#include "core/base/mem.h"
#include <stdlib.h>

enum { FAST = 24576, LEAST_BLOCK = 64 };                /* bytes of registers that leave room in the first cache */
#define ALWAYS UINT32_MAX

typedef struct life {                                   /* of a node */
    bool       live;
    uint32_t   last;                                    /* node that uses it last; ALWAYS: behind them all */
    expr_place at;
} life;

typedef struct draft {                                  /* an instruction before places have numbers */
    uint8_t    op, form;
    expr_place a, b, to;
} draft;

typedef struct emitter {
    const expr_graph *g;
    draft            *code;
    life             *of;                               /* [g->n] */
    uint32_t         *free_at, nfree;                   /* numbers of columns that can be used again */
    fade_expr        *e;
} emitter;

enum { SAME, HELD, LANES };                             /* when a node is made, in this order */

static int when(const expr_node *k) { return k->same ? SAME : k->of == EXPR_OF_HELD ? HELD : LANES; }

static void use(emitter *m, uint32_t i, uint32_t by, int when_by)
{
    life *l = &m->of[i];
    l->live = true;
    if (when(&m->g->at[i]) < when_by)                   /* stays for all blocks, or calls */
        by = ALWAYS;
    if (l->last < by)
        l->last = by;
}

static void find_lives(emitter *m, const uint8_t *wanted, uint32_t n, const uint32_t *root)
{
    for (uint32_t i = 0; i < n; i++)
        if (!wanted || wanted[i])
            use(m, root[i], ALWAYS, LANES);
    for (uint32_t i = m->g->n; i-- > 0;) {
        const expr_node *k = &m->g->at[i];
        if (m->of[i].live && expr_operands[k->op] > 0)
            use(m, k->a, i, when(k));
        if (m->of[i].live && expr_operands[k->op] > 1)
            use(m, k->b, i, when(k));
    }
}

/* Numbers, variables and the columns of results have their places from the start. */
static void place_leaves(emitter *m, const uint8_t *wanted, uint32_t n, const uint32_t *root)
{
    fade_expr *e = m->e;
    for (uint32_t i = 0; i < m->g->n; i++) {
        const expr_node *k = &m->g->at[i];
        life *l = &m->of[i];
        if (!l->live)
            continue;
        if (k->op == EXPR_VAR)
            l->at = (expr_place){ k->same ? EXPR_IN_SAME_VAR : EXPR_IN_VAR, k->a };
        if (k->op != EXPR_NUMBER)
            continue;
        l->at = (expr_place){ EXPR_IN_NUMBERS, e->nnumber };
        for (int j = 0; j < 8; j++)
            e->number[(size_t)8 * e->nnumber + (size_t)j] = k->value;
        e->nnumber++;
    }
    for (uint32_t i = n; i-- > 0;)
        if ((!wanted || wanted[i]) && when(&m->g->at[root[i]]) == LANES &&
            m->g->at[root[i]].op != EXPR_VAR)
            m->of[root[i]].at = (expr_place){ EXPR_IN_Y, i };
}

static void release(emitter *m, uint32_t i, uint32_t now, uint32_t in)
{
    const life *l = &m->of[i];
    if (l->at.in == in && l->last == now)
        m->free_at[m->nfree++] = l->at.at;
}

/* The code of node `i`, its result in a column of `in` unless it has its place. */
static void emit(emitter *m, uint32_t i, uint32_t in, uint32_t *columns)
{
    const expr_node *k = &m->g->at[i];
    life *l = &m->of[i];
    bool two = expr_operands[k->op] > 1, same_a = m->g->at[k->a].same, same_b = m->g->at[k->b].same;
    draft c = { .op = k->op, .a = m->of[k->a].at };
    if (two)
        c.b = m->of[k->b].at;
    if (two && !k->same)
        c.form = same_a ? EXPR_SV : same_b ? EXPR_VS : EXPR_VV;
    if (c.form == EXPR_SV && (k->op == EXPR_ADD || k->op == EXPR_MUL)) {
        expr_place t = c.a;
        c.a = c.b;
        c.b = t;
        c.form = EXPR_VS;
    }
    release(m, k->a, i, in);
    if (two && k->b != k->a)
        release(m, k->b, i, in);
    if (l->at.in != EXPR_IN_Y)
        l->at = (expr_place){ in, m->nfree ? m->free_at[--m->nfree] : (*columns)++ };
    c.to = l->at;
    m->code[m->e->ncode++] = c;
}

static void emit_all(emitter *m, int now, uint32_t in, uint32_t *columns)
{
    m->nfree = 0;
    for (uint32_t i = 0; i < m->g->n; i++)
        if (m->of[i].live && when(&m->g->at[i]) == now && expr_operands[m->g->at[i].op])
            emit(m, i, in, columns);
}

/* Results that are a number, a variable, `same`, or another result. */
static void emit_copies(emitter *m, const uint8_t *wanted, uint32_t n, const uint32_t *root)
{
    for (uint32_t i = 0; i < n; i++) {
        expr_place from = m->of[root[i]].at;
        if ((wanted && !wanted[i]) || (from.in == EXPR_IN_Y && from.at == i))
            continue;
        m->code[m->e->ncode++] = (draft){ .op = EXPR_COPY,
                                                 .form = m->g->at[root[i]].same ? EXPR_VS : EXPR_VV,
                                                 .a = from, .to = { EXPR_IN_Y, i } };
    }
}

static int by_place(const void *x, const void *y)
{
    const expr_place *a = x, *b = y;
    return a->in != b->in ? (a->in > b->in) - (a->in < b->in) : (a->at > b->at) - (a->at < b->at);
}

static uint32_t number_of(const fade_expr *e, uint32_t n, expr_place p)
{
    const expr_place *found = bsearch(&p, e->place, n, sizeof p, by_place);
    return (uint32_t)(found - e->place);
}

/* Places get numbers: each stands once, those of a kind side by side. */
static void settle(const emitter *m)
{
    fade_expr *e = m->e;
    uint32_t n = 0;
    for (uint32_t i = 0; i < e->ncode; i++) {
        e->place[3 * i] = m->code[i].a;
        e->place[3 * i + 1] = m->code[i].b;
        e->place[3 * i + 2] = m->code[i].to;
    }
    qsort(e->place, (size_t)3 * e->ncode, sizeof *e->place, by_place);
    for (uint32_t i = 0; i < 3 * e->ncode; i++)
        if (i == 0 || by_place(&e->place[i], &e->place[n - 1]))
            e->place[n++] = e->place[i];
    for (uint32_t i = 0; i < e->ncode; i++) {
        const draft *c = &m->code[i];
        e->code[i] =
            (expr_code){ c->op, c->form, number_of(e, n, c->a), number_of(e, n, c->b), number_of(e, n, c->to) };
    }
    for (uint32_t in = 0, i = 0; in <= EXPR_INS; in++) {
        while (i < n && e->place[i].in < in)
            i++;
        e->from[in] = i;
    }
}

int expr_emit(const expr_graph *g, const uint8_t *wanted, uint32_t n, const uint32_t *root, fade_expr *e, why *w)
{
    emitter m = { .g = g, .of = mem_zero(g->n, sizeof *m.of), .free_at = mem_zero(g->n, sizeof *m.free_at), .e = e };
    e->number = mem_columns((size_t)8 * g->n);
    e->code = mem_zero((size_t)g->n + n, sizeof *e->code);
    e->place = mem_zero(3 * ((size_t)g->n + n), sizeof *e->place);
    m.code = mem_zero((size_t)g->n + n, sizeof *m.code);
    bool ok = m.of && m.free_at && m.code && e->number && e->code && e->place;
    if (ok) {
        find_lives(&m, wanted, n, root);
        place_leaves(&m, wanted, n, root);
        emit_all(&m, SAME, EXPR_IN_SAME, &e->nsame);
        e->once = e->ncode;
        emit_all(&m, HELD, EXPR_IN_HELD, &e->nheld);
        e->held = e->ncode;
        emit_all(&m, LANES, EXPR_IN_REG, &e->nreg);
        emit_copies(&m, wanted, n, root);
        settle(&m);
        e->block = EXPR_BLOCK;
        while (e->block > LEAST_BLOCK && (size_t)e->nreg * e->block * sizeof(double) > FAST)
            e->block /= 2;
    }
    free(m.of);
    free(m.free_at);
    free(m.code);
    return ok ? E_OK : fail(w, E_NOMEM, "no memory for the code of %u formulas", n);
}

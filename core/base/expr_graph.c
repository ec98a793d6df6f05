/* SPDX-License-Identifier: MIT
 * expr_graph.c - nodes of formulas, each value once: what is put a second time is the first one again.
 */
#include "core/base/expr_inside.h"
#include "core/base/mem.h"
#include <stdlib.h>
#include <string.h>

#define OPERANDS(name, operands) operands,
const uint8_t expr_operands[EXPR_NOPS] = { EXPR_OPS(OPERANDS) };

static uint64_t hash(const expr_node *k)
{
    uint64_t bits;
    memcpy(&bits, &k->value, sizeof bits);
    uint64_t h = bits ^ ((uint64_t)k->a << 32 | k->b) * 0x9e3779b97f4a7c15u ^ (uint64_t)k->op << 56;
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
    h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
    return h ^ (h >> 31);
}

static bool equal(const expr_node *x, const expr_node *y)
{
    return x->op == y->op && x->a == y->a && x->b == y->b && memcmp(&x->value, &y->value, sizeof x->value) == 0;
}

/* The slot of a node like `k`, or the free one where it belongs. */
static uint32_t *find(const expr_graph *g, const expr_node *k)
{
    uint32_t mask = 2 * g->cap - 1, i = (uint32_t)hash(k) & mask;
    while (g->slot[i] && !equal(&g->at[g->slot[i]], k))
        i = (i + 1) & mask;
    return &g->slot[i];
}

/* To twice the room; cap stays a power of two. */
static bool grow(expr_graph *g)
{
    uint32_t cap = g->cap ? 2 * g->cap : 64;
    expr_node *at = mem_grow(g->at, cap, sizeof *at);
    if (!at)
        return false;
    g->at = at;
    uint32_t *slot = mem_zero((size_t)2 * cap, sizeof *slot);
    if (!slot)
        return false;
    free(g->slot);
    g->slot = slot;
    g->cap = cap;
    for (uint32_t i = 1; i < g->n; i++)
        *find(g, &g->at[i]) = i;
    return true;
}

static uint32_t put(expr_graph *g, expr_node k)
{
    if (g->failed || (g->n == g->cap && !grow(g))) {
        g->failed = true;
        return 0;
    }
    uint32_t *slot = find(g, &k);
    if (*slot)
        return *slot;
    *slot = g->n;
    g->at[g->n] = k;
    return g->n++;
}

bool expr_graph_open(expr_graph *g, const uint8_t *same)
{
    *g = (expr_graph){ .same = same };
    if (!grow(g))
        return false;
    g->at[g->n++] = (expr_node){ .op = EXPR_NUMBER, .same = true };
    return true;
}

void expr_graph_close(expr_graph *g)
{
    free(g->at);
    free(g->slot);
    *g = (expr_graph){ 0 };
}

uint32_t expr_number(expr_graph *g, double value)
{
    return put(g, (expr_node){ .op = EXPR_NUMBER, .same = true, .value = value });
}

uint32_t expr_variable(expr_graph *g, uint32_t i)
{
    int how = g->same ? g->same[i] : 0;
    uint8_t of = how == 0 ? EXPR_OF_LANES : how == 2 ? EXPR_OF_HELD : EXPR_OF_SAME;
    return put(g, (expr_node){ .op = EXPR_VAR, .same = of == EXPR_OF_SAME, .of = of, .a = i });
}

uint32_t expr_put(expr_graph *g, int op, uint32_t a, uint32_t b)
{
    if ((op == EXPR_ADD || op == EXPR_MUL) && a > b) {  /* the same bits either way */
        uint32_t t = a;
        a = b;
        b = t;
    }
    uint8_t of = g->at[a].of | (expr_operands[op] < 2 ? 0 : g->at[b].of);
    return put(g, (expr_node){ .op = (uint8_t)op, .same = of <= EXPR_OF_SAME, .of = of, .a = a, .b = b });
}

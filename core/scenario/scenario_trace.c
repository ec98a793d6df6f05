/* SPDX-License-Identifier: MIT
 * scenario_trace.c - [trace]: which cycles keep their samples ("first, last, every 50"), and of which columns.
 */
#include "core/scenario/inside.h"
#include <stdlib.h>
#include <string.h>

enum { NUMBERS = 4096 };
static const char expected[] = "\"first\", \"last\", \"all\", \"every 50\" and numbers are understood";

static void add_number(reading *r, const tree_node *node, double x)
{
    uint64_t *at = (uint64_t *)(uintptr_t)r->s->trace.at;
    if (!(x >= 1 && x < 1e15) || x != (double)(uint64_t)x)
        tree_complain(r->p, node, E_DOMAIN, "[trace] cycles: %g is no number of a cycle; they count from 1", x);
    else if (r->s->trace.nat == NUMBERS)
        tree_complain(r->p, node, E_DOMAIN, "[trace] cycles: more than %d numbers; say \"every N\"", NUMBERS);
    else
        at[r->s->trace.nat++] = (uint64_t)x;
}

static bool is(const char *word, size_t n, const char *name) { return strlen(name) == n && memcmp(word, name, n) == 0; }

/* One wish: a word, or "every 50". */
static void read_word(reading *r, const tree_node *node, const char *word, size_t n)
{
    double x;
    if (is(word, n, "first"))
        r->s->trace.first = true;
    else if (is(word, n, "last"))
        r->s->trace.last = true;
    else if (is(word, n, "all"))
        r->s->trace.all = true;
    else if (n > 6 && memcmp(word, "every ", 6) == 0 && text_real(word + 6, n - 6, &x) && x >= 1 && x < 1e15 &&
             x == (double)(uint64_t)x)
        r->s->trace.every = (uint64_t)x;
    else if (text_real(word, n, &x))
        add_number(r, node, x);
    else
        tree_complain(r->p, node, E_INPUT, "[trace] cycles: \"%.*s\" is no choice of cycles; %s", n > 60 ? 60 : (int)n,
                      word, expected);
}

static void read_cycles(reading *r, const tree_node *node)
{
    if (node->kind == TREE_INT || node->kind == TREE_REAL)
        add_number(r, node, node->real);
    else if (node->kind == TREE_TEXT)
        for (const char *at = node->text; at;) {
            at += strspn(at, " ");
            size_t n = strcspn(at, ","), m = n;
            while (m && at[m - 1] == ' ')
                m--;
            read_word(r, node, at, m);
            at = at[n] ? at + n + 1 : NULL;
        }
    else
        tree_complain(r->p, node, E_INPUT, "[trace] cycles: %s", expected);
}

static void read_columns(reading *r, const tree_node *node)
{
    bool list = node->kind == TREE_ARRAY;
    const char **key = tree_block(r->t, (list ? node->n : 1) + 1, sizeof *key);
    size_t n = 0;
    for (const tree_node *c = list ? node->first : node; c && key; c = list ? c->next : NULL) {
        const char *word = scenario_text(r, c, "[trace] columns");
        if (word)
            key[n++] = word;
    }
    r->s->trace.column = key;
    r->s->trace.ncolumn = n;
    r->s->trace.column_node = node;
}

void scenario_read_trace(reading *r, const tree_node *section)
{
    const tree_node *cycles = tree_get(section, "cycles"), *columns = tree_get(section, "columns");
    if (!section || section->kind != TREE_TABLE)
        return;
    r->s->trace.on = true;
    r->s->trace.node = section;
    r->s->trace.first = r->s->trace.last = !cycles;
    if (!(r->s->trace.at = tree_block(r->t, NUMBERS, sizeof *r->s->trace.at)))
        return;
    if (cycles && cycles->kind == TREE_ARRAY)
        for (const tree_node *c = cycles->first; c; c = c->next)
            read_cycles(r, c);
    else if (cycles)
        read_cycles(r, cycles);
    if (columns)
        read_columns(r, columns);
}

/* SPDX-License-Identifier: MIT
 * tree_problem.c - all that is wrong with a scenario, gathered in one pass.  Problems outlive the tree they are about.
 */
#include "core/base/mem.h"
#include "core/base/tree.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SENTENCE = 1024 };

/* Room for one more; NULL: no memory, which is noted. */
static tree_problem *room(tree_problems *p)
{
    if (p->n == p->cap) {
        size_t cap = p->cap ? 2 * p->cap : 8;
        tree_problem *at = mem_grow(p->at, cap, sizeof *at);
        if (!at)
            return NULL;
        p->at = at;
        p->cap = cap;
    }
    return &p->at[p->n];
}

int tree_complain_at(tree_problems *p, const char *file, int line, int column, int code, const char *sentence)
{
    if (p->n > TREE_PROBLEMS)
        return code;
    if (p->n == TREE_PROBLEMS) {
        file = NULL;
        line = column = 0;
        sentence = "there are more problems than are worth listing; the rest is left out";
    }
    tree_problem *at = room(p);
    char *name = at ? mem_dup(file ? file : "") : NULL, *said = name ? mem_dup(sentence) : NULL;
    if (!said) {
        free(name);
        p->failed = true;
        return code;
    }
    *at = (tree_problem){ name, line, column, code, said };
    p->n++;
    return code;
}

int tree_complain(tree_problems *p, const tree_node *node, int code, const char *format, ...)
{
    char said[SENTENCE];
    va_list args;
    va_start(args, format);
    vsnprintf(said, sizeof said, format, args);
    va_end(args);
    return tree_complain_at(p, node ? node->file : NULL, node ? node->line : 0, node ? node->column : 0, code, said);
}

int tree_complain_key(tree_problems *p, const tree_node *node, int code, const char *format, ...)
{
    char said[SENTENCE];
    va_list args;
    va_start(args, format);
    vsnprintf(said, sizeof said, format, args);
    va_end(args);
    bool known = node->key_line != 0;
    return tree_complain_at(p, node->file, known ? node->key_line : node->line, known ? node->key_column : node->column,
                            code, said);
}

static bool later(const tree_problem *a, const tree_problem *b)
{
    int order = strcmp(a->file, b->file);
    if (order || a->line != b->line)
        return order ? order > 0 : a->line > b->line;
    return a->column > b->column;
}

/* By insertion: there are few, and equal ones keep their order.  The note that more were left out stays last. */
void tree_problems_sort(tree_problems *p)
{
    size_t n = p->n > TREE_PROBLEMS ? TREE_PROBLEMS : p->n;
    for (size_t i = 1; i < n; i++) {
        tree_problem moved = p->at[i];
        size_t j = i;
        for (; j && later(&p->at[j - 1], &moved); j--)
            p->at[j] = p->at[j - 1];
        p->at[j] = moved;
    }
}

int tree_problem_line(const tree_problem *p, text *out)
{
    if (*p->file)
        text_add(out, p->file);
    if (p->line > 0)
        text_addf(out, ":%d:%d", p->line, p->column > 0 ? p->column : 1);
    if (*p->file || p->line > 0)
        text_add(out, ": ");
    text_add(out, p->text);
    return out->failed ? E_NOMEM : E_OK;
}

void tree_problems_free(tree_problems *p)
{
    for (size_t i = 0; i < p->n; i++) {
        free((char *)p->at[i].file);
        free((char *)p->at[i].text);
    }
    free(p->at);
    *p = (tree_problems){ 0 };
}

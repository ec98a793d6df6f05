/* SPDX-License-Identifier: MIT
 * grid.c - a small table of words, printed with aligned columns.
 */
#include "grid.h"
#include <stdlib.h>
#include <string.h>

void grid_row(grid *g)
{
    if (g->rows == g->cap) {
        int cap = g->cap ? 2 * g->cap : 16;
        void *more = realloc(g->word, (size_t)cap * sizeof *g->word);
        if (!more) {
            g->failed = 1;
            return;
        }
        g->word = more;
        g->cap = cap;
    }
    memset(g->word[g->rows++], 0, sizeof *g->word);
    g->column = 0;
}

void grid_add(grid *g, const char *format, ...)
{
    if (g->failed || g->column >= g->columns)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(g->word[g->rows - 1][g->column++], GRID_WORD, format, args);
    va_end(args);
}

void grid_number(grid *g, const char *format, double x)
{
    char word[GRID_WORD] = "-";
    if (x - x == 0) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(word, sizeof word, format, x);
#pragma GCC diagnostic pop
    }
    grid_add(g, "%s", word);
}

static int used(const grid *g, int head, int c)
{
    for (int r = head; r < g->rows; r++)
        if (*g->word[r][c] && strcmp(g->word[r][c], "-") != 0)
            return 1;
    return 0;
}

void grid_print(const grid *g, int head, FILE *out)
{
    int width[GRID_COLUMNS] = { 0 };
    for (int c = 0; c < g->columns; c++)
        for (int r = 0; used(g, head, c) && r < g->rows; r++) {
            int n = (int)strlen(g->word[r][c]);
            width[c] = n > width[c] ? n : width[c];
        }
    for (int r = 0; r < g->rows; r++) {
        int blanks = 0;                                   /* held back: a line does not end in blanks */
        for (int c = 0; c < g->columns; c++) {
            if (width[c] == 0)
                continue;
            int n = (int)strlen(g->word[r][c]), pad = width[c] - n;
            if (c >= g->left)
                blanks += pad;
            if (n) {
                fprintf(out, "%*s%s", blanks, "", g->word[r][c]);
                blanks = 0;
            }
            blanks += 2 + (c < g->left ? pad : 0);
        }
        fputc('\n', out);
    }
}

void grid_free(grid *g)
{
    free(g->word);
    g->word = NULL;
}

/* SPDX-License-Identifier: MIT
 * show_table.c - tables of words for the terminal: columns as wide as their widest word.
 */
#include "core/base/mem.h"
#include "core/report/show.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void show_row(show_table *t, const char *const *word)
{
    size_t n = t->columns;
    if (t->failed)
        return;
    if (t->rows == t->cap) {
        size_t cap = t->cap ? 2 * t->cap : 16;
        char **more = mem_grow(t->word, cap * n, sizeof *more);
        t->failed = !more;
        if (!more)
            return;
        t->word = more;
        t->cap = cap;
    }
    char **at = t->word + t->rows * n;
    for (size_t i = 0; i < n; i++) {
        at[i] = mem_dup(word[i] ? word[i] : "");
        t->failed = t->failed || !at[i];
    }
    t->rows++;
}

void show_number(char out[32], double v, int digits)
{
    if (isnan(v))
        snprintf(out, 32, "-");
    else if (digits < 0 && fabs(v) < 1e6)
        snprintf(out, 32, "%.*f", -digits, v);
    else
        snprintf(out, 32, "%.*g", digits < 0 ? 6 : digits, v);
}

/* Characters of UTF-8, not bytes. */
static size_t width_of(const char *word)
{
    size_t n = 0;
    for (; word && *word; word++)
        n += ((unsigned char)*word & 0xc0) != 0x80;
    return n;
}

static size_t column_width(const show_table *t, size_t column)
{
    size_t most = 0;
    bool any = false;
    for (size_t r = 0; r < t->rows; r++) {
        const char *word = t->word[r * t->columns + column];
        size_t n = width_of(word);
        most = n > most ? n : most;
        any = any || (r > 0 && n && strcmp(word, "-") != 0);
    }
    return any ? most : 0;
}

static void add_blanks(text *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        text_addc(out, ' ');
}

void show_table_add(const show_table *t, text *out)
{
    size_t width[SHOW_COLUMNS];
    for (size_t c = 0; c < t->columns; c++)
        width[c] = column_width(t, c);
    for (size_t r = 0; r < t->rows; r++) {
        size_t owed = 0;                                /* blanks are owed until a word follows: none at a line's end */
        for (size_t c = 0; c < t->columns; c++) {
            const char *word = t->word[r * t->columns + c];
            size_t n = width_of(word);
            if (!width[c])
                continue;
            if (n && c >= t->left)
                owed += width[c] - n;
            if (n) {
                add_blanks(out, owed);
                text_add(out, word);
                owed = 0;
            }
            owed += 2 + (n && c >= t->left ? 0 : width[c] - n);
        }
        text_addc(out, '\n');
    }
    out->failed = out->failed || t->failed;
}

void show_table_free(show_table *t)
{
    for (size_t i = 0; i < t->rows * t->columns; i++)
        free(t->word[i]);
    free(t->word);
    *t = (show_table){ 0 };
}

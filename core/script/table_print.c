/* SPDX-License-Identifier: MIT
 * table_print.c - a table for people (its ends, in columns) and as CSV.
 */
#include "core/base/file.h"
#include "core/script/table.h"
#include <stdio.h>
#include <string.h>

enum { WHOLE = 20, ENDS = 8, WIDE = 110 }; /* rows shown whole; of each end of a longer one; columns of text */

/* Pushes all columns in order; returns the stack index before the first. */
static int push_columns(lua_State *L, int frame, size_t *n)
{
    lua_getiuservalue(L, frame, TABLE_NAMES);
    int names = lua_gettop(L);
    *n = (size_t)lua_rawlen(L, names);
    luaL_checkstack(L, (int)*n + 8, "too many columns");
    for (size_t k = 0; k < *n; k++) {
        lua_rawgeti(L, names, (lua_Integer)k + 1);
        table_column_of(L, frame, -1);
        lua_remove(L, -2);
    }
    return names;
}

/* Characters of UTF-8 a terminal shows one after another. */
static int width_of(const char *word)
{
    int n = 0;
    for (; *word; word++)
        n += ((unsigned char)*word & 0xc0) != 0x80;
    return n;
}

typedef struct show {
    text  *out;
    size_t n, shown[2 * ENDS > WHOLE ? 2 * ENDS : WHOLE], nshown;
} show;

static int widest(lua_State *L, const show *s, int column, const char *name)
{
    int most = width_of(name);
    for (size_t i = 0; i < s->nshown; i++) {
        char number[64];
        const char *word;
        table_column_text(L, column, s->shown[i], number, &word);
        int w = width_of(word ? word : number);
        most = w > most ? w : most;
    }
    return most;
}

static void pad(text *out, const char *word, int width, bool right)
{
    int blanks = width - width_of(word);
    for (int i = 0; right && i < blanks; i++)
        text_addc(out, ' ');
    text_add(out, word);
    for (int i = 0; !right && i < blanks; i++)
        text_addc(out, ' ');
}

/* How many columns fit. */
static size_t fit(lua_State *L, const show *s, int names, size_t ncol, int *width)
{
    int used = 0;
    for (size_t k = 0; k < ncol; k++) {
        lua_rawgeti(L, names, (lua_Integer)k + 1);
        width[k] = widest(L, s, names + 1 + (int)k, lua_tostring(L, -1));
        lua_pop(L, 1);
        used += width[k] + 2;
        if (used > WIDE && k)
            return k;
    }
    return ncol;
}

static void lines(lua_State *L, const show *s, int names, size_t fits, const int *width)
{
    for (size_t k = 0; k < fits; k++) {
        lua_rawgeti(L, names, (lua_Integer)k + 1);
        text_add(s->out, k ? "  " : "");
        pad(s->out, lua_tostring(L, -1), width[k],
            !((const table_column *)lua_touserdata(L, names + 1 + (int)k))->words);
        lua_pop(L, 1);
    }
    for (size_t i = 0; i < s->nshown; i++) {
        text_add(s->out, i && s->shown[i] != s->shown[i - 1] + 1 ? "\n..\n" : "\n");
        for (size_t k = 0; k < fits; k++) {
            char number[64];
            const char *word;
            table_column_text(L, names + 1 + (int)k, s->shown[i], number, &word);
            text_add(s->out, k ? "  " : "");
            pad(s->out, word ? word : number, width[k], !word);
        }
    }
    text_addc(s->out, '\n');
}

int table_tostring(lua_State *L)
{
    const table_frame *t = table_check_frame(L, 1);
    size_t ncol;
    lua_settop(L, 1);
    show s = { .out = table_text(L), .n = t->n };
    int names = push_columns(L, 1, &ncol);
    for (size_t i = 0; i < t->n && t->n <= WHOLE; i++)
        s.shown[s.nshown++] = i;
    for (size_t i = 0; i < ENDS && t->n > WHOLE; i++) {
        s.shown[i] = i;
        s.shown[ENDS + i] = t->n - ENDS + i;
        s.nshown = 2 * (size_t)ENDS;
    }
    int *width = lua_newuserdatauv(L, ncol * sizeof *width + 1, 0);
    size_t fits = fit(L, &s, names, ncol, width);
    if (ncol)
        lines(L, &s, names, fits, width);
    text_addf(s.out, "%zu row%s, %zu column%s", t->n, t->n == 1 ? "" : "s", ncol, ncol == 1 ? "" : "s");
    for (size_t k = fits; k < ncol; k++) {
        lua_rawgeti(L, names, (lua_Integer)k + 1);
        text_addf(s.out, "%s%s", k == fits ? "; not shown: " : ", ", lua_tostring(L, -1));
        lua_pop(L, 1);
    }
    if (s.out->failed)
        return luaL_error(L, "no memory to print a table of %I rows", (lua_Integer)t->n);
    lua_pushlstring(L, text_of(s.out), s.out->n);
    return 1;
}

static void add_field(text *out, const char *word)
{
    if (!strpbrk(word, ",\"\r\n")) {
        text_add(out, word);
        return;
    }
    text_addc(out, '"');
    for (; *word; word++) {
        if (*word == '"')
            text_addc(out, '"');
        text_addc(out, *word);
    }
    text_addc(out, '"');
}

/* t:csv(): the text; t:csv(path): into a file, and the table again. */
int table_csv(lua_State *L)
{
    const table_frame *t = table_check_frame(L, 1);
    const char *path = luaL_optstring(L, 2, NULL);
    size_t ncol;
    lua_settop(L, 2);
    text *out = table_text(L);
    int names = push_columns(L, 1, &ncol);
    for (size_t k = 0; k < ncol; k++) {
        lua_rawgeti(L, names, (lua_Integer)k + 1);
        text_add(out, k ? "," : "");
        add_field(out, lua_tostring(L, -1));
        lua_pop(L, 1);
    }
    text_addc(out, '\n');
    for (size_t i = 0; i < t->n; i++) {
        for (size_t k = 0; k < ncol; k++) {
            const table_column *c = lua_touserdata(L, names + 1 + (int)k);
            char number[64];
            const char *word = NULL;
            if (c->words)
                table_column_text(L, names + 1 + (int)k, i, number, &word);
            else
                text_number(c->v[i], number);
            text_add(out, k ? "," : "");
            add_field(out, word ? word : number);
        }
        text_addc(out, '\n');
    }
    if (out->failed)
        return luaL_error(L, "no memory for the CSV of %I rows", (lua_Integer)t->n);
    if (!path) {
        lua_pushlstring(L, text_of(out), out->n);
        return 1;
    }
    why w = { 0 };
    if (file_write(path, text_of(out), out->n, &w))
        return luaL_error(L, "%s", w.text);
    lua_settop(L, 1);
    return 1;
}

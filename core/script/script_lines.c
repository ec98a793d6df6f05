/* SPDX-License-Identifier: MIT
 * script_lines.c - a light look through a Lua file for what stands where in its table constructors.
 *
 * It knows strings, comments, braces, `name =`, `["name"] =` and places in lists; a file that builds its scenario in
 * another way gets the nearest guess, or none.
 */
#include "core/script/script_lines.h"
#include "core/base/mem.h"
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH = 64, WORD = 64, PATH = 512 };

typedef struct entry { char *path; script_place place; } entry;
struct script_lines {
    entry *at;
    size_t n, cap;
};

typedef struct level { char key[WORD]; int count; size_t length; } level;      /* a brace; length of the path to it */

typedef struct scan {
    script_lines *out;
    const char   *at;
    int           line, column;
    level         level[DEPTH];
    int           depth;
    char          path[PATH];
    char          key[WORD];                      /* one that stands before `=`; "" none */
    int           key_line, key_column;
    bool          fresh, failed;                  /* a value may begin here */
} scan;

static void step(scan *s)
{
    if (*s->at == '\n') {
        s->line++;
        s->column = 0;
    }
    s->at++;
    s->column++;
}

static void skip(scan *s, size_t n)
{
    while (n-- && *s->at)
        step(s);
}

/* "[==[ .. ]==]" at hand: its level of equal signs, -1: it is none. */
static int long_level(const char *at)
{
    int n = 0;
    if (*at != '[')
        return -1;
    while (at[1 + n] == '=')
        n++;
    return at[1 + n] == '[' ? n : -1;
}

static void skip_long(scan *s, int signs)
{
    skip(s, (size_t)signs + 2);
    while (*s->at) {
        int n = 0;
        while (s->at[0] == ']' && s->at[1 + n] == '=')
            n++;
        if (s->at[0] == ']' && n == signs && s->at[1 + n] == ']') {
            skip(s, (size_t)signs + 2);
            return;
        }
        step(s);
    }
}

static void skip_comment(scan *s)
{
    skip(s, 2);
    int signs = long_level(s->at);
    if (signs >= 0)
        skip_long(s, signs);
    else
        while (*s->at && *s->at != '\n')
            step(s);
}

/* A quoted string at hand, into word (cut to fit). */
static void take_string(scan *s, char word[WORD])
{
    char quote = *s->at;
    size_t n = 0;
    step(s);
    while (*s->at && *s->at != quote && *s->at != '\n') {
        if (*s->at == '\\' && s->at[1])
            step(s);
        if (n + 1 < WORD)
            word[n++] = *s->at;
        step(s);
    }
    word[n] = '\0';
    if (*s->at == quote)
        step(s);
}

static void blanks(scan *s)
{
    for (;;) {
        if (isspace((unsigned char)*s->at))
            step(s);
        else if (s->at[0] == '-' && s->at[1] == '-')
            skip_comment(s);
        else
            return;
    }
}

static void keep(scan *s, const char *path, script_place place)
{
    script_lines *l = s->out;
    if (l->n == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 64;
        entry *more = mem_grow(l->at, cap, sizeof *more);
        if (!more) {
            s->failed = true;
            return;
        }
        l->at = more;
        l->cap = cap;
    }
    char *own = mem_dup(path);
    s->failed |= !own;
    if (own)
        l->at[l->n++] = (entry){ own, place };
}

/* A value begins at hand: the name it goes by becomes the path's last part. */
static void begin_value(scan *s)
{
    if (!s->fresh || !s->depth)
        return;
    level *v = &s->level[s->depth - 1];
    char number[WORD];
    bool named = *s->key;
    snprintf(number, sizeof number, "%d", named ? 0 : ++v->count);
    int n = snprintf(s->path + v->length, PATH - v->length, "%s%s", v->length ? "." : "", named ? s->key : number);
    if (n > 0 && v->length + (size_t)n < PATH) {
        script_place at = { s->line, s->column, named ? s->key_line : s->line, named ? s->key_column : s->column };
        keep(s, s->path, at);
    } else
        s->path[v->length] = '\0';
    s->key[0] = '\0';
    s->fresh = false;
}

static void open_brace(scan *s)
{
    begin_value(s);
    if (s->depth < DEPTH) {
        size_t length = s->depth ? strlen(s->path) : 0;
        s->path[length] = '\0';
        s->level[s->depth++] = (level){ .length = length };
    }
    s->fresh = true;
    step(s);
}

static void close_brace(scan *s)
{
    if (s->depth)
        s->depth--;
    s->path[s->depth ? s->level[s->depth - 1].length : 0] = '\0';
    s->fresh = false;
    s->key[0] = '\0';
    step(s);
}

/* Is `=` (not `==`) next?  Then the word before it is a key. */
static bool is_key(scan *s)
{
    blanks(s);
    return s->at[0] == '=' && s->at[1] != '=';
}

static void set_key(scan *s, const char *word, int line, int column)
{
    snprintf(s->key, sizeof s->key, "%s", word);
    s->key_line = line;
    s->key_column = column;
    step(s);                                      /* the sign */
}

static void take_word(scan *s)
{
    char word[WORD];
    size_t n = 0;
    scan before = *s;
    while (isalnum((unsigned char)*s->at) || *s->at == '_' || *s->at == '.') {
        if (n + 1 < WORD)
            word[n++] = *s->at;
        step(s);
    }
    word[n] = '\0';
    if (before.fresh && before.depth && !before.key[0] && !strchr(word, '.') && is_key(s)) {
        set_key(s, word, before.line, before.column);
        return;
    }
    int line = s->line, column = s->column;
    s->line = before.line;
    s->column = before.column;
    begin_value(s);
    s->line = line;
    s->column = column;
}

/* ["name"] = */
static bool take_bracket(scan *s)
{
    scan before = *s;
    char word[WORD];
    step(s);
    blanks(s);
    if (before.fresh && before.depth && (*s->at == '"' || *s->at == '\'')) {
        take_string(s, word);
        blanks(s);
        if (*s->at == ']') {
            step(s);
            if (is_key(s)) {
                set_key(s, word, before.line, before.column);
                return true;
            }
        }
    }
    *s = before;
    return false;
}

static void one(scan *s)
{
    char word[WORD];
    char c = *s->at;
    int signs = long_level(s->at);
    if (c == '{') {
        open_brace(s);
    } else if (c == '}') {
        close_brace(s);
    } else if (c == ',' || c == ';') {
        s->fresh = s->depth > 0;
        s->key[0] = '\0';
        step(s);
    } else if (c == '"' || c == '\'') {
        begin_value(s);
        take_string(s, word);
    } else if (signs >= 0) {
        begin_value(s);
        skip_long(s, signs);
    } else if (c == '[' && take_bracket(s)) {
        return;
    } else if (isalnum((unsigned char)c) || c == '_') {
        take_word(s);
    } else {
        begin_value(s);
        step(s);
    }
}

script_lines *script_lines_open(const char *made)
{
    scan s = { .out = mem_zero(1, sizeof *s.out), .at = made, .line = 1, .column = 1 };
    if (!s.out)
        return NULL;
    for (blanks(&s); *s.at && !s.failed; blanks(&s))
        one(&s);
    if (!s.failed)
        return s.out;
    script_lines_close(s.out);
    return NULL;
}

/* How many parts at the end of both agree. */
static int agreement(const char *a, const char *b)
{
    size_t i = strlen(a), j = strlen(b);
    int parts = 0;
    while (i && j && a[i - 1] == b[j - 1]) {
        i--;
        j--;
        parts += (i == 0 || a[i - 1] == '.') && (j == 0 || b[j - 1] == '.');
    }
    return parts;
}

script_place script_lines_find(const script_lines *l, const char *path)
{
    script_place best = { 0 };
    int most = 0;
    const char *last = strrchr(path, '.');
    bool number = isdigit((unsigned char)(last ? last[1] : *path));
    for (size_t i = 0; i < l->n; i++) {
        if (strcmp(l->at[i].path, path) == 0)
            return l->at[i].place;
        int parts = agreement(l->at[i].path, path);
        if (parts > most && (!number || parts > 1)) {
            most = parts;
            best = l->at[i].place;
        }
    }
    return best;
}

void script_lines_close(script_lines *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->n; i++)
        free(l->at[i].path);
    free(l->at);
    free(l);
}

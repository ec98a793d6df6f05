/* SPDX-License-Identifier: MIT
 * text.c - growing text, and the nearest word to a mistyped one.  Numbers are in text_number.c.
 */
#include "core/base/text.h"
#include "core/base/mem.h"
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Room for n more bytes and the NUL. */
static bool text_room(text *t, size_t n)
{
    if (t->failed)
        return false;
    if (t->at && t->cap - t->n > n)
        return true;
    size_t cap = t->cap ? t->cap : 64;
    while (cap - t->n <= n && cap < SIZE_MAX / 2)
        cap *= 2;
    char *at = cap - t->n > n ? mem_grow(t->at, cap, 1) : NULL;
    if (!at) {
        t->failed = true;
        return false;
    }
    t->at = at;
    t->cap = cap;
    return true;
}

void text_addn(text *t, const char *more, size_t n)
{
    if (!text_room(t, n))
        return;
    if (n)
        memcpy(t->at + t->n, more, n);
    t->n += n;
    t->at[t->n] = '\0';
}

void text_add(text *t, const char *more)
{
    text_addn(t, more, strlen(more));
}

void text_addc(text *t, char c)
{
    text_addn(t, &c, 1);
}

void text_addf(text *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0) {
        t->failed = true;
        return;
    }
    if (!text_room(t, (size_t)n))
        return;
    va_start(args, format);
    vsnprintf(t->at + t->n, (size_t)n + 1, format, args);
    va_end(args);
    t->n += (size_t)n;
}

void text_add_number(text *t, double x)
{
    char made[32];
    if (isnan(x))
        text_add(t, "nan");
    else
        text_addn(t, made, text_number(x, made));
}

char *text_take(text *t)
{
    char *at = NULL;
    if (!t->failed)
        at = t->at ? t->at : mem_dup("");
    if (at != t->at)
        free(t->at);
    *t = (text){ 0 };
    return at;
}

void text_free(text *t)
{
    free(t->at);
    *t = (text){ 0 };
}

const char *text_of(const text *t)
{
    return t->at ? t->at : "";
}

enum { WORD = 128 };                                    /* longer words are only the same or not */

size_t text_distance(const char *a, const char *b, size_t cap)
{
    size_t n = strlen(a), m = strlen(b), row[3][WORD + 1];
    if (n > WORD || m > WORD)
        return strcasecmp(a, b) ? cap : 0;
    size_t *before = row[0], *last = row[1], *now = row[2];
    for (size_t j = 0; j <= m; j++)
        last[j] = j;
    for (size_t i = 1; i <= n; i++) {
        int ca = tolower((unsigned char)a[i - 1]);
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            int cb = tolower((unsigned char)b[j - 1]);
            size_t d = last[j - 1] + (ca != cb);
            d = d < last[j] + 1 ? d : last[j] + 1;
            d = d < now[j - 1] + 1 ? d : now[j - 1] + 1;
            bool swapped =
                i > 1 && j > 1 && ca == tolower((unsigned char)b[j - 2]) && cb == tolower((unsigned char)a[i - 2]);
            if (swapped && before[j - 2] + 1 < d)
                d = before[j - 2] + 1;
            now[j] = d;
        }
        size_t *old = before;
        before = last;
        last = now;
        now = old;
    }
    return last[m] < cap ? last[m] : cap;
}

const char *text_nearest(const char *word, const char *const *words, size_t n)
{
    size_t length = strlen(word), most = length / 3 > 2 ? length / 3 : 2;
    if (most >= length)                                 /* something of the word must be left */
        most = length ? length - 1 : 0;
    const char *best = NULL;
    size_t least = 2 * most + 2;
    for (size_t i = 0; i < n; i++) {
        if (!words[i])
            continue;
        size_t d =
            2 * text_distance(word, words[i], most + 1) + (strlen(words[i]) != length); /* of equals the one as long */
        if (d < least) {
            least = d;
            best = words[i];
        }
    }
    return best;
}

bool text_starts(const char *at, const char *prefix)
{
    return strncmp(at, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *at, const char *suffix)
{
    size_t n = strlen(at), m = strlen(suffix);
    return n >= m && memcmp(at + n - m, suffix, m) == 0;
}

bool text_is_id(const char *at)
{
    static const char legal[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
    size_t n = strspn(at, legal);
    if (n < 1 || n > 64 || at[n])
        return false;
    return strcmp(at, ".") && strcmp(at, "..");         /* would leave the folder as a path */
}

uint64_t text_hash(const char *at)
{
    uint64_t h = 0xcbf29ce484222325u;                   /* FNV-1a */
    for (; *at; at++)
        h = (h ^ (unsigned char)*at) * 0x100000001b3u;
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u; /* the finaliser of splitmix64: FNV's high bits alone are poor */
    h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
    return h ^ (h >> 31);
}

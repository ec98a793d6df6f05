/* SPDX-License-Identifier: MIT
 * text.h - growing text, numbers as text, and the nearest word to a mistyped one.
 */
#ifndef FADE_BASE_TEXT_H
#define FADE_BASE_TEXT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A growing, always NUL-terminated text.  Start from {0}.  A failed allocation sets `failed` and later adds do nothing. */
typedef struct text {
    char  *at;                                    /* NULL while empty */
    size_t n, cap;
    bool   failed;
} text;
void text_add(text *, const char *more);
void text_addn(text *, const char *more, size_t n);
void text_addc(text *, char c);
void text_addf(text *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_number(text *, double);             /* shortest form; NaN adds "nan" */
char *text_take(text *);                          /* takes: the caller frees; NULL if it failed; "" when empty */
void text_free(text *);
const char *text_of(const text *);                /* never NULL */

/* Shortest decimal that reads back the same bits (%.15g, .16g, .17g or faster); NaN gives "", inf "inf".  Returns the length. */
size_t text_number(double, char out[32]);
/* All n bytes are one number ("1e-3", "nan", "inf", "+2"), C locale whatever the process has; false otherwise. */
bool text_real(const char *at, size_t n, double *out);
/* Damerau-Levenshtein distance, case-insensitive; at most `cap` is told apart. */
size_t text_distance(const char *a, const char *b, size_t cap);
/* The word of words[n] nearest to `word`, NULL when none is near enough to be meant (distance > max(2, len / 3)). */
const char *text_nearest(const char *word, const char *const *words, size_t n);
bool text_starts(const char *text, const char *prefix);
bool text_ends(const char *text, const char *suffix);
/* True for [A-Za-z0-9_.-]{1,64}: a battery id, also safe in a path. */
bool text_is_id(const char *text);
/* 64-bit FNV-1a then mixed: the number of a cell's id for random draws, never its position. */
uint64_t text_hash(const char *text);
#endif

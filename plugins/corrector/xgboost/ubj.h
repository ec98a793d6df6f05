/* SPDX-License-Identifier: MIT
 * ubj.h - reading Universal Binary JSON step by step: objects by key, numbers, strings; all else is skipped.
 *
 * A reader that met a fault stays at its end: every later call gives 0, false or an empty text.
 */
#ifndef FADE_UBJ_H
#define FADE_UBJ_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UBJ_KEY = 32 };

typedef struct ubj {
    const unsigned char *at, *end;
    bool bad;
} ubj;

typedef struct ubj_list { /* an array begun */
    uint64_t n;           /* values to come */
    char type;            /* of each, or 0: each says */
} ubj_list;

bool ubj_object(ubj *);                           /* enters one */
bool ubj_key(ubj *, char key[UBJ_KEY]);           /* the next member's name, cut to fit; false: no more */
bool ubj_array(ubj *, ubj_list *);                /* enters one whose length is told */
void ubj_numbers(ubj *, const ubj_list *, double *to); /* all of an array just entered */
double ubj_number(ubj *);                         /* a value on its own */
void ubj_text(ubj *, char *to, size_t room);      /* a string, cut to fit */
void ubj_skip(ubj *);                             /* a value, whatever it is */
bool ubj_fault(ubj *);                            /* makes it bad; false */
#endif

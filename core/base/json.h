/* SPDX-License-Identifier: MIT
 * json.h - a streaming writer of JSON; reading is jansson's.
 *
 * Numbers are shortest round-trip, NaN and infinities null.  Commas and nesting are kept by the writer.
 */
#ifndef FADE_BASE_JSON_H
#define FADE_BASE_JSON_H
#include "core/base/text.h"

typedef struct json {
    text     out;
    unsigned depth;
    uint64_t more;                                /* bit per depth: a value stands before */
} json;                                           /* start from {0}; text_take(&j.out) ends it */
void json_open(json *, const char *key, char bracket);    /* '{' or '['; key NULL in arrays and at the top */
void json_close(json *, char bracket);                    /* '}' or ']' */
void json_number(json *, const char *key, double);
void json_whole(json *, const char *key, int64_t);
void json_bool(json *, const char *key, bool);
void json_text(json *, const char *key, const char *);    /* NULL gives null; bad UTF-8 becomes U+FFFD */
void json_raw(json *, const char *key, const char *json_text);
void json_quote(text *, const char *);                    /* "..." with escapes */
#endif

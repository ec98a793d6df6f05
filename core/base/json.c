/* SPDX-License-Identifier: MIT
 * json.c - a streaming writer of JSON.
 */
#include "core/base/json.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { DEEPEST = 63 };

/* Bytes of the UTF-8 character at `at`, 0 when it is none (RFC 3629: no surrogates, nothing overlong, nothing above
 * U+10FFFF). */
static size_t utf8_length(const unsigned char *at)
{
    if (at[0] < 0x80)
        return 1;
    size_t n = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    if (at[0] < 0xc2 || at[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xf0 && at[1] < 0x90);
    bool outside = (at[0] == 0xed && at[1] > 0x9f) || (at[0] == 0xf4 && at[1] > 0x8f);
    return overlong || outside ? 0 : n;
}

void json_quote(text *t, const char *plain)
{
    static const char escaped[] = "\"\\\b\f\n\r\t", letter[] = "\"\\bfnrt";
    const unsigned char *at = (const unsigned char *)plain;
    text_addc(t, '"');
    while (*at) {
        const char *special = strchr(escaped, *at);
        size_t n = utf8_length(at);
        if (special) {
            char two[2] = { '\\', letter[special - escaped] };
            text_addn(t, two, 2);
        } else if (*at < 0x20 || *at == 0x7f) {
            text_addf(t, "\\u%04x", *at);
        } else if (!n) {
            text_add(t, "\xef\xbf\xbd");                /* U+FFFD */
            n = 1;
        } else {
            text_addn(t, (const char *)at, n);
        }
        at += n;
    }
    text_addc(t, '"');
}

/* Comma and key in front of a value. */
static void front(json *j, const char *key)
{
    uint64_t bit = (uint64_t)1 << (j->depth & 63);
    if (j->more & bit)
        text_addc(&j->out, ',');
    j->more |= bit;
    if (key) {
        json_quote(&j->out, key);
        text_addc(&j->out, ':');
    }
}

void json_open(json *j, const char *key, char bracket)
{
    front(j, key);
    text_addc(&j->out, bracket);
    if (j->depth >= DEEPEST) {
        j->out.failed = true;
        return;
    }
    j->depth++;
    j->more &= ~((uint64_t)1 << j->depth);
}

void json_close(json *j, char bracket)
{
    if (j->depth)
        j->depth--;
    text_addc(&j->out, bracket);
}

void json_number(json *j, const char *key, double x)
{
    if (!isfinite(x)) {
        json_raw(j, key, "null");
        return;
    }
    char made[32];
    text_number(x, made);
    json_raw(j, key, made);
}

void json_whole(json *j, const char *key, int64_t x)
{
    front(j, key);
    text_addf(&j->out, "%" PRId64, x);
}

void json_bool(json *j, const char *key, bool x)
{
    json_raw(j, key, x ? "true" : "false");
}

void json_text(json *j, const char *key, const char *x)
{
    if (!x) {
        json_raw(j, key, "null");
        return;
    }
    front(j, key);
    json_quote(&j->out, x);
}

void json_raw(json *j, const char *key, const char *made)
{
    front(j, key);
    text_add(&j->out, made);
}

/* SPDX-License-Identifier: MIT
 * units_quantity.c - texts people write for a quantity: "25 degC", "0.5", "C/2", "1.5 C", "1 h".
 */
#include "core/base/text.h"
#include "core/base/units.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST = 128, ALTERNATIVES = 8 };

/* How many bytes of `at` are a decimal number; "2 eV" and "1e" end before the e. */
static size_t number_length(const char *at)
{
    size_t n = 0, digits = 0;
    if (at[n] == '+' || at[n] == '-')
        n++;
    for (bool point = false; isdigit((unsigned char)at[n]) || (at[n] == '.' && !point); n++) {
        point = point || at[n] == '.';
        digits += at[n] != '.';
    }
    if (!digits)
        return 0;
    if (at[n] == 'e' || at[n] == 'E') {
        size_t e = n + 1;
        if (at[e] == '+' || at[e] == '-')
            e++;
        size_t start = e;
        while (isdigit((unsigned char)at[e]))
            e++;
        if (e > start)
            n = e;
    }
    return n;
}

static const char *blanks(const char *at)
{
    while (isspace((unsigned char)*at))
        at++;
    return at;
}

/* "C", "C/2", "C / 2" with `number` (or 1) before it. */
static bool is_rate(const char *at, double *rate)
{
    if (*at != 'C')
        return false;
    at = blanks(at + 1);
    if (!*at)
        return true;
    if (*at != '/')
        return false;
    at = blanks(at + 1);
    size_t n = number_length(at);
    double by;
    if (!n || at[n] || !text_real(at, n, &by) || !(by > 0))
        return false;
    *rate /= by;
    return true;
}

/* The number and its unit; a bare number has unit "" and *bare true. */
static int split(const char *spec, double *value, char unit_text[64], bool *bare, why *w)
{
    char at[LONGEST];
    *bare = false;
    const char *start = blanks(spec);
    size_t length = strlen(start);
    while (length && isspace((unsigned char)start[length - 1]))
        length--;
    if (length >= LONGEST)
        return fail(w, E_INPUT, "\"%.20s..\" is too long for a quantity", start);
    snprintf(at, sizeof at, "%.*s", (int)length, start);
    *value = 1;
    size_t n = number_length(at);
    if (!n && text_real(at, length, value) && !isnan(*value)) {         /* "inf" */
        *bare = true;
        return E_OK;
    }
    const char *rest = blanks(at + n);
    if (n && !text_real(at, n, value))
        return fail(w, E_INPUT, "\"%s\" is no number a double can hold", spec);
    if (is_rate(rest, value)) {
        snprintf(unit_text, 64, "C-rate");
        return E_OK;
    }
    if (!n)
        return fail(w, E_INPUT, "\"%s\" is no quantity: a number is expected, then a unit", spec);
    if (strlen(rest) > 63)
        return fail(w, E_INPUT, "\"%s\" is no quantity: its unit is too long", spec);
    snprintf(unit_text, 64, "%.63s", rest);
    *bare = !*rest;
    return E_OK;
}

/* The i-th of "A|V|W" into out; false behind the last. */
static bool alternative(const char *declared, int i, char out[64])
{
    for (; i > 0; i--) {
        declared = strchr(declared, '|');
        if (!declared)
            return false;
        declared++;
    }
    snprintf(out, 64, "%.*s", (int)strcspn(declared, "|"), declared);
    return true;
}

static const char *spoken(const char *unit_text)
{
    if (!*unit_text)
        return "a bare number";
    return strcmp(unit_text, "1") == 0 ? "a ratio" : unit_text;
}

int units_quantity(const char *spec, const char *declared, double nominal_ah, double *out, why *w)
{
    char unit_text[64] = "", want[64];
    double value, scale, offset;
    bool bare = false;
    unit from, to;
    int rc = split(spec, &value, unit_text, &bare, w);
    if (rc)
        return rc;
    if (bare) {
        *out = value;
        return E_OK;
    }
    rc = units_parse(unit_text, &from, w);
    if (rc) {
        if (w)
            why_prefix(w, "\"%s\"", spec);
        return rc;
    }
    bool amperes = false;
    for (int i = 0; i < ALTERNATIVES && alternative(declared, i, want); i++) {
        rc = units_parse(want, &to, w);
        if (rc)
            return rc;
        if (units_convert(&from, &to, nominal_ah, &scale, &offset)) {
            *out = scale == 1 ? value + offset : value * scale + offset;
            return E_OK;
        }
        amperes = amperes || (to.dim[3] == 1 && strchr(want, 'A') && !strchr(want, '.'));
    }
    if (from.rate && amperes && isnan(nominal_ah))
        return fail(w, E_DOMAIN, "\"%s\" is a C-rate, but %s is wanted and no nominal capacity is known", spec,
                    declared);
    if (from.rate)
        return fail(w, E_DOMAIN,
                    "\"%s\" is a C-rate (1/h), but %s is wanted; degrees are written degC, coulombs coulomb", spec,
                    spoken(declared));
    return fail(w, E_DOMAIN, "\"%s\" is in %s, but %s is wanted", spec, spoken(unit_text), spoken(declared));
}

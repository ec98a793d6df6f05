/* SPDX-License-Identifier: MIT
 * units.c - units as exponents of SI base units with scale and offset; texts like "25 degC", "C/2", "1 h".
 *
 * A year is 365 days of 86400 s, the year of calendar ageing laws (not the Julian year of 31557600 s).  "C" alone is
 * refused as a unit: it could be a coulomb, a degree or a C-rate, so each of these has a name of its own.
 */
#include "core/base/units.h"
#include "core/base/text.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { NDIM = 7, LONGEST_NAME = 24, LONGEST_UNIT = 64 };
enum { PREFIXED = 1, OFFSET = 2 };

typedef struct factor {
    const char *name, *suffix;                          /* in a unit; in the name of a column */
    double      scale, offset;
    int8_t      dim[NDIM];                              /* kg m s A K mol cd */
    int         flags;
} factor;

static const factor factors[] = {
    { "1", "", 1, 0, { 0 }, 0 },
    { "%", "percent", 0.01, 0, { 0 }, 0 },
    { "ppm", "ppm", 1e-6, 0, { 0 }, 0 },
    { "cycle", "cycle", 1, 0, { 0 }, 0 },
    { "cycles", "cycle", 1, 0, { 0 }, 0 },
    { "rad", "radian", 1, 0, { 0 }, 0 },
    { "deg", "degree", 0.017453292519943295, 0, { 0 }, 0 },
    { "g", "gram", 1e-3, 0, { 1 }, PREFIXED },
    { "m", "metre", 1, 0, { 0, 1 }, PREFIXED },
    { "cm", "centimetre", 1e-2, 0, { 0, 1 }, 0 },
    { "dm", "decimetre", 1e-1, 0, { 0, 1 }, 0 },
    { "L", "litre", 1e-3, 0, { 0, 3 }, PREFIXED },
    { "s", "second", 1, 0, { 0, 0, 1 }, PREFIXED },
    { "sec", "second", 1, 0, { 0, 0, 1 }, 0 },
    { "second", "second", 1, 0, { 0, 0, 1 }, 0 },
    { "seconds", "second", 1, 0, { 0, 0, 1 }, 0 },
    { "min", "minute", 60, 0, { 0, 0, 1 }, 0 },
    { "minute", "minute", 60, 0, { 0, 0, 1 }, 0 },
    { "minutes", "minute", 60, 0, { 0, 0, 1 }, 0 },
    { "h", "hour", 3600, 0, { 0, 0, 1 }, 0 },
    { "hour", "hour", 3600, 0, { 0, 0, 1 }, 0 },
    { "hours", "hour", 3600, 0, { 0, 0, 1 }, 0 },
    { "d", "day", 86400, 0, { 0, 0, 1 }, 0 },
    { "day", "day", 86400, 0, { 0, 0, 1 }, 0 },
    { "days", "day", 86400, 0, { 0, 0, 1 }, 0 },
    { "week", "week", 604800, 0, { 0, 0, 1 }, 0 },
    { "weeks", "week", 604800, 0, { 0, 0, 1 }, 0 },
    { "year", "year", 31536000, 0, { 0, 0, 1 }, 0 },
    { "years", "year", 31536000, 0, { 0, 0, 1 }, 0 },
    { "Hz", "hertz", 1, 0, { 0, 0, -1 }, PREFIXED },
    { "A", "ampere", 1, 0, { 0, 0, 0, 1 }, PREFIXED },
    { "K", "kelvin", 1, 0, { 0, 0, 0, 0, 1 }, PREFIXED },
    { "degC", "celsius", 1, 273.15, { 0, 0, 0, 0, 1 }, OFFSET },
    { "\xc2\xb0""C", "celsius", 1, 273.15, { 0, 0, 0, 0, 1 }, OFFSET },
    { "degF", "fahrenheit", 5.0 / 9, 459.67 * 5 / 9, { 0, 0, 0, 0, 1 }, OFFSET },
    { "\xc2\xb0""F", "fahrenheit", 5.0 / 9, 459.67 * 5 / 9, { 0, 0, 0, 0, 1 }, OFFSET },
    { "mol", "mole", 1, 0, { 0, 0, 0, 0, 0, 1 }, PREFIXED },
    { "cd", "candela", 1, 0, { 0, 0, 0, 0, 0, 0, 1 }, 0 },
    { "N", "newton", 1, 0, { 1, 1, -2 }, PREFIXED },
    { "Pa", "pascal", 1, 0, { 1, -1, -2 }, PREFIXED },
    { "bar", "bar", 1e5, 0, { 1, -1, -2 }, PREFIXED },
    { "J", "joule", 1, 0, { 1, 2, -2 }, PREFIXED },
    { "eV", "electronvolt", 1.602176634e-19, 0, { 1, 2, -2 }, PREFIXED },       /* SI, exact */
    { "W", "watt", 1, 0, { 1, 2, -3 }, PREFIXED },
    { "Wh", "wh", 3600, 0, { 1, 2, -2 }, PREFIXED },
    { "coulomb", "coulomb", 1, 0, { 0, 0, 1, 1 }, 0 },
    { "Ah", "ah", 3600, 0, { 0, 0, 1, 1 }, PREFIXED },
    { "V", "volt", 1, 0, { 1, 2, -3, -1 }, PREFIXED },
    { "ohm", "ohm", 1, 0, { 1, 2, -3, -2 }, PREFIXED },
    { "Ohm", "ohm", 1, 0, { 1, 2, -3, -2 }, PREFIXED },
    { "\xce\xa9", "ohm", 1, 0, { 1, 2, -3, -2 }, PREFIXED },
    { "S", "siemens", 1, 0, { -1, -2, 3, 2 }, PREFIXED },
    { "F", "farad", 1, 0, { -1, -2, 4, 2 }, PREFIXED },
    { "H", "henry", 1, 0, { 1, 2, -2, -2 }, PREFIXED },
};
enum { NFACTORS = sizeof factors / sizeof *factors };

static const struct { const char *name, *suffix; double scale; } prefixes[] = {
    { "k", "kilo", 1e3 },  { "M", "mega", 1e6 },  { "G", "giga", 1e9 },          { "m", "milli", 1e-3 },
    { "u", "micro", 1e-6 }, { "\xc2\xb5", "micro", 1e-6 }, { "n", "nano", 1e-9 }, { "p", "pico", 1e-12 },
};

/* The factor called at[n], and by how much its prefix scales it. */
static const factor *find(const char *at, size_t n, size_t *prefix)
{
    *prefix = SIZE_MAX;
    for (size_t i = 0; i < NFACTORS; i++)
        if (strlen(factors[i].name) == n && memcmp(factors[i].name, at, n) == 0)
            return &factors[i];
    for (size_t p = 0; p < sizeof prefixes / sizeof *prefixes; p++) {
        size_t lead = strlen(prefixes[p].name);
        if (n <= lead || memcmp(prefixes[p].name, at, lead) != 0)
            continue;
        for (size_t i = 0; i < NFACTORS; i++)
            if ((factors[i].flags & PREFIXED) && strlen(factors[i].name) == n - lead &&
                memcmp(factors[i].name, at + lead, n - lead) == 0) {
                *prefix = p;
                return &factors[i];
            }
    }
    return NULL;
}

/* The known factor that was probably meant, also with its usual prefix. */
static const char *meant(const char *name)
{
    static const char *const usual[] = { "mAh", "mA", "mV", "kWh", "mohm", "kW",  "mW",  "kJ",    "kg",
                                         "mm",  "um", "nm", "ms",  "us",   "kPa", "MPa", "C-rate" };
    const char *names[NFACTORS + sizeof usual / sizeof *usual];
    size_t n = 0;
    for (size_t i = 0; i < NFACTORS; i++)
        names[n++] = factors[i].name;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        names[n++] = usual[i];
    for (size_t i = 0; i < n; i++)                      /* only the case is wrong: "ah", "v", "kwh" */
        if (text_distance(name, names[i], 2) == 0)
            return names[i];
    return text_nearest(name, names, n);
}

static int unknown(const char *name, const char *spec, why *w)
{
    static const struct { const char *wrong, *right;
    } said[] = {
        { "C", "\"coulomb\", \"degC\" or \"C-rate\"" },
        { "celsius", "\"degC\"" },
        { "oC", "\"degC\"" },
        { "Celsius", "\"degC\"" },
        { "kelvin", "\"K\"" },
        { "volt", "\"V\"" },
        { "ampere", "\"A\"" },
        { "amp", "\"A\"" },
        { "year", "\"days\"" },
        { "years", "\"days\"" },
        { "yr", "\"days\"" },
        { "month", "\"days\"" },
        { "months", "\"days\"" },
        { "watt", "\"W\"" },
    };
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (strcmp(name, said[i].wrong) == 0)
            return fail(w, E_INPUT, "unit \"%s\": write %s for \"%s\"", spec, said[i].right, name);
    const char *near = meant(name);
    if (near)
        fail(w, E_INPUT, "unit \"%s\" is not known, did you mean \"%s\"?", name, near);
    else
        fail(w, E_INPUT, "unit \"%s\" is not known", name);
    if (w && strcmp(name, spec) != 0)
        why_prefix(w, "\"%s\"", spec);
    return E_INPUT;
}

typedef struct parser {                                 /* of one unit, which ends at NUL */
    const char *text, *at;
    unit        made;
    int         depth, count;
    bool        offset;                                 /* a degC was met */
    why        *w;
} parser;

static bool named(char c)
{
    return isalpha((unsigned char)c) || c == '%' || (unsigned char)c >= 0x80;
}

static int exponent(parser *p, int *k)
{
    bool caret = *p->at == '^', minus = false;
    p->at += caret;
    if (*p->at == '-' && isdigit((unsigned char)p->at[1])) {
        minus = true;
        p->at++;
    }
    *k = 1;
    if (!isdigit((unsigned char)*p->at))
        return caret ? fail(p->w, E_INPUT, "unit \"%s\": \"^\" wants a whole number behind it", p->text) : E_OK;
    *k = 0;
    for (; isdigit((unsigned char)*p->at); p->at++)
        if (*k < 100)
            *k = *k * 10 + *p->at - '0';
    *k = minus ? -*k : *k;
    if (*k < -12 || *k > 12)
        return fail(p->w, E_INPUT, "unit \"%s\": the exponent %d is outside -12 .. 12", p->text, *k);
    return E_OK;
}

static int multiply(parser *p, const factor *f, double scale, int k)
{
    if (f->flags & OFFSET) {
        p->offset = true;
        if (k != 1)
            return fail(p->w, E_INPUT, "unit \"%s\": %s has a zero of its own and stands alone, write K", p->text,
                        f->name);
    }
    for (int i = 0; i < k; i++)
        p->made.scale *= scale;
    for (int i = 0; i > k; i--)
        p->made.scale /= scale;
    p->made.offset = f->offset;
    for (int i = 0; i < NDIM; i++) {
        int sum = p->made.dim[i] + f->dim[i] * k;
        if (sum < -100 || sum > 100)
            return fail(p->w, E_INPUT, "unit \"%s\": too high a power", p->text);
        p->made.dim[i] = (int8_t)sum;
    }
    return E_OK;
}

static int product(parser *p, int sign);

static int one(parser *p, int sign)
{
    if (*p->at == '(') {
        p->at++;
        if (++p->depth > 8)
            return fail(p->w, E_INPUT, "unit \"%s\" is nested too deeply", p->text);
        int rc = product(p, sign);
        if (rc)
            return rc;
        p->depth--;
        if (*p->at != ')')
            return fail(p->w, E_INPUT, "unit \"%s\": a \")\" is missing", p->text);
        p->at++;
        return E_OK;
    }
    const char *start = p->at;
    if (*p->at == '1')
        p->at++;
    else
        while (named(*p->at))
            p->at++;
    size_t n = (size_t)(p->at - start), prefix;
    char name[LONGEST_NAME];
    if (!n)
        return fail(p->w, E_INPUT, "unit \"%s\": a name is expected at \"%.12s\"", p->text, start);
    snprintf(name, sizeof name, "%.*s", (int)n, start);
    const factor *f = find(start, n, &prefix);
    if (!f)
        return unknown(name, p->text, p->w);
    int k, rc = *start == '1' ? (k = 1, E_OK) : exponent(p, &k);
    if (rc)
        return rc;
    p->count++;
    return multiply(p, f, prefix == SIZE_MAX ? f->scale : f->scale * prefixes[prefix].scale, k * sign);
}

/* a.b/c/d is (a b) / (c d): a slash divides by the one factor behind it. */
static int product(parser *p, int sign)
{
    int next = sign;
    for (;;) {
        int rc = one(p, next);
        if (rc)
            return rc;
        if (*p->at == '/')
            next = -sign;
        else if (*p->at == '*' || *p->at == '.')
            next = sign;
        else
            return E_OK;
        p->at++;
    }
}

int units_parse(const char *spec, unit *out, why *w)
{
    *out = (unit){ .scale = 1 };
    if (strcmp(spec, "C-rate") == 0) {
        *out = (unit){ .scale = 1.0 / 3600, .dim = { 0, 0, -1 }, .rate = true };
        return E_OK;
    }
    if (!*spec)
        return E_OK;
    if (strlen(spec) >= LONGEST_UNIT)
        return fail(w, E_INPUT, "unit \"%.20s..\" is longer than %d characters", spec, LONGEST_UNIT - 1);
    parser p = { .text = spec, .at = spec, .made = { .scale = 1 }, .w = w };
    int rc = product(&p, 1);
    if (rc)
        return rc;
    if (*p.at)
        return fail(w, E_INPUT, "unit \"%s\": \"%s\" is not expected here", spec, p.at);
    if (p.offset && p.count > 1)
        return fail(w, E_INPUT, "unit \"%s\": a temperature with a zero of its own stands alone, write K", spec);
    if (!p.offset)
        p.made.offset = 0;
    *out = p.made;
    return E_OK;
}

bool units_meet(const unit *a, const unit *b)
{
    return memcmp(a->dim, b->dim, sizeof a->dim) == 0;
}

static bool is_ampere(const unit *u)
{
    static const int8_t ampere[NDIM] = { 0, 0, 0, 1 };
    return memcmp(u->dim, ampere, sizeof ampere) == 0;
}

bool units_convert(const unit *from, const unit *to, double nominal_ah, double *scale, double *offset)
{
    double coulomb = nominal_ah * 3600;                 /* 1/s times this is A */
    *offset = 0;
    if (from->rate && is_ampere(to) && !isnan(nominal_ah)) {
        *scale = from->scale * 3600 * nominal_ah / to->scale;
        return true;
    }
    if (to->rate && is_ampere(from) && !isnan(nominal_ah)) {
        *scale = from->scale / (coulomb * to->scale);
        return true;
    }
    if (!units_meet(from, to))
        return false;
    *scale = from->scale == to->scale ? 1 : from->scale / to->scale;
    *offset = (from->offset - to->offset) / to->scale;
    return true;
}

const char *units_human(const char *spec)
{
    static const struct { const char *inside, *human;
    } said[] = {
        { "K", "degC" }, { "A.s", "Ah" },     { "s.A", "Ah" }, { "A*s", "Ah" },
        { "A.h", "Ah" }, { "coulomb", "Ah" }, { "W.h", "Wh" }, { "C-rate", "1/h" },
    };
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (strcmp(spec, said[i].inside) == 0)
            return said[i].human;
    return spec;
}

const char *units_human_values(const char *spec, double *v, size_t n)
{
    unit a, b;
    double scale, offset;
    const char *to = units_human(spec);
    if (strcmp(to, "1") == 0)
        return "";
    if (units_parse(spec, &a, NULL) || units_parse(to, &b, NULL) || !units_convert(&a, &b, NAN, &scale, &offset))
        return spec;
    for (size_t i = 0; i < n; i++)
        v[i] = v[i] * scale + offset;
    return to;
}

/* Adds a word, joined by "_", lower case, as far as there is room. */
static void join(char out[48], size_t *n, const char *word, const char *more)
{
    int added = snprintf(out + *n, 48 - *n, "%s%s%s", *n && *word ? "_" : "", word, more);
    *n += (size_t)added;
    if (*n > 47)
        *n = 47;
    for (size_t i = 0; out[i]; i++)
        out[i] = (char)tolower((unsigned char)out[i]);
}

size_t units_suffix(const char *spec, char out[48])
{
    static const struct {
        const char *unit, *suffix;
    } said[] = { { "1", "ratio" }, { "C-rate", "per_hour" }, { "mAh", "mah" }, { "kWh", "kwh" }, { "kg", "kg" } };
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (strcmp(spec, said[i].unit) == 0)
            return (size_t)snprintf(out, 48, "%s", said[i].suffix);
    while (*spec) {
        size_t length = 0, prefix;
        if (*spec == '/')
            join(out, &n, "per", "");
        while (named(spec[length]))
            length++;
        const factor *f = length ? find(spec, length, &prefix) : NULL;
        if (f && prefix != SIZE_MAX) {
            join(out, &n, prefixes[prefix].suffix, f->suffix);
        } else if (f) {
            join(out, &n, f->suffix, "");
        }
        spec += length ? length : 1;
        size_t power = strspn(spec, "^-0123456789");
        if (length && power) {
            char digits[8];
            const char *sign = strchr("^", *spec) ? spec + 1 : spec;
            snprintf(digits, sizeof digits, "%s%.*s", *sign == '-' ? "m" : "",
                     (int)(power - (size_t)(sign - spec) - (*sign == '-')), sign + (*sign == '-'));
            join(out, &n, "", digits);
            spec += power;
        }
    }
    return n;
}

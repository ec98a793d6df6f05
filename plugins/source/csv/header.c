/* SPDX-License-Identifier: MIT
 * header.c - finds the header below any titles, and decides what each field is.
 *
 * What the scenario says comes first (columns, cell_column, ..), then the names of names.c; the first field of a
 * meaning has it.
 */
#include "inside.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TITLES = 50, KNOWN_ENOUGH = 2, MOST_FIELDS = 1000 };

/* One entry of `columns`: "capacity" = "Cap", or "capacity.from", "capacity.unit", "capacity.sign". */
static const char *mapped(const source *s, const char *key, const char *part)
{
    const fade_value *m = s->o.columns;
    size_t n = strlen(key);
    for (uint32_t k = 0; k < m->n; k++) {
        const char *rest = m->key[k] + n;
        if (strncmp(m->key[k], key, n) != 0)
            continue;
        if ((*rest == '\0' && strcmp(part, "from") == 0) || (*rest == '.' && strcmp(rest + 1, part) == 0))
            return m->texts[k];
    }
    return NULL;
}

/* The key of entry k without its part; false: not the entry that says where from. */
static bool from_entry(const source *s, uint32_t k, char key[KEY_BYTES])
{
    const char *at = s->o.columns->key[k], *dot = strrchr(at, '.');
    bool part = dot && (strcmp(dot, ".from") == 0 || strcmp(dot, ".unit") == 0 || strcmp(dot, ".sign") == 0);
    size_t n = part ? (size_t)(dot - at) : strlen(at);
    if (n >= KEY_BYTES)
        n = KEY_BYTES - 1;
    memcpy(key, at, n);
    key[n] = '\0';
    return !part || strcmp(dot, ".from") == 0;
}

/* The field whose header is `name`, or -1. */
static int find(const source *s, const char *name)
{
    for (uint32_t k = 0; k < s->width; k++)
        if (strcmp(s->header[k], name) == 0)
            return (int)k;
    return -1;
}

static bool asked_for(const source *s, const char *header)
{
    const char *const said[] = { s->o.cell_column, s->o.cycle_column, s->o.time_column, s->o.group_column };
    for (size_t k = 0; k < sizeof said / sizeof said[0]; k++)
        if (said[k] && strcmp(said[k], header) == 0)
            return true;
    char key[KEY_BYTES];
    for (uint32_t k = 0; k < s->o.columns->n; k++)
        if (from_entry(s, k, key) && strcmp(s->o.columns->texts[k], header) == 0)
            return true;
    return false;
}

static uint32_t known_fields(const source *s)
{
    uint32_t n = 0;
    for (uint32_t k = 0; k < s->n; k++) {
        named name;
        names_read(s->field[k].at, &name);
        n += name.key || asked_for(s, s->field[k].at);
    }
    return n;
}

static void free_header(source *s)
{
    for (uint32_t k = 0; s->header && k < s->width; k++)
        free(s->header[k]);
    free(s->header);
    s->header = NULL;
    s->width = 0;
}

static int32_t keep_header(source *s)
{
    free_header(s);
    if (s->n > MOST_FIELDS)
        return source_fail(s, FADE_EINVAL, "a header of %u fields; at most %d are read", s->n, MOST_FIELDS);
    s->header = calloc(s->n, sizeof *s->header);
    if (!s->header)
        return source_fail(s, FADE_ENOMEM, "no memory for a header");
    for (s->width = 0; s->width < s->n; s->width++) {
        s->header[s->width] = strdup(s->field[s->width].at);
        if (!s->header[s->width])
            return source_fail(s, FADE_ENOMEM, "no memory for a header");
    }
    return FADE_OK;
}

/* "a, b, c, .." for messages. */
static void headers(const source *s, char *out, size_t room)
{
    size_t n = 0;
    out[0] = '\0';
    for (uint32_t k = 0; k < s->width && n + 40 < room; k++)
        n += (size_t)snprintf(out + n, room - n, "%s%.30s", k ? ", " : "", s->header[k]);
    if (n + 40 >= room)
        snprintf(out + n, room - n, ", ..");
}

/* Reads up to the header, which is kept. */
static int32_t below_titles(source *s)
{
    char first[200] = "";
    for (uint64_t title = 0; title <= MOST_TITLES; title++) {
        int32_t rc = s->csv->next(s->in, &s->field, &s->n);
        if (rc == FADE_END)
            break;
        if (rc)
            return rc;                            /* the scanner has said it */
        s->before = title + 1;
        if (title == 0) {
            rc = keep_header(s);
            headers(s, first, sizeof first);
        }
        if (rc || known_fields(s) < KNOWN_ENOUGH) {
            if (rc)
                return rc;
            continue;
        }
        if (title > 0)
            source_say(s, 1, "%llu lines of titles are skipped", (unsigned long long)title);
        return keep_header(s);
    }
    if (!first[0])
        return source_fail(s, FADE_EINVAL, "the file is empty");
    return source_fail(s, FADE_EINVAL,
                       "no header with at least two known names; the first line is: %s (say columns.KEY = \"header\")",
                       first);
}

static int32_t no_column(const source *s, const char *what, const char *name)
{
    char all[400];
    headers(s, all, sizeof all);
    return source_fail(s, FADE_EINVAL, "%s: there is no column '%.60s'; there are %s", what, name, all);
}

int header_add(source *s, const char *key, const char *unit, int at)
{
    if (s->nspec == MOST_COLUMNS)
        return -1;
    spec *p = &s->spec[s->nspec];
    const standard *std = names_standard(key);
    snprintf(p->key, sizeof p->key, "%s", key);
    snprintf(p->unit, sizeof p->unit, "%s", unit && *unit ? unit : std ? std->unit : "");
    p->at = at;
    p->made = -1;
    p->sign = 1;
    p->mapped = p->seen = false;
    p->flags = std ? std->flags : 0;
    return (int)s->nspec++;
}

static bool has_spec(const source *s, const char *key)
{
    for (uint32_t k = 0; k < s->nspec; k++)
        if (strcmp(s->spec[k].key, key) == 0)
            return true;
    return false;
}

static bool has(const source *s, const char *key)
{
    if (has_spec(s, key))
        return true;
    int role = names_role(key);
    return role >= 0 && s->role[role] >= 0;
}

static int32_t sign_of(const source *s, const char *key, double *sign)
{
    static const struct { const char *word; double sign; } words[] = {
        { "+", 1 }, { "1", 1 }, { "discharge-positive", 1 }, { "-", -1 }, { "-1", -1 }, { "charge-positive", -1 },
    };
    const char *said = mapped(s, key, "sign");
    for (size_t k = 0; said && k < sizeof words / sizeof words[0]; k++)
        if (strcmp(said, words[k].word) == 0) {
            *sign = words[k].sign;
            return FADE_OK;
        }
    return said ? source_fail(s, FADE_EINVAL, "columns.%s.sign = '%.40s' is neither '+' nor '-'", key, said) : FADE_OK;
}

static int32_t take(source *s, const char *key, int at, const char *unit, double sign)
{
    int role = names_role(key);
    if (role >= 0) {
        s->role[role] = at;
        s->role_sign[role] = sign;
        snprintf(s->role_unit[role], UNIT_BYTES, "%s", unit);
        return FADE_OK;
    }
    int k = header_add(s, key, unit, at);
    if (k < 0)
        return source_fail(s, FADE_EINVAL, "more than %d columns are asked for", MOST_COLUMNS - 4);
    s->spec[k].sign = sign;
    return FADE_OK;
}

static bool is_key(const char *key)
{
    size_t n = strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return n > 0 && !key[n] && n < KEY_BYTES;
}

/* What `columns` says. */
static int32_t take_mapped(source *s)
{
    for (uint32_t k = 0; k < s->o.columns->n; k++) {
        char key[KEY_BYTES];
        if (!from_entry(s, k, key)) {
            if (!mapped(s, key, "from"))
                return source_fail(s, FADE_EINVAL, "columns.%s says no `from`", key);
            continue;
        }
        const char *from = s->o.columns->texts[k], *unit = mapped(s, key, "unit");
        int at = find(s, from);
        if (at < 0)
            return no_column(s, key, from);
        if (!is_key(key))
            return source_fail(s, FADE_EINVAL, "columns.%s: a key is small letters, digits and _", key);
        named name;
        names_read(from, &name);
        double sign = 0;
        const char *meant = unit ? names_unit(unit) : name.unit;
        uint32_t n = s->nspec;
        int32_t rc = sign_of(s, key, &sign);
        if (!rc)
            rc = take(s, key, at, meant ? meant : unit, sign);
        if (rc)
            return rc;
        if (s->nspec > n)
            s->spec[n].mapped = true;
    }
    return FADE_OK;
}

/* What cell_column, cycle_column, time_column and group_column say. */
static int32_t take_asked(source *s)
{
    const struct { const char *said, *key, *param;
    } asked[] = {
        { s->o.cell_column, "cell", "cell_column" },
        { s->o.cycle_column, "cycle", "cycle_column" },
        { s->o.time_column, "date", "time_column" },
        { s->o.group_column, "group", "group_column" },
    };
    for (size_t k = 0; k < sizeof asked / sizeof asked[0]; k++) {
        if (!asked[k].said || !*asked[k].said)
            continue;
        int at = find(s, asked[k].said);
        if (at < 0)
            return no_column(s, asked[k].param, asked[k].said);
        int32_t rc = take(s, asked[k].key, at, "", 0);
        if (rc)
            return rc;
    }
    return FADE_OK;
}

static bool is_number(const source *s, uint32_t at)
{
    double x;
    return at < s->n && (s->field[at].n == 0 || s->text->real(s->field[at].at, s->field[at].n, &x) == FADE_OK);
}

/* Whether field `at` has a meaning by now. */
static bool used(const source *s, int at)
{
    for (int k = 0; k < ROLE_N; k++)
        if (s->role[k] == at)
            return true;
    for (uint32_t k = 0; k < s->nspec; k++)
        if (s->spec[k].at == at)
            return true;
    return false;
}

/* A header that stands there already: its column is left out, which the user must know. */
static void say_twice(const source *s, uint32_t at)
{
    for (uint32_t k = 0; k < at; k++)
        if (strcmp(s->header[k], s->header[at]) == 0) {
            source_say(s, 2, "columns %u and %u are both called '%.60s': the first one counts", k + 1, at + 1,
                       s->header[at]);
            return;
        }
}

/* The rest by their names; the line at hand is the first of data. */
static int32_t take_known(source *s)
{
    for (uint32_t k = 0; k < s->width; k++) {
        named name;
        names_read(s->header[k], &name);
        if (name.either && !is_number(s, k))
            name.key = "date";
        if (name.key && *name.key && has(s, name.key))
            say_twice(s, k);
        if (!name.key || used(s, (int)k) || has(s, name.key))
            continue;
        int32_t rc = take(s, name.key, (int)k, name.unit, 0);
        if (rc)
            return rc;
    }
    return FADE_OK;
}

/* A line of units below the header: not one number in it. */
static bool is_units(const source *s)
{
    for (uint32_t k = 0; k < s->n; k++)
        if (s->field[k].n > 0 && is_number(s, k))
            return false;
    for (uint32_t k = 0; k < s->n; k++)
        if (s->field[k].n > 0 && names_unit(s->field[k].at))
            return true;
    return false;
}

int32_t header_rewind(source *s)
{
    static const char separators[] = { 0, ',', ';', '\t' };
    s->csv->close(s->in);
    s->in = NULL;
    int32_t rc = s->csv->open(s->host, s->o.path, separators[s->o.separator], &s->in);
    for (uint64_t k = 0; k < s->before && !rc; k++)
        rc = s->csv->next(s->in, &s->field, &s->n);
    return rc;
}

/* A file of cycles may call a mean just "temperature". */
static int32_t means(source *s)
{
    static const struct { int role; const char *key; } same[] = {
        { ROLE_TEMPERATURE, "temperature_mean" }, { ROLE_CURRENT, "current_mean" }, { ROLE_VOLTAGE, "voltage_mean" },
    };
    for (size_t k = 0; k < 3; k++) {
        int role = same[k].role, at = s->role[role];
        if (at < 0 || has(s, same[k].key))
            continue;
        int32_t rc = take(s, same[k].key, at, s->role_unit[role], s->role_sign[role]);
        if (rc)
            return rc;
    }
    return FADE_OK;
}

/* A line a row: its time, voltage, current and temperature are columns, beside what is planned or was asked for. */
static int32_t lines(source *s)
{
    static const struct { int role; const char *key, *unit; } samples[] = {
        { ROLE_TIME, "time", "s" },
        { ROLE_VOLTAGE, "voltage", "V" },
        { ROLE_CURRENT, "current", "A" },
        { ROLE_TEMPERATURE, "temperature", "degC" },
    };
    uint32_t n = 0;
    for (uint32_t k = 0; k < s->nspec; k++)
        if (s->spec[k].flags & FADE_PLANNED || s->spec[k].mapped)
            s->spec[n++] = s->spec[k];
    s->nspec = n;
    for (size_t k = 0; k < sizeof samples / sizeof samples[0]; k++) {
        int role = samples[k].role, at = s->role[role];
        if (at < 0 || has_spec(s, samples[k].key))
            continue;
        const char *unit = s->role_unit[role][0] ? s->role_unit[role] : samples[k].unit;
        int made = header_add(s, samples[k].key, unit, at);
        if (made < 0)
            return source_fail(s, FADE_EINVAL, "more than %d columns are asked for", MOST_COLUMNS - 4);
        s->spec[made].sign = role == ROLE_CURRENT ? s->role_sign[role] : 1;
    }
    return FADE_OK;
}

int32_t header_find(source *s)
{
    for (int k = 0; k < ROLE_N; k++)
        s->role[k] = -1;
    int32_t rc = below_titles(s);
    if (!rc)
        rc = take_mapped(s);
    if (!rc)
        rc = take_asked(s);
    if (rc)
        return rc;
    rc = s->csv->next(s->in, &s->field, &s->n);
    if (!rc && is_units(s)) {
        s->before++;
        source_say(s, 1, "a line of units below the header is skipped");
        rc = s->csv->next(s->in, &s->field, &s->n);
    }
    if (rc == FADE_END)
        return source_fail(s, FADE_EINVAL, "there is no line of data below the header");
    if (!rc)
        rc = take_known(s);
    if (rc)
        return rc;
    bool could = s->role[ROLE_VOLTAGE] >= 0 && s->role[ROLE_CURRENT] >= 0 &&
                 (s->role[ROLE_TIME] >= 0 || s->role[ROLE_DATE] >= 0);
    if (s->o.rows >= ROWS_SAMPLES && !could)
        return source_fail(s, FADE_EINVAL, "rows = '%s' needs columns of time, voltage and current",
                           s->o.rows == ROWS_LINES ? "lines" : "samples");
    if (s->o.rows == ROWS_LINES)
        return lines(s);
    s->samples = s->o.rows == ROWS_SAMPLES || (s->o.rows == ROWS_AUTO && could);
    return s->samples ? FADE_OK : means(s);
}

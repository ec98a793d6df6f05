/* SPDX-License-Identifier: MIT
 * series.c - the columns of a CSV that are of use: finds the header below any titles, then reads every line.
 */
#include "inside.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_TITLES = 50, NAMES = 400 };
#define UNIX_FROM 3e8                             /* s, 1979: a first time between these counts from 1970 */
#define UNIX_TO 7.2e9                             /* s, 2198 */

typedef struct reader {
    const source         *s;
    const char           *path;
    fade_csv             *in;
    const fade_csv_field *field;
    uint32_t              n, width;               /* fields of the line, of the header */
    unsigned              wanted;                 /* roles, as bits */
    int                   at[ROLE_N];             /* field, -1: none */
    const measure        *unit[ROLE_N];
    series               *out;
} reader;

static uint64_t line_of(const reader *r)
{
    return r->s->csv->line(r->in);
}

static int32_t no_memory(const reader *r)
{
    return source_fail(r->s, FADE_ENOMEM, r->path, 0, "no memory for a series of %zu samples", r->out->cap);
}

/* ---- the header ---- */

/* A header's text; the mark of a comment before the first one is none of it. */
static const char *header_at(const reader *r, uint32_t k)
{
    const char *at = r->field[k].at;
    while (*at == ' ' || (k == 0 && *at == '#'))
        at++;
    return at;
}

/* The field whose header is `name`, as written or else in any case; -1. */
static int find(const reader *r, const char *name)
{
    for (uint32_t k = 0; k < r->n; k++)
        if (strcmp(header_at(r, k), name) == 0 || strcmp(r->field[k].at, name) == 0)
            return (int)k;
    for (uint32_t k = 0; k < r->n; k++)
        if (strcasecmp(header_at(r, k), name) == 0)
            return (int)k;
    return -1;
}

static bool wants(const reader *r, int role)
{
    return r->wanted >> role & 1;
}

static void take(reader *r, int role, int at, const measure *unit)
{
    r->at[role] = at;
    r->unit[role] = r->s->o.unit[role] ? r->s->o.unit[role] : unit ? unit : names_usual(role);
    snprintf(r->out->name[role], NAME_BYTES, "%.60s", header_at(r, (uint32_t)at));
}

/* The header the scenario gives a role.  That of the time is the duty's: a climate may have another one. */
static const char *asked_for(const reader *r, int role)
{
    const char *asked = wants(r, role) ? r->s->o.column[role] : NULL;
    bool needed = wants(r, ROLE_SOC) || role != ROLE_TIME;
    return asked && (needed || find(r, asked) >= 0) ? asked : NULL;
}

/* Fields of the roles in this row, taken for a header: what the scenario names, else the best name. */
static void look(reader *r)
{
    for (int role = 0; role < ROLE_N; role++) {
        const char *asked = asked_for(r, role);
        const measure *unit;
        int best = -1;
        r->at[role] = -1;
        if (!wants(r, role))
            continue;
        int named = asked ? find(r, asked) : -1;
        if (named >= 0) {
            names_rank(header_at(r, (uint32_t)named), role, &unit);
            take(r, role, named, unit);
        }
        for (uint32_t k = 0; k < r->n && !asked; k++) {
            int rank = names_rank(header_at(r, k), role, &unit);
            if (rank >= 0 && (best < 0 || rank < best)) {
                best = rank;
                take(r, role, (int)k, unit);
            }
        }
    }
}

/* "a, b, c, .." for messages. */
static void headers(const reader *r, char out[NAMES])
{
    size_t n = 0;
    out[0] = '\0';
    for (uint32_t k = 0; k < r->n && n + 40 < NAMES; k++)
        n += (size_t)snprintf(out + n, NAMES - n, "%s%.30s", k ? ", " : "", header_at(r, k));
    if (n + 40 >= NAMES)
        snprintf(out + n, NAMES - n, ", ..");
}

static bool has(const reader *r, int role)
{
    return r->at[role] >= 0;
}

static bool is_header(const reader *r)
{
    for (int role = 0; role < ROLE_N; role++)
        if (asked_for(r, role) && !has(r, role))
            return false;
    bool load = has(r, ROLE_SOC) || has(r, ROLE_CURRENT) || has(r, ROLE_POWER);
    bool warm = has(r, ROLE_TEMPERATURE) || (has(r, ROLE_WARMEST) && has(r, ROLE_COLDEST));
    return has(r, ROLE_TIME) && (wants(r, ROLE_SOC) ? load : warm);
}

/* One duty, one temperature: the best that is there, or the one the scenario names. */
static void choose(reader *r)
{
    static const int loads[] = { ROLE_SOC, ROLE_CURRENT, ROLE_POWER };
    int load = -1;
    for (int named = 1; named >= 0; named--)
        for (int k = 0; k < 3 && load < 0; k++)
            if (has(r, loads[k]) && (!named || r->s->o.column[loads[k]]))
                load = loads[k];
    for (int k = 0; k < 3; k++)
        if (loads[k] != load)
            r->at[loads[k]] = -1;
    if (has(r, ROLE_TEMPERATURE) || !has(r, ROLE_WARMEST))
        r->at[ROLE_WARMEST] = r->at[ROLE_COLDEST] = -1;
    if (!has(r, ROLE_COLDEST))
        r->at[ROLE_WARMEST] = -1;
}

/* No row of the first ones is a header: what is missing in the first that comes near. */
static int32_t no_header(const reader *r, const char *names, uint64_t line)
{
    const char *missing = wants(r, ROLE_SOC) ? "time and one of soc, current or power" : "time and temperature";
    if (!line)
        return source_fail(r->s, FADE_EINVAL, r->path, 0, "the file is empty");
    for (int role = 0; role < ROLE_N; role++)
        if (asked_for(r, role))
            return source_fail(r->s, FADE_EINVAL, r->path, line,
                               "no header with %s and '%.60s' (%s_column); there are: %s", missing,
                               r->s->o.column[role], names_role(role), names);
    return source_fail(r->s, FADE_EINVAL, r->path, line,
                       "no header with %s; there are: %s (say time_column, soc_column, .. = \"header\")", missing,
                       names);
}

/* Reads up to the header. */
static int32_t below_titles(reader *r)
{
    char names[NAMES] = "";
    uint64_t line = 0;
    uint32_t widest = 0;
    for (int title = 0; title <= MOST_TITLES; title++) {
        int32_t rc = r->s->csv->next(r->in, &r->field, &r->n);
        if (rc == FADE_END)
            break;
        if (rc)
            return rc;                            /* the scanner has said it */
        look(r);
        if (is_header(r)) {
            r->width = r->n;
            return FADE_OK;
        }
        if (r->n > widest) {                      /* the likeliest header so far */
            widest = r->n;
            line = line_of(r);
            headers(r, names);
        }
    }
    return no_header(r, names, line);
}

/* ---- lines ---- */

static bool is_missing(const char *at)
{
    static const char *const words[] = { "",     "nan",  "NaN",  "NAN",  "NA", "N/A",
                                         "null", "NULL", "None", "none", "-",  "--" };
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
        if (strcmp(at, words[k]) == 0)
            return true;
    return false;
}

/* The number in field `at`, NaN where there is none; false: something else stands there. */
static bool number(const reader *r, int at, double *x)
{
    *x = NAN;
    if ((uint32_t)at >= r->n)
        return true;
    const fade_csv_field *f = &r->field[at];
    bool ok = r->s->text->real(f->at, f->n, x) == FADE_OK;
    if (!ok) {
        char word[64];
        size_t lead = strspn(f->at, " "), n = strlen(f->at + lead);
        while (n > 0 && f->at[lead + n - 1] == ' ')
            n--;
        snprintf(word, sizeof word, "%.*s", n < sizeof word ? (int)n : 0, f->at + lead);
        ok = n < sizeof word && (is_missing(word) || r->s->text->real(word, (uint32_t)n, x) == FADE_OK);
    }
    if (!ok || !isfinite(*x))
        *x = NAN;
    return ok;
}

/* "3,25": digits, one comma, digits. */
static bool has_comma(const char *at)
{
    const char *comma = strchr(at, ',');
    return comma && strspn(comma + 1, "0123456789eE+-") == strlen(comma + 1) &&
           strspn(at, "+-0123456789") == (size_t)(comma - at);
}

static int32_t no_number(const reader *r, int role)
{
    const char *at = r->field[r->at[role]].at;
    return source_fail(r->s, FADE_EINVAL, r->path, line_of(r), "%s is '%.60s', which is not a %s%s",
                       r->out->name[role], at, role == ROLE_TIME ? "number or a date" : "number",
                       has_comma(at) ? ": decimal commas are not read, write a point" : "");
}

/* us since 1970 UTC, where the time of the line is a date; *t its number otherwise.  false: it is neither. */
static bool date_or_number(const reader *r, bool *dated, int64_t *us, double *t)
{
    const series *x = r->out;
    *dated = false;
    bool ok = number(r, r->at[ROLE_TIME], t);
    if (!ok)
        return *dated = r->s->clock->parse(r->field[r->at[ROLE_TIME]].at, us) == FADE_OK;
    *t *= r->unit[ROLE_TIME]->scale;
    if (*t < UNIX_TO && (x->timed ? x->unix_time && *t >= 0 : *t > UNIX_FROM)) {
        *us = llround(*t * 1e6);
        *dated = true;
    }
    return true;
}

/* Time of the line, s from the first date where the file has dates. */
static int32_t read_time(reader *r, double *t)
{
    series *x = r->out;
    int64_t us = 0;
    bool dated;
    if (!date_or_number(r, &dated, &us, t))
        return no_number(r, ROLE_TIME);
    if (isnan(*t) && !dated)
        return FADE_OK;
    if (x->timed && dated != x->dated)
        return source_fail(r->s, FADE_EINVAL, r->path, line_of(r), "%s is %s, the lines before have %s",
                           x->name[ROLE_TIME], dated ? "a date" : "no date", dated ? "none" : "dates");
    if (!x->timed) {
        x->date = dated ? us : INT64_MIN;
        x->unix_time = dated && !isnan(*t);
        x->dated = dated;
        x->timed = true;
    }
    if (dated)
        *t = (double)(us - x->date) * 1e-6;
    return FADE_OK;
}

static int32_t grow(reader *r)
{
    series *x = r->out;
    x->cap = x->cap ? 2 * x->cap : 1024;
    uint64_t *line = realloc(x->line, x->cap * sizeof *line);
    if (!line)
        return no_memory(r);
    x->line = line;
    for (int role = 0; role < ROLE_N; role++) {
        double *v = has(r, role) ? realloc(x->value[role], x->cap * sizeof *v) : NULL;
        if (has(r, role) && !v)
            return no_memory(r);
        x->value[role] = v;
    }
    return FADE_OK;
}

static int32_t check_width(reader *r)
{
    while (r->n > r->width && r->field[r->n - 1].n == 0)
        r->n--;                                   /* separators at the end */
    return r->n <= r->width ? FADE_OK
                            : source_fail(r->s, FADE_EINVAL, r->path, line_of(r), "%u fields where the header has %u",
                                          r->n, r->width);
}

/* One line behind the others. */
static int32_t add(reader *r)
{
    series *x = r->out;
    double v[ROLE_N];
    int32_t rc = check_width(r);
    rc = rc ? rc : read_time(r, &v[ROLE_TIME]);
    for (int role = ROLE_TIME + 1; role < ROLE_N && !rc; role++)
        if (has(r, role)) {
            if (!number(r, r->at[role], &v[role]))
                return no_number(r, role);
            v[role] = v[role] * r->unit[role]->scale + r->unit[role]->offset;
        }
    if (rc || (x->n == x->cap && (rc = grow(r))))
        return rc;
    for (int role = 0; role < ROLE_N; role++)
        if (x->value[role])
            x->value[role][x->n] = v[role];
    x->line[x->n++] = line_of(r);
    return FADE_OK;
}

/* A line of units below the header: nothing of what is wanted is a number or a date. */
static bool is_units(const reader *r)
{
    double x;
    int64_t us;
    for (int role = 0; role < ROLE_N; role++)
        if (has(r, role) && ((uint32_t)r->at[role] >= r->n || number(r, r->at[role], &x)))
            return false;
    return r->s->clock->parse(r->field[r->at[ROLE_TIME]].at, &us) != FADE_OK;
}

static int32_t lines(reader *r)
{
    bool first = true;
    for (;; first = false) {
        int32_t rc = r->s->csv->next(r->in, &r->field, &r->n);
        if (rc)
            return rc == FADE_END ? FADE_OK : rc;
        if (first && is_units(r))
            continue;
        rc = add(r);
        if (rc)
            return rc;
    }
}

/* ---- the series ---- */

/* Seconds from the first of January of its year to the first date. */
static void find_phase(const source *s, series *x)
{
    char text[40];
    int64_t january;
    if (!x->dated || s->text->time(x->date, text) < 10)
        return;
    memcpy(text + 4, "-01-01", 7);
    if (s->clock->parse(text, &january) == FADE_OK)
        x->phase = (double)(x->date - january) * 1e-6;
}

/* The mean of the highest and the lowest, where a file has no other temperature. */
static void mean_temperature(const source *s, series *x)
{
    double *high = x->value[ROLE_WARMEST], *low = x->value[ROLE_COLDEST];
    if (!high || !low)
        return;
    source_say(s, 1, x->path, 0, "temperature is the mean of %s and %s", x->name[ROLE_WARMEST], x->name[ROLE_COLDEST]);
    for (size_t i = 0; i < x->n; i++)
        high[i] = (high[i] + low[i]) / 2;
    x->value[ROLE_TEMPERATURE] = high;
    x->value[ROLE_WARMEST] = NULL;
}

int32_t series_read(const source *s, const char *path, unsigned roles, series *x)
{
    static const char separators[] = { 0, ',', ';', '\t' };
    reader r = { .s = s, .path = path, .wanted = roles, .out = x };
    *x = (series){ .path = path, .date = INT64_MIN };
    int32_t rc = s->csv->open(s->host, path, separators[s->o.separator], &r.in);
    if (rc)
        return rc;
    rc = below_titles(&r);
    if (!rc) {
        choose(&r);
        rc = lines(&r);
    }
    s->csv->close(r.in);
    rc = rc ? rc : repair_series(s, x);
    if (rc) {
        series_free(x);
        return rc;
    }
    find_phase(s, x);
    mean_temperature(s, x);
    return FADE_OK;
}

void series_free(series *x)
{
    for (int role = 0; role < ROLE_N; role++)
        free(x->value[role]);
    free(x->line);
    *x = (series){ .path = x->path };
}

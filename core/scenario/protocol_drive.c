/* SPDX-License-Identifier: MIT
 * protocol_drive.c - drive cycles: a current, power, C-rate, voltage or resistance against time, from CSV.
 *
 * The header says what a column is and its unit: "time_s", "Time [s]", "current_a", "Current / A", "power_w", "c_rate".
 */
#include "core/base/csv.h"
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/scenario/inside.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_POINTS = 20000000, LONGEST = 120 };
enum { TIME = -1, RATE = -2 };                    /* beside FADE_BY_* */

static const struct kind { const char *word; int control; const char *unit; } kinds[] = {
    { "test time", TIME, "s" },       { "time", TIME, "s" },           { "t", TIME, "s" },
    { "current", FADE_BY_CURRENT, "A" }, { "i", FADE_BY_CURRENT, "A" }, { "power", FADE_BY_POWER, "W" },
    { "p", FADE_BY_POWER, "W" },      { "c rate", RATE, "" },          { "crate", RATE, "" },
    { "voltage", FADE_BY_VOLTAGE, "V" }, { "resistance", FADE_BY_RESISTANCE, "ohm" },
};
static const struct word { const char *long_word, *unit;
} words[] = {
    { "second", "s" }, { "seconds", "s" }, { "sec", "s" },  { "minute", "min" }, { "minutes", "min" }, { "hour", "h" },
    { "hours", "h" },  { "ampere", "A" },  { "a", "A" },    { "ma", "mA" },      { "watt", "W" },      { "w", "W" },
    { "mw", "mW" },    { "kw", "kW" },     { "volt", "V" }, { "v", "V" },        { "mv", "mV" },       { "Ohm", "ohm" },
    { "c", "" },       { "C", "" },        { "1", "" },
};

typedef struct column {
    int    control;                               /* FADE_BY_*, TIME, RATE */
    double scale;                                 /* to s, A, W, V, ohm or 1 */
    bool   bdf;                                   /* the label of the Battery Data Format, where current charges */
} column;

typedef struct points {
    double *t, *y;
    size_t  n, cap;
} points;

/* Name and unit of "Current [A]", "current_ma", "Current / A", "current (A)", "current"; lower case, blanks for _ and
 * -. */
static void split(const char *header, char name[LONGEST], char unit_word[LONGEST])
{
    char whole[LONGEST];
    snprintf(whole, sizeof whole, "%s", header);
    size_t cut = strcspn(whole, "[(/");
    unit_word[0] = '\0';
    if (whole[cut]) {
        size_t n = strcspn(whole + cut + 1, "])");
        snprintf(unit_word, LONGEST, "%.*s", (int)n, whole + cut + 1 + strspn(whole + cut + 1, " "));
        whole[cut] = '\0';
    }
    snprintf(name, LONGEST, "%s", whole + strspn(whole, "# \t"));
    for (char *at = name; *at; at++)
        *at = *at == '_' || *at == '-' ? ' ' : (char)tolower((unsigned char)*at);
    for (char *end = name + strlen(name); end > name && end[-1] == ' ';)
        *--end = '\0';
    for (char *end = unit_word + strlen(unit_word); end > unit_word && end[-1] == ' ';)
        *--end = '\0';
}

static bool known(const char *header, column *out)
{
    char name[LONGEST], unit_word[LONGEST];
    split(header, name, unit_word);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t n = strlen(kinds[i].word);
        bool longer = name[n > strlen(name) ? 0 : n] == ' ' && !*unit_word;
        if (strncmp(name, kinds[i].word, n) != 0 || (name[n] && !longer))
            continue;
        const char *said = longer ? name + n + 1 : unit_word;
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            if (strcmp(said, words[k].long_word) == 0)
                said = words[k].unit;
        unit have, want;
        double offset = 0;
        out->control = kinds[i].control;
        out->scale = 1;
        out->bdf = strchr(header, '/') || strstr(header, "ampere");
        if (units_parse(said, &have, NULL) || units_parse(*said ? kinds[i].unit : "", &want, NULL))
            return false;
        return (!*said && kinds[i].control == RATE) ||
               (*said && units_convert(&have, &want, NAN, &out->scale, &offset));
    }
    return false;
}

static int no_header(const char *path, why *w)
{
    return fail(w, E_INPUT,
                "%s: the first row must name the columns with their units, as in \"time_s,current_a\" or "
                "\"Time [s],Power [W]\" (time; one of current, power, c_rate, voltage, resistance)", path);
}

/* Which column is time, and which is wanted (by name, or the only one). */
static int read_header(const char *path, const char *wanted, const fade_csv_field *f, uint32_t n, int at[2],
                       column c[2], why *w)
{
    at[0] = at[1] = -1;
    for (uint32_t i = 0; i < n; i++) {
        column one;
        if (!known(f[i].at, &one))
            continue;
        if (one.control == TIME) {
            at[0] = at[0] < 0 ? (int)i : at[0];
            c[0] = at[0] == (int)i ? one : c[0];
        } else if (!wanted || strcmp(f[i].at, wanted) == 0) {
            if (at[1] >= 0)
                return fail(w, E_INPUT, "%s has several columns that can drive a cell: say which, column = \"%.60s\"",
                            path, f[i].at);
            at[1] = (int)i;
            c[1] = one;
        }
    }
    if (wanted && at[1] < 0)
        return fail(w, E_INPUT,
                    "%s has no column \"%.60s\" with a unit of current, power, voltage or resistance, nor a c_rate",
                    path, wanted);
    return at[0] < 0 || at[1] < 0 ? no_header(path, w) : E_OK;
}

static int add_point(points *p, double t, double y, const char *path, uint64_t line, why *w)
{
    if (!isfinite(t) || !isfinite(y))
        return fail(w, E_INPUT, "%s:%llu: a number is expected for time and demand", path, (unsigned long long)line);
    if (p->n && !(t > p->t[p->n - 1]))
        return fail(w, E_INPUT, "%s:%llu: time does not rise: %g s behind %g s", path, (unsigned long long)line, t,
                    p->t[p->n - 1]);
    if (p->n == p->cap) {
        size_t cap = p->cap ? 2 * p->cap : 256;
        double *nt = cap <= MOST_POINTS ? mem_grow(p->t, cap, sizeof *nt) : NULL;
        p->t = nt ? nt : p->t;
        double *ny = nt ? mem_grow(p->y, cap, sizeof *ny) : NULL;
        p->y = ny ? ny : p->y;
        if (!ny)
            return fail(w, E_NOMEM, "%s: no memory for more than %zu points", path, p->n);
        p->cap = cap;
    }
    p->t[p->n] = t;
    p->y[p->n++] = y;
    return E_OK;
}

/* A remark; one that names columns is the header. */
static bool remark(const fade_csv_field *f, uint32_t n)
{
    column one;
    bool names = false;
    for (uint32_t i = 0; i < n; i++)
        names |= known(f[i].at, &one);
    return *f[0].at == '#' && !names;
}

/* Blanks around it do not matter. */
static bool number(const fade_csv_field *f, double *out)
{
    size_t from = strspn(f->at, " \t"), n = strlen(f->at);
    while (n > from && (f->at[n - 1] == ' ' || f->at[n - 1] == '\t'))
        n--;
    return text_real(f->at + from, n - from, out);
}

static int read_rows(const char *path, const char *wanted, fade_csv *csv, points *p, column *what, why *w)
{
    const fade_csv_field *f;
    uint32_t n;
    int at[2], rc;
    column c[2] = { { 0 } };
    do
        rc = csv_next(csv, &f, &n, w);
    while (rc == E_OK && remark(f, n));
    if (rc)
        return rc < 0 ? no_header(path, w) : rc;
    if ((rc = read_header(path, wanted, f, n, at, c, w)))
        return rc;
    while ((rc = csv_next(csv, &f, &n, w)) == E_OK) {
        double x[2] = { NAN, NAN };
        for (int k = 0; k < 2; k++)
            if ((uint32_t)at[k] >= n || !number(&f[at[k]], &x[k]))
                x[k] = NAN;
        if ((rc = add_point(p, x[0] * c[0].scale, x[1] * c[1].scale, path, csv_line(csv), w)))
            return rc;
    }
    if (rc > 0)
        return rc;
    *what = c[1];
    return p->n >= 2 ? E_OK : fail(w, E_INPUT, "%s: a drive cycle needs two points, got %zu", path, p->n);
}

static int read_file(const char *path, const char *wanted, points *p, column *what, why *w)
{
    fade_csv *csv = NULL;
    int rc = csv_open(path, 0, &csv, w);
    rc = rc ? rc : read_rows(path, wanted, csv, p, what, w);
    csv_close(csv);
    return rc;
}

/* +1: discharge positive, as here and in PyBaMM; -1: charge positive.  0: must be said, or was said wrongly. */
static double sign_of(reading *r, const tree_node *table, const column *c)
{
    const tree_node *node = tree_get(table, "current_sign");
    bool signed_demand = c->control != FADE_BY_VOLTAGE;
    const char *said = node ? scenario_text(r, node, "[protocol] current_sign") : NULL;
    if (node && !said)
        return 0;
    if (said && strcmp(said, "discharge-positive") == 0)
        return 1;
    if (said && strcmp(said, "charge-positive") == 0)
        return signed_demand ? -1 : 1;
    if (said || (c->bdf && c->control == FADE_BY_CURRENT)) {
        tree_complain(
            r->p, node ? node : table, E_INPUT,
            said ? "[protocol] current_sign is \"discharge-positive\" or \"charge-positive\""
                 : "the drive cycle's current has a label of the Battery Data Format, where charging is positive: "
                   "say current_sign = \"charge-positive\" or \"discharge-positive\"");
        return 0;
    }
    return 1;
}

static double first_way(const protocol_drive *d)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->y[i] != 0)
            return d->y[i];
    return 0;
}

static bool lay(reading *r, const tree_node *table, points *p, const column *c, protocol_step *s)
{
    protocol_drive *d = tree_block(r->t, 1, sizeof *d);
    double *xy = tree_block(r->t, 2 * p->n, sizeof *xy), sign = sign_of(r, table, c), scale = sign;
    const tree_node *loop = tree_get(table, "loop");
    if (c->control == RATE)
        scale *= r->s->cell.nominal_capacity;
    if (isnan(scale))
        tree_complain(r->p, table, E_INPUT, "a drive cycle of C-rates needs [cell] nominal_capacity");
    if (loop && loop->kind != TREE_BOOL)
        tree_complain(r->p, loop, E_INPUT, "[protocol] loop is true or false");
    if (!d || !xy || isnan(scale) || sign == 0)
        return false;
    for (size_t i = 0; i < p->n; i++) {
        xy[i] = p->t[i] - p->t[0];
        xy[p->n + i] = p->y[i] * scale;
    }
    *d = (protocol_drive){ p->n, xy, xy + p->n, loop && loop->integer != 0, xy[1] - xy[0] };
    s->control = c->control == RATE ? FADE_BY_CURRENT : c->control;
    s->drive = d;
    s->demand = first_way(d);
    s->duration = xy[p->n - 1];
    s->guard = d->repeat ? 240 * 3600.0 + 10 * s->duration : INFINITY;
    return true;
}

bool scenario_read_drive(reading *r, const tree_node *table, protocol_step *s)
{
    why w = { 0 };
    tree_node *node = tree_get(table, "drive_cycle");
    const tree_node *wanted = tree_get(table, "column");
    points p = { 0 };
    column c = { 0 };
    if (!scenario_text(r, node, "[protocol] drive_cycle") || (wanted && !scenario_text(r, wanted, "[protocol] column")))
        return false;
    s->text = node->text;
    char *path = file_beside(node->file, node->text);
    int rc =
        path ? read_file(path, wanted ? wanted->text : NULL, &p, &c, &w) : fail(&w, E_NOMEM, "no memory for a path");
    if (rc)
        tree_complain(r->p, node, rc, "[protocol] drive_cycle: %s", w.text);
    bool done = !rc && lay(r, table, &p, &c, s);
    free(path);
    free(p.t);
    free(p.y);
    return done;
}

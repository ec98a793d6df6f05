/* SPDX-License-Identifier: MIT
 * repair.c - what is wrong with lines of a series: an error with its line, or mended as `repair` says and told once.
 *
 * | | hold | interpolate | drop |
 * | a missing value | the one before | linear in time between its neighbours | line left out |
 * | a missing time | line left out | line left out | line left out |
 * | a time that does not rise | error | line left out | line left out |
 * | a gap | the value stays until a step before its end | linear, as it is | error |
 */
#include "inside.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { FEW = 10 };                               /* samples in which no step is the usual one */
#define ALIKE 0.9                                 /* share of steps that makes it that */

static const char *const repair_words[] = { "error", "hold", "interpolate", "drop" };

typedef struct met {                              /* how often, and the first line */
    size_t   n;
    uint64_t line;
} met;

static void note(met *m, uint64_t line)
{
    if (m->n++ == 0)
        m->line = line;
}

static void tell(const source *s, const series *x, const met *m, const char *what)
{
    if (m->n > 0)
        source_say(s, 2, x->path, m->line, "%s (repair = \"%s\"): %zu, here the first", what,
                   repair_words[s->o.repair], m->n);
}

/* Row `from` becomes row `to`. */
static void move(series *x, size_t to, size_t from)
{
    for (int role = 0; role < ROLE_N; role++)
        if (x->value[role])
            x->value[role][to] = x->value[role][from];
    x->line[to] = x->line[from];
}

static int32_t enough(const source *s, const series *x, size_t before)
{
    if (2 * x->n < before)
        return source_fail(s, FADE_EINVAL, x->path, 0, "only %zu of %zu lines are left by repair = \"%s\"", x->n,
                           before, repair_words[s->o.repair]);
    return x->n >= 2 ? FADE_OK
                     : source_fail(s, FADE_EINVAL, x->path, 0, "%zu line%s of samples: two or more make a series", x->n,
                                   x->n == 1 ? "" : "s");
}

/* Lines without a time, and those whose time does not rise above the one before. */
static int32_t mend_times(const source *s, series *x)
{
    const double *t = x->value[ROLE_TIME];
    const char *name = x->name[ROLE_TIME];
    met missing = { 0 }, falling = { 0 };
    size_t n = 0, before = x->n;
    for (size_t i = 0; i < x->n; i++) {
        bool falls = n > 0 && t[i] <= t[n - 1];
        if (isnan(t[i]) && s->o.repair == REPAIR_ERROR)
            return source_fail(s, FADE_EINVAL, x->path, x->line[i],
                               "%s is missing (repair = \"drop\" leaves the line out)", name);
        if ((t[i] < 0 && !x->dated) || fabs(t[i]) > LATEST)
            return source_fail(s, FADE_EINVAL, x->path, x->line[i], "%s = %.10g s is outside 0 .. %g s", name, t[i],
                               LATEST);
        if (falls && (s->o.repair == REPAIR_ERROR || s->o.repair == REPAIR_HOLD))
            return source_fail(s, FADE_EINVAL, x->path, x->line[i],
                               "%s = %.10g s does not rise above %.10g s in line %llu (repair = \"drop\" helps)",
                               name, t[i], t[n - 1], (unsigned long long)x->line[n - 1]);
        if (isnan(t[i]))
            note(&missing, x->line[i]);
        else if (falls)
            note(&falling, x->line[i]);
        else
            move(x, n++, i);
    }
    x->n = n;
    tell(s, x, &missing, "lines without a time left out");
    tell(s, x, &falling, "lines left out whose time does not rise");
    return enough(s, x, before);
}

static bool is_whole(const series *x, size_t i)
{
    for (int role = ROLE_TIME + 1; role < ROLE_N; role++)
        if (x->value[role] && isnan(x->value[role][i]))
            return false;
    return true;
}

static void drop_holes(const source *s, series *x)
{
    met left_out = { 0 };
    size_t n = 0;
    for (size_t i = 0; i < x->n; i++)
        if (is_whole(x, i))
            move(x, n++, i);
        else
            note(&left_out, x->line[i]);
    x->n = n;
    tell(s, x, &left_out, "lines with a missing value left out");
}

/* Holes in one column that has at least one value. */
static void fill(series *x, double *v, bool hold)
{
    const double *t = x->value[ROLE_TIME];
    size_t last = SIZE_MAX;                       /* with a value */
    for (size_t i = 0; i < x->n; i++) {
        if (isnan(v[i]))
            continue;
        size_t from = last == SIZE_MAX ? 0 : last + 1;
        for (size_t k = from; k < i; k++)
            v[k] = last == SIZE_MAX ? v[i]
                   : hold           ? v[last]
                                    : v[last] + (v[i] - v[last]) * ((t[k] - t[last]) / (t[i] - t[last]));
        last = i;
    }
    for (size_t k = last + 1; k < x->n; k++)
        v[k] = v[last];
}

static int32_t fill_holes(const source *s, series *x, int role)
{
    met holes = { 0 };
    double *v = x->value[role];
    char what[NAME_BYTES + 60];
    for (size_t i = 0; i < x->n; i++)
        if (isnan(v[i]))
            note(&holes, x->line[i]);
    if (holes.n && s->o.repair == REPAIR_ERROR)
        return source_fail(s, FADE_EINVAL, x->path, holes.line,
                           "%s is missing (repair = \"hold\", \"interpolate\" or \"drop\" mends it)", x->name[role]);
    if (holes.n == x->n)
        return source_fail(s, FADE_EINVAL, x->path, holes.line, "%s is missing in every line", x->name[role]);
    if (holes.n)
        fill(x, v, s->o.repair == REPAIR_HOLD);
    snprintf(what, sizeof what, "missing values of %s made up", x->name[role]);
    tell(s, x, &holes, what);
    return FADE_OK;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int32_t find_step(const source *s, series *x)
{
    const double *t = x->value[ROLE_TIME];
    double *step = malloc((x->n - 1) * sizeof *step);
    if (!step)
        return source_fail(s, FADE_ENOMEM, x->path, 0, "no memory for %zu steps", x->n);
    for (size_t i = 0; i + 1 < x->n; i++)
        step[i] = t[i + 1] - t[i];
    qsort(step, x->n - 1, sizeof *step, by_size);
    x->step = step[(x->n - 1) / 2];
    free(step);
    return FADE_OK;
}

/* Rows before the end of each long gap, with the values before it. */
static int32_t hold_gaps(const source *s, series *x, const met *gaps)
{
    size_t n = x->n + gaps->n, to = n;
    for (int role = 0; role < ROLE_N; role++) {
        double *v = x->value[role] ? realloc(x->value[role], n * sizeof *v) : NULL;
        if (x->value[role] && !v)
            return source_fail(s, FADE_ENOMEM, x->path, 0, "no memory for %zu samples", n);
        x->value[role] = v;
    }
    uint64_t *line = realloc(x->line, n * sizeof *line);
    if (!line)
        return source_fail(s, FADE_ENOMEM, x->path, 0, "no memory for %zu samples", n);
    x->line = line;
    double *t = x->value[ROLE_TIME];
    for (size_t i = x->n; i-- > 0 && to > i + 1;) {
        double end = t[i], start = i > 0 ? t[i - 1] : end;
        move(x, --to, i);
        if (end - start > s->o.gap) {
            move(x, --to, i - 1);
            t[to] = end - x->step > start ? end - x->step : start + (end - start) / 2;
        }
    }
    x->n = x->cap = n;
    return FADE_OK;
}

static int32_t mend_gaps(const source *s, series *x)
{
    const double *t = x->value[ROLE_TIME];
    met gaps = { 0 };
    bool mends = s->o.repair == REPAIR_HOLD || s->o.repair == REPAIR_INTERPOLATE;
    for (size_t i = 1; i < x->n; i++) {
        if (!(t[i] - t[i - 1] > s->o.gap))
            continue;
        if (!mends)
            return source_fail(s, FADE_EINVAL, x->path, x->line[i],
                               "a gap of %.10g s before this line is longer than gap = %.10g s (repair = \"hold\" or "
                               "\"interpolate\" fills it)",
                               t[i] - t[i - 1], s->o.gap);
        note(&gaps, x->line[i]);
    }
    tell(s, x, &gaps, s->o.repair == REPAIR_HOLD ? "gaps filled with the values before them"
                                                 : "gaps filled along straight lines");
    return gaps.n && s->o.repair == REPAIR_HOLD ? hold_gaps(s, x, &gaps) : FADE_OK;
}

/* The longest step that is no gap where none was given: half as much again as the usual one where nearly all are alike,
 * as a logger's are; else a week, and a hundred times the usual one. */
static double longest_step(const series *x)
{
    const double *t = x->value[ROLE_TIME], week = 7 * DAY;
    size_t alike = 0;
    for (size_t i = 1; i < x->n; i++)
        alike += fabs(t[i] - t[i - 1] - x->step) <= 0.01 * x->step;
    if (x->n > FEW && (double)alike >= ALIKE * (double)(x->n - 1))
        return 1.5 * x->step;
    return fmax(week, 100 * x->step);
}

/* "20 h": a time in the unit that suits it. */
static void span(double s, char out[24])
{
    static const struct { double from, unit; const char *name; } units[] = {
        { 2 * DAY, DAY, "days" }, { 3600, 3600, "h" }, { 120, 60, "min" }, { -INFINITY, 1, "s" },
    };
    size_t k = 0;
    while (s < units[k].from)
        k++;
    snprintf(out, 24, "%.3g %s", s / units[k].unit, units[k].name);
}

/* No gap was given: what looks like one is a straight line all the same, but is told. */
static void suspect_gaps(const source *s, const series *x)
{
    const double *t = x->value[ROLE_TIME], limit = longest_step(x);
    double longest = 0;
    char lasts[24], usual[24];
    met gaps = { 0 };
    for (size_t i = 1; i < x->n; i++) {
        double step = t[i] - t[i - 1];
        if (step > limit) {
            note(&gaps, x->line[i]);
            longest = fmax(longest, step);
        }
    }
    span(longest, lasts);
    span(x->step, usual);
    if (gaps.n > 0)
        source_say(s, 2, x->path, gaps.line,
                   "no sample for up to %s before %zu line%s, here the first (else one every %s): straight "
                   "lines lie between; set gap to refuse or to fill them",
                   lasts, gaps.n, gaps.n == 1 ? "" : "s", usual);
}

int32_t repair_series(const source *s, series *x)
{
    size_t before = x->n;
    int32_t rc = mend_times(s, x);
    if (!rc && s->o.repair == REPAIR_DROP) {
        drop_holes(s, x);
        rc = enough(s, x, before);
    }
    for (int role = ROLE_TIME + 1; role < ROLE_N && !rc; role++)
        if (x->value[role])
            rc = fill_holes(s, x, role);
    rc = rc ? rc : find_step(s, x);
    if (!rc && isnan(s->o.gap))
        suspect_gaps(s, x);
    return rc || isnan(s->o.gap) ? rc : mend_gaps(s, x);
}

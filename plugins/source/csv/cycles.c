/* SPDX-License-Identifier: MIT
 * cycles.c - files with a line a cycle: repeats, gaps, outliers, and what follows from the line after.
 */
#include "inside.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Tukey's fence around the last values of the column, the ones before this.  The value joins them whatever the answer,
 * so that a lasting change is not dropped for ever. */
static bool outlier(const source *s, cell *c, uint32_t j, double x)
{
    double *window = c->window + (size_t)j * WINDOW, sorted[WINDOW];
    uint32_t met = c->nwindow[j]++, n = met < WINDOW ? met : WINDOW;
    memcpy(sorted, window, n * sizeof *sorted);
    window[met % WINDOW] = x;
    if (n < WINDOW_LEAST)
        return false;
    qsort(sorted, n, sizeof *sorted, by_size);
    double low = sorted[n / 4], high = sorted[n - 1 - n / 4], fence = s->o.outliers * (high - low);
    return high > low && (x < low - fence || x > high + fence);
}

/* Outliers become unknown; gaps are held where nothing is to be predicted.  The row is then ready. */
void cycles_finish(source *s, cell *c, const double *row, int64_t cycle, int64_t time)
{
    double flags = s->flags >= 0 ? row[s->flags] : 0;
    for (uint32_t j = 0; j < s->nspec; j++) {
        double x = row[j];
        bool measured = !(s->spec[j].flags & FADE_PLANNED) && (int)j != s->flags;
        if (c->window && measured && isfinite(x) && outlier(s, c, j, x)) {
            x = NAN;
            flags = flags + ((int)flags & FLAG_OUTLIER ? 0 : FLAG_OUTLIER);
            s->met.outliers++;
        }
        if (isnan(x) && s->o.gaps == GAP_HOLD && !(s->spec[j].flags & FADE_TARGET) && !isnan(c->held[j])) {
            x = c->held[j];
            s->met.held++;
        }
        if (!isnan(x))
            c->held[j] = x;
        s->out[j] = x;
    }
    if (s->flags >= 0)
        s->out[s->flags] = flags;
    s->out_cycle = cycle;
    s->out_time = time;
    s->ready = c;
}

/* The sign of a current that nobody declared: a cycle's mean is of its discharge, so it must come out positive. */
static double current_sign(source *s, spec *p, double x)
{
    if (p->sign == 0 && x != 0 && !isnan(x)) {
        p->sign = x < 0 ? -1 : 1;
        if (x < 0)
            source_say(
                s, 2,
                "%s is %g in its first line: discharge is taken as negative and flipped (say current_sign to be sure)",
                p->key, x);
    }
    return p->sign == 0 ? x : p->sign * x;
}

/* The numbers of the line. */
static int32_t numbers(source *s, double *row)
{
    for (uint32_t j = 0; j < s->nspec; j++) {
        spec *p = &s->spec[j];
        row[j] = NAN;
        if (p->at < 0)
            continue;
        int32_t rc = source_value(s, p, &row[j]);
        if (rc)
            return rc;
        if (isnan(row[j]) && s->o.gaps == GAP_ERROR)
            return source_fail(s, FADE_EINVAL, "%s is missing (gaps = 'error')", p->key);
        row[j] = current_sign(s, p, row[j]);
    }
    return FADE_OK;
}

/* Notes which columns have a number; *all: every one has. */
static int32_t note_seen(source *s, bool *all)
{
    *all = true;
    for (uint32_t j = 0; j < s->nspec; j++) {
        spec *p = &s->spec[j];
        double x = NAN;
        int32_t rc = p->seen || p->mapped ? FADE_OK : source_value(s, p, &x);
        if (rc)
            return rc;
        p->seen = p->seen || p->mapped || !isnan(x);
        *all = *all && p->seen;
    }
    return FADE_OK;
}

int32_t cycles_open(source *s)
{
    counts met = s->met;
    int32_t rc = header_rewind(s);
    bool all = false, any = false;
    for (int k = 0; k < PEEK && !rc && !all; k++) {
        cell *c = NULL;
        rc = source_line(s);
        if (rc == FADE_OK)
            rc = source_cell(s, &c);
        any = any || c;
        if (rc == FADE_OK && c)
            rc = note_seen(s, &all);
    }
    s->met = met;
    if (rc < 0)
        return rc;
    if (rc == FADE_END && !any && s->ncell > 0)
        return source_absent(s);
    source_free_cells(s);
    uint32_t n = 0;
    for (uint32_t j = 0; j < s->nspec && any && !all; j++)
        if (s->spec[j].seen)
            s->spec[n++] = s->spec[j];
    s->nspec = any && !all ? n : s->nspec;
    return header_rewind(s);
}

/* A second line of the same cycle. */
static int32_t repeat(source *s, cell *c, const double *row)
{
    s->met.repeats++;
    if (s->o.duplicates == DUP_ERROR)
        return source_fail(s, FADE_EINVAL, "cycle %lld of %s is there twice (duplicates = 'error')",
                           (long long)c->cycle, c->id);
    if (!c->waiting || s->o.duplicates == DUP_FIRST)
        return FADE_OK;
    for (uint32_t j = 0; j < s->nspec; j++) {
        if (isnan(row[j]) || s->spec[j].at < 0)
            continue;
        c->merged[j] = isnan(c->row[j]) || s->o.duplicates == DUP_LAST ? 1 : c->merged[j] + 1;
        c->row[j] = c->merged[j] > 1 ? c->row[j] + (row[j] - c->row[j]) / c->merged[j] : row[j];
    }
    return FADE_OK;
}

/* `next` is when the next cycle starts; INT64_MIN: nobody knows. */
static void let_go(source *s, cell *c, int64_t next)
{
    if (s->duration >= 0 && s->spec[s->duration].at < 0) {
        if (next != INT64_MIN && c->row_time != INT64_MIN && next >= c->row_time)
            c->duration = (double)(next - c->row_time) * 1e-6;
        c->row[s->duration] = c->duration;
    }
    c->waiting = false;
    cycles_finish(s, c, c->row, c->row_cycle, c->row_time);
}

bool cycles_flush(source *s, cell *c)
{
    if (!c->waiting)
        return false;
    let_go(s, c, INT64_MIN);
    return true;
}

int32_t cycles_line(source *s)
{
    cell *c;
    int64_t cycle, time;
    double row[MOST_COLUMNS];
    int32_t rc = source_cell(s, &c);
    if (rc || !c)
        return rc;
    rc = source_cycle(s, c, &cycle);
    if (!rc)
        rc = source_date(s, &time);
    if (!rc)
        rc = numbers(s, row);
    if (rc)
        return rc;
    if (c->begun && cycle == c->cycle)
        return repeat(s, c, row);
    if (c->begun && cycle < c->cycle)
        return source_fail(s, FADE_EINVAL,
                           "cycle %lld of %s comes after its cycle %lld: sort the file by cell and cycle",
                           (long long)cycle, c->id, (long long)c->cycle);
    if (s->count >= 0 && s->spec[s->count].at < 0) {
        row[s->count] = (double)(cycle - (c->begun ? c->cycle : 0));
        s->met.gaps += row[s->count] > 1;
    }
    if (s->flags >= 0 && s->spec[s->flags].at < 0)
        row[s->flags] = source_flag(s);
    c->begun = true;
    c->cycle = cycle;
    if (s->waits) {
        if (c->waiting)
            let_go(s, c, time);
        memcpy(c->row, row, s->nspec * sizeof *row);
        c->row_cycle = cycle;
        c->row_time = time;
        for (uint32_t j = 0; j < s->nspec; j++)
            c->merged[j] = 1;
        c->waiting = true;
    } else {
        cycles_finish(s, c, row, cycle, time);
    }
    return FADE_OK;
}

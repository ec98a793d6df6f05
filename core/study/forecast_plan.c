/* SPDX-License-Identifier: MIT
 * forecast_plan.c - a cell's rows for a forecast: as recorded up to the origin; behind it what is planned, and of all
 * else nothing.
 *
 * What the law reads and nobody plans (a measured temperature) goes on as the mean of the known rows.
 */
#include "core/base/mem.h"
#include "core/study/forecast_inside.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int column_of(const replay *r, const char *key)
{
    for (size_t c = 0; c < r->ncol; c++)
        if (strcmp(r->column[c].key, key) == 0)
            return (int)c;
    return -1;
}

static int take(const replay *all, size_t cell, course *k, why *w)
{
    replay *r = &k->rows;
    size_t at = 0;
    for (size_t i = 0; i < all->n && at < k->recorded; i++) {
        if (all->cell[i] != cell)
            continue;
        for (size_t c = 0; c < r->ncol; c++)
            k->given[c][at] = all->col[c][i];
        r->time[at] = all->time[i];
        r->cycle[at++] = all->cycle[i];
    }
    k->target = column_of(all, k->f.o.target);
    if (k->target < 0)
        return fail(w, E_INPUT, "the source writes no column %s to forecast", k->f.o.target);
    for (size_t i = 0; i < k->n; i++)
        k->seen[i] = i < k->recorded ? k->given[k->target][i] : NAN;
    return E_OK;
}

/* Median step between rows of the record, from whole numbers; `otherwise` where there is none. */
static int64_t usual_step(const int64_t *v, size_t n, int64_t unknown, int64_t otherwise)
{
    double *d = mem_zero(n + 1, sizeof *d);
    size_t m = 0;
    for (size_t i = 1; d && i < n; i++)
        if (v[i] != unknown && v[i - 1] != unknown && v[i] > v[i - 1])
            d[m++] = (double)(v[i] - v[i - 1]);
    if (m)
        qsort(d, m, sizeof *d, forecast_order);
    int64_t step = m ? (int64_t)d[m / 2] : otherwise;
    free(d);
    return step;
}

/* Numbers and times of rows the source does not have. */
static void number_on(course *k)
{
    replay *r = &k->rows;
    int64_t step = usual_step(r->cycle, k->recorded, -1, 1), wait = usual_step(r->time, k->recorded, INT64_MIN, 0);
    for (size_t i = k->recorded; i < k->n; i++) {
        r->cycle[i] = r->cycle[i - 1] < 0 ? -1 : r->cycle[i - 1] + step;
        r->time[i] = r->time[i - 1] == INT64_MIN || wait == 0 ? INT64_MIN : r->time[i - 1] + wait;
    }
}

int forecast_course_open(const scenario *s, const forecast_options *o, const replay *all, size_t cell, size_t n,
                         course *k, why *w)
{
    replay *r = &k->rows;
    *k = (course){ 0 };
    for (size_t i = 0; i < all->n; i++)
        k->recorded += all->cell[i] == cell;
    k->n = n;
    k->recorded = k->recorded < n ? k->recorded : n;
    r->column = all->column;
    r->ncol = all->ncol;
    r->n = r->cap = n;
    r->ncell = 1;
    r->time = mem_zero(n, sizeof *r->time);
    r->cycle = mem_zero(n, sizeof *r->cycle);
    r->cell = mem_zero(n, sizeof *r->cell);
    r->name = mem_zero(1, sizeof *r->name);
    r->col = mem_zero(r->ncol + 1, sizeof *r->col);
    k->given = mem_zero(r->ncol + 1, sizeof *k->given);
    k->seen = mem_zero(n, sizeof *k->seen);
    if (!r->time || !r->cycle || !r->cell || !r->name || !r->col || !k->given || !k->seen)
        return fail(w, E_NOMEM, "no memory for the %zu rows of a forecast", n);
    r->name[0] = all->name[cell];
    for (size_t c = 0; c < r->ncol; c++) {
        r->col[c] = mem_zero(n, sizeof **r->col);
        k->given[c] = mem_zero(n, sizeof **k->given);
        if (!r->col[c] || !k->given[c])
            return fail(w, E_NOMEM, "no memory for the %zu rows of a forecast", n);
    }
    int rc = fit_over(s, &o->fit, r, &k->f, w);
    rc = rc ? rc : take(all, cell, k, w);
    if (rc)
        return rc;
    number_on(k);
    forecast_course_hide(k, k->recorded, FORECAST_RECORDED);
    return rc;
}

static double middle_of(const double *v, size_t n)
{
    double *sorted = mem_zero(n + 1, sizeof *sorted);
    size_t m = 0;
    for (size_t i = 0; sorted && i < n; i++)
        if (isfinite(v[i]))
            sorted[m++] = v[i];
    if (m)
        qsort(sorted, m, sizeof *sorted, forecast_order);
    double out = m ? sorted[m / 2] : NAN;
    free(sorted);
    return out;
}

static double mean_of(const double *v, size_t n)
{
    double sum = 0;
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(v[i])) {
            sum += v[i];
            m++;
        }
    return m ? sum / (double)m : NAN;
}

void forecast_course_hide(course *k, size_t known, int plan)
{
    for (size_t c = 0; c < k->rows.ncol; c++) {
        const fade_column *of = &k->rows.column[c];
        double *v = k->rows.col[c], *given = k->given[c], usual = NAN;
        bool planned = of->flags & FADE_PLANNED && !(of->flags & FADE_TARGET) && (int)c != k->target;
        bool answer = (int)c == k->target || of->flags & FADE_TARGET;
        if (planned && plan == FORECAST_HOLD)
            usual = middle_of(given, known);
        else if (!planned && !answer)
            usual = mean_of(given, known);
        for (size_t i = 0; i < k->n; i++)
            v[i] = i < known                                               ? given[i]
                   : !planned || plan == FORECAST_HOLD                     ? usual
                   : plan == FORECAST_RECORDED && i < k->recorded          ? given[i]
                                                                           : given[i % known];
    }
}

void forecast_course_close(course *k)
{
    replay *r = &k->rows;
    fit_close(&k->f);
    for (size_t c = 0; c < r->ncol; c++) {
        free(r->col ? r->col[c] : NULL);
        free(k->given ? k->given[c] : NULL);
    }
    free(r->col);
    free(k->given);
    free(r->time);
    free(r->cycle);
    free(r->cell);
    free(r->name);
    free(k->seen);
    *k = (course){ 0 };
}

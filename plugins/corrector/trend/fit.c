/* SPDX-License-Identifier: MIT
 * fit.c - each law by least squares with a soft loss and forgetting: three unknowns, so that hundreds of them cost a
 * millisecond.  A cell's mates, cells learnt beside it, share its losses and have levels of their own.
 */
#include "trend.h"
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 12, LEAST = 3 };
static const double ROBUST = 1.345 * 1.4826; /* of the median distance from the median */

/* Rows of one cell, or of all cells as one. */
typedef struct work {
    uint64_t n;
    double *y, *z, *age, *left, *sorted, *w, *old, *given; /* [n]; age: below 0, in known spans; given: weights */
    double *mean;                                          /* [n] average of the members */
    double **away;                                         /* [p] */
    double *shape;                                         /* [nshape][n] */
    uint32_t *cell;                                        /* [n] */
    double sum[3], rhs;                                    /* of a mate: its level from the losses */
    double part;                                           /* what a mate's row counts of one of the cell's own */
    struct work *mate;                                     /* [nmate] */
    uint32_t nmate;
} work;

double trend_shape_at(const trend_shape *s, double z)
{
    z = z > 0 ? z : 0;
    return s->power > 0 ? pow(z, s->power) : 1 - exp(-z / s->length);
}

/* Puts the k-th smallest of v[n] where it belongs, smaller ones before it (Hoare). */
static double select_kth(double *v, uint64_t n, uint64_t k)
{
    uint64_t low = 0, high = n - 1;
    while (low < high) {
        double pivot = v[(low + high) / 2];
        uint64_t i = low, j = high;
        for (;;) {
            while (v[i] < pivot)
                i++;
            while (v[j] > pivot)
                j--;
            if (i >= j)
                break;
            double swap = v[i];
            v[i++] = v[j];
            v[j--] = swap;
        }
        if (k <= j)
            high = j;
        else
            low = j + 1;
    }
    return v[k];
}

/* The upper of the two middle ones where n is even. */
static double median(work *k, const double *v, uint64_t n, double about, int distance)
{
    for (uint64_t i = 0; i < n; i++)
        k->sorted[i] = distance ? fabs(v[i] - about) : v[i];
    return select_kth(k->sorted, n, n / 2);
}

/* Symmetric m x m, m <= 3, a touch of the diagonal added: what nothing is known of stays 0. */
static void solve(int m, double a[3][3], double b[3], double x[3])
{
    for (int i = 0; i < m; i++)
        a[i][i] += 1e-9 * (a[i][i] + 1e-12);
    for (int i = 0; i < m; i++)
        for (int r = i + 1; r < m; r++) {
            double f = a[r][i] / a[i][i];
            for (int c = i; c < m; c++)
                a[r][c] -= f * a[i][c];
            b[r] -= f * b[i];
        }
    for (int i = m - 1; i >= 0; i--) {
        x[i] = b[i];
        for (int c = i + 1; c < m; c++)
            x[i] -= a[i][c] * x[c];
        x[i] /= a[i][i];
    }
}

/* Sums over rows, m known to the compiler: each in its own register.  The lower half is not the upper one's mirror to
 * the last bit, for solve() reads both. */
static inline void gather(const work *k, const double *shape, const double *away, const int m, double a[3][3],
                          double b[3])
{
    for (uint64_t i = 0; i < k->n; i++) {
        const double col[3] = { 1, -shape[i], m > 2 ? -away[i] : 0 };
        for (int r = 0; r < m; r++) {
            const double w = k->w[i] * col[r];
            b[r] += w * k->y[i];
            for (int c = 0; c < m; c++)
                a[r][c] += w * col[c];
        }
    }
}

static void gather_law(const work *k, int32_t shape, int32_t away, double a[3][3], double b[3])
{
    const double *at = k->shape + (size_t)shape * k->n;
    if (away >= 0)
        gather(k, at, k->away[away], 3, a, b);
    else
        gather(k, at, NULL, 2, a, b);
}

/* What a mate's rows say of the losses once its own level is out. */
static void gather_mate(work *k, int32_t shape, int32_t away, double a[3][3], double b[3])
{
    double s[3][3] = { { 0 } }, r[3] = { 0 };
    gather_law(k, shape, away, s, r);
    memcpy(k->sum, s[0], sizeof k->sum);
    k->rhs = r[0];
    for (int i = 1; i < 3 && s[0][0] > 0; i++) {
        b[i] += r[i] - s[i][0] * r[0] / s[0][0];
        for (int j = 1; j < 3; j++)
            a[i][j] += s[i][j] - s[i][0] * s[0][j] / s[0][0];
    }
}

static double level_of(const work *k, const double x[3])
{
    return k->sum[0] > 0 ? (k->rhs - k->sum[1] * x[1] - k->sum[2] * x[2]) / k->sum[0] : 0;
}

/* What the law leaves. */
static inline void leave(work *k, const double *shape, const double *away, const int m, const double x[3])
{
    for (uint64_t i = 0; i < k->n; i++)
        k->left[i] = k->y[i] - (x[0] - x[1] * shape[i] - (m > 2 ? x[2] * away[i] : 0));
}

static void weigh(work *k, int32_t shape, int32_t away, const double x[3])
{
    const double *at = k->shape + (size_t)shape * k->n;
    if (away >= 0)
        leave(k, at, k->away[away], 3, x);
    else
        leave(k, at, NULL, 2, x);
    double scale = ROBUST * median(k, k->left, k->n, median(k, k->left, k->n, 0, 0), 1);
    scale = scale > 0 ? scale : 1e-12;
    for (uint64_t i = 0; i < k->n; i++)
        k->w[i] = k->old[i] / sqrt(1 + (k->left[i] / scale) * (k->left[i] / scale));
}

/* x: level, shape, away (away >= 0) or level, shape. */
static void fit_one(work *k, int32_t shape, int32_t away, double x[3])
{
    memcpy(k->w, k->old, k->n * sizeof *k->w);
    for (uint32_t q = 0; q < k->nmate; q++)
        memcpy(k->mate[q].w, k->mate[q].old, k->mate[q].n * sizeof *k->w);
    x[0] = x[1] = x[2] = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double a[3][3] = { { 0 } }, b[3] = { 0 };
        gather_law(k, shape, away, a, b);
        for (uint32_t q = 0; q < k->nmate; q++)
            gather_mate(&k->mate[q], shape, away, a, b);
        solve(away >= 0 ? 3 : 2, a, b, x);
        weigh(k, shape, away, x);
        for (uint32_t q = 0; q < k->nmate; q++)
            weigh(&k->mate[q], shape, away, (double[]){ level_of(&k->mate[q], x), x[1], x[2] });
    }
}

static void add_mean(work *k, const trend_member *m, double level, double part)
{
    const double *shape = k->shape + (size_t)m->shape * k->n, *away = m->away >= 0 ? k->away[m->away] : NULL;
    for (uint64_t i = 0; i < k->n; i++)
        k->mean[i] += (level - m->b * shape[i] - (away ? m->a * away[i] : 0)) / part;
}

/* A reversible loss that would add capacity is none. */
static void fit_member(work *k, trend *r, const trend_member *like, uint32_t at)
{
    trend_member *m = &r->member[at];
    double x[3];
    *m = *like;
    fit_one(k, m->shape, m->away, x);
    if (m->away >= 0 && x[2] < 0)
        fit_one(k, m->shape, -1, x);
    m->c = x[0];
    m->b = x[1];
    m->a = m->away >= 0 && x[2] > 0 ? x[2] : 0;
    add_mean(k, m, m->c, r->nmember);
    for (uint32_t q = 0; q < k->nmate; q++)
        add_mean(&k->mate[q], m, level_of(&k->mate[q], x), r->nmember);
}

static void forget(work *k, double memory)
{
    for (uint64_t i = 0; i < k->n; i++)
        k->old[i] = k->part * k->given[i] * exp(k->age[i] / memory);
}

static void fit_members(work *k, trend *r, const trend_plan *o)
{
    uint32_t at = 0;
    for (uint32_t f = 0; f < o->nmemory; f++) {
        forget(k, o->memory[f]);
        for (uint32_t q = 0; q < k->nmate; q++)
            forget(&k->mate[q], o->memory[f]);
        for (uint32_t s = 0; s < r->nshape; s++)
            for (int32_t j = r->p > 1 ? 1 : -1; j < (r->p > 1 ? (int32_t)r->p : 0); j++)
                fit_member(k, r, &(trend_member){ .shape = (int32_t)s, .away = j }, at++);
    }
}

/* Where v[n] lie by the soft loss, from their median. */
static double soft_mean(work *k, const double *v, uint64_t n, double scale)
{
    double at = n ? median(k, v, n, 0, 0) : 0;
    for (int round = 0; round < ROUNDS && n; round++) {
        double sum = 0, all = 0;
        for (uint64_t i = 0; i < n; i++) {
            double far = (v[i] - at) / scale, w = 1 / sqrt(1 + far * far);
            sum += w * v[i];
            all += w;
        }
        at = sum / all;
    }
    return at;
}

/* What the newest rows lie off, and how far a row usually does. */
static void look_back(work *k, trend *r, uint64_t back, int soft)
{
    uint64_t from = k->n / 2;
    back = back < k->n ? back : k->n;
    for (uint64_t i = 0; i < k->n; i++)
        k->left[i] = k->y[i] - k->mean[i];
    r->carry = 0;
    for (uint64_t i = k->n - back; i < k->n; i++)
        r->carry += k->left[i] / (double)back;
    if (soft) {
        double scale = ROBUST * median(k, k->left, k->n, median(k, k->left, k->n, 0, 0), 1);
        r->carry = soft_mean(k, k->left + k->n - back, back, scale > 0 ? scale : 1e-12);
    }
    double *late = k->left + from;
    uint64_t n = k->n - from;
    r->noise = 1.4826 * median(k, late, n, median(k, late, n, 0, 0), 1);
}

static int sound_row(const fade_table *t, uint64_t i)
{
    for (uint32_t j = 0; j < t->ncol; j++)
        if (!isfinite(t->col[j][i]))
            return 0;
    return isfinite(t->target[i]) && (!t->weight || t->weight[i] > 0);
}

static int32_t too_few(const trend *r, uint64_t n)
{
    char text[120];
    snprintf(text, sizeof text, "%llu rows with all features known, trend takes at least %d", (unsigned long long)n,
             LEAST);
    fade_say(r->host, 3, FADE_EINVAL, -1, text);
    return FADE_EINVAL;
}

static int32_t no_memory(const trend *r)
{
    fade_say(r->host, 3, FADE_ENOMEM, -1, "no memory to fit a trend");
    return FADE_ENOMEM;
}

static void close_work(work *k)
{
    for (uint32_t q = 0; q < k->nmate; q++)
        close_work(&k->mate[q]);
    free(k->mate);
    free(k->y);
    free(k->away);
    free(k->cell);
}

/* Room for n rows.  0: no memory. */
static int open_work(work *k, const trend *r, uint64_t n)
{
    enum { COLUMNS = 9 };
    double *at = calloc((COLUMNS + r->p + r->nshape) * (n + 1), sizeof *at);
    *k = (work){ .y = at, .away = calloc(r->p + 1, sizeof *k->away), .cell = calloc(n + 1, sizeof *k->cell),
                 .part = 1 };
    if (!at || !k->away || !k->cell)
        return 0;
    double **column[COLUMNS] = { &k->y, &k->z, &k->age, &k->left, &k->sorted, &k->w, &k->old, &k->given, &k->mean };
    for (int j = 0; j < COLUMNS; j++)
        *column[j] = at + j * n;
    for (uint32_t j = 0; j < r->p; j++)
        k->away[j] = at + (COLUMNS + j) * n;
    k->shape = at + (COLUMNS + r->p) * n;
    return 1;
}

/* First cycle and known span of the rows. */
static void extent(const fade_table *t, const uint64_t *use, uint64_t n, double *first, double *span)
{
    double low = t->col[0][use[0]], high = low;
    for (uint64_t i = 0; i < n; i++) {
        double x = t->col[0][use[i]];
        low = x < low ? x : low;
        high = x > high ? x : high;
    }
    *first = low;
    *span = high - low + 1;
}

/* Of rows that begin at `first`, those up to the known span of r. */
static void fill(work *k, const trend *r, const fade_table *t, const uint64_t *use, uint64_t n, double first)
{
    double last = 0;
    k->n = 0;
    for (uint64_t i = 0; i < n; i++) {
        double z = (t->col[0][use[i]] - first + 1) / r->span;
        if (z > 1)
            continue;
        uint64_t at = k->n++;
        k->y[at] = t->target[use[i]];
        k->given[at] = t->weight ? t->weight[use[i]] : 1;
        k->cell[at] = t->cell[use[i]];
        k->z[at] = z;
        last = z > last ? z : last;
        for (uint32_t j = 0; j < r->p; j++)
            k->away[j][at] = t->col[j][use[i]];
    }
    for (uint64_t i = 0; i < k->n; i++)
        k->age[i] = k->z[i] / last - 1;
    for (uint32_t s = 0; s < r->nshape; s++)
        for (uint64_t i = 0; i < k->n; i++)
            k->shape[s * k->n + i] = trend_shape_at(&r->shape[s], k->z[i]);
}

static void fill_own(work *k, trend *r, const fade_table *t, const uint64_t *use, uint64_t n)
{
    extent(t, use, n, &r->first, &r->span);
    fill(k, r, t, use, n, r->first);
    for (uint32_t j = 0; j < r->p; j++)
        for (uint64_t i = 0; i < k->n; i++)
            r->most[j] = fmax(r->most[j], fabs(k->away[j][i]));
}

/* ---- one cell, or all of them as one ---- */

/* Their average beside the other one; its noise is soft where that one's is. */
static trend_rows rows_of(work *k)
{
    for (uint64_t i = 0; i < k->n; i++)
        k->left[i] = k->y[i] - k->mean[i];
    double scale = ROBUST * median(k, k->left, k->n, median(k, k->left, k->n, 0, 0), 1);
    return (trend_rows){ .n = k->n, .y = k->y, .z = k->z, .left = k->left, .weight = k->given, .away = k->away,
                         .shape = k->shape, .cell = k->cell, .scale = scale > 0 ? scale : 1e-12, .part = k->part };
}

static int32_t weigh_members(work *k, trend *r)
{
    trend_rows *rows = calloc(k->nmate + 1, sizeof *rows);
    if (!rows)
        return no_memory(r);
    for (uint32_t j = 0; j < r->nlikely; j++) {
        r->likely[j].shape = r->member[j].shape;
        r->likely[j].away = r->member[j].away;
    }
    rows[0] = rows_of(k);
    for (uint32_t q = 0; q < k->nmate; q++)
        rows[q + 1] = rows_of(&k->mate[q]);
    int32_t rc = fit_likely(r, rows, k->nmate + 1);
    free(rows);
    return rc;
}

typedef struct part { /* rows of a cell in the table */
    const uint64_t *use;
    uint64_t n;
    double first;
} part;

/* Mates by their rows up to the known span of the cell's own; what is later of them tells nothing. */
static int32_t fill_mates(work *k, const trend *r, const fade_table *t, const part *all, uint32_t nall, const part *own,
                          double mates)
{
    k->mate = calloc(nall, sizeof *k->mate);
    if (!k->mate)
        return no_memory(r);
    for (uint32_t q = 0; q < nall; q++) {
        if (&all[q] == own)
            continue;
        work *m = &k->mate[k->nmate++];
        if (!open_work(m, r, all[q].n))
            return no_memory(r);
        fill(m, r, t, all[q].use, all[q].n, all[q].first);
        if (m->n < LEAST) {
            close_work(m);
            k->nmate--;
        }
    }
    for (uint32_t q = 0; q < k->nmate; q++)
        k->mate[q].part = mates / k->nmate;
    return FADE_OK;
}

static int32_t learn(trend *r, const fade_table *t, const trend_plan *o, const part *own, const part *all,
                     uint32_t nall)
{
    work k;
    int32_t rc = open_work(&k, r, own->n) ? FADE_OK : no_memory(r);
    if (!rc) {
        fill_own(&k, r, t, own->use, own->n);
        rc = nall > 1 ? fill_mates(&k, r, t, all, nall, own, o->mates) : FADE_OK;
    }
    if (!rc) {
        r->lasting = o->lasting;
        fit_members(&k, r, o);
        rc = r->nlikely ? weigh_members(&k, r) : FADE_OK;
        look_back(&k, r, k.cell[0] == k.cell[k.n - 1] ? (uint64_t)o->carry : 0, o->soft);
        r->rows = k.n;
    }
    close_work(&k);
    return rc;
}

/* ---- cells beside their mates ---- */

/* Those of enough rows: they lie one behind the other. */
static uint32_t parts(const fade_table *t, const uint64_t *use, uint64_t n, part *all)
{
    uint32_t many = 0;
    for (uint64_t i = 0, end; i < n; i = end) {
        double span;
        for (end = i + 1; end < n && t->cell[use[end]] == t->cell[use[i]];)
            end++;
        if (end - i < LEAST)
            continue;
        all[many] = (part){ .use = use + i, .n = end - i };
        extent(t, use + i, end - i, &all[many].first, &span);
        many++;
    }
    return many;
}

static int32_t learn_cells(trend *r, const fade_table *t, const trend_plan *o, const part *all, uint32_t n)
{
    if (n < 2)
        return FADE_OK;
    if (!trend_room(r, n))
        return FADE_ENOMEM;
    for (uint32_t c = 0; c < n; c++) {
        if (r->host->progress && r->host->progress(r->host, (double)c / n, "train") == FADE_ECANCEL)
            return FADE_ECANCEL;
        trend *one = trend_like(r);
        if (!one)
            return FADE_ENOMEM;
        r->own[c] = one;
        r->id[c] = t->id[all[c].use[0]];
        int32_t rc = learn(one, t, o, &all[c], all, n);
        if (rc)
            return rc;
    }
    return FADE_OK;
}

static int told_ids(const fade_table *t)
{
    return t->size >= offsetof(fade_table, id) + sizeof t->id && t->id;
}

int32_t fit_trend(trend *r, const fade_table *t, const trend_plan *o)
{
    uint64_t *use = calloc(t->n + 1, sizeof *use), n = 0;
    part *all = calloc(t->n / LEAST + 1, sizeof *all);
    for (uint64_t i = 0; use && i < t->n; i++)
        if (sound_row(t, i))
            use[n++] = i;
    int32_t rc = !use || !all ? no_memory(r) : n < LEAST ? too_few(r, n) : FADE_OK;
    rc = rc ? rc : learn(r, t, o, &(part){ .use = use, .n = n }, NULL, 0);
    if (!rc && o->mates > 0 && told_ids(t))
        rc = learn_cells(r, t, o, all, parts(t, use, n, all));
    free(use);
    free(all);
    return rc;
}

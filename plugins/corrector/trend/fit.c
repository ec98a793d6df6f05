/* SPDX-License-Identifier: MIT
 * fit.c - each law by least squares with a soft loss and forgetting: three unknowns, so that hundreds of them cost a
 * millisecond.
 */
#include "trend.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 12, LEAST = 3 };
static const double ROBUST = 1.345 * 1.4826; /* of the median distance from the median */

typedef struct work {
    uint64_t n;
    double *y, *z, *left, *sorted, *w, *old; /* [n] */
    double *mean;                            /* [n] average of the members */
    double **away;                           /* [p] */
    double *shape;                           /* [nshape][n] */
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

/* What the law leaves. */
static inline void leave(work *k, const double *shape, const double *away, const int m, const double x[3])
{
    for (uint64_t i = 0; i < k->n; i++)
        k->left[i] = k->y[i] - (x[0] - x[1] * shape[i] - (m > 2 ? x[2] * away[i] : 0));
}

/* x: level, shape, away (m 3) or level, shape (m 2). */
static void fit_one(work *k, const double *shape, const double *away, int m, double x[3])
{
    memcpy(k->w, k->old, k->n * sizeof *k->w);
    x[0] = x[1] = x[2] = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double a[3][3] = { { 0 } }, b[3] = { 0 };
        if (m > 2)
            gather(k, shape, away, 3, a, b);
        else
            gather(k, shape, away, 2, a, b);
        solve(m, a, b, x);
        if (m > 2)
            leave(k, shape, away, 3, x);
        else
            leave(k, shape, away, 2, x);
        double scale = ROBUST * median(k, k->left, k->n, median(k, k->left, k->n, 0, 0), 1);
        scale = scale > 0 ? scale : 1e-12;
        for (uint64_t i = 0; i < k->n; i++)
            k->w[i] = k->old[i] / sqrt(1 + (k->left[i] / scale) * (k->left[i] / scale));
    }
}

/* A reversible loss that would add capacity is none. */
static void fit_member(work *k, trend *r, const trend_member *like, uint32_t at)
{
    trend_member *m = &r->member[at];
    const double *shape = k->shape + (size_t)like->shape * k->n, *away = like->away >= 0 ? k->away[like->away] : NULL;
    double x[3];
    *m = *like;
    fit_one(k, shape, away, away ? 3 : 2, x);
    if (away && x[2] < 0)
        fit_one(k, shape, NULL, 2, x);
    m->c = x[0];
    m->b = x[1];
    m->a = away && x[2] > 0 ? x[2] : 0;
    for (uint64_t i = 0; i < k->n; i++)
        k->mean[i] += (m->c - m->b * shape[i] - (away ? m->a * away[i] : 0)) / r->nmember;
}

static void fit_members(work *k, trend *r, const trend_plan *o, const fade_table *t, const uint64_t *use)
{
    uint32_t at = 0;
    for (uint32_t f = 0; f < o->nmemory; f++) {
        for (uint64_t i = 0; i < k->n; i++) {
            double w = t->weight ? t->weight[use[i]] : 1;
            k->old[i] = w * exp((k->z[i] - 1) / o->memory[f]);
        }
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

static void fill(work *k, trend *r, const fade_table *t, const trend_plan *o, const uint64_t *use)
{
    double last = t->col[0][use[0]];
    r->first = last;
    for (uint64_t i = 0; i < k->n; i++) {
        double x = t->col[0][use[i]];
        r->first = x < r->first ? x : r->first;
        last = x > last ? x : last;
    }
    r->span = last - r->first + 1;
    r->lasting = o->lasting;
    for (uint64_t i = 0; i < k->n; i++) {
        k->y[i] = t->target[use[i]];
        k->z[i] = (t->col[0][use[i]] - r->first + 1) / r->span;
        k->mean[i] = 0;
        for (uint32_t j = 0; j < r->p; j++) {
            k->away[j][i] = t->col[j][use[i]];
            r->most[j] = fmax(r->most[j], fabs(k->away[j][i]));
        }
    }
    for (uint32_t s = 0; s < r->nshape; s++)
        for (uint64_t i = 0; i < k->n; i++)
            k->shape[s * k->n + i] = trend_shape_at(&r->shape[s], k->z[i]);
}

/* Their average beside the other one; its noise is soft where that one's is. */
static int32_t weigh_members(work *k, trend *r, const fade_table *t, const uint64_t *use)
{
    uint32_t *cell = calloc(k->n, sizeof *cell);
    if (!cell) {
        fade_say(r->host, 3, FADE_ENOMEM, -1, "no memory to fit a trend");
        return FADE_ENOMEM;
    }
    for (uint64_t i = 0; i < k->n; i++) {
        cell[i] = t->cell[use[i]];
        k->old[i] = t->weight ? t->weight[use[i]] : 1;
        k->left[i] = k->y[i] - k->mean[i];
    }
    double scale = ROBUST * median(k, k->left, k->n, median(k, k->left, k->n, 0, 0), 1);
    for (uint32_t j = 0; j < r->nlikely; j++) {
        r->likely[j].shape = r->member[j].shape;
        r->likely[j].away = r->member[j].away;
    }
    const trend_rows rows = { .n = k->n, .y = k->y, .z = k->z, .left = k->left, .weight = k->old, .away = k->away,
                              .shape = k->shape, .cell = cell };
    int32_t rc = fit_likely(r, &rows, scale > 0 ? scale : 1e-12);
    free(cell);
    return rc;
}

int32_t fit_trend(trend *r, const fade_table *t, const trend_plan *o)
{
    uint64_t *use = calloc(t->n + 1, sizeof *use), n = 0;
    for (uint64_t i = 0; use && i < t->n; i++)
        if (sound_row(t, i))
            use[n++] = i;
    double *all = calloc((7 + r->p + r->nshape) * (n + 1), sizeof *all), **away = calloc(r->p + 1, sizeof *away),
           *at = all;
    int32_t rc = FADE_OK;
    if (!use || !all || !away) {
        fade_say(r->host, 3, FADE_ENOMEM, -1, "no memory to fit a trend");
        rc = FADE_ENOMEM;
    } else if (n < LEAST) {
        rc = too_few(r, n);
    } else {
        work k = { .n = n,
                   .y = at,
                   .z = at + n,
                   .left = at + 2 * n,
                   .sorted = at + 3 * n,
                   .w = at + 4 * n,
                   .old = at + 5 * n,
                   .mean = at + 6 * n,
                   .away = away,
                   .shape = at + (7 + r->p) * n };
        for (uint32_t j = 0; j < r->p; j++)
            away[j] = at + (7 + j) * n;
        fill(&k, r, t, o, use);
        fit_members(&k, r, o, t, use);
        rc = r->nlikely ? weigh_members(&k, r, t, use) : FADE_OK;
        look_back(&k, r, t->cell[use[0]] == t->cell[use[n - 1]] ? (uint64_t)o->carry : 0, o->soft);
        r->rows = n;
    }
    free(use);
    free(all);
    free(away);
    return rc;
}

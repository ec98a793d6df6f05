/* SPDX-License-Identifier: MIT
 * likely.c - the laws by their likelihood: each beside a level that wanders and forgets (an Ornstein-Uhlenbeck process)
 * and noise, their average weighted by the marginal likelihood of the known rows.
 *
 * A Kalman filter of one state whitens all columns at once; it is the same for each law, so that one pass a memory of
 * the level and a share of it gives the least squares of them all.  A cell's mates have their say on the shape: the
 * evidence of each shape in their rows, whatever their losses and levels.
 */
#include "trend.h"
#include <math.h>
#include <stdlib.h>

static const double SHARE[] = { 0.1, 0.3, 1, 3, 10, 30 }; /* variances of the level over that of the noise */
enum { SHARES = sizeof SHARE / sizeof *SHARE, TRIES = SHARES * TREND_LEVELS };
static const double LEAST_PART = 1e-8; /* of a column that the others do not explain */

/* Whitened columns: target, 1, shapes, losses. */
typedef struct gram {
    uint32_t m;
    const double **col;         /* [m][n]; NULL: 1 */
    double *unit;               /* [m] a column's factor: shapes are 1 at the last of the rows */
    double *sum, *at, *level;   /* [m][m] products; [m] this row, what the filter makes of the rows so far */
    double logdet, *noise;      /* [n] */
} gram;

typedef struct guess { /* one law with one level */
    double c, b, a, level, loglik;
} guess;

enum { TARGET, ONE, FIRST };

/* Where rows end, in known spans: 1 for the cell's own. */
static double end_of(const trend_rows *k)
{
    double end = 0;
    for (uint64_t i = 0; i < k->n; i++)
        end = fmax(end, k->z[i]);
    return end;
}

static int open_gram(gram *g, const trend *r, const trend_rows *k)
{
    uint32_t m = FIRST + r->nshape + r->p - 1;
    double end = end_of(k);
    *g = (gram){ .m = m,
                 .col = calloc(m, sizeof *g->col),
                 .unit = calloc((size_t)m * m + 3 * (size_t)m + k->n, sizeof *g->unit) };
    if (!g->col || !g->unit)
        return 0;
    g->sum = g->unit + m;
    g->at = g->sum + (size_t)m * m;
    g->level = g->at + m;
    g->noise = g->level + m;
    g->col[TARGET] = k->y;
    for (uint32_t s = 0; s < r->nshape; s++)
        g->col[FIRST + s] = k->shape + (size_t)s * k->n;
    for (uint32_t j = 1; j < r->p; j++)
        g->col[FIRST + r->nshape + j - 1] = k->away[j];
    for (uint32_t j = 0; j < m; j++)
        g->unit[j] = j >= FIRST && j < FIRST + r->nshape ? 1 / trend_shape_at(&r->shape[j - FIRST], end) : 1;
    return 1;
}

static void free_gram(gram *g)
{
    free(g->col);
    free(g->unit);
}

/* Rows are those of one cell after another; a level is that of one cell. */
static void filter(const trend_rows *k, const trend *r, double lasting, double share, gram *g)
{
    double var = share;
    g->logdet = 0;
    for (uint32_t j = 0; j < g->m * g->m; j++)
        g->sum[j] = 0;
    for (uint32_t j = 0; j < g->m; j++)
        g->level[j] = 0;
    for (uint64_t i = 0; i < k->n; i++) {
        double step = i ? fabs(k->z[i] - k->z[i - 1]) * r->span : 0;
        double stay = !i || k->cell[i] != k->cell[i - 1] ? 0 : exp(-step / lasting);
        var = stay * stay * var + (1 - stay * stay) * share;
        double all = var + g->noise[i], gain = var / all, scale = 1 / sqrt(all);
        for (uint32_t j = 0; j < g->m; j++) {
            double was = stay * g->level[j], off = (g->col[j] ? g->col[j][i] * g->unit[j] : 1) - was;
            g->level[j] = was + gain * off;
            g->at[j] = off * scale;
        }
        for (uint32_t j = 0; j < g->m; j++)
            for (uint32_t q = 0; q <= j; q++)
                g->sum[j * g->m + q] += g->at[j] * g->at[q];
        g->logdet += log(all);
        var *= 1 - gain;
    }
}

static double product(const gram *g, uint32_t i, uint32_t j)
{
    return i > j ? g->sum[i * g->m + j] : g->sum[j * g->m + i];
}

/* Least squares of the target in p of the columns; what they leave, and the log of their determinant.  A column that
 * the ones before it explain counts as absent. */
static double solve(const gram *g, const uint32_t *col, int p, double *x, double *logdet)
{
    double a[3][3], b[3], left = product(g, TARGET, TARGET);
    int out[3] = { 0 };
    *logdet = 0;
    for (int i = 0; i < p; i++) {
        b[i] = product(g, col[i], TARGET);
        for (int j = 0; j < p; j++)
            a[i][j] = product(g, col[i], col[j]);
    }
    for (int i = 0; i < p; i++) {
        out[i] = !(a[i][i] > LEAST_PART * product(g, col[i], col[i]));
        *logdet += out[i] ? 0 : log(a[i][i]);
        left -= out[i] ? 0 : b[i] * b[i] / a[i][i];
        for (int n = i + 1; n < p && !out[i]; n++) {
            double f = a[n][i] / a[i][i];
            for (int j = i; j < p; j++)
                a[n][j] -= f * a[i][j];
            b[n] -= f * b[i];
        }
    }
    for (int i = p - 1; i >= 0; i--) {
        x[i] = b[i];
        for (int j = i + 1; j < p; j++)
            x[i] -= a[i][j] * x[j];
        x[i] = out[i] ? 0 : x[i] / a[i][i];
    }
    return fmax(left, 1e-20 * product(g, TARGET, TARGET) + 1e-300);
}

/* Marginal over c, b, a and the size of the noise, flat priors; a loss that would add capacity is none and keeps the
 * room that it took. */
static guess judge(const gram *g, const trend *r, const trend_member *like, uint64_t n)
{
    uint32_t col[3] = { ONE, FIRST + (uint32_t)like->shape,
                        like->away >= 0 ? FIRST + r->nshape + (uint32_t)like->away - 1 : 0 };
    int p = like->away >= 0 ? 3 : 2;
    double x[3] = { 0 }, logdet, without;
    double left = solve(g, col, p, x, &logdet);
    if (p == 3 && x[2] > 0) { /* the losses lower the target: their coefficient is -a */
        x[2] = 0;
        left = solve(g, col, 2, x, &without);
    }
    guess s = { .c = x[0], .b = -x[1] * g->unit[col[1]], .a = -x[2] };
    s.level = g->level[TARGET] - x[0] * g->level[ONE] - x[1] * g->level[col[1]] -
              (p == 3 ? x[2] * g->level[col[2]] : 0);
    s.loglik = -0.5 * (fmax(1, (double)n - p) * log(left) + g->logdet + logdet);
    return s;
}

/* The variance of each row's noise over that of a usual row: far ones count less, as in the soft loss. */
static void row_noise(const trend_rows *k, double *noise)
{
    for (uint64_t i = 0; i < k->n; i++) {
        double off = k->left[i] / k->scale;
        noise[i] = sqrt(1 + off * off) / k->weight[i];
    }
}

/* Of several cells there is no one level. */
static void average(trend *r, const guess *s, int one_cell)
{
    double most = -INFINITY, sum = 0;
    for (size_t i = 0; i < (size_t)TRIES * r->nlikely; i++)
        most = fmax(most, s[i].loglik);
    for (size_t i = 0; i < (size_t)TRIES * r->nlikely; i++)
        sum += exp(s[i].loglik - most);
    for (size_t i = 0; i < (size_t)TRIES * r->nlikely; i++) {
        double w = exp(s[i].loglik - most) / sum;
        trend_member *m = &r->likely[i % r->nlikely];
        m->c += w * s[i].c;
        m->b += w * s[i].b;
        m->a += w * s[i].a;
        r->wander.level[i / r->nlikely / SHARES] += one_cell ? w * s[i].level : 0;
    }
}

/* Memories of the level, in cycles: from three rows to twice the known span. */
static void levels(const trend_rows *k, double span, double cycles[TREND_LEVELS])
{
    double least = 3 * span / (double)k->n, most = 2 * span;
    for (int l = 0; l < TREND_LEVELS; l++)
        cycles[l] = least * pow(most / least, l / (TREND_LEVELS - 1.0));
}

/* s[TRIES][nlikely].  0: no memory. */
static int guess_all(const trend *r, const trend_rows *k, const double cycles[TREND_LEVELS], guess *s)
{
    gram g;
    int sound = open_gram(&g, r, k);
    if (sound) {
        row_noise(k, g.noise);
        for (int t = 0; t < TRIES; t++) {
            filter(k, r, cycles[t / SHARES], SHARE[t % SHARES], &g);
            for (uint32_t j = 0; j < r->nlikely; j++)
                s[(size_t)t * r->nlikely + j] = judge(&g, r, &r->likely[j], k->n);
        }
    }
    free_gram(&g);
    return sound;
}

/* Each shape's evidence in a mate's rows: the sum of its likelihoods over losses, memories and sizes. */
static void add_evidence(const trend *r, const guess *s, double part, double *shape)
{
    for (uint32_t h = 0; h < r->nshape; h++) {
        double most = -INFINITY, sum = 0;
        for (size_t i = 0; i < (size_t)TRIES * r->nlikely; i++)
            if (r->likely[i % r->nlikely].shape == (int32_t)h)
                most = fmax(most, s[i].loglik);
        for (size_t i = 0; i < (size_t)TRIES * r->nlikely; i++)
            if (r->likely[i % r->nlikely].shape == (int32_t)h)
                sum += exp(s[i].loglik - most);
        shape[h] += part * (most + log(sum));
    }
}

int32_t fit_likely(trend *r, const trend_rows *k, uint32_t n)
{
    guess *s = calloc((size_t)TRIES * r->nlikely, sizeof *s);
    double cycles[TREND_LEVELS], shape[TREND_SHAPES] = { 0 };
    int sound = s != NULL;
    for (uint32_t q = 1; q < n && sound; q++) {
        levels(&k[q], end_of(&k[q]) * r->span, cycles);
        sound = guess_all(r, &k[q], cycles, s);
        if (sound)
            add_evidence(r, s, k[q].part, shape);
    }
    levels(k, r->span, r->wander.cycles);
    sound = sound && guess_all(r, k, r->wander.cycles, s);
    if (sound) {
        for (size_t i = 0; i < (size_t)TRIES * r->nlikely; i++)
            s[i].loglik += shape[r->likely[i % r->nlikely].shape];
        average(r, s, k->cell[0] == k->cell[k->n - 1]);
    } else {
        fade_say(r->host, 3, FADE_ENOMEM, -1, "no memory to weigh the laws of a trend");
    }
    free(s);
    return sound ? FADE_OK : FADE_ENOMEM;
}

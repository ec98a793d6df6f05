/* SPDX-License-Identifier: MIT
 * learn.c - what comes before and after the training of each network: which rows, held back or not, in which units, and
 * what noise is left.
 */
#include "learn.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Some BLAS come with threads of their own; the host's rule is one. */
extern void openblas_set_num_threads(int) __attribute__((weak));

enum { LEAST_ROWS = 3, LANES = 256 };

double row_weight(const fade_table *t, uint64_t i)
{
    double w = t->weight ? t->weight[i] : 1;
    return isfinite(t->target[i]) && w > 0 && w < INFINITY ? w : 0;
}

static int32_t deny(const mlp *r, int32_t code, const char *text)
{
    fade_say(r->host, 3, code, -1, text);
    return code;
}

typedef struct moments {
    double mean, sd, low, high;
} moments;

/* Of the known values of usable rows. */
static moments measure(const fade_table *t, const double *x)
{
    double n = 0, mean = 0, m2 = 0, low = INFINITY, high = -INFINITY;
    for (uint64_t i = 0; i < t->n; i++) {
        double w = row_weight(t, i);
        if (!(w > 0) || !isfinite(x[i]))
            continue;
        n += w;
        double by = x[i] - mean;
        mean += by * w / n;
        m2 += w * by * (x[i] - mean);
        low = fmin(low, x[i]);
        high = fmax(high, x[i]);
    }
    return n > 0 ? (moments){ mean, sqrt(m2 / n), low, high } : (moments){ 0, 0, INFINITY, -INFINITY };
}

static int varies(const moments *m)
{
    return m->sd > 1e-10 * fabs(m->mean) && m->sd > 1e-150 && m->sd < 1e150;
}

/* A model to start from keeps its units, for its weights are in them; only the ranges grow. */
static void set_feature(mlp *r, const mlp *from, const settings *s, uint32_t j, moments m)
{
    if (from) {
        r->shift[j] = from->shift[j];
        r->per[j] = from->per[j];
        r->fill[j] = from->fill[j];
        r->scale[j] = from->scale[j];
        r->varied[j] = from->varied[j];
        r->low[j] = fmin(from->low[j], m.low);
        r->high[j] = fmax(from->high[j], m.high);
        return;
    }
    int sound = isfinite(m.mean) && m.low <= m.high, moves = sound && varies(&m);
    r->varied[j] = moves;
    r->scale[j] = moves ? m.sd : fmax(sound ? fabs(m.mean) : 0, 1e-9);
    r->shift[j] = s->standardise && sound ? m.mean : 0;
    r->per[j] = moves ? s->standardise ? 1 / m.sd : 1 : 0;
    r->fill[j] = moves ? (m.mean - r->shift[j]) * r->per[j] : 0;
    r->low[j] = sound ? m.low : -1e300;
    r->high[j] = sound ? m.high : 1e300;
}

static int32_t set_units(teacher *k)
{
    mlp *r = k->r;
    moments y = measure(k->t, k->t->target);
    if (!isfinite(y.sd) || !(fabs(y.mean) < 1e150))
        return deny(r, FADE_ESOLVE, "the targets' mean or deviation is no finite number: they are too large");
    for (uint32_t j = 0; j < r->shape.width[0]; j++)
        set_feature(r, k->from, k->s, j, measure(k->t, k->t->col[j]));
    double middle = 0.5 * (y.low + y.high), half = k->s->bound * (y.high - middle);
    r->least = fmin(k->from ? k->from->least : INFINITY, middle - half);
    r->most = fmax(k->from ? k->from->most : -INFINITY, middle + half);
    r->y_shift = k->from ? k->from->y_shift : k->s->standardise ? y.mean : 0;
    r->y_scale = k->from            ? k->from->y_scale
                 : !k->s->standardise ? 1
                 : varies(&y)       ? y.sd
                                    : fmax(fabs(y.mean), 1e-9);
    return FADE_OK;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static uint64_t end_of_cell(const fade_table *t, uint64_t i)
{
    uint64_t end = i;
    while (end < t->n && t->cell[end] == t->cell[i])
        end++;
    return end;
}

/* *limit: cells whose number drawn is at most this are held back; < 0: none.  Fewer than two cells: none. */
static int32_t draw_cells(const teacher *k, double *limit)
{
    const fade_table *t = k->t;
    size_t n = 0;
    *limit = -1;
    for (uint64_t i = 0; i < t->n; i = end_of_cell(t, i))
        n++;
    double *u = n > 1 ? malloc(n * sizeof *u) : NULL;
    if (!u)
        return n > 1 ? deny(k->r, FADE_ENOMEM, "no memory to draw cells to hold back") : FADE_OK;
    n = 0;
    for (uint64_t i = 0; i < t->n; i = end_of_cell(t, i))
        k->rng->uniform(k->r->host, 1, &(uint64_t){ t->cell[i] }, &(uint64_t){ 0 }, DRAW_HELD, &u[n++]);
    qsort(u, n, sizeof *u, by_value);
    size_t some = (size_t)(k->s->held * (double)n + 0.5);
    some = some < 1 ? 1 : some > n - 1 ? n - 1 : some;
    *limit = u[some - 1];
    free(u);
    return FADE_OK;
}

static size_t usable(const fade_table *t, uint64_t from, uint64_t to, double *weight)
{
    size_t n = 0;
    for (uint64_t i = from; i < to; i++) {
        double w = row_weight(t, i);
        n += w > 0;
        *weight += w;
    }
    return n;
}

/* Of a cell's m usable rows, in time, the first so many are not held back. */
static size_t kept(const teacher *k, uint32_t cell, size_t m, double limit)
{
    if (k->s->validation == HOLD_NONE)
        return m;
    if (!(limit >= 0))
        return m - (size_t)(k->s->held * (double)m);
    double u;
    k->rng->uniform(k->r->host, 1, &(uint64_t){ cell }, &(uint64_t){ 0 }, DRAW_HELD, &u);
    return u <= limit ? 0 : m;
}

static int32_t pick_rows(teacher *k)
{
    const fade_table *t = k->t;
    double sum = 0, limit = -1, ignored = 0;
    size_t n = 0, fit = 0;
    k->n = usable(t, 0, t->n, &sum);
    if (k->n < LEAST_ROWS || t->n > UINT32_MAX) {
        char text[140];
        snprintf(text, sizeof text, "%zu of %llu rows have a known target and a weight, mlp needs %d or more, of 4e9",
                 k->n, (unsigned long long)t->n, LEAST_ROWS);
        return deny(k->r, FADE_EINVAL, text);
    }
    k->unit = (double)k->n / sum;
    k->rows = malloc(2 * k->n * sizeof *k->rows);
    if (!k->rows)
        return deny(k->r, FADE_ENOMEM, "no memory for the order of rows");
    k->order = k->rows + k->n;
    int32_t rc = k->s->validation == HOLD_CELLS ? draw_cells(k, &limit) : FADE_OK;
    for (int held = 0; held < 2 && !rc; held++) {
        for (uint64_t i = 0, end; i < t->n; i = end) {
            end = end_of_cell(t, i);
            size_t keep = kept(k, t->cell[i], usable(t, i, end, &ignored), limit), at = 0;
            for (uint64_t row = i; row < end; row++)
                if (row_weight(t, row) > 0 && (at++ >= keep) == held)
                    k->rows[n++] = (uint32_t)row;
        }
        fit = held ? fit : n;
    }
    k->held = k->n - fit < 2 || fit < 2 ? 0 : k->n - fit;
    k->r->rows = k->n;
    return rc;
}

/* One block for everything a step touches; *block: to be freed. */
static int32_t make_room(teacher *k, double **block)
{
    const shape *s = &k->r->shape;
    size_t size = net_size(s), wide = net_widest(s), units = net_units(s) + 1, p = s->width[0];
    size_t rows = k->s->batch < k->n ? k->s->batch : k->n;
    k->lanes = rows >= LANES ? LANES : rows < 64 ? 64 : (rows + 7) / 8 * 8;
    size_t doubles = k->lanes * (p + 2 + 2 * wide + 2 * units) + (5 + k->r->members) * size + k->s->epochs;
    double *at = *block = calloc(doubles, sizeof *at);
    if (!at)
        return deny(k->r, FADE_ENOMEM, "no memory to train an mlp");
    double **each[] = { &k->x, &k->y, &k->weight, &k->delta, &k->back, &k->g, &k->m, &k->v,
                        &k->best, &k->first, &k->trial, &k->rate };
    size_t n[] = { p * k->lanes, k->lanes, k->lanes, wide * k->lanes, wide * k->lanes, size, size, size,
                   size, size, size * k->r->members, k->s->epochs };
    for (size_t i = 0; i < sizeof n / sizeof n[0]; i++) {
        *each[i] = at;
        at += n[i];
    }
    for (uint32_t l = 0; l < s->layers; l++) {
        k->a[l] = at;
        k->slope[l] = at += s->width[l + 1] * k->lanes;
        at += l + 1 < s->layers ? s->width[l + 1] * k->lanes : 0;
    }
    return FADE_OK;
}

/* He et al., arXiv 1502.01852; Glorot and Bengio, AISTATS 2010.  Both normal. */
static void start(const teacher *k, uint32_t member)
{
    const shape *s = &k->r->shape;
    size_t size = net_size(s);
    if (k->from) {
        memcpy(k->first, k->from->w + member % k->from->members * size, size * sizeof *k->first);
        return;
    }
    int he = k->s->init == INIT_HE || (k->s->init == INIT_AUTO && (s->act == ACT_RELU || s->act == ACT_GELU));
    memset(k->first, 0, size * sizeof *k->first);
    for (uint32_t l = 0; l < s->layers; l++) {
        size_t at = net_at(s, l), end = at + (size_t)s->width[l] * s->width[l + 1];
        double sd = sqrt(2.0 / (s->width[l] + (he ? 0 : s->width[l + 1])));
        for (; at < end; at++) {
            k->rng->normal(k->r->host, 1, &(uint64_t){ member }, &(uint64_t){ at }, DRAW_INIT, &k->first[at]);
            k->first[at] *= sd;
        }
    }
}

static void draw_masks(const teacher *k)
{
    size_t units = net_units(&k->r->shape);
    for (uint32_t pass = 0; pass < k->r->passes; pass++)
        for (size_t j = 0; j < units; j++) {
            double u;
            k->rng->uniform(k->r->host, 1, &(uint64_t){ pass }, &(uint64_t){ j }, DRAW_MASK, &u);
            k->r->mask[pass * units + j] = u < k->s->dropout ? 0 : 1 / (1 - k->s->dropout);
        }
}

/* Mean squared error of the ensemble's mean over n rows, and mean square of its members' spread; standardised. */
static double error_of(teacher *k, const double *w, const uint32_t *at, size_t n, double *spread)
{
    size_t size = net_size(&k->r->shape);
    double sum = 0, apart = 0, weight = 0, mean[LANES], m2[LANES];
    for (size_t i = 0; i < n; i += k->lanes) {
        uint32_t some = n - i < k->lanes ? (uint32_t)(n - i) : (uint32_t)k->lanes, wide = (some + 7) / 8 * 8;
        teach_gather(k, at + i, some, wide);
        memset(mean, 0, sizeof mean);
        memset(m2, 0, sizeof m2);
        for (uint32_t member = 0; member < k->r->members; member++) {
            const double *y = net_run(k->r, w + member * size, NULL, wide, k->x, k->delta, k->back);
            for (uint32_t j = 0; j < some; j++) {
                double by = y[j] - mean[j];
                mean[j] += by / (member + 1);
                m2[j] += by * (y[j] - mean[j]);
            }
        }
        for (uint32_t j = 0; j < some; j++) {
            sum += k->weight[j] * (mean[j] - k->y[j]) * (mean[j] - k->y[j]);
            apart += k->weight[j] * m2[j] / k->r->members;
            weight += k->weight[j];
        }
    }
    *spread = apart / weight;
    return sum / weight;
}

/* Of the error on rows held back, what the members' disagreement does not say already; at least that of the fit. */
static int32_t set_noise(teacher *k)
{
    mlp *r = k->r;
    double spread, fit = error_of(k, r->w, k->rows, k->n, &spread), held = 0;
    if (k->held) {
        held = error_of(k, k->trial, k->rows + k->n - k->held, k->held, &spread);
        held -= spread;
    }
    r->noise = r->y_scale * sqrt(fmax(fit, held));
    char text[140];
    snprintf(text, sizeof text, "mlp on %zu rows, %zu held back: noise %g", k->n, k->held, r->noise);
    fade_say(r->host, 0, 0, -1, text);
    return isfinite(r->noise) ? FADE_OK : deny(r, FADE_ESOLVE, "the networks' error is no finite number");
}

int32_t learn(mlp *r, const fade_table *t, const settings *s, const mlp *from)
{
    double *block = NULL;
    teacher k = { .r = r, .t = t, .s = s, .from = from, .rng = r->host->iface(r->host, "fade.rng/1") };
    if (!k.rng)
        return deny(r, FADE_EBUG, "mlp needs the host's fade.rng/1");
    if (openblas_set_num_threads)
        openblas_set_num_threads(1);
    int32_t rc = pick_rows(&k);
    rc = rc ? rc : set_units(&k);
    rc = rc ? rc : make_room(&k, &block);
    k.part = 1.0 / (r->members * (double)s->epochs * (k.held && s->refit ? 2 : 1));
    for (uint32_t member = 0; member < r->members && !rc; member++) {
        start(&k, member);
        rc = teach(&k, member);
    }
    if (!rc) {
        draw_masks(&k);
        rc = set_noise(&k);
    }
    free(block);
    free(k.rows);
    return rc;
}

/* SPDX-License-Identifier: MIT
 * teach.c - one network learns: batches, the gradient by back-propagation, Adam, early stopping.
 *
 * What is minimised, over a batch of rows with weights q of mean 1 and the standardised target y:
 *   1/n sum q (f(x) - y)^2 + l1 sum |W| + l2 sum W^2            biases are not penalised
 * A batch goes through in chunks whose gradients add up, so that its size costs no memory.
 */
#include "learn.h"
#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DRAWS = 256 };
static const double BETTER = 1 - 1e-4;       /* an error must fall so far to count as better */

void teach_gather(teacher *k, const uint32_t *at, uint32_t n, uint32_t wide)
{
    const mlp *r = k->r;
    for (uint32_t j = 0; j < r->shape.width[0]; j++) {
        const double *col = k->t->col[j];
        double *x = k->x + (size_t)j * wide;
        for (uint32_t i = 0; i < wide; i++) {
            double v = i < n ? col[at[i]] : NAN, z = isfinite(v) ? (v - r->shift[j]) * r->per[j] : r->fill[j];
            x[i] = fmin(fmax(z, -MLP_WEIGHT), MLP_WEIGHT);
        }
    }
    for (uint32_t i = 0; i < wide; i++) {
        k->y[i] = i < n ? (k->t->target[at[i]] - r->y_shift) / r->y_scale : 0;
        k->weight[i] = i < n ? row_weight(k->t, at[i]) * k->unit : 0;
    }
}

/* Numbers in (0, 1) from counters that go on. */
static void draw(teacher *k, uint32_t member, uint32_t stream, uint64_t from, uint32_t n, double *u)
{
    uint64_t id[DRAWS], row[DRAWS];
    for (uint32_t i = 0; i < n; i++) {
        id[i] = member;
        row[i] = from + i;
    }
    k->rng->uniform(k->r->host, n, id, row, stream, u);
}

static void silence(teacher *k, uint32_t member, size_t n, double *a, double *slope)
{
    double u[DRAWS], keep = 1 / (1 - k->s->dropout);
    for (size_t at = 0; at < n; at += DRAWS) {
        uint32_t some = n - at < DRAWS ? (uint32_t)(n - at) : DRAWS;
        draw(k, member, DRAW_DROPOUT, k->drawn, some, u);
        k->drawn += some;
        for (uint32_t i = 0; i < some; i++) {
            double m = u[i] < k->s->dropout ? 0 : keep;
            a[at + i] *= m;
            slope[at + i] *= m;
        }
    }
}

/* Activations and slopes of all layers; the last layer's a[] is the prediction. */
static void forward(teacher *k, uint32_t member, const double *w, uint32_t wide)
{
    const shape *s = &k->r->shape;
    const double *x = k->x;
    for (uint32_t l = 0; l < s->layers; l++) {
        uint32_t in = s->width[l], out = s->width[l + 1];
        double *a = k->a[l];
        const double *bias = w + (size_t)in * out;
        for (uint32_t o = 0; o < out; o++)
            for (uint32_t i = 0; i < wide; i++)
                a[(size_t)o * wide + i] = bias[o];
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)out, (int)wide, (int)in, 1, w, (int)in, x,
                    (int)wide, 1, a, (int)wide);
        if (l + 1 < s->layers) {
            net_act(k->r->math, s->act, out * wide, a, k->slope[l]);
            if (k->s->dropout > 0)
                silence(k, member, (size_t)out * wide, a, k->slope[l]);
        }
        w = bias + out;
        x = a;
    }
}

/* g += the gradient of the squared errors; delta is that of the prediction. */
static void backward(teacher *k, const double *w, uint32_t wide)
{
    const shape *s = &k->r->shape;
    for (uint32_t l = s->layers; l-- > k->s->freeze;) {
        uint32_t in = s->width[l], out = s->width[l + 1];
        size_t at = net_at(s, l);
        const double *x = l ? k->a[l - 1] : k->x;
        double *bias = k->g + at + (size_t)in * out, *swap = k->delta;
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)out, (int)in, (int)wide, 1, k->delta, (int)wide, x,
                    (int)wide, 1, k->g + at, (int)in);
        for (uint32_t o = 0; o < out; o++) {
            double sum[8] = { 0 };
            for (uint32_t i = 0; i < wide; i += 8)
                for (int j = 0; j < 8; j++)
                    sum[j] += k->delta[(size_t)o * wide + i + (uint32_t)j];
            bias[o] += ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
        }
        if (l == k->s->freeze)
            break;
        cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)in, (int)wide, (int)out, 1, w + at, (int)in,
                    k->delta, (int)wide, 0, k->back, (int)wide);
        for (size_t i = 0; i < (size_t)in * wide; i++)
            k->back[i] *= k->slope[l - 1][i];
        k->delta = k->back;
        k->back = swap;
    }
}

static void penalise(teacher *k, const double *w)
{
    const shape *s = &k->r->shape;
    for (uint32_t l = k->s->freeze; l < s->layers; l++) {
        size_t at = net_at(s, l), end = at + (size_t)s->width[l] * s->width[l + 1];
        for (; at < end; at++)
            k->g[at] += 2 * k->s->l2 * w[at] + k->s->l1 * ((w[at] > 0) - (w[at] < 0));
    }
}

/* Kingma and Ba, algorithm 1 */
static void adam(size_t n, const settings *s, double rate, uint64_t step, const double *restrict g, double *restrict m,
                 double *restrict v, double *restrict w)
{
    double b1 = s->beta1, b2 = s->beta2, eps = s->epsilon;
    double size = rate / (1 - pow(b1, (double)step)), root = 1 / sqrt(1 - pow(b2, (double)step));
    for (size_t i = 0; i < n; i++) {
        m[i] = b1 * m[i] + (1 - b1) * g[i];
        v[i] = b2 * v[i] + (1 - b2) * g[i] * g[i];
        w[i] -= size * m[i] / (sqrt(v[i]) * root + eps);
    }
}

/* One step on n rows.  Returns the sum of their weighted squared errors before it. */
static double step(teacher *k, uint32_t member, double *w, const uint32_t *at, size_t n, double rate)
{
    const shape *s = &k->r->shape;
    size_t size = net_size(s), from = net_at(s, k->s->freeze);
    double loss = 0;
    memset(k->g, 0, size * sizeof *k->g);
    for (size_t i = 0; i < n; i += k->lanes) {
        uint32_t some = n - i < k->lanes ? (uint32_t)(n - i) : (uint32_t)k->lanes, wide = (some + 7) / 8 * 8;
        teach_gather(k, at + i, some, wide);
        forward(k, member, w, wide);
        for (uint32_t j = 0; j < wide; j++) {
            double e = k->a[s->layers - 1][j] - k->y[j];
            loss += k->weight[j] * e * e;
            k->delta[j] = 2 * k->weight[j] * e / (double)n;
        }
        backward(k, w, wide);
    }
    penalise(k, w);
    adam(size - from, k->s, rate, ++k->step, k->g + from, k->m + from, k->v + from, w + from);
    return loss;
}

/* Fisher and Yates, new in each epoch. */
static void shuffle(teacher *k, uint32_t member, uint32_t epoch, size_t n)
{
    double u[DRAWS];
    memcpy(k->order, k->rows, n * sizeof *k->order);
    for (size_t i = n; i > 1; i--) {
        size_t drawn = n - i;
        if (drawn % DRAWS == 0)
            draw(k, member, DRAW_ORDER, (uint64_t)epoch << 32 | drawn, DRAWS, u);
        size_t j = (size_t)(u[drawn % DRAWS] * (double)i);
        uint32_t swap = k->order[i - 1];
        k->order[i - 1] = k->order[j];
        k->order[j] = swap;
    }
}

/* Mean weighted squared error over the rows held back, nobody silenced. */
static double judge(teacher *k, const double *w)
{
    double sum = 0, weight = 0;
    const uint32_t *at = k->rows + k->n - k->held;
    for (size_t i = 0; i < k->held; i += k->lanes) {
        uint32_t some = k->held - i < k->lanes ? (uint32_t)(k->held - i) : (uint32_t)k->lanes;
        uint32_t wide = (some + 7) / 8 * 8;
        teach_gather(k, at + i, some, wide);
        const double *y = net_run(k->r, w, NULL, wide, k->x, k->delta, k->back);
        for (uint32_t j = 0; j < wide; j++) {
            sum += k->weight[j] * (y[j] - k->y[j]) * (y[j] - k->y[j]);
            weight += k->weight[j];
        }
    }
    return sum / weight;
}

/* *error: the mean weighted squared error of the epoch's batches.  FADE_ECANCEL where the host says stop. */
static int32_t epoch(teacher *k, uint32_t member, double *w, uint32_t number, size_t n, double *error)
{
    const fade_host *h = k->r->host;
    size_t batch = k->s->batch < n ? k->s->batch : n, since = 0;
    shuffle(k, member, number, n);
    *error = 0;
    for (size_t i = 0; i < n; i += batch) {
        *error += step(k, member, w, k->order + i, n - i < batch ? n - i : batch, k->rate[number]);
        since += batch;
        if (since < 65536 && i + batch < n)
            continue;
        since = 0;
        if (h->progress && h->progress(h, fmin(k->done + k->part * (double)i / (double)n, 1), "train") == FADE_ECANCEL)
            return FADE_ECANCEL;
    }
    *error /= (double)n;
    k->done += k->part;
    return FADE_OK;
}

static void restart(teacher *k, double *w)
{
    size_t bytes = net_size(&k->r->shape) * sizeof *w;
    memcpy(w, k->first, bytes);
    memset(k->m, 0, bytes);
    memset(k->v, 0, bytes);
    k->step = k->drawn = 0;
}

static int32_t diverged(const teacher *k, uint32_t number)
{
    char text[160];
    snprintf(text, sizeof text, "training came to no finite error in epoch %u: rate = %g is too high, or features or "
             "targets too large; try a tenth", (unsigned)number + 1, k->s->rate);
    fade_say(k->r->host, 3, FADE_ESOLVE, -1, text);
    return FADE_ESOLVE;
}

/* Trains until the held rows (else the rows themselves) show no gain.  *epochs: how many led to what w is now. */
static int32_t until_no_gain(teacher *k, uint32_t member, double *w, uint32_t *epochs)
{
    const settings *s = k->s;
    size_t bytes = net_size(&k->r->shape) * sizeof *w;
    double best = INFINITY, rate = s->rate, error;
    uint32_t gained = 0, fell = 0, n = 0;    /* epochs at the last gain, at the last fall of the rate; done */
    restart(k, w);
    while (n < s->epochs && (!k->held || n - gained < s->patience)) {
        k->rate[n] = rate;
        int32_t rc = epoch(k, member, w, n, k->n - k->held, &error);
        if (rc)
            return rc;
        error = k->held ? judge(k, w) : error;
        if (!isfinite(error))
            break;
        n++;
        if (error < best * BETTER || n == 1) {
            best = error;
            gained = fell = n;
            memcpy(k->best, w, bytes);
        } else if (n - fell >= s->plateau) {
            rate = fmax(rate * s->decay, fmin(s->least_rate, s->rate));
            fell = n;
        }
    }
    if (!gained)
        return diverged(k, n);
    *epochs = k->held ? gained : n;
    if (k->held || n < s->epochs)
        memcpy(w, k->best, bytes);
    return FADE_OK;
}

int32_t teach(teacher *k, uint32_t member)
{
    size_t size = net_size(&k->r->shape);
    double *w = k->r->w + member * size, error;
    double start = k->done, share = k->part * k->s->epochs * (k->held && k->s->refit ? 2 : 1);
    uint32_t epochs = 0;
    int32_t rc = until_no_gain(k, member, w, &epochs);
    if (rc)
        return rc;
    memcpy(k->trial + member * size, w, size * sizeof *w);
    if (k->held && k->s->refit) {
        restart(k, w);
        for (uint32_t e = 0; e < epochs && !rc; e++)
            rc = epoch(k, member, w, e, k->n, &error);
    }
    k->done = start + share;
    for (size_t i = 0; i < size && !rc; i++)
        if (!(fabs(w[i]) <= MLP_WEIGHT))
            rc = diverged(k, epochs);
    return rc;
}

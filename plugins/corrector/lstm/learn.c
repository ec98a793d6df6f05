/* SPDX-License-Identifier: MIT
 * learn.c - training of the network with memory: Adam on windows, early stopping by each cell's later rows.
 *
 * A window is the row itself and those before it in its cell, never of another, or the readings of one row.  All
 * randomness is the host's: first weights and the order of rows are functions of the seed.
 */
#include "lstm.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DRAW_WEIGHT, DRAW_ORDER };
enum { LEAST_EARLY = 8, LEAST_LATER = 2 };
static const double BETA1 = 0.9, BETA2 = 0.999;

typedef struct teacher {
    lstm *m;
    const lstm_rules *s;
    const lstm *from;
    const fade_rng_v1 *rng;
    uint64_t n, usable, early; /* rows; those with a target; of these the first `early` while others judge */
    uint64_t done, work;       /* batches, for progress */
    double *block;             /* all below: */
    double *z, *y, *weight;    /* [n][p], n, n: scaled; weight 0 where there is no target */
    double *back, *g, *m1, *m2, *first; /* of the weights */
    double *tape, *room, *dy;  /* of a batch */
    uint64_t *pick;            /* usable rows: early ones, later ones */
    uint32_t *before;          /* rows before it in its cell, the window's at most */
    uint32_t lanes;            /* of a batch */
} teacher;

static int32_t deny(const lstm *m, int32_t code, const char *text)
{
    fade_say(m->host, 3, code, -1, text);
    return code;
}

static double weight(const fade_table *t, uint64_t i)
{
    double w = t->weight ? t->weight[i] : 1;
    return isfinite(t->target[i]) && w > 0 && w < INFINITY ? w : 0;
}

/* Mean, scale and range of feature j over the usable rows. */
static void look(lstm_feature *f, const fade_table *t, const double *x)
{
    double n = 0, mean = 0, m2 = 0, low = INFINITY, high = -INFINITY;
    for (uint64_t i = 0; i < t->n; i++) {
        double w = weight(t, i), by;
        if (!(w > 0) || !isfinite(x[i]))
            continue;
        n += w;
        by = x[i] - mean;
        mean += by * w / n;
        m2 += w * by * (x[i] - mean);
        low = fmin(low, x[i]);
        high = fmax(high, x[i]);
    }
    double sd = n > 0 ? sqrt(m2 / n) : 0;
    int varied = sd > 1e-10 * fabs(mean) && sd > 1e-150 && sd < 1e150;
    f->shift = isfinite(mean) ? mean : 0;
    f->per = varied ? 1 / sd : 0;
    f->scale = varied ? sd : fmin(fmax(fabs(f->shift), 1e-9), 1e150);
    f->low = n > 0 ? low : -1e300;
    f->high = n > 0 ? high : 1e300;
}

static int32_t look_target(teacher *k, const fade_table *t, double *mean_weight)
{
    lstm *m = k->m;
    double sum = 0, mean = 0, m2 = 0, low = INFINITY, high = -INFINITY;
    for (uint64_t i = 0; i < t->n; i++) {
        double w = weight(t, i), by;
        if (!(w > 0))
            continue;
        k->usable++;
        sum += w;
        by = t->target[i] - mean;
        mean += by * w / sum;
        m2 += w * by * (t->target[i] - mean);
        low = fmin(low, t->target[i]);
        high = fmax(high, t->target[i]);
    }
    if (k->usable < 4 || !(high < 1e-10 * LSTM_LARGE && low > -1e-10 * LSTM_LARGE)) {
        char text[160];
        snprintf(text, sizeof text,
                 k->usable < 4 ? "%llu of %llu rows have a known target and a weight, lstm needs 4 or more"
                               : "the targets of %llu of %llu rows are too large to train on",
                 (unsigned long long)k->usable, (unsigned long long)t->n);
        return deny(m, FADE_EINVAL, text);
    }
    double middle = 0.5 * (low + high), half = 0.5 * (high - low) * k->s->bound;
    *mean_weight = sum / (double)k->usable;
    m->rows = k->usable;
    m->spread = sqrt(m2 / sum);
    m->y_shift = k->from ? k->from->y_shift : mean;
    m->y_scale = k->from ? k->from->y_scale : m->spread > 1e-12 * fabs(mean) && m->spread > 1e-150 ? m->spread : 1;
    m->least = middle - half;
    m->most = middle + half;
    return FADE_OK;
}

static int32_t open_room(teacher *k)
{
    const lstm_shape *s = &k->m->shape;
    size_t w = lstm_size(s), n = (size_t)k->n;
    k->lanes = (k->s->batch < k->usable ? k->s->batch : (uint32_t)k->usable) + 7;
    k->lanes -= k->lanes % 8;
    size_t tape = lstm_tape(s, k->lanes), room = lstm_work(s, k->lanes);
    k->block = calloc(n * (s->p + 2) + 5 * w + tape + room + k->lanes, sizeof(double));
    k->pick = calloc(n, sizeof *k->pick);
    k->before = calloc(n, sizeof *k->before);
    if (!k->block || !k->pick || !k->before)
        return deny(k->m, FADE_ENOMEM, "no memory to train an lstm");
    k->z = k->block;
    k->y = k->z + n * s->p;
    k->weight = k->y + n;
    k->back = k->weight + n;
    k->g = k->back + w;
    k->m1 = k->g + w;
    k->m2 = k->m1 + w;
    k->first = k->m2 + w;
    k->tape = k->first + w;
    k->room = k->tape + tape;
    k->dy = k->room + room;
    return FADE_OK;
}

/* Rows of one cell lie together: how many lie before each, and which are held back. */
static void arrange(teacher *k, const fade_table *t)
{
    uint64_t late = k->usable;
    for (uint64_t i = 0; i < t->n;) {
        uint64_t end = i, usable = 0, seen = 0, at = 0;
        for (; end < t->n && (!t->cell || t->cell[end] == t->cell[i]); end++)
            usable += k->weight[end] > 0;
        uint64_t keep = usable - (uint64_t)((double)usable * k->s->held);
        for (; i < end; i++, at++) {
            k->before[i] = (uint32_t)(at < k->m->shape.window - 1 ? at : k->m->shape.window - 1);
            if (!(k->weight[i] > 0))
                continue;
            if (++seen > keep)
                k->pick[--late] = i;
            else
                k->pick[k->early++] = i;
        }
    }
}

static int32_t gather(teacher *k, const fade_table *t)
{
    lstm *m = k->m;
    double mean_weight;
    int32_t rc = look_target(k, t, &mean_weight);
    rc = rc ? rc : open_room(k);
    if (rc)
        return rc;
    for (uint32_t j = 0; j < t->ncol; j++) {
        lstm_feature *f = &m->feature[j];
        look(f, t, t->col[j]);
        if (k->from) {
            f->shift = k->from->feature[j].shift;
            f->per = k->from->feature[j].per;
        }
        for (uint64_t i = 0; i < t->n; i++)
            k->z[i * t->ncol + j] = lstm_scaled(f, t->col[j][i]);
    }
    for (uint64_t i = 0; i < t->n; i++) {
        k->weight[i] = weight(t, i) / mean_weight;
        k->y[i] = k->weight[i] > 0 ? (t->target[i] - m->y_shift) / m->y_scale : 0;
    }
    arrange(k, t);
    if (k->early < LEAST_EARLY || k->usable - k->early < LEAST_LATER)
        k->early = k->usable;
    return FADE_OK;
}

/* Normal, of variance 1 / (what a unit sums); the forget gate begins open. */
static void first_weights(teacher *k)
{
    const lstm_shape *s = &k->m->shape;
    size_t w = lstm_size(s);
    if (k->from) {
        memcpy(k->first, k->from->w, w * sizeof *k->first);
        return;
    }
    for (size_t i = 0; i < w; i++)
        k->rng->normal(k->m->host, 1, &(uint64_t){ 0 }, &(uint64_t){ i }, DRAW_WEIGHT, &k->first[i]);
    for (uint32_t l = 0; l <= s->layers; l++) {
        uint32_t columns = l < s->layers ? lstm_columns(s, l) : s->hidden + 1;
        double *at = k->first + lstm_layer(s, l), by = 1 / sqrt((double)columns);
        for (size_t i = 0; i < lstm_layer(s, l + 1) - lstm_layer(s, l) && l < s->layers; i++)
            at[i] *= (i + 1) % columns == 0 ? 0 : by;
        for (uint32_t i = 0; l == s->layers && i < columns; i++)
            at[i] *= i + 1 == columns ? 0 : by;
        for (uint32_t r = s->hidden; l < s->layers && r < 2 * s->hidden; r++)
            at[(size_t)(r + 1) * columns - 1] = 1;
    }
}

/* Over samples every row is a window of its own. */
static void lay_samples(teacher *k, const uint64_t *pick, uint32_t some)
{
    const lstm_shape *s = &k->m->shape;
    uint32_t n = k->lanes;
    for (uint32_t t = 0; t < s->window; t++) {
        double *in = lstm_in(s, n, k->tape, t), *there = lstm_there(s, n, k->tape, t);
        memset(in, 0, (size_t)s->in * n * sizeof *in);
        for (uint32_t i = 0; i < n; i++)
            there[i] = 1;
        for (uint32_t j = 0; j < s->p; j++) {
            lstm_place at = k->m->place[j];
            for (uint32_t i = 0; i < n && (at.step == t || at.step == LSTM_EVERY); i++)
                in[(size_t)at.slot * n + i] = k->z[pick[i < some ? i : some - 1] * s->p + j];
        }
    }
}

/* Puts the windows of `some` picked rows into lanes; the lanes behind are copies of the last. */
static void lay(teacher *k, const uint64_t *pick, uint32_t some)
{
    const lstm_shape *s = &k->m->shape;
    uint32_t n = k->lanes, past = s->window - 1;
    if (s->samples) {
        lay_samples(k, pick, some);
        return;
    }
    for (uint32_t t = 0; t < s->window; t++) {
        double *in = lstm_in(s, n, k->tape, t), *there = lstm_there(s, n, k->tape, t);
        for (uint32_t i = 0; i < n; i++) {
            uint64_t row = pick[i < some ? i : some - 1];
            there[i] = past - t <= k->before[row];
            const double *z = there[i] > 0 ? k->z + (row - (past - t)) * s->p : NULL;
            for (uint32_t j = 0; j < s->p; j++)
                in[(size_t)j * n + i] = z ? z[j] : 0;
        }
    }
}

static void adam(teacher *k, double *w, uint64_t step)
{
    size_t n = lstm_size(&k->m->shape);
    double square = 0, c1 = 1 - pow(BETA1, (double)step), c2 = 1 - pow(BETA2, (double)step);
    for (size_t i = 0; i < n; i++) {
        k->g[i] += 2 * k->s->l2 * w[i];
        square += k->g[i] * k->g[i];
    }
    double by = square > k->s->clip * k->s->clip ? k->s->clip / sqrt(square) : 1;
    for (size_t i = 0; i < n; i++) {
        double g = by * k->g[i];
        k->m1[i] = BETA1 * k->m1[i] + (1 - BETA1) * g;
        k->m2[i] = BETA2 * k->m2[i] + (1 - BETA2) * g * g;
        w[i] -= k->s->rate * (k->m1[i] / c1) / (sqrt(k->m2[i] / c2) + k->s->epsilon);
        w[i] = w[i] > LSTM_WEIGHT ? LSTM_WEIGHT : w[i] < -LSTM_WEIGHT ? -LSTM_WEIGHT : w[i];
    }
}

/* One step on a batch: mean of weight * (y - target)^2 and the penalty. */
static void learn_batch(teacher *k, const uint64_t *pick, uint32_t some, uint64_t step)
{
    lstm *m = k->m;
    double sum = 0;
    lay(k, pick, some);
    lstm_turn(&m->shape, m->w, k->back);
    const double *y = lstm_run(&m->shape, m->math, m->w, k->lanes, k->tape);
    for (uint32_t i = 0; i < some; i++)
        sum += k->weight[pick[i]];
    for (uint32_t i = 0; i < k->lanes; i++)
        k->dy[i] = i < some ? 2 * k->weight[pick[i]] / sum * (y[i] - k->y[pick[i]]) : 0;
    memset(k->g, 0, lstm_size(&m->shape) * sizeof *k->g);
    lstm_back(&m->shape, m->math, k->back, m->w, k->lanes, k->tape, k->dy, k->room, k->g);
    adam(k, m->w, step);
}

/* RMSE of the scaled target on picked rows. */
static double judge(teacher *k, const uint64_t *pick, uint64_t n)
{
    double sum = 0, weights = 0;
    for (uint64_t at = 0; at < n; at += k->lanes) {
        uint32_t some = n - at < k->lanes ? (uint32_t)(n - at) : k->lanes;
        lay(k, pick + at, some);
        const double *y = lstm_run(&k->m->shape, k->m->math, k->m->w, k->lanes, k->tape);
        for (uint32_t i = 0; i < some; i++) {
            double e = y[i] - k->y[pick[at + i]], w = k->weight[pick[at + i]];
            sum += w * e * e;
            weights += w;
        }
    }
    return sqrt(sum / weights);
}

static void shuffle(teacher *k, uint64_t *pick, uint64_t n, uint64_t epoch)
{
    for (uint64_t i = n; i-- > 1;) {
        double u;
        k->rng->uniform(k->m->host, 1, &epoch, &i, DRAW_ORDER, &u);
        uint64_t j = (uint64_t)(u * (double)(i + 1)), keep = pick[i];
        j = j > i ? i : j;
        pick[i] = pick[j];
        pick[j] = keep;
    }
}

static int32_t stopped(const teacher *k)
{
    const fade_host *h = k->m->host;
    double done = k->work ? fmin(1, (double)k->done / (double)k->work) : 0;
    return h->progress && h->progress(h, done, "train") == FADE_ECANCEL ? FADE_ECANCEL : FADE_OK;
}

/* Trains on the first n picked rows; those behind judge.  best: epochs that were best; rmse: of them. */
static int32_t go(teacher *k, uint64_t n, uint32_t epochs, uint32_t *best, double *rmse)
{
    size_t w = lstm_size(&k->m->shape);
    uint64_t *pick = k->pick, held = k->usable - n, step = 0;
    memcpy(k->m->w, k->first, w * sizeof *k->first);
    memset(k->m1, 0, 2 * w * sizeof *k->m1);
    *best = held ? 0 : epochs;
    *rmse = held ? judge(k, pick + n, held) : INFINITY;
    for (uint32_t e = 0; e < epochs; e++) {
        if (e % 4 == 0 && stopped(k))
            return FADE_ECANCEL;
        shuffle(k, pick, n, e);
        for (uint64_t at = 0; at < n; at += k->lanes)
            learn_batch(k, pick + at, n - at < k->lanes ? (uint32_t)(n - at) : k->lanes, ++step);
        k->done++;
        double now = held ? judge(k, pick + n, held) : INFINITY;
        if (now < *rmse) {
            *rmse = now;
            *best = e + 1;
        }
        if (held && e + 1 >= *best + k->s->patience)
            break;
    }
    return FADE_OK;
}

static int32_t both(teacher *k)
{
    uint32_t epochs = k->s->epochs, best = epochs, unused;
    double rmse = INFINITY, none;
    int32_t rc = stopped(k);
    k->work = 2 * (uint64_t)epochs;
    if (!rc && k->early < k->usable) {
        rc = go(k, k->early, epochs, &best, &rmse);
        k->done = k->work - best;
    }
    uint64_t n = k->s->refit || k->early == k->usable ? k->usable : k->early, all = k->usable;
    k->usable = n; /* whoever judged learns now, or is left out */
    rc = rc ? rc : go(k, n, best, &unused, &none);
    k->usable = all;
    k->m->noise = isfinite(rmse) ? rmse * k->m->y_scale : k->m->spread;
    for (size_t i = 0; i < lstm_size(&k->m->shape) && !rc; i++)
        if (!isfinite(k->m->w[i]))
            rc = deny(k->m, FADE_ESOLVE, "training came to no finite weights: a smaller rate or clip may help");
    return rc;
}


int32_t lstm_learn(lstm *m, const fade_table *t, const lstm_rules *s, const lstm *from)
{
    teacher k = { .m = m, .s = s, .from = from, .n = t->n, .rng = m->host->iface(m->host, "fade.rng/1") };
    if (!k.rng)
        return deny(m, FADE_EBUG, "lstm needs the host's fade.rng/1");
    int32_t rc = gather(&k, t);
    if (!rc) {
        first_weights(&k);
        rc = both(&k);
    }
    free(k.block);
    free(k.pick);
    free(k.before);
    return rc;
}

/* SPDX-License-Identifier: MIT
 * stream.c - a trained network as bytes: a header, the features, the weights, a checksum.
 *
 * Doubles as the machine has them; a stream is for like machines, as the host's snapshots are.
 */
#include "lstm.h"
#include "../common_stream.h"
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char magic[8] = "FADELSM1";
static const char what[] = "lstm";
enum { PIECES = 2 };

enum { INPUTS = 16 }; /* the window's upper bits: inputs of a step over samples; 0: over rows */

typedef struct header {
    char magic[8];
    uint64_t check; /* FNV-1a of all that follows */
    uint32_t p, layers, hidden, window;
    uint64_t rows;
    double y_shift, y_scale, least, most, noise, spread;
} header;

static uint64_t checksum(uint64_t h, const void *at, size_t n)
{
    const unsigned char *c = at;
    for (size_t i = 0; i < n; i++)
        h = (h ^ c[i]) * 1099511628211u;
    return h;
}

static void pieces(const lstm *m, stream_piece at[PIECES])
{
    at[0] = (stream_piece){ m->feature, m->shape.p * sizeof *m->feature };
    at[1] = (stream_piece){ m->w, lstm_size(&m->shape) * sizeof *m->w };
}

static uint64_t check(const header *h, const stream_piece at[PIECES])
{
    uint64_t sum = checksum(14695981039346656037u, &h->p, sizeof *h - offsetof(header, p));
    for (int k = 0; k < PIECES; k++)
        sum = checksum(sum, at[k].at, at[k].n);
    return sum;
}

int32_t stream_save(const void *model, const fade_stream *s)
{
    const lstm *m = model;
    stream_piece at[PIECES];
    const lstm_shape *shape = &m->shape;
    header h = { .p = shape->p,
                 .layers = shape->layers,
                 .hidden = shape->hidden,
                 .window = shape->window | (shape->samples ? shape->in << INPUTS : 0),
                 .rows = m->rows,
                 .y_shift = m->y_shift,
                 .y_scale = m->y_scale,
                 .least = m->least,
                 .most = m->most,
                 .noise = m->noise,
                 .spread = m->spread };
    memcpy(h.magic, magic, sizeof magic);
    pieces(m, at);
    h.check = check(&h, at);
    return stream_put(m->host, s, &h, sizeof h, at, PIECES);
}

static int sound_header(const header *h)
{
    return fabs(h->y_shift) < LSTM_LARGE && h->y_scale > 0 && h->y_scale < LSTM_LARGE && h->least > -LSTM_LARGE &&
           h->most < LSTM_LARGE && h->least <= h->most && h->noise >= 0 && h->noise < LSTM_LARGE && h->spread >= 0 &&
           h->spread < LSTM_LARGE;
}

static int sound(const lstm *m)
{
    for (uint32_t j = 0; j < m->shape.p; j++) {
        const lstm_feature *f = &m->feature[j];
        if (!f->key[0] || f->key[LSTM_KEY - 1] || f->unit[LSTM_UNIT - 1] || !isfinite(f->shift) || !(f->per >= 0) ||
            !isfinite(f->per) || !isfinite(f->low) || !isfinite(f->high) || !(f->scale > 0) || !isfinite(f->scale))
            return 0;
    }
    for (size_t i = 0; i < lstm_size(&m->shape); i++)
        if (!(fabs(m->w[i]) <= LSTM_WEIGHT))
            return 0;
    return 1;
}

/* Over samples the window is what the features' names say. */
static int as_named(lstm *m)
{
    lstm_shape said = m->shape;
    if (!said.samples)
        return 1;
    return !lstm_plan(m->feature->key, sizeof *m->feature, &said, m->place) && said.window == m->shape.window &&
           said.in == m->shape.in;
}

static int within(uint32_t v, uint32_t least, uint32_t most)
{
    return v >= least && v <= most;
}

int32_t stream_load(const fade_host *host, const fade_args *args, const fade_stream *s, void **model)
{
    (void)args;
    header h;
    *model = NULL;
    int32_t rc = stream_begin(host, s, magic, what, &h, sizeof h);
    if (rc)
        return rc;
    uint32_t in = h.window >> INPUTS;
    lstm_shape shape = { h.p, h.layers, h.hidden, h.window & ((1u << INPUTS) - 1), in ? in : h.p, in > 0 };
    if (!within(shape.p, 1, LSTM_FEATURES) || !within(shape.layers, 1, LSTM_LAYERS) ||
        !within(shape.hidden, 1, LSTM_HIDDEN) || !within(shape.window, 2, LSTM_WINDOW) || !within(shape.in, 1, shape.p))
        return stream_deny(host, FADE_EINVAL, what, "has a shape that no training can have made");
    if (!sound_header(&h))
        return stream_made_up(host, what);
    lstm *m = lstm_new(host, &shape);
    if (!m)
        return FADE_ENOMEM;
    stream_piece at[PIECES];
    pieces(m, at);
    rc = stream_fill(host, s, at, PIECES, what);
    if (!rc && check(&h, at) != h.check)
        rc = stream_damaged(host, what);
    if (!rc && !(sound(m) && as_named(m)))
        rc = stream_deny(host, FADE_EINVAL, what, "holds a feature or a weight that training cannot have made");
    if (rc) {
        lstm_free(m);
        return rc;
    }
    m->rows = h.rows;
    m->y_shift = h.y_shift;
    m->y_scale = h.y_scale;
    m->least = h.least;
    m->most = h.most;
    m->noise = h.noise;
    m->spread = h.spread;
    *model = m;
    return FADE_OK;
}

/* SPDX-License-Identifier: MIT
 * wide.c - answers of the trained network, eight windows at a time; nothing is kept for a way back, as net.c does.
 *
 * With E(a) = exp(a) the gates of a unit share their divisions:
 *   c = (c' (1 + E(-i)) (1 + E(2g)) + (E(2g) - 1) (1 + E(-f))) / ((1 + E(-f)) (1 + E(-i)) (1 + E(2g)))
 *   h = (E(2c) - 1) / ((1 + E(-o)) (1 + E(2c)))
 */
#include "../common_wide.h"
#include "lstm.h"

enum { LANES = WIDE_LANES };
enum { I, F, G, O, GATES };

#define STEEP 110 /* a gate beyond is open or shut to the last bit; three such exp have a product */

WIDE_INLINE void clamp(wide_v *v)
{
    wide_bits over = *v > STEEP, under = *v < -STEEP;
    wide_pick(v, &over, STEEP);
    wide_pick(v, &under, -STEEP);
}

/* a += w . x over n inputs of which each has `apart` numbers, for the four gates. */
WIDE_INLINE void weigh(uint32_t n, const double *const w[GATES], const double *x, size_t apart, wide_v a[GATES])
{
    for (uint32_t k = 0; k < n; k++) {
        wide_v v;
        wide_get(&v, x + k * apart);
        a[I] += w[I][k] * v;
        a[F] += w[F][k] * v;
        a[G] += w[G][k] * v;
        a[O] += w[O][k] * v;
    }
}

/* The gates' sums to the unit's c and h. */
WIDE_INLINE void unit(wide_v a[GATES], const wide_v *there, double *c, double *h)
{
    wide_v memory, e;
    a[I] = -a[I];
    a[F] = -a[F];
    a[O] = -a[O];
    for (int k = 0; k < GATES; k++) {
        clamp(&a[k]);
        a[k] = k == G ? a[k] + a[k] : a[k];
        wide_exp(&a[k]);
    }
    wide_get(&memory, c);
    wide_v f = 1 + a[F], ig = (1 + a[I]) * (1 + a[G]);
    memory = *there * ((memory * ig + (a[G] - 1) * f) / (f * ig));
    wide_put(c, &memory);
    e = memory + memory; /* no more than twice the window */
    wide_exp(&e);
    e = (e - 1) / ((1 + a[O]) * (1 + e));
    wide_put(h, &e);
}

typedef struct layer {
    const double *w, *in, *old; /* weights; inputs, `apart` numbers each; last h */
    double *c, *h;
    size_t apart;
    uint32_t inputs, hidden;
} layer;

WIDE_INLINE void run_layer(const layer *l, const wide_v *there)
{
    size_t columns = l->inputs + l->hidden + 1, gate = columns * l->hidden;
    for (uint32_t r = 0; r < l->hidden; r++) {
        const double *w = l->w + r * columns;
        const double *const in[GATES] = { w, w + gate, w + 2 * gate, w + 3 * gate };
        const double *const own[GATES] = { in[0] + l->inputs, in[1] + l->inputs, in[2] + l->inputs, in[3] + l->inputs };
        wide_v a[GATES] = { { 0 }, { 0 }, { 0 }, { 0 } };
        weigh(l->inputs, in, l->in, l->apart, a);
        weigh(l->hidden, own, l->old, LANES, a);
        for (int k = 0; k < GATES; k++)
            a[k] += own[k][l->hidden];
        unit(a, there, l->c + LANES * r, l->h + LANES * r);
    }
}

size_t lstm_room(const lstm_shape *s)
{
    return 3 * (size_t)s->layers * s->hidden * LANES;
}

/* The eight lanes from `at` on. */
WIDE static void eight(const lstm *m, const lstm_rows *b, uint32_t at, double *room, double *y)
{
    const lstm_shape *s = &m->shape;
    size_t one = (size_t)s->hidden * LANES, all = s->layers * one;
    double *h[2] = { room, room + all }, *c = room + 2 * all;
    uint32_t past = s->window - 1;
    memset(room, 0, lstm_room(s) * sizeof *room);
    for (uint32_t t = 0; t <= past; t++) {
        wide_v count, there = 1 - (wide_v){ 0 };
        wide_get(&count, b->count + at);
        wide_bits absent = count < (double)(past - t);
        wide_pick(&there, &absent, 0);
        double *now = h[t & 1], *old = h[~t & 1];
        layer l = { .w = m->w,
                    .in = (t < past ? b->before + (size_t)t * s->in * b->n : b->now) + at,
                    .old = old,
                    .c = c,
                    .h = now,
                    .apart = b->n,
                    .inputs = s->in,
                    .hidden = s->hidden };
        run_layer(&l, &there);
        if (s->layers == 1)
            continue;
        l = (layer){ .w = m->w + lstm_layer(s, 1), .in = now, .old = old + one, .c = c + one, .h = now + one,
                     .apart = LANES, .inputs = s->hidden, .hidden = s->hidden };
        run_layer(&l, &there);
    }
    const double *v = m->w + lstm_layer(s, s->layers), *last = h[past & 1] + (s->layers - 1) * one;
    wide_v sum = { 0 }, x;
    for (uint32_t k = 0; k < s->hidden; k++) {
        wide_get(&x, last + k * LANES);
        sum += v[k] * x;
    }
    sum += v[s->hidden];
    wide_put(y + at, &sum);
}

void lstm_answer(const lstm *m, const lstm_rows *b, double *room, double *y)
{
    for (uint32_t at = 0; at < b->n; at += LANES)
        eight(m, b, at, room, y);
}

/* SPDX-License-Identifier: MIT
 * net.c - the network itself, forward and back through time; windows are lanes.
 *
 *   i, f, o = sigmoid(W z), g = tanh(W z), z = (input, last h, 1);  c = f c' + i g;  h = o tanh(c)
 *   Hochreiter and Schmidhuber 1997, with the forget gate of Gers 2000; y = last weights . h
 *
 * A step before a window's first row leaves c and h at 0, as if it had not been.
 */
#include "lstm.h"
#include <string.h>

enum { I, F, G, O, GATES };

size_t lstm_layer(const lstm_shape *s, uint32_t layer)
{
    size_t at = 0;
    for (uint32_t l = 0; l < layer; l++)
        at += (size_t)GATES * s->hidden * lstm_columns(s, l);
    return at;
}

size_t lstm_size(const lstm_shape *s)
{
    return lstm_layer(s, s->layers) + s->hidden + 1;
}

/* Of one layer and step: its inputs with h and 1, its gates, c, tanh(c). */
static size_t cell_size(const lstm_shape *s, uint32_t layer)
{
    return lstm_columns(s, layer) + (GATES + 2) * (size_t)s->hidden;
}

static size_t step_size(const lstm_shape *s)
{
    size_t n = 1;
    for (uint32_t l = 0; l < s->layers; l++)
        n += cell_size(s, l);
    return n;
}

size_t lstm_tape(const lstm_shape *s, uint32_t n)
{
    return (s->window * step_size(s) + s->hidden + 2) * n;
}

double *lstm_there(const lstm_shape *s, uint32_t n, double *tape, uint32_t step)
{
    return tape + step * step_size(s) * n;
}

static double *cell_at(const lstm_shape *s, uint32_t n, double *tape, uint32_t step, uint32_t layer)
{
    double *at = lstm_there(s, n, tape, step) + n;
    for (uint32_t l = 0; l < layer; l++)
        at += cell_size(s, l) * n;
    return at;
}

double *lstm_in(const lstm_shape *s, uint32_t n, double *tape, uint32_t step)
{
    return cell_at(s, n, tape, step, 0);
}

/* The last h and a row of 1, then the answer. */
static double *last_at(const lstm_shape *s, uint32_t n, double *tape)
{
    return tape + s->window * step_size(s) * n;
}

static void activate(const fade_math_v1 *math, uint32_t one, double *gate)
{
    for (uint32_t i = 0; i < one * GATES; i++)
        gate[i] *= i / one == G ? 1 : 0.5;
    math->tanh(one * GATES, gate, gate);
    for (uint32_t i = 0; i < one * GATES; i++)
        gate[i] = i / one == G ? gate[i] : 0.5 * gate[i] + 0.5;
}

static void remember(uint32_t h, uint32_t n, const double *restrict gate, const double *restrict before,
                     const double *restrict there, double *restrict c)
{
    uint32_t one = h * n;
    for (uint32_t j = 0; j < h; j++)
        for (uint32_t i = 0; i < n; i++) {
            uint32_t k = j * n + i;
            c[k] = there[i] * (gate[F * one + k] * before[k] + gate[I * one + k] * gate[G * one + k]);
        }
}

/* h to where it is wanted: the layer's own next step, and the layer above or the end. */
static void answer(uint32_t one, const double *o, const double *tc, double *next, double *up)
{
    for (uint32_t k = 0; k < one; k++)
        next[k] = up[k] = o[k] * tc[k];
}

static void fill(double *at, uint32_t n, double v)
{
    for (uint32_t i = 0; i < n; i++)
        at[i] = v;
}

static void run_cell(const lstm_shape *s, const fade_math_v1 *math, const double *w, uint32_t n, double *tape,
                     uint32_t step, uint32_t layer)
{
    uint32_t h = s->hidden, one = h * n, inputs = lstm_inputs(s, layer), columns = lstm_columns(s, layer);
    double *in = cell_at(s, n, tape, step, layer), *gate = in + (size_t)columns * n, *c = gate + GATES * (size_t)one;
    double *tc = c + one, *last = last_at(s, n, tape);
    double *up = layer + 1 < s->layers ? cell_at(s, n, tape, step, layer + 1) : last;
    double *next = step + 1 < s->window ? cell_at(s, n, tape, step + 1, layer) + (size_t)inputs * n : up;
    if (step == 0)
        fill(in + (size_t)inputs * n, one, 0);
    fill(in + (size_t)(columns - 1) * n, n, 1);
    math->dense(n, GATES * h, columns, w + lstm_layer(s, layer), in, gate);
    activate(math, one, gate);
    const double *before = step ? cell_at(s, n, tape, step - 1, layer) + (size_t)(columns + GATES * h) * n : tc;
    if (step == 0)
        fill(tc, one, 0); /* no c before the first: a row of 0 */
    remember(h, n, gate, before, lstm_there(s, n, tape, step), c);
    math->tanh(one, c, tc);
    answer(one, gate + O * (size_t)one, tc, next, up);
}

const double *lstm_run(const lstm_shape *s, const fade_math_v1 *math, const double *w, uint32_t n, double *tape)
{
    double *last = last_at(s, n, tape), *y = last + (size_t)(s->hidden + 1) * n;
    for (uint32_t step = 0; step < s->window; step++)
        for (uint32_t layer = 0; layer < s->layers; layer++)
            run_cell(s, math, w, n, tape, step, layer);
    fill(last + (size_t)s->hidden * n, n, 1);
    math->dense(n, 1, s->hidden + 1, w + lstm_layer(s, s->layers), last, y);
    return y;
}

/* ---- back ---- */

/* Per layer dh and dc, the gates' slopes, and what goes to the inputs. */
size_t lstm_work(const lstm_shape *s, uint32_t n)
{
    size_t widest = s->in > s->hidden ? s->in : s->hidden;
    return (2 * (size_t)s->layers * s->hidden + GATES * (size_t)s->hidden + widest + s->hidden + 1) * n;
}

void lstm_turn(const lstm_shape *s, const double *w, double *back)
{
    for (uint32_t l = 0; l < s->layers; l++) {
        uint32_t rows = GATES * s->hidden, columns = lstm_columns(s, l);
        const double *from = w + lstm_layer(s, l);
        double *to = back + lstm_layer(s, l);
        for (uint32_t r = 0; r < rows; r++)
            for (uint32_t c = 0; c < columns; c++)
                to[(size_t)c * rows + r] = from[(size_t)r * columns + c];
    }
}

/* g[rows][columns] += d[rows][n] . in[columns][n], lanes summed eight apart. */
static void outer(uint32_t n, uint32_t rows, uint32_t columns, const double *restrict d, const double *restrict in,
                  double *restrict g)
{
    for (uint32_t r = 0; r < rows; r++)
        for (uint32_t c = 0; c < columns; c++) {
            const double *a = d + (size_t)r * n, *b = in + (size_t)c * n;
            double sum[8] = { 0 };
            for (uint32_t i = 0; i < n; i += 8)
                for (uint32_t k = 0; k < 8; k++)
                    sum[k] += a[i + k] * b[i + k];
            g[(size_t)r * columns + c] +=
                ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
        }
}

/* d <- slopes before the gates' functions; dc <- what the step before gets. */
static void slopes(uint32_t h, uint32_t n, const double *restrict gate, const double *restrict before,
                   const double *restrict tc, const double *restrict there, const double *restrict dh,
                   double *restrict dc, double *restrict d)
{
    uint32_t one = h * n;
    for (uint32_t j = 0; j < h; j++)
        for (uint32_t l = 0; l < n; l++) {
            uint32_t k = j * n + l;
            double i = gate[I * one + k], f = gate[F * one + k], g = gate[G * one + k], o = gate[O * one + k];
            double to_h = dh[k] * there[l], to_c = (dc[k] + to_h * o * (1 - tc[k] * tc[k])) * there[l];
            d[O * one + k] = to_h * tc[k] * o * (1 - o);
            d[I * one + k] = to_c * g * i * (1 - i);
            d[F * one + k] = to_c * before[k] * f * (1 - f);
            d[G * one + k] = to_c * i * (1 - g * g);
            dc[k] = to_c * f;
        }
}

static void add(uint32_t n, const double *restrict from, double *restrict to)
{
    for (uint32_t i = 0; i < n; i++)
        to[i] += from[i];
}

void lstm_back(const lstm_shape *s, const fade_math_v1 *math, const double *back, const double *w, uint32_t n,
               double *tape, const double *dy, double *work, double *g)
{
    uint32_t h = s->hidden, one = h * n;
    double *dh = work, *dc = dh + (size_t)s->layers * one, *d = dc + (size_t)s->layers * one,
           *din = d + GATES * (size_t)one;
    const double *last = last_at(s, n, tape), *v = w + lstm_layer(s, s->layers);
    outer(n, 1, h + 1, dy, last, g + lstm_layer(s, s->layers));
    memset(work, 0, 2 * (size_t)s->layers * one * sizeof *work);
    for (uint32_t j = 0; j < h; j++)
        for (uint32_t i = 0; i < n; i++)
            dh[(size_t)(s->layers - 1) * one + j * n + i] = v[j] * dy[i];
    for (uint32_t step = s->window; step-- > 0;)
        for (uint32_t l = s->layers; l-- > 0;) {
            uint32_t inputs = lstm_inputs(s, l), columns = lstm_columns(s, l);
            const double *in = cell_at(s, n, tape, step, l), *gate = in + (size_t)columns * n;
            const double *tc = gate + (GATES + 1) * (size_t)one, *before;
            double *mine = dh + (size_t)l * one;
            if (step)
                before = cell_at(s, n, tape, step - 1, l) + (size_t)(columns + GATES * h) * n;
            else
                before = memset(din, 0, one * sizeof *din);
            slopes(h, n, gate, before, tc, lstm_there(s, n, tape, step), mine, dc + (size_t)l * one, d);
            outer(n, GATES * h, columns, d, in, g + lstm_layer(s, l));
            math->dense(n, columns, GATES * h, back + lstm_layer(s, l), d, din);
            memcpy(mine, din + (size_t)inputs * n, one * sizeof *mine);
            if (l)
                add(one, din, mine - one);
        }
}

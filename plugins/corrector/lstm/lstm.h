/* SPDX-License-Identifier: MIT
 * lstm.h - what a trained network with memory is, and what is done with it.
 *
 * A layer is [4 hidden][inputs + hidden + 1] doubles: rows of the input, forget, cell and output gates, columns of the
 * inputs, of the layer's own last answer, and of 1.  Behind the layers lie the last weights: hidden and 1.
 */
#ifndef FADE_LSTM_H
#define FADE_LSTM_H
#include "../common_features.h"

enum {
    LSTM_KEY = FEATURES_KEY, LSTM_UNIT = FEATURES_UNIT,
    LSTM_FEATURES = 256, LSTM_LAYERS = 2, LSTM_HIDDEN = 128, LSTM_WINDOW = 128 /* at most */
};
#define LSTM_LARGE 1e150 /* targets, and what is made of them, are smaller: their squares are numbers */
#define LSTM_WEIGHT 1e6 /* no weight is larger: what came of such would be no number */

typedef struct lstm_shape {
    uint32_t p, layers, hidden, window; /* features; window: steps, rows or times of the samples */
    uint32_t in; /* inputs of a step: rows p, samples channels and what holds for the whole row */
    int samples;
} lstm_shape;

/* Over samples: where a feature goes. */
enum { LSTM_EVERY = 0xffffffff };
typedef struct lstm_place {
    uint32_t step, slot; /* step LSTM_EVERY: to all of them */
} lstm_place;

typedef struct lstm_feature {
    char key[LSTM_KEY], unit[LSTM_UNIT];
    double shift, per, low, high, scale; /* z = (x - shift) * per; range; its deviation, or the size of one that never varied */
} lstm_feature;

typedef struct lstm {
    const fade_host *host;
    const fade_math_v1 *math;
    fade_column *column; /* p, for the host */
    fade_column state[2]; /* the rows before, scaled, oldest first; how many there are */
    lstm_feature *feature;
    lstm_place *place; /* p, over samples */
    double *w; /* lstm_size */
    double y_shift, y_scale, least, most, noise, spread; /* mean = y_shift + y_scale * net, kept within least .. most */
    uint64_t rows;
    lstm_shape shape;
} lstm;

typedef struct lstm_rules {
    lstm_shape shape;
    double rate, l2, clip, held, epsilon, bound;
    uint32_t epochs, batch, patience;
    int refit;
} lstm_rules;

/* lstm.c */
lstm *lstm_new(const fade_host *, const lstm_shape *); /* zeroed; NULL: said */
void lstm_free(void *);
double lstm_scaled(const lstm_feature *, double x); /* 0 where unknown */

/* net.c: n windows as lanes, a multiple of 8, on a tape of lstm_tape() doubles. */
static inline uint32_t lstm_inputs(const lstm_shape *s, uint32_t layer)
{
    return layer ? s->hidden : s->in;
}
static inline uint32_t lstm_columns(const lstm_shape *s, uint32_t layer)
{
    return lstm_inputs(s, layer) + s->hidden + 1;
}
size_t lstm_layer(const lstm_shape *, uint32_t layer); /* where its weights begin; of `layers`: the last ones */
size_t lstm_size(const lstm_shape *);
size_t lstm_tape(const lstm_shape *, uint32_t n);
double *lstm_in(const lstm_shape *, uint32_t n, double *tape, uint32_t step);   /* [in][n]: the caller's to fill */
double *lstm_there(const lstm_shape *, uint32_t n, double *tape, uint32_t step); /* [n]: 1, or 0 before a window begins */
const double *lstm_run(const lstm_shape *, const fade_math_v1 *, const double *w, uint32_t n, double *tape);    /* [n] */
/* Adds the gradient of sum(dy * y) after lstm_run.  back: w, layer by layer, with rows and columns changed.
 * work: lstm_work() doubles. */
size_t lstm_work(const lstm_shape *, uint32_t n);
void lstm_turn(const lstm_shape *, const double *w, double *back);
void lstm_back(const lstm_shape *, const fade_math_v1 *, const double *back, const double *w, uint32_t n, double *tape,
               const double *dy, double *work, double *g);

/* wide.c: the same answers to 1e-14, without a tape. */
typedef struct lstm_rows {
    uint32_t n; /* lanes, a multiple of 8 */
    const double *before, *count, *now; /* [window - 1][in][n], [n], [in][n] */
} lstm_rows;
size_t lstm_room(const lstm_shape *); /* doubles */
void lstm_answer(const lstm *, const lstm_rows *, double *room, double *y); /* y: [n] */

/* plan.c: sets s->window and s->in, and a place for each of s->p features whose names lie `apart` bytes apart.  NULL, or why not. */
const char *lstm_plan(const char *key, size_t apart, lstm_shape *s, lstm_place *place);

/* learn.c.  Fits m (features named) to the usable rows; from: start there.  < 0: said.  [io] */
int32_t lstm_learn(lstm *m, const fade_table *, const lstm_rules *, const lstm *from);

int32_t stream_save(const void *model, const fade_stream *);
int32_t stream_load(const fade_host *, const fade_args *, const fade_stream *, void **model);
#endif

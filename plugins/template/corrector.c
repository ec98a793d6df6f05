/* SPDX-License-Identifier: MIT
 * @ID@.c - a corrector: a straight line in the first feature, fitted to what the physics got wrong.
 *
 *     mean = a + b (f - centre),   sigma = what the line leaves,   distance = |f - centre| / spread
 *
 * train() sees the rows known at the forecast's origin; the model it makes never changes, and step() asks it for
 * later rows.  Change the numbered places and golden.csv, then `make check`.
 */
#include "fade_plugin.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* 1. What a scenario may set. */
enum { P_SHRINK };
static const fade_param params[] = {
    { "shrink", "1", "Ridge: pulls the slope to 0, in units of one row's weight.", "", FADE_REAL, FADE_LOG, 1e-3, 0,
      1e6, 0, 0, NULL },
};

/* 2. The outputs every corrector has, in the unit of the residual; `in` is the features, in the scenario's order. */
enum { Y_MEAN, Y_SIGMA, Y_DISTANCE };
static const fade_column out[] = {
    { "mean", "Ah", "Expected residual: observed less physics.", 0, 0, 0, 0, 0, 1, 0 },
    { "sigma", "Ah", "Its standard deviation.", 0, 0, 0, 0, 0, 1, 0 },
    { "distance", "1", "From the training data, in spreads of the feature.", 0, 0, 0, 0, 0, 1, 0 },
};

typedef struct line { double a, b, centre, spread, sigma; } line;

static int32_t complain(const fade_host *host, int32_t code, const char *text)
{
    fade_say(host, 3, code, -1, text);
    return code;
}

/* 3. The fit.  NaN is an unknown feature: such a row teaches the mean of the target and nothing else. */
static double weight_of(const fade_table *t, uint64_t i)
{
    return t->weight ? t->weight[i] : 1;
}

static line fit(const fade_table *t, double shrink)
{
    double w = 0, known = 0, f = 0, y = 0, ff = 0, fy = 0, rr = 0;
    const double *x = t->col[0];
    for (uint64_t i = 0; i < t->n; i++) {
        double v = weight_of(t, i);
        w += v;
        y += v * t->target[i];
        known += isnan(x[i]) ? 0 : v;
        f += isnan(x[i]) ? 0 : v * x[i];
    }
    line m = { .a = w > 0 ? y / w : 0, .centre = known > 0 ? f / known : 0 };
    for (uint64_t i = 0; i < t->n; i++)
        if (!isnan(x[i])) {
            ff += weight_of(t, i) * (x[i] - m.centre) * (x[i] - m.centre);
            fy += weight_of(t, i) * (x[i] - m.centre) * (t->target[i] - m.a);
        }
    m.spread = known > 0 && ff > 0 && isfinite(ff) ? sqrt(ff / known) : 1;
    m.b = ff + shrink > 0 && isfinite(ff) && isfinite(fy) ? fy / (ff + shrink) : 0;
    for (uint64_t i = 0; i < t->n; i++) {
        double r = t->target[i] - m.a - (isnan(x[i]) ? 0 : m.b * (x[i] - m.centre));
        rr += weight_of(t, i) * r * r;
    }
    m.sigma = w > 0 && isfinite(rr) ? sqrt(rr / w) : 0;
    return m;
}

/* [io] */
static int32_t train(const fade_host *host, const fade_args *args, const fade_table *t, const void *from, void **model)
{
    (void)from;                                         /* could start from an older model */
    if (t->n < 2 || t->ncol < 1)
        return complain(host, FADE_EINVAL, "@ID@ needs two rows and one feature to learn from");
    if (host->progress && host->progress(host, 0, "fitting a line") == FADE_ECANCEL)
        return FADE_ECANCEL;
    line *m = malloc(sizeof *m);
    if (!m)
        return complain(host, FADE_ENOMEM, "no memory for @ID@");
    *m = fit(t, args->at[P_SHRINK].real);
    *model = m;
    return FADE_OK;
}

/* 4. [work] The prediction, over n cells at once. */
static void predict(uint32_t n, const line *m, const double *restrict f, double *restrict mean, double *restrict sigma,
                    double *restrict distance)
{
    for (uint32_t i = 0; i < n; i++) {
        double away = isnan(f[i]) ? 0 : f[i] - m->centre;
        mean[i] = m->a + m->b * away;
        sigma[i] = m->sigma;
        distance[i] = fabs(away) / m->spread;
    }
}

static int32_t step(const void *model, fade_tile *b)
{
    predict(b->n, model, b->in[0], b->out[Y_MEAN], b->out[Y_SIGMA], b->out[Y_DISTANCE]);
    return FADE_OK;
}

/* 5. [io] As bytes and back.  A file may hold anything: check before you believe. */
static const char magic[8] = "line/1\n";

static int32_t save(const void *model, const fade_stream *s)
{
    int32_t rc = s->write(s->ctx, magic, sizeof magic);
    return rc ? rc : s->write(s->ctx, model, sizeof(line));
}

static int32_t load(const fade_host *host, const fade_args *args, const fade_stream *s, void **model)
{
    (void)args;
    char head[sizeof magic];
    line m;
    if (s->read(s->ctx, head, sizeof head) || memcmp(head, magic, sizeof magic) != 0)
        return complain(host, FADE_EINVAL, "this is no saved model of @ID@");
    if (s->read(s->ctx, &m, sizeof m))
        return complain(host, FADE_EIO, "the saved model of @ID@ is cut off");
    if (!isfinite(m.a) || !isfinite(m.b) || !isfinite(m.centre) || !(m.spread > 0) || !(m.sigma >= 0))
        return complain(host, FADE_EINVAL, "the saved model of @ID@ holds impossible numbers");
    line *made = malloc(sizeof *made);
    if (!made)
        return complain(host, FADE_ENOMEM, "no memory for @ID@");
    *made = m;
    *model = made;
    return FADE_OK;
}

/* 6. Who you are. */
static const fade_model_v1 model_v1 = { .size = sizeof model_v1, .destroy = free, .step = step, .observe = step };
static const fade_corrector_v1 corrector_v1 = {
    .size = sizeof corrector_v1, .model = &model_v1, .train = train, .save = save, .load = load
};

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.corrector/1") == 0 ? &corrector_v1 : NULL;
}

static const fade_desc desc = {
    .size = sizeof desc,
    .id = "@ID@",
    .kind = "corrector",
    .version = "0.1.0",
    .licence = "MIT",
    .doc = "A straight line in the first feature.",
    .cite = "",
    .params = FADE_LIST(params),
    .columns = { .out = FADE_LIST(out) },
    .iface = iface,
};
FADE_LIBRARY(&desc);

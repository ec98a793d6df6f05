/* SPDX-License-Identifier: MIT
 * trend.c - the average of many laws of the cycle, each beside a reversible loss and fitted with forgetting.
 *
 * No one law holds for all cells, and the best of many on the known half is seldom the best on the other; their
 * average is steadier than any.  Near the origin a second average, by likelihood, may have a share (likely.c).  sigma
 * has the noise and what the laws say differently.
 */
#include "trend.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POWERS, LENGTHS, MEMORIES, CARRY, LASTING, SOFT, LIKELY, LIKELY_LASTS, MATES };
enum { MEAN, SIGMA, DISTANCE, OUTPUTS };

static const fade_param params[] = {
    { "powers", "1",
      "Exponents of laws c - b z^power, z the cycle as a part of the known span; neither given: 0.3 to 0.8.", "",
      FADE_LIST_OF, 0, 0, 0.01, 10, 0, 0, NULL },
    { "lengths", "1", "Lengths of laws c - b (1 - exp(-z / length)); neither given: 1, 2 and 4.", "", FADE_LIST_OF, 0,
      0, 0.01, 1000, 0, 0, NULL },
    { "memories", "1", "Age, as a part of the known rows, at which a row counts 1/e; not given: 0.5, 0.25 and 0.15.",
      "", FADE_LIST_OF, 0, 0, 0.01, 1e6, 0, 0, NULL },
    { "carry", "", "So many of the newest rows say how far the cell lies off its laws; 0: none.", "", FADE_INT, 0, 3, 0,
      1000, 0, 0, NULL },
    { "carry_lasts", "", "Cycles in which that falls to 1/e.", "", FADE_REAL, FADE_LOG, 20, 0.01, 1e9, 0, 0, NULL },
    { "carry_soft", "", "Those among them that lie far off count less, as rows do in the fit; else their mean.", "",
      FADE_BOOL, 0, 0, 0, 1, 0, 0, NULL },
    { "likely", "1", "Share at the last known cycle of the average weighted by likelihood; 0: none of it.", "",
      FADE_REAL, 0, 0, 0, 1, 0, 0, NULL },
    { "likely_lasts", "1", "Known spans behind it in which that share falls to 1/e.", "", FADE_REAL, FADE_LOG, 0.5,
      0.01, 1e9, 0, 0, NULL },
    { "mates", "1",
      "Of several cells at once: what the rows of all others count of a cell's own in its losses and likely laws; 0: "
      "all "
      "cells are one.",
      "", FADE_REAL, 0, 0, 0, 1000, 0, 0, NULL },
};
static const double usual_power[] = { 0.3, 0.4, 0.5, 0.6, 0.7, 0.8 }, usual_length[] = { 1, 2, 4 },
                    usual_memory[] = { 0.5, 0.25, 0.15 };
static const fade_column out[] = {
    { "mean", "", "Correction, in the target's unit.", 0, 0, 0, 0, 0, 1, 0 },
    { "sigma", "", "Its standard deviation: noise, and how the laws differ.", 0, 0, 0, 0, 0, 1, 0 },
    { "distance", "", "How many lengths of the known span the cycle lies behind one more of them; 0 before.", 0, 0, 0,
      0, 0, 1, 0 },
};

trend *trend_new(const fade_host *host, uint32_t p, uint32_t nshape, uint32_t nmember, uint32_t nlikely)
{
    const fade_math_v1 *math = host->iface(host, "fade.math/1");
    if (!math) {
        fade_say(host, 3, FADE_EBUG, -1, "trend needs the host's fade.math/1");
        return NULL;
    }
    size_t bytes = sizeof(trend) + ((size_t)nmember + nlikely) * sizeof(trend_member) + nshape * sizeof(trend_shape) +
                   p * (sizeof(double) + sizeof(fade_column) + TREND_KEY + TREND_UNIT);
    trend *r = calloc(1, bytes);
    if (!r) {
        fade_say(host, 3, FADE_ENOMEM, -1, "no memory for a trend");
        return NULL;
    }
    *r = (trend){ .host = host, .math = math, .p = p, .nshape = nshape, .nmember = nmember,
                  .nlikely = nlikely };
    r->member = (trend_member *)(r + 1);
    r->likely = r->member + nmember;
    r->shape = (trend_shape *)(r->likely + nlikely);
    r->most = (double *)(r->shape + nshape);
    r->column = (fade_column *)(r->most + p);
    r->key = (char (*)[TREND_KEY])(r->column + p);
    r->unit = (char (*)[TREND_UNIT])(r->key + p);
    for (uint32_t j = 0; j < p; j++)
        r->column[j] = (fade_column){ .key = r->key[j], .unit = r->unit[j], .doc = "A feature.", .width = 1 };
    return r;
}

void trend_free(void *model)
{
    trend *r = model;
    for (uint32_t c = 0; r && c < r->nown; c++)
        trend_free(r->own[c]);
    if (r) {
        free(r->own);
        free(r->id);
    }
    free(r);
}

trend *trend_like(const trend *r)
{
    trend *one = trend_new(r->host, r->p, r->nshape, r->nmember, r->nlikely);
    if (!one)
        return NULL;
    memcpy(one->shape, r->shape, r->nshape * sizeof *r->shape);
    memcpy(one->key, r->key, r->p * sizeof *r->key);
    memcpy(one->unit, r->unit, r->p * sizeof *r->unit);
    one->wander.share = r->wander.share;
    one->wander.lasting = r->wander.lasting;
    return one;
}

int trend_room(trend *r, uint32_t ncell)
{
    r->own = calloc(ncell, sizeof *r->own);
    r->id = calloc(ncell, sizeof *r->id);
    if (!r->own || !r->id) {
        fade_say(r->host, 3, FADE_ENOMEM, -1, "no memory for the cells of a trend");
        return 0;
    }
    r->nown = ncell;
    return 1;
}

static int32_t refuse(const fade_host *host, const char *text)
{
    fade_say(host, 3, FADE_EINVAL, -1, text);
    return FADE_EINVAL;
}

/* Names the features as the table does.  < 0: said. */
static int32_t name(trend *r, const fade_table *t)
{
    for (uint32_t j = 0; j < r->p; j++) {
        const fade_column *c = &t->column[j];
        if (strlen(c->key) >= TREND_KEY || strlen(c->unit) >= TREND_UNIT)
            return refuse(r->host, "a feature's key has 64 letters or more, or its unit 32");
        memcpy(r->key[j], c->key, strlen(c->key) + 1);
        memcpy(r->unit[j], c->unit, strlen(c->unit) + 1);
    }
    return FADE_OK;
}

static void list(const fade_value *given, const double *usual, uint32_t n, const double **at, uint32_t *many)
{
    *at = given->n ? given->v : usual;
    *many = given->n ? given->n : n;
}

#define MANY(a) ((uint32_t)(sizeof(a) / sizeof *(a)))

static int32_t plan(const fade_host *host, const fade_args *args, const fade_table *t, trend_plan *o)
{
    char text[160];
    *o = (trend_plan){ .carry = args->at[CARRY].real, .lasting = args->at[LASTING].real,
                       .soft = args->at[SOFT].real > 0,
                       .likely = args->at[LIKELY].real, .likely_lasting = args->at[LIKELY_LASTS].real,
                       .mates = args->at[MATES].real };
    uint32_t given = args->at[POWERS].n + args->at[LENGTHS].n;
    list(&args->at[POWERS], usual_power, given ? 0 : MANY(usual_power), &o->power, &o->npower);
    list(&args->at[LENGTHS], usual_length, given ? 0 : MANY(usual_length), &o->length, &o->nlength);
    list(&args->at[MEMORIES], usual_memory, MANY(usual_memory), &o->memory, &o->nmemory);
    if (t->ncol < 1 || t->ncol > TREND_FEATURES) {
        snprintf(text, sizeof text, "%u features, trend takes 1 .. %d: the cycle, and reversible losses",
                 (unsigned)t->ncol, TREND_FEATURES);
        return refuse(host, text);
    }
    if (o->npower + o->nlength > TREND_SHAPES || o->nmemory > TREND_MEMORIES) {
        snprintf(text, sizeof text, "%u laws and %u memories, trend takes %d and %d",
                 (unsigned)(o->npower + o->nlength), (unsigned)o->nmemory, TREND_SHAPES, TREND_MEMORIES);
        return refuse(host, text);
    }
    return FADE_OK;
}

static int32_t train(const fade_host *host, const fade_args *args, const fade_table *t, const void *from, void **model)
{
    (void)from;
    trend_plan o;
    *model = NULL;
    int32_t rc = plan(host, args, t, &o);
    if (rc)
        return rc;
    uint32_t nshape = o.npower + o.nlength, naway = t->ncol > 1 ? t->ncol - 1 : 1;
    trend *r = trend_new(host, t->ncol, nshape, nshape * naway * o.nmemory, o.likely > 0 ? nshape * naway : 0);
    if (!r)
        return FADE_ENOMEM;
    r->wander = (trend_wander){ .share = o.likely, .lasting = o.likely_lasting };
    for (uint32_t s = 0; s < nshape; s++)
        r->shape[s] = s < o.npower ? (trend_shape){ o.power[s], 0 } : (trend_shape){ 0, o.length[s - o.npower] };
    rc = name(r, t);
    rc = rc ? rc : fit_trend(r, t, &o);
    if (rc) {
        trend_free(r);
        return rc;
    }
    *model = r;
    return FADE_OK;
}

static int32_t columns(const void *model, fade_columns *c)
{
    const trend *r = model;
    if (r)
        c->in = (fade_list){ r->column, r->p, sizeof *r->column };
    return FADE_OK;
}

static size_t scratch(const void *model, uint32_t n)
{
    const trend *r = model;
    return r ? ((size_t)r->nshape + 3) * n * sizeof(double) : 0;
}

/* shape <- each shape at z */
static void shapes(const trend *r, uint32_t n, const double *z, double *shape)
{
    for (uint32_t s = 0; s < r->nshape; s++) {
        double *at = shape + (size_t)s * n;
        if (r->shape[s].power > 0) {
            double power[64];
            for (uint32_t i = 0; i < 64; i++)
                power[i] = r->shape[s].power;
            for (uint32_t i = 0; i < n; i += 64)
                r->math->pow(n - i < 64 ? n - i : 64, z + i, power, at + i);
        } else {
            for (uint32_t i = 0; i < n; i++)
                at[i] = -z[i] / r->shape[s].length;
            r->math->exp(n, at, at);
            for (uint32_t i = 0; i < n; i++)
                at[i] = 1 - at[i];
        }
    }
}

static void say(const trend *r, uint32_t n, const fade_tile *b, const double *shape)
{
    double *mean = b->out[MEAN], *square = b->out[SIGMA];
    for (uint32_t m = 0; m < r->nmember; m++) {
        const trend_member *k = &r->member[m];
        const double *s = shape + (size_t)k->shape * n, *away = k->away >= 0 ? b->in[k->away] : NULL;
        double share = 1.0 / (m + 1);
        for (uint32_t i = 0; i < n; i++) {
            double lost = away && away[i] - away[i] == 0 ? away[i] : 0;
            double v = k->c - k->b * s[i] - k->a * lost, off = v - mean[i];
            mean[i] += off * share;
            square[i] += off * (v - mean[i]);
        }
    }
}

/* at[n], room[n].  The average becomes one of both; sigma has how they differ. */
static void say_likely(const trend *r, uint32_t n, const fade_tile *b, const double *z, const double *shape,
                       double *at, double *room)
{
    for (uint32_t i = 0; i < n; i++)
        at[i] = 0;
    for (uint32_t m = 0; m < r->nlikely; m++) {
        const trend_member *k = &r->likely[m];
        const double *s = shape + (size_t)k->shape * n, *away = k->away >= 0 ? b->in[k->away] : NULL;
        for (uint32_t i = 0; i < n; i++)
            at[i] += k->c - k->b * s[i] - k->a * (away && away[i] - away[i] == 0 ? away[i] : 0);
    }
    for (int l = 0; l < TREND_LEVELS; l++) {
        for (uint32_t i = 0; i < n; i++)
            room[i] = -fabs(z[i] - 1) * r->span / r->wander.cycles[l];
        r->math->exp(n, room, room);
        for (uint32_t i = 0; i < n; i++)
            at[i] += r->wander.level[l] * room[i];
    }
    for (uint32_t i = 0; i < n; i++)
        room[i] = z[i] > 1 ? (1 - z[i]) / r->wander.lasting : 0;
    r->math->exp(n, room, room);
    for (uint32_t i = 0; i < n; i++) {
        double share = r->wander.share * room[i], off = at[i] - b->out[MEAN][i];
        b->out[MEAN][i] += share * off;
        b->out[SIGMA][i] += (double)r->nmember * share * (1 - share) * off * off;
    }
}

static void predict_one(const trend *r, fade_tile *b)
{
    uint32_t n = b->n;
    double *z = b->scratch, *shape = z + n;
    for (uint32_t i = 0; i < n; i++) {
        double at = (b->in[0][i] - r->first + 1) / r->span;
        z[i] = at > 0 ? at : 0; /* also where unknown */
        b->out[MEAN][i] = b->out[SIGMA][i] = 0;
        b->out[DISTANCE][i] = z[i] > 2 ? z[i] - 2 : 0;
    }
    shapes(r, n, z, shape);
    say(r, n, b, shape);
    double *room = shape + (size_t)r->nshape * n;
    for (uint32_t i = 0; i < n; i++)
        room[i] = (z[i] > 1 ? (1 - z[i]) * r->span : 0) / r->lasting;
    r->math->exp(n, room, room);
    for (uint32_t i = 0; i < n; i++)
        b->out[MEAN][i] += r->carry * room[i];
    if (r->nlikely)
        say_likely(r, n, b, z, shape, room, room + n);
    for (uint32_t i = 0; i < n; i++) {
        b->out[SIGMA][i] = sqrt(r->noise * r->noise + b->out[SIGMA][i] / r->nmember);
    }
}

static const trend *course_of(const trend *r, uint64_t id)
{
    for (uint32_t c = 0; c < r->nown; c++)
        if (r->id[c] == id)
            return r->own[c];
    return r;
}

/* Neighbours of one id at once. */
static int32_t predict(const void *model, fade_tile *b)
{
    const trend *r = model;
    uint32_t end;
    if (!r->nown)
        predict_one(r, b);
    for (uint32_t i = 0; r->nown && i < b->n; i = end) {
        const double *in[TREND_FEATURES];
        double *said[OUTPUTS];
        for (end = i + 1; end < b->n && b->id[end] == b->id[i];)
            end++;
        for (uint32_t j = 0; j < r->p; j++)
            in[j] = b->in[j] + i;
        for (int j = 0; j < OUTPUTS; j++)
            said[j] = b->out[j] + i;
        predict_one(course_of(r, b->id[i]), &(fade_tile){ .size = sizeof *b, .n = end - i, .in = in, .out = said,
                                                          .scratch = b->scratch });
    }
    return FADE_OK;
}

static const fade_model_v1 model_v1 = {
    .size = sizeof model_v1,
    .destroy = trend_free,
    .columns = columns,
    .scratch = scratch,
    .step = predict,
    .observe = predict,
};
static const fade_corrector_v1 corrector_v1 = {
    .size = sizeof corrector_v1,
    .model = &model_v1,
    .train = train,
    .save = stream_save,
    .load = stream_load,
};

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    if (strcmp(id, "fade.corrector/1") == 0)
        return &corrector_v1;
    return strcmp(id, "fade.model/1") == 0 ? &model_v1 : NULL;
}

static const fade_desc desc = {
    .size = sizeof desc,
    .id = "trend",
    .kind = "corrector",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "The average of many laws of the cycle, each beside a reversible loss and fitted with forgetting.",
    .cite = "",
    .params = FADE_LIST(params),
    .columns = { .out = FADE_LIST(out) },
    .iface = iface,
};
FADE_LIBRARY(&desc);

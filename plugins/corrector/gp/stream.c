/* SPDX-License-Identifier: MIT
 * stream.c - a trained Gaussian process as bytes, and back.
 */
#include "gp.h"
#include "../common_stream.h"
#include <stdlib.h>

static const char magic[8] = "FADEGPR1";
static const char what[] = "Gaussian process";

enum { FEATURES, ROWS, THETA, FACTOR };           /* sizes */
enum { FIRST = 8, PIECES = 9 };                   /* pieces known before the kernel is */

static void pieces(gp *g, stream_piece at[PIECES])
{
    size_t p = g->f.p, one = p * sizeof(double);
    size_t numbers = g->theta ? g->k.ntheta + g->n * p + g->n + (g->factor ? gp_factor_size(g->n) : 0) : 0;
    const stream_piece all[PIECES] = {
        { &g->s, sizeof g->s },  { g->f.key, p * FEATURES_KEY }, { g->f.unit, p * FEATURES_UNIT }, { g->f.mean, one },
        { g->f.scale, one },     { g->f.low, one },              { g->f.high, one },               { g->f.varied, one },
        { g->theta, numbers * sizeof(double) },
    };
    memcpy(at, all, sizeof all);
}

int32_t gp_save(const void *model, const fade_stream *s)
{
    gp g = *(const gp *)model;
    stream_piece at[PIECES];
    stream_head h = { .size = { [FEATURES] = g.f.p, [ROWS] = g.n, [THETA] = g.k.ntheta, [FACTOR] = g.factor != NULL } };
    memcpy(h.magic, magic, sizeof magic);
    pieces(&g, at);
    return stream_write(g.host, s, &h, at, PIECES);
}

static int all_finite(const double *v, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += v[i] * 0;
    return sum == 0;
}

/* For bytes that were made to fit their checksum. */
static int sound(const gp *g)
{
    const struct gp_numbers *s = &g->s;
    size_t n = g->k.ntheta + (size_t)g->n * g->f.p + g->n + (g->factor ? gp_factor_size(g->n) : 0);
    if (!isfinite(s->y_mean) || !(s->y_scale > 0) || !isfinite(s->y_scale) || !isfinite(s->likelihood) ||
        !(s->jitter >= 0))
        return 0;
    for (uint32_t i = 0; i < g->k.ntheta; i++)
        if (!(g->theta[i] > 0))
            return 0;
    return features_sound(&g->f) && all_finite(g->theta, n);
}

/* Reads what comes before the kernel, parses it, reads the rest. */
static int32_t read_body(gp *g, const fade_stream *s, const stream_head *h)
{
    stream_piece at[PIECES];
    pieces(g, at);
    for (int k = 0; k < FIRST; k++)
        if (s->read(s->ctx, at[k].at, at[k].n) < 0)
            return features_say(g->host, FADE_EINVAL, "a saved Gaussian process ends too early");
    uint64_t sum = stream_check(h, at, FIRST);
    if (g->s.text[GP_TEXT - 1] || g->s.ard > 1 || !features_sound(&g->f))
        return features_say(g->host, FADE_EINVAL,
                            "a saved Gaussian process is damaged: its kernel or a feature's name does not end");
    int32_t rc = kernel_parse(g->host, g->s.text, (int)g->s.ard, &g->f, &g->k);
    if (rc)
        return rc;
    if (g->k.ntheta != h->size[THETA])
        return features_say(g->host, FADE_EINVAL,
                            "a saved Gaussian process is damaged: its kernel has another number of hyper-parameters");
    if (!gp_room(g, (uint32_t)h->size[ROWS], h->size[FACTOR] != 0))
        return features_say(g->host, FADE_ENOMEM, "no memory for a Gaussian process");
    pieces(g, at);
    if (s->read(s->ctx, at[FIRST].at, at[FIRST].n) < 0)
        return features_say(g->host, FADE_EINVAL, "a saved Gaussian process ends too early");
    if (stream_sum(sum, at[FIRST].at, at[FIRST].n) != h->check)
        return features_say(g->host, FADE_EINVAL, "a saved Gaussian process is damaged: its checksum does not fit");
    return sound(g) ? FADE_OK
                    : features_say(g->host, FADE_EINVAL,
                                   "a saved Gaussian process holds numbers that training cannot have made");
}

int32_t gp_load(const fade_host *host, const fade_args *args, const fade_stream *s, void **model)
{
    (void)args;
    stream_head h;
    char text[160];
    *model = NULL;
    int32_t rc = stream_read_head(host, s, magic, what, &h);
    if (rc)
        return rc;
    if (h.size[FEATURES] < 1 || h.size[FEATURES] > GP_FEATURES || h.size[ROWS] < 1 || h.size[ROWS] > GP_ROWS ||
        h.size[THETA] < 1 || h.size[THETA] > GP_THETA || h.size[FACTOR] > 1) {
        snprintf(text, sizeof text,
                 "a saved Gaussian process says it has %llu features and %llu rows, must be 1 .. %d and 1 .. %d",
                 (unsigned long long)h.size[FEATURES], (unsigned long long)h.size[ROWS], GP_FEATURES, GP_ROWS);
        return features_say(host, FADE_EINVAL, text);
    }
    gp *g = gp_new(host, (uint32_t)h.size[FEATURES]);
    if (!g)
        return FADE_ENOMEM;
    rc = read_body(g, s, &h);
    if (rc)
        gp_free(g);
    else
        *model = g;
    return rc;
}

/* SPDX-License-Identifier: MIT
 * stream.c - a trained ridge as bytes: a header, the features' names, the numbers, a checksum.
 *
 * Little-endian doubles as the machine has them; a stream is for like machines, as the host's snapshots are.
 */
#include "ridge.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char magic[8] = "FADERDG1";

typedef struct header {
    char magic[8];
    uint32_t p, check; /* FNV-1a of all that follows */
    uint64_t rows;
    double intercept, noise, share, lambda;
} header;

typedef struct piece {
    void *at;
    size_t n;
} piece;

enum { PIECES = 8 };

static void pieces(const ridge *r, piece at[PIECES])
{
    size_t p = r->p, one = p * sizeof(double);
    const piece all[PIECES] = { { r->key, p * RIDGE_KEY }, { r->unit, p * RIDGE_UNIT },
                                { r->mean, one },          { r->scale, one },
                                { r->low, one },           { r->high, one },
                                { r->varied, one },        { r->w, (p + 1) * one } };
    memcpy(at, all, sizeof all);
}

static uint32_t checksum(uint32_t h, const void *at, size_t n)
{
    const unsigned char *c = at;
    for (size_t i = 0; i < n; i++)
        h = (h ^ c[i]) * 16777619u;
    return h;
}

static uint32_t check(const header *h, const piece at[PIECES])
{
    uint32_t sum = checksum(2166136261u, &h->rows, sizeof *h - offsetof(header, rows));
    for (int k = 0; k < PIECES; k++)
        sum = checksum(sum, at[k].at, at[k].n);
    return sum;
}

int32_t stream_save(const void *model, const fade_stream *s)
{
    const ridge *r = model;
    piece at[PIECES];
    header h = {
        .p = r->p, .rows = r->rows, .intercept = r->intercept, .noise = r->noise, .share = r->share, .lambda = r->lambda
    };
    memcpy(h.magic, magic, sizeof magic);
    pieces(r, at);
    h.check = check(&h, at);
    int32_t rc = s->write(s->ctx, &h, sizeof h);
    for (int k = 0; k < PIECES && rc >= 0; k++)
        rc = s->write(s->ctx, at[k].at, at[k].n);
    if (rc >= 0)
        return FADE_OK;
    fade_say(r->host, 3, FADE_EIO, -1, "a ridge could not be written");
    return FADE_EIO;
}

static int sound_header(const header *h)
{
    return isfinite(h->intercept) && h->noise >= 0 && isfinite(h->noise) && h->share > 0 && h->share <= 1 &&
           h->lambda >= 0;
}

/* The checksum held; this is for bytes that were made to fit it. */
static int sound(const ridge *r)
{
    for (uint32_t j = 0; j < r->p; j++) {
        int named = r->key[j][0] && !r->key[j][RIDGE_KEY - 1] && !r->unit[j][RIDGE_UNIT - 1];
        int finite = isfinite(r->mean[j]) && isfinite(r->scale[j]) && isfinite(r->low[j]) && isfinite(r->high[j]);
        if (!named || !finite || !(r->scale[j] > 0) || !(r->varied[j] == 0 || r->varied[j] == 1))
            return 0;
    }
    for (size_t k = 0; k < (size_t)(1 + r->p) * r->p; k++)
        if (!isfinite(r->w[k]))
            return 0;
    return 1;
}

static int32_t refuse(const fade_host *host, ridge *r, const char *text)
{
    fade_say(host, 3, FADE_EINVAL, -1, text);
    ridge_free(r);
    return FADE_EINVAL;
}

int32_t stream_load(const fade_host *host, const fade_args *args, const fade_stream *s, void **model)
{
    (void)args;
    header h;
    char text[160];
    *model = NULL;
    if (s->read(s->ctx, &h, sizeof h) < 0)
        return refuse(host, NULL, "a saved ridge begins with 56 bytes, there are fewer");
    if (memcmp(h.magic, magic, sizeof magic) != 0)
        return refuse(host, NULL, "these bytes are no saved ridge: they do not begin with FADERDG1");
    if (h.p < 1 || h.p > RIDGE_MAX) {
        snprintf(text, sizeof text, "a saved ridge says it has %u features, must be 1 .. %d", (unsigned)h.p, RIDGE_MAX);
        return refuse(host, NULL, text);
    }
    if (!sound_header(&h))
        return refuse(host, NULL, "a saved ridge has a noise, a lambda or an intercept that is no sound number");
    ridge *r = ridge_new(host, h.p);
    if (!r)
        return FADE_ENOMEM;
    piece at[PIECES];
    pieces(r, at);
    for (int k = 0; k < PIECES; k++)
        if (s->read(s->ctx, at[k].at, at[k].n) < 0) {
            snprintf(text, sizeof text, "a saved ridge of %u features ends too early", (unsigned)h.p);
            return refuse(host, r, text);
        }
    if (check(&h, at) != h.check)
        return refuse(host, r, "a saved ridge is damaged: its checksum does not fit");
    if (!sound(r))
        return refuse(host, r, "a saved ridge holds numbers or names that training cannot have made");
    r->rows = h.rows;
    r->intercept = h.intercept;
    r->noise = h.noise;
    r->share = h.share;
    r->lambda = h.lambda;
    *model = r;
    return FADE_OK;
}

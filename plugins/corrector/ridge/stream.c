/* SPDX-License-Identifier: MIT
 * stream.c - a trained ridge as bytes: a header, the features' names, the numbers, a checksum.
 *
 * Little-endian doubles as the machine has them; a stream is for like machines, as the host's snapshots are.
 */
#include "ridge.h"
#include "../common_stream.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char magic[8] = "FADERDG1";
static const char what[] = "ridge";

typedef struct header {
    char magic[8];
    uint32_t p, check; /* FNV-1a of all that follows */
    uint64_t rows;
    double intercept, noise, share, lambda;
} header;

enum { PIECES = 8 };

static void pieces(const ridge *r, stream_piece at[PIECES])
{
    size_t p = r->p, one = p * sizeof(double);
    const stream_piece all[PIECES] = { { r->key, p * RIDGE_KEY }, { r->unit, p * RIDGE_UNIT },
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

static uint32_t check(const header *h, const stream_piece at[PIECES])
{
    uint32_t sum = checksum(2166136261u, &h->rows, sizeof *h - offsetof(header, rows));
    for (int k = 0; k < PIECES; k++)
        sum = checksum(sum, at[k].at, at[k].n);
    return sum;
}

int32_t stream_save(const void *model, const fade_stream *s)
{
    const ridge *r = model;
    stream_piece at[PIECES];
    header h = {
        .p = r->p, .rows = r->rows, .intercept = r->intercept, .noise = r->noise, .share = r->share, .lambda = r->lambda
    };
    memcpy(h.magic, magic, sizeof magic);
    pieces(r, at);
    h.check = check(&h, at);
    return stream_put(r->host, s, &h, sizeof h, at, PIECES);
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

int32_t stream_load(const fade_host *host, const fade_args *args, const fade_stream *s, void **model)
{
    (void)args;
    header h;
    char text[80];
    *model = NULL;
    int32_t rc = stream_begin(host, s, magic, what, &h, sizeof h);
    if (rc)
        return rc;
    snprintf(text, sizeof text, "says it has %u features, must be 1 .. %d", (unsigned)h.p, RIDGE_MAX);
    if (h.p < 1 || h.p > RIDGE_MAX)
        return stream_deny(host, FADE_EINVAL, what, text);
    if (!sound_header(&h))
        return stream_deny(host, FADE_EINVAL, what, "has a noise, a lambda or an intercept that is no sound number");
    ridge *r = ridge_new(host, h.p);
    if (!r)
        return FADE_ENOMEM;
    stream_piece at[PIECES];
    pieces(r, at);
    rc = stream_fill(host, s, at, PIECES, what);
    if (!rc && check(&h, at) != h.check)
        rc = stream_damaged(host, what);
    if (!rc && !sound(r))
        rc = stream_made_up(host, what);
    if (rc) {
        ridge_free(r);
        return rc;
    }
    r->rows = h.rows;
    r->intercept = h.intercept;
    r->noise = h.noise;
    r->share = h.share;
    r->lambda = h.lambda;
    *model = r;
    return FADE_OK;
}

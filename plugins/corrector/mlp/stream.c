/* SPDX-License-Identifier: MIT
 * stream.c - a trained model as bytes: a header, the features' names, the numbers, a checksum.
 *
 * Little-endian doubles as the machine has them; a stream is for like machines, as the host's snapshots are.
 */
#include "mlp.h"
#include "../common_stream.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char magic[8] = "FADEMLP1";
static const char what[] = "mlp";

typedef struct header {
    char magic[8];
    uint32_t check, layers; /* FNV-1a of all that follows, by words of 8 bytes; layers of weights */
    uint32_t width[MLP_HIDDEN + 2], act, members, passes, reserved;
    uint64_t rows;
    double y_shift, y_scale, least, most, noise;
} header;

enum { PIECES = 11 };

static void pieces(const mlp *r, stream_piece at[PIECES])
{
    size_t p = r->shape.width[0], one = p * sizeof(double);
    const stream_piece all[PIECES] = { { r->key, p * MLP_KEY },
                                { r->unit, p * MLP_UNIT },
                                { r->shift, one },
                                { r->per, one },
                                { r->fill, one },
                                { r->low, one },
                                { r->high, one },
                                { r->scale, one },
                                { r->varied, one },
                                { r->w, r->members * net_size(&r->shape) * sizeof(double) },
                                { r->mask, r->passes * net_units(&r->shape) * sizeof(double) } };
    memcpy(at, all, sizeof all);
}

/* All pieces are whole words. */
static uint64_t checksum(uint64_t h, const void *at, size_t n)
{
    const char *c = at;
    for (size_t i = 0; i + sizeof h <= n; i += sizeof h) {
        uint64_t word;
        memcpy(&word, c + i, sizeof word);
        h = (h ^ word) * 1099511628211u;
        h ^= h >> 32;
    }
    return h;
}

static uint32_t check(const header *h, const stream_piece at[PIECES])
{
    header rest = *h;
    rest.check = 0;
    uint64_t sum = checksum(14695981039346656037u, &rest, sizeof rest);
    for (int k = 0; k < PIECES; k++)
        sum = checksum(sum, at[k].at, at[k].n);
    return (uint32_t)sum;
}

int32_t stream_save(const void *model, const fade_stream *s)
{
    const mlp *r = model;
    stream_piece at[PIECES];
    header h = { .layers = r->shape.layers, .act = r->shape.act, .members = r->members, .passes = r->passes,
                 .rows = r->rows, .y_shift = r->y_shift, .y_scale = r->y_scale, .least = r->least, .most = r->most,
                 .noise = r->noise };
    memcpy(h.magic, magic, sizeof magic);
    memcpy(h.width, r->shape.width, sizeof h.width);
    pieces(r, at);
    h.check = check(&h, at);
    return stream_put(r->host, s, &h, sizeof h, at, PIECES);
}

static int sound_shape(const header *h)
{
    if (h->layers < 1 || h->layers > MLP_HIDDEN + 1 || h->act >= NACT || h->width[0] < 1 ||
        h->width[0] > MLP_FEATURES || h->width[h->layers] != 1 || h->members < 1 || h->members > MLP_MEMBERS ||
        h->passes > MLP_PASSES || h->reserved)
        return 0;
    for (uint32_t l = 1; l < MLP_HIDDEN + 2; l++)
        if (l <= h->layers ? h->width[l] < 1 || h->width[l] > MLP_WIDTH : h->width[l] != 0)
            return 0;
    return 1;
}

static int sound_header(const header *h)
{
    return isfinite(h->y_shift) && isfinite(h->y_scale) && h->y_scale > 0 && h->y_scale < 1e160 &&
           fabs(h->y_shift) < 1e160 && h->least <= h->most && fabs(h->least) < 1e300 && fabs(h->most) < 1e300 &&
           h->noise >= 0 && isfinite(h->noise);
}

/* The checksum held; this is for bytes that were made to fit it. */
static int sound(const mlp *r)
{
    for (uint32_t j = 0; j < r->shape.width[0]; j++) {
        int named = r->key[j][0] && !r->key[j][MLP_KEY - 1] && !r->unit[j][MLP_UNIT - 1];
        int finite = isfinite(r->shift[j]) && isfinite(r->per[j]) && fabs(r->fill[j]) < 1e160 && isfinite(r->low[j]) &&
                     isfinite(r->high[j]) && isfinite(r->scale[j]);
        if (!named || !finite || !(r->scale[j] > 0) || !(r->varied[j] == 0 || r->varied[j] == 1))
            return 0;
    }
    size_t n = r->members * net_size(&r->shape), masks = r->passes * net_units(&r->shape);
    for (size_t k = 0; k < n; k++)
        if (!(fabs(r->w[k]) <= MLP_WEIGHT))
            return 0;
    for (size_t k = 0; k < masks; k++)
        if (!(r->mask[k] >= 0 && r->mask[k] <= MLP_WEIGHT))
            return 0;
    return 1;
}

static int32_t read_header(const fade_host *host, const fade_stream *s, header *h)
{
    int32_t rc = stream_begin(host, s, magic, what, h, sizeof *h);
    if (rc)
        return rc;
    if (!sound_shape(h))
        return stream_deny(host, FADE_EINVAL, what, "says it has layers, features or networks no mlp has");
    shape want = { .layers = h->layers };
    memcpy(want.width, h->width, sizeof want.width);
    if (h->members * net_size(&want) + h->passes * net_units(&want) > MLP_DOUBLES)
        return stream_deny(host, FADE_EINVAL, what, "says it has more weights than any mlp");
    if (!sound_header(h))
        return stream_deny(host, FADE_EINVAL, what, "has a target's scale, bound or noise that is no sound number");
    return FADE_OK;
}

int32_t stream_load(const fade_host *host, const fade_args *args, const fade_stream *s, void **model)
{
    (void)args;
    header h;
    *model = NULL;
    int32_t rc = read_header(host, s, &h);
    if (rc)
        return rc;
    shape want = { .layers = h.layers, .act = h.act };
    memcpy(want.width, h.width, sizeof want.width);
    mlp *r = mlp_new(host, &want, h.members, h.passes);
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
        mlp_free(r);
        return rc;
    }
    r->rows = h.rows;
    r->y_shift = h.y_shift;
    r->y_scale = h.y_scale;
    r->least = h.least;
    r->most = h.most;
    r->noise = h.noise;
    *model = r;
    return FADE_OK;
}

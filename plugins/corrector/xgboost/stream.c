/* SPDX-License-Identifier: MIT
 * stream.c - trained trees as bytes: a header, the features, the library's own Universal Binary JSON, a checksum.
 *
 * Loading does not ask the library: the trees are read here, where any byte may be anything.  The header is for like
 * machines, as the host's snapshots are.
 */
#include "boost.h"
#include "../common_stream.h"
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char magic[8] = "FADEXGB1";
static const char what[] = "xgboost model";
enum { PIECE = 1 << 20 };
static const uint64_t MOST = (uint64_t)1 << 32;

typedef struct header {
    char magic[8];
    uint32_t p, ntree;
    uint64_t check; /* FNV-1a, eight bytes at a time, of all that follows */
    uint64_t rows, bytes;
    double centre, scale, noise, spread;
} header;

/* stream_sum, and the bytes behind the last eight. */
static uint64_t checksum(uint64_t h, const void *at, size_t n)
{
    const unsigned char *c = at;
    h = stream_sum(h, at, n);
    for (size_t i = n - n % 8; i < n; i++)
        h = (h ^ c[i]) * 1099511628211u;
    return h;
}

static uint64_t check(const header *h, const boost *b)
{
    uint64_t sum = checksum(14695981039346656037u ^ h->ntree, &h->rows, sizeof *h - offsetof(header, rows));
    sum = checksum(sum, b->feature, h->p * sizeof *b->feature);
    return checksum(sum, b->ubj, h->bytes);
}

int32_t stream_save(const void *model, const fade_stream *s)
{
    const boost *b = model;
    header h = { .p = b->p,
                 .ntree = b->ntree,
                 .rows = b->rows,
                 .bytes = b->bytes,
                 .centre = b->centre,
                 .scale = b->scale,
                 .noise = b->noise,
                 .spread = b->spread };
    memcpy(h.magic, magic, sizeof magic);
    h.check = check(&h, b);
    const stream_piece at[] = { { b->feature, b->p * sizeof *b->feature }, { b->ubj, b->bytes } };
    return stream_put(b->host, s, &h, sizeof h, at, 2);
}

static int sound_header(const header *h)
{
    return isfinite(h->centre) && h->scale > 0 && isfinite(h->scale) && h->noise >= 0 && isfinite(h->noise) &&
           h->spread >= 0 && isfinite(h->spread);
}

static int sound_feature(const boost_feature *f)
{
    return f->key[0] && !f->key[BOOST_KEY - 1] && !f->unit[BOOST_UNIT - 1] && isfinite(f->low) && isfinite(f->high) &&
           f->scale > 0 && isfinite(f->scale) && (f->absent == 0 || f->absent == 1);
}

/* Room grows with what is really there: a size is only a claim. */
static const char *read_trees(boost *b, uint64_t bytes, const fade_stream *s)
{
    for (uint64_t room = 0; b->bytes < bytes;) {
        uint64_t some = bytes - b->bytes < PIECE ? bytes - b->bytes : PIECE;
        if (b->bytes + some > room) {
            room = 2 * (b->bytes + some) < bytes ? 2 * (b->bytes + some) : bytes;
            unsigned char *more = realloc(b->ubj, room);
            if (!more)
                return "no memory";
            b->ubj = more;
        }
        if (s->read(s->ctx, b->ubj + b->bytes, some) < 0)
            return "ends too early";
        b->bytes += some;
    }
    return NULL;
}

static const char *read_all(boost *b, const header *h, const fade_stream *s)
{
    if (s->read(s->ctx, b->feature, h->p * sizeof *b->feature) < 0)
        return "ends too early";
    const char *fault = read_trees(b, h->bytes, s);
    if (fault)
        return fault;
    if (check(h, b) != h->check)
        return "is damaged: its checksum does not fit";
    for (uint32_t j = 0; j < h->p; j++)
        if (!sound_feature(&b->feature[j]))
            return "has a feature whose name or range training cannot have made";
    fault = trees_read(b);
    return fault ? fault : b->ntree != h->ntree ? "has more or fewer trees than it says" : NULL;
}

int32_t stream_load(const fade_host *host, const fade_args *args, const fade_stream *s, void **model)
{
    (void)args;
    header h;
    *model = NULL;
    int32_t rc = stream_begin(host, s, magic, what, &h, sizeof h);
    if (rc)
        return rc;
    if (h.p < 1 || h.p > BOOST_FEATURES)
        return stream_deny(host, FADE_EINVAL, what, "says it has no feature, or more than 512");
    if (h.bytes < 1 || h.bytes > MOST || !sound_header(&h))
        return stream_made_up(host, what);
    boost *b = boost_new(host, h.p);
    if (!b)
        return FADE_ENOMEM;
    const char *fault = read_all(b, &h, s);
    if (fault) {
        boost_free(b);
        return stream_deny(host, strcmp(fault, "no memory") == 0 ? FADE_ENOMEM : FADE_EINVAL, what, fault);
    }
    b->rows = h.rows;
    b->centre = h.centre;
    b->scale = h.scale;
    b->noise = h.noise;
    b->spread = h.spread;
    *model = b;
    return FADE_OK;
}

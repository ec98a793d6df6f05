/* SPDX-License-Identifier: MIT
 * common_stream.h - a trained model as bytes: what it is, its sizes, its pieces, a checksum over all.
 *
 * Doubles as the machine has them; a stream is for like machines, as the host's snapshots are.  Each piece has a multiple of 8 bytes.
 * A plugin with a head of its own (magic first) and a sum of its own takes stream_put, stream_begin and stream_fill; others
 * stream_write, stream_read_head and stream_read, with stream_head.
 */
#ifndef FADE_CORRECTOR_COMMON_STREAM_H
#define FADE_CORRECTOR_COMMON_STREAM_H
#include "fade_plugin.h"
#include <stdio.h>
#include <string.h>

enum { STREAM_SIZES = 6 };
typedef struct stream_head {
    char     magic[8];                            /* the last letter is the version */
    uint64_t check;                               /* of size and all pieces */
    uint64_t size[STREAM_SIZES];
} stream_head;

typedef struct stream_piece {
    void  *at;
    size_t n;
} stream_piece;

/* Each step is a bijection of the sum so far: one changed word always shows. */
static inline uint64_t stream_sum(uint64_t h, const void *at, size_t n)
{
    const unsigned char *c = at;
    for (size_t i = 0; i + 8 <= n; i += 8) {
        uint64_t word;
        memcpy(&word, c + i, 8);
        h = (h ^ word) * 0x100000001b3u;
        h ^= h >> 29;
    }
    return h;
}

static inline uint64_t stream_check(const stream_head *h, const stream_piece *at, size_t npiece)
{
    uint64_t sum = stream_sum(14695981039346656037u, h->size, sizeof h->size);
    for (size_t k = 0; k < npiece; k++)
        sum = stream_sum(sum, at[k].at, at[k].n);
    return sum;
}

static inline int32_t stream_refuse(const fade_host *host, int32_t code, const char *text)
{
    fade_say(host, 3, code, -1, text);
    return code;
}

/* "a saved WHAT REASON" */
static inline int32_t stream_deny(const fade_host *host, int32_t code, const char *what, const char *reason)
{
    char text[240];
    snprintf(text, sizeof text, "a saved %s %s", what, reason);
    return stream_refuse(host, code, text);
}

/* For bytes that were cut, changed, or made to fit their checksum. */
static inline int32_t stream_cut(const fade_host *host, const char *what)
{
    return stream_deny(host, FADE_EINVAL, what, "ends too early");
}
static inline int32_t stream_damaged(const fade_host *host, const char *what)
{
    return stream_deny(host, FADE_EINVAL, what, "is damaged: its checksum does not fit");
}
static inline int32_t stream_made_up(const fade_host *host, const char *what)
{
    return stream_deny(host, FADE_EINVAL, what, "holds numbers or names that training cannot have made");
}

/* A head and the pieces that are not empty. */
static inline int32_t stream_put(const fade_host *host, const fade_stream *s, const void *head, size_t n, const stream_piece *at,
                                 size_t npiece)
{
    int32_t rc = s->write(s->ctx, head, n);
    for (size_t k = 0; k < npiece && rc >= 0; k++)
        rc = at[k].n ? s->write(s->ctx, at[k].at, at[k].n) : rc;
    return rc >= 0 ? FADE_OK : stream_refuse(host, FADE_EIO, "the trained model could not be written");
}

/* A head of n bytes that begins with magic, the last letter of which is the version.  what: "Gaussian process".  < 0: said. */
static inline int32_t stream_begin(const fade_host *host, const fade_stream *s, const char magic[8], const char *what, void *head,
                                   size_t n)
{
    char text[160];
    if (s->read(s->ctx, head, n) < 0) {
        snprintf(text, sizeof text, "a saved %s begins with %zu bytes, there are fewer", what, n);
        return stream_refuse(host, FADE_EINVAL, text);
    }
    if (memcmp(head, magic, 8) == 0)
        return FADE_OK;
    if (memcmp(head, magic, 7) == 0)
        snprintf(text, sizeof text, "this %s was saved by another version of the plugin, which wrote another form", what);
    else
        snprintf(text, sizeof text, "these bytes are no saved %s: they do not begin with %.8s", what, magic);
    return stream_refuse(host, FADE_EINVAL, text);
}

static inline int32_t stream_fill(const fade_host *host, const fade_stream *s, const stream_piece *at, size_t npiece, const char *what)
{
    for (size_t k = 0; k < npiece; k++)
        if (at[k].n && s->read(s->ctx, at[k].at, at[k].n) < 0)
            return stream_cut(host, what);
    return FADE_OK;
}

/* head: magic and sizes set. */
static inline int32_t stream_write(const fade_host *host, const fade_stream *s, stream_head *head, const stream_piece *at, size_t npiece)
{
    head->check = stream_check(head, at, npiece);
    return stream_put(host, s, head, sizeof *head, at, npiece);
}

static inline int32_t stream_read_head(const fade_host *host, const fade_stream *s, const char magic[8], const char *what,
                                       stream_head *head)
{
    return stream_begin(host, s, magic, what, head, sizeof *head);
}

static inline int32_t stream_read(const fade_host *host, const fade_stream *s, const stream_head *head, const stream_piece *at,
                                  size_t npiece, const char *what)
{
    int32_t rc = stream_fill(host, s, at, npiece, what);
    return rc ? rc : stream_check(head, at, npiece) == head->check ? FADE_OK : stream_damaged(host, what);
}
#endif

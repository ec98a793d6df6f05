/* SPDX-License-Identifier: MIT
 * trees_rig.h - saved xgboost models in memory, for what reads, damages and forges them.
 */
#ifndef FADE_TESTS_TREES_RIG_H
#define FADE_TESTS_TREES_RIG_H
#include "tests/rig.h"

enum { TREES_HEADER = 72, TREES_FEATURE = 128, TREES_CHECK = 16 }; /* bytes; where the checksum stands */

typedef struct trees_bytes {
    unsigned char *at;
    size_t n, read, limit;                        /* limit: a full disk; 0: none */
} trees_bytes;

static inline int32_t trees_read_some(void *ctx, void *to, size_t n)
{
    trees_bytes *m = (trees_bytes *)ctx;
    if (n > m->n - m->read)
        return FADE_EIO;
    memcpy(to, m->at + m->read, n);
    m->read += n;
    return 0;
}

static inline int32_t trees_write_some(void *ctx, const void *from, size_t n)
{
    trees_bytes *m = (trees_bytes *)ctx;
    unsigned char *more = m->limit && m->n + n > m->limit ? NULL : (unsigned char *)realloc(m->at, m->n + n + 1);
    if (!more)
        return FADE_EIO;
    m->at = more;
    memcpy(m->at + m->n, from, n);
    m->n += n;
    return 0;
}

static inline int32_t trees_save(const rig *g, const void *model, trees_bytes *m)
{
    fade_stream s = { sizeof s, m, trees_read_some, trees_write_some };
    return g->corrector->save(model, &s);
}

static inline int32_t trees_load(rig *g, trees_bytes *m, void **model)
{
    fade_stream s = { sizeof s, m, trees_read_some, trees_write_some };
    m->read = 0;
    return g->corrector->load(&g->host, &g->args, &s, model);
}

static inline uint64_t trees_sum(uint64_t h, const unsigned char *c, size_t n)
{
    uint64_t v;
    for (; n >= sizeof v; n -= sizeof v, c += sizeof v) {
        memcpy(&v, c, sizeof v);
        h = (h ^ v) * 1099511628211u;
        h ^= h >> 29;
    }
    for (; n; n--)
        h = (h ^ *c++) * 1099511628211u;
    return h;
}

/* Gives bytes that claim to be p features and n - .. bytes of trees the checksum and the length of their content. */
static inline void trees_seal(trees_bytes *m)
{
    uint32_t p, ntree;
    memcpy(&p, m->at + 8, sizeof p);
    memcpy(&ntree, m->at + 12, sizeof ntree);
    size_t names = (size_t)p * TREES_FEATURE;
    uint64_t bytes = m->n - TREES_HEADER - names;
    memcpy(m->at + 32, &bytes, sizeof bytes);
    uint64_t h = trees_sum(14695981039346656037u ^ ntree, m->at + TREES_CHECK + 8, TREES_HEADER - TREES_CHECK - 8);
    h = trees_sum(h, m->at + TREES_HEADER, names);
    h = trees_sum(h, m->at + TREES_HEADER + names, bytes);
    memcpy(m->at + TREES_CHECK, &h, sizeof h);
}

static inline const unsigned char *trees_ubj(const trees_bytes *m, size_t *n)
{
    uint32_t p;
    memcpy(&p, m->at + 8, sizeof p);
    *n = m->n - TREES_HEADER - (size_t)p * TREES_FEATURE;
    return m->at + TREES_HEADER + (size_t)p * TREES_FEATURE;
}
#endif

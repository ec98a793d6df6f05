/* SPDX-License-Identifier: MIT
 * corrector_rig.h - what tests of correctors share: tables from columns, a stream in memory, damage done to it.
 */
#ifndef FADE_TESTS_CORRECTOR_RIG_H
#define FADE_TESTS_CORRECTOR_RIG_H
#include "tests/rig.h"
#include <unistd.h>

enum { CRIG_BYTES = 1 << 20, CRIG_FEATURES = 8, CRIG_ROWS = 2048 };

typedef struct crig_bytes {
    unsigned char at[CRIG_BYTES];
    size_t n, read, limit;
} crig_bytes;

static inline int32_t crig_read(void *ctx, void *to, size_t n)
{
    crig_bytes *m = (crig_bytes *)ctx;
    if (n > m->n - m->read)
        return FADE_EIO;
    memcpy(to, m->at + m->read, n);
    m->read += n;
    return 0;
}

static inline int32_t crig_write(void *ctx, const void *from, size_t n)
{
    crig_bytes *m = (crig_bytes *)ctx;
    if (m->n + n > (m->limit ? m->limit : CRIG_BYTES))
        return FADE_EIO;
    memcpy(m->at + m->n, from, n);
    m->n += n;
    return 0;
}

static inline fade_stream crig_stream(crig_bytes *m)
{
    return (fade_stream){ sizeof(fade_stream), m, crig_read, crig_write };
}

/* -1 .. 1 */
static inline double crig_draw(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(int64_t)*seed / 9223372036854775808.0;
}

static const fade_column crig_columns[CRIG_FEATURES] = {
    { .key = "a", .unit = "", .width = 1 },  { .key = "b", .unit = "1", .width = 1 }, { .key = "c", .unit = "K", .width = 1 },
    { .key = "d", .unit = "1", .width = 1 }, { .key = "e", .unit = "", .width = 1 },  { .key = "f", .unit = "", .width = 1 },
    { .key = "g", .unit = "", .width = 1 },  { .key = "h", .unit = "", .width = 1 },
};

typedef struct crig_table {
    double x[CRIG_FEATURES][CRIG_ROWS], y[CRIG_ROWS], weight[CRIG_ROWS];
    const double *col[CRIG_FEATURES];
    uint32_t cell[CRIG_ROWS], row[CRIG_ROWS];
    fade_table t;
} crig_table;

static inline void crig_shape(crig_table *d, uint64_t n, uint32_t p)
{
    for (int j = 0; j < CRIG_FEATURES; j++)
        d->col[j] = d->x[j];
    for (uint64_t i = 0; i < n; i++) {
        d->weight[i] = 1;
        d->cell[i] = 0;
        d->row[i] = (uint32_t)i;
    }
    d->t = (fade_table){ .size = sizeof d->t, .ncol = p, .n = n, .column = crig_columns, .col = d->col, .target = d->y, .cell = d->cell,
                         .row = d->row };
}

/* Lane 3 of a step at x. */
static inline double crig_predict(rig *g, const double *x, double *sigma, double *distance)
{
    for (uint32_t j = 0; j < g->columns.in.n; j++)
        rig_fill(g->in[j], g->tile.n, x[j]);
    if (rig_step(g) != 0)
        rig_die("step fails", g->desc->id);
    if (sigma)
        *sigma = rig_out(g, "sigma")[3];
    if (distance)
        *distance = rig_out(g, "distance")[3];
    return rig_out(g, "mean")[3];
}

/* Saved, loaded, saved: the same bytes; all outputs of both at x: the same bits.  What does not hold, or NULL. */
static inline const char *crig_round(rig *g, const char *plugin, const double *x)
{
    static crig_bytes first, again;
    first.n = first.read = first.limit = again.n = again.read = 0;
    fade_stream s = crig_stream(&first), s2 = crig_stream(&again);
    rig *h = rig_open(plugin);
    void *model = NULL;
    const char *bad = NULL;
    if (g->corrector->save(g->object, &s) != 0 || h->corrector->load(&h->host, &h->args, &s, &model) != 0)
        bad = "it is saved and loaded";
    else if (first.read != first.n)
        bad = "load reads all";
    else if (rig_make(h, 8, model) != 0 || h->columns.in.n != g->columns.in.n ||
             strcmp(((const fade_column *)h->columns.in.at)[0].key, ((const fade_column *)g->columns.in.at)[0].key) != 0)
        bad = "it knows its features";
    else if (h->corrector->save(h->object, &s2) != 0 || again.n != first.n || memcmp(again.at, first.at, first.n) != 0)
        bad = "saved again it is the same bytes";
    if (!bad) {
        memcpy(h->id, g->id, 8 * sizeof *h->id);
        crig_predict(g, x, NULL, NULL);
        crig_predict(h, x, NULL, NULL);
        for (uint32_t k = 0; k < g->columns.out.n; k++)
            bad = memcmp(g->out[k], h->out[k], 8 * sizeof(double)) ? "it predicts the same bits" : bad;
    }
    again.limit = first.n - 1;                    /* a full disk */
    again.n = 0;
    if (!bad && g->corrector->save(g->object, &s2) != FADE_EIO)
        bad = "a full disk is said";
    again.limit = 0;
    rig_close(h);
    return bad;
}

/* Cut anywhere, any one byte changed, noise: a sentence each and no model.  What does not hold, or NULL. */
static inline const char *crig_damage(rig *g, size_t stride)
{
    static crig_bytes good, bad;
    good.n = good.limit = 0;
    fade_stream s = crig_stream(&good);
    uint64_t seed = 5;
    if (g->corrector->save(g->object, &s) != 0)
        return "it is saved";
    s.ctx = &bad;
    for (size_t k = 0; k < 2 * good.n + 200; k += k < 2 * good.n && k > 600 ? stride : 1) {
        void *model = &bad;
        memcpy(bad.at, good.at, good.n);
        bad.n = good.n;
        bad.read = 0;
        if (k < good.n)
            bad.n = k;
        else if (k < 2 * good.n)
            bad.at[k - good.n] ^= 1u << (k % 8);
        else
            for (size_t i = k % 2 ? 8 : 0; i < bad.n; i++)
                bad.at[i] = (unsigned char)(int)(crig_draw(&seed) * 127);
        g->said = 0;
        if (g->corrector->load(&g->host, &g->args, &s, &model) >= 0)
            return "damage is seen";
        if (model || g->said != 1)
            return "one sentence, and no model";
    }
    return NULL;
}

static inline int crig_missing(const char *name) /* 1 after a sentence: it was not built */
{
    const char *build = getenv("FADE_BUILD");
    char path[512];
    snprintf(path, sizeof path, "%s/plugins/%s.so", build ? build : "build", name);
    if (access(path, F_OK) == 0)
        return 0;
    printf("%s is not there: it needs LAPACKE\n", path);
    return 1;
}
#endif

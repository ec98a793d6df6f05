/* SPDX-License-Identifier: MIT
 * corrector_fuzz.h - bytes thrown at a corrector's load(): as they are; or ('M' first) as damage to a saved model, three bytes each, an offset
 * and a value, after which the checksum is made to fit, so that what lies behind it is reached.
 */
#ifndef FADE_TESTS_CORRECTOR_FUZZ_H
#define FADE_TESTS_CORRECTOR_FUZZ_H
#include "plugins/corrector/common_stream.h"
#include "tests/corrector_rig.h"

static crig_table crig_fuzz;

static inline void crig_fuzz_table(uint64_t n, uint32_t p)
{
    crig_shape(&crig_fuzz, n, p);
    for (uint64_t i = 0; i < n; i++) {
        crig_fuzz.x[0][i] = (double)i;
        crig_fuzz.x[1][i] = cos(1.7 * (double)i);
        crig_fuzz.y[i] = 0.1 - 0.01 * (double)i + 0.02 * sin((double)i);
    }
}

/* Any features, known and not: no crash, and where it says it could, numbers. */
static inline void crig_fuzz_predict(rig *g, void *model)
{
    static const double x[4] = { 3, NAN, 1e300, -1 };
    if (rig_make(g, 8, model) != 0)
        rig_die("a model that loads has no columns", g->text);
    for (uint32_t j = 0; j < g->columns.in.n; j++)
        for (int i = 0; i < 8; i++)
            g->in[j][i] = x[(i + j) % 4];
    rig_step(g);
}

/* A saved model whose parameter `key` is `value`. */
static inline void crig_fuzz_save(const char *plugin, const char *key, const char *value, crig_bytes *to)
{
    rig *g = rig_open(plugin);
    fade_stream s = crig_stream(to);
    if (key)
        rig_value(g, key)->text = value;
    crig_fuzz_table(12, 2);
    if (g->corrector->train(&g->host, &g->args, &crig_fuzz.t, NULL, &g->object) != 0 || g->corrector->save(g->object, &s) != 0)
        rig_die("training fails", g->text);
    rig_close(g);
}

/* good: a saved model. */
static inline void crig_fuzz_load(const char *plugin, const crig_bytes *good, const uint8_t *at, size_t n)
{
    static crig_bytes b;
    rig *h = rig_open(plugin);
    void *loaded = NULL;
    b.n = n < CRIG_BYTES ? n : CRIG_BYTES;
    b.read = 0;
    memcpy(b.at, at, b.n);
    if (n && at[0] == 'M') {
        b.n = good->n;
        memcpy(b.at, good->at, b.n);
        for (size_t k = 1; k + 3 <= n; k += 3)
            b.at[(size_t)(at[k] | at[k + 1] << 8) % b.n] = at[k + 2];
        stream_head *head = (stream_head *)(void *)b.at;
        uint64_t sum = stream_sum(14695981039346656037u, head->size, sizeof head->size);
        head->check = stream_sum(sum, b.at + sizeof *head, b.n - sizeof *head);
    }
    fade_stream s = crig_stream(&b);
    int32_t rc = h->corrector->load(&h->host, &h->args, &s, &loaded);
    if ((rc < 0) != (loaded == NULL) || (rc < 0 && h->said < 1))
        rig_die("no model, or no sentence", h->text);
    if (loaded)
        crig_fuzz_predict(h, loaded);
    rig_close(h);
}
#endif

/* SPDX-License-Identifier: MIT
 * fuzz_xgboost.c - saved trees with edits: a model that steps, or one sentence.
 *
 * The first byte says how the rest is meant: the whole file; the trees alone, under a sound header; or edits (place,
 * byte) of a small sound model.  The last two get a checksum that fits.
 */
#include "tests/trees_rig.h"

enum { P = 3, ROWS = 24 };

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static void train(rig *g, trees_bytes *m)
{
    static const fade_column features[P] = { { .key = "a", .unit = "" }, { .key = "b", .unit = "K" },
                                             { .key = "c", .unit = "1" } };
    double x[P][ROWS], y[ROWS];
    const double *col[P] = { x[0], x[1], x[2] };
    fade_table t = { .size = sizeof t, .ncol = P, .n = ROWS, .column = features, .col = col, .target = y };
    for (int i = 0; i < ROWS; i++) {
        for (int j = 0; j < P; j++)
            x[j][i] = (i * (7 + 4 * j)) % 23 / 23.0;
        y[i] = x[0][i] - x[1][i] * x[2][i];
    }
    void *model = NULL;
    rig_value(g, "rounds")->real = 2;
    rig_value(g, "depth")->real = 2;
    if (g->corrector->train(&g->host, &g->args, &t, NULL, &model) || trees_save(g, model, m))
        rig_die("no model", g->text);
    g->model->destroy(model);
}

static void make(trees_bytes *m, const trees_bytes *good, const uint8_t *at, size_t n)
{
    unsigned how = at[0] % 3;
    size_t front = how == 0 ? 0 : how == 1 ? TREES_HEADER + P * TREES_FEATURE : good->n;
    m->n = how == 2 ? front : front + n - 1;
    m->at = malloc(m->n + 1);
    memcpy(m->at, good->at, front);
    if (how < 2)
        memcpy(m->at + front, at + 1, n - 1);
    else
        for (at++, n--; n >= 3; at += 3, n -= 3)
            m->at[(at[0] | (size_t)at[1] << 8) % m->n] = at[2];
    uint32_t p = 0;
    if (m->n >= TREES_HEADER)
        memcpy(&p, m->at + 8, sizeof p);
    if (how && p == P)
        trees_seal(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    static trees_bytes good;
    static rig *g;
    trees_bytes m = { 0 };
    void *model = NULL;
    if (!g)
        train(g = rig_open("xgboost"), &good);
    if (n == 0)
        return 0;
    make(&m, &good, at, n);
    rig *h = rig_open("xgboost");
    int32_t rc = trees_load(h, &m, &model);
    if ((rc < 0) != h->said || (rc < 0) != !model)
        rig_die("a refusal without a sentence, or two", "xgboost");
    if (rc == 0 && rig_make(h, 8, model) == 0)
        rig_step(h);
    rig_close(h);
    free(m.at);
    return 0;
}

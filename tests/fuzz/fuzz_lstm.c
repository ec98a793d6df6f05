/* SPDX-License-Identifier: MIT
 * fuzz_lstm.c - saved networks with memory, edited: a model whose answers are numbers, or one sentence.
 *
 * The first byte says how the rest is meant: the whole file, or edits (place, byte) of a sound model, whose checksum is
 * made to fit.
 */
#include "tests/lstm_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static void make(lstm_bytes *m, const lstm_bytes *good, const uint8_t *at, size_t n)
{
    int whole = at[0] % 2;
    *m = *good;
    m->read = 0;
    at++;
    n--;
    if (whole) {
        m->n = n < sizeof m->at ? n : sizeof m->at;
        memcpy(m->at, at, m->n);
        return;
    }
    for (; n >= 3; at += 3, n -= 3)
        m->at[(at[0] | (size_t)at[1] << 8) % m->n] = at[2];
    lstm_seal(m);
}

static void judge(const rig *g)
{
    for (int i = 0; i < 8; i++)
        for (uint32_t k = 0; k < g->columns.out.n; k++)
            if (isnan(g->out[k][i]) || (k < 2 && isinf(g->out[k][i]))) /* a distance may be without end */
                rig_die("no number", "lstm");
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    static lstm_bytes good, m;
    void *model = NULL;
    if (!good.n) {
        lstm_data d;
        double w[NW];
        rig *g = lstm_small();
        lstm_waves(&d);
        for (int k = 0; k < NW; k++)
            w[k] = sin(k);
        lstm_plant(g, &d, w, &good);
        rig_close(g);
    }
    if (n == 0)
        return 0;
    make(&m, &good, at, n);
    rig *h = rig_open("lstm");
    int32_t rc = lstm_load(h, &m, &model);
    if ((rc < 0) != h->said || (rc < 0) != !model)
        rig_die("a refusal without a sentence, or two", "lstm");
    if (rc == 0 && rig_make(h, 8, model) == 0)
        for (int k = 0; k < 3; k++) {
            for (uint32_t j = 0; j < h->columns.in.n; j++)
                rig_fill(h->in[j], 8, k - 1.5);
            rig_step(h);
            judge(h);
        }
    rig_close(h);
    return 0;
}

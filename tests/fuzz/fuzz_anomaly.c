/* SPDX-License-Identifier: MIT
 * fuzz_anomaly.c - any bytes as a saved detector, or as damage to one; what loads must predict.
 */
#include "core/base/random.h"
#include "tests/corrector_fuzz.h"

static void uniform(const fade_host *h, uint32_t n, const uint64_t *id, const uint64_t *row, uint32_t stream, double *u)
{
    (void)h;
    random_uniform_n(1, n, id, row, stream, u);
}
static const fade_rng_v1 rng = { .size = sizeof rng, .uniform = uniform };
static const void *iface(const fade_host *h, const char *id)
{
    return strcmp(id, "fade.rng/1") == 0 ? &rng : rig_iface(h, id);
}

static void save(int method, crig_bytes *to)
{
    rig *g = rig_open("anomaly");
    fade_stream s = crig_stream(to);
    g->host.iface = iface;
    rig_value(g, "method")->real = method;
    rig_value(g, "trees")->real = 4;
    crig_fuzz_table(12, 2);
    if (g->corrector->train(&g->host, &g->args, &crig_fuzz.t, NULL, &g->object) != 0 ||
        g->corrector->save(g->object, &s) != 0)
        rig_die("training fails", g->text);
    rig_close(g);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    static crig_bytes good[3];
    for (int k = 0; k < 3; k++)
        if (!good[k].n)
            save(k, &good[k]);
    crig_fuzz_load("anomaly", &good[n % 3], at, n);
    return 0;
}

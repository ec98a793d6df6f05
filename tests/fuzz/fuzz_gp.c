/* SPDX-License-Identifier: MIT
 * fuzz_gp.c - any bytes as a kernel's text ('K' first), as a saved Gaussian process, or as damage to one; what loads
 * must predict.
 */
#include "tests/corrector_fuzz.h"

static const char *const seeds[] = { "rbf + linear", "matern52(a) * periodic(b) + constant + white",
                                     "(rbf + linear) * matern32 + matern12" };

static void kernel_text(const uint8_t *at, size_t n)
{
    static char text[300];
    rig *g = rig_open("gp");
    void *model = NULL;
    n = n < sizeof text - 1 ? n : sizeof text - 1;
    memcpy(text, at, n);
    text[n] = '\0';
    rig_value(g, "kernel")->text = text;
    rig_value(g, "optimise")->real = 0;
    crig_fuzz_table(12, 2);
    int32_t rc = g->corrector->train(&g->host, &g->args, &crig_fuzz.t, NULL, &model);
    if ((rc < 0) != (model == NULL) || (rc < 0 && g->said < 1))
        rig_die("no model, or no sentence", g->text);
    if (model)
        crig_fuzz_predict(g, model);
    rig_close(g);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    static crig_bytes good[3];
    for (int k = 0; k < 3; k++)
        if (!good[k].n)
            crig_fuzz_save("gp", "kernel", seeds[k], &good[k]);
    if (n && at[0] == 'K')
        kernel_text(at + 1, n - 1);
    else
        crig_fuzz_load("gp", &good[n % 3], at, n);
    return 0;
}

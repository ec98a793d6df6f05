/* SPDX-License-Identifier: MIT
 * fuzz_polynomial.c - any bytes as a saved polynomial, or as damage to one; what loads must predict.
 */
#include "tests/corrector_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    static crig_bytes good;
    if (!good.n)
        crig_fuzz_save("polynomial", NULL, NULL, &good);
    crig_fuzz_load("polynomial", &good, at, n);
    return 0;
}

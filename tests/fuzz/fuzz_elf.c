/* SPDX-License-Identifier: MIT
 * fuzz_elf.c - any bytes as a plugin file: its symbols are read without loading it, or there is a sentence.
 */
#include "core/host/elf.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static void each(void *ctx, const char *name, bool defined)
{
    (void)defined;
    for (const char *p = name; *p; p++)
        *(unsigned *)ctx += (unsigned char)*p;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    unsigned sum = 0;
    why w = { 0 };
    elf_bytes("fuzz.so", at, n, each, &sum, &w);
    return 0;
}

/* SPDX-License-Identifier: MIT
 * set_shipped.c - the sets that are part of the command: the assembler copies parameters/NAME.toml into the object.
 */
#include "core/scenario/set.h"

#define SETS(X)                                                                                                        \
    X(chen, "lg-m50-chen2020") X(okane, "lg-m50-okane2022") X(kokam, "kokam-slide")

#define EMBED(id, name)                                                                                                \
    __asm__(".pushsection .rodata\nset_text_" #id ":\n.incbin \"parameters/" name                                      \
            ".toml\"\nset_end_" #id ":\n.byte 0\n.popsection\n");                                                      \
    extern const char set_text_##id[] __attribute__((visibility("hidden")));                                           \
    extern const char set_end_##id[] __attribute__((visibility("hidden")));
SETS(EMBED)

const set_shipped *set_shipped_at(size_t k)
{
#define SHIPPED(id, name) { name, set_text_##id, 0 },
#define LENGTH(id, name) (size_t)(set_end_##id - set_text_##id),
    static set_shipped one[] = { SETS(SHIPPED) };
    enum { N = sizeof one / sizeof *one };
    if (k >= N)
        return NULL;
    const size_t length[N] = { SETS(LENGTH) };
    one[k].n = length[k];
    return &one[k];
}

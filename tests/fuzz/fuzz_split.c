/* SPDX-License-Identifier: MIT
 * fuzz_split.c - any text as a split: refused with a sentence, or said back as what it was taken for.
 */
#include "core/scenario/split.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char text[257], said[64], again[64];
    split_spec s, t;
    why w = { 0 };
    n = n < 256 ? n : 256;
    memcpy(text, data, n);
    text[n] = '\0';
    if (split_parse(text, &s, &w)) {
        if (!*w.text)
            abort();
        return 0;
    }
    split_say(&s, said);
    if (split_parse(said, &t, &w))
        abort();
    split_say(&t, again);
    if (strcmp(said, again) || split_origin(&s, 100) < 1)
        abort();
    return 0;
}

/* SPDX-License-Identifier: MIT
 * fuzz_csv.c - any bytes as a CSV file: rows or a sentence; and every row can be come back to.
 */
#include "core/base/csv.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static void must(int holds)
{
    if (!holds)
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    why w = { 0 };
    fade_csv *c;
    char separator = n ? (char[]){ 0, ',', ';', '\t' }[at[0] % 4] : 0;
    if (csv_memory((const char *)at, n, separator, &c, &w))
        return 0;
    const fade_csv_field *f;
    uint32_t nf;
    uint64_t rows = 0, line = 0, offset = 0, seen = 0;
    int rc;
    while ((rc = csv_next(c, &f, &nf, &w)) == 0) {
        must(csv_line(c) > line && csv_offset(c) > offset && csv_offset(c) <= n && nf > 0);
        line = csv_line(c);
        offset = csv_offset(c);
        for (uint32_t i = 0; i < nf; i++)
            must(strlen(f[i].at) == f[i].n);
        if (++rows == 2)
            seen = offset;
    }
    must(rc < 0 ? nf == 0 : rc > 0 && w.text[0] != '\0');
    if (seen) {
        must(csv_seek(c, seen, 2, &w) == 0);
        uint64_t again = 2;
        while (csv_next(c, &f, &nf, &w) == 0)
            again++;
        must(again == rows);
    }
    csv_close(c);
    return 0;
}

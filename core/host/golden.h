/* SPDX-License-Identifier: MIT
 * golden.h - golden.csv, the numbers a plugin is held to: a header of names, then rows; docs/abi.md says what each kind writes there.
 */
#ifndef FADE_HOST_GOLDEN_H
#define FADE_HOST_GOLDEN_H
#include "core/base/mem.h"
#include "core/base/why.h"
#include <stdint.h>

typedef struct golden {
    uint32_t     ncol;
    uint64_t     nrow;
    const char **name;                            /* of columns */
    const char **field;                           /* [row * ncol + column]; "" unknown */
    mem_arena   *arena;
} golden;

int golden_read(const char *path, golden *out, why *w);          /* E_INPUT: ragged, empty, more than 100,000 rows; E_IO */
void golden_free(golden *);
int golden_column(const golden *, const char *prefix, const char *name);      /* of "prefix" "name"; -1: none */
double golden_number(const golden *, uint64_t row, int column);  /* NaN: unknown, no number, or column -1 */
#endif

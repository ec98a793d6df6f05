/* SPDX-License-Identifier: MIT
 * block.c - a block of rows with memory of its own, for the checker.
 */
#include "core/host/block.h"
#include "core/base/mem.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool block_open(fade_block *b, uint32_t stream, uint32_t ncol, uint32_t cap)
{
    double **col = mem_zero(ncol + 2, sizeof *col);         /* one spare column, then NULL */
    double *all = mem_columns((size_t)(ncol + 1) * cap);
    *b = (fade_block){ .size = sizeof *b, .stream = stream, .cap = cap };
    b->number = mem_zero(cap, sizeof *b->number);
    b->cell = mem_zero(cap, sizeof *b->cell);
    b->time = mem_zero(cap, sizeof *b->time);
    b->cycle = mem_zero(cap, sizeof *b->cycle);
    b->position = mem_zero(BLOCK_POSITION, 1);
    b->col = col;
    for (uint32_t i = 0; col && all && i <= ncol; i++)
        col[i] = all + (size_t)i * cap;
    if (!col || !all || !b->number || !b->cell || !b->time || !b->cycle || !b->position) {
        if (!col || !col[0])
            free(all);
        block_close(b);
        return false;
    }
    block_reset(b);
    return true;
}

void block_close(fade_block *b)
{
    if (b->col)
        free(b->col[0]);
    free((void *)(uintptr_t)b->col);
    free(b->number);
    free((void *)b->cell);
    free(b->time);
    free(b->cycle);
    free(b->position);
    *b = (fade_block){ 0 };
}

void block_reset(fade_block *b)
{
    b->n = 0;
    b->position[0] = '\0';
    for (uint32_t k = 0; b->col[k]; k++)
        for (uint32_t i = 0; i < b->cap; i++)
            b->col[k][i] = NAN;
    for (uint32_t i = 0; i < b->cap; i++) {
        b->cell[i] = NULL;
        b->time[i] = INT64_MIN;
        b->cycle[i] = -1;
    }
}

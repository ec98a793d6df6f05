/* SPDX-License-Identifier: MIT
 * block.h - a block of rows with memory of its own, for the checker: sources fill it, outputs are given it.
 */
#ifndef FADE_HOST_BLOCK_H
#define FADE_HOST_BLOCK_H
#include "core/fade_plugin.h"
#include <stdbool.h>

enum { BLOCK_POSITION = 256 };

bool block_open(fade_block *, uint32_t stream, uint32_t ncol, uint32_t cap);      /* all of it zeroed, columns NaN; false: no memory */
void block_close(fade_block *);
void block_reset(fade_block *);                   /* n 0, position "", columns NaN */
#endif

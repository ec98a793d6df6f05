/* SPDX-License-Identifier: MIT
 * elf.h - what a shared object exports and wants from others, read from the file without loading it.  Any bytes at all are safe.
 */
#ifndef FADE_HOST_ELF_H
#define FADE_HOST_ELF_H
#include "core/base/why.h"
#include <stdbool.h>
#include <stddef.h>

/* Calls `each` for every global or weak dynamic symbol: defined here (exported) or wanted.  E_PLUGIN: not a shared object of this
 * machine's kind, or damaged; E_IO. */
int elf_symbols(const char *path, void (*each)(void *ctx, const char *name, bool defined), void *ctx, why *w);
int elf_bytes(const char *path, const unsigned char *at, size_t n, void (*each)(void *ctx, const char *name, bool defined), void *ctx,
              why *w);
#endif

/* SPDX-License-Identifier: MIT
 * elf.c - what a shared object exports and wants from others, read from the file without loading it.
 */
#include "core/host/elf.h"
#include "core/base/file.h"
#include <elf.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FILE = 1 << 30 };

typedef struct image {
    const char          *path;
    const unsigned char *at;
    size_t               n;
} image;

/* Copies `size` bytes at `offset`; false when the file ends before. */
static bool piece(const image *f, uint64_t offset, void *to, size_t size)
{
    if (offset > f->n || size > f->n - offset)
        return false;
    memcpy(to, f->at + offset, size);
    return true;
}

static int header(const image *f, Elf64_Ehdr *h, why *w)
{
    if (!piece(f, 0, h, sizeof *h) || memcmp(h->e_ident, ELFMAG, SELFMAG) != 0)
        return fail(w, E_PLUGIN, "%s is not an ELF file (%zu bytes)", f->path, f->n);
    if (h->e_ident[EI_CLASS] != ELFCLASS64)
        return fail(w, E_PLUGIN, "%s is not a 64-bit ELF file (class %d)", f->path, h->e_ident[EI_CLASS]);
    if (h->e_type != ET_DYN)
        return fail(w, E_PLUGIN, "%s is not a shared object (ELF type %d)", f->path, h->e_type);
    if (h->e_shentsize != sizeof(Elf64_Shdr) || h->e_shnum == 0)
        return fail(w, E_PLUGIN, "%s has no table of sections", f->path);
    return E_OK;
}

static int table_find(const image *f, const Elf64_Ehdr *h, Elf64_Shdr *symbols, Elf64_Shdr *names, why *w)
{
    for (uint32_t i = 0; i < h->e_shnum; i++) {
        if (!piece(f, h->e_shoff + (uint64_t)i * sizeof *symbols, symbols, sizeof *symbols))
            break;
        if (symbols->sh_type != SHT_DYNSYM)
            continue;
        if (symbols->sh_link < h->e_shnum &&
            piece(f, h->e_shoff + (uint64_t)symbols->sh_link * sizeof *names, names, sizeof *names) &&
            names->sh_offset <= f->n && names->sh_size <= f->n - names->sh_offset && names->sh_size > 0)
            return E_OK;
        break;
    }
    return fail(w, E_PLUGIN, "%s has no sound table of dynamic symbols", f->path);
}

int elf_bytes(const char *path, const unsigned char *at, size_t n,
              void (*each)(void *ctx, const char *name, bool defined), void *ctx, why *w)
{
    image f = { path, at, n };
    Elf64_Ehdr h;
    Elf64_Shdr symbols, names;
    int rc = header(&f, &h, w);
    if (rc == E_OK)
        rc = table_find(&f, &h, &symbols, &names, w);
    if (rc)
        return rc;
    const char *text = (const char *)at + names.sh_offset;
    if (text[names.sh_size - 1] != '\0')
        return fail(w, E_PLUGIN, "%s has an unfinished table of names", path);
    Elf64_Sym s;
    for (uint64_t i = 1; i < symbols.sh_size / sizeof s && piece(&f, symbols.sh_offset + i * sizeof s, &s, sizeof s);
         i++) {
        int bind = ELF64_ST_BIND(s.st_info), sees = ELF64_ST_VISIBILITY(s.st_other);
        bool open = (bind == STB_GLOBAL || bind == STB_WEAK) && (sees == STV_DEFAULT || sees == STV_PROTECTED);
        if (open && s.st_name && s.st_name < names.sh_size)
            each(ctx, text + s.st_name, s.st_shndx != SHN_UNDEF);
    }
    return E_OK;
}

int elf_symbols(const char *path, void (*each)(void *ctx, const char *name, bool defined), void *ctx, why *w)
{
    char *at;
    size_t n;
    int rc = file_read(path, MAX_FILE, &at, &n, w);
    if (rc)
        return rc;
    rc = elf_bytes(path, (const unsigned char *)at, n, each, ctx, w);
    free(at);
    return rc;
}

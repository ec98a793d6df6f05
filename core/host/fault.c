/* SPDX-License-Identifier: MIT
 * fault.c - makes one loaded library's own allocations fail or be counted, by changing where its calls go.
 *
 * A shared object calls malloc through a slot that the loader filled; the slots are found by the relocations that name
 * the symbol.
 */
#include "core/host/fault.h"
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined __x86_64__
enum { R_SLOT = R_X86_64_JUMP_SLOT, R_DATA = R_X86_64_GLOB_DAT, R_PLAIN = R_X86_64_64 };
#elif defined __aarch64__
enum { R_SLOT = R_AARCH64_JUMP_SLOT, R_DATA = R_AARCH64_GLOB_DAT, R_PLAIN = R_AARCH64_ABS64 };
#else
enum { R_SLOT = -1, R_DATA = -1, R_PLAIN = -1 };
#endif

static atomic_long counted, live, failing;              /* of the process: slots cannot carry a context */

static bool granted(void)
{
    if (atomic_fetch_add(&counted, 1) + 1 == atomic_load(&failing)) {
        errno = ENOMEM;
        return false;
    }
    return true;
}

static void *lived(void *p)
{
    if (p)
        atomic_fetch_add(&live, 1);
    return p;
}

static void *fault_malloc(size_t n)
{
    return granted() ? lived(malloc(n)) : NULL;
}

static void *fault_calloc(size_t n, size_t size)
{
    return granted() ? lived(calloc(n, size)) : NULL;
}

static void *fault_realloc(void *p, size_t n)
{
    if (!granted())
        return NULL;
    return p ? realloc(p, n) : lived(malloc(n));
}

static void *fault_reallocarray(void *p, size_t n, size_t size)
{
    if (!granted())
        return NULL;
    return p ? reallocarray(p, n, size) : lived(reallocarray(NULL, n, size));
}

static void *fault_aligned(size_t align, size_t n)
{
    return granted() ? lived(aligned_alloc(align, n)) : NULL;
}

static int fault_memalign(void **p, size_t align, size_t n)
{
    if (!granted())
        return ENOMEM;
    int rc = posix_memalign(p, align, n);
    if (rc == 0)
        lived(*p);
    return rc;
}

static char *fault_strdup(const char *text)
{
    return granted() ? lived(strdup(text)) : NULL;
}

static char *fault_strndup(const char *text, size_t n)
{
    return granted() ? lived(strndup(text, n)) : NULL;
}

static void fault_free(void *p)
{
    if (p)
        atomic_fetch_sub(&live, 1);
    free(p);
}

static const struct { const char *name; void (*to)(void); } changes[] = {
    { "malloc", (void (*)(void))fault_malloc },     { "calloc", (void (*)(void))fault_calloc },
    { "realloc", (void (*)(void))fault_realloc },   { "reallocarray", (void (*)(void))fault_reallocarray },
    { "aligned_alloc", (void (*)(void))fault_aligned }, { "posix_memalign", (void (*)(void))fault_memalign },
    { "strdup", (void (*)(void))fault_strdup },     { "__strdup", (void (*)(void))fault_strdup },
    { "strndup", (void (*)(void))fault_strndup },   { "free", (void (*)(void))fault_free },
};

typedef struct dynamic {
    const Elf64_Sym  *symbol;
    const char       *name;
    const Elf64_Rela *jump, *other;
    size_t            njump, nother;
} dynamic;

static dynamic dynamic_read(const struct link_map *map)
{
    dynamic d = { 0 };
    for (const ElfW(Dyn) *e = map->l_ld; e->d_tag != DT_NULL; e++) {
        const void *at = (const void *)e->d_un.d_ptr;   /* glibc has already added the base */
        switch (e->d_tag) {
        case DT_SYMTAB: d.symbol = at; break;
        case DT_STRTAB: d.name = at; break;
        case DT_JMPREL: d.jump = at; break;
        case DT_PLTRELSZ: d.njump = e->d_un.d_val / sizeof *d.jump; break;
        case DT_RELA: d.other = at; break;
        case DT_RELASZ: d.nother = e->d_un.d_val / sizeof *d.other; break;
        default: break;
        }
    }
    return d;
}

static bool slot_set(uintptr_t base, const Elf64_Rela *r, void (*to)(void))
{
    uintptr_t slot = base + r->r_offset, page = (uintptr_t)sysconf(_SC_PAGESIZE);
    if (mprotect((void *)(slot & ~(page - 1)), page, PROT_READ | PROT_WRITE))
        return false;
    memcpy((void *)slot, &to, sizeof to);
    return true;
}

static bool slots_change(uintptr_t base, const dynamic *d, const Elf64_Rela *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int type = (int)ELF64_R_TYPE(list[i].r_info);
        if (type != R_SLOT && type != R_DATA && type != R_PLAIN)
            continue;
        const char *name = d->name + d->symbol[ELF64_R_SYM(list[i].r_info)].st_name;
        for (size_t k = 0; k < sizeof changes / sizeof changes[0]; k++)
            if (strcmp(name, changes[k].name) == 0 && !slot_set(base, &list[i], changes[k].to))
                return false;
    }
    return true;
}

int fault_open(const char *path, why *w)
{
    if (R_SLOT < 0)
        return fail(w, E_FAILED, "allocations cannot be made to fail on this machine");
    void *handle = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
    struct link_map *map;
    if (!handle || dlinfo(handle, RTLD_DI_LINKMAP, &map))
        return fail(w, E_FAILED, "%s is not loaded", path);
    dynamic d = dynamic_read(map);
    bool ok = d.symbol && d.name && slots_change(map->l_addr, &d, d.jump, d.njump) &&
              slots_change(map->l_addr, &d, d.other, d.nother);
    dlclose(handle);
    return ok ? E_OK : fail(w, E_FAILED, "the calls of %s cannot be redirected", path);
}

void fault_arm(long k)
{
    atomic_store(&counted, 0);
    atomic_store(&live, 0);
    atomic_store(&failing, k);
}

long fault_count(void)
{
    return atomic_load(&counted);
}

long fault_live(void)
{
    return atomic_load(&live);
}

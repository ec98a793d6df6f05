/* SPDX-License-Identifier: MIT
 * mem.c - blocks of memory: zeroed, aligned, and made to fail on demand in tests.
 */
#include "core/base/mem.h"
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

enum { LINE = 64, ALIGN = 16, BLOCK = 16384 };

static atomic_long counted;                             /* allocations so far */
static atomic_long failing;                             /* the count at which one fails; 0 never */

/* Counts one allocation; false when a test asked for it to fail. */
static bool granted(void)
{
    return atomic_fetch_add(&counted, 1) + 1 != atomic_load(&failing);
}

void mem_keep(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 4 << 20);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
}

void mem_fail_at(long k)
{
    atomic_store(&failing, k > 0 ? atomic_load(&counted) + k : 0);
}

long mem_count(void)
{
    return atomic_load(&counted);
}

void *mem_zero(size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) || !granted())
        return NULL;
    return calloc(bytes ? bytes : 1, 1);
}

void *mem_grow(void *p, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) || !granted())
        return NULL;
    return realloc(p, bytes ? bytes : 1);
}

char *mem_dup(const char *text)
{
    return text && granted() ? strdup(text) : NULL;
}

double *mem_columns(size_t n)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, sizeof(double), &bytes) || bytes > SIZE_MAX - LINE || !granted())
        return NULL;
    bytes = (bytes + LINE - 1) / LINE * LINE;
    double *p = aligned_alloc(LINE, bytes ? bytes : LINE);
    if (p)
        memset(p, 0, bytes);
    return p;
}

double *mem_huge(size_t n)
{
    const size_t page = MEM_HUGE * sizeof(double);
    if (n < MEM_HUGE)
        return granted() ? aligned_alloc(LINE, (n * sizeof(double) / LINE + 1) * LINE) : NULL;
    if (n > SIZE_MAX / sizeof(double) - page || !granted())
        return NULL;
    size_t bytes = (n * sizeof(double) + page - 1) / page * page;
    double *p = aligned_alloc(page, bytes);
#ifdef MADV_HUGEPAGE
    if (p)
        madvise(p, bytes, MADV_HUGEPAGE);         /* refused: pages stay small */
#endif
    return p;
}

typedef struct block {
    struct block *next;
    size_t        used, cap;
    _Alignas(ALIGN) unsigned char at[];
} block;

struct mem_arena {
    block *head;                                        /* the one being filled */
};

mem_arena *mem_arena_open(void)
{
    return mem_zero(1, sizeof(mem_arena));
}

/* A new block in front; a large piece gets its own behind the front, so that the front goes on filling. */
static block *block_add(mem_arena *a, size_t n)
{
    size_t cap = n > BLOCK / 4 ? n : BLOCK;
    if (cap > SIZE_MAX - sizeof(block))
        return NULL;
    block *b = mem_zero(1, sizeof *b + cap);
    if (!b)
        return NULL;
    b->cap = cap;
    if (a->head && cap != BLOCK) {
        b->next = a->head->next;
        a->head->next = b;
    } else {
        b->next = a->head;
        a->head = b;
    }
    return b;
}

void *mem_arena_get(mem_arena *a, size_t n)
{
    if (n > SIZE_MAX - ALIGN)
        return NULL;
    n = n ? (n + ALIGN - 1) / ALIGN * ALIGN : ALIGN;
    block *b = a->head;
    if (!b || b->cap - b->used < n)
        b = block_add(a, n);
    if (!b)
        return NULL;
    void *p = b->at + b->used;
    b->used += n;
    return p;
}

char *mem_arena_text(mem_arena *a, const char *text)
{
    if (!text)
        return NULL;
    size_t n = strlen(text) + 1;
    char *p = mem_arena_get(a, n);
    return p ? memcpy(p, text, n) : NULL;
}

char *mem_arena_format(mem_arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *p = n < 0 ? NULL : mem_arena_get(a, (size_t)n + 1);
    if (!p)
        return NULL;
    va_start(args, format);
    vsnprintf(p, (size_t)n + 1, format, args);
    va_end(args);
    return p;
}

void mem_arena_close(mem_arena *a)
{
    if (!a)
        return;
    for (block *b = a->head, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(a);
}

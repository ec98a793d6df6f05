/* SPDX-License-Identifier: MIT
 * mem.h - blocks of memory: zeroed, aligned, and made to fail on demand in tests.
 */
#ifndef FADE_BASE_MEM_H
#define FADE_BASE_MEM_H
#include <stddef.h>
#include <stdint.h>

void *mem_zero(size_t n, size_t size);            /* calloc; NULL on overflow or failure; free() releases it */
void *mem_grow(void *p, size_t n, size_t size);   /* realloc to n * size; p stays valid on failure (NULL) */
char *mem_dup(const char *text);                  /* strdup; NULL gives NULL */
double *mem_columns(size_t n);                    /* n doubles, zeroed, 64-byte aligned; free() releases it */
/* n doubles, not zeroed, 64-byte aligned; from MEM_HUGE doubles on in huge pages, where the system has them; free() releases it */
double *mem_huge(size_t n);
enum { MEM_HUGE = (2 << 20) / sizeof(double) };

/* What is freed stays with the process, up to 64 MB of it: many runs in one process do not ask the system for the same
 * pages again and again, which costs about 2 us each.  [main], before threads; does nothing where libc is not glibc. */
void mem_keep(void);

/* An arena: many small things with one life.  Not for threads. */
typedef struct mem_arena mem_arena;
mem_arena *mem_arena_open(void);                  /* NULL on failure */
void *mem_arena_get(mem_arena *, size_t n);       /* zeroed, 16-byte aligned; NULL on failure */
char *mem_arena_text(mem_arena *, const char *text);
char *mem_arena_format(mem_arena *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void mem_arena_close(mem_arena *);                /* accepts NULL */

/* Tests: the k-th allocation through this file from now on fails (1 is the next), 0 stops that.  Counts per process. */
void mem_fail_at(long k);
long mem_count(void);                             /* allocations through this file so far */
#endif

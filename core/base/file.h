/* SPDX-License-Identifier: MIT
 * file.h - whole files: read bounded, written atomically, locked, hashed.
 */
#ifndef FADE_BASE_FILE_H
#define FADE_BASE_FILE_H
#include "core/base/why.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The whole file, NUL-terminated behind its n bytes; the caller frees.  E_IO names path and reason; more than max bytes is E_INPUT. */
int file_read(const char *path, size_t max, char **out, size_t *n, why *w);
/* tmp, fsync, rename, fsync of the folder: either the old or the new whole file is there.  E_IO. */
int file_write(const char *path, const void *at, size_t n, why *w);
/* Where the bytes of a file go before it is whole: beside the file a link leads to, or, where `path` is a device or a pipe, into itself. */
typedef struct file_draft {
    char *at, *to;
} file_draft;
int file_draft_open(const char *path, file_draft *out, why *w);        /* makes names, no file; E_NOMEM */
int file_draft_keep(file_draft *d, why *w);               /* what is written and closed takes its place; E_IO */
void file_draft_drop(file_draft *d);                      /* removes what was not kept; accepts one never opened */
int file_sync(int fd);                                    /* fsync; a pipe and most devices know none, which is no error */
int file_mkdirs(const char *path, why *w);                /* mkdir -p */
bool file_exists(const char *path);
bool file_is_folder(const char *path);
/* An exclusive lock on `path` (created), held until file_unlock or the process ends.  E_FAILED: another run holds it (names its pid). */
int file_lock(const char *path, int *fd, why *w);
void file_unlock(int fd);                                 /* accepts -1 */
/* `path` as it is meant from a file or folder `base`: absolute stays; caller frees; NULL: no memory. */
char *file_beside(const char *base, const char *path);    /* base: a file; the result lies in its folder */
char *file_join(const char *folder, const char *name);
uint32_t file_crc32(uint32_t crc, const void *at, size_t n);           /* start with 0 */
int file_sha256(const char *path, char hex[65], why *w);
void file_sha256_bytes(const void *at, size_t n, char hex[65]);
#endif

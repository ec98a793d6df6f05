/* SPDX-License-Identifier: MIT
 * library_inside.h - what finding and opening libraries share; only for the files of library.
 */
#ifndef FADE_HOST_LIBRARY_INSIDE_H
#define FADE_HOST_LIBRARY_INSIDE_H
#include "core/host/library.h"
#include <sys/types.h>

typedef struct library_file {                     /* an opened library; lives for the process */
    struct library_file *next;
    const fade_library  *library;
    char                *path;                    /* as first asked for, made absolute */
    char                 sha256[65];
    dev_t                device;
    ino_t                inode;
    plugin              *plugin;                  /* n of them, in the library's order */
    size_t               n;
} library_file;

int library_file_open(const char *path, const library_file **out, why *w);
/* E_PLUGIN when `path` is a folder or file that anyone may write, or lies in such a folder. */
int library_safe(const char *path, const char *said, why *w);
/* "plugin foo (/path/foo.so)" */
const char *library_said(const char *path, char out[512]);
#endif

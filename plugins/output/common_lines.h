/* SPDX-License-Identifier: MIT
 * common_lines.h - a text file of rows that survives what happens: a full disk, a killed process, a resumed run.
 *
 * Row number N stands in data line N.  Rows are gathered and written in whole lines; where a write fails, the file is cut back to
 * its last whole line and the rest is kept for another try.  A row that is there already is not written again.
 */
#ifndef FADE_OUTPUT_COMMON_LINES_H
#define FADE_OUTPUT_COMMON_LINES_H
#include "fade_plugin.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINES_SPILL = 1 << 18 };                   /* bytes gathered before a write */

typedef struct lines {
    const fade_host *host;
    char    *path;
    int      fd;
    uint64_t next;                                /* number of the next row */
    off_t    good;                                /* bytes of the file, all whole lines */
    char    *at;
    size_t   n, whole, cap;                       /* gathered; of it whole lines */
    int      short_of_memory;
} lines;

static inline int32_t lines_say(const fade_host *host, int32_t code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static inline int32_t lines_say(const fade_host *host, int32_t code, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fade_say(host, 3, code, -1, text);
    return code;
}

/* folder/path, or path where it is absolute; the caller frees. */
static inline char *lines_path(const char *folder, const char *path)
{
    size_t n = strlen(path) + (folder ? strlen(folder) : 0) + 2;
    char *out = malloc(n);
    if (out)
        snprintf(out, n, "%s%s%s", *path == '/' || !folder ? "" : folder, *path == '/' || !folder ? "" : "/", path);
    return out;
}

static inline void lines_add(lines *l, const char *at, size_t n)
{
    if (l->n + n > l->cap) {
        size_t cap = 2 * (l->n + n);
        char *more = realloc(l->at, cap);
        if (!more) {
            l->short_of_memory = 1;
            return;
        }
        l->at = more;
        l->cap = cap;
    }
    memcpy(l->at + l->n, at, n);
    l->n += n;
}

static inline void lines_text(lines *l, const char *text)
{
    lines_add(l, text, strlen(text));
}

/* The line is whole; or it is dropped where memory ran out. */
static inline int32_t lines_end(lines *l)
{
    lines_add(l, "\n", 1);
    if (l->short_of_memory) {
        l->short_of_memory = 0;
        l->n = l->whole;
        return lines_say(l->host, FADE_ENOMEM, "%s: no memory for a row", l->path);
    }
    l->whole = l->n;
    return FADE_OK;
}

/* Cuts the file where `good` says; what of the gathered text is not in it stays gathered. */
static inline int32_t lines_torn(lines *l, size_t done, int reason)
{
    while (done > 0 && l->at[done - 1] != '\n')
        done--;
    l->good += (off_t)done;
    if (ftruncate(l->fd, l->good) == 0)
        lseek(l->fd, l->good, SEEK_SET);
    memmove(l->at, l->at + done, l->n - done);
    l->n -= done;
    l->whole -= done;
    return lines_say(l->host, FADE_EIO, "%s: cannot write row %" PRIu64 " or one before it: %s; the rows before it are whole",
                     l->path, l->next, strerror(reason));
}

static inline int32_t lines_spill(lines *l)
{
    size_t done = 0;
    while (done < l->whole) {
        ssize_t n = write(l->fd, l->at + done, l->whole - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return lines_torn(l, done, n < 0 ? errno : ENOSPC);
        done += (size_t)n;
    }
    l->good += (off_t)done;
    l->n = l->whole = 0;
    return FADE_OK;
}

static inline int32_t lines_flush(lines *l)
{
    int32_t rc = lines_spill(l);
    if (rc)
        return rc;
    if (fdatasync(l->fd) && errno != EINVAL && errno != EROFS)      /* a pipe or a device has no disk behind it */
        return lines_say(l->host, FADE_EIO, "%s: cannot bring rows to the disk: %s", l->path, strerror(errno));
    return FADE_OK;
}

/* Is row `number` to be written?  1: yes, 0: it is there, < 0: a gap. */
static inline int32_t lines_wants(lines *l, uint64_t number)
{
    if (number < l->next)
        return 0;
    if (number > l->next)
        return lines_say(l->host, FADE_EBUG, "%s: row %" PRIu64 " came where row %" PRIu64 " was due", l->path, number, l->next);
    if (l->n >= LINES_SPILL) {
        int32_t rc = lines_spill(l);
        if (rc)
            return rc;
    }
    return 1;
}

/* Bytes of the first `n` lines, -1 when there are fewer; *head is true when the first line is `header`. */
static inline off_t lines_measure(int fd, uint64_t n, const char *header, int *head)
{
    static const size_t piece = 1 << 16;
    size_t length = strlen(header);
    char *at = malloc(piece > length ? piece : length + 1);
    if (!at)
        return -1;
    *head = length == 0 || (pread(fd, at, length, 0) == (ssize_t)length && memcmp(at, header, length) == 0);
    off_t offset = 0, found = n == 0 ? 0 : -1;
    ssize_t got;
    while (found < 0 && (got = pread(fd, at, piece, offset)) > 0) {
        const char *p = at, *end = at + got;
        while (n > 0 && (p = memchr(p, '\n', (size_t)(end - p)))) {
            p++;
            n--;
        }
        if (n == 0)
            found = offset + (p - at);
        offset += got;
    }
    free(at);
    return found;
}

/* Keeps the header and `first` rows of a file that is there. */
static inline int32_t lines_resume(lines *l, const char *header, uint64_t first)
{
    int head = 0;
    off_t keep = lines_measure(l->fd, first + (*header ? 1 : 0), header, &head);
    if (!head)
        return lines_say(l->host, FADE_EINVAL, "%s: its first line is not this run's heading: the columns changed", l->path);
    if (keep < 0)
        return lines_say(l->host, FADE_EINVAL, "%s: it holds fewer than the %" PRIu64 " rows the run goes on from", l->path, first);
    if (ftruncate(l->fd, keep) || lseek(l->fd, keep, SEEK_SET) < 0)
        return lines_say(l->host, FADE_EIO, "%s: cannot cut it at row %" PRIu64 ": %s", l->path, first, strerror(errno));
    l->good = keep;
    return FADE_OK;
}

static inline int32_t lines_file(lines *l, const fade_host *host, const char *folder, const char *path, uint64_t first, int flags)
{
    *l = (lines){ .host = host, .fd = -1, .next = first, .path = lines_path(folder, path), .cap = LINES_SPILL + 4096 };
    l->at = malloc(l->cap);
    if (!l->path || !l->at)
        return lines_say(host, FADE_ENOMEM, "no memory for the rows of %s", path);
    l->fd = open(l->path, flags | O_CLOEXEC, 0666);
    if (l->fd < 0)
        return lines_say(host, FADE_EIO, "%s: cannot be opened for writing: %s", l->path, strerror(errno));
    return FADE_OK;
}

/* Opens folder/path; with first > 0 rows from that number on are cut off, else it starts with the header (whole lines or ""). */
static inline int32_t lines_open(lines *l, const fade_host *host, const char *folder, const char *path, const char *header,
                                 uint64_t first)
{
    int32_t rc = lines_file(l, host, folder, path, first, O_RDWR | (first ? 0 : O_CREAT | O_TRUNC));
    if (rc)
        return rc;
    if (first)
        return lines_resume(l, header, first);
    lines_text(l, header);
    l->whole = l->n;
    return lines_flush(l);
}

/* Opens a file whose lines carry numbers of their own, not in sequence ({"number":N,..), for going on: `from` cuts it. */
static inline int32_t lines_open_numbered(lines *l, const fade_host *host, const char *folder, const char *path)
{
    return lines_file(l, host, folder, path, 0, O_RDWR | O_CREAT);
}

/* Cuts such a file before the first line that is torn or whose number is `from` or more. */
static inline int32_t lines_cut_numbered(lines *l, uint64_t from)
{
    int fd = dup(l->fd);
    FILE *in = fd >= 0 ? fdopen(fd, "r") : NULL;
    if (!in) {
        if (fd >= 0)
            close(fd);
        return lines_say(l->host, FADE_EIO, "%s: cannot be read: %s", l->path, strerror(errno));
    }
    rewind(in);
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    uint64_t number;
    l->good = 0;
    while ((n = getline(&line, &cap, in)) > 0) {
        if (line[n - 1] != '\n' || sscanf(line, "{\"number\":%" SCNu64, &number) != 1 || number >= from)
            break;
        l->good += n;
    }
    free(line);
    fclose(in);
    if (ftruncate(l->fd, l->good) || lseek(l->fd, l->good, SEEK_SET) < 0)
        return lines_say(l->host, FADE_EIO, "%s: cannot be cut: %s", l->path, strerror(errno));
    return FADE_OK;
}

/* Accepts one that failed to open. */
static inline int32_t lines_close(lines *l)
{
    int32_t rc = l->fd >= 0 ? lines_flush(l) : FADE_OK;
    if (l->fd >= 0 && close(l->fd) && !rc)
        rc = lines_say(l->host, FADE_EIO, "%s: cannot be closed: %s", l->path, strerror(errno));
    free(l->path);
    free(l->at);
    *l = (lines){ .fd = -1 };
    return rc;
}
#endif

/* SPDX-License-Identifier: MIT
 * file.c - whole files: read bounded, written atomically, locked, hashed.
 */
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/base/sha256.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { PIECE = 65536 };

static int cannot(why *w, const char *what, const char *path)
{
    return fail(w, E_IO, "cannot %s %s: %s", what, path, strerror(errno));
}

/* Opens a regular file (or a pipe) for reading; a folder is refused here, not at the first read. */
static int open_read(const char *path, int *fd, struct stat *st, why *w)
{
    *fd = open(path, O_RDONLY | O_CLOEXEC);
    if (*fd < 0)
        return cannot(w, "read", path);
    int rc = E_OK;
    if (fstat(*fd, st))
        rc = cannot(w, "read", path);
    else if (S_ISDIR(st->st_mode))
        rc = fail(w, E_IO, "cannot read %s: it is a folder", path);
    if (rc)
        close(*fd);
    return rc;
}

int file_read(const char *path, size_t max, char **out, size_t *n, why *w)
{
    struct stat st;
    int fd, rc = open_read(path, &fd, &st, w);
    *out = NULL;
    if (rc)
        return rc;
    size_t have = 0, cap = st.st_size > 0 && (uint64_t)st.st_size < max ? (size_t)st.st_size + 1 : PIECE;
    char *at = mem_grow(NULL, cap + 1, 1);
    for (;;) {
        if (!at) {
            rc = fail(w, E_NOMEM, "no memory for %zu bytes of %s", cap, path);
            break;
        }
        ssize_t got = read(fd, at + have, cap - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            rc = cannot(w, "read", path);
        if (got <= 0)
            break;
        have += (size_t)got;
        if (have > max) {
            rc = fail(w, E_INPUT, "%s is larger than %zu bytes", path, max);
            break;
        }
        if (have == cap) {
            char *more = mem_grow(at, 2 * cap + 1, 1);
            if (!more)
                free(at);
            at = more;
            cap *= 2;
        }
    }
    close(fd);
    if (rc) {
        free(at);
        return rc;
    }
    at[have] = '\0';
    *out = at;
    if (n)
        *n = have;
    return E_OK;
}

static int write_all(int fd, const char *at, size_t n)
{
    while (n) {
        ssize_t put = write(fd, at, n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -1;
        at += put;
        n -= (size_t)put;
    }
    return 0;
}

/* So that the new name itself survives a power cut.  Some file systems cannot; that is no error. */
static void sync_folder(const char *path)
{
    char *folder = file_beside(path, ".");
    int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
    free(folder);
}

/* What is no regular file is never replaced: a run as root would take /dev/null away from all others. */
int file_draft_open(const char *path, file_draft *out, why *w)
{
    struct stat st;
    bool there = stat(path, &st) == 0;
    *out = (file_draft){ 0 };
    out->to = there && S_ISREG(st.st_mode) ? realpath(path, NULL) : NULL;
    out->to = out->to ? out->to : mem_dup(path);
    if (there && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
        out->at = mem_dup(path);
    } else if (out->to) {
        size_t room = strlen(out->to) + 32;
        out->at = mem_zero(room, 1);
        if (out->at)
            snprintf(out->at, room, "%s.%ld.tmp", out->to, (long)getpid());
    }
    return out->at && out->to ? E_OK : fail(w, E_NOMEM, "no memory to write %s", path);
}

int file_draft_keep(file_draft *d, why *w)
{
    if (strcmp(d->at, d->to) != 0) {
        if (rename(d->at, d->to))
            return cannot(w, "write", d->to);
        sync_folder(d->to);
    }
    free(d->at);
    d->at = NULL;
    return E_OK;
}

void file_draft_drop(file_draft *d)
{
    if (d->at && d->to && strcmp(d->at, d->to) != 0)
        unlink(d->at);
    free(d->at);
    free(d->to);
    *d = (file_draft){ 0 };
}

int file_sync(int fd)
{
    return fsync(fd) && errno != EINVAL && errno != EROFS && errno != ENOTSUP ? -1 : 0;
}

int file_write(const char *path, const void *at, size_t n, why *w)
{
    file_draft d;
    int rc = file_draft_open(path, &d, w);
    if (rc) {
        file_draft_drop(&d);
        return rc;
    }
    int fd = open(d.at, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), said = 0;
    if (fd < 0) {
        rc = cannot(w, "write", path);
    } else if (write_all(fd, at, n) || file_sync(fd)) {
        said = errno;
        close(fd);
        errno = said;
        rc = cannot(w, "write", path);
    } else if (close(fd)) {
        rc = cannot(w, "write", path);
    }
    rc = rc ? rc : file_draft_keep(&d, w);
    file_draft_drop(&d);
    return rc;
}

int file_mkdirs(const char *path, why *w)
{
    char *made = mem_dup(path);
    if (!made)
        return fail(w, E_NOMEM, "no memory to make the folder %s", path);
    int rc = E_OK;
    for (char *at = made; !rc && *at;) {
        at += strspn(at, "/");
        at += strcspn(at, "/");
        char end = *at;
        *at = '\0';
        if (mkdir(made, 0777) && errno != EEXIST && !file_is_folder(made))
            rc = fail(w, E_IO, "cannot make the folder %s: %s", made, strerror(errno));
        *at = end;
    }
    free(made);
    if (!rc && *path && !file_is_folder(path))
        rc = fail(w, E_IO, "cannot make the folder %s: a file has that name", path);
    return rc;
}

bool file_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

bool file_is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int file_lock(const char *path, int *out, why *w)
{
    *out = -1;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return cannot(w, "lock", path);
    if (flock(fd, LOCK_EX | LOCK_NB)) {
        char pid[24] = "";
        int said = errno;
        ssize_t n = said == EWOULDBLOCK ? read(fd, pid, sizeof pid - 1) : 0;
        pid[n > 0 ? (size_t)n : 0] = '\0';
        pid[strcspn(pid, "\n")] = '\0';
        close(fd);
        errno = said;
        if (said != EWOULDBLOCK)
            return cannot(w, "lock", path);
        return fail(w, E_FAILED, "another run (process %s) holds %s", *pid ? pid : "unknown", path);
    }
    char pid[24];
    int n = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) ||
        write_all(fd, pid, (size_t)n)) { /* a note for people; a full disk spoils it, not the lock */
        int rc = cannot(w, "lock", path);
        close(fd);
        return rc;
    }
    *out = fd;
    return E_OK;
}

void file_unlock(int fd)
{
    if (fd >= 0)
        close(fd);
}

char *file_join(const char *folder, const char *name)
{
    if (name[0] == '/' || !*folder)
        return mem_dup(name);
    size_t n = strlen(folder) + strlen(name) + 2;
    char *made = mem_zero(n, 1);
    if (made)
        snprintf(made, n, "%s%s%s", folder, folder[strlen(folder) - 1] == '/' ? "" : "/", name);
    return made;
}

char *file_beside(const char *base, const char *path)
{
    const char *slash = strrchr(base, '/');
    if (!slash || path[0] == '/')
        return mem_dup(path);
    size_t lead = (size_t)(slash - base) + 1, n = strlen(path) + 1;
    char *made = mem_zero(lead + n, 1);
    if (made) {
        memcpy(made, base, lead);
        memcpy(made + lead, path, n);
    }
    return made;
}

uint32_t file_crc32(uint32_t crc, const void *at, size_t n)
{
    return (uint32_t)crc32_z(crc, at, n);
}

int file_sha256(const char *path, char hex[65], why *w)
{
    struct stat st;
    int fd, rc = open_read(path, &fd, &st, w);
    hex[0] = '\0';
    if (rc)
        return rc;
    char *piece = mem_zero(PIECE, 1);
    if (!piece)
        rc = fail(w, E_NOMEM, "no memory to hash %s", path);
    sha256 s;
    sha256_start(&s);
    while (!rc) {
        ssize_t got = read(fd, piece, PIECE);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            rc = cannot(w, "read", path);
        if (got <= 0)
            break;
        sha256_add(&s, piece, (size_t)got);
    }
    if (!rc)
        sha256_end(&s, hex);
    free(piece);
    close(fd);
    return rc;
}

void file_sha256_bytes(const void *at, size_t n, char hex[65])
{
    sha256 s;
    sha256_start(&s);
    sha256_add(&s, at, n);
    sha256_end(&s, hex);
}

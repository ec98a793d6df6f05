/* SPDX-License-Identifier: MIT
 * prove.c - walks every tag of a MAT 5 file before matio sees it, and hands matio an inflated copy of what it proved.
 *
 * matio trusts the sizes inside a file: a damaged one can make it run for ever.  Here each element must lie within the
 * one around it, each array must have as many numbers as its dimensions say, nesting and inflated size are bounded.
 * What is left out of the copy (other variables than structs) is never looked into.
 */
#include "nasa.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { MI_INT8 = 1, MI_INT32 = 5, MI_UINT32 = 6, MI_MATRIX = 14, MI_COMPRESSED = 15, MI_UTF8 = 16 };
enum { MX_CELL = 1, MX_STRUCT = 2, MX_CHAR = 4, MX_DOUBLE = 6, MX_UINT64 = 15 };
enum { HEADER = 128, DEEPEST = 8, MOST_FIELDS = 256, LONGEST_NAME = 64, MOST_VARIABLES = 1000 };
static const size_t LARGEST_FILE = (size_t)1 << 30;       /* bytes; a year of one cell takes 16 MB */
static const size_t MOST_INFLATED = (size_t)1 << 30;
static const size_t INFLATES_BY = 200;                    /* real recordings: 2 to 5 times */

/* Bytes of one number by miTYPE; 0: not a type of numbers. */
static const unsigned char type_bytes[] = { 0, 1, 1, 2, 2, 4, 4, 4, 0, 8, 0, 0, 8, 8, 0, 0, 1, 2, 4 };

typedef struct span {                             /* a part of the file still to be walked */
    const unsigned char *at, *end, *begin;        /* begin: of the element, for offsets */
    nasa_why            *w;
} span;

typedef struct element {
    uint32_t             type, n;
    const unsigned char *at;
} element;

static uint32_t u32(const unsigned char *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static int32_t damaged(const span *s, const char *what)
{
    return nasa_fail(s->w, FADE_EINVAL, "%s at byte %zu of a variable", what, (size_t)(s->at - s->begin));
}

/* The next element; s stands behind it and its padding. */
static int32_t take(span *s, element *e)
{
    if (s->end - s->at < 8)
        return damaged(s, "the file ends inside a tag: is it cut off?");
    uint32_t first = u32(s->at);
    if (first >> 16) {                            /* small: type, size and up to four bytes in one tag */
        *e = (element){ first & 0xffff, first >> 16, s->at + 4 };
        if (e->n > 4)
            return damaged(s, "a small element is larger than four bytes");
        s->at += 8;
        return FADE_OK;
    }
    *e = (element){ first, u32(s->at + 4), s->at + 8 };
    size_t left = (size_t)(s->end - s->at) - 8;
    if (e->n > left)
        return damaged(s, "an element is larger than what holds it: is the file cut off or damaged?");
    size_t padded = ((size_t)e->n + 7) & ~(size_t)7;
    s->at += 8 + (padded < left ? padded : left);
    return FADE_OK;
}

/* Numbers: as many as the dimensions say, of a type that is one. */
static int32_t numbers(span *s, uint32_t class, uint64_t count)
{
    element e;
    int32_t rc = take(s, &e);
    if (rc)
        return rc;
    uint32_t bytes = e.type < sizeof type_bytes ? type_bytes[e.type] : 0;
    if (bytes == 0 || (class != MX_CHAR && e.type >= MI_UTF8))
        return damaged(s, "numbers of an unknown type");
    if (e.type == MI_UTF8 ? e.n < count || e.n > 4 * count : e.n != count * bytes)
        return damaged(s, "an array whose length is not what its dimensions say");
    return FADE_OK;
}

static int32_t matrix(span *s, int depth);

/* One element of a struct or cell; an empty one is allowed. */
static int32_t child(span *s, int depth)
{
    element e;
    int32_t rc = take(s, &e);
    if (rc)
        return rc;
    if (e.type != MI_MATRIX || e.at == s->at - 4)
        return damaged(s, "something else where an array is due");
    span inner = { e.at, e.at + e.n, s->begin, s->w };
    return e.n == 0 ? FADE_OK : matrix(&inner, depth + 1);
}

/* The names of a struct's fields; *n of them. */
static int32_t fields(span *s, uint64_t *n)
{
    element length, names;
    int32_t rc = take(s, &length);
    if (rc || (rc = take(s, &names)) != 0)
        return rc;
    uint32_t each = length.type == MI_INT32 && length.n == 4 ? u32(length.at) : 0;
    if (each < 1 || each > LONGEST_NAME || names.type != MI_INT8 || names.n % each || names.n / each > MOST_FIELDS)
        return damaged(s, "a struct with impossible field names");
    *n = names.n / each;
    for (uint64_t k = 0; k < *n; k++)
        if (!memchr(names.at + k * each, 0, each))
            return damaged(s, "a field name without end");
    return FADE_OK;
}

/* Flags, dimensions and name, which every array begins with. */
static int32_t head(span *s, uint32_t *class, int *complex, uint64_t *count)
{
    element flags, dims, name;
    int32_t rc = take(s, &flags);
    if (rc || (rc = take(s, &dims)) != 0 || (rc = take(s, &name)) != 0)
        return rc;
    if (flags.type != MI_UINT32 || flags.n != 8 || dims.type != MI_INT32 || dims.n % 4 || dims.n < 8 || dims.n > 32)
        return damaged(s, "an array without flags or dimensions");
    if (name.type != MI_INT8 || name.n >= LONGEST_NAME)
        return damaged(s, "an array with an impossible name");
    *class = flags.at[0];
    *complex = flags.at[1] >> 3 & 1;
    *count = 1;
    for (uint32_t k = 0; k < dims.n; k += 4) {
        *count *= u32(dims.at + k);
        if (*count > MOST_INFLATED)               /* each factor is below 2^32: no overflow before this */
            return damaged(s, "an array larger than any file");
    }
    return FADE_OK;
}

static int32_t matrix(span *s, int depth)
{
    uint32_t class = 0;
    int complex = 0;
    uint64_t count = 0, nfield = 1;
    int32_t rc = head(s, &class, &complex, &count);
    if (rc)
        return rc;
    if (depth > DEEPEST)
        return damaged(s, "structs nested too deeply");
    if (class == MX_STRUCT || class == MX_CELL) {
        if (class == MX_STRUCT && (rc = fields(s, &nfield)) != 0)
            return rc;
        if (count * nfield > (uint64_t)(s->end - s->at) / 8)
            return damaged(s, "a struct with more elements than it has room for");
        for (uint64_t k = 0; k < count * nfield && !rc; k++)
            rc = child(s, depth);
    } else if (class == MX_CHAR || (class >= MX_DOUBLE && class <= MX_UINT64)) {
        rc = numbers(s, class, count);
        if (!rc && complex)
            rc = numbers(s, class, count);
    } else {
        rc = damaged(s, "an array of a class that a recording does not have");
    }
    if (!rc && s->end - s->at >= 8)
        rc = damaged(s, "bytes left over in an array");
    return rc;
}

/* Grows *out to hold what z gives, at most `most`.  The whole of it, or a sentence. */
static int32_t inflate_all(z_stream *z, size_t most, unsigned char **out, size_t *n, nasa_why *w)
{
    size_t cap = 0;
    for (int rc = Z_OK; rc != Z_STREAM_END;) {
        if (*n == cap) {
            if (cap == most)
                return nasa_fail(w, FADE_EINVAL, "it inflates to more than %zu bytes, which no recording does", most);
            cap = cap == 0 ? 1 << 20 : 2 * cap;
            cap = cap < most ? cap : most;
            unsigned char *grown = realloc(*out, cap);
            if (!grown)
                return nasa_fail(w, FADE_ENOMEM, "no memory for %zu inflated bytes", cap);
            *out = grown;
        }
        z->next_out = *out + *n;
        z->avail_out = (uInt)(cap - *n);
        rc = inflate(z, Z_NO_FLUSH);
        *n = cap - z->avail_out;
        if (rc != Z_OK && rc != Z_STREAM_END)
            return nasa_fail(w, FADE_EINVAL, "its compressed data breaks off after %zu bytes (%s)", *n,
                             z->msg ? z->msg : "cut short");
    }
    return FADE_OK;
}

static int32_t unpack(const element *e, size_t most, unsigned char **out, size_t *n, nasa_why *w)
{
    z_stream z = { .next_in = (unsigned char *)(uintptr_t)e->at, .avail_in = e->n };
    if (inflateInit(&z) != Z_OK)
        return nasa_fail(w, FADE_ENOMEM, "no memory to inflate");
    int32_t rc = inflate_all(&z, most, out, n, w);
    inflateEnd(&z);
    return rc;
}

static int32_t put(int fd, const void *at, size_t n, nasa_why *w)
{
    for (const char *p = at; n > 0;) {
        ssize_t k = write(fd, p, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return nasa_fail(w, FADE_EIO, "the inflated copy cannot be written: %s", strerror(errno));
        p += k;
        n -= (size_t)k;
    }
    return FADE_OK;
}

/* One plain variable, tag included: proved, and copied to fd when it is a struct. */
static int32_t variable(const unsigned char *at, size_t n, int fd, unsigned *structs, nasa_why *w)
{
    span s = { at, at + n, at, w };
    element e, flags;
    int32_t rc = take(&s, &e);
    if (rc)
        return rc;
    span inner = { e.at, e.at + e.n, at, w }, peek = inner;
    if (e.type != MI_MATRIX || (rc = take(&peek, &flags)) != 0)
        return e.type != MI_MATRIX ? damaged(&s, "something else where a variable is due") : rc;
    if (flags.type != MI_UINT32 || flags.n != 8 || flags.at[0] != MX_STRUCT)
        return FADE_OK;                           /* not ours: left out */
    rc = matrix(&inner, 0);
    if (rc)
        return rc;
    static const char zero[8] = { 0 };
    unsigned char tag[8] = { MI_MATRIX, 0, 0, 0 };
    uint32_t padded = (e.n + 7) & ~(uint32_t)7;
    for (int k = 0; k < 4; k++)
        tag[4 + k] = (unsigned char)(padded >> 8 * k);
    ++*structs;
    rc = put(fd, tag, sizeof tag, w);
    rc = rc ? rc : put(fd, e.at, e.n, w);
    return rc ? rc : put(fd, zero, padded - e.n, w);
}

/* One top-level element, inflated where need be.  *room: inflated bytes that may still come. */
static int32_t top(const element *e, const unsigned char *tag, int fd, size_t *room, unsigned *structs, nasa_why *w)
{
    if (e->type != MI_COMPRESSED)
        return variable(tag, (size_t)(e->at + e->n - tag), fd, structs, w);
    unsigned char *plain = NULL;
    size_t n = 0;
    int32_t rc = unpack(e, *room, &plain, &n, w);
    if (!rc)
        rc = variable(plain, n, fd, structs, w);
    *room -= n;
    free(plain);
    return rc;
}

static int32_t is_mat5(const unsigned char *at, size_t n, nasa_why *w)
{
    static const unsigned char hdf5[] = { 0x89, 'H', 'D', 'F' };
    if (n >= 4 && memcmp(at, hdf5, 4) == 0)
        return nasa_fail(w, FADE_EINVAL, "it is an HDF5 file (MATLAB 7.3); save it again with -v7");
    if (n < HEADER || memcmp(at, "MATLAB", 6) != 0)
        return nasa_fail(w, FADE_EINVAL, "it is not a MATLAB 5 file");
    if (memcmp(at + 124, "\0\2IM", 4) == 0)
        return nasa_fail(w, FADE_EINVAL, "it is a MATLAB 7.3 file (HDF5); save it again with -v7");
    if (memcmp(at + 126, "MI", 2) == 0)
        return nasa_fail(w, FADE_EINVAL, "it was written big-endian; save it again on a little-endian machine");
    if (memcmp(at + 124, "\0\1IM", 4) != 0)
        return nasa_fail(w, FADE_EINVAL, "its header names no version this reader knows");
    return FADE_OK;
}

static int32_t walk(const unsigned char *at, size_t n, int fd, unsigned *structs, nasa_why *w)
{
    size_t room = n < MOST_INFLATED / INFLATES_BY ? n * INFLATES_BY + (1 << 16) : MOST_INFLATED;
    int32_t rc = is_mat5(at, n, w);
    if (!rc)
        rc = put(fd, at, HEADER, w);
    span s = { at + HEADER, at + n, at, w };
    for (unsigned k = 0; !rc && s.at < s.end; k++) {
        const unsigned char *tag = s.at;
        element e;
        rc = k < MOST_VARIABLES ? take(&s, &e) : nasa_fail(w, FADE_EINVAL, "it has over %d variables", MOST_VARIABLES);
        if (!rc && e.type == MI_COMPRESSED)
            s.at = e.at + e.n;                    /* these are not padded */
        if (!rc)
            rc = top(&e, tag, fd, &room, structs, w);
    }
    return rc;
}

static int32_t prove(const unsigned char *at, size_t n, const char *path, int *fd, unsigned *structs, nasa_why *w)
{
    nasa_why inner;
    *structs = 0;
    *fd = memfd_create("fade-nasa", MFD_CLOEXEC);
    if (*fd < 0)
        return nasa_fail(w, FADE_EIO, "%s: no room for an inflated copy: %s", path, strerror(errno));
    int32_t rc = walk(at, n, *fd, structs, &inner);
    if (!rc)
        return FADE_OK;
    close(*fd);
    *fd = -1;
    return nasa_fail(w, rc, "%s cannot be read: %s", path, inner.text);
}

static int32_t slurp(int fd, const char *path, unsigned char **out, size_t *n, nasa_why *w)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return nasa_fail(w, FADE_EIO, "%s is not a file", path);
    if ((size_t)st.st_size > LARGEST_FILE)
        return nasa_fail(w, FADE_EINVAL, "%s has %zu bytes; at most %zu are read", path, (size_t)st.st_size,
                         LARGEST_FILE);
    *out = malloc((size_t)st.st_size + 1);
    if (!*out)
        return nasa_fail(w, FADE_ENOMEM, "no memory for the %zu bytes of %s", (size_t)st.st_size, path);
    while (*n < (size_t)st.st_size) {
        ssize_t k = read(fd, *out + *n, (size_t)st.st_size - *n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return nasa_fail(w, FADE_EIO, "%s cannot be read: %s", path, strerror(errno));
        if (k == 0)
            break;
        *n += (size_t)k;
    }
    return FADE_OK;
}

int32_t nasa_mat_prove(const char *path, int *fd, unsigned *structs, nasa_why *w)
{
    *fd = -1;
    int in = open(path, O_RDONLY | O_CLOEXEC);
    if (in < 0)
        return nasa_fail(w, FADE_EIO, "%s cannot be opened: %s", path, strerror(errno));
    unsigned char *bytes = NULL;
    size_t n = 0;
    int32_t rc = slurp(in, path, &bytes, &n, w);
    close(in);
    if (!rc)
        rc = prove(bytes, n, path, fd, structs, w);
    free(bytes);
    return rc;
}

/* SPDX-License-Identifier: MIT
 * csv.c - a scanner of RFC 4180 rows, plain or gzipped, with line numbers.
 *
 * A row is scanned once, eight bytes at a time, for separators, newlines and NUL; its fields are cut and unquoted in
 * place in the read buffer, so there is no allocation per row.  A NUL behind the data stops the scan where bytes run
 * out.
 */
#include "core/base/csv.h"
#include "core/base/mem.h"
#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { CHUNK = 1 << 18, LONGEST = 1 << 20, FIELDS = 4096, PAD = 16, GZ_BUFFER = 1 << 16, SNIFF_ROWS = 8 };
enum { STOP_LINE, STOP_QUOTE, STOP_CLOSED, STOP_MORE, STOP_NUL, STOP_FIELDS };

struct fade_csv {
    const fade_host *host;                              /* NULL: not opened by a plugin */
    char            *path;
    gzFile           gz;                                /* NULL: `memory` */
    const char      *memory;
    size_t           nmemory, memory_at;
    char            *buf;                               /* cap + PAD bytes; buf[end] is NUL */
    size_t           cap, end, next;                    /* next row starts at buf[next] */
    uint64_t         base;                              /* offset of buf[0] */
    uint64_t         line, next_line;
    bool             ended;                             /* nothing more to read */
    why              broken;                            /* code 0: not */
    char             separator;
    /* The row at work. */
    size_t           row, pos, field;                   /* in buf */
    uint32_t         n;
    uint64_t         newlines;                          /* inside its quotes */
    bool             inside;                            /* a quote */
    fade_csv_field   fields[FIELDS];
};

static int broken(fade_csv *c, int code, uint64_t line, const char *text)
{
    return fail(&c->broken, code, "%s:%llu: %s", c->path, (unsigned long long)line, text);
}

/* Up to `room` bytes more; 0 at the end. */
static int read_some(fade_csv *c, size_t room, size_t *got)
{
    *got = 0;
    if (!c->gz) {
        size_t left = c->nmemory - c->memory_at;
        *got = left < room ? left : room;
        if (*got)
            memcpy(c->buf + c->end, c->memory + c->memory_at, *got);
        c->memory_at += *got;
        return E_OK;
    }
    int n = gzread(c->gz, c->buf + c->end, (unsigned)room), code = Z_OK;
    int reason = errno;
    const char *text = gzerror(c->gz, &code);
    if (n < 0 || (n == 0 && code != Z_OK && code != Z_STREAM_END)) {
        if (code == Z_ERRNO)
            return fail(&c->broken, E_IO, "%s: cannot read: %s", c->path, strerror(reason));
        return fail(&c->broken, E_INPUT, "%s:%llu: the compressed data is damaged or cut short (%s)", c->path,
                    (unsigned long long)c->next_line, code == Z_BUF_ERROR ? "unexpected end of file" : text);
    }
    *got = (size_t)n;
    return E_OK;
}

/* Drops what is before the row at work (its fields move along) and makes room for a chunk. */
static int make_room(fade_csv *c)
{
    size_t keep = c->end - c->row, cap = c->cap;
    char *to = c->buf;
    if (keep + CHUNK > cap) {
        cap = cap + keep + CHUNK;
        to = mem_zero(1, cap + PAD);
        if (!to)
            return fail(&c->broken, E_NOMEM, "%s: no memory for a row of %zu bytes", c->path, keep);
    }
    for (uint32_t i = 0; i < c->n; i++)
        c->fields[i].at = to + (c->fields[i].at - (c->buf + c->row));
    if (keep)
        memmove(to, c->buf + c->row, keep);
    if (to != c->buf) {
        free(c->buf);
        c->buf = to;
        c->cap = cap;
    }
    c->base += c->row;
    c->pos -= c->row;
    c->field -= c->row;
    c->end = keep;
    c->next = c->row = 0;
    return E_OK;
}

static int fill(fade_csv *c)
{
    size_t got;
    int rc = make_room(c);
    if (!rc)
        rc = read_some(c, CHUNK, &got);
    if (rc)
        return rc;
    c->end += got;
    memset(c->buf + c->end, 0, PAD);
    c->ended = got == 0;
    return E_OK;
}

/* Cuts the quoted field in place; newlines inside are counted.  False: it has a NUL byte. */
static bool unquote(fade_csv *c, char *at, char *end, fade_csv_field *f)
{
    char *in = at + 1, *out = in;
    bool inside = true;
    f->at = in;
    for (; in < end; in++) {
        if (*in == '"' && inside) {
            inside = in + 1 < end && in[1] == '"';
            in += inside;
            if (!inside)
                continue;
        }
        if (!*in)
            return false;
        c->newlines += *in == '\n';
        *out++ = *in;
    }
    *out = '\0';
    f->n = (uint32_t)(out - f->at);
    return true;
}

/* Ends the field that began at c->field before buf[end]. */
static int close_field(fade_csv *c, size_t end)
{
    if (c->n == FIELDS)
        return STOP_FIELDS;
    fade_csv_field *f = &c->fields[c->n++];
    char *at = c->buf + c->field;
    c->field = end + 1;
    if (*at == '"')
        return unquote(c, at, c->buf + end, f) ? STOP_CLOSED : STOP_NUL;
    c->buf[end] = '\0';
    f->at = at;
    f->n = (uint32_t)(c->buf + end - at);
    return STOP_CLOSED;
}

#define ONES 0x0101010101010101u
#define LOWS 0x7f7f7f7f7f7f7f7fu
/* The top bit of each byte of w that is no byte of the pattern. */
static inline uint64_t differs(uint64_t w, uint64_t pattern)
{
    uint64_t x = w ^ pattern;
    return ((x & LOWS) + LOWS) | x;
}

/* Cuts unquoted fields from c->pos on until something else is met, at buf[pos]. */
static int scan_plain(fade_csv *c)
{
    if (c->pos == c->field && c->buf[c->pos] == '"')
        return STOP_QUOTE;
    const uint64_t sep = ONES * (unsigned char)c->separator, line = ONES * '\n';
    char *const buf = c->buf;
    for (size_t p = c->pos;; p += 8) {
        uint64_t word;
        memcpy(&word, buf + p, sizeof word);
        word = le64toh(word);
        uint64_t hit = ~(differs(word, sep) & differs(word, line) & differs(word, 0)) & ~LOWS;
        for (; hit; hit &= hit - 1) {
            size_t q = p + (size_t)(__builtin_ctzll(hit) >> 3);
            c->pos = q;
            if (buf[q] != c->separator)
                return buf[q] == '\n' ? STOP_LINE : q < c->end ? STOP_NUL : STOP_MORE;
            int stop = close_field(c, q);
            if (stop != STOP_CLOSED)
                return stop;
            c->pos = q + 1;
            if (buf[q + 1] == '"')
                return STOP_QUOTE;
        }
    }
}

/* From inside a quote at c->pos to behind its end. */
static int scan_quoted(fade_csv *c)
{
    for (;;) {
        const char *q = memchr(c->buf + c->pos, '"', c->end - c->pos);
        if (!q) {
            c->pos = c->end;
            return STOP_MORE;
        }
        c->pos = (size_t)(q - c->buf);
        if (c->pos + 1 == c->end && !c->ended)
            return STOP_MORE;                           /* the next byte decides */
        if (q[1] != '"') {
            c->pos++;
            return STOP_CLOSED;
        }
        c->pos += 2;
    }
}

/* The last field of the row, before its newline at buf[pos]. */
static int close_row(fade_csv *c)
{
    size_t end = c->pos;
    if (end > c->field && c->buf[end - 1] == '\r')
        end--;
    return close_field(c, end);
}

/* No more bytes where the row goes on: reads some, or ends the row, or -1 where there is none. */
static int go_on(fade_csv *c, bool *done)
{
    if (!c->ended)
        return fill(c);
    if (c->inside)
        return broken(c, E_INPUT, c->next_line + c->newlines, "a quote opened in this row is never closed");
    if (c->pos == c->row)
        return -1;
    *done = true;
    return E_OK;
}

static int bad_stop(fade_csv *c, int stop)
{
    if (stop == STOP_NUL)
        return broken(c, E_INPUT, c->next_line + c->newlines, "a NUL byte in the text (binary or UTF-16?)");
    return broken(c, E_INPUT, c->next_line, "more than 4096 fields in a row");
}

/* Cuts one row, also a blank one. */
static int read_row(fade_csv *c)
{
    c->row = c->pos = c->field = c->next;
    c->n = 0;
    c->newlines = 0;
    c->inside = false;
    for (bool done = false; !done;) {
        int stop = c->inside ? scan_quoted(c) : scan_plain(c);
        int rc = E_OK;
        if (c->pos - c->row > LONGEST)
            return broken(c, E_INPUT, c->next_line, "a row longer than 1 MiB (is a quote left open?)");
        if (stop == STOP_MORE)
            rc = go_on(c, &done);
        else if (stop == STOP_LINE)
            done = true;
        else if (stop == STOP_QUOTE || stop == STOP_CLOSED) {
            c->inside = stop == STOP_QUOTE;
            c->pos += c->inside;
        } else
            rc = bad_stop(c, stop);
        if (rc)
            return rc;
    }
    size_t end = c->pos;
    int stop = close_row(c);
    if (stop != STOP_CLOSED)
        return bad_stop(c, stop);
    c->next = end < c->end ? end + 1 : end;
    c->line = c->next_line;
    c->next_line += 1 + c->newlines;
    return E_OK;
}

int csv_next(fade_csv *c, const fade_csv_field **field, uint32_t *n, why *w)
{
    int rc = c->broken.code;
    if (!rc)
        do
            rc = read_row(c);
        while (!rc && c->n == 1 && c->fields[0].n == 0 && c->newlines == 0 && c->buf[c->row] != '"');
    if (rc > 0)
        return fail(w, rc, "%s", c->broken.text);
    *field = c->fields;
    *n = rc ? 0 : c->n;
    return rc;
}

/* The separator that cuts the first rows into equal parts, or else the one seen most in the first row. */
static char sniff(const char *at, size_t n)
{
    static const char tried[] = { '\t', ';', ',' };
    size_t first[3] = { 0 }, now[3] = { 0 }, rows = 0;
    bool same[3] = { true, true, true }, inside = false;
    for (size_t i = 0; i < n && rows < SNIFF_ROWS; i++) {
        inside ^= at[i] == '"';
        for (int k = 0; k < 3; k++)
            now[k] += !inside && at[i] == tried[k];
        if (inside || at[i] != '\n' || (i && at[i - 1] == '\n') || (i > 1 && at[i - 1] == '\r' && at[i - 2] == '\n') ||
            !i)
            continue;                                   /* not the end of a row, or a blank one */
        for (int k = 0; k < 3; k++) {
            if (!rows)
                first[k] = now[k];
            same[k] = same[k] && now[k] == first[k];
            now[k] = 0;
        }
        rows++;
    }
    int best = 2;
    for (int k = 0; k < 3; k++) {
        if (!rows)
            first[k] = now[k];                          /* one row without a newline */
        if (rows > 1 && same[k] && first[k])
            return tried[k];
    }
    for (int k = 1; k >= 0; k--)
        if (first[k] > first[best])
            best = k;
    return tried[best];
}

/* To offset 0: the first chunk, behind a byte-order mark. */
static int begin(fade_csv *c)
{
    c->row = c->pos = c->field = c->next = c->end = 0;
    c->base = c->line = 0;
    c->next_line = 1;
    c->n = 0;
    c->ended = false;
    int rc = fill(c);
    if (!rc && c->end >= 3 && memcmp(c->buf, "\xef\xbb\xbf", 3) == 0)
        c->next = 3;
    return rc;
}

static int start(fade_csv *c, const char *path, char separator, fade_csv **out, why *w)
{
    *out = NULL;
    c->separator = separator;
    c->path = mem_dup(path);
    int rc = c->path ? begin(c) : fail(&c->broken, E_NOMEM, "no memory to open %s", path);
    size_t n = strlen(path);
    if (!rc && c->gz && n > 3 && strcmp(path + n - 3, ".gz") == 0 && c->end && gzdirect(c->gz))
        rc = fail(&c->broken, E_INPUT, "%s: is named .gz but is not gzip data", path);
    if (rc) {
        fail(w, rc, "%s", c->broken.text);
        csv_close(c);
        return rc;
    }
    if (!separator)
        c->separator = sniff(c->buf + c->next, c->end - c->next);
    *out = c;
    return E_OK;
}

int csv_open(const char *path, char separator, fade_csv **out, why *w)
{
    *out = NULL;
    fade_csv *c = mem_zero(1, sizeof *c);
    if (!c)
        return fail(w, E_NOMEM, "no memory to open %s", path);
    errno = 0;
    c->gz = gzopen(path, "rb");
    if (!c->gz) {
        free(c);
        return fail(w, E_IO, "%s: cannot open: %s", path, errno ? strerror(errno) : "no memory");
    }
    gzbuffer(c->gz, GZ_BUFFER);
    return start(c, path, separator, out, w);
}

int csv_memory(const char *at, size_t n, char separator, fade_csv **out, why *w)
{
    *out = NULL;
    fade_csv *c = mem_zero(1, sizeof *c);
    if (!c)
        return fail(w, E_NOMEM, "no memory to read %zu bytes", n);
    c->memory = at;
    c->nmemory = n;
    return start(c, "(memory)", separator, out, w);
}

uint64_t csv_line(const fade_csv *c)
{
    return c->line;
}

uint64_t csv_offset(const fade_csv *c)
{
    return c->base + c->next;
}

int csv_seek(fade_csv *c, uint64_t offset, uint64_t line, why *w)
{
    c->broken = (why){ 0 };
    bool there = offset <= INT64_MAX;
    if (c->gz) {
        gzclearerr(c->gz);
        there = there && gzseek(c->gz, offset ? (z_off_t)offset : 0, SEEK_SET) >= 0;
    } else {
        there = there && offset <= c->nmemory;
        c->memory_at = there ? (size_t)offset : 0;
    }
    int rc =
        there ? begin(c) : fail(&c->broken, E_INPUT, "%s: cannot go to byte %llu", c->path, (unsigned long long)offset);
    if (rc)
        return fail(w, rc, "%s", c->broken.text);
    if (offset) {
        c->base = offset;
        c->next = 0;
        c->line = line;
        c->next_line = line + 1;
    }
    return E_OK;
}

void csv_close(fade_csv *c)
{
    if (!c)
        return;
    if (c->gz)
        gzclose(c->gz);
    free(c->path);
    free(c->buf);
    free(c);
}

/* ---- the service ---- */

static int32_t reported(const fade_host *host, const why *w)
{
    int32_t code = w->code == E_IO ? FADE_EIO : w->code == E_NOMEM ? FADE_ENOMEM : FADE_EINVAL;
    if (host && host->report)
        fade_say(host, 3, code, -1, w->text);
    return code;
}

static int32_t service_open(const fade_host *host, const char *path, char separator, fade_csv **out)
{
    why w = { 0 };
    if (csv_open(path, separator, out, &w))
        return reported(host, &w);
    (*out)->host = host;
    return FADE_OK;
}

static int32_t service_next(fade_csv *c, const fade_csv_field **field, uint32_t *n)
{
    why w = { 0 };
    int rc = csv_next(c, field, n, &w);
    return rc > 0 ? reported(c->host, &w) : rc ? FADE_END : FADE_OK;
}

static int32_t service_seek(fade_csv *c, uint64_t offset, uint64_t line)
{
    why w = { 0 };
    return csv_seek(c, offset, line, &w) ? reported(c->host, &w) : FADE_OK;
}

const fade_csv_v1 *csv_table(void)
{
    static const fade_csv_v1 table = { sizeof table, service_open, service_next, csv_line,
                                       csv_offset,   service_seek, csv_close };
    return &table;
}

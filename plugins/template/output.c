/* SPDX-License-Identifier: MIT
 * @ID@.c - an output: one line of text per row, number first.
 *
 * Rows carry a number that rises by one.  A row that comes twice is written once; a resumed run says from which number
 * on rows are void, and the file is cut there.  Change the numbered places and golden.csv, then `make check`.
 */
#include "fade_plugin.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* 1. What a scenario may set.  A relative path lies in the result's folder. */
enum { P_PATH };
static const fade_param params[] = {
    { "path", "", "File of the rows; a relative path lies in the result's folder.", "", FADE_TEXT, 0, 0, 0, 0, 0, 0,
      "@ID@.txt" },
};

typedef struct output {
    const fade_host    *host;
    const fade_text_v1 *text;
    int                 file;
    off_t               good;                           /* bytes of the file: whole lines */
    uint32_t            ncol;
    uint64_t            next;                           /* number of the next row */
    char                path[4096];
} output;

static int32_t complain(const output *o, int32_t code, const char *doing)
{
    char said[4400];
    snprintf(said, sizeof said, "%s: cannot %s: %s", o->path, doing, strerror(errno));
    fade_say(o->host, 3, code, -1, said);
    return code;
}

static const fade_column *column(const fade_list *l, uint32_t i)
{
    return (const fade_column *)((const char *)l->at + (size_t)i * l->stride);
}

/* 2. The heading: names as in every file of fade (capacity_ah). */
static void heading(const output *o, const fade_run *run, FILE *to)
{
    char word[96];
    fputs("number cell cycle", to);
    for (uint32_t i = 0; i < o->ncol; i++) {
        o->text->name(column(&run->columns.out, i), word);
        fprintf(to, " %s", word);
    }
    fputc('\n', to);
}

/* 3. One row. */
static void put(const output *o, const fade_block *b, uint32_t i, FILE *to)
{
    char word[32];
    fprintf(to, "%" PRIu64 " %s %" PRId64, b->number[i], b->cell[i], b->cycle[i]);
    for (uint32_t k = 0; k < o->ncol; k++)
        fprintf(to, " %s", o->text->number(b->col[k][i], word) ? word : "-");
    fputc('\n', to);
}

/* All of it, or the file is as before: a row half written could not be told from a whole one. */
static int32_t append(output *o, const char *at, size_t n)
{
    size_t done = 0;
    while (done < n) {
        ssize_t k = write(o->file, at + done, n - done);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0) {
            int32_t rc = complain(o, FADE_EIO, "write");
            if (ftruncate(o->file, o->good) == 0)
                lseek(o->file, o->good, SEEK_SET);
            return rc;
        }
        done += (size_t)k;
    }
    o->good += (off_t)n;
    return FADE_OK;
}

/* [io] The new rows of a block, gathered and written at once.  FADE_EIO: the host keeps the block and calls again. */
static int32_t rows(void *self, const fade_block *b)
{
    output *o = self;
    char *at = NULL;
    size_t n = 0;
    FILE *to = b->stream == 0 ? open_memstream(&at, &n) : NULL;       /* samples are not for this file */
    if (!to)
        return b->stream == 0 ? complain(o, FADE_ENOMEM, "gather rows") : FADE_OK;
    for (uint32_t i = 0; i < b->n; i++)
        if (b->number[i] >= o->next)
            put(o, b, i, to);
    int32_t rc = fclose(to) ? complain(o, FADE_ENOMEM, "gather rows") : append(o, at, n);
    if (rc == FADE_OK && b->n && b->number[b->n - 1] >= o->next)
        o->next = b->number[b->n - 1] + 1;
    free(at);
    return rc;
}

/* Keeps the heading and the rows before `first`. */
static int32_t resume(output *o, uint64_t first)
{
    char part[4096];
    ssize_t n = 0, i = 0;
    for (uint64_t lines = 0; lines <= first; o->good++) {
        if (i == n) {
            n = read(o->file, part, sizeof part);
            i = 0;
        }
        if (n <= 0)
            return complain(o, FADE_EINVAL, "go on: it holds fewer rows than the run has behind it");
        lines += part[i++] == '\n';
    }
    if (ftruncate(o->file, o->good) || lseek(o->file, o->good, SEEK_SET) < 0)
        return complain(o, FADE_EIO, "cut it where the run goes on");
    return FADE_OK;
}

static int32_t start(output *o, const fade_run *run, const char *path)
{
    char *at = NULL;
    size_t n = 0;
    snprintf(o->path, sizeof o->path, "%s%s%s", *path == '/' ? "" : run->folder, *path == '/' ? "" : "/", path);
    o->next = run->first[0];
    o->file = open(o->path, O_RDWR | O_CLOEXEC | (o->next ? 0 : O_CREAT | O_TRUNC), 0666);
    if (o->file < 0)
        return complain(o, FADE_EIO, "write");
    if (o->next)
        return resume(o, o->next);
    FILE *to = open_memstream(&at, &n);
    if (!to)
        return complain(o, FADE_ENOMEM, "gather the heading");
    heading(o, run, to);
    int32_t rc = fclose(to) ? complain(o, FADE_ENOMEM, "gather the heading") : append(o, at, n);
    free(at);
    return rc;
}

/* [io] After a failed open there is no close. */
static int32_t output_open(const fade_host *host, const fade_args *args, const fade_run *run, void **self)
{
    output *o = calloc(1, sizeof *o);
    if (!o) {
        fade_say(host, 3, FADE_ENOMEM, -1, "no memory for @ID@");
        return FADE_ENOMEM;
    }
    o->host = host;
    o->file = -1;
    o->ncol = run->columns.out.n;
    o->text = host->iface(host, "fade.text/1");
    int32_t rc = FADE_EBUG;
    if (o->text)
        rc = start(o, run, args->at[P_PATH].text);
    else
        fade_say(host, 3, rc, -1, "@ID@ needs fade.text/1");
    if (rc) {
        if (o->file >= 0)
            close(o->file);
        free(o);
        return rc;
    }
    *self = o;
    return FADE_OK;
}

/* [io] All so far survives a power cut. */
static int32_t flush(void *self)
{
    output *o = self;
    return fdatasync(o->file) && errno != EINVAL ? complain(o, FADE_EIO, "bring rows to the disk") : FADE_OK;
}

/* [io] Always called after an open that went well; frees. */
static int32_t output_close(void *self, int32_t outcome, const char *why)
{
    (void)outcome;
    (void)why;
    output *o = self;
    int32_t rc = close(o->file) ? complain(o, FADE_EIO, "close") : FADE_OK;
    free(o);
    return rc;
}

/* 4. Who you are. */
static const fade_output_v1 output_v1 = {
    .size = sizeof output_v1, .open = output_open, .rows = rows, .flush = flush, .close = output_close
};

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.output/1") == 0 ? &output_v1 : NULL;
}

static const fade_desc desc = {
    .size = sizeof desc, .id = "@ID@", .kind = "output", .version = "0.1.0", .licence = "MIT",
    .doc = "One line of text per row.", .cite = "", .params = FADE_LIST(params), .iface = iface,
};
FADE_LIBRARY(&desc);

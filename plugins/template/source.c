/* SPDX-License-Identifier: MIT
 * @ID@.c - a source: cycles of cells from a CSV file with the header cell,cycle,temperature_mean,capacity.
 *
 * A source fills blocks of rows.  With each block it names the position where reading goes on; a resumed run opens it
 * there. Change the numbered places, golden.csv and check.toml, then `make check`.
 */
#include "fade_plugin.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 1. What a scenario may set.  FADE_PATH: made absolute against the scenario's folder. */
enum { P_PATH };
static const fade_param params[] = {
    { "path", "", "The CSV file.", "", FADE_PATH, FADE_REQUIRED, NAN, 0, 0, 0, 0, NULL },
};

/* 2. What the rows hold, in the unit of the file; the host converts.  FADE_PLANNED: known before the cycle.
 * FADE_TARGET: the answer. */
enum { Y_TEMPERATURE, Y_CAPACITY, FIELDS = 4 };
static const fade_column out[] = {
    { "temperature_mean", "degC", "Mean temperature of the cell.", NAN, 0, 0, 0, 0, 1, FADE_PLANNED },
    { "capacity", "Ah", "Discharge capacity, as measured.", NAN, 0, 0, 0, 0, 1, FADE_TARGET },
};

typedef struct name { struct name *next; char at[65]; } name;

typedef struct source {
    const fade_host    *host;
    const fade_csv_v1  *read;
    const fade_text_v1 *text;
    fade_csv           *file;
    name               *names;                          /* of cells: valid until close */
} source;

static int32_t complain(const source *s, int32_t code, const char *text, const char *field)
{
    char said[256];
    snprintf(said, sizeof said, "line %" PRIu64 ": %s (\"%.60s\")", s->file ? s->read->line(s->file) : 0, text, field);
    fade_say(s->host, 3, code, -1, said);
    return code;
}

static void source_close(void *self)
{
    source *s = self;
    for (name *n = s->names, *next; n; n = next) {
        next = n->next;
        free(n);
    }
    if (s->file)
        s->read->close(s->file);
    free(s);
}

/* 3. [io] Opens, reads the header, and goes to `position` ("OFFSET LINE", as next() wrote it). */
static int32_t begin(source *s, const char *path, const char *position)
{
    const fade_csv_field *f;
    uint32_t n;
    uint64_t offset, line;
    int32_t rc = s->read->open(s->host, path, ',', &s->file);
    if (rc)
        return rc;                                      /* the service has reported */
    rc = s->read->next(s->file, &f, &n);
    if (rc < 0)
        return rc;
    if (rc == FADE_END || n != FIELDS || strcmp(f[0].at, "cell") != 0 || strcmp(f[1].at, "cycle") != 0)
        return complain(s, FADE_EINVAL, "@ID@ wants the header cell,cycle,temperature_mean,capacity",
                        rc == FADE_END ? "" : f[0].at);
    if (position && sscanf(position, "%" SCNu64 " %" SCNu64, &offset, &line) != 2)
        return complain(s, FADE_EINVAL, "this is no position of @ID@", position);
    return position ? s->read->seek(s->file, offset, line) : FADE_OK;
}

static int32_t source_open(const fade_host *host, const fade_args *args, const char *position, void **out_source)
{
    source *s = calloc(1, sizeof *s);
    if (!s) {
        fade_say(host, 3, FADE_ENOMEM, -1, "no memory for @ID@");
        return FADE_ENOMEM;
    }
    s->host = host;
    s->read = host->iface(host, "fade.csv/1");
    s->text = host->iface(host, "fade.text/1");
    int32_t rc = s->read && s->text ? FADE_OK : FADE_EBUG;
    if (rc)
        fade_say(host, 3, rc, -1, "@ID@ needs fade.csv/1 and fade.text/1");
    else if (!args->at[P_PATH].text)
        rc = complain(s, FADE_EINVAL, "@ID@ needs a path", "");
    else
        rc = begin(s, args->at[P_PATH].text, position);
    if (rc)
        source_close(s);
    else
        *out_source = s;
    return rc;
}

/* The name of a cell, kept once. */
static const char *cell_name(source *s, const fade_csv_field *f)
{
    for (name *n = s->names; n; n = n->next)
        if (strcmp(n->at, f->at) == 0)
            return n->at;
    if (f->n < 1 || f->n > 64 ||
        f->n != strspn(f->at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"))
        return NULL;
    name *n = calloc(1, sizeof *n);
    if (!n)
        return NULL;
    memcpy(n->at, f->at, f->n);
    n->next = s->names;
    s->names = n;
    return n->at;
}

/* 4. One row of the file into row i of the block; an empty field is unknown. */
static int32_t fill(source *s, const fade_csv_field *f, fade_block *b, uint32_t i)
{
    double cycle, v;
    b->cell[i] = cell_name(s, &f[0]);
    if (!b->cell[i])
        return complain(s, FADE_EINVAL, "this is no name for a cell", f[0].at);
    if (s->text->real(f[1].at, f[1].n, &cycle) || !(cycle >= 0 && cycle < 1e15))
        return complain(s, FADE_EINVAL, "this is no number of a cycle", f[1].at);
    b->cycle[i] = (int64_t)cycle;
    b->time[i] = INT64_MIN;                             /* unknown */
    for (uint32_t k = 0; k < FIELDS - 2; k++) {
        if (f[k + 2].n && s->text->real(f[k + 2].at, f[k + 2].n, &v))
            return complain(s, FADE_EINVAL, "this is no number", f[k + 2].at);
        b->col[k][i] = f[k + 2].n ? v : NAN;
    }
    return FADE_OK;
}

/* [io] Up to cap rows.  FADE_END only when there is none left. */
static int32_t next(void *self, fade_block *b, int32_t timeout_ms)
{
    (void)timeout_ms;                                   /* a file does not keep anybody waiting */
    source *s = self;
    const fade_csv_field *f;
    uint32_t n;
    b->stream = 0;
    for (b->n = 0; b->n < b->cap; b->n++) {
        int32_t rc = s->read->next(s->file, &f, &n);
        if (rc == FADE_END)
            break;
        if (rc == FADE_OK && n != FIELDS)
            rc = complain(s, FADE_EINVAL, "a row has not four fields", f[0].at);
        if (rc == FADE_OK)
            rc = fill(s, f, b, b->n);
        if (rc)
            return rc;
    }
    snprintf(b->position, 256, "%" PRIu64 " %" PRIu64, s->read->offset(s->file), s->read->line(s->file) + 1);
    return b->n ? FADE_OK : FADE_END;
}

/* 5. Who you are. */
static const fade_source_v1 source_v1 = {
    .size = sizeof source_v1, .open = source_open, .close = source_close, .next = next
};

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.source/1") == 0 ? &source_v1 : NULL;
}

static const fade_desc desc = {
    .size = sizeof desc,
    .id = "@ID@",
    .kind = "source",
    .version = "0.1.0",
    .licence = "MIT",
    .doc = "Cycles of cells from a CSV file.",
    .cite = "",
    .params = FADE_LIST(params),
    .columns = { .out = FADE_LIST(out) },
    .iface = iface,
};
FADE_LIBRARY(&desc);

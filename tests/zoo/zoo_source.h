/* SPDX-License-Identifier: MIT
 * zoo_source.h - a source that is sound (two cells, twenty cycles each), until a file of the zoo replaces one part of it.
 */
#include "fade_plugin.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 40 };
static const fade_param params[] = { { "path", "", "A file that must be there, if given.", "", FADE_PATH, 0, 0, 0, 0, 0, 0, NULL } };
static const fade_column out[] = { { "capacity", "Ah", "Capacity.", 0, 0, 0, 0, 0, 1, FADE_TARGET } };

typedef struct source {
    const fade_host *host;
    int   at;
    int   ends;
    char  name[8];
} source;

#ifndef ZOO_OPEN
#define ZOO_OPEN
#endif
#ifndef ZOO_FILE
#define ZOO_FILE                                                                  \
    if (f == NULL && path) {                                                      \
        snprintf(text, sizeof text, "%s: %s", path, strerror(errno));             \
        fade_say(host, 3, FADE_EIO, -1, text);                                    \
        return FADE_EIO;                                                          \
    }
#endif
static int32_t source_open(const fade_host *host, const fade_args *args, const char *position, void **self)
{
    const char *path = args->at[0].text;
    char text[5000];
    FILE *f = path ? fopen(path, "r") : NULL;
    ZOO_FILE
    if (f)
        fclose(f);
    source *s = calloc(1, sizeof *s);
    if (!s)
        return FADE_ENOMEM;
    s->host = host;
    s->at = position ? atoi(position) : 0;
    ZOO_OPEN
    *self = s;
    return FADE_OK;
}

#ifndef ZOO_CELL
#define ZOO_CELL s->at % 2 ? "B2" : "A1"
#endif
#ifndef ZOO_CYCLE
#define ZOO_CYCLE s->at / 2 + 1
#endif
#ifndef ZOO_VALUE
#define ZOO_VALUE 2.0 - 0.01 * s->at
#endif
#ifndef ZOO_END
#define ZOO_END FADE_END
#endif
#ifndef ZOO_NEXT
#define ZOO_NEXT
#endif
static int32_t next(void *self, fade_block *b, int32_t timeout_ms)
{
    source *s = self;
    (void)timeout_ms;
    b->stream = 0;
    ZOO_NEXT
    if (s->at >= ROWS)
        return ZOO_END;
    for (b->n = 0; b->n < b->cap && s->at < ROWS; b->n++, s->at++) {
        b->cell[b->n] = ZOO_CELL;
        b->cycle[b->n] = ZOO_CYCLE;
        b->time[b->n] = INT64_MIN;
        b->col[0][b->n] = ZOO_VALUE;
    }
    snprintf(b->position, 256, "%d", s->at);
    return FADE_OK;
}

#ifndef ZOO_SOURCE
#define ZOO_SOURCE .flags = 0
#endif
static const fade_source_v1 source_v1 = { .size = sizeof source_v1, .open = source_open, .close = free, .next = next, ZOO_SOURCE };

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.source/1") == 0 ? &source_v1 : NULL;
}

static const fade_desc desc = {
    .size = sizeof desc, .id = ID, .kind = "source", .version = "1.0.0", .licence = "MIT", .doc = "A zoo.", .cite = "",
    .params = FADE_LIST(params), .columns = { .out = FADE_LIST(out) }, .iface = iface,
};
FADE_LIBRARY(&desc);

/* SPDX-License-Identifier: MIT
 * zoo_output.h - an output that is sound (a file of numbers), until a file of the zoo replaces one part of it.
 */
#include "fade_plugin.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE = 9 };                                      /* bytes of a row: eight digits and a newline */

typedef struct output {
    const fade_host *host;
    FILE    *file;
    uint64_t next;
} output;

#ifndef ZOO_CUT
#define ZOO_CUT run->first[0]
#endif
static int32_t output_open(const fade_host *host, const fade_args *args, const fade_run *run, void **self)
{
    char path[5000];
    (void)args;
    output *o = calloc(1, sizeof *o);
    if (!o)
        return FADE_ENOMEM;
    snprintf(path, sizeof path, "%s/zoo.txt", run->folder);
    *o = (output){ host, fopen(path, run->first[0] ? "r+" : "w"), run->first[0] };
    if (!o->file) {
        fade_say(host, 3, FADE_EIO, -1, "no file");
        free(o);
        return FADE_EIO;
    }
    if (ftruncate(fileno(o->file), (long)(ZOO_CUT) * LINE) || fseek(o->file, 0, SEEK_END))
        return FADE_EIO;
    *self = o;
    return FADE_OK;
}

#ifndef ZOO_NEW
#define ZOO_NEW b->number[i] >= o->next
#endif
static int32_t rows(void *self, const fade_block *b)
{
    output *o = self;
    for (uint32_t i = 0; i < b->n; i++)
        if (ZOO_NEW) {
            fprintf(o->file, "%08" PRIu64 "\n", b->number[i]);
            o->next = b->number[i] + 1;
        }
    return FADE_OK;
}

static int32_t flush(void *self)
{
    return fflush(((output *)self)->file) ? FADE_EIO : FADE_OK;
}

#ifndef ZOO_CLOSED
#define ZOO_CLOSED FADE_OK
#endif
static int32_t output_close(void *self, int32_t outcome, const char *why)
{
    output *o = self;
    (void)outcome;
    (void)why;
    fclose(o->file);
    free(o);
    return ZOO_CLOSED;
}

#ifndef ZOO_OUTPUT
#define ZOO_OUTPUT .flags = 0
#endif
static const fade_output_v1 output_v1 = { .size = sizeof output_v1, .open = output_open, .rows = rows, .flush = flush, .close = output_close, ZOO_OUTPUT };

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.output/1") == 0 ? &output_v1 : NULL;
}

static const fade_desc desc = {
    .size = sizeof desc, .id = ID, .kind = "output", .version = "1.0.0", .licence = "MIT", .doc = "A zoo.", .cite = "", .iface = iface,
};
FADE_LIBRARY(&desc);

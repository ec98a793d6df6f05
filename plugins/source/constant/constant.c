/* SPDX-License-Identifier: MIT
 * constant.c - a source of fixed conditions: one row a cell, which holds for ever.
 */
#include "fade_plugin.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* X(key, unit, default, min, max, sentence): a parameter and the column it fills. */
#define CONSTANTS(X)                                                                                                   \
    X(depth, "1", 1, 0, 1, "Depth of discharge of each cycle.")                                                        \
    X(soc_mean, "1", 0.5, 0, 1, "Mean state of charge over the cycle.")                                                \
    X(temperature_mean, "K", 298.15, 173.15, 473.15, "Mean temperature of the cell.")                                  \
    X(temperature_ambient, "K", 298.15, 173.15, 473.15, "Temperature around the cell.")                                \
    X(c_rate, "1/h", 1, 0, 100, "Rate of discharge, times the nominal capacity.")                                      \
    X(c_rate_charge, "1/h", 1, 0, 100, "Rate of charge, times the nominal capacity.")                                  \
    X(rest, "s", 0, 0, 1e10, "Time at no load before each cycle.")                                                     \
    X(duration, "s", 86400, 0, 1e10, "Calendar time of each row, start to start: one cycle a day unless given.")       \
    X(count, "", 1, 0, 1e6, "Alike cycles each row stands for.")

#define PARAM(key, unit, def, min, max, doc) { #key, unit, doc, "", FADE_REAL, 0, def, min, max, 0, 0, NULL },
#define COLUMN(key, unit, def, min, max, doc) { #key, unit, doc, 0, min, max, 0, 0, 0, FADE_PLANNED },
#define ONE(...) +1
enum { NCOLUMN = 0 CONSTANTS(ONE), ID_BYTES = 16 };

static const fade_param params[] = {
    { "cells", "", "How many alike cells: cell-1, cell-2, ..", "", FADE_INT, 0, 1, 1, 1e7, 0, 0, NULL },
    CONSTANTS(PARAM)
};
static const fade_column out[] = { CONSTANTS(COLUMN) };

typedef struct constant {
    uint32_t cells, done;
    double   value[NCOLUMN];
    char     id[][ID_BYTES];
} constant;

/* cell-007: i padded with zeros to the width of the last one. */
static void name_cell(char id[ID_BYTES], uint32_t i, uint32_t last)
{
    char number[ID_BYTES], widest[ID_BYTES];
    int n = snprintf(number, sizeof number, "%u", i), pad = snprintf(widest, sizeof widest, "%u", last) - n;
    memcpy(id, "cell-", 5);
    memset(id + 5, '0', (size_t)pad);
    memcpy(id + 5 + pad, number, (size_t)n + 1);
}

/* Where a position points: the rows already handed out.  -1: not one of ours. */
static long long position_of(const char *position, uint32_t cells)
{
    if (!position || !*position)
        return 0;
    char *end;
    unsigned long n = strtoul(position, &end, 10);
    return *position >= '0' && *position <= '9' && !*end && n <= cells ? (long long)n : -1;
}

static int32_t constant_open(const fade_host *host, const fade_args *args, const char *position, void **source)
{
    uint32_t cells = (uint32_t)args->at[0].real;
    long long done = position_of(position, cells);
    if (done < 0) {
        char text[400];
        snprintf(text, sizeof text, "position '%.255s' is not a number of rows from 0 to %u", position, cells);
        fade_say(host, 3, FADE_EINVAL, -1, text);
        return FADE_EINVAL;
    }
    constant *c = calloc(1, sizeof *c + (size_t)cells * sizeof c->id[0]);
    if (!c) {
        fade_say(host, 3, FADE_ENOMEM, -1, "no memory for the names of the cells");
        return FADE_ENOMEM;
    }
    c->cells = cells;
    c->done = (uint32_t)done;
    for (uint32_t j = 0; j < NCOLUMN; j++)
        c->value[j] = args->at[j + 1].real;
    for (uint32_t i = 0; i < cells; i++)
        name_cell(c->id[i], i + 1, cells);
    *source = c;
    return FADE_OK;
}

static void constant_close(void *source)
{
    free(source);
}

static int32_t constant_next(void *source, fade_block *b, int32_t timeout_ms)
{
    (void)timeout_ms;
    constant *c = source;
    b->n = 0;
    if (b->stream != 0 || c->done == c->cells)
        return FADE_END;
    for (; b->n < b->cap && c->done < c->cells; b->n++, c->done++) {
        b->cell[b->n] = c->id[c->done];
        b->cycle[b->n] = 1;
        b->time[b->n] = INT64_MIN;
        for (uint32_t j = 0; j < NCOLUMN; j++)
            b->col[j][b->n] = c->value[j];
    }
    if (b->position)
        snprintf(b->position, 256, "%u", c->done);
    return FADE_OK;
}

static const fade_source_v1 source_v1 = {
    .size = sizeof source_v1, .flags = FADE_HOLD, .open = constant_open, .close = constant_close, .next = constant_next,
};

static const void *constant_iface(const fade_desc *desc, const char *id)
{
    (void)desc;
    return strcmp(id, "fade.source/1") == 0 ? &source_v1 : NULL;
}

static const fade_desc constant_desc = {
    .size = sizeof constant_desc,
    .id = "constant",
    .kind = "source",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "Fixed conditions for any number of alike cells, for as many cycles as the run asks for.",
    .cite = "",
    .params = FADE_LIST(params),
    .columns = { .out = FADE_LIST(out) },
    .iface = constant_iface,
};
FADE_LIBRARY(&constant_desc);

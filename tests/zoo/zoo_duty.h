/* SPDX-License-Identifier: MIT
 * zoo_duty.h - a duty that is sound (two cells, forty samples for both), until a file of the zoo replaces one part of it.
 */
#include "fade_plugin.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 2, ALL = 42 };
#ifndef ZOO_COLUMNS
#define ZOO_COLUMNS "time", "soc", "temperature"
#endif
static const char *const keys[] = { ZOO_COLUMNS };
static fade_column sample[] = {
    { "time", "s", "Time.", 0, 0, 0, 0, 0, 1, 0 },
    { "soc", "1", "State of charge.", 0, 0, 1, 0, 0, 1, 0 },
    { "temperature", "K", "Temperature.", 0, 150, 500, 0, 0, 1, 0 },
};

static int32_t source_open(const fade_host *host, const fade_args *args, const char *position, void **self)
{
    char *end = "";
    int *at = calloc(1, sizeof *at);
    if (!at)
        return FADE_ENOMEM;
    *at = position ? (int)strtol(position, &end, 10) : 0;
    if (*end) {
        fade_say(host, 3, FADE_EINVAL, -1, "the position is not a number");
        free(at);
        return FADE_EINVAL;
    }
    for (int k = 0; k < 3; k++)
        sample[k].key = keys[k];
    *self = at;
    return FADE_OK;
}

#ifndef ZOO_CELL
#define ZOO_CELL NULL
#endif
#ifndef ZOO_TIME
#define ZOO_TIME 60.0 * i
#endif
#ifndef ZOO_SOC
#define ZOO_SOC 0.5 + 0.01 * (i % 7)
#endif
#ifndef ZOO_ROW
#define ZOO_ROW i < ROWS
#endif
static int32_t next(void *self, fade_block *b, int32_t timeout_ms)
{
    int *at = self, i = *at, row = ZOO_ROW;
    (void)timeout_ms;
    b->n = 0;
    if (i >= ALL)
        return FADE_END;
    b->stream = row ? 0 : 1;
    for (; b->n < b->cap && i < ALL && (ZOO_ROW) == row; b->n++, i++) {
        b->cell[b->n] = row ? i % 2 ? "B2" : "A1" : ZOO_CELL;
        b->cycle[b->n] = row ? i + 1 : 0;
        b->time[b->n] = INT64_MIN;
        b->col[0][b->n] = ZOO_TIME;
        b->col[1][b->n] = ZOO_SOC;
        b->col[2][b->n] = 298.15;
    }
    *at = i;
    snprintf(b->position, 256, "%d", i);
    return FADE_OK;
}

static int32_t columns(const void *self, fade_columns *to)
{
    to->sample = (fade_list)FADE_LIST(sample);
    return FADE_OK;
}

#ifdef ZOO_AGAIN
static uint32_t pass_over(void *self, uint32_t period, uint32_t most, char *position)
{
    int *at = self, n = (int)most < ALL - *at ? (int)most : ALL - *at;
    if (*at < ROWS + 1 + (int)period || !(ZOO_AGAIN))
        return 0;
    *at += n;
    snprintf(position, 256, "%d", *at);
    return (uint32_t)n;
}
#else
#define pass_over NULL
#endif

static const fade_source_v1 source_v1 = {
    .size = sizeof source_v1, .flags = FADE_DUTY, .open = source_open, .close = free, .next = next, .columns = columns, .again = pass_over,
};

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.source/1") == 0 ? &source_v1 : NULL;
}

static const fade_desc desc = {
    .size = sizeof desc, .id = ID, .kind = "source", .version = "1.0.0", .licence = "MIT", .doc = "A zoo.", .cite = "",
    .columns = { .sample = FADE_LIST(sample) }, .iface = iface,
};
FADE_LIBRARY(&desc);

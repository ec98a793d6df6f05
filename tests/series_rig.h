/* SPDX-License-Identifier: MIT
 * series_rig.h - a built-in source "series" for tests and measurements: samples from memory, repeated, for one cell or many.
 */
#ifndef FADE_TESTS_SERIES_RIG_H
#define FADE_TESTS_SERIES_RIG_H
#include "core/fade_plugin.h"
#include "core/host/library.h"
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What "series" gives: n samples, then again `period` later, `repeat` times in all. */
static struct {
    size_t n, repeat;
    const double *t, *soc, *temperature;          /* s, 1, K */
    double period;
    uint32_t cells, cap;                          /* cap: samples a block at most; 0: what fits */
    bool apart;                                   /* each cell its own samples: cell k's are k * shift warmer, and .. */
    double shift, slower;                         /* .. take 1 + k * slower the time */
    size_t less, late;                            /* .. end k * less samples early, and begin k * late samples late */
    bool backwards, whole;                        /* the last cell comes first; a cell comes whole before the next */
    atomic_int *stop;                             /* set with block number stop_at of this opening */
    size_t stop_at, blocks;
    size_t again;                                 /* samples after which they come again, but for the last of all; 0: it does not say */
    size_t passed;                                /* over in this opening, as the host remembered them */
    double (*clock)(void), spent;                 /* where it is asked for: seconds it took to give them */
} series = { .cells = 1, .repeat = 1 };

typedef struct series_at { size_t at; uint32_t cell; bool told; char id[16][16]; } series_at;

static int32_t series_open(const fade_host *h, const fade_args *a, const char *position, void **out)
{
    (void)h;
    (void)a;
    series_at *s = calloc(1, sizeof *s);
    unsigned long at = 0;
    unsigned cell = 0, told = 0;
    if (position && *position)
        sscanf(position, "%lu %u %u", &at, &cell, &told);
    *s = (series_at){ .at = at, .cell = cell, .told = told };
    for (unsigned i = 0; i < 16; i++)
        snprintf(s->id[i], sizeof s->id[i], "cell-%u", i + 1);
    *out = s;
    series.blocks = series.passed = 0;
    return FADE_OK;
}

static void series_counted(void)
{
    if (series.stop && ++series.blocks == series.stop_at)
        *series.stop = 1;
}

static void series_told(series_at *s, fade_block *b)
{
    s->told = true;
    for (uint32_t i = 0; i < series.cells && i < 16; i++, b->n++) {
        b->cell[i] = s->id[i];
        b->col[0][i] = series.t[series.n - 1] - series.t[0] + series.period * (double)(series.repeat - 1);
        b->col[0][i] *= series.apart ? 1 + i * series.slower : 1;
        b->cycle[i] = 1;
        b->time[i] = INT64_MIN;
    }
    snprintf(b->position, 256, "0 0 1");
}

/* Samples s->at .. + n of a cell of its own, as far as it has them. */
static void series_apart(const series_at *s, fade_block *b, uint32_t n)
{
    uint32_t cell = series.backwards ? series.cells - 1 - s->cell : s->cell;
    for (size_t at = s->at; at < s->at + n; at++) {
        size_t k = at % series.n;
        if (at < cell * series.late || at + cell * series.less >= series.n * series.repeat)
            continue;
        b->cell[b->n] = s->id[cell];
        b->time[b->n] = INT64_MIN;
        b->col[0][b->n] = (series.t[k] + series.period * (double)(at / series.n)) * (1 + cell * series.slower);
        b->col[1][b->n] = series.soc[k];
        b->col[2][b->n++] = series.temperature[k] + cell * series.shift;
    }
}

static void series_shared(const series_at *s, fade_block *b, uint32_t n)
{
    const double *from[] = { series.t, series.soc, series.temperature };
    b->n = n;
    for (int c = 0; c < 3 && series.repeat == 1; c++)
        memcpy(b->col[c], from[c] + s->at, n * sizeof **b->col);
    for (uint32_t i = 0; i < n; i++) {
        b->cell[i] = NULL;
        b->time[i] = INT64_MIN;
    }
    for (uint32_t i = 0; i < n && series.repeat > 1; i++)
        for (int c = 0; c < 3; c++) {
            size_t k = (s->at + i) % series.n;
            b->col[c][i] = from[c][k] + (c == 0 ? series.period * (double)((s->at + i) / series.n) : 0);
        }
}

/* One block from where s stands, and on to the next; it may be empty where a cell has no sample (any more). */
static void series_block(series_at *s, fade_block *b, uint32_t most)
{
    size_t all = series.n * series.repeat;
    uint32_t n = (uint32_t)(all - s->at < most ? all - s->at : most);
    if (series.apart)
        series_apart(s, b, n);
    else
        series_shared(s, b, n);
    bool again = series.apart && s->cell + 1 < series.cells;              /* another cell stands behind */
    if (series.whole && again && s->at + n == all) {
        s->cell++;
        s->at = 0;
    } else if (!series.whole && again)
        s->cell++;
    else {
        s->at += n;
        s->cell = series.whole ? s->cell : 0;
    }
}

static int32_t series_next(void *source, fade_block *b, int32_t timeout_ms)
{
    (void)timeout_ms;
    series_at *s = source;
    uint32_t most = series.cap && series.cap < b->cap ? series.cap : b->cap;
    b->n = 0;
    b->stream = s->told;
    series_counted();
    if (!s->told) {
        series_told(s, b);
        return FADE_OK;
    }
    double since = series.clock ? series.clock() : 0;
    while (b->n == 0 && s->at < series.n * series.repeat)
        series_block(s, b, most);
    series.spent += series.clock ? series.clock() - since : 0;
    snprintf(b->position, 256, "%zu %u 1", s->at, s->cell);
    return s->at < series.n * series.repeat ? FADE_OK : FADE_END;
}

static uint32_t series_again(void *source, uint32_t period, uint32_t most, char *position)
{
    series_at *s = source;
    size_t all = series.n * series.repeat;
    if (!series.again || period % series.again || series.apart || s->at <= period || s->at + 1 >= all)
        return 0;
    most = series.cap && series.cap < most ? series.cap : most;
    series_counted();
    most = s->at + most < all ? most : (uint32_t)(all - 1 - s->at);
    s->at += most;
    series.passed += most;
    snprintf(position, 256, "%zu %u 1", s->at, s->cell);
    return most;
}

static const fade_column series_out[] = { { "length", "s", "How long the duty is.", 0, 0, 0, 0, 0, 1, FADE_PLANNED } };
static const fade_column series_sample[] = {
    { "time", "s", "Time since the start.", 0, 0, 0, 0, 0, 1, FADE_PLANNED },
    { "soc", "1", "State of charge.", 0, 0, 0, 0, 0, 1, FADE_PLANNED },
    { "temperature", "K", "Temperature of the cell.", 0, 0, 0, 0, 0, 1, FADE_PLANNED },
};
static const fade_source_v1 series_v1 = {
    .size = sizeof series_v1, .flags = FADE_DUTY, .open = series_open, .close = free, .next = series_next, .again = series_again
};
static const void *series_iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.source/1") == 0 ? &series_v1 : NULL;
}
static const fade_desc series_desc = { .size = sizeof series_desc,
                                       .id = "series",
                                       .kind = "source",
                                       .version = "1.0.0",
                                       .licence = "MIT",
                                       .doc = "Samples from memory for a test.",
                                       .cite = "",
                                       .columns = { .out = FADE_LIST(series_out), .sample = FADE_LIST(series_sample) },
                                       .iface = series_iface };
static const fade_desc *const series_plugins[] = { &series_desc, NULL };
static const fade_library series_library = { FADE_MAGIC, FADE_ABI_NEED, FADE_FINGERPRINT, sizeof series_library,
                                             series_plugins };

enum { SYNTHETIC_N = 87601 };

/* Ten years, hourly: BLAST-Lite's "synthetic" profile, from its formula. */
static inline void series_synthetic(void)
{
    static double t[SYNTHETIC_N], soc[SYNTHETIC_N], temperature[SYNTHETIC_N];
    static const double day[24] = { 1, 1, 1, 1, 1, 1, .4, .4, .6, .6, 1, 1, .9, .8, .7, .6, .5, .4, .3, .2, .2, .2, .2, .6 };
    for (int h = 0; h < SYNTHETIC_N; h++) {
        int j = h % 24, k = h % 8760;
        double a = j <= 10 ? 25 + j * (10.0 / 11) : j == 11 ? 35 : j <= 22 ? (j - 12) * (-10.0 / 11) + 35 : 25;
        double b = k <= 4366 ? -5 + k * (10.0 / 4367) : k == 4367 ? 5 : k <= 8758 ? (k - 4368) * (-10.0 / 4391) + 5 : -5;
        t[h] = 3600.0 * h;
        soc[h] = h == SYNTHETIC_N - 1 ? 1 : day[j];
        temperature[h] = 273.15 + (h == SYNTHETIC_N - 1 ? 20 : a + b);
    }
    series.n = SYNTHETIC_N;
    series.t = t;
    series.soc = soc;
    series.temperature = temperature;
    series.repeat = 1;
    series.period = 0;
    series.again = 0;
}
#endif

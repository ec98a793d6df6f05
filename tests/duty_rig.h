/* SPDX-License-Identifier: MIT
 * duty_rig.h - reads a source whose samples are a duty: its cells, then all samples.
 */
#ifndef FADE_TESTS_DUTY_RIG_H
#define FADE_TESTS_DUTY_RIG_H
#include "tests/source_rig.h"

enum { DUTY_CELLS = 64, DUTY_BLOCKS = 1 << 14 };

typedef struct duty_rows {
    char     cell[DUTY_CELLS][80];                /* rows of stream 0 */
    uint32_t ncell;
    size_t   n, cap, blocks;
    uint64_t *of;                                 /* text_hash of the cell's name; 0: all cells */
    int64_t *date;
    double  *time, *soc, *kelvin;
    size_t  *before;                              /* samples before block k, k <= blocks */
    char   (*position)[256];                      /* after block k */
    int      wrong;                               /* the contract was broken so often */
    int32_t  code;
} duty_rows;

static inline void duty_free(duty_rows *r)
{
    free(r->of);
    free(r->date);
    free(r->time);
    free(r->soc);
    free(r->kelvin);
    free(r->before);
    free(r->position);
    memset(r, 0, sizeof *r);
}

static inline int duty_told(const duty_rows *r, const char *cell)
{
    for (uint32_t i = 0; i < r->ncell; i++)
        if (strcmp(r->cell[i], cell) == 0)
            return 1;
    return 0;
}

static inline void duty_grow(duty_rows *r, size_t more)
{
    if (r->n + more <= r->cap)
        return;
    r->cap = 2 * (r->n + more);
    r->of = realloc(r->of, r->cap * sizeof *r->of);
    r->date = realloc(r->date, r->cap * sizeof *r->date);
    r->time = realloc(r->time, r->cap * sizeof *r->time);
    r->soc = realloc(r->soc, r->cap * sizeof *r->soc);
    r->kelvin = realloc(r->kelvin, r->cap * sizeof *r->kelvin);
}

static inline void duty_take(duty_rows *r, const fade_block *b)
{
    duty_grow(r, b->n);
    for (uint32_t i = 0; i < b->n; i++) {
        if (b->stream == 0) {
            r->wrong += r->n > 0 || b->cycle[i] != 1 || b->time[i] != INT64_MIN || !b->cell[i];
            if (r->ncell < DUTY_CELLS)
                snprintf(r->cell[r->ncell++], sizeof r->cell[0], "%.79s", b->cell[i]);
            continue;
        }
        r->wrong += b->stream != 1 || b->cycle[i] != 0 || b->cell[i] != b->cell[0];
        r->wrong += r->ncell > 0 && r->ncell < DUTY_CELLS && b->cell[i] && !duty_told(r, b->cell[i]);
        r->of[r->n] = b->cell[i] ? text_hash(b->cell[i]) : 0;
        r->date[r->n] = b->time[i];
        r->time[r->n] = b->col[0][i];
        r->soc[r->n] = b->col[1][i];
        r->kelvin[r->n++] = b->col[2][i];
    }
}

/* At most `most` samples (0: all) in blocks of `cap`, from `position`.  Returns open()'s code; r->code is next()'s last. */
static inline int32_t duty_read(rig *g, const char *position, uint32_t cap, size_t most, duty_rows *r)
{
    memset(r, 0, sizeof *r);
    void *source = NULL;
    int32_t rc = g->vt->open(&g->host, &g->args, position, &source);
    if (rc)
        return rc;
    double *at = calloc((size_t)3 * cap, sizeof *at), *col[3] = { at, at + cap, at + 2 * (size_t)cap };
    char now[256] = "";
    fade_block b = { .size = sizeof b, .cap = cap, .col = col, .position = now };
    b.cell = calloc(cap, sizeof *b.cell);
    b.time = calloc(cap, sizeof *b.time);
    b.cycle = calloc(cap, sizeof *b.cycle);
    r->before = calloc(DUTY_BLOCKS + 1, sizeof *r->before);
    r->position = calloc(DUTY_BLOCKS, sizeof *r->position);
    while ((most == 0 || r->n < most) && (b.stream = 0, r->code = g->vt->next(source, &b, 0)) == FADE_OK) {
        r->wrong += b.n == 0 || b.n > cap;
        duty_take(r, &b);
        if (r->blocks < DUTY_BLOCKS) {
            memcpy(r->position[r->blocks++], now, sizeof now);
            r->before[r->blocks] = r->n;
        }
    }
    r->wrong += r->code == FADE_END && g->vt->next(source, &b, 0) != FADE_END;
    g->vt->close(source);
    free(at);
    free(b.cell);
    free(b.time);
    free(b.cycle);
    return FADE_OK;
}

/* 1: the samples of b are those of a from `from` on, bit by bit and cell by cell. */
static inline int duty_same(const duty_rows *a, size_t from, const duty_rows *b)
{
    size_t n = b->n, bytes = n * sizeof(double);
    return a->n - from == n && !a->wrong && !b->wrong &&
           (n == 0 || (memcmp(a->time + from, b->time, bytes) == 0 && memcmp(a->soc + from, b->soc, bytes) == 0 &&
                       memcmp(a->kelvin + from, b->kelvin, bytes) == 0 && memcmp(a->date + from, b->date, bytes) == 0 &&
                       memcmp(a->of + from, b->of, n * sizeof *a->of) == 0));
}
#endif

/* SPDX-License-Identifier: MIT
 * checker_source.c - tests of sources: rows are sound, and a resumed run goes on where the last one stopped.
 */
#include "core/base/mem.h"
#include "core/host/block.h"
#include "core/host/checker_inside.h"
#include "core/host/descriptor.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 4000, CELLS = 64, IDLE = 200 };

typedef struct seen_row {
    uint64_t hash, values;                              /* values: of a sample of all cells, but for its time; else 0 */
    double   time;
    uint32_t block;
} seen_row;

typedef struct seen {                                   /* what reading a source to its end (or ROWS rows) gave */
    seen_row    row[ROWS];
    uint32_t    n, blocks;
    char      (*position)[BLOCK_POSITION];              /* after each block */
    const char *cell[CELLS];                            /* the source's own pointers, and what they said */
    char        name[CELLS][72];
    int64_t     cycle[CELLS];
    double      time[CELLS + 1];                        /* of the last sample of a duty; [CELLS]: of all cells */
    bool        sampled;
    uint32_t    ncell;
    int32_t     rc;
} seen;

typedef struct reader {
    trial                *t;
    trial_host            host;
    const fade_source_v1 *vt;
    fade_columns          cols;
    bool                  duty, resumed;                /* its samples are a duty; it was opened at a position */
} reader;

static bool reader_open(trial *t, reader *r)
{
    *r = (reader){ .t = t, .vt = library_iface(t->desc, "fade.source/1") };
    if (!r->vt) {
        trial_skip(t, "its interfaces are not whole: see the test \"interfaces\"");
        return false;
    }
    r->duty = r->vt->flags & FADE_DUTY;
    if (!trial_values(t) || !trial_host_open(t, &r->host))
        return false;
    const fade_param *missing = trial_missing(t);
    if (missing)
        trial_skip(t, "needs \"%s\": put it into check.toml beside the plugin", missing->key);
    return !missing;
}

/* An open source and its columns; false: said. */
static bool source_open(reader *r, const char *position, void **source)
{
    *source = NULL;
    int32_t rc = r->vt->open(&r->host.host, &r->t->given, position, source);
    if (rc) {
        trial_refusal(r->t, &r->host, rc, "open");
        trial_fail(r->t, "open returns %s: %s", trial_word(rc), r->host.text);
        return false;
    }
    r->cols = r->t->desc->columns;
    rc = r->vt->columns ? r->vt->columns(*source, &r->cols) : FADE_OK;
    if (rc)
        trial_refusal(r->t, &r->host, rc, "columns");
    return rc == FADE_OK;
}

static uint32_t cell_of(seen *s, const char *cell)
{
    for (uint32_t i = 0; i < s->ncell; i++)
        if (strcmp(s->name[i], cell) == 0)
            return i;
    if (s->ncell == CELLS)
        return CELLS;
    s->cell[s->ncell] = cell;
    snprintf(s->name[s->ncell], sizeof s->name[0], "%.70s", cell);
    s->cycle[s->ncell] = INT64_MIN;
    s->time[s->ncell] = -INFINITY;
    return s->ncell++;
}

/* A sample of a duty: of a cell that had its row, or of all (NULL); time rises, nothing is unknown. */
static void sample_look(reader *r, seen *s, const fade_block *b, uint32_t i)
{
    uint32_t known = s->ncell, k = b->cell[i] ? cell_of(s, b->cell[i]) : CELLS;
    const char *name = b->cell[i] ? b->cell[i] : "(all)";
    double time = r->cols.sample.n ? b->col[0][i] : NAN;
    if (!s->sampled)
        s->time[CELLS] = -INFINITY;
    s->sampled = true;
    if (!r->resumed && s->ncell > known)
        trial_fail(r->t, "sample %u is of cell %.40s, which had no row of stream 0 before", s->n, name);
    if (k < CELLS || !b->cell[i]) {                     /* else it is one of those that are not kept */
        if (!(time > s->time[k]))
            trial_fail(r->t, "cell %.40s: time %.17g does not rise above %.17g", name, time, s->time[k]);
        s->time[k] = time;
    }
    for (uint32_t c = 0; c < r->cols.sample.n; c++) {
        const fade_column *col = library_at(&r->cols.sample, c);
        double v = b->col[c][i];
        if (!isfinite(v) || (col->min < col->max && (v < col->min || v > col->max)))
            trial_fail(r->t, "sample %u: %s is %.12g, outside %g .. %g", s->n, col->key, v, col->min, col->max);
    }
}

static void row_look(reader *r, seen *s, const fade_block *b, uint32_t i)
{
    const char *cell = b->cell[i];
    bool sample = r->duty && b->stream == 1;
    if (r->duty && b->stream == 0 && s->sampled)
        trial_fail(r->t, "row %u of stream 0 comes after samples: a duty says first which cells there are", s->n);
    if ((!cell && !sample) || (cell && !text_is_id(cell))) {
        trial_fail(r->t, "row %u has the cell \"%.40s\", which is no id ([A-Za-z0-9_.-]{1,64})", s->n,
                   cell ? cell : "(none)");
        return;
    }
    uint32_t k = sample ? CELLS : cell_of(s, cell);
    if (sample)
        sample_look(r, s, b, i);
    if (k < CELLS && b->stream == 0 && b->cycle[i] <= s->cycle[k])
        trial_fail(r->t, "cell %.40s: cycle %lld comes after %lld", cell, (long long)b->cycle[i],
                   (long long)s->cycle[k]);
    if (k < CELLS && b->stream == 0)
        s->cycle[k] = b->cycle[i];
    uint64_t h = cell ? trial_hash(0, cell, strlen(cell)) : 1;
    h = trial_hash(h, &b->cycle[i], sizeof b->cycle[i]);
    h = trial_hash(h, &b->time[i], sizeof b->time[i]);
    uint32_t ncol = b->stream ? r->cols.sample.n : r->cols.out.n;
    for (uint32_t c = 0; c < ncol; c++)
        h = isnan(b->col[c][i]) ? trial_hash(h, "nan", 3) : trial_hash(h, &b->col[c][i], sizeof(double));
    uint64_t values = 0;
    for (uint32_t c = 1; sample && !cell && c < ncol; c++)
        values = trial_hash(values, &b->col[c][i], sizeof(double));
    if (s->n < ROWS)
        s->row[s->n++] = (seen_row){ h, values, sample ? b->col[0][i] : 0, s->blocks };
}

static bool block_look(const reader *r, const fade_block *b)
{
    if (b->n > b->cap)
        trial_fail(r->t, "next fills %u rows into a block for %u", b->n, b->cap);
    else if (b->stream > 1)
        trial_fail(r->t, "next names stream %u: 0 and 1 there are", b->stream);
    else if (!memchr(b->position, '\0', BLOCK_POSITION))
        trial_fail(r->t, "the position is longer than 255 bytes");
    else
        return true;
    return false;
}

/* Reads blocks of `cap` rows; the caller frees s->position. */
static void read_all(reader *r, void *source, uint32_t cap, seen *s)
{
    fade_block b;
    uint32_t most = r->cols.out.n > r->cols.sample.n ? r->cols.out.n : r->cols.sample.n;
    s->position = mem_zero(ROWS + 1, sizeof *s->position);
    if (!s->position || !block_open(&b, 0, most, cap))
        return;
    for (int idle = 0; s->n < ROWS && s->blocks < ROWS && idle < IDLE && r->t->status < CHECKER_FAIL;) {
        block_reset(&b);
        b.stream = 0;
        s->rc = r->vt->next(source, &b, 1);
        if (s->rc < 0)
            break;
        idle = b.n ? 0 : idle + 1;
        if (!block_look(r, &b))
            break;
        for (uint32_t i = 0; i < b.n; i++)
            row_look(r, s, &b, i);
        memcpy(s->position[s->blocks], b.position, BLOCK_POSITION);
        s->blocks += b.n > 0;
        if (s->rc == FADE_END)                          /* the last rows may come with it */
            break;
    }
    if (s->rc < 0)
        trial_fail(r->t, "next returns %s after %u rows: %s", trial_word(s->rc), s->n, r->host.text);
    if (s->rc == FADE_END && r->vt->next(source, &b, 1) != FADE_END)
        trial_fail(r->t, "next gives FADE_END once and then something else");
    for (uint32_t i = 0; i < s->ncell; i++)
        if (strcmp(s->cell[i], s->name[i]) != 0)
            trial_fail(r->t, "the cell's name \"%s\" does not stay where it was: it must be valid until close",
                       s->name[i]);
    block_close(&b);
}

/* From `position` (NULL: the start) in blocks of cap. */
static bool read_from(reader *r, const char *position, uint32_t cap, seen *s)
{
    void *source;
    memset(s, 0, sizeof *s);
    r->resumed = position != NULL;
    if (!source_open(r, position, &source))
        return false;
    read_all(r, source, cap, s);
    r->vt->close(source);
    return r->t->status < CHECKER_FAIL;
}

static void seen_free(seen *s)
{
    if (s)
        free(s->position);
    free(s);
}

static void columns_look(reader *r)
{
    fade_desc now = *r->t->desc;
    why w = { 0 };
    now.columns = r->cols;
    if (r->vt->columns && descriptor_check(&now, &w))
        trial_fail(r->t, "its columns: %s", w.text);
    if (!r->cols.out.n && !r->cols.sample.n)
        trial_fail(r->t, "has neither columns of cycles (out) nor of samples");
    static const char *const want[] = { "time", "soc", "temperature" };
    for (uint32_t i = 0; r->duty && i < 3; i++) {
        const fade_column *c = i < r->cols.sample.n ? library_at(&r->cols.sample, i) : NULL;
        if (!c || strcmp(c->key, want[i]) != 0)
            trial_fail(r->t, "sample column %u is %s: a duty (FADE_DUTY) has time, soc, temperature", i + 1,
                       c ? c->key : "missing");
    }
}

void checker_source_rows(trial *t)
{
    reader r;
    seen *a = mem_zero(1, sizeof *a), *b = mem_zero(1, sizeof *b);
    if (a && b && reader_open(t, &r)) {
        if (read_from(&r, NULL, 64, a)) {
            columns_look(&r);
            if (a->n == 0)
                trial_fail(t, "gives no row at all");
            free(b->position);
            bool ok = read_from(&r, NULL, 7, b);
            for (uint32_t i = 0; ok && i < a->n && i < b->n; i++)
                if (a->row[i].hash != b->row[i].hash) {
                    trial_fail(t, "row %u is another one in blocks of 7 than in blocks of 64", i);
                    break;
                }
            if (ok && a->rc == FADE_END && b->rc == FADE_END && a->n != b->n)   /* else it is longer than was read */
                trial_fail(t, "gives %u rows in blocks of 64 and %u in blocks of 7", a->n, b->n);
        }
        trial_host_close(&r.host);
    } else if (a && b) {
        trial_host_close(&r.host);
    }
    seen_free(a);
    seen_free(b);
}

/* Continues behind block k and compares with what the whole reading gave. */
static void continue_at(reader *r, const seen *whole, uint32_t k, seen *rest)
{
    uint32_t skip = 0;
    while (skip < whole->n && whole->row[skip].block <= k)
        skip++;
    if (!read_from(r, whole->position[k], 5, rest))
        return;
    for (uint32_t i = 0; i < rest->n && skip + i < whole->n; i++)
        if (rest->row[i].hash != whole->row[skip + i].hash) {
            trial_fail(r->t, "opened at \"%.60s\" row %u is not the one that follows row %u", whole->position[k], i,
                       skip - 1);
            return;
        }
    if (whole->rc == FADE_END && rest->n != whole->n - skip)
        trial_fail(r->t, "opened at \"%.60s\" it gives %u rows, not the %u that are left", whole->position[k], rest->n,
                   whole->n - skip);
}

void checker_source_position(trial *t)
{
    reader r;
    seen *whole = mem_zero(1, sizeof *whole), *rest = mem_zero(1, sizeof *rest);
    if (whole && rest && reader_open(t, &r) && read_from(&r, NULL, 5, whole)) {
        const uint32_t at[] = { 0, 1, whole->blocks / 2, whole->blocks ? whole->blocks - 1 : 0 };
        for (size_t i = 0; i < 4 && t->status < CHECKER_FAIL; i++)
            if (at[i] < whole->blocks) {
                continue_at(&r, whole, at[i], rest);
                free(rest->position);
                rest->position = NULL;
            }
        void *source = NULL;
        r.host.text[0] = '\0';
        int32_t rc = t->status < CHECKER_FAIL ? r.vt->open(&r.host.host, &t->given, "no position of ours", &source)
                                              : FADE_EINVAL;
        if (rc == FADE_OK)
            r.vt->close(source);
        else if (t->status < CHECKER_FAIL)
            trial_refusal(t, &r.host, rc, "open with a foreign position");
    }
    if (whole && rest)
        trial_host_close(&r.host);
    seen_free(whole);
    seen_free(rest);
}

/* ---- again ---- */

enum { PERIODS = 10, LONGEST = ROWS / 2 };

/* Periods to ask for: those by which samples do come again near the beginning, and some by which they may not. */
static uint32_t periods_of(const seen *whole, uint32_t first, uint32_t at[PERIODS])
{
    uint32_t n = 0;
    for (uint32_t p = 1; p < 4; p++)
        at[n++] = p;
    for (uint32_t p = 4; p < LONGEST && first + p + 5 < whole->n && n < PERIODS; p++) {
        bool same = true;
        for (uint32_t k = first + 1; k < first + 5; k++)
            same &= whole->row[k].values == whole->row[k + p].values;
        if (same || p == 24)
            at[n++] = p;
    }
    return n;
}

/* Are rows from .. from + n - 1, as far as they were read, what was said of them? */
static void claim_look(reader *r, const seen *whole, uint32_t first, uint32_t from, uint32_t n, uint32_t period)
{
    const seen_row *row = whole->row;
    if (from < first + period + 1) {
        trial_fail(r->t, "again passes over %u samples of a period of %u behind sample %u: there are none before", n,
                   period, from - first);
        return;
    }
    for (uint32_t i = from; i < from + n && i < whole->n && r->t->status < CHECKER_FAIL; i++) {
        if (!row[i].values || row[i].values != row[i - period].values)
            trial_fail(r->t, "again passes over sample %u, which is not that of %u before", i - first, period);
        else if (row[i].time - row[i - 1].time != row[i - period].time - row[i - period - 1].time)
            trial_fail(r->t, "again passes over sample %u, which is %.17g later than the one before, not %.17g",
                       i - first, row[i].time - row[i - 1].time,
                       row[i - period].time - row[i - period - 1].time);
    }
    if (from + n > whole->n && whole->n < ROWS)
        trial_fail(r->t, "again passes over %u samples behind sample %u, where %u are left", n, from - first,
                   whole->n - from);
}

/* Asks behind every block; what is not passed over is as it was.  The position behind the first claim, if any, is kept
 * with how many rows are before it. */
static uint32_t ask_all(reader *r, void *source, const seen *whole, uint32_t first, uint32_t period, seen *now,
                        char *position)
{
    enum { MOST = 5 };
    fade_block b;
    uint32_t most = r->cols.out.n > r->cols.sample.n ? r->cols.out.n : r->cols.sample.n, at = 0, claimed = 0;
    if (!block_open(&b, 0, most, MOST))
        return 0;
    while (at < whole->n && r->t->status < CHECKER_FAIL) {
        char where[BLOCK_POSITION] = "";
        uint32_t n = at > first ? r->vt->again(source, period, MOST, where) : 0;
        if (n > MOST)
            trial_fail(r->t, "again passes over %u samples, where %u are asked for", n, MOST);
        else if (n) {
            claim_look(r, whole, first, at, n, period);
            at += n;
            if (!claimed)
                memcpy(position, where, BLOCK_POSITION);
            claimed = claimed ? claimed : at;
            if (n == MOST)
                continue;
        }
        block_reset(&b);
        int32_t rc = r->t->status < CHECKER_FAIL ? r->vt->next(source, &b, 1) : FADE_END;
        now->n = 0;
        for (uint32_t i = 0; i < b.n && b.n <= b.cap && at < whole->n && r->t->status < CHECKER_FAIL; i++, at++) {
            row_look(r, now, &b, i);
            if (now->row[i].hash != whole->row[at].hash)
                trial_fail(r->t, "row %u is another one behind samples that again passed over", at);
        }
        if (rc != FADE_OK || !b.n)
            break;
    }
    block_close(&b);
    return claimed;
}

void checker_source_again(trial *t)
{
    reader r;
    seen *whole = mem_zero(1, sizeof *whole), *now = mem_zero(1, sizeof *now);
    bool open = whole && now && reader_open(t, &r);
    if (open && FADE_HAS(r.vt, again) && r.vt->again && read_from(&r, NULL, 64, whole)) {
        uint32_t first = 0, period[PERIODS];
        while (first < whole->n && !whole->row[first].values)
            first++;
        uint32_t n = periods_of(whole, first, period);
        for (uint32_t k = 0; k < n && first < whole->n && t->status < CHECKER_FAIL; k++) {
            void *source;
            char position[BLOCK_POSITION] = "";
            memset(now, 0, sizeof *now);
            r.resumed = false;
            if (!source_open(&r, NULL, &source))
                break;
            uint32_t behind = ask_all(&r, source, whole, first, period[k], now, position);
            r.vt->close(source);
            if (!behind || t->status >= CHECKER_FAIL || !read_from(&r, position, 64, now))
                continue;
            if (behind < whole->n && now->n && now->row[0].hash != whole->row[behind].hash)
                trial_fail(t, "opened at \"%.60s\", behind samples that again passed over, it gives another row",
                           position);
            free(now->position);
            now->position = NULL;
        }
    }
    if (whole && now)
        trial_host_close(&r.host);
    seen_free(whole);
    seen_free(now);
}

/* ---- golden.csv
 * ------------------------------------------------------------------------------------------------------------ */

static void golden_row(reader *r, const golden *g, const fade_block *b, uint32_t i, uint64_t row)
{
    int cell = golden_column(g, "", "cell");
    const char *have_cell = b->cell[i] ? b->cell[i] : "";
    const char *want = cell < 0 ? have_cell : g->field[(row + 1) * g->ncol + (uint32_t)cell];
    double cycle = golden_number(g, row, golden_column(g, "", "cycle"));
    if (strcmp(want, have_cell) != 0 || (!isnan(cycle) && (int64_t)cycle != b->cycle[i]))
        trial_fail(r->t, "golden.csv row %llu: cell %s cycle %lld, not %s %g", (unsigned long long)row + 1, have_cell,
                   (long long)b->cycle[i], want, cycle);
    const fade_list *cols = r->duty ? &r->cols.sample : &r->cols.out;
    for (uint32_t c = 0; c < cols->n; c++) {
        const fade_column *col = library_at(cols, c);
        double v = golden_number(g, row, golden_column(g, "", col->key)), have = b->col[c][i];
        if (!isnan(v) && !(fabs(v - have) <= 1e-9 * fabs(v)))
            trial_fail(r->t, "golden.csv row %llu: %s is %.12g, not %.12g", (unsigned long long)row + 1, col->key, have,
                       v);
    }
}

void checker_golden_source(trial *t, const golden *g)
{
    reader r;
    void *source;
    fade_block b = { 0 };
    uint64_t row = 0;
    if (reader_open(t, &r) && source_open(&r, NULL, &source)) {
        uint32_t most = r.cols.out.n > r.cols.sample.n ? r.cols.out.n : r.cols.sample.n;
        int32_t rc = block_open(&b, 0, most, 64) ? FADE_OK : FADE_END;
        while (rc == FADE_OK && row < g->nrow && t->status < CHECKER_FAIL) {
            block_reset(&b);
            b.stream = 0;
            rc = r.vt->next(source, &b, 10);
            bool compared = b.stream == (r.duty ? 1u : 0u);          /* of a duty its samples */
            for (uint32_t i = 0; rc >= 0 && compared && i < b.n && row < g->nrow; i++)
                golden_row(&r, g, &b, i, row++);
        }
        if (row < g->nrow && t->status < CHECKER_FAIL)
            trial_fail(t, "golden.csv has %llu rows, the source gives %llu", (unsigned long long)g->nrow,
                       (unsigned long long)row);
        if (b.cap)
            block_close(&b);
        r.vt->close(source);
    }
    trial_host_close(&r.host);
}

/* SPDX-License-Identifier: MIT
 * sinks.c - the outputs at work: opened, given rows in blocks with rising numbers, events, flushes, and always closed.
 */
#include "core/base/clock.h"
#include "core/base/clones.h"
#include "core/base/log.h"
#include "core/engine/inside.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A block of samples stays in the first cache.  Columns lie a cache line more apart than they are long: a page alone,
   and all of them would meet in one set of the cache; vectors may run over the end of one. */
enum { ROWS = 512, SAMPLES = 128, BESIDE = 8, TRIES = 3 };

static int open_block(fade_block *b, uint32_t rows, double ***col, size_t n, uint32_t stream, why *w)
{
    *col = mem_zero(n + 1, sizeof **col);
    *b = (fade_block){ .size = sizeof *b, .cap = rows, .stream = stream };
    b->number = mem_zero(rows, sizeof *b->number);
    b->cell = mem_zero(rows, sizeof *b->cell);
    b->variant = mem_zero(rows, sizeof *b->variant);
    b->time = mem_zero(rows, sizeof *b->time);
    b->cycle = mem_zero(rows, sizeof *b->cycle);
    for (uint32_t j = 0; j < rows && b->time; j++)
        b->time[j] = INT64_MIN;
    double *mem = mem_columns((n + 1) * (rows + BESIDE));
    if (!*col || !mem || !b->number || !b->cell || !b->variant || !b->time || !b->cycle) {
        free(mem);
        return fail(w, E_NOMEM, "no memory for the rows of an output");
    }
    for (size_t c = 0; c <= n; c++)
        (*col)[c] = mem + c * (rows + BESIDE);
    b->col = *col;
    return E_OK;
}

static int open_blocks(engine *e, sink *s, why *w)
{
    const fade_column *c;
    size_t n = trace_columns(e, &c);
    int rc = open_block(&s->block, ROWS, &s->col, e->ncolumn, 0, w);
    return rc || !n ? rc : open_block(&s->sample, SAMPLES, &s->sample_col, n, 1, w);
}

static int open_one(engine *e, sink *s, const scenario_output *so, why *w)
{
    s->so = so;
    s->vt = library_iface(so->part.plugin->desc, "fade.output/1");
    if (!s->vt)
        return fail(w, E_PLUGIN, "plugin %s has no interface fade.output/1", so->part.plugin->desc->id);
    int rc = open_blocks(e, s, w);
    if (rc || (rc = object_open(so->part.plugin, so->part.node, e->sc->seed, &s->object, w)))
        return rc;
    s->run = (fade_run){ .size = sizeof s->run,
                         .id = e->run_id,
                         .name = e->sc->name,
                         .scenario = e->sc->merged,
                         .made_by = e->made_by,
                         .folder = e->opt.folder,
                         .first = { s->number, s->samples } };
    s->run.columns.out = (fade_list){ e->column, (uint32_t)e->ncolumn, sizeof *e->column };
    const fade_column *sample;
    uint32_t n = (uint32_t)trace_columns(e, &sample);
    s->run.columns.sample = (fade_list){ sample, n, sizeof *sample };
    int32_t s_rc = s->vt->open(&s->object->host, &so->part.args->fade, &s->run, &s->self);
    return s_rc < 0 ? object_why(s->object, s_rc, "open", w) : E_OK;
}

/* The tap comes last; a snapshot knows nothing of it. */
static int open_tap(engine *e, sink *s, why *w)
{
    const engine_tap *tap = e->opt.tap;
    s->so = &e->tap;
    s->vt = tap->vt;
    s->self = tap->self;
    s->tap = true;
    if (tap->columns)
        tap->columns(tap->self, e->column, e->ncolumn);
    return open_blocks(e, s, w);
}

/* e->sink exists already when a snapshot gave the numbers; its order is the scenario's. */
int sinks_open(engine *e, why *w)
{
    if (!e->opt.folder && !e->opt.tap)
        return E_OK;
    if (!e->sink && !(e->sink = mem_zero(e->sc->noutput + 2, sizeof *e->sink)))
        return fail(w, E_NOMEM, "no memory for outputs");
    for (size_t i = 0; e->opt.folder && i < e->sc->noutput; i++) {
        e->nsink = i + 1;
        int rc = open_one(e, &e->sink[i], &e->sc->output[i], w);
        if (rc)
            return rc;
    }
    return e->opt.tap && !e->opt.tap->value ? open_tap(e, &e->sink[e->nsink++], w) : E_OK;
}

static int give_block(sink *s, fade_block *b, uint64_t *number, why *w)
{
    if (b->n == 0)
        return E_OK;
    int32_t rc = FADE_EIO;
    for (int i = 0; i < TRIES && rc == FADE_EIO; i++) {
        if (i)
            nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
        rc = s->vt->rows(s->self, b);
    }
    if (rc < 0 && s->tap)
        return fail(w, rc == FADE_ENOMEM ? E_NOMEM : E_FAILED, "rows cannot be gathered: %s",
                    rc == FADE_ENOMEM ? "too many for the memory they may take" : "their reader failed");
    if (rc < 0)
        return object_why(s->object, rc, b->stream ? "write samples" : "write rows", w);
    *number += b->n;
    b->n = 0;
    return E_OK;
}

static int give(sink *s, why *w)
{
    int rc = give_block(s, &s->block, &s->number, w);
    return rc ? rc : give_block(s, &s->sample, &s->samples, w);
}

int sinks_row(engine *e, const double *row, const lane *l, const struct recinfo *info, const char *variant, why *w)
{
    for (size_t i = 0; i < e->nsink; i++) {
        sink *s = &e->sink[i];
        if (!record_every(s->so, info->cycle, info->last))
            continue;
        uint32_t at = s->block.n++;
        s->block.number[at] = s->number + at;
        s->block.cell[at] = l->cell;
        s->block.variant[at] = variant;
        s->block.time[at] = info->time;
        s->block.cycle[at] = info->cycle;
        for (size_t c = 0; c < e->ncolumn; c++)
            s->col[c][at] = row[c];
        int rc = s->block.n == ROWS ? give_block(s, &s->block, &s->number, w) : E_OK;
        if (rc)
            return rc;
    }
    return E_OK;
}

CLONES static void same_words(const char **to, const char *word, uint32_t n)
{
    for (uint32_t j = 0; j < n; j++)
        to[j] = word;
}

CLONES static void same_number(int64_t *to, int64_t v, uint32_t n)
{
    for (uint32_t j = 0; j < n; j++)
        to[j] = v;
}

CLONES static void count_up(uint64_t *to, uint64_t from, uint32_t n)
{
    for (uint32_t j = 0; j < n; j++)
        to[j] = from + j;
}

/* Whose samples come next: written to the end of the block, and again only where that changes. */
static void stamp(sink *s, const char *cell, const char *variant, int64_t cycle)
{
    fade_block *b = &s->sample;
    if (s->cell == cell && s->variant == variant && s->cycle == cycle && s->stamped <= b->n)
        return;
    uint32_t n = SAMPLES - b->n;
    same_words(b->cell + b->n, cell, n);
    same_words(b->variant + b->n, variant, n);
    same_number(b->cycle + b->n, cycle, n);
    s->cell = cell;
    s->variant = variant;
    s->cycle = cycle;
    s->stamped = b->n;
}

static int samples_of(sink *s, const lane *l, int64_t cycle, const char *variant, uint32_t n,
                      const double *const *col, size_t ncol, why *w)
{
    fade_block *b = &s->sample;
    for (uint32_t done = 0, m; done < n; done += m) {
        m = n - done < SAMPLES - b->n ? n - done : SAMPLES - b->n;
        stamp(s, l->cell, variant, cycle);
        count_up(b->number + b->n, s->samples + b->n, m);
        for (size_t c = 0; col && c < ncol; c++)
            memcpy(s->sample_col[c] + b->n, col[c] + done, m * sizeof **col);
        b->n += m;
        int rc = b->n == SAMPLES ? give_block(s, b, &s->samples, w) : E_OK;
        if (rc)
            return rc;
    }
    return E_OK;
}

uint32_t sinks_lend(engine *e, double **row, size_t *stride)
{
    if (e->nsink != 1)
        return 0;
    *row = e->sink->sample_col[0] + e->sink->sample.n;
    *stride = SAMPLES + BESIDE;
    return SAMPLES - e->sink->sample.n;
}

int sinks_samples(engine *e, const lane *l, int64_t cycle, const char *variant, uint32_t n, const double *const *col,
                  why *w)
{
    const fade_column *c;
    size_t ncol = trace_columns(e, &c);
    for (size_t i = 0; i < e->nsink; i++) {
        sink *s = &e->sink[i];
        int rc = s->tap && !e->opt.tap->samples ? E_OK : samples_of(s, l, cycle, variant, n, col, ncol, w);
        if (rc)
            return rc;
    }
    return E_OK;
}

int sinks_rows(engine *e, why *w)
{
    for (size_t i = 0; i < e->nsink; i++) {
        int rc = give(&e->sink[i], w);
        if (rc)
            return rc;
    }
    return E_OK;
}

int sinks_flush(engine *e, why *w)
{
    for (size_t i = 0; i < e->nsink; i++) {
        sink *s = &e->sink[i];
        int rc = give(s, w);
        if (rc)
            return rc;
        int32_t f = s->vt->flush ? s->vt->flush(s->self) : 0;
        if (f < 0 && !s->tap)
            return object_why(s->object, f, "flush", w);
    }
    return E_OK;
}

void sinks_event(engine *e, int level, const char *kind, const lane *l, int64_t cycle, const char *json_text,
                 const char *say)
{
    fade_event ev = { .size = sizeof ev,
                      .level = level,
                      .time = INT64_MIN,
                      .cycle = cycle,
                      .cell = l ? l->cell : NULL,
                      .kind = kind,
                      .text = say,
                      .json = json_text };
    if (strcmp(kind, "progress") != 0) {
        ev.number = e->event_number++;
        log_say(strcmp(kind, "score") == 0 ? LOG_DEBUG : level,
                l ? (const log_field[]){ { "cell", l->cell }, { NULL, NULL } } : NULL, "%s", say);
    }
    for (size_t i = 0; i < e->nsink; i++)
        if (e->sink[i].vt->event && e->sink[i].self)
            e->sink[i].vt->event(e->sink[i].self, &ev);
}

static void free_block(fade_block *b, double **col)
{
    free(b->number);
    free(b->cell);
    free(b->variant);
    free(b->time);
    free(b->cycle);
    free(col ? col[0] : NULL);
    free(col);
}

static void free_one(sink *s)
{
    free_block(&s->block, s->col);
    free_block(&s->sample, s->sample_col);
    object_close(s->object);
}

/* Closes every output whatever happens; the first failure is told. */
int sinks_close(engine *e, int outcome, why *w)
{
    int rc = E_OK;
    for (size_t i = 0; i < e->nsink; i++) {
        sink *s = &e->sink[i];
        int32_t c = s->self && !s->tap
                        ? s->vt->close(s->self, outcome == E_OK || outcome == E_PARTIAL ? 0 : -1, w ? w->text : "")
                        : 0;
        if (c < 0 && !rc && outcome == E_OK)
            rc = object_why(s->object, c, "close", w);
        free_one(s);
    }
    free(e->sink);
    e->sink = NULL;
    e->nsink = 0;
    return rc;
}

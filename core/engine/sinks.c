/* SPDX-License-Identifier: MIT
 * sinks.c - the outputs at work: opened, given rows in blocks with rising numbers, events, flushes, and always closed.
 */
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/engine/inside.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROWS = 512, TRIES = 3 };

static int open_block(engine *e, sink *s, why *w)
{
    size_t n = e->ncolumn;
    s->col = mem_zero(n + 1, sizeof *s->col);
    s->block = (fade_block){ .size = sizeof s->block, .cap = ROWS };
    s->block.number = mem_zero(ROWS, sizeof *s->block.number);
    s->block.cell = mem_zero(ROWS, sizeof *s->block.cell);
    s->block.variant = mem_zero(ROWS, sizeof *s->block.variant);
    s->block.time = mem_zero(ROWS, sizeof *s->block.time);
    s->block.cycle = mem_zero(ROWS, sizeof *s->block.cycle);
    double *mem = mem_columns((n + 1) * ROWS);
    if (!s->col || !mem || !s->block.number || !s->block.cell || !s->block.variant || !s->block.time ||
        !s->block.cycle) {
        free(mem);
        return fail(w, E_NOMEM, "no memory for the rows of an output");
    }
    for (size_t c = 0; c <= n; c++)
        s->col[c] = mem + c * ROWS;
    s->block.col = s->col;
    return E_OK;
}

static int open_one(engine *e, sink *s, const scenario_output *so, why *w)
{
    s->so = so;
    s->vt = library_iface(so->part.plugin->desc, "fade.output/1");
    if (!s->vt)
        return fail(w, E_PLUGIN, "plugin %s has no interface fade.output/1", so->part.plugin->desc->id);
    int rc = open_block(e, s, w);
    if (rc || (rc = object_open(so->part.plugin, so->part.node, e->sc->seed, &s->object, w)))
        return rc;
    s->run = (fade_run){ .size = sizeof s->run,
                         .id = e->run_id,
                         .name = e->sc->name,
                         .scenario = e->sc->merged,
                         .made_by = e->made_by,
                         .folder = e->opt.folder,
                         .first = { s->number, 0 } };
    s->run.columns.out = (fade_list){ e->column, (uint32_t)e->ncolumn, sizeof *e->column };
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
    return open_block(e, s, w);
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
    return e->opt.tap ? open_tap(e, &e->sink[e->nsink++], w) : E_OK;
}

static int give(sink *s, why *w)
{
    if (s->block.n == 0)
        return E_OK;
    int32_t rc = FADE_EIO;
    for (int i = 0; i < TRIES && rc == FADE_EIO; i++) {
        if (i)
            nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
        rc = s->vt->rows(s->self, &s->block);
    }
    if (rc < 0 && s->tap)
        return fail(w, rc == FADE_ENOMEM ? E_NOMEM : E_FAILED, "rows cannot be gathered: %s",
                    rc == FADE_ENOMEM ? "too many for the memory they may take" : "their reader failed");
    if (rc < 0)
        return object_why(s->object, rc, "write rows", w);
    s->number += s->block.n;
    s->block.n = 0;
    return E_OK;
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
        int rc = s->block.n == ROWS ? give(s, w) : E_OK;
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

static void free_one(sink *s)
{
    free(s->block.number);
    free(s->block.cell);
    free(s->block.variant);
    free(s->block.time);
    free(s->block.cycle);
    free(s->col ? s->col[0] : NULL);
    free(s->col);
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

/* SPDX-License-Identifier: MIT
 * trace_store.c - blocks of samples between the worker that fills them and the outputs: a list per lane, memory that
 * is used again, and past a bound a file without a name in the result's folder.
 */
#include "core/engine/trace.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static size_t bytes(const trace *plan) { return plan->point * TRACE_ROOM * sizeof(double); }

static double *data_take(tracer *r)
{
    r->held++;
    if (r->nspare)
        return r->spare[--r->nspare];
    return mem_columns(r->plan->point * TRACE_ROOM);
}

static void data_back(tracer *r, double *data)
{
    r->held--;
    if (r->nspare == r->capspare) {
        size_t cap = r->capspare ? r->capspare * 2 : 64;
        double **more = mem_grow(r->spare, cap, sizeof *more);
        if (!more) {
            free(data);
            return;
        }
        r->spare = more;
        r->capspare = cap;
    }
    r->spare[r->nspare++] = data;
}

trace_block *trace_block_take(tracer *r, tile *t, uint32_t i)
{
    trace_block *b = r->blocks;
    if (b)
        r->blocks = b->next;
    else
        b = malloc(sizeof *b);
    double *data = b ? data_take(r) : NULL;
    if (!data) {
        free(b);
        fail(&t->why, E_NOMEM, "no memory for the samples of a cycle");
        return NULL;
    }
    *b = (trace_block){ .data = data, .fd = -1, .home = (uint32_t)r->home };
    if (t->trace_last[i])
        t->trace_last[i]->next = b;
    else
        t->trace_first[i] = b;
    t->trace_last[i] = b;
    return b;
}

/* The worker's file: opened when it is needed first, and gone with the process. */
static int spill_file(tracer *r)
{
    char name[4200];
    const char *folder = r->folder ? r->folder : "/tmp";
    if (r->fd >= 0)
        return r->fd;
    snprintf(name, sizeof name, "%s/.samples-XXXXXX", folder);
    r->fd = mkstemp(name);
    if (r->fd >= 0)
        unlink(name);
    return r->fd;
}

/* Past the bound the block goes to the file; where that fails it stays in memory: better slow than lost. */
void trace_block_full(tracer *r, trace_block *b)
{
    if (r->held <= r->most || spill_file(r) < 0)
        return;
    size_t n = bytes(r->plan);
    if (pwrite(r->fd, b->data, n, r->end) != (ssize_t)n)
        return;
    b->fd = r->fd;
    b->at = r->end;
    r->end += (int64_t)n;
    data_back(r, b->data);
    b->data = NULL;
}

static void block_back(tracer *r, trace_block *b)
{
    if (b->data)
        data_back(r, b->data);
    b->next = r->blocks;
    r->blocks = b;
}

void trace_cut(tracer *r, tile *t, uint32_t i, trace_block *mark)
{
    trace_block *b = mark ? mark->next : t->trace_first[i];
    while (b) {
        trace_block *next = b->next;
        block_back(r, b);
        b = next;
    }
    if (mark)
        mark->next = NULL;
    else
        t->trace_first[i] = NULL;
    t->trace_last[i] = mark;
}

void trace_empty(engine *e, tile *t)
{
    for (uint32_t i = 0; e->sampled && i < t->live; i++) {
        for (trace_block *b = t->trace_first[i], *next; b; b = next) {
            next = b->next;
            tracer *r = e->worker[b->home].tracer;
            r->end = 0;                           /* a chunk leaves as a whole: what is written next may lie on top */
            block_back(r, b);
        }
        t->trace_first[i] = t->trace_last[i] = NULL;
    }
}

int trace_block_data(const trace *plan, const trace_block *b, const double **data, why *w)
{
    *data = b->data ? b->data : plan->data;
    if (b->data)
        return E_OK;
    size_t n = bytes(plan);
    ssize_t got = pread(b->fd, plan->data, n, b->at);
    if (got == (ssize_t)n)
        return E_OK;
    return fail(w, E_IO, "samples cannot be read back: %s", got < 0 ? strerror(errno) : "file too short");
}

void trace_store_close(tracer *r)
{
    for (trace_block *b = r->blocks, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    for (size_t i = 0; i < r->nspare; i++)
        free(r->spare[i]);
    free(r->spare);
    if (r->fd >= 0)
        close(r->fd);
}

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

enum { SLAB = 64 };                               /* blocks that are cut from one piece */

static size_t values(const trace *plan) { return plan->point * TRACE_POINTS; }

static size_t bytes(const trace *plan) { return values(plan) * sizeof(double); }

/* Room for one more pointer. */
static bool room(void ***list, size_t *cap, size_t n)
{
    if (n <= *cap)
        return true;
    size_t more = *cap ? *cap * 2 : SLAB;
    void **grown = mem_grow(*list, more, sizeof *grown);
    if (!grown)
        return false;
    *list = grown;
    *cap = more;
    return true;
}

/* A piece that goes with the worker; NULL: no memory. */
static void *slab(tracer *r, size_t size)
{
    void *piece = room(&r->slab, &r->capslab, r->nslab + 1) ? mem_columns(size / sizeof(double)) : NULL;
    if (piece)
        r->slab[r->nslab++] = piece;
    return piece;
}

static double *data_take(tracer *r)
{
    if (r->nspare == 0) {
        size_t n = values(r->plan);
        double *data = room((void ***)&r->spare, &r->capspare, r->ndata + SLAB)
                           ? slab(r, (SLAB * n + TRACE_WIDTH) * sizeof *data)
                           : NULL;
        if (!data)
            return NULL;
        for (size_t j = SLAB; j-- > 0;)           /* taken in the order they lie in */
            r->spare[r->nspare++] = data + j * n;
        r->ndata += SLAB;
    }
    r->held++;
    return r->spare[--r->nspare];
}

static void data_back(tracer *r, double *data)
{
    r->held--;
    r->spare[r->nspare++] = data;
}

static trace_block *block_take(tracer *r)
{
    if (!r->blocks) {
        trace_block *b = slab(r, SLAB * sizeof *b);
        for (size_t j = SLAB; b && j-- > 0;) {
            b[j].next = r->blocks;
            r->blocks = &b[j];
        }
    }
    trace_block *b = r->blocks;
    if (b)
        r->blocks = b->next;
    return b;
}

trace_block *trace_block_take(tracer *r, tile *t, uint32_t i)
{
    trace_block *b = block_take(r);
    double *data = b ? data_take(r) : NULL;
    if (!data) {
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

void trace_block_back(engine *e, trace_block *b) { block_back(e->worker[b->home].tracer, b); }

void trace_empty(engine *e, tile *t)
{
    for (uint32_t i = 0; e->sampled && i < t->live; i++) {
        for (trace_block *b = t->trace_first[i], *next; b; b = next) {
            next = b->next;
            trace_block_back(e, b);
        }
        t->trace_first[i] = t->trace_last[i] = NULL;
    }
    for (int k = 0; e->sampled && k < e->nworker; k++)
        if (e->worker[k].tracer)
            e->worker[k].tracer->end = 0;         /* what is written next may lie on top */
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
    for (size_t i = 0; i < r->nslab; i++)
        free(r->slab[i]);
    free(r->slab);
    free(r->spare);
    if (r->fd >= 0)
        close(r->fd);
}

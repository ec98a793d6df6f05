/* SPDX-License-Identifier: MIT
 * trace_store.c - pages of points between the worker that fills them and the outputs: a list per lane, memory that is
 * used again, and past a bound a file without a name in the result's folder.
 */
#include "core/engine/trace.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Pages that are cut from one piece: of the first, and of others, which are one huge page each: a fault for every 4 KiB
 * of memory that is written once takes longer than writing it. */
enum { FEW = 64, MANY = MEM_HUGE / TRACE_PAGE };

/* Room for one more pointer. */
static bool room(void ***list, size_t *cap, size_t n)
{
    if (n <= *cap)
        return true;
    size_t more = *cap ? *cap * 2 : FEW;
    while (more < n)
        more *= 2;
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
    void *piece = room(&r->slab, &r->capslab, r->nslab + 1) ? mem_huge(size / sizeof(double)) : NULL;
    if (piece)
        r->slab[r->nslab++] = piece;
    return piece;
}

static double *data_take(tracer *r)
{
    if (r->nspare == 0) {
        size_t n = r->ndata ? MANY : FEW;
        double *data =
            room((void ***)&r->spare, &r->capspare, r->ndata + n)
                ? slab(r, n == MANY ? MEM_HUGE * sizeof *data : (n * TRACE_PAGE + TRACE_WIDTH) * sizeof *data)
                : NULL;
        if (!data)
            return NULL;
        for (size_t j = n; j-- > 0;)              /* taken in the order they lie in */
            r->spare[r->nspare++] = data + j * TRACE_PAGE;
        r->ndata += n;
    }
    r->held++;
    return r->spare[--r->nspare];
}

static void data_back(tracer *r, double *data)
{
    r->held--;
    r->spare[r->nspare++] = data;
}

static trace_page *page_take(tracer *r)
{
    if (!r->pages) {
        trace_page *p = slab(r, FEW * sizeof *p);
        for (size_t j = FEW; p && j-- > 0;) {
            p[j].next = r->pages;
            r->pages = &p[j];
        }
    }
    trace_page *p = r->pages;
    if (p)
        r->pages = p->next;
    return p;
}

trace_page *trace_page_take(tracer *r, tile *t, uint32_t i)
{
    trace_page *p = page_take(r);
    double *data = p ? data_take(r) : NULL;
    if (!data) {
        fail(&t->why, E_NOMEM, "no memory for the samples of a cycle");
        return NULL;
    }
    *p = (trace_page){ .data = data, .fd = -1, .home = r->home };
    if (t->trace_last[i])
        t->trace_last[i]->next = p;
    else
        t->trace_first[i] = p;
    t->trace_last[i] = p;
    return p;
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

/* Past the bound the page goes to the file; where that fails it stays in memory: better slow than lost. */
void trace_page_full(tracer *r, trace_page *p)
{
    size_t n = p->used * sizeof(double);
    if (r->held <= r->most || spill_file(r) < 0 || pwrite(r->fd, p->data, n, r->end) != (ssize_t)n)
        return;
    p->fd = r->fd;
    p->at = r->end;
    r->end += (int64_t)n;
    data_back(r, p->data);
    p->data = NULL;
}

static void page_back(tracer *r, trace_page *p)
{
    if (p->data)
        data_back(r, p->data);
    p->next = r->pages;
    r->pages = p;
}

void trace_cut(tracer *r, tile *t, uint32_t i, trace_page *mark, uint32_t used)
{
    trace_page *p = mark ? mark->next : t->trace_first[i];
    while (p) {
        trace_page *next = p->next;
        page_back(r, p);
        p = next;
    }
    if (mark) {
        mark->next = NULL;
        mark->used = used;
    } else
        t->trace_first[i] = NULL;
    t->trace_last[i] = mark;
}

void trace_page_back(engine *e, trace_page *p) { page_back(e->worker[p->home].tracer, p); }

void trace_empty(engine *e, tile *t)
{
    for (uint32_t i = 0; e->sampled && i < t->live; i++) {
        for (trace_page *p = t->trace_first[i], *next; p; p = next) {
            next = p->next;
            trace_page_back(e, p);
        }
        t->trace_first[i] = t->trace_last[i] = NULL;
    }
    for (int k = 0; e->sampled && k < e->nworker; k++)
        if (e->worker[k].tracer)
            e->worker[k].tracer->end = 0;         /* what is written next may lie on top */
}

int trace_page_data(const trace *plan, const trace_page *p, const double **data, why *w)
{
    *data = p->data ? p->data : plan->data;
    if (p->data)
        return E_OK;
    size_t n = p->used * sizeof(double);
    ssize_t got = pread(p->fd, plan->data, n, p->at);
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

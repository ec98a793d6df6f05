/* SPDX-License-Identifier: MIT
 * trace_emit.c - a lane's points leave as samples, step by step of the protocol, where one thread hands them to the
 * outputs.
 */
#include "core/engine/trace.h"

enum { LINE = 64 };

/* Pages lie anywhere: while one is at work, the next is fetched, and what says where the one behind is. */
static void fetch(const trace_page *p)
{
    if (!p)
        return;
    const char *data = (const char *)p->data, *end = data + p->used * sizeof(double);
    for (; data && data < end; data += LINE)
        __builtin_prefetch(data);
    if (p->next)
        __builtin_prefetch(p->next);
}

/* The blocks of a page; *open: a step whose end has not been seen. */
static int page(trace_curve *k, engine *e, const lane *l, const double *data, uint32_t used, bool *open, why *w)
{
    int rc = E_OK;
    for (const double *end = data + used; data < end && !rc;) {
        const trace_block *b = (const trace_block *)data;
        if (b->opens) {
            rc = *open ? trace_curve_close(k, w) : E_OK;
            trace_curve_open(k, e, l, b);
            *open = true;
        }
        data += TRACE_HEAD;
        rc = rc ? rc : trace_curve_points(k, data, b->n, w);
        data += b->n * e->trace->point;
    }
    return rc;
}

int trace_emit(engine *e, tile *t, uint32_t i, why *w)
{
    trace_curve k = { 0 };
    bool open = false;
    int rc = E_OK;
    for (trace_page *p = e->sampled ? t->trace_first[i] : NULL, *next; p && !rc; p = next) {
        const double *data;
        fetch(next = p->next);
        rc = trace_page_data(e->trace, p, &data, w);
        rc = rc ? rc : page(&k, e, &e->lane[t->first + i], data, p->used, &open, w);
        t->trace_first[i] = next;
        t->trace_last[i] = next ? t->trace_last[i] : NULL;
        trace_page_back(e, p);
    }
    return rc || !open ? rc : trace_curve_close(&k, w);
}

/* SPDX-License-Identifier: MIT
 * trace_emit.c - a lane's points leave as samples, step by step of the protocol, where one thread hands them to the
 * outputs.
 */
#include "core/engine/trace.h"

enum { LINE = 64 };

/* Blocks lie anywhere: while one is at work, points of the next are fetched, and what says where the one behind is. */
static void fetch(const trace *plan, const trace_block *b)
{
    if (!b)
        return;
    const char *data = (const char *)b->data, *end = data + b->n * plan->point * sizeof(double);
    for (; data && data < end; data += LINE)
        __builtin_prefetch(data);
    for (size_t k = 0; b->next && k < sizeof *b; k += LINE)
        __builtin_prefetch((const char *)b->next + k);
}

int trace_emit(engine *e, tile *t, uint32_t i, why *w)
{
    trace_curve k = { 0 };
    int rc = E_OK;
    for (trace_block *b = e->sampled ? t->trace_first[i] : NULL, *next; b; b = next) {
        const double *data;
        fetch(e->trace, next = b->next);
        if ((rc = trace_block_data(e->trace, b, &data, w)) != E_OK)
            break;
        if (b->opens)
            trace_curve_open(&k, e, &e->lane[t->first + i], b);
        rc = trace_curve_points(&k, data, b->n, w);
        if (!rc && (b->closes || !next || next->opens))
            rc = trace_curve_close(&k, w);
        if (rc)
            break;
        t->trace_first[i] = next;
        t->trace_last[i] = next ? t->trace_last[i] : NULL;
        trace_block_back(e, b);
    }
    return rc;
}

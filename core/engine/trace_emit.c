/* SPDX-License-Identifier: MIT
 * trace_emit.c - a lane's points leave as samples, step by step of the protocol, where one thread hands them to the
 * outputs.
 */
#include "core/engine/trace.h"

int trace_emit(engine *e, const tile *t, uint32_t i, why *w)
{
    const trace *plan = e->trace;
    trace_curve k = { 0 };
    int rc = E_OK;
    for (const trace_block *b = e->sampled ? t->trace_first[i] : NULL; b && !rc; b = b->next) {
        const double *data;
        if ((rc = trace_block_data(plan, b, &data, w)) != E_OK)
            break;
        if (b->opens)
            trace_curve_open(&k, e, &e->lane[t->first + i], b);
        for (uint32_t j = 0; j < b->n && !rc; j++, data += plan->point)
            rc = trace_curve_point(&k, *data, data + 1, w);
        if (!rc && (b->closes || !b->next || b->next->opens))
            rc = trace_curve_close(&k, w);
    }
    return rc;
}

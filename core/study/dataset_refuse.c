/* SPDX-License-Identifier: MIT
 * dataset_refuse.c - the guard: which column may be a feature, by what is asked and when the column is known.
 */
#include "core/study/dataset.h"
#include <stddef.h>

/* What a row itself may show, at the latest. */
static const int latest[NASK] = { WHEN_PLANNED, WHEN_PLANNED, WHEN_EARLY, WHEN_EARLY };

const char *dataset_refuses(const dataset *d, int column, int ask)
{
    const dataset_column *c = &d->col[column];
    if (column == d->target)
        return "is the answer itself";
    if (c->of_answer && c->lag == 0)
        return "contains the answer: it is made of the target's value in the same row";
    if (c->lag == 0 && c->when == WHEN_ANSWER)
        return "contains the answer: it is what is predicted in other words";
    if (ask == ASK_ESTIMATE && c->of_answer)
        return "is made of earlier values of the target, and a cell that is estimated was never measured";
    if (ask == ASK_ESTIMATE && c->of_start)
        return "starts from the first measured value of the target, and a cell that is estimated was never measured";
    if (c->lag > 0 && ask != ASK_FORECAST)
        return NULL;
    if (c->lag > 0 && (c->of_answer || c->when != WHEN_PLANNED))
        return "is made of what earlier rows showed, which a forecast beyond the origin does not know";
    if (c->when <= latest[ask])
        return NULL;
    return c->when == WHEN_EARLY ? "is known only during the cycle, not when it is forecast"
        : ask == ASK_BEGUN || ask == ASK_ESTIMATE ? "is known only after the cycle, when the answer is known too"
                                                  : "is known only after the cycle, not when it is forecast";
}

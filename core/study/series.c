/* SPDX-License-Identifier: MIT
 * series.c - rows in an order that a corrector with state can follow.
 */
#include "core/study/series.h"
#include <stdint.h>

/* The cell of the next pick is begun when it is another one, or lies behind. */
static int begin(series *s, why *w)
{
    size_t first = s->pick[s->done];
    if (s->tile->nstate && s->next && s->next <= first && s->cell[s->next - 1] == s->cell[first])
        return E_OK;
    int rc = predictor_begin(s->tile, s->model, s->id(s->ctx, s->cell[first]), w);
    while (s->tile->nstate && first && s->cell[first - 1] == s->cell[first])
        first--;
    s->next = first;
    return rc;
}

int series_run(series *s, why *w)
{
    int rc = predictor_open(s->tile, w);
    rc = rc ? rc : begin(s, w);
    if (rc)
        return rc;
    uint32_t cell = s->cell[s->pick[s->done]];
    for (s->n = 0; s->n < PREDICTOR_ROWS && s->done < s->npick; s->n++) {
        size_t want = s->pick[s->done], row = s->tile->nstate ? s->next : want;
        if (s->cell[want] != cell || row > want)
            break;
        s->fill(s->ctx, row, s->tile->in, s->n);
        s->tile->row[s->n] = s->row[row];
        s->asked[s->n] = row == want ? s->done++ : SIZE_MAX;
        s->next = row + 1;
    }
    return predictor_run(s->tile, s->model, s->id(s->ctx, cell), s->n, w);
}

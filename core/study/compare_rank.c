/* SPDX-License-Identifier: MIT
 * compare_rank.c - the numbers of a model, and ranks by them.
 */
#include "core/base/mem.h"
#include "core/study/compare_inside.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define AT(field) offsetof(compare_model, field)
const compare_number compare_numbers[COMPARE_NUMBERS] = {
    { "rmse", "RMSE, Ah", "Ah", "%.5f", AT(rmse), 0, COMPARE_RMSE, false, false, true, true },
    { "mae", "MAE, Ah", "Ah", "%.5f", AT(mae), 0, COMPARE_MAE, false, false, true, true },
    { "mape", "MAPE, %", "%", "%.3f", AT(mape), 0, COMPARE_MAPE, false, false, true, true },
    { "r2", "R2", "", "%.4f", AT(r2), 0, COMPARE_R2, true, false, true, true },
    { "max_error", "worst, Ah", "Ah", "%.5f", AT(max_error), 0, -1, false, false, true, true },
    { "bias", "bias, Ah", "Ah", "%.5f", AT(bias), 0, COMPARE_BIAS, false, true, true, true },
    { "eol", "EOL", "", "%.1f", AT(eol), AT(eol_least), -1, false, false, true, false },
    { "eol_years", "EOL, years", "", "%.2f", AT(eol_years), AT(eol_years_least), -1, false, false, false, false },
    { "eol_error", "EOL error", "", "%.1f", AT(eol_error), AT(eol_error_least), COMPARE_EOL, false, false, true, true },
    { "eol_bias", "EOL bias", "", NULL, AT(eol_bias), 0, -1, false, false, false, false },
    { "capacity", "last, Ah", "Ah", "%.4f", AT(capacity), 0, -1, false, false, true, false },
    { "seconds", "time, s", "s", "%.3g", AT(seconds), 0, -1, false, false, false, false },
};
#undef AT

double compare_value(const compare_model *m, size_t at)
{
    double v;
    memcpy(&v, (const char *)m + at, sizeof v);
    return v;
}

double compare_merit(const compare_model *m, const compare_number *k)
{
    double v = compare_value(m, k->at);
    if (isnan(v) && k->least)
        v = compare_value(m, k->least);
    return k->more ? -v : k->size ? fabs(v) : v;
}

double compare_changed(const compare *c, const compare_model *m, const compare_number *k, bool *least)
{
    const double whole = compare_value(&c->at[m->whole], k->at), now = compare_value(m, k->at);
    *least = k->least && isnan(now);
    return (*least ? compare_value(m, k->least) : now) - whole;
}

typedef struct place { double v; size_t at; } place;

static int by_value(const void *a, const void *b)
{
    const place *x = a, *y = b;
    return x->v < y->v ? -1 : x->v > y->v ? 1 : (x->at > y->at) - (x->at < y->at);
}

int compare_ranks(const double *v, size_t n, double *rank, why *w)
{
    place *sorted = mem_zero(n + 1, sizeof *sorted);
    size_t known = 0;
    if (!sorted)
        return fail(w, E_NOMEM, "no memory for %zu ranks", n);
    for (size_t i = 0; i < n; i++) {
        rank[i] = NAN;
        if (!isnan(v[i]))
            sorted[known++] = (place){ v[i], i };
    }
    qsort(sorted, known, sizeof *sorted, by_value);
    for (size_t i = 0, next; i < known; i = next) {
        for (next = i + 1; next < known && !(sorted[next].v > sorted[i].v);)
            next++;
        for (size_t k = i; k < next; k++)
            rank[sorted[k].at] = (double)(i + 1 + next) / 2;
    }
    free(sorted);
    return E_OK;
}

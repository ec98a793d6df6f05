/* SPDX-License-Identifier: MIT
 * golden.c - golden.csv, the numbers a plugin is held to.
 */
#include "core/host/golden.h"
#include "core/base/csv.h"
#include "core/base/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 100000 };

static bool row_keep(golden *g, const fade_csv_field *field, uint64_t at)
{
    const char **more = mem_grow((void *)g->field, (at + 1) * g->ncol, sizeof *more);
    if (!more)
        return false;
    g->field = more;
    for (uint32_t i = 0; i < g->ncol; i++) {
        more[at * g->ncol + i] = mem_arena_text(g->arena, field[i].at);
        if (!more[at * g->ncol + i])
            return false;
    }
    return true;
}

static int rows_read(golden *g, fade_csv *csv, const char *path, why *w)
{
    const fade_csv_field *field;
    uint32_t n;
    uint64_t at = 0;
    int rc;
    while ((rc = csv_next(csv, &field, &n, w)) == E_OK) {
        if (at == 0)
            g->ncol = n;
        if (n != g->ncol)
            return fail(w, E_INPUT, "%s:%llu has %u fields, the header %u", path, (unsigned long long)csv_line(csv), n,
                        g->ncol);
        if (at > MOST)
            return fail(w, E_INPUT, "%s has more than %d rows", path, MOST);
        if (!row_keep(g, field, at++))
            return fail(w, E_NOMEM, "the rows of %s", path);
    }
    if (rc > 0)
        return rc;
    if (at < 2)
        return fail(w, E_INPUT, "%s has no rows", path);
    g->nrow = at - 1;
    g->name = g->field;                                 /* the header is the first row */
    return E_OK;
}

int golden_read(const char *path, golden *out, why *w)
{
    *out = (golden){ .arena = mem_arena_open() };
    fade_csv *csv = NULL;
    int rc = out->arena ? csv_open(path, ',', &csv, w) : fail(w, E_NOMEM, "the rows of %s", path);
    if (rc == E_OK)
        rc = rows_read(out, csv, path, w);
    csv_close(csv);
    if (rc)
        golden_free(out);
    return rc;
}

void golden_free(golden *g)
{
    free((void *)g->field);
    mem_arena_close(g->arena);
    *g = (golden){ 0 };
}

int golden_column(const golden *g, const char *prefix, const char *name)
{
    size_t n = strlen(prefix);
    for (uint32_t i = 0; i < g->ncol; i++)
        if (strncmp(g->name[i], prefix, n) == 0 && strcmp(g->name[i] + n, name) == 0)
            return (int)i;
    return -1;
}

double golden_number(const golden *g, uint64_t row, int column)
{
    double v;
    if (column < 0)
        return NAN;
    const char *field = g->field[(row + 1) * g->ncol + (uint32_t)column];
    return text_real(field, strlen(field), &v) ? v : NAN;
}

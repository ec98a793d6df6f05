/* SPDX-License-Identifier: MIT
 * fit_draws.c - sets of parameters that are all likely: drawn, written, read.
 */
#include "core/study/fit_draws.h"
#include "core/base/csv.h"
#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/base/text.h"
#include "core/study/fit_inside.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 30, STREAM_DRAWS = 0x647277 };

/* ---- made ---- */

/* Standard deviation as fitted; of what the data do not see half of the bounds. */
static double sd_of(const fit_param *p, const fit_value *v)
{
    double sd = p->log ? v->sd / v->value : v->sd, half = (fit_inside(p, p->hi) - fit_inside(p, p->lo)) / 2;
    return v->at_bound ? 0 : isfinite(sd) && sd < half ? sd : half;
}

int fit_draws_normal(const fit *f, const fit_result *r, size_t n, uint64_t seed, double *x, why *w)
{
    size_t p = f->nparam;
    double a[FIT_PARAMS * FIT_PARAMS], value[FIT_PARAMS], vector[FIT_PARAMS * FIT_PARAMS];
    uint64_t cell = text_hash(r->cell ? r->cell : "");
    if (p == 0)
        return fail(w, E_INPUT, "nothing was fitted, so nothing can be drawn");
    for (size_t i = 0; i < p * p; i++)
        a[i] = i % (p + 1) == 0 ? 1 : isfinite(r->correlation[i]) ? r->correlation[i] : 0;
    lsq_eigen(p, a, value, vector);
    for (size_t i = 0; i < n; i++) {
        double *at = x + i * p;
        bool inside = false;
        for (size_t try = 0; try < TRIES && !inside; try++) {
            memcpy(at, r->x, p * sizeof *at);
            for (size_t e = 0; e < p; e++) {
                double z = random_normal(seed, cell, (i * TRIES + try) * FIT_PARAMS + e, STREAM_DRAWS);
                for (size_t j = 0; j < p; j++)
                    at[j] += sqrt(fmax(value[e], 0)) * z * vector[e * p + j] * sd_of(&f->param[j], &r->at[j]);
            }
            inside = true;
            for (size_t j = 0; j < p; j++)
                inside &= at[j] >= fit_inside(&f->param[j], f->param[j].lo) &&
                          at[j] <= fit_inside(&f->param[j], f->param[j].hi);
        }
        for (size_t j = 0; j < p; j++)
            at[j] = fmin(fmax(at[j], fit_inside(&f->param[j], f->param[j].lo)),
                         fit_inside(&f->param[j], f->param[j].hi));
    }
    return E_OK;
}

void fit_draws_head(const fit *f, text *csv)
{
    text_add(csv, "cell");
    for (size_t j = 0; j < f->nparam; j++)
        text_addf(csv, ",%s", f->param[j].key);
    text_addc(csv, '\n');
}

void fit_draws_row(const fit *f, const char *cell, const double *x, text *csv)
{
    text_add(csv, cell ? cell : "");              /* an id needs no quotes */
    for (size_t j = 0; j < f->nparam; j++) {
        text_addc(csv, ',');
        text_add_number(csv, fit_outside(&f->param[j], x[j]));
    }
    text_addc(csv, '\n');
}

/* ---- read ---- */

static int head(const char *path, const fade_csv_field *field, uint32_t n, fit_draws *d, int *cell, why *w)
{
    *cell = -1;
    for (uint32_t i = 0; i < n; i++)
        if (field[i].n == 4 && memcmp(field[i].at, "cell", 4) == 0)
            *cell = (int)i;
    d->nparam = n - (*cell >= 0);
    if (d->nparam < 1 || d->nparam > FIT_PARAMS)
        return fail(w, E_INPUT, "%s: its first line names %zu parameters: 1 to %d are wanted, as in cell,physics.1.c",
                    path, d->nparam, FIT_PARAMS);
    d->key = mem_zero(d->nparam, sizeof *d->key);
    if (!d->key)
        return fail(w, E_NOMEM, "no memory to read %s", path);
    for (uint32_t i = 0, j = 0; i < n; i++)
        if ((int)i != *cell)
            snprintf(d->key[j++], sizeof *d->key, "%.*s", (int)(field[i].n < 159 ? field[i].n : 159), field[i].at);
    for (size_t j = 1; j < d->nparam; j++)
        for (size_t i = 0; i < j; i++)
            if (strcmp(d->key[i], d->key[j]) == 0)
                return fail(w, E_INPUT, "%s: its first line names %s twice", path, d->key[j]);
    return E_OK;
}

static int room(fit_draws *d, why *w)
{
    if (d->n < d->cap)
        return E_OK;
    size_t cap = d->cap ? 2 * d->cap : 256;
    char(*cell)[64] = mem_grow(d->cell, cap, sizeof *cell);
    d->cell = cell ? cell : d->cell;
    double *v = mem_grow(d->v, cap * d->nparam, sizeof *v);
    d->v = v ? v : d->v;
    size_t *line = mem_grow(d->line, cap, sizeof *line);
    d->line = line ? line : d->line;
    if (!cell || !v || !line)
        return fail(w, E_NOMEM, "no memory for %zu draws", cap);
    d->cap = cap;
    return E_OK;
}

static int row(const char *path, const fade_csv_field *field, uint32_t n, int cell, size_t line, fit_draws *d, why *w)
{
    if (n != d->nparam + (cell >= 0))
        return fail(w, E_INPUT, "%s:%zu has %u fields, the first line %zu", path, line, (unsigned)n,
                    d->nparam + (cell >= 0));
    int rc = room(d, w);
    if (rc)
        return rc;
    d->line[d->n] = line;
    d->cell[d->n][0] = '\0';
    for (uint32_t i = 0, j = 0; i < n; i++) {
        if ((int)i == cell) {
            snprintf(d->cell[d->n], sizeof *d->cell, "%.*s", (int)(field[i].n < 63 ? field[i].n : 63), field[i].at);
            continue;
        }
        double *v = &d->v[d->n * d->nparam + j++];
        if (!text_real(field[i].at, field[i].n, v) || !isfinite(*v))
            return fail(w, E_INPUT, "%s:%zu: %s is %.*s, which is no number", path, line, d->key[j - 1],
                        (int)(field[i].n < 40 ? field[i].n : 40), field[i].at);
    }
    d->n++;
    return E_OK;
}

int fit_draws_read(const char *path, fit_draws *d, why *w)
{
    fade_csv *csv = NULL;
    const fade_csv_field *field;
    uint32_t n;
    int cell = -1, rc;
    if (text_ends(path, ".toml"))
        return fail(w, E_USAGE, "%s holds the best values alone: fade fit --draws FILE.csv writes how unsure they are",
                    path);
    rc = csv_open(path, ',', &csv, w);
    rc = rc ? rc : csv_next(csv, &field, &n, w);
    if (rc == -1)
        rc = fail(w, E_INPUT, "%s is empty: a line of names and one a draw are wanted", path);
    rc = rc ? rc : head(path, field, n, d, &cell, w);
    while (!rc) {
        int more = csv_next(csv, &field, &n, w);
        if (more == -1)
            break;
        rc = more ? more : row(path, field, n, cell, (size_t)csv_line(csv), d, w);
    }
    if (!rc && d->n < 2)
        rc = fail(w, E_INPUT, "%s has %zu draws: at least 2 are wanted", path, d->n);
    csv_close(csv);
    return rc;
}

void fit_draws_free(fit_draws *d)
{
    free(d->key);
    free(d->cell);
    free(d->v);
    free(d->line);
    *d = (fit_draws){ 0 };
}

size_t fit_draws_of(const fit_draws *d, const char *cell, size_t *of)
{
    size_t n = 0;
    for (size_t i = 0; i < d->n; i++)
        if (strcmp(d->cell[i], cell) == 0)
            of[n++] = i;
    bool own = n > 0;
    for (size_t i = 0; i < d->n && !own; i++)
        if (!d->cell[i][0])
            of[n++] = i;
    return n;
}

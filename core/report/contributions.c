/* SPDX-License-Identifier: MIT
 * contributions.c - what features added, gathered row by row, and the first rows as a table.
 */
#include "core/base/mem.h"
#include "core/report/contributions_inside.h"
#include "core/report/show.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIXED = 4 };                               /* cell, cycle, correction, base */

int contributions_open(const model_saved *m, contributions **out, why *w)
{
    contributions *k = *out = mem_zero(1, sizeof *k);
    if (k) {
        *k = (contributions){ .m = m, .p = m->nfeature, .every = 1, .most = NAN,
                              .row = mem_zero(CONTRIBUTIONS_KEPT, sizeof *k->row),
                              .share = mem_zero(CONTRIBUTIONS_KEPT * m->nfeature + 1, sizeof *k->share),
                              .size = mem_zero(m->nfeature + 1, sizeof *k->size) };
        if (k->row && k->share && k->size)
            return E_OK;
    }
    return fail(w, E_NOMEM, "no memory for the contributions of %zu features", m->nfeature);
}

void contributions_close(contributions *k)
{
    if (!k)
        return;
    free(k->row);
    free(k->share);
    free(k->size);
    free(k);
}

/* ---- rows ---- */

/* Every other row behind the first ones goes. */
static void thin(contributions *k)
{
    size_t to = CONTRIBUTIONS_SHOWN;
    for (size_t i = to; i < k->n; i += 2, to++) {
        double *share = k->row[to].share;
        memmove(share, k->row[i].share, k->p * sizeof *share);
        k->row[to] = k->row[i];
        k->row[to].share = share;
    }
    k->n = to;
    k->every *= 2;
}

static void keep(contributions *k, const model_predicted *r, size_t i)
{
    if (k->rows >= CONTRIBUTIONS_SHOWN && (k->rows - CONTRIBUTIONS_SHOWN) % k->every)
        return;
    if (k->n == CONTRIBUTIONS_KEPT)
        thin(k);
    contribution_row *to = &k->row[k->n];
    to->share = k->share + k->n * k->p;
    snprintf(to->cell, sizeof to->cell, "%.39s", r->d->name[r->d->cell[i]]);
    to->cycle = r->d->cycle[i];
    to->correction = r->correction[i];
    to->base = r->base[i];
    for (size_t j = 0; j < k->p; j++)
        to->share[j] = r->contribution[j][i];
    k->n++;
}

int contributions_rows(contributions *k, const model_predicted *r, why *w)
{
    (void)w;
    for (size_t i = 0; i < r->n; i++, k->rows++) {
        keep(k, r, i);
        k->known += isfinite(r->correction[i]) != 0;
        for (size_t j = 0; j < k->p; j++)
            k->size[j] += isfinite(r->contribution[j][i]) ? fabs(r->contribution[j][i]) : 0;
        if (r->error && isfinite(r->error[i])) {
            k->most = k->sampled++ ? fmax(k->most, r->error[i]) : r->error[i];
            k->square += r->error[i] * r->error[i];
        }
    }
    return E_OK;
}

void contributions_error(const contributions *k, double *most, double *usual)
{
    *most = k->most;
    *usual = k->sampled ? sqrt(k->square / (double)k->sampled) : NAN;
}

void contributions_order(const contributions *k, size_t *order)
{
    for (size_t j = 0; j < k->p; j++) {
        size_t at = j;
        for (; at > 0 && k->size[order[at - 1]] < k->size[j]; at--)
            order[at] = order[at - 1];
        order[at] = j;
    }
}

/* ---- the table ---- */

static void head(const contributions *k, const size_t *order, size_t named, show_table *t)
{
    const char *word[SHOW_COLUMNS] = { "cell", "cycle", "correction", "base" };
    for (size_t j = 0; j < named; j++)
        word[FIXED + j] = k->m->feature[order[j]].key;
    if (named < k->p)
        word[FIXED + named] = "others";
    show_row(t, word);
}

static void line(const contributions *k, const contribution_row *r, const size_t *order, size_t named, show_table *t)
{
    char said[SHOW_COLUMNS][32];
    const char *word[SHOW_COLUMNS] = { r->cell };
    double others = 0;
    snprintf(said[1], sizeof said[1], "%" PRId64, r->cycle);
    show_number(said[2], r->correction, 4);
    show_number(said[3], r->base, 4);
    for (size_t j = 0; j < k->p; j++) {
        if (j < named)
            show_number(said[FIXED + j], r->share[order[j]], 3);
        else
            others += r->share[order[j]];
    }
    if (named < k->p)
        show_number(said[FIXED + named], others, 3);
    for (size_t c = 1; c < t->columns; c++)
        word[c] = said[c];
    show_row(t, word);
}

void contributions_table(const contributions *k, text *out)
{
    size_t named = k->p < CONTRIBUTIONS_NAMED ? k->p : CONTRIBUTIONS_NAMED, order[MODEL_FEATURES];
    show_table t = { .columns = FIXED + named + (named < k->p), .left = 1 };
    contributions_order(k, order);
    head(k, order, named, &t);
    for (size_t i = 0; i < k->n && i < CONTRIBUTIONS_SHOWN; i++)
        line(k, &k->row[i], order, named, &t);
    text_addf(out, "correction = base + what each feature adds%s%s\n", *k->m->unit ? ", in " : "", k->m->unit);
    show_table_add(&t, out);
    if (k->rows > CONTRIBUTIONS_SHOWN)
        text_addf(out, "and %" PRIu64 " rows more: -o FILE has them all\n", k->rows - CONTRIBUTIONS_SHOWN);
    show_table_free(&t);
}

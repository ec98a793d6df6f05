/* SPDX-License-Identifier: MIT
 * report_gather.c - rows of a run kept within a bound.
 *
 * When the bound is reached and lives are still short, of more than GATHER_CELLS cells every second goes (by the hash
 * of its name, so that the sample does not depend on the order); else stretches become twice as long, and of each only
 * the least and the greatest row stay.
 */
#include "core/report/report_gather.h"
#include "core/base/mem.h"
#include "core/base/service.h"
#include "core/base/units.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST, GREATEST, LAST };

int report_gather_open(report_gather *g, const fade_columns *cols, size_t most, why *w)
{
    *g = (report_gather){ .most = most, .span = 1, .key = -1 };
    for (uint32_t i = 0; i < cols->out.n; i++) {
        const fade_column *c = (const void *)((const char *)cols->out.at + (size_t)i * cols->out.stride);
        char name[96];
        service_text()->name(c, name);
        int at = frame_add_column(&g->f, name, c->key, c->unit ? c->unit : "", c->doc, w);
        if (at < 0)
            return -at;
    }
    g->key = frame_find(&g->f, "capacity");
    if (g->key < 0)
        g->key = frame_find(&g->f, "physics_capacity");
    return E_OK;
}

/* ---- cells ---- */

static bool sampled(const report_gather *g, const char *cell)
{
    return (text_hash(cell) & (((uint64_t)1 << g->shift) - 1)) == 0;
}

int report_gather_seen(report_gather *g, uint64_t h, why *w)
{
    h |= 1;                                             /* 0 is a free place */
    if (2 * (g->nseen + 1) > g->capseen) {
        size_t cap = g->capseen ? 2 * g->capseen : 256;
        uint64_t *more = mem_zero(cap, sizeof *more);
        if (!more)
            return fail(w, E_NOMEM, "no memory to count %zu cells", g->nseen);
        for (size_t i = 0; i < g->capseen; i++)
            if (g->seen[i]) {
                size_t at = (size_t)(g->seen[i] >> 7) & (cap - 1);
                while (more[at])
                    at = (at + 1) & (cap - 1);
                more[at] = g->seen[i];
            }
        free(g->seen);
        g->seen = more;
        g->capseen = cap;
    }
    size_t at = (size_t)(h >> 7) & (g->capseen - 1);
    while (g->seen[at] && g->seen[at] != h)
        at = (at + 1) & (g->capseen - 1);
    g->nseen += !g->seen[at];
    g->seen[at] = h;
    return E_OK;
}

/* ---- the bound ---- */

static void move_row(frame *f, size_t from, size_t to)
{
    f->cycle[to] = f->cycle[from];
    f->time[to] = f->time[from];
    f->cell[to] = f->cell[from];
    f->variant[to] = f->variant[from];
    for (size_t c = 0; c < f->ncol; c++)
        f->col[c].v[to] = f->col[c].v[from];
}

static void sort_out_cells(report_gather *g)
{
    size_t to = 0;
    g->shift++;
    g->recent = NULL;
    for (size_t i = 0; i < g->f.n; i++)
        if (sampled(g, g->f.cell_name[g->f.cell[i]]))
            move_row(&g->f, i, to++);
    g->f.n = to;
}

/* Of four rows of a lane that follow one another the least and the greatest stay. */
static int halve(report_gather *g, why *w)
{
    size_t lanes = g->f.ncell * g->f.nvariant, *four = mem_zero(4 * lanes + 1, sizeof *four);
    unsigned char *n = mem_zero(lanes + 1, 1), *keep = mem_zero(g->f.n + 1, 1);
    bool ok = four && n && keep;
    const double *key = ok && g->key >= 0 ? g->f.col[g->key].v : NULL;
    for (size_t i = 0; ok && i < g->f.n; i++) {
        size_t lane = g->f.cell[i] * g->f.nvariant + g->f.variant[i], *at = four + 4 * lane, lo = 0, hi = 0;
        at[n[lane]++] = i;
        keep[i] = 1;
        if (n[lane] < 4)
            continue;
        for (size_t k = 1; key && k < 4; k++) {
            lo = key[at[k]] < key[at[lo]] ? k : lo;
            hi = !(key[at[k]] < key[at[hi]]) ? k : hi;
        }
        for (size_t k = 0; k < 4; k++)
            keep[at[k]] = key ? k == lo || k == hi : k % 2 == 0;
        n[lane] = 0;
    }
    size_t to = 0;
    for (size_t i = 0; ok && i < g->f.n; i++)
        if (keep[i])
            move_row(&g->f, i, to++);
    if (ok) {
        g->f.n = to;
        g->span = g->span == 1 ? 4 : 2 * g->span;
    }
    free(four);
    free(n);
    free(keep);
    return ok ? E_OK : fail(w, E_NOMEM, "no memory to thin %zu rows", g->f.n);
}

static size_t cells_kept(const report_gather *g)
{
    size_t n = 0;
    for (size_t i = 0; i < g->f.ncell; i++)
        n += sampled(g, g->f.cell_name[i]);
    return n;
}

static int make_room(report_gather *g, why *w)
{
    for (int pass = 0; pass < 64 && g->f.n > g->most / 2 + g->most / 4; pass++) {
        size_t cells = cells_kept(g), variants = g->f.nvariant ? g->f.nvariant : 1;
        if (cells > GATHER_CELLS && g->f.n / (cells * variants) < GATHER_ROWS)
            sort_out_cells(g);
        else if (halve(g, w))
            return w->code;
    }
    return E_OK;
}

/* ---- rows ---- */

static int put(report_gather *g, const char *cell, const char *variant, int64_t cycle, int64_t time, const double *v,
               why *w)
{
    size_t at;
    int rc = g->f.n >= g->most ? make_room(g, w) : E_OK;
    if (rc || (rc = frame_add_row(&g->f, cell, variant, cycle, time, &at, w)))
        return rc;
    for (size_t c = 0; c < g->f.ncol; c++)
        g->f.col[c].v[at] = v[c];
    return E_OK;
}

int report_gather_pending(report_gather *g, const char *cell, const char *variant, gather_pending **out, why *w)
{
    int64_t c = frame_cell(&g->f, cell), v = frame_variant(&g->f, variant);
    size_t at = (size_t)c * GATHER_VARIANTS + (size_t)v;
    *out = NULL;
    if (c < 0 || v < 0 || v >= GATHER_VARIANTS)
        return E_OK;
    if (at >= g->npending) {
        size_t n = 2 * at + GATHER_VARIANTS;
        gather_pending *more = mem_grow(g->pending, n, sizeof *more);
        if (!more)
            return fail(w, E_NOMEM, "no memory to gather %zu cells", g->f.ncell);
        memset(more + g->npending, 0, (n - g->npending) * sizeof *more);
        g->pending = more;
        g->npending = n;
    }
    gather_pending *p = &g->pending[at];
    if (!p->value && !(p->value = mem_zero(GATHER_KEPT * (g->f.ncol + 1), sizeof *p->value)))
        return fail(w, E_NOMEM, "no memory to gather %zu cells", g->f.ncell);
    *out = p;
    return E_OK;
}

static void hold(const report_gather *g, gather_pending *p, int which, int64_t cycle, int64_t time, const double *v)
{
    p->cycle[which] = cycle;
    p->time[which] = time;
    p->key[which] = g->key >= 0 ? v[g->key] : 0;
    memcpy(p->value + (size_t)which * g->f.ncol, v, g->f.ncol * sizeof *v);
}

/* The rows of a stretch that stay, in their order; `end`: its last one too. */
static int give(report_gather *g, gather_pending *p, const char *cell, const char *variant, bool end, why *w)
{
    int order[GATHER_KEPT] = { LEAST, GREATEST, LAST }, rc = E_OK;
    int64_t done = INT64_MIN;
    if (p->cycle[GREATEST] < p->cycle[LEAST]) {
        order[0] = GREATEST;
        order[1] = LEAST;
    }
    for (int k = 0; !rc && p->rows && k < (end ? 3 : 2); k++)
        if (p->cycle[order[k]] > done) {
            done = p->cycle[order[k]];
            rc = put(g, cell, variant, done, p->time[order[k]], p->value + (size_t)order[k] * g->f.ncol, w);
        }
    p->rows = 0;
    return rc;
}

int report_gather_row(report_gather *g, const char *cell, const char *variant, int64_t cycle, int64_t time,
                      const double *value, why *w)
{
    gather_pending *p = NULL;
    int rc = E_OK;
    g->rows++;
    if (g->recent != cell) {
        rc = report_gather_seen(g, text_hash(cell), w);
        g->recent_kept = sampled(g, cell);
        g->recent = cell;
    }
    if (rc || !g->recent_kept)
        return rc;
    if (g->span > 1 && (rc = report_gather_pending(g, cell, variant, &p, w)))
        return rc;
    if (!p)
        return put(g, cell, variant, cycle, time, value, w);
    double key = g->key >= 0 ? value[g->key] : 0;
    if (!p->rows || key < p->key[LEAST])
        hold(g, p, LEAST, cycle, time, value);
    if (!p->rows || !(key < p->key[GREATEST]))
        hold(g, p, GREATEST, cycle, time, value);
    hold(g, p, LAST, cycle, time, value);
    return ++p->rows < g->span ? E_OK : give(g, p, cell, variant, false, w);
}

int report_gather_rows(report_gather *g, const fade_block *b, uint32_t from, why *w)
{
    double row[512];
    int rc = E_OK;
    if (g->f.ncol > 512)
        return fail(w, E_INPUT, "a report of %zu columns; at most 512", g->f.ncol);
    for (uint32_t i = from; !rc && i < b->n; i++) {
        for (size_t c = 0; c < g->f.ncol; c++)
            row[c] = b->col[c][i];
        rc = report_gather_row(g, b->cell[i], b->variant && b->variant[i] ? b->variant[i] : "", b->cycle[i], b->time[i],
                               row, w);
    }
    return rc;
}

/* ---- the end ---- */

static int give_all(report_gather *g, why *w)
{
    int rc = E_OK;
    g->most = SIZE_MAX;
    for (size_t i = 0; !rc && i < g->npending; i++) {
        size_t cell = i / GATHER_VARIANTS, variant = i % GATHER_VARIANTS;
        if (g->pending[i].rows && sampled(g, g->f.cell_name[cell]))
            rc = give(g, &g->pending[i], g->f.cell_name[cell], g->f.variant_name[variant], true, w);
    }
    return rc;
}

int report_gather_end(report_gather *g, frame *out, char note[240], why *w)
{
    int rc = give_all(g, w);
    *out = (frame){ 0 };
    for (size_t c = 0; !rc && c < g->f.ncol; c++) {
        const frame_column *q = &g->f.col[c];
        int at = frame_add_column(out, q->name, q->key, q->unit, q->doc, w);
        rc = at < 0 ? -at : E_OK;
    }
    for (size_t i = 0; !rc && i < g->f.n; i++) {
        size_t at;
        rc = frame_add_row(out, g->f.cell_name[g->f.cell[i]], g->f.variant_name[g->f.variant[i]], g->f.cycle[i],
                           g->f.time[i], &at, w);
        for (size_t c = 0; !rc && c < g->f.ncol; c++)
            out->col[c].v[at] = g->f.col[c].v[i];
    }
    *note = '\0';
    if (g->shift || g->span > 1)
        snprintf(note, 240, "Of %llu rows %zu are shown%s.", (unsigned long long)g->rows, g->f.n,
                 g->span > 1 ? ", the least and the greatest capacity of each stretch" : "");
    if (g->shift)
        snprintf(note + strlen(note), 240 - strlen(note), " The cells are a sample: %zu of %zu.", out->ncell, g->nseen);
    return rc;
}

void report_gather_free(report_gather *g)
{
    frame_free(&g->f);
    for (size_t i = 0; i < g->npending; i++)
        free(g->pending[i].value);
    free(g->pending);
    free(g->seen);
    *g = (report_gather){ 0 };
}

/* SPDX-License-Identifier: MIT
 * duty_feed.c - blocks of samples from the source into windows, and the rows of a chunk out of them.
 *
 * A chunk ends when a stream has its rows, or enough samples were booked; what was read beyond stays in the windows and
 * in the snapshot, so that the source's position and the rows made always belong together.
 */
#include "core/base/clones.h"
#include "core/base/mem.h"
#include "core/engine/duty.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1024, WAIT_MS = 200, SAMPLES = 3072, COLUMNS = 256 };

/* ---- what the source writes ---- */

static bool convert(const fade_column *c, const char *unit_text, duty_column *out)
{
    unit from, to;
    return units_parse(c->unit, &from, NULL) == 0 && units_parse(unit_text, &to, NULL) == 0 &&
           units_convert(&from, &to, NAN, &out->scale, &out->offset);
}

static int find_sample(engine *e, const fade_list *l, const char *key, const char *unit_text, duty_column *out, why *w)
{
    *out = (duty_column){ .at = -1, .scale = 1 };
    for (uint32_t i = 0; i < l->n; i++) {
        const fade_column *c = library_at(l, i);
        if (strcmp(c->key, key) != 0)
            continue;
        out->at = (int)i;
        if (!convert(c, unit_text, out))
            return fail(w, E_PLUGIN, "source %s: samples of %s in \"%s\" cannot be %s", e->sc->source.label, key,
                        c->unit, unit_text);
        return E_OK;
    }
    return fail(w, E_PLUGIN, "source %s: its samples are a duty and lack the column %s", e->sc->source.label, key);
}

int duty_take_columns(engine *e, const fade_columns *c, why *w)
{
    duty *d = e->duty;
    int rc = find_sample(e, &c->sample, "time", "s", &d->sample[0], w);
    rc = rc ? rc : find_sample(e, &c->sample, "soc", "1", &d->sample[1], w);
    rc = rc ? rc : find_sample(e, &c->sample, "temperature", "K", &d->sample[2], w);
    d->nsample = c->sample.n;
    if (!rc && (c->sample.n > COLUMNS || c->out.n > COLUMNS))
        rc = fail(w, E_PLUGIN, "source %s has %u columns of samples, at most %d", e->sc->source.label,
                  c->sample.n > COLUMNS ? c->sample.n : c->out.n, COLUMNS);
    for (uint32_t i = 0; i < c->out.n; i++) {
        const fade_column *out = library_at(&c->out, i);
        if (strcmp(out->key, "length") == 0 && convert(out, "s", &d->length))
            d->length.at = (int)i;
    }
    d->nout = c->out.n;
    d->buf = mem_columns(((size_t)d->nsample + d->nout + 1) * BLOCK);
    if (!rc && !d->buf)
        rc = fail(w, E_NOMEM, "no memory for a block of samples");
    return rc;
}

/* ---- reading ---- */

CLONES static void copy(size_t n, const double *restrict from, double scale, double offset, double *restrict to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = from[i] * scale + offset;
}

/* `there`: they were read into the window itself. */
static int take_samples(duty *d, const char *cell_name, size_t from, size_t n, bool there, why *w)
{
    uint32_t which;
    int rc = duty_stream_of(d, cell_name, &which, w);
    duty_stream *s = rc ? NULL : d->stream[which];
    if (rc || (rc = duty_more(d, s, n, w)))
        return rc;
    for (int k = 0; k < 3 && !there; k++)
        copy(n, d->buf + (size_t)d->sample[k].at * BLOCK + from, d->sample[k].scale, d->sample[k].offset,
             s->col[k] + s->n);
    s->n += n;                                    /* what is made of them waits for workers to be there */
    return E_OK;
}

/* Rows of the source only say which cells there are, and how long their duty is. */
static int take_cells(duty *d, const fade_block *b, double *const *col, why *w)
{
    engine *e = d->e;
    for (uint32_t i = 0; i < b->n; i++) {
        uint32_t first;
        int rc = b->cell[i] ? lanes_find(e, b->cell[i], &first, w)
                            : fail(w, E_PLUGIN, "source %s gave a row without a cell", e->sc->source.label);
        if (rc)
            return rc;
        double length = d->length.at >= 0 ? col[d->length.at][i] * d->length.scale : NAN;
        for (uint32_t k = 0; k < e->points && length > 0; k++)
            e->lane[first + k].total = (uint64_t)ceil(length / d->row * (1 - 1e-12));
    }
    return E_OK;
}

/* Samples of all cells, in the units of a window, can be read where they belong. */
static bool point_at_window(duty *d, double **col, why *w)
{
    bool plain = d->any && d->shared && d->nstream == 1 && d->nsample == S_READ && d->nout <= S_READ;
    for (int k = 0; k < S_READ; k++)
        plain &= d->sample[k].scale == 1 && d->sample[k].offset == 0;
    if (!plain || duty_more(d, d->stream[0], BLOCK, w))
        return false;
    for (int k = 0; k < S_READ; k++)
        col[d->sample[k].at] = d->stream[0]->col[k] + d->stream[0]->n;
    return true;
}

/* Where from i on the first sample of another cell is. */
static uint32_t same_cell(const char *const *cell, uint32_t i, uint32_t n)
{
    if (memcmp(cell + i, cell + i + 1, (n - i - 1) * sizeof *cell) == 0)          /* each is the one before it */
        return n;
    uint32_t k = i + 1;
    while (k < n && cell[k] == cell[i])
        k++;
    return k;
}

/* Samples that the source passes over, as they are those of a period ago: *came of them are there. */
static int pass_over(duty *d, uint32_t *came, why *w)
{
    engine *e = d->e;
    const fade_source_v1 *vt = e->source_vt;
    size_t period = 0, most = 0;
    *came = 0;
    if (FADE_HAS(vt, again) && vt->again && d->any && d->shared && d->nstream == 1)
        most = duty_past_may(d->stream[0], BLOCK, &period);
    uint32_t n = most ? vt->again(e->source, (uint32_t)period, (uint32_t)most, e->position) : 0;
    if (n > most)
        return fail(w, E_PLUGIN, "source %s passes over %u samples where %zu were asked for", e->sc->source.label, n,
                    most);
    *came = n;
    return n ? duty_past_fill(d, d->stream[0], n, w) : E_OK;
}

static int read_block(duty *d, uint32_t *came, why *w)
{
    engine *e = d->e;
    int rc = pass_over(d, came, w);
    if (rc || *came)
        return rc;
    const char *cell[BLOCK] = { 0 };
    int64_t time[BLOCK], cycle[BLOCK];
    double *col[COLUMNS];
    uint32_t ncol = d->nsample > d->nout ? d->nsample : d->nout;
    for (uint32_t k = 0; k < ncol; k++)
        col[k] = d->buf + (size_t)k * BLOCK;
    fade_block b = { .size = sizeof b, .cap = BLOCK, .cell = cell, .time = time, .cycle = cycle, .col = col,
                     .position = e->position };
    bool there = point_at_window(d, col, w);
    int32_t s = e->source_vt->next(e->source, &b, WAIT_MS);
    *came = 0;
    if (s < 0)
        return object_why(e->source_object, s, "read", w);
    if (b.n > BLOCK)
        return fail(w, E_PLUGIN, "source %s gave %u rows where %d fit", e->sc->source.label, b.n, BLOCK);
    e->source_ended = s == FADE_END;
    *came = b.n;
    if (b.stream == 0)
        return take_cells(d, &b, col, w);
    for (uint32_t i = 0, k; i < b.n && !rc; i = k) {
        k = same_cell(cell, i, b.n);
        rc = there && cell[i] ? fail(w, E_PLUGIN, "source %s gives samples of one cell beside samples of all",
                                     e->sc->source.label)
                              : take_samples(d, cell[i], i, k - i, there, w);
    }
    return rc;
}

/* ---- rows ---- */

/* Steps behind the last row stay, and the rainflow cycles they have not got yet. */
static void keep_steps(const duty *d, duty_stream *s, size_t r)
{
    duty_at *at = &s->at[r];
    size_t used = duty_used(d, s, r), kept = at->nstep - used;
    uint32_t first = kept ? at->step[used].e0 : at->nstep ? at->step[at->nstep - 1].o1 : 0;
    if (kept)
        memmove(at->step, at->step + used, kept * sizeof *at->step);
    for (size_t i = 0; i < kept; i++) {
        at->step[i].e0 -= first;
        at->step[i].e1 -= first;
        at->step[i].o0 -= first;
        at->step[i].o1 -= first;
    }
    if (at->nevent > first)
        memmove(at->event, at->event + first, (at->nevent - first) * sizeof *at->event);
    at->nevent -= first;
    at->nstep = kept;
}

static size_t oldest_open(const duty *d, const duty_stream *s)
{
    size_t oldest = s->row_at.i;
    for (size_t r = 0; r < d->nrule; r++) {
        const duty_at *at = &s->at[r];
        for (size_t i = 0; i < at->nstep; i++) {
            oldest = at->step[i].b0 < oldest ? at->step[i].b0 : oldest;
            oldest = at->step[i].a.i < oldest ? at->step[i].a.i : oldest;
        }
        oldest = at->brk < oldest ? at->brk : oldest;
        oldest = at->end.i < oldest ? at->end.i : oldest;
    }
    return s->done && oldest >= s->done ? s->done - 1 : oldest;
}

/* A new chunk: what is behind every open step goes. */
static void forget(duty *d, duty_stream *s)
{
    for (size_t r = 0; r < d->nrule; r++)
        keep_steps(d, s, r);
    size_t oldest = s->begun ? oldest_open(d, s) : 0,
           n = oldest ? oldest - 1 : 0; /* one before: stretches end at a sample */
    duty_drop(d, s, n);
    s->row_at.i -= n;
    for (size_t r = 0; r < d->nrule; r++) {
        s->at[r].brk -= n;
        s->at[r].moved_at -= n;
        s->at[r].carried_at = d->rule[r].rain ? s->at[r].carried_at - n : 0;
        s->at[r].end.i -= n;
        for (size_t i = 0; i < s->at[r].nstep; i++) {
            s->at[r].step[i].a.i -= n;
            s->at[r].step[i].b.i -= n;
            s->at[r].step[i].b0 -= n;
        }
    }
    s->nrow = 0;
}

static size_t row_limit(const engine *e, const duty_stream *s)
{
    uint64_t most = e->chunk_rows ? e->chunk_rows : 1;
    if (e->cycles && s->rows - s->nrow + most > e->cycles)
        most = e->cycles > s->rows - s->nrow ? e->cycles - (s->rows - s->nrow) : 0;
    return (size_t)most;
}

/* A stream that has all the rows asked for keeps no samples. */
static void skip(const duty *d, duty_stream *s)
{
    size_t last = s->n ? s->n - 1 : 0;
    s->done = s->n;
    s->row_at = (duty_pos){ last, 0 };
    for (size_t r = 0; r < d->nrule; r++) {
        s->at[r].brk = s->at[r].moved_at = s->at[r].carried_at = last;
        s->at[r].end = s->row_at;
        s->at[r].nstep = s->at[r].nevent = 0;
    }
}

/* *enough: this chunk has what it needs. */
static int book_all(duty *d, bool *enough, why *w)
{
    size_t booked = 0, rows = 0;
    *enough = false;
    for (size_t i = 0; i < d->nstream; i++) {
        duty_stream *s = d->stream[i];
        size_t most = row_limit(d->e, s);
        int rc = duty_derive(d, s, w);
        rc = rc || !most ? rc : duty_book(d, s, most, d->e->source_ended, w);
        if (rc)
            return rc;
        if (!most)
            skip(d, s);
        *enough |= s->nrow > 0 && s->nrow == most;
        booked += s->done;
        rows += s->nrow;
    }
    *enough |= rows > 0 && booked >= (size_t)SAMPLES * d->nstream;
    return E_OK;
}

static int chunk_room(engine *e, size_t rows, why *w)
{
    chunk *c = &e->chunk;
    if (c->val && rows <= c->capslot && e->nlane <= c->caplane)
        return E_OK;
    feed_free(e);
    *c = (chunk){ .capslot = 2 * rows + 64, .caplane = e->caplane };
    c->val = mem_zero(e->nread + 1, sizeof *c->val);
    c->cycle = mem_zero(c->capslot, sizeof *c->cycle);
    c->time = mem_zero(c->capslot, sizeof *c->time);
    c->lane = mem_zero(c->capslot, sizeof *c->lane);
    c->order = mem_zero(c->capslot, sizeof *c->order);
    c->begin = mem_zero(c->caplane, sizeof *c->begin);
    c->count = mem_zero(c->caplane, sizeof *c->count);
    bool ok = c->val && c->cycle && c->time && c->lane && c->order && c->begin && c->count;
    for (size_t s = 0; ok && s < e->nread; s++)
        ok = (c->val[s] = mem_zero(c->capslot, sizeof **c->val)) != NULL;
    return ok ? E_OK : fail(w, E_NOMEM, "no memory for %zu rows of a duty", c->capslot);
}

static void row_values(duty *d, const duty_stream *s, size_t k, size_t slot)
{
    static const duty_rule plain = { 0 };
    chunk *c = &d->e->chunk;
    double v[DUTY_COLUMNS_N];
    duty_totals t;
    duty_row_totals(d, s, k, &t);
    duty_stress(s, &plain, s->row[k].a, s->row[k].b, &t, v);
    v[DUTY_COUNT] = v[DUTY_DEPTH] > 0 ? v[DUTY_EFC] / v[DUTY_DEPTH] : 0;
    v[DUTY_DURATION] = v[DUTY_SPAN];
    double load = v[DUTY_C_RATE] > 0 ? v[DUTY_C_MEAN] / v[DUTY_C_RATE] : 0;
    v[DUTY_REST] = v[DUTY_SPAN] * (1 - load);
    for (size_t i = 0; i < DUTY_COLUMNS_N; i++)
        c->val[i][slot] = v[i];
    c->cycle[slot] = (int64_t)(s->rows - s->nrow + k + 1);
    c->time[slot] = INT64_MIN;
    c->order[slot] = (uint32_t)slot;
}

/* At the end of the data: cells whose duty is no stretch of time. */
static void say_empty(const duty *d)
{
    for (uint32_t c = 0; c < d->e->ncell; c++) {
        const duty_stream *s = duty_of_lane(d, c * d->e->points);
        if (!s || !s->rows)
            object_warn_once(d->e->source_object, d->e->cell[c].name,
                             "%s has no row: its duty has fewer than two samples", d->e->cell[c].name);
    }
}

static int fill_chunk(duty *d, bool *more, why *w)
{
    engine *e = d->e;
    size_t rows = 0;
    for (size_t i = 0; i < d->nstream; i++)
        rows += d->stream[i]->nrow;
    int rc = chunk_room(e, rows, w);
    for (size_t i = 0; i < d->nstream && !rc; i++) {
        duty_stream *s = d->stream[i];
        s->slot = e->chunk.nslot;
        rc = duty_values(d, s, w);
        for (size_t k = 0; k < s->nrow && !rc; k++)
            row_values(d, s, k, e->chunk.nslot++);
    }
    for (uint32_t l = 0; l < e->nlane && !rc; l++) {
        const duty_stream *s = duty_of_lane(d, l);
        e->chunk.begin[l] = s ? (uint32_t)s->slot : 0;
        e->chunk.count[l] = s ? (uint32_t)s->nrow : 0;
        e->chunk.rows = s && s->nrow > e->chunk.rows ? s->nrow : e->chunk.rows;
    }
    *more = rows > 0 || !e->source_ended;
    if (!rc && !*more)
        say_empty(d);
    return rc;
}

/* Has every cell the rows asked for? */
static bool all_there(const duty *d)
{
    bool all = d->e->cycles && d->nstream >= (d->shared ? 1 : d->e->ncell) && d->nstream;
    for (size_t i = 0; i < d->nstream; i++)
        all &= d->stream[i]->rows >= d->e->cycles;
    return all;
}

int duty_feed(engine *e, bool *more, why *w)
{
    duty *d = e->duty;
    bool enough = false;
    e->chunk.hold = false;
    e->chunk.rows = e->chunk.nslot = 0;
    for (size_t i = 0; i < d->nstream; i++)
        forget(d, d->stream[i]);
    if (all_there(d)) {
        if (e->chunk.count)
            memset(e->chunk.count, 0, e->nlane * sizeof *e->chunk.count);
        *more = false;
        return E_OK;
    }
    int rc = book_all(d, &enough, w);             /* of what the last chunk left */
    uint32_t came = 1;
    while (!rc && !enough && !e->source_ended && !(came == 0 && e->opt.stop && *e->opt.stop)) {
        rc = read_block(d, &came, w); /* a stop waits for the chunk: the order of rows is that of a whole run */
        rc = rc ? rc : book_all(d, &enough, w);
    }
    rc = rc ? rc : fill_chunk(d, more, w);
    return rc ? rc : duty_desk_room(e, w);
}

/* Before anything runs: which cells there are. */
int duty_begin(engine *e, why *w)
{
    int rc = E_OK;
    while (!rc && !e->ncell && !e->source_ended) {
        uint32_t came;
        rc = read_block(e->duty, &came, w);
    }
    if (!rc && !e->ncell)
        rc = fail(w, E_PLUGIN, "source %s gave %sno row that names a cell", e->sc->source.label,
                  e->duty->nstream ? "samples and " : "");
    return rc;
}

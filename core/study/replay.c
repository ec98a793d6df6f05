/* SPDX-License-Identifier: MIT
 * replay.c - the rows of a scenario's source kept in memory, and a source that plays them again.
 */
#include "core/study/replay.h"
#include "core/base/log.h"
#include "core/host/block.h"
#include "core/host/object.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1024, WAIT_MS = 1000 };

/* ---- reading ---- */

typedef struct reading {
    replay               *r;
    object               *object;
    const fade_source_v1 *vt;
    void                 *source;
    fade_block            b;
    double               *scale;                  /* of each column, to the unit it is kept in */
    uint64_t held; /* rows of each cell, where conditions hold; 0: the source has its own */
    why                  *w;
} reading;

static int take_columns(reading *k, const fade_list *out)
{
    replay *r = k->r;
    r->arena = mem_arena_open();
    r->column = mem_zero(out->n + 1, sizeof *r->column);
    r->col = mem_zero(out->n + 1, sizeof *r->col);
    r->ncol = out->n;
    k->scale = mem_zero(out->n + 1, sizeof *k->scale);
    bool good = r->arena && r->column && r->col && k->scale;
    for (uint32_t i = 0; i < out->n && good; i++) {
        fade_column *c = &r->column[i];
        *c = *(const fade_column *)library_at(out, i);
        k->scale[i] = scenario_unit(c);
        c->key = mem_arena_text(r->arena, c->key);
        c->unit = mem_arena_text(r->arena, c->unit);
        c->doc = mem_arena_text(r->arena, c->doc);
        good = c->key && c->unit && c->doc;
    }
    return good ? E_OK : fail(k->w, E_NOMEM, "no memory for the columns of a source");
}

static int room(reading *k)
{
    replay *r = k->r;
    if (r->n + k->b.n > REPLAY_ROWS)
        return fail(k->w, E_INPUT, "the source has more than %d rows, too many to keep", REPLAY_ROWS);
    if (r->n + k->b.n <= r->cap)
        return E_OK;
    size_t cap = r->cap ? 2 * r->cap : BLOCK;
    int64_t *time = mem_grow(r->time, cap, sizeof *time);
    r->time = time ? time : r->time;
    int64_t *cycle = mem_grow(r->cycle, cap, sizeof *cycle);
    r->cycle = cycle ? cycle : r->cycle;
    uint32_t *cell = mem_grow(r->cell, cap, sizeof *cell);
    r->cell = cell ? cell : r->cell;
    bool good = time && cycle && cell;
    for (size_t c = 0; c < r->ncol && good; c++) {
        double *v = mem_grow(r->col[c], cap, sizeof *v);
        r->col[c] = v ? v : r->col[c];
        good = v != NULL;
    }
    r->cap = cap;
    return good ? E_OK : fail(k->w, E_NOMEM, "no memory for %zu rows", cap);
}

/* Number of a cell, most often that of the row before. */
static int64_t cell_number(replay *r, const char *name)
{
    size_t last = r->n ? r->cell[r->n - 1] : 0;
    if (r->ncell && strcmp(r->name[last], name) == 0)
        return (int64_t)last;
    for (size_t i = 0; i < r->ncell; i++)
        if (strcmp(r->name[i], name) == 0)
            return (int64_t)i;
    char **more = mem_grow(r->name, r->ncell + 1, sizeof *more);
    char *copy = mem_dup(name);
    if (more)
        r->name = more;
    if (!more || !copy) {
        free(copy);
        return -1;
    }
    r->name[r->ncell] = copy;
    return (int64_t)r->ncell++;
}

static int take_row(reading *k, uint32_t i)
{
    replay *r = k->r;
    int64_t cell = cell_number(r, k->b.cell[i]);
    if (cell < 0)
        return fail(k->w, E_NOMEM, "no memory for the cells of a source");
    for (size_t c = 0; c < r->ncol; c++)
        r->col[c][r->n] = k->b.col[c][i] * k->scale[c];
    r->time[r->n] = k->b.time[i];
    r->cycle[r->n] = k->b.cycle[i];
    r->cell[r->n++] = (uint32_t)cell;
    return E_OK;
}

static int take_rows(reading *k)
{
    int rc = room(k);
    for (uint32_t i = 0; i < k->b.n && !rc; i++)
        rc = take_row(k, i);
    return rc;
}

/* Rows of a source whose conditions hold: as many for each cell as the run has cycles, where that is wanted. */
static int hold(reading *k, const scenario *s, bool wanted)
{
    if (wanted && s->cycles == 0)
        return fail(k->w, E_INPUT, "source %s holds one row for ever: say how many cycles, as in --set run.cycles=500",
                    s->source.label);
    k->held = s->cycles;
    return wanted ? E_OK
                  : fail(k->w, E_INPUT, "source %s has no measured rows: it holds one row for ever", s->source.label);
}

static int open_reading(reading *k, const scenario *s, bool held)
{
    const fade_desc *d = s->source.plugin->desc;
    int rc = object_open(s->source.plugin, s->source.node, s->seed, &k->object, k->w);
    if (rc)
        return rc;
    k->vt = library_iface(d, "fade.source/1");
    if (!k->vt || k->vt->flags & FADE_DUTY)
        return fail(k->w, E_INPUT, "source %s has no measured rows: it gives a duty", s->source.label);
    if (k->vt->flags & FADE_HOLD && (rc = hold(k, s, held)))
        return rc;
    int32_t status = k->vt->open(&k->object->host, &s->source.args->fade, NULL, &k->source);
    if (status < 0)
        return object_why(k->object, status, "open", k->w);
    fade_columns c = d->columns;
    if (FADE_HAS(k->vt, columns) && k->vt->columns && (status = k->vt->columns(k->source, &c)) < 0)
        return object_why(k->object, status, "tell its columns", k->w);
    rc = take_columns(k, &c.out);
    return rc ? rc : block_open(&k->b, 0, c.out.n, BLOCK) ? E_OK : fail(k->w, E_NOMEM, "no memory for rows");
}

static int next_block(reading *k, atomic_int *stop, bool *ended)
{
    block_reset(&k->b);
    int32_t status = k->vt->next(k->source, &k->b, WAIT_MS);
    if (status < 0)
        return object_why(k->object, status, "read", k->w);
    if (k->b.stream != 0)
        k->b.n = 0;
    *ended = status == FADE_END;
    return stop && *stop ? fail(k->w, E_CANCEL, "stopped") : E_OK;
}

static int read_rows(reading *k, atomic_int *stop)
{
    bool ended = false;
    int rc = E_OK;
    while (!rc && !ended) {
        rc = next_block(k, stop, &ended);
        rc = rc ? rc : take_rows(k);
    }
    return rc;
}

static void close_reading(reading *k)
{
    block_close(&k->b);
    free(k->scale);
    if (k->source)
        k->vt->close(k->source);
    object_close(k->object);
}

/* Where each cell's rows begin and end, so that one cell of many is not looked for among all. */
static int find_cells(replay *r, why *w)
{
    r->begin = mem_zero(r->ncell + 1, sizeof *r->begin);
    r->end = mem_zero(r->ncell + 1, sizeof *r->end);
    if (!r->begin || !r->end)
        return fail(w, E_NOMEM, "no memory for the cells of a source");
    for (size_t i = r->n; i-- > 0;)
        r->begin[r->cell[i]] = i;
    for (size_t i = 0; i < r->n; i++)
        r->end[r->cell[i]] = i + 1;
    return E_OK;
}

static void doubt(const scenario *s, const replay *r)
{
    size_t c = 0;
    while (c < r->ncol && strcmp(r->column[c].key, "capacity") != 0)
        c++;
    for (size_t i = 0; c < r->ncol && i < r->n; i++)
        if ((i == 0 || r->cell[i] != r->cell[i - 1]) && scenario_doubt(s, r->name[r->cell[i]], r->col[c][i]))
            return;
}

int replay_read(const scenario *s, atomic_int *stop, replay *r, why *w)
{
    reading k = { .r = r, .w = w };
    log_reading(true);
    int rc = open_reading(&k, s, false);
    rc = rc ? rc : read_rows(&k, stop);
    if (!rc)
        doubt(s, r);
    log_reading(false);
    if (!rc && r->n == 0)
        rc = fail(w, E_INPUT, "source %s has no rows", s->source.label);
    rc = rc ? rc : find_cells(r, w);
    close_reading(&k);
    return rc;
}

void replay_free(replay *r)
{
    for (size_t c = 0; r->col && c < r->ncol; c++)
        free(r->col[c]);
    for (size_t i = 0; i < r->ncell; i++)
        free(r->name[i]);
    free(r->col);
    free(r->column);
    free(r->name);
    free(r->time);
    free(r->cycle);
    free(r->cell);
    free(r->begin);
    free(r->end);
    mem_arena_close(r->arena);
    *r = (replay){ 0 };
}

/* ---- in pieces ---- */

enum { PIECE_CELLS = 2048 };                      /* cells are found by name, one after the other */

struct replay_batches {
    reading   k;
    replay    r;
    uint32_t  at;                                 /* next row of the block */
    bool      ended;
    uint64_t *seen;                               /* hashes of the cells of earlier pieces, open addressing; 0 free */
    size_t    nseen, cap;
};

static uint64_t *place_of(uint64_t *set, size_t cap, uint64_t h)
{
    size_t i = h & (cap - 1);
    while (set[i] && set[i] != h)
        i = (i + 1) & (cap - 1);
    return &set[i];
}

static int remember(replay_batches *b, const char *cell)
{
    uint64_t h = text_hash(cell) | 1;
    if (2 * (b->nseen + 1) > b->cap) {
        size_t cap = b->cap ? 2 * b->cap : 1024;
        uint64_t *more = mem_zero(cap, sizeof *more);
        if (!more)
            return fail(b->k.w, E_NOMEM, "no memory to know %zu cells again", b->nseen);
        for (size_t i = 0; i < b->cap; i++)
            if (b->seen[i])
                *place_of(more, cap, b->seen[i]) = b->seen[i];
        free(b->seen);
        b->seen = more;
        b->cap = cap;
    }
    *place_of(b->seen, b->cap, h) = h;
    b->nseen++;
    return E_OK;
}

static int forget_piece(replay_batches *b)
{
    replay *r = &b->r;
    int rc = E_OK;
    for (size_t i = 0; i < r->ncell; i++) {
        rc = rc ? rc : remember(b, r->name[i]);
        free(r->name[i]);
    }
    r->n = r->ncell = 0;
    return rc;
}

/* Is the piece full, and does the next row begin another cell? */
static bool full(const replay_batches *b, size_t rows)
{
    const replay *r = &b->r;
    return r->n && (r->n >= rows || r->ncell >= PIECE_CELLS) &&
           strcmp(b->k.b.cell[b->at], r->name[r->cell[r->n - 1]]) != 0;
}

/* The rows of a cell whose conditions hold. */
static int take_held(replay_batches *b, uint32_t i)
{
    int rc = E_OK;
    for (uint64_t c = 1; c <= b->k.held && !rc; c++) {
        rc = room(&b->k);
        rc = rc ? rc : take_row(&b->k, i);
        if (!rc)
            b->r.cycle[b->r.n - 1] = (int64_t)c;
    }
    return rc;
}

static int take_next(replay_batches *b)
{
    size_t before = b->r.ncell;
    uint32_t i = b->at++;
    int rc = b->k.held ? take_held(b, i) : take_row(&b->k, i);
    const char *cell = rc || b->r.ncell == before ? NULL : b->r.name[before];
    if (cell && b->nseen && *place_of(b->seen, b->cap, text_hash(cell) | 1))
        rc =
            fail(b->k.w, E_INPUT,
                 "rows of cell %s come again after those of other cells: sort the rows by cell, or take more at a time",
                 cell);
    return rc;
}

int replay_batches_open(const scenario *s, replay_batches **out, why *w)
{
    replay_batches *b = *out = mem_zero(1, sizeof *b);
    if (!b)
        return fail(w, E_NOMEM, "no memory for rows");
    b->k = (reading){ .r = &b->r, .w = w };
    return open_reading(&b->k, s, true);
}

int replay_batches_next(replay_batches *b, size_t rows, atomic_int *stop, replay **out, why *w)
{
    b->k.w = w;
    *out = &b->r;
    int rc = forget_piece(b);
    while (!rc) {
        while (!rc && b->at < b->k.b.n) {
            if (full(b, rows))
                return E_OK;
            rc = take_next(b);
        }
        if (rc || b->ended)
            break;
        b->at = 0;
        rc = next_block(&b->k, stop, &b->ended);
        rc = rc ? rc : room(&b->k);
    }
    return rc;
}

void replay_batches_close(replay_batches *b)
{
    if (!b)
        return;
    close_reading(&b->k);
    replay_free(&b->r);
    free(b->seen);
    free(b);
}

/* ---- playing ---- */

static struct { const replay *r; int64_t cell; size_t until; } stage;

typedef struct player {
    size_t at;                                    /* row */
} player;

static size_t first_row(void)
{
    return stage.cell >= 0 && stage.r->begin ? stage.r->begin[stage.cell] : 0;
}

static int32_t play_open(const fade_host *h, const fade_args *a, const char *position, void **source)
{
    (void)a;
    player *p = mem_zero(1, sizeof *p);
    if (!p) {
        fade_say(h, 3, FADE_ENOMEM, -1, "no memory to play rows again");
        return FADE_ENOMEM;
    }
    p->at = position && *position ? strtoul(position, NULL, 10) : first_row();
    *source = p;
    return FADE_OK;
}

static void play_close(void *source)
{
    free(source);
}

static int32_t play_columns(const void *source, fade_columns *c)
{
    (void)source;
    c->out = (fade_list){ stage.r->column, (uint32_t)stage.r->ncol, sizeof *stage.r->column };
    return FADE_OK;
}

static int32_t play_next(void *source, fade_block *b, int32_t timeout_ms)
{
    (void)timeout_ms;
    player *p = source;
    const replay *r = stage.r;
    size_t end = stage.cell >= 0 && r->end ? r->end[stage.cell] : r->n;
    end = end < stage.until ? end : stage.until;
    b->stream = 0;
    for (b->n = 0; b->n < b->cap && p->at < end; p->at++) {
        if (stage.cell >= 0 && r->cell[p->at] != (uint64_t)stage.cell)
            continue;
        for (size_t c = 0; c < r->ncol; c++)
            b->col[c][b->n] = r->col[c][p->at];
        b->cell[b->n] = r->name[r->cell[p->at]];
        b->time[b->n] = r->time[p->at];
        b->cycle[b->n++] = r->cycle[p->at];
    }
    snprintf(b->position, BLOCK_POSITION, "%zu", p->at);
    return p->at < end ? FADE_OK : FADE_END;
}

static const fade_source_v1 play_vt = { .size = sizeof play_vt, .open = play_open, .close = play_close,
                                        .columns = play_columns, .next = play_next };

static const void *play_iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.source/1") == 0 ? &play_vt : NULL;
}

static const fade_desc play_desc = { .size = sizeof play_desc, .id = "replay", .kind = "source", .version = "1.0.0",
                                     .licence = "MIT", .doc = "Rows of another source, from memory.", .cite = "",
                                     .iface = play_iface };

void replay_stage_until(const replay *r, int64_t cell, size_t until)
{
    stage.r = r;
    stage.cell = cell;
    stage.until = until;
}

void replay_stage(const replay *r, int64_t cell) { replay_stage_until(r, cell, SIZE_MAX); }

int replay_scenario(const scenario *s, const replay *r, int64_t cell, scenario *out, why *w)
{
    static const fade_desc *const plugins[] = { &play_desc, NULL };
    static const fade_library library = { FADE_MAGIC, FADE_ABI_NEED, FADE_FINGERPRINT, sizeof library, plugins };
    static const args none = { .fade = { .size = sizeof none.fade, .desc = &play_desc } };
    library_register(&library);
    *out = *s;
    out->source.args = &none;
    out->ncorrector = out->noutput = out->nstop = 0;
    out->evaluate.on = false;
    out->snapshot = 0;
    replay_stage(r, cell);
    return library_find_kind("replay", "source", &out->source.plugin, w);
}

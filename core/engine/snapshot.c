/* SPDX-License-Identifier: MIT
 * snapshot.c - the whole state of a run in one file, state.fade, written atomically at a consistent point.
 *
 * Layout: "FADESNAP", u32 version, u32 fingerprint of type sizes, u64 length, body, u32 CRC-32 of the body.  The body
 * is a JSON text that names everything, then the numbers in its order.  Columns are matched by key, so a newer plugin
 * may have more of them.
 */
#include <jansson.h>
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/engine/duty.h"
#include "core/engine/snapshot.h"
#include "core/version.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 7 };
static const char magic[8] = { 'F', 'A', 'D', 'E', 'S', 'N', 'A', 'P' };

char *snapshot_path(const engine *e) { return file_join(e->opt.folder, "state.fade"); }

/* What may not change between a run and its resumption: everything but [run] (its seed apart) and [logging]. */
static void plan_hash(const engine *e, char hex[65])
{
    tree_node copy[64], top = *tree_root(e->sc->tree);
    size_t n = 0;
    for (tree_node *c = top.first; c && n < 64; c = c->next)
        if (strcmp(c->key, "run") != 0 && strcmp(c->key, "logging") != 0)
            copy[n++] = *c;
    for (size_t i = 0; i < n; i++)
        copy[i].next = i + 1 < n ? &copy[i + 1] : NULL;
    top.first = n ? copy : NULL;
    top.n = n;
    text t = { 0 };
    tree_toml(&top, &t);
    text_addf(&t, "seed %llu\n", (unsigned long long)e->sc->seed);
    for (size_t c = 0; c < e->sc->ncorrector; c++) {
        const scenario_corrector *k = &e->sc->corrector[c];
        if (k->model || k->from)
            text_addf(&t, "model %zu %s\n", c, k->model ? k->model->sha256 : k->from->sha256);
    }
    file_sha256_bytes(text_of(&t), t.n, hex);
    text_free(&t);
}

/* ---- writing ---- */

static void put(text *t, const void *at, size_t n) { text_addn(t, at, n); }
static void put_u64(text *t, uint64_t v) { put(t, &v, sizeof v); }
static void put_f64(text *t, double v) { put(t, &v, sizeof v); }
static void put_text(text *t, const char *s)
{
    put_u64(t, s ? strlen(s) : 0);
    put(t, s ? s : "", s ? strlen(s) : 0);
}

static void name_columns(json *j, const char *key, const fade_list *l)
{
    json_open(j, key, '[');
    for (uint32_t i = 0; i < l->n; i++) {
        const fade_column *c = library_at(l, i);
        json_open(j, NULL, '{');
        json_text(j, "key", c->key);
        json_text(j, "unit", c->unit);
        json_whole(j, "width", c->width ? c->width : 1);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void write_head(const engine *e, text *t)
{
    json j = { 0 };
    char hex[65];
    plan_hash(e, hex);
    json_open(&j, NULL, '{');
    json_text(&j, "fade", FADE_VERSION);
    json_text(&j, "plan", hex);
    json_text(&j, "run", e->run_id);
    json_whole(&j, "seed", (int64_t)e->sc->seed);
    json_text(&j, "position", e->position);
    json_bool(&j, "source_ended", e->source_ended);
    json_bool(&j, "second", e->second);
    json_bool(&j, "trained", e->trained);
    json_whole(&j, "rows", (int64_t)e->rows_done);
    json_whole(&j, "events", (int64_t)e->event_number);
    json_whole(&j, "failed", (int64_t)e->failed);
    json_whole(&j, "ended", (int64_t)e->ended);
    json_whole(&j, "lanes", e->nlane);
    json_open(&j, "outputs", '[');
    for (size_t i = 0; i < e->nsink; i++)
        if (!e->sink[i].tap)
            json_whole(&j, NULL, (int64_t)e->sink[i].number);
    json_close(&j, ']');
    json_open(&j, "samples", '[');
    for (size_t i = 0; i < e->nsink; i++)
        if (!e->sink[i].tap)
            json_whole(&j, NULL, (int64_t)e->sink[i].samples);
    json_close(&j, ']');
    fade_list source = { e->source_column, (uint32_t)e->nsource, sizeof *e->source_column };
    name_columns(&j, "source", &source);
    json_open(&j, "parts", '[');
    for (size_t p = 0; p < e->nphysics; p++)
        for (size_t k = 0; k < e->physics[p].n; k++) {
            const part *q = &e->physics[p].part[k];
            json_open(&j, NULL, '{');
            json_text(&j, "id", q->desc->id);
            json_text(&j, "version", q->desc->version);
            name_columns(&j, "state", &q->cols.state);
            name_columns(&j, "out", &q->cols.out);
            json_close(&j, '}');
        }
    json_close(&j, ']');
    json_close(&j, '}');
    char *head = text_take(&j.out);
    put_text(t, head);
    free(head);
}

static void write_lane(const engine *e, text *t, uint32_t i)
{
    const lane *l = &e->lane[i];
    put_text(t, l->cell);
    const uint64_t u[] = { l->total, l->origin, l->seen, l->done, (uint64_t)l->cycle, (uint64_t)l->time, l->begun };
    put(t, u, sizeof u);
    put_f64(t, l->c0);
    for (size_t p = 0; p < e->nphysics; p++) {
        const lane_physics *lp = &e->lp[(size_t)i * e->nphysics + p];
        const uint64_t v[] = { (uint64_t)lp->over, lp->over_cycle, lp->eol_cycle, lp->below, lp->told };
        put(t, v, sizeof v);
        put_f64(t, lp->capacity);
        put_f64(t, lp->first);
        put_f64(t, lp->soh);
        put_f64(t, lp->eol_seconds);
        put_f64(t, lp->seconds);
        put_f64(t, lp->steps);
        put(t, lp->moved, sizeof lp->moved);
        put_text(t, lp->reason);
    }
}

static void write_columns(const engine *e, text *t)
{
    for (uint32_t i = 0; i < e->nlane; i++) {
        const tile *at = &e->tile[i / e->width];
        uint32_t l = i % e->width;
        put_f64(t, at->efc[l]);
        put_f64(t, at->seconds[l]);
        for (size_t s = 0; s < e->nsource; s++) {
            put_f64(t, at->cur[s * e->width + l]);
            put_f64(t, at->sum[s * e->width + l]);
            put_f64(t, at->count[s * e->width + l]);
        }
        size_t k = 0;
        for (size_t p = 0; p < e->nphysics; p++)
            for (size_t j = 0; j < e->physics[p].n; j++, k++) {
                const part *q = &e->physics[p].part[j];
                for (uint32_t r = 0; r < q->wstate + q->wout; r++)
                    put_f64(t, at->state[k][(size_t)r * e->width + l]);
            }
    }
}

static int32_t stream_write(void *ctx, const void *at, size_t n)
{
    text_addn(ctx, at, n);
    return ((text *)ctx)->failed ? FADE_ENOMEM : FADE_OK;
}

static int write_models(const engine *e, text *t, why *w)
{
    for (size_t at = 0; at < e->nphysics * e->sc->ncorrector; at++) {
        const engine_correction *k = &e->correction[at];
        const corrector_use *u = &e->corrector[at % e->sc->ncorrector];
        size_t n = e->sc->corrector[at % e->sc->ncorrector].model ? 0 : k->nmodel;      /* it has a file of its own */
        put_u64(t, n);
        for (size_t m = 0; m < n; m++) {
            text blob = { 0 };
            fade_stream s = { .size = sizeof s, .ctx = &blob, .write = stream_write };
            int32_t rc = k->model[m] ? u->vt->save(k->model[m], &s) : FADE_OK;
            const double v[] = { k->gate[m],   k->stretch[m], (double)k->rows[m],
                                 k->before[m], k->after[m],   k->reach[m] };
            put(t, v, sizeof v);
            put(t, &k->band[m], sizeof k->band[m]);
            put_u64(t, blob.n);
            put(t, text_of(&blob), blob.n);
            text_free(&blob);
            if (rc < 0)
                return object_why(u->object, rc, "save its model", w);
        }
        put_u64(t, k->nstart);
        put(t, k->start, k->nstart * sizeof *k->start);
        put_u64(t, k->nstate);
        put_u64(t, k->lanes);
        if (k->nstate)
            put(t, k->state, k->lanes * (1 + k->nstate) * sizeof *k->state);
        const engine_table *b = &e->table[at];
        put_u64(t, b->n);
        put_u64(t, b->ncol);
        for (size_t i = 0; i < b->n; i++) {
            put_f64(t, b->target[i]);
            put_f64(t, b->law[i]);
            put_u64(t, b->cell[i]);
            put_u64(t, b->row[i]);
            for (size_t c = 0; c < b->ncol; c++)
                put_f64(t, b->col[c * b->cap + i]);
        }
    }
    return E_OK;
}

static int write_score(const engine *e, text *t, why *w)
{
    text blob = { 0 };
    fade_stream s = { .size = sizeof s, .ctx = &blob, .write = stream_write };
    int32_t rc = e->score ? e->opt.study->score_save(e->score, &s) : FADE_OK;
    put_u64(t, blob.n);
    put(t, text_of(&blob), blob.n);
    text_free(&blob);
    return rc < 0 ? fail(w, E_NOMEM, "no memory to save the scores") : E_OK;
}

int snapshot_write(engine *e, why *w)
{
    text body = { 0 }, all = { 0 };
    write_head(e, &body);
    for (uint32_t i = 0; i < e->nlane; i++)
        write_lane(e, &body, i);
    write_columns(e, &body);
    if (e->duty)
        duty_write(e->duty, &body);
    int rc = write_models(e, &body, w);
    rc = rc ? rc : write_score(e, &body, w);
    uint32_t head[2] = { VERSION, FADE_FINGERPRINT }, crc = file_crc32(0, text_of(&body), body.n);
    put(&all, magic, sizeof magic);
    put(&all, head, sizeof head);
    put_u64(&all, body.n);
    put(&all, text_of(&body), body.n);
    put(&all, &crc, sizeof crc);
    if (!rc && (body.failed || all.failed))
        rc = fail(w, E_NOMEM, "no memory for a snapshot of %u lanes", e->nlane);
    char *path = snapshot_path(e);
    if (!rc)
        rc = path ? file_write(path, all.at, all.n, w) : fail(w, E_NOMEM, "no memory for a path");
    free(path);
    text_free(&body);
    text_free(&all);
    return rc;
}

/* ---- reading ---- */

typedef struct reader { const char *at; size_t n, pos; const char *path; why *w; } reader;

static int get(reader *r, void *to, size_t n)
{
    if (n > r->n - r->pos)
        return fail(r->w, E_INPUT, "%s: damaged: it ends inside a value at byte %zu", r->path, r->pos);
    memcpy(to, r->at + r->pos, n);
    r->pos += n;
    return E_OK;
}

/* A text or blob, NUL-terminated; the caller frees. */
static int get_text(reader *r, char **to, size_t *len)
{
    uint64_t n;
    *to = NULL;
    int rc = get(r, &n, sizeof n);
    if (rc)
        return rc;
    if (n > r->n - r->pos)
        return fail(r->w, E_INPUT, "%s: damaged: a text of %llu bytes at byte %zu", r->path, (unsigned long long)n,
                    r->pos);
    if (!(*to = malloc(n + 1)))
        return fail(r->w, E_NOMEM, "no memory for %llu bytes", (unsigned long long)n);
    (*to)[n] = '\0';
    *len = n;
    return get(r, *to, n);
}

int snapshot_unwrap(const char *path, const char *at, size_t n, const char **body, size_t *len, why *w)
{
    uint32_t head[2], crc;
    uint64_t length;
    if (n < 28 || memcmp(at, magic, sizeof magic) != 0)
        return fail(w, E_INPUT, "%s is no snapshot of fade", path);
    memcpy(head, at + 8, sizeof head);
    memcpy(&length, at + 16, sizeof length);
    if (head[0] != VERSION)
        return fail(w, E_INPUT, "%s has snapshot format %u, this fade reads %d", path, head[0], VERSION);
    if (head[1] != FADE_FINGERPRINT)
        return fail(w, E_INPUT, "%s was written on a machine with other number types (%08x, here %08x)", path, head[1],
                    FADE_FINGERPRINT);
    if (length != n - 28)
        return fail(w, E_INPUT, "%s is cut: %llu bytes of state expected, %zu there", path, (unsigned long long)length,
                    n - 28);
    memcpy(&crc, at + 24 + length, sizeof crc);
    if (crc != file_crc32(0, at + 24, length))
        return fail(w, E_INPUT, "%s is damaged: its checksum does not match", path);
    *body = at + 24;
    *len = length;
    return E_OK;
}

static int read_lane(engine *e, reader *r, uint32_t i)
{
    char *cell;
    size_t len;
    uint32_t at;
    uint64_t u[7];
    int rc = get_text(r, &cell, &len);
    if (!rc)
        rc = lanes_find(e, cell, &at, r->w);
    free(cell);
    if (rc)
        return rc;
    if (at != i)
        return fail(r->w, E_INPUT, "%s: cell %u is another than the source's", r->path, i + 1);
    lane *l = &e->lane[i];
    if ((rc = get(r, u, sizeof u)) || (rc = get(r, &l->c0, sizeof l->c0)))
        return rc;
    l->total = u[0];
    l->origin = u[1];
    l->seen = u[2];
    l->done = u[3];
    l->cycle = (int64_t)u[4];
    l->time = (int64_t)u[5];
    l->begun = u[6];
    for (size_t p = 0; p < e->nphysics; p++) {
        lane_physics *lp = &e->lp[(size_t)i * e->nphysics + p];
        uint64_t v[5];
        if ((rc = get(r, v, sizeof v)) || (rc = get(r, &lp->capacity, 8)) || (rc = get(r, &lp->first, 8)) ||
            (rc = get(r, &lp->soh, 8)) || (rc = get(r, &lp->eol_seconds, 8)) ||
            (rc = get(r, &lp->seconds, 8)) || (rc = get(r, &lp->steps, 8)) ||
            (rc = get(r, lp->moved, sizeof lp->moved)) ||
            (rc = get_text(r, &lp->reason, &len)))
            return rc;
        lp->over = v[0] > OVER_FAILED ? OVER_FAILED : (int)v[0];
        lp->over_cycle = v[1];
        lp->eol_cycle = v[2];
        lp->below = v[3];
        lp->told = v[4];
    }
    return E_OK;
}

/* For each stored value row of a column list: the row it has now, or -1. */
static int map_columns(const json_t *stored, const fade_list *now, const char *owner, int *map, size_t most, size_t *n)
{
    size_t i;
    json_t *c;
    json_array_foreach(stored, i, c) {
        const char *key = json_string_value(json_object_get(c, "key"));
        json_int_t width = json_integer_value(json_object_get(c, "width"));
        int row = 0, found = -1;
        for (uint32_t k = 0; k < now->n; k++) {
            const fade_column *fc = library_at(now, k);
            if (key && strcmp(fc->key, key) == 0 && (fc->width ? fc->width : 1) == width)
                found = row;
            row += (int)(fc->width ? fc->width : 1);
        }
        if (found < 0)
            log_say(LOG_WARNING, NULL, "the snapshot's column %s of %s is not known any more and is left out",
                    key ? key : "?", owner);
        for (json_int_t j = 0; j < width; j++) {
            if (*n == most)
                return E_NOMEM;
            map[(*n)++] = found < 0 ? -1 : found + (int)j;
        }
    }
    return E_OK;
}

enum { MOST_ROWS = 65536 };

static int read_part(engine *e, reader *r, size_t k, const part *q, const int *map, size_t n, size_t nstate,
                     uint32_t lane_index)
{
    tile *t = &e->tile[lane_index / e->width];
    for (size_t i = 0; i < n; i++) {
        double v;
        int rc = get(r, &v, sizeof v);
        if (rc)
            return rc;
        if (map[i] >= 0)
            t->state[k][(size_t)(map[i] + (int)(i < nstate ? 0 : q->wstate)) * e->width + lane_index % e->width] = v;
    }
    return E_OK;
}

typedef struct part_map { int *row; size_t n, nstate; } part_map;

static int read_columns(engine *e, reader *r, const part_map *map)
{
    int rc = E_OK;
    for (uint32_t i = 0; i < e->nlane && !rc; i++) {
        tile *t = &e->tile[i / e->width];
        uint32_t l = i % e->width;
        rc = get(r, &t->efc[l], 8);
        rc = rc ? rc : get(r, &t->seconds[l], 8);
        for (size_t s = 0; s < e->nsource && !rc; s++) {
            rc = get(r, &t->cur[s * e->width + l], 8);
            rc = rc ? rc : get(r, &t->sum[s * e->width + l], 8);
            rc = rc ? rc : get(r, &t->count[s * e->width + l], 8);
        }
        size_t k = 0;
        for (size_t p = 0; p < e->nphysics; p++)
            for (size_t j = 0; j < e->physics[p].n && !rc; j++, k++)
                rc = read_part(e, r, k, &e->physics[p].part[j], map[k].row, map[k].n, map[k].nstate, i);
    }
    return rc;
}

static int read_maps(engine *e, const json_t *head, part_map *map, why *w)
{
    const json_t *parts = json_object_get(head, "parts");
    size_t k = 0;
    if (json_array_size(parts) != e->nparts)
        return fail(w, E_INPUT, "the snapshot has %zu models, the scenario %zu", json_array_size(parts), e->nparts);
    for (size_t p = 0; p < e->nphysics; p++)
        for (size_t j = 0; j < e->physics[p].n; j++, k++) {
            const part *q = &e->physics[p].part[j];
            const json_t *stored = json_array_get(parts, k);
            const char *id = json_string_value(json_object_get(stored, "id"));
            if (!id || strcmp(id, q->desc->id) != 0)
                return fail(w, E_INPUT, "the snapshot's model %zu is %s, the scenario's is %s", k + 1, id ? id : "?",
                            q->desc->id);
            if (!(map[k].row = mem_zero(MOST_ROWS, sizeof *map[k].row)))
                return fail(w, E_NOMEM, "no memory to read a snapshot");
            int rc =
                map_columns(json_object_get(stored, "state"), &q->cols.state, id, map[k].row, MOST_ROWS, &map[k].n);
            map[k].nstate = map[k].n;
            if (rc || map_columns(json_object_get(stored, "out"), &q->cols.out, id, map[k].row, MOST_ROWS, &map[k].n))
                return fail(w, E_INPUT, "the snapshot's columns of %s are too wide", id);
        }
    return E_OK;
}

static int32_t stream_read(void *ctx, void *to, size_t n) { return get(ctx, to, n) ? FADE_EIO : FADE_OK; }

static int read_model(reader *r, const corrector_use *u, const args *a, engine_correction *k, size_t m)
{
    double v[6];
    char *blob;
    size_t len;
    int rc = get(r, v, sizeof v);
    if (rc || (rc = get(r, &k->band[m], sizeof k->band[m])) || (rc = get_text(r, &blob, &len)))
        return rc;
    if (k->band[m].n > ENGINE_BANDS) {
        free(blob);
        return fail(r->w, E_INPUT, "%s: damaged: a band of %llu horizons", r->path,
                    (unsigned long long)k->band[m].n);
    }
    k->gate[m] = v[0];
    k->stretch[m] = v[1];
    k->rows[m] = (uint64_t)v[2];
    k->before[m] = v[3];
    k->after[m] = v[4];
    k->reach[m] = v[5];
    reader inside = { blob, len, 0, r->path, r->w };
    fade_stream s = { .size = sizeof s, .ctx = &inside, .read = stream_read };
    int32_t f = len ? u->vt->load(&u->object->host, &a->fade, &s, &k->model[m]) : FADE_OK;
    free(blob);
    return f < 0 ? object_why(u->object, f, "load its model", r->w) : E_OK;
}

static int read_table(engine *e, reader *r, engine_table *b)
{
    uint64_t n, ncol, cell, row;
    double y, law, x[256];
    int rc = get(r, &n, 8);
    if (rc || (rc = get(r, &ncol, 8)))
        return rc;
    if (ncol > 256 || n > r->n / 32)
        return fail(r->w, E_INPUT, "%s: damaged: a training table of %llu x %llu", r->path, (unsigned long long)n,
                    (unsigned long long)ncol);
    b->ncol = ncol;
    for (uint64_t i = 0; i < n && !rc; i++) {
        if ((rc = get(r, &y, 8)) || (rc = get(r, &law, 8)) || (rc = get(r, &cell, 8)) || (rc = get(r, &row, 8)) ||
            (rc = get(r, x, ncol * 8)))
            return rc;
        if (cell >= e->nlane)
            return fail(r->w, E_INPUT, "%s: damaged: cell %llu of %u", r->path, (unsigned long long)cell, e->nlane);
        if (engine_table_add(b, x, y, law, (uint32_t)cell, (uint32_t)row))
            rc = fail(r->w, E_NOMEM, "no memory for the training table");
    }
    return rc;
}

/* Where the forecast of each lane starts from. */
static int read_starts(engine *e, reader *r, engine_correction *k)
{
    uint64_t n;
    int rc = get(r, &n, sizeof n);
    if (rc || n == 0)
        return rc;
    if (n > e->nlane)
        return fail(r->w, E_INPUT, "%s: damaged: origins of %llu cells of %u", r->path, (unsigned long long)n,
                    e->nlane);
    rc = engine_start_open(k, n, r->w);
    return rc ? rc : get(r, k->start, n * sizeof *k->start);
}

/* What a corrector keeps of each cell from row to row. */
static int read_states(engine *e, reader *r, engine_correction *k)
{
    uint64_t n, lanes;
    int rc = get(r, &n, sizeof n);
    if (rc || (rc = get(r, &lanes, sizeof lanes)) || n == 0)
        return rc;
    if (lanes > e->nlane || n > r->n / 8 || (lanes && n + 1 > r->n / 8 / lanes))
        return fail(r->w, E_INPUT, "%s: damaged: a corrector keeps %llu numbers of %llu cells", r->path,
                    (unsigned long long)n, (unsigned long long)lanes);
    k->state = mem_zero(lanes * (1 + n) + 1, sizeof *k->state);
    if (!k->state)
        return fail(r->w, E_NOMEM, "no memory for what a corrector keeps of %llu cells", (unsigned long long)lanes);
    k->nstate = n;
    k->lanes = lanes;
    return get(r, k->state, lanes * (1 + n) * sizeof *k->state);
}

static int read_models(engine *e, reader *r)
{
    for (size_t at = 0; at < e->nphysics * e->sc->ncorrector; at++) {
        uint64_t n;
        size_t c = at % e->sc->ncorrector;
        int rc = get(r, &n, sizeof n);
        if (rc)
            return rc;
        const bool saved = e->sc->corrector[c].model != NULL;
        if (n > (saved ? 0 : (uint64_t)e->nlane + 1))
            return fail(r->w, E_INPUT, "%s: damaged: %llu models for %u cells", r->path, (unsigned long long)n,
                        e->nlane);
        rc = n && !saved ? engine_correction_open(&e->correction[at], n, r->w) : E_OK;
        for (uint64_t m = 0; m < n && !rc; m++)
            rc = read_model(r, &e->corrector[c], e->sc->corrector[c].part.args, &e->correction[at], m);
        rc = rc ? rc : read_starts(e, r, &e->correction[at]);
        if (rc || (rc = read_states(e, r, &e->correction[at])) || (rc = read_table(e, r, &e->table[at])))
            return rc;
    }
    return E_OK;
}

static int read_score(engine *e, reader *r)
{
    char *blob;
    size_t len;
    int rc = get_text(r, &blob, &len);
    if (rc)
        return rc;
    reader inside = { blob, len, 0, r->path, r->w };
    fade_stream s = { .size = sizeof s, .ctx = &inside, .read = stream_read };
    int32_t f = e->score && len ? e->opt.study->score_load(e->score, &s) : FADE_OK;
    free(blob);
    return f < 0 ? fail(r->w, E_INPUT, "%s: damaged: its scores cannot be read", r->path) : E_OK;
}

static int take_head(engine *e, const json_t *head, reader *r)
{
    char hex[65];
    plan_hash(e, hex);
    const char *plan = json_string_value(json_object_get(head, "plan")),
               *run = json_string_value(json_object_get(head, "run"));
    const char *position = json_string_value(json_object_get(head, "position"));
    const json_t *numbers = json_object_get(head, "outputs"), *source = json_object_get(head, "source");
    if (!plan || !run || strlen(run) != 26 || !position || strlen(position) > 255)
        return fail(r->w, E_INPUT, "%s: damaged: its head lacks run, plan or position", r->path);
    if (strcmp(plan, hex) != 0)
        return fail(r->w, E_INPUT,
                    "%s belongs to another scenario: resume with the same file and settings (only [run] and [logging] "
                    "may differ)",
                    r->path);
    if (json_array_size(numbers) != e->sc->noutput || json_array_size(source) != e->nsource)
        return fail(r->w, E_INPUT, "%s was made with other outputs or another source", r->path);
    memcpy(e->run_id, run, 27);
    snprintf(e->position, sizeof e->position, "%s", position);
    e->second = json_is_true(json_object_get(head, "second"));
    e->trained = json_is_true(json_object_get(head, "trained"));
    e->rows_done = (uint64_t)json_integer_value(json_object_get(head, "rows"));
    e->event_number = (uint64_t)json_integer_value(json_object_get(head, "events"));
    e->failed = (uint64_t)json_integer_value(json_object_get(head, "failed"));
    e->ended = (uint64_t)json_integer_value(json_object_get(head, "ended"));
    if (!(e->sink = mem_zero(e->sc->noutput + 2, sizeof *e->sink)))
        return fail(r->w, E_NOMEM, "no memory for outputs");
    for (size_t i = 0; i < e->sc->noutput; i++) {
        e->sink[i].number = (uint64_t)json_integer_value(json_array_get(numbers, i));
        e->sink[i].samples = (uint64_t)json_integer_value(json_array_get(json_object_get(head, "samples"), i));
    }
    bool ended = json_is_true(json_object_get(head, "source_ended"));
    int rc = e->hold ? E_OK : open_restart(e, e->position[0] ? e->position : NULL, r->w);
    e->source_ended = ended || e->hold;
    return rc;
}

static int get_bytes(void *ctx, void *to, size_t n) { return get(ctx, to, n); }

static int read_body(engine *e, reader *r)
{
    char *head_text;
    size_t len;
    int rc = get_text(r, &head_text, &len);
    if (rc)
        return rc;
    json_error_t at;
    json_t *head = json_loadb(head_text, len, JSON_REJECT_DUPLICATES, &at);
    free(head_text);
    if (!head)
        return fail(r->w, E_INPUT, "%s: damaged head at %d:%d: %s", r->path, at.line, at.column, at.text);
    part_map *map = mem_zero(e->nparts + 1, sizeof *map);
    uint64_t lanes = (uint64_t)json_integer_value(json_object_get(head, "lanes"));
    rc = map ? take_head(e, head, r) : fail(r->w, E_NOMEM, "no memory to read a snapshot");
    for (uint64_t i = 0; i < lanes && !rc; i++)
        rc = read_lane(e, r, (uint32_t)i);
    rc = rc ? rc : tiles_cover(e, r->w);
    rc = rc ? rc : read_maps(e, head, map, r->w);
    rc = rc ? rc : read_columns(e, r, map);
    if (!rc && e->duty)
        rc = duty_read(e->duty, get_bytes, r, r->w);
    rc = rc ? rc : read_models(e, r);
    rc = rc ? rc : read_score(e, r);
    for (size_t k = 0; map && k < e->nparts; k++)
        free(map[k].row);
    free(map);
    json_decref(head);
    return rc;
}

int snapshot_read(engine *e, why *w)
{
    char *path = snapshot_path(e), *at = NULL;
    size_t n = 0;
    if (!path)
        return fail(w, E_NOMEM, "no memory for a path");
    int rc = file_exists(path) ? file_read(path, (size_t)1 << 34, &at, &n, w) : E_OK;
    if (!rc && !at)
        log_say(LOG_WARNING, NULL, "%s: no snapshot there yet, the run starts from the beginning", path);
    reader r = { .path = path, .w = w };
    if (!rc && at) {
        rc = snapshot_unwrap(path, at, n, &r.at, &r.n, w);
        rc = rc ? rc : read_body(e, &r);
    }
    free(at);
    free(path);
    return rc;
}

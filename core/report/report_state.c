/* SPDX-License-Identifier: MIT
 * report_state.c - the gathered rows as a file of this machine: checked by a sum, read only where all of it fits.
 */
#include "core/report/report_state.h"
#include "core/base/file.h"
#include "core/base/mem.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char magic[8] = "FADERP1";
enum { MOST = 1 << 30, NAME = 4096 };

/* ---- writing ---- */

static void put(text *t, const void *at, size_t n)
{
    text_addn(t, at, n);
}

static void put_number(text *t, uint64_t n)
{
    put(t, &n, sizeof n);
}

static void put_name(text *t, const char *name)
{
    put_number(t, strlen(name));
    put(t, name, strlen(name));
}

static void put_list(text *t, const json_t *list)
{
    char *made = json_dumps(list, JSON_COMPACT);
    put_name(t, made ? made : "[]");
    free(made);
}

static void put_rows(text *t, const frame *f)
{
    put_number(t, f->n);
    for (size_t i = 0; i < f->n; i++) {
        put_name(t, f->cell_name[f->cell[i]]);
        put_name(t, f->variant_name[f->variant[i]]);
        put(t, &f->cycle[i], sizeof f->cycle[i]);
        put(t, &f->time[i], sizeof f->time[i]);
        for (size_t c = 0; c < f->ncol; c++)
            put(t, &f->col[c].v[i], sizeof(double));
    }
}

static void put_pending(text *t, const report_gather *g)
{
    put_number(t, g->npending);
    for (size_t i = 0; i < g->npending; i++) {
        const gather_pending *p = &g->pending[i];
        bool open = p->value && p->rows;
        size_t cell = i / GATHER_VARIANTS, variant = i % GATHER_VARIANTS;
        put_number(t, open ? p->rows : 0);
        if (!open)
            continue;
        put_name(t, g->f.cell_name[cell]);
        put_name(t, g->f.variant_name[variant]);
        put(t, p->cycle, sizeof p->cycle);
        put(t, p->time, sizeof p->time);
        put(t, p->key, sizeof p->key);
        put(t, p->value, GATHER_KEPT * g->f.ncol * sizeof(double));
    }
}

int report_state_save(const char *path, const report_state *s, const report_gather *g, const json_t *scores,
                      const json_t *lanes, why *w)
{
    text t = { 0 };
    put(&t, magic, sizeof magic);
    put(&t, s, sizeof *s);
    put_number(&t, g->f.ncol);
    for (size_t c = 0; c < g->f.ncol; c++)
        put_name(&t, g->f.col[c].name);
    put_number(&t, g->shift);
    put_number(&t, g->span);
    put_number(&t, g->rows);
    put_number(&t, g->nseen);
    for (size_t i = 0; i < g->capseen; i++)
        if (g->seen[i])
            put_number(&t, g->seen[i]);
    put_list(&t, scores);
    put_list(&t, lanes);
    put_rows(&t, &g->f);
    put_pending(&t, g);
    put_number(&t, file_crc32(0, text_of(&t), t.n));
    int rc = t.failed ? fail(w, E_NOMEM, "no memory to write %s", path) : file_write(path, t.at, t.n, w);
    text_free(&t);
    return rc;
}

/* ---- reading ---- */

typedef struct bytes {
    const char *at;
    size_t      left;
    bool        bad;
} bytes;

static void get(bytes *b, void *out, size_t n)
{
    if (b->bad || n > b->left) {
        memset(out, 0, n);
        b->bad = true;
        return;
    }
    memcpy(out, b->at, n);
    b->at += n;
    b->left -= n;
}

static uint64_t get_number(bytes *b)
{
    uint64_t n;
    get(b, &n, sizeof n);
    return n;
}

static void get_name(bytes *b, char out[NAME])
{
    uint64_t n = get_number(b);
    if (n >= NAME)
        b->bad = true;
    n = b->bad ? 0 : n;
    get(b, out, n);
    out[n] = '\0';
}

static void get_list(bytes *b, json_t *list)
{
    uint64_t n = get_number(b);
    json_t *read = b->bad || n > b->left ? NULL : json_loadb(b->at, n, 0, NULL);
    b->bad = b->bad || !json_is_array(read);
    if (!b->bad) {
        json_array_extend(list, read);
        b->at += n;
        b->left -= n;
    }
    json_decref(read);
}

static void get_rows(bytes *b, frame *f)
{
    char cell[NAME], variant[NAME];
    uint64_t n = get_number(b);
    for (uint64_t i = 0; i < n && !b->bad; i++) {
        int64_t cycle, time;
        size_t at;
        get_name(b, cell);
        get_name(b, variant);
        get(b, &cycle, sizeof cycle);
        get(b, &time, sizeof time);
        b->bad = b->bad || frame_add_row(f, cell, variant, cycle, time, &at, NULL);
        for (size_t c = 0; c < f->ncol && !b->bad; c++)
            get(b, &f->col[c].v[at], sizeof(double));
    }
}

static void get_pending(bytes *b, report_gather *g)
{
    char cell[NAME], variant[NAME];
    uint64_t n = get_number(b);
    for (uint64_t i = 0; i < n && !b->bad; i++) {
        uint64_t rows = get_number(b);
        gather_pending *p = NULL;
        if (!rows)
            continue;
        get_name(b, cell);
        get_name(b, variant);
        if (b->bad || report_gather_pending(g, cell, variant, &p, NULL) || !p) {
            b->bad = true;
            return;
        }
        get(b, p->cycle, sizeof p->cycle);
        get(b, p->time, sizeof p->time);
        get(b, p->key, sizeof p->key);
        get(b, p->value, GATHER_KEPT * g->f.ncol * sizeof(double));
        p->rows = rows;
    }
}

static bool same_columns(bytes *b, const frame *f)
{
    char name[NAME];
    bool same = get_number(b) == f->ncol;
    for (size_t c = 0; c < f->ncol && same; c++) {
        get_name(b, name);
        same = !b->bad && strcmp(name, f->col[c].name) == 0;
    }
    return same;
}

static void get_all(bytes *b, report_gather *g, json_t *scores, json_t *lanes)
{
    g->shift = (unsigned)(get_number(b) & 63);
    g->span = get_number(b);
    g->rows = get_number(b);
    uint64_t cells = get_number(b);
    for (uint64_t i = 0; i < cells && !b->bad; i++)
        b->bad = report_gather_seen(g, get_number(b), NULL) != E_OK || b->bad;
    get_list(b, scores);
    get_list(b, lanes);
    get_rows(b, &g->f);
    get_pending(b, g);
}

int report_state_load(const char *path, report_state *s, report_gather *g, json_t *scores, json_t *lanes, bool *found,
                      why *w)
{
    char *at = NULL, word[sizeof magic];
    size_t n = 0;
    uint64_t sum = 0;
    *found = false;
    if (file_read(path, MOST, &at, &n, NULL))
        return E_OK;
    bytes b = { at, n, n <= sizeof magic + sizeof sum };
    if (!b.bad) {
        b.left -= sizeof sum;
        memcpy(&sum, at + b.left, sizeof sum);
        b.bad = file_crc32(0, at, b.left) != sum;
    }
    get(&b, word, sizeof word);
    get(&b, s, sizeof *s);
    b.bad = b.bad || memcmp(word, magic, sizeof magic) != 0 || !same_columns(&b, &g->f);
    *found = !b.bad;
    if (!b.bad)
        get_all(&b, g, scores, lanes);
    else
        *s = (report_state){ 0 };
    free(at);
    return *found && b.bad ? fail(w, E_NOMEM, "no memory to go on with %s", path) : E_OK;
}

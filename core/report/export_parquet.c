/* SPDX-License-Identifier: MIT
 * export_parquet.c - rows as Parquet, in row groups, with what made them in the footer.
 */
#include "core/base/mem.h"
#include "core/report/export.h"
#include "core/report/parquet.h"
#include <stdlib.h>
#include <string.h>

enum { GROUP = 1 << 17 };                               /* rows */

/* Name, unit and sentence of every column, for who reads the file in years. */
static char *columns_json(const export_plan *p)
{
    json j = { 0 };
    json_open(&j, NULL, '[');
    for (size_t i = 0; i < p->n; i++) {
        const frame_column *c = p->column[i].from >= 0 ? &p->r->rows.col[p->column[i].from] : NULL;
        json_open(&j, NULL, '{');
        json_text(&j, "name", p->column[i].name);
        json_text(&j, "unit", c ? c->unit : "");
        json_text(&j, "doc", c ? c->doc : "");
        json_close(&j, '}');
    }
    json_close(&j, ']');
    return text_take(&j.out);
}

static int say(parquet *q, const char *key, const char *value, why *w)
{
    return value ? parquet_say(q, key, value, w) : E_OK;
}

static int say_all(const export_plan *p, parquet *q, why *w)
{
    const json_t *made = json_object_get(p->r->about, "made_by");
    char *columns = columns_json(p), *by = made ? json_dumps(made, JSON_COMPACT) : NULL;
    int rc = columns ? E_OK : fail(w, E_NOMEM, "no memory for the columns' names");
    const struct { const char *key, *value; } said[] = {
        { "fade.name", p->r->name },
        { "fade.run", json_string_value(json_object_get(p->r->about, "run")) },
        { "fade.made_by", by },
        { "fade.scenario", p->r->scenario },
        { "fade.columns", columns },
    };
    for (size_t i = 0; i < sizeof said / sizeof *said && !rc; i++)
        rc = say(q, said[i].key, said[i].value, w);
    free(columns);
    free(by);
    return rc;
}

/* Texts of one row group: ids of cells, names of variants. */
static void fill_texts(const frame *f, int from, size_t first, size_t n, const char **out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = from == EXPORT_CELL ? f->cell_name[f->cell[first + i]] : f->variant_name[f->variant[first + i]];
}

static int write_group(const export_plan *p, parquet *q, size_t first, size_t n, why *w)
{
    const frame *f = &p->r->rows;
    size_t texts = 0;
    for (size_t i = 0; i < p->n; i++)
        texts += p->column[i].from == EXPORT_CELL || p->column[i].from == EXPORT_VARIANT;
    parquet_values *v = mem_zero(p->n + 1, sizeof *v);
    const char **word = mem_zero(texts * n + 1, sizeof *word);
    int rc = v && word ? E_OK : fail(w, E_NOMEM, "no memory for %zu rows", n);
    texts = 0;
    for (size_t i = 0; i < p->n && !rc; i++) {
        int from = p->column[i].from;
        if (from == EXPORT_CELL || from == EXPORT_VARIANT) {
            fill_texts(f, from, first, n, word + texts * n);
            v[i].text = word + texts++ * n;
        } else if (from >= 0) {
            v[i].real = f->col[from].v + first;
        } else {
            v[i].whole = (from == EXPORT_CYCLE ? f->cycle : f->time) + first;
        }
    }
    if (!rc)
        rc = parquet_group(q, n, v, w);
    free(v);
    free(word);
    return rc;
}

static int type_of(int from)
{
    return from >= 0              ? PARQUET_REAL
           : from == EXPORT_CYCLE ? PARQUET_WHOLE
           : from == EXPORT_TIME  ? PARQUET_TIME
                                  : PARQUET_TEXT;
}

int export_parquet(const export_plan *p, FILE *out, why *w)
{
    parquet *q = NULL;
    size_t rows = p->r->rows.n;
    parquet_column *column = mem_zero(p->n + 1, sizeof *column);
    for (size_t i = 0; column && i < p->n; i++)
        column[i] = (parquet_column){ p->column[i].name, type_of(p->column[i].from),
                                      p->column[i].from >= 0 || p->column[i].from == EXPORT_TIME };
    int rc = column ? parquet_open(out, column, p->n, &q, w) : fail(w, E_NOMEM, "no memory for %zu columns", p->n);
    if (!rc)
        rc = say_all(p, q, w);
    for (size_t first = 0; first < rows && !rc; first += GROUP)
        rc = write_group(p, q, first, rows - first < GROUP ? rows - first : GROUP, w);
    if (!rc)
        rc = parquet_end(q, w);
    parquet_close(q);
    free(column);
    return rc;
}

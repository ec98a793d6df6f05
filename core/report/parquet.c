/* SPDX-License-Identifier: MIT
 * parquet.c - a writer of Parquet files: pages of plain values, row groups, and the footer that names them.
 */
#include "core/report/parquet.h"
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/version.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "plain values are little-endian");

/* Enumerations of parquet.thrift. */
enum { T_INT64 = 2, T_DOUBLE = 5, T_BYTE_ARRAY = 6 };
enum { REQUIRED = 0, OPTIONAL = 1 };
enum { CONVERTED_UTF8 = 0, CONVERTED_TIMESTAMP_MICROS = 10 };
enum { LOGICAL_STRING = 1, LOGICAL_TIMESTAMP = 8, UNIT_MICROS = 2 };
enum { ENCODING_PLAIN = 0, ENCODING_RLE = 3, PAGE_DATA = 0 };

static const char magic[] = "PAR1";

typedef struct chunk { int64_t offset, bytes, nulls; } chunk;
typedef struct group { size_t rows; chunk *chunk; } group;
typedef struct pair { char *key, *value; } pair;

struct parquet {
    FILE                 *out;
    const parquet_column *column;
    size_t                n;
    int64_t               offset;
    group                *group;
    size_t                ngroup;
    pair                 *said;
    size_t                nsaid;
    text                  page, head;                   /* room used again */
};

static const struct { int type, converted; } types[] = {
    [PARQUET_REAL] = { T_DOUBLE, -1 },
    [PARQUET_WHOLE] = { T_INT64, -1 },
    [PARQUET_TIME] = { T_INT64, CONVERTED_TIMESTAMP_MICROS },
    [PARQUET_TEXT] = { T_BYTE_ARRAY, CONVERTED_UTF8 },
};

static int put(parquet *p, const void *at, size_t n, why *w)
{
    if (n && fwrite(at, 1, n, p->out) != n)
        return fail(w, E_IO, "cannot write: %s", strerror(errno));
    p->offset += (int64_t)n;
    return E_OK;
}

int parquet_open(FILE *out, const parquet_column *column, size_t n, parquet **made, why *w)
{
    parquet *p = mem_zero(1, sizeof *p);
    *made = NULL;
    if (!p)
        return fail(w, E_NOMEM, "no memory for a Parquet file");
    *p = (parquet){ .out = out, .column = column, .n = n };
    int rc = put(p, magic, 4, w);
    if (rc)
        parquet_close(p);
    else
        *made = p;
    return rc;
}

void parquet_close(parquet *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->ngroup; i++)
        free(p->group[i].chunk);
    for (size_t i = 0; i < p->nsaid; i++) {
        free(p->said[i].key);
        free(p->said[i].value);
    }
    free(p->group);
    free(p->said);
    text_free(&p->page);
    text_free(&p->head);
    free(p);
}

int parquet_say(parquet *p, const char *key, const char *value, why *w)
{
    pair *more = mem_grow(p->said, p->nsaid + 1, sizeof *more);
    if (!more)
        return fail(w, E_NOMEM, "no memory for a Parquet file");
    p->said = more;
    p->said[p->nsaid++] = (pair){ mem_dup(key), mem_dup(value) };
    return more[p->nsaid - 1].key && more[p->nsaid - 1].value ? E_OK : fail(w, E_NOMEM, "no memory for a Parquet file");
}

/* ---- pages ---- */

static bool is_null(const parquet_column *c, const parquet_values *v, size_t i)
{
    switch (c->type) {
    case PARQUET_REAL:
        return isnan(v->real[i]);
    case PARQUET_TIME:
        return v->whole[i] == INT64_MIN;
    case PARQUET_TEXT:
        return !v->text[i];
    default:
        return false;
    }
}

static void add_u32(text *t, uint32_t v)
{
    text_addn(t, (const char *)&v, sizeof v);
}

static void add_value(const parquet_column *c, const parquet_values *v, size_t i, text *page)
{
    if (c->type == PARQUET_TEXT) {
        const char *word = v->text[i] ? v->text[i] : "";
        add_u32(page, (uint32_t)strlen(word));
        text_add(page, word);
    } else if (c->type == PARQUET_REAL) {
        text_addn(page, (const char *)&v->real[i], sizeof(double));
    } else {
        text_addn(page, (const char *)&v->whole[i], sizeof(int64_t));
    }
}

/* Definition levels of one bit: runs of 1 (there) and 0 (null), behind their length.  Returns the nulls. */
static int64_t add_levels(const parquet_column *c, const parquet_values *v, size_t rows, text *page)
{
    size_t start = page->n, i = 0;
    int64_t nulls = 0;
    add_u32(page, 0);
    while (i < rows) {
        bool null = is_null(c, v, i);
        size_t run = 1;
        while (i + run < rows && is_null(c, v, i + run) == null)
            run++;
        parquet_varint(page, (uint64_t)run << 1);
        text_addc(page, null ? 0 : 1);
        nulls += null ? (int64_t)run : 0;
        i += run;
    }
    uint32_t length = (uint32_t)(page->n - start - 4);
    if (!page->failed)
        memcpy(page->at + start, &length, sizeof length);
    return nulls;
}

static void page_head(text *out, const text *page, size_t rows)
{
    parquet_thrift t = { .out = out };
    parquet_struct(&t, 0);
    parquet_int(&t, 1, PAGE_DATA, false);
    parquet_int(&t, 2, (int64_t)page->n, false);
    parquet_int(&t, 3, (int64_t)page->n, false);
    parquet_int(&t, 4, (int32_t)file_crc32(0, page->at, page->n), false);
    parquet_struct(&t, 5);
    parquet_int(&t, 1, (int64_t)rows, false);
    parquet_int(&t, 2, ENCODING_PLAIN, false);
    parquet_int(&t, 3, ENCODING_RLE, false);
    parquet_int(&t, 4, ENCODING_RLE, false);
    parquet_stop(&t);
    parquet_stop(&t);
}

static int write_chunk(parquet *p, const parquet_column *c, const parquet_values *v, size_t rows, chunk *made, why *w)
{
    text *page = &p->page;
    page->n = p->head.n = 0;
    made->nulls = c->optional ? add_levels(c, v, rows, page) : 0;
    for (size_t i = 0; i < rows; i++)
        if (!c->optional || !is_null(c, v, i))
            add_value(c, v, i, page);
    page_head(&p->head, page, rows);
    if (page->failed || p->head.failed)
        return fail(w, E_NOMEM, "no memory for column %s", c->name);
    if (page->n > INT32_MAX)
        return fail(w, E_DOMAIN, "column %s has %zu bytes in one row group, more than a page may have", c->name,
                    page->n);
    made->offset = p->offset;
    made->bytes = (int64_t)(p->head.n + page->n);
    int rc = put(p, p->head.at, p->head.n, w);
    return rc ? rc : put(p, page->at, page->n, w);
}

int parquet_group(parquet *p, size_t rows, const parquet_values *v, why *w)
{
    group *more = rows ? mem_grow(p->group, p->ngroup + 1, sizeof *more) : p->group;
    if (rows == 0)
        return E_OK;
    if (more)
        p->group = more;
    chunk *chunks = more ? mem_zero(p->n + 1, sizeof *chunks) : NULL;
    if (!chunks)
        return fail(w, E_NOMEM, "no memory for a row group of %zu rows", rows);
    p->group[p->ngroup++] = (group){ rows, chunks };
    int rc = E_OK;
    for (size_t i = 0; i < p->n && !rc; i++)
        rc = write_chunk(p, &p->column[i], &v[i], rows, &chunks[i], w);
    return rc;
}

/* ---- the footer ---- */

static void logical_type(parquet_thrift *t, int type)
{
    if (type != PARQUET_TEXT && type != PARQUET_TIME)
        return;
    parquet_struct(t, 10);
    parquet_struct(t, type == PARQUET_TEXT ? LOGICAL_STRING : LOGICAL_TIMESTAMP);
    if (type == PARQUET_TIME) {
        parquet_bool(t, 1, true);                       /* UTC */
        parquet_struct(t, 2);
        parquet_struct(t, UNIT_MICROS);
        parquet_stop(t);
        parquet_stop(t);
    }
    parquet_stop(t);
    parquet_stop(t);
}

static void schema(const parquet *p, parquet_thrift *t)
{
    parquet_list(t, 2, p->n + 1, PARQUET_T_STRUCT);
    parquet_struct(t, 0);
    parquet_bytes(t, 4, "schema", 6);
    parquet_int(t, 5, (int64_t)p->n, false);
    parquet_stop(t);
    for (size_t i = 0; i < p->n; i++) {
        const parquet_column *c = &p->column[i];
        parquet_struct(t, 0);
        parquet_int(t, 1, types[c->type].type, false);
        parquet_int(t, 3, c->optional ? OPTIONAL : REQUIRED, false);
        parquet_bytes(t, 4, c->name, strlen(c->name));
        if (types[c->type].converted >= 0)
            parquet_int(t, 6, types[c->type].converted, false);
        logical_type(t, c->type);
        parquet_stop(t);
    }
}

static void column_chunk(const parquet_column *c, const chunk *k, size_t rows, parquet_thrift *t)
{
    parquet_struct(t, 0);
    parquet_int(t, 2, k->offset, true);
    parquet_struct(t, 3);
    parquet_int(t, 1, types[c->type].type, false);
    parquet_list(t, 2, 2, PARQUET_T_I32);
    parquet_element(t, ENCODING_PLAIN);
    parquet_element(t, ENCODING_RLE);
    parquet_list(t, 3, 1, PARQUET_T_BINARY);
    parquet_word(t, c->name);
    parquet_int(t, 4, 0, false);                        /* uncompressed */
    parquet_int(t, 5, (int64_t)rows, true);
    parquet_int(t, 6, k->bytes, true);
    parquet_int(t, 7, k->bytes, true);
    parquet_int(t, 9, k->offset, true);
    parquet_struct(t, 12);
    parquet_int(t, 3, k->nulls, true);
    parquet_stop(t);
    parquet_stop(t);
    parquet_stop(t);
}

static void row_groups(const parquet *p, parquet_thrift *t)
{
    parquet_list(t, 4, p->ngroup, PARQUET_T_STRUCT);
    for (size_t g = 0; g < p->ngroup; g++) {
        int64_t bytes = 0;
        parquet_struct(t, 0);
        parquet_list(t, 1, p->n, PARQUET_T_STRUCT);
        for (size_t i = 0; i < p->n; i++) {
            column_chunk(&p->column[i], &p->group[g].chunk[i], p->group[g].rows, t);
            bytes += p->group[g].chunk[i].bytes;
        }
        parquet_int(t, 2, bytes, true);
        parquet_int(t, 3, (int64_t)p->group[g].rows, true);
        parquet_int(t, 5, p->group[g].chunk[0].offset, true);
        parquet_int(t, 6, bytes, true);
        parquet_stop(t);
    }
}

static void footer(const parquet *p, text *out)
{
    static const char maker[] = "fade version " FADE_VERSION;
    parquet_thrift t = { .out = out };
    int64_t rows = 0;
    for (size_t g = 0; g < p->ngroup; g++)
        rows += (int64_t)p->group[g].rows;
    parquet_struct(&t, 0);
    parquet_int(&t, 1, 1, false);
    schema(p, &t);
    parquet_int(&t, 3, rows, true);
    row_groups(p, &t);
    if (p->nsaid) {
        parquet_list(&t, 5, p->nsaid, PARQUET_T_STRUCT);
        for (size_t i = 0; i < p->nsaid; i++) {
            parquet_struct(&t, 0);
            parquet_bytes(&t, 1, p->said[i].key, strlen(p->said[i].key));
            parquet_bytes(&t, 2, p->said[i].value, strlen(p->said[i].value));
            parquet_stop(&t);
        }
    }
    parquet_bytes(&t, 6, maker, sizeof maker - 1);
    parquet_stop(&t);
}

int parquet_end(parquet *p, why *w)
{
    text t = { 0 };
    footer(p, &t);
    add_u32(&t, (uint32_t)t.n);
    text_add(&t, magic);
    int rc = t.failed ? fail(w, E_NOMEM, "no memory for the footer of a Parquet file") : put(p, t.at, t.n, w);
    text_free(&t);
    if (!rc && fflush(p->out))
        rc = fail(w, E_IO, "cannot write: %s", strerror(errno));
    return rc;
}

/* SPDX-License-Identifier: MIT
 * predict_write.c - predictions piece by piece into files.
 */
#include "core/report/predict_write.h"
#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/report/export.h"
#include "core/report/parquet.h"
#include "core/version.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = MODEL_PREDICT_MOST };
enum { CELL, ROW, CYCLE, TIME, NFIXED };
static const char *const fixed[NFIXED] = { "cell", "row", "cycle_count", "time" };

typedef struct format format;
struct predict_writer {
    const model_saved *m;
    const format      *f;
    FILE              *out;
    char              *path;                      /* NULL: stdout */
    file_draft         draft;
    int                nreal;                     /* columns behind the fixed ones */
    char               name[MOST][MODEL_PREDICT_NAME];
    json               j;                         /* text that waits */
    parquet           *parquet;
    parquet_column     column[NFIXED + MOST];
    uint64_t           rows;
};

struct format {
    const char *name;
    int (*begin)(predict_writer *, why *);
    int (*rows)(predict_writer *, const model_predicted *, why *);
    int (*end)(predict_writer *, why *);
};

static void values_of(const predict_writer *p, const model_predicted *r, const double *at[MOST])
{
    for (int k = 0; k < p->nreal; k++)
        at[k] = model_predict_real(r, k);
}

/* ---- text ---- */

static int csv_begin(predict_writer *p, why *w)
{
    (void)w;
    for (int i = 0; i < NFIXED; i++)
        text_addf(&p->j.out, "%s%s", i ? "," : "", fixed[i]);
    for (int i = 0; i < p->nreal; i++)
        text_addf(&p->j.out, ",%s", p->name[i]);
    text_addc(&p->j.out, '\n');
    return E_OK;
}

static int csv_rows(predict_writer *p, const model_predicted *r, why *w)
{
    const dataset *d = r->d;
    const double *at[MOST];
    text *t = &p->j.out;
    int rc = E_OK;
    values_of(p, r, at);
    for (size_t i = 0; i < r->n && !rc; i++) {
        char word[40];
        text_addf(t, "%s,%u,%" PRId64 ",", d->name[d->cell[i]], d->row[i], d->cycle[i]); /* an id needs no quotes */
        text_addn(t, word, clock_text(d->time[i], word));
        for (int k = 0; k < p->nreal; k++) {
            text_addc(t, ',');
            text_addn(t, word, text_number(at[k][i], word));
        }
        text_addc(t, '\n');
        rc = export_spill(t, false, p->out, w);
    }
    return rc;
}

static int text_end(predict_writer *p, why *w)
{
    return export_spill(&p->j.out, true, p->out, w);
}

static void one_object(predict_writer *p, const model_predicted *r, const double *const *at, size_t i)
{
    const dataset *d = r->d;
    char word[40];
    json *j = &p->j;
    json_open(j, NULL, '{');
    json_text(j, fixed[CELL], d->name[d->cell[i]]);
    json_whole(j, fixed[ROW], d->row[i]);
    json_whole(j, fixed[CYCLE], d->cycle[i]);
    json_text(j, fixed[TIME], clock_text(d->time[i], word) ? word : NULL);
    for (int k = 0; k < p->nreal; k++)
        json_number(j, p->name[k], at[k][i]);
    json_close(j, '}');
}

static int json_begin(predict_writer *p, why *w)
{
    (void)w;
    json_open(&p->j, NULL, '[');
    return E_OK;
}

static int json_rows(predict_writer *p, const model_predicted *r, why *w)
{
    const double *at[MOST];
    int rc = E_OK;
    values_of(p, r, at);
    for (size_t i = 0; i < r->n && !rc; i++) {
        text_addc(&p->j.out, '\n');
        one_object(p, r, at, i);
        rc = export_spill(&p->j.out, false, p->out, w);
    }
    return rc;
}

static int json_end(predict_writer *p, why *w)
{
    json_close(&p->j, ']');
    text_addc(&p->j.out, '\n');
    return text_end(p, w);
}

static int nothing(predict_writer *p, why *w)
{
    (void)p;
    (void)w;
    return E_OK;
}

static int jsonl_rows(predict_writer *p, const model_predicted *r, why *w)
{
    const double *at[MOST];
    int rc = E_OK;
    values_of(p, r, at);
    for (size_t i = 0; i < r->n && !rc; i++) {
        one_object(p, r, at, i);
        text_addc(&p->j.out, '\n');
        p->j.more = 0;
        rc = export_spill(&p->j.out, false, p->out, w);
    }
    return rc;
}

/* ---- parquet: a row group a piece ---- */

static int parquet_begin(predict_writer *p, why *w)
{
    static const int types[NFIXED] = { PARQUET_TEXT, PARQUET_WHOLE, PARQUET_WHOLE, PARQUET_TIME };
    for (int i = 0; i < NFIXED; i++)
        p->column[i] = (parquet_column){ fixed[i], types[i], i == TIME };
    for (int i = 0; i < p->nreal; i++)
        p->column[NFIXED + i] = (parquet_column){ p->name[i], PARQUET_REAL, true };
    int rc = parquet_open(p->out, p->column, NFIXED + p->nreal, &p->parquet, w);
    rc = rc ? rc : parquet_say(p->parquet, "fade.version", FADE_VERSION, w);
    rc = rc ? rc : parquet_say(p->parquet, "fade.model", p->m->sha256, w);
    return rc ? rc : parquet_say(p->parquet, "fade.model_folder", p->m->folder, w);
}

static int parquet_rows(predict_writer *p, const model_predicted *r, why *w)
{
    const dataset *d = r->d;
    const double *at[MOST];
    const char **name = mem_zero(r->n + 1, sizeof *name);
    int64_t *row = mem_zero(r->n + 1, sizeof *row);
    parquet_values v[NFIXED + MOST];
    values_of(p, r, at);
    for (size_t i = 0; name && row && i < r->n; i++) {
        name[i] = d->name[d->cell[i]];
        row[i] = d->row[i];
    }
    v[CELL].text = name;
    v[ROW].whole = row;
    v[CYCLE].whole = d->cycle;
    v[TIME].whole = d->time;
    for (int i = 0; i < p->nreal; i++)
        v[NFIXED + i].real = at[i];
    int rc = name && row ? E_OK : fail(w, E_NOMEM, "no memory for %zu rows", r->n);
    if (!rc && r->n)
        rc = parquet_group(p->parquet, r->n, v, w);
    free(name);
    free(row);
    return rc;
}

static int parquet_finish(predict_writer *p, why *w)
{
    return parquet_end(p->parquet, w);
}

/* ---- the file ---- */

static const format formats[] = {
    { "csv", csv_begin, csv_rows, text_end },
    { "json", json_begin, json_rows, json_end },
    { "jsonl", nothing, jsonl_rows, text_end },
    { "parquet", parquet_begin, parquet_rows, parquet_finish },
};
enum { NFORMAT = sizeof formats / sizeof formats[0] };

static const format *format_of(const char *path, const char *said)
{
    const char *dot = path ? strrchr(path, '.') : NULL;
    const char *name = said ? said : dot ? dot + 1 : "csv";
    for (int i = 0; i < NFORMAT; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

static int cannot(const predict_writer *p, why *w)
{
    return fail(w, E_IO, "cannot write %s: %s", p->path ? p->path : "to stdout", strerror(errno));
}

static int open_file(predict_writer *p, const char *path, why *w)
{
    if (!path) {
        p->out = stdout;
        return E_OK;
    }
    p->path = mem_dup(path);
    if (!p->path)
        return fail(w, E_NOMEM, "no memory to write %s", path);
    int rc = file_draft_open(path, &p->draft, w);
    if (rc)
        return rc;
    p->out = fopen(p->draft.at, "wb");
    return p->out ? E_OK : cannot(p, w);
}

int predict_writer_open(const model_saved *m, int columns, const char *path, const char *said, predict_writer **out,
                        why *w)
{
    predict_writer *p = *out = mem_zero(1, sizeof *p);
    if (!p)
        return fail(w, E_NOMEM, "no memory to write predictions");
    p->m = m;
    p->nreal = columns;
    p->f = format_of(path, said);
    for (int k = 0; k < p->nreal; k++)
        model_predict_name(m, k, p->name[k]);
    if (!p->f)
        return fail(w, E_USAGE, "%s: the ending says the format, and there are .csv, .json, .jsonl and .parquet",
                    path ? path : said);
    int rc = open_file(p, path, w);
    return rc ? rc : p->f->begin(p, w);
}

int predict_writer_rows(void *writer, const model_predicted *r, why *w)
{
    predict_writer *p = writer;
    p->rows += r->n;
    return p->f->rows(p, r, w);
}

int predict_writer_end(predict_writer *p, why *w)
{
    int rc = p->f->end(p, w);
    if (!rc && fflush(p->out))
        rc = cannot(p, w);
    if (rc || !p->path)
        return rc;
    if (file_sync(fileno(p->out)))
        rc = cannot(p, w);
    if (fclose(p->out) && !rc)
        rc = cannot(p, w);
    p->out = NULL;
    return rc ? rc : file_draft_keep(&p->draft, w);
}

void predict_writer_close(predict_writer *p)
{
    if (!p)
        return;
    parquet_close(p->parquet);
    if (p->path && p->out)
        fclose(p->out);
    file_draft_drop(&p->draft);
    text_free(&p->j.out);
    free(p->path);
    free(p);
}

/* SPDX-License-Identifier: MIT
 * export.c - rows of a result for other programs: which columns, under which names, by which writer.
 */
#include "core/report/export.h"
#include "core/base/file.h"
#include "core/base/mem.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SPILL = 1 << 18 };

static const struct {
    const char *name;
    int       (*write)(const export_plan *, FILE *, why *);
} formats[] = { { "csv", export_csv },         { "json", export_json },      { "parquet", export_parquet },
                { "bdf", export_csv },         { "bdf.gz", export_csv_gz },  { "bdf.parquet", export_parquet } };
enum { NFORMAT = sizeof formats / sizeof *formats };

static const struct { const char *name, *key; int from; } fixed[] = {
    { "battery_id", "cell", EXPORT_CELL }, { "cycle_count", "cycle", EXPORT_CYCLE }, { "time", "time", EXPORT_TIME },
    { "variant", "variant", EXPORT_VARIANT }
};
enum { NFIXED = sizeof fixed / sizeof *fixed };

/* ---- columns ---- */

static void add(export_plan *p, const export_options *o, int from)
{
    export_column *c = &p->column[p->n++];
    const frame_column *f = from >= 0 ? &p->r->rows.col[from] : NULL;
    const char *name = f ? f->name : from == EXPORT_CELL && p->r->cases ? "case" : fixed[-from - 1].name;
    const char *key = f ? f->key : name, *in = f ? f->unit : "";
    *c = (export_column){ .from = from, .sign = 1 };
    if (p->bdf && f && strcmp(f->unit, "A") == 0 && text_starts(f->key, "current"))
        c->sign = -1;                                   /* there charge is positive */
    if (o->names && strcmp(o->names, "pybamm") == 0)
        export_name_pybamm(name, key, in, c->name);
    else if (p->bdf)
        export_name_bdf(name, key, in, c->name);
    else
        snprintf(c->name, sizeof c->name, "%s", name);
    for (size_t i = 0; i + 1 < p->n; i++)               /* two that others call alike: the later keeps our name */
        if (strcmp(p->column[i].name, c->name) == 0)
            snprintf(c->name, sizeof c->name, "%s", name);
}

static int add_named(export_plan *p, const export_options *o, const char *name, why *w)
{
    const frame *f = &p->r->rows;
    for (int i = 0; i < NFIXED; i++)
        if (strcmp(fixed[i].name, name) == 0 || strcmp(fixed[i].key, name) == 0) {
            add(p, o, fixed[i].from);
            return E_OK;
        }
    int at = frame_find(f, name);
    if (at >= 0) {
        add(p, o, at);
        return E_OK;
    }
    const char *near = frame_nearest(f, name);
    return near ? fail(w, E_INPUT, "no column \"%s\" in %s, did you mean \"%s\"?", name, p->r->name, near)
                : fail(w, E_INPUT, "no column \"%s\" in %s; `fade show --json` lists them", name, p->r->name);
}

/* A file of the Battery Data Format holds one cell, so its id is no column, and its rows are of one model. */
static int check_bdf(const result *r, why *w)
{
    const frame *f = &r->rows;
    if (r->cases)
        return fail(w, E_USAGE,
                    "a sweep's cases are no cycles of a cell: bdf is not for them; csv, json and parquet are");
    if (f->ncell > 1)
        return fail(w, E_USAGE, "bdf has one cell a file and %s has %zu (%s, %s, ..); choose one by --cell, or give a "
                                "folder by -o for a file each", r->name, f->ncell, f->cell_name[0], f->cell_name[1]);
    if (f->nvariant > 1)
        return fail(w, E_USAGE,
                    "bdf has a row per cycle and %s has %zu models (%s, %s, ..); choose one by --variant, or "
                    "give a folder by -o for a file each",
                    r->name, f->nvariant, f->variant_name[0], f->variant_name[1]);
    return E_OK;
}

static int make_plan(const result *r, const export_options *o, export_plan *p, why *w)
{
    const frame *f = &r->rows;
    *p = (export_plan){ .r = r, .bdf = text_starts(o->format, "bdf"), .columnwise = o->columnwise };
    int rc = p->bdf ? check_bdf(r, w) : E_OK;
    if (rc)
        return rc;
    if (p->bdf && r->samples && !o->ncolumn && !o->names)
        return export_series(r, p, w);
    p->column = mem_zero(f->ncol + o->ncolumn + NFIXED, sizeof *p->column);
    if (!p->column)
        return fail(w, E_NOMEM, "no memory for %zu columns", f->ncol);
    for (size_t i = 0; i < o->ncolumn && !rc; i++)
        rc = add_named(p, o, o->column[i], w);
    if (o->ncolumn)
        return rc;
    for (int i = 0; i < NFIXED; i++)
        if (r->cases ? fixed[i].from == EXPORT_CELL
                     : !p->bdf || fixed[i].from == EXPORT_CYCLE || fixed[i].from == EXPORT_TIME)
            add(p, o, fixed[i].from);
    for (size_t i = 0; i < f->ncol; i++)
        add(p, o, (int)i);
    return E_OK;
}

/* ---- out ---- */

int export_spill(text *t, bool end, FILE *out, why *w)
{
    if (t->failed)
        return fail(w, E_NOMEM, "no memory for the rows to write");
    if (t->n < SPILL && !end)
        return E_OK;
    if (t->n && fwrite(t->at, 1, t->n, out) != t->n)
        return fail(w, E_IO, "cannot write: %s", strerror(errno));
    t->n = 0;
    return end && fflush(out) ? fail(w, E_IO, "cannot write: %s", strerror(errno)) : E_OK;
}

int export_rows(const result *r, const export_options *o, FILE *out, why *w)
{
    const char *names = o->names ? o->names : "fade";
    if (strcmp(names, "fade") != 0 && strcmp(names, "pybamm") != 0)
        return fail(w, E_USAGE, "no names \"%s\"; there are fade and pybamm", names);
    for (int i = 0; i < NFORMAT; i++) {
        export_plan p;
        if (strcmp(formats[i].name, o->format) != 0)
            continue;
        int rc = make_plan(r, o, &p, w);
        if (!rc)
            rc = formats[i].write(&p, out, w);
        export_series_close(&p);
        free(p.column);
        return rc;
    }
    return fail(w, E_USAGE, "no format \"%s\"; there are csv, bdf, json and parquet", o->format);
}

/* Beside the file, then in its place. */
int export_file(const result *r, const export_options *o, const char *path, why *w)
{
    file_draft d;
    int rc = file_draft_open(path, &d, w);
    FILE *out = rc ? NULL : fopen(d.at, "wb");
    if (!rc)
        rc = out ? export_rows(r, o, out, w) : fail(w, E_IO, "cannot write %s: %s", path, strerror(errno));
    if (!rc && (fflush(out) || file_sync(fileno(out))))
        rc = fail(w, E_IO, "cannot write %s: %s", path, strerror(errno));
    if (out && fclose(out) && !rc)
        rc = fail(w, E_IO, "cannot write %s: %s", path, strerror(errno));
    if (rc == E_IO && strncmp(w->text, "cannot write:", 13) == 0) {
        why at = *w;                                    /* a writer does not know the name of its file */
        fail(w, E_IO, "cannot write %s%s", path, at.text + 12);
    }
    rc = rc ? rc : file_draft_keep(&d, w);
    file_draft_drop(&d);
    return rc;
}

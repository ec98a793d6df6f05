/* SPDX-License-Identifier: MIT
 * explore_read.c - data files through the source plugins: which one reads what, flagged rows kept, units for people.
 */
#include "core/base/csv.h"
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/base/service.h"
#include "core/base/units.h"
#include "core/host/args.h"
#include "core/host/block.h"
#include "core/host/object.h"
#include "core/report/explore.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ROWS = 512, WAIT_MS = 200, COLUMNS = 256 };

typedef struct reader {
    explore              *e;
    tree                 *tree;
    object               *object;
    const fade_source_v1 *vt;
    void                 *source;
    fade_columns          cols;
    int                   column[COLUMNS];        /* of the frame, per column of the source */
    double                scale[COLUMNS], offset[COLUMNS];
    void                (*report)(const fade_host *, const fade_report *);
} reader;

/* ---- flags ---- */

static void count_flag(explore *e, const char *word)
{
    size_t i = 0;
    while (i < e->nflag && strncmp(e->flag[i].word, word, sizeof e->flag[i].word - 1) != 0)
        i++;
    if (i == e->nflag && i < EXPLORE_FLAGS)
        snprintf(e->flag[e->nflag++].word, sizeof e->flag[0].word, "%s", word);
    if (i < EXPLORE_FLAGS)
        e->flag[i].n++;
}

/* Words of a flag column: the source drops rows with one unless it is told to keep it. */
static void scan_flags(explore *e, const char *path)
{
    fade_csv *csv;
    const fade_csv_field *field;
    uint32_t n, at = UINT32_MAX;
    if (csv_open(path, 0, &csv, NULL))
        return;
    if (csv_next(csv, &field, &n, NULL) == E_OK)
        for (uint32_t i = 0; i < n; i++)
            if (strcasecmp(field[i].at, "flag") == 0 || strcasecmp(field[i].at, "quality") == 0)
                at = i;
    while (at != UINT32_MAX && csv_next(csv, &field, &n, NULL) == E_OK)
        if (at < n && *field[at].at)
            count_flag(e, field[at].at);
    csv_close(csv);
}

/* ---- one file ---- */

static bool is_mat(const char *path)
{
    return text_ends(path, ".mat") || text_ends(path, "discharge.csv") || text_ends(path, "discharge.csv.gz");
}

static void heard(const fade_host *host, const fade_report *r)
{
    object *o = host->ctx;
    reader *k = o->ctx;
    if (r->level == 1 || r->level == 2) {
        const char *colon = strstr(r->text, ": "), *slash = r->text;
        for (const char *at = r->text; colon && at < colon; at++)     /* the file without its folders */
            slash = *at == '/' ? at + 1 : slash;
        text_addf(&k->e->said, "%s\n", slash);
        return;
    }
    k->report(host, r);
}

static void put_text(reader *k, tree_node *table, const char *key, const char *value)
{
    tree_node *v = tree_make(k->tree, TREE_TEXT, "the data", 0, 0);
    if (!v)
        return;
    v->text = tree_text(k->tree, value);
    if (table->kind == TREE_ARRAY)
        tree_push(table, v);
    else
        tree_put(table, key, v);
}

static int arguments(reader *k, const fade_desc *d, const char *path, const args **out, why *w)
{
    tree_problems p = { 0 };
    args_cell cell = { NAN, NAN, NAN };
    char *real = realpath(path, NULL);
    tree_node *root = tree_root(k->tree), *keep = tree_make(k->tree, TREE_ARRAY, "the data", 0, 0);
    put_text(k, root, "path", real ? real : path);
    free(real);
    for (size_t i = 0; keep && i < k->e->nflag; i++)
        put_text(k, keep, NULL, k->e->flag[i].word);
    if (keep && keep->n && strcmp(d->id, "csv") == 0)
        tree_put(root, "keep_flags", keep);
    int rc = args_read(k->tree, root, d, &cell, NULL, &p, out);
    if (rc || tree_failed(k->tree))
        rc = fail(w, E_NOMEM, "no memory to read %s", path);
    else if (p.n)
        rc = fail(w, p.at[0].code, "%s: %s", path, p.at[0].text);
    tree_problems_free(&p);
    return rc;
}

static int layout(reader *k, const char *path, why *w)
{
    for (uint32_t i = 0; i < k->cols.out.n && i < COLUMNS; i++) {
        fade_column c = *(const fade_column *)library_at(&k->cols.out, i);
        double compared = scenario_unit(&c);
        const char *human = units_human(c.unit);
        unit a, b;
        char name[96];
        k->scale[i] = 1;
        if (units_parse(c.unit, &a, NULL) || units_parse(human, &b, NULL) ||
            !units_convert(&a, &b, NAN, &k->scale[i], &k->offset[i]))
            human = c.unit;
        k->scale[i] *= compared;
        service_text()->name(&c, name);
        k->column[i] = frame_add_column(&k->e->f, name, c.key, human, c.doc, w);
        if (k->column[i] < 0)
            return -k->column[i];
    }
    return k->cols.out.n <= COLUMNS ? E_OK : fail(w, E_INPUT, "%s: more than %d columns", path, COLUMNS);
}

static int rows(reader *k, why *w)
{
    fade_block b;
    int32_t s = FADE_OK;
    int rc = block_open(&b, 0, k->cols.out.n, ROWS) ? E_OK : fail(w, E_NOMEM, "no memory for rows");
    while (!rc && s != FADE_END) {
        block_reset(&b);
        s = k->vt->next(k->source, &b, WAIT_MS);
        if (s < 0)
            rc = object_why(k->object, s, "read", w);
        for (uint32_t i = 0; !rc && b.stream == 0 && i < b.n; i++) {
            size_t at;
            rc = frame_add_row(&k->e->f, b.cell[i], "", b.cycle[i], b.time[i], &at, w);
            for (uint32_t c = 0; !rc && c < k->cols.out.n; c++)
                k->e->f.col[k->column[c]].v[at] = b.col[c][i] * k->scale[c] + k->offset[c];
        }
    }
    block_close(&b);
    return rc;
}

static int open_source(reader *k, const char *path, why *w)
{
    const plugin *p;
    const args *given;
    int rc = library_find_kind(is_mat(path) ? "nasa" : "csv", "source", &p, w);
    if (rc)
        return rc;
    if (!is_mat(path))
        scan_flags(k->e, path);
    k->tree = tree_open();
    k->vt = library_iface(p->desc, "fade.source/1");
    if (!k->tree || !k->vt)
        return fail(w, k->tree ? E_PLUGIN : E_NOMEM, "%s cannot be read by the plugin %s", path, p->desc->id);
    if ((rc = arguments(k, p->desc, path, &given, w)) || (rc = object_open(p, NULL, 0, &k->object, w)))
        return rc;
    k->object->ctx = k;
    k->report = k->object->host.report;
    k->object->host.report = heard;
    int32_t s = k->vt->open(&k->object->host, &given->fade, NULL, &k->source);
    if (s < 0)
        return object_why(k->object, s, "open", w);
    k->cols = p->desc->columns;
    s = k->vt->columns ? k->vt->columns(k->source, &k->cols) : FADE_OK;
    return s < 0 ? object_why(k->object, s, "name its columns", w) : E_OK;
}

static int read_file(explore *e, const char *path, why *w)
{
    reader k = { .e = e };
    int rc = open_source(&k, path, w);
    if (!rc)
        rc = layout(&k, path, w);
    if (!rc)
        rc = rows(&k, w);
    if (k.source)
        k.vt->close(k.source);
    object_close(k.object);
    tree_close(k.tree);
    e->files += rc == E_OK;
    return rc;
}

/* ---- a folder ---- */

static int wanted(const struct dirent *d)
{
    return *d->d_name != '.' &&
           (text_ends(d->d_name, ".mat") || text_ends(d->d_name, ".csv") || text_ends(d->d_name, ".csv.gz"));
}

/* Files that are no table of cycles are left out, with a remark; at least one must be. */
static int read_folder(explore *e, const char *path, why *w)
{
    struct dirent **found = NULL;
    int n = scandir(path, &found, wanted, alphasort), rc = E_OK;
    bool mats = false;
    if (n < 0)
        return fail(w, E_IO, "cannot read the folder %s", path);
    for (int i = 0; i < n; i++)
        mats = mats || text_ends(found[i]->d_name, ".mat");
    for (int i = 0; i < n; i++) {
        char *one = file_join(path, found[i]->d_name);
        why said = { 0 };
        bool skip = i >= EXPLORE_FILES || (mats && !text_ends(found[i]->d_name, ".mat"));
        if (!one)
            rc = fail(w, E_NOMEM, "no memory to read %s", path);
        if (!rc && !skip && read_file(e, one, &said)) {
            if (said.code == E_INPUT || said.code == E_DOMAIN)
                text_addf(&e->said, "%s is left out: %s\n", found[i]->d_name, said.text);
            else
                rc = fail(w, said.code, "%s", said.text);
        }
        free(one);
        free(found[i]);
    }
    free(found);
    return rc || e->files
               ? rc
               : fail(w, E_INPUT, "%s holds no result, and no file (.mat, .csv, .csv.gz) of cells' cycles", path);
}

int explore_read(explore *e, const char *path, why *w)
{
    *e = (explore){ .f.most = EXPLORE_ROWS };
    int rc = file_is_folder(path) ? read_folder(e, path, w) : read_file(e, path, w);
    return rc || e->f.n ? rc : fail(w, E_INPUT, "%s holds no row", path);
}

void explore_free(explore *e)
{
    frame_free(&e->f);
    text_free(&e->said);
    *e = (explore){ 0 };
}

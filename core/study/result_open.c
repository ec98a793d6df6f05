/* SPDX-License-Identifier: MIT
 * result_open.c - a result read back: what lies in its folder, which file its rows are in, and those rows.
 */
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/scenario/toml.h"
#include "core/study/result_inside.h"
#include <stdlib.h>
#include <string.h>

enum { LARGEST = 64 << 20 };                            /* bytes of scenario.toml, result.json */
enum { SQLITE, CSV, JSONL, NKIND, UNKNOWN = NKIND };

/* The outputs that keep rows, best first where a run has several: sqlite knows units. */
static const struct { const char *plugin, *path, *samples; } kept[NKIND] = {
    [SQLITE] = { "sqlite", "results.sqlite", "results.sqlite" },
    [CSV] = { "csv", "rows.csv", "samples.csv" },
    [JSONL] = { "jsonl", "rows.jsonl", "samples.jsonl" },
};

static const char sweep_store[] = "sweep.sqlite";       /* what `fade sweep` leaves in its folder */

typedef struct source { int kind; char *path; } source;

/* ---- where the rows are ---- */

/* By content: a database says so, a line of JSON starts with a brace. */
static int kind_of(const char *path)
{
    char head[16] = "";
    FILE *in = fopen(path, "rb");
    size_t n = in ? fread(head, 1, sizeof head, in) : 0;
    if (in)
        fclose(in);
    if (n == sizeof head && memcmp(head, "SQLite format 3", 16) == 0)
        return SQLITE;
    if (n && (head[0] == '{' || text_ends(path, ".jsonl") || text_ends(path, ".jsonl.gz")))
        return JSONL;
    return CSV;
}

static uint64_t every_of(const tree_node *output)
{
    const tree_node *every = tree_get(output, "every"), *at = tree_get(output, "at");
    if (at && at->kind == TREE_ARRAY)
        return UINT64_MAX;
    return every && every->kind == TREE_INT && every->integer > 1 ? (uint64_t)every->integer : 1;
}

static const char *text_at(const tree_node *table, const char *key)
{
    const tree_node *n = tree_get(table, key);
    return n && n->kind == TREE_TEXT ? n->text : NULL;
}

/* Is there such a file, with what is wanted? */
static bool holds(const char *path, int kind, bool samples)
{
    return file_exists(path) && (!samples || kind != SQLITE || result_has_samples(path));
}

/* The file of one [[output]], where it keeps rows and is there. */
static void consider(const result *r, const tree_node *output, uint64_t *best, source *out, text *names)
{
    const char *name = text_at(output, "plugin");
    if (!name)
        return;
    text_addf(names, "%s%s", names->n ? ", " : "", name);
    for (int kind = 0; kind < NKIND; kind++) {
        if (strcmp(name, kept[kind].plugin) != 0)
            continue;
        const char *said = text_at(output, r->samples && kind != SQLITE ? "samples" : "path");
        uint64_t every = r->samples ? 1 : every_of(output);         /* that is about rows */
        bool finer = !out->path || every < *best || (every == *best && kind < out->kind);
        char *path = file_join(r->folder, said ? said : r->samples ? kept[kind].samples : kept[kind].path);
        if (!path || !finer || !holds(path, kind, r->samples)) {
            free(path);
            continue;
        }
        free(out->path);
        *out = (source){ kind, path };
        *best = every;
    }
}

/* By the scenario's outputs, or else by the usual names.  `names` gathers the outputs there are. */
static void find_rows(const result *r, source *out, text *names)
{
    uint64_t best = UINT64_MAX;
    tree *t = tree_open();
    tree_problems p = { 0 };
    tree_node *root = NULL;
    if (t && r->scenario && toml_parse(t, "scenario.toml", r->scenario, strlen(r->scenario), &p, &root) == E_OK) {
        const tree_node *outputs = tree_get(root, "output");
        if (outputs && outputs->kind == TREE_TABLE)
            consider(r, outputs, &best, out, names);
        else
            for (const tree_node *o = outputs ? outputs->first : NULL; o; o = o->next)
                consider(r, o, &best, out, names);
    }
    for (int i = 0; i <= NKIND - r->samples && !out->path; i++) {
        char *path = file_join(r->folder, i == NKIND ? sweep_store : r->samples ? kept[i].samples : kept[i].path);
        if (path && holds(path, i, r->samples))
            *out = (source){ i < NKIND ? i : SQLITE, path };
        else
            free(path);
    }
    tree_problems_free(&p);
    tree_close(t);
}

/* ---- rows ---- */

/* Remembers a name in a frame without rows. */
static int met(frame *seen, const char *cell, const char *variant, why *w)
{
    size_t at;
    int rc = frame_add_row(seen, cell, variant, 0, 0, &at, w);
    seen->n = 0;
    return rc;
}

int result_put(result_reader *k, const char *cell, const char *variant, int64_t cycle, int64_t time, size_t *at,
               bool *wanted, why *w)
{
    *wanted = (!k->o.cell || strcmp(k->o.cell, cell) == 0) && (!k->o.variant || strcmp(k->o.variant, variant) == 0);
    if (k->o.cell || k->o.variant) {
        int rc = met(&k->seen, cell, variant, w);
        if (rc)
            return rc;
    }
    if (!*wanted)
        return E_OK;
    int rc = frame_add_row(&k->r->rows, cell, variant, cycle, time, at, w);
    if (rc && w && k->r->rows.n == k->r->rows.most)
        return fail(w, E_NOMEM, "%s has more than the %zu rows that are read; take one cell or variant of it, or write "
                                "fewer by `every = N`", k->path, k->r->rows.most);
    return rc;
}

static int none_such(const result_reader *k, const char *what, const char *name, char *const *names, size_t n, why *w)
{
    const char *near = text_nearest(name, (const char *const *)names, n);
    text list = { 0 };
    for (size_t i = 0; i < n && i < 6; i++)
        text_addf(&list, "%s%s", i ? ", " : "", i == 5 ? ".." : names[i]);
    fail(w, E_INPUT, near ? "%s: no %s \"%s\", did you mean \"%s\"?" : "%s: no %s \"%s\"; there are %s", k->path, what,
         name, near ? near : n ? text_of(&list) : "none");
    text_free(&list);
    return E_INPUT;
}

static int check_wanted(const result_reader *k, why *w)
{
    const frame *s = &k->seen;
    if (k->o.cell && frame_cell(s, k->o.cell) < 0)
        return none_such(k, "cell", k->o.cell, s->cell_name, s->ncell, w);
    if (k->o.variant && frame_variant(s, k->o.variant) < 0)
        return none_such(k, "variant", k->o.variant, s->variant_name, s->nvariant, w);
    return E_OK;
}

static int read_rows(result *r, const result_options *o, const source *s, why *w)
{
    const char *run = json_string_value(json_object_get(r->about, "run"));
    result_reader k = { .r = r, .o = *o, .path = s->path };
    r->rows.most = o->most ? o->most : RESULT_ROWS;
    int rc = s->kind == SQLITE ? result_read_sqlite(&k, run, w) : result_read_text(&k, s->kind == JSONL, w);
    if (!rc)
        rc = check_wanted(&k, w);
    if (!rc && !r->rows_from && !(r->rows_from = mem_dup(s->path)))
        rc = fail(w, E_NOMEM, "no memory to read %s", s->path);
    frame_free(&k.seen);
    free(k.col);
    return rc;
}

/* ---- the folder ---- */

static int read_beside(const char *folder, const char *name, char **out, why *w)
{
    char *path = file_join(folder, name);
    size_t n;
    int rc = path ? E_OK : fail(w, E_NOMEM, "no memory to read %s", name);
    if (!rc && file_exists(path))
        rc = file_read(path, LARGEST, out, &n, w);
    free(path);
    return rc;
}

static int read_about(result *r, why *w)
{
    char *said = NULL;
    json_error_t e;
    int rc = read_beside(r->folder, "result.json", &said, w);
    if (!rc && said && !(r->about = json_loads(said, 0, &e)))
        rc = fail(w, E_INPUT, "%s/result.json:%d: damaged: %s", r->folder, e.line, e.text);
    free(said);
    return rc;
}

static int read_folder(result *r, why *w)
{
    int rc = read_about(r, w);
    if (!rc)
        rc = read_beside(r->folder, "scenario.toml", &r->scenario, w);
    if (!rc)
        rc = read_beside(r->folder, "scenario.lua", &r->script, w);
    return rc;
}

static char *base_name(const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    size_t at = n;
    while (at > 0 && path[at - 1] != '/')
        at--;
    char *out = mem_zero(n - at + 1, 1);
    if (out)
        memcpy(out, path + at, n - at);
    return out;
}

static int name_it(result *r, const char *path, why *w)
{
    const char *said = json_string_value(json_object_get(r->about, "name"));
    free(r->name);
    r->name = said ? mem_dup(said) : base_name(path);
    return r->name ? E_OK : fail(w, E_NOMEM, "no memory for the name of a result");
}

static int open_folder(result *r, const result_options *o, why *w)
{
    source s = { 0 };
    text names = { 0 };
    int rc = read_folder(r, w);
    r->samples = o->samples != RESULT_NO_SAMPLES;
    if (!rc)
        find_rows(r, &s, &names);
    if (!rc && !s.path && o->samples == RESULT_SAMPLES)
        rc = fail(w, E_INPUT, "%s keeps no samples; [trace] in a scenario with a cell model keeps them, outputs csv, "
                              "jsonl and sqlite write them", r->folder);
    if (!rc && !s.path && r->samples) {
        r->samples = false;
        text_free(&names);
        find_rows(r, &s, &names);
    }
    if (!rc && !s.path && !r->about && !r->scenario)
        rc = fail(w, E_INPUT, "no result in %s: neither result.json, scenario.toml nor rows are there", r->folder);
    else if (!rc && !s.path && !o->none)
        rc = fail(w, E_INPUT,
                  "%s keeps no rows (its outputs: %s); [[output]] plugin = \"sqlite\", \"csv\" or \"jsonl\" "
                  "keeps them",
                  r->folder, names.n ? text_of(&names) : "none");
    if (!rc && !o->none)
        rc = read_rows(r, o, &s, w);
    else if (!rc && s.path && !(r->rows_from = mem_dup(s.path)))
        rc = fail(w, E_NOMEM, "no memory to open %s", r->folder);
    free(s.path);
    text_free(&names);
    return rc;
}

/* A file of rows: what lies beside it is its own only if it is the result of a run there. */
static int open_file(result *r, const char *path, const result_options *o, why *w)
{
    source s = { kind_of(path), mem_dup(path) };
    char *name = base_name(path);
    bool theirs = name && strstr(name, "samples") != NULL;          /* of a text its name says what it is */
    free(name);
    r->samples = s.kind == SQLITE ? o->samples && result_has_samples(path) : theirs;
    if (o->samples == RESULT_SAMPLES && !r->samples) {
        free(s.path);
        return fail(w, E_INPUT, "%s holds no samples", path);
    }
    r->rows_from = mem_dup(path);
    int rc = s.path && r->rows_from ? read_folder(r, w) : fail(w, E_NOMEM, "no memory to read %s", path);
    if (!rc && (!o->none || s.kind == SQLITE))
        rc = read_rows(r, o, &s, w);
    free(s.path);
    return rc;
}

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (file_is_folder(path))
        return mem_dup(path);
    return slash == path ? mem_dup("/") : slash ? strndup(path, (size_t)(slash - path)) : mem_dup(".");
}

static int open_any(result *r, const char *path, const result_options *o, why *w)
{
    if (!file_exists(path)) {
        char *meant = file_join("results", path);
        int rc = meant && file_exists(meant) ? fail(w, E_INPUT, "there is no %s; did you mean %s?", path, meant)
                                             : fail(w, E_INPUT, "there is no %s", path);
        free(meant);
        return rc;
    }
    r->folder = folder_of(path);
    if (!r->folder)
        return fail(w, E_NOMEM, "no memory to open %s", path);
    char *last = base_name(path);
    bool about = last && (strcmp(last, "result.json") == 0 || strcmp(last, "scenario.toml") == 0);
    free(last);
    int rc = file_is_folder(path) || about ? open_folder(r, o, w) : open_file(r, path, o, w);
    return rc ? rc : name_it(r, path, w);
}

int result_open_some(const char *path, const result_options *o, result **out, why *w)
{
    result *r = mem_zero(1, sizeof *r);
    *out = NULL;
    int rc = r ? open_any(r, path, o, w) : fail(w, E_NOMEM, "no memory to open %s", path);
    if (rc)
        result_close(r);
    else
        *out = r;
    return rc;
}

int result_open(const char *path, bool rows, result **out, why *w)
{
    return result_open_some(path, &(result_options){ .none = !rows }, out, w);
}

void result_close(result *r)
{
    if (!r)
        return;
    frame_free(&r->rows);
    json_decref(r->about);
    free(r->folder);
    free(r->name);
    free(r->scenario);
    free(r->script);
    free(r->rows_from);
    free(r);
}

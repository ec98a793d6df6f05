/* SPDX-License-Identifier: MIT
 * result_sqlite.c - rows read back from the database the output sqlite writes, and from a sweep's store.
 *
 * Nothing is written, not even where a killed run left its write-ahead log behind.
 */
#include "core/base/mem.h"
#include "core/study/result_inside.h"
#include <stdlib.h>
#include <string.h>

enum { NFIXED = 6 };                                    /* run, number, cell, cycle, time, variant */

static int bad_base(const result_reader *k, sqlite3 *db, const char *doing, why *w)
{
    int code = sqlite3_errcode(db);
    if (code == SQLITE_NOMEM)
        return fail(w, E_NOMEM, "no memory to read %s", k->path);
    bool damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR || code == SQLITE_FORMAT;
    return fail(w, damaged ? E_INPUT : E_IO, "%s: %scannot read %s: %s", k->path, damaged ? "damaged: " : "", doing,
                sqlite3_errmsg(db));
}

static int ask(const result_reader *k, sqlite3 *db, const char *sql, sqlite3_stmt **out, why *w)
{
    return sqlite3_prepare_v2(db, sql, -1, out, NULL) == SQLITE_OK ? E_OK : bad_base(k, db, "a table", w);
}

static bool has_table(sqlite3 *db, const char *name)
{
    return sqlite3_table_column_metadata(db, NULL, name, NULL, NULL, NULL, NULL, NULL, NULL) == SQLITE_OK;
}

static const char *column_text(sqlite3_stmt *st, int i)
{
    const char *said = (const char *)sqlite3_column_text(st, i);
    return said ? said : "";
}

/* ---- the run ---- */

/* What result.json would say, as far as the table knows. */
static json_t *about_run(sqlite3_stmt *st)
{
    json_t *j = json_object();
    json_object_set_new(j, "run", json_string(column_text(st, 0)));
    json_object_set_new(j, "name", json_string(column_text(st, 1)));
    bool ended = sqlite3_column_type(st, 5) != SQLITE_NULL;
    json_object_set_new(j, "outcome",
                        json_string(!ended ? "running" : sqlite3_column_int(st, 5) == 0 ? "ok" : "failed"));
    if (ended && sqlite3_column_type(st, 4) != SQLITE_NULL)
        json_object_set_new(j, "seconds", json_real((double)(sqlite3_column_int64(st, 4) -
                                                             sqlite3_column_int64(st, 7)) * 1e-6));
    json_t *made = json_loads(column_text(st, 3), 0, NULL);
    if (made)
        json_object_set_new(j, "made_by", made);
    return j;
}

/* The run asked for by id or name, else the latest; *id is the caller's. */
static int find_run(result_reader *k, sqlite3 *db, const char *run, char **id, why *w)
{
    sqlite3_stmt *st = NULL;
    int rc = ask(k, db, "SELECT id, name, scenario, made_by, ended, outcome, why, started FROM run "
                        "WHERE ?1 IS NULL OR id = ?1 OR name = ?1 ORDER BY started DESC, id DESC LIMIT 1", &st, w);
    if (rc)
        return rc;
    sqlite3_bind_text(st, 1, run, -1, SQLITE_STATIC);
    int step = sqlite3_step(st);
    if (step == SQLITE_ROW) {
        *id = mem_dup(column_text(st, 0));
        if (!k->r->scenario)
            k->r->scenario = mem_dup(column_text(st, 2));
        if (!k->r->about)
            k->r->about = about_run(st);
        rc = *id && k->r->scenario ? E_OK : fail(w, E_NOMEM, "no memory to read %s", k->path);
    } else if (step == SQLITE_DONE) {
        rc =
            run ? fail(w, E_INPUT, "%s: no run %s in it", k->path, run) : fail(w, E_INPUT, "%s: no run in it", k->path);
    } else {
        rc = bad_base(k, db, "its runs", w);
    }
    sqlite3_finalize(st);
    return rc;
}

/* ---- rows ---- */

static int read_quantities(result_reader *k, sqlite3 *db, why *w)
{
    sqlite3_stmt *st = NULL;
    int rc = ask(k, db, "SELECT i.name, q.unit, q.doc FROM pragma_table_info(?1) i LEFT JOIN quantity q "
                        "ON q.name = i.name ORDER BY i.cid", &st, w);
    if (!rc)
        sqlite3_bind_text(st, 1, k->r->samples ? "sample" : "row", -1, SQLITE_STATIC);
    int step = SQLITE_DONE;
    for (int i = 0; !rc && (step = sqlite3_step(st)) == SQLITE_ROW; i++) {
        if (i < NFIXED)
            continue;
        int c = frame_add_column(&k->r->rows, column_text(st, 0), NULL, (const char *)sqlite3_column_text(st, 1),
                                 column_text(st, 2), w);
        rc = c < 0 ? -c : E_OK;
    }
    if (!rc && step != SQLITE_DONE)
        rc = bad_base(k, db, "its columns", w);
    sqlite3_finalize(st);
    return rc;
}

static char *select_rows(const frame *f, const char *table)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendall(sql, "SELECT cell, cycle, time, variant");
    for (size_t i = 0; i < f->ncol; i++)
        sqlite3_str_appendf(sql, ", \"%w\"", f->col[i].name);
    sqlite3_str_appendf(sql, " FROM %s WHERE run = ?1 ORDER BY number", table);
    return sqlite3_str_finish(sql);
}

static double column_real(sqlite3_stmt *st, int i)
{
    int type = sqlite3_column_type(st, i);
    return type == SQLITE_FLOAT || type == SQLITE_INTEGER ? sqlite3_column_double(st, i) : NAN;
}

static int read_row(result_reader *k, sqlite3_stmt *st, why *w)
{
    frame *f = &k->r->rows;
    int64_t when = sqlite3_column_type(st, 2) == SQLITE_NULL ? INT64_MIN : sqlite3_column_int64(st, 2);
    size_t at;
    bool wanted;
    int rc = result_put(k, column_text(st, 0), column_text(st, 3), sqlite3_column_int64(st, 1), when, &at, &wanted, w);
    for (size_t i = 0; !rc && wanted && i < f->ncol; i++)
        f->col[i].v[at] = column_real(st, 4 + (int)i);
    return rc;
}

static int read_rows(result_reader *k, sqlite3 *db, const char *id, why *w)
{
    sqlite3_stmt *st = NULL;
    char *sql = select_rows(&k->r->rows, k->r->samples ? "sample" : "row");
    int rc = sql ? ask(k, db, sql, &st, w) : fail(w, E_NOMEM, "no memory to read %s", k->path);
    if (!rc)
        sqlite3_bind_text(st, 1, id, -1, SQLITE_STATIC);
    int step = SQLITE_DONE;
    while (!rc && (step = sqlite3_step(st)) == SQLITE_ROW)
        rc = read_row(k, st, w);
    if (!rc && step != SQLITE_DONE)
        rc = bad_base(k, db, "its rows", w);
    sqlite3_finalize(st);
    sqlite3_free(sql);
    return rc;
}

/* Columns that another run of a gathering file has are none of this one's. */
static void drop_empty(frame *f)
{
    for (size_t c = f->ncol; c-- > 0;) {
        bool any = f->n == 0;
        for (size_t i = 0; i < f->n && !any; i++)
            any = !isnan(f->col[c].v[i]);
        if (any)
            continue;
        frame_column gone = f->col[c];
        memmove(&f->col[c], &f->col[c + 1], (f->ncol - c - 1) * sizeof *f->col);
        f->ncol--;
        free(gone.name);
        free(gone.key);
        free(gone.unit);
        free(gone.doc);
        free(gone.v);
    }
}

static bool gathers(sqlite3 *db)
{
    sqlite3_stmt *st = NULL;
    bool many = sqlite3_prepare_v2(db, "SELECT count(*) > 1 FROM run", -1, &st, NULL) == SQLITE_OK &&
                sqlite3_step(st) == SQLITE_ROW && sqlite3_column_int(st, 0);
    sqlite3_finalize(st);
    return many;
}

int result_read_base(result_reader *k, sqlite3 *db, const char *run, why *w)
{
    char *id = NULL;
    int rc = E_OK;
    if (has_table(db, "sweep_case"))
        return result_read_cases(k, db, w);
    if (sqlite3_exec(db, "SELECT count(*) FROM sqlite_master", NULL, NULL, NULL) != SQLITE_OK)
        return bad_base(k, db, "it", w);
    if (!has_table(db, "run") || !has_table(db, "row"))
        return fail(w, E_INPUT, "%s: no tables run and row in it: it is no result", k->path);
    rc = find_run(k, db, run, &id, w);
    if (!rc && !k->o.none)
        rc = read_quantities(k, db, w);
    if (!rc && !k->o.none)
        rc = read_rows(k, db, id, w);
    if (!rc && (k->r->samples || gathers(db)))
        drop_empty(&k->r->rows);
    free(id);
    return rc;
}

/* file:PATH?immutable=1, for a folder nobody may write into: SQLite would make files beside a write-ahead log. */
static int open_fixed(const char *path, sqlite3 **db)
{
    text uri = { 0 };
    text_add(&uri, "file:");
    for (const char *p = path; *p; p++)
        if (strchr("%?#", *p))
            text_addf(&uri, "%%%02x", (unsigned char)*p);
        else
            text_addc(&uri, *p);
    text_add(&uri, "?immutable=1");
    int rc = uri.failed ? SQLITE_NOMEM
                        : sqlite3_open_v2(text_of(&uri), db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);
    text_free(&uri);
    return rc;
}

static int open_base(const char *path, sqlite3 **db)
{
    int rc = sqlite3_open_v2(path, db, SQLITE_OPEN_READONLY, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(*db, "SELECT count(*) FROM sqlite_master", NULL, NULL, NULL);
    if (rc != SQLITE_CANTOPEN && rc != SQLITE_READONLY)
        return *db ? SQLITE_OK : rc;                    /* what else is wrong the first question will tell */
    sqlite3_close(*db);
    *db = NULL;
    rc = open_fixed(path, db);
    return *db ? SQLITE_OK : rc;
}

int result_read_sqlite(result_reader *k, const char *run, why *w)
{
    sqlite3 *db = NULL;
    int opened = open_base(k->path, &db);
    if (opened != SQLITE_OK)
        return fail(w, E_NOMEM, "no memory to read %s", k->path);
    sqlite3_busy_timeout(db, 5000);
    int rc = result_read_base(k, db, run, w);
    sqlite3_close(db);
    return rc;
}

bool result_has_samples(const char *path)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    bool any = open_base(path, &db) == SQLITE_OK &&
               sqlite3_prepare_v2(db, "SELECT 1 FROM sample LIMIT 1", -1, &st, NULL) == SQLITE_OK &&
               sqlite3_step(st) == SQLITE_ROW;
    sqlite3_finalize(st);
    sqlite3_close(db);
    return any;
}

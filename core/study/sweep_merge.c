/* SPDX-License-Identifier: MIT
 * sweep_merge.c - stores of one plan made into one; what a store holds, and its cases as a table.
 */
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/study/sweep_inside.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MISSING_SHOWN = 20 };

static int open_store(const char *path, sqlite3 **db, why *w)
{
    *db = NULL;
    if (access(path, R_OK))
        return fail(w, E_INPUT, "there is no store %s", path);
    if (sqlite3_open_v2(path, db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        return sweep_sql_fail(*db, path, "opened", w);
    sqlite3_busy_timeout(*db, 30000);
    return E_OK;
}

/* One value of the table `sweep`; the caller frees.  NULL and a sentence: not there. */
static char *about(sqlite3 *db, const char *path, const char *key, why *w)
{
    sqlite3_stmt *st = NULL;
    char *out = NULL;
    if (sqlite3_prepare_v2(db, "SELECT value FROM sweep WHERE key = ?", -1, &st, NULL) != SQLITE_OK) {
        fail(w, E_INPUT, "%s is no store of a sweep: %s", path, sqlite3_errmsg(db));
        return NULL;
    }
    sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC);
    if (sqlite3_step(st) == SQLITE_ROW && sqlite3_column_text(st, 0))
        out = mem_dup((const char *)sqlite3_column_text(st, 0));
    sqlite3_finalize(st);
    if (!out)
        fail(w, E_INPUT, "%s is no store of a sweep: it has no %s", path, key);
    return out;
}

static int64_t count(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *st = NULL;
    int64_t n = -1;
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
        n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return n;
}

/* Numbers from 0 to cases - 1 that have no row, as ranges: the first few. */
static void list_missing(sqlite3 *db, int64_t cases, json *out)
{
    sqlite3_stmt *st = NULL;
    int64_t next = 0;
    int shown = 0;
    json_open(out, "missing_ranges", '[');
    if (sqlite3_prepare_v2(db, "SELECT number FROM sweep_case ORDER BY number", -1, &st, NULL) == SQLITE_OK)
        for (int64_t at = 0; next < cases && shown < MISSING_SHOWN; next = at + 1) {
            at = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : cases;
            if (at > next) {
                json_open(out, NULL, '[');
                json_whole(out, NULL, next);
                json_whole(out, NULL, at - 1);
                json_close(out, ']');
                shown++;
            }
        }
    sqlite3_finalize(st);
    json_close(out, ']');
}

/* What `db` holds, and E_PARTIAL when that is not all, or some failed. */
static int tell(sqlite3 *db, const char *path, json *out, why *w)
{
    char *cases = about(db, path, "cases", w), *hash = cases ? about(db, path, "hash", w) : NULL;
    char *name = hash ? about(db, path, "name", w) : NULL;
    int rc = name ? E_OK : w->code;
    if (!rc) {
        int64_t n = strtoll(cases, NULL, 10), there = count(db, "SELECT count(*) FROM sweep_case");
        int64_t failed = count(db, "SELECT count(*) FROM sweep_case WHERE status = 'failed'");
        json_open(out, NULL, '{');
        json_text(out, "store", path);
        json_text(out, "name", name);
        json_text(out, "hash", hash);
        json_whole(out, "cases", n);
        json_whole(out, "done", there - failed);
        json_whole(out, "failed", failed);
        json_whole(out, "missing", n - there);
        list_missing(db, n, out);
        json_open(out, "reasons", '[');
        sqlite3_stmt *st = NULL;
        if (sqlite3_prepare_v2(db,
                               "SELECT reason, count(*), min(number) FROM sweep_case WHERE status = 'failed' GROUP BY "
                               "reason ORDER BY 2 DESC, 3 LIMIT 10",
                               -1, &st, NULL) == SQLITE_OK)
            while (sqlite3_step(st) == SQLITE_ROW) {
                json_open(out, NULL, '{');
                json_text(out, "reason", (const char *)sqlite3_column_text(st, 0));
                json_whole(out, "cases", sqlite3_column_int64(st, 1));
                json_whole(out, "first", sqlite3_column_int64(st, 2));
                json_close(out, '}');
            }
        sqlite3_finalize(st);
        json_close(out, ']');
        json_close(out, '}');
        if (there < n)
            rc = fail(w, E_PARTIAL, "%lld of %lld cases are missing", (long long)(n - there), (long long)n);
        else if (failed)
            rc = fail(w, E_PARTIAL, "%lld of %lld cases failed", (long long)failed, (long long)n);
    }
    free(cases);
    free(hash);
    free(name);
    return rc;
}

int sweep_status(const char *path, json *out, why *w)
{
    sqlite3 *db;
    int rc = open_store(path, &db, w);
    rc = rc ? rc : tell(db, path, out, w);
    sqlite3_close(db);
    return rc;
}

/* ---- merging ---- */

static int same_plan(sqlite3 *db, const char *path, const char *hash, const char *first, why *w)
{
    char *own = about(db, path, "hash", w);
    int rc = own ? E_OK : w->code;
    if (own && strcmp(own, hash) != 0)
        rc = fail(w, E_INPUT, "%s is of plan %.16s, %s of plan %.16s: they do not go together", path, own, first, hash);
    free(own);
    return rc;
}

static bool has_table(sqlite3 *db, const char *schema, const char *table)
{
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s.sqlite_master WHERE name = '%s'", schema, table);
    return count(db, sql) > 0;
}

static int copy_from(sqlite3 *db, const char *path, why *w)
{
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v2(db, "ATTACH ? AS other", -1, &st, NULL) != SQLITE_OK)
        return sweep_sql_fail(db, path, "attached", w);
    sqlite3_bind_text(st, 1, path, -1, SQLITE_STATIC);
    bool ok = sqlite3_step(st) == SQLITE_DONE;
    sqlite3_finalize(st);
    bool rows = has_table(db, "main", "sweep_row") && has_table(db, "other", "sweep_row");
    /* A done case is never replaced by a failed one. */
    ok = ok && sqlite3_exec(db,
                            "BEGIN IMMEDIATE; INSERT OR REPLACE INTO main.sweep_case SELECT * FROM other.sweep_case o "
                            "WHERE o.status = 'done' OR NOT EXISTS(SELECT 1 FROM main.sweep_case m WHERE m.number = "
                            "o.number);",
                            NULL, NULL, NULL) == SQLITE_OK;
    if (ok && rows)
        ok = sqlite3_exec(db, "INSERT OR REPLACE INTO main.sweep_row SELECT * FROM other.sweep_row;", NULL, NULL,
                          NULL) == SQLITE_OK;
    ok = ok && sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
    int rc = ok ? E_OK : sweep_sql_fail(db, path, "copied", w);
    sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_exec(db, "DETACH other", NULL, NULL, NULL);
    return rc;
}

/* The first store as a whole, by SQLite's own means. */
static int copy_first(const char *path, const char *out, why *w)
{
    sqlite3 *db, *to = NULL;
    int rc = open_store(path, &db, w);
    if (!rc && sqlite3_open(out, &to) != SQLITE_OK)
        rc = sweep_sql_fail(to, out, "made", w);
    sqlite3_backup *b = rc ? NULL : sqlite3_backup_init(to, "main", db, "main");
    if (b) {
        sqlite3_backup_step(b, -1);
        if (sqlite3_backup_finish(b) != SQLITE_OK)
            rc = sweep_sql_fail(to, out, "made", w);
    } else if (!rc)
        rc = sweep_sql_fail(to, out, "made", w);
    sqlite3_close(db);
    sqlite3_close(to);
    return rc;
}

int sweep_merge(const char *const *store, size_t n, const char *out, json *said, why *w)
{
    sqlite3 *db = NULL, *to = NULL;
    if (access(out, F_OK) == 0)
        return fail(w, E_USAGE, "%s exists: a merge makes a new file", out);
    int rc = open_store(store[0], &db, w);
    char *hash = rc ? NULL : about(db, store[0], "hash", w);
    rc = rc ? rc : hash ? E_OK : w->code;
    sqlite3_close(db);
    for (size_t i = 1; i < n && !rc; i++) {       /* all are looked at before anything is made */
        rc = open_store(store[i], &db, w);
        rc = rc ? rc : same_plan(db, store[i], hash, store[0], w);
        sqlite3_close(db);
    }
    rc = rc ? rc : copy_first(store[0], out, w);
    rc = rc ? rc : open_store(out, &to, w);
    for (size_t i = 1; i < n && !rc; i++)
        rc = copy_from(to, store[i], w);
    rc = rc ? rc : tell(to, out, said, w);
    sqlite3_close(to);
    free(hash);
    return rc;
}

/* ---- as a table ---- */

static void add_cell(sqlite3_stmt *st, int i, text *out)
{
    char number[32];
    switch (sqlite3_column_type(st, i)) {
    case SQLITE_NULL: return;
    case SQLITE_FLOAT:
        text_number(sqlite3_column_double(st, i), number);
        text_add(out, number);
        return;
    default: break;
    }
    const char *s = (const char *)sqlite3_column_text(st, i);
    bool quote = s && strpbrk(s, ",\"\n\r");
    if (quote)
        text_addc(out, '"');
    for (; s && *s; s++) {
        if (*s == '"')
            text_addc(out, '"');
        text_addc(out, *s);
    }
    if (quote)
        text_addc(out, '"');
}

static void add_row(sqlite3_stmt *st, int n, text *out)
{
    for (int i = 0; i < n; i++) {
        if (i)
            text_addc(out, ',');
        add_cell(st, i, out);
    }
    text_addc(out, '\n');
}

int sweep_table(const char *path, int (*put)(void *ctx, const char *, size_t), void *ctx, why *w)
{
    enum { PIECE = 1 << 16 };
    sqlite3 *db;
    sqlite3_stmt *st = NULL;
    text t = { 0 };
    int rc = open_store(path, &db, w), step = SQLITE_DONE;
    if (!rc && sqlite3_prepare_v2(db, "SELECT * FROM sweep_case ORDER BY number", -1, &st, NULL) != SQLITE_OK)
        rc = fail(w, E_INPUT, "%s is no store of a sweep: %s", path, sqlite3_errmsg(db));
    int n = st ? sqlite3_column_count(st) : 0;
    for (int i = 0; i < n; i++)
        text_addf(&t, "%s%s", i ? "," : "", sqlite3_column_name(st, i));
    text_addc(&t, '\n');
    while (!rc && (step = sqlite3_step(st)) == SQLITE_ROW) {
        add_row(st, n, &t);
        if (t.n < PIECE)
            continue;
        rc = put(ctx, text_of(&t), t.n);
        t.n = 0;
    }
    if (!rc && step != SQLITE_DONE)
        rc = sweep_sql_fail(db, path, "read", w);
    if (!rc && t.failed)
        rc = fail(w, E_NOMEM, "no memory for the table of %s", path);
    rc = rc ? rc : put(ctx, text_of(&t), t.n);
    text_free(&t);
    sqlite3_finalize(st);
    sqlite3_close(db);
    return rc;
}

int sweep_plan_of(const char *store, const char *path, why *w)
{
    sqlite3 *db;
    int rc = open_store(store, &db, w);
    char *plan = rc ? NULL : about(db, store, "plan", w);
    rc = rc ? rc : plan ? file_write(path, plan, strlen(plan), w) : w->code;
    sqlite3_close(db);
    free(plan);
    return rc;
}

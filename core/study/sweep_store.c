/* SPDX-License-Identifier: MIT
 * sweep_store.c - results of a sweep in one SQLite file: a row per case, written block by block.
 *
 * Tables: sweep (what the plan is), sweep_case (number, case_id, status, reason, seed, what was varied, what was
 * collected), sweep_row where rows were asked for, quantity (names, units).  Several processes may write one file.
 */
#include "core/base/mem.h"
#include "core/base/service.h"
#include "core/study/sweep_inside.h"
#include "core/version.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIXED = 8, BUSY_MS = 30000 };
static const char fixed[] = "number INTEGER PRIMARY KEY, case_id TEXT NOT NULL, status TEXT NOT NULL, reason TEXT,"
                            " seed INTEGER, block INTEGER, cells INTEGER, end TEXT";

int sweep_sql_fail(sqlite3 *db, const char *path, const char *doing, why *w)
{
    int code = db ? sqlite3_errcode(db) : SQLITE_NOMEM;
    return fail(w, code == SQLITE_NOMEM ? E_NOMEM : code == SQLITE_NOTADB || code == SQLITE_CORRUPT ? E_INPUT : E_IO,
                "%s cannot be %s: %s", path, doing, db ? sqlite3_errmsg(db) : "no memory");
}

static int run(sweep_store *k, const char *sql, const char *doing, why *w)
{
    return sqlite3_exec(k->db, sql, NULL, NULL, NULL) == SQLITE_OK ? E_OK : sweep_sql_fail(k->db, k->path, doing, w);
}

static void add_name(text *t, const char *name)
{
    text_addc(t, '"');
    for (; *name; name++) {
        if (*name == '"')
            text_addc(t, '"');
        text_addc(t, *name);
    }
    text_addc(t, '"');
}

/* ---- tables ---- */

static void add_columns(const sweep *s, text *t, bool with_type)
{
    for (size_t i = 0; i < s->axes->n; i++) {
        text_add(t, ", ");
        add_name(t, s->axis_key[i]);
        if (with_type)
            text_add(t, s->axes->at[i].number ? " REAL" : " TEXT");
    }
    for (size_t i = 0; i < s->ncollect; i++) {
        if (s->collect[i].kind == COLLECT_END)
            continue;
        text_add(t, ", ");
        add_name(t, s->collect_name[i]);
        if (with_type)
            text_add(t, " REAL");
    }
}

static int make_tables(sweep_store *k, why *w)
{
    text t = { 0 };
    text_addf(&t, "BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS sweep(key TEXT PRIMARY KEY, value TEXT);"
                  "CREATE TABLE IF NOT EXISTS quantity(name TEXT PRIMARY KEY, role TEXT, unit TEXT, doc TEXT);"
                  "CREATE TABLE IF NOT EXISTS sweep_case(%s", fixed);
    add_columns(k->sweep, &t, true);
    text_add(&t, ");");
    if (k->sweep->rows)
        text_add(&t,
                 "CREATE TABLE IF NOT EXISTS sweep_row(number INTEGER NOT NULL, cell TEXT NOT NULL, variant TEXT NOT "
                 "NULL, cycle INTEGER NOT NULL, PRIMARY KEY(number, cell, variant, cycle)) WITHOUT ROWID;");
    text_add(&t, "PRAGMA user_version = 1; COMMIT;");
    int rc = t.failed ? fail(w, E_NOMEM, "no memory for the tables of %s", k->path) : run(k, text_of(&t), "made", w);
    text_free(&t);
    sqlite3_exec(k->db, "ALTER TABLE quantity ADD COLUMN doc TEXT", NULL, NULL, NULL); /* an old store has none */
    return rc;
}

static int put(sweep_store *k, const char *sql, const char *const *value, int n, why *w)
{
    sqlite3_stmt *st = NULL;
    bool ok = sqlite3_prepare_v2(k->db, sql, -1, &st, NULL) == SQLITE_OK;
    for (int i = 0; ok && i < n; i++)
        ok = sqlite3_bind_text(st, i + 1, value[i], -1, SQLITE_STATIC) == SQLITE_OK;
    ok = ok && sqlite3_step(st) == SQLITE_DONE;
    int rc = ok ? E_OK : sweep_sql_fail(k->db, k->path, "written", w);
    sqlite3_finalize(st);
    return rc;
}

static int put_about(sweep_store *k, why *w)
{
    const sweep *s = k->sweep;
    char cases[32];
    snprintf(cases, sizeof cases, "%llu", (unsigned long long)s->n);
    const char *const about[][2] = { { "hash", s->hash },        { "name", s->s->name }, { "plan", s->plan },
                                     { "cases", cases },         { "design", s->word },  { "fade", FADE_VERSION } };
    int rc = E_OK;
    for (size_t i = 0; i < sizeof about / sizeof *about && !rc; i++)
        rc = put(k, "INSERT OR IGNORE INTO sweep VALUES(?, ?)", about[i], 2, w);
    for (size_t i = 0; i < s->axes->n && !rc; i++)
        rc = put(k, "INSERT OR IGNORE INTO quantity(name, role, unit, doc) VALUES(?, ?, ?, ?)",
                 (const char *const[]){ s->axis_key[i], "axis", s->axis_unit[i], s->axes->at[i].target.doc }, 4, w);
    for (size_t i = 0; i < s->ncollect && !rc; i++)
        if (s->collect[i].kind != COLLECT_END)
            rc = put(k, "INSERT OR IGNORE INTO quantity(name, role, unit) VALUES(?, ?, ?)",
                     (const char *const[]){ s->collect_name[i], "outcome", s->collect[i].unit }, 3, w);
    return rc;
}

static int prove_plan(sweep_store *k, why *w)
{
    sqlite3_stmt *st = NULL;
    int rc = E_OK;
    if (sqlite3_prepare_v2(k->db, "SELECT value FROM sweep WHERE key = 'hash'", -1, &st, NULL) != SQLITE_OK)
        return sweep_sql_fail(k->db, k->path, "read", w);
    if (sqlite3_step(st) == SQLITE_ROW) {
        const char *hash = (const char *)sqlite3_column_text(st, 0);
        if (!hash || strcmp(hash, k->sweep->hash) != 0)
            rc = fail(w, E_INPUT, "%s holds the sweep of another plan (%.16s), this one is %.16s", k->path,
                      hash ? hash : "?", k->sweep->hash);
    }
    sqlite3_finalize(st);
    return rc;
}

static int prepare(sweep_store *k, why *w)
{
    text t = { 0 };
    size_t n = FIXED + k->sweep->axes->n;
    text_add(&t, "INSERT OR REPLACE INTO sweep_case(number, case_id, status, reason, seed, block, cells, end");
    add_columns(k->sweep, &t, false);
    for (size_t i = 0; i < k->sweep->ncollect; i++)
        n += k->sweep->collect[i].kind != COLLECT_END;
    text_add(&t, ") VALUES(?");
    for (size_t i = 1; i < n; i++)
        text_add(&t, ", ?");
    text_add(&t, ")");
    int rc = t.failed ? fail(w, E_NOMEM, "no memory for the tables of %s", k->path) : E_OK;
    if (!rc && sqlite3_prepare_v2(k->db, text_of(&t), -1, &k->insert, NULL) != SQLITE_OK)
        rc = sweep_sql_fail(k->db, k->path, "written", w);
    text_free(&t);
    return rc;
}

int sweep_store_open(const sweep *s, const char *path, sweep_store *k, why *w)
{
    *k = (sweep_store){ .sweep = s, .path = mem_dup(path) };
    if (!k->path)
        return fail(w, E_NOMEM, "no memory for a store");
    if (sqlite3_open(path, &k->db) != SQLITE_OK)
        return sweep_sql_fail(k->db, path, "opened", w);
    sqlite3_busy_timeout(k->db, BUSY_MS);
    int rc = run(k, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;", "opened", w);
    rc = rc ? rc : make_tables(k, w);
    rc = rc ? rc : prove_plan(k, w);
    rc = rc ? rc : run(k, "BEGIN IMMEDIATE", "written", w);
    rc = rc ? rc : put_about(k, w);
    rc = rc ? rc : run(k, "COMMIT", "written", w);
    return rc ? rc : prepare(k, w);
}

void sweep_store_close(sweep_store *k)
{
    sqlite3_finalize(k->insert);
    sweep_store_rows_drop(k);
    sqlite3_close(k->db);
    free(k->path);
    *k = (sweep_store){ 0 };
}

/* ---- cases ---- */

/* Rows that wait were gathered in a transaction that met nobody else: it ends here. */
int sweep_store_begin(sweep_store *k, why *w)
{
    if (!sqlite3_get_autocommit(k->db) && run(k, "COMMIT", "written", w))
        return w->code;
    return run(k, "BEGIN IMMEDIATE", "written", w);
}

int sweep_store_commit(sweep_store *k, why *w) { return run(k, "COMMIT", "written", w); }
void sweep_store_rollback(sweep_store *k) { sqlite3_exec(k->db, "ROLLBACK", NULL, NULL, NULL); }

static void bind_real(sqlite3_stmt *st, int at, double v)
{
    if (isnan(v))
        sqlite3_bind_null(st, at);
    else
        sqlite3_bind_double(st, at, v);
}

/* false: no memory for its text. */
static bool bind_value(sqlite3_stmt *st, int at, const axis_value *v)
{
    text t = { 0 };
    if (!isnan(v->real)) {
        sqlite3_bind_double(st, at, v->real);
        return true;
    }
    if (v->node && v->node->kind == TREE_TEXT)
        text_add(&t, v->node->text);
    else if (v->node)
        tree_inline(v->node, &t);
    bool good = !t.failed;
    sqlite3_bind_text(st, at, text_of(&t), -1, SQLITE_TRANSIENT);
    text_free(&t);
    return good;
}

int sweep_store_case(sweep_store *k, const sweep_result *r, why *w)
{
    sqlite3_stmt *st = k->insert;
    int at = 1;
    sqlite3_bind_int64(st, at++, (sqlite3_int64)r->number);
    sqlite3_bind_text(st, at++, r->id, -1, SQLITE_STATIC);
    sqlite3_bind_text(st, at++, r->reason ? "failed" : "done", -1, SQLITE_STATIC);
    sqlite3_bind_text(st, at++, r->reason, -1, SQLITE_STATIC);
    sqlite3_bind_int64(st, at++, (sqlite3_int64)text_hash(r->id));
    sqlite3_bind_int64(st, at++, (sqlite3_int64)r->block);
    sqlite3_bind_int64(st, at++, (sqlite3_int64)r->cells);
    sqlite3_bind_text(st, at++, r->end, -1, SQLITE_STATIC);
    for (size_t i = 0; i < k->sweep->axes->n; i++)
        if (!bind_value(st, at++, &r->value[i]))
            return fail(w, E_NOMEM, "no memory for the values of case %s", r->id);
    for (size_t i = 0; i < k->sweep->ncollect; i++)
        if (k->sweep->collect[i].kind != COLLECT_END)
            bind_real(st, at++, r->collected[i]);
    bool ok = sqlite3_step(st) == SQLITE_DONE;
    sqlite3_reset(st);
    return ok ? E_OK : sweep_sql_fail(k->db, k->path, "written", w);
}

int sweep_store_forget(sweep_store *k, why *w)
{
    return run(k, "DELETE FROM sweep_case WHERE status = 'failed'", "written", w);
}

int sweep_store_done(sweep_store *k, uint8_t *done, uint64_t *cases, uint64_t *failed, why *w)
{
    sqlite3_stmt *st = NULL;
    *cases = *failed = 0;
    if (sqlite3_prepare_v2(k->db, "SELECT number, status = 'failed' FROM sweep_case", -1, &st, NULL) != SQLITE_OK)
        return sweep_sql_fail(k->db, k->path, "read", w);
    int rc;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        uint64_t number = (uint64_t)sqlite3_column_int64(st, 0);
        if (number >= k->sweep->n)
            continue;
        done[number] = 1;
        ++*cases;
        *failed += (uint64_t)sqlite3_column_int(st, 1);
    }
    sqlite3_finalize(st);
    return rc == SQLITE_DONE ? E_OK : sweep_sql_fail(k->db, k->path, "read", w);
}

/* ---- rows ---- */

static void add_row_name(text *t, const fade_column *c)
{
    char made[96];
    service_text()->name(c, made);
    add_name(t, made);
}

/* Columns that another block's rows did not have. */
static int widen(sweep_store *k, const fade_column *column, size_t n, why *w)
{
    int rc = E_OK;
    for (size_t i = 0; i < n && !rc; i++) {
        char made[96];
        service_text()->name(&column[i], made);
        if (sqlite3_table_column_metadata(k->db, "main", "sweep_row", made, NULL, NULL, NULL, NULL, NULL) == SQLITE_OK)
            continue;
        text t = { 0 };
        text_add(&t, "ALTER TABLE sweep_row ADD COLUMN ");
        add_row_name(&t, &column[i]);
        text_add(&t, " REAL");
        sqlite3_exec(k->db, text_of(&t), NULL, NULL, NULL);        /* unless another process was quicker */
        text_free(&t);
        const char *const named[] = { made, column[i].unit };
        rc = put(k, "INSERT OR IGNORE INTO quantity(name, role, unit) VALUES(?, 'row', ?)", named, 2, w);
    }
    return rc;
}

int sweep_store_rows_open(sweep_store *k, const fade_column *column, size_t n, why *w)
{
    text table = { 0 }, names = { 0 }, into = { 0 };
    sweep_store_rows_drop(k);
    int rc = widen(k, column, n, w);
    text_add(&names, "number, cell, variant, cycle");
    text_add(&table, "CREATE TEMP TABLE fresh_row(number INTEGER, cell TEXT, variant TEXT, cycle INTEGER");
    for (size_t i = 0; i < n; i++) {
        text_add(&names, ", ");
        add_row_name(&names, &column[i]);
        text_add(&table, ", ");
        add_row_name(&table, &column[i]);
        text_add(&table, " REAL");
    }
    text_add(&table, "); BEGIN");
    text_addf(&into, "INSERT INTO temp.fresh_row(%s) VALUES(?, ?, ?, ?", text_of(&names));
    for (size_t i = 0; i < n; i++)
        text_add(&into, ", ?");
    text_add(&into, ")");
    k->row_columns = text_take(&names);
    if (!rc && (table.failed || into.failed || !k->row_columns))
        rc = fail(w, E_NOMEM, "no memory for the rows of %s", k->path);
    rc = rc ? rc : run(k, text_of(&table), "written", w);
    if (!rc && sqlite3_prepare_v2(k->db, text_of(&into), -1, &k->row, NULL) != SQLITE_OK)
        rc = sweep_sql_fail(k->db, k->path, "written", w);
    text_free(&table);
    text_free(&into);
    return rc;
}

int sweep_store_row(sweep_store *k, uint64_t number, const char *cell, const char *variant, int64_t cycle,
                    const double *v, size_t n, why *w)
{
    const char *dot = strchr(cell, '.');
    sqlite3_bind_int64(k->row, 1, (sqlite3_int64)number);
    sqlite3_bind_text(k->row, 2, dot ? dot + 1 : cell, -1, SQLITE_STATIC);
    sqlite3_bind_text(k->row, 3, variant, -1, SQLITE_STATIC);
    sqlite3_bind_int64(k->row, 4, cycle);
    for (size_t i = 0; i < n; i++)
        bind_real(k->row, (int)i + 5, v[i]);
    bool ok = sqlite3_step(k->row) == SQLITE_DONE;
    sqlite3_reset(k->row);
    return ok ? E_OK : sweep_sql_fail(k->db, k->path, "written", w);
}

int sweep_store_rows_keep(sweep_store *k, why *w)
{
    if (!k->row_columns)
        return E_OK;
    text t = { 0 };
    text_addf(&t, "INSERT OR REPLACE INTO main.sweep_row(%s) SELECT %s FROM temp.fresh_row ORDER BY 1, 2, 3, 4",
              k->row_columns, k->row_columns);
    int rc = t.failed ? fail(w, E_NOMEM, "no memory for the rows of %s", k->path) : run(k, text_of(&t), "written", w);
    text_free(&t);
    return rc;
}

void sweep_store_rows_drop(sweep_store *k)
{
    sqlite3_finalize(k->row);
    k->row = NULL;
    free(k->row_columns);
    k->row_columns = NULL;
    if (k->db && !sqlite3_get_autocommit(k->db))
        sqlite3_exec(k->db, "ROLLBACK", NULL, NULL, NULL);
    if (k->db)
        sqlite3_exec(k->db, "DROP TABLE IF EXISTS temp.fresh_row", NULL, NULL, NULL);
}

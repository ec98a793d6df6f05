/* SPDX-License-Identifier: MIT
 * sqlite.c - rows, samples and events in one SQLite file, keyed by run and number.
 *
 * Rows wait in one transaction that flush() commits.  Writing a row twice is harmless; a resumed run deletes what is
 * void.
 */
#include "fade_plugin.h"
#include <inttypes.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH, NSTREAM = 2, NFIXED = 6, BUSY_MS = 10000 };

static const fade_param params[] = {
    { "path", "",
      "The database. A relative path lies in the result's folder and starts empty; an absolute one gathers runs.", "",
      FADE_TEXT, 0, 0, 0, 0, 0, 0, "results.sqlite" },
};

static const char *const tables[NSTREAM] = { "row", "sample" };
static const char *const fixed[NFIXED] = { "run", "number", "cell", "cycle", "time", "variant" };

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS run(id TEXT PRIMARY KEY, name TEXT, scenario TEXT, made_by TEXT, started INTEGER, "
    "ended INTEGER,"
    " outcome INTEGER, why TEXT);"
    "CREATE TABLE IF NOT EXISTS quantity(name TEXT PRIMARY KEY, unit TEXT, doc TEXT);"
    "CREATE TABLE IF NOT EXISTS row(run TEXT NOT NULL, number INTEGER NOT NULL, cell TEXT, cycle INTEGER, time INTEGER,"
    " variant TEXT, PRIMARY KEY(run, number)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS sample(run TEXT NOT NULL, number INTEGER NOT NULL, cell TEXT, cycle INTEGER, time "
    "INTEGER,"
    " variant TEXT, PRIMARY KEY(run, number)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS event(run TEXT NOT NULL, number INTEGER NOT NULL, time INTEGER, level INTEGER, code "
    "INTEGER,"
    " kind TEXT, cell TEXT, cycle INTEGER, text TEXT, json TEXT, PRIMARY KEY(run, number)) WITHOUT ROWID;"
    "PRAGMA user_version = 1;";

typedef struct store {
    const fade_host     *host;
    const fade_text_v1  *text;
    const fade_clock_v1 *clock;
    sqlite3      *db;
    sqlite3_stmt *insert[NSTREAM], *event;
    uint32_t      ncol[NSTREAM];
    char         *path, *run;
    int           open;                           /* a transaction */
    int           stale;                          /* a resumed run: events from the next number on are void */
    int           broken;                         /* SQLite took the open transaction back */
} store;

static int32_t say(const fade_host *host, int32_t code, const char *format, ...) __attribute__((format(printf, 3, 4)));
static int32_t say(const fade_host *host, int32_t code, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fade_say(host, 3, code, -1, text);
    return code;
}

static int32_t failed(store *s, const char *doing)
{
    if (s->open && sqlite3_get_autocommit(s->db)) {
        s->open = 0;
        s->broken = 1;
    }
    return say(s->host, sqlite3_errcode(s->db) == SQLITE_NOMEM ? FADE_ENOMEM : FADE_EIO, "%s: cannot %s: %s%s", s->path,
               doing, sqlite3_errmsg(s->db), s->broken ? "; rows since the last flush are lost, resume the run" : "");
}

static int32_t run_sql(store *s, const char *doing, const char *sql)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? FADE_OK : failed(s, doing);
}

/* Runs a formatted statement (%Q a text, %w a name in double quotes). */
static int32_t run_format(store *s, const char *doing, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *sql = sqlite3_vmprintf(format, args);
    va_end(args);
    if (!sql)
        return say(s->host, FADE_ENOMEM, "%s: no memory to %s", s->path, doing);
    int32_t rc = run_sql(s, doing, sql);
    sqlite3_free(sql);
    return rc;
}

static int32_t begin(store *s)
{
    if (s->broken)
        return say(s->host, FADE_EIO, "%s: rows since the last flush are lost, resume the run", s->path);
    if (s->open)
        return FADE_OK;
    int32_t rc = run_sql(s, "begin a transaction", "BEGIN IMMEDIATE");
    s->open = rc == FADE_OK;
    return rc;
}

static int32_t commit(store *s)
{
    if (!s->open)
        return FADE_OK;
    int32_t rc = run_sql(s, "commit", "COMMIT");
    if (!rc)
        s->open = 0;
    return rc;
}

static const fade_column *column_at(const fade_list *l, uint32_t i)
{
    return (const fade_column *)((const char *)l->at + (size_t)i * l->stride);
}

/* The column's name in the file; one that is taken by the key columns gets a suffix. */
static void column_name(const store *s, const fade_column *c, char out[104])
{
    char name[96];
    s->text->name(c, name);
    int taken = 0;
    for (int i = 0; i < NFIXED; i++)
        taken |= sqlite3_stricmp(name, fixed[i]) == 0;
    snprintf(out, 104, "%s%s", name, taken ? "_value" : "");
}

/* Adds a column that an older run in the same file did not have. */
static int32_t need_column(store *s, const char *table, const char *name, const fade_column *c)
{
    if (sqlite3_table_column_metadata(s->db, NULL, table, name, NULL, NULL, NULL, NULL, NULL) != SQLITE_OK) {
        int32_t rc = run_format(s, "add a column", "ALTER TABLE \"%w\" ADD COLUMN \"%w\" REAL", table, name);
        if (rc)
            return rc;
    }
    return run_format(s, "describe a column", "INSERT OR REPLACE INTO quantity VALUES(%Q, %Q, %Q)", name, c->unit,
                      c->doc);
}

static int32_t prepare(store *s, const char *sql, sqlite3_stmt **out)
{
    if (sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) == SQLITE_OK)
        return FADE_OK;
    return failed(s, "prepare a statement");
}

static int32_t prepare_stream(store *s, int stream, const fade_list *list)
{
    sqlite3_str *names = sqlite3_str_new(s->db), *marks = sqlite3_str_new(s->db);
    int32_t rc = FADE_OK;
    for (int i = 0; i < NFIXED; i++) {
        sqlite3_str_appendf(names, "%s%s", i ? ", " : "", fixed[i]);
        sqlite3_str_appendf(marks, "%s?", i ? ", " : "");
    }
    for (uint32_t i = 0; i < list->n && !rc; i++) {
        char name[104];
        column_name(s, column_at(list, i), name);
        rc = need_column(s, tables[stream], name, column_at(list, i));
        sqlite3_str_appendf(names, ", \"%w\"", name);
        sqlite3_str_appendall(marks, ", ?");
    }
    s->ncol[stream] = list->n;
    char *n = sqlite3_str_finish(names), *m = sqlite3_str_finish(marks), *sql = NULL;
    if (!rc && n && m)
        sql = sqlite3_mprintf("INSERT OR IGNORE INTO %s(%s) VALUES(%s)", tables[stream], n, m);
    if (!rc)
        rc = sql ? prepare(s, sql, &s->insert[stream])
                 : say(s->host, FADE_ENOMEM, "%s: no memory for its columns", s->path);
    sqlite3_free(n);
    sqlite3_free(m);
    sqlite3_free(sql);
    return rc;
}

/* How many rows of this run are there below `first`: a resumed run needs all of them. */
static int32_t resume_stream(store *s, int stream, uint64_t first)
{
    if (first == 0)
        return run_format(s, "delete void rows", "DELETE FROM %s WHERE run = %Q", tables[stream], s->run);
    sqlite3_stmt *st = NULL;
    char sql[160];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s WHERE run = ? AND number < %" PRIu64, tables[stream], first);
    int32_t rc = prepare(s, sql, &st);
    if (rc)
        return rc;
    sqlite3_bind_text(st, 1, s->run, -1, SQLITE_STATIC);
    sqlite3_int64 have = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : -1;
    sqlite3_finalize(st);
    if (have >= 0 && (uint64_t)have != first)
        return say(s->host, FADE_EINVAL, "%s: it holds %lld of the %" PRIu64 " rows that run %s goes on from", s->path,
                   (long long)have, first, s->run);
    return have < 0 ? failed(s, "count rows")
                    : run_format(s, "delete void rows", "DELETE FROM %s WHERE run = %Q AND number >= %lld",
                                 tables[stream], s->run, (long long)first);
}

static int32_t make_run(store *s, const fade_run *run)
{
    long long now = s->clock ? (long long)s->clock->utc_us() : 0;
    int32_t rc =
        run_format(s, "write the run",
                   "INSERT OR IGNORE INTO run(id, name, scenario, made_by, started) VALUES(%Q, %Q, %Q, %Q, %lld)",
                   run->id, run->name, run->scenario, run->made_by, now);
    return rc ? rc
              : run_format(s, "write the run", "UPDATE run SET ended = NULL, outcome = NULL, why = NULL WHERE id = %Q",
                           run->id);
}

static int32_t make_tables(store *s, const fade_run *run)
{
    int32_t rc = begin(s);
    if (!rc)
        rc = run_sql(s, "make its tables", schema);
    if (!rc)
        rc = make_run(s, run);
    for (int i = 0; i < NSTREAM && !rc; i++) {
        rc = prepare_stream(s, i, i ? &run->columns.sample : &run->columns.out);
        if (!rc)
            rc = resume_stream(s, i, run->first[i]);
    }
    if (!rc)
        rc = prepare(s, "INSERT OR IGNORE INTO event VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", &s->event);
    s->stale = run->first[0] || run->first[1];
    if (!rc && !s->stale)
        rc = run_format(s, "delete void events", "DELETE FROM event WHERE run = %Q", s->run);
    return rc ? rc : commit(s);
}

/* The file and what SQLite keeps beside it. */
static void start_empty(const char *path)
{
    static const char *const with[] = { "", "-wal", "-shm", "-journal" };
    for (size_t i = 0; i < sizeof with / sizeof *with; i++) {
        char *name = sqlite3_mprintf("%s%s", path, with[i]);
        if (name)
            unlink(name);
        sqlite3_free(name);
    }
}

static int32_t open_file(store *s, const char *path, const fade_run *run)
{
    int absolute = *path == '/';
    s->path = sqlite3_mprintf("%s%s%s", absolute || !run->folder ? "" : run->folder,
                              absolute || !run->folder ? "" : "/", path);
    s->run = sqlite3_mprintf("%s", run->id);
    if (!s->path || !s->run)
        return say(s->host, FADE_ENOMEM, "no memory for %s", path);
    if (!absolute && !run->first[0] && !run->first[1])
        start_empty(s->path);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(s->path, &s->db, flags, NULL) != SQLITE_OK)
        return s->db ? failed(s, "be opened") : say(s->host, FADE_ENOMEM, "no memory for %s", path);
    sqlite3_busy_timeout(s->db, BUSY_MS);
    /* FULL: flush promises that a power cut takes nothing back. */
    return run_sql(s, "set it up", "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
}

static int32_t finish(store *s, int32_t outcome, const char *why)
{
    int32_t rc = begin(s);
    long long now = s->clock ? (long long)s->clock->utc_us() : 0;
    if (!rc)
        rc = run_format(s, "write the outcome", "UPDATE run SET ended = %lld, outcome = %d, why = %Q WHERE id = %Q",
                        now, outcome, why, s->run);
    return rc ? rc : commit(s);
}

static void release(store *s)
{
    for (int i = 0; i < NSTREAM; i++)
        sqlite3_finalize(s->insert[i]);
    sqlite3_finalize(s->event);
    sqlite3_close(s->db);
    sqlite3_free(s->path);
    sqlite3_free(s->run);
    free(s);
}

static int32_t store_open(const fade_host *host, const fade_args *args, const fade_run *run, void **output)
{
    store *s = calloc(1, sizeof *s);
    if (!s)
        return say(host, FADE_ENOMEM, "no memory for %s", args->at[PATH].text);
    s->host = host;
    s->text = host->iface(host, "fade.text/1");
    s->clock = host->iface(host, "fade.clock/1");
    int32_t rc = s->text ? FADE_OK : say(host, FADE_EBUG, "the host has no fade.text/1");
    if (!rc)
        rc = open_file(s, args->at[PATH].text, run);
    if (!rc)
        rc = make_tables(s, run);
    if (rc)
        release(s);
    else
        *output = s;
    return rc;
}

static void bind_time(sqlite3_stmt *st, int at, int64_t time)
{
    if (time == INT64_MIN)
        sqlite3_bind_null(st, at);
    else
        sqlite3_bind_int64(st, at, time);
}

static int32_t store_rows(void *output, const fade_block *b)
{
    store *s = output;
    if (b->stream >= NSTREAM)
        return FADE_OK;
    int32_t rc = begin(s);
    sqlite3_stmt *st = s->insert[b->stream];
    for (uint32_t i = 0; i < b->n && !rc; i++) {
        sqlite3_bind_text(st, 1, s->run, -1, SQLITE_STATIC);
        sqlite3_bind_int64(st, 2, (sqlite3_int64)b->number[i]);
        sqlite3_bind_text(st, 3, b->cell[i], -1, SQLITE_STATIC);
        sqlite3_bind_int64(st, 4, b->cycle[i]);
        bind_time(st, 5, b->time[i]);
        sqlite3_bind_text(st, 6, b->variant ? b->variant[i] : NULL, -1, SQLITE_STATIC);
        for (uint32_t j = 0; j < s->ncol[b->stream]; j++)
            sqlite3_bind_double(st, NFIXED + 1 + (int)j, b->col[j][i]);           /* NaN is bound as NULL */
        int stepped = sqlite3_step(st);
        sqlite3_reset(st);
        if (stepped != SQLITE_DONE)
            rc = failed(s, "write a row");
    }
    return rc;
}

static int32_t store_event(void *output, const fade_event *e)
{
    store *s = output;
    if (strcmp(e->kind, "progress") == 0)
        return FADE_OK;
    int32_t rc = begin(s);
    if (!rc && s->stale) {
        rc = run_format(s, "delete void events", "DELETE FROM event WHERE run = %Q AND number >= %lld", s->run,
                        (long long)e->number);
        s->stale = rc != FADE_OK;
    }
    if (rc)
        return rc;
    sqlite3_bind_text(s->event, 1, s->run, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s->event, 2, (sqlite3_int64)e->number);
    bind_time(s->event, 3, e->time);
    sqlite3_bind_int(s->event, 4, e->level);
    sqlite3_bind_int(s->event, 5, e->code);
    sqlite3_bind_text(s->event, 6, e->kind, -1, SQLITE_STATIC);
    sqlite3_bind_text(s->event, 7, e->cell, -1, SQLITE_STATIC);
    if (e->cycle >= 0)
        sqlite3_bind_int64(s->event, 8, e->cycle);
    else
        sqlite3_bind_null(s->event, 8);
    sqlite3_bind_text(s->event, 9, e->text, -1, SQLITE_STATIC);
    sqlite3_bind_text(s->event, 10, e->json, -1, SQLITE_STATIC);
    int stepped = sqlite3_step(s->event);
    sqlite3_reset(s->event);
    return stepped == SQLITE_DONE ? FADE_OK : failed(s, "write an event");
}

static int32_t store_flush(void *output)
{
    store *s = output;
    if (s->broken)
        return begin(s);
    return commit(s);
}

static int32_t store_close(void *output, int32_t outcome, const char *why)
{
    store *s = output;
    int32_t rc = store_flush(s);
    if (!rc)
        rc = finish(s, outcome, outcome ? why : NULL);
    release(s);
    return rc;
}

static const fade_output_v1 output_v1 = {
    .size = sizeof output_v1, .open = store_open, .rows = store_rows, .event = store_event, .flush = store_flush,
    .close = store_close,
};

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.output/1") == 0 ? &output_v1 : NULL;
}

static const fade_desc sqlite_desc = {
    .size = sizeof sqlite_desc, .id = "sqlite", .kind = "output", .version = "1.0.0", .licence = "MIT",
    .doc = "Rows, samples and events in one SQLite file, keyed by run and number.",
    .cite = "", .params = FADE_LIST(params), .iface = iface,
};

FADE_LIBRARY(&sqlite_desc);

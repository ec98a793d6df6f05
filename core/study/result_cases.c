/* SPDX-License-Identifier: MIT
 * result_cases.c - a sweep's store as a frame: a row per case, with what was varied and what was collected as columns.
 *
 * Numbers become columns under their own names ("physics.k", "capacity_ah"); what is varied in words (a plugin's name)
 * becomes the case's variant, for columns hold numbers.
 */
#include "core/base/mem.h"
#include "core/study/result_inside.h"
#include <stdlib.h>
#include <string.h>

enum { ID, NUMBER, HOUSEKEEPING, VALUE };
enum { COLUMNS = 2000 };                                /* SQLite's own bound */

static int role_of(const char *name)
{
    static const struct { const char *name; int role; } roles[] = {
        { "id", ID },           { "number", NUMBER },      { "block", HOUSEKEEPING }, { "shard", HOUSEKEEPING },
        { "end", HOUSEKEEPING }, { "reason", HOUSEKEEPING }, { "status", HOUSEKEEPING }, { "sweep", HOUSEKEEPING },
    };
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (strcmp(roles[i].name, name) == 0)
            return roles[i].role;
    return VALUE;
}

typedef struct cases {
    result_reader *k;
    sqlite3_stmt  *st;
    int            role[COLUMNS], column[COLUMNS], n;   /* of the table's columns; column of the frame, -1 not yet */
    text           words;                               /* of the row being read */
} cases;

static int bad(const cases *c, sqlite3 *db, why *w)
{
    int code = sqlite3_errcode(db);
    return fail(w, code == SQLITE_NOMEM ? E_NOMEM : E_INPUT, "%s: damaged: cannot read its cases: %s", c->k->path,
                sqlite3_errmsg(db));
}

/* Text in a column of numbers: the case's variant says it. */
static void add_word(cases *c, int i)
{
    const char *said = (const char *)sqlite3_column_text(c->st, i);
    text_addf(&c->words, "%s%s", c->words.n ? ", " : "", said ? said : "");
}

static int put_number(cases *c, int i, size_t at, why *w)
{
    frame *f = &c->k->r->rows;
    if (c->column[i] < 0)
        c->column[i] = frame_add_column(f, sqlite3_column_name(c->st, i), NULL, NULL, NULL, w);
    if (c->column[i] < 0)
        return -c->column[i];
    f->col[c->column[i]].v[at] = sqlite3_column_double(c->st, i);
    return E_OK;
}

static bool is_number(sqlite3_stmt *st, int i)
{
    int type = sqlite3_column_type(st, i);
    return type == SQLITE_FLOAT || type == SQLITE_INTEGER;
}

static int read_case(cases *c, why *w)
{
    const char *id = "";
    int64_t number = 0;
    size_t at;
    bool wanted;
    c->words.n = 0;
    for (int i = 0; i < c->n; i++)
        if (c->role[i] == ID)
            id = (const char *)sqlite3_column_text(c->st, i);
        else if (c->role[i] == NUMBER)
            number = sqlite3_column_int64(c->st, i);
        else if (c->role[i] == VALUE && sqlite3_column_type(c->st, i) == SQLITE_TEXT)
            add_word(c, i);
    if (c->words.failed)
        return fail(w, E_NOMEM, "no memory for the cases of %s", c->k->path);
    int rc = result_put(c->k, id ? id : "", c->words.n ? text_of(&c->words) : "", number, INT64_MIN, &at, &wanted, w);
    for (int i = 0; i < c->n && !rc && wanted; i++)
        if (c->role[i] == VALUE && is_number(c->st, i))
            rc = put_number(c, i, at, w);
    return rc;
}

static int open_cases(cases *c, result_reader *k, sqlite3 *db, why *w)
{
    static const char all[] = "SELECT * FROM sweep_case ORDER BY rowid",
                      numbered[] = "SELECT * FROM sweep_case ORDER BY number";
    bool by_number =
        sqlite3_table_column_metadata(db, NULL, "sweep_case", "number", NULL, NULL, NULL, NULL, NULL) == SQLITE_OK;
    *c = (cases){ .k = k };
    if (sqlite3_prepare_v2(db, by_number ? numbered : all, -1, &c->st, NULL) != SQLITE_OK)
        return bad(c, db, w);
    c->n = sqlite3_column_count(c->st);
    if (c->n > COLUMNS)
        c->n = COLUMNS;
    for (int i = 0; i < c->n; i++) {
        c->role[i] = role_of(sqlite3_column_name(c->st, i));
        c->column[i] = -1;
    }
    return E_OK;
}

int result_read_cases(result_reader *k, sqlite3 *db, why *w)
{
    cases *c = mem_zero(1, sizeof *c);
    if (!c)
        return fail(w, E_NOMEM, "no memory for the cases of %s", k->path);
    k->r->cases = true;
    int step = SQLITE_DONE, rc = open_cases(c, k, db, w);
    while (!rc && !k->o.none && (step = sqlite3_step(c->st)) == SQLITE_ROW)
        rc = read_case(c, w);
    if (!rc && step != SQLITE_DONE)
        rc = bad(c, db, w);
    sqlite3_finalize(c->st);
    text_free(&c->words);
    free(c);
    return rc;
}

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
        { "case_id", ID },          { "number", NUMBER },      { "status", HOUSEKEEPING }, { "reason", HOUSEKEEPING },
        { "seed", HOUSEKEEPING },   { "block", HOUSEKEEPING }, { "cells", HOUSEKEEPING },  { "end", HOUSEKEEPING },
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
        if (c->column[i] >= 0 && is_number(c->st, i))
            c->k->r->rows.col[c->column[i]].v[at] = sqlite3_column_double(c->st, i);
    return rc;
}

/* One value of a table of keys and values, or of units by name; "" unknown.  The caller frees. */
static char *look_up(sqlite3 *db, const char *sql, const char *key)
{
    sqlite3_stmt *st = NULL;
    char *out = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK &&
        sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
        out = mem_dup((const char *)sqlite3_column_text(st, 0));
    sqlite3_finalize(st);
    return out ? out : mem_dup("");
}

/* "capacity" and "capacity@500" are in the unit of the standard column. */
static const char *usual_unit(const char *name)
{
    char key[64];
    snprintf(key, sizeof key, "%.*s", (int)strcspn(name, "@"), name);
    const fade_column *c = scenario_column(key);
    return c && c->unit ? units_human(c->unit) : NULL;
}

/* A column of the frame for each column of numbers: an axis keeps its key, what was collected tells its unit by its
 * name. */
static int add_column(cases *c, sqlite3 *db, int i, why *w)
{
    const char *name = sqlite3_column_name(c->st, i), *type = sqlite3_column_decltype(c->st, i);
    c->role[i] = role_of(name);
    c->column[i] = -1;
    if (c->role[i] != VALUE || (type && strcmp(type, "TEXT") == 0))
        return E_OK;
    char *in = look_up(db, "SELECT unit FROM quantity WHERE name = ?1 AND unit <> ''", name);
    char *role = look_up(db, "SELECT role FROM quantity WHERE name = ?1", name);
    char *doc = look_up(db, "SELECT doc FROM quantity WHERE name = ?1 AND doc <> ''", name);
    bool axis = role && strcmp(role, "axis") == 0;
    if (in && role && doc)
        c->column[i] = frame_add_column(&c->k->r->rows, name, axis ? name : NULL, axis || *in ? in : usual_unit(name),
                                        *doc ? doc : role, w);
    int rc = !in || !role || !doc ? fail(w, E_NOMEM, "no memory for the cases of %s", c->k->path)
             : c->column[i] < 0 ? -c->column[i] : E_OK;
    free(in);
    free(role);
    free(doc);
    return rc;
}

static int open_cases(cases *c, result_reader *k, sqlite3 *db, why *w)
{
    *c = (cases){ .k = k };
    if (sqlite3_prepare_v2(db, "SELECT * FROM sweep_case ORDER BY number", -1, &c->st, NULL) != SQLITE_OK)
        return bad(c, db, w);
    c->n = sqlite3_column_count(c->st);
    if (c->n > COLUMNS)
        c->n = COLUMNS;
    int rc = E_OK;
    for (int i = 0; i < c->n && !rc; i++)
        rc = add_column(c, db, i, w);
    return rc;
}

static int64_t count(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *st = NULL;
    int64_t n = 0;
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
        n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return n;
}

/* What result.json would say of a run. */
static json_t *about_sweep(sqlite3 *db)
{
    static const char sql[] = "SELECT value FROM sweep WHERE key = ?1";
    char *name = look_up(db, sql, "name"), *version = look_up(db, sql, "fade"), *planned = look_up(db, sql, "cases");
    int64_t done = count(db, "SELECT count(*) FROM sweep_case");
    int64_t failed = count(db, "SELECT count(*) FROM sweep_case WHERE reason IS NOT NULL");
    int64_t all = planned && *planned ? strtoll(planned, NULL, 10) : done;
    json_t *j = json_object();
    if (name && *name)
        json_object_set_new(j, "name", json_string(name));
    json_object_set_new(j, "outcome", json_string(done < all ? "cancelled" : failed ? "partial" : "ok"));
    json_object_set_new(j, "cells", json_integer(done));
    json_object_set_new(j, "cases", json_integer(all));
    json_object_set_new(j, "failed", json_integer(failed));
    if (version && *version)
        json_object_set_new(j, "made_by", json_pack("{s:s}", "fade", version));
    free(name);
    free(version);
    free(planned);
    return j;
}

int result_read_cases(result_reader *k, sqlite3 *db, why *w)
{
    cases *c = mem_zero(1, sizeof *c);
    if (!c)
        return fail(w, E_NOMEM, "no memory for the cases of %s", k->path);
    k->r->cases = true;
    json_decref(k->r->about);
    k->r->about = about_sweep(db);
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

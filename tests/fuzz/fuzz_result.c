/* SPDX-License-Identifier: MIT
 * fuzz_result.c - any bytes as the rows of a result: a table, lines of JSON, a database; rows or a sentence.
 *
 * The first byte says which: "c", "j" or "s" (others by their remainder).
 */
#include "core/base/mem.h"
#include "core/study/result_inside.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

enum { MOST = 5000 };

static void must(int holds)
{
    if (!holds)
        __builtin_trap();
}

static int read_lines(result_reader *k, const char *at, size_t n, why *w)
{
    int rc = E_OK;
    for (const char *end; n && !rc; n -= (size_t)(end - at), at = end) {
        const char *line = memchr(at, '\n', n);
        end = line ? line + 1 : at + n;
        k->line++;
        rc = result_read_line(k, at, (size_t)(end - at), w);
    }
    return rc;
}

static int read_base(result_reader *k, const void *at, size_t n, why *w)
{
    sqlite3 *db;
    int rc = E_OK;
    must(sqlite3_open(":memory:", &db) == SQLITE_OK);
    unsigned char *copy = n ? sqlite3_malloc64(n) : NULL;
    if (copy)
        memcpy(copy, at, n);
    if (copy && sqlite3_deserialize(db, "main", copy, (sqlite3_int64)n, (sqlite3_int64)n,
                                    SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_READONLY) == SQLITE_OK)
        rc = result_read_base(k, db, NULL, w);
    sqlite3_close(db);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    if (!n)
        return 0;
    static const char kinds[] = "cjs";
    const char *said = memchr(kinds, at[0], 3);
    size_t kind = said ? (size_t)(said - kinds) : at[0] % 3u;
    result r = { .rows = { .most = MOST } };
    result_reader k = { .r = &r, .path = "fuzz" };
    why w = { 0 };
    fade_csv *csv = NULL;
    int rc = E_OK;
    at++;
    n--;
    if (kind == 0 && (rc = csv_memory((const char *)at, n, 0, &csv, &w)) == E_OK) {
        rc = result_read_csv(&k, csv, n && at[n - 1] != '\n', &w);
        csv_close(csv);
    } else if (kind == 1) {
        rc = read_lines(&k, (const char *)at, n, &w);
    } else if (kind == 2) {
        rc = read_base(&k, at, n, &w);
    }
    must(rc >= 0 && r.rows.n <= MOST && (!rc || w.text[0]));
    for (size_t i = 0; i < r.rows.n; i++)
        must(r.rows.cell[i] < r.rows.ncell && r.rows.variant[i] < r.rows.nvariant);
    result_life *life = NULL;
    size_t lives = 0;
    if (!rc)
        must(result_lives(&r, &life, &lives, &w) == E_OK && lives <= r.rows.n);
    free(life);
    free(k.col);
    frame_free(&k.seen);
    frame_free(&r.rows);
    json_decref(r.about);
    free(r.scenario);
    return 0;
}

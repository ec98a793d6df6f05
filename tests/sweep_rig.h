/* SPDX-License-Identifier: MIT
 * sweep_rig.h - sweeps in tests: scenarios and stores in the scratch folder, and stores read back.
 */
#ifndef FADE_TESTS_SWEEP_RIG_H
#define FADE_TESTS_SWEEP_RIG_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/engine/virtual.h"
#include "core/study/sweep_inside.h"
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIFE "[run]\nname = \"a sweep\"\ncycles = 60\n[cell]\nnominal_capacity = \"2 Ah\"\n[source]\nplugin = \"constant\"\n" \
             "[physics]\nplugin = \"xu2018\"\n"

static char rig_folder[64];

static inline int rig_setup(void **state)
{
    (void)state;
    why w;
    strcpy(rig_folder, "/tmp/fade-sweep-XXXXXX");
    log_open(&(log_options){ .level = LOG_SILENT }, &w);
    library_register(virtual_library());
    return mkdtemp(rig_folder) ? 0 : -1;
}

static inline int rig_teardown(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", rig_folder);
    return system(command);
}

/* Path of a file in the scratch folder; good until the eighth call from now. */
static inline const char *at(const char *name)
{
    static char path[8][160];
    static int turn;
    char *out = path[turn++ % 8];
    snprintf(out, 160, "%s/%s", rig_folder, name);
    return out;
}

static inline const char *put(const char *name, const char *said)
{
    why w;
    const char *path = at(name);
    assert_int_equal(file_write(path, said, strlen(said), &w), 0);
    return path;
}

typedef struct planned { sweep *s; tree_problems p; why w; int rc; } planned;

static inline planned plan_set(const char *toml, const char *const *set, size_t nset)
{
    planned k = { 0 };
    k.rc = sweep_plan(put("s.toml", toml), &(scenario_options){ .set = set, .nset = nset }, sweep_host_toml(), &k.s,
                      &k.p, &k.w);
    return k;
}

static inline planned plan(const char *toml) { return plan_set(toml, NULL, 0); }

static inline void plan_done(planned *k)
{
    sweep_close(k->s);
    tree_problems_free(&k->p);
    *k = (planned){ 0 };
}

static inline planned good(const char *toml)
{
    planned k = plan(toml);
    if (k.rc)
        fail_msg("%s", k.w.text);
    return k;
}

/* The plan is refused, and the first problem holds these words. */
static inline void refused(const char *toml, const char *words)
{
    planned k = plan(toml);
    const char *said = k.p.n ? k.p.at[0].text : k.w.text;
    if (!k.rc || !strstr(said, words))
        fail_msg("%d: \"%s\" instead of \"%s\"", k.rc, said, words);
    plan_done(&k);
}

static inline int run(sweep *s, sweep_options o, sweep_progress *p, why *w)
{
    sweep_progress own;
    why other = { 0 };
    return sweep_run(s, &o, p ? p : &own, w ? w : &other);
}

static inline int add_piece(void *ctx, const char *made, size_t n)
{
    text_addn(ctx, made, n);
    return E_OK;
}

/* The table of a store; the caller frees. */
static inline char *table_of(const char *store)
{
    text t = { 0 };
    why w = { 0 };
    if (sweep_table(store, add_piece, &t, &w))
        fail_msg("%s", w.text);
    return text_take(&t);
}

static inline void same_tables(const char *a, const char *b)
{
    char *one = table_of(a), *other = table_of(b);
    assert_string_equal(one, other);
    free(one);
    free(other);
}

/* One number out of a store. */
static inline double ask(const char *store, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *st;
    assert_int_equal(sqlite3_open(store, &db), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(db));
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    double v = sqlite3_column_type(st, 0) == SQLITE_NULL ? NAN : sqlite3_column_double(st, 0);
    sqlite3_finalize(st);
    sqlite3_close(db);
    return v;
}

static inline json_t *status_of(const char *store)
{
    json j = { 0 };
    why w = { 0 };
    int rc = sweep_status(store, &j, &w);
    if (rc && rc != E_PARTIAL)
        fail_msg("%s", w.text);
    json_t *out = json_loads(text_of(&j.out), 0, NULL);
    text_free(&j.out);
    assert_non_null(out);
    return out;
}
#endif

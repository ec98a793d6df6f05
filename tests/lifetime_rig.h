/* SPDX-License-Identifier: MIT
 * lifetime_rig.h - scenarios run for their lives, without a folder.
 */
#ifndef FADE_TESTS_LIFETIME_RIG_H
#define FADE_TESTS_LIFETIME_RIG_H
#include "tests/near.h"

#include "core/base/file.h"
#include "core/base/log.h"
#include "core/engine/virtual.h"
#include "core/study/lifetime.h"
#include "core/study/study.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char rig_folder[64];

static int rig_setup(void **state)
{
    (void)state;
    why w;
    strcpy(rig_folder, "/tmp/fade-life-XXXXXX");
    log_open(&(log_options){ .level = LOG_SILENT }, &w);
    library_register(virtual_library());
    return mkdtemp(rig_folder) ? 0 : -1;
}

static int rig_teardown(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", rig_folder);
    return system(command);
}

typedef struct lived {
    scenario *s;
    engine   *e;
    lifetime  l;
    tree_problems problems;
    why       w;
    int       rc;
} lived;

static inline lived live_by(const char *toml, int by, double eol)
{
    lived r = { 0 };
    char path[128];
    const fade_column *column;
    snprintf(path, sizeof path, "%s/life.toml", rig_folder);
    assert_int_equal(file_write(path, toml, strlen(toml), &r.w), 0);
    r.rc = scenario_open(path, &(scenario_options){ 0 }, &r.s, &r.problems, &r.w);
    for (size_t i = 0; i < r.problems.n; i++)
        print_message("problem: %s\n", r.problems.at[i].text);
    assert_int_equal(r.rc, E_OK);
    r.l = (lifetime){ .by = by, .eol = isnan(eol) ? r.s->health.eol : eol, .hold = r.s->health.hold };
    engine_tap tap = lifetime_tap(&r.l);
    engine_options opt = { .tap = &tap, .study = study_table() };
    r.rc = engine_open(r.s, &opt, &r.e, &r.problems, &r.w);
    if (!r.rc) {
        size_t n = engine_row_columns(r.e, &column);
        r.rc = lifetime_columns(&r.l, column, n, &r.w);
    }
    if (!r.rc)
        r.rc = engine_run(r.e, &r.w);
    if (!r.rc || r.rc == E_PARTIAL)
        assert_int_equal(lifetime_ends(&r.l, r.e, r.s, &r.w), E_OK);
    return r;
}

static inline lived live(const char *toml)
{
    return live_by(toml, HEALTH_CAPACITY, NAN);
}

static inline void lived_done(lived *r)
{
    engine_close(r->e);
    lifetime_free(&r->l);
    scenario_close(r->s);
    tree_problems_free(&r->problems);
}
#endif

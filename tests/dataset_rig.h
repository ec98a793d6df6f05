/* SPDX-License-Identifier: MIT
 * dataset_rig.h - data sets in tests: rows written as CSV, read through a scenario, with the power law or without.
 */
#ifndef FADE_TESTS_DATASET_RIG_H
#define FADE_TESTS_DATASET_RIG_H
#include "tests/lifetime_rig.h"
#include "core/base/random.h"
#include "core/study/learner.h"

static const char rig_law[] = "[[physics]]\nplugin = \"power-law\"\n";

/* A scenario over `csv` (written into the test's folder) with what `more` says besides. */
static inline scenario *rig_scenario(const char *csv, const char *more)
{
    char path[128], toml[4000];
    why w = { 0 };
    tree_problems p = { 0 };
    scenario *s = NULL;
    snprintf(path, sizeof path, "%s/rows.csv", rig_folder);
    assert_int_equal(file_write(path, csv, strlen(csv), &w), E_OK);
    snprintf(path, sizeof path, "%s/set.toml", rig_folder);
    snprintf(toml, sizeof toml, "[source]\nplugin = \"csv\"\npath = \"rows.csv\"\n%s", more);
    assert_int_equal(file_write(path, toml, strlen(toml), &w), E_OK);
    int rc = scenario_open(path, &(scenario_options){ 0 }, &s, &p, &w);
    for (size_t i = 0; i < p.n; i++)
        print_message("problem: %s\n", p.at[i].text);
    assert_int_equal(rc, E_OK);
    tree_problems_free(&p);
    return s;
}

static inline dataset rig_read(const scenario *s, dataset_options o)
{
    dataset d = { 0 };
    why w = { 0 };
    int rc = dataset_read(s, &o, &d, &w);
    if (rc)
        print_message("%s\n", w.text);
    assert_int_equal(rc, E_OK);
    return d;
}

static inline int rig_column(dataset *d, const char *key)
{
    why w = { 0 };
    int c = dataset_column_of(d, key, &w);
    if (c < 0)
        print_message("%s\n", w.text);
    assert_true(c >= 0);
    return c;
}

static inline const double *rig_values(dataset *d, const char *key)
{
    return d->col[rig_column(d, key)].v;
}
#endif

/* SPDX-License-Identifier: MIT
 * result_rig.h - results made by hand for tests: a folder to write files into, and a small result in memory.
 */
#ifndef FADE_TESTS_RESULT_RIG_H
#define FADE_TESTS_RESULT_RIG_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/report/report.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char made_folder[64];

static inline int made_setup(void **state)
{
    (void)state;
    strcpy(made_folder, "/tmp/fade-made-XXXXXX");
    return mkdtemp(made_folder) ? 0 : -1;
}

static inline int made_teardown(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", made_folder);
    return system(command);
}

/* Path of a file in the folder; valid until the fourth call after. */
static inline const char *made_path(const char *name)
{
    static char at[4][256];
    static int turn;
    char *out = at[turn++ % 4];
    snprintf(out, 256, "%s/%s", made_folder, name);
    return out;
}

static inline const char *made_file(const char *name, const char *said)
{
    why w = { 0 };
    const char *path = made_path(name);
    assert_int_equal(file_write(path, said, strlen(said), &w), E_OK);
    return path;
}

static inline char *made_read(const char *path)
{
    why w = { 0 };
    char *out = NULL;
    size_t n;
    assert_int_equal(file_read(path, 64 << 20, &out, &n, &w), E_OK);
    return out;
}

enum { MADE_CYCLES = 10 };

static inline double made_capacity(size_t cell, size_t cycle)
{
    return 2 - 0.05 * (double)cell - 0.01 * (double)cycle;
}

/* Two cells, B1 and B2, under "law" and "law+ridge", cycles 1..10; corrected from cycle 6 on, cycle 3 was not measured. */
static inline result *made_result(void)
{
    static const char *const cells[] = { "B1", "B2" }, *const variants[] = { "law", "law+ridge" };
    static const char *const names[] = { "capacity_ah", "physics_capacity_ah", "soh_ratio", "hybrid_capacity_ah",
                                         "hybrid_lower_ah", "hybrid_upper_ah", "current_mean_ampere" };
    why w = { 0 };
    result *r = mem_zero(1, sizeof *r);
    assert_non_null(r);
    r->name = mem_dup("made");
    r->folder = mem_dup("made");
    r->rows_from = mem_dup("rows.csv");
    r->scenario = mem_dup("[run]\nname = \"made\"\n");
    r->about = json_loads("{\"run\":\"01M7XV83HHDQ8S1STQPKNN6DRG\",\"name\":\"made\",\"outcome\":\"ok\",\"cells\":2,"
                          "\"rows\":20,\"failed\":0,\"seconds\":0.5,\"lanes\":[{\"cell\":\"B1\",\"physics\":\"law\","
                          "\"rows\":10,\"end_of_life_cycle\":9,\"end\":\"stop\",\"reason\":\"70% capacity\"}],"
                          "\"scores\":[{\"variant\":\"law\",\"model\":\"physics\",\"n\":5,\"rmse\":0.01,\"mae\":0.009,"
                          "\"mape\":0.5,\"r2\":0.9,\"max_error\":0.02},{\"variant\":\"naive\",\"model\":\"drift\",\"n\":5,"
                          "\"rmse\":0.02,\"mae\":0.019,\"mape\":1,\"r2\":0.1,\"max_error\":0.04}],"
                          "\"made_by\":{\"fade\":\"0.1.0\",\"seed\":42,\"plugins\":[{\"id\":\"law\",\"version\":\"1\"}]}}",
                          0, NULL);
    assert_non_null(r->about);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(frame_add_column(&r->rows, names[i], NULL, NULL, "Said.", &w), i);
    for (size_t c = 0; c < 2; c++)
        for (size_t k = 1; k <= MADE_CYCLES; k++)
            for (size_t v = 0; v < 2; v++) {
                size_t at;
                int64_t when = k == 2 ? CLOCK_UNKNOWN : 1767225600000000 + (int64_t)k * 3600000000;
                assert_int_equal(frame_add_row(&r->rows, cells[c], variants[v], (int64_t)k, when, &at, &w), E_OK);
                double true_ah = made_capacity(c, k), law = true_ah + 0.02 * (double)k / MADE_CYCLES;
                bool corrected = v == 1 && k > 5;
                const double value[] = { k == 3 ? NAN : true_ah, law, law / 2,
                                         v == 1 ? corrected ? true_ah + 0.001 : law : NAN,
                                         corrected ? true_ah - 0.01 : NAN, corrected ? true_ah + 0.012 : NAN, 1.5 };
                for (size_t i = 0; i < sizeof names / sizeof *names; i++)
                    r->rows.col[i].v[at] = value[i];
            }
    return r;
}
#endif

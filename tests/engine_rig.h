/* SPDX-License-Identifier: MIT
 * engine_rig.h - runs scenarios in tests: a scratch folder, and a built-in output "capture" that keeps the rows.
 */
#ifndef FADE_TESTS_ENGINE_RIG_H
#define FADE_TESTS_ENGINE_RIG_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <jansson.h>

#include "core/base/file.h"
#include "core/base/log.h"
#include "core/engine/engine.h"
#include "core/engine/virtual.h"
#include "core/study/study.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RIG_ROWS = 200000, RIG_COLUMNS = 64, RIG_SAMPLES = 40000, RIG_SIGNALS = 24 };

/* What "capture" was given last. */
static struct {
    size_t n, ncol, flushes, fail_rows; /* fail_rows: so many calls of rows() say EIO first */
    char key[RIG_COLUMNS][64], variant[RIG_ROWS][32], cell[RIG_ROWS][32];
    int64_t cycle[RIG_ROWS];
    uint64_t number[RIG_ROWS];
    double at[RIG_ROWS][RIG_COLUMNS];
    char events[8192];
    int32_t outcome;
    struct {                                      /* stream 1 */
        size_t n, ncol;
        char key[RIG_SIGNALS][32], cell[RIG_SAMPLES][16];
        int64_t cycle[RIG_SAMPLES];
        uint64_t number[RIG_SAMPLES];
        double at[RIG_SAMPLES][RIG_SIGNALS];
    } sample;
} rig;
static char rig_folder[64];

static int32_t capture_open(const fade_host *h, const fade_args *a, const fade_run *run, void **o)
{
    (void)h;
    (void)a;
    rig.ncol = run->columns.out.n;
    rig.n = run->first[0];
    for (size_t i = 0; i < rig.ncol && i < RIG_COLUMNS; i++)
        snprintf(rig.key[i], sizeof rig.key[i], "%s", ((const fade_column *)run->columns.out.at)[i].key);
    rig.sample.ncol = run->columns.sample.n;
    rig.sample.n = run->first[1];
    for (size_t i = 0; i < rig.sample.ncol && i < RIG_SIGNALS; i++)
        snprintf(rig.sample.key[i], sizeof rig.sample.key[i], "%s",
                 ((const fade_column *)run->columns.sample.at)[i].key);
    *o = &rig;
    return rig.ncol <= RIG_COLUMNS ? FADE_OK : FADE_EINVAL;
}

static void capture_samples(const fade_block *b)
{
    for (uint32_t i = 0; i < b->n && rig.sample.n < RIG_SAMPLES; i++) {
        size_t at = rig.sample.n++;
        snprintf(rig.sample.cell[at], sizeof rig.sample.cell[0], "%s", b->cell[i]);
        rig.sample.cycle[at] = b->cycle[i];
        rig.sample.number[at] = b->number[i];
        for (size_t c = 0; c < rig.sample.ncol && c < RIG_SIGNALS; c++)
            rig.sample.at[at][c] = b->col[c][i];
    }
}

static int32_t capture_rows(void *o, const fade_block *b)
{
    (void)o;
    if (b->stream == 1) {
        capture_samples(b);
        return FADE_OK;
    }
    if (rig.fail_rows) {
        rig.fail_rows--;
        return FADE_EIO;
    }
    for (uint32_t i = 0; i < b->n && rig.n < RIG_ROWS; i++, rig.n++) {
        snprintf(rig.variant[rig.n], sizeof rig.variant[0], "%s", b->variant[i]);
        snprintf(rig.cell[rig.n], sizeof rig.cell[0], "%s", b->cell[i]);
        rig.cycle[rig.n] = b->cycle[i];
        rig.number[rig.n] = b->number[i];
        for (size_t c = 0; c < rig.ncol; c++)
            rig.at[rig.n][c] = b->col[c][i];
    }
    return FADE_OK;
}

static int32_t capture_event(void *o, const fade_event *e)
{
    (void)o;
    size_t n = strlen(rig.events);
    if (strcmp(e->kind, "progress") != 0)
        snprintf(rig.events + n, sizeof rig.events - n, "%s: %s\n", e->kind, e->text);
    return FADE_OK;
}

static int32_t capture_flush(void *o)
{
    (void)o;
    rig.flushes++;
    return FADE_OK;
}

static int32_t capture_close(void *o, int32_t outcome, const char *why_text)
{
    (void)o;
    (void)why_text;
    rig.outcome = outcome;
    return FADE_OK;
}

static const fade_output_v1 capture_v1 = { .size = sizeof capture_v1,
                                           .open = capture_open,
                                           .rows = capture_rows,
                                           .event = capture_event,
                                           .flush = capture_flush,
                                           .close = capture_close };
static const void *capture_iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.output/1") == 0 ? &capture_v1 : NULL;
}
static const fade_desc capture_desc = { .size = sizeof capture_desc,
                                        .id = "capture",
                                        .kind = "output",
                                        .version = "1.0.0",
                                        .licence = "MIT",
                                        .doc = "Keeps rows for a test.",
                                        .cite = "",
                                        .iface = capture_iface };
static const fade_desc *const capture_plugins[] = { &capture_desc, NULL };
static const fade_library capture_library = { FADE_MAGIC, FADE_ABI_NEED, FADE_FINGERPRINT, sizeof capture_library,
                                              capture_plugins };

static int rig_setup(void **state)
{
    (void)state;
    why w;
    strcpy(rig_folder, "/tmp/fade-rig-XXXXXX");
    log_open(&(log_options){ .level = LOG_SILENT }, &w);
    library_register(virtual_library());
    library_register(&capture_library);
    return mkdtemp(rig_folder) ? 0 : -1;
}

static int rig_teardown(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", rig_folder);
    return system(command);
}

typedef struct ran {
    scenario *sc;
    engine *e;
    tree_problems problems;
    why w;
    int rc;
    json_t *result;
} ran;

#define RIG_OUT "[[output]]\nplugin = \"capture\"\n"

static inline ran rig_run(const char *toml, engine_options opt)
{
    ran r = { 0 };
    char path[128];
    snprintf(path, sizeof path, "%s/s.toml", rig_folder);
    opt.folder = rig_folder;
    opt.study = study_table();
    if (!opt.resume)
        memset(rig.events, 0, sizeof rig.events);
    assert_int_equal(file_write(path, toml, strlen(toml), &r.w), 0);
    r.rc = scenario_open(path, &(scenario_options){ 0 }, &r.sc, &r.problems, &r.w);
    if (!r.rc)
        r.rc = engine_open(r.sc, &opt, &r.e, &r.problems, &r.w);
    if (!r.rc)
        r.rc = engine_run(r.e, &r.w);
    for (size_t i = 0; i < r.problems.n; i++)
        print_message("problem: %s\n", r.problems.at[i].text);
    if (r.e) {
        json j = { 0 };
        engine_result(r.e, &j);
        char *t = text_take(&j.out);
        r.result = json_loads(t, 0, NULL);
        free(t);
    }
    return r;
}

static inline void rig_done(ran *r)
{
    engine_close(r->e);
    scenario_close(r->sc);
    tree_problems_free(&r->problems);
    json_decref(r->result);
}

static inline int rig_column(const char *key)
{
    for (size_t i = 0; i < rig.ncol; i++)
        if (strcmp(rig.key[i], key) == 0)
            return (int)i;
    fail_msg("no column %s", key);
    return -1;
}

static inline double rig_at(size_t row, const char *key)
{
    return rig.at[row][rig_column(key)];
}
#endif

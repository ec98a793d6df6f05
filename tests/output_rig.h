/* SPDX-License-Identifier: MIT
 * output_rig.h - one output in the hand of a test: loaded from $FADE_BUILD/plugins, given rows and events, its files looked at.
 */
#ifndef FADE_TESTS_OUTPUT_RIG_H
#define FADE_TESTS_OUTPUT_RIG_H
#include "core/base/file.h"
#include "core/base/service.h"
#include <dlfcn.h>
#include <math.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

enum { OUT_PARAMS = 8, OUT_ROWS = 4096 };

typedef struct rig {
    fade_host             host;
    const fade_desc      *desc;
    const fade_output_v1 *vt;
    fade_value            value[OUT_PARAMS];
    fade_args             args;
    fade_run              run;
    void                 *self;
    char                  folder[64], error[1024];
} rig;

static const fade_column rig_columns[] = {
    { .key = "capacity", .unit = "Ah", .doc = "Observed." },
    { .key = "temperature_mean", .unit = "degC", .doc = "Mean." },
    { .key = "physics_capacity", .unit = "Ah", .doc = "Predicted." },
    { .key = "soh", .unit = "1", .doc = "Health." },
};
static const fade_column rig_samples[] = {
    { .key = "time", .unit = "s", .doc = "In the cycle." },
    { .key = "voltage", .unit = "V", .doc = "At the terminals." },
};

static inline void rig_report(const fade_host *host, const fade_report *r)
{
    rig *g = host->ctx;
    snprintf(g->error, sizeof g->error, "%s", r->text);
}

static inline const void *rig_iface(const fade_host *host, const char *id)
{
    (void)host;
    if (strcmp(id, "fade.text/1") == 0)
        return service_text();
    return strcmp(id, "fade.clock/1") == 0 ? service_clock() : NULL;
}

static inline fade_value *rig_value(rig *g, const char *key)
{
    for (uint32_t i = 0; i < g->desc->params.n; i++)
        if (strcmp(((const fade_param *)g->desc->params.at)[i].key, key) == 0)
            return &g->value[i];
    fail_msg("no parameter %s", key);
    return NULL;
}

/* Loads the plugin, its parameters at their defaults, with a fresh folder to write in. */
static inline void rig_load(rig *g, const char *name)
{
    memset(g, 0, sizeof *g);
    const char *build = getenv("FADE_BUILD");
    char path[512];
    snprintf(path, sizeof path, "%s/plugins/%s.so", build ? build : "build", name);
    void *so = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!so)
        fail_msg("%s", dlerror());
    const fade_library *library = dlsym(so, "fade_library_v1");
    assert_non_null(library);
    g->desc = library->plugins[0];
    g->vt = g->desc->iface(g->desc, "fade.output/1");
    assert_non_null(g->vt);
    g->host = (fade_host){ sizeof g->host, FADE_ABI_NOW, g, rig_report, NULL, rig_iface };
    for (uint32_t i = 0; i < g->desc->params.n; i++) {
        const fade_param *p = (const fade_param *)g->desc->params.at + i;
        g->value[i] = (fade_value){ .real = p->def, .text = p->text };
    }
    g->args = (fade_args){ sizeof g->args, g->desc->params.n, g->value, g->desc };
    strcpy(g->folder, "/tmp/fade-output-XXXXXX");
    assert_non_null(mkdtemp(g->folder));
    g->run = (fade_run){ .size = sizeof g->run, .id = "01RUN", .name = "a run", .scenario = "[run]\n", .made_by = "{}",
                         .folder = g->folder, .columns.out = FADE_LIST(rig_columns) };
}

static inline int32_t rig_open(rig *g)
{
    g->error[0] = '\0';
    return g->vt->open(&g->host, &g->args, &g->run, &g->self);
}

static inline void rig_remove(rig *g)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", g->folder);
    assert_int_equal(system(command), 0);
}

/* Rows [from, to): two cells a cycle; capacity falls by 0.01 a cycle from 2 and is unknown in every fifth row. */
static inline int32_t rig_rows(rig *g, uint64_t from, uint64_t to)
{
    static uint64_t number[OUT_ROWS];
    static const char *cell[OUT_ROWS], *variant[OUT_ROWS];
    static int64_t time[OUT_ROWS], cycle[OUT_ROWS];
    static double value[4][OUT_ROWS];
    double *col[] = { value[0], value[1], value[2], value[3] };
    uint32_t n = 0;
    assert_true(to - from <= OUT_ROWS);
    for (uint64_t k = from; k < to; k++, n++) {
        number[n] = k;
        cell[n] = k % 2 ? "B0006" : "B0005";
        variant[n] = "xu2018";
        cycle[n] = (int64_t)(k / 2 + 1);
        time[n] = k % 3 ? INT64_MIN : 1207149941593000 + (int64_t)k * 1000000;
        value[0][n] = k % 5 == 4 ? NAN : 2 - 0.01 * (double)(k / 2);
        value[1][n] = 25.5;
        value[2][n] = 2 - 0.0125 * (double)(k / 2);
        value[3][n] = value[2][n] / 2;
    }
    fade_block b = { .size = sizeof b, .stream = 0, .n = n, .cap = n, .number = number, .cell = cell, .variant = variant,
                     .time = time, .cycle = cycle, .col = col };
    return g->vt->rows(g->self, &b);
}

static inline int32_t rig_sample(rig *g, uint64_t number, double voltage)
{
    double second = 10, *col[] = { &second, &voltage };
    const char *cell = "B0005";
    int64_t cycle = 1, time = INT64_MIN;
    fade_block b = { .size = sizeof b, .stream = 1, .n = 1, .cap = 1, .number = &number, .cell = &cell, .time = &time,
                     .cycle = &cycle, .col = col };
    return g->vt->rows(g->self, &b);
}

static inline int32_t rig_event(rig *g, uint64_t number, int level, const char *kind, const char *cell, const char *json)
{
    fade_event e = { .size = sizeof e, .level = level, .number = number, .time = INT64_MIN, .cycle = cell ? 7 : -1, .cell = cell,
                     .kind = kind, .text = "A sentence.", .json = json };
    return g->vt->event(g->self, &e);
}

static inline char *rig_file(const rig *g, const char *name)
{
    char path[256];
    char *at = NULL;
    size_t n;
    why w = { 0 };
    snprintf(path, sizeof path, "%s/%s", g->folder, name);
    if (file_read(path, 1 << 26, &at, &n, &w))
        fail_msg("%s", w.text);
    return at;
}

static inline int rig_has(const rig *g, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", g->folder, name);
    return access(path, F_OK) == 0;
}
#endif

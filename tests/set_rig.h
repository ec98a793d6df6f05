/* SPDX-License-Identifier: MIT
 * set_rig.h - a physics of the test's own whose parameters come from sets; sources and outputs are the real ones of the build.
 */
#ifndef FADE_TESTS_SET_RIG_H
#define FADE_TESTS_SET_RIG_H
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/scenario/bpx.h"
#include "core/scenario/scenario.h"
#include "core/scenario/set.h"
#include "core/scenario/toml.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int32_t set_rig_create(const fade_host *h, const fade_args *a, void **m) { (void)h; (void)a; (void)m; return 0; }
static void set_rig_destroy(void *m) { (void)m; }
static int32_t set_rig_step(const void *m, fade_tile *t) { (void)m; (void)t; return 0; }
static const fade_model_v1 set_rig_model = { sizeof set_rig_model, 0, set_rig_create, set_rig_destroy, NULL, NULL, NULL, NULL, NULL, NULL, set_rig_step, set_rig_step };

static const void *set_rig_iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.model/1") == 0 ? &set_rig_model : NULL;
}

enum { RIG_NOMINAL, RIG_THICKNESS, RIG_R0, RIG_OCP, RIG_OCP_TABLE, RIG_SEI, RIG_SEI_RATE, RIG_NEEDED };
static const fade_param set_rig_params[] = {
    { "nominal_capacity", "Ah", "Capacity.", "", FADE_REAL, FADE_PER_CELL, 1, 0, 1000, 0, 0, NULL },
    { "negative.thickness", "m", "Thickness.", "", FADE_REAL, FADE_PER_CELL, 1e-4, 1e-9, 1, 0, 0, NULL },
    { "r0", "ohm", "Resistance.", "", FADE_REAL, FADE_PER_CELL, 0.01, 0, 10, 0, 0, NULL },
    { "negative.ocp", "", "A formula.", "", FADE_TEXT, 0, 0, 0, 0, 0, 0, "0.1" },
    { "negative.ocp_table", "1;V", "A curve.", "", FADE_CURVE, 0, 0, 0, 0, 0, 0, NULL },
    { "sei.model", "", "A choice.", "", FADE_CHOICE, 0, 0, 0, 0, 0, 0, "none|reaction|diffusion" },
    { "sei.reaction_rate", "m/s", "Of the choice.", "", FADE_REAL, FADE_PER_CELL, 1e-12, 0, 1, 0, 0, NULL },
    { "needed", "V", "No default.", "", FADE_REAL, FADE_REQUIRED, NAN, 0, 100, 0, 0, NULL },
};
static const fade_column set_rig_out[] = { { "loss", "1", "Loss.", 0, 0, 1, 0, 0, 1, 0 } };
static const fade_desc set_rig_desc = { .size = sizeof set_rig_desc, .id = "t-cell", .kind = "physics", .version = "1.0.0", .licence = "MIT",
                                        .doc = "A test.", .cite = "", .params = FADE_LIST(set_rig_params),
                                        .columns = { .out = FADE_LIST(set_rig_out) }, .iface = set_rig_iface };
static const fade_desc *const set_rig_plugins[] = { &set_rig_desc, NULL };
static const fade_library set_rig_library = { FADE_MAGIC, FADE_ABI_NEED, FADE_FINGERPRINT, (uint32_t)sizeof(fade_library), set_rig_plugins };

static char set_rig_folder[] = "/tmp/fade-set-XXXXXX";

/* A file in the test's folder; its path lives until the next call. */
static const char *set_rig_file(const char *name, const char *made)
{
    static char path[200];
    snprintf(path, sizeof path, "%s/%s", set_rig_folder, name);
    if (file_write(path, made, strlen(made), NULL))
        abort();
    return path;
}

typedef struct set_rig {
    tree         *t;
    scenario     *s;
    tree_node    *set;
    tree_problems p;
    why           w;
    int           rc;
    char         *lines;                          /* all problems */
} set_rig;

static void set_rig_lines(set_rig *r)
{
    text out = { 0 };
    for (size_t i = 0; i < r->p.n; i++) {
        tree_problem_line(&r->p.at[i], &out);
        text_addc(&out, '\n');
    }
    r->lines = text_take(&out);
}

#define SET_RIG_TOP "[source]\nplugin = \"constant\"\n[[physics]]\nplugin = \"t-cell\"\n"

/* The scenario with `body` at the end of [[physics]], as a file of the test's folder. */
static inline set_rig set_rig_open(const char *body, const char *const *set, size_t nset)
{
    set_rig r = { 0 };
    tree_node *read = NULL;
    char file[200];
    text all = { 0 };
    snprintf(file, sizeof file, "%s/life.toml", set_rig_folder);
    text_addf(&all, SET_RIG_TOP "%s", body);
    tree *t = tree_open();
    const char *name = tree_text(t, file);
    r.rc = toml_parse(t, name, all.at, all.n, &r.p, &read);
    if (r.rc)
        tree_close(t);
    else {
        *tree_root(t) = *read;
        r.rc = scenario_from_tree(t, name, &(scenario_options){ .set = set, .nset = nset }, &r.s, &r.p, &r.w);
    }
    set_rig_lines(&r);
    text_free(&all);
    return r;
}

/* A set by itself. */
static inline set_rig set_rig_read(const char *name)
{
    set_rig r = { .t = tree_open() };
    tree_node *node = tree_make(r.t, TREE_TEXT, "", 0, 0);
    node->text = tree_text(r.t, name);
    set_read(r.t, node, &r.p, &r.set);
    set_rig_lines(&r);
    return r;
}

static void set_rig_close(set_rig *r)
{
    scenario_close(r->s);
    tree_close(r->t);
    tree_problems_free(&r->p);
    free(r->lines);
    *r = (set_rig){ 0 };
}

static inline const fade_value *set_rig_value(const set_rig *r, int k) { return &r->s->physics[0].part[0].args->fade.at[k]; }
#endif

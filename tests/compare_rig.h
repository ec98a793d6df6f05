/* SPDX-License-Identifier: MIT
 * compare_rig.h - comparisons in tests: scenarios in the scratch folder, and a law that tells its mechanisms apart.
 */
#ifndef FADE_TESTS_COMPARE_RIG_H
#define FADE_TESTS_COMPARE_RIG_H
#include "tests/engine_rig.h"

#include "core/base/mem.h"
#include "core/scenario/toml.h"
#include "core/study/compare_inside.h"
#include <stdatomic.h>

enum { FILES = 4 };
static const double NOT = NAN;

static void near(double a, double b, double by)
{
    if (!(fabs(a - b) <= by))
        fail_msg("%.17g is not %.17g", a, b);
}

/* ---- a law that tells its mechanisms apart, and switches one ---- */

enum { SEI, RATE, FAILS };
static const fade_param law_params[] = {
    { "sei", "", "Does the first mechanism act?", "", FADE_BOOL, 0, 1, 0, 0, 0, 0, NULL },
    { "rate", "1", "Loss per cycle by the second.", "", FADE_REAL, 0, 1e-3, 0, 1, 0, 0, NULL },
    { "fails", "", "Cycle from which on the first cell fails; 0: none.", "", FADE_INT, 0, 0, 0, 1e6, 0, 0, NULL },
};
static const fade_column law_state[] = { { "n", "", "Cycles so far.", 0, 0, 0, 0, 0, 1, 0 } };
static const fade_column law_out[] = {
    { "loss", "1", "All of it.", 0, 0, 1, 0, 0, 1, 0 },
    { "loss_sei", "1", "By the first.", 0, 0, 1, 0, 0, 1, 0 },
    { "loss_plating", "1", "By the second.", 0, 0, 1, 0, 0, 1, 0 },
};
typedef struct law { double sei, rate, fails; } law;

static void law_see(const law *m, const fade_tile *b, const double *n)
{
    for (uint32_t i = 0; i < b->n; i++) {
        b->out[1][i] = m->sei * 0.02 * sqrt(n[i] / 100);
        b->out[2][i] = m->rate * n[i];
        b->out[0][i] = b->out[1][i] + b->out[2][i];
    }
}

static int32_t law_step(const void *at, fade_tile *b)
{
    const law *m = at;
    for (uint32_t i = 0; i < b->n; i++)
        b->x1[0][i] = b->x[0][i] + b->dt[i];
    law_see(m, b, b->x1[0]);
    if (m->fails > 0 && b->x1[0][0] >= m->fails)
        b->status[0] = FADE_ESOLVE;
    return FADE_OK;
}

static int32_t law_observe(const void *m, fade_tile *b)
{
    law_see(m, b, b->x[0]);
    return FADE_OK;
}

static int32_t law_create(const fade_host *h, const fade_args *a, void **m)
{
    (void)h;
    law *l = malloc(sizeof *l);
    if (!l)
        return FADE_ENOMEM;
    *l = (law){ a->at[SEI].real, a->at[RATE].real, a->at[FAILS].real };
    *m = l;
    return FADE_OK;
}

static const fade_model_v1 law_v1 = {
    .size = sizeof law_v1, .create = law_create, .destroy = free, .step = law_step, .observe = law_observe
};
static const void *law_iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.model/1") == 0 ? &law_v1 : NULL;
}
static const fade_desc law_desc = { .size = sizeof law_desc,
                                    .flags = FADE_PER_CYCLE,
                                    .id = "two-ways",
                                    .kind = "physics",
                                    .version = "1.0.0",
                                    .licence = "MIT",
                                    .doc = "Two mechanisms.",
                                    .cite = "",
                                    .params = FADE_LIST(law_params),
                                    .columns = { .state = FADE_LIST(law_state), .out = FADE_LIST(law_out) },
                                    .iface = law_iface };
static const fade_desc *const law_plugins[] = { &law_desc, NULL };
static const fade_library law_library = { FADE_MAGIC, FADE_ABI_NEED, FADE_FINGERPRINT, sizeof law_library,
                                          law_plugins };

static int setup(void **state)
{
    library_register(&law_library);
    return rig_setup(state);
}

/* ---- scenarios in the scratch folder ---- */

static char made_path[FILES][128];

static const char *put(int k, const char *toml)
{
    why w;
    snprintf(made_path[k], sizeof made_path[k], "%s/%c.toml", rig_folder, 'a' + k);
    assert_int_equal(file_write(made_path[k], toml, strlen(toml), &w), 0);
    return made_path[k];
}

typedef struct side { compare *c; tree_problems p; why w; int rc; } side;

static side run_files(const char *const *file, size_t n, compare_options o)
{
    side s = { 0 };
    s.rc = compare_run(file, n, &o, &s.c, &s.p, &s.w);
    return s;
}

static side run_one_file(const char *toml, compare_options o)
{
    const char *file = put(0, toml);
    return run_files(&file, 1, o);
}

static side run_two_files(const char *a, const char *b)
{
    const char *file[] = { put(0, a), put(1, b) };
    return run_files(file, 2, (compare_options){ 0 });
}

static void done(side *s)
{
    compare_close(s->c);
    tree_problems_free(&s->p);
}

static void good(const side *s)
{
    for (size_t i = 0; i < s->p.n; i++)
        print_message("problem: %s\n", s->p.at[i].text);
    if (s->rc)
        fail_msg("%s", s->w.text);
}

static const compare_model *model(const side *s, const char *variant, const char *kind, const char *without)
{
    for (size_t i = 0; i < s->c->n; i++) {
        const compare_model *m = &s->c->at[i];
        if (strcmp(m->variant, variant) == 0 && strcmp(m->model, kind) == 0 &&
            strcmp(m->without ? m->without : "", without ? without : "") == 0)
            return m;
    }
    fail_msg("no model %s %s without %s", variant, kind, without ? without : "anything");
    return NULL;
}
#endif

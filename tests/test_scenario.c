/* SPDX-License-Identifier: MIT
 * test_scenario.c - scenarios: keys, defaults, precedence, bases, environment, paths; and every problem in one pass.
 *
 * The plugins are built in here, so that nothing is loaded from disk.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/scenario/scenario.h"
#include "core/scenario/toml.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tests/near.h"

/* ---- plugins of the test's own ----------------------------------------------------------------------------------- */

static int32_t no_open(const fade_host *h, const fade_args *a, const char *p, void **s)
{
    (void)h;
    (void)a;
    (void)p;
    (void)s;
    return FADE_EINVAL;
}
static void no_close(void *s) { (void)s; }
static int32_t no_next(void *s, fade_block *b, int32_t ms) { (void)s; (void)b; (void)ms; return FADE_END; }
static int32_t no_create(const fade_host *h, const fade_args *a, void **m) { (void)h; (void)a; (void)m; return 0; }
static int32_t no_step(const void *m, fade_tile *t) { (void)m; (void)t; return 0; }
static int32_t no_train(const fade_host *h, const fade_args *a, const fade_table *t, const void *f, void **m)
{
    (void)h; (void)a; (void)t; (void)f; (void)m;
    return FADE_EINVAL;
}
static int32_t no_save(const void *m, const fade_stream *s) { (void)m; (void)s; return 0; }
static int32_t no_load(const fade_host *h, const fade_args *a, const fade_stream *s, void **m)
{
    (void)h;
    (void)a;
    (void)s;
    (void)m;
    return 0;
}
static int32_t out_open(const fade_host *h, const fade_args *a, const fade_run *r, void **o)
{
    (void)h;
    (void)a;
    (void)r;
    (void)o;
    return 0;
}
static int32_t out_rows(void *o, const fade_block *b) { (void)o; (void)b; return 0; }
static int32_t out_flush(void *o) { (void)o; return 0; }
static int32_t out_close(void *o, int32_t outcome, const char *w) { (void)o; (void)outcome; (void)w; return 0; }

static const fade_source_v1 source_v1 = {
    .size = sizeof source_v1, .open = no_open, .close = no_close, .next = no_next
};
static const fade_model_v1 model_v1 = {
    sizeof model_v1, 0, no_create, no_close, NULL, NULL, NULL, NULL, NULL, NULL, no_step, no_step
};
static const fade_corrector_v1 corrector_v1 = { sizeof corrector_v1, 0, &model_v1, no_train, NULL, no_save, no_load };
static const fade_output_v1 output_v1 = { sizeof output_v1, 0, out_open, out_rows, NULL, out_flush, out_close };

static const void *iface(const fade_desc *d, const char *id)
{
    static const struct { const char *kind, *id; const void *at; } all[] = {
        { "source", "fade.source/1", &source_v1 },
        { "physics", "fade.model/1", &model_v1 },
        { "corrector", "fade.corrector/1", &corrector_v1 },
        { "output", "fade.output/1", &output_v1 },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i].kind, d->kind) == 0 && strcmp(all[i].id, id) == 0)
            return all[i].at;
    return NULL;
}

#define OPEN { "path", "", "A file.", "", FADE_PATH, 0, 0, 0, 0, 0, 0, NULL }
static const fade_param source_params[] = { OPEN, { "cell", "", "A cell.", "", FADE_TEXT, 0, 0, 0, 0, 0, 0, NULL } };
static const fade_param law_params[] = {
    { "k", "1/s", "Rate.", "", FADE_REAL, FADE_PER_CELL, 0.5, 0, 10, 0, 0, NULL },
    { "nominal_capacity", "Ah", "Capacity.", "", FADE_REAL, FADE_PER_CELL, 1, 0, 1000, 0, 0, NULL },
};
static const fade_param ridge_params[] = { { "lambda", "1", "Weight.", "", FADE_REAL, 0, 1, 0, 100, 0, 0, NULL } };
static const fade_param out_params[] = { { "path", "", "A file.", "", FADE_TEXT, 0, 0, 0, 0, 0, 0, "rows.csv" } };
static const fade_column out_loss[] = { { "loss", "1", "Loss.", 0, 0, 1, 0, 0, 1, 0 } };

#define DESC(name, word, sort, parameters)                                                                             \
    static const fade_desc name = { .size = sizeof name,                                                               \
                                    .id = word,                                                                        \
                                    .kind = sort,                                                                      \
                                    .version = "1.0.0",                                                                \
                                    .licence = "MIT",                                                                  \
                                    .doc = "A test.",                                                                  \
                                    .cite = "",                                                                        \
                                    .params = FADE_LIST(parameters),                                                   \
                                    .columns = { .out = FADE_LIST(out_loss) },                                         \
                                    .iface = iface }
DESC(d_source, "t-source", "source", source_params);
DESC(d_law, "t-law", "physics", law_params);
DESC(d_other, "t-other", "physics", law_params);
DESC(d_ridge, "t-ridge", "corrector", ridge_params);
DESC(d_summary, "summary", "output", out_params);
DESC(d_csv, "csv", "output", out_params);
static const fade_desc *const plugins[] = { &d_source, &d_law, &d_other, &d_ridge, &d_summary, &d_csv, NULL };
static const fade_library library = { FADE_MAGIC, FADE_ABI_NEED, FADE_FINGERPRINT, (uint32_t)sizeof(fade_library),
                                      plugins };

/* ---- rig --------------------------------------------------------------------------------------------------------- */

#define LEAST "[source]\nplugin = \"t-source\"\n[physics]\nplugin = \"t-law\"\n"

typedef struct rig {
    scenario     *s;
    tree_problems p;
    why           w;
    int           rc;
} rig;

static rig open_with(const char *toml, const scenario_options *opt)
{
    rig r = { 0 };
    tree *t = tree_open();
    tree_node *read = NULL;
    r.rc = toml_parse(t, "dir/a.toml", toml, strlen(toml), &r.p, &read);
    assert_int_equal(r.rc, E_OK);
    *tree_root(t) = *read;
    r.rc = scenario_from_tree(t, "dir/a.toml", opt, &r.s, &r.p, &r.w);
    return r;
}

static rig read_toml(const char *toml) { return open_with(toml, NULL); }

static void done(rig *r)
{
    tree_problems_free(&r->p);
    scenario_close(r->s);
}

static scenario *good(rig *r)
{
    for (size_t i = 0; i < r->p.n; i++)
        fprintf(stderr, "%s:%d:%d: %s\n", r->p.at[i].file, r->p.at[i].line, r->p.at[i].column, r->p.at[i].text);
    assert_int_equal(r->rc, E_OK);
    return r->s;
}

/* All problems as lines. */
static char *lines_of(const rig *r)
{
    text out = { 0 };
    for (size_t i = 0; i < r->p.n; i++) {
        tree_problem_line(&r->p.at[i], &out);
        text_addc(&out, '\n');
    }
    return text_take(&out);
}

/* The scenario has exactly n problems, one of them a line with `part` in it. */
static void bad(const char *toml, size_t n, const char *part)
{
    rig r = read_toml(toml);
    char *lines = lines_of(&r);
    if (r.p.n != n || !strstr(lines, part))
        fprintf(stderr, "wanted %zu with \"%s\" of\n%s\ngot\n%s\n", n, part, toml, lines);
    assert_int_equal(r.p.n, n);
    assert_non_null(strstr(lines, part));
    assert_int_not_equal(r.rc, E_OK);
    assert_int_equal(r.rc, r.p.at[0].code);
    assert_int_equal(r.w.code, r.rc);
    assert_null(r.s);
    free(lines);
    done(&r);
}

/* ---- what is read ------------------------------------------------------------------------------------------------ */

static void test_defaults(void **state)
{
    (void)state;
    rig r = read_toml(LEAST);
    scenario *s = good(&r);
    assert_string_equal(s->name, "a");
    assert_string_equal(s->slug, "a");
    assert_int_equal(s->cycles, 0);
    assert_int_equal(s->seed, 42);
    assert_int_equal(s->threads, 0);
    assert_near(s->snapshot, 30, 0);
    assert_null(s->out);
    assert_true(isnan(s->cell.nominal_capacity) && isnan(s->cell.initial_capacity));
    assert_int_equal(s->soh_reference, SOH_INITIAL);
    assert_false(s->evaluate.on);
    assert_near(s->health.eol, 0.8, 0);
    assert_int_equal(s->health.hold, 1);
    assert_int_equal(s->logging.level, LOG_INFO);
    assert_false(s->logging.json);
    assert_int_equal(s->noutput, 2);
    assert_string_equal(s->output[0].part.label, "summary");
    assert_string_equal(s->output[1].part.plugin->desc->id, "csv");
    assert_string_equal(s->output[1].part.args->fade.at[0].text, "rows.csv");
    assert_string_equal(s->source.label, "t-source");
    assert_int_equal(s->nphysics, 1);
    assert_near(s->physics[0].part->args->fade.at[0].real, 0.5, 0);
    done(&r);
}

static const char whole[] =
    "[run]\nname = \"B0005: Law against Other, corrected!\"\ncycles = 1e3\nstop = [\"70% capacity\", \"500 "
    "cycles\"]\nseed = 7\nthreads = 2\n"
    "tile = 64\nsnapshot = \"1 min\"\nout = \"here\"\n"
    "[cell]\nnominal_capacity = \"2000 mAh\"\ninitial_capacity = 1.9\n"
    "[conditions]\ndepth = 1\ntemperature_mean = \"25 degC\"\nc_rate = \"C/2\"\nswelling = { value = 2, unit = \"mm\" "
    "}\n"
    "temperature_ambient = { value = 77, unit = \"degF\" }\n"
    "[source]\nplugin = \"t-source\"\npath = \"x.csv\"\ncell = \"B0005\"\n"
    "[[physics]]\nplugin = \"t-law\"\nk = \"1 1/h\"\n"
    "[[physics]]\nname = \"both\"\nparts = [{ plugin = \"t-law\", k = 2 }, { plugin = \"t-other\" }]\n"
    "[[physics]]\nparts = [{ plugin = \"t-law\" }, { plugin = \"t-other\", name = \"o\" }]\n"
    "[corrector]\nplugin = \"t-ridge\"\nfeatures = [\"cycle\", \"rest\"]\nscope = \"pooled\"\ngate = false\nlambda = "
    "3\n"
    "[protocol]\nsteps = [\"Discharge at 1C until 2.5 V\", \"Rest for 10 minutes\"]\n"
    "[evaluate]\nsplit = { kind = \"holdout\", fraction = 0.6 }\ntarget = \"soh\"\n"
    "[health]\npreset = \"nasa\"\nhold = 3\n"
    "[logging]\nlevel = \"debug\"\nformat = \"structured\"\nfile = \"run.log\"\nrotate = \"10 MB\"\nkeep = 3\n"
    "[[output]]\nplugin = \"csv\"\nevery = 10\npath = \"r.csv\"\n";

static void test_whole(void **state)
{
    (void)state;
    rig r = read_toml(whole);
    scenario *s = good(&r);
    assert_string_equal(s->slug, "b0005-law-against-other-corrected");
    assert_int_equal(s->cycles, 1000);
    assert_int_equal(s->seed, 7);
    assert_int_equal(s->threads, 2);
    assert_int_equal(s->tile, 64);
    assert_near(s->snapshot, 60, 0);
    assert_string_equal(s->out, "here");
    assert_int_equal(s->nstop, 2);
    assert_int_equal(s->stop[1].kind, STOP_CYCLES);
    assert_int_equal(s->stop[0].node->line, 4);
    assert_near(s->cell.nominal_capacity, 2, 1e-12);
    assert_near(s->cell.initial_capacity, 1.9, 0);
    assert_int_equal(s->soh_reference, SOH_NOMINAL);
    assert_int_equal(s->ncondition, 5);
    assert_string_equal(s->condition[1].column.key, "temperature_mean");
    assert_string_equal(s->condition[1].column.unit, "K");
    assert_int_equal(s->condition[1].column.flags, FADE_PLANNED);
    assert_near(s->condition[1].value, 298.15, 1e-9);
    assert_near(s->condition[2].value, 0.5, 1e-12);
    assert_string_equal(s->condition[3].column.unit, "mm");
    assert_near(s->condition[3].value, 2, 0);
    assert_near(s->condition[4].value, 298.15, 1e-9);
    assert_int_equal(s->nphysics, 3);
    assert_near(s->physics[0].part[0].args->fade.at[0].real, 1.0 / 3600, 1e-12);
    assert_near(s->physics[0].part[0].args->fade.at[1].real, 2, 1e-12);      /* [cell] fills it */
    assert_string_equal(s->physics[1].label, "both");
    assert_int_equal(s->physics[1].n, 2);
    assert_near(s->physics[1].part[0].args->fade.at[0].real, 2, 0);
    assert_string_equal(s->physics[2].label, "t-law+o");
    assert_int_equal(s->ncorrector, 1);
    assert_int_equal(s->corrector[0].nfeature, 2);
    assert_string_equal(s->corrector[0].feature[1], "rest");
    assert_true(s->corrector[0].pooled);
    assert_false(s->corrector[0].gate);
    assert_near(s->corrector[0].part.args->fade.at[0].real, 3, 0);
    assert_int_equal(s->protocol.cycle.n, 2);
    assert_near(s->protocol.cycle.op[0].step.demand, 2, 1e-12);
    assert_true(s->evaluate.on);
    assert_near(s->evaluate.split.fraction, 0.6, 0);
    assert_string_equal(s->evaluate.truth, "soh");
    assert_near(s->health.eol, 0.7, 0);
    assert_int_equal(s->health.hold, 3);
    assert_int_equal(s->logging.level, LOG_DEBUG);
    assert_true(s->logging.json);
    assert_int_equal(s->logging.rotate, 10000000);
    assert_int_equal(s->logging.keep, 3);
    assert_int_equal(s->noutput, 1);
    assert_int_equal(s->output[0].every, 10);
    done(&r);
}

/* A range in braces stands for as many names. */
static void test_feature_ranges(void **state)
{
    (void)state;
    rig r = read_toml(LEAST "[corrector]\nplugin = \"t-ridge\"\n"
                            "features = [\"cycle\", \"v_at_{60:3000:60}s\", \"capacity_lag_{1:3}\"]\n");
    const scenario_corrector *k = &good(&r)->corrector[0];
    assert_int_equal(k->nfeature, 1 + 50 + 3);
    assert_string_equal(k->feature[0], "cycle");
    assert_string_equal(k->feature[1], "v_at_60s");
    assert_string_equal(k->feature[50], "v_at_3000s");
    assert_string_equal(k->feature[53], "capacity_lag_3");
    done(&r);
}

/* The merged text says the same. */
static void test_merged(void **state)
{
    (void)state;
    static const char *const set[] = { "physics.2.name=two", "run.seed=9" };
    rig a = open_with(whole, &(scenario_options){ set, 2, false });
    good(&a);
    rig b = read_toml(a.s->merged);
    good(&b);
    assert_string_equal(b.s->merged, a.s->merged);
    assert_int_equal(b.s->seed, 9);
    assert_string_equal(b.s->physics[1].label, "two");
    assert_int_equal(b.s->protocol.cycle.n, 2);
    done(&a);
    done(&b);
    a = read_toml(LEAST);
    assert_non_null(strstr(a.s->merged, "[[output]]\nplugin = \"summary\""));       /* also what nobody said */
    done(&a);
}

/* ---- what is wrong ----------------------------------------------------------------------------------------------- */

static const struct { const char *toml, *line;
} wrong[] = {
    { LEAST "[run]\nsede = 1\n", "dir/a.toml:6:1: unknown key \"sede\" in [run], did you mean \"seed\"?" },
    { LEAST "[run]\nsoh_reference = 1\n",
      "dir/a.toml:6:1: unknown key \"soh_reference\" in [run]: it belongs in [cell]" },
    { LEAST "[rum]\nseed = 1\n", "dir/a.toml:5:2: unknown section [rum], did you mean [run]?" },
    { "seed = 1\n" LEAST, "dir/a.toml:1:1: unknown key \"seed\" at the top: it belongs in [run]" },
    { LEAST "[run]\nseed = -1\n", "dir/a.toml:6:8: [run] seed = -1: outside 0.." },
    { LEAST "[run]\nseed = \"x\"\n", "[run] seed = \"x\": a whole number is expected" },
    { LEAST "[run]\ncycles = 1.5\n", "[run] cycles = 1.5: a whole number is expected" },
    { LEAST "[run]\ncycles = 0\n", "[run] cycles = 0: outside 1.." },
    { LEAST "[run]\nthreads = 100000\n", "outside 0..1024" },
    { LEAST "[run]\ntile = 12\n", "dir/a.toml:6:8: [run] tile = 12 is no multiple of 8" },
    { LEAST "[run]\nsnapshot = \"5 V\"\n", "dir/a.toml:6:12: [run] snapshot: \"5 V\" is in V, but s is wanted" },
    { LEAST "[run]\nsnapshot = -1\n", "outside 0..1e+09 s" },
    { LEAST "[run]\nname = 5\n", "[run] name = 5: a text is expected" },
    { LEAST "[run]\nstop = \"2.5 Q\"\n", "dir/a.toml:6:8: \"2.5 Q\" is no stop condition" },
    { LEAST "[run]\nstop = [\"70% capacity\", 5]\n", "dir/a.toml:6:25: stop: a text is expected" },
    { "run = 5\n" LEAST, "dir/a.toml:1:7: [run] is a table" },
    { LEAST "[cell]\nnominal_capacity = \"2 V\"\n", "\"2 V\" is in V, but Ah is wanted" },
    { LEAST "[cell]\nnominal_capacity = -2\n", "[cell] nominal_capacity = -2: outside" },
    { LEAST "[cell]\nsoh_reference = \"nominal\"\n", "soh_reference = \"nominal\" needs nominal_capacity" },
    { LEAST "[cell]\nsoh_reference = \"new\"\n", "expected one of nominal|initial" },
    { LEAST "[conditions]\ndept = 1\n",
      "dir/a.toml:6:1: [conditions] dept is no standard column, did you mean \"depth\"?" },
    { LEAST "[conditions]\ndepth = 2\n", "dir/a.toml:6:9: [conditions] depth = 2 is outside 0..1" },
    { LEAST "[conditions]\ntemperature_mean = 25\n", "(a temperature may be written \"25 degC\")" },
    { LEAST "[conditions]\ncapacity = 2\n", "[conditions] capacity is what is to be predicted" },
    { LEAST "[conditions]\nx = { value = 1, unit = \"parsec\" }\n", "[conditions] x: " },
    { LEAST "[conditions]\ndepth = { value = 1, unit = \"V\" }\n", "[conditions] depth is in V, but 1 is wanted" },
    { LEAST "[conditions]\nx = { unit = \"V\" }\n", "[conditions] x needs value = .." },
    { LEAST "[conditions]\nx = { value = 1, unti = \"V\" }\n", "unknown key \"unti\" in [conditions] x" },
    { "[physics]\nplugin = \"t-law\"\n", "there is no [source]" },
    { "[source]\nplugin = \"t-source\"\n", "there is no [physics]" },
    { "[source]\n[physics]\nplugin = \"t-law\"\n", "dir/a.toml:1:1: [source] needs plugin" },
    { "[source]\nplugin = \"t-law\"\n[physics]\nplugin = \"t-law\"\n", "dir/a.toml:2:10: " },
    { "[source]\nplugin = \"t-source\"\n[physics]\nplugin = \"t-lwa\"\n", "t-law" },
    { LEAST "kk = 1\n", "dir/a.toml:5:" },
    { LEAST "k = 11\n", "dir/a.toml:5:" },
    { LEAST "k = \"5 V\"\n", "dir/a.toml:5:" },
    { "[source]\nplugin = \"t-source\"\n[[physics]]\nplugin = \"t-law\"\n[[physics]]\nplugin = \"t-law\"\n",
      "dir/a.toml:5:1: two physics are called \"t-law\"" },
    { "[source]\nplugin = \"t-source\"\n[physics]\nk = 1\nparts = [{ plugin = \"t-law\" }]\n",
      "dir/a.toml:4:1: [physics] k stands beside parts" },
    { "[source]\nplugin = \"t-source\"\n[physics]\nparts = []\n", "[physics] parts is a list of tables" },
    { LEAST "[corrector]\nplugin = \"t-ridge\"\nfeatures = \"cycle\"\n", "features is a list of columns" },
    { LEAST "[corrector]\nplugin = \"t-ridge\"\nfeatures = [\"a\", \"a\"]\n", "features names a twice" },
    { LEAST "[corrector]\nplugin = \"t-ridge\"\nfeatures = [\"a_1\", \"a_{0:2}\"]\n", "features names a_1 twice" },
    { LEAST "[corrector]\nplugin = \"t-ridge\"\nfeatures = [\"a_{1}\"]\n",
      "a_{1}: a range is one {FROM:TO} or {FROM:TO:STEP}" },
    { LEAST "[corrector]\nplugin = \"t-ridge\"\nfeatures = [\"a_{2:1}\"]\n", "a_{2:1}: a range is one" },
    { LEAST "[corrector]\nplugin = \"t-ridge\"\nfeatures = [\"a_{1:9:0}\"]\n", "a_{1:9:0}: a range is one" },
    { LEAST "[corrector]\nplugin = \"t-ridge\"\nfeatures = [\"a_{1:257}\"]\n", "at most 256 of them" },
    { LEAST "[corrector]\nplugin = \"t-ridge\"\nfeatures = [\"a_{1:2}_{1:2}\"]\n", "a_{1:2}_{1:2}: a range is one" },
    { LEAST "[corrector]\nplugin = \"t-ridge\"\nscope = \"all\"\n", "expected one of cell|pooled" },
    { LEAST "[corrector]\nplugin = \"t-ridge\"\ngate = 1\n", "true or false is expected" },
    { LEAST "[cell]\nnominal_capacity = 2\n[protocol]\nsteps = [\"Rest for 1 h\", \"Discharge at 1Q until 3 V\"]\n",
      "dir/a.toml:8:41: step" },
    { LEAST "[protocol]\nsteps = [{ step = \"Rest for 1 hour\", until = \"1 Qh\" }]\n", "dir/a.toml:6:49: step" },
    { LEAST "[protocol]\nsteps = [{ steps = [\"Rest for 1 h\"], repeat = 0 }]\n", "repeat is a whole number from 1" },
    { LEAST "[protocol]\nsteps = [{ stpe = \"Rest for 1 h\" }]\n", "a table is a step" },
    { LEAST "[protocol]\nsteps = [{ step = \"Rest for 1 h\", untli = \"3 V\" }]\n", "did you mean \"until\"" },
    { LEAST "[protocol]\nsteps = [{ step = \"Rest for 1 h\", goto = \"x\" }]\n", "no step or group has that name" },
    { LEAST "[protocol]\nsteps = [{ name = \"aa\", step = \"Rest for 1 h\", goto = \"ab\" }]\n",
      "did you mean \"aa\"" },
    { LEAST "[protocol]\nsteps = [{ steps = [{ name = \"a\", step = \"Rest for 1 h\" }] }, { goto = \"a\" }]\n",
      "lies inside a group" },
    { LEAST "[protocol]\nsteps = [{ step = \"Rest for 1 h\", skip_if = \"soc\" }]\n", "a column, < or > and a bound" },
    { LEAST "[protocol]\nsteps = [{ step = \"Rest for 1 h\", temperature = 25 }]\n", "may be written \"25 degC\"" },
    { LEAST "[protocol]\nsteps = [{ drive_cycle = \"none.csv\" }]\n", "drive_cycle: " },
    { LEAST "[protocol]\nsteps = [\"Rest for 1 h\"]\nreference_test = { every = 5 }\n", "reference_test is {" },
    { LEAST "[protocol]\nsteps = []\n", "[protocol] needs steps" },
    { LEAST "[evaluate]\nsplit = \"random:0.5\"\n", "measures interpolation, not forecasting" },
    { LEAST "[evaluate]\nsplit = { kind = \"random\" }\n", "measures interpolation, not forecasting" },
    { LEAST "[evaluate]\nsplit = \"time:1.5\"\n", "the fraction 1.5 of known rows is outside 0..1" },
    { LEAST "[evaluate]\nsplit = \"time:x\"\n", "a number is expected behind the colon" },
    { LEAST "[evaluate]\nsplit = { fractoin = 0.5 }\n", "unknown key \"fractoin\" in [evaluate] split" },
    { LEAST "[evaluate]\nsplit = 0.5\n", "[evaluate] split is {" },
    { LEAST "[evaluate]\nsplit = \"fisrt:30\"\n", "did you mean \"first\"" },
    { LEAST "[evaluate]\nsplit = { kind = \"roling\" }\n", "did you mean \"rolling\"" },
    { LEAST "[evaluate]\nsplit = { kind = \"first\", rows = 0 }\n", "split.rows: a whole number from 1" },
    { LEAST "[evaluate]\nsplit = { fraction = 1.5 }\n", "the fraction 1.5 of known rows is outside 0..1" },
    { LEAST "[health]\npreset = \"ev\"\n", "[health] preset" },
    { LEAST "[health]\neol = 80\n", "[health] eol = 80: outside 1e-06..1" },
    { LEAST "[logging]\nlevel = \"loud\"\n", "expected one of debug|info|warning|error|silent" },
    { LEAST "[logging]\nrotate = \"10 parsec\"\n", "a size is expected" },
    { LEAST "[output]\nplugin = \"csv\"\nevery = -1\n", "outside 0.." },
    { LEAST "[output]\nplugin = \"csv\"\npaht = \"x\"\n", "path" },
    { LEAST "output = 5\n", "dir/a.toml:5:" },
    { "output = 5\n" LEAST, "[output] is a table, or several" },
};

static void test_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        bad(wrong[i].toml, 1, wrong[i].line);
}

static void test_all_at_once(void **state)
{
    (void)state;
    rig r = read_toml("[run]\nseed = \"x\"\nsede = 1\nstop = \"never\"\n[cell]\nnominal_capacity = "
                      "0\n[conditions]\ndept = 1\n[source]\nplugin = \"nsaa\"\n"
                      "[physics]\nplugin = \"t-law\"\nk = 99\n[evaluate]\nsplit = 1\n");
    static const int lines[] = { 2, 3, 4, 6, 8, 10, 13, 15 };
    assert_int_equal(r.p.n, sizeof lines / sizeof *lines);
    for (size_t i = 0; i < r.p.n; i++) {
        assert_int_equal(r.p.at[i].line, lines[i]);                     /* sorted, each with its place */
        assert_true(r.p.at[i].column > 0);
        assert_string_equal(r.p.at[i].file, "dir/a.toml");
    }
    assert_int_equal(r.rc, E_INPUT);
    done(&r);
}

static void test_splits(void **state)
{
    (void)state;
    static const char *const forms[][2] = {
        { LEAST "[evaluate]\nsplit = \"first:30\"\n", "first:30" },
        { LEAST "[evaluate]\nsplit = { kind = \"rolling\", fraction = 0.6, every = 5 }\n", "rolling:0.6/5" },
        { LEAST "[evaluate]\nsplit = { kind = \"rolling\", rows = 100, every = 5, ahead = 50 }\n", "rolling:100/5/50" },
        { LEAST "[evaluate]\nsplit = { fraction = \"80 %\" }\n", "holdout:0.8" },
        { LEAST "[evaluate]\nsplit = { kind = \"cells\" }\n", "cells" },
        { LEAST "[evaluate]\n", "holdout:0.5" },
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char said[64];
        rig r = open_with(forms[i][0], NULL);
        split_say(&good(&r)->evaluate.split, said);
        assert_string_equal(said, forms[i][1]);
        done(&r);
    }
}

/* ---- precedence -------------------------------------------------------------------------------------------------- */

static void test_set(void **state)
{
    (void)state;
    static const char *const set[] = { "run.seed=1",
                                       "run.seed = 2",
                                       "physics.k=\"2 1/s\"",
                                       "run.name=a: b",
                                       "cell.nominal_capacity=2 Ah",
                                       "evaluate.split={ kind = 'holdout', fraction = 0.25 }",
                                       "run.stop=[\"9 cycles\"]" };
    rig r = open_with(LEAST "k = 1\n", &(scenario_options){ set, sizeof set / sizeof *set, false });
    scenario *s = good(&r);
    assert_int_equal(s->seed, 2);                 /* the last one holds */
    assert_near(s->physics[0].part->args->fade.at[0].real, 2, 0);
    assert_string_equal(s->name, "a: b");
    assert_near(s->cell.nominal_capacity, 2, 0);
    assert_near(s->evaluate.split.fraction, 0.25, 0);
    assert_int_equal(s->nstop, 1);
    done(&r);
    static const char *const wrongs[] = { "run.sede=1",  "nonsense",     "physics.2.k=1",
                                          "run.seed=[1", "physics.k=77", "run.seed.x=1" };
    static const char *const said[] = { "--set run.sede: unknown key \"sede\" in [run], did you mean \"seed\"?",
                                        "--set: a key and a value are expected",
                                        "--set physics.2.k: ",
                                        "--set run.seed: ",
                                        "--set physics.k: ",
                                        "--set run.seed.x: " };
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        r = open_with(LEAST "[run]\nseed = 1\n", &(scenario_options){ &wrongs[i], 1, false });
        char *lines = lines_of(&r);
        if (r.p.n != 1 || strncmp(lines, said[i], strlen(said[i])))
            assert_string_equal(lines, said[i]);
        free(lines);
        done(&r);
    }
}

static void test_environment(void **state)
{
    (void)state;
    setenv("FADE_SET_run__seed", "5", 1);
    setenv("FADE_SET_run__threads", "3", 1);
    setenv("FADE_SET_physics__k", "4", 1);
    setenv("FADE_DTAA", "x", 1);
    static const char *const set[] = { "run.threads=1" };
    uint64_t warned = log_count(LOG_WARNING);
    rig r = open_with(LEAST "k = 1\n[run]\nseed = 1\n", &(scenario_options){ set, 1, true });
    scenario *s = good(&r);
    assert_int_equal(s->seed, 5);                 /* file < environment */
    assert_int_equal(s->threads, 1);              /* environment < --set */
    assert_near(s->physics[0].part->args->fade.at[0].real, 4, 0);
    assert_true(log_count(LOG_WARNING) > warned); /* FADE_DTAA */
    done(&r);
    r = open_with(LEAST "[run]\nseed = 1\n", &(scenario_options){ 0 });
    assert_int_equal(good(&r)->seed, 1);          /* asked not to look */
    done(&r);
    setenv("FADE_SET_run__seed", "x", 1);
    r = open_with(LEAST, &(scenario_options){ NULL, 0, true });
    char *lines = lines_of(&r);
    assert_string_equal(lines, "environment FADE_SET_run__seed: [run] seed = \"x\": a whole number is expected\n");
    free(lines);
    done(&r);
    unsetenv("FADE_SET_run__seed");
    unsetenv("FADE_SET_run__threads");
    unsetenv("FADE_SET_physics__k");
    unsetenv("FADE_DTAA");
}

static void test_expand(void **state)
{
    (void)state;
    char *had = getenv("FADE_DATA") ? mem_dup(getenv("FADE_DATA")) : NULL;
    setenv("FADE_DATA", "/some/where", 1);
    rig r = read_toml("[source]\nplugin = \"t-source\"\npath = \"${FADE_DATA}/n/${FADE_DATA}.mat\"\ncell = "
                      "\"${FADE_DATA}\"\n[physics]\nplugin = \"t-law\"\n");
    scenario *s = good(&r);
    assert_string_equal(s->source.args->fade.at[0].text, "/some/where/n//some/where.mat");
    assert_string_equal(s->source.args->fade.at[1].text, "${FADE_DATA}");           /* no path */
    done(&r);
    unsetenv("FADE_DATA");
    unsetenv("NO_SUCH_NAME");
    bad("[source]\nplugin = \"t-source\"\npath = \"${FADE_DATA}/x\"\n[physics]\nplugin = \"t-law\"\n", 1,
        "dir/a.toml:3:8: ${FADE_DATA}: the environment has no FADE_DATA; set it to");
    bad(LEAST "[run]\nout = \"${NO_SUCH_NAME}\"\n", 1,
        "dir/a.toml:6:7: ${NO_SUCH_NAME}: the environment has no NO_SUCH_NAME");
    bad(LEAST "[run]\nout = \"${HOME\"\n", 1, "${NAME} is not closed");
    if (had)
        setenv("FADE_DATA", had, 1);
    free(had);
    static const char *const set[] = { "source.path=x.csv" };
    char here[4096], want[4200];
    assert_non_null(getcwd(here, sizeof here));
    snprintf(want, sizeof want, "%s/x.csv", here);
    r = open_with(LEAST, &(scenario_options){ set, 1, false });
    assert_string_equal(good(&r)->source.args->fade.at[0].text, want);              /* from the working directory */
    done(&r);
}

/* ---- files and bases --------------------------------------------------------------------------------------------- */

static char folder[] = "/tmp/test_scenario_XXXXXX";

static char *put(const char *name, const char *toml)
{
    char *path = file_join(folder, name);
    assert_int_equal(file_write(path, toml, strlen(toml), NULL), E_OK);
    return path;
}

static rig open_file(const char *path)
{
    rig r = { 0 };
    r.rc = scenario_open(path, NULL, &r.s, &r.p, &r.w);
    return r;
}

static void test_base(void **state)
{
    (void)state;
    char *ground = put("ground.toml", "[run]\nseed = 1\nthreads = 1\n" LEAST "k = 1\n");
    char *middle = put("middle.toml", "base = \"ground.toml\"\n[run]\nseed = 2\n[source]\npath = \"m.csv\"\n");
    char *top = put("top.toml", "base = \"middle.toml\"\n[run]\nname = \"Top\"\n[physics]\nplugin = \"t-other\"\n");
    rig r = open_file(top);
    scenario *s = good(&r);
    assert_int_equal(s->seed, 2);
    assert_int_equal(s->threads, 1);
    assert_string_equal(s->name, "Top");
    char *beside = file_join(folder, "m.csv");
    assert_string_equal(s->source.args->fade.at[0].text, beside);
    free(beside);
    assert_string_equal(s->physics[0].label, "t-other");
    assert_near(s->physics[0].part->args->fade.at[0].real, 0.5, 0); /* another plugin does not take over k = 1 */
    assert_null(strstr(s->merged, "base"));
    done(&r);
    free(ground);
    free(middle);
    free(top);
}

static void test_base_wrong(void **state)
{
    (void)state;
    char *a = put("a.toml", "base = \"b.toml\"\n"), *b = put("b.toml", "base = \"a.toml\"\n"),
         *c = put("c.toml", "base = \"none.toml\"\n"), *d = put("d.toml", "[run\n");
    char *e = put("e.toml", "base = 5\n" LEAST);
    static const char *const part[] = { "leads back to", "leads back to",
                                        "c.toml:1:8: base = \"none.toml\": there is no file",
                                        "d.toml:1:", "e.toml:1:8: base" };
    char *const path[] = { a, b, c, d, e };
    for (size_t i = 0; i < 5; i++) {
        rig r = open_file(path[i]);
        assert_int_equal(r.rc, E_INPUT);
        assert_int_equal(r.p.n, 1);
        assert_non_null(strstr(r.w.text, part[i]));
        done(&r);
        free(path[i]);
    }
    for (int i = 0; i < 12; i++) {
        char name[32], toml[64];
        snprintf(name, sizeof name, "n%d.toml", i);
        snprintf(toml, sizeof toml, "base = \"n%d.toml\"\n", i + 1);
        free(put(name, toml));
    }
    char *first = file_join(folder, "n0.toml");
    rig r = open_file(first);
    assert_non_null(strstr(r.w.text, "more than 8 scenarios"));
    done(&r);
    free(first);
    r = open_file("/nowhere/at/all.toml");
    assert_int_equal(r.rc, E_INPUT);
    assert_non_null(strstr(r.w.text, "/nowhere/at/all.toml"));
    done(&r);
}

/* Whichever allocation fails: a code, nothing lost, no half scenario. */
static void test_memory(void **state)
{
    (void)state;
    rig warm = read_toml(whole);                  /* what is made once per process is made now */
    good(&warm);
    done(&warm);
    bool over = false;
    for (long k = 1; k < 3000 && !over; k += k < 60 ? 1 : 7) {
        tree *t = tree_open();
        tree_node *read = NULL;
        rig r = { 0 };
        toml_parse(t, "a.toml", whole, strlen(whole), &r.p, &read);
        *tree_root(t) = *read;
        long before = mem_count();
        mem_fail_at(k);
        r.rc = scenario_from_tree(t, "a.toml", NULL, &r.s, &r.p, &r.w);
        mem_fail_at(0);
        over = mem_count() - before < k;          /* it did with fewer */
        if (over)
            assert_int_equal(r.rc, E_OK);
        else
            assert_true(r.rc == E_OK ? r.s != NULL : r.s == NULL && *r.w.text);
        done(&r);
    }
    assert_true(over);
}

/* ---- tables ------------------------------------------------------------------------------------------------------ */

static void test_docs(void **state)
{
    (void)state;
    char *docs = NULL;
    size_t length;
    assert_int_equal(file_read("docs/scenario.md", 1 << 20, &docs, &length, NULL), E_OK);
    const scenario_key *keys;
    size_t n = scenario_keys(&keys);
    assert_true(n > 40);
    for (size_t i = 0; i < n; i++) {
        char row[500];
        snprintf(row, sizeof row, "| `%s` | %s | %s | %s |\n", keys[i].key, keys[i].unit,
                 keys[i].def ? keys[i].def : "", keys[i].doc);
        for (char *bar = strchr(keys[i].doc, '|'); bar; bar = NULL)
            assert_null(bar);                     /* it would end the cell */
        if (!strstr(docs, row))
            fprintf(stderr, "docs/scenario.md lacks this row of [%s]:\n%s", keys[i].section, row);
        assert_non_null(strstr(docs, row));
    }
    free(docs);
}

static int set_up(void **state)
{
    (void)state;
    library_register(&library);
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults), cmocka_unit_test(test_whole),       cmocka_unit_test(test_merged),
        cmocka_unit_test(test_feature_ranges),
        cmocka_unit_test(test_wrong),    cmocka_unit_test(test_all_at_once), cmocka_unit_test(test_splits),
        cmocka_unit_test(test_set),      cmocka_unit_test(test_environment), cmocka_unit_test(test_expand),
        cmocka_unit_test(test_base),     cmocka_unit_test(test_base_wrong),  cmocka_unit_test(test_memory),
        cmocka_unit_test(test_docs),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

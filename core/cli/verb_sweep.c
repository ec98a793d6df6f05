/* SPDX-License-Identifier: MIT
 * verb_sweep.c - fade sweep: many points of one scenario planned, looked at and merged; running them is
 * verb_sweep_run.c's.
 */
#include "core/cli/verb_sweep.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/cli/cli_open.h"
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- what several share ---- */

int verb_sweep_log(why *w)
{
    int said = cli_verbose() > 1 ? LOG_DEBUG : LOG_WARNING;
    log_options o = { .level = cli_quiet() || !cli_verbose() ? LOG_SILENT : said };
    return log_open(&o, w);
}

int verb_sweep_put(text *t)
{
    int rc = t->failed ? E_NOMEM : cli_put(text_of(t), t->n);
    text_free(t);
    return why_status(rc);
}

int verb_sweep_seconds(const cli_verb *verb, const cli *c, const char *flag, double *out)
{
    const char *said = cli_text(c, flag);
    why w = { 0 };
    *out = 0;
    if (!said)
        return CLI_GO;
    if (units_quantity(said, "s", NAN, out, &w))
        return cli_usage(verb, "--%s: %s", flag, w.text);
    return *out > 0 ? CLI_GO : cli_usage(verb, "--%s is a time above 0 s, not %s", flag, said);
}

enum { IS_SCENARIO, IS_PLAN, IS_STORE };

/* By content: a plan is JSON, a store a database, all else a scenario. */
static int kind_of(const char *path)
{
    char head[16] = "";
    struct stat st;
    FILE *in = stat(path, &st) == 0 && S_ISREG(st.st_mode) ? fopen(path, "rb") : NULL;     /* a pipe is read once */
    size_t n = in ? fread(head, 1, sizeof head, in) : 0;
    if (in)
        fclose(in);
    if (n == sizeof head && memcmp(head, "SQLite format 3", sizeof head) == 0)
        return IS_STORE;
    return n && head[0] == '{' && !text_ends(path, ".lua") ? IS_PLAN : IS_SCENARIO;
}

/* The plan a store holds lies in a file of its own for as long as it is read. */
static int open_store(const char *store, const sweep_host *host, sweep **out, tree_problems *p, why *w)
{
    const char *tmp = getenv("TMPDIR");
    char path[256];
    snprintf(path, sizeof path, "%.200s/fade-plan-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    int fd = mkstemp(path);
    if (fd < 0)
        return fail(w, E_IO, "no file can be made for the plan: %s", path);
    close(fd);
    int rc = sweep_plan_of(store, path, w);
    rc = rc ? rc : sweep_open(path, host, out, p, w);
    unlink(path);
    return rc;
}

static const sweep_host *host_of(const cli *c)
{
    static const script_options trusted = { .trust = true };
    const sweep_host *host = script_host(cli_has(c, "trust") ? &trusted : NULL);
    return host ? host : sweep_host_toml();
}

int verb_sweep_open(const cli *c, const char *path, bool plan_only, sweep **out, bool *planned)
{
    const char *set[CLI_VALUES];
    scenario_options o = { .set = set, .nset = cli_all(c, "set", set, CLI_VALUES), .environment = true };
    tree_problems p = { 0 };
    why w = { 0 };
    int kind = kind_of(path), rc;
    *planned = kind == IS_SCENARIO;
    if (plan_only && !file_exists(path)) {
        fail(&w, E_INPUT, "there is no file %s", path);
        return cli_fail(&w);
    }
    if (o.nset && kind != IS_SCENARIO)
        return cli_usage(c->verb, "%s is a plan, which never changes: --set is for a scenario", path);
    if (plan_only && kind == IS_SCENARIO)
        return cli_usage(c->verb, "%s is no plan: `fade sweep plan %s -o FILE` makes one", path, path);
    if (kind == IS_STORE)
        rc = open_store(path, host_of(c), out, &p, &w);
    else if (kind == IS_PLAN)
        rc = sweep_open(path, host_of(c), out, &p, &w);
    else
        rc = sweep_plan(path, &o, host_of(c), out, &p, &w);
    int status = rc ? cli_problems(&p, &w) : CLI_GO;
    tree_problems_free(&p);
    return status;
}

/* ---- plan ---- */

static void add_texts(json *j, const char *key, const char *const *at, size_t n)
{
    json_open(j, key, '[');
    for (size_t i = 0; i < n; i++)
        json_text(j, NULL, at[i]);
    json_close(j, ']');
}

static void plan_json(const sweep *s, const char *path, text *out)
{
    json j = { 0 };
    sweep_about a;
    sweep_tell(s, &a);
    json_open(&j, NULL, '{');
    json_text(&j, "name", a.name);
    json_text(&j, "hash", a.hash);
    json_text(&j, "plan", path);
    json_text(&j, "design", a.design);
    json_whole(&j, "cases", (int64_t)a.cases);
    json_whole(&j, "groups", (int64_t)a.groups);
    json_whole(&j, "blocks", (int64_t)a.blocks);
    json_whole(&j, "seed", (int64_t)a.seed);
    json_open(&j, "axes", '[');
    for (size_t i = 0; i < a.naxis; i++) {
        json_open(&j, NULL, '{');
        json_text(&j, "key", a.axis[i]);
        json_text(&j, "unit", a.axis_unit[i]);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    add_texts(&j, "collect", a.collect, a.ncollect);
    json_close(&j, '}');
    text_addc(&j.out, '\n');
    *out = j.out;
}

static int run_plan(int argc, char **argv)
{
    cli c;
    why w = { 0 };
    sweep *s = NULL;
    bool planned;
    int status = cli_parse(&verb_sweep_plan, argc, argv, 1, 1, &c);
    if (status != CLI_GO)
        return status;
    const char *path = cli_text(&c, "out");
    status = verb_sweep_log(&w) ? cli_fail(&w) : verb_sweep_open(&c, c.arg[0], false, &s, &planned);
    if (status == CLI_GO) {
        text t = { 0 };
        if (cli_json())
            plan_json(s, path, &t);
        else
            sweep_text(s, &t);
        status = path && sweep_save(s, path, &w) ? (text_free(&t), cli_fail(&w)) : verb_sweep_put(&t);
        if (!status && path)
            cli_say("the plan is in %s; `fade sweep run %s` runs it\n", path, path);
    }
    sweep_close(s);
    log_close();
    return status;
}

static const cli_flag plan_flags[] = {
    CLI_SET_FLAG,
    { "out", 'o', "FILE", "write the plan to FILE", false },
    { "trust", 0, NULL, "a Lua scenario may use all of Lua", false },
    { NULL, 0, NULL, NULL, false },
};
static const char *const plan_examples[] = { "fade sweep plan scenarios/sweep.toml",
                                             "fade sweep plan scenarios/sweep.toml -o plan.json --json", NULL };
const cli_verb verb_sweep_plan = { .name = "plan",
                                   .help = "check [sweep], say what it amounts to, write the plan",
                                   .args = "SCENARIO",
                                   .flag = plan_flags,
                                   .example = plan_examples,
                                   .run = run_plan };

/* ---- status ---- */

/* A line for each key of the object. */
static void add_lines(text *t, json_t *about)
{
    const char *key;
    json_t *v;
    json_object_foreach(about, key, v)
    {
        char *made = json_is_string(v) ? NULL : json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);
        text_addf(t, "  %-10s %s\n", key, made ? made : json_is_string(v) ? json_string_value(v) : "");
        free(made);
    }
}

static int put_about(json *j)
{
    if (cli_json()) {
        text_addc(&j->out, '\n');
        return verb_sweep_put(&j->out);
    }
    text t = { 0 };
    json_t *about = j->out.failed ? NULL : json_loads(text_of(&j->out), 0, NULL);
    add_lines(&t, about);
    t.failed = t.failed || !about;
    json_decref(about);
    text_free(&j->out);
    return verb_sweep_put(&t);
}

int verb_sweep_tell(const char *store)
{
    json j = { 0 };
    why w = { 0 };
    int rc = sweep_status(store, &j, &w);
    if (!rc || rc == E_PARTIAL)
        return put_about(&j);
    text_free(&j.out);
    return cli_fail(&w);
}

static int run_status(int argc, char **argv)
{
    cli c;
    int status = cli_parse(&verb_sweep_status, argc, argv, 1, 1, &c);
    return status == CLI_GO ? verb_sweep_tell(c.arg[0]) : status;
}

static const char *const status_examples[] = { "fade sweep status sweep.sqlite --json", NULL };
const cli_verb verb_sweep_status = { .name = "status",
                                     .help = "how far a sweep is, and how many of its cases failed",
                                     .args = "STORE",
                                     .example = status_examples,
                                     .run = run_status };

/* ---- table ---- */

static int put_piece(void *ctx, const char *at, size_t n)
{
    (void)ctx;
    return cli_put(at, n);
}

static int run_table(int argc, char **argv)
{
    cli c;
    why w = { 0 };
    int status = cli_parse(&verb_sweep_table, argc, argv, 1, 1, &c);
    if (status != CLI_GO)
        return status;
    int rc = sweep_table(c.arg[0], put_piece, NULL, &w);
    return rc && w.code ? cli_fail(&w) : why_status(rc);
}

static const char *const table_examples[] = { "fade sweep table sweep.sqlite > cases.csv", NULL };
const cli_verb verb_sweep_table = { .name = "table",
                                    .help = "the cases in order as CSV: what was varied, what was collected",
                                    .args = "STORE",
                                    .example = table_examples,
                                    .run = run_table,
                                    .no_json = "CSV; `fade export STORE --format json` gives JSON" };

/* ---- merge ---- */

static int run_merge(int argc, char **argv)
{
    cli c;
    why w = { 0 };
    json j = { 0 };
    int status = cli_parse(&verb_sweep_merge, argc, argv, 1, -1, &c);
    if (status != CLI_GO)
        return status;
    const char *out = cli_text(&c, "out");
    if (!out)
        return cli_usage(&verb_sweep_merge, "--out says where the merged store goes");
    int rc = sweep_merge((const char *const *)c.arg, (size_t)c.narg, out, &j, &w);
    if (rc && rc != E_PARTIAL) {
        text_free(&j.out);
        return cli_fail(&w);
    }
    status = put_about(&j);
    return rc ? cli_fail(&w) : status;
}

static const cli_flag merge_flags[] = {
    { "out", 'o', "FILE", "the store all of them go into", false },
    { NULL, 0, NULL, NULL, false },
};
static const char *const merge_examples[] = { "fade sweep merge shard-*.sqlite -o merged.sqlite", NULL };
const cli_verb verb_sweep_merge = { .name = "merge",
                                    .help = "the stores of several shards become one; says which cases are missing",
                                    .args = "STORE ..",
                                    .flag = merge_flags,
                                    .example = merge_examples,
                                    .run = run_merge };

/* ---- sweep ---- */

static const cli_verb *const subs[] = { &verb_sweep_plan,  &verb_sweep_run,   &verb_sweep_resume, &verb_sweep_status,
                                        &verb_sweep_table, &verb_sweep_merge, &verb_sweep_slurm,  &verb_sweep_work,
                                        NULL };
const cli_verb verb_sweep = { .name = "sweep",
                              .help = "many points of one scenario",
                              .args = "plan|run|resume|status|table|merge|slurm",
                              .sub = subs };

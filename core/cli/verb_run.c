/* SPDX-License-Identifier: MIT
 * verb_run.c - fade run FILE: a scenario to its result.
 *
 * Everything is checked before a folder is touched.  The result's folder holds scenario.toml (merged), what outputs
 * write, the snapshot and result.json; a lock keeps two runs apart.
 */
#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/cli/cli_open.h"
#include "core/cli/run_folder.h"
#include "core/script/script.h"
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Flags that are short for a key. */
static const struct {
    const char *flag, *key;
} shorts[] = { { "seed", "run.seed" }, { "cycles", "run.cycles" }, { "threads", "run.threads" } };
enum { NSHORTS = sizeof shorts / sizeof *shorts };

static const cli_flag run_flags[] = {
    CLI_SET_FLAG,
    { "out", 'o', "DIR", "folder of the result (default results/NAME)", false },
    { "seed", 0, "N", "short for --set run.seed=N", false },
    { "cycles", 0, "N", "short for --set run.cycles=N", false },
    { "threads", 'j', "N", "short for --set run.threads=N; 0: all cores", false },
    { "dry-run", 'n', NULL, "check everything, print the plan, write nothing", false },
    { "overwrite", 0, NULL, "replace an existing result", false },
    { "resume", 0, NULL, "go on with an interrupted one", false },
    { "profile", 0, NULL, "say where time and memory went", false },
    CLI_TRUST_FLAG,
    { NULL, 0, NULL, NULL, false },
};

/* --- progress
 * ---------------------------------------------------------------------------------------------------------------- */

typedef struct ticker {
    bool    tty, said;
    int64_t last_ns;                                    /* of the last line that is no terminal's */
} ticker;

static void add_span(text *t, double s)
{
    if (s < 90)
        text_addf(t, "%.0f s", s);
    else if (s < 5400)
        text_addf(t, "%.0f min", s / 60);
    else if (s < 172800)
        text_addf(t, "%.1f h", s / 3600);
    else
        text_addf(t, "%.1f days", s / 86400);
}

static void add_big(text *t, double n)
{
    static const struct { double at; const char *name; } steps[] = { { 1e9, " G" }, { 1e6, " M" }, { 1e3, " k" } };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (n >= steps[i].at) {
            text_addf(t, "%.1f%s", n / steps[i].at, steps[i].name);
            return;
        }
    text_addf(t, "%.0f ", n);
}

/* One line on a terminal, rewritten; elsewhere a line every ten seconds. */
static void tick(void *ctx, const engine_progress *p)
{
    ticker *k = ctx;
    int64_t now = clock_monotonic_ns();
    if (!k->tty && now - k->last_ns < 10 * (int64_t)1000000000)
        return;
    k->last_ns = now;
    text t = { 0 };
    text_addf(&t, "%s%s ", k->tty ? "\r\033[K" : "fade: ", p->doing ? p->doing : "run");
    if (!isnan(p->done))
        text_addf(&t, "%3.0f %%, ", p->done * 100);
    add_big(&t, (double)p->rows);
    text_add(&t, "rows, ");
    add_big(&t, p->rate);
    text_addf(&t, "rows/s, %llu of %llu cells ended", (unsigned long long)p->ended, (unsigned long long)p->lanes);
    if (!isnan(p->left)) {
        text_add(&t, ", ");
        add_span(&t, p->left);
        text_add(&t, " left");
    }
    fprintf(stderr, "%s%s", text_of(&t), k->tty ? "" : "\n");
    text_free(&t);
    k->said = k->tty;
}

static void tick_end(ticker *k)
{
    if (k->said)
        fputs("\r\033[K", stderr);
    k->said = false;
}

/* --- the run
 * -------------------------------------------------------------------------------------------------------------------
 */

typedef struct job {
    cli         c;
    scenario   *s;
    engine     *e;
    script     *script;                                 /* of a Lua scenario; NULL */
    char       *folder;
    int         lock;
    ticker      ticker;
    int64_t     start_ns, opened_ns, ran_ns;
} job;

/* --json prints one object: what outputs print on stdout would stand in its way.  Returns the real stdout, -1: not
 * turned. */
static int turn_stdout(void)
{
    fflush(stdout);
    int real = dup(STDOUT_FILENO), nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (real >= 0 && nowhere >= 0)
        dup2(nowhere, STDOUT_FILENO);
    if (nowhere >= 0)
        close(nowhere);
    return real;
}

static void turn_back(int real)
{
    if (real < 0)
        return;
    fflush(stdout);
    dup2(real, STDOUT_FILENO);
    close(real);
}

static bool has_summary(const scenario *s)
{
    for (size_t i = 0; i < s->noutput; i++)
        if (strcmp(s->output[i].part.plugin->desc->id, "summary") == 0)
            return true;
    return false;
}

static int read_scenario(job *k, const char *path)
{
    char set[NSHORTS][64];
    const char *more[NSHORTS];
    size_t n = 0;
    for (size_t i = 0; i < NSHORTS; i++) {
        const char *value = cli_text(&k->c, shorts[i].flag);
        if (!value)
            continue;
        snprintf(set[n], sizeof set[n], "%s=%s", shorts[i].key, value);
        more[n] = set[n];
        n++;
    }
    return cli_scenario(&k->c, path, more, n, &k->s, &k->script);
}

static char *folder_of(const job *k)
{
    const char *given = cli_text(&k->c, "out");
    if (given || k->s->out)
        return mem_dup(given ? given : k->s->out);
    return file_join("results", k->s->slug);
}

static int dry_run(const job *k)
{
    text t = { 0 };
    engine_plan(k->e, &t);
    if (!t.failed && cli_json()) {
        json j = { 0 };
        json_open(&j, NULL, '{');
        json_text(&j, "name", k->s->name);
        json_text(&j, "folder", k->folder);
        json_text(&j, "plan", text_of(&t));
        json_close(&j, '}');
        text_addc(&j.out, '\n');
        text_free(&t);
        t = j.out;
    }
    int rc = t.failed ? E_NOMEM : cli_put(text_of(&t), t.n);
    text_free(&t);
    return why_status(rc);
}

static void say_profile(const job *k)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    double cpu = (double)u.ru_utime.tv_sec + (double)u.ru_utime.tv_usec * 1e-6 + (double)u.ru_stime.tv_sec +
                 (double)u.ru_stime.tv_usec * 1e-6;
    double open = (double)(k->opened_ns - k->start_ns) * 1e-9, run = (double)(k->ran_ns - k->opened_ns) * 1e-9;
    fprintf(stderr, "fade: check %.4f s, run %.3f s (%.3f s of all cores), peak memory %.1f MB\n", open, run, cpu,
            (double)u.ru_maxrss / 1024);
}

/* result.json, and the same on stdout with --json. */
static int write_result(const job *k, why *w)
{
    json j = { 0 };
    engine_result(k->e, &j);
    text_addc(&j.out, '\n');
    char *path = file_join(k->folder, "result.json");
    int rc = j.out.failed || !path ? fail(w, E_NOMEM, "no memory for the result")
                                   : file_write(path, text_of(&j.out), j.out.n, w);
    if (cli_json() && !j.out.failed && cli_put(text_of(&j.out), j.out.n) && !rc)
        rc = fail(w, E_IO, "the result did not get to stdout; it is in %s", path);
    free(path);
    text_free(&j.out);
    return rc;
}

static int closing_words(const job *k, int rc, const why *w)
{
    int status = rc ? cli_fail(w) : 0;
    if (rc == E_OK || rc == E_PARTIAL)
        cli_say("results lie in %s\n", k->folder);
    else
        cli_say("what was finished lies in %s; `--resume` goes on from there\n", k->folder);
    return status;
}

static int do_run(job *k)
{
    why w = { 0 }, later = { 0 };
    int real = cli_json() ? turn_stdout() : -1;
    int rc = engine_run(k->e, &w);
    turn_back(real);
    k->ran_ns = clock_monotonic_ns();
    tick_end(&k->ticker);
    bool refused = cli_has(&k->c, "resume") && rc == E_INPUT;           /* nothing ran: what lies there is still true */
    if (!refused && (run_folder_write(k->folder, "scenario.toml", k->s->merged, &later) || write_result(k, &later)) &&
        !rc) {
        rc = later.code;
        w = later;
    }
    if (refused)
        return cli_fail(&w);
    int status = closing_words(k, rc, &w);
    if (cli_has(&k->c, "profile"))
        say_profile(k);
    return status;
}

/* Functions are not in the snapshot: a run goes on only with the file it began with. */
static int same_script(const job *k, why *w)
{
    char *path = file_join(k->folder, "scenario.lua"), *made = NULL;
    size_t n = 0;
    int rc = path ? file_read(path, 8 << 20, &made, &n, w) : fail(w, E_NOMEM, "no memory for a name");
    if (!rc && strcmp(made, script_text(k->script)) != 0)
        rc = fail(w, E_USAGE, "%s is not the file this result began with (%s): --resume goes on with the same one only",
                  k->s->file, path);
    free(made);
    free(path);
    return rc;
}

/* Opens all; writes nothing before all is known to be good. */
static int open_and_run(job *k)
{
    why w = { 0 };
    k->ticker.tty = isatty(STDERR_FILENO);
    k->ticker.last_ns = clock_monotonic_ns();
    engine_options o = {
        .folder = k->folder, .resume = cli_has(&k->c, "resume"), .stop = cli_catch(), .ctx = &k->ticker,
        .hooks = script_hooks(k->script)
    };
    if (!cli_quiet() && !(k->ticker.tty && has_summary(k->s)))         /* the summary shows progress itself */
        o.progress = tick;
    int status = cli_engine(k->s, &o, &k->e);
    if (status != CLI_GO)
        return status;
    k->opened_ns = clock_monotonic_ns();
    if (cli_has(&k->c, "dry-run"))
        return dry_run(k);
    int rc = run_folder_take(k->folder, cli_has(&k->c, "overwrite"), o.resume, &k->lock, &w);
    if (!rc && o.resume && k->script)
        rc = same_script(k, &w);
    if (!rc && !o.resume)
        rc = run_folder_write(k->folder, "scenario.toml", k->s->merged, &w);
    if (!rc && !o.resume && k->script)
        rc = run_folder_write(k->folder, "scenario.lua", script_text(k->script), &w);
    return rc ? cli_fail(&w) : do_run(k);
}

static int run_run(int argc, char **argv)
{
    job k = { .lock = -1, .start_ns = clock_monotonic_ns() };
    why w = { 0 };
    int status = cli_parse(&verb_run, argc, argv, 1, 1, &k.c);
    if (status != CLI_GO)
        return status;
    if (cli_has(&k.c, "overwrite") && cli_has(&k.c, "resume"))
        return cli_usage(&verb_run, "--overwrite and --resume do not go together");
    status = read_scenario(&k, k.c.arg[0]);
    if (status != CLI_GO)
        return status;
    if (k.s->sweep)
        cli_say("this runs the scenario itself; `fade sweep run %s` runs the points of its [sweep]\n", k.c.arg[0]);
    k.folder = folder_of(&k);
    if (!k.folder)
        fail(&w, E_NOMEM, "no memory for the folder's name");
    else
        cli_log(k.s, &w);
    status = w.code ? cli_fail(&w) : open_and_run(&k);
    engine_close(k.e);
    scenario_close(k.s);
    script_close(k.script);
    file_unlock(k.lock);
    free(k.folder);
    log_close();
    return status;
}

static const char *const run_examples[] = {
    "fade run scenarios/virtual-fleet.toml --out results/fleet",
    "fade run scenarios/minimal.toml --set physics.k_t=4.14e-10 --cycles 500",
    "fade run scenarios/minimal.toml --set physics.k_t=4.14e-10 --cycles 1000 --resume",
    "fade run scenarios/minimal.toml --dry-run",
    "fade run scenarios/cell-protocol.toml --cycles 3 --set trace.cycles=all --out results/cell",
    NULL,
};
const cli_verb verb_run = {
    .name = "run",
    .help = "simulate a scenario and write its result",
    .args = "FILE",
    .flag = run_flags,
    .example = run_examples,
    .run = run_run,
};

/* SPDX-License-Identifier: MIT
 * verb_sweep_run.c - fade sweep run and resume, and what their worker processes do.
 */
#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/cli/cli_open.h"
#include "core/cli/verb_sweep.h"
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define RUN_FLAGS                                                                                                     \
    { "jobs", 0, "N", "worker processes, 0: as many as cores; threads of this process unless given", false },        \
        { "threads", 'j', "N", "threads of this process, or of each worker; 0: all cores", false },                  \
        { "shard", 0, "I/N", "only the I-th of N shares, as job arrays want it", false },                            \
        { "timeout", 0, "TIME", "how long a case may take (seconds, or \"1 min\"); in worker processes", false },    \
        { "retry", 0, "N", "how often a case that crashed or took too long is tried again", false },                 \
        { "trust", 0, NULL, "a Lua scenario may use all of Lua", false }

static const cli_flag run_flags[] = {
    CLI_SET_FLAG,
    { "store", 0, "FILE", "where results go (default DIR/sweep.sqlite)", false },
    { "out", 'o', "DIR", "folder of plan and store (default results/NAME)", false },
    RUN_FLAGS,
    { NULL, 0, NULL, NULL, false },
};
static const cli_flag resume_flags[] = { { "failed", 0, NULL, "also run the cases that failed once more", false },
                                         RUN_FLAGS, { NULL, 0, NULL, NULL, false } };

/* ---- progress: a line on a terminal, rewritten; elsewhere one every ten seconds ---- */

typedef struct ticker {
    bool    tty, said;
    int64_t last_ns;
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

static void tick(void *ctx, const sweep_progress *p)
{
    ticker *k = ctx;
    int64_t now = clock_monotonic_ns();
    if (now - k->last_ns < (k->tty ? (int64_t)100000000 : 10 * (int64_t)1000000000))
        return;
    k->last_ns = now;
    text t = { 0 };
    double part = p->cases ? 100 * (double)p->done / (double)p->cases : 100;
    text_addf(&t, "%ssweep %3.0f %%, %llu of %llu cases, %.3g cases/s", k->tty ? "\r\033[K" : "fade: ", part,
              (unsigned long long)p->done, (unsigned long long)p->cases, p->rate);
    if (p->failed)
        text_addf(&t, ", %llu failed", (unsigned long long)p->failed);
    if (!isnan(p->left)) {
        text_add(&t, ", ");
        add_span(&t, p->left);
        text_add(&t, " left");
    }
    fprintf(stderr, "%s%s", text_of(&t), k->tty ? "" : "\n");
    text_free(&t);
    k->said = k->tty;
}

/* ---- flags ---- */

/* "3/16" */
static bool read_shard(const char *said, sweep_options *o)
{
    char *end;
    if (!isdigit((unsigned char)*said))
        return false;
    errno = 0;
    o->shard = strtoull(said, &end, 10);
    if (*end != '/' || !isdigit((unsigned char)end[1]))
        return false;
    o->shards = strtoull(end + 1, &end, 10);
    return !*end && !errno && o->shard >= 1 && o->shard <= o->shards;
}

static int number_of(const cli *c, const char *flag, int otherwise)
{
    const char *said = cli_text(c, flag);
    long n = said ? strtol(said, NULL, 10) : otherwise;
    return n > 4096 ? 4096 : (int)n;
}

static int cores(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (int)n : 1;
}

static int read_flags(const cli *c, sweep_options *o)
{
    const char *shard = cli_text(c, "shard");
    if (shard && !read_shard(shard, o))
        return cli_usage(c->verb, "--shard is I/N, with I from 1 to N, not \"%s\"", shard);
    o->jobs = cli_has(c, "jobs") ? number_of(c, "jobs", 0) : 0;
    if (cli_has(c, "jobs") && o->jobs == 0)
        o->jobs = cores();
    o->threads = number_of(c, "threads", 0);
    o->retry = number_of(c, "retry", 0);
    o->trust = cli_has(c, "trust");
    return verb_sweep_seconds(c->verb, c, "timeout", &o->timeout);
}

/* ---- where it goes ---- */

/* "Xu 2018, everywhere" -> "xu-2018-everywhere" */
static void slug_of(const char *name, char *out, size_t size)
{
    size_t n = 0;
    for (; *name && n + 1 < size; name++) {
        bool keep = (unsigned char)*name < 0x80 && isalnum((unsigned char)*name);
        if (keep)
            out[n++] = (char)tolower((unsigned char)*name);
        else if (n && out[n - 1] != '-')
            out[n++] = '-';
    }
    while (n && out[n - 1] == '-')
        n--;
    out[n] = '\0';
}

/* The store's path, its folder made; the caller frees.  NULL: w says why. */
static char *place_of(const cli *c, const sweep *s, why *w)
{
    const char *store = cli_text(c, "store"), *out = cli_text(c, "out");
    char folder[128], slug[64];
    sweep_about a;
    sweep_tell(s, &a);
    slug_of(a.name, slug, sizeof slug);
    snprintf(folder, sizeof folder, "results/%s", *slug ? slug : "sweep");
    const char *in = out ? out : folder;
    if (store) {
        char *slash, *own = mem_dup(store);
        if (own && (slash = strrchr(own, '/')) && slash > own) {
            *slash = '\0';
            file_mkdirs(own, w);
        }
        free(own);
    } else {
        file_mkdirs(in, w);
    }
    char *path = w->code ? NULL : store ? mem_dup(store) : file_join(in, "sweep.sqlite");
    if (!path && !w->code)
        fail(w, E_NOMEM, "no memory for the name of the store");
    return path;
}

/* The plan beside a store: sweep.sqlite has sweep.plan.json.  One that is there is not touched: it is the same, or the
 * store's own check tells. */
static int plan_beside(const sweep *s, const char *store, why *w)
{
    text t = { 0 };
    size_t n = strlen(store);
    text_addn(&t, store, text_ends(store, ".sqlite") ? n - 7 : n);
    text_add(&t, ".plan.json");
    int rc = t.failed ? fail(w, E_NOMEM, "no memory for the plan's name")
             : file_exists(text_of(&t)) ? E_OK
                                        : sweep_save(s, text_of(&t), w);
    text_free(&t);
    return rc;
}

/* ---- the run ---- */

static int closing_words(const char *store, int rc, const sweep_progress *p, double seconds, const why *w)
{
    int status = rc ? cli_fail(w) : 0;
    bool known = rc == E_OK || rc == E_PARTIAL || rc == E_CANCEL;
    if (known && p->cases)
        cli_say("%llu of %llu cases are in %s (%.2g s, %.3g cases/s)\n", (unsigned long long)p->done,
                (unsigned long long)p->cases, store, seconds, p->rate);
    else if (known)
        cli_say("this share has no cases\n");
    else
        cli_say("what is finished is in %s; `fade sweep resume %s` goes on from there\n", store, store);
    if (rc == E_CANCEL)
        cli_say("`fade sweep resume %s` goes on from there\n", store);
    return status;
}

static int run_all(const cli *c, sweep *s, const char *store, bool planned)
{
    why w = { 0 };
    ticker k = { .tty = isatty(STDERR_FILENO), .last_ns = clock_monotonic_ns() };
    sweep_options o = { .store = store, .exe = cli_exe(), .ctx = &k, .progress = cli_quiet() ? NULL : tick };
    sweep_progress p = { 0 };
    int status = read_flags(c, &o);
    if (status != CLI_GO)
        return status;
    o.again = c->verb == &verb_sweep_resume && cli_has(c, "failed");
    o.stop = cli_catch();
    int64_t start = clock_monotonic_ns();
    int rc = sweep_run(s, &o, &p, &w);
    if (k.said)
        fputs("\r\033[K", stderr);
    if (planned && (rc == E_OK || rc == E_PARTIAL || rc == E_CANCEL)) {
        why beside = { 0 };
        if (plan_beside(s, store, &beside) && !rc) {
            rc = beside.code;
            w = beside;
        }
    }
    bool tell = cli_json() && (rc == E_OK || rc == E_PARTIAL || rc == E_CANCEL);
    int told = tell ? verb_sweep_tell(store) : 0;
    status = closing_words(store, rc, &p, (double)(clock_monotonic_ns() - start) / 1e9, &w);
    return status ? status : told;
}

static int run_run(int argc, char **argv)
{
    cli c;
    why w = { 0 };
    sweep *s = NULL;
    bool planned = false;
    int status = cli_parse(&verb_sweep_run, argc, argv, 1, 1, &c);
    if (status != CLI_GO)
        return status;
    status = verb_sweep_log(&w) ? cli_fail(&w) : verb_sweep_open(&c, c.arg[0], false, &s, &planned);
    if (status == CLI_GO) {
        char *store = place_of(&c, s, &w);
        status = store ? run_all(&c, s, store, planned) : cli_fail(&w);
        free(store);
    }
    sweep_close(s);
    log_close();
    return status;
}

static int run_resume(int argc, char **argv)
{
    cli c;
    why w = { 0 };
    sweep *s = NULL;
    bool planned = false;
    int status = cli_parse(&verb_sweep_resume, argc, argv, 1, 1, &c);
    if (status != CLI_GO)
        return status;
    status = verb_sweep_log(&w) ? cli_fail(&w) : verb_sweep_open(&c, c.arg[0], true, &s, &planned);
    if (status == CLI_GO)
        status = run_all(&c, s, c.arg[0], false);
    sweep_close(s);
    log_close();
    return status;
}

/* ---- a worker ---- */

/* stdout is the answers' way back: what a plugin prints must not get into it. */
static int answers(void)
{
    int out = dup(STDOUT_FILENO);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    return out;
}

static int run_work(int argc, char **argv)
{
    cli c;
    why w = { 0 };
    sweep *s = NULL;
    bool planned;
    prctl(PR_SET_PDEATHSIG, SIGKILL);                   /* no worker outlives the sweep */
    int status = cli_parse(&verb_sweep_work, argc, argv, 1, 1, &c);
    if (status != CLI_GO)
        return status;
    if (!cli_text(&c, "store"))
        return cli_usage(&verb_sweep_work, "--store is wanted");
    int out = answers();
    status = verb_sweep_log(&w) ? cli_fail(&w) : verb_sweep_open(&c, c.arg[0], true, &s, &planned);
    if (status == CLI_GO)
        status = sweep_work(s, cli_text(&c, "store"), number_of(&c, "threads", 1), STDIN_FILENO, out, &w) ? cli_fail(&w)
                                                                                                         : 0;
    sweep_close(s);
    log_close();
    return status;
}

static const char *const run_examples[] = {
    "fade sweep run scenarios/sweep.toml --store sweep.sqlite",
    "fade sweep run scenarios/spare.toml --store spare.sqlite",
    "fade sweep run plan.json --shard 3/16 --store shard-3.sqlite",
    "fade sweep run plan.json --store all.sqlite --jobs 0 --timeout \"30 s\" --retry 1",
    NULL,
};
const cli_verb verb_sweep_run = { .name = "run",
                                  .help = "run what the store does not hold yet",
                                  .args = "PLAN|SCENARIO",
                                  .flag = run_flags,
                                  .example = run_examples,
                                  .run = run_run };
static const char *const resume_examples[] = { "fade sweep resume sweep.sqlite", NULL };
const cli_verb verb_sweep_resume = { .name = "resume",
                                     .help = "go on with a store, by the plan it holds",
                                     .args = "STORE",
                                     .flag = resume_flags,
                                     .example = resume_examples,
                                     .run = run_resume };
static const cli_flag work_flags[] = {
    { "store", 0, "FILE", "where results go", false },
    { "threads", 'j', "N", "threads", false },
    { "trust", 0, NULL, "a Lua scenario may use all of Lua", false },
    { NULL, 0, NULL, NULL, false },
};
const cli_verb verb_sweep_work = { .name = "work",
                                   .help = "a worker process of fade sweep run",
                                   .args = "PLAN",
                                   .flag = work_flags,
                                   .run = run_work,
                                   .hidden = true };

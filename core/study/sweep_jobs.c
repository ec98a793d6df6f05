/* SPDX-License-Identifier: MIT
 * sweep_jobs.c - blocks in worker processes: what crashes or hangs there takes nothing else along.
 *
 * A worker says "ready", gets lines "INDEX GROUP FIRST COUNT", stores the results itself and answers "ok FAILED" or
 * "no CODE TEXT".
 * When it dies or is too slow its cases are halved until one is alone: that one fails, with the reason.  Processes are
 * spawned, never forked: a library with threads does not survive a fork.
 */
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/study/sweep_inside.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
enum { JOBS_MOST = 256, LINE = 1200 };

/* ---- the worker's side ---- */

static int say(int out, const char *line, size_t n, why *w)
{
    for (size_t at = 0; at < n;) {
        ssize_t some = write(out, line + at, n - at);
        if (some < 0 && errno == EINTR)
            continue;
        if (some <= 0)
            return fail(w, E_IO, "the sweep's first process is gone");
        at += (size_t)some;
    }
    return E_OK;
}

/* No core files; and a plugin that never has enough memory fails alone, not the machine.  A process that already holds
 * more than there is (a sanitizer's) is left as it is. */
static void set_limits(void)
{
    unsigned long long data = 0, pages = (unsigned long long)sysconf(_SC_PHYS_PAGES);
    FILE *from = fopen("/proc/self/statm", "r");
    int got = from ? fscanf(from, "%*u %*u %*u %*u %*u %llu", &data) : 0;
    if (from)
        fclose(from);
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
    rlim_t all = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
    if (got == 1 && data < pages / 2)
        setrlimit(RLIMIT_DATA, &(struct rlimit){ all, all });
}

int sweep_work(sweep *s, const char *path, int threads, int in, int out, why *w)
{
    sweep_store store = { 0 };
    sweep_group g = { 0 };
    char line[LINE];
    set_limits();
    FILE *from = fdopen(in, "r");
    int rc = from ? sweep_store_open(s, path, &store, w) : fail(w, E_IO, "no input");
    sweep_options o = { .threads = threads };
    rc = rc ? rc : say(out, "ready\n", 6, w);
    while (!rc && fgets(line, sizeof line, from)) {
        sweep_block b;
        uint64_t failed = 0;
        why own = { 0 };
        if (sscanf(line, "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64, &b.index, &b.group, &b.first, &b.count) != 4 ||
            b.first + b.count > s->n || b.first + b.count < b.first || !b.count) {
            rc = fail(w, E_INPUT, "a worker of a sweep cannot read \"%.80s\"", line);
            break;
        }
        int did = sweep_block_run(s, &g, &b, &o, &store, &failed, &own);
        int n = did ? snprintf(line, sizeof line, "no %d %.1000s\n", did, own.text)
                    : snprintf(line, sizeof line, "ok %" PRIu64 "\n", failed);
        rc = say(out, line, (size_t)n, w);
    }
    sweep_group_close(s, &g);
    sweep_store_close(&store);
    if (from)
        fclose(from);
    return rc;
}

/* ---- the first process' side ---- */

typedef struct job {
    pid_t       pid;                              /* 0: none */
    int         to, from;
    bool        busy, slow, ready;
    sweep_block b;
    int64_t     deadline_ns;                      /* 0: none */
    char        line[LINE];
    size_t      n;
} job;

typedef struct crew {
    const sweep         *s;
    const sweep_options *o;
    sweep_store         *store;
    sweep_due           *due;
    sweep_progress      *p;
    job                  job[JOBS_MOST];
    int                  n;
    double               timeout;
    char                 plan[64];
    char               **environ;                 /* ours, with the folders of plugins we look into */
    char                *folders;
    uint64_t             most;                    /* cases given at once: fewer while some take too long */
    int64_t              stop_ns;                 /* when it was asked to stop; 0: it was not */
    int64_t              began_ns;
    uint64_t             before;
    why                 *why;
} crew;

static int spawn_job(crew *c, job *j)
{
    int to[2] = { -1, -1 }, from[2] = { -1, -1 };
    char threads[16];
    snprintf(threads, sizeof threads, "%d", c->o->threads > 0 ? c->o->threads : 1);
    if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC)) {
        for (int i = 0; i < 2; i++) {
            if (to[i] >= 0)
                close(to[i]);
            if (from[i] >= 0)
                close(from[i]);
        }
        return fail(c->why, E_IO, "no pipe to a worker: %s", strerror(errno));
    }
    char *argv[] = { (char *)(uintptr_t)c->o->exe, (char *)"sweep", (char *)"work", c->plan, (char *)"--store",
                     c->store->path, (char *)"--threads", threads, c->o->trust ? (char *)"--trust" : NULL, NULL };
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP);       /* Ctrl-C is the first process' to handle */
    int err = posix_spawn(&j->pid, c->o->exe, &actions, &attr, argv, c->environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);
    close(to[0]);
    close(from[1]);
    j->to = to[1];
    j->from = from[0];
    j->n = 0;
    j->busy = j->slow = j->ready = false;
    if (!err)
        return E_OK;
    close(to[1]);
    close(from[0]);
    j->pid = 0;
    return fail(c->why, E_IO, "%s cannot be started as a worker: %s", c->o->exe, strerror(err));
}

/* Waits for a worker that is gone or is to go; its status. */
static int reap(job *j, bool kill_it)
{
    int status = 0;
    if (!j->pid)
        return 0;
    close(j->to);
    close(j->from);
    if (kill_it)
        kill(j->pid, SIGKILL);
    while (waitpid(j->pid, &status, 0) < 0 && errno == EINTR)
        ;
    j->pid = 0;
    return status;
}

static int push_due(crew *c, const sweep_block *b)
{
    sweep_due *d = c->due;
    if (d->n == d->cap) {
        sweep_block *more = mem_grow(d->at, d->cap * 2 + 8, sizeof *more);
        if (!more)
            return fail(c->why, E_NOMEM, "no memory for blocks");
        d->at = more;
        d->cap = d->cap * 2 + 8;
    }
    d->at[d->n++] = *b;
    return E_OK;
}

/* Opening the plan has a time of its own. */
static void start_clock(const crew *c, job *j)
{
    double most = j->ready ? c->timeout : c->timeout + 60;
    j->deadline_ns = c->timeout > 0 ? clock_monotonic_ns() + (int64_t)(most * 1e9) : 0;
}

static int give(crew *c, job *j)
{
    char line[128];
    int rc = j->pid ? E_OK : spawn_job(c, j);
    if (rc)
        return rc;
    j->b = c->due->at[--c->due->n];
    j->busy = true;
    j->slow = false;
    if (j->b.count > c->most) {
        const sweep_block rest = { j->b.index, j->b.group, j->b.first + c->most, j->b.count - c->most, 0 };
        j->b.count = c->most;
        if ((rc = push_due(c, &rest)))
            return rc;
    }
    start_clock(c, j);
    int n = snprintf(line, sizeof line, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", j->b.index, j->b.group,
                     j->b.first, j->b.count);
    if (say(j->to, line, (size_t)n, c->why))
        c->why->code = 0;                         /* it died at once: poll will see that */
    return E_OK;
}

/* One case alone broke its worker for good: its row says why. */
static int store_broken(crew *c, const sweep_block *b, const char *reason)
{
    axis_value v[AXIS_MOST];
    char id[SWEEP_ID];
    double nothing[SWEEP_COLLECT];
    for (int i = 0; i < SWEEP_COLLECT; i++)
        nothing[i] = NAN;
    uint64_t number = sweep_case_at(c->s, b->first);
    int rc = sweep_values(c->s, number, v, c->why);
    rc = rc ? rc : sweep_id(c->s, v, id, c->why);
    if (rc)
        return rc;
    sweep_result r = { .number = number, .block = b->index, .id = id, .reason = reason, .value = v,
                       .collected = nothing, .end = "failed" };
    rc = sweep_store_begin(c->store, c->why);
    rc = rc ? rc : sweep_store_case(c->store, &r, c->why);
    rc = rc ? rc : sweep_store_commit(c->store, c->why);
    if (rc)
        sweep_store_rollback(c->store);
    else
        sweep_count(c->o, c->p, 1, 1, c->began_ns, c->before);
    return rc;
}

static void reason_of(const crew *c, bool slow, int status, char *out, size_t size)
{
    if (slow)
        snprintf(out, size, "took longer than %g s", c->timeout);
    else if (WIFSIGNALED(status))
        snprintf(out, size, "its process was killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        snprintf(out, size, "its process ended with status %d", WEXITSTATUS(status));
}

/* A worker is gone with its cases undone. */
static int broken(crew *c, job *j)
{
    char reason[160];
    bool slow = j->slow;
    int status = reap(j, slow);
    sweep_block b = j->b;
    if (!j->busy)
        return E_OK;
    j->busy = false;
    if (!j->ready)
        return c->why->code ? c->why->code
                            : fail(c->why, E_FAILED, "a worker ended before it began, with %s %d",
                                   WIFSIGNALED(status) ? "signal" : "status",
                                   WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    if (b.count > 1) {
        uint64_t half = b.count / 2;
        if (slow && half < c->most)
            c->most = half;
        int rc = push_due(c, &(sweep_block){ b.index, b.group, b.first + half, b.count - half, 0 });
        return rc ? rc : push_due(c, &(sweep_block){ b.index, b.group, b.first, half, 0 });
    }
    int retry = c->o->retry > 0 ? c->o->retry : c->s->retry;
    if (b.tries++ < retry)
        return push_due(c, &b);
    reason_of(c, slow, status, reason, sizeof reason);
    return store_broken(c, &b, reason);
}

/* A whole line came. */
static int heard(crew *c, job *j, const char *line)
{
    uint64_t failed;
    int code, at = 0;
    if (!j->ready && strcmp(line, "ready") == 0) {
        j->ready = true;
        start_clock(c, j);
        return E_OK;
    }
    j->busy = false;
    if (c->most < c->s->most)
        c->most *= 2;
    if (sscanf(line, "ok %" SCNu64, &failed) == 1) {
        sweep_count(c->o, c->p, j->b.count, failed, c->began_ns, c->before);
        return E_OK;
    }
    if (sscanf(line, "no %d %n", &code, &at) == 1 && at)
        return fail(c->why, code, "%s", line + at);
    return fail(c->why, E_FAILED, "a worker said \"%.80s\"", line);
}

static int listen_to(crew *c, job *j)
{
    ssize_t n = read(j->from, j->line + j->n, sizeof j->line - 1 - j->n);
    if (n < 0 && errno == EINTR)
        return E_OK;
    if (n <= 0)
        return broken(c, j);
    j->n += (size_t)n;
    j->line[j->n] = '\0';
    int rc = E_OK;
    char *at = j->line;
    for (char *end; !rc && (end = strchr(at, '\n')); at = end + 1) {
        *end = '\0';
        rc = heard(c, j, at);
    }
    j->n -= (size_t)(at - j->line);
    memmove(j->line, at, j->n + 1);
    return !rc && j->n == sizeof j->line - 1 ? heard(c, j, j->line) : rc;
}

static int one_round(crew *c)
{
    struct pollfd at[JOBS_MOST];
    job *who[JOBS_MOST];
    nfds_t n = 0;
    int wait = 200, rc = E_OK;
    int64_t now = clock_monotonic_ns();
    for (int i = 0; i < c->n; i++) {
        job *j = &c->job[i];
        if (!j->busy)
            continue;
        if (j->deadline_ns && now >= j->deadline_ns) {
            j->slow = true;
            return broken(c, j);
        }
        if (j->deadline_ns && (j->deadline_ns - now) / 1000000 < wait)
            wait = (int)((j->deadline_ns - now) / 1000000) + 1;
        who[n] = j;
        at[n++] = (struct pollfd){ .fd = j->from, .events = POLLIN };
    }
    if (poll(at, n, wait) <= 0)
        return E_OK;
    for (nfds_t i = 0; i < n && !rc; i++)
        if (at[i].revents)
            rc = listen_to(c, who[i]);
    return rc;
}

static int write_plan(crew *c)
{
    snprintf(c->plan, sizeof c->plan, "/tmp/fade-plan-XXXXXX");
    int fd = mkstemp(c->plan);
    if (fd < 0)
        return fail(c->why, E_IO, "no file for the plan in /tmp: %s", strerror(errno));
    close(fd);
    return sweep_save(c->s, c->plan, c->why);
}

/* Folders that --plugin-dir named are ours alone: workers are told by FADE_PLUGIN_PATH, which they search first. */
static int make_environ(crew *c)
{
    static const char name[] = "FADE_PLUGIN_PATH=";
    const char *const *folder;
    size_t n = 0, nfolder = library_folders(&folder);
    text t = { 0 };
    text_add(&t, name);
    for (size_t i = 0; i < nfolder; i++)
        text_addf(&t, "%s%s", i ? ":" : "", folder[i]);
    c->folders = text_take(&t);
    for (char **e = environ; e && *e; e++)
        n++;
    c->environ = mem_zero(n + 2, sizeof *c->environ);
    if (!c->folders || !c->environ)
        return fail(c->why, E_NOMEM, "no memory for workers");
    n = 0;
    for (char **e = environ; e && *e; e++)
        if (!text_starts(*e, name))
            c->environ[n++] = *e;
    c->environ[n] = c->folders;
    return E_OK;
}

static bool any_busy(const crew *c)
{
    for (int i = 0; i < c->n; i++)
        if (c->job[i].busy)
            return true;
    return false;
}

/* Blocks at hand are waited for, a while. */
static bool stopped(crew *c)
{
    enum { PATIENCE = 10 };                       /* s */
    int64_t now = clock_monotonic_ns();
    if (!c->o->stop || !atomic_load(c->o->stop))
        return false;
    c->stop_ns = c->stop_ns ? c->stop_ns : now;
    return !any_busy(c) || now - c->stop_ns > PATIENCE * (int64_t)1000000000;
}

int sweep_jobs(const sweep *s, const sweep_options *o, sweep_store *store, sweep_due *due, sweep_progress *p, why *w)
{
    crew *c = mem_zero(1, sizeof *c);
    if (!c)
        return fail(w, E_NOMEM, "no memory for workers");
    *c = (crew){ .s = s, .o = o, .store = store, .due = due, .p = p, .why = w, .began_ns = clock_monotonic_ns(),
                 .before = p->done, .timeout = o->timeout > 0 ? o->timeout : s->timeout };
    long wanted = o->jobs > 0 ? o->jobs : sysconf(_SC_NPROCESSORS_ONLN);
    c->n = wanted > JOBS_MOST ? JOBS_MOST : wanted > 0 ? (int)wanted : 1;
    for (size_t i = 0; i < due->n / 2; i++) {     /* taken from the end: the first comes last */
        sweep_block b = due->at[i];
        due->at[i] = due->at[due->n - 1 - i];
        due->at[due->n - 1 - i] = b;
    }
    void (*before)(int) = signal(SIGPIPE, SIG_IGN);
    c->most = s->most;
    int rc = write_plan(c);
    rc = rc ? rc : make_environ(c);
    while (!rc && (due->n || any_busy(c))) {
        for (int i = 0; i < c->n && due->n && !rc && !c->stop_ns; i++)
            if (!c->job[i].busy)
                rc = give(c, &c->job[i]);
        rc = rc ? rc : one_round(c);
        if (!rc && stopped(c))
            rc = E_CANCEL;
    }
    for (int i = 0; i < c->n; i++)
        reap(&c->job[i], c->job[i].busy);
    signal(SIGPIPE, before);
    if (*c->plan)
        unlink(c->plan);
    free(c->environ);
    free(c->folders);
    free(c);
    return rc;
}

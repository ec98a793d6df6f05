/* SPDX-License-Identifier: MIT
 * checker_apart.c - a test in a process of its own: the command is started again, with a time limit, and its rows are
 * read back.
 */
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/host/checker_inside.h"
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
enum { MAX_ROWS = 1 << 20, MAX_ARGS = 16 };

typedef struct child {
    pid_t pid;
    int   rows, talk;                                   /* its standard output; what it prints otherwise */
    text  said;
    int   status;                                       /* of waitpid */
    bool  late;
} child;

static void arguments(const char *argv[MAX_ARGS], const trial_test *test, const char *path, const checker_options *opt,
                      const char *seed)
{
    const char *const fixed[] = { opt->exe, "plugin",       "check",  path,     "--only",
                                  test->id, "--in-process", "--json", "--seed", seed };
    size_t n = sizeof fixed / sizeof fixed[0];
    memcpy(argv, fixed, sizeof fixed);
    if (opt->values_path) {
        argv[n++] = "--values";
        argv[n++] = opt->values_path;
    }
    argv[n] = NULL;
}

/* Starts the command in a group of its own, so that a time limit ends whatever it started. */
static int start(child *c, const char *const argv[], why *w)
{
    int rows[2];
    c->talk = memfd_create("fade-check", MFD_CLOEXEC);
    if (c->talk < 0 || pipe2(rows, O_CLOEXEC))
        return fail(w, E_FAILED, "no pipe to a check: %s", strerror(errno));
    posix_spawn_file_actions_t act;
    posix_spawnattr_t attr;
    posix_spawn_file_actions_init(&act);
    posix_spawn_file_actions_addopen(&act, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&act, rows[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&act, c->talk, STDERR_FILENO);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP);
    int rc = posix_spawn(&c->pid, argv[0], &act, &attr, (char *const *)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&act);
    posix_spawnattr_destroy(&attr);
    close(rows[1]);
    c->rows = rows[0];
    return rc ? fail(w, E_FAILED, "%s cannot be started: %s", argv[0], strerror(rc)) : E_OK;
}

/* Reads rows until the child closes its output or the time is up. */
static void listen_to(child *c, double limit)
{
    int64_t end = clock_monotonic_ns() + (int64_t)(limit * 1e9);
    char part[4096];
    for (;;) {
        int64_t left = (end - clock_monotonic_ns()) / 1000000;
        struct pollfd p = { .fd = c->rows, .events = POLLIN };
        int ready = left > 0 ? poll(&p, 1, (int)left) : 0;
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0) {
            c->late = true;
            break;
        }
        ssize_t n = read(c->rows, part, sizeof part);
        if (n <= 0)
            break;
        if (c->said.n < MAX_ROWS)
            text_addn(&c->said, part, (size_t)n);
    }
}

static void finish(child *c)
{
    if (c->late)
        kill(-c->pid, SIGKILL);
    while (waitpid(c->pid, &c->status, 0) < 0 && errno == EINTR)
        continue;
    close(c->rows);
}

/* The line of what it printed that says most: a sanitizer's, else the last one. */
static void printed(const child *c, char *out, size_t size)
{
    char part[8192];
    ssize_t n = pread(c->talk, part, sizeof part - 1, 0);
    out[0] = '\0';
    part[n > 0 ? n : 0] = '\0';
    char *rest = NULL;
    for (char *line = strtok_r(part, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        if (*line)
            snprintf(out, size, "%.200s", line);
        if (strstr(line, "ERROR: ") || strstr(line, "runtime error"))
            break;
    }
}

static void end_said(const child *c, double limit, char *out, size_t size)
{
    char last[256];
    printed(c, last, sizeof last);
    const char *sep = *last ? "; its last words: " : "";
    if (c->late)
        snprintf(out, size, "did not end within %g s%s%s", limit, sep, last);
    else if (WIFSIGNALED(c->status))
        snprintf(out, size, "crashed with signal %d (%s)%s%s", WTERMSIG(c->status), strsignal(WTERMSIG(c->status)), sep,
                 last);
    else
        snprintf(out, size, "ended the process with status %d%s%s", WEXITSTATUS(c->status), sep, last);
}

static int status_of(const char *word)
{
    for (int s = CHECKER_OK; s <= CHECKER_FAIL; s++)
        if (word && strcmp(word, checker_word(s)) == 0)
            return s;
    return CHECKER_FAIL;
}

/* Adds the rows of one answer; -1 when it is none. */
static int rows_add(const trial_test *test, const child *c, checker_result *out)
{
    json_t *all = json_loadb(text_of(&c->said), c->said.n, 0, NULL), *row;
    json_t *rows = json_object_get(all, "rows");
    const char *plugins = json_string_value(json_object_get(all, "plugins"));
    if (!json_is_array(rows)) {
        json_decref(all);
        return -1;
    }
    if (!out->plugins && plugins && *plugins)
        out->plugins = mem_dup(plugins);
    size_t i;
    int rc = E_OK;
    json_array_foreach(rows, i, row) {
        const char *id = json_string_value(json_object_get(row, "plugin")),
                   *said = json_string_value(json_object_get(row, "text"));
        int status = status_of(json_string_value(json_object_get(row, "status")));
        if (rc == E_OK)
            rc = checker_add(out, test->id, id ? id : "", status, said ? said : "",
                             json_number_value(json_object_get(row, "seconds")));
    }
    json_decref(all);
    return rc;
}

/* Appends a line to row k and makes it a failure. */
static void row_fail(checker_row *row, int severity, const char *said)
{
    text t = { 0 };
    text_addf(&t, "%s%s%s", row->text, *row->text ? "\n" : "", said);
    char *more = text_take(&t);
    if (!more)
        return;
    free(row->text);
    row->text = more;
    if (row->status < severity)
        row->status = severity;
}

static int once(const trial_test *test, const char *path, const checker_options *opt, checker_result *out, why *w)
{
    char seed[32], said[512];
    const char *argv[MAX_ARGS];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)opt->seed);
    arguments(argv, test, path, opt, seed);
    child c = { .rows = -1, .talk = -1 };
    size_t before = out->n;
    int64_t t0 = clock_monotonic_ns();
    int rc = start(&c, argv, w);
    if (rc == E_OK) {
        listen_to(&c, opt->limit);
        finish(&c);
        rc = c.late || WIFSIGNALED(c.status) ? -1 : rows_add(test, &c, out);
    }
    if (rc == -1) {
        end_said(&c, opt->limit, said, sizeof said);
        rc = checker_add(out, test->id, "", CHECKER_FAIL, said, 1e-9 * (double)(clock_monotonic_ns() - t0));
    } else if (rc == E_OK && out->n > before && !strchr(test->kinds, 'l')) {
        char line[256];
        printed(&c, line, sizeof line);
        snprintf(said, sizeof said, "prints \"%s\": a plugin reports through the host", line);
        bool terminal = out->plugins && strstr(out->plugins, "output ");      /* whose trade it is */
        if (*line && !terminal)
            row_fail(&out->row[out->n - 1], CHECKER_FAIL, said);
    }
    if (c.talk >= 0)
        close(c.talk);
    text_free(&c.said);
    return rc == E_NOMEM ? fail(w, rc, "no memory for the rows of a check") : rc;
}

/* Two processes said the same: the rows of the second are dropped. */
static void agree(checker_result *r, size_t first, size_t second)
{
    for (size_t i = first; i < second; i++) {
        checker_row *a = &r->row[i], *b = second + i - first < r->n ? &r->row[second + i - first] : NULL;
        char said[512];
        snprintf(said, sizeof said, "another process gives other bits: %.200s against %.200s", a->text,
                 b ? b->text : "nothing");
        if (a->status <= CHECKER_NOTE && (!b || strcmp(a->text, b->text) != 0))
            row_fail(a, CHECKER_FAIL, said);
    }
    for (; r->n > second; r->n--) {
        free(r->row[r->n - 1].plugin);
        free(r->row[r->n - 1].text);
    }
}

int checker_apart(const trial_test *test, const char *path, const checker_options *opt, checker_result *out, why *w)
{
    size_t first = out->n;
    int rc = once(test, path, opt, out, w);
    size_t second = out->n;
    if (rc == E_OK && test->runs > 1) {
        rc = once(test, path, opt, out, w);
        if (rc == E_OK)
            agree(out, first, second);
    }
    return rc;
}

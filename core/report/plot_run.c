/* SPDX-License-Identifier: MIT
 * plot_run.c - gnuplot as a process of its own: told a script, heard when it complains.
 */
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/report/plot.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int spawn(const char *folder, char *const *argv, int said, pid_t *pid)
{
    posix_spawn_file_actions_t act;
    posix_spawnattr_t attr;
    sigset_t quiet;
    int rc = posix_spawn_file_actions_init(&act);
    if (rc)
        return rc;
    posix_spawnattr_init(&attr);
    sigemptyset(&quiet);
    sigaddset(&quiet, SIGINT);
    sigaddset(&quiet, SIGTERM);
    posix_spawnattr_setsigdefault(&attr, &quiet);       /* Ctrl-C ends gnuplot, whatever we do with it */
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_addopen(&act, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&act, said, 1);
    posix_spawn_file_actions_adddup2(&act, said, 2);
    rc = posix_spawn_file_actions_addchdir_np(&act, folder);
    if (!rc)
        rc = posix_spawnp(pid, argv[0], &act, &attr, argv, environ);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&act);
    return rc;
}

/* All that it says; the last line that holds something is what it complains of. */
static void listen_to(int from, text *said)
{
    char piece[1024];
    ssize_t n;
    while ((n = read(from, piece, sizeof piece)) > 0 || (n < 0 && errno == EINTR))
        if (n > 0 && said->n < 65536)
            text_addn(said, piece, (size_t)n);
}

static void last_line(const text *said, char out[200])
{
    size_t end = said->n, start;
    while (end > 0 && strchr("\n\r \t", said->at[end - 1]))
        end--;
    for (start = end; start > 0 && said->at[start - 1] != '\n'; start--)
        ;
    while (start < end && strchr(" \t^", said->at[start]))
        start++;
    snprintf(out, 200, "%.*s", (int)(end - start), said->n ? said->at + start : "");
}

static int wait_for(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

/* gnuplot does not look whether its bytes reached the disk: a whole picture ends as its kind does. */
static bool whole(const char *picture)
{
    static const struct {
        const char *kind, *end;
    } ends[] = { { ".png", "IEND" }, { ".svg", "</svg>" }, { ".pdf", "%%EOF" } };
    char tail[64] = "";
    FILE *in = fopen(picture, "rb");
    size_t n = in && fseek(in, -32, SEEK_END) == 0 ? fread(tail, 1, sizeof tail, in) : 0;
    if (in)
        fclose(in);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (text_ends(picture, ends[i].kind))
            return memmem(tail, n, ends[i].end, strlen(ends[i].end)) != NULL;
    return true;
}

static int judge(int status, const text *said, const char *picture, why *w)
{
    char line[200];
    last_line(said, line);
    if (WIFSIGNALED(status))
        return fail(w, WTERMSIG(status) == SIGINT ? E_CANCEL : E_FAILED, "gnuplot was ended by signal %d",
                    WTERMSIG(status));
    if (WEXITSTATUS(status) == 127)
        return fail(w, E_FAILED, "gnuplot cannot be started");
    if (WEXITSTATUS(status) || !file_exists(picture))
        return fail(w, E_FAILED, "gnuplot made no picture: %s", *line ? line : "it does not say why");
    if (!whole(picture))
        return fail(w, E_IO, "the picture is not whole: is the disk full?");
    return E_OK;
}

int plot_run(const char *folder, const char *script, const char *picture, why *w)
{
    int end[2];
    pid_t pid;
    text said = { 0 }, out = { 0 };
    text_add(&out, "fade_out='");
    for (const char *p = picture; *p; p++)
        text_add(&out, *p == '\'' ? "''" : (char[]){ *p, '\0' });
    text_add(&out, "'");
    if (out.failed || pipe2(end, O_CLOEXEC)) {
        text_free(&out);
        return fail(w, E_FAILED, "gnuplot cannot be started: %s", strerror(errno));
    }
    char name[] = "gnuplot", option[] = "-e", *path = mem_dup(script);
    char *argv[] = { name, option, out.at, path, NULL };
    int spawned = path ? spawn(folder, argv, end[1], &pid) : ENOMEM;
    close(end[1]);
    int rc;
    if (spawned == ENOENT) {
        rc = fail(w, E_FAILED, "gnuplot is not there: `apt-get install gnuplot-nox` brings it (Debian, Ubuntu), else "
                               "http://www.gnuplot.info; `fade report` makes pictures without it");
    } else if (spawned) {
        rc = fail(w, E_FAILED, "gnuplot cannot be started: %s", strerror(spawned));
    } else {
        listen_to(end[0], &said);
        rc = judge(wait_for(pid), &said, picture, w);
    }
    close(end[0]);
    free(path);
    text_free(&said);
    text_free(&out);
    return rc;
}

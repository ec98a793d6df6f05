/* SPDX-License-Identifier: MIT
 * plot.c - a picture for a paper: data and script written, gnuplot run, the picture put in its place whole.
 */
#include "core/report/plot.h"
#include "core/base/file.h"
#include "core/base/mem.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct studio {                                 /* where gnuplot works */
    char *folder, *data, *script, *picture; /* data and script: paths; picture: absolute, beside its place */
    bool  own;                                          /* the folder is made for it, and goes */
} studio;

static const char *const kinds[] = { ".svg", ".png", ".pdf" };

static int check_kind(const char *path, why *w)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (text_ends(path, kinds[i]))
            return E_OK;
    return fail(w, E_USAGE, "%s: the name must end in .svg, .png or .pdf", path);
}

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static char *with(const char *path, const char *ending)
{
    char *out = mem_zero(strlen(path) + strlen(ending) + 1, 1);
    return out ? strcat(strcpy(out, path), ending) : NULL;
}

/* The absolute path of a file in a folder that is there, which is another's name after chdir. */
static char *absolute(const char *path)
{
    char here[4096], *out = NULL;
    if (*path == '/')
        return mem_dup(path);
    if (getcwd(here, sizeof here))
        out = file_join(here, path);
    return out;
}

static int open_studio(const char *path, bool keep, studio *s, why *w)
{
    const char *tmp = getenv("TMPDIR");
    char pid[64], room[512];
    snprintf(pid, sizeof pid, ".%ld.tmp%s", (long)getpid(), strrchr(path, '.'));
    char *whole = absolute(path), *stem = NULL;
    *s = (studio){ .own = !keep };
    s->picture = whole ? with(whole, pid) : NULL;
    snprintf(room, sizeof room, "%.400s/fade-plot-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!keep && whole && !mkdtemp(room)) {
        free(whole);
        return fail(w, E_IO, "cannot make a folder for gnuplot: %s", strerror(errno));
    }
    if (keep && whole) {
        s->folder = strndup(whole, (size_t)(base_of(whole) - whole));
        stem = mem_dup(whole);
    } else if (whole) {
        s->folder = mem_dup(room);
        stem = file_join(room, "picture");
    }
    s->data = stem ? with(stem, ".dat") : NULL;
    s->script = stem ? with(stem, ".gp") : NULL;
    bool all = s->folder && s->data && s->script && s->picture;
    free(stem);
    free(whole);
    return all ? E_OK : fail(w, E_NOMEM, "no memory to draw %s", path);
}

static void close_studio(studio *s)
{
    if (s->picture)
        unlink(s->picture);
    if (s->own && s->data && s->script && s->folder) {
        unlink(s->data);
        unlink(s->script);
        rmdir(s->folder);
    }
    free(s->folder);
    free(s->data);
    free(s->script);
    free(s->picture);
}

/* gnuplot says of a folder that is closed to it no more than "system error". */
static int can_write(const char *picture, const char *path, why *w)
{
    int fd = open(picture, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return fail(w, E_IO, "cannot write %s: %s", path, strerror(errno));
    close(fd);
    unlink(picture);
    return E_OK;
}

static int draw(const text *data, const text *script, const char *path, const studio *s, why *w)
{
    int rc = data->failed || script->failed ? fail(w, E_NOMEM, "no memory to draw %s", path) : E_OK;
    if (!rc)
        rc = can_write(s->picture, path, w);
    if (!rc)
        rc = file_write(s->data, text_of(data), data->n, w);
    if (!rc)
        rc = file_write(s->script, text_of(script), script->n, w);
    if (!rc)
        rc = plot_run(s->folder, s->script, s->picture, w);
    if (!rc && rename(s->picture, path))
        rc = fail(w, E_IO, "cannot write %s: %s", path, strerror(errno));
    return rc;
}

/* Data and script of what is asked for. */
static int compose(result *const *r, size_t n, const plot_options *o, const char *path, const studio *s, plot *p,
                   text out[2], why *w)
{
    if (o->trace)
        return plot_trace(r[0], o, base_of(s->data), base_of(path), out, w);
    int rc = plot_gather(r, n, o, p, w);
    if (rc)
        return rc;
    plot_data(p, &out[0]);
    plot_script(p, o, base_of(s->data), base_of(path), &out[1]);
    return E_OK;
}

int plot_drawn(const char *path,
               int (*compose_it)(void *ctx, const char *data, const char *picture, text out[2], why *), void *ctx,
               why *w)
{
    studio s = { 0 };
    text out[2] = { 0 };
    int rc = check_kind(path, w);
    rc = rc ? rc : open_studio(path, false, &s, w);
    rc = rc ? rc : compose_it(ctx, base_of(s.data), base_of(path), out, w);
    rc = rc ? rc : draw(&out[0], &out[1], path, &s, w);
    close_studio(&s);
    text_free(&out[0]);
    text_free(&out[1]);
    return rc;
}

int plot_file(result *const *r, size_t n, const plot_options *o, const char *path, why *w)
{
    studio s = { 0 };
    text out[2] = { 0 };
    plot *p = mem_zero(1, sizeof *p);
    int rc = p ? check_kind(path, w) : fail(w, E_NOMEM, "no memory to draw %s", path);
    if (!rc)
        rc = open_studio(path, o->keep, &s, w);
    if (!rc)
        rc = compose(r, n, o, path, &s, p, out, w);
    if (!rc)
        rc = draw(&out[0], &out[1], path, &s, w);
    close_studio(&s);
    if (p && !rc && o->left_out)
        text_add(o->left_out, text_of(&p->left_out));
    if (p)
        text_free(&p->left_out);
    text_free(&out[0]);
    text_free(&out[1]);
    free(p);
    return rc;
}

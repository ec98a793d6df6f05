/* SPDX-License-Identifier: MIT
 * run_folder.c - the folder of a result: taken by one run at a time, never somebody else's.
 *
 * A folder is a result when fade's own files lie in it.  Outputs cut their files themselves when a run starts afresh,
 * so only fade's own are removed here; whatever else somebody keeps there stays.
 */
#include "core/cli/run_folder.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const own_files[] = { "scenario.toml", "scenario.lua", "result.json", "state.fade", "lock" };
enum { NOWN = sizeof own_files / sizeof *own_files };

static bool is_own(const char *name)
{
    for (size_t i = 0; i < NOWN; i++) {
        size_t n = strlen(own_files[i]);
        if (strncmp(name, own_files[i], n) == 0 && (!name[n] || (name[n] == '.' && text_ends(name, ".tmp"))))
            return true;
    }
    return false;
}

typedef struct contents {
    bool any, own, result;                              /* anything; something of fade's; more than a lock of it */
} contents;

/* What lies in the folder; with `remove_own` fade's own files but the lock go. */
static int look(const char *folder, bool remove_own, contents *c, why *w)
{
    *c = (contents){ 0 };
    DIR *d = opendir(folder);
    if (!d)
        return fail(w, E_IO, "cannot read the folder %s: %s", folder, strerror(errno));
    int rc = E_OK;
    for (struct dirent *e; !rc && (e = readdir(d));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        bool own = is_own(e->d_name), lock = strcmp(e->d_name, "lock") == 0;
        c->any = true;
        c->own = c->own || own;
        c->result = c->result || (own && !lock);
        if (remove_own && own && !lock && unlinkat(dirfd(d), e->d_name, 0))
            rc = fail(w, E_IO, "cannot remove %s/%s: %s", folder, e->d_name, strerror(errno));
    }
    closedir(d);
    return rc;
}

static int judge(const char *folder, const contents *c, bool overwrite, bool resume, why *w)
{
    if (c->any && !c->own)
        return fail(w, E_USAGE, "the folder %s is not empty and holds no result of fade; choose another by --out",
                    folder);
    if (c->result && !overwrite && !resume)
        return fail(w, E_USAGE, "%s holds a result already; --overwrite replaces it, --resume goes on with it", folder);
    if (!c->result && resume)
        return fail(w, E_USAGE, "there is nothing to resume in %s", folder);
    return E_OK;
}

static int take_lock(const char *folder, int *lock, why *w)
{
    char *path = file_join(folder, "lock");
    int rc = path ? file_lock(path, lock, w) : fail(w, E_NOMEM, "no memory for the lock");
    free(path);
    return rc;
}

int run_folder_take(const char *folder, bool overwrite, bool resume, int *lock, why *w)
{
    contents c = { 0 };
    int rc = E_OK;
    *lock = -1;
    if (file_exists(folder) && !file_is_folder(folder))
        return fail(w, E_USAGE, "%s is a file, a folder is wanted; choose another by --out", folder);
    if (file_is_folder(folder))
        rc = look(folder, false, &c, w);
    if (!rc && c.own)                                   /* a run at work is told before its result is */
        rc = take_lock(folder, lock, w);
    if (!rc)
        rc = judge(folder, &c, overwrite, resume, w);
    if (!rc)
        rc = file_mkdirs(folder, w);
    if (!rc && *lock < 0)
        rc = take_lock(folder, lock, w);
    if (!rc && overwrite)
        rc = look(folder, true, &c, w);
    return rc;
}

int run_folder_write(const char *folder, const char *name, const char *made, why *w)
{
    char *path = file_join(folder, name);
    int rc = path ? file_write(path, made, strlen(made), w) : fail(w, E_NOMEM, "no memory to write %s", name);
    free(path);
    return rc;
}

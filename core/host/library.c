/* SPDX-License-Identifier: MIT
 * library.c - finds plugins by name: built-ins, then folders in their order.
 *
 * The library of plugin `id` is id.so; where two kinds share an id (a source and an output called csv) one of them is
 * kind-id.so.
 */
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/host/descriptor.h"
#include "core/host/iface.h"
#include "core/host/library_inside.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef FADE_LIBDIR                                     /* where `make install` puts libraries */
#define FADE_LIBDIR "/usr/local/lib"
#endif

enum { MAX_FOLDERS = 256, MAX_BUILTINS = 512, ID = 64 };

static struct {                                         /* as the loader is the process's, so is where it looks */
    const char *folder[MAX_FOLDERS];
    size_t      nfolder, given;                         /* the first `given` come from --plugin-dir */
    bool        looked;                                 /* the environment and the command's own place are in */
    plugin      builtin[MAX_BUILTINS];
    const fade_library *registered[MAX_BUILTINS];
    size_t      nbuiltin;
    mem_arena  *kept;                                   /* texts that library_list hands out */
} known;

/* ---- folders
 * --------------------------------------------------------------------------------------------------------------- */

static int folder_put(size_t at, const char *path, why *w)
{
    for (size_t i = 0; i < known.nfolder; i++)
        if (strcmp(known.folder[i], path) == 0) {
            if (i < at || at == known.nfolder)
                return E_OK;
            const char *same = known.folder[i]; /* --plugin-dir names one that is searched anyway: it moves up */
            memmove(&known.folder[at + 1], &known.folder[at], (i - at) * sizeof *known.folder);
            known.folder[at] = same;
            return E_OK;
        }
    if (known.nfolder == MAX_FOLDERS)
        return fail(w, E_PLUGIN, "more than %d plugin folders", MAX_FOLDERS);
    const char *copy = mem_dup(path);
    if (!copy)
        return fail(w, E_NOMEM, "no memory for plugin folder %s", path);
    memmove(&known.folder[at + 1], &known.folder[at], (known.nfolder - at) * sizeof *known.folder);
    known.folder[at] = copy;
    known.nfolder++;
    return E_OK;
}

static void folder_append(const char *path)
{
    why w = { 0 };
    if (folder_put(known.nfolder, path, &w))
        log_say(LOG_WARNING, NULL, "%s", w.text);
}

/* FADE_PLUGIN_PATH: entries between ':'; a relative one would mean the working directory. */
static void folders_of_path(const char *list)
{
    for (const char *at = list; at; at = strchr(at, ':')) {
        at += *at == ':';
        char one[PATH_MAX];
        size_t n = strcspn(at, ":");
        if (n == 0)
            continue;
        snprintf(one, sizeof one, "%.*s", (int)n, at);
        if (*one == '/')
            folder_append(one);
        else
            log_say(LOG_WARNING, NULL,
                    "FADE_PLUGIN_PATH: '%s' is passed over: only absolute folders are searched, never the working "
                    "directory",
                    one);
    }
}

/* plugins/ beside the command; one up for commands of a build tree (tests/x); $libdir/fade/plugins for an installed
 * one. */
static void folder_of_command(void)
{
    char exe[PATH_MAX], path[PATH_MAX + 16];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (n <= 0)
        return;
    exe[n] = '\0';
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(exe, '/');
        if (!slash)
            return;
        *slash = '\0';
        if (up == 0 && text_ends(exe, "/bin")) {
            folder_append(FADE_LIBDIR "/fade/plugins");
            return;
        }
        snprintf(path, sizeof path, "%s/plugins", exe);
        bool built = text_ends(exe, "/tests") || text_ends(exe, "/bench") || text_ends(exe, "/fuzz");
        if (up == 1 || !built || file_is_folder(path)) {
            folder_append(path);
            return;
        }
    }
}

static void look(void)
{
    if (known.looked)
        return;
    known.looked = true;
    folders_of_path(secure_getenv("FADE_PLUGIN_PATH"));
    const char *home = secure_getenv("HOME");
    char path[PATH_MAX];
    if (home && *home == '/') {
        snprintf(path, sizeof path, "%s/.local/lib/fade/plugins", home);
        folder_append(path);
    }
    folder_of_command();
}

int library_folder_add(const char *folder, why *w)
{
    char real[PATH_MAX], said[512];
    if (!file_is_folder(folder))
        return fail(w, E_PLUGIN, "plugin folder %s is no folder: %s", folder,
                    file_exists(folder) ? "it is a file" : strerror(ENOENT));
    snprintf(said, sizeof said, "plugin folder %s", folder);
    int rc = library_safe(folder, said, w);
    if (rc)
        return rc;
    if (!realpath(folder, real))
        return fail(w, E_PLUGIN, "plugin folder %s: %s", folder, strerror(errno));
    look();
    rc = folder_put(known.given, real, w);
    if (rc == E_OK && strcmp(known.folder[known.given], real) == 0)
        known.given++;
    return rc;
}

size_t library_folders(const char *const **out)
{
    look();
    *out = known.folder;
    return known.nfolder;
}

/* ---- built-ins
 * ------------------------------------------------------------------------------------------------------------- */

void library_register(const fade_library *builtin)
{
    why w = { 0 };
    for (size_t i = 0; i < known.nbuiltin; i++)
        if (known.registered[i] == builtin)
            return;
    if (library_prove(builtin, NULL, &w)) {
        log_say(LOG_ERROR, NULL, "%s", w.text);
        return;
    }
    for (size_t i = 0; builtin->plugins[i] && known.nbuiltin < MAX_BUILTINS; i++) {
        known.registered[known.nbuiltin] = builtin;
        known.builtin[known.nbuiltin++] = (plugin){ builtin->plugins[i], "built in", "" };
    }
}

/* ---- find
 * ------------------------------------------------------------------------------------------------------------------ */

static bool id_legal(const char *id)
{
    size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return *id >= 'a' && *id <= 'z' && !id[n] && n <= ID;
}

/* `id` names the descriptor: by its id, or as kind-id. */
static bool named(const fade_desc *d, const char *id)
{
    size_t n = strlen(d->kind);
    return strcmp(d->id, id) == 0 || (strncmp(id, d->kind, n) == 0 && id[n] == '-' && strcmp(id + n + 1, d->id) == 0);
}

static const char *article(const char *kind)
{
    return strchr("aeiou", *kind) ? "an" : "a";
}

/* Is it fit for use, as far as its tables and interfaces tell? */
static int sound(const plugin *p, why *w)
{
    int rc = descriptor_check(p->desc, w);
    if (rc == E_OK)
        rc = descriptor_interfaces(p->desc, w);
    return rc && w ? why_prefix(w, "%s", p->path) : rc;
}

typedef struct hunt {                                   /* what is looked for, and what was met instead */
    const char        *id, *kind;                       /* kind may be NULL */
    const plugin      *found, *other;                   /* other: the id, but not the kind */
    const library_file *stranger;                       /* a file of that name without such a plugin */
} hunt;

static void hunt_in(hunt *h, const plugin *p, size_t n)
{
    for (size_t i = 0; i < n && !h->found; i++) {
        if (!named(p[i].desc, h->id))
            continue;
        if (h->kind && strcmp(p[i].desc->kind, h->kind) != 0)
            h->other = h->other ? h->other : &p[i];
        else
            h->found = &p[i];
    }
}

static int hunt_file(hunt *h, const char *folder, const char *kind, why *w)
{
    char path[PATH_MAX];
    const library_file *f;
    snprintf(path, sizeof path, "%s/%s%s%s.so", folder, kind ? kind : "", kind ? "-" : "", h->id);
    if (!file_exists(path))
        return E_OK;
    int rc = library_file_open(path, &f, w);
    if (rc)
        return rc;
    const plugin *before = h->other;
    hunt_in(h, f->plugin, f->n);
    if (!h->found && h->other == before && !h->stranger)
        h->stranger = f;
    return E_OK;
}

static int hunt_folder(hunt *h, const char *folder, why *w)
{
    int rc = h->kind ? hunt_file(h, folder, h->kind, w) : E_OK;
    if (rc == E_OK && !h->found)
        rc = hunt_file(h, folder, NULL, w);
    for (size_t i = 0; rc == E_OK && !h->found && !h->kind && iface_kinds[i]; i++)
        rc = hunt_file(h, folder, iface_kinds[i], w);
    return rc;
}

static int libraries_only(const struct dirent *e)
{
    return text_ends(e->d_name, ".so") && strlen(e->d_name) > 3;
}

/* The nearest id among built-ins and files; in `out`, or "". */
static void nearest(const char *id, char out[ID + 16])
{
    char best[ID + 16] = "", stem[256];
    const char *pair[2];
    for (size_t i = 0; i < known.nbuiltin; i++) {
        pair[0] = best[0] ? best : NULL;
        pair[1] = known.builtin[i].desc->id;
        const char *near = text_nearest(id, pair, 2);
        if (near && near != best)
            snprintf(best, sizeof best, "%s", near);
    }
    for (size_t i = 0; i < known.nfolder; i++) {
        struct dirent **e;
        int n = scandir(known.folder[i], &e, libraries_only, alphasort);
        for (int k = 0; k < n; k++) {
            snprintf(stem, sizeof stem, "%.*s", (int)(strlen(e[k]->d_name) - 3), e[k]->d_name);
            pair[0] = best[0] ? best : NULL;
            pair[1] = strlen(stem) <= ID ? stem : NULL;
            const char *near = text_nearest(id, pair, 2);
            if (near == stem)
                snprintf(best, sizeof best, "%.*s", ID, stem);
            free(e[k]);
        }
        if (n >= 0)
            free(e);
    }
    snprintf(out, ID + 16, "%s", best);
}

static int not_found(const hunt *h, why *w)
{
    char near[ID + 16];
    text folders = { 0 };
    if (h->other) {
        const char *is = h->other->desc->kind;
        return fail(w, E_PLUGIN, "plugin %s (%s) is %s %s, but %s %s is wanted", h->id, h->other->path, article(is), is,
                    article(h->kind), h->kind);
    }
    if (h->stranger)
        return fail(w, E_PLUGIN, "plugin %s (%s): the file holds %s, not %s; a library is named after its plugin",
                    h->id, h->stranger->path, h->stranger->plugin[0].desc->id, h->id);
    nearest(h->id, near);
    for (size_t i = 0; i < known.nfolder; i++)
        text_addf(&folders, "%s%s", i ? ", " : "", known.folder[i]);
    int rc = fail(w, E_PLUGIN, "there is no plugin '%s'%s%s%s; searched: %s", h->id, *near ? ", did you mean '" : "",
                  near, *near ? "'?" : "", text_of(&folders));
    text_free(&folders);
    return rc;
}

static int find(const char *id, const char *kind, const plugin **out, why *w)
{
    *out = NULL;
    if (!id_legal(id))
        return fail(w, E_PLUGIN,
                    "'%.80s' is no plugin's id: those begin with a-z and go on with a-z, 0-9 and '-', at most %d long",
                    id, ID);
    if (kind && !iface_of_kind(kind))
        return fail(w, E_BUG, "'%s' is no kind of plugin", kind);
    look();
    hunt h = { .id = id, .kind = kind };
    hunt_in(&h, known.builtin, known.nbuiltin);
    for (size_t i = 0; i < known.nfolder && !h.found; i++) {
        int rc = hunt_folder(&h, known.folder[i], w);
        if (rc)
            return rc;
    }
    if (!h.found)
        return not_found(&h, w);
    int rc = sound(h.found, w);
    *out = rc ? NULL : h.found;
    return rc;
}

int library_find(const char *id, const plugin **out, why *w)
{
    return find(id, NULL, out, w);
}

int library_find_kind(const char *id, const char *kind, const plugin **out, why *w)
{
    return find(id, kind, out, w);
}

/* ---- list
 * ------------------------------------------------------------------------------------------------------------------ */

typedef struct entries {
    library_entry *at;
    size_t         n, cap;
} entries;

static int entry_add(entries *l, const plugin *p, const char *path, const why *refusal, why *w)
{
    if (l->n == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 16;
        library_entry *more = mem_grow(l->at, cap, sizeof *more);
        if (!more)
            return fail(w, E_NOMEM, "no memory for the list of plugins");
        l->at = more;
        l->cap = cap;
    }
    l->at[l->n++] = (library_entry){ p, path, *refusal };
    return E_OK;
}

static int entry_broken(entries *l, const char *path, const why *refusal, why *w)
{
    if (!known.kept)
        known.kept = mem_arena_open();
    plugin *p = known.kept ? mem_arena_get(known.kept, sizeof *p) : NULL;
    const char *copy = p ? mem_arena_text(known.kept, path) : NULL;
    if (!copy)
        return fail(w, E_NOMEM, "no memory for the list of plugins");
    *p = (plugin){ NULL, copy, "" };
    return entry_add(l, p, copy, refusal, w);
}

static int entry_plugin(entries *l, const plugin *p, why *w)
{
    why refusal = { 0 };
    if (sound(p, &refusal))
        return entry_broken(l, p->path, &refusal, w);
    return entry_add(l, p, p->path, &refusal, w);
}

/* An earlier folder has a file of this name: that one is found. */
static bool shadowed(const entries *l, const char *name)
{
    for (size_t i = 0; i < l->n; i++) {
        const char *slash = strrchr(l->at[i].path, '/');
        if (slash && strcmp(slash + 1, name) == 0)
            return true;
    }
    return false;
}

static int list_file(entries *l, const char *folder, const char *name, why *w)
{
    char path[PATH_MAX];
    why refusal = { 0 };
    const library_file *f;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int rc = library_file_open(path, &f, &refusal);
    if (rc)
        return entry_broken(l, path, &refusal, w);
    for (size_t i = 0; rc == E_OK && i < f->n; i++)
        rc = entry_plugin(l, &f->plugin[i], w);
    return rc;
}

static int list_folder(entries *l, const char *folder, why *w)
{
    struct dirent **e;
    size_t before = l->n;
    int rc = E_OK, n = scandir(folder, &e, libraries_only, alphasort);
    for (int i = 0; i < n; i++) {
        entries earlier = { l->at, before, before };
        if (rc == E_OK && !shadowed(&earlier, e[i]->d_name))
            rc = list_file(l, folder, e[i]->d_name, w);
        free(e[i]);
    }
    if (n >= 0)
        free(e);
    return rc;
}

int library_list(library_entry **out, size_t *n, why *w)
{
    entries l = { 0 };
    int rc = E_OK;
    look();
    for (size_t i = 0; rc == E_OK && i < known.nbuiltin; i++)
        rc = entry_plugin(&l, &known.builtin[i], w);
    for (size_t i = 0; rc == E_OK && i < known.nfolder; i++)
        rc = list_folder(&l, known.folder[i], w);
    if (rc) {
        free(l.at);
        l = (entries){ 0 };
    }
    *out = l.at;
    *n = l.n;
    return rc;
}

const void *library_iface(const fade_desc *d, const char *id)
{
    return iface_get(d, id, NULL);
}

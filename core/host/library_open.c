/* SPDX-License-Identifier: MIT
 * library_open.c - one library: is it safe, does it load, can this host use it; each refusal is one sentence.
 *
 * dlopen runs a library's constructors, which nobody can prevent; no function of the plugin is called before
 * library_prove agrees. What the file exports is read from its bytes before that, so that a damaged file or a library
 * of another sort is not loaded at all.
 */
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/host/elf.h"
#include "core/host/library_inside.h"
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <ltdl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYMBOL "fade_library_v1"
enum { MAX_PLUGINS = 256 };

static library_file *opened; /* libraries are the process's: the loader knows each only once */

const char *library_said(const char *path, char out[512])
{
    const char *name = strrchr(path, '/');
    name = name ? name + 1 : path;
    snprintf(out, 512, "plugin %.*s (%s)", (int)strcspn(name, "."), name, path);
    return out;
}

/* ---- safe
 * ------------------------------------------------------------------------------------------------------------------ */

static int anyone(const char *path, const char *said, why *w)
{
    struct stat st;
    if (stat(path, &st))
        return fail(w, E_PLUGIN, "%s cannot be read: %s", said, strerror(errno));
    if (!(st.st_mode & S_IWOTH))
        return E_OK;
    return fail(
        w, E_PLUGIN,
        "%s is refused: anyone may write to %s (mode %04o), this fade loads only what others cannot change (chmod o-w)",
        said, path, (unsigned)st.st_mode & 07777);
}

/* The path as written and where its links lead. */
int library_safe(const char *path, const char *said, why *w)
{
    char real[PATH_MAX], folder[PATH_MAX];
    if (!realpath(path, real))
        return fail(w, E_PLUGIN, "%s cannot be read: %s", said, strerror(errno));
    const char *both[] = { path, real };
    for (int i = 0; i < 2; i++) {
        int rc = anyone(both[i], said, w);
        const char *slash = strrchr(both[i], '/');
        if (rc || file_is_folder(real) || !slash)
            return rc;
        snprintf(folder, sizeof folder, "%.*s", slash == both[i] ? 1 : (int)(slash - both[i]), both[i]);
        rc = anyone(folder, said, w);
        if (rc)
            return rc;
    }
    return E_OK;
}

/* ---- prove
 * ----------------------------------------------------------------------------------------------------------------- */

static const struct { const char *name; size_t offset, row; } lists[] = {
    { "params", offsetof(fade_desc, params), sizeof(fade_param) },
    { "columns.state", offsetof(fade_desc, columns.state), sizeof(fade_column) },
    { "columns.in", offsetof(fade_desc, columns.in), sizeof(fade_column) },
    { "columns.out", offsetof(fade_desc, columns.out), sizeof(fade_column) },
    { "columns.sample", offsetof(fade_desc, columns.sample), sizeof(fade_column) },
};

static const struct { const char *name; size_t offset;
} texts[] = {
    { "id", offsetof(fade_desc, id) },           { "kind", offsetof(fade_desc, kind) },
    { "version", offsetof(fade_desc, version) }, { "licence", offsetof(fade_desc, licence) },
    { "doc", offsetof(fade_desc, doc) },         { "cite", offsetof(fade_desc, cite) },
};

static int prove_one(const fade_desc *d, unsigned number, const char *said, why *w)
{
    if (d->size < sizeof *d)
        return fail(w, E_PLUGIN, "%s: descriptor %u has %u bytes, this fade needs %zu", said, number, d->size,
                    sizeof *d);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (!*(const char *const *)((const char *)d + texts[i].offset))
            return fail(w, E_PLUGIN, "%s: descriptor %u has no %s (NULL), this fade needs a text", said, number,
                        texts[i].name);
    if (!d->iface)
        return fail(w, E_PLUGIN, "%s: descriptor %u (%s) has no iface(), this fade has nothing to call", said, number,
                    d->id);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const fade_list *l = (const fade_list *)((const char *)d + lists[i].offset);
        if (l->n && !l->at)
            return fail(w, E_PLUGIN, "%s: %s of %s counts %u rows and has none (NULL)", said, lists[i].name, d->id,
                        l->n);
        if (l->n && (l->stride < lists[i].row || l->stride % sizeof(void *)))
            return fail(w, E_PLUGIN, "%s: a row of %s of %s has %u bytes, this fade needs %zu", said, lists[i].name,
                        d->id, l->stride, lists[i].row);
    }
    return E_OK;
}

static int prove_plugins(const fade_library *l, const char *said, why *w)
{
    if (!l->plugins || !l->plugins[0])
        return fail(w, E_PLUGIN, "%s lists no plugins, this fade needs at least one", said);
    for (unsigned i = 0; l->plugins[i]; i++) {
        if (i == MAX_PLUGINS)
            return fail(w, E_PLUGIN, "%s lists more than %d plugins: its list has no NULL at the end", said,
                        MAX_PLUGINS);
        int rc = prove_one(l->plugins[i], i + 1, said, w);
        if (rc)
            return rc;
        for (unsigned k = 0; k < i; k++)
            if (strcmp(l->plugins[k]->id, l->plugins[i]->id) == 0 &&
                strcmp(l->plugins[k]->kind, l->plugins[i]->kind) == 0)
                return fail(w, E_PLUGIN, "%s lists %s %s twice, as descriptors %u and %u", said, l->plugins[i]->kind,
                            l->plugins[i]->id, k + 1, i + 1);
    }
    return E_OK;
}

static const char *sizes(uint32_t f, char out[32])
{
    snprintf(out, 32, "%u/%u/%u/%u", f >> 24, f >> 16 & 255, f >> 8 & 255, f & 255);
    return out;
}

int library_prove(const fade_library *l, const char *path, why *w)
{
    char said[512], theirs[32], ours[32];
    library_said(path ? path : "built in", said);
    if (!l)
        return fail(w, E_PLUGIN, "%s has no " SYMBOL ", this fade needs one", said);
    if (l->magic != FADE_MAGIC)
        return fail(w, E_PLUGIN, "%s: its " SYMBOL " begins with 0x%08x, this fade knows 0x%08x", said, l->magic,
                    FADE_MAGIC);
    if (l->abi >> 16 != FADE_ABI_NOW >> 16 || l->abi > FADE_ABI_NOW)
        return fail(w, E_PLUGIN, "%s needs ABI %u.%u, this fade offers %u.%u", said, l->abi >> 16, l->abi & 0xffff,
                    FADE_ABI_NOW >> 16, FADE_ABI_NOW & 0xffff);
    if (l->fingerprint != FADE_FINGERPRINT)
        return fail(w, E_PLUGIN, "%s was built with double/pointer/size_t/int of %s bytes, this fade with %s", said,
                    sizes(l->fingerprint, theirs), sizes(FADE_FINGERPRINT, ours));
    if (l->size < sizeof *l)
        return fail(w, E_PLUGIN, "%s: its " SYMBOL " has %u bytes, this fade needs %zu", said, l->size, sizeof *l);
    return prove_plugins(l, said, w);
}

/* ---- load
 * ------------------------------------------------------------------------------------------------------------------ */

static void met(void *ctx, const char *name, bool defined)
{
    if (defined && strcmp(name, SYMBOL) == 0)
        *(bool *)ctx = true;
}

static int exports(const char *path, const char *said, why *w)
{
    bool found = false;
    int rc = elf_symbols(path, met, &found, w);
    if (rc)
        return w ? why_prefix(w, "%s cannot be loaded", said) : rc;
    if (!found)
        return fail(w, E_PLUGIN,
                    "%s exports no " SYMBOL ", this fade needs one: is it a fade plugin, with FADE_LIBRARY(..)?", said);
    return E_OK;
}

static int symbol(void *handle, const char *said, const fade_library **out, why *w)
{
    Dl_info info;
    const ElfW(Sym) *sym = NULL;
    void *at = dlsym(handle, SYMBOL);
    if (!at || !dladdr1(at, &info, (void **)&sym, RTLD_DL_SYMENT) || !sym)
        return fail(w, E_PLUGIN, "%s exports no " SYMBOL ", this fade needs one", said);
    if (ELF64_ST_TYPE(sym->st_info) != STT_OBJECT)
        return fail(w, E_PLUGIN, "%s: its " SYMBOL " is not data, this fade needs a fade_library", said);
    if (sym->st_size < sizeof(fade_library))
        return fail(w, E_PLUGIN, "%s: its " SYMBOL " has %zu bytes, this fade needs %zu", said, (size_t)sym->st_size,
                    sizeof(fade_library));
    *out = at;
    return E_OK;
}

/* libltdl holds it for good: thread-local data and OpenMP's threads would not survive unloading. */
static int hold(const char *path, const char *said, const fade_library *want, why *w)
{
    static bool ready;
    if (!ready && lt_dlinit())
        return fail(w, E_PLUGIN, "%s: libltdl does not start: %s", said, lt_dlerror());
    ready = true;
    lt_dladvise advise;
    if (lt_dladvise_init(&advise))
        return fail(w, E_NOMEM, "%s: no memory to load it", said);
    lt_dlhandle handle = NULL;
    if (!lt_dladvise_local(&advise) && !lt_dladvise_resident(&advise))
        handle = lt_dlopenadvise(path, advise);
    lt_dladvise_destroy(&advise);
    if (!handle)
        return fail(w, E_PLUGIN, "%s cannot be loaded: %s", said, lt_dlerror());
    if (lt_dlsym(handle, SYMBOL) != (const void *)want)
        return fail(w, E_PLUGIN, "%s changed while it was loaded", said);
    return E_OK;
}

/* The probe stays open too: a refused library is as little fit for unloading as any. */
static int load(const char *path, const char *said, const fade_library **out, why *w)
{
    setenv("OMP_WAIT_POLICY", "PASSIVE",
           0); /* read by libgomp when it is loaded; spinning threads starve a busy machine */
    setenv("OPENBLAS_NUM_THREADS", "1", 0);             /* it starts its threads when it is loaded; ours are enough */
    int rc = exports(path, said, w);
    if (rc)
        return rc;
    void *probe = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!probe) {
        const char *text = dlerror();
        size_t n = strlen(path);
        if (text && strncmp(text, path, n) == 0 && text[n] == ':')
            text += n + 1 + strspn(text + n + 1, " ");
        return fail(w, E_PLUGIN, "%s cannot be loaded: %s", said, text ? text : "the loader says no reason");
    }
    const fade_library *l = NULL;
    rc = symbol(probe, said, &l, w);
    if (rc == E_OK)
        rc = library_prove(l, path, w);
    if (rc == E_OK)
        rc = hold(path, said, l, w);
    *out = l;
    return rc;
}

static void forget(library_file *f)
{
    if (!f)
        return;
    free(f->path);
    free(f->plugin);
    free(f);
}

static int record(library_file *f, const char *path, const struct stat *st, why *w)
{
    while (f->library->plugins[f->n])
        f->n++;
    f->device = st->st_dev;
    f->inode = st->st_ino;
    f->path = mem_dup(path);
    f->plugin = mem_zero(f->n, sizeof *f->plugin);
    if (!f->path || !f->plugin)
        return fail(w, E_NOMEM, "no memory for %s", path);
    int rc = file_sha256(path, f->sha256, w);
    for (size_t i = 0; i < f->n; i++)
        f->plugin[i] = (plugin){ f->library->plugins[i], f->path, f->sha256 };
    return rc;
}

int library_file_open(const char *path, const library_file **out, why *w)
{
    *out = NULL;
    char whole[PATH_MAX], cwd[PATH_MAX], said[512];
    struct stat st;
    if (*path != '/' && getcwd(cwd, sizeof cwd))        /* a name without a slash would be searched for by the loader */
        snprintf(whole, sizeof whole, "%.2000s/%.2000s", cwd, path);
    else
        snprintf(whole, sizeof whole, "%s", path);
    library_said(whole, said);
    if (stat(whole, &st))
        return fail(w, E_PLUGIN, "%s cannot be read: %s", said, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return fail(w, E_PLUGIN, "%s is not a file, this fade needs a shared object", said);
    int rc = library_safe(whole, said, w);
    if (rc)
        return rc;
    for (const library_file *f = opened; f; f = f->next)
        if (f->device == st.st_dev && f->inode == st.st_ino) {
            *out = f;
            return E_OK;
        }
    library_file *f = mem_zero(1, sizeof *f);
    if (!f)
        return fail(w, E_NOMEM, "no memory for %s", said);
    rc = load(whole, said, &f->library, w);
    if (rc == E_OK)
        rc = record(f, whole, &st, w);
    if (rc) {
        forget(f);
        return rc;
    }
    f->next = opened;
    *out = opened = f;
    return E_OK;
}

int library_open_file(const char *path, const fade_library **out, why *w)
{
    const library_file *f;
    int rc = library_file_open(path, &f, w);
    *out = rc ? NULL : f->library;
    return rc;
}

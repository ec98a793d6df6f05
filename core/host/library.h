/* SPDX-License-Identifier: MIT
 * library.h - finds, proves and opens plugin libraries by name.
 *
 * Order: --plugin-dir (in the order given), FADE_PLUGIN_PATH (':'), ~/.local/lib/fade/plugins, then the folder that belongs to the
 * command (plugins/ beside it, or $libdir/fade/plugins).  Never the working directory nor a scenario's folder.  A world-writable
 * folder or file is refused.  Built-ins registered by upper rooms come first.  All of it: [main].
 */
#ifndef FADE_HOST_LIBRARY_H
#define FADE_HOST_LIBRARY_H
#include "core/base/why.h"
#include "core/fade_plugin.h"
#include <stdbool.h>

typedef struct plugin {                           /* one descriptor of an opened library; lives for the process */
    const fade_desc *desc;
    const char      *path;                        /* of the file; "built in" */
    const char      *sha256;                      /* of the file, "" for built-ins; for provenance */
} plugin;

int library_folder_add(const char *folder, why *w);             /* --plugin-dir; E_PLUGIN: not a folder, world-writable */
void library_register(const fade_library *builtin);             /* E.g. "virtual"; idempotent */
/* The plugin `id`.  E_PLUGIN with one sentence: not found (folders searched, nearest id), or why it is refused, naming both sides. */
int library_find(const char *id, const plugin **out, why *w);
/* The same by kind; another kind is refused naming both kinds. */
int library_find_kind(const char *id, const char *kind, const plugin **out, why *w);
int library_open_file(const char *path, const fade_library **out, why *w);   /* prove and load one file */
/* Why a symbol of this shape cannot be used by this host (magic, ABI, fingerprint, size, NULLs), before any code of it runs. */
int library_prove(const fade_library *, const char *path, why *w);

/* Every plugin that can be found; a broken file comes with desc NULL and its refusal in `why`. */
typedef struct library_entry { const plugin *plugin; const char *path; why why; } library_entry;
int library_list(library_entry **out, size_t *n, why *w);       /* the caller frees *out */
size_t library_folders(const char *const **out);                /* those searched, in order */

/* An interface of a descriptor, checked for `size` and needed functions; NULL if it has it not. */
const void *library_iface(const fade_desc *, const char *id);
static inline const void *library_at(const fade_list *l, uint32_t i) { return (const char *)l->at + (size_t)i * l->stride; }
#endif

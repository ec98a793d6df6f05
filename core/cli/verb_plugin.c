/* SPDX-License-Identifier: MIT
 * verb_plugin.c - fade plugin list, show and new.
 */
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/cli/cli.h"
#include "core/cli/verb_plugin.h"
#include "core/host/descriptor.h"
#include "core/host/library.h"
#include "core/host/template.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ---- list
 * ------------------------------------------------------------------------------------------------------------------ */

/* The first line of a descriptor's doc. */
static int doc_length(const char *doc)
{
    return (int)strcspn(doc, "\n");
}

static void list_text(const library_entry *e, size_t n, text *t)
{
    size_t id = 4, kind = 4, version = 7;
    for (size_t i = 0; i < n; i++)
        if (e[i].plugin) {
            const fade_desc *d = e[i].plugin->desc;
            id = strlen(d->id) > id ? strlen(d->id) : id;
            kind = strlen(d->kind) > kind ? strlen(d->kind) : kind;
            version = strlen(d->version) > version ? strlen(d->version) : version;
        }
    for (size_t i = 0; i < n; i++)
        if (e[i].plugin) {
            const fade_desc *d = e[i].plugin->desc;
            text_addf(t, "%-*s  %-*s  %-*s  %.*s  (%s)\n", (int)id, d->id, (int)kind, d->kind, (int)version, d->version,
                      doc_length(d->doc), d->doc, e[i].path);
        }
    for (size_t i = 0; i < n; i++)
        if (!e[i].plugin)
            text_addf(t, "refused: %s\n", e[i].why.text);
}

static void list_json(const library_entry *e, size_t n, text *t)
{
    json j = { 0 };
    json_open(&j, NULL, '[');
    for (size_t i = 0; i < n; i++) {
        const fade_desc *d = e[i].plugin ? e[i].plugin->desc : NULL;
        json_open(&j, NULL, '{');
        json_text(&j, "id", d ? d->id : NULL);
        json_text(&j, "kind", d ? d->kind : NULL);
        json_text(&j, "version", d ? d->version : NULL);
        json_text(&j, "licence", d ? d->licence : NULL);
        json_text(&j, "doc", d ? d->doc : NULL);
        json_text(&j, "path", e[i].path);
        json_text(&j, "sha256", d ? e[i].plugin->sha256 : NULL);
        json_text(&j, "refused", d ? NULL : e[i].why.text);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    text_addc(&j.out, '\n');
    *t = j.out;
}

/* Writes and frees; the exit status. */
static int put(text *t)
{
    int rc = t->failed ? E_NOMEM : cli_put(text_of(t), t->n);
    text_free(t);
    return why_status(rc);
}

static int list_run(int argc, char **argv)
{
    cli c;
    why w = { 0 };
    library_entry *e = NULL;
    size_t n = 0;
    text t = { 0 };
    int status = cli_parse(&verb_plugin_list, argc, argv, 0, 0, &c);
    if (status != CLI_GO)
        return status;
    if (library_list(&e, &n, &w))
        return cli_fail(&w);
    (cli_json() ? list_json : list_text)(e, n, &t);
    free(e);
    return put(&t);
}

static const char *const list_examples[] = { "fade plugin list", "fade plugin list --json", NULL };
const cli_verb verb_plugin_list = {
    .name = "list",
    .help = "every plugin that can be found, and why those that cannot are refused",
    .args = "",
    .example = list_examples,
    .run = list_run,
};

/* ---- show
 * ------------------------------------------------------------------------------------------------------------------ */

static int show_run(int argc, char **argv)
{
    cli c;
    why w = { 0 };
    text t = { 0 };
    const plugin *p;
    int status = cli_parse(&verb_plugin_show, argc, argv, 1, 1, &c);
    if (status != CLI_GO)
        return status;
    const char *kind = cli_text(&c, "kind");
    if (kind ? library_find_kind(c.arg[0], kind, &p, &w) : library_find(c.arg[0], &p, &w))
        return cli_fail(&w);
    int rc = cli_json() ? descriptor_json(p->desc, p->path, &t)
                        : descriptor_manual(p->desc, p->path, cli_has(&c, "markdown"), &t);
    if (rc) {
        text_free(&t);
        fail(&w, rc, "the page of %s cannot be made", c.arg[0]);
        return cli_fail(&w);
    }
    return put(&t);
}

static const cli_flag show_flags[] = {
    { "markdown", 0, NULL, "as a page of the manual", false },
    { "kind", 0, "source|physics|corrector|output", "which, where two kinds share a name", false },
    { NULL, 0, NULL, NULL, false },
};
static const char *const show_examples[] = { "fade plugin show xu2018", "fade plugin show csv --kind output --json",
                                             NULL };
const cli_verb verb_plugin_show = {
    .name = "show",
    .help = "a plugin's manual page, from its tables",
    .args = "NAME",
    .flag = show_flags,
    .example = show_examples,
    .run = show_run,
};

/* ---- new
 * -------------------------------------------------------------------------------------------------------------------
 */

/* Where fade_plugin.h is, seen from the command: in the source tree, or installed.  Caller frees. */
static char *include_find(void)
{
    static const char *const places[] = { "../core", "../include", "../include/fade" };
    char *exe = cli_exe() ? realpath(cli_exe(), NULL) : NULL, *slash = exe ? strrchr(exe, '/') : NULL, *found = NULL;
    if (slash)
        *slash = '\0';
    for (size_t i = 0; exe && !found && i < sizeof places / sizeof places[0]; i++) {
        char *folder = file_join(exe, places[i]), *header = folder ? file_join(folder, "fade_plugin.h") : NULL;
        if (header && file_exists(header))
            found = realpath(folder, NULL);
        free(folder);
        free(header);
    }
    free(exe);
    return found ? found : mem_dup("/usr/local/include");
}

static void next_steps(const char *folder, const char *name, const char *include)
{
    cli_say("%s is there.  The header it is built with: %s/fade_plugin.h\n", folder, include);
    cli_say("  make -C %s check      # builds %s.so and proves it\n", folder, name);
    cli_say("  make -C %s run        # runs test.toml with it\n", folder);
    cli_say("Then change the numbered places in %s/%s.c; docs/abi.md says what each function may do.\n", folder, name);
}

static int new_run(int argc, char **argv)
{
    cli c;
    why w = { 0 };
    int status = cli_parse(&verb_plugin_new, argc, argv, 2, 2, &c);
    if (status != CLI_GO)
        return status;
    const char *kind = c.arg[0], *name = c.arg[1], *dir = cli_text(&c, "dir");
    char *include = include_find(), *fade = cli_exe() ? realpath(cli_exe(), NULL) : NULL;
    char *folder = dir ? file_join(dir, name) : mem_dup(name);
    if (!include || !folder)
        fail(&w, E_NOMEM, "no memory for the files of %s", name);
    else if (!template_write(kind, name, folder, &(template_place){ include, fade ? fade : "fade" }, &w))
        next_steps(folder, name, include);
    free(include);
    free(fade);
    free(folder);
    return w.code ? cli_fail(&w) : 0;
}

static const cli_flag new_flags[] = {
    { "dir", 'd', "DIR", "where the folder is made; the working directory unless given", false },
    { NULL, 0, NULL, NULL, false },
};
static const char *const new_examples[] = { "fade plugin new physics my-law",
                                            "fade plugin new source my-cycler --dir plugins", NULL };
const cli_verb verb_plugin_new = {
    .name = "new",
    .help = "a folder with a plugin that works: source, physics, cell, corrector, output",
    .args = "KIND NAME",
    .flag = new_flags,
    .example = new_examples,
    .run = new_run,
};

/* ---- plugin
 * ---------------------------------------------------------------------------------------------------------------- */

static const cli_verb *const subs[] = { &verb_plugin_list, &verb_plugin_show, &verb_plugin_check, &verb_plugin_new,
                                        NULL };
const cli_verb verb_plugin = {
    .name = "plugin", .help = "list, show, check and start plugins", .args = "list|show|check|new", .sub = subs,
};

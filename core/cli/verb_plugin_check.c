/* SPDX-License-Identifier: MIT
 * verb_plugin_check.c - fade plugin check: a plugin is proved, each test in a process of its own.
 */
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/cli/cli.h"
#include "core/cli/verb_plugin.h"
#include "core/host/checker.h"
#include "core/host/iface.h"
#include "core/host/library.h"
#include "core/scenario/toml.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_VALUES = 1 << 20 };

/* The file of plugin NAME, looked for without loading anything: what is checked may crash.  NULL: none.  Caller frees.
 */
static char *file_of(const char *name)
{
    const char *const *folder;
    size_t n = library_folders(&folder);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k == 0 || iface_kinds[k - 1]; k++) {
            text t = { 0 };                             /* NAME.so, source-NAME.so, .. */
            text_addf(&t, "%s/%s%s%s.so", folder[i], k ? iface_kinds[k - 1] : "", k ? "-" : "", name);
            char *path = text_take(&t);
            if (path && file_exists(path))
                return path;
            free(path);
        }
    return NULL;
}

/* A file (with a slash or ending in .so), a plugin's file, or the id of a built-in.  NULL and *w. */
static char *target(const char *arg, why *w)
{
    if (strchr(arg, '/') || text_ends(arg, ".so")) {
        char *whole = realpath(arg, NULL);
        if (!whole)
            fail(w, E_PLUGIN, "there is no file %s", arg);
        return whole;
    }
    char *path = file_of(arg);
    const plugin *p;
    if (!path && library_find(arg, &p, w))
        return NULL;
    return path ? path : mem_dup(arg);
}

/* Values to check with: --values, else check.toml beside the plugin.  CLI_GO or an exit status. */
static int values_read(const char *given, const char *path, tree *t, checker_options *opt, char **held)
{
    why w = { 0 };
    tree_problems p = { 0 };
    tree_node *root;
    char *at = NULL;
    size_t n;
    *held = given ? realpath(given, NULL) : checker_beside(path, "check.toml");
    if (!*held)
        return given ? (fail(&w, E_INPUT, "there is no file %s", given), cli_fail(&w)) : CLI_GO;
    if (file_read(*held, MAX_VALUES, &at, &n, &w))
        return cli_fail(&w);
    int rc = toml_parse(t, tree_text(t, *held), at, n, &p, &root);
    free(at);
    int status = CLI_GO;
    if (rc) {
        fail(&w, rc, "%s cannot be read", *held);
        status = cli_problems(&p, &w);
    } else {
        opt->values = root;
        opt->values_path = *held;
    }
    tree_problems_free(&p);
    return status;
}

static int report(const checker_result *r)
{
    text t = { 0 };
    (cli_json() ? checker_json : checker_text)(r, &t);
    int rc = t.failed ? E_NOMEM : cli_put(text_of(&t), t.n);
    text_free(&t);
    if (rc == E_OK && checker_worst(r) == CHECKER_FAIL)
        rc = E_PLUGIN;
    return why_status(rc);
}

static int checked(const char *path, checker_options *opt, const char *values)
{
    why w = { 0 };
    checker_result r = { 0 };
    char *held = NULL;
    tree *t = tree_open();
    if (!t)
        return why_status(E_NOMEM);
    int status = values_read(values, path, t, opt, &held);
    if (status == CLI_GO)
        status = checker_run(path, opt, &r, &w) ? cli_fail(&w) : report(&r);
    checker_free(&r);
    free(held);
    tree_close(t);
    return status;
}

static int table_show(void)
{
    text t = { 0 };
    checker_table(&t);
    int rc = cli_put(text_of(&t), t.n);
    text_free(&t);
    return why_status(rc);
}

static int check_run(int argc, char **argv)
{
    cli c;
    why w = { 0 };
    int status = cli_parse(&verb_plugin_check, argc, argv, 0, 1, &c);
    if (status != CLI_GO)
        return status;
    if (cli_has(&c, "tests"))
        return table_show();
    if (c.narg == 0)
        return cli_usage(&verb_plugin_check, "which plugin? a name, or a file");
    if (text_ends(c.arg[0], ".lua"))
        return cli_usage(&verb_plugin_check, "%s is Lua, no plugin: the host checks such a model in `fade check` of a "
                                             "scenario with it, and at each step of a run", c.arg[0]);
    const char *seed = cli_text(&c, "seed"), *limit = cli_text(&c, "limit");
    checker_options opt = { .exe = cli_has(&c, "in-process") ? NULL : cli_exe(), .only = cli_text(&c, "only"),
                            .limit = limit ? strtod(limit, NULL) : 0, .seed = seed ? strtoull(seed, NULL, 10) : 1 };
    char *path = target(c.arg[0], &w);
    if (!path)
        return cli_fail(&w);
    status = checked(path, &opt, cli_text(&c, "values"));
    free(path);
    return status;
}

static const cli_flag check_flags[] = {
    { "only", 0, "ID", "one test", false },
    { "seed", 0, "N", "of the random values tried; 1 unless given", false },
    { "limit", 0, "N", "seconds a test may take; 10 unless given", false },
    { "values", 0, "FILE", "parameters to check with (TOML); check.toml beside the plugin unless given", false },
    { "in-process", 0, NULL, "all tests in this process: for a debugger or a sanitizer", false },
    { "tests", 0, NULL, "only list the tests and why they are made", false },
    { NULL, 0, NULL, NULL, false },
};
static const char *const check_examples[] = {
    "fade plugin check xu2018",
    "fade plugin check my-law/my-law.so --only tile-lanes --seed 7",
    "fade plugin check my-law --plugin-dir my-law --json",
    NULL,
};
const cli_verb verb_plugin_check = {
    .name = "check",
    .help = "prove a plugin: some forty tests, each in a process of its own",
    .args = "NAME|FILE.so",
    .flag = check_flags,
    .example = check_examples,
    .run = check_run,
};

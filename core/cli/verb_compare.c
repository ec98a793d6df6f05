/* SPDX-License-Identifier: MIT
 * verb_compare.c - fade compare: models side by side on the same rows.
 */
#include "core/study/compare.h"
#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/cli/cli_open.h"
#include "core/report/report.h"
#include "core/script/script.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const cli_flag compare_flags[] = {
    CLI_SET_FLAG,
    { "ablate", 'a', NULL, "also run without each corrector, feature, part and mechanism", false },
    { "csv", 0, NULL, "one row a model as CSV on stdout instead of the table", false },
    { "out", 'o', "FILE", "also write FILE.html, FILE.csv or FILE.json", true },
    { NULL, 0, NULL, NULL, false },
};

/* ---- progress: a line on a terminal, rewritten; elsewhere one every ten seconds ---- */

typedef struct ticker {
    bool    tty, said;
    int64_t last_ns;
} ticker;

static void tick(void *ctx, const char *doing)
{
    ticker *k = ctx;
    int64_t now = clock_monotonic_ns();
    if (!k->tty && now - k->last_ns < 10 * (int64_t)1000000000)
        return;
    k->last_ns = now;
    fprintf(stderr, "%scompare %s%s", k->tty ? "\r\033[K" : "fade: ", doing, k->tty ? "" : "\n");
    k->said = k->tty;
}

static void tick_end(ticker *k)
{
    if (k->said)
        fputs("\r\033[K", stderr);
    k->said = false;
}

/* ---- files ---- */

static int made_file(const compare *c, bool csv, const char *path, why *w)
{
    json j = { 0 };
    if (csv)
        compare_csv(c, &j.out);
    else
        compare_json(c, &j);
    if (!csv)
        text_addc(&j.out, '\n');
    int rc = j.out.failed ? fail(w, E_NOMEM, "no memory for %s", path) : file_write(path, text_of(&j.out), j.out.n, w);
    text_free(&j.out);
    return rc;
}

static int csv_file(const compare *c, const char *path, why *w) { return made_file(c, true, path, w); }
static int json_file(const compare *c, const char *path, why *w) { return made_file(c, false, path, w); }

static int html_file(const compare *c, const char *path, why *w)
{
    return report_html(NULL, 0, c, &(report_options){ .title = NULL }, path, w);
}

static const struct {
    const char *end;
    int       (*write)(const compare *, const char *path, why *);
} files[] = { { ".html", html_file }, { ".csv", csv_file }, { ".json", json_file } };
enum { NFILES = sizeof files / sizeof *files };

static size_t kind_of(const char *path)
{
    size_t i = 0;
    while (i < NFILES && !text_ends(path, files[i].end))
        i++;
    return i;
}

/* All that was asked for; the first failure is told at the end. */
static int write_files(const cli *c, const compare *made)
{
    const char *path[CLI_VALUES];
    size_t n = cli_all(c, "out", path, CLI_VALUES);
    int status = 0;
    for (size_t i = 0; i < n; i++) {
        why w = { 0 };
        int rc = files[kind_of(path[i])].write(made, path[i], &w);
        if (!rc)
            cli_say("wrote %s\n", path[i]);
        else
            status = status ? status : cli_fail(&w);
    }
    return status;
}

static int print(const cli *c, const compare *made)
{
    json j = { 0 };
    if (cli_json()) {
        compare_json(made, &j);
        text_addc(&j.out, '\n');
    } else if (cli_has(c, "csv"))
        compare_csv(made, &j.out);
    else
        compare_text(made, cli_color(STDOUT_FILENO), &j.out);
    why w = { 0 };
    int status = j.out.failed ? (fail(&w, E_NOMEM, "no memory to print the comparison"), cli_fail(&w))
                              : why_status(cli_put(text_of(&j.out), j.out.n));
    text_free(&j.out);
    return status;
}

/* ---- the verb ---- */

static int open_log(why *w)
{
    log_options o = { .level = cli_quiet()         ? LOG_ERROR
                               : cli_verbose() > 1 ? LOG_DEBUG
                               : cli_verbose()     ? LOG_INFO
                                                   : LOG_WARNING };
    return log_open(&o, w);
}

static int compare_all(const cli *c)
{
    const char *set[CLI_VALUES];
    ticker ticks = { .tty = isatty(STDERR_FILENO), .last_ns = clock_monotonic_ns() };
    scenario_options so = { .set = set, .nset = cli_all(c, "set", set, CLI_VALUES), .environment = true };
    compare_options o = { .scenario = &so,
                          .host = script_host(NULL),
                          .ablate = cli_has(c, "ablate"),
                          .stop = cli_catch(),
                          .ctx = &ticks,
                          .progress = cli_quiet() ? NULL : tick };
    tree_problems p = { 0 };
    why w = { 0 };
    compare *made = NULL;
    int rc = compare_run((const char *const *)c->arg, (size_t)c->narg, &o, &made, &p, &w);
    tick_end(&ticks);
    bool tell = made && (rc == E_OK || rc == E_PARTIAL || rc == E_CANCEL || why_status(rc) == 1);
    int status = tell ? print(c, made) : 0, written = tell ? write_files(c, made) : 0;
    if (rc && p.n)
        status = cli_problems(&p, &w);
    else if (rc)
        status = cli_fail(&w);
    tree_problems_free(&p);
    compare_close(made);
    return status ? status : written;
}

static int run_compare(int argc, char **argv)
{
    cli c;
    why w = { 0 };
    const char *path[CLI_VALUES];
    int status = cli_parse(&verb_compare, argc, argv, 1, COMPARE_FILES, &c);
    if (status != CLI_GO)
        return status;
    if (cli_json() && cli_has(&c, "csv"))
        return cli_usage(&verb_compare, "--json and --csv do not go together");
    for (size_t i = 0, n = cli_all(&c, "out", path, CLI_VALUES); i < n; i++)
        if (kind_of(path[i]) == NFILES)
            return cli_usage(&verb_compare, "--out %s: a name that ends in .html, .csv or .json is expected", path[i]);
    status = open_log(&w) ? cli_fail(&w) : compare_all(&c);
    log_close();
    return status;
}

static const char *const compare_examples[] = {
    "fade compare scenarios/compare.toml",
    "fade compare xu.toml wang.toml --out both.html",
    "fade compare scenarios/virtual-fleet.toml --ablate --json",
    NULL,
};
const cli_verb verb_compare = {
    .name = "compare",
    .help = "models side by side on the same rows",
    .args = "SCENARIO ..",
    .flag = compare_flags,
    .example = compare_examples,
    .run = run_compare,
};

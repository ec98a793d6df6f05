/* SPDX-License-Identifier: MIT
 * verb_report.c - fade report: results, or measured data, as one HTML file.
 */
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/cli/cli.h"
#include "core/report/report.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 64 };

static const cli_flag report_flags[] = {
    { "out", 'o', "FILE", "the file to write (default report.html)", false },
    { "title", 't', "TEXT", "its title (default: the name of the run)", false },
    { "open-tables", 0, NULL, "show the table behind each chart opened", false },
    { NULL, 0, NULL, NULL, false },
};

static const char *const report_examples[] = {
    "fade report results/fleet",
    "fade report results/a results/b -o both.html --title \"Cold and warm\"",
    "fade report sweep.sqlite -o sweep.html",
    "fade report $FADE_DATA/nasa/B0005.mat -o b0005.html",
    NULL,
};

static int said(const char *path, const char *kind)
{
    json j = { 0 };
    if (cli_json()) {
        json_open(&j, NULL, '{');
        json_text(&j, "file", path);
        json_text(&j, "of", kind);
        json_close(&j, '}');
        text_addc(&j.out, '\n');
    } else {
        text_addf(&j.out, "%s\n", path);
    }
    int status = why_status(cli_put(text_of(&j.out), j.out.n));
    text_free(&j.out);
    return status;
}

static bool holds(const char *folder, const char *name)
{
    char *path = file_join(folder, name);
    bool is = path && file_exists(path);
    free(path);
    return is;
}

/* A file or folder that holds no result may still be data. */
static bool is_data(const char *path)
{
    static const char *const ends[] = { ".mat", ".csv", ".csv.gz", ".bdf", ".txt", ".tsv" };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (text_ends(path, ends[i]))
            return true;
    return file_is_folder(path) && !holds(path, "result.json") && !holds(path, "scenario.toml");
}

static int run_report(int argc, char **argv)
{
    cli c;
    int rc = cli_parse(&verb_report, argc, argv, 1, MOST, &c);
    if (rc != CLI_GO)
        return rc;
    const char *path = cli_text(&c, "out") ? cli_text(&c, "out") : "report.html", *kind = "result";
    report_options o = { .title = cli_text(&c, "title"), .open_tables = cli_has(&c, "open-tables") };
    result *r[MOST] = { 0 };
    why w = { 0 };
    size_t n = 0;
    for (rc = E_OK; !rc && n < (size_t)c.narg; n++)
        rc = result_open(c.arg[n], true, &r[n], &w);
    if (!rc) {
        rc = report_html(r, n, NULL, &o, path, &w);
    } else if (rc == E_INPUT && c.narg == 1 && is_data(c.arg[0])) {
        w = (why){ 0 };
        kind = "data";
        rc = report_data(c.arg[0], &o, path, &w);
    }
    for (size_t i = 0; i < n; i++)
        result_close(r[i]);
    return rc ? cli_fail(&w) : said(path, kind);
}

const cli_verb verb_report = {
    .name = "report",
    .help = "results, or measured data, as one HTML file",
    .args = "RESULT|DATA ..",
    .flag = report_flags,
    .example = report_examples,
    .run = run_report,
};

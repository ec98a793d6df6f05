/* SPDX-License-Identifier: MIT
 * verb_show.c - fade show RESULT: a result in the terminal.
 */
#include "core/cli/cli.h"
#include "core/cli/terminal.h"
#include "core/report/report.h"
#include <stdlib.h>
#include <unistd.h>

/* Also a result that keeps no rows has something to say. */
static int open_result(const char *path, const cli *c, result **out, why *w)
{
    result_options o = { .none = true, .cell = cli_text(c, "cell"), .variant = cli_text(c, "variant") };
    int rc = result_open_some(path, &o, out, w);
    if (rc || !(*out)->rows_from)
        return rc;
    result_close(*out);
    o.none = false;
    return result_open_some(path, &o, out, w);
}

static int show_one(const cli *c, const result *r, why *w)
{
    json j = { 0 };
    const char *cells = cli_text(c, "cells");
    show_options o = { .width = terminal_width(), .color = cli_color(STDOUT_FILENO),
                       .ascii = cli_has(c, "ascii") || !terminal_utf8(),
                       .cells = cells ? strtoul(cells, NULL, 10) : 0 };
    int rc = cli_json() ? show_json(r, &j, w) : show_text(r, &o, &j.out, w);
    if (!rc && cli_json())
        text_addc(&j.out, '\n');
    int status = rc ? cli_fail(w) : why_status(cli_put(text_of(&j.out), j.out.n));
    text_free(&j.out);
    return status;
}

static int run_show(int argc, char **argv)
{
    cli c;
    why w = { 0 };
    int status = cli_parse(&verb_show, argc, argv, 1, -1, &c);
    if (status != CLI_GO)
        return status;
    status = 0;
    for (int i = 0; i < c.narg && !status; i++) {
        result *r = NULL;
        if (i && !cli_json())
            cli_put("\n", 1);
        status = open_result(c.arg[i], &c, &r, &w) ? cli_fail(&w) : show_one(&c, r, &w);
        result_close(r);
    }
    return status;
}

static const cli_flag show_flags[] = {
    { "cell", 0, "ID", "this cell alone", false },
    { "variant", 0, "NAME", "this model alone, as in xu2018+ridge", false },
    { "cells", 0, "N", "how many cells the table lists (default 12)", false },
    { "ascii", 0, NULL, "letters instead of braille dots, as where the locale is not UTF-8", false },
    { NULL, 0, NULL, NULL, false },
};
static const char *const show_examples[] = {
    "fade show results/fleet",
    "fade show results/fleet --cell V0003 --ascii",
    "fade show results/fleet --json",
    "fade show sweep.sqlite",
    NULL,
};
const cli_verb verb_show = {
    .name = "show",
    .help = "a result in the terminal: outcome, cells, forecast errors, a picture",
    .args = "RESULT ..",
    .flag = show_flags,
    .example = show_examples,
    .run = run_show,
};

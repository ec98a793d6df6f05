/* SPDX-License-Identifier: MIT
 * verb_report.c - fade report: an HTML report of results.
 */
#include "core/cli/cli.h"

static int run_report(int argc, char **argv)
{
    (void)argc;
    return cli_usage(&verb_report, "%s is not built yet", argv[0]);
}

const cli_verb verb_report = { .name = "report", .help = "an HTML report of results", .args = "RESULT ..", .run = run_report };

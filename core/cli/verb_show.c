/* SPDX-License-Identifier: MIT
 * verb_show.c - fade show: a result in the terminal.
 */
#include "core/cli/cli.h"

static int run_show(int argc, char **argv)
{
    (void)argc;
    return cli_usage(&verb_show, "%s is not built yet", argv[0]);
}

const cli_verb verb_show = { .name = "show", .help = "a result in the terminal", .args = "RESULT", .run = run_show };

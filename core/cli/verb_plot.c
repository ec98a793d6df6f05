/* SPDX-License-Identifier: MIT
 * verb_plot.c - fade plot: a picture for a paper, by gnuplot.
 */
#include "core/cli/cli.h"

static int run_plot(int argc, char **argv)
{
    (void)argc;
    return cli_usage(&verb_plot, "%s is not built yet", argv[0]);
}

const cli_verb verb_plot = { .name = "plot", .help = "a picture for a paper, by gnuplot", .args = "RESULT ..", .run = run_plot };

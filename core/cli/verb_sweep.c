/* SPDX-License-Identifier: MIT
 * verb_sweep.c - fade sweep: many points of one scenario.
 */
#include "core/cli/cli.h"

static int run_sweep(int argc, char **argv)
{
    (void)argc;
    return cli_usage(&verb_sweep, "%s is not built yet", argv[0]);
}

const cli_verb verb_sweep = { .name = "sweep", .help = "many points of one scenario", .args = "plan|run|status|merge|slurm", .run = run_sweep };

/* SPDX-License-Identifier: MIT
 * verb_compare.c - fade compare: models side by side on the same rows.
 */
#include "core/cli/cli.h"

static int run_compare(int argc, char **argv)
{
    (void)argc;
    return cli_usage(&verb_compare, "%s is not built yet", argv[0]);
}

const cli_verb verb_compare = { .name = "compare", .help = "models side by side on the same rows", .args = "SCENARIO ..", .run = run_compare };
